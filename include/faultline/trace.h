/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Traces: what devices, drivers and the IOMMU did, one record an event, in a .dmat file (docs/trace-format.md).
 *
 * A reader and a writer belong to one thread at a time; several readers of one file may run in parallel.
 */
#ifndef FAULTLINE_TRACE_H
#define FAULTLINE_TRACE_H

#include <faultline/error.h>
#include <faultline/export.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

FAULTLINE_BEGIN

/* fl_trace_record.domain and .stream: not known */
#ifdef __cplusplus
constexpr uint32_t FL_TRACE_NONE = UINT32_MAX;
#else
static const uint32_t FL_TRACE_NONE = UINT32_MAX;
#endif

/**
 * enum fl_trace_kind - what a record tells
 * @FL_TRACE_ACCESS: an access, and its recorded outcome if there is one; it may cross pages. Read and write together: the
 *	direction was not recorded
 * @FL_TRACE_ATTACH: from here on the stream (and PASID) uses address space @domain
 * @FL_TRACE_DETACH: from here on it uses none
 * @FL_TRACE_MAP: a range of @domain -> pa, with perm; what was mapped there is replaced
 * @FL_TRACE_UNMAP: whatever was mapped in the range is gone (FL_TRACE_WHOLE: in all of @domain), caches are invalidated
 * @FL_TRACE_INVALIDATE: caches of the range were invalidated, no known mapping went away
 * @FL_TRACE_FAULT: the IOMMU reported a fault: model, code, raw words
 * @FL_TRACE_PAGE_REQUEST: a page request; tag is the PRG index
 * @FL_TRACE_RESPONSE: an answer: code is enum fl_trace_response, tag the PRG index or STAG
 * @FL_TRACE_MARK: a remark about the log itself: code is enum fl_trace_mark, size a count
 */
enum fl_trace_kind {
	FL_TRACE_ACCESS,
	FL_TRACE_ATTACH,
	FL_TRACE_DETACH,
	FL_TRACE_MAP,
	FL_TRACE_UNMAP,
	FL_TRACE_INVALIDATE,
	FL_TRACE_FAULT,
	FL_TRACE_PAGE_REQUEST,
	FL_TRACE_RESPONSE,
	FL_TRACE_MARK
};

/* fl_trace_record.flags; the first four are also the bits of perm */
enum {
	FL_TRACE_READ = 1 << 0,
	FL_TRACE_WRITE = 1 << 1,
	FL_TRACE_EXEC = 1 << 2,
	FL_TRACE_PRIV = 1 << 3,
	FL_TRACE_PASID = 1 << 4,   /* pasid is valid */
	FL_TRACE_WHOLE = 1 << 5,   /* unmap, invalidate: the whole address space */
	FL_TRACE_LAST = 1 << 6,	   /* page request: last of its group */
	FL_TRACE_STALLED = 1 << 7, /* fault: the access waited for an answer */
	FL_TRACE_NO_IOVA = 1 << 8, /* fault: the log does not name the address */
	FL_TRACE_WORDS = 1 << 9,   /* word[] is valid */
	FL_TRACE_AFTER =
		1 << 10 /* access: it waits for the one before it of its stream and tag; word[0]: and so many ns */
};

/* fl_trace_record.outcome: not recorded; translated (pa and perm are valid); refused (model and code are valid) */
enum fl_trace_outcome { FL_TRACE_OUT_NONE, FL_TRACE_OUT_OK, FL_TRACE_OUT_FAULT };

/* Whose fault code and words a record carries: fl_trace_record.model; docs/trace-format.md says what they are */
enum fl_trace_model {
	FL_TRACE_MODEL_NONE,
	FL_TRACE_MODEL_SMMUV2,
	FL_TRACE_MODEL_SMMUV3,
	FL_TRACE_MODEL_VTD,
	FL_TRACE_MODEL_AMDVI,
	FL_TRACE_MODEL_GPU,
	FL_TRACE_MODEL_SMMUV2_GLOBAL,
	FL_TRACE_MODEL_SMMUV3_GERROR,
	FL_TRACE_MODEL_SMMUV3_CMDQ,
	FL_TRACE_MODEL_MTK,
	FL_TRACE_MODEL_ROCKCHIP,
	FL_TRACE_MODEL_MALI,
	FL_TRACE_MODEL_KGSL,
	FL_TRACE_MODEL_TEGRA,
	FL_TRACE_MODEL_DART,
	FL_TRACE_MODEL_VIRTIO
};

/* Code of a FL_TRACE_RESPONSE */
enum fl_trace_response { FL_TRACE_SUCCESS, FL_TRACE_INVALID, FL_TRACE_FAILURE };

/* Code of a FL_TRACE_MARK */
enum fl_trace_mark {
	FL_TRACE_MARK_USER,	  /* free use */
	FL_TRACE_MARK_SUPPRESSED, /* size lines were suppressed by the log's rate limit */
	FL_TRACE_MARK_EVTQ_LOST,  /* the event queue overflowed */
	FL_TRACE_MARK_PRIQ_LOST,  /* the page request queue overflowed */
	FL_TRACE_MARK_PRIQ_CLEAR, /* its overflow was cleared */
	FL_TRACE_MARK_UNREADABLE, /* a line that tells of a fault could not be read; tag: its number; word[]: how it begins */
	FL_TRACE_MARK_HINT,	  /* size page request hints */
	FL_TRACE_MARK_IOMMU, /* faults that follow are of the IOMMU with the name in word[] */
	FL_TRACE_MARK_DTE    /* word[]: the device table entry of the fault before (AMD-Vi) */
};

/**
 * struct fl_trace_record - one event
 * @time_ns: never less than the record's before
 * @iova: first address, bytes
 * @size: bytes, over 0 for an access, a map, and a range
 * @pa: map: first physical address; access with FL_TRACE_OUT_OK: where @iova went
 * @word: raw words, with FL_TRACE_WORDS; with FL_TRACE_AFTER word[0] is a think time in ns; else 0
 * @stream: StreamID or requester ID
 * @pasid: valid with FL_TRACE_PASID, else 0
 * @domain: address space (ASID, domain ID)
 * @tag: access: ordering tag, accesses of one stream and one tag other than 0 keep their order; page request and response:
 *	PRG index; fault: STAG
 * @code: fault code, response code or mark, by kind
 * @flags: FL_TRACE_READ and the like
 * @kind: enum fl_trace_kind
 * @perm: map, access with FL_TRACE_OUT_OK: FL_TRACE_READ, WRITE, EXEC, PRIV
 * @outcome: enum fl_trace_outcome
 * @model: enum fl_trace_model
 * @reserved: 0
 *
 * A member that its kind does not use is 0 (stream, domain: FL_TRACE_NONE), as fl_trace_record_init() leaves it.
 */
struct fl_trace_record {
	uint64_t time_ns;
	uint64_t iova;
	uint64_t size;
	uint64_t pa;
	uint64_t word[4];
	uint32_t stream;
	uint32_t pasid;
	uint32_t domain;
	uint32_t tag;
	uint32_t code;
	uint16_t flags;
	uint8_t kind;
	uint8_t perm;
	uint8_t outcome;
	uint8_t model;
	uint16_t reserved[3];
};

/**
 * fl_trace_record_init() - make a record in which nothing is said yet
 * @record: filled in
 * @kind: its kind
 * @time_ns: its time
 */
FAULTLINE_API void fl_trace_record_init(struct fl_trace_record *record, enum fl_trace_kind kind, uint64_t time_ns);

/**
 * fl_trace_record_check() - whether a record may stand in a trace, its order in time apart
 * @record: the record
 *
 * Return: NULL if it may, else the reason why not; static.
 */
FAULTLINE_API const char *fl_trace_record_check(const struct fl_trace_record *record);

/* Room for a record's line of text, with its NUL */
enum { FL_TRACE_LINE = 512 };

/**
 * fl_trace_record_format() - a record as its line of text
 * @record: the record
 * @line: receives FL_TRACE_LINE bytes at most; no newline
 *
 * Return: Length of the line.
 */
FAULTLINE_API int fl_trace_record_format(const struct fl_trace_record *record, char *line);

/**
 * fl_trace_record_parse() - a record from its line of text
 * @line: the line, without a newline
 * @record: filled in
 * @error: filled in on error; may be NULL
 *
 * Return: 0 or -EINVAL.
 */
FAULTLINE_API int fl_trace_record_parse(const char *line, struct fl_trace_record *record, struct fl_error *error);

/* ---- reading ---- */

struct fl_trace_reader;

/**
 * fl_trace_open() - open a trace
 * @path: the file
 * @prefix: take what is readable of a damaged file: damage is the end
 * @out: the reader
 * @error: filled in on error; may be NULL
 *
 * Return: 0; -EINVAL: a damaged or foreign file; another -errno.
 */
FAULTLINE_API int fl_trace_open(const char *path, bool prefix, struct fl_trace_reader **out, struct fl_error *error);

/**
 * fl_trace_close() - close a trace
 * @reader: may be NULL
 */
FAULTLINE_API void fl_trace_close(struct fl_trace_reader *reader);

/**
 * fl_trace_read() - the next records
 * @reader: the reader
 * @records: room for @max
 * @max: at least 1; 4096 is a good number
 *
 * Return: How many were read; 0 at the end; -errno, and fl_trace_reader_error() says more.
 */
FAULTLINE_API int fl_trace_read(struct fl_trace_reader *reader, struct fl_trace_record *records, unsigned int max);

/**
 * fl_trace_seek() - go to a record
 * @reader: the reader
 * @number: 0 is the first
 *
 * Return: 0; -ERANGE; another -errno.
 */
FAULTLINE_API int fl_trace_seek(struct fl_trace_reader *reader, uint64_t number);

/**
 * fl_trace_seek_time() - go to the first record at a time or later; to the end, if there is none
 * @reader: the reader
 * @time_ns: the time
 *
 * Return: 0 or -errno.
 */
FAULTLINE_API int fl_trace_seek_time(struct fl_trace_reader *reader, uint64_t time_ns);

/**
 * fl_trace_records() - number of records
 * @reader: the reader
 *
 * Return: Their number; of a damaged file that of the readable part.
 */
FAULTLINE_API uint64_t fl_trace_records(const struct fl_trace_reader *reader);

/**
 * fl_trace_damaged() - whether the file was found damaged so far
 * @reader: opened with prefix
 *
 * Return: Whether it was; fl_trace_reader_error() says where.
 */
FAULTLINE_API bool fl_trace_damaged(const struct fl_trace_reader *reader);

/**
 * fl_trace_reader_error() - what the last error was
 * @reader: the reader
 * @error: filled in
 */
FAULTLINE_API void fl_trace_reader_error(const struct fl_trace_reader *reader, struct fl_error *error);

/**
 * fl_trace_meta() - metadata by key
 * @reader: the reader
 * @key: e.g. "source"
 *
 * Return: The value, the reader's string, or NULL.
 */
FAULTLINE_API const char *fl_trace_meta(const struct fl_trace_reader *reader, const char *key);

/**
 * fl_trace_meta_at() - metadata by number
 * @reader: the reader
 * @number: 0 is the first
 * @key: its key, the reader's string
 * @value: its value, the reader's string
 *
 * Return: 0; -ERANGE: there are not so many.
 */
FAULTLINE_API int fl_trace_meta_at(const struct fl_trace_reader *reader, size_t number, const char **key,
				   const char **value);

/* ---- writing: nothing appears under the file's name until fl_trace_commit() succeeds ---- */

struct fl_trace_writer;

/**
 * fl_trace_create() - start a trace
 * @path: the file to make, or to replace, once it is complete
 * @out: the writer; fl_trace_commit() or fl_trace_discard() frees it
 * @error: filled in on error; may be NULL
 *
 * Return: 0 or -errno.
 */
FAULTLINE_API int fl_trace_create(const char *path, struct fl_trace_writer **out, struct fl_error *error);

/**
 * fl_trace_add_meta() - add metadata, before the first record
 * @writer: the writer
 * @key: [a-z0-9_.-]+, once each
 * @value: any text without control characters
 *
 * Return: 0 or -errno.
 */
FAULTLINE_API int fl_trace_add_meta(struct fl_trace_writer *writer, const char *key, const char *value);

/**
 * fl_trace_append() - add a record
 * @writer: the writer
 * @record: copied
 *
 * Return: 0; -EINVAL: malformed, or earlier than the one before; another -errno.
 */
FAULTLINE_API int fl_trace_append(struct fl_trace_writer *writer, const struct fl_trace_record *record);

/**
 * fl_trace_commit() - complete the file and give it its name
 * @writer: freed, whatever is returned
 * @error: filled in on error; may be NULL
 *
 * Return: 0; or -errno, and there is no file.
 */
FAULTLINE_API int fl_trace_commit(struct fl_trace_writer *writer, struct fl_error *error);

/**
 * fl_trace_discard() - give up: there is no file
 * @writer: freed; may be NULL
 */
FAULTLINE_API void fl_trace_discard(struct fl_trace_writer *writer);

FAULTLINE_END

#endif /* FAULTLINE_TRACE_H */
