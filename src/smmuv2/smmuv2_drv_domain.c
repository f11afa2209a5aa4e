// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Domains: page tables, and the maintenance that each change demands. */
#include "smmuv2_drv_priv.h"

#define ATTR_S1	   0 /* MAIR0: write-back */
#define ATTR_S2	   0xf
#define ATTR_SHORT 7 /* TEX 001, C, B: write-back write-allocate */
#define SH_INNER   3

int smmuv2_drv_bank(const struct fault_domain *dom)
{
	return ((const struct v2d_dom *)fault_domain_ctx(dom))->bank;
}

static enum pt_format pt_format_of(const struct v2d_features *f)
{
	switch (f->format) {
	case SMMUV2_DRV_LPAE:
		return f->stage2 ? PT_LPAE_S2 : PT_LPAE_S1;
	case SMMUV2_DRV_SHORT:
		return PT_SHORT;
	default:
		return f->stage2 ? PT_VMSA64_S2 : PT_VMSA64_S1;
	}
}

static void table_cfg(struct smmuv2_drv *d, struct pt_build_cfg *cfg)
{
	const struct v2d_features *f = &d->f;

	*cfg = (struct pt_build_cfg){
		.format = pt_format_of(f),
		.granule = f->granule,
		.in_bits = f->va_bits,
		.out_bits = f->pa_bits,
		.stage2_level = -2,
	};
	if (f->format == SMMUV2_DRV_SHORT)
		cfg->out_bits = 32;
	else if (f->format == SMMUV2_DRV_LPAE)
		cfg->out_bits = min(f->pa_bits, (u8)40);
}

int smmuv2_drv_domain_alloc(void *drv, struct fault_dev *fdev, enum drv_domain_type type, struct fault_domain **out)
{
	struct smmuv2_drv *d = drv;
	struct drv_domain *dom;
	struct pt_build_cfg cfg;
	int r;

	/* Stage 2 on its own would have to map all memory beforehand. */
	if (d->h.stage2 && type == DRV_DOMAIN_IDENTITY)
		return -EOPNOTSUPP;
	table_cfg(d, &cfg);
	r = drv_domain_create(&d->h, sizeof(struct v2d_dom), type, &cfg, &dom);
	if (r)
		return r;
	v2d_dom_of(dom)->d = d;
	v2d_dom_of(dom)->bank = -1;
	drv_gate_close(&d->h, &d->h.config);
	r = drv_domain_add(&d->h, dom, fdev);
	drv_gate_open(&d->h, &d->h.config);
	if (r)
		drv_domain_release(dom);
	else
		*out = dom->faults;
	return r;
}

void smmuv2_drv_domain_free(void *drv, struct fault_domain *fdom)
{
	struct smmuv2_drv *d = drv;
	struct v2d_dom *dom = fault_domain_ctx(fdom);

	if (dom->masters)
		return;
	drv_gate_close(&d->h, &d->h.config);
	drv_domain_unlink(&d->h, &dom->base);
	if (dom->bank >= 0)
		smmuv2_drv_bank_give(d, dom);
	drv_gate_open(&d->h, &d->h.config);
	fault_domain_free(fdom);
}

static u32 attributes(const struct v2d_features *f)
{
	u32 attr = f->format == SMMUV2_DRV_SHORT ? ATTR_SHORT : f->stage2 ? ATTR_S2 : ATTR_S1;

	return PT_PROT_ATTR(attr) | PT_PROT_SH(SH_INNER);
}

int smmuv2_drv_map(void *drv, struct fault_domain *fdom, u64 iova, u64 pa, u64 bytes, u32 prot)
{
	struct smmuv2_drv *d = drv;
	struct v2d_dom *dom = fault_domain_ctx(fdom);
	int r;

	if (!drv_translates(&dom->base))
		return -EINVAL;
	prot &= DRV_PROT_READ | DRV_PROT_WRITE | DRV_PROT_EXEC | DRV_PROT_PRIV;
	/* Stage 2 knows no privilege; the bank's masters all run at the same one. */
	if (d->f.stage2)
		prot &= ~DRV_PROT_PRIV;
	if (unlikely(d->h.stage2)) {
		r = drv_stage2_cover(&d->h, pa, bytes);
		if (r)
			return r;
	}
	drv_gate_close(&d->h, &dom->base.gate);
	r = pt_map(&dom->base.pt, iova, pa, bytes, prot | attributes(&d->f));
	drv_gate_open(&d->h, &dom->base.gate);
	/* An entry that does not translate is not cached, but a table that was freed may have been walked. */
	if ((r == -ENOMEM || r == -EIO) && dom->bank >= 0)
		smmuv2_drv_tlbi_all(d, (u32)dom->bank);
	return r;
}

/* The gate is open while the driver waits for the sync, because the sync may wait for a fault whose handler maps. */
s64 smmuv2_drv_unmap(void *drv, struct fault_domain *fdom, u64 iova, u64 bytes)
{
	struct smmuv2_drv *d = drv;
	struct v2d_dom *dom = fault_domain_ctx(fdom);
	int r = 0;
	s64 n;

	if (!drv_translates(&dom->base))
		return -EINVAL;
	drv_gate_close(&d->h, &dom->base.gate);
	n = pt_unmap(&dom->base.pt, iova, bytes, false);
	drv_gate_open(&d->h, &dom->base.gate);
	if (n > 0 && dom->bank >= 0)
		r = smmuv2_drv_tlbi_range(d, (u32)dom->bank, iova, bytes);
	return r ? r : n;
}
