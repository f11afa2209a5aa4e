/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Global Errors (7.5): acknowledge, and make good what they mean. */
#include "smmuv3_drv_priv.h"

static u32 active(struct smmuv3_drv *d)
{
	return v3d_read32(d, SMMU_GERROR) ^ d->gerrorn;
}

static void acknowledge(struct smmuv3_drv *d, u32 bits)
{
	unsigned long flags = fault_lock_acquire(&d->lock);

	d->gerrorn ^= bits;
	v3d_write32(d, SMMU_GERRORN, d->gerrorn);
	fault_lock_release(&d->lock, flags);
}

/* CMDQ_ERR is counted where it is dealt with. */
static int count(struct smmuv3_drv *d, u32 bits)
{
	int n = 0;

	for (; bits; bits &= bits - 1, n++)
		if (!(bits & GERROR_CMDQ_ERR))
			d->stats.gerrors[__builtin_ctz(bits)]++;
	return n;
}

/* Faults off and on again, while the device's STEs terminate: then no stall is left, known or not. */
static void restart(struct drv_dev *dev, u64 now)
{
	dev->inside = true;
	if (!fault_off(dev->faults, now)) {
		v3d_dev_stall_term(dev);
		fault_dev_enable(dev->faults);
	}
	dev->inside = false;
	v3d_dev_abort(dev, false);
}

/*
 * Records were lost, stalls among them, and those in the queue may be garbage:
 * they are thrown away, and all that could be stalled is terminated (7.2.2).
 */
static void eventq_abort(struct smmuv3_drv *d)
{
	struct drv_dev *dev;
	u64 now = v3d_now(d);

	v3d_gate_close(d, &d->config);
	for (dev = d->devs; dev; dev = dev->next)
		if (dev->can_stall)
			v3d_dev_abort(dev, true);
	v3d_outq_discard(d, &d->evtq);
	acknowledge(d, GERROR_EVENTQ_ABT_ERR);
	for (dev = d->devs; dev; dev = dev->next)
		if (dev->can_stall)
			restart(dev, now);
	v3d_gate_open(d, &d->config);
}

int v3d_gerror(struct smmuv3_drv *d)
{
	u32 bits = active(d);
	u32 rest = bits & ~(u32)(GERROR_CMDQ_ERR | GERROR_EVENTQ_ABT_ERR);
	int n;

	if (!bits || v3d_dead(d))
		return 0;
	n = count(d, bits);
	if (bits & GERROR_CMDQ_ERR)
		v3d_cmdq_recover(d);
	if (bits & GERROR_SFM_ERR) {
		/* Service failure mode ends with a reset only (12.3). */
		v3d_die(d);
		return n;
	}
	if (bits & GERROR_EVENTQ_ABT_ERR)
		eventq_abort(d);
	if (rest)
		acknowledge(d, rest);
	/* The interrupt was lost with its MSI. */
	if (bits & GERROR_MSI_EVENTQ_ABT_ERR)
		v3d_outq_drain(d, &d->evtq, d->cfg.batch);
	if (d->f.pri && bits & (GERROR_MSI_PRIQ_ABT_ERR | GERROR_PRIQ_ABT_ERR))
		v3d_outq_drain(d, &d->priq, d->cfg.batch);
	return n;
}
