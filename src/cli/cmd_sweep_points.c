// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* faultline sweep: what a point is. It is a replay, with the options that 'faultline replay' has, and run by its code. */
#include "cmd_sweep_priv.h"
#include "find.h"
#include "heap.h"
#include "replay_os.h"
#include "run_record.h"
#include "sweep_table.h"
#include "trace_gen.h"

#include <sha2.h>
#include <unistd.h>

static const struct option replay_options_table[] = {
	RUN_REPLAY_OPTIONS,
	{ NULL, 0, NULL, 0 },
};

int sweep_bad(const struct sweep *sw, const struct sweep_error *err)
{
	unsigned long line = sw->study && err->place[0] ? sweep_spec_line(sw->study, err->place) : 0;
	const char *of = sw->study ? sw->study : "sweep", *colon = err->place[0] ? ": " : "";

	return line ? cli_fail("%s:%lu: %s: %s", of, line, err->place, err->text)
		    : cli_fail("%s: %s%s%s", of, err->place, colon, err->text);
}

/* ---- settings ---- */

static const struct option *option_of(const char *name)
{
	const struct option *o;

	for (o = replay_options_table; o->name && strcmp(o->name, name); o++)
		;
	switch (o->name ? o->val : RUN_JSON) {
	case RUN_JSON:
	case RUN_COUNTERS:
	case RUN_SET:
	case RUN_SEED:
	case RUN_IOMMU:
	case RUN_FAULTS:
	case RUN_FUNCTIONAL:
		return NULL;
	}
	return o;
}

#define NO_SETTING "is neither a key of the configuration nor an option of a replay"

static bool is_setting(const char *name)
{
	size_t i;

	i = FIND(i, fl_config_n_keys, !strcmp(fl_config_keys[i].name, name));
	return i < fl_config_n_keys || option_of(name);
}

/* As the command line would: @o is a replay's option. */
static int take(struct run_replay *r, const struct option *o, const char *value)
{
	char name[] = "sweep", *argv[] = { name, NULL };
	int status;

	optarg = (char *)value;
	status = run_replay_take(r, o->val, 1, argv);
	if (!status)
		run_options_note(&r->common, o);
	return status;
}

static const struct option *option_val(int val)
{
	const struct option *o;

	for (o = replay_options_table; o->val != val; o++)
		;
	return o;
}

/* A key of the configuration, or an option of a replay. 0, or -EINVAL with @err, or with a reason that is printed. */
static int apply(struct run_replay *r, const char *key, const char *value, struct sweep_error *err)
{
	struct fl_config_error bad;
	const struct option *o = option_of(key);
	char text[FL_LIST_MAX + 128];

	err->text[0] = '\0';
	if (o)
		return take(r, o, value) ? -EINVAL : 0;
	if (!is_setting(key))
		return sweep_fail(err, "", "'%.80s' " NO_SETTING, key);
	snprintf(text, sizeof(text), "%.80s=%s", key, value);
	if (fl_config_set(&r->common.cfg, text, &bad))
		return sweep_fail(err, "", "%s", bad.text);
	optarg = text;
	run_options_note(&r->common, option_val(RUN_SET));
	return 0;
}

static int apply_set(struct run_replay *r, const char *text, struct sweep_error *err)
{
	const char *is = strchr(text, '=');
	char key[96];

	if (!is || (size_t)(is - text) >= sizeof(key))
		return sweep_fail(err, "", "'%.80s' is not KEY=VALUE", text);
	snprintf(key, sizeof(key), "%.*s", (int)(is - text), text);
	return apply(r, key, is + 1, err);
}

/* "smmuv3-stall" becomes "smmuv3", and "stall" or NULL. */
static const char *split_variant(const char *name, char kind[64])
{
	char *mode;

	snprintf(kind, 64, "%s", name);
	mode = strrchr(kind, '-');
	if (mode)
		*mode++ = '\0';
	return mode;
}

static bool is_variant(const char *name)
{
	char kind[64];
	const char *mode = split_variant(name, kind);
	const struct iommu_kind *k = iommu_kind_find(kind);
	int i;

	for (i = 0; mode && i < REPLAY_FAULTS && strcmp(mode, replay_fault_names[i]); i++)
		;
	return k && (k->bypass ? !mode : mode && i < REPLAY_FAULTS);
}

static int set_variant(struct run_replay *r, const char *name)
{
	char kind[64];
	const char *mode = split_variant(name, kind);
	int status;

	status = take(r, option_val(RUN_IOMMU), kind);
	if (!status && mode)
		status = take(r, option_val(RUN_FAULTS), mode);
	return status ? status : run_replay_check(r);
}

/* Begin with what all points share: --config, then each --set. */
static int begin(const struct sweep *sw, struct run_replay *r, const char *config)
{
	struct sweep_error err;
	int status = config ? take(r, option_val(RUN_CONFIG), config) : CLI_OK;
	u32 i;

	for (i = 0; !status && i < sw->spec->n_set; i++) {
		if (!apply_set(r, sw->spec->set[i], &err))
			continue;
		snprintf(err.place, sizeof(err.place), "set[%u]", i);
		return err.text[0] ? sweep_bad(sw, &err) : CLI_FAILED;
	}
	return status;
}

static int make_point(const struct sweep *sw, u32 index, struct run_replay *r)
{
	const struct sweep_spec *s = sw->spec;
	struct sweep_point p = sweep_point(s, index);
	const struct sweep_trace *t = &s->traces[p.trace];
	struct sweep_error err;
	int status = CLI_OK;
	char seed[24];
	u32 i;

	run_replay_init(r, "sweep");
	if (sw->vary_config >= 0) {
		status = begin(sw, r, s->vary[sw->vary_config].values[p.value[sw->vary_config]]);
	} else {
		r->common.cfg = sw->base.cfg;
		r->common.run = sw->base.run;
		r->common.run.cfg = &r->common.cfg;
		json_array_extend(r->common.options, sw->base.options);
	}
	if (!status)
		status = set_variant(r, s->variants[p.variant]);
	for (i = 0; !status && i < s->n_vary; i++)
		if ((int)i != sw->vary_config && apply(r, s->vary[i].key, s->vary[i].values[p.value[i]], &err))
			status = cli_fail("sweep: %s", err.text);
	snprintf(seed, sizeof(seed), "%llu", s->seed[p.seed]);
	if (!status)
		status = take(r, option_val(RUN_SEED), seed);
	r->common.run.trace = sw->file[p.trace * s->n_seeds + p.seed].path;
	r->common.trace_crc = sw->file[p.trace * s->n_seeds + p.seed].crc;
	r->common.trace_name = t->file ? t->file : t->generator;
	return status;
}

/* ---- checks ---- */

/* An example of the results, for each variant: it has every key that one can have. */
static json_t *example(struct run_replay *r)
{
	struct replay_result *res = calloc(1, sizeof(*res));
	json_t *j;
	int i;

	if (!res)
		return NULL;
	res->timed = res->recorded.known = true;
	res->n_streams = res->n_resources = 1;
	res->in_flight_peak = res->duration_ns = res->fault_bills = res->access_bills = 1;
	res->latency.count = res->access.count = res->faults = 1;
	for (i = 0; i < OWNERS; i++)
		res->fault_owner_ns[i] = res->access_owner_ns[i] = 1;
	j = replay_json(&r->common.run, res);
	free(res);
	return j;
}

/* A column that no variant's results have is a slip; what a GPU adds of its own is not known before. */
static int check_columns(const struct sweep *sw, json_t *const *examples)
{
	const struct sweep_spec *s = sw->spec;
	struct sweep_error err;
	char place[SWEEP_PLACE];
	u32 c, v;

	for (c = 0; c < s->n_columns; c++) {
		bool known = !strncmp(s->columns[c], "gpu.", 4);

		for (v = 0; v < s->n_variants; v++)
			known = known || sweep_column_find(examples[v], s->columns[c], true);
		snprintf(place, sizeof(place), "columns[%u]", c);
		if (known)
			continue;
		sweep_fail(&err, place, "no result has a figure '%.80s'", s->columns[c]);
		return sweep_bad(sw, &err);
	}
	return CLI_OK;
}

static int check_variants(struct sweep *sw)
{
	const struct sweep_spec *s = sw->spec;
	json_t **examples = calloc(s->n_variants, sizeof(json_t *));
	int status = examples ? CLI_OK : cli_fail("sweep: out of memory");
	struct sweep_error err;
	char place[SWEEP_PLACE];
	u32 i;

	for (i = 0; !status && i < s->n_variants; i++) {
		struct run_replay r;

		snprintf(place, sizeof(place), "variants[%u]", i);
		if (!is_variant(s->variants[i])) {
			sweep_fail(&err, place, "'%.40s' is not IOMMU-FAULTS, e.g. smmuv3-stall", s->variants[i]);
			status = sweep_bad(sw, &err);
			break;
		}
		run_replay_init(&r, "sweep");
		status = set_variant(&r, s->variants[i]);
		examples[i] = status ? NULL : example(&r);
		run_replay_exit(&r);
	}
	if (!status)
		status = check_columns(sw, examples);
	for (i = 0; examples && i < s->n_variants; i++)
		json_decref(examples[i]);
	free(examples);
	return status;
}

/* Each value alone; what does not go together is found by the points that have it. */
static int check_values(struct sweep *sw)
{
	const struct sweep_spec *s = sw->spec;
	struct sweep_error err;
	char place[SWEEP_PLACE];
	u32 i, k;

	for (i = 0; i < s->n_vary; i++) {
		snprintf(place, sizeof(place), "vary[%u].key", i);
		if (!is_setting(s->vary[i].key)) {
			sweep_fail(&err, place, "'%.80s' " NO_SETTING, s->vary[i].key);
			return sweep_bad(sw, &err);
		}
		if (!strcmp(s->vary[i].key, "config"))
			sw->vary_config = (int)i;
		for (k = 0; k < s->vary[i].n_values; k++) {
			struct run_replay r;
			int code;

			run_replay_init(&r, "sweep");
			code = apply(&r, s->vary[i].key, s->vary[i].values[k], &err);
			run_replay_exit(&r);
			snprintf(err.place, sizeof(err.place), "vary[%u].values[%u]", i, k);
			if (code)
				return err.text[0] ? sweep_bad(sw, &err) : CLI_FAILED;
		}
	}
	return CLI_OK;
}

int sweep_check_settings(struct sweep *sw)
{
	struct run_replay r;
	int status;

	sw->vary_config = -1;
	status = check_values(sw);
	if (!status && sw->vary_config >= 0 && sw->spec->config)
		status = cli_fail("%s: config is both set and varied", sw->study ? sw->study : "sweep");
	if (status)
		return status;
	run_replay_init(&r, "sweep");
	status = begin(sw, &r, sw->spec->config);
	run_options_exit(&sw->base);
	sw->base = r.common; /* what else it has is empty */
	return status ? status : check_variants(sw);
}

/* ---- traces ---- */

int sweep_check_traces(struct sweep *sw)
{
	const struct sweep_spec *s = sw->spec;
	struct replay_scan *scan = malloc(sizeof(*scan));
	struct dmat_error err = { 0 };
	char text[sizeof(err) + 64];
	int code = scan ? 0 : -ENOMEM;
	u32 i, k;

	sw->file = calloc((size_t)s->n_traces * s->n_seeds, sizeof(*sw->file));
	if (!sw->file)
		code = -ENOMEM;
	for (i = 0; !code && i < s->n_traces; i++) {
		struct sweep_file *f = &sw->file[(size_t)i * s->n_seeds];

		if (!s->traces[i].file)
			continue;
		code = replay_scan(s->traces[i].file, scan, &err);
		snprintf(f->path, sizeof(f->path), "%s", s->traces[i].file);
		if (!code && run_record_crc(f->path, f->crc))
			code = -EIO;
		for (k = 1; k < s->n_seeds; k++)
			f[k] = f[0];
	}
	free(scan);
	return code ? cli_fail("%s", dmat_error_text(&err, text, sizeof(text))) : CLI_OK;
}

/* The name of a made trace tells all that it depends on. */
static void name_trace(struct sweep *sw, const struct sweep_trace *t, u64 seed, char path[CLI_PATH])
{
	char hash[SHA256_DIGEST_STRING_LENGTH];
	SHA2_CTX ctx;
	u32 i;

	SHA256Init(&ctx);
	SHA256Update(&ctx, (const u8 *)FL_VERSION, sizeof(FL_VERSION));
	SHA256Update(&ctx, (const u8 *)t->generator, strlen(t->generator) + 1);
	for (i = 0; i < t->n_set; i++)
		SHA256Update(&ctx, (const u8 *)t->set[i], strlen(t->set[i]) + 1);
	SHA256End(&ctx, hash);
	snprintf(path, CLI_PATH, "%s/%.40s-%.16s-%llu.dmat", sw->store.path, t->generator, hash, seed);
}

static int make_trace(const struct sweep *sw, u32 file, struct dmat_error *err)
{
	const struct sweep_trace *t = &sw->spec->traces[file / sw->spec->n_seeds];

	return trace_generate(t->generator, (const char *const *)t->set, t->n_set,
			      sw->spec->seed[file % sw->spec->n_seeds], sw->file[file].path, err);
}

/* For sweep_pool_run(). */
static int make_one(void *ctx, u32 file)
{
	struct dmat_error err;

	return make_trace(ctx, file, &err) ? cli_fail("%s", err.reason) : CLI_OK;
}

static void not_made(void *ctx, u32 file, const char *reason)
{
	const struct sweep *sw = ctx;

	cli_fail("%s: %s", sw->file[file].path, reason);
}

/* The first one of a generator here, which finds what is wrong with its keys; the others on all processors. */
int sweep_make_traces(struct sweep *sw)
{
	const struct sweep_spec *s = sw->spec;
	u32 i, files = s->n_traces * s->n_seeds, *list = calloc(files, sizeof(*list));
	struct sweep_pool pool = { .what = "traces", .index = list, .run = make_one, .failed = not_made, .ctx = sw };
	struct sweep_error bad;
	struct dmat_error err;
	char place[SWEEP_PLACE];
	int code = list ? 0 : -ENOMEM;

	pool.jobs = sw->jobs ? sw->jobs : sweep_pool_cores();
	for (i = 0; !code && i < files; i++) {
		const struct sweep_trace *t = &s->traces[i / s->n_seeds];

		if (!t->generator)
			continue;
		name_trace(sw, t, s->seed[i % s->n_seeds], sw->file[i].path);
		if (!access(sw->file[i].path, R_OK))
			continue;
		list[pool.n] = i;
		pool.n += i % s->n_seeds > 0;
		if (i % s->n_seeds || !make_trace(sw, i, &err))
			continue;
		free(list);
		snprintf(place, sizeof(place), "traces[%u]", i / s->n_seeds);
		sweep_fail(&bad, place, "%.40s: %s", t->generator, err.reason);
		return sweep_bad(sw, &bad);
	}
	if (!code && pool.n)
		code = sweep_pool_run(&pool);
	free(list);
	for (i = 0; !code && i < files; i++)
		if (s->traces[i / s->n_seeds].generator && run_record_crc(sw->file[i].path, sw->file[i].crc))
			return CLI_FAILED;
	return code ? cli_fail("sweep: %s", strerror(-code)) : CLI_OK;
}

/* ---- points ---- */

/*
 * By all that determines the run: its record, without names and without the options as they were typed, which the
 * configuration holds; and by the program itself, for one that was changed is not the one of its version.
 */
static int know_point(struct sweep *sw, u32 index, const char *program, const struct replay_result *none)
{
	struct run_replay r;
	int status = make_point(sw, index, &r);
	json_t *record = status ? NULL : run_record(&r.common, &r.common.run, none);
	char *text = NULL;
	SHA2_CTX ctx;

	if (record) {
		json_object_del(record, "options");
		json_object_del(json_object_get(record, "trace"), "name");
		text = json_dumps(record, JSON_COMPACT | JSON_SORT_KEYS);
	}
	if (text) {
		SHA256Init(&ctx);
		SHA256Update(&ctx, (const u8 *)program, strlen(program));
		SHA256Update(&ctx, (const u8 *)text, strlen(text));
		SHA256End(&ctx, sw->hash[index]);
	}
	free(text);
	json_decref(record);
	run_replay_exit(&r);
	return text ? CLI_OK : CLI_FAILED;
}

int sweep_know_points(struct sweep *sw)
{
	struct replay_result *none = calloc(1, sizeof(*none));
	char program[SHA256_DIGEST_STRING_LENGTH];
	int status = CLI_OK;
	u32 i;

	sw->points = sweep_points(sw->spec);
	sw->hash = calloc(sw->points, sizeof(*sw->hash));
	if (!none || !sw->hash)
		status = cli_fail("sweep: out of memory");
	else if (!SHA256File("/proc/self/exe", program))
		status = cli_fail("sweep: /proc/self/exe: %s", strerror(errno));
	for (i = 0; !status && i < sw->points; i++)
		status = know_point(sw, i, program, none);
	free(none);
	return status;
}

u32 sweep_missing(const struct sweep *sw, u32 *list)
{
	char reason[SWEEP_REASON];
	u32 i, n = 0;

	for (i = 0; i < sw->points; i++) {
		json_t *j = sweep_store_get(&sw->store, sw->hash[i]);

		if (!j && !sweep_store_get_failure(&sw->store, sw->hash[i], reason))
			list[n++] = i;
		json_decref(j);
	}
	return n;
}

u32 sweep_file_of(const struct sweep *sw, u32 index)
{
	struct sweep_point p = sweep_point(sw->spec, index);

	return p.trace * sw->spec->n_seeds + p.seed;
}

/* Points of one trace come one after the other; what is wrong with it the point itself says. */
void sweep_scan_trace(void *ctx, u32 index)
{
	struct sweep *sw = ctx;
	const char *path = sw->file[sweep_file_of(sw, index)].path;
	struct dmat_error err;

	if (sw->scanned == path)
		return;
	sw->scanned = replay_scan(path, &sw->scan, &err) ? NULL : path;
}

int sweep_run_point(void *ctx, u32 index)
{
	struct sweep *sw = ctx;
	struct run_replay *r;
	json_t *result = NULL;
	int status, err;

	heap_of_child();
	sweep_store_close(&sw->store);
	r = malloc(sizeof(*r));
	if (!r)
		return cli_fail("sweep: out of memory");
	status = make_point(sw, index, r);
	if (sw->scanned)
		r->common.run.scanned = &sw->scan;
	if (!status)
		status = run_replay_play(r);
	if (!status)
		result = run_replay_json(r);
	if (result) {
		err = sweep_store_put(&sw->store, sw->hash[index], result);
		if (err)
			status = cli_fail("%s: %s", sw->store.path, strerror(-err));
	}
	json_decref(result);
	run_replay_exit(r);
	free(r);
	return result ? status : CLI_FAILED;
}
