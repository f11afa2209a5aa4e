// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* faultline sweep: many replays, on all processors or on a farm, and one table. Options and the way through. */
#include "cmd_sweep_priv.h"
#include "sweep_table.h"
#include "trace_gen.h"

static const char help[] =
	"Usage: faultline sweep STUDY.yaml [OPTION]...\n"
	"       faultline sweep TRACE|GENERATOR... [--variants LIST] [--vary KEY=A,B,C]... [--seeds 1..5] [OPTION]...\n"
	"Plays traces x variants x settings x seeds, each point as 'faultline replay' plays it, on all processors, "
	"and\n"
	"makes one table of the results. A point that is finished is never run again: repeat the command to go on "
	"where\n"
	"it was stopped, or with more values. docs/sweep.md has the keys of STUDY.yaml.\n"
	"\n"
	"  --variants LIST     IOMMU-FAULTS, or none, separated by commas; default: each IOMMU with stall, and with "
	"pri\n"
	"  --vary KEY=A,B,C    a key of the configuration (SECTION.KEY), or an option of a replay (config, resident,\n"
	"                      paged, outstanding, stream, tbu-of, iommu-of, warmup, repeat); may be repeated\n"
	"  --seeds 1..5        the seeds; or 1,4,9; default: 1. A generator makes its trace with each. With several, "
	"the\n"
	"                      table has the mean of each figure and its 95 % interval (Student's t)\n"
	"  --gen-set KEY=VALUE a key of the generators; may be repeated\n"
	"  --columns LIST      figures of the result's JSON, as latency_ns.p99 or resources.stall_slots.peak\n"
	"  --config FILE, --set SECTION.KEY=VALUE, --resident ..., --paged ..., --outstanding ..., --stream ...,\n"
	"  --tbu-of ..., --iommu-of ..., --warmup ..., --repeat ...\n"
	"                      for every point, as 'faultline replay' takes them\n"
	"\n"
	"  -o OUT              finished points are kept in the directory OUT.sweep; default: the study's name, or "
	"sweep\n"
	"  --csv FILE, --json FILE\n"
	"                      write the table; '-' for standard output instead of the table for people\n"
	"  -j N                so many points at a time; default: the processors there are (with --slurm: 1 in a "
	"task)\n"
	"  --point-timeout S   a point that takes longer fails\n"
	"\n"
	"  --slurm             have Slurm run the points, as an array job; the directory is on a shared file system\n"
	"  --tasks N           tasks of the array; default: 100, at most one a point\n"
	"  --rounds N          how often what a lost node has left undone is submitted again; default: 3\n"
	"  --no-wait           submit and leave; the same command gathers\n"
	"  --slurm-options O   for sbatch, e.g. '--partition=long --time=60'\n"
	"  --share I/N         run every N-th point from I, and make no table: what a task does\n"
	"\n"
	"Exit status: 0 done; 1 some points failed, and their rows say why; 2 nothing was run, or no table was made.\n";

enum {
	OPT_VARIANTS = RUN_OPTIONS_END,
	OPT_VARY,
	OPT_SEEDS,
	OPT_GEN_SET,
	OPT_COLUMNS,
	OPT_CSV,
	OPT_TIMEOUT,
	OPT_SLURM,
	OPT_TASKS,
	OPT_ROUNDS,
	OPT_NO_WAIT,
	OPT_SLURM_OPTIONS,
	OPT_SHARE
};

static const struct option long_options[] = {
	RUN_LONG_OPTIONS,
	{ "variants", required_argument, NULL, OPT_VARIANTS },
	{ "vary", required_argument, NULL, OPT_VARY },
	{ "seeds", required_argument, NULL, OPT_SEEDS },
	{ "gen-set", required_argument, NULL, OPT_GEN_SET },
	{ "columns", required_argument, NULL, OPT_COLUMNS },
	{ "csv", required_argument, NULL, OPT_CSV },
	{ "point-timeout", required_argument, NULL, OPT_TIMEOUT },
	{ "slurm", no_argument, NULL, OPT_SLURM },
	{ "tasks", required_argument, NULL, OPT_TASKS },
	{ "rounds", required_argument, NULL, OPT_ROUNDS },
	{ "no-wait", no_argument, NULL, OPT_NO_WAIT },
	{ "slurm-options", required_argument, NULL, OPT_SLURM_OPTIONS },
	{ "share", required_argument, NULL, OPT_SHARE },
	{ NULL, 0, NULL, 0 },
};

/* Figures that answer what most ask, where no column is given. */
static const char standard_columns[] =
	"faults.total,aborted,duration_ns,latency_ns.mean,latency_ns.p99,access_latency_ns.mean,access_latency_ns.p99";

/* ---- options ---- */

/* What is typed of a study, and then stands in no file. */
struct typed {
	char **gen_set;
	u32 n_gen_set;
	bool any;
};

static int out_of_memory(int code)
{
	return code ? cli_fail("sweep: out of memory") : CLI_OK;
}

/* An option of a replay is a setting of every point. */
static int add_setting(struct sweep *sw, const struct option *o)
{
	char *text;
	int code;

	if (o->val == RUN_SET)
		return out_of_memory(sweep_spec_add(&sw->spec->set, &sw->spec->n_set, optarg, strlen(optarg)));
	if (asprintf(&text, "%s=%s", o->name, optarg) < 0)
		return out_of_memory(-ENOMEM);
	code = sweep_spec_add(&sw->spec->set, &sw->spec->n_set, text, strlen(text));
	free(text);
	return out_of_memory(code);
}

static int replace(char **text, const char *with)
{
	free(*text);
	*text = strdup(with);
	return out_of_memory(*text ? 0 : -ENOMEM);
}

/* Options that say what is run; -1: it is none of them. */
static int study_option(struct sweep *sw, struct typed *t, const struct option *o)
{
	struct sweep_spec *s = sw->spec;
	struct sweep_error err;
	int code;

	switch (o->val) {
	case OPT_VARIANTS:
		return out_of_memory(sweep_spec_add_list(&s->variants, &s->n_variants, optarg));
	case OPT_VARY:
		code = sweep_spec_add_vary(s, optarg, &err);
		return code == -EINVAL ? cli_usage("sweep", "sweep: --vary %s", err.text) : out_of_memory(code);
	case OPT_SEEDS:
	case RUN_SEED:
		return replace(&s->seeds, optarg);
	case OPT_GEN_SET:
		return out_of_memory(sweep_spec_add(&t->gen_set, &t->n_gen_set, optarg, strlen(optarg)));
	case OPT_COLUMNS:
		return out_of_memory(sweep_spec_add_list(&s->columns, &s->n_columns, optarg));
	case RUN_CONFIG:
		return replace(&s->config, optarg);
	case RUN_SET:
	case RUN_RESIDENT:
	case RUN_PAGED:
	case RUN_OUTSTANDING:
	case RUN_STREAM:
	case RUN_TBU_OF:
	case RUN_IOMMU_OF:
	case RUN_WARMUP:
	case RUN_REPEAT:
		return add_setting(sw, o);
	}
	return -1;
}

static int set_share(struct sweep *sw, const char *text)
{
	char junk;

	if (sscanf(text, "%u/%u%c", &sw->share, &sw->shares, &junk) != 2 || sw->share >= sw->shares)
		return cli_usage("sweep", "sweep: --share %s: not I/N with I below N", text);
	return CLI_OK;
}

static int set_jobs(struct sweep *sw, const char *text)
{
	u64 n;
	int status = run_options_number("sweep", "-j", text, 4096, &n);

	if (!status && !n)
		return cli_usage("sweep", "sweep: -j 0: not a number from 1 to 4096");
	sw->jobs = status ? 0 : (u32)n;
	return status;
}

/* Options that say how. */
static int how_option(struct sweep *sw, int opt, int argc, char **argv)
{
	switch (opt) {
	case 'o':
		sw->out = optarg;
		return CLI_OK;
	case 'j':
		return set_jobs(sw, optarg);
	case RUN_JSON:
		sw->json = optarg;
		return CLI_OK;
	case OPT_CSV:
		sw->csv = optarg;
		return CLI_OK;
	case OPT_TIMEOUT:
		return run_options_number("sweep", "--point-timeout", optarg, 1000000000, &sw->timeout_s);
	case OPT_SLURM:
		sw->slurm = true;
		return CLI_OK;
	case OPT_TASKS:
		return run_options_number("sweep", "--tasks", optarg, 1000, &sw->tasks);
	case OPT_ROUNDS:
		return run_options_number("sweep", "--rounds", optarg, 1000, &sw->rounds);
	case OPT_NO_WAIT:
		sw->no_wait = true;
		return CLI_OK;
	case OPT_SLURM_OPTIONS:
		sw->slurm_options = optarg;
		return CLI_OK;
	case OPT_SHARE:
		return set_share(sw, optarg);
	case RUN_COUNTERS:
		return cli_usage("sweep", "sweep: it has no --counters; name the figures with --columns");
	}
	return cli_bad_option(argc, argv, opt);
}

static bool is_study(const char *name)
{
	const char *end = strrchr(name, '.');

	return end && (!strcmp(end, ".yaml") || !strcmp(end, ".yml"));
}

static int load_study(struct sweep *sw, const char *path)
{
	struct sweep_spec *loaded;
	struct sweep_error err;
	int code = sweep_spec_load(path, &loaded, &err);

	if (code)
		return cli_fail("%s", code == -ENOMEM ? "sweep: out of memory" : err.text);
	sweep_spec_free(sw->spec);
	sw->spec = loaded;
	sw->study = path;
	return CLI_OK;
}

static int add_trace(struct sweep *sw, const struct typed *t, const char *name)
{
	struct sweep_trace *trace = sweep_spec_add_trace(sw->spec);
	bool made = !strcmp(name, "mix") || trace_generator_find(name);
	char **is = trace ? (made ? &trace->generator : &trace->file) : NULL;
	u32 i;
	int code = is && (*is = strdup(name)) ? 0 : -ENOMEM;

	for (i = 0; !code && made && i < t->n_gen_set; i++)
		code = sweep_spec_add(&trace->set, &trace->n_set, t->gen_set[i], strlen(t->gen_set[i]));
	return out_of_memory(code);
}

static int take_arguments(struct sweep *sw, const struct typed *t, int argc, char **argv)
{
	bool made = false;
	int i, status = CLI_OK;

	if (optind == argc)
		return cli_usage("sweep", "sweep: no study, trace or generator given");
	if (is_study(argv[optind])) {
		if (optind + 1 < argc)
			return cli_usage("sweep", "sweep: unexpected argument '%s' beside a study", argv[optind + 1]);
		if (t->any)
			return cli_usage("sweep", "sweep: what is run stands in %s, not in options", argv[optind]);
		return load_study(sw, argv[optind]);
	}
	for (i = optind; !status && i < argc; i++) {
		status = add_trace(sw, t, argv[i]);
		made = made || (!status && sw->spec->traces[sw->spec->n_traces - 1].generator);
	}
	if (!status && t->n_gen_set && !made)
		return cli_usage("sweep", "sweep: --gen-set needs a generator");
	return status;
}

static int parse(struct sweep *sw, struct typed *t, int argc, char **argv)
{
	int opt, which, status = CLI_OK;

	optind = 1;
	opterr = 0;
	while (!status && (opt = getopt_long(argc, argv, ":o:j:", long_options, &which)) != -1) {
		int is = opt >= RUN_RESIDENT ? study_option(sw, t, &long_options[which]) : -1;

		t->any = t->any || is >= 0;
		status = is >= 0 ? is : how_option(sw, opt, argc, argv);
	}
	if (!status && sw->no_wait && !sw->slurm)
		return cli_usage("sweep", "sweep: --no-wait needs --slurm");
	return status ? status : take_arguments(sw, t, argc, argv);
}

/* Every way in which an IOMMU can let an access wait for its page. */
static int standard_variants(struct sweep_spec *s)
{
	const struct iommu_kind *const *k;
	char text[64];
	int i, code = 0;

	for (k = iommu_kinds; *k; k++) {
		const bool can[REPLAY_FAULTS] = { [REPLAY_STALL] = (*k)->stall, [REPLAY_PRI] = (*k)->pri };

		for (i = 0; !code && i < REPLAY_FAULTS; i++) {
			snprintf(text, sizeof(text), "%s-%s", (*k)->name, replay_fault_names[i]);
			if (can[i])
				code = sweep_spec_add(&s->variants, &s->n_variants, text, strlen(text));
		}
	}
	return code;
}

static int check(struct sweep *sw)
{
	struct sweep_spec *s = sw->spec;
	struct sweep_error err;
	int code = s->n_variants ? 0 : standard_variants(s);

	if (!code && !s->n_columns)
		code = sweep_spec_add_list(&s->columns, &s->n_columns, standard_columns);
	if (!code)
		code = sweep_spec_check(s, &err);
	if (code)
		return code == -ENOMEM ? out_of_memory(code) : sweep_bad(sw, &err);
	return sweep_check_settings(sw) || sweep_check_traces(sw) ? CLI_FAILED : CLI_OK;
}

/* ---- the way through ---- */

static int open_store(struct sweep *sw)
{
	const char *out = sw->out ? sw->out : sw->study ? sw->study : "sweep";
	size_t len = sw->out || !sw->study ? strlen(out) : (size_t)(strrchr(out, '.') - out);
	char path[CLI_PATH];
	int code;

	snprintf(path, sizeof(path), "%.*s.sweep", (int)min(len, sizeof(path) - 16), out);
	code = sweep_store_open(&sw->store, path, !sw->shares);
	if (code == -EWOULDBLOCK)
		return cli_fail("%s: another sweep is at work there", path);
	return code ? cli_fail("%s: %s", path, strerror(-code)) : CLI_OK;
}

/* A trace in the sweep's directory is no part of the reason: the table is the same wherever that is. */
static void keep_failure(void *ctx, u32 index, const char *reason)
{
	struct sweep *sw = ctx;
	const char *path = sw->file[sweep_file_of(sw, index)].path;
	size_t len = strlen(path);

	if (!strncmp(reason, path, len) && !strncmp(reason + len, ": ", 2))
		reason += len + 2;
	sweep_store_put_failure(&sw->store, sw->hash[index], reason);
}

static int by_file(const void *a, const void *b, void *ctx)
{
	u32 i = *(const u32 *)a, k = *(const u32 *)b, m = sweep_file_of(ctx, i), n = sweep_file_of(ctx, k);

	return m != n ? (m > n) - (m < n) : (i > k) - (i < k);
}

/* Here: all that is missing, or a share of all, whatever else is finished by now. */
static int run_here(struct sweep *sw, u32 *list, u32 n)
{
	struct sweep_pool pool = { .what = "points",
				   .index = list,
				   .jobs = sw->jobs ? sw->jobs : sweep_pool_cores(),
				   .timeout_s = sw->timeout_s,
				   .before = sweep_scan_trace,
				   .run = sweep_run_point,
				   .failed = keep_failure,
				   .ctx = sw };
	u32 i;
	int code;

	for (i = 0; i < n; i++)
		if (!sw->shares || list[i] % sw->shares == sw->share)
			list[pool.n++] = list[i];
	qsort_r(list, pool.n, sizeof(*list), by_file, sw);
	code = sweep_pool_run(&pool);
	return code ? cli_fail("sweep: %s", strerror(-code)) : CLI_OK;
}

static int run_points(struct sweep *sw, bool *gathered)
{
	u32 *list, n;
	int status;

	*gathered = !sw->shares;
	if (sw->slurm && !sw->shares)
		return sweep_on_slurm(sw, gathered);
	list = calloc(sw->points, sizeof(*list));
	if (!list)
		return out_of_memory(-ENOMEM);
	n = sweep_missing(sw, list);
	status = run_here(sw, list, n);
	free(list);
	return status;
}

/* To a file, which is replaced when all is written, or to the standard output. */
static int write_text(const char *path, const char *text, size_t size)
{
	int code;

	if (!strcmp(path, "-"))
		return fwrite(text, 1, size, stdout) == size ? CLI_OK : cli_finish(CLI_FAILED);
	code = sweep_file_write(path, text, size);
	return code ? cli_fail("%s: %s", path, strerror(-code)) : CLI_OK;
}

static int write_csv(const struct sweep_table *t, const char *path)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	int status;

	if (!out)
		return out_of_memory(-ENOMEM);
	sweep_table_csv(t, out);
	status = fclose(out) ? out_of_memory(-ENOMEM) : write_text(path, text, size);
	free(text);
	return status;
}

static int write_json(const struct sweep_table *t, const char *path)
{
	json_t *root = sweep_table_json(t);
	char *text = json_dumps(root, JSON_INDENT(2) | JSON_PRESERVE_ORDER | JSON_REAL_PRECISION(15)), *line = NULL;
	int len = text ? asprintf(&line, "%s\n", text) : -1;
	int status = len < 0 ? out_of_memory(-ENOMEM) : write_text(path, line, (size_t)len);

	json_decref(root);
	free(text);
	free(line);
	return status;
}

/* Read all points; how many failed. */
static u32 fill_table(const struct sweep *sw, struct sweep_table *t)
{
	u32 i, failed = 0;

	for (i = 0; i < sw->points; i++) {
		char reason[SWEEP_REASON] = "its task ended without a result";
		json_t *j = sweep_store_get(&sw->store, sw->hash[i]);

		if (!j)
			sweep_store_get_failure(&sw->store, sw->hash[i], reason);
		failed += !j;
		sweep_table_add(t, i, j, reason);
		json_decref(j);
	}
	return failed;
}

static bool is_stdout(const char *path)
{
	return path && !strcmp(path, "-");
}

/* What a run alone can know, a resource's name for one, may be misspelt, too. */
static int check_table(const struct sweep *sw, const struct sweep_table *t)
{
	int column = sweep_table_nowhere(t);
	struct sweep_error err;
	char place[SWEEP_PLACE];

	if (column < 0)
		return CLI_OK;
	snprintf(place, sizeof(place), "columns[%d]", column);
	sweep_fail(&err, place, "no result has a figure '%.80s'", sw->spec->columns[column]);
	return sweep_bad(sw, &err);
}

static int make_table(const struct sweep *sw)
{
	struct sweep_table t;
	int status;
	u32 failed;

	if (sweep_table_init(&t, sw->spec))
		return out_of_memory(-ENOMEM);
	failed = fill_table(sw, &t);
	status = check_table(sw, &t);
	if (!status && sw->csv)
		status = write_csv(&t, sw->csv);
	if (!status && sw->json)
		status = write_json(&t, sw->json);
	if (!status && !is_stdout(sw->csv) && !is_stdout(sw->json))
		sweep_table_print(&t, stdout);
	sweep_table_free(&t);
	if (failed)
		fprintf(stderr, "faultline: sweep: %u of %u points failed\n", failed, sw->points);
	return status ? status : cli_finish(failed ? CLI_NO : CLI_OK);
}

static int sweep(struct sweep *sw)
{
	bool gathered;
	int status = check(sw);

	if (!status && is_stdout(sw->csv) && is_stdout(sw->json))
		status = cli_usage("sweep", "sweep: --csv - and --json - both want the standard output");
	if (!status)
		status = open_store(sw);
	if (status)
		return status;
	if (!sw->shares && !sweep_slurm_pending(sw))
		sweep_store_clean(&sw->store);
	status = sweep_make_traces(sw);
	if (!status)
		status = sweep_know_points(sw);
	if (status) {
		sweep_store_discard(&sw->store);
		return status;
	}
	status = run_points(sw, &gathered);
	return status || !gathered ? status : make_table(sw);
}

static int run(int argc, char **argv)
{
	struct sweep *sw = calloc(1, sizeof(*sw));
	struct typed t = { 0 };
	int status = CLI_FAILED;

	if (sw) {
		sw->spec = calloc(1, sizeof(*sw->spec));
		sw->store.lock = -1;
		sw->rounds = 3;
		sw->argc = argc;
		sw->argv = calloc((size_t)argc + 1, sizeof(char *)); /* getopt_long() changes the order of its own */
	}
	if (sw && sw->argv)
		memcpy(sw->argv, argv, (size_t)argc * sizeof(char *));
	if (!sw || !sw->spec || !sw->argv)
		return out_of_memory(-ENOMEM);
	status = parse(sw, &t, argc, argv);
	if (!status)
		status = sweep(sw);
	while (t.n_gen_set)
		free(t.gen_set[--t.n_gen_set]);
	free(t.gen_set);
	sweep_store_close(&sw->store);
	run_options_exit(&sw->base);
	sweep_spec_free(sw->spec);
	free(sw->file);
	free(sw->hash);
	free(sw->argv);
	free(sw);
	return status;
}

const struct cli_command cli_sweep = {
	.name = "sweep",
	.summary = "many replays on all processors or a farm: traces x variants x settings x seeds, one table",
	.help = help,
	.run = run,
};
