// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * ATS (3.9.1, 13.6, 13.7): completions of translation requests, translated
 * transactions in the modes of ATSCHK and EATS, invalidations and their time-out.
 */
#include "suite.h"
#include "v3_fixture.h"

#define SID    8U
#define VA     0x12345000ULL
#define IPA    0x123456000ULL
#define PA     0x77777000ULL
#define AR     (FX_CD_A | FX_CD_R)
#define FULL   (1ULL << 28)
#define SPLIT  (2ULL << 28)
#define ATSCHK 0x10

static struct v3_fixture f;
static struct pt_build s1, s2;
static struct xlat_result res;

static void s1_scene(u64 cd_flags, u64 ste1, u32 cr0)
{
	ck_assert_int_eq(fx_init(&f, &(struct smmuv3_cfg){ 0 }), 0);
	fx_s1_stream(&f, SID, AR | cd_flags, &s1);
	fx_ste(&f, SID, FX_STE_S1 | (FX_CDTAB + SID * 64), ste1, 0, 0);
	fx_enable(&f, cr0);
}

static void nested_scene(u64 ste1, u32 cr0)
{
	ck_assert_int_eq(fx_init(&f, &(struct smmuv3_cfg){ 0 }), 0);
	fx_nested_stream(&f, SID, AR, FX_STE2_S2R, &s1, &s2);
	fx_ste(&f, SID, FX_STE_NESTED | (FX_CDTAB + SID * 64), ste1, FX_STE2_S2 | SID, s2.root);
	fx_map(&s1, VA, IPA, 0x1000, FX_RW);
	fx_map(&s2, IPA, PA, 0x1000, FX_RW);
	fx_enable(&f, cr0);
}

static enum xlat ask(u64 va, u16 flags)
{
	return fx_xlat(&f, SID, va, DMA_ATS_REQ | flags, &res);
}

static enum xlat translated(u64 pa, u16 flags)
{
	return fx_xlat(&f, SID, pa, DMA_TRANSLATED | flags, &res);
}

TEST(test_request_granted)
{
	s1_scene(0, FULL, 0xf);
	fx_map(&s1, VA, PA, 0x1000, FX_RW);
	fx_map(&s1, VA + 0x1000, PA, 0x1000, DRV_PROT_READ);
	fx_map(&s1, 0x200000, 0x400000, 0x200000, FX_RW);
	ck_assert_int_eq(ask(VA, 0), XLAT_OK);
	ck_assert_uint_eq(res.pa, PA);
	ck_assert_uint_eq(res.perm, PERM_R | PERM_W);
	ck_assert(!res.global && !res.untranslated);
	ck_assert_int_eq(ask(VA + 0x1000, 0), XLAT_OK); /* a subset of what was asked for */
	ck_assert_uint_eq(res.perm, PERM_R);
	ck_assert_int_eq(ask(0x200000, DMA_NO_WRITE), XLAT_OK);
	ck_assert_uint_eq(res.shift, 21);
	ck_assert_int_eq(ask(VA, 0), XLAT_OK); /* from the TLB */
	ck_assert(res.hit);
	ck_assert_uint_eq(res.perm, PERM_R | PERM_W);
	ck_assert_uint_eq(fx_events_pending(&f), 0);
}

/* Faults of the tables: Success with neither R nor W; never a record, never a stall. */
TEST(test_request_denied)
{
	s1_scene(FX_CD_S, FULL, 0xf);
	fx_map(&s1, VA, PA, 0x1000, FX_RW | PT_PROT_NO_AF);
	fx_map(&s1, VA + 0x1000, PA, 0x1000, FX_RW | DRV_PROT_PRIV);
	ck_assert_int_eq(ask(0x1000, 0), XLAT_OK);
	ck_assert_uint_eq(res.perm, 0);
	ck_assert_uint_eq(res.shift, 12);
	ck_assert_int_eq(ask(VA, 0), XLAT_OK);
	ck_assert_uint_eq(res.perm, 0);
	ck_assert_int_eq(ask(VA + 0x1000, 0), XLAT_OK);
	ck_assert_uint_eq(res.perm, 0);
	ck_assert_int_eq(ask(VA + 0x1000, DMA_PRIV), XLAT_OK); /* no PASID, no privilege */
	ck_assert_uint_eq(res.perm, 0);
	ck_assert_int_eq(ask(1ULL << 50, 0), XLAT_OK);
	ck_assert_uint_eq(res.perm, 0);
	ck_assert_uint_eq(fx_events_pending(&f), 0);
	ck_assert_uint_eq(f.smmu.stats.stalls, 0);
	/* mapped later: no stale denial */
	fx_map(&s1, 0x1000, PA, 0x1000, FX_RW);
	ck_assert_int_eq(ask(0x1000, 0), XLAT_OK);
	ck_assert_uint_eq(res.perm, PERM_R | PERM_W);
}

/* Exe and Priv belong to the PASID (13.7.1). */
TEST(test_request_with_pasid)
{
	struct dma_txn t;

	ck_assert_int_eq(fx_init(&f, &(struct smmuv3_cfg){ 0 }), 0);
	fx_table(&f, &s1, false);
	fx_map(&s1, VA, PA, 0x1000, DRV_PROT_READ | DRV_PROT_EXEC);
	fx_map(&s1, VA + 0x1000, PA, 0x1000, FX_RW | DRV_PROT_PRIV);
	fx_cd(&f, 3, FX_CD_0, s1.root);
	fx_ste(&f, SID, FX_STE_S1 | FX_CDTAB | 4ULL << 59, FULL, 0, 0);
	fx_enable(&f, 0xf);
	t = fx_txn(&f, SID, VA, DMA_ATS_REQ | DMA_PASID | DMA_EXEC);
	t.pasid = 3;
	ck_assert_int_eq(smmuv3_class.translate(&f.smmu, &t, &res), XLAT_OK);
	ck_assert_uint_eq(res.perm, PERM_R | PERM_X);
	t.flags = DMA_ATS_REQ | DMA_PASID; /* not asked for, not granted */
	ck_assert_int_eq(smmuv3_class.translate(&f.smmu, &t, &res), XLAT_OK);
	ck_assert_uint_eq(res.perm, PERM_R);
	t.iova = VA + 0x1000;
	ck_assert_int_eq(smmuv3_class.translate(&f.smmu, &t, &res), XLAT_OK);
	ck_assert_uint_eq(res.perm, 0);
	t.flags |= DMA_PRIV;
	ck_assert_int_eq(smmuv3_class.translate(&f.smmu, &t, &res), XLAT_OK);
	ck_assert_uint_eq(res.perm, PERM_R | PERM_W);
	/* a configuration error: CA, no record */
	t.pasid = 5;
	ck_assert_int_eq(smmuv3_class.translate(&f.smmu, &t, &res), XLAT_ABORT);
	ck_assert_uint_eq(res.fault, 0x0a);
	ck_assert_uint_eq(fx_events_pending(&f), 0);
}

/* UR: ATS off for the stream, with F_BAD_ATS_TREQ; without where the stream is off. */
TEST(test_unsupported_request)
{
	u64 w[4];

	s1_scene(0, 0, 0xf);
	ck_assert_int_eq(ask(VA, 0), XLAT_ABORT);
	ck_assert_uint_eq(res.fault, 5);
	ck_assert(fx_event(&f, w));
	ck_assert_uint_eq(w[0], 0x0000000800000005ULL);
	ck_assert_uint_eq(w[2], VA);
	fx_ste(&f, SID, 9, FULL, 0, 0); /* bypass: EATS is 0 */
	fx_cmd(&f, 0x04, 31);
	ck_assert_int_eq(ask(VA, 0), XLAT_ABORT);
	ck_assert(fx_event(&f, w));
	ck_assert_uint_eq(w[0] & 0xff, 5);
	fx_ste(&f, SID, 1, FULL, 0, 0);
	fx_cmd(&f, 0x04, 31);
	ck_assert_int_eq(ask(VA, 0), XLAT_ABORT);
	ck_assert_uint_eq(res.fault, 0);
	ck_assert(!fx_event(&f, w));
	fx_w32(&f, SMMUV3_CR0, 0xe);
	ck_assert_int_eq(ask(VA, 0), XLAT_ABORT);
	ck_assert_uint_eq(res.fault, 5);
	ck_assert(fx_event(&f, w));
}

/* CA for configuration errors and aborts; recorded with CR2.REC_CFG_ATS only. */
TEST(test_completer_abort)
{
	u64 w[4];
	u32 rec;

	for (rec = 0; rec < 2; rec++) {
		s1_scene(0, FULL, 0);
		fx_w32(&f, SMMUV3_CR2, 2 | rec << 3);
		fx_w32(&f, SMMUV3_CR0, 0xf);
		physmem_add_hole(&f.mem, s1.root, s1.root + 0xfff);
		ck_assert_int_eq(ask(VA, 0), XLAT_ABORT);
		ck_assert_uint_eq(res.fault, 0x0b);
		ck_assert_int_eq(fx_event(&f, w), rec);
		fx_ste(&f, SID, 0, 0, 0, 0);
		fx_cmd(&f, 0x04, 31);
		ck_assert_int_eq(ask(VA, 0), XLAT_ABORT);
		ck_assert_uint_eq(res.fault, 4);
		ck_assert_int_eq(fx_event(&f, w), rec);
		ck_assert_int_eq(fx_xlat(&f, 1000, VA, DMA_ATS_REQ, &res), XLAT_ABORT);
		ck_assert_uint_eq(res.fault, 2);
		ck_assert_int_eq(fx_event(&f, w), rec);
		fx_exit(&f);
		f.cmd_prod = 0;
	}
}

/* Access flag and dirty state: W asked for makes the page dirty, NW does not (13.7). */
TEST(test_request_updates_flags)
{
	u64 where;

	s1_scene(3ULL << 42, FULL, 0xf);
	fx_map(&s1, VA, PA, 0x1000, FX_RW | PT_PROT_NO_AF | PT_PROT_DBM);
	ck_assert_int_eq(pt_entry(&s1, VA, NULL, &where), 0);
	ck_assert_int_eq(ask(VA, DMA_NO_WRITE), XLAT_OK);
	ck_assert_uint_eq(res.perm, PERM_R);
	ck_assert_uint_eq(fx_m64(&f, where) & 0x480, 0x480);
	ck_assert_int_eq(ask(VA, 0), XLAT_OK);
	ck_assert_uint_eq(res.perm, PERM_R | PERM_W);
	ck_assert_uint_eq(fx_m64(&f, where) & 0x480, 0x400);
}

TEST(test_request_nested)
{
	nested_scene(FULL, 0xf);
	ck_assert_int_eq(ask(VA, 0), XLAT_OK);
	ck_assert_uint_eq(res.pa, PA);
	/* stage 2 faults deny, whatever they hit */
	pt_unmap(&s2, FX_CDTAB, 0x1000, false);
	fx_cmd(&f, 0x04, 31);
	fx_cmd(&f, 0x30, 0);
	ck_assert_int_eq(ask(VA, 0), XLAT_OK);
	ck_assert_uint_eq(res.perm, 0);
	ck_assert_uint_eq(fx_events_pending(&f), 0);
}

/* S1DSS = 1, stage 1 only: identity, R and W (13.6.4). */
TEST(test_request_skips_stage1)
{
	ck_assert_int_eq(fx_init(&f, &(struct smmuv3_cfg){ 0 }), 0);
	fx_ste(&f, SID, FX_STE_S1 | FX_CDTAB | 4ULL << 59, FULL | 1, 0, 0);
	fx_enable(&f, 0xf);
	ck_assert_int_eq(ask(VA, 0), XLAT_OK);
	ck_assert_uint_eq(res.pa, VA);
	ck_assert_uint_eq(res.perm, PERM_R | PERM_W);
	ck_assert_int_eq(ask(1ULL << 50, 0), XLAT_OK);
	ck_assert_uint_eq(res.perm, 0);
}

/* Split stage: the endpoint gets IPAs, and stage 2 checks what it sends. */
TEST(test_split_stage)
{
	u64 w[4];

	nested_scene(SPLIT, 0xf | ATSCHK);
	ck_assert_int_eq(ask(VA, 0), XLAT_OK);
	ck_assert_uint_eq(res.pa, IPA);
	ck_assert_uint_eq(res.perm, PERM_R | PERM_W);
	ck_assert_int_eq(translated(IPA + 0x10, DMA_WRITE), XLAT_OK);
	ck_assert_uint_eq(res.pa, PA + 0x10);
	ck_assert_int_eq(translated(IPA + 0x1000, DMA_WRITE), XLAT_ABORT);
	ck_assert(fx_event(&f, w));
	ck_assert_uint_eq(w[0], 0x0000000800000010ULL);
	ck_assert_uint_eq(w[1], 0x0000028000000000ULL);
	ck_assert_uint_eq(w[2], IPA + 0x1000);
	ck_assert_uint_eq(w[3], IPA + 0x1000);
	/* without ATSCHK it behaves as off */
	fx_w32(&f, SMMUV3_CR0, 0xf);
	ck_assert_int_eq(ask(VA, 0), XLAT_ABORT);
	ck_assert_uint_eq(res.fault, 5);
}

TEST(test_translated_transactions)
{
	u64 w[4];

	s1_scene(0, FULL, 0xf);
	/* fast mode: nothing is looked at */
	ck_assert_int_eq(fx_xlat(&f, 0x1234567, PA + 4, DMA_TRANSLATED, &res), XLAT_OK);
	ck_assert_uint_eq(res.pa, PA + 4);
	ck_assert_int_eq(translated(1ULL << 50, 0), XLAT_ABORT);
	ck_assert(!fx_event(&f, w));
	/* checked */
	fx_w32(&f, SMMUV3_CR0, 0xf | ATSCHK);
	ck_assert_int_eq(translated(PA, DMA_WRITE), XLAT_OK);
	ck_assert_int_eq(translated(PA, DMA_WRITE), XLAT_OK);
	ck_assert_int_eq(fx_xlat(&f, 1, PA, DMA_TRANSLATED, &res), XLAT_ABORT); /* invalid STE: silent */
	ck_assert(!fx_event(&f, w));
	fx_ste(&f, SID, FX_STE_S1 | (FX_CDTAB + SID * 64), 0, 0, 0);
	fx_cmd(&f, 0x04, 31);
	ck_assert_int_eq(translated(PA, DMA_WRITE), XLAT_ABORT);
	ck_event(&f, 0x0000000800000007ULL, 0, PA, 0);
	ck_assert_int_eq(translated(PA, 0), XLAT_ABORT);
	ck_event(&f, 0x0000000800000007ULL, 0x0000000800000000ULL, PA, 0);
	fx_ste(&f, SID, 1, FULL, 0, 0);
	fx_cmd(&f, 0x04, 31);
	ck_assert_int_eq(translated(PA, 0), XLAT_ABORT); /* Config 0: silent */
	ck_assert(!fx_event(&f, w));
	fx_w32(&f, SMMUV3_CR0, 0xe);
	ck_assert_int_eq(translated(PA, 0), XLAT_ABORT);
	ck_assert(fx_event(&f, w));
	ck_assert_uint_eq(w[0] & 0xff, 7);
}

/* 3.9.1.3: what is wrong with the configuration is recorded by REC_CFG_ATS alone; RECINVSID counts for others (7.3.3). */
TEST(test_translated_bad_streamid)
{
	static const u32 outside = 1000; /* the table has 64 entries */
	u32 cr2;

	for (cr2 = 0; cr2 < 16; cr2 += 2) {
		bool rec_cfg_ats = cr2 & 8, recinvsid = cr2 & 2;
		u64 w[4];

		s1_scene(0, FULL, 0);
		fx_w32(&f, SMMUV3_CR2, cr2);
		fx_w32(&f, SMMUV3_CR0, 0xf | ATSCHK);
		ck_assert_int_eq(fx_xlat(&f, outside, PA, DMA_TRANSLATED, &res), XLAT_ABORT);
		if (rec_cfg_ats)
			ck_event(&f, 0x000003e800000002ULL, 0, 0, 0);
		ck_assert(!fx_event(&f, w));
		ck_assert_int_eq(fx_xlat(&f, outside, PA, DMA_ATS_REQ, &res), XLAT_ABORT);
		ck_assert_int_eq(fx_event(&f, w), rec_cfg_ats && recinvsid);
		ck_assert_int_eq(fx_xlat(&f, outside, PA, 0, &res), XLAT_ABORT);
		ck_assert_int_eq(fx_event(&f, w), recinvsid);
		ck_assert_int_eq(fx_xlat(&f, 1, PA, DMA_TRANSLATED, &res), XLAT_ABORT); /* an invalid STE */
		if (rec_cfg_ats)
			ck_event(&f, 0x0000000100000004ULL, 0, 0, 0);
		ck_assert(!fx_event(&f, w));
		fx_exit(&f);
	}
}

/* ---- invalidations ---- */

TEST(test_atc_inv)
{
	s1_scene(0, FULL, 0xf);
	fx_cmd(&f, 0x0000000800000040ULL, 0x12345000ULL); /* one page */
	ck_assert_uint_eq(f.n_invs, 1);
	ck_assert_uint_eq(f.invs[0].sid, SID);
	ck_assert_uint_eq(f.invs[0].addr, 0x12345000);
	ck_assert_uint_eq(f.invs[0].shift, 12);
	ck_assert(!f.invs[0].pasid_valid && !f.invs[0].global);
	fx_cmd(&f, 0x0000000812345a40ULL, 0x12345000ULL | 4); /* PASID, global, 64 KiB */
	ck_assert_uint_eq(f.invs[1].addr, 0x12340000);
	ck_assert_uint_eq(f.invs[1].shift, 16);
	ck_assert_uint_eq(f.invs[1].pasid, 0x12345);
	ck_assert(f.invs[1].pasid_valid && f.invs[1].global);
	fx_cmd(&f, 0x0000000800000240ULL, 52); /* everything; G means nothing without SSV */
	ck_assert_uint_eq(f.invs[2].shift, 64);
	ck_assert(!f.invs[2].global);
	ck_assert_uint_ne(f.invs[0].itag, f.invs[1].itag);
	/* SYNC waits for all three */
	fx_cmd(&f, 0x1046, 0);
	ck_assert_uint_eq(f.irqs[SMMUV3_IRQ_CMD_SYNC], 0);
	smmuv3_class.ats_inv_done(&f.smmu, SID, f.invs[1].itag, true);
	smmuv3_class.ats_inv_done(&f.smmu, SID, f.invs[0].itag, true);
	smmuv3_class.ats_inv_done(&f.smmu, SID + 1, f.invs[2].itag, true); /* not its tag */
	smmuv3_class.ats_inv_done(&f.smmu, SID, f.invs[0].itag, true);	   /* twice */
	smmuv3_class.step(&f.smmu);
	ck_assert_uint_eq(f.irqs[SMMUV3_IRQ_CMD_SYNC], 0);
	smmuv3_class.ats_inv_done(&f.smmu, SID, f.invs[2].itag, true);
	smmuv3_class.step(&f.smmu);
	ck_assert_uint_eq(f.irqs[SMMUV3_IRQ_CMD_SYNC], 1);
	ck_assert_uint_eq(fx_r32(&f, SMMUV3_CMDQ_CONS), 4);
}

/* A time-out: the SYNC fails, is not consumed, and completes when it is tried again. */
TEST(test_atc_timeout)
{
	s1_scene(0, FULL, 0xf);
	fx_cmd(&f, 0x0000000800000040ULL, 52);
	fx_cmd(&f, 0x1046, 0);
	smmuv3_class.ats_inv_done(&f.smmu, SID, f.invs[0].itag, false);
	smmuv3_class.step(&f.smmu);
	ck_assert_uint_eq(fx_r32(&f, SMMUV3_CMDQ_CONS), 0x03000001);
	ck_assert_uint_eq(fx_r32(&f, SMMUV3_GERROR), 1);
	ck_assert_uint_eq(f.irqs[SMMUV3_IRQ_GERROR], 1);
	ck_assert_uint_eq(f.irqs[SMMUV3_IRQ_CMD_SYNC], 0);
	fx_w32(&f, SMMUV3_GERRORN, 1);
	ck_assert_uint_eq(fx_r32(&f, SMMUV3_CMDQ_CONS) & 0xfffff, 2);
	ck_assert_uint_eq(f.irqs[SMMUV3_IRQ_CMD_SYNC], 1);
}

/* All tags in use: the next command waits. */
TEST(test_more_invalidations_than_tags)
{
	u32 i;

	s1_scene(0, FULL, 0xf);
	for (i = 0; i < 40; i++)
		fx_cmd(&f, 0x0000000800000040ULL, (u64)i << 12);
	ck_assert_uint_eq(f.n_invs, 32);
	ck_assert_uint_eq(fx_r32(&f, SMMUV3_CMDQ_CONS), 32);
	for (i = 0; i < 40; i++) {
		smmuv3_class.ats_inv_done(&f.smmu, SID, f.invs[i].itag, true);
		smmuv3_class.step(&f.smmu);
	}
	ck_assert_uint_eq(f.n_invs, 40);
	ck_assert_uint_eq(fx_r32(&f, SMMUV3_CMDQ_CONS), 40);
}

TEST(test_atc_inv_while_disabled)
{
	s1_scene(0, FULL, 0xe);
	fx_cmd(&f, 0x0000000800000040ULL, 52);
	fx_sync(&f);
	ck_assert_uint_eq(f.n_invs, 0);
	ck_assert_uint_eq(fx_r32(&f, SMMUV3_CMDQ_CONS), 2);
}

SUITE("smmuv3 ats")
