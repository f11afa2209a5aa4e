// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What ends a translation: tables in a circle, memory that fails, walks that overlap; with caches and without. */
#include "v3_xlat_scene.h"

/* Tables that point to themselves end after the last level; tables outside of memory end in an abort. */
TEST(test_loops_and_holes)
{
	struct xlat_result r;
	u32 i;

	s1_scene(0, 0);
	for (i = 0; i < 512; i++)
		fx_put(&f, s1.root + i * 8, s1.root | 3 | 0x400);
	ck_assert_int_eq(fx_xlat(&f, SID, VA, DMA_PRIV, &r), XLAT_OK); /* the table read as a page, by its bits */
	ck_assert_uint_eq(r.pa & ~0xfffULL, s1.root);
	for (i = 0; i < 512; i++)
		fx_put(&f, s1.root + i * 8, 0x0000fffffffff003ULL);
	f.mem.size = 1ULL << 40;
	fx_cmd(&f, 0x30, 0);
	ck_assert_int_eq(fx_xlat(&f, SID, VA, DMA_PRIV, &r), XLAT_ABORT);
	ck_assert_uint_eq(r.fault, 0x0b);
}

/* The n-th memory access fails: always an abort with one record, never anything else. */
TEST(test_every_access_may_fail)
{
	struct iommu_walk w;
	struct dma_txn t;
	u64 at[64];
	u32 i, n;

	start(&(struct smmuv3_cfg){ 0 });
	fx_nested_stream(&f, SID, AR, FX_STE2_S2R, &s1, &s2);
	fx_map(&s1, VA, 0x123456000ULL, 0x1000, FX_RW);
	fx_map(&s2, 0x123456000ULL, PA, 0x1000, FX_RW);
	fx_enable(&f, 0xd);
	t = fx_txn(&f, SID, VA, 0);
	smmuv3_class.walk(&f.smmu, &t, &w);
	n = w.n_accesses;
	for (i = 0; i < n; i++)
		at[i] = w.accesses[i].addr;
	smmuv3_class.cancel(&f.smmu, &w);
	for (i = 0; i < n; i++) {
		u64 rec[4];
		struct xlat_result r;

		f.mem.n_holes = 0;
		physmem_add_hole(&f.mem, at[i], at[i] + 7);
		ck_assert_int_eq(fx_xlat(&f, SID, VA, 0, &r), XLAT_ABORT);
		ck_assert(r.fault == 3 || r.fault == 9 || r.fault == 11);
		ck_assert(fx_event(&f, rec));
		ck_assert_uint_eq(rec[3] & ~7ULL, at[i] & ~7ULL);
		ck_assert(!fx_event(&f, rec));
		fx_cmd(&f, 0x04, 31);
		fx_cmd(&f, 0x30, 0);
	}
	f.mem.n_holes = 0;
	ck_assert_int_eq(go(VA, 0), XLAT_OK);
}

/* Without caches every access reads everything, and the answers are the same. */
TEST(test_without_caches)
{
	struct smmuv3_cfg cfg = { .tlb = { 0, 1 },
				  .walk_cache = { 0, 1 },
				  .walk_cache_s2 = { 0, 1 },
				  .ste_cache = { 0, 1 },
				  .cd_cache = { 0, 1 } };
	struct iommu_walk w;
	struct dma_txn t;
	u32 i;

	start(&cfg);
	fx_s1_stream(&f, SID, AR, &s1);
	fx_map(&s1, VA, PA, 0x1000, FX_RW);
	fx_enable(&f, 0xd);
	for (i = 0; i < 3; i++) {
		t = fx_txn(&f, SID, VA, 0);
		ck_assert_int_eq(smmuv3_class.walk(&f.smmu, &t, &w), XLAT_OK);
		ck_assert_uint_eq(w.n_accesses, 6);
		smmuv3_class.fill(&f.smmu, &w);
	}
	fx_cmd(&f, 0x04, 31);
	fx_cmd(&f, 0x30, 0);
	ck_assert_uint_eq(fx_r32(&f, SMMUV3_CMDQ_CONS), 2);
}

/* More streams than the configuration caches hold: each keeps its own translation. */
TEST(test_many_streams)
{
	struct pt_build t[8];
	struct xlat_result r;
	u32 i;

	start(&(struct smmuv3_cfg){ .ste_cache = { 1, 2 }, .cd_cache = { 1, 2 } });
	for (i = 0; i < 8; i++) {
		fx_s1_stream(&f, 20 + i, AR, &t[i]);
		fx_map(&t[i], VA, PA + i * 0x1000, 0x1000, FX_RW);
	}
	fx_enable(&f, 0xd);
	for (i = 0; i < 64; i++) {
		ck_assert_int_eq(fx_xlat(&f, 20 + i * 5 % 8, VA, 0, &r), XLAT_OK);
		ck_assert_uint_eq(r.pa, PA + i * 5 % 8 * 0x1000);
	}
}

/* Several walks in flight, ended in any order; SMMUEN may go meanwhile. */
TEST(test_walks_in_flight)
{
	struct iommu_walk w[3];
	struct dma_txn t;
	u32 i;

	s1_scene(0, 0);
	for (i = 0; i < 3; i++) {
		fx_map(&s1, VA + i * 0x1000, PA + i * 0x1000, 0x1000, FX_RW);
		t = fx_txn(&f, SID, VA + i * 0x1000, 0);
		ck_assert_int_eq(smmuv3_class.walk(&f.smmu, &t, &w[i]), XLAT_OK);
	}
	ck_assert_int_eq(smmuv3_class.fill(&f.smmu, &w[1]), XLAT_OK);
	smmuv3_class.cancel(&f.smmu, &w[2]);
	fx_w32(&f, SMMUV3_CR0, 0xc);
	ck_assert_int_eq(smmuv3_class.fill(&f.smmu, &w[0]), XLAT_OK); /* began before */
	ck_assert_uint_eq(w[0].res.pa, PA);
	t = fx_txn(&f, SID, VA, 0);
	ck_assert_int_eq(smmuv3_class.walk(&f.smmu, &t, &w[0]), XLAT_OK); /* bypass now */
	smmuv3_class.fill(&f.smmu, &w[0]);
	ck_assert_uint_eq(w[0].res.pa, VA);
	fx_w32(&f, SMMUV3_CR0, 0xd);
	t = fx_txn(&f, SID, VA, 0);
	ck_assert_int_eq(smmuv3_class.lookup(&f.smmu, &t, &w[0].res), XLAT_MISS); /* not installed while off */
	t.iova = VA + 0x1000;
	ck_assert_int_eq(smmuv3_class.lookup(&f.smmu, &t, &w[0].res), XLAT_OK);
}

/* S2PTW: neither tables nor CDs in Device memory (5.2). */
TEST(test_s2ptw)
{
	u64 ptw = 1ULL << 54;
	u64 where;
	u32 i;

	for (i = 0; i < 2; i++) {
		u64 page = i ? FX_CDTAB : FX_TABLES;

		start(&(struct smmuv3_cfg){ 0 });
		fx_nested_stream(&f, SID, AR, FX_STE2_S2R | ptw, &s1, &s2);
		fx_map(&s1, VA, 0x123456000ULL, 0x1000, FX_RW);
		fx_map(&s2, 0x123456000ULL, PA, 0x1000, FX_RW | PT_PROT_ATTR(1)); /* the data may be Device */
		for (where = page; where < page + (i ? 0x1000 : 0x10000); where += 0x1000) {
			pt_unmap(&s2, where, 0x1000, false);
			fx_map(&s2, where, where, 0x1000, FX_RW | PT_PROT_ATTR(1));
		}
		where = i ? FX_TABLES : FX_CDTAB;
		pt_protect(&s2, where, i ? 0x100000 : 0x1000, FX_RW | PT_PROT_ATTR(0xf));
		fx_enable(&f, 0xd);
		ck_assert_int_eq(go(VA, 0), XLAT_ABORT);
		if (i)
			ck_event(&f, 0x0000000800000013ULL, 0x0000008800000000ULL, VA, FX_CDTAB);
		else
			ck_event(&f, 0x0000000800000013ULL, 0x0000118800000000ULL | 0x0000018000000000ULL, VA, s1.root);
		fx_exit(&f);
	}
}

/* The face for holders of any IOMMU is the same engine. */
TEST(test_class)
{
	const struct iommu_class *c = &smmuv3_class;
	void *hw = &f.smmu;
	struct page_request pr = { .sid = SID, .last = true, .perm = PERM_R };
	struct xlat_result r;
	struct iommu_walk w;
	struct dma_txn t;

	s1_scene(0, 0);
	fx_map(&s1, VA, PA, 0x1000, FX_RW);
	t = fx_txn(&f, SID, VA, 0);
	ck_assert_str_eq(c->name, "smmuv3");
	ck_assert_int_eq(c->lookup(hw, &t, &r), XLAT_MISS);
	ck_assert_int_eq(c->walk(hw, &t, &w), XLAT_OK);
	c->cancel(hw, &w);
	c->walk(hw, &t, &w);
	ck_assert_int_eq(c->fill(hw, &w), XLAT_OK);
	ck_assert_int_eq(c->translate(hw, &t, &r), XLAT_OK);
	ck_assert_uint_eq(r.pa, PA);
	ck_assert_uint_eq(c->mmio_read(hw, 0x24, 4), 0xd);
	c->mmio_write(hw, 0x20, 0, 4);
	ck_assert_uint_eq(c->mmio_read(hw, 0x24, 4), 0);
	c->page_request(hw, &pr);
	ck_assert_uint_eq(f.n_responses, 1);
	c->ats_inv_done(hw, SID, 3, true);
}

/* Events of lookup only for those who want them. */
TEST(test_events_of_lookup)
{
	struct xlat_result r;

	s1_scene(0, 0);
	fx_map(&s1, VA, PA, 0x1000, FX_RW);
	fx_xlat(&f, SID, VA, 0, &r);
	f.events[IOMMU_EV_HIT] = 0;
	fx_xlat(&f, SID, VA, 0, &r);
	ck_assert_uint_eq(f.events[IOMMU_EV_HIT], 3); /* STE, CD, TLB */
	fx_exit(&f);
}

SUITE("smmuv3 translation ends")
