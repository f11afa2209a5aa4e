// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "tcache.h"
#include "iommu.h"

#define NO_ADDRESS 64

#define MAX_HINTS 1024U

static u64 page_of(u64 addr, u32 shift)
{
	return shift < NO_ADDRESS ? addr >> shift : 0;
}

static inline u32 set_of(const struct tcache *c, u64 n)
{
	return (u32)(n ^ (n >> c->log2sets)) & (c->sets - 1);
}

/* Never 0, together with a page and shift. ASIDs are left out: a global entry must answer for each. */
static inline u64 mix_tag(const struct tcache_tag *tag)
{
	u64 mix = tcache_space(tag) * 0x9e3779b97f4a7c15ULL;

	return (mix ^ (mix >> 29)) | BIT_ULL(63);
}

static inline u64 sign_of(u64 page, u32 shift, u64 mixed_tag)
{
	return (page << 8 | shift) ^ mixed_tag;
}

static u32 hints_for(size_t entries)
{
	u32 n = 1;

	while (n < entries && n < MAX_HINTS)
		n *= 2;
	return n;
}

static bool cfg_is_valid(const struct tcache_cfg *cfg)
{
	if (!cfg->sets)
		return true;
	if (cfg->sets > 65536 || (cfg->sets & (cfg->sets - 1)) || !cfg->ways || cfg->ways > 64)
		return false;
	return cfg->policy != TCACHE_PLRU || !(cfg->ways & (cfg->ways - 1));
}

int tcache_init(struct tcache *c, const struct tcache_cfg *cfg)
{
	size_t n = (size_t)cfg->sets * cfg->ways;

	memset(c, 0, sizeof(*c));
	if (!cfg_is_valid(cfg))
		return -EINVAL;
	c->sets = cfg->sets;
	c->ways = cfg->ways;
	c->policy = cfg->policy;
	c->seed = cfg->seed;
	c->rng = cfg->seed ? cfg->seed : 1;
	if (!c->sets)
		n = 1; /* for hints to point to */
	c->hint_shift = NO_ADDRESS;
	c->hint_mask = hints_for(n) - 1;
	c->log2sets = c->sets ? (u8)__builtin_ctz(c->sets) : 0;
	c->entries = fl_zalloc(n * sizeof(*c->entries));
	c->signs = fl_zalloc(n * sizeof(*c->signs));
	c->order = fl_zalloc(n * sizeof(*c->order));
	c->hints = fl_zalloc((c->hint_mask + 1) * sizeof(*c->hints));
	if (c->entries && c->signs && c->order && c->hints)
		return 0;
	tcache_exit(c);
	return -ENOMEM;
}

void tcache_exit(struct tcache *c)
{
	fl_free(c->entries);
	fl_free(c->signs);
	fl_free(c->order);
	fl_free(c->hints);
	memset(c, 0, sizeof(*c));
}

/* Tree of ways - 1 bits: each inner node points to the half that was used less recently. */
static void plru_touch(u64 *tree, u32 ways, u32 way)
{
	u32 node = 1;
	u32 half;

	for (half = ways >> 1; half; half >>= 1) {
		bool right = way & half;

		if (right)
			*tree &= ~BIT_ULL(node);
		else
			*tree |= BIT_ULL(node);
		node = node * 2 + right;
	}
}

static u32 plru_victim(u64 tree, u32 ways)
{
	u32 node = 1;
	u32 way = 0;
	u32 half;

	for (half = ways >> 1; half; half >>= 1) {
		bool right = tree & BIT_ULL(node);

		if (right)
			way |= half;
		node = node * 2 + right;
	}
	return way;
}

static inline void touch(struct tcache *c, size_t i, bool filled)
{
	if (c->policy == TCACHE_PLRU)
		plru_touch(&c->order[i / c->ways], c->ways, (u32)(i % c->ways));
	else if (filled || c->policy == TCACHE_LRU)
		c->order[i] = ++c->clock;
}

static u32 random_way(struct tcache *c)
{
	c->rng ^= c->rng << 13;
	c->rng ^= c->rng >> 17;
	c->rng ^= c->rng << 5;
	return c->rng % c->ways;
}

static u32 victim(struct tcache *c, u32 set)
{
	u32 base = set * c->ways;
	u32 oldest = 0;
	u32 way;

	for (way = 0; way < c->ways; way++)
		if (!c->signs[base + way])
			return way;
	c->evictions++;
	if (c->policy == TCACHE_RANDOM)
		return random_way(c);
	if (c->policy == TCACHE_PLRU)
		return plru_victim(c->order[set], c->ways);
	for (way = 1; way < c->ways; way++)
		if (c->order[base + way] < c->order[base + oldest])
			oldest = way;
	return oldest;
}

/* Out of line, to keep the scan of a set in few registers. */
static __attribute__((__noinline__)) bool holds(const struct tcache_entry *e, u64 page, u32 shift,
						const struct tcache_tag *tag)
{
	return tcache_matches(e, page, shift, tag);
}

/* Index of the entry that holds the key, or -1. */
static inline s64 find_in_set(const struct tcache *c, u32 set, u64 page, u32 shift, const struct tcache_tag *tag,
			      u64 sign)
{
	u32 i = set * c->ways;
	u32 end = i + c->ways;

	for (; i < end; i++)
		if (unlikely(c->signs[i] == sign) && holds(&c->entries[i], page, shift, tag))
			return i;
	return -1;
}

/* Index of the entry that answers, or -1: smallest size first, entries without address last. */
static inline s64 find(const struct tcache *c, u64 addr, const struct tcache_tag *tag)
{
	u64 mixed = mix_tag(tag);
	u64 sizes;
	s64 i;

	for (sizes = c->sizes; sizes; sizes &= sizes - 1) {
		u32 shift = (u32)__builtin_ctzll(sizes);
		u64 page = addr >> shift;

		i = find_in_set(c, set_of(c, page), page, shift, tag, sign_of(page, shift, mixed));
		if (i >= 0)
			return i;
	}
	if (likely(!c->count[NO_ADDRESS]))
		return -1;
	return find_in_set(c, set_of(c, tag->vmid), 0, NO_ADDRESS, tag, sign_of(0, NO_ADDRESS, mixed));
}

struct tcache_entry *tcache_search(struct tcache *c, u64 addr, const struct tcache_tag *tag)
{
	struct tcache_entry *e;
	s64 i;

	/* A walk looks into several caches, of which some are switched off: these cost next to nothing. */
	if (!c->sizes && !c->count[NO_ADDRESS]) {
		c->misses++;
		return NULL;
	}
	i = find(c, addr, tag);
	if (i < 0) {
		c->misses++;
		return NULL;
	}
	e = &c->entries[i];
	tcache_use(c, (u32)i);
	if (e->shift == c->hint_shift)
		*tcache_hint(c, e->page, tag) = (u32)i;
	return e;
}

void tcache_use_slot(struct tcache *c, u32 slot)
{
	c->hits++;
	touch(c, slot, false);
}

struct tcache_entry *tcache_peek(struct tcache *c, u64 addr, const struct tcache_tag *tag)
{
	s64 i = find(c, addr, tag);

	return i < 0 ? NULL : &c->entries[i];
}

/* The smallest size present has changed: hints are for that size alone, because no other size can answer before it. */
static void set_sizes(struct tcache *c, u64 sizes)
{
	c->sizes = sizes;
	c->hint_shift = sizes ? (u8)__builtin_ctzll(sizes) : NO_ADDRESS;
}

static void drop(struct tcache *c, size_t i)
{
	struct tcache_entry *e = &c->entries[i];

	if (!--c->count[e->shift] && e->shift < NO_ADDRESS)
		set_sizes(c, c->sizes & ~BIT_ULL(e->shift));
	e->valid = false;
	e->shift = 0; /* matches nothing */
	c->signs[i] = 0;
}

/* Into a free slot. */
static inline void put(struct tcache *c, u32 i, const struct tcache_entry *e, u64 page, u64 sign)
{
	c->entries[i] = *e;
	c->entries[i].page = page;
	c->entries[i].valid = true;
	c->signs[i] = sign;
	if (!c->count[e->shift]++ && e->shift < NO_ADDRESS)
		set_sizes(c, c->sizes | BIT_ULL(e->shift));
	if (e->shift == c->hint_shift)
		*tcache_hint(c, page, &e->tag) = i;
}

void tcache_insert(struct tcache *c, u64 addr, const struct tcache_entry *e)
{
	u64 page, sign;
	u32 set;
	s64 i;

	if (!c->sets)
		return;
	page = page_of(addr, e->shift);
	sign = sign_of(page, e->shift, mix_tag(&e->tag));
	fl_assert(e->shift >= 12 && e->shift <= NO_ADDRESS);
	set = set_of(c, e->shift < NO_ADDRESS ? page : e->tag.vmid);
	i = find_in_set(c, set, page, e->shift, &e->tag, sign);
	if (i < 0)
		i = (s64)set * c->ways + victim(c, set);
	if (c->signs[i])
		drop(c, (size_t)i);
	put(c, (u32)i, e, page, sign);
	touch(c, (size_t)i, true);
}

bool tcache_place(struct tcache *c, u32 slot, const struct tcache_entry *e)
{
	u64 sign = sign_of(e->page, e->shift, mix_tag(&e->tag));
	u32 set = set_of(c, e->shift < NO_ADDRESS ? e->page : e->tag.vmid);

	if (slot / c->ways != set || c->signs[slot] || find_in_set(c, set, e->page, e->shift, &e->tag, sign) >= 0 ||
	    (e->shift == NO_ADDRESS && e->page))
		return false;
	put(c, slot, e, e->page, sign);
	return true;
}

bool tcache_inv_matches(const struct tcache_inv *inv, const struct tcache_entry *e)
{
	u32 world_mask = inv->world_mask ? inv->world_mask : ~0U;
	u64 first = 0, last = ~0ULL;

	if ((inv->match & TCACHE_BY_VMID) && e->tag.vmid != inv->tag.vmid)
		return false;
	if ((inv->match & TCACHE_BY_WORLD) && ((e->tag.world ^ inv->tag.world) & world_mask))
		return false;
	if ((inv->match & TCACHE_LEAF_ONLY) && !e->leaf)
		return false;
	if (inv->match & TCACHE_BY_ASID) {
		if (e->global ? !(inv->match & TCACHE_GLOBAL_TOO) : e->tag.asid != inv->tag.asid)
			return false;
	}
	if (inv->also && !inv->also(e, inv->arg))
		return false;
	if (!(inv->match & TCACHE_BY_ADDR))
		return true;
	if (e->shift < NO_ADDRESS) {
		first = e->page << e->shift;
		last = first + (BIT_ULL(e->shift) - 1);
	}
	return first <= inv->last && inv->addr <= last;
}

static u32 invalidate_span(struct tcache *c, size_t from, size_t n, const struct tcache_inv *inv)
{
	u32 dropped = 0;
	size_t i;

	for (i = from; i < from + n; i++) {
		if (!c->signs[i] || !tcache_inv_matches(inv, &c->entries[i]))
			continue;
		drop(c, i);
		dropped++;
	}
	return dropped;
}

/* Whether the range touches so few pages of each size present that probing their sets beats scanning all. */
static bool range_is_short(const struct tcache *c, const struct tcache_inv *inv)
{
	u32 smallest;

	if (!(inv->match & TCACHE_BY_ADDR) || c->count[NO_ADDRESS] || inv->last < inv->addr || !c->sizes)
		return false;
	smallest = (u32)__builtin_ctzll(c->sizes);
	return (inv->last >> smallest) - (inv->addr >> smallest) < c->sets / 8;
}

u32 tcache_invalidate(struct tcache *c, const struct tcache_inv *inv)
{
	u32 dropped = 0;
	u64 sizes, page;

	if (!c->sizes && !c->count[NO_ADDRESS])
		return 0;
	if (!range_is_short(c, inv))
		return invalidate_span(c, 0, (size_t)c->sets * c->ways, inv);
	for (sizes = c->sizes; sizes; sizes &= sizes - 1) {
		u32 shift = (u32)__builtin_ctzll(sizes);

		for (page = inv->addr >> shift; page <= inv->last >> shift; page++) {
			size_t set = set_of(c, page);

			dropped += invalidate_span(c, set * c->ways, c->ways, inv);
		}
	}
	return dropped;
}

u32 tcache_invalidate_all(struct tcache *c)
{
	static const struct tcache_inv everything;

	return tcache_invalidate(c, &everything);
}
