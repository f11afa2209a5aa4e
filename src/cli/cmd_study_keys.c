// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* faultline study stall-vs-pri --key, --all: where the answer turns along each of several keys. */
#include "cmd_study_priv.h"
#include "find.h"
#include "report_json.h"
#include "run_record.h"

#include <stdlib.h>

/* The keys that usually decide, with the range that an architect can choose from. */
static const struct {
	const char *name;
	u64 from, to;
} usual[] = {
	{ STUDY_IN_ALL, 1, 1024 },    { "cpu.handler_ns", 0, 1000000 }, { "cpu.workers", 1, 64 },
	{ "pcie.link_ns", 0, 10000 }, { "tbu.slots", 1, 1024 },		{ "pcie.credits", 1, 512 },
};

/* ---- keys and ranges ---- */

static struct study_key *add(struct study *o, const char *name, size_t len)
{
	struct study_key *k = &o->keys[o->n_keys];

	if (o->n_keys == STUDY_KEYS) {
		cli_usage("study", "study: more than %d keys", STUDY_KEYS);
		return NULL;
	}
	k->key = study_find_key("--key", name, len);
	if (!k->key)
		return NULL;
	k->range.powers = k->key->power_of_two;
	o->n_keys++;
	return k;
}

static int set_range(struct study_key *k, const char *text)
{
	const char *to = strstr(text, "..");
	char from[32];

	if (!to || (size_t)(to - text) >= sizeof(from))
		return cli_usage("study", "study: --key %s=%.80s: not FROM..TO", k->key->name, text);
	snprintf(from, sizeof(from), "%.*s", (int)(to - text), text);
	if (run_options_number("study", "--key", from, ~0ULL >> 1, &k->range.from) ||
	    run_options_number("study", "--key", to + 2, ~0ULL >> 1, &k->range.to))
		return CLI_FAILED;
	if (k->range.from > k->range.to)
		return cli_usage("study", "study: --key %s: %llu is more than %llu", k->key->name, k->range.from,
				 k->range.to);
	k->have_range = true;
	return study_check_end(k->key, "--key", k->range.from) || study_check_end(k->key, "--key", k->range.to)
		       ? CLI_FAILED
		       : CLI_OK;
}

int study_add_key(struct study *o, const char *text)
{
	size_t len = strcspn(text, "=");
	struct study_key *k = add(o, text, len);

	if (!k)
		return CLI_FAILED;
	return text[len] ? set_range(k, text + len + 1) : CLI_OK;
}

int study_add_all(struct study *o)
{
	for_each_of(e, usual, ARRAY_SIZE(usual))
		if (!add(o, e->name, strlen(e->name)))
			return CLI_FAILED;
	return CLI_OK;
}

/* A usual key has its own range; another goes from an eighth to eight times its value, as far as that is allowed. */
int study_default_range(const struct study *o, struct study_key *k)
{
	u64 now = study_value_now(&o->common.cfg, k->key), unit = k->key->type == FL_TIME ? 1000 : 1;
	u64 least = (k->key->min + unit - 1) / unit, most = k->key->max / unit;
	size_t i;

	if (k->have_range)
		return CLI_OK;
	i = FIND(i, ARRAY_SIZE(usual), !strcmp(usual[i].name, k->key->name));
	if (i < ARRAY_SIZE(usual)) {
		k->range.from = usual[i].from;
		k->range.to = usual[i].to;
		return CLI_OK;
	}
	if (!now)
		return cli_usage("study", "study: --key %s: its value is 0: %s=FROM..TO gives a range", k->key->name,
				 k->key->name);
	k->range.from = now / 8 > least ? now / 8 : least;
	k->range.to = now < most / 8 ? now * 8 : most;
	return CLI_OK;
}

/* ---- runs ---- */

struct search {
	struct study *o;
	const struct study_key *key;
};

static int measure(void *ctx, struct study_point *p, u32 n)
{
	const struct search *s = ctx;
	struct study_job *job = calloc(n, sizeof(*job));
	struct fl_config *cfg = calloc(n, sizeof(*cfg));
	int status = job && cfg ? CLI_OK : cli_fail("study: out of memory");
	u32 i;

	for (i = 0; !status && i < n; i++) {
		cfg[i] = s->o->common.cfg;
		job[i].cfg = &cfg[i];
		status = study_configure(s->key->key, &cfg[i], p[i].value, true);
	}
	if (!status)
		status = study_play(s->o, job, n);
	for (i = 0; !status && i < n; i++)
		memcpy(p[i].cost, job[i].cost, sizeof(p[i].cost));
	free(job);
	free(cfg);
	return status;
}

/* ---- output ---- */

static void print_row(struct report_table *t, const struct study *o, const struct study_key *k,
		      const struct study_turn *turn, const struct study_result *r)
{
	report_table_cell(t, "%s", k->key->name);
	report_table_cell(t, "%llu", study_value_now(&o->common.cfg, k->key));
	report_table_cell(t, "%llu to %llu", k->range.from, k->range.to);
	if (turn)
		report_table_cell(t, "%s up to %llu, %s from %llu on", study_winner_name(o, &turn->low),
				  turn->low.value, study_winner_name(o, &turn->high), turn->high.value);
	else
		report_table_cell(t, "never: %s", study_winner_name(o, &r->grid[r->n_grid / 2]));
}

static void print(const struct study *o, const struct study_result *r, const struct study_point *now)
{
	char a[REPORT_NS], b[REPORT_NS];
	struct report_table t = REPORT_TABLE("key", ">now", ">from..to", "who takes less");
	u32 i, k;

	printf("%s, as configured: %s %s, %s %s.\n\n", study_by_says[o->by], o->name[STUDY_STALL],
	       report_ns(now->cost[STUDY_STALL], a), o->name[STUDY_PRI], report_ns(now->cost[STUDY_PRI], b));
	for (k = 0; k < o->n_keys; k++) {
		for (i = 0; i < r[k].n_turns; i++)
			print_row(&t, o, &o->keys[k], &r[k].turn[i], &r[k]);
		if (!i)
			print_row(&t, o, &o->keys[k], NULL, &r[k]);
	}
	report_table_print(&t, stdout);
	printf("\n%llu runs; a turn is exact, or within 1 %% of the value.\n", o->played);
}

static json_t *point_json(const struct study *o, const struct study_point *p)
{
	return report_json_object(J_MEMBER(p, value), J_U64("stall_ns", p->cost[STUDY_STALL]),
				  J_U64("pri_ns", p->cost[STUDY_PRI]), J_TEXT("less", study_winner_name(o, p)));
}

static json_t *turn_json(const struct study *o, const struct study_turn *t)
{
	return report_json_object(J_NODE("low", point_json(o, &t->low)), J_NODE("high", point_json(o, &t->high)));
}

static json_t *key_json(const struct study *o, const struct study_key *k, const struct study_result *r)
{
	return report_json_object(J_TEXT("key", k->key->name), J_U64("now", study_value_now(&o->common.cfg, k->key)),
				  J_MEMBER(&k->range, from), J_MEMBER(&k->range, to), J_MEMBER(r, changes),
				  J_NODE("grid", J_LIST(i, r->n_grid, point_json(o, &r->grid[i]))),
				  J_NODE("turns", J_LIST(i, r->n_turns, turn_json(o, &r->turn[i]))));
}

static int write_json(const struct study *o, const struct study_result *r, const struct study_point *now)
{
	json_t *root = study_begin_json(o);

	report_json_put(root, J_U64("runs", o->played), J_U64("stall_ns", now->cost[STUDY_STALL]),
			J_U64("pri_ns", now->cost[STUDY_PRI]),
			J_NODE("keys", J_LIST(i, o->n_keys, key_json(o, &o->keys[i], &r[i]))));
	return study_finish_json(o, root);
}

json_t *study_begin_json(const struct study *o)
{
	return report_json_object(J_TEXT("study", "stall-vs-pri"), J_TEXT("by", study_by_names[o->by]),
				  J_NODE("sides", J_LIST(i, 2, json_string(o->name[i]))));
}

int study_finish_json(const struct study *o, json_t *root)
{
	struct replay_options run = o->side[STUDY_STALL];
	struct replay_result *none = calloc(1, sizeof(*none));
	json_t *record;
	int status;

	run.cfg = &o->common.cfg;
	record = none ? run_record(&o->common, &run, none) : NULL;
	free(none);
	if (!record) {
		json_decref(root);
		return CLI_FAILED;
	}
	/* What was counted in a run is no part of what it was made with. */
	json_object_del(json_object_get(record, "trace"), "records");
	json_object_del(json_object_get(record, "trace"), "accesses");
	json_object_set_new(root, "run", record);
	status = run_write("study", root, o->common.json, o->common.report);
	json_decref(root);
	return status;
}

int study_keys(struct study *o)
{
	struct study_result *r = calloc(o->n_keys, sizeof(*r));
	struct study_job job = { .cfg = &o->common.cfg };
	struct study_point now = { 0 };
	int status = r ? CLI_OK : cli_fail("study: out of memory");
	u32 k;

	for (k = 0; !status && k < o->n_keys; k++)
		status = study_default_range(o, &o->keys[k]);
	if (!status)
		status = study_play(o, &job, 1);
	memcpy(now.cost, job.cost, sizeof(now.cost));
	for (k = 0; !status && k < o->n_keys; k++) {
		struct search s = { o, &o->keys[k] };

		status = study_search(&o->keys[k].range, measure, &s, &r[k]);
	}
	report_progress_end(&o->bar);
	if (!status && (o->common.json || o->common.report))
		status = write_json(o, r, &now);
	if (!status && !cli_only_json(o->common.json))
		print(o, r, &now);
	free(r);
	return status;
}
