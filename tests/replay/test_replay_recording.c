// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The recording of Linux with an NVMe drive and a NIC behind an SMMUv3, played
 * functionally. In QEMU's log 7319 of the 30025 translations were the first of
 * their page since it was invalidated (QEMU's own IOTLB missed as often).
 */
#include "replay_rig.h"
#include "suite.h"

#define ACCESSES      30025
#define FIRST_TOUCHES 7319

static void setup(void)
{
	rig_setup();
	rig_opt.trace = NVME_NIC;
}

static void expect_type(u16 code, u64 count)
{
	ck_assert_uint_eq(rig_res.n_types, 1);
	ck_assert_uint_eq(rig_res.types[0].code, code);
	ck_assert_uint_eq(rig_res.types[0].count, count);
}

static void expect_answers(u64 retry)
{
	ck_assert_uint_eq(rig_res.responses[FAULT_RETRY], retry);
	ck_assert_uint_eq(rig_res.responses[FAULT_TERMINATE], 0);
	ck_assert_uint_eq(rig_res.responses[FAULT_FAILURE], 0);
}

static void expect_all_translated(void)
{
	ck_assert_uint_eq(rig_res.accesses, ACCESSES);
	ck_assert_uint_eq(rig_res.translated, ACCESSES);
	ck_assert_uint_eq(rig_res.aborted, 0);
	ck_assert_uint_eq(rig_res.compared, ACCESSES);
	ck_assert_uint_eq(rig_res.different, 0);
	ck_assert(!rig_res.timed);
}

TEST(test_counted_from_the_log)
{
	struct rig_expected e = rig_expect();

	ck_assert_uint_eq(e.accesses, ACCESSES);
	ck_assert_uint_eq(e.recorded, ACCESSES);
	ck_assert_uint_eq(e.first_touches, FIRST_TOUCHES);
}

TEST(test_all_resident)
{
	static const enum replay_faults modes[] = { REPLAY_STALL, REPLAY_TERMINATE, REPLAY_PRI };
	size_t i;

	rig_opt.resident = REPLAY_RESIDENT_ALL;
	for (i = 0; i < ARRAY_SIZE(modes); i++) {
		rig_opt.faults = modes[i];
		rig_run();
		expect_all_translated();
		ck_assert_uint_eq(rig_res.faults, 0);
		ck_assert_uint_eq(rig_res.first_touches, 0);
		ck_assert_uint_eq(rig_res.n_types, 0);
		expect_answers(0);
	}
}

TEST(test_none_resident_stall)
{
	rig_run();
	expect_all_translated();
	ck_assert_uint_eq(rig_res.bytes, rig_expect().bytes);
	ck_assert_uint_eq(rig_res.faults, FIRST_TOUCHES);
	ck_assert_uint_eq(rig_res.first_touches, FIRST_TOUCHES);
	ck_assert_uint_eq(rig_res.duplicates, 0);
	ck_assert_uint_eq(rig_res.maps, FIRST_TOUCHES);
	expect_type(EVENT_TRANSLATION, FIRST_TOUCHES);
	expect_answers(FIRST_TOUCHES);
}

/* The same faults, recorded and aborted; the others go where they went. */
TEST(test_none_resident_terminate)
{
	rig_opt.faults = REPLAY_TERMINATE;
	rig_run();
	ck_assert_uint_eq(rig_res.accesses, ACCESSES);
	ck_assert_uint_eq(rig_res.aborted, FIRST_TOUCHES);
	ck_assert_uint_eq(rig_res.translated, ACCESSES - FIRST_TOUCHES);
	ck_assert_uint_eq(rig_res.compared, ACCESSES - FIRST_TOUCHES);
	ck_assert_uint_eq(rig_res.different, 0);
	ck_assert_uint_eq(rig_res.faults, FIRST_TOUCHES);
	ck_assert_uint_eq(rig_res.first_touches, FIRST_TOUCHES);
	ck_assert_uint_eq(rig_res.duplicates, 0);
	expect_type(EVENT_TRANSLATION, FIRST_TOUCHES);
	expect_answers(0);
}

TEST(test_none_resident_pri)
{
	rig_opt.faults = REPLAY_PRI;
	rig_run();
	expect_all_translated();
	ck_assert_uint_eq(rig_res.faults, FIRST_TOUCHES);
	ck_assert_uint_eq(rig_res.duplicates, 0);
	expect_type(0, FIRST_TOUCHES); /* page requests have no number */
	expect_answers(FIRST_TOUCHES);
}

TEST(test_repeated)
{
	rig_opt.repeat = 3;
	rig_run();
	ck_assert_uint_eq(rig_res.accesses, 3 * ACCESSES);
	ck_assert_uint_eq(rig_res.translated, 3 * ACCESSES);
	ck_assert_uint_eq(rig_res.compared, 3 * ACCESSES);
	ck_assert_uint_eq(rig_res.different, 0);
	ck_assert_uint_eq(rig_res.faults, rig_expect().first_touches);
	ck_assert_uint_ge(rig_res.faults, 3 * FIRST_TOUCHES);
}

static u64 faults_with(u64 seed, u32 resident)
{
	rig_opt.seed = seed;
	rig_opt.resident = resident;
	rig_run();
	expect_all_translated();
	ck_assert_uint_eq(rig_res.faults, rig_res.first_touches);
	return rig_res.faults;
}

/* Which pages are resident is a matter of the seed alone, and more of them are when more are asked for. */
TEST(test_fraction)
{
	u64 half = faults_with(1, 500000), quarter = faults_with(1, 250000);

	ck_assert_uint_eq(faults_with(1, 500000), half);
	ck_assert_uint_ne(faults_with(2, 500000), half);
	ck_assert_uint_gt(half, 0);
	ck_assert_uint_gt(quarter, half);
	ck_assert_uint_lt(quarter, FIRST_TOUCHES);
	ck_assert_uint_lt(faults_with(1, 999999), 10);
}

/* With small caches, or none, the outcome is the same. */
TEST(test_caches_change_nothing)
{
	rig_cfg.iommu.tlb_sets = 0;
	rig_cfg.iommu.walk_cache_sets = 0;
	rig_cfg.iommu.config_cache_sets = 0;
	rig_run();
	expect_all_translated();
	ck_assert_uint_eq(rig_res.faults, FIRST_TOUCHES);
	rig_cfg.iommu.tlb_sets = 1;
	rig_cfg.iommu.tlb_ways = 2;
	rig_run();
	expect_all_translated();
	ck_assert_uint_eq(rig_res.faults, FIRST_TOUCHES);
}

/* A handler that maps what follows, too, meets fewer faults; every access still goes where it went. */
TEST(test_mapping_ahead)
{
	rig_cfg.os.map_pages = 16;
	rig_run();
	expect_all_translated();
	ck_assert_uint_le(rig_res.faults, FIRST_TOUCHES);
	ck_assert_uint_eq(rig_res.faults, rig_res.first_touches);
}

/* 56 accesses to nothing: 56 faults, each terminated, as it was recorded. */
TEST(test_edu)
{
	static const enum replay_faults modes[] = { REPLAY_TERMINATE, REPLAY_STALL };
	size_t i;

	rig_opt.trace = EDU;
	for (i = 0; i < ARRAY_SIZE(modes); i++) {
		rig_opt.faults = modes[i];
		rig_run();
		ck_assert_uint_eq(rig_res.accesses, 56);
		ck_assert_uint_eq(rig_res.aborted, 56);
		ck_assert_uint_eq(rig_res.compared, 56);
		ck_assert_uint_eq(rig_res.different, 0);
		ck_assert_uint_eq(rig_res.faults, 56);
		ck_assert_uint_eq(rig_res.first_touches, 0);
		expect_type(EVENT_TRANSLATION, 56);
		ck_assert_uint_eq(rig_res.responses[FAULT_TERMINATE], modes[i] == REPLAY_STALL ? 56 : 0);
		ck_assert_uint_eq(rig_res.responses[FAULT_RETRY], 0);
	}
}

SUITE_WITH("replay of recordings", setup, rig_teardown)
