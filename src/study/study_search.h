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
 * @from, @to: both included
 * @powers: only powers of two exist: neighbours of the grid are neighbours
 */
struct study_range {
	u64 from, to;
	bool powers;
};

/* What two contenders take at @value; the less the better. */
struct study_point {
	u64 value;
	u64 cost[2];
};

/* Number of the contender that takes less at @p, or -1 if both take the same. */
static inline int study_winner(const struct study_point *p)
{
	return p->cost[0] == p->cost[1] ? -1 : p->cost[1] < p->cost[0];
}

/**
 * struct study_turn - where the answer turns
 * @low, @high: neighbours, or no more than 1 % of the value apart. Different contenders win there; at @high it may
 *	be a draw.
 */
struct study_turn {
	struct study_point low, high;
};

/**
 * struct study_result - what was found
 * @grid: @n_grid points in ascending order: all values if there are few, evenly spaced or each a multiple of the
 *	one before if @to is far from @from
 * @turn: @n_turns of them in ascending order
 * @changes: of the winner from one point of the grid to the next that is no draw; more than @n_turns if there are
 *	more than STUDY_TURNS
 */
struct study_result {
	struct study_point grid[STUDY_GRID];
	u32 n_grid;
	struct study_turn turn[STUDY_TURNS];
	u32 n_turns, changes;
};

/**
 * study_search() - measure the grid, and bisect where the winner changes
 * @measure: fills @p->cost; what it returns ends the search unless it is 0
 * Return: 0, or what @measure returned
 */
int study_search(const struct study_range *range, int (*measure)(void *ctx, struct study_point *p), void *ctx,
		 struct study_result *out);

#ifdef __cplusplus
}
#endif

#endif /* STUDY_SEARCH_H */
