// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "face_driver_priv.h"
#include "smmuv3_driver.h"

extern const struct face_driver face_driver_smmuv3;

const struct face_driver face_driver_smmuv3 = {
	.name = "smmuv3", .cls = &smmuv3_drv_class, .lines = 4, .cfg_bytes = sizeof(struct smmuv3_drv_cfg)
};
