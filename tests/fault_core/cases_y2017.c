// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* 2017: stall for arm-smmu. */
#include "cases.h"

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
	struct rig *r = rig_attached(t, NULL, NONE);
	struct fault_domain *d = r->domain;

	r->log_kicks = true;
	rig_stall(r, SID, NONE, 1, 0x1000);
	EXPECT(r, rig_steps_are(r, "kick"));
	rig_run(r);
	EXPECT(r, rig_steps_are(r, "handle, respond") && r->answers[0].code == FAULT_RETRY);
	r->answer = FAULT_TERMINATE;
	rig_stall(r, SID, NONE, 1, 0x1000);
	fault_domain_disable_stalls(d, r->now);
	EXPECT(r, rig_steps_are(r, "kick, respond"));
	rig_run(r);
	EXPECT(r, rig_steps_are(r, ""));
	rig_stall(r, SID, NONE, 1, 0x1000);
	EXPECT(r, rig_steps_are(r, "respond"));
	EXPECT(r, fault_domain_enable_stalls(d) == 0);
	rig_stall(r, SID, NONE, 1, 0x1000);
	rig_run(r);
	EXPECT(r, r->answers[3].code == FAULT_TERMINATE);
	rig_close(r);
}

/*
 * GPU introspection: while the handler looks, the device stands still; then it is told to give up.
 */
static enum fault_code look_only(void *ctx, struct fault_group *g, const struct fault_record *f)
{
	struct rig *r = ctx;
	struct fault_group_info info;

	fault_group_info(g, &info);
	EXPECT(r, info.answer == FAULT_DEFAULT && r->n_answers == 0);
	EXPECT(r, info.dev_ctx == r && info.index == 9 && f->addr == 0xdead000);
	EXPECT(r, f->perm == FAULT_READ);
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

/*
 * The driver enables what the firmware allows, for that device only, without asking the device's
 * driver.
 */
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
	struct rig *r = rig_attached(t, NULL, NONE);
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
	rig_close(r);
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

const struct fault_case fault_cases_y2017[] = { FAULT_CASE(y2017_opt_in_and_support),
						FAULT_CASE(y2017_core_resumes),
						FAULT_CASE(y2017_handler_may_only_look),
						FAULT_CASE(y2017_stall_per_device),
						FAULT_CASE(y2017_out_of_order_and_without_pasid),
						FAULT_CASE(y2017_incompatible_attach_fails),
						{} };
