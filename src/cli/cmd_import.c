// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "cli.h"
#include "trace_import.h"
#include <ctype.h>
#include <getopt.h>

#define METAS 32

static const struct option options[] = {
	{ "format", required_argument, NULL, 'f' },
	{ "output", required_argument, NULL, 'o' },
	{ "length", required_argument, NULL, 'l' },
	{ "meta", required_argument, NULL, 'm' },
	{ 0 },
};

struct arguments {
	struct trace_import_options opt;
	const char *meta[METAS][2];
	const char *output;
};

static int list_formats(void)
{
	const char *name, *summary;
	unsigned int i;

	for (i = 0; trace_importer_info(i, &name, &summary); i++)
		printf("%-8s %s\n", name, summary);
	return cli_finish(CLI_OK);
}

static int add_meta(struct arguments *a, char *pair)
{
	char *value = strchr(pair, '=');

	if (!value)
		return cli_usage("import", "import: --meta '%s' is not KEY=VALUE", pair);
	if (a->opt.metas == METAS)
		return cli_usage("import", "import: more than %d times --meta", METAS);
	*value++ = '\0';
	a->meta[a->opt.metas][0] = pair;
	a->meta[a->opt.metas++][1] = value;
	return CLI_OK;
}

static int take_option(struct arguments *a, int c, int argc, char **argv)
{
	char *end;

	switch (c) {
	case 'f':
		a->opt.format = optarg;
		return CLI_OK;
	case 'o':
		a->output = optarg;
		return CLI_OK;
	case 'm':
		return add_meta(a, optarg);
	case 'l':
		a->opt.length = isdigit((unsigned char)*optarg) ? strtoull(optarg, &end, 10) : 0;
		if (!a->opt.length || *end || a->opt.length > 4096)
			return cli_usage("import", "import: --length '%s' is not a number from 1 to 4096", optarg);
		return CLI_OK;
	default:
		return cli_bad_option(argc, argv, c);
	}
}

static int run(int argc, char **argv)
{
	struct arguments a = { 0 };
	struct dmat_error err;
	const char *input;
	int c, ret;

	a.opt.meta = a.meta;
	opterr = 0;
	while ((c = getopt_long(argc, argv, ":o:", options, NULL)) != -1) {
		ret = take_option(&a, c, argc, argv);
		if (ret)
			return ret;
	}
	if (a.opt.format && !strcmp(a.opt.format, "list"))
		return list_formats();
	input = cli_one_argument(argc, argv, "input file");
	if (!input)
		return CLI_FAILED;
	if (!a.output)
		return cli_usage("import", "import: no output file given (-o)");
	return trace_import(input, a.output, &a.opt, &err) ? cli_fail_error(&err) : CLI_OK;
}

const struct cli_command cli_import = {
	.name = "import",
	.summary = "make a trace from another program's log",
	.help = "Usage: faultline import [OPTION]... IN -o OUT.dmat\n"
		"Makes a trace from another program's log, plain or gzip.\n\n"
		"  --format NAME      format of IN; 'list' prints all; default 'auto': by its first lines\n"
		"  --length BYTES     length of accesses whose length the log does not tell, 1 to 4096,\n"
		"                     clipped at the end of the page; default 64\n"
		"  --meta KEY=VALUE   add to the metadata of OUT, for instance its origin; may be repeated\n"
		"  -o, --output FILE  the trace to write; left alone if anything is wrong with IN\n",
	.run = run,
};
