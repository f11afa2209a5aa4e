/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The environment of the engines and drivers in the Linux kernel.
 * The user-space copy is src/env/posix/fl_env.h; the include path chooses.
 */
#ifndef FL_ENV_H
#define FL_ENV_H

#include <linux/bitfield.h>
#include <linux/bits.h>
#include <linux/bug.h>
#include <linux/build_bug.h>
#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/types.h>
/* Linux 6.12 moved it. */
#if __has_include(<linux/unaligned.h>)
#include <linux/unaligned.h>
#else
#include <asm/unaligned.h>
#endif

#define fl_assert(cond)	      WARN_ON_ONCE(!(cond))
#define fl_bug_call(call, in) WARN(1, "%s called from within %s\n", call, in)
#define fl_rare		      noinline

static inline void *fl_zalloc(size_t bytes)
{
	return kvzalloc(bytes, GFP_KERNEL);
}

static inline void fl_free(void *p)
{
	kvfree(p);
}

static inline u32 fl_get_le32(const void *p)
{
	return get_unaligned_le32(p);
}

static inline u64 fl_get_le64(const void *p)
{
	return get_unaligned_le64(p);
}

static inline void fl_put_le32(void *p, u32 v)
{
	put_unaligned_le32(v, p);
}

static inline void fl_put_le64(void *p, u64 v)
{
	put_unaligned_le64(v, p);
}

#endif /* FL_ENV_H */
