// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* faultline study stall-vs-pri: at which value of a key does the answer turn? Options and runs. */
#include "cmd_study_priv.h"
#include "run_record.h"
#include "trace_gen.h"
#include "temp_file.h"

#include <unistd.h>

static const char help[] =
	"Usage: faultline study stall-vs-pri FILE|--gen GENERATOR [OPTION]...\n"
	"Plays a trace with --faults stall and with --faults pri for many values of one key of the configuration,\n"
	"and says where the answer turns: at which value the one takes less than the other.\n"
	"\n"
	"  --gen GENERATOR     make the trace, as 'faultline gen GENERATOR --seed N' does\n"
	"  --gen-set KEY=VALUE a key of the generator; may be repeated\n"
	"  --iommu KIND[,KIND] the hardware, or that of the stalls and that of the page requests; default: smmuv3\n"
	"  --vary SECTION.KEY  the key, of a number or a time; default: master.outstanding, and with it\n"
	"                      master.outstanding_per_stream\n"
	"  --from A, --to B    its first and last value, times in whole ns; default: 1 and 1024 outstanding\n"
	"  --by duration|fault|access\n"
	"                      what is compared: the whole trace, the mean fault or the mean access;\n"
	"                      default: duration\n" RUN_HELP RUN_REPORT_HELP "\n"
	"A coarse grid of values comes first and shows how often the answer turns; each turn is then found by\n"
	"bisection, exactly or within 1 % of the value. Unless the configuration says otherwise accesses come back\n"
	"to back (master.arrival), and both sides have their masters behind the PCIe link (master.bus).\n";

const char *const study_by_names[STUDY_BYS] = { "duration", "fault", "access" };

enum { OPT_GEN = RUN_OPTIONS_END, OPT_GEN_SET, OPT_IOMMU, OPT_VARY, OPT_FROM, OPT_TO, OPT_BY };

static const struct option long_options[] = {
	RUN_LONG_OPTIONS,
	{ RUN_REPORT_OPTION },
	{ "gen", required_argument, NULL, OPT_GEN },
	{ "gen-set", required_argument, NULL, OPT_GEN_SET },
	{ "iommu", required_argument, NULL, OPT_IOMMU },
	{ "vary", required_argument, NULL, OPT_VARY },
	{ "from", required_argument, NULL, OPT_FROM },
	{ "to", required_argument, NULL, OPT_TO },
	{ "by", required_argument, NULL, OPT_BY },
	{ NULL, 0, NULL, 0 },
};

/* ---- options ---- */

static int set_key(struct study *o, const char *name)
{
	size_t i;

	for (i = 0; i < fl_config_n_keys; i++) {
		const struct fl_key *key = &fl_config_keys[i];

		if (strcmp(key->name, name))
			continue;
		if (key->type != FL_COUNT && key->type != FL_TIME)
			return cli_usage("study", "study: --vary %s: it is neither a number nor a time", name);
		o->key = key;
		return CLI_OK;
	}
	return cli_usage("study", "study: --vary %.80s: unknown key", name);
}

static int set_by(struct study *o, const char *name)
{
	int i;

	for (i = 0; i < STUDY_BYS; i++) {
		if (strcmp(name, study_by_names[i]))
			continue;
		o->by = (enum study_by)i;
		return CLI_OK;
	}
	return cli_usage("study", "study: --by %s: not one of duration, fault, access", name);
}

static int set_iommu(struct study *o, const char *list)
{
	if (strlen(list) >= sizeof(o->iommu))
		return cli_usage("study", "study: --iommu %.80s: no such IOMMU", list);
	strcpy(o->iommu, list);
	return CLI_OK;
}

static int add_set(struct study *o, const char *set)
{
	if (o->sets == STUDY_SETS)
		return cli_usage("study", "study: more than %d times --gen-set", STUDY_SETS);
	o->set[o->sets++] = set;
	return CLI_OK;
}

static int option(struct study *o, int opt, int argc, char **argv)
{
	switch (opt) {
	case OPT_GEN:
		o->generator = optarg;
		return CLI_OK;
	case OPT_GEN_SET:
		return add_set(o, optarg);
	case OPT_IOMMU:
		return set_iommu(o, optarg);
	case OPT_VARY:
		return set_key(o, optarg);
	case OPT_FROM:
		o->have_from = true;
		return run_options_number("study", "--from", optarg, ~0ULL >> 1, &o->range.from);
	case OPT_TO:
		o->have_to = true;
		return run_options_number("study", "--to", optarg, ~0ULL >> 1, &o->range.to);
	case OPT_BY:
		return set_by(o, optarg);
	}
	return run_options_take(&o->common, opt, argc, argv);
}

/* The sides: each with its hardware, its faults and its name. */
static int set_sides(struct study *o)
{
	static const enum replay_faults faults[2] = { REPLAY_STALL, REPLAY_PRI };
	char *second = strchr(o->iommu, ',');
	int i;

	if (second)
		*second++ = '\0';
	for (i = 0; i < 2; i++) {
		const char *kind = i && second ? second : o->iommu;

		o->side[i] = o->common.run;
		o->side[i].faults = faults[i];
		o->side[i].kind = iommu_kind_find(kind);
		if (!o->side[i].kind || o->side[i].kind->bypass)
			return cli_usage("study", "study: --iommu %s: no such IOMMU", kind);
		snprintf(o->name[i], sizeof(o->name[i]), "%.16s-%s", kind, replay_fault_names[faults[i]]);
	}
	return CLI_OK;
}

/* Both ends are values of the key; what lies between them then is, too. */
static int check_end(const struct study *o, const char *option, u64 value)
{
	const struct fl_key *key = o->key;
	u64 unit = key->type == FL_TIME ? 1000 : 1;

	if (value < (key->min + unit - 1) / unit || value > key->max / unit)
		return cli_usage("study", "study: %s %llu: %s is %llu to %llu%s%s", option, value, key->name,
				 key->min / unit, key->max / unit, *key->unit ? " " : "", key->unit);
	if (key->power_of_two && (value & (value - 1)))
		return cli_usage("study", "study: %s %llu: %s is a power of two", option, value, key->name);
	return CLI_OK;
}

static int check_range(struct study *o)
{
	if (!strcmp(o->key->name, STUDY_IN_ALL)) {
		o->range.from = o->have_from ? o->range.from : 1;
		o->range.to = o->have_to ? o->range.to : 1024;
	} else if (!o->have_from || !o->have_to) {
		return cli_usage("study", "study: --vary %s needs --from and --to", o->key->name);
	}
	if (o->range.from > o->range.to)
		return cli_usage("study", "study: --from %llu is more than --to %llu", o->range.from, o->range.to);
	o->range.powers = o->key->power_of_two;
	return check_end(o, "--from", o->range.from) || check_end(o, "--to", o->range.to) ? CLI_FAILED : CLI_OK;
}

static int take_trace(struct study *o, int argc, char **argv)
{
	struct dmat_error err;
	int status;

	if (!o->generator) {
		o->common.run.trace = cli_one_argument(argc, argv, "trace or --gen");
		return o->common.run.trace && !o->sets ? CLI_OK
		       : o->sets		       ? cli_usage("study", "study: --gen-set needs --gen")
						       : CLI_FAILED;
	}
	if (optind < argc)
		return cli_usage("study", "study: unexpected argument '%s' beside --gen", argv[optind]);
	status = cli_temporary("study", o->generated);
	if (status) {
		o->generated[0] = '\0';
		return status;
	}
	if (trace_generate(o->generator, o->set, o->sets, o->common.run.seed, o->generated, &err))
		return cli_fail("study: --gen %.40s: %s", o->generator, err.reason);
	o->common.run.trace = o->generated;
	o->common.trace_name = o->generator;
	return CLI_OK;
}

static int parse(struct study *o, int argc, char **argv)
{
	struct fl_config_error err;
	int opt, which, status = CLI_OK;

	optind = 1;
	opterr = 0;
	if (fl_config_set(&o->common.cfg, "master.arrival=back-to-back", &err))
		return cli_fail("%s", err.text);
	while (!status && (opt = getopt_long(argc, argv, ":", long_options, &which)) != -1) {
		status = option(o, opt, argc, argv);
		if (!status)
			run_options_note(&o->common, &long_options[which]);
	}
	if (!status && optind == argc)
		status = cli_usage("study", "study: no question given; there is one, stall-vs-pri");
	if (!status && strcmp(argv[optind], "stall-vs-pri"))
		status = cli_usage("study", "study: '%.80s' is no question; stall-vs-pri is", argv[optind]);
	optind++;
	if (!status)
		status = check_range(o);
	if (!status)
		status = take_trace(o, argc, argv);
	if (!status && o->common.cfg.master.bus == FL_BUS_AUTO)
		o->common.cfg.master.bus = FL_BUS_PCIE;
	return status ? status : set_sides(o);
}

/* ---- runs ---- */

static int set_value(struct fl_config *cfg, const char *key, u64 value)
{
	struct fl_config_error err;
	char text[96];

	snprintf(text, sizeof(text), "%s=%llu", key, value);
	return fl_config_set(cfg, text, &err) ? cli_fail("study: %s", err.text) : CLI_OK;
}

/* What one stream may have outstanding does not stand in the way of what all may have. */
static int configure(const struct study *o, struct fl_config *cfg, u64 value)
{
	int status = set_value(cfg, o->key->name, value);

	if (!status && !strcmp(o->key->name, STUDY_IN_ALL))
		status = set_value(cfg, "master.outstanding_per_stream", value);
	return status;
}

static int run_side(struct study *o, int side, const struct fl_config *cfg, struct replay_result *res)
{
	struct replay_options run = o->side[side];
	char who[96];

	run.cfg = cfg;
	snprintf(who, sizeof(who), "study: %s", o->name[side]);
	return run_apart(who, &run, res);
}

struct study_value *study_find_value(const struct study *o, u64 at)
{
	size_t i;

	for (i = 0; i < o->values && o->value[i]->at != at; i++)
		;
	return i < o->values ? o->value[i] : NULL;
}

static struct study_value *add_value(struct study *o, u64 at)
{
	struct study_value *v = calloc(1, sizeof(*v)), **more = o->value;

	if (v && o->values == o->room) {
		o->room = o->room ? 2 * o->room : 32;
		more = realloc(o->value, o->room * sizeof(struct study_value *));
		o->value = more ? more : o->value;
	}
	if (!v || !more) {
		free(v);
		return NULL;
	}
	v->cfg = o->common.cfg;
	v->at = at;
	o->value[o->values++] = v;
	return v;
}

static u64 cost(enum study_by by, const struct replay_result *res)
{
	return by == STUDY_BY_DURATION ? res->duration_ns : by == STUDY_BY_FAULT ? res->latency.mean : res->access.mean;
}

static int measure(void *ctx, struct study_point *p)
{
	struct study *o = ctx;
	struct study_value *v = add_value(o, p->value);
	int side, status;

	if (!v)
		return cli_fail("study: out of memory");
	status = configure(o, &v->cfg, p->value);
	for (side = 0; !status && side < 2; side++) {
		status = run_side(o, side, &v->cfg, &v->res[side]);
		p->cost[side] = cost(o->by, &v->res[side]);
	}
	if (!status && !v->res[STUDY_STALL].faults && !v->res[STUDY_PRI].faults)
		status = cli_fail("study: %s: nothing faults", o->common.run.trace);
	report_progress(&o->bar, o->values);
	return status;
}

/*
 * The estimate that one makes by hand: stalls go on as long as there are slots, so that so many faults are served at
 * once; page requests have no such limit, but each takes longer.
 */
static int measure_alone(struct study *o)
{
	const struct fl_config *c = &o->common.cfg;
	int side, status = CLI_OK;

	if (strcmp(o->key->name, STUDY_IN_ALL))
		return CLI_OK;
	o->slots = min(c->tbu.slots * c->tbu.count, iommu_kind_stalls(o->side[STUDY_STALL].kind, c));
	for (side = 0; !status && side < 2; side++) {
		struct replay_result res;
		struct fl_config one = *c;

		one.master.outstanding = one.master.outstanding_per_stream = 1;
		status = run_side(o, side, &one, &res);
		o->alone_ns[side] = res.latency.mean;
	}
	return status;
}

static int answer(struct study *o, int argc, char **argv)
{
	int status = parse(o, argc, argv);

	if (status)
		return status;
	o->bar.what = "values";
	status = study_search(&o->range, measure, o, &o->found);
	if (!status)
		status = measure_alone(o);
	report_progress_end(&o->bar);
	if (!status && (o->common.json || o->common.report))
		status = study_write_json(o);
	if (!status && (!o->common.json || strcmp(o->common.json, "-")))
		study_print(o);
	return status ? status : cli_finish(CLI_OK);
}

static int run(int argc, char **argv)
{
	struct study *o = calloc(1, sizeof(*o));
	int status;
	size_t i;

	if (!o)
		return cli_fail("study: out of memory");
	run_options_init(&o->common);
	strcpy(o->iommu, "smmuv3");
	status = set_key(o, STUDY_IN_ALL);
	if (!status)
		status = answer(o, argc, argv);
	if (o->generated[0])
		temp_file_remove(o->generated);
	for (i = 0; i < o->values; i++)
		free(o->value[i]);
	free(o->value);
	run_options_exit(&o->common);
	free(o);
	return status;
}

const struct cli_command cli_study = {
	.name = "study",
	.summary = "at which value of a key stall and page requests change places",
	.help = help,
	.run = run,
};
