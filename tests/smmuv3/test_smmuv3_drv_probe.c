// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Probe and remove against registers alone: the order of 3.11 and 6.3, and what identification allows. */
#include "fake_smmu.h"
#include "suite.h"

static struct fake_smmu f;

/* Index of the first write of @value to @offset, or -1. */
static int wrote(u64 offset, u64 value)
{
	u32 i;

	for (i = 0; i < f.n_mmio; i++)
		if (f.mmio[i].offset == offset && f.mmio[i].value == value)
			return (int)i;
	return -1;
}

TEST(programs_everything_and_enables_last)
{
	fake_init(&f);
	ck_assert_int_eq(fake_probe(&f), 0);
	ck_assert_uint_eq(fake_reg(&f, 0x28), 0xd75);
	ck_assert_uint_eq(fake_reg(&f, 0x2c), 0x6);
	ck_assert_uint_eq(fake_reg(&f, 0x20), 0xd);
	ck_assert_uint_eq(fake_reg(&f, 0x88), 0x8);
	ck_assert_uint_eq(fake_reg(&f, 0x84) >> 30, 1);
	ck_assert_uint_eq(fake_reg(&f, 0x90) & 0x1f, 8);
	ck_assert_uint_eq(fake_reg(&f, 0xa0) & 0x1f, 7);
	ck_assert_uint_eq(fake_reg(&f, 0x94) >> 30, 1);
	ck_assert_uint_eq(fake_reg(&f, 0x50), 0x5);
	/* Left-over indices and errors are gone. */
	ck_assert_uint_eq(fake_reg(&f, 0x100a8), 0);
	ck_assert_uint_eq(fake_reg(&f, 0x100ac), 0);
	ck_assert_uint_eq(fake_reg(&f, 0x60), fake_reg(&f, 0x64));
	/* CFGI_ALL, TLBI_NSNH_ALL, SYNC. */
	ck_assert_uint_eq(f.n_cmds, 3);
	ck_assert_uint_eq(f.cmds[0][0], 0x04);
	ck_assert_uint_eq(f.cmds[0][1], 31);
	ck_assert_uint_eq(f.cmds[1][0], 0x30);
	ck_assert_uint_eq(f.cmds[2][0], 0x46);
	/* Commands first, translation last. */
	ck_assert_int_ge(wrote(0x20, 0), 0);
	ck_assert_int_lt(wrote(0x20, 0), wrote(0x20, 0x8));
	ck_assert_int_lt(wrote(0x20, 0x8), wrote(0x20, 0xc));
	ck_assert_int_lt(wrote(0x20, 0xc), wrote(0x50, 0x5));
	ck_assert_int_lt(wrote(0x50, 0x5), wrote(0x20, 0xd));
	fake_remove(&f);
	ck_assert_uint_eq(fake_reg(&f, 0x20), 0);
	ck_assert_uint_eq(fake_reg(&f, 0x50), 0);
	/* Traffic does not pass a driver that is gone. */
	ck_assert_uint_eq(fake_reg(&f, 0x44) & 0x100000, 0x100000);
	fake_exit(&f);
}

TEST(takes_over_an_smmu_that_runs)
{
	fake_init(&f);
	fake_set_reg(&f, 0x20, 0xf);
	fake_set_reg(&f, 0x24, 0xf);
	fake_set_reg(&f, 0x50, 0x7);
	fake_set_reg(&f, 0x54, 0x7);
	fake_set_reg(&f, 0x44, 0x1000);
	f.slow = true;
	ck_assert_int_eq(fake_probe(&f), 0);
	/* Bypass is closed before translation goes off: ABORT and Update in one write. */
	ck_assert_int_ge(wrote(0x44, 0x80101000), 0);
	ck_assert_int_lt(wrote(0x44, 0x80101000), wrote(0x20, 0));
	ck_assert_uint_gt(f.polls, 0);
	fake_remove(&f);
	fake_exit(&f);
}

TEST(gives_up_on_silence)
{
	fake_init(&f);
	f.slow = true;
	f.silent = true;
	fake_set_reg(&f, 0x24, 0x1); /* never goes off */
	ck_assert_int_eq(fake_probe(&f), -ETIMEDOUT);
	fake_exit(&f);
}

static void expect_probe(u32 reg, u32 value, int result)
{
	fake_init(&f);
	fake_set_reg(&f, reg, value);
	ck_assert_int_eq(fake_probe(&f), result);
	if (!result)
		fake_remove(&f);
	fake_exit(&f);
}

TEST(refuses_what_it_cannot_drive)
{
	expect_probe(0x00, 0x00001018, -ENODEV); /* no stage 1 */
	expect_probe(0x00, 0x00001016, -ENODEV); /* no AArch64 tables */
	expect_probe(0x00, 0x0300101a, -ENODEV); /* reserved STALL_MODEL */
	expect_probe(0x14, 0x00100004, -ENODEV); /* no granule */
	expect_probe(0x14, 0x00100044, 0);	 /* 64 KiB only */
	expect_probe(0x14, 0x00100024, 0);	 /* 16 KiB only */
	fake_init(&f);
	f.cfg.granule = 14;
	ck_assert_int_eq(fake_probe(&f), -ENODEV);
	f.cfg.granule = 0;
	f.cfg.va_bits = 52;
	ck_assert_int_eq(fake_probe(&f), -EINVAL);
	f.cfg.va_bits = 24;
	ck_assert_int_eq(fake_probe(&f), -EINVAL);
	f.cfg.va_bits = 0;
	f.cfg.asid_bits = 3;
	ck_assert_int_eq(fake_probe(&f), -EINVAL);
	f.cfg.asid_bits = 0;
	f.cfg.common.nested = true;
	ck_assert_int_eq(fake_probe(&f), -EOPNOTSUPP); /* no stage 2: IDR0.S2P */
	fake_set_reg(&f, 0x00, 0x0000101b);
	f.cfg.common.s2_page_bytes = 0x8000; /* the granule of 4 KiB has no such page */
	ck_assert_int_eq(fake_probe(&f), -EOPNOTSUPP);
	fake_exit(&f);
}

TEST(cuts_sizes_to_what_there_is)
{
	fake_init(&f);
	fake_set_reg(&f, 0x04, 0x00414284); /* CMDQS 2, EVENTQS 1, SIDSIZE 4 */
	f.cfg.cmdq_log2 = 19;
	ck_assert_int_eq(fake_probe(&f), 0);
	ck_assert_uint_eq(fake_reg(&f, 0x90) & 0x1f, 2);
	ck_assert_uint_eq(fake_reg(&f, 0xa0) & 0x1f, 1);
	ck_assert_uint_eq(fake_reg(&f, 0x88), 0x4);
	fake_remove(&f);
	fake_exit(&f);
}

TEST(uses_two_levels_of_stream_table)
{
	struct drv_device_cfg dev = { .sids = { 0x1234, 0x12ff, 0x1300 }, .n_sids = 3 };

	fake_init(&f);
	fake_set_reg(&f, 0x00, 0x0800101a);
	fake_set_reg(&f, 0x04, 0x09074290); /* SIDSIZE 16 */
	f.cfg.sid_bits = 0;
	ck_assert_int_eq(fake_probe(&f), 0);
	/* FMT 1, SPLIT 8, LOG2SIZE 16. */
	ck_assert_uint_eq(fake_reg(&f, 0x88), 0x10210);
	fake_forget(&f);
	fake_device(&f, &dev);
	ck_assert_uint_eq(fake_word(&f, fake_ste(&f, 0x1234)), 1);
	ck_assert_uint_eq(fake_word(&f, fake_ste(&f, 0x1300)), 1);
	ck_assert_uint_eq(fake_word(&f, fake_ste(&f, 0x12fe)), 0);
	ck_assert_uint_eq(fake_ste(&f, 0x12ff) - fake_ste(&f, 0x1234), 0xcb * 64);
	/* A new L1STD needs the form that is not Leaf; then the STE. */
	ck_assert_uint_eq(f.cmds[0][0], 0x0000123400000003ULL);
	ck_assert_uint_eq(f.cmds[0][1], 0);
	ck_assert_uint_eq(f.cmds[1][0], 0x46);
	fake_remove(&f);
	fake_exit(&f);
}

TEST(sends_msis)
{
	fake_init(&f);
	fake_set_reg(&f, 0x00, 0x0001341a | 2); /* MSI, PRI, ATS */
	f.cfg.msi = true;
	f.cfg.msi_cfg[SMMUV3_MSI_EVENTQ].addr = 0x12345678000ULL;
	f.cfg.msi_cfg[SMMUV3_MSI_EVENTQ].data = 7;
	f.cfg.msi_cfg[SMMUV3_MSI_PRIQ].addr = 0x8020040;
	f.cfg.msi_cfg[SMMUV3_MSI_PRIQ].data = 8;
	f.cfg.msi_cfg[SMMUV3_MSI_GERROR].addr = 0x8020040;
	f.cfg.msi_cfg[SMMUV3_MSI_GERROR].data = 9;
	ck_assert_int_eq(fake_probe(&f), 0);
	ck_assert_uint_eq(fake_reg(&f, 0xb0), 0x45678000);
	ck_assert_uint_eq(fake_reg(&f, 0xb4), 0x123);
	ck_assert_uint_eq(fake_reg(&f, 0xb8), 7);
	ck_assert_uint_eq(fake_reg(&f, 0xbc), 1);
	ck_assert_uint_eq(fake_reg(&f, 0xd8), 8);
	ck_assert_uint_eq(fake_reg(&f, 0x70), 9);
	/* PRI queue, page requests and checked translated traffic are on, too. */
	ck_assert_uint_eq(fake_reg(&f, 0x20), 0x1f);
	ck_assert_uint_eq(fake_reg(&f, 0x50), 0x7);
	fake_remove(&f);
	fake_exit(&f);
}

TEST(takes_preset_tables_and_queues)
{
	struct drv_device_cfg dev = { .sids = { 3 }, .n_sids = 1 };

	fake_init(&f);
	fake_set_reg(&f, 0x04, 0x69074288);
	fake_set_reg(&f, 0x80, 0x40000000);
	fake_set_reg(&f, 0x88, 0x4);
	fake_set_reg(&f, 0x90, 0x41000003);
	fake_set_reg(&f, 0xa0, 0x42000002);
	ck_assert_int_eq(fake_probe(&f), 0);
	ck_assert_uint_eq(fake_reg(&f, 0x90), 0x41000003);
	ck_assert_uint_eq(fake_reg(&f, 0x88), 0x4);
	fake_device(&f, &dev);
	ck_assert_uint_eq(fake_word(&f, 0x40000000 + 3 * 64), 1);
	fake_remove(&f);
	fake_exit(&f);
}

TEST(invalidates_el2_where_there_is_one)
{
	fake_init(&f);
	fake_set_reg(&f, 0x00, 0x0000121a);
	ck_assert_int_eq(fake_probe(&f), 0);
	ck_assert_uint_eq(fake_count(&f, 0x20, NULL), 1);
	fake_remove(&f);
	fake_exit(&f);
}

TEST(knows_its_interrupt_lines)
{
	fake_init(&f);
	ck_assert_int_eq(fake_probe(&f), 0);
	ck_assert_int_eq(smmuv3_drv_class.irq(f.drv, 0, 1), DRV_IRQ_WAKE_THREAD);
	ck_assert_int_eq(smmuv3_drv_class.irq(f.drv, 2, 1), DRV_IRQ_HANDLED);
	ck_assert_int_eq(smmuv3_drv_class.irq(f.drv, 17, 1), DRV_IRQ_NONE);
	ck_assert_int_eq(smmuv3_drv_class.irq_thread(f.drv, 17, 1), 0);
	ck_assert_int_eq(smmuv3_drv_class.irq_thread(f.drv, 1, 1), 0);
	fake_remove(&f);
	fake_exit(&f);
}

static void watchdog(struct fake_smmu *host)
{
	host->now += 20000000;
	fault_core_expire(host->core, host->now);
}

/* The core's watchdog looks in while the hardware takes its time: an earlier user's indices are not records. */
TEST(is_not_watched_before_it_runs)
{
	fake_init(&f);
	f.slow = true;
	f.on_poll = watchdog;
	/* SMMUEN, command and event queue are on. */
	fake_set_reg(&f, 0x20, 0xd);
	fake_set_reg(&f, 0x24, 0xd);
	ck_assert_int_eq(fake_probe(&f), 0);
	ck_assert_uint_gt(f.now, 60000000);
	f.on_poll = NULL;
	f.slow = false;
	ck_assert_uint_eq(fake_reg(&f, 0x100ac), 0);
	fake_event(&f, 0x0000000500000002ULL, 0, 0, 0);
	ck_assert_int_eq(fake_irq(&f, 0), 1);
	ck_assert_uint_eq(fake_reg(&f, 0x100ac), 1);
	ck_assert_uint_eq(smmuv3_drv_stats(f.drv)->resyncs, 0);
	fake_remove(&f);
	fake_exit(&f);
}

SUITE("smmuv3_drv_probe")
