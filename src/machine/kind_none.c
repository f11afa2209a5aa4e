// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* No IOMMU: addresses go through as they are. The baseline of all; it has no registers, no faults and no driver. */
#include "iommu_kind.h"

static enum xlat pass(void *hw, const struct dma_txn *t, struct xlat_result *r)
{
	memset(r, 0, sizeof(*r));
	r->pa = t->iova;
	r->shift = 12;
	r->perm = r->priv_perm = PERM_R | PERM_W | PERM_X;
	r->bypass = true;
	return XLAT_OK;
}

/* Asked for by debuggers, who look without a lookup. */
static enum xlat walk(void *hw, const struct dma_txn *t, struct iommu_walk *w)
{
	w->txn = *t;
	w->stale = false;
	w->n_accesses = 0;
	w->kind = (u8)pass(hw, t, &w->res);
	return XLAT_OK;
}

static enum xlat fill(void *hw, struct iommu_walk *w)
{
	return (enum xlat)w->kind;
}

static void cancel(void *hw, struct iommu_walk *w)
{
}

static u64 mmio_read(void *hw, u64 offset, unsigned int size)
{
	return 0;
}

static void mmio_write(void *hw, u64 offset, u64 value, unsigned int size)
{
}

static void nothing(void *hw)
{
}

static bool concerns(void *hw, const struct iommu_scope *scope, u32 sid, u32 pasid)
{
	return false;
}

static const struct iommu_class none_class = {
	.name = "none",
	.lookup = pass,
	.walk = walk,
	.fill = fill,
	.cancel = cancel,
	.translate = pass,
	.mmio_read = mmio_read,
	.mmio_write = mmio_write,
	.step = nothing,
	.reset = nothing,
	.concerns = concerns,
};

static int create(const struct fl_config *cfg, const struct iommu_ops *ops, void *ctx, void **hw)
{
	*hw = fl_zalloc(1);
	return *hw ? 0 : -ENOMEM;
}

const struct iommu_kind iommu_kind_none = {
	.name = "none",
	.cls = &none_class,
	.bypass = true,
	.create = create,
	.destroy = fl_free,
};
