// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Where the answer turns, of contenders whose costs are known. */
#include "study_search.h"
#include "suite.h"
#include <errno.h>
#include <stdio.h>

/* The second contender wins from @from up to @to; 0 and 0: nowhere. Both take the same at @draw. */
struct world {
	u64 from, to, draw;
	u32 asked, fail_at;
	bool powers_only;
};

static int measure_one(struct world *w, struct study_point *p)
{
	if (++w->asked == w->fail_at)
		return -EIO;
	if (w->powers_only)
		ck_assert_uint_eq(p->value & (p->value - 1), 0);
	p->cost[0] = 1000;
	p->cost[1] = p->value == w->draw ? 1000 : p->value >= w->from && p->value < w->to ? 999 : 1001;
	return 0;
}

static int measure(void *ctx, struct study_point *p, u32 n)
{
	int ret = 0;

	for (; !ret && n; n--)
		ret = measure_one(ctx, p++);
	return ret;
}

static struct study_result search(struct world *w, u64 from, u64 to)
{
	struct study_range range = { from, to, w->powers_only };
	struct study_result r;
	u32 i;

	ck_assert_int_eq(study_search(&range, measure, w, &r), 0);
	ck_assert_uint_ge(r.n_grid, 1);
	ck_assert_uint_le(r.n_grid, STUDY_GRID);
	ck_assert_uint_eq(r.grid[0].value, from);
	ck_assert_uint_eq(r.grid[r.n_grid - 1].value, to);
	for (i = 1; i < r.n_grid; i++)
		ck_assert_uint_gt(r.grid[i].value, r.grid[i - 1].value);
	return r;
}

TEST(turns_once)
{
	struct world w = { .from = 48, .to = ~0ULL };
	struct study_result r = search(&w, 1, 1024);

	ck_assert_uint_eq(r.changes, 1);
	ck_assert_uint_eq(r.n_turns, 1);
	ck_assert_uint_eq(r.turn[0].low.value, 47);
	ck_assert_uint_eq(r.turn[0].high.value, 48);
	ck_assert_int_eq(study_winner(&r.turn[0].low), 0);
	ck_assert_int_eq(study_winner(&r.turn[0].high), 1);
	ck_assert_uint_eq(r.turn[0].high.cost[1], 999);
}

TEST(turns_there_and_back)
{
	struct world w = { .from = 100, .to = 300 };
	struct study_result r = search(&w, 1, 1024);

	ck_assert_uint_eq(r.changes, 2);
	ck_assert_uint_eq(r.n_turns, 2);
	ck_assert_uint_eq(r.turn[0].low.value, 99);
	ck_assert_uint_eq(r.turn[0].high.value, 100);
	ck_assert_int_eq(study_winner(&r.turn[1].low), 1);
	ck_assert_int_eq(study_winner(&r.turn[1].high), 0);
	/* within 1 % of the value */
	ck_assert_uint_lt(r.turn[1].low.value, 300);
	ck_assert_uint_ge(r.turn[1].high.value, 300);
	ck_assert_uint_le(r.turn[1].high.value - r.turn[1].low.value, 3);
}

TEST(turns_nowhere)
{
	struct world w = { 0 };
	struct study_result r = search(&w, 1, 1024);

	ck_assert_uint_eq(r.changes, 0);
	ck_assert_uint_eq(r.n_turns, 0);
	ck_assert_int_eq(study_winner(&r.grid[0]), 0);
	ck_assert_uint_eq(w.asked, r.n_grid);
}

/* A draw is no change; the place is looked for from the last point that was none. */
TEST(draw_between)
{
	struct world w = { .from = 17, .to = ~0ULL, .draw = 16 };
	struct study_result r = search(&w, 1, 64);

	ck_assert_uint_eq(r.changes, 1);
	ck_assert_uint_eq(r.turn[0].low.value, 15);
	ck_assert_uint_eq(r.turn[0].high.value, 16);
	ck_assert_int_eq(study_winner(&r.turn[0].high), -1);
}

TEST(few_values_are_all_measured)
{
	struct world w = { .from = 5, .to = ~0ULL };
	struct study_result r = search(&w, 2, 8);

	ck_assert_uint_eq(r.n_grid, 7);
	ck_assert_uint_eq(r.turn[0].low.value, 4);
	ck_assert_uint_eq(r.turn[0].high.value, 5);
	ck_assert_uint_eq(w.asked, 7);
	r = search(&w, 8, 8);
	ck_assert_uint_eq(r.n_grid, 1);
	ck_assert_uint_eq(r.changes, 0);
}

/* The whole range of a time from none on: a grid of multiples that begins with 0. */
TEST(from_zero_to_far)
{
	struct world w = { .from = 123456789, .to = ~0ULL };
	struct study_result r = search(&w, 0, 1000000000);

	ck_assert_uint_eq(r.changes, 1);
	ck_assert_uint_le(r.turn[0].high.value - r.turn[0].low.value, 1234567);
	ck_assert_uint_lt(r.turn[0].low.value, 123456789);
	ck_assert_uint_ge(r.turn[0].high.value, 123456789);
	r = search(&w, 1, ~0ULL >> 1);
	ck_assert_uint_eq(r.changes, 1);
}

TEST(powers_only)
{
	struct world w = { .from = 100, .to = ~0ULL, .powers_only = true };
	struct study_result r = search(&w, 0, 65536);

	ck_assert_uint_eq(r.changes, 1);
	ck_assert_uint_eq(r.turn[0].low.value, 64);
	ck_assert_uint_eq(r.turn[0].high.value, 128);
}

/* By hand: 1 to 1024 doubling is 11 values, more than 6; times 4 is 1, 4, 16, 64, 256, 1024. */
TEST(axes)
{
	const struct study_range far = { 1, 1024, false }, near = { 100, 180, false }, few = { 3, 5, false };
	const struct study_range powers = { 0, 16, true };
	u64 v[STUDY_GRID];

	ck_assert_uint_eq(study_axis(&far, 6, v), 6);
	ck_assert_uint_eq(v[1], 4);
	ck_assert_uint_eq(v[5], 1024);
	ck_assert_uint_eq(study_axis(&far, 12, v), 11);
	ck_assert_uint_eq(v[9], 512);
	/* evenly: 80 in four steps */
	ck_assert_uint_eq(study_axis(&near, 5, v), 5);
	ck_assert_uint_eq(v[1], 120);
	ck_assert_uint_eq(v[4], 180);
	ck_assert_uint_eq(study_axis(&few, 8, v), 3);
	ck_assert_uint_eq(v[1], 4);
	ck_assert_uint_eq(study_axis(&powers, 8, v), 6);
	ck_assert_uint_eq(v[0], 0);
	ck_assert_uint_eq(v[1], 1);
	ck_assert_uint_eq(v[5], 16);
}

TEST_TIMES(error_ends_it, 13)
{
	struct world w = { .from = 48, .to = ~0ULL, .fail_at = (u32)_i + 1 };
	struct study_range range = { 1, 1024, false };
	struct study_result r;

	ck_assert_int_eq(study_search(&range, measure, &w, &r), -EIO);
	ck_assert_uint_eq(w.asked, _i + 1);
}

SUITE("study_search")
