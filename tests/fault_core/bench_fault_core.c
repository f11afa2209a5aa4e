// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The cost of one fault in the core, from report to response, with a handler
 * that answers at once; one thread, POSIX host.
 *
 * usage: bench_fault_core [FAULTS]     prints one line; the lowest of five rounds
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

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

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static double one_round(struct fault_core *core, u64 n)
{
	struct fault_record f = {
		.sid = 8, .pasid = 1, .type = FAULT_STALL, .perm = FAULT_READ, .flags = FAULT_PASID_VALID | FAULT_LAST
	};
	double t = seconds();
	u64 i;

	for (i = 0; i < n; i++) {
		f.index = (u32)i & 0xffff;
		f.addr = i << 12;
		if (fault_core_report(core, &f, i) || fault_core_run(core, i, 1) != 1)
			abort();
	}
	return 1e9 * (seconds() - t) / (double)n;
}

int main(int argc, char **argv)
{
	struct fault_driver drv = { .ops = &ops, .hw_code = { 1, 1, 1, 1, 1 } };
	struct fault_core_cfg cfg = { .host_ops = &host_ops };
	struct fault_dev_cfg dcfg = { .caps = FAULT_DEV_CAN_STALL };
	struct fault_domain_cfg mcfg = { .type = FAULT_DOMAIN_HANDLER, .owner.handler.ops = &domain_ops };
	u64 n = argc > 1 ? strtoull(argv[1], NULL, 0) : 2000000;
	struct fault_domain *domain;
	struct fault_core *core;
	struct fault_dev *dev;
	double best = 1e9, t;
	int round, err;

	err = fault_core_create(&cfg, &core) || fault_core_bind(core, &drv) || fault_dev_create(core, &dcfg, &dev) ||
	      fault_dev_add_sid(dev, 8) || fault_dev_enable(dev) || fault_domain_alloc(dev, &mcfg, &domain) ||
	      fault_domain_enable_stalls(domain) || fault_dev_attach(dev, 1, domain);
	if (err)
		abort();
	for (round = 0; round < 5; round++) {
		t = one_round(core, n);
		best = t < best ? t : best;
	}
	if (answers != 5 * n)
		abort();
	printf("fault report to response in the core: %.1f ns\n", best);
	err = fault_off(dev, 0) || fault_dev_detach(dev, 1, 0) || fault_domain_free(domain) || fault_dev_destroy(dev) ||
	      fault_core_destroy(core);
	return err ? EXIT_FAILURE : EXIT_SUCCESS;
}
