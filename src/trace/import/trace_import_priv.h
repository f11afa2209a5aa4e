/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the importers share. */
#ifndef TRACE_IMPORT_PRIV_H
#define TRACE_IMPORT_PRIV_H

#include "trace_import.h"
#include "trace_number.h"
#include "trace_pages.h"

/**
 * struct trace_job - one import
 * @line: the line being looked at, without its newline; importers may write to it
 * @stats: what became of the lines so far
 * @length: bytes of an access whose length is not known
 * @last_ns: time of the last record, for logs whose lines are not quite in order
 */
struct trace_job {
	struct trace_source *source;
	struct dmat_writer *writer;
	struct dmat_error *err;
	char *line;
	struct trace_import_stats *stats;
	u64 length;
	u64 last_ns;
	struct trace_stream *stream;
	size_t streams;
	u32 pasids;
};

/**
 * struct trace_importer - one format
 * @detect: whether @line can only be of this format; asked of the first lines of the file
 * @begin: state, or NULL if out of memory
 * @line: take job->line; 0 or -errno with job->err->reason. job->err->line is its number.
 * @end: after the last line, to give out what was kept back
 */
struct trace_importer {
	const char *name;
	const char *summary;
	bool (*detect)(const char *line);
	void *(*begin)(void);
	int (*line)(void *state, struct trace_job *job);
	int (*end)(void *state, struct trace_job *job);
	void (*free)(void *state);
};

/* The importers, in the order in which a file is offered to them. */
#define TRACE_IMPORTERS(row) row(qemu) row(ftrace) row(dmesg) row(csv)

#define TRACE_IMPORTER_DECLARE(name) extern const struct trace_importer trace_import_##name;
TRACE_IMPORTERS(TRACE_IMPORTER_DECLARE)

/* Append @rec, whose time may be up to 1 ms before the last one's: the order of the lines is the truth. */
int trace_emit(struct trace_job *job, struct dmat_record *rec);
/* A page of an access is mapped so; a record says so if that is news. @size: a power of two, from 4096. */
int trace_map(struct trace_job *job, struct trace_pages *pages, u64 time_ns, u32 domain, u64 iova, u64 size, u64 pa,
	      u8 perm);
/*
 * Stream @sid uses @domain; a record says so if that is news. Without a name (@named false) *@domain becomes the
 * one known, or TRACE_UNNAMED + sid. trace_attach_pasid() is the same for a PASID of the stream, without a name: each
 * has a number of its own.
 */
#define TRACE_UNNAMED	    0x80000000U
#define TRACE_UNNAMED_PASID 0xc0000000U /* + number */
int trace_attach(struct trace_job *job, u64 time_ns, u32 sid, bool named, u32 *domain);
int trace_attach_pasid(struct trace_job *job, u64 time_ns, u32 sid, u32 pasid, bool named, u32 *domain);
/*
 * A refused access (if its address and stream are known), and the fault that the IOMMU reported. The fault's
 * domain, if it names one, is that of the access.
 */
int trace_emit_fault(struct trace_job *job, struct dmat_record *fault);
/* Record that line @number, which begins with @text, tells of a fault but cannot be read. */
int trace_unreadable(struct trace_job *job, u64 time_ns, u64 number, const char *text, const char *reason);
/* job->length, but not over the end of the 4 KiB page of @iova. */
u64 trace_length(const struct trace_job *job, u64 iova);
/* The number after @key in @s, where @key stands at the start of a word; @key holds its separator: "sid=", "sid ". */
bool trace_field(const char *s, const char *key, u64 *value);

#endif /* TRACE_IMPORT_PRIV_H */
