// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "cli.h"
#include "report_table.h"
#include "trace_import.h"

#define METAS 32

struct arguments {
	struct trace_import_options opt;
	const char *meta[METAS][2];
	const char *output;
	bool strict;
};

static int list_formats(void)
{
	const char *name, *summary;
	unsigned int i;

	for (i = 0; trace_importer_info(i, &name, &summary); i++)
		printf("%-8s %s\n", name, summary);
	return cli_finish(CLI_OK);
}

static int add_meta(void *arguments, const char *name, char *pair)
{
	struct arguments *a = arguments;
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

static const struct cli_option options[] = {
	{ "format", 0, CLI_TEXT(struct arguments, opt.format) },
	{ "output", 'o', CLI_TEXT(struct arguments, output) },
	{ "length", 0, CLI_NUMBER(struct arguments, opt.length, 1, 4096) },
	{ "meta", 0, CLI_CALL(add_meta) },
	{ "strict", 0, CLI_FLAG(struct arguments, strict) },
	{ 0 },
};

static void print_summary(const struct trace_import_stats *s)
{
	unsigned int i;

	fprintf(stderr, "%llu lines: %llu faults, %llu page requests, %llu unreadable", s->lines, s->faults,
		s->requests, s->unreadable);
	for (i = 0; i < s->unreadable && i < TRACE_IMPORT_LINES; i++)
		fprintf(stderr, "%s%llu", i ? ", " : " (line ", s->unreadable_line[i]);
	fprintf(stderr, "%s, %llu suppressed, %llu overflows, %llu repeated, %llu foreign\n",
		s->unreadable > TRACE_IMPORT_LINES ? ", ..)"
		: s->unreadable			   ? ")"
						   : "",
		s->suppressed, s->overflows, s->repeated, s->foreign);
	if (s->unreadable && s->reason[0])
		fprintf(stderr, "line %llu: %s\n", s->unreadable_line[0], s->reason);
}

static int run(int argc, char **argv)
{
	struct report_progress bar = { .what = "bytes" };
	struct trace_import_stats stats;
	struct arguments a = { .opt = { .stats = &stats, .progress = report_progress_of, .progress_ctx = &bar } };
	struct dmat_error err;
	const char *input;
	int ret = cli_options(argc, argv, options, &a, NULL, NULL);

	a.opt.meta = a.meta;
	if (ret)
		return ret;
	if (a.opt.format && !strcmp(a.opt.format, "list"))
		return list_formats();
	input = cli_one_argument(argc, argv, "input file");
	if (!input)
		return CLI_FAILED;
	if (!a.output)
		return cli_usage("import", "import: no output file given (-o)");
	ret = trace_import(input, a.output, &a.opt, &err);
	report_progress_end(&bar);
	if (ret)
		return cli_fail_error(&err);
	print_summary(&stats);
	return a.strict && stats.unreadable ? CLI_NO : CLI_OK;
}

const struct cli_command cli_import = {
	.name = "import",
	.summary = "make a trace from another program's log",
	.help = "Usage: faultline import [OPTION]... IN -o OUT.dmat\n"
		"Makes a trace from another program's log, plain or gzip; IN may be - for standard input.\n"
		"What became of its lines is printed on stderr. A line that tells of a fault and\n"
		"cannot be read becomes a mark with the code 'unreadable' and its number.\n\n"
		"  --format NAME      format of IN; 'list' prints all; default 'auto': by its first lines\n"
		"  --length BYTES     length of accesses whose length the log does not tell, 1 to 4096,\n"
		"                     clipped at the end of the page; default 64\n"
		"  --strict           exit status 1 if a line that tells of a fault could not be read\n"
		"  --meta KEY=VALUE   add to the metadata of OUT, for instance its origin; may be repeated\n"
		"  -o, --output FILE  the trace to write; left alone if anything is wrong with IN\n",
	.run = run,
};
