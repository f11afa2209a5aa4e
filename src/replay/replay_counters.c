// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "replay_counters.h"
#include "report_json.h"
#include "report_table.h"

#define CACHES ((u32)UNIT_CMDQ)

/* Keys of caches by enum iommu_unit, and what people are told. */
static const char *const cache_names[] = { "tlb", "walk_cache", "walk_cache_s2", "config_cache", "context_cache" };
static_assert(ARRAY_SIZE(cache_names) == UNIT_CMDQ, "a name for each cache");

/* A number: its key, its place, and whether only a run with time knows it. */
struct number {
	const char *key;
	size_t offset;
	bool timed;
};

#define HW(field)    offsetof(struct replay_counters, hw.field)
#define TIMED(field) offsetof(struct replay_counters, field), true

static const struct number numbers[] = {
	{ "records_lost", HW(records_lost), false },
	{ "requests_lost", HW(requests_lost), false },
	{ "overflows", HW(overflows), false },
	{ "automatic_answers", HW(automatic), false },
	{ "records_held", TIMED(held) },
	{ "walks", TIMED(walks) },
	{ "walks_merged", TIMED(walks_merged) },
	{ "table_accesses", TIMED(table_accesses) },
	{ "config_accesses", TIMED(config_accesses) },
	{ "stalled", TIMED(stalled) },
	{ "commands", TIMED(commands) },
	{ "syncs", TIMED(syncs) },
	{ "sync_wait_ns", TIMED(sync_wait_ns) },
	{ "interrupts", TIMED(interrupts) },
	{ "thread_wakes", TIMED(thread_wakes) },
	{ "worker_wakes", TIMED(worker_wakes) },
};

static u64 *place(struct replay_counters *c, const struct number *n)
{
	return (u64 *)((char *)c + n->offset);
}

static u64 value(const struct replay_counters *c, const struct number *n)
{
	return *place((struct replay_counters *)c, n);
}

/* @sign 1 or -1 (modulo 2^64). */
static void combine_cache(struct iommu_cache_stats *c, const struct iommu_cache_stats *other, u64 sign)
{
	u32 i;

	c->present |= other->present;
	c->hits += sign * other->hits;
	c->misses += sign * other->misses;
	c->evictions += sign * other->evictions;
	for (i = 0; i < IOMMU_WALK_LEVELS; i++)
		c->at_level[i] += sign * other->at_level[i];
}

static void combine(struct replay_counters *c, const struct replay_counters *other, u64 sign)
{
	size_t i;

	for (i = 0; i < CACHES; i++)
		combine_cache(&c->hw.cache[i], &other->hw.cache[i], sign);
	combine_cache(&c->atc, &other->atc, sign);
	for (i = 0; i < ARRAY_SIZE(numbers); i++)
		*place(c, &numbers[i]) += sign * value(other, &numbers[i]);
}

void replay_counters_subtract(struct replay_counters *c, const struct replay_counters *before)
{
	combine(c, before, ~0ULL);
}

void replay_counters_add(struct replay_counters *c, const struct replay_counters *other)
{
	combine(c, other, 1);
}

/* ---- for programs ---- */

static void set_levels(json_t *cache, const struct iommu_cache_stats *c)
{
	json_t *levels = json_object();
	char key[16];
	int i;

	for (i = 0; i < IOMMU_WALK_LEVELS; i++) {
		snprintf(key, sizeof(key), "%d", i - 1);
		if (c->at_level[i])
			report_json_u64(levels, key, c->at_level[i]);
	}
	json_object_set_new(cache, "hits_by_level", levels);
}

static void set_cache(json_t *j, const char *name, const struct iommu_cache_stats *c, bool by_level)
{
	json_t *o = report_json_object(J_MEMBER(c, hits), J_MEMBER(c, misses), J_MEMBER(c, evictions));

	if (by_level)
		set_levels(o, c);
	if (c->present)
		json_object_set(j, name, o);
	json_decref(o);
}

json_t *replay_counters_json(const struct replay_result *res)
{
	const struct replay_counters *c = &res->counters;
	json_t *j = json_object();
	u32 i;

	for (i = 0; i < CACHES; i++)
		set_cache(j, cache_names[i], &c->hw.cache[i], i == UNIT_WALK_CACHE || i == UNIT_WALK_CACHE_S2);
	set_cache(j, "atc", &c->atc, false);
	for (i = 0; i < ARRAY_SIZE(numbers); i++)
		if (res->timed || !numbers[i].timed)
			report_json_u64(j, numbers[i].key, value(c, &numbers[i]));
	if (res->timed && c->walks)
		report_json_u64(j, "table_accesses_per_walk_ppm", c->table_accesses * 1000000 / c->walks);
	return j;
}

/* ---- for people ---- */

static void print_cache(struct report_table *t, const char *name, const struct iommu_cache_stats *c)
{
	u64 all = c->hits + c->misses, share = all ? c->hits * 10000 / all : 0;

	if (!all)
		return;
	report_table_cell(t, "%s", name);
	report_table_cell(t, "%llu", c->hits);
	report_table_cell(t, "%llu", c->misses);
	report_table_cell(t, "%llu.%02llu", share / 100, share % 100);
	report_table_cell(t, "%llu", c->evictions);
}

void replay_counters_print(const struct replay_result *res, FILE *out)
{
	static const char *const headings[] = { "cache", ">hits", ">misses", ">hits, %", ">evicted", NULL };
	static const char *const counts[] = { "counted", ">times", NULL };
	const struct replay_counters *c = &res->counters;
	struct report_table t;
	u32 i;

	fputs("\ncaches\n", out);
	report_table_init(&t, headings);
	for (i = 0; i < CACHES; i++)
		print_cache(&t, cache_names[i], &c->hw.cache[i]);
	print_cache(&t, "atc", &c->atc);
	report_table_print(&t, out);

	fputs("\ncounts\n", out);
	report_table_init(&t, counts);
	for (i = 0; i < ARRAY_SIZE(numbers); i++) {
		if (!value(c, &numbers[i]))
			continue;
		report_table_cell(&t, "%s", numbers[i].key);
		report_table_cell(&t, "%llu", value(c, &numbers[i]));
	}
	report_table_print(&t, out);
}
