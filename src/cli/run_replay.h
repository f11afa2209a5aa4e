/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One replay as a command asks for it: its options, the run with its records, and the result as JSON. */
#ifndef RUN_REPLAY_H
#define RUN_REPLAY_H

#include "run_options.h"
#include "trace_words.h"
#include "verify.h"

/**
 * struct run_replay - a replay
 * @common: options
 * @have_faults: --faults was given
 * @list: each record is added to it as JSON; or NULL
 * @log: each record is printed to its file as a kernel does; or its file is NULL
 * @unprinted: records that no kernel prints
 * @res: what came out
 * @recorded: private: the faults of the trace
 * @command: name of the command, for messages
 */
struct run_replay {
	struct run_options common;
	bool have_faults;
	json_t *list;
	struct trace_printk log;
	u64 unprinted;
	struct replay_result res;
	struct verify_recorded *recorded;
	const char *command;
};

enum run_replay_option { RUN_IOMMU = RUN_OPTIONS_END, RUN_FAULTS, RUN_FUNCTIONAL, RUN_REPLAY_END };

/* Rows of a command's table for getopt_long(). */
#define RUN_REPLAY_OPTIONS                                                                                            \
	RUN_LONG_OPTIONS, { "iommu", required_argument, NULL, RUN_IOMMU },                                            \
		{ "faults", required_argument, NULL, RUN_FAULTS }, { "series", optional_argument, NULL, RUN_SERIES }, \
	{                                                                                                             \
		"functional", no_argument, NULL, RUN_FUNCTIONAL                                                       \
	}

/**
 * run_replay_init() - set every option to its default
 * @r: filled in; run_replay_exit() ends it
 * @command: name of the command
 */
void run_replay_init(struct run_replay *r, const char *command);

/**
 * run_replay_exit() - free what it holds
 * @r: the replay
 */
void run_replay_exit(struct run_replay *r);

/**
 * run_replay_take() - handle one option
 * @r: the replay
 * @opt: the option, as getopt_long() returned it
 * @argc: of the command
 * @argv: of the command
 *
 * Return: An exit status; on failure the reason has been printed.
 */
int run_replay_take(struct run_replay *r, int opt, int argc, char **argv);

/**
 * run_replay_take_row() - handle one option, and note it for the record
 * @r: the replay
 * @row: the option's row for getopt_long(), whose value is in optarg
 *
 * Return: An exit status; on failure the reason has been printed.
 */
int run_replay_take_row(struct run_replay *r, const struct option *row);

/**
 * run_replay_check() - whether all that is needed was given
 * @r: the replay, with its trace
 *
 * Return: An exit status; on failure the reason has been printed.
 */
int run_replay_check(const struct run_replay *r);

/**
 * run_replay_play() - play the trace
 * @r: the replay; its result is filled in
 *
 * Return: An exit status; on failure the reason has been printed.
 */
int run_replay_play(struct run_replay *r);

/**
 * run_replay_json() - the result, with answers and records if they were asked for, and the record of the run
 * @r: the replay
 *
 * Return: The object, for the caller to json_decref(); NULL after a message.
 */
json_t *run_replay_json(const struct run_replay *r);

#endif /* RUN_REPLAY_H */
