/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the files of the stress share: its state, its hardware, its devices. */
#ifndef FAULT_STRESS_PRIV_H
#define FAULT_STRESS_PRIV_H

#include <linux/atomic.h>
#include <linux/errno.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#include "stress.h"

struct stress_dev {
	struct stress *s;
	struct fault_dev *dev;
	struct fault_storm storm;
	u32 number;
	u32 open; /* compare and swap; less than none for a moment */
	u32 throttled;
	u32 released; /* load and store */
};

struct stress {
	struct stress_cfg cfg;
	struct fault_core *core;
	struct stress_dev *devs[STRESS_DEVS];
	struct fault_ops ops;
	struct fault_queue *queues[STRESS_QUEUES]; /* NULL: somebody has taken it; lock */
	u32 **words;				   /* of each reporter's faults */
	u32 stop;				   /* load and store */
	u64 kept[STRESS_KEPT];
	u32 n_kept;
	spinlock_t lock;	/* kept, queues, below */
	const char *error_file; /* where the first error was seen */
	u32 error_line;
	u32 operations, doubled, errors, domains, domains_released, failed_sends;
};

/* Random numbers; each role starts with its own seed, never 0. */
u32 stress_random(u32 *seed);
u32 stress_first_random(const struct stress *s, u32 role);

/* Counters that many threads change, and what must not be. */
void stress_count(struct stress *s, u32 *counter);
void stress_error(struct stress *s, const char *file, u32 line);

/* An owner will know the cookie of the group that @addr's fault is in. */
void stress_hand_over(struct stress *s, u64 addr);

/* Devices. What fails is tried again. */
void stress_turn_on(struct stress *s, struct fault_dev *dev);
void stress_turn_off(struct stress *s, struct fault_dev *dev);
int stress_dev_make(struct stress *s, struct stress_dev *d);
void stress_dev_end(struct stress *s, struct stress_dev *d, struct fault_domain *domain);
void stress_wait_released(struct stress *s, struct stress_dev *d);
void stress_detach(struct stress *s, struct stress_dev *d, u32 pasid);

/* The @n-th queue. */
struct fault_queue *stress_queue_make(struct stress *s, u32 n);

extern const struct fault_domain_ops stress_domain_ops;

#define CHECK(s, cond)                                       \
	do {                                                 \
		if (!(cond))                                 \
			stress_error(s, __FILE__, __LINE__); \
	} while (0)

#endif /* FAULT_STRESS_PRIV_H */
