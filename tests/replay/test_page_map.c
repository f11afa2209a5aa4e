// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "page_map.h"
#include "suite.h"

static struct page_map m;

static void setup(void)
{
	ck_assert_int_eq(page_map_init(&m), 0);
}

static void teardown(void)
{
	page_map_exit(&m);
}

static u32 length(u32 first)
{
	const struct page_entry *e;
	u32 n = 0, before = PAGE_MAP_NONE;

	for (e = page_map_at(&m, first); e; e = page_map_at(&m, e->next)) {
		ck_assert_uint_eq(e->prev, before);
		before = (u32)(e - m.entries);
		n++;
	}
	return n;
}

TEST(test_same_page_of_two_spaces)
{
	u32 one = PAGE_MAP_NONE, two = PAGE_MAP_NONE;

	page_map_add(&m, &one, 1, 0xfffff)->pa = 0x1000;
	page_map_add(&m, &two, 2, 0xfffff)->pa = 0x2000;
	ck_assert_uint_eq(page_map_find(&m, 1, 0xfffff)->pa, 0x1000);
	ck_assert_uint_eq(page_map_find(&m, 2, 0xfffff)->pa, 0x2000);
	ck_assert_ptr_null(page_map_find(&m, 3, 0xfffff));
	page_map_remove(&m, &one, page_map_find(&m, 1, 0xfffff));
	ck_assert_ptr_null(page_map_find(&m, 1, 0xfffff));
	ck_assert_uint_eq(page_map_find(&m, 2, 0xfffff)->pa, 0x2000);
	ck_assert_uint_eq(one, PAGE_MAP_NONE);
	ck_assert_uint_eq(length(two), 1);
}

TEST(test_new_entry_is_bare)
{
	u32 first = PAGE_MAP_NONE;
	struct page_entry *e = page_map_add(&m, &first, 1, 5);

	e->resident = true;
	e->touched = true;
	page_map_remove(&m, &first, e);
	e = page_map_add(&m, &first, 1, 5);
	ck_assert(!e->resident && !e->touched);
	ck_assert_uint_eq(e->perm, 0);
	ck_assert_uint_eq(e->pa, 0);
}

/* The ends of the address space and domain IDs with all bits. */
TEST(test_extreme_keys)
{
	u32 first = PAGE_MAP_NONE;

	page_map_add(&m, &first, 0, 0)->pa = 1;
	page_map_add(&m, &first, 0xfffffffe, 0xfffffffffffff)->pa = 2;
	page_map_add(&m, &first, 0, 0xfffffffffffff)->pa = 3;
	ck_assert_uint_eq(page_map_find(&m, 0, 0)->pa, 1);
	ck_assert_uint_eq(page_map_find(&m, 0xfffffffe, 0xfffffffffffff)->pa, 2);
	ck_assert_uint_eq(page_map_find(&m, 0, 0xfffffffffffff)->pa, 3);
	ck_assert_uint_eq(length(first), 3);
}

#define DOMAINS 3
#define PAGES	2048

/* A hundred thousand additions and removals against a plain table. */
TEST(test_against_a_plain_table)
{
	static u64 pa[DOMAINS][PAGES]; /* 0: absent */
	u32 first[DOMAINS] = { PAGE_MAP_NONE, PAGE_MAP_NONE, PAGE_MAP_NONE }, count[DOMAINS] = { 0 };
	u32 rng = 1, i;

	for (i = 1; i <= 100000; i++) {
		struct page_entry *e;
		u32 d, p;

		rng = rng * 1664525 + 1013904223;
		d = (rng >> 8) % DOMAINS;
		p = (rng >> 12) % PAGES;
		e = page_map_find(&m, d, p);
		if (pa[d][p]) {
			ck_assert_ptr_nonnull(e);
			ck_assert_uint_eq(e->pa, pa[d][p]);
			page_map_remove(&m, &first[d], e);
			pa[d][p] = 0;
			count[d]--;
		} else {
			ck_assert_ptr_null(e);
			e = page_map_add(&m, &first[d], d, p);
			ck_assert_ptr_nonnull(e);
			e->pa = pa[d][p] = i;
			count[d]++;
		}
		if (i % 10000 == 0)
			ck_assert_uint_eq(length(first[d]), count[d]);
	}
}

SUITE_WITH("page_map", setup, teardown)
