// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "frames.h"
#include "suite.h"

#define MIB (1ULL << 20)

static struct frames f;

static void setup(void)
{
	frames_init(&f, 0x800000000000, MIB);
}

static void teardown(void)
{
	frames_exit(&f);
}

TEST(test_alignment)
{
	u64 pa;

	ck_assert_int_eq(frames_alloc(&f, 64, 64, &pa), 0);
	ck_assert_uint_eq(pa, 0x800000000000);
	/* To its own size rounded up to a power of two ... */
	ck_assert_int_eq(frames_alloc(&f, 5 * 4096, 4096, &pa), 0);
	ck_assert_uint_eq(pa, 0x800000008000);
	/* ... and to what is asked for, if that is more. */
	ck_assert_int_eq(frames_alloc(&f, 4096, 0x40000, &pa), 0);
	ck_assert_uint_eq(pa, 0x800000040000);
}

TEST(test_no_two_overlap)
{
	static const u64 sizes[] = { 4096, 8192, 100, 65536, 12288, 4097 };
	u64 pa[ARRAY_SIZE(sizes)];
	size_t i, j;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		ck_assert_int_eq(frames_alloc(&f, sizes[i], 1, &pa[i]), 0);
		for (j = 0; j < i; j++)
			ck_assert(pa[i] >= pa[j] + sizes[j] || pa[j] >= pa[i] + sizes[i]);
	}
}

TEST(test_exhaustion)
{
	u64 pa, n = 0;

	while (!frames_alloc(&f, 4096, 1, &pa))
		n++;
	ck_assert_uint_eq(n, 256);
	ck_assert_int_eq(frames_alloc(&f, 4096, 1, &pa), -ENOMEM);
	ck_assert_int_eq(frames_alloc(&f, 1ULL << 60, 1, &pa), -ENOMEM);
	ck_assert_int_eq(frames_alloc(&f, 4096, 1ULL << 63, &pa), -ENOMEM);
	ck_assert_int_eq(frames_free(&f, 0x800000003000, 4096), 0);
	ck_assert_int_eq(frames_alloc(&f, 4096, 1, &pa), 0);
	ck_assert_uint_eq(pa, 0x800000003000);
	ck_assert_int_eq(frames_alloc(&f, 4096, 1, &pa), -ENOMEM);
}

TEST(test_what_is_free_serves_its_size_and_alignment)
{
	u64 pa;

	ck_assert_int_eq(frames_alloc(&f, 4096, 1, &pa), 0);
	ck_assert_int_eq(frames_alloc(&f, 4096, 1, &pa), 0);
	ck_assert_uint_eq(pa, 0x800000001000);
	frames_free(&f, pa, 4096);
	ck_assert_int_eq(frames_alloc(&f, 8192, 1, &pa), 0);
	ck_assert_uint_ne(pa, 0x800000001000);
	ck_assert_int_eq(frames_alloc(&f, 4096, 8192, &pa), 0);
	ck_assert_uint_ne(pa, 0x800000001000);
	ck_assert_int_eq(frames_alloc(&f, 4096, 4096, &pa), 0);
	ck_assert_uint_eq(pa, 0x800000001000);
}

TEST(test_many_freed)
{
	u64 pa[256];
	bool seen[256] = { false };
	u32 i;

	for (i = 0; i < 256; i++)
		ck_assert_int_eq(frames_alloc(&f, 4096, 1, &pa[i]), 0);
	for (i = 0; i < 256; i++)
		ck_assert_int_eq(frames_free(&f, pa[i], 4096), 0);
	for (i = 0; i < 256; i++) {
		u64 again;

		ck_assert_int_eq(frames_alloc(&f, 4096, 1, &again), 0);
		ck_assert(!seen[(again >> 12) & 255]);
		seen[(again >> 12) & 255] = true;
	}
}

SUITE_WITH("frames", setup, teardown)
