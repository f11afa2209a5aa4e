/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The keys fault.*, as drivers and the fault core take them: the same for every IOMMU. */
#ifndef FAULT_POLICY_H
#define FAULT_POLICY_H

#include "drv_cfg.h"
#include "fl_config.h"

/**
 * struct fault_policy - what the keys fault.* say, resolved
 * @dev: for every device, see drv_cfg.faults
 * @storm: the back-off, see drv_cfg.storm; a limit of 0: none
 */
struct fault_policy {
	struct fault_dev_cfg dev;
	struct fault_storm storm;
};

/**
 * fault_policy_apply() - let a driver's devices and a fault core obey the configuration
 * @p: filled; must outlive the driver
 * @cfg: the configuration
 * @drv: of the driver: @faults and @storm are set
 * @core: of the fault core: watchdog_ns is set
 */
void fault_policy_apply(struct fault_policy *p, const struct fl_config *cfg, struct drv_cfg *drv,
			struct fault_core_cfg *core);

#endif /* FAULT_POLICY_H */
