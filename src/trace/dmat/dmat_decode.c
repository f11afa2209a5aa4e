// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The bytes of a block back to records. Nothing in a block is trusted: what
 * could make the decoder leave its buffers is checked when the block is opened,
 * the values while they are decoded.
 */
#include "dmat_priv.h"

#define NO_ENTRY "dictionary entry that does not exist"
#define UNUSED	 "field that this kind of record does not have"
#define PIECE	 128 /* records decoded at a time: their columns stay in the first-level cache */

struct cursor {
	const u8 *at, *end;
};

static const u8 *take(struct cursor *c, size_t bytes)
{
	const u8 *p = c->at;

	if ((size_t)(c->end - p) < bytes)
		return NULL;
	c->at += bytes;
	return p;
}

static const char *open_shapes(struct dmat_block_reader *b, struct cursor *c)
{
	const u8 *p = take(c, 4);
	const char *reason;
	unsigned int i;

	if (!p)
		return "block ends inside its shapes";
	b->shapes = dmat_get_le16(p);
	b->shape_width = dmat_get_le16(p + 2);
	if (!b->shapes || b->shapes > b->records || b->shape_width != (b->shapes > 256 ? 2 : 1))
		return "malformed shape table";
	for (i = 0; i < b->shapes; i++) {
		struct dmat_record *form = &b->form[i];

		p = take(c, DMAT_SHAPE_BYTES);
		if (!p)
			return "block ends inside its shapes";
		memset(form, 0, sizeof(*form));
		form->sid = fl_get_le32(p);
		form->pasid = fl_get_le32(p + 4);
		form->domain = fl_get_le32(p + 8);
		form->code = fl_get_le32(p + 12);
		form->flags = dmat_get_le16(p + 16);
		form->kind = p[18];
		form->perm = p[19];
		form->outcome = p[20];
		form->model = p[21];
		reason = dmat_shape_check(form);
		if (reason)
			return reason;
		dmat_unused_columns(form, b->unused[i]);
		b->size_limit[i] = !dmat_kind_has_range(form)  ? ~0ULL
				   : form->kind == DMAT_ACCESS ? DMAT_ACCESS_MAX - 1
							       : ~0ULL - 1;
		b->pa_mask[i] = dmat_kind_has_pa(form) ? ~0ULL : 0;
	}
	b->shape = b->shapes == 1 ? NULL : take(c, (size_t)b->records * b->shape_width);
	return b->shapes > 1 && !b->shape ? "block ends inside its shapes" : NULL;
}

static bool column_header_ok(const struct dmat_column_reader *col, unsigned int records)
{
	bool window = col->encoding >= DMAT_ENC_FRAME && col->encoding <= DMAT_ENC_SHAPE_DELTA;

	if (col->encoding >= DMAT_ENCODINGS || col->entries > DMAT_DICT_MAX || col->exceptions > records)
		return false;
	if ((col->encoding == DMAT_ENC_DICT) != !!col->entries || (col->exceptions && !window))
		return false;
	if (col->encoding == DMAT_ENC_CONST)
		return !col->width;
	return col->width && col->width <= (window ? 8 : 2);
}

static const char *open_column(struct dmat_block_reader *b, unsigned int number, struct cursor *c)
{
	struct dmat_column_reader *col = &b->column[number];
	const u8 *p = take(c, DMAT_COLUMN_HEADER);
	unsigned int i, last = 0;

	if (!p)
		return "block ends inside a column";
	*col = (struct dmat_column_reader){ .encoding = p[0],
					    .width = p[1],
					    .exceptions = dmat_get_le16(p + 2),
					    .entries = fl_get_le32(p + 4),
					    .base = fl_get_le64(p + 8),
					    .scale = fl_get_le64(p + 16) };
	if (!column_header_ok(col, b->records))
		return "malformed column";
	if (number == DMAT_COL_TIME && col->encoding == DMAT_ENC_SHAPE_DELTA)
		return "malformed time column";
	col->dict = take(c, (size_t)col->entries * 8);
	col->data = take(c, (size_t)col->width * b->records);
	col->exception = take(c, (size_t)col->exceptions * DMAT_EXCEPTION_BYTES);
	if (!col->dict || !col->data || !col->exception)
		return "block ends inside a column";
	for (i = 0; i < col->exceptions; i++) {
		unsigned int place = dmat_get_le16(col->exception + i * DMAT_EXCEPTION_BYTES);

		if (place >= b->records || (i && place <= last))
			return "exceptions of a column out of order";
		last = place;
	}
	if (col->encoding == DMAT_ENC_SHAPE_DELTA)
		memset(b->shape_last[number], 0, b->shapes * sizeof(u64));
	return NULL;
}

/* Whether a record has to be asked for its kind before its value of the column is believed. */
static bool column_may_be_unused(const struct dmat_block_reader *b, unsigned int number)
{
	u64 unused = number == DMAT_COL_TAG ? ~0ULL << 32 : 0;
	unsigned int i;

	for (i = 0; i < b->shapes; i++)
		unused |= b->unused[i][number];
	return unused;
}

/* A column that does not change needs no work a record: it goes into the shapes' forms. */
static const char *fill_constant(struct dmat_block_reader *b, unsigned int number)
{
	u64 base = b->column[number].base;
	unsigned int i;

	if (number == DMAT_COL_TAG && base > 0xffffffff)
		return "tag over 32 bits";
	for (i = 0; i < b->shapes; i++) {
		char *at = (char *)&b->form[i] + dmat_column_offset(number);

		if (base & b->unused[i][number])
			return UNUSED;
		if (number == DMAT_COL_TAG)
			*(u32 *)at = base;
		else
			*(u64 *)at = base;
	}
	return NULL;
}

const char *dmat_block_open(struct dmat_block_reader *b, const u8 *raw, size_t bytes, unsigned int records,
			    u64 time_min)
{
	struct cursor c = { raw, raw + bytes };
	const char *reason;
	unsigned int i;

	b->records = records;
	b->next = 0;
	b->time_min = time_min;
	reason = open_shapes(b, &c);
	for (i = 0; !reason && i < DMAT_COLS; i++) {
		reason = open_column(b, i, &c);
		b->check[i] = column_may_be_unused(b, i);
		if (!reason && b->column[i].encoding == DMAT_ENC_CONST)
			reason = fill_constant(b, i);
	}
	if (!reason && c.at != c.end)
		reason = "bytes left over in a block";
	return reason;
}

/*
 * Join the planes of the next PIECE values. All loops below run over a whole piece, so that the compiler can use
 * vectors; what lies past the last record is read from the slack, or from the next plane, and ignored.
 */
static void join_planes(const u8 *restrict plane, unsigned int stride, unsigned int width, u64 *restrict v)
{
	unsigned int i, k;

	for (i = 0; i < PIECE; i++)
		v[i] = plane[i];
	for (k = 1; k < width; k++) {
		plane += stride;
		for (i = 0; i < PIECE; i++)
			v[i] |= (u64)plane[i] << 8 * k;
	}
}

static bool look_up(const struct dmat_column_reader *col, u64 *v, unsigned int n)
{
	bool ok = true;
	unsigned int i;

	for (i = 0; i < n; i++) {
		u64 entry = v[i] < col->entries ? v[i] : 0;

		ok &= entry == v[i];
		v[i] = fl_get_le64(col->dict + 8 * entry);
	}
	return ok;
}

static void put_exceptions(struct dmat_block_reader *b, struct dmat_column_reader *col, u64 *v, unsigned int n)
{
	for (; col->next_exception < col->exceptions; col->next_exception++) {
		const u8 *e = col->exception + col->next_exception * DMAT_EXCEPTION_BYTES;
		unsigned int place = dmat_get_le16(e);

		if (place >= b->next + n)
			break;
		v[place - b->next] = fl_get_le64(e + 2);
	}
}

/* The values of a window; a difference is added as soon as it is known. */
static void unfold(struct dmat_block_reader *b, unsigned int number, const u16 *shape, u64 *v, unsigned int n)
{
	struct dmat_column_reader *col = &b->column[number];
	u64 base = col->base, scale = col->scale, last = col->last, *shape_last = b->shape_last[number];
	unsigned int i;

	switch (col->encoding) {
	case DMAT_ENC_DELTA:
		for (i = 0; i < n; i++)
			v[i] = last += base + scale * v[i];
		col->last = last;
		break;
	case DMAT_ENC_SHAPE_DELTA:
		for (i = 0; i < n; i++)
			v[i] = shape_last[shape[i]] += base + scale * v[i];
		break;
	default:
		for (i = 0; i < n; i++)
			v[i] = base + scale * v[i];
		break;
	}
}

/* Values of the next @n records. False: a dictionary entry that does not exist. */
static bool decode_column(struct dmat_block_reader *b, unsigned int number, const u16 *shape, u64 *v, unsigned int n)
{
	struct dmat_column_reader *col = &b->column[number];

	join_planes(col->data + b->next, b->records, col->width, v);
	if (col->encoding == DMAT_ENC_DICT)
		return look_up(col, v, n);
	put_exceptions(b, col, v, n);
	unfold(b, number, shape, v, n);
	return true;
}

static bool decode_shapes(const struct dmat_block_reader *b, u16 *shape, unsigned int n)
{
	const u8 *low, *high;
	unsigned int i, most = 0;

	if (b->shapes == 1) {
		memset(shape, 0, PIECE * sizeof(*shape));
		return true;
	}
	low = b->shape + b->next;
	high = low + b->records;
	for (i = 0; i < PIECE; i++)
		shape[i] = low[i];
	for (i = 0; b->shape_width == 2 && i < PIECE; i++)
		shape[i] |= high[i] << 8;
	for (i = 0; i < n; i++)
		most = shape[i] > most ? shape[i] : most;
	return most < b->shapes;
}

/* The columns that have to be looked at, or into, together: those that a record begins with, in its order. */
struct piece {
	u64 column[DMAT_COL_TAG][PIECE];
};

#define REST offsetof(struct dmat_record, word) /* where what shapes and the other columns say begins */

static_assert(REST == DMAT_COL_TAG * sizeof(u64), "a record begins with the columns of struct piece");

/* A record is written in one go: its columns, then the rest of its shape's form. */
static void put_records(const struct dmat_block_reader *b, const struct piece *p, const u16 *shape,
			struct dmat_record *out, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++) {
		const struct dmat_record *form = &b->form[shape[i]];

		out[i].time_ns = p->column[DMAT_COL_TIME][i];
		out[i].iova = p->column[DMAT_COL_IOVA][i];
		out[i].size = p->column[DMAT_COL_SIZE][i];
		/* The column holds the distance from iova. */
		out[i].pa = (p->column[DMAT_COL_PA][i] + p->column[DMAT_COL_IOVA][i]) & b->pa_mask[shape[i]];
		memcpy((char *)&out[i] + REST, (const char *)form + REST, sizeof(*out) - REST);
	}
}

static void store_column(unsigned int number, struct dmat_record *out, const u64 *v, unsigned int n)
{
	char *at = (char *)out + dmat_column_offset(number);
	unsigned int i;

	if (number == DMAT_COL_TAG) {
		for (i = 0; i < n; i++, at += sizeof(*out))
			*(u32 *)at = v[i];
		return;
	}
	for (i = 0; i < n; i++, at += sizeof(*out))
		*(u64 *)at = v[i];
}

/* The top bit of a - b's borrow: set if @a is less. (SSE2 has no comparison of 64 bits.) */
static inline u64 borrow(u64 a, u64 b)
{
	return (~a & b) | ((~a | b) & (a - b));
}

static bool times_in_order(struct dmat_block_reader *b, const struct piece *p, unsigned int n)
{
	const u64 *time = p->column[DMAT_COL_TIME];
	u64 backwards = borrow(time[0], b->time_min);
	unsigned int i;

	for (i = 1; i < n; i++)
		backwards |= borrow(time[i], time[i - 1]);
	b->time_min = time[n - 1];
	return !(backwards >> 63);
}

static bool range_sound(u64 iova, u64 pa, u64 size, u64 limit)
{
	/* Neither 0 nor over what the kind may have, and inside 64 bits. */
	return size - 1 <= limit && ((iova + (size - 1) >= iova && pa + (size - 1) >= pa) || !size);
}

static bool ranges_sound(const struct dmat_block_reader *b, const struct piece *p, const u16 *shape, unsigned int n)
{
	const u64 *iova = p->column[DMAT_COL_IOVA], *size = p->column[DMAT_COL_SIZE], *pa = p->column[DMAT_COL_PA];
	u64 less = 0, all = 0;
	unsigned int i;
	bool ok = true;

	for (i = 0; i < n; i++) {
		less |= size[i] - 1;
		all |= iova[i] | (pa[i] + iova[i]);
	}
	/* Sizes from 1 to 16 MiB, below half of all addresses: sound whatever the kind. */
	if (less < DMAT_ACCESS_MAX && !(all >> 63))
		return true;
	for (i = 0; i < n; i++)
		ok &= range_sound(iova[i], (pa[i] + iova[i]) & b->pa_mask[shape[i]], size[i], b->size_limit[shape[i]]);
	return ok;
}

static bool column_used(const struct dmat_block_reader *b, unsigned int number, const u16 *shape, const u64 *v,
			unsigned int n)
{
	u64 wrong = 0;
	unsigned int i;

	for (i = 0; b->check[number] && i < n; i++)
		wrong |= v[i] & b->unused[shape[i]][number];
	return !wrong;
}

static const char *decode_piece(struct dmat_block_reader *b, struct dmat_record *out, unsigned int n)
{
	u64 other[PIECE];
	u16 shape[PIECE];
	struct piece p;
	unsigned int i, c;

	if (!decode_shapes(b, shape, n))
		return "shape that does not exist";
	for (c = 0; c < DMAT_COL_TAG; c++) {
		if (b->column[c].encoding == DMAT_ENC_CONST)
			for (i = 0; i < PIECE; i++)
				p.column[c][i] = b->column[c].base;
		else if (!decode_column(b, c, shape, p.column[c], n))
			return NO_ENTRY;
		else if (!column_used(b, c, shape, p.column[c], n))
			return UNUSED;
	}
	put_records(b, &p, shape, out, n);
	for (; c < DMAT_COLS; c++) {
		if (b->column[c].encoding == DMAT_ENC_CONST)
			continue;
		if (!decode_column(b, c, shape, other, n))
			return NO_ENTRY;
		if (!column_used(b, c, shape, other, n))
			return UNUSED;
		store_column(c, out, other, n);
	}
	b->next += n;
	if (!times_in_order(b, &p, n))
		return "time goes back";
	return ranges_sound(b, &p, shape, n) ? NULL
					     : "record with an empty range or one past the end of the address space";
}

const char *dmat_block_decode(struct dmat_block_reader *b, struct dmat_record *out, unsigned int n)
{
	const char *reason = NULL;

	fl_assert(b->next + n <= b->records);
	while (n && !reason) {
		unsigned int piece = min(n, (unsigned int)PIECE);

		reason = decode_piece(b, out, piece);
		out += piece;
		n -= piece;
	}
	return reason;
}
