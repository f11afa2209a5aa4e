/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* faultline replay: play a trace against an IOMMU, and say what its faults cost. */
#include "report_json.h"
#include "replay_schedule.h"
#include "report_table.h"
#include "run_record.h"
#include "timed_replay.h"

static const char help[] =
	"Usage: faultline replay FILE --iommu KIND --faults terminate|stall|pri [OPTION]...\n"
	"       faultline replay [FILE] --like RESULT.json [--json FILE] [--counters]\n"
	"       faultline replay SCHEDULE (of check-stall --trace: the deadlock again)\n"
	"Plays a trace through an IOMMU model; its driver and the fault core handle the faults.\n"
	"\n"
	"  --iommu KIND        the hardware: " IOMMU_KIND_NAMES "; none: nothing is translated, and nothing faults\n"
	"  --faults terminate  an access to a page that is not mapped is aborted; the page is mapped after it\n"
	"  --faults stall      it waits in the IOMMU until the page is mapped\n"
	"  --faults pri        the device asks for the page (ATS and PRI) and tries again\n" RUN_HELP
	"  --answers           with --json: a list of the faults, each with its answer, in the order of the answers\n"
	"  --functional        no SystemC, no time: each access is over before the next begins\n"
	"  --like RESULT.json  repeat the run that made this result; FILE: where its trace is by now\n"
	"\n"
	"The same trace, configuration and seed give the same result, byte for byte.\n"
	"Exit status: 0 done; 1 a translation differs from the recorded one; 2 could not be done.\n";

struct options {
	struct run_options common;
	bool have_faults;
	const char *like;
};

enum { OPT_IOMMU = RUN_OPTIONS_END, OPT_FAULTS, OPT_ANSWERS, OPT_FUNCTIONAL, OPT_LIKE };

static const struct option long_options[] = {
	RUN_LONG_OPTIONS,
	{ "iommu", required_argument, NULL, OPT_IOMMU },
	{ "faults", required_argument, NULL, OPT_FAULTS },
	{ "answers", no_argument, NULL, OPT_ANSWERS },
	{ "functional", no_argument, NULL, OPT_FUNCTIONAL },
	{ "like", required_argument, NULL, OPT_LIKE },
	{ NULL, 0, NULL, 0 },
};

static int set_iommu(struct options *o, const char *name)
{
	o->common.run.kind = iommu_kind_find(name);
	return o->common.run.kind ? CLI_OK : cli_usage("replay", "replay: --iommu %s: no such IOMMU", name);
}

static int set_faults(struct options *o, const char *name)
{
	int i;

	for (i = 0; i < REPLAY_FAULTS; i++) {
		if (strcmp(name, replay_fault_names[i]))
			continue;
		o->common.run.faults = (enum replay_faults)i;
		o->have_faults = true;
		return CLI_OK;
	}
	return cli_usage("replay", "replay: --faults %s: not one of terminate, stall, pri", name);
}

static int option(struct options *o, int opt, int argc, char **argv)
{
	switch (opt) {
	case OPT_IOMMU:
		return set_iommu(o, optarg);
	case OPT_FAULTS:
		return set_faults(o, optarg);
	case OPT_ANSWERS:
		o->common.answers = true;
		return CLI_OK;
	case OPT_FUNCTIONAL:
		o->common.functional = true;
		return CLI_OK;
	case OPT_LIKE:
		o->like = optarg;
		return CLI_OK;
	}
	return run_options_take(&o->common, opt, argc, argv);
}

static int parse_options(struct options *o, int argc, char **argv)
{
	int opt, which, status = CLI_OK;

	optind = 1;
	opterr = 0;
	while (!status && (opt = getopt_long(argc, argv, ":", long_options, &which)) != -1) {
		status = option(o, opt, argc, argv);
		if (!status && opt != OPT_LIKE)
			run_options_note(&o->common, &long_options[which]);
	}
	return status;
}

/* A run that is repeated is as it was: nothing can be said against the record. */
static int repeat(struct options *o, int argc, char **argv)
{
	const char *trace = NULL;

	if (json_array_size(o->common.options))
		return cli_usage("replay", "replay: --like repeats a run as it was: %s does not go with it",
				 json_string_value(json_array_get(o->common.options, 0)));
	if (optind < argc) {
		trace = cli_one_argument(argc, argv, "trace");
		if (!trace)
			return CLI_FAILED;
	}
	return run_record_apply(&o->common, o->like, trace);
}

static int parse(struct options *o, int argc, char **argv)
{
	int status = parse_options(o, argc, argv);

	if (!status && o->like)
		return repeat(o, argc, argv);
	if (status)
		return status;
	o->common.run.trace = cli_one_argument(argc, argv, "trace");
	if (!o->common.run.trace)
		return CLI_FAILED;
	if (!o->common.run.kind || (!o->have_faults && !o->common.run.kind->bypass))
		return cli_usage("replay", "replay: --iommu and --faults are needed");
	if (o->common.answers && !o->common.json)
		return cli_usage("replay", "replay: --answers needs --json");
	return CLI_OK;
}

static void progress(void *ctx, u64 done, u64 all)
{
	struct report_progress *p = ctx;

	p->total = all;
	report_progress(p, done);
}

static int write_json(const struct run_options *o, const struct replay_result *res)
{
	json_t *run = run_record(o, &o->run, res), *j;
	int err;

	if (!run)
		return CLI_FAILED;
	j = replay_json(&o->run, res);
	if (o->run.answers)
		json_object_set(j, "answers", o->run.answers);
	json_object_set_new(j, "run", run);
	err = report_json_write(j, o->json);
	json_decref(j);
	return err ? cli_fail("%s: %s", o->json, strerror(-err)) : CLI_OK;
}

static int play(struct options *o)
{
	struct run_options *c = &o->common;
	struct report_progress bar = { .what = "accesses" };
	struct replay_result res;
	struct dmat_error err = { 0 };
	char text[sizeof(err) + 64];
	int status, code;

	c->run.progress = progress;
	c->run.progress_ctx = &bar;
	code = c->functional ? replay_functional(&c->run, &res, &err) : replay_timed(&c->run, &res, &err);
	report_progress_end(&bar);
	if (code)
		return cli_fail("%s", err.file[0] ? dmat_error_text(&err, text, sizeof(text)) : err.reason);
	status = c->json ? write_json(c, &res) : CLI_OK;
	if (status)
		return status;
	if (!c->json || strcmp(c->json, "-")) {
		replay_table(&c->run, &res, stdout);
		if (c->counters && res.timed)
			replay_counters_table(&res, stdout);
	}
	return cli_finish(res.different ? CLI_NO : CLI_OK);
}

static int run(int argc, char **argv)
{
	struct options o = { 0 };
	int status;

	if (argc == 2 && replay_schedule(argv[1], &status))
		return status;
	run_options_init(&o.common);
	status = parse(&o, argc, argv);
	if (!status) {
		o.common.run.account = json_object();
		o.common.run.answers = o.common.answers ? json_array() : NULL;
		status = play(&o);
		json_decref(o.common.run.answers);
		json_decref(o.common.run.account);
	}
	run_options_exit(&o.common);
	return status;
}

const struct cli_command cli_replay = {
	.name = "replay",
	.summary = "play a trace against an IOMMU, and say what its faults cost",
	.help = help,
	.run = run,
};
