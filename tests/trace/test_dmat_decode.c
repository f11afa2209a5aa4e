// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Blocks that no writer makes: the decoder is given bytes whose CRC would be right, and must refuse or survive
 * them. Under ASan every step outside a buffer ends the test.
 */
#include "dmat_priv.h"
#include "suite.h"

static u8 raw[DMAT_RAW_MAX + DMAT_RAW_SLACK];
static struct dmat_record out[DMAT_BLOCK];

static size_t good_block(unsigned int n)
{
	struct dmat_encoder *e = dmat_encoder_new();
	struct dmat_record *rec = calloc(n, sizeof(*rec));
	u32 cut[DMAT_CUTS];
	unsigned int cuts, i;
	size_t bytes;

	for (i = 0; i < n; i++) {
		dmat_record_init(&rec[i], i % 5 ? DMAT_ACCESS : DMAT_MAP, i * 10);
		rec[i].iova = i * 4096 + (i == n / 2 ? 1ULL << 50 : 0);
		rec[i].size = 4096;
		rec[i].pa = rec[i].iova + (i % 7 << 20);
		if (rec[i].kind == DMAT_ACCESS) {
			rec[i].sid = 1;
			rec[i].flags = DMAT_F_R;
			rec[i].outcome = DMAT_OUT_OK;
		}
		ck_assert_ptr_null(dmat_record_check(&rec[i]));
	}
	memset(raw, 0, sizeof(raw));
	bytes = dmat_encode_block(e, rec, n, raw, cut, &cuts);
	free(rec);
	free(e);
	return bytes;
}

/* NULL, or why the block is refused. */
static const char *decode(const u8 *bytes, size_t n, unsigned int records)
{
	static struct dmat_block_reader b;
	const char *reason = dmat_block_open(&b, bytes, n, records, 0);

	return reason ? reason : dmat_block_decode(&b, out, records);
}

TEST(good_block_decodes)
{
	size_t bytes = good_block(300);

	ck_assert_ptr_null(decode(raw, bytes, 300));
	ck_assert_uint_eq(out[150].iova, 150 * 4096 + (1ULL << 50));
}

TEST(any_byte_may_be_wrong)
{
	size_t bytes = good_block(60), i;
	unsigned int v;

	for (i = 0; i < bytes; i++) {
		u8 was = raw[i];

		for (v = 0; v < 256; v += 5) {
			raw[i] = v;
			decode(raw, bytes, 60);
		}
		raw[i] = was;
	}
	ck_assert_ptr_null(decode(raw, bytes, 60));
}

TEST(any_length_may_be_wrong)
{
	size_t bytes = good_block(300), i;

	for (i = 0; i < bytes; i++) {
		/* On the heap, so that one byte too far is seen (the slack is the caller's duty). */
		u8 *copy = calloc(1, i + DMAT_RAW_SLACK);

		memcpy(copy, raw, i);
		ck_assert_msg(decode(copy, i, 300), "%zu bytes of %zu", i, bytes);
		free(copy);
	}
	ck_assert_str_eq(decode(raw, bytes + 1, 300), "bytes left over in a block");
	ck_assert_ptr_nonnull(decode(raw, bytes, 299));
	ck_assert_ptr_nonnull(decode(raw, bytes, 301));
}

/* A block of one shape, one record, constant columns, by hand: docs/trace-format.md. */
static size_t by_hand(u64 iova, u64 size, u8 kind, u8 flags)
{
	static const u8 shape[] = { 1, 0, 1, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0 };
	u8 *p = raw;
	unsigned int c;

	memset(raw, 0, sizeof(raw));
	memcpy(p, shape, sizeof(shape));
	p += sizeof(shape);
	p[0] = flags;
	p[2] = kind;
	p += 8;
	for (c = 0; c < 9; c++, p += 24) {
		fl_put_le64(p + 8, c == 0 ? 77 : c == 1 ? iova : c == 2 ? size : 0);
		fl_put_le64(p + 16, 1);
	}
	return p - raw;
}

TEST(block_by_hand_decodes)
{
	size_t bytes = by_hand(0x1000, 64, DMAT_ACCESS, DMAT_F_W);

	ck_assert_ptr_null(decode(raw, bytes, 1));
	ck_assert_uint_eq(out[0].time_ns, 77);
	ck_assert_uint_eq(out[0].sid, 8);
	ck_assert_uint_eq(out[0].domain, DMAT_DOMAIN_NONE);
	ck_assert_uint_eq(out[0].iova, 0x1000);
	ck_assert_uint_eq(out[0].size, 64);
	ck_assert_uint_eq(out[0].flags, DMAT_F_W);
}

TEST(bad_values_are_refused)
{
	ck_assert_ptr_nonnull(strstr(decode(raw, by_hand(0x1000, 0, DMAT_ACCESS, DMAT_F_W), 1), "range"));
	ck_assert_ptr_nonnull(strstr(decode(raw, by_hand(~0ULL, 2, DMAT_ACCESS, DMAT_F_W), 1), "range"));
	ck_assert_ptr_nonnull(strstr(decode(raw, by_hand(0, DMAT_ACCESS_MAX + 1, DMAT_ACCESS, DMAT_F_W), 1), "range"));
	ck_assert_ptr_nonnull(strstr(decode(raw, by_hand(0x1000, 64, DMAT_ACCESS, 0), 1), "direction"));
	ck_assert_ptr_nonnull(strstr(decode(raw, by_hand(0x1000, 64, DMAT_KINDS, 0), 1), "kind"));
	ck_assert_ptr_nonnull(strstr(decode(raw, by_hand(0x1000, 64, DMAT_MAP, 0), 1), "field"));
}

TEST(time_before_the_blocks_is_refused)
{
	static struct dmat_block_reader b;
	size_t bytes = by_hand(0x1000, 64, DMAT_ACCESS, DMAT_F_W);

	ck_assert_ptr_null(dmat_block_open(&b, raw, bytes, 1, 78));
	ck_assert_str_eq(dmat_block_decode(&b, out, 1), "time goes back");
}

SUITE("dmat_decode")
