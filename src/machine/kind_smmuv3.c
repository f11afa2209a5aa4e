// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "engine_cfg.h"
#include "iommu_kind.h"
#include "smmuv3.h"
#include "smmuv3_driver.h"
#include "smmuv3_spec.h"
#include "translate.h"

static int create(const struct fl_config *cfg, const struct iommu_ops *ops, void *ctx, void **hw)
{
	struct smmuv3_cfg c = smmuv3_cfg_of(cfg);
	struct smmuv3 *s = fl_zalloc(sizeof(*s));
	int err;

	if (!s)
		return -ENOMEM;
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
