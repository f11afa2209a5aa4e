// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Reading a log line by line and handing it to the importer of its format. */
#include "smmuv3_spec.h"
#include "trace_import_priv.h"
#include "vtd_spec.h"
#include <ctype.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#define CLAMP_NS     1000000ULL
#define DETECT_LINES 100000
#define DETECT_BYTES (16U << 20)
#define LINE_BYTES   65536
#define CHUNK_BYTES  (1U << 17)

#define ROW(name) &trace_import_##name,
static const struct trace_importer *const importers[] = { TRACE_IMPORTERS(ROW) };

/* @bytes: of the file, 0: not known. @chunk: what was read; [@at, @end) is to be taken yet. @pin: keep all that was read, to go back to the start. */
struct trace_source {
	gzFile file;
	char *chunk;
	size_t room, at, end;
	bool pin;
	u64 bytes;
	const struct trace_import_options *opt;
	char line[LINE_BYTES];
};

bool trace_importer_info(unsigned int i, const char **name, const char **summary)
{
	if (i >= ARRAY_SIZE(importers))
		return false;
	*name = importers[i]->name;
	*summary = importers[i]->summary;
	return true;
}

int trace_emit(struct trace_job *job, struct dmat_record *rec)
{
	if (rec->time_ns < job->last_ns) {
		if (job->last_ns - rec->time_ns > CLAMP_NS)
			return dmat_fail(job->err, EINVAL, "time goes back by %llu us",
					 (job->last_ns - rec->time_ns) / 1000);
		rec->time_ns = job->last_ns;
	}
	job->last_ns = rec->time_ns;
	job->stats->faults += rec->kind == DMAT_FAULT;
	job->stats->requests += rec->kind == DMAT_PAGE_REQUEST;
	return dmat_writer_append(job->writer, rec);
}

struct trace_stream {
	u32 sid, pasid, domain;
	bool has_pasid, attached;
};

static struct trace_stream *find_stream(struct trace_job *job, u32 sid, bool has_pasid, u32 pasid)
{
	struct trace_stream *grown;
	u32 domain = TRACE_UNNAMED + sid;
	size_t i;

	for (i = 0; i < job->streams; i++) {
		struct trace_stream *s = &job->stream[i];

		if (s->sid == sid && s->has_pasid == has_pasid && s->pasid == pasid)
			return s;
	}
	grown = realloc(job->stream, (job->streams + 1) * sizeof(*grown));
	if (!grown)
		return NULL;
	job->stream = grown;
	if (has_pasid)
		domain = TRACE_UNNAMED_PASID + job->pasids++;
	grown[job->streams] =
		(struct trace_stream){ .sid = sid, .pasid = pasid, .has_pasid = has_pasid, .domain = domain };
	return &grown[job->streams++];
}

static int attach(struct trace_job *job, struct trace_stream *s, u64 time_ns, bool named, u32 *domain)
{
	struct dmat_record rec;

	if (!s)
		return dmat_fail(job->err, ENOMEM, "out of memory");
	if (!named)
		*domain = s->domain;
	if (s->attached && s->domain == *domain)
		return 0;
	s->attached = true;
	s->domain = *domain;
	dmat_record_init(&rec, DMAT_ATTACH, time_ns);
	rec.sid = s->sid;
	rec.domain = *domain;
	if (s->has_pasid) {
		rec.flags = DMAT_F_PASID;
		rec.pasid = s->pasid;
	}
	return trace_emit(job, &rec);
}

int trace_attach(struct trace_job *job, u64 time_ns, u32 sid, bool named, u32 *domain)
{
	return attach(job, find_stream(job, sid, false, 0), time_ns, named, domain);
}

int trace_attach_pasid(struct trace_job *job, u64 time_ns, u32 sid, u32 pasid, bool named, u32 *domain)
{
	return attach(job, find_stream(job, sid, true, pasid), time_ns, named, domain);
}

int trace_unreadable(struct trace_job *job, u64 time_ns, u64 number, const char *text, const char *reason)
{
	struct trace_import_stats *stats = job->stats;
	struct dmat_record rec;

	while (isspace((unsigned char)*text))
		text++;
	if (stats->unreadable < TRACE_IMPORT_LINES)
		stats->unreadable_line[stats->unreadable] = number;
	if (!stats->unreadable++)
		snprintf(stats->reason, sizeof(stats->reason), "%s", reason);
	dmat_record_init(&rec, DMAT_MARK, time_ns);
	rec.code = DMAT_MARK_UNREADABLE;
	rec.size = 1;
	rec.tag = number;
	dmat_record_set_text(&rec, text);
	return trace_emit(job, &rec);
}

/* Whether the fault arose in the tables of an address space, not on the way to them. */
static bool reached_tables(const struct dmat_record *fault)
{
	switch (fault->model) {
	case DMAT_MODEL_SMMUV3:
		return fault->code >= SMMUV3_F_TRANSLATION;
	case DMAT_MODEL_VTD:
		return (fault->code >= VTD_FR_LGN_1 && fault->code <= VTD_FR_LSS_1) || fault->code >= VTD_FR_SFS_1;
	case DMAT_MODEL_SMMUV2_GLOBAL:
		return false;
	default:
		return true;
	}
}

int trace_emit_fault(struct trace_job *job, struct dmat_record *fault)
{
	bool named = fault->domain != DMAT_DOMAIN_NONE;
	struct dmat_record rec = *fault;
	int ret;

	if (fault->flags & DMAT_F_NO_IOVA || fault->sid == DMAT_SID_NONE)
		return trace_emit(job, fault);
	if (named || reached_tables(fault)) {
		ret = fault->flags & DMAT_F_PASID
			      ? trace_attach_pasid(job, fault->time_ns, fault->sid, fault->pasid, named, &rec.domain)
			      : trace_attach(job, fault->time_ns, fault->sid, named, &rec.domain);
		if (ret)
			return ret;
	}
	fault->domain = rec.domain;
	rec.kind = DMAT_ACCESS;
	rec.flags &= DMAT_F_R | DMAT_F_W | DMAT_F_X | DMAT_F_PRIV | DMAT_F_PASID;
	if (!(rec.flags & (DMAT_F_R | DMAT_F_W | DMAT_F_X)))
		rec.flags |= DMAT_F_R | DMAT_F_W;
	rec.size = trace_length(job, rec.iova);
	rec.outcome = DMAT_OUT_FAULT;
	rec.tag = 0;
	memset(rec.word, 0, sizeof(rec.word));
	ret = trace_emit(job, &rec);
	return ret ? ret : trace_emit(job, fault);
}

int trace_map(struct trace_job *job, struct trace_pages *pages, u64 time_ns, u32 domain, u64 iova, u64 size, u64 pa,
	      u8 perm)
{
	int ret = trace_pages_set(pages, domain, iova, size, pa, perm);
	struct dmat_record rec;

	if (ret < 0)
		return dmat_fail(job->err, ENOMEM, "out of memory");
	if (!ret)
		return 0;
	dmat_record_init(&rec, DMAT_MAP, time_ns);
	rec.domain = domain;
	rec.iova = iova & ~(size - 1);
	rec.size = size;
	rec.pa = pa - (iova - rec.iova);
	rec.perm = perm;
	return trace_emit(job, &rec);
}

u64 trace_length(const struct trace_job *job, u64 iova)
{
	return min(job->length, 4096 - (iova & 4095));
}

bool trace_field(const char *s, const char *key, u64 *value)
{
	const char *at = s, *rest;

	while ((at = strstr(at, key))) {
		if (at == s || isspace((unsigned char)at[-1]))
			break;
		at++;
	}
	if (!at || !trace_number(at + strlen(key), &rest, value))
		return false;
	return !*rest || isspace((unsigned char)*rest) || *rest == ',';
}

/* Read more behind [at, end): 1, 0 at the end, -errno. */
static int fill(struct trace_source *source, struct dmat_error *err)
{
	const char *why;
	int code, n;

	if (!source->pin && source->at) {
		memmove(source->chunk, source->chunk + source->at, source->end - source->at);
		source->end -= source->at;
		source->at = 0;
	}
	if (source->room - source->end < CHUNK_BYTES) {
		char *grown = realloc(source->chunk, 2 * source->room + 2 * CHUNK_BYTES);

		if (!grown)
			return dmat_fail(err, ENOMEM, "out of memory");
		source->chunk = grown;
		source->room = 2 * source->room + 2 * CHUNK_BYTES;
	}
	errno = 0;
	n = gzread(source->file, source->chunk + source->end, CHUNK_BYTES);
	if (n > 0) {
		source->end += n;
		if (source->opt->progress)
			source->opt->progress(source->opt->progress_ctx, (u64)gzoffset(source->file), source->bytes);
		return 1;
	}
	why = gzerror(source->file, &code);
	if (!n && (code == Z_OK || code == Z_STREAM_END))
		return 0;
	return dmat_fail(err, EINVAL, "cannot read: %s",
			 code == Z_ERRNO       ? strerror(errno)
			 : code == Z_BUF_ERROR ? "compressed data end too early"
					       : why);
}

/* Take [at, at + n) as the line, without what ends it; a NUL is a blank; what does not fit is cut off. */
static void set_line(struct trace_source *source, size_t n)
{
	const char *from = source->chunk + source->at;
	size_t i;

	n = min(n, (size_t)LINE_BYTES - 1);
	while (n && (from[n - 1] == '\n' || from[n - 1] == '\r' || !from[n - 1]))
		n--;
	memcpy(source->line, from, n);
	source->line[n] = '\0';
	for (i = strlen(source->line); i < n; i += strlen(source->line + i))
		source->line[i] = ' ';
}

/* The next line into source->line: 1, 0 at the end, -errno. */
static int next_line(struct trace_source *source, struct dmat_error *err)
{
	size_t seen = 0;
	char *newline;
	int ret;

	for (;;) {
		newline = seen < source->end - source->at
				  ? memchr(source->chunk + source->at + seen, '\n', source->end - source->at - seen)
				  : NULL;
		if (newline)
			break;
		seen = source->end - source->at;
		if (seen > DETECT_BYTES)
			return dmat_fail(err, EINVAL, "line too long");
		ret = fill(source, err);
		if (ret < 0)
			return ret;
		if (!ret && !seen)
			return 0;
		if (!ret)
			break;
	}
	err->line++;
	seen = newline ? (size_t)(newline + 1 - source->chunk) - source->at : seen;
	set_line(source, seen);
	source->at += seen;
	return 1;
}

static int open_source(struct trace_source *source, const char *path, struct dmat_error *err)
{
	struct stat st = { 0 };

	memset(err, 0, sizeof(*err));
	snprintf(err->file, sizeof(err->file), "%s", path);
	if (!strcmp(path, "-")) {
		snprintf(err->file, sizeof(err->file), "standard input");
		source->file = gzdopen(dup(STDIN_FILENO), "rb");
		return source->file ? 0 : dmat_fail(err, EINVAL, "cannot read standard input");
	}
	if (!stat(path, &st) && S_ISDIR(st.st_mode))
		return dmat_fail(err, EISDIR, "cannot read: %s", strerror(EISDIR));
	source->bytes = S_ISREG(st.st_mode) ? (u64)st.st_size : 0;
	errno = 0;
	source->file = gzopen(path, "rb");
	if (!source->file)
		return dmat_fail(err, errno ? errno : ENOMEM, "cannot read: %s", strerror(errno ? errno : ENOMEM));
	gzbuffer(source->file, CHUNK_BYTES);
	return 0;
}

static const struct trace_importer *by_name(const char *name)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(importers); i++) {
		if (!strcmp(importers[i]->name, name))
			return importers[i];
	}
	return NULL;
}

/* Find the importer, leaving the source at its start. */
static int choose(struct trace_source *source, const char *format, const struct trace_importer **importer,
		  struct dmat_error *err)
{
	char before[104] = "", joined[208];
	unsigned int lines, i;
	size_t n;
	int ret;

	if (format && strcmp(format, "auto")) {
		*importer = by_name(format);
		return *importer ? 0 : dmat_fail(err, EINVAL, "unknown format '%.40s'", format);
	}
	*importer = NULL;
	source->pin = true;
	for (lines = 0; lines < DETECT_LINES && source->at < DETECT_BYTES && !*importer; lines++) {
		ret = next_line(source, err);
		if (ret < 0)
			return ret;
		if (!ret)
			break;
		/* A phrase may be wrapped, at every blank. */
		snprintf(joined, sizeof(joined), "%.100s %.100s", before, source->line);
		if (trace_import_ftrace.detect(joined))
			*importer = &trace_import_ftrace;
		for (i = 0; i < ARRAY_SIZE(importers) && !*importer; i++) {
			if (importers[i]->detect(source->line))
				*importer = importers[i];
		}
		if (!*importer && trace_import_dmesg.detect(joined))
			*importer = &trace_import_dmesg;
		n = strlen(joined);
		snprintf(before, sizeof(before), "%s", joined + (n > 100 ? n - 100 : 0));
	}
	err->line = 0;
	if (!*importer)
		return dmat_fail(err, EINVAL, "no line of a known format; name it with --format");
	source->pin = false;
	source->at = 0;
	return 0;
}

static int add_meta(struct dmat_writer *w, const char *in_path, const struct trace_importer *importer, u64 length,
		    const struct trace_import_options *opt)
{
	const char *base = strrchr(in_path, '/');
	char number[24];
	size_t i;
	int ret;

	snprintf(number, sizeof(number), "%llu", length);
	ret = dmat_writer_meta(w, "source", strcmp(in_path, "-") ? (base ? base + 1 : in_path) : "stdin");
	if (!ret)
		ret = dmat_writer_meta(w, "format", importer->name);
	if (!ret)
		ret = dmat_writer_meta(w, "assumed_access_bytes", number);
	for (i = 0; !ret && i < opt->metas; i++)
		ret = dmat_writer_meta(w, opt->meta[i][0], opt->meta[i][1]);
	return ret;
}

static int run(struct trace_job *job, const struct trace_importer *importer)
{
	void *state = importer->begin();
	int ret;

	if (!state)
		return dmat_fail(job->err, ENOMEM, "out of memory");
	while ((ret = next_line(job->source, job->err)) > 0) {
		job->line = job->source->line;
		job->stats->lines++;
		ret = importer->line(state, job);
		if (ret)
			break;
	}
	if (!ret && importer->end)
		ret = importer->end(state, job);
	importer->free(state);
	return ret;
}

static int import_source(struct trace_source *source, const char *in_path, const char *out_path,
			 const struct trace_import_options *opt, struct dmat_error *err)
{
	struct trace_import_stats own, *stats = opt->stats ? opt->stats : &own;
	struct trace_job job = {
		.source = source, .err = err, .stats = stats, .length = opt->length ? opt->length : 64
	};
	const struct trace_importer *importer;
	struct dmat_error named = *err;
	int ret = choose(source, opt->format, &importer, err);

	memset(stats, 0, sizeof(*stats));
	if (!ret)
		ret = dmat_writer_open(&job.writer, out_path, err);
	if (ret)
		return ret;
	*err = named;
	ret = add_meta(job.writer, in_path, importer, job.length, opt);
	if (!ret)
		ret = run(&job, importer);
	free(job.stream);
	if (!ret)
		return dmat_writer_close(job.writer);
	dmat_writer_abort(job.writer);
	return ret;
}

int trace_import(const char *in_path, const char *out_path, const struct trace_import_options *opt,
		 struct dmat_error *err)
{
	struct trace_source *source = calloc(1, sizeof(*source));
	int ret;

	if (!source)
		return dmat_fail(err, ENOMEM, "out of memory");
	source->opt = opt;
	ret = open_source(source, in_path, err);
	if (!ret)
		ret = import_source(source, in_path, out_path, opt, err);
	if (source->file)
		gzclose(source->file);
	free(source->chunk);
	free(source);
	return ret;
}
