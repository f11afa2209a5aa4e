// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * contract [--engine NAME] [--seed N] [--steps N] [--old-order]
 * contract --trace ENGINE FILE
 * contract --resume IN OUT
 *
 * The first form runs random holders over all engines (or one): a seed lasts
 * RUN_STEPS steps. A failure names its seed, with which it comes again. With
 * --old-order the engines' ends of walks act for others, as they once did, and
 * the run passes if the accounts find that out. The others: contract_trace.c.
 */
#include "contract_trace.h"

#include <stdio.h>
#include <stdlib.h>

#define RUN_STEPS   20000
#define QUIET_EVERY 500

static const struct ct_engine *const engines[] = { &ct_smmuv3, &ct_vtd, &ct_smmuv2 };

static const char *const count_names[CT_COUNTS] = {
	[CT_ENDED_OK] = "translated",
	[CT_ENDED_BADLY] = "terminated",
	[CT_N_STALLS] = "stalled",
	[CT_N_WAITS] = "waited",
	[CT_N_RESUMES] = "resumed",
	[CT_N_SYNCS] = "syncs",
	[CT_N_SYNCS_LATE] = "of them in a step",
	[CT_N_CANCELS] = "cancelled",
	[CT_N_ATS] = "ATS invalidations",
	[CT_N_RESPONSES] = "responses",
	[CT_N_RESETS] = "resets",
	[CT_N_RESTORES] = "restores",
	[CT_N_COMMANDS] = "commands",
	[CT_N_PLACES] = "places checked",
	[CT_N_PAST] = "of them past",
};

static const char *const old_names[] = {
	[0] = "",
	[CT_OLD_FILL] = " with the old fill",
	[CT_OLD_CANCEL] = " with the old cancel",
	[CT_OLD_ATS] = " with the old ats_inv_done",
};

static const struct ct_engine *find_engine(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(engines); i++)
		if (!strcmp(engines[i]->cls->name, name))
			return engines[i];
	fprintf(stderr, "contract: no engine %s\n", name);
	exit(2);
}

/* One seed. Returns the steps made; adds what happened to @counts. */
static u64 run_seed(const struct ct_engine *e, u64 seed, u64 steps, u32 old, u64 *counts, char *why)
{
	struct ct *c = ct_new(e, seed, old);
	u64 n = 0, i;

	while (n < steps && ct_step(c))
		if (++n % QUIET_EVERY == 0 && !ct_quiesce(c))
			break;
	if (!c->why[0])
		ct_quiesce(c);
	for (i = 0; i < CT_COUNTS; i++)
		counts[i] += c->s.counts[i];
	strcpy(why, c->why);
	ct_free(c);
	return n;
}

static bool run_engine(const struct ct_engine *e, u64 seed, u64 steps, u32 old)
{
	u64 counts[CT_COUNTS] = { 0 }, done = 0, seeds = 0;
	char why[256] = "";
	u32 i;

	while (done < steps && !why[0]) {
		done += run_seed(e, seed + seeds, min(steps - done, (u64)RUN_STEPS), old, counts, why);
		seeds++;
	}
	printf("%s%s: %llu steps, %llu seeds from %llu:", e->cls->name, old_names[old], done, seeds, seed);
	for (i = 0; i < CT_COUNTS; i++)
		if (counts[i])
			printf("%s %llu %s", i ? "," : "", counts[i], count_names[i]);
	if (why[0])
		printf("\n  found after %llu steps: seed %llu, %s", done + 1, seed + seeds - 1, why);
	printf("\n");
	fflush(stdout);
	return !why[0] == !old;
}

/* One call after the other goes back to its old order; each time the accounts have to find it. */
static bool run_old(const struct ct_engine *e, u64 seed, u64 steps)
{
	bool found = run_engine(e, seed, steps, CT_OLD_FILL);

	found &= run_engine(e, seed, steps, CT_OLD_CANCEL);
	if (e->cls->ats_inv_done)
		found &= run_engine(e, seed, steps, CT_OLD_ATS);
	return found;
}

static int usage(void)
{
	fprintf(stderr, "usage: contract [--engine NAME] [--seed N] [--steps N] [--old-order]\n"
			"       contract --trace ENGINE FILE\n"
			"       contract --resume IN OUT\n");
	return 2;
}

int main(int argc, char **argv)
{
	const struct ct_engine *only = NULL;
	u64 seed = 1, steps = 300000;
	bool old = false, ok = true;
	size_t k;
	int i;

	if (argc == 4 && !strcmp(argv[1], "--trace"))
		return ct_trace_main(find_engine(argv[2]), argv[3], argv[0]);
	if (argc == 4 && !strcmp(argv[1], "--resume"))
		return ct_resume_main(engines, ARRAY_SIZE(engines), argv[2], argv[3]);
	for (i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--old-order"))
			old = true;
		else if (i + 1 == argc)
			return usage();
		else if (!strcmp(argv[i], "--engine"))
			only = find_engine(argv[++i]);
		else if (!strcmp(argv[i], "--seed"))
			seed = strtoull(argv[++i], NULL, 0);
		else if (!strcmp(argv[i], "--steps"))
			steps = strtoull(argv[++i], NULL, 0);
		else
			return usage();
	}
	steps = only ? steps : steps / ARRAY_SIZE(engines);
	for (k = 0; k < ARRAY_SIZE(engines); k++)
		if (!only || only == engines[k])
			ok &= old ? run_old(engines[k], seed, steps) : run_engine(engines[k], seed, steps, 0);
	return ok ? 0 : 1;
}
