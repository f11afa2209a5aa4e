// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What is written comes back; what is damaged is noticed, wherever it is. */
#include "trace_fixture.h"

static struct dmat_record access_at(u64 time, u32 sid, u64 iova)
{
	struct dmat_record r;

	dmat_record_init(&r, DMAT_ACCESS, time);
	r.sid = sid;
	r.iova = iova;
	r.size = 64;
	r.flags = DMAT_F_R;
	return r;
}

/* One record of each kind, with every field that it can have. */
static size_t one_of_each(struct dmat_record *r)
{
	unsigned int k, i;

	for (k = 0; k < DMAT_KINDS; k++)
		dmat_record_init(&r[k], k, 1000 * k);
	r[DMAT_ACCESS].sid = 8;
	r[DMAT_ACCESS].pasid = 3;
	r[DMAT_ACCESS].domain = 7;
	r[DMAT_ACCESS].iova = 0xfffffffffffff000;
	r[DMAT_ACCESS].size = 4096;
	r[DMAT_ACCESS].flags = DMAT_F_W | DMAT_F_X | DMAT_F_PRIV | DMAT_F_PASID;
	r[DMAT_ACCESS].tag = 0xffffffff;
	r[DMAT_ACCESS].outcome = DMAT_OUT_OK;
	r[DMAT_ACCESS].pa = 0x439f5000;
	r[DMAT_ACCESS].perm = DMAT_F_R | DMAT_F_W;
	r[DMAT_ATTACH].sid = r[DMAT_DETACH].sid = 8;
	r[DMAT_ATTACH].domain = 7;
	r[DMAT_MAP].domain = r[DMAT_UNMAP].domain = 7;
	r[DMAT_MAP].iova = r[DMAT_UNMAP].iova = 0x1000;
	r[DMAT_MAP].size = r[DMAT_UNMAP].size = 0x200000;
	r[DMAT_MAP].pa = 0x80000000;
	r[DMAT_MAP].perm = DMAT_F_X;
	r[DMAT_INVALIDATE].flags = DMAT_F_WHOLE;
	r[DMAT_FAULT].sid = 8;
	r[DMAT_FAULT].iova = 0x1004;
	r[DMAT_FAULT].flags = DMAT_F_R | DMAT_F_STALL | DMAT_F_WORDS;
	r[DMAT_FAULT].model = DMAT_MODEL_SMMUV3;
	r[DMAT_FAULT].code = 0x10;
	for (i = 0; i < 4; i++)
		r[DMAT_FAULT].word[i] = 0x0123456789abcdefULL * (i + 1);
	r[DMAT_PAGE_REQUEST].sid = r[DMAT_RESPONSE].sid = 0x50;
	r[DMAT_PAGE_REQUEST].flags = DMAT_F_W | DMAT_F_LAST | DMAT_F_PASID;
	r[DMAT_PAGE_REQUEST].iova = 0x559ef6f9c000;
	r[DMAT_PAGE_REQUEST].tag = 1;
	r[DMAT_RESPONSE].tag = 1;
	r[DMAT_RESPONSE].code = DMAT_RESP_FAILURE;
	r[DMAT_MARK].code = DMAT_MARK_SUPPRESSED;
	r[DMAT_MARK].size = 893;
	return DMAT_KINDS;
}

static void expect_same(const struct dmat_record *want, size_t n)
{
	const char *path = fixture_path("t.dmat");
	struct dmat_record *got = calloc(n + 1, sizeof(*got));
	struct dmat_error err;
	size_t i, m;

	fixture_write(path, want, n);
	ck_assert_msg(!fixture_read(path, 0, got, n + 1, &m, &err), "%s", err.reason);
	ck_assert_uint_eq(m, n);
	for (i = 0; i < n; i++)
		ck_assert_msg(dmat_record_equal(&got[i], &want[i]), "record %zu differs", i);
	free(got);
}

TEST(every_kind_round_trips)
{
	struct dmat_record r[DMAT_KINDS];

	expect_same(r, one_of_each(r));
}

TEST(empty_trace_round_trips)
{
	expect_same(NULL, 0);
}

static u64 scramble(u64 *x)
{
	*x ^= *x << 13;
	*x ^= *x >> 7;
	*x ^= *x << 17;
	return *x;
}

/* Columns of every width and encoding: few values, many, steps, outliers, all 64 bits. */
TEST_TIMES(many_records_round_trip, 4)
{
	size_t n = 3 * DMAT_BLOCK + 77, i;
	struct dmat_record *r = calloc(n, sizeof(*r));
	u64 x = 88172645463325252ULL, time = 0;
	static const u64 masks[] = { 0xff, 0xffff, 0xffffffffff, ~0ULL >> 1 };

	for (i = 0; i < n; i++) {
		u64 mask = masks[_i];

		time += i % 1000 ? scramble(&x) % 250 : 1000000007;
		r[i] = access_at(time, scramble(&x) % (_i == 2 ? 1000 : 3), scramble(&x) & mask);
		r[i].size = 1 + (scramble(&x) & (_i ? 0xffff : 0));
		r[i].tag = _i == 3 ? (u32)scramble(&x) : 0;
		if (i % 3) {
			r[i].outcome = DMAT_OUT_OK;
			r[i].pa = scramble(&x) & mask;
			r[i].perm = DMAT_F_R;
		}
	}
	expect_same(r, n);
	free(r);
}

TEST(outliers_on_both_sides_round_trip)
{
	struct dmat_record r[200];
	size_t i;

	for (i = 0; i < 200; i++)
		r[i] = access_at(i, 1, 0x80000000 + i * 192);
	r[3].iova = 0x3000 * 64;
	r[100].iova = 0xffffffffffff0000;
	r[150].iova = 0;
	expect_same(r, 200);
}

TEST(metadata_comes_back_in_order)
{
	const char *path = fixture_path("t.dmat"), *key, *value;
	struct dmat_writer *w;
	struct dmat_reader *r;
	struct dmat_error err;

	ck_assert_int_eq(dmat_writer_open(&w, path, &err), 0);
	ck_assert_int_eq(dmat_writer_meta(w, "origin", "somewhere, \"far\" = away"), 0);
	ck_assert_int_eq(dmat_writer_meta(w, "a.b-c_9", ""), 0);
	ck_assert_int_eq(dmat_writer_meta(w, "origin", "again"), -EINVAL);
	ck_assert_int_eq(dmat_writer_meta(w, "Bad key", "x"), -EINVAL);
	ck_assert_int_eq(dmat_writer_meta(w, "key", "two\nlines"), -EINVAL);
	ck_assert_int_eq(dmat_writer_close(w), 0);
	ck_assert_int_eq(dmat_reader_open(&r, path, 0, &err), 0);
	ck_assert_uint_eq(dmat_reader_meta_count(r), 2);
	dmat_reader_meta(r, 0, &key, &value);
	ck_assert_str_eq(key, "origin");
	ck_assert_str_eq(value, "somewhere, \"far\" = away");
	ck_assert_str_eq(dmat_reader_meta_get(r, "a.b-c_9"), "");
	ck_assert_ptr_null(dmat_reader_meta_get(r, "none"));
	dmat_reader_close(r);
}

static void refused(struct dmat_record *r, const char *reason)
{
	struct dmat_writer *w;
	struct dmat_error err;

	ck_assert_int_eq(dmat_writer_open(&w, fixture_path("bad.dmat"), &err), 0);
	ck_assert_int_eq(dmat_writer_append(w, r), -EINVAL);
	ck_assert_msg(strstr(err.reason, reason), "'%s' expected in '%s'", reason, err.reason);
	dmat_writer_abort(w);
	ck_assert_uint_eq(fixture_files(), 0);
}

TEST(malformed_records_are_refused)
{
	struct dmat_record r = access_at(0, 1, 0x1000), good = r;

	r.size = 0;
	refused(&r, "access of zero length");
	r.size = DMAT_ACCESS_MAX + 1;
	refused(&r, "more than 16 MiB");
	r = good;
	r.iova = ~0ULL - 62;
	refused(&r, "end of the address space");
	r = good;
	r.flags = 0;
	refused(&r, "without a direction");
	r = good;
	r.sid = DMAT_SID_NONE;
	refused(&r, "without a stream");
	r = good;
	r.pasid = 1;
	refused(&r, "PASID");
	r = good;
	r.pa = 0x1000;
	refused(&r, "field that this kind");
	r = good;
	r.word[0] = 1;
	refused(&r, "field that this kind");
	r.flags |= DMAT_F_AFTER;
	r.word[0] = 0;
	r.word[1] = 1;
	refused(&r, "field that this kind");
	r = good;
	r.kind = DMAT_KINDS;
	refused(&r, "unknown kind");
	dmat_record_init(&r, DMAT_MAP, 0);
	refused(&r, "range of zero length");
	dmat_record_init(&r, DMAT_MARK, 0);
	r.code = DMAT_MARKS;
	refused(&r, "unknown mark");
	dmat_record_init(&r, DMAT_RESPONSE, 0);
	r.code = DMAT_RESPONSES;
	refused(&r, "unknown response");
}

TEST(unsorted_time_is_refused)
{
	struct dmat_record r = access_at(5, 1, 0);
	struct dmat_writer *w;
	struct dmat_error err;

	ck_assert_int_eq(dmat_writer_open(&w, fixture_path("t.dmat"), &err), 0);
	ck_assert_int_eq(dmat_writer_append(w, &r), 0);
	ck_assert_int_eq(dmat_writer_append(w, &r), 0);
	r.time_ns = 4;
	ck_assert_int_eq(dmat_writer_append(w, &r), -EINVAL);
	ck_assert_str_eq(err.reason, "time goes back, from 5 ns to 4 ns");
	dmat_writer_abort(w);
}

TEST(unwritable_output_is_an_error_at_once)
{
	struct dmat_writer *w;
	struct dmat_error err;

	ck_assert_int_eq(dmat_writer_open(&w, "/nonexistent/t.dmat", &err), -ENOENT);
	ck_assert_str_eq(err.file, "/nonexistent/t.dmat");
	ck_assert_ptr_nonnull(strstr(err.reason, "cannot write"));
	/* Renaming over a device would replace it. */
	ck_assert_int_eq(dmat_writer_open(&w, "/dev/null", &err), -EINVAL);
	ck_assert_ptr_nonnull(strstr(err.reason, "not a regular file"));
	ck_assert_int_eq(dmat_writer_open(&w, "/tmp", &err), -EISDIR);
}

TEST(nothing_appears_before_close)
{
	const char *path = fixture_path("t.dmat");
	struct dmat_record r = access_at(0, 1, 0);
	struct dmat_writer *w;
	struct dmat_error err;

	fixture_put(path, "old", 3);
	ck_assert_int_eq(dmat_writer_open(&w, path, &err), 0);
	ck_assert_int_eq(dmat_writer_append(w, &r), 0);
	dmat_writer_abort(w);
	ck_assert_uint_eq(fixture_files(), 1);
	{
		size_t bytes;
		u8 *data = fixture_get(path, &bytes);

		ck_assert_str_eq((char *)data, "old");
		free(data);
	}
}

TEST(missing_file_is_an_error)
{
	struct dmat_reader *r;
	struct dmat_error err;

	ck_assert_int_eq(dmat_reader_open(&r, fixture_path("none.dmat"), 0, &err), -ENOENT);
	ck_assert_ptr_nonnull(strstr(err.reason, "cannot read"));
	ck_assert_ptr_null(r);
}

/* A small file with two blocks' worth of structure: shapes, columns with exceptions, a dictionary, metadata. */
static u8 *small_file(size_t *bytes)
{
	const char *path = fixture_path("small.dmat");
	struct dmat_record r[40];
	size_t n = one_of_each(r), i;

	for (i = n; i < 40; i++)
		r[i] = access_at(10000 + i * i, 1 + i % 3, i * 4096 + (i == 20 ? 1ULL << 40 : 0));
	fixture_write(path, r, 40);
	return fixture_get(path, bytes);
}

/* 0: read whole and without complaint. */
static int read_bytes(const u8 *data, size_t bytes, unsigned int flags, size_t *n, struct dmat_error *err)
{
	const char *path = fixture_path("damaged.dmat");
	struct dmat_record out[64];

	fixture_put(path, data, bytes);
	return fixture_read(path, flags, out, 64, n, err);
}

TEST(every_flipped_bit_is_noticed)
{
	struct dmat_error err;
	size_t bytes, i, n;
	u8 *data = small_file(&bytes);
	unsigned int bit;

	for (i = 0; i < bytes; i++) {
		for (bit = 0; bit < 8; bit++) {
			data[i] ^= 1 << bit;
			ck_assert_msg(read_bytes(data, bytes, 0, &n, &err) == -EINVAL, "bit %u of byte %zu", bit, i);
			ck_assert_msg(err.reason[0] && err.has_offset, "byte %zu: no reason", i);
			data[i] ^= 1 << bit;
		}
	}
	ck_assert_int_eq(read_bytes(data, bytes, 0, &n, &err), 0);
	free(data);
}

TEST(every_changed_byte_is_noticed)
{
	struct dmat_error err;
	size_t bytes, i, n;
	u8 *data = small_file(&bytes);

	for (i = 0; i < bytes; i++) {
		data[i] ^= 0xff;
		ck_assert_msg(read_bytes(data, bytes, 0, &n, &err) == -EINVAL, "byte %zu", i);
		/* With the prefix asked for, damage after the metadata is an early end and no error. */
		read_bytes(data, bytes, DMAT_READ_PREFIX, &n, &err);
		data[i] ^= 0xff;
	}
	free(data);
}

TEST(every_truncation_is_noticed)
{
	struct dmat_error err;
	size_t bytes, i, n;
	u8 *data = small_file(&bytes);

	for (i = 0; i < bytes; i++) {
		ck_assert_msg(read_bytes(data, i, 0, &n, &err) == -EINVAL, "%zu bytes", i);
		ck_assert_msg(err.reason[0], "%zu bytes: no reason", i);
	}
	free(data);
}

TEST(bytes_behind_the_end_are_noticed)
{
	struct dmat_error err;
	size_t bytes, n;
	u8 *data = small_file(&bytes);

	ck_assert_int_eq(read_bytes(data, bytes + 1, 0, &n, &err), -EINVAL);
	free(data);
}

TEST(wrong_version_and_magic_are_named)
{
	struct dmat_error err;
	size_t bytes, n;
	u8 *data = small_file(&bytes);

	data[8] = 9;
	ck_assert_int_eq(read_bytes(data, bytes, 0, &n, &err), -EINVAL);
	ck_assert_str_eq(err.reason, "version 9; this program reads version 1");
	ck_assert_uint_eq(err.offset, 8);
	data[1] = 'X';
	ck_assert_int_eq(read_bytes(data, bytes, 0, &n, &err), -EINVAL);
	ck_assert_str_eq(err.reason, "not a .dmat trace");
	free(data);
}

static struct dmat_record *long_trace(const char *path, size_t n)
{
	struct dmat_record *r = calloc(n, sizeof(*r));
	size_t i;

	for (i = 0; i < n; i++)
		r[i] = access_at(i / 3 * 10, 1, i * 4096);
	fixture_write(path, r, n);
	return r;
}

TEST(prefix_of_a_truncated_file_is_readable)
{
	const char *path = fixture_path("long.dmat");
	size_t n = 5 * DMAT_BLOCK, bytes, got, i;
	struct dmat_record *want = long_trace(path, n), *have = calloc(n, sizeof(*have));
	struct dmat_error err;
	struct dmat_reader *r;
	u8 *data = fixture_get(path, &bytes);

	fixture_put(path, data, bytes / 2);
	ck_assert_int_eq(fixture_read(path, 0, have, n, &got, &err), -EINVAL);
	ck_assert_int_eq(fixture_read(path, DMAT_READ_PREFIX, have, n, &got, &err), 0);
	ck_assert(got >= DMAT_BLOCK && got < n && got % DMAT_BLOCK == 0);
	for (i = 0; i < got; i++)
		ck_assert(dmat_record_equal(&want[i], &have[i]));
	ck_assert_int_eq(dmat_reader_open(&r, path, DMAT_READ_PREFIX, &err), 0);
	ck_assert(dmat_reader_damaged(r));
	ck_assert_uint_eq(dmat_reader_records(r), got);
	dmat_reader_close(r);
	free(want);
	free(have);
	free(data);
}

TEST(seek_finds_records_and_times)
{
	const char *path = fixture_path("long.dmat");
	size_t n = 3 * DMAT_BLOCK + 5;
	struct dmat_record *want = long_trace(path, n), got;
	static const size_t places[] = { 0, 1, DMAT_BLOCK - 1, DMAT_BLOCK, 2 * DMAT_BLOCK + 77, 3 * DMAT_BLOCK + 4 };
	struct dmat_reader *r;
	struct dmat_error err;
	size_t i;

	ck_assert_int_eq(dmat_reader_open(&r, path, 0, &err), 0);
	ck_assert_uint_eq(dmat_reader_records(r), n);
	ck_assert_uint_eq(dmat_reader_blocks(r), 4);
	for (i = 0; i < ARRAY_SIZE(places); i++) {
		ck_assert_int_eq(dmat_seek_record(r, places[i]), 0);
		ck_assert_int_eq(dmat_read(r, &got), 1);
		ck_assert(dmat_record_equal(&got, &want[places[i]]));
		/* The first of the three records of that time, also if they lie in two blocks. */
		ck_assert_int_eq(dmat_seek_time(r, want[places[i]].time_ns), 0);
		ck_assert_int_eq(dmat_read(r, &got), 1);
		ck_assert_uint_eq(got.iova, want[places[i] / 3 * 3].iova);
		ck_assert_int_eq(dmat_read(r, &got), places[i] / 3 * 3 + 1 < n);
	}
	ck_assert_int_eq(dmat_seek_record(r, n), -ERANGE);
	ck_assert_int_eq(dmat_seek_time(r, ~0ULL), 0);
	ck_assert_int_eq(dmat_read(r, &got), 0);
	dmat_reader_close(r);
	free(want);
}

TEST(error_text_names_the_place)
{
	struct dmat_error err = { .file = "a.log", .line = 7, .reason = "why" };
	char text[600];

	ck_assert_str_eq(dmat_error_text(&err, text, sizeof(text)), "a.log:7: why");
	err.line = 0;
	ck_assert_str_eq(dmat_error_text(&err, text, sizeof(text)), "a.log: why");
	err.has_offset = true;
	err.offset = 40;
	ck_assert_str_eq(dmat_error_text(&err, text, sizeof(text)), "a.log: offset 40: why");
}

SUITE("dmat")
