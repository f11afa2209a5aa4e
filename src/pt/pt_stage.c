// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Stages of translation resolved from registers and configuration structures. */
#include "pt_vmsa64.h"

static bool granule_ok(u8 granule)
{
	return granule == 12 || granule == 14 || granule == 16;
}

/* Largest input size of a granule: 52 bits need 64K, or TCR.DS (D8.2.8 - D8.2.10). */
static u8 max_in_bits(u8 granule, u32 flags)
{
	return granule == 16 || (flags & VMSA_DS) ? 52 : 48;
}

/* A base address is aligned to its table; to 64 bytes at least if the output may have 52 bits (D8.2.5). */
static u64 align_base(u64 base, u8 index_bits, u8 out_bits)
{
	u8 low = index_bits + 3;

	if (out_bits > 48 && low < 6)
		low = 6;
	return base >> low << low;
}

static void stage_set(struct vmsa64_stage *st, u8 granule, u8 in_bits, s8 level, u64 ttb, u8 out_bits, u32 flags)
{
	u8 shift = granule + (3 - level) * (granule - 3);

	st->granule = granule;
	st->in_bits = in_bits;
	st->level = level;
	st->out_bits = out_bits;
	st->flags = flags;
	st->table = align_base(ttb, in_bits - shift, out_bits);
}

int vmsa64_s1_init(struct vmsa64_stage *st, u8 granule, u8 in_bits, u64 ttb, u8 out_bits, u32 flags)
{
	u8 stride = granule - 3;
	u8 lookups;

	if (!granule_ok(granule) || in_bits > max_in_bits(granule, flags))
		return -EINVAL;
	if (in_bits < (granule == 16 ? 17 : 16))
		return -EINVAL;
	lookups = (in_bits - granule + stride - 1) / stride;
	stage_set(st, granule, in_bits, 4 - lookups, ttb, out_bits, flags);
	return 0;
}

/* SL0 as the granule encodes it; false: reserved. */
static bool s2_level(u8 granule, u8 sl0, u32 flags, s8 *level)
{
	static const s8 levels_4k[] = { 2, 1, 0, 3 };

	if (granule == 12) {
		*level = sl0 == 4 ? -1 : levels_4k[sl0 & 3];
		return sl0 < 4 || (sl0 == 4 && (flags & VMSA_DS));
	}
	*level = 3 - sl0;
	return sl0 < (granule == 14 && (flags & VMSA_DS) ? 4 : 3);
}

int vmsa64_s2_init(struct vmsa64_stage *st, u8 granule, u8 in_bits, u8 sl0, u64 ttb, u8 out_bits, u32 flags)
{
	u8 stride = granule - 3;
	s8 level;
	u8 shift;

	if (!granule_ok(granule) || in_bits > max_in_bits(granule, flags) || !s2_level(granule, sl0, flags, &level))
		return -EINVAL;
	shift = granule + (3 - level) * stride;
	/* At least one bit of index, at most 16 tables side by side. */
	if (in_bits <= shift || in_bits > shift + stride + 4)
		return -EINVAL;
	stage_set(st, granule, in_bits, level, ttb, out_bits, flags);
	return 0;
}

/* G5.5: 4K granule, level 1 unless the input is so small that level 2 suffices. */
static void lpae_root(struct vmsa64_stage *st, u8 in_bits, u64 ttbr, u32 flags)
{
	stage_set(st, 12, in_bits, in_bits > 30 ? 1 : 2, ttbr & GENMASK_ULL(39, 0), 40, flags | VMSA_LPAE);
}

int lpae_s1_init(struct vmsa64_stage tt[2], u8 t0sz, u8 t1sz, bool epd0, bool epd1, u64 ttbr0, u64 ttbr1, u32 flags)
{
	if (t0sz > 7 || t1sz > 7)
		return -EINVAL;
	lpae_root(&tt[0], 32 - t0sz, ttbr0, flags | (epd0 ? VMSA_EPD : 0));
	lpae_root(&tt[1], 32 - t1sz, ttbr1, flags | VMSA_HIGH | (epd1 ? VMSA_EPD : 0));
	return 0;
}

int lpae_s2_init(struct vmsa64_stage *st, s8 t0sz, u8 sl0, u64 vttbr, u32 flags)
{
	u8 in_bits = 32 - t0sz;
	s8 level = sl0 == 1 ? 1 : 2;
	u8 shift = level == 1 ? 30 : 21;

	if (t0sz < -8 || t0sz > 7 || sl0 > 1 || in_bits <= shift || in_bits > shift + 9 + 4)
		return -EINVAL;
	stage_set(st, 12, in_bits, level, vttbr & GENMASK_ULL(39, 0), 40, flags | VMSA_LPAE);
	return 0;
}

/* G5.5.3: which root a 32-bit address belongs to. A range of full size leaves all that the other does not claim. */
static const struct vmsa64_stage *lpae_select(const struct vmsa64_stage *tt, u64 va)
{
	u8 t0 = 32 - tt[0].in_bits, t1 = 32 - tt[1].in_bits;
	bool low, high;

	if (va >> 32)
		return NULL;
	low = t0 ? !(va >> tt[0].in_bits) : t1 ? va >> tt[1].in_bits != (1U << t1) - 1 : true;
	high = t1 ? va >> tt[1].in_bits == (1U << t1) - 1 : t0 ? va >> tt[0].in_bits != 0 : false;
	if (high)
		return &tt[1];
	return low ? &tt[0] : NULL;
}

const struct vmsa64_stage *vmsa64_select(const struct vmsa64_stage *tt, bool two, u64 va, u32 access)
{
	const struct vmsa64_stage *st;
	bool high;
	u64 up;

	if (tt->flags & VMSA_LPAE) {
		st = two ? lpae_select(tt, va) : va >> tt->in_bits ? NULL : tt;
		return st && !(st->flags & VMSA_EPD) ? st : NULL;
	}
	high = two && (va >> 55 & 1);
	st = high ? &tt[1] : &tt[0];
	if (unlikely(st->flags & (VMSA_EPD | VMSA_E0PD | VMSA_TBI))) {
		if ((st->flags & VMSA_EPD) || ((st->flags & VMSA_E0PD) && !(access & PT_PRIV)))
			return NULL;
		if (st->flags & VMSA_TBI)
			va = (u64)((s64)(va << 8) >> 8);
	}
	up = va >> st->in_bits;
	return up == (high ? ~0ULL >> st->in_bits : 0) ? st : NULL;
}
