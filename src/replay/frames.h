/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Physical memory for a driver's tables and queues: what drv_ops.mem_alloc gives out. */
#ifndef FRAMES_H
#define FRAMES_H

#include "fl_env.h"

#ifdef __cplusplus
extern "C" {
#endif

#define FRAMES_CLASSES 40 /* sizes 4 KiB << n */

/* All private. */
struct frames {
	u64 base, end, next;
	struct {
		u64 *free;
		u32 n, room;
	} classes[FRAMES_CLASSES];
};

/* Hand out [base, base + bytes); both multiples of 4 KiB. */
void frames_init(struct frames *f, u64 base, u64 bytes);
void frames_exit(struct frames *f);

/* @bytes of memory aligned to @align (a power of two) and to its own size rounded up to one. 0 or -ENOMEM. */
int frames_alloc(struct frames *f, u64 bytes, u64 align, u64 *pa);
/* Give it back; @bytes and @align as they were asked for. -ENOMEM: it is lost. */
int frames_free(struct frames *f, u64 pa, u64 bytes);

/* Whether [pa, pa + bytes) touches the memory that is handed out. */
bool frames_overlap(const struct frames *f, u64 pa, u64 bytes);

#ifdef __cplusplus
}
#endif

#endif /* FRAMES_H */
