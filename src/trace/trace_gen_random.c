// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Accesses of several independent streams, each over its own pages. */
#include "trace_gen_priv.h"

#define PAGE	   4096ULL
#define FIRST_IOVA 0x10000000ULL

enum { ACCESSES, STREAMS, PAGES, PATTERN, WRITE_PERCENT, SIZE, INTERVAL, PASIDS, UNMAP_EVERY };

enum { UNIFORM, SEQUENTIAL, HOT };

static const char *const patterns[] = { "uniform", "sequential", "hot", NULL };

static const struct trace_gen_key keys[] = {
	[ACCESSES] = { "accesses", 100000, 1, 1000000000, "accesses of all streams together", NULL },
	[STREAMS] = { "streams", 4, 1, 65536, "streams; StreamIDs 1, 2, ...", NULL },
	[PAGES] = { "pages", 1024, 1, 1 << 24, "4 KiB pages that each stream uses", NULL },
	[PATTERN] = { "pattern", UNIFORM, UNIFORM, HOT,
		      "uniform, sequential, or hot (nine of ten accesses to a tenth of the pages)", patterns },
	[WRITE_PERCENT] = { "write_percent", 50, 0, 100, "share of writes", NULL },
	[SIZE] = { "size_bytes", 64, 1, 1 << 20, "length of each access; over 4096 it crosses pages", NULL },
	[INTERVAL] = { "interval_ns", 100, 0, 1000000000, "mean time from one access to the next", NULL },
	[PASIDS] = { "pasids", 0, 0, 1024, "address spaces with a PASID that each stream has; 0: none, no PASID",
		     NULL },
	[UNMAP_EVERY] = { "unmap_every", 0, 0, 1000000000,
			  "after so many accesses the page accessed last is unmapped; 0: never", NULL },
	{ 0 },
};

static u64 pick_offset(struct trace_gen *gen, u64 *next)
{
	u64 bytes = gen->value[PAGES] * PAGE, size = gen->value[SIZE], slots, hot, slot;

	slots = bytes > size ? bytes / size : 1;
	switch (gen->value[PATTERN]) {
	case SEQUENTIAL:
		slot = (*next)++ % slots;
		break;
	case HOT:
		hot = slots > 10 ? slots / 10 : 1;
		slot = trace_gen_below(gen, trace_gen_below(gen, 10) ? hot : slots);
		break;
	default:
		slot = trace_gen_below(gen, slots);
		break;
	}
	return slot * size;
}

static int attach_all(struct trace_gen *gen)
{
	u64 pasids = gen->value[PASIDS], s, p;
	int ret;

	for (s = 0; s < gen->value[STREAMS]; s++) {
		for (p = 0; p < max(pasids, 1ULL); p++) {
			ret = trace_gen_attach(gen, s + 1, pasids, pasids ? p + 1 : 0, s * max(pasids, 1ULL) + p + 1);
			if (ret)
				return ret;
		}
	}
	return 0;
}

static int one_access(struct trace_gen *gen, u64 *next)
{
	u64 pasids = gen->value[PASIDS], stream = trace_gen_below(gen, gen->value[STREAMS]);
	u64 p = pasids ? trace_gen_below(gen, pasids) : 0;
	struct trace_gen_access a = { .sid = stream + 1,
				      .domain = stream * max(pasids, 1ULL) + p + 1,
				      .size = gen->value[SIZE],
				      .pasid_valid = pasids,
				      .pasid = pasids ? p + 1 : 0 };
	int ret;

	a.dir = trace_gen_below(gen, 100) < gen->value[WRITE_PERCENT] ? DMAT_F_W : DMAT_F_R;
	/* The spaces begin at the same address, as those of real devices do. */
	a.iova = FIRST_IOVA + pick_offset(gen, &next[stream]);
	trace_gen_wait(gen, gen->value[INTERVAL]);
	ret = trace_gen_access(gen, &a);
	if (!ret && gen->value[UNMAP_EVERY] && gen->accesses % gen->value[UNMAP_EVERY] == 0)
		ret = trace_gen_unmap(gen, a.domain, a.iova & ~(PAGE - 1), PAGE);
	return ret;
}

static int run(struct trace_gen *gen)
{
	u64 *next = calloc(gen->value[STREAMS], sizeof(*next));
	int ret;

	if (!next)
		return -ENOMEM;
	ret = attach_all(gen);
	while (!ret && gen->accesses < gen->value[ACCESSES])
		ret = one_access(gen, next);
	free(next);
	return ret;
}

const struct trace_generator trace_gen_random = {
	.name = "random",
	.summary = "independent streams with random or regular addresses",
	.key = keys,
	.run = run,
};
