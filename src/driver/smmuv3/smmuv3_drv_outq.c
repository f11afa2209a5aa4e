// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Event queue and PRI queue as queues: drain, fence, overflow (3.5, 7.4, 8.1).
 *
 * One drainer at a time, so records are reported in the order of the queue. A record leaves the queue once it was
 * handled; until then the SMMU cannot overwrite it.
 */
#include "smmuv3_drv_priv.h"

static bool overflowed(const struct drv_outq *q, u32 prod)
{
	return (prod ^ q->cons) & SMMUV3_Q_OVFLG;
}

/* PROD as the SMMU shows it; inconsistent indices count as an empty queue. */
static u32 read_prod(struct smmuv3_drv *d, struct drv_outq *q)
{
	u32 prod = drv_read32(&d->h, q->prod_reg);

	/* Bits 30:20 are reserved, so no SMMU returns all ones: the queue counts as empty. */
	if (!~prod) {
		drv_gone(&d->h);
		return q->cons;
	}
	if (ring_used(prod, q->cons, q->log2) > 1U << q->log2) {
		drv_count(&d->h, &d->stats.resyncs);
		q->cons = (q->cons & SMMUV3_Q_OVFLG) | ring_ptr(prod, q->log2);
	}
	return prod;
}

static int take_one(struct smmuv3_drv *d, struct drv_outq *q)
{
	u64 words[SMMUV3_EVT_WORDS];
	u64 pa = q->base + (u64)ring_index(q->cons, q->log2) * q->entry;
	int r = drv_read_words(&d->h, pa, words, q->entry / 8);

	if (r)
		return r;
	r = q == &d->evtq ? v3d_event(d, words) : v3d_page_request(d, words);
	if (!r)
		q->cons = ring_next(q->cons, q->log2);
	return r;
}

/*
 * The event queue goes on under an overflow, which is acknowledged with the
 * first records consumed (7.4). The PRI queue stands still, so that its end is
 * known: once all of it was seen, incomplete groups lack a LAST that was lost
 * (and answered), and are poisoned before the acknowledgement lets new requests
 * in (8.1.1).
 */
static void acknowledge(struct smmuv3_drv *d, struct drv_outq *q, u32 prod)
{
	if (!overflowed(q, prod))
		return;
	if (q == &d->priq) {
		if (!ring_empty(prod, q->cons, q->log2))
			return;
		d->stats.priq_overflows++;
		fault_core_overflow(d->h.core, drv_now(&d->h));
	} else {
		d->stats.evtq_overflows++;
	}
	q->cons ^= SMMUV3_Q_OVFLG;
}

static void publish(struct smmuv3_drv *d, struct drv_outq *q)
{
	if (q->cons == q->written)
		return;
	q->written = q->cons;
	drv_write32(&d->h, q->cons_reg, q->cons);
}

/* The gate is closed. Returns the number of records handled; -EAGAIN if there are some and the first must wait. */
static int drain_locked(struct smmuv3_drv *d, struct drv_outq *q, u32 budget)
{
	u32 prod = drv_dead(&d->h) ? q->cons : read_prod(d, q);
	u32 n = 0;
	int r = 0;

	while (n < budget && !r) {
		if (ring_empty(prod, q->cons, q->log2)) {
			prod = read_prod(d, q);
			if (ring_empty(prod, q->cons, q->log2))
				break;
		}
		r = take_one(d, q);
		n += !r;
	}
	acknowledge(d, q, prod);
	publish(d, q);
	return n ? (int)n : r;
}

int v3d_outq_drain(struct smmuv3_drv *d, struct drv_outq *q, u32 budget)
{
	int n;

	drv_gate_close(&d->h, &q->gate);
	n = drain_locked(d, q, budget);
	drv_gate_open(&d->h, &q->gate);
	return n;
}

/*
 * A batch for the interrupt thread. The SMMU raises an interrupt when the queue
 * is no longer empty, so a record that must stay is waited for here: until its
 * answer has found room, or the time-out has passed (-EAGAIN).
 */
int v3d_outq_thread(struct smmuv3_drv *d, struct drv_outq *q)
{
	u32 tries = 0;
	int n;

	while ((n = v3d_outq_drain(d, q, d->cfg.batch)) == -EAGAIN) {
		v3d_cmdq_recover(&d->h);
		if (!drv_poll(&d->h, tries++))
			break;
	}
	return n;
}

/*
 * Handle as many records as the queue can hold, and as many again for those that arrive meanwhile; an SMMU that always
 * has more must wait.
 */
void v3d_outq_empty(struct smmuv3_drv *d, struct drv_outq *q)
{
	u32 left = 2U << q->log2;
	int n = 1;

	for (; left && n > 0; left -= min(left, (u32)max(n, 0)))
		n = v3d_outq_thread(d, q);
}

/* Returns once everything that was in the queue at the time of the call was handled. */
int v3d_outq_fence(struct smmuv3_drv *d, struct drv_outq *q)
{
	u32 left, tries = 0;
	int n, r = 0;

	drv_gate_close(&d->h, &q->gate);
	left = ring_used(read_prod(d, q), q->cons, q->log2);
	while (left && !r) {
		n = drain_locked(d, q, min(left, d->cfg.batch));
		if (!n)
			break;
		if (n > 0) {
			left -= min(left, (u32)n);
			continue;
		}
		/* The first record cannot be handled now, because there is no room for its answer. */
		v3d_cmdq_recover(&d->h);
		if (!drv_poll(&d->h, tries++))
			r = -EBUSY;
	}
	drv_gate_open(&d->h, &q->gate);
	return r;
}

bool v3d_outq_pending(struct smmuv3_drv *d, struct drv_outq *q)
{
	bool pending;
	u32 prod;

	drv_gate_close(&d->h, &q->gate);
	prod = read_prod(d, q);
	pending = !ring_empty(prod, q->cons, q->log2) || overflowed(q, prod);
	drv_gate_open(&d->h, &q->gate);
	return pending;
}

/* Discard what is in the queue: its entries cannot be trusted (7.2.2). */
void v3d_outq_discard(struct smmuv3_drv *d, struct drv_outq *q)
{
	u32 prod;

	drv_gate_close(&d->h, &q->gate);
	prod = read_prod(d, q);
	d->stats.evtq_discarded += ring_used(prod, q->cons, q->log2);
	q->cons = (prod & SMMUV3_Q_OVFLG) | ring_ptr(prod, q->log2);
	publish(d, q);
	drv_gate_open(&d->h, &q->gate);
}
