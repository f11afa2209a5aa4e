// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The cost of one fault in the core, from report to response, with a handler that answers at once. */
#include "bench.h"
#include "fault_core.h"

static u64 answers;

static void kick(void *host)
{
	(void)host;
}

static int respond(void *ctx, void *dev_ctx, const struct fault_response *r)
{
	(void)ctx;
	(void)dev_ctx;
	answers += r->hw_code;
	return 0;
}

static int fence(void *ctx, void *dev_ctx, enum fault_fence what)
{
	(void)ctx;
	(void)dev_ctx;
	(void)what;
	return 0;
}

static int turn(void *ctx, void *dev_ctx)
{
	(void)ctx;
	(void)dev_ctx;
	return 0;
}

static enum fault_code handle(void *ctx, struct fault_group *g, const struct fault_record *f)
{
	(void)ctx;
	(void)g;
	(void)f;
	return FAULT_RETRY;
}

static const struct fault_ops ops = { .respond = respond, .fence = fence, .enable = turn, .disable = turn };
static const struct fault_host_ops host_ops = { .kick = kick };
static const struct fault_domain_ops domain_ops = { .handle = handle };

static void *setup(void)
{
	struct fault_driver drv = { .ops = &ops, .hw_code = { 1, 1, 1, 1, 1 } };
	struct fault_core_cfg cfg = { .host_ops = &host_ops };
	struct fault_dev_cfg dcfg = { .caps = FAULT_DEV_CAN_STALL | FAULT_DEV_PRI };
	struct fault_domain_cfg mcfg = { .type = FAULT_DOMAIN_HANDLER, .owner.handler.ops = &domain_ops };
	struct fault_domain *domain;
	struct fault_core *core;
	struct fault_dev *dev;

	if (fault_core_create(&cfg, &core) || fault_core_bind(core, &drv) || fault_dev_create(core, &dcfg, &dev) ||
	    fault_dev_add_sid(dev, 8) || fault_dev_enable(dev) || fault_domain_alloc(dev, &mcfg, &domain) ||
	    fault_domain_enable_stalls(domain) || fault_dev_attach(dev, 1, domain))
		abort();
	return core;
}

static struct fault_record record(u8 type, u8 flags)
{
	return (struct fault_record){
		.sid = 8, .pasid = 1, .type = type, .perm = FAULT_READ, .flags = (u8)(FAULT_PASID_VALID | flags)
	};
}

static void stall(void *core, unsigned long n)
{
	struct fault_record f = record(FAULT_STALL, FAULT_LAST);
	unsigned long i;

	for (i = 0; i < n; i++) {
		f.index = (u32)i & 0xffff;
		f.addr = (u64)i << 12;
		if (fault_core_report(core, &f, i) || fault_core_run(core, i, 1) != 1)
			abort();
	}
}

static void group_of_four(void *core, unsigned long n)
{
	struct fault_record part = record(FAULT_PAGE_REQUEST, 0), last = record(FAULT_PAGE_REQUEST, FAULT_LAST);
	unsigned long i, j;

	for (i = 0; i < n; i++) {
		part.index = last.index = (u32)i & 511;
		for (j = 0; j < 3; j++)
			if (fault_core_report(core, &part, i))
				abort();
		if (fault_core_report(core, &last, i) || fault_core_run(core, i, 1) != 1)
			abort();
	}
}

BENCH_MAIN({ "fault_core.report_to_response", setup, stall, 150, 0,
	     "one stall, handled at once; aim 600 instructions" },
	   { "fault_core.group_of_four", setup, group_of_four, 0, 0, "four page requests, one response" })
