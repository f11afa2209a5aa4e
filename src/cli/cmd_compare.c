/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* faultline compare: one trace, one software, several IOMMUs and kinds of fault, side by side. */
#include "replay_os.h"
#include "report_json.h"
#include "report_table.h"
#include "run_options.h"
#include "timed_replay.h"

#include <sys/wait.h>
#include <unistd.h>

#define MAX_VARIANTS 8

static const char help[] =
	"Usage: faultline compare FILE [--variants LIST] [OPTION]...\n"
	"Plays a trace through several IOMMUs and kinds of fault with the same prices and the same software,\n"
	"and says what a fault costs in each, why, and what is left to the masters that do not fault.\n"
	"\n"
	"  --variants LIST     IOMMU-FAULTS, separated by commas;\n"
	"                      default: smmuv2-stall,smmuv3-stall,smmuv3-pri,vtd-pri\n" RUN_HELP "\n"
	"Unless --paged says otherwise the first stream of the trace faults and the others are the bystanders.\n"
	"Unless the configuration says otherwise accesses come back to back (master.arrival).\n";

struct variant {
	char name[32];
	struct replay_options run;
	struct replay_result faulting, resident; /* as asked for, and with every page resident */
};

struct options {
	struct run_options common;
	const char *list;
	struct variant variants[MAX_VARIANTS];
	u32 n;
};

/* What a child sends back. */
struct answer {
	int code;
	char reason[sizeof(struct dmat_error)];
	struct replay_result result;
};

enum { OPT_VARIANTS = RUN_OPTIONS_END };

static const struct option long_options[] = {
	RUN_LONG_OPTIONS,
	{ "variants", required_argument, NULL, OPT_VARIANTS },
	{ NULL, 0, NULL, 0 },
};

/* ---- options ---- */

static int parse_variant(struct options *o, const char *text, size_t len)
{
	static const char *const modes[] = { "terminate", "stall", "pri" };
	struct variant *v = &o->variants[o->n];
	char kind[sizeof(v->name)];
	char *mode;
	size_t i;

	if (o->n == MAX_VARIANTS || len >= sizeof(v->name))
		return cli_usage("compare", "compare: --variants: at most %d, of known names", MAX_VARIANTS);
	memcpy(v->name, text, len);
	strcpy(kind, v->name);
	mode = strrchr(kind, '-');
	if (mode)
		*mode++ = '\0';
	v->run = o->common.run;
	v->run.kind = iommu_kind_find(kind);
	for (i = 0; mode && v->run.kind && i < ARRAY_SIZE(modes); i++) {
		if (strcmp(mode, modes[i]))
			continue;
		v->run.faults = (enum replay_faults)i;
		o->n++;
		return CLI_OK;
	}
	return cli_usage("compare", "compare: --variants: '%s' is not IOMMU-FAULTS, e.g. smmuv3-stall", v->name);
}

static int parse_variants(struct options *o)
{
	const char *p = o->list;
	int status = CLI_OK;

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
	int opt, status = CLI_OK;

	optind = 1;
	opterr = 0;
	if (fl_config_set(&o->common.cfg, "master.arrival=back-to-back", &err))
		return cli_fail("%s", err.text);
	while (!status && (opt = getopt_long(argc, argv, ":", long_options, NULL)) != -1) {
		if (opt == OPT_VARIANTS)
			o->list = optarg;
		else
			status = run_options_take(&o->common, opt, argc, argv);
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

	if (!code && scan->n_sids > 1 && !o->common.run.one_paged) {
		o->common.run.one_paged = true;
		o->common.run.paged = scan->sids[0];
	}
	free(scan);
	return code ? cli_fail("%s", dmat_error_text(&err, text, sizeof(text))) : CLI_OK;
}

/* ---- runs: a process each, for SystemC simulates once in a process ---- */

static void child(const struct replay_options *run, int fd)
{
	struct answer *a = calloc(1, sizeof(*a));
	struct dmat_error err = { 0 };
	const char *at = (const char *)a;
	size_t left = sizeof(*a);
	ssize_t n;

	if (!a)
		_exit(1);
	a->code = replay_timed(run, &a->result, &err);
	if (a->code)
		snprintf(a->reason, sizeof(a->reason), "%.200s: %.200s", err.file[0] ? err.file : run->trace,
			 err.reason);
	while (left && (n = write(fd, at, left)) > 0) {
		at += n;
		left -= (size_t)n;
	}
	_exit(left != 0);
}

static bool receive(int fd, struct answer *a)
{
	char *at = (char *)a;
	size_t left = sizeof(*a);
	ssize_t n;

	while (left && (n = read(fd, at, left)) > 0) {
		at += n;
		left -= (size_t)n;
	}
	return !left;
}

static int run_apart(const char *name, const struct replay_options *run, struct replay_result *res)
{
	struct answer *a = malloc(sizeof(*a));
	int fds[2], state = 0, status = CLI_OK;
	bool whole;
	pid_t pid;

	if (!a || pipe(fds)) {
		free(a);
		return cli_fail("compare: %s", strerror(errno));
	}
	fflush(stdout);
	pid = fork();
	if (!pid)
		child(run, fds[1]);
	close(fds[1]);
	whole = pid > 0 && receive(fds[0], a);
	close(fds[0]);
	if (pid > 0)
		waitpid(pid, &state, 0);
	if (!whole || state)
		status = cli_fail("compare: %s: the run ended without a result", name);
	else if (a->code)
		status = cli_fail("compare: %s: %s", name, a->reason);
	else
		*res = a->result;
	free(a);
	return status;
}

static int run_variant(struct variant *v)
{
	struct replay_options resident = v->run;
	int status = run_apart(v->name, &v->run, &v->faulting);

	resident.resident = REPLAY_RESIDENT_ALL;
	return status ? status : run_apart(v->name, &resident, &v->resident);
}

/* ---- what it means ---- */

/* Bytes per ms of the streams that do not fault; 0 if there is none. */
static u64 bystanders(const struct variant *v, const struct replay_result *res)
{
	u64 rate = 0;
	u32 i;

	for (i = 0; i < res->n_streams; i++)
		if (res->streams[i].active_ns && !(v->run.one_paged && res->streams[i].sid == v->run.paged))
			rate += res->streams[i].bytes * 1000000 / res->streams[i].active_ns;
	return rate;
}

static u64 kept_percent(const struct variant *v)
{
	u64 before = bystanders(v, &v->resident);

	return before ? bystanders(v, &v->faulting) * 100 / before : 100;
}

static const char *const part_reason[REPLAY_PARTS] = {
	"finding out that the access faults",
	"bringing the record to memory",
	"telling software",
	"handling it",
	"bringing the answer back",
	"the second try",
};

static const char *const pri_reason[REPLAY_PARTS] = {
	"the translation request's way over the link and back",
	"the page request message over the link and its record",
	"telling software",
	"handling it",
	"the response over the link",
	"asking for the translation again",
};

static const char *reason_of(const struct variant *v, int part)
{
	return v->run.faults == REPLAY_PRI ? pri_reason[part] : part_reason[part];
}

/* One sentence: how @v differs from @base, with the part that makes most of it. */
static void explain(const struct variant *base, const struct variant *v, char *out, size_t size)
{
	char total[REPORT_NS], part[REPORT_NS];
	s64 all = (s64)v->faulting.latency.mean - (s64)base->faulting.latency.mean;
	s64 most = 0;
	int i, which = 0;

	for (i = 0; i < REPLAY_PARTS; i++) {
		s64 d = (s64)v->faulting.parts[i].mean - (s64)base->faulting.parts[i].mean;

		if (i == 0 || (all < 0 ? d < most : d > most)) {
			most = d;
			which = i;
		}
	}
	report_ns((u64)(all < 0 ? -all : all), total);
	report_ns((u64)(most < 0 ? -most : most), part);
	snprintf(out, size,
		 "A fault costs %s %s with %s than with %s; %s is the largest difference, %s: %s. "
		 "The other masters keep %llu %% of their throughput, against %llu %%.",
		 total, all < 0 ? "less" : "more", v->name, base->name, replay_part_names[which], part,
		 reason_of(all < 0 ? base : v, which), kept_percent(v), kept_percent(base));
}

/* ---- output ---- */

static void row(struct report_table *t, const struct options *o, const char *name,
		u64 (*value)(const struct variant *v, int i), int arg, bool ns)
{
	char text[REPORT_NS];
	u32 i;

	report_table_cell(t, "%s", name);
	for (i = 0; i < o->n; i++) {
		u64 v = value(&o->variants[i], arg);

		if (ns)
			report_table_cell(t, "%s", report_ns(v, text));
		else
			report_table_cell(t, "%llu", v);
	}
}

static u64 get_faults(const struct variant *v, int i)
{
	return v->faulting.faults;
}

static u64 get_shared(const struct variant *v, int i)
{
	return v->run.faults == REPLAY_PRI ? v->faulting.merged : v->faulting.duplicates;
}

static u64 get_aborted(const struct variant *v, int i)
{
	return v->faulting.aborted;
}

static u64 get_latency(const struct variant *v, int i)
{
	const struct stats_summary *s = &v->faulting.latency;

	return i == 0 ? s->mean : i == 1 ? s->p50 : i == 2 ? s->p99 : s->max;
}

static u64 get_part(const struct variant *v, int i)
{
	return v->faulting.parts[i].mean;
}

static u64 get_duration(const struct variant *v, int i)
{
	return v->faulting.duration_ns;
}

static u64 get_bystanders(const struct variant *v, int i)
{
	return bystanders(v, &v->faulting) / 1000;
}

static u64 get_kept(const struct variant *v, int i)
{
	return kept_percent(v);
}

static void print(const struct options *o)
{
	const char *headings[MAX_VARIANTS + 2] = { "" };
	char right[MAX_VARIANTS][sizeof(o->variants[0].name) + 1];
	struct report_table t;
	char text[512];
	u32 i;
	int p;

	for (i = 0; i < o->n; i++) {
		snprintf(right[i], sizeof(right[i]), ">%s", o->variants[i].name);
		headings[i + 1] = right[i];
	}
	report_table_init(&t, headings);
	row(&t, o, "faults", get_faults, 0, false);
	row(&t, o, "  to a page on its way", get_shared, 0, false);
	row(&t, o, "accesses aborted", get_aborted, 0, false);
	row(&t, o, "fault, mean", get_latency, 0, true);
	for (p = 0; p < REPLAY_PARTS; p++) {
		snprintf(text, sizeof(text), "  %s", replay_part_names[p]);
		row(&t, o, text, get_part, p, true);
	}
	row(&t, o, "fault, p50", get_latency, 1, true);
	row(&t, o, "fault, p99", get_latency, 2, true);
	row(&t, o, "fault, max", get_latency, 3, true);
	row(&t, o, "whole trace", get_duration, 0, true);
	row(&t, o, "other masters, MB/s", get_bystanders, 0, false);
	row(&t, o, "  % of without faults", get_kept, 0, false);
	report_table_print(&t, stdout);
	for (i = 1; i < o->n; i++) {
		explain(&o->variants[0], &o->variants[i], text, sizeof(text));
		printf("%s%s\n", i == 1 ? "\n" : "", text);
	}
}

static int write_json(const struct options *o)
{
	json_t *root = json_object(), *list = json_array(), *reasons = json_array();
	char text[512];
	u32 i;
	int err;

	for (i = 0; i < o->n; i++) {
		const struct variant *v = &o->variants[i];
		json_t *j = json_object();

		report_json_text(j, "variant", v->name);
		report_json_u64(j, "others_bytes_per_ms", bystanders(v, &v->faulting));
		report_json_u64(j, "others_kept_percent", kept_percent(v));
		json_object_set_new(j, "result", replay_json(&v->run, &v->faulting));
		json_array_append_new(list, j);
		if (!i)
			continue;
		explain(&o->variants[0], v, text, sizeof(text));
		json_array_append_new(reasons, json_string(text));
	}
	json_object_set_new(root, "variants", list);
	json_object_set_new(root, "reasons", reasons);
	err = report_json_write(root, o->common.json);
	json_decref(root);
	return err ? cli_fail("%s: %s", o->common.json, strerror(-err)) : CLI_OK;
}

static int compare(struct options *o, int argc, char **argv)
{
	int status = parse(o, argc, argv);
	u32 i;

	if (!status)
		status = choose_paged(o);
	if (!status)
		status = parse_variants(o);
	for (i = 0; i < o->n && !status; i++)
		status = run_variant(&o->variants[i]);
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

	if (!o)
		return cli_fail("compare: out of memory");
	run_options_init(&o->common);
	o->list = "smmuv2-stall,smmuv3-stall,smmuv3-pri,vtd-pri";
	status = compare(o, argc, argv);
	free(o);
	return status;
}

const struct cli_command cli_compare = {
	.name = "compare",
	.summary = "the same trace through several IOMMUs and kinds of fault, side by side",
	.help = help,
	.run = run,
};
