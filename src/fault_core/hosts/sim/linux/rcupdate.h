/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * RCU of a simulation, which one thread runs from its beginning to its end: an object that was removed is freed when
 * the thread is outside any read section and comes by cond_resched() or rcu_barrier().
 */
#ifndef FAULT_SIM_RCUPDATE_H
#define FAULT_SIM_RCUPDATE_H

#include <linux/bug.h>
#include <linux/types.h>

struct rcu_head {
	struct rcu_head *next;
	void (*func)(struct rcu_head *head);
};

struct rcu_state {
	struct rcu_head *waiting;
	u32 readers;
};

/* Of this thread's simulations. */
extern __thread struct rcu_state rcu_state;

#define __rcu
#define rcu_assign_pointer(p, v) ((void)((p) = (v)))
#define rcu_dereference(p)	 (p)

static inline void rcu_read_lock(void)
{
	rcu_state.readers++;
}

static inline void rcu_read_unlock(void)
{
	WARN_ON_ONCE(!rcu_state.readers);
	rcu_state.readers--;
}

static inline bool rcu_busy(void)
{
	return rcu_state.waiting != NULL;
}

/* Call @func outside any read section. */
void call_rcu(struct rcu_head *head, void (*func)(struct rcu_head *head));

/* Call everything that was queued. Within a read section it would wait for itself. */
void rcu_barrier(void);

/* Outside any read section, call everything that was queued; within one, nothing. */
void rcu_reclaim(void);

#endif /* FAULT_SIM_RCUPDATE_H */
