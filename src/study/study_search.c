// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "study_search.h"

#define FEW 9 /* points of a range whose ends are near each other */

/* From @v to the next value of a grid whose values are multiples of each other. */
static u64 multiple(const struct study_range *r, u64 v, u64 factor)
{
	u64 first = r->powers || r->to < 1024 ? 1 : r->to >> 10;

	if (!v)
		return first;
	return v > r->to / factor ? r->to : v * factor;
}

static u32 count_multiples(const struct study_range *r, u64 factor)
{
	u64 v = r->from;
	u32 n = 1;

	for (; v < r->to && n <= STUDY_GRID; n++)
		v = multiple(r, v, factor);
	return n;
}

static void make_grid(const struct study_range *r, struct study_result *out)
{
	u64 span = r->to - r->from, steps = span < FEW - 1 ? span : FEW - 1, factor = 2, v = r->from;
	u32 i;

	if (!r->powers && (span < FEW || r->to / 8 < r->from)) {
		for (i = 0; i <= steps; i++)
			out->grid[i].value = r->from + (steps ? (u64)((unsigned __int128)span * i / steps) : 0);
		out->n_grid = (u32)steps + 1;
		return;
	}
	while (count_multiples(r, factor) > STUDY_GRID)
		factor *= 2;
	for (i = 0;; v = multiple(r, v, factor)) {
		out->grid[i++].value = v;
		if (v >= r->to)
			break;
	}
	out->n_grid = i;
}

static bool are_neighbours(const struct study_range *r, const struct study_turn *t)
{
	u64 apart = t->high.value - t->low.value, percent = t->low.value / 100;

	return r->powers || apart <= (percent ? percent : 1);
}

/* Of the two halves the one in which the winner at the low end loses. A draw is the end of its winning. */
static int bisect(const struct study_range *r, int (*measure)(void *ctx, struct study_point *p), void *ctx,
		  struct study_turn *t)
{
	int ret = 0;

	while (!ret && !are_neighbours(r, t)) {
		struct study_point mid = { .value = t->low.value + (t->high.value - t->low.value) / 2 };

		ret = measure(ctx, &mid);
		*(study_winner(&mid) == study_winner(&t->low) ? &t->low : &t->high) = mid;
	}
	return ret;
}

int study_search(const struct study_range *range, int (*measure)(void *ctx, struct study_point *p), void *ctx,
		 struct study_result *out)
{
	const struct study_point *last = NULL; /* that is no draw */
	int ret = 0;
	u32 i;

	*out = (struct study_result){ 0 };
	make_grid(range, out);
	for (i = 0; !ret && i < out->n_grid; i++)
		ret = measure(ctx, &out->grid[i]);
	for (i = 0; !ret && i < out->n_grid; i++) {
		const struct study_point *p = &out->grid[i];

		if (study_winner(p) < 0)
			continue;
		if (last && study_winner(last) != study_winner(p) && out->changes++ < STUDY_TURNS) {
			struct study_turn *t = &out->turn[out->n_turns++];

			*t = (struct study_turn){ *last, *p };
			ret = bisect(range, measure, ctx, t);
		}
		last = p;
	}
	return ret;
}
