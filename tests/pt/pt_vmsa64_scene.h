/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Tables that the suites of VMSAv8-64 walk. */
#ifndef PT_VMSA64_SCENE_H
#define PT_VMSA64_SCENE_H

#include "pt_world.h"

#define L0 0x100000ULL
#define L1 0x200000ULL
#define L2 0x300000ULL
#define L3 0x400000ULL

/* AttrIndx 3, AP[2:1] = 01 (user read-write), SH 11, AF, nG, page, UXN = PXN = 0 */
#define PAGE_RW	 0xf4fULL
#define BLOCK_RW 0xf4dULL

static struct vmsa64_stage st;

static inline enum pt_fault walk1(u64 va, u32 access)
{
	world.walk.n_accesses = 0;
	return vmsa64_walk(&world.env, &st, NULL, va, access, NULL, &world.r);
}

static inline enum pt_fault walk2(u64 ipa, u32 access)
{
	world.walk.n_accesses = 0;
	return vmsa64_walk(&world.env, NULL, &st, ipa, access, NULL, &world.r);
}

/* 4K, 48 bits: L0[1] -> L1[2] -> L2[3] -> L3[4]; VA 0x0000_0080_8060_4000 */
#define VA4K 0x0000008080604000ULL

static inline void tables_4k(u64 leaf)
{
	ck_assert_int_eq(vmsa64_s1_init(&st, 12, 48, L0, 48, 0), 0);
	put64(L0 + 1 * 8, L1 | 3);
	put64(L1 + 2 * 8, L2 | 3);
	put64(L2 + 3 * 8, L3 | 3);
	put64(L3 + 4 * 8, leaf);
}

#endif /* PT_VMSA64_SCENE_H */
