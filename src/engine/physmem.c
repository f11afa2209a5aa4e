// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "physmem.h"

#define FIRST_SLOTS 1024U

static u32 slot_of(const struct physmem *m, u64 key)
{
	return (u32)((key * 0x9e3779b97f4a7c15ULL) >> 32) & (m->slots - 1);
}

int physmem_init(struct physmem *m, u64 size)
{
	memset(m, 0, sizeof(*m));
	m->size = size;
	m->slots = FIRST_SLOTS;
	m->keys = fl_zalloc(m->slots * sizeof(*m->keys));
	m->pages = fl_zalloc(m->slots * sizeof(*m->pages));
	if (m->keys && m->pages)
		return 0;
	fl_free(m->keys);
	fl_free(m->pages);
	return -ENOMEM;
}

void physmem_exit(struct physmem *m)
{
	u32 i;

	for (i = 0; i < m->slots; i++)
		if (m->keys[i])
			fl_free(m->pages[i]);
	fl_free(m->keys);
	fl_free(m->pages);
	memset(m, 0, sizeof(*m));
}

int physmem_add_hole(struct physmem *m, u64 first, u64 last)
{
	if (m->n_holes == PHYSMEM_MAX_HOLES || last < first)
		return -EINVAL;
	m->holes[m->n_holes].first = first;
	m->holes[m->n_holes++].last = last;
	return 0;
}

static bool answers(const struct physmem *m, u64 pa, u32 len)
{
	u32 i;

	if (len > m->size || pa > m->size - len)
		return false;
	for (i = 0; i < m->n_holes; i++)
		if (pa <= m->holes[i].last && pa + len - 1 >= m->holes[i].first)
			return false;
	return true;
}

static int grow(struct physmem *m)
{
	struct physmem bigger = *m;
	u32 i, at;

	bigger.slots = m->slots * 2;
	bigger.keys = fl_zalloc(bigger.slots * sizeof(*bigger.keys));
	bigger.pages = fl_zalloc(bigger.slots * sizeof(*bigger.pages));
	if (!bigger.keys || !bigger.pages) {
		fl_free(bigger.keys);
		fl_free(bigger.pages);
		return -ENOMEM;
	}
	for (i = 0; i < m->slots; i++) {
		if (!m->keys[i])
			continue;
		at = slot_of(&bigger, m->keys[i]);
		while (bigger.keys[at])
			at = (at + 1) & (bigger.slots - 1);
		bigger.keys[at] = m->keys[i];
		bigger.pages[at] = m->pages[i];
	}
	fl_free(m->keys);
	fl_free(m->pages);
	*m = bigger;
	return 0;
}

u8 *physmem_find(struct physmem *m, u64 pa)
{
	u64 key = (pa >> PHYSMEM_PAGE_SHIFT) + 1;
	u32 at;

	if (likely(key == m->last_key))
		return m->last_page;
	at = slot_of(m, key);
	while (m->keys[at] && m->keys[at] != key)
		at = (at + 1) & (m->slots - 1);
	if (!m->keys[at])
		return NULL;
	m->last_key = key;
	m->last_page = m->pages[at];
	return m->last_page;
}

u8 *physmem_page(struct physmem *m, u64 pa)
{
	u64 key = (pa >> PHYSMEM_PAGE_SHIFT) + 1;
	u8 *page = physmem_find(m, pa);
	u32 at;

	if (page)
		return page;
	if (!answers(m, pa, 1))
		return NULL;
	/* The table is kept at most half full, so that probes stay short and a free slot always ends them. */
	if (m->used * 2 >= m->slots && grow(m))
		return NULL;
	page = fl_zalloc(PHYSMEM_PAGE_SIZE);
	if (!page)
		return NULL;
	at = slot_of(m, key);
	while (m->keys[at])
		at = (at + 1) & (m->slots - 1);
	m->keys[at] = key;
	m->pages[at] = page;
	m->used++;
	return page;
}

/* Descriptors and queue words: one aligned word of a present page, not within reach of a hole. */
static inline u8 *find_word(const struct physmem *m, u64 pa)
{
	u64 key = (pa >> PHYSMEM_PAGE_SHIFT) + 1;
	u32 at = slot_of(m, key);

	if (unlikely(m->n_holes || (pa & 7) || pa >= m->size || m->keys[at] != key))
		return NULL;
	return m->pages[at] + (pa & (PHYSMEM_PAGE_SIZE - 1));
}

static __attribute__((__noinline__)) int read_any(struct physmem *m, u64 pa, void *buf, u32 len)
{
	if (!answers(m, pa, len))
		return -EIO;
	while (len) {
		u32 offset = pa & (PHYSMEM_PAGE_SIZE - 1);
		u32 part = min(len, PHYSMEM_PAGE_SIZE - offset);
		const u8 *page = physmem_find(m, pa);

		if (page)
			memcpy(buf, page + offset, part);
		else if (m->absent_fails)
			return -EIO;
		else
			memset(buf, 0, part);
		buf = (u8 *)buf + part;
		pa += part;
		len -= part;
	}
	return 0;
}

int physmem_read(struct physmem *m, u64 pa, void *buf, u32 len)
{
	const u8 *word = likely(len == 8) ? find_word(m, pa) : NULL;

	if (unlikely(!word))
		return read_any(m, pa, buf, len);
	memcpy(buf, word, 8);
	return 0;
}

static __attribute__((__noinline__)) int write_any(struct physmem *m, u64 pa, const void *buf, u32 len)
{
	if (!answers(m, pa, len))
		return -EIO;
	while (len) {
		u32 offset = pa & (PHYSMEM_PAGE_SIZE - 1);
		u32 part = min(len, PHYSMEM_PAGE_SIZE - offset);
		u8 *page = physmem_page(m, pa);

		if (!page)
			return -ENOMEM;
		memcpy(page + offset, buf, part);
		buf = (const u8 *)buf + part;
		pa += part;
		len -= part;
	}
	return 0;
}

int physmem_write(struct physmem *m, u64 pa, const void *buf, u32 len)
{
	u8 *word = likely(len == 8) ? find_word(m, pa) : NULL;

	if (unlikely(!word))
		return write_any(m, pa, buf, len);
	memcpy(word, buf, 8);
	return 0;
}

int physmem_cas64(struct physmem *m, u64 pa, u64 *old, u64 new_value)
{
	u64 expected = *old;
	u8 word[8];
	int err;

	if (pa & 7)
		return -EIO;
	err = physmem_read(m, pa, word, sizeof(word));
	if (err)
		return err;
	*old = fl_get_le64(word);
	if (*old != expected)
		return 0;
	fl_put_le64(word, new_value);
	return physmem_write(m, pa, word, sizeof(word));
}
