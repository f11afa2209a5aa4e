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

/* Rows of a command's table, whose struct @type has a struct board_options as its @member. */
#define BOARD_OPTIONS(type, member)                                                                           \
	{ "overlay", 0, CLI_CALL_AT(type, member, board_overlay) }, { "bdf", 0, CLI_TEXT(type, member.bdf) }, \
		{ "lspci", 0, CLI_TEXT(type, member.lspci) },                                                 \
	{                                                                                                     \
		"iort", 0, CLI_TEXT(type, member.file)                                                        \
	}

/**
 * board_overlay() - take the value of --overlay
 * @options: the struct board_options
 * @name: "overlay"
 * @value: a file
 *
 * Return: An exit status; on failure the reason has been printed.
 */
int board_overlay(void *options, const char *name, char *value);

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
