// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Configuration and life cycle of the VT-d engine. */
#include "vtd_priv.h"
#include "pt_vtd.h"

static u64 unless(u64 capability, u64 field)
{
	return capability ? 0 : field;
}

/* Bits that must be zero in each table entry, by capability (chapter 9). */
static void reserved_bits(struct vtd *v)
{
	u64 high = ~(BIT_ULL(v->haw) - 1), ecap = v->ecap;
	u64 no_did = ~(BIT_ULL(vtd_domain_bits(v->cap)) - 1);
	bool ers = (ecap & VTD_ECAP_ERS) && v->major < 8;

	v->rsvd_root = GENMASK_ULL(11, 1) | high;
	v->rsvd_ce[0] = GENMASK_ULL(11, 4) | high;
	v->rsvd_ce[1] = GENMASK_ULL(63, 24) | BIT_ULL(7) | (no_did << 8 & VTD_CE1_DID);
	v->rsvd_sce[0] = high | GENMASK_ULL(8, 7) | unless(ecap & VTD_ECAP_PTRS, VTD_SCE_EPTR) |
			 unless(ecap & VTD_ECAP_HPTS, VTD_SCE_HPTE) | unless(ecap & VTD_ECAP_PRS, VTD_SCE_PRE) |
			 unless(ecap & VTD_ECAP_PASID, VTD_SCE_PASIDE) | unless(ecap & VTD_ECAP_DT, VTD_SCE_DTE);
	v->rsvd_sce[1] = GENMASK_ULL(63, 21) | unless(ecap & VTD_ECAP_RPRIVS, VTD_SCE1_RIDPRIV) |
			 unless(ecap & VTD_ECAP_RPS, VTD_SCE1_RIDPASID);
	v->rsvd_pde = GENMASK_ULL(11, 2) | high;
	v->rsvd_pe[0] = high | GENMASK_ULL(11, 10) | BIT_ULL(5) |
			unless(ecap & VTD_ECAP_SSTS, VTD_PE_SSPTPTR | VTD_PE_AW) |
			unless((ecap & VTD_ECAP_SSTS) && (ecap & VTD_ECAP_SSADS), VTD_PE_SSADE);
	v->rsvd_pe[1] = GENMASK_ULL(31, 27) | GENMASK_ULL(22, 16) | (no_did & VTD_PE1_DID) |
			unless(ecap & VTD_ECAP_SMPWCS, VTD_PE1_PWSNP) | unless(ecap & VTD_ECAP_SC, VTD_PE1_PGSNP) |
			unless(ecap & VTD_ECAP_MTS, VTD_PE1_CD | VTD_PE1_EMTE | VTD_PE1_PAT);
	v->rsvd_pe[2] = high | GENMASK_ULL(11, 8) | unless(ers, VTD_PE2_ERE) |
			unless(ecap & VTD_ECAP_SRS, VTD_PE2_SRE) | unless(ecap & VTD_ECAP_EAFS, VTD_PE2_EAFE) |
			unless(ecap & VTD_ECAP_FSTS, VTD_PE2_FSPTPTR | VTD_PE2_FSPM | VTD_PE2_WPE);
	v->rsvd_pe[3] = ~0ULL;
	v->rsvd_pe[4] = v->rsvd_pe[5] = v->rsvd_pe[6] = v->rsvd_pe[7] = ~0ULL;
}

/* What the capabilities decide about walks. */
static void stage_flags(struct vtd *v)
{
	u64 sslps = FIELD_GET(VTD_CAP_SSLPS, v->cap);

	v->fs_flags = VTD_2MB | (v->cap & VTD_CAP_FS1GP ? VTD_1GB : 0);
	v->ss_flags = (sslps & 1 ? VTD_2MB : 0) | (sslps & 2 ? VTD_1GB : 0) | (v->ecap & VTD_ECAP_SC ? VTD_SNP : 0) |
		      (v->ecap & VTD_ECAP_MTS ? VTD_MTS : 0);
}

/* "Implementations that report this field as Clear also report that one as Clear" (11.4.3), causes first. */
static u64 consistent_ecap(u64 ecap)
{
	static const struct {
		u64 without, clear;
	} rules[] = {
		{ VTD_ECAP_QI, VTD_ECAP_SMTS | VTD_ECAP_DT },
		{ VTD_ECAP_DT, VTD_ECAP_PDS | VTD_ECAP_DIT | VTD_ECAP_NWFS | VTD_ECAP_PRS },
		{ VTD_ECAP_SMTS, VTD_ECAP_RPS | VTD_ECAP_SMPWCS | VTD_ECAP_FSTS | VTD_ECAP_PASID | VTD_ECAP_PSS |
					 VTD_ECAP_SRS | VTD_ECAP_PRS | VTD_ECAP_NEST | VTD_ECAP_MTS },
		{ VTD_ECAP_SMPWCS, VTD_ECAP_SSADS | VTD_ECAP_EAFS },
		{ VTD_ECAP_FSTS, VTD_ECAP_NEST | VTD_ECAP_EAFS },
		{ VTD_ECAP_SSTS, VTD_ECAP_NEST | VTD_ECAP_SSIRWS },
		{ VTD_ECAP_SRS, VTD_ECAP_RPRIVS },
		{ VTD_ECAP_PRS, VTD_ECAP_SMS },
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(rules); i++)
		if (!(ecap & rules[i].without))
			ecap &= ~rules[i].clear;
	return ecap;
}

static int resolve_cfg(struct vtd *v, const struct vtd_cfg *cfg)
{
	bool defaults = !cfg->cap && !cfg->ecap;
	u32 ver = cfg->ver ? cfg->ver : VTD_DEFAULT_VER;
	u64 sagaw;
	int rows;

	v->cap = (defaults ? VTD_DEFAULT_CAP : cfg->cap) & ~VTD_CAP_NOT_MODELLED;
	v->ecap = consistent_ecap((defaults ? VTD_DEFAULT_ECAP : cfg->ecap) & ~VTD_ECAP_NOT_MODELLED);
	/* A larger page size requires the smaller one; in scalable mode no write buffer needs flushing (11.4.2). */
	if (!(v->cap & FIELD_PREP(VTD_CAP_SSLPS, 1ULL)))
		v->cap &= ~VTD_CAP_SSLPS;
	if (v->ecap & VTD_ECAP_SMTS)
		v->cap &= ~VTD_CAP_RWBF;
	v->haw = cfg->haw ? cfg->haw : VTD_DEFAULT_HAW;
	v->mgaw = (u8)(FIELD_GET(VTD_CAP_MGAW, v->cap) + 1);
	v->major = (u8)FIELD_GET(VTD_VER_MAX, (u64)ver);
	v->collapse = cfg->collapse_faults;
	v->eng.n_itags = cfg->itags ? cfg->itags : ENGINE_ITAGS;
	if (v->haw < 32 || v->haw > 52 || v->mgaw > 57 || v->eng.n_itags > ENGINE_ITAGS || ver > 0xff)
		return -EINVAL;
	sagaw = FIELD_GET(VTD_CAP_SAGAW, v->cap);
	v->fi_mask = VTD_FRCD_FI & GENMASK_ULL(sagaw & 8 || v->cap & VTD_CAP_FS5LP ? 56 : 47, 0);
	v->frcd = (u32)FIELD_GET(VTD_CAP_FRO, v->cap) * 16;
	v->n_frcd = (u32)FIELD_GET(VTD_CAP_NFR, v->cap) + 1;
	v->iva = (u32)FIELD_GET(VTD_ECAP_IRO, v->ecap) * 16;
	rows = vtd_regs_build(v->cap, v->ecap, ver, v->table);
	if (rows < 0)
		return rows;
	reserved_bits(v);
	stage_flags(v);
	return reg_bank_init(&v->regs, v->table, (u32)rows);
}

int vtd_init(struct vtd *v, const struct vtd_cfg *cfg, const struct iommu_ops *ops, void *ctx)
{
	struct vtd_cfg own = { 0 };
	int err;

	memset(v, 0, sizeof(*v));
	if (cfg)
		own = *cfg;
	if (!ops || !ops->mem_read || !ops->mem_write)
		return -EINVAL;
	engine_init(&v->eng, &vtd_hooks, ops, ctx, &v->stats, sizeof(v->stats));
	err = resolve_cfg(v, &own);
	err = err ? err : engine_init_cache(&v->eng, UNIT_TLB, &own.iotlb, 64, 8);
	err = err ? err : engine_init_cache(&v->eng, UNIT_WALK_CACHE, &own.first, 16, 4);
	err = err ? err : engine_init_cache(&v->eng, UNIT_WALK_CACHE_S2, &own.second, 16, 4);
	err = err ? err : engine_init_cache(&v->eng, UNIT_CONFIG_CACHE, &own.context, 16, 4);
	err = err ? err : engine_init_cache(&v->eng, UNIT_CD_CACHE, &own.pasid, 32, 4);
	v->keep_steps = v->eng.cache[UNIT_WALK_CACHE].sets || v->eng.cache[UNIT_WALK_CACHE_S2].sets;
	if (err)
		vtd_exit(v);
	else
		engine_start(&v->eng);
	return err;
}

void vtd_exit(struct vtd *v)
{
	engine_exit(&v->eng);
	reg_bank_exit(&v->regs);
}

void vtd_power_on(void *hw)
{
	struct vtd *v = hw;

	vtd_forget_learnt(v);
	reg_bank_reset(&v->regs);
	v->tes = v->pmr = v->ssirwe = false;
	v->ttm = VTD_TTM_LEGACY;
	v->root = 0;
	v->fr_index = 0;
	v->iotlb_seq = 0;
	v->n_waits = 0;
	memset(v->waits, 0, sizeof(v->waits));
}

void vtd_stats(const void *hw, struct iommu_stats *st)
{
	const struct vtd *v = hw;

	vtd_iq_level(v, &st->commands);
	vtd_fault_level(v, &st->events);
	vtd_prq_level(v, &st->requests);
	st->records_lost = v->stats.faults_lost;
	st->requests_lost = v->stats.prq_refused + v->stats.prq_bus_errors + v->stats.prq_overflow;
	st->overflows = v->pfo_raised + v->pro_raised;
	st->automatic = v->stats.auto_responses;
}
