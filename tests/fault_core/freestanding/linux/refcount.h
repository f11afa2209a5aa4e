/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef FREESTANDING_REFCOUNT_H
#define FREESTANDING_REFCOUNT_H

#include <linux/types.h>

typedef struct {
	unsigned int refs;
} refcount_t;

void refcount_set(refcount_t *r, unsigned int n);
unsigned int refcount_read(const refcount_t *r);
void refcount_inc(refcount_t *r);
bool refcount_inc_not_zero(refcount_t *r);
bool refcount_dec_and_test(refcount_t *r);
bool refcount_sub_and_test(unsigned int n, refcount_t *r);

#endif /* FREESTANDING_REFCOUNT_H */
