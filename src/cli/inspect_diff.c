// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* faultline inspect A.json B.json: what differs between two results. */
#include "find.h"
#include "inspect_priv.h"

#define PATH 256
#define NAME 96

/* What differs, by what it is. */
struct diff {
	struct report_table config, record, figures;
	u64 n, detail;
};

/* Of these one would rather see the picture. */
static bool is_detail(const char *key)
{
	static const char *const keys[] = { "histogram", "series",  "slowest_faults", "why",
					    "reasons",	 "answers", "records" };
	size_t i;

	i = FIND(i, ARRAY_SIZE(keys), !strcmp(key, keys[i]));
	return i < ARRAY_SIZE(keys);
}

/* ---- one value ---- */

/* As people read it: a time if its name, or that of what it is in, says so. */
static void value_text(const json_t *v, bool time, char text[TERM_TEXT])
{
	char ns[REPORT_NS];

	if (json_is_integer(v) && json_integer_value(v) >= 0 && time)
		snprintf(text, TERM_TEXT, "%s", report_ns((u64)json_integer_value(v), ns));
	else if (json_is_integer(v))
		snprintf(text, TERM_TEXT, "%lld", (long long)json_integer_value(v));
	else if (json_is_boolean(v))
		strcpy(text, json_is_true(v) ? "true" : "false");
	else if (json_is_array(v) || json_is_object(v))
		snprintf(text, TERM_TEXT, "%zu values", json_is_array(v) ? json_array_size(v) : json_object_size(v));
	else
		term_text(v, text);
	if (!v)
		strcpy(text, "-");
}

/* B less A, and that in per cent of A. */
static void difference_cells(struct report_table *t, const json_t *a, const json_t *b, bool time)
{
	json_int_t x = json_integer_value(a), y = json_integer_value(b);
	u64 by = x < y ? (u64)y - (u64)x : (u64)x - (u64)y;
	const char *sign = x < y ? "+" : "-";
	char ns[REPORT_NS];

	if (!json_is_integer(a) || !json_is_integer(b)) {
		report_table_cell(t, "%s", "");
		report_table_cell(t, "%s", "");
		return;
	}
	if (time)
		report_table_cell(t, "%s%s", sign, report_ns(by, ns));
	else
		report_table_cell(t, "%s%llu", sign, by);
	if (x > 0) {
		unsigned __int128 part = (unsigned __int128)by * 10000 / (u64)x;

		report_table_cell(t, "%s%llu.%02u %%", sign, (u64)(part / 100), (unsigned int)(part % 100));
	} else {
		report_table_cell(t, "%s", "");
	}
}

static void report(struct diff *d, const char *path, const json_t *a, const json_t *b)
{
	static const char config[] = "run.config.", record[] = "run.";
	const char *in_config = strstr(path, config), *in_record = strstr(path, record);
	const char *last = strrchr(path, '.');
	bool time = strstr(path, "_ns") && (!last || strcmp(last, ".count"));
	struct report_table *t = in_config ? &d->config : in_record ? &d->record : &d->figures;
	char text[2][TERM_TEXT], name[PATH];

	value_text(a, time && t == &d->figures, text[0]);
	value_text(b, time && t == &d->figures, text[1]);
	if (in_config && in_config == path)
		path += strlen(config);
	report_table_cell(t, "%s", term_clean(path, name, sizeof(name)));
	report_table_cell(t, "%s", text[0]);
	report_table_cell(t, "%s", text[1]);
	if (t == &d->figures)
		difference_cells(t, a, b, time);
	d->n++;
}

/* ---- walking both ---- */

/* What an element of a list is called: by its name, not by its place. */
static void element_name(const json_t *e, size_t i, char name[NAME])
{
	const char *sid = json_string_value(json_object_get(e, "sid"));
	const char *called = json_string_value(json_object_get(e, "name"));
	const char *variant = json_string_value(json_object_get(e, "variant"));
	json_int_t n = json_integer_value(json_object_get(e, "index"));

	if (variant || sid)
		snprintf(name, NAME, "[%s]", variant ? variant : sid);
	else if (called)
		snprintf(name, NAME, "[%s %lld]", called, (long long)n);
	else
		snprintf(name, NAME, "[%zu]", i);
}

static const json_t *find_element(const json_t *list, const char *name)
{
	char other[NAME];
	const json_t *e;
	size_t i;

	json_array_foreach(list, i, e) {
		element_name(e, i, other);
		if (!strcmp(name, other))
			return e;
	}
	return NULL;
}

static void walk(struct diff *d, const char *path, const json_t *a, const json_t *b);

static void walk_object(struct diff *d, const char *path, const json_t *a, const json_t *b)
{
	char inner[PATH];
	const char *key;
	json_t *v;

	json_object_foreach((json_t *)a, key, v) {
		const json_t *w = json_object_get(b, key);

		snprintf(inner, sizeof(inner), "%s%s%s", path, *path ? "." : "", key);
		if (is_detail(key))
			d->detail += !json_equal(v, w);
		else
			walk(d, inner, v, w);
	}
	json_object_foreach((json_t *)b, key, v) {
		snprintf(inner, sizeof(inner), "%s%s%s", path, *path ? "." : "", key);
		if (json_object_get(a, key))
			continue;
		if (is_detail(key))
			d->detail++;
		else
			walk(d, inner, NULL, v);
	}
}

static void walk_array(struct diff *d, const char *path, const json_t *a, const json_t *b)
{
	char inner[PATH], name[NAME];
	const json_t *e;
	size_t i;

	json_array_foreach(a, i, e) {
		element_name(e, i, name);
		snprintf(inner, sizeof(inner), "%.*s%s", PATH - NAME - 1, path, name);
		walk(d, inner, e, find_element(b, name));
	}
	json_array_foreach(b, i, e) {
		element_name(e, i, name);
		snprintf(inner, sizeof(inner), "%.*s%s", PATH - NAME - 1, path, name);
		if (!find_element(a, name))
			walk(d, inner, NULL, e);
	}
}

static void walk(struct diff *d, const char *path, const json_t *a, const json_t *b)
{
	/* Of an object that one of them has not, each value is missing. */
	if (json_is_object(a ? a : b) && (!a || !b || json_is_object(b)))
		walk_object(d, path, a, b);
	else if (json_is_array(a) && json_is_array(b))
		walk_array(d, path, a, b);
	else if (!a || !b || !json_equal(a, b))
		report(d, path, a, b);
}

/* ---- the difference ---- */

static void print(const struct term *t, const char *heading, struct report_table *table, unsigned int columns)
{
	bool any = table->cells > columns;

	if (any && heading)
		term_heading(t, "%s", heading);
	if (any)
		report_table_print(table, stdout);
	else
		while (table->cells)
			free(table->cell[--table->cells]);
	free(table->cell);
}

int inspect_diff(const struct term *t, const struct result_file *a, const struct result_file *b)
{
	static const char *const kinds[] = { "replay", "compare", "study" };
	static const char *const keys[] = { "", "A", "B", NULL };
	static const char *const figures[] = { "", ">A", ">B", ">change", ">of A", NULL };
	struct diff d = { 0 };

	if (a->kind != b->kind)
		return cli_fail("%s is of a %s, %s of a %s", a->name, kinds[a->kind], b->name, kinds[b->kind]);
	report_table_init(&d.config, keys);
	report_table_init(&d.record, keys);
	report_table_init(&d.figures, figures);
	walk(&d, "", a->json, b->json);
	printf("A: %s\nB: %s\n", a->name, b->name);
	print(t, "configuration", &d.config, 3);
	print(t, "records of the runs", &d.record, 3);
	print(t, "figures", &d.figures, 5);
	if (d.detail)
		printf("\n%llu histograms, series, sentences or lists differ, too; 'faultline report' draws both.\n",
		       d.detail);
	if (!d.n && !d.detail)
		printf("\nNothing differs.\n");
	return d.n || d.detail ? CLI_NO : CLI_OK;
}
