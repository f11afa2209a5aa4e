// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Context banks: what their registers mean, and the walk that follows from it. */
#include "smmuv2_priv.h"

static u32 cb_get(const struct smmuv2_bank *b, u32 offset)
{
	return (u32)reg_get(&b->regs, offset);
}

u32 smmuv2_bank_vmid(const struct smmuv2 *s, u32 n)
{
	if (s->scr0 & SMMUV2_sCR0_VMID16EN)
		return FIELD_GET(SMMUV2_CBA2R_VMID16, (u32)reg_get(&s->gr1, SMMUV2_GR1_CBA2R(n)));
	return FIELD_GET(SMMUV2_CBAR_VMID, (u32)reg_get(&s->gr1, SMMUV2_GR1_CBAR(n)));
}

/* A granule that is not implemented, or a reserved code, counts as the smallest granule that is implemented. */
static u8 granule_of(const struct smmuv2 *s, u8 shift)
{
	u32 formats = s->cfg.formats;
	u32 want = shift == 12 ? SMMUV2_FMT_4K : shift == 14 ? SMMUV2_FMT_16K : shift == 16 ? SMMUV2_FMT_64K : 0;

	if (formats & want)
		return shift;
	return formats & SMMUV2_FMT_4K ? 12 : formats & SMMUV2_FMT_16K ? 14 : 16;
}

static const u8 tg0_shift[] = { 12, 16, 14, 0 };
static const u8 tg1_shift[] = { 0, 14, 12, 16 };

static u32 stage_flags(const struct smmuv2_bank *b)
{
	u32 sctlr = b->sctlr;

	return (sctlr & SMMUV2_SCTLR_AFFD ? VMSA_AFFD : 0) | (sctlr & SMMUV2_SCTLR_E ? VMSA_BE : 0) |
	       (sctlr & SMMUV2_SCTLR_WXN ? VMSA_WXN : 0) | (sctlr & SMMUV2_SCTLR_UWXN ? VMSA_UWXN : 0);
}

/* A size without a meaning gives a translation fault, level 0, for every address of the range. */
static void aarch64_range(struct vmsa64_stage *tt, u8 granule, u32 tsz, u64 ttbr, u8 out_bits, u32 flags)
{
	if (vmsa64_s1_init(tt, granule, (u8)(64 - tsz), ttbr & SMMUV2_TTBR_ADDR, out_bits, flags))
		(void)vmsa64_s1_init(tt, granule, 48, 0, out_bits, flags | VMSA_EPD);
}

static void decode_aarch64_s1(struct smmuv2 *s, struct smmuv2_bank *b, bool hyp)
{
	u32 tcr = cb_get(b, SMMUV2_CB_TCR), tcr2 = cb_get(b, SMMUV2_CB_TCR2), flags = stage_flags(b);
	u64 ttbr0 = reg_get(&b->regs, SMMUV2_CB_TTBR0), ttbr1 = reg_get(&b->regs, SMMUV2_CB_TTBR1);
	u8 limit = b->type == SMMUV2_CBAR_S1_S2 ? s->cfg.ias_bits : s->cfg.oas_bits;
	u8 out = min(smmuv2_size_bits(FIELD_GET(SMMUV2_TCR2_PASIZE, tcr2)), limit);
	u32 flags0 = flags | (tcr & SMMUV2_TCR_EPD0 ? VMSA_EPD : 0) | (tcr2 & SMMUV2_TCR2_TBI0 ? VMSA_TBI : 0);
	u32 flags1 = flags | (tcr & SMMUV2_TCR_EPD1 ? VMSA_EPD : 0) | (tcr2 & SMMUV2_TCR2_TBI1 ? VMSA_TBI : 0) |
		     VMSA_HIGH;

	b->two = !hyp;
	if (hyp)
		flags0 = (flags0 | VMSA_ONE_EL) & ~VMSA_EPD;
	aarch64_range(&b->tt[0], granule_of(s, tg0_shift[FIELD_GET(SMMUV2_TCR_TG0, tcr)]),
		      FIELD_GET(SMMUV2_TCR_T0SZ, tcr), ttbr0, out, flags0);
	if (b->two)
		aarch64_range(&b->tt[1], granule_of(s, tg1_shift[FIELD_GET(SMMUV2_TCR_TG1, tcr)]),
			      FIELD_GET(SMMUV2_TCR_T1SZ, tcr), ttbr1, out, flags1);
	b->tag.asid = (u32)FIELD_GET(SMMUV2_TTBR_ASID, tcr & SMMUV2_TCR_A1 ? ttbr1 : ttbr0);
	if (!(tcr2 & SMMUV2_TCR2_AS))
		b->tag.asid &= 0xff;
}

static void decode_lpae_s1(struct smmuv2_bank *b)
{
	u32 tcr = cb_get(b, SMMUV2_CB_TCR);
	u64 ttbr0 = reg_get(&b->regs, SMMUV2_CB_TTBR0), ttbr1 = reg_get(&b->regs, SMMUV2_CB_TTBR1);

	b->two = true;
	(void)lpae_s1_init(b->tt, (u8)FIELD_GET(SMMUV2_TCR_N, tcr), (u8)FIELD_GET(SMMUV2_TCR_LPAE_T1SZ, tcr),
			   tcr & SMMUV2_TCR_EPD0, tcr & SMMUV2_TCR_EPD1, ttbr0 & SMMUV2_TTBR_ADDR,
			   ttbr1 & SMMUV2_TTBR_ADDR, stage_flags(b));
	b->tag.asid = (u32)FIELD_GET(SMMUV2_TTBR_ASID, tcr & SMMUV2_TCR_A1 ? ttbr1 : ttbr0) & 0xff;
}

static void decode_short(struct smmuv2 *s, struct smmuv2_bank *b)
{
	u32 tcr = cb_get(b, SMMUV2_CB_TCR);

	b->sh = (struct short_stage){
		.ttbr0 = reg_get(&b->regs, SMMUV2_CB_TTBR0) & 0xffffffff,
		.ttbr1 = reg_get(&b->regs, SMMUV2_CB_TTBR1) & 0xffffffff,
		.dacr = SHORT_ALL_CLIENTS,
		.n = (u8)FIELD_GET(SMMUV2_TCR_N, tcr),
		.out_bits = s->cfg.oas_bits >= 40 ? 40 : 32,
		.flags = (b->sctlr & SMMUV2_SCTLR_AFE ? SHORT_AFE : 0) | (b->sctlr & SMMUV2_SCTLR_TRE ? SHORT_TRE : 0) |
			 (b->sctlr & SMMUV2_SCTLR_WXN ? SHORT_WXN : 0) |
			 (b->sctlr & SMMUV2_SCTLR_UWXN ? SHORT_UWXN : 0) | (b->sctlr & SMMUV2_SCTLR_E ? SHORT_BE : 0) |
			 (tcr & SMMUV2_TCR_PD0 ? SHORT_PD0 : 0) | (tcr & SMMUV2_TCR_PD1 ? SHORT_PD1 : 0) | SHORT_PXN,
	};
	b->tag.asid = cb_get(b, SMMUV2_CB_CONTEXTIDR) & 0xff;
}

/*
 * How the input reaches 64 bits: AArch64 stage 1 extends the sign from SEP, everything else takes the address as it is
 * on the bus.
 */
static void decode_extension(struct smmuv2 *s, struct smmuv2_bank *b, bool sign)
{
	static const u8 sep_bit[] = { 31, 35, 39, 41, 43, 47, 48, 48 };
	u8 bit = sep_bit[FIELD_GET(SMMUV2_TCR2_SEP, cb_get(b, SMMUV2_CB_TCR2))];

	b->sext = 0;
	b->zext = 0;
	if (sign && bit < s->cfg.ubs_bits)
		b->sext = 63 - bit;
	else
		b->zext = 64 - min(s->cfg.ubs_bits, (u8)48);
}

static void decode_s1(struct smmuv2 *s, struct smmuv2_bank *b, u32 cbar)
{
	bool hyp = b->type == SMMUV2_CBAR_S1_S2_BYPASS && (cbar & SMMUV2_CBAR_HYPC);

	if (b->format == SMMUV2_FSR_FORMAT_AARCH64)
		decode_aarch64_s1(s, b, hyp);
	else if (b->format == SMMUV2_FSR_FORMAT_LPAE)
		decode_lpae_s1(b);
	else
		decode_short(s, b);
	b->mair = cb_get(b, SMMUV2_CB_MAIR0) | (u64)cb_get(b, SMMUV2_CB_MAIR1) << 32;
	b->tag.world = hyp ? SMMUV2_HYP : SMMUV2_NSNH;
	if (hyp) {
		b->tag.asid = 0;
		b->tag.vmid = 0;
	}
	decode_extension(s, b, b->format == SMMUV2_FSR_FORMAT_AARCH64 && !hyp);
}

static void decode_s2(struct smmuv2 *s, struct smmuv2_bank *b)
{
	u32 tcr = cb_get(b, SMMUV2_CB_TCR), flags = stage_flags(b) & (VMSA_AFFD | VMSA_BE);
	u64 ttbr = reg_get(&b->regs, SMMUV2_CB_TTBR0) & SMMUV2_TTBR_ADDR;
	u8 sl0 = (u8)FIELD_GET(SMMUV2_TCR_S2_SL0, tcr);
	s32 t0sz = (s32)FIELD_GET(SMMUV2_TCR_S2_LPAE_T0SZ, tcr);
	u8 out = min(smmuv2_size_bits(FIELD_GET(SMMUV2_TCR_S2_PASIZE, tcr)), s->cfg.oas_bits);

	if (b->sctlr & SMMUV2_SCTLR_S2_PTW)
		flags |= VMSA_S2_PTW;
	if (b->format == SMMUV2_FSR_FORMAT_AARCH64)
		b->bad = vmsa64_s2_init(&b->st2, granule_of(s, tg0_shift[FIELD_GET(SMMUV2_TCR_TG0, tcr)]),
					(u8)(64 - FIELD_GET(SMMUV2_TCR_T0SZ, tcr)), sl0, ttbr, out, flags);
	else
		b->bad = lpae_s2_init(&b->st2, (s8)(t0sz >= 8 ? t0sz - 16 : t0sz), sl0, ttbr, flags);
	b->tag.asid = 0;
	b->tag.world = SMMUV2_S2;
	decode_extension(s, b, false);
}

static u8 format_of(const struct smmuv2 *s, u32 n, const struct smmuv2_bank *b)
{
	u32 formats = s->cfg.formats;
	bool va64 = reg_get(&s->gr1, SMMUV2_GR1_CBA2R(n)) & SMMUV2_CBA2R_VA64;

	if (va64)
		return SMMUV2_FSR_FORMAT_AARCH64;
	if (b->type == SMMUV2_CBAR_S2 || !(formats & SMMUV2_FMT_SHORT) || (cb_get(b, SMMUV2_CB_TCR) & SMMUV2_TCR_EAE))
		return SMMUV2_FSR_FORMAT_LPAE;
	return SMMUV2_FSR_FORMAT_SHORT;
}

/* Check the bank of stage 2 under a nested bank: what is wrong with it, or SMMUV2_WAY_WALK. */
static u8 decode_nested(struct smmuv2 *s, struct smmuv2_bank *b, u32 cbar)
{
	u32 n = FIELD_GET(SMMUV2_CBAR_CBNDX, cbar);

	if (n >= s->cfg.num_cb)
		return SMMUV2_WAY_UCBF;
	if (s->bank[n].type != SMMUV2_CBAR_S2 || s->cfg.no_nested || s->cfg.no_s2)
		return SMMUV2_WAY_ICF;
	b->s2 = (u8)n;
	b->s2_on = s->bank[n].sctlr & SMMUV2_SCTLR_M;
	return SMMUV2_WAY_WALK;
}

static void decode_way(struct smmuv2 *s, struct smmuv2_bank *b, u32 cbar)
{
	b->s2 = SMMUV2_NO_BANK;
	b->s1_on = b->type != SMMUV2_CBAR_S2 && (b->sctlr & SMMUV2_SCTLR_M);
	b->s2_on = b->type == SMMUV2_CBAR_S2 && (b->sctlr & SMMUV2_SCTLR_M);
	b->way = SMMUV2_WAY_WALK;
	if (s->cfg.num_irpt && FIELD_GET(SMMUV2_CBAR_IRPTNDX, cbar) >= s->cfg.num_irpt)
		b->way = SMMUV2_WAY_UCIF;
	else if (b->type == SMMUV2_CBAR_S1_S2_FAULT || (b->type == SMMUV2_CBAR_S2 ? s->cfg.no_s2 : s->cfg.no_s1))
		b->way = SMMUV2_WAY_ICF;
	else if (b->type == SMMUV2_CBAR_S1_S2)
		b->way = decode_nested(s, b, cbar);
	if (b->way == SMMUV2_WAY_WALK && !b->s1_on && !b->s2_on)
		b->way = SMMUV2_WAY_FLAT;
}

void smmuv2_bank_plain(struct smmuv2 *s, u32 n)
{
	struct smmuv2_bank *b = &s->bank[n];

	b->plain = b->way == SMMUV2_WAY_WALK && b->s2 == SMMUV2_NO_BANK && !b->blocked && !s->gse_stall;
}

void smmuv2_bank_plain_all(struct smmuv2 *s)
{
	u32 n;

	for (n = 0; n < s->cfg.num_cb; n++)
		smmuv2_bank_plain(s, n);
}

static void update_one(struct smmuv2 *s, u32 n)
{
	struct smmuv2_bank *b = &s->bank[n];
	u32 cbar = (u32)reg_get(&s->gr1, SMMUV2_GR1_CBAR(n));
	u16 line = SMMUV2_IRQ_CONTEXT;

	b->type = n < s->cfg.num_s2cb ? SMMUV2_CBAR_S2 : FIELD_GET(SMMUV2_CBAR_TYPE, cbar);
	b->format = format_of(s, n, b);
	b->tag.vmid = smmuv2_bank_vmid(s, n);
	b->bad = false;
	if (b->type == SMMUV2_CBAR_S2)
		decode_s2(s, b);
	else
		decode_s1(s, b, cbar);
	b->tag.world |= (u32)b->format << SMMUV2_WORLD_FORMAT;
	decode_way(s, b, cbar);
	smmuv2_bank_plain(s, n);
	if (!s->cfg.num_irpt)
		line += n;
	else if (b->way != SMMUV2_WAY_UCIF)
		line += FIELD_GET(SMMUV2_CBAR_IRPTNDX, cbar);
	smmuv2_fault_line(s, n, line);
}

/* Some register of bank @n has changed; banks nested over it follow. */
void smmuv2_bank_update(struct smmuv2 *s, u32 n)
{
	u32 i;

	update_one(s, n);
	for (i = 0; i < s->cfg.num_cb; i++) {
		u32 cbar = (u32)reg_get(&s->gr1, SMMUV2_GR1_CBAR(i));

		if (i == n || s->bank[i].type != SMMUV2_CBAR_S1_S2 || FIELD_GET(SMMUV2_CBAR_CBNDX, cbar) != n)
			continue;
		decode_way(s, &s->bank[i], cbar);
		smmuv2_bank_plain(s, i);
	}
}

void smmuv2_bank_update_all(struct smmuv2 *s)
{
	u32 n;

	for (n = 0; n < s->cfg.num_cb; n++)
		smmuv2_bank_update(s, n);
}

/* ---- The walk ---- */

/* Find the deepest table that the walk cache of a stage holds for @in. */
static const struct pt_start *start_from(struct smmuv2 *s, enum iommu_unit unit, u64 in, const struct tcache_tag *tag,
					 struct pt_start *start)
{
	return pt_cache_start(&s->eng, unit, in, tag, start) ? start : NULL;
}

/* A fault that needs no descriptor. */
static enum pt_fault no_table(struct pt_result *r, u8 stage, u64 ipa)
{
	memset(r, 0, sizeof(*r));
	r->fault = PT_TRANSLATION;
	r->stage = stage;
	r->ipa = ipa;
	return PT_TRANSLATION;
}

static enum pt_fault walk_s2_only(struct smmuv2 *s, u32 n, const struct pt_env *env, u64 ipa, u32 access,
				  struct pt_result *r)
{
	const struct smmuv2_bank *b = &s->bank[n];
	struct pt_start at;
	enum pt_fault f;

	if (b->bad)
		return no_table(r, 2, ipa);
	f = vmsa64_walk(env, NULL, &b->st2, ipa, access, start_from(s, UNIT_WALK_CACHE_S2, ipa, &b->tag, &at), r);
	r->stage = 2;
	r->ipa = ipa;
	return f;
}

enum pt_fault smmuv2_bank_walk(struct smmuv2 *s, u32 cb, u64 va, u32 access, struct iommu_walk *w, struct pt_result *r)
{
	const struct smmuv2_bank *b = &s->bank[cb];
	u32 s2n = b->s2 != SMMUV2_NO_BANK ? b->s2 : cb;
	struct pt_cache_s2 key = { &s->eng, s->bank[s2n].tag };
	struct pt_env env = {
		.ops = s->eng.ops,
		.ctx = s->eng.ctx,
		/* Nobody reads the list of accesses that translate makes. */
		.walk = w == &s->eng.own_walk ? NULL : w,
		.steps = w && s->keep_steps ? &found_of(w)->steps : NULL,
		.s2_start = pt_cache_s2_start,
		.s2_cache = &key,
	};
	const struct vmsa64_stage *s2 = b->s2_on ? &s->bank[s2n].st2 : NULL;
	const struct vmsa64_stage *tt;
	struct pt_start at;

	if (!b->s1_on)
		return walk_s2_only(s, s2n, &env, va, access, r);
	if (s2 && s->bank[s2n].bad) {
		no_table(r, 2, b->tt[0].table);
		r->tt = true;
		return PT_TRANSLATION;
	}
	if (b->format == SMMUV2_FSR_FORMAT_SHORT)
		return short_walk(&env, &b->sh, s2, va, access, start_from(s, UNIT_WALK_CACHE, va, &b->tag, &at), r);
	tt = vmsa64_select(b->tt, b->two, va, access);
	if (!tt)
		return no_table(r, 1, 0);
	return vmsa64_walk(&env, tt, s2, va, access, start_from(s, UNIT_WALK_CACHE, va, &b->tag, &at), r);
}

u32 smmuv2_fsr_of(enum pt_fault fault)
{
	switch (fault) {
	case PT_ADDR_SIZE:
		return SMMUV2_FSR_ASF;
	case PT_ACCESS_FLAG:
		return SMMUV2_FSR_AFF;
	case PT_PERMISSION:
	case PT_DOMAIN:
		return SMMUV2_FSR_PF;
	case PT_EXT_ABORT:
		return SMMUV2_FSR_EF;
	default:
		return SMMUV2_FSR_TF;
	}
}
