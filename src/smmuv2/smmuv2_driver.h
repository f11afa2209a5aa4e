/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * SMMUv2 driver: Arm IHI 0062, Non-secure state.
 *
 * It works through registers, memory and interrupts alone (struct drv_ops). Its
 * face is struct drv_class. A domain that translates owns a context bank; the
 * masters attached to it share the bank. Set-up calls (device_add,
 * device_remove, attach, detach, domain_free, remove) may come from several
 * threads and wait for each other; map, unmap, irq_thread and the answers of
 * the fault core may run beside them.
 *
 * StreamIDs: drv_device_cfg.sids holds the StreamID in bits 15:0 and the mask of
 * its SMR in bits 31:16, as firmware gives them (#iommu-cells = 2). SMMUv2 has
 * no PASIDs: attach takes DRV_NO_PASID only.
 *
 * Stalling: CFCFG belongs to the bank, dma-can-stall to the master. A bank stalls
 * while every master attached to it has stalling enabled; masters with and
 * without dma-can-stall cannot share a domain: attach says -EINVAL, and the caller makes
 * another domain. A stalled fault is handled in the order syndrome, clear FSR,
 * report, and later RESUME; between the two the bank's interrupt is disabled,
 * because SS alone keeps it raised.
 *
 * A handler must not unmap in the domain whose fault it handles: the hardware
 * completes TLB maintenance of a bank only after RESUME (unmap: -ETIMEDOUT).
 *
 * Registers and memory are also accessed with the driver's locks held: these
 * operations must not let another caller into the driver. poll may.
 */
#ifndef SMMUV2_DRIVER_H
#define SMMUV2_DRIVER_H

#include "drv_cfg.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A StreamID and the mask of its SMR, as drv_device_cfg.sids takes them. */
#define SMMUV2_SID(sid, mask) ((u32)(sid) | (u32)(mask) << 16)

/**
 * struct smmuv2_context_fault - a context fault as the handler found it
 * @far: FAR, the input address, bytes
 * @ipafar: IPAFAR; meaningful for a fault of stage 2
 * @fsr: FSR
 * @fsynr0: FSYNR0
 * @fsynr1: FSYNR1
 * @cbfrsynra: CBFRSYNRA
 * @bank: index of the context bank
 */
struct smmuv2_context_fault {
	u64 far;
	u64 ipafar;
	u32 fsr;
	u32 fsynr0;
	u32 fsynr1;
	u32 cbfrsynra;
	u32 bank;
};

/* SMMUV2_DRV_AUTO: what the hardware has, AArch64 first */
enum smmuv2_drv_format { SMMUV2_DRV_AUTO, SMMUV2_DRV_AARCH64, SMMUV2_DRV_LPAE, SMMUV2_DRV_SHORT };

/*
 * SMMUV2_CFCFG_FOLLOW: as the masters and the fault core say; else for every bank, for experiments: with
 * SMMUV2_CFCFG_ALWAYS the stalls of a master without dma-can-stall are terminated by the driver.
 */
enum smmuv2_drv_cfcfg { SMMUV2_CFCFG_FOLLOW, SMMUV2_CFCFG_NEVER, SMMUV2_CFCFG_ALWAYS };

/**
 * struct smmuv2_drv_cfg - argument of drv_class.probe; a zeroed one is useful
 * @common: what every driver is told; @common.nested needs AArch64 tables; without @common.faults a stall that no
 *	domain takes is terminated
 * @format: of the page tables
 * @stage2: use stage 2 although there is stage 1
 * @granule: AArch64: log2 bytes: 12, 14, 16; 0: the smallest that the SMMU has
 * @va_bits: AArch64: input size of domains, 25..48; 0: 48
 * @hupcf: SCTLR.HUPCF: let other transactions of a bank go on beside a fault
 * @razwi: SCTLR.CFRE = 0: terminated transactions read zero, else they are aborted
 * @cfcfg: enum smmuv2_drv_cfcfg
 * @bypass_unmatched: streams without a master bypass, else they are faults
 * @priv: S2CR.PRIVCFG: treat every access as privileged
 * @tlbi_max: pages invalidated one by one before the whole ASID is; 0: 64
 * @credits: unanswered stalled faults that a master may have; 0: 32
 * @context_fault: called for each context fault after it was handled, in any context; may be NULL
 * @global_fault: called for each global fault after it was handled, in any context; may be NULL
 */
struct smmuv2_drv_cfg {
	struct drv_cfg common;
	enum smmuv2_drv_format format;
	bool stage2;
	u8 granule;
	u8 va_bits;
	bool hupcf;
	bool razwi;
	enum smmuv2_drv_cfcfg cfcfg;
	bool bypass_unmatched;
	bool priv;
	u32 tlbi_max;
	u32 credits;
	void (*context_fault)(void *observer, const struct smmuv2_context_fault *f);
	void (*global_fault)(void *observer, u32 gfsr, u64 gfar, const u32 gfsynr[3]);
};

/**
 * struct smmuv2_drv_stats - what the driver has seen; never reset
 * @context_faults: records, by bit of FSR
 * @stalls: context faults with SS that were reported to the fault core
 * @multi: times MULTI was set: further faults have left no record
 * @ss_only: times a bank was stalled without a record: resumed with retry
 * @resumes: RESUME written, retry and terminate
 * @orphans: recorded faults of a StreamID that no master has
 * @stale_answers: answers to a stall that had ended before
 * @global_faults: by bit of sGFSR
 * @syncs: TLB maintenance completed
 * @sync_timeouts: TLB sync timed out
 * @muted: times a bank (or the global fault registers) kept the same record, however often it was cleared: its
 * interrupt is off until the watchdog finds another record
 */
struct smmuv2_drv_stats {
	u64 context_faults[9];
	u64 stalls;
	u64 multi;
	u64 ss_only;
	u64 resumes[2];
	u64 orphans;
	u64 stale_answers;
	u64 global_faults[9];
	u64 syncs;
	u64 sync_timeouts;
	u64 muted;
};

/**
 * smmuv2_drv_stats() - counters of a driver
 * @drv: the driver object
 *
 * Return: The counters, valid until the driver's remove.
 */
const struct smmuv2_drv_stats *smmuv2_drv_stats(const void *drv);

/**
 * smmuv2_drv_bank() - the context bank of a domain
 * @dom: a domain of this driver
 *
 * Return: Index of the bank, or -1 while it has none.
 */
int smmuv2_drv_bank(const struct fault_domain *dom);

extern const struct drv_class smmuv2_drv_class;

#ifdef __cplusplus
}
#endif

#endif /* SMMUV2_DRIVER_H */
