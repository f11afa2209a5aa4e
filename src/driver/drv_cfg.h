/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What every driver is told, and what every driver counts. */
#ifndef DRV_CFG_H
#define DRV_CFG_H

#include "fault_core.h"
#include "iommu_driver.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * struct drv_cfg - the first member of every driver's configuration; a zeroed one is useful
 * @nested: stage 1 lies over a stage 2 that maps every address to itself; probe: -EOPNOTSUPP if the hardware lacks it
 * @s2_page_bytes: size of its pages: 4 KiB, 2 MiB, 1 GiB (with a granule of 4 KiB); 0: 4 KiB
 * @storm: limits of the storm back-off of every device whose faults are recoverable (struct fault_storm's first four),
 *	or NULL: none. Copied.
 * @faults: credits (a limit beside the hardware's own; 0: none), partial_ns, pending_ns, expire_code, no_slot_code,
 *	no_domain_code for every device, or NULL: defaults; must outlive the driver
 * @observe: fault_ops.observe; may be NULL
 * @observer: first argument of @observe, and of whatever else the driver calls
 */
struct drv_cfg {
	bool nested;
	u64 s2_page_bytes;
	const struct fault_storm *storm;
	const struct fault_dev_cfg *faults;
	void (*observe)(void *observer, struct fault_group *g, enum fault_point point, u64 now);
	void *observer;
};

/**
 * struct drv_stats - what every driver counts; never reset
 * @timeouts: waits that ended with a time-out
 * @given_up: the hardware no longer responds; the driver sends it no further requests
 * @abandoned: answers that were owed at that time: counted as given, though nobody received them
 */
struct drv_stats {
	u64 timeouts;
	u64 given_up;
	u64 abandoned;
};

/**
 * drv_stats() - counters of a driver
 * @drv: the driver object
 *
 * Return: The counters, valid until the driver's remove.
 */
const struct drv_stats *drv_stats(const void *drv);

/**
 * drv_credits() - outstanding recoverable faults that a device may have
 * @dev: a device of any driver
 *
 * Return: Their number, over all its StreamIDs: for a PRI endpoint its Outstanding Page Request Allocation.
 */
u32 drv_credits(const struct fault_dev *dev);

#ifdef __cplusplus
}
#endif

#endif /* DRV_CFG_H */
