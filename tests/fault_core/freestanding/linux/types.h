/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A host without a C library: shows that the core needs nothing that the kernel's headers do not declare. Compiled,
 * never run. What needs no host (lists, bits, fields) is the environment's, src/env/posix/linux/.
 */
#ifndef FREESTANDING_TYPES_H
#define FREESTANDING_TYPES_H

typedef unsigned char u8;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef unsigned long size_t;
typedef unsigned int gfp_t;
typedef _Bool bool;

#define true 1
#define false 0
#define NULL ((void *)0)

typedef struct {
	int counter;
} atomic_t;

struct list_head {
	struct list_head *next, *prev;
};

struct hlist_node {
	struct hlist_node *next, **pprev;
};

struct hlist_head {
	struct hlist_node *first;
};

#endif /* FREESTANDING_TYPES_H */
