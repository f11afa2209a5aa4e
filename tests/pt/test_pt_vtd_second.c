// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Second-stage tables of VT-d, and both stages together. */
#include "pt_vtd_scene.h"

TEST(test_second_stage_pages)
{
	static const u8 levels[] = { 3, 4, 5 };
	static const u64 roots[] = { T3, T4, T5 };
	int i;

	for (i = 0; i < 3; i++) {
		u64 addr = ADDR & ((1ULL << (12 + 9 * levels[i])) - 1);

		fill(SR | SW, 0x123456789000ULL | SR | SW);
		ss.levels = levels[i];
		ss.table = roots[i];
		ss.in_bits = 12 + 9 * levels[i];
		ck_assert_int_eq(walk_ss(addr | 0xabc, PT_WRITE), PT_OK);
		ck_assert_uint_eq(world.r.pa, 0x123456789abcULL);
		ck_assert_uint_eq(world.r.stage, 2);
		ck_assert_uint_eq(world.walk.n_accesses, levels[i]);
		ck_access(0, entries[5 - levels[i]], WALK_S2, levels[i], false);
		ck_assert(vtd_in_range(addr, &ss));
		ck_assert(!vtd_in_range(1ULL << ss.in_bits, &ss));
	}
	put64(entries[3], 0x40200000 | PS | SR);
	ck_assert_int_eq(walk_ss(ADDR, 0), PT_OK);
	ck_assert_uint_eq(world.r.pa, 0x40205000ULL);
	ck_assert_uint_eq(world.r.shift, 21);
	put64(entries[2], 0x40000000 | PS | SR | 6 << 3 | 1 << 6); /* EMT 6, IPAT */
	ck_assert_int_eq(walk_ss(ADDR, 0), PT_OK);
	ck_assert_uint_eq(world.r.shift, 30);
	ck_assert_uint_eq(world.r.attr2, 6 | 8);
}

/* 3.7, 9.8; legacy mode has one code, 0xc */
static const struct {
	int entry;
	u64 bits;
	bool bad;
} second_stage_reserved[] = {
	{ 0, PS, true },
	{ 1, PS, true },
	{ 0, 1ULL << 46, true },
	{ 4, 1ULL << 51, true },
	{ 0, 1 << 11, true },
	{ 1, 1 << 11, true },
	{ 2, 1 << 11, true },
	{ 3, 1 << 11, true },
	{ 4, 1 << 11, true },
	{ 0, 1ULL << 62, true },
	{ 4, 1ULL << 62, true },
	{ 0, 0xbff000000000067cULL, false },
	{ 3, 0xbff000000000067cULL, false },
	{ 4, 0xbff00000000007fcULL, false },
	{ 2, PS | 1 << 12, true },
	{ 2, PS | 1 << 29, true },
	{ 3, PS | 1 << 12, true },
	{ 3, PS | 1 << 20, true },
	{ 2, PS, false },
	{ 3, PS, false },
	{ 3, PS | 1 << 11, true },
};

TEST(test_second_stage_reserved)
{
	size_t i;

	ss.levels = 5;
	ss.table = T5;
	for (i = 0; i < ARRAY_SIZE(second_stage_reserved); i++) {
		u64 base = second_stage_reserved[i].entry < 4 ? next_table[second_stage_reserved[i].entry] : 0x1000;

		fill(SR | SW, 0x123456789000ULL | SR | SW);
		if (second_stage_reserved[i].bits & PS && second_stage_reserved[i].entry >= 2 &&
		    second_stage_reserved[i].entry < 4)
			base = 0x40000000;
		put64(entries[second_stage_reserved[i].entry], base | SW | second_stage_reserved[i].bits);
		ck_assert_int_eq(walk_ss(ADDR, PT_WRITE), second_stage_reserved[i].bad ? PT_RESERVED : PT_OK);
		if (second_stage_reserved[i].bad) {
			ck_fault(PT_RESERVED, 2, 5 - second_stage_reserved[i].entry);
			ck_reason(0x7a, 0xc);
		}
	}
	/* Not reserved where the implementation has it, or where the entry is not used */
	fill(SR | SW, 0x1000 | SR | 1 << 11);
	ss.flags |= VTD_SNP;
	ck_assert_int_eq(walk_ss(ADDR, 0), PT_OK);
	ck_assert_uint_eq(world.r.attr2, 0x10);
	put64(entries[4], ~3ULL);
	ck_assert_int_eq(walk_ss(ADDR, 0), PT_TRANSLATION);
	/* Sizes that are not supported */
	put64(entries[3], 0x40200000 | PS | SR);
	ss.flags = VTD_1GB;
	ck_assert_int_eq(walk_ss(ADDR, 0), PT_RESERVED);
	put64(entries[2], 0x40000000 | PS | SR);
	ss.flags = VTD_2MB;
	ck_assert_int_eq(walk_ss(ADDR, 0), PT_RESERVED);
}

/* 3.7.1: every entry must grant; SSS.2 when nothing is left, LGN.2 and LGN.3 in legacy mode */
TEST(test_second_stage_rights)
{
	int level, bits, upper;

	for (upper = 1; upper < 4; upper++)
		for (level = 1; level < 5; level++)
			for (bits = 0; bits < 4; bits++) {
				u8 perm = bits & upper;

				fill(SR | SW, 0x1000 | SR | SW);
				put64(entries[1], next_table[1] | upper);
				put64(entries[level], (level < 4 ? next_table[level] : 0x1000) | bits);
				if (level == 1)
					perm = bits;
				ck_assert_int_eq(walk_ss(ADDR4, 0), perm & 1 ? PT_OK
								    : perm   ? PT_PERMISSION
									     : PT_TRANSLATION);
				if (!(perm & 1))
					ck_reason(perm ? 0x86 : 0x79, 6);
				ck_assert_int_eq(walk_ss(ADDR4, PT_WRITE), perm & 2 ? PT_OK
									   : perm   ? PT_PERMISSION
										    : PT_TRANSLATION);
				if (!(perm & 2))
					ck_reason(perm ? 0x85 : 0x79, 5);
			}
	/* SSIRWE: bits 61 and 62 instead */
	fill(3ULL << 61, 0x1000 | 1ULL << 61);
	ss.flags |= VTD_IORW;
	ck_assert_int_eq(walk_ss(ADDR4, 0), PT_OK);
	ck_assert_int_eq(walk_ss(ADDR4, PT_WRITE), PT_PERMISSION);
}

TEST(test_second_stage_flags)
{
	int i;

	hardware_updates();
	fill(SR | SW, 0x1000 | SR | SW);
	ck_assert_int_eq(walk_ss(ADDR4, PT_WRITE), PT_OK);
	ck_assert_uint_eq(world.walk.n_accesses, 4);
	ss.flags |= VTD_AD;
	ck_assert_int_eq(walk_ss(ADDR4, 0), PT_OK);
	for (i = 1; i < 4; i++)
		ck_assert_uint_eq(get64(entries[i]), next_table[i] | SR | SW | SA);
	ck_assert_uint_eq(get64(entries[4]), 0x1000 | SR | SW | SA);
	ck_assert(world.r.flags & PT_RES_CLEAN);
	ck_assert_int_eq(walk_ss(ADDR4, PT_WRITE), PT_OK);
	ck_assert_uint_eq(get64(entries[4]), 0x1000 | SR | SW | SA | SD);
	ss.flags |= VTD_NO_SNOOP_WALK;
	ck_assert_int_eq(walk_ss(ADDR4, PT_WRITE), PT_OK);
	put64(entries[4], 0x1000 | SR | SW | SA);
	ck_assert_int_eq(walk_ss(ADDR4, PT_WRITE), PT_NO_UPDATE);
	ck_assert_uint_eq(vtd_reason(&world.r, false), 0x7c);
	ss.flags &= ~VTD_NO_SNOOP_WALK;
	world.ops.mem_cas64 = failing_cas;
	ck_assert_int_eq(walk_ss(ADDR4, PT_WRITE), PT_EXT_ABORT);
	ck_assert_uint_eq(vtd_reason(&world.r, false), 0x7d);
}

TEST(test_second_stage_aborts)
{
	int i;

	for (i = 1; i < 5; i++) {
		fill(SR, 0x1000 | SR);
		world.mem.n_holes = 0;
		physmem_add_hole(&world.mem, entries[i], entries[i] + 7);
		ck_assert_int_eq(walk_ss(ADDR4, 0), PT_EXT_ABORT);
		ck_fault(PT_EXT_ABORT, 2, 5 - i);
		if (i == 1)
			ck_reason(0x7b, 3);
		else
			ck_reason(0x78, 7);
		world.mem.n_holes = 0;
	}
}

TEST(test_update_race)
{
	hardware_updates();
	fill(PRW | A, 0x1000 | PRW);
	world.races = 1;
	world.race_pa = entries[4];
	world.race_value = 0;
	ck_assert_int_eq(walk_fs(ADDR4, 0), PT_TRANSLATION);
	fill(PRW | A, 0x1000 | PRW);
	world.races = 1;
	world.race_value = 0x2000 | PRW | D;
	ck_assert_int_eq(walk_fs(ADDR4, PT_WRITE), PT_OK);
	ck_assert_uint_eq(world.r.pa, 0x2000);
	ck_assert_uint_eq(get64(entries[4]), 0x2000 | PRW | A | D);
}

/* Nested: GPA = HPA - 0x8000_0000, mapped by 2 MiB pages of a 3-level second stage */
#define HPA 0x80000000ULL
#define SS3 0x1000000ULL
#define SS2 0x1001000ULL

static void nested(void)
{
	int i;

	for (i = 0; i < 4; i++)
		put64(HPA + entries[i], next_table[i] | PRW | A);
	put64(HPA + entries[4], 0x600000 | PRW | A | D);
	ss = (struct vtd_stage){ .table = SS3, .flags = VTD_2MB, .levels = 3, .haw = 46, .in_bits = 39 };
	put64(SS3, SS2 | SR | SW);
	for (i = 0; i < 4; i++)
		put64(SS2 + i * 8, (HPA + ((u64)i << 21)) | PS | SR | SW);
}

static enum pt_fault walk_nested(u32 access)
{
	world.walk.n_accesses = 0;
	return vtd_walk(&world.env, &fs, &ss, ADDR4, access, NULL, &world.r);
}

TEST(test_nested)
{
	nested();
	ck_assert_int_eq(walk_nested(PT_WRITE), PT_OK);
	ck_assert_uint_eq(world.r.pa, HPA + 0x600000);
	ck_assert_uint_eq(world.r.ipa, 0x600000);
	ck_assert_uint_eq(world.r.shift, 12);
	ck_assert_uint_eq(world.walk.n_accesses, 14);
	ck_access(0, SS3, WALK_S2, 3, false);
	ck_access(1, SS2 + 16, WALK_S2, 2, false);
	ck_access(2, HPA + T4 + 16, WALK_S1, 4, false);
	ck_access(11, HPA + T1 + 40, WALK_S1, 1, false);
	ck_access(13, SS2 + 24, WALK_S2, 2, false);
}

TEST(test_nested_faults)
{
	/* The page: not mapped, not writable, not readable */
	nested();
	put64(SS2 + 24, 0);
	ck_assert_int_eq(walk_nested(0), PT_TRANSLATION);
	ck_assert_uint_eq(world.r.ipa, 0x600000);
	ck_assert(!world.r.tt);
	ck_assert_uint_eq(vtd_reason(&world.r, false), 0x79);
	put64(SS2 + 24, (HPA + 0x600000) | PS | SR);
	ck_assert_int_eq(walk_nested(PT_WRITE), PT_PERMISSION);
	ck_assert_uint_eq(vtd_reason(&world.r, false), 0x85);
	put64(SS2 + 24, (HPA + 0x600000) | PS | SW);
	ck_assert_int_eq(walk_nested(0), PT_PERMISSION);
	ck_assert_uint_eq(vtd_reason(&world.r, false), 0x86);
	/* A first-stage table: not mapped, reserved, not readable; the root has a code of its own */
	nested();
	put64(SS2 + 8, 0);
	ck_assert_int_eq(walk_nested(0), PT_TRANSLATION);
	ck_assert(world.r.tt);
	ck_assert_uint_eq(world.r.ipa, T3 + 24);
	ck_assert_uint_eq(vtd_reason(&world.r, false), 0x79);
	put64(SS2 + 8, (HPA + 0x200000) | PS | SR | 1 << 12);
	ck_assert_int_eq(walk_nested(0), PT_RESERVED);
	ck_assert_uint_eq(vtd_reason(&world.r, false), 0x7a);
	put64(SS2 + 8, (HPA + 0x200000) | PS | SW);
	ck_assert_int_eq(walk_nested(0), PT_PERMISSION);
	ck_assert_uint_eq(vtd_reason(&world.r, false), 0x76);
	nested();
	put64(SS2 + 16, (HPA + 0x400000) | PS | SW);
	ck_assert_int_eq(walk_nested(0), PT_PERMISSION);
	ck_assert_uint_eq(vtd_reason(&world.r, false), 0x75);
	/* First-stage addresses beyond the second stage's width */
	nested();
	put64(HPA + entries[4], 1ULL << 39 | PRW | A | D);
	ck_assert_int_eq(walk_nested(0), PT_ADDR_SIZE);
	ck_fault(PT_ADDR_SIZE, 1, 1);
	ck_assert_uint_eq(vtd_reason(&world.r, false), 0x74);
	put64(HPA + entries[2], 1ULL << 39 | PRW | A | D);
	ck_assert_int_eq(walk_nested(0), PT_ADDR_SIZE);
	ck_fault(PT_ADDR_SIZE, 1, 3);
}

/* 3.8.1: A/D of the first stage need write permission in the second */
TEST(test_nested_flags)
{
	hardware_updates();
	nested();
	put64(HPA + entries[4], 0x600000 | PRW);
	ck_assert_int_eq(walk_nested(PT_WRITE), PT_OK);
	ck_assert_uint_eq(get64(HPA + entries[4]), 0x600000 | PRW | A | D);
	put64(HPA + entries[4], 0x600000 | PRW | A);
	put64(SS2, HPA | PS | SR); /* T1 lies in the first 2 MiB */
	ck_assert_int_eq(walk_nested(0), PT_OK);
	ck_assert_int_eq(walk_nested(PT_WRITE), PT_PERMISSION);
	ck_assert(world.r.tt);
	ck_assert(world.r.update);
	ck_assert_uint_eq(vtd_reason(&world.r, false), 0x77);
	/* With second-stage flags even reads of first-stage entries need it */
	ss.flags |= VTD_AD;
	ck_assert_int_eq(walk_nested(0), PT_PERMISSION);
	nested();
	ss.flags |= VTD_AD;
	ck_assert_int_eq(walk_nested(PT_WRITE), PT_OK);
	ck_assert_uint_eq(get64(SS2 + 24), (HPA + 0x600000) | PS | SR | SW | SA | SD);
	ck_assert_uint_eq(get64(SS2), HPA | PS | SR | SW | SA);
	ck_assert_uint_eq(get64(SS3), SS2 | SR | SW | SA);
}

TEST(test_resume)
{
	struct pt_start start = { .table = T2, .level = 2, .attr = PT_TBL_NO_WRITE };

	fill(PRW | A, 0x1000 | PRW | A | D);
	world.walk.n_accesses = 0;
	ck_assert_int_eq(vtd_walk(&world.env, &fs, NULL, ADDR4, 0, &start, &world.r), PT_OK);
	ck_assert_uint_eq(world.walk.n_accesses, 2);
	ck_assert_uint_eq(world.r.user_perm & PERM_W, 0);
	ck_assert_int_eq(vtd_walk(&world.env, &fs, NULL, ADDR4, PT_WRITE, &start, &world.r), PT_PERMISSION);
	/* A start above the top, from an entry with another width, is not used: the walk begins at the root. */
	start.level = 5;
	world.walk.n_accesses = 0;
	ck_assert_int_eq(vtd_walk(&world.env, &fs, NULL, ADDR4, 0, &start, &world.r), PT_OK);
	ck_assert_uint_eq(world.walk.n_accesses, 4);
	start.level = 2;
	/* An error there is not one at the root */
	physmem_add_hole(&world.mem, T2, T2 + 0xfff);
	ck_assert_int_eq(vtd_walk(&world.env, &fs, NULL, ADDR4, 0, &start, &world.r), PT_EXT_ABORT);
	ck_assert_uint_eq(vtd_reason(&world.r, false), 0x70);
}

TEST(test_canonical)
{
	ck_assert(vtd_canonical(0x7fffffffffffULL, 4));
	ck_assert(!vtd_canonical(0x800000000000ULL, 4));
	ck_assert(vtd_canonical(0xffff800000000000ULL, 4));
	ck_assert(!vtd_canonical(0xffff7fffffffffffULL, 4));
	ck_assert(vtd_canonical(0xffffffffffffffULL, 5));
	ck_assert(!vtd_canonical(0x100000000000000ULL, 5));
	ck_assert(vtd_canonical(0xff00000000000000ULL, 5));
}

TEST(test_loop)
{
	put64(T4, T4 | PRW | A);
	ck_assert_int_eq(walk_fs(0, 0), PT_OK);
	ck_assert_uint_eq(world.walk.n_accesses, 4);
	put64(T4, T4 | SR);
	ck_assert_int_eq(walk_ss(0, 0), PT_OK);
	ck_assert_uint_eq(world.walk.n_accesses, 4);
}

SUITE_WITH("pt_vtd_second", setup, world_exit)
