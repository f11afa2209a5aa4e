// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * An access on its way: an entry of the input buffer, a slot of the TBU, the engine, and what the engine says later. An
 * engine's callback only takes note: what follows is due after the call.
 */
#include "find.h"
#include "stall_priv.h"

#define ACCESS_BYTES 64
#define PAGES	     (1U << 18) /* of a master; then it begins again */
#define RETRY_LIMIT  10000u

static void set_where(struct stall_txn *t, enum stall_where where)
{
	t->where = where;
	t->stamp = ++t->s->stamp;
}

struct stall_txn *stall_oldest(struct stall_sim *s, u32 master, enum stall_where where)
{
	struct stall_txn *best = NULL;

	for_each_of(t, s->txns, s->n_txns) {
		if (t->used && t->master == master && t->where == where && (!best || t->stamp < best->stamp))
			best = t;
	}
	return best;
}

/* ---- what an engine says ---- */

static struct stall_txn *txn_of(struct stall_unit *u, u64 id)
{
	return id && id <= u->s->n_txns && u->s->txns[id - 1].used ? &u->s->txns[id - 1] : NULL;
}

/* An answer has come for it. */
static void restart(struct stall_sim *s, struct stall_txn *t)
{
	set_where(t, STALL_RESTARTS);
	t->worker = 0;
	stall_due(s, STALL_DO_RETRY, t->master, s->p->times.resume_ns);
}

static void resumed(void *ctx, u64 id, enum iommu_resume how)
{
	struct stall_unit *u = ctx;
	struct stall_txn *t = txn_of(u, id);

	if (u->s->closing || !t)
		return;
	t->failed = how != RESUME_RETRY;
	u->s->res->stalls[u->index].held_ns += u->s->board.now - t->held_ns;
	restart(u->s, t);
}

static struct stall_txn *first_refused(struct stall_unit *u, u32 tbu)
{
	struct stall_txn *best = NULL;

	for_each_of(t, u->s->txns, u->s->n_txns) {
		if (t->used && t->where == STALL_REFUSED && u->s->dev[t->master].unit == u &&
		    u->s->dev[t->master].tbu == tbu && (!best || t->stamp < best->stamp))
			best = t;
	}
	return best;
}

static void stall_free(void *ctx, u32 tbu)
{
	struct stall_unit *u = ctx;
	struct stall_txn *t;

	while (!u->s->closing && (t = first_refused(u, tbu)) != NULL) {
		set_where(t, STALL_AGAIN);
		stall_due(u->s, STALL_DO_AGAIN, t->master, 0);
	}
}

static void event(void *ctx, const struct iommu_event *ev)
{
	struct stall_txn *t = txn_of(ctx, ev->id);

	if (!t)
		return;
	if (ev->kind == IOMMU_EV_STALL)
		t->bank = (u32)ev->data;
	if ((ev->kind == IOMMU_EV_RECORD || ev->kind == IOMMU_EV_RECORD_HELD) && ev->unit == UNIT_EVENTQ)
		t->recorded = true;
}

static void page_response(void *ctx, const struct page_response *resp)
{
	struct stall_unit *u = ctx;

	if (!u->s->closing && resp->sid - 1 < u->s->p->n_masters && u->s->dev[resp->sid - 1].ep)
		ats_ep_response(u->s->dev[resp->sid - 1].ep, resp);
}

static void ats_invalidate(void *ctx, const struct ats_inv *inv)
{
	struct stall_unit *u = ctx;
	struct ats_ep *ep = inv->sid - 1 < u->s->p->n_masters ? u->s->dev[inv->sid - 1].ep : NULL;

	if (ep)
		ats_ep_invalidate(ep, inv);
	else
		machine_inv_done(&u->m, inv->sid, inv->itag, false);
}

void stall_hear(struct stall_unit *u)
{
	u->m.hw_ops.txn_resume = resumed;
	u->m.hw_ops.stall_free = stall_free;
	u->m.hw_ops.event = event;
	u->m.hw_ops.page_response = page_response;
	u->m.ats_invalidate = ats_invalidate;
}

static void ep_page_request(void *ctx, const struct page_request *pr)
{
	struct stall_device *d = ctx;

	d->unit->m.cls->page_request(d->unit->m.hw, pr);
}

static void ep_inv_done(void *ctx, u32 sid, u8 itag)
{
	struct stall_device *d = ctx;

	machine_inv_done(&d->unit->m, sid, itag, true);
}

static void ep_wake(void *ctx, struct ats_waiter *w, enum ats_wake why)
{
	struct stall_device *d = ctx;
	struct stall_sim *s = d->unit->s;
	struct stall_txn *t = &s->txns[w->id];

	if (s->closing)
		return;
	t->failed = why != ATS_RETRY;
	restart(s, t);
}

const struct ats_ep_ops stall_ep_ops = { ep_page_request, ep_inv_done, ep_wake };

/* ---- through the engine ---- */

static void granted_slot(struct stall_sim *s, struct stall_txn *t);
static void granted_entry(struct stall_sim *s, struct stall_txn *t);

static struct stall_pool *tbu_of(struct stall_sim *s, const struct stall_txn *t)
{
	return &s->tbu[s->p->master[t->master].tbu - 1];
}

static struct stall_pool *port_of(struct stall_sim *s, const struct stall_txn *t)
{
	u32 port = s->p->master[t->master].port;

	return port ? &s->port[port - 1] : NULL;
}

static bool taken(struct stall_pool *pool)
{
	if (pool->used == pool->slots)
		return false;
	pool->used++;
	pool->granted++;
	pool->use->uses++;
	pool->use->peak = max(pool->use->peak, pool->used);
	return true;
}

/* A unit is free: the oldest that waits gets it. */
static void give_back(struct stall_sim *s, struct stall_pool *pool, u64 since)
{
	struct stall_txn *t = pool->waiting.first;

	pool->use->held_ns += s->board.now - since;
	pool->used--;
	stall_probe_turn(s, pool);
	if (!t)
		return;
	pool->waiting.first = t->next;
	if (!t->next)
		pool->waiting.last = &pool->waiting.first;
	taken(pool);
	if (t->where == STALL_AT_PORT)
		granted_entry(s, t);
	else
		granted_slot(s, t);
}

static void wait_for(struct stall_pool *pool, struct stall_txn *t, enum stall_where where)
{
	set_where(t, where);
	t->next = NULL;
	*pool->waiting.last = t;
	pool->waiting.last = &t->next;
}

static void release_slot(struct stall_sim *s, struct stall_txn *t)
{
	if (!t->slot)
		return;
	t->slot = false;
	give_back(s, tbu_of(s, t), t->slot_ns);
}

static void end(struct stall_sim *s, struct stall_txn *t)
{
	struct stall_master_result *r = &s->res->master[t->master];
	struct stall_device *d = &s->dev[t->master];
	u32 reader = t->reader, master = t->master;

	t->used = false;
	s->live--;
	d->in_flight--;
	if (s->board.now - d->since > r->gap_ns) {
		r->gap_ns = s->board.now - d->since;
		r->gap_at_ns = s->board.now;
	}
	d->since = s->board.now;
	if (t->failed)
		r->aborted++;
	else
		r->completed++;
	if (!reader) {
		r->access_ns = max(r->access_ns, s->board.now - t->want_ns);
		d->pending--;
	}
	release_slot(s, t);
	if (reader)
		stall_read_ended(s, reader - 1);
	stall_issue(s, master);
}

static void translated(struct stall_sim *s, struct stall_txn *t)
{
	set_where(t, STALL_IN_MEMORY);
	stall_due(s, STALL_DO_MEMORY, t->master, s->p->times.memory_ns);
}

static void present(struct stall_sim *s, struct stall_txn *t, struct dma_txn *dma)
{
	struct stall_unit *u = s->dev[t->master].unit;
	struct xlat_result r;

	t->recorded = t->reported = false;
	switch (u->m.cls->translate(u->m.hw, dma, &r)) {
	case XLAT_OK:
		translated(s, t);
		break;
	case XLAT_STALL:
		set_where(t, STALL_HELD);
		t->held_ns = s->board.now;
		s->res->stalls[u->index].uses++;
		break;
	case XLAT_WAIT:
		set_where(t, STALL_REFUSED);
		s->res->refused[u->index] += !t->refused;
		t->refused = true;
		break;
	default:
		t->failed = true;
		translated(s, t);
	}
}

/* Somebody may have asked for its page before; then one answer serves both. */
static void join(struct stall_sim *s, struct stall_txn *t)
{
	for_each_of(o, s->txns, s->n_txns) {
		if (!o->used || o->where != STALL_PAGE || o->master != t->master || o->iova >> 12 != t->iova >> 12)
			continue;
		t->reported = o->reported;
		t->worker = o->worker;
		return;
	}
}

/* A translation request, and what the endpoint makes of its completion. */
static void present_ats(struct stall_sim *s, struct stall_txn *t, struct dma_txn *dma)
{
	struct stall_device *d = &s->dev[t->master];
	struct machine *m = &d->unit->m;
	enum ats_completion done = ATS_OK;
	struct xlat_result r;
	struct dma_txn req;
	enum xlat x;

	if (!ats_ep_lookup(d->ep, dma, &r)) {
		int tag = ats_ep_translate(d->ep, dma, &req);

		fl_assert(tag >= 0);
		x = m->cls->translate(m->hw, &req, &r);
		done = ats_ep_complete(d->ep, (u32)tag, x, &r);
	}
	if (done == ATS_OK) {
		dma->iova = r.pa;
		dma->flags = (dma->flags & DMA_WRITE) | DMA_TRANSLATED;
		present(s, t, dma);
		return;
	}
	release_slot(s, t);
	if (done == ATS_STALE) {
		restart(s, t);
		return;
	}
	t->waiter = (struct ats_waiter){ .txn = *dma, .id = t - s->txns, .alone = t->waiter.alone };
	t->recorded = true;
	t->reported = false;
	join(s, t);
	set_where(t, STALL_PAGE);
	if (done == ATS_FAULT && !ats_ep_fault(d->ep, &t->waiter))
		return;
	t->failed = true;
	restart(s, t);
}

/* Present it to the engine; it has its slot. */
static void run(struct stall_sim *s, struct stall_txn *t)
{
	struct dma_txn dma = { .iova = t->iova,
			       .id = (u64)(t - s->txns) + 1,
			       .sid = t->master + 1,
			       .len = ACCESS_BYTES,
			       .tbu = (u16)s->dev[t->master].tbu };

	if (++t->tries > RETRY_LIMIT)
		s->failed = true;
	if (s->dev[t->master].ep)
		present_ats(s, t, &dma);
	else
		present(s, t, &dma);
}

static void granted_slot(struct stall_sim *s, struct stall_txn *t)
{
	t->slot = true;
	t->slot_ns = s->board.now;
	if (t->port) {
		t->port = false;
		give_back(s, port_of(s, t), t->port_ns);
	}
	run(s, t);
}

static void come_to_tbu(struct stall_sim *s, struct stall_txn *t)
{
	tbu_of(s, t)->arrived++;
	if (taken(tbu_of(s, t)))
		granted_slot(s, t);
	else
		wait_for(tbu_of(s, t), t, STALL_AT_TBU);
}

static void granted_entry(struct stall_sim *s, struct stall_txn *t)
{
	t->port = true;
	t->port_ns = s->board.now;
	come_to_tbu(s, t);
}

static void start(struct stall_sim *s, struct stall_txn *t)
{
	struct stall_pool *port = port_of(s, t);

	if (!port) {
		come_to_tbu(s, t);
		return;
	}
	port->arrived++;
	if (taken(port))
		granted_entry(s, t);
	else
		wait_for(port, t, STALL_AT_PORT);
}

void stall_retry(struct stall_sim *s, struct stall_txn *t)
{
	if (t->failed)
		end(s, t);
	else if (t->slot)
		run(s, t);
	else
		start(s, t);
}

void stall_memory(struct stall_sim *s, struct stall_txn *t)
{
	end(s, t);
}

/* ---- a master ---- */

static u64 next_page(struct stall_sim *s, u32 master)
{
	const struct stall_master *m = &s->p->master[master];
	u64 page = s->dev[master].touched++ / m->page_accesses;

	return STALL_IOVA(master) + (m->mode == STALL_PINNED ? 0 : page % PAGES << 12);
}

static struct stall_txn *new_txn(struct stall_sim *s, u32 master)
{
	struct stall_txn *t = s->txns;

	while (t->used)
		t++;
	fl_assert(t < s->txns + s->n_txns);
	*t = (struct stall_txn){ .s = s, .used = true, .master = master, .number = s->dev[master].touched };
	t->want_ns = s->board.now;
	t->iova = next_page(s, master);
	s->live++;
	s->dev[master].in_flight++;
	s->res->master[master].issued++;
	if (s->issued)
		s->issued(s->issued_ctx, t);
	return t;
}

/* The worker whose read is to make an access next: the oldest read that has begun. */
static struct stall_hand *reader_of(struct stall_sim *s, u32 master)
{
	struct stall_hand *best = NULL;

	for_each_of(h, s->hand, s->p->pager.workers) {
		if (h->phase == STALL_READS && h->storage == master + 1 && h->begun && h->unissued &&
		    (!best || h->read < best->read))
			best = h;
	}
	return best;
}

/* Make the accesses that are wanted, reads first, as far as it may have more of them under way. */
void stall_issue(struct stall_sim *s, u32 master)
{
	const struct stall_master *m = &s->p->master[master];
	struct stall_device *d = &s->dev[master];

	while (d->in_flight < m->outstanding) {
		struct stall_hand *h = reader_of(s, master);
		struct stall_txn *t;

		if (!h && !d->wanted)
			return;
		if (!d->wanted && !d->in_flight)
			d->since = s->board.now;
		t = new_txn(s, master);
		if (h) {
			h->unissued--;
			t->reader = (u32)(h - s->hand) + 1;
		} else {
			d->wanted--;
			t->want_ns = s->timed ? m->first_ns + d->made * m->period_ns : 0;
			d->made++;
		}
		start(s, t);
	}
}

/* Without time, more than it can have under way twice over teaches nothing new. */
u32 stall_accesses(const struct stall_master *m, bool cut)
{
	return cut ? min(m->accesses, 2 * m->outstanding) : m->accesses;
}

void stall_want(struct stall_sim *s, u32 master)
{
	const struct stall_master *m = &s->p->master[master];
	struct stall_device *d = &s->dev[master];

	if (!d->wanted++ && !d->in_flight)
		d->since = s->board.now;
	if (++d->ticks < stall_accesses(m, s->cut))
		stall_due(s, STALL_DO_ISSUE, master, m->period_ns);
	d->pending++;
	stall_issue(s, master);
}
