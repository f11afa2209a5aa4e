// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The command queue: room, wrap, waiting, and recovery from each error (4.1, 7.1). */
#include "fake_smmu.h"
#include "suite.h"

#define GERROR_LINE 3

static struct fake_smmu f;
static const struct drv_class *c = &smmuv3_drv_class;
static struct fault_dev *dev;
static struct fault_domain *dom;

static void begin(u8 log2)
{
	struct drv_device_cfg cfg = { .sids = { 5 }, .n_sids = 1 };

	fake_init(&f);
	f.cfg.cmdq_log2 = log2;
	ck_assert_int_eq(fake_probe(&f), 0);
	dev = fake_device(&f, &cfg);
	dom = fake_domain(&f, dev, DRV_DOMAIN_PAGING, false);
	ck_assert_int_eq(c->attach(f.drv, dev, DRV_NO_PASID, dom, 0), 0);
	ck_assert_int_eq(c->map(f.drv, dom, 0, 0x100000, 64 * 4096, DRV_PROT_READ), 0);
	fake_forget(&f);
}

static void end(void)
{
	f.stuck = false;
	f.silent = false;
	f.slow = false;
	fake_remove(&f);
	fake_exit(&f);
}

TEST(fits_long_lists_into_short_queues)
{
	u8 log2;
	u32 i;

	for (log2 = 1; log2 < 4; log2++) {
		begin(log2);
		f.slow = true;
		ck_assert_int_eq(c->unmap(f.drv, dom, 0, 64 * 4096), 64 * 4096);
		ck_assert_uint_eq(f.n_cmds, 65);
		for (i = 0; i < 64; i++)
			ck_assert_uint_eq(f.cmds[i][1], i * 4096ULL + 1);
		ck_assert_uint_eq(f.cmds[64][0], 0x46);
		end();
	}
}

TEST(goes_round_and_round)
{
	u32 i;

	begin(3);
	for (i = 0; i < 500; i++) {
		ck_assert_int_eq(c->unmap(f.drv, dom, 0, 4096), 4096);
		ck_assert_int_eq(c->map(f.drv, dom, 0, 0x100000, 4096, DRV_PROT_READ), 0);
	}
	ck_assert_uint_eq(f.n_cmds, 1000);
	end();
}

/* The command is replaced by a CMD_SYNC, the others are not touched, GERRORN acknowledges. */
TEST(replaces_an_illegal_command)
{
	u64 w[2];

	begin(0);
	f.error_op = 0x12;
	f.error_code = 1;
	f.error_left = 1;
	ck_assert_int_eq(c->unmap(f.drv, dom, 0x2000, 3 * 4096), 3 * 4096);
	ck_assert_uint_eq(f.n_cmds, 4);
	ck_assert_uint_eq(f.cmds[0][0], 0x46);
	ck_assert_uint_eq(f.cmds[0][1], 0);
	ck_assert_uint_eq(fake_count(&f, 0x12, w), 2);
	ck_assert_uint_eq(w[1], 0x4001);
	ck_assert_uint_eq(smmuv3_drv_stats(f.drv)->cmdq_errors[1], 1);
	ck_assert_uint_eq(smmuv3_drv_stats(f.drv)->last_bad_cmd[0], 0x0001000000000012ULL);
	ck_assert_uint_eq(smmuv3_drv_stats(f.drv)->last_bad_cmd[1], 0x2001);
	ck_assert_uint_eq(fake_reg(&f, 0x60), fake_reg(&f, 0x64));
	end();
}

TEST(recovers_by_interrupt_too)
{
	begin(0);
	/* A RESUME is nobody's to wait for: the error is found by the GERROR thread. */
	f.error_op = 0x44;
	f.error_code = 1;
	f.error_left = 1;
	fake_event(&f, 0x0000007700000010ULL, 0x0000020880000009ULL, 0x1000, 0);
	fake_irq(&f, 0);
	ck_assert_uint_ne(fake_reg(&f, 0x60), fake_reg(&f, 0x64));
	ck_assert_int_gt(fake_irq(&f, GERROR_LINE), 0);
	ck_assert_uint_eq(fake_reg(&f, 0x60), fake_reg(&f, 0x64));
	ck_assert_uint_eq(fake_reg(&f, 0x98), fake_reg(&f, 0x9c) & 0xfffff);
	end();
}

TEST(fetches_again_after_an_abort)
{
	begin(0);
	f.error_op = 0x12;
	f.error_code = 2;
	f.error_left = 2;
	ck_assert_int_eq(c->unmap(f.drv, dom, 0x2000, 4096), 4096);
	ck_assert_uint_eq(fake_count(&f, 0x12, NULL), 1);
	ck_assert_uint_eq(smmuv3_drv_stats(f.drv)->cmdq_errors[2], 2);
	end();
}

TEST(gives_up_an_smmu_that_cannot_fetch)
{
	begin(0);
	f.error_op = 0x12;
	f.error_code = 2;
	f.error_left = 1000;
	ck_assert_int_eq(c->unmap(f.drv, dom, 0x2000, 4096), -EIO);
	/* Off, and closed: nothing reaches memory past a translation that cannot be taken back. */
	ck_assert_uint_eq(fake_reg(&f, 0x20), 0);
	ck_assert_uint_eq(fake_reg(&f, 0x44) & 0x100000, 0x100000);
	ck_assert_int_eq(c->unmap(f.drv, dom, 0x3000, 4096), -EIO);
	end();
}

TEST(times_out)
{
	begin(0);
	f.stuck = true;
	ck_assert_int_eq(c->unmap(f.drv, dom, 0x2000, 4096), -ETIMEDOUT);
	ck_assert_uint_eq(drv_stats(f.drv)->timeouts, 1);
	/* It was late, not dead. */
	f.stuck = false;
	ck_assert_int_eq(c->unmap(f.drv, dom, 0x3000, 4096), 4096);
	end();
}

TEST(removes_devices_of_a_dead_smmu)
{
	begin(0);
	f.stuck = true;
	c->device_remove(f.drv, dev, 0);
	ck_assert_uint_eq(fake_reg(&f, 0x20), 0);
	end();
}

SUITE("smmuv3_drv_cmdq")
