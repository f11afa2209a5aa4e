// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The cache under every lookup, and a bare loop over the same array: what no lookup can beat. */
#include "bench.h"
#include "tcache.h"

static struct tcache cache;
static const struct tcache_tag tag = { .asid = 3, .vmid = 1, .world = 2 };
static volatile u64 sink;

static void *fill(void)
{
	struct tcache_cfg cfg = { .sets = 512, .ways = 4 };
	struct tcache_entry e = { .tag = tag, .shift = 12 };
	u64 i;

	if (cache.entries || tcache_init(&cache, &cfg))
		return NULL;
	for (i = 0; i < 512; i++)
		tcache_insert(&cache, i << 12, &e);
	return NULL;
}

static void bare(void *state, unsigned long n)
{
	u64 sum = 0;
	unsigned long i;

	for (i = 0; i < n; i++)
		sum += cache.entries[(i * 4) & 2047].data[0] + cache.signs[(i * 4) & 2047];
	sink = sum;
}

static void hit(void *state, unsigned long n)
{
	u64 sum = 0;
	unsigned long i;

	for (i = 0; i < n; i++)
		sum += tcache_lookup(&cache, (u64)(i & 511) << 12, &tag)->data[0];
	sink = sum;
}

static void run_of_hits(void *state, unsigned long n)
{
	u64 sum = 0;
	unsigned long i;

	for (i = 0; i < n; i++)
		sum += tcache_lookup(&cache, (u64)(i >> 6 & 511) << 12, &tag)->data[0];
	sink = sum;
}

static void miss(void *state, unsigned long n)
{
	unsigned long i;

	for (i = 0; i < n; i++)
		sink = tcache_lookup(&cache, (u64)(i | 1024) << 12, &tag) != NULL;
}

BENCH_MAIN({ "tcache.bare_loop", fill, bare, 0, 0, "a loop over the same array, nothing looked up" },
	   { "tcache.hit", fill, hit, 5, 0, "one size present" },
	   { "tcache.run_of_hits", fill, run_of_hits, 3, 0, "64 to each page" },
	   { "tcache.miss", fill, miss, 5, 0, NULL })
