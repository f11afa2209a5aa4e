// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The random holder: its accounts, and what the engine calls back. */
#include "contract_priv.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- chance, complaints, memory ---- */

u32 ct_rand(struct ct *c, u32 n)
{
	u64 x = c->s.rng;

	x ^= x >> 12;
	x ^= x << 25;
	x ^= x >> 27;
	c->s.rng = x;
	return (u32)((x * 0x2545f4914f6cdd1dULL) >> 32) % n;
}

static const char *const call_names[CALL_COUNT] = {
	"no call",    "lookup",	      "walk",	      "fill", "cancel", "translate", "mmio_read",
	"mmio_write", "page_request", "ats_inv_done", "step", "reset",	"save",	     "restore",
};

/* The first complaint counts. */
void ct_fail(struct ct *c, const char *fmt, ...)
{
	va_list args;
	int n;

	if (c->why[0])
		return;
	n = snprintf(c->why, sizeof(c->why), "step %llu, within %s", c->s.step, call_names[c->call]);
	if (c->about)
		n += snprintf(c->why + n, sizeof(c->why) - n, " of transaction %llu", c->s.txn[c->about - 1].t.id);
	n += snprintf(c->why + n, sizeof(c->why) - n, ": ");
	va_start(args, fmt);
	vsnprintf(c->why + n, sizeof(c->why) - n, fmt, args);
	va_end(args);
}

u64 ct_peek(struct ct *c, u64 pa)
{
	fl_assert(pa + 8 <= CT_MEM_BYTES);
	return fl_get_le64(&c->s.mem[pa]);
}

void ct_poke(struct ct *c, u64 pa, u64 word)
{
	fl_assert(pa + 8 <= CT_MEM_BYTES);
	fl_put_le64(&c->s.mem[pa], word);
}

static u64 new_table(struct ct *c)
{
	u64 pa = c->s.used;

	c->s.used += 4096;
	fl_assert(c->s.used <= CT_MEM_BYTES);
	memset(&c->s.mem[pa], 0, 4096);
	return pa;
}

/* Four levels of 512 entries: VMSAv8-64 with 48 bits, both stages of VT-d with 48 bits. */
static u64 leaf_slot(struct ct *c, u32 sid, u64 iova)
{
	u64 table = c->s.root[sid], at, entry;
	int level;

	for (level = 3; level > 0; level--) {
		at = table + (iova >> (12 + 9 * level) & 511) * 8;
		entry = ct_peek(c, at);
		if (!entry) {
			entry = new_table(c) | c->e->link;
			ct_poke(c, at, entry);
		}
		table = entry & 0xfffffff000ULL;
	}
	return table + (iova >> 12 & 511) * 8;
}

static void remember(struct ct_past *p, u64 was)
{
	memset(p->gone, 0, sizeof(p->gone));
	if (!was)
		return;
	if (p->n == ARRAY_SIZE(p->pa))
		p->more = true;
	else
		p->pa[p->n++] = was;
}

/* Data pages are never touched: they need not be in the test's memory. */
void ct_map(struct ct *c, u32 sid, u64 iova, u8 perm)
{
	u64 pa = 0x40000000ULL + ((u64)++c->s.remaps % 0x10000 << 12);

	ct_poke(c, leaf_slot(c, sid, iova), perm ? pa | c->e->leaf(sid, perm) : 0);
	if (c->s.trace || iova >> 12 >= CT_PAGES)
		return;
	remember(&c->s.past[sid][iova >> 12], c->s.page[sid][iova >> 12]);
	c->s.page[sid][iova >> 12] = perm ? pa | perm : 0;
}

/* ---- accounts ---- */

u32 ct_count(const struct ct *c, enum ct_where where)
{
	u32 i, n = 0;

	for (i = 0; i < CT_TXNS; i++)
		n += c->s.txn[i].where == where;
	return n;
}

/* One that has been presented and is not on a walk. */
static struct ct_txn *find_txn(struct ct *c, u64 id)
{
	u32 i;

	for (i = 0; i < CT_TXNS; i++)
		if (c->s.txn[i].where != CT_IDLE && c->s.txn[i].where != CT_WALK && c->s.txn[i].t.id == id)
			return &c->s.txn[i];
	return NULL;
}

/* Only these act for transactions whose outcome is known: rule 4. */
static bool may_act(struct ct *c, const char *callback, bool page_response)
{
	if (c->call == CALL_MMIO_WRITE || c->call == CALL_STEP || c->call == CALL_RESET ||
	    (page_response && c->call == CALL_PAGE_REQUEST))
		return true;
	ct_fail(c, "%s%s", callback, c->about ? " before the outcome was returned" : "");
	return false;
}

void ct_end_txn(struct ct *c, struct ct_txn *t, enum xlat x, u64 pa)
{
	t->where = CT_IDLE;
	t->dead = false;
	c->s.counts[x == XLAT_OK ? CT_ENDED_OK : CT_ENDED_BADLY]++;
	if (!c->s.trace || c->s.n_log == CT_LOG)
		return;
	c->s.log[c->s.n_log][0] = t->t.id << 8 | x;
	c->s.log[c->s.n_log++][1] = pa;
}

void ct_overtake(struct ct *c, u32 sync, u32 sid)
{
	u32 i;

	for (i = 0; i < CT_TXNS; i++) {
		struct ct_txn *t = &c->s.txn[i];
		const struct iommu_walk *w = &c->walk[i];

		if (t->where != CT_WALK || t->dead || (sid != ~0U && t->t.sid != sid))
			continue;
		/* Exact only where the walk has found a translation, which it is about to use. */
		if (w->kind == XLAT_OK && !w->res.bypass && w->res.perm && !t->overtaken[sync])
			t->overtaken[sync] = c->s.commands;
	}
}

void ct_invalidated(struct ct *c, u32 sync, u32 sid, u64 iova)
{
	u32 i, page;

	for (i = 0; i < CT_SIDS; i++)
		for (page = 0; page < CT_PAGES; page++) {
			u64 *gone = &c->s.past[i][page].gone[sync];

			if ((sid == ~0U || sid == i) && (iova == CT_EVERYWHERE || iova >> 12 == page) && !*gone)
				*gone = c->s.commands;
		}
}

/* SYNC @sync, which began at @at, is done: nothing is where it was before the invalidations ahead of it. */
static void past_is_over(struct ct *c, u32 sync, u64 at)
{
	u32 i, page;

	for (i = 0; i < CT_SIDS; i++)
		for (page = 0; page < CT_PAGES; page++) {
			struct ct_past *p = &c->s.past[i][page];

			if (p->gone[sync] && p->gone[sync] <= at) {
				p->n = 0;
				p->more = false;
			}
		}
}

/* A page is where software has it, or where it had it and may still expect it. */
void ct_check_place(struct ct *c, const struct dma_txn *t, const struct xlat_result *r)
{
	u64 page = t->iova >> 12;
	struct ct_past *p;
	u32 i;

	if (c->s.trace || t->sid >= c->e->n_sids || page >= CT_PAGES || r->bypass || !r->perm)
		return;
	c->s.counts[CT_N_PLACES]++;
	p = &c->s.past[t->sid][page];
	if (p->more || (c->s.page[t->sid][page] && !((c->s.page[t->sid][page] ^ r->pa) >> 12)))
		return;
	c->s.counts[CT_N_PAST]++;
	for (i = 0; i < p->n; i++)
		if (!((p->pa[i] ^ r->pa) >> 12))
			return;
	ct_fail(c, "transaction %llu: page %llu of stream %u is at %llx, from before an invalidation that is done",
		t->id, page, t->sid, r->pa);
}

void ct_wait_begin(struct ct *c, u32 sync, bool queue)
{
	u32 i;

	for (i = 0; i < c->s.n_wait && !queue; i++)
		if (c->s.wait[i].sync == sync) {
			c->s.wait[i].at = c->s.commands;
			return;
		}
	fl_assert(c->s.n_wait < CT_WAITS);
	c->s.wait[c->s.n_wait++] = (struct ct_wait){ sync, c->s.commands };
}

void ct_wait_done(struct ct *c, u32 sync)
{
	struct ct_wait w;
	u32 i;

	may_act(c, "a SYNC completes", false);
	if (c->s.timed_out)
		ct_fail(c, "a SYNC completes although an ATS invalidation before it has timed out");
	for (i = 0; i < c->s.n_wait && c->s.wait[i].sync != sync; i++)
		;
	if (i == c->s.n_wait) {
		ct_fail(c, "a SYNC completes that nobody waits for");
		return;
	}
	w = c->s.wait[i];
	c->s.n_wait--;
	memmove(&c->s.wait[i], &c->s.wait[i + 1], (c->s.n_wait - i) * sizeof(w));
	c->s.counts[CT_N_SYNCS]++;
	c->s.counts[CT_N_SYNCS_LATE] += c->call == CALL_STEP;
	for (i = 0; i < CT_TXNS; i++) {
		const struct ct_txn *t = &c->s.txn[i];

		if (t->where == CT_WALK && t->overtaken[sync] && t->overtaken[sync] <= w.at)
			ct_fail(c,
				"a SYNC completes before the walk of transaction %llu, begun before the invalidation",
				t->t.id);
	}
	past_is_over(c, sync, w.at);
}

/* ---- what the engine calls back ---- */

static int mem_read(void *ctx, u64 pa, void *buf, u32 len)
{
	struct ct *c = ctx;

	if (c->call == CALL_MMIO_READ || c->call == CALL_SAVE || c->call == CALL_RESTORE)
		ct_fail(c, "mem_read");
	if (pa >= CT_MEM_BYTES || len > CT_MEM_BYTES - pa)
		return -EIO;
	memcpy(buf, &c->s.mem[pa], len);
	return 0;
}

static int mem_write(void *ctx, u64 pa, const void *buf, u32 len)
{
	struct ct *c = ctx;

	if (c->call == CALL_MMIO_READ || c->call == CALL_SAVE || c->call == CALL_RESTORE || c->silent || c->spare_call)
		ct_fail(c, "mem_write");
	if (pa >= CT_MEM_BYTES || len > CT_MEM_BYTES - pa)
		return -EIO;
	memcpy(&c->s.mem[pa], buf, len);
	return 0;
}

static int mem_cas64(void *ctx, u64 pa, u64 *old, u64 new_value)
{
	struct ct *c = ctx;
	u64 was;

	if (pa >= CT_MEM_BYTES - 8)
		return -EIO;
	was = ct_peek(c, pa);
	if (was == *old)
		ct_poke(c, pa, new_value);
	*old = was;
	return 0;
}

static void irq(void *ctx, u32 line, bool level)
{
	struct ct *c = ctx;

	if (line >= CT_LINES) {
		ct_fail(c, "interrupt line %u", line);
		return;
	}
	if (c->spare_call)
		c->spare_irq[line] = level;
	else
		c->s.irq[line] = level;
	if (c->silent || c->call == CALL_MMIO_READ || c->call == CALL_SAVE)
		ct_fail(c, "irq");
}

static int msi(void *ctx, u64 pa, u32 data)
{
	struct ct *c = ctx;

	if (c->silent || c->call == CALL_MMIO_READ || c->call == CALL_SAVE || c->call == CALL_RESTORE)
		ct_fail(c, "msi");
	return 0;
}

static void event(void *ctx, const struct iommu_event *ev)
{
	struct ct *c = ctx;

	if (c->spare_call)
		return;
	if (c->call == CALL_MMIO_READ || c->call == CALL_SAVE || c->call == CALL_RESTORE)
		ct_fail(c, "event %u", ev->kind);
	if (c->silent && (ev->kind == IOMMU_EV_RECORD || ev->kind == IOMMU_EV_STALL))
		ct_fail(c, "a record of a walk from before the reset");
	if (ev->kind == IOMMU_EV_COMMAND)
		may_act(c, "a command is executed", false);
	c->e->event(c, ev);
}

static void txn_resume(void *ctx, u64 id, enum iommu_resume how)
{
	struct ct *c = ctx;
	struct ct_txn *t;

	if (c->spare_call)
		return;
	t = find_txn(c, id);
	if (!may_act(c, "txn_resume", false))
		return;
	if (!t || t->where != CT_STALLED) {
		ct_fail(c, "txn_resume of transaction %llu, which is not stalled", id);
		return;
	}
	if (c->call == CALL_RESET && how != RESUME_ABORT)
		ct_fail(c, "a reset retries transaction %llu", id);
	c->s.counts[CT_N_RESUMES]++;
	/* In a trace nothing may be lost: the master that a reset turned away comes again. */
	if (how == RESUME_RETRY || (c->call == CALL_RESET && c->s.trace))
		t->where = CT_READY;
	else
		ct_end_txn(c, t, how == RESUME_ABORT ? XLAT_ABORT : XLAT_RAZWI, 0);
}

static void stall_free(void *ctx, u32 tbu)
{
	struct ct *c = ctx;
	u32 i;

	if (c->spare_call || !may_act(c, "stall_free", false))
		return;
	for (i = 0; i < CT_TXNS; i++)
		if (c->s.txn[i].where == CT_WAITING && c->s.txn[i].t.tbu == tbu)
			c->s.txn[i].where = CT_READY;
}

static void page_response(void *ctx, const struct page_response *resp)
{
	struct ct *c = ctx;
	struct ct_group *g = &c->s.group[resp->prgi % CT_GROUPS];

	if (c->spare_call || !may_act(c, "page_response", true))
		return;
	if (resp->prgi >= CT_GROUPS || !g->used || g->sid != resp->sid) {
		ct_fail(c, "page response for group %u of %u, which waits for none", resp->prgi, resp->sid);
		return;
	}
	if (!resp->automatic && !g->last_sent)
		ct_fail(c, "page response for group %u before its last request", resp->prgi);
	g->used = false;
	c->s.counts[CT_N_RESPONSES]++;
	if (!g->txn)
		return;
	if (resp->code == PRG_SUCCESS)
		c->s.txn[g->txn - 1].where = CT_READY;
	else
		ct_end_txn(c, &c->s.txn[g->txn - 1], XLAT_ABORT, 0);
}

static void ats_invalidate(void *ctx, const struct ats_inv *inv)
{
	struct ct *c = ctx;
	u32 i;

	if (c->spare_call || !may_act(c, "ats_invalidate", false))
		return;
	for (i = 0; i < c->s.n_inv; i++)
		if (c->s.inv[i].itag == inv->itag)
			ct_fail(c, "invalidation tag %u is used twice", inv->itag);
	if (c->s.n_inv == CT_INVS) {
		ct_fail(c, "more than %u ATS invalidations", CT_INVS);
		return;
	}
	c->s.inv[c->s.n_inv++] = *inv;
	c->s.counts[CT_N_ATS]++;
}

/* ---- making and ending ---- */

struct ct *ct_new_software(const struct ct_engine *e, u64 seed)
{
	struct ct *c = calloc(1, sizeof(*c));
	u32 sid;

	fl_assert(c);
	c->e = e;
	c->ops = (struct iommu_ops){
		.mem_read = mem_read,
		.mem_write = mem_write,
		.mem_cas64 = mem_cas64,
		.irq = irq,
		.msi = msi,
		.event = event,
		.txn_resume = txn_resume,
		.stall_free = stall_free,
		.page_response = page_response,
		.ats_invalidate = ats_invalidate,
	};
	c->s.seed = seed;
	c->s.rng = (seed + 1) * 0x9e3779b97f4a7c15ULL;
	c->s.used = CT_TABLES;
	for (sid = 0; sid < e->n_sids; sid++)
		c->s.root[sid] = new_table(c);
	e->lay_out(c);
	return c;
}

struct ct *ct_new(const struct ct_engine *e, u64 seed, u32 old)
{
	struct ct *c = ct_new_software(e, seed);

	c->cls = *e->cls;
	if (old & CT_OLD_FILL)
		c->cls.fill = e->old_order->fill;
	if (old & CT_OLD_CANCEL)
		c->cls.cancel = e->old_order->cancel;
	if (old & CT_OLD_ATS)
		c->cls.ats_inv_done = e->old_order->ats_inv_done;
	c->hw = calloc(1, e->hw_bytes);
	c->spare = calloc(1, e->hw_bytes);
	fl_assert(c->hw && c->spare);
	if (e->init(c->hw, &c->ops, c, seed) || e->init(c->spare, &c->ops, c, seed))
		abort();
	ct_bring_up(c);
	return c;
}

void ct_free(struct ct *c)
{
	u32 i;

	for (i = 0; i < CT_TXNS; i++)
		if (c->s.txn[i].where == CT_WALK && !c->s.txn[i].dead)
			c->cls.cancel(c->hw, &c->walk[i]);
	c->e->exit(c->hw);
	c->e->exit(c->spare);
	free(c->hw);
	free(c->spare);
	free(c);
}
