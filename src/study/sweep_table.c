// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "sweep_table.h"
#include "find.h"
#include "report_json.h"
#include "report_table.h"
#include "interval.h"

#include <math.h>

/* ---- figures ---- */

static const json_t *element(const json_t *list, const char *name, bool shape)
{
	char *end;
	size_t i = strtoul(name, &end, 10);
	const json_t *e;

	if (shape || (*name && !*end))
		return json_array_get(list, shape ? 0 : i);
	json_array_foreach((json_t *)list, i, e) {
		const char *called = json_string_value(json_object_get(e, "name"));

		if (called && !strcmp(called, name))
			return e;
	}
	return NULL;
}

/* @uncounted: set if it is a time of an object that has counted nothing; may be NULL. */
static const json_t *find(const json_t *result, const char *path, bool shape, bool *uncounted)
{
	char name[80];

	while (result && *path) {
		if (shape && json_is_object(result) && !json_object_size(result))
			return result; /* its keys are known to the run alone */
		size_t len = strcspn(path, ".");

		snprintf(name, sizeof(name), "%.*s", (int)min(len, sizeof(name)), path);
		path += len + (path[len] == '.');
		if (uncounted)
			*uncounted = json_is_integer(json_object_get(result, "count")) &&
				     !json_integer_value(json_object_get(result, "count")) && strcmp(name, "count");
		result = json_is_array(result) ? element(result, name, shape) : json_object_get(result, name);
	}
	return json_is_object(result) || json_is_array(result) ? NULL : result;
}

const json_t *sweep_column_find(const json_t *result, const char *path, bool shape)
{
	return find(result, path, shape, NULL);
}

int sweep_table_init(struct sweep_table *t, const struct sweep_spec *spec)
{
	size_t n = sweep_points(spec);

	t->spec = spec;
	t->cell = calloc(n * max(spec->n_columns, 1u), sizeof(json_t *));
	t->reason = calloc(n, sizeof(char *));
	t->seen = calloc(max(spec->n_columns, 1u), sizeof(bool));
	if (t->cell && t->reason && t->seen)
		return 0;
	sweep_table_free(t);
	return -ENOMEM;
}

void sweep_table_free(struct sweep_table *t)
{
	size_t i, n = t->spec ? sweep_points(t->spec) : 0;

	for (i = 0; t->cell && i < n * t->spec->n_columns; i++)
		json_decref(t->cell[i]);
	for (i = 0; t->reason && i < n; i++)
		free(t->reason[i]);
	free(t->cell);
	free(t->reason);
	free(t->seen);
	memset(t, 0, sizeof(*t));
}

static json_t *cell(const struct sweep_table *t, u32 index, u32 column)
{
	return t->cell[(size_t)index * t->spec->n_columns + column];
}

void sweep_table_add(struct sweep_table *t, u32 index, const json_t *result, const char *reason)
{
	u32 c;

	if (!result)
		t->reason[index] = strdup(reason);
	for (c = 0; result && c < t->spec->n_columns; c++) {
		bool uncounted = false;
		const json_t *v = find(result, t->spec->columns[c], false, &uncounted);

		t->seen[c] = t->seen[c] || v;
		if (!uncounted)
			t->cell[(size_t)index * t->spec->n_columns + c] = json_incref((json_t *)v);
	}
}

int sweep_table_nowhere(const struct sweep_table *t)
{
	u32 i, n = sweep_points(t->spec), c, results = 0;

	for (i = 0; i < n; i++)
		results += !t->reason[i];
	c = FIND(c, t->spec->n_columns, !t->seen[c]);
	return results && c < t->spec->n_columns ? (int)c : -1;
}

/* ---- rows: the points that differ in their seed alone ---- */

/* The figures of a column in a row; false: none of them, or one is no number. */
static bool numbers(const struct sweep_table *t, u32 row, u32 column, struct study_interval *r)
{
	u32 seeds = t->spec->n_seeds, i, n = 0;
	double *value = calloc(seeds, sizeof(*value));
	bool all = value;

	for (i = 0; all && i < seeds; i++) {
		const json_t *v = cell(t, row * seeds + i, column);

		all = !v || json_is_number(v);
		if (v)
			value[n++] = json_number_value(v);
	}
	if (all && n)
		*r = study_interval(value, n);
	free(value);
	return all && n;
}

/* What the seeds of a row have in common that is no number, or NULL. */
static const json_t *word(const struct sweep_table *t, u32 row, u32 column)
{
	const json_t *first = NULL;
	u32 i;

	for (i = 0; i < t->spec->n_seeds; i++) {
		const json_t *v = cell(t, row * t->spec->n_seeds + i, column);

		if (v && first && !json_equal(v, first))
			return NULL;
		first = v ? v : first;
	}
	return first;
}

static u32 failures(const struct sweep_table *t, u32 row, const char **reason, u64 *seed)
{
	u32 i, n = 0;

	for (i = t->spec->n_seeds; i; i--) {
		if (!t->reason[row * t->spec->n_seeds + i - 1])
			continue;
		*reason = t->reason[row * t->spec->n_seeds + i - 1];
		*seed = t->spec->seed[i - 1];
		n++;
	}
	return n;
}

static u32 rows(const struct sweep_table *t)
{
	return sweep_points(t->spec) / t->spec->n_seeds;
}

#define NUMBER 48

/* With three decimals at most. */
static const char *number_text(double value, char text[NUMBER])
{
	size_t len = (size_t)snprintf(text, NUMBER, "%.3f", value);

	while (text[len - 1] == '0')
		text[--len] = '\0';
	if (text[len - 1] == '.')
		text[len - 1] = '\0';
	return strcmp(text, "-0") ? text : text + 1;
}

static const char *word_text(const json_t *v, char text[NUMBER])
{
	if (json_is_string(v))
		return json_string_value(v);
	if (json_is_integer(v))
		snprintf(text, NUMBER, "%lld", (long long)json_integer_value(v));
	else if (json_is_real(v))
		return number_text(json_real_value(v), text);
	else
		snprintf(text, NUMBER, "%s", json_is_true(v) ? "true" : json_is_false(v) ? "false" : "");
	return text;
}

/* ---- CSV ---- */

static void csv(FILE *out, const char *text)
{
	if (!text[strcspn(text, ",\"\r\n")]) {
		fputs(text, out);
		return;
	}
	fputc('"', out);
	for (; *text; text++) {
		if (*text == '"')
			fputc('"', out);
		fputc(*text, out);
	}
	fputc('"', out);
}

static void csv_heading(const struct sweep_table *t, FILE *out)
{
	const struct sweep_spec *s = t->spec;
	u32 i;

	fputs("trace,variant,", out);
	for (i = 0; i < s->n_vary; i++) {
		csv(out, s->vary[i].key);
		fputc(',', out);
	}
	fputs("points,failed,reason", out);
	for (i = 0; i < s->n_columns; i++) {
		fputc(',', out);
		csv(out, s->columns[i]);
		if (s->n_seeds > 1)
			fprintf(out, ",%s.low,%s.high", s->columns[i], s->columns[i]);
	}
	fputc('\n', out);
}

static void csv_column(const struct sweep_table *t, u32 row, u32 column, FILE *out)
{
	struct study_interval r;
	char text[NUMBER];
	bool is = t->spec->n_seeds > 1 && numbers(t, row, column, &r);

	fputc(',', out);
	if (is)
		fputs(number_text(r.mean, text), out);
	else
		csv(out, word_text(word(t, row, column), text));
	if (t->spec->n_seeds == 1)
		return;
	fputc(',', out);
	if (is && r.n > 1)
		fputs(number_text(r.mean - r.half, text), out);
	fputc(',', out);
	if (is && r.n > 1)
		fputs(number_text(r.mean + r.half, text), out);
}

void sweep_table_csv(const struct sweep_table *t, FILE *out)
{
	const struct sweep_spec *s = t->spec;
	u32 row, i;

	csv_heading(t, out);
	for (row = 0; row < rows(t); row++) {
		struct sweep_point p = sweep_point(s, row * s->n_seeds);
		const char *reason = "";
		u64 seed = 0;
		u32 failed = failures(t, row, &reason, &seed);

		csv(out, sweep_trace_name(&s->traces[p.trace]));
		fputc(',', out);
		csv(out, s->variants[p.variant]);
		for (i = 0; i < s->n_vary; i++) {
			fputc(',', out);
			csv(out, s->vary[i].values[p.value[i]]);
		}
		fprintf(out, ",%u,%u,", s->n_seeds - failed, failed);
		csv(out, reason);
		for (i = 0; i < s->n_columns; i++)
			csv_column(t, row, i, out);
		fputc('\n', out);
	}
}

/* ---- JSON ---- */

static json_t *rounded(double value)
{
	return json_real(round(value * 1000) / 1000);
}

static json_t *columns_json(const struct sweep_table *t, u32 row)
{
	json_t *all = json_object();
	u32 i;

	for (i = 0; i < t->spec->n_columns; i++) {
		struct study_interval r;
		json_t *o;

		if (t->spec->n_seeds == 1 || !numbers(t, row, i, &r)) {
			if (word(t, row, i))
				json_object_set(all, t->spec->columns[i], (json_t *)word(t, row, i));
			continue;
		}
		o = report_json_object(J_NODE("mean", rounded(r.mean)),
				       J_IF(r.n > 1, J_NODE("low", rounded(r.mean - r.half))),
				       J_IF(r.n > 1, J_NODE("high", rounded(r.mean + r.half))));
		json_object_set_new(all, t->spec->columns[i], o);
	}
	return all;
}

static json_t *seed_json(const struct sweep_table *t, u32 row, u32 i)
{
	u32 index = row * t->spec->n_seeds + i, c;
	json_t *o = report_json_object(J_U64("seed", t->spec->seed[i]),
				       J_IF(t->reason[index], J_TEXT("failed", t->reason[index])));

	for (c = 0; c < t->spec->n_columns; c++)
		if (cell(t, index, c))
			json_object_set(o, t->spec->columns[c], cell(t, index, c));
	return o;
}

static json_t *row_json(const struct sweep_table *t, u32 row)
{
	const struct sweep_spec *s = t->spec;
	struct sweep_point p = sweep_point(s, row * s->n_seeds);
	const char *reason;
	u64 seed;
	u32 failed = failures(t, row, &reason, &seed);

	return report_json_object(
		J_TEXT("trace", sweep_trace_name(&s->traces[p.trace])), J_TEXT("variant", s->variants[p.variant]),
		J_NODE("set", J_MAP(i, s->n_vary, s->vary[i].key, json_string(s->vary[i].values[p.value[i]]))),
		J_U64("points", s->n_seeds - failed), J_U64("failed", failed), J_NODE("columns", columns_json(t, row)),
		J_NODE("seeds", J_LIST(i, s->n_seeds, seed_json(t, row, i))));
}

json_t *sweep_table_json(const struct sweep_table *t)
{
	return report_json_object(J_NODE("columns", J_LIST(i, t->spec->n_columns, json_string(t->spec->columns[i]))),
				  J_NODE("rows", J_LIST(i, rows(t), row_json(t, i))));
}

/* ---- for people ---- */

static bool is_time(const char *path)
{
	const char *ns = strstr(path, "_ns");

	return ns && (!ns[3] || (ns[3] == '.' && strcmp(ns + 3, ".count") && strncmp(ns + 3, ".histogram.", 11)));
}

static const char *people(const char *path, double value, char text[NUMBER])
{
	return is_time(path) && value >= 0 ? report_ns((u64)(value + 0.5), text) : number_text(value, text);
}

static void print_column(struct report_table *table, const struct sweep_table *t, u32 row, u32 column)
{
	const char *path = t->spec->columns[column];
	char mean[NUMBER], half[NUMBER];
	struct study_interval r;
	const char *reason;
	u64 seed;

	if (!column && failures(t, row, &reason, &seed) == t->spec->n_seeds)
		report_table_cell(table, "failed");
	else if (!numbers(t, row, column, &r))
		report_table_cell(table, "%s", word_text(word(t, row, column), mean));
	else if (r.n > 1)
		report_table_cell(table, "%s +- %s", people(path, r.mean, mean), people(path, r.half, half));
	else
		report_table_cell(table, "%s", people(path, r.mean, mean));
}

static void print_failures(const struct sweep_table *t, FILE *out)
{
	const struct sweep_spec *s = t->spec;
	u32 row, i, said = 0;

	for (row = 0; row < rows(t); row++) {
		struct sweep_point p = sweep_point(s, row * s->n_seeds);
		const char *reason;
		u64 seed;
		u32 failed = failures(t, row, &reason, &seed);

		if (!failed || said++ >= 20)
			continue;
		fprintf(out, "\nfailed: %s, %s", sweep_trace_name(&s->traces[p.trace]), s->variants[p.variant]);
		for (i = 0; i < s->n_vary; i++)
			fprintf(out, ", %s=%s", s->vary[i].key, s->vary[i].values[p.value[i]]);
		fprintf(out, ", seed %llu", seed);
		if (failed > 1)
			fprintf(out, " and %u more", failed - 1);
		fprintf(out, ": %s\n", reason);
	}
	if (said > 20)
		fprintf(out, "\n%u more rows have failures.\n", said - 20);
}

void sweep_table_print(const struct sweep_table *t, FILE *out)
{
	const struct sweep_spec *s = t->spec;
	const char *heading[REPORT_COLUMNS + 1] = { "trace", "variant" };
	u32 vary = min(s->n_vary, REPORT_COLUMNS - 3u), columns = min(s->n_columns, REPORT_COLUMNS - 2u - vary);
	char right[REPORT_COLUMNS][96];
	struct report_table table;
	u32 row, i;

	for (i = 0; i < vary + columns; i++) {
		snprintf(right[i], sizeof(right[i]), ">%s", i < vary ? s->vary[i].key : s->columns[i - vary]);
		heading[2 + i] = right[i];
	}
	report_table_init(&table, heading);
	for (row = 0; row < rows(t); row++) {
		struct sweep_point p = sweep_point(s, row * s->n_seeds);

		report_table_cell(&table, "%s", sweep_trace_name(&s->traces[p.trace]));
		report_table_cell(&table, "%s", s->variants[p.variant]);
		for (i = 0; i < vary; i++)
			report_table_cell(&table, "%s", s->vary[i].values[p.value[i]]);
		for (i = 0; i < columns; i++)
			print_column(&table, t, row, i);
	}
	report_table_print(&table, out);
	if (columns < s->n_columns)
		fprintf(out, "\n%u more columns have no room here; --csv and --json have them.\n",
			s->n_columns - columns);
	if (s->n_seeds > 1)
		fprintf(out, "\nMeans over %u seeds; +-: 95 %% interval of the mean by Student's t.\n", s->n_seeds);
	print_failures(t, out);
}
