/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Atomic operations between threads. A read of a counter acquires, so that smp_acquire__after_ctrl_dep() has no work. */
#ifndef FAULT_POSIX_ATOMIC_H
#define FAULT_POSIX_ATOMIC_H

#include <linux/compiler.h>
#include <linux/types.h>

#define smp_load_acquire(p)	      __atomic_load_n(p, __ATOMIC_ACQUIRE)
#define smp_store_release(p, v)	      __atomic_store_n(p, v, __ATOMIC_RELEASE)
#define smp_acquire__after_ctrl_dep() __asm__ volatile("" ::: "memory")

#define try_cmpxchg(p, old, new_value) \
	__atomic_compare_exchange_n(p, old, new_value, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)

static inline int atomic_read_acquire(const atomic_t *v)
{
	return __atomic_load_n(&v->counter, __ATOMIC_ACQUIRE);
}

static inline void atomic_add(int by, atomic_t *v)
{
	__atomic_fetch_add(&v->counter, by, __ATOMIC_RELAXED);
}

static inline int atomic_fetch_sub_release(int by, atomic_t *v)
{
	return __atomic_fetch_sub(&v->counter, by, __ATOMIC_RELEASE);
}

#endif /* FAULT_POSIX_ATOMIC_H */
