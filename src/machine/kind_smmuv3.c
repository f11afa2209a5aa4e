// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "iommu_kind.h"
#include "smmuv3.h"
#include "smmuv3_driver.h"
#include "smmuv3_spec.h"
#include "translate.h"

static u32 idr5(const struct fl_config *cfg)
{
	u32 v = smmuv3_default_idr(5) & ~SMMUV3_IDR5_STALL_MAX;

	return v | FIELD_PREP(SMMUV3_IDR5_STALL_MAX, (u32)cfg->smmuv3.stall_max);
}

static u32 idr0(const struct fl_config *cfg)
{
	u32 v = smmuv3_default_idr(0) & ~SMMUV3_IDR0_STALL_MODEL;

	return v | FIELD_PREP(SMMUV3_IDR0_STALL_MODEL, (u32)cfg->smmuv3.stall_model);
}

static int create(const struct fl_config *cfg, const struct iommu_ops *ops, void *ctx, void **hw)
{
	struct smmuv3_cfg c = { .stalls = (u32)cfg->smmuv3.stall_max };
	struct smmuv3 *s = fl_zalloc(sizeof(*s));
	int err;

	if (!s)
		return -ENOMEM;
	c.idr[0] = idr0(cfg);
	c.idr[5] = idr5(cfg);
	c.idr_given = BIT(0) | BIT(5);
	c.tlb = kind_cache(cfg->iommu.tlb_sets, cfg->iommu.tlb_ways);
	c.walk_cache = kind_cache(cfg->iommu.walk_cache_sets, cfg->iommu.walk_cache_ways);
	c.walk_cache_s2 = c.walk_cache;
	c.ste_cache = kind_cache(cfg->iommu.config_cache_sets, cfg->iommu.config_cache_ways);
	c.cd_cache = c.ste_cache;
	err = smmuv3_init(s, &c, ops, ctx);
	if (err)
		fl_free(s);
	else
		*hw = s;
	return err;
}

static void destroy(void *hw)
{
	smmuv3_exit(hw);
	fl_free(hw);
}

static void event(void *observer, const struct smmuv3_event *ev)
{
	struct kind_observer *o = observer;

	o->record(o, &smmuv3_records[SMMUV3_RECORD_EVT], ev->words, 0);
}

static void page_request(void *observer, const u64 words[2])
{
	u64 all[4] = { words[0], words[1] };
	struct kind_observer *o = observer;

	o->record(o, &smmuv3_records[SMMUV3_RECORD_PRI], all, 0);
}

static void *driver_cfg(const struct kind_request *req)
{
	struct smmuv3_drv_cfg *c = fl_zalloc(sizeof(*c));

	if (!c)
		return NULL;
	c->common = req->common;
	c->cmdq_log2 = (u8)req->cfg->iommu.cmdq_log2;
	c->evtq_log2 = (u8)req->cfg->iommu.eventq_log2;
	c->priq_log2 = (u8)req->cfg->iommu.priq_log2;
	c->pri_devices = req->devices;
	if (req->records) {
		c->event = event;
		c->page_request = page_request;
	}
	return c;
}

static u64 stalls(const struct fl_config *cfg)
{
	return cfg->smmuv3.stall_max;
}

const struct iommu_kind iommu_kind_smmuv3 = {
	.name = "smmuv3",
	.cls = &smmuv3_class,
	.drv = &smmuv3_drv_class,
	.irq_lines = 4,
	.stall = true,
	.pri = true,
	.spec = &smmuv3_spec,
	.dump = &smmuv3_dump,
	.stalls = stalls,
	.create = create,
	.destroy = destroy,
	.driver_cfg = driver_cfg,
	.driver_cfg_free = fl_free,
	.fault_name = smmuv3_event_name,
};
