// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* 2018: the generic page-fault queue. */
#include "cases.h"

static void y2018_partials_wait_for_last(struct fault_case_run *t)
{
	static const u64 order[] = { 0x2000, 0x2001, 0x2002, 0x1000, 0x1001 };
	struct rig *r = rig_attached(t, NULL, NONE);

	rig_page(r, SID, NONE, 1, 0x1000, false);
	rig_page(r, SID, NONE, 2, 0x2000, false);
	rig_page(r, SID, NONE, 2, 0x2001, false);
	EXPECT(r, rig_run(r) == 0);
	rig_page(r, SID, NONE, 2, 0x2002, true);
	rig_page(r, SID, NONE, 1, 0x1001, true);
	EXPECT(r, rig_run(r) == 2);
	/* Groups in any order, requests within a group in theirs. */
	EXPECT(r, rig_seen_are(r, order, 5));
	rig_close(r);
}

/*
 * The page requests that a real device sent: one index, r, rw+LAST, r, rw+LAST, ...
 * (vtd_prq_report_trace_2021)
 */
static void y2018_real_sequence(struct fault_case_run *t)
{
	struct rig *r = rig_attached(t, NULL, PASID);
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
		EXPECT(r, !fault_group_next(g, f));
		fault_group_complete(g, fault_group_handle(g, r->now), r->now);
	}
	EXPECT(r, !fault_core_take(r->core, r->now));
	EXPECT(r, r->n_answers == 4 && r->n_seen == 8);
	rig_close(r);
}

static void y2018_errors_are_sticky(struct fault_case_run *t)
{
	static const u64 before[] = { 0x1000, 0x1001 };
	struct rig *r = rig_attached(t, NULL, NONE);

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
	rig_close(r);
}

static void y2018_unrecoverable_owes_nothing(struct fault_case_run *t)
{
	struct rig *r = rig_attached(t, NULL, NONE);
	struct fault_record f = rig_record(r, SID, NONE, 1, 0x1000, FAULT_UNRECOVERABLE, true);
	struct fault_stats s;

	rig_report(r, &f);
	f.sid = 0x999;
	rig_report(r, &f);
	rig_run(r);
	EXPECT(r, r->n_events == 1 && r->n_seen == 0 && r->n_answers == 0);
	fault_core_stats(r->core, &s);
	EXPECT(r, s.unrecoverable == 2 && s.owed == 0 && s.reported == 2);
	rig_close(r);
}

static void y2018_handler_may_own_it(struct fault_case_run *t)
{
	struct rig *r = rig_attached(t, NULL, NONE);
	struct fault_dev *dev = r->dev;

	r->answer = FAULT_LATER;
	rig_page(r, SID, NONE, 1, 0x1000, true);
	rig_run(r);
	EXPECT(r, r->n_answers == 0 && fault_dev_pending(dev, NONE) == 1);
	EXPECT(r, fault_group_respond(r->kept, FAULT_RETRY, r->now) == 0);
	EXPECT(r, r->n_answers == 1 && fault_dev_pending(dev, NONE) == 0);
	fault_group_put(r->kept);
	rig_close(r);
}

/*
 * PASID release: the driver commits what its hardware queue holds, then the core flushes; of the
 * one PASID.
 */
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
	EXPECT(r, rig_steps_are(r, "fence-reports, respond, respond"));
	EXPECT(r, r->answers[0].index == 1 && r->answers[1].index == 3);
	EXPECT(r, fault_domain_free(d1) == 0);
	EXPECT(r, rig_steps_are(r, "free-domain"));
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
	struct rig *r = rig_attached(t, NULL, NONE);
	struct fault_domain *d = r->domain;
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
	rig_close(r);
}

/* The device knows what is pending even when a guest has it, and a guest may never answer. */
static void y2018_pending_list_of_forwarded(struct fault_case_run *t)
{
	struct rig *r = rig_new(t);
	struct fault_dev *dev = rig_dev(r, SID, BOTH);
	struct rig_reader *rd = &r->reader;
	struct fault_queue *q;
	struct fault_domain *d = rig_forward(r, dev, 8, &q);

	rig_page(r, SID, NONE, 1, 0x1000, true);
	rig_page(r, SID, NONE, 2, 0x2000, true);
	rig_run(r);
	EXPECT(r, rig_read(r, q, 8) == 2);
	EXPECT(r, fault_dev_pending(dev, NONE) == 2);
	EXPECT(r, fault_queue_respond(q, rd->m[0].fault.cookie, FAULT_RETRY, r->now) == 0);
	EXPECT(r, rig_wait(r, 11000 * MS) == 1);
	EXPECT(r, r->n_answers == 2 && r->answers[1].code == FAULT_TERMINATE);
	EXPECT(r, fault_queue_respond(q, rd->m[1].fault.cookie, FAULT_RETRY, r->now) < 0);
	rig_drop(r, dev, NONE, d);
	EXPECT(r, fault_queue_destroy(q) == 0);
	rig_end(r);
}

const struct fault_case fault_cases_y2018[] = {
	FAULT_CASE(y2018_partials_wait_for_last),    FAULT_CASE(y2018_real_sequence),
	FAULT_CASE(y2018_errors_are_sticky),	     FAULT_CASE(y2018_unrecoverable_owes_nothing),
	FAULT_CASE(y2018_handler_may_own_it),	     FAULT_CASE(y2018_flush_on_pasid_release),
	FAULT_CASE(y2018_partials_per_device),	     FAULT_CASE(y2018_no_race_with_registration),
	FAULT_CASE(y2018_pending_list_of_forwarded), {}
};
