// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* faultline study stall-vs-pri: what the values that were measured mean, as tables and as JSON. */
#include "cmd_study_priv.h"
#include "find.h"
#include "replay_why.h"
#include "report_json.h"
#include "run_record.h"

static u64 estimate(const struct study *o)
{
	u64 stall = o->alone_ns[STUDY_STALL];

	return stall ? (o->slots * o->alone_ns[STUDY_PRI] + stall / 2) / stall : 0;
}

/* ---- what it means ---- */

static u32 differ(const struct study *o, const struct study_value *v, struct replay_options opt[2],
		  struct replay_run run[2], struct replay_why why[REPLAY_WHYS])
{
	int i;

	for (i = 0; i < 2; i++) {
		opt[i] = o->side[i];
		opt[i].cfg = &v->cfg;
		run[i] = (struct replay_run){ o->name[i], &opt[i], &v->res[i] };
	}
	return replay_why_differ(&run[STUDY_STALL], &run[STUDY_PRI], why);
}

const char *study_winner_name(const struct study *o, const struct study_point *p)
{
	int winner = study_winner(p);

	return winner < 0 ? "both the same" : o->name[winner];
}

/* The first that is no draw; else the last. */
static const struct study_point *decided(const struct study *o)
{
	u32 i;

	for (i = 0; i + 1 < o->found.n_grid && study_winner(&o->found.grid[i]) < 0; i++)
		;
	return &o->found.grid[i];
}

static void verdict(const struct study *o, char *text, size_t size)
{
	const char *unit = o->key->type == FL_TIME ? " ns" : "";
	char range[96];

	snprintf(range, sizeof(range), "from %llu to %llu%s", o->range.from, o->range.to, unit);
	if (o->found.changes)
		snprintf(text, size, "The answer turns %s %s.", o->found.changes == 1 ? "once" : "several times",
			 range);
	else if (study_winner(decided(o)) < 0)
		snprintf(text, size, "Both take the same everywhere %s.", range);
	else
		snprintf(text, size, "%s wins everywhere %s.", study_winner_name(o, decided(o)), range);
}

/* ---- output ---- */

static void print_grid(const struct study *o)
{
	char heading[2][sizeof(o->name[0]) + 1], key[64], ns[REPORT_NS];
	const char *headings[] = { key, heading[0], heading[1], "less", NULL };
	struct report_table t;
	u32 s;

	snprintf(key, sizeof(key), ">%s", o->key->name);
	for (s = 0; s < 2; s++)
		snprintf(heading[s], sizeof(heading[s]), ">%s", o->name[s]);
	report_table_init(&t, headings);
	for_each_of(p, o->found.grid, o->found.n_grid) {
		report_table_cell(&t, "%llu", p->value);
		for (s = 0; s < 2; s++)
			report_table_cell(&t, "%s", report_ns(p->cost[s], ns));
		report_table_cell(&t, "%s", study_winner_name(o, p));
	}
	report_table_print(&t, stdout);
}

static void print_reasons(const struct study *o, const struct study_value *v)
{
	struct replay_why why[REPLAY_WHYS];
	struct replay_options opt[2];
	struct replay_run run[2];
	char text[REPLAY_WHY_TEXT];
	u32 i, n = differ(o, v, opt, run, why);

	for (i = 0; i < n; i++)
		printf("%s %llu: %s\n", o->key->name, v->at, replay_why_text(&why[i], text));
}

static void print_turn(const struct study *o, const struct study_turn *turn)
{
	const struct study_point *end[2] = { &turn->low, &turn->high };
	struct report_table t = REPORT_TABLE("", ">whole trace", ">fault, mean", ">access, mean", ">faults");
	char ns[REPORT_NS];
	int i, s;

	printf("\nUp to %llu %s takes less, from %llu on %s:\n", turn->low.value, study_winner_name(o, &turn->low),
	       turn->high.value, study_winner_name(o, &turn->high));
	for (i = 0; i < 2; i++)
		for (s = 0; s < 2; s++) {
			const struct replay_result *r = &study_find_value(o, end[i]->value)->res[s];

			report_table_cell(&t, "%llu %s", end[i]->value, o->name[s]);
			report_table_cell(&t, "%s", report_ns(r->duration_ns, ns));
			report_table_cell(&t, "%s", report_ns(r->latency.mean, ns));
			report_table_cell(&t, "%s", report_ns(r->access.mean, ns));
			report_table_cell(&t, "%llu", r->faults);
		}
	report_table_print(&t, stdout);
	for (i = 0; i < 2; i++)
		print_reasons(o, study_find_value(o, end[i]->value));
}

/* A sentence a side, of the last value of the grid at which there is something to say, and at how many there is. */
static json_t *notes_json(const struct study *o)
{
	char note[RUN_NOTE], text[RUN_NOTE];
	json_t *list = json_array();
	u64 at = 0;
	u32 i, n;
	int s;

	for (s = 0; s < 2; s++) {
		for (i = n = 0; i < o->found.n_grid; i++) {
			if (!run_note(&study_find_value(o, o->found.grid[i].value)->res[s], text))
				continue;
			strcpy(note, text);
			at = o->found.grid[i].value;
			n++;
		}
		if (n)
			json_array_append_new(list,
					      json_sprintf("note: %s, at %u of %u values of the grid; %s %llu: %s.",
							   o->name[s], n, o->found.n_grid, o->key->name, at, note));
	}
	return list;
}

static void print_notes(const struct study *o)
{
	json_t *list = notes_json(o), *note;
	size_t i;

	json_array_foreach(list, i, note)
		puts(json_string_value(note));
	json_decref(list);
}

void study_print(const struct study *o)
{
	char text[160], a[REPORT_NS], b[REPORT_NS];
	u32 i;

	printf("%s of %s and %s:\n\n", study_by_says[o->by], o->name[STUDY_STALL], o->name[STUDY_PRI]);
	print_grid(o);
	verdict(o, text, sizeof(text));
	printf("\n%s\n", text);
	for (i = 0; i < o->found.n_turns; i++)
		print_turn(o, &o->found.turn[i]);
	for (i = 0; !o->found.n_turns && i < 2; i++)
		print_reasons(o, study_find_value(o, i ? o->range.to : o->range.from));
	print_notes(o);
	if (o->slots)
		printf("\nestimate: %llu slots x %s / %s, the mean faults of both with one access outstanding: %llu\n",
		       o->slots, report_ns(o->alone_ns[STUDY_PRI], a), report_ns(o->alone_ns[STUDY_STALL], b),
		       estimate(o));
}

static json_t *point_json(const struct study *o, const struct study_point *p)
{
	const struct study_value *v = study_find_value(o, p->value);
	int s;
	json_t *j = report_json_object(J_MEMBER(p, value));

	for (s = 0; s < 2; s++) {
		const struct replay_result *r = &v->res[s];

		report_json_put(
			j, J_NODE(o->name[s],
				  report_json_object(J_MEMBER(r, duration_ns), J_U64("fault_mean_ns", r->latency.mean),
						     J_U64("access_mean_ns", r->access.mean), J_MEMBER(r, faults))));
	}
	return report_json_put(j, J_TEXT("less", study_winner_name(o, p)));
}

static json_t *reasons_json(const struct study *o, const struct study_value *v)
{
	struct replay_why why[REPLAY_WHYS];
	struct replay_options opt[2];
	struct replay_run run[2];
	u32 n = differ(o, v, opt, run, why);

	return J_LIST(i, n, replay_why_json(&why[i]));
}

/* A point with its reasons and the records of its two runs; NULL: no record, and that was said. */
static json_t *whole_point_json(const struct study *o, const struct study_point *p)
{
	const struct study_value *v = study_find_value(o, p->value);
	struct run_options at = o->common;
	json_t *j = point_json(o, p), *runs = json_array();
	int s;

	at.cfg = v->cfg;
	for (s = 0; s < 2; s++) {
		struct replay_options run = o->side[s];
		json_t *record;

		run.cfg = &at.cfg;
		record = run_record(&at, &run, &v->res[s]);
		if (!record) {
			json_decref(runs);
			json_decref(j);
			return NULL;
		}
		json_array_append_new(runs, record);
	}
	return report_json_put(j, J_NODE("reasons", reasons_json(o, v)), J_NODE("runs", runs));
}

static json_t *turns_json(const struct study *o)
{
	json_t *list = json_array();

	for_each_of(t, o->found.turn, o->found.n_turns) {
		json_t *low = whole_point_json(o, &t->low);
		json_t *high = low ? whole_point_json(o, &t->high) : NULL;

		report_json_append(list, J_NODE("low", low), J_NODE("high", high));
		if (!high) {
			json_decref(list);
			return NULL;
		}
	}
	return list;
}

static json_t *estimate_json(const struct study *o)
{
	return report_json_object(J_MEMBER(o, slots), J_U64("stall_alone_ns", o->alone_ns[STUDY_STALL]),
				  J_U64("pri_alone_ns", o->alone_ns[STUDY_PRI]), J_U64(STUDY_IN_ALL, estimate(o)));
}

int study_write_json(const struct study *o)
{
	json_t *root = study_begin_json(o), *turns = turns_json(o);
	json_t *grid = J_LIST(i, o->found.n_grid, point_json(o, &o->found.grid[i]));
	int status = CLI_FAILED;
	char text[160];
	u32 i;

	verdict(o, text, sizeof(text));
	report_json_put(root, J_TEXT("key", o->key->name), J_MEMBER(&o->range, from), J_MEMBER(&o->range, to),
			J_TEXT("verdict", text), J_MEMBER(&o->found, changes));
	for (i = 0; !o->found.n_turns && i < o->found.n_grid; i += max(o->found.n_grid - 1, 1U))
		json_object_set_new(json_array_get(grid, i), "reasons",
				    reasons_json(o, study_find_value(o, o->found.grid[i].value)));
	json_object_set_new(root, "grid", grid);
	json_object_set(root, "turns", turns);
	report_json_put(root, J_NODE("notes", notes_json(o)), J_IF(o->slots, J_NODE("estimate", estimate_json(o))));
	if (turns) {
		json_t *run = whole_point_json(o, &o->found.grid[0]);

		json_object_set(root, "run", run ? json_array_get(json_object_get(run, "runs"), STUDY_STALL) : NULL);
		json_decref(run);
		status = run_write("study", root, o->common.json, o->common.report);
	}
	json_decref(turns);
	json_decref(root);
	return status;
}
