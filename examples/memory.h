/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The memory of a small platform, as an IOMMU of the library asks for it; a platform begins with its struct memory. */
#ifndef EXAMPLES_MEMORY_H
#define EXAMPLES_MEMORY_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MEM_BYTES 0x1000000u

struct memory {
	unsigned char bytes[MEM_BYTES];
};

/* fl_host.mem_read and fl_host.mem_write */
static inline int mem_read(void *ctx, uint64_t pa, void *buf, uint32_t bytes)
{
	const struct memory *m = ctx;

	if (pa >= MEM_BYTES || bytes > MEM_BYTES - pa)
		return -1;
	memcpy(buf, m->bytes + pa, bytes);
	return 0;
}

static inline int mem_write(void *ctx, uint64_t pa, const void *buf, uint32_t bytes)
{
	struct memory *m = ctx;

	if (pa >= MEM_BYTES || bytes > MEM_BYTES - pa)
		return -1;
	memcpy(m->bytes + pa, buf, bytes);
	return 0;
}

/* Software's own view: 64 bits, little-endian. */
static inline void put64(struct memory *m, uint32_t pa, uint64_t v)
{
	int i;

	for (i = 0; i < 8; i++)
		m->bytes[pa + (uint32_t)i] = (unsigned char)(v >> 8 * i);
}

static inline uint64_t get64(const struct memory *m, uint32_t pa)
{
	uint64_t v = 0;
	int i;

	for (i = 7; i >= 0; i--)
		v = v << 8 | m->bytes[pa + (uint32_t)i];
	return v;
}

/* An example ends at the first thing that is not as it says. */
static inline void check(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "not so: %s\n", what);
	exit(1);
}

#endif
