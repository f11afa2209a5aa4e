/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * VT-d driver: scalable mode with PASIDs and page requests where the hardware
 * has it, else legacy mode.
 *
 * It works through registers, memory and interrupts alone (struct drv_ops), so
 * it drives any conforming remapping hardware. Its face is struct drv_class.
 * Set-up calls (device_add, device_remove, attach, detach, remove) may come
 * from several threads and wait for each other; map, unmap, irq_thread and the
 * answers of the fault core may run beside them.
 *
 * Registers and memory are also accessed with the driver's lock held: these
 * operations must not let another caller into the driver. poll may.
 *
 * The endpoint's own ATS, PRI and PASID capabilities are the host's to enable,
 * after device_add and before the first attach.
 */
#ifndef VTD_DRIVER_H
#define VTD_DRIVER_H

#include "drv_cfg.h"
#include "vtd_regs.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Interrupt lines of drv_class.irq: the event register groups, as enum vtd_line names them */
enum vtd_drv_line { VTD_DRV_FAULT, VTD_DRV_INVALIDATION, VTD_DRV_PAGE_REQUEST, VTD_DRV_LINES };

/**
 * struct vtd_drv_fault - a fault recording register, decoded (11.4.7.6)
 * @words: as read, low first
 * @addr: page address
 * @sid: requester
 * @pasid: meaningful with @has_pasid only
 * @reason: enum vtd_fault
 * @at: 0 untranslated, 1 translation, 2 translated request
 * @has_pasid: the request had a PASID
 * @write: the access was a write
 * @exec: the access was an instruction fetch
 * @priv: the access was privileged
 * @page_request: the fault is that of a page request
 */
struct vtd_drv_fault {
	u64 words[2];
	u64 addr;
	u32 sid;
	u32 pasid;
	u8 reason;
	u8 at;
	bool has_pasid;
	bool write;
	bool exec;
	bool priv;
	bool page_request;
};

/**
 * vtd_fault_decode() - decode a fault recording register
 * @words: as read, low half first
 * @f: filled in
 */
void vtd_fault_decode(const u64 words[2], struct vtd_drv_fault *f);

/**
 * vtd_reason_text() - the text that kernel logs print for a fault reason
 * @reason: fault reason code
 *
 * Return: The text; "Unknown" if there is none.
 */
const char *vtd_reason_text(u16 reason);

enum vtd_drv_mode { VTD_DRV_AUTO, VTD_DRV_LEGACY, VTD_DRV_SCALABLE };

/**
 * struct vtd_drv_cfg - argument of drv_class.probe; a zeroed one is useful
 * @common: what every driver is told; @common.nested needs scalable mode without caching mode, and @common.storm has no
 *	meaning, because nothing stalls
 * @mode: VTD_DRV_AUTO: scalable where ECAP.SMTS says so
 * @second_stage: domains use second-stage tables also in scalable mode; else first-stage where there is one
 * @haw: host address width, bits, as ACPI tells it; 0: MGAW, 52 at most
 * @iq_order: 2^n pages of invalidation queue, 0..7
 * @prq_order: 2^n pages of page request queue, 0..7
 * @prq_head_every: PQH is advanced after so many requests (and at the end); 0: 8
 * @batch: records handled by one call of irq_thread; 0: 32
 * @pri_devices: endpoints with PRI: the page request queue is divided among them; 0: 1
 * @msi: message of each interrupt line, by enum vtd_drv_line
 * @msi.addr: address; 0: 0xfee00000, and data 0x30 + line
 * @msi.data: data
 * @fault: called for each fault record, in the context of the thread that drains the records; may be NULL
 * @page_request: called once for each page request descriptor, before it is reported; may be NULL
 */
struct vtd_drv_cfg {
	struct drv_cfg common;
	enum vtd_drv_mode mode;
	bool second_stage;
	u8 haw;
	u8 iq_order;
	u8 prq_order;
	u32 prq_head_every;
	u32 batch;
	u32 pri_devices;
	struct {
		u64 addr;
		u32 data;
	} msi[VTD_DRV_LINES];
	void (*fault)(void *observer, const struct vtd_drv_fault *f);
	void (*page_request)(void *observer, const u64 words[4]);
};

/**
 * struct vtd_drv_stats - what the driver has seen; never reset
 * @faults: records, by reason
 * @fault_overflows: times PFO was found set
 * @page_requests: descriptors reported to the fault core
 * @stop_markers: stop markers in the queue
 * @bad_descriptors: descriptors in the queue with an unknown type or reserved bits set: skipped
 * @prq_overflows: times PRO was found set
 * @responses: page group responses submitted
 * @descriptors: all invalidation descriptors submitted
 * @waits: wait descriptors among them
 * @iq_errors: IQE, by IQEI; the refused descriptor was replaced
 * @ats_timeouts: ATS invalidations that timed out (ITE)
 * @ats_errors: invalidation completion errors (ICE)
 * @drains: page request drains (7.10)
 * @drain_repeats: rounds of a drain that were repeated because of an overflow
 * @last_bad_desc: the descriptor that was refused last
 */
struct vtd_drv_stats {
	u64 faults[256];
	u64 fault_overflows;
	u64 page_requests;
	u64 stop_markers;
	u64 bad_descriptors;
	u64 prq_overflows;
	u64 responses;
	u64 descriptors;
	u64 waits;
	u64 iq_errors[16];
	u64 ats_timeouts;
	u64 ats_errors;
	u64 drains;
	u64 drain_repeats;
	u64 last_bad_desc[4];
};

/**
 * vtd_drv_stats() - counters of a driver
 * @drv: the driver object
 *
 * Return: The counters, valid until the driver's remove.
 */
const struct vtd_drv_stats *vtd_drv_stats(const void *drv);

/**
 * vtd_drv_msi_line() - find the interrupt line that a message of the hardware belongs to
 * @drv: the driver object
 * @addr: address of the message
 * @data: data of the message; bits 15:0 are compared
 *
 * Return: enum vtd_drv_line, or -1.
 */
int vtd_drv_msi_line(const void *drv, u64 addr, u32 data);

extern const struct drv_class vtd_drv_class;

#ifdef __cplusplus
}
#endif

#endif /* VTD_DRIVER_H */
