// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What the random holder does next, what must hold after it, and its quiet end. */
#include "contract_priv.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- a random step ---- */

static int pick(struct ct *c, enum ct_where where)
{
	u32 start = ct_rand(c, CT_TXNS), i;

	for (i = 0; i < CT_TXNS; i++)
		if (c->s.txn[(start + i) % CT_TXNS].where == where)
			return (int)((start + i) % CT_TXNS);
	return -1;
}

static void begin(struct ct *c)
{
	int i = pick(c, CT_IDLE);
	struct dma_txn *t;

	if (i < 0)
		return;
	t = &c->s.txn[i].t;
	*t = (struct dma_txn){ .iova = (u64)ct_rand(c, CT_PAGES) << 12 | ct_rand(c, 1000) * 4,
			       .id = ++c->s.next_id,
			       .len = 4,
			       .flags = ct_one_in(c, 2) ? DMA_WRITE : 0 };
	c->e->txn(c, t);
	c->s.txn[i].where = CT_READY;
	ct_present(c, (u32)i, ct_one_in(c, 8));
}

static void change_map(struct ct *c)
{
	static const u8 perms[] = { 0, PERM_R, PERM_R | PERM_W };
	u32 sid = ct_rand(c, c->e->n_sids);
	u64 iova = (u64)ct_rand(c, CT_PAGES) << 12;

	ct_map(c, sid, iova, perms[ct_rand(c, 3)]);
	c->e->invalidate(c, sid, iova);
}

static void endpoint(struct ct *c)
{
	u32 i = ct_rand(c, CT_GROUPS);

	if (c->s.group[i].used && !c->s.group[i].last_sent)
		ct_send_page_request(c, i, ct_one_in(c, 2));
	else
		ct_begin_group(c, 2 + ct_rand(c, 2), (u64)ct_rand(c, CT_PAGES) << 12, 0, !ct_one_in(c, 3));
}

static void on_walk(struct ct *c, void (*act)(struct ct *c, u32 i))
{
	int i = pick(c, CT_WALK);

	if (i >= 0)
		act(c, (u32)i);
}

static void on_ready(struct ct *c)
{
	int i = pick(c, CT_READY);

	if (i >= 0)
		ct_present(c, (u32)i, ct_one_in(c, 8));
}

static void end_walks(struct ct *c)
{
	u32 i;

	for (i = 0; i < CT_TXNS; i++)
		if (c->s.txn[i].where == CT_WALK)
			ct_fill(c, i);
}

static void rare(struct ct *c)
{
	switch (ct_rand(c, 12)) {
	case 0 ... 4:
		c->e->poke(c);
		break;
	case 5:
		if (ct_one_in(c, 8)) {
			ct_reset(c);
			ct_bring_up(c);
		}
		break;
	case 6 ... 7:
		/* With walks in flight it is refused. */
		if (!ct_one_in(c, 4))
			end_walks(c);
		ct_save_restore(c);
		break;
	case 8 ... 9:
		on_walk(c, ct_cancel);
		break;
	case 10:
		c->e->sane(c);
		break;
	default:
		if (c->s.n_inv && ct_one_in(c, 4))
			ct_complete_inv(c, ct_rand(c, c->s.n_inv), false);
	}
}

static void act(struct ct *c)
{
	switch (ct_rand(c, 32)) {
	case 0 ... 8:
		begin(c);
		break;
	case 9 ... 14:
		on_walk(c, ct_fill);
		break;
	case 15 ... 18:
		on_ready(c);
		break;
	case 19 ... 21:
		c->e->command(c);
		break;
	case 22 ... 25:
		c->e->service(c, 1 + ct_rand(c, 4), 0);
		break;
	case 26:
		change_map(c);
		break;
	case 27 ... 28:
		if (c->s.n_inv)
			ct_complete_inv(c, ct_rand(c, c->s.n_inv), true);
		break;
	case 29:
		endpoint(c);
		break;
	default:
		rare(c);
	}
}

/* ---- what must hold whenever no step is owed ---- */

static void check_waiters(struct ct *c)
{
	u32 used[4] = { 0 }, i;

	for (i = 0; i < CT_TXNS; i++)
		if (c->s.txn[i].where == CT_STALLED)
			used[c->e->slots_by_tbu ? c->s.txn[i].t.tbu : 0]++;
	for (i = 0; i < 4; i++)
		if (used[i] > c->e->slots[i])
			ct_fail(c, "%u transactions are stalled in %u slots", used[i], c->e->slots[i]);
	for (i = 0; i < CT_TXNS; i++) {
		u32 tbu = c->e->slots_by_tbu ? c->s.txn[i].t.tbu : 0;

		if (c->s.txn[i].where == CT_WAITING && used[tbu] < c->e->slots[tbu])
			ct_fail(c, "transaction %llu waits although a slot is free", c->s.txn[i].t.id);
	}
}

/* Nothing holds the command queue or a SYNC but what it may wait for. */
static void check_progress(struct ct *c)
{
	u32 i;

	if (c->e->held(c) != CT_OPEN || c->s.n_inv)
		return;
	for (i = 0; i < CT_TXNS; i++) {
		if (c->s.txn[i].where == CT_WALK && !c->s.txn[i].dead && c->s.txn[i].begun < c->s.invs)
			return;
		/* TLBSYNC waits for stalled transactions, too (SMMUv2). */
		if (c->s.txn[i].where == CT_STALLED && c->e->slots_by_tbu)
			return;
	}
	ct_fail(c, "commands or a SYNC wait for nothing");
}

static void check(struct ct *c)
{
	if (c->owes_step || c->why[0])
		return;
	check_waiters(c);
	check_progress(c);
}

bool ct_step(struct ct *c)
{
	c->s.step++;
	act(c);
	/* Mostly the holder keeps its promise at once; now and then another call comes first. */
	if (c->owes_step && !ct_one_in(c, 4))
		ct_call_step(c);
	check(c);
	return !c->why[0];
}

/* ---- a trace ---- */

static void trace_access(struct ct *c, const struct ct_access *a, u32 n)
{
	int i = pick(c, CT_IDLE);
	struct dma_txn *t;

	if (i < 0 || c->s.trace_at == n)
		return;
	a += c->s.trace_at++;
	t = &c->s.txn[i].t;
	*t = (struct dma_txn){ .iova = a->iova, .id = ++c->s.next_id, .len = 1, .flags = a->flags, .sid = a->sid };
	if (c->e->slots_by_tbu)
		t->tbu = (u16)(a->sid & 1);
	c->s.txn[i].where = CT_READY;
	ct_present(c, (u32)i, true);
}

static void trace_software(struct ct *c, const struct ct_access *a)
{
	int i = pick(c, CT_READY);

	if (i >= 0)
		ct_present(c, (u32)i, true);
	if (ct_one_in(c, 3))
		c->e->service(c, 2, 1);
	if (c->s.n_inv && ct_one_in(c, 3))
		ct_complete_inv(c, 0, true);
	if (c->s.trace_at && ct_one_in(c, 12)) {
		a += ct_rand(c, c->s.trace_at);
		ct_map(c, a->sid, a->iova, 0);
		c->e->invalidate(c, a->sid, a->iova);
	}
}

bool ct_trace_step(struct ct *c, const struct ct_access *a, u32 n)
{
	c->s.step++;
	trace_access(c, a, n);
	ct_call_step(c);
	trace_software(c, a);
	ct_call_step(c);
	check(c);
	return !c->why[0];
}

/* ---- the quiet end ---- */

static bool is_quiet(struct ct *c)
{
	u32 i;

	if (ct_count(c, CT_IDLE) != CT_TXNS || c->s.n_inv || c->e->held(c) != CT_NONE_OPEN)
		return false;
	for (i = 0; i < CT_GROUPS; i++)
		if (c->s.group[i].used)
			return false;
	return true;
}

static void quiet_round(struct ct *c)
{
	u32 i;

	c->e->sane(c);
	end_walks(c);
	while (c->s.n_inv)
		ct_complete_inv(c, 0, true);
	ct_call_step(c);
	for (i = 0; i < CT_GROUPS; i++)
		if (c->s.group[i].used && !c->s.group[i].last_sent)
			ct_send_page_request(c, i, true);
	c->e->service(c, 64, c->s.trace ? 1 : 2);
	for (i = 0; i < CT_TXNS; i++)
		if (c->s.txn[i].where == CT_READY)
			ct_present(c, i, c->s.trace);
	ct_call_step(c);
	check(c);
}

/* With everything invalidated, each page is where the software's tables have it. */
static void check_pages(struct ct *c)
{
	u32 sid, page;

	for (sid = 0; sid < c->e->n_sids; sid++) {
		c->e->invalidate(c, sid, CT_EVERYWHERE);
		/* An ATS time-out of before may have failed this SYNC. */
		c->e->sane(c);
		for (page = 0; page < CT_PAGES; page++) {
			struct dma_txn t = { .iova = (u64)page << 12, .id = ++c->s.next_id, .sid = sid, .len = 4 };
			u64 want = c->s.page[sid][page];
			struct xlat_result r;
			enum xlat x;

			if (!want) {
				CT_CALL(c, CALL_LOOKUP, 0, x = c->cls.lookup(c->hw, &t, &r));
				if (x == XLAT_OK)
					ct_fail(c, "stream %u: page %u is still translated", sid, page);
				continue;
			}
			CT_CALL(c, CALL_TRANSLATE, 0, x = c->cls.translate(c->hw, &t, &r));
			if (x != XLAT_OK || (r.pa ^ want) >> 12)
				ct_fail(c, "stream %u: page %u is at %llx instead of %llx (%u)", sid, page, r.pa, want,
					x);
		}
	}
}

bool ct_quiesce(struct ct *c)
{
	u32 round;

	c->s.step++;
	ct_call_step(c);
	c->e->sane(c);
	c->e->service(c, 64, c->s.trace ? 1 : 2);
	for (round = 0; round < 200 && !c->why[0] && !is_quiet(c); round++)
		quiet_round(c);
	if (!c->why[0] && !is_quiet(c))
		ct_fail(c, "not at rest: %u ready, %u walks, %u stalled, %u waiting, %u paged, %u ATS invalidations%s",
			ct_count(c, CT_READY), ct_count(c, CT_WALK), ct_count(c, CT_STALLED), ct_count(c, CT_WAITING),
			ct_count(c, CT_PAGED), c->s.n_inv, c->e->held(c) ? ", commands" : "");
	if (!c->why[0] && !c->s.trace)
		check_pages(c);
	return !c->why[0];
}
