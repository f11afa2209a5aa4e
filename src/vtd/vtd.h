/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Intel VT-d remapping hardware, DMA remapping part, revision 5.10: legacy and
 * scalable mode, queued and register-based invalidation, fault recording,
 * device TLBs and the page request queue. It knows no time.
 *
 * Interrupt remapping is not modelled: interrupt requests pass through. Nor are
 * performance monitoring, enhanced and virtual commands, the host permission
 * table and PASIDs in translated requests; vtd_init() takes them out of CAP and
 * ECAP, and with them what is reserved and what another clear bit excludes.
 */
#ifndef VTD_H
#define VTD_H

#include "engine.h"
#include "iommu.h"
#include "pt.h"
#include "tcache.h"
#include "regs.h"
#include "vtd_regs.h"

#ifdef __cplusplus
extern "C" {
#endif

#define VTD_DEFAULT_VER 0x50
/* ND 16 bits, 39/48/57-bit AGAW, MGAW 57, 2M and 1G pages, ZLR, PSI, MAMV 18, 8 fault records at 0x400, FS 4/5 levels */
#define VTD_DEFAULT_CAP                                                                                            \
	(FIELD_PREP(VTD_CAP_ND, 6) | FIELD_PREP(VTD_CAP_SAGAW, 0xe) | FIELD_PREP(VTD_CAP_MGAW, 56) | VTD_CAP_ZLR | \
	 FIELD_PREP(VTD_CAP_FRO, 0x40) | FIELD_PREP(VTD_CAP_SSLPS, 3) | VTD_CAP_PSI | FIELD_PREP(VTD_CAP_NFR, 7) | \
	 FIELD_PREP(VTD_CAP_MAMV, 18) | VTD_CAP_DWD | VTD_CAP_DRD | VTD_CAP_FS1GP | VTD_CAP_FS5LP)
/* Scalable mode with all translation types, PASIDs of 20 bits, device TLBs, page requests; IOTLB registers at 0x500 */
#define VTD_DEFAULT_ECAP                                                                                              \
	(VTD_ECAP_C | VTD_ECAP_QI | VTD_ECAP_DT | VTD_ECAP_PT | VTD_ECAP_SC | FIELD_PREP(VTD_ECAP_IRO, 0x50) |        \
	 VTD_ECAP_NEST | VTD_ECAP_PRS | VTD_ECAP_SRS | VTD_ECAP_NWFS | VTD_ECAP_EAFS | FIELD_PREP(VTD_ECAP_PSS, 19) | \
	 VTD_ECAP_PASID | VTD_ECAP_DIT | VTD_ECAP_PDS | VTD_ECAP_SMTS | VTD_ECAP_SSADS | VTD_ECAP_SSTS |              \
	 VTD_ECAP_FSTS | VTD_ECAP_SMPWCS | VTD_ECAP_RPS | VTD_ECAP_ADMS | VTD_ECAP_RPRIVS | VTD_ECAP_SMS)
#define VTD_DEFAULT_HAW 52

/* Capabilities of parts that are not modelled, and reserved bits (11.4.2, 11.4.3). */
#define VTD_CAP_NOT_MODELLED (VTD_CAP_ESIRTPS | VTD_CAP_ECMDS | VTD_CAP_PI | VTD_CAP_RESERVED)
#define VTD_ECAP_NOT_MODELLED                                                                                 \
	(VTD_ECAP_IRREQ | VTD_ECAP_EIMER | VTD_ECAP_RDTS | VTD_ECAP_HPT1GPS | VTD_ECAP_PTRS | VTD_ECAP_HPTS | \
	 VTD_ECAP_PMS | VTD_ECAP_TDXCS | VTD_ECAP_VCS | VTD_ECAP_MHMV | VTD_ECAP_EIM | VTD_ECAP_IR |          \
	 VTD_ECAP_RESERVED)

#define VTD_MAX_WAITS 16

/**
 * struct vtd_cfg - an implementation; zero means the documented default
 * @cap: CAP_REG, less what is not modelled; with @ecap 0, too: VTD_DEFAULT_CAP
 * @ecap: ECAP_REG, less what is not modelled; with @cap 0, too: VTD_DEFAULT_ECAP
 * @ver: VER_REG; 0: 5.0. Major version 6 ends register-based invalidation, 8 execute requests (RTA.5).
 * @haw: host address width, 32..52 bits; 0: 52
 * @collapse_faults: a requester with a pending record gets no second one (7.2.1)
 * @itags: ATS invalidations that may be outstanding, 1..32; 0: 32
 * @iotlb: geometry; all zero: 64 sets of 8 ways, LRU; sets 0 and ways 1: no such cache, and so the next ones
 * @context: context-cache; 0: 16 sets of 4
 * @pasid: PASID-cache; 0: 32 sets of 4
 * @first: first-stage paging-structure cache; 0: 16 sets of 4
 * @second: second-stage paging-structure cache; 0: 16 sets of 4
 */
struct vtd_cfg {
	u64 cap;
	u64 ecap;
	u32 ver;
	u8 haw;
	bool collapse_faults;
	u8 itags;
	struct tcache_cfg iotlb, context, pasid, first, second;
};

/* xlat_result.attr */
#define VTD_ATTR_SNOOP BIT(0) /* accesses snoop; in an ATS completion the N bit */
#define VTD_ATTR_CA    BIT(1) /* an aborted translation request ends with Completer Abort, else Unsupported Request */

/**
 * struct vtd_stats - what has happened since vtd_init()
 * @faults_recorded: faults that were written into a fault recording register
 * @faults_lost: faults that were not recorded because of PFO or because every register was in use
 * @faults_collapsed: dropped because the requester had a pending record
 * @faults_silent: faults that were not recorded because of FPD
 * @prq_written: page request descriptors written
 * @prq_refused: page requests refused: remapping table fault, or no page requests are taken
 * @prq_bus_errors: page requests refused because the queue could not be written
 * @prq_overflow: page requests refused because PRO was set, or the queue full
 * @auto_responses: page group responses made by hardware
 * @descriptors: invalidation descriptors processed
 */
struct vtd_stats {
	u64 faults_recorded, faults_lost, faults_collapsed, faults_silent;
	u64 prq_written, prq_refused, prq_bus_errors, prq_overflow, auto_responses;
	u64 descriptors;
};

/**
 * struct vtd_wait - a wait descriptor that is not complete
 * @seq: number of the descriptor
 * @flags: VTD_WAIT_*
 * @addr: where the status is written
 * @data: the status
 */
struct vtd_wait {
	u64 seq;
	u64 flags;
	u64 addr;
	u32 data;
};

#define VTD_LEARNT_SETS 128

/**
 * struct vtd_learnt - what the streams of a set have been translated with since all translations were last
 *	invalidated
 * @first: domains whose first stage took part
 * @second: domains whose second stage took part
 * @rid: RID_PASIDs
 *
 * A holder may have kept any of these translations. Streams share a set by a hash, domains and PASIDs share a bit by
 * their low bits: the answer errs by saying yes.
 */
struct vtd_learnt {
	u64 first, second;
	u64 rid;
};

/**
 * struct vtd - the hardware; the caller owns the storage, everything is private but @stats
 */
struct vtd {
	/* private: */
	struct engine eng;
	bool tes;
	bool pmr; /* protected memory is enabled */
	u8 ttm;	  /* in effect since SRTP, as is the next */
	bool ssirwe;
	u64 root;
	/* identification, resolved */
	u64 cap, ecap;
	u8 haw, mgaw, major;
	bool collapse;
	bool keep_steps;	/* there is a paging-structure cache */
	u64 fi_mask;		/* address bits of a fault record */
	u32 fs_flags, ss_flags; /* VTD_*, see pt_vtd.h: those that no table entry decides */
	u64 rsvd_root, rsvd_ce[2], rsvd_sce[2], rsvd_pde, rsvd_pe[8];
	u32 frcd, iva; /* offsets of FRCD[0] and IVA */
	u32 n_frcd;
	struct reg_desc table[VTD_REG_ROWS];
	struct reg_bank regs;
	u64 pro_raised, pfo_raised;		   /* times PRO and PFO were set */
	struct vtd_learnt learnt[VTD_LEARNT_SETS]; /* by requester and PASID */
	/* faults */
	u32 fr_index;
	/* invalidation queue */
	u64 iotlb_seq;			      /* of the command in IOTLB_REG that waits for walks; 0: none */
	struct vtd_wait waits[VTD_MAX_WAITS]; /* oldest first */
	u32 n_waits;
	struct vtd_stats stats;
};

/**
 * vtd_init() - make the hardware, in the state after power-on
 * @v: filled in; vtd_exit() ends it
 * @cfg: copied; NULL: all defaults
 * @ops: mem_read, mem_write are mandatory; without mem_cas64 A/D flags are left alone; msi NULL: irq() is pulsed with
 *	enum vtd_line instead; ats_invalidate NULL: such requests complete at once
 * @ctx: first argument of @ops
 *
 * Return: 0; -EINVAL for values out of range or register offsets that collide; -ENOMEM.
 */
int vtd_init(struct vtd *v, const struct vtd_cfg *cfg, const struct iommu_ops *ops, void *ctx);

/**
 * vtd_exit() - free what the hardware holds
 * @v: the hardware
 */
void vtd_exit(struct vtd *v);

/* Which event register group an interrupt comes from: iommu_event.code of IOMMU_EV_MSI and IOMMU_EV_IRQ */
enum vtd_line { VTD_LINE_FAULT, VTD_LINE_INVALIDATION, VTD_LINE_PAGE_REQUEST, VTD_LINES };

/*
 * vtd_class: lookup, walk, fill, ... of iommu.h; hw is a struct vtd
 *
 * ATS translation requests (DMA_ATS_REQ): XLAT_OK is a completion with data:
 * perm, pa, shift, untranslated (U), attr (N); perm 0 means R=W=0. XLAT_ABORT
 * is UR or CA (VTD_ATTR_CA). DMA_NO_WRITE is the NW flag.
 * A write of 4 bytes without PASID to FEEx_xxxxh is an interrupt request: XLAT_OK, bypass.
 * A read of length 0 is a zero-length read.
 */
extern const struct iommu_class vtd_class;

/**
 * struct vtd_saved_reg - a register and its saved value
 * @offset: bytes from the start of the register space
 * @value: what it held
 */
struct vtd_saved_reg {
	u32 offset;
	u64 value;
};

/**
 * vtd_restore() - bring hardware into a state that was saved, as a driver would
 * @read: MMIO read, as in struct iommu_class
 * @write: MMIO write, as in struct iommu_class
 * @hw: first argument of @read and @write
 * @saved: the registers. GCMD (or GSTS) names what is enabled; RTADDR and IRTA are set with SRTP and SIRTP; the
 *	invalidation queue starts empty (IQT is not restored, because its descriptors belong to the past)
 * @n: number of registers
 */
void vtd_restore(u64 (*read)(void *hw, u64 offset, unsigned int size),
		 void (*write)(void *hw, u64 offset, u64 value, unsigned int size), void *hw,
		 const struct vtd_saved_reg *saved, u32 n);

#ifdef __cplusplus
}
#endif

#endif /* VTD_H */
