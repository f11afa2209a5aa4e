// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "registers.h"
#include "smmuv2_regs.h"

const struct register_space registers_smmuv2[] = {
	{ "Global space 0", smmuv2_gr0_table, sizeof(struct reg_desc), &smmuv2_gr0_rows, NULL },
	{ "Global space 1", smmuv2_gr1_table, sizeof(struct reg_desc), &smmuv2_gr1_rows, NULL },
	{ "A context bank", smmuv2_cb_table, sizeof(struct reg_desc), &smmuv2_cb_rows, NULL },
	{ 0 },
};
