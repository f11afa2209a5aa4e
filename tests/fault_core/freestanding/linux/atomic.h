/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef FREESTANDING_ATOMIC_H
#define FREESTANDING_ATOMIC_H

#include <linux/types.h>

#define smp_load_acquire(p)	__atomic_load_n(p, __ATOMIC_ACQUIRE)
#define smp_store_release(p, v) __atomic_store_n(p, v, __ATOMIC_RELEASE)

void smp_acquire__after_ctrl_dep(void);
bool try_cmpxchg(u32 *p, u32 *old, u32 new_value);
void atomic_add(int by, atomic_t *v);
int atomic_fetch_sub_release(int by, atomic_t *v);
int atomic_read_acquire(const atomic_t *v);

#endif /* FREESTANDING_ATOMIC_H */
