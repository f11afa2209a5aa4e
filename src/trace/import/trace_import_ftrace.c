// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The kernel's IOMMU tracepoints, as the trace file, trace-cmd report and perf script print them.
 *
 * map and unmap do not say whose address space they are in: all of a log are taken to be one (1), and every
 * device that faults to be attached to it.
 */
#include "trace_log.h"
#include "vtd_spec.h"
#include <ctype.h>

#define ONE_DOMAIN    1
#define NAMED_SID     0x40000000U /* + number: devices that are not on PCI */
#define NAMED_DEVICES 64

struct ftrace_import {
	bool started;
	u64 shift_ns, time_ns;
	u64 emitted;
	char device[NAMED_DEVICES][64];
	unsigned int devices;
	char held[1024]; /* a tracepoint that seems to go on in the next line */
	char text[64];	 /* how its first line begins */
	u64 held_line;
	unsigned int joined;
};

struct point {
	struct ftrace_import *f;
	struct trace_job *job;
	const char *rest; /* behind "name:" */
};

static int malformed(struct point *p, const char *what)
{
	return dmat_fail(p->job->err, EINVAL, "malformed tracepoint: no %s", what);
}

static int emit(struct point *p, struct dmat_record *rec)
{
	p->f->emitted++;
	return trace_emit(p->job, rec);
}

/* "IOMMU: iova=0x.. - 0x.." or, before 6.3, "IOMMU: iova=0x.." */
static const char *scan_iova(struct point *p, u64 *iova)
{
	const char *s = trace_scan_hex(trace_scan(trace_scan(p->rest, "IOMMU:"), "iova="), iova);
	const char *rest;
	u64 end;

	rest = trace_scan_hex(trace_scan(s, "-"), &end);
	return rest ? rest : s;
}

static int take_map(struct point *p)
{
	const char *s;
	struct dmat_record rec;

	dmat_record_init(&rec, DMAT_MAP, p->f->time_ns);
	s = scan_iova(p, &rec.iova);
	s = trace_scan_hex(trace_scan(s, "paddr="), &rec.pa);
	if (!trace_scan_number(trace_scan(s, "size="), &rec.size))
		return malformed(p, "iova=, paddr= and size=");
	rec.domain = ONE_DOMAIN;
	rec.perm = DMAT_F_R | DMAT_F_W; /* not printed */
	return emit(p, &rec);
}

static int take_unmap(struct point *p)
{
	const char *s;
	struct dmat_record rec;
	u64 asked;

	dmat_record_init(&rec, DMAT_UNMAP, p->f->time_ns);
	s = scan_iova(p, &rec.iova);
	s = trace_scan_number(trace_scan(s, "size="), &asked);
	if (!trace_scan_number(trace_scan(s, "unmapped_size="), &rec.size))
		return malformed(p, "iova=, size= and unmapped_size=");
	rec.domain = ONE_DOMAIN;
	return rec.size ? emit(p, &rec) : 0;
}

/* A PCI device's requester ID, or a number for the name of any other. */
static int device_sid(struct point *p, const char *name, size_t len, u64 *sid)
{
	struct ftrace_import *f = p->f;
	const char *rest = trace_scan_bdf(name, sid);
	unsigned int i;

	if (rest == name + len)
		return 0;
	if (!len || len >= sizeof(f->device[0]))
		return malformed(p, "device");
	for (i = 0; i < f->devices && (strlen(f->device[i]) != len || strncmp(f->device[i], name, len)); i++)
		;
	if (i == NAMED_DEVICES)
		return dmat_fail(p->job->err, EINVAL, "more than %d devices that are not on PCI", NAMED_DEVICES);
	if (i == f->devices) {
		memcpy(f->device[i], name, len);
		f->devices++;
	}
	*sid = NAMED_SID + i;
	return 0;
}

/* "IOMMU:driver device iova=0x.. flags=0x.." */
static int take_io_page_fault(struct point *p)
{
	const char *s = trace_scan(p->rest, "IOMMU:"), *iova = s ? strstr(s, " iova=") : NULL, *device = iova;
	struct dmat_record rec;
	u64 sid, flags;
	int ret;

	dmat_record_init(&rec, DMAT_FAULT, p->f->time_ns);
	if (!iova)
		return malformed(p, "IOMMU: and iova=");
	while (device > s && device[-1] != ' ')
		device--;
	ret = device_sid(p, device, iova - device, &sid);
	if (ret)
		return ret;
	if (!trace_scan_hex(trace_scan(trace_scan_hex(trace_scan(iova, "iova="), &rec.iova), "flags="), &flags))
		return malformed(p, "flags=");
	rec.sid = sid;
	rec.flags = flags & 1 ? DMAT_F_W : DMAT_F_R;
	rec.domain = ONE_DOMAIN;
	p->f->emitted++;
	return trace_emit_fault(p->job, &rec);
}

static const char *scan_letters(const char *s, u16 *flags)
{
	static const struct {
		char letter;
		u16 flag;
	} letters[] = {
		{ 'r', DMAT_F_R }, { 'w', DMAT_F_W }, { 'x', DMAT_F_X }, { 'p', DMAT_F_PRIV }, { 'l', DMAT_F_LAST }
	};
	unsigned int i;

	s = trace_scan(s, "");
	for (i = 0; s && i < ARRAY_SIZE(letters); i++, s++) {
		if (*s == letters[i].letter)
			*flags |= letters[i].flag;
		else if (*s != '-')
			return NULL;
	}
	return s;
}

/* "dmar0/0000:00:0a.0 seq# 1: rid=0x50 addr=0x559ef6f97 r---- pasid=0x2 index=0x1": addr counts pages */
static int take_prq_report(struct point *p)
{
	const char *s = strstr(p->rest, "rid=");
	u64 rid, page, pasid, index;
	struct dmat_record rec;

	dmat_record_init(&rec, DMAT_PAGE_REQUEST, p->f->time_ns);
	s = trace_scan_hex(trace_scan(s, "rid="), &rid);
	s = trace_scan_hex(trace_scan(s, "addr="), &page);
	s = scan_letters(s, &rec.flags);
	s = trace_scan_hex(trace_scan(s, "pasid="), &pasid);
	s = trace_scan_hex(trace_scan(s, "index="), &index);
	if (!s || page >> 52 || rid > 0xffff || pasid > 0xfffff || index > 0x1ff)
		return malformed(p, "rid=, addr=, letters, pasid= and index=");
	rec.model = DMAT_MODEL_VTD;
	rec.sid = rid;
	rec.iova = page << 12;
	rec.pasid = pasid;
	rec.tag = index;
	rec.flags |= DMAT_F_PASID;
	s = trace_scan_hex(trace_scan(s, "private="), &rec.word[2]);
	if (s && trace_scan_hex(trace_scan(s, "/"), &rec.word[3]))
		rec.flags |= DMAT_F_WORDS;
	else
		rec.word[2] = 0;
	return emit(p, &rec);
}

/* "page_grp_resp dmar0: 0x.. 0x.. 0x.. 0x.." */
static int take_qi_submit(struct point *p)
{
	const char *s = trace_scan(p->rest, "page_grp_resp");
	struct dmat_record rec;
	unsigned int i;

	if (!s)
		return 0; /* an invalidation of caches */
	dmat_record_init(&rec, DMAT_RESPONSE, p->f->time_ns);
	s = strchr(s, ':');
	if (s)
		s++;
	for (i = 0; i < 4; i++)
		s = trace_scan_hex(s, &rec.word[i]);
	if (!s)
		return malformed(p, "four words");
	rec.model = DMAT_MODEL_VTD;
	rec.sid = FIELD_GET(VTD_RESP_RID, rec.word[0]);
	rec.tag = FIELD_GET(VTD_RESP_PRGI, rec.word[1]);
	rec.flags = DMAT_F_WORDS;
	if (rec.word[0] & VTD_RESP_PP) {
		rec.flags |= DMAT_F_PASID;
		rec.pasid = FIELD_GET(VTD_DESC_PASID20, rec.word[0]);
	}
	/* 0 success, 1 invalid request, 0xf failure */
	switch (FIELD_GET(VTD_RESP_RC, rec.word[0])) {
	case 0:
		rec.code = DMAT_RESP_SUCCESS;
		break;
	case 1:
		rec.code = DMAT_RESP_INVALID;
		break;
	default:
		rec.code = DMAT_RESP_FAILURE;
		break;
	}
	return emit(p, &rec);
}

static const struct {
	const char *name;
	const char *begins; /* what must follow, so that another event of that name is left alone */
	int (*take)(struct point *p);
} points[] = {
	{ "map:", "IOMMU:", take_map },
	{ "unmap:", "IOMMU:", take_unmap },
	{ "io_page_fault:", "IOMMU:", take_io_page_fault },
	{ "prq_report:", "", take_prq_report },
	{ "qi_submit:", "", take_qi_submit },
};

/* Where tracepoint @i stands in @line: at a word's start, or behind its system's name ("iommu:map:"). */
static const char *find_point(const char *line, unsigned int i)
{
	const char *s = line;

	while ((s = strstr(s, points[i].name))) {
		const char *rest = s + strlen(points[i].name);

		if ((s == line || s[-1] == ' ' || s[-1] == ':' || s[-1] == '\t') && trace_scan(rest, points[i].begins))
			return s;
		s++;
	}
	return NULL;
}

/* The last "SECONDS.FRACTION:" between @line and @name, in ns; the fraction has 6 or 9 digits. */
static bool find_time(const char *line, const char *name, u64 *time_ns)
{
	u64 seconds, fraction;
	const char *p, *dot, *end;
	bool found = false;

	for (p = line; p < name; p++) {
		if (!isdigit((unsigned char)*p) || (p > line && (isdigit((unsigned char)p[-1]) || p[-1] == '.')))
			continue;
		if (!trace_number(p, &dot, &seconds) || *dot != '.' || seconds > 1ULL << 32 ||
		    !isdigit((unsigned char)dot[1]) || !trace_number(dot + 1, &end, &fraction) || *end != ':' ||
		    (end - dot != 7 && end - dot != 10))
			continue;
		*time_ns = seconds * 1000000000 + fraction * (end - dot == 7 ? 1000 : 1);
		found = true;
	}
	return found;
}

/* A line without time has that of the line before. */
static void take_time(struct ftrace_import *f, struct trace_job *job, const char *line, const char *name)
{
	u64 time_ns;

	if (!find_time(line, name, &time_ns))
		return;
	if (!f->started)
		f->shift_ns = -time_ns;
	f->started = true;
	/* Buffers of several CPUs, or several logs: lines that go back follow at once. */
	if ((s64)(time_ns + f->shift_ns - job->last_ns) < 0)
		f->shift_ns = job->last_ns - time_ns;
	f->time_ns = time_ns + f->shift_ns;
}

static bool ftrace_detect(const char *line)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(points); i++) {
		if (find_point(line, i))
			return true;
	}
	return false;
}

/* Take @line if it is whole: 1 if it was, 0 if it tells nothing, -EINVAL if it is malformed. */
static int take_line(struct ftrace_import *f, struct trace_job *job, const char *line)
{
	struct point p = { .f = f, .job = job };
	const char *s;
	unsigned int i;
	int ret;

	for (i = 0; i < ARRAY_SIZE(points); i++) {
		s = find_point(line, i);
		if (!s)
			continue;
		take_time(f, job, line, s);
		p.rest = s + strlen(points[i].name);
		ret = points[i].take(&p);
		return ret ? ret : 1;
	}
	return 0;
}

static bool ends_in_name(const char *line)
{
	size_t n = strlen(line), m;
	unsigned int i;

	while (n && isspace((unsigned char)line[n - 1]))
		n--;
	for (i = 0; i < 3; i++) {
		m = strlen(points[i].name);
		if (n >= m && !strncmp(line + n - m, points[i].name, m) &&
		    (n == m || !isalnum((unsigned char)line[n - m - 1])))
			return true;
	}
	return false;
}

static int give_up(struct ftrace_import *f, struct trace_job *job)
{
	char reason[sizeof(job->err->reason)];

	if (!f->held[0])
		return 0;
	snprintf(reason, sizeof(reason), "%s", job->err->reason);
	f->emitted++;
	f->held[0] = '\0';
	return trace_unreadable(job, job->last_ns, f->held_line, f->text, reason);
}

static int hold(struct ftrace_import *f, struct trace_job *job)
{
	snprintf(f->held, sizeof(f->held), "%.1000s", job->line);
	snprintf(f->text, sizeof(f->text), "%.60s", job->line);
	f->held_line = job->err->line;
	f->joined = 0;
	return 0;
}

/* Whether @job->line goes on with the line that is held; *@ret: what came of it. */
static bool join(struct ftrace_import *f, struct trace_job *job, int *ret)
{
	char joined[sizeof(f->held)];

	if (!f->held[0] || ftrace_detect(job->line) || ++f->joined > 12 ||
	    snprintf(joined, sizeof(joined), "%.700s %.300s", f->held, job->line) >= (int)sizeof(joined))
		return false;
	*ret = take_line(f, job, joined);
	if (*ret && *ret != -EINVAL) {
		f->held[0] = '\0';
		*ret = *ret > 0 ? 0 : *ret;
		return true;
	}
	strcpy(f->held, joined);
	*ret = 0;
	return true;
}

static int ftrace_line(void *state, struct trace_job *job)
{
	struct ftrace_import *f = state;
	int ret;

	if (join(f, job, &ret))
		return ret;
	ret = give_up(f, job);
	if (ret)
		return ret;
	ret = take_line(f, job, job->line);
	if (ret == -EINVAL || (!ret && ends_in_name(job->line)))
		return hold(f, job);
	job->stats->foreign += !ret;
	return ret > 0 ? 0 : ret;
}

static int ftrace_end(void *state, struct trace_job *job)
{
	struct ftrace_import *f = state;
	int ret = give_up(f, job);

	if (ret || f->emitted)
		return ret;
	job->err->line = 0;
	return dmat_fail(job->err, EINVAL, "no IOMMU tracepoint in it");
}

static void *ftrace_begin(void)
{
	return calloc(1, sizeof(struct ftrace_import));
}

const struct trace_importer trace_import_ftrace = {
	.name = "ftrace",
	.summary = "tracepoints map, unmap, io_page_fault, prq_report, qi_submit (trace file, trace-cmd, perf script)",
	.detect = ftrace_detect,
	.begin = ftrace_begin,
	.line = ftrace_line,
	.end = ftrace_end,
	.free = free,
};
