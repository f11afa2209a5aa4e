/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef FAULT_INTERLEAVE_LINUX_SCHED_H
#define FAULT_INTERLEAVE_LINUX_SCHED_H

#include <linux/rcupdate.h>

static inline void cond_resched(void)
{
	if (sched.task && sched.task->locks)
		sched_fail("may sleep with a lock held");
	if (rcu_busy())
		rcu_reclaim();
}

#define cpu_relax()                      \
	do {                             \
		sched_point(SCHED_SITE); \
		sched_sleep();           \
	} while (0)

#endif /* FAULT_INTERLEAVE_LINUX_SCHED_H */
