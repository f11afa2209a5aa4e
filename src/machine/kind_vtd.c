// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "engine_cfg.h"
#include "iommu_kind.h"
#include "vtd.h"
#include "vtd_driver.h"
#include "vtd_spec.h"
#include "translate.h"

static int create(const struct fl_config *cfg, const struct iommu_ops *ops, void *ctx, void **hw)
{
	struct vtd_cfg c = vtd_cfg_of(cfg);
	struct vtd *v = fl_zalloc(sizeof(*v));
	int err;

	if (!v)
		return -ENOMEM;
	err = vtd_init(v, &c, ops, ctx);
	if (err)
		fl_free(v);
	else
		*hw = v;
	return err;
}

static void destroy(void *hw)
{
	vtd_exit(hw);
	fl_free(hw);
}

/* 2^n pages for at least 2^@entries_log2 entries, 2^@per_page_log2 of them a page. */
static u8 order(u64 entries_log2, u32 per_page_log2)
{
	if (entries_log2 <= per_page_log2)
		return 0;
	return entries_log2 - per_page_log2 > 7 ? 7 : (u8)(entries_log2 - per_page_log2);
}

static void fault(void *observer, const struct vtd_drv_fault *f)
{
	u64 words[4] = { f->words[0], f->words[1] };
	struct kind_observer *o = observer;

	o->record(o, &vtd_records[VTD_RECORD_FRCD], words, 0);
}

static void page_request(void *observer, const u64 words[4])
{
	struct kind_observer *o = observer;

	o->record(o, &vtd_records[VTD_RECORD_PREQ], words, 0);
}

static void *driver_cfg(const struct kind_request *req)
{
	struct vtd_drv_cfg *c = fl_zalloc(sizeof(*c));
	u32 i;

	if (!c)
		return NULL;
	c->common = req->common;
	/* 7.1.3: what each mode reports has numbers of its own. */
	c->mode = req->recorded && req->recorded <= VTD_FR_LGN_4 ? VTD_DRV_LEGACY : VTD_DRV_AUTO;
	c->haw = (u8)req->cfg->iommu.address_bits;
	c->iq_order = order(req->cfg->iommu.cmdq_log2, 7);
	c->prq_order = order(req->cfg->iommu.priq_log2, 7);
	c->pri_devices = req->devices;
	for (i = 0; i < VTD_DRV_LINES; i++) {
		c->msi[i].addr = KIND_MSI_DOORBELL;
		c->msi[i].data = req->first_line + i;
	}
	if (req->records) {
		c->fault = fault;
		c->page_request = page_request;
	}
	return c;
}

const struct iommu_kind iommu_kind_vtd = {
	.name = "vtd",
	.cls = &vtd_class,
	.drv = &vtd_drv_class,
	.irq_lines = VTD_DRV_LINES,
	.msi = true,
	.pri = true,
	.spec = &vtd_spec,
	.dump = &vtd_dump,
	.create = create,
	.destroy = destroy,
	.driver_cfg = driver_cfg,
	.driver_cfg_free = fl_free,
	.fault_name = vtd_reason_text,
};
