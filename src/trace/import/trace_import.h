/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Importers: other programs' logs to .dmat. */
#ifndef TRACE_IMPORT_H
#define TRACE_IMPORT_H

#include "dmat.h"

#ifdef __cplusplus
extern "C" {
#endif

#define TRACE_IMPORT_LINES 10

/**
 * struct trace_import_stats - what became of a log's lines; every line about a fault is a record, or one of these
 * @lines: lines of the log
 * @faults: fault records
 * @requests: page requests
 * @unreadable: lines, or groups of lines that belong together, that tell of a fault and could not be read
 * @unreadable_line: number of the first line of each of the first of them
 * @reason: why the first of them could not be read; "" if the importer does not say
 * @suppressed: messages that a rate limit has suppressed, as the log tells
 * @overflows: overflows of an event or request queue that the log tells of
 * @repeated: records that the log holds more than once with the same time to the microsecond, taken once
 * @foreign: lines about something else
 */
struct trace_import_stats {
	u64 lines;
	u64 faults;
	u64 requests;
	u64 unreadable;
	u64 unreadable_line[TRACE_IMPORT_LINES];
	char reason[240];
	u64 suppressed;
	u64 overflows;
	u64 repeated;
	u64 foreign;
};

/* A key and its value. kernel-doc cannot parse a pointer to an array. */
typedef const char *trace_meta[2];

/**
 * struct trace_import_options - how to import; all zero is a good start
 * @format: an importer's name; NULL or "auto": the first importer that recognises a line
 * @length: bytes of an access whose length the log does not tell (clipped at its page); 0: 64
 * @meta: pairs of key and value to add to the file's metadata
 * @metas: number of @meta
 * @stats: filled in if not NULL
 * @progress: called now and then with the bytes of the log that were read, and all of them (0: not known); may be NULL
 * @progress_ctx: first argument of @progress
 */
struct trace_import_options {
	const char *format;
	u64 length;
	const trace_meta *meta;
	size_t metas;
	struct trace_import_stats *stats;
	void (*progress)(void *ctx, u64 done, u64 all);
	void *progress_ctx;
};

/**
 * trace_import() - make a .dmat from a log, plain or gzip
 * @in_path: the log; "-": standard input
 * @out_path: the file to make
 * @opt: options
 * @err: filled on error
 *
 * Return: 0, or -errno with @err naming file, line and reason; then there is no @out_path.
 */
int trace_import(const char *in_path, const char *out_path, const struct trace_import_options *opt,
		 struct dmat_error *err);

/**
 * trace_importer_info() - name and description of an importer
 * @i: number of the importer
 * @name: its name
 * @summary: one line of description
 *
 * Return: false after the last importer.
 */
bool trace_importer_info(unsigned int i, const char **name, const char **summary);

#ifdef __cplusplus
}
#endif

#endif /* TRACE_IMPORT_H */
