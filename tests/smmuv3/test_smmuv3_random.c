// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Random registers, structures, commands and accesses, from fixed seeds. Nothing
 * a guest writes may trip an assertion or read beyond what is there; every
 * transaction has one outcome, and every stall ends exactly once.
 */
#include "suite.h"
#include "v3_fixture.h"

#define WALKS 8
#define TXNS  100000

static struct v3_fixture f;
static u64 seed;
static u8 stalled[TXNS]; /* by id: 1 stalled, 2 ended */
static u32 checked;	 /* resumed[] up to here */

static u64 rnd(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

static u32 below(u32 n)
{
	return (u32)(rnd() >> 20) % n;
}

/* A word with few bits, one with many, or zero. */
static u64 word(void)
{
	switch (below(4)) {
	case 0:
		return 0;
	case 1:
		return rnd() & rnd() & rnd();
	case 2:
		return rnd();
	default:
		return 1ULL << below(64);
	}
}

/* A legal value with a few bits turned. */
static u64 turned(u64 v)
{
	u32 n = below(3);

	while (n--)
		v ^= 1ULL << below(64);
	return v;
}

/* Half of the time nothing is turned. */
static u64 mostly(u64 v)
{
	return below(4) ? v : turned(v);
}

static void random_ste(void)
{
	static const u64 config[] = { 0, 4, 5, 6, 7, 5, 7, 7 };
	static const u64 t0sz_sl0[] = { 20 | 2 << 6, 25 | 1 << 6, 30 | 1 << 6, 34 | 0 << 6 };
	u32 sid = below(16);
	u64 w[8] = { 0 };

	w[0] = mostly(1 | config[below(8)] << 1 | (FX_CDTAB + below(8) * 64) | (u64)below(4) << 4 |
		      (below(3) ? 0 : (u64)below(6) << 59));
	w[1] = below(2) ? 0 : mostly((u64)below(4) | (u64)below(4) << 28);
	w[2] = mostly(0x000d000000000000ULL | t0sz_sl0[below(4)] << 32 | (u64)below(4) << 57 | below(4));
	w[3] = mostly(FX_TABLES + below(16) * 0x1000);
	fx_words(&f, FX_STRTAB + sid * 64, w, 8);
}

static void random_cd(void)
{
	u64 w[8] = { 0 };

	w[0] = mostly(0x0000020580000000ULL | (u64)(16 + below(24)) | (u64)below(3) << 6 | (u64)(16 + below(24)) << 16 |
		      (u64)(1 + below(3)) << 22 | (u64)below(2) << 30 | (u64)below(2) << 35 | (u64)below(4) << 38 |
		      (u64)below(8) << 44 | (u64)below(4) << 48);
	w[1] = mostly(FX_TABLES + below(16) * 0x1000);
	w[2] = mostly(FX_TABLES + below(16) * 0x1000);
	fx_words(&f, FX_CDTAB + below(64) * 64, w, 8);
}

/* Entries that pages of the tables, low addresses and high ones lead to. */
static void random_descriptors(void)
{
	u32 i;

	for (i = 0; i < 64; i++) {
		u64 where = FX_TABLES + below(16) * 0x1000 + (below(2) ? below(8) : below(512)) * 8ULL;
		u64 to = below(4) ? FX_TABLES + below(16) * 0x1000 : rnd() & 0xfffffffff000ULL;

		fx_put(&f, where, mostly(to | 0x400 | (below(8) ? 3 : below(4)) | (u64)below(4) << 6 | 0x2c));
	}
}

static void random_command(void)
{
	static const u8 ops[] = { 0x03, 0x04, 0x05, 0x06, 0x10, 0x11, 0x12, 0x13, 0x20, 0x22, 0x23,
				  0x28, 0x2a, 0x30, 0x40, 0x41, 0x44, 0x44, 0x45, 0x46, 0x46 };
	u64 w0 = ops[below(sizeof(ops))] | (u64)below(16) << 32, w1 = word();

	if ((w0 & 0xff) == 0x44)
		w1 = below(8);
	if (!below(4))
		w0 ^= word() & ~0xffULL;
	fx_cmd(&f, w0, w1);
	if ((fx_r32(&f, SMMUV3_GERROR) ^ fx_r32(&f, SMMUV3_GERRORN)) & 1) { /* skip what was refused */
		u32 at = fx_r32(&f, SMMUV3_CMDQ_CONS) & 0xff;

		fx_put(&f, FX_CMDQ + at * 16, 0x01);
		fx_put(&f, FX_CMDQ + at * 16 + 8, 0);
		fx_w32(&f, SMMUV3_GERRORN, fx_r32(&f, SMMUV3_GERROR));
	}
}

static void random_register(void)
{
	static const u32 offsets[] = { 0x20, 0x28, 0x2c, 0x44, 0x50, 0x64, 0x100ac, 0x100cc, 0x88, 0x70, 0xb8, 0xdc };
	u32 offset = offsets[below(ARRAY_SIZE(offsets))];

	if (offset == 0x20) {
		fx_w32(&f, SMMUV3_CR0, 0xc | (below(8) ? 1 : 0) | (u32)below(2) << 1 | (u32)below(2) << 4);
		if (!below(16)) /* queue off and on */
			fx_w32(&f, SMMUV3_CR0, 0x9), fx_w32(&f, SMMUV3_CR0, 0xf);
	} else if (offset == 0x64) {
		fx_w32(&f, SMMUV3_GERRORN, fx_r32(&f, SMMUV3_GERROR));
	} else if (offset == 0x100ac || offset == 0x100cc) {
		fx_w32(&f, offset, fx_r32(&f, offset - 4));
	} else {
		fx_w32(&f, offset, (u32)word());
	}
}

static void note_resumed(void)
{
	for (; checked < f.n_resumed; checked++) {
		u64 id = f.resumed[checked].id;

		ck_assert_uint_lt(id, TXNS);
		ck_assert_uint_eq(stalled[id], 1);
		stalled[id] = 2;
	}
	f.n_resumed = 0;
	checked = 0;
	f.n_responses = 0;
	f.n_msis = 0;
}

static void note_outcome(u64 id, enum xlat x, const struct xlat_result *r)
{
	ck_assert(x != XLAT_MISS);
	if (x == XLAT_STALL) {
		ck_assert_uint_eq(stalled[id], 0);
		stalled[id] = 1;
	}
	if (x == XLAT_OK)
		ck_assert_uint_eq(r->pa & ~f.smmu.pa_mask, 0);
}

static struct dma_txn random_txn(void)
{
	static const u16 kinds[] = { 0, 0, 0, 0, DMA_ATS_REQ, DMA_TRANSLATED };
	u64 iova = below(4) ? (u64)below(8) << 12 << 9 * below(4) : word();
	struct dma_txn t = fx_txn(&f, below(18), iova, (u16)(below(2) | below(2) << 2 | kinds[below(6)]));

	if (!(t.flags & DMA_WRITE) && !below(4))
		t.flags |= DMA_EXEC;
	if (!below(3)) {
		t.flags |= DMA_PASID;
		t.pasid = below(70);
	}
	return t;
}

static void random_page_request(void)
{
	struct page_request pr = { .sid = below(16),
				   .pasid = below(70),
				   .addr = rnd() & ~0xfffULL,
				   .prgi = (u16)below(512),
				   .perm = (u8)below(8),
				   .pasid_valid = below(2),
				   .last = below(2) };

	smmuv3_class.page_request(&f.smmu, &pr);
}

static void answer_invalidations(void)
{
	u32 i;

	for (i = 0; i < f.n_invs; i++)
		smmuv3_class.ats_inv_done(&f.smmu, f.invs[i].sid, f.invs[i].itag, below(16));
	f.n_invs = 0;
	smmuv3_class.step(&f.smmu);
}

/* Walks in flight may still be filled or cancelled. */
static void reset(void)
{
	smmuv3_class.reset(&f.smmu);
	note_resumed();
	f.n_invs = 0;
	f.cmd_prod = 0;
	fx_enable(&f, 0xf);
}

static struct iommu_walk walks[WALKS];
static bool in_flight[WALKS];

/* One of the walks begins, or ends one way or the other. */
static void random_walk(void)
{
	u32 k = below(WALKS);

	if (in_flight[k] && below(8)) {
		u64 id = walks[k].txn.id;
		enum xlat x = smmuv3_class.fill(&f.smmu, &walks[k]);

		note_outcome(id, x, &walks[k].res);
	} else if (in_flight[k]) {
		smmuv3_class.cancel(&f.smmu, &walks[k]);
	} else {
		struct dma_txn t = random_txn();

		smmuv3_class.walk(&f.smmu, &t, &walks[k]);
	}
	in_flight[k] = !in_flight[k];
	smmuv3_class.step(&f.smmu);
}

static void random_step(void)
{
	struct xlat_result r;
	struct dma_txn t;

	switch (below(12)) {
	case 0:
		random_ste();
		break;
	case 1:
		random_cd();
		break;
	case 2:
		random_descriptors();
		break;
	case 3:
		random_command();
		break;
	case 4:
		if (!below(8))
			random_register();
		break;
	case 5:
		random_page_request();
		break;
	case 6:
	case 7:
		random_walk();
		break;
	default:
		t = random_txn();
		note_outcome(t.id, smmuv3_class.translate(&f.smmu, &t, &r), &r);
	}
}

static void run(u64 start, const struct smmuv3_cfg *cfg, u32 steps)
{
	u32 i;

	seed = start;
	memset(stalled, 0, sizeof(stalled));
	memset(in_flight, 0, sizeof(in_flight));
	ck_assert_int_eq(fx_init(&f, cfg), 0);
	fx_enable(&f, 0xf);
	for (i = 0; i < 64; i++) {
		random_ste();
		random_cd();
		random_descriptors();
	}
	for (i = 0; i < steps && f.next_id + 1 < TXNS; i++) {
		if (!below(2000))
			reset();
		random_step();
		answer_invalidations();
		note_resumed();
	}
	for (i = 0; i < WALKS; i++)
		if (in_flight[i])
			smmuv3_class.cancel(&f.smmu, &walks[i]);
	fx_w32(&f, SMMUV3_CR0, 0);
	note_resumed();
	for (i = 0; i < TXNS; i++)
		ck_assert_msg(stalled[i] != 1, "transaction %u is stalled for ever", i);
	ck_assert_uint_eq(f.smmu.eng.slots_used, 0);
	fx_exit(&f);
}

TEST(test_default)
{
	u64 s;

	for (s = 1; s <= 8; s++)
		run(s * 0x9e3779b97f4a7c15ULL, &(struct smmuv3_cfg){ .stalls = 8 }, 20000);
}

TEST(test_small_caches)
{
	struct smmuv3_cfg cfg = { .stalls = 3,
				  .tlb = { 2, 2 },
				  .walk_cache = { 1, 2 },
				  .walk_cache_s2 = { 1, 1 },
				  .ste_cache = { 1, 2 },
				  .cd_cache = { 1, 1 } };

	run(0x1234567, &cfg, 40000);
	cfg.tlb.policy = cfg.ste_cache.policy = cfg.cd_cache.policy = TCACHE_PLRU;
	run(0x7654321, &cfg, 40000);
}

/* Mixed endianness, both table formats, 52 bits, DS, E0PD, STT, small IDs; stall forced, stall absent. */
TEST(test_other_features)
{
	struct smmuv3_cfg cfg = { .idr = { 0x0881769fU, 0, 0, 0x2634, 0, 0x001004f6 } };

	run(0xabcdef01, &cfg, 40000);
	cfg.idr[0] = 0x0ad1769fU; /* STALL_MODEL 2 */
	run(0xabcdef02, &cfg, 40000);
	cfg.idr[0] = 0x0dc1169eU; /* STALL_MODEL 1, TERM_MODEL 1 */
	run(0xabcdef03, &cfg, 40000);
	cfg = (struct smmuv3_cfg){ .idr = { 0x09, 0x04210004, 0, 0x10, 0, 0x00100012 }, .idr_given = BIT(3) };
	run(0xabcdef04, &cfg, 40000);
}

SUITE("smmuv3 random")
