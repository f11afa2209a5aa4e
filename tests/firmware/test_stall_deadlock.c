// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Deadlocks of textbooks: found, told, and gone once the platform is changed as the textbook says. */
#include "stall_scene.h"

static const char *const kinds[] = { "smmuv3", "smmuv2" };

/* A GPU that may stall, and the storage that its pages come from, behind one TBU of @slots. */
static void swap_behind_the_gpu(struct stall_platform *p, const char *kind, u32 slots)
{
	u32 smmu, tbu;

	scene_init(p);
	smmu = scene_smmu(p, kind, 0);
	p->smmu[0].hupcf = true;
	tbu = scene_tbu(p, smmu, slots);
	scene_master(p, "gpu", tbu, STALL_STALLS, 4, 6);
	p->pager.storage = scene_number(p, scene_master(p, "ssd", tbu, STALL_PINNED, 4, 0));
	p->pager.pressure_ppm = 1000000;
}

/* Accesses of @master at @where, of those that had not ended. */
static u32 count(const struct stall_result *r, u32 master, enum stall_where where)
{
	u32 i, n = 0;

	for (i = 0; i < r->n_accesses; i++)
		n += r->accesses[i].master == master && r->accesses[i].where == where;
	return n;
}

/* The cycle, edge by edge: each of its nodes has one edge of it out and one in, and can never go on. */
static void check_cycle(const struct stall_result *r)
{
	const struct stall_graph *g = &r->graph;
	u32 i, e, out, in, length = 0;

	for (i = 0; i < g->n_nodes; i++) {
		for (e = out = in = 0; e < g->n_edges; e++) {
			out += g->edges[e].cycle && g->edges[e].from == i;
			in += g->edges[e].cycle && g->edges[e].to == i;
		}
		ck_assert_uint_eq(out, g->nodes[i].cycle);
		ck_assert_uint_eq(in, g->nodes[i].cycle);
		ck_assert(!g->nodes[i].cycle || g->nodes[i].dead);
		length += g->nodes[i].cycle;
	}
	ck_assert_uint_ge(length, 2);
}

TEST_TIMES(storage_behind_the_stalled_tbu, 2)
{
	static struct stall_platform p;
	struct stall_result r;

	swap_behind_the_gpu(&p, kinds[_i], 4);
	scene_run(&p, NULL, &r);
	ck_assert(r.deadlock);
	ck_assert_uint_eq(r.found, STALL_FOUND_TIMED);
	ck_assert_str_eq(r.story, "worker 0 handles a fault and waits for ssd's read 1\n"
				  "ssd's read 1 waits for its access 0\n"
				  "ssd's access 0 waits for a slot of tbu0\n"
				  "all 4 slots of tbu0 are held by accesses that wait: 4 of gpu\n"
				  "gpu's access 0 waits for its page, which worker 0 is to map\n");
	check_cycle(&r);
	ck_assert_uint_eq(count(&r, 0, STALL_HELD), 4);
	ck_assert_uint_eq(count(&r, 1, STALL_AT_TBU), 1);
	ck_assert(r.master[0].dead && r.master[1].dead);
	/* The fault is reported after 2 us, its handler takes 100 us, and then the read finds no slot. */
	ck_assert_uint_eq(r.deadlock_ns, 102000);
	stall_result_free(&r);
}

TEST_TIMES(storage_with_a_tbu_of_its_own, 2)
{
	static struct stall_platform p;
	struct stall_result r;

	swap_behind_the_gpu(&p, kinds[_i], 4);
	p.master[1].tbu = scene_tbu(&p, 1, 4);
	scene_run(&p, NULL, &r);
	ck_assert(!r.deadlock && !r.story);
	ck_assert_uint_eq(r.master[0].completed, 6);
	ck_assert_uint_eq(r.master[0].faults, 6);
	ck_assert_uint_eq(r.master[1].completed, 6);
	ck_assert_uint_eq(r.tbu[0].peak_stalled, 4);
	ck_assert_uint_eq(r.tbu[1].peak_stalled, 0);
	ck_assert(r.complete);
	ck_assert_uint_gt(r.states, 100);
	stall_result_free(&r);
}

/* One slot more than the GPU can have stalled, and the read passes. */
TEST_TIMES(a_slot_more_than_can_stall, 2)
{
	static struct stall_platform p;
	struct stall_result r;

	swap_behind_the_gpu(&p, kinds[_i], 5);
	scene_run(&p, NULL, &r);
	ck_assert(!r.deadlock);
	ck_assert(r.complete);
	ck_assert_uint_eq(r.master[0].completed, 6);
	stall_result_free(&r);
}

SUITE("stall_deadlock")
