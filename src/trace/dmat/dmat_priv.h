/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The bytes of a .dmat file, for its writer and its reader: docs/trace-format.md. All little-endian. */
#ifndef DMAT_PRIV_H
#define DMAT_PRIV_H

#include "dmat.h"
#include <stdarg.h>

#define DMAT_MAGIC \
	"\x89"     \
	"DMAT\r\n\x1a" /* a text-mode copy or a stripped eighth bit shows at once */
#define DMAT_ORDER 0x01020304U

#define DMAT_HEADER_BYTES 32 /* magic 8, version, order, meta bytes, meta CRC, 0, CRC of the 28 before */
#define DMAT_META_MAX	  (1U << 20)
#define DMAT_META_KEYS	  256

#define DMAT_BLOCK_MAGIC  0x314b4c42U /* "BLK1" */
#define DMAT_BLOCK_HEADER 40	      /* magic, records, first time 8, last time 8, raw bytes, deflated bytes, 0, CRC */

#define DMAT_INDEX_MAGIC   0x31584449U /* "IDX1" */
#define DMAT_INDEX_HEADER  16	       /* magic, 0, blocks 8 */
#define DMAT_INDEX_ENTRY   24	       /* offset, first record, first time */
#define DMAT_TRAILER_MAGIC 0x31444e45U /* "END1" */
#define DMAT_TRAILER_BYTES 40	       /* index offset, records, last time, index CRC, 0, magic, CRC of the 36 before */

/* What most records of a trace share with some other: kept once a block, 24 bytes in the file. */
struct dmat_shape {
	u32 sid, pasid, domain, code;
	u16 flags;
	u8 kind, perm, outcome, model;
};
#define DMAT_SHAPE_BYTES 24

/* The fields that are columns of their own, in the file's order. */
enum dmat_column {
	DMAT_COL_TIME,
	DMAT_COL_IOVA,
	DMAT_COL_SIZE,
	DMAT_COL_PA,
	DMAT_COL_TAG,
	DMAT_COL_WORD0,
	DMAT_COLS = 9
};

enum dmat_encoding {
	DMAT_ENC_CONST,	      /* v = base */
	DMAT_ENC_FRAME,	      /* v = base + scale * u */
	DMAT_ENC_DELTA,	      /* v = the record's before + base + scale * u */
	DMAT_ENC_SHAPE_DELTA, /* v = that of the record before of the same shape + base + scale * u */
	DMAT_ENC_DICT,	      /* v = dictionary[u] */
	DMAT_ENCODINGS
};

#define DMAT_COLUMN_HEADER   24 /* encoding 1, width of u 1, exceptions 2, dictionary entries 4, base 8, scale 8 */
#define DMAT_EXCEPTION_BYTES 10 /* place 2, u 8 */
#define DMAT_DICT_MAX	     1024

#define DMAT_RAW_SLACK 288 /* the decoder reads, and ignores, so much past the end; so much room inflate has */
#define DMAT_IN_SLACK  16  /* what inflate may see past the end of its input */
/* Room that every encoded block fits: headers, shapes, columns of 8 bytes and their dictionaries. */
#define DMAT_RAW_MAX \
	(4 + DMAT_BLOCK * (DMAT_SHAPE_BYTES + 2 + DMAT_COLS * 8) + DMAT_COLS * (DMAT_COLUMN_HEADER + DMAT_DICT_MAX * 8))

static inline u32 dmat_get_le16(const u8 *p)
{
	return p[0] | p[1] << 8;
}

static inline void dmat_put_le16(u8 *p, u32 v)
{
	p[0] = v;
	p[1] = v >> 8;
}

/* Where column @col lies in a record; tag is a u32, the others are u64. */
static inline size_t dmat_column_offset(unsigned int col)
{
	switch (col) {
	case DMAT_COL_TIME:
		return offsetof(struct dmat_record, time_ns);
	case DMAT_COL_IOVA:
		return offsetof(struct dmat_record, iova);
	case DMAT_COL_SIZE:
		return offsetof(struct dmat_record, size);
	case DMAT_COL_PA:
		return offsetof(struct dmat_record, pa);
	case DMAT_COL_TAG:
		return offsetof(struct dmat_record, tag);
	default:
		return offsetof(struct dmat_record, word) + (col - DMAT_COL_WORD0) * sizeof(u64);
	}
}

/*
 * Put @n records into @raw (DMAT_RAW_MAX bytes); returns the bytes used. @cut: where each plane of bytes begins
 * and ends (the offsets in order, *@cuts of them), so that each can be deflated or stored. The encoder ends by free().
 */
#define DMAT_CUTS (2 * (2 + 8 * DMAT_COLS))
struct dmat_encoder;
struct dmat_encoder *dmat_encoder_new(void);
size_t dmat_encode_block(struct dmat_encoder *e, const struct dmat_record *rec, unsigned int n, u8 *raw, u32 *cut,
			 unsigned int *cuts);

/* ---- decoding: a block is opened once, then taken piece by piece ---- */

struct dmat_column_reader {
	u8 encoding;
	u8 width;
	u16 exceptions;
	u16 next_exception;
	u32 entries;
	u64 base, scale, last;
	const u8 *data, *exception, *dict;
};

struct dmat_block_reader {
	unsigned int records, next; /* next: the record to decode next */
	unsigned int shapes;
	unsigned int shape_width;
	const u8 *shape;
	u64 time_min; /* of the next record */
	struct dmat_column_reader column[DMAT_COLS];
	struct dmat_record form[DMAT_BLOCK]; /* a record of each shape with the constant columns filled in */
	u64 pa_mask[DMAT_BLOCK];	     /* all ones where pa has a meaning */
	u64 size_limit[DMAT_BLOCK];	     /* of size - 1 */
	u64 unused[DMAT_BLOCK][DMAT_COLS];   /* bits that must be 0 */
	bool check[DMAT_COLS];		     /* some shape has such bits in the column */
	u64 shape_last[DMAT_COLS][DMAT_BLOCK];
};

/* Check the layout of @raw and make ready; no record may be before @time_min. Returns NULL or what is malformed. */
const char *dmat_block_open(struct dmat_block_reader *b, const u8 *raw, size_t bytes, unsigned int records,
			    u64 time_min);
/* Decode the next @n records. Returns NULL or the reason. */
const char *dmat_block_decode(struct dmat_block_reader *b, struct dmat_record *out, unsigned int n);

/* NULL, or why the pair may not stand in a file; both as strings. */
const char *dmat_meta_check(const char *key, const char *value);

/* What dmat_record_check() wants to be 0 of each column, for records of the shape of @form, as masks. */
void dmat_unused_columns(const struct dmat_record *form, u64 unused[DMAT_COLS]);

/* The parts of dmat_record_check() that a shape decides. */
const char *dmat_shape_check(const struct dmat_record *rec);
bool dmat_kind_has_range(const struct dmat_record *rec);
bool dmat_kind_has_pa(const struct dmat_record *rec);

#endif /* DMAT_PRIV_H */
