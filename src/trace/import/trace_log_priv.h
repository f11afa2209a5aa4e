/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the parts of the importer of kernel logs share. */
#ifndef TRACE_LOG_PRIV_H
#define TRACE_LOG_PRIV_H

#include "trace_log.h"

#define MSGS	 32
#define PATIENCE 24  /* lines that a message waits for its rest */
#define TAIL	 256 /* bytes of lines that a head may be wrapped over */

#define TRACE_SEEN (1U << 18) /* slots of records that are known; half of them are used */

/* Which four letters, in either case, occur in a text: a hash each, so some that do not seem to. */
#define TRACE_QUADS 4096
struct trace_quads {
	u8 bit[TRACE_QUADS / 8];
};

/* The same of the words that matter, for every line: hardly any line has one by accident. */
struct trace_filter {
	u8 bit[65536 / 8];
};

/**
 * struct trace_log - a kernel log that is being imported
 * @job: the import
 * @error: -errno of an output that failed: the import ends
 * @stamp: of the current line, or of the last one that had a time
 * @stamped: the current line has a time
 * @number: of the current line
 * @started: a record was written
 * @clock: of the last record
 * @shift_ns: added to the log's times, so that the first is 0 and logs of several machines follow each other
 * @msg: messages by their beginning, oldest first
 * @msgs: number of @msg
 * @last: the message that the line before belonged to, or NULL
 * @tail: lines before this one that belong to no message, joined
 * @tail_line: number of the first of them
 * @gpu_pending: @gpu waits for the IOMMU's own line
 * @gpu: the fault that a GPU's driver has told
 * @iommu: name of the IOMMU of the last fault
 * @ttbr: address spaces of GPU contexts: number in the table + 1
 * @ttbrs: number of @ttbr in use
 * @seen: hashes of what was written, for logs that hold everything twice: the last ones, and those before
 * @seen_used: number of the last ones
 * @passed: the last line that passed by, if it is short
 * @passed_number: its number
 * @quads: of the words that begin such messages
 */
struct trace_log {
	struct trace_job *job;
	int error;
	struct trace_stamp stamp;
	bool stamped;
	u64 number;
	bool started;
	enum trace_clock clock;
	u64 shift_ns;
	u64 emitted;
	struct trace_msg *msg[MSGS + 4];
	unsigned int msgs;
	struct trace_msg *last;
	char tail[TAIL];
	u64 tail_line;
	bool gpu_pending;
	struct dmat_record gpu;
	struct trace_stamp gpu_stamp;
	char iommu[48];
	u64 ttbr[64];
	unsigned int ttbrs;
	u64 *seen[2];
	u32 seen_used;
	struct trace_filter quads;
	char passed[128];
	u64 passed_number;
};

/* A line without what stands before it; @body: behind the names of driver and IOMMU. */
struct trace_line {
	const char *text;
	const char *body;
	char driver[24];
	char device[48];
};

/* The driver and the IOMMU that the line names. */
void trace_line_device(struct trace_line *l);
/* The family of which @text has the head, or NULL; or that knows one by its content. */
const struct trace_family *trace_by_head(const char *text);
const struct trace_family *trace_by_content(const struct trace_line *l);
/* Whether a line tells of an IOMMU and of something that went wrong. */
bool trace_suspicious(const char *text);
/* The four letters that decide which lines are looked at, and whether a line has any of them. */
void trace_learn_quads(struct trace_filter *q);
bool trace_has_quad(const struct trace_filter *q, const char *line);

/* No more of @m comes; whether nothing more is expected of it. */
void trace_log_finish(struct trace_msg *m);
bool trace_log_whole(const struct trace_msg *m);
/* Put out, in their order, the messages before the first that is not whole. Old ones no longer wait; @all: none does. */
void trace_log_advance(struct trace_log *log, bool all);
/* The fault that a GPU's driver has told, and that the IOMMU has not. */
void trace_log_flush(struct trace_log *log);

#endif /* TRACE_LOG_PRIV_H */
