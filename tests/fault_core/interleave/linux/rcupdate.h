/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A grace period ends as soon as the last reader of its time has left; whoever comes by next frees. */
#ifndef FAULT_INTERLEAVE_RCUPDATE_H
#define FAULT_INTERLEAVE_RCUPDATE_H

#include <linux/types.h>

#include "../sched.h"

struct rcu_head {
	struct rcu_head *next;
	void (*func)(struct rcu_head *head);
	u64 call; /* which call of call_rcu() */
};

struct rcu_state {
	struct rcu_head *waiting;
	u64 calls;
	u32 running;
};

extern struct rcu_state rcu_state;

#define __rcu
#define rcu_assign_pointer(p, v)         \
	({                               \
		sched_point(SCHED_SITE); \
		(p) = (v);               \
		sched_point(SCHED_SITE); \
	})
#define rcu_dereference(p)               \
	({                               \
		sched_point(SCHED_SITE); \
		(p);                     \
	})

#define rcu_read_lock()	  interleave_read_lock(SCHED_SITE)
#define rcu_read_unlock() interleave_read_unlock(SCHED_SITE)

static inline void interleave_read_lock(const char *site)
{
	sched_point(site);
	if (sched.task->reading++ == 0)
		sched.task->reading_since = rcu_state.calls;
}

static inline void interleave_read_unlock(const char *site)
{
	if (!sched.task->reading)
		sched_fail("a read section ends that did not begin");
	sched.task->reading--;
	sched_point(site);
}

void call_rcu(struct rcu_head *head, void (*func)(struct rcu_head *head));
void rcu_barrier(void);

/* Never waits. Returns true if nothing is left to free. */
bool rcu_reclaim(void);

static inline bool rcu_busy(void)
{
	return rcu_state.waiting != NULL;
}

#endif /* FAULT_INTERLEAVE_RCUPDATE_H */
