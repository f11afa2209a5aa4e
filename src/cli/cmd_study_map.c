// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* faultline study stall-vs-pri --map: who wins where, of two keys at once; and --tornado: which keys move the answer. */
#include "cmd_study_priv.h"
#include "find.h"
#include "report_json.h"

#include <stdlib.h>

#define AXIS 12 /* values of one key; a table has them and a heading */

static const char *winner(const struct study *o, const u64 cost[2])
{
	return cost[0] == cost[1] ? "same" : o->name[cost[1] < cost[0]];
}

/* ---- the map ---- */

struct map {
	const struct study_key *key[2]; /* x, y */
	u64 value[2][AXIS];
	u32 n[2];
	struct fl_config *cfg;
	struct study_job *job; /* by y, then x */
};

/* The range of --key if it was given, else the usual one. */
static int find_axis(struct study *o, struct map *m, int axis, const char *name)
{
	u32 i;

	i = FIND(i, o->n_keys, !strcmp(o->keys[i].key->name, name));
	if (i == o->n_keys && study_add_key(o, name))
		return CLI_FAILED;
	m->key[axis] = &o->keys[i];
	if (study_default_range(o, &o->keys[i]))
		return CLI_FAILED;
	m->n[axis] = study_axis(&o->keys[i].range, AXIS, m->value[axis]);
	return CLI_OK;
}

static int make_map(struct study *o, struct map *m)
{
	char *comma = strchr(o->map, ',');
	int status;
	u32 x, y;

	if (!comma)
		return cli_usage("study", "study: --map %.80s: not KEYX,KEYY", o->map);
	*comma = '\0';
	status = find_axis(o, m, 0, o->map) || find_axis(o, m, 1, comma + 1) ? CLI_FAILED : CLI_OK;
	if (!status && m->key[0] == m->key[1])
		return cli_usage("study", "study: --map: two keys are wanted, not %s twice", o->map);
	if (status)
		return status;
	m->cfg = calloc((size_t)m->n[0] * m->n[1], sizeof(*m->cfg));
	m->job = calloc((size_t)m->n[0] * m->n[1], sizeof(*m->job));
	if (!m->cfg || !m->job)
		return cli_fail("study: out of memory");
	for (y = 0; y < m->n[1]; y++)
		for (x = 0; !status && x < m->n[0]; x++) {
			struct fl_config *cfg = &m->cfg[y * m->n[0] + x];

			*cfg = o->common.cfg;
			m->job[y * m->n[0] + x].cfg = cfg;
			status = study_configure(m->key[0]->key, cfg, m->value[0][x], true);
			if (!status)
				status = study_configure(m->key[1]->key, cfg, m->value[1][y], true);
		}
	return status;
}

/* By how many per cent the other takes longer. */
static u64 ahead(const u64 cost[2])
{
	u64 less = cost[0] < cost[1] ? cost[0] : cost[1], more = cost[0] < cost[1] ? cost[1] : cost[0];

	return less ? (u64)((unsigned __int128)more * 100 / less) - 100 : 0;
}

static void print_map(const struct study *o, const struct map *m)
{
	const char *headings[AXIS + 2] = { m->key[1]->key->name };
	char heading[AXIS][32];
	struct report_table t;
	u32 x, y;

	printf("%s: S %s takes less, P %s does, = both the same; by how many per cent the other takes more.\n"
	       "To the right: %s. Upwards: %s.\n\n",
	       study_by_says[o->by], o->name[STUDY_STALL], o->name[STUDY_PRI], m->key[0]->key->name,
	       m->key[1]->key->name);
	for (x = 0; x < m->n[0]; x++) {
		snprintf(heading[x], sizeof(heading[x]), ">%llu", m->value[0][x]);
		headings[x + 1] = heading[x];
	}
	report_table_init(&t, headings);
	for (y = m->n[1]; y-- > 0;) {
		report_table_cell(&t, "%llu", m->value[1][y]);
		for (x = 0; x < m->n[0]; x++) {
			const u64 *cost = m->job[y * m->n[0] + x].cost;

			if (cost[0] == cost[1])
				report_table_cell(&t, "=");
			else
				report_table_cell(&t, "%c %llu", cost[1] < cost[0] ? 'P' : 'S', ahead(cost));
		}
	}
	report_table_print(&t, stdout);
}

static json_t *axis_json(const struct map *m, int axis)
{
	return report_json_object(J_TEXT("key", m->key[axis]->key->name), J_TEXT("unit", m->key[axis]->key->unit),
				  J_NODE("values", J_LIST(i, m->n[axis], json_integer((json_int_t)m->value[axis][i]))));
}

static int write_map(const struct study *o, const struct map *m)
{
	json_t *root = study_begin_json(o);
	const struct study_job *job = m->job;
	u32 n = m->n[0];
	json_t *map = report_json_object(
		J_NODE("x", axis_json(m, 0)), J_NODE("y", axis_json(m, 1)),
		J_NODE("winner", J_LIST(y, m->n[1], J_LIST(x, n, json_string(winner(o, job[y * n + x].cost))))),
		J_NODE("ratio_ppm",
		       J_LIST(y, m->n[1],
			      J_LIST(x, n, json_integer((json_int_t)study_ratio_ppm(job[y * n + x].cost))))));

	json_object_set_new(root, "map", map);
	return study_finish_json(o, root);
}

int study_map(struct study *o)
{
	struct map *m = calloc(1, sizeof(*m));
	int status = m ? make_map(o, m) : cli_fail("study: out of memory");

	o->bar.total = m ? 2 * m->n[0] * m->n[1] : 0;
	if (!status)
		status = study_play(o, m->job, m->n[0] * m->n[1]);
	report_progress_end(&o->bar);
	if (!status && (o->common.json || o->common.report))
		status = write_map(o, m);
	if (!status && !cli_only_json(o->common.json))
		print_map(o, m);
	if (m) {
		free(m->cfg);
		free(m->job);
	}
	free(m);
	return status;
}

/* ---- the tornado ---- */

#define HALF_BAR  20
#define LEAST_PPM 10000 /* of the answer: keys that move it less are counted only */

struct moved {
	const struct fl_key *key;
	u64 value[2];
	bool has[2]; /* is not its value already, and is allowed */
	struct study_job *job[2];
	u64 swing;
};

struct tornado {
	struct moved *key;
	u32 n, still; /* that are 0, so that half and twice are, too */
	struct study_job *job;
	struct fl_config *cfg;
	u32 jobs;
	u64 now[2];
};

/* Half and twice the value; of an exponent, half and twice the size. */
static void find_ends(const struct study *o, const struct study_key *k, struct moved *m)
{
	u64 unit = k->key->type == FL_TIME ? 1000 : 1, now = study_value_now(&o->common.cfg, k->key);
	u64 least = (k->key->min + unit - 1) / unit, most = k->key->max / unit;

	bool log2 = strlen(k->key->name) > 5 && !strcmp(k->key->name + strlen(k->key->name) - 5, "_log2");
	u64 half = log2 ? now - 1 : now / 2, twice = log2 ? now + 1 : 2 * now;

	m->key = k->key;
	m->value[0] = k->have_range ? k->range.from : half > least ? half : least;
	m->value[1] = k->have_range ? k->range.to : twice < most ? twice : most;
	m->has[0] = m->value[0] != now;
	m->has[1] = m->value[1] != now;
}

static void add_moved(struct study *o, struct tornado *t, const struct study_key *k)
{
	struct moved *m = &t->key[t->n];
	int end;

	if (!k->have_range && !study_value_now(&o->common.cfg, k->key)) {
		t->still++;
		return;
	}
	*m = (struct moved){ 0 };
	find_ends(o, k, m);
	for (end = 0; end < 2; end++) {
		struct fl_config *cfg = &t->cfg[t->jobs];
		struct fl_config_error err;

		*cfg = o->common.cfg;
		if (!m->has[end] || study_configure(m->key, cfg, m->value[end], false) || fl_config_check(cfg, &err)) {
			m->has[end] = false;
			continue;
		}
		m->job[end] = &t->job[t->jobs++];
		m->job[end]->cfg = cfg;
	}
	t->n++;
}

static int make_tornado(struct study *o, struct tornado *t)
{
	size_t i, most = o->n_keys ? o->n_keys : fl_config_n_keys;

	t->key = calloc(most, sizeof(*t->key));
	t->job = calloc(2 * most + 1, sizeof(*t->job));
	t->cfg = calloc(2 * most, sizeof(*t->cfg));
	if (!t->key || !t->job || !t->cfg)
		return cli_fail("study: out of memory");
	for (i = 0; i < most; i++) {
		struct study_key k = { .key = &fl_config_keys[i] };

		if (!o->n_keys && k.key->type != FL_COUNT && k.key->type != FL_TIME)
			continue;
		add_moved(o, t, o->n_keys ? &o->keys[i] : &k);
	}
	return CLI_OK;
}

/* Without a result the end is as good as not allowed. */
static u64 ratio_at(const struct tornado *t, const struct moved *m, int end)
{
	return m->has[end] && !m->job[end]->refused ? study_ratio_ppm(m->job[end]->cost) : study_ratio_ppm(t->now);
}

static int by_swing(const void *a, const void *b)
{
	const struct moved *m = a, *n = b;

	if (m->swing != n->swing)
		return m->swing < n->swing ? 1 : -1;
	return strcmp(m->key->name, n->key->name);
}

static void find_swings(struct tornado *t)
{
	u64 now = study_ratio_ppm(t->now);
	int end;

	for_each_of(m, t->key, t->n) {
		u64 low = now, high = now;

		for (end = 0; end < 2; end++) {
			u64 r = ratio_at(t, m, end);

			low = r < low ? r : low;
			high = r > high ? r : high;
		}
		m->swing = high - low;
	}
	qsort(t->key, t->n, sizeof(*t->key), by_swing);
}

/* From the middle, which is the answer as configured, to where an end of the key moves it. */
static void draw(char bar[2 * HALF_BAR + 2], s64 off, u64 scale, char with)
{
	int at = (int)(off * HALF_BAR / (s64)scale), step = at < 0 ? -1 : 1, i;

	for (i = step; at && i != at + step; i += step)
		bar[HALF_BAR + i] = with;
}

static void make_bar(const struct tornado *t, const struct moved *m, u64 scale, char bar[2 * HALF_BAR + 2])
{
	s64 now = (s64)study_ratio_ppm(t->now), off[2];
	int end, first;

	memset(bar, ' ', 2 * HALF_BAR + 1);
	bar[2 * HALF_BAR + 1] = '\0';
	for (end = 0; end < 2; end++)
		off[end] = (s64)ratio_at(t, m, end) - now;
	first = llabs(off[0]) < llabs(off[1]);
	draw(bar, off[first], scale, first ? '+' : '-');
	draw(bar, off[!first], scale, first ? '-' : '+');
	bar[HALF_BAR] = '|';
	for (end = 2 * HALF_BAR; end > HALF_BAR && bar[end] == ' '; end--)
		bar[end] = '\0';
}

static void ratio_cell(struct report_table *t, u64 ppm, bool there)
{
	if (there)
		report_table_cell(t, "%llu.%03llu", ppm / 1000000, ppm / 1000 % 1000);
	else
		report_table_cell(t, "-");
}

static bool is_there(const struct moved *m, int end)
{
	return m->has[end] && !m->job[end]->refused;
}

static void print_keys(const struct study *o, const struct tornado *t, u32 n)
{
	u64 now = study_ratio_ppm(t->now), scale = 1;
	char bar[2 * HALF_BAR + 2];
	struct report_table table = REPORT_TABLE("key", ">now", ">low", ">ratio", ">high", ">ratio", "answer");
	u32 i;
	int end;

	for (i = 0; i < n; i++)
		for (end = 0; end < 2; end++) {
			u64 r = ratio_at(t, &t->key[i], end), off = r < now ? now - r : r - now;

			scale = off > scale ? off : scale;
		}
	for_each_of(m, t->key, n) {
		report_table_cell(&table, "%s", m->key->name);
		report_table_cell(&table, "%llu", study_value_now(&o->common.cfg, m->key));
		for (end = 0; end < 2; end++) {
			report_table_cell(&table, "%llu", m->value[end]);
			ratio_cell(&table, ratio_at(t, m, end), is_there(m, end));
		}
		make_bar(t, m, scale, bar);
		report_table_cell(&table, "%s", bar);
	}
	report_table_print(&table, stdout);
}

static void print_tornado(const struct study *o, const struct tornado *t)
{
	u64 now = study_ratio_ppm(t->now);
	char a[REPORT_NS], b[REPORT_NS];
	u32 n, little;

	for (n = 0; n < t->n && (t->key[n].swing >= now * LEAST_PPM / 1000000 || o->n_keys) && t->key[n].swing; n++)
		;
	for (little = n; little < t->n && t->key[little].swing; little++)
		;
	printf("%s, as configured: %s %s, %s %s, a ratio of %llu.%03llu.\n"
	       "Ratios above 1: stalls take less. - the key is low, + it is high; the middle is the answer as "
	       "configured.\n\n",
	       study_by_says[o->by], o->name[STUDY_STALL], report_ns(t->now[STUDY_STALL], a), o->name[STUDY_PRI],
	       report_ns(t->now[STUDY_PRI], b), now / 1000000, now / 1000 % 1000);
	print_keys(o, t, n);
	printf("\n%u keys more change the ratio by less than 1 %%, %u by nothing, %u are 0 and were not moved; %llu "
	       "runs.\n",
	       little - n, t->n - little, t->still, o->played);
}

static json_t *end_json(const struct study *o, const struct tornado *t, const struct moved *m, int end)
{
	if (!is_there(m, end))
		return report_json_object(J_U64("value", m->value[end]),
					  J_TEXT("refused", m->has[end] ? m->job[end]->why : "no other value"));
	return report_json_object(J_U64("value", m->value[end]), J_U64("stall_ns", m->job[end]->cost[STUDY_STALL]),
				  J_U64("pri_ns", m->job[end]->cost[STUDY_PRI]),
				  J_U64("ratio_ppm", ratio_at(t, m, end)),
				  J_TEXT("less", winner(o, m->job[end]->cost)));
}

static json_t *moved_json(const struct study *o, const struct tornado *t, const struct moved *m)
{
	return report_json_object(J_TEXT("key", m->key->name), J_U64("now", study_value_now(&o->common.cfg, m->key)),
				  J_U64("swing_ppm", m->swing), J_NODE("low", end_json(o, t, m, 0)),
				  J_NODE("high", end_json(o, t, m, 1)));
}

static int write_tornado(const struct study *o, const struct tornado *t)
{
	json_t *root = study_begin_json(o);
	json_t *j = report_json_object(J_U64("stall_ns", t->now[STUDY_STALL]), J_U64("pri_ns", t->now[STUDY_PRI]),
				       J_U64("ratio_ppm", study_ratio_ppm(t->now)),
				       J_NODE("keys", J_LIST(i, t->n, moved_json(o, t, &t->key[i]))),
				       J_U64("not_moved", t->still));

	json_object_set_new(root, "tornado", j);
	return study_finish_json(o, root);
}

int study_tornado(struct study *o)
{
	struct tornado t = { 0 };
	struct study_job now = { .cfg = &o->common.cfg };
	int status = make_tornado(o, &t);

	if (!status)
		status = study_play(o, &now, 1);
	memcpy(t.now, now.cost, sizeof(t.now));
	o->may_refuse = true;
	o->bar.total = 2 + 2 * t.jobs;
	if (!status)
		status = study_play(o, t.job, t.jobs);
	report_progress_end(&o->bar);
	if (!status)
		find_swings(&t);
	if (!status && (o->common.json || o->common.report))
		status = write_tornado(o, &t);
	if (!status && !cli_only_json(o->common.json))
		print_tornado(o, &t);
	free(t.key);
	free(t.job);
	free(t.cfg);
	return status;
}
