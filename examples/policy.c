// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * An own policy for faults, on the fault core alone: a page request group is served by the pages that its owner has;
 * what lies outside of its window is refused; a page that has to be fetched is answered later, when it has come; and what
 * is not answered in time, the core answers. Whoever reads an IOMMU's records would report them as play() does.
 */
#include <faultline/fault.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define STREAM 0x100u
#define WINDOW 0x100000u /* the first byte that does not belong to the owner */
#define DISK   0x80000u	 /* from here on pages have to be fetched */

struct owner {
	struct fl_fault_core *core;
	uint64_t kept; /* the group that waits for its page */
	bool work;
	unsigned int answered[FL_FAULT_CODES];
};

static const char *const names[FL_FAULT_CODES] = { "default", "retry", "terminate", "failure", "later" };

/* The IOMMU's side: a real one would write CMD_PRI_RESP, CMD_RESUME or a descriptor with response->hw_code. */
static int respond(void *ctx, void *dev_ctx, const struct fl_fault_response *response)
{
	struct owner *o = ctx;

	(void)dev_ctx;
	printf("group %" PRIu32 ": %s (code %" PRIu32 ")\n", response->index, names[response->code], response->hw_code);
	o->answered[response->code]++;
	return 0;
}

static void kick(void *ctx)
{
	struct owner *o = ctx;

	o->work = true;
}

/* The policy. */
static enum fl_fault_code handle(void *ctx, struct fl_fault_group *group, const struct fl_fault_record *record)
{
	struct owner *o = ctx;

	if (record->addr >= WINDOW)
		return FL_FAULT_TERMINATE;
	if (record->addr < DISK)
		return FL_FAULT_RETRY;
	o->kept = fl_fault_group_cookie(group);
	return FL_FAULT_LATER;
}

static void check(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "policy: %s\n", what);
	exit(1);
}

static void request(struct owner *o, uint32_t group, uint64_t addr, bool last, uint64_t now)
{
	const struct fl_fault_record record = { .addr = addr,
						.stream = STREAM,
						.index = group,
						.type = FL_FAULT_PAGE_REQUEST,
						.perm = FL_FAULT_READ,
						.flags = last ? FL_FAULT_LAST : 0 };

	check(!fl_fault_report(o->core, &record, now), "fl_fault_report");
	while (o->work) {
		o->work = false;
		while (fl_fault_run(o->core, now, 16) == 16)
			;
	}
}

static void play(struct owner *o)
{
	request(o, 1, 0x1000, false, 1000); /* two pages of one group: one answer */
	request(o, 1, 0x2000, true, 1100);
	request(o, 2, WINDOW, true, 1200);
	request(o, 3, DISK, true, 1300);
	check(!o->answered[FL_FAULT_FAILURE] && o->answered[FL_FAULT_RETRY] == 1 &&
		      o->answered[FL_FAULT_TERMINATE] == 1,
	      "the third waits");
	check(!fl_fault_respond(o->core, o->kept, FL_FAULT_RETRY, 90000), "its page has come");
	request(o, 4, DISK + 0x1000, true, 100000);
	/* Nobody answers: after pending_ns the core does. */
	check(fl_fault_expire(o->core, 100000 + 1000000) == 1, "the deadline");
	check(fl_fault_respond(o->core, o->kept, FL_FAULT_RETRY, 1200000) < 0, "too late");
	check(o->answered[FL_FAULT_RETRY] == 2 && o->answered[FL_FAULT_FAILURE] == 1, "each group has one answer");
}

int main(void)
{
	struct owner o = { 0 };
	const struct fl_fault_ops ops = {
		.size = sizeof(ops), .respond = respond, .kick = kick, .hw_code = { 0, 0, 1, 15 }
	};
	const struct fl_fault_dev_params params = {
		.size = sizeof(params), .caps = FL_FAULT_CAN_PRI, .pending_ns = 1000000, .expire_code = FL_FAULT_FAILURE
	};
	const struct fl_fault_domain_ops policy = { .size = sizeof(policy), .handle = handle };
	struct fl_fault_domain *domain;
	struct fl_fault_dev *dev;

	check(!fl_fault_core_create(&ops, &o, &o.core), "fl_fault_core_create");
	check(!fl_fault_dev_create(o.core, &params, &dev) && !fl_fault_dev_add_stream(dev, STREAM), "device");
	check(!fl_fault_domain_create(dev, &policy, &o, &domain) && !fl_fault_domain_enable(domain), "domain");
	check(!fl_fault_dev_attach(dev, UINT32_MAX, domain) && !fl_fault_dev_enable(dev), "on");
	play(&o);
	check(!fl_fault_dev_off(dev, 2000000) && !fl_fault_dev_detach(dev, UINT32_MAX, 2000000), "off");
	check(!fl_fault_domain_destroy(domain) && !fl_fault_dev_destroy(dev), "destroy");
	check(!fl_fault_core_destroy(o.core), "nothing is left");
	return 0;
}
