/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The replay with time: SystemC, behind the face of replay.h. */
#ifndef FAULTLINE_TIMED_REPLAY_H
#define FAULTLINE_TIMED_REPLAY_H

#include "replay.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * replay_timed() - play a trace through the platform of @opt->cfg
 * @err: filled on error
 *
 * Once in a process: a second simulation cannot start. Return: 0 or -errno.
 */
int replay_timed(const struct replay_options *opt, struct replay_result *res, struct dmat_error *err);

/**
 * replay_timed_apart() - the same in a process of its own, as often as one likes
 *
 * What it adds to replay_options.account and .answers, and its progress, stay there; flush what is to be printed once.
 */
int replay_timed_apart(const struct replay_options *opt, struct replay_result *res, struct dmat_error *err);

#ifdef __cplusplus
}
#endif

#endif // FAULTLINE_TIMED_REPLAY_H
