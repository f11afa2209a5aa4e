// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Stage 1 over stage 2: which stage faults, on what, and what is read in which order. */
#include "pt_world.h"

/*
 * Stage 1 tables at IPA 0x1000_0000 + level * 0x1000, stage 2 maps IPA to PA + 0x4000_0000:
 * 39 bits, level 1 at S2L1; its entry 0 -> S2L2, whose entries are 2 MiB blocks or S2L3.
 */
#define S1L1	0x10001000ULL
#define S1L2	0x10002000ULL
#define S1L3	0x10003000ULL
#define OFFSET	0x40000000ULL
#define S2L1	0x100000ULL
#define S2L2	0x101000ULL
#define S2L3	0x102000ULL
#define S2_RWX	0x7fdULL /* block, MemAttr 1111, S2AP 11, SH 11, AF */
#define S2_PAGE 0x7ffULL

/* VA: L1[1] L2[2] L3[3], IPA 0x0020_5000 */
#define VA	 0x0000000040403000ULL
#define DATA_IPA 0x00205000ULL

static struct vmsa64_stage s1, s2;

static enum pt_fault walk(u64 va, u32 access)
{
	world.walk.n_accesses = 0;
	return vmsa64_walk(&world.env, &s1, &s2, va, access, NULL, &world.r);
}

static u64 pa_of(u64 ipa)
{
	return ipa + OFFSET;
}

static void setup(void)
{
	world_init();
	ck_assert_int_eq(vmsa64_s1_init(&s1, 12, 39, S1L1, 40, 0), 0);
	ck_assert_int_eq(vmsa64_s2_init(&s2, 12, 39, 1, S2L1, 44, 0), 0);
	put64(pa_of(S1L1) + 8, S1L2 | 3);
	put64(pa_of(S1L2) + 16, S1L3 | 3);
	put64(pa_of(S1L3) + 24, DATA_IPA | 0xf4f);
	put64(S2L1, S2L2 | 3);
	put64(S2L2 + 0x80 * 8, pa_of(0x10000000) | S2_RWX); /* the tables */
	put64(S2L2 + 8, S2L3 | 3);			    /* 0x20_0000.. */
	put64(S2L3 + 5 * 8, pa_of(DATA_IPA) | S2_PAGE);
}

TEST(test_order_of_accesses)
{
	ck_assert_int_eq(walk(VA + 0x123, PT_WRITE), PT_OK);
	ck_assert_uint_eq(world.r.pa, pa_of(DATA_IPA) + 0x123);
	ck_assert_uint_eq(world.r.ipa, DATA_IPA + 0x123);
	ck_assert_uint_eq(world.r.shift, 12);
	ck_assert_uint_eq(world.r.perm, PERM_R | PERM_W | PERM_X);
	ck_assert_uint_eq(world.r.priv_perm, PERM_R | PERM_W);
	ck_assert_uint_eq(world.r.attr, 3 | 3 << 3);
	ck_assert_uint_eq(world.r.attr2, 0x3f);
	ck_assert_uint_eq(world.r.desc, DATA_IPA | 0xf4f);
	ck_assert_uint_eq(world.r.desc2, pa_of(DATA_IPA) | S2_PAGE);
	ck_assert_uint_eq(world.walk.n_accesses, 12);
	ck_access(0, S2L1, WALK_S2, 1, false);
	ck_access(1, S2L2 + 0x400, WALK_S2, 2, false);
	ck_access(2, pa_of(S1L1) + 8, WALK_S1, 1, false);
	ck_access(3, S2L1, WALK_S2, 1, false);
	ck_access(4, S2L2 + 0x400, WALK_S2, 2, false);
	ck_access(5, pa_of(S1L2) + 16, WALK_S1, 2, false);
	ck_access(8, pa_of(S1L3) + 24, WALK_S1, 3, false);
	ck_access(9, S2L1, WALK_S2, 1, false);
	ck_access(10, S2L2 + 8, WALK_S2, 2, false);
	ck_access(11, S2L3 + 40, WALK_S2, 3, false);
}

TEST(test_combined_size)
{
	/* Page over block, block over page, both with the contiguous hint */
	put64(S2L2 + 8, pa_of(0x200000) | S2_RWX);
	ck_assert_int_eq(walk(VA, 0), PT_OK);
	ck_assert_uint_eq(world.r.shift, 12);
	put64(S2L2 + 8, S2L3 | 3);
	put64(pa_of(S1L2) + 16, 0x200000 | 0xf4d);
	put64(S2L3 + 3 * 8, 0x8888000 | S2_PAGE);
	ck_assert_int_eq(walk(VA, 0), PT_OK);
	ck_assert_uint_eq(world.r.shift, 12);
	ck_assert_uint_eq(world.r.pa, 0x8888000);
	put64(S2L2 + 8, 0x60000000 | S2_RWX);
	ck_assert_int_eq(walk(VA, 0), PT_OK);
	ck_assert_uint_eq(world.r.shift, 21);
	put64(pa_of(S1L2) + 16, 0x200000 | 0xf4d | 1ULL << 52);
	ck_assert_int_eq(walk(VA, 0), PT_OK);
	ck_assert_uint_eq(world.r.contig_shift, 21);
	put64(S2L2 + 8, 0x60000000 | S2_RWX | 1ULL << 52);
	ck_assert_int_eq(walk(VA, 0), PT_OK);
	ck_assert_uint_eq(world.r.contig_shift, 25);
	ck_assert_uint_eq(world.r.shift, 21);
}

TEST(test_stage1_faults)
{
	put64(pa_of(S1L3) + 24, 0);
	ck_assert_int_eq(walk(VA, 0), PT_TRANSLATION);
	ck_fault(PT_TRANSLATION, 1, 3);
	ck_assert(!world.r.tt);
	put64(pa_of(S1L3) + 24, 1ULL << 40 | 0xf4f);
	ck_assert_int_eq(walk(VA, 0), PT_ADDR_SIZE);
	ck_fault(PT_ADDR_SIZE, 1, 3);
	put64(pa_of(S1L3) + 24, DATA_IPA | 0xb4f);
	ck_assert_int_eq(walk(VA, 0), PT_ACCESS_FLAG);
	ck_fault(PT_ACCESS_FLAG, 1, 3);
	/* Stage 1's lack of permission comes before stage 2's (D8.4.3) */
	put64(pa_of(S1L3) + 24, DATA_IPA | 0xf0f);
	put64(S2L3 + 40, 0);
	ck_assert_int_eq(walk(VA, 0), PT_PERMISSION);
	ck_fault(PT_PERMISSION, 1, 3);
}

TEST(test_stage2_faults_on_the_address)
{
	put64(S2L3 + 40, 0);
	ck_assert_int_eq(walk(VA + 0x18, 0), PT_TRANSLATION);
	ck_fault(PT_TRANSLATION, 2, 3);
	ck_assert(!world.r.tt);
	ck_assert_uint_eq(world.r.ipa, DATA_IPA + 0x18);
	put64(S2L3 + 40, pa_of(DATA_IPA) | (S2_PAGE & ~0x80ULL));
	ck_assert_int_eq(walk(VA, PT_WRITE), PT_PERMISSION);
	ck_fault(PT_PERMISSION, 2, 3);
	ck_assert_uint_eq(world.r.lacks, PERM_W);
	ck_assert_int_eq(walk(VA, 0), PT_OK);
	ck_assert_uint_eq(world.r.perm, PERM_R | PERM_X);
	put64(S2L3 + 40, pa_of(DATA_IPA) | (S2_PAGE & ~0x400ULL));
	ck_assert_int_eq(walk(VA, PT_WRITE), PT_ACCESS_FLAG);
	ck_fault(PT_ACCESS_FLAG, 2, 3);
	put64(S2L3 + 40, 1ULL << 44 | S2_PAGE);
	ck_assert_int_eq(walk(VA, PT_WRITE), PT_ADDR_SIZE);
	ck_fault(PT_ADDR_SIZE, 2, 3);
	/* IPA beyond stage 2's input */
	put64(pa_of(S1L3) + 24, 1ULL << 39 | 0xf4f);
	ck_assert_int_eq(walk(VA, 0), PT_TRANSLATION);
	ck_fault(PT_TRANSLATION, 2, 0);
	ck_assert_uint_eq(world.r.ipa, 1ULL << 39);
}

TEST(test_stage2_faults_on_the_walk)
{
	put64(pa_of(S1L1) + 8, 0x30002000 | 3); /* IPA without stage 2 mapping */
	ck_assert_int_eq(walk(VA, PT_WRITE), PT_TRANSLATION);
	ck_fault(PT_TRANSLATION, 2, 2);
	ck_assert(world.r.tt);
	ck_assert(!world.r.update);
	ck_assert_uint_eq(world.r.ipa, 0x30002010);
	/* No read permission for the tables */
	put64(pa_of(S1L1) + 8, S1L2 | 3);
	put64(S2L2 + 0x400, pa_of(0x10000000) | (S2_RWX & ~0x40ULL));
	ck_assert_int_eq(walk(VA, 0), PT_PERMISSION);
	ck_fault(PT_PERMISSION, 2, 2);
	ck_assert(world.r.tt);
	ck_assert_uint_eq(world.r.lacks, PERM_R);
	ck_assert_uint_eq(world.r.ipa, S1L1 + 8);
	/* Execute-never does not matter for tables, nor write permission */
	put64(S2L2 + 0x400, pa_of(0x10000000) | (S2_RWX & ~0x80ULL) | 1ULL << 54);
	ck_assert_int_eq(walk(VA, 0), PT_OK);
	/* Protected table walk: Device memory (MemAttr 00xx) */
	put64(S2L2 + 0x400, pa_of(0x10000000) | (S2_RWX & ~0x3cULL) | 0x4);
	ck_assert_int_eq(walk(VA, 0), PT_OK);
	s2.flags = VMSA_S2_PTW;
	ck_assert_int_eq(walk(VA, 0), PT_PERMISSION);
	ck_assert(world.r.tt);
	ck_fault(PT_PERMISSION, 2, 2);
}

TEST(test_external_aborts)
{
	physmem_add_hole(&world.mem, pa_of(S1L2), pa_of(S1L2) + 0xfff);
	ck_assert_int_eq(walk(VA, 0), PT_EXT_ABORT);
	ck_fault(PT_EXT_ABORT, 1, 2);
	ck_assert_uint_eq(world.r.fetch, pa_of(S1L2) + 16);
	world.mem.n_holes = 0;
	physmem_add_hole(&world.mem, S2L3, S2L3 + 0xfff);
	ck_assert_int_eq(walk(VA, 0), PT_EXT_ABORT);
	ck_fault(PT_EXT_ABORT, 2, 3);
	ck_assert(!world.r.tt);
	ck_assert_uint_eq(world.r.fetch, S2L3 + 40);
	world.mem.n_holes = 0;
	physmem_add_hole(&world.mem, S2L2, S2L2 + 0xfff);
	ck_assert_int_eq(walk(VA, 0), PT_EXT_ABORT);
	ck_fault(PT_EXT_ABORT, 2, 2);
	ck_assert(world.r.tt);
	ck_assert_uint_eq(world.r.ipa, S1L1 + 8);
}

/* The access flag of a stage 1 descriptor is written through stage 2 (RBDJJL). */
TEST(test_update_through_stage2)
{
	hardware_updates();
	s1.flags = VMSA_HA;
	put64(pa_of(S1L3) + 24, DATA_IPA | 0xb4f);
	ck_assert_int_eq(walk(VA, 0), PT_OK);
	ck_assert_uint_eq(get64(pa_of(S1L3) + 24), DATA_IPA | 0xf4f);
	ck_access(9, pa_of(S1L3) + 24, WALK_UPDATE, 3, true);
	/* Stage 2 does not let it be written: its fault, a write on the walk */
	put64(pa_of(S1L3) + 24, DATA_IPA | 0xb4f);
	put64(S2L2 + 0x400, pa_of(0x10000000) | (S2_RWX & ~0x80ULL));
	ck_assert_int_eq(walk(VA, 0), PT_PERMISSION);
	ck_fault(PT_PERMISSION, 2, 2);
	ck_assert(world.r.tt);
	ck_assert(world.r.update);
	ck_assert_uint_eq(world.r.lacks, PERM_W);
	ck_assert_uint_eq(world.r.ipa, S1L3 + 24);
	ck_assert_uint_eq(get64(pa_of(S1L3) + 24), DATA_IPA | 0xb4f);
	/* Writable-clean at stage 2: becomes dirty by the update, not by the reads */
	put64(S2L2 + 0x400, pa_of(0x10000000) | (S2_RWX & ~0x80ULL) | 1ULL << 51);
	s2.flags = VMSA_HA | VMSA_HD;
	ck_assert_int_eq(walk(VA, 0), PT_OK);
	ck_assert_uint_eq(get64(pa_of(S1L3) + 24), DATA_IPA | 0xf4f);
	ck_assert_uint_eq(get64(S2L2 + 0x400), pa_of(0x10000000) | S2_RWX | 1ULL << 51);
	put64(S2L2 + 0x400, pa_of(0x10000000) | (S2_RWX & ~0x80ULL) | 1ULL << 51);
	ck_assert_int_eq(walk(VA, 0), PT_OK);
	ck_assert_uint_eq(get64(S2L2 + 0x400), pa_of(0x10000000) | (S2_RWX & ~0x80ULL) | 1ULL << 51);
}

TEST(test_dirty_both)
{
	hardware_updates();
	s1.flags = VMSA_HA | VMSA_HD;
	s2.flags = VMSA_HA | VMSA_HD;
	put64(pa_of(S1L3) + 24, DATA_IPA | 0xfcf | 1ULL << 51);
	put64(S2L3 + 40, pa_of(DATA_IPA) | (S2_PAGE & ~0x480ULL) | 1ULL << 51);
	ck_assert_int_eq(walk(VA, PT_WRITE), PT_OK);
	ck_assert_uint_eq(get64(pa_of(S1L3) + 24), DATA_IPA | 0xf4f | 1ULL << 51);
	ck_assert_uint_eq(get64(S2L3 + 40), pa_of(DATA_IPA) | S2_PAGE | 1ULL << 51);
	ck_assert_uint_eq(world.r.flags & (PT_RES_CLEAN | PT_RES_UPDATED), PT_RES_UPDATED);
	/* ATS: a page that stage 1 does not let be written gets dirty in neither stage (3.13.7.1) */
	put64(pa_of(S1L3) + 24, DATA_IPA | 0xfcf);
	put64(S2L3 + 40, pa_of(DATA_IPA) | (S2_PAGE & ~0x80ULL) | 1ULL << 51);
	ck_assert_int_eq(walk(VA, PT_WRITE | PT_NO_PERM_FAULT), PT_OK);
	ck_assert_uint_eq(world.r.perm, PERM_R | PERM_X);
	ck_assert_uint_eq(get64(S2L3 + 40), pa_of(DATA_IPA) | (S2_PAGE & ~0x80ULL) | 1ULL << 51);
	ck_assert(world.r.flags & PT_RES_CLEAN);
}

/* A stage 2 walk cache: the steps of one walk shorten the next. */
static bool cached_start(void *cache, u64 ipa, struct pt_start *start)
{
	struct pt_steps *s = cache;
	int i;

	for (i = s->n - 1; i >= 0; i--) {
		if (s->step[i].stage != 2 || (s->step[i].in ^ ipa) >> s->step[i].shift)
			continue;
		start->table = s->step[i].table;
		start->level = s->step[i].level;
		start->attr = s->step[i].attr;
		return true;
	}
	return false;
}

TEST(test_stage2_walk_cache)
{
	static struct pt_steps seen;
	struct pt_start start;

	ck_assert_int_eq(walk(VA, 0), PT_OK);
	ck_assert_uint_eq(world.steps.n, 7); /* 3 * 1 for the tables, 2 of stage 1, 2 for the address */
	ck_assert_uint_eq(world.steps.step[0].stage, 2);
	ck_assert_uint_eq(world.steps.step[0].in, S1L1 + 8);
	ck_assert_uint_eq(world.steps.step[1].stage, 1);
	ck_assert_uint_eq(world.steps.step[1].table, pa_of(S1L2)); /* where stage 2 says that it is */
	ck_assert_uint_eq(world.steps.step[1].attr, PT_TBL_LOCATED);
	seen = world.steps;
	world.env.s2_start = cached_start;
	world.env.s2_cache = &seen;
	ck_assert_int_eq(walk(VA, 0), PT_OK);
	ck_assert_uint_eq(world.r.pa, pa_of(DATA_IPA));
	ck_assert_uint_eq(world.walk.n_accesses, 7); /* 3 blocks, 3 of stage 1, the page */
	ck_access(0, S2L2 + 0x400, WALK_S2, 2, false);
	/* and stage 1 from its own: step 3 is its level 3 table */
	start.table = S1L3;
	start.level = 3;
	start.attr = 0;
	world.walk.n_accesses = 0;
	ck_assert_int_eq(vmsa64_walk(&world.env, &s1, &s2, VA, 0, &start, &world.r), PT_OK);
	ck_assert_uint_eq(world.walk.n_accesses, 3);
	ck_assert_uint_eq(world.r.pa, pa_of(DATA_IPA));
}

/* A stage 1 walk cache that knows where its table lies asks stage 2 for the address alone: two reads. */
TEST(test_located_table)
{
	static struct pt_steps seen;
	struct pt_start start;

	ck_assert_int_eq(walk(VA, 0), PT_OK);
	seen = world.steps;
	world.env.s2_start = cached_start;
	world.env.s2_cache = &seen;
	ck_assert_uint_eq(seen.step[3].stage, 1);
	ck_assert_int_eq(seen.step[3].level, 3);
	start = (struct pt_start){ .table = seen.step[3].table, .attr = seen.step[3].attr, .level = 3 };
	world.walk.n_accesses = 0;
	ck_assert_int_eq(vmsa64_walk(&world.env, &s1, &s2, VA, 0, &start, &world.r), PT_OK);
	ck_assert_uint_eq(world.walk.n_accesses, 2);
	ck_access(0, pa_of(S1L3) + 24, WALK_S1, 3, false);
	ck_access(1, S2L3 + 40, WALK_S2, 3, false);
	ck_assert_uint_eq(world.r.pa, pa_of(DATA_IPA));
	ck_assert_uint_eq(world.r.priv_perm, PERM_R | PERM_W);
	/* The access flag is written through stage 2: the walk begins again at the root, with all its accesses. */
	hardware_updates();
	s1.flags = VMSA_HA;
	put64(pa_of(S1L3) + 24, DATA_IPA | 0xb4f);
	world.walk.n_accesses = 0;
	ck_assert_int_eq(vmsa64_walk(&world.env, &s1, &s2, VA, 0, &start, &world.r), PT_OK);
	ck_assert_uint_eq(get64(pa_of(S1L3) + 24), DATA_IPA | 0xf4f);
	ck_assert_uint_eq(world.walk.n_accesses, 1 + 7 + 1);
}

/* A table of 16 KiB in pages of 4 KiB may lie in four places: a walk cache learns its IPA. */
TEST(test_table_larger_than_a_page)
{
	ck_assert_int_eq(vmsa64_s1_init(&s1, 14, 36, 0x200000, 40, 0), 0); /* level 2 of 2^11 entries: IPA 0x20_0000 */
	put64(S2L3, pa_of(0x200000) | S2_PAGE);
	put64(S2L3 + 4 * 8, pa_of(0x204000) | S2_PAGE);
	put64(pa_of(0x200000), 0x204000 | 3);	      /* VA 0 to 32 MiB: level 3 */
	put64(pa_of(0x204000) + 8, 0x210000 | 0xf4f); /* VA 0x4000: 16 KiB at IPA 0x21_0000 */
	put64(S2L3 + 16 * 8, pa_of(0x210000) | S2_PAGE);
	ck_assert_int_eq(walk(0x4000, 0), PT_OK);
	ck_assert_uint_eq(world.r.pa, pa_of(0x210000));
	ck_assert_uint_eq(world.steps.step[2].stage, 1);
	ck_assert_uint_eq(world.steps.step[2].table, 0x204000);
	ck_assert_uint_eq(world.steps.step[2].attr, 0);
}

TEST(test_configuration_fetch)
{
	ck_assert_int_eq(vmsa64_s2_only(&world.env, &s2, DATA_IPA + 0x40, PT_PRIV, &world.r), PT_OK);
	ck_assert_uint_eq(world.r.pa, pa_of(DATA_IPA) + 0x40);
	ck_assert_uint_eq(world.r.ipa, DATA_IPA + 0x40);
	put64(S2L3 + 40, pa_of(DATA_IPA) | (S2_PAGE & ~0x3cULL));
	ck_assert_int_eq(vmsa64_s2_only(&world.env, &s2, DATA_IPA, PT_PRIV, &world.r), PT_OK);
	s2.flags = VMSA_S2_PTW;
	ck_assert_int_eq(vmsa64_s2_only(&world.env, &s2, DATA_IPA, PT_PRIV, &world.r), PT_PERMISSION);
	ck_assert(!world.r.tt);
	put64(S2L3 + 40, 0);
	ck_assert_int_eq(vmsa64_s2_only(&world.env, &s2, DATA_IPA + 0x40, PT_PRIV, &world.r), PT_TRANSLATION);
	ck_fault(PT_TRANSLATION, 2, 3);
	ck_assert_uint_eq(world.r.ipa, DATA_IPA + 0x40);
}

/* Tables that lie in what they map, stage 2 pointing to itself: bounded by levels */
TEST(test_loops)
{
	put64(S2L1, S2L1 | 0x4c3);
	put64(S2L1 + 8, S2L1 | 0x4c3);
	put64(S2L1 + 0x80 * 8, S2L1 | 0x4c3);
	walk(VA, 0);
	ck_assert_uint_le(world.walk.n_accesses, 4 * 4);
}

SUITE_WITH("pt_nested", setup, world_exit)
