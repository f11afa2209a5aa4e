// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * What each kind of invalidation drops (tables 17, 23, 24), from the caches and
 * from walks in flight, whichever interface asked for it.
 */
#include "vtd_priv.h"

/* Which entries of the IOTLB; a field that @match does not name is not compared. */
struct tlb_match {
	u64 fields; /* VTD_TLB_DID, VTD_TLB_PASID */
	u64 value;
	u32 pgtts;	/* translation types dropped whatever their address */
	u32 pgtts_addr; /* those dropped within [addr, last] */
	u64 addr, last;
};

static bool overlaps(u64 first, u8 shift, u64 addr, u64 last)
{
	u64 end = first | (shift < 64 ? BIT_ULL(shift) - 1 : ~0ULL);

	return first <= last && addr <= end;
}

static bool tlb_matches(u64 page, u8 shift, u64 word, const struct tlb_match *m)
{
	u32 pgtt = BIT((u32)FIELD_GET(VTD_TLB_PGTT, word));

	if ((word ^ m->value) & m->fields)
		return false;
	if (pgtt & m->pgtts)
		return true;
	return (pgtt & m->pgtts_addr) && overlaps(page << shift, shift, m->addr, m->last);
}

static bool tlb_entry_matches(const struct tcache_entry *e, const void *arg)
{
	return tlb_matches(e->page, e->shift, e->data[1], arg);
}

static const struct iommu_scope everything = { .stages = SCOPE_S1 | SCOPE_S2 };

static struct iommu_scope scope_of_domain(u16 did, u8 stages)
{
	return (struct iommu_scope){ .by = SCOPE_VMID, .stages = stages, .vmid = did };
}

static void limit_to_pages(struct iommu_scope *scope, u64 first, u64 last, bool leaf_only)
{
	scope->by |= SCOPE_ADDR | (leaf_only ? SCOPE_LEAF : 0);
	scope->first = first;
	scope->last = last;
}

/* A walk that has not found a translation yet counts as one of every kind and domain. */
static bool walk_matches(const struct iommu_walk *w, const struct tlb_match *m)
{
	const struct vtd_flight *f = (const struct vtd_flight *)w->priv;

	if (!f->tlb_shift)
		return true;
	return tlb_matches(w->txn.iova >> f->tlb_shift, f->tlb_shift, f->tlb[1], m);
}

static void drop_tlb(struct vtd *v, const struct tlb_match *m, const struct iommu_scope *scope)
{
	struct tcache_inv inv = { .also = tlb_entry_matches, .arg = m };
	struct iommu_walk *w;

	/* If only a range is dropped, only its sets need be searched. */
	if (!m->pgtts) {
		inv.match = TCACHE_BY_ADDR;
		inv.addr = m->addr;
		inv.last = m->last;
	}
	engine_dropped(&v->eng, UNIT_TLB, tcache_invalidate(&v->eng.cache[UNIT_TLB], &inv), scope);
	for (w = v->eng.walks; w; w = w->next)
		if (walk_matches(w, m))
			engine_overtake(&v->eng, w);
}

/* Of a paging-structure cache; as far as @scope goes with its stage. */
static void drop_paging(struct vtd *v, enum iommu_unit unit, const struct tcache_inv *inv, struct iommu_scope scope)
{
	bool first = unit == UNIT_WALK_CACHE;

	scope.stages = first ? SCOPE_S1 : SCOPE_S2;
	engine_dropped(
		&v->eng, unit,
		tcache_invalidate(first ? &v->eng.cache[UNIT_WALK_CACHE] : &v->eng.cache[UNIT_WALK_CACHE_S2], inv),
		&scope);
}

/* Global invalidation of everything: SRTP with ESRTPS, translation disabled. */
void vtd_invalidate_all(struct vtd *v)
{
	struct iommu_walk *w;

	engine_dropped(&v->eng, UNIT_CONFIG_CACHE, tcache_invalidate_all(&v->eng.cache[UNIT_CONFIG_CACHE]),
		       &everything);
	engine_dropped(&v->eng, UNIT_CD_CACHE, tcache_invalidate_all(&v->eng.cache[UNIT_CD_CACHE]), &everything);
	engine_dropped(&v->eng, UNIT_TLB, tcache_invalidate_all(&v->eng.cache[UNIT_TLB]), &everything);
	engine_dropped(&v->eng, UNIT_WALK_CACHE, tcache_invalidate_all(&v->eng.cache[UNIT_WALK_CACHE]), &everything);
	engine_dropped(&v->eng, UNIT_WALK_CACHE_S2, tcache_invalidate_all(&v->eng.cache[UNIT_WALK_CACHE_S2]),
		       &everything);
	for (w = v->eng.walks; w; w = w->next)
		engine_overtake(&v->eng, w);
	vtd_forget_learnt(v);
}

struct context_match {
	enum vtd_gran g;
	u16 did;
};

static bool context_matches(const struct tcache_entry *e, const void *arg)
{
	const struct context_match *m = arg;

	return m->g == VTD_GRAN_GLOBAL || FIELD_GET(VTD_CE1_DID, e->data[1]) == m->did;
}

/* Function mask 1, 2, 3: bits 2, 2:1, 2:0 of the source-id are not compared (table 21). */
static u32 function_bits(u32 fm)
{
	static const u8 masked[] = { 0, 4, 6, 7 };

	return masked[fm & 3];
}

/**
 * vtd_inv_context() - context-cache
 * Scalable-mode entries have no domain-id: domain-selective is global, and
 * device-selective ignores it (6.5.2.1).
 *
 * The event of a domain-selective one names no domain: an entry that said so
 * may have been evicted and fetched anew with another, so any stream may be meant.
 */
void vtd_inv_context(struct vtd *v, enum vtd_gran g, u16 did, u16 sid, u32 fm)
{
	bool scalable = v->ttm != VTD_TTM_LEGACY;
	struct context_match m = { scalable ? VTD_GRAN_GLOBAL : g, did };
	struct tcache_inv inv = { .also = context_matches, .arg = &m };
	struct iommu_scope scope = everything;
	u32 bits = function_bits(fm), n = 0, func;
	struct iommu_walk *w;

	if (g == VTD_GRAN_SELECTIVE) {
		/*
		 * With function mask 1 and 2 the range contains functions that are not concerned: the event names more
		 * than needed.
		 */
		scope.by = SCOPE_SID;
		scope.sid_first = sid & ~bits;
		scope.sid_last = sid | bits;
		inv.match = TCACHE_BY_VMID;
		for (func = 0; func < 8; func++) {
			if (func & ~bits)
				continue;
			inv.tag.vmid = (sid & ~bits) | func;
			n += tcache_invalidate(&v->eng.cache[UNIT_CONFIG_CACHE], &inv);
		}
	} else {
		n = tcache_invalidate(&v->eng.cache[UNIT_CONFIG_CACHE], &inv);
	}
	engine_dropped(&v->eng, UNIT_CONFIG_CACHE, n, &scope);
	for (w = v->eng.walks; w; w = w->next)
		if (g != VTD_GRAN_SELECTIVE || !((w->txn.sid ^ sid) & ~bits & 0xffff))
			engine_overtake(&v->eng, w);
}

struct pasid_match {
	u32 g;
	u16 did;
	u32 pasid;
};

static bool pasid_words_match(u64 pe1, u32 pasid, const struct pasid_match *m)
{
	if (m->g == VTD_PC_GLOBAL)
		return true;
	return FIELD_GET(VTD_PE1_DID, pe1) == m->did && (m->g == VTD_PC_DOMAIN || pasid == m->pasid);
}

static bool pasid_matches(const struct tcache_entry *e, const void *arg)
{
	return pasid_words_match(e->data[1], e->tag.asid, arg);
}

/* vtd_inv_pasid() - PASID-cache; @g is VTD_PC_*. Its event names no domain, as that of vtd_inv_context(). */
void vtd_inv_pasid(struct vtd *v, u32 g, u16 did, u32 pasid)
{
	struct pasid_match m = { g, did, pasid };
	struct tcache_inv inv = { .also = pasid_matches, .arg = &m };
	struct iommu_scope scope = everything;
	struct iommu_walk *w;

	if (g == VTD_PC_SELECTIVE) {
		scope.by = SCOPE_PASID;
		scope.pasid = pasid;
	}
	engine_dropped(&v->eng, UNIT_CD_CACHE, tcache_invalidate(&v->eng.cache[UNIT_CD_CACHE], &inv), &scope);
	for (w = v->eng.walks; w; w = w->next) {
		const struct vtd_bind *b = &vtd_flight(w)->bind;

		if (!b->have_pe || pasid_words_match(b->pe[1], b->pasid, &m))
			engine_overtake(&v->eng, w);
	}
}

/* Bits above the address width are ignored; 2^am pages, naturally aligned. */
static void page_range(u64 addr, u32 am, u64 *first, u64 *last)
{
	u64 span = am >= 52 ? ~0ULL : BIT_ULL(am + 12) - 1;

	*first = addr & ~span & VTD_DESC_ADDR;
	*last = *first | span;
}

/**
 * vtd_inv_iotlb() - IOTLB and paging-structure caches, for software that changed second-stage tables (table 23)
 * @am: log2 of the pages, with @addr and @ih for VTD_GRAN_SELECTIVE
 */
void vtd_inv_iotlb(struct vtd *v, enum vtd_gran g, u16 did, u64 addr, u32 am, bool ih)
{
	struct tcache_inv paging = { .tag.vmid = did };
	struct tlb_match m = { .pgtts = ~0U };
	struct iommu_scope scope = everything, whole;

	if (g != VTD_GRAN_GLOBAL) {
		scope = scope_of_domain(did, SCOPE_S1 | SCOPE_S2);
		m.fields = VTD_TLB_DID;
		m.value = did;
		paging.match = TCACHE_BY_VMID;
	}
	whole = scope;
	if (g == VTD_GRAN_SELECTIVE) {
		page_range(addr & (BIT_ULL(v->mgaw) - 1), am, &m.addr, &m.last);
		/* Pages of the second stage; the first stage's entries of the domain go whatever their address. */
		scope.stages = SCOPE_S2;
		limit_to_pages(&scope, m.addr, m.last, ih);
		m.pgtts = BIT(VTD_PGTT_FIRST) | BIT(VTD_PGTT_NESTED);
		m.pgtts_addr = ~m.pgtts;
		/* Legacy mode has no entries whose address does not count. */
		if (v->ttm == VTD_TTM_LEGACY)
			m.pgtts = 0;
	}
	drop_tlb(v, &m, &scope);
	drop_paging(v, UNIT_WALK_CACHE, &paging, whole);
	if (g == VTD_GRAN_GLOBAL)
		vtd_forget_learnt(v);
	if (g == VTD_GRAN_SELECTIVE && ih)
		return;
	if (g == VTD_GRAN_SELECTIVE) {
		paging.match |= TCACHE_BY_ADDR;
		paging.addr = m.addr;
		paging.last = m.last;
	}
	drop_paging(v, UNIT_WALK_CACHE_S2, &paging, scope);
}

/**
 * vtd_inv_piotlb() - the same for first-stage tables (table 24)
 * @page: page-selective within PASID, else PASID-selective
 */
void vtd_inv_piotlb(struct vtd *v, bool page, u16 did, u32 pasid, u64 addr, u32 am, bool ih)
{
	struct tcache_inv paging = { .match = TCACHE_BY_VMID | TCACHE_BY_ASID, .tag = { .asid = pasid, .vmid = did } };
	struct tlb_match m = { .fields = VTD_TLB_DID | VTD_TLB_PASID,
			       .value = did | FIELD_PREP(VTD_TLB_PASID, (u64)pasid),
			       .pgtts = ~0U };
	struct iommu_scope scope = scope_of_domain(did, SCOPE_S1 | SCOPE_S2);

	scope.by |= SCOPE_PASID;
	scope.pasid = pasid;
	if (page) {
		page_range(addr, am, &m.addr, &m.last);
		scope.stages = SCOPE_S1;
		limit_to_pages(&scope, m.addr, m.last, ih);
		m.pgtts = 0;
		m.pgtts_addr = BIT(VTD_PGTT_FIRST) | BIT(VTD_PGTT_NESTED);
		paging.match |= TCACHE_BY_ADDR;
		paging.addr = m.addr;
		paging.last = m.last;
	}
	drop_tlb(v, &m, &scope);
	if (!page || !ih)
		drop_paging(v, UNIT_WALK_CACHE, &paging, scope);
}
