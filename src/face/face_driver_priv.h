/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What faultline/driver.h has to know of each IOMMU's driver. */
#ifndef FACE_DRIVER_PRIV_H
#define FACE_DRIVER_PRIV_H

#include "drv_cfg.h"

/**
 * struct face_driver - one row
 * @name: of the engine's class
 * @cls: the driver
 * @lines: its interrupt lines
 * @level_irq: they stay asserted until the cause is gone
 * @cfg_bytes: size of what drv_class.probe gets, which begins with a struct drv_cfg; all zero is useful
 * @set_doorbell: its messages go to @doorbell, with the line as data; NULL: it has wired interrupts
 */
struct face_driver {
	const char *name;
	const struct drv_class *cls;
	u32 lines;
	bool level_irq;
	size_t cfg_bytes;
	void (*set_doorbell)(void *cfg, u64 doorbell);
};

#endif /* FACE_DRIVER_PRIV_H */
