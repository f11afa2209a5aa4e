// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Page requests: entries and responses by hand (8, 4.5.2), overflow (8.1), and what ATS asks for (4.5.1). */
#include "fake_smmu.h"
#include "suite.h"

#define PRIQ_LINE 1

static struct fake_smmu f;
static const struct drv_class *c = &smmuv3_drv_class;
static struct fault_dev *dev;
static struct fault_domain *dom;

static const struct smmuv3_drv_stats *stats(void)
{
	return smmuv3_drv_stats(f.drv);
}

static void begin(void)
{
	struct drv_device_cfg cfg = { .sids = { 0x28 }, .n_sids = 1, .pri = true, .pasid_bits = 6 };

	fake_init(&f);
	fake_set_reg(&f, 0, 0x0001141a); /* PRI, ATS */
	f.cfg.priq_log2 = 4;
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

TEST(enables_ats_in_the_ste)
{
	begin();
	/* S1DSS 2, attributes, S1STALLD, EATS 1, PPAR, SHCFG. */
	ck_assert_uint_eq(fake_word(&f, fake_ste(&f, 0x28) + 8), 0x00001000180400d6ULL);
	ck_assert_uint_eq(fake_reg(&f, 0x20), 0x1f);
	ck_assert_uint_eq(drv_credits(dev), 16);
	end();
}

TEST(answers_groups)
{
	u64 w[2];

	begin();
	/* Group 7: a read, then a write that is the last. */
	fake_pri(&f, 0x1000000000000028ULL, 0x0000000000001007ULL);
	ck_assert_int_eq(fake_irq(&f, PRIQ_LINE), 1);
	fake_work(&f);
	ck_assert_uint_eq(fake_count(&f, 0x41, NULL), 0);
	fake_pri(&f, 0x6000000000000028ULL, 0x0000000000002007ULL);
	fake_irq(&f, PRIQ_LINE);
	fake_work(&f);
	ck_assert_uint_eq(f.n_seen, 2);
	ck_assert_uint_eq(f.seen[0].addr, 0x1000);
	ck_assert_uint_eq(f.seen[0].perm, FAULT_READ);
	ck_assert_uint_eq(f.seen[1].addr, 0x2000);
	ck_assert_uint_eq(f.seen[1].perm, FAULT_WRITE);
	ck_assert_uint_eq(fake_count(&f, 0x41, w), 1);
	/* Success, without PASID. */
	ck_assert_uint_eq(w[0], 0x0000002800000041ULL);
	ck_assert_uint_eq(w[1], 0x2007);
	end();
}

TEST(answers_with_the_pasid)
{
	u64 w[2];

	begin();
	ck_assert_int_eq(c->attach(f.drv, dev, 9, dom, 0), 0);
	f.answer = FAULT_TERMINATE;
	/* SSV, PASID 9, privileged execute and read, LAST, PRGIndex 0x1ff. */
	fake_pri(&f, 0xdc00000900000028ULL, 0xfffffffffffff1ffULL);
	fake_irq(&f, PRIQ_LINE);
	fake_work(&f);
	ck_assert_uint_eq(f.seen[0].pasid, 9);
	ck_assert_uint_eq(f.seen[0].addr, 0xfffffffffffff000ULL);
	ck_assert_uint_eq(f.seen[0].perm, FAULT_READ | FAULT_EXEC | FAULT_PRIV);
	ck_assert_uint_eq(fake_count(&f, 0x41, w), 1);
	/* InvalidRequest, SSV. */
	ck_assert_uint_eq(w[0], 0x0000002800009841ULL);
	ck_assert_uint_eq(w[1], 0x11ff);
	fake_forget(&f);
	f.answer = FAULT_FAILURE;
	fake_pri(&f, 0xd000000900000028ULL, 0x0000000000001003ULL);
	fake_irq(&f, PRIQ_LINE);
	fake_work(&f);
	ck_assert_uint_eq(fake_count(&f, 0x41, w), 1);
	ck_assert_uint_eq(w[1], 0x0003);
	end();
}

TEST(answers_strangers_and_not_stop_markers)
{
	u64 w[2];

	begin();
	/* Stop marker: PASID, LAST, neither read nor write. */
	fake_pri(&f, 0xc000000900000028ULL, 0x0000000000000000ULL);
	fake_irq(&f, PRIQ_LINE);
	fake_work(&f);
	ck_assert_uint_eq(f.n_cmds, 0);
	ck_assert_uint_eq(stats()->stop_markers, 1);
	/* An unknown requester gets an answer, and only for its LAST. */
	fake_pri(&f, 0x1000000000000099ULL, 0x0000000000001001ULL);
	fake_irq(&f, PRIQ_LINE);
	ck_assert_uint_eq(fake_count(&f, 0x41, NULL), 0);
	fake_pri(&f, 0x5000000000000099ULL, 0x0000000000001001ULL);
	fake_irq(&f, PRIQ_LINE);
	ck_assert_uint_eq(fake_count(&f, 0x41, w), 1);
	ck_assert_uint_eq(w[0], 0x0000009900000041ULL);
	ck_assert_uint_ne(w[1] & 0x3000, 0x2000);
	end();
}

/*
 * 8.1.1: the queue holds a whole group and the start of one whose LAST was
 * lost and answered by hardware. The whole group is handled, the other one is
 * not, and one write moves RD and acknowledges.
 */
TEST(recovers_from_overflow)
{
	u64 w[2];
	u32 i;

	begin();
	fake_pri(&f, 0x1000000000000028ULL, 0x0000000000001001ULL);
	fake_pri(&f, 0x5000000000000028ULL, 0x0000000000002001ULL);
	for (i = 0; i < 14; i++)
		ck_assert(fake_pri(&f, 0x1000000000000028ULL, 0x0000000000003002ULL + i * 4096));
	ck_assert(!fake_pri(&f, 0x5000000000000028ULL, 0x0000000000009002ULL));
	fake_set_reg(&f, 0x100c8, fake_reg(&f, 0x100c8) ^ 0x80000000);
	f.n_mmio = 0;
	ck_assert_int_eq(fake_irq(&f, PRIQ_LINE), 16);
	ck_assert_uint_eq(f.n_mmio, 1);
	ck_assert_uint_eq(f.mmio[0].offset, 0x100cc);
	ck_assert_uint_eq(f.mmio[0].value, 0x80000010);
	ck_assert_uint_eq(stats()->priq_overflows, 1);
	fake_work(&f);
	ck_assert_uint_eq(fake_count(&f, 0x41, w), 1);
	ck_assert_uint_eq(w[1], 0x2001);
	ck_assert_uint_eq(f.n_seen, 2);
	/* The index is used again at once: it gets its one answer, and the old requests are not in it. */
	fake_forget(&f);
	f.n_seen = 0;
	fake_pri(&f, 0x5000000000000028ULL, 0x0000000000008002ULL);
	fake_irq(&f, PRIQ_LINE);
	fake_work(&f);
	ck_assert_uint_eq(fake_count(&f, 0x41, w), 1);
	ck_assert_uint_eq(w[1], 0x2002);
	ck_assert_uint_le(f.n_seen, 1);
	end();
}

TEST(acknowledges_overflow_of_an_empty_queue)
{
	begin();
	fake_set_reg(&f, 0x100c8, fake_reg(&f, 0x100c8) ^ 0x80000000);
	fake_irq(&f, PRIQ_LINE);
	ck_assert_uint_eq(fake_reg(&f, 0x100cc), 0x80000000);
	/* Found by the watchdog alone, too. */
	fake_set_reg(&f, 0x100c8, fake_reg(&f, 0x100c8) ^ 0x80000000);
	fault_core_expire(f.core, f.now);
	f.now += 20000000;
	fault_core_expire(f.core, f.now);
	f.now += 20000000;
	fault_core_expire(f.core, f.now);
	ck_assert_uint_eq(fake_reg(&f, 0x100cc), 0);
	end();
}

TEST(large_queues_are_acknowledged_at_their_end)
{
	u32 i;

	begin();
	f.cfg.batch = 0;
	for (i = 0; i < 16; i++)
		fake_pri(&f, 0x5000000000000028ULL, 0x1000 * i + i);
	fake_set_reg(&f, 0x100c8, fake_reg(&f, 0x100c8) ^ 0x80000000);
	end();
	fake_init(&f);
	fake_set_reg(&f, 0, 0x0001141a);
	f.cfg.batch = 4;
	f.cfg.priq_log2 = 4;
	ck_assert_int_eq(fake_probe(&f), 0);
	for (i = 0; i < 16; i++)
		fake_pri(&f, 0x5000000000000028ULL, 0x1000 * i + i);
	fake_set_reg(&f, 0x100c8, fake_reg(&f, 0x100c8) ^ 0x80000000);
	for (i = 1; i < 4; i++) {
		ck_assert_int_eq(c->irq_thread(f.drv, PRIQ_LINE, 0), 4);
		ck_assert_uint_eq(fake_reg(&f, 0x100cc), 4 * i);
	}
	ck_assert_int_eq(c->irq_thread(f.drv, PRIQ_LINE, 0), 4);
	ck_assert_uint_eq(fake_reg(&f, 0x100cc), 0x80000010);
	end();
}

TEST(detach_fences_page_requests)
{
	begin();
	ck_assert_int_eq(c->attach(f.drv, dev, 9, dom, 0), 0);
	fake_forget(&f);
	fake_pri(&f, 0xd000000900000028ULL, 0x0000000000001003ULL);
	fake_pri(&f, 0x9000000900000028ULL, 0x0000000000001004ULL);
	ck_assert_int_eq(c->detach(f.drv, dev, 9, 0), 0);
	ck_assert_uint_eq(fake_reg(&f, 0x100cc), 2);
	ck_assert_uint_eq(fake_count(&f, 0x41, NULL), 1);
	ck_assert_uint_eq(f.n_seen, 0);
	end();
}

/* The SMMU's caches first, SYNC, then the endpoint's, SYNC (4.5.1). */
TEST(invalidates_the_endpoints)
{
	u64 w[2];

	begin();
	ck_assert_int_eq(c->attach(f.drv, dev, 9, dom, 0), 0);
	ck_assert_int_eq(c->map(f.drv, dom, 0x3000, 0x10003000, 3 * 4096, DRV_PROT_READ), 0);
	fake_forget(&f);
	ck_assert_int_eq(c->unmap(f.drv, dom, 0x3000, 3 * 4096), 3 * 4096);
	ck_assert_uint_eq(f.n_cmds, 7);
	ck_assert_uint_eq(f.cmds[3][0], 0x46);
	ck_assert_uint_eq(fake_count(&f, 0x40, NULL), 2);
	/* 0x3000..0x5fff: eight pages from 0. With PASID 9 and without. */
	ck_assert_uint_eq(f.cmds[4][0], 0x0000002800009840ULL);
	ck_assert_uint_eq(f.cmds[4][1], 0x3);
	ck_assert_uint_eq(f.cmds[5][0], 0x0000002800000040ULL);
	ck_assert_uint_eq(f.cmds[5][1], 0x3);
	ck_assert_uint_eq(f.cmds[6][0], 0x46);
	/* Detach forgets all of the PASID: Size 52. */
	fake_forget(&f);
	ck_assert_int_eq(c->detach(f.drv, dev, 9, 0), 0);
	ck_assert_uint_eq(fake_count(&f, 0x40, w), 1);
	ck_assert_uint_eq(w[0], 0x0000002800009840ULL);
	ck_assert_uint_eq(w[1], 52);
	end();
}

/* CERROR_ATC_INV_SYNC: the CMD_SYNC is done again, and unmap does not claim success. */
TEST(reports_an_endpoint_that_does_not_invalidate)
{
	begin();
	ck_assert_int_eq(c->map(f.drv, dom, 0x3000, 0x10003000, 2 * 4096, DRV_PROT_READ), 0);
	f.error_op = 0x46;
	f.error_code = 3;
	f.error_left = 1;
	ck_assert_int_eq(c->unmap(f.drv, dom, 0x3000, 4096), -ETIMEDOUT);
	ck_assert_uint_eq(stats()->cmdq_errors[3], 1);
	ck_assert_int_eq(c->unmap(f.drv, dom, 0x4000, 4096), 4096);
	end();
}

/* What each function's Outstanding Page Request Allocation holds; 0x28 can have no more than 6 outstanding. */
static u32 allocated[64];

static u32 allocate(u32 sid, u32 n)
{
	if (sid == 0x2f)
		return 0;
	allocated[sid] = sid == 0x28 && n > 6 ? 6 : n;
	return allocated[sid];
}

/* A queue of 64 for four devices: 16 each; what a function cannot use is not reserved for it. */
TEST(tells_functions_their_share)
{
	struct drv_device_cfg one = { .sids = { 0x28 }, .n_sids = 1, .pri = true },
			      three = { .sids = { 0x29, 0x2a, 0x2b }, .n_sids = 3, .pri = true },
			      told = { .sids = { 0x2c }, .n_sids = 1, .pri = true, .credits = 9 },
			      absent = { .sids = { 0x2f }, .n_sids = 1, .pri = true },
			      none = { .sids = { 0x2d }, .n_sids = 1 };

	fake_init(&f);
	fake_set_reg(&f, 0, 0x0001141a); /* PRI, ATS */
	f.cfg.priq_log2 = 6;
	f.cfg.pri_devices = 4;
	f.allocate = allocate;
	ck_assert_int_eq(fake_probe(&f), 0);
	ck_assert_uint_eq(drv_credits(fake_device(&f, &one)), 6);
	ck_assert_uint_eq(allocated[0x28], 6);
	ck_assert_uint_eq(drv_credits(fake_device(&f, &three)), 15);
	ck_assert(allocated[0x29] == 5 && allocated[0x2a] == 5 && allocated[0x2b] == 5);
	ck_assert_uint_eq(drv_credits(fake_device(&f, &told)), 9);
	ck_assert_uint_eq(allocated[0x2c], 9);
	ck_assert_uint_eq(drv_credits(fake_device(&f, &absent)), 16);
	fake_device(&f, &none);
	ck_assert_uint_eq(allocated[0x2d], 0);
	end();
}

TEST(does_without_pri)
{
	struct drv_device_cfg cfg = { .sids = { 0x28 }, .n_sids = 1, .pri = true };

	fake_init(&f);
	ck_assert_int_eq(fake_probe(&f), 0);
	dev = fake_device(&f, &cfg);
	dom = fake_domain(&f, dev, DRV_DOMAIN_PAGING, false);
	ck_assert_int_eq(c->attach(f.drv, dev, DRV_NO_PASID, dom, 0), 0);
	ck_assert_uint_eq(fake_word(&f, fake_ste(&f, 0x28) + 8) >> 28 & 3, 0);
	ck_assert_int_eq(fault_dev_enable(dev), -ENODEV);
	end();
}

SUITE("smmuv3_drv_pri")
