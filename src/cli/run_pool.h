/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Timed replays, each in a process of its own, on all processors. What comes out does not depend on how many there are. */
#ifndef RUN_POOL_H
#define RUN_POOL_H

#include "report_table.h"
#include "run_options.h"

/**
 * struct run_pool - runs, and what is done with their results
 * @n: number of runs
 * @get: fills in the options of a run; what they point to stays until the next call
 * @done: takes the result of a run, in the order of their numbers; @err is NULL, or says why there is none. Anything but
 *	0 ends the runs
 * @watched: takes what happened over time in a run that has replay_options.series, before @done; a reference, which is
 *	its own. May be NULL
 * @ctx: first argument of all
 * @bar: shows how many are done; may be NULL
 * @before: runs that @bar counts as done already
 */
struct run_pool {
	u32 n;
	void (*get)(void *ctx, u32 i, struct replay_options *run);
	int (*done)(void *ctx, u32 i, const struct replay_result *res, const struct dmat_error *err);
	void (*watched)(void *ctx, u32 i, json_t *watch);
	void *ctx;
	struct report_progress *bar;
	u64 before;
};

/**
 * run_pool() - run them all
 * @pool: the runs
 *
 * Return: 0, what @done returned, or CLI_FAILED after a message.
 */
int run_pool(const struct run_pool *pool);

#endif /* RUN_POOL_H */
