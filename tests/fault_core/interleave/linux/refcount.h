/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef FAULT_INTERLEAVE_REFCOUNT_H
#define FAULT_INTERLEAVE_REFCOUNT_H

#include <linux/types.h>

#include "../sched.h"

typedef struct {
	unsigned int refs;
} refcount_t;

#define refcount_inc(r)		    interleave_ref_get(r, SCHED_SITE)
#define refcount_inc_not_zero(r)    interleave_ref_get_not_zero(r, SCHED_SITE)
#define refcount_read(r)	    interleave_ref_read(r, SCHED_SITE)
#define refcount_dec_and_test(r)    interleave_ref_put(r, 1, SCHED_SITE)
#define refcount_sub_and_test(n, r) interleave_ref_put(r, n, SCHED_SITE)

static inline void refcount_set(refcount_t *r, unsigned int n)
{
	r->refs = n;
}

static inline void interleave_ref_get(refcount_t *r, const char *site)
{
	sched_point(site);
	sched_check_alive(r->refs);
	if (r->refs == 0)
		sched_fail("a reference to what has none");
	r->refs++;
}

static inline bool interleave_ref_get_not_zero(refcount_t *r, const char *site)
{
	sched_point(site);
	sched_check_alive(r->refs);
	if (r->refs == 0)
		return false;
	r->refs++;
	return true;
}

static inline unsigned int interleave_ref_read(const refcount_t *r, const char *site)
{
	sched_point(site);
	sched_check_alive(r->refs);
	return r->refs;
}

static inline bool interleave_ref_put(refcount_t *r, unsigned int n, const char *site)
{
	bool last;

	sched_point(site);
	sched_check_alive(r->refs);
	if (r->refs < n)
		sched_fail("a reference is given back that nobody has");
	r->refs -= n;
	last = r->refs == 0;
	sched_point(site);
	return last;
}

#endif /* FAULT_INTERLEAVE_REFCOUNT_H */
