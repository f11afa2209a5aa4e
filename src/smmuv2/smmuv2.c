// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
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

static void emit_lookup(struct smmuv2 *s, const struct dma_txn *t, bool hit)
{
	struct iommu_event ev = { .kind = hit ? IOMMU_EV_HIT : IOMMU_EV_MISS,
				  .unit = UNIT_TLB,
				  .sid = t->sid,
				  .addr = t->iova,
				  .id = t->id };

	emit(s, &ev);
}

static inline __attribute__((__always_inline__)) enum xlat lookup_tlb(struct smmuv2 *s, const struct dma_txn *t, u32 cb,
								      u32 flags, struct xlat_result *r)
{
	const struct smmuv2_bank *b = &s->bank[cb];
	u64 va = bank_va(b, t->iova);
	struct tcache_entry *hit = tcache_lookup(&s->tlb, va, &b->tag);
	u32 priv = flags & DMA_PRIV ? 8 : 0;

	/* Lack of permission is left to the walk: it names the stage and level, and sees what software relaxed. */
	if (hit && unlikely(!(hit->data[1] >> priv & wanted(flags))))
		hit = NULL;
	if (unlikely(s->ops->event))
		emit_lookup(s, t, hit);
	if (!hit)
		return XLAT_MISS;
	r->pa = hit->data[0] | (va & (BIT_ULL(hit->shift) - 1));
	xlat_set_answer(r, hit->data[2]);
	if (priv)
		r->perm = r->priv_perm;
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

static inline __attribute__((__always_inline__)) enum xlat lookup(struct smmuv2 *s, const struct dma_txn *t,
								  struct xlat_result *r)
{
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

enum xlat smmuv2_lookup(struct smmuv2 *s, const struct dma_txn *t, struct xlat_result *r)
{
	enum xlat x;

	engine_enter_access(&s->guard, CALL_LOOKUP);
	x = lookup(s, t, r);
	engine_leave_access(&s->guard);
	return x;
}

/* ---- Walk ---- */

static void keep_step(struct smmuv2_found *f, const struct pt_step *p)
{
	struct smmuv2_kept *k = &f->steps[f->n_steps++];

	k->where = (p->in >> p->shift << p->shift) | p->shift | (u64)(p->level + 1) << 6 | (u64)(p->attr & 0x3f) << 9 |
		   (u64)(p->attr >> PT_TBL_DOMAIN_SHIFT & 0xf) << 15 | (u64)(p->stage == 2) << 19;
	k->table = p->table | (p->attr & PT_TBL_LOCATED ? 1 : 0);
}

/* Steps of stage 1 come first; of stage 2 the last ones are kept, which belong to the address itself. */
static void keep_steps(struct smmuv2 *s, struct smmuv2_found *f)
{
	const struct pt_steps *all = &s->steps;
	u32 i, s1 = 0;

	f->n_steps = 0;
	if (!(s->wc1.sets + s->wc2.sets))
		return;
	for (i = 0; i < all->n; i++)
		if (all->step[i].stage == 1 && s1++ < SMMUV2_KEPT_STEPS)
			keep_step(f, &all->step[i]);
	for (i = all->n; i > 0 && f->n_steps < SMMUV2_KEPT_STEPS; i--)
		if (all->step[i - 1].stage == 2)
			keep_step(f, &all->step[i - 1]);
}

static void note_fault(struct smmuv2 *s, struct smmuv2_found *f, const struct pt_result *p)
{
	const struct smmuv2_bank *b = &s->bank[f->cb];
	bool nested = p->stage == 2 && b->s2 != SMMUV2_NO_BANK;
	s32 level = p->level;

	/* AArch32 has no level 0. */
	if (b->format != SMMUV2_FSR_FORMAT_AARCH64 && p->stage == 1)
		level = max(level, 1);
	f->fault_cb = nested ? b->s2 : f->cb;
	f->fsr = (u16)smmuv2_fsr_of(p->fault);
	f->ipa = p->stage == 2 ? p->ipa : 0;
	f->fsynr0 = FIELD_PREP(SMMUV2_FSYNR0_PLVL, (u32)level & 3);
	if (p->fault == PT_EXT_ABORT)
		f->fsynr0 |= SMMUV2_FSYNR0_PTWF;
	if (nested)
		f->fsynr0 |= SMMUV2_FSYNR0_NESTED | FIELD_PREP(SMMUV2_FSYNR0_S1CBNDX, f->cb);
	else
		f->fsynr0 |= FIELD_PREP(SMMUV2_FSYNR0_S1CBNDX, s->cfg.fsynr0_s1cbndx);
	if (p->tt)
		f->fsynr0 |= SMMUV2_FSYNR0_S1PTWF;
	if ((f->flags & DMA_WRITE) && !p->tt)
		f->fsynr0 |= SMMUV2_FSYNR0_WNR;
	if (f->flags & DMA_PRIV)
		f->fsynr0 |= SMMUV2_FSYNR0_PNU;
	if (f->flags & DMA_EXEC)
		f->fsynr0 |= SMMUV2_FSYNR0_IND;
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
	keep_steps(s, f);
	r->pa = p->pa;
	r->shift = f->shift;
	r->priv_perm = f->priv_perm;
	r->perm = f->flags & DMA_PRIV ? f->priv_perm : f->user_perm;
	r->attr = f->attr;
	r->global = f->global;
}

static void link_walk(struct smmuv2 *s, struct iommu_walk *w)
{
	w->next = s->walks;
	w->pprev = &s->walks;
	if (w->next)
		w->next->pprev = &w->next;
	s->walks = w;
}

static void unlink_walk(struct smmuv2 *s, struct iommu_walk *w)
{
	*w->pprev = w->next;
	if (w->next)
		w->next->pprev = w->pprev;
	s->due |= w->stale;
}

static enum xlat walk(struct smmuv2 *s, const struct dma_txn *t, struct iommu_walk *w)
{
	struct smmuv2_found *f = found_of(w);
	struct route_end e;
	struct pt_result p;
	enum route to;

	w->txn = *t;
	w->n_accesses = 0;
	w->stale = false;
	memset(&w->res, 0, sizeof(w->res));
	link_walk(s, w);
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
	if (smmuv2_bank_walk(s, e.cb, f->va, e.flags & PT_ACCESS_MASK, w, &p) == PT_OK) {
		note_result(s, f, &p, &w->res);
		w->kind = XLAT_OK;
	} else {
		note_fault(s, f, &p);
	}
	return w->kind;
}

enum xlat smmuv2_walk(struct smmuv2 *s, const struct dma_txn *t, struct iommu_walk *w)
{
	enum xlat x;

	engine_enter_access(&s->guard, CALL_WALK);
	x = walk(s, t, w);
	engine_leave_access(&s->guard);
	return x;
}

static void install_step(struct smmuv2 *s, const struct smmuv2_found *f, const struct smmuv2_kept *k)
{
	bool s2 = k->where >> 19 & 1;
	const struct smmuv2_bank *b = &s->bank[f->cb];
	struct tcache_entry e = {
		.tag = s2 && b->s2 != SMMUV2_NO_BANK ? s->bank[b->s2].tag : b->tag,
		.shift = k->where & 0x3f,
		.data = { k->table & ~1ULL, (k->where >> 6 & 7) | (k->where >> 9 & 0x3f) << 8 |
						    (k->where >> 15 & 0xf) << (8 + PT_TBL_DOMAIN_SHIFT) },
	};

	if (k->table & 1)
		e.data[1] |= (u64)PT_TBL_LOCATED << 8;

	tcache_insert(s2 ? &s->wc2 : &s->wc1, k->where >> e.shift << e.shift, &e);
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
	u32 i;

	tcache_insert(&s->tlb, f->va, &e);
	for (i = 0; s->wc1.sets + s->wc2.sets && i < f->n_steps; i++)
		install_step(s, f, &f->steps[i]);
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

static enum xlat translate(struct smmuv2 *s, const struct dma_txn *t, struct xlat_result *r);

static enum xlat fill(struct smmuv2 *s, struct iommu_walk *w)
{
	struct smmuv2_found *f = found_of(w);
	struct xlat_result *r = &w->res;

	/* A reset has taken the walk off the list and decided its outcome. */
	if (unlikely(!w->pprev))
		return XLAT_ABORT;
	unlink_walk(s, w);
	if (f->again)
		return w->kind = translate(s, &w->txn, r);
	if (f->fsr)
		return w->kind = deliver(s, w, r);
	/* A fault that the bank has recorded meanwhile holds later transactions, not this one. */
	if (likely(!w->stale))
		install(s, f);
	return w->kind = XLAT_OK;
}

enum xlat smmuv2_fill(struct smmuv2 *s, struct iommu_walk *w)
{
	enum xlat x;

	engine_enter_access(&s->guard, CALL_FILL);
	x = fill(s, w);
	engine_leave_access(&s->guard);
	return x;
}

void smmuv2_cancel(struct smmuv2 *s, struct iommu_walk *w)
{
	engine_enter_access(&s->guard, CALL_CANCEL);
	if (likely(w->pprev))
		unlink_walk(s, w);
	engine_leave_access(&s->guard);
}

static enum xlat translate(struct smmuv2 *s, const struct dma_txn *t, struct xlat_result *r)
{
	enum xlat x = lookup(s, t, r);

	if (x != XLAT_MISS)
		return x;
	walk(s, t, &s->scratch);
	x = fill(s, &s->scratch);
	*r = s->scratch.res;
	return x;
}

enum xlat smmuv2_translate(struct smmuv2 *s, const struct dma_txn *t, struct xlat_result *r)
{
	enum xlat x;

	engine_enter_access(&s->guard, CALL_TRANSLATE);
	x = translate(s, t, r);
	engine_leave_access(&s->guard);
	return x;
}

/* ---- Making and ending ---- */

static bool size_ok(u8 bits)
{
	return smmuv2_size_bits(smmuv2_size_code(bits)) == bits;
}

static void default_cache(struct tcache_cfg *c, u32 sets, u32 ways)
{
	if (!c->sets && !c->ways)
		*c = (struct tcache_cfg){ .sets = sets, .ways = ways };
}

static void default_caches(struct smmuv2_cfg *c)
{
	if (c->no_caches) {
		c->tlb.sets = 0;
		c->wc1.sets = 0;
		c->wc2.sets = 0;
		return;
	}
	default_cache(&c->tlb, 512, 4);
	default_cache(&c->wc1, 64, 4);
	default_cache(&c->wc2, 64, 4);
}

static int check_cfg(const struct smmuv2_cfg *c)
{
	u32 i;

	if (c->behaviour > SMMUV2_QCOM || c->num_cb > SMMUV2_MAX_CB || c->num_s2cb > c->num_cb)
		return -EINVAL;
	if (c->num_smrg > SMMUV2_MAX_SMR || c->sid_bits > (c->exids ? 16 : 15) || c->n_tbus > SMMUV2_MAX_TBUS)
		return -EINVAL;
	/* IDR0.PTFS cannot say "short descriptors only". */
	if ((c->formats & ~SMMUV2_FMT_ALL) || ((c->formats & SMMUV2_FMT_SHORT) && !(c->formats & SMMUV2_FMT_LPAE)))
		return -EINVAL;
	if (!size_ok(c->ias_bits) || !size_ok(c->oas_bits) || c->ubs_bits < 32 || c->ubs_bits > 49)
		return -EINVAL;
	if (c->num_irpt > SMMUV2_MAX_CB || (c->no_s1 && c->no_s2))
		return -EINVAL;
	if (c->log2_pages > 8 || 1U << c->log2_pages < c->num_cb)
		return -EINVAL;
	for (i = 0; i < c->n_tbus; i++)
		if (c->stall_slots[i] > 1024)
			return -EINVAL;
	return 0;
}

int smmuv2_cfg_resolve(struct smmuv2_cfg *c)
{
	u32 i, slots = 0;
	int err;

	c->num_cb = c->num_cb ? c->num_cb : 16;
	c->num_smrg = c->num_smrg ? c->num_smrg : 32;
	c->sid_bits = c->sid_bits ? c->sid_bits : c->exids ? 16 : 15;
	c->formats = c->formats ? c->formats : SMMUV2_FMT_ALL;
	c->ias_bits = c->ias_bits ? c->ias_bits : 48;
	c->oas_bits = c->oas_bits ? c->oas_bits : 48;
	c->ubs_bits = c->ubs_bits ? c->ubs_bits : 49;
	c->n_tbus = c->n_tbus ? c->n_tbus : 1;
	if (!c->log2_pages)
		for (c->log2_pages = 2; 1U << c->log2_pages < c->num_cb && c->log2_pages < 8;)
			c->log2_pages++;
	default_caches(c);
	err = check_cfg(c);
	for (i = 0; i < c->n_tbus && !err; i++) {
		c->stall_slots[i] = c->stall_slots[i] ? c->stall_slots[i] : 16;
		slots += c->stall_slots[i];
	}
	return slots > SMMUV2_MAX_SLOTS ? -EINVAL : err;
}

void smmuv2_identify(struct smmuv2 *s)
{
	const struct smmuv2_cfg *c = &s->cfg;
	u32 f = c->formats;
	u32 ptfs = f & SMMUV2_FMT_SHORT	 ? SMMUV2_IDR0_PTFS_ALL
		   : f & SMMUV2_FMT_LPAE ? SMMUV2_IDR0_PTFS_LPAE
					 : SMMUV2_IDR0_PTFS_NONE;
	u32 ubs = c->ubs_bits == 49 ? 5 : smmuv2_size_code(c->ubs_bits);

	reg_set(&s->gr0, SMMUV2_GR0_IDR0,
		FIELD_PREP(SMMUV2_IDR0_NUMSMRG, (u32)c->num_smrg) | (c->exids ? SMMUV2_IDR0_EXIDS : 0) |
			FIELD_PREP(SMMUV2_IDR0_NUMSIDB, (u32)min(c->sid_bits, (u8)15)) |
			(c->incoherent ? 0 : SMMUV2_IDR0_CTTW) |
			FIELD_PREP(SMMUV2_IDR0_NUMIRPT, (u32)(c->num_irpt ? c->num_irpt : 1)) |
			FIELD_PREP(SMMUV2_IDR0_PTFS, ptfs) | (c->no_atos ? SMMUV2_IDR0_ATOSNS : 0) |
			(c->stream_indexing ? 0 : SMMUV2_IDR0_SMS) |
			(c->no_nested || c->no_s1 || c->no_s2 ? 0 : SMMUV2_IDR0_NTS) |
			(c->no_s2 ? 0 : SMMUV2_IDR0_S2TS) | (c->no_s1 ? 0 : SMMUV2_IDR0_S1TS));
	reg_set(&s->gr0, SMMUV2_GR0_IDR1,
		FIELD_PREP(SMMUV2_IDR1_NUMCB, (u32)c->num_cb) | SMMUV2_IDR1_SMCD |
			FIELD_PREP(SMMUV2_IDR1_NUMS2CB, (u32)c->num_s2cb) |
			FIELD_PREP(SMMUV2_IDR1_NUMPAGENDXB, (u32)s->half_pages - 1) |
			(c->page_64k ? SMMUV2_IDR1_PAGESIZE : 0));
	reg_set(&s->gr0, SMMUV2_GR0_IDR2,
		FIELD_PREP(SMMUV2_IDR2_IAS, smmuv2_size_code(c->ias_bits)) |
			FIELD_PREP(SMMUV2_IDR2_OAS, smmuv2_size_code(c->oas_bits)) | FIELD_PREP(SMMUV2_IDR2_UBS, ubs) |
			(f & SMMUV2_FMT_4K ? SMMUV2_IDR2_PTFSv8_4KB : 0) |
			(f & SMMUV2_FMT_16K ? SMMUV2_IDR2_PTFSv8_16KB : 0) |
			(f & SMMUV2_FMT_64K ? SMMUV2_IDR2_PTFSv8_64KB : 0) | (c->vmid16 ? SMMUV2_IDR2_VMID16S : 0));
}

static int alloc(struct smmuv2 *s)
{
	const struct smmuv2_cfg *c = &s->cfg;
	u32 i;

	if (reg_bank_init(&s->gr0, smmuv2_gr0_table, SMMUV2_GR0_ROWS) ||
	    reg_bank_init(&s->gr1, smmuv2_gr1_table, SMMUV2_GR1_ROWS))
		return -ENOMEM;
	s->bank = fl_zalloc(c->num_cb * sizeof(*s->bank));
	s->memo = fl_zalloc(sizeof(*s->memo) << c->sid_bits);
	for (i = 0; i < c->n_tbus; i++)
		s->n_stalls += c->stall_slots[i];
	s->stalls = fl_zalloc(s->n_stalls * sizeof(*s->stalls));
	if (!s->bank || !s->memo || !s->stalls)
		return -ENOMEM;
	for (i = 0; i < c->num_cb; i++)
		if (reg_bank_init(&s->bank[i].regs, smmuv2_cb_table, SMMUV2_CB_ROWS))
			return -ENOMEM;
	return 0;
}

/* Banks and slots as after power-on; their storage stays. */
static void clear_banks(struct smmuv2 *s)
{
	u32 i;

	for (i = 0; i < s->cfg.num_cb; i++) {
		struct smmuv2_bank *b = &s->bank[i];
		struct reg_bank regs = b->regs;

		memset(b, 0, sizeof(*b));
		b->regs = regs;
		reg_bank_reset(&b->regs);
	}
	memset(s->tbu, 0, sizeof(s->tbu));
	for (i = 0; i < s->cfg.n_tbus; i++)
		s->tbu[i].slots = s->cfg.stall_slots[i];
	for (i = 0; i < s->n_stalls; i++)
		s->stalls[i].next = (u16)(i + 1 < s->n_stalls ? i + 2 : 0);
	s->free_stall = 1;
	s->full_tbus = 0;
}

/* The state after power-on: nothing is in flight, stalled or raised. */
void smmuv2_power_on(struct smmuv2 *s)
{
	bool a32 = s->cfg.formats & SMMUV2_FMT_LPAE;
	u32 i;

	clear_banks(s);
	reg_bank_reset(&s->gr0);
	reg_bank_reset(&s->gr1);
	tcache_invalidate_all(&s->tlb);
	tcache_invalidate_all(&s->wc1);
	tcache_invalidate_all(&s->wc2);
	s->seq = 1; /* a sync that waits for nothing has number 1 */
	s->ginv_seq = 0;
	s->gsync_seq = 0;
	s->syncs = 0;
	s->due = false;
	s->gse_stall = false;
	s->gfsr = 0;
	s->half_pages = s->cfg.log2_pages;
	smmuv2_identify(s);
	s->scr0 = (u32)reg_get(&s->gr0, SMMUV2_GR0_sCR0);
	for (i = 0; i < s->cfg.num_cb; i++)
		if (!a32)
			reg_set(&s->gr1, SMMUV2_GR1_CBA2R(i), SMMUV2_CBA2R_VA64);
	smmuv2_stream_update(s);
	smmuv2_bank_update_all(s);
}

/* Each walk in flight ends with an abort that is not recorded. */
static void abandon_walks(struct smmuv2 *s)
{
	struct iommu_walk *w, *next;

	for (w = s->walks; w; w = next) {
		next = w->next;
		w->next = NULL;
		w->pprev = NULL;
		w->kind = XLAT_ABORT;
		memset(&w->res, 0, sizeof(w->res));
	}
	s->walks = NULL;
}

void smmuv2_reset(struct smmuv2 *s)
{
	engine_enter(&s->guard, CALL_RESET);
	abandon_walks(s);
	smmuv2_fault_reset(s);
	smmuv2_power_on(s);
	smmuv2_changed(s);
	engine_leave(&s->guard);
}

int smmuv2_init(struct smmuv2 *s, const struct smmuv2_cfg *cfg, const struct iommu_ops *ops, void *ctx)
{
	int err;

	memset(s, 0, sizeof(*s));
	s->cfg = *cfg;
	s->ops = ops;
	s->ctx = ctx;
	s->page_shift = cfg->page_64k ? 16 : 12;
	if (!ops->mem_read || !ops->irq || !ops->txn_resume)
		return -EINVAL;
	err = smmuv2_cfg_resolve(&s->cfg);
	if (err)
		return err;
	err = alloc(s);
	err = err ? err : tcache_init(&s->tlb, &s->cfg.tlb);
	err = err ? err : tcache_init(&s->wc1, &s->cfg.wc1);
	err = err ? err : tcache_init(&s->wc2, &s->cfg.wc2);
	if (err) {
		smmuv2_exit(s);
		return err;
	}
	smmuv2_power_on(s);
	return 0;
}

void smmuv2_exit(struct smmuv2 *s)
{
	u32 i;

	for (i = 0; s->bank && i < s->cfg.num_cb; i++)
		reg_bank_exit(&s->bank[i].regs);
	reg_bank_exit(&s->gr0);
	reg_bank_exit(&s->gr1);
	tcache_exit(&s->tlb);
	tcache_exit(&s->wc1);
	tcache_exit(&s->wc2);
	fl_free(s->bank);
	fl_free(s->memo);
	fl_free(s->stalls);
	memset(s, 0, sizeof(*s));
}

const char *smmuv2_fault_name(u16 fault)
{
	static const char *const context[] = { "unknown", "TF", "AFF", "PF", "EF", "TLBMCF", "TLBLKF", "ASF", "UUT" };
	static const char *const global[] = { "ICF", "USF",	  "SMCF",      "UCBF",	    "UCIF",
					      "CAF", "global EF", "global PF", "global UUT" };
	u32 bit = (u32)__builtin_ctz(fault | SMMUV2_FAULT_GLOBAL);

	if (bit >= ARRAY_SIZE(context))
		return "unknown";
	return fault & SMMUV2_FAULT_GLOBAL ? global[bit] : context[bit];
}

static enum xlat class_lookup(void *hw, const struct dma_txn *t, struct xlat_result *r)
{
	return smmuv2_lookup(hw, t, r);
}

static enum xlat class_walk(void *hw, const struct dma_txn *t, struct iommu_walk *w)
{
	return smmuv2_walk(hw, t, w);
}

static enum xlat class_fill(void *hw, struct iommu_walk *w)
{
	return smmuv2_fill(hw, w);
}

static void class_cancel(void *hw, struct iommu_walk *w)
{
	smmuv2_cancel(hw, w);
}

static enum xlat class_translate(void *hw, const struct dma_txn *t, struct xlat_result *r)
{
	return smmuv2_translate(hw, t, r);
}

static u64 class_read(void *hw, u64 offset, unsigned int size)
{
	return smmuv2_mmio_read(hw, offset, size);
}

static void class_write(void *hw, u64 offset, u64 value, unsigned int size)
{
	smmuv2_mmio_write(hw, offset, value, size);
}

static void class_step(void *hw)
{
	smmuv2_step(hw);
}

static void class_reset(void *hw)
{
	smmuv2_reset(hw);
}

static int class_save(void *hw, struct iommu_image *img)
{
	return smmuv2_save(hw, img);
}

static int class_restore(void *hw, struct iommu_image *img)
{
	return smmuv2_restore(hw, img);
}

/* There are no PASIDs: a stream has one context. */
static bool class_concerns(void *hw, const struct iommu_scope *scope, u32 sid, u32 pasid)
{
	return smmuv2_concerns(hw, scope, sid);
}

/* Each fault register holds one fault, so there is no queue. */
static void class_stats(void *hw, struct iommu_stats *st)
{
	const struct smmuv2 *s = hw;

	memset(st, 0, sizeof(*st));
	tcache_stats(&s->tlb, &st->cache[UNIT_TLB]);
	tcache_stats(&s->wc1, &st->cache[UNIT_WALK_CACHE]);
	tcache_stats(&s->wc2, &st->cache[UNIT_WALK_CACHE_S2]);
	memcpy(st->cache[UNIT_WALK_CACHE].at_level, s->wc_levels[0], sizeof(s->wc_levels[0]));
	memcpy(st->cache[UNIT_WALK_CACHE_S2].at_level, s->wc_levels[1], sizeof(s->wc_levels[1]));
	st->records_lost = s->stats.multi;
}

const struct iommu_class smmuv2_class = {
	.name = "smmuv2",
	.lookup = class_lookup,
	.walk = class_walk,
	.fill = class_fill,
	.cancel = class_cancel,
	.translate = class_translate,
	.mmio_read = class_read,
	.mmio_write = class_write,
	.step = class_step,
	.reset = class_reset,
	.save = class_save,
	.restore = class_restore,
	.stats = class_stats,
	.concerns = class_concerns,
};
