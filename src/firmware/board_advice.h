/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The smallest changes of a board that clear its errors, found by trying. */
#ifndef BOARD_ADVICE_H
#define BOARD_ADVICE_H

#include "findings.h"

#ifdef __cplusplus
extern "C" {
#endif

#define ADVICE_SIZE    3
#define ADVICE_OPTIONS 12
#define ADVICE_TEXT    1200

/**
 * struct advice - what to change
 * @n: number of @option
 * @size: changes of each
 * @option: changes as options of check-stall; any one row clears the errors
 * @clean: there is no error that a change could clear
 * @cut: the board is too large to try all of them
 * @others: there are errors that no change of this kind can clear
 */
struct advice {
	u32 n, size;
	char option[ADVICE_OPTIONS][ADVICE_SIZE][ADVICE_TEXT];
	bool clean, cut, others;
};

/**
 * board_advise() - find the smallest changes that clear the errors of the rules on stalls
 * @b: the board
 * @f: what was found on it, waivers applied
 * @also: adds what else it finds on a board on which the rules find nothing; 0 or -errno. NULL: the rules alone
 * @ctx: of @also
 *
 * Return: The advice, which the caller frees with free(); NULL without memory.
 */
struct advice *board_advise(const struct board *b, const struct findings *f,
			    int (*also)(void *ctx, const struct board *b, struct findings *f), void *ctx);

#ifdef __cplusplus
}
#endif

#endif /* BOARD_ADVICE_H */
