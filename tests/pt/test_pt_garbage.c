// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Tables full of noise, which point into each other, into holes and nowhere:
 * whatever a guest writes, a walk ends within its levels and says something definite.
 */
#include "pt_world.h"

#define WALKS  50000U
#define FRAMES 24U /* pages of noise at 0x100000, under 2 MiB */
#define BASE   0x100000ULL

static u64 state;

static u64 noise(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

/* Mostly valid-looking entries that lead to other noise. */
static u64 noisy_entry(void)
{
	u64 e = noise();

	switch (noise() & 7) {
	case 0:
		return e;
	case 1:
		return e & ~3ULL;
	case 2:
		return (e & 0xfff0000000000fffULL) | 1;
	default:
		return (e & 0xfff0000000000fffULL & ~(noise() & 0x80)) | (BASE + (noise() % FRAMES) * 4096) | 3;
	}
}

static void fill(void)
{
	u32 i;

	world.mem.n_holes = 0;
	for (i = 0; i < FRAMES * 512; i++)
		put64(BASE + i * 8, noisy_entry());
	physmem_add_hole(&world.mem, BASE + 20 * 4096, BASE + 21 * 4096 - 1);
}

static void setup(void)
{
	world_init();
	state = 0x123456789abcdefULL;
	hardware_updates();
}

static u64 noisy_table(void)
{
	return BASE + (noise() % FRAMES) * 4096;
}

static u32 noisy_access(void)
{
	static const u32 access[] = { 0, PT_WRITE, PT_EXEC };

	return access[noise() % 3] | (noise() & 1 ? PT_PRIV : 0) | (noise() & 7 ? 0 : PT_NO_PERM_FAULT);
}

/* What holds of every outcome. @one, @two: most levels of each stage, @two 0: one stage; @out_bits: of the last stage */
static void check(enum pt_fault f, u32 one, u32 two, u8 out_bits)
{
	const struct pt_result *r = &world.r;
	/*
	 * Each descriptor of stage 1 and the output go through stage 2, a write-back
	 * may do so again, and everything read may be updated.
	 */
	u32 bound = two ? one * (2 * 2 * two + 2) + 2 * two : 2 * one;

	ck_assert_int_eq(f, r->fault);
	ck_assert_uint_le(world.walk.n_accesses, bound);
	ck_assert(r->stage == 1 || r->stage == 2);
	if (!f) {
		ck_assert(r->pa >> out_bits == 0);
		ck_assert_uint_ge(r->shift, 12);
		ck_assert_uint_ge(r->contig_shift, r->shift);
		ck_assert(!r->update && !r->tt && !r->lacks);
		return;
	}
	ck_assert(f != PT_PERMISSION || r->lacks);
	if (f == PT_EXT_ABORT)
		ck_assert(world.walk.accesses[world.walk.n_accesses - 1].failed);
}

TEST(test_vmsa64)
{
	static const u8 granules[] = { 12, 14, 16 };
	static const u8 sizes[] = { 32, 36, 40, 44, 48, 52 };
	struct vmsa64_stage s1, s2;
	bool two;
	u32 i, n = 0;

	for (i = 0; i < WALKS; i++) {
		if (i % 5000 == 0)
			fill();
		if (vmsa64_s1_init(&s1, granules[noise() % 3], 16 + noise() % 37, noisy_table(), sizes[noise() % 6],
				   noise() & 0x41ff) ||
		    vmsa64_s2_init(&s2, granules[noise() % 3], 16 + noise() % 37, noise() % 5, noisy_table(),
				   sizes[noise() % 6], noise() & 0x3200f))
			continue;
		two = noise() & 1;
		world.walk.n_accesses = 0;
		check(vmsa64_walk(&world.env, &s1, two ? &s2 : NULL, noise(), noisy_access(), NULL, &world.r), 5,
		      two ? 5 : 0, two ? s2.out_bits : s1.out_bits);
		n += world.r.fault == PT_OK;
		world.walk.n_accesses = 0;
		check(vmsa64_walk(&world.env, NULL, &s2, noise() >> (64 - s2.in_bits), noisy_access(), NULL, &world.r),
		      5, 0, s2.out_bits);
	}
	ck_assert_uint_gt(n, 100);
}

TEST(test_short)
{
	struct short_stage st;
	struct vmsa64_stage s2;
	bool two;
	u32 i, n = 0;

	for (i = 0; i < WALKS; i++) {
		if (i % 5000 == 0)
			fill();
		st = (struct short_stage){ .ttbr0 = noisy_table(),
					   .ttbr1 = noisy_table(),
					   .dacr = noise() | noise(),
					   .flags = noise() & 0xff & ~(noise() & 0x70),
					   .n = noise() % 8,
					   .out_bits = noise() & 1 ? 32 : 40 };
		ck_assert_int_eq(lpae_s2_init(&s2, -8, 1, noisy_table(), 0), 0);
		two = noise() & 1;
		world.walk.n_accesses = 0;
		check(short_walk(&world.env, &st, two ? &s2 : NULL, noise() >> 32, noisy_access(), NULL, &world.r), 2,
		      two ? 4 : 0, 40);
		n += world.r.fault == PT_OK;
	}
	ck_assert_uint_gt(n, 100);
}

TEST(test_vtd)
{
	struct vtd_stage fs, ss;
	bool two;
	u32 i, n = 0;
	u8 reason;

	for (i = 0; i < WALKS; i++) {
		if (i % 5000 == 0)
			fill();
		fs = (struct vtd_stage){ .table = noisy_table(),
					 .flags = noise() & 0x303f,
					 .levels = 4 + noise() % 2,
					 .haw = noise() & 1 ? 52 : 46 };
		ss = (struct vtd_stage){
			.table = noisy_table(), .flags = noise() & 0xe70, .levels = 3 + noise() % 3, .haw = fs.haw
		};
		ss.in_bits = 12 + 9 * ss.levels;
		two = noise() & 1;
		world.walk.n_accesses = 0;
		check(vtd_walk(&world.env, &fs, two ? &ss : NULL, noise(), noisy_access(), NULL, &world.r), 5,
		      two ? 5 : 0, 52);
		n += world.r.fault == PT_OK;
		reason = vtd_reason(&world.r, false);
		ck_assert(!world.r.fault || (reason >= 0x70 && reason <= 0x91));
		world.walk.n_accesses = 0;
		check(vtd_walk(&world.env, NULL, &ss, noise() >> (64 - ss.in_bits), noisy_access(), NULL, &world.r), 5,
		      0, 52);
		reason = vtd_reason(&world.r, true);
		ck_assert(!world.r.fault || (reason >= 3 && reason <= 0xc));
	}
	ck_assert_uint_gt(n, 100);
}

SUITE_WITH("pt_garbage", setup, world_exit)
