// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Comma-separated values with a heading, as scripts and spreadsheets write them.
 *
 * Columns are the keys of the text form (sid, iova, size, dir, ...) and a time
 * in any unit; some have other names that people use. An empty field is not
 * given. A row becomes a line of the text form, so that what that form refuses
 * is refused here. With a column kind, that is all. Without, rows are accesses
 * of which nothing else is known: a stream gets an address space of its own,
 * and a page is mapped before it is first used, to where column pa says or
 * else to the next free one.
 */
#include "trace_log.h"
#include <strings.h>

#define COLUMNS 32

#define FIRST_PA 0x100000000ULL
#define PAGE	 4096ULL

/* A stream, or a PASID of one, and its address space. */
struct space {
	u32 sid, pasid, domain;
	bool has_pasid;
};

struct csv_import {
	struct trace_pages *pages;
	struct space *space;
	size_t spaces;
	u64 next_pa;
	bool kinds; /* there is a column kind */
	unsigned int columns;
	struct column {
		const char *key; /* of the text form, or "time", "kind" */
		u64 unit_ns;	 /* of a time */
	} column[COLUMNS];
};

static const struct {
	const char *name, *key;
	u64 unit_ns;
} names[] = {
	{ "time_ns", "time", 1 },
	{ "time_us", "time", 1000 },
	{ "time_ms", "time", 1000000 },
	{ "time_s", "time", 1000000000 },
	{ "kind", "kind", 0 },
	{ "sid", "sid", 0 },
	{ "stream_id", "sid", 0 },
	{ "requester_id", "sid", 0 },
	{ "bdf", "sid", 0 },
	{ "pasid", "pasid", 0 },
	{ "ssid", "pasid", 0 },
	{ "domain", "domain", 0 },
	{ "asid", "domain", 0 },
	{ "iova", "iova", 0 },
	{ "address", "iova", 0 },
	{ "addr", "iova", 0 },
	{ "size", "size", 0 },
	{ "length", "size", 0 },
	{ "len", "size", 0 },
	{ "bytes", "size", 0 },
	{ "dir", "dir", 0 },
	{ "rw", "dir", 0 },
	{ "tag", "tag", 0 },
	{ "pa", "pa", 0 },
	{ "perm", "perm", 0 },
	{ "outcome", "outcome", 0 },
	{ "model", "model", 0 },
	{ "code", "code", 0 },
};

/* The next field of @at, without blanks and quotes around it; NULL after the last. It ends the field with a NUL. */
static char *next_field(char **at)
{
	char *s = *at, *end, *last;

	if (!s)
		return NULL;
	end = strchr(s, ',');
	*at = end ? end + 1 : NULL;
	last = end ? end : s + strlen(s);
	while (*s == ' ' || *s == '\t')
		s++;
	while (last > s && (last[-1] == ' ' || last[-1] == '\t'))
		last--;
	if (last - s >= 2 && *s == '"' && last[-1] == '"') {
		s++;
		last--;
	}
	*last = '\0';
	return s;
}

static bool find_column(const char *name, struct column *column)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		if (strcasecmp(names[i].name, name))
			continue;
		*column = (struct column){ names[i].key, names[i].unit_ns };
		return true;
	}
	return false;
}

static bool has_key(const struct csv_import *c, const char *key)
{
	unsigned int i;

	for (i = 0; i < c->columns; i++)
		if (!strcmp(c->column[i].key, key))
			return true;
	return false;
}

/* 0, or -errno with the reason why @line, which is written to, is no heading. */
static int take_heading(struct csv_import *c, char *line, struct dmat_error *err)
{
	struct column column;
	char *name;

	while ((name = next_field(&line))) {
		if (!find_column(name, &column))
			return dmat_fail(err, EINVAL, "unknown column '%.40s'", name);
		if (has_key(c, column.key))
			return dmat_fail(err, EINVAL, "column '%.40s' says the same as one before", name);
		if (c->columns == COLUMNS)
			return dmat_fail(err, EINVAL, "more than %d columns", COLUMNS);
		c->column[c->columns++] = column;
	}
	c->kinds = has_key(c, "kind");
	if (!has_key(c, "time") || !has_key(c, "sid") || !has_key(c, "iova"))
		return dmat_fail(err, EINVAL, "the heading needs a time (time_ns, time_us, ...), sid and iova");
	if (!c->kinds && (has_key(c, "outcome") || has_key(c, "perm")))
		return dmat_fail(err, EINVAL, "outcome and perm need a column kind");
	return 0;
}

static bool detect(const char *line)
{
	struct csv_import c = { 0 };
	struct dmat_error err;
	char copy[512];

	return snprintf(copy, sizeof(copy), "%s", line) < (int)sizeof(copy) && !take_heading(&c, copy, &err);
}

static void *begin(void)
{
	struct csv_import *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->next_pa = FIRST_PA;
	c->pages = trace_pages_new();
	if (c->pages)
		return c;
	free(c);
	return NULL;
}

static void end(void *state)
{
	struct csv_import *c = state;

	trace_pages_free(c->pages);
	free(c->space);
	free(c);
}

/* "12", "0.000012": nanoseconds, exactly; digits under a nanosecond must be zero. */
static bool time_of(const char *s, u64 unit_ns, u64 *ns)
{
	u64 whole = 0, part = 0, scale = unit_ns;
	const char *at = s;

	for (; *at >= '0' && *at <= '9'; at++)
		if (__builtin_mul_overflow(whole, 10, &whole) ||
		    __builtin_add_overflow(whole, (u64)(*at - '0'), &whole))
			return false;
	if (at == s || __builtin_mul_overflow(whole, unit_ns, &whole))
		return false;
	if (*at == '.') {
		for (at++; *at >= '0' && *at <= '9'; at++) {
			scale /= 10;
			if (!scale && *at != '0')
				return false;
			part += scale * (u64)(*at - '0');
		}
	}
	return !*at && !__builtin_add_overflow(whole, part, ns);
}

/* What the text form calls it: requesters by number, directions in small letters. */
static bool value_of(const char *key, char *s, char buf[64])
{
	static const char *const words[][2] = {
		{ "read", "r" }, { "write", "w" }, { "execute", "x" }, { "rd", "r" }, { "wr", "w" },
	};
	const char *rest;
	size_t i;
	u64 sid;

	if (!strcmp(key, "sid") && strchr(s, '.')) {
		rest = trace_scan_bdf(s, &sid);
		snprintf(buf, 64, "%llu", sid);
		return rest && !*rest;
	}
	if (snprintf(buf, 64, "%s", s) >= 64 || strpbrk(s, " \t="))
		return false;
	if (strcmp(key, "dir") && strcmp(key, "perm"))
		return true;
	for (i = 0; i < ARRAY_SIZE(words); i++)
		if (!strcasecmp(s, words[i][0]))
			snprintf(buf, 64, "%s", words[i][1]);
	for (i = 0; buf[i]; i++)
		if (buf[i] >= 'A' && buf[i] <= 'Z')
			buf[i] = (char)(buf[i] - 'A' + 'a');
	return true;
}

struct row {
	char kind[24], keys[DMAT_LINE];
	size_t used;
	u64 time_ns;
	bool timed, sized, placed, addressed;
};

static int take_field(struct row *row, const struct column *column, char *field, struct dmat_error *err)
{
	char value[64];

	if (!*field)
		return 0;
	if (!strcmp(column->key, "time")) {
		row->timed = time_of(field, column->unit_ns, &row->time_ns);
		return row->timed ? 0 : dmat_fail(err, EINVAL, "bad time '%.40s'", field);
	}
	if (!value_of(column->key, field, value))
		return dmat_fail(err, EINVAL, "bad value '%.40s' of '%s'", field, column->key);
	if (!strcmp(column->key, "kind")) {
		snprintf(row->kind, sizeof(row->kind), "%.23s", value);
		return 0;
	}
	row->addressed = row->addressed || !strcmp(column->key, "iova");
	row->placed = row->placed || !strcmp(column->key, "pa");
	row->sized = row->sized || !strcmp(column->key, "size");
	row->used +=
		(size_t)snprintf(row->keys + row->used, sizeof(row->keys) - row->used, " %s=%s", column->key, value);
	return row->used < sizeof(row->keys) ? 0 : dmat_fail(err, EINVAL, "row too long");
}

/* The text form's line of a row. */
static int take_fields(struct csv_import *c, struct row *row, struct trace_job *job)
{
	char *at = job->line, *field;
	unsigned int i = 0;
	int ret;

	while ((field = next_field(&at))) {
		if (i == c->columns)
			return dmat_fail(job->err, EINVAL, "more fields than the heading has");
		ret = take_field(row, &c->column[i++], field, job->err);
		if (ret)
			return ret;
	}
	return row->timed ? 0 : dmat_fail(job->err, EINVAL, "no time");
}

/* The address space of an access, attached if it is new or another than before. */
static int attach(struct csv_import *c, struct trace_job *job, struct dmat_record *access)
{
	bool has_pasid = access->flags & DMAT_F_PASID;
	struct dmat_record rec;
	struct space *s, *grown;
	size_t i;

	for (i = 0; i < c->spaces; i++)
		if (c->space[i].sid == access->sid && c->space[i].has_pasid == has_pasid &&
		    c->space[i].pasid == access->pasid)
			break;
	if (i == c->spaces) {
		grown = realloc(c->space, (c->spaces + 1) * sizeof(*grown));
		if (!grown)
			return dmat_fail(job->err, ENOMEM, "out of memory");
		c->space = grown;
		grown[c->spaces++] = (struct space){ access->sid, access->pasid, DMAT_DOMAIN_NONE, has_pasid };
	}
	s = &c->space[i];
	if (access->domain == DMAT_DOMAIN_NONE)
		access->domain = s->domain == DMAT_DOMAIN_NONE ? TRACE_UNNAMED + (u32)i : s->domain;
	if (access->domain == s->domain)
		return 0;
	s->domain = access->domain;
	dmat_record_init(&rec, DMAT_ATTACH, access->time_ns);
	rec.sid = access->sid;
	rec.pasid = access->pasid;
	rec.flags = access->flags & DMAT_F_PASID;
	rec.domain = access->domain;
	return trace_emit(job, &rec);
}

/* One page of an access: mapped, with what the access needs. */
static int map(struct csv_import *c, struct trace_job *job, const struct dmat_record *access, u64 page)
{
	u8 need = DMAT_F_R | DMAT_F_W | (access->flags & DMAT_F_X), known = 0;
	u64 pa;

	if (!trace_pages_get(c->pages, access->domain, page, &pa, &known)) {
		pa = c->next_pa;
		c->next_pa += access->outcome == DMAT_OUT_OK ? 0 : PAGE;
	}
	if (access->outcome == DMAT_OUT_OK)
		pa = (access->pa & ~(PAGE - 1)) + (page - (access->iova & ~(PAGE - 1)));
	return trace_map(job, c->pages, access->time_ns, access->domain, page, PAGE, pa, known | need);
}

/* An access of which nothing else is known. */
static int take_access(struct csv_import *c, struct trace_job *job, struct dmat_record *rec)
{
	u64 page = rec->iova & ~(PAGE - 1), last = (rec->iova + rec->size - 1) & ~(PAGE - 1);
	int ret = attach(c, job, rec);

	for (; !ret; page += PAGE) {
		ret = map(c, job, rec, page);
		if (page == last)
			break;
	}
	return ret ? ret : trace_emit(job, rec);
}

static int take_row(struct csv_import *c, struct trace_job *job)
{
	struct row row = { .kind = "access" };
	struct dmat_record rec;
	char text[DMAT_LINE];
	int ret = take_fields(c, &row, job);

	if (ret)
		return ret;
	if (!row.addressed && !strcmp(row.kind, "access"))
		return dmat_fail(job->err, EINVAL, "no address");
	/* An access without a size gets the length that is assumed, once its address is known. */
	if (snprintf(text, sizeof(text), "%s %llu%s%s%s", row.kind, row.time_ns, row.keys,
		     row.sized || strcmp(row.kind, "access") ? "" : " size=1",
		     row.placed && !c->kinds ? " outcome=ok perm=rw" : "") >= (int)sizeof(text))
		return dmat_fail(job->err, EINVAL, "row too long");
	ret = dmat_parse(text, &rec, job->err);
	if (ret)
		return ret;
	if (!row.sized && rec.kind == DMAT_ACCESS)
		rec.size = trace_length(job, rec.iova);
	return c->kinds ? trace_emit(job, &rec) : take_access(c, job, &rec);
}

static int line(void *state, struct trace_job *job)
{
	struct csv_import *c = state;

	if (!job->line[strspn(job->line, " \t")] || *job->line == '#')
		return 0;
	return c->columns ? take_row(c, job) : take_heading(c, job->line, job->err);
}

static int finish(void *state, struct trace_job *job)
{
	const struct csv_import *c = state;

	return c->columns ? 0 : dmat_fail(job->err, EINVAL, "no heading");
}

const struct trace_importer trace_import_csv = {
	.name = "csv",
	.summary = "comma-separated values with a heading: time_ns|us|ms|s, sid, iova, [size, dir, pasid, domain, ...]",
	.detect = detect,
	.begin = begin,
	.line = line,
	.end = finish,
	.free = end,
};
