// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * QEMU's trace log ("-trace enable=smmu*,vtd*", lines PID@SECONDS.MICROS:EVENT ...).
 *
 * A successful translation becomes an access whose outcome is the recorded
 * address; the first one of a page also shows that the page is mapped. What the
 * driver unmapped is only visible as an invalidation. A lookup in the IOTLB
 * stands before the translation it belongs to, on the same thread, and names the
 * address space that invalidations name.
 */
#include "smmuv3_spec.h"
#include "trace_import_priv.h"
#include <ctype.h>

/* The lookup that a thread made last. */
struct lookup {
	u64 thread;
	bool valid;
	u32 domain;
	u32 sid; /* VT-d names it here */
	u64 iova;
	u8 perm;
};

struct qemu_import {
	struct trace_pages *pages;
	struct lookup *lookup;
	size_t lookups;
	bool started;
	u64 start_ns, time_ns;
};

struct event {
	struct qemu_import *q;
	struct trace_job *job;
	struct lookup *lookup;
	const char *rest; /* the event's fields */
};

static bool need(struct event *e, const char *key, u64 *value)
{
	if (trace_field(e->rest, key, value))
		return true;
	dmat_fail(e->job->err, EINVAL, "malformed event: no number after '%s'", key);
	return false;
}

static int access_ok(struct event *e, u32 sid, u64 iova, u64 page_size, u64 pa, u8 perm)
{
	u32 domain = e->lookup->domain;
	struct dmat_record rec;
	int ret = trace_attach(e->job, e->q->time_ns, sid, e->lookup->valid, &domain);

	e->lookup->valid = false;
	if (ret)
		return ret;
	ret = trace_map(e->job, e->q->pages, e->q->time_ns, domain, iova, page_size, pa, perm);
	if (ret)
		return ret;
	dmat_record_init(&rec, DMAT_ACCESS, e->q->time_ns);
	rec.sid = sid;
	rec.domain = domain;
	rec.iova = iova;
	rec.size = trace_length(e->job, iova);
	rec.flags = perm;
	rec.outcome = DMAT_OUT_OK;
	rec.pa = pa;
	rec.perm = perm;
	return trace_emit(e->job, &rec);
}

static int access_fault(struct event *e, struct dmat_record *fault)
{
	if (e->lookup->valid)
		fault->domain = e->lookup->domain;
	e->lookup->valid = false;
	return trace_emit_fault(e->job, fault);
}

static int invalidate(struct event *e, u32 domain, bool whole, u64 iova, u64 size)
{
	bool mapped = trace_pages_clear(e->q->pages, domain, iova, size);
	struct dmat_record rec;

	dmat_record_init(&rec, mapped ? DMAT_UNMAP : DMAT_INVALIDATE, e->q->time_ns);
	rec.domain = domain;
	if (whole) {
		rec.flags = DMAT_F_WHOLE;
	} else {
		rec.iova = iova;
		rec.size = size;
	}
	return trace_emit(e->job, &rec);
}

/* ---- SMMUv3 ---- */

static int smmu_lookup(struct event *e)
{
	u64 asid, addr;

	if (!need(e, "asid=", &asid) || !need(e, "addr=", &addr))
		return -EINVAL;
	e->lookup->valid = true;
	e->lookup->domain = asid;
	e->lookup->iova = addr;
	return 0;
}

static int smmu_translate_success(struct event *e)
{
	u64 sid, iova, pa, perm = DMAT_F_R | DMAT_F_W;

	if (!need(e, "sid=", &sid) || !need(e, "iova=", &iova) || !need(e, "translated=", &pa))
		return -EINVAL;
	if (strstr(e->rest, "perm=") && !need(e, "perm=", &perm))
		return -EINVAL;
	if (!perm || perm > (DMAT_F_R | DMAT_F_W))
		return dmat_fail(e->job->err, EINVAL, "malformed event: perm 0x%llx", perm);
	return access_ok(e, sid, iova, 4096, pa, perm);
}

static int smmu_range_inval(struct event *e)
{
	u64 asid, addr, tg, pages, granule;

	if (!need(e, "asid=", &asid) || !need(e, "addr=", &addr) || !need(e, "tg=", &tg) ||
	    !need(e, "num_pages=", &pages))
		return -EINVAL;
	if (tg > 3 || !pages || pages > 1ULL << 40)
		return dmat_fail(e->job->err, EINVAL, "malformed event: tg %llu, num_pages 0x%llx", tg, pages);
	granule = tg ? 1ULL << (10 + 2 * tg) : 4096;
	addr &= ~(granule - 1);
	if (addr > ~(pages * granule - 1))
		return dmat_fail(e->job->err, EINVAL, "malformed event: range passes the end of the address space");
	/* -1: by address in every address space (TLBI_NH_VAA) */
	return invalidate(e, (u32)asid == ~0U ? DMAT_DOMAIN_NONE : (u32)asid, false, addr, pages * granule);
}

static int smmu_inval_asid(struct event *e)
{
	u64 asid;

	return need(e, "asid=", &asid) ? invalidate(e, asid, true, 0, ~0ULL) : -EINVAL;
}

static int inval_all(struct event *e)
{
	return invalidate(e, DMAT_DOMAIN_NONE, true, 0, ~0ULL);
}

/* A page request hint (7.3.19) is neither a fault nor an access. */
static int smmu_hint(struct event *e)
{
	struct dmat_record rec;

	dmat_record_init(&rec, DMAT_MARK, e->q->time_ns);
	rec.code = DMAT_MARK_HINT;
	rec.size = 1;
	return trace_emit(e->job, &rec);
}

static int smmu_record_event(struct event *e)
{
	size_t prefix = strlen("SMMU_EVT_"), len = strcspn(e->rest, " ");
	const struct spec_kind *k = NULL;
	struct dmat_record rec;
	u64 sid;

	if (!need(e, "sid=", &sid))
		return -EINVAL;
	if (!strncmp(e->rest, "SMMU_EVT_", prefix))
		k = spec_kind_named(&smmuv3_records[SMMUV3_RECORD_EVT], e->rest + prefix, len - prefix);
	if (!k)
		return dmat_fail(e->job->err, EINVAL, "malformed event: unknown type '%.*s'", (int)min(len, (size_t)40),
				 e->rest);
	if (spec_has(k, SMMUV3_EVT_HAS_HINT))
		return smmu_hint(e);
	dmat_record_init(&rec, DMAT_FAULT, e->q->time_ns);
	rec.sid = sid;
	rec.model = DMAT_MODEL_SMMUV3;
	rec.code = k->code;
	rec.flags = DMAT_F_NO_IOVA;
	if (e->lookup->valid) {
		/* The page is known from the lookup; the offset and the direction are not. */
		rec.flags = DMAT_F_R | DMAT_F_W;
		rec.iova = e->lookup->iova;
	}
	return access_fault(e, &rec);
}

/* ---- VT-d ---- */

static int vtd_lookup(struct event *e)
{
	u64 sid, iova, pte, domain;

	if (!need(e, "sid ", &sid) || !need(e, "iova ", &iova) || !need(e, "domain ", &domain))
		return -EINVAL;
	if (!trace_field(e->rest, "slpte ", &pte) && !need(e, "pte ", &pte))
		return -EINVAL;
	*e->lookup = (struct lookup){ e->lookup->thread, true, domain, sid, iova, pte & (DMAT_F_R | DMAT_F_W) };
	return 0;
}

static int vtd_translate(struct event *e)
{
	unsigned int bus, slot, fn;
	const char *dev;
	u64 iova, gpa, mask;
	u8 perm = DMAT_F_R | DMAT_F_W;

	dev = strstr(e->rest, "dev ");
	if (!dev || sscanf(dev, "dev %x:%x.%x ", &bus, &slot, &fn) != 3 || bus > 255 || slot > 31 || fn > 7)
		return dmat_fail(e->job->err, EINVAL, "malformed event: no device after 'dev '");
	if (!need(e, "iova ", &iova) || !need(e, "gpa ", &gpa) || !need(e, "mask ", &mask))
		return -EINVAL;
	if (mask & (mask + 1) || mask < 0xfff || mask > (1ULL << 40) - 1)
		return dmat_fail(e->job->err, EINVAL, "malformed event: mask 0x%llx", mask);
	/* This line has the page, the lookup before it the whole address. */
	if (e->lookup->valid && ((e->lookup->iova ^ iova) & ~mask))
		e->lookup->valid = false;
	if (e->lookup->valid) {
		iova = e->lookup->iova;
		if (e->lookup->perm)
			perm = e->lookup->perm;
	}
	gpa = (gpa & ~mask) | (iova & mask);
	return access_ok(e, bus << 8 | slot << 3 | fn, iova, mask + 1, gpa, perm);
}

static int vtd_fault(struct event *e)
{
	u64 sid, reason, addr, write;
	struct dmat_record rec;

	if (!need(e, "sid ", &sid) || !need(e, "fault ", &reason) || !need(e, "addr ", &addr) ||
	    !need(e, "write ", &write))
		return -EINVAL;
	dmat_record_init(&rec, DMAT_FAULT, e->q->time_ns);
	rec.sid = sid;
	rec.iova = addr;
	rec.flags = write ? DMAT_F_W : DMAT_F_R;
	rec.model = DMAT_MODEL_VTD;
	rec.code = reason;
	return access_fault(e, &rec);
}

static int vtd_inval_pages(struct event *e)
{
	u64 domain, addr, mask, size;

	if (!need(e, "domain ", &domain) || !need(e, "addr ", &addr) || !need(e, "mask ", &mask))
		return -EINVAL;
	if (mask > 40)
		return dmat_fail(e->job->err, EINVAL, "malformed event: mask 0x%llx", mask);
	size = 4096ULL << mask;
	addr &= ~(size - 1);
	return invalidate(e, domain, false, addr, size);
}

static int vtd_inval_domain(struct event *e)
{
	u64 domain;

	return need(e, "domain ", &domain) ? invalidate(e, domain, true, 0, ~0ULL) : -EINVAL;
}

static const struct {
	const char *name;
	int (*take)(struct event *e);
} qemu_events[] = {
	{ "smmu_iotlb_lookup_hit", smmu_lookup },
	{ "smmu_iotlb_lookup_miss", smmu_lookup },
	{ "smmuv3_translate_success", smmu_translate_success },
	{ "smmuv3_s1_range_inval", smmu_range_inval },
	{ "smmuv3_range_inval", smmu_range_inval },
	{ "smmuv3_cmdq_tlbi_nh_asid", smmu_inval_asid },
	{ "smmuv3_cmdq_tlbi_nh", inval_all },
	{ "smmuv3_cmdq_tlbi_nsnh", inval_all },
	{ "smmuv3_record_event", smmu_record_event },
	{ "vtd_iotlb_page_hit", vtd_lookup },
	{ "vtd_iotlb_page_update", vtd_lookup },
	{ "vtd_dmar_translate", vtd_translate },
	{ "vtd_dmar_fault", vtd_fault },
	{ "vtd_inv_desc_iotlb_pages", vtd_inval_pages },
	{ "vtd_inv_desc_iotlb_domain", vtd_inval_domain },
	{ "vtd_inv_desc_iotlb_global", inval_all },
};

static struct lookup *find_lookup(struct qemu_import *q, u64 thread)
{
	struct lookup *grown;
	size_t i;

	for (i = 0; i < q->lookups; i++) {
		if (q->lookup[i].thread == thread)
			return &q->lookup[i];
	}
	grown = realloc(q->lookup, (q->lookups + 1) * sizeof(*grown));
	if (!grown)
		return NULL;
	q->lookup = grown;
	grown[q->lookups] = (struct lookup){ .thread = thread };
	return &grown[q->lookups++];
}

/* PID@SECONDS.MICROS:EVENT; returns the event's name or NULL. */
static const char *parse_prefix(const char *line, u64 *thread, u64 *time_ns)
{
	u64 seconds, micros;
	const char *p, *dot;

	if (!isdigit((unsigned char)*line) || !trace_number(line, &p, thread) || *p != '@')
		return NULL;
	if (!isdigit((unsigned char)p[1]) || !trace_number(p + 1, &dot, &seconds) || *dot != '.')
		return NULL;
	if (!isdigit((unsigned char)dot[1]) || !trace_number(dot + 1, &p, &micros) || *p != ':' || p - dot != 7)
		return NULL;
	if (seconds > 1ULL << 33 || (!islower((unsigned char)p[1]) && p[1] != '_'))
		return NULL;
	*time_ns = (seconds * 1000000 + micros) * 1000;
	return p + 1;
}

/*
 * The first line is 0. Threads may disagree by 1 ms, as trace_emit() allows; time that goes back further begins another
 * log, which is shifted to follow.
 */
static void take_time(struct qemu_import *q, struct trace_job *job, u64 time_ns)
{
	s64 ns;

	if (!q->started) {
		q->started = true;
		q->start_ns = time_ns;
	}
	ns = (s64)(time_ns - q->start_ns);
	if (ns + 1000000 < (s64)job->last_ns) {
		q->start_ns = time_ns - job->last_ns;
		ns = (s64)job->last_ns;
	}
	q->time_ns = ns > 0 ? (u64)ns : 0;
}

/* A line that was meant to be one of the trace: it has a thread, or an event of the table. */
static bool is_like_trace(const char *line)
{
	const char *s = line;
	unsigned int i;

	while (isspace((unsigned char)*s))
		s++;
	s += strspn(s, "0123456789");
	if (*s == '@' && s > line)
		return true;
	for (i = 0; i < ARRAY_SIZE(qemu_events); i++) {
		s = strstr(line, qemu_events[i].name);
		if (s && s > line && s[-1] == ':' && s[strlen(qemu_events[i].name)] == ' ')
			return true;
	}
	return false;
}

static int unreadable(struct event *e)
{
	char reason[sizeof(e->job->err->reason)];

	snprintf(reason, sizeof(reason), "%s", e->job->err->reason);
	return trace_unreadable(e->job, e->q->time_ns, e->job->err->line, e->job->line, reason);
}

static int qemu_line(void *state, struct trace_job *job)
{
	struct qemu_import *q = state;
	struct event e = { .q = q, .job = job };
	u64 thread, time_ns;
	const char *name;
	size_t len;
	unsigned int i;
	int ret;

	name = parse_prefix(job->line, &thread, &time_ns);
	/* QEMU's own messages, which other programs may share, stand between the lines of its trace. */
	if (!name && !is_like_trace(job->line)) {
		job->stats->foreign++;
		return 0;
	}
	if (!name)
		return trace_unreadable(job, job->last_ns, job->err->line, job->line,
					"malformed line: not PID@SECONDS.MICROS:EVENT");
	take_time(q, job, time_ns);
	len = strcspn(name, " ");
	for (i = 0; i < ARRAY_SIZE(qemu_events); i++) {
		if (strlen(qemu_events[i].name) != len || strncmp(qemu_events[i].name, name, len))
			continue;
		e.rest = name[len] ? name + len + 1 : name + len;
		e.lookup = find_lookup(q, thread);
		if (!e.lookup)
			return dmat_fail(job->err, ENOMEM, "out of memory");
		ret = qemu_events[i].take(&e);
		return ret == -EINVAL ? unreadable(&e) : ret;
	}
	job->stats->foreign++;
	return 0; /* an event of another part of QEMU, or one that says nothing about accesses */
}

static bool qemu_detect(const char *line)
{
	u64 thread, time_ns;

	return parse_prefix(line, &thread, &time_ns);
}

static void qemu_free(void *state)
{
	struct qemu_import *q = state;

	trace_pages_free(q->pages);
	free(q->lookup);
	free(q);
}

static void *qemu_begin(void)
{
	struct qemu_import *q = calloc(1, sizeof(*q));

	if (!q)
		return NULL;
	q->pages = trace_pages_new();
	if (!q->pages) {
		qemu_free(q);
		return NULL;
	}
	return q;
}

const struct trace_importer trace_import_qemu = {
	.name = "qemu",
	.summary = "trace log of QEMU's SMMUv3 or VT-d (smmu*, vtd* events), plain or gzip",
	.detect = qemu_detect,
	.begin = qemu_begin,
	.line = qemu_line,
	.free = qemu_free,
};
