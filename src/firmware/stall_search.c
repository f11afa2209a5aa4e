// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Every interleaving up to a bound, or some at random: without time, what happens next is anything that can. Engines and
 * drivers cannot be copied, so a state is reached again by executing the steps that lead there; one that was met before is
 * not searched again.
 */
#include "find.h"
#include "stall_priv.h"

#include <stdlib.h>

/* ---- a state as a number ---- */

static void mix(u64 *h, u64 value)
{
	*h = (*h ^ value) * 0x9e3779b97f4a7c15ULL;
	*h ^= *h >> 29;
}

/* Whether two accesses at the same point are at the same place, too, so that their order there matters. */
static bool side_by_side(const struct stall_sim *s, const struct stall_txn *a, const struct stall_txn *b)
{
	const struct stall_master *m = &s->p->master[a->master], *n = &s->p->master[b->master];

	switch (a->where) {
	case STALL_AT_PORT:
		return m->port == n->port;
	case STALL_AT_TBU:
		return m->tbu == n->tbu;
	case STALL_IN_MEMORY:
		return m == n;
	default:
		return s->dev[a->master].unit == s->dev[b->master].unit;
	}
}

/* Who came first goes on first. */
static u32 rank(const struct stall_sim *s, const struct stall_txn *t)
{
	u32 n = 0;

	for_each_of(o, s->txns, s->n_txns) {
		n += o->used && o->where == t->where && o->stamp < t->stamp && side_by_side(s, o, t);
	}
	return n;
}

/* Accesses are summed up, so that it does not matter which entry of the array an access has. */
static u64 hash_accesses(const struct stall_sim *s)
{
	u64 sum = 0;

	for_each_of(t, s->txns, s->n_txns) {
		u64 h = 1;

		if (!t->used)
			continue;
		mix(&h, (u64)t->master << 32 | t->number);
		mix(&h, (u64)t->where << 32 | rank(s, t));
		mix(&h, (u64)t->worker << 32 | t->reader);
		mix(&h, t->port | t->slot << 1 | t->recorded << 2 | t->reported << 3 | t->failed << 4);
		sum += h;
	}
	return sum;
}

u64 stall_hash(const struct stall_sim *s)
{
	u64 h = hash_accesses(s);
	u32 k;

	for_each_of(d, s->dev, s->p->n_masters) {
		mix(&h, (u64)d->ticks << 32 | d->wanted);
		mix(&h, (u64)d->touched << 32 | d->queued);
		mix(&h, d->space->mapped);
	}
	for_each_of(w, s->hand, s->p->pager.workers) {
		mix(&h, w->phase == STALL_IDLE ? 0 : (u64)w->phase << 32 | (w->master + 1));
		if (w->phase == STALL_READS)
			mix(&h, (u64)w->storage << 40 | (u64)w->unissued << 20 | w->unfinished << 1 | w->begun);
		if (w->phase == STALL_READS)
			mix(&h, w->read);
	}
	for_each_of(e, s->unit, s->p->n_smmus)
		for (k = 0; k < e->n_ring; k++)
			mix(&h, e->ring[k] + 1);
	return h;
}

struct seen {
	u64 *hash; /* 0: free */
	u32 room, n;
};

/* Return: whether it is new. */
static bool add(struct seen *seen, u64 hash)
{
	u32 i = (u32)(hash >> 7) & (seen->room - 1);

	hash += !hash;
	for (; seen->hash[i]; i = (i + 1) & (seen->room - 1))
		if (seen->hash[i] == hash)
			return false;
	seen->hash[i] = hash;
	seen->n++;
	return true;
}

/* ---- one run ---- */

/* A run without time that can be begun again; what it counts is nobody's. */
struct lab {
	const struct stall_setup *u;
	struct stall_result *res, *scratch;
	struct stall_sim *s;
	struct stall_graph g;
};

static int begin(struct lab *l)
{
	int err;

	stall_sim_destroy(l->s);
	memset(l->scratch, 0, sizeof(*l->scratch));
	err = stall_sim_create(l->u, false, l->scratch, &l->s);
	if (err)
		memcpy(l->res->error, l->scratch->error, sizeof(l->res->error));
	if (err)
		return err;
	l->s->cut = true;
	stall_settle(l->s);
	return 0;
}

static int step(struct lab *l, const struct stall_step *what)
{
	if (!stall_do(l->s, what->kind, what->who))
		return stall_error(l->res, "a step that was possible is not possible any more");
	stall_settle(l->s);
	return l->s->failed ? stall_error(l->res, "no progress: an access is retried for ever") : 0;
}

/* Return: 1: what has just happened closed a deadlock, which is now the result's; 0, -errno. */
static int closed(struct lab *l, enum stall_found how)
{
	int dead = stall_graph_worth(l->s) || !l->s->n_due ? stall_graph_make(l->s, &l->g) : 0;

	if (dead <= 0)
		return dead;
	l->res->deadlock = true;
	l->res->found = how;
	free(l->res->steps); /* of the run with time, which met no deadlock */
	l->res->steps = NULL;
	l->s->res = l->res;
	dead = stall_note(l->s, &l->g);
	l->s->res = l->scratch;
	return dead ? dead : 1;
}

static int lab_init(struct lab *l, const struct stall_setup *u, struct stall_result *res)
{
	*l = (struct lab){ .u = u, .res = res, .scratch = calloc(1, sizeof(*res)) };
	return l->scratch ? 0 : -ENOMEM;
}

static void lab_exit(struct lab *l)
{
	stall_sim_destroy(l->s);
	stall_graph_free(&l->g);
	free(l->scratch);
}

/* ---- every interleaving ---- */

struct frame {
	struct stall_step *choices;
	u32 n, next;
};

struct search {
	struct lab lab;
	struct seen seen;
	struct frame *frames;
	u32 depth;
	bool away; /* the run is not at the last frame's state */
	bool bounded;
};

static int push(struct search *x)
{
	struct stall_step room[STALL_CHOICES];
	struct frame *f = &x->frames[x->depth];

	f->n = stall_choices(x->lab.s, room, STALL_CHOICES);
	f->next = 0;
	f->choices = malloc((f->n + 1) * sizeof(room[0]));
	if (!f->choices)
		return -ENOMEM;
	memcpy(f->choices, room, f->n * sizeof(room[0]));
	x->depth++;
	x->lab.res->depth = max(x->lab.res->depth, x->depth - 1);
	return 0;
}

static int go_back(struct search *x)
{
	int err = begin(&x->lab);
	u32 i;

	for (i = 0; i + 1 < x->depth && !err; i++)
		err = step(&x->lab, &x->frames[i].choices[x->frames[i].next - 1]);
	x->away = false;
	return err;
}

/* Execute the last frame's next choice. Return: 1: a deadlock; 0, -errno. */
static int try_next(struct search *x)
{
	struct frame *f = &x->frames[x->depth - 1];
	int err = x->away ? go_back(x) : 0;

	if (!err)
		err = step(&x->lab, &f->choices[f->next++]);
	if (!err)
		err = closed(&x->lab, STALL_FOUND_SEARCH);
	if (err)
		return err;
	x->away = true;
	if (x->seen.n >= x->lab.u->opt.max_states || x->depth > x->lab.u->opt.max_depth) {
		x->bounded = true;
		return 0;
	}
	if (!add(&x->seen, stall_hash(x->lab.s)))
		return 0;
	x->away = false;
	return push(x);
}

static int search(struct search *x)
{
	int err = begin(&x->lab);

	if (!err)
		err = push(x);
	while (!err && x->depth) {
		struct frame *f = &x->frames[x->depth - 1];

		if (f->next < f->n && x->seen.n < x->lab.u->opt.max_states) {
			err = try_next(x);
			continue;
		}
		x->bounded = x->bounded || f->next < f->n;
		free(f->choices);
		x->depth--;
		x->away = true;
	}
	return err;
}

int stall_search(const struct stall_setup *u, struct stall_result *res)
{
	struct search x = { .seen.room = 64 };
	int err = lab_init(&x.lab, u, res);

	while (x.seen.room < 4 * u->opt.max_states)
		x.seen.room *= 2;
	x.seen.hash = calloc(x.seen.room, sizeof(u64));
	x.frames = calloc(u->opt.max_depth + 2, sizeof(*x.frames));
	if (!err)
		err = x.seen.hash && x.frames ? search(&x) : -ENOMEM;
	res->states = x.seen.n + 1;
	res->complete = !err && !x.bounded;
	while (x.frames && x.depth)
		free(x.frames[--x.depth].choices);
	free(x.frames);
	free(x.seen.hash);
	lab_exit(&x.lab);
	return err < 0 ? err : 0;
}

/* ---- some at random ---- */

int stall_random_runs(const struct stall_setup *u, struct stall_result *res)
{
	struct stall_step room[STALL_CHOICES];
	u64 random = u->opt.seed ^ 0x5747414c4cULL;
	struct lab l;
	int err = lab_init(&l, u, res);
	u32 n;

	while (!err && res->runs < u->opt.random_runs) {
		err = begin(&l);
		while (!err && (n = stall_choices(l.s, room, STALL_CHOICES)) > 0) {
			err = step(&l, &room[stall_random(&random) % n]);
			if (!err)
				err = closed(&l, STALL_FOUND_RANDOM);
		}
		res->runs++;
	}
	lab_exit(&l);
	return err < 0 ? err : 0;
}
