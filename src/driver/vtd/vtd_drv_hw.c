// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Global commands, each with its status (11.4.4), and pages of memory. */
#include "vtd_drv_priv.h"

int vdrv_page(struct vtd_drv *d, u64 *pa)
{
	return drv_mem_alloc(&d->h, 4096, 4096, pa);
}

static int await(struct vtd_drv *d, u32 bit, bool on)
{
	u32 tries;

	for (tries = 0; !!(drv_status(&d->h, VTD_GSTS) & bit) != on; tries++) {
		if (on && drv_dead(&d->h))
			return -EIO;
		if (!drv_poll(&d->h, tries))
			return -ETIMEDOUT;
	}
	return 0;
}

/* Set or clear one bit of GCMD, and wait for its status (11.4.4.1). */
int vdrv_command(struct vtd_drv *d, u32 bit, bool on)
{
	if (!(bit & VTD_GCMD_ONE_SHOT))
		d->gcmd = on ? d->gcmd | bit : d->gcmd & ~bit;
	drv_write32(&d->h, VTD_GCMD, d->gcmd | (bit & VTD_GCMD_ONE_SHOT));
	return bit == VTD_GCMD_WBF ? await(d, bit, false) : await(d, bit, on);
}
