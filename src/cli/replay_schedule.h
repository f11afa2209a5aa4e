/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A trace with a schedule, as check-stall --trace writes it: replay executes that on the platform that it carries. */
#ifndef REPLAY_SCHEDULE_H
#define REPLAY_SCHEDULE_H

#include "cli.h"

/**
 * replay_schedule() - execute the schedule of a trace
 * @path: the trace
 * @status: receives the status: CLI_OK if everything goes on, CLI_FAILED after "no progress: ..." or another error
 *
 * Return: false: the trace has no schedule, or there is no such trace; nothing was done.
 */
bool replay_schedule(const char *path, int *status);

#endif /* REPLAY_SCHEDULE_H */
