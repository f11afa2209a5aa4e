/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Files of a test: in a folder of its own, named by what they hold. */
#ifndef TRACE_FIXTURE_H
#define TRACE_FIXTURE_H

#include "dmat.h"
#include "suite.h"
#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

/* A path in a fresh folder; the folder goes when the test's process ends. */
static char fixture_dir[64];

static inline void fixture_clean(void)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf '%s'", fixture_dir);
	if (system(command))
		perror("rm");
}

static inline const char *fixture_path(const char *name)
{
	static char path[8][128];
	static unsigned int turn;

	if (!fixture_dir[0]) {
		strcpy(fixture_dir, "/tmp/faultline-test-XXXXXX");
		ck_assert_ptr_nonnull(mkdtemp(fixture_dir));
		atexit(fixture_clean);
	}
	turn = (turn + 1) % 8;
	snprintf(path[turn], sizeof(path[turn]), "%s/%s", fixture_dir, name);
	return path[turn];
}

static inline unsigned int fixture_files(void)
{
	DIR *dir = opendir(fixture_dir);
	struct dirent *e;
	unsigned int n = 0;

	while ((e = readdir(dir)))
		n += e->d_name[0] != '.';
	closedir(dir);
	return n;
}

static inline void fixture_put(const char *path, const void *data, size_t bytes)
{
	FILE *f = fopen(path, "wb");

	ck_assert_ptr_nonnull(f);
	ck_assert_uint_eq(fwrite(data, 1, bytes, f), bytes);
	ck_assert_int_eq(fclose(f), 0);
}

/* The whole file, with a NUL behind it. Freed by the caller. */
static inline u8 *fixture_get(const char *path, size_t *bytes)
{
	struct stat st;
	FILE *f = fopen(path, "rb");
	u8 *data;

	ck_assert_ptr_nonnull(f);
	ck_assert_int_eq(fstat(fileno(f), &st), 0);
	data = calloc(1, st.st_size + 1);
	ck_assert_uint_eq(fread(data, 1, st.st_size, f), st.st_size);
	fclose(f);
	*bytes = st.st_size;
	return data;
}

static inline void fixture_write(const char *path, const struct dmat_record *rec, size_t n)
{
	struct dmat_writer *w;
	struct dmat_error err;
	size_t i;

	ck_assert_int_eq(dmat_writer_open(&w, path, &err), 0);
	ck_assert_int_eq(dmat_writer_meta(w, "origin", "a test"), 0);
	for (i = 0; i < n; i++)
		ck_assert_msg(!dmat_writer_append(w, &rec[i]), "record %zu: %s", i, err.reason);
	ck_assert_int_eq(dmat_writer_close(w), 0);
}

/* Open and read all; 0 or the first error. @out may be NULL. */
static inline int fixture_read(const char *path, unsigned int flags, struct dmat_record *out, size_t room, size_t *n,
			       struct dmat_error *err)
{
	struct dmat_record some[100];
	struct dmat_reader *r;
	ssize_t got;
	int ret = dmat_reader_open(&r, path, flags, err);

	*n = 0;
	if (ret)
		return ret;
	while ((got = dmat_read_block(r, some, 100)) > 0) {
		ck_assert_uint_le(*n + got, room);
		memcpy(out + *n, some, got * sizeof(*out));
		*n += got;
	}
	dmat_reader_close(r);
	return got;
}

/* The trace as text. Freed by the caller. */
__attribute__((__noinline__, unused)) static char *fixture_dump(const char *path)
{
	struct dmat_reader *r;
	struct dmat_error err;
	char *text;
	size_t bytes;
	FILE *f = open_memstream(&text, &bytes);

	ck_assert_msg(!dmat_reader_open(&r, path, 0, &err), "%s", err.reason);
	ck_assert_int_eq(dmat_dump(r, f, &err), 0);
	dmat_reader_close(r);
	fclose(f);
	return text;
}

static inline int fixture_pack(const char *text, const char *path, struct dmat_error *err)
{
	FILE *f = fmemopen((void *)text, strlen(text), "r");
	int ret = dmat_pack(f, "text", path, err);

	fclose(f);
	return ret;
}

#endif /* TRACE_FIXTURE_H */
