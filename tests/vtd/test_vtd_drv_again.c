// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What fails in the midst of a change is done again, and one record has two that serve it. */
#include "vtd_drv_scene.h"

/* ---- what fails in the midst of a change is done again ---- */

static enum fault_code retry(void *ctx, struct fault_group *g, const struct fault_record *f)
{
	return FAULT_RETRY;
}

static const struct fault_domain_ops retry_ops = { .handle = retry };

static struct fault_domain *faulting_domain(struct fault_dev *dev)
{
	union fault_owner owner = { .handler = { .ops = &retry_ops } };
	struct fault_domain *dom = paging_domain(dev);

	ck_assert_int_eq(fault_domain_set_owner(dom, &owner), 0);
	ck_assert_int_eq(fault_domain_enable_stalls(dom), 0);
	return dom;
}

static struct ep *falls_silent;

static void silent_at_the_answer(void *observer, struct fault_group *g, enum fault_point point, u64 now)
{
	if (point == FAULT_AT_RESPONSE && falls_silent)
		falls_silent->silent = true;
}

/* The answers are given, but the endpoint does not tell that it has them: the core knows nothing of the PASID any more. */
TEST(detach_goes_on_where_it_failed)
{
	struct vtd_drv_cfg cfg = { .common.observe = silent_at_the_answer };
	struct fault_domain *dom;
	struct fault_dev *dev;
	struct ep *ep;
	u32 i;

	for (i = 0; i < 2; i++) {
		falls_silent = NULL;
		ck_assert_int_eq(rig_host_init(&h, NULL, &cfg), 0);
		ep = rig_host_ep(&h, 0x88, 8, true, 0, &dev);
		dom = faulting_domain(dev);
		ck_assert_int_eq(vtd_drv_class.attach(h.r.m.drv, dev, 5, dom, h.r.board.now), 0);
		h.r.board.hold_work = true;
		ep_request(ep, 5, 0x1000, false, 1, true);
		rig_host_run(&h);
		falls_silent = ep;
		ck_assert_int_eq(vtd_drv_class.detach(h.r.m.drv, dev, 5, h.r.board.now), -ETIMEDOUT);
		falls_silent = NULL;
		ep->silent = false;
		if (!i) {
			ck_assert_int_eq(vtd_drv_class.detach(h.r.m.drv, dev, 5, h.r.board.now), 0);
			ck_assert_int_eq(vtd_drv_class.detach(h.r.m.drv, dev, 5, h.r.board.now), -ENOENT);
			ck_assert_int_eq(vtd_drv_class.attach(h.r.m.drv, dev, 5, dom, h.r.board.now), 0);
		}
		vtd_drv_class.device_remove(h.r.m.drv, dev, h.r.board.now);
		ck_assert_uint_eq(ep->answers, 1);
		h.r.board.hold_work = false;
		rig_host_run(&h);
		rig_host_exit(&h);
	}
}

/* No memory for the table, and the way back fails as well: the attachment is still the driver's. */
TEST(attach_that_cannot_be_undone)
{
	struct fault_domain *dom;
	struct fault_dev *dev;
	struct ep *ep;
	u32 i;

	for (i = 0; i < 2; i++) {
		ck_assert_int_eq(rig_host_init(&h, NULL, NULL), 0);
		ep = rig_host_ep(&h, 0x88, 8, true, 0, &dev);
		dom = faulting_domain(dev);
		ep->silent = true;
		h.alloc_fail_at = h.allocs + 1;
		ck_assert_int_eq(vtd_drv_class.attach(h.r.m.drv, dev, 5, dom, h.r.board.now), -ENOMEM);
		ep->silent = false;
		if (!i) {
			ck_assert_int_eq(vtd_drv_class.detach(h.r.m.drv, dev, 5, h.r.board.now), 0);
			ck_assert_int_eq(vtd_drv_class.attach(h.r.m.drv, dev, 5, dom, h.r.board.now), 0);
		}
		vtd_drv_class.device_remove(h.r.m.drv, dev, h.r.board.now);
		rig_host_exit(&h);
	}
}

/* Whoever comes later has to go, and takes nothing along. */
TEST(requester_in_use)
{
	static const struct vtd_drv_cfg modes[] = { { .mode = VTD_DRV_SCALABLE }, { .mode = VTD_DRV_LEGACY } };
	struct drv_device_cfg twice = { .sids = { 0x90, 0x88 }, .n_sids = 2, .pasid_bits = 8, .pri = true };
	struct drv_device_cfg other = { .sids = { 0x90 }, .n_sids = 1 };
	struct fault_dev *dev, *more;
	struct fault_domain *dom;
	u64 pa;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(modes); i++) {
		ck_assert_int_eq(rig_host_init(&h, NULL, &modes[i]), 0);
		rig_host_ep(&h, 0x88, 8, true, 0, &dev);
		dom = paging_domain(dev);
		ck_assert_int_eq(vtd_drv_class.attach(h.r.m.drv, dev, DRV_NO_PASID, dom, h.r.board.now), 0);
		ck_assert_int_eq(vtd_drv_class.map(h.r.m.drv, dom, 0x1000, 0x80001000, 0x3000, DRV_PROT_READ), 0);
		ck_assert_int_eq(dma(0x88, 0x1000, 0, 0, &pa), XLAT_OK);
		ck_assert_int_eq(vtd_drv_class.device_add(h.r.m.drv, &twice, &more), -EEXIST);
		ck_assert_int_eq(dma(0x88, 0x2000, 0, 0, &pa), XLAT_OK);
		ck_assert_uint_eq(pa, 0x80002000);
		ck_assert_int_eq(vtd_drv_class.device_add(h.r.m.drv, &other, &more), 0);
		vtd_drv_class.device_remove(h.r.m.drv, more, h.r.board.now);
		ck_assert_int_eq(dma(0x88, 0x3000, 0, 0, &pa), XLAT_OK);
		rig_host_exit(&h);
	}
}

/* Without memory the requester is cut off all the same, before its tables are given back. */
TEST(removed_without_memory)
{
	struct vtd_drv_cfg cfg = { .fault = on_fault };
	struct fault_domain *dom;
	struct fault_dev *dev;
	u64 pa;

	ck_assert_int_eq(rig_host_init(&h, NULL, &cfg), 0);
	rig_host_ep(&h, 0x88, 8, true, 0, &dev);
	dom = paging_domain(dev);
	ck_assert_int_eq(vtd_drv_class.attach(h.r.m.drv, dev, 5, dom, h.r.board.now), 0);
	h.alloc_fail_at = h.allocs + 1;
	vtd_drv_class.device_remove(h.r.m.drv, dev, h.r.board.now);
	ck_assert_int_eq(dma(0x88, 0x1000, 0, 0, &pa), XLAT_ABORT);
	rig_host_run(&h);
	/* SCT.2: the context entry is not present */
	ck_assert_uint_eq(last_fault.reason, 0x41);
	rig_host_exit(&h);
}

/* Scalable mode: the root entry's half for the function, its context entry of 32 bytes (9.1, 9.4). PRE is bit 4. */
static u64 context_word0(u32 sid)
{
	u64 root = rig_vtd_read(&h.r, VTD_RTADDR, 8) & ~0xfffULL;
	u64 table = rig_vtd_peek(&h.r, root + (sid >> 8) * 16 + (sid >> 7 & 1) * 8) & ~0xfffULL;

	return rig_vtd_peek(&h.r, table + (sid & 0x7f) * 32);
}

static u64 pre_before;

static void silent_at_the_first_change(struct rig_host *host)
{
	if ((context_word0(0x88) & 0x10) != pre_before)
		host->eps[0].silent = true;
}

/* The first requester's entry was changed when it went wrong: that is not the whole. */
TEST(page_requests_of_every_requester)
{
	struct drv_device_cfg cfg = { .sids = { 0x88, 0x90 }, .n_sids = 2, .pasid_bits = 8, .pri = true };
	struct fault_dev *dev;
	u64 pre;

	ck_assert_int_eq(rig_host_init(&h, NULL, NULL), 0);
	h.eps[h.n_eps++] = (struct ep){ .host = &h, .sid = 0x88 };
	ck_assert_int_eq(vtd_drv_class.device_add(h.r.m.drv, &cfg, &dev), 0);
	for (pre = 0x10;; pre = 0) {
		ck_assert_uint_eq(context_word0(0x88) & 0x10, pre);
		ck_assert_uint_eq(context_word0(0x90) & 0x10, pre);
		if (!pre)
			break;
		pre_before = pre;
		h.after_write = silent_at_the_first_change;
		ck_assert_int_eq(fault_off(dev, h.r.board.now), -ETIMEDOUT);
		h.after_write = NULL;
		h.eps[0].silent = false;
		ck_assert_int_eq(fault_off(dev, h.r.board.now), 0);
	}
	pre_before = 0;
	h.after_write = silent_at_the_first_change;
	ck_assert_int_eq(fault_dev_enable(dev), -ETIMEDOUT);
	h.after_write = NULL;
	h.eps[0].silent = false;
	ck_assert_int_eq(fault_dev_enable(dev), 0);
	ck_assert_uint_eq(context_word0(0x88) & context_word0(0x90) & 0x10, 0x10);
	rig_host_exit(&h);
}

static u32 invalidations_of(u32 pasid, u32 from)
{
	u32 n = 0;

	for (; from < h.r.n_invs; from++)
		n += h.r.invs[from % RIG_LOG].pasid_valid && h.r.invs[from % RIG_LOG].pasid == pasid;
	return n;
}

/* What the endpoint did not confirm it is asked again. */
TEST(owed_invalidation)
{
	struct fault_domain *dom, *two;
	struct fault_dev *dev;
	struct ep *ep;
	u32 i, before;
	int r;

	for (i = 0; i < 2; i++) {
		ck_assert_int_eq(rig_host_init(&h, NULL, NULL), 0);
		ep = rig_host_ep(&h, 0x88, 8, true, 0, &dev);
		dom = paging_domain(dev);
		two = paging_domain(dev);
		ck_assert_int_eq(vtd_drv_class.attach(h.r.m.drv, dev, 5, dom, h.r.board.now), 0);
		ep->silent = true;
		ck_assert_int_eq(vtd_drv_class.detach(h.r.m.drv, dev, 5, h.r.board.now), -ETIMEDOUT);
		ep->silent = false;
		before = h.r.n_invs;
		r = i ? vtd_drv_class.attach(h.r.m.drv, dev, 5, two, h.r.board.now)
		      : vtd_drv_class.detach(h.r.m.drv, dev, 5, h.r.board.now);
		ck_assert_int_eq(r, 0);
		ck_assert_uint_ge(invalidations_of(5, before), 1);
		rig_host_exit(&h);
	}
}

/* ---- one record, two that serve ---- */

static bool second_waits, second_is_back, first_is_back;

static void *second_thread(void *arg)
{
	while (vtd_drv_class.irq_thread(h.r.m.drv, VTD_DRV_FAULT, h.r.board.now) > 0)
		;
	__atomic_store_n(&second_is_back, true, __ATOMIC_RELEASE);
	return NULL;
}

/* Only the second thread polls. */
static void wait_for_the_first(struct rig_host *host)
{
	__atomic_store_n(&second_waits, true, __ATOMIC_RELEASE);
	while (!__atomic_load_n(&first_is_back, __ATOMIC_ACQUIRE))
		sched_yield();
}

/* The first has read the record and not cleared it. */
static void second_comes(struct rig_host *host, u64 offset)
{
	pthread_t thread;

	if (offset != FIELD_GET(VTD_CAP_FRO, VTD_DEFAULT_CAP) * 16)
		return;
	host->on_read = NULL;
	host->on_poll = wait_for_the_first;
	ck_assert_int_eq(pthread_create(&thread, NULL, second_thread, NULL), 0);
	pthread_detach(thread);
	while (!__atomic_load_n(&second_waits, __ATOMIC_ACQUIRE) && !__atomic_load_n(&second_is_back, __ATOMIC_ACQUIRE))
		sched_yield();
}

TEST(a_record_is_one_fault)
{
	struct vtd_drv_cfg cfg = { .fault = on_fault };
	struct fault_dev *dev;
	u64 pa;

	ck_assert_int_eq(rig_host_init(&h, NULL, &cfg), 0);
	rig_host_ep(&h, 0x88, 8, false, 0, &dev);
	ck_assert_int_eq(dma(0x88, 0x1000, 0, 0, &pa), XLAT_ABORT);
	h.on_read = second_comes;
	ck_assert_int_eq(vtd_drv_class.irq_thread(h.r.m.drv, VTD_DRV_FAULT, h.r.board.now), 1);
	ck_assert_ptr_null(h.on_read);
	__atomic_store_n(&first_is_back, true, __ATOMIC_RELEASE);
	while (!__atomic_load_n(&second_is_back, __ATOMIC_ACQUIRE))
		sched_yield();
	h.on_poll = NULL;
	ck_assert_uint_eq(faults_seen, 1);
	rig_host_exit(&h);
}

static struct fault_group *in_hand;

static void handled_at_last(struct rig_host *host)
{
	struct fault_dev *dev = fault_dev_lookup(host->r.m.core, 0x88);

	if (dev)
		fault_dev_put(dev);
	else if (in_hand)
		fault_group_complete(in_hand, FAULT_RETRY, host->r.board.now);
	if (!dev)
		in_hand = NULL;
}

/* A handler runs while the driver leaves: the driver waits for it, for it still leads to the driver. */
TEST(removed_under_a_handler)
{
	struct fault_dev *dev;
	struct ep *ep;

	ck_assert_int_eq(rig_host_init(&h, NULL, NULL), 0);
	ep = rig_host_ep(&h, 0x88, 8, true, 0, &dev);
	ck_assert_int_eq(vtd_drv_class.attach(h.r.m.drv, dev, 5, faulting_domain(dev), h.r.board.now), 0);
	h.r.board.hold_work = true;
	ep_request(ep, 5, 0x1000, false, 1, true);
	ep_request(ep, 5, 0x2000, false, 2, true);
	rig_host_run(&h);
	in_hand = fault_core_take(h.r.m.core, h.r.board.now);
	ck_assert_ptr_nonnull(in_hand);
	h.on_poll = handled_at_last;
	vtd_drv_class.remove(h.r.m.drv, h.r.board.now);
	ck_assert_ptr_null(in_hand);
	memset(h.r.m.drv, 0xaa, vtd_drv_class.size);
	fault_core_expire(h.r.m.core, h.r.board.now);
	fl_free(h.r.m.drv);
	h.r.m.drv = NULL;
	ck_assert_uint_eq(h.r.board.held, 0);
	ck_assert_uint_eq(ep->answers, 2);
	rig_host_exit(&h);
}

TEST(bad_arguments)
{
	struct vtd_drv_cfg big = { .iq_order = 8 };
	struct vtd_cfg no_qi = { .cap = VTD_DEFAULT_CAP, .ecap = FIELD_PREP(VTD_ECAP_IRO, 0x50) };
	struct vtd_drv_cfg scalable = { .mode = VTD_DRV_SCALABLE };
	struct vtd_cfg legacy_only = { .cap = VTD_DEFAULT_CAP, .ecap = VTD_ECAP_QI | FIELD_PREP(VTD_ECAP_IRO, 0x50) };
	struct drv_device_cfg cfg = { .n_sids = 0 };
	struct fault_dev *dev;

	ck_assert_int_eq(rig_host_init(&h, NULL, &big), -EINVAL);
	rig_host_exit(&h);
	ck_assert_int_eq(rig_host_init(&h, &no_qi, NULL), -ENODEV);
	rig_host_exit(&h);
	ck_assert_int_eq(rig_host_init(&h, &legacy_only, &scalable), -ENODEV);
	rig_host_exit(&h);
	ck_assert_int_eq(rig_host_init(&h, NULL, NULL), 0);
	ck_assert_int_eq(vtd_drv_class.device_add(h.r.m.drv, &cfg, &dev), -EINVAL);
	cfg.n_sids = 1;
	cfg.sids[0] = 0x10000;
	ck_assert_int_eq(vtd_drv_class.device_add(h.r.m.drv, &cfg, &dev), -ERANGE);
	cfg.sids[0] = 1;
	cfg.can_stall = true;
	ck_assert_int_eq(vtd_drv_class.device_add(h.r.m.drv, &cfg, &dev), -EINVAL);
	rig_host_exit(&h);
}

/* What each function's Outstanding Page Request Allocation holds; 0x310 can have no more than 6 outstanding. */
static u32 allocated[8];

static u32 allocate(u32 sid, u32 n)
{
	if (sid == 0x317)
		return 0;
	allocated[sid & 7] = sid == 0x310 && n > 6 ? 6 : n;
	return allocated[sid & 7];
}

/* 127 usable entries (7.4: head and tail may not meet) for 12 devices: 10 each; what one cannot use is not reserved. */
TEST(functions_are_told_their_share)
{
	struct vtd_drv_cfg cfg = { .pri_devices = 12 };
	struct drv_device_cfg two = { .sids = { 0x311, 0x312 }, .n_sids = 2, .pri = true };
	struct fault_dev *dev;

	rig_host_prepare(&h, NULL);
	h.allocate = allocate;
	ck_assert_int_eq(rig_host_probe(&h, &cfg), 0);
	rig_host_ep(&h, 0x310, 0, true, 0, &dev);
	ck_assert_uint_eq(drv_credits(dev), 6);
	ck_assert_uint_eq(allocated[0], 6);
	ck_assert_int_eq(vtd_drv_class.device_add(h.r.m.drv, &two, &dev), 0);
	ck_assert_uint_eq(drv_credits(dev), 10);
	ck_assert(allocated[1] == 5 && allocated[2] == 5);
	rig_host_ep(&h, 0x313, 0, true, 9, &dev);
	ck_assert_uint_eq(allocated[3], 9);
	/* Page requests are off: nothing to be told. A function that is not there gets what it would have had. */
	rig_host_ep(&h, 0x314, 0, false, 0, &dev);
	ck_assert_uint_eq(allocated[4], 0);
	rig_host_ep(&h, 0x317, 0, true, 0, &dev);
	ck_assert_uint_eq(drv_credits(dev), 10);
	rig_host_exit(&h);
}

SUITE("vtd_drv_again")
