// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* faultline inspect RESULT.json of a study: of one key, of several, of two at once; and which key moves the answer. */
#include "inspect_priv.h"

/* What is compared, as the command says it and as a result has it. */
static const struct by {
	const char *name, *says, *key;
} bys[] = { { "duration", "time of the whole trace", "duration_ns" },
	    { "fault", "mean fault", "fault_mean_ns" },
	    { "access", "mean access", "access_mean_ns" } };

static const struct by *by_of(const json_t *j)
{
	const char *name = json_string_value(json_object_get(j, "by"));
	size_t i;

	for (i = ARRAY_SIZE(bys) - 1; i && strcmp(name, bys[i].name); i--)
		;
	return &bys[i];
}

/* Stalls are the first side, page requests the second. */
static const char *side_of(const json_t *j, size_t i, char text[TERM_TEXT])
{
	const json_t *name = json_array_get(json_object_get(j, "sides"), i);

	return name ? term_text(name, text) : i ? "page requests" : "stalls";
}

/* Both times as configured. */
static void show_now(const json_t *j, const json_t *times)
{
	char text[2][TERM_TEXT], ns[2][REPORT_NS];
	u64 v[2] = { 0, 0 };

	result_u64(times, "stall_ns", &v[0]);
	result_u64(times, "pri_ns", &v[1]);
	printf("%s, as configured: %s %s, %s %s\n", by_of(j)->says, side_of(j, 0, text[0]), report_ns(v[0], ns[0]),
	       side_of(j, 1, text[1]), report_ns(v[1], ns[1]));
}

/* Why one side takes less at a value. */
static void show_why(const struct term *term, const json_t *point, const char *key)
{
	char of[TERM_TEXT + 24];
	u64 at = 0;

	result_u64(point, "value", &at);
	snprintf(of, sizeof(of), "%s %llu", key, at);
	inspect_reasons(term, json_object_get(point, "reasons"), of);
}

static void show_estimate(const json_t *e)
{
	char a[REPORT_NS], b[REPORT_NS];
	u64 slots, stall, pri, at;

	if (result_u64(e, "slots", &slots) && result_u64(e, "stall_alone_ns", &stall) &&
	    result_u64(e, "pri_alone_ns", &pri) && result_u64(e, "master.outstanding", &at))
		printf("\nestimate: %llu slots x %s / %s, the mean faults of both with one access outstanding: %llu\n",
		       slots, report_ns(pri, a), report_ns(stall, b), at);
}

static void show_turn(const struct term *term, const json_t *turn, const char *key)
{
	const json_t *end[2] = { json_object_get(turn, "low"), json_object_get(turn, "high") };
	char text[2][TERM_TEXT], line[3 * TERM_TEXT];
	u64 at[2] = { 0, 0 };
	int i;

	for (i = 0; i < 2; i++)
		result_u64(end[i], "value", &at[i]);
	snprintf(line, sizeof(line), "%s: up to %llu %s takes less, from %llu on %s.", key, at[0],
		 term_text(json_object_get(end[0], "less"), text[0]), at[1],
		 term_text(json_object_get(end[1], "less"), text[1]));
	putchar('\n');
	term_wrap(term, line);
	for (i = 0; i < 2; i++)
		show_why(term, end[i], key);
}

static void show_grid(const struct term *term, const json_t *j)
{
	const json_t *grid = json_object_get(j, "grid"), *first = json_array_get(grid, 0), *side, *p;
	const char *headings[REPORT_COLUMNS + 1] = { ">value" }, *sides[REPORT_COLUMNS], *name;
	char text[REPORT_COLUMNS][TERM_TEXT + 1], less[TERM_TEXT], key[TERM_TEXT];
	struct report_table t;
	size_t i, n = 1, s;

	json_object_foreach((json_t *)first, name, side) {
		if (!json_is_object(side) || n == REPORT_COLUMNS - 1)
			continue;
		sides[n] = name;
		text[n][0] = '>';
		term_clean(name, text[n] + 1, TERM_TEXT);
		headings[n] = text[n];
		n++;
	}
	headings[n] = "less";
	term_text(json_object_get(j, "key"), key);
	printf("%s, by %s\n", by_of(j)->says, key);
	term_wrap(term, term_text(json_object_get(j, "verdict"), less));
	putchar('\n');
	report_table_init(&t, headings);
	json_array_foreach(grid, i, p) {
		inspect_count_cell(&t, p, "value");
		for (s = 1; s < n; s++)
			inspect_time_cell(&t, json_object_get(p, sides[s]), by_of(j)->key);
		report_table_cell(&t, "%s", term_text(json_object_get(p, "less"), less));
	}
	report_table_print(&t, stdout);
	json_array_foreach(json_object_get(j, "turns"), i, p)
		show_turn(term, p, key);
	json_array_foreach(grid, i, p)
		show_why(term, p, key);
	inspect_notes(term, json_object_get(j, "notes"));
	show_estimate(json_object_get(j, "estimate"));
}

/* Of each key who takes less, and from which value on another. */
static void show_keys(const json_t *j)
{
	char text[TERM_TEXT], who[2][TERM_TEXT];
	const json_t *k, *turns, *turn, *grid;
	struct report_table t = REPORT_TABLE("key", ">now", ">from", ">to", "who takes less");
	size_t i, n;
	u64 at = 0;

	show_now(j, j);
	putchar('\n');
	json_array_foreach(json_object_get(j, "keys"), i, k) {
		turns = json_object_get(k, "turns");
		grid = json_object_get(k, "grid");
		for (n = 0; n < max(json_array_size(turns), (size_t)1); n++) {
			report_table_cell(&t, "%s", term_text(json_object_get(k, "key"), text));
			inspect_count_cell(&t, k, "now");
			inspect_count_cell(&t, k, "from");
			inspect_count_cell(&t, k, "to");
			turn = json_array_get(turns, n);
			result_u64(json_object_get(turn, "high"), "value", &at);
			term_text(json_object_get(json_object_get(turn, "low"), "less"), who[0]);
			term_text(json_object_get(json_object_get(turn, "high"), "less"), who[1]);
			if (turn)
				report_table_cell(&t, "%s, from %llu on %s", who[0], at, who[1]);
			else
				report_table_cell(
					&t, "%s",
					term_text(json_object_get(json_array_get(grid, json_array_size(grid) / 2),
								  "less"),
						  text));
		}
	}
	report_table_print(&t, stdout);
}

/* Who takes less, and by how many per cent the other takes more; the ratio is that of page requests to stalls. */
static void winner_cell(struct report_table *t, const json_t *winner, const json_t *ratio)
{
	const char *name = json_string_value(winner), *mode = strrchr(name, '-');
	u64 ppm = (u64)json_integer_value(ratio);
	bool pri = mode && !strcmp(mode, "-pri");

	if (!mode || !ppm)
		report_table_cell(t, "=");
	else
		report_table_cell(t, "%c %llu", pri ? 'P' : 'S', (pri ? 1000000000000ULL / ppm : ppm) / 10000 - 100);
}

/* Upwards the one key, to the right the other. */
static void show_map(const json_t *j)
{
	const json_t *map = json_object_get(j, "map"), *x = json_object_get(map, "x"), *y = json_object_get(map, "y");
	const json_t *xs = json_object_get(x, "values"), *ys = json_object_get(y, "values");
	size_t i, k, n = min(json_array_size(xs), (size_t)REPORT_COLUMNS - 1);
	char text[3][TERM_TEXT], heading[REPORT_COLUMNS][24];
	const char *headings[REPORT_COLUMNS + 1] = { text[2] };
	struct report_table t;

	printf("%s: S %s takes less, P %s does, = both the same; by how many per cent the other takes more.\n",
	       by_of(j)->says, side_of(j, 0, text[0]), side_of(j, 1, text[1]));
	printf("To the right: %s. Upwards: %s.\n\n", term_text(json_object_get(x, "key"), text[0]),
	       term_text(json_object_get(y, "key"), text[2]));
	for (k = 0; k < n; k++) {
		snprintf(heading[k], sizeof(heading[k]), ">%lld", (long long)json_integer_value(json_array_get(xs, k)));
		headings[k + 1] = heading[k];
	}
	report_table_init(&t, headings);
	for (i = json_array_size(ys); i-- > 0;) {
		report_table_cell(&t, "%lld", (long long)json_integer_value(json_array_get(ys, i)));
		for (k = 0; k < n; k++)
			winner_cell(&t, json_array_get(json_array_get(json_object_get(map, "winner"), i), k),
				    json_array_get(json_array_get(json_object_get(map, "ratio_ppm"), i), k));
	}
	report_table_print(&t, stdout);
}

static void ratio_cell(struct report_table *t, const json_t *end)
{
	u64 ppm;

	if (result_u64(end, "ratio_ppm", &ppm))
		report_table_cell(t, "%llu.%03llu", ppm / 1000000, ppm / 1000 % 1000);
	else
		report_table_cell(t, "%s", "-");
}

static void show_tornado(const struct term *term, const json_t *j)
{
	const json_t *tornado = json_object_get(j, "tornado");
	const json_t *keys = json_object_get(tornado, "keys"), *k;
	char text[TERM_TEXT], bar[TERM_BAR];
	u64 most = 0, swing, now = 0;
	struct report_table t = REPORT_TABLE("key", ">low", ">ratio", ">high", ">ratio", "moves it by");
	size_t i;

	json_array_foreach(keys, i, k) {
		if (result_u64(k, "swing_ppm", &swing))
			most = max(most, swing);
	}
	show_now(j, tornado);
	result_u64(tornado, "ratio_ppm", &now);
	printf("ratio: page requests' time by stalls', %llu.%03llu as configured; above 1 stalls take less\n\n",
	       now / 1000000, now / 1000 % 1000);
	json_array_foreach(keys, i, k) {
		const json_t *low = json_object_get(k, "low"), *high = json_object_get(k, "high");

		if (!result_u64(k, "swing_ppm", &swing))
			swing = 0;
		report_table_cell(&t, "%s", term_text(json_object_get(k, "key"), text));
		inspect_count_cell(&t, low, "value");
		ratio_cell(&t, low);
		inspect_count_cell(&t, high, "value");
		ratio_cell(&t, high);
		report_table_cell(&t, "%s", term_bar(term, 0, swing, most, term->width > 110 ? 40 : 16, bar));
	}
	report_table_print(&t, stdout);
}

void inspect_study(const struct term *t, const json_t *j)
{
	if (json_object_get(j, "map"))
		show_map(j);
	else if (json_object_get(j, "tornado"))
		show_tornado(t, j);
	else if (json_object_get(j, "keys"))
		show_keys(j);
	else
		show_grid(t, j);
}
