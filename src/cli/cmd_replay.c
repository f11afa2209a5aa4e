// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* faultline replay: play a trace against an IOMMU, and say what its faults cost. */
#include "board_replay.h"
#include "report_json.h"
#include "replay_schedule.h"
#include "run_record.h"
#include "run_replay.h"

static const char help[] =
	"Usage: faultline replay FILE --iommu KIND --faults terminate|stall|pri [OPTION]...\n"
	"       faultline replay FILE --board BOARD [--faults terminate|stall|pri] [OPTION]...\n"
	"       faultline replay [FILE] --like RESULT.json [--json FILE] [--counters]\n"
	"       faultline replay SCHEDULE (of check-stall --trace: the deadlock again)\n"
	"Plays a trace through an IOMMU model; its driver and the fault core handle the faults.\n"
	"\n"
	"  --iommu KIND        the hardware: " IOMMU_KIND_NAMES
	"|none; none: nothing is translated, and nothing faults\n"
	"  --faults terminate  an access to a page that is not mapped is aborted; the page is mapped after it\n"
	"  --faults stall      it waits in the IOMMU until the page is mapped\n"
	"  --faults pri        the device asks for the page (ATS and PRI) and tries again\n" RUN_HELP RUN_REPORT_HELP
	"  --board BOARD       a device tree or an IORT says which IOMMU it is, which of several each stream of the\n"
	"                      trace is behind, and whether its faults stall; --faults is for what it leaves open\n"
	"  --answers           with --json: a list of the faults, each with its answer, in the order of the answers\n"
	"  --series[=N]        with --json: what happened over time, in at most N steps (400), and the slowest faults\n"
	"  --timeline OUT      write a trace of the run that Perfetto reads (ui.perfetto.dev): each fault, who owned "
	"its\n"
	"                      time, who worked for it, and what was in use\n"
	"  --vcd OUT           write waveforms for GTKWave: interrupts, stalls, slots, queues and credits\n"
	"  --records           print the model's faults as Linux does (arm-smmu, arm-smmu-v3, DMAR), not the table;\n"
	"                      faultline import reads them. Page requests: as Linux prints those that it refuses\n"
	"  --functional        no SystemC, no time: each access is over before the next begins\n"
	"  --like RESULT.json  repeat the run that made this result; FILE: where its trace is by now\n"
	"\n"
	"The same trace, configuration and seed give the same result, byte for byte.\n"
	"Exit status: 0 done; 1 a translation or a fault differs from the recorded one, or a recorded fault is\n"
	"missing; 2 could not be done.\n";

struct options {
	struct run_replay replay;
	const char *like, *board;
	bool records;
};

static const struct cli_option options[] = {
	{ "like", 0, CLI_TEXT(struct options, like) },
	{ "records", 0, CLI_FLAG(struct options, records) },
	{ "board", 0, CLI_TEXT(struct options, board) },
	{ "timeline", 0, CLI_TEXT(struct options, replay.common.run.timeline) },
	{ "vcd", 0, CLI_TEXT(struct options, replay.common.run.vcd) },
	{ 0 },
};

enum { OPT_ANSWERS = RUN_REPLAY_END };

/* Options on which the result depends: its record has them. */
static const struct option recorded_options[] = {
	RUN_REPLAY_OPTIONS,
	{ RUN_REPORT_OPTION },
	{ "answers", no_argument, NULL, OPT_ANSWERS },
	{ 0 },
};

static int take_recorded(void *options, const struct option *row)
{
	struct run_replay *r = &((struct options *)options)->replay;

	if (row->val != OPT_ANSWERS)
		return run_replay_take_row(r, row);
	r->common.answers = true;
	run_options_note(&r->common, row);
	return CLI_OK;
}

/* A run that is repeated is as it was: nothing can be said against the record. */
static int repeat(struct options *o, int argc, char **argv)
{
	const char *trace = NULL;

	if (json_array_size(o->replay.common.options))
		return cli_usage("replay", "replay: --like repeats a run as it was: %s does not go with it",
				 json_string_value(json_array_get(o->replay.common.options, 0)));
	if (optind < argc) {
		trace = cli_one_argument(argc, argv, "trace");
		if (!trace)
			return CLI_FAILED;
	}
	return run_record_apply(&o->replay.common, o->like, trace);
}

/* A page shows what happened over time, where there is time. */
static int check_series(struct run_options *c)
{
	if (c->run.series && c->functional)
		return cli_usage("replay", "replay: --series needs time, --functional has none");
	if (c->run.series && !c->json && !c->report)
		return cli_usage("replay", "replay: --series needs --json");
	if (c->report && !c->functional && !c->run.series)
		c->run.series = RUN_SERIES_STEPS;
	return CLI_OK;
}

static int parse(struct options *o, int argc, char **argv)
{
	int status = cli_options(argc, argv, options, o, recorded_options, take_recorded);

	if (!status && o->like && o->board)
		return cli_usage("replay", "replay: --like repeats a run as it was: --board does not go with it");
	if (!status && o->like)
		return repeat(o, argc, argv);
	if (status)
		return status;
	o->replay.common.run.trace = cli_one_argument(argc, argv, "trace");
	if (!o->replay.common.run.trace)
		return CLI_FAILED;
	if (o->board)
		status = board_replay(&o->replay, o->board);
	if (!status)
		status = run_replay_check(&o->replay);
	if (status)
		return status;
	if (o->replay.common.answers && !o->replay.common.json)
		return cli_usage("replay", "replay: --answers needs --json");
	return check_series(&o->replay.common);
}

static int write_result(const struct run_replay *r)
{
	json_t *j = run_replay_json(r);
	int status = j ? run_write("replay", j, r->common.json, r->common.report) : CLI_FAILED;

	json_decref(j);
	return status;
}

/* What is drawn is time, and it goes to a file of its own. */
static int check_drawings(const struct run_options *c)
{
	const char *const files[] = { c->run.timeline, c->run.vcd };
	static const char *const names[] = { "--timeline", "--vcd" };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(files); i++) {
		if (files[i] && c->functional)
			return cli_usage("replay", "replay: %s needs time, --functional has none", names[i]);
		if (files[i] && c->json && !strcmp(files[i], c->json))
			return cli_usage("replay", "replay: %s and --json name the same file", names[i]);
	}
	if (files[0] && files[1] && !strcmp(files[0], files[1]))
		return cli_usage("replay", "replay: --timeline and --vcd name the same file");
	return CLI_OK;
}

static int play(struct options *o)
{
	struct run_replay *r = &o->replay;
	struct run_options *c = &r->common;
	const struct replay_result *res = &r->res;
	int status;

	r->log.out = o->records ? stdout : NULL;
	status = run_replay_play(r);
	if (!status && (c->json || c->report))
		status = write_result(r);
	if (status)
		return status;
	if (r->unprinted)
		fprintf(stderr, "faultline: replay: %llu records have no line of a kernel\n", r->unprinted);
	if (!o->records && !cli_only_json(c->json)) {
		replay_table(&c->run, res, stdout);
		if (c->counters && res->timed)
			replay_counters_table(res, stdout);
	}
	return cli_finish(res->different || res->recorded.different || res->recorded.missing ? CLI_NO : CLI_OK);
}

static int run(int argc, char **argv)
{
	struct options o = { 0 };
	int status;

	if (argc == 2 && replay_schedule(argv[1], &status))
		return status;
	run_replay_init(&o.replay, "replay");
	status = parse(&o, argc, argv);
	if (!status)
		status = check_drawings(&o.replay.common);
	if (!status && o.records && cli_only_json(o.replay.common.json))
		status = cli_usage("replay", "replay: --records and --json - both want the standard output");
	if (!status)
		status = play(&o);
	run_replay_exit(&o.replay);
	return status;
}

const struct cli_command cli_replay = {
	.name = "replay",
	.summary = "play a trace against an IOMMU, and say what its faults cost",
	.help = help,
	.run = run,
};
