// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * VMSAv8-64 walks, one stage. Descriptors are written out by hand from Arm ARM
 * D8.3; tables lie where each test puts them.
 */
#include "pt_vmsa64_scene.h"

TEST(test_4k_page)
{
	tables_4k(0x0000123456789000ULL | PAGE_RW);
	ck_assert_int_eq(st.level, 0);
	ck_assert_int_eq(walk1(VA4K + 0xabc, 0), PT_OK);
	ck_assert_uint_eq(world.r.pa, 0x123456789abcULL);
	ck_assert_uint_eq(world.r.shift, 12);
	ck_assert_uint_eq(world.r.contig_shift, 12);
	ck_assert_uint_eq(world.r.stage, 1);
	ck_assert_int_eq(world.r.level, 3);
	ck_assert_uint_eq(world.r.attr, 3 | 3 << 3);
	ck_assert_uint_eq(world.r.flags, 0);
	ck_assert_uint_eq(world.r.desc, 0x0000123456789000ULL | PAGE_RW);
	ck_assert_uint_eq(world.walk.n_accesses, 4);
	ck_access(0, L0 + 8, WALK_S1, 0, false);
	ck_access(1, L1 + 16, WALK_S1, 1, false);
	ck_access(2, L2 + 24, WALK_S1, 2, false);
	ck_access(3, L3 + 32, WALK_S1, 3, false);
	ck_assert_uint_eq(world.walk.accesses[3].len, 8);
	ck_assert_uint_eq(world.r.fetch, L3 + 32);
}

TEST(test_4k_blocks)
{
	tables_4k(0);
	put64(L1 + 2 * 8, 0x0000002240000000ULL | BLOCK_RW);
	ck_assert_int_eq(walk1(VA4K + 0xabc, 0), PT_OK);
	ck_assert_uint_eq(world.r.pa, 0x2240604abcULL);
	ck_assert_uint_eq(world.r.shift, 30);
	ck_assert_int_eq(world.r.level, 1);
	ck_assert_uint_eq(world.walk.n_accesses, 2);
	tables_4k(0);
	put64(L2 + 3 * 8, 0x0000004440200000ULL | BLOCK_RW);
	ck_assert_int_eq(walk1(VA4K + 0xabc, 0), PT_OK);
	ck_assert_uint_eq(world.r.pa, 0x4440204abcULL);
	ck_assert_uint_eq(world.r.shift, 21);
	ck_assert_uint_eq(world.walk.n_accesses, 3);
	/* Bits below a block's address are RES0 and do not leak into the output. */
	put64(L2 + 3 * 8, 0x0000004440200000ULL | 0x1f000 | BLOCK_RW);
	ck_assert_int_eq(walk1(VA4K + 0xabc, 0), PT_OK);
	ck_assert_uint_eq(world.r.pa, 0x4440204abcULL);
}

/* Contiguous bit 52: 4K 16/16/16 entries, 16K 128/32, 64K 32/32 (D8.7.1) */
TEST(test_contiguous)
{
	tables_4k(0x0010123456780000ULL | PAGE_RW);
	ck_assert_int_eq(walk1(VA4K, 0), PT_OK);
	ck_assert_uint_eq(world.r.shift, 12);
	ck_assert_uint_eq(world.r.contig_shift, 16);
	put64(L2 + 3 * 8, 0x0010004440200000ULL | BLOCK_RW);
	walk1(VA4K, 0);
	ck_assert_uint_eq(world.r.contig_shift, 25);
	put64(L1 + 2 * 8, 0x0010004440000000ULL | BLOCK_RW);
	walk1(VA4K, 0);
	ck_assert_uint_eq(world.r.contig_shift, 34);
	ck_assert_int_eq(vmsa64_s1_init(&st, 14, 36, L2, 48, 0), 0);
	put64(L2, L3 | 3);
	put64(L3, 0x0010004440004000ULL | PAGE_RW);
	walk1(0, 0);
	ck_assert_uint_eq(world.r.shift, 14);
	ck_assert_uint_eq(world.r.contig_shift, 21);
	put64(L2, 0x0010004442000000ULL | BLOCK_RW);
	walk1(0, 0);
	ck_assert_uint_eq(world.r.contig_shift, 30);
	ck_assert_int_eq(vmsa64_s1_init(&st, 16, 42, L2, 48, 0), 0);
	put64(L2, 0x0010004440000000ULL | BLOCK_RW);
	walk1(0, 0);
	ck_assert_uint_eq(world.r.shift, 29);
	ck_assert_uint_eq(world.r.contig_shift, 34);
	put64(L2, L3 | 3);
	put64(L3, 0x0010004440010000ULL | PAGE_RW);
	walk1(0, 0);
	ck_assert_uint_eq(world.r.contig_shift, 21);
}

TEST(test_16k)
{
	/* 48 bits: level 0 has one index bit (47); VA 0x8020_0400_8000: L0[1] L1[1<<?]... */
	u64 va = 1ULL << 47 | 5ULL << 36 | 6ULL << 25 | 7ULL << 14 | 0x2abc;

	ck_assert_int_eq(vmsa64_s1_init(&st, 14, 48, L0, 48, 0), 0);
	ck_assert_int_eq(st.level, 0);
	put64(L0 + 8, L1 | 3);
	put64(L1 + 5 * 8, L2 | 3);
	put64(L2 + 6 * 8, L3 | 3);
	put64(L3 + 7 * 8, 0x123456788000ULL | PAGE_RW);
	ck_assert_int_eq(walk1(va, 0), PT_OK);
	ck_assert_uint_eq(world.r.pa, 0x12345678aabcULL);
	ck_assert_uint_eq(world.r.shift, 14);
	put64(L2 + 6 * 8, 0x123456000000ULL | BLOCK_RW);
	ck_assert_int_eq(walk1(va, 0), PT_OK);
	ck_assert_uint_eq(world.r.pa, 0x123456000000ULL | (7ULL << 14) | 0x2abc);
	ck_assert_uint_eq(world.r.shift, 25);
	/* No level 1 block without TCR.DS */
	put64(L1 + 5 * 8, 0x120000000000ULL | BLOCK_RW);
	ck_assert_int_eq(walk1(va, 0), PT_TRANSLATION);
	ck_fault(PT_TRANSLATION, 1, 1);
	/* 47 bits start at level 1, with 11 bits of index */
	ck_assert_int_eq(vmsa64_s1_init(&st, 14, 47, L1, 48, 0), 0);
	ck_assert_int_eq(st.level, 1);
}

TEST(test_64k)
{
	u64 va = 3ULL << 42 | 6ULL << 29 | 7ULL << 16 | 0xabcd;

	ck_assert_int_eq(vmsa64_s1_init(&st, 16, 48, L1, 48, 0), 0);
	ck_assert_int_eq(st.level, 1);
	put64(L1 + 3 * 8, L2 | 3);
	put64(L2 + 6 * 8, L3 | 3);
	put64(L3 + 7 * 8, 0x123456780000ULL | PAGE_RW);
	ck_assert_int_eq(walk1(va, 0), PT_OK);
	ck_assert_uint_eq(world.r.pa, 0x12345678abcdULL);
	ck_assert_uint_eq(world.r.shift, 16);
	put64(L2 + 6 * 8, 0x123440000000ULL | BLOCK_RW);
	ck_assert_int_eq(walk1(va, 0), PT_OK);
	ck_assert_uint_eq(world.r.pa, 0x12344007abcdULL);
	ck_assert_uint_eq(world.r.shift, 29);
	put64(L1 + 3 * 8, 0x40000000000ULL | BLOCK_RW);
	ck_assert_int_eq(walk1(va, 0), PT_TRANSLATION);
	ck_fault(PT_TRANSLATION, 1, 1);
}

/* 64K granule with 52-bit addresses: OA[51:48] in bits 15:12, blocks of 4 TiB, 52-bit input */
TEST(test_64k_52_bits)
{
	u64 va = 0x3ffULL << 42 | 6ULL << 29 | 7ULL << 16 | 0xabcd;

	ck_assert_int_eq(vmsa64_s1_init(&st, 16, 52, 0x000a000000300000ULL, 52, 0), 0);
	ck_assert_int_eq(st.level, 1);
	put64(0x000a000000300000ULL + 0x3ff * 8, 0x0000000000400000ULL | 0xb000 | 3);
	put64(0x000b000000400000ULL + 6 * 8, 0x0000000000500000ULL | 0xc000 | 3);
	put64(0x000c000000500000ULL + 7 * 8, 0x123456780000ULL | 0xe000 | PAGE_RW);
	ck_assert_int_eq(walk1(va, 0), PT_OK);
	ck_assert_uint_eq(world.r.pa, 0xe12345678abcdULL);
	put64(0x000a000000300000ULL + 0x3ff * 8, 0x0000040000000000ULL | 0x9000 | BLOCK_RW);
	ck_assert_int_eq(walk1(va, 0), PT_OK);
	ck_assert_uint_eq(world.r.pa, 0x9040000000000ULL | (va & 0x3ffffffffffULL));
	ck_assert_uint_eq(world.r.shift, 42);
	/* Beyond a 48-bit output bits 15:12 are an address size fault, supported or not (RWDZFC) */
	ck_assert_int_eq(vmsa64_s1_init(&st, 16, 42, L2, 48, 0), 0);
	put64(L2, 0x40000000ULL | 0x1000 | BLOCK_RW);
	ck_assert_int_eq(walk1(0, 0), PT_ADDR_SIZE);
	ck_fault(PT_ADDR_SIZE, 1, 2);
	/* A level 1 block exists where 52 bits are implemented */
	ck_assert_int_eq(vmsa64_s1_init(&st, 16, 48, L1, 48, VMSA_LPA), 0);
	put64(L1, 0x40000000000ULL | BLOCK_RW);
	ck_assert_int_eq(walk1(0, 0), PT_OK);
	ck_assert_uint_eq(world.r.shift, 42);
	/* and may be larger than the output: the address decides (RXFDVL) */
	put64(L1, BLOCK_RW);
	st.out_bits = 40;
	ck_assert_int_eq(walk1(0xffffffffffULL, 0), PT_OK);
	ck_assert_int_eq(walk1(0x10000000000ULL, 0), PT_ADDR_SIZE);
	ck_fault(PT_ADDR_SIZE, 1, 1);
}

/* TCR.DS: 4K granule, 52 bits from level -1, OA[49:48] in place, OA[51:50] in bits 9:8 */
TEST(test_4k_52_bits)
{
	u64 va = 0xfULL << 48 | 1ULL << 39 | 2ULL << 30 | 3ULL << 21 | 4ULL << 12;

	ck_assert_int_eq(vmsa64_s1_init(&st, 12, 52, 0x500000, 52, VMSA_DS), 0);
	ck_assert_int_eq(st.level, -1);
	put64(0x500000 + 0xf * 8, L0 | 3);
	put64(L0 + 8, 0x0003000000200000ULL | 0x300 | 3);
	put64(0x000f000000200000ULL + 16, L2 | 3);
	put64(L2 + 24, L3 | 3);
	/* OA 0x6_1234_5678_9000: bits 49:48 = 10, bits 51:50 = 01 */
	put64(L3 + 32, 0x0002123456789000ULL | 0x100 | 0xc4f);
	ck_assert_int_eq(walk1(va, 0), PT_OK);
	ck_assert_uint_eq(world.r.pa, 0x6123456789000ULL);
	ck_access(0, 0x500000 + 0x78, WALK_S1, -1, false);
	ck_access(2, 0x000f000000200000ULL + 16, WALK_S1, 1, false);
	/* Blocks of 512 GiB at level 0 exist with DS only */
	put64(L0 + 8, 0x0000008000000000ULL | 0xc4d);
	ck_assert_int_eq(walk1(va, 0), PT_OK);
	ck_assert_uint_eq(world.r.shift, 39);
	ck_assert_int_eq(vmsa64_s1_init(&st, 12, 48, L0, 48, 0), 0);
	ck_assert_int_eq(walk1(1ULL << 39, 0), PT_TRANSLATION);
	ck_fault(PT_TRANSLATION, 1, 0);
	/* A table entry of level -1 with bit 1 clear is no block */
	ck_assert_int_eq(vmsa64_s1_init(&st, 12, 52, 0x500000, 52, VMSA_DS), 0);
	put64(0x500000 + 0xf * 8, L0 | 1);
	ck_assert_int_eq(walk1(va, 0), PT_TRANSLATION);
	ck_fault(PT_TRANSLATION, 1, -1);
}

/* Initial level from the input size: Tables D8-17, D8-27, D8-37 */
TEST(test_initial_levels)
{
	static const struct {
		u8 granule, in_bits;
		s8 level;
	} t[] = {
		{ 12, 48, 0 }, { 12, 40, 0 }, { 12, 39, 1 }, { 12, 31, 1 }, { 12, 30, 2 }, { 12, 22, 2 }, { 12, 21, 3 },
		{ 12, 16, 3 }, { 14, 48, 0 }, { 14, 47, 1 }, { 14, 37, 1 }, { 14, 36, 2 }, { 14, 26, 2 }, { 14, 25, 3 },
		{ 14, 16, 3 }, { 16, 48, 1 }, { 16, 43, 1 }, { 16, 42, 2 }, { 16, 30, 2 }, { 16, 29, 3 }, { 16, 17, 3 },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(t); i++) {
		ck_assert_int_eq(vmsa64_s1_init(&st, t[i].granule, t[i].in_bits, L0, 48, 0), 0);
		ck_assert_int_eq(st.level, t[i].level);
	}
	ck_assert_int_eq(vmsa64_s1_init(&st, 12, 49, L0, 48, 0), -EINVAL);
	ck_assert_int_eq(vmsa64_s1_init(&st, 12, 15, L0, 48, 0), -EINVAL);
	ck_assert_int_eq(vmsa64_s1_init(&st, 14, 49, L0, 48, 0), -EINVAL);
	ck_assert_int_eq(vmsa64_s1_init(&st, 16, 53, L0, 52, 0), -EINVAL);
	ck_assert_int_eq(vmsa64_s1_init(&st, 16, 16, L0, 52, 0), -EINVAL);
	ck_assert_int_eq(vmsa64_s1_init(&st, 13, 48, L0, 48, 0), -EINVAL);
	/* The base is aligned to its table; where 52 bits are possible, to 64 bytes at least (D8.2.5). */
	ck_assert_int_eq(vmsa64_s1_init(&st, 12, 25, 0x12345fff, 48, 0), 0);
	ck_assert_uint_eq(st.table, 0x12345f80);
	ck_assert_int_eq(vmsa64_s1_init(&st, 12, 23, 0x12345fff, 48, 0), 0);
	ck_assert_uint_eq(st.table, 0x12345fe0);
	ck_assert_int_eq(vmsa64_s1_init(&st, 16, 43, 0x12345fff, 52, 0), 0);
	ck_assert_uint_eq(st.table, 0x12345fc0);
}

/* SL0 and T0SZ: Tables D8-20 to D8-24, D8-30 to D8-33, D8-39 to D8-41 */
TEST(test_stage2_levels)
{
	ck_assert_int_eq(vmsa64_s2_init(&st, 12, 40, 1, L1, 40, 0), 0);
	ck_assert_int_eq(st.level, 1);
	ck_assert_int_eq(vmsa64_s2_init(&st, 12, 43, 1, L1, 44, 0), 0); /* 16 tables of level 1 */
	ck_assert_int_eq(vmsa64_s2_init(&st, 12, 44, 1, L1, 44, 0), -EINVAL);
	ck_assert_int_eq(vmsa64_s2_init(&st, 12, 44, 2, L1, 44, 0), 0);
	ck_assert_int_eq(st.level, 0);
	ck_assert_int_eq(vmsa64_s2_init(&st, 12, 39, 2, L1, 44, 0), -EINVAL);
	ck_assert_int_eq(vmsa64_s2_init(&st, 12, 34, 0, L1, 44, 0), 0);
	ck_assert_int_eq(st.level, 2);
	ck_assert_int_eq(vmsa64_s2_init(&st, 12, 35, 0, L1, 44, 0), -EINVAL);
	ck_assert_int_eq(vmsa64_s2_init(&st, 12, 25, 3, L1, 44, 0), 0);
	ck_assert_int_eq(st.level, 3);
	ck_assert_int_eq(vmsa64_s2_init(&st, 12, 48, 4, L1, 48, 0), -EINVAL);
	ck_assert_int_eq(vmsa64_s2_init(&st, 12, 52, 4, L1, 52, VMSA_DS), 0);
	ck_assert_int_eq(st.level, -1);
	ck_assert_int_eq(vmsa64_s2_init(&st, 14, 40, 1, L1, 44, 0), 0);
	ck_assert_int_eq(st.level, 2); /* 36 + 4 bits */
	ck_assert_int_eq(vmsa64_s2_init(&st, 14, 41, 1, L1, 44, 0), -EINVAL);
	ck_assert_int_eq(vmsa64_s2_init(&st, 14, 48, 3, L1, 48, 0), -EINVAL);
	ck_assert_int_eq(vmsa64_s2_init(&st, 16, 46, 1, L1, 48, 0), 0);
	ck_assert_int_eq(st.level, 2);
	ck_assert_int_eq(vmsa64_s2_init(&st, 16, 48, 2, L1, 48, 0), 0);
	ck_assert_int_eq(st.level, 1);
	ck_assert_int_eq(vmsa64_s2_init(&st, 16, 48, 3, L1, 48, 0), -EINVAL);
}

/* Concatenated tables: 40 bits over level 1 are two tables, the index has ten bits. */
TEST(test_stage2_concatenated)
{
	ck_assert_int_eq(vmsa64_s2_init(&st, 12, 40, 1, L1, 44, 0), 0);
	put64(L1 + 0x3ff * 8, 0x0000001240000000ULL | 0x7fd); /* block, S2AP 11, MemAttr 1111, SH 11, AF */
	ck_assert_int_eq(walk2(0xffc0000123ULL, PT_WRITE), PT_OK);
	ck_assert_uint_eq(world.r.pa, 0x1240000123ULL);
	ck_assert_uint_eq(world.r.stage, 2);
	ck_assert_uint_eq(world.r.attr2, 0x3f);
	ck_access(0, L1 + 0x3ff * 8, WALK_S2, 1, false);
	/* Input beyond the size: translation fault of level 0, no access */
	ck_assert_int_eq(walk2(1ULL << 40, 0), PT_TRANSLATION);
	ck_fault(PT_TRANSLATION, 2, 0);
	ck_assert_uint_eq(world.r.ipa, 1ULL << 40);
	ck_assert(!world.r.tt);
	ck_assert_uint_eq(world.walk.n_accesses, 0);
}

/* An invalid entry at each level; a reserved one at level 3 */
TEST(test_translation_fault_levels)
{
	static const u64 where[] = { L0 + 8, L1 + 16, L2 + 24, L3 + 32 };
	int level;

	for (level = 0; level < 4; level++) {
		tables_4k(0x123456789000ULL | PAGE_RW);
		put64(where[level], 0xfffffffffffffffeULL);
		ck_assert_int_eq(walk1(VA4K, 0), PT_TRANSLATION);
		ck_fault(PT_TRANSLATION, 1, level);
		ck_assert_uint_eq(world.walk.n_accesses, level + 1);
	}
	tables_4k(0x123456789000ULL | BLOCK_RW); /* bits 1:0 = 01 at level 3 */
	ck_assert_int_eq(walk1(VA4K, 0), PT_TRANSLATION);
	ck_fault(PT_TRANSLATION, 1, 3);
}

TEST(test_address_size_levels)
{
	tables_4k(0x0001000000000000ULL >> 8 | PAGE_RW);
	st.out_bits = 40; /* OA bit 40 */
	ck_assert_int_eq(walk1(VA4K, 0), PT_ADDR_SIZE);
	ck_fault(PT_ADDR_SIZE, 1, 3);
	put64(L2 + 24, 0x10000000000ULL | L3 | 3);
	ck_assert_int_eq(walk1(VA4K, 0), PT_ADDR_SIZE);
	ck_fault(PT_ADDR_SIZE, 1, 2);
	put64(L1 + 16, 0x800000000000ULL | L2 | 3);
	ck_assert_int_eq(walk1(VA4K, 0), PT_ADDR_SIZE);
	ck_fault(PT_ADDR_SIZE, 1, 1);
	put64(L0 + 8, 0x800000000000ULL | L1 | 3);
	ck_assert_int_eq(walk1(VA4K, 0), PT_ADDR_SIZE);
	ck_fault(PT_ADDR_SIZE, 1, 0);
	/* A base address beyond the size: level 0, no access */
	st.table = 1ULL << 40;
	ck_assert_int_eq(walk1(VA4K, 0), PT_ADDR_SIZE);
	ck_fault(PT_ADDR_SIZE, 1, 0);
	ck_assert_uint_eq(world.walk.n_accesses, 0);
	/* Address size goes before access flag and permission. */
	tables_4k(0x0000010000000000ULL | 0x3);
	st.out_bits = 40;
	ck_assert_int_eq(walk1(VA4K, PT_WRITE), PT_ADDR_SIZE);
}

TEST(test_external_abort_levels)
{
	static const u64 where[] = { L0 + 8, L1 + 16, L2 + 24, L3 + 32 };
	int level;

	tables_4k(0x123456789000ULL | PAGE_RW);
	for (level = 3; level >= 0; level--) {
		world.mem.n_holes = 0;
		physmem_add_hole(&world.mem, where[level], where[level]);
		ck_assert_int_eq(walk1(VA4K, PT_WRITE), PT_EXT_ABORT);
		ck_fault(PT_EXT_ABORT, 1, level);
		ck_assert_uint_eq(world.r.fetch, where[level]);
		ck_assert(!world.r.update);
		ck_assert_uint_eq(world.walk.n_accesses, level + 1);
		ck_assert(world.walk.accesses[level].failed);
		ck_assert(!level || !world.walk.accesses[level - 1].failed);
	}
}

SUITE_WITH("pt_vmsa64", world_init, world_exit)
