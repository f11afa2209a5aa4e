// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "dmat.h"
#include "face_priv.h"
#include "faultline/trace.h"

SAME_SIZE(dmat_record, fl_trace_record);
SAME(dmat_record, fl_trace_record, time_ns, time_ns);
SAME(dmat_record, fl_trace_record, pa, pa);
SAME(dmat_record, fl_trace_record, word, word);
SAME(dmat_record, fl_trace_record, sid, stream);
SAME(dmat_record, fl_trace_record, domain, domain);
SAME(dmat_record, fl_trace_record, tag, tag);
SAME(dmat_record, fl_trace_record, code, code);
SAME(dmat_record, fl_trace_record, flags, flags);
SAME(dmat_record, fl_trace_record, kind, kind);
SAME(dmat_record, fl_trace_record, perm, perm);
SAME(dmat_record, fl_trace_record, outcome, outcome);
SAME(dmat_record, fl_trace_record, model, model);
SAME_VALUE(DMAT_INVALIDATE, FL_TRACE_INVALIDATE);
SAME_VALUE(DMAT_KINDS - 1, FL_TRACE_MARK);
SAME_VALUE(DMAT_F_X, FL_TRACE_EXEC);
SAME_VALUE(DMAT_F_PASID, FL_TRACE_PASID);
SAME_VALUE(DMAT_F_STALL, FL_TRACE_STALLED);
SAME_VALUE(DMAT_F_ALL, (FL_TRACE_AFTER << 1) - 1);
SAME_VALUE(DMAT_OUT_FAULT, FL_TRACE_OUT_FAULT);
SAME_VALUE(DMAT_MODELS - 1, FL_TRACE_MODEL_VIRTIO);
SAME_VALUE(DMAT_MODEL_SMMUV3_CMDQ, FL_TRACE_MODEL_SMMUV3_CMDQ);
SAME_VALUE(DMAT_RESP_FAILURE, FL_TRACE_FAILURE);
SAME_VALUE(DMAT_MARKS - 1, FL_TRACE_MARK_DTE);
SAME_VALUE(DMAT_MARK_UNREADABLE, FL_TRACE_MARK_UNREADABLE);
SAME_VALUE(DMAT_LINE, FL_TRACE_LINE);

/* A reader or writer fills its error for as long as it lives. */
struct fl_trace_reader {
	struct dmat_reader *reader;
	struct dmat_error err;
};

struct fl_trace_writer {
	struct dmat_writer *writer;
	struct dmat_error err;
};

static int told(int err, const struct dmat_error *why, struct fl_error *error)
{
	if (err && error)
		dmat_error_text(why, error->text, sizeof(error->text));
	return err;
}

void fl_trace_record_init(struct fl_trace_record *record, enum fl_trace_kind kind, uint64_t time_ns)
{
	dmat_record_init((struct dmat_record *)record, (enum dmat_kind)kind, time_ns);
}

const char *fl_trace_record_check(const struct fl_trace_record *record)
{
	return dmat_record_check((const struct dmat_record *)record);
}

int fl_trace_record_format(const struct fl_trace_record *record, char *line)
{
	return dmat_format((const struct dmat_record *)record, line);
}

int fl_trace_record_parse(const char *line, struct fl_trace_record *record, struct fl_error *error)
{
	struct dmat_error why = { .reason = "" };
	int err = dmat_parse(line, (struct dmat_record *)record, &why);

	/* A line alone has no file. */
	if (err && error) {
		memset(error->text, 0, sizeof(error->text));
		strncpy(error->text, why.reason, sizeof(error->text) - 1);
	}
	return err;
}

/* ---- reading ---- */

int fl_trace_open(const char *path, bool prefix, struct fl_trace_reader **out, struct fl_error *error)
{
	struct fl_trace_reader *r = fl_zalloc(sizeof(*r));
	int err;

	if (!r)
		return -ENOMEM;
	err = told(dmat_reader_open(&r->reader, path, prefix ? DMAT_READ_PREFIX : 0, &r->err), &r->err, error);
	if (err)
		fl_free(r);
	else
		*out = r;
	return err;
}

void fl_trace_close(struct fl_trace_reader *reader)
{
	if (!reader)
		return;
	dmat_reader_close(reader->reader);
	fl_free(reader);
}

int fl_trace_read(struct fl_trace_reader *reader, struct fl_trace_record *records, unsigned int max)
{
	return (int)dmat_read_block(reader->reader, (struct dmat_record *)records, min(max, 1u << 30));
}

int fl_trace_seek(struct fl_trace_reader *reader, uint64_t number)
{
	return dmat_seek_record(reader->reader, number);
}

int fl_trace_seek_time(struct fl_trace_reader *reader, uint64_t time_ns)
{
	return dmat_seek_time(reader->reader, time_ns);
}

uint64_t fl_trace_records(const struct fl_trace_reader *reader)
{
	return dmat_reader_records(reader->reader);
}

bool fl_trace_damaged(const struct fl_trace_reader *reader)
{
	return dmat_reader_damaged(reader->reader);
}

void fl_trace_reader_error(const struct fl_trace_reader *reader, struct fl_error *error)
{
	told(-EINVAL, &reader->err, error);
}

const char *fl_trace_meta(const struct fl_trace_reader *reader, const char *key)
{
	return dmat_reader_meta_get(reader->reader, key);
}

int fl_trace_meta_at(const struct fl_trace_reader *reader, size_t number, const char **key, const char **value)
{
	if (number >= dmat_reader_meta_count(reader->reader))
		return -ERANGE;
	dmat_reader_meta(reader->reader, number, key, value);
	return 0;
}

/* ---- writing ---- */

int fl_trace_create(const char *path, struct fl_trace_writer **out, struct fl_error *error)
{
	struct fl_trace_writer *w = fl_zalloc(sizeof(*w));
	int err;

	if (!w)
		return -ENOMEM;
	err = told(dmat_writer_open(&w->writer, path, &w->err), &w->err, error);
	if (err)
		fl_free(w);
	else
		*out = w;
	return err;
}

int fl_trace_add_meta(struct fl_trace_writer *writer, const char *key, const char *value)
{
	return dmat_writer_meta(writer->writer, key, value);
}

int fl_trace_append(struct fl_trace_writer *writer, const struct fl_trace_record *record)
{
	return dmat_writer_append(writer->writer, (const struct dmat_record *)record);
}

int fl_trace_commit(struct fl_trace_writer *writer, struct fl_error *error)
{
	int err = told(dmat_writer_close(writer->writer), &writer->err, error);

	fl_free(writer);
	return err;
}

void fl_trace_discard(struct fl_trace_writer *writer)
{
	if (!writer)
		return;
	dmat_writer_abort(writer->writer);
	fl_free(writer);
}
