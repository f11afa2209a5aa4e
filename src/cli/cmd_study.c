/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* faultline study stall-vs-pri: at which value of a key does the answer turn? */
#include "replay_why.h"
#include "report_json.h"
#include "report_table.h"
#include "run_record.h"
#include "study_search.h"
#include "trace_gen.h"
#include "temp_file.h"

#include <unistd.h>

#define SETS   64
#define STALL  0
#define PRI    1
#define IN_ALL "master.outstanding"

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
	"                      default: duration\n" RUN_HELP "\n"
	"A coarse grid of values comes first and shows how often the answer turns; each turn is then found by\n"
	"bisection, exactly or within 1 % of the value. Unless the configuration says otherwise accesses come back\n"
	"to back (master.arrival), and both sides have their masters behind the PCIe link (master.bus).\n";

enum by { BY_DURATION, BY_FAULT, BY_ACCESS, BYS };

static const char *const by_names[BYS] = { "duration", "fault", "access" };
static const char *const by_says[BYS] = { "time of the whole trace", "mean fault", "mean access" };

/* One value and what came out on both sides. */
struct value {
	struct fl_config cfg;
	u64 at;
	struct replay_result res[2];
};

struct options {
	struct run_options common;
	const char *generator;
	const char *set[SETS];
	size_t sets;
	char iommu[40];
	const struct fl_key *key;
	bool have_from, have_to;
	struct study_range range;
	enum by by;
	char generated[CLI_PATH]; /* the trace, if it is made here */
	char name[2][32];	  /* of the sides */
	struct replay_options side[2];
	struct value **value; /* all that were measured */
	size_t values, room;
	struct report_progress bar;
	struct study_result found;
	u64 alone_ns[2]; /* a fault that is alone; 0: not asked for */
	u64 slots;
};

enum { OPT_GEN = RUN_OPTIONS_END, OPT_GEN_SET, OPT_IOMMU, OPT_VARY, OPT_FROM, OPT_TO, OPT_BY };

static const struct option long_options[] = {
	RUN_LONG_OPTIONS,
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

static int set_key(struct options *o, const char *name)
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

static int set_by(struct options *o, const char *name)
{
	int i;

	for (i = 0; i < BYS; i++) {
		if (strcmp(name, by_names[i]))
			continue;
		o->by = (enum by)i;
		return CLI_OK;
	}
	return cli_usage("study", "study: --by %s: not one of duration, fault, access", name);
}

static int set_iommu(struct options *o, const char *list)
{
	if (strlen(list) >= sizeof(o->iommu))
		return cli_usage("study", "study: --iommu %.80s: no such IOMMU", list);
	strcpy(o->iommu, list);
	return CLI_OK;
}

static int add_set(struct options *o, const char *set)
{
	if (o->sets == SETS)
		return cli_usage("study", "study: more than %d times --gen-set", SETS);
	o->set[o->sets++] = set;
	return CLI_OK;
}

static int option(struct options *o, int opt, int argc, char **argv)
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
static int set_sides(struct options *o)
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
static int check_end(const struct options *o, const char *option, u64 value)
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

static int check_range(struct options *o)
{
	if (!strcmp(o->key->name, IN_ALL)) {
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

static int take_trace(struct options *o, int argc, char **argv)
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

static int parse(struct options *o, int argc, char **argv)
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
static int configure(const struct options *o, struct fl_config *cfg, u64 value)
{
	int status = set_value(cfg, o->key->name, value);

	if (!status && !strcmp(o->key->name, IN_ALL))
		status = set_value(cfg, "master.outstanding_per_stream", value);
	return status;
}

static int run_side(struct options *o, int side, const struct fl_config *cfg, struct replay_result *res)
{
	struct replay_options run = o->side[side];
	char who[96];

	run.cfg = cfg;
	snprintf(who, sizeof(who), "study: %s", o->name[side]);
	return run_apart(who, &run, res);
}

static struct value *find_value(const struct options *o, u64 at)
{
	size_t i;

	for (i = 0; i < o->values && o->value[i]->at != at; i++)
		;
	return i < o->values ? o->value[i] : NULL;
}

static struct value *add_value(struct options *o, u64 at)
{
	struct value *v = calloc(1, sizeof(*v)), **more = o->value;

	if (v && o->values == o->room) {
		o->room = o->room ? 2 * o->room : 32;
		more = realloc(o->value, o->room * sizeof(struct value *));
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

static u64 cost(enum by by, const struct replay_result *res)
{
	return by == BY_DURATION ? res->duration_ns : by == BY_FAULT ? res->latency.mean : res->access.mean;
}

static int measure(void *ctx, struct study_point *p)
{
	struct options *o = ctx;
	struct value *v = add_value(o, p->value);
	int side, status;

	if (!v)
		return cli_fail("study: out of memory");
	status = configure(o, &v->cfg, p->value);
	for (side = 0; !status && side < 2; side++) {
		status = run_side(o, side, &v->cfg, &v->res[side]);
		p->cost[side] = cost(o->by, &v->res[side]);
	}
	if (!status && !v->res[STALL].faults && !v->res[PRI].faults)
		status = cli_fail("study: %s: nothing faults", o->common.run.trace);
	report_progress(&o->bar, o->values);
	return status;
}

/*
 * The estimate that one makes by hand: stalls go on as long as there are slots, so that so many faults are served at
 * once; page requests have no such limit, but each takes longer.
 */
static int measure_alone(struct options *o)
{
	const struct fl_config *c = &o->common.cfg;
	int side, status = CLI_OK;

	if (strcmp(o->key->name, IN_ALL))
		return CLI_OK;
	o->slots = min(c->tbu.slots * c->tbu.count, iommu_kind_stalls(o->side[STALL].kind, c));
	for (side = 0; !status && side < 2; side++) {
		struct replay_result res;
		struct fl_config one = *c;

		one.master.outstanding = one.master.outstanding_per_stream = 1;
		status = run_side(o, side, &one, &res);
		o->alone_ns[side] = res.latency.mean;
	}
	return status;
}

static u64 estimate(const struct options *o)
{
	u64 stall = o->alone_ns[STALL];

	return stall ? (o->slots * o->alone_ns[PRI] + stall / 2) / stall : 0;
}

/* ---- what it means ---- */

static u32 differ(const struct options *o, const struct value *v, struct replay_options opt[2],
		  struct replay_run run[2], struct replay_why why[REPLAY_WHYS])
{
	int i;

	for (i = 0; i < 2; i++) {
		opt[i] = o->side[i];
		opt[i].cfg = &v->cfg;
		run[i] = (struct replay_run){ o->name[i], &opt[i], &v->res[i] };
	}
	return replay_why_differ(&run[STALL], &run[PRI], why);
}

static const char *winner_name(const struct options *o, const struct study_point *p)
{
	int winner = study_winner(p);

	return winner < 0 ? "both the same" : o->name[winner];
}

/* The first that is no draw; else the last. */
static const struct study_point *decided(const struct options *o)
{
	u32 i;

	for (i = 0; i + 1 < o->found.n_grid && study_winner(&o->found.grid[i]) < 0; i++)
		;
	return &o->found.grid[i];
}

static void verdict(const struct options *o, char *text, size_t size)
{
	const char *unit = o->key->type == FL_TIME ? " ns" : "";
	char range[96];

	snprintf(range, sizeof(range), "from %llu to %llu%s", o->range.from, o->range.to, unit);
	if (o->found.changes)
		snprintf(text, size, "The answer turns %s %s.", o->found.changes == 1 ? "once" : "several times",
			 range);
	else if (study_winner(decided(o)) < 0)
		snprintf(text, size, "Both take the same everywhere %s.", range);
	else
		snprintf(text, size, "%s wins everywhere %s.", winner_name(o, decided(o)), range);
}

/* ---- output ---- */

static void print_grid(const struct options *o)
{
	char heading[2][sizeof(o->name[0]) + 1], key[64], ns[REPORT_NS];
	const char *headings[] = { key, heading[0], heading[1], "less", NULL };
	struct report_table t;
	u32 i, s;

	snprintf(key, sizeof(key), ">%s", o->key->name);
	for (s = 0; s < 2; s++)
		snprintf(heading[s], sizeof(heading[s]), ">%s", o->name[s]);
	report_table_init(&t, headings);
	for (i = 0; i < o->found.n_grid; i++) {
		const struct study_point *p = &o->found.grid[i];

		report_table_cell(&t, "%llu", p->value);
		for (s = 0; s < 2; s++)
			report_table_cell(&t, "%s", report_ns(p->cost[s], ns));
		report_table_cell(&t, "%s", winner_name(o, p));
	}
	report_table_print(&t, stdout);
}

static void print_reasons(const struct options *o, const struct value *v)
{
	struct replay_why why[REPLAY_WHYS];
	struct replay_options opt[2];
	struct replay_run run[2];
	char text[REPLAY_WHY_TEXT];
	u32 i, n = differ(o, v, opt, run, why);

	for (i = 0; i < n; i++)
		printf("%s %llu: %s\n", o->key->name, v->at, replay_why_text(&why[i], text));
}

static void print_turn(const struct options *o, const struct study_turn *turn)
{
	static const char *const headings[] = { "", ">whole trace", ">fault, mean", ">access, mean", ">faults", NULL };
	const struct study_point *end[2] = { &turn->low, &turn->high };
	struct report_table t;
	char ns[REPORT_NS];
	int i, s;

	printf("\nUp to %llu %s takes less, from %llu on %s:\n", turn->low.value, winner_name(o, &turn->low),
	       turn->high.value, winner_name(o, &turn->high));
	report_table_init(&t, headings);
	for (i = 0; i < 2; i++)
		for (s = 0; s < 2; s++) {
			const struct replay_result *r = &find_value(o, end[i]->value)->res[s];

			report_table_cell(&t, "%llu %s", end[i]->value, o->name[s]);
			report_table_cell(&t, "%s", report_ns(r->duration_ns, ns));
			report_table_cell(&t, "%s", report_ns(r->latency.mean, ns));
			report_table_cell(&t, "%s", report_ns(r->access.mean, ns));
			report_table_cell(&t, "%llu", r->faults);
		}
	report_table_print(&t, stdout);
	for (i = 0; i < 2; i++)
		print_reasons(o, find_value(o, end[i]->value));
}

/* A line a side, of the last value of the grid at which there is something to say, and at how many there is. */
static void print_notes(const struct options *o)
{
	char note[RUN_NOTE], text[RUN_NOTE];
	u64 at = 0;
	u32 i, n;
	int s;

	for (s = 0; s < 2; s++) {
		for (i = n = 0; i < o->found.n_grid; i++) {
			if (!run_note(&find_value(o, o->found.grid[i].value)->res[s], text))
				continue;
			strcpy(note, text);
			at = o->found.grid[i].value;
			n++;
		}
		if (n)
			printf("note: %s, at %u of %u values of the grid; %s %llu: %s.\n", o->name[s], n,
			       o->found.n_grid, o->key->name, at, note);
	}
}

static void print(const struct options *o)
{
	char text[160], a[REPORT_NS], b[REPORT_NS];
	u32 i;

	printf("%s of %s and %s:\n\n", by_says[o->by], o->name[STALL], o->name[PRI]);
	print_grid(o);
	verdict(o, text, sizeof(text));
	printf("\n%s\n", text);
	for (i = 0; i < o->found.n_turns; i++)
		print_turn(o, &o->found.turn[i]);
	for (i = 0; !o->found.n_turns && i < 2; i++)
		print_reasons(o, find_value(o, i ? o->range.to : o->range.from));
	print_notes(o);
	if (o->slots)
		printf("\nestimate: %llu slots x %s / %s, the mean faults of both with one access outstanding: %llu\n",
		       o->slots, report_ns(o->alone_ns[PRI], a), report_ns(o->alone_ns[STALL], b), estimate(o));
}

static json_t *point_json(const struct options *o, const struct study_point *p)
{
	const struct value *v = find_value(o, p->value);
	json_t *j = json_object();
	int s;

	report_json_u64(j, "value", p->value);
	for (s = 0; s < 2; s++) {
		json_t *side = json_object();

		report_json_u64(side, "duration_ns", v->res[s].duration_ns);
		report_json_u64(side, "fault_mean_ns", v->res[s].latency.mean);
		report_json_u64(side, "access_mean_ns", v->res[s].access.mean);
		report_json_u64(side, "faults", v->res[s].faults);
		json_object_set_new(j, o->name[s], side);
	}
	report_json_text(j, "less", winner_name(o, p));
	return j;
}

static json_t *reasons_json(const struct options *o, const struct value *v)
{
	struct replay_why why[REPLAY_WHYS];
	struct replay_options opt[2];
	struct replay_run run[2];
	json_t *list = json_array();
	u32 i, n = differ(o, v, opt, run, why);

	for (i = 0; i < n; i++)
		json_array_append_new(list, replay_why_json(&why[i]));
	return list;
}

/* A point with its reasons and the records of its two runs; NULL: no record, and that was said. */
static json_t *whole_point_json(const struct options *o, const struct study_point *p)
{
	const struct value *v = find_value(o, p->value);
	struct run_options at = o->common;
	json_t *j = point_json(o, p), *runs = json_array();
	int s;

	at.cfg = v->cfg;
	for (s = 0; s < 2; s++) {
		struct replay_options run = o->side[s];
		json_t *record;

		run.cfg = &at.cfg;
		record = run_record(&at, &run, &v->res[s]);
		if (!record) {
			json_decref(runs);
			json_decref(j);
			return NULL;
		}
		json_array_append_new(runs, record);
	}
	json_object_set_new(j, "reasons", reasons_json(o, v));
	json_object_set_new(j, "runs", runs);
	return j;
}

static json_t *turns_json(const struct options *o)
{
	json_t *list = json_array();
	u32 i;

	for (i = 0; i < o->found.n_turns; i++) {
		json_t *low = whole_point_json(o, &o->found.turn[i].low);
		json_t *high = low ? whole_point_json(o, &o->found.turn[i].high) : NULL;
		json_t *j = json_object();

		json_object_set_new(j, "low", low);
		json_object_set_new(j, "high", high);
		json_array_append_new(list, j);
		if (!high) {
			json_decref(list);
			return NULL;
		}
	}
	return list;
}

static json_t *estimate_json(const struct options *o)
{
	json_t *j = json_object();

	report_json_u64(j, "slots", o->slots);
	report_json_u64(j, "stall_alone_ns", o->alone_ns[STALL]);
	report_json_u64(j, "pri_alone_ns", o->alone_ns[PRI]);
	report_json_u64(j, IN_ALL, estimate(o));
	return j;
}

static int write_json(const struct options *o)
{
	json_t *root = json_object(), *grid = json_array(), *turns = turns_json(o);
	char text[160];
	int err = 0;
	u32 i;

	verdict(o, text, sizeof(text));
	report_json_text(root, "study", "stall-vs-pri");
	report_json_text(root, "key", o->key->name);
	report_json_text(root, "by", by_names[o->by]);
	report_json_u64(root, "from", o->range.from);
	report_json_u64(root, "to", o->range.to);
	report_json_text(root, "verdict", text);
	report_json_u64(root, "changes", o->found.changes);
	for (i = 0; i < o->found.n_grid; i++)
		json_array_append_new(grid, point_json(o, &o->found.grid[i]));
	json_object_set_new(root, "grid", grid);
	json_object_set(root, "turns", turns);
	if (o->slots)
		json_object_set_new(root, "estimate", estimate_json(o));
	if (turns) {
		json_t *run = whole_point_json(o, &o->found.grid[0]);

		json_object_set(root, "run", run ? json_array_get(json_object_get(run, "runs"), STALL) : NULL);
		json_decref(run);
		err = report_json_write(root, o->common.json);
	}
	json_decref(turns);
	json_decref(root);
	return err ? cli_fail("%s: %s", o->common.json, strerror(-err)) : turns ? CLI_OK : CLI_FAILED;
}

static int study(struct options *o, int argc, char **argv)
{
	int status = parse(o, argc, argv);

	if (status)
		return status;
	o->bar.what = "values";
	status = study_search(&o->range, measure, o, &o->found);
	if (!status)
		status = measure_alone(o);
	report_progress_end(&o->bar);
	if (!status && o->common.json)
		status = write_json(o);
	if (!status && (!o->common.json || strcmp(o->common.json, "-")))
		print(o);
	return status ? status : cli_finish(CLI_OK);
}

static int run(int argc, char **argv)
{
	struct options *o = calloc(1, sizeof(*o));
	int status;
	size_t i;

	if (!o)
		return cli_fail("study: out of memory");
	run_options_init(&o->common);
	strcpy(o->iommu, "smmuv3");
	status = set_key(o, IN_ALL);
	if (!status)
		status = study(o, argc, argv);
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
