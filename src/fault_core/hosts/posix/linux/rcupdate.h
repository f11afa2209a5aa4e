/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * RCU between threads: readers count themselves in one of two counters; a grace period flips them twice. No thread of
 * its own: cond_resched() and rcu_barrier() move it on and call what was queued. A process has one RCU, as a kernel has.
 */
#ifndef FAULT_POSIX_RCUPDATE_H
#define FAULT_POSIX_RCUPDATE_H

#include <linux/spinlock.h>
#include <linux/types.h>

struct rcu_head {
	struct rcu_head *next;
	void (*func)(struct rcu_head *head);
};

struct rcu_state {
	u32 readers[2];
	u32 index;	 /* whose lowest bit says which of @readers new readers use */
	spinlock_t lock; /* what follows; the lists' heads are read without it, as a hint */
	struct rcu_head *waiting;
	struct rcu_head *in_grace;
	u32 step;
	u32 running;
};

/* The counter that this thread's read section uses. Read sections do not nest here. */
extern __thread u32 *rcu_reader;
extern struct rcu_state rcu_state;

#define __rcu
#define rcu_assign_pointer(p, v) __atomic_store_n(&(p), v, __ATOMIC_RELEASE)
#define rcu_dereference(p)	 __atomic_load_n(&(p), __ATOMIC_ACQUIRE)

static inline void rcu_read_lock(void)
{
	u32 *readers = &rcu_state.readers[__atomic_load_n(&rcu_state.index, __ATOMIC_RELAXED) & 1];

	rcu_reader = readers;
	__atomic_fetch_add(readers, 1, __ATOMIC_SEQ_CST);
}

static inline void rcu_read_unlock(void)
{
	__atomic_fetch_sub(rcu_reader, 1, __ATOMIC_SEQ_CST);
}

/* Call @func once every reader that may know of the object around @head has left. */
void call_rcu(struct rcu_head *head, void (*func)(struct rcu_head *head));

/* Wait until every callback that was queued before has run. */
void rcu_barrier(void);

/* Without waiting, call what a grace period has passed for. Returns true if nothing is left. */
bool rcu_reclaim(void);

/* A hint, without a lock: whether there is anything to reclaim. */
static inline bool rcu_busy(void)
{
	return __atomic_load_n(&rcu_state.waiting, __ATOMIC_RELAXED) ||
	       __atomic_load_n(&rcu_state.in_grace, __ATOMIC_RELAXED);
}

#endif /* FAULT_POSIX_RCUPDATE_H */
