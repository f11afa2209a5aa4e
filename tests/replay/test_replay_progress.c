// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * A run that gets nowhere ends, and says what waits for what: software that
 * hears nothing, says it has mapped and has not, or is never done. Beside it
 * what the run counts: each fault that is answered has been reported.
 */
#include "replay_rig.h"
#include "smmuv2_driver.h"
#include "smmuv3_driver.h"
#include "suite.h"

/* A kind of IOMMU with a driver that is not well. */
static struct iommu_kind kind;
static struct drv_class drv;

static void sick(const char *name, enum replay_faults faults)
{
	kind = *iommu_kind_find(name);
	drv = *kind.drv;
	kind.drv = &drv;
	rig_opt.kind = &kind;
	rig_opt.faults = faults;
	rig_text("attach 0 sid=1 domain=7\n"
		 "map 0 domain=7 iova=0x1000 size=0x1000 pa=0x40001000 perm=rw\n"
		 "access 10 sid=1 iova=0x1010 size=8 dir=r\n");
}

static enum drv_irq deaf(void *d, u32 line, u64 now)
{
	return DRV_IRQ_NONE;
}

static int map_nothing(void *d, struct fault_domain *dom, u64 iova, u64 pa, u64 bytes, u32 prot)
{
	return 0;
}

static enum drv_irq wake_thread(void *d, u32 line, u64 now)
{
	return DRV_IRQ_WAKE_THREAD;
}

static int find_more(void *d, u32 line, u64 now)
{
	return 1;
}

TEST(test_stall_that_nobody_answers)
{
	sick("smmuv3", REPLAY_STALL);
	drv.irq = deaf;
	rig_refused(-EDEADLK, "no progress: an access of stream 0x1 to 0x1010 waits for the answer to its stall");
}

TEST_TIMES(test_page_request_that_nobody_answers, 2)
{
	static const char *const kinds[] = { "smmuv3", "vtd" };

	sick(kinds[_i], REPLAY_PRI);
	drv.irq = deaf;
	rig_refused(-EDEADLK, "no progress: an access of stream 0x1 to 0x1010 waits for the answer to a page request");
}

TEST_TIMES(test_stall_that_is_answered_for_ever, 2)
{
	static const char *const kinds[] = { "smmuv2", "smmuv3" };

	sick(kinds[_i], REPLAY_STALL);
	drv.map = map_nothing;
	rig_refused(-EDEADLK, "no progress: an access of stream 0x1 to 0x1010 is retried for ever");
}

TEST_TIMES(test_page_request_that_is_answered_for_ever, 2)
{
	static const char *const kinds[] = { "smmuv3", "vtd" };

	sick(kinds[_i], REPLAY_PRI);
	drv.map = map_nothing;
	rig_refused(-EDEADLK, "to 0x1010 is told to retry for ever after a page request");
}

TEST(test_interrupt_thread_that_always_finds_more)
{
	sick("smmuv3", REPLAY_STALL);
	drv.irq = wake_thread;
	drv.irq_thread = find_more;
	rig_refused(-EDEADLK, "no progress: the driver's interrupt thread always finds more, and no access goes on");
}

/* A level-sensitive line whose cause stays. */
TEST(test_interrupt_that_comes_for_ever)
{
	sick("smmuv2", REPLAY_STALL);
	drv.irq = deaf;
	rig_refused(-EDEADLK, "no progress: interrupts come for ever, and no access goes on");
}

/* Terminated accesses and answered ones: each is a fault that the driver reported. */
TEST_TIMES(test_answers_are_faults, 4)
{
	static const struct {
		const char *iommu;
		enum replay_faults faults;
	} cases[] = {
		{ "smmuv2", REPLAY_STALL }, { "smmuv3", REPLAY_STALL }, { "smmuv3", REPLAY_PRI }, { "vtd", REPLAY_PRI }
	};
	static const char *const set[] = { "accesses=2000", "pages=16", "streams=8" };

	rig_opt.kind = iommu_kind_find(cases[_i].iommu);
	rig_opt.faults = cases[_i].faults;
	rig_generate("random", set, ARRAY_SIZE(set), 3);
	rig_run();
	ck_assert_uint_eq(rig_res.faults, rig_expect().first_touches);
	ck_assert_uint_eq(rig_res.responses[FAULT_RETRY], rig_res.faults);
	ck_assert_uint_eq(rig_res.unhandled, 0);
}

SUITE_WITH("replay_progress", rig_setup, rig_teardown)
