// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "tcache.h"
#include "suite.h"

static const struct tcache_tag tag_a = { .asid = 1, .vmid = 7, .world = 2 };
static const struct tcache_tag other_asid = { .asid = 2, .vmid = 7, .world = 2 };
static const struct tcache_tag other_vmid = { .asid = 1, .vmid = 8, .world = 2 };
static const struct tcache_tag other_world = { .asid = 1, .vmid = 7, .world = 3 };

static struct tcache cache;

static void make(u32 sets, u32 ways, enum tcache_policy policy)
{
	struct tcache_cfg cfg = { .sets = sets, .ways = ways, .policy = policy, .seed = 5 };

	ck_assert_int_eq(tcache_init(&cache, &cfg), 0);
}

static void put_table(u64 addr, u8 shift, u64 data)
{
	struct tcache_entry e = { .tag = tag_a, .shift = shift, .data = { data } };

	tcache_insert(&cache, addr, &e);
}

static void put(u64 addr, u8 shift, const struct tcache_tag *tag, bool global, u64 data)
{
	struct tcache_entry e = { .tag = *tag, .shift = shift, .global = global, .leaf = 1, .data = { data } };

	tcache_insert(&cache, addr, &e);
}

static u64 get(u64 addr, const struct tcache_tag *tag)
{
	struct tcache_entry *e = tcache_lookup(&cache, addr, tag);

	return e ? e->data[0] : 0;
}

TEST(test_geometry_is_checked)
{
	static const struct tcache_cfg bad[] = {
		{ .sets = 3, .ways = 1 },
		{ .sets = 131072, .ways = 1 },
		{ .sets = 4, .ways = 0 },
		{ .sets = 4, .ways = 65 },
		{ .sets = 4, .ways = 3, .policy = TCACHE_PLRU },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad); i++)
		ck_assert_int_eq(tcache_init(&cache, &bad[i]), -EINVAL);
}

TEST(test_no_cache_always_misses)
{
	make(0, 0, TCACHE_LRU);
	put(0x1000, 12, &tag_a, false, 1);
	ck_assert_uint_eq(get(0x1000, &tag_a), 0);
	ck_assert_uint_eq(cache.misses, 1);
	ck_assert_uint_eq(tcache_invalidate_all(&cache), 0);
	tcache_exit(&cache);
}

TEST(test_every_part_of_the_tag_counts)
{
	make(16, 4, TCACHE_LRU);
	put(0x5000, 12, &tag_a, false, 11);
	ck_assert_uint_eq(get(0x5fff, &tag_a), 11);
	ck_assert_uint_eq(get(0x6000, &tag_a), 0);
	ck_assert_uint_eq(get(0x5000, &other_asid), 0);
	ck_assert_uint_eq(get(0x5000, &other_vmid), 0);
	ck_assert_uint_eq(get(0x5000, &other_world), 0);
	put(0x7000, 12, &tag_a, true, 12);
	ck_assert_uint_eq(get(0x7000, &other_asid), 12);
	ck_assert_uint_eq(get(0x7000, &other_vmid), 0);
	tcache_exit(&cache);
}

/* A table above another answers where it must, and not a step too early right after. */
TEST(test_deepest_table_answers)
{
	make(16, 4, TCACHE_LRU);
	put_table(0, 39, 39);
	put_table(0x40000000, 30, 30);
	put_table(0x40200000, 21, 21);
	ck_assert_uint_eq(get(0x80000000, &tag_a), 39);
	ck_assert_uint_eq(get(0x40200000, &tag_a), 21);
	ck_assert_uint_eq(get(0x40400000, &tag_a), 30);
	ck_assert_uint_eq(get(0x40200000, &tag_a), 21);
	tcache_exit(&cache);
}

TEST(test_sizes_live_together)
{
	make(16, 4, TCACHE_LRU);
	put(0x200000, 21, &tag_a, false, 21);
	put(0x40000000, 30, &tag_a, false, 30);
	put(0x400000, 12, &tag_a, false, 12);
	ck_assert_uint_eq(get(0x3fffff, &tag_a), 21);
	ck_assert_uint_eq(get(0x7fffffff, &tag_a), 30);
	ck_assert_uint_eq(get(0x400123, &tag_a), 12);
	ck_assert_uint_eq(get(0x401000, &tag_a), 0);
	/* The smallest size that covers the address answers. */
	put(0x201000, 12, &tag_a, false, 13);
	ck_assert_uint_eq(get(0x201000, &tag_a), 13);
	ck_assert_uint_eq(get(0x202000, &tag_a), 21);
	tcache_exit(&cache);
}

TEST(test_entries_without_address)
{
	struct tcache_tag sid = { .vmid = 0x12345 };
	u32 i;

	make(16, 2, TCACHE_LRU);
	for (i = 0; i < 8; i++) {
		sid.vmid = 0x12340 + i;
		put(0, 64, &sid, false, 100 + i);
	}
	sid.vmid = 0x12345;
	ck_assert_uint_eq(get(0xdeadbeef000, &sid), 105);
	ck_assert_uint_eq(tcache_invalidate(&cache, &(struct tcache_inv){ .match = TCACHE_BY_VMID, .tag = sid }), 1);
	ck_assert_uint_eq(get(0, &sid), 0);
	ck_assert_uint_eq(tcache_invalidate_all(&cache), 7);
	tcache_exit(&cache);
}

TEST(test_same_key_replaces)
{
	make(1, 4, TCACHE_LRU);
	put(0x1000, 12, &tag_a, false, 1);
	put(0x1000, 12, &tag_a, false, 2);
	ck_assert_uint_eq(get(0x1000, &tag_a), 2);
	ck_assert_uint_eq(tcache_invalidate_all(&cache), 1);
	tcache_exit(&cache);
}

/* Fills 4 ways, uses the first, adds a fifth; returns the page that went. */
static u64 evicted(enum tcache_policy policy)
{
	u64 page, gone = 0;

	make(1, 4, policy);
	for (page = 1; page <= 4; page++)
		put(page << 12, 12, &tag_a, false, page);
	ck_assert_uint_eq(get(1 << 12, &tag_a), 1);
	put(5 << 12, 12, &tag_a, false, 5);
	ck_assert_uint_eq(cache.evictions, 1);
	for (page = 1; page <= 4; page++)
		if (!get(page << 12, &tag_a))
			gone = gone * 10 + page;
	tcache_exit(&cache);
	return gone;
}

TEST(test_replacement)
{
	ck_assert_uint_eq(evicted(TCACHE_LRU), 2);
	ck_assert_uint_eq(evicted(TCACHE_FIFO), 1);
	/* The tree points away from 1 (left half used last), and within the right half away from 4. */
	ck_assert_uint_eq(evicted(TCACHE_PLRU), 3);
	ck_assert_uint_eq(evicted(TCACHE_RANDOM), evicted(TCACHE_RANDOM));
}

/* Lookups remember where they found an entry: whatever comes and goes in between, a search finds the same one. */
static void remember(enum tcache_policy policy)
{
	static const u8 shifts[] = { 12, 12, 12, 16, 21, 30 };
	u64 x = 88172645463325252ULL;
	u32 i;

	make(8, 4, policy);
	for (i = 0; i < 100000; i++) {
		struct tcache_tag tag = { .asid = i & 1, .vmid = 7 };
		u64 addr;

		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		addr = (x >> 20 & 0x3f) << 12 | (x >> 30 & 1) << 21 | (x >> 31 & 1) << 30;
		if (!(x & 0x70))
			put(addr, shifts[(x >> 40) % ARRAY_SIZE(shifts)], &tag, false, i);
		else if (!(x & 0x3f80))
			tcache_invalidate(
				&cache,
				&(struct tcache_inv){ .match = TCACHE_BY_ADDR, .addr = addr, .last = addr | 0xffff });
		ck_assert_ptr_eq(tcache_peek(&cache, addr, &tag), tcache_lookup(&cache, addr, &tag));
	}
	ck_assert_uint_gt(cache.hits, 10000);
	ck_assert_uint_gt(cache.misses, 10000);
	tcache_exit(&cache);
}

TEST(test_what_is_remembered_is_what_a_search_finds)
{
	remember(TCACHE_LRU);
	remember(TCACHE_PLRU);
	remember(TCACHE_FIFO);
	remember(TCACHE_RANDOM);
}

static const u64 spread[] = { 0x1000, 0x2000, 0x10000, 0x100000, 0x7fff000 };

static u32 left(void)
{
	u32 i, n = 0;

	for (i = 0; i < ARRAY_SIZE(spread); i++)
		n += tcache_peek(&cache, spread[i], &tag_a) != NULL;
	return n;
}

TEST(test_invalidate_by_range)
{
	/* A short range probes sets, a long one scans: both must agree. */
	static const struct {
		u64 first, last;
		u32 dropped;
	} t[] = {
		{ 0x1000, 0x1fff, 1 }, { 0x1fff, 0x2000, 2 }, { 0, 0xfff, 0 }, { 0, ~0ULL, 5 }, { 0x3000, 0x7fff000, 3 }
	};
	size_t i, k;

	for (i = 0; i < ARRAY_SIZE(t); i++) {
		struct tcache_inv inv = { .match = TCACHE_BY_ADDR, .addr = t[i].first, .last = t[i].last };

		make(64, 2, TCACHE_LRU);
		for (k = 0; k < ARRAY_SIZE(spread); k++)
			put(spread[k], 12, &tag_a, false, 1);
		ck_assert_uint_eq(tcache_invalidate(&cache, &inv), t[i].dropped);
		ck_assert_uint_eq(left(), ARRAY_SIZE(spread) - t[i].dropped);
		tcache_exit(&cache);
	}
}

TEST(test_invalidate_hits_the_block_that_covers)
{
	struct tcache_inv inv = { .match = TCACHE_BY_ADDR | TCACHE_BY_ASID | TCACHE_BY_VMID,
				  .tag = tag_a,
				  .addr = 0x2abcde,
				  .last = 0x2abcde };

	make(64, 2, TCACHE_LRU);
	put(0x200000, 21, &tag_a, false, 1);
	put(0x2ab000, 12, &other_asid, false, 2);
	ck_assert_uint_eq(tcache_invalidate(&cache, &inv), 1);
	ck_assert_uint_eq(get(0x2ab000, &other_asid), 2);
	tcache_exit(&cache);
}

TEST(test_invalidate_by_tag)
{
	struct tcache_inv inv = { .match = TCACHE_BY_ASID | TCACHE_BY_VMID, .tag = tag_a };

	make(16, 4, TCACHE_LRU);
	put(0x1000, 12, &tag_a, false, 1);
	put(0x2000, 12, &tag_a, true, 2);
	put(0x3000, 12, &other_asid, false, 3);
	put(0x4000, 12, &other_vmid, false, 4);
	ck_assert_uint_eq(tcache_invalidate(&cache, &inv), 1);
	inv.match |= TCACHE_GLOBAL_TOO;
	ck_assert_uint_eq(tcache_invalidate(&cache, &inv), 1);
	inv = (struct tcache_inv){ .match = TCACHE_BY_WORLD, .tag = { .world = 0x12 }, .world_mask = 0xf };
	ck_assert_uint_eq(tcache_invalidate(&cache, &inv), 2);
	tcache_exit(&cache);
}

TEST(test_invalidate_leaf_only)
{
	struct tcache_entry table = { .tag = tag_a, .shift = 21, .data = { 9 } };
	struct tcache_inv inv = { .match = TCACHE_BY_ADDR | TCACHE_LEAF_ONLY, .addr = 0x200000, .last = 0x2fffff };

	make(64, 4, TCACHE_LRU);
	tcache_insert(&cache, 0x200000, &table);
	put(0x201000, 12, &tag_a, false, 1);
	ck_assert_uint_eq(tcache_invalidate(&cache, &inv), 1);
	ck_assert_uint_eq(get(0x201000, &tag_a), 9);
	tcache_exit(&cache);
}

/* Against a plain list of the last thing put under each key, with a cache too large to evict. */
TEST(test_random_against_a_list)
{
	static u64 model[256][2];
	u32 rng = 12345;
	u32 i, p, a;

	memset(model, 0, sizeof(model));
	make(256, 8, TCACHE_LRU);
	for (i = 1; i < 20000; i++) {
		rng = rng * 1664525 + 1013904223;
		p = (rng >> 24) & 255;
		a = (rng >> 20) & 1;
		if ((rng >> 16 & 7) < 5) {
			put((u64)p << 12, 12, a ? &tag_a : &other_asid, false, i);
			model[p][a] = i;
		} else {
			struct tcache_inv inv = { .match = TCACHE_BY_ADDR | TCACHE_BY_ASID,
						  .tag = a ? tag_a : other_asid,
						  .addr = (u64)p << 12,
						  .last = ((u64)p << 12) + ((rng >> 8 & 31) << 12) };

			tcache_invalidate(&cache, &inv);
			for (p = p; p < 256 && (u64)p << 12 <= inv.last; p++)
				model[p][a] = 0;
		}
		p = (rng >> 4) & 255;
		ck_assert_uint_eq(get((u64)p << 12, &tag_a), model[p][1]);
		ck_assert_uint_eq(get((u64)p << 12, &other_asid), model[p][0]);
	}
	tcache_exit(&cache);
}

SUITE("tcache")
