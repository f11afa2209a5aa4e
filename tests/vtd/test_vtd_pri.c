// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Page requests from endpoint to handler and back, through hardware, driver and fault core. */
#include "suite.h"
#include "rig_vtd_host.h"

static struct rig_host h;

/* A domain whose handler maps what is asked for, or answers as told. */
struct paged {
	struct fault_domain *dom;
	enum fault_code answer;
	u32 handled, groups, incomplete;
	u32 group_size; /* every group has to have so many requests; 0: any */
	u64 order[64];
	u32 pasid_seen;
};

static enum fault_code handle(void *ctx, struct fault_group *g, const struct fault_record *f)
{
	struct paged *p = ctx;
	struct fault_group_info info;
	int r;

	fault_group_info(g, &info);
	if (f->flags & FAULT_LAST) {
		p->groups++;
		p->incomplete += p->group_size && info.count != p->group_size;
	}
	p->order[p->handled++ % 64] = f->addr;
	p->pasid_seen = f->pasid;
	if (p->answer != FAULT_RETRY)
		return p->answer;
	r = vtd_drv_class.map(h.r.m.drv, p->dom, f->addr, f->addr + 0x100000000ULL, 0x1000,
			      DRV_PROT_READ | DRV_PROT_WRITE);
	return !r || r == -EEXIST ? FAULT_RETRY : FAULT_TERMINATE;
}

static const struct fault_domain_ops paged_ops = { .handle = handle };

static void paged_init(struct paged *p, struct fault_dev *dev, u32 pasid)
{
	union fault_owner owner = { .handler = { .ops = &paged_ops, .ctx = p } };

	memset(p, 0, sizeof(*p));
	p->answer = FAULT_RETRY;
	ck_assert_int_eq(vtd_drv_class.domain_alloc(h.r.m.drv, dev, DRV_DOMAIN_PAGING, &p->dom), 0);
	ck_assert_int_eq(fault_domain_set_owner(p->dom, &owner), 0);
	ck_assert_int_eq(fault_domain_enable_stalls(p->dom), 0);
	ck_assert_int_eq(vtd_drv_class.attach(h.r.m.drv, dev, pasid, p->dom, h.r.board.now), 0);
}

/* A device with page requests, and a domain of PASID 2 that pages on demand. */
static struct ep *start(struct paged *p, struct fault_dev **dev)
{
	struct ep *ep;

	ck_assert_int_eq(rig_host_init(&h, NULL, NULL), 0);
	ep = rig_host_ep(&h, 0x50, 16, true, 0, dev);
	paged_init(p, *dev, 2);
	return ep;
}

TEST(first_touch_pages_in)
{
	struct fault_dev *dev;
	struct paged p;
	struct ep *ep;
	u64 pa, i;

	ep = start(&p, &dev);
	for (i = 0; i < 200; i++) {
		ck_assert_int_eq(ep_access(ep, 2, 0x7f0000000000ULL + (i << 12), i & 1, &pa), XLAT_OK);
		ck_assert_uint_eq(pa, 0x7f0100000000ULL + (i << 12));
	}
	ck_assert_uint_eq(p.handled, 200);
	ck_assert_uint_eq(ep->requests, 200);
	ck_assert_uint_eq(ep->answers, 200);
	ck_assert_uint_eq(ep->unexpected + ep->automatic, 0);
	ck_assert_uint_eq(vtd_drv_stats(h.r.m.drv)->page_requests, 200);
	ck_assert_uint_eq(vtd_drv_stats(h.r.m.drv)->responses, 200);
	ck_assert_uint_eq(h.r.hw.stats.faults_recorded, 0);
	/* Unmapped again: the ATC has forgotten it, too. */
	ck_assert_int_eq(vtd_drv_class.unmap(h.r.m.drv, p.dom, 0x7f0000000000ULL, 0x1000), 0x1000);
	ck_assert_int_eq(ep_translate(ep, 2, 0x7f0000000000ULL, false, &pa), XLAT_MISS);
	ck_assert_int_eq(ep_access(ep, 2, 0x7f0000000000ULL, false, &pa), XLAT_OK);
	ck_assert_uint_eq(p.handled, 201);
	rig_host_exit(&h);
}

TEST(codes_reach_the_device)
{
	struct fault_dev *dev;
	struct paged p;
	struct ep *ep;
	u64 pa;

	ck_assert_int_eq(rig_host_init(&h, NULL, NULL), 0);
	ep = rig_host_ep(&h, 0x50, 16, true, 0, &dev);
	paged_init(&p, dev, DRV_NO_PASID);
	p.answer = FAULT_TERMINATE;
	ck_assert_int_eq(ep_access(ep, EP_NO_PASID, 0x1000, true, &pa), XLAT_ABORT);
	ck_assert_int_eq(ep->groups[7], EP_INVALID);
	ck_assert_uint_eq(h.r.responses[0].code, 1);
	ck_assert(!h.r.responses[0].pasid_valid && !h.r.responses[0].automatic);
	p.answer = FAULT_FAILURE;
	ck_assert_int_eq(ep_access(ep, EP_NO_PASID, 0x1000, true, &pa), XLAT_ABORT);
	ck_assert_uint_eq(h.r.responses[1].code, 0xf);
	ck_assert(ep->failed);
	rig_host_exit(&h);
}

static u64 seen[16][4];
static u32 n_seen;

static void on_request(void *observer, const u64 words[4])
{
	memcpy(seen[n_seen++ % 16], words, sizeof(seen[0]));
}

/*
 * The tracepoint of a real machine (2021): requester 0x50, PASID 2, one group
 * index, LAST in every second request. Addresses are page numbers there.
 */
TEST(recorded_sequence)
{
	static const u64 pages[8] = { 0x559ef6f97, 0x559ef6f9c, 0x559ef6f98, 0x559ef6f9d,
				      0x559ef6f99, 0x559ef6f9e, 0x559ef6f9a, 0x559ef6f9f };
	struct vtd_drv_cfg cfg = { .page_request = on_request };
	struct fault_dev *dev;
	struct paged p;
	struct ep *ep;
	u32 i;

	ck_assert_int_eq(rig_host_init(&h, NULL, &cfg), 0);
	ep = rig_host_ep(&h, 0x50, 16, true, 0, &dev);
	paged_init(&p, dev, 2);
	p.group_size = 2;
	h.r.board.hold_work = true;
	for (i = 0; i < 8; i++)
		ep_request(ep, 2, pages[i] << 12, i & 1, 1, i & 1);
	rig_host_run(&h);
	ck_assert_uint_eq(n_seen, 8);
	for (i = 0; i < 8; i++) {
		/* qw0: PASID 2, RID 0x50, PP, type 1. qw1: address, PRG index 1, then LPIG, WR, RD */
		ck_assert_uint_eq(seen[i][0], 0x0000000200500101ULL);
		ck_assert_uint_eq(seen[i][1], pages[i] << 12 | 0x8 | (i & 1 ? 0x7 : 0x1));
		ck_assert_uint_eq(seen[i][2] | seen[i][3], 0);
	}
	h.r.board.hold_work = false;
	rig_host_run(&h);
	ck_assert_uint_eq(p.groups, 4);
	ck_assert_uint_eq(p.incomplete, 0);
	ck_assert_uint_eq(h.r.n_responses, 4);
	for (i = 0; i < 8; i++)
		ck_assert_uint_eq(p.order[i], pages[i] << 12);
	for (i = 0; i < 4; i++) {
		ck_assert_uint_eq(h.r.responses[i].code, PRG_SUCCESS);
		ck_assert_uint_eq(h.r.responses[i].prgi, 1);
		ck_assert_uint_eq(h.r.responses[i].pasid, 2);
	}
	rig_host_exit(&h);
}

/*
 * One credit, two slots: the second answer is kept for later, the third has
 * nowhere to be and its request stays in the queue. Nobody asks for anything
 * else, so no event comes; the request must not wait for one.
 */
TEST(an_answer_that_was_refused)
{
	struct vtd_drv_cfg cfg = { .page_request = on_request };
	struct fault_dev *dev;
	struct paged p;
	struct ep *ep;
	u64 before;

	n_seen = 0;
	ck_assert_int_eq(rig_host_init(&h, NULL, &cfg), 0);
	ep = rig_host_ep(&h, 0x50, 16, true, 1, &dev);
	paged_init(&p, dev, 2);
	h.r.board.hold_work = true;
	ep_request(ep, 2, 0x1000, false, 1, true);
	rig_host_run(&h);
	before = h.r.board.now;
	h.fail_writes = 3;
	ep_request(ep, 2, 0x2000, false, 2, true);
	ep_request(ep, 2, 0x3000, false, 3, true);
	rig_host_run(&h);
	ck_assert_uint_eq(h.fail_writes, 0);
	ck_assert_int_eq(ep->groups[3], EP_SUCCESS);
	ck_assert_uint_lt(h.r.board.now - before, 100000);
	/* The observer hears of each request once. */
	ck_assert_uint_eq(n_seen, 3);
	ck_assert_uint_eq(seen[2][1] >> 3 & 0x1ff, 3); /* 7.4.1.1: PRGI */
	h.r.board.hold_work = false;
	fault_core_expire(h.r.m.core, h.r.board.now);
	rig_host_run(&h);
	ck_assert_uint_eq(ep->answers, 3);
	ck_assert_uint_eq(ep->unexpected + ep->automatic, 0);
	rig_host_exit(&h);
}

#define DEVICES	   10
#define GROUP	   3
#define PER_DEVICE 18 /* groups: 10 * 18 * 3 = 540 requests, more than 4 * 127 */

struct storm {
	struct ep *ep;
	struct fault_dev *dev;
	struct paged p;
	bool done[PER_DEVICE];
};

static u64 storm_page(u32 group, u32 i)
{
	return 0x10000000ULL + ((u64)group * GROUP + i) * 0x1000;
}

static bool storm_group_there(struct storm *s, u32 group)
{
	u64 pa;
	u32 i;

	for (i = 0; i < GROUP; i++)
		if (ep_translate(s->ep, 1, storm_page(group, i), true, &pa) != XLAT_OK)
			return false;
	return true;
}

/* Every device sends what it still needs, interleaved, before anything is served. */
static u32 storm_round(struct storm *s)
{
	u32 sent = 0, g, i, k;

	for (g = 0; g < PER_DEVICE; g++) {
		for (i = 0; i < GROUP; i++)
			for (k = 0; k < DEVICES; k++)
				if (!s[k].done[g]) {
					ep_request(s[k].ep, 1, storm_page(g, i), true, (u16)g, i == GROUP - 1);
					sent++;
				}
	}
	return sent;
}

TEST(overflow_of_ten_devices)
{
	static struct storm s[DEVICES];
	struct vtd_drv_cfg cfg = { .pri_devices = 1 };
	u32 round, k, g, sent = 0, lasts = 0, answers = 0, automatic = 0, groups = 0, first = 0;
	struct fault_stats stats;

	ck_assert_int_eq(rig_host_init(&h, NULL, &cfg), 0);
	for (k = 0; k < DEVICES; k++) {
		memset(&s[k], 0, sizeof(s[k]));
		s[k].ep = rig_host_ep(&h, 0x100 + k * 8, 8, true, 200, &s[k].dev);
		paged_init(&s[k].p, s[k].dev, 1);
		s[k].p.group_size = GROUP;
	}
	for (round = 0; round < 50; round++) {
		u32 n = storm_round(s);

		if (!round)
			first = n;
		sent += n;
		rig_host_run(&h);
		for (k = 0; k < DEVICES; k++)
			for (g = 0; g < PER_DEVICE; g++)
				s[k].done[g] = s[k].done[g] || storm_group_there(&s[k], g);
		if (!n)
			break;
	}
	ck_assert_uint_ge(first, 4 * 127);
	ck_assert_uint_lt(round, 50);
	for (k = 0; k < DEVICES; k++) {
		for (g = 0; g < PER_DEVICE; g++) {
			ck_assert(s[k].done[g]);
			ck_assert_int_ne(s[k].ep->groups[g], EP_WAITING);
		}
		ck_assert_uint_eq(s[k].p.incomplete, 0);
		ck_assert_uint_eq(s[k].ep->lasts, s[k].ep->answers);
		ck_assert_uint_eq(s[k].ep->unexpected, 0);
		lasts += s[k].ep->lasts;
		answers += s[k].ep->answers;
		automatic += s[k].ep->automatic;
		groups += s[k].p.groups;
	}
	fault_core_stats(h.r.m.core, &stats);
	ck_assert_uint_eq(sent, h.r.hw.stats.prq_written + h.r.hw.stats.prq_overflow);
	ck_assert_uint_eq(stats.reported, h.r.hw.stats.prq_written);
	ck_assert_uint_eq(lasts, stats.owed + automatic);
	ck_assert_uint_eq(answers, lasts);
	ck_assert_uint_eq(automatic, h.r.hw.stats.auto_responses);
	ck_assert_uint_gt(automatic, 0);
	ck_assert_uint_gt(vtd_drv_stats(h.r.m.drv)->prq_overflows, 0);
	/* Whole groups were handled; what an overflow had cut was answered and not handled. */
	ck_assert_uint_eq(stats.owed, groups + stats.poisoned + stats.no_slot);
	ck_assert(!(rig_vtd_read(&h.r, VTD_PRS, 4) & VTD_PRS_PRO));
	rig_host_exit(&h);
}

TEST(pasid_released_under_a_storm)
{
	struct fault_dev *dev;
	struct paged old, fresh;
	struct ep *ep;
	u32 i, round, handled;
	u64 pa;

	ck_assert_int_eq(rig_host_init(&h, NULL, NULL), 0);
	ep = rig_host_ep(&h, 0x88, 8, true, 0, &dev);
	for (round = 0; round < 5; round++) {
		paged_init(&old, dev, 5);
		h.r.board.hold_work = true;
		/* Some have been reported, some lie in the queue, some overflow it; partial groups among them. */
		for (i = 0; i < 60; i++)
			ep_request(ep, 5, 0x1000 * (i + 1), false, (u16)i, i % 3 != 1);
		if (round & 1)
			rig_host_run(&h);
		for (i = 60; i < 60u + round * 30; i++)
			ep_request(ep, 5, 0x1000 * (i + 1), false, (u16)i, i % 3 != 1);
		ck_assert_int_eq(vtd_drv_class.detach(h.r.m.drv, dev, 5, h.r.board.now), 0);
		/* Every answer is at the device before the PASID can be used again. */
		for (i = 0; i < EP_GROUPS; i++)
			ck_assert_int_ne(ep->groups[i], EP_WAITING);
		ck_assert_uint_eq(ep->lasts, ep->answers);
		ck_assert_uint_eq(rig_vtd_read(&h.r, VTD_PQH, 8), rig_vtd_read(&h.r, VTD_PQT, 8));
		handled = old.handled;
		paged_init(&fresh, dev, 5);
		h.r.board.hold_work = false;
		rig_host_run(&h);
		ck_assert_uint_eq(fresh.handled, 0);
		ck_assert_uint_eq(old.handled, handled);
		ck_assert_int_eq(ep_access(ep, 5, 0x1000, true, &pa), XLAT_OK);
		ck_assert_uint_eq(fresh.handled, 1);
		ck_assert_uint_eq(ep->unexpected, 0);
		ck_assert_int_eq(vtd_drv_class.detach(h.r.m.drv, dev, 5, h.r.board.now), 0);
		vtd_drv_class.domain_free(h.r.m.drv, old.dom);
		vtd_drv_class.domain_free(h.r.m.drv, fresh.dom);
	}
	ck_assert_uint_eq(vtd_drv_stats(h.r.m.drv)->drains, 10);
	ck_assert_uint_gt(vtd_drv_stats(h.r.m.drv)->drain_repeats, 0);
	rig_host_exit(&h);
}

/* Leave PPR and PRO set, as a kernel that was killed does. */
static void leave_stale_conditions(struct rig_vtd *r)
{
	u64 root = rig_vtd_page(r), context = rig_vtd_page(r), dir = rig_vtd_page(r), table = rig_vtd_page(r);
	struct page_request pr = { .sid = 0x50, .addr = 0x1000, .perm = PERM_R, .last = true };
	u32 i;

	rig_vtd_poke(r, root, context | 1);
	rig_vtd_poke(r, context + 0x50 * 32, dir | VTD_SCE_P | VTD_SCE_DTE | VTD_SCE_PRE);
	rig_vtd_poke(r, dir, table | 1);
	rig_vtd_poke(r, table, VTD_PE_P | FIELD_PREP(VTD_PE_PGTT, VTD_PGTT_PASS_THROUGH));
	rig_vtd_root(r, root | FIELD_PREP(VTD_RTADDR_TTM, VTD_TTM_SCALABLE));
	rig_vtd_write(r, VTD_PQA, rig_vtd_page(r), 8);
	rig_vtd_command(r, VTD_GCMD_TE, true);
	for (i = 0; i < 130; i++)
		vtd_class.page_request(&r->hw, &pr);
	ck_assert_uint_eq(rig_vtd_read(r, VTD_PRS, 4), VTD_PRS_PRO | VTD_PRS_PPR);
}

TEST(stale_conditions_at_enable)
{
	struct fault_dev *dev;
	struct paged p;
	struct ep *ep;
	u64 pa;

	rig_host_prepare(&h, NULL);
	leave_stale_conditions(&h.r);
	ck_assert_int_eq(rig_host_probe(&h, NULL), 0);
	ep = rig_host_ep(&h, 0x50, 16, true, 0, &dev);
	paged_init(&p, dev, 2);
	ck_assert_int_eq(ep_access(ep, 2, 0x4000, true, &pa), XLAT_OK);
	ck_assert_uint_eq(h.irqs[VTD_DRV_PAGE_REQUEST], 1);
	rig_host_exit(&h);
}

TEST(lost_interrupt)
{
	struct fault_dev *dev;
	struct paged p;
	struct ep *ep;
	struct fault_stats stats;

	ep = start(&p, &dev);
	ep_request(ep, 2, 0x4000, true, 3, true);
	h.r.m.edges &= ~BIT_ULL(VTD_DRV_PAGE_REQUEST);
	rig_host_run(&h);
	ck_assert_int_eq(ep->groups[3], EP_WAITING);
	/* The watchdog finds the record, and finds it again 10 ms later. */
	fault_core_expire(h.r.m.core, h.r.board.now);
	h.r.board.now += 11000000;
	fault_core_expire(h.r.m.core, h.r.board.now);
	rig_host_run(&h);
	ck_assert_int_eq(ep->groups[3], EP_SUCCESS);
	fault_core_stats(h.r.m.core, &stats);
	ck_assert_uint_eq(stats.lost_irqs, 1);
	rig_host_exit(&h);
}

TEST(one_interrupt_for_many)
{
	struct fault_dev *dev;
	struct paged p;
	struct ep *ep;
	u32 i;

	ep = start(&p, &dev);
	for (i = 0; i < 100; i++)
		ep_request(ep, 2, 0x4000 + 0x1000 * i, true, (u16)i, true);
	ck_assert_uint_eq(h.irqs[VTD_DRV_PAGE_REQUEST], 1);
	rig_host_run(&h);
	ck_assert_uint_eq(ep->answers, 100);
	ep_request(ep, 2, 0x4000, true, 1, true);
	ck_assert_uint_eq(h.irqs[VTD_DRV_PAGE_REQUEST], 2);
	rig_host_run(&h);
	rig_host_exit(&h);
}

TEST(stop_marker_and_garbage)
{
	struct page_request stop = { .sid = 0x50, .pasid = 2, .pasid_valid = true, .last = true };
	struct fault_dev *dev;
	struct paged p;
	struct ep *ep;
	u64 pqa, tail;

	ep = start(&p, &dev);
	vtd_class.page_request(&h.r.hw, &stop);
	rig_host_run(&h);
	ck_assert_uint_eq(vtd_drv_stats(h.r.m.drv)->stop_markers, 1);
	ck_assert_uint_eq(h.r.n_responses, 0);
	/* A descriptor of no known type, as broken hardware might write it. */
	pqa = rig_vtd_read(&h.r, VTD_PQA, 8) & VTD_PQA_PQA;
	tail = rig_vtd_read(&h.r, VTD_PQT, 8);
	rig_vtd_poke(&h.r, pqa + tail, 0xffffffffffffff77ULL);
	rig_vtd_write(&h.r, VTD_PQT, tail + 32, 8);
	ep_request(ep, 2, 0x4000, true, 3, true);
	rig_host_run(&h);
	ck_assert_uint_eq(vtd_drv_stats(h.r.m.drv)->bad_descriptors, 1);
	ck_assert_int_eq(ep->groups[3], EP_SUCCESS);
	rig_host_exit(&h);
}

/* 7.6: LPIG = 1 is answered. R = W = 0 is a stop marker with a PASID alone; without one it closes the group. */
TEST(group_closed_without_pasid)
{
	struct page_request close = { .sid = 0x50, .prgi = 7, .last = true };
	struct fault_dev *dev;
	struct paged p;
	struct ep *ep;

	ck_assert_int_eq(rig_host_init(&h, NULL, NULL), 0);
	ep = rig_host_ep(&h, 0x50, 16, true, 0, &dev);
	paged_init(&p, dev, DRV_NO_PASID);
	ep_request(ep, EP_NO_PASID, 0x4000, true, 7, false);
	ep->groups[7] = EP_WAITING;
	vtd_class.page_request(&h.r.hw, &close);
	ck_assert_uint_eq(h.r.n_responses, 0); /* hardware has queued it */
	rig_host_run(&h);
	ck_assert_uint_eq(vtd_drv_stats(h.r.m.drv)->stop_markers, 0);
	ck_assert_uint_eq(vtd_drv_stats(h.r.m.drv)->page_requests, 2);
	ck_assert_uint_eq(h.r.n_responses, 1);
	ck_assert(!h.r.responses[0].automatic && !h.r.responses[0].pasid_valid);
	ck_assert_uint_eq(h.r.responses[0].prgi, 7);
	ck_assert_int_eq(ep->groups[7], EP_SUCCESS);
	rig_host_exit(&h);
}

/* 4.2.1: a guest clears TE under a device-TLB invalidation. Its wait ends with the time-out, three times over. */
TEST(translation_off_under_an_invalidation)
{
	struct fault_dev *dev;
	struct paged p;
	struct ep *ep;
	u64 pa;

	ep = start(&p, &dev);
	ck_assert_int_eq(ep_access(ep, 2, 0x4000, true, &pa), XLAT_OK);
	rig_vtd_command(&h.r, VTD_GCMD_TE, false);
	ck_assert_int_eq(vtd_drv_class.unmap(h.r.m.drv, p.dom, 0x4000, 0x1000), -ETIMEDOUT);
	ck_assert_uint_eq(vtd_drv_stats(h.r.m.drv)->ats_timeouts, 3);
	ck_assert(!drv_stats(h.r.m.drv)->given_up);
	/* And all goes on when translation is on again. */
	rig_vtd_command(&h.r, VTD_GCMD_TE, true);
	ck_assert_int_eq(ep_access(ep, 2, 0x4000, true, &pa), XLAT_OK);
	ck_assert_int_eq(vtd_drv_class.unmap(h.r.m.drv, p.dom, 0x4000, 0x1000), 0x1000);
	rig_host_exit(&h);
}

TEST(page_requests_off_and_on)
{
	struct fault_dev *dev;
	struct paged p;
	struct ep *ep;
	u64 pa;
	u32 i;

	ep = start(&p, &dev);
	h.r.board.hold_work = true;
	for (i = 0; i < 10; i++)
		ep_request(ep, 2, 0x4000 + 0x1000 * i, true, (u16)i, true);
	ck_assert_int_eq(fault_off(dev, h.r.board.now), 0);
	ck_assert_uint_eq(ep->answers, 10);
	/* PRE is clear: refused with a fault (SCT.8) and Invalid Request. */
	ep_request(ep, 2, 0x4000, true, 20, true);
	ck_assert_int_eq(ep->groups[20], EP_INVALID);
	rig_host_run(&h);
	ck_assert_uint_eq(vtd_drv_stats(h.r.m.drv)->faults[VTD_FR_SCT_8], 1);
	ck_assert_int_eq(fault_dev_enable(dev), 0);
	h.r.board.hold_work = false;
	ck_assert_int_eq(ep_access(ep, 2, 0x4000, true, &pa), XLAT_OK);
	rig_host_exit(&h);
}

TEST(device_removed_while_faults_wait)
{
	struct fault_dev *dev, *again;
	struct paged p;
	struct ep *ep;
	u32 i;
	u64 pa;

	ep = start(&p, &dev);
	h.r.board.hold_work = true;
	for (i = 0; i < 20; i++)
		ep_request(ep, 2, 0x4000 + 0x1000 * i, true, (u16)i, true);
	rig_host_run(&h);
	vtd_drv_class.device_remove(h.r.m.drv, dev, h.r.board.now);
	ck_assert_uint_eq(ep->answers, 20);
	ck_assert_int_eq(ep_translate(ep, 2, 0x4000, false, &pa), XLAT_ABORT);
	h.r.board.hold_work = false;
	rig_host_run(&h);
	ck_assert_uint_eq(p.handled, 0);
	vtd_drv_class.domain_free(h.r.m.drv, p.dom);
	h.n_eps = 0;
	ep = rig_host_ep(&h, 0x50, 16, true, 0, &again);
	paged_init(&p, again, 2);
	ck_assert_int_eq(ep_access(ep, 2, 0x4000, true, &pa), XLAT_OK);
	rig_host_exit(&h);
}

static int resolve(struct drv_mm *mm, struct fault_group *g, const struct fault_record *f)
{
	return f->addr == 0x4000 ? FAULT_RETRY : FAULT_TERMINATE;
}

TEST(shared_virtual_addressing)
{
	struct drv_mm mm = { .handle = resolve };
	union fault_owner owner = { .mm = &mm };
	struct fault_domain *dom;
	struct fault_dev *dev;
	struct ep *ep;

	ck_assert_int_eq(rig_host_init(&h, NULL, NULL), 0);
	ep = rig_host_ep(&h, 0x50, 16, true, 0, &dev);
	ck_assert_int_eq(vtd_drv_class.domain_alloc(h.r.m.drv, dev, DRV_DOMAIN_SVA, &dom), 0);
	ck_assert_int_eq(fault_domain_set_owner(dom, &owner), 0);
	ck_assert_int_eq(fault_domain_enable_stalls(dom), 0);
	ck_assert_int_eq(vtd_drv_class.attach(h.r.m.drv, dev, 2, dom, h.r.board.now), 0);
	ep_request(ep, 2, 0x4000, true, 1, true);
	ep_request(ep, 2, 0x5000, true, 2, true);
	rig_host_run(&h);
	ck_assert_int_eq(ep->groups[1], EP_SUCCESS);
	ck_assert_int_eq(ep->groups[2], EP_INVALID);
	rig_host_exit(&h);
}

SUITE("vtd_pri")
