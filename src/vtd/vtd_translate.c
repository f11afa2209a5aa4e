// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * A request's way: IOTLB (lookup), tables and paging structures (walk), and
 * what a completed walk leaves behind (fill). 3.5 - 3.9, 3.15, 4.2, 6.2, 7.1.
 */
#include "engine_class.h"
#include "vtd_priv.h"
#include "pt_vtd.h"

static bool legacy(const struct vtd *v)
{
	return v->ttm == VTD_TTM_LEGACY;
}

static bool lies_in(u64 addr, u64 base, u64 limit)
{
	return base <= limit && addr >= base && addr <= limit;
}

/* 11.4.8: DMA to protected memory is blocked without a record. */
static bool is_protected(const struct vtd *v, u64 pa)
{
	const u64 low_bits = BIT_ULL(21) - 1;

	if ((v->cap & VTD_CAP_PLMR) &&
	    lies_in(pa, reg_get(&v->regs, VTD_PLMBASE), reg_get(&v->regs, VTD_PLMLIMIT) | low_bits))
		return true;
	return (v->cap & VTD_CAP_PHMR) &&
	       lies_in(pa, reg_get(&v->regs, VTD_PHMBASE), reg_get(&v->regs, VTD_PHMLIMIT) | low_bits);
}

static enum xlat pass(const struct vtd *v, const struct dma_txn *t, struct xlat_result *r)
{
	*r = (struct xlat_result){ 0 };
	if (unlikely(v->pmr) && is_protected(v, t->iova))
		return XLAT_ABORT;
	r->pa = t->iova;
	r->shift = 12;
	r->perm = r->priv_perm = PERM_R | PERM_W;
	r->bypass = true;
	return XLAT_OK;
}

/* An interrupt request, or a zero-length read that completes without remapping (3.15). */
static bool bypasses(const struct dma_txn *t)
{
	if ((t->flags & (DMA_PASID | DMA_ATS_REQ | DMA_TRANSLATED)) || !vtd_in_intr_range(t->iova))
		return false;
	return t->flags & DMA_WRITE ? t->len == 4 && !(t->iova & 3) : t->len == 0;
}

static bool no_write(const struct vtd *v, const struct dma_txn *t)
{
	return (t->flags & DMA_NO_WRITE) && (v->ecap & VTD_ECAP_NWFS);
}

/* What a translation completion tells is what the device may do: R and W (4.2.3). */
static void limit_completion(const struct vtd *v, const struct dma_txn *t, struct xlat_result *r)
{
	u8 keep = PERM_R | (no_write(v, t) ? 0 : PERM_W);

	r->perm &= keep;
	r->priv_perm &= keep;
}

static bool overlaps_intr_range(u64 pa, u8 shift)
{
	u64 mask = BIT_ULL(shift) - 1;

	return (pa & ~mask) <= VTD_INTR_LAST && (pa | mask) >= VTD_INTR_BASE;
}

/* The completion may permit writes: then the dirty state must have been set. */
static bool entry_completes(const struct vtd *v, const struct tcache_entry *e, const struct dma_txn *t,
			    const struct xlat_result *r)
{
	u64 word = e->data[1];
	bool dirty = !(r->perm & PERM_W) || no_write(v, t) || !(word & VTD_TLB_CLEAN);

	return (word & VTD_TLB_ATS) && dirty && (r->perm & (PERM_R | PERM_W)) && !(word & VTD_TLB_INTR);
}

/* Whether a cached translation answers the request. What it does not permit is decided by a walk. */
static inline bool entry_serves(const struct vtd *v, const struct tcache_entry *e, const struct dma_txn *t, u32 flags,
				const struct xlat_result *r)
{
	u64 word = e->data[1];
	u64 permits = flags & DMA_PRIV ? FIELD_GET(VTD_TLB_PRIV_OK, word) : FIELD_GET(VTD_TLB_USER_OK, word);

	if (unlikely(flags & DMA_ATS_REQ))
		return entry_completes(v, e, t, r);
	if (unlikely(word & VTD_TLB_INTR) && vtd_in_intr_range(r->pa))
		return false;
	if (flags & DMA_WRITE)
		return permits & PERM_W;
	return permits & ((flags & (DMA_EXEC | DMA_PASID)) == (DMA_EXEC | DMA_PASID) ? PERM_X : PERM_R);
}

static struct vtd_req request_of(const struct dma_txn *t)
{
	return (struct vtd_req){
		.sid = t->sid,
		.pasid = t->pasid,
		.addr = t->iova,
		.kind = t->flags & DMA_ATS_REQ	    ? VTD_TRANSLATION
			: t->flags & DMA_TRANSLATED ? VTD_TRANSLATED
						    : VTD_UNTRANSLATED,
		.has_pasid = t->flags & DMA_PASID,
		.priv = t->flags & DMA_PRIV,
		.exec = t->flags & DMA_EXEC,
		.write = t->flags & DMA_WRITE,
	};
}

/* A translated request needs no more than its context entry (4.2.5). */
static enum xlat lookup_translated(struct vtd *v, const struct dma_txn *t, struct xlat_result *r)
{
	struct vtd_req q = request_of(t);
	struct vtd_bind b;

	if (!vtd_context_cached(v, t->sid) || vtd_resolve(v, &q, NULL, &b) || t->iova >> v->haw ||
	    vtd_in_intr_range(t->iova))
		return XLAT_MISS;
	return pass(v, t, r);
}

/* The source-id, and whether the request had a PASID. */
static inline struct tcache_tag iotlb_tag(const struct dma_txn *t)
{
	bool has_pasid = t->flags & DMA_PASID;

	return (struct tcache_tag){ .asid = has_pasid ? t->pasid : 0, .vmid = t->sid | (has_pasid ? BIT(16) : 0) };
}

static inline __attribute__((__always_inline__)) enum xlat lookup_cached(struct vtd *v, const struct dma_txn *t,
									 struct xlat_result *r)
{
	struct tcache_tag tag = iotlb_tag(t);
	const struct tcache_entry *e = tcache_lookup(&v->eng.cache[UNIT_TLB], t->iova, &tag);
	u32 flags = t->flags;
	bool hit = false;

	if (likely(e)) {
		engine_answer(e, t->iova, flags, r);
		hit = entry_serves(v, e, t, flags, r);
	}
	if (unlikely(v->eng.loud))
		engine_cache_event(&v->eng, UNIT_TLB, hit, t->sid, t->iova, t->id);
	if (!hit)
		return XLAT_MISS;
	if (unlikely(flags & DMA_ATS_REQ))
		limit_completion(v, t, r);
	else if (unlikely(v->pmr) && is_protected(v, r->pa))
		return XLAT_ABORT;
	return XLAT_OK;
}

/*
 * What is an Unsupported Request before any table is asked, and leaves no record
 * (4.2.1): ATS while translation is disabled, and a PASID in a translated
 * request, which ECAP.PTRS does not offer (4.2.5: the root complex blocks it).
 */
static bool is_protocol_error(const struct vtd *v, const struct dma_txn *t)
{
	if (!v->tes)
		return t->flags & (DMA_ATS_REQ | DMA_TRANSLATED);
	return (t->flags & DMA_TRANSLATED) && (t->flags & DMA_PASID);
}

/* Translation is disabled, the request is translated, or it goes to the interrupt range. */
static __attribute__((__noinline__)) enum xlat lookup_special(struct vtd *v, const struct dma_txn *t,
							      struct xlat_result *r)
{
	if (is_protocol_error(v, t)) {
		*r = (struct xlat_result){ 0 };
		return XLAT_ABORT;
	}
	if (!v->tes)
		return pass(v, t, r);
	if (bypasses(t))
		return pass(v, t, r);
	if (t->flags & DMA_TRANSLATED)
		return lookup_translated(v, t, r);
	return t->flags & DMA_PASID ? lookup_cached(v, t, r) : XLAT_MISS;
}

static inline __attribute__((__always_inline__)) enum xlat look_up(void *hw, const struct dma_txn *t,
								   struct xlat_result *r)
{
	struct vtd *v = hw;

	if (unlikely(!v->tes || (t->flags & DMA_TRANSLATED) || vtd_in_intr_range(t->iova)))
		return lookup_special(v, t, r);
	return lookup_cached(v, t, r);
}

/* ---- the walk ---- */

static bool first_start(struct vtd *v, const struct vtd_bind *b, bool second, u64 addr, struct pt_start *start)
{
	struct tcache_tag tag = { .asid = second ? 0 : b->pasid, .vmid = b->did };

	return pt_cache_start(&v->eng, second ? UNIT_WALK_CACHE_S2 : UNIT_WALK_CACHE, addr, &tag, start);
}

static bool execute_rules(const struct vtd *v)
{
	return (v->ecap & VTD_ECAP_ERS) && v->major < 8;
}

static void first_stage(const struct vtd *v, const struct vtd_bind *b, struct vtd_stage *s)
{
	bool snooped = (v->ecap & VTD_ECAP_SMPWCS) && (b->pe[1] & VTD_PE1_PWSNP);

	s->table = b->pe[2] & VTD_PE2_FSPTPTR;
	s->levels = (u8)(4 + FIELD_GET(VTD_PE2_FSPM, b->pe[2]));
	s->haw = v->haw;
	s->in_bits = 0;
	s->flags = v->fs_flags | (b->pe[2] & VTD_PE2_WPE ? VTD_WPE : 0) | (b->pe[2] & VTD_PE2_EAFE ? VTD_EAFE : 0) |
		   (snooped ? 0 : VTD_NO_SNOOP_WALK);
	/* Revision 5.10 ignores XD; those with execute requests know NXE and SMEP. */
	if (!execute_rules(v))
		return;
	s->flags |= VTD_EXEC | (b->pe[2] & VTD_PE2_NXE ? VTD_NXE : 0) | (b->pe[2] & VTD_PE2_SMEP ? VTD_SMEP : 0);
	/* Without NXE, XD is a reserved bit, as in a processor. */
	if (!(b->pe[2] & VTD_PE2_NXE))
		s->flags |= VTD_XD_RESERVED;
}

static void second_stage(const struct vtd *v, const struct vtd_bind *b, struct vtd_stage *s)
{
	bool snooped = (v->ecap & VTD_ECAP_SMPWCS) && (b->pe[1] & VTD_PE1_PWSNP);
	u32 aw;

	s->flags = v->ss_flags | (v->ssirwe ? VTD_IORW : 0);
	if (legacy(v)) {
		aw = (u32)FIELD_GET(VTD_CE1_AW, b->ctx[1]);
		s->table = b->ctx[0] & VTD_CE_SSPTPTR;
		s->flags |= VTD_LEGACY;
	} else {
		aw = (u32)FIELD_GET(VTD_PE_AW, b->pe[0]);
		s->table = b->pe[0] & VTD_PE_SSPTPTR;
		s->flags |= (b->pe[0] & VTD_PE_SSADE ? VTD_AD : 0) | (snooped ? 0 : VTD_NO_SNOOP_WALK);
	}
	s->levels = (u8)(aw + 2);
	s->haw = v->haw;
	s->in_bits = (u8)min((u32)v->mgaw, 30 + 9 * aw);
}

static bool pass_through(const struct vtd *v, const struct vtd_bind *b)
{
	return legacy(v) ? b->tt == VTD_TT_PASS_THROUGH : b->pgtt == VTD_PGTT_PASS_THROUGH;
}

static bool zero_length(const struct vtd *v, const struct dma_txn *t)
{
	return !t->len && !(t->flags & (DMA_WRITE | DMA_ATS_REQ)) && (v->cap & VTD_CAP_ZLR);
}

static u32 access_of(const struct vtd *v, const struct dma_txn *t, const struct vtd_bind *b)
{
	u32 access = (t->flags & PT_WRITE) | (b->priv ? PT_PRIV : 0);

	if (t->flags & DMA_ATS_REQ)
		return (b->priv ? PT_PRIV : 0) | PT_NO_PERM_FAULT | (no_write(v, t) ? 0 : PT_WRITE);
	if (zero_length(v, t))
		return access | PT_NO_PERM_FAULT;
	return t->flags & DMA_PASID ? access | (t->flags & PT_EXEC) : access;
}

/* A page's address beyond the second stage: SFS.5 by the list of entries there, SGN.5 as input of that stage. */
static u8 walk_reason(const struct vtd *v, const struct pt_result *r)
{
	u8 reason = vtd_reason(r, legacy(v));
	bool leaf = r->level == 1 || (r->desc & BIT_ULL(7));

	return reason == VTD_FR_SFS_5 && leaf && !vtd_beyond_revision_5(v) ? VTD_FR_SGN_5 : reason;
}

static u8 page_walk(struct vtd *v, struct iommu_walk *w, const struct vtd_bind *b, struct pt_result *r)
{
	bool two = b->pgtt == VTD_PGTT_NESTED;
	bool one = b->pgtt == VTD_PGTT_FIRST || two;
	struct pt_cache_s2 c = { &v->eng, { .vmid = b->did } };
	struct pt_env env = { .ops = v->eng.ops,
			      .ctx = v->eng.ctx,
			      .walk = w == &v->eng.own_walk ? NULL : w,
			      .steps = v->keep_steps ? &vtd_flight(w)->steps : NULL,
			      .s2_start = pt_cache_s2_start,
			      .s2_cache = &c };
	u32 access = access_of(v, &w->txn, b);
	struct vtd_stage fs, ss;
	struct pt_start start;
	bool started;

	if (one)
		first_stage(v, b, &fs);
	if (!one || two)
		second_stage(v, b, &ss);
	if (one ? !vtd_canonical(w->txn.iova, fs.levels) : !vtd_in_range(w->txn.iova, &ss))
		return one ? VTD_FR_SGN_1 : legacy(v) ? VTD_FR_LGN_1 : VTD_FR_SGN_5;
	started = first_start(v, b, !one, w->txn.iova, &start);
	if (vtd_walk(&env, one ? &fs : NULL, !one || two ? &ss : NULL, w->txn.iova, access, started ? &start : NULL, r))
		return walk_reason(v, r);
	if (zero_length(v, &w->txn) && !(r->perm & (PERM_R | PERM_W)))
		return legacy(v) ? VTD_FR_LGN_3 : VTD_FR_SGN_7;
	return VTD_FR_NONE;
}

/* 4.2.3: as large a region as possible; without the interrupt range in it. */
static u8 pass_through_walk(const struct vtd *v, const struct dma_txn *t, struct pt_result *r)
{
	if (t->iova >> v->haw)
		return legacy(v) ? VTD_FR_LGN_1 : VTD_FR_SGN_4;
	memset(r, 0, sizeof(*r));
	r->pa = t->iova;
	r->shift = 30;
	if (t->flags & DMA_ATS_REQ)
		while (r->shift > 12 && overlaps_intr_range(r->pa, r->shift))
			r->shift--;
	r->perm = r->user_perm = r->priv_perm = PERM_R | PERM_W | PERM_X;
	return VTD_FR_NONE;
}

static bool snoops(const struct vtd *v, const struct vtd_bind *b, const struct pt_result *r)
{
	bool second = legacy(v) || b->pgtt == VTD_PGTT_SECOND || b->pgtt == VTD_PGTT_NESTED;

	if (!(v->ecap & VTD_ECAP_SC))
		return false;
	return (second && (r->attr2 & BIT(4))) || (!legacy(v) && (b->pe[1] & VTD_PE1_PGSNP));
}

static void keep_translation(struct vtd *v, struct iommu_walk *w, const struct pt_result *r, struct vtd_flight *f)
{
	const struct vtd_bind *b = &f->bind;
	bool has_pasid = w->txn.flags & DMA_PASID;
	bool ats = legacy(v) ? b->tt == VTD_TT_DEVICE_TLB : !!(b->ctx[0] & VTD_SCE_DTE);
	bool sre = !legacy(v) && (b->pe[2] & VTD_PE2_SRE);
	bool exec = has_pasid && execute_rules(v) && (b->pe[2] & VTD_PE2_ERE);
	struct xlat_result answer = { .shift = r->shift, .perm = r->user_perm, .priv_perm = r->priv_perm, .hit = true };
	u64 usable = PERM_R | (r->flags & PT_RES_CLEAN ? 0 : PERM_W) | (exec ? PERM_X : 0);

	/* The privilege of a request without PASID is that of its context entry. */
	if (!has_pasid)
		answer.perm = answer.priv_perm = r->perm;
	else if (!sre)
		answer.priv_perm = 0;
	answer.attr = snoops(v, b, r) ? VTD_ATTR_SNOOP : 0;
	answer.bypass = pass_through(v, b);
	f->tlb[TLB_PA] = r->pa & ~(BIT_ULL(r->shift) - 1);
	f->tlb[1] = b->did | FIELD_PREP(VTD_TLB_PASID, (u64)b->pasid) | FIELD_PREP(VTD_TLB_PGTT, (u64)b->pgtt) |
		    FIELD_PREP(VTD_TLB_USER_OK, answer.perm & usable) |
		    FIELD_PREP(VTD_TLB_PRIV_OK, answer.priv_perm & usable) |
		    (r->flags & PT_RES_CLEAN ? VTD_TLB_CLEAN : 0) | (ats ? VTD_TLB_ATS : 0) |
		    (overlaps_intr_range(r->pa, r->shift) ? VTD_TLB_INTR : 0);
	f->tlb[TLB_ANSWER] = xlat_answer(&answer);
	f->tlb_shift = r->shift;
	w->res = answer;
	w->res.pa = r->pa;
	w->res.perm = r->perm;
	w->res.hit = false;
}

static bool hits_intr_range(const struct vtd *v, const struct dma_txn *t, const struct vtd_bind *b,
			    const struct pt_result *r)
{
	if (!(t->flags & DMA_ATS_REQ))
		return vtd_in_intr_range(r->pa);
	return !pass_through(v, b) && (r->perm & (PERM_R | PERM_W)) && overlaps_intr_range(r->pa, r->shift);
}

static u8 translate_request(struct vtd *v, struct iommu_walk *w, struct vtd_flight *f)
{
	struct dma_txn *t = &w->txn;
	struct vtd_bind *b = &f->bind;
	struct pt_result r;
	u8 reason;

	/* Neither an interrupt request nor a zero-length read: illegal (3.15). */
	if (!(t->flags & (DMA_PASID | DMA_ATS_REQ)) && vtd_in_intr_range(t->iova))
		return legacy(v) ? VTD_FR_LGN_4 : VTD_FR_SGN_8;
	reason = pass_through(v, b) ? pass_through_walk(v, t, &r) : page_walk(v, w, b, &r);
	if (reason)
		return reason;
	if (hits_intr_range(v, t, b, &r))
		return legacy(v) ? VTD_FR_LGN_4 : VTD_FR_SGN_8;
	keep_translation(v, w, &r, f);
	return VTD_FR_NONE;
}

static u8 translated_request(const struct vtd *v, struct iommu_walk *w)
{
	if (w->txn.iova >> v->haw)
		return legacy(v) ? VTD_FR_LGN_1 : VTD_FR_SGN_4;
	if (vtd_in_intr_range(w->txn.iova))
		return legacy(v) ? VTD_FR_LGN_4 : VTD_FR_SGN_8;
	pass(v, &w->txn, &w->res);
	return VTD_FR_NONE;
}

/* S.1 and S.2: a device may ask for the addresses of its interrupt messages. */
static void special_completion(const struct vtd *v, struct iommu_walk *w)
{
	w->res.shift = 12;
	if (!no_write(v, &w->txn)) {
		w->res.perm = PERM_W;
		w->res.untranslated = true;
	}
}

/* Table 30, columns of translation requests. */
enum ats_answer { ATS_UR, ATS_CA, ATS_NOTHING };

static enum ats_answer ats_answer(u8 reason)
{
	static const u8 refused[] = { VTD_FR_LRT_2, VTD_FR_LCT_2, VTD_FR_LCT_5, VTD_FR_RTA_2, VTD_FR_RTA_4,
				      VTD_FR_RTA_5, VTD_FR_SRT_2, VTD_FR_SCT_2, VTD_FR_SCT_5, VTD_FR_SCT_6,
				      VTD_FR_SCT_7, VTD_FR_SCT_9, VTD_FR_SGN_10 };
	static const u8 nothing[] = { VTD_FR_LGN_1, VTD_FR_LGN_2, VTD_FR_LGN_3, VTD_FR_SPD_2, VTD_FR_SPT_2,
				      VTD_FR_SPT_5, VTD_FR_SPT_6, VTD_FR_SSS_2, VTD_FR_SFS_9, VTD_FR_SFS_10 };

	if (memchr(refused, reason, sizeof(refused)))
		return ATS_UR;
	if (memchr(nothing, reason, sizeof(nothing)) || (reason >= VTD_FR_SFS_1 && reason <= VTD_FR_SFS_8))
		return ATS_NOTHING;
	return reason >= VTD_FR_SGN_1 && reason <= VTD_FR_SGN_7 ? ATS_NOTHING : ATS_CA;
}

static void conclude(const struct vtd *v, struct iommu_walk *w, u8 reason)
{
	struct vtd_flight *f = vtd_flight(w);

	f->reason = reason;
	f->report = reason;
	if (reason)
		f->steps.n = 0;
	w->kind = reason ? XLAT_ABORT : XLAT_OK;
	w->res.fault = reason;
	if (!(w->txn.flags & DMA_ATS_REQ)) {
		if (!reason && unlikely(v->pmr) && is_protected(v, w->res.pa))
			w->kind = XLAT_ABORT;
		return;
	}
	if (!reason) {
		limit_completion(v, &w->txn, &w->res);
		return;
	}
	switch (ats_answer(reason)) {
	case ATS_CA:
		w->res.attr = VTD_ATTR_CA;
		break;
	case ATS_NOTHING:
		/* Recoverable: the device will see it, software will not (7.1.2), but for SFS.10. */
		w->kind = XLAT_OK;
		w->res.shift = 12;
		f->report = reason == VTD_FR_SFS_10;
		break;
	default:
		break;
	}
}

static enum xlat walk(void *hw, const struct dma_txn *t, struct iommu_walk *w)
{
	struct vtd *v = hw;
	struct vtd_flight *f = vtd_flight(w);
	struct vtd_req q = request_of(t);
	u8 reason;

	engine_link(&v->eng, t, w);
	f->tlb_shift = 0;
	f->steps.n = 0;
	if (unlikely(!v->tes || is_protocol_error(v, t))) {
		memset(&f->bind, 0, sizeof(f->bind));
		w->kind = look_up(v, t, &w->res);
		f->reason = 0;
		f->report = false;
		return w->kind;
	}
	reason = vtd_resolve(v, &q, w, &f->bind);
	if (!reason && q.kind == VTD_TRANSLATED)
		reason = translated_request(v, w);
	else if (!reason && q.kind == VTD_TRANSLATION && !q.has_pasid && vtd_in_intr_range(t->iova))
		special_completion(v, w);
	else if (!reason)
		reason = translate_request(v, w, f);
	conclude(v, w, reason);
	return w->kind;
}

/* The paging-structure caches keep each table of the request's own way, and of each other second-stage walk the last. */
static void install_steps(struct vtd *v, const struct vtd_flight *f)
{
	const struct vtd_bind *b = &f->bind;
	struct tcache_tag first = { .asid = b->pasid, .vmid = b->did }, second = { .vmid = b->did };
	const struct pt_step *last = NULL;
	u32 i;

	for (i = 0; i < f->steps.n; i++) {
		const struct pt_step *step = &f->steps.step[i];

		if (step->stage == 1) {
			pt_cache_insert(&v->eng.cache[UNIT_WALK_CACHE], step, &first);
			continue;
		}
		if (last && (last->in != step->in || b->pgtt != VTD_PGTT_NESTED))
			pt_cache_insert(&v->eng.cache[UNIT_WALK_CACHE_S2], last, &second);
		last = step;
	}
	if (last)
		pt_cache_insert(&v->eng.cache[UNIT_WALK_CACHE_S2], last, &second);
}

static void install(struct vtd *v, const struct iommu_walk *w, const struct vtd_flight *f)
{
	struct tcache_entry e = { .leaf = 1 };

	vtd_install_bind(v, w->txn.sid, &f->bind);
	if (f->steps.n)
		install_steps(v, f);
	if (!f->tlb_shift || !v->eng.cache[UNIT_TLB].sets)
		return;
	e.tag = iotlb_tag(&w->txn);
	e.shift = f->tlb_shift;
	memcpy(e.data, f->tlb, sizeof(e.data));
	tcache_insert(&v->eng.cache[UNIT_TLB], w->txn.iova, &e);
}

static enum xlat fill(void *hw, struct iommu_walk *w)
{
	struct vtd *v = hw;
	struct vtd_flight *f = vtd_flight(w);

	engine_unlink(&v->eng, w);
	if (likely(!w->stale))
		install(v, w, f);
	if (f->report) {
		struct vtd_req q = request_of(&w->txn);

		engine_fault_event(&v->eng, &w->txn, f->reason);
		w->res.recorded = vtd_fault_report(v, &q, f->reason, f->bind.fpd, w->txn.id);
	}
	return w->kind;
}

ENGINE_ACCESS_CALLS

const struct engine_hooks vtd_hooks = {
	.kind = "vtd",
	.version = 3,
	.walk = walk,
	.fill = fill,
	.mmio_read = vtd_mmio_read,
	.mmio_write = vtd_mmio_write,
	.page_request = vtd_page_request,
	.ats_inv_done = vtd_ats_inv_done,
	.step = vtd_iq_run,
	.power_on = vtd_power_on,
	.config = vtd_config,
	.exchange = vtd_exchange,
	.entry_ok = vtd_entry_ok,
	.stats = vtd_stats,
};

const struct iommu_class vtd_class = {
	.name = "vtd",
	ENGINE_CLASS_CALLS,
	.lookup = class_lookup,
	.translate = class_translate,
	.page_request = engine_page_request,
	.ats_inv_done = engine_ats_inv_done,
	.concerns = vtd_concerns,
};
