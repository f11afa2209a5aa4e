/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Physical memory for a driver's tables and queues: what drv_ops.mem_alloc gives out. */
#ifndef FRAMES_H
#define FRAMES_H

#include "fl_env.h"

#ifdef __cplusplus
extern "C" {
#endif

#define FRAMES_CLASSES 40 /* sizes 4 KiB << n */

/**
 * struct frames - memory that is handed out; private
 */
struct frames {
	/* private: */
	u64 base, end, next;
	struct {
		u64 *free;
		u32 n, room;
	} classes[FRAMES_CLASSES];
};

/**
 * frames_init() - make a range of memory available
 * @f: filled in; frames_exit() ends it
 * @base: first byte, a multiple of 4 KiB
 * @bytes: length, a multiple of 4 KiB
 */
void frames_init(struct frames *f, u64 base, u64 bytes);

/**
 * frames_exit() - free the lists of free memory
 * @f: the memory
 */
void frames_exit(struct frames *f);

/**
 * frames_alloc() - allocate memory
 * @f: the memory
 * @bytes: size; rounded up to a power of two, at least 4 KiB
 * @align: alignment, bytes, a power of two; the memory is aligned to its rounded size, too
 * @pa: physical address
 *
 * Return: 0 or -ENOMEM.
 */
int frames_alloc(struct frames *f, u64 bytes, u64 align, u64 *pa);

/**
 * frames_free() - give memory back
 * @f: the memory
 * @pa: of frames_alloc()
 * @bytes: as it was asked for
 *
 * Return: 0; -ENOMEM: the memory is lost.
 */
int frames_free(struct frames *f, u64 pa, u64 bytes);

#ifdef __cplusplus
}
#endif

#endif /* FRAMES_H */
