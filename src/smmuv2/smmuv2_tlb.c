// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* TLB maintenance with its completion, and address translation operations. */
#include "smmuv2_priv.h"

/* ---- Maintenance ---- */

/*
 * What an operation is compared with for a walk in flight: the entry that it is about to install, or the page on which
 * it faulted.
 */
static bool hits_walk(const struct smmuv2 *s, const struct iommu_walk *w, const struct tcache_inv *inv)
{
	const struct smmuv2_found *f = (const struct smmuv2_found *)w->priv;
	const struct smmuv2_bank *b;
	struct tcache_entry e = { .leaf = 1, .valid = true };

	/* Such a walk has read no table: fill starts again. */
	if (f->again)
		return false;
	e.page = f->va >> f->shift;
	e.tag = f->tag;
	e.shift = f->shift;
	e.global = f->global;
	b = &s->bank[f->cb];
	/* By IPA: a nested walk does not record which IPAs it went through, so each nested walk of the VMID counts. */
	if ((inv->tag.world & SMMUV2_REGIME_MASK) == SMMUV2_S2 && (inv->match & TCACHE_BY_WORLD) &&
	    b->s2 != SMMUV2_NO_BANK)
		return s->bank[b->s2].tag.vmid == inv->tag.vmid;
	return tcache_inv_matches(inv, &e);
}

static void invalidate(struct smmuv2 *s, struct tcache_inv *inv)
{
	struct iommu_walk *w;
	u32 dropped;

	inv->world_mask = SMMUV2_REGIME_MASK;
	s->eng.seq++;
	dropped = tcache_invalidate(&s->eng.cache[UNIT_TLB], inv);
	dropped += tcache_invalidate(&s->eng.cache[UNIT_WALK_CACHE], inv);
	dropped += tcache_invalidate(&s->eng.cache[UNIT_WALK_CACHE_S2], inv);
	for (w = s->eng.walks; w; w = w->next)
		if (hits_walk(s, w, inv))
			engine_overtake(&s->eng, w);
	smmuv2_invalidated(s, inv, dropped);
}

static void by_regime(struct smmuv2 *s, u32 regime)
{
	struct tcache_inv inv = { .match = TCACHE_BY_WORLD, .tag.world = regime };

	invalidate(s, &inv);
}

static void by_vmid(struct smmuv2 *s, u32 regime, u32 vmid)
{
	struct tcache_inv inv = { .match = TCACHE_BY_WORLD | TCACHE_BY_VMID, .tag = { .vmid = vmid, .world = regime } };

	invalidate(s, &inv);
}

static void by_va(struct smmuv2 *s, struct tcache_inv *inv, u64 addr, u64 bytes, bool leaf)
{
	inv->match |= TCACHE_BY_ADDR | (leaf ? TCACHE_LEAF_ONLY : 0);
	inv->addr = addr;
	inv->last = addr + bytes - 1;
	invalidate(s, inv);
}

/* VA[55:12] as AArch64 operations give it, extended from bit 55. */
static u64 va64(u64 value)
{
	return (u64)((s64)(FIELD_GET(SMMUV2_TLBIVA_ADDR, value) << 20) >> 8);
}

void smmuv2_tlb_gr0(struct smmuv2 *s, u32 offset, u64 value)
{
	struct tcache_inv hyp = { .match = TCACHE_BY_WORLD, .tag.world = SMMUV2_HYP };
	u32 vmid = (u32)value & (s->scr0 & SMMUV2_sCR0_VMID16EN ? 0xffff : 0xff);

	switch (offset) {
	case SMMUV2_GR0_TLBIVMID:
		by_vmid(s, SMMUV2_NSNH, vmid);
		by_vmid(s, SMMUV2_S2, vmid);
		break;
	case SMMUV2_GR0_TLBIVMIDS1:
		by_vmid(s, SMMUV2_NSNH, vmid);
		break;
	case SMMUV2_GR0_TLBIALLNSNH:
		by_regime(s, SMMUV2_NSNH);
		by_regime(s, SMMUV2_S2);
		break;
	case SMMUV2_GR0_TLBIALLH:
		by_regime(s, SMMUV2_HYP);
		break;
	case SMMUV2_GR0_TLBIVAH:
		by_va(s, &hyp, value & 0xfffff000, 4096, false);
		break;
	case SMMUV2_GR0_TLBIVAH64:
	case SMMUV2_GR0_TLBIVALH64:
		by_va(s, &hyp, va64(value), 4096, offset == SMMUV2_GR0_TLBIVALH64);
		break;
	}
	s->ginv_seq = s->eng.seq;
}

/* The ASID and address that a bank's operation names. */
static void bank_va_op(struct smmuv2 *s, u32 n, struct tcache_inv *inv, u64 value, bool all_asids, bool leaf)
{
	const struct smmuv2_bank *b = &s->bank[n];
	bool wide = b->format == SMMUV2_FSR_FORMAT_AARCH64;

	inv->tag.asid = wide ? (u32)FIELD_GET(SMMUV2_TLBIVA_ASID, value) : (u32)value & 0xff;
	if (!all_asids && (b->tag.world & SMMUV2_REGIME_MASK) != SMMUV2_HYP)
		inv->match |= TCACHE_BY_ASID | TCACHE_GLOBAL_TOO;
	by_va(s, inv, wide ? va64(value) : value & 0xfffff000, 4096, leaf);
}

void smmuv2_tlb_bank(struct smmuv2 *s, u32 n, u32 offset, u64 value)
{
	struct smmuv2_bank *b = &s->bank[n];
	bool ipa = offset == SMMUV2_CB_TLBIIPAS2 || offset == SMMUV2_CB_TLBIIPAS2L;
	struct tcache_inv inv = { .match = TCACHE_BY_WORLD | TCACHE_BY_VMID, .tag = b->tag };

	/* A stage 2 bank has operations by IPA only (15.5). */
	if (ipa != (b->type == SMMUV2_CBAR_S2))
		return;
	switch (offset) {
	case SMMUV2_CB_TLBIALL:
		invalidate(s, &inv);
		break;
	case SMMUV2_CB_TLBIASID:
		if ((b->tag.world & SMMUV2_REGIME_MASK) == SMMUV2_HYP)
			return;
		inv.tag.asid = (u32)value & 0xffff;
		inv.match |= TCACHE_BY_ASID;
		invalidate(s, &inv);
		break;
	case SMMUV2_CB_TLBIVA:
	case SMMUV2_CB_TLBIVAL:
		bank_va_op(s, n, &inv, value, false, offset == SMMUV2_CB_TLBIVAL);
		break;
	case SMMUV2_CB_TLBIVAA:
	case SMMUV2_CB_TLBIVAAL:
		bank_va_op(s, n, &inv, value, true, offset == SMMUV2_CB_TLBIVAAL);
		break;
	default:
		by_va(s, &inv, FIELD_GET(SMMUV2_TLBIIPA_ADDR, value) << 12, 4096, offset == SMMUV2_CB_TLBIIPAS2L);
	}
	b->inv_seq = s->eng.seq;
}

/* ---- Completion: walks that used invalidated entries, and earlier stalled transactions ---- */

static bool concerns(const struct smmuv2 *s, u32 n, u32 cb)
{
	return n == cb || s->bank[cb].s2 == n;
}

/* @n SMMUV2_NO_BANK: every bank. */
static bool pending(const struct smmuv2 *s, u32 n, u64 seq)
{
	const struct iommu_walk *w;
	u32 i;
	u32 slot;

	for (w = s->eng.walks; w; w = w->next) {
		const struct smmuv2_found *f = (const struct smmuv2_found *)w->priv;

		if (w->stale && w->stale_seq <= seq && (n == SMMUV2_NO_BANK || concerns(s, n, f->cb)))
			return true;
	}
	for (i = 0; i < s->cfg.num_cb; i++)
		for (slot = s->bank[i].stalled.head; slot; slot = s->eng.slot_next[slot - 1])
			if (s->stalls[slot - 1].seq < seq &&
			    (n == SMMUV2_NO_BANK || n == i || concerns(s, n, s->stalls[slot - 1].cb)))
				return true;
	return false;
}

static void emit_sync(struct smmuv2 *s, u32 n)
{
	struct iommu_event ev = { .kind = IOMMU_EV_SYNC, .data = n };

	engine_calls_back(&s->eng, CALLS_THAT_ACT, "the end of a TLB sync");
	engine_event(&s->eng, &ev);
}

/* A walk or a stall that a sync may wait for has ended. */
void smmuv2_sync_check(void *hw)
{
	struct smmuv2 *s = hw;
	u32 n;

	s->eng.owed = false;
	if (!s->syncs)
		return;
	for (n = 0; n < s->cfg.num_cb; n++) {
		struct smmuv2_bank *b = &s->bank[n];

		if (!b->sync_seq || pending(s, n, b->sync_seq))
			continue;
		b->sync_seq = 0;
		s->syncs--;
		reg_set(&b->regs, SMMUV2_CB_TLBSTATUS, 0);
		emit_sync(s, n);
	}
	if (s->gsync_seq && !pending(s, SMMUV2_NO_BANK, s->gsync_seq)) {
		s->gsync_seq = 0;
		s->syncs--;
		reg_set(&s->gr0, SMMUV2_GR0_sTLBGSTATUS, 0);
		emit_sync(s, SMMUV2_NO_BANK);
	}
}

void smmuv2_sync_bank(struct smmuv2 *s, u32 n)
{
	struct smmuv2_bank *b = &s->bank[n];

	s->syncs += !b->sync_seq;
	b->sync_seq = b->inv_seq ? b->inv_seq : 1;
	reg_set(&b->regs, SMMUV2_CB_TLBSTATUS, SMMUV2_TLBSTATUS_SACTIVE);
	smmuv2_sync_check(s);
}

void smmuv2_sync_gr0(struct smmuv2 *s)
{
	u64 seq = s->ginv_seq;
	u32 n;

	for (n = 0; n < s->cfg.num_cb; n++)
		seq = max(seq, s->bank[n].inv_seq);
	s->syncs += !s->gsync_seq;
	s->gsync_seq = seq ? seq : 1;
	reg_set(&s->gr0, SMMUV2_GR0_sTLBGSTATUS, SMMUV2_sTLBGSTATUS_ACT);
	smmuv2_sync_check(s);
}

/* ---- Address translation operations ---- */

/* Inner (or outer) cacheability of TEX, C, B as PAR codes it: 0 non-cacheable, 1 WB WA, 2 WT, 3 WB no WA. */
static u64 short_par(const struct pt_result *p, u64 pa)
{
	u32 tex = p->attr >> 2 & 7, cb = p->attr & 3;
	u32 inner = tex & 4 ? cb : (u32[]){ 0, 0, 2, 3 }[cb];
	u32 outer = tex & 4 ? tex & 3 : inner;

	if (tex == 1 && cb == 3) {
		inner = 1;
		outer = 1;
	}
	return (pa & 0xfffff000) | SMMUV2_PAR_NS | (p->attr & BIT(5) ? BIT(7) : 0) | inner << 4 | outer << 2;
}

/* pt_result.attr of a stage 1 that passed although stage 2 did not. A short descriptor alone does not tell its kind. */
static u8 leaf_attr(const struct smmuv2_bank *b, const struct pt_result *p)
{
	return b->format == SMMUV2_FSR_FORMAT_SHORT ? 0 : (u8)((p->desc >> 2 & 7) | (p->desc >> 8 & 3) << 3);
}

static u64 par_ok(const struct smmuv2_bank *b, const struct pt_result *p, u64 pa)
{
	if (!b->s1_on)
		return (pa & SMMUV2_PAR_PA) | SMMUV2_PAR_NS;
	if (b->format == SMMUV2_FSR_FORMAT_SHORT)
		return short_par(p, pa);
	return (pa & SMMUV2_PAR_PA) | SMMUV2_PAR_NS | FIELD_PREP(SMMUV2_PAR_SH, (u64)(p->attr >> 3 & 3)) |
	       FIELD_PREP(SMMUV2_PAR_ATTR, b->mair >> 8 * (p->attr & 7) & 0xff);
}

static u64 par_fault(const struct smmuv2_bank *b, const struct pt_result *p)
{
	return SMMUV2_PAR_F | smmuv2_fsr_of(p->fault) | FIELD_PREP(SMMUV2_PAR_PLVL, (u64)smmuv2_fault_level(b, p)) |
	       (p->stage == 2 ? SMMUV2_PAR_STAGE : 0);
}

/* A fault of stage 2 under an operation on stage 1 is recorded in the bank of stage 2 and never stalls. */
static void ats_s2_fault(struct smmuv2 *s, u32 n, u64 va, u32 access, const struct pt_result *p)
{
	struct xlat_result unused;
	struct smmuv2_fault f = {
		.far = va,
		.ipa = p->ipa,
		.fsr = (u16)smmuv2_fsr_of(p->fault),
		.cb = (u8)n,
		.fault_cb = s->bank[n].s2,
		.fsynr0 = smmuv2_fsynr0(s, n, p, access) | SMMUV2_FSYNR0_ATOF,
	};

	smmuv2_fault_context(s, &f, &unused);
}

/* @both: through stage 2 as well (sGATS12xx). */
static u64 ats(struct smmuv2 *s, u32 n, u64 va, u32 access, bool both)
{
	struct smmuv2_bank *b = &s->bank[n];
	struct pt_result p;
	enum pt_fault fault;

	if (n >= s->cfg.num_cb)
		return SMMUV2_PAR_F | SMMUV2_PAR_UCBF;
	if (b->way == SMMUV2_WAY_FLAT)
		return (va & SMMUV2_PAR_PA) | SMMUV2_PAR_NS;
	if (b->way != SMMUV2_WAY_WALK)
		return SMMUV2_PAR_F | SMMUV2_PAR_ICF;
	if (!both && !b->s1_on)
		return (va & SMMUV2_PAR_PA) | SMMUV2_PAR_NS;
	fault = smmuv2_bank_walk(s, n, va, access, NULL, &p);
	if (fault == PT_OK)
		return par_ok(b, &p, !both && b->s2_on ? p.ipa : p.pa);
	if (p.stage == 2 && b->s2 != SMMUV2_NO_BANK) {
		/* The address itself has passed stage 1. */
		if (!both && !p.tt) {
			p.attr = leaf_attr(b, &p);
			return par_ok(b, &p, p.ipa);
		}
		ats_s2_fault(s, n, va, access, &p);
	}
	return par_fault(b, &p);
}

void smmuv2_ats_bank(struct smmuv2 *s, u32 n, u32 offset, u64 va)
{
	u32 access = (offset & 8 ? PT_WRITE : 0) | (offset < SMMUV2_CB_ATS1UR ? PT_PRIV : 0);

	/* Stage 1 banks only (15.5). */
	if (s->cfg.no_atos || s->bank[n].type == SMMUV2_CBAR_S2)
		return;
	reg_set(&s->bank[n].regs, SMMUV2_CB_PAR, ats(s, n, va & ~0xfffULL, access, false));
}

void smmuv2_ats_gr0(struct smmuv2 *s, u32 offset, u64 value)
{
	u32 access = (offset & 8 ? PT_WRITE : 0) | (offset & 0x10 ? PT_PRIV : 0);

	if (s->cfg.no_atos)
		return;
	reg_set(&s->gr0, SMMUV2_GR0_sGPAR,
		ats(s, (u32)value & 0xff, value & ~0xfffULL, access, offset >= SMMUV2_GR0_sGATS12UR));
}
