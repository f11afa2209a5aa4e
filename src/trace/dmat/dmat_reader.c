// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Reading a .dmat file: every byte of it is under some CRC-32, and none is believed before. */
#include "dmat_priv.h"
#include "grow.h"
#include <sys/stat.h>
#include <zlib.h>

struct meta_pair {
	char *key, *value;
};

struct block_entry {
	u64 offset, first_record, first_time;
};

struct dmat_reader {
	struct dmat_error *err;
	FILE *file;
	bool prefix, damaged;
	u64 file_bytes, records, last_time;

	struct meta_pair *meta;
	size_t metas;
	u64 blocks_offset;

	struct block_entry *block;
	u64 blocks, block_room;
	u64 next_block;	   /* to be loaded next */
	u64 sequence_time; /* last time of the block before, when reading in order */

	struct dmat_block_reader current_block;
	bool loaded;
	u8 *deflated, *raw;
	size_t deflated_room;
	z_stream z;
	bool z_ready;

	struct dmat_record ahead[64]; /* for dmat_read() */
	unsigned int ahead_next, ahead_count;
};

static int bad(struct dmat_reader *r, u64 offset, const char *reason)
{
	if (r->err && !r->damaged) {
		r->err->has_offset = true;
		r->err->offset = offset;
		dmat_fail(r->err, EINVAL, "%s", reason);
	}
	return -EINVAL;
}

static int get(struct dmat_reader *r, u64 offset, void *data, size_t bytes)
{
	char reason[128];

	if (offset > r->file_bytes || bytes > r->file_bytes - offset)
		return bad(r, r->file_bytes, "file ends too early");
	errno = 0;
	if (!fseeko(r->file, offset, SEEK_SET) && fread(data, 1, bytes, r->file) == bytes)
		return 0;
	snprintf(reason, sizeof(reason), "cannot read: %s", errno ? strerror(errno) : "the file has become shorter");
	return bad(r, offset, reason);
}

static bool meta_seen(const struct dmat_reader *r, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (!strcmp(r->meta[i].key, r->meta[n].key))
			return true;
	return false;
}

static int parse_meta(struct dmat_reader *r, const u8 *p, u32 bytes)
{
	const u8 *end = p + bytes;
	u32 count = fl_get_le32(p), i;

	if (count > DMAT_META_KEYS)
		return bad(r, DMAT_HEADER_BYTES, "malformed metadata");
	r->meta = calloc(count + 1, sizeof(*r->meta));
	if (!r->meta)
		return dmat_fail(r->err, ENOMEM, "out of memory");
	p += 4;
	for (i = 0; i < count; i++) {
		u64 key_bytes, value_bytes;

		if (end - p < 8)
			return bad(r, DMAT_HEADER_BYTES, "malformed metadata");
		key_bytes = fl_get_le32(p);
		value_bytes = fl_get_le32(p + 4);
		p += 8;
		if (key_bytes + value_bytes > (u64)(end - p))
			return bad(r, DMAT_HEADER_BYTES, "malformed metadata");
		r->meta[i].key = strndup((const char *)p, key_bytes);
		r->meta[i].value = strndup((const char *)p + key_bytes, value_bytes);
		r->metas = i + 1;
		if (!r->meta[i].key || !r->meta[i].value)
			return dmat_fail(r->err, ENOMEM, "out of memory");
		/* As the writer has it: no NUL, no control character, each key once. */
		if (strlen(r->meta[i].key) != key_bytes || strlen(r->meta[i].value) != value_bytes ||
		    dmat_meta_check(r->meta[i].key, r->meta[i].value) || meta_seen(r, i))
			return bad(r, DMAT_HEADER_BYTES, "malformed metadata");
		p += key_bytes + value_bytes;
	}
	return p == end ? 0 : bad(r, DMAT_HEADER_BYTES, "malformed metadata");
}

static int read_header(struct dmat_reader *r)
{
	u8 header[DMAT_HEADER_BYTES], *meta;
	char reason[80];
	u32 bytes;
	int ret = get(r, 0, header, sizeof(header));

	if (ret)
		return ret;
	if (memcmp(header, DMAT_MAGIC, 8))
		return bad(r, 0, "not a .dmat trace");
	if (fl_get_le32(header + 8) != DMAT_VERSION) {
		snprintf(reason, sizeof(reason), "version %u; this program reads version %u", fl_get_le32(header + 8),
			 DMAT_VERSION);
		return bad(r, 8, reason);
	}
	if (fl_get_le32(header + 12) != DMAT_ORDER)
		return bad(r, 12, "wrong byte order");
	if (fl_get_le32(header + 28) != crc32(0, header, 28))
		return bad(r, 28, "damaged header: CRC-32 is wrong");
	bytes = fl_get_le32(header + 16);
	if (bytes < 4 || bytes > DMAT_META_MAX || fl_get_le32(header + 24))
		return bad(r, 16, "malformed header");
	meta = malloc(bytes);
	if (!meta)
		return dmat_fail(r->err, ENOMEM, "out of memory");
	ret = get(r, sizeof(header), meta, bytes);
	if (!ret && fl_get_le32(header + 20) != crc32(0, meta, bytes))
		ret = bad(r, sizeof(header), "damaged metadata: CRC-32 is wrong");
	if (!ret)
		ret = parse_meta(r, meta, bytes);
	free(meta);
	r->blocks_offset = sizeof(header) + bytes;
	return ret;
}

static int parse_index(struct dmat_reader *r, const u8 *index, u64 index_offset)
{
	u64 i, n = fl_get_le64(index + 8);

	if (fl_get_le32(index) != DMAT_INDEX_MAGIC || fl_get_le32(index + 4))
		return bad(r, index_offset, "malformed index");
	r->block = calloc(n + 1, sizeof(*r->block));
	if (!r->block)
		return dmat_fail(r->err, ENOMEM, "out of memory");
	for (i = 0; i < n; i++) {
		const u8 *p = index + DMAT_INDEX_HEADER + i * DMAT_INDEX_ENTRY;
		struct block_entry *e = &r->block[i];

		*e = (struct block_entry){ fl_get_le64(p), fl_get_le64(p + 8), fl_get_le64(p + 16) };
		if (i ? e->offset <= e[-1].offset || e->first_record <= e[-1].first_record ||
				    e->first_time < e[-1].first_time
		      : e->offset != r->blocks_offset || e->first_record)
			return bad(r, index_offset, "malformed index");
	}
	if (n ? r->block[n - 1].offset >= index_offset || r->block[n - 1].first_record >= r->records
	      : r->records || index_offset != r->blocks_offset)
		return bad(r, index_offset, "malformed index");
	r->blocks = n;
	r->block[n] = (struct block_entry){ index_offset, r->records, ~0ULL };
	return 0;
}

static int read_index(struct dmat_reader *r)
{
	u8 trailer[DMAT_TRAILER_BYTES], *index;
	u64 at, offset, bytes;
	int ret;

	if (r->file_bytes < r->blocks_offset + DMAT_INDEX_HEADER + sizeof(trailer))
		return bad(r, r->file_bytes, "file ends too early");
	at = r->file_bytes - sizeof(trailer);
	ret = get(r, at, trailer, sizeof(trailer));
	if (ret)
		return ret;
	if (fl_get_le32(trailer + 32) != DMAT_TRAILER_MAGIC || fl_get_le32(trailer + 36) != crc32(0, trailer, 36) ||
	    fl_get_le32(trailer + 28))
		return bad(r, at, "truncated or damaged: no end mark where the file ends");
	offset = fl_get_le64(trailer);
	r->records = fl_get_le64(trailer + 8);
	r->last_time = fl_get_le64(trailer + 16);
	if (offset < r->blocks_offset || offset > at - DMAT_INDEX_HEADER)
		return bad(r, at, "malformed end mark");
	bytes = at - offset;
	index = malloc(bytes);
	if (!index)
		return dmat_fail(r->err, ENOMEM, "out of memory");
	ret = get(r, offset, index, bytes);
	if (!ret && fl_get_le32(trailer + 24) != crc32(0, index, bytes))
		ret = bad(r, offset, "damaged index: CRC-32 is wrong");
	if (!ret && (bytes - DMAT_INDEX_HEADER) / DMAT_INDEX_ENTRY != fl_get_le64(index + 8))
		ret = bad(r, offset, "malformed index");
	if (!ret)
		ret = parse_index(r, index, offset);
	free(index);
	return ret;
}

struct block_header {
	u32 records, raw_bytes, deflated_bytes, crc;
	u64 first_time, last_time;
};

/* Header and deflated bytes of the block at @offset, checked; @limit: where it must end at the latest. */
static int fetch_block(struct dmat_reader *r, u64 offset, u64 limit, struct block_header *h)
{
	u8 header[DMAT_BLOCK_HEADER];
	u8 *grown;
	int ret = get(r, offset, header, sizeof(header));

	if (ret)
		return ret;
	h->records = fl_get_le32(header + 4);
	h->first_time = fl_get_le64(header + 8);
	h->last_time = fl_get_le64(header + 16);
	h->raw_bytes = fl_get_le32(header + 24);
	h->deflated_bytes = fl_get_le32(header + 28);
	if (fl_get_le32(header) != DMAT_BLOCK_MAGIC || !h->records || h->records > DMAT_BLOCK ||
	    h->raw_bytes > DMAT_RAW_MAX)
		return bad(r, offset, "damaged block header");
	if (limit - offset < sizeof(header) || h->deflated_bytes > limit - offset - sizeof(header))
		return bad(r, offset, "block passes its end");
	if (!r->deflated || h->deflated_bytes > r->deflated_room) {
		grown = realloc(r->deflated, h->deflated_bytes + DMAT_IN_SLACK);
		if (!grown)
			return dmat_fail(r->err, ENOMEM, "out of memory");
		r->deflated = grown;
		r->deflated_room = h->deflated_bytes;
	}
	ret = get(r, offset + sizeof(header), r->deflated, h->deflated_bytes);
	if (ret)
		return ret;
	memset(r->deflated + h->deflated_bytes, 0, DMAT_IN_SLACK);
	if (fl_get_le32(header + 36) != crc32(crc32(0, header, 36), r->deflated, h->deflated_bytes))
		return bad(r, offset, "damaged block: CRC-32 is wrong");
	return fl_get_le32(header + 32) || h->last_time < h->first_time ? bad(r, offset, "malformed block header") : 0;
}

/* Without an index: the blocks from the front, as far as they are sound. */
static int scan_blocks(struct dmat_reader *r)
{
	u64 offset = r->blocks_offset;
	struct block_header h;

	r->blocks = r->records = 0;
	for (;;) {
		if (!GROW(r->block, r->blocks + 1, r->block_room, 64))
			return dmat_fail(r->err, ENOMEM, "out of memory");
		r->block[r->blocks] = (struct block_entry){ offset, r->records, ~0ULL };
		if (fetch_block(r, offset, r->file_bytes, &h))
			return 0;
		r->block[r->blocks++].first_time = h.first_time;
		r->records += h.records;
		offset += DMAT_BLOCK_HEADER + h.deflated_bytes;
	}
}

static int inflate_block(struct dmat_reader *r, const struct block_header *h, u64 offset)
{
	/* zlib is quick as long as there is more room than it needs: it gets some, and must not have used it. */
	inflateReset(&r->z);
	r->z.next_in = r->deflated;
	r->z.avail_in = h->deflated_bytes + DMAT_IN_SLACK;
	r->z.next_out = r->raw;
	r->z.avail_out = h->raw_bytes + DMAT_RAW_SLACK;
	if (inflate(&r->z, Z_FINISH) != Z_STREAM_END || r->z.avail_out != DMAT_RAW_SLACK ||
	    r->z.avail_in != DMAT_IN_SLACK)
		return bad(r, offset, "damaged block: does not inflate");
	return 0;
}

static int load_block(struct dmat_reader *r, u64 i)
{
	const struct block_entry *e = &r->block[i];
	struct block_header h;
	const char *reason;
	int ret;

	r->loaded = false;
	ret = fetch_block(r, e->offset, e[1].offset, &h);
	if (ret)
		return ret;
	if (e->offset + DMAT_BLOCK_HEADER + h.deflated_bytes != e[1].offset || h.first_time != e->first_time ||
	    e->first_record + h.records != e[1].first_record || h.first_time < r->sequence_time ||
	    (i + 1 == r->blocks && !r->damaged && h.last_time != r->last_time))
		return bad(r, e->offset, "block and index disagree");
	ret = inflate_block(r, &h, e->offset);
	if (ret)
		return ret;
	reason = dmat_block_open(&r->current_block, r->raw, h.raw_bytes, h.records, h.first_time);
	if (reason)
		return bad(r, e->offset, reason);
	r->sequence_time = h.last_time;
	r->next_block = i + 1;
	r->loaded = true;
	return 0;
}

static int setup(struct dmat_reader *r)
{
	int ret = read_header(r);

	if (ret)
		return ret;
	ret = read_index(r);
	if (ret && r->prefix && ret != -ENOMEM) {
		r->damaged = true;
		free(r->block);
		r->block = NULL;
		ret = scan_blocks(r);
	}
	return ret;
}

#define NO_PIPE "a trace has its index at the end, so it cannot come through a pipe"

int dmat_reader_open(struct dmat_reader **reader, const char *path, unsigned int flags, struct dmat_error *err)
{
	struct dmat_reader *r;
	struct stat st;
	int ret;

	*reader = NULL;
	if (err) {
		memset(err, 0, sizeof(*err));
		snprintf(err->file, sizeof(err->file), "%s", path);
	}
	r = calloc(1, sizeof(*r));
	if (!r)
		return dmat_fail(err, ENOMEM, "out of memory");
	r->err = err;
	r->prefix = flags & DMAT_READ_PREFIX;
	r->file = fopen(path, "rb");
	r->raw = calloc(1, DMAT_RAW_MAX + DMAT_RAW_SLACK);
	r->z_ready = inflateInit2(&r->z, -15) == Z_OK;
	if (!r->file)
		ret = dmat_fail(err, errno, "cannot read: %s", strcmp(path, "-") ? strerror(errno) : NO_PIPE);
	else if (!r->raw || !r->z_ready)
		ret = dmat_fail(err, ENOMEM, "out of memory");
	else if (!fstat(fileno(r->file), &st) && S_ISDIR(st.st_mode))
		ret = dmat_fail(err, EISDIR, "cannot read: %s", strerror(EISDIR));
	else if (fseeko(r->file, 0, SEEK_END))
		ret = dmat_fail(err, errno, "cannot read: %s", errno == ESPIPE ? NO_PIPE : strerror(errno));
	else {
		r->file_bytes = ftello(r->file);
		ret = setup(r);
	}
	if (ret) {
		dmat_reader_close(r);
		return ret;
	}
	*reader = r;
	return 0;
}

void dmat_reader_close(struct dmat_reader *r)
{
	size_t i;

	if (!r)
		return;
	if (r->file)
		fclose(r->file);
	if (r->z_ready)
		inflateEnd(&r->z);
	for (i = 0; i < r->metas; i++) {
		free(r->meta[i].key);
		free(r->meta[i].value);
	}
	free(r->meta);
	free(r->block);
	free(r->deflated);
	free(r->raw);
	free(r);
}

/* The end of what can be had: of the file, or of its readable part. */
static int stop(struct dmat_reader *r, int ret)
{
	if (!r->prefix || ret == -ENOMEM)
		return ret;
	r->damaged = true;
	r->loaded = false;
	r->next_block = r->blocks;
	return 0;
}

static ssize_t decode_some(struct dmat_reader *r, struct dmat_record *out, size_t max)
{
	struct dmat_block_reader *b = &r->current_block;
	const char *reason;
	u64 first_time;
	bool begins;
	size_t n;
	int ret;

	if (!r->loaded || b->next == b->records) {
		if (r->next_block == r->blocks)
			return 0;
		ret = load_block(r, r->next_block);
		if (ret)
			return stop(r, ret);
	}
	n = min(max, (size_t)(b->records - b->next));
	begins = !b->next;
	first_time = b->time_min;
	reason = dmat_block_decode(b, out, n);
	if (!reason &&
	    ((begins && out[0].time_ns != first_time) || (b->next == b->records && b->time_min != r->sequence_time)))
		reason = "block header and records disagree";
	if (reason)
		return stop(r, bad(r, r->block[r->next_block - 1].offset, reason));
	return n;
}

ssize_t dmat_read_block(struct dmat_reader *r, struct dmat_record *out, size_t max)
{
	size_t n = r->ahead_count - r->ahead_next;

	if (!n)
		return decode_some(r, out, max);
	n = min(n, max);
	memcpy(out, &r->ahead[r->ahead_next], n * sizeof(*out));
	r->ahead_next += n;
	return n;
}

int dmat_read(struct dmat_reader *r, struct dmat_record *out)
{
	ssize_t n;

	if (r->ahead_next == r->ahead_count) {
		r->ahead_next = r->ahead_count = 0;
		n = decode_some(r, r->ahead, ARRAY_SIZE(r->ahead));
		if (n <= 0)
			return n;
		r->ahead_count = n;
	}
	*out = r->ahead[r->ahead_next++];
	return 1;
}

/* The last block whose @key is not over @value. */
static u64 find_block(const struct dmat_reader *r, u64 value, bool by_time)
{
	u64 lo = 0, hi = r->blocks;

	while (hi - lo > 1) {
		u64 mid = lo + (hi - lo) / 2;

		/* Equal times may spill over from the block before. */
		if (by_time ? r->block[mid].first_time < value : r->block[mid].first_record <= value)
			lo = mid;
		else
			hi = mid;
	}
	return lo;
}

static void rewind_to(struct dmat_reader *r, u64 block)
{
	r->ahead_next = r->ahead_count = 0;
	r->loaded = false;
	r->next_block = block;
	r->sequence_time = 0;
}

int dmat_seek_record(struct dmat_reader *r, u64 n)
{
	struct dmat_record skipped;
	u64 i;
	int ret;

	if (n >= r->records && n)
		return dmat_fail(r->err, ERANGE, "no record %llu", n);
	i = r->blocks ? find_block(r, n, false) : 0;
	rewind_to(r, i);
	for (n -= r->blocks ? r->block[i].first_record : 0; n; n--) {
		ret = dmat_read(r, &skipped);
		if (ret <= 0)
			return ret ? ret : -ERANGE;
	}
	return 0;
}

int dmat_seek_time(struct dmat_reader *r, u64 time_ns)
{
	struct dmat_record rec = { 0 };
	int ret;

	rewind_to(r, r->blocks ? find_block(r, time_ns, true) : 0);
	do {
		ret = dmat_read(r, &rec);
	} while (ret > 0 && rec.time_ns < time_ns);
	if (ret > 0)
		r->ahead_next--;
	return ret < 0 ? ret : 0;
}

u64 dmat_reader_records(const struct dmat_reader *r)
{
	return r->records;
}

u64 dmat_reader_blocks(const struct dmat_reader *r)
{
	return r->blocks;
}

bool dmat_reader_damaged(const struct dmat_reader *r)
{
	return r->damaged;
}

size_t dmat_reader_meta_count(const struct dmat_reader *r)
{
	return r->metas;
}

void dmat_reader_meta(const struct dmat_reader *r, size_t i, const char **key, const char **value)
{
	*key = r->meta[i].key;
	*value = r->meta[i].value;
}

const char *dmat_reader_meta_get(const struct dmat_reader *r, const char *key)
{
	size_t i;

	for (i = 0; i < r->metas; i++) {
		if (!strcmp(r->meta[i].key, key))
			return r->meta[i].value;
	}
	return NULL;
}
