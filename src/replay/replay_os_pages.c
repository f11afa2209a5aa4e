// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The operating system of a replay: which pages are mapped, and when. */
#include "replay_os_priv.h"

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

static int map_page(struct replay_os *os, struct os_space *s, const struct dmat_record *rec, u64 i)
{
	u64 page = (rec->iova >> PAGE_SHIFT) + i;
	struct page_entry *e = page_map_find(&os->map, s->id, page);
	int err;

	if (e) {
		err = drop_page(os, s, e);
		if (err)
			return err;
	}
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
	return ((rec->iova & (PAGE_SIZE - 1)) + rec->size + PAGE_SIZE - 1) >> PAGE_SHIFT;
}

int replay_os_map(struct replay_os *os, const struct dmat_record *rec)
{
	struct os_space *s = replay_os_get_space(os, rec->domain);
	u64 i, n = replay_os_pages_of(rec);
	int err = s ? 0 : -ENOMEM;

	for (i = 0; i < n && !err; i++)
		err = map_page(os, s, rec, i);
	return err;
}

static int unmap_in(struct replay_os *os, struct os_space *s, const struct dmat_record *rec)
{
	u64 first = rec->flags & DMAT_F_WHOLE ? 0 : rec->iova >> PAGE_SHIFT;
	u64 n = rec->flags & DMAT_F_WHOLE ? ~0ULL : replay_os_pages_of(rec);
	struct page_entry *e;
	u32 i, next;
	int err = 0;

	if (n == 1) {
		e = page_map_find(&os->map, s->id, first);
		return e ? drop_page(os, s, e) : 0;
	}
	for (i = s->pages; i != PAGE_MAP_NONE && !err; i = next) {
		e = page_map_at(&os->map, i);
		next = e->next;
		if (e->page - first < n)
			err = drop_page(os, s, e);
	}
	return err;
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
