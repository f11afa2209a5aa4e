// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* faultline verify --golden: a whole replay against the one that a file has. */
#include "find.h"
#include "report_json.h"
#include "report_xml.h"
#include "run_record.h"
#include "verify_cmd_priv.h"
#include "verify_golden.h"
#include <stdlib.h>

#define SHOWN 50 /* differences that are printed; --json has all */

static const char *const what_names[] = { "changed", "lost", "added" };

/* @cases: the differences as the text of a test case, or NULL */
struct listing {
	json_t *list;
	FILE *cases;
	bool quiet;
	u64 shown;
};

/* A value on one line, not longer than a line of a terminal. */
static const char *value_text(const json_t *j, char text[96])
{
	char *dump = j ? json_dumps(j, JSON_ENCODE_ANY | JSON_COMPACT) : NULL;

	snprintf(text, 96, "%.90s%s", dump ? dump : "-", dump && strlen(dump) > 90 ? "..." : "");
	free(dump);
	return text;
}

static void found(void *ctx, const char *path, enum golden_what what, const json_t *golden, const json_t *now)
{
	struct listing *l = ctx;
	char line[1400], a[96], b[96];

	if (what == GOLDEN_CHANGED)
		snprintf(line, sizeof(line), "%s: golden %s, now %s", path, value_text(golden, a), value_text(now, b));
	else
		snprintf(line, sizeof(line), "%s: %s: %s", path, what_names[what],
			 value_text(golden ? golden : now, a));
	if (l->list) {
		json_t *o = report_json_object(J_TEXT("path", path), J_TEXT("what", what_names[what]));

		if (golden)
			json_object_set(o, "golden", (json_t *)golden);
		if (now)
			json_object_set(o, "now", (json_t *)now);
		json_array_append_new(l->list, o);
	}
	if (l->shown++ >= SHOWN)
		return;
	if (!l->quiet)
		puts(line);
	if (l->cases) {
		report_xml(l->cases, line);
		fputs("&#10;", l->cases);
	}
}

/* Keys that have their defaults are left out: a later version may have more of them. */
static void strip_defaults(json_t *config)
{
	struct fl_config cfg;
	char text[64];

	fl_config_init(&cfg);
	for_each_of(key, fl_config_keys, fl_config_n_keys) {
		const char *value = json_string_value(json_object_get(config, key->name));
		const char *plain = fl_config_value(&cfg, key, text, sizeof(text));

		if (value && !strcmp(value, plain))
			json_object_del(config, key->name);
	}
}

/* Where the trace lies, and which program it was, is not part of what is compared. */
static json_t *compared(const json_t *report)
{
	json_t *copy = json_deep_copy(report), *run = json_object_get(copy, "run");

	strip_defaults(json_object_get(run, "config"));
	json_object_del(run, "version");
	json_object_del(run, "options");
	json_object_del(json_object_get(run, "trace"), "name");
	return copy;
}

static int write_report(const struct verify_arguments *a, const struct listing *l, const struct golden_counts *n)
{
	json_t *root = report_json_object(J_TEXT("trace", a->replay.common.run.trace), J_TEXT("golden", a->golden),
					  J_MEMBER(n, values), J_U64("not_compared", n->skipped),
					  J_U64("different", n->differences));

	json_object_set(root, "differences", l->list);
	return cli_write_json(root, a->replay.common.json);
}

static int write_junit(const struct verify_arguments *a, const char *text, u64 differences)
{
	char *cases = NULL;
	size_t size;
	FILE *f = open_memstream(&cases, &size);
	int status;

	if (!f)
		return cli_fail("verify: out of memory");
	fputs("  <testcase classname=\"golden\" name=\"", f);
	report_xml(f, a->golden);
	if (differences)
		fprintf(f, "\">\n    <failure message=\"%s\"/>\n  </testcase>\n", text);
	else
		fputs("\"/>\n", f);
	status = fclose(f) ? cli_fail("verify: out of memory")
			   : verify_cmd_junit(a->junit, cases, 1, differences != 0, 0);
	free(cases);
	return status;
}

static int conclude(const struct verify_arguments *a, const struct listing *l, const char *text,
		    const struct golden_counts *n)
{
	int status = a->replay.common.json ? write_report(a, l, n) : CLI_OK;

	if (!status && a->junit)
		status = write_junit(a, text, n->differences);
	if (status)
		return status;
	if (!l->quiet) {
		if (l->shown > SHOWN)
			printf("and %llu more\n", l->shown - SHOWN);
		printf("%llu values compared, %llu different", n->values, n->differences);
		if (n->skipped)
			printf(", %llu not compared because of the tolerance", n->skipped);
		putchar('\n');
	}
	return n->differences ? CLI_NO : CLI_OK;
}

static int compare(const struct verify_arguments *a, const json_t *golden, const json_t *now)
{
	const char *json = a->replay.common.json;
	struct listing l = { .quiet = cli_only_json(json) };
	struct golden_options opt = { .tolerance_ppm = a->tolerance_ppm, .found = found, .ctx = &l };
	json_t *old = compared(golden), *new = compared(now);
	struct golden_counts n;
	char *text = NULL;
	size_t size;
	int status;

	l.list = json ? json_array() : NULL;
	l.cases = a->junit ? open_memstream(&text, &size) : NULL;
	golden_compare(&opt, old, new, &n);
	if (l.cases)
		fclose(l.cases);
	status = conclude(a, &l, text ? text : "", &n);
	free(text);
	json_decref(l.list);
	json_decref(old);
	json_decref(new);
	return status;
}

/* Without --iommu the run is that of the golden file. */
static int prepare(struct verify_arguments *a)
{
	struct run_replay *r = &a->replay;
	const char *trace = r->common.run.trace, *json = r->common.json;
	int status;

	if (a->update || r->common.run.kind)
		return run_replay_check(r);
	if (a->given)
		return cli_usage("verify", "verify: --%s changes a run that --iommu and --faults have to name",
				 a->given);
	status = run_record_apply(&r->common, a->golden, trace);
	r->common.json = json;
	return status;
}

static int replay(struct verify_arguments *a, json_t **report)
{
	struct run_replay *r = &a->replay;
	int status;

	r->common.answers = true;
	r->list = json_array();
	status = run_replay_play(r);
	*report = status ? NULL : run_replay_json(r);
	if (*report)
		strip_defaults(json_object_get(json_object_get(*report, "run"), "config"));
	return *report ? CLI_OK : CLI_FAILED;
}

int verify_cmd_golden(struct verify_arguments *a)
{
	json_t *golden = a->update ? NULL : cli_read_json(a->golden), *now = NULL;
	int status = !golden && !a->update ? CLI_FAILED : prepare(a);

	if (!status)
		status = replay(a, &now);
	if (!status && a->update)
		status = cli_write_json(json_incref(now), a->golden);
	else if (!status)
		status = compare(a, golden, now);
	json_decref(golden);
	json_decref(now);
	return status;
}
