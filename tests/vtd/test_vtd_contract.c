// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The contract between the engine and its holder (head of iommu.h), call by call. */
#include "suite.h"
#include "rig_vtd.h"
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#define DEV   0x0108
#define IOVA  0x7000
#define STATE 0x3000000ULL /* wait descriptors write here */

static struct rig_vtd r;
static struct iommu_walk walk;

/* Second stage of 4 levels, domain 10, for PASID 1 of DEV; device TLB and page requests enabled. */
static void start(void)
{
	u64 ss;

	rig_vtd_init(&r, NULL);
	rig_vtd_msi_setup(&r);
	rig_vtd_queue(&r, true);
	rig_vtd_mode(&r, VTD_TTM_SCALABLE);
	rig_vtd_device(&r, DEV, VTD_SCE_P | VTD_SCE_DTE | VTD_SCE_PASIDE | VTD_SCE_PRE, 0);
	ss = rig_vtd_page(&r);
	rig_vtd_pasid(&r, DEV, 1, VTD_PE_P | 2 << 6 | 2 << 2 | ss, 10, 0);
	rig_vtd_poke(&r, rig_vtd_slot(&r, ss, 4, IOVA, 1, RIG_SS_LINK), 0x9000 | 3);
}

static void submit(u64 qw0, u64 qw1)
{
	u64 d[4] = { qw0, qw1, 0, 0 };

	rig_vtd_submit(&r, d);
}

static void begin_walk(void)
{
	struct dma_txn t = { .iova = IOVA, .sid = DEV, .pasid = 1, .len = 8, .flags = DMA_PASID };

	ck_assert_int_eq(vtd_class.walk(&r.hw, &t, &walk), XLAT_OK);
}

/* 6.5.2.12: a wait completes after what is ahead of it; here in the step after the walk, not within its end. */
TEST_TIMES(stale_walk_then_wait, 2)
{
	bool cancelled = _i;

	start();
	begin_walk();
	submit(0x22 | 10 << 16, 0); /* IOTLB, domain 10 */
	submit(0x25 | 7ULL << 32, STATE);
	ck_assert_uint_eq(rig_vtd_peek(&r, STATE), 0);
	/* Nothing has ended: a step does nothing. */
	vtd_class.step(&r.hw);
	ck_assert_uint_eq(rig_vtd_peek(&r, STATE), 0);
	if (cancelled)
		vtd_class.cancel(&r.hw, &walk);
	else
		ck_assert_int_eq(vtd_class.fill(&r.hw, &walk), XLAT_OK);
	ck_assert_uint_eq(rig_vtd_peek(&r, STATE), 0);
	ck_assert_uint_eq(r.events[IOMMU_EV_SYNC], 0);
	vtd_class.step(&r.hw);
	ck_assert_uint_eq(rig_vtd_peek(&r, STATE), 7);
	ck_assert_uint_eq(r.events[IOMMU_EV_SYNC], 1);
	rig_vtd_exit(&r);
}

/* FN = 1: what follows is executed after the wait. The device TLB's invalidation leaves in step. */
TEST_TIMES(descriptors_behind_a_fence, 2)
{
	bool cancelled = _i;

	start();
	begin_walk();
	submit(0x22 | 10 << 16, 0);
	submit(0x65 | 7ULL << 32, STATE);	 /* SW, FN */
	submit(0x3 | (u64)DEV << 32, 0x7000);	 /* device TLB */
	submit(0x25 | 8ULL << 32, STATE + 0x10); /* waits for the completion of that */
	ck_assert_uint_eq(rig_vtd_read(&r, VTD_IQH, 8), 64);
	if (cancelled)
		vtd_class.cancel(&r.hw, &walk);
	else
		ck_assert_int_eq(vtd_class.fill(&r.hw, &walk), XLAT_OK);
	ck_assert_uint_eq(r.n_invs, 0);
	ck_assert_uint_eq(rig_vtd_read(&r, VTD_IQH, 8), 64);
	vtd_class.step(&r.hw);
	ck_assert_uint_eq(rig_vtd_peek(&r, STATE), 7);
	ck_assert_uint_eq(r.n_invs, 1);
	ck_assert_uint_eq(r.invs[0].addr, 0x7000);
	ck_assert_uint_eq(rig_vtd_read(&r, VTD_IQH, 8), 128);
	ck_assert_uint_eq(rig_vtd_peek(&r, STATE + 0x10), 0);
	vtd_class.ats_inv_done(&r.hw, DEV, r.invs[0].itag, true);
	ck_assert_uint_eq(rig_vtd_peek(&r, STATE + 0x10), 0);
	vtd_class.step(&r.hw);
	ck_assert_uint_eq(rig_vtd_peek(&r, STATE + 0x10), 8);
	rig_vtd_exit(&r);
}

/* Rule 3: a call before the step sees the state from before it, and may do the step's work. */
TEST(register_write_before_the_step)
{
	start();
	begin_walk();
	submit(0x22 | 10 << 16, 0);
	submit(0x25 | 7ULL << 32, STATE);
	vtd_class.fill(&r.hw, &walk);
	rig_vtd_read(&r, VTD_IQH, 8);
	ck_assert_uint_eq(rig_vtd_peek(&r, STATE), 0);
	submit(0x25 | 8ULL << 32, STATE + 0x10);
	ck_assert_uint_eq(rig_vtd_peek(&r, STATE), 7);
	ck_assert_uint_eq(rig_vtd_peek(&r, STATE + 0x10), 8);
	vtd_class.step(&r.hw);
	ck_assert_uint_eq(r.events[IOMMU_EV_SYNC], 2);
	rig_vtd_exit(&r);
}

/* ---- re-entry ---- */

static void response_that_writes(void *ctx, const struct page_response *resp)
{
	vtd_class.mmio_write(&r.hw, VTD_PQH, 0, 8);
}

static void invalidation_that_completes(void *ctx, const struct ats_inv *inv)
{
	vtd_class.ats_inv_done(&r.hw, inv->sid, inv->itag, true);
}

static int message_that_reads(void *ctx, u64 pa, u32 data)
{
	vtd_class.mmio_read(&r.hw, VTD_FSTS, 4);
	return 0;
}

static void request_refused(void)
{
	struct page_request pr = { .sid = DEV, .pasid = 9, .pasid_valid = true, .perm = PERM_R, .last = true };

	rig_vtd_command(&r, VTD_GCMD_TE, false);
	r.m.hw_ops.page_response = response_that_writes;
	vtd_class.page_request(&r.hw, &pr);
}

static void device_tlb_invalidated(void)
{
	r.m.hw_ops.ats_invalidate = invalidation_that_completes;
	submit(0x3 | (u64)DEV << 32, 0x7000);
}

static void fault_recorded(void)
{
	struct xlat_result res;

	r.m.hw_ops.msi = message_that_reads;
	rig_vtd_write(&r, VTD_IQT, 4096, 8); /* beyond the queue: an error, and its message */
	rig_vtd_access(&r, DEV, IOVA, 0, 0, &res);
}

static const struct {
	void (*act)(void);
	const char *says;
} re_entries[] = {
	{ request_refused, "mmio_write called from within page_request" },
	{ device_tlb_invalidated, "ats_inv_done called from within mmio_write" },
	{ fault_recorded, "mmio_read called from within mmio_write" },
};

/* A call from within a callback ends the program, and says which and where. */
TEST_TIMES(re_entry_is_named, ARRAY_SIZE(re_entries))
{
	char said[512] = "";
	size_t n = 0;
	ssize_t got;
	int ends[2], status;
	pid_t child;

	start();
	ck_assert_int_eq(pipe(ends), 0);
	child = fork();
	ck_assert_int_ge(child, 0);
	if (!child) {
		dup2(ends[1], STDERR_FILENO);
		re_entries[_i].act();
		_exit(0);
	}
	close(ends[1]);
	while (n < sizeof(said) - 1 && (got = read(ends[0], said + n, sizeof(said) - 1 - n)) > 0)
		n += (size_t)got;
	close(ends[0]);
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
	ck_assert_msg(strstr(said, re_entries[_i].says) != NULL, "%s", said);
	rig_vtd_exit(&r);
}

/* Eight bytes at two registers are one call. */
TEST(a_pair_is_one_call)
{
	start();
	rig_vtd_write(&r, VTD_PECTL, (u64)0x1234 << 32 | VTD_ECTL_IM, 8);
	ck_assert_uint_eq(rig_vtd_read(&r, VTD_PEDATA, 4), 0x1234);
	ck_assert_uint_eq(rig_vtd_read(&r, VTD_PECTL, 8), (u64)0x1234 << 32 | VTD_ECTL_IM);
	rig_vtd_exit(&r);
}

/* ---- reset ---- */

TEST_TIMES(reset_in_the_midst_of_a_walk, 2)
{
	bool cancelled = _i;
	u64 descriptors;

	start();
	begin_walk();
	submit(0x22 | 10 << 16, 0);
	submit(0x25 | 7ULL << 32, STATE);
	descriptors = r.hw.stats.descriptors;
	ck_assert_uint_eq(descriptors, 2);
	vtd_class.reset(&r.hw);
	if (cancelled)
		vtd_class.cancel(&r.hw, &walk);
	else
		ck_assert_int_eq(vtd_class.fill(&r.hw, &walk), XLAT_ABORT);
	vtd_class.step(&r.hw);
	/* The wait is gone, and nothing was recorded or installed. */
	ck_assert_uint_eq(rig_vtd_peek(&r, STATE), 0);
	ck_assert(!walk.res.recorded);
	ck_assert_uint_eq(walk.res.fault, 0);
	ck_assert_uint_eq(r.hw.stats.faults_recorded, 0);
	ck_assert_uint_eq(r.hw.eng.cache[UNIT_TLB].sizes, 0);
	ck_assert_uint_eq(r.hw.stats.descriptors, descriptors);
	rig_vtd_exit(&r);
}

/* Several walks, one of them about to fault; ended in another order than they began, among a new one. */
TEST(reset_with_many_walks)
{
	static struct iommu_walk w[4];
	struct dma_txn t = { .iova = 0x123456000, .sid = DEV, .pasid = 1, .len = 8, .flags = DMA_PASID };
	u32 i;

	start();
	for (i = 0; i < 3; i++)
		ck_assert_int_eq(vtd_class.walk(&r.hw, &t, &w[i]), XLAT_ABORT);
	vtd_class.reset(&r.hw);
	ck_assert_int_eq(vtd_class.walk(&r.hw, &t, &w[3]), XLAT_OK); /* translation is off */
	ck_assert_int_eq(vtd_class.fill(&r.hw, &w[1]), XLAT_ABORT);
	vtd_class.cancel(&r.hw, &w[0]);
	ck_assert_int_eq(vtd_class.fill(&r.hw, &w[3]), XLAT_OK);
	ck_assert_int_eq(vtd_class.fill(&r.hw, &w[2]), XLAT_ABORT);
	ck_assert_uint_eq(r.hw.stats.faults_recorded, 0);
	ck_assert_ptr_null(r.hw.eng.walks);
	rig_vtd_exit(&r);
}

/* Every register that software can reach, after a reset in the thick of it, reads as in a new engine. */
TEST(registers_after_reset)
{
	struct page_request pr = { .sid = DEV, .pasid = 1, .pasid_valid = true, .perm = PERM_R, .last = true };
	static struct rig_vtd fresh;
	struct xlat_result res;
	u32 i, changed = 0;

	start();
	rig_vtd_init(&fresh, NULL);
	rig_vtd_write(&r, VTD_PQA, rig_vtd_page(&r), 8);
	for (i = 0; i < 200; i++)
		vtd_class.page_request(&r.hw, &pr);
	ck_assert_uint_eq(rig_vtd_read(&r, VTD_PRS, 4), VTD_PRS_PPR | VTD_PRS_PRO);
	for (i = 0; i < 10; i++)
		rig_vtd_access(&r, 0x300, IOVA, 0, 0, &res);
	submit(0x3 | (u64)DEV << 32, 0x7000);
	submit(0x35 | 7ULL << 32, STATE);
	vtd_class.ats_inv_done(&r.hw, DEV, r.invs[0].itag, false);
	submit(0xff, 0);
	for (i = 0; i < r.hw.regs.span; i += 4)
		changed += rig_vtd_read(&r, i, 4) != rig_vtd_read(&fresh, i, 4);
	ck_assert_uint_gt(changed, 20);
	vtd_class.reset(&r.hw);
	for (i = 0; i < r.hw.regs.span; i += 4)
		ck_assert_msg(rig_vtd_read(&r, i, 4) == rig_vtd_read(&fresh, i, 4), "register %x", i);
	ck_assert_uint_eq(r.hw.n_waits, 0);
	/* A completion from before is not known. */
	vtd_class.ats_inv_done(&r.hw, DEV, r.invs[0].itag, false);
	ck_assert_uint_eq(rig_vtd_read(&r, VTD_FSTS, 4), 0);
	/* And it is usable from the start. */
	ck_assert_int_eq(rig_vtd_access(&r, DEV, IOVA, 0, 0, &res), XLAT_OK);
	ck_assert(res.bypass);
	rig_vtd_queue(&r, true);
	rig_vtd_root(&r, r.root | FIELD_PREP(VTD_RTADDR_TTM, (u64)VTD_TTM_SCALABLE));
	rig_vtd_command(&r, VTD_GCMD_TE, true);
	submit(0x25 | 9ULL << 32, STATE);
	ck_assert_uint_eq(rig_vtd_peek(&r, STATE), 9);
	ck_assert_int_eq(rig_vtd_access(&r, DEV, IOVA, DMA_PASID, 1, &res), XLAT_OK);
	ck_assert_uint_eq(res.pa, 0x9000);
	rig_vtd_exit(&fresh);
	rig_vtd_exit(&r);
}

SUITE("vtd_contract")
