/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The random holder and its accounts. */
#include "contract.h"

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

static void end_txn(struct ct *c, struct ct_txn *t, enum xlat x, u64 pa)
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
static void check_place(struct ct *c, const struct dma_txn *t, const struct xlat_result *r)
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
		end_txn(c, t, how == RESUME_ABORT ? XLAT_ABORT : XLAT_RAZWI, 0);
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
		end_txn(c, &c->s.txn[g->txn - 1], XLAT_ABORT, 0);
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

/* ---- calls ---- */

#define CALL(c, which, slot, statement) \
	do {                            \
		(c)->call = which;      \
		(c)->about = slot;      \
		statement;              \
		(c)->call = CALL_NONE;  \
		(c)->about = 0;         \
	} while (0)

u64 ct_read(struct ct *c, u64 offset, unsigned int size)
{
	u64 value;

	CALL(c, CALL_MMIO_READ, 0, value = c->cls.mmio_read(c->hw, offset, size));
	return value;
}

void ct_write(struct ct *c, u64 offset, u64 value, unsigned int size)
{
	CALL(c, CALL_MMIO_WRITE, 0, c->cls.mmio_write(c->hw, offset, value, size));
}

static void call_step(struct ct *c)
{
	c->owes_step = false;
	CALL(c, CALL_STEP, 0, c->cls.step(c->hw));
}

static void send_page_request(struct ct *c, u32 index, bool last)
{
	struct ct_group *g = &c->s.group[index];
	struct page_request pr = {
		.sid = g->sid, .addr = g->page, .prgi = (u16)index, .perm = PERM_R | PERM_W, .last = last
	};

	g->last_sent = last;
	c->s.invs++;
	CALL(c, CALL_PAGE_REQUEST, 0, c->cls.page_request(c->hw, &pr));
}

static bool begin_group(struct ct *c, u32 sid, u64 page, u32 txn, bool last)
{
	u32 i = ct_rand(c, CT_GROUPS);

	if (c->s.group[i].used || !c->cls.page_request)
		return false;
	c->s.group[i] = (struct ct_group){ .used = true, .sid = sid, .page = page & ~0xfffULL, .txn = txn };
	if (txn)
		c->s.txn[txn - 1].where = CT_PAGED;
	send_page_request(c, i, last);
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
		check_place(c, &t->t, r);
		/* Without a free index the endpoint tries again later. */
		if (asks_for_page(c, t, r->perm)) {
			t->where = CT_READY;
			begin_group(c, t->t.sid, t->t.iova, i + 1, true);
			break;
		}
		end_txn(c, t, x, r->pa);
		break;
	case XLAT_ABORT:
	case XLAT_RAZWI:
		if (t->dead && c->s.trace)
			t->where = CT_READY;
		else
			end_txn(c, t, x, 0);
		t->dead = false;
		break;
	default:
		ct_fail(c, "transaction %llu: outcome %u", t->t.id, x);
	}
}

/* Lookup, and the walk after a miss; or (@at_once) translate. */
static void present(struct ct *c, u32 i, bool at_once)
{
	struct ct_txn *t = &c->s.txn[i];
	struct xlat_result r;
	enum xlat x;

	if (at_once) {
		CALL(c, CALL_TRANSLATE, i + 1, x = c->cls.translate(c->hw, &t->t, &r));
		c->owes_step |= ct_count(c, CT_WALK) != 0;
		outcome(c, i, x, &r);
		return;
	}
	CALL(c, CALL_LOOKUP, i + 1, x = c->cls.lookup(c->hw, &t->t, &r));
	if (x != XLAT_MISS) {
		outcome(c, i, x, &r);
		return;
	}
	memset(t->overtaken, 0, sizeof(t->overtaken));
	t->begun = c->s.invs;
	CALL(c, CALL_WALK, i + 1, c->cls.walk(c->hw, &t->t, &c->walk[i]));
	t->where = CT_WALK;
}

static void fill(struct ct *c, u32 i)
{
	struct ct_txn *t = &c->s.txn[i];
	enum xlat x;

	/* From here on nothing waits for it: its outcome is decided in this call. */
	t->where = CT_READY;
	c->silent = t->dead;
	CALL(c, CALL_FILL, i + 1, x = c->cls.fill(c->hw, &c->walk[i]));
	c->silent = false;
	c->owes_step = true;
	outcome(c, i, x, &c->walk[i].res);
}

static void cancel(struct ct *c, u32 i)
{
	struct ct_txn *t = &c->s.txn[i];

	CALL(c, CALL_CANCEL, i + 1, c->cls.cancel(c->hw, &c->walk[i]));
	c->owes_step = true;
	c->s.counts[CT_N_CANCELS]++;
	end_txn(c, t, XLAT_ABORT, 0);
}

static void complete_inv(struct ct *c, u32 i, bool ok)
{
	struct ats_inv inv = c->s.inv[i];

	c->s.inv[i] = c->s.inv[--c->s.n_inv];
	c->s.timed_out |= !ok && !c->e->timeout_ends_waits;
	CALL(c, CALL_ATS_INV_DONE, 0, c->cls.ats_inv_done(c->hw, inv.sid, inv.itag, ok));
	c->owes_step = true;
	if (ok)
		return;
	/* VT-d aborts the wait descriptors that are open (6.5.2.11). */
	call_step(c);
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

	CALL(c, CALL_RESET, 0, c->cls.reset(c->hw));
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
	CALL(c, CALL_RESTORE, 0, err = c->cls.restore(c->spare, &in));
	if (err)
		ct_fail(c, "restore: %d", err);
	image_to_save(&again);
	CALL(c, CALL_SAVE, 0, err = c->cls.save(c->spare, &again));
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
	CALL(c, CALL_RESTORE, 0, err = c->cls.restore(c->spare, &in));
	c->spare_call = false;
	img->bytes[at] ^= 0x40;
	if (err != -EINVAL)
		ct_fail(c, "restore of a damaged image (byte %u): %d", at, err);
	if (!ct_count(c, CT_STALLED))
		return;
	image_to_load(&in, img->bytes, img->len);
	CALL(c, CALL_RESTORE, 0, err = c->cls.restore(c->hw, &in));
	if (err != -EBUSY)
		ct_fail(c, "restore under a stall: %d", err);
}

/* The run goes on with the other engine. */
static void save_restore(struct ct *c)
{
	u32 walks = 0, i;
	struct iommu_image img;
	void *old = c->hw;
	int err;

	for (i = 0; i < CT_TXNS; i++)
		walks += c->s.txn[i].where == CT_WALK && !c->s.txn[i].dead;
	image_to_save(&img);
	CALL(c, CALL_SAVE, 0, err = c->cls.save(c->hw, &img));
	if (err != (walks ? -EBUSY : 0))
		ct_fail(c, "save with %u walks in flight: %d", walks, err);
	if (!err && !c->why[0]) {
		c->spare_call = true;
		CALL(c, CALL_RESET, 0, c->cls.reset(c->spare));
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
	present(c, (u32)i, ct_one_in(c, 8));
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
		send_page_request(c, i, ct_one_in(c, 2));
	else
		begin_group(c, 2 + ct_rand(c, 2), (u64)ct_rand(c, CT_PAGES) << 12, 0, !ct_one_in(c, 3));
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
		present(c, (u32)i, ct_one_in(c, 8));
}

static void end_walks(struct ct *c)
{
	u32 i;

	for (i = 0; i < CT_TXNS; i++)
		if (c->s.txn[i].where == CT_WALK)
			fill(c, i);
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
		save_restore(c);
		break;
	case 8 ... 9:
		on_walk(c, cancel);
		break;
	case 10:
		c->e->sane(c);
		break;
	default:
		if (c->s.n_inv && ct_one_in(c, 4))
			complete_inv(c, ct_rand(c, c->s.n_inv), false);
	}
}

static void act(struct ct *c)
{
	switch (ct_rand(c, 32)) {
	case 0 ... 8:
		begin(c);
		break;
	case 9 ... 14:
		on_walk(c, fill);
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
			complete_inv(c, ct_rand(c, c->s.n_inv), true);
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
		call_step(c);
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
	present(c, (u32)i, true);
}

static void trace_software(struct ct *c, const struct ct_access *a)
{
	int i = pick(c, CT_READY);

	if (i >= 0)
		present(c, (u32)i, true);
	if (ct_one_in(c, 3))
		c->e->service(c, 2, 1);
	if (c->s.n_inv && ct_one_in(c, 3))
		complete_inv(c, 0, true);
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
	call_step(c);
	trace_software(c, a);
	call_step(c);
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
		complete_inv(c, 0, true);
	call_step(c);
	for (i = 0; i < CT_GROUPS; i++)
		if (c->s.group[i].used && !c->s.group[i].last_sent)
			send_page_request(c, i, true);
	c->e->service(c, 64, c->s.trace ? 1 : 2);
	for (i = 0; i < CT_TXNS; i++)
		if (c->s.txn[i].where == CT_READY)
			present(c, i, c->s.trace);
	call_step(c);
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
				CALL(c, CALL_LOOKUP, 0, x = c->cls.lookup(c->hw, &t, &r));
				if (x == XLAT_OK)
					ct_fail(c, "stream %u: page %u is still translated", sid, page);
				continue;
			}
			CALL(c, CALL_TRANSLATE, 0, x = c->cls.translate(c->hw, &t, &r));
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
	call_step(c);
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
