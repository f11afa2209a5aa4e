// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The page request queue: its thread, its overflow, and draining (7.4 - 7.11).
 *
 * One drainer at a time, so requests are reported in the order of the queue. PQH advances while they are handled, so
 * that the queue has room again before it is empty.
 */
#include "vtd_drv_priv.h"

#define DESC_BYTES VTD_PREQ_BYTES

int vdrv_prq_init(struct vtd_drv *d)
{
	u64 bytes = 4096ULL << d->cfg.prq_order;

	d->prq_mask = (u32)bytes - DESC_BYTES;
	return drv_mem_alloc(&d->h, bytes, bytes, &d->prq);
}

void vdrv_prq_exit(struct vtd_drv *d)
{
	if (d->prq)
		drv_mem_free(&d->h, d->prq, 4096ULL << d->cfg.prq_order);
}

/*
 * Start with an empty queue, and clear the conditions of an earlier user: while PPR or PRO is set there would never
 * be an event (7.5). The event itself is still masked.
 */
void vdrv_prq_clear_stale(struct vtd_drv *d)
{
	drv_write64(&d->h, VTD_PQH, 0);
	drv_write64(&d->h, VTD_PQT, 0);
	drv_write64(&d->h, VTD_PQA, d->prq | d->cfg.prq_order);
	d->prq_head = 0;
	drv_write32(&d->h, VTD_PRS, VTD_PRS_PRO | VTD_PRS_PPR);
}

/* 0 or -EAGAIN: leave it where it is. */
static int report(struct vtd_drv *d, const u64 words[4])
{
	bool pp = words[0] & VTD_PREQ_PP;
	struct fault_record f = {
		.type = FAULT_PAGE_REQUEST,
		.addr = words[1] & VTD_PREQ_ADDR,
		.sid = (u32)FIELD_GET(VTD_PREQ_RID, words[0]),
		.pasid = pp ? (u32)FIELD_GET(VTD_PREQ_PASID, words[0]) : FAULT_NO_PASID,
		.index = (u16)FIELD_GET(VTD_PREQ_PRGI, words[1]),
		.perm = (words[1] & VTD_PREQ_RDR ? FAULT_READ : 0) | (words[1] & VTD_PREQ_WRR ? FAULT_WRITE : 0) |
			(words[0] & VTD_PREQ_EXR ? FAULT_EXEC : 0) | (words[0] & VTD_PREQ_PMR ? FAULT_PRIV : 0),
		.flags = (pp ? FAULT_PASID_VALID : 0) | (words[1] & VTD_PREQ_LPIG ? FAULT_LAST : 0),
	};
	int r = drv_report_request(&d->h, &f, &d->stats.page_requests, &d->stats.stop_markers);

	return min(r, 0);
}

static int take_one(struct vtd_drv *d)
{
	u64 words[4];
	int r = drv_read_words(&d->h, d->prq + d->prq_head, words, 4);

	if (r)
		return r;
	if ((words[0] & 0xff) != VTD_PREQ_TYPE) {
		d->stats.bad_descriptors++;
		return 0;
	}
	/* Notify the observer once, however often the request is reported. */
	if (d->cfg.page_request && !d->prq_shown)
		d->cfg.page_request(d->cfg.common.observer, words);
	d->prq_shown = true;
	return report(d, words);
}

/* Bits 63:19 are reserved (11.4.11.3): no hardware returns all ones, and the queue counts as empty. */
static u32 read_tail(struct vtd_drv *d)
{
	u64 tail = drv_read64(&d->h, VTD_PQT);

	if (~tail)
		return (u32)tail & d->prq_mask;
	drv_gone(&d->h);
	return d->prq_head;
}

/*
 * While PRO is set nothing is written, so all that was accepted has been seen
 * once the queue is empty: groups that are incomplete now lack requests that
 * were lost, perhaps their last one, which the hardware has answered. They are
 * poisoned before PRO is cleared and new requests come in.
 */
static bool recover_overflow(struct vtd_drv *d)
{
	if (!(drv_status(&d->h, VTD_PRS) & VTD_PRS_PRO) || read_tail(d) != d->prq_head)
		return false;
	d->stats.prq_overflows++;
	fault_core_overflow(d->h.core, drv_now(&d->h));
	drv_write32(&d->h, VTD_PRS, VTD_PRS_PRO);
	return true;
}

static void advance(struct vtd_drv *d, bool now_or_never, u32 *since)
{
	if (!*since || (!now_or_never && *since < d->cfg.prq_head_every))
		return;
	drv_write64(&d->h, VTD_PQH, d->prq_head);
	*since = 0;
}

/* The gate is closed. Returns the number of requests handled; *@stuck: one could not be handled. */
static int drain(struct vtd_drv *d, u32 budget, bool *stuck)
{
	u32 tail = read_tail(d), since = 0;
	int n = 0;

	*stuck = false;
	while (d->prq_head != tail && (u32)n < budget) {
		if (take_one(d)) {
			*stuck = true;
			break;
		}
		d->prq_shown = false;
		d->prq_head = (d->prq_head + DESC_BYTES) & d->prq_mask;
		n++;
		since++;
		advance(d, false, &since);
	}
	advance(d, true, &since);
	return n;
}

/* PPR is cleared before the tail is read: what is written later raises an event. */
static int serve(struct vtd_drv *d, u32 budget, bool *stuck)
{
	int n;

	drv_gate_close(&d->h, &d->prq_gate);
	drv_write32(&d->h, VTD_PRS, VTD_PRS_PPR);
	n = drain(d, budget, stuck);
	if (n)
		d->prq_stale = 0;
	/* An overflow that cannot be cleared is left to the watchdog. */
	if (!*stuck && recover_overflow(d) && (n || ++d->prq_stale % VDRV_STALE))
		n++;
	drv_gate_open(&d->h, &d->prq_gate);
	return n;
}

/**
 * vdrv_prq_thread() - the page request event
 *
 * A request that must stay raises no further event. It waits here for the room
 * that its answer needs.
 * Return: records and overflows dealt with; 0: nothing was left; -EAGAIN: the
 * time-out has passed and the first request is still there.
 */
int vdrv_prq_thread(struct vtd_drv *d, u32 budget)
{
	u32 tries = 0;
	bool stuck;
	int n;

	if (drv_dead(&d->h))
		return 0;
	while (!(n = serve(d, budget, &stuck)) && stuck) {
		vdrv_queue_recover(d);
		if (drv_dead(&d->h))
			return 0;
		if (!drv_poll(&d->h, tries++))
			return -EAGAIN;
	}
	return n;
}

/*
 * Handle as many requests as the queue can hold, and as many again for those that arrive meanwhile; hardware that
 * always has more must wait.
 */
void vdrv_prq_empty(struct vtd_drv *d)
{
	u32 left = 2 * (d->prq_mask / DESC_BYTES + 1);
	int n = 1;

	for (; left && n > 0; left -= min(left, (u32)max(n, 0)))
		n = vdrv_prq_thread(d, d->cfg.batch);
}

bool vdrv_prq_pending(struct vtd_drv *d)
{
	return read_tail(d) != d->prq_head || (drv_status(&d->h, VTD_PRS) & VTD_PRS_PRO);
}

/* Steps (a) to (c) of 7.10: everything the device has sent is in the queue when this returns. */
static int flush_device(struct vdrv_dev *dev)
{
	struct vtd_drv *d = vdrv_of(dev->base.host);
	struct vdrv_batch b = { .n = 0 };

	vdrv_add(d, &b, VTD_DESC_WAIT | VTD_WAIT_FN, 0);
	vdrv_add(d, &b, VTD_DESC_IOTLB | FIELD_PREP(VTD_DESC_G, (u64)VTD_GRAN_DOMAIN), 0);
	vdrv_add_device_tlb(dev, &b, FAULT_NO_PASID, 0, ~0ULL);
	return vdrv_sync(d, &b, d->ecap & VTD_ECAP_PDS ? VTD_WAIT_PD : 0);
}

/* Handle everything between head and tail as they are now; what arrives later does not belong to this device. */
static int empty_queue(struct vtd_drv *d, bool *overflow)
{
	bool stuck;
	u32 tries = 0;

	for (;;) {
		drv_gate_close(&d->h, &d->prq_gate);
		drain(d, ~0U, &stuck);
		*overflow |= !stuck && recover_overflow(d);
		drv_gate_open(&d->h, &d->prq_gate);
		if (!stuck)
			return 0;
		vdrv_queue_recover(d);
		if (drv_dead(&d->h))
			return 0;
		if (!drv_poll(&d->h, tries++))
			return -ETIMEDOUT;
	}
}

/**
 * vdrv_prq_drain() - every page request of @dev has been reported when this returns (7.10)
 *
 * Step (d): an overflow on the way means automatic responses in flight behind
 * the device-TLB invalidation; the device must be flushed again.
 */
int vdrv_prq_drain(struct vdrv_dev *dev)
{
	struct vtd_drv *d = vdrv_of(dev->base.host);
	bool overflow;
	u32 tries = 0;
	int r;

	d->stats.drains++;
	for (;;) {
		overflow = drv_status(&d->h, VTD_PRS) & VTD_PRS_PRO;
		r = flush_device(dev);
		if (!r)
			r = empty_queue(d, &overflow);
		if (r || !overflow)
			return drv_dead(&d->h) ? 0 : r;
		d->stats.drain_repeats++;
		if (!drv_poll(&d->h, tries++))
			return -ETIMEDOUT;
	}
}
