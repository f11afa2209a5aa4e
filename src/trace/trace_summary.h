/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a trace holds, counted in one pass. */
#ifndef TRACE_SUMMARY_H
#define TRACE_SUMMARY_H

#include "dmat.h"

#ifdef __cplusplus
extern "C" {
#endif

struct trace_tally_entry {
	u64 key, count, bytes;
};

/* Counts by key, in ascending order of the key. */
struct trace_tally {
	struct trace_tally_entry *entry;
	size_t entries, room;
};

/**
 * struct trace_summary - the counts
 * @direction_unknown: accesses whose record has R and W
 * @pages: 4 KiB pages, per address space, that any access touched
 * @first_touches: times that a page was touched first, again after each unmap of it
 * @streams, @pasids, @spaces: accesses and bytes by sid, PASID, address space
 * @faults: fault records, by model << 32 | code
 */
struct trace_summary {
	u64 records, kind[DMAT_KINDS], outcome[DMAT_OUTCOMES];
	u64 first_ns, last_ns, bytes;
	u64 reads, writes, direction_unknown;
	u64 pages, first_touches;
	struct trace_tally streams, pasids, spaces, faults;
};

/* Read the rest of the trace. 0 or -errno; free the summary in either case. */
int trace_summarize(struct dmat_reader *reader, struct trace_summary *summary, struct dmat_error *err);
void trace_summary_free(struct trace_summary *summary);

#ifdef __cplusplus
}
#endif

#endif /* TRACE_SUMMARY_H */
