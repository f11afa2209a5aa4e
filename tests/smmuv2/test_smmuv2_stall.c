// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* CFCFG, HUPCF, CFRE, RESUME: docs/smmuv2-stall.md in executable form. */
#include "v2_rig.h"

#define CB_A	3 /* the bank that faults */
#define CB_B	5
#define SID_A	0x10
#define SID_A2	0x11 /* a second master of CB_A */
#define SID_B	0x20
#define GOOD	0x1000 /* mapped in both banks */
#define BAD	0x9000 /* mapped nowhere */
#define LINE(n) (SMMUV2_IRQ_CONTEXT + (n))

#define M     0x01
#define CFRE  0x20
#define CFIE  0x40
#define CFCFG 0x80
#define HUPCF 0x100

#define TF    0x402 /* FSR: FORMAT AArch64, TF */
#define SS    0x40000000
#define MULTI 0x80000000

static struct rig r;

static void up(enum smmuv2_behaviour behaviour, u32 sctlr_a, unsigned int slots)
{
	struct smmuv2_cfg cfg = { .behaviour = behaviour, .n_tbus = 2, .stall_slots = { (u16)slots, (u16)slots } };

	rig_up(&r, &cfg);
	wr(&r, SMMUV2_GR0_sCR0, SCR0_ON);
	map_stream(&r, 0, SID_A, CB_A);
	map_stream(&r, 1, SID_A2, CB_A);
	map_stream(&r, 2, SID_B, CB_B);
	bank_s1(&r, CB_A);
	bank_s1(&r, CB_B);
	page(&r, CB_A, GOOD, 0x80001000, PAGE_RW);
	page(&r, CB_B, GOOD, 0x80002000, PAGE_RW);
	cb_wr(&r, CB_A, SMMUV2_CB_SCTLR, M | CFIE | sctlr_a);
	cb_wr(&r, CB_B, SMMUV2_CB_SCTLR, M | CFRE | CFIE);
}

static enum xlat at(u32 sid, u64 iova, u16 tbu)
{
	struct xlat_result res;

	return go(&r, sid, iova, 0, tbu, &res);
}

/*
 * The truth table. Columns: SCTLR; the faulting access; then, with its fault
 * outstanding, a good access of the same bank, one of another bank behind the
 * same TBU, one of the same bank and one of another behind another TBU; FSR.
 */
struct truth {
	u32 sctlr;
	enum xlat fault, same, other, same_tbu2, other_tbu2;
	u32 fsr;
};

static const struct truth truths[] = {
	{ 0, XLAT_RAZWI, XLAT_RAZWI, XLAT_OK, XLAT_RAZWI, XLAT_OK, TF },
	{ CFRE, XLAT_ABORT, XLAT_ABORT, XLAT_OK, XLAT_ABORT, XLAT_OK, TF },
	{ HUPCF, XLAT_RAZWI, XLAT_OK, XLAT_OK, XLAT_OK, XLAT_OK, TF },
	{ HUPCF | CFRE, XLAT_ABORT, XLAT_OK, XLAT_OK, XLAT_OK, XLAT_OK, TF },
	{ CFCFG, XLAT_STALL, XLAT_STALL, XLAT_OK, XLAT_STALL, XLAT_OK, TF | SS },
	{ CFCFG | CFRE, XLAT_STALL, XLAT_STALL, XLAT_OK, XLAT_STALL, XLAT_OK, TF | SS },
	{ CFCFG | HUPCF, XLAT_STALL, XLAT_OK, XLAT_OK, XLAT_OK, XLAT_OK, TF | SS },
	{ CFCFG | HUPCF | CFRE, XLAT_STALL, XLAT_OK, XLAT_OK, XLAT_OK, XLAT_OK, TF | SS },
};

static void check_truth(enum smmuv2_behaviour behaviour, const struct truth *t)
{
	up(behaviour, t->sctlr, 16);
	ck_assert_int_eq(at(SID_A, GOOD, 0), XLAT_OK); /* cached: what follows is no matter of walks */
	ck_assert(!r.irq[LINE(CB_A)]);
	ck_assert_int_eq(at(SID_A, BAD, 0), t->fault);
	ck_assert(r.irq[LINE(CB_A)]);
	ck_assert_int_eq(at(SID_A, GOOD, 0), t->same);
	ck_assert_int_eq(at(SID_B, GOOD, 0), t->other);
	ck_assert_int_eq(at(SID_A, GOOD, 1), t->same_tbu2);
	ck_assert_int_eq(at(SID_B, GOOD, 1), t->other_tbu2);
	ck_assert_uint_eq(cb_rd(&r, CB_A, SMMUV2_CB_FSR), t->fsr);
	ck_assert_uint_eq(cb_rd(&r, CB_B, SMMUV2_CB_FSR), 0);
	ck_assert(r.irq[LINE(CB_A)] && !r.irq[LINE(CB_B)]);
	ck_assert_uint_eq(cb_rd64(&r, CB_A, SMMUV2_CB_FAR), BAD);
	rig_down(&r);
}

TEST(truth_table)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(truths); i++) {
		check_truth(SMMUV2_MMU500, &truths[i]);
		check_truth(SMMUV2_QCOM, &truths[i]);
	}
}

/* The same with a second access that would fault itself. */
TEST(further_fault)
{
	static const struct {
		enum smmuv2_behaviour behaviour;
		u32 sctlr;
		enum xlat second;
		u32 fsr;
	} rows[] = {
		/* HUPCF = 0: not translated, so nothing is found: MULTI stays clear. */
		{ SMMUV2_MMU500, 0, XLAT_RAZWI, TF },
		{ SMMUV2_MMU500, CFRE, XLAT_ABORT, TF },
		{ SMMUV2_MMU500, CFCFG, XLAT_STALL, TF | SS },
		{ SMMUV2_MMU500, HUPCF, XLAT_RAZWI, TF | MULTI },
		{ SMMUV2_MMU500, HUPCF | CFRE, XLAT_ABORT, TF | MULTI },
		{ SMMUV2_MMU500, HUPCF | CFCFG, XLAT_STALL, TF | SS | MULTI },
		{ SMMUV2_QCOM, CFCFG, XLAT_STALL, TF | SS },
		{ SMMUV2_QCOM, HUPCF | CFCFG, XLAT_RAZWI, TF | SS | MULTI },
		{ SMMUV2_QCOM, HUPCF | CFCFG | CFRE, XLAT_ABORT, TF | SS | MULTI },
		{ SMMUV2_QCOM, HUPCF, XLAT_RAZWI, TF | MULTI },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		up(rows[i].behaviour, rows[i].sctlr, 16);
		at(SID_A, BAD, 0);
		ck_assert_int_eq(at(SID_A2, BAD + 0x3000, 0), rows[i].second);
		ck_assert_uint_eq(cb_rd(&r, CB_A, SMMUV2_CB_FSR), rows[i].fsr);
		/* The first stays on record. */
		ck_assert_uint_eq(cb_rd64(&r, CB_A, SMMUV2_CB_FAR), BAD);
		ck_assert_uint_eq(rd(&r, GR1_BASE + SMMUV2_GR1_CBFRSYNRA(CB_A)), SID_A);
		rig_down(&r);
	}
}

TEST(without_cfie_no_interrupt)
{
	up(SMMUV2_MMU500, CFCFG, 16);
	cb_wr(&r, CB_A, SMMUV2_CB_SCTLR, M | CFCFG);
	at(SID_A, BAD, 0);
	ck_assert(!r.irq[LINE(CB_A)]);
	/* Level-sensitive: enabling it later shows what is there. */
	cb_wr(&r, CB_A, SMMUV2_CB_SCTLR, M | CFCFG | CFIE);
	ck_assert(r.irq[LINE(CB_A)]);
	rig_down(&r);
}

/* Syndrome, clear FSR, RESUME: SS alone keeps the interrupt; RESUME ends it and the transaction. */
TEST(right_order)
{
	enum smmuv2_behaviour b;

	for (b = SMMUV2_MMU500; b <= SMMUV2_QCOM; b++) {
		up(b, CFCFG | CFRE, 16);
		at(SID_A, BAD, 0);
		cb_wr(&r, CB_A, SMMUV2_CB_FSR, TF | SS);
		ck_assert_uint_eq(cb_rd(&r, CB_A, SMMUV2_CB_FSR), SS);
		ck_assert(r.irq[LINE(CB_A)]);
		ck_assert_uint_eq(r.n_ended, 0);
		page(&r, CB_A, BAD, 0x80009000, PAGE_RW);
		cb_wr(&r, CB_A, SMMUV2_CB_RESUME, 0);
		ck_assert_uint_eq(cb_rd(&r, CB_A, SMMUV2_CB_FSR), 0);
		ck_assert(!r.irq[LINE(CB_A)]);
		ck_assert_uint_eq(r.n_ended, 1);
		ck_assert_int_eq(r.ended[0].how, RESUME_RETRY);
		ck_assert_uint_eq(r.ended[0].id, 1);
		ck_assert_int_eq(at(SID_A, BAD, 0), XLAT_OK);
		rig_down(&r);
	}
}

/* RESUME before FSR is cleared: MMU-500 keeps SS, and with it the interrupt, until the next RESUME. */
TEST(wrong_order)
{
	unsigned int i;

	up(SMMUV2_MMU500, CFCFG, 16);
	at(SID_A, BAD, 0);
	cb_wr(&r, CB_A, SMMUV2_CB_RESUME, 1);
	ck_assert_uint_eq(r.n_ended, 1);
	cb_wr(&r, CB_A, SMMUV2_CB_FSR, TF);
	for (i = 0; i < 3; i++) {
		ck_assert_uint_eq(cb_rd(&r, CB_A, SMMUV2_CB_FSR), SS);
		ck_assert(r.irq[LINE(CB_A)]);
		cb_wr(&r, CB_A, SMMUV2_CB_FSR, 0xffffffff);
	}
	cb_wr(&r, CB_A, SMMUV2_CB_RESUME, 0);
	ck_assert_uint_eq(cb_rd(&r, CB_A, SMMUV2_CB_FSR), 0);
	ck_assert(!r.irq[LINE(CB_A)]);
	ck_assert_uint_eq(r.n_ended, 1);
	rig_down(&r);

	up(SMMUV2_QCOM, CFCFG, 16);
	at(SID_A, BAD, 0);
	cb_wr(&r, CB_A, SMMUV2_CB_RESUME, 1);
	ck_assert_uint_eq(cb_rd(&r, CB_A, SMMUV2_CB_FSR), TF);
	cb_wr(&r, CB_A, SMMUV2_CB_FSR, TF);
	ck_assert_uint_eq(cb_rd(&r, CB_A, SMMUV2_CB_FSR), 0);
	ck_assert(!r.irq[LINE(CB_A)]);
	rig_down(&r);
}

TEST(terminate_reports_by_cfre)
{
	up(SMMUV2_MMU500, CFCFG, 16);
	at(SID_A, BAD, 0);
	cb_wr(&r, CB_A, SMMUV2_CB_FSR, TF);
	cb_wr(&r, CB_A, SMMUV2_CB_RESUME, 1);
	ck_assert_int_eq(r.ended[0].how, RESUME_RAZWI);
	cb_wr(&r, CB_A, SMMUV2_CB_SCTLR, M | CFIE | CFCFG | CFRE);
	at(SID_A, BAD, 0);
	cb_wr(&r, CB_A, SMMUV2_CB_FSR, TF);
	cb_wr(&r, CB_A, SMMUV2_CB_RESUME, 1);
	ck_assert_int_eq(r.ended[1].how, RESUME_ABORT);
	rig_down(&r);
}

/* CFCFG is sampled after the fault: also for a walk that was under way when it changed. */
TEST(cfcfg_is_sampled_at_the_fault)
{
	struct dma_txn t = { .iova = BAD, .id = 77, .sid = SID_A, .len = 4 };
	struct xlat_result res;
	struct iommu_walk w;

	up(SMMUV2_MMU500, 0, 16);
	ck_assert_int_eq(smmuv2_class.lookup(&r.hw, &t, &res), XLAT_MISS);
	smmuv2_class.walk(&r.hw, &t, &w);
	cb_wr(&r, CB_A, SMMUV2_CB_SCTLR, M | CFIE | CFCFG);
	ck_assert_int_eq(smmuv2_class.fill(&r.hw, &w), XLAT_STALL);
	cb_wr(&r, CB_A, SMMUV2_CB_SCTLR, M | CFIE | HUPCF);
	ck_assert_int_eq(at(SID_A, GOOD, 0), XLAT_OK);
	/* What is stalled stays stalled. */
	ck_assert_uint_eq(r.n_ended, 0);
	cb_wr(&r, CB_A, SMMUV2_CB_FSR, TF);
	cb_wr(&r, CB_A, SMMUV2_CB_RESUME, 0);
	ck_assert_uint_eq(r.n_ended, 1);
	ck_assert_int_eq(at(SID_A, BAD, 0), XLAT_RAZWI);
	rig_down(&r);
}

/* A good walk that was under way when the fault came is no later transaction: it goes on; a bad one sets MULTI. */
TEST(walks_under_way_at_the_fault)
{
	struct dma_txn good = { .iova = GOOD, .id = 70, .sid = SID_A, .len = 4 };
	struct dma_txn bad = { .iova = BAD, .id = 71, .sid = SID_A, .len = 4 };
	struct xlat_result res;
	struct iommu_walk wg, wb;

	up(SMMUV2_MMU500, 0, 16);
	ck_assert_int_eq(smmuv2_class.lookup(&r.hw, &good, &res), XLAT_MISS);
	smmuv2_class.walk(&r.hw, &good, &wg);
	ck_assert_int_eq(smmuv2_class.lookup(&r.hw, &bad, &res), XLAT_MISS);
	smmuv2_class.walk(&r.hw, &bad, &wb);
	at(SID_A2, BAD, 0);
	ck_assert_int_eq(smmuv2_class.fill(&r.hw, &wg), XLAT_OK);
	ck_assert_uint_eq(wg.res.pa, 0x80001000);
	ck_assert_int_eq(at(SID_A, GOOD, 0), XLAT_RAZWI);
	ck_assert_uint_eq(cb_rd(&r, CB_A, SMMUV2_CB_FSR), TF);
	ck_assert_int_eq(smmuv2_class.fill(&r.hw, &wb), XLAT_RAZWI);
	ck_assert_uint_eq(cb_rd(&r, CB_A, SMMUV2_CB_FSR), TF | MULTI);
	ck_assert_uint_eq(rd(&r, GR1_BASE + SMMUV2_GR1_CBFRSYNRA(CB_A)), SID_A2);
	rig_down(&r);
}

/* MMU-500: every stalled access waits for its turn to signal; each RESUME ends one and presents the others again. */
TEST(one_resume_one_fault)
{
	unsigned int i;

	up(SMMUV2_MMU500, CFCFG | HUPCF | CFRE, 16);
	for (i = 0; i < 4; i++)
		ck_assert_int_eq(at(SID_A, BAD + 0x1000 * i, 0), XLAT_STALL);
	ck_assert_uint_eq(cb_rd(&r, CB_A, SMMUV2_CB_FSR), TF | SS | MULTI);
	cb_wr(&r, CB_A, SMMUV2_CB_FSR, TF | MULTI);
	cb_wr(&r, CB_A, SMMUV2_CB_RESUME, 1);
	ck_assert_uint_eq(r.n_ended, 4);
	ck_assert_uint_eq(r.ended[0].id, 1);
	ck_assert_int_eq(r.ended[0].how, RESUME_ABORT);
	for (i = 1; i < 4; i++) {
		ck_assert_uint_eq(r.ended[i].id, i + 1);
		ck_assert_int_eq(r.ended[i].how, RESUME_RETRY);
	}
	ck_assert_uint_eq(cb_rd(&r, CB_A, SMMUV2_CB_FSR), 0);
	ck_assert_int_eq(at(SID_A, BAD + 0x1000, 0), XLAT_STALL);
	ck_assert_uint_eq(cb_rd64(&r, CB_A, SMMUV2_CB_FAR), BAD + 0x1000);
	rig_down(&r);
}

/* MULTI set between the handler's clear and its RESUME: the others stay until FSR is clear. */
TEST(others_wait_until_fsr_is_clear)
{
	up(SMMUV2_MMU500, CFCFG | HUPCF, 16);
	at(SID_A, BAD, 0);
	cb_wr(&r, CB_A, SMMUV2_CB_FSR, TF);
	ck_assert_int_eq(at(SID_A, BAD + 0x1000, 0), XLAT_STALL);
	ck_assert_uint_eq(cb_rd(&r, CB_A, SMMUV2_CB_FSR), SS | MULTI);
	cb_wr(&r, CB_A, SMMUV2_CB_RESUME, 0);
	ck_assert_uint_eq(cb_rd(&r, CB_A, SMMUV2_CB_FSR), MULTI);
	ck_assert(r.irq[LINE(CB_A)]);
	ck_assert_uint_eq(r.n_ended, 1);
	cb_wr(&r, CB_A, SMMUV2_CB_FSR, MULTI);
	ck_assert_uint_eq(r.n_ended, 2);
	ck_assert_int_eq(r.ended[1].how, RESUME_RETRY);
	ck_assert(!r.irq[LINE(CB_A)]);
	rig_down(&r);
}

/* HUPCF turned on while good accesses wait: they go on, the fault does not. */
TEST(hupcf_sets_free)
{
	up(SMMUV2_MMU500, CFCFG, 16);
	at(SID_A, BAD, 0);
	ck_assert_int_eq(at(SID_A, GOOD, 0), XLAT_STALL);
	ck_assert_int_eq(at(SID_A, BAD + 0x1000, 0), XLAT_STALL);
	cb_wr(&r, CB_A, SMMUV2_CB_SCTLR, M | CFIE | CFCFG | HUPCF);
	ck_assert_uint_eq(r.n_ended, 2);
	ck_assert_uint_eq(r.ended[0].id, 2);
	ck_assert_uint_eq(r.ended[1].id, 3);
	cb_wr(&r, CB_A, SMMUV2_CB_FSR, TF);
	cb_wr(&r, CB_A, SMMUV2_CB_RESUME, 0);
	ck_assert_uint_eq(r.n_ended, 3);
	ck_assert_uint_eq(r.ended[2].id, 1);
	rig_down(&r);
}

/* Slots run out: whatever comes through this TBU waits, the other TBU goes on; a freed slot is announced. */
TEST(full_tbu_starves_the_others)
{
	up(SMMUV2_MMU500, CFCFG | HUPCF, 2);
	ck_assert_int_eq(at(SID_B, GOOD, 0), XLAT_OK);
	ck_assert_int_eq(at(SID_A, BAD, 0), XLAT_STALL);
	ck_assert_int_eq(at(SID_B, GOOD, 0), XLAT_OK);
	ck_assert_int_eq(at(SID_A, BAD + 0x1000, 0), XLAT_STALL);
	ck_assert_int_eq(at(SID_A, BAD + 0x2000, 0), XLAT_WAIT);
	ck_assert_int_eq(at(SID_B, GOOD, 0), XLAT_WAIT);
	ck_assert_int_eq(at(SID_B, GOOD, 1), XLAT_OK);
	ck_assert_uint_eq(r.slot_frees[0], 0);
	cb_wr(&r, CB_A, SMMUV2_CB_FSR, TF | MULTI);
	cb_wr(&r, CB_A, SMMUV2_CB_RESUME, 1);
	ck_assert_uint_eq(r.slot_frees[0], 1);
	ck_assert_uint_eq(r.slot_frees[1], 0);
	ck_assert_int_eq(at(SID_B, GOOD, 0), XLAT_OK);
	rig_down(&r);

	/* The same storm on the other part: one slot is taken, the neighbour never waits. */
	up(SMMUV2_QCOM, CFCFG | HUPCF, 2);
	ck_assert_int_eq(at(SID_A, BAD, 0), XLAT_STALL);
	ck_assert_int_eq(at(SID_A, BAD + 0x1000, 0), XLAT_RAZWI);
	ck_assert_int_eq(at(SID_A, BAD + 0x2000, 0), XLAT_RAZWI);
	ck_assert_int_eq(at(SID_B, GOOD, 0), XLAT_OK);
	rig_down(&r);
}

/* A fault that finds no slot leaves no trace: it is presented again from the start. */
TEST(no_slot_no_record)
{
	struct dma_txn t = { .iova = BAD, .id = 90, .sid = SID_B, .len = 4 };
	struct xlat_result res;
	struct iommu_walk w;

	up(SMMUV2_MMU500, CFCFG | HUPCF, 1);
	cb_wr(&r, CB_B, SMMUV2_CB_SCTLR, M | CFIE | CFCFG);
	ck_assert_int_eq(smmuv2_class.lookup(&r.hw, &t, &res), XLAT_MISS);
	smmuv2_class.walk(&r.hw, &t, &w);
	ck_assert_int_eq(at(SID_A, BAD, 0), XLAT_STALL);
	ck_assert_int_eq(smmuv2_class.fill(&r.hw, &w), XLAT_WAIT);
	ck_assert_uint_eq(cb_rd(&r, CB_B, SMMUV2_CB_FSR), 0);
	cb_wr(&r, CB_A, SMMUV2_CB_FSR, TF);
	cb_wr(&r, CB_A, SMMUV2_CB_RESUME, 0);
	ck_assert_uint_eq(r.slot_frees[0], 1);
	ck_assert_int_eq(at(SID_B, BAD, 0), XLAT_STALL);
	rig_down(&r);
}

/* Two masters, one bank: one stalls, the other meets it. */
TEST(shared_bank)
{
	up(SMMUV2_MMU500, CFCFG, 16);
	ck_assert_int_eq(at(SID_A, BAD, 0), XLAT_STALL);
	ck_assert_int_eq(at(SID_A2, GOOD, 0), XLAT_STALL);
	ck_assert_uint_eq(rd(&r, GR1_BASE + SMMUV2_GR1_CBFRSYNRA(CB_A)), SID_A);
	cb_wr(&r, CB_A, SMMUV2_CB_FSR, TF);
	cb_wr(&r, CB_A, SMMUV2_CB_RESUME, 1);
	/* Terminate is for the one on record; the other is presented again. */
	ck_assert_uint_eq(r.n_ended, 2);
	ck_assert_int_eq(r.ended[0].how, RESUME_RAZWI);
	ck_assert_int_eq(r.ended[1].how, RESUME_RETRY);
	ck_assert_int_eq(at(SID_A2, GOOD, 0), XLAT_OK);
	rig_down(&r);

	up(SMMUV2_MMU500, CFCFG | HUPCF, 16);
	ck_assert_int_eq(at(SID_A, BAD, 0), XLAT_STALL);
	ck_assert_int_eq(at(SID_A2, GOOD, 0), XLAT_OK);
	rig_down(&r);
}

TEST(stalld_and_gse)
{
	/* MMU-500 has neither (DDI 0517, 2.3.4). */
	up(SMMUV2_MMU500, CFCFG, 16);
	wr(&r, SMMUV2_GR0_sCR0, SCR0_ON | 0x300);
	ck_assert_uint_eq(rd(&r, SMMUV2_GR0_sCR0), SCR0_ON);
	rig_down(&r);

	up(SMMUV2_QCOM, CFCFG | CFRE, 16);
	wr(&r, SMMUV2_GR0_sCR0, SCR0_ON | 0x100);
	ck_assert_uint_eq(rd(&r, SMMUV2_GR0_sCR0), SCR0_ON | 0x100);
	ck_assert_int_eq(at(SID_A, BAD, 0), XLAT_ABORT);
	rig_down(&r);

	up(SMMUV2_QCOM, CFCFG | HUPCF, 16);
	wr(&r, SMMUV2_GR0_sCR0, SCR0_ON | 0x200);
	ck_assert_int_eq(at(SID_A, BAD, 0), XLAT_STALL);
	ck_assert_int_eq(at(SID_A, GOOD, 0), XLAT_OK); /* its own bank goes by HUPCF */
	ck_assert_int_eq(at(SID_B, GOOD, 0), XLAT_STALL);
	ck_assert_uint_eq(cb_rd(&r, CB_B, SMMUV2_CB_FSR), 0);
	cb_wr(&r, CB_A, SMMUV2_CB_FSR, TF);
	cb_wr(&r, CB_A, SMMUV2_CB_RESUME, 0);
	ck_assert_uint_eq(r.n_ended, 2);
	ck_assert_int_eq(r.ended[1].how, RESUME_RETRY);
	ck_assert_int_eq(at(SID_B, GOOD, 0), XLAT_OK);
	rig_down(&r);
}

/* Banks that share a line: it is high while any of them is. */
TEST(shared_line)
{
	struct smmuv2_cfg cfg = { .num_irpt = 2 };

	rig_up(&r, &cfg);
	wr(&r, SMMUV2_GR0_sCR0, SCR0_ON);
	map_stream(&r, 0, SID_A, CB_A);
	map_stream(&r, 1, SID_B, CB_B);
	bank_s1(&r, CB_A);
	bank_s1(&r, CB_B);
	wr(&r, GR1_BASE + SMMUV2_GR1_CBAR(CB_A), 0x01010000);
	wr(&r, GR1_BASE + SMMUV2_GR1_CBAR(CB_B), 0x01010000);
	cb_wr(&r, CB_A, SMMUV2_CB_SCTLR, M | CFIE | HUPCF);
	cb_wr(&r, CB_B, SMMUV2_CB_SCTLR, M | CFIE | HUPCF);
	at(SID_A, BAD, 0);
	ck_assert(r.irq[LINE(1)] && !r.irq[LINE(CB_A)]);
	at(SID_B, BAD, 0);
	cb_wr(&r, CB_A, SMMUV2_CB_FSR, TF);
	ck_assert(r.irq[LINE(1)]);
	cb_wr(&r, CB_B, SMMUV2_CB_FSR, TF);
	ck_assert(!r.irq[LINE(1)]);
	/* A bank that moves takes its level along. */
	at(SID_A, BAD, 0);
	wr(&r, GR1_BASE + SMMUV2_GR1_CBAR(CB_A), 0x00010000);
	ck_assert(r.irq[LINE(0)] && !r.irq[LINE(1)]);
	rig_down(&r);
}

/* Maintenance issued while a transaction is stalled completes after RESUME, not before; other banks are not held. */
TEST(sync_is_stuck_while_stalled)
{
	up(SMMUV2_MMU500, CFCFG, 16);
	cb_wr(&r, CB_A, SMMUV2_CB_TLBSYNC, 0);
	ck_assert_uint_eq(cb_rd(&r, CB_A, SMMUV2_CB_TLBSTATUS), 0);
	at(SID_A, BAD, 0);
	/* No maintenance since: nothing to wait for. */
	cb_wr(&r, CB_A, SMMUV2_CB_TLBSYNC, 0);
	ck_assert_uint_eq(cb_rd(&r, CB_A, SMMUV2_CB_TLBSTATUS), 0);
	cb_wr64(&r, CB_A, SMMUV2_CB_TLBIVA, (u64)(CB_A + 1) << 48 | GOOD >> 12);
	cb_wr(&r, CB_A, SMMUV2_CB_TLBSYNC, 0);
	ck_assert_uint_eq(cb_rd(&r, CB_A, SMMUV2_CB_TLBSTATUS), 1);
	cb_wr64(&r, CB_B, SMMUV2_CB_TLBIVA, (u64)(CB_B + 1) << 48 | GOOD >> 12);
	cb_wr(&r, CB_B, SMMUV2_CB_TLBSYNC, 0);
	ck_assert_uint_eq(cb_rd(&r, CB_B, SMMUV2_CB_TLBSTATUS), 0);
	wr(&r, SMMUV2_GR0_sTLBGSYNC, 0);
	ck_assert_uint_eq(rd(&r, SMMUV2_GR0_sTLBGSTATUS), 1);
	r.syncs = 0;
	cb_wr(&r, CB_A, SMMUV2_CB_FSR, TF);
	ck_assert_uint_eq(cb_rd(&r, CB_A, SMMUV2_CB_TLBSTATUS), 1);
	cb_wr(&r, CB_A, SMMUV2_CB_RESUME, 0);
	ck_assert_uint_eq(cb_rd(&r, CB_A, SMMUV2_CB_TLBSTATUS), 0);
	ck_assert_uint_eq(rd(&r, SMMUV2_GR0_sTLBGSTATUS), 0);
	ck_assert_uint_eq(r.syncs, 2);
	/* One that stalls after the operation does not hold it. */
	cb_wr64(&r, CB_A, SMMUV2_CB_TLBIVA, (u64)(CB_A + 1) << 48 | GOOD >> 12);
	at(SID_A, BAD, 0);
	cb_wr(&r, CB_A, SMMUV2_CB_TLBSYNC, 0);
	ck_assert_uint_eq(cb_rd(&r, CB_A, SMMUV2_CB_TLBSTATUS), 0);
	rig_down(&r);
}

TEST(resume_with_nothing_stalled)
{
	up(SMMUV2_MMU500, CFCFG, 16);
	cb_wr(&r, CB_A, SMMUV2_CB_RESUME, 0);
	cb_wr(&r, CB_A, SMMUV2_CB_RESUME, 1);
	ck_assert_uint_eq(r.n_ended, 0);
	ck_assert_uint_eq(cb_rd(&r, CB_A, SMMUV2_CB_FSR), 0);
	/* Terminated faults are no business of RESUME. */
	at(SID_B, BAD, 0);
	cb_wr(&r, CB_B, SMMUV2_CB_RESUME, 1);
	ck_assert_uint_eq(cb_rd(&r, CB_B, SMMUV2_CB_FSR), TF);
	rig_down(&r);
}

SUITE("smmuv2_stall")
