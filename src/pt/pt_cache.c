// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "pt_cache.h"

void pt_cache_insert(struct tcache *c, const struct pt_step *step, const struct tcache_tag *tag)
{
	struct tcache_entry x;

	if (!c->sets)
		return;
	x.tag = *tag;
	x.shift = step->shift;
	x.global = false;
	x.leaf = 0;
	x.data[PT_CACHE_TABLE] = step->table;
	x.data[PT_CACHE_INFO] = FIELD_PREP(PT_CACHE_ATTR, (u64)step->attr) |
				FIELD_PREP(PT_CACHE_LEVEL, (u64)(step->level + 1));
	x.data[2] = 0; /* images hold every word */
	tcache_insert(c, step->in, &x);
}

bool pt_cache_s2_start(void *s2_cache, u64 ipa, struct pt_start *start)
{
	struct pt_cache_s2 *c = s2_cache;

	return pt_cache_start(c->e, UNIT_WALK_CACHE_S2, ipa, &c->tag, start);
}

bool pt_cache_entry_ok(const struct tcache_entry *x, s8 low, s8 high)
{
	return pt_cache_level(x) >= low && pt_cache_level(x) <= high && !(x->data[PT_CACHE_INFO] >> 24);
}
