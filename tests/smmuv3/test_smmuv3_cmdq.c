// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The command queue (4, 7.1): errors, CMD_SYNC and its signals, and what each
 * invalidation drops, seen through which accesses still get the old answer.
 */
#include "v3_cmd_scene.h"

TEST(test_illegal_commands)
{
	static const u8 unknown[] = { 0x00, 0x08, 0x0a, 0x14, 0x18, 0x19, 0x1a, 0x24, 0x29, 0x2b, 0x31, 0x42,
				      0x43, 0x47, 0x50, 0x52, 0x58, 0x5a, 0x60, 0x70, 0x73, 0x80, 0xff };
	u32 i;

	start(0);
	for (i = 0; i < ARRAY_SIZE(unknown); i++)
		cmd_ill(unknown[i], 0);
	cmd_ill(0x07, 0);	    /* CFGI_VMS_PIDM without MPAM */
	cmd_ill(0x03 | 1 << 10, 0); /* SSec */
	cmd_ill(0x04 | 1 << 10, 31);
	cmd_ill(0x05 | 1 << 10, 0);
	cmd_ill(0x01 | 1 << 10, 0);
	cmd_ill(0x44 | 1 << 10, 0);
	cmd_ill(0x45 | 1 << 10, 0);
	cmd_ill(0x46 | 3 << 12, 0); /* CS 3 */
	cmd_ill(0x40, 53);	    /* ATC_INV Size */
	cmd_ill(0x41, 3 << 12);	    /* PRI_RESP Resp */
	ck_assert_uint_eq(f.irqs[SMMUV3_IRQ_GERROR], ARRAY_SIZE(unknown) + 10);
}

TEST(test_illegal_without_the_feature)
{
	/* stage 1 only, nothing else */
	start(0x0000000a | 1 << 24);
	cmd_ill(0x20, 0); /* EL2_ALL */
	cmd_ill(0x21, 0);
	cmd_ill(0x22, 0);
	cmd_ill(0x23, 0);
	cmd_ill(0x28, 0); /* S12_VMALL */
	cmd_ill(0x2a, 0);
	cmd_ill(0x40, 0);
	cmd_ill(0x41, 0);
	cmd_ill(0x44, 0); /* RESUME under STALL_MODEL 1 */
	cmd_ill(0x45, 0);
	cmd_ok(0x10, 0);
	cmd_ok(0x30, 0);
	fx_exit(&f);
	/* stage 2 only */
	f.cmd_prod = 0;
	start(0x00000009);
	cmd_ill(0x05, 0);
	cmd_ill(0x06, 0);
	cmd_ill(0x10, 0);
	cmd_ill(0x13, 0);
	cmd_ok(0x28, 0);
	cmd_ok(0x30, 0);
}

TEST(test_fetch_abort)
{
	start(0);
	physmem_add_hole(&f.mem, FX_CMDQ, FX_CMDQ + 15);
	fx_sync(&f);
	ck_assert_uint_eq(ERR(), 2);
	ck_assert_uint_eq(fx_r32(&f, SMMUV3_GERROR) ^ fx_r32(&f, SMMUV3_GERRORN), 1);
	ck_assert_uint_eq(fx_r32(&f, SMMUV3_CMDQ_CONS) & 0xfffff, 0);
	ck_assert_uint_eq(f.irqs[SMMUV3_IRQ_GERROR], 1);
	/* acknowledged without repair: the same again */
	fx_w32(&f, SMMUV3_GERRORN, 1);
	ck_assert_uint_eq(fx_r32(&f, SMMUV3_GERROR) ^ fx_r32(&f, SMMUV3_GERRORN), 1);
	ck_assert_uint_eq(f.irqs[SMMUV3_IRQ_GERROR], 2);
}

/* Commands behind an error have no effect until it is acknowledged. */
TEST(test_error_stops_the_queue)
{
	start(0);
	fx_cmd(&f, 0xff, 0);
	fx_cmd(&f, 0x46 | 1 << 12, 0);
	ck_assert_uint_eq(fx_r32(&f, SMMUV3_CMDQ_CONS), 0x01000000);
	ck_assert_uint_eq(f.irqs[SMMUV3_IRQ_CMD_SYNC], 0);
	/* PROD may be moved back to CONS */
	fx_w32(&f, SMMUV3_CMDQ_PROD, 0);
	fx_w32(&f, SMMUV3_GERRORN, 1);
	ck_assert_uint_eq(fx_r32(&f, SMMUV3_CMDQ_CONS) & 0xfffff, 0);
	ck_assert_uint_eq(f.irqs[SMMUV3_IRQ_CMD_SYNC], 0);
}

TEST(test_wrap_and_disable)
{
	u32 i;

	start(0);
	for (i = 0; i < 600; i++)
		fx_sync(&f);
	ck_assert_uint_eq(fx_r32(&f, SMMUV3_CMDQ_CONS), 600 & 0x1ff);
	fx_w32(&f, SMMUV3_CR0, 5);
	fx_sync(&f);
	ck_assert_uint_eq(fx_r32(&f, SMMUV3_CMDQ_CONS), 600 & 0x1ff);
	fx_w32(&f, SMMUV3_CR0, 0xd);
	ck_assert_uint_eq(fx_r32(&f, SMMUV3_CMDQ_CONS), 601 & 0x1ff);
	/* indices that no queue can have: nothing is consumed */
	fx_w32(&f, SMMUV3_CR0, 5);
	fx_w32(&f, SMMUV3_CMDQ_CONS, 0x0f0);
	fx_w32(&f, SMMUV3_CMDQ_PROD, 0x010);
	fx_w32(&f, SMMUV3_CR0, 0xd);
	ck_assert_uint_eq(fx_r32(&f, SMMUV3_CMDQ_CONS), 0x0f0);
}

/* A base that is not aligned to the size is aligned down; a size over the limit is capped (6.3.26). */
TEST(test_unaligned_base_and_large_size)
{
	struct smmuv3_cfg cfg = { .idr = { 0x08cd761b, (0x0e739d20 & ~(0x1fU << 21)) | 2 << 21 } };

	ck_assert_int_eq(fx_init(&f, &cfg), 0);
	fx_enable(&f, 0);
	fx_w64(&f, SMMUV3_CMDQ_BASE, (FX_CMDQ + 0x20) | 19); /* four entries: 64 bytes */
	ck_assert_uint_eq(smmuv3_class.mmio_read(&f.smmu, 0x90, 8), (FX_CMDQ + 0x20) | 19);
	fx_put(&f, FX_CMDQ, 0x46 | 1 << 12);
	fx_w32(&f, SMMUV3_CR0, 8);
	fx_w32(&f, SMMUV3_CMDQ_PROD, 1);
	ck_assert_uint_eq(f.irqs[SMMUV3_IRQ_CMD_SYNC], 1);
	fx_w32(&f, SMMUV3_CMDQ_PROD, 0xfff); /* only index and wrap bit of the capped size count: 7 */
	ck_assert_uint_eq(fx_r32(&f, SMMUV3_CMDQ_PROD), 7);
}

TEST(test_one_entry_queue)
{
	start(0);
	fx_w32(&f, SMMUV3_CR0, 0);
	fx_w64(&f, SMMUV3_CMDQ_BASE, FX_CMDQ);
	fx_w32(&f, SMMUV3_CMDQ_CONS, 0);
	fx_w32(&f, SMMUV3_CMDQ_PROD, 0);
	fx_w32(&f, SMMUV3_CR0, 8);
	fx_put(&f, FX_CMDQ, 0x46 | 1 << 12);
	fx_w32(&f, SMMUV3_CMDQ_PROD, 1);
	fx_w32(&f, SMMUV3_CMDQ_PROD, 0);
	ck_assert_uint_eq(f.irqs[SMMUV3_IRQ_CMD_SYNC], 2);
	ck_assert_uint_eq(fx_r32(&f, SMMUV3_CMDQ_CONS), 0);
}

/*
 * Whatever a guest writes to CMDQ_BASE, CMDQ_PROD, CMDQ_CONS and CR0, and
 * whatever the queue holds: one call fetches each entry of the queue once at
 * most, and a SYNC adds at most the write of its message.
 */
TEST(test_accesses_of_a_call)
{
	static const u64 good[] = { 0x46, 0x46 | 1 << 12, 0x04, 0x11, 0x10, 0x30, 0x3, 0x1 };
	u64 seed = 1, most = 0;
	u32 round, i;

	start(0);
	for (round = 0; round < 4000; round++) {
		u64 accesses = f.accesses, w;

		seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
		w = seed >> 20;
		if (round % 200 == 0)
			for (i = 0; i < 1 << FX_LOG2CMDQ; i++)
				fx_put(&f, FX_CMDQ + 16 * i,
				       round % 400 && w >> i % 40 & 1 ? seed + i : good[(w + i) % 8]);
		switch (w % 8) {
		case 0:
			fx_w32(&f, SMMUV3_CR0, 0);
			fx_w64(&f, SMMUV3_CMDQ_BASE, FX_CMDQ | (w >> 8) % (FX_LOG2CMDQ + 1));
			fx_w32(&f, SMMUV3_CMDQ_PROD, (u32)(w >> 16));
			fx_w32(&f, SMMUV3_CMDQ_CONS, (u32)(w >> 24));
			fx_w32(&f, SMMUV3_CR0, 8);
			break;
		case 1:
			fx_w32(&f, SMMUV3_GERRORN, fx_r32(&f, SMMUV3_GERROR)); /* GERRORN */
			break;
		default:
			fx_w32(&f, SMMUV3_CMDQ_PROD, (u32)(w >> 12));
			break;
		}
		accesses = f.accesses - accesses;
		ck_assert_uint_le(accesses, 2ULL << FX_LOG2CMDQ);
		most = max(most, accesses);
	}
	ck_assert_uint_gt(most, 100);
}

TEST(test_sync_signals)
{
	start(0x08cd769b); /* with MSI and SEV */
	fx_cmd(&f, 0x46, 0);
	ck_assert_uint_eq(f.irqs[SMMUV3_IRQ_CMD_SYNC] + f.irqs[SMMUV3_IRQ_SEV] + f.n_msis, 0);
	fx_cmd(&f, 0xcafe123400001046ULL, 0x0000000008000044ULL);
	ck_assert_uint_eq(f.n_msis, 1);
	ck_assert_uint_eq(f.msis[0].pa, 0x08000044);
	ck_assert_uint_eq(f.msis[0].data, 0xcafe1234);
	ck_assert_uint_eq(f.irqs[SMMUV3_IRQ_CMD_SYNC], 1); /* whatever MSIAddress is */
	fx_cmd(&f, 0xcafe123400001046ULL, 0);		   /* no address, no MSI */
	ck_assert_uint_eq(f.n_msis, 1);
	ck_assert_uint_eq(f.irqs[SMMUV3_IRQ_CMD_SYNC], 2);
	fx_cmd(&f, 0x46 | 2 << 12, 0);
	ck_assert_uint_eq(f.irqs[SMMUV3_IRQ_SEV], 1);
	/* an aborted MSI is a global error, and the queue goes on */
	physmem_add_hole(&f.mem, 0x09000000, 0x09000fff);
	fx_cmd(&f, 0x0000000100001046ULL, 0x09000000);
	ck_assert_uint_eq(fx_r32(&f, SMMUV3_GERROR), 0x10);
	ck_assert_uint_eq(fx_r32(&f, SMMUV3_CMDQ_CONS), 5);
	ck_assert_uint_eq(f.irqs[SMMUV3_IRQ_GERROR], 1);
}

TEST(test_sev_without_the_feature)
{
	start(0x08cd761b & ~0x4000U);
	fx_cmd(&f, 0x46 | 2 << 12, 0);
	ck_assert_uint_eq(f.irqs[SMMUV3_IRQ_SEV], 0);
	ck_assert_uint_eq(fx_r32(&f, SMMUV3_CMDQ_CONS), 1);
}

/* A queue of two SYNCs, not yet enabled; PROD as far as @n. */
static void two_entries(u32 idr0, u32 n)
{
	start(idr0);
	fx_w32(&f, SMMUV3_CR0, 0x5);
	fx_w64(&f, SMMUV3_CMDQ_BASE, FX_CMDQ | 1);
	fx_put(&f, FX_CMDQ, 0x46);
	fx_put(&f, FX_CMDQ + 16, 0x46);
	fx_w32(&f, SMMUV3_CMDQ_PROD, n);
}

/* 4.1.2: software that found the queue full sleeps (WFE) until there is room; one event for each time. */
TEST(test_sev_when_a_full_queue_has_room)
{
	two_entries(0, 2);
	fx_w32(&f, SMMUV3_CR0, 0xd);
	ck_assert_uint_eq(fx_r32(&f, SMMUV3_CMDQ_CONS), 2);
	ck_assert_uint_eq(f.irqs[SMMUV3_IRQ_SEV], 1);
	fx_exit(&f);
	two_entries(0, 1); /* it was not full */
	fx_w32(&f, SMMUV3_CR0, 0xd);
	ck_assert_uint_eq(fx_r32(&f, SMMUV3_CMDQ_CONS), 1);
	ck_assert_uint_eq(f.irqs[SMMUV3_IRQ_SEV], 0);
	fx_w32(&f, SMMUV3_CMDQ_PROD, 3); /* full and empty again within the write: nobody could have seen it */
	ck_assert_uint_eq(fx_r32(&f, SMMUV3_CMDQ_CONS), 3);
	ck_assert_uint_eq(f.irqs[SMMUV3_IRQ_SEV], 0);
	fx_exit(&f);
	two_entries(0x08cd361b, 2); /* SEV = 0 */
	fx_w32(&f, SMMUV3_CR0, 0xd);
	ck_assert_uint_eq(fx_r32(&f, SMMUV3_CMDQ_CONS), 2);
	ck_assert_uint_eq(f.irqs[SMMUV3_IRQ_SEV], 0);
}

/* The queue fills behind a SYNC that waits, and behind an error. */
TEST(test_sev_after_standing_still)
{
	struct iommu_walk w;
	struct dma_txn t;

	two_entries(0, 0);
	fx_w32(&f, SMMUV3_CR0, 0xd);
	fx_s1_stream(&f, 1, AR, &s1[1]);
	t = fx_txn(&f, 1, VA, 0);
	smmuv3_class.walk(&f.smmu, &t, &w);
	fx_put(&f, FX_CMDQ, 0x03 | 1ULL << 32);
	fx_w32(&f, SMMUV3_CMDQ_PROD, 2); /* CFGI_STE, SYNC */
	ck_assert_uint_eq(fx_r32(&f, SMMUV3_CMDQ_CONS), 1);
	fx_put(&f, FX_CMDQ, 0xff); /* then something illegal */
	fx_w32(&f, SMMUV3_CMDQ_PROD, 3);
	ck_assert_uint_eq(f.irqs[SMMUV3_IRQ_SEV], 0);
	smmuv3_class.fill(&f.smmu, &w);
	ck_assert_uint_eq(f.irqs[SMMUV3_IRQ_SEV], 0);
	smmuv3_class.step(&f.smmu);
	ck_assert_uint_eq(fx_r32(&f, SMMUV3_CMDQ_CONS), 0x01000002);
	ck_assert_uint_eq(f.irqs[SMMUV3_IRQ_SEV], 1);
	fx_put(&f, FX_CMDQ, 0x46);
	fx_w32(&f, SMMUV3_CMDQ_PROD, 0); /* full again: index 2 to 4 */
	ck_assert_uint_eq(f.irqs[SMMUV3_IRQ_SEV], 1);
	fx_w32(&f, SMMUV3_GERRORN, fx_r32(&f, SMMUV3_GERROR));
	ck_assert_uint_eq(fx_r32(&f, SMMUV3_CMDQ_CONS) & 0xfffff, 0);
	ck_assert_uint_eq(f.irqs[SMMUV3_IRQ_SEV], 2);
}

TEST(test_prefetch_is_consumed)
{
	start(0);
	cmd_ok(0x01 | 8ULL << 32, 0);
	cmd_ok(0x02 | 8ULL << 32, 0x1000);
	ck_assert_uint_eq(fx_events_pending(&f), 0);
}

/* ---- configuration ---- */

/* Streams 4..7 bypass; their STEs are cached. Then all of them become invalid in memory. */
static void four_streams(void)
{
	u32 i;

	start(0);
	for (i = 4; i < 8; i++) {
		fx_ste(&f, i, 9, 0, 0, 0);
		ck_assert_uint_eq(pa_of(i, VA), VA);
		fx_ste(&f, i, 0, 0, 0, 0);
		ck_assert_uint_eq(pa_of(i, VA), VA); /* from the cache */
	}
}

static u32 still_cached(u32 first, u32 n)
{
	u32 i, mask = 0;

	for (i = 0; i < n; i++)
		if (pa_of(first + i, VA) == VA)
			mask |= BIT(i);
	return mask;
}

TEST(test_cfgi_ste)
{
	four_streams();
	cmd_ok(0x03 | 5ULL << 32, 1);
	ck_assert_uint_eq(still_cached(4, 4), 0xd);
	cmd_ok(0x03 | 4ULL << 32, 0);
	ck_assert_uint_eq(still_cached(4, 4), 0xc);
}

TEST(test_cfgi_range)
{
	four_streams();
	cmd_ok(0x04 | 5ULL << 32, 0); /* two: 4 and 5 */
	ck_assert_uint_eq(still_cached(4, 4), 0xc);
	cmd_ok(0x04 | 0x12345678ULL << 32, 31); /* CFGI_ALL */
	ck_assert_uint_eq(still_cached(4, 4), 0);
}

/* CD commands leave the STE; CFGI_STE takes the CDs with it. */
TEST(test_cfgi_cd)
{
	struct xlat_result r;
	struct dma_txn t;
	u32 i;

	start(0);
	fx_ste(&f, 8, FX_STE_S1 | FX_CDTAB | 2ULL << 59, 0, 0, 0);
	for (i = 0; i < 3; i++) {
		fx_table(&f, &s1[i], false);
		fx_map(&s1[i], VA, OLD + i * 0x1000, 0x1000, FX_RW);
		fx_cd(&f, i, FX_CD_0 | (u64)i << 48, s1[i].root);
		t = fx_txn(&f, 8, VA, DMA_PASID);
		t.pasid = i;
		ck_assert_int_eq(smmuv3_class.translate(&f.smmu, &t, &r), XLAT_OK);
		fx_cd(&f, i, 0, 0);
	}
	cmd_ok(0x05 | 1 << 12 | 8ULL << 32, 1);
	t.pasid = 1;
	ck_assert_int_eq(smmuv3_class.translate(&f.smmu, &t, &r), XLAT_ABORT);
	ck_assert_uint_eq(r.fault, 0x0a);
	t.pasid = 2;
	ck_assert_int_eq(smmuv3_class.translate(&f.smmu, &t, &r), XLAT_OK);
	cmd_ok(0x06 | 8ULL << 32, 0);
	ck_assert_int_eq(smmuv3_class.translate(&f.smmu, &t, &r), XLAT_ABORT);
	ck_assert_uint_eq(r.fault, 0x0a);
	/* the invalid CD is cached, too */
	fx_cd(&f, 2, FX_CD_0 | 2ULL << 48, s1[2].root);
	ck_assert_int_eq(smmuv3_class.translate(&f.smmu, &t, &r), XLAT_ABORT);
	cmd_ok(0x03 | 8ULL << 32, 1);
	ck_assert_int_eq(smmuv3_class.translate(&f.smmu, &t, &r), XLAT_OK);
}

SUITE("smmuv3 commands")
