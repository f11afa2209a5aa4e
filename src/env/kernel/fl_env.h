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
#include <asm/byteorder.h>

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
	__le32 v;

	memcpy(&v, p, sizeof(v));
	return le32_to_cpu(v);
}

static inline u64 fl_get_le64(const void *p)
{
	__le64 v;

	memcpy(&v, p, sizeof(v));
	return le64_to_cpu(v);
}

static inline void fl_put_le32(void *p, u32 v)
{
	__le32 le = cpu_to_le32(v);

	memcpy(p, &le, sizeof(le));
}

static inline void fl_put_le64(void *p, u64 v)
{
	__le64 le = cpu_to_le64(v);

	memcpy(p, &le, sizeof(le));
}

#endif /* FL_ENV_H */
