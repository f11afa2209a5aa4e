// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Software: drivers report, workers take faults from the fault cores, and a handler may have to wait for a read before it
 * maps its page and answers.
 */
#include "find.h"
#include "stall_priv.h"

#define PAGE(iova)  ((iova) & ~0xfffULL)
#define PPM	    1000000u
#define SERVE_LIMIT 1000u

/* ---- faults and their accesses ---- */

enum fault_step { REPORTED, TAKEN };

static bool faulted(const struct stall_txn *t, const struct fault_record *f, enum fault_step step)
{
	return t->used && (t->where == STALL_HELD || t->where == STALL_PAGE) && t->recorded &&
	       t->master == f->sid - 1 && PAGE(t->iova) == PAGE(f->addr) &&
	       (step == REPORTED ? !t->reported : t->reported && !t->worker);
}

/* A stall is one access; everybody who has asked for a page waits for one request. */
static void mark(struct stall_sim *s, const struct fault_record *f, enum fault_step step, u32 worker)
{
	struct stall_txn *first = NULL;

	for_each_of(t, s->txns, s->n_txns) {
		if (!faulted(t, f, step))
			continue;
		if (t->where == STALL_HELD && (!first || t->stamp < first->stamp))
			first = t;
		if (t->where == STALL_PAGE && step == REPORTED)
			t->reported = true;
		if (t->where == STALL_PAGE && step == TAKEN)
			t->worker = worker;
	}
	if (first && step == REPORTED)
		first->reported = true;
	if (first && step == TAKEN)
		first->worker = worker;
}

void stall_observe(void *observer, struct fault_group *g, enum fault_point point, u64 now)
{
	struct stall_unit *u = observer;
	const struct fault_record *f = fault_group_next(g, NULL);
	struct stall_device *d = &u->s->dev[f->sid - 1];

	if (u->s->closing || point != FAULT_AT_QUEUED)
		return;
	u->queued++;
	if (!d->queued++)
		u->ring[u->n_ring++] = f->sid - 1;
	u->s->res->master[f->sid - 1].faults++;
	mark(u->s, f, REPORTED, 0);
}

/* The fault core gives each device a turn. */
static void turn(struct stall_unit *u)
{
	u32 master = u->ring[0];

	u->n_ring--;
	memmove(u->ring, u->ring + 1, u->n_ring * sizeof(u->ring[0]));
	if (--u->s->dev[master].queued)
		u->ring[u->n_ring++] = master;
}

/* ---- pages ---- */

int stall_map(struct stall_sim *s, struct stall_space *space, u64 iova)
{
	struct machine *m = &space->unit->m;
	u64 page = PAGE(iova), key = page;
	int err = m->drv_cls->map(m->drv, space->dom, page, STALL_PA(page), 4096, DRV_PROT_READ | DRV_PROT_WRITE);

	if (!err)
		space->mapped += stall_random(&key);
	return err == -EEXIST ? 0 : err;
}

enum fault_code stall_handle(void *ctx, struct fault_group *g, const struct fault_record *f)
{
	struct stall_space *space = ctx;

	return stall_map(space->unit->s, space, f->addr) ? FAULT_FAILURE : FAULT_RETRY;
}

/* ---- workers ---- */

/* Between the median and the 99.9th percentile the time rises as the fourth power of the rank. */
static u64 handler_ns(struct stall_sim *s)
{
	const struct stall_pager *p = &s->p->pager;
	u64 rank, part;

	if (!s->draws)
		return p->p999_ns;
	rank = stall_random(&s->random) % PPM;
	if (rank < PPM / 2)
		return p->p50_ns / 2 + p->p50_ns * rank / PPM;
	part = (rank - PPM / 2) * 1000 / (PPM / 2);
	return p->p50_ns + (p->p999_ns - p->p50_ns) * (part * part / 1000 * part / 1000 * part / 1000) / 997;
}

/* The master whose read brings a page of @master back, from 1; 0: nobody has to read. */
static u32 storage_for(struct stall_sim *s, u32 master)
{
	const struct stall_pager *p = &s->p->pager;
	u32 backing = s->p->master[master].backing ? s->p->master[master].backing : p->storage;
	bool pressure = p->pressure_ppm;

	if (pressure && s->draws)
		pressure = stall_random(&s->random) % PPM < p->pressure_ppm;
	return s->p->master[master].zero_fill || !pressure ? 0 : backing;
}

bool stall_take(struct stall_sim *s, u32 unit)
{
	struct stall_unit *u = &s->unit[unit];
	const struct fault_record *f;
	struct stall_hand *h;
	u32 i;

	for (i = 0; i < s->p->pager.workers && s->hand[i].phase != STALL_IDLE; i++)
		;
	if (i == s->p->pager.workers || !u->queued)
		return false;
	h = &s->hand[i];
	*h = (struct stall_hand){ .unit = u, .phase = STALL_COMPUTES };
	h->group = fault_core_take(u->m.core, s->board.now);
	fl_assert(h->group);
	f = fault_group_next(h->group, NULL);
	fl_assert(f->sid - 1 == u->ring[0]);
	u->queued--;
	turn(u);
	h->master = f->sid - 1;
	h->storage = storage_for(s, h->master);
	mark(s, f, TAKEN, i + 1);
	s->res->workers.uses++;
	stall_due(s, STALL_DO_HANDLER, i, handler_ns(s));
	return true;
}

static void answer(struct stall_sim *s, struct stall_hand *h)
{
	struct fault_group *g = h->group;

	h->phase = STALL_IDLE;
	h->group = NULL;
	fault_group_complete(g, fault_group_handle(g, s->board.now), s->board.now);
}

bool stall_handler(struct stall_sim *s, u32 worker)
{
	struct stall_hand *h = &s->hand[worker];

	if (h->phase != STALL_COMPUTES)
		return false;
	if (!h->storage) {
		answer(s, h);
		return true;
	}
	h->phase = STALL_READS;
	h->read = ++s->dev[h->storage - 1].reads;
	h->unissued = h->unfinished = s->p->pager.read_accesses;
	h->asked_ns = s->board.now;
	s->dev[h->storage - 1].pending++;
	stall_due(s, STALL_DO_READ, h->storage - 1, s->p->pager.read_ns);
	return true;
}

bool stall_read(struct stall_sim *s, u32 master)
{
	struct stall_hand *best = NULL;

	for_each_of(h, s->hand, s->p->pager.workers) {
		if (h->phase == STALL_READS && h->storage == master + 1 && !h->begun && (!best || h->read < best->read))
			best = h;
	}
	if (!best)
		return false;
	best->begun = true;
	stall_issue(s, master);
	return true;
}

void stall_read_ended(struct stall_sim *s, u32 worker)
{
	struct stall_hand *h = &s->hand[worker];
	struct stall_master_result *r = &s->res->master[h->storage - 1];

	if (--h->unfinished)
		return;
	r->access_ns = max(r->access_ns, s->board.now - h->asked_ns);
	s->dev[h->storage - 1].pending--;
	answer(s, h);
}

bool stall_serve(struct stall_sim *s, u32 unit)
{
	struct stall_unit *u = &s->unit[unit];
	u32 lines = 0, rounds = 0;

	u->serving = false;
	do {
		if (machine_serve(&u->m, &lines))
			s->failed = true;
		machine_carry(&u->m);
	} while (u->m.edges && ++rounds < SERVE_LIMIT);
	return true;
}
