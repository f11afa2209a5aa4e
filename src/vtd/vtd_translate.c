/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A request's way: IOTLB (lookup), tables and paging structures (walk), and
 * what a completed walk leaves behind (fill). 3.5 - 3.9, 3.15, 4.2, 6.2, 7.1.
 */
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

static void clear_result(struct xlat_result *r)
{
	memset(r, 0, sizeof(*r));
}

static enum xlat pass(const struct vtd *v, const struct dma_txn *t, struct xlat_result *r)
{
	clear_result(r);
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

static inline void result_of_entry(const struct tcache_entry *e, const struct dma_txn *t, struct xlat_result *r)
{
	r->pa = e->data[0] | (t->iova & (BIT_ULL(e->shift) - 1));
	xlat_set_answer(r, e->data[2]);
	if (t->flags & DMA_PRIV)
		r->perm = r->priv_perm;
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
static inline bool entry_serves(const struct vtd *v, const struct tcache_entry *e, const struct dma_txn *t,
				const struct xlat_result *r)
{
	u64 word = e->data[1];
	u64 permits = t->flags & DMA_PRIV ? FIELD_GET(VTD_TLB_PRIV_OK, word) : FIELD_GET(VTD_TLB_USER_OK, word);

	if (unlikely(t->flags & DMA_ATS_REQ))
		return entry_completes(v, e, t, r);
	if (unlikely(word & VTD_TLB_INTR) && vtd_in_intr_range(r->pa))
		return false;
	if (t->flags & DMA_WRITE)
		return permits & PERM_W;
	return permits & ((t->flags & (DMA_EXEC | DMA_PASID)) == (DMA_EXEC | DMA_PASID) ? PERM_X : PERM_R);
}

static __attribute__((__noinline__)) void count_lookup(struct vtd *v, const struct dma_txn *t, bool hit)
{
	struct iommu_event ev = { .kind = hit ? IOMMU_EV_HIT : IOMMU_EV_MISS,
				  .unit = UNIT_TLB,
				  .sid = t->sid,
				  .addr = t->iova,
				  .id = t->id };

	vtd_emit(v, &ev);
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

static inline struct tcache_tag iotlb_tag(const struct dma_txn *t)
{
	bool has_pasid = t->flags & DMA_PASID;

	return (struct tcache_tag){ .asid = has_pasid ? t->pasid : 0, .vmid = vtd_tlb_vmid(t->sid, has_pasid) };
}

static inline __attribute__((__always_inline__)) enum xlat lookup_cached(struct vtd *v, const struct dma_txn *t,
									 struct xlat_result *r)
{
	struct tcache_tag tag = iotlb_tag(t);
	const struct tcache_entry *e = tcache_lookup(&v->iotlb, t->iova, &tag);
	bool hit = false;

	if (likely(e)) {
		result_of_entry(e, t, r);
		hit = entry_serves(v, e, t, r);
	}
	if (unlikely(v->tell_lookups))
		count_lookup(v, t, hit);
	if (!hit)
		return XLAT_MISS;
	if (unlikely(t->flags & DMA_ATS_REQ))
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
		clear_result(r);
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

static inline __attribute__((__always_inline__)) enum xlat look_up(struct vtd *v, const struct dma_txn *t,
								   struct xlat_result *r)
{
	if (unlikely(!v->tes || (t->flags & DMA_TRANSLATED) || vtd_in_intr_range(t->iova)))
		return lookup_special(v, t, r);
	return lookup_cached(v, t, r);
}

enum xlat vtd_lookup(void *hw, const struct dma_txn *t, struct xlat_result *r)
{
	struct vtd *v = hw;
	enum xlat x;

	engine_enter_access(&v->guard, CALL_LOOKUP);
	x = look_up(v, t, r);
	engine_leave_access(&v->guard);
	return x;
}

/* ---- the walk ---- */

struct second_cache {
	struct vtd *v;
	u32 did;
};

static void start_from(const struct tcache_entry *e, u64 levels[IOMMU_WALK_LEVELS], struct pt_start *start)
{
	start->table = e->data[0] & VTD_STEP_TABLE;
	start->attr = (u16)FIELD_GET(VTD_STEP_ATTR, e->data[0]);
	start->level = (s8)FIELD_GET(VTD_STEP_LEVEL, e->data[0]);
	levels[(start->level + 1) & (IOMMU_WALK_LEVELS - 1)]++;
}

static bool second_start(void *cache, u64 ipa, struct pt_start *start)
{
	struct second_cache *c = cache;
	struct tcache_tag tag = { .vmid = c->did };
	const struct tcache_entry *e = tcache_lookup(&c->v->second, ipa, &tag);

	if (e)
		start_from(e, c->v->step_levels[1], start);
	return e;
}

static bool first_start(struct vtd *v, const struct vtd_bind *b, bool second, u64 addr, struct pt_start *start)
{
	struct tcache_tag tag = { .asid = b->pasid, .vmid = b->did };
	struct second_cache c = { v, b->did };
	const struct tcache_entry *e;

	if (second)
		return second_start(&c, addr, start);
	e = tcache_lookup(&v->first, addr, &tag);
	if (e)
		start_from(e, v->step_levels[0], start);
	return e;
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
	struct second_cache c = { v, b->did };
	struct pt_env env = { .ops = v->ops,
			      .ctx = v->ctx,
			      .walk = w == &v->one ? NULL : w,
			      .steps = v->keep_steps ? &v->steps : NULL,
			      .s2_start = second_start,
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

/* Remember what the paging-structure caches may keep. */
static void keep_steps(const struct vtd *v, const struct vtd_bind *b, u64 iova, struct vtd_flight *f)
{
	bool two = b->pgtt == VTD_PGTT_NESTED;
	u32 i;

	for (i = 0; i < v->steps.n; i++) {
		const struct pt_step *s = &v->steps.step[i];
		u64 word = (s->table & VTD_STEP_TABLE) | FIELD_PREP(VTD_STEP_ATTR, (u64)s->attr) |
			   FIELD_PREP(VTD_STEP_LEVEL, (u64)s->level);

		if (!two || s->stage == 1) {
			if (f->n_first < ARRAY_SIZE(f->first))
				f->first[f->n_first++] = word;
			continue;
		}
		/* Of each second-stage walk the deepest step. */
		if (!f->n_second || f->second[f->n_second - 1][0] != s->in) {
			if (f->n_second == VTD_MAX_SS)
				continue;
			f->second[f->n_second++][0] = s->in;
		}
		f->second[f->n_second - 1][1] = word;
	}
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
	f->tlb[0] = r->pa & ~(BIT_ULL(r->shift) - 1);
	f->tlb[1] = b->did | FIELD_PREP(VTD_TLB_PASID, (u64)b->pasid) | FIELD_PREP(VTD_TLB_PGTT, (u64)b->pgtt) |
		    FIELD_PREP(VTD_TLB_USER_OK, answer.perm & usable) |
		    FIELD_PREP(VTD_TLB_PRIV_OK, answer.priv_perm & usable) |
		    (r->flags & PT_RES_CLEAN ? VTD_TLB_CLEAN : 0) | (ats ? VTD_TLB_ATS : 0) |
		    (overlaps_intr_range(r->pa, r->shift) ? VTD_TLB_INTR : 0);
	f->tlb[2] = xlat_answer(&answer);
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
	v->steps.n = 0;
	reason = pass_through(v, b) ? pass_through_walk(v, t, &r) : page_walk(v, w, b, &r);
	if (reason)
		return reason;
	if (hits_intr_range(v, t, b, &r))
		return legacy(v) ? VTD_FR_LGN_4 : VTD_FR_SGN_8;
	if (v->keep_steps)
		keep_steps(v, b, t->iova, f);
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
	switch (reason) {
	case VTD_FR_LRT_2:
	case VTD_FR_LCT_2:
	case VTD_FR_LCT_5:
	case VTD_FR_RTA_2:
	case VTD_FR_RTA_4:
	case VTD_FR_RTA_5:
	case VTD_FR_SRT_2:
	case VTD_FR_SCT_2:
	case VTD_FR_SCT_5:
	case VTD_FR_SCT_6:
	case VTD_FR_SCT_7:
	case VTD_FR_SCT_9:
	case VTD_FR_SGN_10:
		return ATS_UR;
	case VTD_FR_LGN_1:
	case VTD_FR_LGN_2:
	case VTD_FR_LGN_3:
	case VTD_FR_SPD_2:
	case VTD_FR_SPT_2:
	case VTD_FR_SPT_5:
	case VTD_FR_SPT_6:
	case VTD_FR_SSS_2:
	case VTD_FR_SFS_9:
	case VTD_FR_SFS_10:
		return ATS_NOTHING;
	default:
		if (reason >= VTD_FR_SFS_1 && reason <= VTD_FR_SFS_8)
			return ATS_NOTHING;
		return reason >= VTD_FR_SGN_1 && reason <= VTD_FR_SGN_7 ? ATS_NOTHING : ATS_CA;
	}
}

static void conclude(const struct vtd *v, struct iommu_walk *w, u8 reason)
{
	struct vtd_flight *f = vtd_flight(w);

	f->reason = reason;
	f->report = reason;
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

static void begin(struct vtd *v, const struct dma_txn *t, struct iommu_walk *w)
{
	struct vtd_flight *f = vtd_flight(w);

	w->txn = *t;
	clear_result(&w->res);
	w->stale = false;
	w->n_accesses = 0;
	f->stale_seq = 0;
	f->tlb_shift = 0;
	f->n_first = f->n_second = 0;
	w->next = v->walks;
	w->pprev = &v->walks;
	if (w->next)
		w->next->pprev = &w->next;
	v->walks = w;
}

static enum xlat decide(struct vtd *v, const struct dma_txn *t, struct iommu_walk *w)
{
	struct vtd_flight *f = vtd_flight(w);
	struct vtd_req q = request_of(t);
	u8 reason;

	begin(v, t, w);
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

enum xlat vtd_walk_begin(void *hw, const struct dma_txn *t, struct iommu_walk *w)
{
	struct vtd *v = hw;
	enum xlat x;

	engine_enter_access(&v->guard, CALL_WALK);
	x = decide(v, t, w);
	engine_leave_access(&v->guard);
	return x;
}

static void unlink_walk(struct iommu_walk *w)
{
	*w->pprev = w->next;
	if (w->next)
		w->next->pprev = w->pprev;
}

static void install_step(struct tcache *c, u64 addr, u32 asid, u32 vmid, u64 word)
{
	struct tcache_entry e = { .tag = { .asid = asid, .vmid = vmid } };

	if (!c->sets)
		return;
	e.shift = (u8)(12 + 9 * FIELD_GET(VTD_STEP_LEVEL, word));
	e.data[0] = word;
	tcache_insert(c, addr, &e);
}

static void install(struct vtd *v, const struct iommu_walk *w, const struct vtd_flight *f)
{
	const struct vtd_bind *b = &f->bind;
	bool one = b->pgtt == VTD_PGTT_FIRST || b->pgtt == VTD_PGTT_NESTED;
	struct tcache_entry e = { .leaf = 1 };
	u32 i;

	vtd_install_bind(v, w->txn.sid, b);
	for (i = 0; i < f->n_first; i++)
		install_step(one ? &v->first : &v->second, w->txn.iova, one ? b->pasid : 0, b->did, f->first[i]);
	for (i = 0; i < f->n_second; i++)
		install_step(&v->second, f->second[i][0], 0, b->did, f->second[i][1]);
	if (!f->tlb_shift || !v->iotlb.sets)
		return;
	e.tag = iotlb_tag(&w->txn);
	e.shift = f->tlb_shift;
	e.data[0] = f->tlb[0];
	e.data[1] = f->tlb[1];
	e.data[2] = f->tlb[2];
	tcache_insert(&v->iotlb, w->txn.iova, &e);
}

static void report(struct vtd *v, struct iommu_walk *w, const struct vtd_flight *f)
{
	struct iommu_event ev = { .kind = IOMMU_EV_FAULT,
				  .unit = UNIT_EVENTQ,
				  .code = f->reason,
				  .sid = w->txn.sid,
				  .addr = w->txn.iova,
				  .id = w->txn.id };
	struct vtd_req q = request_of(&w->txn);

	vtd_emit(v, &ev);
	w->res.recorded = vtd_fault_report(v, &q, f->reason, f->bind.fpd, w->txn.id);
}

/* A wait descriptor may have waited for a walk that is stale: the next step looks. */
static void end_walk(struct vtd *v, struct iommu_walk *w)
{
	unlink_walk(w);
	if (unlikely(w->stale))
		v->iq_owed = true;
}

static enum xlat complete_walk(struct vtd *v, struct iommu_walk *w)
{
	struct vtd_flight *f = vtd_flight(w);

	end_walk(v, w);
	if (likely(!w->stale))
		install(v, w, f);
	if (f->report)
		report(v, w, f);
	return w->kind;
}

enum xlat vtd_walk_fill(void *hw, struct iommu_walk *w)
{
	struct vtd *v = hw;
	enum xlat x;

	engine_enter_access(&v->guard, CALL_FILL);
	x = complete_walk(v, w);
	engine_leave_access(&v->guard);
	return x;
}

void vtd_walk_cancel(void *hw, struct iommu_walk *w)
{
	struct vtd *v = hw;

	engine_enter_access(&v->guard, CALL_CANCEL);
	end_walk(v, w);
	engine_leave_access(&v->guard);
}

/* After a reset: the walk stands alone, and whoever still holds it gets an abort. */
void vtd_walk_disown(struct iommu_walk *w)
{
	struct vtd_flight *f = vtd_flight(w);

	w->next = NULL;
	w->pprev = &w->next;
	w->stale = true;
	w->kind = XLAT_ABORT;
	clear_result(&w->res);
	f->report = false;
}

static __attribute__((__noinline__)) enum xlat translate_miss(struct vtd *v, const struct dma_txn *t,
							      struct xlat_result *r)
{
	enum xlat x;

	decide(v, t, &v->one);
	x = complete_walk(v, &v->one);
	*r = v->one.res;
	return x;
}

enum xlat vtd_translate(void *hw, const struct dma_txn *t, struct xlat_result *r)
{
	struct vtd *v = hw;
	enum xlat x;

	engine_enter_access(&v->guard, CALL_TRANSLATE);
	x = look_up(v, t, r);
	if (unlikely(x == XLAT_MISS))
		x = translate_miss(v, t, r);
	engine_leave_access(&v->guard);
	return x;
}
