// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The event queue as a queue: full, overflow, disabled, aborted, wrapped; interrupts (7.2, 7.4, 3.18). */
#include "suite.h"
#include "v3_fixture.h"

#define SID  8U
#define VA   0x12345000ULL
#define AR   (FX_CD_A | FX_CD_R)
#define SIZE 128U

static struct v3_fixture f;
static struct pt_build s1;

/* Every access of stream 8 faults; 9 stalls. */
static void start(u32 cr0)
{
	ck_assert_int_eq(fx_init(&f, &(struct smmuv3_cfg){ 0 }), 0);
	fx_s1_stream(&f, SID, AR, &s1);
	fx_s1_stream(&f, SID + 1, AR | FX_CD_S, &s1);
	fx_enable(&f, cr0);
}

static void fault(u32 n)
{
	struct xlat_result r;
	u32 i;

	for (i = 0; i < n; i++)
		ck_assert_int_eq(fx_xlat(&f, SID, VA + i * 0x1000ULL, 0, &r), XLAT_ABORT);
}

static void stall(u32 n)
{
	struct xlat_result r;
	u32 i;

	for (i = 0; i < n; i++)
		ck_assert_int_eq(fx_xlat(&f, SID + 1, VA + i * 0x1000ULL, 0, &r), XLAT_STALL);
}

TEST(test_order_and_wrap)
{
	u64 w[4];
	u32 i;

	start(0xd);
	for (i = 0; i < 3 * SIZE; i++) {
		struct xlat_result r;

		fx_xlat(&f, SID, (u64)i << 12, 0, &r);
		ck_assert(fx_event(&f, w));
		ck_assert_uint_eq(w[2], (u64)i << 12);
	}
	ck_assert_uint_eq(fx_r32(&f, SMMUV3_EVENTQ_PROD), (3 * SIZE) & 0xff); /* wrap bit kept */
	ck_assert(!fx_event(&f, w));
}

TEST(test_overflow)
{
	start(0xd);
	fault(SIZE);
	ck_assert_uint_eq(fx_r32(&f, SMMUV3_EVENTQ_PROD), 0x80); /* full, no overflow */
	fault(1);
	ck_assert_uint_eq(fx_r32(&f, SMMUV3_EVENTQ_PROD), 0x80000080);
	fault(5);
	ck_assert_uint_eq(fx_r32(&f, SMMUV3_EVENTQ_PROD), 0x80000080); /* toggled once */
	ck_assert_uint_eq(f.smmu.stats.events_lost, 6);
	ck_assert_uint_eq(f.events[IOMMU_EV_RECORD_LOST], 6);
	/* not acknowledged: new records come in all the same */
	fx_w32(&f, SMMUV3_EVENTQ_CONS, 2);
	fault(2);
	ck_assert_uint_eq(fx_r32(&f, SMMUV3_EVENTQ_PROD), 0x80000082);
	fault(1); /* a second overflow is not told */
	ck_assert_uint_eq(fx_r32(&f, SMMUV3_EVENTQ_PROD), 0x80000082);
	/* acknowledged: the next one toggles back */
	fx_w32(&f, SMMUV3_EVENTQ_CONS, 0x80000002);
	fault(1);
	ck_assert_uint_eq(fx_r32(&f, SMMUV3_EVENTQ_PROD), 0x82);
	ck_assert_uint_eq(f.smmu.stats.overflows, 2);
}

/* EVENTQEN = 0: lost, but no overflow. */
TEST(test_disabled)
{
	start(0x9);
	fault(3);
	ck_assert_uint_eq(fx_r32(&f, SMMUV3_EVENTQ_PROD), 0);
	ck_assert_uint_eq(f.smmu.stats.events_lost, 3);
	fx_w32(&f, SMMUV3_CR0, 0xd);
	fault(1);
	ck_assert_uint_eq(fx_r32(&f, SMMUV3_EVENTQ_PROD), 1);
}

/* Records of stalls are never lost and make no overflow; they follow when there is room, oldest first. */
TEST(test_stalls_wait_for_room)
{
	u64 w[4];
	u32 i;

	start(0xd);
	fault(SIZE);
	stall(20);
	ck_assert_uint_eq(fx_r32(&f, SMMUV3_EVENTQ_PROD), 0x80);
	ck_assert_uint_eq(f.smmu.stats.events_held, 20);
	for (i = 0; i < SIZE; i++) {
		ck_assert(fx_event(&f, w));
		ck_assert_uint_eq(w[0] >> 32, SID);
	}
	for (i = 0; i < 20; i++) {
		ck_assert(fx_event(&f, w));
		ck_assert_uint_eq(w[0] >> 32, SID + 1);
		ck_assert_uint_eq(w[2], VA + i * 0x1000ULL);
		ck_assert(w[1] & 0x80000000);
	}
	ck_assert(!fx_event(&f, w));
	ck_assert_uint_eq(fx_r32(&f, SMMUV3_EVENTQ_PROD) & 0x80000000, 0);
}

/* A held stall goes before a later fault. */
TEST(test_stalls_wait_for_the_enable)
{
	u64 w[4];

	start(0x9);
	stall(2);
	ck_assert_uint_eq(fx_r32(&f, SMMUV3_EVENTQ_PROD), 0);
	fx_w32(&f, SMMUV3_CR0, 0xd);
	ck_assert_uint_eq(fx_r32(&f, SMMUV3_EVENTQ_PROD), 2);
	fault(1);
	ck_assert(fx_event(&f, w));
	ck_assert_uint_eq(w[0] >> 32, SID + 1);
	ck_assert(fx_event(&f, w));
	ck_assert(fx_event(&f, w));
	ck_assert_uint_eq(w[0] >> 32, SID);
}

/*
 * An invalidation overtakes a stall that has no record yet: the transaction
 * arrives anew once the queue is writable, and its old fault is not told (7.2.1).
 */
TEST(test_invalidated_stall_is_retried)
{
	u64 w[4];

	start(0xd);
	fault(SIZE);
	stall(2); /* VA and the page after */
	fx_cmd(&f, 0x12 | (u64)(SID + 1) << 48, VA | 1);
	fx_sync(&f);
	ck_assert_uint_eq(f.n_resumed, 0);
	fx_w32(&f, SMMUV3_EVENTQ_CONS, 0x80);
	ck_assert_uint_eq(f.n_resumed, 1);
	ck_assert_int_eq(f.resumed[0].how, RESUME_RETRY);
	ck_assert(fx_event(&f, w));
	ck_assert_uint_eq(w[2], VA + 0x1000);
	ck_assert(!fx_event(&f, w));
}

/* An aborted write: GERROR, PROD stays, nothing is written until it is acknowledged; stalls survive. */
TEST(test_write_abort)
{
	u64 w[4];

	start(0xd);
	f.fail_writes = true;
	fault(1);
	ck_assert_uint_eq(fx_r32(&f, SMMUV3_GERROR), 4);
	ck_assert_uint_eq(fx_r32(&f, SMMUV3_EVENTQ_PROD), 0);
	ck_assert_uint_eq(f.irqs[SMMUV3_IRQ_GERROR], 1);
	ck_assert_uint_eq(f.irqs[SMMUV3_IRQ_EVENTQ], 0);
	f.fail_writes = false;
	fault(1);
	stall(1);
	ck_assert_uint_eq(fx_r32(&f, SMMUV3_EVENTQ_PROD), 0);
	fx_w32(&f, SMMUV3_GERRORN, 4);
	ck_assert(fx_event(&f, w));
	ck_assert_uint_eq(w[0] >> 32, SID + 1);
	ck_assert(!fx_event(&f, w));
	ck_assert_uint_eq(f.smmu.stats.events_lost, 2);
}

TEST(test_interrupt_when_it_becomes_non_empty)
{
	start(0xd);
	fault(3);
	ck_assert_uint_eq(f.irqs[SMMUV3_IRQ_EVENTQ], 1);
	fx_w32(&f, SMMUV3_EVENTQ_CONS, 2);
	fault(1);
	ck_assert_uint_eq(f.irqs[SMMUV3_IRQ_EVENTQ], 1);
	fx_w32(&f, SMMUV3_EVENTQ_CONS, 4);
	fault(1);
	ck_assert_uint_eq(f.irqs[SMMUV3_IRQ_EVENTQ], 2);
	fx_w32(&f, SMMUV3_EVENTQ_CONS, 5);
	fx_w32(&f, SMMUV3_IRQ_CTRL, 0);
	fault(1);
	ck_assert_uint_eq(f.irqs[SMMUV3_IRQ_EVENTQ], 2);
	/* enabling does not tell of what was before (6.3.16) */
	fx_w32(&f, SMMUV3_IRQ_CTRL, 7);
	ck_assert_uint_eq(f.irqs[SMMUV3_IRQ_EVENTQ], 2);
}

TEST(test_msi)
{
	start(0xd);
	fx_w32(&f, SMMUV3_IRQ_CTRL, 0);
	fx_w64(&f, SMMUV3_EVENTQ_IRQ_CFG0, 0x08000040);
	fx_w32(&f, SMMUV3_EVENTQ_IRQ_CFG1, 0x1234);
	fx_w64(&f, SMMUV3_GERROR_IRQ_CFG0, 0x08000080);
	fx_w32(&f, SMMUV3_GERROR_IRQ_CFG1, 0x5678);
	fx_w32(&f, SMMUV3_IRQ_CTRL, 5);
	fault(1);
	ck_assert_uint_eq(f.n_msis, 1);
	ck_assert_uint_eq(f.msis[0].pa, 0x08000040);
	ck_assert_uint_eq(f.msis[0].data, 0x1234);
	/* an MSI that is aborted is a global error, which has its own */
	physmem_add_hole(&f.mem, 0x08000040, 0x08000043);
	fx_w32(&f, SMMUV3_EVENTQ_CONS, 1);
	fault(1);
	ck_assert_uint_eq(fx_r32(&f, SMMUV3_GERROR), 0x20);
	ck_assert_uint_eq(f.n_msis, 3);
	ck_assert_uint_eq(f.msis[2].pa, 0x08000080);
	ck_assert_uint_eq(f.msis[2].data, 0x5678);
	/* the global error's MSI aborted: recorded, without another interrupt (7.5.1) */
	physmem_add_hole(&f.mem, 0x08000080, 0x08000083);
	fx_cmd(&f, 0xff, 0);
	ck_assert_uint_eq(fx_r32(&f, SMMUV3_GERROR), 0xa1);
	ck_assert_uint_eq(f.n_msis, 4);
}

TEST(test_msi_only)
{
	ck_assert_int_eq(fx_init(&f, &(struct smmuv3_cfg){ .no_wired_irq = true }), 0);
	fx_enable(&f, 0xd);
	fault(1);
	ck_assert_uint_eq(fx_r32(&f, SMMUV3_EVENTQ_PROD), 1);
	ck_assert_uint_eq(f.irqs[SMMUV3_IRQ_EVENTQ], 0);
}

TEST(test_gerror_is_logged_once)
{
	start(0xd);
	f.fail_writes = true;
	fault(1);
	fx_cmd(&f, 0xff, 0);
	ck_assert_uint_eq(fx_r32(&f, SMMUV3_GERROR), 5);
	ck_assert_uint_eq(f.irqs[SMMUV3_IRQ_GERROR], 2);
	fx_w32(&f, SMMUV3_GERRORN, 4); /* acknowledge one of the two */
	fault(1);
	ck_assert_uint_eq(fx_r32(&f, SMMUV3_GERROR), 1); /* toggled back */
	ck_assert_uint_eq(f.irqs[SMMUV3_IRQ_GERROR], 3);
}

/* Unaligned base: aligned to the size; a size over the limit is capped; inconsistent indices are full. */
TEST(test_bad_set_up)
{
	struct smmuv3_cfg cfg = { .idr = { 0, (0x0e739d20 & ~(0x1fU << 16)) | 2 << 16 } };

	ck_assert_int_eq(fx_init(&f, &cfg), 0);
	fx_s1_stream(&f, SID, AR, &s1);
	fx_enable(&f, 0);
	fx_w64(&f, SMMUV3_EVENTQ_BASE, (FX_EVENTQ + 0x60) | 15); /* four entries */
	fx_w32(&f, SMMUV3_CR0, 5);
	fault(5);
	ck_assert_uint_eq(fx_r32(&f, SMMUV3_EVENTQ_PROD), 0x80000004);
	ck_assert_uint_eq(fx_m64(&f, FX_EVENTQ), 0x0000000800000010ULL);
	ck_assert_uint_eq(fx_m64(&f, FX_EVENTQ + 0x60), 0x0000000800000010ULL);
	ck_assert_uint_eq(fx_m64(&f, FX_EVENTQ + 0x80), 0);
	fx_w32(&f, SMMUV3_EVENTQ_CONS, 0x80000006); /* used: -2 */
	fault(1);
	ck_assert_uint_eq(fx_r32(&f, SMMUV3_EVENTQ_PROD), 0x4);
}

SUITE("smmuv3 event queue")
