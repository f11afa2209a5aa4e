// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What is due: in order of time, or in any order; and what is measured on the way. */
#include "stall_priv.h"
#include "find.h"
#include "grow.h"

#include <stdlib.h>

#define EVENT_LIMIT 20000000u

const char *const stall_step_names[STALL_DO_KINDS] = { "issue",	 "take",  "handler", "read",
						       "memory", "serve", "retry",   "again" };

u64 stall_random(u64 *state)
{
	u64 z = *state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return z ^ (z >> 31);
}

void stall_due(struct stall_sim *s, enum stall_step_kind kind, u32 who, u64 delay)
{
	if (!GROW(s->due, s->n_due, s->room_due, 64)) {
		s->failed = true;
		return;
	}
	s->due[s->n_due++] = (struct stall_due){ kind, who, s->timed ? s->board.now + delay : 0, s->seq++ };
}

/* The first that is @want; NULL: of all. */
static u32 first_due(const struct stall_sim *s, const struct stall_step *want)
{
	u32 i, best = s->n_due;

	for (i = 0; i < s->n_due; i++) {
		const struct stall_due *d = &s->due[i], *b = &s->due[best];

		if (want && (d->kind != want->kind || d->who != want->who))
			continue;
		if (best == s->n_due || d->at < b->at || (d->at == b->at && d->seq < b->seq))
			best = i;
	}
	return best;
}

static bool note_step(struct stall_sim *s, enum stall_step_kind kind, u32 who)
{
	if (!GROW(s->steps, s->n_steps, s->room_steps, 256))
		return false;
	s->steps[s->n_steps++] = (struct stall_step){ kind, who, s->board.now };
	return true;
}

/* The driver hears of what a step has raised. */
static void hear_lines(struct stall_sim *s)
{
	u32 i;

	for (i = 0; i < s->p->n_smmus; i++) {
		struct stall_unit *u = &s->unit[i];

		if (u->serving || !(u->m.edges | (u->m.level_irq ? u->m.level : 0)))
			continue;
		u->serving = true;
		stall_due(s, STALL_DO_SERVE, i, s->p->times.notify_ns);
	}
}

static bool execute(struct stall_sim *s, enum stall_step_kind kind, u32 who)
{
	struct stall_txn *t;

	switch (kind) {
	case STALL_DO_ISSUE:
		stall_want(s, who);
		return true;
	case STALL_DO_TAKE:
		return stall_take(s, who);
	case STALL_DO_HANDLER:
		return stall_handler(s, who);
	case STALL_DO_READ:
		return stall_read(s, who);
	case STALL_DO_SERVE:
		return stall_serve(s, who);
	case STALL_DO_MEMORY:
		t = stall_oldest(s, who, STALL_IN_MEMORY);
		if (t)
			stall_memory(s, t);
		return t;
	case STALL_DO_RETRY:
	case STALL_DO_AGAIN:
		t = stall_oldest(s, who, kind == STALL_DO_RETRY ? STALL_RESTARTS : STALL_AGAIN);
		if (t)
			stall_retry(s, t);
		return t;
	default:
		return false;
	}
}

bool stall_do(struct stall_sim *s, enum stall_step_kind kind, u32 who)
{
	struct stall_step step = { .kind = kind, .who = who };
	u32 i;

	if (kind != STALL_DO_TAKE) {
		i = first_due(s, &step);
		if (i == s->n_due)
			return false;
		s->due[i] = s->due[--s->n_due];
	} else if (!stall_can_take(s, who)) {
		return false;
	}
	if (!note_step(s, kind, who) || !execute(s, kind, who))
		return false;
	stall_probe_all(s);
	hear_lines(s);
	return true;
}

void stall_settle(struct stall_sim *s)
{
	u32 i, best;

	do {
		best = s->n_due;
		for (i = 0; i < s->n_due; i++)
			if (s->due[i].kind >= STALL_DO_SERVE && (best == s->n_due || s->due[i].seq < s->due[best].seq))
				best = i;
	} while (best < s->n_due && !s->failed && stall_do(s, s->due[best].kind, s->due[best].who));
}

static u32 idle_workers(const struct stall_sim *s)
{
	u32 i, n = 0;

	for (i = 0; i < s->p->pager.workers; i++)
		n += s->hand[i].phase == STALL_IDLE;
	return n;
}

bool stall_can_take(const struct stall_sim *s, u32 unit)
{
	return unit < s->p->n_smmus && s->unit[unit].queued && idle_workers(s);
}

u32 stall_choices(const struct stall_sim *s, struct stall_step *out, u32 room)
{
	u32 i, k, n = 0;

	for (i = 0; i < s->p->n_smmus && n < room; i++)
		if (stall_can_take(s, i))
			out[n++] = (struct stall_step){ .kind = STALL_DO_TAKE, .who = i };
	for (i = 0; i < s->n_due && n < room; i++) {
		k = FIND(k, n, out[k].kind == s->due[i].kind && out[k].who == s->due[i].who);
		if (k == n)
			out[n++] = (struct stall_step){ .kind = s->due[i].kind, .who = s->due[i].who };
	}
	return n;
}

/* ---- measuring ---- */

static bool waits_for_software(const struct stall_txn *t)
{
	return t->where == STALL_HELD || t->where == STALL_REFUSED;
}

/* How much of each resource is held by accesses that wait for software at this moment. */
static void count_stalled(struct stall_sim *s)
{
	u32 i;

	for (i = 0; i < s->p->n_tbus; i++)
		s->tbu[i].stalled = 0;
	for (i = 0; i < s->p->n_ports; i++)
		s->port[i].stalled = 0;
	for (i = 0; i < s->p->n_smmus; i++)
		s->unit[i].stalled = 0;
	for_each_of(t, s->txns, s->n_txns) {
		if (t->used && waits_for_software(t)) {
			s->tbu[s->p->master[t->master].tbu - 1].stalled++;
			s->dev[t->master].unit->stalled += t->where == STALL_HELD;
		}
	}
	for_each_of(t, s->txns, s->n_txns) {
		const struct stall_pool *tbu = &s->tbu[s->p->master[t->master].tbu - 1];

		if (t->used && t->port && t->where == STALL_AT_TBU && tbu->stalled == tbu->slots)
			s->port[s->p->master[t->master].port - 1].stalled++;
	}
}

static void spend(u64 *sum, u64 units, u64 dt)
{
	if (units)
		*sum = dt == STALL_FOR_EVER ? dt : *sum + units * dt;
}

static void account_use(struct stall_use *use, u64 *stretch, u32 stalled, u32 units, u64 dt)
{
	use->peak_stalled = max(use->peak_stalled, stalled);
	if (stalled < units)
		*stretch = 0;
	spend(stretch, stalled == units, dt);
	spend(&use->full_stalled_ns, stalled == units, dt);
	use->full_longest_ns = max(use->full_longest_ns, *stretch);
}

static void account_pool(struct stall_pool *pool, u64 dt)
{
	spend(&pool->use->busy_ns, pool->used, dt);
	account_use(pool->use, &pool->stretch_ns, pool->stalled, pool->slots, dt);
}

static void account_smmu(struct stall_sim *s, u32 i, u64 dt)
{
	struct stall_unit *u = &s->unit[i];
	struct stall_use *use = &s->res->stalls[i];

	spend(&use->busy_ns, u->stalled, dt);
	use->peak = max(use->peak, u->stalled);
	account_use(use, &u->stretch_ns, u->stalled, stall_capacity(s->p, i), dt);
}

/* Masters with an access that waits in front of a resource that only software can free. */
static void account_masters(struct stall_sim *s, u64 dt)
{
	bool behind[STALL_MAX_MASTERS] = { false };

	for_each_of(t, s->txns, s->n_txns) {
		const struct stall_pool *pool = NULL;

		if (t->used && t->where == STALL_AT_TBU)
			pool = &s->tbu[s->p->master[t->master].tbu - 1];
		if (t->used && t->where == STALL_AT_PORT)
			pool = &s->port[s->p->master[t->master].port - 1];
		if (pool && pool->stalled == pool->slots && !behind[t->master]) {
			behind[t->master] = true;
			spend(&s->res->master[t->master].behind_software_ns, 1, dt);
		}
	}
}

/* The time up to the next event; STALL_FOR_EVER: there is none, and somebody waits. */
static void account(struct stall_sim *s, u64 dt)
{
	u32 i, stalled = 0, busy = 0;

	count_stalled(s);
	for (i = 0; i < s->p->n_tbus; i++)
		account_pool(&s->tbu[i], dt);
	for (i = 0; i < s->p->n_ports; i++)
		account_pool(&s->port[i], dt);
	for (i = 0; i < s->p->n_smmus; i++) {
		account_smmu(s, i, dt);
		stalled += s->unit[i].stalled;
	}
	busy = s->p->pager.workers - idle_workers(s);
	spend(&s->res->workers.busy_ns, busy, dt);
	s->res->workers.peak = max(s->res->workers.peak, busy);
	account_masters(s, dt);
	if (stalled && !s->stalling)
		s->stall_since = s->board.now;
	if (!stalled && s->stalling)
		s->res->recover_ns = max(s->res->recover_ns, s->board.now - s->stall_since);
	if (stalled && dt == STALL_FOR_EVER)
		s->res->recover_ns = dt;
	s->stalling = stalled;
}

/* ---- the run with time ---- */

static bool take_any(struct stall_sim *s)
{
	u32 i, unit;

	for (i = 0; i < s->p->n_smmus; i++) {
		unit = (s->next_unit + i) % s->p->n_smmus;
		if (stall_do(s, STALL_DO_TAKE, unit)) {
			s->next_unit = unit + 1;
			return true;
		}
	}
	return false;
}

static bool next(struct stall_sim *s)
{
	u32 i;

	if (take_any(s))
		return true;
	i = first_due(s, NULL);
	if (i == s->n_due)
		return false;
	if (s->due[i].at > s->board.now) {
		account(s, s->due[i].at - s->board.now);
		s->board.now = s->due[i].at;
	}
	return stall_do(s, s->due[i].kind, s->due[i].who);
}

/* The first deadlock is noted; those that it does not concern go on. */
static int look(struct stall_sim *s)
{
	struct stall_graph g = { 0 };
	int dead = 0;

	if (!s->res->deadlock && (stall_graph_worth(s) || (!s->n_due && s->live)))
		dead = stall_graph_make(s, &g);
	if (dead > 0) {
		s->res->deadlock = true;
		s->res->deadlock_ns = s->board.now;
		dead = stall_note(s, &g);
		s->res->found = STALL_FOUND_TIMED;
	}
	stall_graph_free(&g);
	return dead;
}

/* What its own accesses have met depends on when it makes them. */
static void worst_instant(struct stall_sim *s, u32 master)
{
	struct stall_master_result *r = &s->res->master[master];
	const struct stall_way *w = &s->way[s->way_of[master]];
	u64 memory = s->p->times.memory_ns;

	if (w->wait_ns == STALL_FOR_EVER)
		r->dead = true;
	if (r->dead) {
		r->gap_ns = r->access_ns = STALL_FOR_EVER;
		r->gap_at_ns = s->board.now;
		return;
	}
	if (w->wait_ns + memory > r->gap_ns) {
		r->gap_ns = w->wait_ns + memory;
		r->gap_at_ns = w->at_ns + memory;
	}
	r->access_ns = max(r->access_ns, w->wait_ns + memory);
}

static void finish(struct stall_sim *s)
{
	u32 i;

	account(s, s->live ? STALL_FOR_EVER : 0);
	stall_probe_end(s);
	s->res->end_ns = s->board.now;
	for (i = 0; i < s->p->n_masters; i++) {
		const struct stall_master *m = &s->p->master[i];
		struct stall_master_result *r = &s->res->master[i];
		const struct stall_device *d = &s->dev[i];

		r->unfinished = d->in_flight + d->wanted;
		r->dead = d->pending || d->in_flight;
		worst_instant(s, i);
		r->late = m->deadline_ns && (m->limits == STALL_GAP ? r->gap_ns : r->access_ns) > m->deadline_ns;
		s->res->late += r->late;
	}
}

int stall_run_timed(struct stall_sim *s)
{
	u32 events = 0;
	int err = 0;

	while (!err && !s->failed && next(s)) {
		err = look(s);
		if (++events > EVENT_LIMIT)
			return stall_error(s->res, "after %u events it still goes on", events);
	}
	if (!err && s->failed)
		return stall_error(s->res,
				   "no progress: an access is retried for ever, or the driver always finds more");
	if (!err)
		finish(s);
	return err || s->res->deadlock ? err : stall_note_steps(s);
}
