// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Sweeps: for each n, the n-th slot, allocation, response, operation or handler fails. */
#include "cases.h"

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
	rig_wait(r, 20000 * MS);
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
		t->fail(t->harness, __FILE__, __LINE__,
			"eight allocations were failed, one after the other");
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
	static const enum fault_code code[] = { FAULT_TERMINATE, FAULT_FAILURE, FAULT_LATER,
						FAULT_DEFAULT };
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

const struct fault_case fault_cases_sweeps[] = {
	FAULT_CASE(sweep_slots),     FAULT_CASE(sweep_allocations),
	FAULT_CASE(sweep_responses), FAULT_CASE(sweep_hardware_operations),
	FAULT_CASE(sweep_handlers),  {}
};
