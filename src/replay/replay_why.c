// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "replay_why.h"
#include "find.h"
#include "fl_config.h"
#include "replay_why_keys.h"
#include "report_json.h"
#include "report_table.h"
#include "report_text.h"

/* ---- which owner ---- */

static u64 bills_of(const struct replay_result *res, bool of_faults)
{
	return of_faults ? res->fault_bills : res->access_bills;
}

struct replay_resource replay_why_total(const struct replay_result *res, const char *name)
{
	struct replay_resource all = { 0 };

	for_each_of(r, res->resources, res->n_resources) {
		if (strncmp(r->name, name, strlen(name)))
			continue;
		all.uses += r->uses;
		all.busy_ns += r->busy_ns;
		all.waited_ns += r->waited_ns;
	}
	return all;
}

/* Number of @tbu among those of its IOMMU that have something to do, as resources are numbered. */
static u32 rank_of_tbu(const struct replay_run *run, u32 iommu, u32 tbu)
{
	u64 used = 0;

	for_each_of(s, run->res->streams, run->res->n_streams) {
		u32 its = fl_config_tbu(run->opt->cfg, s->sid);

		if (s->accesses && fl_config_iommu(run->opt->cfg, s->sid) == iommu && its < tbu)
			used |= 1ULL << its;
	}
	return (u32)__builtin_popcountll(used);
}

/* Streams that fault use it: it belongs to their IOMMU, and if it is a TBU's, to their TBU. */
static bool serves_faults(const struct replay_run *run, const struct replay_resource *r)
{
	const char *at = strchr(r->name, '@');
	u32 iommu = at ? (u32)strtoul(at + 1, NULL, 10) : 0;
	bool one_iommu = run->opt->cfg->iommu.count == 1;

	if (!at && !one_iommu)
		return true; /* shared by all of them */
	for_each_of(s, run->res->streams, run->res->n_streams) {
		if (!s->faults || (!one_iommu && fl_config_iommu(run->opt->cfg, s->sid) != iommu))
			continue;
		if (strncmp(r->name, "tbu_", 4) ||
		    rank_of_tbu(run, one_iommu ? 0 : iommu, fl_config_tbu(run->opt->cfg, s->sid)) == r->index)
			return true;
	}
	return !run->res->n_streams;
}

/*
 * The resource of that name that was waited for most; of several in which nobody waited, the busiest. @of_faults: only
 * those that faults may have waited for.
 */
static const struct replay_resource *find_resource(const struct replay_run *run, const char *name, bool of_faults)
{
	const struct replay_result *res = run->res;
	const struct replay_resource *best = NULL;
	u32 i;

	for (i = 0; name && i < res->n_resources; i++) {
		const struct replay_resource *r = &res->resources[i];

		if (strncmp(r->name, name, strlen(name)) || (of_faults && !serves_faults(run, r)))
			continue;
		if (!best || r->waited_ns > best->waited_ns ||
		    (r->waited_ns == best->waited_ns && r->busy_ns > best->busy_ns))
			best = r;
	}
	return best;
}

/* The TBU's input is held up by accesses without a slot, if slots lack for longer than the input is busy. */
static bool slots_hold_input(const struct replay_run *run)
{
	const struct replay_resource *input = find_resource(run, "tbu_input", false);
	const struct replay_resource *slots = find_resource(run, "tbu_slots", false);

	return input && slots && slots->full_ns > input->busy_ns;
}

#define BIT_OF(o) (1U << (o))
#define IN_SOFTWARE                                                                                        \
	(BIT_OF(OWNER_RECORD_PORT) | BIT_OF(OWNER_QUEUE_FULL) | BIT_OF(OWNER_WORKER) | BIT_OF(OWNER_CPU) | \
	 BIT_OF(OWNER_COMMAND_QUEUE))

/* What is waited for, and what those who hold it may wait for themselves meanwhile. */
static const struct {
	enum owner owner;
	u32 holders_wait;
} chains[] = {
	{ OWNER_TAG, BIT_OF(OWNER_SLOT) | BIT_OF(OWNER_WALK_SLOT) | BIT_OF(OWNER_LINK_BUSY) | BIT_OF(OWNER_BANK) },
	{ OWNER_SLOT, BIT_OF(OWNER_WALK_SLOT) | BIT_OF(OWNER_STALL_SLOT) | BIT_OF(OWNER_BANK) | IN_SOFTWARE },
	{ OWNER_STALL_SLOT, IN_SOFTWARE },
	{ OWNER_CREDIT, IN_SOFTWARE },
	{ OWNER_WALK_SLOT, BIT_OF(OWNER_BANK) },
};

/*
 * The part of @wait for units of @from in which their holders are with @on: of the time that the units are held, what
 * accesses spend there. A read holds several tags at once and waits once.
 */
static u64 part_of_wait(const struct replay_result *res, enum owner from, enum owner on, u64 wait)
{
	struct replay_resource held = replay_why_total(res, owner_table[from].resource);
	u64 units = 1, bills = res->access_bills;
	u64 spent = res->access_owner_ns[on];

	if (from == OWNER_TAG && bills && held.uses > bills)
		units = (held.uses + bills / 2) / bills;
	if (!held.busy_ns || spent * units > held.busy_ns)
		return 0;
	return (u64)((unsigned __int128)wait * spent * units / held.busy_ns);
}

/*
 * A wait lasts as long as others hold what is waited for: the share of that time in which they wait themselves belongs
 * to what they wait for. More of the first would only let more of them wait there.
 */
static void follow(const struct replay_result *res, u64 mean[OWNERS], u64 behind[OWNERS])
{
	size_t i;
	int o;

	for (i = 0; i < ARRAY_SIZE(chains); i++) {
		enum owner from = chains[i].owner;
		u64 all = mean[from];

		for (o = 0; o < OWNERS; o++) {
			u64 part;

			if (!(chains[i].holders_wait & BIT_OF(o)))
				continue;
			part = part_of_wait(res, from, (enum owner)o, all);
			part = part < mean[from] ? part : mean[from];
			mean[from] -= part;
			mean[o] += part;
			behind[o] += part;
		}
	}
}

struct means {
	u64 all, of[OWNERS];
	u64 behind[OWNERS]; /* of it, waits for others who wait for the owner */
};

/* Mean times by owner. @held: who waits behind an access without a slot waits for a slot, too. */
static void find_means(const struct replay_run *run, bool of_faults, bool held, struct means *m)
{
	const u64 *sum = of_faults ? run->res->fault_owner_ns : run->res->access_owner_ns;
	u64 bills = bills_of(run->res, of_faults);
	u64 all = 0;
	int o;

	*m = (struct means){ 0 };
	for (o = 0; o < OWNERS; o++) {
		all += sum[o];
		m->of[o] = replay_owner_mean(sum[o], bills);
	}
	if (held) {
		m->of[OWNER_SLOT] += m->of[OWNER_INPUT];
		m->of[OWNER_INPUT] = 0;
	}
	m->all = replay_owner_mean(all, bills);
	follow(run->res, m->of, m->behind);
}

/* ---- who else has time by the same price ---- */

/* The price that counts most for @o; NULL: none does. @first: only if no size is named before it. */
static const struct fl_key *main_price(const struct replay_why *w, enum owner o, bool first)
{
	struct replay_why of = *w;
	struct replay_why_keys k;
	u32 i;

	of.owner = o;
	replay_why_find_keys(&of, &k);
	for (i = 0; i < k.n && !first && k.key[i]->type != FL_TIME; i++)
		;
	return i < k.n && k.key[i]->type == FL_TIME ? k.key[i] : NULL;
}

/* Who is stalled, or has asked for a page, is with none of these. */
#define BEFORE_A_FAULT                                                                                                \
	(BIT_OF(OWNER_INPUT) | BIT_OF(OWNER_LOOKUP) | BIT_OF(OWNER_TCU) | BIT_OF(OWNER_TABLE) | BIT_OF(OWNER_MERGE) | \
	 BIT_OF(OWNER_ATC) | BIT_OF(OWNER_MEMORY) | BIT_OF(OWNER_BANK))

/* Waits for units whose holders wait themselves are counted there already. */
static void add_holders(const struct replay_result *res, enum owner o, const u64 mean[OWNERS], u64 also[OWNERS])
{
	for_each_of(e, chains, ARRAY_SIZE(chains)) {
		enum owner from = e->owner;
		u64 left = mean[from] - also[from], part;

		if (from == o || (e->holders_wait & BIT_OF(o)) ||
		    ((from == OWNER_STALL_SLOT || from == OWNER_CREDIT) && (BEFORE_A_FAULT & BIT_OF(o))))
			continue;
		part = part_of_wait(res, from, o, mean[from]);
		also[from] += part < left ? part : left;
	}
}

/* What the price of @w's owner makes others wait for or pay in @run, of @mean. */
static void find_also(const struct replay_why *w, const struct replay_run *run, const u64 mean[OWNERS],
		      u64 also[OWNERS])
{
	const struct fl_key *price = main_price(w, w->owner, true);
	u32 joins = BIT_OF(w->owner);
	int o;

	memset(also, 0, OWNERS * sizeof(*also));
	if (!price)
		return;
	for (o = 0; o < OWNERS; o++) {
		if (o == (int)w->owner || !mean[o] || main_price(w, (enum owner)o, false) != price)
			continue;
		also[o] = mean[o];
		joins |= BIT_OF(o);
	}
	for (o = 0; o < OWNERS; o++)
		if (joins & BIT_OF(o))
			add_holders(run->res, (enum owner)o, mean, also);
}

static void add_also(struct replay_why *w, const struct means *mine, const struct means *theirs)
{
	u64 here[OWNERS], there[OWNERS] = { 0 };
	int o;

	find_also(w, w->run, mine->of, here);
	if (w->other)
		find_also(w, w->other, theirs->of, there);
	for (o = 0; o < OWNERS; o++) {
		w->also_ns[o] = here[o] > there[o] ? here[o] - there[o] : 0;
		if (w->also_ns[o] * 100 < w->ns) /* less is not worth a word */
			w->also_ns[o] = 0;
	}
	for (o = 0; o < OWNERS; o++)
		w->ns += w->also_ns[o];
}

static struct replay_why reason_of(const struct replay_why *w, enum owner o, const struct means *mine,
				   const struct means *theirs)
{
	struct replay_why of = *w;

	of.owner = o;
	of.ns = mine->of[o] > theirs->of[o] ? mine->of[o] - theirs->of[o] : 0;
	of.behind_ns = mine->behind[o] > theirs->behind[o] ? mine->behind[o] - theirs->behind[o] : 0;
	of.resource = find_resource(w->run, owner_table[o].resource, w->of_faults);
	return of;
}

/* Who has most of it; but if more room would save little of that, whose change brings most. */
static void choose(struct replay_why *w, const struct means *mine, const struct means *theirs)
{
	struct replay_why best = *w, of;
	u64 most = 0, brings;
	int o;

	for (o = 0; o < OWNERS; o++) {
		of = reason_of(w, (enum owner)o, mine, theirs);
		if (of.ns > best.ns)
			best = of;
	}
	if (best.ns && replay_why_room(&best) < best.ns / 10 * 9)
		for (o = 0; o < OWNERS; o++) {
			struct replay_why with = of = reason_of(w, (enum owner)o, mine, theirs);

			if (of.ns)
				add_also(&with, mine, theirs);
			brings = replay_why_room(&of) + with.ns - of.ns;
			if (brings <= most)
				continue;
			most = brings;
			best = of;
		}
	*w = best;
	if (w->ns)
		add_also(w, mine, theirs);
}

static void fill(struct replay_why *w, const struct replay_run *run, const struct replay_run *other, bool of_faults)
{
	bool held = slots_hold_input(run) || (other && slots_hold_input(other));
	struct means mine, theirs = { 0 };

	*w = (struct replay_why){ .of_faults = of_faults, .run = run, .other = other };
	find_means(run, of_faults, held, &mine);
	if (other)
		find_means(other, of_faults, held, &theirs);
	w->all_ns = mine.all > theirs.all ? mine.all - theirs.all : 0;
	choose(w, &mine, &theirs);
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

/* ---- as text ---- */

static void put_owner(struct report_text *t, const struct replay_why *w)
{
	char part[REPORT_NS];
	bool some = false;
	int o;

	report_put(t, "%s", owner_table[w->owner].says);
	if (w->behind_ns)
		report_put(t, " (%s of that behind others who do)", report_ns(w->behind_ns, part));
	for (o = 0; o < OWNERS; o++) {
		if (!w->also_ns[o])
			continue;
		report_put(t, "%s%s %s", some ? ", " : " (with ", report_ns(w->also_ns[o], part), owner_table[o].says);
		some = true;
	}
	report_put(t, "%s", some ? ")" : "");
}

static void put_one(struct report_text *t, const struct replay_why *w)
{
	char all[REPORT_NS], part[REPORT_NS];

	report_put(t, "%s takes %s on the mean; %s of it, %llu %%, ", w->of_faults ? "A fault" : "An access",
		   report_ns(w->all_ns, all), report_ns(w->ns, part), w->ns * 100 / w->all_ns);
	put_owner(t, w);
	report_put(t, ".");
}

static void put_difference(struct report_text *t, const struct replay_why *w)
{
	char all[REPORT_NS], part[REPORT_NS];

	report_put(t, "%s takes %s more with %s than with %s; ", w->of_faults ? "A fault" : "An access",
		   report_ns(w->all_ns, all), w->run->name, w->other->name);
	report_put(t, "the largest difference is %s more ", report_ns(w->ns, part));
	put_owner(t, w);
	report_put(t, ", ");
	if (w->ns <= w->all_ns)
		report_put(t, "%llu %% of it.", w->ns * 100 / w->all_ns);
	else
		report_put(t, "of which other owners give %s back.", report_ns(w->ns - w->all_ns, all));
}

static void put_resource(struct report_text *t, const struct replay_why *w)
{
	const struct replay_resource *r = w->resource;
	u64 whole = w->run->res->duration_ns;
	char use[REPORT_NS];

	report_put(t, " %s: %u", r->name, r->peak);
	if (r->capacity)
		report_put(t, " of %u", r->capacity);
	report_put(t, " in use at the peak");
	if (r->full_ns && whole)
		report_put(t, ", %s %s%llu %% of the time", r->capacity > 1 ? "all of them" : "busy",
			   r->full_ns < whole / 100 ? "less than " : "",
			   r->full_ns < whole / 100 ? 1 : r->full_ns * 100 / whole);
	report_put(t, ", %s a use.", report_ns(r->busy_ns / r->uses, use));
}

/* A size that would save some of the owner's time, but not all of it. */
static bool saves_part(const struct replay_why *w, const struct replay_why_keys *k, u32 i)
{
	return k->key[i]->type != FL_TIME && k->weight[i] < w->ns;
}

static void put_keys(struct report_text *t, const struct replay_why *w)
{
	char value[FL_TEXT_MAX + 8], saves[REPORT_NS];
	struct replay_why_keys k;
	u32 i;

	replay_why_find_keys(w, &k);
	for (i = 0; i < k.n; i++) {
		report_put(t, "%s%s (%s", i ? ", " : " Changed by ", k.key[i]->name,
			   fl_config_format(w->run->opt->cfg, k.key[i], value, sizeof(value)));
		if (saves_part(w, &k, i))
			report_put(t, "; %s of it", report_ns(k.weight[i], saves));
		report_put(t, ")");
	}
	report_put(t, "%s", k.n ? "." : "");
}

const char *replay_why_text(const struct replay_why *w, char text[REPLAY_WHY_TEXT])
{
	struct report_text t = { text, REPLAY_WHY_TEXT };

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
	json_t *j = json_object(), *keys = json_object(), *saves = json_object(), *also = json_object();
	struct replay_why_keys k;
	char text[REPLAY_WHY_TEXT];
	u32 i;

	report_json_text(j, "of", w->of_faults ? "fault" : "access");
	if (w->other)
		report_json_put(j, J_TEXT("with", w->run->name), J_TEXT("against", w->other->name));
	report_json_put(j, J_U64(w->other ? "difference_ns" : "mean_ns", w->all_ns),
			J_TEXT("owner", owner_table[w->owner].name), J_U64("owner_ns", w->ns),
			J_IF(w->behind_ns, J_MEMBER(w, behind_ns)));
	for (i = 0; i < OWNERS; i++)
		if (w->also_ns[i])
			report_json_u64(also, owner_table[i].name, w->also_ns[i]);
	if (json_object_size(also))
		json_object_set(j, "also_ns", also);
	json_decref(also);
	report_json_u64(j, "share_percent", w->ns * 100 / w->all_ns);
	if (w->resource)
		report_json_put(j, J_TEXT("resource", w->resource->name), J_U64("resource_index", w->resource->index));
	replay_why_find_keys(w, &k);
	for (i = 0; i < k.n; i++) {
		if (saves_part(w, &k, i))
			report_json_u64(saves, k.key[i]->name, k.weight[i]);
		report_json_text(keys, k.key[i]->name,
				 fl_config_format(w->run->opt->cfg, k.key[i], text, sizeof(text)));
	}
	json_object_set_new(j, "keys", keys);
	if (json_object_size(saves))
		json_object_set(j, "saves_ns", saves);
	json_decref(saves);
	report_json_text(j, "text", replay_why_text(w, text));
	return j;
}
