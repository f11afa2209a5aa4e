// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* 2022: SVA; 2023: the review of flush and discard. */
#include "cases.h"

static void y2022_one_alloc_one_free(struct fault_case_run *t)
{
	struct rig *r = rig_new(t);
	struct fault_dev *dev = rig_dev(r, SID, BOTH);
	u64 mm = 0x8000;
	struct fault_domain_cfg cfg = { .type = FAULT_DOMAIN_SVA, .owner.mm = &mm };
	struct fault_domain *sva;

	/* mm and handler are one place. */
	EXPECT(r, (void *)&cfg.owner.mm == (void *)&cfg.owner.handler.ops);
	EXPECT(r, fault_domain_alloc(dev, &cfg, &sva) == 0);
	EXPECT(r, fault_domain_enable_stalls(sva) == 0);
	EXPECT(r, fault_dev_attach(dev, PASID, sva) == 0);
	rig_page(r, SID, PASID, 1, 0x7000, true);
	rig_page(r, SID, PASID, 2, 0x9000, true);
	rig_run(r);
	EXPECT(r, r->answers[0].code == FAULT_RETRY && r->answers[1].code == FAULT_TERMINATE);
	cfg.type = (enum fault_domain_type)9;
	EXPECT(r, fault_domain_alloc(dev, &cfg, &sva) == -EINVAL);
	EXPECT(r, fault_domain_free(sva) == -EBUSY);
	rig_drop(r, dev, PASID, sva);
	rig_end(r);
}

static void y2022_sva_needs_support(struct fault_case_run *t)
{
	struct rig *r = rig_new(t);
	struct fault_ops ops = rig_ops;
	struct fault_driver drv = { .ops = &ops, .ctx = r };
	struct fault_domain_cfg cfg = { .type = FAULT_DOMAIN_SVA };
	struct fault_dev_cfg dcfg = { .caps = BOTH, .dev_ctx = r };
	struct fault_domain *d;
	struct fault_dev *dev;

	EXPECT(r, fault_core_bind(r->core, NULL) == 0);
	EXPECT(r, fault_dev_create(r->core, &dcfg, &dev) == -EINVAL);
	ops.fence = NULL;
	EXPECT(r, fault_core_bind(r->core, &drv) == -EINVAL);
	ops = rig_ops;
	ops.sva_handle = NULL;
	EXPECT(r, fault_core_bind(r->core, &drv) == 0);
	EXPECT(r, fault_dev_create(r->core, &dcfg, &dev) == 0);
	EXPECT(r, fault_core_bind(r->core, &drv) == -EBUSY);
	EXPECT(r, fault_core_destroy(r->core) == -EBUSY);
	EXPECT(r, fault_domain_alloc(dev, &cfg, &d) == -EOPNOTSUPP);
	EXPECT(r, fault_dev_destroy(dev) == 0);
	rig_end(r);
}

static void y2023_1_storage_is_allocated_once(struct fault_case_run *t)
{
	struct fault_dev_cfg cfg = { .caps = BOTH, .credits = 8 };
	struct rig *r = rig_attached(t, &cfg, NONE);
	u32 i, n = r->n_allocs;

	for (i = 0; i < 100; i++) {
		rig_page(r, SID, NONE, i, i, false);
		rig_page(r, SID, NONE, i, i, true);
		rig_run(r);
	}
	EXPECT(r, r->n_allocs == n && r->n_answers == 100);
	rig_close(r);
}

/* The lookup works while every lock that it could take is held. */
static void y2023_2_lookup_takes_no_lock(struct fault_case_run *t)
{
	struct rig *r = rig_new(t);
	struct fault_dev *dev = rig_dev(r, SID, BOTH), *found;
	unsigned long flags;

	spin_lock_irqsave(&r->core->lock, flags);
	found = fault_dev_lookup(r->core, SID);
	spin_unlock_irqrestore(&r->core->lock, flags);
	EXPECT(r, found == dev);
	spin_lock_irqsave(&dev->lock, flags);
	fault_dev_put(found);
	found = fault_dev_lookup(r->core, SID);
	spin_unlock_irqrestore(&dev->lock, flags);
	EXPECT(r, found == dev);
	EXPECT(r, !fault_dev_lookup(r->core, SID + FAULT_BUCKETS));
	rig_drop(r, dev, NONE, NULL);
	/* What was found stays until it is put. */
	EXPECT(r, fault_dev_ctx(found) == r);
	EXPECT(r, !fault_dev_lookup(r->core, SID));
	r->n_steps = 0;
	fault_dev_put(found);
	rig_settle(r);
	EXPECT(r, rig_steps_are(r, "free-device"));
	rig_end(r);
}

/* Setting a request aside needs the device's own lock and no other. */
static void y2023_3_only_the_devices_lock(struct fault_case_run *t)
{
	struct rig *r = rig_attached(t, NULL, NONE);
	unsigned long flags;

	spin_lock_irqsave(&r->core->lock, flags);
	rig_page(r, SID, NONE, 1, 0x1000, false);
	rig_page(r, SID, NONE, 1, 0x1000, true);
	EXPECT(r, fault_core_run(r->core, r->now, 1) == 1);
	spin_unlock_irqrestore(&r->core->lock, flags);
	EXPECT(r, r->n_answers == 1);
	rig_close(r);
}

static void y2023_4_not_last_returns_at_once(struct fault_case_run *t)
{
	struct rig *r = rig_attached(t, NULL, NONE);
	struct fault_dev *dev = r->dev;

	rig_page(r, SID, NONE, 1, 0x1000, false);
	EXPECT(r, r->n_kicks == 0 && rig_steps_are(r, "") && fault_dev_pending(dev, NONE) == 0);
	rig_page(r, SID, NONE, 1, 0x1000, true);
	EXPECT(r, r->n_kicks == 1 && fault_dev_pending(dev, NONE) == 1);
	rig_run(r);
	rig_close(r);
}

static void y2023_5_group_is_assembled_on_last(struct fault_case_run *t)
{
	static const enum fault_point points[] = { FAULT_AT_SET_ASIDE, FAULT_AT_SET_ASIDE,
						   FAULT_AT_QUEUED,    FAULT_AT_HANDLE,
						   FAULT_AT_HANDLED,   FAULT_AT_RESPONSE };
	struct rig *r = rig_attached(t, NULL, NONE);
	struct fault_group_info info;
	struct fault_group *g;

	rig_page(r, SID, NONE, 1, 0x1000, false);
	r->now = 2000;
	rig_page(r, SID, NONE, 1, 0x1001, false);
	EXPECT(r, !fault_core_take(r->core, r->now));
	r->now = 3000;
	rig_page(r, SID, NONE, 1, 0x1002, true);
	g = fault_core_take(r->core, 4000);
	fault_group_info(g, &info);
	EXPECT(r, info.count == 3 && info.t_first == 1000 && info.t_last == 3000);
	EXPECT(r, info.t_take == 4000);
	fault_group_get(g);
	fault_group_complete(g, FAULT_RETRY, 5000);
	fault_group_info(g, &info);
	EXPECT(r, info.t_handled == 5000 && info.t_respond == 5000 && info.answer == FAULT_RETRY);
	fault_group_put(g);
	/* Set aside twice, queued, taken, handled, answered. */
	EXPECT(r, rig_points_are(r, points, ARRAY_SIZE(points)));
	rig_close(r);
}

static void y2023_6_domain_found_once(struct fault_case_run *t)
{
	struct rig *r = rig_new(t);
	struct fault_dev *dev = rig_dev(r, SID, BOTH);
	struct fault_domain *d;

	/* No fault domain: restarted, at once. */
	rig_stall(r, SID, PASID, 1, 0x1000);
	rig_page(r, SID, PASID, 1, 0x1000, true);
	EXPECT(r, r->n_answers == 2 && r->answers[0].code == FAULT_RETRY);
	EXPECT(r, r->answers[1].code == FAULT_RETRY);
	/* Found at the first request: one that is attached later does not get half a group. */
	rig_page(r, SID, PASID, 2, 0x1000, false);
	d = rig_domain(r, dev, PASID);
	rig_page(r, SID, PASID, 2, 0x2000, true);
	EXPECT(r, rig_run(r) == 0 && r->n_answers == 3 && r->answers[2].code == FAULT_RETRY);
	rig_stall(r, SID, PASID, 1, 0x1000);
	EXPECT(r, fault_dev_pending(dev, PASID) == 1);
	rig_run(r);
	EXPECT(r, fault_dev_pending(dev, PASID) == 0);
	rig_drop(r, dev, PASID, d);
	rig_end(r);
}

/* Work queue and device list hold the same group. */
static void y2023_7_group_in_queue_and_list(struct fault_case_run *t)
{
	struct rig *r = rig_attached(t, NULL, NONE);
	struct fault_dev *dev = r->dev;
	struct fault_group *g;

	rig_stall(r, SID, NONE, 1, 0x1000);
	rig_stall(r, SID, NONE, 2, 0x2000);
	g = fault_core_take(r->core, r->now);
	/* Out of the queue, still in the device's list. */
	EXPECT(r, fault_dev_pending(dev, NONE) == 2);
	EXPECT(r, fault_off(dev, r->now) == 0);
	/* Out of both: no worker finds the second. */
	EXPECT(r, !fault_core_take(r->core, r->now) && r->n_answers == 2);
	fault_group_complete(g, FAULT_RETRY, r->now);
	rig_close(r);
}

/* A response names its group; turning PRI off marks each group so that a later one does nothing. */
static void y2023_8_response_names_the_group(struct fault_case_run *t)
{
	struct rig *r = rig_attached(t, NULL, NONE);
	struct fault_dev *dev = r->dev;
	struct fault_group *a, *b;
	struct fault_stats s;

	/* One index, used again before the first answer: no search could tell them apart. */
	rig_page(r, SID, NONE, 1, 0x1000, true);
	rig_page(r, SID, NONE, 1, 0x2000, true);
	a = fault_core_take(r->core, r->now);
	b = fault_core_take(r->core, r->now);
	fault_group_complete(b, FAULT_TERMINATE, r->now);
	EXPECT(r, r->answers[0].cookie == 2 && r->answers[0].code == FAULT_TERMINATE);
	EXPECT(r, fault_off(dev, r->now) == 0);
	EXPECT(r, r->answers[1].cookie == 1 && r->answers[1].code == FAULT_RETRY);
	fault_group_complete(a, FAULT_TERMINATE, r->now);
	fault_dev_stats(dev, &s);
	EXPECT(r, r->n_answers == 2 && s.late == 1);
	rig_close(r);
}

/* There is no moment without a domain; what waited meets the new translation. */
static void y2023_9_atomic_replace(struct fault_case_run *t)
{
	struct rig *r = rig_new(t);
	struct fault_dev *dev = rig_dev(r, SID, BOTH);
	struct fault_domain *d1 = rig_domain(r, dev, PASID), *d2;
	u64 mm = ~0ull;
	struct fault_domain_cfg cfg = { .type = FAULT_DOMAIN_SVA, .owner.mm = &mm };

	EXPECT(r, fault_domain_alloc(dev, &cfg, &d2) == 0);
	EXPECT(r, fault_domain_enable_stalls(d2) == 0);
	EXPECT(r, fault_dev_replace(dev, PASID + 1, d2, r->now) == -ENOENT);
	rig_stall(r, SID, PASID, 1, 0x1000);
	r->n_steps = 0;
	EXPECT(r, fault_dev_replace(dev, PASID, d2, r->now) == 0);
	/* Acknowledged, not discarded; the hardware queue is not touched. */
	EXPECT(r, rig_steps_are(r, "respond") && r->answers[0].code == FAULT_RETRY);
	rig_stall(r, SID, PASID, 1, 0x1000);
	EXPECT(r, rig_run(r) == 1 && r->n_seen == 0 && r->answers[1].code == FAULT_RETRY);
	EXPECT(r, fault_domain_free(d1) == 0);
	rig_drop(r, dev, PASID, d2);
	rig_end(r);
}

const struct fault_case fault_cases_y2023[] = { FAULT_CASE(y2022_one_alloc_one_free),
						FAULT_CASE(y2022_sva_needs_support),
						FAULT_CASE(y2023_1_storage_is_allocated_once),
						FAULT_CASE(y2023_2_lookup_takes_no_lock),
						FAULT_CASE(y2023_3_only_the_devices_lock),
						FAULT_CASE(y2023_4_not_last_returns_at_once),
						FAULT_CASE(y2023_5_group_is_assembled_on_last),
						FAULT_CASE(y2023_6_domain_found_once),
						FAULT_CASE(y2023_7_group_in_queue_and_list),
						FAULT_CASE(y2023_8_response_names_the_group),
						FAULT_CASE(y2023_9_atomic_replace),
						{} };
