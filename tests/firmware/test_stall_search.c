// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Deadlocks that no rule about who sits where can see, and those that only another order of events meets. */
#include "stall_scene.h"

/*
 * A GPU's compressed pages are brought back by an accelerator that has an SMMU of its own, may stall itself, and whose pages
 * the handler only has to fill with zeros.
 */
static void compressed_pages(struct stall_platform *p, u32 workers, u32 gpu_outstanding)
{
	u32 gpu, accelerator;

	scene_init(p);
	gpu = scene_tbu(p, scene_smmu(p, "smmuv3", 0), 16);
	accelerator = scene_tbu(p, scene_smmu(p, "smmuv3", 0), 16);
	scene_master(p, "gpu", gpu, STALL_STALLS, gpu_outstanding, gpu_outstanding);
	p->pager.storage = scene_number(p, scene_master(p, "unzip", accelerator, STALL_STALLS, 4, 0));
	p->master[1].zero_fill = true;
	p->pager.pressure_ppm = 1000000;
	p->pager.workers = workers;
}

/* Its faults need a worker, and as many workers as the GPU has faults wait for it: one more is enough, one less is not. */
TEST(workers_wait_for_a_stalled_device)
{
	static struct stall_platform p;
	struct stall_result r;
	u32 faults, workers;

	for (faults = 1; faults <= 2; faults++)
		for (workers = 1; workers <= 3; workers++) {
			compressed_pages(&p, workers, faults);
			scene_run(&p, NULL, &r);
			ck_assert_msg(r.deadlock == (workers <= faults), "%u workers, %u faults", workers, faults);
			ck_assert(r.deadlock || r.complete);
			if (r.deadlock && faults == 1)
				ck_assert_str_eq(
					r.story,
					"worker 0 handles a fault and waits for unzip's read 1\n"
					"unzip's read 1 waits for its access 0\n"
					"unzip's access 0 waits for its page, and no worker is free to take its "
					"fault\n"
					"every worker waits, worker 0 among them\n");
			stall_result_free(&r);
		}
}

/* With time the second fault comes long after the first was answered; without, nothing keeps both from meeting. */
TEST(only_another_order_meets_it)
{
	static struct stall_platform p;
	struct stall_result r, again;
	u32 last;

	compressed_pages(&p, 2, 2);
	p.master[0].period_ns = 10000000;
	scene_run(&p, &(struct stall_options){ .no_search = true }, &r);
	ck_assert(!r.deadlock);
	stall_result_free(&r);
	scene_run(&p, NULL, &r);
	ck_assert(r.deadlock);
	ck_assert_uint_eq(r.found, STALL_FOUND_SEARCH);
	ck_assert_uint_eq(r.n_accesses, 4);
	/* Its schedule leads there again, and one step before there is nothing yet. */
	ck_assert_int_eq(stall_play(&p, NULL, r.steps, r.n_steps, &again), 0);
	ck_assert(again.deadlock);
	ck_assert_str_eq(again.story, r.story);
	stall_result_free(&again);
	/* Interrupts and retries belong to the step that they follow. */
	for (last = r.n_steps - 1; r.steps[last].kind >= STALL_DO_SERVE; last--)
		;
	ck_assert_int_eq(stall_play(&p, NULL, r.steps, last, &again), 0);
	ck_assert(!again.deadlock);
	stall_result_free(&again);
	stall_result_free(&r);
}

/* Too many accesses for every interleaving: some at random meet it, too. */
TEST(at_random)
{
	struct stall_options opt = { .small = 1, .seed = 1 };
	static struct stall_platform p;
	struct stall_result r, again;

	compressed_pages(&p, 2, 2);
	p.master[0].period_ns = 10000000;
	scene_run(&p, &opt, &r);
	ck_assert(r.deadlock && !r.complete);
	ck_assert_uint_eq(r.found, STALL_FOUND_RANDOM);
	ck_assert_uint_ge(r.runs, 1);
	ck_assert_uint_eq(r.states, 0);
	ck_assert_int_eq(stall_play(&p, NULL, r.steps, r.n_steps, &again), 0);
	ck_assert(again.deadlock);
	stall_result_free(&again);
	stall_result_free(&r);
}

/* A schedule that does not fit its platform is refused at the step that is not possible. */
TEST(foreign_schedule)
{
	static const struct stall_step steps[] = { { .kind = STALL_DO_ISSUE }, { .kind = STALL_DO_HANDLER } };
	static struct stall_platform p;
	struct stall_result r;

	compressed_pages(&p, 1, 1);
	ck_assert_int_eq(stall_play(&p, NULL, steps, 2, &r), -EINVAL);
	ck_assert_str_eq(r.error, "step 1: handler 0 is not possible here");
	stall_result_free(&r);
}

/* An access is wanted, in memory, or has ended: three states; of masters that share nothing every pair of them. */
TEST(states_counted_by_hand)
{
	static struct stall_platform p;
	struct stall_result r;
	u32 masters, states = 1, i;

	for (masters = 1; masters <= 4; masters++) {
		states *= 3;
		scene_init(&p);
		scene_smmu(&p, "smmuv3", 0);
		for (i = 0; i < masters; i++)
			scene_master(&p, "m", scene_tbu(&p, 1, 1), STALL_PINNED, 1, 1);
		scene_run(&p, NULL, &r);
		ck_assert(!r.deadlock && r.complete);
		ck_assert_uint_eq(r.states, states);
		ck_assert_uint_eq(r.depth, 2 * masters);
		stall_result_free(&r);
	}
}

/* A bound that ends the search shows. */
TEST(bounds)
{
	static struct stall_platform p;
	struct stall_result r;

	compressed_pages(&p, 3, 2);
	scene_run(&p, NULL, &r);
	ck_assert(!r.deadlock && r.complete);
	stall_result_free(&r);
	scene_run(&p, &(struct stall_options){ .max_states = 20 }, &r);
	ck_assert(!r.deadlock && !r.complete);
	ck_assert_uint_le(r.states, 21);
	stall_result_free(&r);
	scene_run(&p, &(struct stall_options){ .max_depth = 3 }, &r);
	ck_assert(!r.deadlock && !r.complete);
	ck_assert_uint_le(r.depth, 4);
	stall_result_free(&r);
}

SUITE("stall_search")
