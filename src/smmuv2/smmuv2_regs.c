// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "smmuv2_regs.h"

static const u8 size_bits[] = { 32, 36, 40, 42, 44, 48 };

u8 smmuv2_size_bits(u32 code)
{
	return size_bits[min(code, 5U)];
}

u32 smmuv2_size_code(u8 bits)
{
	u32 code = 0;

	while (code < 5 && size_bits[code] < bits)
		code++;
	return code;
}
