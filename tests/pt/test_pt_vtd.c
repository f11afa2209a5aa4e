// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * VT-d walks. Entries are written out by hand from chapters 9.7 and 9.8, reasons
 * from table 30 of 7.1.3.
 */
#include "pt_vtd_scene.h"

TEST(test_first_stage_pages)
{
	fill(PRW | A, 0x123456789000ULL | PRW | A | D);
	ck_assert_int_eq(walk_fs(ADDR4 + 0xabc, 0), PT_OK);
	ck_assert_uint_eq(world.r.pa, 0x123456789abcULL);
	ck_assert_uint_eq(world.r.shift, 12);
	ck_assert_int_eq(world.r.level, 1);
	ck_assert_uint_eq(world.walk.n_accesses, 4);
	ck_access(0, T4 + 16, WALK_S1, 4, false);
	ck_access(1, T3 + 24, WALK_S1, 3, false);
	ck_access(2, T2 + 32, WALK_S1, 2, false);
	ck_access(3, T1 + 40, WALK_S1, 1, false);
	ck_assert_uint_eq(world.steps.n, 3);
	ck_assert_uint_eq(world.steps.step[2].table, T1);
	ck_assert_int_eq(world.steps.step[2].level, 1);
	ck_assert_uint_eq(world.steps.step[2].shift, 21);
	fs.levels = 5;
	fs.table = T5;
	ck_assert_int_eq(walk_fs(ADDR + 0xabc, 0), PT_OK);
	ck_assert_uint_eq(world.r.pa, 0x123456789abcULL);
	ck_assert_uint_eq(world.walk.n_accesses, 5);
	ck_access(0, T5 + 8, WALK_S1, 5, false);
	put64(entries[3], 0x40200000 | PS | PRW | A | D | 0x18 | 1 << 12); /* PAT, PCD, PWT */
	ck_assert_int_eq(walk_fs(ADDR + 0xabc, 0), PT_OK);
	ck_assert_uint_eq(world.r.pa, 0x40205abcULL);
	ck_assert_uint_eq(world.r.shift, 21);
	ck_assert_uint_eq(world.r.attr, 7);
	put64(entries[2], 0x40000000 | PS | PRW | A | D);
	ck_assert_int_eq(walk_fs(ADDR + 0xabc, 0), PT_OK);
	ck_assert_uint_eq(world.r.pa, 0x40805abcULL);
	ck_assert_uint_eq(world.r.shift, 30);
}

TEST(test_first_stage_not_present)
{
	int i;

	fs.levels = 5;
	fs.table = T5;
	for (i = 0; i < 5; i++) {
		fill(PRW | A, 0x123456789000ULL | PRW | A);
		put64(entries[i], ~1ULL);
		ck_assert_int_eq(walk_fs(ADDR, 0), PT_TRANSLATION);
		ck_fault(PT_TRANSLATION, 1, 5 - i);
		ck_assert_uint_eq(vtd_reason(&world.r, false), 0x71);
		ck_assert_uint_eq(world.walk.n_accesses, i + 1);
	}
}

/* 3.6: what is reserved where; bits 63:52, 11:9, 8 never are */
static const struct {
	int entry;
	u64 bits;
	bool bad;
} first_stage_reserved[] = {
	{ 0, PS, true },
	{ 1, PS, true },
	{ 0, 1ULL << 46, true },
	{ 1, 1ULL << 51, true },
	{ 2, 1ULL << 46, true },
	{ 3, 1ULL << 50, true },
	{ 4, 1ULL << 46, true },
	{ 4, 1ULL << 51, true },
	{ 0, 0xfff0000000000f58ULL & ~EA, false },
	{ 1, 0x7ff0000000000b58ULL, false },
	{ 2, 0x7ff0000000000b58ULL, false },
	{ 3, 0x7ff0000000000b58ULL, false },
	{ 4, 0x7ff0000000000bd8ULL, false },
	{ 2, PS | 1 << 13, true },
	{ 2, PS | 1 << 29, true },
	{ 2, PS | 1 << 12, false },
	{ 3, PS | 1 << 13, true },
	{ 3, PS | 1 << 20, true },
	{ 3, PS | 1 << 12, false },
};

TEST(test_first_stage_reserved)
{
	size_t i;

	fs.levels = 5;
	fs.table = T5;
	for (i = 0; i < ARRAY_SIZE(first_stage_reserved); i++) {
		u64 base = first_stage_reserved[i].entry < 4 ? next_table[first_stage_reserved[i].entry] : 0x1000;

		fill(PRW | A, 0x123456789000ULL | PRW | A | D);
		if (first_stage_reserved[i].bits & PS && first_stage_reserved[i].entry >= 2 &&
		    first_stage_reserved[i].entry < 4)
			base = 0x40000000;
		put64(entries[first_stage_reserved[i].entry], base | PRW | A | D | first_stage_reserved[i].bits);
		ck_assert_int_eq(walk_fs(ADDR, 0), first_stage_reserved[i].bad ? PT_RESERVED : PT_OK);
		if (first_stage_reserved[i].bad) {
			ck_fault(PT_RESERVED, 1, 5 - first_stage_reserved[i].entry);
			ck_assert_uint_eq(vtd_reason(&world.r, false), 0x72);
		}
	}
	/* Not present: nothing is reserved */
	put64(entries[0], ~1ULL);
	ck_assert_int_eq(walk_fs(ADDR, 0), PT_TRANSLATION);
	/* 1 GiB pages not supported */
	fill(PRW | A, 0);
	put64(entries[2], 0x40000000 | PS | PRW | A);
	fs.flags = VTD_2MB;
	ck_assert_int_eq(walk_fs(ADDR, 0), PT_RESERVED);
	/* 2 MiB pages always are */
	fill(PRW | A, 0);
	put64(entries[3], 0x40000000 | PS | PRW | A);
	fs.flags = 0;
	ck_assert_int_eq(walk_fs(ADDR, 0), PT_OK);
	fill(PRW | A, 0);
	/* 52-bit host: nothing beyond */
	fs.haw = 52;
	fs.flags = VTD_2MB | VTD_1GB;
	put64(entries[2], 1ULL << 51 | PS | PRW | A);
	ck_assert_int_eq(walk_fs(ADDR, 0), PT_OK);
}

/* 3.6.1 */
TEST(test_first_stage_rights)
{
	int level, us, rw, wpe, priv;

	for (level = 1; level < 5; level++)
		for (us = 0; us < 2; us++)
			for (rw = 0; rw < 2; rw++)
				for (wpe = 0; wpe < 2; wpe++)
					for (priv = 0; priv < 2; priv++) {
						u64 bits = P | A | (us ? US : 0) | (rw ? RW : 0);
						bool read = priv || us;
						bool write = priv ? rw || !wpe : us && rw;
						u32 pr = priv ? PT_PRIV : 0;

						fill(PRW | A, 0x123456789000ULL | PRW | A | D);
						put64(entries[level],
						      (level < 4 ? next_table[level] : 0x1000 | D) | bits);
						fs.flags = VTD_2MB | (wpe ? VTD_WPE : 0);
						ck_assert_int_eq(walk_fs(ADDR4, pr), read ? PT_OK : PT_PRIVILEGE);
						if (!read)
							ck_assert_uint_eq(vtd_reason(&world.r, false), 0x81);
						ck_assert_int_eq(walk_fs(ADDR4, pr | PT_WRITE),
								 write	 ? PT_OK
								 : !read ? PT_PRIVILEGE
									 : PT_PERMISSION);
						if (!write)
							ck_assert_uint_eq(vtd_reason(&world.r, false),
									  read ? 0x85 : 0x81);
						/* U/S=0 ends the walk of an ATS request, too: R=W=U=S=0 */
						ck_assert_int_eq(walk_fs(ADDR4, pr | PT_NO_PERM_FAULT),
								 read ? PT_OK : PT_PRIVILEGE);
						if (read)
							ck_assert_uint_eq(world.r.perm & (PERM_R | PERM_W),
									  PERM_R | (write ? PERM_W : 0));
					}
	/* SGN.2 is met at the entry: what lies below does not matter */
	fill(PRW | A, 0);
	put64(entries[2], next_table[2] | P | RW | A);
	ck_assert_int_eq(walk_fs(ADDR4, 0), PT_PRIVILEGE);
	ck_fault(PT_PRIVILEGE, 1, 3);
	ck_assert_int_eq(walk_fs(ADDR4, PT_PRIV), PT_TRANSLATION);
}

TEST(test_first_stage_execute)
{
	fill(PRW | A, 0x1000 | PRW | A | D | 1ULL << 63);
	ck_assert_int_eq(walk_fs(ADDR4, PT_EXEC), PT_OK);
	fs.flags |= VTD_EXEC;
	ck_assert_int_eq(walk_fs(ADDR4, PT_EXEC), PT_OK); /* XD means nothing without NXE */
	fs.flags |= VTD_NXE;
	ck_assert_int_eq(walk_fs(ADDR4, PT_EXEC), PT_PERMISSION);
	ck_assert_uint_eq(vtd_reason(&world.r, false), 0x82);
	ck_assert_int_eq(walk_fs(ADDR4, 0), PT_OK);
	fill(PRW | A, 0x1000 | PRW | A | D);
	put64(entries[2], next_table[2] | PRW | A | 1ULL << 63);
	ck_assert_int_eq(walk_fs(ADDR4, PT_EXEC), PT_PERMISSION);
	fs.flags = VTD_2MB | VTD_EXEC | VTD_XD_RESERVED;
	ck_assert_int_eq(walk_fs(ADDR4, 0), PT_RESERVED);
	ck_fault(PT_RESERVED, 1, 1);
	fs.flags = VTD_2MB | VTD_EXEC | VTD_NXE;
	fill(PRW | A, 0x1000 | PRW | A | D);
	ck_assert_int_eq(walk_fs(ADDR4, PT_EXEC | PT_PRIV), PT_OK);
	fs.flags |= VTD_SMEP;
	ck_assert_int_eq(walk_fs(ADDR4, PT_EXEC | PT_PRIV), PT_PERMISSION);
}

/* 3.6.2 */
TEST(test_first_stage_flags)
{
	int i;

	hardware_updates();
	fill(PRW, 0x123456789000ULL | PRW);
	ck_assert_int_eq(walk_fs(ADDR4, 0), PT_OK);
	for (i = 1; i < 4; i++)
		ck_assert_uint_eq(get64(entries[i]), next_table[i] | PRW | A);
	ck_assert_uint_eq(get64(entries[4]), 0x123456789000ULL | PRW | A);
	ck_assert_uint_eq(world.walk.n_accesses, 8);
	ck_access(1, T4 + 16, WALK_UPDATE, 4, true);
	ck_assert(world.r.flags & PT_RES_CLEAN);
	ck_assert_int_eq(walk_fs(ADDR4, PT_WRITE), PT_OK);
	ck_assert_uint_eq(get64(entries[4]), 0x123456789000ULL | PRW | A | D);
	ck_assert_uint_eq(world.walk.n_accesses, 5);
	ck_assert(!(world.r.flags & PT_RES_CLEAN));
	fs.flags |= VTD_EAFE;
	ck_assert_int_eq(walk_fs(ADDR4, 0), PT_OK);
	for (i = 1; i < 4; i++)
		ck_assert_uint_eq(get64(entries[i]), next_table[i] | PRW | A | EA);
	/* A write that is not allowed makes nothing dirty */
	put64(entries[4], 0x123456789000ULL | P | US);
	ck_assert_int_eq(walk_fs(ADDR4, PT_WRITE), PT_PERMISSION);
	ck_assert_uint_eq(get64(entries[4]), 0x123456789000ULL | P | US);
	/* Walks that do not snoop cannot update: SFS.9 */
	fs.flags |= VTD_NO_SNOOP_WALK;
	ck_assert_int_eq(walk_fs(ADDR4, 0), PT_NO_UPDATE);
	ck_fault(PT_NO_UPDATE, 1, 1);
	ck_assert_uint_eq(vtd_reason(&world.r, false), 0x90);
}

TEST(test_first_stage_aborts)
{
	int i;

	for (i = 1; i < 5; i++) {
		fill(PRW | A, 0x123456789000ULL | PRW | A);
		world.mem.n_holes = 0;
		physmem_add_hole(&world.mem, entries[i], entries[i] + 7);
		ck_assert_int_eq(walk_fs(ADDR4, 0), PT_EXT_ABORT);
		ck_fault(PT_EXT_ABORT, 1, 5 - i);
		ck_assert_uint_eq(world.r.fetch, entries[i]);
		ck_assert_uint_eq(vtd_reason(&world.r, false), i == 1 ? 0x73 : 0x70);
		world.mem.n_holes = 0;
	}
	fill(PRW, 0x123456789000ULL | PRW);
	world.ops.mem_cas64 = failing_cas;
	ck_assert_int_eq(walk_fs(ADDR4, 0), PT_EXT_ABORT);
	ck_assert_uint_eq(vtd_reason(&world.r, false), 0x91);
}

SUITE_WITH("pt_vtd", setup, world_exit)
