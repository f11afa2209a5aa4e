// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "registers.h"
#include "vtd_regs.h"

/* Where CAP or ECAP says a register is. */
static const char *base(const struct reg_desc *d)
{
	const struct vtd_reg_row *row = container_of(d, struct vtd_reg_row, desc);

	return row->base == VTD_BASE_FRO ? "FRO + " : row->base == VTD_BASE_IRO ? "IRO + " : "";
}

const struct register_space registers_vtd[] = {
	{ "Registers", &vtd_reg_rows[0].desc, sizeof(struct vtd_reg_row), &vtd_n_reg_rows, base },
	{ 0 },
};
