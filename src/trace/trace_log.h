/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A kernel log as people post it, line by line: what its parsers share. */
#ifndef TRACE_LOG_H
#define TRACE_LOG_H

#include "trace_import_priv.h"

enum trace_parse {
	TRACE_NOT_MINE,
	TRACE_TAKEN,	 /* what it told is in the trace */
	TRACE_INCOMPLETE /* mine, but it seems to go on in the next line */
};

/* An SMMUv3 event whose words are being collected. */
struct trace_event {
	bool open;
	u8 type;
	unsigned int words;
	u64 word[4];
	unsigned int digits; /* of the word begun; 16 complete it */
	unsigned int strays; /* lines in between that were none of its */
	u64 stamp_ns;
	bool stamped;
};

struct trace_log {
	struct trace_job *job;
	int error; /* -errno of an emission that failed: the import ends */

	bool stamped; /* the line at hand has a time */
	u64 stamp_ns;
	bool started;
	u64 start_ns, shift_ns; /* shift: where logs of several machines follow each other */
	u64 emitted;

	char held[1024]; /* an incomplete line */
	unsigned int joined;
	u64 held_stamp_ns;
	bool held_stamped;

	struct trace_event event;
	bool gpu_pending;
	struct dmat_record gpu;
	u64 last_event[2]; /* sid and address of the SMMUv3 event whose words were taken last */
	bool last_event_valid;

	u64 ttbr[64]; /* address spaces of GPU contexts: number in the table + 1 */
	unsigned int ttbrs;

	u64 *seen; /* hashes of what was emitted, for logs that hold everything twice */
	size_t seen_room, seen_used;
};

/*
 * The parsers. @text: a line without time and host. @last: take it if anything can be made of it, there is no more
 * to come. Times in records are the log's (trace_log_stamp()).
 */
enum trace_parse trace_log_smmuv2(struct trace_log *log, const char *text, bool last);
enum trace_parse trace_log_gpu(struct trace_log *log, const char *text, bool last);
enum trace_parse trace_log_smmuv3(struct trace_log *log, const char *text, bool last);
enum trace_parse trace_log_dmar(struct trace_log *log, const char *text, bool last);
enum trace_parse trace_log_amdvi(struct trace_log *log, const char *text, bool last);
/* A line (or "", the end) while log->event is open; false: it holds no word of the event, look at it afresh. */
bool trace_log_event_word(struct trace_log *log, const char *text);

/* Give out a record of any kind; one that the log held before, at the same time, is dropped. */
void trace_log_emit(struct trace_log *log, struct dmat_record *rec);
void trace_log_mark(struct trace_log *log, enum dmat_mark mark, u64 count);
/* A mark in the place of an event that is no fault. @event: its record, which tells whether it was there before. */
void trace_log_hint(struct trace_log *log, const struct dmat_record *event);
/* The fault that the GPU's driver told, unless the IOMMU's own line about @iova follows: then without an access. */
void trace_log_flush_gpu(struct trace_log *log, const u64 *iova);

/* ---- scanning: each returns what follows, or NULL if it is not there (or @s is NULL) ---- */

/* @word, after any blanks */
const char *trace_scan(const char *s, const char *word);
/* Hexadecimal digits, with or without 0x */
const char *trace_scan_hex(const char *s, u64 *value);
/* Decimal, or hexadecimal with 0x */
const char *trace_scan_number(const char *s, u64 *value);
/* [ssss:]bb:dd.f, each part with or without 0x: segment << 16 | requester ID */
const char *trace_scan_bdf(const char *s, u64 *sid);
/* Where @word begins in @s, letters of either case; NULL */
const char *trace_find(const char *s, const char *word);

#endif /* TRACE_LOG_H */
