// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Driver and hardware together: translation, faults and their answers, detach and removal under load. */
#include "rig_smmuv3.h"
#include "suite.h"

#define RW (DRV_PROT_READ | DRV_PROT_WRITE)

static struct rig_smmuv3 r;
static const struct drv_class *c = &smmuv3_drv_class;

static void begin(void)
{
	rig_init(&r);
	ck_assert_int_eq(rig_start(&r), 0);
}

static void begin_small(u8 evtq_log2, u32 stall_max)
{
	rig_init(&r);
	r.hw_cfg.idr[5] = (smmuv3_default_idr(5) & 0xffff) | stall_max << 16;
	r.drv_cfg.evtq_log2 = evtq_log2;
	ck_assert_int_eq(rig_start(&r), 0);
}

static const struct smmuv3_drv_stats *stats(void)
{
	return smmuv3_drv_stats(r.m.drv);
}

static struct fault_dev *device(u32 sid, bool can_stall, u8 pasid_bits)
{
	struct drv_device_cfg cfg = { .sids = { sid }, .n_sids = 1, .can_stall = can_stall, .pasid_bits = pasid_bits };

	return rig_device(&r, &cfg);
}

static void expect_pa(u32 sid, u32 pasid, u64 iova, u64 pa)
{
	u32 n = rig_access(&r, sid, pasid, iova, 0);

	rig_pump(&r);
	ck_assert_int_eq(r.txns[n].state, RIG_DONE);
	ck_assert_uint_eq(r.txns[n].pa, pa);
}

static void expect_abort(u32 sid, u32 pasid, u64 iova, u8 event)
{
	u64 before = stats()->events[event];
	u32 n = rig_access(&r, sid, pasid, iova, 0);

	rig_pump(&r);
	ck_assert_int_eq(r.txns[n].state, RIG_ABORTED);
	if (event)
		ck_assert_uint_eq(stats()->events[event], before + 1);
}

TEST(translates_what_is_mapped)
{
	struct fault_domain *dom, *id;
	struct fault_dev *dev;
	u32 n;

	begin();
	expect_abort(9, DRV_NO_PASID, 0x1000, SMMUV3_C_BAD_STREAMID);
	dev = device(8, false, 0);
	expect_abort(9, DRV_NO_PASID, 0x1000, SMMUV3_C_BAD_STE);
	expect_abort(8, DRV_NO_PASID, 0x1000, 0);
	dom = rig_domain(&r, dev, DRV_DOMAIN_PAGING, NULL);
	ck_assert_int_eq(rig_attach(&r, dev, DRV_NO_PASID, dom), 0);
	ck_assert_int_eq(c->map(r.m.drv, dom, 0x40000000, 0x123400000, 0x600000, DRV_PROT_READ), 0);
	ck_assert_int_eq(c->map(r.m.drv, dom, 0x7f1234567000, 0x1000, 0x1000, RW), 0);
	ck_assert_int_eq(c->map(r.m.drv, dom, 0x40001000, 0x1000, 0x1000, RW), -EEXIST);
	expect_pa(8, DRV_NO_PASID, 0x40000ffc, 0x123400ffc);
	expect_pa(8, DRV_NO_PASID, 0x405ffffc, 0x1239ffffc);
	expect_pa(8, DRV_NO_PASID, 0x7f1234567890, 0x1890);
	ck_assert_uint_eq(c->iova_to_phys(r.m.drv, dom, 0x40212345), 0x123612345);
	n = rig_access(&r, 8, DRV_NO_PASID, 0x40000000, DMA_WRITE);
	rig_pump(&r);
	ck_assert_int_eq(r.txns[n].state, RIG_ABORTED);
	ck_assert_uint_eq(stats()->events[SMMUV3_F_PERMISSION], 1);
	/* Gone at once, cached or not. */
	ck_assert_int_eq(c->unmap(r.m.drv, dom, 0x40000000, 0x200000), 0x200000);
	expect_abort(8, DRV_NO_PASID, 0x40000ffc, SMMUV3_F_TRANSLATION);
	expect_pa(8, DRV_NO_PASID, 0x40200000, 0x123600000);
	id = rig_domain(&r, dev, DRV_DOMAIN_IDENTITY, NULL);
	ck_assert_int_eq(rig_attach(&r, dev, DRV_NO_PASID, id), 0);
	expect_pa(8, DRV_NO_PASID, 0x40000ffc, 0x40000ffc);
	ck_assert_int_eq(rig_detach(&r, dev, DRV_NO_PASID), 0);
	expect_abort(8, DRV_NO_PASID, 0x40200000, 0);
	rig_stop(&r);
}

static void expect_granule(u8 granule, u32 idr5)
{
	struct fault_domain *dom;
	struct fault_dev *dev;

	rig_init(&r);
	r.hw_cfg.idr[5] = idr5;
	r.drv_cfg.granule = granule;
	r.drv_cfg.va_bits = granule == 16 ? 52 : 40;
	ck_assert_int_eq(rig_start(&r), 0);
	dev = device(8, false, 0);
	dom = rig_domain(&r, dev, DRV_DOMAIN_PAGING, NULL);
	ck_assert_int_eq(rig_attach(&r, dev, DRV_NO_PASID, dom), 0);
	ck_assert_int_eq(c->map(r.m.drv, dom, 0x40000000, 0x40000000, 0x10000, RW), 0);
	expect_pa(8, DRV_NO_PASID, 0x4000fff0, 0x4000fff0);
	ck_assert_int_eq(c->unmap(r.m.drv, dom, 0x40000000, 0x10000), 0x10000);
	expect_abort(8, DRV_NO_PASID, 0x4000fff0, SMMUV3_F_TRANSLATION);
	rig_stop(&r);
}

TEST(works_with_every_granule)
{
	expect_granule(12, 0x00100075);
	expect_granule(14, 0x00100075);
	expect_granule(16, 0x00100476); /* 52 bits in and out */
}

TEST(maps_on_demand)
{
	struct rig_handler h;
	struct fault_dev *dev;
	struct fault_domain *dom;
	u32 n;

	begin();
	dev = device(8, true, 0);
	dom = rig_domain(&r, dev, DRV_DOMAIN_PAGING, &h);
	h.offset = 0x100000000;
	ck_assert_int_eq(rig_attach(&r, dev, DRV_NO_PASID, dom), 0);
	n = rig_access(&r, 8, DRV_NO_PASID, 0x12345678, DMA_WRITE);
	ck_assert_int_eq(r.txns[n].state, RIG_STALLED);
	rig_pump(&r);
	ck_assert_int_eq(r.txns[n].state, RIG_DONE);
	ck_assert_uint_eq(r.txns[n].pa, 0x112345678);
	ck_assert_uint_eq(r.txns[n].stalls, 1);
	ck_assert_uint_eq(h.last.perm, FAULT_WRITE);
	/* The same page again does not fault. */
	expect_pa(8, DRV_NO_PASID, 0x12345000, 0x112345000);
	ck_assert_uint_eq(h.handled, 1);
	h.answer = FAULT_TERMINATE;
	n = rig_access(&r, 8, DRV_NO_PASID, 0x99999000, 0);
	rig_pump(&r);
	ck_assert_int_eq(r.txns[n].state, RIG_ABORTED);
	rig_stop(&r);
}

/* An answer of retry without a mapping makes the access fault again: each fault has its own answer. */
TEST(retried_faults_are_new_faults)
{
	struct rig_handler h;
	struct fault_dev *dev;
	struct fault_domain *dom;
	u32 i, n;

	begin();
	dev = device(8, true, 0);
	dom = rig_domain(&r, dev, DRV_DOMAIN_PAGING, &h);
	h.answer = FAULT_LATER;
	ck_assert_int_eq(rig_attach(&r, dev, DRV_NO_PASID, dom), 0);
	n = rig_access(&r, 8, DRV_NO_PASID, 0x1000, 0);
	for (i = 0; i < 5; i++) {
		rig_pump(&r);
		ck_assert_uint_eq(h.n_kept, i + 1);
		ck_assert_int_eq(fault_group_respond(h.kept[i], FAULT_RETRY, r.board.now), 0);
		ck_assert_int_eq(fault_group_respond(h.kept[i], FAULT_RETRY, r.board.now), -EALREADY);
		fault_group_put(h.kept[i]);
	}
	h.answer = FAULT_DEFAULT;
	rig_pump(&r);
	ck_assert_int_eq(r.txns[n].state, RIG_DONE);
	ck_assert_uint_eq(r.txns[n].stalls, 6);
	ck_assert_uint_eq(stats()->stalls, 6);
	rig_stop(&r);
}

/* Three times as many faults as may stall, an event queue of four entries, and a neighbour that floods it. */
TEST(loses_no_stall_when_the_queue_overflows)
{
	struct rig_handler h;
	struct fault_dev *dev;
	struct fault_domain *dom;
	u32 i, n = 3 * 16;
	struct fault_stats s;

	begin_small(2, 16);
	dev = device(8, true, 0);
	device(9, false, 0);
	dom = rig_domain(&r, dev, DRV_DOMAIN_PAGING, &h);
	ck_assert_int_eq(rig_attach(&r, dev, DRV_NO_PASID, dom), 0);
	ck_assert_uint_eq(drv_credits(dev), 16);
	for (i = 0; i < n; i++) {
		rig_access(&r, 8, DRV_NO_PASID, 0x1000ULL * (i + 1), 0);
		rig_access(&r, 0x77, DRV_NO_PASID, 0x1000, 0);
	}
	ck_assert_uint_gt(r.hw.stats.events_held, 0);
	ck_assert_uint_gt(r.hw.stats.overflows, 0);
	rig_pump(&r);
	ck_assert_uint_eq(rig_outstanding(&r), 0);
	for (i = 0; i < r.n_txns; i++)
		ck_assert_int_eq(r.txns[i].state, i & 1 ? RIG_ABORTED : RIG_DONE);
	ck_assert_uint_ge(stats()->stalls, n);
	ck_assert_uint_gt(stats()->evtq_overflows, 0);
	/* Lost are only records of terminated transactions, and hardware counts them. */
	ck_assert_uint_eq(stats()->events[SMMUV3_C_BAD_STE] + r.hw.stats.events_lost, n);
	fault_core_stats(r.m.core, &s);
	ck_assert_uint_eq(s.owed, s.answered[FAULT_RETRY]);
	rig_stop(&r);
}

static void pend(struct rig_handler *h, struct fault_dev **dev, struct fault_domain **dom, u32 n)
{
	u32 i;

	*dev = device(8, true, 6);
	*dom = rig_domain(&r, *dev, DRV_DOMAIN_PAGING, h);
	h->answer = FAULT_LATER;
	ck_assert_int_eq(rig_attach(&r, *dev, DRV_NO_PASID, *dom), 0);
	ck_assert_int_eq(rig_attach(&r, *dev, 5, *dom), 0);
	for (i = 0; i < n; i++) {
		rig_access(&r, 8, DRV_NO_PASID, 0x1000ULL * i, 0);
		rig_access(&r, 8, 5, 0x1000ULL * i, 0);
	}
	/* Half are with the handler, half are still in the queue. */
	rig_pump(&r);
	for (i = 0; i < n; i++) {
		rig_access(&r, 8, DRV_NO_PASID, 0x100000 + 0x1000ULL * i, 0);
		rig_access(&r, 8, 5, 0x100000 + 0x1000ULL * i, 0);
	}
}

static void let_go(struct rig_handler *h, int result)
{
	u32 i;

	for (i = 0; i < h->n_kept; i++) {
		if (result)
			ck_assert_int_eq(fault_group_respond(h->kept[i], FAULT_RETRY, r.board.now), result);
		else
			fault_group_respond(h->kept[i], FAULT_TERMINATE, r.board.now);
		fault_group_put(h->kept[i]);
	}
	h->n_kept = 0;
}

TEST(detaches_under_pending_faults)
{
	struct rig_handler h;
	struct fault_dev *dev;
	struct fault_domain *dom;
	u32 i;

	begin();
	pend(&h, &dev, &dom, 3);
	ck_assert_int_eq(rig_detach(&r, dev, 5), 0);
	h.answer = FAULT_TERMINATE;
	rig_pump(&r);
	/* The PASID's accesses met the new state and were aborted; the others went on. */
	for (i = 0; i < r.n_txns; i++)
		if (r.txns[i].t.flags & DMA_PASID)
			ck_assert_int_eq(r.txns[i].state, RIG_ABORTED);
	ck_assert_uint_eq(rig_outstanding(&r), 3);
	ck_assert_int_eq(rig_detach(&r, dev, DRV_NO_PASID), 0);
	rig_pump(&r);
	ck_assert_uint_eq(rig_outstanding(&r), 0);
	let_go(&h, -EALREADY);
	rig_stop(&r);
}

TEST(replaces_under_pending_faults)
{
	struct rig_handler h, h2;
	struct fault_dev *dev;
	struct fault_domain *dom, *next;
	u32 i;

	begin();
	pend(&h, &dev, &dom, 3);
	next = rig_domain(&r, dev, DRV_DOMAIN_PAGING, &h2);
	h2.offset = 0x5000000;
	ck_assert_int_eq(c->map(r.m.drv, next, 0, 0x9000000, 0x3000, RW), 0);
	ck_assert_int_eq(rig_attach(&r, dev, DRV_NO_PASID, next), 0);
	h.answer = FAULT_TERMINATE;
	rig_pump(&r);
	/* Nobody's access failed: retried, it met the new translation, or faulted there. */
	for (i = 0; i < r.n_txns; i++) {
		u64 iova = r.txns[i].t.iova;

		if (r.txns[i].t.flags & DMA_PASID)
			continue;
		ck_assert_int_eq(r.txns[i].state, RIG_DONE);
		ck_assert_uint_eq(r.txns[i].pa, iova + (iova < 0x3000 ? 0x9000000 : 0x5000000));
	}
	let_go(&h, 0);
	rig_pump(&r);
	ck_assert_uint_eq(rig_outstanding(&r), 0);
	rig_stop(&r);
}

TEST(removes_under_pending_faults)
{
	struct rig_handler h;
	struct fault_dev *dev;
	struct fault_domain *dom;
	u32 i;

	begin();
	pend(&h, &dev, &dom, 4);
	c->device_remove(r.m.drv, dev, r.board.now);
	rig_pump(&r);
	ck_assert_uint_eq(rig_outstanding(&r), 0);
	for (i = 0; i < r.n_txns; i++)
		ck_assert_int_eq(r.txns[i].state, RIG_ABORTED);
	let_go(&h, -EALREADY);
	/* The StreamID may come back with another master. */
	dev = device(8, true, 0);
	ck_assert_int_eq(rig_attach(&r, dev, DRV_NO_PASID, dom), 0);
	h.answer = FAULT_DEFAULT;
	expect_pa(8, DRV_NO_PASID, 0x7000, 0x7000);
	rig_stop(&r);
}

TEST(switches_stalling_off_and_on)
{
	struct rig_handler h;
	struct fault_dev *dev;
	struct fault_domain *dom, *blocked;

	begin();
	pend(&h, &dev, &dom, 2);
	blocked = rig_domain(&r, dev, DRV_DOMAIN_BLOCKED, NULL);
	ck_assert_int_eq(rig_attach(&r, dev, DRV_NO_PASID, blocked), 0);
	ck_assert_int_eq(rig_attach(&r, dev, 5, blocked), 0);
	ck_assert_int_eq(fault_off(dev, r.board.now), 0);
	rig_pump(&r);
	ck_assert_uint_eq(rig_outstanding(&r), 0);
	let_go(&h, -EALREADY);
	ck_assert_int_eq(rig_attach(&r, dev, DRV_NO_PASID, dom), 0);
	expect_abort(8, DRV_NO_PASID, 0x1000, SMMUV3_F_TRANSLATION);
	ck_assert_int_eq(fault_dev_enable(dev), 0);
	h.answer = FAULT_DEFAULT;
	expect_pa(8, DRV_NO_PASID, 0x1000, 0x1000);
	rig_stop(&r);
}

TEST(separates_pasids_and_streams)
{
	struct drv_device_cfg cfg = {
		.sids = { 0x10, 0x2fff, 0x301 }, .n_sids = 3, .can_stall = true, .pasid_bits = 9
	};
	struct rig_handler h[3];
	struct fault_domain *dom[3];
	struct fault_dev *dev;
	u32 i, s;

	begin();
	dev = rig_device(&r, &cfg);
	for (i = 0; i < 3; i++) {
		dom[i] = rig_domain(&r, dev, DRV_DOMAIN_PAGING, &h[i]);
		h[i].offset = 0x10000000ULL * (i + 1);
	}
	ck_assert_int_eq(rig_attach(&r, dev, DRV_NO_PASID, dom[0]), 0);
	ck_assert_int_eq(rig_attach(&r, dev, 1, dom[1]), 0);
	ck_assert_int_eq(rig_attach(&r, dev, 0x1ff, dom[2]), 0);
	for (s = 0; s < 3; s++) {
		u64 iova = 0x1000 * (s + 1);

		expect_pa(cfg.sids[s], DRV_NO_PASID, iova, iova + 0x10000000);
		ck_assert_uint_eq(h[0].last.sid, cfg.sids[s]);
		expect_pa(cfg.sids[s], 1, iova, iova + 0x20000000);
		ck_assert_uint_eq(h[1].last.sid, cfg.sids[s]);
		expect_pa(cfg.sids[s], 0x1ff, iova, iova + 0x30000000);
		ck_assert_uint_eq(h[2].last.pasid, 0x1ff);
	}
	expect_abort(0x10, 2, 0x1000, SMMUV3_C_BAD_CD);
	expect_abort(0x10, 0x81, 0x1000, SMMUV3_C_BAD_SUBSTREAMID);
	expect_abort(0x10, 0x200, 0x1000, SMMUV3_C_BAD_SUBSTREAMID);
	/* Substream 0 is the default's (S1DSS = 2). */
	expect_abort(0x10, 0, 0x1000, SMMUV3_F_STREAM_DISABLED);
	ck_assert_int_eq(rig_detach(&r, dev, DRV_NO_PASID), 0);
	expect_abort(0x10, DRV_NO_PASID, 0x1000, SMMUV3_F_STREAM_DISABLED);
	expect_pa(0x10, 1, 0x1000, 0x20001000);
	rig_stop(&r);
}

TEST(works_where_every_fault_stalls)
{
	struct rig_handler h;
	struct fault_dev *dev;
	struct fault_domain *dom;

	rig_init(&r);
	r.hw_cfg.idr[0] = (smmuv3_default_idr(0) & ~SMMUV3_IDR0_STALL_MODEL) | FIELD_PREP(SMMUV3_IDR0_STALL_MODEL, 2);
	ck_assert_int_eq(rig_start(&r), 0);
	dev = device(8, false, 0);
	dom = rig_domain(&r, dev, DRV_DOMAIN_PAGING, &h);
	ck_assert_int_eq(rig_attach(&r, dev, DRV_NO_PASID, dom), 0);
	expect_pa(8, DRV_NO_PASID, 0x7000, 0x7000);
	rig_stop(&r);
}

TEST(works_where_nothing_stalls)
{
	struct fault_dev *dev;
	struct fault_domain *dom;

	rig_init(&r);
	r.hw_cfg.idr[0] = (smmuv3_default_idr(0) & ~SMMUV3_IDR0_STALL_MODEL) | FIELD_PREP(SMMUV3_IDR0_STALL_MODEL, 1);
	ck_assert_int_eq(rig_start(&r), 0);
	dev = device(8, true, 0);
	ck_assert_int_eq(r.m.drv_cls->domain_alloc(r.m.drv, dev, DRV_DOMAIN_PAGING, &dom), 0);
	ck_assert_int_eq(rig_attach(&r, dev, DRV_NO_PASID, dom), 0);
	expect_abort(8, DRV_NO_PASID, 0x7000, SMMUV3_F_TRANSLATION);
	ck_assert_int_eq(fault_dev_enable(dev), -ENODEV);
	rig_stop(&r);
}

SUITE("smmuv3_drv_engine")
