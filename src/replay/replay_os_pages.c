// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The operating system of a replay: which pages are mapped, and when. */
#include "grow.h"
#include "replay_os_priv.h"

#define LARGE_MAP   (1ULL << 16) /* pages (256 MiB) from which a map is kept as an extent */
#define MAPPED_MOST (1U << 24)	 /* pages one by one (64 GiB), about a gigabyte of entries */

/* ---- residency ---- */

/* A function of seed, address space and page alone, so that it does not depend on the order of events. */
static bool chosen(const struct replay_os *os, const struct os_space *s, u64 page)
{
	const struct replay_options *opt = os->cfg.opt;
	u64 h = opt->seed ^ (page + 0x9e3779b97f4a7c15ULL * (s->id + 1));

	if (opt->one_paged && opt->paged != s->sid)
		return true;
	h = (h ^ (h >> 30)) * 0xbf58476d1ce4e5b9ULL;
	h = (h ^ (h >> 27)) * 0x94d049bb133111ebULL;
	h ^= h >> 31;
	return h % REPLAY_RESIDENT_ALL < opt->resident;
}

static u32 prot_of(u8 perm)
{
	return (perm & DMAT_F_R ? DRV_PROT_READ : 0) | (perm & DMAT_F_W ? DRV_PROT_WRITE : 0) |
	       (perm & DMAT_F_X ? DRV_PROT_EXEC : 0) | (perm & DMAT_F_PRIV ? DRV_PROT_PRIV : 0);
}

static int map_in(struct replay_os *os, struct os_space *s, u32 iommu, const struct page_entry *e)
{
	return os->cls->map(os->iommus[iommu].drv, s->doms[iommu], e->page << PAGE_SHIFT, e->pa, PAGE_SIZE,
			    prot_of(e->perm));
}

/* From the first @n IOMMUs that the space is known to. */
static int unmap_in_first(struct replay_os *os, struct os_space *s, u32 n, const struct page_entry *e)
{
	s64 gone = 0;
	int err = 0;
	u32 i;

	for (i = 0; i < n; i++) {
		if (s->doms[i])
			gone = os->cls->unmap(os->iommus[i].drv, s->doms[i], e->page << PAGE_SHIFT, PAGE_SIZE);
		if (gone < 0)
			err = (int)gone;
	}
	return err;
}

/* In every IOMMU that the space is known to, or in none. */
static int map_in_all(struct replay_os *os, struct os_space *s, const struct page_entry *e)
{
	int err = 0;
	u32 i;

	for (i = 0; i < os->n_iommus && !err; i++)
		if (s->doms[i])
			err = map_in(os, s, i, e);
	if (err)
		unmap_in_first(os, s, i - 1, e);
	return err;
}

int replay_os_make_resident(struct replay_os *os, struct os_space *s, struct page_entry *e)
{
	int err = map_in_all(os, s, e);

	if (err)
		return err;
	os->untouched -= !e->touched;
	e->resident = true;
	os->counts.maps++;
	return 0;
}

/* An IOMMU comes to know an address space that others know: what is mapped there is mapped here. */
int replay_os_map_resident(struct replay_os *os, struct os_space *s, u32 iommu)
{
	struct page_entry *e;
	int err = 0;

	for (e = page_map_at(&os->map, s->pages); e && !err; e = page_map_at(&os->map, e->next))
		if (e->resident)
			err = map_in(os, s, iommu, e);
	return err;
}

int replay_os_map_chosen(struct replay_os *os, struct os_space *s)
{
	struct page_entry *e;
	int err = 0;

	for (e = page_map_at(&os->map, s->pages); e && !err; e = page_map_at(&os->map, e->next))
		if (chosen(os, s, e->page))
			err = replay_os_make_resident(os, s, e);
	return err;
}

/* ---- maps and unmaps ---- */

static int drop_page(struct replay_os *os, struct os_space *s, struct page_entry *e)
{
	int err = 0;

	os->untouched -= !e->resident && !e->touched;
	if (e->resident) {
		err = unmap_in_first(os, s, os->n_iommus, e);
		os->counts.unmaps++;
	}
	page_map_remove(&os->map, &s->pages, e);
	return err;
}

/* ---- large maps: they cost what is touched of them ---- */

/* The first extent that ends behind @page. */
static u32 extent_at(const struct os_space *s, u64 page)
{
	u32 lo = 0, hi = s->n_extents;

	while (lo < hi) {
		u32 mid = lo + (hi - lo) / 2;

		if (page - s->extents[mid].first < s->extents[mid].pages || page < s->extents[mid].first)
			hi = mid;
		else
			lo = mid + 1;
	}
	return lo;
}

struct page_entry *replay_os_page(struct replay_os *os, struct os_space *s, u64 page)
{
	struct page_entry *e = page_map_find(&os->map, s->id, page);
	const struct page_extent *x;
	u32 i;

	if (e || !s->n_extents)
		return e;
	i = extent_at(s, page);
	x = &s->extents[i];
	if (i == s->n_extents || page < x->first)
		return NULL;
	e = page_map_add(&os->map, &s->pages, s->id, page);
	if (!e)
		return NULL;
	e->pa = x->pa + ((page - x->first) << PAGE_SHIFT);
	e->perm = x->perm;
	e->lazy = true;
	return e;
}

static int insert_extent(struct os_space *s, u32 at, const struct page_extent *x)
{
	if (!GROW(s->extents, s->n_extents, s->extent_room, 16))
		return -ENOMEM;
	memmove(&s->extents[at + 1], &s->extents[at], (s->n_extents - at) * sizeof(*x));
	s->extents[at] = *x;
	s->n_extents++;
	return 0;
}

/* Take [first, first + n) out of the extents. @gone: pages of it. */
static int cut_extents(struct os_space *s, u64 first, u64 n, u64 *gone)
{
	u64 end = first + n < n ? ~0ULL : first + n;
	u32 i = extent_at(s, first), keep;
	int err = 0;

	*gone = 0;
	if (i < s->n_extents && s->extents[i].first < first) {
		struct page_extent *x = &s->extents[i], rest = *x;
		u64 before = first - x->first;

		rest.first += before;
		rest.pages -= before;
		rest.pa += before << PAGE_SHIFT;
		x->pages = before;
		err = insert_extent(s, ++i, &rest);
	}
	for (keep = i; !err && keep < s->n_extents && s->extents[keep].first + s->extents[keep].pages <= end; keep++)
		*gone += s->extents[keep].pages;
	if (!err && keep < s->n_extents && s->extents[keep].first < end) {
		struct page_extent *x = &s->extents[keep];
		u64 cut = end - x->first;

		*gone += cut;
		x->first += cut;
		x->pages -= cut;
		x->pa += cut << PAGE_SHIFT;
	}
	memmove(&s->extents[i], &s->extents[keep], (s->n_extents - keep) * sizeof(*s->extents));
	s->n_extents -= keep - i;
	return err;
}

/* ---- unmaps, and maps on what they leave ---- */

static int drop_range(struct replay_os *os, struct os_space *s, u64 first, u64 n)
{
	struct page_entry *e = n == 1 ? page_map_find(&os->map, s->id, first) : NULL;
	u64 lazy = 0, gone = 0;
	u32 i, next;
	int err = 0;

	if (e) {
		lazy = e->lazy;
		err = drop_page(os, s, e);
	}
	for (i = n == 1 ? PAGE_MAP_NONE : s->pages; i != PAGE_MAP_NONE && !err; i = next) {
		e = page_map_at(&os->map, i);
		next = e->next;
		if (e->page - first >= n)
			continue;
		lazy += e->lazy;
		err = drop_page(os, s, e);
	}
	if (!err && s->n_extents)
		err = cut_extents(s, first, n, &gone);
	os->untouched -= gone ? gone - lazy : 0; /* drop_page() has counted the lazy ones */
	return err;
}

static int map_page(struct replay_os *os, struct os_space *s, const struct dmat_record *rec, u64 i)
{
	u64 page = (rec->iova >> PAGE_SHIFT) + i;
	int err = drop_range(os, s, page, 1);
	struct page_entry *e;

	if (err)
		return err;
	if (os->map.used >= MAPPED_MOST)
		return -ENOMEM;
	e = page_map_add(&os->map, &s->pages, s->id, page);
	if (!e)
		return -ENOMEM;
	os->untouched++;
	e->pa = (rec->pa & ~(PAGE_SIZE - 1)) + (i << PAGE_SHIFT);
	e->perm = rec->perm;
	return s->used && chosen(os, s, page) ? replay_os_make_resident(os, s, e) : 0;
}

u64 replay_os_pages_of(const struct dmat_record *rec)
{
	return (((rec->iova & (PAGE_SIZE - 1)) + rec->size - 1) >> PAGE_SHIFT) + 1;
}

static int map_large(struct replay_os *os, struct os_space *s, const struct dmat_record *rec, u64 n)
{
	struct page_extent x = { .first = rec->iova >> PAGE_SHIFT, .pages = n, .pa = rec->pa & ~(PAGE_SIZE - 1) };
	int err = drop_range(os, s, x.first, n);

	x.perm = rec->perm;
	err = err ? err : insert_extent(s, extent_at(s, x.first), &x);
	os->untouched += err ? 0 : n;
	return err;
}

int replay_os_map(struct replay_os *os, const struct dmat_record *rec)
{
	struct os_space *s = replay_os_get_space(os, rec->domain);
	bool some_resident = os->cfg.opt->resident || os->cfg.opt->one_paged;
	u64 i, n = replay_os_pages_of(rec);
	int err = s ? 0 : -ENOMEM;

	if (!err && n >= LARGE_MAP && !some_resident)
		return map_large(os, s, rec, n);
	for (i = 0; i < n && !err; i++)
		err = map_page(os, s, rec, i);
	return err;
}

static int unmap_in(struct replay_os *os, struct os_space *s, const struct dmat_record *rec)
{
	if (rec->flags & DMAT_F_WHOLE)
		return drop_range(os, s, 0, ~0ULL);
	return drop_range(os, s, rec->iova >> PAGE_SHIFT, replay_os_pages_of(rec));
}

int replay_os_unmap(struct replay_os *os, const struct dmat_record *rec)
{
	struct os_space *s;
	int err = 0;

	if (rec->domain != DMAT_DOMAIN_NONE) {
		s = replay_os_find_space(os, rec->domain);
		return s ? unmap_in(os, s, rec) : 0;
	}
	for (s = os->spaces; s && !err; s = s->next)
		err = unmap_in(os, s, rec);
	return err;
}
