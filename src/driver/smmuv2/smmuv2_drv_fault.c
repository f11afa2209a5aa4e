// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Faults: the handler's order is syndrome, clear FSR, report; RESUME comes with
 * the answer. Between the two the bank waits with its interrupt off, because SS alone keeps the line raised. No lock
 * is held while the core is called.
 */
#include "smmuv2_drv_priv.h"

/* ---- From the hardware to the core ---- */

static void read_syndrome(struct smmuv2_drv *d, u32 n, u32 fsr, struct smmuv2_context_fault *f)
{
	f->bank = n;
	f->fsr = fsr;
	f->far = drv_read64(&d->h, v2d_cb(d, n, SMMUV2_CB_FAR));
	f->ipafar = d->f.stage2 ? drv_read64(&d->h, v2d_cb(d, n, SMMUV2_CB_IPAFAR)) : 0;
	f->fsynr0 = drv_read32(&d->h, v2d_cb(d, n, SMMUV2_CB_FSYNR0));
	f->fsynr1 = drv_read32(&d->h, v2d_cb(d, n, SMMUV2_CB_FSYNR1));
	f->cbfrsynra = drv_read32(&d->h, v2d_gr1(d, SMMUV2_GR1_CBFRSYNRA(n)));
}

static u8 perm_of(u32 fsynr0)
{
	u8 perm = fsynr0 & SMMUV2_FSYNR0_WNR ? FAULT_WRITE : fsynr0 & SMMUV2_FSYNR0_IND ? FAULT_EXEC : FAULT_READ;

	return fsynr0 & SMMUV2_FSYNR0_PNU ? perm | FAULT_PRIV : perm;
}

static void make_record(const struct smmuv2_context_fault *f, u64 cookie, struct fault_record *r)
{
	*r = (struct fault_record){
		.addr = f->far,
		.cookie = cookie,
		.sid = FIELD_GET(SMMUV2_CBFRSYNRA_SID, f->cbfrsynra),
		.index = f->bank,
		.reason = f->fsr & SMMUV2_FSR_FAULTS,
		.type = f->fsr & SMMUV2_FSR_SS ? FAULT_STALL : FAULT_UNRECOVERABLE,
		.perm = perm_of(f->fsynr0),
		.flags = FAULT_LAST,
	};
}

/* What a bank had on record. */
enum found { FOUND_NOTHING, FOUND_STATUS, FOUND_FAULT };

/*
 * SS or MULTI alone means that a fault has left no record. A transaction that is resumed faults again and is recorded
 * then (15.5.9).
 */
static enum found status_only(struct smmuv2_drv *d, u32 n, u32 fsr)
{
	if (!fsr)
		return FOUND_NOTHING;
	if (fsr & SMMUV2_FSR_MULTI)
		drv_write32(&d->h, v2d_cb(d, n, SMMUV2_CB_FSR), fsr);
	if (fsr & SMMUV2_FSR_SS) {
		drv_write32(&d->h, v2d_cb(d, n, SMMUV2_CB_RESUME), 0);
		drv_count(&d->h, &d->stats.ss_only);
	}
	return FOUND_STATUS;
}

/*
 * Whether to leave the bank alone because its record has been the same for long. A stall that is answered in vain
 * does not count; respond() checks whether its record went away. The caller holds the bank's lock.
 */
static bool nothing_new(struct smmuv2_drv *d, u32 n, u32 fsr, u64 far)
{
	struct v2d_bank *b = &d->bank[n];
	bool same = fsr == b->last_fsr && far == b->last_far;

	b->last_fsr = fsr;
	b->last_far = far;
	if ((fsr & SMMUV2_FSR_FAULTS) && (fsr & SMMUV2_FSR_SS))
		return false;
	b->stale = same ? b->stale + 1 : 0;
	if (b->stale < V2D_STALE)
		return false;
	smmuv2_drv_bank_mute(d, n, true);
	return true;
}

/* Take the bank's record, and clear it. The caller holds the bank's lock. */
static enum found take(struct smmuv2_drv *d, u32 n, struct smmuv2_context_fault *f, struct fault_record *r)
{
	struct v2d_bank *b = &d->bank[n];
	u32 fsr;

	/* While a stall waits for its answer only MULTI can be set; RESUME clears it. */
	if (!b->used || b->waiting || b->muted)
		return FOUND_NOTHING;
	fsr = drv_status(&d->h, v2d_cb(d, n, SMMUV2_CB_FSR));
	if (!fsr)
		b->last_fsr = b->stale = 0;
	if (!(fsr & SMMUV2_FSR_FAULTS))
		return fsr && nothing_new(d, n, fsr, 0) ? FOUND_NOTHING : status_only(d, n, fsr);
	read_syndrome(d, n, fsr, f);
	if (nothing_new(d, n, fsr, f->far))
		return FOUND_NOTHING;
	make_record(f, ++b->cookie, r);
	b->reporting++;
	if (fsr & SMMUV2_FSR_SS) {
		b->waiting = true;
		smmuv2_drv_bank_sctlr(d, n);
	}
	drv_write32(&d->h, v2d_cb(d, n, SMMUV2_CB_FSR), fsr);
	return FOUND_FAULT;
}

static void count_fault(struct smmuv2_drv *d, const struct smmuv2_context_fault *f)
{
	unsigned long flags;
	u32 bit;

	spin_lock_irqsave(&d->h.lock, flags);
	for (bit = 0; bit < ARRAY_SIZE(d->stats.context_faults); bit++)
		d->stats.context_faults[bit] += f->fsr >> bit & 1;
	d->stats.stalls += !!(f->fsr & SMMUV2_FSR_SS);
	d->stats.multi += !!(f->fsr & SMMUV2_FSR_MULTI);
	spin_unlock_irqrestore(&d->h.lock, flags);
}

/* The master whose mapping group a StreamID matches, with a reference. */
static struct fault_dev *master_of(struct smmuv2_drv *d, u32 sid)
{
	unsigned long flags;
	bool found = false;
	u32 n;

	spin_lock_irqsave(&d->h.lock, flags);
	for (n = 0; n < d->f.groups && !found; n++) {
		const struct v2d_group *g = &d->group[n];

		found = g->used && !((sid ^ g->sid) & ~(u32)g->mask & 0xffff);
		if (found)
			sid = g->sid;
	}
	spin_unlock_irqrestore(&d->h.lock, flags);
	return found ? fault_dev_lookup(d->h.core, sid) : NULL;
}

/* The hardware always takes an answer (see respond()), so the core never asks for the record again. */
static void report(struct smmuv2_drv *d, const struct fault_record *r)
{
	struct fault_dev *dev = master_of(d, r->sid);
	int err;

	if (dev) {
		err = fault_dev_report(dev, r, drv_now(&d->h));
		fault_dev_put(dev);
	} else {
		drv_count(&d->h, &d->stats.orphans);
		err = fault_core_report(d->h.core, r, drv_now(&d->h));
	}
	fl_assert(!err);
	(void)err;
}

/* Returns the number of records handled: 0 or 1. */
u32 smmuv2_drv_bank_faults(struct smmuv2_drv *d, u32 n)
{
	struct v2d_bank *b = &d->bank[n];
	struct smmuv2_context_fault f;
	struct fault_record r;
	unsigned long flags;
	enum found found;

	spin_lock_irqsave(&b->lock, flags);
	found = take(d, n, &f, &r);
	spin_unlock_irqrestore(&b->lock, flags);
	if (found != FOUND_FAULT)
		return found == FOUND_STATUS;
	count_fault(d, &f);
	if (d->cfg.context_fault)
		d->cfg.context_fault(d->cfg.common.observer, &f);
	report(d, &r);
	spin_lock_irqsave(&b->lock, flags);
	b->reporting--;
	spin_unlock_irqrestore(&b->lock, flags);
	return 1;
}

/* Wait until the core knows what others have taken from a bank. */
static int await_reports(struct smmuv2_drv *d, u32 n)
{
	struct v2d_bank *b = &d->bank[n];
	unsigned long flags;
	u32 left, tries = 0;

	for (;;) {
		spin_lock_irqsave(&b->lock, flags);
		left = b->reporting;
		spin_unlock_irqrestore(&b->lock, flags);
		if (!left)
			return 0;
		if (!drv_poll(&d->h, tries++))
			return -ETIMEDOUT;
	}
}

/* As nothing_new(), for the global fault registers; GFSR stands for the whole record. */
static bool global_nothing_new(struct smmuv2_drv *d, u32 gfsr)
{
	u32 lines = SMMUV2_sCR0_GFIE | SMMUV2_sCR0_GCFGFIE;

	d->global_stale = gfsr && gfsr == d->last_gfsr ? d->global_stale + 1 : 0;
	d->last_gfsr = gfsr;
	if (d->global_muted != (d->global_stale >= V2D_STALE)) {
		d->global_muted = !d->global_muted;
		drv_write32(&d->h, SMMUV2_GR0_sCR0, d->global_muted ? d->scr0 & ~lines : d->scr0);
		if (d->global_muted)
			drv_count(&d->h, &d->stats.muted);
	}
	return d->global_muted;
}

u32 smmuv2_drv_global_faults(struct smmuv2_drv *d)
{
	u32 gfsr = drv_status(&d->h, SMMUV2_GR0_sGFSR);
	u32 synr[3], bit;
	unsigned long flags;
	u64 far;

	if (global_nothing_new(d, gfsr) || !gfsr)
		return 0;
	far = drv_read64(&d->h, SMMUV2_GR0_sGFAR);
	synr[0] = drv_read32(&d->h, SMMUV2_GR0_sGFSYNR0);
	synr[1] = drv_read32(&d->h, SMMUV2_GR0_sGFSYNR1);
	synr[2] = drv_read32(&d->h, SMMUV2_GR0_sGFSYNR2);
	drv_write32(&d->h, SMMUV2_GR0_sGFSR, gfsr);
	spin_lock_irqsave(&d->h.lock, flags);
	for (bit = 0; bit < ARRAY_SIZE(d->stats.global_faults); bit++)
		d->stats.global_faults[bit] += gfsr >> bit & 1;
	spin_unlock_irqrestore(&d->h.lock, flags);
	if (d->cfg.global_fault)
		d->cfg.global_fault(d->cfg.common.observer, gfsr, far, synr);
	return 1;
}

/* ---- From the core to the hardware ---- */

/*
 * FSR is cleared before RESUME is written, because MMU-500 would keep SS. The record was cleared when it was taken;
 * where it is still there, the driver does not clear it for ever. The caller holds the bank's lock.
 */
static void resume(struct smmuv2_drv *d, u32 n, u32 how)
{
	struct v2d_bank *b = &d->bank[n];
	u32 fsr = drv_dead(&d->h) ? 0 : drv_status(&d->h, v2d_cb(d, n, SMMUV2_CB_FSR));

	if (drv_dead(&d->h))
		return;
	if (fsr & ~SMMUV2_FSR_SS)
		drv_write32(&d->h, v2d_cb(d, n, SMMUV2_CB_FSR), fsr);
	drv_write32(&d->h, v2d_cb(d, n, SMMUV2_CB_RESUME), how);
	b->stale = fsr & SMMUV2_FSR_FAULTS ? b->stale + 1 : 0;
	if (b->stale >= V2D_STALE)
		smmuv2_drv_bank_mute(d, n, true);
	else
		smmuv2_drv_bank_sctlr(d, n);
}

static int respond(void *ctx, void *dev_ctx, const struct fault_response *r)
{
	struct smmuv2_drv *d = ctx;
	struct v2d_bank *b = &d->bank[r->index];
	unsigned long flags;
	bool waits, dead;

	spin_lock_irqsave(&b->lock, flags);
	waits = b->waiting && b->cookie == r->cookie;
	if (waits) {
		b->waiting = false;
		resume(d, r->index, r->hw_code);
	}
	dead = drv_dead(&d->h);
	spin_unlock_irqrestore(&b->lock, flags);
	drv_count(&d->h, !waits ? &d->stats.stale_answers
			 : dead ? &d->h.stats.abandoned
				: &d->stats.resumes[r->hw_code]);
	return 0;
}

/*
 * A bank has one record, and MMIO is in order: to read it once, and to wait for whoever has read it before, is the
 * fence of reports. RESUME needs no fence of responses.
 */
static int fence(void *ctx, void *dev_ctx, enum fault_fence what)
{
	struct smmuv2_drv *d = ctx;
	u32 n;
	int r = 0;

	for (n = d->f.first_bank; n < d->f.banks && what == FAULT_FENCE_REPORTS && !r; n++) {
		smmuv2_drv_bank_faults(d, n);
		r = await_reports(d, n);
	}
	return r;
}

static bool bank_pending(struct smmuv2_drv *d, u32 n)
{
	struct v2d_bank *b = &d->bank[n];
	unsigned long flags;
	bool pending;

	spin_lock_irqsave(&b->lock, flags);
	pending = b->used && !b->waiting && drv_status(&d->h, v2d_cb(d, n, SMMUV2_CB_FSR));
	spin_unlock_irqrestore(&b->lock, flags);
	return pending;
}

static bool hw_pending(void *ctx)
{
	struct smmuv2_drv *d = ctx;
	u32 n;

	for (n = d->f.first_bank; n < d->f.banks && !drv_dead(&d->h); n++)
		if (bank_pending(d, n))
			return true;
	return false;
}

/* A bank whose interrupt is off: one record at a time, as often as the watchdog looks. */
static void give_another_chance(struct smmuv2_drv *d, u32 n)
{
	struct v2d_bank *b = &d->bank[n];
	unsigned long flags;

	spin_lock_irqsave(&b->lock, flags);
	if (b->muted) {
		smmuv2_drv_bank_mute(d, n, false);
		b->stale = V2D_STALE - 2;
	}
	spin_unlock_irqrestore(&b->lock, flags);
}

static void hw_drain(void *ctx)
{
	struct smmuv2_drv *d = ctx;
	u32 n;

	for (n = d->f.first_bank; n < d->f.banks && !drv_dead(&d->h); n++) {
		give_another_chance(d, n);
		smmuv2_drv_bank_faults(d, n);
	}
	smmuv2_drv_global_faults(d);
}

const struct fault_ops smmuv2_fault_ops = {
	.respond = respond,
	.fence = fence,
	.hw_pending = hw_pending,
	.hw_drain = hw_drain,
	DRV_FAULT_OPS,
};
