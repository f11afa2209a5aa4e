// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* From saved register values to running hardware, with the handshakes of a driver (11.4.4.1). */
#include "vtd.h"

#define POLLS 1000

struct target {
	u64 (*read)(void *hw, u64 offset, unsigned int size);
	void (*write)(void *hw, u64 offset, u64 value, unsigned int size);
	void *hw;
};

static bool saved_value(const struct vtd_saved_reg *saved, u32 n, u32 offset, u64 *value)
{
	u32 i;

	for (i = 0; i < n; i++) {
		if (saved[i].offset != offset)
			continue;
		*value = saved[i].value;
		return true;
	}
	return false;
}

static void command(const struct target *t, u32 bit)
{
	u64 status = t->read(t->hw, VTD_GSTS, 4) & ~(u64)VTD_GCMD_ONE_SHOT;
	u32 i;

	t->write(t->hw, VTD_GCMD, status | bit, 4);
	for (i = 0; i < POLLS; i++)
		if (t->read(t->hw, VTD_GSTS, 4) & bit)
			return;
}

static void plain_registers(const struct target *t, const struct vtd_saved_reg *saved, u32 n)
{
	static const u16 words[] = { VTD_FEDATA,  VTD_FEADDR,  VTD_FEUADDR, VTD_FECTL,	 VTD_IEDATA,
				     VTD_IEADDR,  VTD_IEUADDR, VTD_IECTL,   VTD_PEDATA,	 VTD_PEADDR,
				     VTD_PEUADDR, VTD_PECTL,   VTD_PLMBASE, VTD_PLMLIMIT };
	static const u16 quads[] = { VTD_IQA, VTD_PQA, VTD_PQH, VTD_PQT, VTD_PHMBASE, VTD_PHMLIMIT };
	u64 value;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(words); i++)
		if (saved_value(saved, n, words[i], &value))
			t->write(t->hw, words[i], value, 4);
	for (i = 0; i < ARRAY_SIZE(quads); i++)
		if (saved_value(saved, n, quads[i], &value))
			t->write(t->hw, quads[i], value, 8);
	if (saved_value(saved, n, VTD_PMEN, &value))
		t->write(t->hw, VTD_PMEN, value, 4);
}

void vtd_restore(u64 (*read)(void *hw, u64 offset, unsigned int size),
		 void (*write)(void *hw, u64 offset, u64 value, unsigned int size), void *hw,
		 const struct vtd_saved_reg *saved, u32 n)
{
	struct target t = { read, write, hw };
	u64 value, enabled = 0;
	bool remaps = read(hw, VTD_ECAP, 8) & VTD_ECAP_IR;

	if (!saved_value(saved, n, VTD_GCMD, &enabled))
		saved_value(saved, n, VTD_GSTS, &enabled);
	plain_registers(&t, saved, n);
	if (saved_value(saved, n, VTD_RTADDR, &value)) {
		write(hw, VTD_RTADDR, value, 8);
		command(&t, VTD_GCMD_SRTP);
	}
	if (remaps && saved_value(saved, n, VTD_IRTA, &value)) {
		write(hw, VTD_IRTA, value, 8);
		command(&t, VTD_GCMD_SIRTP);
	}
	if (enabled & VTD_GCMD_QIE)
		command(&t, VTD_GCMD_QIE);
	if (remaps && (enabled & VTD_GCMD_CFI))
		command(&t, VTD_GCMD_CFI);
	if (remaps && (enabled & VTD_GCMD_IRE))
		command(&t, VTD_GCMD_IRE);
	if (enabled & VTD_GCMD_TE)
		command(&t, VTD_GCMD_TE);
}
