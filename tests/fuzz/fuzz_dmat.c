// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A .dmat file whose checksums are put right, so that what they hide is reached: read whole, and as far as it goes. */
#include "dmat_priv.h"
#include "fuzz.h"
#include <zlib.h>

static struct dmat_record rec[DMAT_BLOCK];

static void put_crc(u8 *at, const u8 *first, size_t n)
{
	fl_put_le32(at, crc32(0, first, n));
}

/* Every checksum that can be found as the reader finds it. */
static void repair(u8 *file, size_t size)
{
	u8 *trailer = file + size - DMAT_TRAILER_BYTES, *block;
	u64 meta, index, bytes;

	if (size < DMAT_HEADER_BYTES + DMAT_TRAILER_BYTES)
		return;
	meta = fl_get_le32(file + 16);
	if (meta > size - DMAT_HEADER_BYTES)
		return;
	put_crc(file + 20, file + DMAT_HEADER_BYTES, meta);
	put_crc(file + 28, file, 28);
	for (block = file + DMAT_HEADER_BYTES + meta; (size_t)(file + size - block) >= DMAT_BLOCK_HEADER;
	     block += DMAT_BLOCK_HEADER + bytes) {
		bytes = fl_get_le32(block + 28);
		if (fl_get_le32(block) != DMAT_BLOCK_MAGIC || bytes > (size_t)(file + size - block) - DMAT_BLOCK_HEADER)
			break;
		fl_put_le32(block + 36, crc32(crc32(0, block, 36), block + DMAT_BLOCK_HEADER, bytes));
	}
	index = fl_get_le64(trailer);
	if (index < size - DMAT_TRAILER_BYTES)
		put_crc(trailer + 24, file + index, size - DMAT_TRAILER_BYTES - index);
	put_crc(trailer + 36, trailer, 36);
}

static void read_all(const char *path, unsigned int flags)
{
	struct dmat_error err;
	struct dmat_reader *r;
	u64 records = 0, last = 0;
	ssize_t n = 0, i;
	const char *key, *value;

	if (dmat_reader_open(&r, path, flags, &err)) {
		fuzz_holds(err.reason[0]);
		return;
	}
	for (i = 0; i < (ssize_t)dmat_reader_meta_count(r); i++) {
		dmat_reader_meta(r, i, &key, &value);
		fuzz_holds(!dmat_meta_check(key, value));
	}
	while ((n = dmat_read_block(r, rec, DMAT_BLOCK)) > 0) {
		for (i = 0; i < n; i++, records++) {
			fuzz_holds(!dmat_record_check(&rec[i]) && rec[i].time_ns >= last);
			last = rec[i].time_ns;
		}
	}
	fuzz_holds(n < 0 || flags || records == dmat_reader_records(r));
	if (records)
		dmat_seek_record(r, records / 2);
	dmat_seek_time(r, last / 2);
	dmat_reader_close(r);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	u8 *copy = malloc(size ? size : 1);
	const char *path;
	int fd;

	fuzz_holds(copy);
	memcpy(copy, data, size);
	repair(copy, size);
	path = fuzz_file(copy, size, &fd);
	read_all(path, 0);
	read_all(path, DMAT_READ_PREFIX);
	close(fd);
	free(copy);
	return 0;
}
