// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The verdict on platforms made at random, against a checker that shares nothing with the simulation's: it knows no
 * graph, and reduces a state by hand. Whoever can end does, and gives back what it holds, until nobody can (R. C. Holt,
 * "Some Deadlock Properties of Computer Systems", 1972: with requests of one unit each, what is left is deadlocked).
 */
#include "stall_scene.h"

#define PLATFORMS 1000
#define HUNDRED	  100

/* ---- the checker ---- */

struct checker {
	const struct stall_platform *p;
	const struct stall_result *r;
	bool ended[8192];
};

static bool same_smmu(const struct checker *c, u32 a, u32 b)
{
	return c->p->tbu[c->p->master[a].tbu - 1].smmu == c->p->tbu[c->p->master[b].tbu - 1].smmu;
}

static bool slot_free(const struct checker *c, u32 tbu)
{
	u32 i, used = 0;

	for (i = 0; i < c->r->n_accesses; i++)
		used += !c->ended[i] && c->r->accesses[i].slot && c->p->master[c->r->accesses[i].master].tbu == tbu;
	return used < c->p->tbu[tbu - 1].slots;
}

static bool entry_free(const struct checker *c, u32 port)
{
	u32 i, used = 0;

	for (i = 0; i < c->r->n_accesses; i++)
		used += !c->ended[i] && c->r->accesses[i].entry && c->p->master[c->r->accesses[i].master].port == port;
	return used < c->p->port[port - 1].slots;
}

/* The storage may make another access. */
static bool queue_free(const struct checker *c, u32 master)
{
	u32 i, used = 0;

	for (i = 0; i < c->r->n_accesses; i++)
		used += !c->ended[i] && c->r->accesses[i].master == master;
	return used < c->p->master[master].outstanding;
}

static bool worker_answers(const struct checker *c, u32 worker)
{
	const struct stall_worker *w = &c->r->worker[worker];
	u32 i;

	if (!w->read || !w->read_begun)
		return true;
	for (i = 0; i < c->r->n_accesses; i++)
		if (!c->ended[i] && c->r->accesses[i].master == w->storage && c->r->accesses[i].read == w->read)
			return false;
	return !w->unissued || queue_free(c, w->storage);
}

static bool any_worker(const struct checker *c)
{
	u32 i;

	for (i = 0; i < c->r->n_workers; i++)
		if (worker_answers(c, i))
			return true;
	return false;
}

/* An SMMUv2 counts what each TBU holds, an SMMUv3 what all hold together. */
static bool can_stall(const struct checker *c, const struct stall_access *a)
{
	u32 smmu = c->p->tbu[c->p->master[a->master].tbu - 1].smmu - 1, i, held = 0;
	bool v2 = !strcmp(c->p->smmu[smmu].kind, "smmuv2");

	for (i = 0; i < c->r->n_accesses; i++) {
		const struct stall_access *o = &c->r->accesses[i];

		held += !c->ended[i] && o->where == STALL_HELD && same_smmu(c, o->master, a->master) &&
			(!v2 || c->p->master[o->master].tbu == c->p->master[a->master].tbu);
	}
	return held < c->p->smmu[smmu].stall_max;
}

static bool can_end(const struct checker *c, const struct stall_access *a)
{
	const struct stall_master *m = &c->p->master[a->master];

	switch (a->where) {
	case STALL_AT_PORT:
		return entry_free(c, m->port) && slot_free(c, m->tbu);
	case STALL_AT_TBU:
		return slot_free(c, m->tbu);
	case STALL_REFUSED:
		return can_stall(c, a);
	case STALL_HELD:
	case STALL_PAGE:
		if (a->worker)
			return worker_answers(c, a->worker - 1);
		return a->recorded ? any_worker(c) : !a->blocker || c->ended[a->blocker - 1];
	default:
		return true;
	}
}

/* Return: accesses that can never end. */
static u32 reduce(struct checker *c, const struct stall_platform *p, const struct stall_result *r)
{
	u32 i, left = r->n_accesses, before;

	ck_assert_uint_le(r->n_accesses, sizeof(c->ended));
	memset(c, 0, sizeof(*c));
	c->p = p;
	c->r = r;
	do {
		before = left;
		for (i = 0; i < r->n_accesses; i++)
			if (!c->ended[i] && can_end(c, &r->accesses[i])) {
				c->ended[i] = true;
				left--;
			}
	} while (left < before);
	return left;
}

/* ---- both verdicts of one state ---- */

static bool dead_in_graph(const struct stall_graph *g, const struct stall_access *a)
{
	u32 i;

	for (i = 0; i < g->n_nodes; i++)
		if (g->nodes[i].kind == STALL_NODE_ACCESS && g->nodes[i].master == a->master &&
		    g->nodes[i].number == a->number)
			return g->nodes[i].dead;
	ck_abort_msg("access %u of master %u is no node", a->number, a->master);
	return false;
}

static void agree(const struct stall_platform *p, const struct stall_result *r)
{
	static struct checker c;
	u32 i, left = reduce(&c, p, r);

	ck_assert_msg(r->deadlock == (left > 0), "simulation: %d, checker: %u left", r->deadlock, left);
	for (i = 0; i < r->n_accesses; i++)
		ck_assert_msg(dead_in_graph(&r->graph, &r->accesses[i]) == !c.ended[i], "access %u of master %u",
			      r->accesses[i].number, r->accesses[i].master);
}

/* ---- platforms ---- */

static u32 draw(u64 *state, u32 from, u32 to)
{
	*state = *state * 6364136223846793005ULL + 1442695040888963407ULL;
	return from + (u32)(*state >> 33) % (to - from + 1);
}

static void random_master(struct stall_platform *p, u64 *state, u32 i)
{
	static const enum stall_mode modes[] = { STALL_PINNED, STALL_STALLS, STALL_STALLS, STALL_TERMINATES,
						 STALL_PRI };
	char name[] = { (char)('a' + i), 0 };
	u32 tbu = draw(state, 1, p->n_tbus);
	enum stall_mode mode = modes[draw(state, 0, 4)];
	struct stall_master *m;

	if (mode == STALL_PRI && !strcmp(p->smmu[p->tbu[tbu - 1].smmu - 1].kind, "smmuv2"))
		mode = STALL_STALLS;
	m = scene_master(p, name, tbu, mode, draw(state, 1, 6), draw(state, 0, 12));
	m->port = p->n_ports ? draw(state, 0, p->n_ports) : 0;
	m->period_ns = draw(state, 0, 2) * 7000;
	m->first_ns = draw(state, 0, 3) * 5000;
	m->page_accesses = draw(state, 1, 3);
	m->zero_fill = !draw(state, 0, 3);
	/* The driver refuses masters in one domain whose faults differ. */
	if (!draw(state, 0, 3))
		m->domain = p->tbu[tbu - 1].smmu * STALL_MODES + mode;
}

static void random_platform(struct stall_platform *p, u64 *state)
{
	u32 i, n, masters;

	scene_init(p);
	n = draw(state, 1, 2);
	for (i = 0; i < n; i++) {
		scene_smmu(p, draw(state, 0, 1) ? "smmuv3" : "smmuv2", draw(state, 1, 10));
		p->smmu[i].hupcf = draw(state, 0, 1);
		scene_tbu(p, i + 1, draw(state, 1, 6));
	}
	for (i = draw(state, 0, 2); i; i--)
		scene_tbu(p, draw(state, 1, n), draw(state, 1, 6));
	for (i = draw(state, 0, 2); i; i--)
		scene_port(p, draw(state, 1, 4));
	masters = draw(state, 2, 6);
	for (i = 0; i < masters; i++)
		random_master(p, state, i);
	for (i = 0; i < masters; i++)
		p->master[i].backing = draw(state, 0, 2) ? 0 : draw(state, 1, masters);
	p->pager.workers = draw(state, 1, 3);
	p->pager.storage = draw(state, 0, masters);
	p->pager.pressure_ppm = draw(state, 0, 3) * 333333;
	p->pager.p50_ns = 1000;
	p->pager.p999_ns = 20000;
	p->pager.read_accesses = draw(state, 1, 3);
	p->pager.read_ns = draw(state, 0, 1) * 3000;
}

/* ---- the test ---- */

/* The state after the first @n steps of a run that has met a deadlock only with its last, if at all. */
static void check_prefix(const struct stall_platform *p, const struct stall_options *opt, const struct stall_result *r,
			 u32 n, bool deadlock)
{
	static struct stall_result at;
	int err = stall_play(p, opt, r->steps, n, &at);

	ck_assert_msg(!err, "%s", at.error);
	agree(p, &at);
	ck_assert_int_eq(at.deadlock, deadlock);
	stall_result_free(&at);
}

static void check_platform(u64 seed, u32 *deadlocks, u32 *ends)
{
	struct stall_options opt = { .seed = seed, .draw = seed & 1, .no_search = true };
	static struct stall_platform p;
	static struct stall_result r;
	u64 state = seed * 977 + 3;
	u32 i, left = 0;

	random_platform(&p, &state);
	ck_assert_int_eq(stall_check(&p, r.error, sizeof(r.error)), 0);
	scene_run(&p, &opt, &r);
	/* What happens in the end is the truth: in a deadlock something never ends, and without one everything does. */
	for (i = 0; i < p.n_masters; i++)
		left += r.master[i].unfinished;
	ck_assert_msg(r.deadlock == (left > 0), "seed %llu: %u accesses never end", (unsigned long long)seed, left);
	if (r.deadlock)
		agree(&p, &r);
	check_prefix(&p, &opt, &r, r.n_steps, r.deadlock);
	for (i = 0; i < 6 && r.n_steps; i++)
		check_prefix(&p, &opt, &r, i ? draw(&state, 0, r.n_steps - 1) : r.n_steps - 1, false);
	*deadlocks += r.deadlock;
	*ends += !r.deadlock;
	stall_result_free(&r);
}

TEST_TIMES(hundred_platforms, PLATFORMS / HUNDRED)
{
	u32 deadlocks = 0, ends = 0;
	u64 i;

	for (i = 1; i <= HUNDRED; i++)
		check_platform((u64)_i * HUNDRED + i, &deadlocks, &ends);
	/* Both are met often enough to tell something. */
	ck_assert_uint_ge(deadlocks, HUNDRED / 5);
	ck_assert_uint_ge(ends, HUNDRED / 5);
}

/* Two devices that stall, far apart in time, and the storage of their pages: small enough for every order. */
static void small_platform(struct stall_platform *p, u64 *state)
{
	u32 i;

	scene_init(p);
	scene_smmu(p, draw(state, 0, 1) ? "smmuv3" : "smmuv2", draw(state, 1, 4));
	p->smmu[0].hupcf = draw(state, 0, 1);
	for (i = draw(state, 1, 2); i; i--)
		scene_tbu(p, 1, draw(state, 1, 4));
	for (i = 0; i < 2; i++) {
		struct stall_master *m =
			scene_master(p, i ? "b" : "a", draw(state, 1, p->n_tbus), STALL_STALLS, 2, draw(state, 1, 2));

		m->period_ns = 1000000;
		m->first_ns = i * 500000;
	}
	scene_master(p, "ssd", draw(state, 1, p->n_tbus), STALL_PINNED, draw(state, 1, 2), 0);
	p->pager.storage = 3;
	p->pager.pressure_ppm = 1000000;
	p->pager.workers = draw(state, 1, 2);
	p->pager.read_accesses = draw(state, 1, 2);
}

/* What chance meets the search has met: where it has found nothing, 10 random orders find nothing either. */
TEST(search_and_chance)
{
	struct stall_options chance = { .small = 1, .random_runs = 10 };
	static struct stall_platform p;
	static struct stall_result r, by_chance;
	u32 none = 0, found = 0, seed;
	u64 state;

	for (seed = 1; seed <= 12; seed++) {
		state = seed * 31 + 7;
		small_platform(&p, &state);
		scene_run(&p, NULL, &r);
		chance.seed = seed;
		scene_run(&p, &chance, &by_chance);
		ck_assert(r.deadlock || r.complete);
		ck_assert_msg(r.deadlock || !by_chance.deadlock, "seed %u: %s", seed, by_chance.story);
		none += !r.deadlock;
		found += r.found == STALL_FOUND_SEARCH;
		stall_result_free(&r);
		stall_result_free(&by_chance);
	}
	ck_assert_uint_ge(none, 2);
	ck_assert_msg(found >= 2, "%u found by search alone, %u without", found, none);
}

SUITE("stall_random")
