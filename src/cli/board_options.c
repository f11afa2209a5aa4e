// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "board_options.h"
#include <getopt.h>

bool board_option(struct board_options *o, int c, const char *value, int *status)
{
	switch (c) {
	case BOARD_OPTION_OVERLAY:
		if (o->n_overlays == BOARD_OVERLAYS)
			*status = cli_fail("--overlay: more than %d of them", BOARD_OVERLAYS);
		else
			o->overlay[o->n_overlays++] = value;
		return true;
	case BOARD_OPTION_BDF:
		o->bdf = value;
		return true;
	case BOARD_OPTION_LSPCI:
		o->lspci = value;
		return true;
	case BOARD_OPTION_IORT:
		o->file = value;
		return true;
	}
	return false;
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
