/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef FL_LINUX_SLAB_H
#define FL_LINUX_SLAB_H

#include <linux/types.h>
#include <stdlib.h>

#define GFP_KERNEL ((gfp_t)1)

static inline void *kvzalloc(size_t size, gfp_t flags)
{
	(void)flags;
	return calloc(1, size);
}

static inline void kvfree(const void *p)
{
	free((void *)p);
}

#endif /* FL_LINUX_SLAB_H */
