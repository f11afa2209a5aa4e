/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What firmware cannot say about a board, from a file beside it, and changes of a board for "what if". */
#ifndef BOARD_PLATFORM_H
#define BOARD_PLATFORM_H

#include "board.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * board_platform() - add what a platform file says
 * @b: the board
 * @file: YAML: iommus, tbus, masters, fault_p999_ns, pager, workers; docs/check-stall.md describes it
 * @err: filled on error
 *
 * Return: 0 or -errno.
 */
int board_platform(struct board *b, const char *file, struct board_error *err);

/* A change of a board. */
enum board_change_kind {
	BOARD_WITHOUT,	 /* the master is not there */
	BOARD_TERMINATE, /* its faults are terminated */
	BOARD_USE_PRI,	 /* it asks for pages with PRI */
	BOARD_MOVE,	 /* it sits behind another TBU */
	BOARD_SET	 /* a key of the platform file */
};

/**
 * struct board_change - a change
 * @kind: what changes
 * @what: PATH; PATH=TBU; PATH:KEY=VALUE or KEY=VALUE
 */
struct board_change {
	enum board_change_kind kind;
	const char *what;
};

/**
 * board_change() - apply a change
 * @b: the board
 * @c: the change
 * @err: filled on error
 *
 * Return: 0 or -errno.
 */
int board_change(struct board *b, const struct board_change *c, struct board_error *err);

#ifdef __cplusplus
}
#endif

#endif /* BOARD_PLATFORM_H */
