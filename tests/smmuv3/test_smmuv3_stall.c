// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Stalled transactions (3.12.2, 4.7, 5.5): who stalls, what ends it, and when there is no room. */
#include "suite.h"
#include "v3_fixture.h"

#define SID 8U
#define VA  0x12345000ULL
#define PA  0x77777000ULL

static struct v3_fixture f;
static struct pt_build s1, s2;

static void start(u32 model, u32 stalls, u64 cd_flags)
{
	struct smmuv3_cfg cfg = { .idr = { 0x08cd761b | model << 24 }, .stalls = stalls };

	ck_assert_int_eq(fx_init(&f, &cfg), 0);
	fx_s1_stream(&f, SID, cd_flags, &s1);
	fx_enable(&f, 0xd);
}

static enum xlat go(u32 sid, u64 va, u16 flags, u64 *id)
{
	struct dma_txn t = fx_txn(&f, sid, va, flags);
	struct xlat_result r;

	if (id)
		*id = t.id;
	return smmuv3_class.translate(&f.smmu, &t, &r);
}

static void resume(u32 sid, u32 stag, u32 ac, u32 ab)
{
	fx_cmd(&f, (u64)sid << 32 | ab << 13 | ac << 12 | 0x44, stag);
}

/* The sixteen rows of CD.A, R, S for a fault of stage 1 (5.5). */
TEST(test_stage1_ars)
{
	u32 ars;

	for (ars = 0; ars < 8; ars++) {
		bool a = ars & 4, r = ars & 2, s = ars & 1;
		u64 w[4] = { 0 };

		start(0, 4, (a ? FX_CD_A : 0) | (r ? FX_CD_R : 0) | (s ? FX_CD_S : 0));
		ck_assert_int_eq(go(SID, VA, 0, NULL), s ? XLAT_STALL : a ? XLAT_ABORT : XLAT_RAZWI);
		ck_assert_int_eq(fx_event(&f, w), s || r);
		ck_assert_uint_eq(w[0], s || r ? 0x0000000800000010ULL : 0);
		ck_assert_uint_eq(w[1], s ? 0x0000020880000000ULL : r ? 0x0000020800000000ULL : 0);
		fx_exit(&f);
		f.cmd_prod = 0;
	}
}

/* Stage 2: S2S, S2R; terminated always with abort, whatever CD.A says. */
TEST(test_stage2_sr)
{
	u32 sr;

	for (sr = 0; sr < 4; sr++) {
		bool s = sr & 2, r = sr & 1;
		u64 w[4] = { 0 };

		ck_assert_int_eq(fx_init(&f, &(struct smmuv3_cfg){ 0 }), 0);
		fx_nested_stream(&f, SID, 0, (s ? FX_STE2_S2S : 0) | (r ? FX_STE2_S2R : 0), &s1, &s2);
		fx_map(&s1, VA, 0x123456000ULL, 0x1000, FX_RW);
		fx_enable(&f, 0xd);
		ck_assert_int_eq(go(SID, VA, 0, NULL), s ? XLAT_STALL : XLAT_ABORT);
		ck_assert_int_eq(fx_event(&f, w), s || r);
		ck_assert_uint_eq(w[1], s ? 0x0000028880000000ULL : r ? 0x0000028800000000ULL : 0);
		ck_assert_uint_eq(w[3], s || r ? 0x123456000ULL : 0);
		/* a fault of stage 1 goes by the CD: RAZ/WI, no record */
		ck_assert_int_eq(go(SID, VA + 0x1000, 0, NULL), XLAT_RAZWI);
		fx_exit(&f);
	}
}

/* A stage 2 fault on the walk of stage 1, and on the CD, stall by S2S, too. */
TEST(test_nested_stalls)
{
	ck_assert_int_eq(fx_init(&f, &(struct smmuv3_cfg){ 0 }), 0);
	fx_nested_stream(&f, SID, FX_CD_A | FX_CD_R, FX_STE2_S2S, &s1, &s2);
	pt_unmap(&s2, FX_CDTAB, 0x1000, false);
	pt_unmap(&s2, FX_TABLES, 0x100000, false);
	fx_enable(&f, 0xd);
	ck_assert_int_eq(go(SID, VA, DMA_WRITE, NULL), XLAT_STALL);
	ck_event(&f, 0x0000000800000010ULL, 0x0000008080000000ULL, VA, FX_CDTAB);
	fx_map(&s2, FX_CDTAB, FX_CDTAB, 0x1000, FX_RW);
	resume(SID, 0, 1, 0);
	ck_assert_uint_eq(f.n_resumed, 1);
	ck_assert_int_eq(go(SID, VA, DMA_WRITE, NULL), XLAT_STALL);
	ck_event(&f, 0x0000000800000010ULL, 0x0000018080000001ULL, VA, s1.root);
}

/* Only the four faults stall: configuration and aborts do not (5.5). */
TEST(test_other_faults_do_not_stall)
{
	start(0, 4, FX_CD_A | FX_CD_R | FX_CD_S);
	physmem_add_hole(&f.mem, s1.root, s1.root + 0xfff);
	ck_assert_int_eq(go(SID, VA, 0, NULL), XLAT_ABORT);
	ck_assert_int_eq(go(3, VA, 0, NULL), XLAT_ABORT);
}

TEST(test_resume)
{
	u64 id[3];

	start(0, 8, FX_CD_A | FX_CD_S);
	ck_assert_int_eq(go(SID, VA, 0, &id[0]), XLAT_STALL);
	ck_assert_int_eq(go(SID, VA, 0, &id[1]), XLAT_STALL);
	ck_assert_int_eq(go(SID, VA, 0, &id[2]), XLAT_STALL);
	ck_event(&f, 0x0000000800000010ULL, 0x0000020880000000ULL, VA, 0);
	ck_event(&f, 0x0000000800000010ULL, 0x0000020880000001ULL, VA, 0);
	ck_event(&f, 0x0000000800000010ULL, 0x0000020880000002ULL, VA, 0);
	resume(SID, 1, 1, 0); /* retry, in any order */
	resume(SID, 0, 0, 1); /* terminate: abort */
	resume(SID, 2, 0, 0); /* terminate: RAZ/WI */
	ck_assert_uint_eq(f.n_resumed, 3);
	ck_assert_uint_eq(f.resumed[0].id, id[1]);
	ck_assert_int_eq(f.resumed[0].how, RESUME_RETRY);
	ck_assert_uint_eq(f.resumed[1].id, id[0]);
	ck_assert_int_eq(f.resumed[1].how, RESUME_ABORT);
	ck_assert_uint_eq(f.resumed[2].id, id[2]);
	ck_assert_int_eq(f.resumed[2].how, RESUME_RAZWI);
}

/* Ac = 1: Ab is ignored. */
TEST(test_retry_ignores_abort_bit)
{
	start(0, 8, FX_CD_A | FX_CD_S);
	go(SID, VA, 0, NULL);
	resume(SID, 0, 1, 1);
	ck_assert_int_eq(f.resumed[0].how, RESUME_RETRY);
}

/* No effect: a free slot, one never used, another stream's, a second answer, a record not yet written. */
TEST(test_resume_of_what_is_not_stalled)
{
	start(0, 8, FX_CD_A | FX_CD_S);
	resume(SID, 0, 1, 0);
	resume(SID, 7, 1, 0);
	resume(SID, 8, 1, 0);
	resume(SID, 0xffff, 1, 0);
	ck_assert_int_eq(go(SID, VA, 0, NULL), XLAT_STALL);
	resume(SID + 1, 0, 1, 0);
	resume(0, SID, 1, 0); /* the fields swapped */
	ck_assert_uint_eq(f.n_resumed, 0);
	resume(SID, 0, 1, 0);
	resume(SID, 0, 1, 0);
	ck_assert_uint_eq(f.n_resumed, 1);
	fx_w32(&f, SMMUV3_CR0, 0x9);
	ck_assert_int_eq(go(SID, VA, 0, NULL), XLAT_STALL);
	resume(SID, 1, 1, 0);
	ck_assert_uint_eq(f.n_resumed, 1);
	ck_assert_uint_eq(fx_r32(&f, SMMUV3_GERROR) ^ fx_r32(&f, SMMUV3_GERRORN), 0); /* none of it is an error */
}

/* TERM_MODEL = 1: Ab is ignored, termination is abort. */
TEST(test_term_model)
{
	struct smmuv3_cfg cfg = { .idr = { 0x08cd761b | 1 << 26 } };

	ck_assert_int_eq(fx_init(&f, &cfg), 0);
	fx_s1_stream(&f, SID, FX_CD_A | FX_CD_S, &s1);
	fx_enable(&f, 0xd);
	ck_assert_int_eq(go(SID, VA, 0, NULL), XLAT_STALL);
	resume(SID, 0, 0, 0);
	ck_assert_int_eq(f.resumed[0].how, RESUME_ABORT);
}

/* After the page is mapped, a retried access succeeds. */
TEST(test_fault_map_retry)
{
	struct xlat_result r;
	struct dma_txn t;

	start(0, 8, FX_CD_A | FX_CD_S);
	t = fx_txn(&f, SID, VA, DMA_WRITE);
	ck_assert_int_eq(smmuv3_class.translate(&f.smmu, &t, &r), XLAT_STALL);
	ck_assert(r.recorded);
	fx_map(&s1, VA, PA, 0x1000, FX_RW);
	resume(SID, 0, 1, 0);
	ck_assert_uint_eq(f.resumed[0].id, t.id);
	ck_assert_int_eq(smmuv3_class.translate(&f.smmu, &t, &r), XLAT_OK);
	ck_assert_uint_eq(r.pa, PA);
}

/* Out of slots: the transaction waits, nothing is recorded for it; a free slot is announced. */
TEST(test_out_of_slots)
{
	u32 i;

	start(0, 4, FX_CD_A | FX_CD_S);
	for (i = 0; i < 4; i++)
		ck_assert_int_eq(go(SID, VA + i * 0x1000ULL, 0, NULL), XLAT_STALL);
	for (i = 0; i < 8; i++)
		ck_assert_int_eq(go(SID, VA + (4 + i) * 0x1000ULL, 0, NULL), XLAT_WAIT);
	ck_assert_uint_eq(fx_events_pending(&f), 4);
	ck_assert_uint_eq(f.stall_frees, 0);
	resume(SID, 2, 0, 1);
	ck_assert_uint_eq(f.stall_frees, 1);
	ck_assert_int_eq(go(SID, VA + 0x4000, 0, NULL), XLAT_STALL);
	ck_assert_int_eq(go(SID, VA + 0x5000, 0, NULL), XLAT_WAIT);
	ck_assert_uint_eq(fx_events_pending(&f), 5);
	ck_assert_uint_eq(fx_m64(&f, FX_EVENTQ + 4 * 32 + 8) & 0xffff, 2); /* the slot's STAG again */
}

/* Three times STALL_MAX faults through a small event queue: each is told once and answered. */
TEST(test_storm)
{
	u64 w[4], seen = 0;
	u32 told = 0, i, waiting = 0;

	start(0, 32, FX_CD_A | FX_CD_S);
	fx_w32(&f, SMMUV3_CR0, 0x9);
	fx_w64(&f, SMMUV3_EVENTQ_BASE, FX_EVENTQ | 2); /* four entries */
	fx_w32(&f, SMMUV3_CR0, 0xd);
	for (i = 0; i < 96; i++) {
		enum xlat x = go(SID, VA + (u64)(i % 32) * 0x1000, 0, NULL);

		ck_assert(x == (i < 32 ? XLAT_STALL : XLAT_WAIT));
		waiting += x == XLAT_WAIT;
	}
	while (told < 96) {
		u32 prod = fx_r32(&f, SMMUV3_EVENTQ_PROD), cons = fx_r32(&f, SMMUV3_EVENTQ_CONS);

		ck_assert_uint_eq(prod & 0x80000000, 0); /* no overflow */
		ck_assert_uint_ne(prod & 7, cons & 7);
		for (i = 0; i < 4; i++)
			w[i] = fx_m64(&f, FX_EVENTQ + (cons & 3) * 32 + i * 8);
		fx_w32(&f, SMMUV3_EVENTQ_CONS, (cons + 1) & 7);
		told++;
		seen |= 1ULL << ((w[2] - VA) >> 12);
		resume(SID, w[1] & 0xffff, 0, 1);
		if (waiting) {
			ck_assert_int_eq(go(SID, VA + (u64)(waiting % 32) * 0x1000, 0, NULL), XLAT_STALL);
			waiting--;
		}
	}
	ck_assert_uint_eq(f.n_resumed, 96);
	ck_assert_uint_eq(seen, 0xffffffff);
	ck_assert_uint_eq(f.smmu.stats.events_lost, 0);
}

TEST(test_stall_term)
{
	struct pt_build other;
	u32 i;

	start(0, 16, FX_CD_A | FX_CD_S);
	fx_s1_stream(&f, SID + 1, FX_CD_A | FX_CD_S, &other);
	for (i = 0; i < 6; i++)
		ck_assert_int_eq(go(SID + (i & 1), VA, 0, NULL), XLAT_STALL);
	fx_cmd(&f, (u64)SID << 32 | 0x45, 0);
	ck_assert_uint_eq(f.n_resumed, 3);
	for (i = 0; i < 3; i++)
		ck_assert_int_eq(f.resumed[i].how, RESUME_ABORT);
	resume(SID, 0, 1, 0); /* its STAGs are free */
	ck_assert_uint_eq(f.n_resumed, 3);
	resume(SID + 1, 1, 1, 0);
	ck_assert_uint_eq(f.n_resumed, 4);
}

/* Also those whose record was still to be written: it never is. */
TEST(test_stall_term_of_unrecorded)
{
	start(0, 16, FX_CD_A | FX_CD_S);
	fx_w32(&f, SMMUV3_CR0, 0x9);
	go(SID, VA, 0, NULL);
	go(SID, VA, 0, NULL);
	fx_cmd(&f, (u64)SID << 32 | 0x45, 0);
	ck_assert_uint_eq(f.n_resumed, 2);
	fx_w32(&f, SMMUV3_CR0, 0xd);
	ck_assert_uint_eq(fx_events_pending(&f), 0);
}

/* SMMUEN 1 -> 0 terminates every stall with abort; nothing new stalls (6.3.9.6). */
TEST(test_disable)
{
	struct iommu_walk w;
	struct dma_txn t;

	start(0, 2, FX_CD_A | FX_CD_S);
	go(SID, VA, 0, NULL);
	go(SID, VA, 0, NULL);
	ck_assert_int_eq(go(SID, VA, 0, NULL), XLAT_WAIT);
	t = fx_txn(&f, SID, VA, 0);
	ck_assert_int_eq(smmuv3_class.walk(&f.smmu, &t, &w), XLAT_STALL);
	fx_w32(&f, SMMUV3_CR0, 0xc);
	ck_assert_uint_eq(f.n_resumed, 2);
	ck_assert_int_eq(f.resumed[0].how, RESUME_ABORT);
	ck_assert_int_eq(f.resumed[1].how, RESUME_ABORT);
	ck_assert_uint_eq(f.stall_frees, 1);
	ck_assert_int_eq(smmuv3_class.fill(&f.smmu, &w), XLAT_ABORT);
	ck_assert_int_eq(go(SID, VA, 0, NULL), XLAT_OK); /* bypass */
	resume(SID, 0, 1, 0);
	ck_assert_uint_eq(f.n_resumed, 2);
}

/* STALL_MODEL 2: every fault that may stall does; forced by what is legal. */
TEST(test_forced)
{
	start(2, 4, FX_CD_A | FX_CD_S);
	ck_assert_int_eq(go(SID, VA, 0, NULL), XLAT_STALL);
	resume(SID, 0, 1, 0);
	ck_assert_uint_eq(f.n_resumed, 1);
}

/* Stalls of the configuration are capped by STALL_MAX. */
TEST(test_stall_max)
{
	struct smmuv3_cfg cfg = { .idr = { 0, 0, 0, 0, 0, 0x00030075 }, .stalls = 100 };
	u32 i;

	ck_assert_int_eq(fx_init(&f, &cfg), 0);
	fx_s1_stream(&f, SID, FX_CD_A | FX_CD_S, &s1);
	fx_enable(&f, 0xd);
	for (i = 0; i < 3; i++)
		ck_assert_int_eq(go(SID, VA, 0, NULL), XLAT_STALL);
	ck_assert_int_eq(go(SID, VA, 0, NULL), XLAT_WAIT);
}

SUITE("smmuv3 stalls")
