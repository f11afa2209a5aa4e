// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "engine_cfg.h"

static struct tcache_cfg geometry(u64 sets, u64 ways)
{
	return (struct tcache_cfg){ .sets = (u32)sets, .ways = sets ? (u32)ways : 1 };
}

static struct tcache_cfg tlb(const struct fl_config *cfg)
{
	return geometry(cfg->iommu.tlb_sets, cfg->iommu.tlb_ways);
}

static struct tcache_cfg walk_cache(const struct fl_config *cfg)
{
	return geometry(cfg->iommu.walk_cache_sets, cfg->iommu.walk_cache_ways);
}

static struct tcache_cfg config_cache(const struct fl_config *cfg)
{
	return geometry(cfg->iommu.config_cache_sets, cfg->iommu.config_cache_ways);
}

struct smmuv2_cfg smmuv2_cfg_of(const struct fl_config *cfg)
{
	struct smmuv2_cfg c = { .behaviour = (enum smmuv2_behaviour)cfg->smmuv2.behaviour };
	u32 i;

	c.num_cb = (u16)cfg->smmuv2.banks;
	c.num_smrg = SMMUV2_MAX_SMR;
	c.exids = true;
	c.num_irpt = c.num_cb > SMMUV2_OWN_LINES ? SMMUV2_OWN_LINES : 0;
	c.n_tbus = (u8)cfg->tbu.count;
	for (i = 0; i < c.n_tbus; i++)
		c.stall_slots[i] = (u16)cfg->smmuv2.stall_slots;
	c.tlb = tlb(cfg);
	c.wc1 = c.wc2 = walk_cache(cfg);
	return c;
}

struct smmuv3_cfg smmuv3_cfg_of(const struct fl_config *cfg)
{
	struct smmuv3_cfg c = { .stalls = (u32)cfg->smmuv3.stall_max, .idr_given = BIT(0) | BIT(5) };

	c.idr[0] = (smmuv3_default_idr(0) & ~SMMUV3_IDR0_STALL_MODEL) |
		   FIELD_PREP(SMMUV3_IDR0_STALL_MODEL, (u32)cfg->smmuv3.stall_model);
	c.idr[5] = (smmuv3_default_idr(5) & ~SMMUV3_IDR5_STALL_MAX) |
		   FIELD_PREP(SMMUV3_IDR5_STALL_MAX, (u32)cfg->smmuv3.stall_max);
	c.tlb = tlb(cfg);
	c.walk_cache = c.walk_cache_s2 = walk_cache(cfg);
	c.ste_cache = c.cd_cache = config_cache(cfg);
	return c;
}

struct vtd_cfg vtd_cfg_of(const struct fl_config *cfg)
{
	struct vtd_cfg c = { .haw = (u8)cfg->iommu.address_bits };

	c.iotlb = tlb(cfg);
	c.first = c.second = walk_cache(cfg);
	c.context = c.pasid = config_cache(cfg);
	return c;
}
