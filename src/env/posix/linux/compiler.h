/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef FL_LINUX_COMPILER_H
#define FL_LINUX_COMPILER_H

#define likely(x)   __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)
#ifndef __cplusplus /* whose libraries spell attributes without underscores */
#define noinline __attribute__((__noinline__))
#define __cold	 __attribute__((__cold__))
#endif

/* One access, not torn and not repeated; orders nothing. */
#define READ_ONCE(x)	 __atomic_load_n(&(x), __ATOMIC_RELAXED)
#define WRITE_ONCE(x, v) __atomic_store_n(&(x), v, __ATOMIC_RELAXED)

#endif /* FL_LINUX_COMPILER_H */
