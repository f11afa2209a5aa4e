// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Global Errors (7.5): acknowledge them, and repair what they report. */
#include "smmuv3_drv_priv.h"

#define STALE 64 /* errors found so often in a row: acknowledging them changes nothing */

/* GERROR has reserved bits, so no SMMU returns all ones. */
static u32 active(struct smmuv3_drv *d)
{
	u32 gerror = drv_read32(&d->h, SMMUV3_GERROR);

	if (~gerror)
		return gerror ^ d->gerrorn;
	drv_gone(&d->h);
	return 0;
}

static void acknowledge(struct smmuv3_drv *d, u32 bits)
{
	unsigned long flags;

	spin_lock_irqsave(&d->h.lock, flags);
	d->gerrorn ^= bits;
	drv_write32(&d->h, SMMUV3_GERRORN, d->gerrorn);
	spin_unlock_irqrestore(&d->h.lock, flags);
}

/* CMDQ_ERR is counted where it is handled. */
static int count(struct smmuv3_drv *d, u32 bits)
{
	int n = 0;

	for (; bits; bits &= bits - 1, n++)
		if (!(bits & SMMUV3_GERROR_CMDQ_ERR))
			d->stats.gerrors[__builtin_ctz(bits)]++;
	return n;
}

/*
 * Records were lost, stalls among them, and those in the queue may be garbage:
 * they are discarded, and everything that may be stalled is terminated (7.2.2).
 */
static void eventq_abort(struct smmuv3_drv *d)
{
	struct drv_device *dev;
	u64 now = drv_now(&d->h);

	drv_gate_close(&d->h, &d->h.config);
	for (dev = d->h.devs; dev; dev = dev->next)
		if (dev->can_stall)
			drv_block(dev, true);
	v3d_outq_discard(d, &d->evtq);
	acknowledge(d, SMMUV3_GERROR_EVENTQ_ABT_ERR);
	for (dev = d->h.devs; dev; dev = dev->next)
		if (dev->can_stall)
			v3d_restart(dev, now);
	drv_gate_open(&d->h, &d->h.config);
}

int v3d_gerror(struct smmuv3_drv *d)
{
	u32 bits = drv_dead(&d->h) ? 0 : active(d);
	u32 rest = bits & ~(u32)(SMMUV3_GERROR_CMDQ_ERR | SMMUV3_GERROR_EVENTQ_ABT_ERR);
	int n;

	d->gerror_stale = bits ? d->gerror_stale + 1 : 0;
	if (!bits || drv_dead(&d->h))
		return 0;
	if (d->gerror_stale > STALE) {
		drv_die(&d->h);
		return 0;
	}
	n = count(d, bits);
	if (bits & SMMUV3_GERROR_CMDQ_ERR)
		v3d_cmdq_recover(&d->h);
	if (bits & SMMUV3_GERROR_SFM_ERR) {
		/* Only a reset ends service failure mode (12.3). */
		drv_die(&d->h);
		return n;
	}
	if (bits & SMMUV3_GERROR_EVENTQ_ABT_ERR)
		eventq_abort(d);
	if (rest)
		acknowledge(d, rest);
	/* The interrupt was lost with its MSI, and no other is sent until the queue has been empty. */
	if (bits & SMMUV3_GERROR_MSI_EVENTQ_ABT_ERR)
		v3d_outq_empty(d, &d->evtq);
	if (d->f.pri && bits & (SMMUV3_GERROR_MSI_PRIQ_ABT_ERR | SMMUV3_GERROR_PRIQ_ABT_ERR))
		v3d_outq_empty(d, &d->priq);
	return n;
}
