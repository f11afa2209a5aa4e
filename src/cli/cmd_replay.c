// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* faultline replay: play a trace against an IOMMU, and say what its faults cost. */
#include "cli.h"
#include "replay.h"
#include "timed_replay.h"
#include "report_json.h"
#include "report_table.h"

#include <getopt.h>

static const char help[] =
	"Usage: faultline replay FILE --iommu KIND --faults terminate|stall|pri [OPTION]...\n"
	"Plays a trace through an IOMMU model; its driver and the fault core handle the faults.\n"
	"\n"
	"  --iommu KIND        the hardware: smmuv2, smmuv3, vtd\n"
	"  --faults terminate  an access to a page that is not mapped is aborted; the page is mapped after it\n"
	"  --faults stall      it waits in the IOMMU until the page is mapped\n"
	"  --faults pri        the device asks for the page (ATS and PRI) and tries again\n"
	"  --resident all|none|FRACTION\n"
	"                      pages that are mapped where the trace maps them; the others fault on\n"
	"                      first touch and the fault handler maps them; default: none\n"
	"  --config FILE       YAML file or name of a preset; 'faultline config' lists both\n"
	"  --set SECTION.KEY=VALUE\n"
	"                      set a key of the configuration; may be repeated\n"
	"  --outstanding N     short for --set master.outstanding=N\n"
	"  --seed N            seed of all that is random; default 1\n"
	"  --repeat N          play the trace N times, one after the other\n"
	"  --functional        no SystemC, no time: each access is over before the next begins\n"
	"  --json FILE         write the result as JSON; '-' for standard output instead of the table\n"
	"\n"
	"The same trace, configuration and seed give the same result, byte for byte.\n";

struct options {
	struct replay_options run;
	struct fl_config cfg;
	bool functional, have_faults;
	const char *json;
};

enum {
	OPT_IOMMU = 256,
	OPT_FAULTS,
	OPT_RESIDENT,
	OPT_CONFIG,
	OPT_SET,
	OPT_OUTSTANDING,
	OPT_SEED,
	OPT_REPEAT,
	OPT_FUNCTIONAL,
	OPT_JSON
};

static const struct option long_options[] = {
	{ "iommu", required_argument, NULL, OPT_IOMMU },
	{ "faults", required_argument, NULL, OPT_FAULTS },
	{ "resident", required_argument, NULL, OPT_RESIDENT },
	{ "config", required_argument, NULL, OPT_CONFIG },
	{ "set", required_argument, NULL, OPT_SET },
	{ "outstanding", required_argument, NULL, OPT_OUTSTANDING },
	{ "seed", required_argument, NULL, OPT_SEED },
	{ "repeat", required_argument, NULL, OPT_REPEAT },
	{ "functional", no_argument, NULL, OPT_FUNCTIONAL },
	{ "json", required_argument, NULL, OPT_JSON },
	{ NULL, 0, NULL, 0 },
};

static int set_iommu(struct options *o, const char *name)
{
	o->run.kind = iommu_kind_find(name);
	return o->run.kind ? CLI_OK : cli_usage("replay", "replay: --iommu %s: no such IOMMU", name);
}

static int set_faults(struct options *o, const char *name)
{
	static const char *const names[] = { "terminate", "stall", "pri" };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		if (strcmp(name, names[i]))
			continue;
		o->run.faults = (enum replay_faults)i;
		o->have_faults = true;
		return CLI_OK;
	}
	return cli_usage("replay", "replay: --faults %s: not one of terminate, stall, pri", name);
}

/* A fraction from 0 to 1 with up to six decimals, exactly. */
static int set_resident(struct options *o, const char *text)
{
	u64 ppm = 0, unit = REPLAY_RESIDENT_ALL / 10;
	const char *p = text;

	if (!strcmp(text, "all") || !strcmp(text, "none")) {
		o->run.resident = *text == 'a' ? REPLAY_RESIDENT_ALL : REPLAY_RESIDENT_NONE;
		return CLI_OK;
	}
	if (*p == '0' || *p == '1')
		ppm = (u64)(*p++ - '0') * REPLAY_RESIDENT_ALL;
	if (*p == '.')
		for (p++; *p >= '0' && *p <= '9' && unit; p++, unit /= 10)
			ppm += (u64)(*p - '0') * unit;
	if (p == text || *p || ppm > REPLAY_RESIDENT_ALL)
		return cli_usage("replay", "replay: --resident %s: not all, none, or a fraction from 0 to 1", text);
	o->run.resident = (u32)ppm;
	return CLI_OK;
}

static int set_number(const char *option, const char *text, u64 *out)
{
	char *end;

	errno = 0;
	*out = strtoull(text, &end, 0);
	if (!*text || *text == '-' || *end || errno)
		return cli_usage("replay", "replay: %s %s: not a number", option, text);
	return CLI_OK;
}

static int configure(struct options *o, int opt)
{
	struct fl_config_error err;
	char text[64];
	int code;

	if (opt == OPT_CONFIG) {
		code = fl_config_load(&o->cfg, optarg, &err);
	} else if (opt == OPT_SET) {
		code = fl_config_set(&o->cfg, optarg, &err);
	} else {
		snprintf(text, sizeof(text), "master.outstanding=%.30s", optarg);
		code = fl_config_set(&o->cfg, text, &err);
	}
	return code ? cli_fail("%s", err.text) : CLI_OK;
}

static int option(struct options *o, int opt, int argc, char **argv)
{
	switch (opt) {
	case OPT_IOMMU:
		return set_iommu(o, optarg);
	case OPT_FAULTS:
		return set_faults(o, optarg);
	case OPT_RESIDENT:
		return set_resident(o, optarg);
	case OPT_SEED:
		return set_number("--seed", optarg, &o->run.seed);
	case OPT_REPEAT:
		return set_number("--repeat", optarg, &o->run.repeat);
	case OPT_FUNCTIONAL:
		o->functional = true;
		return CLI_OK;
	case OPT_JSON:
		o->json = optarg;
		return CLI_OK;
	case OPT_CONFIG:
	case OPT_SET:
	case OPT_OUTSTANDING:
		return configure(o, opt);
	}
	return cli_bad_option(argc, argv, opt);
}

static int parse(struct options *o, int argc, char **argv)
{
	int opt, status = CLI_OK;

	optind = 1;
	opterr = 0;
	while (!status && (opt = getopt_long(argc, argv, ":", long_options, NULL)) != -1)
		status = option(o, opt, argc, argv);
	if (status)
		return status;
	o->run.trace = cli_one_argument(argc, argv, "trace");
	if (!o->run.trace)
		return CLI_FAILED;
	if (!o->run.kind || !o->have_faults)
		return cli_usage("replay", "replay: --iommu and --faults are needed");
	o->run.cfg = &o->cfg;
	return CLI_OK;
}

static void progress(void *ctx, u64 done, u64 all)
{
	struct report_progress *p = ctx;

	p->total = all;
	report_progress(p, done);
}

static int write_json(const struct options *o, const struct replay_result *res)
{
	json_t *j = replay_json(&o->run, res);
	int err = report_json_write(j, o->json);

	json_decref(j);
	return err ? cli_fail("%s: %s", o->json, strerror(-err)) : CLI_OK;
}

static int run(int argc, char **argv)
{
	struct options o = { .run = { .seed = 1 } };
	struct report_progress bar = { .what = "accesses" };
	struct replay_result res;
	struct dmat_error err = { 0 };
	char text[sizeof(err) + 64];
	int status, code;

	fl_config_init(&o.cfg);
	status = parse(&o, argc, argv);
	if (status)
		return status;
	o.run.progress = progress;
	o.run.progress_ctx = &bar;
	code = o.functional ? replay_functional(&o.run, &res, &err) : replay_timed(&o.run, &res, &err);
	report_progress_end(&bar);
	if (code)
		return cli_fail("%s", err.file[0] ? dmat_error_text(&err, text, sizeof(text)) : err.reason);
	status = o.json ? write_json(&o, &res) : CLI_OK;
	if (status)
		return status;
	if (!o.json || strcmp(o.json, "-"))
		replay_table(&o.run, &res, stdout);
	return cli_finish(res.different ? CLI_NO : CLI_OK);
}

const struct cli_command cli_replay = {
	.name = "replay",
	.summary = "play a trace against an IOMMU, and say what its faults cost",
	.help = help,
	.run = run,
};
