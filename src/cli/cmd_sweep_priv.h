/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* faultline sweep: what its parts share. */
#ifndef CMD_SWEEP_PRIV_H
#define CMD_SWEEP_PRIV_H

#include "replay_os.h"
#include "run_replay.h"
#include "sweep_pool.h"
#include "sweep_spec.h"
#include "sweep_store.h"

/* A trace as it is played. */
struct sweep_file {
	char path[CLI_PATH];
	char crc[16];
};

struct sweep {
	/* what is asked for */
	struct sweep_spec *spec;
	const char *study; /* the YAML file, or NULL */
	const char *out, *csv, *json;
	u32 jobs;
	u64 timeout_s;
	bool slurm, no_wait;
	const char *slurm_options; /* for sbatch, or NULL */
	u64 tasks, rounds;
	u32 share, shares; /* shares 0: all points */
	int argc;
	char **argv;

	/* what it becomes */
	struct sweep_store store;
	struct run_options base; /* of every point, unless config is varied */
	int vary_config;	 /* its place in spec->vary, or -1 */
	struct sweep_file *file; /* by trace and seed */
	const char *scanned;	 /* path of the trace of the points that are begun */
	struct replay_scan scan; /* what is in it */
	u32 points;
	char (*hash)[SWEEP_HASH]; /* by point */
};

/**
 * sweep_check_settings() - check each setting, value, variant and column, and make @base
 * @sw: the sweep
 *
 * Return: An exit status; on failure the reason has been printed.
 */
int sweep_check_settings(struct sweep *sw);

/**
 * sweep_check_traces() - read the traces that are files
 * @sw: the sweep
 *
 * Return: An exit status; on failure the reason has been printed.
 */
int sweep_check_traces(struct sweep *sw);

/**
 * sweep_make_traces() - make those that generators make, in the sweep's directory, unless they are there
 * @sw: the sweep
 *
 * Return: An exit status; on failure the reason has been printed.
 */
int sweep_make_traces(struct sweep *sw);

/**
 * sweep_know_points() - find out by which hash each point is known
 * @sw: the sweep
 *
 * Return: An exit status; on failure the reason has been printed.
 */
int sweep_know_points(struct sweep *sw);

/**
 * sweep_file_of() - which trace a point plays
 * @sw: the sweep
 * @index: the point
 *
 * Return: Its place in @sw->file.
 */
u32 sweep_file_of(const struct sweep *sw, u32 index);

/**
 * sweep_scan_trace() - read the trace of a point once, for it and its neighbours; for sweep_pool_run()
 * @ctx: the sweep
 * @index: the point
 */
void sweep_scan_trace(void *ctx, u32 index);

/**
 * sweep_run_point() - run one point and keep its result; for sweep_pool_run()
 * @ctx: the sweep
 * @index: the point
 *
 * Return: An exit status; on failure the reason has been printed.
 */
int sweep_run_point(void *ctx, u32 index);

/**
 * sweep_bad() - say what is wrong with a study
 * @sw: the sweep
 * @err: what, and where
 *
 * Return: CLI_FAILED.
 */
int sweep_bad(const struct sweep *sw, const struct sweep_error *err);

/**
 * sweep_missing() - the points that have neither a result nor a reason why not
 * @sw: the sweep
 * @list: receives them, with room for all
 *
 * Return: Their number.
 */
u32 sweep_missing(const struct sweep *sw, u32 *list);

/**
 * sweep_on_slurm() - have a farm run what is missing
 * @sw: the sweep
 * @gathered: set if all that could be had is there
 *
 * Return: An exit status; on failure the reason has been printed.
 */
int sweep_on_slurm(struct sweep *sw, bool *gathered);

/**
 * sweep_slurm_pending() - whether a job of an earlier call has not been gathered
 * @sw: the sweep
 *
 * Return: true if so.
 */
bool sweep_slurm_pending(const struct sweep *sw);

#endif /* CMD_SWEEP_PRIV_H */
