// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* faultline inspect: a result in a terminal, and what differs between two. */
#include "inspect_priv.h"
#include "run_options.h"

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

enum { OPT_FAULT = 256 };

static const struct option long_options[] = {
	{ "fault", required_argument, NULL, OPT_FAULT },
	{ NULL, 0, NULL, 0 },
};

struct options {
	struct result_file file[2];
	unsigned int n;
	u64 fault; /* 0: none was asked for */
};

static int parse(struct options *o, int argc, char **argv)
{
	int opt, status = CLI_OK;

	optind = 1;
	opterr = 0;
	while (!status && (opt = getopt_long(argc, argv, ":", long_options, NULL)) != -1) {
		if (opt != OPT_FAULT)
			return cli_bad_option(argc, argv, opt);
		status = run_options_number("inspect", "--fault", optarg, ~0ULL, &o->fault);
		if (!status && !o->fault)
			status = cli_usage("inspect", "inspect: --fault 0: the slowest is 1");
	}
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
