/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * At which value does the answer turn? Two contenders are measured at a coarse
 * grid of values, so that an answer that turns more than once is seen, and
 * between two neighbours of the grid with different winners the place is found
 * by bisection. What is measured, the caller knows.
 */
#ifndef STUDY_SEARCH_H
#define STUDY_SEARCH_H

#include "fl_env.h"

#ifdef __cplusplus
extern "C" {
#endif

#define STUDY_GRID  32
#define STUDY_TURNS 16

/**
 * struct study_range - the values that are looked at
 * @from: smallest value
 * @to: largest value
 * @powers: only powers of two exist: neighbours of the grid are neighbours
 */
struct study_range {
	u64 from, to;
	bool powers;
};

/**
 * struct study_point - what two contenders take at a value
 * @value: the value
 * @cost: what each contender takes; the less the better
 */
struct study_point {
	u64 value;
	u64 cost[2];
};

/**
 * study_winner() - who wins at a point
 * @p: the point
 *
 * Return: 0 or 1, the contender that takes less; -1 for a draw.
 */
static inline int study_winner(const struct study_point *p)
{
	return p->cost[0] == p->cost[1] ? -1 : p->cost[1] < p->cost[0];
}

/**
 * struct study_turn - where the answer turns
 * @low: the lower neighbour
 * @high: the upper neighbour; here the outcome may be a draw
 *
 * The two are adjacent, or no more than 1 % of the value apart. Different contenders win at them.
 */
struct study_turn {
	struct study_point low, high;
};

/**
 * struct study_result - what was found
 * @grid: points in ascending order: all values if there are few, evenly spaced or each a multiple of the one before
 *	if study_range.to is far from study_range.from
 * @n_grid: number of @grid in use
 * @turn: turns in ascending order
 * @n_turns: number of @turn in use
 * @changes: changes of the winner from one point of the grid to the next that is no draw; more than @n_turns if there
 *	are more than STUDY_TURNS
 */
struct study_result {
	struct study_point grid[STUDY_GRID];
	u32 n_grid;
	struct study_turn turn[STUDY_TURNS];
	u32 n_turns, changes;
};

/**
 * study_axis() - values of a range: all if there are few, evenly spaced or each a multiple of the one before
 * @range: the range
 * @most: how many at most, from 3
 * @value: receives them, in ascending order; the first and the last are the ends of @range
 *
 * Return: Number of values.
 */
u32 study_axis(const struct study_range *range, u32 most, u64 *value);

/* Fills in the costs of @n points; a return value other than 0 ends the search. */
typedef int (*study_measure)(void *ctx, struct study_point *p, u32 n);

/**
 * study_search() - measure the grid, and bisect where the winner changes
 * @range: values to look at
 * @measure: called once for the grid, and for each step of a bisection
 * @ctx: first argument of @measure
 * @out: filled in
 *
 * Return: 0, or what @measure returned.
 */
int study_search(const struct study_range *range, study_measure measure, void *ctx, struct study_result *out);

#ifdef __cplusplus
}
#endif

#endif /* STUDY_SEARCH_H */
