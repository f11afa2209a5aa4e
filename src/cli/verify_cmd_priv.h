/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the two halves of `faultline verify` share: recorded faults, and a whole replay against a golden file. */
#ifndef VERIFY_CMD_PRIV_H
#define VERIFY_CMD_PRIV_H

#include "run_replay.h"
#include "verify_state.h"

/**
 * struct verify_arguments - what was asked for
 * @replay: the trace, --json, and the options of a replay
 * @junit: --junit, or NULL
 * @golden: --golden, or NULL
 * @write_state: --write-state, or NULL
 * @all: list reproduced faults, too
 * @show_state: --show-state
 * @update: write the golden file
 * @tolerance_ppm: of times
 * @given: an option of a replay was given
 */
struct verify_arguments {
	struct run_replay replay;
	const char *junit, *golden, *write_state;
	bool all, show_state, update;
	u32 tolerance_ppm;
	const char *given;
};

/**
 * verify_cmd_golden() - replay, and compare with, or write, the golden file
 * @a: what was asked for
 *
 * Return: An exit status.
 */
int verify_cmd_golden(struct verify_arguments *a);

/**
 * verify_cmd_write_state() - write the state of a recorded fault as a dump
 * @dir: the folder, which is made if it is not there
 * @r: the fault, with its state
 *
 * Return: An exit status; on failure the reason has been printed.
 */
int verify_cmd_write_state(const char *dir, const struct verify_result *r);

/**
 * verify_cmd_junit() - write a JUnit file
 * @path: the file, which has its name when all of it is written
 * @cases: the test cases
 * @tests: how many
 * @failures: of them
 * @skipped: of them
 *
 * Return: An exit status; on failure the reason has been printed.
 */
int verify_cmd_junit(const char *path, const char *cases, u64 tests, u64 failures, u64 skipped);

#endif /* VERIFY_CMD_PRIV_H */
