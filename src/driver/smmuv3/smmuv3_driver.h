/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * SMMUv3 driver: Arm IHI 0070, SMMUv3.0 and later, Non-secure state, stage 1, over stage 2 if that is asked for.
 *
 * It works through registers, memory and interrupts alone (struct drv_ops) and
 * follows the specification's sequences, so it drives any conforming SMMU. Its
 * face is struct drv_class. Set-up calls (device_add, device_remove, attach,
 * detach, remove) may come from several threads and wait for each other; map,
 * unmap, irq_thread and the answers of the fault core may run beside them.
 *
 * Registers and memory are also accessed with the driver's lock held: these
 * operations must not let another caller into the driver. poll may.
 */
#ifndef SMMUV3_DRIVER_H
#define SMMUV3_DRIVER_H

#include "drv_cfg.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * struct smmuv3_event - an event record, decoded (7.3)
 * @words: as they lay in the queue
 * @iova: InputAddr; E_PAGE_REQUEST: the first page of the span that will be accessed
 * @ipa: IPA; meaningful with @s2 only
 * @fetch: FetchAddr of the fetch events
 * @sid: StreamID
 * @ssid: SubstreamID; meaningful with @ssv only
 * @stag: meaningful with @stall only
 * @reason: IMPLEMENTATION DEFINED cause of F_UUT and the fetch events
 * @id: event number
 * @class_: CLASS: 0 CD, 1 translation table, 2 input address
 * @span: E_PAGE_REQUEST: Span
 * @hint_user: E_PAGE_REQUEST: uR, uW, uX as FAULT_READ, FAULT_WRITE, FAULT_EXEC
 * @hint_priv: E_PAGE_REQUEST: pR, pW, pX, likewise
 * @ssv: SSV: @ssid is meaningful
 * @stall: STALL: the transaction waits for an answer
 * @write: the access was a write (RnW clear)
 * @exec: InD: the access was an instruction fetch
 * @priv: PnU: the access was privileged
 * @s2: S2: the fault is one of stage 2
 * @known: @id is one of the specification
 */
struct smmuv3_event {
	u64 words[4];
	u64 iova;
	u64 ipa;
	u64 fetch;
	u32 sid;
	u32 ssid;
	u16 stag;
	u16 reason;
	u8 id;
	u8 class_;
	u8 span;
	u8 hint_user;
	u8 hint_priv;
	bool ssv;
	bool stall;
	bool write;
	bool exec;
	bool priv;
	bool s2;
	bool known;
};

/**
 * smmuv3_event_decode() - decode an event record
 * @words: the record in host order
 * @ev: filled in; fields that the event's type does not define are zero, whatever @words hold
 */
void smmuv3_event_decode(const u64 words[4], struct smmuv3_event *ev);

enum smmuv3_drv_msi { SMMUV3_MSI_EVENTQ, SMMUV3_MSI_PRIQ, SMMUV3_MSI_GERROR, SMMUV3_MSI_COUNT };

/**
 * struct smmuv3_drv_cfg - argument of drv_class.probe; a zeroed one is useful
 * @common: what every driver is told
 * @cmdq_log2: entries of the command queue, 1..19; 0: 8. All sizes are cut to what IDR1 allows.
 * @evtq_log2: of the event queue, 1..19; 0: 7
 * @priq_log2: of the PRI queue, 1..19; 0: 9
 * @sid_bits: StreamIDs that the stream table covers, 1..32; 0: 20 with two levels, 16 linear
 * @pasid_bits: limit of a device's PASIDs, 1..20; 0: 16 with two levels of CDs, 8 linear
 * @asid_bits: limit of ASIDs, 4..16; 0: 16 with IDR0.ASID16, else 8
 * @granule: log2 bytes: 12, 14, 16; 0: the smallest that the SMMU has
 * @va_bits: input size of domains, 25..48, 52 where the SMMU can; 0: 48
 * @batch: records handled by one call of irq_thread; 0: 32
 * @tlbi_max: pages invalidated one by one before the whole ASID is; 0: 64 (without IDR3.RIL)
 * @pri_devices: masters with PRI: the PRI queue is divided among them; 0: 1
 * @msi: use MSIs where IDR0.MSI says so; else wired lines
 * @msi_cfg: doorbell and data of each, by enum smmuv3_drv_msi
 * @msi_cfg.addr: physical address of the doorbell
 * @msi_cfg.data: what is written there
 * @event: called for each event after it was handled, in the context of the thread that drains the queue; may be NULL
 * @page_request: likewise for each PRI entry but stop markers, with its words
 */
struct smmuv3_drv_cfg {
	struct drv_cfg common;
	u8 cmdq_log2;
	u8 evtq_log2;
	u8 priq_log2;
	u8 sid_bits;
	u8 pasid_bits;
	u8 asid_bits;
	u8 granule;
	u8 va_bits;
	u32 batch;
	u32 tlbi_max;
	u32 pri_devices;
	bool msi;
	struct {
		u64 addr;
		u32 data;
	} msi_cfg[SMMUV3_MSI_COUNT];
	void (*event)(void *observer, const struct smmuv3_event *ev);
	void (*page_request)(void *observer, const u64 words[2]);
};

/**
 * struct smmuv3_drv_stats - what the driver has seen; never reset
 * @events: records handled, by event number
 * @unknown_events: records with a number that the specification does not define
 * @stalls: records with STALL that were reported to the fault core
 * @orphans: stalls that nobody would answer: the driver itself terminated them
 * @evtq_overflows: times OVFLG was found toggled
 * @evtq_discarded: records discarded after EVENTQ_ABT_ERR
 * @resyncs: times a queue's indices were in no consistent state (3.5.1)
 * @page_requests: PRI entries reported
 * @stop_markers: PRI entries that were stop markers
 * @priq_overflows: times OVFLG of the PRI queue was found toggled
 * @gerrors: Global Errors, by bit of GERROR
 * @cmdq_errors: command queue errors, by CERROR code (0: any other)
 * @commands: commands given to the SMMU
 * @syncs: CMD_SYNCs among the commands
 * @last_event: words of the last event record
 * @last_bad_cmd: words of the last command that the SMMU refused
 */
struct smmuv3_drv_stats {
	u64 events[256];
	u64 unknown_events;
	u64 stalls;
	u64 orphans;
	u64 evtq_overflows;
	u64 evtq_discarded;
	u64 resyncs;
	u64 page_requests;
	u64 stop_markers;
	u64 priq_overflows;
	u64 gerrors[32];
	u64 cmdq_errors[4];
	u64 commands;
	u64 syncs;
	u64 last_event[4];
	u64 last_bad_cmd[2];
};

/**
 * smmuv3_drv_stats() - counters of a driver
 * @drv: the driver object
 *
 * Return: The counters, valid until the driver's remove.
 */
const struct smmuv3_drv_stats *smmuv3_drv_stats(const void *drv);

extern const struct drv_class smmuv3_drv_class;

#ifdef __cplusplus
}
#endif

#endif /* SMMUV3_DRIVER_H */
