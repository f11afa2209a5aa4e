/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef FAULT_POSIX_REFCOUNT_H
#define FAULT_POSIX_REFCOUNT_H

#include <linux/bug.h>
#include <linux/types.h>

typedef struct {
	unsigned int refs;
} refcount_t;

static inline void refcount_set(refcount_t *r, unsigned int n)
{
	__atomic_store_n(&r->refs, n, __ATOMIC_RELAXED);
}

static inline unsigned int refcount_read(const refcount_t *r)
{
	return __atomic_load_n(&r->refs, __ATOMIC_ACQUIRE);
}

static inline void refcount_inc(refcount_t *r)
{
	unsigned int old = __atomic_fetch_add(&r->refs, 1, __ATOMIC_RELAXED);

	WARN_ON_ONCE(!old);
}

static inline bool refcount_inc_not_zero(refcount_t *r)
{
	unsigned int old = __atomic_load_n(&r->refs, __ATOMIC_RELAXED);

	while (old)
		if (__atomic_compare_exchange_n(&r->refs, &old, old + 1, true, __ATOMIC_ACQUIRE,
						__ATOMIC_RELAXED))
			return true;
	return false;
}

static inline bool refcount_sub_and_test(unsigned int n, refcount_t *r)
{
	unsigned int old = __atomic_fetch_sub(&r->refs, n, __ATOMIC_ACQ_REL);

	WARN_ON_ONCE(old < n);
	return old == n;
}

static inline bool refcount_dec_and_test(refcount_t *r)
{
	return refcount_sub_and_test(1, r);
}

#endif /* FAULT_POSIX_REFCOUNT_H */
