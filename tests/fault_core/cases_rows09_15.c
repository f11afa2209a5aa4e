// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Rows 9 to 15: flush, codes, orphans, storms, teardown, lost interrupts, forwarding to another
 * owner.
 */
#include "cases.h"

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
	struct rig *r = rig_attached(t, NULL, NONE);
	u32 i;

	for (i = 0; i < 3; i++) {
		r->answer = code[i];
		rig_page(r, SID, NONE, i, 0x1000, true);
		rig_run(r);
		EXPECT(r, r->answers[i].code == code[i]);
	}
	EXPECT(r, r->answers[0].hw_code == 0x101 && r->answers[1].hw_code == 0x102);
	EXPECT(r, r->answers[2].hw_code == 0x103);
	rig_close(r);
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
	EXPECT(r,
	       r->n_answers == 1 && r->answers[0].orphan && r->answers[0].code == FAULT_TERMINATE);
	/* A kind of fault that the device cannot have. */
	rig_page(r, SID, NONE, 1, 0x1000, true);
	EXPECT(r,
	       r->n_answers == 2 && r->answers[1].orphan && r->answers[1].code == FAULT_TERMINATE);
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
	struct fault_storm storm = {
		.limit = 3, .window_ns = MS, .off_ns = 10 * MS, .off_max_ns = 15 * MS
	};
	struct fault_dev_cfg cfg = { .caps = BOTH, .storm = &storm };
	struct rig *r;
	u32 i;

	fault_storm_init(&storm);
	r = rig_attached(t, &cfg, NONE);
	for (i = 0; i < 5; i++)
		rig_stall(r, SID, NONE, i, 0x1000);
	/* The third is the storm. */
	EXPECT(r, r->n_answers == 3 && r->answers[0].code == FAULT_TERMINATE);
	EXPECT(r, r->answers[0].index == 2);
	r->n_steps = 0;
	rig_run(r);
	EXPECT(r, rig_steps_are(r, "throttle, handle, respond, handle, respond"));
	rig_wait(r, 9 * MS);
	EXPECT(r, rig_steps_are(r, ""));
	rig_wait(r, 2 * MS);
	EXPECT(r, rig_steps_are(r, "unthrottle"));
	/* The next storm follows at once: off for twice as long, but not above the limit. */
	for (i = 0; i < 3; i++)
		rig_stall(r, SID, NONE, i, 0x1000);
	rig_run(r);
	r->n_steps = 0;
	rig_wait(r, 14 * MS);
	EXPECT(r, rig_steps_are(r, ""));
	rig_wait(r, MS);
	EXPECT(r, rig_steps_are(r, "unthrottle"));
	/* Slow faults are no storm. */
	for (i = 0; i < 10; i++) {
		r->now += MS;
		rig_stall(r, SID, NONE, i, 0x1000);
		rig_run(r);
	}
	EXPECT(r, !fault_storm_active(&storm));
	rig_close(r);
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
		EXPECT(r, fault_core_respond(r->core, r->kept_cookie ^ 1, FAULT_RETRY, r->now) ==
				  -ENOENT);
		EXPECT(r,
		       fault_core_respond(r->core, r->kept_cookie, FAULT_LATER, r->now) == -EINVAL);
		EXPECT(r,
		       fault_core_respond(r->core, r->kept_cookie, FAULT_TERMINATE, r->now) == 0);
		prev = r->kept_cookie;
	}
	rig_drop(r, dev, NONE, d);
	EXPECT(r, fault_core_respond(r->core, prev, FAULT_RETRY, r->now) == -ENOENT);
	rig_end(r);
}

static void row13_teardown_in_arrival_order(struct fault_case_run *t)
{
	struct rig *r = rig_attached(t, NULL, NONE);
	struct fault_dev *dev = r->dev;
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
	rig_close(r);
}

static void row14_stale_status_is_cleared(struct fault_case_run *t)
{
	struct rig *r = rig_new(t);
	struct fault_dev_cfg cfg = { .caps = FAULT_DEV_PRI, .dev_ctx = r };
	struct fault_dev *dev;

	r->stale = true;
	EXPECT(r, fault_dev_create(r->core, &cfg, &dev) == 0);
	EXPECT(r, fault_dev_enable(dev) == 0);
	EXPECT(r, rig_steps_are(r, "clear-stale, enable") && !r->stale);
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
	rig_wait(r, 9 * MS);
	EXPECT(r, rig_steps_are(r, ""));
	/* A report is a sign of life. */
	rig_stall(r, SID, NONE, 1, 0x1000);
	r->n_steps = 0;
	rig_wait(r, 9 * MS);
	fault_core_expire(r->core, r->now);
	EXPECT(r, rig_steps_are(r, ""));
	rig_wait(r, 10 * MS);
	EXPECT(r, rig_steps_are(r, "drain"));
	fault_core_stats(r->core, &s);
	EXPECT(r, s.lost_irqs == 1);
	rig_drop(r, dev, NONE, NULL);
	rig_end(r);
}

static void row15_whole_groups_are_handed_over(struct fault_case_run *t)
{
	struct rig *r = rig_new(t);
	struct fault_dev *dev = rig_dev(r, SID, BOTH);
	struct rig_reader *rd = &r->reader;
	struct fault_queue *q;
	struct fault_domain *d = rig_forward(r, dev, 8, &q);

	rig_page(r, SID, NONE, 1, 0x1000, false);
	rig_page(r, SID, NONE, 1, 0x1001, false);
	rig_page(r, SID, NONE, 1, 0x1002, true);
	rig_page(r, SID, NONE, 2, 0x2000, true);
	rig_run(r);
	EXPECT(r, rig_read(r, q, 2) == -EMSGSIZE && rd->n == 0);
	/* A group that does not fit into the rest stays. */
	EXPECT(r, rig_read(r, q, 3) == 3 && rd->n == 3);
	EXPECT(r, rd->m[0].fault.addr == 0x1000 && rd->m[0].flags == 0);
	EXPECT(r, rd->m[2].fault.addr == 0x1002 && rd->m[2].flags == FAULT_MSG_LAST);
	EXPECT(r, rd->m[0].fault.cookie == rd->m[2].fault.cookie);
	EXPECT(r, rig_read(r, q, 3) == 1 && rd->m[3].fault.addr == 0x2000);
	EXPECT(r, rig_read(r, q, 3) == 0);
	EXPECT(r, fault_queue_respond(q, rd->m[3].fault.cookie, FAULT_RETRY, r->now) == 0);
	EXPECT(r, fault_queue_respond(q, rd->m[0].fault.cookie, FAULT_TERMINATE, r->now) == 0);
	EXPECT(r, r->answers[0].index == 2 && r->answers[1].index == 1);
	EXPECT(r, r->answers[1].code == FAULT_TERMINATE);
	EXPECT(r, fault_queue_destroy(q) == -EBUSY);
	rig_drop(r, dev, NONE, d);
	EXPECT(r, fault_queue_destroy(q) == 0);
	rig_end(r);
}

static void row15_bounded_and_lost_marks(struct fault_case_run *t)
{
	struct rig *r = rig_new(t);
	struct fault_dev *dev = rig_dev(r, SID, BOTH);
	struct rig_reader *rd = &r->reader;
	struct fault_record f;
	struct fault_queue *q;
	struct fault_domain *d = rig_forward(r, dev, 2, &q);
	u32 i;

	f = rig_record(r, SID, NONE, 0, 0x9000, FAULT_UNRECOVERABLE, false);
	for (i = 0; i < 5; i++)
		rig_report(r, &f);
	/* A group that does not fit is answered, and none of it is in the queue. */
	rig_page(r, SID, NONE, 1, 0x1000, true);
	rig_run(r);
	EXPECT(r, r->n_answers == 1 && r->answers[0].code == FAULT_RETRY);
	EXPECT(r, rig_read(r, q, 8) == 2);
	EXPECT(r, rd->m[0].flags == FAULT_MSG_NO_ANSWER && rd->m[1].flags == FAULT_MSG_NO_ANSWER);
	rig_report(r, &f);
	EXPECT(r, rig_read(r, q, 8) == 1);
	EXPECT(r, rd->m[2].flags == (FAULT_MSG_NO_ANSWER | FAULT_MSG_LOST) && rd->m[2].lost == 3);
	rig_report(r, &f);
	EXPECT(r, rig_read(r, q, 8) == 1 && rd->m[3].flags == FAULT_MSG_NO_ANSWER);
	rig_drop(r, dev, NONE, d);
	EXPECT(r, fault_queue_destroy(q) == 0);
	rig_end(r);
}

static void row15_copy_error_stops(struct fault_case_run *t)
{
	struct rig *r = rig_new(t);
	struct fault_dev *dev = rig_dev(r, SID, BOTH);
	struct rig_reader *rd = &r->reader;
	struct fault_queue *q;
	struct fault_domain *d = rig_forward(r, dev, 8, &q);

	rig_page(r, SID, NONE, 1, 0x1000, true);
	rig_page(r, SID, NONE, 2, 0x2000, false);
	rig_page(r, SID, NONE, 2, 0x2001, true);
	rig_run(r);
	rd->fail_at = 3;
	EXPECT(r, rig_read(r, q, 8) == 1);
	rd->n = 0;
	rd->fail_at = 1;
	EXPECT(r, rig_read(r, q, 8) == -EFAULT && rd->n == 0);
	/* Whole again, from its start. */
	EXPECT(r, rig_read(r, q, 8) == 2);
	EXPECT(r, rd->m[0].fault.addr == 0x2000 && rd->m[1].fault.addr == 0x2001);
	rig_drop(r, dev, NONE, d);
	EXPECT(r, r->n_answers == 2);
	EXPECT(r, fault_queue_destroy(q) == 0);
	rig_end(r);
}

static void row15_responses_are_sanitised(struct fault_case_run *t)
{
	struct rig *r = rig_new(t);
	struct fault_dev *dev = rig_dev(r, SID, BOTH), *other = rig_dev(r, SID + 1, BOTH);
	struct rig_reader *rd = &r->reader;
	struct fault_queue *q1, *q2;
	struct fault_domain *d1 = rig_forward(r, dev, 8, &q1), *d2 = rig_forward(r, other, 8, &q2);
	u64 c1, c2;

	rig_stall(r, SID, NONE, 1, 0x1000);
	rig_stall(r, SID + 1, NONE, 2, 0x2000);
	rig_stall(r, SID, NONE, 3, 0x3000);
	rig_run(r);
	EXPECT(r, rig_read(r, q1, 8) == 2);
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
	rig_end(r);
}

const struct fault_case fault_cases_rows09_15[] = { FAULT_CASE(row09_flush_of_one_attachment),
						    FAULT_CASE(row10_response_codes),
						    FAULT_CASE(row11_orphans_and_multi_stream),
						    FAULT_CASE(row12_storm_back_off),
						    FAULT_CASE(row13_cookies_have_a_generation),
						    FAULT_CASE(row13_teardown_in_arrival_order),
						    FAULT_CASE(row14_stale_status_is_cleared),
						    FAULT_CASE(row14_watchdog),
						    FAULT_CASE(row15_whole_groups_are_handed_over),
						    FAULT_CASE(row15_bounded_and_lost_marks),
						    FAULT_CASE(row15_copy_error_stops),
						    FAULT_CASE(row15_responses_are_sanitised),
						    {} };
