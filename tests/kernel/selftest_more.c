// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <linux/kernel.h>

#include "selftest.h"

const struct selftest_test selftest_more[] = {
	{ "smmuv3_replay", selftest_smmuv3 },
	{ "vtd_replay", selftest_vtd },
	{ "smmuv2_demand_paging", selftest_smmuv2 },
};
const unsigned int selftest_n_more = ARRAY_SIZE(selftest_more);
