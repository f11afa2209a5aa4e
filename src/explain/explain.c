// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Two passes over a trace: the first finds the faults and which of them are equal, the second follows maps, unmaps and
 * accesses, and writes down at each fault what is known by then.
 */
#include "explain.h"
#include "find.h"
#include "grow.h"
#include <stdlib.h>

#define PAGE	    4096ULL
#define STREAMS_MAX 65536
#define SLOTS	    4096 /* of stories by their keys: a power of two over EXPLAIN_STORIES */

struct stream {
	u32 sid, pasid;
	bool has_pasid;
	u32 domain;
	u64 faults, last_page;
	u32 run;
	struct explain_use first;
};

/* @by_page: stories with an address, in the order of their pages. @told: the fault of the story was reached. */
struct passage {
	struct explain *e;
	const char *path;
	struct dmat_error *err;
	u64 only;
	struct stream *stream;
	size_t streams, stream_room;
	u32 slot[SLOTS];
	u32 *by_page, paged;
	bool *told;
	struct explain_maps *maps;
	int (*record)(struct passage *p, const struct dmat_record *rec, u64 number);
};

static bool is_fault(const struct dmat_record *rec)
{
	return rec->kind == DMAT_FAULT || rec->kind == DMAT_PAGE_REQUEST;
}

static bool has_page(const struct dmat_record *rec)
{
	return !(rec->flags & DMAT_F_NO_IOVA);
}

static bool same_space(u32 a, u32 b)
{
	return a == b || a == DMAT_DOMAIN_NONE || b == DMAT_DOMAIN_NONE;
}

/* ---- streams ---- */

static int compare_stream(const struct stream *s, const struct dmat_record *rec)
{
	bool has = rec->flags & DMAT_F_PASID;

	if (s->sid != rec->sid)
		return s->sid < rec->sid ? -1 : 1;
	if (s->has_pasid != has)
		return s->has_pasid < has ? -1 : 1;
	return s->pasid == rec->pasid ? 0 : s->pasid < rec->pasid ? -1 : 1;
}

/* NULL: there are too many, or there is no memory. */
static struct stream *stream_of(struct passage *p, const struct dmat_record *rec)
{
	size_t low = FIND_SORTED(i, p->streams, compare_stream(&p->stream[i], rec) < 0);

	if (low < p->streams && !compare_stream(&p->stream[low], rec))
		return &p->stream[low];
	if (p->streams == STREAMS_MAX)
		return NULL;
	if (!GROW(p->stream, p->streams, p->stream_room, 64))
		return NULL;
	memmove(&p->stream[low + 1], &p->stream[low], (p->streams++ - low) * sizeof(p->stream[0]));
	p->stream[low] = (struct stream){
		.sid = rec->sid, .pasid = rec->pasid, .has_pasid = rec->flags & DMAT_F_PASID, .domain = DMAT_DOMAIN_NONE
	};
	return &p->stream[low];
}

static void attach(struct passage *p, const struct dmat_record *rec)
{
	struct stream *s = stream_of(p, rec);

	if (s)
		s->domain = rec->kind == DMAT_ATTACH ? rec->domain : DMAT_DOMAIN_NONE;
}

static u32 domain_of(struct passage *p, const struct dmat_record *rec)
{
	struct stream *s;

	if (rec->domain != DMAT_DOMAIN_NONE || rec->sid == DMAT_SID_NONE)
		return rec->domain;
	s = stream_of(p, rec);
	return s ? s->domain : DMAT_DOMAIN_NONE;
}

/* ---- the first pass: which faults are there? ---- */

static bool equal(const struct dmat_record *a, const struct dmat_record *b)
{
	return a->kind == b->kind && a->model == b->model && a->code == b->code && a->sid == b->sid &&
	       a->pasid == b->pasid && (a->flags & DMAT_F_PASID) == (b->flags & DMAT_F_PASID) &&
	       has_page(a) == has_page(b) && a->iova / PAGE == b->iova / PAGE;
}

/* The slot of the story of @rec, or the free one where it would go. */
static u32 *slot_of(struct passage *p, const struct dmat_record *rec)
{
	u64 h = rec->iova / PAGE * 0x9e3779b97f4a7c15ULL ^ ((u64)rec->sid << 32 | rec->code) * 0xc2b2ae3d27d4eb4fULL ^
		rec->pasid;
	u32 i;

	for (i = (h ^ h >> 31) & (SLOTS - 1); p->slot[i]; i = (i + 1) & (SLOTS - 1))
		if (equal(&p->e->story[p->slot[i] - 1].rec, rec))
			break;
	return &p->slot[i];
}

static int find_faults(struct passage *p, const struct dmat_record *rec, u64 number)
{
	struct explain *e = p->e;
	u32 *slot;

	e->maps += rec->kind == DMAT_MAP;
	if (rec->kind == DMAT_ATTACH || rec->kind == DMAT_DETACH)
		attach(p, rec);
	if (rec->kind == DMAT_MARK) {
		e->suppressed += rec->code == DMAT_MARK_SUPPRESSED ? rec->size : 0;
		e->lost += rec->code == DMAT_MARK_EVTQ_LOST || rec->code == DMAT_MARK_PRIQ_LOST;
	}
	if (!is_fault(rec))
		return 0;
	e->faults++;
	slot = slot_of(p, rec);
	if (*slot) {
		struct explain_story *s = &e->story[*slot - 1];

		s->repeats++;
		s->last = (struct explain_use){ .known = true, .record = number, .time_ns = rec->time_ns };
	} else if (p->only ? e->faults == p->only : e->stories < EXPLAIN_STORIES) {
		*slot = e->stories + 1;
		e->story[e->stories++] = (struct explain_story){
			.fault = e->faults, .record = number, .rec = *rec, .domain = domain_of(p, rec)
		};
	} else {
		e->untold++;
	}
	return 0;
}

/* ---- the second: what is known by then? ---- */

/* The place of the first story whose page is not under @page. */
static u32 first_at(const struct passage *p, u64 page)
{
	return (u32)FIND_SORTED(i, p->paged, p->e->story[p->by_page[i]].rec.iova / PAGE < page);
}

/* The next story whose page is in [first, last], from place *@at on; NULL: none is left. */
static struct explain_story *next_in(const struct passage *p, u32 *at, u64 last)
{
	struct explain_story *s = *at < p->paged ? &p->e->story[p->by_page[*at]] : NULL;

	if (!s || s->rec.iova / PAGE > last)
		return NULL;
	(*at)++;
	return s;
}

static u64 last_page(u64 iova, u64 size)
{
	return (size && size - 1 <= ~iova ? iova + size - 1 : ~0ULL) / PAGE;
}

static struct explain_range range_of(const struct dmat_record *rec, u64 number)
{
	return (struct explain_range){
		.known = true,
		.record = number,
		.time_ns = rec->time_ns,
		.iova = rec->flags & DMAT_F_WHOLE ? 0 : rec->iova,
		.size = rec->flags & DMAT_F_WHOLE ? 0 : rec->size,
		.pa = rec->pa,
		.domain = rec->domain,
		.perm = rec->perm,
	};
}

static bool is_told(const struct passage *p, const struct explain_story *s)
{
	return p->told[s - p->e->story];
}

static void map_of(struct passage *p, struct explain_story *s, const struct explain_range *r)
{
	if (is_told(p, s)) {
		if (!s->later.known && same_space(s->domain, r->domain))
			s->later = *r;
	} else if (same_space(s->domain, r->domain)) {
		s->map = *r;
		s->unmap.known = s->invalidate.known = false;
	} else {
		s->elsewhere = *r;
	}
}

/* Stories whose address is what the map leads to, or the low half of what it maps. */
static void resembling(struct passage *p, const struct explain_range *r)
{
	struct explain_story *s;
	u32 at = first_at(p, r->pa / PAGE);

	while ((s = next_in(p, &at, last_page(r->pa, r->size))))
		if (!is_told(p, s))
			s->physical = *r;
	if (!(r->iova >> 32))
		return;
	at = first_at(p, (u32)r->iova / PAGE);
	while ((s = next_in(p, &at, min(last_page((u32)r->iova, r->size), (u64)(0xffffffff / PAGE)))))
		if (!is_told(p, s))
			s->cut = *r;
}

static int hold(struct passage *p, int err)
{
	if (err == -ENOSPC)
		p->e->crowded = true;
	else if (err)
		return dmat_fail(p->err, -err, "%s", strerror(-err));
	return 0;
}

static int take_map(struct passage *p, const struct dmat_record *rec, u64 number)
{
	struct explain_range r = range_of(rec, number);
	u32 at = first_at(p, r.iova / PAGE);
	struct explain_story *s;

	while ((s = next_in(p, &at, last_page(r.iova, r.size))))
		map_of(p, s, &r);
	resembling(p, &r);
	return hold(p, explain_maps_add(p->maps, &r));
}

static int take_unmap(struct passage *p, const struct dmat_record *rec, u64 number)
{
	struct explain_range r = range_of(rec, number);
	u32 at = first_at(p, r.iova / PAGE);
	struct explain_story *s;

	while ((s = next_in(p, &at, last_page(r.iova, r.size)))) {
		if (is_told(p, s))
			continue;
		if (s->elsewhere.known && same_space(s->elsewhere.domain, r.domain))
			s->elsewhere.known = false;
		if (!same_space(s->domain, r.domain))
			continue;
		if (rec->kind == DMAT_INVALIDATE)
			s->invalidate = r;
		else if (!s->unmap.known)
			s->unmap = r; /* the one that took it away: the next ones find nothing */
	}
	return rec->kind == DMAT_UNMAP ? hold(p, explain_maps_remove(p->maps, r.domain, r.iova, r.size)) : 0;
}

static struct explain_use use_of(const struct dmat_record *rec, u64 number, bool faulted)
{
	return (struct explain_use){ .known = true,
				     .faulted = faulted,
				     .has_pasid = rec->flags & DMAT_F_PASID,
				     .sid = rec->sid,
				     .pasid = rec->pasid,
				     .record = number,
				     .time_ns = rec->time_ns };
}

static bool same_stream(const struct explain_use *u, const struct dmat_record *rec)
{
	return u->sid == rec->sid && u->pasid == rec->pasid && u->has_pasid == !!(rec->flags & DMAT_F_PASID);
}

/* The stream's own accesses are kept if they were translated; of others, the last of each. */
static void note_use(struct explain_story *s, const struct explain_use *u)
{
	u32 i;

	if (same_stream(u, &s->rec)) {
		if (!u->faulted)
			s->own = *u;
		return;
	}
	for (i = 0; i < s->n_other; i++)
		if (s->other[i].sid == u->sid && s->other[i].pasid == u->pasid && s->other[i].has_pasid == u->has_pasid)
			break;
	if (i == EXPLAIN_OTHERS)
		return;
	s->n_other = max(s->n_other, i + 1);
	s->other[i] = *u;
}

static void take_use(struct passage *p, const struct dmat_record *rec, const struct explain_use *u, u64 last)
{
	u32 at = first_at(p, rec->iova / PAGE);
	struct explain_story *s;

	while ((s = next_in(p, &at, last))) {
		if (is_told(p, s))
			continue;
		note_use(s, u);
		s->page_faults += is_fault(rec);
	}
}

/* What is known of a fault, now that it comes. */
static void tell(struct passage *p, struct explain_story *s, const struct stream *stream)
{
	struct explain_range *below = &s->below;

	p->told[s - p->e->story] = true;
	s->stream_faults = stream ? stream->faults : 0;
	if (s->stream_faults)
		s->stream_first = stream->first;
	s->run =
		stream && has_page(&s->rec) &&
				(stream->last_page + 1 == s->rec.iova / PAGE || stream->last_page == s->rec.iova / PAGE)
			? stream->run
			: 0;
	s->run += 1;
	if (has_page(&s->rec))
		explain_maps_near(p->maps, s->domain, s->rec.iova, below, &s->above);
	if (below->known && s->rec.iova - below->iova < below->size)
		below->known = false; /* it is the page's own */
}

static void count_fault(struct stream *s, const struct dmat_record *rec, u64 number)
{
	u64 page = rec->iova / PAGE;

	if (!s->faults++)
		s->first = use_of(rec, number, true);
	if (!has_page(rec))
		return;
	if (s->run && page == s->last_page + 1)
		s->run++;
	else if (!s->run || page != s->last_page)
		s->run = 1;
	s->last_page = page;
}

static void take_fault(struct passage *p, const struct dmat_record *rec, u64 number)
{
	struct stream *stream = rec->sid == DMAT_SID_NONE ? NULL : stream_of(p, rec);
	struct explain_use use = use_of(rec, number, true);
	u32 slot = *slot_of(p, rec);
	struct explain_story *s = slot ? &p->e->story[slot - 1] : NULL;

	if (s && s->record == number)
		tell(p, s, stream);
	if (has_page(rec))
		take_use(p, rec, &use, rec->iova / PAGE);
	if (stream)
		count_fault(stream, rec, number);
}

static int follow(struct passage *p, const struct dmat_record *rec, u64 number)
{
	struct explain_use use;

	switch (rec->kind) {
	case DMAT_ACCESS:
		if (rec->outcome != DMAT_OUT_FAULT) {
			use = use_of(rec, number, false);
			take_use(p, rec, &use, last_page(rec->iova, rec->size));
		}
		return 0;
	case DMAT_MAP:
		return take_map(p, rec, number);
	case DMAT_UNMAP:
	case DMAT_INVALIDATE:
		return take_unmap(p, rec, number);
	case DMAT_ATTACH:
	case DMAT_DETACH:
		attach(p, rec);
		return 0;
	case DMAT_FAULT:
	case DMAT_PAGE_REQUEST:
		take_fault(p, rec, number);
		return 0;
	default:
		return 0;
	}
}

/* ---- passes ---- */

static int pass(struct passage *p)
{
	struct dmat_record rec;
	struct dmat_reader *reader;
	u64 number = 0;
	int ret = dmat_reader_open(&reader, p->path, 0, p->err);

	if (ret)
		return ret;
	while ((ret = dmat_read(reader, &rec)) > 0) {
		ret = p->record(p, &rec, number++);
		if (ret)
			break;
	}
	dmat_reader_close(reader);
	p->streams = 0;
	return ret;
}

static int by_page(const void *a, const void *b, void *ctx)
{
	const struct explain *e = ctx;
	u64 x = e->story[*(const u32 *)a].rec.iova / PAGE, y = e->story[*(const u32 *)b].rec.iova / PAGE;

	return x < y ? -1 : x > y;
}

static int sort_stories(struct passage *p)
{
	u32 i;

	p->by_page = calloc(p->e->stories + 1, sizeof(*p->by_page));
	p->told = calloc(p->e->stories + 1, sizeof(*p->told));
	p->maps = explain_maps_new(EXPLAIN_MAPPINGS);
	if (!p->by_page || !p->told || !p->maps)
		return dmat_fail(p->err, ENOMEM, "out of memory");
	for (i = 0; i < p->e->stories; i++)
		if (has_page(&p->e->story[i].rec))
			p->by_page[p->paged++] = i;
	qsort_r(p->by_page, p->paged, sizeof(*p->by_page), by_page, p->e);
	return 0;
}

int explain_trace(struct explain *e, const char *path, u64 fault, struct dmat_error *err)
{
	struct passage *p = calloc(1, sizeof(*p));
	int ret = -ENOMEM;

	memset(e, 0, sizeof(*e));
	e->story = calloc(EXPLAIN_STORIES, sizeof(*e->story));
	if (p && e->story) {
		*p = (struct passage){ .e = e, .path = path, .err = err, .only = fault, .record = find_faults };
		ret = pass(p);
		if (!ret)
			ret = sort_stories(p);
		p->record = follow;
		if (!ret && e->stories)
			ret = pass(p);
		explain_maps_free(p->maps);
		free(p->by_page);
		free(p->told);
		free(p->stream);
	} else {
		dmat_fail(err, ENOMEM, "out of memory");
	}
	free(p);
	return ret;
}

void explain_exit(struct explain *e)
{
	free(e->story);
	e->story = NULL;
}

bool explain_mapped(const struct explain_story *s)
{
	return s->map.known && !s->unmap.known;
}
