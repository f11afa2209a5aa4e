// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The same replay in user space, in one thread: prints each fault and its answer. */
#include <stdio.h>
#include <stdlib.h>

#include "engine_replay.h"

struct host {
	struct fault_core *core;
	struct engine_replay *r;
	u64 now;
};

static void kick(void *host)
{
	(void)host;
}

static void irq(void *ctx)
{
	(void)ctx;
}

static void resumed(void *ctx, u32 stream)
{
	(void)ctx;
	(void)stream;
}

/* Everybody else's turn. */
static void wait_for(void *ctx, u32 stream)
{
	struct host *h = ctx;

	(void)stream;
	h->now++;
	if (!replay_irq(h->r) && !fault_core_run(h->core, h->now, 1)) {
		fprintf(stderr, "replay: an access waits for nothing\n");
		exit(EXIT_FAILURE);
	}
}

static u64 now(void *ctx)
{
	return ((struct host *)ctx)->now;
}

/* usage: replay_user smmuv3|vtd */
int main(int argc, char **argv)
{
	static const struct fault_host_ops host_ops = { .kick = kick };
	struct fault_core_cfg cfg = { .host_ops = &host_ops };
	struct host h = { .now = 0 };
	struct replay_host host = { &h, irq, resumed, wait_for, now };
	const struct replay_answer *a;
	bool vtd = argc > 1 && argv[1][0] == 'v';
	bool good = true;
	u32 i, n;

	if (fault_core_create(&cfg, &h.core))
		return EXIT_FAILURE;
	h.r = replay_new(h.core, &host, vtd ? REPLAY_VTD_PRI : REPLAY_SMMUV3_STALL);
	if (!h.r)
		return EXIT_FAILURE;
	for (i = 0; i < REPLAY_STREAMS; i++)
		good &= replay_stream(h.r, i);
	a = replay_answers(h.r, &n);
	for (i = 0; i < n; i++)
		printf("%s fault %u %llx %u\n", vtd ? "vtd" : "smmuv3", trace_sids[a[i].stream], a[i].iova, a[i].code);
	good &= replay_end(h.r);
	good &= fault_core_destroy(h.core) == 0;
	return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
