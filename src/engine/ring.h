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

/**
 * ring_index() - index of a queue pointer
 * @ptr: value of a pointer register (PROD or CONS)
 * @log2size: log2 of the queue's entries
 *
 * Return: Entry number, 0..2^@log2size - 1.
 */
static inline u32 ring_index(u32 ptr, u8 log2size)
{
	return ptr & ((1U << log2size) - 1);
}

/**
 * ring_ptr() - index and wrap bit, without the overflow flag or anything else above
 * @ptr: value of a pointer register (PROD or CONS)
 * @log2size: log2 of the queue's entries
 *
 * Return: The pointer.
 */
static inline u32 ring_ptr(u32 ptr, u8 log2size)
{
	return ptr & ((2U << log2size) - 1);
}

/**
 * ring_empty() - whether a queue is empty (SMMUv3 3.5.1)
 * @prod: value of PROD
 * @cons: value of CONS
 * @log2size: log2 of the queue's entries
 *
 * Return: true if it is.
 */
static inline bool ring_empty(u32 prod, u32 cons, u8 log2size)
{
	return ring_ptr(prod, log2size) == ring_ptr(cons, log2size);
}

/**
 * ring_full() - whether a queue is full (SMMUv3 3.5.1)
 * @prod: value of PROD
 * @cons: value of CONS
 * @log2size: log2 of the queue's entries
 *
 * Return: true if it is.
 */
static inline bool ring_full(u32 prod, u32 cons, u8 log2size)
{
	return ring_ptr(prod ^ cons, log2size) == 1U << log2size;
}

/**
 * ring_used() - entries between CONS and PROD
 * @prod: value of PROD
 * @cons: value of CONS
 * @log2size: log2 of the queue's entries
 *
 * Return: Their number; an inconsistent pair gives a number below 2^(@log2size + 1).
 */
static inline u32 ring_used(u32 prod, u32 cons, u8 log2size)
{
	return (ring_ptr(prod, log2size) - ring_ptr(cons, log2size)) & ((2U << log2size) - 1);
}

/**
 * ring_next() - the pointer register after one more entry
 * @ptr: value of a pointer register (PROD or CONS)
 * @log2size: log2 of the queue's entries
 *
 * Return: The new value; bit 31 is kept, other bits above the wrap bit are cleared.
 */
static inline u32 ring_next(u32 ptr, u8 log2size)
{
	return (ptr & RING_OVF) | ring_ptr(ring_ptr(ptr, log2size) + 1, log2size);
}

#endif /* RING_H */
