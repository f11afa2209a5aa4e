// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* VMSAv8-64: rights, attributes, resumed walks, and updates of access flag and dirty state. */
#include "pt_vmsa64_scene.h"

TEST(test_access_flag)
{
	tables_4k(0x123456789000ULL | (PAGE_RW & ~0x400ULL));
	ck_assert_int_eq(walk1(VA4K, 0), PT_ACCESS_FLAG);
	ck_fault(PT_ACCESS_FLAG, 1, 3);
	/* Before permission: user access to a privileged page without AF */
	put64(L3 + 32, 0x123456789000ULL | 0x3);
	ck_assert_int_eq(walk1(VA4K, 0), PT_ACCESS_FLAG);
	st.flags = VMSA_AFFD;
	ck_assert_int_eq(walk1(VA4K, PT_PRIV), PT_OK);
	put64(L2 + 24, 0x40200000ULL | 1);
	st.flags = 0;
	ck_assert_int_eq(walk1(VA4K, PT_PRIV), PT_ACCESS_FLAG);
	ck_fault(PT_ACCESS_FLAG, 1, 2);
}

#define R PERM_R
#define W PERM_W
#define X PERM_X

/* Table D8-65: {UXN, PXN, AP[2:1], WXN} -> unprivileged, privileged; -1: either */
static const struct {
	int uxn, pxn, ap, wxn;
	u8 user, priv;
} rights[] = {
	{ 0, 0, 0, 0, X, R | W | X },
	{ 0, 0, 0, 1, X, R | W },
	{ 0, 0, 1, 0, R | W | X, R | W },
	{ 0, 0, 1, 1, R | W, R | W },
	{ 0, 0, 2, 0, X, R | X },
	{ 0, 0, 2, 1, X, R | X },
	{ 0, 0, 3, 0, R | X, R | X },
	{ 0, 0, 3, 1, R | X, R | X },
	{ 0, 1, 0, 0, X, R | W },
	{ 0, 1, 0, 1, X, R | W },
	{ 0, 1, 1, 0, R | W | X, R | W },
	{ 0, 1, 1, 1, R | W, R | W },
	{ 0, 1, 2, 0, X, R },
	{ 0, 1, 2, 1, X, R },
	{ 0, 1, 3, 0, R | X, R },
	{ 0, 1, 3, 1, R | X, R },
	{ 1, 0, 0, 0, 0, R | W | X },
	{ 1, 0, 0, 1, 0, R | W },
	{ 1, 0, 1, 0, R | W, R | W },
	{ 1, 0, 1, 1, R | W, R | W },
	{ 1, 0, 2, 0, 0, R | X },
	{ 1, 0, 2, 1, 0, R | X },
	{ 1, 0, 3, 0, R, R | X },
	{ 1, 0, 3, 1, R, R | X },
	{ 1, 1, 0, 0, 0, R | W },
	{ 1, 1, 0, 1, 0, R | W },
	{ 1, 1, 1, 0, R | W, R | W },
	{ 1, 1, 1, 1, R | W, R | W },
	{ 1, 1, 2, 0, 0, R },
	{ 1, 1, 2, 1, 0, R },
	{ 1, 1, 3, 0, R, R },
	{ 1, 1, 3, 1, R, R },
};

static const u32 kinds[] = { 0, PT_WRITE, PT_EXEC };
static const u8 wants[] = { R, W, X };

TEST(test_permissions_two_privileges)
{
	size_t i;
	int k, p;

	for (i = 0; i < ARRAY_SIZE(rights); i++) {
		tables_4k(0x123456789000ULL | 0x403 | (u64)rights[i].uxn << 54 | (u64)rights[i].pxn << 53 |
			  (u64)rights[i].ap << 6);
		st.flags = rights[i].wxn ? VMSA_WXN : 0;
		for (k = 0; k < 3; k++)
			for (p = 0; p < 2; p++) {
				u8 perm = p ? rights[i].priv : rights[i].user;
				enum pt_fault f = walk1(VA4K, kinds[k] | (p ? PT_PRIV : 0));

				ck_assert_int_eq(f, perm & wants[k] ? PT_OK : PT_PERMISSION);
				if (f) {
					ck_fault(PT_PERMISSION, 1, 3);
					ck_assert_uint_eq(world.r.lacks, wants[k]);
				} else {
					ck_assert_uint_eq(world.r.user_perm, rights[i].user);
					ck_assert_uint_eq(world.r.priv_perm, rights[i].priv);
					ck_assert_uint_eq(world.r.perm, perm);
				}
				/* An ATS request learns the permissions. */
				f = walk1(VA4K, kinds[k] | (p ? PT_PRIV : 0) | PT_NO_PERM_FAULT);
				ck_assert_int_eq(f, PT_OK);
				ck_assert_uint_eq(world.r.perm, perm);
			}
	}
}

/* Table D8-66: one privilege; AP[1] and bit 53 mean nothing */
TEST(test_permissions_one_privilege)
{
	int xn, ap2, wxn, noise;

	for (xn = 0; xn < 2; xn++)
		for (ap2 = 0; ap2 < 2; ap2++)
			for (wxn = 0; wxn < 2; wxn++)
				for (noise = 0; noise < 4; noise++) {
					u8 perm = R | (ap2 ? 0 : W) | (xn || (!ap2 && wxn) ? 0 : X);

					tables_4k(0x123456789000ULL | 0x403 | (u64)xn << 54 | (u64)ap2 << 7 |
						  (u64)(noise & 1) << 6 | (u64)(noise >> 1) << 53);
					st.flags = VMSA_ONE_EL | (wxn ? VMSA_WXN : 0);
					ck_assert_int_eq(walk1(VA4K, 0), PT_OK);
					ck_assert_uint_eq(world.r.user_perm, perm);
					ck_assert_uint_eq(world.r.priv_perm, perm);
				}
}

/* Table D8-64 and UXNTable, PXNTable, at each level that has tables; HPD switches them off */
TEST(test_hierarchical)
{
	static const u64 where[] = { L0 + 8, L1 + 16, L2 + 24 }, next[] = { L1, L2, L3 };
	static const struct {
		u64 bits;
		u8 user, priv;
	} t[] = {
		{ 0, R | W | X, R | W },
		{ 1ULL << 61, X, R | W | X }, /* APTable[0]: no unprivileged access, so PXN is not implied */
		{ 1ULL << 62, R | X, R | X },
		{ 3ULL << 61, X, R | X },
		{ 1ULL << 60, R | W, R | W },
		{ 1ULL << 59 | 1ULL << 62, R | X, R },
		{ 1ULL << 63, R | W | X, R | W },
	};
	size_t i;
	int level;

	for (level = 0; level < 3; level++)
		for (i = 0; i < ARRAY_SIZE(t); i++) {
			tables_4k(0x123456789000ULL | 0x443);
			put64(where[level], next[level] | 3 | t[i].bits);
			ck_assert_int_eq(walk1(VA4K, PT_PRIV), PT_OK);
			ck_assert_uint_eq(world.r.user_perm, t[i].user);
			ck_assert_uint_eq(world.r.priv_perm, t[i].priv);
			ck_assert_int_eq(!!(world.r.flags & PT_RES_NS), t[i].bits >> 63);
			st.flags = VMSA_HPD;
			walk1(VA4K, PT_PRIV);
			ck_assert_uint_eq(world.r.user_perm, R | W | X);
			ck_assert_uint_eq(world.r.priv_perm, R | W);
		}
}

TEST(test_pan)
{
	tables_4k(0x123456789000ULL | 0x4c3); /* AP 11: read-only for all */
	st.flags = VMSA_PAN;
	ck_assert_int_eq(walk1(VA4K, PT_PRIV), PT_PERMISSION);
	ck_assert_int_eq(walk1(VA4K, PT_PRIV | PT_EXEC), PT_OK);
	ck_assert_int_eq(walk1(VA4K, 0), PT_OK);
	tables_4k(0x123456789000ULL | 0x403); /* AP 00, UXN 0 */
	st.flags = VMSA_PAN;
	ck_assert_int_eq(walk1(VA4K, PT_PRIV | PT_WRITE), PT_OK);
	st.flags = VMSA_PAN | VMSA_EPAN;
	ck_assert_int_eq(walk1(VA4K, PT_PRIV | PT_WRITE), PT_PERMISSION);
	put64(L3 + 32, 0x123456789000ULL | 0x403 | 1ULL << 54);
	ck_assert_int_eq(walk1(VA4K, PT_PRIV | PT_WRITE), PT_OK);
}

/* S2AP (Table D8-76), XN without and with FEAT_XNX (Tables D8-77, D8-78) */
TEST(test_stage2_permissions)
{
	static const u8 data[] = { 0, R, W, R | W };
	int ap, xn, xnx;

	ck_assert_int_eq(vmsa64_s2_init(&st, 12, 39, 1, L1, 44, 0), 0);
	for (ap = 0; ap < 4; ap++)
		for (xn = 0; xn < 4; xn++)
			for (xnx = 0; xnx < 2; xnx++) {
				u8 ux = xnx ? xn == 0 || xn == 1 : !(xn & 2);
				u8 px = xnx ? xn == 0 || xn == 3 : !(xn & 2);

				st.flags = xnx ? VMSA_S2_XNX : 0;
				put64(L1, 0x40000000ULL | 0x401 | (u64)ap << 6 | (u64)xn << 53);
				walk2(0, PT_NO_PERM_FAULT);
				ck_assert_uint_eq(world.r.user_perm, data[ap] | (ux ? X : 0));
				ck_assert_uint_eq(world.r.priv_perm, data[ap] | (px ? X : 0));
				ck_assert_int_eq(walk2(0, PT_WRITE), ap & 2 ? PT_OK : PT_PERMISSION);
				if (!(ap & 2))
					ck_fault(PT_PERMISSION, 2, 1);
			}
}

TEST(test_global_and_ns)
{
	tables_4k(0x123456789000ULL | 0x443);
	walk1(VA4K, 0);
	ck_assert_uint_eq(world.r.flags, PT_RES_GLOBAL);
	tables_4k(0x123456789000ULL | 0xc63);
	walk1(VA4K, 0);
	ck_assert_uint_eq(world.r.flags, PT_RES_NS);
}

TEST(test_big_endian)
{
	tables_4k(0);
	put64(L0 + 8, __builtin_bswap64(L1 | 3));
	put64(L1 + 16, __builtin_bswap64(0x0000002240000000ULL | BLOCK_RW));
	st.flags = VMSA_BE;
	ck_assert_int_eq(walk1(VA4K, 0), PT_OK);
	ck_assert_uint_eq(world.r.pa, 0x2240604000ULL);
}

/* Both roots, TBI, hole, EPD, E0PD (D8.2.4) */
TEST(test_select)
{
	struct vmsa64_stage tt[2];

	vmsa64_s1_init(&tt[0], 12, 39, L0, 48, 0);
	vmsa64_s1_init(&tt[1], 16, 48, L1, 48, VMSA_HIGH);
	ck_assert_ptr_eq(vmsa64_select(tt, true, 0, 0), &tt[0]);
	ck_assert_ptr_eq(vmsa64_select(tt, true, 0x7fffffffffULL, 0), &tt[0]);
	ck_assert_ptr_null(vmsa64_select(tt, true, 0x8000000000ULL, 0));
	ck_assert_ptr_eq(vmsa64_select(tt, true, ~0ULL, 0), &tt[1]);
	ck_assert_ptr_eq(vmsa64_select(tt, true, 0xffff000000000000ULL, 0), &tt[1]);
	ck_assert_ptr_null(vmsa64_select(tt, true, 0xfffeffffffffffffULL, 0));
	ck_assert_ptr_null(vmsa64_select(tt, true, 0x00ff000000000000ULL, 0));
	ck_assert_ptr_null(vmsa64_select(tt, true, 0xff7f000000000000ULL, 0));
	ck_assert_ptr_null(vmsa64_select(tt, true, 0xab00000000000000ULL, 0));
	tt[0].flags |= VMSA_TBI;
	ck_assert_ptr_eq(vmsa64_select(tt, true, 0xab00000000001000ULL, 0), &tt[0]);
	ck_assert_ptr_null(vmsa64_select(tt, true, 0xab00008000001000ULL, 0));
	tt[1].flags |= VMSA_TBI;
	ck_assert_ptr_eq(vmsa64_select(tt, true, 0x00ff000000001000ULL, 0), &tt[1]);
	tt[0].flags = VMSA_EPD;
	ck_assert_ptr_null(vmsa64_select(tt, true, 0x1000, 0));
	tt[0].flags = VMSA_E0PD;
	ck_assert_ptr_null(vmsa64_select(tt, true, 0x1000, 0));
	ck_assert_ptr_eq(vmsa64_select(tt, true, 0x1000, PT_PRIV), &tt[0]);
	/* One range only: VA[55] selects nothing */
	tt[0].flags = 0;
	ck_assert_ptr_null(vmsa64_select(tt, false, ~0ULL, 0));
	tt[0].flags = VMSA_TBI;
	ck_assert_ptr_eq(vmsa64_select(tt, false, 0xff00000000001000ULL, 0), &tt[0]);
	ck_assert_ptr_null(vmsa64_select(tt, false, 0xff80000000001000ULL, 0));
	/* Through the upper root: VA 0xffff_ffff_ffff_xxxx is the last entry of each level. */
	st = tt[1];
	put64(L1 + 63 * 8, L2 | 3);
	put64(L2 + 8191 * 8, L3 | 3);
	put64(L3 + 8191 * 8, 0x120000ULL | PAGE_RW);
	ck_assert_int_eq(walk1(0xffffffffffff1234ULL, 0), PT_OK);
	ck_assert_uint_eq(world.r.pa, 0x121234);
}

/* A table that points to itself ends at level 3, where it is a page. */
TEST(test_loop)
{
	vmsa64_s1_init(&st, 12, 48, L0, 48, 0);
	put64(L0, L0 | 0x443);
	ck_assert_int_eq(walk1(0, 0), PT_OK);
	ck_assert_uint_eq(world.walk.n_accesses, 4);
	ck_assert_uint_eq(world.r.pa, L0);
}

TEST(test_steps_and_resume)
{
	struct pt_start start;
	u64 pa;
	u32 i;

	tables_4k(0x123456789000ULL | 0x443);
	put64(L0 + 8, L1 | 3 | 1ULL << 60);
	put64(L2 + 24, L3 | 3 | 1ULL << 62);
	ck_assert_int_eq(walk1(VA4K, 0), PT_OK);
	pa = world.r.pa;
	ck_assert_uint_eq(world.steps.n, 3);
	ck_assert_uint_eq(world.steps.step[0].table, L1);
	ck_assert_int_eq(world.steps.step[0].level, 1);
	ck_assert_uint_eq(world.steps.step[0].shift, 39);
	ck_assert_uint_eq(world.steps.step[0].attr, PT_TBL_XN);
	ck_assert_uint_eq(world.steps.step[1].table, L2);
	ck_assert_uint_eq(world.steps.step[1].shift, 30);
	ck_assert_uint_eq(world.steps.step[2].table, L3);
	ck_assert_int_eq(world.steps.step[2].level, 3);
	ck_assert_uint_eq(world.steps.step[2].shift, 21);
	ck_assert_uint_eq(world.steps.step[2].attr, PT_TBL_XN | PT_TBL_NO_WRITE);
	ck_assert_uint_eq(world.steps.step[2].in, VA4K);
	ck_assert_uint_eq(world.steps.step[2].stage, 1);
	for (i = 0; i < 3; i++) {
		tables_4k(0x123456789000ULL | 0x443);
		put64(L0 + 8, L1 | 3 | 1ULL << 60);
		put64(L2 + 24, L3 | 3 | 1ULL << 62);
		ck_assert_int_eq(walk1(VA4K, 0), PT_OK);
		start.table = world.steps.step[i].table;
		start.level = world.steps.step[i].level;
		start.attr = world.steps.step[i].attr;
		put64(L0 + 8, 0);
		world.walk.n_accesses = 0;
		ck_assert_int_eq(vmsa64_walk(&world.env, &st, NULL, VA4K, 0, &start, &world.r), PT_OK);
		ck_assert_uint_eq(world.walk.n_accesses, 3 - i);
		ck_assert_uint_eq(world.r.pa, pa);
		ck_assert_uint_eq(world.r.user_perm, R);
	}
	/* A start above the initial level, from a context with another input size, is not used. */
	tables_4k(0x123456789000ULL | 0x443);
	start.level = -1;
	world.walk.n_accesses = 0;
	ck_assert_int_eq(vmsa64_walk(&world.env, &st, NULL, VA4K, 0, &start, &world.r), PT_OK);
	ck_assert_uint_eq(world.walk.n_accesses, 4);
	ck_assert_uint_eq(world.r.pa, pa);
}

/* Hardware update (D8.5) */
TEST(test_access_flag_update)
{
	hardware_updates();
	tables_4k(0x123456789000ULL | (PAGE_RW & ~0x400ULL));
	st.flags = VMSA_HA;
	ck_assert_int_eq(walk1(VA4K, 0), PT_OK);
	ck_assert_uint_eq(get64(L3 + 32), 0x123456789000ULL | PAGE_RW);
	ck_assert_uint_eq(world.r.desc, 0x123456789000ULL | PAGE_RW);
	ck_assert(world.r.flags & PT_RES_UPDATED);
	ck_assert_uint_eq(world.walk.n_accesses, 5);
	ck_access(4, L3 + 32, WALK_UPDATE, 3, true);
	/* Once set, nothing more is written */
	ck_assert_int_eq(walk1(VA4K, 0), PT_OK);
	ck_assert_uint_eq(world.walk.n_accesses, 4);
	ck_assert(!(world.r.flags & PT_RES_UPDATED));
	/* Not on a permission fault */
	tables_4k(0x123456789000ULL | 0x3);
	st.flags = VMSA_HA;
	ck_assert_int_eq(walk1(VA4K, 0), PT_PERMISSION);
	ck_assert_uint_eq(get64(L3 + 32), 0x123456789000ULL | 0x3);
	/* HA wins over AFFD; without compare-and-swap there is no update */
	st.flags = VMSA_HA | VMSA_AFFD;
	walk1(VA4K, PT_PRIV);
	ck_assert_uint_eq(get64(L3 + 32), 0x123456789000ULL | 0x403);
	world.ops.mem_cas64 = NULL;
	tables_4k(0x123456789000ULL | 0x3);
	st.flags = VMSA_HA;
	ck_assert_int_eq(walk1(VA4K, PT_PRIV), PT_ACCESS_FLAG);
}

#define DBM (1ULL << 51)

TEST(test_dirty_state_update)
{
	u64 clean = 0x123456789000ULL | DBM | 0x4c3; /* AP 11 and DBM: writable-clean */

	hardware_updates();
	tables_4k(clean);
	st.flags = VMSA_HA | VMSA_HD;
	/* A read leaves it clean, and says so */
	ck_assert_int_eq(walk1(VA4K, 0), PT_OK);
	ck_assert_uint_eq(get64(L3 + 32), clean);
	ck_assert(world.r.flags & PT_RES_CLEAN);
	ck_assert_uint_eq(world.r.user_perm, R | W | X);
	ck_assert_uint_eq(world.r.priv_perm, R | W); /* writable-clean counts as writable for PXN (RNKLQN) */
	ck_assert_int_eq(walk1(VA4K, PT_WRITE), PT_OK);
	ck_assert_uint_eq(get64(L3 + 32), clean & ~0x80ULL);
	ck_assert(!(world.r.flags & PT_RES_CLEAN));
	ck_assert(world.r.flags & PT_RES_UPDATED);
	/* Both in one */
	put64(L3 + 32, clean & ~0x400ULL);
	ck_assert_int_eq(walk1(VA4K, PT_WRITE), PT_OK);
	ck_assert_uint_eq(get64(L3 + 32), clean & ~0x80ULL);
	ck_assert_uint_eq(world.walk.n_accesses, 5);
	/* Not without HD, not without DBM, not below APTable[1] (3.13.3.1) */
	put64(L3 + 32, clean);
	st.flags = VMSA_HA;
	ck_assert_int_eq(walk1(VA4K, PT_WRITE), PT_PERMISSION);
	st.flags = VMSA_HA | VMSA_HD;
	put64(L3 + 32, clean & ~DBM);
	ck_assert_int_eq(walk1(VA4K, PT_WRITE), PT_PERMISSION);
	put64(L3 + 32, clean);
	put64(L2 + 24, L3 | 3 | 1ULL << 62);
	ck_assert_int_eq(walk1(VA4K, PT_WRITE), PT_PERMISSION);
	ck_assert_uint_eq(get64(L3 + 32), clean);
	ck_assert_int_eq(walk1(VA4K, 0), PT_OK);
	ck_assert(!(world.r.flags & PT_RES_CLEAN));
	/* WXN takes a writable-clean page for writable */
	put64(L2 + 24, L3 | 3);
	st.flags = VMSA_HA | VMSA_HD | VMSA_WXN;
	ck_assert_int_eq(walk1(VA4K, PT_EXEC), PT_PERMISSION);
	/* ATS: a request that may write makes it dirty, one that may not write does not */
	st.flags = VMSA_HA | VMSA_HD;
	put64(L3 + 32, (clean & ~0x40ULL));
	ck_assert_int_eq(walk1(VA4K, PT_WRITE | PT_NO_PERM_FAULT), PT_OK);
	ck_assert_uint_eq(get64(L3 + 32), clean & ~0x40ULL);
	put64(L3 + 32, clean);
	ck_assert_int_eq(walk1(VA4K, PT_WRITE | PT_NO_PERM_FAULT), PT_OK);
	ck_assert_uint_eq(get64(L3 + 32), clean & ~0x80ULL);
}

TEST(test_stage2_update)
{
	u64 clean = 0x40000000ULL | DBM | 0x441; /* S2AP 01 and DBM */

	hardware_updates();
	ck_assert_int_eq(vmsa64_s2_init(&st, 12, 39, 1, L1, 44, VMSA_HA | VMSA_HD), 0);
	put64(L1, clean & ~0x400ULL);
	ck_assert_int_eq(walk2(0, 0), PT_OK);
	ck_assert_uint_eq(get64(L1), clean);
	ck_assert(world.r.flags & PT_RES_CLEAN);
	ck_assert_int_eq(walk2(0, PT_WRITE), PT_OK);
	ck_assert_uint_eq(get64(L1), clean | 0x80);
	ck_access(1, L1, WALK_UPDATE, 1, true);
}

/* The descriptor changes between read and compare-and-swap: the new one counts (IYZSVV). */
TEST(test_update_race)
{
	u64 entry = 0x123456789000ULL | (PAGE_RW & ~0x400ULL);

	hardware_updates();
	tables_4k(entry);
	st.flags = VMSA_HA;
	world.races = 1;
	world.race_pa = L3 + 32;
	world.race_value = 0xabcdef000ULL | (PAGE_RW & ~0x400ULL);
	ck_assert_int_eq(walk1(VA4K, 0), PT_OK);
	ck_assert_uint_eq(world.r.pa, 0xabcdef000ULL);
	ck_assert_uint_eq(get64(L3 + 32), 0xabcdef000ULL | PAGE_RW);
	ck_assert_uint_eq(world.cas_calls, 2);
	/* It became invalid */
	put64(L3 + 32, entry);
	world.races = 1;
	world.race_value = 0;
	ck_assert_int_eq(walk1(VA4K, 0), PT_TRANSLATION);
	ck_assert_uint_eq(get64(L3 + 32), 0);
	/* A block became a table: the walk goes on below it */
	put64(L3 + 32, 0x123456789000ULL | PAGE_RW);
	put64(L2 + 24, 0x40200000ULL | (BLOCK_RW & ~0x400ULL));
	world.races = 1;
	world.race_pa = L2 + 24;
	world.race_value = L3 | 3;
	ck_assert_int_eq(walk1(VA4K, 0), PT_OK);
	ck_assert_uint_eq(world.r.pa, 0x123456789000ULL);
}

/* Someone changes it for ever: the walk ends. */
static u32 toggles;

static int toggling_cas(void *ctx, u64 pa, u64 *old, u64 value)
{
	toggles++;
	*old ^= 1ULL << 55; /* a software bit */
	return 0;
}

TEST(test_update_never_succeeds)
{
	tables_4k(0x123456789000ULL | (PAGE_RW & ~0x400ULL));
	world.ops.mem_cas64 = toggling_cas;
	st.flags = VMSA_HA;
	toggles = 0;
	ck_assert_int_eq(walk1(VA4K, 0), PT_EXT_ABORT);
	ck_assert(world.r.update);
	ck_assert_uint_le(toggles, 64);
	ck_assert_int_eq(vmsa64_s2_init(&st, 12, 39, 1, L1, 44, VMSA_HA), 0);
	put64(L1, 0x40000000ULL | 0x41);
	ck_assert_int_eq(walk2(0, 0), PT_EXT_ABORT);
	ck_assert(world.r.update);
	ck_assert_uint_eq(world.r.stage, 2);
}

static int failing_cas(void *ctx, u64 pa, u64 *old, u64 value)
{
	return -EIO;
}

TEST(test_update_aborted)
{
	tables_4k(0x123456789000ULL | (PAGE_RW & ~0x400ULL));
	world.ops.mem_cas64 = failing_cas;
	st.flags = VMSA_HA;
	ck_assert_int_eq(walk1(VA4K, 0), PT_EXT_ABORT);
	ck_fault(PT_EXT_ABORT, 1, 3);
	ck_assert(world.r.update);
	ck_assert_uint_eq(world.r.fetch, L3 + 32);
	ck_access(4, L3 + 32, WALK_UPDATE, 3, true);
	ck_assert(world.walk.accesses[4].failed);
}

TEST(test_no_listeners)
{
	u32 i;

	tables_4k(0x123456789000ULL | PAGE_RW);
	world.env.walk = NULL;
	world.env.steps = NULL;
	ck_assert_int_eq(vmsa64_walk(&world.env, &st, NULL, VA4K, 0, NULL, &world.r), PT_OK);
	/* A full list is no error */
	world.env.walk = &world.walk;
	world.walk.n_accesses = WALK_MAX_ACCESSES - 2;
	for (i = 0; i < 3; i++)
		ck_assert_int_eq(vmsa64_walk(&world.env, &st, NULL, VA4K, 0, NULL, &world.r), PT_OK);
	ck_assert_uint_eq(world.walk.n_accesses, WALK_MAX_ACCESSES);
}

SUITE_WITH("pt_vmsa64_rights", world_init, world_exit)
