// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "stats.h"

u32 stats_bucket(u64 value)
{
	u32 shift;

	if (value < 8)
		return (u32)value;
	shift = 60 - (u32)__builtin_clzll(value); /* value >> shift: 8 to 15 */
	return shift * 8 + (u32)(value >> shift);
}

u64 stats_bucket_floor(u32 bucket)
{
	u32 shift = bucket < 16 ? 0 : bucket / 8 - 1;

	return (u64)(bucket - shift * 8) << shift;
}
