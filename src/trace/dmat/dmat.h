/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The trace: what devices, drivers and the IOMMU did, one record an event,
 * and the .dmat file that holds it. docs/trace-format.md describes the bytes
 * of the file and the line of text that stands for each record.
 *
 * A reader and a writer belong to one thread at a time; several readers of one
 * file may run in parallel, each with its own struct dmat_reader.
 */
#ifndef DMAT_H
#define DMAT_H

#include "fl_env.h"
#include <stdio.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

#define DMAT_VERSION	 1
#define DMAT_BLOCK	 4096	      /* records of a full block */
#define DMAT_ACCESS_MAX	 (1ULL << 24) /* bytes of one access */
#define DMAT_DOMAIN_NONE 0xffffffffU  /* address space not known, or (unmap, invalidate) every one */
#define DMAT_SID_NONE	 0xffffffffU  /* stream or requester not recorded */

/**
 * enum dmat_kind - what a record tells
 * @DMAT_ACCESS: a DMA access: sid, pasid, iova, size, R/W/X/PRIV, tag, and its recorded outcome if there is one. May
 *	cross pages; replay splits it. R and W together: the direction was not recorded, both were permitted.
 * @DMAT_ATTACH: from here on sid (and pasid) uses address space @domain
 * @DMAT_DETACH: from here on it uses none
 * @DMAT_MAP: [iova, iova + size) of @domain -> pa, with perm. Pages of the range that were mapped are replaced.
 * @DMAT_UNMAP: the driver removed whatever was mapped in the range of @domain (DMAT_F_WHOLE: all of it) and
 *	invalidated the caches
 * @DMAT_INVALIDATE: the caches of the range were invalidated, no known mapping went away; range as for DMAT_UNMAP
 * @DMAT_FAULT: the IOMMU reported a fault: model, code, and the raw words. The access that faulted has its own record
 *	just before.
 * @DMAT_PAGE_REQUEST: a PCIe page request; tag is the PRG index
 * @DMAT_RESPONSE: an answer: code is enum dmat_response, tag the PRG index or STAG
 * @DMAT_MARK: a remark about the log itself: code is enum dmat_mark, size a count
 * @DMAT_KINDS: number of the kinds
 */
enum dmat_kind {
	DMAT_ACCESS,
	DMAT_ATTACH,
	DMAT_DETACH,
	DMAT_MAP,
	DMAT_UNMAP,
	DMAT_INVALIDATE,
	DMAT_FAULT,
	DMAT_PAGE_REQUEST,
	DMAT_RESPONSE,
	DMAT_MARK,
	DMAT_KINDS
};

/* flags of a record; the first four are also the bits of perm */
#define DMAT_F_R       0x0001 /* read */
#define DMAT_F_W       0x0002 /* write */
#define DMAT_F_X       0x0004 /* execute (instruction) */
#define DMAT_F_PRIV    0x0008 /* privileged */
#define DMAT_F_PASID   0x0010 /* pasid is valid */
#define DMAT_F_WHOLE   0x0020 /* unmap, invalidate: the whole address space, no range */
#define DMAT_F_LAST    0x0040 /* page request: last of its group */
#define DMAT_F_STALL   0x0080 /* fault: the transaction waited for an answer */
#define DMAT_F_NO_IOVA 0x0100 /* fault: the log does not name the address; iova is 0 */
#define DMAT_F_WORDS   0x0200 /* fault, page request, response, mark: word[] is valid */
#define DMAT_F_AFTER   0x0400 /* access: it waits for the one before it of its stream and tag; word[0]: then so many ns */
#define DMAT_F_ALL     0x07ff

/* what the recording says became of an access */
enum dmat_outcome {
	DMAT_OUT_NONE,	/* not recorded */
	DMAT_OUT_OK,	/* translated: pa and perm are valid */
	DMAT_OUT_FAULT, /* refused: model and code are valid */
	DMAT_OUTCOMES
};

/* whose fault code and words a record carries */
enum dmat_model {
	DMAT_MODEL_NONE,
	DMAT_MODEL_SMMUV2, /* context fault. code: FSR; word[]: FSR, FSYNR0, CBFRSYNRA + 1, bank + 1 (0: not given) */
	DMAT_MODEL_SMMUV3, /* code: event type; word[]: the event record */
	DMAT_MODEL_VTD,	   /* code: fault reason; word[]: descriptor of a page request or response */
	DMAT_MODEL_AMDVI,  /* code: flags of the event; word[0]: its type */
	DMAT_MODEL_GPU, /* by the GPU's driver. code: FSR's bit for its type; word[]: TTBR0, then what stood in brackets */
	DMAT_MODEL_SMMUV2_GLOBAL, /* global fault. code: GFSR; word[]: GFSR, GFSYNR0, GFSYNR1, GFSYNR2 */
	DMAT_MODEL_SMMUV3_GERROR, /* code: the active bits of SMMU_GERROR */
	DMAT_MODEL_SMMUV3_CMDQ,	  /* code: SMMU_CMDQ_CONS.ERR; word[]: SMMU_CMDQ_CONS, then the command's two words */
	DMAT_MODEL_MTK,		  /* code: the type of the fault; word[0]: larb << 32 | port */
	DMAT_MODEL_ROCKCHIP,
	DMAT_MODEL_MALI,  /* code: the raw fault status; domain: the address space; sid: the source */
	DMAT_MODEL_KGSL,  /* Adreno, by its vendor's driver */
	DMAT_MODEL_TEGRA, /* of the memory controller */
	DMAT_MODEL_DART,  /* code: the status */
	DMAT_MODEL_VIRTIO,
	DMAT_MODELS
};

enum dmat_response { DMAT_RESP_SUCCESS, DMAT_RESP_INVALID, DMAT_RESP_FAILURE, DMAT_RESPONSES };

enum dmat_mark {
	DMAT_MARK_USER,	      /* free use; size is any number */
	DMAT_MARK_SUPPRESSED, /* size lines were suppressed by the log's rate limit */
	DMAT_MARK_EVTQ_LOST,  /* event queue overflowed */
	DMAT_MARK_PRIQ_LOST,  /* page request queue overflowed */
	DMAT_MARK_PRIQ_CLEAR, /* its overflow was cleared */
	DMAT_MARK_UNREADABLE, /* a line that tells of a fault could not be read; tag: its number; word[]: how it begins */
	DMAT_MARK_HINT,	      /* size page request hints: a device will access something soon; nothing was refused */
	DMAT_MARK_IOMMU,      /* faults that follow are of the IOMMU with the name in word[] */
	DMAT_MARK_DTE,	      /* word[]: the device table entry of the fault before (AMD-Vi) */
	DMAT_MARKS
};

/**
 * struct dmat_record - one event
 * @time_ns: never less than the record's before
 * @iova: first address
 * @size: bytes, over 0 for an access, a map, and a range
 * @pa: map: first physical address; access with DMAT_OUT_OK: where @iova went
 * @word: raw words of a fault or request, with DMAT_F_WORDS. Access with DMAT_F_AFTER: word[0] is the think time in
 *	ns: the access goes out so long after the end of the access before it in the trace that has its sid and tag
 *	(0 is a tag, too). Else all zero.
 * @sid: StreamID or requester ID
 * @pasid: valid with DMAT_F_PASID, else 0
 * @domain: address space (ASID, domain ID), DMAT_DOMAIN_NONE if not known
 * @tag: access: ordering tag; accesses of one stream and one tag other than 0 keep their order. Page request and
 *	response: PRG index. Fault: STAG.
 * @code: fault code, response code or mark, by kind
 * @flags: DMAT_F_*
 * @kind: enum dmat_kind
 * @perm: map, access with DMAT_OUT_OK: DMAT_F_R, W, X, PRIV
 * @outcome: enum dmat_outcome
 * @model: enum dmat_model
 * @reserved: 0
 *
 * A field that its kind does not use is 0 (sid, domain: NONE).
 */
struct dmat_record {
	u64 time_ns;
	u64 iova;
	u64 size;
	u64 pa;
	u64 word[4];
	u32 sid;
	u32 pasid;
	u32 domain;
	u32 tag;
	u32 code;
	u16 flags;
	u8 kind;
	u8 perm;
	u8 outcome;
	u8 model;
	u16 reserved[3];
};

/**
 * struct dmat_error - where input was bad, and why
 * @file: its name
 * @line: of a text, from 1; 0 if there is none
 * @offset: offset in a binary file, bytes; meaningful with @has_offset
 * @has_offset: @offset is known
 * @reason: for people, no full stop, no newline
 */
struct dmat_error {
	char file[256];
	u64 line;
	u64 offset;
	bool has_offset;
	char reason[240];
};

/**
 * dmat_fail() - fill in an error
 * @err: filled on error; may be NULL
 * @code: errno, positive
 * @fmt: printf format of the reason
 *
 * Return: -@code.
 */
int dmat_fail(struct dmat_error *err, int code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/**
 * dmat_error_text() - an error for people: "FILE:LINE: reason" or "FILE: offset N: reason"
 * @err: the error
 * @buf: receives the text
 * @size: room in @buf, bytes
 *
 * Return: @buf.
 */
const char *dmat_error_text(const struct dmat_error *err, char *buf, size_t size);

/* ---- records ---- */

/**
 * dmat_record_init() - make a record; every field that is not given has its "not used" value
 * @rec: filled in
 * @kind: kind of the record
 * @time_ns: its time, ns
 */
void dmat_record_init(struct dmat_record *rec, enum dmat_kind kind, u64 time_ns);

/**
 * dmat_record_check() - whether a record may stand in a trace, its order in time apart
 * @rec: the record
 *
 * Return: NULL if it may, else the reason why not.
 */
const char *dmat_record_check(const struct dmat_record *rec);

/**
 * dmat_record_equal() - whether two records are equal
 * @a: a record
 * @b: another
 *
 * Return: true if every byte is.
 */
bool dmat_record_equal(const struct dmat_record *a, const struct dmat_record *b);

/**
 * dmat_record_set_text() - put text into the words of a mark
 * @rec: the mark; has DMAT_F_WORDS from now on
 * @text: what does not fit 32 bytes is cut off
 */
void dmat_record_set_text(struct dmat_record *rec, const char *text);

/* ---- writing: nothing appears under the file's name until close succeeds ---- */

struct dmat_writer;

/**
 * dmat_writer_open() - start a trace
 * @writer: the writer; dmat_writer_close() or dmat_writer_abort() frees it
 * @path: the file to make or to replace when it is complete
 * @err: filled on error, kept for the writer's life; owned by the caller
 *
 * Return: 0, or -errno
 */
int dmat_writer_open(struct dmat_writer **writer, const char *path, struct dmat_error *err);

/**
 * dmat_writer_meta() - add metadata, before the first record
 * @writer: the writer
 * @key: [a-z0-9_.-]+, once each
 * @value: any text without control characters
 *
 * Return: 0 or -errno.
 */
int dmat_writer_meta(struct dmat_writer *writer, const char *key, const char *value);

/**
 * dmat_writer_append() - add a record
 * @writer: the writer
 * @rec: the record
 *
 * Return: 0; -EINVAL if the record is malformed or earlier than the one before; another -errno.
 */
int dmat_writer_append(struct dmat_writer *writer, const struct dmat_record *rec);

/**
 * dmat_writer_close() - complete the file and give it its name; frees the writer, whatever is returned
 * @writer: the writer
 *
 * Return: 0 or -errno, and then there is no file.
 */
int dmat_writer_close(struct dmat_writer *writer);

/**
 * dmat_writer_abort() - give up: there is no file; frees the writer
 * @writer: the writer; may be NULL
 */
void dmat_writer_abort(struct dmat_writer *writer);

/* ---- reading ---- */

struct dmat_reader;

#define DMAT_READ_PREFIX 0x1 /* take what is readable of a damaged file */

/**
 * dmat_reader_open() - open a trace
 * @reader: the reader; dmat_reader_close() frees it
 * @path: the file
 * @flags: DMAT_READ_PREFIX or 0
 * @err: filled on error, here and by later calls; owned by the caller
 *
 * Checks header, metadata and index. A block is checked (CRC-32 and contents) when it is read.
 *
 * Return: 0, -EINVAL for a damaged or foreign file, or another -errno
 */
int dmat_reader_open(struct dmat_reader **reader, const char *path, unsigned int flags, struct dmat_error *err);

/**
 * dmat_reader_close() - close the file
 * @reader: the reader
 */
void dmat_reader_close(struct dmat_reader *reader);

/**
 * dmat_read_block() - decode the next records
 * @reader: the reader
 * @out: room for @max records, at least 1; DMAT_BLOCK is a good number
 * @max: room in @out, records
 *
 * Return: records decoded, 0 at the end, -errno on error. With DMAT_READ_PREFIX damage is the end.
 */
ssize_t dmat_read_block(struct dmat_reader *reader, struct dmat_record *out, size_t max);

/**
 * dmat_read() - decode one record
 * @reader: the reader
 * @out: the record
 *
 * Return: 1, 0 at the end, -errno on error.
 */
int dmat_read(struct dmat_reader *reader, struct dmat_record *out);

/**
 * dmat_seek_record() - go to a record
 * @reader: the reader
 * @n: its number; 0 is the first
 *
 * Return: 0; -ERANGE if there is no such record; another -errno.
 */
int dmat_seek_record(struct dmat_reader *reader, u64 n);

/**
 * dmat_seek_time() - go to the first record at a time or later (to the end, if there is none)
 * @reader: the reader
 * @time_ns: ns
 *
 * Return: 0 or -errno.
 */
int dmat_seek_time(struct dmat_reader *reader, u64 time_ns);

/**
 * dmat_reader_records() - number of records of the file
 * @reader: the reader
 *
 * Return: Their number; with DMAT_READ_PREFIX that of the readable part, as the headers of its blocks tell.
 */
u64 dmat_reader_records(const struct dmat_reader *reader);

/**
 * dmat_reader_blocks() - number of blocks of the file
 * @reader: the reader
 *
 * Return: Their number.
 */
u64 dmat_reader_blocks(const struct dmat_reader *reader);

/**
 * dmat_reader_damaged() - whether the file was found damaged, with DMAT_READ_PREFIX
 * @reader: the reader
 *
 * Return: true if it was, and the reader's error says where.
 */
bool dmat_reader_damaged(const struct dmat_reader *reader);

/**
 * dmat_reader_meta_count() - number of metadata entries
 * @reader: the reader
 *
 * Return: Their number.
 */
size_t dmat_reader_meta_count(const struct dmat_reader *reader);

/**
 * dmat_reader_meta() - a metadata entry
 * @reader: the reader
 * @i: number of the entry
 * @key: its key, the reader's string
 * @value: its value, the reader's string
 */
void dmat_reader_meta(const struct dmat_reader *reader, size_t i, const char **key, const char **value);

/**
 * dmat_reader_meta_get() - find metadata by key
 * @reader: the reader
 * @key: the key
 *
 * Return: The value, the reader's string, or NULL.
 */
const char *dmat_reader_meta_get(const struct dmat_reader *reader, const char *key);

/* ---- the text twin ---- */

/**
 * dmat_dump() - print the trace as text; dmat_pack() of the text makes the same file, byte for byte
 * @reader: the reader
 * @out: where to
 * @err: filled on error; may be NULL
 *
 * Return: 0 or -errno.
 */
int dmat_dump(struct dmat_reader *reader, FILE *out, struct dmat_error *err);

/**
 * dmat_pack() - make a file from text
 * @in: the text
 * @in_name: names the text in errors
 * @out_path: the file
 * @err: filled on error; may be NULL
 *
 * Return: 0 or -errno.
 */
int dmat_pack(FILE *in, const char *in_name, const char *out_path, struct dmat_error *err);
/* One record as its line, without newline; returns its length. */
#define DMAT_LINE 512

/**
 * dmat_format() - write one record as its line of text
 * @rec: the record
 * @line: receives the line, without a newline
 *
 * Return: Length of the line.
 */
int dmat_format(const struct dmat_record *rec, char line[DMAT_LINE]);

/**
 * dmat_parse() - read one record from its line of text
 * @line: the line, without a newline
 * @rec: filled in
 * @err: filled on error; may be NULL
 *
 * Return: 0, or -EINVAL with @err->reason.
 */
int dmat_parse(const char *line, struct dmat_record *rec, struct dmat_error *err);

extern const char *const dmat_kind_names[DMAT_KINDS];
extern const char *const dmat_outcome_names[DMAT_OUTCOMES];
extern const char *const dmat_model_names[DMAT_MODELS];
extern const char *const dmat_response_names[DMAT_RESPONSES];
extern const char *const dmat_mark_names[DMAT_MARKS];

#ifdef __cplusplus
}
#endif

#endif /* DMAT_H */
