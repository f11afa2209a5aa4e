// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * STE and CD: which are ILLEGAL (5.2.2, 5.4.2, 5.5), and what a legal pair
 * means for translation. The checks stand in the order of the specification's
 * functions; none of it touches memory.
 */
#include "smmuv3_priv.h"

static inline u32 ste_config(const u64 *ste)
{
	return FIELD_GET(SMMUV3_STE_0_CONFIG, ste[0]);
}

static inline bool has_s1(const u64 *ste)
{
	return (ste_config(ste) & 5) == 5;
}

static inline bool has_s2(const u64 *ste)
{
	return (ste_config(ste) & 6) == 6;
}

static inline bool beyond(u64 addr, u8 bits)
{
	return addr >> bits;
}

/* log2 of the granule, 0 for a reserved or unsupported one. */
static u8 granule(const struct smmuv3 *s, u32 tg0)
{
	switch (tg0) {
	case 0:
		return s->idr5 & SMMUV3_IDR5_GRAN4K ? 12 : 0;
	case 1:
		return s->idr5 & SMMUV3_IDR5_GRAN64K ? 16 : 0;
	case 2:
		return s->idr5 & SMMUV3_IDR5_GRAN16K ? 14 : 0;
	default:
		return 0;
	}
}

/* CD.TG1 in the encoding of TG0; 3 is reserved there, too. */
static u32 tg1_as_tg0(u32 tg1)
{
	return (u32[]){ 3, 2, 0, 1 }[tg1];
}

static bool endian_illegal(const struct smmuv3 *s, bool big)
{
	u32 ttendian = FIELD_GET(SMMUV3_IDR0_TTENDIAN, s->idr0);

	return (ttendian == SMMUV3_TTENDIAN_LITTLE && big) || (ttendian == SMMUV3_TTENDIAN_BIG && !big);
}

/* Effective output size of a stage: CD.IPS, STE.S2PS (CalcPARange()). */
static u8 out_bits(const struct smmuv3 *s, u32 ps, bool aa64)
{
	return aa64 ? min(smmuv3_addr_bits(ps), s->oas) : 40;
}

/* Most bits of a table base address (CDTTBxValidRange(), S2TTB). */
static u8 ttb_bits(u8 out, bool aa64, u8 gran, bool ds)
{
	return aa64 && gran != 16 && !ds ? min(out, (u8)48) : out;
}

/* 52-bit addresses with the smaller granules (IDR5.DS). */
static bool ste_ds(const struct smmuv3 *s, const u64 *ste)
{
	return (s->idr5 & SMMUV3_IDR5_DS) && (ste[2] & SMMUV3_STE_2_S2AA64) && (ste[3] & SMMUV3_STE_3_S2DS);
}

static bool cd_ds(const struct smmuv3 *s, const u64 *cd)
{
	return (s->idr5 & SMMUV3_IDR5_DS) && (cd[0] & SMMUV3_CD_0_AA64) && (cd[2] & SMMUV3_CD_2_DS);
}

static u8 txsz_max(const struct smmuv3 *s, u8 gran)
{
	if (!(s->idr3 & SMMUV3_IDR3_STT))
		return 39;
	return gran == 16 ? 47 : 48;
}

static bool strw_unused(const struct smmuv3 *s, const u64 *ste)
{
	return !(s->idr0 & SMMUV3_IDR0_S1P) || !(s->idr0 & SMMUV3_IDR0_HYP) || has_s2(ste) ||
	       ste_config(ste) == SMMUV3_STE_CONFIG_BYPASS;
}

static u8 stream_world(const struct smmuv3 *s, const u64 *ste)
{
	if (strw_unused(s, ste) || FIELD_GET(SMMUV3_STE_1_STRW, ste[1]) != SMMUV3_STRW_EL2)
		return WORLD_EL1;
	return s->cr2 & SMMUV3_CR2_E2H ? WORLD_EL2_E2H : WORLD_EL2;
}

static bool vmid_ignored(const struct smmuv3 *s, const u64 *ste)
{
	if (!(s->idr0 & SMMUV3_IDR0_S2P) || ste_config(ste) == SMMUV3_STE_CONFIG_BYPASS)
		return true;
	return !strw_unused(s, ste) && FIELD_GET(SMMUV3_STE_1_STRW, ste[1]) != SMMUV3_STRW_EL1;
}

static bool eats_illegal(const struct smmuv3 *s, const u64 *ste)
{
	bool s2s = ste[2] & SMMUV3_STE_2_S2S;

	if (!(s->idr0 & SMMUV3_IDR0_ATS) || !(ste_config(ste) & 3))
		return false;
	switch (FIELD_GET(SMMUV3_STE_1_EATS, ste[1])) {
	case SMMUV3_EATS_SPLIT:
		return ste_config(ste) != SMMUV3_STE_CONFIG_NESTED || s2s || (s->idr0 & SMMUV3_IDR0_NS1ATS);
	case SMMUV3_EATS_FULL:
	case SMMUV3_EATS_DPT: /* without DPT reserved; it behaves as 0, its check of S2S stands in 5.2 */
		return FIELD_GET(SMMUV3_STE_1_EATS, ste[1]) == SMMUV3_EATS_FULL && has_s2(ste) && s2s;
	default:
		return false;
	}
}

static bool ste_s1_illegal(const struct smmuv3 *s, const u64 *ste)
{
	u32 ssidsize = FIELD_GET(SMMUV3_IDR1_SSIDSIZE, s->idr1);
	u32 cdmax = FIELD_GET(SMMUV3_STE_0_S1CDMAX, ste[0]);
	u32 fmt = FIELD_GET(SMMUV3_STE_0_S1FMT, ste[0]);

	if ((ste[1] & SMMUV3_STE_1_S1STALLD) && FIELD_GET(SMMUV3_IDR0_STALL_MODEL, s->idr0) != SMMUV3_STALL_MODEL_BOTH)
		return true;
	if (ssidsize && cdmax > ssidsize)
		return true;
	if (ssidsize && cdmax && !(s->idr0 & SMMUV3_IDR0_CD2L) &&
	    (fmt == SMMUV3_S1FMT_4K_L2 || fmt == SMMUV3_S1FMT_64K_L2))
		return true;
	return beyond(ste[0] & SMMUV3_STE_0_S1CONTEXTPTR, has_s2(ste) ? s->ias : s->oas);
}

static u32 s2_sl0(const struct smmuv3 *s, const u64 *ste, u8 gran)
{
	u32 sl0 = FIELD_GET(SMMUV3_STE_2_S2SL0, ste[2]);

	return gran == 12 && ste_ds(s, ste) && (ste[3] & SMMUV3_STE_3_S2SL0_2) ? sl0 | 4 : sl0;
}

/*
 * The Arm ARM's view of SL0 that depends on the physical address size: a level
 * that so small an address space can not need is reserved (D8.2.2, VTCR_EL2.SL0).
 */
static bool s2sl0_reserved(const struct smmuv3 *s, u8 gran, u32 sl0, bool ds)
{
	switch (gran) {
	case 12:
		return (sl0 == 2 && s->oas < 44) || (sl0 == 3 && !(s->idr3 & SMMUV3_IDR3_STT)) ||
		       (sl0 == 4 && s->oas < 52);
	case 14:
		return (sl0 == 2 && !ds && s->oas < 42) || (sl0 == 3 && (!ds || s->oas < 52));
	default:
		return (sl0 == 2 && s->oas < 44) || sl0 == 3;
	}
}

static int s2_stage(const struct smmuv3 *s, const u64 *ste, struct vmsa64_stage *st)
{
	bool aa64 = ste[2] & SMMUV3_STE_2_S2AA64;
	u32 t0sz = FIELD_GET(SMMUV3_STE_2_S2T0SZ, ste[2]);
	u8 out = out_bits(s, FIELD_GET(SMMUV3_STE_2_S2PS, ste[2]), aa64);
	u8 gran = granule(s, FIELD_GET(SMMUV3_STE_2_S2TG, ste[2]));
	u64 ttb = ste[3] & SMMUV3_STE_3_S2TTB;
	u32 sl0 = s2_sl0(s, ste, gran);
	bool ptw = (ste[2] & SMMUV3_STE_2_S2PTW) && ste_config(ste) == SMMUV3_STE_CONFIG_NESTED;
	u32 flags = (ste_ds(s, ste) && gran != 16 ? VMSA_DS : 0) | (s->oas > 48 ? VMSA_LPA : 0) |
		    (ste[2] & SMMUV3_STE_2_S2AFFD ? VMSA_AFFD : 0) | (ste[2] & SMMUV3_STE_2_S2ENDI ? VMSA_BE : 0) |
		    (s->idr3 & SMMUV3_IDR3_XNX ? VMSA_S2_XNX : 0) | (ptw ? VMSA_S2_PTW : 0);

	if (!aa64)
		return lpae_s2_init(st, (s8)((t0sz & 0xf) << 4) >> 4, sl0, ttb, flags);
	if (ste[2] & SMMUV3_STE_2_S2HA)
		flags |= VMSA_HA | (ste[2] & SMMUV3_STE_2_S2HD ? VMSA_HD : 0);
	return vmsa64_s2_init(st, gran, 64 - t0sz, sl0, ttb, out, flags);
}

static bool s2t0sz_illegal(const struct smmuv3 *s, u32 t0sz, u8 gran, bool ds)
{
	u32 lowest = s->cfg.aidr ? max(gran == 16 || ds ? 12 : 16, 64 - s->ias) : 64 - s->ias;

	return t0sz < lowest || t0sz > txsz_max(s, gran);
}

static bool ste_s2_httu_illegal(const struct smmuv3 *s, const u64 *ste, bool aa64)
{
	u32 httu = FIELD_GET(SMMUV3_IDR0_HTTU, s->idr0);

	if ((ste[2] & (SMMUV3_STE_2_S2HA | SMMUV3_STE_2_S2HD)) && (!aa64 || !httu))
		return true;
	return (ste[2] & SMMUV3_STE_2_S2HD) && httu == 1;
}

static bool ste_s2_illegal(const struct smmuv3 *s, const u64 *ste)
{
	u32 model = FIELD_GET(SMMUV3_IDR0_STALL_MODEL, s->idr0);
	bool aa64 = ste[2] & SMMUV3_STE_2_S2AA64;
	bool s2s = ste[2] & SMMUV3_STE_2_S2S;
	bool ds = ste_ds(s, ste);
	u8 gran = aa64 ? granule(s, FIELD_GET(SMMUV3_STE_2_S2TG, ste[2])) : 12;
	u8 out = out_bits(s, FIELD_GET(SMMUV3_STE_2_S2PS, ste[2]), aa64);
	struct vmsa64_stage st;

	if ((model == SMMUV3_STALL_MODEL_NONE && s2s) || (model == SMMUV3_STALL_MODEL_FORCED && !s2s))
		return true;
	if (!(s->idr0 & (aa64 ? SMMUV3_IDR0_TTF_AA64 : SMMUV3_IDR0_TTF_AA32)))
		return true;
	if (ste_s2_httu_illegal(s, ste, aa64))
		return true;
	if (!gran || beyond(ste[3] & SMMUV3_STE_3_S2TTB, ttb_bits(out, aa64, gran, ds)))
		return true;
	if (aa64 && s2t0sz_illegal(s, FIELD_GET(SMMUV3_STE_2_S2T0SZ, ste[2]), gran, ds))
		return true;
	if (aa64 && s2sl0_reserved(s, gran, s2_sl0(s, ste, gran), ds))
		return true;
	return s2_stage(s, ste, &st) || endian_illegal(s, ste[2] & SMMUV3_STE_2_S2ENDI);
}

static bool ste_illegal(const struct smmuv3 *s, const u64 *ste)
{
	if (!(ste[0] & SMMUV3_STE_0_V))
		return true;
	if (!(ste_config(ste) & 4))
		return false;
	if (has_s1(ste) && !(s->idr0 & SMMUV3_IDR0_S1P))
		return true;
	if (has_s2(ste) && !(s->idr0 & SMMUV3_IDR0_S2P))
		return true;
	if (eats_illegal(s, ste))
		return true;
	if (!strw_unused(s, ste) && (FIELD_GET(SMMUV3_STE_1_STRW, ste[1]) & 1))
		return true;
	if (has_s1(ste) && ste_s1_illegal(s, ste))
		return true;
	if (has_s2(ste) && ste_s2_illegal(s, ste))
		return true;
	return !vmid_ignored(s, ste) && !(s->idr0 & SMMUV3_IDR0_VMID16) &&
	       FIELD_GET(SMMUV3_STE_2_S2VMID, ste[2]) > 0xff;
}

/* Effective STE.EATS: IGNORED without ATS and in bypass, split only with ATSCHK. */
static u8 eats(const struct smmuv3 *s, const u64 *ste)
{
	u32 eats = FIELD_GET(SMMUV3_STE_1_EATS, ste[1]);

	if (!(s->idr0 & SMMUV3_IDR0_ATS) || !(ste_config(ste) & 3) || eats == SMMUV3_EATS_DPT)
		return SMMUV3_EATS_UR;
	return eats == SMMUV3_EATS_SPLIT && !(s->cr0 & SMMUV3_CR0_ATSCHK) ? SMMUV3_EATS_UR : eats;
}

static bool txsz_illegal(const struct smmuv3 *s, u32 txsz, u8 gran, bool ds)
{
	u32 lowest = FIELD_GET(SMMUV3_IDR5_VAX, s->idr5) && (gran == 16 || ds) ? 12 : 16;

	return txsz < lowest || txsz > txsz_max(s, gran);
}

/* One of the two tables of a CD whose walk is not disabled. */
static bool table_illegal(const struct smmuv3 *s, u32 txsz, u32 tg0, u64 ttb, u8 out, bool aa64, bool ds)
{
	u8 gran = granule(s, tg0);

	if (!aa64)
		return beyond(ttb, out);
	return !gran || txsz_illegal(s, txsz, gran, ds) || beyond(ttb, ttb_bits(out, true, gran, ds));
}

static bool cd_stall_illegal(const struct smmuv3 *s, const u64 *ste, const u64 *cd)
{
	u32 model = FIELD_GET(SMMUV3_IDR0_STALL_MODEL, s->idr0);
	bool stall = cd[0] & SMMUV3_CD_0_S;

	if ((ste[1] & SMMUV3_STE_1_S1STALLD) && stall)
		return true;
	if ((s->idr0 & SMMUV3_IDR0_TERM_MODEL) && !(cd[0] & SMMUV3_CD_0_A))
		return true;
	return (model == SMMUV3_STALL_MODEL_NONE && stall) || (model == SMMUV3_STALL_MODEL_FORCED && !stall);
}

static bool cd_format_illegal(const struct smmuv3 *s, const u64 *ste, const u64 *cd, u8 world)
{
	u32 httu = FIELD_GET(SMMUV3_IDR0_HTTU, s->idr0);

	if (!(cd[0] & SMMUV3_CD_0_AA64))
		return !(s->idr0 & SMMUV3_IDR0_TTF_AA32) || world == WORLD_EL2_E2H;
	if (!(s->idr0 & SMMUV3_IDR0_TTF_AA64) || (has_s2(ste) && !(ste[2] & SMMUV3_STE_2_S2AA64)))
		return true;
	return ((cd[0] & (SMMUV3_CD_0_HA | SMMUV3_CD_0_HD)) && !httu) || ((cd[0] & SMMUV3_CD_0_HD) && httu == 1);
}

static bool cd_illegal(const struct smmuv3 *s, const u64 *ste, const u64 *cd)
{
	u8 world = stream_world(s, ste);
	bool aa64 = cd[0] & SMMUV3_CD_0_AA64;
	/* EL2 has one table, and EPD means nothing (5.4). */
	bool off0 = world != WORLD_EL2 && (cd[0] & SMMUV3_CD_0_EPD0);
	bool off1 = world == WORLD_EL2 || (cd[0] & SMMUV3_CD_0_EPD1);
	u8 out = out_bits(s, FIELD_GET(SMMUV3_CD_0_IPS, cd[0]), aa64);
	bool ds = cd_ds(s, cd);

	if (!(cd[0] & SMMUV3_CD_0_V) || cd_stall_illegal(s, ste, cd))
		return true;
	if ((!off0 || !off1) && endian_illegal(s, cd[0] & SMMUV3_CD_0_ENDI))
		return true;
	if (cd_format_illegal(s, ste, cd, world))
		return true;
	if (world != WORLD_EL2 && !(s->idr0 & SMMUV3_IDR0_ASID16) && FIELD_GET(SMMUV3_CD_0_ASID, cd[0]) > 0xff)
		return true;
	if (!off0 && table_illegal(s, FIELD_GET(SMMUV3_CD_0_T0SZ, cd[0]), FIELD_GET(SMMUV3_CD_0_TG0, cd[0]),
				   cd[1] & SMMUV3_CD_1_TTB0, out, aa64, ds))
		return true;
	return !off1 &&
	       table_illegal(s, FIELD_GET(SMMUV3_CD_0_T1SZ, cd[0]), tg1_as_tg0(FIELD_GET(SMMUV3_CD_0_TG1, cd[0])),
			     cd[2] & SMMUV3_CD_2_TTB1, out, aa64, ds);
}

/* PRIVCFG and INSTCFG (13.1.2): a write stays data whatever INSTCFG says. */
static void resolve_overrides(const struct smmuv3 *s, const u64 *ste, struct smmuv3_stream *st)
{
	u32 inst = FIELD_GET(SMMUV3_STE_1_INSTCFG, ste[1]);
	u32 priv = FIELD_GET(SMMUV3_STE_1_PRIVCFG, ste[1]);

	st->flags_keep = 0xffff;
	st->flags_set = 0;
	if (!(s->idr1 & SMMUV3_IDR1_ATTR_PERMS_OVR))
		return;
	if (inst & 2) {
		st->flags_keep &= (u16)~DMA_EXEC;
		st->flags_set |= inst == SMMUV3_INSTCFG_INSTRUCTION ? DMA_EXEC : 0;
	}
	if (priv & 2) {
		st->flags_keep &= (u16)~DMA_PRIV;
		st->flags_set |= priv == SMMUV3_PRIVCFG_PRIV ? DMA_PRIV : 0;
	}
}

void v3_resolve_ste(const struct smmuv3 *s, const u64 *ste, struct smmuv3_stream *st)
{
	st->config = (u8)ste_config(ste);
	st->event = 0;
	st->ssid_override = false;
	st->cd_slot = V3_NO_SLOT;
	st->action = V3_TRANSLATE;
	if (ste_illegal(s, ste)) {
		st->action = V3_EVENT;
		st->event = SMMUV3_C_BAD_STE;
		return;
	}
	st->ppar = ste[1] & SMMUV3_STE_1_PPAR;
	if (!(st->config & 4)) {
		st->action = V3_SILENT_ABORT;
		return;
	}
	resolve_overrides(s, ste, st);
	st->eats = eats(s, ste);
	st->s1 = has_s1(ste);
	st->s2 = has_s2(ste);
	st->tbi = false;
	st->e0pd = false;
	st->s2s = ste[2] & SMMUV3_STE_2_S2S;
	st->s2r = ste[2] & SMMUV3_STE_2_S2R;
	st->tag.asid = 0;
	st->tag.vmid = vmid_ignored(s, ste) ? 0 : FIELD_GET(SMMUV3_STE_2_S2VMID, ste[2]);
	st->tag.world = stream_world(s, ste);
	if (st->s2) {
		int err = s2_stage(s, ste, &st->s2_stage);

		fl_assert(!err);
		st->tag.world |= WORLD_S2;
	}
	st->s2_tag = (struct tcache_tag){ .vmid = st->tag.vmid, .world = WORLD_EL1 | WORLD_IPA };
}

/* Stage 1 is skipped, as though STE.Config were 0b1x0. */
static void bypass_s1(struct smmuv3_stream *st)
{
	st->s1 = false;
	st->tag = st->s2_tag;
	if (!st->s2)
		st->action = V3_BYPASS;
}

u32 v3_select_cd(const struct smmuv3 *s, const u64 *ste, u32 ssid, struct smmuv3_stream *st)
{
	u32 cdmax = FIELD_GET(SMMUV3_IDR1_SSIDSIZE, s->idr1) ? FIELD_GET(SMMUV3_STE_0_S1CDMAX, ste[0]) : 0;
	u32 dss = FIELD_GET(SMMUV3_STE_1_S1DSS, ste[1]);

	if (ssid != V3_NO_SSID) {
		if (!st->s1 || !cdmax || ssid >> cdmax) {
			st->action = V3_EVENT;
			st->event = SMMUV3_C_BAD_SUBSTREAMID;
		} else if (dss == SMMUV3_S1DSS_SUBSTREAM0 && !ssid) {
			st->action = V3_EVENT;
			st->event = SMMUV3_F_STREAM_DISABLED;
		}
		return ssid;
	}
	if (!st->s1) {
		bypass_s1(st);
		return V3_NO_SSID;
	}
	if (!cdmax || dss == SMMUV3_S1DSS_SUBSTREAM0)
		return 0;
	if (dss == SMMUV3_S1DSS_BYPASS) {
		bypass_s1(st);
		return V3_NO_SSID;
	}
	st->action = V3_EVENT;
	st->event = SMMUV3_F_STREAM_DISABLED;
	return V3_NO_SSID;
}

static u32 s1_flags(const u64 *cd, u8 world)
{
	bool aa64 = cd[0] & SMMUV3_CD_0_AA64, el2 = world == WORLD_EL2;

	return (cd[0] & SMMUV3_CD_0_AFFD ? VMSA_AFFD : 0) | (cd[0] & SMMUV3_CD_0_ENDI ? VMSA_BE : 0) |
	       (cd[0] & SMMUV3_CD_0_WXN ? VMSA_WXN : 0) |
	       ((cd[0] & SMMUV3_CD_0_UWXN) && !aa64 && !el2 ? VMSA_UWXN : 0) |
	       ((cd[0] & SMMUV3_CD_0_PAN) && !el2 ? VMSA_PAN : 0) | (el2 ? VMSA_ONE_EL : 0) |
	       (aa64 && (cd[0] & SMMUV3_CD_0_HA) ? VMSA_HA | (cd[0] & SMMUV3_CD_0_HD ? VMSA_HD : 0) : 0);
}

/* One root of a VMSAv8-64 CD. A disabled one is not checked, so its fields may mean nothing. */
static void resolve_table(const struct smmuv3 *s, struct vmsa64_stage *tt, u32 txsz, u32 tg0, u64 ttb, u8 out,
			  u32 flags)
{
	int err;

	if (flags & VMSA_EPD) {
		*tt = (struct vmsa64_stage){ .flags = flags, .granule = 12, .in_bits = 48, .out_bits = out };
		return;
	}
	if (granule(s, tg0) == 16)
		flags &= ~VMSA_DS;
	err = vmsa64_s1_init(tt, granule(s, tg0), 64 - txsz, ttb, out, flags);
	fl_assert(!err);
}

static u32 table_flags(const struct smmuv3 *s, const u64 *cd, u8 world, bool high)
{
	bool tbi = cd[0] & (high ? SMMUV3_CD_0_TBI1 : SMMUV3_CD_0_TBI0);
	bool had = high ? cd[2] & SMMUV3_CD_2_HAD1 : cd[1] & SMMUV3_CD_1_HAD0;
	bool e0pd = high ? cd[2] & SMMUV3_CD_2_E0PD1 : cd[1] & SMMUV3_CD_1_E0PD0;
	bool epd = cd[0] & (high ? SMMUV3_CD_0_EPD1 : SMMUV3_CD_0_EPD0);

	return (tbi ? VMSA_TBI : 0) | (had && (s->idr3 & SMMUV3_IDR3_HAD) ? VMSA_HPD : 0) |
	       (e0pd && (s->idr3 & SMMUV3_IDR3_E0PD) && world != WORLD_EL2 ? VMSA_E0PD : 0) |
	       (epd && world != WORLD_EL2 ? VMSA_EPD : 0) | (high ? VMSA_HIGH : 0);
}

static void resolve_aa32(const struct smmuv3 *s, const u64 *cd, u8 world, u32 flags, struct smmuv3_stream *st)
{
	bool one = world == WORLD_EL2;
	int err;

	if ((cd[1] & SMMUV3_CD_1_HAD0) && (s->idr3 & SMMUV3_IDR3_HAD))
		flags |= VMSA_HPD;
	err = lpae_s1_init(st->tt, FIELD_GET(SMMUV3_CD_0_T0SZ, cd[0]) & 7,
			   one ? 0 : FIELD_GET(SMMUV3_CD_0_T1SZ, cd[0]) & 7, !one && (cd[0] & SMMUV3_CD_0_EPD0),
			   one || (cd[0] & SMMUV3_CD_0_EPD1), cd[1] & SMMUV3_CD_1_TTB0, cd[2] & SMMUV3_CD_2_TTB1,
			   flags);
	fl_assert(!err);
	st->two = !one;
}

void v3_resolve_cd(const struct smmuv3 *s, const u64 *ste, const u64 *cd, struct smmuv3_stream *st)
{
	u8 world = stream_world(s, ste);
	u8 out = out_bits(s, FIELD_GET(SMMUV3_CD_0_IPS, cd[0]), true);
	u32 flags;

	if (cd_illegal(s, ste, cd)) {
		st->action = V3_EVENT;
		st->event = SMMUV3_C_BAD_CD;
		return;
	}
	st->cd_ars = (cd[0] & SMMUV3_CD_0_S ? CD_S : 0) | (cd[0] & SMMUV3_CD_0_R ? CD_R : 0) |
		     (cd[0] & SMMUV3_CD_0_A ? CD_A : 0);
	if (world != WORLD_EL2)
		st->tag.asid = FIELD_GET(SMMUV3_CD_0_ASID, cd[0]);
	if (cd[0] & SMMUV3_CD_0_ASET)
		st->tag.world |= WORLD_ASET;
	flags = s1_flags(cd, world);
	if (!(cd[0] & SMMUV3_CD_0_AA64)) {
		resolve_aa32(s, cd, world, flags, st);
		return;
	}
	flags |= (cd_ds(s, cd) ? VMSA_DS : 0) | (s->oas > 48 ? VMSA_LPA : 0);
	st->two = world != WORLD_EL2;
	resolve_table(s, &st->tt[0], FIELD_GET(SMMUV3_CD_0_T0SZ, cd[0]), FIELD_GET(SMMUV3_CD_0_TG0, cd[0]),
		      cd[1] & SMMUV3_CD_1_TTB0, out, flags | table_flags(s, cd, world, false));
	if (st->two)
		resolve_table(s, &st->tt[1], FIELD_GET(SMMUV3_CD_0_T1SZ, cd[0]),
			      tg1_as_tg0(FIELD_GET(SMMUV3_CD_0_TG1, cd[0])), cd[2] & SMMUV3_CD_2_TTB1, out,
			      flags | table_flags(s, cd, world, true));
	st->tbi = cd[0] & (SMMUV3_CD_0_TBI0 | SMMUV3_CD_0_TBI1);
	st->e0pd = (st->tt[0].flags | (st->two ? st->tt[1].flags : 0)) & VMSA_E0PD;
}
