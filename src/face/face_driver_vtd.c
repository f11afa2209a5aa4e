// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "face_driver_priv.h"
#include "vtd_driver.h"

extern const struct face_driver face_driver_vtd;

static void set_doorbell(void *cfg, u64 doorbell)
{
	struct vtd_drv_cfg *c = cfg;
	u32 i;

	for (i = 0; i < VTD_DRV_LINES; i++) {
		c->msi[i].addr = doorbell;
		c->msi[i].data = i;
	}
}

const struct face_driver face_driver_vtd = { .name = "vtd",
					     .cls = &vtd_drv_class,
					     .lines = VTD_DRV_LINES,
					     .cfg_bytes = sizeof(struct vtd_drv_cfg),
					     .set_doorbell = set_doorbell };
