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

#include "fault_core.h"
#include "iommu.h"
#include "iommu_driver.h"
#include "physmem.h"

#define CHECK(cond)                                                                \
	do {                                                                       \
		if (!(cond)) {                                                     \
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #cond); \
			abort();                                                   \
		}                                                                  \
	} while (0)

#define RIG_CLIENTS 4

/**
 * struct rig_threads - ctx of the engine's and of the driver's operations
 * @lock: of the engine, and of what follows it
 * @answer: to each client's stalled access: 0 none yet, else 1 + enum iommu_resume
 * @stop: the threads that serve end
 */
struct rig_threads {
	const struct iommu_class *engine;
	void *hw;
	struct fault_core *core;
	pthread_mutex_t lock;
	struct physmem mem;
	u64 next_pa;
	int answer[RIG_CLIENTS];
	u32 stop;
};

extern const struct drv_ops rig_threads_ops;

void rig_threads_init(struct rig_threads *r, const struct iommu_class *engine, void *hw, u64 mem_bytes, u64 first_pa);
/* What is owed was answered. Before the driver is removed. */
void rig_threads_check(struct rig_threads *r, struct fault_stats *stats);
/* After the driver was removed. */
void rig_threads_exit(struct rig_threads *r);

/* For struct iommu_ops: the lock is held, for the engine is called with it. */
int rig_threads_hw_read(void *rig, u64 pa, void *buf, u32 len);
int rig_threads_hw_write(void *rig, u64 pa, const void *buf, u32 len);
void rig_threads_hw_resume(void *rig, u64 id, enum iommu_resume how);

/* One access (@t->id is the client's): presented, and again after each retry, until it ends. */
enum xlat rig_threads_access(struct rig_threads *r, const struct dma_txn *t, u64 *pa);

/* Threads that serve, until the stop. */
bool rig_threads_running(struct rig_threads *r);
void rig_threads_stop(struct rig_threads *r);
void *rig_threads_worker(void *rig);

#endif /* RIG_THREADS_H */
