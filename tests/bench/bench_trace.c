// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Decoding a trace: inflating and taking apart, from a file that the system has in memory. */
#include "bench.h"
#include "dmat.h"
#include "trace_gen.h"

#define PIECE 256 /* records a call: they stay in the first-level cache, as they do in a replay */

static volatile u64 sink;

static void *open_trace(const char *path)
{
	struct dmat_reader *reader;

	return dmat_reader_open(&reader, path, 0, NULL) ? NULL : reader;
}

static void *open_recording(void)
{
	return open_trace(FL_SOURCE_DIR "/traces/arm64-smmuv3-nvme-e1000e.dmat");
}

static void *open_generated(void)
{
	static const char *const set[] = { "accesses=1000000" };
	char path[] = "/tmp/faultline-bench-XXXXXX";
	struct dmat_error err;
	void *reader = NULL;
	int fd = mkstemp(path);

	if (fd < 0)
		return NULL;
	if (!trace_generate("random", set, 1, 1, path, &err))
		reader = open_trace(path);
	remove(path);
	return reader;
}

static void decode(void *state, unsigned long n)
{
	static struct dmat_record rec[PIECE];
	u64 sum = 0;
	ssize_t got;

	while (state && n) {
		got = dmat_read_block(state, rec, n < PIECE ? n : PIECE);
		if (got <= 0) {
			dmat_seek_record(state, 0);
			continue;
		}
		sum += rec[0].iova;
		n -= got;
	}
	sink = sum;
}

BENCH_MAIN({ "trace.decode_recording", open_recording, decode, 20, 400000, "ns a record; NVMe and NIC on SMMUv3" },
	   { "trace.decode_random", open_generated, decode, 20, 1000000, "ns a record; random pages" })
