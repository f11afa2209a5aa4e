// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* faultline report: results that are there, as one page of HTML. */
#include "page.h"
#include "report_json.h"
#include "run_options.h"

static const char help[] =
	"Usage: faultline report RESULT.json... -o OUT.html [--d3 FILE]\n"
	"Makes one page of HTML of results that replay, compare and study wrote with --json: what a fault costs and\n"
	"why, latencies, streams, resources, what happened over time (of a run with --series), the configurations\n"
	"and the records of the runs. The page has all that it needs within itself and opens offline.\n"
	"\n"
	"  -o, --output FILE   the page; '-' for standard output\n"
	"  --d3 FILE           D3 version 3, which draws; default: " PAGE_LIBRARY " (Debian: libjs-d3)\n"
	"\n"
	"replay, compare and study make the same page with --report OUT.html.\n";

struct options {
	const char *output, *library;
	struct result_file file[PAGE_MAX_FILES];
	size_t n;
};

static const struct cli_option options[] = {
	{ "output", 'o', CLI_TEXT(struct options, output) },
	{ "d3", 0, CLI_TEXT(struct options, library) },
	{ 0 },
};

static int parse(struct options *o, int argc, char **argv)
{
	int status = cli_options(argc, argv, options, o, NULL, NULL);

	if (status)
		return status;
	if (optind == argc)
		return cli_usage("report", "report: no result given");
	if (argc - optind > PAGE_MAX_FILES)
		return cli_usage("report", "report: at most %d results", PAGE_MAX_FILES);
	return o->output ? CLI_OK : cli_usage("report", "report: -o OUT.html is missing");
}

static int write_page(const struct result_file *files, size_t n, const char *library, const char *path)
{
	const struct page page = { files, n, FL_VERSION, library };
	char err[RESULT_ERROR];

	return page_write(&page, path, err) ? cli_fail("%s", err) : CLI_OK;
}

int run_write(const char *command, json_t *result, const char *json, const char *page)
{
	struct result_file f;
	int status, code = json ? report_json_write(result, json) : 0;

	if (code)
		return cli_fail("%s: %s", json, strerror(-code));
	if (!page)
		return CLI_OK;
	code = result_file_take(&f, json && strcmp(json, "-") ? json : command, result);
	if (code)
		return cli_fail("%s: %s", page, strerror(-code));
	status = write_page(&f, 1, NULL, page);
	result_file_free(&f);
	return status;
}

static int run(int argc, char **argv)
{
	struct options o = { 0 };
	char err[RESULT_ERROR];
	int status = parse(&o, argc, argv);

	for (; !status && optind < argc; optind++)
		status = result_file_read(&o.file[o.n++], argv[optind], err) ? cli_fail("%s", err) : CLI_OK;
	if (!status)
		status = write_page(o.file, o.n, o.library, o.output);
	while (o.n)
		result_file_free(&o.file[--o.n]);
	return status ? status : cli_finish(CLI_OK);
}

const struct cli_command cli_report = {
	.name = "report",
	.summary = "results as one page of HTML, with charts",
	.help = help,
	.run = run,
};
