/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* As the environment's, but every access is a point at which another task may come. */
#ifndef FAULT_INTERLEAVE_COMPILER_H
#define FAULT_INTERLEAVE_COMPILER_H

#include "../sched.h"

#define likely(x)   __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)
#define noinline    __attribute__((__noinline__))
#define __cold	    __attribute__((__cold__))

#define READ_ONCE(x)                     \
	({                               \
		sched_point(SCHED_SITE); \
		(x);                     \
	})
#define WRITE_ONCE(x, v)                 \
	({                               \
		sched_point(SCHED_SITE); \
		(x) = (v);               \
		sched_point(SCHED_SITE); \
	})

#endif /* FAULT_INTERLEAVE_COMPILER_H */
