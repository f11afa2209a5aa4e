/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Why a fault or an access takes what it takes, and why it takes more in one
 * run than in another. All of it is computed from the owners of the time and
 * the accounts of the resources; nothing is said that was not measured.
 */
#ifndef REPLAY_WHY_H
#define REPLAY_WHY_H

#include "replay.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A run, as it is called where several are compared. */
struct replay_run {
	const char *name;
	const struct replay_options *opt;
	const struct replay_result *res;
};

/**
 * struct replay_why - the owner of most of a mean time, or of most of the difference of two
 * @of_faults: of the mean fault; else of the mean access
 * @run: where the owner has the time, or has more of it
 * @other: the run that is compared; NULL if there is one run only
 * @all_ns: the mean, or the difference
 * @ns: of it, the owner's; more than @all_ns where other owners have less in @run
 * @behind_ns: of @ns, waits for something that others hold who wait for the owner
 * @resource: what is waited for, or what serves; NULL: none
 */
struct replay_why {
	bool of_faults;
	enum owner owner;
	const struct replay_run *run, *other;
	u64 all_ns, ns, behind_ns;
	const struct replay_resource *resource;
};

#define REPLAY_WHYS 2

/**
 * replay_why() - what a fault and an access spend their time on
 * @why: filled: first of the mean fault, if there are faults; then of the mean access, if something else has most of it
 * Return: how many, 0 if the time has no owners.
 */
u32 replay_why(const struct replay_run *run, struct replay_why why[REPLAY_WHYS]);

/* The same of the differences between @run and @base; an owner that has the same in both is no reason. */
u32 replay_why_differ(const struct replay_run *base, const struct replay_run *run, struct replay_why why[REPLAY_WHYS]);

#define REPLAY_WHY_TEXT 1024

/* As sentences; returns @text. */
const char *replay_why_text(const struct replay_why *why, char text[REPLAY_WHY_TEXT]);

/* For programs, the sentences included. */
json_t *replay_why_json(const struct replay_why *why);

/* Of @n bills that have @sum: the mean, rounded to the nearest, half up. */
static inline u64 replay_owner_mean(u64 sum, u64 n)
{
	return n ? (sum + n / 2) / n : 0;
}

#ifdef __cplusplus
}
#endif

#endif /* REPLAY_WHY_H */
