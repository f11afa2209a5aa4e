// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "trace_summary.h"
#include "trace_pages.h"
#include "grow.h"

#define PAGE 4096ULL

struct context {
	struct trace_summary *s;
	struct trace_pages *touched; /* since the last unmap */
	struct trace_pages *seen;    /* ever */
	struct trace_tally attached; /* (pasid + 1, or 0) << 32 | sid -> domain, kept in count */
};

/* The entry of @key, made if need be; NULL if out of memory. */
static struct trace_tally_entry *tally(struct trace_tally *t, u64 key)
{
	size_t lo = 0, hi = t->entries;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;

		if (t->entry[mid].key < key)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo < t->entries && t->entry[lo].key == key)
		return &t->entry[lo];
	if (!GROW(t->entry, t->entries, t->room, 16))
		return NULL;
	memmove(&t->entry[lo + 1], &t->entry[lo], (t->entries - lo) * sizeof(*t->entry));
	t->entries++;
	t->entry[lo] = (struct trace_tally_entry){ .key = key };
	return &t->entry[lo];
}

static bool count(struct trace_tally *t, u64 key, u64 bytes)
{
	struct trace_tally_entry *e = tally(t, key);

	if (!e)
		return false;
	e->count++;
	e->bytes += bytes;
	return true;
}

static u64 attach_key(const struct dmat_record *rec)
{
	return (rec->flags & DMAT_F_PASID ? (u64)rec->pasid + 1 : 0) << 32 | rec->sid;
}

/* The address space of an access: its own, or the one its stream was attached to. */
static u32 domain_of(struct context *c, const struct dmat_record *rec)
{
	struct trace_tally_entry *e;

	if (rec->domain != DMAT_DOMAIN_NONE)
		return rec->domain;
	e = tally(&c->attached, attach_key(rec));
	return e && e->count ? e->count - 1 : DMAT_DOMAIN_NONE;
}

static bool touch(struct context *c, u32 domain, const struct dmat_record *rec)
{
	u64 page = rec->iova / PAGE, last = (rec->iova + rec->size - 1) / PAGE;
	int ret;

	for (; page <= last; page++) {
		ret = trace_pages_set(c->touched, domain, page * PAGE, PAGE, 0, 0);
		if (ret < 0)
			return false;
		c->s->first_touches += ret;
		ret = trace_pages_set(c->seen, domain, page * PAGE, PAGE, 0, 0);
		if (ret < 0)
			return false;
		c->s->pages += ret;
	}
	return true;
}

static bool count_access(struct context *c, const struct dmat_record *rec)
{
	struct trace_summary *s = c->s;
	u32 domain = domain_of(c, rec);
	unsigned int dir = rec->flags & (DMAT_F_R | DMAT_F_W);

	s->bytes += rec->size;
	s->outcome[rec->outcome]++;
	s->direction_unknown += dir == (DMAT_F_R | DMAT_F_W);
	s->writes += dir == DMAT_F_W;
	s->reads += dir == DMAT_F_R || !dir;
	if (!count(&s->streams, rec->sid, rec->size))
		return false;
	if (rec->flags & DMAT_F_PASID && !count(&s->pasids, rec->pasid, rec->size))
		return false;
	if (domain != DMAT_DOMAIN_NONE && !count(&s->spaces, domain, rec->size))
		return false;
	/* Without an address space every stream is its own. */
	return touch(c, domain != DMAT_DOMAIN_NONE ? domain : rec->sid, rec);
}

static bool count_record(struct context *c, const struct dmat_record *rec)
{
	struct trace_summary *s = c->s;
	struct trace_tally_entry *e;

	if (!s->records++)
		s->first_ns = rec->time_ns;
	s->last_ns = rec->time_ns;
	s->kind[rec->kind]++;
	switch (rec->kind) {
	case DMAT_ACCESS:
		return count_access(c, rec);
	case DMAT_ATTACH:
	case DMAT_DETACH:
		e = tally(&c->attached, attach_key(rec));
		if (e)
			e->count = rec->kind == DMAT_ATTACH ? (u64)rec->domain + 1 : 0;
		return e;
	case DMAT_UNMAP:
		if (rec->flags & DMAT_F_WHOLE)
			trace_pages_clear(c->touched, rec->domain, 0, ~0ULL);
		else
			trace_pages_clear(c->touched, rec->domain, rec->iova, rec->size);
		return true;
	case DMAT_FAULT:
		return count(&s->faults, (u64)rec->model << 32 | rec->code, 0);
	default:
		return true;
	}
}

static int count_all(struct context *c, struct dmat_reader *reader, struct dmat_record *rec, struct dmat_error *err)
{
	ssize_t n, i;

	while ((n = dmat_read_block(reader, rec, DMAT_BLOCK)) > 0) {
		for (i = 0; i < n; i++) {
			if (!count_record(c, &rec[i]))
				return dmat_fail(err, ENOMEM, "out of memory");
		}
	}
	return n;
}

int trace_summarize(struct dmat_reader *reader, struct trace_summary *s, struct dmat_error *err)
{
	struct context c = { .s = s, .touched = trace_pages_new(), .seen = trace_pages_new() };
	struct dmat_record *rec = malloc(DMAT_BLOCK * sizeof(*rec));
	int ret;

	memset(s, 0, sizeof(*s));
	if (rec && c.touched && c.seen)
		ret = count_all(&c, reader, rec, err);
	else
		ret = dmat_fail(err, ENOMEM, "out of memory");
	trace_pages_free(c.touched);
	trace_pages_free(c.seen);
	free(c.attached.entry);
	free(rec);
	return ret;
}

void trace_summary_free(struct trace_summary *s)
{
	free(s->streams.entry);
	free(s->pasids.entry);
	free(s->spaces.entry);
	free(s->faults.entry);
}
