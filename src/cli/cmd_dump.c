// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "cli.h"

struct options {
	bool prefix;
};

static const struct cli_option options[] = { { "prefix", 0, CLI_FLAG(struct options, prefix) }, { 0 } };

static int run(int argc, char **argv)
{
	struct dmat_reader *reader;
	struct dmat_error err;
	struct options o = { 0 };
	const char *path = NULL;
	bool damaged;
	int ret;

	if (!cli_options(argc, argv, options, &o, NULL, NULL))
		path = cli_one_argument(argc, argv, "trace");
	if (!path)
		return CLI_FAILED;
	if (dmat_reader_open(&reader, path, o.prefix ? DMAT_READ_PREFIX : 0, &err))
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
