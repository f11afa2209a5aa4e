/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A kernel log as people post it, line by line: what its parsers share. */
#ifndef TRACE_LOG_H
#define TRACE_LOG_H

#include "trace_import_priv.h"

#define NSEC_PER_SEC 1000000000ULL

/* Clocks whose times can be compared. */
enum trace_clock {
	TRACE_CLOCK_NONE,
	TRACE_CLOCK_SECONDS, /* since the machine's start */
	TRACE_CLOCK_WALL,    /* date and time, local */
	TRACE_CLOCK_DAY	     /* time of the day */
};

/**
 * struct trace_stamp - what stands before a line
 * @clock: of @ns
 * @ns: the time, ns
 * @fine: it has microseconds or better
 * @wall_ns: local date and time in ns since 1970, if the line tells them, else 0
 * @year: last year that a line has told; kept from line to line for clocks without one
 */
struct trace_stamp {
	enum trace_clock clock;
	u64 ns;
	bool fine;
	u64 wall_ns;
	u64 year;
};

/**
 * trace_strip_stamp() - take off clock, host, level and the like
 * @line: a line of a log
 * @t: receives the time; @t->year is kept from line to line
 *
 * Return: The message.
 */
const char *trace_strip_stamp(const char *line, struct trace_stamp *t);

enum trace_state {
	TRACE_OPEN,  /* more must come */
	TRACE_WAITS, /* whole, but more may come */
	TRACE_DONE,  /* whole */
	TRACE_BAD,   /* about a fault, and cannot be read */
	TRACE_OTHER  /* not about a fault */
};

/**
 * struct trace_msg - one message about a fault, gathered from the lines that tell of it
 * @family: whose it is
 * @device: name of the IOMMU, or ""
 * @driver: name of the driver, or ""
 * @text: its lines, without what stands before them, joined by blanks
 * @line: number of its first line
 * @stamp: time of its first line
 * @last_ns: time of its last line
 * @touched: number of the last line that belonged to it
 * @state: how complete it is
 * @out: it has been written; further lines are only recognized as its own
 * @bits: what lines behind it have repeated, for the family's use
 * @sid: stream, for the family's use, as @iova and @code
 * @iova: address
 * @code: code
 * @rec: what it becomes; time is filled in when it is written
 * @recs: number of @rec
 * @no_access: the records have no access of their own
 */
struct trace_msg {
	const struct trace_family *family;
	char device[48];
	char driver[24];
	char text[2048];
	u64 line;
	struct trace_stamp stamp;
	u64 last_ns;
	u64 touched;
	enum trace_state state;
	bool out;
	unsigned int bits;
	u64 sid, iova, code;
	struct dmat_record rec[2];
	unsigned int recs;
	bool no_access;
};

/**
 * struct trace_family - messages of one kind
 * @heads: phrases that begin such a message; NULL ends them
 * @begins: whether a line without such a phrase begins one; may be NULL
 * @takes: whether a line goes on with a message; may be NULL
 * @look: read msg->text; @last: nothing more will come
 */
struct trace_family {
	const char *const *heads;
	bool (*begins)(const char *body);
	bool (*takes)(struct trace_msg *m, const char *body);
	enum trace_state (*look)(struct trace_msg *m, bool last);
};

extern const struct trace_family trace_smmuv2_context, trace_smmuv2_global, trace_smmuv2_pair, trace_gpu;
extern const struct trace_family trace_smmuv3_event, trace_smmuv3_named, trace_smmuv3_gerror, trace_smmuv3_cmdq,
	trace_smmuv3_request, trace_smmuv3_overflow;
extern const struct trace_family trace_dmar, trace_dmar_request, trace_dmar_overflow, trace_amd, trace_amd_dte;
extern const struct trace_family trace_mtk, trace_mali, trace_rockchip, trace_kgsl, trace_tegra, trace_dart,
	trace_virtio;
extern const struct trace_family trace_suppressed;

/**
 * trace_msg_record() - begin the next record of a message
 * @m: the message
 * @kind: of the record
 * @model: whose fault
 *
 * Return: The record.
 */
struct dmat_record *trace_msg_record(struct trace_msg *m, enum dmat_kind kind, enum dmat_model model);

/**
 * trace_msg_mark() - the message is a mark
 * @m: the message
 * @mark: which
 * @count: dmat_record.size
 *
 * Return: TRACE_DONE.
 */
enum trace_state trace_msg_mark(struct trace_msg *m, enum dmat_mark mark, u64 count);

/* ---- from words that a log shows: @rec has its kind and model ---- */

/**
 * trace_words_event() - an event record of SMMUv3
 * @rec: completed
 * @word: its four words
 */
void trace_words_event(struct dmat_record *rec, const u64 *word);

/**
 * trace_words_global() - a global fault of SMMUv2
 * @rec: completed
 * @word: sGFSR, sGFSYNR0, sGFSYNR1, sGFSYNR2
 */
void trace_words_global(struct dmat_record *rec, const u64 *word);

/**
 * trace_words_request() - a page request of VT-d
 * @rec: completed
 * @word: the descriptor's first two words
 */
void trace_words_request(struct dmat_record *rec, const u64 *word);

/**
 * trace_words_syndrome() - what an FSYNR0 of SMMUv2 tells of the access
 * @fsynr0: the register
 *
 * Return: DMAT_F_R, W or X, and PRIV.
 */
u16 trace_words_syndrome(u64 fsynr0);

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

/**
 * trace_phrase() - find words, letters of either case, any blanks between them
 * @s: where to look
 * @phrase: the words, one blank between them
 *
 * Return: What follows, or NULL if they are not there.
 */
const char *trace_phrase(const char *s, const char *phrase);

/**
 * trace_key() - find the number that goes with a key: "key=1", "key: 0x1", "KEY   = 00000001", "key 1"
 * @s: where to look
 * @keys: names of the key, '|' between them, letters of either case
 * @base: of numbers without 0x
 * @value: receives the number
 *
 * Return: What follows the number, or NULL if there is none.
 */
const char *trace_key(const char *s, const char *keys, unsigned int base, u64 *value);

#endif /* TRACE_LOG_H */
