// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The contract at the head of iommu.h: a call about one transaction acts for it
 * alone, what it has made possible happens in the step, and nobody calls back.
 */
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "suite.h"
#include "v3_fixture.h"

#define SID	 8U
#define VA	 0x12345000ULL
#define PA	 0x77777000ULL
#define CONS	 0x9c
#define STALLING (FX_CD_A | FX_CD_R | FX_CD_S)

static struct v3_fixture f;
static struct pt_build s1;

static void start(u32 stalls)
{
	ck_assert_int_eq(fx_init(&f, &(struct smmuv3_cfg){ .stalls = stalls }), 0);
	fx_s1_stream(&f, SID, STALLING, &s1);
	fx_enable(&f, 0xf);
}

static enum xlat go(u64 va, u64 *id)
{
	struct dma_txn t = fx_txn(&f, SID, va, 0);
	struct xlat_result r;

	*id = t.id;
	return smmuv3_class.translate(&f.smmu, &t, &r);
}

static u64 begin(struct iommu_walk *w, u64 va, enum xlat expected)
{
	struct dma_txn t = fx_txn(&f, SID, va, 0);

	ck_assert_int_eq(smmuv3_class.walk(&f.smmu, &t, w), expected);
	return t.id;
}

static void cfgi_ste(void)
{
	fx_cmd(&f, (u64)SID << 32 | 0x03, 1);
}

static void tlbi_all(void)
{
	fx_cmd(&f, 0x10, 0);
}

static void stall_term(void)
{
	fx_cmd(&f, (u64)SID << 32 | 0x45, 0);
}

static void retry(u32 stag)
{
	fx_cmd(&f, (u64)SID << 32 | 1 << 12 | 0x44, stag);
}

/* The SYNC waits for the walk that CFGI_STE overtook; STALL_TERM then meets a stalled transaction (4.7.2). */
TEST(test_stall_term_behind_a_sync)
{
	struct iommu_walk w;
	u64 id;

	start(4);
	id = begin(&w, VA, XLAT_STALL);
	cfgi_ste();
	fx_sync(&f);
	stall_term();
	ck_assert_uint_eq(fx_r32(&f, CONS), 1);
	ck_assert_int_eq(smmuv3_class.fill(&f.smmu, &w), XLAT_STALL);
	ck_assert_uint_eq(f.n_resumed, 0);
	ck_assert_uint_eq(fx_r32(&f, CONS), 1);
	smmuv3_class.step(&f.smmu);
	ck_assert_uint_eq(fx_r32(&f, CONS), 3);
	ck_assert_uint_eq(f.n_resumed, 1);
	ck_assert_uint_eq(f.resumed[0].id, id);
	ck_assert_int_eq(f.resumed[0].how, RESUME_ABORT);
	smmuv3_class.step(&f.smmu);
	ck_assert_uint_eq(f.n_resumed, 1);
}

/* Every slot is in use, the access is told to wait, and only then is a slot announced. */
static void slot_freed_behind_a_sync(bool term)
{
	struct iommu_walk w;
	u64 stalled, id;

	start(1);
	ck_assert_int_eq(go(VA, &stalled), XLAT_STALL);
	begin(&w, VA + 0x1000, XLAT_STALL);
	tlbi_all();
	fx_sync(&f);
	if (term)
		stall_term();
	else
		retry(0);
	ck_assert_int_eq(smmuv3_class.fill(&f.smmu, &w), XLAT_WAIT);
	ck_assert_uint_eq(f.n_resumed, 0);
	ck_assert_uint_eq(f.stall_frees, 0);
	smmuv3_class.step(&f.smmu);
	ck_assert_uint_eq(f.n_resumed, 1);
	ck_assert_uint_eq(f.resumed[0].id, stalled);
	ck_assert_int_eq(f.resumed[0].how, term ? RESUME_ABORT : RESUME_RETRY);
	ck_assert_uint_eq(f.stall_frees, 1);
	ck_assert_int_eq(go(VA + 0x1000, &id), XLAT_STALL);
	fx_exit(&f);
	f.cmd_prod = 0;
}

TEST(test_slot_freed_behind_a_sync)
{
	slot_freed_behind_a_sync(false);
	slot_freed_behind_a_sync(true);
}

/* An invalidation behind a SYNC goes to the endpoint in the step, and the SYNC behind that completes in the next. */
TEST(test_atc_inv_behind_a_sync)
{
	struct iommu_walk w;

	start(4);
	fx_map(&s1, VA, PA, 0x1000, FX_RW);
	begin(&w, VA, XLAT_OK);
	tlbi_all();
	fx_sync(&f);
	fx_cmd(&f, (u64)SID << 32 | 0x40, 52);
	fx_cmd(&f, 1 << 12 | 0x46, 0);
	ck_assert_int_eq(smmuv3_class.fill(&f.smmu, &w), XLAT_OK);
	ck_assert_uint_eq(f.n_invs, 0);
	ck_assert_uint_eq(fx_r32(&f, CONS), 1);
	smmuv3_class.step(&f.smmu);
	ck_assert_uint_eq(f.n_invs, 1);
	ck_assert_uint_eq(f.invs[0].sid, SID);
	ck_assert_uint_eq(fx_r32(&f, CONS), 3);
	smmuv3_class.ats_inv_done(&f.smmu, SID, f.invs[0].itag, true);
	ck_assert_uint_eq(fx_r32(&f, CONS), 3);
	ck_assert_uint_eq(f.irqs[SMMUV3_IRQ_CMD_SYNC], 0);
	smmuv3_class.step(&f.smmu);
	ck_assert_uint_eq(fx_r32(&f, CONS), 4);
	ck_assert_uint_eq(f.irqs[SMMUV3_IRQ_CMD_SYNC], 1);
}

/* A walk given up acts for nobody, either; a call before the step sees the state from before it. */
TEST(test_cancel_acts_in_the_step)
{
	struct iommu_walk w;
	u64 stalled, id;

	start(2);
	ck_assert_int_eq(go(VA, &stalled), XLAT_STALL);
	begin(&w, VA + 0x1000, XLAT_STALL);
	tlbi_all();
	fx_sync(&f);
	retry(0);
	smmuv3_class.cancel(&f.smmu, &w);
	ck_assert_uint_eq(f.n_resumed, 0);
	ck_assert_int_eq(go(VA, &id), XLAT_STALL);
	ck_assert_int_eq(go(VA, &id), XLAT_WAIT);
	ck_assert_uint_eq(f.n_resumed, 0);
	smmuv3_class.step(&f.smmu);
	ck_assert_uint_eq(f.n_resumed, 1);
	ck_assert_uint_eq(f.resumed[0].id, stalled);
	ck_assert_uint_eq(f.stall_frees, 1);
}

/* A SYNC with more than one reason to wait goes on with the last; a step before that does nothing. */
TEST(test_step_waits_for_everything)
{
	struct iommu_walk w[2];

	start(4);
	fx_map(&s1, VA, PA, 0x2000, FX_RW);
	begin(&w[0], VA, XLAT_OK);
	begin(&w[1], VA + 0x1000, XLAT_OK);
	fx_cmd(&f, (u64)SID << 32 | 0x40, 52);
	tlbi_all();
	fx_sync(&f);
	f.events[IOMMU_EV_COMMAND] = 0;
	smmuv3_class.fill(&f.smmu, &w[1]);
	smmuv3_class.step(&f.smmu);
	smmuv3_class.ats_inv_done(&f.smmu, SID, f.invs[0].itag, true);
	smmuv3_class.step(&f.smmu);
	ck_assert_uint_eq(fx_r32(&f, CONS), 2);
	smmuv3_class.fill(&f.smmu, &w[0]);
	smmuv3_class.step(&f.smmu);
	ck_assert_uint_eq(fx_r32(&f, CONS), 3);
	ck_assert_uint_eq(f.events[IOMMU_EV_COMMAND], 0); /* fetched once */
}

/* ---- the guard ---- */

static void resume_and_write(void *ctx, u64 id, enum iommu_resume how)
{
	smmuv3_class.mmio_write(&f.smmu, 0x98, 0, 4);
}

static void respond_and_step(void *ctx, const struct page_response *resp)
{
	smmuv3_class.step(&f.smmu);
}

static void irq_and_read(void *ctx, u32 line, bool level)
{
	smmuv3_class.mmio_read(&f.smmu, CONS, 4);
}

static void write_from_txn_resume(void)
{
	u64 id;

	f.m.hw_ops.txn_resume = resume_and_write;
	go(VA, &id);
	retry(0);
}

static void step_from_page_response(void)
{
	struct page_request pr = { .sid = SID, .last = true, .perm = PERM_R };

	f.m.hw_ops.page_response = respond_and_step;
	fx_w32(&f, SMMUV3_CR0, 0xd); /* PRIQEN = 0: answered at once */
	smmuv3_class.page_request(&f.smmu, &pr);
}

static void read_from_irq(void)
{
	f.m.hw_ops.irq = irq_and_read;
	fx_cmd(&f, 1 << 12 | 0x46, 0);
}

#ifdef FL_CHECKED
static void irq_and_ask(void *ctx, u32 line, bool level)
{
	static const struct iommu_scope scope;

	smmuv3_class.concerns(&f.smmu, &scope, SID, IOMMU_NO_PASID);
}

static void ask_from_irq(void)
{
	f.m.hw_ops.irq = irq_and_ask;
	fx_cmd(&f, 1 << 12 | 0x46, 0);
}
#endif

/* What a child that does @what says before it is ended by SIGABRT. */
static void dying_words(void (*what)(void), char *words, size_t size)
{
	int pipe_of[2], status;
	ssize_t n;
	size_t at = 0;
	pid_t pid;

	ck_assert_int_eq(pipe(pipe_of), 0);
	pid = fork();
	if (!pid) {
		dup2(pipe_of[1], STDERR_FILENO);
		close(pipe_of[0]);
		close(pipe_of[1]);
		what();
		_exit(0);
	}
	close(pipe_of[1]);
	while ((n = read(pipe_of[0], words + at, size - 1 - at)) > 0)
		at += (size_t)n;
	words[at] = 0;
	close(pipe_of[0]);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_msg(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT, "not stopped; it said: %s", words);
}

TEST(test_reentry_is_named)
{
	static const struct {
		void (*what)(void);
		const char *said;
	} cases[] = {
		{ write_from_txn_resume, "mmio_write called from within mmio_write" },
		{ step_from_page_response, "step called from within page_request" },
		{ read_from_irq, "mmio_read called from within mmio_write" },
#ifdef FL_CHECKED
		{ ask_from_irq, "concerns called from within mmio_write" },
#endif
	};
	char words[512];
	u32 i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		start(4);
		dying_words(cases[i].what, words, sizeof(words));
		ck_assert_ptr_nonnull(strstr(words, cases[i].said));
		fx_exit(&f);
	}
}

SUITE("smmuv3 contract")
