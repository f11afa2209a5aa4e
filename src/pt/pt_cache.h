/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Walk caches: which table a walk passed, as an entry of a struct tcache. One encoding for all engines. */
#ifndef PT_CACHE_H
#define PT_CACHE_H

#include "engine.h"
#include "pt.h"

/* tcache_entry.data of a walk cache */
#define PT_CACHE_TABLE 0
#define PT_CACHE_INFO  1
#define PT_CACHE_ATTR  GENMASK_ULL(15, 0)  /* PT_TBL_* */
#define PT_CACHE_LEVEL GENMASK_ULL(23, 16) /* level + 1 */

/**
 * pt_cache_level() - the level of a cached step
 * @x: the entry
 *
 * Return: The level of the table that it leads to.
 */
static inline s8 pt_cache_level(const struct tcache_entry *x)
{
	return (s8)FIELD_GET(PT_CACHE_LEVEL, x->data[PT_CACHE_INFO]) - 1;
}

/**
 * pt_cache_insert() - install a step in a walk cache
 * @c: the cache; one without sets keeps nothing
 * @step: the step
 * @tag: whom it belongs to
 */
void pt_cache_insert(struct tcache *c, const struct pt_step *step, const struct tcache_tag *tag);

/**
 * pt_cache_start() - find the deepest table that a walk cache knows
 * @e: the engine
 * @unit: UNIT_WALK_CACHE or UNIT_WALK_CACHE_S2
 * @in: input address of the stage
 * @tag: whom the entry belongs to
 * @start: filled in
 *
 * Return: false if the walk begins at the root.
 */
static inline bool pt_cache_start(struct engine *e, enum iommu_unit unit, u64 in, const struct tcache_tag *tag,
				  struct pt_start *start)
{
	const struct tcache_entry *x = tcache_lookup(&e->cache[unit], in, tag);

	if (unlikely(e->ops->event != NULL) && e->hooks->tells_steps)
		engine_cache_event(e, unit, x, 0, in, 0);
	if (!x)
		return false;
	start->table = x->data[PT_CACHE_TABLE];
	start->attr = FIELD_GET(PT_CACHE_ATTR, x->data[PT_CACHE_INFO]);
	start->level = pt_cache_level(x);
	e->step_levels[unit - UNIT_WALK_CACHE][(start->level + 1) & (IOMMU_WALK_LEVELS - 1)]++;
	return true;
}

/**
 * struct pt_cache_s2 - whose walks of stage 2 go on where the walk cache says: pt_env.s2_cache
 * @e: the engine
 * @tag: of the stage
 */
struct pt_cache_s2 {
	struct engine *e;
	struct tcache_tag tag;
};

/**
 * pt_cache_s2_start() - pt_env.s2_start with a struct pt_cache_s2
 * @s2_cache: whose walks they are
 * @ipa: where a walk of stage 2 leads
 * @start: receives where it may begin
 *
 * Return: Whether a step of it is cached.
 */
bool pt_cache_s2_start(void *s2_cache, u64 ipa, struct pt_start *start);

/**
 * pt_cache_entry_ok() - whether a loaded entry leads to a table of a level that exists
 * @x: the entry
 * @low: lowest level
 * @high: highest level
 *
 * Return: false if it cannot be used.
 */
bool pt_cache_entry_ok(const struct tcache_entry *x, s8 low, s8 high);

#endif /* PT_CACHE_H */
