/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A host around rig_vtd: the VT-d driver, a fault core with a worker that runs
 * when the test lets it, and small PCIe endpoints with ATS and PRI.
 *
 * Nothing happens behind the test's back: messages of the hardware are noted,
 * rig_host_run() serves interrupts and work until there is none.
 */
#ifndef RIG_VTD_HOST_H
#define RIG_VTD_HOST_H

#include "rig_vtd.h"
#include "vtd_driver.h"

#define EP_MAX	  16
#define EP_ATC	  64
#define EP_GROUPS 512

enum ep_state { EP_IDLE, EP_WAITING, EP_SUCCESS, EP_INVALID, EP_FAILURE };

/**
 * struct ep - an endpoint
 * @atc: what it has cached: page number + 1 of (PASID, page), and permissions
 * @groups: of each PRG index, what became of its last request
 * @requests, @lasts, @answers: page requests sent, with LPIG, and responses received
 * @unexpected: responses for an index that waits for none
 * @silent: does not complete ATS invalidations
 * @late: uses of a PASID's translation after it was released
 */
struct ep {
	struct rig_host *host;
	u32 sid;
	struct {
		u64 page;
		u32 pasid;
		u8 perm;
		u64 pa;
	} atc[EP_ATC];
	u32 next_way;
	u8 groups[EP_GROUPS];
	u32 group_pasid[EP_GROUPS];
	u32 requests, lasts, answers, unexpected, automatic;
	bool silent;
	bool failed; /* Response Failure: sends no more page requests */
};

struct rig_host {
	struct rig_vtd r; /* first: its machine is the ctx of all services */
	u32 irqs[VTD_DRV_LINES];
	u32 stray;
	struct ep eps[EP_MAX];
	u32 n_eps;
	u64 alloc_fail_at, allocs;
	void (*after_write)(struct rig_host *h);	 /* each write of the driver to memory */
	bool time_out;					 /* poll gives up at once */
	u32 fail_writes;				 /* so many writes of the driver to memory fail */
	void (*on_read)(struct rig_host *h, u64 offset); /* a register was read */
	void (*on_poll)(struct rig_host *h);
	u32 (*allocate)(u32 sid, u32 n); /* Outstanding Page Request Allocation; NULL: no functions */
};

/* Hardware with @hw and a driver with @drv on it (either may be NULL). Returns what probe says. */
int rig_host_init(struct rig_host *h, const struct vtd_cfg *hw, const struct vtd_drv_cfg *drv);
/* Hardware alone; the test programs it first and calls rig_host_probe() then. */
void rig_host_prepare(struct rig_host *h, const struct vtd_cfg *hw);
int rig_host_probe(struct rig_host *h, const struct vtd_drv_cfg *drv);
void rig_host_exit(struct rig_host *h);

/* Serve interrupts, work and ATS invalidations until nothing is left. */
void rig_host_run(struct rig_host *h);

/* A device with one requester, added to the driver. */
struct ep *rig_host_ep(struct rig_host *h, u32 sid, u8 pasid_bits, bool pri, u32 credits, struct fault_dev **dev);

#define EP_NO_PASID 0xffffffffu

/*
 * Translate through ATC and ATS. XLAT_OK with *pa; XLAT_MISS: the permission is not
 * there (a page request is in order); XLAT_ABORT: UR or CA.
 */
enum xlat ep_translate(struct ep *ep, u32 pasid, u64 iova, bool write, u64 *pa);
/* Send a page request. */
void ep_request(struct ep *ep, u32 pasid, u64 iova, bool write, u16 prgi, bool last);
/* Translate, paging in as often as it takes (with rig_host_run()). */
enum xlat ep_access(struct ep *ep, u32 pasid, u64 iova, bool write, u64 *pa);

#endif /* RIG_VTD_HOST_H */
