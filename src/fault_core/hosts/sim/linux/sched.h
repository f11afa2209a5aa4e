/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef FAULT_SIM_SCHED_H
#define FAULT_SIM_SCHED_H

#include <linux/bug.h>
#include <linux/rcupdate.h>

static inline void cond_resched(void)
{
	if (rcu_busy())
		rcu_reclaim();
}

/* There is nobody to wait for: whoever comes here would wait for ever. */
static inline void cpu_relax(void)
{
	WARN_ON_ONCE(1);
}

#endif /* FAULT_SIM_SCHED_H */
