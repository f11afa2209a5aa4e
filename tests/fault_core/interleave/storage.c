// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <stdlib.h>
#include <string.h>

#include "sched.h"
#include "storage.h"

struct block {
	struct block *next; /* given back before */
	size_t bytes;
	u64 given_back;
	u64 pad; /* what follows is aligned as malloc() aligns */
};

static struct block *given_back;
static u32 live;

void *storage_alloc(void *host, size_t bytes, gfp_t gfp)
{
	struct block *b = calloc(1, sizeof(*b) + bytes);

	(void)host;
	(void)gfp;
	if (!b)
		abort();
	b->bytes = bytes;
	live++;
	return b + 1;
}

void storage_free(void *host, void *p)
{
	struct block *b = (struct block *)p - 1;

	(void)host;
	sched_point(SCHED_SITE);
	if (b->given_back)
		sched_fail("storage is given back twice");
	b->given_back = 1;
	live--;
#ifdef __SANITIZE_ADDRESS__
	free(b); /* ASan sees any use */
#else
	memset(p, SCHED_FREED, b->bytes);
	b->next = given_back;
	given_back = b;
#endif
}

static void check(const struct block *b)
{
	const unsigned char *byte = (const unsigned char *)(b + 1);
	size_t i;

	for (i = 0; i < b->bytes; i++)
		if (byte[i] != SCHED_FREED)
			sched_fail("storage was written to after it was given back");
}

void storage_end(void)
{
	struct block *b;

	while ((b = given_back) != NULL) {
		given_back = b->next;
		check(b);
		free(b);
	}
	if (live)
		sched_fail("storage was not given back");
}
