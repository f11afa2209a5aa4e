// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "pages.h"

#include <stdarg.h>
#include <stdio.h>
#include <zlib.h>

#define RECORD_BYTES (8 + PHYSMEM_PAGE_SIZE)

static int fail(struct pages_error *err, const char *path, u64 page, int code, const char *fmt, ...)
{
	va_list ap;

	err->file = path;
	snprintf(err->place, sizeof(err->place), "page %llu", page);
	va_start(ap, fmt);
	vsnprintf(err->reason, sizeof(err->reason), fmt, ap);
	va_end(ap);
	return code;
}

static int store(struct physmem *m, const u8 *record, const char *path, u64 n, struct pages_error *err)
{
	u64 address = fl_get_le64(record);
	int code;

	if (address & (PHYSMEM_PAGE_SIZE - 1))
		return fail(err, path, n, -EINVAL, "address 0x%llx is no multiple of 4096", address);
	if (physmem_find(m, address))
		return fail(err, path, n, -EINVAL, "address 0x%llx occurs twice", address);
	code = physmem_write(m, address, record + 8, PHYSMEM_PAGE_SIZE);
	if (code == -EIO)
		return fail(err, path, n, -EINVAL, "address 0x%llx is outside of memory", address);
	return code ? fail(err, path, n, code, "out of memory") : 0;
}

static int load(gzFile f, const char *path, struct physmem *m, struct pages_error *err)
{
	u8 record[RECORD_BYTES];
	int code, zerr;
	u64 n;

	for (n = 0;; n++) {
		int got = gzread(f, record, sizeof(record));

		/* A gzip stream that was cut off reads as an early end, and says so only here. */
		if (gzerror(f, &zerr) && zerr != Z_OK && zerr != Z_STREAM_END)
			return fail(err, path, n, -EIO, "%s",
				    zerr == Z_BUF_ERROR ? "the file ends too early" : "damaged");
		if (got <= 0)
			return 0;
		if (got < (int)sizeof(record))
			return fail(err, path, n, -EINVAL, "the file ends within it");
		code = store(m, record, path, n, err);
		if (code)
			return code;
	}
}

int pages_load(const char *path, struct physmem *m, struct pages_error *err)
{
	gzFile f = gzopen(path, "rb");
	int code;

	if (!f)
		return fail(err, path, 0, -EIO, "%s", strerror(errno));
	code = load(f, path, m, err);
	gzclose_r(f);
	return code;
}
