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

/**
 * struct replay_run - a run, as it is called where several are compared
 * @name: name of the run
 * @opt: its options
 * @res: its result
 */
struct replay_run {
	const char *name;
	const struct replay_options *opt;
	const struct replay_result *res;
};

/**
 * struct replay_why - the owner of most of a mean time, or of most of the difference of two
 * @of_faults: of the mean fault; else of the mean access
 * @owner: who has the time
 * @run: run in which the owner has the time, or has more of it
 * @other: run that @run is compared with; NULL if there is only one
 * @all_ns: the mean time, or the difference of two
 * @ns: the owner's part of @all_ns, with @also_ns; more than @all_ns where other owners have less in @run
 * @also_ns: parts of @ns that other owners have by the first key that is named, if that is a price: those with the same
 *	price, and waits for units while their holders are with the owner
 * @behind_ns: part of @ns that is spent waiting for units whose holders wait for the owner
 * @resource: what is waited for, or what serves; NULL: none
 */
struct replay_why {
	bool of_faults;
	enum owner owner;
	const struct replay_run *run, *other;
	u64 all_ns, ns, behind_ns;
	u64 also_ns[OWNERS];
	const struct replay_resource *resource;
};

#define REPLAY_WHYS 2

/**
 * replay_why() - what a fault and an access spend their time on
 * @run: the run
 * @why: filled in: first the reason of the mean fault, if there are faults; then of the mean access, if another owner
 *	has most of it
 *
 * Return: Number of reasons; 0 if the time has no owners.
 */
u32 replay_why(const struct replay_run *run, struct replay_why why[REPLAY_WHYS]);

/**
 * replay_why_differ() - why a fault and an access take longer in one run than in another
 * @base: the other run
 * @run: the run that is compared with it
 * @why: reasons, filled in
 *
 * An owner that has the same time in both runs is no reason.
 *
 * Return: Number of reasons.
 */
u32 replay_why_differ(const struct replay_run *base, const struct replay_run *run, struct replay_why why[REPLAY_WHYS]);

#define REPLAY_WHY_TEXT 2048

/**
 * replay_why_text() - a reason as sentences
 * @why: the reason
 * @text: receives the sentences
 *
 * Return: @text.
 */
const char *replay_why_text(const struct replay_why *why, char text[REPLAY_WHY_TEXT]);

/**
 * replay_why_json() - a reason as an object, the sentences included
 * @why: the reason
 *
 * Return: The object, for the caller to json_decref().
 */
json_t *replay_why_json(const struct replay_why *why);

/**
 * replay_owner_mean() - mean of an owner's time
 * @sum: ns in all bills
 * @n: number of bills
 *
 * Return: ns, rounded to the nearest, half up; 0 without bills.
 */
static inline u64 replay_owner_mean(u64 sum, u64 n)
{
	return n ? (sum + n / 2) / n : 0;
}

#ifdef __cplusplus
}
#endif

#endif /* REPLAY_WHY_H */
