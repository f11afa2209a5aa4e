// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Global Errors (7.5, 7.2.2, 12.3). */
#include "fake_smmu.h"
#include "suite.h"

#define EVENTQ_LINE 0
#define GERROR_LINE 3

static struct fake_smmu f;
static const struct drv_class *c = &smmuv3_drv_class;
static struct fault_dev *dev;
static struct fault_domain *dom;

static void begin(void)
{
	struct drv_device_cfg cfg = { .sids = { 5 }, .n_sids = 1, .can_stall = true };

	fake_init(&f);
	fake_set_reg(&f, 0, 0x0001341a);
	ck_assert_int_eq(fake_probe(&f), 0);
	dev = fake_device(&f, &cfg);
	dom = fake_domain(&f, dev, DRV_DOMAIN_PAGING, true);
	ck_assert_int_eq(c->attach(f.drv, dev, DRV_NO_PASID, dom, 0), 0);
	fake_forget(&f);
}

static void end(void)
{
	fake_remove(&f);
	fake_exit(&f);
}

/* A record was lost, perhaps of a stall: the stream is stopped, all its stalls end, and it goes on. */
TEST(event_queue_abort_ends_all_stalls)
{
	u64 before, w[2];

	begin();
	before = fake_word(&f, fake_ste(&f, 5));
	fake_event(&f, 0x0000000500000010ULL, 0x0000020880000001ULL, 0x1000, 0);
	fake_irq(&f, EVENTQ_LINE);
	/* Garbage behind the indices. */
	fake_event(&f, 0x0000000500000010ULL, 0x0000020880000007ULL, 0x1000, 0);
	fake_toggle_gerror(&f, 0x4);
	ck_assert_int_eq(fake_irq(&f, GERROR_LINE), 1);
	/* What the core knew is answered, what nobody knows is terminated. */
	ck_assert_uint_eq(fake_count(&f, 0x44, w), 1);
	ck_assert_uint_eq(w[1], 1);
	ck_assert_uint_eq(fake_count(&f, 0x45, w), 1);
	ck_assert_uint_eq(w[0], 0x0000000500000045ULL);
	ck_assert_uint_eq(smmuv3_drv_stats(f.drv)->evtq_discarded, 1);
	ck_assert_uint_eq(smmuv3_drv_stats(f.drv)->gerrors[2], 1);
	ck_assert_uint_eq(fake_reg(&f, 0x60), fake_reg(&f, 0x64));
	ck_assert_uint_eq(fake_word(&f, fake_ste(&f, 5)), before);
	fake_work(&f);
	ck_assert_uint_eq(f.n_seen, 0);
	/* Business as usual. */
	fake_forget(&f);
	fake_event(&f, 0x0000000500000010ULL, 0x0000020880000003ULL, 0x1000, 0);
	fake_irq(&f, EVENTQ_LINE);
	fake_work(&f);
	ck_assert_uint_eq(fake_count(&f, 0x44, w), 1);
	ck_assert_uint_eq(w[0], 0x0000000500001044ULL);
	end();
}

TEST(a_lost_msi_is_made_good)
{
	begin();
	fake_event(&f, 0x0000000500000010ULL, 0x0000020880000001ULL, 0x1000, 0);
	fake_pri(&f, 0x5000000000000099ULL, 0x0000000000001001ULL);
	fake_toggle_gerror(&f, 0x60);
	ck_assert_int_eq(fake_irq(&f, GERROR_LINE), 2);
	ck_assert_uint_eq(fake_reg(&f, 0x100ac), 1);
	ck_assert_uint_eq(fake_reg(&f, 0x100cc), 1);
	ck_assert_uint_eq(fake_reg(&f, 0x60), fake_reg(&f, 0x64));
	end();
}

TEST(a_pri_queue_abort_is_acknowledged)
{
	begin();
	fake_pri(&f, 0x5000000000000099ULL, 0x0000000000001001ULL);
	fake_toggle_gerror(&f, 0x8);
	fake_irq(&f, GERROR_LINE);
	ck_assert_uint_eq(fake_reg(&f, 0x100cc), 1);
	ck_assert_uint_eq(fake_reg(&f, 0x60), fake_reg(&f, 0x64));
	ck_assert_uint_eq(smmuv3_drv_stats(f.drv)->gerrors[3], 1);
	end();
}

TEST(service_failure_mode_is_the_end)
{
	begin();
	ck_assert_int_eq(c->map(f.drv, dom, 0, 0x10000, 4096, DRV_PROT_READ), 0);
	fake_toggle_gerror(&f, 0x100);
	fake_irq(&f, GERROR_LINE);
	ck_assert_uint_eq(fake_reg(&f, 0x20), 0);
	ck_assert_int_eq(c->unmap(f.drv, dom, 0, 4096), -EIO);
	ck_assert_int_eq(c->irq_thread(f.drv, GERROR_LINE, 0), 0);
	end();
}

/* The device is as it was: a stall is handled and resumed. */
static void stalls_as_before(u32 stag)
{
	u64 w[2];

	fake_forget(&f);
	f.n_seen = 0;
	fake_event(&f, 0x0000000500000010ULL, 0x0000020880000000ULL | stag, 0x1000, 0);
	fake_irq(&f, EVENTQ_LINE);
	fake_work(&f);
	ck_assert_uint_eq(f.n_seen, 1);
	ck_assert_uint_eq(fake_count(&f, 0x44, w), 1);
	ck_assert_uint_eq(w[0], 0x0000000500001044ULL);
	ck_assert_uint_eq(w[1], stag);
	ck_assert_int_eq(fault_dev_enable(dev), -EBUSY);
}

/* The command queue stands still for a while, from any command on: it takes longer, and comes to the same end. */
TEST(event_queue_abort_insists)
{
	u64 ste0, cd0, cd;
	u32 at;

	for (at = 1; at < 14; at++) {
		begin();
		ste0 = fake_word(&f, fake_ste(&f, 5));
		cd = ste0 & 0x00ffffffffffffc0ULL;
		cd0 = fake_word(&f, cd);
		fake_event(&f, 0x0000000500000010ULL, 0x0000020880000001ULL, 0x1000, 0);
		fake_toggle_gerror(&f, 0x4);
		f.stick_at = at;
		f.stuck_polls = 150;
		ck_assert_int_eq(fake_irq(&f, GERROR_LINE), 1);
		ck_assert_uint_ge(fake_count(&f, 0x45, NULL), 1);
		ck_assert_uint_eq(fake_word(&f, fake_ste(&f, 5)), ste0);
		ck_assert_uint_eq(fake_word(&f, cd), cd0);
		f.stick_at = 0;
		stalls_as_before(3);
		end();
	}
}

/* The CD was written; now two answers fill the command queue, and it stands still. */
static void no_room_from_here(struct fake_smmu *smmu, void *arg)
{
	u32 i;

	if (!smmu->n_writes || smmu->writes[smmu->n_writes - 1].pa != *(u64 *)arg)
		return;
	smmu->on_write = NULL;
	smmu->stuck = true;
	smmu->stuck_polls = 150;
	for (i = 0; i < 2; i++)
		fake_event(smmu, 0x0000007700000010ULL, 0x0000020880000000ULL | i, 0x1000, 0);
	ck_assert_int_eq(c->irq_thread(smmu->drv, EVENTQ_LINE, 0), 2);
}

/* The words are as they should be, but the SMMU was not told: done again, it is told. */
TEST(an_invalidation_that_was_not_sent)
{
	struct drv_device_cfg cfg = { .sids = { 5 }, .n_sids = 1, .can_stall = true };
	u64 cd;

	fake_init(&f);
	f.cfg.cmdq_log2 = 1;
	ck_assert_int_eq(fake_probe(&f), 0);
	dev = fake_device(&f, &cfg);
	dom = fake_domain(&f, dev, DRV_DOMAIN_PAGING, true);
	ck_assert_int_eq(c->attach(f.drv, dev, DRV_NO_PASID, dom, 0), 0);
	cd = fake_word(&f, fake_ste(&f, 5)) & 0x00ffffffffffffc0ULL;
	fake_forget(&f);
	f.on_write = no_room_from_here;
	f.arg = &cd;
	ck_assert_int_eq(fault_off(dev, 0), -ETIMEDOUT);
	ck_assert_uint_eq(fake_word(&f, cd) >> 44 & 1, 0);
	ck_assert_uint_eq(fake_count(&f, 0x05, NULL) + fake_count(&f, 0x04, NULL), 0);
	ck_assert_int_eq(fault_off(dev, 0), 0);
	/* CMD_CFGI_CD, or CMD_CFGI_ALL */
	ck_assert_uint_ge(fake_count(&f, 0x05, NULL) + fake_count(&f, 0x04, NULL), 1);
	ck_assert_int_eq(fault_dev_enable(dev), 0);
	stalls_as_before(3);
	end();
}

/* Who has turned stalling off finds it off. */
TEST(event_queue_abort_of_a_device_that_is_off)
{
	begin();
	ck_assert_int_eq(fault_off(dev, 0), 0);
	fake_toggle_gerror(&f, 0x4);
	ck_assert_int_eq(fake_irq(&f, GERROR_LINE), 1);
	ck_assert_int_eq(fault_dev_enable(dev), 0);
	stalls_as_before(4);
	end();
}

TEST(a_lost_msi_of_many_records)
{
	u32 i;

	begin();
	for (i = 0; i < 40; i++)
		fake_event(&f, 0x0000000500000010ULL, 0x0000020880000000ULL | i, 0x1000, 0);
	fake_toggle_gerror(&f, 0x20);
	fake_irq(&f, GERROR_LINE);
	ck_assert_uint_eq(fake_reg(&f, 0x100ac), 40);
	end();
}

TEST(nothing_is_nothing)
{
	begin();
	ck_assert_int_eq(fake_irq(&f, GERROR_LINE), 0);
	ck_assert_uint_eq(f.n_mmio, 0);
	end();
}

SUITE("smmuv3_drv_gerror")
