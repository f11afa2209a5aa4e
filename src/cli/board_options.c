// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "board_options.h"

int board_overlay(void *options, const char *name, char *value)
{
	struct board_options *o = options;

	if (o->n_overlays == BOARD_OVERLAYS)
		return cli_fail("--%s: more than %d of them", name, BOARD_OVERLAYS);
	o->overlay[o->n_overlays++] = value;
	return CLI_OK;
}

int board_open(struct board *b, struct board_options *o, int argc, char **argv)
{
	struct board_error err;

	if (o->file && optind < argc)
		return cli_usage(argv[0], "%s: unexpected argument '%s'", argv[0], argv[optind]);
	if (!o->file)
		o->file = cli_one_argument(argc, argv, "board");
	if (!o->file)
		return CLI_FAILED;
	if (board_read(b, o->file, o->overlay, o->n_overlays, &err))
		return cli_fail("%s", err.text);
	if ((o->bdf && board_add_bdfs(b, o->bdf, &err)) || (o->lspci && board_add_lspci(b, o->lspci, &err))) {
		board_free(b);
		return cli_fail("%s", err.text);
	}
	return CLI_OK;
}
