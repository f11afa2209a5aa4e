/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A board as its firmware describes it, as a platform that stall_simulate() takes: each device that may stall at its worst. */
#ifndef BOARD_STALL_H
#define BOARD_STALL_H

#include "board.h"
#include "fl_config.h"
#include "stall_platform.h"

#ifdef __cplusplus
extern "C" {
#endif

#define BOARD_STALL_ASSUMPTIONS 48

/**
 * struct stall_board - a board to be simulated
 * @platform: SMMUs that somebody stalls behind, with all who sit behind them
 * @needed: there is somebody; else @platform is empty
 * @master_of: index in struct board of each master of @platform
 * @sid: a StreamID of each of them
 * @sids_differ: no two have the same
 * @assumption: what the board does not say, and had to be assumed, a sentence each
 * @n_assumptions: number of @assumption
 */
struct stall_board {
	struct stall_platform platform;
	bool needed;
	u32 master_of[STALL_MAX_MASTERS], sid[STALL_MAX_MASTERS];
	bool sids_differ;
	char assumption[BOARD_STALL_ASSUMPTIONS][200];
	u32 n_assumptions;
};

/**
 * board_stall_platform() - make a platform of a board
 * @b: the board
 * @cfg: prices, and what the board does not say of SMMUs, TBUs and workers; NULL: the defaults
 * @s: filled in; holds nothing that must be freed
 * @err: filled on error
 *
 * A device that may stall has all of its outstanding transactions faulting, twice over. Handlers take their 99.9th
 * percentile and wait for storage: board.pager, else the first storage that shares a TBU with a device that stalls, else
 * the first; behind none of these SMMUs it takes as long. board.fault_p999_ns is all of a fault, so the handler's time is
 * what is left of it.
 *
 * Return: 0; -E2BIG: too many IOMMUs, TBUs or devices; -ENOMEM.
 */
int board_stall_platform(const struct board *b, const struct fl_config *cfg, struct stall_board *s,
			 struct board_error *err);

#ifdef __cplusplus
}
#endif

#endif /* BOARD_STALL_H */
