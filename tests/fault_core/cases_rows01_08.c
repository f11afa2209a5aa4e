// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Rows 1 to 8: domains, groups and their answers, page requests that got lost, credits. */
#include "cases.h"

/*
 * A fault is counted as pending on its attachment; freeing a domain waits for whoever still works
 * in it.
 */
static void row01_domain_free_waits(struct fault_case_run *t)
{
	struct rig *r = rig_new(t);
	struct fault_dev *dev = rig_dev(r, SID, BOTH);
	struct fault_domain *old = rig_domain(r, dev, PASID), *new_domain;
	struct fault_domain_cfg cfg = { .type = FAULT_DOMAIN_HANDLER,
					.owner.handler = { &rig_domain_ops, r } };
	struct fault_group *g;

	rig_stall(r, SID, PASID, 1, 0x1000);
	EXPECT(r, fault_dev_pending(dev, PASID) == 1);
	g = fault_core_take(r->core, r->now);
	EXPECT(r, g && fault_dev_pending(dev, PASID) == 1);
	EXPECT(r, fault_domain_free(old) == -EBUSY);
	EXPECT(r, fault_domain_alloc(dev, &cfg, &new_domain) == 0);
	EXPECT(r, fault_domain_enable_stalls(new_domain) == 0);
	EXPECT(r, fault_dev_replace(dev, PASID, new_domain, r->now) == 0);
	EXPECT(r, fault_dev_pending(dev, PASID) == 0);
	r->n_steps = 0;
	EXPECT(r, fault_domain_free(old) == 0);
	/* The worker is still in the old domain's handler: nothing is released. */
	EXPECT(r, rig_steps_are(r, ""));
	EXPECT(r, fault_group_handle(g, r->now) == FAULT_RETRY);
	fault_group_complete(g, FAULT_RETRY, r->now);
	EXPECT(r, rig_steps_are(r, "handle, free-domain"));
	rig_drop(r, dev, PASID, new_domain);
	rig_end(r);
}

/*
 * PENDING -> HANDLING -> ANSWERED happens once; groups outlive the device's end for whoever holds
 * them.
 */
static void row02_group_state_and_references(struct fault_case_run *t)
{
	struct rig *r = rig_new(t);
	struct fault_dev *dev = rig_dev(r, SID, BOTH);
	struct fault_domain *d = rig_domain(r, dev, NONE);
	struct fault_group_info info;
	struct fault_group *g;

	rig_stall(r, SID, NONE, 1, 0x1000);
	g = fault_core_take(r->core, r->now);
	EXPECT(r, !fault_core_take(r->core, r->now));
	EXPECT(r, fault_group_respond(g, FAULT_RETRY, r->now) == 0);
	EXPECT(r, fault_group_respond(g, FAULT_RETRY, r->now) == -EALREADY);
	EXPECT(r, fault_group_respond(g, FAULT_LATER, r->now) == -EINVAL);
	EXPECT(r, r->n_answers == 1);
	rig_drop(r, dev, NONE, d);
	/* The device is gone for everybody else. */
	fault_group_info(g, &info);
	EXPECT(r, info.answer == FAULT_RETRY && info.sid == SID && info.count == 1);
	EXPECT(r, !fault_dev_lookup(r->core, SID));
	r->n_steps = 0;
	fault_group_complete(g, FAULT_TERMINATE, r->now);
	rig_settle(r);
	EXPECT(r, rig_steps_are(r, "free-domain, free-device"));
	EXPECT(r, r->n_answers == 1);
	rig_end(r);
}

/* One procedure, with the driver's fence before and behind the answers. */
static void row03_fault_off_fences(struct fault_case_run *t)
{
	static const char steps[] =
		"fence-reports, respond, respond, respond, respond, fence-responses, disable";
	struct rig *r = rig_attached(t, NULL, NONE);
	struct fault_dev *dev = r->dev;
	struct fault_record late[2];

	rig_stall(r, SID, NONE, 1, 0x1000);
	rig_page(r, SID, NONE, 2, 0x2000, true);
	late[0] = rig_record(r, SID, NONE, 3, 0x3000, FAULT_STALL, true);
	late[1] = rig_record(r, SID, NONE, 4, 0x4000, FAULT_PAGE_REQUEST, true);
	r->in_queue = late;
	r->n_in_queue = 2;
	r->n_steps = 0;
	EXPECT(r, fault_off(dev, r->now) == 0);
	/* Two are answered from within the fence: no domain any more. */
	EXPECT(r, rig_steps_are(r, steps));
	EXPECT(r, r->n_answers == 4);
	EXPECT(r, fault_off(dev, r->now) == 0);
	EXPECT(r, rig_steps_are(r, ""));
	EXPECT(r, fault_dev_enable(dev) == 0);
	EXPECT(r, rig_steps_are(r, "clear-stale, enable"));
	rig_close(r);
}

/*
 * No lock is held when the driver is called (it may call back), nothing is allocated while
 * reporting.
 */
static void row04_no_allocation_in_report(struct fault_case_run *t)
{
	struct rig *r = rig_attached(t, NULL, PASID);
	u32 i, allocs = r->n_allocs;

	for (i = 0; i < 20; i++) {
		rig_page(r, SID, PASID, i, 0x1000 * i, false);
		rig_page(r, SID, PASID, i, 0x1000 * i, true);
		rig_stall(r, SID, PASID, i, 0x1000 * i);
		rig_run(r);
		fault_core_expire(r->core, r->now += MS);
	}
	EXPECT(r, r->n_allocs == allocs);
	EXPECT(r, r->n_answers == 40);
	rig_close(r);
}

static void row05_key_has_pasid(struct fault_case_run *t)
{
	static const u64 order[] = { 0xa000, 0xa001, 0xb000, 0xb001, 0xc000, 0xc001 };
	struct rig *r = rig_new(t);
	struct fault_dev *dev = rig_dev(r, SID, BOTH);
	struct fault_domain *d1 = rig_domain(r, dev, 1), *d0 = rig_domain(r, dev, 0),
			    *dn = rig_domain(r, dev, NONE);

	/* The same index with PASID 1, with PASID 0 and without one: three groups. */
	rig_page(r, SID, 1, 7, 0xa000, false);
	rig_page(r, SID, 0, 7, 0xb000, false);
	rig_page(r, SID, NONE, 7, 0xc000, false);
	rig_page(r, SID, 1, 7, 0xa001, true);
	rig_page(r, SID, 0, 7, 0xb001, true);
	rig_page(r, SID, NONE, 7, 0xc001, true);
	EXPECT(r, rig_run(r) == 3);
	EXPECT(r, rig_seen_are(r, order, 6));
	EXPECT(r,
	       r->answers[0].pasid == 1 && r->answers[1].pasid == 0 && r->answers[2].pasid == NONE);
	EXPECT(r, fault_dev_detach(dev, 1, r->now) == 0 && fault_domain_free(d1) == 0);
	EXPECT(r, fault_dev_detach(dev, 0, r->now) == 0 && fault_domain_free(d0) == 0);
	rig_drop(r, dev, NONE, dn);
	rig_end(r);
}

static void row06_only_last_is_answered(struct fault_case_run *t)
{
	struct rig *r = rig_new(t);
	struct fault_dev *dev = rig_dev(r, SID, BOTH);

	/* No handler at all, and an unknown stream. */
	rig_page(r, SID, NONE, 1, 0x1000, false);
	rig_page(r, SID + 1, NONE, 1, 0x1000, false);
	rig_run(r);
	EXPECT(r, r->n_answers == 0);
	rig_page(r, SID, NONE, 1, 0x1000, true);
	EXPECT(r, r->n_answers == 1 && r->answers[0].code == FAULT_RETRY);
	rig_page(r, SID + 1, NONE, 1, 0x1000, true);
	EXPECT(r, r->n_answers == 2 && r->answers[1].code == FAULT_TERMINATE);
	rig_drop(r, dev, NONE, NULL);
	rig_end(r);
}

static void row07_overflow_poisons(struct fault_case_run *t)
{
	static const u64 whole[] = { 0x4000 };
	struct rig *r = rig_attached(t, NULL, NONE);

	rig_page(r, SID, NONE, 1, 0x1000, false);
	fault_core_overflow(r->core, r->now);
	rig_page(r, SID, NONE, 1, 0x2000, false);
	rig_page(r, SID, NONE, 1, 0x3000, true);
	EXPECT(r, rig_run(r) == 0 && r->n_seen == 0);
	EXPECT(r, r->n_answers == 1 && r->answers[0].code == FAULT_RETRY);
	/* Its index is clean again. */
	rig_page(r, SID, NONE, 1, 0x4000, true);
	EXPECT(r, rig_run(r) == 1);
	EXPECT(r, rig_seen_are(r, whole, 1));
	rig_close(r);
}

static void row07_no_slot_poisons(struct fault_case_run *t)
{
	struct fault_dev_cfg cfg = { .caps = BOTH, .credits = 2, .no_slot_code = FAULT_FAILURE };
	struct rig *r = rig_attached(t, &cfg, NONE);
	struct fault_dev *dev = r->dev;
	struct fault_stats s;

	rig_page(r, SID, NONE, 1, 0x1000, false);
	rig_page(r, SID, NONE, 1, 0x1001, false);
	rig_page(r, SID, NONE, 1, 0x1002, false);
	/* Its slots went back at once: another group can be whole. */
	rig_page(r, SID, NONE, 2, 0x2000, false);
	rig_page(r, SID, NONE, 2, 0x2001, true);
	rig_page(r, SID, NONE, 1, 0x1003, true);
	EXPECT(r, rig_run(r) == 1 && r->n_seen == 2 && r->seen[0] == 0x2000);
	EXPECT(r, r->answers[0].index == 1 && r->answers[0].code == FAULT_FAILURE);
	EXPECT(r, r->answers[1].index == 2 && r->answers[1].code == FAULT_RETRY);
	fault_dev_stats(dev, &s);
	EXPECT(r, s.poisoned == 1 && s.dropped == 3);
	rig_close(r);
}

/* More incomplete groups than there are slots to note them: still none passes for whole. */
static void row07_poison_without_any_slot(struct fault_case_run *t)
{
	struct fault_dev_cfg cfg = { .caps = BOTH, .credits = 1 };
	struct rig *r = rig_attached(t, &cfg, NONE);
	u32 i;

	for (i = 0; i < 100; i++)
		rig_page(r, SID, NONE, i, 0x1000 * i, false);
	for (i = 0; i < 100; i++)
		rig_page(r, SID, NONE, i, 0x1000 * i, true);
	rig_run(r);
	/* Index 0 alone may have had its one credit all the time, but its LAST then finds none. */
	EXPECT(r, r->n_seen == 0 && r->n_answers == 100);
	rig_wait(r, 200 * MS);
	rig_page(r, SID, NONE, 50, 0x1000, true);
	EXPECT(r, rig_run(r) == 1);
	rig_close(r);
}

/* The handler's domain goes between the first request and the LAST. */
static void row07_handler_gone_poisons(struct fault_case_run *t)
{
	struct rig *r = rig_attached(t, NULL, NONE);
	struct fault_dev *dev = r->dev;
	struct fault_domain *d = r->domain;

	rig_page(r, SID, NONE, 1, 0x1000, false);
	EXPECT(r, fault_dev_detach(dev, NONE, r->now) == 0);
	EXPECT(r, fault_dev_attach(dev, NONE, d) == 0);
	rig_page(r, SID, NONE, 1, 0x2000, true);
	EXPECT(r, rig_run(r) == 0 && r->n_seen == 0);
	EXPECT(r, r->n_answers == 1 && r->answers[0].code == FAULT_RETRY);
	rig_close(r);
}

static void row08_credits(struct fault_case_run *t)
{
	struct fault_dev_cfg cfg = { .caps = BOTH, .credits = 4, .no_slot_code = FAULT_TERMINATE };
	struct rig *r = rig_attached(t, &cfg, NONE);
	struct fault_dev *dev = r->dev;
	struct fault_stats s;
	u32 i;

	for (i = 0; i < 6; i++)
		rig_stall(r, SID, NONE, i, 0x1000 * i);
	EXPECT(r, r->n_answers == 2 && r->answers[0].code == FAULT_TERMINATE);
	EXPECT(r, r->answers[0].index == 4);
	/* An answer gives its credit back. */
	EXPECT(r, fault_core_run(r->core, r->now, 1) == 1);
	rig_stall(r, SID, NONE, 6, 0x6000);
	EXPECT(r, r->n_answers == 3);
	EXPECT(r, rig_run(r) == 4);
	fault_dev_stats(dev, &s);
	EXPECT(r, s.no_slot == 2 && s.groups == 5);
	rig_close(r);
}

static void row08_deadlines(struct fault_case_run *t)
{
	struct fault_dev_cfg cfg = { .caps = BOTH, .partial_ns = 5 * MS, .pending_ns = 50 * MS };
	struct rig *r = rig_attached(t, &cfg, NONE);

	r->answer = FAULT_LATER;
	rig_stall(r, SID, NONE, 1, 0x1000);
	rig_run(r);
	rig_page(r, SID, NONE, 2, 0x2000, false);
	EXPECT(r, rig_wait(r, 6 * MS) == 0);
	/* Too late for the rest of the group. */
	rig_page(r, SID, NONE, 2, 0x2000, true);
	EXPECT(r, r->n_answers == 1 && r->answers[0].code == FAULT_RETRY);
	/* The owner of the first never answers. */
	EXPECT(r, rig_wait(r, 50 * MS) == 1);
	EXPECT(r, r->n_answers == 2 && r->answers[1].code == FAULT_TERMINATE);
	EXPECT(r, fault_group_respond(r->kept, FAULT_RETRY, r->now) == -EALREADY);
	fault_group_put(r->kept);
	rig_close(r);
}

/* Devices take turns: one with many faults does not delay one with few. */
static void row08_fairness(struct fault_case_run *t)
{
	static const u64 order[] = { 0x1, 0x100, 0x2, 0x101, 0x3, 0x4, 0x5 };
	struct rig *r = rig_new(t);
	struct fault_dev *greedy = rig_dev(r, SID, BOTH), *modest = rig_dev(r, SID + 1, BOTH);
	struct fault_domain *d1 = rig_domain(r, greedy, NONE), *d2 = rig_domain(r, modest, NONE);
	u32 i;

	for (i = 1; i <= 5; i++)
		rig_stall(r, SID, NONE, i, i);
	rig_stall(r, SID + 1, NONE, 1, 0x100);
	rig_stall(r, SID + 1, NONE, 2, 0x101);
	EXPECT(r, rig_run(r) == 7);
	EXPECT(r, rig_seen_are(r, order, 7));
	rig_drop(r, greedy, NONE, d1);
	rig_drop(r, modest, NONE, d2);
	rig_end(r);
}

const struct fault_case fault_cases_rows01_08[] = { FAULT_CASE(row01_domain_free_waits),
						    FAULT_CASE(row02_group_state_and_references),
						    FAULT_CASE(row03_fault_off_fences),
						    FAULT_CASE(row04_no_allocation_in_report),
						    FAULT_CASE(row05_key_has_pasid),
						    FAULT_CASE(row06_only_last_is_answered),
						    FAULT_CASE(row07_overflow_poisons),
						    FAULT_CASE(row07_no_slot_poisons),
						    FAULT_CASE(row07_poison_without_any_slot),
						    FAULT_CASE(row07_handler_gone_poisons),
						    FAULT_CASE(row08_credits),
						    FAULT_CASE(row08_deadlines),
						    FAULT_CASE(row08_fairness),
						    {} };
