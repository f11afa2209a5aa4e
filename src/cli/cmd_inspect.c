// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* faultline inspect: a result in a terminal, and what differs between two. */
#include "inspect_priv.h"

static const char help[] =
	"Usage: faultline inspect RESULT.json [--fault N]\n"
	"       faultline inspect A.json B.json\n"
	"Shows a result that replay, compare or study wrote with --json: tables, bars, and what happened over time\n"
	"(of a run with --series) as sparklines. Of two results: the keys of the configuration that differ, and\n"
	"the figures, with B less A and that in per cent of A.\n"
	"\n"
	"  --fault N           the story of the N-th slowest fault (of a run with --series)\n"
	"\n"
	"Exit status: 0 done, and two results are the same; 1 two results differ; 2 could not be done.\n";

struct options {
	struct result_file file[2];
	unsigned int n;
	u64 fault; /* 0: none was asked for */
};

static const struct cli_option options[] = {
	{ "fault", 0, CLI_NUMBER(struct options, fault, 1, ~0ULL) },
	{ 0 },
};

static int parse(struct options *o, int argc, char **argv)
{
	int status = cli_options(argc, argv, options, o, NULL, NULL);

	if (status)
		return status;
	if (optind == argc)
		return cli_usage("inspect", "inspect: no result given");
	if (argc - optind > 2)
		return cli_usage("inspect", "inspect: unexpected argument '%s'", argv[optind + 2]);
	if (o->fault && argc - optind > 1)
		return cli_usage("inspect", "inspect: --fault is of one result");
	return CLI_OK;
}

static int inspect(const struct options *o)
{
	struct term t;

	term_init(&t);
	if (o->n == 2)
		return inspect_diff(&t, &o->file[0], &o->file[1]);
	if (o->fault)
		return inspect_fault(&t, &o->file[0], o->fault);
	inspect_show(&t, &o->file[0]);
	return CLI_OK;
}

static int run(int argc, char **argv)
{
	struct options o = { 0 };
	char err[RESULT_ERROR];
	int status = parse(&o, argc, argv);

	for (; !status && optind < argc; optind++)
		status = result_file_read(&o.file[o.n++], argv[optind], err) ? cli_fail("%s", err) : CLI_OK;
	if (!status)
		status = inspect(&o);
	while (o.n)
		result_file_free(&o.file[--o.n]);
	return status == CLI_FAILED ? status : cli_finish(status);
}

const struct cli_command cli_inspect = {
	.name = "inspect",
	.summary = "a result in a terminal, or what differs between two",
	.help = help,
	.run = run,
};
