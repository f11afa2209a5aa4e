/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One thread, in simulated or in no time: nothing comes between two accesses. */
#ifndef FAULT_SIM_ATOMIC_H
#define FAULT_SIM_ATOMIC_H

#include <linux/compiler.h>
#include <linux/types.h>

#define smp_load_acquire(p)	      (*(p))
#define smp_store_release(p, v)	      ((void)(*(p) = (v)))
#define smp_acquire__after_ctrl_dep() ((void)0)

#define try_cmpxchg(p, old, new_value) sim_try_cmpxchg(p, old, new_value)

static inline bool sim_try_cmpxchg(u32 *p, u32 *old, u32 new_value)
{
	if (*p != *old) {
		*old = *p;
		return false;
	}
	*p = new_value;
	return true;
}

static inline int atomic_read_acquire(const atomic_t *v)
{
	return v->counter;
}

static inline void atomic_add(int by, atomic_t *v)
{
	v->counter += by;
}

static inline int atomic_fetch_sub_release(int by, atomic_t *v)
{
	int old = v->counter;

	v->counter -= by;
	return old;
}

#endif /* FAULT_SIM_ATOMIC_H */
