// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* faultline study stall-vs-pri: at which value of a key does the answer turn? Options and runs. */
#include "cmd_study_priv.h"
#include "report_json.h"
#include "run_pool.h"
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
	"                      default: duration\n"
	"  --key SECTION.KEY[=FROM..TO]\n"
	"                      ask of several keys, each for itself; may be repeated. Without a range: from an eighth "
	"to\n"
	"                      eight times its value\n"
	"  --all               ask of those that usually matter: " STUDY_ALL_SAYS "\n"
	"  --map KEYX,KEYY     who wins where, of two keys at once; --key gives them ranges\n"
	"  --tornado           which keys move the answer most: each --key, or else each number and time of the\n"
	"                      configuration, is halved and doubled, or goes to both ends of its range\n" RUN_HELP
		RUN_REPORT_HELP "\n"
	"A coarse grid of values comes first and shows how often the answer turns; each turn is then found by\n"
	"bisection, exactly or within 1 % of the value. Runs are played on all processors. Unless the configuration "
	"says otherwise accesses come back\n"
	"to back (master.arrival), and both sides have their masters behind the PCIe link (master.bus).\n";

const char *const study_by_names[STUDY_BYS] = { "duration", "fault", "access" };
const char *const study_by_says[STUDY_BYS] = { "time of the whole trace", "mean fault", "mean access" };

enum {
	OPT_GEN = RUN_OPTIONS_END,
	OPT_GEN_SET,
	OPT_IOMMU,
	OPT_VARY,
	OPT_FROM,
	OPT_TO,
	OPT_BY,
	OPT_KEY,
	OPT_ALL,
	OPT_MAP,
	OPT_TORNADO
};

static const struct option long_options[] = {
	RUN_LONG_OPTIONS,
	{ RUN_REPORT_OPTION },
	{ RUN_REPORT_OPTION },
	{ "gen", required_argument, NULL, OPT_GEN },
	{ "gen-set", required_argument, NULL, OPT_GEN_SET },
	{ "iommu", required_argument, NULL, OPT_IOMMU },
	{ "vary", required_argument, NULL, OPT_VARY },
	{ "from", required_argument, NULL, OPT_FROM },
	{ "to", required_argument, NULL, OPT_TO },
	{ "by", required_argument, NULL, OPT_BY },
	{ "key", required_argument, NULL, OPT_KEY },
	{ "all", no_argument, NULL, OPT_ALL },
	{ "map", required_argument, NULL, OPT_MAP },
	{ "tornado", no_argument, NULL, OPT_TORNADO },
	{ NULL, 0, NULL, 0 },
};

/* ---- options ---- */

/* A key of a number or a time; NULL after a message. */
const struct fl_key *study_find_key(const char *option, const char *name, size_t len)
{
	const struct fl_key *key = fl_config_find(name, len);

	if (key && (key->type == FL_COUNT || key->type == FL_TIME))
		return key;
	cli_usage("study", "study: %s %.*s: %s", option, (int)min(len, (size_t)80), name,
		  key ? "it is neither a number nor a time" : "unknown key");
	return NULL;
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
		o->key = study_find_key("--vary", optarg, strlen(optarg));
		return o->key ? CLI_OK : CLI_FAILED;
	case OPT_FROM:
		o->have_from = true;
		return run_options_number("study", "--from", optarg, ~0ULL >> 1, &o->range.from);
	case OPT_TO:
		o->have_to = true;
		return run_options_number("study", "--to", optarg, ~0ULL >> 1, &o->range.to);
	case OPT_BY:
		return set_by(o, optarg);
	case OPT_KEY:
		return study_add_key(o, optarg);
	case OPT_ALL:
		return study_add_all(o);
	case OPT_MAP:
		o->map = optarg;
		return CLI_OK;
	case OPT_TORNADO:
		o->tornado = true;
		return CLI_OK;
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
int study_check_end(const struct fl_key *key, const char *option, u64 value)
{
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
	return study_check_end(o->key, "--from", o->range.from) || study_check_end(o->key, "--to", o->range.to)
		       ? CLI_FAILED
		       : CLI_OK;
}

static int check_several(const struct study *o)
{
	if (o->have_from || o->have_to || strcmp(o->key->name, STUDY_IN_ALL))
		return cli_usage("study",
				 "study: --vary, --from and --to are for one key; --key KEY=FROM..TO for several");
	if (o->map && o->tornado)
		return cli_usage("study", "study: --map and --tornado are two questions");
	return CLI_OK;
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
	if (!status && (o->n_keys || o->map || o->tornado))
		status = check_several(o);
	else if (!status)
		status = check_range(o);
	if (!status)
		status = take_trace(o, argc, argv);
	if (!status && o->common.cfg.master.bus == FL_BUS_AUTO)
		o->common.cfg.master.bus = FL_BUS_PCIE;
	return status ? status : set_sides(o);
}

/* ---- runs ---- */

u64 study_value_now(const struct fl_config *cfg, const struct fl_key *key)
{
	u64 value = *(const u64 *)((const char *)cfg + key->offset);

	return key->type == FL_TIME ? value / 1000 : value;
}

static int set_value(struct fl_config *cfg, const char *key, u64 value, bool say)
{
	struct fl_config_error err;
	char text[96];

	snprintf(text, sizeof(text), "%s=%llu", key, value);
	if (!fl_config_set(cfg, text, &err))
		return CLI_OK;
	return say ? cli_fail("study: %s", err.text) : CLI_FAILED;
}

/* What one stream may have outstanding does not stand in the way of what all may have. */
int study_configure(const struct fl_key *key, struct fl_config *cfg, u64 value, bool say)
{
	int status = set_value(cfg, key->name, value, say);

	if (!status && !strcmp(key->name, STUDY_IN_ALL))
		status = set_value(cfg, "master.outstanding_per_stream", value, say);
	return status;
}

struct batch {
	struct study *o;
	struct study_job *job;
};

static void get_run(void *ctx, u32 i, struct replay_options *run)
{
	const struct batch *b = ctx;

	*run = b->o->side[i % 2];
	run->cfg = b->job[i / 2].cfg;
}

static u64 cost(enum study_by by, const struct replay_result *res)
{
	return by == STUDY_BY_DURATION ? res->duration_ns : by == STUDY_BY_FAULT ? res->latency.mean : res->access.mean;
}

static int refuse(struct study_job *job, const char *why)
{
	job->refused = true;
	snprintf(job->why, sizeof(job->why), "%s", why);
	return CLI_OK;
}

static int take_run(void *ctx, u32 i, const struct replay_result *res, const struct dmat_error *err)
{
	const struct batch *b = ctx;
	struct study_job *job = &b->job[i / 2];
	u32 side = i % 2;

	if (err && b->o->may_refuse)
		return refuse(job, err->reason);
	if (err)
		return cli_fail("study: %s: %s: %s", b->o->name[side],
				err->file[0] ? err->file : b->o->side[side].trace, err->reason);
	if (job->res)
		job->res[side] = *res;
	job->cost[side] = cost(b->o->by, res);
	job->faults[side] = res->faults;
	if (!side || job->faults[0] || job->faults[1] || job->refused)
		return CLI_OK;
	return b->o->may_refuse ? refuse(job, "nothing faults")
				: cli_fail("study: %s: nothing faults", b->o->common.run.trace);
}

int study_play(struct study *o, struct study_job *job, u32 n)
{
	struct batch b = { o, job };
	struct run_pool pool = {
		.n = 2 * n, .get = get_run, .done = take_run, .ctx = &b, .bar = &o->bar, .before = o->played
	};

	o->bar.what = "runs";
	o->played += 2 * n;
	return run_pool(&pool);
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

static int measure(void *ctx, struct study_point *p, u32 n)
{
	struct study *o = ctx;
	struct study_job *job = calloc(n, sizeof(*job));
	int status = CLI_OK;
	u32 i;

	for (i = 0; job && !status && i < n; i++) {
		struct study_value *v = add_value(o, p[i].value);

		if (!v)
			break;
		status = study_configure(o->key, &v->cfg, p[i].value, true);
		job[i] = (struct study_job){ .cfg = &v->cfg, .res = v->res };
	}
	if (!status)
		status = job && i == n ? study_play(o, job, n) : cli_fail("study: out of memory");
	for (i = 0; !status && i < n; i++)
		memcpy(p[i].cost, job[i].cost, sizeof(p[i].cost));
	free(job);
	return status;
}

/*
 * The estimate that one makes by hand: stalls go on as long as there are slots, so that so many faults are served at
 * once; page requests have no such limit, but each takes longer.
 */
static int measure_alone(struct study *o)
{
	const struct fl_config *c = &o->common.cfg;
	struct study_value *v = calloc(1, sizeof(*v));
	struct study_job job = { 0 };
	int side, status;

	if (strcmp(o->key->name, STUDY_IN_ALL) || !v) {
		free(v);
		return CLI_OK;
	}
	o->slots = min(c->tbu.slots * c->tbu.count, iommu_kind_stalls(o->side[STUDY_STALL].kind, c));
	v->cfg = *c;
	v->cfg.master.outstanding = v->cfg.master.outstanding_per_stream = 1;
	job.cfg = &v->cfg;
	job.res = v->res;
	status = study_play(o, &job, 1);
	for (side = 0; side < 2; side++)
		o->alone_ns[side] = v->res[side].latency.mean;
	free(v);
	return status;
}

static int answer_one(struct study *o)
{
	int status = study_search(&o->range, measure, o, &o->found);

	if (!status)
		status = measure_alone(o);
	report_progress_end(&o->bar);
	if (!status && (o->common.json || o->common.report))
		status = study_write_json(o);
	if (!status && !cli_only_json(o->common.json))
		study_print(o);
	return status;
}

static int answer(struct study *o, int argc, char **argv)
{
	int status = parse(o, argc, argv);

	if (status)
		return status;
	if (o->tornado)
		status = study_tornado(o);
	else if (o->map)
		status = study_map(o);
	else
		status = o->n_keys ? study_keys(o) : answer_one(o);
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
	o->key = fl_config_find(STUDY_IN_ALL, strlen(STUDY_IN_ALL));
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
	.summary = "where stall and page requests change places, and what moves that",
	.help = help,
	.run = run,
};
