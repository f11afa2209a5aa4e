/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef FREESTANDING_SLAB_H
#define FREESTANDING_SLAB_H

#include <linux/types.h>

#define GFP_KERNEL ((gfp_t)1)

void *kvzalloc(size_t size, gfp_t flags);
void kvfree(const void *p);

#endif /* FREESTANDING_SLAB_H */
