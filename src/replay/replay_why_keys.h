/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Which keys of the configuration would change a reason: within replay_why.c. */
#ifndef REPLAY_WHY_KEYS_H
#define REPLAY_WHY_KEYS_H

#include "replay_why.h"

#define REPLAY_WHY_KEYS 16

/* In the order in which they are named. @weight: of prices against each other; of sizes, the ns that they may save. */
struct replay_why_keys {
	const struct fl_key *key[REPLAY_WHY_KEYS];
	u64 weight[REPLAY_WHY_KEYS];
	u32 n;
};

/**
 * replay_why_find_keys() - the keys of a reason's owner that have an effect in its run
 * @w: reason, with its run and owner
 * @k: filled: first sizes, then prices, each with the largest first; prices that are small beside the largest are left
 *	out
 */
void replay_why_find_keys(const struct replay_why *w, struct replay_why_keys *k);

/**
 * replay_why_room() - what more of a reason's resource would save
 * @w: reason, with its run, owner, ns and resource
 *
 * Where what is waited for is full all the time, more of it makes the run faster until the next resource is full: that is
 * so much nearer as it is in use already.
 *
 * Return: ns of @w->ns; all of it where nothing is known to limit it, or where the owner waits for nothing.
 */
u64 replay_why_room(const struct replay_why *w);

/**
 * replay_why_total() - all resources of a name together, whichever IOMMU, TBU or stream has them
 * @res: result of a timed run
 * @name: of the resource, without the number of an IOMMU
 *
 * Return: their sums; all zero if the run has none of that name.
 */
struct replay_resource replay_why_total(const struct replay_result *res, const char *name);

#endif /* REPLAY_WHY_KEYS_H */
