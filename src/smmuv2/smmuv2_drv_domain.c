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

int smmuv2_drv_table(struct drv_host *h, enum drv_domain_type type, struct pt_build_cfg *cfg)
{
	const struct v2d_features *f = &v2d_of(h)->f;

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
	return 0;
}

int smmuv2_drv_domain_init(struct drv_domain *dom)
{
	v2d_dom_of(dom)->bank = -1;
	return 0;
}

void smmuv2_drv_domain_exit(struct drv_domain *dom)
{
	if (v2d_dom_of(dom)->bank >= 0)
		smmuv2_drv_bank_give(v2d_of(dom->host), v2d_dom_of(dom));
}

static u32 attributes(const struct v2d_features *f)
{
	u32 attr = f->format == SMMUV2_DRV_SHORT ? ATTR_SHORT : f->stage2 ? ATTR_S2 : ATTR_S1;

	return PT_PROT_ATTR(attr) | PT_PROT_SH(SH_INNER);
}

/* Stage 2 knows no privilege; the bank's masters all run at the same one. */
u32 smmuv2_drv_prot(const struct drv_host *h, u32 prot)
{
	const struct v2d_features *f = &v2d_of(h)->f;

	return (f->stage2 ? prot & ~DRV_PROT_PRIV : prot) | attributes(f);
}

int smmuv2_drv_invalidate(struct drv_domain *dom, u64 iova, u64 bytes, bool leaf)
{
	struct smmuv2_drv *d = v2d_of(dom->host);
	int bank = v2d_dom_of(dom)->bank;

	if (bank < 0)
		return 0;
	return leaf ? smmuv2_drv_tlbi_range(d, (u32)bank, iova, bytes) : smmuv2_drv_tlbi_all(d, (u32)bank);
}
