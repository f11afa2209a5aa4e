// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The builder: descriptor words written by hand from the specifications, errors
 * that leave nothing behind, every intermediate state, and a random comparison
 * of what was built with what the walkers read.
 */
#include "pt_build_scene.h"

static u64 entry_at(u64 iova)
{
	u64 desc;

	ck_assert_int_eq(pt_entry(&b, iova, &desc, NULL), 0);
	return desc;
}

/* Leaf words -------------------------------------------------------------------- */

struct word {
	u64 iova, pa, bytes;
	u32 prot;
	u64 want;
};

static void check_words(const struct word *t, size_t n)
{
	u64 pa;
	size_t i;
	u8 shift;

	for (i = 0; i < n; i++) {
		ck_assert_int_eq(pt_map(&b, t[i].iova, t[i].pa, t[i].bytes, t[i].prot), 0);
		ck_assert_uint_eq(entry_at(t[i].iova), t[i].want);
		ck_assert_int_eq(pt_lookup(&b, t[i].iova + 0xabc, &pa, &shift), 0);
		ck_assert_uint_eq(pa, t[i].pa + 0xabc);
		ck_assert_uint_eq(1ULL << shift, t[i].bytes);
		ck_assert_int_eq(pt_unmap(&b, t[i].iova, t[i].bytes, true), t[i].bytes);
		ck_assert_int_eq(pt_lookup(&b, t[i].iova, &pa, NULL), -ENOENT);
		ck_assert_uint_eq(b.tables, 1);
	}
	nothing_left();
}

TEST(test_words_4k_stage1)
{
	static const struct word t[] = {
		/* UXN, PXN, nG, AF, AP 01, page */
		{ 0x1000, 0x123456789000, 4096, RW, 0x0060123456789c43 },
		{ 0x1000, 0x2000, 4096, RO, 0x0060000000002cc3 },
		{ 0x1000, 0x2000, 4096, RW | DRV_PROT_PRIV, 0x0060000000002c03 },
		{ 0x1000, 0x2000, 4096, RWX, 0x0000000000002c43 },
		{ 0x1000, 0x2000, 4096, RWX | DRV_PROT_PRIV, 0x0040000000002c03 },
		{ 0x1000, 0x2000, 4096, RW | PT_PROT_GLOBAL, 0x0060000000002443 },
		{ 0x1000, 0x2000, 4096, RW | PT_PROT_NO_AF, 0x0060000000002843 },
		{ 0x1000, 0x2000, 4096, RW | PT_PROT_DBM, 0x0068000000002cc3 },
		{ 0x1000, 0x2000, 4096, RW | PT_PROT_ATTR(5) | PT_PROT_SH(3), 0x0060000000002f57 },
		{ 0x40200000, 0x80400000, 1 << 21, RW, 0x0060000080400c41 },
		{ 0x40000000, 0x80000000, 1 << 30, RW, 0x0060000080000c41 },
	};

	ck_assert_int_eq(init(PT_VMSA64_S1, 12, 48, 48, 0), 0);
	ck_assert_int_eq(b.root_level, 0);
	check_words(t, ARRAY_SIZE(t));
}

TEST(test_words_contiguous)
{
	static const struct word t[] = {
		{ 0x10000, 0x80010000, 1 << 16, RW, 0x0070000080010c43 },
		{ 0x2000000, 0x82000000, 1 << 25, RW, 0x0070000082000c41 },
	};
	u64 word;

	ck_assert_int_eq(init(PT_VMSA64_S1, 12, 39, 48, 4096 | 1 << 16 | 1 << 21 | 1 << 25), 0);
	ck_assert_int_eq(b.root_level, 1);
	ck_assert_int_eq(pt_map(&b, 0x10000, 0x80010000, 1 << 16, RW), 0);
	ck_assert_int_eq(pt_entry(&b, 0x1f000, &word, NULL), 0);
	ck_assert_uint_eq(word, 0x007000008001fc43);
	/* Part of a group cannot be unmapped or changed */
	ck_assert_int_eq(pt_unmap(&b, 0x10000, 0x1000, false), -EINVAL);
	ck_assert_int_eq(pt_unmap(&b, 0x1f000, 0x1000, false), -EINVAL);
	ck_assert_int_eq(pt_protect(&b, 0x10000, 0x8000, RO), -EINVAL);
	ck_assert_int_eq(pt_protect(&b, 0x10000, 1 << 16, RO), 1 << 16);
	ck_assert_uint_eq(entry_at(0x13000), 0x0070000080013cc3);
	ck_assert_int_eq(pt_unmap(&b, 0x10000, 1 << 16, true), 1 << 16);
	check_words(t, ARRAY_SIZE(t));
}

TEST(test_words_16k_64k)
{
	static const struct word t16[] = {
		{ 0x4000, 0x123456788000, 1 << 14, RW, 0x006012345678bc43 & ~0x3000ULL },
		{ 0x2000000, 0x84000000, 1 << 25, RW, 0x0060000084000c41 },
	};
	static const struct word t64[] = {
		{ 0x10000, 0x123456780000, 1 << 16, RW, 0x0060123456780c43 },
		{ 0x20000000, 0x80000000, 1 << 29, RW, 0x0060000080000c41 },
	};
	static const struct word t64w[] = {
		{ 0x10000, 0xa123456780000, 1 << 16, RW, 0x006012345678ac43 },
		{ 1ULL << 42, 0x5040000000000, 1ULL << 42, RW, 0x0060040000005c41 },
	};
	static const struct word t4w[] = {
		/* OA[49:48] in place, OA[51:50] in 9:8 */
		{ 0x1000, 0x6123456789000, 1 << 12, RW | PT_PROT_SH(3), 0x0062123456789d43 },
		{ 1ULL << 39, 0x8000000000, 1ULL << 39, RW, 0x0060008000000c41 },
	};

	ck_assert_int_eq(init(PT_VMSA64_S1, 14, 47, 48, 0), 0);
	ck_assert_int_eq(b.root_level, 1);
	check_words(t16, ARRAY_SIZE(t16));
	ck_assert_int_eq(init(PT_VMSA64_S1, 16, 48, 48, 0), 0);
	check_words(t64, ARRAY_SIZE(t64));
	ck_assert_int_eq(init(PT_VMSA64_S1, 16, 52, 52, 0), 0);
	check_words(t64w, ARRAY_SIZE(t64w));
	ck_assert_int_eq(init(PT_VMSA64_S1, 12, 52, 52, 0), 0);
	ck_assert_int_eq(b.root_level, -1);
	check_words(t4w, ARRAY_SIZE(t4w));
}

TEST(test_words_stage2)
{
	static const struct word t[] = {
		{ 0x1000, 0x2000, 4096, RW | PT_PROT_ATTR(15) | PT_PROT_SH(3), 0x00400000000027ff },
		{ 0x1000, 0x2000, 4096, RO, 0x0040000000002443 },
		{ 0x1000, 0x2000, 4096, DRV_PROT_WRITE, 0x0040000000002483 },
		{ 0x1000, 0x2000, 4096, RWX, 0x00000000000024c3 },
		{ 0x1000, 0x2000, 4096, RW | PT_PROT_DBM, 0x0048000000002443 },
		{ 0x40000000, 0x80000000, 1 << 30, RW, 0x00400000800004c1 },
	};

	ck_assert_int_eq(init(PT_VMSA64_S2, 12, 40, 44, 0), 0);
	ck_assert_int_eq(b.root_level, 1);
	ck_assert_uint_eq(b.root_bytes, 8192); /* two tables side by side */
	ck_assert_int_eq(pt_map(&b, 0, 0, 4096, RW | DRV_PROT_PRIV), -EINVAL);
	ck_assert_int_eq(pt_map(&b, 0, 0, 4096, RW | PT_PROT_GLOBAL), -EINVAL);
	check_words(t, ARRAY_SIZE(t));
	ck_assert_int_eq(init(PT_LPAE_S2, 0, 32, 40, 0), 0);
	ck_assert_int_eq(b.root_level, 2);
	nothing_left();
}

TEST(test_words_lpae)
{
	static const struct word t[] = {
		{ 0x1000, 0xab12345000, 4096, RW, 0x006000ab12345c43 },
		{ 0x200000, 0x80200000, 1 << 21, RWX, 0x0000000080200c41 },
	};

	ck_assert_int_eq(init(PT_LPAE_S1, 0, 32, 40, 0), 0);
	ck_assert_int_eq(b.root_level, 1);
	ck_assert_uint_eq(b.root_bytes, 64);
	check_words(t, ARRAY_SIZE(t));
}

TEST(test_words_short)
{
	static const struct word t[] = {
		/* small: AP 011, XN, nG */
		{ 0x1000, 0x45678000, 4096, RW, 0x45678833 },
		{ 0x1000, 0x45678000, 4096, RO, 0x45678a33 },
		{ 0x1000, 0x45678000, 4096, RO | DRV_PROT_PRIV, 0x45678a13 },
		{ 0x1000, 0x45678000, 4096, RWX | PT_PROT_GLOBAL | PT_PROT_SH(1) | PT_PROT_ATTR(7), 0x4567847e },
		{ 0x1000, 0x45678000, 4096, RW | PT_PROT_NO_AF, 0x45678823 },
		/* large: XN in 15, TEX in 14:12 */
		{ 0x10000, 0x45670000, 1 << 16, RW | PT_PROT_ATTR(6), 0x45679839 },
		/* section */
		{ 0x100000, 0x45600000, 1 << 20, RW | PT_PROT_ATTR(7), 0x45621c1e },
		/* supersection: PA[35:32] in 23:20, PA[39:36] in 8:5 */
		{ 0x1000000, 0xba45000000, 1 << 24, RWX | PT_PROT_GLOBAL, 0x45a40d62 },
	};

	ck_assert_int_eq(init(PT_SHORT, 0, 32, 40, 4096 | 1 << 16 | 1 << 20 | 1 << 24), 0);
	ck_assert_uint_eq(b.root_bytes, 16384);
	/* Only supersections reach beyond 4 GiB */
	ck_assert_int_eq(pt_map(&b, 0, 0xba45000000, 4096, RW), -EINVAL);
	check_words(t, ARRAY_SIZE(t));
	ck_assert_int_eq(init(PT_SHORT, 0, 30, 32, 0), 0);
	ck_assert_uint_eq(b.root_bytes, 4096);
	ck_assert_int_eq(pt_map(&b, 0x40000000, 0, 4096, RW), -EINVAL);
	nothing_left();
}

TEST(test_words_vtd)
{
	static const struct word first[] = {
		/* XD, D, A, U/S, R/W, P */
		{ 0x1000, 0x123456789000, 4096, RW, 0x8000123456789067 },
		{ 0x1000, 0x2000, 4096, RO | DRV_PROT_EXEC, 0x0000000000002025 },
		{ 0x1000, 0x2000, 4096, RW | DRV_PROT_PRIV | PT_PROT_NO_AF, 0x8000000000002003 },
		{ 0x1000, 0x2000, 4096, RW | PT_PROT_DBM | PT_PROT_ATTR(7), 0x80000000000020bf },
		{ 0x200000, 0x400000, 1 << 21, RW | PT_PROT_ATTR(4), 0x80000000004010e7 },
		{ 0x40000000, 0x80000000, 1 << 30, RW, 0x80000000800000e7 },
		{ 0xffff800000000000, 0x2000, 4096, RW, 0x8000000000002067 },
	};
	static const struct word second[] = {
		{ 0x1000, 0x123456789000, 4096, RW, 0x0000123456789303 },
		{ 0x1000, 0x2000, 4096, RO | PT_PROT_SNP, 0x0000000000002901 },
		{ 0x1000, 0x2000, 4096, DRV_PROT_WRITE | PT_PROT_NO_AF, 0x0000000000002002 },
		{ 0x200000, 0x400000, 1 << 21, RO, 0x0000000000400181 },
	};

	ck_assert_int_eq(init(PT_VTD_FS, 0, 48, 46, 0), 0);
	ck_assert_int_eq(b.root_level, 4);
	ck_assert_int_eq(pt_map(&b, 0x800000000000, 0, 4096, RW), -EINVAL); /* not canonical */
	ck_assert_int_eq(pt_map(&b, 0, 1ULL << 46, 4096, RW), -EINVAL);
	check_words(first, ARRAY_SIZE(first) - 1);
	ck_assert_int_eq(init(PT_VTD_FS, 0, 57, 46, 0), 0);
	check_words(first, ARRAY_SIZE(first) - 1);
	ck_assert_int_eq(init(PT_VTD_FS, 0, 48, 46, 0), 0);
	check_words(first + ARRAY_SIZE(first) - 1, 1);
	ck_assert_int_eq(init(PT_VTD_SS, 0, 39, 46, 4096 | 1 << 21), 0);
	ck_assert_int_eq(b.root_level, 3);
	ck_assert_int_eq(pt_map(&b, 1ULL << 39, 0, 4096, RW), -EINVAL);
	check_words(second, ARRAY_SIZE(second));
}

/* Tables are linked by these words. */
TEST(test_table_words)
{
	ck_assert_int_eq(init(PT_VMSA64_S1, 12, 48, 48, 0), 0);
	ck_assert_int_eq(pt_map(&b, 0, 0, 4096, RW), 0);
	ck_assert_uint_eq(get64(b.root) & 0xfff, 3);
	nothing_left();
	ck_assert_int_eq(init(PT_VTD_FS, 0, 48, 46, 0), 0);
	ck_assert_int_eq(pt_map(&b, 0, 0, 4096, RO | DRV_PROT_PRIV), 0);
	ck_assert_uint_eq(get64(b.root) & 0xfff, 0x27);
	nothing_left();
	ck_assert_int_eq(init(PT_VTD_SS, 0, 48, 46, 0), 0);
	ck_assert_int_eq(pt_map(&b, 0, 0, 4096, RO), 0);
	ck_assert_uint_eq(get64(b.root) & 0xfff, 0x103);
	nothing_left();
}

TEST(test_configurations)
{
	static const struct {
		enum pt_format format;
		u8 granule, in_bits, out_bits;
		u64 sizes;
	} bad[] = {
		{ PT_VMSA64_S1, 13, 48, 48, 0 }, { PT_VMSA64_S1, 12, 53, 48, 0 },	{ PT_VMSA64_S1, 12, 15, 48, 0 },
		{ PT_VMSA64_S1, 12, 48, 53, 0 }, { PT_VMSA64_S1, 12, 48, 48, 1 << 21 }, { PT_LPAE_S1, 12, 33, 40, 0 },
		{ PT_LPAE_S2, 12, 41, 40, 0 },	 { PT_LPAE_S2, 12, 32, 41, 0 },		{ PT_SHORT, 12, 24, 32, 0 },
		{ PT_SHORT, 12, 33, 32, 0 },	 { PT_VTD_FS, 12, 39, 46, 0 },		{ PT_VTD_SS, 12, 40, 46, 0 },
		{ PT_VTD_SS, 12, 30, 46, 0 },	 { PT_VTD_SS, 12, 57, 53, 0 },
	};
	struct pt_build_cfg cfg = {
		.format = PT_VMSA64_S2, .granule = 12, .in_bits = 44, .out_bits = 44, .stage2_level = 1
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad); i++)
		ck_assert_int_eq(init(bad[i].format, bad[i].granule, bad[i].in_bits, bad[i].out_bits, bad[i].sizes),
				 -EINVAL);
	ck_assert_int_eq(pt_build_init(&b, &cfg, &world.drv, &world), -EINVAL); /* 32 tables of level 1 */
	cfg.stage2_level = 0;
	ck_assert_int_eq(pt_build_init(&b, &cfg, &world.drv, &world), 0);
	ck_assert_int_eq(b.root_level, 0);
	nothing_left();
	pt_build_exit(&b); /* a second time: nothing */
	world.fail_alloc = 1;
	ck_assert_int_eq(init(PT_VMSA64_S1, 12, 48, 48, 0), -ENOMEM);
	ck_assert_int_eq(world.live, 0);
}

TEST(test_bad_requests)
{
	u64 pa;

	ck_assert_int_eq(init(PT_VMSA64_S1, 12, 39, 40, 0), 0);
	ck_assert_int_eq(pt_map(&b, 0x800, 0, 4096, RW), -EINVAL);
	ck_assert_int_eq(pt_map(&b, 0, 0x800, 4096, RW), -EINVAL);
	ck_assert_int_eq(pt_map(&b, 0, 0, 0, RW), -EINVAL);
	ck_assert_int_eq(pt_map(&b, 0, 0, 100, RW), -EINVAL);
	ck_assert_int_eq(pt_map(&b, 0, 0, 4096, 0), -EINVAL);
	ck_assert_int_eq(pt_map(&b, 0, 0, 4096, RO | PT_PROT_DBM), -EINVAL);
	ck_assert_int_eq(pt_map(&b, 1ULL << 39, 0, 4096, RW), -EINVAL);
	ck_assert_int_eq(pt_map(&b, (1ULL << 39) - 4096, 0, 8192, RW), -EINVAL);
	ck_assert_int_eq(pt_map(&b, ~0xfffULL, 0, 8192, RW), -EINVAL);
	ck_assert_int_eq(pt_map(&b, 0, 1ULL << 40, 4096, RW), -EINVAL);
	ck_assert_int_eq(pt_map(&b, 0, (1ULL << 40) - 4096, 8192, RW), -EINVAL);
	ck_assert_int_eq(pt_unmap(&b, 0, 0, false), -EINVAL);
	ck_assert_int_eq(pt_unmap(&b, 1ULL << 39, 4096, false), -EINVAL);
	ck_assert_int_eq(pt_protect(&b, 0, 4096, 0), -EINVAL);
	ck_assert_int_eq(pt_lookup(&b, 1ULL << 39, &pa, NULL), -EINVAL);
	ck_assert_int_eq(pt_unmap(&b, 0, 1ULL << 39, true), 0);
	ck_assert_uint_eq(b.tables, 1);
	nothing_left();
}

TEST(test_upper_root)
{
	struct pt_build_cfg cfg = {
		.format = PT_VMSA64_S1, .granule = 12, .in_bits = 39, .out_bits = 48, .high = true, .big_endian = true
	};
	u64 top = 0xffffffffffe00000ULL, pa, where;

	ck_assert_int_eq(pt_build_init(&b, &cfg, &world.drv, &world), 0);
	ck_assert_int_eq(pt_map(&b, 0, 0, 4096, RW), -EINVAL);
	ck_assert_int_eq(pt_map(&b, top + 0x1ff000, 0x5000, 4096, RW), 0);
	ck_assert_int_eq(pt_map(&b, 0xffffff8000000000ULL, 0x6000, 4096, RW), 0);
	ck_assert_int_eq(pt_map(&b, 0xffffff7fffe00000ULL, 0x6000, 4096, RW), -EINVAL);
	ck_assert_int_eq(pt_lookup(&b, ~0ULL, &pa, NULL), 0);
	ck_assert_uint_eq(pa, 0x5fff);
	ck_assert_int_eq(pt_entry(&b, ~0ULL, NULL, &where), 0);
	ck_assert_uint_eq(get64(where), __builtin_bswap64(0x0060000000005c43));
	ck_assert_int_eq(pt_unmap(&b, 0xffffff8000000000ULL, 1ULL << 39, true), 8192);
	ck_assert_uint_eq(b.tables, 1);
	nothing_left();
}

/* Overlaps ---------------------------------------------------------------------------- */

TEST(test_overlap)
{
	u64 pa;

	ck_assert_int_eq(init(PT_VMSA64_S1, 12, 39, 40, 0), 0);
	ck_assert_int_eq(pt_map(&b, 0x400000, 0x1000000, 1 << 21, RW), 0);
	ck_assert_int_eq(pt_map(&b, 0x7000, 0x2000, 4096, RW), 0);
	/* Page in block, block on pages, range that ends in either, all */
	ck_assert_int_eq(pt_map(&b, 0x401000, 0, 4096, RW), -EEXIST);
	ck_assert_int_eq(pt_map(&b, 0, 0x1000000, 1 << 21, RW), -EEXIST);
	ck_assert_int_eq(pt_map(&b, 0x1000, 0, 0x7000, RW), -EEXIST);
	ck_assert_int_eq(pt_map(&b, 0x3ff000, 0, 0x2000, RW), -EEXIST);
	ck_assert_int_eq(pt_map(&b, 0, 0, 1 << 30, RW), -EEXIST);
	/* and nothing of it stayed */
	ck_assert_int_eq(pt_lookup(&b, 0x1000, &pa, NULL), -ENOENT);
	ck_assert_int_eq(pt_lookup(&b, 0x3ff000, &pa, NULL), -ENOENT);
	ck_assert_uint_eq(b.tables, 3);
	/* A part of a block cannot be unmapped, an empty table does not stop a block's range */
	ck_assert_int_eq(pt_unmap(&b, 0x400000, 4096, false), -EINVAL);
	ck_assert_int_eq(pt_unmap(&b, 0x300000, 0x180000, false), -EINVAL);
	ck_assert_int_eq(pt_unmap(&b, 0x7000, 4096, false), 4096);
	ck_assert_uint_eq(b.tables, 3);
	ck_assert_int_eq(pt_map(&b, 0, 0x1000000, 1 << 21, RW), 0); /* 512 pages in the old table */
	ck_assert_int_eq(pt_unmap(&b, 0, 1 << 30, true), 2 << 21);
	ck_assert_uint_eq(b.tables, 1);
	nothing_left();
}

TEST(test_largest_sizes)
{
	static const struct {
		u64 iova;
		u8 shift;
	} t[] = { { 0x1ff000, 12 },   { 0x200000, 21 },	  { 0x3fe00000, 21 },
		  { 0x40000000, 30 }, { 0x80000000, 21 }, { 0x80200000, 12 } };
	u64 pa;
	size_t i;
	u8 shift;

	/* From 4 KiB below 2 MiB to 4 KiB above 2 GiB + 2 MiB */
	ck_assert_int_eq(init(PT_VTD_SS, 0, 48, 46, 0), 0);
	ck_assert_int_eq(pt_map(&b, 0x1ff000, 0x1001ff000, 0x80002000, RW), 0);
	for (i = 0; i < ARRAY_SIZE(t); i++) {
		ck_assert_int_eq(pt_lookup(&b, t[i].iova, &pa, &shift), 0);
		ck_assert_uint_eq(pa, t[i].iova + 0x100000000);
		ck_assert_uint_eq(shift, t[i].shift);
	}
	ck_assert_int_eq(pt_lookup(&b, 0x80201000, &pa, NULL), -ENOENT);
	ck_assert_int_eq(pt_unmap(&b, 0, 1ULL << 47, true), 0x80002000);
	nothing_left();
}

/* Out of memory --------------------------------------------------------------------------- */

SUITE_WITH("pt_build", world_init, world_exit)
