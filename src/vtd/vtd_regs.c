// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The registers of one implementation: rows of the table that CAP and ECAP say are there, and where. */
#include "vtd_priv.h"

static bool cells_overlap(const struct reg_desc *a, const struct reg_desc *b)
{
	u32 i, k;

	for (i = 0; i < max((u32)a->count, 1U); i++) {
		u32 at = a->offset + i * a->stride;

		for (k = 0; k < max((u32)b->count, 1U); k++) {
			u32 bt = b->offset + k * b->stride;

			if (at < bt + b->size && bt < at + a->size)
				return true;
		}
	}
	return false;
}

int vtd_regs_build(u64 cap, u64 ecap, u32 ver, struct reg_desc *table)
{
	u32 i, k, n = 0;

	for (i = 0; i < VTD_REG_ROWS; i++) {
		const struct reg_desc *row = &vtd_reg_table[i];

		if ((cap & row->cap) != row->cap || (ecap & row->ecap) != row->ecap || (ecap & row->no_ecap))
			continue;
		table[n] = *row;
		if (row->base == REG_BASE_FRO) {
			table[n].offset += (u32)FIELD_GET(VTD_CAP_FRO, cap) * 16;
			table[n].count = (u16)(FIELD_GET(VTD_CAP_NFR, cap) + 1);
		} else if (row->base == REG_BASE_IRO) {
			table[n].offset += (u32)FIELD_GET(VTD_ECAP_IRO, ecap) * 16;
		} else if (row->offset == VTD_VER) {
			table[n].reset = ver;
		} else if (row->offset == VTD_CAP) {
			table[n].reset = cap;
		} else if (row->offset == VTD_ECAP) {
			table[n].reset = ecap;
		}
		for (k = 0; k < n; k++)
			if (cells_overlap(&table[k], &table[n]))
				return -EINVAL;
		n++;
	}
	return (int)n;
}
