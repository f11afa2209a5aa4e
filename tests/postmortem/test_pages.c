// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "pages.h"
#include "suite.h"

#include <stdio.h>
#include <unistd.h>
#include <zlib.h>

#define RECORD 4104

static char path[] = "/tmp/pagesXXXXXX";
static u8 file[2 * RECORD];
static struct physmem mem;
static struct pages_error err;

static void setup(void)
{
	ck_assert_int_ge(mkstemp(path), 0);
	ck_assert_int_eq(physmem_init(&mem, 1ULL << 40), 0);
	memset(file, 0, sizeof(file));
	file[1] = 0x10; /* 0x1000 */
	file[8 + 5] = 0x77;
	file[RECORD + 4] = 1; /* 0x100000000 */
	file[RECORD + 8 + 4095] = 0x99;
}

static void put(size_t bytes)
{
	FILE *f = fopen(path, "wb");

	ck_assert_uint_eq(fwrite(file, 1, bytes, f), bytes);
	fclose(f);
}

static void teardown(void)
{
	unlink(path);
	physmem_exit(&mem);
}

static void expect_both_pages(void)
{
	u8 byte;

	ck_assert_int_eq(pages_load(path, &mem, &err), 0);
	ck_assert_int_eq(physmem_read(&mem, 0x1005, &byte, 1), 0);
	ck_assert_uint_eq(byte, 0x77);
	ck_assert_int_eq(physmem_read(&mem, 0x100000fff, &byte, 1), 0);
	ck_assert_uint_eq(byte, 0x99);
	ck_assert_uint_eq(mem.used, 2);
}

TEST(test_plain)
{
	setup();
	put(sizeof(file));
	expect_both_pages();
	teardown();
}

static void put_gz(void)
{
	gzFile f = gzopen(path, "wb");

	ck_assert_int_eq(gzwrite(f, file, sizeof(file)), (int)sizeof(file));
	gzclose(f);
}

TEST(test_gzipped)
{
	setup();
	put_gz();
	expect_both_pages();
	teardown();
}

static void refuse(int code, const char *place, const char *reason)
{
	ck_assert_int_eq(pages_load(path, &mem, &err), code);
	ck_assert_str_eq(err.file, path);
	ck_assert_str_eq(err.place, place);
	ck_assert_msg(strstr(err.reason, reason) != NULL, "%s", err.reason);
}

TEST(test_refusals)
{
	setup();
	put(sizeof(file) - 1);
	refuse(-EINVAL, "page 1", "ends within");
	physmem_exit(&mem);
	physmem_init(&mem, 1ULL << 40);
	file[0] = 8;
	put(sizeof(file));
	refuse(-EINVAL, "page 0", "no multiple of 4096");
	file[0] = 0;
	file[6] = 1;
	put(sizeof(file));
	refuse(-EINVAL, "page 0", "outside of memory");
	file[6] = 0;
	memcpy(file + RECORD, file, 8);
	put(sizeof(file));
	refuse(-EINVAL, "page 1", "occurs twice");
	unlink(path);
	refuse(-EIO, "page 0", "No such file");
	physmem_exit(&mem);
}

TEST(test_cut_or_damaged_gzip)
{
	struct pages_error e;
	u32 rng = 1;
	long size, cut;
	u8 gz[RECORD];
	FILE *f;

	setup();
	for (size = 8; size < (long)sizeof(file); size++) {
		rng = rng * 1664525 + 1013904223;
		if (size % RECORD >= 8)
			file[size] = (u8)(rng >> 24);
	}
	put_gz();
	f = fopen(path, "rb");
	size = (long)fread(gz, 1, sizeof(gz), f);
	fclose(f);
	for (cut = 12; cut < size; cut += 97) {
		f = fopen(path, "wb");
		fwrite(gz, 1, (size_t)cut, f);
		fclose(f);
		physmem_exit(&mem);
		physmem_init(&mem, 1ULL << 40);
		ck_assert_int_ne(pages_load(path, &mem, &e), 0);
	}
	teardown();
}

SUITE("pages")
