/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Every operation is a point at which another task may come, before it and, where it publishes something, after it,
 * too. A counter below zero, and an operation on storage that was given back, is found where it happens.
 */
#ifndef FAULT_INTERLEAVE_ATOMIC_H
#define FAULT_INTERLEAVE_ATOMIC_H

#include <linux/compiler.h>
#include <linux/types.h>

#define smp_load_acquire(p)                        \
	({                                         \
		__typeof__(*(p) + 0) loaded_;      \
		sched_point(SCHED_SITE);           \
		loaded_ = *(p);                    \
		sched_check_alive((u32)(loaded_)); \
		loaded_;                           \
	})
#define smp_store_release(p, v)                 \
	({                                      \
		sched_point(SCHED_SITE);        \
		sched_check_alive((u32) * (p)); \
		*(p) = (v);                     \
		sched_point(SCHED_SITE);        \
	})
#define smp_acquire__after_ctrl_dep() ((void)0)

#define try_cmpxchg(p, old, new_value) interleave_cmpxchg(p, old, new_value, SCHED_SITE)

static inline bool interleave_cmpxchg(u32 *p, u32 *old, u32 new_value, const char *site)
{
	bool same;

	sched_point(site);
	sched_check_alive(*p);
	same = *p == *old;
	if (same)
		*p = new_value;
	else
		*old = *p;
	sched_point(site);
	return same;
}

#define atomic_add(by, v)		interleave_add(by, v, SCHED_SITE)
#define atomic_fetch_sub_release(by, v) interleave_sub(by, v, SCHED_SITE)
#define atomic_read_acquire(v)		interleave_read(v, SCHED_SITE)

static inline void interleave_add(int by, atomic_t *v, const char *site)
{
	sched_point(site);
	sched_check_alive((u32)v->counter);
	v->counter += by;
	sched_point(site);
}

static inline int interleave_sub(int by, atomic_t *v, const char *site)
{
	int old;

	sched_point(site);
	sched_check_alive((u32)v->counter);
	old = v->counter;
	if (old < by)
		sched_fail("a counter below zero");
	v->counter -= by;
	sched_point(site);
	return old;
}

static inline int interleave_read(const atomic_t *v, const char *site)
{
	sched_point(site);
	sched_check_alive((u32)v->counter);
	return v->counter;
}

#endif /* FAULT_INTERLEAVE_ATOMIC_H */
