// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Writing a .dmat file under a temporary name, which becomes its own only when all of it is there. */
#include "dmat_priv.h"
#include "out_file.h"
#include "grow.h"
#include <unistd.h>
#include <zlib.h>

#define PART_MIN      512
#define DEFLATED_ROOM (DMAT_RAW_MAX + DMAT_RAW_MAX / 64 + 4096) /* over the worst case, with every change of level */

struct index_entry {
	u64 offset, first_record, first_time;
};

struct dmat_writer {
	struct dmat_error *err;
	char *path;
	struct out_file out;
	FILE *file;
	bool header_written;
	int failed; /* -errno of the first failure, which close repeats */
	u64 offset, records, last_time;

	u8 *meta;
	size_t meta_bytes;
	unsigned int meta_keys;

	struct index_entry *index;
	size_t blocks, index_room;

	struct dmat_encoder *encoder;
	struct dmat_record *pending;
	unsigned int pendings;
	u8 *raw, *deflated;
	z_stream z, trial;
	bool z_ready, trial_ready;
	u8 *trial_out;
};

/* The error is the output's, whatever input the caller's error named. */
static int cannot_write(struct dmat_writer *w, int code)
{
	if (w->err) {
		snprintf(w->err->file, sizeof(w->err->file), "%s", w->path);
		w->err->line = 0;
		w->err->has_offset = false;
	}
	return dmat_fail(w->err, code, "cannot write: %s", strerror(code));
}

static int put(struct dmat_writer *w, const void *data, size_t bytes)
{
	if (fwrite(data, 1, bytes, w->file) != bytes) {
		w->failed = cannot_write(w, errno ? errno : EIO);
		return w->failed;
	}
	w->offset += bytes;
	return 0;
}

static int open_temp(struct dmat_writer *w)
{
	int fd = out_file_open(&w->out, w->path);

	if (fd == -EINVAL)
		return dmat_fail(w->err, EINVAL, "cannot write: not a regular file");
	if (fd < 0)
		return cannot_write(w, -fd);
	w->file = fdopen(fd, "wb");
	if (!w->file) {
		close(fd);
		return dmat_fail(w->err, ENOMEM, "out of memory");
	}
	return 0;
}

static void destroy(struct dmat_writer *w)
{
	if (w->file)
		fclose(w->file);
	out_file_drop(&w->out);
	if (w->z_ready)
		deflateEnd(&w->z);
	if (w->trial_ready)
		deflateEnd(&w->trial);
	free(w->trial_out);
	free(w->path);
	free(w->meta);
	free(w->index);
	free(w->encoder);
	free(w->pending);
	free(w->raw);
	free(w->deflated);
	free(w);
}

int dmat_writer_open(struct dmat_writer **writer, const char *path, struct dmat_error *err)
{
	struct dmat_writer *w = calloc(1, sizeof(*w));
	int ret = 0;

	*writer = NULL;
	if (err) {
		memset(err, 0, sizeof(*err));
		snprintf(err->file, sizeof(err->file), "%s", path);
	}
	if (!w)
		return dmat_fail(err, ENOMEM, "out of memory");
	w->err = err;
	w->path = strdup(path);
	w->meta = malloc(4);
	w->encoder = dmat_encoder_new();
	w->pending = malloc(DMAT_BLOCK * sizeof(*w->pending));
	w->raw = malloc(DMAT_RAW_MAX);
	/* Raw deflate: the block's CRC-32 is the only checksum that a reader has to compute. */
	w->z_ready = deflateInit2(&w->z, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -15, 9, Z_DEFAULT_STRATEGY) == Z_OK;
	w->trial_ready = deflateInit2(&w->trial, Z_BEST_SPEED, Z_DEFLATED, -15, 9, Z_DEFAULT_STRATEGY) == Z_OK;
	w->deflated = malloc(DEFLATED_ROOM);
	w->trial_out = malloc(DEFLATED_ROOM);
	if (!w->path || !w->meta || !w->encoder || !w->pending || !w->raw || !w->deflated || !w->trial_out ||
	    !w->z_ready || !w->trial_ready) {
		ret = dmat_fail(err, ENOMEM, "out of memory");
	} else {
		fl_put_le32(w->meta, 0);
		w->meta_bytes = 4;
		ret = open_temp(w);
	}
	if (ret) {
		destroy(w);
		return ret;
	}
	*writer = w;
	return 0;
}

static bool meta_has(const struct dmat_writer *w, const char *key)
{
	const u8 *p = w->meta + 4;
	size_t len = strlen(key);

	while (p < w->meta + w->meta_bytes) {
		u32 key_bytes = fl_get_le32(p), value_bytes = fl_get_le32(p + 4);

		if (key_bytes == len && !memcmp(p + 8, key, len))
			return true;
		p += 8 + key_bytes + value_bytes;
	}
	return false;
}

int dmat_writer_meta(struct dmat_writer *w, const char *key, const char *value)
{
	size_t key_bytes = strlen(key), value_bytes = strlen(value);
	u8 *p;

	if (w->header_written)
		return dmat_fail(w->err, EINVAL, "metadata '%.60s' after the first record", key);
	if (dmat_meta_check(key, value))
		return dmat_fail(w->err, EINVAL, "metadata '%.60s': %s", key, dmat_meta_check(key, value));
	if (meta_has(w, key))
		return dmat_fail(w->err, EINVAL, "metadata '%.60s' given twice", key);
	if (w->meta_keys == DMAT_META_KEYS || w->meta_bytes + 8 + key_bytes + value_bytes > DMAT_META_MAX)
		return dmat_fail(w->err, EINVAL, "too much metadata");
	p = realloc(w->meta, w->meta_bytes + 8 + key_bytes + value_bytes);
	if (!p)
		return dmat_fail(w->err, ENOMEM, "out of memory");
	w->meta = p;
	p += w->meta_bytes;
	fl_put_le32(p, key_bytes);
	fl_put_le32(p + 4, value_bytes);
	memcpy(p + 8, key, key_bytes);
	memcpy(p + 8 + key_bytes, value, value_bytes);
	w->meta_bytes += 8 + key_bytes + value_bytes;
	fl_put_le32(w->meta, ++w->meta_keys);
	return 0;
}

static int write_header(struct dmat_writer *w)
{
	u8 header[DMAT_HEADER_BYTES] = { 0 };
	int ret;

	w->header_written = true;
	memcpy(header, DMAT_MAGIC, 8);
	fl_put_le32(header + 8, DMAT_VERSION);
	fl_put_le32(header + 12, DMAT_ORDER);
	fl_put_le32(header + 16, w->meta_bytes);
	fl_put_le32(header + 20, crc32(0, w->meta, w->meta_bytes));
	fl_put_le32(header + 28, crc32(0, header, 28));
	ret = put(w, header, sizeof(header));
	return ret ? ret : put(w, w->meta, w->meta_bytes);
}

static int index_add(struct dmat_writer *w)
{
	if (!GROW(w->index, w->blocks, w->index_room, 64)) {
		w->failed = -ENOMEM;
		return dmat_fail(w->err, ENOMEM, "out of memory");
	}
	w->index[w->blocks++] = (struct index_entry){ w->offset, w->records, w->pending[0].time_ns };
	return 0;
}

/*
 * Whether @bytes at @data are worth deflating. Inflating costs a reader some ns a byte, a stored byte next to
 * nothing: what does not shrink to half stays as it is.
 */
static bool worth_deflating(struct dmat_writer *w, const u8 *data, size_t bytes)
{
	deflateReset(&w->trial);
	w->trial.next_in = (u8 *)data;
	w->trial.avail_in = bytes;
	w->trial.next_out = w->trial_out;
	w->trial.avail_out = bytes / 2 + 1;
	return deflate(&w->trial, Z_FINISH) == Z_STREAM_END;
}

/* Deflate w->raw between the cuts, each part as it deserves; returns the bytes made. */
static size_t deflate_block(struct dmat_writer *w, size_t raw_bytes, const u32 *cut, unsigned int cuts)
{
	size_t at = 0, end;
	unsigned int i;
	int level, ret;

	deflateReset(&w->z);
	w->z.next_out = w->deflated;
	w->z.avail_out = DEFLATED_ROOM;
	for (i = 0; i <= cuts; i++, at = end) {
		end = i < cuts ? cut[i] : raw_bytes;
		w->z.next_in = w->raw + at;
		w->z.avail_in = 0;
		/* Small parts go with what is before them: to change costs some bytes too. */
		if (end - at >= PART_MIN) {
			level = worth_deflating(w, w->raw + at, end - at) ? Z_DEFAULT_COMPRESSION : Z_NO_COMPRESSION;
			ret = deflateParams(&w->z, level, Z_DEFAULT_STRATEGY);
			fl_assert(ret == Z_OK);
		}
		w->z.avail_in = end - at;
		ret = deflate(&w->z, Z_NO_FLUSH);
		fl_assert((ret == Z_OK || ret == Z_BUF_ERROR) && !w->z.avail_in);
	}
	ret = deflate(&w->z, Z_FINISH);
	fl_assert(ret == Z_STREAM_END);
	return w->z.next_out - w->deflated;
}

static int write_block(struct dmat_writer *w)
{
	u8 header[DMAT_BLOCK_HEADER] = { 0 };
	u32 cut[DMAT_CUTS];
	unsigned int cuts;
	size_t raw_bytes, deflated_bytes;
	int ret = w->header_written ? 0 : write_header(w);

	if (ret || !w->pendings)
		return ret;
	ret = index_add(w);
	if (ret)
		return ret;
	raw_bytes = dmat_encode_block(w->encoder, w->pending, w->pendings, w->raw, cut, &cuts);
	deflated_bytes = deflate_block(w, raw_bytes, cut, cuts);
	fl_put_le32(header, DMAT_BLOCK_MAGIC);
	fl_put_le32(header + 4, w->pendings);
	fl_put_le64(header + 8, w->pending[0].time_ns);
	fl_put_le64(header + 16, w->last_time);
	fl_put_le32(header + 24, raw_bytes);
	fl_put_le32(header + 28, deflated_bytes);
	fl_put_le32(header + 36, crc32(crc32(0, header, 36), w->deflated, deflated_bytes));
	w->records += w->pendings;
	w->pendings = 0;
	ret = put(w, header, sizeof(header));
	return ret ? ret : put(w, w->deflated, deflated_bytes);
}

int dmat_writer_append(struct dmat_writer *w, const struct dmat_record *rec)
{
	const char *reason = dmat_record_check(rec);

	if (w->failed)
		return w->failed;
	if (reason)
		return dmat_fail(w->err, EINVAL, "%s", reason);
	if (rec->time_ns < w->last_time)
		return dmat_fail(w->err, EINVAL, "time goes back, from %llu ns to %llu ns", w->last_time, rec->time_ns);
	w->last_time = rec->time_ns;
	w->pending[w->pendings++] = *rec;
	return w->pendings == DMAT_BLOCK ? write_block(w) : 0;
}

static int write_index(struct dmat_writer *w)
{
	size_t bytes = DMAT_INDEX_HEADER + w->blocks * DMAT_INDEX_ENTRY, i;
	u8 *index = calloc(1, bytes), trailer[DMAT_TRAILER_BYTES] = { 0 };
	int ret;

	if (!index)
		return dmat_fail(w->err, ENOMEM, "out of memory");
	fl_put_le32(index, DMAT_INDEX_MAGIC);
	fl_put_le64(index + 8, w->blocks);
	for (i = 0; i < w->blocks; i++) {
		u8 *p = index + DMAT_INDEX_HEADER + i * DMAT_INDEX_ENTRY;

		fl_put_le64(p, w->index[i].offset);
		fl_put_le64(p + 8, w->index[i].first_record);
		fl_put_le64(p + 16, w->index[i].first_time);
	}
	fl_put_le64(trailer, w->offset);
	fl_put_le64(trailer + 8, w->records);
	fl_put_le64(trailer + 16, w->last_time);
	fl_put_le32(trailer + 24, crc32(0, index, bytes));
	fl_put_le32(trailer + 32, DMAT_TRAILER_MAGIC);
	fl_put_le32(trailer + 36, crc32(0, trailer, 36));
	ret = put(w, index, bytes);
	free(index);
	return ret ? ret : put(w, trailer, sizeof(trailer));
}

int dmat_writer_close(struct dmat_writer *w)
{
	int ret = w->failed;

	if (!ret)
		ret = write_block(w);
	if (!ret)
		ret = write_index(w);
	if (!ret) {
		errno = 0;
		ret = fclose(w->file);
		w->file = NULL;
		ret = ret ? -(errno ? errno : EIO) : out_file_keep(&w->out);
		if (ret)
			ret = cannot_write(w, -ret);
	}
	destroy(w);
	return ret;
}

void dmat_writer_abort(struct dmat_writer *w)
{
	if (w)
		destroy(w);
}
