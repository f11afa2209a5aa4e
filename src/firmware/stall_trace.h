/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A schedule as a trace: its accesses as any trace has them, and between them marks that say which step came, with the
 * platform among the metadata. Whoever plays the trace with a pager that needs no storage sees the accesses end;
 * stall_play() of the marks leads to where the schedule led.
 */
#ifndef STALL_TRACE_H
#define STALL_TRACE_H

#include "dmat.h"
#include "stall_simulate.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * stall_trace_write() - write the schedule of a result
 * @path: the file to make or to replace
 * @p: the platform
 * @sid: StreamIDs of its masters, each another one; NULL: their numbers, from 1
 * @opt: with which it was simulated; NULL: defaults
 * @res: with its steps
 * @err: filled on error
 *
 * Return: 0 or -errno, and then there is no file.
 */
int stall_trace_write(const char *path, const struct stall_platform *p, const u32 *sid, const struct stall_options *opt,
		      const struct stall_result *res, struct dmat_error *err);

/**
 * stall_trace_read() - read a schedule
 * @path: the trace
 * @p: filled in
 * @opt: filled in: its seed and draw
 * @steps: the schedule, for the caller to free()
 * @n: number of @steps
 * @err: filled on error
 *
 * Return: 0; -ENOENT: it is a trace without a schedule, or there is none; another -errno.
 */
int stall_trace_read(const char *path, struct stall_platform *p, struct stall_options *opt, struct stall_step **steps,
		     u32 *n, struct dmat_error *err);

#ifdef __cplusplus
}
#endif

#endif /* STALL_TRACE_H */
