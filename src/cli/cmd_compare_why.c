// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * faultline compare: why two columns differ. Every number is a difference of the means that the bills of both have by
 * owner; what no owner has is said, too.
 */
#include "cmd_compare_priv.h"
#include "find.h"
#include "fl_config.h"
#include "replay_why.h"
#include "report_json.h"
#include "report_text.h"

/* ---- whose time ---- */

static void owned_of_run(const struct compare_column *c, bool of_faults, struct compare_owned *out)
{
	const struct replay_result *res = &c->faulting;
	const u64 *sum = of_faults ? res->fault_owner_ns : res->access_owner_ns;
	u64 bills = of_faults ? res->fault_bills : res->access_bills;
	int i;

	out->known = bills;
	out->missing = "the master that it has keeps no account of its time";
	for (i = 0; i < OWNERS; i++)
		out->of[i] = replay_owner_mean(sum[i], bills);
}

/* An owner without time is not in the file; a file without any has no owners. */
static void owned_of_file(const struct compare_column *c, bool of_faults, struct compare_owned *out)
{
	const json_t *all = json_object_get(c->result, "owners");
	const json_t *owners = json_object_get(all, of_faults ? "faults" : "accesses");
	int i;

	out->known = json_object_size(owners);
	out->missing = all ? "its owners.faults and owners.accesses have nothing in them"
			   : "it has no owners (made without time, or an older one)";
	for (i = 0; i < OWNERS; i++)
		out->of[i] = (u64)json_integer_value(
			json_object_get(json_object_get(owners, owner_table[i].name), "mean_ns"));
}

/* Of the run with the first seed. */
static bool find_owned(const struct compare_column *c, bool of_faults, struct compare_owned *out)
{
	enum compare_figure f = of_faults ? FIGURE_MEAN : FIGURE_ACCESS;

	*out = (struct compare_owned){ .all = c->sample->figure[f] };
	if (of_faults && compare_knows(c, FIGURE_FAULTS) && !c->sample->figure[FIGURE_FAULTS])
		return false;
	if (!compare_knows(c, f)) {
		out->missing = of_faults ? "it has no latency_ns (made without time)"
					 : "it has no access_latency_ns (made without time)";
		return true;
	}
	if (c->side)
		owned_of_run(c, of_faults, out);
	else
		owned_of_file(c, of_faults, out);
	return true;
}

bool compare_find_pair(const struct compare *o, const struct compare_column *c, bool of_faults, struct compare_pair *p)
{
	struct compare_owned mine, theirs;
	const struct compare_owned *more = &mine, *less = &theirs;
	int i;

	*p = (struct compare_pair){ .more = c, .less = o->against, .of_faults = of_faults };
	if (!find_owned(c, of_faults, &mine) || !find_owned(o->against, of_faults, &theirs))
		return false;
	if (mine.all < theirs.all) {
		p->more = o->against;
		p->less = c;
		more = &theirs;
		less = &mine;
	}
	p->all = more->all - less->all;
	if (!mine.known || !theirs.known) {
		p->lacks = mine.known ? o->against : c;
		p->missing = mine.known ? theirs.missing : mine.missing;
		if (!compare_knows(p->lacks, of_faults ? FIGURE_MEAN : FIGURE_ACCESS))
			p->all = 0;
		return true;
	}
	p->unowned = (s64)p->all;
	for (i = 0; i < OWNERS; i++) {
		p->of[i] = (s64)(more->of[i] - less->of[i]);
		p->unowned -= p->of[i];
	}
	return true;
}

/* ---- as text ---- */

static u64 size_of(s64 ns)
{
	return ns < 0 ? -(u64)ns : (u64)ns;
}

/* With its sign, and how much that is of the difference. */
static void put_part(struct report_text *t, const struct compare_pair *p, s64 ns)
{
	u64 percent = size_of(ns) * 100 / p->all;
	char text[REPORT_NS];

	report_put(t, "%s%s (%s%llu %%)", ns < 0 ? "-" : "+", report_ns(size_of(ns), text),
		   ns < 0 && percent ? "-" : "", percent);
}

static bool is_named(const struct compare *o, const struct compare_pair *p, s64 ns)
{
	return ns && size_of(ns) * 100 >= o->percent * p->all;
}

/* The largest that was not named yet; -1: there is none. */
static int next_owner(const struct compare *o, const struct compare_pair *p, u32 named)
{
	int i, best = -1;

	for (i = 0; i < OWNERS; i++)
		if (!(named >> i & 1) && is_named(o, p, p->of[i]) &&
		    (best < 0 || size_of(p->of[i]) > size_of(p->of[best])))
			best = i;
	return best;
}

/* Means are rounded, each owner's by half a nanosecond in both columns; owners have all of the time otherwise. */
static void put_owners(struct report_text *t, const struct compare *o, const struct compare_pair *p)
{
	char text[REPORT_NS];
	s64 others = (s64)p->all - p->unowned;
	u32 named = 0;
	int i;

	while ((i = next_owner(o, p, named)) >= 0) {
		report_put(t, "%s%s ", named ? ", " : "", owner_table[i].name);
		put_part(t, p, p->of[i]);
		named |= 1U << i;
		others -= p->of[i];
	}
	if (!named)
		report_put(t, "no owner explains %llu %%", o->percent);
	if (others) {
		report_put(t, "%s ", named ? ", others" : ", all together have");
		put_part(t, p, others);
	}
	if (p->unowned)
		report_put(t, "; rounded %s%s", p->unowned < 0 ? "-" : "", report_ns(size_of(p->unowned), text));
}

/* As much as replay_why_text() says about two runs, of anything. */
static void put_all(struct report_text *t, const struct compare_pair *p)
{
	const char *what = p->of_faults ? "A fault" : "An access";
	char text[REPORT_NS];

	if (p->all)
		report_put(t, "%s takes %s more with %s than with %s.", what, report_ns(p->all, text), p->more->name,
			   p->less->name);
	else if (!p->missing || compare_knows(p->lacks, p->of_faults ? FIGURE_MEAN : FIGURE_ACCESS))
		report_put(t, "%s takes the same with %s as with %s.", what, p->more->name, p->less->name);
}

const char *compare_pair_text(const struct compare *o, const struct compare_pair *p, char text[COMPARE_TEXT])
{
	bool runs = p->more->side && p->less->side;
	struct report_text t = { text, COMPARE_TEXT };
	char ns[REPORT_NS];

	*text = '\0';
	if (!runs || !p->all)
		put_all(&t, p);
	if (p->missing) {
		report_put(&t, "%sWhy is not known: %.1000s: %s.", *text ? " " : "", p->lacks->source, p->missing);
	} else if (p->all) {
		report_put(&t, "%sOf these %s: ", *text ? " " : "", report_ns(p->all, ns));
		put_owners(&t, o, p);
		report_put(&t, ".");
	}
	return text;
}

/* ---- configurations ---- */

static const char *value_of(const struct compare_column *c, const struct fl_key *key, char *buf, size_t size)
{
	const json_t *config;

	if (c->side)
		return fl_config_value(&c->side->common.cfg, key, buf, size);
	config = json_object_get(json_object_get(c->result, "run"), "config");
	return json_string_value(json_object_get(config, key->name));
}

/* The first ones in full; of many only how many. */
const char *compare_keys_text(const struct compare *o, const struct compare_column *c, char text[COMPARE_TEXT])
{
	struct report_text t = { text, COMPARE_TEXT };
	u32 n = 0, more = 0;

	*text = '\0';
	for_each_of(key, fl_config_keys, fl_config_n_keys) {
		char mine[64], theirs[64];
		const char *a = value_of(o->against, key, theirs, sizeof(theirs));
		const char *b = value_of(c, key, mine, sizeof(mine));

		if (!a || !b || !strcmp(a, b))
			continue;
		if (n == 12) {
			more++;
			continue;
		}
		report_put(&t, "%s%s (%.60s, %.60s)", n ? ", " : "", key->name, *a ? a : "\"\"", *b ? b : "\"\"");
		n++;
	}
	if (more)
		report_put(&t, " and %u more", more);
	return text;
}

/* ---- for programs ---- */

json_t *compare_pair_json(const struct compare *o, const struct compare_pair *p)
{
	json_t *j = json_object(), *owners = json_object(), *named = json_array();
	char text[COMPARE_TEXT];
	int i;

	report_json_put(j, J_TEXT("of", p->of_faults ? "fault" : "access"), J_TEXT("with", p->more->name),
			J_TEXT("against", p->less->name));
	if (p->missing) {
		report_json_text(j, "missing", p->missing);
	} else {
		report_json_u64(j, "difference_ns", p->all);
		for (i = 0; i < OWNERS; i++) {
			if (p->of[i])
				json_object_set_new(owners, owner_table[i].name, json_integer(p->of[i]));
			if (p->all && is_named(o, p, p->of[i]))
				json_array_append_new(named, json_string(owner_table[i].name));
		}
		json_object_set(j, "owners_ns", owners);
		report_json_put(j, J_NODE("unowned_ns", json_integer(p->unowned)),
				J_U64("explain_percent", o->percent));
		json_object_set(j, "explained_by", named);
	}
	json_decref(owners);
	json_decref(named);
	report_json_text(j, "text", compare_pair_text(o, p, text));
	return j;
}
