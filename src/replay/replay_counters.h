/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What was counted in a replay, for programs and for people. */
#ifndef REPLAY_COUNTERS_H
#define REPLAY_COUNTERS_H

#include "replay.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Take away what had been counted by then: what happened since remains. */
void replay_counters_subtract(struct replay_counters *c, const struct replay_counters *before);

/* What several IOMMUs have counted, together. */
void replay_counters_add(struct replay_counters *c, const struct replay_counters *other);

/* As an object; what this run cannot know is absent. */
json_t *replay_counters_json(const struct replay_result *res);

/* As tables. */
void replay_counters_print(const struct replay_result *res, FILE *out);

#ifdef __cplusplus
}
#endif

#endif /* REPLAY_COUNTERS_H */
