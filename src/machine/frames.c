// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "find.h"
#include "frames.h"
#include "grow.h"

#define SMALLEST 12

static u32 class_of(u64 bytes)
{
	u32 n = 0;

	while ((1ULL << (SMALLEST + n)) < bytes)
		n++;
	return n;
}

void frames_init(struct frames *f, u64 base, u64 bytes)
{
	memset(f, 0, sizeof(*f));
	f->base = base;
	f->next = base;
	f->end = base + bytes;
}

void frames_exit(struct frames *f)
{
	for_each_of(e, f->classes, FRAMES_CLASSES)
		free(e->free);
	memset(f, 0, sizeof(*f));
}

int frames_alloc(struct frames *f, u64 bytes, u64 align, u64 *pa)
{
	u32 n = class_of(bytes);
	u64 size, start, mask;
	u32 i;

	if (n >= FRAMES_CLASSES)
		return -ENOMEM;
	size = 1ULL << (SMALLEST + n);
	mask = (align > size ? align : size) - 1;
	for (i = f->classes[n].n; i-- > 0;) {
		if (f->classes[n].free[i] & mask)
			continue;
		*pa = f->classes[n].free[i];
		f->classes[n].free[i] = f->classes[n].free[--f->classes[n].n];
		return 0;
	}
	start = (f->next + mask) & ~mask;
	if (start < f->next || start > f->end || f->end - start < size)
		return -ENOMEM;
	f->next = start + size;
	*pa = start;
	return 0;
}

int frames_free(struct frames *f, u64 pa, u64 bytes)
{
	u32 n = class_of(bytes);

	if (!GROW(f->classes[n].free, f->classes[n].n, f->classes[n].room, 64))
		return -ENOMEM;
	f->classes[n].free[f->classes[n].n++] = pa;
	return 0;
}
