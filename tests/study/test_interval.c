// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Intervals against what is calculated by hand with the quantiles that books print (Student's t, two-sided 95 %, such as
 * in the NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.2).
 */
#include "interval.h"
#include "suite.h"
#include <math.h>

/* Samples -1 and 1, and as many pairs of them as are asked for, have a mean of 0: half = t * sqrt(n / (n - 1) / n). */
static const struct {
	u32 n;
	double t;
} printed[] = {
	{ 2, 12.706 }, { 4, 3.182 },  { 6, 2.571 },  { 8, 2.365 },
	{ 10, 2.262 }, { 20, 2.093 }, { 30, 2.045 }, { 100, 1.984 },
};

TEST_TIMES(quantiles, ARRAY_SIZE(printed))
{
	double v[100];
	struct study_interval r;
	u32 i;

	for (i = 0; i < 100; i++)
		v[i] = i % 2 ? 1 : -1;
	r = study_interval(v, printed[_i].n);
	ck_assert_uint_eq(r.n, printed[_i].n);
	ck_assert_double_eq_tol(r.mean, 0, 1e-12);
	ck_assert_double_eq_tol(r.half * sqrt(printed[_i].n - 1), printed[_i].t, 0.0005);
}

/* 1 to 5: mean 3, deviations 4 + 1 + 0 + 1 + 4 = 10, s = sqrt(10 / 4), s / sqrt(5) = 0.70711, times 2.776 is 1.963. */
TEST(one_to_five)
{
	const double v[] = { 1, 2, 3, 4, 5 }, far[] = { 1e15 + 1, 1e15 + 2, 1e15 + 3, 1e15 + 4, 1e15 + 5 };
	struct study_interval r = study_interval(v, 5);

	ck_assert_double_eq_tol(r.mean, 3, 1e-12);
	ck_assert_double_eq_tol(r.half, 1.963, 0.0005);
	ck_assert(study_interval_sure(&r));
	r = study_interval(far, 5);
	ck_assert_double_eq_tol(r.mean, 1e15 + 3, 0.5);
	ck_assert_double_eq_tol(r.half, 1.963, 0.25);
}

/*
 * Seeds move both by hundreds, and the difference by one: 9, 10, 11; mean 10, s = 1, 4.303 / sqrt(3) = 2.484. Unpaired it
 * would be 200 and more.
 */
TEST(pairs)
{
	const double a[] = { 109, 310, 511 }, b[] = { 100, 300, 500 };
	struct study_interval r = study_interval_paired(a, b, 3), back = study_interval_paired(b, a, 3);

	ck_assert_double_eq_tol(r.mean, 10, 1e-12);
	ck_assert_double_eq_tol(r.half, 2.484, 0.0005);
	ck_assert(study_interval_sure(&r));
	ck_assert_double_eq_tol(back.mean, -10, 1e-12);
	ck_assert(study_interval_sure(&back));
}

/* -1, 0, 2: mean 1/3, s^2 = (16 + 1 + 25) / 9 / 2 = 7/3, half 4.303 * sqrt(7/9) = 3.795: the sign is not known. */
TEST(in_doubt)
{
	const double v[] = { -1, 0, 2 };
	struct study_interval r = study_interval(v, 3);

	ck_assert_double_eq_tol(r.mean, 1.0 / 3, 1e-12);
	ck_assert_double_eq_tol(r.half, 3.795, 0.0005);
	ck_assert(!study_interval_sure(&r));
}

TEST(too_few)
{
	const double v[] = { 7 };
	struct study_interval r = study_interval(v, 1);

	ck_assert_double_eq(r.mean, 7);
	ck_assert_double_eq(r.half, 0);
	ck_assert(!study_interval_sure(&r));
	r = study_interval(v, 0);
	ck_assert_double_eq(r.mean, 0);
	ck_assert(!study_interval_sure(&r));
}

/* What does not vary has an interval, of no width. */
TEST(all_the_same)
{
	const double v[] = { 5, 5, 5, 5 };
	struct study_interval r = study_interval(v, 4);

	ck_assert_double_eq_tol(r.mean, 5, 1e-12);
	ck_assert_double_eq_tol(r.half, 0, 1e-12);
	ck_assert(study_interval_sure(&r));
}

SUITE("interval")
