// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Translation: the three steps, permissions, stream worlds, TBI, overrides, access flag and dirty state, caches. */
#include "v3_xlat_scene.h"

TEST(test_lookup_walk_fill)
{
	struct iommu_walk w;
	struct xlat_result r;
	struct dma_txn t;

	s1_scene(0, 0);
	fx_map(&s1, VA, PA, 0x1000, FX_RW);
	t = fx_txn(&f, SID, VA + 0x123, DMA_WRITE);
	ck_assert_int_eq(smmuv3_class.lookup(&f.smmu, &t, &r), XLAT_MISS);
	ck_assert_int_eq(smmuv3_class.walk(&f.smmu, &t, &w), XLAT_OK);
	/* STE, CD, four levels */
	ck_assert_uint_eq(w.n_accesses, 6);
	ck_assert_uint_eq(w.accesses[0].addr, FX_STRTAB + SID * 64);
	ck_assert_uint_eq(w.accesses[0].len, 64);
	ck_assert_int_eq(w.accesses[0].what, WALK_CONFIG);
	ck_assert_uint_eq(w.accesses[1].addr, FX_CDTAB + SID * 64);
	ck_assert_uint_eq(w.accesses[2].addr, s1.root);
	ck_assert_int_eq(w.accesses[5].level, 3);
	/* nothing is visible before fill */
	ck_assert_int_eq(smmuv3_class.lookup(&f.smmu, &t, &r), XLAT_MISS);
	ck_assert_int_eq(smmuv3_class.fill(&f.smmu, &w), XLAT_OK);
	ck_assert_uint_eq(w.res.pa, PA + 0x123);
	ck_assert_int_eq(smmuv3_class.lookup(&f.smmu, &t, &r), XLAT_OK);
	ck_assert_uint_eq(r.pa, PA + 0x123);
	ck_assert(r.hit && !r.bypass);
	ck_assert_uint_eq(r.shift, 12);
	ck_assert_uint_eq(r.perm & 3, 3);
	/* the next page: configuration and upper tables are cached */
	fx_map(&s1, VA + 0x1000, PA, 0x1000, FX_RW);
	t.iova += 0x1000;
	smmuv3_class.walk(&f.smmu, &t, &w);
	ck_assert_uint_eq(w.n_accesses, 1);
	smmuv3_class.fill(&f.smmu, &w);
}

/* A fault is delivered by fill, not by walk; a cancelled walk leaves nothing. */
TEST(test_fault_is_delivered_by_fill)
{
	struct iommu_walk w;
	struct dma_txn t;

	s1_scene(0, 0);
	t = fx_txn(&f, SID, VA, 0);
	ck_assert_int_eq(smmuv3_class.walk(&f.smmu, &t, &w), XLAT_ABORT);
	ck_assert_uint_eq(fx_events_pending(&f), 0);
	ck_assert_int_eq(smmuv3_class.fill(&f.smmu, &w), XLAT_ABORT);
	ck_assert_uint_eq(fx_events_pending(&f), 1);
	smmuv3_class.walk(&f.smmu, &t, &w);
	smmuv3_class.cancel(&f.smmu, &w);
	ck_assert_uint_eq(fx_events_pending(&f), 1);
}

TEST(test_sizes)
{
	struct xlat_result r;

	s1_scene(0, 0);
	fx_map(&s1, 0x40000000, 0x80000000, 0x40000000, FX_RW);
	fx_map(&s1, 0x200000, 0x400000, 0x200000, FX_RW);
	ck_assert_int_eq(fx_xlat(&f, SID, 0x7fffffff, 0, &r), XLAT_OK);
	ck_assert_uint_eq(r.pa, 0xbfffffff);
	ck_assert_uint_eq(r.shift, 30);
	ck_assert_int_eq(fx_xlat(&f, SID, 0x40000001, 0, &r), XLAT_OK);
	ck_assert(r.hit);
	ck_assert_uint_eq(r.pa, 0x80000001);
	ck_assert_int_eq(fx_xlat(&f, SID, 0x3ff123, 0, &r), XLAT_OK);
	ck_assert_uint_eq(r.pa, 0x5ff123);
	ck_assert_uint_eq(r.shift, 21);
}

TEST(test_permissions)
{
	s1_scene(0, 0);
	fx_map(&s1, 0x1000, PA, 0x1000, DRV_PROT_READ);
	fx_map(&s1, 0x2000, PA, 0x1000, FX_RW);
	fx_map(&s1, 0x3000, PA, 0x1000, DRV_PROT_READ | DRV_PROT_EXEC);
	fx_map(&s1, 0x4000, PA, 0x1000, FX_RW | DRV_PROT_PRIV);
	ck_assert_int_eq(go(0x1000, 0), XLAT_OK);
	ck_assert_int_eq(go(0x1000, DMA_WRITE), XLAT_ABORT);
	ck_assert_int_eq(go(0x1000, DMA_EXEC), XLAT_ABORT);
	ck_assert_int_eq(go(0x2000, DMA_WRITE), XLAT_OK);
	ck_assert_int_eq(go(0x3000, DMA_EXEC), XLAT_OK);
	ck_assert_int_eq(go(0x4000, DMA_WRITE), XLAT_ABORT);
	ck_assert_int_eq(go(0x4000, DMA_WRITE | DMA_PRIV), XLAT_OK);
	ck_assert_int_eq(go(0x4000, 0), XLAT_ABORT); /* cached, still refused */
}

/* A cached entry that does not allow the access is looked up anew: a page made writable without invalidation. */
TEST(test_upgrade)
{
	s1_scene(0, 0);
	fx_map(&s1, VA, PA, 0x1000, DRV_PROT_READ);
	ck_assert_int_eq(go(VA, 0), XLAT_OK);
	ck_assert_int_eq(go(VA, DMA_WRITE), XLAT_ABORT);
	ck_assert_int_eq(pt_protect(&s1, VA, 0x1000, FX_RW), 0x1000);
	ck_assert_int_eq(go(VA, DMA_WRITE), XLAT_OK);
}

TEST(test_wxn_and_pan)
{
	s1_scene(1ULL << 36 | 1ULL << 40, 0);
	fx_map(&s1, 0x1000, PA, 0x1000, FX_RW | DRV_PROT_EXEC);
	fx_map(&s1, 0x2000, PA, 0x1000, FX_RW | DRV_PROT_PRIV);
	ck_assert_int_eq(go(0x1000, DMA_EXEC), XLAT_ABORT);
	ck_assert_int_eq(go(0x1000, DMA_PRIV), XLAT_ABORT); /* PAN: accessible to user */
	ck_assert_int_eq(go(0x1000, DMA_WRITE), XLAT_OK);
	ck_assert_int_eq(go(0x2000, DMA_PRIV), XLAT_OK);
}

/* AFFD: a clear access flag is no fault. */
TEST(test_affd)
{
	s1_scene(1ULL << 35, 0);
	fx_map(&s1, VA, PA, 0x1000, FX_RW | PT_PROT_NO_AF);
	ck_assert_int_eq(go(VA, 0), XLAT_OK);
}

TEST(test_second_table)
{
	struct pt_build high;
	struct pt_build_cfg cfg = {
		.format = PT_VMSA64_S1, .granule = 12, .in_bits = 39, .out_bits = 48, .high = true
	};
	struct xlat_result r;

	start(&(struct smmuv3_cfg){ 0 });
	fx_s1_stream(&f, SID, AR, &s1);
	ck_assert_int_eq(pt_build_init(&high, &cfg, &machine_drv_ops, &f), 0);
	fx_map(&high, 0xffffff8000001000ULL, PA, 0x1000, FX_RW);
	fx_map(&s1, 0x1000, PA + 0x1000, 0x1000, FX_RW);
	/* T1SZ 25, TG1 4K; EPD1 clear; TTB1 */
	fx_words(&f, FX_CDTAB + SID * 64,
		 (u64[]){ (FX_CD_0 & ~0x40000000ULL) | 25 << 16 | 2 << 22, s1.root, high.root }, 3);
	fx_enable(&f, 0xd);
	ck_assert_int_eq(fx_xlat(&f, SID, 0xffffff8000001234ULL, 0, &r), XLAT_OK);
	ck_assert_uint_eq(r.pa, PA + 0x234);
	ck_assert_int_eq(fx_xlat(&f, SID, 0x1234, 0, &r), XLAT_OK);
	ck_assert_uint_eq(r.pa, PA + 0x1234);
	ck_assert_int_eq(fx_xlat(&f, SID, 0xffffff0000001234ULL, 0, &r), XLAT_ABORT); /* the hole */
	ck_assert_int_eq(fx_xlat(&f, SID, 0xa5ffff8000001234ULL, 0, &r), XLAT_ABORT); /* no TBI */
	ck_assert_uint_eq(r.fault, 0x10);
}

/* TBI: any top byte reaches the same entry, and one invalidation drops it. */
TEST(test_tbi)
{
	struct xlat_result r;

	s1_scene(1ULL << 38, 0);
	fx_map(&s1, VA, PA, 0x1000, FX_RW);
	ck_assert_int_eq(fx_xlat(&f, SID, VA | 0x5aULL << 56, 0, &r), XLAT_OK);
	ck_assert_uint_eq(r.pa, PA);
	ck_assert_int_eq(fx_xlat(&f, SID, VA | 0xffULL << 56, 0, &r), XLAT_OK);
	ck_assert(r.hit);
	pt_unmap(&s1, VA, 0x1000, false);
	fx_cmd(&f, 0x12 | (u64)SID << 48, VA | 0x77ULL << 56);
	ck_assert_int_eq(fx_xlat(&f, SID, VA | 0xffULL << 56, 0, &r), XLAT_ABORT);
}

/* E0PD: unprivileged accesses through the table fault, also where the TLB knows the page. */
TEST(test_e0pd)
{
	struct smmuv3_cfg cfg = { .idr = { [3] = 0x2414 } };
	struct xlat_result r;

	start(&cfg);
	fx_s1_stream(&f, SID, AR, &s1);
	fx_map(&s1, VA, PA, 0x1000, FX_RW | DRV_PROT_PRIV);
	fx_words(&f, FX_CDTAB + SID * 64, (u64[]){ FX_CD_0, s1.root | 4 }, 2);
	fx_enable(&f, 0xd);
	ck_assert_int_eq(fx_xlat(&f, SID, VA, DMA_PRIV, &r), XLAT_OK);
	ck_assert_int_eq(fx_xlat(&f, SID, VA, 0, &r), XLAT_ABORT);
	ck_assert_uint_eq(r.fault, 0x10);
}

TEST(test_overrides)
{
	s1_scene(0, 3ULL << 48); /* PRIVCFG: privileged */
	fx_map(&s1, 0x1000, PA, 0x1000, FX_RW | DRV_PROT_PRIV);
	ck_assert_int_eq(go(0x1000, DMA_WRITE), XLAT_OK);
	ck_assert_int_eq(go(0x1000, DMA_WRITE), XLAT_OK);
	fx_exit(&f);
	/* INSTCFG instruction: reads are fetches, writes are not */
	s1_scene(0, 3ULL << 50);
	fx_map(&s1, 0x1000, PA, 0x1000, FX_RW);
	ck_assert_int_eq(go(0x1000, 0), XLAT_ABORT);
	ck_assert_int_eq(go(0x1000, DMA_WRITE), XLAT_OK);
	ck_assert_int_eq(go(0x1000, 0), XLAT_ABORT);
}

/* Without ATTR_PERMS_OVR the fields are RES0. */
TEST(test_no_overrides)
{
	struct smmuv3_cfg cfg = { .idr = { 0, 0x0e739d20 & ~(1U << 26) } };

	start(&cfg);
	fx_s1_stream(&f, SID, AR, &s1);
	fx_ste(&f, SID, FX_STE_S1 | (FX_CDTAB + SID * 64), 3ULL << 48, 0, 0);
	fx_map(&s1, 0x1000, PA, 0x1000, FX_RW | DRV_PROT_PRIV);
	fx_enable(&f, 0xd);
	ck_assert_int_eq(go(0x1000, DMA_WRITE), XLAT_ABORT);
}

/* EL2: one table, AP[1] means nothing, no ASIDs; E2H: two tables and ASIDs. */
TEST(test_el2)
{
	struct pt_build other;
	struct xlat_result r;

	start(&(struct smmuv3_cfg){ 0 });
	fx_s1_stream(&f, SID, AR, &s1);
	fx_ste(&f, SID, FX_STE_S1 | (FX_CDTAB + SID * 64), 2ULL << 30, 0, 0);
	fx_map(&s1, VA, PA, 0x1000, FX_RW | DRV_PROT_PRIV);
	fx_s1_stream(&f, SID + 1, AR, &other);
	fx_ste(&f, SID + 1, FX_STE_S1 | (FX_CDTAB + (SID + 1) * 64), 2ULL << 30, 0, 0);
	fx_enable(&f, 0xd);
	ck_assert_int_eq(go(VA, 0), XLAT_OK); /* no privilege in EL2 */
	/* another ASID, same regime: the TLB entry answers for it */
	ck_assert_int_eq(fx_xlat(&f, SID + 1, VA, 0, &r), XLAT_OK);
	ck_assert_uint_eq(r.pa, PA);
	ck_assert_int_eq(fx_xlat(&f, SID, 0xffff000000000000ULL | VA, 0, &r), XLAT_ABORT);
	fx_exit(&f);
	start(&(struct smmuv3_cfg){ 0 });
	fx_s1_stream(&f, SID, AR, &s1);
	fx_ste(&f, SID, FX_STE_S1 | (FX_CDTAB + SID * 64), 2ULL << 30, 0, 0);
	fx_map(&s1, VA, PA, 0x1000, FX_RW | DRV_PROT_PRIV);
	fx_s1_stream(&f, SID + 1, AR, &other);
	fx_ste(&f, SID + 1, FX_STE_S1 | (FX_CDTAB + (SID + 1) * 64), 2ULL << 30, 0, 0);
	fx_w32(&f, SMMUV3_CR2, 1);
	fx_enable(&f, 0xd);
	ck_assert_int_eq(go(VA, 0), XLAT_ABORT);
	ck_assert_int_eq(go(VA, DMA_PRIV), XLAT_OK);
	ck_assert_int_eq(fx_xlat(&f, SID + 1, VA, DMA_PRIV, &r), XLAT_ABORT);
}

TEST(test_nested)
{
	struct iommu_walk w;
	struct xlat_result r;
	struct dma_txn t;
	u32 i, s2_reads = 0;

	start(&(struct smmuv3_cfg){ .walk_cache = { 0, 1 }, .walk_cache_s2 = { 0, 1 } });
	fx_nested_stream(&f, SID, AR, FX_STE2_S2R, &s1, &s2);
	fx_map(&s1, VA, 0x123456000ULL, 0x1000, FX_RW);
	fx_map(&s2, 0x123456000ULL, PA, 0x1000, FX_RW);
	fx_enable(&f, 0xd);
	t = fx_txn(&f, SID, VA + 4, DMA_WRITE);
	ck_assert_int_eq(smmuv3_class.walk(&f.smmu, &t, &w), XLAT_OK);
	for (i = 0; i < w.n_accesses; i++)
		s2_reads += w.accesses[i].what == WALK_S2;
	/* STE; CD, four descriptors and the address: each through four levels of stage 2 */
	ck_assert_uint_eq(w.n_accesses, 1 + 4 + 1 + 4 * 5 + 4);
	ck_assert_uint_eq(s2_reads, 4 * 6);
	smmuv3_class.fill(&f.smmu, &w);
	ck_assert_uint_eq(w.res.pa, PA + 4);
	ck_assert_int_eq(fx_xlat(&f, SID, VA + 8, 0, &r), XLAT_OK);
	ck_assert(r.hit);
	/* what either stage refuses is refused */
	fx_map(&s1, VA + 0x1000, 0x123457000ULL, 0x1000, FX_RW);
	fx_map(&s2, 0x123457000ULL, PA, 0x1000, DRV_PROT_READ);
	ck_assert_int_eq(fx_xlat(&f, SID, VA + 0x1000, 0, &r), XLAT_OK);
	ck_assert_uint_eq(r.perm, PERM_R);
	ck_assert_int_eq(fx_xlat(&f, SID, VA + 0x1000, DMA_WRITE, &r), XLAT_ABORT);
}

/* The same VMID and ASID with and without stage 2 do not meet in the TLB. */
TEST(test_stage2_apart)
{
	struct pt_build other;
	struct xlat_result r;

	start(&(struct smmuv3_cfg){ 0 });
	fx_nested_stream(&f, SID, AR, FX_STE2_S2R, &s1, &s2);
	fx_map(&s1, VA, 0x123456000ULL, 0x1000, FX_RW);
	fx_map(&s2, 0x123456000ULL, PA, 0x1000, FX_RW);
	fx_s1_stream(&f, 9, AR, &other);
	fx_cd(&f, 9, FX_CD_0 | (u64)SID << 48, other.root);
	fx_ste(&f, 9, FX_STE_S1 | (FX_CDTAB + 9 * 64), 0, SID, 0);
	fx_map(&other, VA, PA + 0x1000, 0x1000, FX_RW);
	fx_enable(&f, 0xd);
	fx_xlat(&f, SID, VA, 0, &r);
	ck_assert_uint_eq(r.pa, PA);
	fx_xlat(&f, 9, VA, 0, &r);
	ck_assert_uint_eq(r.pa, PA + 0x1000);
}

/* Access flag and dirty state by hardware (3.13): set in memory, and a clean page is not written by a stale hit. */
TEST(test_httu)
{
	u64 where, desc;

	s1_scene(3ULL << 42, 0); /* HA, HD */
	fx_map(&s1, VA, PA, 0x1000, FX_RW | PT_PROT_NO_AF | PT_PROT_DBM);
	ck_assert_int_eq(pt_entry(&s1, VA, &desc, &where), 0);
	ck_assert_uint_eq(desc & 0x480, 0x080); /* AF clear, AP[2] set */
	ck_assert_int_eq(go(VA, 0), XLAT_OK);
	ck_assert_uint_eq(fx_m64(&f, where) & 0x480, 0x480);
	ck_assert_int_eq(go(VA, DMA_WRITE), XLAT_OK);
	ck_assert_uint_eq(fx_m64(&f, where) & 0x480, 0x400);
	ck_assert_int_eq(go(VA, DMA_WRITE), XLAT_OK);
}

/* HD without HA behaves as neither (5.4). */
TEST(test_hd_without_ha)
{
	s1_scene(1ULL << 42, 0);
	fx_map(&s1, VA, PA, 0x1000, FX_RW | PT_PROT_DBM);
	ck_assert_int_eq(go(VA, 0), XLAT_OK);
	ck_assert_int_eq(go(VA, DMA_WRITE), XLAT_ABORT);
}

TEST(test_big_endian_tables)
{
	struct smmuv3_cfg cfg = { .idr = { 0x08cd769b & ~(3U << 21) } };
	struct pt_build_cfg build = {
		.format = PT_VMSA64_S1, .granule = 12, .in_bits = 48, .out_bits = 48, .big_endian = true
	};
	struct xlat_result r;

	start(&cfg);
	fx_s1_stream(&f, SID, AR, &s1);
	ck_assert_int_eq(pt_build_init(&s1, &build, &machine_drv_ops, &f), 0);
	fx_map(&s1, VA, PA, 0x1000, FX_RW);
	fx_cd(&f, SID, FX_CD_0 | 1 << 15, s1.root);
	fx_enable(&f, 0xd);
	ck_assert_int_eq(fx_xlat(&f, SID, VA, 0, &r), XLAT_OK);
	ck_assert_uint_eq(r.pa, PA);
}

/* 52-bit addresses with the 64K granule. */
TEST(test_52_bits)
{
	struct smmuv3_cfg cfg = { .idr = { [5] = 0x01000476 } };
	struct pt_build_cfg build = { .format = PT_VMSA64_S1, .granule = 16, .in_bits = 52, .out_bits = 52 };
	struct xlat_result r;

	start(&cfg);
	fx_s1_stream(&f, SID, AR, &s1);
	ck_assert_int_eq(pt_build_init(&s1, &build, &machine_drv_ops, &f), 0);
	fx_map(&s1, 0x000a123400000000ULL, 0x000f432100000000ULL, 0x10000, FX_RW);
	/* T0SZ 12, TG0 64K, IPS 52 */
	fx_cd(&f, SID, (FX_CD_0 & ~0x7000000ffULL) | 0x60000004cULL, s1.root);
	fx_enable(&f, 0xd);
	ck_assert_int_eq(fx_xlat(&f, SID, 0x000a123400001234ULL, 0, &r), XLAT_OK);
	ck_assert_uint_eq(r.pa, 0x000f432100001234ULL);
	ck_assert_uint_eq(r.shift, 16);
}

SUITE("smmuv3 translation")
