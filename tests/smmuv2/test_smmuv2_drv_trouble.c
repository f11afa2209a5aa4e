// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The driver when things go wrong: lost interrupts, deadlines, leftovers, calls that meet an interrupt thread. */
#include <pthread.h>
#include <sched.h>

#include "v2_drv_scene.h"

/* ---- When things go wrong ---- */

/* A lost interrupt: the watchdog finds the record. */
TEST(lost_interrupt)
{
	struct access *a;
	struct scene s;

	stalling_alone(&s, FAULT_DEFAULT);
	a = drig_access(&g, SID_A, 0x9000, 0, 0);
	/* Nobody calls the handler. */
	fault_core_expire(g.r.m.core, g.r.board.now);
	g.r.board.now += 20000000;
	fault_core_expire(g.r.m.core, g.r.board.now);
	fault_core_run(g.r.m.core, g.r.board.now, 10);
	drig_resumed(&g);
	ck_assert_int_eq(a->end, XLAT_OK);
	drig_down(&g);
}

/* The handler never answers: the deadline does, and the transaction ends. */
TEST(deadline)
{
	struct access *a;
	struct scene s;

	stalling_alone(&s, FAULT_LATER);
	a = drig_access(&g, SID_A, 0x9000, 0, 0);
	drig_settle(&g);
	g.r.board.now += 11000000000ULL;
	ck_assert_uint_eq(fault_core_expire(g.r.m.core, g.r.board.now), 1);
	drig_settle(&g);
	ck_assert_int_eq(a->end, XLAT_ABORT);
	ck_assert_int_eq(fault_group_respond(s.owner.kept, FAULT_RETRY, g.r.board.now), -EALREADY);
	fault_group_put(s.owner.kept);
	drig_down(&g);
}

/* unmap in a bank with a stalled transaction: the sync completes after the answer ... */
static void answer_on_poll(struct drig *d)
{
	drig_turn(d);
}

TEST(unmap_waits_for_the_stall)
{
	struct access *a;
	struct scene s;

	stalling_alone(&s, FAULT_DEFAULT);
	ck_assert_int_eq(drig_map(&g, s.dom, 0x5000, 0x80005000), 0);
	a = drig_access(&g, SID_A, 0x9000, 0, 0);
	g.on_poll = answer_on_poll;
	ck_assert_int_eq(DRV.unmap(g.r.m.drv, s.dom, 0x5000, 4096), 4096);
	g.on_poll = NULL;
	ck_assert_uint_gt(g.polls, 0);
	ck_assert_uint_eq(stats()->sync_timeouts, 0);
	drig_settle(&g);
	ck_assert_int_eq(a->end, XLAT_OK);
	drig_down(&g);
}

/* ... and not before: the message of the field, TLB sync timed out. */
TEST(unmap_times_out_under_a_stall)
{
	struct scene s;

	stalling_alone(&s, FAULT_LATER);
	ck_assert_int_eq(drig_map(&g, s.dom, 0x5000, 0x80005000), 0);
	drig_access(&g, SID_A, 0x9000, 0, 0);
	drig_settle(&g);
	ck_assert_int_eq((int)DRV.unmap(g.r.m.drv, s.dom, 0x5000, 4096), -ETIMEDOUT);
	ck_assert_uint_eq(stats()->sync_timeouts, 1);
	ck_assert_int_eq(fault_group_respond(s.owner.kept, FAULT_TERMINATE, g.r.board.now), 0);
	fault_group_put(s.owner.kept);
	drig_settle(&g);
	drig_down(&g);
}

/* Somebody else's leftovers: a bank with SS and no record is resumed, not left to storm. */
TEST(ss_without_a_record)
{
	unsigned int bank;
	struct scene s;

	stalling_alone(&s, FAULT_DEFAULT);
	bank = (unsigned int)smmuv2_drv_bank(s.dom);
	drig_access(&g, SID_A, 0x9000, 0, 0);
	/* Behind the driver's back, in the wrong order: SS stays. */
	cb_wr(&g.r, bank, SMMUV2_CB_RESUME, 1);
	cb_wr(&g.r, bank, SMMUV2_CB_FSR, 0x402);
	ck_assert_uint_eq(cb_rd(&g.r, bank, SMMUV2_CB_FSR), SS);
	ck_assert(drig_irqs(&g));
	ck_assert_uint_eq(cb_rd(&g.r, bank, SMMUV2_CB_FSR), 0);
	ck_assert_uint_eq(stats()->ss_only, 1);
	drig_down(&g);
}

/* A fault of a StreamID that no master has any more: terminated, never left stalled. */
TEST(orphan)
{
	struct access *a;
	struct scene s;

	stalling_alone(&s, FAULT_DEFAULT);
	/* Firmware maps another stream to the bank. */
	wr(&g.r, SMMUV2_GR0_SMR(20), 0x80000077);
	wr(&g.r, SMMUV2_GR0_S2CR(20), (u32)smmuv2_drv_bank(s.dom));
	a = drig_access(&g, 0x77, 0x9000, 0, 0);
	ck_assert_int_eq(a->end, XLAT_STALL);
	drig_settle(&g);
	ck_assert_int_eq(a->end, XLAT_ABORT);
	ck_assert_uint_eq(stats()->orphans, 1);
	drig_down(&g);
}

/* Shared virtual addressing without PASIDs: one address space for the whole master. */
static unsigned int mm_handled;

static int mm_handle(struct drv_mm *mm, struct fault_group *grp, const struct fault_record *f)
{
	(void)mm;
	(void)grp;
	(void)f;
	mm_handled++;
	return FAULT_TERMINATE;
}

TEST(sva_domain)
{
	struct drv_mm mm = { .handle = mm_handle };
	union fault_owner owner = { .mm = &mm };
	struct fault_dev *dev;
	struct fault_domain *dom;

	up(SMMUV2_MMU500, &plain);
	dev = drig_master(&g, SID_A, true);
	dom = drig_domain(&g, dev, DRV_DOMAIN_SVA);
	ck_assert_int_eq(fault_domain_set_owner(dom, &owner), 0);
	ck_assert_int_eq(fault_domain_enable_stalls(dom), 0);
	drig_attach(&g, dev, dom);
	drig_access(&g, SID_A, 0x9000, 0, 0);
	drig_settle(&g);
	ck_assert_uint_eq(mm_handled, 1);
	ck_assert_int_eq(g.access[0].end, XLAT_ABORT);
	gone(dev, dom);
	drig_down(&g);
}

/* A host without clock and without poll: hardware answers at once, time is what the calls bring. */
TEST(bare_host)
{
	struct drv_ops bare = machine_drv_ops;
	struct smmuv2_drv_cfg cfg = { 0 };
	struct fault_dev *dev;
	struct scene s;
	void *drv;

	up(SMMUV2_MMU500, &plain);
	DRV.remove(g.r.m.drv, g.r.board.now);
	bare.poll = NULL;
	bare.now = NULL;
	drv = g.r.m.drv;
	ck_assert_int_eq(DRV.probe(drv, &cfg, &bare, &g, g.r.m.core), 0);
	stalling(&s, SID_A, FAULT_LATER);
	ck_assert_int_eq(drig_map(&g, s.dom, 0x5000, 0x80005000), 0);
	drig_access(&g, SID_A, 0x9000, 0, 0);
	drig_settle(&g);
	ck_assert_int_eq((int)DRV.unmap(drv, s.dom, 0x5000, 4096), -ETIMEDOUT);
	ck_assert_int_eq(fault_group_respond(s.owner.kept, FAULT_TERMINATE, g.r.board.now), 0);
	fault_group_put(s.owner.kept);
	drig_settle(&g);
	dev = drig_master(&g, SID_B, false);
	DRV.device_remove(drv, dev, g.r.board.now);
	gone(s.dev, s.dom);
	drig_down(&g);
}

/* A domain goes while its sync cannot complete: its bank, and with it the tag, is not given to another. */
TEST(bank_is_lost_with_the_time_out)
{
	struct dma_txn t = { .iova = 0x5000, .sid = SID_A, .len = 4 };
	struct smmuv2_cfg hw = { .num_cb = 1 };
	struct fault_domain *dom, *next;
	struct fault_dev *dev;
	struct iommu_walk w;

	ck_assert_int_eq(drig_probe(&g, &hw, &plain), 0);
	dom = paging(SID_A, false, &dev);
	ck_assert_int_eq(drig_map(&g, dom, 0x5000, 0x80005000), 0);
	smmuv2_class.walk(&g.r.hw, &t, &w);
	ck_assert_int_eq(DRV.detach(g.r.m.drv, dev, DRV_NO_PASID, g.r.board.now), 0);
	DRV.domain_free(g.r.m.drv, dom);
	ck_assert_uint_eq(stats()->sync_timeouts, 1);
	next = drig_domain(&g, dev, DRV_DOMAIN_PAGING);
	ck_assert_int_eq(DRV.attach(g.r.m.drv, dev, DRV_NO_PASID, next, g.r.board.now), -ENOSPC);
	smmuv2_class.cancel(&g.r.hw, &w);
	drig_down(&g);
}

/* An attached domain is not freed, a replaced one may be. */
TEST(domain_in_use)
{
	struct fault_domain *dom, *same;
	struct fault_dev *dev;

	up(SMMUV2_MMU500, &plain);
	dom = paging(SID_A, false, &dev);
	ck_assert_int_eq(drig_map(&g, dom, 0x5000, 0x80005000), 0);
	DRV.domain_free(g.r.m.drv, dom);
	ck_assert_int_eq(drig_access(&g, SID_A, 0x5000, 0, 0)->end, XLAT_OK);
	same = drig_domain(&g, dev, DRV_DOMAIN_BLOCKED);
	ck_assert_uint_eq(DRV.iova_to_phys(g.r.m.drv, same, 0x5000), 0);
	drig_attach(&g, dev, same);
	DRV.domain_free(g.r.m.drv, dom);
	drig_down(&g);
}

/* Privileged masters */
TEST(privileged)
{
	struct smmuv2_drv_cfg cfg = { .priv = true };
	struct fault_domain *dom;
	struct fault_dev *dev;

	up(SMMUV2_MMU500, &cfg);
	dom = paging(SID_A, false, &dev);
	ck_assert_int_eq(DRV.map(g.r.m.drv, dom, 0x5000, 0x80005000, 4096, DRV_PROT_READ | DRV_PROT_PRIV), 0);
	ck_assert_int_eq(drig_access(&g, SID_A, 0x5000, 0, 0)->end, XLAT_OK);
	drig_access(&g, SID_A, 0x9000, 0, 0);
	drig_settle(&g);
	ck_assert_uint_eq(g.faults[0].fsynr0 & 0x20, 0x20);
	drig_down(&g);
}

/* remove with faults pending: each is answered, nothing is left. */
static struct fault_group *kept;

/* The devices are gone, but an owner still has a group of one. */
static void let_go_at_last(struct drig *d)
{
	struct fault_dev *dev = fault_dev_lookup(d->r.m.core, SID_A);

	if (dev)
		fault_dev_put(dev);
	else if (kept)
		fault_group_put(kept);
	if (!dev)
		kept = NULL;
}

TEST(remove_with_pending_faults)
{
	struct scene s, t;

	stalling_alone(&s, FAULT_LATER);
	stalling(&t, SID_C, FAULT_DEFAULT);
	drig_access(&g, SID_A, 0x9000, 0, 0);
	drig_access(&g, SID_C, 0x9000, 0, 0);
	ck_assert(drig_irqs(&g));
	fault_core_run(g.r.m.core, g.r.board.now, 1);
	kept = s.owner.kept;
	ck_assert_ptr_nonnull(kept);
	g.on_poll = let_go_at_last;
	smmuv2_drv_class.remove(g.r.m.drv, g.r.board.now);
	ck_assert_uint_eq(g.r.n_ended, 2);
	/* Nobody looks at the driver any more: it may be freed, whoever looks at the core. */
	ck_assert_ptr_null(kept);
	memset(g.r.m.drv, 0xaa, smmuv2_drv_class.size);
	fault_core_expire(g.r.m.core, g.r.board.now);
	fault_core_run(g.r.m.core, g.r.board.now, 10);
	ck_assert_int_eq(fault_core_destroy(g.r.m.core), 0);
	free(g.r.m.drv);
	rig_down(&g.r);
}

/* ---- Between an interrupt thread and a call ---- */

static bool taken, go_on, done;

static bool is(bool *flag)
{
	return __atomic_load_n(flag, __ATOMIC_ACQUIRE);
}

static void set(bool *flag)
{
	__atomic_store_n(flag, true, __ATOMIC_RELEASE);
}

static void wait_for(bool *flag)
{
	while (!is(flag))
		sched_yield();
}

static void stop_before_the_report(struct drig *d)
{
	set(&taken);
	wait_for(&go_on);
}

static void *interrupt_thread(void *arg)
{
	u32 line;

	for (line = 0; line < ARRAY_SIZE(g.r.irq); line++)
		if (g.r.irq[line])
			DRV.irq_thread(g.r.m.drv, line, g.r.board.now);
	set(&done);
	return NULL;
}

static void let_it_report(struct drig *d)
{
	set(&go_on);
	wait_for(&done);
}

/* Taken from the bank and not yet reported when the master is detached: it is told to try again, as all the others. */
TEST(detach_waits_for_the_report)
{
	struct access *a;
	pthread_t thread;
	struct scene s;

	stalling_alone(&s, FAULT_DEFAULT);
	a = drig_access(&g, SID_A, 0x9000, 0, 0);
	ck_assert_int_eq(a->end, XLAT_STALL);
	g.on_fault = stop_before_the_report;
	ck_assert_int_eq(pthread_create(&thread, NULL, interrupt_thread, NULL), 0);
	wait_for(&taken);
	g.on_poll = let_it_report;
	ck_assert_int_eq(DRV.detach(g.r.m.drv, s.dev, DRV_NO_PASID, g.r.board.now), 0);
	set(&go_on);
	ck_assert_int_eq(pthread_join(thread, NULL), 0);
	ck_assert_uint_eq(stats()->resumes[0], 1);
	ck_assert_uint_eq(stats()->resumes[1], 0);
	g.on_poll = NULL;
	drig_down(&g);
}

static bool storm_waits, storm_go_on, storm_done;
static pthread_t storm_thread;

static void *end_of_storm(void *arg)
{
	fault_core_expire(g.r.m.core, g.r.board.now);
	set(&storm_done);
	return NULL;
}

/* The first to poll holds the gate; it starts the other and lets it come as far as the gate. */
static void storm_ends_meanwhile(struct drig *d)
{
	if (is(&taken) && !is(&go_on)) {
		set(&go_on);
		ck_assert_int_eq(pthread_create(&storm_thread, NULL, end_of_storm, NULL), 0);
		while (!is(&storm_waits) && !is(&storm_done))
			sched_yield();
		wait_for(&done);
	} else if (pthread_equal(pthread_self(), storm_thread)) {
		set(&storm_waits);
		wait_for(&storm_go_on);
	}
}

/* Stalling is turned off while the end of a storm waits to say that it may go on: it stays off. */
TEST(off_at_the_end_of_a_storm)
{
	static const struct fault_storm limits = { .limit = 1, .window_ns = 1, .off_ns = 500000000 };
	struct smmuv2_drv_cfg cfg = { .common.storm = &limits };
	struct scene gpu, other;
	pthread_t thread;
	u32 i;

	up(SMMUV2_MMU500, &cfg);
	stalling(&gpu, SID_A, FAULT_TERMINATE);
	stalling(&other, SID_C, FAULT_DEFAULT);
	for (i = 0; i < 8; i++)
		drig_access(&g, SID_A, 0x10000 + 0x1000 * i, 0, 0);
	drig_settle(&g);
	ck_assert_uint_eq(sctlr(gpu.dom) & CFCFG, 0);
	g.r.board.now += 600000000;
	drig_access(&g, SID_C, 0x9000, 0, 1);
	g.on_fault = stop_before_the_report;
	ck_assert_int_eq(pthread_create(&thread, NULL, interrupt_thread, NULL), 0);
	wait_for(&taken);
	g.on_poll = storm_ends_meanwhile;
	ck_assert_int_eq(DRV.detach(g.r.m.drv, other.dev, DRV_NO_PASID, g.r.board.now), 0);
	/* detach has polled, and the end of the storm has come as far as the gate. */
	ck_assert(is(&storm_waits));
	ck_assert_int_eq(pthread_join(thread, NULL), 0);
	ck_assert_int_eq(fault_off(gpu.dev, g.r.board.now), 0);
	set(&storm_go_on);
	ck_assert_int_eq(pthread_join(storm_thread, NULL), 0);
	ck_assert_uint_eq(sctlr(gpu.dom) & CFCFG, 0);
	g.on_poll = NULL;
	drig_down(&g);
}

/* Whoever comes later has to go, and takes nothing along. */
TEST(stream_in_use)
{
	struct drv_device_cfg twice = { .sids = { SID_B, SID_A }, .n_sids = 2, .can_stall = true };
	struct fault_dev *dev, *more;
	struct fault_domain *dom;

	up(SMMUV2_MMU500, &plain);
	dom = paging(SID_A, true, &dev);
	ck_assert_int_eq(drig_map(&g, dom, 0x5000, 0x80005000), 0);
	ck_assert_int_eq(DRV.device_add(g.r.m.drv, &twice, &more), -EEXIST);
	ck_assert_int_eq(drig_access(&g, SID_A, 0x5000, 0, 0)->end, XLAT_OK);
	ck_assert_uint_eq(sctlr(dom) & CFCFG, CFCFG);
	/* Its other stream is free again. */
	DRV.device_remove(g.r.m.drv, drig_master(&g, SID_B, true), g.r.board.now);
	ck_assert_int_eq(drig_access(&g, SID_A, 0x5004, 0, 0)->end, XLAT_OK);
	drig_down(&g);
}

SUITE("smmuv2_drv_trouble")
