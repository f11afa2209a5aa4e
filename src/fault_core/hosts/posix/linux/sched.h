/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef FAULT_POSIX_SCHED_H
#define FAULT_POSIX_SCHED_H

#include <linux/rcupdate.h>
#include <sched.h>

/* A point where a kernel may switch tasks, and where its RCU goes on; here RCU goes on. */
static inline void cond_resched(void)
{
	if (rcu_busy())
		rcu_reclaim();
}

/* Between two looks at something that another thread is about to do. */
static inline void cpu_relax(void)
{
	sched_yield();
}

#endif /* FAULT_POSIX_SCHED_H */
