/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* How the commands about boards read one. */
#ifndef BOARD_OPTIONS_H
#define BOARD_OPTIONS_H

#include "board_read.h"
#include "cli.h"

#define BOARD_OVERLAYS 32

/**
 * struct board_options - where a board comes from
 * @file: the board
 * @overlay: overlays
 * @n_overlays: number of @overlay
 * @bdf: --bdf; may be NULL
 * @lspci: --lspci; may be NULL
 */
struct board_options {
	const char *file;
	const char *overlay[BOARD_OVERLAYS];
	u32 n_overlays;
	const char *bdf, *lspci;
};

/* Options that both commands have; BOARD_OPTION_* are what getopt_long() returns. */
enum { BOARD_OPTION_OVERLAY = 0x200, BOARD_OPTION_BDF, BOARD_OPTION_LSPCI, BOARD_OPTION_IORT };
#define BOARD_OPTIONS                                                     \
	{ "overlay", required_argument, NULL, BOARD_OPTION_OVERLAY },     \
		{ "bdf", required_argument, NULL, BOARD_OPTION_BDF },     \
		{ "lspci", required_argument, NULL, BOARD_OPTION_LSPCI }, \
	{                                                                 \
		"iort", required_argument, NULL, BOARD_OPTION_IORT        \
	}

/**
 * board_option() - take one of the options
 * @o: the options
 * @c: what getopt_long() returned
 * @value: its value
 * @status: set to an exit status if the option is there too often
 *
 * Return: False if it is another option.
 */
bool board_option(struct board_options *o, int c, const char *value, int *status);

/**
 * board_open() - read the board
 * @b: filled in; board_free() ends it
 * @o: where from; @o->file is taken from the arguments if --iort has not given it
 * @argc: of the command
 * @argv: of the command
 *
 * Return: An exit status; on failure the reason has been printed.
 */
int board_open(struct board *b, struct board_options *o, int argc, char **argv);

#endif /* BOARD_OPTIONS_H */
