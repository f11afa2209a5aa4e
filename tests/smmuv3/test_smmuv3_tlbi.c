// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Commands that invalidate translations, and walks in flight. */
#include "v3_cmd_scene.h"

static struct pt_build s2[16];

/* ---- translations ---- */

/*
 * Streams: 1 and 2 stage 1 with ASIDs 1, 2 and VMID 0; 3 stage 1 with ASID 1,
 * VMID 3; 4 nested with ASID 4, VMID 4; 5 stage 2 only, VMID 5; 6 EL2. Each has
 * VA cached at OLD, and at NEW in memory.
 */
static void remap(struct pt_build *t, u64 va)
{
	pt_unmap(t, va, 0x1000, false);
	fx_map(t, va, NEW, 0x1000, FX_RW);
}

static void worlds(u32 cr2)
{
	u32 i;

	start(0);
	fx_w32(&f, SMMUV3_CR0, 0);
	fx_w32(&f, SMMUV3_CR2, 2 | cr2);
	for (i = 1; i <= 3; i++)
		fx_s1_stream(&f, i, AR, &s1[i]);
	fx_cd(&f, 3, FX_CD_0 | 1ULL << 48, s1[3].root);
	fx_ste(&f, 3, FX_STE_S1 | (FX_CDTAB + 3 * 64), 0, 3, 0);
	fx_nested_stream(&f, 4, AR, FX_STE2_S2R, &s1[4], &s2[4]);
	fx_map(&s2[4], OLD, OLD, 0x1000, FX_RW);
	fx_map(&s2[4], NEW, NEW, 0x1000, FX_RW);
	fx_table(&f, &s2[5], true);
	fx_map(&s2[5], VA, OLD, 0x1000, FX_RW);
	fx_ste(&f, 5, FX_STE_S2, 0, FX_STE2_S2 | 5, s2[5].root);
	fx_s1_stream(&f, 6, AR, &s1[6]);
	fx_ste(&f, 6, FX_STE_S1 | (FX_CDTAB + 6 * 64), 2ULL << 30, 0, 0);
	fx_w32(&f, SMMUV3_CR0, 0xd);
	for (i = 1; i <= 6; i++) {
		if (i != 5)
			fx_map(&s1[i], VA, OLD, 0x1000, FX_RW);
		ck_assert_uint_eq(pa_of(i, VA), OLD);
		remap(i == 5 ? &s2[i] : &s1[i], VA);
		ck_assert_uint_eq(pa_of(i, VA), OLD);
	}
}

/* Bit n: stream n still gets the old page. */
static u32 old_streams(void)
{
	u32 i, mask = 0;

	for (i = 1; i <= 6; i++)
		if (pa_of(i, VA) == OLD)
			mask |= BIT(i);
	return mask;
}

#define VMID(n) ((u64)(n) << 32)
#define ASID(n) ((u64)(n) << 48)

static void drops(u64 w0, u64 w1, u32 cr2, u32 left)
{
	worlds(cr2);
	f.cmd_prod = fx_r32(&f, SMMUV3_CMDQ_CONS);
	cmd_ok(w0, w1);
	ck_assert_msg(old_streams() == left, "command 0x%llx 0x%llx: left 0x%x, not 0x%x", w0, w1, old_streams(), left);
	fx_exit(&f);
	f.cmd_prod = 0;
}

TEST(test_tlbi_scopes)
{
	drops(0x10 | VMID(0), 0, 0, 0x78); /* NH_ALL */
	drops(0x10 | VMID(4), 0, 0, 0x6e);
	drops(0x11 | VMID(0) | ASID(2), 0, 0, 0x7a); /* NH_ASID */
	drops(0x11 | VMID(3) | ASID(1), 0, 0, 0x76);
	drops(0x12 | VMID(0) | ASID(1), VA, 0, 0x7c); /* NH_VA */
	drops(0x12 | VMID(0) | ASID(1), VA + 0x1000, 0, 0x7e);
	drops(0x12 | VMID(0) | ASID(1), VA | 1, 0, 0x7c); /* Leaf */
	drops(0x13 | VMID(0), VA, 0, 0x78);		  /* NH_VAA */
	drops(0x13 | VMID(4), VA, 0, 0x6e);
	drops(0x20, 0, 0, 0x3e);	     /* EL2_ALL */
	drops(0x22 | ASID(99), VA, 0, 0x3e); /* EL2_VA: the ASID is ignored */
	drops(0x23, VA, 0, 0x3e);	     /* EL2_VAA */
	drops(0x23, VA + 0x1000, 0, 0x7e);
	drops(0x28 | VMID(4), 0, 0, 0x6e); /* S12_VMALL */
	drops(0x28 | VMID(5), 0, 0, 0x5e);
	drops(0x2a | VMID(5), VA, 0, 0x5e); /* S2_IPA */
	drops(0x2a | VMID(5), VA | 1, 0, 0x5e);
	drops(0x2a | VMID(5), VA + 0x1000, 0, 0x7e);
	drops(0x30, 0, 0, 0x40); /* NSNH_ALL */
}

/* EL2 with E2H: ASIDs count. Stream 6 has ASID 6. */
TEST(test_tlbi_e2h)
{
	drops(0x21 | ASID(6), 0, 1, 0x3e);
	drops(0x21 | ASID(5), 0, 1, 0x7e);
	drops(0x22 | ASID(6), VA, 1, 0x3e);
	drops(0x22 | ASID(5), VA, 1, 0x7e);
	drops(0x23, VA, 1, 0x3e);
	drops(0x20, 0, 1, 0x3e);
	drops(0x21 | ASID(6), 0, 0, 0x7e); /* without E2H there is no such entry */
}

/* A global entry survives an invalidation by ASID, not one by address. */
TEST(test_global_entries)
{
	start(0);
	fx_s1_stream(&f, 1, AR, &s1[1]);
	fx_s1_stream(&f, 2, AR, &s1[2]);
	fx_map(&s1[1], VA, OLD, 0x1000, FX_RW | PT_PROT_GLOBAL);
	fx_map(&s1[2], VA, OLD, 0x1000, FX_RW | PT_PROT_GLOBAL);
	ck_assert_uint_eq(pa_of(1, VA), OLD);
	remap(&s1[2], VA);
	ck_assert_uint_eq(pa_of(2, VA), OLD); /* by the entry of ASID 1 */
	cmd_ok(0x11 | ASID(1), 0);
	ck_assert_uint_eq(pa_of(2, VA), OLD);
	cmd_ok(0x12 | ASID(9), VA);
	ck_assert_uint_eq(pa_of(2, VA), NEW);
}

/* Global entries match only contexts of the same ASET (5.4 ASET). */
TEST(test_aset_separates_global_entries)
{
	start(0);
	fx_s1_stream(&f, 1, AR, &s1[1]);
	fx_s1_stream(&f, 2, AR | 1ULL << 47, &s1[2]);
	fx_map(&s1[1], VA, OLD, 0x1000, FX_RW | PT_PROT_GLOBAL);
	fx_map(&s1[2], VA, NEW, 0x1000, FX_RW | PT_PROT_GLOBAL);
	ck_assert_uint_eq(pa_of(1, VA), OLD);
	ck_assert_uint_eq(pa_of(2, VA), NEW);
	/* an invalidation disregards ASET */
	remap(&s1[1], VA);
	pt_unmap(&s1[2], VA, 0x1000, false);
	cmd_ok(0x13, VA);
	ck_assert_uint_eq(pa_of(1, VA), NEW);
	ck_assert_uint_eq(pa_of(2, VA), ~0ULL);
}

/* Range invalidation (4.4.1.1): pages 0..63, which of them are dropped. */
static u64 dropped_pages(u64 w0, u64 w1)
{
	u64 gone = 0;
	u32 i;

	start(0);
	fx_s1_stream(&f, 1, AR, &s1[1]);
	fx_map(&s1[1], 0, OLD, 64 * 0x1000, FX_RW);
	for (i = 0; i < 64; i++)
		ck_assert_uint_eq(pa_of(1, i * 0x1000ULL), OLD + i * 0x1000);
	pt_unmap(&s1[1], 0, 64 * 0x1000, false);
	cmd_ok(w0, w1);
	for (i = 0; i < 64; i++)
		if (pa_of(1, i * 0x1000ULL) == ~0ULL)
			gone |= 1ULL << i;
	fx_exit(&f);
	f.cmd_prod = 0;
	return gone;
}

#define NUM(n)	 ((u64)(n) << 12)
#define SCALE(n) ((u64)(n) << 20)
#define TG(n)	 ((u64)(n) << 10)
#define TTL(n)	 ((u64)(n) << 8)

TEST(test_range_invalidation)
{
	ck_assert_uint_eq(dropped_pages(0x12 | ASID(1), 0x3000), 0x8);
	ck_assert_uint_eq(dropped_pages(0x12 | ASID(1) | NUM(2), 0x3000 | TG(1)), 0x38);
	ck_assert_uint_eq(dropped_pages(0x12 | ASID(1) | NUM(2) | SCALE(1), 0x4000 | TG(1) | 1), 0x3f0);
	ck_assert_uint_eq(dropped_pages(0x13 | SCALE(4), 0x10000 | TG(1)), 0xffff0000);
	ck_assert_uint_eq(dropped_pages(0x12 | ASID(1), 0x3000 | TG(1) | TTL(3)), 0x8);
	ck_assert_uint_eq(dropped_pages(0x12 | ASID(1) | NUM(31) | SCALE(31), TG(1)), ~0ULL);
	/* 16K and 64K granules are units of four and sixteen pages */
	ck_assert_uint_eq(dropped_pages(0x12 | ASID(1) | NUM(1), 0x4000 | TG(2)), 0xff0);
	ck_assert_uint_eq(dropped_pages(0x12 | ASID(1), 0x10000 | TG(3) | TTL(3)), 0xffff0000);
}

TEST(test_range_reserved)
{
	start(0);
	cmd_ill(0x12, TG(1));
	cmd_ill(0x13, TG(3));
	cmd_ill(0x2a, TG(1));
	cmd_ill(0x12, TG(2) | TTL(1)); /* reserved without DS: as TTL 0 */
	fx_exit(&f);
	f.cmd_prod = 0;
	/* without RIL the fields are not looked at */
	ck_assert_int_eq(fx_init(&f, &(struct smmuv3_cfg){ .idr = { 0x08cd761b, 0, 0, 0x14 } }), 0);
	fx_enable(&f, 0xd);
	cmd_ok(0x12, TG(1));
}

/* Without Leaf the tables above go, too; with it they may stay. */
TEST(test_walk_cache)
{
	struct pt_build other;

	start(0);
	fx_s1_stream(&f, 1, AR, &s1[1]);
	fx_map(&s1[1], VA, OLD, 0x1000, FX_RW);
	fx_table(&f, &other, false);
	fx_map(&other, VA + 0x1000, NEW, 0x1000, FX_RW);
	ck_assert_uint_eq(pa_of(1, VA), OLD);
	/* level 0 now points elsewhere */
	fx_put(&f, s1[1].root, fx_m64(&f, other.root));
	cmd_ok(0x12 | ASID(1), VA | 1);
	ck_assert_uint_eq(pa_of(1, VA), OLD); /* through the cached table */
	cmd_ok(0x12 | ASID(1), VA);
	ck_assert_uint_eq(pa_of(1, VA), ~0ULL);
	ck_assert_uint_eq(pa_of(1, VA + 0x1000), NEW);
}

/* CR0.VMW: low VMID bits that do not count. */
TEST(test_vmid_wildcard)
{
	struct smmuv3_cfg cfg = { .idr = { 0x08cd761b | BIT(17) } };
	u32 i, old = 0;

	ck_assert_int_eq(fx_init(&f, &cfg), 0);
	fx_enable(&f, 0xd | 1 << 6);
	ck_assert_uint_eq(fx_r32(&f, SMMUV3_CR0ACK), 0xd | 1 << 6);
	for (i = 4; i < 8; i++) {
		fx_s1_stream(&f, i, AR, &s1[i]);
		fx_ste(&f, i, FX_STE_S1 | (FX_CDTAB + i * 64), 0, i, 0);
		fx_map(&s1[i], VA, OLD, 0x1000, FX_RW);
		ck_assert_uint_eq(pa_of(i, VA), OLD);
		remap(&s1[i], VA);
	}
	cmd_ok(0x10 | VMID(6), 0);
	for (i = 4; i < 8; i++)
		old |= pa_of(i, VA) == OLD ? BIT(i) : 0;
	ck_assert_uint_eq(old, 0x30);
}

/* ---- walks in flight ---- */

/* A walk that an invalidation overtakes installs nothing, and CMD_SYNC waits for it. */
TEST(test_stale_walk)
{
	struct iommu_walk w;
	struct dma_txn t;

	start(0);
	fx_s1_stream(&f, 1, AR, &s1[1]);
	fx_map(&s1[1], VA, OLD, 0x1000, FX_RW);
	t = fx_txn(&f, 1, VA, 0);
	ck_assert_int_eq(smmuv3_class.walk(&f.smmu, &t, &w), XLAT_OK);
	remap(&s1[1], VA);
	cmd_ok(0x12 | ASID(1), VA);
	fx_cmd(&f, 0x46 | 1 << 12, 0);
	ck_assert_uint_eq(fx_r32(&f, SMMUV3_CMDQ_CONS), 1);
	ck_assert_uint_eq(f.irqs[SMMUV3_IRQ_CMD_SYNC], 0);
	ck_assert_int_eq(smmuv3_class.fill(&f.smmu, &w), XLAT_OK); /* as decided: it began before */
	ck_assert_uint_eq(w.res.pa, OLD);
	ck_assert_uint_eq(fx_r32(&f, SMMUV3_CMDQ_CONS), 1);
	smmuv3_class.step(&f.smmu);
	ck_assert_uint_eq(fx_r32(&f, SMMUV3_CMDQ_CONS), 2);
	ck_assert_uint_eq(f.irqs[SMMUV3_IRQ_CMD_SYNC], 1);
	ck_assert_uint_eq(pa_of(1, VA), NEW);
}

TEST(test_sync_does_not_wait_for_others)
{
	struct iommu_walk w, c;
	struct dma_txn t;

	start(0);
	fx_s1_stream(&f, 1, AR, &s1[1]);
	fx_map(&s1[1], VA, OLD, 0x1000, FX_RW);
	t = fx_txn(&f, 1, VA, 0);
	smmuv3_class.walk(&f.smmu, &t, &w);
	cmd_ok(0x12 | ASID(2), VA);
	cmd_ok(0x12 | ASID(1), (VA + 0x1000) | 1); /* Leaf, another page */
	cmd_ok(0x03 | 9ULL << 32, 1);
	cmd_ok(0x46, 0);
	smmuv3_class.fill(&f.smmu, &w);
	remap(&s1[1], VA);
	ck_assert_uint_eq(pa_of(1, VA), OLD); /* installed */
	/* a cancelled walk frees the SYNC, too */
	t = fx_txn(&f, 1, VA + 0x1000, 0);
	smmuv3_class.walk(&f.smmu, &t, &c);
	cmd_ok(0x03 | 1ULL << 32, 1);
	fx_sync(&f);
	ck_assert_uint_ne(fx_r32(&f, SMMUV3_CMDQ_CONS), f.cmd_prod);
	smmuv3_class.cancel(&f.smmu, &c);
	ck_assert_uint_ne(fx_r32(&f, SMMUV3_CMDQ_CONS), f.cmd_prod);
	smmuv3_class.step(&f.smmu);
	ck_assert_uint_eq(fx_r32(&f, SMMUV3_CMDQ_CONS), f.cmd_prod);
}

SUITE("smmuv3_tlbi")
