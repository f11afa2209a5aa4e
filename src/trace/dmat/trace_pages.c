// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* An open hash by address space and 4 KiB page. */
#include "trace_pages.h"

#define PAGE 4096ULL

enum { FREE, USED, GONE };

struct slot {
	u64 page; /* iova / PAGE */
	u64 pa;	  /* of this 4 KiB */
	u32 domain;
	u8 perm;
	u8 state;
};

struct trace_pages {
	struct slot *slot;
	size_t room, taken; /* taken: slots that are not FREE */
};

struct trace_pages *trace_pages_new(void)
{
	struct trace_pages *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	p->room = 1024;
	p->slot = calloc(p->room, sizeof(*p->slot));
	if (!p->slot) {
		free(p);
		return NULL;
	}
	return p;
}

void trace_pages_free(struct trace_pages *p)
{
	if (p)
		free(p->slot);
	free(p);
}

/* The slot that holds the page, or the one where it would go. */
static struct slot *find(const struct trace_pages *p, u32 domain, u64 page)
{
	u64 h = (page * 0x9e3779b97f4a7c15ULL) ^ (domain * 0xc2b2ae3d27d4eb4fULL);
	struct slot *gone = NULL;
	size_t i = (h ^ h >> 29) & (p->room - 1);

	for (;; i = (i + 1) & (p->room - 1)) {
		struct slot *s = &p->slot[i];

		if (s->state == FREE)
			return gone ? gone : s;
		if (s->state == GONE)
			gone = gone ? gone : s;
		else if (s->page == page && s->domain == domain)
			return s;
	}
}

static int grow(struct trace_pages *p)
{
	struct trace_pages old = *p;
	size_t i;

	p->room = old.room * 2;
	p->taken = 0;
	p->slot = calloc(p->room, sizeof(*p->slot));
	if (!p->slot) {
		*p = old;
		return -ENOMEM;
	}
	for (i = 0; i < old.room; i++) {
		if (old.slot[i].state != USED)
			continue;
		*find(p, old.slot[i].domain, old.slot[i].page) = old.slot[i];
		p->taken++;
	}
	free(old.slot);
	return 0;
}

int trace_pages_set(struct trace_pages *p, u32 domain, u64 iova, u64 page_size, u64 pa, u8 perm)
{
	u64 at = iova & ~(page_size - 1), to = pa - (iova - at), i;
	int news = 0;

	for (i = 0; i < page_size; i += PAGE) {
		struct slot *s;

		if (2 * p->taken >= p->room && grow(p))
			return -ENOMEM;
		s = find(p, domain, (at + i) / PAGE);
		if (s->state == USED && s->pa == to + i && s->perm == perm)
			continue;
		p->taken += s->state == FREE;
		*s = (struct slot){ (at + i) / PAGE, to + i, domain, perm, USED };
		news = 1;
	}
	return news;
}

bool trace_pages_get(const struct trace_pages *p, u32 domain, u64 iova, u64 *pa, u8 *perm)
{
	const struct slot *s = find(p, domain, iova / PAGE);

	if (s->state != USED)
		return false;
	*pa = s->pa + iova % PAGE;
	*perm = s->perm;
	return true;
}

bool trace_pages_clear(struct trace_pages *p, u32 domain, u64 iova, u64 size)
{
	u64 first = iova / PAGE, last = (iova + size - 1) / PAGE, page;
	bool found = false;
	size_t i;

	if (domain != DMAT_DOMAIN_NONE && last - first < p->room) {
		for (page = first; page <= last; page++) {
			struct slot *s = find(p, domain, page);

			if (s->state != USED)
				continue;
			s->state = GONE;
			found = true;
		}
		return found;
	}
	for (i = 0; i < p->room; i++) {
		struct slot *s = &p->slot[i];

		if (s->state != USED || s->page < first || s->page > last ||
		    (domain != DMAT_DOMAIN_NONE && s->domain != domain))
			continue;
		s->state = GONE;
		found = true;
	}
	return found;
}
