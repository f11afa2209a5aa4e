// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "engine_cfg.h"
#include "iommu_kind.h"
#include "smmuv2.h"
#include "smmuv2_driver.h"
#include "smmuv2_spec.h"
#include "translate.h"

static int create(const struct fl_config *cfg, const struct iommu_ops *ops, void *ctx, void **hw)
{
	struct smmuv2_cfg c;
	struct smmuv2 *s;
	int err;

	if (cfg->tbu.count > SMMUV2_MAX_TBUS)
		return -EINVAL;
	c = smmuv2_cfg_of(cfg);
	s = fl_zalloc(sizeof(*s));
	if (!s)
		return -ENOMEM;
	err = smmuv2_init(s, &c, ops, ctx);
	if (err)
		fl_free(s);
	else
		*hw = s;
	return err;
}

static void destroy(void *hw)
{
	smmuv2_exit(hw);
	fl_free(hw);
}

static void context_fault(void *observer, const struct smmuv2_context_fault *f)
{
	u64 words[4] = { f->fsr, f->far, f->fsynr0, f->cbfrsynra };
	struct kind_observer *o = observer;

	o->record(o, &smmuv2_records[SMMUV2_RECORD_FAULT], words, f->bank);
}

static void global_fault(void *observer, u32 gfsr, u64 gfar, const u32 gfsynr[3])
{
	u64 words[4] = { gfsr, gfsynr[0], gfsynr[1], gfsynr[2] };
	struct kind_observer *o = observer;

	o->record(o, &smmuv2_records[SMMUV2_RECORD_GFAULT], words, 0);
}

static void *driver_cfg(const struct kind_request *req)
{
	const struct fl_config *cfg = req->cfg;
	struct smmuv2_drv_cfg *c = fl_zalloc(sizeof(*c));

	if (!c)
		return NULL;
	c->common = req->common;
	c->hupcf = cfg->smmuv2.hupcf;
	c->razwi = !cfg->smmuv2.cfre;
	c->cfcfg = (enum smmuv2_drv_cfcfg)cfg->smmuv2.cfcfg;
	if (req->records) {
		c->context_fault = context_fault;
		c->global_fault = global_fault;
	}
	return c;
}

static u64 stalls(const struct fl_config *cfg)
{
	return cfg->smmuv2.stall_slots * cfg->tbu.count;
}

const struct iommu_kind iommu_kind_smmuv2 = {
	.name = "smmuv2",
	.cls = &smmuv2_class,
	.drv = &smmuv2_drv_class,
	.irq_lines = SMMUV2_IRQ_CONTEXT + SMMUV2_OWN_LINES,
	.max_tbus = SMMUV2_MAX_TBUS,
	.level_irq = true,
	.stall = true,
	.spec = &smmuv2_spec,
	.dump = &smmuv2_dump,
	.stalls = stalls,
	.create = create,
	.destroy = destroy,
	.driver_cfg = driver_cfg,
	.driver_cfg_free = fl_free,
	.fault_name = smmuv2_fault_name,
};
