// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* SMMUv2 hardware without time: stream matching, hit, walks. */
#include "bench.h"
#include "machine.h"
#include "smmuv2.h"

#define SIDS 4096

struct state {
	struct machine m;
	struct machine_board board;
	struct physmem mem;
	struct smmuv2 hw;
	struct xlat_result res;
	u64 sum;
};

static void put64(struct state *s, u64 pa, u64 v)
{
	u8 b[8];

	fl_put_le64(b, v);
	if (physmem_write(&s->mem, pa, b, 8))
		abort();
}

static void wr(struct state *s, u32 offset, u32 v)
{
	smmuv2_class.mmio_write(&s->hw, offset, v, 4);
}

/* 4 levels of tables at @base: 48-bit input, 512 pages from 0 to @pa on. */
static void tables(struct state *s, u64 base, u64 pa, u64 leaf)
{
	u64 i;

	for (i = 0; i < 3; i++)
		put64(s, base + 0x1000 * i, (base + 0x1000 * (i + 1)) | 3);
	for (i = 0; i < 512; i++)
		put64(s, base + 0x3000 + 8 * i, (pa + 0x1000 * i) | leaf);
}

/* Bank 3: stage 1, alone or nested over bank 1; 128 groups, the last one is stream 0x407f. */
static struct state *make(bool caches, bool nested)
{
	struct smmuv2_cfg cfg = { .num_smrg = 128, .no_caches = !caches };
	struct state *s = calloc(1, sizeof(*s));
	u32 n;

	if (!s || physmem_init(&s->mem, 1ULL << 32))
		abort();
	machine_board_init(&s->board, &s->mem, 0, 0);
	machine_init(&s->m, &s->board, &smmuv2_class);
	if (smmuv2_init(&s->hw, &cfg, &s->m.hw_ops, s))
		abort();
	wr(s, 0x0, 0x00200406);
	for (n = 0; n < 128; n++) {
		wr(s, 0x800 + 4 * n, 0x80000000 | (0x4000 + n));
		wr(s, 0xc00 + 4 * n, 3);
	}
	wr(s, 0x180c, 1);
	wr(s, 0x100c, nested ? 0x30109 : 0x10000);
	wr(s, 0x13010, 0x38015);
	wr(s, 0x13030, 0x803510);
	wr(s, 0x13020, 0x100000);
	/* Stage 1 maps to IPA 0x300000 on; stage 2 has it and the tables at 0x100000 on its own first 4 MiB. */
	tables(s, 0x100000, nested ? 0 : 0x300000, 0x743);
	wr(s, 0x13000, 0x161);
	wr(s, 0x1804, 1);
	wr(s, 0x1004, 9);
	wr(s, 0x11030, 0x50090);
	wr(s, 0x11020, 0x200000);
	tables(s, 0x200000, 0, 0x7ff);
	wr(s, 0x11000, 0x161);
	return s;
}

static void *setup_cached(void)
{
	return make(true, false);
}

static void *setup_uncached(void)
{
	return make(false, false);
}

static void *setup_nested(void)
{
	return make(true, true);
}

static void *setup_nested_uncached(void)
{
	return make(false, true);
}

static void run_match(void *state, unsigned long n)
{
	struct state *s = state;
	unsigned long i;

	for (i = 0; i < n; i++)
		s->sum += smmuv2_stream_find(&s->hw, 0x4000 + ((u32)i * 37 & 0x7f));
}

static enum xlat one(struct state *s, u64 iova)
{
	struct dma_txn t = { .iova = iova, .sid = 0x4000 + (u32)(iova >> 12 & 0x7f), .len = 64 };

	return smmuv2_class.translate(&s->hw, &t, &s->res);
}

static void check(enum xlat x)
{
	if (x != XLAT_OK)
		abort();
}

static void run_hit(void *state, unsigned long n)
{
	struct state *s = state;
	struct dma_txn t = { .sid = 0x407f, .len = 64 };
	unsigned long i;

	for (i = 0; i < 64; i++)
		check(one(s, i << 12));
	for (i = 0; i < n; i++) {
		t.iova = (i & 63) << 12;
		if (smmuv2_class.lookup(&s->hw, &t, &s->res) != XLAT_OK)
			abort();
		s->sum += s->res.pa;
	}
}

static void run_walk(void *state, unsigned long n)
{
	unsigned long i;

	for (i = 0; i < n; i++)
		check(one(state, (i & 511) << 12));
}

/* The walk caches are warm, the TLB is not. */
static void run_walk_cached(void *state, unsigned long n)
{
	struct state *s = state;
	unsigned long i;

	check(one(s, 0));
	for (i = 0; i < n; i++) {
		if (!(i & 511))
			tcache_invalidate_all(&s->hw.eng.cache[UNIT_TLB]);
		check(one(s, (i & 511) << 12));
	}
}

BENCH_MAIN({ "smmuv2.stream_match_128", setup_cached, run_match, 20, 0, "128 valid entries, nothing remembered" },
	   { "smmuv2.hit", setup_cached, run_hit, 10, 0, "lookup: remembered stream, TLB of 512 x 4" },
	   { "smmuv2.walk4", setup_uncached, run_walk, 60, 0, "translate, no caches, 4 descriptor reads" },
	   { "smmuv2.walk4_cached", setup_cached, run_walk_cached, 60, 0, "translate, walk cache warm, 1 read" },
	   { "smmuv2.nested", setup_nested_uncached, run_walk, 200, 0, "translate, no caches, 24 reads" },
	   { "smmuv2.nested_cached", setup_nested, run_walk_cached, 200, 0, "translate, walk caches warm" })
