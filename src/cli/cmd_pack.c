// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "cli.h"

struct options {
	const char *output;
};

static const struct cli_option options[] = { { "output", 'o', CLI_TEXT(struct options, output) }, { 0 } };

static int run(int argc, char **argv)
{
	struct options o = { 0 };
	const char *path = NULL;
	struct dmat_error err;
	FILE *in;
	int ret;

	if (!cli_options(argc, argv, options, &o, NULL, NULL))
		path = cli_one_argument(argc, argv, "text");
	if (!path)
		return CLI_FAILED;
	if (!o.output)
		return cli_usage("pack", "pack: no output file given (-o)");
	in = strcmp(path, "-") ? fopen(path, "r") : stdin;
	if (!in)
		return cli_fail("%s: cannot read: %s", path, strerror(errno));
	ret = dmat_pack(in, path, o.output, &err);
	if (in != stdin)
		fclose(in);
	return ret ? cli_fail_error(&err) : CLI_OK;
}

const struct cli_command cli_pack = {
	.name = "pack",
	.summary = "make a trace from its text",
	.help = "Usage: faultline pack TEXT -o OUT.dmat\n"
		"Makes a trace from the text that 'faultline dump' prints; TEXT '-' is standard input.\n\n"
		"  -o, --output FILE  the trace to write; left alone if anything is wrong with TEXT\n\n"
		"The first line is 'dmat 1', then 'meta KEY VALUE' lines, then one line a record:\n"
		"  KIND TIME_NS [sid=] [pasid=] [domain=] [iova=] [size=] [dir=rwxp] [tag=]\n"
		"  [whole] [last] [stall] [no_iova] [words] [outcome=none|ok|fault] [pa=] [perm=rwxp]\n"
		"  [model=none|smmuv2|smmuv3|vtd|amdvi|gpu|smmuv2_global] [code=] [word0=] .. [word3=]\n"
		"KIND: access attach detach map unmap invalidate fault page_request response mark.\n"
		"Empty lines and lines that start with # are skipped. Time may not go back.\n",
	.run = run,
};
