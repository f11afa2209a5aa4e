// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "heap.h"

#include <limits.h>
#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define ROOM  (256UL << 20) /* of addresses: what is not used costs nothing */
#define LARGE (2UL << 20)
#define SMALL (64UL << 10)
#define USUAL (128 << 10)

void heap_in_large_pages(void)
{
	uintptr_t from = ((uintptr_t)sbrk(0) + LARGE - 1) & ~(LARGE - 1), to;
	void *volatile grow; /* a compiler leaves out what nobody sees */

	mallopt(M_MMAP_THRESHOLD, 32 << 20);
	mallopt(M_TRIM_THRESHOLD, INT_MAX);
	mallopt(M_TOP_PAD, (int)ROOM);
	grow = malloc(LARGE);
	free(grow);
	mallopt(M_TOP_PAD, USUAL);
	to = (uintptr_t)sbrk(0) & ~(LARGE - 1);
	if (to > from)
		madvise((void *)from, to - from, MADV_HUGEPAGE);
}

/* All of it stays taken: it is the child's end that frees it. Another allocator says that it has nothing. */
void heap_of_child(void)
{
	struct mallinfo2 has = mallinfo2();
	size_t n = (has.fordblks - has.keepcost) / SMALL;
	void *volatile take;

	while (n--)
		take = malloc(SMALL);
	take = malloc(LARGE);
	(void)take;
}
