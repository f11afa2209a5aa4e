// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* TLB maintenance, address translation operations, and register accesses that are bad. */
#include "v2_hw_scene.h"

/* ---- TLB maintenance ---- */

/* Remap the good page without maintenance: the old one is still seen; after @op the new one. */
static bool drops(void (*op)(u64 arg), u64 arg)
{
	static u64 next = 0x81000000;
	u64 old = pa_of(GOOD);

	ck_assert_uint_ne(old, ~0ULL);
	next += 0x1000;
	page(&r, CB, GOOD, next, PAGE_RW | 0x800); /* nG */
	ck_assert_uint_eq(pa_of(GOOD), old);
	op(arg);
	return pa_of(GOOD) == next;
}

static void cb_op64(u64 arg)
{
	cb_wr64(&r, CB, SMMUV2_CB_TLBIVA, arg);
}

static void cb_vaa(u64 arg)
{
	cb_wr64(&r, CB, SMMUV2_CB_TLBIVAA, arg);
}

static void cb_val(u64 arg)
{
	cb_wr64(&r, CB, SMMUV2_CB_TLBIVAL, arg);
}

static void cb_vaal(u64 arg)
{
	cb_wr64(&r, CB, SMMUV2_CB_TLBIVAAL, arg);
}

static void cb_asid(u64 arg)
{
	cb_wr(&r, CB, SMMUV2_CB_TLBIASID, (u32)arg);
}

static void cb_all(u64 arg)
{
	cb_wr(&r, (unsigned int)arg, SMMUV2_CB_TLBIALL, 0);
}

static void gr0_vmid(u64 arg)
{
	wr(&r, SMMUV2_GR0_TLBIVMID, (u32)arg);
}

static void gr0_vmids1(u64 arg)
{
	wr(&r, SMMUV2_GR0_TLBIVMIDS1, (u32)arg);
}

static void gr0_nsnh(u64 arg)
{
	wr(&r, SMMUV2_GR0_TLBIALLNSNH, (u32)arg);
}

static void gr0_hyp(u64 arg)
{
	wr(&r, SMMUV2_GR0_TLBIALLH, (u32)arg);
}

static void halves(u64 arg)
{
	cb_wr(&r, CB, SMMUV2_CB_TLBIVA + 4, (u32)(arg >> 32));
	cb_wr(&r, CB, SMMUV2_CB_TLBIVA, (u32)arg);
}

TEST(maintenance)
{
	const u64 va = GOOD >> 12, asid = (u64)(CB + 1) << 48;

	up();
	page(&r, CB, GOOD, 0x81000000, PAGE_RW | 0x800);
	ck_assert(drops(cb_op64, asid | va));
	ck_assert(!drops(cb_op64, 0x7ULL << 48 | va));
	ck_assert(drops(cb_all, CB));
	ck_assert(!drops(cb_op64, asid | (va + 1)));
	ck_assert(drops(cb_vaa, va));
	ck_assert(!drops(cb_vaa, va + 1));
	ck_assert(drops(cb_val, asid | va));
	ck_assert(drops(cb_vaal, va));
	ck_assert(!drops(cb_asid, CB + 2));
	ck_assert(drops(cb_asid, CB + 1));
	ck_assert(!drops(gr0_vmid, 4));
	ck_assert(drops(gr0_vmid, 0));
	ck_assert(drops(gr0_vmids1, 0));
	ck_assert(!drops(gr0_hyp, 0));
	ck_assert(drops(gr0_nsnh, 0));
	ck_assert(drops(halves, asid | va));
	/* From another bank: by VMID, not by bank; a stage 2 bank has no such operation. */
	wr(&r, GR1_BASE + SMMUV2_GR1_CBA2R(7), 1);
	wr(&r, GR1_BASE + SMMUV2_GR1_CBAR(7), 0x10005);
	ck_assert(!drops(cb_all, 7));
	wr(&r, GR1_BASE + SMMUV2_GR1_CBAR(7), 0x10000);
	ck_assert(drops(cb_all, 7));
	wr(&r, GR1_BASE + SMMUV2_GR1_CBAR(7), 0x00000);
	ck_assert(!drops(cb_all, 7));
	rig_down(&r);
}

TEST(global_pages_and_asid)
{
	up();
	ck_assert_uint_eq(pa_of(GOOD), 0x80005000); /* nG clear */
	page(&r, CB, GOOD, 0x82000000, PAGE_RW);
	cb_asid(CB + 1); /* global entries stay */
	ck_assert_uint_eq(pa_of(GOOD), 0x80005000);
	cb_wr64(&r, CB, SMMUV2_CB_TLBIVA, 0x99ULL << 48 | GOOD >> 12); /* by VA: the ASID is not looked at */
	ck_assert_uint_eq(pa_of(GOOD), 0x82000000);
	rig_down(&r);
}

TEST(last_level_only)
{
	up();
	ck_assert_uint_eq(pa_of(GOOD), 0x80005000);
	/* Another level 3 table: TLBIVAL keeps the walk cache, TLBIVA does not. */
	put64(&r, TABLES(CB) + 0x1000, (TABLES(CB) + 0x4000) | 3);
	put64(&r, TABLES(CB) + 0x4000 + GOOD / 4096 * 8, 0x83000000 | PAGE_RW);
	cb_val((u64)(CB + 1) << 48 | GOOD >> 12);
	ck_assert_uint_eq(pa_of(GOOD), 0x80005000);
	cb_wr64(&r, CB, SMMUV2_CB_TLBIVA, (u64)(CB + 1) << 48 | GOOD >> 12);
	ck_assert_uint_eq(pa_of(GOOD), 0x83000000);
	rig_down(&r);
}

TEST(stage_2_maintenance)
{
	up();
	bank_s2(1);
	wr(&r, SMMUV2_GR0_S2CR(0), 1);
	ck_assert_uint_eq(pa_of(0x5000), 0xa0005000);
	put64(&r, 0x902028, 0xb0005000 | 0x7ff);
	cb_wr64(&r, 1, SMMUV2_CB_TLBIIPAS2, 0x6);
	ck_assert_uint_eq(pa_of(0x5000), 0xa0005000);
	cb_wr64(&r, 1, SMMUV2_CB_TLBIIPAS2L, 0x5);
	ck_assert_uint_eq(pa_of(0x5000), 0xb0005000);
	put64(&r, 0x902028, 0xc0005000 | 0x7ff);
	wr(&r, SMMUV2_GR0_TLBIVMIDS1, 9); /* stage 1 of VMID 9 only */
	ck_assert_uint_eq(pa_of(0x5000), 0xb0005000);
	wr(&r, SMMUV2_GR0_TLBIVMID, 9);
	ck_assert_uint_eq(pa_of(0x5000), 0xc0005000);
	rig_down(&r);
}

TEST(hypervisor_context)
{
	up();
	wr(&r, GR1_BASE + SMMUV2_GR1_CBAR(CB), 0x10400); /* HYPC */
	ck_assert_uint_eq(pa_of(GOOD), 0x80005000);
	page(&r, CB, GOOD, 0x84000000, PAGE_RW);
	wr(&r, SMMUV2_GR0_TLBIALLNSNH, 0);
	ck_assert_uint_eq(pa_of(GOOD), 0x80005000);
	wr(&r, SMMUV2_GR0_TLBIVAH, 0x6000);
	ck_assert_uint_eq(pa_of(GOOD), 0x80005000);
	wr(&r, SMMUV2_GR0_TLBIVAH, GOOD);
	ck_assert_uint_eq(pa_of(GOOD), 0x84000000);
	page(&r, CB, GOOD, 0x85000000, PAGE_RW);
	smmuv2_class.mmio_write(&r.hw, 0xb0, GOOD >> 12, 8);
	ck_assert_uint_eq(pa_of(GOOD), 0x85000000);
	rig_down(&r);
}

/* An invalidation between walk and fill: the access completes, nothing is kept, and the sync waits for it. */
TEST(walk_in_flight)
{
	struct dma_txn t = { .iova = GOOD, .id = 50, .sid = SID, .len = 4 };
	struct xlat_result res;
	struct iommu_walk w, other;

	up();
	ck_assert_int_eq(smmuv2_class.lookup(&r.hw, &t, &res), XLAT_MISS);
	smmuv2_class.walk(&r.hw, &t, &w);
	ck_assert_uint_eq(w.n_accesses, 3);
	ck_assert_uint_eq(w.accesses[2].addr, TABLES(CB) + 0x2028);
	page(&r, CB, GOOD, 0x86000000, PAGE_RW);
	cb_wr64(&r, CB, SMMUV2_CB_TLBIVA, (u64)(CB + 1) << 48 | GOOD >> 12);
	cb_wr(&r, CB, SMMUV2_CB_TLBSYNC, 0);
	ck_assert_uint_eq(cb_rd(&r, CB, SMMUV2_CB_TLBSTATUS), 1);
	/* A walk that begins after the operation is not waited for. */
	smmuv2_class.walk(&r.hw, &t, &other);
	ck_assert_int_eq(smmuv2_class.fill(&r.hw, &w), XLAT_OK);
	ck_assert_uint_eq(w.res.pa, 0x80005000);
	ck_assert_uint_eq(cb_rd(&r, CB, SMMUV2_CB_TLBSTATUS), 1);
	smmuv2_class.step(&r.hw);
	ck_assert_uint_eq(cb_rd(&r, CB, SMMUV2_CB_TLBSTATUS), 0);
	ck_assert_int_eq(smmuv2_class.lookup(&r.hw, &t, &res), XLAT_MISS);
	ck_assert_int_eq(smmuv2_class.fill(&r.hw, &other), XLAT_OK);
	ck_assert_uint_eq(pa_of(GOOD), 0x86000000);
	/* Given up */
	page(&r, CB, 0x6000, 0x87000000, PAGE_RW);
	t.iova = 0x6000;
	smmuv2_class.walk(&r.hw, &t, &w);
	cb_all(CB);
	wr(&r, SMMUV2_GR0_sTLBGSYNC, 0);
	ck_assert_uint_eq(rd(&r, SMMUV2_GR0_sTLBGSTATUS), 1);
	smmuv2_class.cancel(&r.hw, &w);
	ck_assert_uint_eq(rd(&r, SMMUV2_GR0_sTLBGSTATUS), 1);
	smmuv2_class.step(&r.hw);
	ck_assert_uint_eq(rd(&r, SMMUV2_GR0_sTLBGSTATUS), 0);
	rig_down(&r);
}

TEST(mapping_changes_between_lookup_and_walk)
{
	struct dma_txn t = { .iova = GOOD, .id = 50, .sid = SID, .len = 4 };
	struct xlat_result res;
	struct iommu_walk w;

	up();
	ck_assert_int_eq(smmuv2_class.lookup(&r.hw, &t, &res), XLAT_MISS);
	wr(&r, SMMUV2_GR0_S2CR(0), 0x20000);
	smmuv2_class.walk(&r.hw, &t, &w);
	ck_assert_int_eq(smmuv2_class.fill(&r.hw, &w), XLAT_ABORT);
	ck_assert_uint_eq(rd(&r, SMMUV2_GR0_sGFSR), 0x1);
	rig_down(&r);
}

/* A walk without a lookup before (a debugger's look, a DMI request): as the hardware would answer, without a trace. */
TEST(walk_alone)
{
	struct dma_txn t = { .iova = GOOD, .id = 50, .sid = SID, .len = 4 };
	struct iommu_walk w;

	up();
	ck_assert_int_eq(smmuv2_class.walk(&r.hw, &t, &w), XLAT_OK);
	ck_assert_uint_eq(w.res.pa, 0x80005000);
	smmuv2_class.cancel(&r.hw, &w);
	t.iova = 0x9000;
	ck_assert_int_eq(smmuv2_class.walk(&r.hw, &t, &w), XLAT_ABORT);
	smmuv2_class.cancel(&r.hw, &w);
	ck_assert_uint_eq(cb_rd(&r, CB, FSR), 0);
	/* Bypass */
	wr(&r, SMMUV2_GR0_S2CR(0), 0x10000);
	ck_assert_int_eq(smmuv2_class.walk(&r.hw, &t, &w), XLAT_OK);
	ck_assert(w.res.bypass && w.res.pa == 0x9000);
	ck_assert_int_eq(smmuv2_class.fill(&r.hw, &w), XLAT_OK);
	ck_assert(w.res.bypass && w.res.pa == 0x9000);
	/* Held by an outstanding fault (HUPCF = 0): no translation, and the registers that tell it are announced. */
	wr(&r, SMMUV2_GR0_S2CR(0), CB);
	cb_wr(&r, CB, SMMUV2_CB_SCTLR, 0x61);
	r.changes = 0;
	ck_assert_int_eq(get(&r, SID, 0x9000), XLAT_ABORT);
	ck_assert_uint_eq(r.changes, 1);
	t.iova = GOOD;
	ck_assert_int_eq(smmuv2_class.walk(&r.hw, &t, &w), XLAT_ABORT);
	smmuv2_class.cancel(&r.hw, &w);
	cb_wr(&r, CB, FSR, 0x402);
	ck_assert_int_eq(smmuv2_class.walk(&r.hw, &t, &w), XLAT_OK);
	smmuv2_class.cancel(&r.hw, &w);
	/* Each register that a translation depends on */
	r.changes = 0;
	wr(&r, SMMUV2_GR0_sCR0, SCR0_ON);
	wr(&r, SMMUV2_GR0_SMR(0), 0x80000000 | SID);
	wr(&r, SMMUV2_GR0_S2CR(0), CB);
	wr(&r, GR1_BASE + SMMUV2_GR1_CBAR(9), 0);
	cb_wr(&r, CB, SMMUV2_CB_TCR, 0x803519);
	cb_wr(&r, CB, SMMUV2_CB_SCTLR, 0x161);
	ck_assert_uint_eq(r.changes, 6);
	rig_down(&r);
}

/* ---- Address translation operations ---- */

TEST(address_translation)
{
	up();
	cb_wr(&r, CB, SMMUV2_CB_MAIR0, 0xff);
	page(&r, CB, 0x7000, 0x80007000, 0x703);
	cb_wr64(&r, CB, SMMUV2_CB_ATS1UR, GOOD); /* ATS1UR */
	/* ATTR 0xff, PA, NS, SH = 3 */
	ck_assert_uint_eq(cb_rd64(&r, CB, SMMUV2_CB_PAR), 0xff00000080005380);
	ck_assert_uint_eq(cb_rd(&r, CB, SMMUV2_CB_ATSR), 0);
	cb_wr64(&r, CB, SMMUV2_CB_ATS1PR, 0x7000); /* ATS1PR */
	ck_assert_uint_eq(cb_rd64(&r, CB, SMMUV2_CB_PAR), 0xff00000080007380);
	cb_wr64(&r, CB, SMMUV2_CB_ATS1UW, 0x7000);			/* ATS1UW */
	ck_assert_uint_eq(cb_rd64(&r, CB, SMMUV2_CB_PAR), 0x300000009); /* F, PF, level 3 */
	cb_wr64(&r, CB, SMMUV2_CB_ATS1PW, 0x9000);			/* ATS1PW */
	ck_assert_uint_eq(cb_rd64(&r, CB, SMMUV2_CB_PAR), 0x300000003);
	/* Never recorded, never an interrupt */
	ck_assert_uint_eq(cb_rd(&r, CB, FSR), 0);
	/* Global: bank index in the low bits */
	smmuv2_class.mmio_write(&r.hw, 0x100, GOOD | CB, 8);
	ck_assert_uint_eq(smmuv2_class.mmio_read(&r.hw, 0x180, 8), 0xff00000080005380);
	smmuv2_class.mmio_write(&r.hw, 0x100, GOOD | 16, 8);
	ck_assert_uint_eq(smmuv2_class.mmio_read(&r.hw, 0x180, 8), 0x40000001); /* UCBF */
	rig_down(&r);
}

TEST(address_translation_nested)
{
	up();
	bank_s2(1);
	put64(&r, 0x901010, TABLES(CB) | 0x7fd);
	wr(&r, GR1_BASE + SMMUV2_GR1_CBAR(CB), 0x30109);
	page(&r, CB, GOOD, 0x5000, PAGE_RW);
	page(&r, CB, 0x6000, 0x7000, PAGE_RW);
	cb_wr64(&r, CB, SMMUV2_CB_ATS1UR, GOOD);
	ck_assert_uint_eq(cb_rd64(&r, CB, SMMUV2_CB_PAR), 0x5380); /* the IPA */
	cb_wr64(&r, CB, SMMUV2_CB_ATS1UR, 0x6000);
	ck_assert_uint_eq(cb_rd64(&r, CB, SMMUV2_CB_PAR), 0x7380);
	smmuv2_class.mmio_write(&r.hw, 0x120, GOOD | CB, 8); /* both stages */
	ck_assert_uint_eq(smmuv2_class.mmio_read(&r.hw, 0x180, 8), 0xa0005380);
	/* Stage 2 faults under stage 1: recorded with ATOF, in the bank of stage 2, also if it would stall. */
	cb_wr(&r, 1, SMMUV2_CB_SCTLR, 0xe1);
	put64(&r, 0x901010, 0);
	wr(&r, SMMUV2_GR0_TLBIALLNSNH, 0);
	cb_wr64(&r, CB, SMMUV2_CB_ATS1UW, GOOD);
	ck_assert_uint_eq(cb_rd64(&r, CB, SMMUV2_CB_PAR), 0xa00000003); /* STAGE, level 2, TF, F */
	ck_assert_uint_eq(cb_rd(&r, 1, FSR), 0x402);
	ck_assert_uint_eq(cb_rd(&r, 1, SYN0), 0x0003020e);
	ck_assert_uint_eq(cb_rd64(&r, 1, FAR), GOOD);
	ck_assert_uint_eq(cb_rd64(&r, 1, SMMUV2_CB_IPAFAR), TABLES(CB));
	rig_down(&r);
}

/* AArch32: PAR of short descriptors has PA[31:12], NS, SH, and the cacheabilities of TEX, C, B; levels begin at 1. */
TEST(address_translation_aarch32)
{
	up();
	wr(&r, GR1_BASE + SMMUV2_GR1_CBA2R(CB), 0);
	cb_wr(&r, CB, SMMUV2_CB_TCR, 0);
	cb_wr(&r, CB, SMMUV2_CB_TTBR0, 0x00700000);
	put32(&r, 0x700000, 0x00710001);
	put32(&r, 0x710014, 0x80005472); /* 0x5000: S, TEX 001, AP 11, C B 00 */
	put32(&r, 0x710018, 0x8000607e); /* 0x6000: TEX 001, C, B: write-back write-allocate */
	put32(&r, 0x71001c, 0x800071be); /* 0x7000: TEX 110: inner write-back (C, B), outer write-through */
	cb_wr64(&r, CB, SMMUV2_CB_ATS1UR, 0x5000);
	ck_assert_uint_eq(cb_rd64(&r, CB, SMMUV2_CB_PAR), 0x80005280);
	cb_wr64(&r, CB, SMMUV2_CB_ATS1UR, 0x6000);
	ck_assert_uint_eq(cb_rd64(&r, CB, SMMUV2_CB_PAR), 0x80006214);
	cb_wr64(&r, CB, SMMUV2_CB_ATS1UR, 0x7000);
	ck_assert_uint_eq(cb_rd64(&r, CB, SMMUV2_CB_PAR), 0x80007238);
	cb_wr64(&r, CB, SMMUV2_CB_ATS1UR, 0x9000);
	ck_assert_uint_eq(cb_rd64(&r, CB, SMMUV2_CB_PAR), 0x200000003);
	/* Long descriptors: an address that no table has */
	cb_wr(&r, CB, SMMUV2_CB_TCR, 0x80800000);
	cb_wr64(&r, CB, SMMUV2_CB_TTBR0, TABLES(CB));
	cb_wr64(&r, CB, SMMUV2_CB_ATS1UR, 0x100000000);
	ck_assert_uint_eq(cb_rd64(&r, CB, SMMUV2_CB_PAR), 0x100000003);
	/* Stage 1 off: flat */
	cb_wr(&r, CB, SMMUV2_CB_SCTLR, 0x160);
	cb_wr64(&r, CB, SMMUV2_CB_ATS1UR, 0x1234000);
	ck_assert_uint_eq(cb_rd64(&r, CB, SMMUV2_CB_PAR), 0x1234200);
	/* A stage 2 bank has no such operation, a bank without a stage 2 no translation. */
	wr(&r, GR1_BASE + SMMUV2_GR1_CBAR(CB), 0);
	cb_wr64(&r, CB, SMMUV2_CB_ATS1UR, 0x1235000);
	ck_assert_uint_eq(cb_rd64(&r, CB, SMMUV2_CB_PAR), 0x1234200);
	wr(&r, GR1_BASE + SMMUV2_GR1_CBAR(CB), 0x20000);
	cb_wr64(&r, CB, SMMUV2_CB_ATS1UR, 0x1235000);
	ck_assert_uint_eq(cb_rd64(&r, CB, SMMUV2_CB_PAR), 0x20000001); /* ICF */
	rig_down(&r);
}

/* Short descriptors over a stage 2 of AArch32 long descriptors: T0SZ = -8 (40 bits), start at level 1. */
TEST(nested_aarch32)
{
	struct xlat_result res;

	up();
	wr(&r, GR1_BASE + SMMUV2_GR1_CBA2R(1), 0);
	wr(&r, GR1_BASE + SMMUV2_GR1_CBAR(1), 0x9);
	cb_wr(&r, 1, SMMUV2_CB_TCR, 0x80000058); /* SL0 1, S, T0SZ 8 */
	cb_wr64(&r, 1, SMMUV2_CB_TTBR0, 0xa00000);
	put64(&r, 0xa00000, 0xa02003); /* two concatenated tables of level 1 */
	put64(&r, 0xa02000, 0xa03003);
	put64(&r, 0xa02018, 0x600000 | 0x7fd); /* the tables at IPA 0x600000, 2 MiB */
	put64(&r, 0xa03028, 0xa0005000 | 0x7ff);
	cb_wr(&r, 1, SMMUV2_CB_SCTLR, 0x161);
	wr(&r, GR1_BASE + SMMUV2_GR1_CBA2R(CB), 0);
	wr(&r, GR1_BASE + SMMUV2_GR1_CBAR(CB), 0x30109);
	cb_wr(&r, CB, SMMUV2_CB_TCR, 0);
	cb_wr(&r, CB, SMMUV2_CB_TTBR0, 0x00700000);
	put32(&r, 0x700000, 0x00710001);
	put32(&r, 0x710014, 0x5032); /* 0x5000 -> IPA 0x5000 */
	put32(&r, 0x710018, 0x8032); /* 0x6000 -> IPA 0x8000: not there */
	ck_assert_int_eq(acc(0x5010, DMA_WRITE, &res), XLAT_OK);
	ck_assert_uint_eq(res.pa, 0xa0005010);
	expect_fault(CB, 0x9000, 0, 0x002, 0x02, 0x9000);
	expect_fault(1, 0x6004, 0, 0x202, 0x00030007, 0x6004);
	ck_assert_uint_eq(cb_rd64(&r, 1, SMMUV2_CB_IPAFAR), 0x8004);
	rig_down(&r);
}

/* An operation by IPA concerns every nested walk of the VMID: which IPAs it went through is not kept. */
TEST(nested_walk_in_flight)
{
	struct dma_txn t = { .iova = GOOD, .id = 50, .sid = SID, .len = 4 };
	struct iommu_walk w;

	up();
	bank_s2(1);
	put64(&r, 0x901010, TABLES(CB) | 0x7fd);
	wr(&r, GR1_BASE + SMMUV2_GR1_CBAR(CB), 0x30109);
	page(&r, CB, GOOD, 0x5000, PAGE_RW);
	smmuv2_class.walk(&r.hw, &t, &w);
	cb_wr64(&r, 1, SMMUV2_CB_TLBIIPAS2, 0x5);
	cb_wr(&r, 1, SMMUV2_CB_TLBSYNC, 0);
	ck_assert_uint_eq(cb_rd(&r, 1, SMMUV2_CB_TLBSTATUS), 1);
	cb_wr(&r, CB, SMMUV2_CB_TLBSYNC, 0);
	ck_assert_uint_eq(cb_rd(&r, CB, SMMUV2_CB_TLBSTATUS), 0);
	ck_assert_int_eq(smmuv2_class.fill(&r.hw, &w), XLAT_OK);
	smmuv2_class.step(&r.hw);
	ck_assert_uint_eq(cb_rd(&r, 1, SMMUV2_CB_TLBSTATUS), 0);
	rig_down(&r);
}

TEST(no_address_translation)
{
	struct smmuv2_cfg cfg = { .no_atos = true };

	up_cfg(&cfg);
	cb_wr64(&r, CB, SMMUV2_CB_ATS1UR, GOOD);
	ck_assert_uint_eq(cb_rd64(&r, CB, SMMUV2_CB_PAR), 0);
	rig_down(&r);
}

/* ---- Bad register accesses ---- */

TEST(bad_register_accesses)
{
	u64 end;

	up();
	end = smmuv2_mmio_bytes(&r.hw);
	wr(&r, SMMUV2_GR0_sCR0, SCR0_ON | 0x20); /* GCFGFIE */
	/* Partial width, unaligned: configuration access faults; no effect */
	ck_assert_uint_eq(smmuv2_class.mmio_read(&r.hw, 0x21, 1), 0);
	ck_assert_uint_eq(rd(&r, SMMUV2_GR0_sGFSR), 0x20); /* CAF */
	ck_assert_uint_eq(rd(&r, SMMUV2_GR0_sGFAR), 0x21);
	ck_assert(r.irq[1] && !r.irq[0]);
	wr(&r, SMMUV2_GR0_sGFSR, 0x20);
	ck_assert(!r.irq[1]);
	smmuv2_class.mmio_write(&r.hw, CB_BASE(CB) + 2, 0, 4);
	ck_assert_uint_eq(rd(&r, SMMUV2_GR0_sGFSR), 0x20);
	ck_assert_uint_eq(rd(&r, SMMUV2_GR0_sGFSYNR0), 0x2); /* WNR */
	smmuv2_class.mmio_write(&r.hw, CB_BASE(CB), 0, 2);
	ck_assert_uint_eq(rd(&r, SMMUV2_GR0_sGFSR), 0x80000020);
	ck_assert_uint_eq(cb_rd(&r, CB, SMMUV2_CB_SCTLR), 0x161);
	wr(&r, SMMUV2_GR0_sGFSR, 0x80000020);
	/* Reserved places: RAZ/WI without a fault */
	wr(&r, 0x3fc, 0xffffffff);
	ck_assert_uint_eq(rd(&r, 0x3fc), 0);
	wr(&r, 0x3000, 0xffffffff);
	ck_assert_uint_eq(rd(&r, 0x3000), 0);
	wr(&r, (u32)end, 0xffffffff);
	ck_assert_uint_eq(rd(&r, (u32)end), 0);
	wr(&r, SMMUV2_GR0_SMR(32), 0xffffffff); /* SMR32 of 32 */
	ck_assert_uint_eq(rd(&r, SMMUV2_GR0_SMR(32)), 0);
	wr(&r, GR1_BASE + 0x40, 0xffffffff); /* CBAR16 of 16 */
	ck_assert_uint_eq(rd(&r, GR1_BASE + 0x40), 0);
	ck_assert_uint_eq(rd(&r, SMMUV2_GR0_sGFSR), 0);
	/* Reserved bits, write-only registers */
	cb_wr(&r, CB, SMMUV2_CB_RESUME, 0xffffffff);
	ck_assert_uint_eq(cb_rd(&r, CB, SMMUV2_CB_RESUME), 0);
	cb_wr(&r, CB, SMMUV2_CB_SCTLR, 0xffffffff);
	ck_assert_uint_eq(cb_rd(&r, CB, SMMUV2_CB_SCTLR), 0x4ffff7ff);
	/* A 64-bit register as two halves */
	cb_wr(&r, CB, SMMUV2_CB_TTBR0, 0x12345000);
	cb_wr(&r, CB, SMMUV2_CB_TTBR0 + 4, 0xab);
	ck_assert_uint_eq(cb_rd64(&r, CB, SMMUV2_CB_TTBR0), 0xab12345000);
	rig_down(&r);
}

/* Whatever is written where: only an address translation operation reads memory, one walk of 4 levels over 4. */
TEST(accesses_of_a_call)
{
	u64 seed = 1, value;
	unsigned int round, most = 0, before;
	u32 at;

	up();
	page(&r, CB, 0x7000, 0x80007000, 0x703);
	for (round = 0; round < 30000; round++) {
		seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
		value = seed >> 20;
		at = (u32)(value % smmuv2_mmio_bytes(&r.hw)) & ~3U;
		if (round % 3 == 0)
			at = CB_BASE((u32)(value >> 8) % 16) + 0x800 + (value & 0x18);
		before = r.reads;
		smmuv2_class.mmio_write(&r.hw, at, round % 5 ? value >> 8 : 0x7000, 4);
		smmuv2_class.mmio_read(&r.hw, at, 4);
		ck_assert_uint_le(r.reads - before, 24);
		most = max(most, r.reads - before);
	}
	ck_assert_uint_gt(most, 2);
	rig_down(&r);
}

SUITE("smmuv2_tlb")
