/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A replay on the platform that a board's firmware describes. */
#ifndef BOARD_REPLAY_H
#define BOARD_REPLAY_H

#include "run_replay.h"

/**
 * board_replay() - take the platform of a replay from a board: the IOMMU, which of several a stream is behind, and for
 * each stream of the trace whose device it is: on the platform's bus or behind PCIe, and whether its faults stall
 * @r: the replay, whose trace is known. What the board says is noted as --iommu, --faults and --set, so that --like
 *	repeats the run without it
 * @file: the board, as board_read() takes it
 *
 * Return: An exit status; on failure the reason has been printed.
 */
int board_replay(struct run_replay *r, const char *file);

#endif /* BOARD_REPLAY_H */
