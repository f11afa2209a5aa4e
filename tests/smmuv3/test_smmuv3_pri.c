// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The PRI queue (8): entries word by word, overflow, what hardware answers by
 * itself in each state of the queue, CMD_PRI_RESP.
 */
#include "suite.h"
#include "v3_fixture.h"

#define SID 8U

static struct v3_fixture f;

static void start(const struct smmuv3_cfg *cfg, u32 cr0)
{
	ck_assert_int_eq(fx_init(&f, cfg), 0);
	fx_enable(&f, cr0);
}

/* PPS as the default has it, or not. */
static void start_pps(bool pps)
{
	start(&(struct smmuv3_cfg){ .idr = { [3] = pps ? 0x434 : 0x414 } }, 0xf);
}

static struct page_request request(u64 addr, u16 prgi, u8 perm, bool last)
{
	return (struct page_request){ .sid = SID, .addr = addr, .prgi = prgi, .perm = perm, .last = last };
}

static void send(u64 addr, u16 prgi, u8 perm, bool last, u32 pasid)
{
	struct page_request pr = request(addr, prgi, perm, last);

	pr.pasid_valid = pasid != ~0U;
	pr.pasid = pr.pasid_valid ? pasid : 0;
	smmuv3_class.page_request(&f.smmu, &pr);
}

#define NO_PASID ~0U

#define ck_entry(w0, w1)                                \
	do {                                            \
		u64 pw_[2];                             \
		ck_assert_msg(fx_pri(&f, pw_), "none"); \
		ck_assert_uint_eq(pw_[0], w0);          \
		ck_assert_uint_eq(pw_[1], w1);          \
	} while (0)

static void ck_response(u32 n, u8 code, bool pasid, u16 prgi)
{
	ck_assert_uint_gt(f.n_responses, n);
	ck_assert_uint_eq(f.responses[n].sid, SID);
	ck_assert_uint_eq(f.responses[n].code, code);
	ck_assert_uint_eq(f.responses[n].prgi, prgi);
	ck_assert_int_eq(f.responses[n].pasid_valid, pasid);
	ck_assert(f.responses[n].automatic);
}

/* StreamID 31:0, SubstreamID 51:32, Priv 58, X 59, R 60, W 61, Last 62, SSV 63; PRGIndex 8:0, address 63:12. */
TEST(test_entries)
{
	struct page_request pr;

	start_pps(true);
	send(0xfedcba9876543000ULL, 0x1ff, PERM_R, false, NO_PASID);
	ck_entry(0x1000000000000008ULL, 0xfedcba98765431ffULL);
	send(0x1000, 5, PERM_R | PERM_W, true, NO_PASID);
	ck_entry(0x7000000000000008ULL, 0x1005);
	send(0x1000, 0, PERM_W, false, 0xabcde);
	ck_entry(0xa00abcde00000008ULL, 0x1000);
	pr = request(0x2000, 1, PERM_R | PERM_X, true);
	pr.pasid_valid = true;
	pr.pasid = 3;
	pr.priv = true;
	smmuv3_class.page_request(&f.smmu, &pr);
	ck_entry(0xdc00000300000008ULL, 0x2001);
	/* without PASID, X and Priv are 0 */
	pr.pasid_valid = false;
	pr.sid = 0xffffffff;
	smmuv3_class.page_request(&f.smmu, &pr);
	ck_entry(0x50000000ffffffffULL, 0x2001);
	/* a stop marker: Last, no R, no W, with PASID */
	send(0, 0, 0, true, 7);
	ck_entry(0xc000000700000008ULL, 0);
	/* the same without PASID is an ordinary request */
	send(0, 0, 0, true, NO_PASID);
	ck_entry(0x4000000000000008ULL, 0);
	ck_assert_uint_eq(f.n_responses, 0);
}

TEST(test_wrap)
{
	u32 i;

	start_pps(true);
	for (i = 0; i < 100; i++) {
		send((u64)i << 12, (u16)i, PERM_R, true, NO_PASID);
		ck_entry(0x5000000000000008ULL, (u64)i << 12 | i);
	}
	ck_assert_uint_eq(fx_r32(&f, SMMUV3_PRIQ_PROD), 100 & 0x3f);
}

TEST(test_interrupts)
{
	start_pps(true);
	send(0x1000, 1, PERM_R, false, NO_PASID);
	send(0x2000, 1, PERM_R, true, NO_PASID);
	ck_assert_uint_eq(f.irqs[SMMUV3_IRQ_PRIQ], 1); /* empty to non-empty */
	fx_w32(&f, SMMUV3_IRQ_CTRL, 0);
	fx_w32(&f, SMMUV3_PRIQ_IRQ_CFG2, 0x80000000); /* LO */
	fx_w32(&f, SMMUV3_IRQ_CTRL, 7);
	send(0x3000, 2, PERM_R, false, NO_PASID);
	ck_assert_uint_eq(f.irqs[SMMUV3_IRQ_PRIQ], 1);
	send(0x4000, 2, PERM_R, true, NO_PASID);
	ck_assert_uint_eq(f.irqs[SMMUV3_IRQ_PRIQ], 2);
	send(0x5000, 3, PERM_R, true, NO_PASID);
	ck_assert_uint_eq(f.irqs[SMMUV3_IRQ_PRIQ], 3);
}

static void fill_queue(void)
{
	u32 i;

	for (i = 0; i < 32; i++)
		send((u64)i << 12, (u16)i, PERM_R, true, NO_PASID);
	ck_assert_uint_eq(fx_r32(&f, SMMUV3_PRIQ_PROD), 0x20);
}

/* Overflow: Last is answered Success, without Last nothing, a stop marker nothing. Until acknowledged, nothing enters. */
TEST(test_overflow)
{
	u64 w[2];

	start_pps(true);
	fill_queue();
	send(0x1000, 40, PERM_R, false, NO_PASID);
	ck_assert_uint_eq(fx_r32(&f, SMMUV3_PRIQ_PROD), 0x80000020);
	ck_assert_uint_eq(f.n_responses, 0);
	send(0x2000, 40, PERM_R, true, NO_PASID);
	ck_response(0, 0, false, 40);
	send(0, 0, 0, true, 5); /* stop marker */
	ck_assert_uint_eq(f.n_responses, 1);
	/* room alone is not enough */
	fx_w32(&f, SMMUV3_PRIQ_CONS, 4);
	send(0x3000, 41, PERM_R, true, NO_PASID);
	ck_response(1, 0, false, 41);
	ck_assert_uint_eq(fx_r32(&f, SMMUV3_PRIQ_PROD), 0x80000020);
	ck_assert_uint_eq(f.smmu.stats.pri_lost, 4);
	/* RD and OVACKFLG in one write */
	fx_w32(&f, SMMUV3_PRIQ_CONS, 0x80000020);
	send(0x4000, 42, PERM_R, true, NO_PASID);
	ck_assert_uint_eq(f.n_responses, 2);
	ck_assert(fx_pri(&f, w));
	ck_assert_uint_eq(w[1], 0x402a);
}

/* LO: a discarded Last interrupts, too. */
TEST(test_overflow_interrupt)
{
	start_pps(true);
	fx_w32(&f, SMMUV3_IRQ_CTRL, 0);
	fx_w32(&f, SMMUV3_PRIQ_IRQ_CFG2, 0x80000000);
	fill_queue();
	fx_w32(&f, SMMUV3_IRQ_CTRL, 7);
	send(0x1000, 40, PERM_R, false, NO_PASID);
	ck_assert_uint_eq(f.irqs[SMMUV3_IRQ_PRIQ], 0);
	send(0x1000, 40, PERM_R, true, NO_PASID);
	ck_assert_uint_eq(f.irqs[SMMUV3_IRQ_PRIQ], 1);
}

/* The PASID of an automatic answer (8.1): PPS, else STE.PPAR, else Failure where there is no valid STE. */
TEST(test_pasid_of_automatic_answers)
{
	start_pps(true);
	fill_queue();
	send(0x1000, 1, PERM_R, true, 77);
	ck_response(0, 0, true, 1);
	ck_assert_uint_eq(f.responses[0].pasid, 77);
	fx_exit(&f);

	start_pps(false);
	fx_ste(&f, SID, 9, 1ULL << 18, 0, 0); /* bypass, PPAR */
	fill_queue();
	send(0x1000, 2, PERM_R, true, 77);
	ck_response(0, 0, true, 2);
	fx_ste(&f, SID, 9, 0, 0, 0);
	fx_cmd(&f, 0x04, 31);
	send(0x1000, 3, PERM_R, true, 77);
	ck_response(1, 0, false, 3);
	fx_ste(&f, SID, 0, 0, 0, 0); /* invalid */
	fx_cmd(&f, 0x04, 31);
	send(0x1000, 4, PERM_R, true, 77);
	ck_response(2, 0xf, false, 4);
	send(0x1000, 5, PERM_R, true, NO_PASID); /* no PASID: the STE does not matter */
	ck_response(3, 0, false, 5);
	physmem_add_hole(&f.mem, FX_STRTAB, FX_STRTAB + 0xfff);
	fx_cmd(&f, 0x04, 31);
	send(0x1000, 6, PERM_R, true, 77);
	ck_response(4, 0xf, false, 6);
	ck_assert_uint_eq(fx_events_pending(&f), 0);
}

/* With CR2.REC_CFG_ATS the failed check of PPAR leaves a record. */
TEST(test_ppar_check_recorded)
{
	start(&(struct smmuv3_cfg){ .idr = { [3] = 0x414 } }, 0);
	fx_w32(&f, SMMUV3_CR2, 8 | 2);
	fx_w32(&f, SMMUV3_CR0, 0xf);
	fill_queue();
	send(0x1000, 4, PERM_R, true, 77);
	ck_response(0, 0xf, false, 4);
	ck_event(&f, 0x000000080004d804ULL, 0, 0, 0);
}

/* PRIQEN = 0, SMMUEN = 0, queue in error: each request is answered Failure without PASID (8.2). */
TEST(test_failure_answers)
{
	start_pps(true);
	fx_w32(&f, SMMUV3_CR0, 0xd);
	send(0x1000, 1, PERM_R, false, 9);
	ck_response(0, 0xf, false, 1);
	fx_w32(&f, SMMUV3_CR0, 0xe);
	send(0x1000, 2, PERM_R, true, 9);
	ck_response(1, 0xf, false, 2);
	send(0, 2, 0, true, 9); /* not a stop marker */
	ck_assert_uint_eq(f.n_responses, 2);
	fx_w32(&f, SMMUV3_CR0, 0xf);
	f.fail_writes = true;
	send(0x1000, 3, PERM_R, false, 9); /* the write aborts */
	ck_response(2, 0xf, false, 3);
	ck_assert_uint_eq(fx_r32(&f, SMMUV3_GERROR), 8);
	f.fail_writes = false;
	send(0x1000, 4, PERM_R, true, NO_PASID);
	ck_response(3, 0xf, false, 4);
	ck_assert_uint_eq(fx_r32(&f, SMMUV3_PRIQ_PROD), 0);
	fx_w32(&f, SMMUV3_GERRORN, 8);
	send(0x1000, 5, PERM_R, true, NO_PASID);
	ck_assert_uint_eq(f.n_responses, 4);
	ck_assert_uint_eq(fx_r32(&f, SMMUV3_PRIQ_PROD), 1);
}

TEST(test_without_pri_or_pasids)
{
	/* no PRI */
	start(&(struct smmuv3_cfg){ .idr = { 0x08cd769b & ~0x10000U } }, 0xf);
	send(0x1000, 1, PERM_R, true, NO_PASID);
	ck_response(0, 0xf, false, 1);
	fx_exit(&f);
	/* no SubstreamIDs: SSV is 0, and answers have no PASID */
	start(&(struct smmuv3_cfg){ .idr = { 0, 0x0e739820 } }, 0xf);
	send(0x1000, 1, PERM_R, true, 5);
	ck_entry(0x5000000000000008ULL, 0x1001);
}

TEST(test_pri_resp)
{
	static const u8 codes[] = { 0xf, 0x1, 0x0 };
	u32 i;

	start_pps(true);
	for (i = 0; i < 3; i++) {
		fx_cmd(&f, 0x0000000812345841ULL, (u64)i << 12 | 0x1a5);
		ck_assert_uint_eq(f.n_responses, i + 1);
		ck_assert_uint_eq(f.responses[i].code, codes[i]);
		ck_assert_uint_eq(f.responses[i].sid, 8);
		ck_assert_uint_eq(f.responses[i].pasid, 0x12345);
		ck_assert(f.responses[i].pasid_valid && !f.responses[i].automatic);
		ck_assert_uint_eq(f.responses[i].prgi, 0x1a5);
	}
	fx_cmd(&f, 0x0000000812345041ULL, 2 << 12 | 1);
	ck_assert(!f.responses[3].pasid_valid);
	/* SMMUEN = 0: ignored */
	fx_w32(&f, SMMUV3_CR0, 0xe);
	fx_cmd(&f, 0x0000000800000041ULL, 2 << 12 | 1);
	ck_assert_uint_eq(f.n_responses, 4);
	ck_assert_uint_eq(fx_r32(&f, SMMUV3_CMDQ_CONS), 5);
}

SUITE("smmuv3 pri")
