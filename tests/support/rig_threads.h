/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * One engine behind a lock, its memory and a fault core, for the tests of a
 * driver under real threads. A failed check ends the process.
 */
#ifndef RIG_THREADS_H
#define RIG_THREADS_H

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "machine.h"

#define CHECK(cond)                                                                \
	do {                                                                       \
		if (!(cond)) {                                                     \
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #cond); \
			abort();                                                   \
		}                                                                  \
	} while (0)

#define RIG_CLIENTS 4

/**
 * struct rig_threads - one engine, which the threads use one at a time
 * @m: first: ctx of its services
 * @lock: of the machine but its driver and core, and of what follows it
 * @answer: to each client's stalled access: 0 none yet, else 1 + enum iommu_resume
 * @stop: the threads that serve end
 */
struct rig_threads {
	struct machine m;
	struct machine_board board;
	pthread_mutex_t lock;
	struct physmem mem;
	int answer[RIG_CLIENTS];
	u32 stop;
};

/* Without engine: that is made with r->m.hw_ops. */
void rig_threads_init(struct rig_threads *r, const struct iommu_class *engine, void *hw);
/* What is owed was answered. Before the driver is removed. */
void rig_threads_check(struct rig_threads *r, struct fault_stats *stats);
/* Removes the driver, too. */
void rig_threads_exit(struct rig_threads *r);

/* One access (@t->id is the client's): presented, and again after each retry, until it ends. */
enum xlat rig_threads_access(struct rig_threads *r, const struct dma_txn *t, u64 *pa);

/* Threads that serve, until the stop. */
bool rig_threads_running(struct rig_threads *r);
void rig_threads_stop(struct rig_threads *r);
void *rig_threads_worker(void *rig);
/* The handlers of the lines that wait. */
void rig_threads_serve(struct rig_threads *r);

#endif /* RIG_THREADS_H */
