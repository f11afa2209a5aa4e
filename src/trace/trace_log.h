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

/**
 * struct trace_event - an SMMUv3 event whose words are being collected
 * @open: words are still missing
 * @type: event number
 * @words: words that are complete
 * @word: the words
 * @digits: hexadecimal digits of the word that has begun; 16 complete it
 * @strays: lines in between that hold no word of the event
 * @stamp_ns: time of the event, ns
 * @stamped: the event has a time
 */
struct trace_event {
	bool open;
	u8 type;
	unsigned int words;
	u64 word[4];
	unsigned int digits;
	unsigned int strays;
	u64 stamp_ns;
	bool stamped;
};

/**
 * struct trace_log - a kernel log that is being imported
 * @job: the import
 * @error: -errno of an output that failed: the import ends
 * @stamped: the current line has a time
 * @stamp_ns: time of the current line, ns
 * @started: a record was written
 * @start_ns: time of the first record, as the log gives it
 * @shift_ns: added to the log's times, so that the first is 0 and logs of several machines follow each other
 * @emitted: records written
 * @held: an incomplete line
 * @joined: lines that were appended to @held
 * @held_stamp_ns: time of @held, ns
 * @held_stamped: @held has a time
 * @event: the SMMUv3 event that is being collected
 * @gpu_pending: @gpu waits for the IOMMU's own line
 * @gpu: the fault that a GPU's driver has told
 * @last_event: sid and address of the SMMUv3 event whose words were taken last
 * @last_event_valid: @last_event is set
 * @ttbr: address spaces of GPU contexts: number in the table + 1
 * @ttbrs: number of @ttbr in use
 * @seen: hashes of what was written, for logs that hold everything twice
 * @seen_room: number of @seen allocated
 * @seen_used: number of @seen in use
 */
struct trace_log {
	struct trace_job *job;
	int error;

	bool stamped;
	u64 stamp_ns;
	bool started;
	u64 start_ns, shift_ns;
	u64 emitted;

	char held[1024];
	unsigned int joined;
	u64 held_stamp_ns;
	bool held_stamped;

	struct trace_event event;
	bool gpu_pending;
	struct dmat_record gpu;
	u64 last_event[2];
	bool last_event_valid;

	u64 ttbr[64];
	unsigned int ttbrs;

	u64 *seen;
	size_t seen_room, seen_used;
};

/**
 * trace_log_smmuv2() - parse a line of the SMMUv2 driver
 * @log: the log
 * @text: a line without time and host
 * @last: take the line if anything can be made of it, because no more of it will come
 *
 * Return: Whether the line was taken. Times of records are the log's.
 */
enum trace_parse trace_log_smmuv2(struct trace_log *log, const char *text, bool last);

/**
 * trace_log_gpu() - parse a line of a GPU's driver about its SMMU
 * @log: the log
 * @text: a line without time and host
 * @last: take the line if anything can be made of it, because no more of it will come
 *
 * Return: Whether the line was taken. Times of records are the log's.
 */
enum trace_parse trace_log_gpu(struct trace_log *log, const char *text, bool last);

/**
 * trace_log_smmuv3() - parse a line of the SMMUv3 driver
 * @log: the log
 * @text: a line without time and host
 * @last: take the line if anything can be made of it, because no more of it will come
 *
 * Return: Whether the line was taken. Times of records are the log's.
 */
enum trace_parse trace_log_smmuv3(struct trace_log *log, const char *text, bool last);

/**
 * trace_log_dmar() - parse a line of the VT-d driver
 * @log: the log
 * @text: a line without time and host
 * @last: take the line if anything can be made of it, because no more of it will come
 *
 * Return: Whether the line was taken. Times of records are the log's.
 */
enum trace_parse trace_log_dmar(struct trace_log *log, const char *text, bool last);

/**
 * trace_log_amdvi() - parse a line of the AMD IOMMU driver
 * @log: the log
 * @text: a line without time and host
 * @last: take the line if anything can be made of it, because no more of it will come
 *
 * Return: Whether the line was taken. Times of records are the log's.
 */
enum trace_parse trace_log_amdvi(struct trace_log *log, const char *text, bool last);

/**
 * trace_log_event_word() - parse a line while log->event is open
 * @log: the log
 * @text: the line, or "" at the end of the log
 *
 * Return: false if the line holds no word of the event, and is to be parsed afresh.
 */
bool trace_log_event_word(struct trace_log *log, const char *text);

/**
 * trace_log_emit() - write a record of any kind; one that the log has held before, at the same time, is dropped
 * @log: the log
 * @rec: the record
 */
void trace_log_emit(struct trace_log *log, struct dmat_record *rec);

/**
 * trace_log_mark() - write a mark
 * @log: the log
 * @mark: what it says
 * @count: dmat_record.size of the mark
 */
void trace_log_mark(struct trace_log *log, enum dmat_mark mark, u64 count);

/**
 * trace_log_hint() - write a mark in the place of an event that is no fault
 * @log: the log
 * @event: record of the event, which tells whether the log has held it before
 */
void trace_log_hint(struct trace_log *log, const struct dmat_record *event);

/**
 * trace_log_flush_gpu() - write the fault that a GPU's driver has told
 * @log: the log
 * @iova: address of the IOMMU's own line about the same fault, which makes the record of an access superfluous; NULL:
 *	there is no such line
 */
void trace_log_flush_gpu(struct trace_log *log, const u64 *iova);

/* ---- scanning: each returns what follows, or NULL if it is not there (or @s is NULL) ---- */

/**
 * trace_scan() - scan a word, after any blanks
 * @s: where to scan, or NULL
 * @word: the word
 *
 * Return: What follows it, or NULL if it is not there.
 */
const char *trace_scan(const char *s, const char *word);

/**
 * trace_scan_hex() - scan hexadecimal digits, with or without 0x
 * @s: where to scan, or NULL
 * @value: the number
 *
 * Return: What follows, or NULL if there are none.
 */
const char *trace_scan_hex(const char *s, u64 *value);

/**
 * trace_scan_number() - scan a number, decimal or hexadecimal with 0x
 * @s: where to scan, or NULL
 * @value: the number
 *
 * Return: What follows, or NULL if there is none.
 */
const char *trace_scan_number(const char *s, u64 *value);

/**
 * trace_scan_bdf() - scan [ssss:]bb:dd.f, each part with or without 0x
 * @s: where to scan, or NULL
 * @sid: segment << 16 | requester ID
 *
 * Return: What follows, or NULL if there is none.
 */
const char *trace_scan_bdf(const char *s, u64 *sid);

/**
 * trace_find() - find a word, letters of either case
 * @s: where to scan, or NULL
 * @word: the word
 *
 * Return: Where it begins in @s, or NULL.
 */
const char *trace_find(const char *s, const char *word);

#endif /* TRACE_LOG_H */
