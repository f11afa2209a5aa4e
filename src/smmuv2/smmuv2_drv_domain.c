// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Domains: page tables, and the maintenance that each change demands. */
#include "smmuv2_drv_priv.h"

#define ATTR_S1	   0 /* MAIR0: write-back */
#define ATTR_S2	   0xf
#define ATTR_SHORT 7 /* TEX 001, C, B: write-back write-allocate */
#define SH_INNER   3

bool smmuv2_drv_translates(const struct v2d_dom *dom)
{
	return dom->type == DRV_DOMAIN_PAGING || dom->type == DRV_DOMAIN_SVA;
}

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

static int table_init(struct smmuv2_drv *d, struct v2d_dom *dom)
{
	const struct v2d_features *f = &d->f;
	struct pt_build_cfg cfg = {
		.format = pt_format_of(f),
		.granule = f->granule,
		.in_bits = f->va_bits,
		.out_bits = f->pa_bits,
		.stage2_level = -2,
	};

	if (f->format == SMMUV2_DRV_SHORT)
		cfg.out_bits = 32;
	else if (f->format == SMMUV2_DRV_LPAE)
		cfg.out_bits = min(f->pa_bits, (u8)40);
	return smmuv2_drv_translates(dom) ? pt_build_init(&dom->pt, &cfg, d->ops, d->ctx) : 0;
}

/* No worker uses the domain any more. */
static void domain_release(void *ctx)
{
	struct v2d_dom *dom = ctx;

	if (smmuv2_drv_translates(dom))
		pt_build_exit(&dom->pt);
	fl_free(dom);
}

int smmuv2_drv_domain_alloc(void *drv, struct fault_dev *fdev, enum drv_domain_type type, struct fault_domain **out)
{
	struct smmuv2_drv *d = drv;
	struct fault_domain_cfg cfg = { .release = domain_release };
	struct v2d_dom *dom = fl_zalloc(sizeof(*dom));
	int r;

	if (!dom)
		return -ENOMEM;
	dom->d = d;
	dom->type = type;
	dom->bank = -1;
	r = table_init(d, dom);
	if (r) {
		fl_free(dom);
		return r;
	}
	cfg.type = type == DRV_DOMAIN_SVA ? FAULT_DOMAIN_SVA : FAULT_DOMAIN_HANDLER;
	cfg.drv_ctx = dom;
	cfg.release_ctx = dom;
	smmuv2_drv_gate_close(d, &d->config);
	r = fault_domain_alloc(fdev, &cfg, &dom->faults);
	if (!r) {
		dom->next = d->doms;
		d->doms = dom;
		*out = dom->faults;
	}
	smmuv2_drv_gate_open(d, &d->config);
	if (r)
		domain_release(dom);
	return r;
}

void smmuv2_drv_domain_free(void *drv, struct fault_domain *fdom)
{
	struct smmuv2_drv *d = drv;
	struct v2d_dom *dom = fault_domain_ctx(fdom);
	struct v2d_dom **p = &d->doms;

	if (dom->masters)
		return;
	smmuv2_drv_gate_close(d, &d->config);
	while (*p != dom)
		p = &(*p)->next;
	*p = dom->next;
	if (dom->bank >= 0)
		smmuv2_drv_bank_give(d, dom);
	smmuv2_drv_gate_open(d, &d->config);
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

	if (!smmuv2_drv_translates(dom))
		return -EINVAL;
	prot &= DRV_PROT_READ | DRV_PROT_WRITE | DRV_PROT_EXEC | DRV_PROT_PRIV;
	/* Stage 2 knows no privilege; the bank's masters all run at the same one. */
	if (d->f.stage2)
		prot &= ~DRV_PROT_PRIV;
	smmuv2_drv_gate_close(d, &dom->gate);
	r = pt_map(&dom->pt, iova, pa, bytes, prot | attributes(&d->f));
	smmuv2_drv_gate_open(d, &dom->gate);
	/* What does not translate is not cached, but a table that was given back may have been walked. */
	if ((r == -ENOMEM || r == -EIO) && dom->bank >= 0)
		smmuv2_drv_tlbi_all(d, (u32)dom->bank);
	return r;
}

/* The gate is open again while the sync is waited for: what holds it up may be a fault whose handler maps. */
s64 smmuv2_drv_unmap(void *drv, struct fault_domain *fdom, u64 iova, u64 bytes)
{
	struct smmuv2_drv *d = drv;
	struct v2d_dom *dom = fault_domain_ctx(fdom);
	int r = 0;
	s64 n;

	if (!smmuv2_drv_translates(dom))
		return -EINVAL;
	smmuv2_drv_gate_close(d, &dom->gate);
	n = pt_unmap(&dom->pt, iova, bytes, false);
	smmuv2_drv_gate_open(d, &dom->gate);
	if (n > 0 && dom->bank >= 0)
		r = smmuv2_drv_tlbi_range(d, (u32)dom->bank, iova, bytes);
	return r ? r : n;
}

u64 smmuv2_drv_iova_to_phys(void *drv, struct fault_domain *fdom, u64 iova)
{
	struct smmuv2_drv *d = drv;
	struct v2d_dom *dom = fault_domain_ctx(fdom);
	u64 pa = 0;

	if (dom->type == DRV_DOMAIN_IDENTITY)
		return iova;
	if (!smmuv2_drv_translates(dom))
		return 0;
	smmuv2_drv_gate_close(d, &dom->gate);
	if (pt_lookup(&dom->pt, iova, &pa, NULL))
		pa = 0;
	smmuv2_drv_gate_open(d, &dom->gate);
	return pa;
}
