/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What was counted in a replay, for programs and for people. */
#ifndef REPLAY_COUNTERS_H
#define REPLAY_COUNTERS_H

#include "replay.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * replay_counters_subtract() - subtract what had been counted at an earlier time
 * @c: counters now; what has happened since remains
 * @before: counters then
 */
void replay_counters_subtract(struct replay_counters *c, const struct replay_counters *before);

/**
 * replay_counters_add() - add the counters of another IOMMU
 * @c: the sum
 * @other: what is added
 */
void replay_counters_add(struct replay_counters *c, const struct replay_counters *other);

/**
 * replay_counters_json() - the counters as an object; what this run cannot know is absent
 * @res: result of the run
 *
 * Return: The object, for the caller to json_decref().
 */
json_t *replay_counters_json(const struct replay_result *res);

/**
 * replay_counters_print() - print the counters as tables
 * @res: result of the run
 * @out: where to
 */
void replay_counters_print(const struct replay_result *res, FILE *out);

#ifdef __cplusplus
}
#endif

#endif /* REPLAY_COUNTERS_H */
