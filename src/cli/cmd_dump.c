// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "cli.h"
#include <getopt.h>

static const struct option options[] = {
	{ "prefix", no_argument, NULL, 'p' },
	{ 0 },
};

static int run(int argc, char **argv)
{
	struct dmat_reader *reader;
	struct dmat_error err;
	unsigned int flags = 0;
	const char *path;
	bool damaged;
	int c, ret;

	opterr = 0;
	while ((c = getopt_long(argc, argv, ":", options, NULL)) != -1) {
		if (c != 'p')
			return cli_bad_option(argc, argv, c);
		flags |= DMAT_READ_PREFIX;
	}
	path = cli_one_argument(argc, argv, "trace");
	if (!path)
		return CLI_FAILED;
	if (dmat_reader_open(&reader, path, flags, &err))
		return cli_fail_error(&err);
	ret = dmat_dump(reader, stdout, &err);
	damaged = dmat_reader_damaged(reader);
	dmat_reader_close(reader);
	if (ret)
		return cli_fail_error(&err);
	if (damaged) {
		cli_fail_error(&err);
		return cli_finish(CLI_NO);
	}
	return cli_finish(CLI_OK);
}

const struct cli_command cli_dump = {
	.name = "dump",
	.summary = "print a trace as text",
	.help = "Usage: faultline dump [--prefix] FILE\n"
		"Prints a trace as text, one line a record; 'faultline pack' makes the same file of it.\n\n"
		"  --prefix   of a damaged file print what is readable from its front, and exit with 1\n",
	.run = run,
};
