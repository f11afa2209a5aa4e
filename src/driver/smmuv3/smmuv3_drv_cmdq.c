// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The command queue: submit, wait, recover (3.5, 4, 7.1).
 *
 * Commands are counted from the start, so a waiter compares numbers and never
 * meets a wrapped index. Everything here is under smmuv3_drv.lock but the waits.
 */
#include "smmuv3_drv_priv.h"

#define MAX_FETCH_ABORTS 3

/* Note what the SMMU has consumed. CMDQ_CONS has reserved bits, so no SMMU returns all ones. */
static void refresh(struct smmuv3_drv *d)
{
	struct drv_cmdq *q = &d->cmdq;
	u32 cons = drv_read32(&d->h, SMMUV3_CMDQ_CONS);
	u32 used = ring_used((u32)q->head, cons, q->log2);

	if (!~cons)
		drv_gone_locked(&d->h);
	else if (used <= 1U << q->log2)
		q->tail = q->head - used;
	else
		d->stats.resyncs++;
}

static u32 space(const struct drv_cmdq *q)
{
	return (1U << q->log2) - (u32)(q->head - q->tail);
}

static u64 entry_pa(const struct drv_cmdq *q, u64 n)
{
	return q->base + (u64)ring_index((u32)n, q->log2) * SMMUV3_CMD_BYTES;
}

static int put(struct smmuv3_drv *d, u64 n, const u64 *w)
{
	u8 raw[SMMUV3_CMD_BYTES];

	fl_put_le64(raw, w[0]);
	fl_put_le64(raw + 8, w[1]);
	return drv_mem_write(&d->h, entry_pa(&d->cmdq, n), raw, sizeof(raw));
}

/* Appends as many commands as fit, and publishes them. Returns their number, or -EIO. */
static int append(struct smmuv3_drv *d, u64 (*w)[SMMUV3_CMD_WORDS], u32 n)
{
	struct drv_cmdq *q = &d->cmdq;
	u32 i;
	int r;

	if (d->h.dead)
		return -EIO;
	if (space(q) < n)
		refresh(d);
	n = min(n, space(q));
	for (i = 0; i < n; i++) {
		r = put(d, q->head + i, w[i]);
		if (r)
			return r;
		d->stats.syncs += FIELD_GET(SMMUV3_CMD_0_OP, w[i][0]) == SMMUV3_CMD_SYNC;
	}
	if (!n)
		return 0;
	q->head += n;
	d->stats.commands += n;
	drv_write32(&d->h, SMMUV3_CMDQ_PROD, ring_ptr((u32)q->head, q->log2));
	return (int)n;
}

/* Replace the command that stopped the queue by a CMD_SYNC that signals nothing. */
static void neutralise(struct smmuv3_drv *d, u64 n)
{
	static const u64 harmless[SMMUV3_CMD_WORDS] = { SMMUV3_CMD_SYNC, 0 };

	drv_read_words(&d->h, entry_pa(&d->cmdq, n), d->stats.last_bad_cmd, SMMUV3_CMD_WORDS);
	put(d, n, harmless);
}

/* Whether the queue is beyond recovery: the fetch of the same entry fails again and again. */
static bool fetch_aborted(struct drv_cmdq *q)
{
	if (q->abt_at != q->tail)
		q->abt_count = 0;
	q->abt_at = q->tail;
	return ++q->abt_count > MAX_FETCH_ABORTS;
}

static bool recover_locked(struct smmuv3_drv *d)
{
	u32 err, gerror = drv_read32(&d->h, SMMUV3_GERROR);

	if (!~gerror)
		drv_gone_locked(&d->h);
	if (d->h.dead || !((gerror ^ d->gerrorn) & SMMUV3_GERROR_CMDQ_ERR))
		return false;
	err = FIELD_GET(SMMUV3_CMDQ_CONS_ERR, drv_read32(&d->h, SMMUV3_CMDQ_CONS));
	refresh(d);
	d->stats.gerrors[0]++;
	d->stats.cmdq_errors[err <= SMMUV3_CERROR_ATC_INV_SYNC ? err : SMMUV3_CERROR_NONE]++;
	switch (err) {
	case SMMUV3_CERROR_ATC_INV_SYNC:
		/*
		 * The CMD_SYNC is executed again when the queue goes on; the ATS invalidations that it waited for are
		 * not (3.9.1.4).
		 */
		d->atc_timeouts++;
		break;
	case SMMUV3_CERROR_ABT:
		if (fetch_aborted(&d->cmdq))
			return true;
		break;
	default:
		neutralise(d, d->cmdq.tail);
		break;
	}
	d->gerrorn ^= SMMUV3_GERROR_CMDQ_ERR;
	drv_write32(&d->h, SMMUV3_GERRORN, d->gerrorn);
	return false;
}

/* Handle GERROR.CMDQ_ERR if it is active. Process context. */
void v3d_cmdq_recover(struct drv_host *h)
{
	struct smmuv3_drv *d = v3d_of(h);
	unsigned long flags;
	bool hopeless;

	spin_lock_irqsave(&d->h.lock, flags);
	hopeless = recover_locked(d);
	spin_unlock_irqrestore(&d->h.lock, flags);
	if (hopeless)
		drv_die(&d->h);
}

static int submit(struct smmuv3_drv *d, u64 (*w)[SMMUV3_CMD_WORDS], u32 n, u64 *end)
{
	unsigned long flags;
	u32 tries = 0;
	int done;

	while (n) {
		spin_lock_irqsave(&d->h.lock, flags);
		done = append(d, w, n);
		*end = d->cmdq.head;
		spin_unlock_irqrestore(&d->h.lock, flags);
		if (done < 0)
			return done;
		w += done;
		n -= (u32)done;
		if (done)
			continue;
		v3d_cmdq_recover(&d->h);
		if (!drv_poll(&d->h, tries++))
			return -ETIMEDOUT;
	}
	return 0;
}

/* CMD_SYNC is complete when it is consumed (4.7.3); errors are checked for meanwhile (7.1). */
static int wait_for(struct smmuv3_drv *d, u64 end)
{
	unsigned long flags;
	u32 tries;
	bool done, dead;

	for (tries = 0;; tries++) {
		spin_lock_irqsave(&d->h.lock, flags);
		refresh(d);
		done = d->cmdq.tail >= end;
		dead = d->h.dead;
		spin_unlock_irqrestore(&d->h.lock, flags);
		if (done || dead)
			return done ? 0 : -EIO;
		v3d_cmdq_recover(&d->h);
		if (!drv_poll(&d->h, tries))
			return -ETIMEDOUT;
	}
}

static void flush(struct smmuv3_drv *d, struct drv_cmds *c)
{
	u64 end;

	if (!c->error && c->n)
		c->error = submit(d, c->w, c->n, &end);
	c->n = 0;
}

/* Append a command to a list; a full list is submitted. Errors are kept for v3d_cmd_sync(). */
void v3d_cmd_add(struct smmuv3_drv *d, struct drv_cmds *c, u64 dw0, u64 dw1)
{
	if (c->n == DRV_BATCH)
		flush(d, c);
	c->w[c->n][0] = dw0;
	c->w[c->n++][1] = dw1;
}

/* Submit the list and a CMD_SYNC, and wait for it. The list is empty afterwards. */
int v3d_cmd_sync(struct smmuv3_drv *d, struct drv_cmds *c)
{
	u64 end = 0;
	int r;

	v3d_cmd_add(d, c, SMMUV3_CMD_SYNC | FIELD_PREP(SMMUV3_CMD_SYNC_0_CS, SMMUV3_SYNC_CS_NONE), 0);
	r = c->error ? c->error : submit(d, c->w, c->n, &end);
	c->n = 0;
	c->error = 0;
	return r ? r : wait_for(d, end);
}

/* One command from any context: 0, -EBUSY if there is no room now, -EIO. */
int v3d_cmd_try(struct smmuv3_drv *d, u64 dw0, u64 dw1)
{
	unsigned long flags;
	u64 w[1][SMMUV3_CMD_WORDS] = { { dw0, dw1 } };
	int r;

	spin_lock_irqsave(&d->h.lock, flags);
	r = append(d, w, 1);
	spin_unlock_irqrestore(&d->h.lock, flags);
	return r < 0 ? r : r ? 0 : -EBUSY;
}
