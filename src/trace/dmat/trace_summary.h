/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a trace holds, counted in one pass. */
#ifndef TRACE_SUMMARY_H
#define TRACE_SUMMARY_H

#include "dmat.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * struct trace_tally_entry - a count
 * @key: what is counted
 * @count: how often it occurs
 * @bytes: bytes of its accesses
 */
struct trace_tally_entry {
	u64 key, count, bytes;
};

/**
 * struct trace_tally - counts by key
 * @entry: the counts, in ascending order of the key
 * @entries: number of @entry in use
 * @room: number of @entry allocated
 */
struct trace_tally {
	struct trace_tally_entry *entry;
	size_t entries, room;
};

/**
 * struct trace_summary - the counts
 * @records: records
 * @kind: records by enum dmat_kind
 * @outcome: accesses by enum dmat_outcome
 * @first_ns: time of the first record
 * @last_ns: time of the last record
 * @bytes: bytes of all accesses
 * @reads: accesses that only read, or neither read nor write
 * @writes: accesses that only write
 * @direction_unknown: accesses whose record has R and W
 * @pages: 4 KiB pages, per address space, that any access touched
 * @first_touches: times that a page was touched first, again after each unmap of it
 * @streams: accesses and bytes by sid
 * @pasids: accesses and bytes by PASID
 * @spaces: accesses and bytes by address space
 * @faults: fault records, by model << 32 | code
 */
struct trace_summary {
	u64 records, kind[DMAT_KINDS], outcome[DMAT_OUTCOMES];
	u64 first_ns, last_ns, bytes;
	u64 reads, writes, direction_unknown;
	u64 pages, first_touches;
	struct trace_tally streams, pasids, spaces, faults;
};

/**
 * trace_summarize() - read the rest of the trace and count
 * @reader: the trace
 * @summary: filled in; trace_summary_free() frees it, also after an error
 * @err: filled on error
 *
 * Return: 0 or -errno.
 */
int trace_summarize(struct dmat_reader *reader, struct trace_summary *summary, struct dmat_error *err);

/**
 * trace_summary_free() - free the counts
 * @summary: the summary
 */
void trace_summary_free(struct trace_summary *summary);

#ifdef __cplusplus
}
#endif

#endif /* TRACE_SUMMARY_H */
