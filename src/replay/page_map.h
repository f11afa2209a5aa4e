/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The pages of the address spaces that a trace speaks of, 4 KiB each. */
#ifndef PAGE_MAP_H
#define PAGE_MAP_H

#include "fl_env.h"

#ifdef __cplusplus
extern "C" {
#endif

#define PAGE_MAP_NONE 0xffffffffu

/**
 * struct page_entry - a page that the trace has mapped
 * @page: IOVA >> 12
 * @pa: where it leads
 * @domain: address space
 * @chain: private: hash chain
 * @next: private: list of the address space
 * @prev: private: list of the address space
 * @perm: DMAT_F_*
 * @resident: the driver has mapped it; else it faults
 * @touched: not resident, and an access is on its way
 * @lazy: of a large map (replay_os_page())
 * @counted: the last count that it is part of (replay_os_load())
 */
struct page_entry {
	u64 page;
	u64 pa;
	u32 domain;
	u32 chain;
	u32 next, prev;
	u8 perm;
	bool resident;
	bool touched;
	bool lazy;
	u32 counted;
};

/**
 * struct page_map - pages by address space; private
 */
struct page_map {
	/* private: */
	struct page_entry *entries;
	u32 *heads; /* hash */
	u32 n_heads, used, room, free;
};

/**
 * page_map_init() - make an empty map
 * @m: filled in; page_map_exit() ends it
 *
 * Return: 0 or -ENOMEM.
 */
int page_map_init(struct page_map *m);

/**
 * page_map_exit() - free the entries
 * @m: the map
 */
void page_map_exit(struct page_map *m);

/**
 * page_map_find() - find a page
 * @m: the map
 * @domain: address space
 * @page: IOVA >> 12
 *
 * Return: The entry, valid until the next page_map_add(), or NULL.
 */
struct page_entry *page_map_find(const struct page_map *m, u32 domain, u64 page);

/**
 * page_map_add() - add a page that is not in the map yet
 * @m: the map
 * @first: head of the address space's list, PAGE_MAP_NONE if it is empty
 * @domain: address space
 * @page: IOVA >> 12
 *
 * Return: the entry, or NULL if out of memory.
 */
struct page_entry *page_map_add(struct page_map *m, u32 *first, u32 domain, u64 page);

/**
 * page_map_remove() - remove a page
 * @m: the map
 * @first: head of the address space's list
 * @e: the entry
 */
void page_map_remove(struct page_map *m, u32 *first, struct page_entry *e);

/**
 * page_map_at() - the entry with a given index
 * @m: the map
 * @index: an index of the list of an address space, or PAGE_MAP_NONE
 *
 * Return: The entry, or NULL for PAGE_MAP_NONE.
 */
static inline struct page_entry *page_map_at(const struct page_map *m, u32 index)
{
	return index == PAGE_MAP_NONE ? NULL : &m->entries[index];
}

#ifdef __cplusplus
}
#endif

#endif /* PAGE_MAP_H */
