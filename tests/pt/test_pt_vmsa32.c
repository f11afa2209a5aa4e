// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Short descriptors (Arm ARM G5.4) and the long descriptors of VMSAv8-32 (G5.5). */
#include "pt_world.h"

#define R PERM_R
#define W PERM_W
#define X PERM_X

#define T0 0x00100000ULL
#define T1 0x00200000ULL
#define T2 0x00300400ULL

static struct short_stage st;

static enum pt_fault walk(u64 va, u32 access)
{
	world.walk.n_accesses = 0;
	return short_walk(&world.env, &st, NULL, va, access, NULL, &world.r);
}

static void setup(void)
{
	world_init();
	st = (struct short_stage){ .ttbr0 = T0, .ttbr1 = T1, .dacr = SHORT_ALL_CLIENTS, .out_bits = 32 };
}

TEST(test_section)
{
	/* nG 0, S 1, AP 011, TEX 001, domain 0, XN 0, C 1 B 0 */
	put32(T0 + 0x123 * 4, 0x45600000 | 1 << 16 | 1 << 12 | 3 << 10 | 1 << 3 | 2);
	ck_assert_int_eq(walk(0x12345678, PT_WRITE), PT_OK);
	ck_assert_uint_eq(world.r.pa, 0x45645678);
	ck_assert_uint_eq(world.r.shift, 20);
	ck_assert_int_eq(world.r.level, 1);
	ck_assert_uint_eq(world.r.attr, 1 << 2 | 2 | 1 << 5);
	ck_assert_uint_eq(world.r.flags, PT_RES_GLOBAL);
	ck_assert_uint_eq(world.r.user_perm, R | W | X);
	ck_assert_uint_eq(world.walk.n_accesses, 1);
	ck_access(0, T0 + 0x123 * 4, WALK_S1, 1, false);
	ck_assert_uint_eq(world.walk.accesses[0].len, 4);
	st.flags = SHORT_TRE;
	ck_assert_int_eq(walk(0x12345678, 0), PT_OK);
	ck_assert_uint_eq(world.r.attr, 1 << 2 | 2 | 1 << 5);
	put32(T0 + 0x123 * 4, 0x45600000 | 7 << 12 | 3 << 10 | 2 | 1 << 19 | 1 << 17);
	walk(0x12345678, 0);
	ck_assert_uint_eq(world.r.attr, 1 << 2);
	ck_assert_uint_eq(world.r.flags, PT_RES_NS);
}

TEST(test_supersection)
{
	/* PA[39:36] in 8:5, PA[35:32] in 23:20; 24-bit offset */
	put32(T0 + 0x123 * 4, 0x45000000 | 0xa << 20 | 1 << 18 | 3 << 10 | 0xb << 5 | 2);
	st.out_bits = 40;
	ck_assert_int_eq(walk(0x12345678, 0), PT_OK);
	ck_assert_uint_eq(world.r.pa, 0xba45345678ULL);
	ck_assert_uint_eq(world.r.shift, 24);
	st.out_bits = 32;
	ck_assert_int_eq(walk(0x12345678, 0), PT_ADDR_SIZE);
	ck_fault(PT_ADDR_SIZE, 1, 1);
	/* Its domain is 0 whatever bits 8:5 say */
	st.out_bits = 40;
	st.dacr = 1;
	ck_assert_int_eq(walk(0x12345678, 0), PT_OK);
}

TEST(test_pages)
{
	put32(T0 + 0x123 * 4, T2 | 5 << 5 | 1);
	put32(T2 + 0x45 * 4, 0x45678000 | 1 << 6 | 3 << 4 | 1 << 2 | 2); /* small, TEX 001, B */
	ck_assert_int_eq(walk(0x12345abc, PT_WRITE), PT_OK);
	ck_assert_uint_eq(world.r.pa, 0x45678abc);
	ck_assert_uint_eq(world.r.shift, 12);
	ck_assert_int_eq(world.r.level, 2);
	ck_assert_uint_eq(world.r.attr, 1 << 2 | 1);
	ck_assert_uint_eq(world.walk.n_accesses, 2);
	ck_access(1, T2 + 0x45 * 4, WALK_S1, 2, false);
	ck_assert_uint_eq(world.steps.n, 1);
	ck_assert_uint_eq(world.steps.step[0].table, T2);
	ck_assert_uint_eq(world.steps.step[0].attr, 5 << PT_TBL_DOMAIN_SHIFT);
	ck_assert_uint_eq(world.steps.step[0].shift, 20);
	put32(T2 + 0x45 * 4, 0x45670000 | 1 << 15 | 2 << 12 | 3 << 4 | 1 << 10 | 1); /* large, XN, TEX 010, S */
	ck_assert_int_eq(walk(0x12345abc, PT_WRITE), PT_OK);
	ck_assert_uint_eq(world.r.pa, 0x45675abc);
	ck_assert_uint_eq(world.r.shift, 16);
	ck_assert_uint_eq(world.r.attr, 2 << 2 | 1 << 5);
	ck_assert_int_eq(walk(0x12345abc, PT_EXEC), PT_PERMISSION);
	ck_fault(PT_PERMISSION, 1, 2);
	put32(T2 + 0x45 * 4, 0x45678000 | 3 << 4 | 3); /* small, XN in bit 0 */
	ck_assert_int_eq(walk(0x12345abc, PT_EXEC), PT_PERMISSION);
}

TEST(test_resume)
{
	struct pt_start start = { .table = T2, .level = 2, .attr = 3 << PT_TBL_DOMAIN_SHIFT | PT_TBL_NS };

	put32(T2 + 0x45 * 4, 0x45678000 | 3 << 4 | 2);
	ck_assert_int_eq(short_walk(&world.env, &st, NULL, 0x12345abc, 0, &start, &world.r), PT_OK);
	ck_assert_uint_eq(world.walk.n_accesses, 1);
	ck_assert(world.r.flags & PT_RES_NS);
	st.dacr = ~(3U << 6);
	ck_assert_int_eq(short_walk(&world.env, &st, NULL, 0x12345abc, 0, &start, &world.r), PT_DOMAIN);
}

/* TTBCR.N, PD0, PD1 (G5.4.3) */
TEST(test_split)
{
	u32 section = 0x45600000 | 3 << 10 | 2;
	int n;

	for (n = 0; n < 8; n++) {
		u64 first_high = n ? 1ULL << (32 - n) : 1ULL << 32;
		u64 low = first_high - (1 << 20);

		st.n = n;
		st.flags = 0;
		st.ttbr0 = 0x00100000 | 0x7f; /* bits below the table are not address */
		put32(T0 + (low >> 20) * 4, section);
		ck_assert_int_eq(walk(low, 0), PT_OK);
		ck_access(0, T0 + (low >> 20) * 4, WALK_S1, 1, false);
		st.flags = SHORT_PD0;
		ck_assert_int_eq(walk(low, 0), PT_TRANSLATION);
		ck_fault(PT_TRANSLATION, 1, 1);
		ck_assert_uint_eq(world.walk.n_accesses, 0);
		if (!n)
			continue;
		st.flags = SHORT_PD0;
		put32(T1 + (first_high >> 20) * 4, section);
		ck_assert_int_eq(walk(first_high, 0), PT_OK);
		ck_access(0, T1 + (first_high >> 20) * 4, WALK_S1, 1, false);
		st.flags = SHORT_PD1;
		ck_assert_int_eq(walk(first_high, 0), PT_TRANSLATION);
		st.flags = 0;
		put32(T1 + (first_high >> 20) * 4, 0);
	}
	ck_assert_int_eq(walk(1ULL << 32, 0), PT_TRANSLATION);
	ck_fault(PT_TRANSLATION, 1, 1);
}

/* AP[2:0] (Table G5-9) and AP[2:1] with the access flag (Table G5-8) */
TEST(test_permissions)
{
	static const u8 user[] = { 0, 0, R, R | W, 0, 0, R, R };
	static const u8 priv[] = { 0, R | W, R | W, R | W, 0, R, R, R };
	int ap, afe;

	for (ap = 0; ap < 8; ap++)
		for (afe = 0; afe < 2; afe++) {
			put32(T0, 0x45600000 | (ap >> 2) << 15 | (ap & 3) << 10 | 1 << 4 | 2);
			st.flags = afe ? SHORT_AFE : 0;
			if (afe && !(ap & 1)) {
				ck_assert_int_eq(walk(0, PT_NO_PERM_FAULT), PT_ACCESS_FLAG);
				ck_fault(PT_ACCESS_FLAG, 1, 1);
				continue;
			}
			ck_assert_int_eq(walk(0, PT_NO_PERM_FAULT), PT_OK);
			ck_assert_uint_eq(world.r.user_perm, user[ap]);
			ck_assert_uint_eq(world.r.priv_perm, priv[ap]);
			ck_assert_int_eq(walk(0, PT_WRITE), user[ap] & W ? PT_OK : PT_PERMISSION);
			ck_assert_int_eq(walk(0, PT_PRIV), priv[ap] & R ? PT_OK : PT_PERMISSION);
		}
}

TEST(test_execute)
{
	/* RW for all; XN, PXN, WXN, UWXN */
	put32(T0, 0x45600000 | 3 << 10 | 2);
	walk(0, 0);
	ck_assert_uint_eq(world.r.user_perm, R | W | X);
	ck_assert_uint_eq(world.r.priv_perm, R | W | X);
	st.flags = SHORT_UWXN;
	walk(0, 0);
	ck_assert_uint_eq(world.r.user_perm, R | W | X);
	ck_assert_uint_eq(world.r.priv_perm, R | W);
	st.flags = SHORT_WXN;
	walk(0, 0);
	ck_assert_uint_eq(world.r.user_perm, R | W);
	ck_assert_uint_eq(world.r.priv_perm, R | W);
	/* Bit 0 of a section is PXN where that is implemented, else the entry is reserved */
	put32(T0, 0x45600000 | 3 << 10 | 3);
	st.flags = 0;
	ck_assert_int_eq(walk(0, 0), PT_TRANSLATION);
	st.flags = SHORT_PXN;
	walk(0, 0);
	ck_assert_uint_eq(world.r.user_perm, R | W | X);
	ck_assert_uint_eq(world.r.priv_perm, R | W);
	/* PXN of a page table */
	put32(T0, T2 | 1 << 2 | 1);
	put32(T2, 0x45678000 | 3 << 4 | 2);
	walk(0, 0);
	ck_assert_uint_eq(world.r.priv_perm, R | W);
	/* Execution needs read: AP 001 for user */
	put32(T0, 0x45600000 | 1 << 10 | 2);
	ck_assert_int_eq(walk(0, PT_EXEC), PT_PERMISSION);
	ck_assert_int_eq(walk(0, PT_EXEC | PT_PRIV), PT_OK);
}

TEST(test_domains)
{
	int d;

	for (d = 0; d < 16; d++) {
		put32(T0, 0x45600000 | 0 << 10 | d << 5 | 1 << 4 | 2); /* no access, XN */
		st.dacr = 1U << (2 * d);
		ck_assert_int_eq(walk(0, 0), PT_PERMISSION);
		st.dacr = 3U << (2 * d);
		ck_assert_int_eq(walk(0, PT_WRITE), PT_OK);
		ck_assert_int_eq(walk(0, PT_EXEC), PT_OK);
		st.dacr = ~(3U << (2 * d));
		ck_assert_int_eq(walk(0, 0), PT_DOMAIN);
		ck_fault(PT_DOMAIN, 1, 1);
		st.dacr = 2U << (2 * d);
		ck_assert_int_eq(walk(0, 0), PT_DOMAIN);
		put32(T0, T2 | d << 5 | 1);
		put32(T2, 0x45678000 | 3 << 4 | 2);
		st.dacr = ~(3U << (2 * d));
		ck_assert_int_eq(walk(0, 0), PT_DOMAIN);
		ck_fault(PT_DOMAIN, 1, 2);
	}
	/* The access flag comes before the domain */
	put32(T0, 0x45600000 | 2);
	st.dacr = 0;
	st.flags = SHORT_AFE;
	ck_assert_int_eq(walk(0, 0), PT_ACCESS_FLAG);
}

TEST(test_faults)
{
	put32(T0, 0);
	ck_assert_int_eq(walk(0, 0), PT_TRANSLATION);
	ck_fault(PT_TRANSLATION, 1, 1);
	put32(T0, T2 | 1);
	put32(T2, 0xfffffffc);
	ck_assert_int_eq(walk(0, 0), PT_TRANSLATION);
	ck_fault(PT_TRANSLATION, 1, 2);
	physmem_add_hole(&world.mem, T2, T2);
	ck_assert_int_eq(walk(0, 0), PT_EXT_ABORT);
	ck_fault(PT_EXT_ABORT, 1, 2);
	ck_assert_uint_eq(world.r.fetch, T2);
	physmem_add_hole(&world.mem, T0, T0);
	ck_assert_int_eq(walk(0, 0), PT_EXT_ABORT);
	ck_fault(PT_EXT_ABORT, 1, 1);
	ck_assert(world.walk.accesses[0].failed);
}

TEST(test_big_endian)
{
	put32(T0, __builtin_bswap32(0x45600000 | 3 << 10 | 2));
	st.flags = SHORT_BE;
	ck_assert_int_eq(walk(0x1234, 0), PT_OK);
	ck_assert_uint_eq(world.r.pa, 0x45601234);
}

TEST(test_nested)
{
	struct vmsa64_stage s2;

	/* Stage 2: 1 GiB block, IPA 0 -> PA 0x8000_0000 */
	ck_assert_int_eq(lpae_s2_init(&s2, -8, 1, 0x7000000, 0), 0);
	ck_assert_int_eq(s2.level, 1);
	put64(0x7000000, 0x80000000 | 0x7fd);
	put32(0x80000000 + T0, T2 | 1);
	put32(0x80000000 + T2, 0x05678000 | 3 << 4 | 2);
	ck_assert_int_eq(short_walk(&world.env, &st, &s2, 0x123, PT_WRITE, NULL, &world.r), PT_OK);
	ck_assert_uint_eq(world.r.pa, 0x85678123);
	ck_assert_uint_eq(world.r.ipa, 0x05678123);
	ck_assert_uint_eq(world.r.shift, 12);
	ck_assert_uint_eq(world.walk.n_accesses, 5);
	put64(0x7000000, 0);
	ck_assert_int_eq(short_walk(&world.env, &st, &s2, 0x123, PT_WRITE, NULL, &world.r), PT_TRANSLATION);
	ck_fault(PT_TRANSLATION, 2, 1);
	ck_assert(world.r.tt);
	ck_assert_uint_eq(world.r.ipa, T0);
}

/* Long descriptors -------------------------------------------------------------- */

static struct vmsa64_stage tt[2];

TEST(test_lpae_split)
{
	/* Both 0: all through TTBR0 */
	ck_assert_int_eq(lpae_s1_init(tt, 0, 0, false, false, T0, T1, 0), 0);
	ck_assert_ptr_eq(vmsa64_select(tt, true, 0xffffffff, 0), &tt[0]);
	ck_assert_int_eq(tt[0].level, 1);
	ck_assert_ptr_null(vmsa64_select(tt, true, 1ULL << 32, 0));
	/* T1SZ = 2: the top 1 GiB through TTBR1, which starts at level 2 */
	ck_assert_int_eq(lpae_s1_init(tt, 0, 2, false, false, T0, T1, 0), 0);
	ck_assert_ptr_eq(vmsa64_select(tt, true, 0xbfffffff, 0), &tt[0]);
	ck_assert_ptr_eq(vmsa64_select(tt, true, 0xc0000000, 0), &tt[1]);
	ck_assert_int_eq(tt[1].level, 2);
	/* T0SZ = 1: the lower 2 GiB through TTBR0, the rest through TTBR1 */
	ck_assert_int_eq(lpae_s1_init(tt, 1, 0, false, false, T0, T1, 0), 0);
	ck_assert_ptr_eq(vmsa64_select(tt, true, 0x7fffffff, 0), &tt[0]);
	ck_assert_ptr_eq(vmsa64_select(tt, true, 0x80000000, 0), &tt[1]);
	/* A hole between both */
	ck_assert_int_eq(lpae_s1_init(tt, 2, 3, true, false, T0, T1, 0), 0);
	ck_assert_ptr_null(vmsa64_select(tt, true, 0x3fffffff, 0)); /* EPD0 */
	ck_assert_ptr_null(vmsa64_select(tt, true, 0x40000000, 0));
	ck_assert_ptr_null(vmsa64_select(tt, true, 0xdfffffff, 0));
	ck_assert_ptr_eq(vmsa64_select(tt, true, 0xe0000000, 0), &tt[1]);
	ck_assert_int_eq(lpae_s1_init(tt, 8, 0, false, false, T0, T1, 0), -EINVAL);
}

TEST(test_lpae_walk)
{
	struct pt_result *r = &world.r;

	ck_assert_int_eq(lpae_s1_init(tt, 0, 2, false, false, T0, T1, 0), 0);
	put64(T0 + 2 * 8, 0x300000 | 3);
	put64(0x300000 + 3 * 8, 0x400000 | 3);
	put64(0x400000 + 4 * 8, 0xab12345000ULL | 0x443);
	ck_assert_int_eq(vmsa64_walk(&world.env, &tt[0], NULL, 0x80604123, PT_WRITE, NULL, r), PT_OK);
	ck_assert_uint_eq(r->pa, 0xab12345123ULL);
	ck_assert_uint_eq(world.walk.n_accesses, 3);
	/* EL0-writable memory is executable at EL1, unlike AArch64, unless UWXN */
	ck_assert_uint_eq(r->priv_perm, R | W | X);
	tt[0].flags |= VMSA_UWXN;
	vmsa64_walk(&world.env, &tt[0], NULL, 0x80604123, PT_WRITE, NULL, r);
	ck_assert_uint_eq(r->priv_perm, R | W);
	ck_assert_uint_eq(r->user_perm, R | W | X);
	/* XN binds both; without user read there is no user execution */
	put64(0x400000 + 4 * 8, 0xab12345000ULL | 0x443 | 1ULL << 54);
	vmsa64_walk(&world.env, &tt[0], NULL, 0x80604123, 0, NULL, r);
	ck_assert_uint_eq(r->user_perm, R | W);
	ck_assert_uint_eq(r->priv_perm, R | W);
	put64(0x400000 + 4 * 8, 0xab12345000ULL | 0x403);
	ck_assert_int_eq(vmsa64_walk(&world.env, &tt[0], NULL, 0x80604123, PT_EXEC, NULL, r), PT_PERMISSION);
	/* 40 bits of output */
	put64(0x400000 + 4 * 8, 1ULL << 40 | 0x443);
	ck_assert_int_eq(vmsa64_walk(&world.env, &tt[0], NULL, 0x80604123, 0, NULL, r), PT_ADDR_SIZE);
	/* TTBR1's table has 512 entries of level 2 */
	put64(T1 + 511 * 8, 0x40200000 | 0x441);
	ck_assert_int_eq(vmsa64_walk(&world.env, &tt[1], NULL, 0xfffff123, 0, NULL, r), PT_OK);
	ck_assert_uint_eq(r->pa, 0x403ff123);
	ck_assert_uint_eq(r->shift, 21);
}

TEST(test_lpae_stage2)
{
	struct vmsa64_stage s2;

	ck_assert_int_eq(lpae_s2_init(&s2, -9, 1, 0, 0), -EINVAL);
	ck_assert_int_eq(lpae_s2_init(&s2, 0, 2, 0, 0), -EINVAL);
	ck_assert_int_eq(lpae_s2_init(&s2, -8, 0, 0, 0), -EINVAL); /* 40 bits over level 2: too many tables */
	ck_assert_int_eq(lpae_s2_init(&s2, 0, 0, 0x12345678, 0), 0);
	ck_assert_int_eq(s2.level, 2);
	ck_assert_uint_eq(s2.table, 0x12344000); /* four tables side by side */
	/* Execution needs read */
	ck_assert_int_eq(lpae_s2_init(&s2, 0, 1, T0, 0), 0);
	put64(T0, 0x40000000 | 0x481); /* write-only */
	ck_assert_int_eq(vmsa64_walk(&world.env, NULL, &s2, 0, PT_EXEC, NULL, &world.r), PT_PERMISSION);
	ck_assert_int_eq(vmsa64_walk(&world.env, NULL, &s2, 0, PT_WRITE, NULL, &world.r), PT_OK);
}

SUITE_WITH("pt_vmsa32", setup, world_exit)
