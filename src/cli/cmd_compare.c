// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* faultline compare: runs and results of runs side by side. Here: the runs, and their figures. */
#include "cmd_compare_priv.h"
#include "find.h"
#include "replay_counters.h"
#include "run_pool.h"

static const char help[] =
	"Usage: faultline compare TRACE... [--variants LIST] [--side \"NAME: OPTION...\"]... [OPTION]...\n"
	"       faultline compare RESULT.json... [TRACE...] [OPTION]...\n"
	"Plays traces through several IOMMUs, kinds of fault and configurations, with the same software, and says what "
	"a\n"
	"fault costs in each, why, and what is left to the streams that do not fault. A result of replay --json or of\n"
	"compare --json stands beside them as it is.\n"
	"\n"
	"  --variants LIST     IOMMU-FAULTS, or none (no translation), separated by commas;\n"
	"                      default: each IOMMU with stall, and with pri, if it has them\n"
	"  --side \"NAME: OPTION...\"\n"
	"                      a side of the comparison: options, --variants and traces in its words are for it "
	"alone,\n"
	"                      after those that stand outside; may be repeated. Two or more --config, without --side,\n"
	"                      are a side each\n"
	"  --against NAME      the column that others are compared with; default: the first\n"
	"  --seeds A..B        play each with these seeds: figures are means, and differences have a 95 %\n"
	"                      confidence interval (Student's t, of pairs with the same seed)\n"
	"  --explain PERCENT   name the owners of at least so much of a difference; default: 10\n" RUN_HELP
		RUN_REPORT_HELP "\n"
	"Unless --paged says otherwise the first stream of a trace faults and the others are the bystanders.\n"
	"Unless the configuration says otherwise accesses come back to back (master.arrival).\n";

struct compare_column *compare_add_column(struct compare *o)
{
	struct compare_column *c = &o->column[o->columns];

	if (o->columns == COMPARE_COLUMNS) {
		cli_usage("compare", "compare: more than %d columns", COMPARE_COLUMNS);
		return NULL;
	}
	c->sample = calloc(o->seeds, sizeof(*c->sample));
	if (!c->sample) {
		cli_fail("compare: out of memory");
		return NULL;
	}
	o->columns++;
	return c;
}

/* ---- runs ---- */

/* The runs: of each column that is played one for each seed, and one more with every page resident. */
struct runs {
	struct compare *o;
	struct run {
		struct compare_column *c;
		u32 seed;
		bool resident;
	} * run;
	u32 n;
};

/* A stream that is alone is nobody's bystander: there is no need to know how fast it is without faults. */
static int list_runs(struct runs *r)
{
	struct compare *o = r->o;
	u32 seed;
	int twice;

	r->run = calloc((size_t)2 * o->columns * o->seeds, sizeof(*r->run));
	if (!r->run)
		return cli_fail("compare: out of memory");
	for_each_of(c, o->column, o->columns)
		for (seed = 0; c->side && seed < o->seeds; seed++)
			for (twice = 0; twice <= c->several; twice++)
				r->run[r->n++] = (struct run){ c, seed, twice };
	return CLI_OK;
}

static void get_run(void *ctx, u32 i, struct replay_options *out)
{
	const struct runs *r = ctx;
	const struct run *run = &r->run[i];

	*out = run->c->run;
	if (r->o->seeds > 1)
		out->seed = r->o->first_seed + run->seed;
	if (run->resident)
		out->resident = REPLAY_RESIDENT_ALL;
	if (run->resident || run->seed)
		out->series = 0;
}

/* Bytes per ms. */
static u64 rate_of(const struct replay_stream *s)
{
	return s->active_ns ? s->bytes * 1000000 / s->active_ns : 0;
}

static void take_figures(struct compare_sample *s, const struct replay_options *run, const struct replay_result *res)
{
	const struct stats_summary *l = &res->latency;
	u64 *f = s->figure;
	u32 i;

	f[FIGURE_ACCESSES] = res->accesses;
	f[FIGURE_FAULTS] = res->faults;
	f[FIGURE_DUPLICATES] = res->duplicates;
	f[FIGURE_JOINED] = res->merged;
	f[FIGURE_TRIES] = res->tries;
	f[FIGURE_ABORTED] = res->aborted;
	f[FIGURE_WAITED] = l->count;
	f[FIGURE_MEAN] = l->mean;
	f[FIGURE_P50] = l->p50;
	f[FIGURE_P99] = l->p99;
	f[FIGURE_MAX] = l->max;
	for (i = 0; i < FAULT_PARTS; i++)
		f[FIGURE_PART + i] = res->parts[i].mean;
	f[FIGURE_ACCESS] = res->access.mean;
	f[FIGURE_DURATION] = res->duration_ns;
	s->known = (1U << FIGURE_RATE) - 1;
	if (!l->count)
		s->known &= ~FIGURES_OF_FAULTS;
	if (run->faults != REPLAY_PRI && !res->merged)
		s->known &= ~(1U << FIGURE_JOINED | 1U << FIGURE_TRIES);
	s->n_streams = res->n_streams;
	for (i = 0; i < res->n_streams; i++) {
		s->stream[i].accesses = res->streams[i].accesses;
		s->stream[i].faults = res->streams[i].faults;
		s->stream[i].rate = rate_of(&res->streams[i]);
	}
}

static int take_run(void *ctx, u32 i, const struct replay_result *res, const struct dmat_error *err)
{
	const struct runs *r = ctx;
	const struct run *run = &r->run[i];
	struct compare_sample *s = &run->c->sample[run->seed];
	u32 k;

	if (err)
		return cli_fail("compare: %s: %s: %s", run->c->name, err->file[0] ? err->file : run->c->source,
				err->reason);
	if (!run->resident) {
		take_figures(s, &run->c->run, res);
		if (!run->seed)
			run->c->faulting = *res;
		return CLI_OK;
	}
	for (k = 0; k < res->n_streams; k++)
		s->stream[k].resident = rate_of(&res->streams[k]);
	return CLI_OK;
}

/* Of the first seed's run, with its faults. */
static void take_watch(void *ctx, u32 i, json_t *watch)
{
	const struct runs *r = ctx;

	r->run[i].c->run.watch = watch;
}

static int play(struct compare *o)
{
	u32 i, seed;
	struct runs r = { .o = o };
	int status = list_runs(&r);
	struct run_pool pool = {
		.n = r.n, .get = get_run, .done = take_run, .watched = take_watch, .ctx = &r, .bar = &o->bar
	};

	o->bar.what = "runs";
	o->bar.total = r.n;
	if (!status)
		status = run_pool(&pool);
	report_progress_end(&o->bar);
	free(r.run);
	for (i = 0; i < o->columns; i++) /* what one seed does not have has no mean */
		for (seed = 1; o->column[i].side && seed < o->seeds; seed++)
			o->column[i].sample->known &= o->column[i].sample[seed].known;
	return status;
}

/* ---- bystanders ---- */

/* Streams of one trace have their places in it; those of several cannot be told to be the same. */
static bool one_trace(const struct compare *o)
{
	return !ANY(i, o->columns,
		    !o->column[i].side || !o->column[i].several || strcmp(o->column[i].source, o->column[0].source));
}

static bool faults_somewhere(const struct compare *o, u32 stream)
{
	u32 seed;

	for_each_of(c, o->column, o->columns)
		for (seed = 0; seed < o->seeds; seed++)
			if (c->sample[seed].stream[stream].faults)
				return true;
	return false;
}

static void sum_rates(const struct compare *o, struct compare_sample *s)
{
	u32 i;

	for (i = 0; i < s->n_streams; i++) {
		if (!o->is_bystander[i])
			continue;
		s->figure[FIGURE_RATE] += s->stream[i].rate;
		s->figure[FIGURE_RESIDENT] += s->stream[i].resident;
	}
	s->known |= 1U << FIGURE_RATE | 1U << FIGURE_RESIDENT;
}

/* Streams of the trace that fault in no column. All are held against one run, the fastest that has no faults at all. */
static void find_bystanders(struct compare *o)
{
	u64 best = 0;
	u32 i, s;

	if (!one_trace(o))
		return;
	for (s = 0; s < o->column[0].sample->n_streams; s++)
		o->is_bystander[s] = o->column[0].sample->stream[s].accesses && !faults_somewhere(o, s);
	for (i = 0; i < o->columns; i++) {
		u64 rate;

		for (s = 0; s < o->seeds; s++)
			sum_rates(o, &o->column[i].sample[s]);
		rate = compare_mean(o, &o->column[i], FIGURE_RESIDENT);
		if (rate <= best)
			continue;
		best = rate;
		o->baseline = &o->column[i];
	}
}

/* ---- figures ---- */

/* A result of a file has one sample. */
static u32 samples(const struct compare *o, const struct compare_column *c)
{
	return c->side ? o->seeds : 1;
}

u64 compare_mean(const struct compare *o, const struct compare_column *c, enum compare_figure f)
{
	unsigned __int128 sum = 0;
	u32 i, n = samples(o, c);

	for (i = 0; i < n; i++)
		sum += c->sample[i].figure[f];
	return (u64)((sum + n / 2) / n);
}

bool compare_differ(const struct compare *o, const struct compare_column *c, enum compare_figure f,
		    struct study_interval *out)
{
	double mine[COMPARE_SEEDS], theirs[COMPARE_SEEDS];
	u32 i, n = samples(o, c), m = samples(o, o->against);

	n = n < m ? n : m;
	if (!compare_knows(c, f) || !compare_knows(o->against, f))
		return false;
	for (i = 0; i < n; i++) {
		mine[i] = (double)c->sample[i].figure[f];
		theirs[i] = (double)o->against->sample[i].figure[f];
	}
	*out = study_interval_paired(mine, theirs, n);
	return true;
}

/* ---- the command ---- */

static void print_counters(const struct compare *o)
{
	for_each_of(c, o->column, o->columns) {
		if (!c->side)
			continue;
		printf("\n%s", c->name);
		replay_counters_table(&c->faulting, stdout);
	}
}

static int compare(struct compare *o, int argc, char **argv)
{
	int status = compare_parse(o, argc, argv);

	if (!status)
		status = play(o);
	if (!status)
		find_bystanders(o);
	if (!status && (o->json || o->report))
		status = compare_write_json(o);
	if (!status && !cli_only_json(o->json)) {
		compare_print(o);
		if (o->counters)
			print_counters(o);
	}
	return status ? status : cli_finish(CLI_OK);
}

static int run(int argc, char **argv)
{
	struct compare *o = calloc(1, sizeof(*o));
	int status;
	u32 i;

	if (o)
		o->column = calloc(COMPARE_COLUMNS, sizeof(*o->column));
	if (!o || !o->column) {
		free(o);
		return cli_fail("compare: out of memory");
	}
	status = compare(o, argc, argv);
	for (i = 0; i < o->columns; i++) {
		free(o->column[i].sample);
		json_decref(o->column[i].result);
		json_decref(o->column[i].run.watch);
	}
	for (i = 0; i < o->sides; i++) {
		run_options_exit(&o->side[i].common);
		free(o->side[i].words);
	}
	free(o->column);
	free(o);
	return status;
}

const struct cli_command cli_compare = {
	.name = "compare",
	.summary = "traces, IOMMUs, kinds of fault, configurations and results side by side, and why they differ",
	.help = help,
	.run = run,
};
