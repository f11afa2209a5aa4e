/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Many runs in processes of their own, so many at a time: what one does to itself, it does to itself alone. */
#ifndef SWEEP_POOL_H
#define SWEEP_POOL_H

#include "fl_env.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * struct sweep_pool - what is to be run
 * @what: what the runs are called
 * @index: the runs
 * @n: number of @index
 * @jobs: so many at a time, 1 at least
 * @timeout_s: one that takes longer is killed; 0: none is
 * @before: called in the parent before a run begins, which shares what it has made; may be NULL
 * @run: called in the child; not 0 after a line on stderr that says why
 * @failed: called in the parent for a run that did not return 0, with the reason
 * @ctx: first argument of all
 */
struct sweep_pool {
	const char *what;
	const u32 *index;
	u32 n, jobs;
	u64 timeout_s;
	void (*before)(void *ctx, u32 index);
	int (*run)(void *ctx, u32 index);
	void (*failed)(void *ctx, u32 index, const char *reason);
	void *ctx;
};

/**
 * sweep_pool_cores() - processors that this process may use
 *
 * Return: 1 at least.
 */
u32 sweep_pool_cores(void);

/**
 * sweep_pool_run() - run them all; one line on stderr says how far it is and how long it will take, on a terminal
 * @p: what is to be run
 *
 * The children end with the parent, and their output goes nowhere.
 *
 * Return: 0; -errno: no process could be made.
 */
int sweep_pool_run(const struct sweep_pool *p);

#ifdef __cplusplus
}
#endif

#endif /* SWEEP_POOL_H */
