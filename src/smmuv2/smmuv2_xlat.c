// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Translation in three steps: lookup in stream mapping and TLB, walk, fill. */
#include "engine_class.h"
#include "smmuv2_priv.h"

#define EVERY_ADDRESS 63 /* xlat_result.shift of a bypass */

/* ---- Lookup ---- */

/* Where the stream mapping table sends a transaction. */
enum route { TO_BYPASS, TO_BANK, TO_FAULT };

struct route_end {
	u32 fault; /* sGFSR bit */
	u32 flags; /* of the transaction, after PRIVCFG and INSTCFG */
	u8 cb;
	bool nested;
};

static enum route unmatched(const struct smmuv2 *s, u16 group, struct route_end *e)
{
	bool multi = group == SMMUV2_STREAM_MULTI;

	e->fault = multi ? SMMUV2_sGFSR_SMCF : SMMUV2_sGFSR_USF;
	return s->scr0 & (multi ? SMMUV2_sCR0_SMCFCFG : SMMUV2_sCR0_USFCFG) ? TO_FAULT : TO_BYPASS;
}

static enum route route_bank(const struct smmuv2_bank *b, struct route_end *e)
{
	e->nested = b->way != SMMUV2_WAY_UCIF;
	switch (b->way) {
	case SMMUV2_WAY_FLAT:
		return TO_BYPASS;
	case SMMUV2_WAY_WALK:
		return TO_BANK;
	case SMMUV2_WAY_UCBF:
		e->fault = SMMUV2_sGFSR_UCBF;
		return TO_FAULT;
	case SMMUV2_WAY_UCIF:
		e->fault = SMMUV2_sGFSR_UCIF;
		return TO_FAULT;
	default:
		e->fault = SMMUV2_sGFSR_ICF;
		return TO_FAULT;
	}
}

static inline u32 flags_of(const struct smmuv2_group *g, u32 flags)
{
	flags = (flags | g->set) & g->keep;
	return flags & DMA_WRITE ? flags & ~DMA_EXEC : flags;
}

static enum route route(struct smmuv2 *s, const struct dma_txn *t, struct route_end *e)
{
	const struct smmuv2_group *g;
	u16 group;

	e->nested = false;
	e->flags = t->flags;
	if (unlikely(s->scr0 & SMMUV2_sCR0_CLIENTPD))
		return TO_BYPASS;
	group = stream_of(s, t->sid);
	if (unlikely(group >= SMMUV2_STREAM_NONE))
		return unmatched(s, group, e);
	g = &s->group[group];
	e->flags = flags_of(g, t->flags);
	if (unlikely(g->type != SMMUV2_S2CR_TYPE_TRANS)) {
		e->fault = SMMUV2_sGFSR_ICF;
		return g->type == SMMUV2_S2CR_TYPE_BYPASS ? TO_BYPASS : TO_FAULT;
	}
	e->cb = g->cb;
	e->fault = SMMUV2_sGFSR_UCBF;
	if (unlikely(g->cb >= s->cfg.num_cb))
		return TO_FAULT;
	if (likely(s->bank[g->cb].way == SMMUV2_WAY_WALK))
		return TO_BANK;
	return route_bank(&s->bank[g->cb], e);
}

static enum xlat bypass(const struct dma_txn *t, struct xlat_result *r)
{
	r->pa = t->iova;
	r->bypass = true;
	r->shift = EVERY_ADDRESS;
	r->perm = PERM_R | PERM_W | PERM_X;
	r->priv_perm = r->perm;
	return XLAT_OK;
}

static u8 wanted(u32 flags)
{
	return flags & DMA_WRITE ? PERM_W : flags & DMA_EXEC ? PERM_X : PERM_R;
}

/* Find the bank whose outstanding fault holds a transaction of bank @cb; SMMUV2_NO_BANK if there is none. */
static u8 blocked_by(const struct smmuv2 *s, u8 cb)
{
	const struct smmuv2_bank *b = &s->bank[cb];

	if (unlikely(b->blocked))
		return cb;
	if (unlikely(b->s2 != SMMUV2_NO_BANK) && s->bank[b->s2].blocked)
		return b->s2;
	return SMMUV2_NO_BANK;
}

static inline __attribute__((__always_inline__)) enum xlat lookup_tlb(struct smmuv2 *s, const struct dma_txn *t, u32 cb,
								      u32 flags, struct xlat_result *r)
{
	const struct smmuv2_bank *b = &s->bank[cb];
	u64 va = bank_va(b, t->iova);
	struct tcache_entry *hit = tcache_lookup(&s->eng.cache[UNIT_TLB], va, &b->tag);
	u32 priv = flags & DMA_PRIV ? 8 : 0;

	/* Lack of permission is left to the walk: it names the stage and level, and sees what software relaxed. */
	if (hit && unlikely(!(hit->data[1] >> priv & wanted(flags))))
		hit = NULL;
	if (unlikely(s->eng.loud))
		engine_cache_event(&s->eng, UNIT_TLB, hit, t->sid, t->iova, t->id);
	if (!hit)
		return XLAT_MISS;
	engine_answer(hit, va, flags, r);
	return XLAT_OK;
}

/* The slow path: everything but a remembered stream whose bank translates and holds nothing back. */
static __attribute__((__noinline__)) enum xlat lookup_rest(struct smmuv2 *s, const struct dma_txn *t,
							   struct xlat_result *r)
{
	struct route_end e;
	enum route to;
	u8 by;

	fl_assert(t->tbu < s->cfg.n_tbus);
	if (s->full_tbus >> t->tbu & 1) {
		s->tbu[t->tbu].waited = true;
		s->stats.waits++;
		return XLAT_WAIT;
	}
	to = route(s, t, &e);
	if (to == TO_BYPASS)
		return bypass(t, r);
	if (to == TO_FAULT)
		return smmuv2_fault_global(s, t, e.flags, e.fault, e.nested, r);
	by = blocked_by(s, e.cb);
	if (by != SMMUV2_NO_BANK)
		return smmuv2_fault_block(s, t, e.cb, by, r);
	if (s->gse_stall && !(s->bank[e.cb].fsr & SMMUV2_FSR_SS))
		return smmuv2_fault_block(s, t, e.cb, SMMUV2_NO_BANK, r);
	return lookup_tlb(s, t, e.cb, e.flags, r);
}

static inline __attribute__((__always_inline__)) enum xlat look_up(void *hw, const struct dma_txn *t,
								   struct xlat_result *r)
{
	struct smmuv2 *s = hw;
	const struct smmuv2_group *g;
	u16 group;

	memset(r, 0, sizeof(*r));
	s->stats.lookups++;
	if (unlikely(!s->straight || s->full_tbus || t->sid >> s->cfg.sid_bits))
		return lookup_rest(s, t, r);
	group = s->memo[t->sid] - 1;
	if (unlikely(group >= SMMUV2_STREAM_NONE))
		return lookup_rest(s, t, r);
	g = &s->group[group];
	if (unlikely(!g->to_bank || !s->bank[g->cb].plain))
		return lookup_rest(s, t, r);
	return lookup_tlb(s, t, g->cb, flags_of(g, t->flags), r);
}

/* ---- Walk ---- */

/* FSYNR0 of a fault that a walk of bank @cb has found; @flags: DMA_* of the access. */
u32 smmuv2_fsynr0(const struct smmuv2 *s, u32 cb, const struct pt_result *p, u32 flags)
{
	const struct smmuv2_bank *b = &s->bank[cb];
	bool nested = p->stage == 2 && b->s2 != SMMUV2_NO_BANK;

	return FIELD_PREP(SMMUV2_FSYNR0_PLVL, smmuv2_fault_level(b, p)) |
	       (p->fault == PT_EXT_ABORT ? SMMUV2_FSYNR0_PTWF : 0) | (nested ? SMMUV2_FSYNR0_NESTED : 0) |
	       FIELD_PREP(SMMUV2_FSYNR0_S1CBNDX, nested ? cb : s->cfg.fsynr0_s1cbndx) |
	       (p->tt ? SMMUV2_FSYNR0_S1PTWF : 0) | ((flags & DMA_WRITE) && !p->tt ? SMMUV2_FSYNR0_WNR : 0) |
	       (flags & DMA_PRIV ? SMMUV2_FSYNR0_PNU : 0) | (flags & DMA_EXEC ? SMMUV2_FSYNR0_IND : 0);
}

static void note_fault(struct smmuv2 *s, struct smmuv2_found *f, const struct pt_result *p)
{
	const struct smmuv2_bank *b = &s->bank[f->cb];

	f->fault_cb = p->stage == 2 && b->s2 != SMMUV2_NO_BANK ? b->s2 : f->cb;
	f->fsr = (u16)smmuv2_fsr_of(p->fault);
	f->ipa = p->stage == 2 ? p->ipa : 0;
	f->fsynr0 = smmuv2_fsynr0(s, f->cb, p, f->flags);
}

static u8 attr_of(const struct smmuv2_bank *b, const struct pt_result *p)
{
	if (!b->s1_on || b->format == SMMUV2_FSR_FORMAT_SHORT)
		return p->attr;
	return (u8)(b->mair >> 8 * (p->attr & 7));
}

static void note_result(struct smmuv2 *s, struct smmuv2_found *f, const struct pt_result *p, struct xlat_result *r)
{
	const struct smmuv2_bank *b = &s->bank[f->cb];

	f->fsr = 0;
	f->shift = p->contig_shift;
	f->pa = p->pa >> f->shift << f->shift;
	f->user_perm = p->user_perm;
	f->priv_perm = p->priv_perm;
	f->attr = attr_of(b, p);
	f->global = p->flags & PT_RES_GLOBAL;
	f->tag = b->tag;
	r->pa = p->pa;
	r->shift = f->shift;
	r->priv_perm = f->priv_perm;
	r->perm = f->flags & DMA_PRIV ? f->priv_perm : f->user_perm;
	r->attr = f->attr;
	r->global = f->global;
}

static enum xlat walk(void *hw, const struct dma_txn *t, struct iommu_walk *w)
{
	struct smmuv2 *s = hw;
	struct smmuv2_found *f = found_of(w);
	struct route_end e;
	struct pt_result p;
	enum route to;

	engine_link(&s->eng, t, w);
	w->kind = XLAT_ABORT;
	to = route(s, t, &e);
	/* Only a lookup that a register write has overtaken leads here: fill asks again. */
	f->again = to != TO_BANK || blocked_by(s, e.cb) != SMMUV2_NO_BANK;
	if (to == TO_BYPASS)
		w->kind = bypass(t, &w->res);
	if (f->again)
		return w->kind;
	f->cb = e.cb;
	f->flags = (u8)e.flags;
	f->va = bank_va(&s->bank[e.cb], t->iova);
	/* Maintenance compares these, even if the walk ends in a fault and installs nothing. */
	f->tag = s->bank[e.cb].tag;
	f->shift = 12;
	f->global = false;
	f->steps.n = 0;
	if (smmuv2_bank_walk(s, e.cb, f->va, e.flags & PT_ACCESS_MASK, w, &p) == PT_OK) {
		note_result(s, f, &p, &w->res);
		w->kind = XLAT_OK;
	} else {
		note_fault(s, f, &p);
	}
	return w->kind;
}

static void install_step(struct smmuv2 *s, const struct smmuv2_found *f, const struct pt_step *step)
{
	const struct smmuv2_bank *b = &s->bank[f->cb];
	bool s2 = step->stage == 2;

	pt_cache_insert(&s->eng.cache[s2 ? UNIT_WALK_CACHE_S2 : UNIT_WALK_CACHE], step,
			s2 && b->s2 != SMMUV2_NO_BANK ? &s->bank[b->s2].tag : &b->tag);
}

/* Steps of stage 1 come first; of stage 2 the last ones are kept, which belong to the address itself. */
static void install_steps(struct smmuv2 *s, const struct smmuv2_found *f)
{
	const struct pt_steps *all = &f->steps;
	u32 i, n = 0;

	for (i = 0; i < all->n; i++)
		if (all->step[i].stage == 1 && n++ < SMMUV2_KEPT_STEPS)
			install_step(s, f, &all->step[i]);
	for (i = all->n; i > 0 && n < SMMUV2_KEPT_STEPS; i--) {
		if (all->step[i - 1].stage != 2)
			continue;
		install_step(s, f, &all->step[i - 1]);
		n++;
	}
}

static u64 answer_of(const struct smmuv2_found *f)
{
	struct xlat_result r = { .shift = f->shift,
				 .perm = f->user_perm,
				 .priv_perm = f->priv_perm,
				 .attr = f->attr,
				 .global = f->global,
				 .hit = true };

	return xlat_answer(&r);
}

static void install(struct smmuv2 *s, const struct smmuv2_found *f)
{
	struct tcache_entry e = {
		.tag = f->tag,
		.shift = f->shift,
		.global = f->global,
		.leaf = 1,
		.data = { f->pa, f->user_perm | (u64)f->priv_perm << 8, answer_of(f) },
	};

	tcache_insert(&s->eng.cache[UNIT_TLB], f->va, &e);
	install_steps(s, f);
}

static enum xlat deliver(struct smmuv2 *s, const struct iommu_walk *w, struct xlat_result *r)
{
	const struct smmuv2_found *f = (const struct smmuv2_found *)w->priv;
	struct smmuv2_fault fault = {
		.txn = &w->txn,
		.far = f->va,
		.ipa = f->ipa,
		.fsynr0 = f->fsynr0,
		.fsr = f->fsr,
		.cb = f->cb,
		.fault_cb = f->fault_cb,
	};

	return smmuv2_fault_context(s, &fault, r);
}

static enum xlat translate_miss(struct engine *e, const struct dma_txn *t, struct xlat_result *r);

static enum xlat fill(void *hw, struct iommu_walk *w)
{
	struct smmuv2 *s = hw;
	struct smmuv2_found *f = found_of(w);
	struct xlat_result *r = &w->res;

	engine_unlink(&s->eng, w);
	if (f->again) {
		w->kind = look_up(s, &w->txn, r);
		if (w->kind == XLAT_MISS)
			w->kind = translate_miss(&s->eng, &w->txn, r);
		return w->kind;
	}
	if (f->fsr)
		return w->kind = deliver(s, w, r);
	/* A fault that the bank has recorded meanwhile holds later transactions, not this one. */
	if (likely(!w->stale && w->kind == XLAT_OK))
		install(s, f);
	return w->kind;
}

ENGINE_ACCESS_CALLS

const struct engine_hooks smmuv2_hooks = {
	.kind = "smmuv2",
	.version = 2,
	.tells_steps = true,
	.walk = walk,
	.fill = fill,
	.mmio_read = smmuv2_mmio_read,
	.mmio_write = smmuv2_mmio_write,
	.step = smmuv2_sync_check,
	.end_transactions = smmuv2_fault_reset,
	.power_on = smmuv2_power_on,
	.config = smmuv2_config,
	.exchange = smmuv2_exchange,
	.restored = smmuv2_fault_raise,
	.entry_ok = smmuv2_entry_ok,
	.stats = smmuv2_stats,
};

const struct iommu_class smmuv2_class = {
	.name = "smmuv2",
	ENGINE_CLASS_CALLS,
	.lookup = class_lookup,
	.translate = class_translate,
	.concerns = smmuv2_concerns,
};
