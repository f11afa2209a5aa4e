/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef FAULT_SIM_REFCOUNT_H
#define FAULT_SIM_REFCOUNT_H

#include <linux/bug.h>
#include <linux/types.h>

typedef struct {
	unsigned int refs;
} refcount_t;

static inline void refcount_set(refcount_t *r, unsigned int n)
{
	r->refs = n;
}

static inline unsigned int refcount_read(const refcount_t *r)
{
	return r->refs;
}

static inline void refcount_inc(refcount_t *r)
{
	WARN_ON_ONCE(!r->refs);
	r->refs++;
}

static inline bool refcount_inc_not_zero(refcount_t *r)
{
	if (!r->refs)
		return false;
	r->refs++;
	return true;
}

static inline bool refcount_sub_and_test(unsigned int n, refcount_t *r)
{
	WARN_ON_ONCE(r->refs < n);
	r->refs -= n;
	return r->refs == 0;
}

static inline bool refcount_dec_and_test(refcount_t *r)
{
	return refcount_sub_and_test(1, r);
}

#endif /* FAULT_SIM_REFCOUNT_H */
