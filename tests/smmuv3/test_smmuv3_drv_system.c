// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Driver and hardware together: page requests, ATS, MSIs, errors of the bus, lost interrupts, and a long random run. */
#include "rig_smmuv3.h"
#include "suite.h"

#define RW (DRV_PROT_READ | DRV_PROT_WRITE)

static struct rig_smmuv3 r;
static const struct drv_class *c = &smmuv3_drv_class;

static const struct smmuv3_drv_stats *stats(void)
{
	return smmuv3_drv_stats(r.m.drv);
}

static u32 idr0_with(u32 bits)
{
	return smmuv3_default_idr(0) | bits;
}

static struct fault_dev *pri_device(u32 sid, struct rig_handler *h, struct fault_domain **dom)
{
	struct drv_device_cfg cfg = { .sids = { sid }, .n_sids = 1, .pri = true, .pasid_bits = 6 };
	struct fault_dev *dev = rig_device(&r, &cfg);

	*dom = rig_domain(&r, dev, DRV_DOMAIN_PAGING, h);
	ck_assert_int_eq(rig_attach(&r, dev, DRV_NO_PASID, *dom), 0);
	ck_assert_int_eq(rig_attach(&r, dev, 9, *dom), 0);
	return dev;
}

static void begin_pri(u8 priq_log2)
{
	rig_init(&r);
	r.hw_cfg.idr[0] = idr0_with(SMMUV3_IDR0_PRI | SMMUV3_IDR0_ATS);
	r.drv_cfg.priq_log2 = priq_log2;
	ck_assert_int_eq(rig_start(&r), 0);
}

/* ATS translation: address, or 0 if neither readable nor writable. */
static u64 ats(u32 sid, u32 pasid, u64 iova)
{
	u32 n = rig_access(&r, sid, pasid, iova, DMA_ATS_REQ);

	return r.txns[n].state == RIG_DONE ? r.txns[n].pa : 0;
}

TEST(pages_in_for_an_endpoint)
{
	struct rig_handler h;
	struct fault_domain *dom;
	u32 i;

	begin_pri(0);
	pri_device(0x28, &h, &dom);
	h.offset = 0x700000000;
	rig_page_request(&r, 0x28, 9, 0x10000, 3, PERM_R, false);
	rig_page_request(&r, 0x28, 9, 0x11000, 3, PERM_R | PERM_W, true);
	rig_pump(&r);
	ck_assert_uint_eq(r.n_responses, 1);
	ck_assert_uint_eq(r.responses[0].sid, 0x28);
	ck_assert_uint_eq(r.responses[0].prgi, 3);
	ck_assert_uint_eq(r.responses[0].code, PRG_SUCCESS);
	ck_assert(r.responses[0].pasid_valid && r.responses[0].pasid == 9);
	ck_assert_uint_eq(h.handled, 2);
	ck_assert_uint_eq(ats(0x28, 9, 0x10000), 0x700010000);
	ck_assert_uint_eq(ats(0x28, 9, 0x11000), 0x700011000);
	/* The same index, group after group. */
	for (i = 0; i < 4; i++) {
		rig_page_request(&r, 0x28, DRV_NO_PASID, 0x20000 + i * 0x2000, 1, PERM_R, false);
		rig_page_request(&r, 0x28, DRV_NO_PASID, 0x21000 + i * 0x2000, 1, PERM_R | PERM_W, true);
	}
	rig_pump(&r);
	ck_assert_uint_eq(r.n_responses, 5);
	ck_assert_uint_eq(h.handled, 10);
	h.answer = FAULT_TERMINATE;
	rig_page_request(&r, 0x28, 9, 0x90000, 4, PERM_R, true);
	rig_pump(&r);
	ck_assert_uint_eq(r.responses[5].code, PRG_INVALID);
	h.answer = FAULT_FAILURE;
	rig_page_request(&r, 0x28, 9, 0x90000, 4, PERM_R, true);
	rig_pump(&r);
	ck_assert_uint_eq(r.responses[6].code, PRG_FAILURE);
	rig_stop(&r);
}

TEST(unmap_reaches_the_endpoint)
{
	struct rig_handler h;
	struct fault_domain *dom;
	struct fault_dev *dev;

	begin_pri(0);
	dev = pri_device(0x28, &h, &dom);
	ck_assert_int_eq(c->map(r.m.drv, dom, 0x10000, 0x5000, 0x1000, RW), 0);
	ck_assert_uint_eq(ats(0x28, 9, 0x10000), 0x5000);
	ck_assert_int_eq(c->unmap(r.m.drv, dom, 0x10000, 0x1000), 0x1000);
	/* Sent for both attachments, and complete before unmap returned. */
	ck_assert_uint_eq(r.n_invs, 2);
	ck_assert_uint_eq(r.invs_done, 2);
	ck_assert_uint_eq(r.invs[0].addr, 0x10000);
	ck_assert_uint_eq(r.invs[0].shift, 12);
	ck_assert_uint_eq(ats(0x28, 9, 0x10000), 0);
	/* An endpoint that is dead: unmap says so, and the queue goes on. */
	ck_assert_int_eq(c->map(r.m.drv, dom, 0x10000, 0x5000, 0x1000, RW), 0);
	r.ats_dead = true;
	ck_assert_int_eq(c->unmap(r.m.drv, dom, 0x10000, 0x1000), -ETIMEDOUT);
	ck_assert_uint_gt(stats()->cmdq_errors[SMMUV3_CERROR_ATC_INV_SYNC], 0);
	r.ats_dead = false;
	ck_assert_int_eq(rig_detach(&r, dev, 9), 0);
	rig_stop(&r);
}

/* Too many requests: whole groups are handled, cut ones are answered by hardware, the queue works again. */
TEST(recovers_from_an_overflow_of_page_requests)
{
	struct rig_handler h;
	struct fault_domain *dom;
	u32 i, automatic = 0;
	struct fault_stats s;

	begin_pri(3);
	pri_device(0x28, &h, &dom);
	for (i = 0; i < 30; i++)
		rig_page_request(&r, 0x28, 9, 0x1000ULL * i, (u16)(i / 3), PERM_R, i % 3 == 2);
	ck_assert_uint_eq(r.hw.stats.pri_overflows, 1);
	rig_pump(&r);
	ck_assert_uint_eq(stats()->priq_overflows, 1);
	/* Ten groups, one answer each. */
	ck_assert_uint_eq(r.n_responses, 10);
	for (i = 0; i < 10; i++)
		automatic += r.responses[i].automatic;
	ck_assert_uint_eq(automatic, 8);
	ck_assert_uint_eq(h.handled, 6);
	fault_core_stats(r.m.core, &s);
	ck_assert_uint_eq(s.owed, 2);
	for (i = 0; i < 6; i++)
		rig_page_request(&r, 0x28, 9, 0x100000 + 0x1000ULL * i, 20, PERM_R, i == 5);
	rig_pump(&r);
	ck_assert_uint_eq(r.n_responses, 11);
	ck_assert_uint_eq(h.handled, 12);
	rig_stop(&r);
}

/* Nothing stale reaches the new owner of a PASID. */
TEST(a_pasid_changes_hands_under_load)
{
	struct rig_handler h, h2;
	struct fault_domain *dom, *next;
	struct fault_dev *dev;
	u32 i;

	begin_pri(0);
	dev = pri_device(0x28, &h, &dom);
	h.answer = FAULT_LATER;
	for (i = 0; i < 4; i++)
		rig_page_request(&r, 0x28, 9, 0x1000ULL * i, (u16)i, PERM_R, true);
	rig_pump(&r);
	rig_page_request(&r, 0x28, 9, 0x8000, 8, PERM_R, false);
	for (i = 4; i < 8; i++)
		rig_page_request(&r, 0x28, 9, 0x1000ULL * i, (u16)i, PERM_R, true);
	ck_assert_int_eq(rig_detach(&r, dev, 9), 0);
	ck_assert_uint_eq(r.n_responses, 8);
	next = rig_domain(&r, dev, DRV_DOMAIN_PAGING, &h2);
	ck_assert_int_eq(rig_attach(&r, dev, 9, next), 0);
	rig_pump(&r);
	ck_assert_uint_eq(h2.handled, 0);
	for (i = 0; i < h.n_kept; i++) {
		ck_assert_int_eq(fault_group_respond(h.kept[i], FAULT_RETRY, r.board.now), -EALREADY);
		fault_group_put(h.kept[i]);
	}
	rig_page_request(&r, 0x28, 9, 0x9000, 9, PERM_R, true);
	rig_pump(&r);
	ck_assert_uint_eq(h2.handled, 1);
	ck_assert_uint_eq(r.n_responses, 9);
	rig_stop(&r);
}

TEST(an_endpoint_whose_handler_is_silent_is_expired)
{
	struct rig_handler h;
	struct fault_domain *dom;

	begin_pri(0);
	pri_device(0x28, &h, &dom);
	h.answer = FAULT_LATER;
	rig_page_request(&r, 0x28, 9, 0x1000, 1, PERM_R, true);
	rig_pump(&r);
	r.board.now += 11000000000ULL;
	ck_assert_uint_eq(fault_core_expire(r.m.core, r.board.now), 1);
	ck_assert_uint_eq(r.n_responses, 1);
	ck_assert_uint_eq(r.responses[0].code, PRG_INVALID);
	fault_group_put(h.kept[0]);
	rig_stop(&r);
}

/* A platform device that stalls and a PCIe device that pages: neither waits for the other. */
TEST(stall_and_pri_behind_one_smmu)
{
	struct drv_device_cfg platform = { .sids = { 8 }, .n_sids = 1, .can_stall = true };
	struct rig_handler stalls, pages;
	struct fault_domain *stall_dom, *page_dom;
	struct fault_dev *dev;
	u32 n;

	begin_pri(0);
	pri_device(0x28, &pages, &page_dom);
	dev = rig_device(&r, &platform);
	stall_dom = rig_domain(&r, dev, DRV_DOMAIN_PAGING, &stalls);
	ck_assert_int_eq(rig_attach(&r, dev, DRV_NO_PASID, stall_dom), 0);
	pages.offset = 0x700000000;
	stalls.answer = FAULT_LATER;
	n = rig_access(&r, 8, DRV_NO_PASID, 0x10000, DMA_WRITE);
	rig_page_request(&r, 0x28, 9, 0x10000, 3, PERM_R, true);
	rig_pump(&r);
	/* Software holds the stall; the endpoint has its page, its answer and its translation all the same. */
	ck_assert_int_eq(r.txns[n].state, RIG_STALLED);
	ck_assert_uint_eq(r.n_responses, 1);
	ck_assert_uint_eq(r.responses[0].sid, 0x28);
	ck_assert_uint_eq(r.responses[0].code, PRG_SUCCESS);
	ck_assert_uint_eq(ats(0x28, 9, 0x10000), 0x700010000);
	/* A translation request never stalls: what is not mapped comes back without permission. */
	ck_assert_uint_eq(ats(0x28, 9, 0x50000), 0);
	ck_assert_uint_eq(rig_outstanding(&r), 1);
	ck_assert_int_eq(c->map(r.m.drv, stall_dom, 0x10000, 0x5000, 0x1000, RW), 0);
	ck_assert_int_eq(fault_group_respond(stalls.kept[0], FAULT_RETRY, r.board.now), 0);
	fault_group_put(stalls.kept[0]);
	rig_pump(&r);
	ck_assert_int_eq(r.txns[n].state, RIG_DONE);
	ck_assert_uint_eq(r.txns[n].pa, 0x5000);
	ck_assert_uint_eq(stats()->stalls, 1);
	ck_assert_uint_eq(stats()->page_requests, 1);
	rig_stop(&r);
}

/* CD.S (5.4) is a device's own: two that differ share an address space, and each faults in its way. */
TEST(one_domain_of_a_staller_and_another)
{
	struct drv_device_cfg stalls = { .sids = { 8 }, .n_sids = 1, .can_stall = true };
	struct drv_device_cfg ends = { .sids = { 9 }, .n_sids = 1 };
	struct fault_dev *dev, *other;
	struct fault_domain *dom;
	struct rig_handler h;
	u32 n, m;

	rig_init(&r);
	ck_assert_int_eq(rig_start(&r), 0);
	dev = rig_device(&r, &stalls);
	other = rig_device(&r, &ends);
	dom = rig_domain(&r, dev, DRV_DOMAIN_PAGING, &h);
	h.answer = FAULT_LATER;
	ck_assert_int_eq(rig_attach(&r, dev, DRV_NO_PASID, dom), 0);
	ck_assert_int_eq(rig_attach(&r, other, DRV_NO_PASID, dom), 0);
	n = rig_access(&r, 8, DRV_NO_PASID, 0x10000, 0);
	m = rig_access(&r, 9, DRV_NO_PASID, 0x10000, 0);
	rig_pump(&r);
	ck_assert_int_eq(r.txns[n].state, RIG_STALLED);
	ck_assert_int_eq(r.txns[m].state, RIG_ABORTED);
	ck_assert_int_eq(fault_group_respond(h.kept[0], FAULT_TERMINATE, r.board.now), 0);
	fault_group_put(h.kept[0]);
	rig_pump(&r);
	ck_assert_int_eq(r.txns[n].state, RIG_ABORTED);
	ck_assert_uint_eq(stats()->stalls, 1);
	rig_stop(&r);
}

TEST(lives_on_msis)
{
	struct drv_device_cfg cfg = { .sids = { 8 }, .n_sids = 1, .can_stall = true };
	struct rig_handler h;
	struct fault_domain *dom;
	struct fault_dev *dev;
	u32 n;

	rig_init(&r);
	r.hw_cfg.idr[0] = idr0_with(SMMUV3_IDR0_MSI);
	r.hw_cfg.no_wired_irq = true;
	r.drv_cfg.msi = true;
	ck_assert_int_eq(rig_start(&r), 0);
	dev = rig_device(&r, &cfg);
	dom = rig_domain(&r, dev, DRV_DOMAIN_PAGING, &h);
	ck_assert_int_eq(rig_attach(&r, dev, DRV_NO_PASID, dom), 0);
	n = rig_access(&r, 8, DRV_NO_PASID, 0x1000, 0);
	rig_pump(&r);
	ck_assert_int_eq(r.txns[n].state, RIG_DONE);
	ck_assert_uint_gt(r.msis, 0);
	rig_stop(&r);
}

TEST(the_watchdog_replaces_lost_interrupts)
{
	struct drv_device_cfg cfg = { .sids = { 8 }, .n_sids = 1, .can_stall = true };
	struct rig_handler h;
	struct fault_domain *dom;
	struct fault_dev *dev;
	u32 i;

	rig_init(&r);
	ck_assert_int_eq(rig_start(&r), 0);
	dev = rig_device(&r, &cfg);
	dom = rig_domain(&r, dev, DRV_DOMAIN_PAGING, &h);
	ck_assert_int_eq(rig_attach(&r, dev, DRV_NO_PASID, dom), 0);
	r.lose_irqs = true;
	for (i = 0; i < 3; i++)
		rig_access(&r, 8, DRV_NO_PASID, 0x1000ULL * i, 0);
	rig_pump(&r);
	ck_assert_uint_eq(rig_outstanding(&r), 3);
	for (i = 0; i < 4; i++) {
		r.board.now += 10000000;
		fault_core_expire(r.m.core, r.board.now);
	}
	rig_pump(&r);
	ck_assert_uint_eq(rig_outstanding(&r), 0);
	rig_stop(&r);
}

/* The bus refuses writes to the event queue: records are lost, stalls among them; all that stalls is ended. */
TEST(recovers_from_an_event_queue_abort)
{
	struct drv_device_cfg cfg = { .sids = { 8 }, .n_sids = 1, .can_stall = true };
	struct rig_handler h;
	struct fault_domain *dom;
	struct fault_dev *dev;
	u64 base;
	u32 i, n;

	rig_init(&r);
	ck_assert_int_eq(rig_start(&r), 0);
	dev = rig_device(&r, &cfg);
	dom = rig_domain(&r, dev, DRV_DOMAIN_PAGING, &h);
	ck_assert_int_eq(rig_attach(&r, dev, DRV_NO_PASID, dom), 0);
	rig_access(&r, 8, DRV_NO_PASID, 0x1000, 0);
	base = smmuv3_class.mmio_read(&r.hw, SMMUV3_EVENTQ_BASE, 8) & SMMUV3_Q_BASE_ADDR;
	ck_assert_int_eq(physmem_add_hole(&r.mem, base, base + 4095), 0);
	for (i = 0; i < 3; i++)
		rig_access(&r, 8, DRV_NO_PASID, 0x2000 + 0x1000ULL * i, 0);
	ck_assert(r.m.edges & BIT(SMMUV3_IRQ_GERROR));
	r.mem.n_holes = 0;
	r.m.edges = BIT(SMMUV3_IRQ_GERROR);
	rig_pump(&r);
	ck_assert_uint_eq(stats()->gerrors[2], 1);
	ck_assert_uint_eq(rig_outstanding(&r), 0);
	n = rig_access(&r, 8, DRV_NO_PASID, 0x9000, 0);
	rig_pump(&r);
	ck_assert_int_eq(r.txns[n].state, RIG_DONE);
	rig_stop(&r);
}

/* ---- A long random run against a model that is a few arrays ---- */

#define PAGES  64
#define SPACES 3

static u32 seed;

static u32 rnd(u32 n)
{
	seed ^= seed << 13;
	seed ^= seed >> 17;
	seed ^= seed << 5;
	return seed % n;
}

/* Whatever was mapped is read where it was mapped to; whatever was not is paged in by the handler. */
static void check_access(struct rig_handler *h, u8 mapped[PAGES], u32 sid, u32 pasid)
{
	u32 page = rnd(PAGES);
	u32 faults = h->handled;
	u32 n = rig_access(&r, sid, pasid, page * 0x1000ULL + 4 * rnd(1024), rnd(2) ? DMA_WRITE : 0);

	rig_pump(&r);
	ck_assert_int_eq(r.txns[n].state, RIG_DONE);
	ck_assert_uint_eq(r.txns[n].pa, r.txns[n].t.iova + h->offset);
	ck_assert_uint_eq(h->handled - faults, !mapped[page]);
	mapped[page] = 1;
	if (r.n_txns > RIG_TXNS / 2)
		r.n_txns = 0;
}

TEST(a_long_random_run)
{
	struct drv_device_cfg cfg = { .sids = { 8, 9 }, .n_sids = 2, .can_stall = true, .pasid_bits = 4 };
	static u8 mapped[SPACES][PAGES];
	u32 at[3] = { 0, 1, 2 }; /* domain of no PASID, PASID 1, PASID 2 */
	struct rig_handler h[SPACES];
	struct fault_domain *dom[SPACES];
	struct fault_dev *dev;
	u32 i, s, page;

	seed = 20260101;
	rig_init(&r);
	r.drv_cfg.evtq_log2 = 2;
	r.drv_cfg.cmdq_log2 = 3;
	r.hw_cfg.idr[3] = smmuv3_default_idr(3) ^ SMMUV3_IDR3_RIL;
	r.hw_cfg.idr_given = BIT(3);
	ck_assert_int_eq(rig_start(&r), 0);
	dev = rig_device(&r, &cfg);
	for (i = 0; i < SPACES; i++) {
		dom[i] = rig_domain(&r, dev, DRV_DOMAIN_PAGING, &h[i]);
		h[i].offset = 0x100000000ULL * (i + 1);
		ck_assert_int_eq(rig_attach(&r, dev, i ? i : DRV_NO_PASID, dom[i]), 0);
	}
	memset(mapped, 0, sizeof(mapped));
	for (i = 0; i < 20000; i++) {
		s = rnd(3);
		page = rnd(PAGES);
		switch (rnd(8)) {
		case 0:
			ck_assert_int_eq(c->unmap(r.m.drv, dom[s], page * 0x1000ULL, 0x1000), mapped[s][page] * 0x1000);
			mapped[s][page] = 0;
			break;
		case 1:
			page = rnd(SPACES);
			if (page == at[s])
				break;
			ck_assert_int_eq(rig_attach(&r, dev, s ? s : DRV_NO_PASID, dom[page]), 0);
			at[s] = page;
			break;
		default:
			check_access(&h[at[s]], mapped[at[s]], 8 + rnd(2), s ? s : DRV_NO_PASID);
			break;
		}
	}
	ck_assert_uint_eq(drv_stats(r.m.drv)->timeouts, 0);
	rig_stop(&r);
}

SUITE("smmuv3_drv_system")
