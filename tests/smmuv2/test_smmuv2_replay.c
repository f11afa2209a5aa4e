// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The recorded NVMe and NIC traffic through SMMUv2 and its driver, without time. */
#include "replay.h"
#include "suite.h"

static struct fl_config cfg;

static void run(enum replay_faults faults, u32 resident, const char *set, struct replay_result *res)
{
	struct replay_options opt = {
		.trace = FL_SOURCE_DIR "/traces/arm64-smmuv3-nvme-e1000e.dmat",
		.kind = iommu_kind_find("smmuv2"),
		.faults = faults,
		.resident = resident,
		.seed = 1,
		.cfg = &cfg,
	};
	struct fl_config_error cerr;
	struct dmat_error err;

	fl_config_init(&cfg);
	if (set)
		ck_assert_int_eq(fl_config_set(&cfg, set, &cerr), 0);
	ck_assert_ptr_nonnull(opt.kind);
	ck_assert_int_eq(replay_functional(&opt, res, &err), 0);
	ck_assert_uint_gt(res->accesses, 30000);
	ck_assert_uint_eq(res->translated + res->aborted, res->accesses);
}

TEST(resident)
{
	struct replay_result res;

	run(REPLAY_STALL, REPLAY_RESIDENT_ALL, NULL, &res);
	ck_assert_uint_eq(res.faults, 0);
	ck_assert_uint_eq(res.aborted, 0);
	ck_assert_uint_eq(res.compared, res.accesses);
	ck_assert_uint_eq(res.different, 0);
}

/* Every first touch stalls, is mapped, is resumed with retry, and reaches the recorded address. */
TEST(stall)
{
	static const char *const sets[] = { NULL, "smmuv2.hupcf=1", "smmuv2.behaviour=smmu-v2", "smmuv2.banks=128",
					    "iommu.tlb_sets=0" };
	struct replay_result res;
	size_t i;

	for (i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
		run(REPLAY_STALL, REPLAY_RESIDENT_NONE, sets[i], &res);
		ck_assert_uint_gt(res.first_touches, 7000);
		ck_assert_uint_eq(res.faults, res.first_touches);
		ck_assert_uint_eq(res.duplicates, 0);
		ck_assert_uint_eq(res.responses[FAULT_RETRY], res.faults);
		ck_assert_uint_eq(res.aborted, 0);
		ck_assert_uint_eq(res.different, 0);
		ck_assert_uint_eq(res.n_types, 1);
		ck_assert_str_eq(iommu_kind_find("smmuv2")->fault_name(res.types[0].code), "TF");
	}
}

TEST(terminate)
{
	struct replay_result stalled, res;

	run(REPLAY_STALL, REPLAY_RESIDENT_NONE, NULL, &stalled);
	run(REPLAY_TERMINATE, REPLAY_RESIDENT_NONE, NULL, &res);
	ck_assert_uint_eq(res.faults, stalled.faults);
	ck_assert_uint_eq(res.aborted, res.faults);
	ck_assert_uint_eq(res.responses[FAULT_RETRY], 0);
	/* CFCFG in every bank, although no master may stall: the driver terminates each. */
	run(REPLAY_TERMINATE, REPLAY_RESIDENT_NONE, "smmuv2.cfcfg=1", &res);
	ck_assert_uint_eq(res.aborted, res.accesses);
	ck_assert_uint_eq(res.responses[FAULT_TERMINATE], res.aborted);
}

TEST(names_of_faults)
{
	const struct iommu_kind *k = iommu_kind_find("smmuv2");

	ck_assert_str_eq(k->fault_name(0x2), "TF");
	ck_assert_str_eq(k->fault_name(0x8), "PF");
	ck_assert_str_eq(k->fault_name(0x80), "ASF");
	ck_assert_str_eq(k->fault_name(0x8002), "USF");
	ck_assert_str_eq(k->fault_name(0x8008), "UCBF");
	ck_assert_str_eq(k->fault_name(0), "unknown");
}

SUITE("smmuv2_replay")
