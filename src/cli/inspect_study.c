// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* faultline inspect RESULT.json of a study: of one key, of several, of two at once; and which key moves the answer. */
#include "inspect_priv.h"

static void show_grid(const struct term *term, const json_t *j)
{
	const json_t *grid = json_object_get(j, "grid"), *first = json_array_get(grid, 0), *side, *p;
	const char *by = json_string_value(json_object_get(j, "by")), *name;
	const char *key = by && !strcmp(by, "fault")	? "fault_mean_ns"
			  : by && !strcmp(by, "access") ? "access_mean_ns"
							: "duration_ns";
	const char *headings[REPORT_COLUMNS + 1] = { ">value" }, *sides[REPORT_COLUMNS];
	char text[REPORT_COLUMNS][TERM_TEXT], less[TERM_TEXT];
	struct report_table t;
	size_t i, n = 1, s;

	json_object_foreach((json_t *)first, name, side)
	{
		if (!json_object_get(side, key) || n == REPORT_COLUMNS - 1)
			continue;
		sides[n] = name;
		headings[n] = term_clean(name, text[n], TERM_TEXT);
		n++;
	}
	headings[n] = "less";
	term_wrap(term, term_text(json_object_get(j, "verdict"), less));
	putchar('\n');
	report_table_init(&t, headings);
	json_array_foreach(grid, i, p)
	{
		inspect_count_cell(&t, p, "value");
		for (s = 1; s < n; s++)
			inspect_time_cell(&t, json_object_get(p, sides[s]), key);
		report_table_cell(&t, "%s", term_text(json_object_get(p, "less"), less));
	}
	report_table_print(&t, stdout);
}

/* The values from which on another side takes less. */
static void show_keys(const json_t *keys)
{
	static const char *const headings[] = { "key", ">now", ">from", ">to", "turns at", NULL };
	char text[TERM_TEXT], turns[TERM_TEXT];
	const json_t *k, *turn;
	struct report_table t;
	size_t i, n;
	u64 at;

	report_table_init(&t, headings);
	json_array_foreach(keys, i, k)
	{
		report_table_cell(&t, "%s", term_text(json_object_get(k, "key"), text));
		inspect_count_cell(&t, k, "now");
		inspect_count_cell(&t, k, "from");
		inspect_count_cell(&t, k, "to");
		turns[0] = '\0';
		json_array_foreach(json_object_get(k, "turns"), n, turn)
		{
			size_t len = strlen(turns);

			if (result_u64(json_object_get(turn, "high"), "value", &at))
				snprintf(turns + len, sizeof(turns) - len, "%s%llu", len ? ", " : "", at);
		}
		report_table_cell(&t, "%s", turns);
	}
	report_table_print(&t, stdout);
}

/* S: stalls take less, P: page requests do. */
static char winner_letter(const json_t *winner)
{
	const char *name = json_string_value(winner);
	const char *mode = name ? strrchr(name, '-') : NULL;

	return !mode ? '=' : !strcmp(mode, "-pri") ? 'P' : 'S';
}

/* Upwards the one key, to the right the other. */
static void show_map(const json_t *map)
{
	const json_t *x = json_object_get(map, "x"), *y = json_object_get(map, "y");
	const json_t *xs = json_object_get(x, "values"), *ys = json_object_get(y, "values");
	size_t i, k, n = json_array_size(xs);
	char text[2][TERM_TEXT];

	printf("S: stalls take less, P: page requests; to the right %s, upwards %s\n\n",
	       term_text(json_object_get(x, "key"), text[0]), term_text(json_object_get(y, "key"), text[1]));
	for (i = json_array_size(ys); i-- > 0;) {
		const json_t *row = json_array_get(json_object_get(map, "winner"), i);

		printf("%12lld  ", (long long)json_integer_value(json_array_get(ys, i)));
		for (k = 0; k < n; k++)
			printf("%c ", winner_letter(json_array_get(row, k)));
		putchar('\n');
	}
	if (n)
		printf("%12s  from %lld to %lld\n", "", (long long)json_integer_value(json_array_get(xs, 0)),
		       (long long)json_integer_value(json_array_get(xs, n - 1)));
}

static void ratio_cell(struct report_table *t, const json_t *end)
{
	u64 ppm;

	if (result_u64(end, "ratio_ppm", &ppm))
		report_table_cell(t, "%llu.%03llu", ppm / 1000000, ppm / 1000 % 1000);
	else
		report_table_cell(t, "%s", "-");
}

static void show_tornado(const struct term *term, const json_t *tornado)
{
	static const char *const headings[] = { "key", ">low", ">ratio", ">high", ">ratio", "moves it by", NULL };
	const json_t *keys = json_object_get(tornado, "keys"), *k;
	char text[TERM_TEXT], bar[TERM_BAR];
	u64 most = 0, swing;
	struct report_table t;
	size_t i;

	json_array_foreach(keys, i, k)
	{
		if (result_u64(k, "swing_ppm", &swing))
			most = max(most, swing);
	}
	printf("ratio: time with page requests / time with stalls\n\n");
	report_table_init(&t, headings);
	json_array_foreach(keys, i, k)
	{
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
	const json_t *map = json_object_get(j, "map"), *tornado = json_object_get(j, "tornado");

	if (map)
		show_map(map);
	else if (tornado)
		show_tornado(t, tornado);
	else if (json_object_get(j, "keys"))
		show_keys(json_object_get(j, "keys"));
	else
		show_grid(t, j);
}
