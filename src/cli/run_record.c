// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "run_record.h"
#include "find.h"
#include "report_json.h"
#include "result_file.h"

#include <zlib.h>

/* ---- files that a result depends on ---- */

/* 0, or -errno. */
static int crc_of(const char *path, u32 *crc)
{
	FILE *f = fopen(path, "rb");
	u8 block[65536];
	int code = 0;
	size_t n;

	if (!f)
		return -errno;
	*crc = (u32)crc32(0, NULL, 0);
	while ((n = fread(block, 1, sizeof(block), f)) > 0)
		*crc = (u32)crc32(*crc, block, (uInt)n);
	if (ferror(f))
		code = -EIO;
	fclose(f);
	return code;
}

int run_record_crc(const char *path, char text[16])
{
	u32 crc = 0;
	int code = crc_of(path, &crc);

	if (code)
		return cli_fail("%s: %s", path, strerror(-code));
	snprintf(text, 16, "0x%08x", crc);
	return CLI_OK;
}

static bool recorded_handler(const struct fl_config *cfg)
{
	return cfg->cpu.handler == FL_HANDLER_RECORDED && cfg->cpu.handler_file[0];
}

/* The other prices that a file may give, with their file's key. That of a histogram may be compiled in. */
static const struct drawn {
	const char *key;
	size_t kind, file;
	bool handler; /* one that is recorded has a key of its own */
} drawn[] = {
#define DRAWN(section, field, handler)                                                  \
	{                                                                               \
#section "." #field "_file", offsetof(struct fl_config, section.field), \
			offsetof(struct fl_config, section.field##_file), handler       \
	}
	DRAWN(cpu, handler, true),
	DRAWN(cpu, fault, false),
	DRAWN(cpu, page, false),
	DRAWN(memory, latency, false),
#undef DRAWN
};

static const char *drawn_file(const struct fl_config *cfg, const struct drawn *d)
{
	u64 kind = *(const u64 *)((const char *)cfg + d->kind);
	const char *file = (const char *)cfg + d->file;
	const struct fl_histogram *h;

	if (!*file || (kind != FL_HANDLER_HISTOGRAM && (kind != FL_HANDLER_RECORDED || d->handler)))
		return NULL;
	for (h = fl_config_histograms; kind == FL_HANDLER_HISTOGRAM && h->name; h++)
		if (!strcmp(h->name, file))
			return NULL;
	return file;
}

/* ---- writing ---- */

/* By key, the CRC-32 of each such file; nothing where there is none. An exit status. */
static int set_files(json_t *j, const struct fl_config *cfg)
{
	json_t *files = json_object();
	int status = CLI_OK;
	char crc[16];
	size_t i;

	for (i = 0; !status && i < ARRAY_SIZE(drawn); i++) {
		const char *file = drawn_file(cfg, &drawn[i]);

		status = file ? run_record_crc(file, crc) : CLI_OK;
		if (file && !status)
			report_json_text(files, drawn[i].key, crc);
	}
	if (json_object_size(files))
		json_object_set(j, "files_crc32", files);
	json_decref(files);
	return status;
}

static json_t *config_json(const struct fl_config *cfg)
{
	json_t *o = json_object();
	char text[64];

	for_each_of(e, fl_config_keys, fl_config_n_keys)
		report_json_text(o, e->name, fl_config_value(cfg, e, text, sizeof(text)));
	return o;
}

static json_t *trace_json(const struct run_options *o, const struct replay_options *run,
			  const struct replay_result *res, const char *crc)
{
	return report_json_object(J_TEXT("name", o->trace_name ? o->trace_name : run->trace), J_TEXT("crc32", crc),
				  J_U64("records", res->trace_records), J_U64("accesses", res->trace_accesses));
}

json_t *run_record(const struct run_options *o, const struct replay_options *run, const struct replay_result *res)
{
	char crc[16], handler[16];
	json_t *j;

	if (o->trace_crc)
		strcpy(crc, o->trace_crc);
	else if (run_record_crc(run->trace, crc))
		return NULL;
	if (recorded_handler(&o->cfg) && run_record_crc(o->cfg.cpu.handler_file, handler))
		return NULL;
	j = report_json_object(J_TEXT("version", FL_VERSION), J_NODE("trace", trace_json(o, run, res, crc)),
			       J_TEXT("iommu", run->kind->name), J_TEXT("faults", replay_fault_names[run->faults]),
			       J_BOOL("functional", o->functional), J_U64("resident_ppm", run->resident),
			       J_IF(run->one_paged, J_MEMBER(run, paged)), J_MEMBER(run, seed), J_MEMBER(run, repeat),
			       J_IF(run->warmup, J_MEMBER(run, warmup)), J_IF(run->series, J_MEMBER(run, series)),
			       J_BOOL("answers", o->answers));
	json_object_set(j, "options", o->options);
	if (recorded_handler(&o->cfg))
		report_json_text(j, "handler_file_crc32", handler);
	if (set_files(j, &o->cfg)) {
		json_decref(j);
		return NULL;
	}
	json_object_set_new(j, "config", config_json(&o->cfg));
	return j;
}

/* ---- reading ---- */

/* Where the reading stands: the first error is said, and then nothing is. */
struct reading {
	const char *path;
	int status;
};

static void wrong(struct reading *r, const char *key, const char *what)
{
	if (!r->status)
		r->status = cli_fail("%s: run.%s: %s", r->path, key, what);
}

static u64 number(struct reading *r, const json_t *run, const char *key, u64 limit)
{
	u64 value = 0;

	if (!result_u64(run, key, &value) || value > limit)
		wrong(r, key, "not a number in range");
	return value;
}

static const char *string(struct reading *r, const json_t *object, const char *key, const char *called)
{
	const json_t *v = json_object_get(object, key);

	if (!json_is_string(v))
		wrong(r, called, "no text");
	return json_is_string(v) ? json_string_value(v) : "";
}

static bool yes_or_no(struct reading *r, const json_t *run, const char *key)
{
	const json_t *v = json_object_get(run, key);

	if (!json_is_boolean(v))
		wrong(r, key, "neither true nor false");
	return json_is_true(v);
}

static void known_keys(struct reading *r, const json_t *run)
{
	static const char *const known[] = {
		"version", "trace",  "iommu",	"faults",  "functional", "resident_ppm",       "paged",	      "seed",
		"repeat",  "warmup", "answers", "options", "config",	 "handler_file_crc32", "files_crc32", "series"
	};
	const char *key;
	json_t *value;
	size_t i;

	json_object_foreach((json_t *)run, key, value) {
		i = FIND(i, ARRAY_SIZE(known), !strcmp(key, known[i]));
		if (i == ARRAY_SIZE(known))
			wrong(r, key, "unknown key");
	}
}

static void take_config(struct reading *r, struct run_options *o, const json_t *config)
{
	struct fl_config_error err;
	char text[FL_LIST_MAX + 64];
	const char *key;
	json_t *value;

	if (!json_is_object(config))
		wrong(r, "config", "no object");
	json_object_foreach((json_t *)config, key, value) {
		snprintf(text, sizeof(text), "%.60s=%.*s", key, FL_LIST_MAX, string(r, config, key, key));
		if (!json_is_string(value))
			continue;
		if (strchr(key, '='))
			wrong(r, "config", "a key has a '='");
		else if (fl_config_set(&o->cfg, text, &err))
			wrong(r, "config", err.text);
	}
}

static void take_kind(struct reading *r, struct run_options *o, const json_t *run)
{
	o->run.kind = iommu_kind_find(string(r, run, "iommu", "iommu"));
	if (!o->run.kind)
		wrong(r, "iommu", "no such IOMMU");
	if (!replay_faults_find(string(r, run, "faults", "faults"), &o->run.faults))
		wrong(r, "faults", "no such kind of fault");
}

static void check_crc(struct reading *r, const char *file, const char *recorded)
{
	char crc[16];

	if (r->status)
		return;
	r->status = run_record_crc(file, crc);
	if (!r->status && strcmp(crc, recorded))
		r->status = cli_fail("%s: its CRC-32 is %s; %s was made with %.32s", file, crc, r->path, recorded);
}

static void check_files(struct reading *r, const struct fl_config *cfg, const json_t *files)
{
	for_each_of(e, drawn, ARRAY_SIZE(drawn)) {
		const char *file = drawn_file(cfg, e);

		if (file)
			check_crc(r, file, string(r, files, e->key, "files_crc32"));
	}
}

static void take(struct reading *r, struct run_options *o, const json_t *run, const char *trace)
{
	const json_t *t = json_object_get(run, "trace"), *options = json_object_get(run, "options");

	if (!json_is_object(run)) {
		wrong(r, "version", "no record of a run");
		return;
	}
	known_keys(r, run);
	take_kind(r, o, run);
	o->functional = yes_or_no(r, run, "functional");
	o->answers = yes_or_no(r, run, "answers");
	o->run.resident = (u32)number(r, run, "resident_ppm", REPLAY_RESIDENT_ALL);
	o->run.one_paged = json_object_get(run, "paged");
	o->run.paged = o->run.one_paged ? (u32)number(r, run, "paged", 0xffffffff) : 0;
	o->run.seed = number(r, run, "seed", ~0ULL);
	o->run.repeat = number(r, run, "repeat", ~0ULL);
	o->run.warmup = json_object_get(run, "warmup") ? number(r, run, "warmup", ~0ULL) : 0;
	o->run.series = json_object_get(run, "series") ? (u32)number(r, run, "series", 1000000) : 0;
	take_config(r, o, json_object_get(run, "config"));
	o->trace_name = string(r, t, "name", "trace.name");
	o->run.trace = trace ? trace : o->trace_name;
	if (!json_is_array(options))
		wrong(r, "options", "no list");
	check_crc(r, o->run.trace, string(r, t, "crc32", "trace.crc32"));
	if (recorded_handler(&o->cfg))
		check_crc(r, o->cfg.cpu.handler_file, string(r, run, "handler_file_crc32", "handler_file_crc32"));
	check_files(r, &o->cfg, json_object_get(run, "files_crc32"));
}

int run_record_apply(struct run_options *o, const char *path, const char *trace)
{
	struct reading r = { path, CLI_OK };

	o->repeated = cli_read_json(path);
	if (!o->repeated)
		return CLI_FAILED;
	take(&r, o, json_object_get(o->repeated, "run"), trace);
	if (!r.status) {
		json_decref(o->options);
		o->options = json_incref(json_object_get(json_object_get(o->repeated, "run"), "options"));
	}
	return r.status;
}
