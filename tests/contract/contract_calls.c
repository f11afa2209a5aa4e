// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The calls of the random holder, each noted while it lasts. */
#include "contract_priv.h"

#include <stdio.h>
#include <stdlib.h>

u64 ct_read(struct ct *c, u64 offset, unsigned int size)
{
	u64 value;

	CT_CALL(c, CALL_MMIO_READ, 0, value = c->cls.mmio_read(c->hw, offset, size));
	return value;
}

void ct_write(struct ct *c, u64 offset, u64 value, unsigned int size)
{
	CT_CALL(c, CALL_MMIO_WRITE, 0, c->cls.mmio_write(c->hw, offset, value, size));
}

void ct_call_step(struct ct *c)
{
	c->owes_step = false;
	CT_CALL(c, CALL_STEP, 0, c->cls.step(c->hw));
}

void ct_send_page_request(struct ct *c, u32 index, bool last)
{
	struct ct_group *g = &c->s.group[index];
	struct page_request pr = {
		.sid = g->sid, .addr = g->page, .prgi = (u16)index, .perm = PERM_R | PERM_W, .last = last
	};

	g->last_sent = last;
	c->s.invs++;
	CT_CALL(c, CALL_PAGE_REQUEST, 0, c->cls.page_request(c->hw, &pr));
}

bool ct_begin_group(struct ct *c, u32 sid, u64 page, u32 txn, bool last)
{
	u32 i = ct_rand(c, CT_GROUPS);

	if (c->s.group[i].used || !c->cls.page_request)
		return false;
	c->s.group[i] = (struct ct_group){ .used = true, .sid = sid, .page = page & ~0xfffULL, .txn = txn };
	if (txn)
		c->s.txn[txn - 1].where = CT_PAGED;
	ct_send_page_request(c, i, last);
	return true;
}

/* A translation that does not allow what the endpoint wants: it asks for the page. */
static bool asks_for_page(struct ct *c, const struct ct_txn *t, u8 perm)
{
	u8 want = t->t.flags & DMA_WRITE ? PERM_W : PERM_R;

	return (t->t.flags & DMA_ATS_REQ) && !(perm & want) && (c->s.trace || ct_one_in(c, 2));
}

static void outcome(struct ct *c, u32 i, enum xlat x, const struct xlat_result *r)
{
	struct ct_txn *t = &c->s.txn[i];

	if (t->dead && x != XLAT_ABORT)
		ct_fail(c, "transaction %llu: its walk outlived a reset with outcome %u", t->t.id, x);
	switch (x) {
	case XLAT_STALL:
		t->where = CT_STALLED;
		c->s.counts[CT_N_STALLS]++;
		break;
	case XLAT_WAIT:
		t->where = CT_WAITING;
		c->s.counts[CT_N_WAITS]++;
		break;
	case XLAT_OK:
		ct_check_place(c, &t->t, r);
		/* Without a free index the endpoint tries again later. */
		if (asks_for_page(c, t, r->perm)) {
			t->where = CT_READY;
			ct_begin_group(c, t->t.sid, t->t.iova, i + 1, true);
			break;
		}
		ct_end_txn(c, t, x, r->pa);
		break;
	case XLAT_ABORT:
	case XLAT_RAZWI:
		if (t->dead && c->s.trace)
			t->where = CT_READY;
		else
			ct_end_txn(c, t, x, 0);
		t->dead = false;
		break;
	default:
		ct_fail(c, "transaction %llu: outcome %u", t->t.id, x);
	}
}

/* Lookup, and the walk after a miss; or (@at_once) translate. */
void ct_present(struct ct *c, u32 i, bool at_once)
{
	struct ct_txn *t = &c->s.txn[i];
	struct xlat_result r;
	enum xlat x;

	if (at_once) {
		CT_CALL(c, CALL_TRANSLATE, i + 1, x = c->cls.translate(c->hw, &t->t, &r));
		c->owes_step |= ct_count(c, CT_WALK) != 0;
		outcome(c, i, x, &r);
		return;
	}
	CT_CALL(c, CALL_LOOKUP, i + 1, x = c->cls.lookup(c->hw, &t->t, &r));
	if (x != XLAT_MISS) {
		outcome(c, i, x, &r);
		return;
	}
	memset(t->overtaken, 0, sizeof(t->overtaken));
	t->begun = c->s.invs;
	CT_CALL(c, CALL_WALK, i + 1, c->cls.walk(c->hw, &t->t, &c->walk[i]));
	t->where = CT_WALK;
}

void ct_fill(struct ct *c, u32 i)
{
	struct ct_txn *t = &c->s.txn[i];
	enum xlat x;

	/* From here on nothing waits for it: its outcome is decided in this call. */
	t->where = CT_READY;
	c->silent = t->dead;
	CT_CALL(c, CALL_FILL, i + 1, x = c->cls.fill(c->hw, &c->walk[i]));
	c->silent = false;
	c->owes_step = true;
	outcome(c, i, x, &c->walk[i].res);
}

void ct_cancel(struct ct *c, u32 i)
{
	struct ct_txn *t = &c->s.txn[i];

	CT_CALL(c, CALL_CANCEL, i + 1, c->cls.cancel(c->hw, &c->walk[i]));
	c->owes_step = true;
	c->s.counts[CT_N_CANCELS]++;
	ct_end_txn(c, t, XLAT_ABORT, 0);
}

void ct_complete_inv(struct ct *c, u32 i, bool ok)
{
	struct ats_inv inv = c->s.inv[i];

	c->s.inv[i] = c->s.inv[--c->s.n_inv];
	c->s.timed_out |= !ok && !c->e->timeout_ends_waits;
	CT_CALL(c, CALL_ATS_INV_DONE, 0, c->cls.ats_inv_done(c->hw, inv.sid, inv.itag, ok));
	c->owes_step = true;
	if (ok)
		return;
	/* VT-d aborts the wait descriptors that are open (6.5.2.11). */
	ct_call_step(c);
	if (c->e->timeout_ends_waits)
		c->s.n_wait = 0;
}

/* ---- reset, save, restore ---- */

static void forget(struct ct *c)
{
	u32 i;

	c->s.n_inv = c->s.n_wait = c->s.n_record = 0;
	memset(c->s.past, 0, sizeof(c->s.past));
	c->s.prod = c->s.executed = c->s.head = 0;
	c->s.timed_out = false;
	for (i = 0; i < CT_GROUPS; i++)
		c->s.group[i].used = false;
	for (i = 0; i < CT_TXNS; i++) {
		struct ct_txn *t = &c->s.txn[i];

		if (t->where == CT_WALK)
			t->dead = true;
		if (t->where == CT_PAGED)
			t->where = CT_READY;
		memset(t->overtaken, 0, sizeof(t->overtaken));
	}
}

void ct_reset(struct ct *c)
{
	u32 i;

	CT_CALL(c, CALL_RESET, 0, c->cls.reset(c->hw));
	c->owes_step = false;
	c->s.counts[CT_N_RESETS]++;
	for (i = 0; i < CT_TXNS; i++) {
		if (c->s.txn[i].where == CT_STALLED)
			ct_fail(c, "transaction %llu is stalled after a reset", c->s.txn[i].t.id);
		if (c->s.txn[i].where == CT_WAITING)
			ct_fail(c, "transaction %llu waits after a reset", c->s.txn[i].t.id);
	}
	for (i = 0; i < CT_LINES && c->e->slots_by_tbu; i++)
		if (c->s.irq[i])
			ct_fail(c, "interrupt line %u is high after a reset", i);
	forget(c);
}

void ct_bring_up(struct ct *c)
{
	c->e->bring_up(c);
}

static void restore_spare(struct ct *c, const struct iommu_image *img)
{
	struct iommu_image in, again;
	int err;

	image_to_load(&in, img->bytes, img->len);
	CT_CALL(c, CALL_RESTORE, 0, err = c->cls.restore(c->spare, &in));
	if (err)
		ct_fail(c, "restore: %d", err);
	image_to_save(&again);
	CT_CALL(c, CALL_SAVE, 0, err = c->cls.save(c->spare, &again));
	if (err || again.len != img->len || memcmp(again.bytes, img->bytes, img->len))
		ct_fail(c, "the restored engine has another image (%d)", err);
	image_free(&again);
	if (c->e->slots_by_tbu && memcmp(c->spare_irq, c->s.irq, sizeof(c->s.irq)))
		ct_fail(c, "interrupt lines after a restore");
}

/* A damaged image, and one for an engine that still has work, are refused. */
static void refused_images(struct ct *c, struct iommu_image *img)
{
	u32 at = ct_rand(c, (u32)img->len);
	struct iommu_image in;
	int err;

	img->bytes[at] ^= 0x40;
	image_to_load(&in, img->bytes, img->len);
	c->spare_call = true;
	CT_CALL(c, CALL_RESTORE, 0, err = c->cls.restore(c->spare, &in));
	c->spare_call = false;
	img->bytes[at] ^= 0x40;
	if (err != -EINVAL)
		ct_fail(c, "restore of a damaged image (byte %u): %d", at, err);
	if (!ct_count(c, CT_STALLED))
		return;
	image_to_load(&in, img->bytes, img->len);
	CT_CALL(c, CALL_RESTORE, 0, err = c->cls.restore(c->hw, &in));
	if (err != -EBUSY)
		ct_fail(c, "restore under a stall: %d", err);
}

/* The run goes on with the other engine. */
void ct_save_restore(struct ct *c)
{
	u32 walks = 0, i;
	struct iommu_image img;
	void *old = c->hw;
	int err;

	for (i = 0; i < CT_TXNS; i++)
		walks += c->s.txn[i].where == CT_WALK && !c->s.txn[i].dead;
	image_to_save(&img);
	CT_CALL(c, CALL_SAVE, 0, err = c->cls.save(c->hw, &img));
	if (err != (walks ? -EBUSY : 0))
		ct_fail(c, "save with %u walks in flight: %d", walks, err);
	if (!err && !c->why[0]) {
		c->spare_call = true;
		CT_CALL(c, CALL_RESET, 0, c->cls.reset(c->spare));
		memset(c->spare_irq, 0, sizeof(c->spare_irq));
		c->spare_call = false;
		if (ct_one_in(c, 8))
			refused_images(c, &img);
		c->spare_call = true;
		restore_spare(c, &img);
		c->spare_call = false;
		c->hw = c->spare;
		c->spare = old;
		c->s.counts[CT_N_RESTORES]++;
	}
	image_free(&img);
}
