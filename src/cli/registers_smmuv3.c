// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "registers.h"
#include "smmuv3_regs.h"

const struct register_space registers_smmuv3[] = {
	{ "Pages 0 and 1", smmuv3_reg_table, sizeof(struct reg_desc), &smmuv3_reg_count, NULL },
	{ 0 },
};
