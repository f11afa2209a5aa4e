// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Answers that the hardware does not take, and groups that never become whole. */
#include "cases.h"

static void answers_are_sent_again(struct fault_case_run *t)
{
	struct fault_dev_cfg cfg = { .caps = BOTH, .credits = 1 };
	struct rig *r = rig_attached(t, &cfg, NONE);
	struct fault_dev *dev = r->dev;
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
	rig_close(r);
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
	EXPECT(r, rig_steps_are(r, "free-device"));
	/* The driver comes again; the stream is unknown by now. */
	EXPECT(r, rig_report(r, &f) == 0);
	EXPECT(r,
	       r->n_answers == 1 && r->answers[0].orphan && r->answers[0].code == FAULT_TERMINATE);
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

/*
 * Faults cannot be turned on, and the answer to one that came meanwhile is not taken: fault_off
 * sees to it.
 */
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

/*
 * A PASID that is released is owed nothing: detach fails until the hardware has every answer, and
 * may be called again.
 */
static void detach_leaves_no_answer(struct fault_case_run *t)
{
	struct rig *r = rig_new(t);
	struct fault_dev *dev = rig_dev(r, SID, BOTH);
	struct fault_domain *d = rig_domain(r, dev, PASID);

	rig_stall(r, SID, PASID, 1, 0x1000);
	rig_stall(r, SID, PASID, 2, 0x2000);
	r->fail_respond = 1;
	EXPECT(r, fault_dev_detach(dev, PASID, r->now) == -EBUSY);
	EXPECT(r, r->n_answers == 0 && fault_dev_pending(dev, PASID) == 2);
	EXPECT(r, fault_domain_free(d) == -EBUSY);
	/* A worker's answer, which was not taken either. */
	rig_stall(r, SID, PASID, 3, 0x3000);
	r->fail_respond = 1;
	rig_run(r);
	EXPECT(r, r->n_answers == 0 && fault_dev_pending(dev, PASID) == 3);
	EXPECT(r, fault_dev_detach(dev, PASID, r->now) == 0);
	EXPECT(r, r->n_answers == 3 && r->answers[0].index == 1 && r->answers[1].index == 2);
	EXPECT(r, r->answers[2].index == 3);
	EXPECT(r, fault_domain_free(d) == 0);
	rig_drop(r, dev, NONE, NULL);
	rig_end(r);
}

/*
 * Groups whose LAST never comes, as after a reset of the device, take no slot from those that are
 * whole.
 */
static void abandoned_groups_give_way(struct fault_case_run *t)
{
	struct fault_dev_cfg cfg = { .caps = BOTH, .credits = 2 };
	struct rig *r = rig_attached(t, &cfg, NONE);
	u32 i;

	for (i = 0; i < 8; i++) {
		rig_page(r, SID, NONE, i, 0x1000, false);
		rig_wait(r, 200 * MS);
	}
	rig_page(r, SID, NONE, 100, 0x5000, true);
	rig_stall(r, SID, NONE, 1, 0x6000);
	EXPECT(r, rig_run(r) == 2 && r->n_seen == 2 && r->n_answers == 2);
	/* The last one noted is still known as incomplete. */
	rig_page(r, SID, NONE, 7, 0x7000, true);
	EXPECT(r, rig_run(r) == 0 && r->n_seen == 2 && r->n_answers == 3);
	rig_close(r);
}

/*
 * A request without a place is remembered as lost, even if there is a place again by the time of
 * its LAST.
 */
static void request_without_a_slot_poisons(struct fault_case_run *t)
{
	struct fault_dev_cfg cfg = { .caps = BOTH, .credits = 1 };
	struct rig *r = rig_attached(t, &cfg, NONE);
	struct fault_group *g[2];
	u32 i;

	/*
	 * Both slots with groups that are answered and still looked at: there is credit, but no
	 * slot.
	 */
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
	rig_close(r);
}

/*
 * A worker that looked while another had the device in hand sleeps: it is woken for what that one
 * leaves.
 */
static void worker_is_woken_for_the_rest(struct fault_case_run *t)
{
	struct rig *r = rig_attached(t, NULL, NONE);
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
	rig_close(r);
}

/* An answer that is refused in a row of answers holds up those behind it. */
static void refused_answer_keeps_its_place(struct fault_case_run *t)
{
	struct rig *r = rig_attached(t, NULL, NONE);
	struct fault_dev *dev = r->dev;
	u32 i;

	for (i = 0; i < 4; i++)
		rig_stall(r, SID, NONE, i, 0x1000);
	r->fail_respond = 2;
	EXPECT(r, fault_off(dev, r->now) == -EBUSY && r->n_answers == 1);
	EXPECT(r, fault_off(dev, r->now) == 0 && r->n_answers == 4);
	for (i = 0; i < 4; i++)
		EXPECT(r, r->answers[i].index == i);
	rig_close(r);
}

/*
 * A record that the core could not take is looked at again, and one beside a busy queue is not
 * forgotten.
 */
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
	EXPECT(r, rig_steps_are(r, "drain"));
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

/*
 * A poisoned group's answer is not taken and no slot is free: reported again, it is still poisoned.
 */
static void poisoned_group_is_reported_again(struct fault_case_run *t)
{
	struct fault_dev_cfg cfg = { .caps = BOTH, .credits = 1 };
	struct rig *r = rig_attached(t, &cfg, NONE);
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
	rig_close(r);
}

/* A poisoned group of which even the answer finds no slot stays poisoned. */
static void poisoned_group_stays_poisoned(struct fault_case_run *t)
{
	struct fault_dev_cfg cfg = { .caps = BOTH, .credits = 2, .no_slot_code = FAULT_FAILURE };
	struct rig *r = rig_attached(t, &cfg, NONE);
	struct fault_record f = rig_record(r, SID, NONE, 7, 0x1000, FAULT_PAGE_REQUEST, true);
	struct fault_group *g;

	/*
	 * All four slots: two with a group that was answered and is still looked at, two with one
	 * that waits.
	 */
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
	EXPECT(r, r->n_answers == 2 && r->answers[1].index == 7);
	EXPECT(r, r->answers[1].code == FAULT_FAILURE);
	rig_run(r);
	EXPECT(r, r->n_seen == 2);
	rig_close(r);
}

/* Turning off forgets what is incomplete: no LAST will come, and nothing is left over. */
static void off_with_incomplete_groups(struct fault_case_run *t)
{
	struct fault_dev_cfg cfg = { .caps = BOTH, .credits = 4 };
	struct rig *r = rig_attached(t, &cfg, NONE);
	struct fault_dev *dev = r->dev;
	u32 i;

	for (i = 0; i < 6; i++)
		rig_page(r, SID, NONE, i, 0x1000, false);
	EXPECT(r, fault_off(dev, r->now) == 0 && r->n_answers == 0);
	EXPECT(r, fault_dev_enable(dev) == 0);
	/* All credits are back, and no index is poisoned. */
	for (i = 0; i < 4; i++)
		rig_page(r, SID, NONE, i, 0x2000, true);
	EXPECT(r, rig_run(r) == 4);
	rig_close(r);
}

/* A storm of page requests: what began before it is not handled as if it were whole. */
static void storm_of_page_requests(struct fault_case_run *t)
{
	struct fault_storm storm = { .limit = 3, .window_ns = MS, .off_ns = MS };
	struct fault_dev_cfg cfg = { .caps = BOTH, .storm = &storm };
	struct rig *r;

	fault_storm_init(&storm);
	r = rig_attached(t, &cfg, NONE);
	EXPECT(r, storm.off_max_ns == 8000 * MS);
	rig_page(r, SID, NONE, 1, 0x1000, false);
	rig_page(r, SID, NONE, 2, 0x2000, false);
	rig_page(r, SID, NONE, 1, 0x1001, true);
	EXPECT(r, r->n_answers == 1 && r->answers[0].code == FAULT_TERMINATE);
	rig_page(r, SID, NONE, 3, 0x3000, false);
	rig_run(r);
	rig_wait(r, 2 * MS);
	rig_page(r, SID, NONE, 3, 0x3001, true);
	EXPECT(r, rig_run(r) == 0 && r->n_answers == 2 && r->answers[1].code == FAULT_RETRY);
	rig_page(r, SID, NONE, 2, 0x2001, true);
	EXPECT(r, rig_run(r) == 1 && r->n_seen == 2);
	rig_close(r);
}

static void note(void *ctx)
{
	(*(u32 *)ctx)++;
}

/* An owner is told that its queue can be read, and can be exchanged while nothing is pending. */
static void queue_owner_changes(struct fault_case_run *t)
{
	u32 told = 0;
	struct fault_queue_cfg qcfg = {
		.entries = 8, .full_code = FAULT_TERMINATE, .notify = note, .ctx = &told
	};
	struct fault_domain_cfg cfg = { .type = FAULT_DOMAIN_FORWARD };
	struct rig *r = rig_new(t);
	struct fault_dev *dev = rig_dev(r, SID, BOTH);
	union fault_owner owner;
	struct fault_queue *q1, *q2;
	struct fault_domain *d;

	EXPECT(r, fault_queue_create(r->core, &qcfg, &q1) == 0);
	EXPECT(r, fault_queue_create(r->core, &qcfg, &q2) == 0);
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

const struct fault_case fault_cases_answers[] = { FAULT_CASE(answers_are_sent_again),
						  FAULT_CASE(refused_orphan_outlives_its_device),
						  FAULT_CASE(refused_answer_while_closing),
						  FAULT_CASE(answer_is_left_when_enable_fails),
						  FAULT_CASE(detach_leaves_no_answer),
						  FAULT_CASE(abandoned_groups_give_way),
						  FAULT_CASE(request_without_a_slot_poisons),
						  FAULT_CASE(refused_answer_keeps_its_place),
						  FAULT_CASE(watchdog_comes_again),
						  FAULT_CASE(worker_is_woken_for_the_rest),
						  FAULT_CASE(poisoned_group_is_reported_again),
						  FAULT_CASE(poisoned_group_stays_poisoned),
						  FAULT_CASE(off_with_incomplete_groups),
						  FAULT_CASE(storm_of_page_requests),
						  FAULT_CASE(queue_owner_changes),
						  {} };
