// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Life of an SMMU: configuration and reset. */
#include "smmuv3_priv.h"

/* Fields that announce features which the model lacks. */
#define IDR0_ABSENT (SMMUV3_IDR0_BTM | SMMUV3_IDR0_DORMHINT | SMMUV3_IDR0_ATOS | SMMUV3_IDR0_VATOS)
#define IDR1_ABSENT (SMMUV3_IDR1_REL | SMMUV3_IDR1_QUEUES_PRESET | SMMUV3_IDR1_TABLES_PRESET | SMMUV3_IDR1_ECMDQ)
#define IDR3_ABSENT                                                                                        \
	(SMMUV3_IDR3_PBHA | SMMUV3_IDR3_MPAM | SMMUV3_IDR3_FWB | SMMUV3_IDR3_PTWNNC | SMMUV3_IDR3_DPT |    \
	 SMMUV3_IDR3_PASIDTT | SMMUV3_IDR3_EPAN | SMMUV3_IDR3_S1PI | SMMUV3_IDR3_S2PI | SMMUV3_IDR3_S2PO | \
	 SMMUV3_IDR3_THE | SMMUV3_IDR3_MTEPERM | SMMUV3_IDR3_AIE)

u32 smmuv3_default_idr(unsigned int n)
{
	switch (n) {
	case 0:
		return SMMUV3_IDR0_S2P | SMMUV3_IDR0_S1P | SMMUV3_IDR0_TTF_AA64 | SMMUV3_IDR0_COHACC |
		       FIELD_PREP(SMMUV3_IDR0_HTTU, 2U) | SMMUV3_IDR0_HYP | SMMUV3_IDR0_ATS | SMMUV3_IDR0_ASID16 |
		       SMMUV3_IDR0_MSI | SMMUV3_IDR0_SEV | SMMUV3_IDR0_PRI | SMMUV3_IDR0_VMID16 | SMMUV3_IDR0_CD2L |
		       FIELD_PREP(SMMUV3_IDR0_TTENDIAN, SMMUV3_TTENDIAN_LITTLE) | SMMUV3_IDR0_ATSRECERR |
		       FIELD_PREP(SMMUV3_IDR0_ST_LEVEL, 1U);
	case 1:
		return FIELD_PREP(SMMUV3_IDR1_SIDSIZE, 32U) | FIELD_PREP(SMMUV3_IDR1_SSIDSIZE, 20U) |
		       FIELD_PREP(SMMUV3_IDR1_PRIQS, SMMUV3_Q_MAX_LOG2SIZE) |
		       FIELD_PREP(SMMUV3_IDR1_EVENTQS, SMMUV3_Q_MAX_LOG2SIZE) |
		       FIELD_PREP(SMMUV3_IDR1_CMDQS, SMMUV3_Q_MAX_LOG2SIZE) | SMMUV3_IDR1_ATTR_PERMS_OVR |
		       SMMUV3_IDR1_ATTR_TYPES_OVR;
	case 3:
		return SMMUV3_IDR3_HAD | SMMUV3_IDR3_XNX | SMMUV3_IDR3_PPS | SMMUV3_IDR3_RIL;
	case 5:
		return FIELD_PREP(SMMUV3_IDR5_OAS, 5U) | SMMUV3_IDR5_GRAN4K | SMMUV3_IDR5_GRAN16K |
		       SMMUV3_IDR5_GRAN64K | FIELD_PREP(SMMUV3_IDR5_STALL_MAX, 256U);
	default:
		return 0;
	}
}

static u32 idr(const struct smmuv3_cfg *cfg, unsigned int n)
{
	return cfg->idr[n] || (cfg->idr_given & BIT(n)) ? cfg->idr[n] : smmuv3_default_idr(n);
}

/* Fields that depend on others (6.3.1), and on what the holder can do. */
static u32 settle_idr0(u32 v, const struct iommu_ops *ops)
{
	v &= ~IDR0_ABSENT;
	if (FIELD_GET(SMMUV3_IDR0_HTTU, v) == 3)
		v = (v & ~SMMUV3_IDR0_HTTU) | FIELD_PREP(SMMUV3_IDR0_HTTU, 2U);
	if (!ops->mem_cas64 || !(v & SMMUV3_IDR0_TTF_AA64))
		v &= ~SMMUV3_IDR0_HTTU;
	if (!ops->msi)
		v &= ~SMMUV3_IDR0_MSI;
	if (!(v & SMMUV3_IDR0_S1P) || !(v & SMMUV3_IDR0_S2P))
		v &= ~(SMMUV3_IDR0_HYP | SMMUV3_IDR0_NS1ATS);
	if (!(v & SMMUV3_IDR0_S2P))
		v &= ~SMMUV3_IDR0_VMW;
	if (!(v & SMMUV3_IDR0_ATS))
		v &= ~(SMMUV3_IDR0_PRI | SMMUV3_IDR0_ATSRECERR | SMMUV3_IDR0_NS1ATS);
	return v;
}

/* 6.3.4 */
static u32 settle_idr3(u32 v, u32 idr0, u32 idr1, u32 aidr)
{
	v &= ~IDR3_ABSENT;
	if (!(idr0 & SMMUV3_IDR0_S1P))
		v &= ~(SMMUV3_IDR3_HAD | SMMUV3_IDR3_E0PD);
	if (!(idr0 & SMMUV3_IDR0_S2P) || !aidr)
		v &= ~SMMUV3_IDR3_XNX;
	if (!(idr0 & SMMUV3_IDR0_PRI) || !FIELD_GET(SMMUV3_IDR1_SSIDSIZE, idr1))
		v &= ~SMMUV3_IDR3_PPS;
	return v;
}

/* 6.3.6. Granules and wider addresses belong to VMSAv8-64. */
static u32 settle_idr5(u32 v, u32 idr0, u32 aidr)
{
	if (!(idr0 & SMMUV3_IDR0_TTF_AA64))
		v &= ~(SMMUV3_IDR5_GRAN16K | SMMUV3_IDR5_GRAN64K | SMMUV3_IDR5_DS | SMMUV3_IDR5_VAX);
	if (idr0 & SMMUV3_IDR0_TTF_AA32)
		v |= SMMUV3_IDR5_GRAN4K;
	if (!(v & (SMMUV3_IDR5_GRAN4K | SMMUV3_IDR5_GRAN16K)))
		v &= ~SMMUV3_IDR5_DS;
	if (!aidr || !(v & (SMMUV3_IDR5_GRAN64K | SMMUV3_IDR5_DS)))
		v &= ~SMMUV3_IDR5_VAX;
	if (FIELD_GET(SMMUV3_IDR0_STALL_MODEL, idr0) == SMMUV3_STALL_MODEL_NONE)
		v &= ~SMMUV3_IDR5_STALL_MAX;
	return v;
}

static bool idrs_are_valid(const struct smmuv3 *s)
{
	u32 ttendian = FIELD_GET(SMMUV3_IDR0_TTENDIAN, s->idr0);

	if (!(s->idr0 & (SMMUV3_IDR0_S1P | SMMUV3_IDR0_S2P)) || !(s->idr0 & SMMUV3_IDR0_TTF) || ttendian == 1 ||
	    FIELD_GET(SMMUV3_IDR0_STALL_MODEL, s->idr0) == 3 || FIELD_GET(SMMUV3_IDR0_ST_LEVEL, s->idr0) > 1)
		return false;
	if (FIELD_GET(SMMUV3_IDR1_SIDSIZE, s->idr1) > 32 || FIELD_GET(SMMUV3_IDR1_SSIDSIZE, s->idr1) > 20 ||
	    FIELD_GET(SMMUV3_IDR1_CMDQS, s->idr1) > SMMUV3_Q_MAX_LOG2SIZE ||
	    FIELD_GET(SMMUV3_IDR1_EVENTQS, s->idr1) > SMMUV3_Q_MAX_LOG2SIZE ||
	    FIELD_GET(SMMUV3_IDR1_PRIQS, s->idr1) > SMMUV3_Q_MAX_LOG2SIZE)
		return false;
	if (FIELD_GET(SMMUV3_IDR3_BBML, s->idr3) > 2)
		return false;
	return FIELD_GET(SMMUV3_IDR5_OAS, s->idr5) <= 6 && FIELD_GET(SMMUV3_IDR5_VAX, s->idr5) <= 1 &&
	       !(s->idr5 & SMMUV3_IDR5_D128) &&
	       (s->idr5 & (SMMUV3_IDR5_GRAN4K | SMMUV3_IDR5_GRAN16K | SMMUV3_IDR5_GRAN64K)) && s->cfg.aidr <= 2;
}

static int resolve(struct smmuv3 *s, const struct smmuv3_cfg *cfg, const struct iommu_ops *ops)
{
	u32 stall_max;

	s->cfg = *cfg;
	s->idr0 = settle_idr0(idr(cfg, 0), ops);
	s->idr1 = idr(cfg, 1) & ~IDR1_ABSENT;
	if (!s->cfg.aidr && !(cfg->idr_given & BIT(6)))
		s->cfg.aidr = 1;
	s->idr3 = settle_idr3(idr(cfg, 3), s->idr0, s->idr1, s->cfg.aidr);
	s->idr5 = settle_idr5(idr(cfg, 5), s->idr0, s->cfg.aidr);
	s->cfg.idr[4] = idr(cfg, 4);
	if (!s->cfg.iidr)
		s->cfg.iidr = 0x43b;
	if (!s->cfg.gbpa)
		s->cfg.gbpa = FIELD_PREP(SMMUV3_GBPA_SHCFG, SMMUV3_SHCFG_INCOMING);
	if (!idrs_are_valid(s) || cfg->stalls > SMMUV3_MAX_STALLS)
		return -EINVAL;
	stall_max = FIELD_GET(SMMUV3_IDR5_STALL_MAX, s->idr5);
	s->eng.n_slots = cfg->stalls ? min(cfg->stalls, stall_max) : min(stall_max, (u32)SMMUV3_MAX_STALLS);
	if (FIELD_GET(SMMUV3_IDR0_STALL_MODEL, s->idr0) == SMMUV3_STALL_MODEL_NONE)
		s->eng.n_slots = 0;
	else if (!s->eng.n_slots)
		return -EINVAL;
	s->oas = smmuv3_addr_bits(FIELD_GET(SMMUV3_IDR5_OAS, s->idr5));
	s->pa_mask = GENMASK_ULL(s->oas - 1, 0);
	s->ias = s->idr0 & SMMUV3_IDR0_TTF_AA64 ? s->oas : 0;
	if (s->idr0 & SMMUV3_IDR0_TTF_AA32)
		s->ias = max(s->ias, (u8)40);
	return 0;
}

static int allocate(struct smmuv3 *s)
{
	struct smmuv3_cfg *c = &s->cfg;
	struct engine *e = &s->eng;
	int err = engine_init_cache(e, UNIT_TLB, &c->tlb, 512, 8);

	err = err ? err : engine_init_cache(e, UNIT_WALK_CACHE, &c->walk_cache, 64, 4);
	err = err ? err : engine_init_cache(e, UNIT_WALK_CACHE_S2, &c->walk_cache_s2, 64, 4);
	err = err ? err : engine_init_cache(e, UNIT_CONFIG_CACHE, &c->ste_cache, 32, 4);
	err = err ? err : engine_init_cache(e, UNIT_CD_CACHE, &c->cd_cache, 32, 4);
	err = err ? err : engine_init_slots(e, e->n_slots);
	err = err ? err : reg_bank_init(&s->regs, smmuv3_reg_table, SMMUV3_REG_ROWS);
	if (err)
		return err;
	s->stes = fl_zalloc(((size_t)c->ste_cache.sets * c->ste_cache.ways + 1) * sizeof(*s->stes));
	s->cds = fl_zalloc(((size_t)c->cd_cache.sets * c->cd_cache.ways + 1) * sizeof(*s->cds));
	s->streams = fl_zalloc((V3_STREAMS + 1) * sizeof(*s->streams));
	s->stalls = fl_zalloc((e->n_slots + 1) * sizeof(*s->stalls));
	return s->stes && s->cds && s->streams && s->stalls ? 0 : -ENOMEM;
}

static void reset_registers(struct smmuv3 *s)
{
	reg_bank_reset(&s->regs);
	reg_set(&s->regs, SMMUV3_IDR0, s->idr0);
	reg_set(&s->regs, SMMUV3_IDR1, s->idr1);
	reg_set(&s->regs, SMMUV3_IDR3, s->idr3);
	reg_set(&s->regs, SMMUV3_IDR4, idr(&s->cfg, 4));
	reg_set(&s->regs, SMMUV3_IDR5, s->idr5);
	reg_set(&s->regs, SMMUV3_IIDR, s->cfg.iidr);
	reg_set(&s->regs, SMMUV3_AIDR, s->cfg.aidr);
	s->gbpa = s->cfg.gbpa & ~SMMUV3_GBPA_UPDATE;
	reg_set(&s->regs, SMMUV3_GBPA, s->gbpa);
	s->cr0 = 0;
	s->cr2 = 0;
}

void v3_power_on(void *hw)
{
	struct smmuv3 *s = hw;
	u32 i;

	reset_registers(s);
	v3_queue_sizes(s);
	memset(s->streams, 0, (V3_STREAMS + 1) * sizeof(*s->streams));
	s->config_gen = 1;
	s->eng.seq = 1; /* commands are not numbered: whatever is outstanding came before a CMD_SYNC */
	s->sync_blocked = false;
	s->tagged = false;
	s->atc_timed_out = false;
	s->held = (struct engine_list){ 0 };
	s->waiting_tbus = 0;
	for (i = 0; i < s->eng.n_slots; i++)
		s->stalls[i].state = STALL_FREE;
}

int smmuv3_init(struct smmuv3 *s, const struct smmuv3_cfg *cfg, const struct iommu_ops *ops, void *ctx)
{
	int err;

	memset(s, 0, sizeof(*s));
	engine_init(&s->eng, &v3_hooks, ops, ctx, &s->stats, sizeof(s->stats));
	err = resolve(s, cfg, ops);
	if (!err)
		err = allocate(s);
	if (err) {
		smmuv3_exit(s);
		return err;
	}
	engine_start(&s->eng);
	return 0;
}

void smmuv3_exit(struct smmuv3 *s)
{
	engine_exit(&s->eng);
	reg_bank_exit(&s->regs);
	fl_free(s->stes);
	fl_free(s->cds);
	fl_free(s->streams);
	fl_free(s->stalls);
	memset(s, 0, sizeof(*s));
}

void v3_stats(const void *hw, struct iommu_stats *st)
{
	const struct smmuv3 *s = hw;

	v3_queue_level(s, &v3_cmdq, &st->commands);
	v3_queue_level(s, &v3_evtq, &st->events);
	v3_queue_level(s, &v3_priq, &st->requests);
	st->records_lost = s->stats.events_lost;
	st->requests_lost = s->stats.pri_lost;
	st->overflows = s->stats.overflows + s->stats.pri_overflows;
	st->automatic = s->stats.auto_responses;
}
