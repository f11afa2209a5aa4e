/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Evidence by simulation for a board: what it shows becomes findings, beside those of the rules. */
#ifndef STALL_EVIDENCE_H
#define STALL_EVIDENCE_H

#include "board_stall.h"
#include "findings.h"
#include "stall_simulate.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * struct stall_evidence - a board that was simulated
 * @board: as a platform; without board.needed nobody stalls, and there is no result
 * @opt: how hard it was looked
 * @cfg: of board_stall_platform(); may be NULL
 * @res: what came out
 */
struct stall_evidence {
	struct stall_board board;
	struct stall_options opt;
	const struct fl_config *cfg;
	struct stall_result res;
};

/**
 * stall_evidence_make() - simulate a board
 * @e: with @opt and @cfg; the rest is filled in; stall_evidence_free() ends it, on errors, too
 * @b: the board
 * @f: of rules_check(). A deadlock that no rule has foreseen is added, and each device that waits longer than it can
 *	although no rule says so: an error, or a warning if how long it can wait had to be assumed
 * @err: filled on error
 *
 * Return: 0 or -errno.
 */
int stall_evidence_make(struct stall_evidence *e, const struct board *b, struct findings *f, struct board_error *err);

/**
 * stall_evidence_free() - free what evidence holds
 * @e: the evidence
 */
void stall_evidence_free(struct stall_evidence *e);

/**
 * stall_evidence_print() - evidence for people
 * @e: the evidence
 * @out: where to
 */
void stall_evidence_print(const struct stall_evidence *e, FILE *out);

/**
 * stall_evidence_json() - evidence as one JSON object: stall_json() with "assumptions"
 * @e: the evidence
 *
 * Return: The object, for the caller to json_decref().
 */
json_t *stall_evidence_json(const struct stall_evidence *e);

#ifdef __cplusplus
}
#endif

#endif /* STALL_EVIDENCE_H */
