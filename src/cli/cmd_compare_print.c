// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* faultline compare: columns, differences and reasons, as tables and as JSON. */
#include "cmd_compare_priv.h"
#include "find.h"
#include "replay_why.h"
#include "report_json.h"
#include "run_record.h"

#include <math.h>

static bool all_played(const struct compare *o)
{
	u32 i;

	i = FIND(i, o->columns, !o->column[i].side);
	return i == o->columns;
}

static u64 kept_percent(const struct compare *o, const struct compare_column *c)
{
	u64 all = compare_mean(o, o->baseline, FIGURE_RESIDENT);

	return compare_mean(o, c, FIGURE_RATE) * 100 / all;
}

/* ---- the table ---- */

static bool any_knows(const struct compare *o, enum compare_figure f)
{
	return ANY(i, o->columns, compare_knows(&o->column[i], f));
}

static void row(struct report_table *t, const struct compare *o, const char *name, enum compare_figure f)
{
	char text[REPORT_NS];

	if (!any_knows(o, f))
		return;
	report_table_cell(t, "%s", name);
	for_each_of(c, o->column, o->columns) {
		u64 v = compare_mean(o, c, f);

		if (!compare_knows(c, f))
			report_table_cell(t, "-");
		else if (f >= FIGURE_MEAN && f <= FIGURE_DURATION)
			report_table_cell(t, "%s", report_ns(v, text));
		else
			report_table_cell(t, "%llu", f == FIGURE_RATE ? v / 1000 : v);
	}
}

static void begin_table(struct report_table *t, const struct compare *o, const struct compare_column *skip,
			char right[COMPARE_COLUMNS][COMPARE_NAME + 1])
{
	const char *headings[COMPARE_COLUMNS + 2] = { "" };
	u32 i, n = 1;

	for (i = 0; i < o->columns; i++) {
		if (&o->column[i] == skip)
			continue;
		snprintf(right[i], COMPARE_NAME + 1, ">%s", o->column[i].name);
		headings[n++] = right[i];
	}
	report_table_init(t, headings);
}

static void print_columns(const struct compare *o)
{
	char right[COMPARE_COLUMNS][COMPARE_NAME + 1], text[COMPARE_NAME + 32];
	struct report_table t;
	u32 i;

	if (o->seeds > 1)
		printf("means of %u seeds, %llu to %llu:\n\n", o->seeds, o->first_seed, o->first_seed + o->seeds - 1);
	begin_table(&t, o, NULL, right);
	for (i = 1; i < o->columns; i++)
		if (o->column[i].sample->figure[FIGURE_ACCESSES] != o->column->sample->figure[FIGURE_ACCESSES])
			break;
	if (i < o->columns)
		row(&t, o, "accesses", FIGURE_ACCESSES);
	row(&t, o, "faults", FIGURE_FAULTS);
	row(&t, o, "  duplicates", FIGURE_DUPLICATES);
	row(&t, o, "  tries again", FIGURE_TRIES);
	row(&t, o, "accesses that waited", FIGURE_WAITED);
	row(&t, o, "  joined a request", FIGURE_JOINED);
	row(&t, o, "accesses aborted", FIGURE_ABORTED);
	row(&t, o, "fault, mean", FIGURE_MEAN);
	for (i = 0; i < FAULT_PARTS; i++) {
		snprintf(text, sizeof(text), "  %s", fault_part_names[i]);
		row(&t, o, text, FIGURE_PART + i);
	}
	row(&t, o, "fault, p50", FIGURE_P50);
	row(&t, o, "fault, p99", FIGURE_P99);
	row(&t, o, "fault, max", FIGURE_MAX);
	row(&t, o, "access, mean", FIGURE_ACCESS);
	row(&t, o, "whole trace", FIGURE_DURATION);
	if (o->baseline) {
		row(&t, o, "other streams, MB/s", FIGURE_RATE);
		report_table_cell(&t, "  %% of %s without faults", o->baseline->name);
		for (i = 0; i < o->columns; i++)
			report_table_cell(&t, "%llu", kept_percent(o, &o->column[i]));
	}
	report_table_print(&t, stdout);
}

/* ---- differences ---- */

/* Figures whose differences are shown, as tables and programs call them. */
static const struct {
	enum compare_figure figure;
	const char *says, *key;
} differences[] = {
	{ FIGURE_MEAN, "fault, mean", "fault_mean_ns" },
	{ FIGURE_P99, "fault, p99", "fault_p99_ns" },
	{ FIGURE_ACCESS, "access, mean", "access_mean_ns" },
	{ FIGURE_DURATION, "whole trace", "duration_ns" },
	{ FIGURE_RATE, "other streams, KB/s", "others_bytes_per_ms" },
};

static void difference_cell(struct report_table *t, const struct study_interval *i, bool ns)
{
	const char *sign = i->mean < 0 ? "-" : "+";
	char a[REPORT_NS], b[REPORT_NS];
	u64 mean = (u64)llround(fabs(i->mean)), half = (u64)llround(i->half);

	if (ns)
		report_table_cell(t, "%s%s +- %s%s", sign, report_ns(mean, a), report_ns(half, b),
				  study_interval_sure(i) || !i->mean ? "" : " ?");
	else
		report_table_cell(t, "%s%llu +- %llu%s", sign, mean, half,
				  study_interval_sure(i) || !i->mean ? "" : " ?");
}

static void print_differences(const struct compare *o)
{
	char right[COMPARE_COLUMNS][COMPARE_NAME + 1];
	struct study_interval interval;
	bool random = false, doubt = false;
	struct report_table t;
	size_t d;
	u32 i;

	if (o->seeds == 1 || o->columns == 1)
		return;
	printf("\ndifference to %s, mean of %u seeds +- 95 %% confidence interval (pairs of the same seed):\n\n",
	       o->against->name, o->seeds);
	begin_table(&t, o, o->against, right);
	for (d = 0; d < ARRAY_SIZE(differences); d++) {
		if (!any_knows(o, differences[d].figure))
			continue;
		report_table_cell(&t, "%s", differences[d].says);
		for (i = 0; i < o->columns; i++) {
			if (&o->column[i] == o->against)
				continue;
			if (!compare_differ(o, &o->column[i], differences[d].figure, &interval) || interval.n < 2) {
				report_table_cell(&t, "-");
				continue;
			}
			difference_cell(&t, &interval, differences[d].figure != FIGURE_RATE);
			random |= interval.half > 0;
			doubt |= interval.mean && !study_interval_sure(&interval);
		}
	}
	report_table_print(&t, stdout);
	if (doubt)
		puts("\n? the interval has 0 in it: chance alone may have made the difference.");
	if (!random)
		puts("\nnote: every seed gives the same differences: nothing in these runs is random.");
}

/* ---- reasons ---- */

static struct replay_run run_of(const struct compare_column *c)
{
	return (struct replay_run){ c->name, &c->run, &c->faulting };
}

static u32 reasons(const struct compare *o, const struct compare_column *c, struct replay_run run[2],
		   struct replay_why why[REPLAY_WHYS])
{
	if (!c->side || !o->against->side)
		return 0;
	run[0] = run_of(o->against);
	run[1] = run_of(c);
	return replay_why_differ(&run[0], &run[1], why);
}

/* The sentence, if there is one, then who owns the difference. Of accesses only where no fault says as much. */
static bool print_reason(const struct compare *o, const struct compare_column *c, bool of_faults, bool needed)
{
	char text[REPLAY_WHY_TEXT], more[COMPARE_TEXT];
	struct replay_why why[REPLAY_WHYS];
	struct replay_run run[2];
	struct compare_pair p;
	u32 k, n = reasons(o, c, run, why);

	for (k = 0; k < n; k++) {
		if (why[k].of_faults != of_faults)
			continue;
		puts(replay_why_text(&why[k], text));
		needed = true;
	}
	if (!needed || !compare_find_pair(o, c, of_faults, &p))
		return false;
	puts(compare_pair_text(o, &p, more));
	return true;
}

/* Then what was configured otherwise. */
static void print_reasons_of(const struct compare *o, const struct compare_column *c)
{
	char text[COMPARE_TEXT];
	bool faults;

	putchar('\n');
	faults = print_reason(o, c, true, true);
	print_reason(o, c, false, !faults);
	if (*compare_keys_text(o, c, text))
		printf("Configured otherwise (%s, %s): %s.\n", o->against->name, c->name, text);
}

static void print_reasons(const struct compare *o)
{
	if (o->seeds > 1 && o->columns > 1)
		printf("\nWhy, in the runs with seed %llu:\n", o->first_seed);
	for_each_of(c, o->column, o->columns)
		if (c != o->against)
			print_reasons_of(o, c);
}

/* ---- what a reader should know ---- */

/* A note of a run is of the first seed's, where there are several. */
static json_t *notes_json(const struct compare *o)
{
	json_t *list = json_array();
	char note[RUN_NOTE], seed[40] = "";

	if (!all_played(o))
		json_array_append_new(list,
				      json_string("A result that was read has its masters where its run had them: "
						  "not every column need be behind the PCIe link, or beside the "
						  "IOMMU (master.bus)."));
	else if (o->pcie_for_all)
		json_array_append_new(list, json_string(run_bus_note));
	if (o->seeds > 1)
		snprintf(seed, sizeof(seed), " with seed %llu", o->first_seed);
	for_each_of(c, o->column, o->columns)
		if (c->side && run_note(&c->faulting, note))
			json_array_append_new(list, json_sprintf("note: %s%s: %s.", c->name, seed, note));
	return list;
}

void compare_print(const struct compare *o)
{
	json_t *notes = notes_json(o), *note;
	size_t i;

	print_columns(o);
	json_array_foreach(notes, i, note)
		printf("\n%s\n", json_string_value(note));
	json_decref(notes);
	print_differences(o);
	print_reasons(o);
}

/* ---- JSON ---- */

static json_t *column_json(const struct compare *o, const struct compare_column *c)
{
	struct replay_options run = c->run;
	json_t *record, *result, *j = json_object();

	report_json_text(j, "variant", c->name);
	if (!c->side) {
		report_json_text(j, "file", c->source);
		json_object_set(j, "result", c->result);
		return j;
	}
	if (o->seeds > 1)
		run.seed = o->first_seed;
	record = run_record(&c->side->common, &run, &c->faulting);
	if (!record) {
		json_decref(j);
		return NULL;
	}
	result = replay_json(&run, &c->faulting);
	if (o->baseline)
		report_json_put(j, J_U64("others_bytes_per_ms", compare_mean(o, c, FIGURE_RATE)),
				J_U64("others_kept_percent", kept_percent(o, c)));
	json_object_set_new(result, "run", record);
	json_object_set_new(j, "result", result);
	return j;
}

static json_t *reasons_json(const struct compare *o)
{
	struct replay_why why[REPLAY_WHYS];
	struct replay_run run[2];
	json_t *list = json_array();
	u32 i, k;

	for (i = 0; i < o->columns; i++) {
		u32 n = &o->column[i] == o->against ? 0 : reasons(o, &o->column[i], run, why);

		for (k = 0; k < n; k++)
			json_array_append_new(list, replay_why_json(&why[k]));
	}
	return list;
}

static json_t *owners_json(const struct compare *o)
{
	json_t *list = json_array();
	struct compare_pair p;
	int of_faults;

	for_each_of(c, o->column, o->columns)
		for (of_faults = 1; of_faults >= 0 && c != o->against; of_faults--)
			if (compare_find_pair(o, c, of_faults, &p))
				json_array_append_new(list, compare_pair_json(o, &p));
	return list;
}

static json_t *differences_json(const struct compare *o)
{
	json_t *list = json_array();
	struct study_interval r;
	size_t d;

	for_each_of(c, o->column, o->columns) {
		json_t *j = json_object();

		for (d = 0; d < ARRAY_SIZE(differences) && c != o->against; d++) {
			json_t *one = json_object();

			if (compare_differ(o, c, differences[d].figure, &r)) {
				report_json_put(one, J_NODE("n", json_integer(r.n)),
						J_NODE("mean", json_integer(llround(r.mean))),
						J_IF(r.n > 1, J_NODE("half", json_integer(llround(r.half)))));
				json_object_set(j, differences[d].key, one);
			}
			json_decref(one);
		}
		report_json_put(j, J_TEXT("with", c->name), J_TEXT("against", o->against->name));
		if (c != o->against)
			json_array_append(list, j);
		json_decref(j);
	}
	return list;
}

/* Where the masters of all runs are; NULL: not in one place, or not known of a result that was read. */
static const char *bus_of(const struct compare *o)
{
	u32 i;

	for (i = 1; i < o->sides; i++)
		if (o->side[i].common.cfg.master.bus != o->side[0].common.cfg.master.bus)
			return NULL;
	return !o->sides || !all_played(o)			 ? NULL
	       : o->side[0].common.cfg.master.bus == FL_BUS_PCIE ? "pcie"
								 : "platform";
}

int compare_write_json(const struct compare *o)
{
	json_t *root = json_object(), *list = json_array();
	int status = CLI_OK;
	u32 i;

	for (i = 0; i < o->columns && !status; i++) {
		json_t *j = column_json(o, &o->column[i]);

		status = j ? CLI_OK : CLI_FAILED;
		if (j)
			json_array_append_new(list, j);
	}
	report_json_put(root, J_IF(o->baseline, J_TEXT("others_baseline", o->baseline->name)),
			J_IF(bus_of(o), J_TEXT("bus", bus_of(o))), J_NODE("variants", list));
	if (o->seeds > 1)
		report_json_put(root, J_MEMBER(o, first_seed), J_MEMBER(o, seeds));
	report_json_put(root, J_NODE("notes", notes_json(o)), J_NODE("differences", differences_json(o)),
			J_NODE("owners", owners_json(o)), J_NODE("reasons", reasons_json(o)));
	if (!status)
		status = run_write("compare", root, o->json, o->report);
	json_decref(root);
	return status;
}
