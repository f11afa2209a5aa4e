// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "physmem.h"
#include "suite.h"

static struct physmem mem;
static u8 buf[8192];

TEST(test_reads_what_was_written)
{
	u64 i, v;

	ck_assert_int_eq(physmem_init(&mem, 1ULL << 52), 0);
	for (i = 0; i < 5000; i++) {
		v = i * 0x0123456789abcdefULL;
		ck_assert_int_eq(physmem_write(&mem, i * 0x10ff8, &v, 8), 0);
	}
	for (i = 0; i < 5000; i++) {
		ck_assert_int_eq(physmem_read(&mem, i * 0x10ff8, &v, 8), 0);
		ck_assert_uint_eq(v, i * 0x0123456789abcdefULL);
	}
	physmem_exit(&mem);
}

TEST(test_across_pages)
{
	physmem_init(&mem, 1 << 20);
	memset(buf, 0x5a, sizeof(buf));
	ck_assert_int_eq(physmem_write(&mem, 0xff0, buf, 5000), 0);
	memset(buf, 0, sizeof(buf));
	ck_assert_int_eq(physmem_read(&mem, 0xfef, buf, 5002), 0);
	ck_assert_uint_eq(buf[0], 0);
	ck_assert_uint_eq(buf[1], 0x5a);
	ck_assert_uint_eq(buf[5000], 0x5a);
	ck_assert_uint_eq(buf[5001], 0);
	physmem_exit(&mem);
}

TEST(test_where_there_is_no_memory)
{
	u64 v = 1;

	physmem_init(&mem, 0x10000);
	ck_assert_int_eq(physmem_read(&mem, 0xfff8, &v, 8), 0);
	ck_assert_uint_eq(v, 0);
	ck_assert_int_eq(physmem_read(&mem, 0xfffc, &v, 8), -EIO);
	ck_assert_int_eq(physmem_write(&mem, 0x10000, &v, 8), -EIO);
	ck_assert_int_eq(physmem_write(&mem, ~0ULL, &v, 8), -EIO);
	ck_assert_ptr_null(physmem_page(&mem, 0x10000));
	mem.absent_fails = true;
	ck_assert_int_eq(physmem_read(&mem, 0x2000, &v, 8), -EIO);
	ck_assert_int_eq(physmem_add_hole(&mem, 0x3000, 0x30ff), 0);
	ck_assert_int_eq(physmem_add_hole(&mem, 0x3000, 0x2fff), -EINVAL);
	ck_assert_int_eq(physmem_write(&mem, 0x2ff8, &v, 8), 0);
	ck_assert_int_eq(physmem_write(&mem, 0x2ff9, &v, 8), -EIO);
	ck_assert_int_eq(physmem_read(&mem, 0x30ff, &v, 1), -EIO);
	ck_assert_int_eq(physmem_write(&mem, 0x3100, &v, 8), 0);
	physmem_exit(&mem);
}

TEST(test_compare_and_swap)
{
	u64 old = 0;

	physmem_init(&mem, 1 << 20);
	ck_assert_int_eq(physmem_cas64(&mem, 0x1000, &old, 5), 0);
	ck_assert_uint_eq(old, 0);
	old = 4;
	ck_assert_int_eq(physmem_cas64(&mem, 0x1000, &old, 6), 0);
	ck_assert_uint_eq(old, 5);
	ck_assert_int_eq(physmem_read(&mem, 0x1000, &old, 8), 0);
	ck_assert_uint_eq(old, 5);
	ck_assert_int_eq(physmem_cas64(&mem, 0x1004, &old, 6), -EIO);
	ck_assert_int_eq(physmem_cas64(&mem, 1 << 20, &old, 6), -EIO);
	physmem_exit(&mem);
}

SUITE("physmem")
