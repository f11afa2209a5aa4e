/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Circular queues of 2^n entries with a wrap bit just above the index, and an
 * overflow flag in bit 31 (SMMUv3 3.5.1). VT-d's queues use byte offsets and no
 * wrap bit: ring_vtd_* below.
 */
#ifndef RING_H
#define RING_H

#include "fl_env.h"

#define RING_OVF BIT(31)

static inline u32 ring_index(u32 ptr, u8 log2size)
{
	return ptr & ((1U << log2size) - 1);
}

static inline u32 ring_wrap(u32 ptr, u8 log2size)
{
	return (ptr >> log2size) & 1;
}

/* Index and wrap bit, without the overflow flag or anything else above. */
static inline u32 ring_ptr(u32 ptr, u8 log2size)
{
	return ptr & ((2U << log2size) - 1);
}

static inline bool ring_empty(u32 prod, u32 cons, u8 log2size)
{
	return ring_ptr(prod, log2size) == ring_ptr(cons, log2size);
}

static inline bool ring_full(u32 prod, u32 cons, u8 log2size)
{
	return ring_index(prod, log2size) == ring_index(cons, log2size) &&
	       ring_wrap(prod, log2size) != ring_wrap(cons, log2size);
}

/* Entries between cons and prod; a nonsensical pair gives a number <= 2^n. */
static inline u32 ring_used(u32 prod, u32 cons, u8 log2size)
{
	return (ring_ptr(prod, log2size) - ring_ptr(cons, log2size)) & ((2U << log2size) - 1);
}

/* Next value of a pointer register; bit 31 is kept, other bits above the wrap bit are cleared. */
static inline u32 ring_next(u32 ptr, u8 log2size)
{
	return (ptr & RING_OVF) | ring_ptr(ring_ptr(ptr, log2size) + 1, log2size);
}

/* VT-d: pointers are entry numbers without wrap bit; one entry stays unused. */
static inline bool ring_vtd_full(u32 head, u32 tail, u32 entries)
{
	return ((tail + 1) & (entries - 1)) == head;
}

static inline u32 ring_vtd_next(u32 ptr, u32 entries)
{
	return (ptr + 1) & (entries - 1);
}

#endif /* RING_H */
