/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "replay_why.h"
#include "fl_config.h"
#include "report_json.h"
#include "report_table.h"

#include <stdarg.h>

/* ---- which owner ---- */

static u64 bills_of(const struct replay_result *res, bool of_faults)
{
	return of_faults ? res->fault_bills : res->access_bills;
}

/* The resource of that name that was waited for most; of several in which nobody waited, the busiest. */
static const struct replay_resource *find_resource(const struct replay_result *res, const char *name)
{
	const struct replay_resource *best = NULL;
	u32 i;

	for (i = 0; name && i < res->n_resources; i++) {
		const struct replay_resource *r = &res->resources[i];

		if (strncmp(r->name, name, strlen(name)))
			continue;
		if (!best || r->waited_ns > best->waited_ns ||
		    (r->waited_ns == best->waited_ns && r->busy_ns > best->busy_ns))
			best = r;
	}
	return best;
}

/* The TBU's input is held up by accesses without a slot, if slots lack for longer than the input is busy. */
static bool slots_hold_input(const struct replay_result *res)
{
	const struct replay_resource *input = find_resource(res, "tbu_input");
	const struct replay_resource *slots = find_resource(res, "tbu_slots");

	return input && slots && slots->full_ns > input->busy_ns;
}

/* Mean times by owner. @held: who waits behind an access without a slot waits for a slot, too. Return: of all. */
static u64 find_means(const struct replay_result *res, bool of_faults, bool held, u64 mean[OWNERS])
{
	const u64 *sum = of_faults ? res->fault_owner_ns : res->access_owner_ns;
	u64 bills = bills_of(res, of_faults);
	u64 all = 0;
	int o;

	for (o = 0; o < OWNERS; o++) {
		all += sum[o];
		mean[o] = replay_owner_mean(sum[o], bills);
	}
	if (held) {
		mean[OWNER_SLOT] += mean[OWNER_INPUT];
		mean[OWNER_INPUT] = 0;
	}
	return replay_owner_mean(all, bills);
}

static void fill(struct replay_why *w, const struct replay_run *run, const struct replay_run *other, bool of_faults)
{
	bool held = slots_hold_input(run->res) || (other && slots_hold_input(other->res));
	u64 mine[OWNERS], theirs[OWNERS] = { 0 };
	u64 all, less;
	int o;

	*w = (struct replay_why){ .of_faults = of_faults, .run = run, .other = other };
	all = find_means(run->res, of_faults, held, mine);
	less = other ? find_means(other->res, of_faults, held, theirs) : 0;
	for (o = 0; o < OWNERS; o++) {
		if (mine[o] <= theirs[o] || mine[o] - theirs[o] <= w->ns)
			continue;
		w->ns = mine[o] - theirs[o];
		w->owner = (enum owner)o;
	}
	w->all_ns = all > less ? all - less : 0;
	w->resource = find_resource(run->res, owner_table[w->owner].resource);
}

/* Of two runs the one that takes longer has the reason. False: there is none. */
static bool find(struct replay_why *w, const struct replay_run *base, const struct replay_run *run, bool of_faults)
{
	if (!bills_of(run->res, of_faults) || (base && !bills_of(base->res, of_faults)))
		return false;
	fill(w, run, base, of_faults);
	if (base && !w->all_ns)
		fill(w, base, run, of_faults);
	return w->ns && w->all_ns;
}

static u32 find_both(const struct replay_run *base, const struct replay_run *run, struct replay_why why[REPLAY_WHYS])
{
	u32 n = find(&why[0], base, run, true);

	if (find(&why[n], base, run, false) && (!n || why[0].owner != why[1].owner || why[0].run != why[1].run))
		n++;
	return n;
}

u32 replay_why(const struct replay_run *run, struct replay_why why[REPLAY_WHYS])
{
	return find_both(NULL, run, why);
}

u32 replay_why_differ(const struct replay_run *base, const struct replay_run *run, struct replay_why why[REPLAY_WHYS])
{
	return find_both(base, run, why);
}

/* ---- what would change it ---- */

static bool begins(const char *text, const char *with)
{
	return !strncmp(text, with, strlen(with));
}

/* The hardware and the kind of fault of this run have the key. */
static bool concerns(const struct replay_why *w, const struct fl_key *key)
{
	const struct replay_options *opt = w->run->opt;
	bool pri = opt->faults == REPLAY_PRI;

	if (begins(key->name, "smmuv2."))
		return !strcmp(opt->kind->name, "smmuv2");
	if (begins(key->name, "smmuv3."))
		return !strcmp(opt->kind->name, "smmuv3");
	if (begins(key->name, "notify.") && strstr(key->name, "_write_"))
		return pri == begins(key->name, "notify.pri_");
	return true;
}

/* Of what limits credits, the one that does. */
static const char *keys_of(const struct replay_why *w)
{
	const struct replay_resource *r = w->resource;

	if (w->owner == OWNER_CREDIT && r)
		return r->capacity < w->run->opt->cfg->pcie.credits ? "iommu.priq_log2" : "pcie.credits";
	return owner_table[w->owner].keys;
}

/* The next of a list of keys with commas; NULL at its end. */
static const struct fl_key *next_key(const struct replay_why *w, const char **list)
{
	while (**list) {
		size_t i, len = strcspn(*list, ", ");
		const char *name = *list;

		*list += len + strspn(*list + len, ", ");
		for (i = 0; i < fl_config_n_keys; i++)
			if (strlen(fl_config_keys[i].name) == len && !memcmp(fl_config_keys[i].name, name, len) &&
			    concerns(w, &fl_config_keys[i]))
				return &fl_config_keys[i];
	}
	return NULL;
}

/* ---- as text ---- */

struct text {
	char *at;
	size_t left;
};

__attribute__((format(printf, 2, 3))) static void put(struct text *t, const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(t->at, t->left, fmt, args);
	va_end(args);
	fl_assert(n >= 0 && (size_t)n < t->left);
	t->at += n;
	t->left -= (size_t)n;
}

static void put_one(struct text *t, const struct replay_why *w)
{
	char all[REPORT_NS], part[REPORT_NS];

	put(t, "%s takes %s on the mean; %s of it, %llu %%, %s.", w->of_faults ? "A fault" : "An access",
	    report_ns(w->all_ns, all), report_ns(w->ns, part), w->ns * 100 / w->all_ns, owner_table[w->owner].says);
}

static void put_difference(struct text *t, const struct replay_why *w)
{
	char all[REPORT_NS], part[REPORT_NS];

	put(t, "%s takes %s more with %s than with %s; ", w->of_faults ? "A fault" : "An access",
	    report_ns(w->all_ns, all), w->run->name, w->other->name);
	put(t, "the largest difference is %s more %s, ", report_ns(w->ns, part), owner_table[w->owner].says);
	if (w->ns <= w->all_ns)
		put(t, "%llu %% of it.", w->ns * 100 / w->all_ns);
	else
		put(t, "of which other owners give %s back.", report_ns(w->ns - w->all_ns, all));
}

static void put_resource(struct text *t, const struct replay_why *w)
{
	const struct replay_resource *r = w->resource;
	u64 whole = w->run->res->duration_ns;
	char use[REPORT_NS];

	put(t, " %s: %u", r->name, r->peak);
	if (r->capacity)
		put(t, " of %u", r->capacity);
	put(t, " in use at the peak");
	if (r->full_ns && whole)
		put(t, ", %s %s%llu %% of the time", r->capacity > 1 ? "all of them" : "busy",
		    r->full_ns < whole / 100 ? "less than " : "",
		    r->full_ns < whole / 100 ? 1 : r->full_ns * 100 / whole);
	put(t, ", %s a use.", report_ns(r->busy_ns / r->uses, use));
}

static void put_keys(struct text *t, const struct replay_why *w)
{
	const char *list = keys_of(w), *between = " Changed by ";
	const struct fl_key *key;
	char value[FL_TEXT_MAX + 8];

	while ((key = next_key(w, &list))) {
		put(t, "%s%s (%s)", between, key->name, fl_config_format(w->run->opt->cfg, key, value, sizeof(value)));
		between = ", ";
	}
	put(t, "%s", *between == ',' ? "." : "");
}

const char *replay_why_text(const struct replay_why *w, char text[REPLAY_WHY_TEXT])
{
	struct text t = { text, REPLAY_WHY_TEXT };

	if (w->other)
		put_difference(&t, w);
	else
		put_one(&t, w);
	if (w->resource)
		put_resource(&t, w);
	put_keys(&t, w);
	return text;
}

/* ---- for programs ---- */

json_t *replay_why_json(const struct replay_why *w)
{
	json_t *j = json_object(), *keys = json_object();
	const char *list = keys_of(w);
	const struct fl_key *key;
	char text[REPLAY_WHY_TEXT];

	report_json_text(j, "of", w->of_faults ? "fault" : "access");
	if (w->other) {
		report_json_text(j, "with", w->run->name);
		report_json_text(j, "against", w->other->name);
	}
	report_json_u64(j, w->other ? "difference_ns" : "mean_ns", w->all_ns);
	report_json_text(j, "owner", owner_table[w->owner].name);
	report_json_u64(j, "owner_ns", w->ns);
	report_json_u64(j, "share_percent", w->ns * 100 / w->all_ns);
	if (w->resource) {
		report_json_text(j, "resource", w->resource->name);
		report_json_u64(j, "resource_index", w->resource->index);
	}
	while ((key = next_key(w, &list)))
		report_json_text(keys, key->name, fl_config_format(w->run->opt->cfg, key, text, sizeof(text)));
	json_object_set_new(j, "keys", keys);
	report_json_text(j, "text", replay_why_text(w, text));
	return j;
}
