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

static u32 count_multiples(const struct study_range *r, u64 factor, u32 most)
{
	u64 v = r->from;
	u32 n = 1;

	for (; v < r->to && n <= most; n++)
		v = multiple(r, v, factor);
	return n;
}

u32 study_axis(const struct study_range *r, u32 most, u64 *value)
{
	u64 span = r->to - r->from, few = most < FEW ? most - 1 : FEW - 1, steps = span < few ? span : few;
	u64 factor = 2, v = r->from;
	u32 i;

	if (!r->powers && (span <= few || r->to / 8 < r->from)) {
		for (i = 0; i <= steps; i++)
			value[i] = r->from + (steps ? (u64)((unsigned __int128)span * i / steps) : 0);
		return (u32)steps + 1;
	}
	while (count_multiples(r, factor, most) > most)
		factor *= 2;
	for (i = 0;; v = multiple(r, v, factor)) {
		value[i++] = v;
		if (v >= r->to)
			return i;
	}
}

static bool are_neighbours(const struct study_range *r, const struct study_turn *t)
{
	u64 apart = t->high.value - t->low.value, percent = t->low.value / 100;

	return r->powers || apart <= (percent ? percent : 1);
}

/* Of the two halves the one in which the winner at the low end loses. A draw is the end of its winning. */
static int bisect(const struct study_range *r, study_measure measure, void *ctx, struct study_turn *t)
{
	int ret = 0;

	while (!ret && !are_neighbours(r, t)) {
		struct study_point mid = { .value = t->low.value + (t->high.value - t->low.value) / 2 };

		ret = measure(ctx, &mid, 1);
		*(study_winner(&mid) == study_winner(&t->low) ? &t->low : &t->high) = mid;
	}
	return ret;
}

int study_search(const struct study_range *range, study_measure measure, void *ctx, struct study_result *out)
{
	const struct study_point *last = NULL; /* that is no draw */
	u64 value[STUDY_GRID];
	int ret;
	u32 i;

	*out = (struct study_result){ .n_grid = study_axis(range, STUDY_GRID, value) };
	for (i = 0; i < out->n_grid; i++)
		out->grid[i].value = value[i];
	ret = measure(ctx, out->grid, out->n_grid);
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
