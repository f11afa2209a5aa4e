// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* faultline inspect RESULT.json: what the page of `faultline report` says, in a terminal. */
#include "inspect_priv.h"
#include "owners.h"

/* ---- cells ---- */

void inspect_time_cell(struct report_table *t, const json_t *object, const char *key)
{
	char text[REPORT_NS];
	u64 v;

	report_table_cell(t, "%s", result_u64(object, key, &v) ? report_ns(v, text) : "");
}

void inspect_count_cell(struct report_table *t, const json_t *object, const char *key)
{
	u64 v;

	if (result_u64(object, key, &v))
		report_table_cell(t, "%llu", v);
	else
		report_table_cell(t, "%s", "");
}

static void percent_cell(struct report_table *t, u64 ppm)
{
	report_table_cell(t, "%llu.%02llu %%", ppm / 10000, ppm / 100 % 100);
}

static u64 number(const json_t *object, const char *key)
{
	u64 v = 0;

	return result_u64(object, key, &v) ? v : 0;
}

/* Columns for a bar or a sparkline beside @taken others. */
static unsigned int room(const struct term *term, unsigned int taken)
{
	unsigned int n = term->width > taken + 8 ? term->width - taken : 8;

	return min(n, (unsigned int)TERM_CELLS);
}

/* ---- all runs ---- */

static void show_overview(const struct result_file *f)
{
	struct report_table t = REPORT_TABLE("", ">accesses", ">faults", ">aborted", ">waited", ">fault, mean", ">p99",
					     ">max", ">access", ">whole trace");
	struct result_run run;
	size_t i;

	for (i = 0; i < result_file_runs(f); i++) {
		const json_t *fault;
		char text[TERM_TEXT];

		result_file_run(f, i, &run);
		fault = json_object_get(run.result, "latency_ns");
		report_table_cell(&t, "%s", term_clean(run.name, text, sizeof(text)));
		inspect_count_cell(&t, run.result, "accesses");
		inspect_count_cell(&t, json_object_get(run.result, "faults"), "total");
		inspect_count_cell(&t, run.result, "aborted");
		inspect_count_cell(&t, fault, "count");
		fault = number(fault, "count") ? fault : NULL; /* of nothing there is no time */
		inspect_time_cell(&t, fault, "mean");
		inspect_time_cell(&t, fault, "p99");
		inspect_time_cell(&t, fault, "max");
		inspect_time_cell(&t, json_object_get(run.result, "access_latency_ns"), "mean");
		inspect_time_cell(&t, run.result, "duration_ns");
	}
	report_table_print(&t, stdout);
}

void inspect_notes(const struct term *t, const json_t *list)
{
	char line[TERM_TEXT * 8];
	const json_t *note;
	size_t i;

	json_array_foreach(list, i, note) {
		putchar('\n');
		term_wrap(t, term_clean(json_string_value(note), line, sizeof(line)));
	}
}

/* The sentences that the result has. */
void inspect_reasons(const struct term *term, const json_t *list, const char *of)
{
	char text[TERM_TEXT * 8], line[TERM_TEXT * 9];
	const json_t *why;
	size_t i;

	json_array_foreach(list, i, why) {
		term_clean(json_string_value(json_object_get(why, "text")), text, sizeof(text));
		snprintf(line, sizeof(line), "%s%s%s", of, *of ? ": " : "", text);
		putchar('\n');
		term_wrap(term, line);
	}
}

/* The sentence of a pair of columns that says why, or NULL. */
static const char *reason_of(const json_t *reasons, const json_t *pair)
{
	static const char *const same[] = { "of", "with", "against" };
	const json_t *why;
	size_t i, k;

	json_array_foreach(reasons, i, why) {
		for (k = 0; k < ARRAY_SIZE(same); k++)
			if (!json_equal(json_object_get(why, same[k]), json_object_get(pair, same[k])))
				break;
		if (k == ARRAY_SIZE(same))
			return json_string_value(json_object_get(why, "text"));
	}
	return NULL;
}

/* Of each pair of columns the sentence, and then the account; of accesses only where there is a sentence, or no fault. */
static void show_pairs(const struct term *term, const json_t *j)
{
	const json_t *list = json_object_get(j, "owners"), *pair;
	char text[2][TERM_TEXT * 8], line[TERM_TEXT * 17];
	bool faults = false;
	size_t i;

	json_array_foreach(list, i, pair) {
		bool of_faults = !strcmp(json_string_value(json_object_get(pair, "of")), "fault");
		const char *why = reason_of(json_object_get(j, "reasons"), pair);

		term_clean(why, text[0], sizeof(text[0]));
		term_clean(json_string_value(json_object_get(pair, "text")), text[1], sizeof(text[1]));
		snprintf(line, sizeof(line), "%s%s%s", text[0], why ? " " : "", text[1]);
		if (of_faults || why || !faults) {
			putchar('\n');
			term_wrap(term, line);
		}
		faults = of_faults;
	}
	if (!list)
		inspect_reasons(term, json_object_get(j, "reasons"), "");
}

/* ---- one run ---- */

/* Bars that begin where the one before ends. */
static void show_cascade(const struct term *term, const json_t *parts, const char *const *names, int n, bool means)
{
	char bar[TERM_BAR];
	struct report_table t = REPORT_TABLE("", ">takes", "");
	u64 at = 0, all = 0;
	int i;

	for (i = 0; i < n; i++)
		all += means ? number(json_object_get(parts, names[i]), "mean") : number(parts, names[i]);
	for (i = 0; i < n; i++) {
		const json_t *of = means ? json_object_get(parts, names[i]) : parts;
		const char *key = means ? "mean" : names[i];
		u64 v = number(of, key);

		report_table_cell(&t, "%s", names[i]);
		inspect_time_cell(&t, of, key);
		report_table_cell(&t, "%s", term_bar(term, at, at + v, all, room(term, 36), bar));
		at += v;
	}
	report_table_print(&t, stdout);
}

/* @owned: by owner a number, or an object with "mean_ns". */
static void show_owners(const struct term *term, const json_t *owned, const char *heading)
{
	const char *headings[] = { heading, ">has", "", NULL };
	u64 ns[OWNERS], most = 0;
	char bar[TERM_BAR], text[REPORT_NS];
	struct report_table t;
	int i;

	for (i = 0; i < OWNERS; i++) {
		const json_t *one = json_object_get(owned, owner_table[i].name);

		ns[i] = json_is_object(one) ? number(one, "mean_ns") : number(owned, owner_table[i].name);
		most = max(most, ns[i]);
	}
	if (!most)
		return;
	putchar('\n');
	report_table_init(&t, headings);
	for (i = 0; i < OWNERS; i++) {
		if (ns[i] * 100 < most)
			continue;
		report_table_cell(&t, "%s", owner_table[i].says);
		report_table_cell(&t, "%s", report_ns(ns[i], text));
		report_table_cell(&t, "%s", term_bar(term, 0, ns[i], most, room(term, 62), bar));
	}
	report_table_print(&t, stdout);
}

static void show_histogram(const struct term *term, const json_t *times, const char *what)
{
	const char *headings[] = { what, ">n", "", NULL };
	const json_t *histogram = json_object_get(times, "histogram"), *n;
	u64 all = number(times, "count");
	char bar[TERM_BAR], text[REPORT_NS];
	struct report_table t;
	const char *from;

	if (!json_object_size(histogram) || !all)
		return;
	putchar('\n');
	report_table_init(&t, headings);
	json_object_foreach((json_t *)histogram, from, n) {
		report_table_cell(&t, "from %s", report_ns(strtoull(from, NULL, 10), text));
		inspect_count_cell(&t, histogram, from);
		report_table_cell(&t, "%s", term_bar(term, 0, number(histogram, from), all, room(term, 40), bar));
	}
	report_table_print(&t, stdout);
}

static void show_streams(const struct term *term, const json_t *streams)
{
	static const char *const headings[] = { "stream", ">accesses", ">faults", ">mean", ">p99", ">MB/s", NULL };
	struct report_table t;
	char text[TERM_TEXT];
	const json_t *s;
	size_t i;

	if (!json_array_size(streams))
		return;
	term_heading(term, "streams");
	report_table_init(&t, headings);
	json_array_foreach(streams, i, s) {
		const json_t *latency = json_object_get(s, "latency_ns");
		u64 ns = number(s, "active_ns");

		report_table_cell(&t, "%s", term_text(json_object_get(s, "sid"), text));
		inspect_count_cell(&t, s, "accesses");
		inspect_count_cell(&t, s, "faults");
		inspect_time_cell(&t, latency, "mean");
		inspect_time_cell(&t, latency, "p99");
		if (ns)
			report_table_cell(&t, "%llu", (u64)((unsigned __int128)number(s, "bytes") * 1000 / ns));
		else
			report_table_cell(&t, "%s", "");
	}
	report_table_print(&t, stdout);
}

static void show_resources(const struct term *term, const json_t *resources)
{
	static const char *const headings[] = { "resource", ">units", ">peak", ">in use", "", NULL };
	struct report_table t;
	char text[TERM_TEXT], bar[TERM_BAR];
	const json_t *r;
	size_t i;

	if (!json_array_size(resources))
		return;
	term_heading(term, "resources");
	report_table_init(&t, headings);
	json_array_foreach(resources, i, r) {
		u64 ppm = number(r, "utilisation_ppm");

		report_table_cell(&t, "%s %llu", term_text(json_object_get(r, "name"), text), number(r, "index"));
		inspect_count_cell(&t, r, "capacity");
		inspect_count_cell(&t, r, "peak");
		percent_cell(&t, ppm);
		report_table_cell(&t, "%s", term_bar(term, 0, min(ppm, 1000000ULL), 1000000, room(term, 50), bar));
	}
	report_table_print(&t, stdout);
}

static void show_series(const struct term *term, const json_t *series)
{
	static const char *const headings[] = { "over time", ">most", "", NULL };
	const json_t *track, *tracks = json_object_get(series, "tracks");
	char text[TERM_TEXT], line[TERM_BAR];
	struct report_table t;
	size_t i, k;

	if (!json_array_size(tracks))
		return;
	putchar('\n');
	report_table_init(&t, headings);
	json_array_foreach(tracks, i, track) {
		const char *kind = json_string_value(json_object_get(track, "kind"));
		const char *key = kind && !strcmp(kind, "sum")	   ? "sum"
				  : kind && !strcmp(kind, "level") ? "max"
								   : "mean_ppm";
		const json_t *values = json_object_get(track, key);
		u64 most = 0;

		for (k = 0; k < json_array_size(values); k++)
			most = max(most, (u64)max((json_int_t)0, json_integer_value(json_array_get(values, k))));
		if (!most)
			continue;
		report_table_cell(&t, "%s", term_text(json_object_get(track, "name"), text));
		if (!strcmp(key, "mean_ppm"))
			report_table_cell(&t, "%llu.%02llu", most / 1000000, most / 10000 % 100);
		else
			report_table_cell(&t, "%llu", most);
		report_table_cell(&t, "%s", term_spark(term, values, room(term, 40), line));
	}
	report_table_print(&t, stdout);
}

/* "0x8", and the PASID if the access had one. */
static const char *whose(const json_t *fault, char text[TERM_TEXT])
{
	size_t len = strlen(term_text(json_object_get(fault, "sid"), text));
	u64 pasid;

	if (result_u64(fault, "pasid", &pasid))
		snprintf(text + len, TERM_TEXT - len, ", PASID %llu", pasid);
	return text;
}

static void show_slowest(const json_t *list)
{
	static const char *const headings[] = {
		">slowest", ">takes", "stream", "address", ">begun", "most of it", NULL
	};
	char a[TERM_TEXT], b[TERM_TEXT], text[REPORT_NS];
	struct report_table t;
	const json_t *fault;
	size_t i;
	int k;

	if (!json_array_size(list))
		return;
	putchar('\n');
	report_table_init(&t, headings);
	json_array_foreach(list, i, fault) {
		const json_t *owners = json_object_get(fault, "owners_ns");
		u64 begin = number(fault, "begin_ns"), end = number(fault, "end_ns");
		int most = 0;

		for (k = 1; k < OWNERS; k++)
			if (number(owners, owner_table[k].name) > number(owners, owner_table[most].name))
				most = k;
		report_table_cell(&t, "%zu", i + 1);
		report_table_cell(&t, "%s", report_ns(end - begin, text));
		report_table_cell(&t, "%s", whose(fault, a));
		report_table_cell(&t, "%s", term_text(json_object_get(fault, "iova"), b));
		report_table_cell(&t, "%s", report_ns(begin, text));
		report_table_cell(&t, "%s", json_object_size(owners) ? owner_table[most].says : "");
	}
	report_table_print(&t, stdout);
}

static void show_run(const struct term *term, const struct result_run *run)
{
	const json_t *r = run->result, *owners = json_object_get(r, "owners");
	char name[sizeof(run->name)];

	term_clean(run->name, name, sizeof(name));
	if (number(json_object_get(r, "latency_ns"), "count")) {
		term_heading(term, "%s: a fault, on the mean", name);
		show_cascade(term, json_object_get(r, "parts_ns"), fault_part_names, FAULT_PARTS, true);
		show_owners(term, json_object_get(owners, "faults"), "of a fault");
		show_histogram(term, json_object_get(r, "latency_ns"), "faults");
	}
	show_owners(term, json_object_get(owners, "accesses"), "of an access");
	show_histogram(term, json_object_get(r, "access_latency_ns"), "accesses");
	show_streams(term, json_object_get(r, "streams"));
	show_resources(term, json_object_get(r, "resources"));
	show_series(term, json_object_get(r, "series"));
	show_slowest(json_object_get(r, "slowest_faults"));
}

/* ---- the result ---- */

void inspect_show(const struct term *t, const struct result_file *f)
{
	const json_t *record = json_object_get(f->json, "run");
	struct result_run run;
	char text[TERM_TEXT];
	size_t i;

	if (f->kind == RESULT_COMPARE) {
		result_file_run(f, 0, &run);
		record = run.run;
	}
	if (json_object_get(record, "trace"))
		printf("%s\n\n", term_text(json_object_get(json_object_get(record, "trace"), "name"), text));
	if (f->kind == RESULT_STUDY) {
		inspect_study(t, f->json);
		return;
	}
	show_overview(f);
	inspect_notes(t, json_object_get(f->json, "notes"));
	if (f->kind == RESULT_COMPARE)
		show_pairs(t, f->json);
	else
		inspect_reasons(t, json_object_get(f->json, "why"), "");
	for (i = 0; i < result_file_runs(f); i++) {
		result_file_run(f, i, &run);
		show_run(t, &run);
	}
}

int inspect_fault(const struct term *term, const struct result_file *f, u64 n)
{
	const json_t *list = json_object_get(f->json, "slowest_faults"), *fault = json_array_get(list, n - 1);
	char text[4][TERM_TEXT], ns[2][REPORT_NS];
	u64 begin = number(fault, "begin_ns"), end = number(fault, "end_ns");

	if (!list)
		return cli_fail("%s: no list of slowest faults: 'faultline replay --series --json' makes one", f->name);
	if (!fault)
		return cli_fail("%s: has the %zu slowest faults", f->name, json_array_size(list));
	printf("%s of %s by stream %s, %s: %s, begun at %s\n\n", term_text(json_object_get(fault, "access"), text[0]),
	       term_text(json_object_get(fault, "iova"), text[1]), whose(fault, text[2]),
	       term_text(json_object_get(fault, "outcome"), text[3]), report_ns(end - begin, ns[0]),
	       report_ns(begin, ns[1]));
	show_cascade(term, json_object_get(fault, "parts_ns"), fault_part_names, FAULT_PARTS, false);
	show_owners(term, json_object_get(fault, "owners_ns"), "of this fault");
	return CLI_OK;
}
