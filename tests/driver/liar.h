/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Hardware that tells the truth for a while and then lies: an engine, and between
 * its registers and the driver somebody who changes what is read and drops what is
 * written. It counts the driver's accesses, and a call that makes too many fails.
 */
#ifndef LIAR_H
#define LIAR_H

#include "iommu_kind.h"
#include "machine.h"

#include <check.h>

/**
 * enum lie - what is wrong with the hardware
 * @LIE_NONE: nothing
 * @LIE_ONES: it has left the bus: reads are all ones, writes go nowhere
 * @LIE_ZEROES: reads are zero, writes go nowhere
 * @LIE_RANDOM: reads are random, writes go nowhere
 * @LIE_SOMETIMES: one read in four is random, one write in eight is lost
 * @LIE_STILL: commands are not carried out: their doorbell is not heard, a TLB sync never ends
 * @LIE_STUCK: status bits never go away again
 * @LIE_RUNAWAY: the hardware has always another record
 * @LIE_GARBAGE: what the driver reads in queues is random
 */
enum lie {
	LIE_NONE,
	LIE_ONES,
	LIE_ZEROES,
	LIE_RANDOM,
	LIE_SOMETIMES,
	LIE_STILL,
	LIE_STUCK,
	LIE_RUNAWAY,
	LIE_GARBAGE,
	LIES
};

#define LIAR_MAX_QUEUES 16
#define LIAR_ACCESS_MAX 50000 /* accesses to registers within one call of the driver */
#define LIAR_POLLS	20
#define LIAR_STICKY	64

struct liar {
	struct machine m; /* first: ctx of its services */
	struct machine_board board;
	struct physmem mem;
	const struct iommu_kind *kind;
	enum lie lie;
	u64 seed;
	u32 countdown; /* accesses until it begins to lie */
	u32 accesses;  /* since the call of the driver began */
	u32 most;      /* of all calls */
	bool probing;  /* what is allocated now the hardware writes or reads as a queue */
	struct {
		u64 pa, bytes;
	} queue[LIAR_MAX_QUEUES];
	u32 n_queues;
	struct {
		u64 offset, bits;
	} sticky[LIAR_STICKY];
	u32 n_sticky;
};

/* An engine of @kind in its default configuration. */
void liar_init(struct liar *l, const struct iommu_kind *kind, enum lie lie, u64 seed);
void liar_exit(struct liar *l);
/* A random number below @n, from the seed. */
u32 liar_random(struct liar *l, u32 n);
/* A call of the driver begins. */
void liar_call(struct liar *l);

#endif /* LIAR_H */
