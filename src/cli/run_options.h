/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The options that every command which replays a trace has. */
#ifndef RUN_OPTIONS_H
#define RUN_OPTIONS_H

#include "cli.h"
#include "fl_config.h"
#include "replay.h"

#include <getopt.h>

/**
 * struct run_options - what was asked for
 * @run: options of the replay
 * @cfg: the configuration; @run.cfg points to it
 * @json: file for the result, or NULL
 * @report: file for the page, or NULL
 * @counters: print tables of the counters, too
 * @functional: replay without time
 * @answers: list each fault with its answer
 * @options: those options on which the result depends, as they were typed
 * @trace_name: name of the trace where a run is repeated; else NULL
 * @trace_crc: its CRC-32 if it is known, as the record has it; else NULL
 * @repeated: the result that is repeated, or NULL
 */
struct run_options {
	struct replay_options run;
	struct fl_config cfg;
	const char *json, *report;
	bool counters, functional, answers;
	json_t *options;
	const char *trace_name, *trace_crc;
	json_t *repeated;
};

enum run_option {
	RUN_RESIDENT = 256,
	RUN_PAGED,
	RUN_CONFIG,
	RUN_SET,
	RUN_OUTSTANDING,
	RUN_SEED,
	RUN_REPEAT,
	RUN_STREAM,
	RUN_TBU_OF,
	RUN_IOMMU_OF,
	RUN_WARMUP,
	RUN_JSON,
	RUN_COUNTERS,
	RUN_REPORT,
	RUN_SERIES,
	RUN_OPTIONS_END /* a command's own begin here */
};

/* Steps of --series without a number. */
#define RUN_SERIES_STEPS 400

/* Rows of a command's table for getopt_long(). */
#define RUN_LONG_OPTIONS                                                                                              \
	{ "resident", required_argument, NULL, RUN_RESIDENT }, { "paged", required_argument, NULL, RUN_PAGED },       \
		{ "config", required_argument, NULL, RUN_CONFIG }, { "set", required_argument, NULL, RUN_SET },       \
		{ "outstanding", required_argument, NULL, RUN_OUTSTANDING },                                          \
		{ "stream", required_argument, NULL, RUN_STREAM }, { "tbu-of", required_argument, NULL, RUN_TBU_OF }, \
		{ "iommu-of", required_argument, NULL, RUN_IOMMU_OF },                                                \
		{ "warmup", required_argument, NULL, RUN_WARMUP }, { "seed", required_argument, NULL, RUN_SEED },     \
		{ "repeat", required_argument, NULL, RUN_REPEAT }, { "json", required_argument, NULL, RUN_JSON },     \
	{                                                                                                             \
		"counters", no_argument, NULL, RUN_COUNTERS                                                           \
	}

/* Of those commands that make a page of their result. */
#define RUN_REPORT_OPTION "report", required_argument, NULL, RUN_REPORT
#define RUN_REPORT_HELP	  "  --report FILE       write the result as one page of HTML with charts, which opens offline\n"

/* Their lines of the command's help. */
#define RUN_HELP                                                                                         \
	"  --resident all|none|FRACTION\n"                                                               \
	"                      pages that are mapped where the trace maps them; the others fault on\n"   \
	"                      first touch and the fault handler maps them; default: none\n"             \
	"  --paged SID         only this stream's pages fault, those of the others are resident\n"       \
	"  --config FILE       YAML file or name of a preset; 'faultline config' lists both\n"           \
	"  --set SECTION.KEY=VALUE\n"                                                                    \
	"                      set a key of the configuration; may be repeated\n"                        \
	"  --outstanding N     accesses in flight (master.outstanding), all streams together; of one\n"  \
	"                      there are never more than master.outstanding_per_stream\n"                \
	"  --stream SID=platform|pcie|pcie-ats[:terminate|stall|pri]\n"                                  \
	"                      what one stream is, and what becomes of its faults; may be repeated\n"    \
	"  --tbu-of SID=N      the TBU of a stream (tbu.count); may be repeated\n"                       \
	"  --iommu-of SID=N    the IOMMU of a stream (iommu.count); may be repeated\n"                   \
	"  --warmup N          play the first N accesses without counting them\n"                        \
	"  --seed N            seed of all that is random; default 1\n"                                  \
	"  --repeat N          play the trace N times, one after the other\n"                            \
	"  --json FILE         write the result as JSON; '-' for standard output instead of the table\n" \
	"  --counters          who owned the time, what each resource did, and histograms, as tables\n"

/**
 * run_options_init() - set every option to its default
 * @o: filled in; run_options_exit() ends it
 */
void run_options_init(struct run_options *o);

/**
 * run_options_exit() - free what the options hold
 * @o: the options
 */
void run_options_exit(struct run_options *o);

/**
 * run_options_note() - keep an option with the value in optarg for the record, unless it only says where the result
 *	goes
 * @o: the options
 * @option: the option's row for getopt_long()
 */
void run_options_note(struct run_options *o, const struct option *option);

/**
 * run_options_take() - handle one option
 * @o: the options
 * @opt: the option, as getopt_long() returned it
 * @argc: of the command
 * @argv: of the command
 *
 * Return: An exit status; on failure the reason has been printed.
 */
int run_options_take(struct run_options *o, int opt, int argc, char **argv);

/**
 * run_options_number() - read a number from 0, as cli_number() does
 * @command: name of the command, for messages
 * @option: name of the option, for messages, with its dashes
 * @text: the number
 * @most: largest value allowed
 * @out: the value
 *
 * Return: An exit status; on failure the reason has been printed.
 */
static inline int run_options_number(const char *command, const char *option, const char *text, u64 most, u64 *out)
{
	return cli_number(command, option, text, 0, most, out);
}

/* What a command says that gives runs with and without page requests the same way to the IOMMU (master.bus). */
extern const char run_bus_note[];

#define RUN_NOTE 320

/**
 * run_note() - what a reader should know before comparing a run with others: most of its faults are duplicates, most of
 *	their time is spent waiting for room in a queue, or most of the run is maps and unmaps
 * @res: the run
 * @text: filled in
 *
 * Return: @text, or NULL if there is nothing to say.
 */
const char *run_note(const struct replay_result *res, char text[RUN_NOTE]);

/**
 * run_write() - write a result where it was asked for
 * @command: the command whose result it is
 * @result: as --json writes it
 * @json: of --json: the file, or "-"; NULL: no such file
 * @page: of --report: a file for the page; NULL: no page
 *
 * Return: An exit status; on failure the reason has been printed.
 */
int run_write(const char *command, json_t *result, const char *json, const char *page);

/**
 * run_apart() - a timed replay that is one of several
 * @who: command and run, as an error names them
 * @run: what to replay
 * @res: filled in
 *
 * Return: An exit status; on failure the reason has been printed.
 */
int run_apart(const char *who, const struct replay_options *run, struct replay_result *res);

#endif /* RUN_OPTIONS_H */
