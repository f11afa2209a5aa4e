/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Translation caches: set-associative, tagged by address space and size.
 *
 * One structure serves TLBs (shift = size of the mapping), walk caches (shift =
 * what one table entry covers) and configuration caches (tag by stream, no
 * address). Entries of different sizes share the sets; a lookup probes only the
 * sizes that the cache holds at the moment. The set is chosen by the page alone
 * (by tag.vmid where there is no address), so an owner whose key is not an
 * address spreads better if it puts part of it there, e.g. SubstreamID << 12.
 */
#ifndef TCACHE_H
#define TCACHE_H

#include "fl_env.h"

#ifdef __cplusplus
extern "C" {
#endif

#define TCACHE_DATA_WORDS 3

enum tcache_policy { TCACHE_LRU, TCACHE_PLRU, TCACHE_FIFO, TCACHE_RANDOM };

/**
 * struct tcache_cfg - geometry
 * @sets: power of two, 1..65536; 0: no cache, every lookup misses
 * @ways: 1..64; TCACHE_PLRU wants a power of two
 * @policy: replacement; TCACHE_RANDOM is a function of @seed alone
 * @seed: seed of TCACHE_RANDOM; 0 means 1
 */
struct tcache_cfg {
	u32 sets;
	u32 ways;
	enum tcache_policy policy;
	u32 seed;
};

/**
 * struct tcache_tag - whom an entry belongs to
 * @asid: ASID, PASID or SubstreamID; ignored by a lookup when the entry is global
 * @vmid: VMID, domain ID or StreamID
 * @world: translation regime, level of a walk cache, or other class that must match exactly
 */
struct tcache_tag {
	u32 asid;
	u32 vmid;
	u32 world;
};

/**
 * struct tcache_entry - what a hit returns
 * @page: input address >> @shift
 * @tag: whom it belongs to
 * @shift: log2 of the bytes covered, 12..64 (64: no address in the key)
 * @global: matches every @tag.asid
 * @valid: the entry is in use
 * @leaf: the owner's: 0 for a table, which holds smaller entries; else invalidations of last-level entries concern
 *	it, too
 * @data: the owner's words, e.g. output address, permissions, attributes
 */
struct tcache_entry {
	u64 page;
	struct tcache_tag tag;
	u8 shift;
	bool global;
	bool valid;
	u8 leaf;
	u64 data[TCACHE_DATA_WORDS];
};

/**
 * struct tcache - a cache; private but for the counters
 *
 * The counters are @hits, @misses and @evictions.
 */
struct tcache {
	/* private: */
	struct tcache_entry *entries; /* sets * ways */
	u64 *signs;		      /* a 64-bit digest of each entry's key, 0: free; what a search scans */
	u64 *order;		      /* replacement: a time stamp an entry, or a tree of bits a set */
	u32 *hints;		      /* index of the entry that answered for a page last */
	u32 hint_mask;
	u8 hint_shift; /* the smallest size present; 64: none */
	u64 clock;
	u64 sizes;     /* bit n: an entry with shift n is present (n < 64) */
	u32 count[65]; /* valid entries by shift */
	u32 sets, ways;
	u8 log2sets;
	u32 rng, seed;
	enum tcache_policy policy;
	u64 hits, misses, evictions;
};

/**
 * tcache_init() - allocate an empty cache
 * @c: filled in; the caller owns the storage and ends it with tcache_exit()
 * @cfg: geometry
 *
 * Return: 0, -EINVAL for a geometry out of range, -ENOMEM.
 */
int tcache_init(struct tcache *c, const struct tcache_cfg *cfg);

/**
 * tcache_exit() - free the entries
 * @c: the cache
 */
void tcache_exit(struct tcache *c);

/**
 * tcache_peek() - find an entry as tcache_lookup() does, without counting and without touching the replacement state
 * @c: the cache
 * @addr: input address, bytes; 0 where the key has no address
 * @tag: whom the entry belongs to
 *
 * Return: The entry, valid until the next change of the cache, or NULL.
 */
struct tcache_entry *tcache_peek(struct tcache *c, u64 addr, const struct tcache_tag *tag);

/**
 * tcache_insert() - install an entry, replacing one of the same key or a victim
 * @c: the cache
 * @addr: any input address that the entry covers, bytes
 * @e: copied; @e->page is computed from @addr and @e->shift
 */
void tcache_insert(struct tcache *c, u64 addr, const struct tcache_entry *e);

/**
 * tcache_place() - put a saved entry back into the slot it came from
 * @c: the cache
 * @slot: index into the cache's entries
 * @e: with its @page
 *
 * Return: false if it cannot have been there: another set's, a slot in use, a key that is present.
 */
bool tcache_place(struct tcache *c, u32 slot, const struct tcache_entry *e);

/**
 * tcache_use_slot() - count a hit and touch the replacement state, for an owner that remembers where its entry lies
 * @c: the cache
 * @slot: index into the cache's entries
 */
void tcache_use_slot(struct tcache *c, u32 slot);

/**
 * tcache_use() - tcache_use_slot(), with a fast path for TCACHE_LRU
 * @c: the cache
 * @slot: index into the cache's entries
 */
static inline void tcache_use(struct tcache *c, u32 slot)
{
	if (unlikely(c->policy != TCACHE_LRU)) {
		tcache_use_slot(c, slot);
		return;
	}
	c->hits++;
	c->order[slot] = ++c->clock;
}

/**
 * tcache_space() - the part of a tag that must always match
 * @tag: whom the entry belongs to
 *
 * Return: World and VMID in one word.
 */
static inline u64 tcache_space(const struct tcache_tag *tag)
{
	return (u64)tag->world << 32 | tag->vmid;
}

/**
 * tcache_matches() - whether an entry is the one that a lookup of a given size wants
 * @e: the entry
 * @page: input address >> @shift
 * @shift: log2 of the size that is looked for
 * @tag: whom the entry belongs to
 *
 * Return: true if it is.
 */
static inline bool tcache_matches(const struct tcache_entry *e, u64 page, u32 shift, const struct tcache_tag *tag)
{
	return e->page == page && e->shift == shift && tcache_space(&e->tag) == tcache_space(tag) &&
	       (e->tag.asid == tag->asid || e->global);
}

/**
 * tcache_hint() - where the hint for a page is kept
 * @c: the cache
 * @page: input address >> the smallest size present
 * @tag: whom the entry belongs to
 *
 * Return: The hint: an index into the cache's entries.
 */
static inline u32 *tcache_hint(const struct tcache *c, u64 page, const struct tcache_tag *tag)
{
	return &c->hints[((u32)(page ^ page >> 9) ^ tag->asid * 13 ^ tag->vmid * 29) & c->hint_mask];
}

/**
 * tcache_search() - find an entry where no hint helps; the slow path of tcache_lookup()
 * @c: the cache
 * @addr: input address, bytes; 0 where the key has no address
 * @tag: whom the entry belongs to
 *
 * Return: The entry, valid until the next change of the cache, or NULL.
 */
struct tcache_entry *tcache_search(struct tcache *c, u64 addr, const struct tcache_tag *tag);

/**
 * tcache_lookup() - find the entry that covers @addr, smallest size first
 * @c: the cache
 * @addr: input address, bytes; 0 where the key has no address
 * @tag: whom the entry belongs to
 *
 * A hint names an entry of the smallest size, which no other comes before. The
 * entry there is compared in full: it may have gone since, or be another page's.
 *
 * Return: the entry, valid until the next change of the cache, or NULL.
 */
static inline struct tcache_entry *tcache_lookup(struct tcache *c, u64 addr, const struct tcache_tag *tag)
{
	u64 page = addr >> (c->hint_shift & 63);
	u32 slot = *tcache_hint(c, page, tag);
	struct tcache_entry *e = &c->entries[slot];

	if (likely(tcache_matches(e, page, c->hint_shift, tag))) {
		tcache_use(c, slot);
		return e;
	}
	return tcache_search(c, addr, tag);
}

/* What an invalidation matches: tcache_inv.match */
#define TCACHE_BY_ASID	  BIT(0) /* asid equal and not global */
#define TCACHE_BY_VMID	  BIT(1)
#define TCACHE_BY_WORLD	  BIT(2)
#define TCACHE_BY_ADDR	  BIT(3) /* overlaps [addr, last] */
#define TCACHE_LEAF_ONLY  BIT(4)
#define TCACHE_GLOBAL_TOO BIT(5) /* with TCACHE_BY_ASID: global entries match, too */

/**
 * struct tcache_inv - what an invalidation matches
 * @match: TCACHE_BY_*, TCACHE_LEAF_ONLY, TCACHE_GLOBAL_TOO; none: everything
 * @tag: what to compare with
 * @world_mask: bits of @tag.world that are compared with TCACHE_BY_WORLD; 0 means all
 * @addr: first byte of the range; with TCACHE_BY_ADDR
 * @last: last byte of the range, inclusive
 * @also: a further criterion on the entry, or NULL
 * @arg: second argument of @also
 */
struct tcache_inv {
	u32 match;
	struct tcache_tag tag;
	u32 world_mask;
	u64 addr, last;
	bool (*also)(const struct tcache_entry *e, const void *arg);
	const void *arg;
};

/**
 * tcache_invalidate() - drop every entry that matches all given criteria
 * @c: the cache
 * @inv: the criteria
 *
 * Return: number of entries dropped.
 */
u32 tcache_invalidate(struct tcache *c, const struct tcache_inv *inv);

/**
 * tcache_invalidate_all() - drop every entry
 * @c: the cache
 *
 * Return: Number of entries dropped.
 */
u32 tcache_invalidate_all(struct tcache *c);

/**
 * tcache_inv_matches() - whether an invalidation would drop an entry; used for walks in flight
 * @inv: the criteria
 * @e: the entry
 *
 * Return: true if all criteria match.
 */
bool tcache_inv_matches(const struct tcache_inv *inv, const struct tcache_entry *e);

#ifdef __cplusplus
}
#endif

#endif /* TCACHE_H */
