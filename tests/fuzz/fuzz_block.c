// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A block's bytes, inflated: what is decoded the writer would take, and encodes to what decodes the same. */
#include "dmat_priv.h"
#include "fuzz.h"

static struct dmat_block_reader b;
static struct dmat_record rec[DMAT_BLOCK], again[DMAT_BLOCK];
static u8 raw[DMAT_RAW_MAX + DMAT_RAW_SLACK];

static void check_records(unsigned int n)
{
	static struct dmat_encoder *e;
	u32 cut[DMAT_CUTS];
	unsigned int cuts, i;
	size_t bytes;

	e = e ? e : dmat_encoder_new();
	for (i = 0; i < n; i++) {
		fuzz_holds(!dmat_record_check(&rec[i]));
		fuzz_holds(!i || rec[i].time_ns >= rec[i - 1].time_ns);
	}
	bytes = dmat_encode_block(e, rec, n, raw, cut, &cuts);
	fuzz_holds(!dmat_block_open(&b, raw, bytes, n, rec[0].time_ns));
	fuzz_holds(!dmat_block_decode(&b, again, n));
	fuzz_holds(!memcmp(rec, again, n * sizeof(*rec)));
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct fuzz_input in = { data, data + size };
	unsigned int n = 1 + (unsigned int)fuzz_take(&in, 2) % DMAT_BLOCK;
	size_t bytes = min((size_t)(in.end - in.at), (size_t)DMAT_RAW_MAX);
	u8 *copy = calloc(1, bytes + DMAT_RAW_SLACK); /* its end is where a sanitizer sees it */

	fuzz_holds(copy);
	memcpy(copy, in.at, bytes);
	if (!dmat_block_open(&b, copy, bytes, n, 0) && !dmat_block_decode(&b, rec, n))
		check_records(n);
	free(copy);
	return 0;
}
