// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "face_driver_priv.h"
#include "smmuv2_driver.h"
#include "smmuv2_regs.h"

extern const struct face_driver face_driver_smmuv2;

/* The global line and one a bank; machines listen to 64 at most. */
const struct face_driver face_driver_smmuv2 = { .name = "smmuv2",
						.cls = &smmuv2_drv_class,
						.lines = 64,
						.level_irq = true,
						.cfg_bytes = sizeof(struct smmuv2_drv_cfg) };
