/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The environment of the engines and drivers in user space.
 *
 * src/engine, src/smmuv2, src/smmuv3 and src/vtd include this header and
 * nothing else from the host. The kernel's copy is src/env/kernel/fl_env.h;
 * the include path chooses. Names and meanings are the kernel's, so that the
 * same line of C reads the same in both; src/env/posix/linux/ supplies the
 * kernel's own headers.
 */
#ifndef FL_ENV_H
#define FL_ENV_H

#include "fl_bug.h"
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <linux/bitfield.h>
#include <linux/bits.h>
#include <linux/compiler.h>
#include <linux/spinlock.h>
#include <linux/types.h>

#ifndef ARRAY_SIZE
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#endif
#ifndef __cplusplus
#define min(a, b)                       \
	({                              \
		__typeof__(a) a_ = (a); \
		__typeof__(b) b_ = (b); \
		a_ < b_ ? a_ : b_;      \
	})
#define max(a, b)                       \
	({                              \
		__typeof__(a) a_ = (a); \
		__typeof__(b) b_ = (b); \
		a_ > b_ ? a_ : b_;      \
	})
#include <linux/container_of.h>
#define static_assert _Static_assert
#endif
/* A function that is rarely called: out of line, to keep the common path small. */
#define fl_rare	    __attribute__((__noinline__, __cold__))
#define fallthrough __attribute__((__fallthrough__))

/* Our own bug, never a guest's or a host's error. */
#define fl_assert(cond) fl_check(cond, #cond)

/* The same where an expression says too little: @call came from within @in. */
#define fl_bug_call(call, in)                                                         \
	do {                                                                          \
		char said_[96] = "";                                                  \
		strncat(said_, call, 32);                                             \
		strncat(said_, " called from within ", 32);                           \
		strncat(said_, in, 24);                                               \
		fl_bug(said_, __FILE__, __LINE__, __extension__ __PRETTY_FUNCTION__); \
	} while (0)

/* Storage at set-up time only; an engine allocates nothing while it translates. */
static inline void *fl_zalloc(size_t bytes)
{
	return calloc(1, bytes);
}

static inline void fl_free(void *p)
{
	free(p);
}

static inline u32 fl_get_le32(const void *p)
{
	u32 v;

	memcpy(&v, p, sizeof(v));
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	v = __builtin_bswap32(v);
#endif
	return v;
}

static inline u64 fl_get_le64(const void *p)
{
	u64 v;

	memcpy(&v, p, sizeof(v));
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	v = __builtin_bswap64(v);
#endif
	return v;
}

static inline void fl_put_le32(void *p, u32 v)
{
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	v = __builtin_bswap32(v);
#endif
	memcpy(p, &v, sizeof(v));
}

static inline void fl_put_le64(void *p, u64 v)
{
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	v = __builtin_bswap64(v);
#endif
	memcpy(p, &v, sizeof(v));
}

#endif /* FL_ENV_H */
