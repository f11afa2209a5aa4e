// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Who waits while others stall, and how long: times added up by hand. */
#include "stall_scene.h"

/*
 * All faults of the GPU come at 0. Each handler takes 10 us; the first one starts once the driver has reported, after 2 us.
 * From its answer to the retry it is 0.5 us, and 0.2 us more to memory's answer, with which a slot is free.
 */
#define NOTIFY	2000ULL
#define HANDLER 10000ULL
#define RESUME	500ULL
#define MEMORY	200ULL

static void times(struct stall_platform *p)
{
	p->pager.p50_ns = p->pager.p999_ns = HANDLER;
	p->times = (struct stall_times){ .memory_ns = MEMORY, .notify_ns = NOTIFY, .resume_ns = RESUME };
}

/* A GPU whose eight accesses fill the TBU at 0, and a display that wants a line each microsecond from 100 ns on. */
static void display_beside_a_gpu(struct stall_platform *p, const char *kind, enum stall_mode mode)
{
	struct stall_master *m;

	scene_init(p);
	scene_tbu(p, scene_smmu(p, kind, 0), 8);
	p->smmu[0].hupcf = true;
	scene_master(p, "gpu", 1, mode, 8, 8);
	m = scene_master(p, "display", 1, STALL_PINNED, 4, 200);
	m->first_ns = 100;
	m->period_ns = 1000;
	m->deadline_ns = 10000;
	times(p);
}

static const struct stall_options no_search = { .no_search = true };

TEST(display_starves)
{
	static struct stall_platform p;
	struct stall_result r;

	display_beside_a_gpu(&p, "smmuv3", STALL_STALLS);
	scene_run(&p, &no_search, &r);
	ck_assert(!r.deadlock);
	/* Its first line waits from 100 ns until the GPU's first access has a slot to give, and then for memory. */
	ck_assert_uint_eq(r.master[1].gap_ns, NOTIFY + HANDLER + RESUME + MEMORY + MEMORY - 100);
	ck_assert_uint_eq(r.master[1].gap_at_ns, NOTIFY + HANDLER + RESUME + MEMORY + MEMORY);
	ck_assert_uint_eq(r.master[1].access_ns, r.master[1].gap_ns);
	/* Up to the answer all eight slots are held by accesses that wait for software. */
	ck_assert_uint_eq(r.master[1].behind_software_ns, NOTIFY + HANDLER - 100);
	ck_assert(r.master[1].late);
	ck_assert_uint_eq(r.late, 1);
	ck_assert_uint_eq(r.tbu[0].peak, 8);
	ck_assert_uint_eq(r.tbu[0].peak_stalled, 8);
	ck_assert_uint_eq(r.stalls[0].peak, 8);
	/* One worker handles eight faults, one after the other. */
	ck_assert_uint_eq(r.recover_ns, NOTIFY + 8 * HANDLER);
	ck_assert_uint_eq(r.workers.busy_ns, 8 * HANDLER);
	ck_assert_uint_eq(r.master[1].completed, 200);
	stall_result_free(&r);
}

/* SMMUv2 reports one fault of a bank at a time: the next is reported after the answer to the one before. */
TEST(display_starves_behind_smmuv2)
{
	static struct stall_platform p;
	struct stall_result r;

	display_beside_a_gpu(&p, "smmuv2", STALL_STALLS);
	scene_run(&p, &no_search, &r);
	ck_assert(!r.deadlock);
	ck_assert_uint_eq(r.master[1].gap_ns, NOTIFY + HANDLER + RESUME + MEMORY + MEMORY - 100);
	ck_assert(r.master[1].late);
	ck_assert_uint_eq(r.master[0].completed, 8);
	stall_result_free(&r);
}

TEST_TIMES(display_lives_without_stalls, 2)
{
	static const enum stall_mode modes[] = { STALL_TERMINATES, STALL_PRI };
	static struct stall_platform p;
	struct stall_result r;

	display_beside_a_gpu(&p, "smmuv3", modes[_i]);
	scene_run(&p, &no_search, &r);
	ck_assert(!r.deadlock);
	/* At worst it waits until memory has answered the GPU: accesses, or the aborts of them. */
	ck_assert_uint_le(r.master[1].gap_ns, MEMORY + MEMORY);
	ck_assert(!r.master[1].late);
	ck_assert_uint_eq(r.late, 0);
	ck_assert_uint_eq(r.tbu[0].peak_stalled, 0);
	ck_assert_uint_eq(r.master[1].behind_software_ns, 0);
	ck_assert_uint_eq(r.master[1].completed, 200);
	if (modes[_i] == STALL_PRI) {
		ck_assert_uint_eq(r.master[0].completed, 8);
		ck_assert_uint_eq(r.master[0].faults, 8);
	} else {
		ck_assert_uint_eq(r.master[0].aborted, 8);
		ck_assert_uint_eq(r.master[0].faults, 0);
	}
	stall_result_free(&r);
}

/* STALL_MAX 2 of eight: six are refused and keep their slots, so that the display waits all the same. */
TEST(refused_ones_keep_their_slots)
{
	static struct stall_platform p;
	struct stall_result r;

	display_beside_a_gpu(&p, "smmuv3", STALL_STALLS);
	p.smmu[0].stall_max = 2;
	scene_run(&p, &no_search, &r);
	ck_assert(!r.deadlock);

	ck_assert_uint_eq(r.stalls[0].peak, 2);
	ck_assert_uint_eq(r.tbu[0].peak_stalled, 8);
	ck_assert_uint_ge(r.refused[0], 6);
	ck_assert_uint_eq(r.master[1].gap_ns, NOTIFY + HANDLER + RESUME + MEMORY + MEMORY - 100);
	ck_assert_uint_eq(r.master[0].completed, 8);
	stall_result_free(&r);
}

/* With two workers the faults are answered in four pairs; each slot is held from 0 to its pair's end. */
TEST(slots_by_littles_law)
{
	static struct stall_platform p;
	struct stall_result r;
	u64 held = 0, pair;

	display_beside_a_gpu(&p, "smmuv3", STALL_STALLS);
	p.n_masters = 1;
	p.pager.workers = 2;
	scene_run(&p, &no_search, &r);
	for (pair = 1; pair <= 4; pair++)
		held += 2 * (NOTIFY + pair * HANDLER + RESUME + MEMORY);
	ck_assert_uint_eq(r.tbu[0].held_ns, held);
	ck_assert_uint_eq(r.tbu[0].busy_ns, held);
	ck_assert_uint_eq(r.tbu[0].uses, 8);
	ck_assert_uint_eq(r.stalls[0].held_ns, held - 8 * (RESUME + MEMORY));
	ck_assert_uint_eq(r.stalls[0].busy_ns, r.stalls[0].held_ns);
	ck_assert_uint_eq(r.end_ns, NOTIFY + 4 * HANDLER + RESUME + MEMORY);
	stall_result_free(&r);
}

/* A PCIe host behind a TBU of its own still waits, if the stalling master's accesses fill the input buffer they share. */
TEST(pressure_reaches_a_pcie_host)
{
	static struct stall_platform p;
	struct stall_master *gpu, *pcie;
	struct stall_result r;
	u32 smmu, with;

	for (with = 0; with < 2; with++) {
		scene_init(&p);
		smmu = scene_smmu(&p, "smmuv3", 0);
		gpu = scene_master(&p, "gpu", scene_tbu(&p, smmu, 4), STALL_STALLS, 8, 8);
		pcie = scene_master(&p, "pcie", scene_tbu(&p, smmu, 4), STALL_PINNED, 1, 1);
		pcie->first_ns = 100;
		pcie->pcie = true;
		pcie->limits = STALL_ACCESS;
		pcie->deadline_ns = 50000;
		if (with)
			gpu->port = pcie->port = scene_port(&p, 4);
		times(&p);
		p.pager.p50_ns = p.pager.p999_ns = 60000;
		scene_run(&p, &no_search, &r);
		ck_assert(!r.deadlock);
		/* Four accesses of the GPU have slots, four wait in the buffer. */
		ck_assert_uint_eq(r.master[1].access_ns,
				  with ? NOTIFY + 60000 + RESUME + MEMORY + MEMORY - 100 : MEMORY);
		ck_assert_uint_eq(r.master[1].behind_software_ns, with ? NOTIFY + 60000 - 100 : 0);
		ck_assert_uint_eq(r.master[1].late, with);
		if (with)
			ck_assert_uint_eq(r.port[0].peak_stalled, 4);
		stall_result_free(&r);
	}
}

/* The same seed draws the same times; another seed draws others; none is over the 99.9th percentile. */
TEST(seeds)
{
	struct stall_options opt = { .no_search = true, .draw = true, .seed = 7 };
	static struct stall_platform p;
	struct stall_result a, b, c;

	display_beside_a_gpu(&p, "smmuv3", STALL_STALLS);
	p.pager.p50_ns = 1000;
	scene_run(&p, &opt, &a);
	scene_run(&p, &opt, &b);
	opt.seed = 8;
	scene_run(&p, &opt, &c);
	ck_assert_uint_eq(a.recover_ns, b.recover_ns);
	ck_assert_uint_eq(a.master[1].gap_ns, b.master[1].gap_ns);
	ck_assert_uint_ne(a.recover_ns, c.recover_ns);
	ck_assert_uint_lt(a.recover_ns, NOTIFY + 8 * HANDLER);
	stall_result_free(&a);
	stall_result_free(&b);
	stall_result_free(&c);
}

SUITE("stall_starve")
