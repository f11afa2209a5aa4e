/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Tables of both stages that the suites of VT-d walk. */
#ifndef PT_VTD_SCENE_H
#define PT_VTD_SCENE_H

#include "pt_world.h"

#define P   1ULL
#define RW  2ULL
#define US  4ULL
#define A   0x20ULL
#define D   0x40ULL
#define PS  0x80ULL
#define EA  0x400ULL
#define PRW (P | RW | US)
#define SR  1ULL
#define SW  2ULL
#define SA  0x100ULL
#define SD  0x200ULL

#define T5 0x500000ULL
#define T4 0x400000ULL
#define T3 0x300000ULL
#define T2 0x200000ULL
#define T1 0x100000ULL

/* PML5[1] PML4[2] PDP[3] PD[4] PT[5] */
#define ADDR  (1ULL << 48 | 2ULL << 39 | 3ULL << 30 | 4ULL << 21 | 5ULL << 12)
#define ADDR4 (ADDR & ~(1ULL << 48))

static struct vtd_stage fs, ss;

static inline enum pt_fault walk_fs(u64 addr, u32 access)
{
	world.walk.n_accesses = 0;
	return vtd_walk(&world.env, &fs, NULL, addr, access, NULL, &world.r);
}

static inline enum pt_fault walk_ss(u64 addr, u32 access)
{
	world.walk.n_accesses = 0;
	return vtd_walk(&world.env, NULL, &ss, addr, access, NULL, &world.r);
}

static const u64 entries[] = { T5 + 8, T4 + 16, T3 + 24, T2 + 32, T1 + 40 };
static const u64 next_table[] = { T4, T3, T2, T1 };

static inline void fill(u64 table_bits, u64 leaf)
{
	int i;

	for (i = 0; i < 4; i++)
		put64(entries[i], next_table[i] | table_bits);
	put64(entries[4], leaf);
}

#define ck_reason(sm, lm)                                           \
	do {                                                        \
		ck_assert_uint_eq(vtd_reason(&world.r, false), sm); \
		ck_assert_uint_eq(vtd_reason(&world.r, true), lm);  \
	} while (0)

static inline int failing_cas(void *ctx, u64 pa, u64 *old, u64 value)
{
	return -EIO;
}

static inline void setup(void)
{
	world_init();
	fs = (struct vtd_stage){ .table = T4, .flags = VTD_2MB | VTD_1GB, .levels = 4, .haw = 46 };
	ss = (struct vtd_stage){ .table = T4, .flags = VTD_2MB | VTD_1GB, .levels = 4, .haw = 46, .in_bits = 48 };
}

#endif /* PT_VTD_SCENE_H */
