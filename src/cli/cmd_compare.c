// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* faultline compare: one trace, one software, several IOMMUs and kinds of fault, side by side. */
#include "replay_os.h"
#include "replay_why.h"
#include "report_json.h"
#include "report_table.h"
#include "run_record.h"

#define MAX_VARIANTS 8

static const char help[] =
	"Usage: faultline compare FILE [--variants LIST] [OPTION]...\n"
	"Plays a trace through several IOMMUs and kinds of fault with the same prices and the same software,\n"
	"and says what a fault costs in each, why, and what is left to the streams that do not fault.\n"
	"\n"
	"  --variants LIST     IOMMU-FAULTS, or none (no translation), separated by commas;\n"
	"                      default: each IOMMU with stall, and with pri, if it has them\n" RUN_HELP RUN_REPORT_HELP
	"\n"
	"Unless --paged says otherwise the first stream of the trace faults and the others are the bystanders.\n"
	"Unless the configuration says otherwise accesses come back to back (master.arrival).\n";

struct variant {
	char name[32];
	struct replay_options run;
	struct replay_result faulting, resident; /* as asked for, and with every page resident */
};

/* Streams of the trace that fault in no variant, and the run that their throughput is held against. */
struct bystanders {
	bool is[REPLAY_MAX_STREAMS];
	u32 n;
	const struct variant *baseline; /* its run with every page resident; NULL if they have no throughput */
};

struct options {
	struct run_options common;
	const char *list;
	bool pcie_for_all;
	struct variant variants[MAX_VARIANTS];
	u32 n;
	bool several; /* streams */
	struct bystanders others;
};

enum { OPT_VARIANTS = RUN_OPTIONS_END };

static const struct option long_options[] = {
	RUN_LONG_OPTIONS,
	{ RUN_REPORT_OPTION },
	{ "variants", required_argument, NULL, OPT_VARIANTS },
	{ NULL, 0, NULL, 0 },
};

/* ---- options ---- */

static int parse_variant(struct options *o, const char *text, size_t len)
{
	struct variant *v = &o->variants[o->n];
	char kind[sizeof(v->name)];
	char *mode;
	int i;

	if (o->n == MAX_VARIANTS || len >= sizeof(v->name))
		return cli_usage("compare", "compare: --variants: at most %d, of known names", MAX_VARIANTS);
	memcpy(v->name, text, len);
	strcpy(kind, v->name);
	mode = strrchr(kind, '-');
	if (mode)
		*mode++ = '\0';
	v->run = o->common.run;
	v->run.kind = iommu_kind_find(kind);
	if (v->run.kind && v->run.kind->bypass && !mode) {
		v->run.faults = REPLAY_TERMINATE;
		o->n++;
		return CLI_OK;
	}
	for (i = 0; mode && v->run.kind && i < REPLAY_FAULTS; i++) {
		if (strcmp(mode, replay_fault_names[i]))
			continue;
		v->run.faults = (enum replay_faults)i;
		o->n++;
		return CLI_OK;
	}
	return cli_usage("compare", "compare: --variants: '%s' is not IOMMU-FAULTS, e.g. smmuv3-stall", v->name);
}

/* Every way in which an IOMMU can let an access wait for its page. */
static int all_variants(struct options *o)
{
	const struct iommu_kind *const *k;
	int status = CLI_OK;

	for (k = iommu_kinds; *k; k++) {
		const bool can[REPLAY_FAULTS] = { [REPLAY_STALL] = (*k)->stall, [REPLAY_PRI] = (*k)->pri };
		char text[sizeof(o->variants[0].name)];
		int i;

		for (i = 0; !status && i < REPLAY_FAULTS; i++) {
			if (!can[i])
				continue;
			snprintf(text, sizeof(text), "%s-%s", (*k)->name, replay_fault_names[i]);
			status = parse_variant(o, text, strlen(text));
		}
	}
	return status;
}

static int parse_variants(struct options *o)
{
	const char *p = o->list ? o->list : "";
	int status = o->list ? CLI_OK : all_variants(o);

	while (!status && *p) {
		size_t len = strcspn(p, ",");

		status = parse_variant(o, p, len);
		p += len + (p[len] == ',');
	}
	return status || o->n ? status : cli_usage("compare", "compare: --variants: the list is empty");
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
		if (opt == OPT_VARIANTS)
			o->list = optarg;
		else
			status = run_options_take(&o->common, opt, argc, argv);
		if (!status)
			run_options_note(&o->common, &long_options[which]);
	}
	if (status)
		return status;
	o->common.run.trace = cli_one_argument(argc, argv, "trace");
	return o->common.run.trace ? CLI_OK : CLI_FAILED;
}

/* The first stream faults, so that the others show what is left to them. */
static int choose_paged(struct options *o)
{
	struct replay_scan *scan = malloc(sizeof(*scan));
	struct dmat_error err = { 0 };
	char text[sizeof(err) + 64];
	int code = scan ? replay_scan(o->common.run.trace, scan, &err) : -ENOMEM;

	o->several = !code && scan->n_sids > 1;
	if (o->several && !o->common.run.one_paged) {
		o->common.run.one_paged = true;
		o->common.run.paged = scan->sids[0];
	}
	free(scan);
	return code ? cli_fail("%s", dmat_error_text(&err, text, sizeof(text))) : CLI_OK;
}

/* Variants differ in what is compared, not in their masters' way to the IOMMU. */
static void choose_bus(struct options *o)
{
	u32 i;

	for (i = 0; i < o->n && o->common.cfg.master.bus == FL_BUS_AUTO; i++)
		if (o->variants[i].run.faults == REPLAY_PRI) {
			o->common.cfg.master.bus = FL_BUS_PCIE;
			o->pcie_for_all = true;
		}
}

/* ---- runs ---- */

static int run_one(const struct variant *v, const struct replay_options *run, struct replay_result *res)
{
	char who[sizeof(v->name) + 16];

	snprintf(who, sizeof(who), "compare: %s", v->name);
	return run_apart(who, run, res);
}

/* A stream that is alone is nobody's bystander: there is no need to know how fast it is without faults. */
static int run_variant(const struct options *o, struct variant *v)
{
	struct replay_options resident = v->run;
	int status = run_one(v, &v->run, &v->faulting);

	resident.resident = REPLAY_RESIDENT_ALL;
	return status || !o->several ? status : run_one(v, &resident, &v->resident);
}

/* ---- what it means ---- */

/* Bytes per ms of the bystanders. */
static u64 rate_of(const struct options *o, const struct replay_result *res)
{
	u64 rate = 0;
	u32 i;

	for (i = 0; i < res->n_streams; i++)
		if (o->others.is[i] && res->streams[i].active_ns)
			rate += res->streams[i].bytes * 1000000 / res->streams[i].active_ns;
	return rate;
}

/* All variants are held against one run, the fastest that has no faults at all. */
static void find_bystanders(struct options *o)
{
	struct bystanders *b = &o->others;
	u64 best = 0;
	u32 i, s;

	for (s = 0; o->several && s < o->variants[0].faulting.n_streams; s++) {
		b->is[s] = o->variants[0].faulting.streams[s].accesses;
		for (i = 0; i < o->n; i++)
			b->is[s] = b->is[s] && !o->variants[i].faulting.streams[s].faults;
		b->n += b->is[s];
	}
	for (i = 0; i < o->n; i++) {
		u64 rate = rate_of(o, &o->variants[i].resident);

		if (rate <= best)
			continue;
		best = rate;
		b->baseline = &o->variants[i];
	}
}

static u64 kept_percent(const struct options *o, const struct variant *v)
{
	return rate_of(o, &v->faulting) * 100 / rate_of(o, &o->others.baseline->resident);
}

/* How @v differs from the first variant. */
static u32 differ(const struct options *o, const struct variant *v, struct replay_run run[2],
		  struct replay_why why[REPLAY_WHYS])
{
	const struct variant *base = &o->variants[0];

	run[0] = (struct replay_run){ base->name, &base->run, &base->faulting };
	run[1] = (struct replay_run){ v->name, &v->run, &v->faulting };
	return replay_why_differ(&run[0], &run[1], why);
}

/* ---- output ---- */

static void row(struct report_table *t, const struct options *o, const char *name,
		u64 (*value)(const struct options *o, const struct variant *v, int i), int arg, bool ns)
{
	char text[REPORT_NS];
	u32 i;

	report_table_cell(t, "%s", name);
	for (i = 0; i < o->n; i++) {
		u64 v = value(o, &o->variants[i], arg);

		if (ns)
			report_table_cell(t, "%s", report_ns(v, text));
		else
			report_table_cell(t, "%llu", v);
	}
}

static u64 get_faults(const struct options *o, const struct variant *v, int i)
{
	return v->faulting.faults;
}

static u64 get_shared(const struct options *o, const struct variant *v, int i)
{
	return v->run.faults == REPLAY_PRI ? v->faulting.merged : v->faulting.duplicates;
}

static u64 get_tries(const struct options *o, const struct variant *v, int i)
{
	return v->faulting.tries;
}

static u64 get_aborted(const struct options *o, const struct variant *v, int i)
{
	return v->faulting.aborted;
}

static u64 get_latency(const struct options *o, const struct variant *v, int i)
{
	const struct stats_summary *s = &v->faulting.latency;

	return i == 0 ? s->mean : i == 1 ? s->p50 : i == 2 ? s->p99 : s->max;
}

static u64 get_part(const struct options *o, const struct variant *v, int i)
{
	return v->faulting.parts[i].mean;
}

static u64 get_duration(const struct options *o, const struct variant *v, int i)
{
	return v->faulting.duration_ns;
}

static u64 get_bystanders(const struct options *o, const struct variant *v, int i)
{
	return rate_of(o, &v->faulting) / 1000;
}

static u64 get_kept(const struct options *o, const struct variant *v, int i)
{
	return kept_percent(o, v);
}

static void print_reasons(const struct options *o)
{
	char note[RUN_NOTE];
	struct replay_why why[REPLAY_WHYS];
	struct replay_run run[2];
	char text[REPLAY_WHY_TEXT];
	u32 i, k;

	for (i = 0; i < o->n; i++)
		if (run_note(&o->variants[i].faulting, note))
			printf("\nnote: %s: %s.\n", o->variants[i].name, note);
	for (i = 1; i < o->n; i++) {
		u32 n = differ(o, &o->variants[i], run, why);

		for (k = 0; k < n; k++)
			printf("%s%s\n", k ? "" : "\n", replay_why_text(&why[k], text));
	}
}

static void print_counters(const struct options *o)
{
	u32 i;

	for (i = 0; i < o->n; i++) {
		printf("\n%s", o->variants[i].name);
		replay_counters_table(&o->variants[i].faulting, stdout);
	}
}

static void print(const struct options *o)
{
	const char *headings[MAX_VARIANTS + 2] = { "" };
	char right[MAX_VARIANTS][sizeof(o->variants[0].name) + 1];
	struct report_table t;
	char text[64];
	u32 i;
	int p;

	for (i = 0; i < o->n; i++) {
		snprintf(right[i], sizeof(right[i]), ">%s", o->variants[i].name);
		headings[i + 1] = right[i];
	}
	report_table_init(&t, headings);
	row(&t, o, "faults", get_faults, 0, false);
	row(&t, o, "  to a page on its way", get_shared, 0, false);
	row(&t, o, "  tries again", get_tries, 0, false);
	row(&t, o, "accesses aborted", get_aborted, 0, false);
	row(&t, o, "fault, mean", get_latency, 0, true);
	for (p = 0; p < FAULT_PARTS; p++) {
		snprintf(text, sizeof(text), "  %s", fault_part_names[p]);
		row(&t, o, text, get_part, p, true);
	}
	row(&t, o, "fault, p50", get_latency, 1, true);
	row(&t, o, "fault, p99", get_latency, 2, true);
	row(&t, o, "fault, max", get_latency, 3, true);
	row(&t, o, "whole trace", get_duration, 0, true);
	if (o->others.baseline) {
		row(&t, o, "other streams, MB/s", get_bystanders, 0, false);
		snprintf(text, sizeof(text), "  %% of %s without faults", o->others.baseline->name);
		row(&t, o, text, get_kept, 0, false);
	}
	report_table_print(&t, stdout);
	if (o->pcie_for_all)
		printf("\n%s\n", run_bus_note);
	print_reasons(o);
}

static json_t *variant_json(const struct options *o, const struct variant *v)
{
	json_t *run = run_record(&o->common, &v->run, &v->faulting), *j, *result;

	if (!run)
		return NULL;
	j = json_object();
	result = replay_json(&v->run, &v->faulting);
	report_json_text(j, "variant", v->name);
	if (o->others.baseline) {
		report_json_u64(j, "others_bytes_per_ms", rate_of(o, &v->faulting));
		report_json_u64(j, "others_kept_percent", kept_percent(o, v));
	}
	json_object_set_new(result, "run", run);
	json_object_set_new(j, "result", result);
	return j;
}

static json_t *reasons_json(const struct options *o)
{
	struct replay_why why[REPLAY_WHYS];
	struct replay_run run[2];
	json_t *list = json_array();
	u32 i, k;

	for (i = 1; i < o->n; i++) {
		u32 n = differ(o, &o->variants[i], run, why);

		for (k = 0; k < n; k++)
			json_array_append_new(list, replay_why_json(&why[k]));
	}
	return list;
}

static int write_json(const struct options *o)
{
	json_t *root = json_object(), *list = json_array();
	int err = 0, status = CLI_OK;
	u32 i;

	for (i = 0; i < o->n && !status; i++) {
		json_t *j = variant_json(o, &o->variants[i]);

		status = j ? CLI_OK : CLI_FAILED;
		if (j)
			json_array_append_new(list, j);
	}
	if (o->others.baseline)
		report_json_text(root, "others_baseline", o->others.baseline->name);
	report_json_text(root, "bus", o->common.cfg.master.bus == FL_BUS_PCIE ? "pcie" : "platform");
	json_object_set_new(root, "variants", list);
	json_object_set_new(root, "reasons", reasons_json(o));
	if (!status && o->common.json)
		err = report_json_write(root, o->common.json);
	if (err)
		status = cli_fail("%s: %s", o->common.json, strerror(-err));
	if (!status && o->common.report)
		status = run_report(&o->common, "compare", root);
	json_decref(root);
	return status;
}

static int compare(struct options *o, int argc, char **argv)
{
	int status = parse(o, argc, argv);
	u32 i;

	if (!status)
		status = choose_paged(o);
	if (!status)
		status = parse_variants(o);
	if (!status)
		choose_bus(o);
	for (i = 0; i < o->n && !status; i++)
		status = run_variant(o, &o->variants[i]);
	if (!status)
		find_bystanders(o);
	if (!status && (o->common.json || o->common.report))
		status = write_json(o);
	if (!status && (!o->common.json || strcmp(o->common.json, "-"))) {
		print(o);
		if (o->common.counters)
			print_counters(o);
	}
	return status ? status : cli_finish(CLI_OK);
}

static int run(int argc, char **argv)
{
	struct options *o = calloc(1, sizeof(*o));
	int status;

	if (!o)
		return cli_fail("compare: out of memory");
	run_options_init(&o->common);
	status = compare(o, argc, argv);
	run_options_exit(&o->common);
	free(o);
	return status;
}

const struct cli_command cli_compare = {
	.name = "compare",
	.summary = "the same trace through several IOMMUs and kinds of fault, side by side",
	.help = help,
	.run = run,
};
