// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "page_map.h"
#include "grow.h"

#define FIRST_ROOM 1024u

static u32 *head_of(const struct page_map *m, u32 domain, u64 page)
{
	u64 h = (page ^ (u64)domain << 40) * 0x9e3779b97f4a7c15ULL;

	return &m->heads[(u32)(h >> 32) & (m->n_heads - 1)];
}

static int set_heads(struct page_map *m, u32 n)
{
	u32 *heads = malloc(n * sizeof(*heads));
	u32 i;

	if (!heads)
		return -ENOMEM;
	free(m->heads);
	m->heads = heads;
	m->n_heads = n;
	memset(heads, 0xff, n * sizeof(*heads));
	for (i = 0; i < m->used; i++) {
		u32 *head = head_of(m, m->entries[i].domain, m->entries[i].page);

		m->entries[i].chain = *head;
		*head = i;
	}
	return 0;
}

int page_map_init(struct page_map *m)
{
	memset(m, 0, sizeof(*m));
	m->free = PAGE_MAP_NONE;
	return set_heads(m, FIRST_ROOM);
}

void page_map_exit(struct page_map *m)
{
	free(m->entries);
	free(m->heads);
	memset(m, 0, sizeof(*m));
}

struct page_entry *page_map_find(const struct page_map *m, u32 domain, u64 page)
{
	u32 i;

	for (i = *head_of(m, domain, page); i != PAGE_MAP_NONE; i = m->entries[i].chain)
		if (m->entries[i].page == page && m->entries[i].domain == domain)
			return &m->entries[i];
	return NULL;
}

/* Only while no entry is free: then [0, used) are all in use, as set_heads() expects. */
static int grow(struct page_map *m)
{
	if (!GROW(m->entries, m->used, m->room, FIRST_ROOM))
		return -ENOMEM;
	return m->room > m->n_heads ? set_heads(m, m->room) : 0;
}

struct page_entry *page_map_add(struct page_map *m, u32 *first, u32 domain, u64 page)
{
	struct page_entry *e;
	u32 *head;
	u32 i = m->free;

	if (i != PAGE_MAP_NONE) {
		m->free = m->entries[i].next;
	} else {
		if (m->used == m->room && grow(m))
			return NULL;
		i = m->used++;
	}
	e = &m->entries[i];
	head = head_of(m, domain, page);
	*e = (struct page_entry){ .page = page, .domain = domain, .chain = *head, .next = *first };
	e->prev = PAGE_MAP_NONE;
	*head = i;
	if (*first != PAGE_MAP_NONE)
		m->entries[*first].prev = i;
	*first = i;
	return e;
}

void page_map_remove(struct page_map *m, u32 *first, struct page_entry *e)
{
	u32 i = (u32)(e - m->entries);
	u32 *link = head_of(m, e->domain, e->page);

	while (*link != i)
		link = &m->entries[*link].chain;
	*link = e->chain;
	if (e->prev == PAGE_MAP_NONE)
		*first = e->next;
	else
		m->entries[e->prev].next = e->next;
	if (e->next != PAGE_MAP_NONE)
		m->entries[e->next].prev = e->prev;
	e->next = m->free;
	m->free = i;
}
