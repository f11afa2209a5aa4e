// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * What the keys fault.* say, every driver does: the same configuration and the same faults on each IOMMU. The hardware
 * tells the truth here.
 */
#include "fault_policy.h"
#include "liar.h"
#include "suite.h"

#define SID  0x10
#define PAGE 4096ULL

struct world {
	struct liar l;
	const struct iommu_kind *kind;
	struct fault_policy policy;
	void *drv_cfg;
	struct fault_dev *dev;
	struct fault_domain *dom;
	struct fault_stats stats;
	enum fault_code says; /* the handler */
};

static struct world w;

static enum fault_code handle(void *ctx, struct fault_group *g, const struct fault_record *f)
{
	return w.says;
}

static const struct fault_domain_ops owner_ops = { .handle = handle };

static void kick(void *host)
{
}

static const struct fault_host_ops host_ops = { .kick = kick };

static void begin(const struct iommu_kind *kind, const struct fl_config *cfg)
{
	struct drv_device_cfg dev = { .sids = { SID }, .n_sids = 1, .pasid_bits = 4 };
	union fault_owner owner = { .handler = { .ops = &owner_ops } };
	struct fault_core_cfg core = { .host_ops = &host_ops };
	struct kind_request req = { .cfg = cfg, .devices = 1 };

	memset(&w, 0, sizeof(w));
	w.kind = kind;
	w.says = FAULT_LATER;
	liar_init(&w.l, kind, LIE_NONE, 1);
	fault_policy_apply(&w.policy, cfg, &req.common, &core);
	ck_assert_int_eq(fault_core_create(&core, &w.l.m.core), 0);
	w.drv_cfg = kind->driver_cfg(&req);
	ck_assert_int_eq(machine_start(&w.l.m, kind->drv, w.drv_cfg), 0);
	dev.pri = kind == &iommu_kind_vtd;
	dev.can_stall = !dev.pri;
	ck_assert_int_eq(kind->drv->device_add(w.l.m.drv, &dev, &w.dev), 0);
	ck_assert_int_eq(kind->drv->domain_alloc(w.l.m.drv, w.dev, DRV_DOMAIN_PAGING, &w.dom), 0);
	ck_assert_int_eq(fault_domain_set_owner(w.dom, &owner), 0);
	ck_assert_int_eq(fault_domain_enable_stalls(w.dom), 0);
	ck_assert_int_eq(kind->drv->attach(w.l.m.drv, w.dev, DRV_NO_PASID, w.dom, w.l.board.now), 0);
}

static void end(void)
{
	ck_assert_int_eq(machine_stop(&w.l.m), 0);
	w.kind->driver_cfg_free(w.drv_cfg);
	liar_exit(&w.l);
}

/* A page that nobody has mapped is accessed or asked for, and the driver reads the record. */
static void fault(void)
{
	struct page_request pr = { .addr = 0x100000, .sid = SID, .perm = PERM_R, .last = true };
	struct dma_txn t = { .iova = 0x100000, .sid = SID, .len = 4 };
	struct xlat_result res;
	u32 line;

	if (w.kind == &iommu_kind_vtd)
		w.kind->cls->page_request(w.l.m.hw, &pr);
	else
		w.kind->cls->translate(w.l.m.hw, &t, &res);
	for (line = 0; line < 8; line++) {
		liar_call(&w.l);
		if (w.kind->drv->irq(w.l.m.drv, line, w.l.board.now) != DRV_IRQ_WAKE_THREAD)
			continue;
		while (w.kind->drv->irq_thread(w.l.m.drv, line, w.l.board.now) > 0)
			;
	}
	fault_core_run(w.l.m.core, w.l.board.now, 8);
	fault_dev_stats(w.dev, &w.stats);
}

/* Those whose faults are recoverable. */
static const struct iommu_kind *const kinds[] = { &iommu_kind_smmuv2, &iommu_kind_smmuv3, &iommu_kind_vtd };

/* Times are ns for the core, and ps in the configuration. */
TEST(every_key_is_passed_on)
{
	struct fl_config cfg;
	struct fault_policy p;
	struct fault_core_cfg core = { 0 };
	struct drv_cfg drv = { 0 };

	fl_config_init(&cfg);
	cfg.fault.credits = 7;
	cfg.fault.partial_ps = 11000;
	cfg.fault.pending_ps = 12000;
	cfg.fault.expire_code = FAULT_FAILURE;
	cfg.fault.no_slot_code = FAULT_TERMINATE;
	cfg.fault.no_domain_code = FAULT_RETRY;
	cfg.fault.watchdog_ps = 13000;
	cfg.fault.storm_limit = 14;
	cfg.fault.storm_window_ps = 15000;
	cfg.fault.storm_off_ps = 16000;
	cfg.fault.storm_off_max_ps = 17000;
	fault_policy_apply(&p, &cfg, &drv, &core);
	ck_assert_uint_eq(core.watchdog_ns, 13);
	ck_assert_uint_eq(drv.faults->credits, 7);
	ck_assert_uint_eq(drv.faults->partial_ns, 11);
	ck_assert_uint_eq(drv.faults->pending_ns, 12);
	ck_assert_int_eq(drv.faults->expire_code, FAULT_FAILURE);
	ck_assert_int_eq(drv.faults->no_slot_code, FAULT_TERMINATE);
	ck_assert_int_eq(drv.faults->no_domain_code, FAULT_RETRY);
	ck_assert_uint_eq(drv.storm->limit, 14);
	ck_assert_uint_eq(drv.storm->window_ns, 15);
	ck_assert_uint_eq(drv.storm->off_ns, 16);
	ck_assert_uint_eq(drv.storm->off_max_ns, 17);
	/* No limit, no back-off. */
	cfg.fault.storm_limit = 0;
	fault_policy_apply(&p, &cfg, &drv, &core);
	ck_assert_ptr_null(drv.storm);
}

TEST_TIMES(nothing_is_limited_by_default, 3)
{
	struct fl_config cfg;

	fl_config_init(&cfg);
	begin(kinds[_i], &cfg);
	w.says = FAULT_RETRY;
	fault();
	ck_assert_uint_eq(w.stats.answered[FAULT_RETRY], 1);
	ck_assert_uint_eq(w.stats.storms, 0);
	end();
}

TEST_TIMES(credits_are_a_limit, 3)
{
	struct fl_config cfg;

	fl_config_init(&cfg);
	cfg.fault.credits = 3;
	begin(kinds[_i], &cfg);
	ck_assert_uint_eq(drv_credits(w.dev), 3);
	end();
}

/* An owner that never answers: after fault.pending_ns, and not before, fault.expire_code is the answer. */
TEST_TIMES(a_deadline_and_its_answer, 3)
{
	struct fl_config cfg;

	fl_config_init(&cfg);
	cfg.fault.pending_ps = 5000000;
	cfg.fault.expire_code = FAULT_RETRY;
	begin(kinds[_i], &cfg);
	fault();
	w.l.board.now += 4999;
	ck_assert_uint_eq(fault_core_expire(w.l.m.core, w.l.board.now), 0);
	w.l.board.now += 1;
	ck_assert_uint_eq(fault_core_expire(w.l.m.core, w.l.board.now), 1);
	fault_dev_stats(w.dev, &w.stats);
	ck_assert_uint_eq(w.stats.expired, 1);
	ck_assert_uint_eq(w.stats.answered[FAULT_RETRY], 1);
	end();
}

/* The first fault is a storm, and is terminated: nobody is asked. */
TEST_TIMES(a_storm_ends_recoverable_faults, 3)
{
	struct fl_config cfg;

	fl_config_init(&cfg);
	cfg.fault.storm_limit = 1;
	begin(kinds[_i], &cfg);
	fault();
	ck_assert_uint_eq(w.stats.storms, 1);
	ck_assert_uint_eq(w.stats.handled, 0);
	ck_assert_uint_eq(w.stats.answered[FAULT_TERMINATE], 1);
	end();
}

/* A domain that nobody handles: fault.no_domain_code is the answer, by default the driver's own. */
TEST_TIMES(an_answer_where_nobody_handles, 3)
{
	static const enum fault_code by_default[] = { FAULT_TERMINATE, FAULT_RETRY, FAULT_RETRY };
	struct fl_config cfg;

	fl_config_init(&cfg);
	begin(kinds[_i], &cfg);
	ck_assert_int_eq(w.policy.dev.no_domain_code, FAULT_DEFAULT);
	fault_domain_disable_stalls(w.dom, w.l.board.now);
	fault();
	ck_assert_uint_eq(w.stats.no_domain, 1);
	ck_assert_uint_eq(w.stats.answered[by_default[_i]], 1);
	end();
	cfg.fault.no_domain_code = FAULT_FAILURE;
	begin(kinds[_i], &cfg);
	fault_domain_disable_stalls(w.dom, w.l.board.now);
	fault();
	ck_assert_uint_eq(w.stats.no_domain, 1);
	ck_assert_uint_eq(w.stats.answered[FAULT_FAILURE], 1);
	end();
}

SUITE("fault_policy")
