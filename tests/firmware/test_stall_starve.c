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

/* An access right after the display's first, at 100 ns: one slot, which the first one has first. */
#define BEHIND_THE_FIRST (NOTIFY + HANDLER + RESUME + MEMORY + MEMORY + MEMORY - 100)

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
	/* At worst a line is wanted right behind the first, so that it gets the GPU's first slot after that one. */
	ck_assert_uint_eq(r.master[1].gap_ns, BEHIND_THE_FIRST);
	ck_assert_uint_eq(r.master[1].gap_at_ns, 100 + BEHIND_THE_FIRST);
	ck_assert_uint_eq(r.master[1].access_ns, r.master[1].gap_ns);
	/* Up to the answer all eight slots are held by accesses that wait for software. */
	ck_assert_uint_eq(r.master[1].behind_software_ns, NOTIFY + HANDLER - 100);
	ck_assert(r.master[1].late);
	ck_assert_uint_eq(r.late, 1);
	ck_assert_uint_eq(r.tbu[0].peak, 8);
	ck_assert_uint_eq(r.tbu[0].peak_stalled, 8);
	ck_assert_uint_eq(r.tbu[0].full_longest_ns, NOTIFY + HANDLER);
	ck_assert_uint_eq(r.tbu[0].full_stalled_ns, NOTIFY + HANDLER);
	ck_assert_uint_eq(r.stalls[0].full_stalled_ns, 0);
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
	ck_assert_uint_eq(r.master[1].gap_ns, BEHIND_THE_FIRST);
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
	ck_assert_uint_eq(r.refused[0], 6);
	/* Two are held up to the seventh answer: as each ends, another that was refused takes its place. */
	ck_assert_uint_eq(r.stalls[0].full_longest_ns, NOTIFY + 7 * HANDLER);
	ck_assert_uint_eq(r.master[1].gap_ns, BEHIND_THE_FIRST);
	ck_assert_uint_eq(r.master[0].completed, 8);
	stall_result_free(&r);
}

/* How long a display can wait, when it wants its lines and how often does not change what it may have to wait. */
TEST(gap_knows_no_phase)
{
	static struct stall_platform p;
	struct stall_result r;
	u64 period;

	for (period = 700; period < 20000; period += 1300) {
		display_beside_a_gpu(&p, "smmuv3", STALL_STALLS);
		p.master[1].first_ns = period / 3;
		p.master[1].period_ns = period;
		p.master[1].deadline_ns = NOTIFY + HANDLER + RESUME + MEMORY + MEMORY - 1 + period % 2;
		scene_run(&p, &no_search, &r);
		ck_assert_uint_eq(r.master[1].gap_ns, NOTIFY + HANDLER + RESUME + MEMORY + MEMORY);
		ck_assert_uint_eq(r.master[1].late, !(period % 2));
		stall_result_free(&r);
	}
}

/* When memory answers @master's only access. */
static u64 answered_ns(const struct stall_result *r, u32 master)
{
	u32 i;

	for (i = 0; i < r->n_steps; i++)
		if (r->steps[i].kind == STALL_DO_MEMORY && r->steps[i].who == master)
			return r->steps[i].at_ns;
	ck_abort_msg("it was never answered");
}

/* One access of a further master, 1 ns after each step of the run: the longest wait of them is as long as is said. */
static void probe_every_instant(struct stall_platform *p, u32 tbu, u32 port)
{
	struct stall_master *m;
	struct stall_result all, one;
	u64 worst = 0, said;
	u32 i;

	scene_run(p, &no_search, &all);
	ck_assert(!all.deadlock);
	said = all.master[1].gap_ns;
	m = scene_master(p, "probe", tbu, STALL_PINNED, 1, 1);
	m->port = port;
	for (i = 0; i < all.n_steps; i++) {
		if (i && all.steps[i].at_ns == all.steps[i - 1].at_ns)
			continue;
		m->first_ns = all.steps[i].at_ns + 1;
		scene_run(p, &no_search, &one);
		worst = max(worst, answered_ns(&one, p->n_masters - 1) - m->first_ns);
		stall_result_free(&one);
	}
	ck_assert_uint_eq(worst, said - 1);
	stall_result_free(&all);
}

TEST_TIMES(worst_instant, 4)
{
	static struct stall_platform p;
	u32 smmu, tbu, port = 0;

	scene_init(&p);
	smmu = scene_smmu(&p, "smmuv3", _i & 1 ? 3 : 0);
	tbu = scene_tbu(&p, smmu, 6);
	scene_master(&p, "gpu", tbu, STALL_STALLS, 9, 23)->period_ns = 1300;
	scene_master(&p, "display", tbu, STALL_PINNED, 2, 20)->period_ns = 4100;
	scene_master(&p, "camera", tbu, STALL_STALLS, 2, 9)->period_ns = 7700;
	if (_i & 2) {
		port = scene_port(&p, 2);
		tbu = scene_tbu(&p, smmu, 3);
		p.master[1].tbu = tbu;
		p.master[0].port = p.master[1].port = port;
	}
	times(&p);
	p.pager.workers = 2;
	probe_every_instant(&p, tbu, port);
}

/* Storage that reads for the pager has no access under way before its DMA begins. */
TEST(a_read_is_no_gap)
{
	static struct stall_platform p;
	struct stall_result r;

	display_beside_a_gpu(&p, "smmuv3", STALL_STALLS);
	p.pager.storage = scene_number(&p, scene_master(&p, "ssd", scene_tbu(&p, 1, 8), STALL_PINNED, 4, 0));
	p.pager.read_ns = 30000;
	p.pager.pressure_ppm = 1000000;
	p.master[1].first_ns = MEMORY;
	scene_run(&p, &no_search, &r);
	ck_assert_uint_eq(r.master[2].gap_ns, MEMORY);
	ck_assert_uint_eq(r.master[2].access_ns, 30000 + MEMORY);
	ck_assert_uint_eq(r.master[1].gap_ns, NOTIFY + HANDLER + 30000 + MEMORY + RESUME + MEMORY + MEMORY);
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
		ck_assert_uint_eq(r.master[1].access_ns, with ? NOTIFY + 60000 + RESUME + MEMORY + MEMORY : MEMORY);
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
