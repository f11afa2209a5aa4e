// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* One case a requirement: the 15 rows, what the discussions of 2017 to 2023 asked for, and sweeps of failures. */
#include "rig.h"

#define SID   0x10
#define PASID 5
#define NONE  FAULT_NO_PASID
#define BOTH  (FAULT_DEV_CAN_STALL | FAULT_DEV_PRI)

/* ---- Rows 1 to 15 ---- */

/* A fault is counted as pending on its attachment; freeing a domain waits for whoever still works in it. */
static void row01_domain_free_waits(struct fault_case_run *t)
{
	struct rig *r = rig_new(t);
	struct fault_dev *dev = rig_dev(r, SID, BOTH);
	struct fault_domain *old = rig_domain(r, dev, PASID), *new_domain;
	struct fault_domain_cfg cfg = { .type = FAULT_DOMAIN_HANDLER, .owner.handler = { &rig_domain_ops, r } };
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
	EXPECT(r, rig_steps_are(r, "hD"));
	rig_drop(r, dev, PASID, new_domain);
	rig_end(r);
}

/* PENDING -> HANDLING -> ANSWERED happens once; groups outlive the device's end for whoever holds them. */
static void row02_group_state_and_references(struct fault_case_run *t)
{
	struct rig *r = rig_new(t);
	struct fault_dev *dev = rig_dev(r, SID, BOTH);
	struct fault_domain *d = rig_domain(r, dev, NONE);
	struct fault_group_info info;
	struct fault_group *g;

	rig_stall(r, SID, NONE, 1, 0x1000);
	g = fault_core_take(r->core, r->now);
	EXPECT(r, fault_core_take(r->core, r->now) == NULL);
	EXPECT(r, fault_group_respond(g, FAULT_RETRY, r->now) == 0);
	EXPECT(r, fault_group_respond(g, FAULT_RETRY, r->now) == -EALREADY);
	EXPECT(r, fault_group_respond(g, FAULT_LATER, r->now) == -EINVAL);
	EXPECT(r, r->n_answers == 1);
	rig_drop(r, dev, NONE, d);
	/* The device is gone for everybody else. */
	fault_group_info(g, &info);
	EXPECT(r, info.answer == FAULT_RETRY && info.sid == SID && info.count == 1);
	EXPECT(r, fault_dev_lookup(r->core, SID) == NULL);
	r->n_steps = 0;
	fault_group_complete(g, FAULT_TERMINATE, r->now);
	rig_settle(r);
	EXPECT(r, rig_steps_are(r, "DV"));
	EXPECT(r, r->n_answers == 1);
	rig_end(r);
}

/* One procedure, with the driver's fence before and behind the answers. */
static void row03_fault_off_fences(struct fault_case_run *t)
{
	struct rig *r = rig_new(t);
	struct fault_dev *dev = rig_dev(r, SID, BOTH);
	struct fault_domain *d = rig_domain(r, dev, NONE);
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
	EXPECT(r, rig_steps_are(r, "qrrrrfd"));
	EXPECT(r, r->n_answers == 4);
	EXPECT(r, fault_off(dev, r->now) == 0);
	EXPECT(r, rig_steps_are(r, ""));
	EXPECT(r, fault_dev_enable(dev) == 0);
	EXPECT(r, rig_steps_are(r, "ce"));
	rig_drop(r, dev, NONE, d);
	rig_end(r);
}

/* No lock is held when the driver is called (it may call back), nothing is allocated while reporting. */
static void row04_no_allocation_in_report(struct fault_case_run *t)
{
	struct rig *r = rig_new(t);
	struct fault_dev *dev = rig_dev(r, SID, BOTH);
	struct fault_domain *d = rig_domain(r, dev, PASID);
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
	rig_drop(r, dev, PASID, d);
	rig_end(r);
}

static void row05_key_has_pasid(struct fault_case_run *t)
{
	static const u64 order[] = { 0xa000, 0xa001, 0xb000, 0xb001, 0xc000, 0xc001 };
	struct rig *r = rig_new(t);
	struct fault_dev *dev = rig_dev(r, SID, BOTH);
	struct fault_domain *d1 = rig_domain(r, dev, 1), *d0 = rig_domain(r, dev, 0), *dn = rig_domain(r, dev, NONE);

	/* The same index with PASID 1, with PASID 0 and without one: three groups. */
	rig_page(r, SID, 1, 7, 0xa000, false);
	rig_page(r, SID, 0, 7, 0xb000, false);
	rig_page(r, SID, NONE, 7, 0xc000, false);
	rig_page(r, SID, 1, 7, 0xa001, true);
	rig_page(r, SID, 0, 7, 0xb001, true);
	rig_page(r, SID, NONE, 7, 0xc001, true);
	EXPECT(r, rig_run(r) == 3);
	EXPECT(r, rig_seen_are(r, order, 6));
	EXPECT(r, r->answers[0].pasid == 1 && r->answers[1].pasid == 0 && r->answers[2].pasid == NONE);
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
	struct rig *r = rig_new(t);
	struct fault_dev *dev = rig_dev(r, SID, BOTH);
	struct fault_domain *d = rig_domain(r, dev, NONE);

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
	rig_drop(r, dev, NONE, d);
	rig_end(r);
}

static void row07_no_slot_poisons(struct fault_case_run *t)
{
	struct fault_dev_cfg cfg = { .caps = BOTH, .credits = 2, .no_slot_code = FAULT_FAILURE };
	struct rig *r = rig_new(t);
	struct fault_dev *dev = rig_dev_cfg(r, SID, &cfg);
	struct fault_domain *d = rig_domain(r, dev, NONE);
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
	rig_drop(r, dev, NONE, d);
	rig_end(r);
}

/* More incomplete groups than there are slots to note them: still none passes for whole. */
static void row07_poison_without_any_slot(struct fault_case_run *t)
{
	struct fault_dev_cfg cfg = { .caps = BOTH, .credits = 1 };
	struct rig *r = rig_new(t);
	struct fault_dev *dev = rig_dev_cfg(r, SID, &cfg);
	struct fault_domain *d = rig_domain(r, dev, NONE);
	u32 i;

	for (i = 0; i < 100; i++)
		rig_page(r, SID, NONE, i, 0x1000 * i, false);
	for (i = 0; i < 100; i++)
		rig_page(r, SID, NONE, i, 0x1000 * i, true);
	rig_run(r);
	/* Index 0 alone may have had its one credit all the time, but its LAST then finds none. */
	EXPECT(r, r->n_seen == 0 && r->n_answers == 100);
	r->now += 200 * MS;
	fault_core_expire(r->core, r->now);
	rig_page(r, SID, NONE, 50, 0x1000, true);
	EXPECT(r, rig_run(r) == 1);
	rig_drop(r, dev, NONE, d);
	rig_end(r);
}

/* The handler's domain goes between the first request and the LAST. */
static void row07_handler_gone_poisons(struct fault_case_run *t)
{
	struct rig *r = rig_new(t);
	struct fault_dev *dev = rig_dev(r, SID, BOTH);
	struct fault_domain *d = rig_domain(r, dev, NONE);

	rig_page(r, SID, NONE, 1, 0x1000, false);
	EXPECT(r, fault_dev_detach(dev, NONE, r->now) == 0);
	EXPECT(r, fault_dev_attach(dev, NONE, d) == 0);
	rig_page(r, SID, NONE, 1, 0x2000, true);
	EXPECT(r, rig_run(r) == 0 && r->n_seen == 0);
	EXPECT(r, r->n_answers == 1 && r->answers[0].code == FAULT_RETRY);
	rig_drop(r, dev, NONE, d);
	rig_end(r);
}

static void row08_credits(struct fault_case_run *t)
{
	struct fault_dev_cfg cfg = { .caps = BOTH, .credits = 4, .no_slot_code = FAULT_TERMINATE };
	struct rig *r = rig_new(t);
	struct fault_dev *dev = rig_dev_cfg(r, SID, &cfg);
	struct fault_domain *d = rig_domain(r, dev, NONE);
	struct fault_stats s;
	u32 i;

	for (i = 0; i < 6; i++)
		rig_stall(r, SID, NONE, i, 0x1000 * i);
	EXPECT(r, r->n_answers == 2 && r->answers[0].code == FAULT_TERMINATE && r->answers[0].index == 4);
	/* An answer gives its credit back. */
	EXPECT(r, fault_core_run(r->core, r->now, 1) == 1);
	rig_stall(r, SID, NONE, 6, 0x6000);
	EXPECT(r, r->n_answers == 3);
	EXPECT(r, rig_run(r) == 4);
	fault_dev_stats(dev, &s);
	EXPECT(r, s.no_slot == 2 && s.groups == 5);
	rig_drop(r, dev, NONE, d);
	rig_end(r);
}

static void row08_deadlines(struct fault_case_run *t)
{
	struct fault_dev_cfg cfg = { .caps = BOTH, .partial_ns = 5 * MS, .pending_ns = 50 * MS };
	struct rig *r = rig_new(t);
	struct fault_dev *dev = rig_dev_cfg(r, SID, &cfg);
	struct fault_domain *d = rig_domain(r, dev, NONE);

	r->answer = FAULT_LATER;
	rig_stall(r, SID, NONE, 1, 0x1000);
	rig_run(r);
	rig_page(r, SID, NONE, 2, 0x2000, false);
	r->now += 6 * MS;
	EXPECT(r, fault_core_expire(r->core, r->now) == 0);
	/* Too late for the rest of the group. */
	rig_page(r, SID, NONE, 2, 0x2000, true);
	EXPECT(r, r->n_answers == 1 && r->answers[0].code == FAULT_RETRY);
	/* The owner of the first never answers. */
	r->now += 50 * MS;
	EXPECT(r, fault_core_expire(r->core, r->now) == 1);
	EXPECT(r, r->n_answers == 2 && r->answers[1].code == FAULT_TERMINATE);
	EXPECT(r, fault_group_respond(r->kept, FAULT_RETRY, r->now) == -EALREADY);
	fault_group_put(r->kept);
	rig_drop(r, dev, NONE, d);
	rig_end(r);
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

static void row09_flush_of_one_attachment(struct fault_case_run *t)
{
	static const u64 others[] = { 0x2000 }, next[] = { 0x3000 };
	struct rig *r = rig_new(t);
	struct fault_dev *dev = rig_dev(r, SID, BOTH);
	struct fault_domain *d1 = rig_domain(r, dev, 1), *d2 = rig_domain(r, dev, 2);

	rig_stall(r, SID, 1, 1, 0x1000);
	rig_stall(r, SID, 2, 2, 0x2000);
	EXPECT(r, fault_dev_flush(dev, 1) == 0);
	EXPECT(r, fault_dev_flush(dev, 3) == -ENOENT);
	rig_run(r);
	EXPECT(r, rig_seen_are(r, others, 1));
	EXPECT(r, r->n_answers == 2 && r->answers[0].code == FAULT_RETRY);
	/* The next generation is handled. */
	rig_stall(r, SID, 1, 3, 0x3000);
	rig_run(r);
	EXPECT(r, rig_seen_are(r, next, 1));
	EXPECT(r, fault_dev_detach(dev, 2, r->now) == 0 && fault_domain_free(d2) == 0);
	rig_drop(r, dev, 1, d1);
	rig_end(r);
}

static void row10_response_codes(struct fault_case_run *t)
{
	/* The rig's table is 0x100 + code; its respond operation compares each. */
	static const enum fault_code code[] = { FAULT_RETRY, FAULT_TERMINATE, FAULT_FAILURE };
	struct rig *r = rig_new(t);
	struct fault_dev *dev = rig_dev(r, SID, BOTH);
	struct fault_domain *d = rig_domain(r, dev, NONE);
	u32 i;

	for (i = 0; i < 3; i++) {
		r->answer = code[i];
		rig_page(r, SID, NONE, i, 0x1000, true);
		rig_run(r);
		EXPECT(r, r->answers[i].code == code[i]);
	}
	EXPECT(r, r->answers[0].hw_code == 0x101 && r->answers[1].hw_code == 0x102 && r->answers[2].hw_code == 0x103);
	rig_drop(r, dev, NONE, d);
	rig_end(r);
}

static void row11_orphans_and_multi_stream(struct fault_case_run *t)
{
	struct rig *r = rig_new(t);
	struct fault_dev *dev = rig_dev(r, SID, FAULT_DEV_CAN_STALL);
	struct fault_domain *d = rig_domain(r, dev, NONE);
	struct fault_record f;

	EXPECT(r, fault_dev_add_sid(dev, SID + 7) == 0);
	EXPECT(r, fault_dev_add_sid(dev, SID + 7) == -EEXIST);
	rig_stall(r, 0x999, NONE, 1, 0x1000);
	EXPECT(r, r->n_answers == 1 && r->answers[0].orphan && r->answers[0].code == FAULT_TERMINATE);
	/* A kind of fault that the device cannot have. */
	rig_page(r, SID, NONE, 1, 0x1000, true);
	EXPECT(r, r->n_answers == 2 && r->answers[1].orphan && r->answers[1].code == FAULT_TERMINATE);
	/* The answer goes to the stream that faulted, not to the master's first. */
	rig_stall(r, SID + 7, NONE, 1, 0x1000);
	rig_stall(r, SID, NONE, 1, 0x1000);
	rig_run(r);
	EXPECT(r, r->answers[2].sid == SID + 7 && r->answers[3].sid == SID);
	f = rig_record(r, SID, NONE, 1, 0, FAULT_UNRECOVERABLE + 1, false);
	EXPECT(r, rig_report(r, &f) == -EINVAL);
	f = rig_record(r, SID, FAULT_PASID_MAX + 1, 1, 0, FAULT_UNRECOVERABLE, false);
	EXPECT(r, rig_report(r, &f) == -EINVAL);
	EXPECT(r, fault_off(dev, r->now) == 0);
	rig_stall(r, SID, NONE, 1, 0x1000);
	EXPECT(r, r->n_answers == 5 && r->answers[4].orphan);
	rig_drop(r, dev, NONE, d);
	rig_end(r);
}

/* Storm back-off as any driver can use it, and as the core does. */
static void row12_storm_back_off(struct fault_case_run *t)
{
	struct fault_storm storm = { .limit = 3, .window_ns = MS, .off_ns = 10 * MS, .off_max_ns = 15 * MS };
	struct fault_dev_cfg cfg = { .caps = BOTH, .storm = &storm };
	struct rig *r = rig_new(t);
	struct fault_dev *dev;
	struct fault_domain *d;
	u32 i;

	fault_storm_init(&storm);
	dev = rig_dev_cfg(r, SID, &cfg);
	d = rig_domain(r, dev, NONE);
	for (i = 0; i < 5; i++)
		rig_stall(r, SID, NONE, i, 0x1000);
	/* The third is the storm. */
	EXPECT(r, r->n_answers == 3 && r->answers[0].code == FAULT_TERMINATE && r->answers[0].index == 2);
	r->n_steps = 0;
	rig_run(r);
	EXPECT(r, rig_steps_are(r, "Thrhr"));
	r->now += 9 * MS;
	fault_core_expire(r->core, r->now);
	EXPECT(r, rig_steps_are(r, ""));
	r->now += 2 * MS;
	fault_core_expire(r->core, r->now);
	EXPECT(r, rig_steps_are(r, "t"));
	/* The next storm follows at once: off for twice as long, but not above the limit. */
	for (i = 0; i < 3; i++)
		rig_stall(r, SID, NONE, i, 0x1000);
	rig_run(r);
	r->n_steps = 0;
	r->now += 14 * MS;
	fault_core_expire(r->core, r->now);
	EXPECT(r, rig_steps_are(r, ""));
	r->now += MS;
	fault_core_expire(r->core, r->now);
	EXPECT(r, rig_steps_are(r, "t"));
	/* Slow faults are no storm. */
	for (i = 0; i < 10; i++) {
		r->now += MS;
		rig_stall(r, SID, NONE, i, 0x1000);
		rig_run(r);
	}
	EXPECT(r, !fault_storm_active(&storm));
	rig_drop(r, dev, NONE, d);
	rig_end(r);
}

static void row13_cookies_have_a_generation(struct fault_case_run *t)
{
	struct fault_dev_cfg cfg = { .caps = BOTH, .credits = 1 };
	struct rig *r = rig_new(t);
	struct fault_dev *dev = rig_dev_cfg(r, SID, &cfg);
	struct fault_domain *d = rig_domain(r, dev, NONE);
	u64 first, prev = 0;
	u32 i;

	r->answer = FAULT_LATER;
	rig_stall(r, SID, NONE, 1, 0x1000);
	rig_run(r);
	first = r->kept_cookie;
	fault_group_put(r->kept);
	EXPECT(r, fault_core_respond(r->core, first, FAULT_RETRY, r->now) == 0);
	EXPECT(r, fault_core_respond(r->core, first, FAULT_RETRY, r->now) == -ENOENT);
	for (i = 0; i < 6; i++) {
		rig_stall(r, SID, NONE, 1, 0x1000);
		rig_run(r);
		fault_group_put(r->kept);
		/* The slot is used again, the name is not. */
		EXPECT(r, r->kept_cookie != first && r->kept_cookie != prev && r->kept_cookie != 0);
		EXPECT(r, fault_core_respond(r->core, first, FAULT_RETRY, r->now) == -ENOENT);
		EXPECT(r, fault_core_respond(r->core, r->kept_cookie ^ 1, FAULT_RETRY, r->now) == -ENOENT);
		EXPECT(r, fault_core_respond(r->core, r->kept_cookie, FAULT_LATER, r->now) == -EINVAL);
		EXPECT(r, fault_core_respond(r->core, r->kept_cookie, FAULT_TERMINATE, r->now) == 0);
		prev = r->kept_cookie;
	}
	rig_drop(r, dev, NONE, d);
	EXPECT(r, fault_core_respond(r->core, prev, FAULT_RETRY, r->now) == -ENOENT);
	rig_end(r);
}

static void row13_teardown_in_arrival_order(struct fault_case_run *t)
{
	struct rig *r = rig_new(t);
	struct fault_dev *dev = rig_dev(r, SID, BOTH);
	struct fault_domain *d = rig_domain(r, dev, NONE);
	struct fault_group *g;
	u32 i;

	for (i = 0; i < 8; i++)
		rig_stall(r, SID, NONE, i, 0x1000 * i);
	/* One with a worker and one kept do not change the order. */
	g = fault_core_take(r->core, r->now);
	r->answer = FAULT_LATER;
	fault_core_run(r->core, r->now, 1);
	EXPECT(r, fault_off(dev, r->now) == 0);
	EXPECT(r, r->n_answers == 8);
	for (i = 0; i < 8; i++)
		EXPECT(r, r->answers[i].index == i && r->answers[i].code == FAULT_RETRY);
	fault_group_put(r->kept);
	fault_group_complete(g, FAULT_TERMINATE, r->now);
	EXPECT(r, r->n_answers == 8);
	rig_drop(r, dev, NONE, d);
	rig_end(r);
}

static void row14_stale_status_is_cleared(struct fault_case_run *t)
{
	struct rig *r = rig_new(t);
	struct fault_dev_cfg cfg = { .caps = FAULT_DEV_PRI, .dev_ctx = r };
	struct fault_dev *dev;

	r->stale = true;
	EXPECT(r, fault_dev_create(r->core, &cfg, &dev) == 0);
	EXPECT(r, fault_dev_enable(dev) == 0);
	EXPECT(r, rig_steps_are(r, "ce") && !r->stale);
	EXPECT(r, fault_dev_enable(dev) == -EBUSY);
	rig_drop(r, dev, NONE, NULL);
	rig_end(r);
}

static void row14_watchdog(struct fault_case_run *t)
{
	struct rig *r = rig_new(t);
	struct fault_dev *dev = rig_dev(r, SID, BOTH);
	struct fault_stats s;

	r->hw_unread = true;
	fault_core_expire(r->core, r->now);
	r->now += 9 * MS;
	fault_core_expire(r->core, r->now);
	EXPECT(r, rig_steps_are(r, ""));
	/* A report is a sign of life. */
	rig_stall(r, SID, NONE, 1, 0x1000);
	r->n_steps = 0;
	r->now += 9 * MS;
	fault_core_expire(r->core, r->now);
	fault_core_expire(r->core, r->now);
	EXPECT(r, rig_steps_are(r, ""));
	r->now += 10 * MS;
	fault_core_expire(r->core, r->now);
	EXPECT(r, rig_steps_are(r, "w"));
	fault_core_stats(r->core, &s);
	EXPECT(r, s.lost_irqs == 1);
	rig_drop(r, dev, NONE, NULL);
	rig_end(r);
}

/* ---- Row 15 and the forwarding of 2018 ---- */

struct reader {
	struct fault_message m[16];
	u32 n;
	u32 fail_at; /* the n-th copy fails */
};

static int copy_message(void *ctx, const struct fault_message *m)
{
	struct reader *rd = ctx;

	if (rd->fail_at && --rd->fail_at == 0)
		return -EFAULT;
	if (rd->n < ARRAY_SIZE(rd->m))
		rd->m[rd->n++] = *m;
	return 0;
}

static struct fault_domain *forward(struct rig *r, struct fault_dev *dev, u32 entries, struct fault_queue **q)
{
	struct fault_queue_cfg qcfg = { .entries = entries };
	struct fault_domain_cfg cfg = { .type = FAULT_DOMAIN_FORWARD };
	struct fault_domain *d = NULL;

	EXPECT(r, fault_queue_create(r->core, &qcfg, q) == 0);
	cfg.owner.queue = *q;
	EXPECT(r, fault_domain_alloc(dev, &cfg, &d) == 0);
	EXPECT(r, fault_domain_enable_stalls(d) == 0);
	EXPECT(r, fault_dev_attach(dev, NONE, d) == 0);
	return d;
}

static void row15_whole_groups_are_handed_over(struct fault_case_run *t)
{
	struct rig *r = rig_new(t);
	struct fault_dev *dev = rig_dev(r, SID, BOTH);
	struct reader *rd = fl_zalloc(sizeof(*rd));
	struct fault_queue *q;
	struct fault_domain *d = forward(r, dev, 8, &q);

	rig_page(r, SID, NONE, 1, 0x1000, false);
	rig_page(r, SID, NONE, 1, 0x1001, false);
	rig_page(r, SID, NONE, 1, 0x1002, true);
	rig_page(r, SID, NONE, 2, 0x2000, true);
	rig_run(r);
	EXPECT(r, fault_queue_read(q, copy_message, rd, 2) == -EMSGSIZE && rd->n == 0);
	/* A group that does not fit into the rest stays. */
	EXPECT(r, fault_queue_read(q, copy_message, rd, 3) == 3 && rd->n == 3);
	EXPECT(r, rd->m[0].fault.addr == 0x1000 && rd->m[0].flags == 0);
	EXPECT(r, rd->m[2].fault.addr == 0x1002 && rd->m[2].flags == FAULT_MSG_LAST);
	EXPECT(r, rd->m[0].fault.cookie == rd->m[2].fault.cookie);
	EXPECT(r, fault_queue_read(q, copy_message, rd, 3) == 1 && rd->m[3].fault.addr == 0x2000);
	EXPECT(r, fault_queue_read(q, copy_message, rd, 3) == 0);
	EXPECT(r, fault_queue_respond(q, rd->m[3].fault.cookie, FAULT_RETRY, r->now) == 0);
	EXPECT(r, fault_queue_respond(q, rd->m[0].fault.cookie, FAULT_TERMINATE, r->now) == 0);
	EXPECT(r, r->answers[0].index == 2 && r->answers[1].index == 1 && r->answers[1].code == FAULT_TERMINATE);
	EXPECT(r, fault_queue_destroy(q) == -EBUSY);
	rig_drop(r, dev, NONE, d);
	EXPECT(r, fault_queue_destroy(q) == 0);
	fl_free(rd);
	rig_end(r);
}

static void row15_bounded_and_lost_marks(struct fault_case_run *t)
{
	struct rig *r = rig_new(t);
	struct fault_dev *dev = rig_dev(r, SID, BOTH);
	struct reader *rd = fl_zalloc(sizeof(*rd));
	struct fault_record f;
	struct fault_queue *q;
	struct fault_domain *d = forward(r, dev, 2, &q);
	u32 i;

	f = rig_record(r, SID, NONE, 0, 0x9000, FAULT_UNRECOVERABLE, false);
	for (i = 0; i < 5; i++)
		rig_report(r, &f);
	/* A group that does not fit is answered, and none of it is in the queue. */
	rig_page(r, SID, NONE, 1, 0x1000, true);
	rig_run(r);
	EXPECT(r, r->n_answers == 1 && r->answers[0].code == FAULT_RETRY);
	EXPECT(r, fault_queue_read(q, copy_message, rd, 8) == 2);
	EXPECT(r, rd->m[0].flags == FAULT_MSG_NO_ANSWER && rd->m[1].flags == FAULT_MSG_NO_ANSWER);
	rig_report(r, &f);
	EXPECT(r, fault_queue_read(q, copy_message, rd, 8) == 1);
	EXPECT(r, rd->m[2].flags == (FAULT_MSG_NO_ANSWER | FAULT_MSG_LOST) && rd->m[2].lost == 3);
	rig_report(r, &f);
	EXPECT(r, fault_queue_read(q, copy_message, rd, 8) == 1 && rd->m[3].flags == FAULT_MSG_NO_ANSWER);
	rig_drop(r, dev, NONE, d);
	EXPECT(r, fault_queue_destroy(q) == 0);
	fl_free(rd);
	rig_end(r);
}

static void row15_copy_error_stops(struct fault_case_run *t)
{
	struct rig *r = rig_new(t);
	struct fault_dev *dev = rig_dev(r, SID, BOTH);
	struct reader *rd = fl_zalloc(sizeof(*rd));
	struct fault_queue *q;
	struct fault_domain *d = forward(r, dev, 8, &q);

	rig_page(r, SID, NONE, 1, 0x1000, true);
	rig_page(r, SID, NONE, 2, 0x2000, false);
	rig_page(r, SID, NONE, 2, 0x2001, true);
	rig_run(r);
	rd->fail_at = 3;
	EXPECT(r, fault_queue_read(q, copy_message, rd, 8) == 1);
	rd->n = 0;
	rd->fail_at = 1;
	EXPECT(r, fault_queue_read(q, copy_message, rd, 8) == -EFAULT && rd->n == 0);
	/* Whole again, from its start. */
	EXPECT(r, fault_queue_read(q, copy_message, rd, 8) == 2);
	EXPECT(r, rd->m[0].fault.addr == 0x2000 && rd->m[1].fault.addr == 0x2001);
	rig_drop(r, dev, NONE, d);
	EXPECT(r, r->n_answers == 2);
	EXPECT(r, fault_queue_destroy(q) == 0);
	fl_free(rd);
	rig_end(r);
}

static void row15_responses_are_sanitised(struct fault_case_run *t)
{
	struct rig *r = rig_new(t);
	struct fault_dev *dev = rig_dev(r, SID, BOTH), *other = rig_dev(r, SID + 1, BOTH);
	struct reader *rd = fl_zalloc(sizeof(*rd));
	struct fault_queue *q1, *q2;
	struct fault_domain *d1 = forward(r, dev, 8, &q1), *d2 = forward(r, other, 8, &q2);
	u64 c1, c2;

	rig_stall(r, SID, NONE, 1, 0x1000);
	rig_stall(r, SID + 1, NONE, 2, 0x2000);
	rig_stall(r, SID, NONE, 3, 0x3000);
	rig_run(r);
	EXPECT(r, fault_queue_read(q1, copy_message, rd, 8) == 2);
	c1 = rd->m[0].fault.cookie;
	c2 = rd->m[1].fault.cookie;
	EXPECT(r, fault_queue_respond(q2, c1, FAULT_RETRY, r->now) == -ENOENT);
	EXPECT(r, fault_queue_respond(q1, 0, FAULT_RETRY, r->now) == -ENOENT);
	EXPECT(r, fault_queue_respond(q1, ~0ull, FAULT_RETRY, r->now) == -ENOENT);
	EXPECT(r, fault_queue_respond(q1, c1, FAULT_DEFAULT, r->now) == -EINVAL);
	EXPECT(r, fault_queue_respond(q1, c1, (enum fault_code)77, r->now) == -EINVAL);
	EXPECT(r, r->n_answers == 0);
	EXPECT(r, fault_queue_respond(q1, c1, FAULT_FAILURE, r->now) == 0);
	EXPECT(r, fault_queue_respond(q1, c1, FAULT_FAILURE, r->now) < 0);
	/* The guest is too late: its group was answered for it. */
	EXPECT(r, fault_off(dev, r->now) == 0);
	EXPECT(r, fault_queue_respond(q1, c2, FAULT_RETRY, r->now) < 0);
	EXPECT(r, r->n_answers == 2);
	rig_drop(r, dev, NONE, d1);
	rig_drop(r, other, NONE, d2);
	EXPECT(r, fault_queue_destroy(q1) == 0 && fault_queue_destroy(q2) == 0);
	fl_free(rd);
	rig_end(r);
}

/* ---- 2017: stall for arm-smmu ---- */

static void y2017_opt_in_and_support(struct fault_case_run *t)
{
	struct fault_domain_cfg cfg = { .type = FAULT_DOMAIN_HANDLER };
	union fault_owner owner = { .handler = { &rig_domain_ops, NULL } };
	struct rig *r = rig_new(t);
	struct fault_dev *dev = rig_dev(r, SID, FAULT_DEV_CAN_STALL), *plain;
	struct fault_dev_cfg dcfg = { .dev_ctx = r };
	struct fault_domain *d, *dp;

	owner.handler.ctx = r;
	EXPECT(r, fault_domain_alloc(dev, &cfg, &d) == 0);
	EXPECT(r, fault_domain_can_stall(d));
	EXPECT(r, fault_domain_enable_stalls(d) == -EINVAL);
	EXPECT(r, fault_domain_set_owner(d, &owner) == 0);
	EXPECT(r, fault_dev_attach(dev, NONE, d) == 0);
	/* Not asked for yet. */
	rig_stall(r, SID, NONE, 1, 0x1000);
	EXPECT(r, rig_run(r) == 0 && r->n_answers == 1);
	EXPECT(r, fault_domain_enable_stalls(d) == 0);
	rig_stall(r, SID, NONE, 2, 0x2000);
	EXPECT(r, rig_run(r) == 1 && r->n_seen == 1);
	EXPECT(r, fault_dev_create(r->core, &dcfg, &plain) == 0);
	EXPECT(r, fault_domain_alloc(plain, &cfg, &dp) == 0);
	EXPECT(r, !fault_domain_can_stall(dp) && fault_domain_enable_stalls(dp) == -ENODEV);
	EXPECT(r, fault_domain_free(dp) == 0);
	EXPECT(r, fault_dev_destroy(plain) == 0);
	rig_drop(r, dev, NONE, d);
	rig_end(r);
}

/* The handler runs as work, not in the report; the core answers with what it says. */
static void y2017_core_resumes(struct fault_case_run *t)
{
	struct rig *r = rig_new(t);
	struct fault_dev *dev = rig_dev(r, SID, BOTH);
	struct fault_domain *d = rig_domain(r, dev, NONE);

	r->log_kicks = true;
	rig_stall(r, SID, NONE, 1, 0x1000);
	EXPECT(r, rig_steps_are(r, "k"));
	rig_run(r);
	EXPECT(r, rig_steps_are(r, "hr") && r->answers[0].code == FAULT_RETRY);
	r->answer = FAULT_TERMINATE;
	rig_stall(r, SID, NONE, 1, 0x1000);
	fault_domain_disable_stalls(d, r->now);
	EXPECT(r, rig_steps_are(r, "kr"));
	rig_run(r);
	EXPECT(r, rig_steps_are(r, ""));
	rig_stall(r, SID, NONE, 1, 0x1000);
	EXPECT(r, rig_steps_are(r, "r"));
	EXPECT(r, fault_domain_enable_stalls(d) == 0);
	rig_stall(r, SID, NONE, 1, 0x1000);
	rig_run(r);
	EXPECT(r, r->answers[3].code == FAULT_TERMINATE);
	rig_drop(r, dev, NONE, d);
	rig_end(r);
}

/* GPU introspection: while the handler looks, the device stands still; then it is told to give up. */
static enum fault_code look_only(void *ctx, struct fault_group *g, const struct fault_record *f)
{
	struct rig *r = ctx;
	struct fault_group_info info;

	fault_group_info(g, &info);
	EXPECT(r, info.answer == FAULT_DEFAULT && r->n_answers == 0);
	EXPECT(r, info.dev_ctx == r && info.index == 9 && f->addr == 0xdead000 && f->perm == FAULT_READ);
	return FAULT_TERMINATE;
}

static void y2017_handler_may_only_look(struct fault_case_run *t)
{
	static const struct fault_domain_ops ops = { .handle = look_only };
	struct fault_domain_cfg cfg = { .type = FAULT_DOMAIN_HANDLER };
	struct rig *r = rig_new(t);
	struct fault_dev *dev = rig_dev(r, SID, FAULT_DEV_CAN_STALL);
	struct fault_domain *d;

	cfg.owner.handler.ops = &ops;
	cfg.owner.handler.ctx = r;
	EXPECT(r, fault_domain_alloc(dev, &cfg, &d) == 0);
	EXPECT(r, fault_domain_enable_stalls(d) == 0);
	EXPECT(r, fault_dev_attach(dev, NONE, d) == 0);
	rig_stall(r, SID, NONE, 9, 0xdead000);
	rig_run(r);
	EXPECT(r, r->n_answers == 1 && r->answers[0].code == FAULT_TERMINATE);
	rig_drop(r, dev, NONE, d);
	rig_end(r);
}

/* The driver enables what the firmware allows, for that device only, without asking the device's driver. */
static void y2017_stall_per_device(struct fault_case_run *t)
{
	struct rig *r = rig_new(t);
	struct fault_dev *can = rig_dev(r, SID, FAULT_DEV_CAN_STALL), *cannot;
	struct fault_dev_cfg cfg = { .dev_ctx = r };
	struct fault_domain *d = rig_domain(r, can, NONE);

	EXPECT(r, fault_dev_create(r->core, &cfg, &cannot) == 0);
	EXPECT(r, fault_dev_add_sid(cannot, SID + 1) == 0);
	EXPECT(r, fault_dev_enable(cannot) == -ENODEV);
	/* It may share the domain; its faults still do not wait. */
	EXPECT(r, fault_dev_attach(cannot, NONE, d) == 0);
	rig_stall(r, SID + 1, NONE, 1, 0x1000);
	EXPECT(r, r->n_answers == 1 && r->answers[0].code == FAULT_TERMINATE);
	rig_stall(r, SID, NONE, 1, 0x1000);
	EXPECT(r, rig_run(r) == 1);
	EXPECT(r, fault_dev_detach(cannot, NONE, r->now) == 0);
	EXPECT(r, fault_dev_destroy(cannot) == 0);
	rig_drop(r, can, NONE, d);
	rig_end(r);
}

static void y2017_out_of_order_and_without_pasid(struct fault_case_run *t)
{
	struct rig *r = rig_new(t);
	struct fault_dev *dev = rig_dev(r, SID, BOTH);
	struct fault_domain *d = rig_domain(r, dev, NONE);
	struct fault_group *a, *b, *c;

	rig_stall(r, SID, NONE, 30, 0x1000);
	rig_stall(r, SID, NONE, 10, 0x2000);
	rig_page(r, SID, NONE, 10, 0x3000, true);
	a = fault_core_take(r->core, r->now);
	b = fault_core_take(r->core, r->now);
	c = fault_core_take(r->core, r->now);
	fault_group_complete(c, FAULT_RETRY, r->now);
	fault_group_complete(b, FAULT_RETRY, r->now);
	fault_group_complete(a, FAULT_RETRY, r->now);
	EXPECT(r, r->n_answers == 3);
	EXPECT(r, r->answers[0].type == FAULT_PAGE_REQUEST && r->answers[0].index == 10);
	EXPECT(r, r->answers[1].type == FAULT_STALL && r->answers[1].index == 10);
	EXPECT(r, r->answers[2].index == 30 && r->answers[2].pasid == NONE);
	rig_drop(r, dev, NONE, d);
	rig_end(r);
}

static void y2017_incompatible_attach_fails(struct fault_case_run *t)
{
	struct rig *r = rig_new(t);
	struct fault_dev_cfg cfg = { .caps = BOTH, .compat = 48 };
	struct fault_dev *one = rig_dev(r, SID, BOTH), *two = rig_dev(r, SID + 1, BOTH);
	struct fault_dev *alien = rig_dev_cfg(r, SID + 2, &cfg);
	struct fault_domain *shared = rig_domain(r, one, NONE), *own;

	EXPECT(r, fault_dev_attach(two, NONE, shared) == 0);
	EXPECT(r, fault_dev_attach(two, NONE, shared) == -EBUSY);
	EXPECT(r, fault_dev_attach(alien, NONE, shared) == -EINVAL);
	/* The caller then makes another domain. */
	own = rig_domain(r, alien, NONE);
	rig_stall(r, SID + 1, NONE, 1, 0x1000);
	rig_stall(r, SID + 2, NONE, 1, 0x1000);
	EXPECT(r, rig_run(r) == 2);
	EXPECT(r, fault_dev_detach(two, NONE, r->now) == 0);
	EXPECT(r, fault_dev_detach(two, NONE, r->now) == -ENOENT);
	rig_drop(r, two, NONE, NULL);
	rig_drop(r, alien, NONE, own);
	rig_drop(r, one, NONE, shared);
	rig_end(r);
}

/* ---- 2018: the generic page-fault queue ---- */

static void y2018_partials_wait_for_last(struct fault_case_run *t)
{
	static const u64 order[] = { 0x2000, 0x2001, 0x2002, 0x1000, 0x1001 };
	struct rig *r = rig_new(t);
	struct fault_dev *dev = rig_dev(r, SID, BOTH);
	struct fault_domain *d = rig_domain(r, dev, NONE);

	rig_page(r, SID, NONE, 1, 0x1000, false);
	rig_page(r, SID, NONE, 2, 0x2000, false);
	rig_page(r, SID, NONE, 2, 0x2001, false);
	EXPECT(r, rig_run(r) == 0);
	rig_page(r, SID, NONE, 2, 0x2002, true);
	rig_page(r, SID, NONE, 1, 0x1001, true);
	EXPECT(r, rig_run(r) == 2);
	/* Groups in any order, requests within a group in theirs. */
	EXPECT(r, rig_seen_are(r, order, 5));
	rig_drop(r, dev, NONE, d);
	rig_end(r);
}

/* The page requests that a real device sent: one index, r, rw+LAST, r, rw+LAST, ... (vtd_prq_report_trace_2021) */
static void y2018_real_sequence(struct fault_case_run *t)
{
	struct rig *r = rig_new(t);
	struct fault_dev *dev = rig_dev(r, SID, BOTH);
	struct fault_domain *d = rig_domain(r, dev, PASID);
	const struct fault_record *f;
	struct fault_group *g;
	u32 i;

	for (i = 1; i <= 8; i++)
		rig_page(r, SID, PASID, 0, i, i % 2 == 0);
	for (i = 1; i <= 7; i += 2) {
		g = fault_core_take(r->core, r->now);
		f = g ? fault_group_next(g, NULL) : NULL;
		EXPECT(r, f && f->addr == i);
		f = fault_group_next(g, f);
		EXPECT(r, f && f->addr == i + 1);
		EXPECT(r, fault_group_next(g, f) == NULL);
		fault_group_complete(g, fault_group_handle(g, r->now), r->now);
	}
	EXPECT(r, fault_core_take(r->core, r->now) == NULL);
	EXPECT(r, r->n_answers == 4 && r->n_seen == 8);
	rig_drop(r, dev, PASID, d);
	rig_end(r);
}

static void y2018_errors_are_sticky(struct fault_case_run *t)
{
	static const u64 before[] = { 0x1000, 0x1001 };
	struct rig *r = rig_new(t);
	struct fault_dev *dev = rig_dev(r, SID, BOTH);
	struct fault_domain *d = rig_domain(r, dev, NONE);

	r->bad_addr = 0x1001;
	r->bad_answer = FAULT_FAILURE;
	rig_page(r, SID, NONE, 1, 0x1000, false);
	rig_page(r, SID, NONE, 1, 0x1001, false);
	rig_page(r, SID, NONE, 1, 0x1002, true);
	rig_run(r);
	EXPECT(r, rig_seen_are(r, before, 2));
	EXPECT(r, r->n_answers == 1 && r->answers[0].code == FAULT_FAILURE);
	/* A handler that says nonsense terminates. */
	r->bad_answer = (enum fault_code)99;
	rig_page(r, SID, NONE, 1, 0x1001, true);
	rig_run(r);
	EXPECT(r, r->answers[1].code == FAULT_TERMINATE);
	rig_drop(r, dev, NONE, d);
	rig_end(r);
}

static void y2018_unrecoverable_owes_nothing(struct fault_case_run *t)
{
	struct rig *r = rig_new(t);
	struct fault_dev *dev = rig_dev(r, SID, BOTH);
	struct fault_domain *d = rig_domain(r, dev, NONE);
	struct fault_record f = rig_record(r, SID, NONE, 1, 0x1000, FAULT_UNRECOVERABLE, true);
	struct fault_stats s;

	rig_report(r, &f);
	f.sid = 0x999;
	rig_report(r, &f);
	rig_run(r);
	EXPECT(r, r->n_events == 1 && r->n_seen == 0 && r->n_answers == 0);
	fault_core_stats(r->core, &s);
	EXPECT(r, s.unrecoverable == 2 && s.owed == 0 && s.reported == 2);
	rig_drop(r, dev, NONE, d);
	rig_end(r);
}

static void y2018_handler_may_own_it(struct fault_case_run *t)
{
	struct rig *r = rig_new(t);
	struct fault_dev *dev = rig_dev(r, SID, BOTH);
	struct fault_domain *d = rig_domain(r, dev, NONE);

	r->answer = FAULT_LATER;
	rig_page(r, SID, NONE, 1, 0x1000, true);
	rig_run(r);
	EXPECT(r, r->n_answers == 0 && fault_dev_pending(dev, NONE) == 1);
	EXPECT(r, fault_group_respond(r->kept, FAULT_RETRY, r->now) == 0);
	EXPECT(r, r->n_answers == 1 && fault_dev_pending(dev, NONE) == 0);
	fault_group_put(r->kept);
	rig_drop(r, dev, NONE, d);
	rig_end(r);
}

/* PASID release: the driver commits what its hardware queue holds, then the core flushes; of the one PASID. */
static void y2018_flush_on_pasid_release(struct fault_case_run *t)
{
	struct rig *r = rig_new(t);
	struct fault_dev *dev = rig_dev(r, SID, BOTH);
	struct fault_domain *d1 = rig_domain(r, dev, 1), *d2 = rig_domain(r, dev, 2);
	struct fault_record late;

	rig_stall(r, SID, 1, 1, 0x1000);
	rig_stall(r, SID, 2, 2, 0x2000);
	late = rig_record(r, SID, 1, 3, 0x3000, FAULT_STALL, true);
	r->in_queue = &late;
	r->n_in_queue = 1;
	EXPECT(r, fault_dev_detach(dev, 1, r->now) == 0);
	EXPECT(r, rig_steps_are(r, "qrr"));
	EXPECT(r, r->answers[0].index == 1 && r->answers[1].index == 3);
	EXPECT(r, fault_domain_free(d1) == 0);
	EXPECT(r, rig_steps_are(r, "D"));
	EXPECT(r, rig_run(r) == 1 && r->answers[2].index == 2);
	rig_drop(r, dev, 2, d2);
	rig_end(r);
}

static void y2018_partials_per_device(struct fault_case_run *t)
{
	struct rig *r = rig_new(t);
	struct fault_dev *a = rig_dev(r, SID, BOTH), *b = rig_dev(r, SID + 1, BOTH);
	struct fault_domain *da = rig_domain(r, a, NONE), *db = rig_domain(r, b, NONE);

	rig_page(r, SID, NONE, 1, 0xa000, false);
	rig_page(r, SID + 1, NONE, 1, 0xb000, true);
	rig_run(r);
	EXPECT(r, r->n_seen == 1 && r->seen[0] == 0xb000);
	rig_page(r, SID, NONE, 1, 0xa001, true);
	rig_run(r);
	EXPECT(r, r->n_seen == 3 && r->seen[1] == 0xa000 && r->seen[2] == 0xa001);
	rig_drop(r, a, NONE, da);
	rig_drop(r, b, NONE, db);
	rig_end(r);
}

/* The handler cannot change under a fault. */
static void y2018_no_race_with_registration(struct fault_case_run *t)
{
	union fault_owner none = { .handler = { NULL, NULL } };
	struct rig *r = rig_new(t);
	struct fault_dev *dev = rig_dev(r, SID, BOTH);
	struct fault_domain *d = rig_domain(r, dev, NONE);
	struct fault_group *g;

	EXPECT(r, fault_domain_set_owner(d, &none) == -EBUSY);
	rig_stall(r, SID, NONE, 1, 0x1000);
	g = fault_core_take(r->core, r->now);
	fault_domain_disable_stalls(d, r->now);
	EXPECT(r, r->n_answers == 1);
	/* Answered, but a worker is still at it. */
	EXPECT(r, fault_domain_set_owner(d, &none) == -EBUSY);
	EXPECT(r, fault_group_handle(g, r->now) == FAULT_RETRY);
	fault_group_complete(g, FAULT_RETRY, r->now);
	EXPECT(r, fault_domain_set_owner(d, &none) == 0);
	EXPECT(r, fault_domain_enable_stalls(d) == -EINVAL);
	rig_drop(r, dev, NONE, d);
	rig_end(r);
}

/* The device knows what is pending even when a guest has it, and a guest may never answer. */
static void y2018_pending_list_of_forwarded(struct fault_case_run *t)
{
	struct rig *r = rig_new(t);
	struct fault_dev *dev = rig_dev(r, SID, BOTH);
	struct reader *rd = fl_zalloc(sizeof(*rd));
	struct fault_queue *q;
	struct fault_domain *d = forward(r, dev, 8, &q);

	rig_page(r, SID, NONE, 1, 0x1000, true);
	rig_page(r, SID, NONE, 2, 0x2000, true);
	rig_run(r);
	EXPECT(r, fault_queue_read(q, copy_message, rd, 8) == 2);
	EXPECT(r, fault_dev_pending(dev, NONE) == 2);
	EXPECT(r, fault_queue_respond(q, rd->m[0].fault.cookie, FAULT_RETRY, r->now) == 0);
	r->now += 11000 * MS;
	EXPECT(r, fault_core_expire(r->core, r->now) == 1);
	EXPECT(r, r->n_answers == 2 && r->answers[1].code == FAULT_TERMINATE);
	EXPECT(r, fault_queue_respond(q, rd->m[1].fault.cookie, FAULT_RETRY, r->now) < 0);
	rig_drop(r, dev, NONE, d);
	EXPECT(r, fault_queue_destroy(q) == 0);
	fl_free(rd);
	rig_end(r);
}

/* ---- 2022: SVA ---- */

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

/* ---- 2023: review of flush and discard ---- */

static void y2023_1_storage_is_allocated_once(struct fault_case_run *t)
{
	struct fault_dev_cfg cfg = { .caps = BOTH, .credits = 8 };
	struct rig *r = rig_new(t);
	struct fault_dev *dev = rig_dev_cfg(r, SID, &cfg);
	struct fault_domain *d = rig_domain(r, dev, NONE);
	u32 i, n = r->n_allocs;

	for (i = 0; i < 100; i++) {
		rig_page(r, SID, NONE, i, i, false);
		rig_page(r, SID, NONE, i, i, true);
		rig_run(r);
	}
	EXPECT(r, r->n_allocs == n && r->n_answers == 100);
	rig_drop(r, dev, NONE, d);
	rig_end(r);
}

/* The lookup works while every lock that it could take is held. */
static void y2023_2_lookup_takes_no_lock(struct fault_case_run *t)
{
	struct rig *r = rig_new(t);
	struct fault_dev *dev = rig_dev(r, SID, BOTH), *found;
	unsigned long flags;

	flags = fenv_lock(&r->core->lock);
	found = fault_dev_lookup(r->core, SID);
	fenv_unlock(&r->core->lock, flags);
	EXPECT(r, found == dev);
	flags = fenv_lock(&dev->lock);
	fault_dev_put(found);
	found = fault_dev_lookup(r->core, SID);
	fenv_unlock(&dev->lock, flags);
	EXPECT(r, found == dev);
	EXPECT(r, fault_dev_lookup(r->core, SID + FAULT_BUCKETS) == NULL);
	rig_drop(r, dev, NONE, NULL);
	/* What was found stays until it is put. */
	EXPECT(r, fault_dev_ctx(found) == r);
	EXPECT(r, fault_dev_lookup(r->core, SID) == NULL);
	r->n_steps = 0;
	fault_dev_put(found);
	rig_settle(r);
	EXPECT(r, rig_steps_are(r, "V"));
	rig_end(r);
}

/* Setting a request aside needs the device's own lock and no other. */
static void y2023_3_only_the_devices_lock(struct fault_case_run *t)
{
	struct rig *r = rig_new(t);
	struct fault_dev *dev = rig_dev(r, SID, BOTH);
	struct fault_domain *d = rig_domain(r, dev, NONE);
	unsigned long flags;

	flags = fenv_lock(&r->core->lock);
	rig_page(r, SID, NONE, 1, 0x1000, false);
	rig_page(r, SID, NONE, 1, 0x1000, true);
	rig_run(r);
	fenv_unlock(&r->core->lock, flags);
	EXPECT(r, r->n_answers == 1);
	rig_drop(r, dev, NONE, d);
	rig_end(r);
}

static void y2023_4_not_last_returns_at_once(struct fault_case_run *t)
{
	struct rig *r = rig_new(t);
	struct fault_dev *dev = rig_dev(r, SID, BOTH);
	struct fault_domain *d = rig_domain(r, dev, NONE);

	rig_page(r, SID, NONE, 1, 0x1000, false);
	EXPECT(r, r->n_kicks == 0 && rig_steps_are(r, "") && fault_dev_pending(dev, NONE) == 0);
	rig_page(r, SID, NONE, 1, 0x1000, true);
	EXPECT(r, r->n_kicks == 1 && fault_dev_pending(dev, NONE) == 1);
	rig_run(r);
	rig_drop(r, dev, NONE, d);
	rig_end(r);
}

static void y2023_5_group_is_assembled_on_last(struct fault_case_run *t)
{
	struct rig *r = rig_new(t);
	struct fault_dev *dev = rig_dev(r, SID, BOTH);
	struct fault_domain *d = rig_domain(r, dev, NONE);
	struct fault_group_info info;
	struct fault_group *g;

	rig_page(r, SID, NONE, 1, 0x1000, false);
	r->now = 2000;
	rig_page(r, SID, NONE, 1, 0x1001, false);
	EXPECT(r, fault_core_take(r->core, r->now) == NULL);
	r->now = 3000;
	rig_page(r, SID, NONE, 1, 0x1002, true);
	g = fault_core_take(r->core, 4000);
	fault_group_info(g, &info);
	EXPECT(r, info.count == 3 && info.t_first == 1000 && info.t_last == 3000 && info.t_take == 4000);
	fault_group_get(g);
	fault_group_complete(g, FAULT_RETRY, 5000);
	fault_group_info(g, &info);
	EXPECT(r, info.t_handled == 5000 && info.t_respond == 5000 && info.answer == FAULT_RETRY);
	fault_group_put(g);
	/* Set aside twice, queued, taken, handled, answered. */
	r->observed[r->n_observed] = 0;
	EXPECT(r, r->n_observed == 6 && r->observed[0] == '0' && r->observed[1] == '0' && r->observed[2] == '1' &&
			  r->observed[3] == '2' && r->observed[4] == '3' && r->observed[5] == '4');
	rig_drop(r, dev, NONE, d);
	rig_end(r);
}

static void y2023_6_domain_found_once(struct fault_case_run *t)
{
	struct rig *r = rig_new(t);
	struct fault_dev *dev = rig_dev(r, SID, BOTH);
	struct fault_domain *d;

	/* No fault domain: restarted, at once. */
	rig_stall(r, SID, PASID, 1, 0x1000);
	rig_page(r, SID, PASID, 1, 0x1000, true);
	EXPECT(r, r->n_answers == 2 && r->answers[0].code == FAULT_RETRY && r->answers[1].code == FAULT_RETRY);
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
	struct rig *r = rig_new(t);
	struct fault_dev *dev = rig_dev(r, SID, BOTH);
	struct fault_domain *d = rig_domain(r, dev, NONE);
	struct fault_group *g;

	rig_stall(r, SID, NONE, 1, 0x1000);
	rig_stall(r, SID, NONE, 2, 0x2000);
	g = fault_core_take(r->core, r->now);
	/* Out of the queue, still in the device's list. */
	EXPECT(r, fault_dev_pending(dev, NONE) == 2);
	EXPECT(r, fault_off(dev, r->now) == 0);
	/* Out of both: no worker finds the second. */
	EXPECT(r, fault_core_take(r->core, r->now) == NULL && r->n_answers == 2);
	fault_group_complete(g, FAULT_RETRY, r->now);
	rig_drop(r, dev, NONE, d);
	rig_end(r);
}

/* A response names its group; turning PRI off marks each group so that a later one does nothing. */
static void y2023_8_response_names_the_group(struct fault_case_run *t)
{
	struct rig *r = rig_new(t);
	struct fault_dev *dev = rig_dev(r, SID, BOTH);
	struct fault_domain *d = rig_domain(r, dev, NONE);
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
	rig_drop(r, dev, NONE, d);
	rig_end(r);
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
	EXPECT(r, rig_steps_are(r, "r") && r->answers[0].code == FAULT_RETRY);
	rig_stall(r, SID, PASID, 1, 0x1000);
	EXPECT(r, rig_run(r) == 1 && r->n_seen == 0 && r->answers[1].code == FAULT_RETRY);
	EXPECT(r, fault_domain_free(d1) == 0);
	rig_drop(r, dev, PASID, d2);
	rig_end(r);
}

/* ---- An answer that the hardware does not take ---- */

static void answers_are_sent_again(struct fault_case_run *t)
{
	struct fault_dev_cfg cfg = { .caps = BOTH, .credits = 1 };
	struct rig *r = rig_new(t);
	struct fault_dev *dev = rig_dev_cfg(r, SID, &cfg);
	struct fault_domain *d = rig_domain(r, dev, NONE);
	struct fault_record f;

	/* Of a group. */
	rig_stall(r, SID, NONE, 1, 0x1000);
	r->fail_respond = 1;
	rig_run(r);
	EXPECT(r, r->n_answers == 0);
	fault_core_expire(r->core, r->now);
	EXPECT(r, r->n_answers == 1);
	/* At once, no domain: the core keeps it. */
	r->fail_respond = 1;
	EXPECT(r, rig_stall(r, SID, PASID, 2, 0x1000) == 0);
	EXPECT(r, r->n_answers == 1 && fault_dev_destroy(dev) == -EBUSY);
	/* The next answer that is taken brings it along. */
	rig_stall(r, SID, NONE, 3, 0x1000);
	rig_run(r);
	EXPECT(r, r->n_answers == 3);
	/* An orphan has no slot: the driver has to come again. */
	f = rig_record(r, 0x999, NONE, 4, 0x1000, FAULT_STALL, true);
	r->fail_respond = 1;
	EXPECT(r, rig_report(r, &f) == -EAGAIN);
	EXPECT(r, rig_report(r, &f) == 0);
	EXPECT(r, r->n_answers == 4);
	rig_drop(r, dev, NONE, d);
	rig_end(r);
}

/*
 * A device goes away while somebody sends the answer to a request that came
 * after fault_off, and that answer is not taken: nothing keeps an answer where
 * nobody would look for it again.
 */
static void refused_orphan_outlives_its_device(struct fault_case_run *t)
{
	struct rig *r = rig_new(t);
	struct fault_dev *dev = rig_dev(r, SID, BOTH);
	struct fault_domain *d = rig_domain(r, dev, NONE);
	struct fault_record f = rig_record(r, SID, NONE, 3, 0x1000, FAULT_PAGE_REQUEST, true);

	EXPECT(r, fault_off(dev, r->now) == 0);
	EXPECT(r, fault_dev_detach(dev, NONE, r->now) == 0);
	EXPECT(r, fault_domain_free(d) == 0);
	r->fail_respond = 1;
	r->destroyed_meanwhile = dev;
	r->n_steps = 0;
	EXPECT(r, rig_report(r, &f) == -EAGAIN);
	rig_settle(r);
	EXPECT(r, rig_steps_are(r, "V"));
	/* The driver comes again; the stream is unknown by now. */
	EXPECT(r, rig_report(r, &f) == 0);
	EXPECT(r, r->n_answers == 1 && r->answers[0].orphan && r->answers[0].code == FAULT_TERMINATE);
	rig_end(r);
}

/* The same for a request that comes while the faults are being turned off, behind the fence. */
static void refused_answer_while_closing(struct fault_case_run *t)
{
	struct rig *r = rig_new(t);
	struct fault_dev *dev = rig_dev(r, SID, BOTH);
	struct fault_record f = rig_record(r, SID, NONE, 3, 0x1000, FAULT_PAGE_REQUEST, true);

	r->turning = &f;
	r->fail_respond = 1;
	EXPECT(r, fault_off(dev, r->now) == 0 && r->turned == -EAGAIN);
	EXPECT(r, fault_dev_destroy(dev) == 0);
	EXPECT(r, rig_report(r, &f) == 0);
	EXPECT(r, r->n_answers == 1 && r->answers[0].orphan);
	rig_end(r);
}

/* Faults cannot be turned on, and the answer to one that came meanwhile is not taken: fault_off sees to it. */
static void answer_is_left_when_enable_fails(struct fault_case_run *t)
{
	struct rig *r = rig_new(t);
	struct fault_dev *dev = rig_dev(r, SID, BOTH);
	struct fault_record f = rig_record(r, SID, NONE, 1, 0x1000, FAULT_STALL, true);

	EXPECT(r, fault_off(dev, r->now) == 0);
	r->turning = &f;
	r->fail_op = 1;
	r->fail_respond = 1;
	EXPECT(r, fault_dev_enable(dev) == -EIO);
	EXPECT(r, r->n_answers == 0 && fault_dev_destroy(dev) == -EBUSY);
	EXPECT(r, fault_off(dev, r->now) == 0);
	EXPECT(r, r->n_answers == 1 && fault_dev_destroy(dev) == 0);
	rig_end(r);
}

/* A PASID that is released is owed nothing: detach fails until the hardware has every answer, and may be called again. */
static void detach_leaves_no_answer(struct fault_case_run *t)
{
	struct rig *r = rig_new(t);
	struct fault_dev *dev = rig_dev(r, SID, BOTH);
	struct fault_domain *d = rig_domain(r, dev, PASID);

	rig_stall(r, SID, PASID, 1, 0x1000);
	rig_stall(r, SID, PASID, 2, 0x2000);
	r->fail_respond = 1;
	EXPECT(r, fault_dev_detach(dev, PASID, r->now) == -EBUSY);
	EXPECT(r, r->n_answers == 0 && fault_dev_pending(dev, PASID) == 2 && fault_domain_free(d) == -EBUSY);
	/* A worker's answer, which was not taken either. */
	rig_stall(r, SID, PASID, 3, 0x3000);
	r->fail_respond = 1;
	rig_run(r);
	EXPECT(r, r->n_answers == 0 && fault_dev_pending(dev, PASID) == 3);
	EXPECT(r, fault_dev_detach(dev, PASID, r->now) == 0);
	EXPECT(r,
	       r->n_answers == 3 && r->answers[0].index == 1 && r->answers[1].index == 2 && r->answers[2].index == 3);
	EXPECT(r, fault_domain_free(d) == 0);
	rig_drop(r, dev, NONE, NULL);
	rig_end(r);
}

/* Groups whose LAST never comes, as after a reset of the device, take no slot from those that are whole. */
static void abandoned_groups_give_way(struct fault_case_run *t)
{
	struct fault_dev_cfg cfg = { .caps = BOTH, .credits = 2 };
	struct rig *r = rig_new(t);
	struct fault_dev *dev = rig_dev_cfg(r, SID, &cfg);
	struct fault_domain *d = rig_domain(r, dev, NONE);
	u32 i;

	for (i = 0; i < 8; i++) {
		rig_page(r, SID, NONE, i, 0x1000, false);
		r->now += 200 * MS;
		fault_core_expire(r->core, r->now);
	}
	rig_page(r, SID, NONE, 100, 0x5000, true);
	rig_stall(r, SID, NONE, 1, 0x6000);
	EXPECT(r, rig_run(r) == 2 && r->n_seen == 2 && r->n_answers == 2);
	/* The last one noted is still known as incomplete. */
	rig_page(r, SID, NONE, 7, 0x7000, true);
	EXPECT(r, rig_run(r) == 0 && r->n_seen == 2 && r->n_answers == 3);
	rig_drop(r, dev, NONE, d);
	rig_end(r);
}

/* A request without a place is remembered as lost, even if there is a place again by the time of its LAST. */
static void request_without_a_slot_poisons(struct fault_case_run *t)
{
	struct fault_dev_cfg cfg = { .caps = BOTH, .credits = 1 };
	struct rig *r = rig_new(t);
	struct fault_dev *dev = rig_dev_cfg(r, SID, &cfg);
	struct fault_domain *d = rig_domain(r, dev, NONE);
	struct fault_group *g[2];
	u32 i;

	/* Both slots with groups that are answered and still looked at: there is credit, but no slot. */
	for (i = 0; i < 2; i++) {
		rig_stall(r, SID, NONE, 1 + i, 0x1000);
		g[i] = fault_core_take(r->core, r->now);
		fault_group_get(g[i]);
		fault_group_complete(g[i], FAULT_RETRY, r->now);
	}
	rig_page(r, SID, NONE, 7, 0x1000, false);
	fault_group_put(g[0]);
	fault_group_put(g[1]);
	rig_page(r, SID, NONE, 7, 0x2000, true);
	EXPECT(r, rig_run(r) == 0 && r->n_seen == 0 && r->n_answers == 3);
	rig_drop(r, dev, NONE, d);
	rig_end(r);
}

/* A worker that looked while another had the device in hand sleeps: it is woken for what that one leaves. */
static void worker_is_woken_for_the_rest(struct fault_case_run *t)
{
	struct rig *r = rig_new(t);
	struct fault_dev *dev = rig_dev(r, SID, BOTH);
	struct fault_domain *d = rig_domain(r, dev, NONE);
	struct fault_group *g[2];

	rig_stall(r, SID, NONE, 1, 0x1000);
	rig_stall(r, SID, NONE, 2, 0x2000);
	r->n_kicks = 0;
	g[0] = fault_core_take(r->core, r->now);
	EXPECT(r, r->n_kicks == 1);
	g[1] = fault_core_take(r->core, r->now);
	EXPECT(r, r->n_kicks == 1);
	fault_group_complete(g[0], FAULT_RETRY, r->now);
	fault_group_complete(g[1], FAULT_RETRY, r->now);
	rig_drop(r, dev, NONE, d);
	rig_end(r);
}

/* An answer that is refused in a row of answers holds up those behind it. */
static void refused_answer_keeps_its_place(struct fault_case_run *t)
{
	struct rig *r = rig_new(t);
	struct fault_dev *dev = rig_dev(r, SID, BOTH);
	struct fault_domain *d = rig_domain(r, dev, NONE);
	u32 i;

	for (i = 0; i < 4; i++)
		rig_stall(r, SID, NONE, i, 0x1000);
	r->fail_respond = 2;
	EXPECT(r, fault_off(dev, r->now) == -EBUSY && r->n_answers == 1);
	EXPECT(r, fault_off(dev, r->now) == 0 && r->n_answers == 4);
	for (i = 0; i < 4; i++)
		EXPECT(r, r->answers[i].index == i);
	rig_drop(r, dev, NONE, d);
	rig_end(r);
}

/* A record that the core could not take is looked at again, and one beside a busy queue is not forgotten. */
static void watchdog_comes_again(struct fault_case_run *t)
{
	struct rig *r = rig_new(t);
	struct fault_record f = rig_record(r, 0x999, NONE, 4, 0x1000, FAULT_STALL, true);
	struct fault_record other = { .sid = 0x999, .type = FAULT_UNRECOVERABLE };
	struct fault_stats s;
	u32 i;

	r->fail_respond = 1;
	EXPECT(r, rig_report(r, &f) == -EAGAIN);
	r->hw_unread = true;
	r->n_steps = 0;
	fault_core_expire(r->core, ++r->now);
	EXPECT(r, rig_steps_are(r, "w"));
	EXPECT(r, rig_report(r, &f) == 0);
	r->n_steps = 0;
	for (i = 0; i < 20; i++) {
		fault_core_report(r->core, &other, r->now);
		r->hw_unread = true;
		fault_core_expire(r->core, r->now += 10 * MS);
	}
	fault_core_stats(r->core, &s);
	EXPECT(r, r->n_steps == 2 && s.lost_irqs == 0);
	rig_end(r);
}

/* A poisoned group's answer is not taken and no slot is free: reported again, it is still poisoned. */
static void poisoned_group_is_reported_again(struct fault_case_run *t)
{
	struct fault_dev_cfg cfg = { .caps = BOTH, .credits = 1 };
	struct rig *r = rig_new(t);
	struct fault_dev *dev = rig_dev_cfg(r, SID, &cfg);
	struct fault_domain *d = rig_domain(r, dev, NONE);
	struct fault_record f = rig_record(r, SID, NONE, 7, 0x1000, FAULT_PAGE_REQUEST, true);
	struct fault_group *g;

	/* Both slots: one waits, one was answered and is still looked at. */
	rig_stall(r, SID, NONE, 1, 0x1000);
	g = fault_core_take(r->core, r->now);
	fault_group_get(g);
	fault_group_complete(g, FAULT_RETRY, r->now);
	rig_stall(r, SID, NONE, 2, 0x1000);
	r->fail_respond = 1;
	EXPECT(r, rig_report(r, &f) == -EAGAIN);
	fault_group_put(g);
	rig_page(r, SID, NONE, 7, 0x1000, false);
	EXPECT(r, rig_report(r, &f) == 0);
	EXPECT(r, r->n_answers == 2 && r->answers[1].index == 7);
	rig_run(r);
	rig_drop(r, dev, NONE, d);
	rig_end(r);
}

/* A poisoned group of which even the answer finds no slot stays poisoned. */
static void poisoned_group_stays_poisoned(struct fault_case_run *t)
{
	struct fault_dev_cfg cfg = { .caps = BOTH, .credits = 2, .no_slot_code = FAULT_FAILURE };
	struct rig *r = rig_new(t);
	struct fault_dev *dev = rig_dev_cfg(r, SID, &cfg);
	struct fault_domain *d = rig_domain(r, dev, NONE);
	struct fault_record f = rig_record(r, SID, NONE, 7, 0x1000, FAULT_PAGE_REQUEST, true);
	struct fault_group *g;

	/* All four slots: two with a group that was answered and is still looked at, two with one that waits. */
	rig_page(r, SID, NONE, 1, 0x1000, false);
	rig_page(r, SID, NONE, 1, 0x1001, true);
	g = fault_core_take(r->core, r->now);
	fault_group_get(g);
	fault_group_complete(g, FAULT_RETRY, r->now);
	rig_page(r, SID, NONE, 2, 0x2000, false);
	rig_page(r, SID, NONE, 2, 0x2001, true);
	rig_page(r, SID, NONE, 7, 0x1000, false);
	r->fail_respond = 1;
	EXPECT(r, rig_report(r, &f) == -EAGAIN);
	fault_group_put(g);
	EXPECT(r, rig_report(r, &f) == 0);
	EXPECT(r, r->n_answers == 2 && r->answers[1].index == 7 && r->answers[1].code == FAULT_FAILURE);
	rig_run(r);
	EXPECT(r, r->n_seen == 2);
	rig_drop(r, dev, NONE, d);
	rig_end(r);
}

/* Turning off forgets what is incomplete: no LAST will come, and nothing is left over. */
static void off_with_incomplete_groups(struct fault_case_run *t)
{
	struct fault_dev_cfg cfg = { .caps = BOTH, .credits = 4 };
	struct rig *r = rig_new(t);
	struct fault_dev *dev = rig_dev_cfg(r, SID, &cfg);
	struct fault_domain *d = rig_domain(r, dev, NONE);
	u32 i;

	for (i = 0; i < 6; i++)
		rig_page(r, SID, NONE, i, 0x1000, false);
	EXPECT(r, fault_off(dev, r->now) == 0 && r->n_answers == 0);
	EXPECT(r, fault_dev_enable(dev) == 0);
	/* All credits are back, and no index is poisoned. */
	for (i = 0; i < 4; i++)
		rig_page(r, SID, NONE, i, 0x2000, true);
	EXPECT(r, rig_run(r) == 4);
	rig_drop(r, dev, NONE, d);
	rig_end(r);
}

/* A storm of page requests: what began before it is not handled as if it were whole. */
static void storm_of_page_requests(struct fault_case_run *t)
{
	struct fault_storm storm = { .limit = 3, .window_ns = MS, .off_ns = MS };
	struct fault_dev_cfg cfg = { .caps = BOTH, .storm = &storm };
	struct rig *r = rig_new(t);
	struct fault_dev *dev;
	struct fault_domain *d;

	fault_storm_init(&storm);
	EXPECT(r, storm.off_max_ns == 8000 * MS);
	dev = rig_dev_cfg(r, SID, &cfg);
	d = rig_domain(r, dev, NONE);
	rig_page(r, SID, NONE, 1, 0x1000, false);
	rig_page(r, SID, NONE, 2, 0x2000, false);
	rig_page(r, SID, NONE, 1, 0x1001, true);
	EXPECT(r, r->n_answers == 1 && r->answers[0].code == FAULT_TERMINATE);
	rig_page(r, SID, NONE, 3, 0x3000, false);
	rig_run(r);
	r->now += 2 * MS;
	fault_core_expire(r->core, r->now);
	rig_page(r, SID, NONE, 3, 0x3001, true);
	EXPECT(r, rig_run(r) == 0 && r->n_answers == 2 && r->answers[1].code == FAULT_RETRY);
	rig_page(r, SID, NONE, 2, 0x2001, true);
	EXPECT(r, rig_run(r) == 1 && r->n_seen == 2);
	rig_drop(r, dev, NONE, d);
	rig_end(r);
}

static void note(void *ctx)
{
	(*(u32 *)ctx)++;
}

/* An owner is told that its queue can be read, and can be exchanged while nothing is pending. */
static void queue_owner_changes(struct fault_case_run *t)
{
	u32 told = 0;
	struct fault_queue_cfg qcfg = { .entries = 8, .full_code = FAULT_TERMINATE, .notify = note, .ctx = &told };
	struct fault_domain_cfg cfg = { .type = FAULT_DOMAIN_FORWARD };
	struct rig *r = rig_new(t);
	struct fault_dev *dev = rig_dev(r, SID, BOTH);
	union fault_owner owner;
	struct fault_queue *q1, *q2;
	struct fault_domain *d;

	EXPECT(r, fault_queue_create(r->core, &qcfg, &q1) == 0 && fault_queue_create(r->core, &qcfg, &q2) == 0);
	qcfg.entries = 6;
	EXPECT(r, fault_queue_create(r->core, &qcfg, &owner.queue) == -EINVAL);
	cfg.owner.queue = q1;
	cfg.drv_ctx = r;
	EXPECT(r, fault_domain_alloc(dev, &cfg, &d) == 0 && fault_domain_ctx(d) == r);
	owner.queue = q2;
	EXPECT(r, fault_domain_set_owner(d, &owner) == 0);
	EXPECT(r, fault_queue_destroy(q1) == 0 && fault_queue_destroy(q2) == -EBUSY);
	EXPECT(r, fault_domain_enable_stalls(d) == 0 && fault_dev_attach(dev, NONE, d) == 0);
	rig_stall(r, SID, NONE, 1, 0x1000);
	rig_run(r);
	EXPECT(r, told == 1);
	rig_drop(r, dev, NONE, d);
	EXPECT(r, fault_queue_destroy(q2) == 0);
	rig_end(r);
}

/* ---- Sweeps: for each n, the n-th fails ---- */

/* Everything once; tolerates failures of its own set-up. The rig checks the answers. */
static void life(struct rig *r, u32 credits)
{
	struct fault_domain_cfg cfg = {
		.type = FAULT_DOMAIN_HANDLER,
		.owner.handler = { &rig_domain_ops, r },
	};
	struct fault_dev_cfg dcfg = { .caps = BOTH, .dev_ctx = r, .credits = credits };
	struct fault_domain *d1 = NULL, *d2 = NULL;
	struct fault_dev *dev = NULL;
	bool attached, on;
	u32 i, tries;

	if (fault_dev_create(r->core, &dcfg, &dev))
		return;
	(void)fault_dev_add_sid(dev, SID);
	on = fault_dev_enable(dev) == 0;
	if (fault_domain_alloc(dev, &cfg, &d1))
		d1 = NULL;
	if (fault_domain_alloc(dev, &cfg, &d2))
		d2 = NULL;
	if (d1)
		(void)fault_domain_enable_stalls(d1);
	if (d2)
		(void)fault_domain_enable_stalls(d2);
	attached = d1 && !fault_dev_attach(dev, PASID, d1);
	for (i = 0; i < 6; i++) {
		struct fault_record f[4] = {
			rig_record(r, SID, PASID, i, 0x1000 * i, FAULT_PAGE_REQUEST, false),
			rig_record(r, SID, PASID, 100 + i, 0x1000 * i, FAULT_STALL, true),
			rig_record(r, SID, PASID, i, 0x1000 * i + 1, FAULT_PAGE_REQUEST, true),
			rig_record(r, SID, NONE, i, 0x1000 * i + 2, FAULT_PAGE_REQUEST, true),
		};
		u32 j;

		for (j = 0; j < 4; j++)
			for (tries = 0; rig_report(r, &f[j]) == -EAGAIN && tries < 3; tries++)
				;
		if (i == 2)
			fault_core_run(r->core, r->now, 2);
		if (i == 4 && attached && d2)
			(void)fault_dev_replace(dev, PASID, d2, r->now);
	}
	rig_run(r);
	r->now += 20000 * MS;
	fault_core_expire(r->core, r->now);
	/* Whatever failed is done again. */
	for (tries = 0; tries < 4 && on && fault_off(dev, r->now); tries++)
		;
	EXPECT(r, tries < 4);
	for (tries = 0; tries < 4 && attached && fault_dev_detach(dev, PASID, r->now); tries++)
		;
	EXPECT(r, tries < 4);
	fault_core_expire(r->core, r->now);
	if (d1)
		EXPECT(r, fault_domain_free(d1) == 0);
	if (d2)
		EXPECT(r, fault_domain_free(d2) == 0);
	EXPECT(r, fault_dev_destroy(dev) == 0);
}

static void sweep_slots(struct fault_case_run *t)
{
	u32 n;

	for (n = 1; n <= 26; n++) {
		struct rig *r = rig_new(t);

		life(r, n);
		EXPECT(r, r->n_answers == 18);
		rig_end(r);
	}
}

static void sweep_allocations(struct fault_case_run *t)
{
	bool failed = true;
	u32 n;

	for (n = 1; failed && n < 100; n++) {
		struct rig *r = rig_new(t);

		r->fail_alloc = n;
		life(r, 8);
		failed = r->fail_alloc == 0;
		r->fail_alloc = 0;
		rig_end(r);
	}
	/* Device, its two arrays, a StreamID, two domains, two attachments. */
	if (n != 10) {
		t->failures++;
		t->fail(t->harness, __FILE__, __LINE__, "eight allocations were failed, one after the other");
	}
}

static void sweep_responses(struct fault_case_run *t)
{
	u32 n, credits;

	for (credits = 1; credits <= 16; credits *= 4) {
		for (n = 1; n <= 20; n++) {
			struct rig *r = rig_new(t);

			r->fail_respond = n;
			life(r, credits);
			EXPECT(r, r->n_answers == 18);
			rig_end(r);
		}
	}
}

static void sweep_hardware_operations(struct fault_case_run *t)
{
	u32 n;

	for (n = 1; n <= 6; n++) {
		struct rig *r = rig_new(t);

		r->fail_op = n;
		life(r, 8);
		EXPECT(r, r->n_answers == 18);
		rig_end(r);
	}
}

static void sweep_handlers(struct fault_case_run *t)
{
	static const enum fault_code code[] = { FAULT_TERMINATE, FAULT_FAILURE, FAULT_LATER, FAULT_DEFAULT };
	u32 n, c;

	for (c = 0; c < ARRAY_SIZE(code); c++) {
		for (n = 0; n < 6; n++) {
			struct rig *r = rig_new(t);

			r->bad_addr = 0x1000 * n + (n & 1);
			r->bad_answer = code[c];
			life(r, 32);
			EXPECT(r, r->n_answers == 18);
			if (r->kept)
				fault_group_put(r->kept);
			rig_end(r);
		}
	}
}

/* A lock for drivers is a lock. */
static void driver_lock(struct fault_case_run *t)
{
	struct rig *r = rig_new(t);
	struct fault_lock a, b;
	unsigned long fa, fb;

	fault_lock_init(&a);
	fa = fault_lock_acquire(&a);
	fault_lock_release(&a, fa);
	/* One within the other. */
	fault_lock_init_inner(&b, 1);
	fa = fault_lock_acquire(&a);
	fb = fault_lock_acquire(&b);
	fault_lock_release(&b, fb);
	fault_lock_release(&a, fa);
	rig_end(r);
}

#define CASE(name)          \
	{                   \
#name, name \
	}

const struct fault_case fault_cases[] = {
	CASE(row01_domain_free_waits),
	CASE(row02_group_state_and_references),
	CASE(row03_fault_off_fences),
	CASE(row04_no_allocation_in_report),
	CASE(row05_key_has_pasid),
	CASE(row06_only_last_is_answered),
	CASE(row07_overflow_poisons),
	CASE(row07_no_slot_poisons),
	CASE(row07_poison_without_any_slot),
	CASE(row07_handler_gone_poisons),
	CASE(row08_credits),
	CASE(row08_deadlines),
	CASE(row08_fairness),
	CASE(row09_flush_of_one_attachment),
	CASE(row10_response_codes),
	CASE(row11_orphans_and_multi_stream),
	CASE(row12_storm_back_off),
	CASE(row13_cookies_have_a_generation),
	CASE(row13_teardown_in_arrival_order),
	CASE(row14_stale_status_is_cleared),
	CASE(row14_watchdog),
	CASE(row15_whole_groups_are_handed_over),
	CASE(row15_bounded_and_lost_marks),
	CASE(row15_copy_error_stops),
	CASE(row15_responses_are_sanitised),
	CASE(y2017_opt_in_and_support),
	CASE(y2017_core_resumes),
	CASE(y2017_handler_may_only_look),
	CASE(y2017_stall_per_device),
	CASE(y2017_out_of_order_and_without_pasid),
	CASE(y2017_incompatible_attach_fails),
	CASE(y2018_partials_wait_for_last),
	CASE(y2018_real_sequence),
	CASE(y2018_errors_are_sticky),
	CASE(y2018_unrecoverable_owes_nothing),
	CASE(y2018_handler_may_own_it),
	CASE(y2018_flush_on_pasid_release),
	CASE(y2018_partials_per_device),
	CASE(y2018_no_race_with_registration),
	CASE(y2018_pending_list_of_forwarded),
	CASE(y2022_one_alloc_one_free),
	CASE(y2022_sva_needs_support),
	CASE(y2023_1_storage_is_allocated_once),
	CASE(y2023_2_lookup_takes_no_lock),
	CASE(y2023_3_only_the_devices_lock),
	CASE(y2023_4_not_last_returns_at_once),
	CASE(y2023_5_group_is_assembled_on_last),
	CASE(y2023_6_domain_found_once),
	CASE(y2023_7_group_in_queue_and_list),
	CASE(y2023_8_response_names_the_group),
	CASE(y2023_9_atomic_replace),
	CASE(answers_are_sent_again),
	CASE(refused_orphan_outlives_its_device),
	CASE(refused_answer_while_closing),
	CASE(answer_is_left_when_enable_fails),
	CASE(detach_leaves_no_answer),
	CASE(abandoned_groups_give_way),
	CASE(request_without_a_slot_poisons),
	CASE(refused_answer_keeps_its_place),
	CASE(watchdog_comes_again),
	CASE(worker_is_woken_for_the_rest),
	CASE(poisoned_group_is_reported_again),
	CASE(poisoned_group_stays_poisoned),
	CASE(off_with_incomplete_groups),
	CASE(storm_of_page_requests),
	CASE(queue_owner_changes),
	CASE(sweep_slots),
	CASE(sweep_allocations),
	CASE(sweep_responses),
	CASE(sweep_hardware_operations),
	CASE(sweep_handlers),
	CASE(driver_lock),
};

const unsigned int fault_n_cases = ARRAY_SIZE(fault_cases);
