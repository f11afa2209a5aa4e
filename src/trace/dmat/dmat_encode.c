// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Records to the bytes of a block: a table of shapes, a shape number a record,
 * then nine columns, each in the encoding that makes it shortest. Inflating is
 * what decoding spends most of its time on, so fewer bytes before deflate make
 * a faster trace, not only a smaller one.
 */
#include "dmat_priv.h"
#include <stdlib.h>

struct plan {
	u8 encoding;
	u8 width;
	u32 exceptions;
	u32 entries;
	u64 base, scale;
	size_t bytes;
};

struct dmat_encoder {
	unsigned int records;
	unsigned int shapes;
	u16 shape_of[DMAT_BLOCK];
	struct dmat_shape shape[DMAT_BLOCK];
	u32 bucket[2 * DMAT_BLOCK]; /* open hash of shapes, number + 1 */
	u64 shape_last[DMAT_BLOCK];
	u64 dict[DMAT_DICT_MAX];
	u8 *raw;
	u32 *cut;
	unsigned int cuts;
	u64 values[DMAT_BLOCK], deltas[DMAT_BLOCK], sorted[DMAT_BLOCK];
};

static u64 column_value(const struct dmat_record *rec, unsigned int col)
{
	const char *at = (const char *)rec + dmat_column_offset(col);

	if (col == DMAT_COL_TAG)
		return *(const u32 *)at;
	/* Pages of one buffer keep their distance to its memory. */
	if (col == DMAT_COL_PA)
		return dmat_kind_has_pa(rec) ? rec->pa - rec->iova : 0;
	return *(const u64 *)at;
}

static void shape_of_record(const struct dmat_record *rec, struct dmat_shape *shape)
{
	memset(shape, 0, sizeof(*shape));
	shape->sid = rec->sid;
	shape->pasid = rec->pasid;
	shape->domain = rec->domain;
	shape->code = rec->code;
	shape->flags = rec->flags;
	shape->kind = rec->kind;
	shape->perm = rec->perm;
	shape->outcome = rec->outcome;
	shape->model = rec->model;
}

static void find_shapes(struct dmat_encoder *e, const struct dmat_record *rec)
{
	unsigned int i, h;

	e->shapes = 0;
	memset(e->bucket, 0, sizeof(e->bucket));
	for (i = 0; i < e->records; i++) {
		struct dmat_shape s;

		shape_of_record(&rec[i], &s);
		h = s.sid * 0x9e3779b1U ^ s.pasid * 0x85ebca6bU ^ s.domain * 0xc2b2ae35U ^ s.code * 0x27d4eb2fU ^
		    (s.flags << 16 | s.kind << 12 | s.perm << 8 | s.outcome << 4 | s.model);
		h = (h ^ h >> 15) % (2 * DMAT_BLOCK);
		while (e->bucket[h] && memcmp(&e->shape[e->bucket[h] - 1], &s, sizeof(s)))
			h = (h + 1) % (2 * DMAT_BLOCK);
		if (!e->bucket[h]) {
			e->shape[e->shapes] = s;
			e->bucket[h] = ++e->shapes;
		}
		e->shape_of[i] = e->bucket[h] - 1;
	}
}

/* The lowest bytes of all values, then the next ones: each plane repeats itself more than the values do. */
static u8 *put_planes(struct dmat_encoder *e, const u64 *v, unsigned int width, u8 *p)
{
	unsigned int k, i;

	for (k = 0; k < width; k++) {
		e->cut[e->cuts++] = p - e->raw;
		for (i = 0; i < e->records; i++)
			*p++ = v[i] >> 8 * k;
	}
	e->cut[e->cuts++] = p - e->raw;
	return p;
}

static u8 *put_shapes(struct dmat_encoder *e, u8 *p)
{
	unsigned int width = e->shapes > 256 ? 2 : 1, i;

	dmat_put_le16(p, e->shapes);
	dmat_put_le16(p + 2, width);
	p += 4;
	for (i = 0; i < e->shapes; i++, p += DMAT_SHAPE_BYTES) {
		const struct dmat_shape *s = &e->shape[i];

		fl_put_le32(p, s->sid);
		fl_put_le32(p + 4, s->pasid);
		fl_put_le32(p + 8, s->domain);
		fl_put_le32(p + 12, s->code);
		dmat_put_le16(p + 16, s->flags);
		p[18] = s->kind;
		p[19] = s->perm;
		p[20] = s->outcome;
		p[21] = s->model;
		dmat_put_le16(p + 22, 0);
	}
	if (e->shapes == 1)
		return p; /* nothing to tell apart */
	for (i = 0; i < e->records; i++)
		e->deltas[i] = e->shape_of[i];
	return put_planes(e, e->deltas, width, p);
}

static int by_value(const void *a, const void *b)
{
	s64 x = *(const s64 *)a, y = *(const s64 *)b;

	return x < y ? -1 : x > y;
}

static u64 gcd(u64 a, u64 b)
{
	while (b) {
		u64 t = a % b;

		a = b;
		b = t;
	}
	return a;
}

/*
 * The cheapest width for the values (sorted in e->sorted): at each, the window of
 * that many steps that holds most of them; the rest are exceptions.
 */
static void plan_window(const struct dmat_encoder *e, u8 encoding, struct plan *best)
{
	const u64 *v = e->sorted;
	unsigned int n = e->records, i, w;
	u64 scale = 0;

	for (i = 1; i < n; i++)
		scale = gcd(scale, v[i] - v[i - 1]);
	if (!scale)
		scale = 1;
	for (w = 1; w <= 8; w++) {
		u64 span = w == 8 ? ~0ULL : (1ULL << 8 * w) - 1;
		unsigned int lo = 0, hi, best_lo = 0, held = 0;
		size_t bytes;

		for (hi = 0; hi < n; hi++) {
			while ((v[hi] - v[lo]) / scale > span)
				lo++;
			if (hi - lo + 1 > held) {
				held = hi - lo + 1;
				best_lo = lo;
			}
		}
		bytes = (size_t)n * w + (size_t)(n - held) * DMAT_EXCEPTION_BYTES;
		if (bytes >= best->bytes)
			continue;
		*best = (struct plan){ .encoding = encoding,
				       .width = w,
				       .exceptions = n - held,
				       .base = v[best_lo],
				       .scale = scale,
				       .bytes = bytes };
	}
}

static void plan_dict(struct dmat_encoder *e, struct plan *best)
{
	unsigned int n = 0, i;
	size_t bytes;

	for (i = 0; i < e->records; i++) {
		if (i && e->sorted[i] == e->sorted[i - 1])
			continue;
		if (n == DMAT_DICT_MAX)
			return;
		e->dict[n++] = e->sorted[i];
	}
	bytes = (size_t)n * 8 + (size_t)e->records * (n > 256 ? 2 : 1);
	if (bytes < best->bytes)
		*best = (struct plan){
			.encoding = DMAT_ENC_DICT, .width = n > 256 ? 2 : 1, .entries = n, .bytes = bytes
		};
}

/* What @encoding leaves of the values to be stored; returned in e->deltas (or e->values for a frame). */
static const u64 *residue(struct dmat_encoder *e, u8 encoding)
{
	u64 last = 0;
	unsigned int i;

	if (encoding == DMAT_ENC_FRAME)
		return e->values;
	memset(e->shape_last, 0, e->shapes * sizeof(e->shape_last[0]));
	for (i = 0; i < e->records; i++) {
		u64 *prev = encoding == DMAT_ENC_DELTA ? &last : &e->shape_last[e->shape_of[i]];

		e->deltas[i] = e->values[i] - *prev;
		*prev = e->values[i];
	}
	return e->deltas;
}

static struct plan plan_column(struct dmat_encoder *e, unsigned int col)
{
	struct plan best = { .encoding = DMAT_ENC_CONST, .base = e->values[0], .scale = 1, .bytes = SIZE_MAX };
	unsigned int i, enc;

	for (i = 1; i < e->records && e->values[i] == e->values[0]; i++)
		;
	if (i == e->records)
		return best;
	for (enc = DMAT_ENC_FRAME; enc <= DMAT_ENC_SHAPE_DELTA; enc++) {
		/* Time must be checked for order while it is decoded: the plain forms only. */
		if (enc == DMAT_ENC_SHAPE_DELTA && (col == DMAT_COL_TIME || e->shapes == 1))
			continue;
		memcpy(e->sorted, residue(e, enc), e->records * sizeof(u64));
		qsort(e->sorted, e->records, sizeof(u64), by_value);
		plan_window(e, enc, &best);
		if (enc == DMAT_ENC_FRAME)
			plan_dict(e, &best);
	}
	return best;
}

static unsigned int dict_find(const struct dmat_encoder *e, unsigned int entries, u64 v)
{
	const u64 *at = bsearch(&v, e->dict, entries, sizeof(u64), by_value);

	return at - e->dict;
}

static u8 *put_window(struct dmat_encoder *e, const struct plan *plan, u8 *p)
{
	const u64 *v = residue(e, plan->encoding);
	u64 span = plan->width == 8 ? ~0ULL : (1ULL << 8 * plan->width) - 1;
	u8 *exception = p + (size_t)e->records * plan->width;
	unsigned int i;

	for (i = 0; i < e->records; i++) {
		bool below = (s64)v[i] < (s64)plan->base;
		u64 u = below ? -((plan->base - v[i]) / plan->scale) : (v[i] - plan->base) / plan->scale;

		e->sorted[i] = u;
		if (!below && u <= span)
			continue;
		e->sorted[i] = 0;
		dmat_put_le16(exception, i);
		fl_put_le64(exception + 2, u);
		exception += DMAT_EXCEPTION_BYTES;
	}
	put_planes(e, e->sorted, plan->width, p);
	return exception;
}

static u8 *put_column(struct dmat_encoder *e, unsigned int col, u8 *p)
{
	struct plan plan = plan_column(e, col);
	unsigned int i;

	*p = plan.encoding;
	p[1] = plan.width;
	dmat_put_le16(p + 2, plan.exceptions);
	fl_put_le32(p + 4, plan.entries);
	fl_put_le64(p + 8, plan.base);
	fl_put_le64(p + 16, plan.scale);
	p += DMAT_COLUMN_HEADER;
	if (plan.encoding == DMAT_ENC_CONST)
		return p;
	if (plan.encoding != DMAT_ENC_DICT)
		return put_window(e, &plan, p);
	memcpy(e->sorted, e->values, e->records * sizeof(u64));
	qsort(e->sorted, e->records, sizeof(u64), by_value);
	plan.bytes = SIZE_MAX;
	plan_dict(e, &plan);
	for (i = 0; i < plan.entries; i++, p += 8)
		fl_put_le64(p, e->dict[i]);
	for (i = 0; i < e->records; i++)
		e->deltas[i] = dict_find(e, plan.entries, e->values[i]);
	return put_planes(e, e->deltas, plan.width, p);
}

struct dmat_encoder *dmat_encoder_new(void)
{
	return calloc(1, sizeof(struct dmat_encoder));
}

size_t dmat_encode_block(struct dmat_encoder *e, const struct dmat_record *rec, unsigned int n, u8 *raw, u32 *cut,
			 unsigned int *cuts)
{
	unsigned int col, i;
	u8 *p;

	e->records = n;
	e->raw = raw;
	e->cut = cut;
	e->cuts = 0;
	find_shapes(e, rec);
	p = put_shapes(e, raw);
	for (col = 0; col < DMAT_COLS; col++) {
		for (i = 0; i < n; i++)
			e->values[i] = column_value(&rec[i], col);
		p = put_column(e, col, p);
	}
	*cuts = e->cuts;
	return p - raw;
}
