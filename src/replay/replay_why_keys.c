// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Of the keys of an owner, those that count in this run. */
#include "replay_why_keys.h"
#include "find.h"
#include "fl_config.h"

#define CACHE_SAVES_PPM 100000 /* of table accesses: less is no reason */
#define PRICE_COUNTS	20     /* a price below this part of the largest is none */
#define HANDLER_ENTRIES 10     /* about so many entries of tables does a handler read and write to map a page */

static bool begins(const char *text, const char *with)
{
	return !strncmp(text, with, strlen(with));
}

static bool is(const struct fl_key *key, const char *name)
{
	return !strcmp(key->name, name);
}

/* ---- accesses to tables ---- */

static bool too_small(u64 sets, const struct iommu_cache_stats *c)
{
	return !sets || c->evictions;
}

/* Walks that a TLB with room would have spared: each page needs one, and each fault one more. */
static u64 spare_walks(const struct replay_why *w)
{
	const struct replay_result *res = w->run->res;
	const struct iommu_cache_stats *tlb = &res->counters.hw.cache[UNIT_TLB];
	u64 walks = res->counters.walks, first = res->maps + res->faults;
	u64 again = walks > first ? walks - first : 0;

	if (w->of_faults)
		return 0;
	if (w->run->opt->cfg->iommu.tlb_sets && tlb->evictions < again)
		return tlb->evictions;
	return again;
}

/* Accesses that a walk of one stage makes: the last level, and those above it if no cache has them. */
static u64 one_stage(const struct replay_why *w)
{
	const struct replay_counters *c = &w->run->res->counters;

	return too_small(w->run->opt->cfg->iommu.walk_cache_sets, &c->hw.cache[UNIT_WALK_CACHE]) ? c->walks * 4
												 : c->walks;
}

/* Those that a walk cache with room would have spared: each entry that it has evicted is a level once more. */
static u64 spare_levels(const struct replay_why *w, u64 least)
{
	const struct replay_counters *c = &w->run->res->counters;
	u64 evicted = c->hw.cache[UNIT_WALK_CACHE].evictions + c->hw.cache[UNIT_WALK_CACHE_S2].evictions;
	u64 spare = c->table_accesses > least ? c->table_accesses - least : 0;

	return w->run->opt->cfg->iommu.walk_cache_sets && evicted < spare ? evicted : spare;
}

static u64 spare_accesses(const struct replay_why *w, const struct fl_key *key)
{
	const struct replay_counters *c = &w->run->res->counters;
	const struct fl_config *cfg = w->run->opt->cfg;
	u64 least = cfg->driver.nested ? 3 * c->walks : c->walks;

	if (begins(key->name, "iommu.tlb_")) /* the configuration is looked up for hits, too */
		return c->walks ? c->table_accesses * spare_walks(w) / c->walks : 0;
	if (begins(key->name, "iommu.config_cache_"))
		return too_small(cfg->iommu.config_cache_sets, &c->hw.cache[UNIT_CONFIG_CACHE]) ||
				       c->hw.cache[UNIT_CD_CACHE].evictions
			       ? c->config_accesses
			       : 0;
	if (begins(key->name, "iommu.walk_cache_"))
		return spare_levels(w, least);
	return cfg->driver.nested && c->table_accesses > one_stage(w) ? c->table_accesses - one_stage(w) : 0;
}

/* Of the owner's time, what the key would save; 0 if it is too little to name. */
static u64 saved_in_tables(const struct replay_why *w, const struct fl_key *key)
{
	const struct replay_counters *c = &w->run->res->counters;
	u64 all = c->table_accesses + c->config_accesses, spare = spare_accesses(w, key), ppm;

	if (is(key, "driver.s2_page_bytes"))
		spare /= 4; /* a level less, of four */
	ppm = all ? spare * 1000000 / all : 0;
	return ppm < CACHE_SAVES_PPM ? 0 : (u64)((unsigned __int128)w->ns * ppm / 1000000);
}

/*
 * Requests of the device's cache that were made before, and forgotten: the way there and back; 0: too few to name. A page
 * that faults is asked for again, and again for writing if it was read first: then how many are spare is not known, and
 * nothing is said of how much they are.
 */
static u64 saved_on_link(const struct replay_why *w)
{
	const struct iommu_cache_stats *atc = &w->run->res->counters.atc;
	const struct replay_result *res = w->run->res;
	u64 first = res->maps + res->faults, again = atc->misses > first ? atc->misses - first : 0;

	if (w->of_faults)
		return 0;
	if (w->run->opt->cfg->pcie.atc_sets && atc->evictions < again)
		again = atc->evictions;
	if (again <= res->accesses / 10)
		return 0;
	return res->faults ? w->ns : 2 * w->run->opt->cfg->pcie.link_ps / 1000 * again / res->accesses;
}

/* ---- what does anything in this run ---- */

/* A price that is drawn: which distribution; NULL: it is always the same. */
static const u64 *find_drawn(const struct fl_config *cfg, const struct fl_key *key)
{
	const struct {
		const char *prefix;
		const u64 *kind;
	} drawn[] = {
		{ "cpu.handler_", &cfg->cpu.handler },
		{ "cpu.fault_", &cfg->cpu.fault },
		{ "cpu.page_", &cfg->cpu.page },
		{ "memory.latency_", &cfg->memory.latency },
	};

	for_each_of(e, drawn, ARRAY_SIZE(drawn))
		if (begins(key->name, e->prefix))
			return e->kind;
	return NULL;
}

static bool drawn_with(const struct fl_config *cfg, const struct fl_key *key)
{
	const u64 *kind = find_drawn(cfg, key);
	bool from_file = kind && *kind > FL_HANDLER_LOGNORMAL;

	if (!kind)
		return true;
	if (key->type == FL_TEXT)
		return from_file;
	if (strstr(key->name, "_max_ns"))
		return *kind == FL_HANDLER_UNIFORM;
	return !from_file;
}

/* Workers took more than one fault at a time, and each fault cost the others of its batch something. */
static bool in_batches(const struct replay_why *w)
{
	const struct replay_result *res = w->run->res;
	const struct fl_config *cfg = w->run->opt->cfg;
	u64 uses = replay_why_total(res, "workers").uses;

	return cfg->cpu.batch_faults > 1 && uses && res->faults * 2 > uses * 3 &&
	       (cfg->cpu.fault_ps || cfg->cpu.fault || cfg->cpu.page_ps || cfg->cpu.page);
}

static bool of_hardware(const struct replay_why *w, const struct fl_key *key)
{
	const struct replay_options *opt = w->run->opt;
	const struct iommu_kind *const *k;

	for (k = iommu_kinds; *k; k++)
		if (begins(key->name, (*k)->name))
			return *k == opt->kind;
	if (begins(key->name, "notify.") && strstr(key->name, "_write_"))
		return (opt->faults == REPLAY_PRI) == begins(key->name, "notify.pri_");
	if (is(key, "notify.msi_ns"))
		return opt->kind->msi;
	if (is(key, "notify.wire_ns"))
		return !opt->kind->msi;
	return true;
}

/* Ways of a cache without sets are none. */
static bool has_sets(const struct fl_config *cfg, const struct fl_key *key)
{
	if (is(key, "iommu.tlb_ways"))
		return cfg->iommu.tlb_sets;
	if (is(key, "iommu.walk_cache_ways"))
		return cfg->iommu.walk_cache_sets;
	if (is(key, "iommu.config_cache_ways"))
		return cfg->iommu.config_cache_sets;
	if (is(key, "pcie.atc_ways"))
		return cfg->pcie.atc_sets;
	return true;
}

static bool acts(const struct replay_why *w, const struct fl_key *key)
{
	const struct fl_config *cfg = w->run->opt->cfg;

	if (is(key, "driver.trap_ns"))
		return cfg->driver.nested;
	if (is(key, "cpu.workers"))
		return !cfg->cpu.workers_per_device;
	if (is(key, "cpu.workers_per_device"))
		return cfg->cpu.workers_per_device;
	if (is(key, "cpu.batch_faults"))
		return in_batches(w);
	if (is(key, "os.map_pages"))
		return cfg->os.map_pages > 1 && (cfg->cpu.page_ps || cfg->cpu.page);
	if (is(key, "tbu.count"))
		return w->run->res->n_streams != 1;
	if (is(key, "memory.bandwidth_mb_s"))
		return cfg->memory.bandwidth_mb_s;
	if (is(key, "pcie.bandwidth_mb_s"))
		return cfg->pcie.bandwidth_mb_s;
	if (is(key, "pcie.lanes") || is(key, "pcie.gts"))
		return !cfg->pcie.bandwidth_mb_s;
	return has_sets(cfg, key);
}

/* ---- what room would save ---- */

/* Who holds a unit of what is waited for may use these meanwhile. */
static const char *const used_within[] = { "walk_slots",  "stall_slots", "workers",	   "cpus",
					   "record_port", "commands",	 "driver_threads", "memory_bank" };

static u64 used_ppm(const struct replay_run *run, const struct replay_resource *r)
{
	u64 whole = run->res->duration_ns;

	if (strncmp(r->name, "driver_threads", strlen("driver_threads")))
		return r->utilisation_ppm;
	return r->busy_ns < whole ? r->busy_ns * 1000000 / whole : 1000000; /* one of them does all the work */
}

/*
 * A context bank of an SMMUv2 has one syndrome: software handles its faults one after the other, and what stalls behind
 * the first waits for all that it waits for. More slots than banks only let more of them wait there.
 */
static bool one_at_a_time(const struct replay_run *run, const struct replay_resource *slots)
{
	u32 i, banks = 0;

	if (!slots || strcmp(run->opt->kind->name, "smmuv2"))
		return false;
	for (i = 0; i < run->res->n_streams; i++)
		banks += run->res->streams[i].faults != 0;
	return slots->capacity >= banks;
}

u64 replay_why_room(const struct replay_why *w)
{
	const struct replay_result *res = w->run->res;
	u64 most = 0, saves;
	size_t n;

	if (w->owner == OWNER_STALL_SLOT && one_at_a_time(w->run, w->resource))
		return 0;
	if ((w->owner != OWNER_SLOT && w->owner != OWNER_STALL_SLOT && w->owner != OWNER_CREDIT) || w->other ||
	    !w->resource || !w->all_ns || w->resource->full_ns < res->duration_ns / 10 * 9)
		return w->ns;
	for_each_of(r, res->resources, res->n_resources)
		for (n = w->owner == OWNER_SLOT ? 0 : 2; n < ARRAY_SIZE(used_within); n++)
			if (begins(r->name, used_within[n]) && used_ppm(w->run, r) > most)
				most = used_ppm(w->run, r);
	saves = (u64)((unsigned __int128)w->all_ns * (1000000 - most) / 1000000);
	return saves < w->ns ? saves : w->ns;
}

/* ---- in order ---- */

/* How often a price is paid, for those of one owner against each other. */
static u64 uses_of(const struct replay_why *w, const struct fl_key *key)
{
	const struct replay_counters *c = &w->run->res->counters;

	if (w->owner == OWNER_HANDLER && is(key, "cpu.memory_ns"))
		return HANDLER_ENTRIES;
	if (w->owner != OWNER_COMMAND_QUEUE || !c->commands)
		return 1;
	if (is(key, "command.sync_ns"))
		return c->syncs;
	if (is(key, "command.resume_ns"))
		return c->stalled;
	return c->commands;
}

static u64 weigh(const struct replay_why *w, const struct fl_key *key)
{
	u64 value;

	if (key->type == FL_TIME) {
		value = *(const u64 *)((const char *)w->run->opt->cfg + key->offset);
		if (!value && find_drawn(w->run->opt->cfg, key) && *find_drawn(w->run->opt->cfg, key))
			value = 1;
		return value * uses_of(w, key);
	}
	if (w->owner == OWNER_LINK)
		return saved_on_link(w);
	return w->owner == OWNER_TABLE ? saved_in_tables(w, key) : replay_why_room(w);
}

/* Of what limits credits, the one that does. */
static const char *list_of(const struct replay_why *w)
{
	const struct replay_resource *r = w->resource;

	if (w->owner == OWNER_CREDIT && r)
		return r->capacity < w->run->opt->cfg->pcie.credits ? "iommu.priq_log2" : "pcie.credits";
	return owner_table[w->owner].keys;
}

/* Sizes are before prices, then the larger is; of equals the one that was listed first. */
static void insert(struct replay_why_keys *k, const struct fl_key *key, u64 weight)
{
	bool price = key->type == FL_TIME;
	u32 i = k->n++;

	fl_assert(k->n <= REPLAY_WHY_KEYS);
	for (; i; i--) {
		bool price_before = k->key[i - 1]->type == FL_TIME;

		if (price_before == price ? k->weight[i - 1] >= weight : price)
			break;
		k->key[i] = k->key[i - 1];
		k->weight[i] = k->weight[i - 1];
	}
	k->key[i] = key;
	k->weight[i] = weight;
}

static void drop_small_prices(struct replay_why_keys *k)
{
	u64 largest = 0;
	u32 i;

	for (i = 0; i < k->n; i++)
		if (k->key[i]->type == FL_TIME && k->weight[i] > largest)
			largest = k->weight[i];
	while (k->n && k->key[k->n - 1]->type == FL_TIME && k->weight[k->n - 1] < largest / PRICE_COUNTS)
		k->n--;
}

void replay_why_find_keys(const struct replay_why *w, struct replay_why_keys *k)
{
	const char *at = list_of(w);

	k->n = 0;
	while (*at) {
		size_t len = strcspn(at, ", ");
		const struct fl_key *key = fl_config_find(at, len);
		u64 weight;

		at += len + strspn(at + len, ", ");
		fl_assert(key);
		if (!of_hardware(w, key) || !acts(w, key) || !drawn_with(w->run->opt->cfg, key))
			continue;
		weight = weigh(w, key);
		if (weight)
			insert(k, key, weight);
	}
	drop_small_prices(k);
}
