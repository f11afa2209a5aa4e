// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Translation in three steps (3.3, 3.4, 15): lookup in the caches, walk, fill.
 */
#include "engine_class.h"
#include "smmuv3_priv.h"

static inline u32 txn_ssid(const struct dma_txn *t)
{
	return t->flags & DMA_PASID ? t->pasid : V3_NO_SSID;
}

static inline u16 txn_flags(const struct dma_txn *t, const struct smmuv3_stream *st)
{
	u16 flags = t->flags;

	if (likely(st->flags_keep == 0xffff))
		return flags;
	flags = (flags & st->flags_keep) | st->flags_set;
	return flags & DMA_WRITE ? flags & (u16)~DMA_EXEC : flags;
}

/* The address as stage 1 sees it: with TBI the top byte is a sign extension of bit 55 (3.4.1). */
static inline u64 effective_va(const struct smmuv3_stream *st, u64 va)
{
	bool high = va >> 55 & 1;

	if (likely(!st->tbi))
		return va;
	if (!(st->tt[st->two && high].flags & VMSA_TBI))
		return va;
	return high ? va | 0xffULL << 56 : va & ~(0xffULL << 56);
}

static inline u8 wanted(u16 flags)
{
	if (flags & DMA_WRITE)
		return PERM_W;
	return flags & DMA_EXEC ? PERM_X : PERM_R;
}

static void bypass_result(struct xlat_result *r, u64 pa)
{
	*r = (struct xlat_result){ .pa = pa,
				   .shift = 12,
				   .perm = PERM_R | PERM_W | PERM_X,
				   .priv_perm = PERM_R | PERM_W | PERM_X,
				   .bypass = true };
}

/* SMMUEN = 0: GBPA decides; an address too large is aborted without a record (3.4, 6.3.9.6). */
static enum xlat disabled(const struct smmuv3 *s, const struct dma_txn *t, struct xlat_result *r)
{
	bypass_result(r, t->iova);
	r->hit = true;
	if ((s->gbpa & SMMUV3_GBPA_ABORT) || (t->iova & ~s->pa_mask))
		return XLAT_ABORT;
	return XLAT_OK;
}

static inline enum xlat tlb_answer(const struct smmuv3 *s, const struct tcache_entry *e, const struct dma_txn *t,
				   u16 flags, struct xlat_result *r)
{
	u64 info = e->data[TLB_FLAGS];
	u64 perm = flags & DMA_PRIV ? FIELD_GET(TLB_PRIV_PERM, info) : FIELD_GET(TLB_USER_PERM, info);

	/* A walk finds the reason, and sets the dirty state. */
	if (unlikely(!(perm & wanted(flags)) || ((info & TLB_CLEAN) && (flags & DMA_WRITE))))
		return XLAT_MISS;
	engine_answer(e, t->iova, flags, r);
	return XLAT_OK;
}

/* No stage translates, or the transaction is terminated. */
static enum xlat lookup_untranslated(const struct smmuv3 *s, const struct smmuv3_stream *st, const struct dma_txn *t,
				     struct xlat_result *r)
{
	if (st->action == V3_EVENT || (st->action == V3_BYPASS && (t->iova & ~s->pa_mask)))
		return XLAT_MISS;
	bypass_result(r, t->iova);
	r->hit = true;
	return st->action == V3_BYPASS ? XLAT_OK : XLAT_ABORT;
}

static inline __attribute__((__always_inline__)) enum xlat look_up(void *hw, const struct dma_txn *t,
								   struct xlat_result *r)
{
	struct smmuv3 *s = hw;
	const struct smmuv3_stream *st;
	const struct tcache_entry *e;
	u64 va = t->iova;
	u16 flags = t->flags;
	enum xlat x;

	if (unlikely(flags & (DMA_ATS_REQ | DMA_TRANSLATED)))
		return v3_translated_lookup(s, t, r);
	if (unlikely(!(s->cr0 & SMMUV3_CR0_SMMUEN)))
		return disabled(s, t, r);
	st = v3_cached_stream(s, t->sid, txn_ssid(t));
	if (unlikely(!st))
		return XLAT_MISS;
	if (unlikely(!st->plain)) {
		if (st->action != V3_TRANSLATE)
			return lookup_untranslated(s, st, t, r);
		flags = txn_flags(t, st);
		if (st->e0pd && !(flags & DMA_PRIV))
			return XLAT_MISS;
		va = effective_va(st, va);
		s->tagged |= va != t->iova;
	}
	e = tcache_lookup(&s->eng.cache[UNIT_TLB], va, &st->tag);
	x = likely(e) ? tlb_answer(s, e, t, flags, r) : XLAT_MISS;
	if (unlikely(s->eng.loud))
		engine_cache_event(&s->eng, UNIT_TLB, x == XLAT_OK, t->sid, t->iova, t->id);
	return x;
}

/* ---- faults of a walk ---- */

/* F_STREAM_DISABLED names the StreamID alone (7.3.7). */
u64 v3_record_word0(const struct dma_txn *t, u8 event)
{
	u64 w = FIELD_PREP(SMMUV3_EVT_0_ID, (u64)event) | FIELD_PREP(SMMUV3_EVT_0_STREAMID, (u64)t->sid);

	if ((t->flags & DMA_PASID) && event != SMMUV3_F_STREAM_DISABLED)
		w |= FIELD_PREP(SMMUV3_EVT_0_SUBSTREAMID, (u64)t->pasid) |
		     (event == SMMUV3_C_BAD_SUBSTREAMID ? 0 : SMMUV3_EVT_0_SSV);
	return w;
}

u64 v3_record_attributes(u16 flags)
{
	u64 w = flags & DMA_WRITE ? 0 : SMMUV3_EVT_1_RNW;

	if ((flags & (DMA_WRITE | DMA_EXEC)) == DMA_EXEC)
		w |= SMMUV3_EVT_1_IND;
	return flags & DMA_PRIV ? w | SMMUV3_EVT_1_PNU : w;
}

static void terminate(struct iommu_walk *w, u8 event, bool record)
{
	w->kind = XLAT_ABORT;
	w->res.fault = event;
	v3_walk_of(w)->record = record;
}

/* A configuration error: always aborted. @fetch_addr counts for the fetch events. */
void v3_config_fault(struct smmuv3 *s, struct iommu_walk *w, u8 event, u64 fetch_addr)
{
	u64 *rec = v3_walk_of(w)->rec;

	rec[0] = v3_record_word0(&w->txn, event);
	rec[1] = 0;
	rec[2] = 0;
	rec[3] = event == SMMUV3_F_STE_FETCH || event == SMMUV3_F_CD_FETCH
			 ? fetch_addr & s->pa_mask & SMMUV3_EVT_3_FETCHADDR
			 : 0;
	terminate(w, event, event != SMMUV3_C_BAD_STREAMID || (s->cr2 & SMMUV3_CR2_RECINVSID));
}

static u8 event_of(u8 pt_fault)
{
	switch (pt_fault) {
	case PT_ADDR_SIZE:
		return SMMUV3_F_ADDR_SIZE;
	case PT_ACCESS_FLAG:
		return SMMUV3_F_ACCESS;
	case PT_PERMISSION:
		return SMMUV3_F_PERMISSION;
	case PT_EXT_ABORT:
		return SMMUV3_F_WALK_EABT;
	default:
		return SMMUV3_F_TRANSLATION;
	}
}

/* How CD.{A,R,S} or STE.{S2R,S2S} treat a translation-related fault (5.5). */
static void fault_model(struct iommu_walk *w, const struct smmuv3_stream *st, bool s2)
{
	bool stall = s2 ? st->s2s : st->cd_ars & CD_S;

	w->kind = XLAT_ABORT;
	if (stall)
		w->kind = XLAT_STALL;
	else if (!s2 && !(st->cd_ars & CD_A))
		w->kind = XLAT_RAZWI;
	v3_walk_of(w)->record = stall || (s2 ? st->s2r : st->cd_ars & CD_R);
}

/* A fault of the translation process, of a CD fetch with @evt_class EVT_CLASS_CD. */
void v3_walk_fault(struct smmuv3 *s, struct iommu_walk *w, const struct smmuv3_stream *st, const struct pt_result *r,
		   u8 evt_class)
{
	u64 *rec = v3_walk_of(w)->rec;
	u8 event = event_of(r->fault);
	bool s2 = r->stage == 2;

	rec[0] = v3_record_word0(&w->txn, event);
	rec[1] = v3_record_attributes(txn_flags(&w->txn, st)) | FIELD_PREP(SMMUV3_EVT_1_CLASS, (u64)evt_class);
	rec[2] = w->txn.iova;
	rec[3] = 0;
	if (s2)
		rec[1] |= SMMUV3_EVT_1_S2;
	if (event == SMMUV3_F_WALK_EABT) {
		rec[3] = r->fetch & s->pa_mask & SMMUV3_EVT_3_FETCHADDR;
		terminate(w, event, true);
		return;
	}
	if (s2)
		rec[3] = r->ipa & SMMUV3_EVT_3_IPA;
	if (event == SMMUV3_F_PERMISSION && evt_class == SMMUV3_EVT_CLASS_TT && !r->update)
		rec[1] |= SMMUV3_EVT_1_TTRNW;
	w->res.fault = event;
	fault_model(w, st, s2);
}

/* Stage 1 is bypassed, and the address is too large for what follows: always aborted and recorded (3.4, 3.12). */
static void bypass_size_fault(struct smmuv3 *s, struct iommu_walk *w, const struct smmuv3_stream *st)
{
	struct pt_result r = { .fault = PT_ADDR_SIZE, .stage = 1 };

	v3_walk_fault(s, w, st, &r, SMMUV3_EVT_CLASS_IN);
	terminate(w, SMMUV3_F_ADDR_SIZE, true);
}

/* ---- the walk ---- */

static u32 granule_bits(const struct vmsa64_stage *st)
{
	return FIELD_PREP(WORLD_GRANULE, (u32)(st->granule - 12) / 2);
}

/*
 * Contexts of one ASID and VMID should have the same tables (5.4.1). Where they
 * do not, an entry may lead in above @root, the initial level: it is not used.
 */
static bool walk_cache(struct smmuv3 *s, enum iommu_unit unit, u64 addr, const struct tcache_tag *tag, s8 root,
		       struct pt_start *start)
{
	return s->eng.cache[unit].sets && pt_cache_start(&s->eng, unit, addr, tag, start) && start->level >= root;
}

/* Where a stage 2 walk goes on; the tag was left in the engine by the walk under way. */
bool v3_s2_start(void *arg, u64 ipa, struct pt_start *start)
{
	struct smmuv3 *s = arg;

	return walk_cache(s, UNIT_WALK_CACHE_S2, ipa, &s->s2_tag, s->s2_root, start);
}

static void use_s2(struct smmuv3 *s, const struct smmuv3_stream *st)
{
	s->s2_tag = st->s2_tag;
	s->s2_tag.world |= granule_bits(&st->s2_stage);
	s->s2_root = st->s2_stage.level;
}

/* The TLB entry for the outcome in @w->res. */
static inline void tlb_entry(struct iommu_walk *w, u64 va, const struct pt_result *r)
{
	struct v3_walk *p = v3_walk_of(w);
	struct xlat_result answer = w->res;

	answer.perm = r->user_perm;
	answer.hit = true;
	p->tlb.shift = r->shift;
	p->tlb.page = va >> r->shift;
	p->tlb.global = answer.global;
	p->tlb.data[TLB_PA] = answer.pa >> r->shift << r->shift;
	p->tlb.data[TLB_FLAGS] = FIELD_PREP(TLB_USER_PERM, (u64)r->user_perm) |
				 FIELD_PREP(TLB_PRIV_PERM, (u64)r->priv_perm) | FIELD_PREP(TLB_ATTR, (u64)r->attr) |
				 (r->flags & PT_RES_CLEAN ? TLB_CLEAN : 0);
	p->tlb.data[TLB_ANSWER] = xlat_answer(&answer);
	p->have |= HAVE_TLB;
}

void v3_walk_ok(struct smmuv3 *s, struct iommu_walk *w, const struct smmuv3_stream *st, u64 va, u16 flags,
		const struct pt_result *r)
{
	w->kind = XLAT_OK;
	w->res = (struct xlat_result){
		.pa = r->pa & s->pa_mask,
		.shift = r->shift,
		.perm = flags & DMA_PRIV ? r->priv_perm : r->user_perm,
		.priv_perm = r->priv_perm,
		.attr = r->attr,
		.global = st->s1 && (r->flags & PT_RES_GLOBAL) && (st->tag.world & WORLD_REGIME) != WORLD_EL2,
	};
	tlb_entry(w, va, r);
}

/* Both stages' tables, with the walk caches; the outcome goes to @r. */
u8 v3_walk_tables(struct smmuv3 *s, struct iommu_walk *w, const struct smmuv3_stream *st, u64 va, u32 access,
		  struct pt_result *r)
{
	struct v3_walk *p = v3_walk_of(w);
	struct pt_env env = {
		.ops = s->eng.ops,
		.ctx = s->eng.ctx,
		/* Nobody reads the list of accesses that translate makes. */
		.walk = w == &s->eng.own_walk ? NULL : w,
		.steps = s->eng.cache[UNIT_WALK_CACHE].sets | s->eng.cache[UNIT_WALK_CACHE_S2].sets ? &p->steps : NULL,
	};
	const struct vmsa64_stage *tt = NULL;
	struct pt_start start;
	bool resume;

	if (st->s2) {
		use_s2(s, st);
		p->s2_tag = s->s2_tag;
		env.s2_start = v3_s2_start;
		env.s2_cache = s;
	}
	if (st->s1) {
		tt = vmsa64_select(st->tt, st->two, va, access);
		if (!tt) {
			*r = (struct pt_result){ .fault = PT_TRANSLATION, .stage = 1 };
			return r->fault;
		}
		p->s1_tag = st->tag;
		p->s1_tag.world |= granule_bits(tt);
		resume = walk_cache(s, UNIT_WALK_CACHE, va, &p->s1_tag, tt->level, &start);
	} else {
		resume = v3_s2_start(s, va, &start);
	}
	return vmsa64_walk(&env, tt, st->s2 ? &st->s2_stage : NULL, va, access, resume ? &start : NULL, r);
}

void v3_translate_walk(struct smmuv3 *s, struct iommu_walk *w, struct smmuv3_stream *st)
{
	struct v3_walk *p = v3_walk_of(w);
	u64 va = effective_va(st, w->txn.iova);
	u16 flags = txn_flags(&w->txn, st);
	struct pt_result r;

	s->tagged |= va != w->txn.iova;
	p->tlb.tag = st->tag;
	p->tlb.page = va >> 12;
	if (!st->s1 && va >> s->ias) {
		bypass_size_fault(s, w, st);
		return;
	}
	if (!v3_walk_tables(s, w, st, va, flags & PT_ACCESS_MASK, &r)) {
		v3_walk_ok(s, w, st, va, flags, &r);
		return;
	}
	if (!st->s1)
		r.ipa = va;
	v3_walk_fault(s, w, st, &r,
		      r.tt || (r.fault == PT_EXT_ABORT && r.stage == 1) ? SMMUV3_EVT_CLASS_TT : SMMUV3_EVT_CLASS_IN);
}

/*
 * The stream's context, from the caches or from memory; in the latter case into
 * the engine's scratch, and what was read into the walk for fill. NULL: the
 * walk has ended with the event of a fetch.
 */
struct smmuv3_stream *v3_walk_stream(struct smmuv3 *s, struct iommu_walk *w, bool ste_only)
{
	struct v3_walk *p = v3_walk_of(w);
	struct smmuv3_stream *st = s->eng.ops->event ? v3_cached_stream_slow(s, w->txn.sid, txn_ssid(&w->txn))
						     : v3_cached_stream(s, w->txn.sid, txn_ssid(&w->txn));
	struct tcache_tag tag = { .vmid = w->txn.sid };
	const struct tcache_entry *e;
	const u64 *cd = p->cd;
	struct pt_result r;

	if (st)
		return st;
	st = &s->streams[V3_STREAMS];
	e = tcache_peek(&s->eng.cache[UNIT_CONFIG_CACHE], 0, &tag);
	if (p->have & HAVE_STE) {
		/* read by an earlier call for the same walk */
	} else if (e) {
		memcpy(p->ste, s->stes[e - s->eng.cache[UNIT_CONFIG_CACHE].entries].w, sizeof(p->ste));
	} else {
		if (v3_fetch_ste(s, w, w->txn.sid, p->ste))
			return NULL;
		p->have |= HAVE_STE;
	}
	v3_resolve_ste(s, p->ste, st);
	if (ste_only || st->action != V3_TRANSLATE)
		return st;
	p->cd_index = v3_select_cd(s, p->ste, txn_ssid(&w->txn), st);
	if (st->action != V3_TRANSLATE || !st->s1)
		return st;
	tag.asid = p->cd_index;
	e = tcache_peek(&s->eng.cache[UNIT_CD_CACHE], v3_cd_key(w->txn.sid, p->cd_index), &tag);
	if (e) {
		cd = s->cds[e - s->eng.cache[UNIT_CD_CACHE].entries].w;
	} else {
		p->tlb.tag = st->tag;
		if (st->s2)
			use_s2(s, st);
		if (v3_fetch_cd(s, w, p->ste, st, p->cd_index, p->cd, &r))
			return NULL;
		p->have |= HAVE_CD;
	}
	v3_resolve_cd(s, p->ste, cd, st);
	return st;
}

/* The configuration had to be fetched, so the TLB is searched only now. */
static bool fetched_hit(struct smmuv3 *s, struct iommu_walk *w, struct smmuv3_stream *st)
{
	struct v3_walk *p = v3_walk_of(w);
	u16 flags = txn_flags(&w->txn, st);
	u64 va = effective_va(st, w->txn.iova);
	const struct tcache_entry *e;

	if (!(p->have & (HAVE_STE | HAVE_CD)) || (st->e0pd && !(flags & DMA_PRIV)))
		return false;
	s->tagged |= va != w->txn.iova;
	e = tcache_lookup(&s->eng.cache[UNIT_TLB], va, &st->tag);
	if (!e || tlb_answer(s, e, &w->txn, flags, &w->res) != XLAT_OK)
		return false;
	p->tlb.tag = st->tag;
	p->tlb.page = va >> 12;
	w->res.hit = false;
	w->kind = XLAT_OK;
	return true;
}

static void walk_stream(struct smmuv3 *s, struct iommu_walk *w)
{
	struct smmuv3_stream *st = v3_walk_stream(s, w, false);

	if (!st)
		return;
	switch (st->action) {
	case V3_EVENT:
		v3_config_fault(s, w, st->event, 0);
		return;
	case V3_SILENT_ABORT:
		w->kind = XLAT_ABORT;
		return;
	case V3_BYPASS:
		bypass_result(&w->res, w->txn.iova);
		w->kind = XLAT_OK;
		if (w->txn.iova & ~s->pa_mask)
			bypass_size_fault(s, w, st);
		return;
	default:
		if (!fetched_hit(s, w, st))
			v3_translate_walk(s, w, st);
	}
}

static enum xlat walk(void *hw, const struct dma_txn *t, struct iommu_walk *w)
{
	struct smmuv3 *s = hw;
	struct v3_walk *p = v3_walk_of(w);

	engine_link(&s->eng, t, w);
	p->have = 0;
	p->record = false;
	p->steps.n = 0;
	p->tlb.tag = (struct tcache_tag){ 0 };
	p->tlb.page = t->iova >> 12;
	p->tlb.shift = 12;
	p->tlb.global = false;
	p->tlb.leaf = 1;
	if (unlikely(t->flags & DMA_ATS_REQ))
		v3_ats_request(s, w);
	else if (unlikely(t->flags & DMA_TRANSLATED))
		v3_translated(s, w);
	else if (unlikely(!(s->cr0 & SMMUV3_CR0_SMMUEN)))
		w->kind = disabled(s, t, &w->res);
	else
		walk_stream(s, w);
	return w->kind;
}

/* ---- fill ---- */

static void install_raw(struct smmuv3 *s, struct tcache *c, struct smmuv3_raw *raw, u64 addr, u8 shift,
			const struct tcache_tag *tag, const u64 *words)
{
	struct tcache_entry e = { .tag = *tag, .shift = shift, .leaf = 1 };
	const struct tcache_entry *at;

	if (!c->sets)
		return;
	tcache_insert(c, addr, &e);
	at = tcache_peek(c, addr, tag);
	memcpy(raw[at - c->entries].w, words, sizeof(raw->w));
	s->config_gen++;
}

static void install_config(struct smmuv3 *s, struct iommu_walk *w)
{
	struct v3_walk *p = v3_walk_of(w);
	struct tcache_tag tag = { .vmid = w->txn.sid };

	if (p->have & HAVE_STE)
		install_raw(s, &s->eng.cache[UNIT_CONFIG_CACHE], s->stes, 0, 64, &tag, p->ste);
	tag.asid = p->cd_index;
	if (p->have & HAVE_CD)
		install_raw(s, &s->eng.cache[UNIT_CD_CACHE], s->cds, v3_cd_key(w->txn.sid, p->cd_index), 12, &tag,
			    p->cd);
}

static void install_steps(struct smmuv3 *s, struct iommu_walk *w)
{
	struct v3_walk *p = v3_walk_of(w);
	u32 i;

	for (i = 0; i < p->steps.n; i++) {
		const struct pt_step *step = &p->steps.step[i];
		bool s2 = step->stage == 2;

		pt_cache_insert(&s->eng.cache[s2 ? UNIT_WALK_CACHE_S2 : UNIT_WALK_CACHE], step,
				s2 ? &p->s2_tag : &p->s1_tag);
	}
}

static void install(struct smmuv3 *s, struct iommu_walk *w)
{
	struct v3_walk *p = v3_walk_of(w);

	if (unlikely(p->have & (HAVE_STE | HAVE_CD)))
		install_config(s, w);
	if (p->steps.n)
		install_steps(s, w);
	if (p->have & HAVE_TLB)
		tcache_insert(&s->eng.cache[UNIT_TLB], p->tlb.page << p->tlb.shift, &p->tlb);
}

static enum xlat deliver_fault(struct smmuv3 *s, struct iommu_walk *w)
{
	struct v3_walk *p = v3_walk_of(w);

	/* No new transaction becomes stalled once SMMUEN is clear (6.3.9.6). */
	if (w->kind == XLAT_STALL && !(s->cr0 & SMMUV3_CR0_SMMUEN)) {
		w->kind = XLAT_ABORT;
		p->record = false;
	}
	if (w->kind == XLAT_STALL) {
		if (!v3_stall(s, w))
			w->kind = XLAT_WAIT;
		w->res.recorded = w->kind == XLAT_STALL;
		return w->kind;
	}
	engine_fault_event(&s->eng, &w->txn, w->res.fault);
	if (p->record)
		w->res.recorded = v3_evtq_record(s, p->rec, w->txn.id);
	return w->kind;
}

static enum xlat fill(void *hw, struct iommu_walk *w)
{
	struct smmuv3 *s = hw;

	engine_unlink(&s->eng, w);
	if (unlikely(w->stale))
		s->stats.stale_walks++;
	else if (likely(s->cr0 & SMMUV3_CR0_SMMUEN))
		install(s, w);
	return likely(w->kind == XLAT_OK) ? XLAT_OK : deliver_fault(s, w);
}

ENGINE_ACCESS_CALLS

const struct engine_hooks v3_hooks = {
	.kind = "smmuv3",
	.version = 2,
	.tells_steps = true,
	.walk = walk,
	.fill = fill,
	.mmio_read = v3_mmio_read,
	.mmio_write = v3_mmio_write,
	.page_request = v3_page_request,
	.ats_inv_done = v3_ats_inv_done,
	.step = v3_step,
	.end_transactions = v3_stall_term_all,
	.power_on = v3_power_on,
	.config = v3_config,
	.exchange = v3_exchange,
	.entry_ok = v3_entry_ok,
	.stats = v3_stats,
};

const struct iommu_class smmuv3_class = {
	.name = "smmuv3",
	ENGINE_CLASS_CALLS,
	.lookup = class_lookup,
	.translate = class_translate,
	.page_request = engine_page_request,
	.ats_inv_done = engine_ats_inv_done,
	.concerns = v3_concerns,
};
