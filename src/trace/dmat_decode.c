// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The bytes of a block back to records. Nothing in a block is trusted: what
 * could make the decoder leave its buffers is checked when the block is opened,
 * the values while they are decoded.
 */
#include "dmat_priv.h"

#define PIECE 128 /* records decoded at a time: their columns stay in the first-level cache */

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
	switch (col->width) {
	case 0:
		return col->encoding == DMAT_ENC_CONST;
	case 1:
	case 2:
		return col->encoding != DMAT_ENC_CONST;
	case 4:
	case 8:
		return window;
	default:
		return false;
	}
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

/* A column that does not change needs no work a record: it goes into the shapes' forms. */
static const char *fill_constant(struct dmat_block_reader *b, unsigned int number)
{
	u64 base = b->column[number].base;
	unsigned int i;

	if (number == DMAT_COL_TAG && base > 0xffffffff)
		return "tag over 32 bits";
	for (i = 0; i < b->shapes; i++) {
		char *at = (char *)&b->form[i] + dmat_column_offset(number);

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
		if (!reason && b->column[i].encoding == DMAT_ENC_CONST)
			reason = fill_constant(b, i);
	}
	if (!reason && c.at != c.end)
		reason = "bytes left over in a block";
	return reason;
}

static void widen(const u8 *p, unsigned int width, u64 *out, unsigned int n)
{
	unsigned int i;

	switch (width) {
	case 1:
		for (i = 0; i < n; i++)
			out[i] = p[i];
		break;
	case 2:
		for (i = 0; i < n; i++)
			out[i] = dmat_get_le16(p + 2 * i);
		break;
	case 4:
		for (i = 0; i < n; i++)
			out[i] = fl_get_le32(p + 4 * i);
		break;
	default:
		for (i = 0; i < n; i++)
			out[i] = fl_get_le64(p + 8 * i);
		break;
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

/* Values of the next @n records. False: a dictionary entry that does not exist. */
static bool decode_column(struct dmat_block_reader *b, unsigned int number, const u16 *shape, u64 *v, unsigned int n)
{
	struct dmat_column_reader *col = &b->column[number];
	u64 base = col->base, scale = col->scale, last = col->last;
	u64 *shape_last = b->shape_last[number];
	unsigned int i;

	widen(col->data + (size_t)b->next * col->width, col->width, v, n);
	if (col->encoding == DMAT_ENC_DICT)
		return look_up(col, v, n);
	for (; col->next_exception < col->exceptions; col->next_exception++) {
		const u8 *e = col->exception + col->next_exception * DMAT_EXCEPTION_BYTES;
		unsigned int place = dmat_get_le16(e);

		if (place >= b->next + n)
			break;
		v[place - b->next] = fl_get_le64(e + 2);
	}
	switch (col->encoding) {
	case DMAT_ENC_FRAME:
		for (i = 0; i < n; i++)
			v[i] = base + scale * v[i];
		break;
	case DMAT_ENC_DELTA:
		for (i = 0; i < n; i++)
			v[i] = last += base + scale * v[i];
		col->last = last;
		break;
	default:
		for (i = 0; i < n; i++)
			v[i] = shape_last[shape[i]] += base + scale * v[i];
		break;
	}
	return true;
}

static bool decode_shapes(const struct dmat_block_reader *b, u16 *shape, unsigned int n)
{
	bool ok = true;
	unsigned int i;

	if (b->shapes == 1) {
		memset(shape, 0, n * sizeof(*shape));
		return true;
	}
	for (i = 0; i < n; i++) {
		unsigned int at = b->next + i;
		u16 s = b->shape_width == 1 ? b->shape[at] : dmat_get_le16(b->shape + 2 * at);

		ok &= s < b->shapes;
		shape[i] = s < b->shapes ? s : 0;
	}
	return ok;
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

static const char *check_values(struct dmat_block_reader *b, const u16 *shape, struct dmat_record *out, unsigned int n)
{
	u64 time = b->time_min;
	bool sorted = true, ranges = true;
	unsigned int i;

	for (i = 0; i < n; i++) {
		u64 end = out[i].iova + out[i].size - 1;

		sorted &= out[i].time_ns >= time;
		time = out[i].time_ns;
		/* size - 1 <= limit: neither 0 nor over what the kind may have */
		ranges &= (out[i].size - 1 <= b->size_limit[shape[i]]) & (end >= out[i].iova || !out[i].size);
		/* The column holds the distance from iova. */
		out[i].pa = (out[i].pa + out[i].iova) & b->pa_mask[shape[i]];
	}
	b->time_min = time;
	if (!sorted)
		return "time goes back";
	return ranges ? NULL : "record with an empty range or one past the end of the address space";
}

static const char *decode_piece(struct dmat_block_reader *b, struct dmat_record *out, unsigned int n)
{
	u16 shape[PIECE];
	u64 v[PIECE];
	unsigned int i;

	if (!decode_shapes(b, shape, n))
		return "shape that does not exist";
	for (i = 0; i < n; i++)
		out[i] = b->form[shape[i]];
	for (i = 0; i < DMAT_COLS; i++) {
		if (b->column[i].encoding == DMAT_ENC_CONST)
			continue;
		if (!decode_column(b, i, shape, v, n))
			return "dictionary entry that does not exist";
		store_column(i, out, v, n);
	}
	b->next += n;
	return check_values(b, shape, out, n);
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
