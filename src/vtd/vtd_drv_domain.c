/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Domains: page tables, domain-ids, and the invalidation that each change demands (6.5.2.3, 6.5.2.4). */
#include "vtd_drv_priv.h"

static u64 page_sizes(const struct vtd_drv *d)
{
	u64 sslps = FIELD_GET(VTD_CAP_SSLPS, d->cap);
	bool huge = d->first ? !!(d->cap & VTD_CAP_FS1GP) : !!(sslps & 2);

	return BIT_ULL(12) | (d->first || (sslps & 1) ? BIT_ULL(21) : 0) | (huge ? BIT_ULL(30) : 0);
}

int vdrv_domain_alloc(void *drv, struct fault_dev *fdev, enum drv_domain_type type, struct fault_domain **out)
{
	struct vtd_drv *d = drv;
	struct pt_build_cfg cfg = {
		.format = d->first ? PT_VTD_FS : PT_VTD_SS,
		.in_bits = (u8)(12 + 9 * d->levels),
		.out_bits = d->haw,
		.page_sizes = page_sizes(d),
	};
	struct drv_domain *dom;
	u32 did = VDRV_PT_DID;
	int r;

	/* Pass-through bypasses the second stage, too. */
	if (type == DRV_DOMAIN_IDENTITY && (!(d->ecap & VTD_ECAP_PT) || d->h.stage2))
		return -EOPNOTSUPP;
	/* An address space of the CPU is a first-stage table. */
	if (type == DRV_DOMAIN_SVA && !d->first)
		return -EOPNOTSUPP;
	r = drv_domain_create(&d->h, sizeof(struct vdrv_dom), type, &cfg, &dom);
	if (r)
		return r;
	vdrv_dom_of(dom)->d = d;
	drv_gate_close(&d->h, &d->h.config);
	if (drv_translates(dom))
		did = drv_id_alloc(d->dids, d->n_dids);
	vdrv_dom_of(dom)->did = (u16)did;
	r = did ? drv_domain_add(&d->h, dom, fdev) : -ENOSPC;
	if (r && did && did != VDRV_PT_DID)
		drv_id_free(d->dids, did);
	drv_gate_open(&d->h, &d->h.config);
	if (r)
		drv_domain_release(dom);
	else
		*out = dom->faults;
	return r;
}

static u64 did_field(const struct vdrv_dom *dom)
{
	return FIELD_PREP(VTD_DESC_DID, (u64)dom->did);
}

/* The domain-id may be reused only once nothing is tagged with it any more. */
void vdrv_domain_free(void *drv, struct fault_domain *fdom)
{
	struct vtd_drv *d = drv;
	struct vdrv_dom *dom = fault_domain_ctx(fdom);
	struct vdrv_batch b = { .n = 0 };

	if (dom->base.attachments)
		return;
	drv_gate_close(&d->h, &d->h.config);
	drv_domain_unlink(&d->h, &dom->base);
	if (drv_translates(&dom->base)) {
		if (d->scalable)
			vdrv_add(d, &b, VTD_DESC_PASID | FIELD_PREP(VTD_DESC_G, (u64)VTD_PC_DOMAIN) | did_field(dom),
				 0);
		vdrv_add(d, &b, VTD_DESC_IOTLB | FIELD_PREP(VTD_DESC_G, (u64)VTD_GRAN_DOMAIN) | did_field(dom), 0);
		if (!vdrv_sync(d, &b, 0))
			drv_id_free(d->dids, dom->did);
	}
	drv_gate_open(&d->h, &d->h.config);
	fault_domain_free(fdom);
}

/* ---- invalidation ---- */

/* log2 of the pages of the smallest aligned power of two that covers the range */
static u32 covering_mask(u64 iova, u64 last)
{
	u64 differ = (iova ^ last) >> 12;

	return differ ? 64 - (u32)__builtin_clzll(differ) : 0;
}

/* Tables stay when they become empty, so with @leaf the paging-structure caches may keep theirs (IH). */
static void add_second_stage(struct vdrv_dom *dom, struct vdrv_batch *b, u64 iova, u64 last, bool leaf)
{
	struct vtd_drv *d = dom->d;
	u32 am = covering_mask(iova, last);
	u64 word = VTD_DESC_IOTLB | VTD_IOTLB_DR | VTD_IOTLB_DW | did_field(dom);

	if (!(d->cap & VTD_CAP_PSI) || am > FIELD_GET(VTD_CAP_MAMV, d->cap))
		vdrv_add(d, b, word | FIELD_PREP(VTD_DESC_G, (u64)VTD_GRAN_DOMAIN), 0);
	else
		vdrv_add(d, b, word | FIELD_PREP(VTD_DESC_G, (u64)VTD_GRAN_SELECTIVE),
			 (iova >> (12 + am) << (12 + am)) | am | (leaf ? VTD_DESC_IH : 0));
}

static void add_first_stage(struct vdrv_dom *dom, struct vdrv_batch *b, u32 pasid, u64 iova, u64 last, bool leaf)
{
	u32 am = covering_mask(iova, last);
	u64 word = VTD_DESC_P_IOTLB | did_field(dom) | FIELD_PREP(VTD_DESC_PASID20, (u64)vdrv_pasid(pasid));

	if (am > 27)
		vdrv_add(dom->d, b, word | FIELD_PREP(VTD_DESC_G, (u64)VTD_GRAN_DOMAIN), 0);
	else
		vdrv_add(dom->d, b, word | FIELD_PREP(VTD_DESC_G, (u64)VTD_GRAN_SELECTIVE),
			 (iova >> (12 + am) << (12 + am)) | am | (leaf ? VTD_DESC_IH : 0));
}

/* The remapping hardware's caches come first, then those of the endpoints, which are filled from them (6.5.2.5). */
static int invalidate(struct vdrv_dom *dom, u64 iova, u64 bytes, bool leaf)
{
	struct vtd_drv *d = dom->d;
	struct vdrv_batch b = { .n = 0 };
	struct drv_attachment *a;
	u64 last = iova + bytes - 1;

	if (!d->first)
		add_second_stage(dom, &b, iova, last, leaf);
	for (a = dom->base.attachments; a && d->first; a = a->dom_next)
		add_first_stage(dom, &b, a->pasid, iova, last, leaf);
	for (a = dom->base.attachments; a; a = a->dom_next)
		vdrv_add_device_tlb(vdrv_dev_of(a->dev), &b, a->pasid, iova, last);
	return b.n ? vdrv_sync(d, &b, 0) : 0;
}

static bool in_bounds(const struct vtd_drv *d, u64 iova, u64 bytes)
{
	/* First-stage input is canonical: the lower half (3.6). */
	u32 bits = d->first ? d->in_bits - 1u : d->in_bits;

	return bytes && iova + bytes - 1 >= iova && !((iova + bytes - 1) >> bits);
}

int vdrv_map(void *drv, struct fault_domain *fdom, u64 iova, u64 pa, u64 bytes, u32 prot)
{
	struct vdrv_dom *dom = fault_domain_ctx(fdom);
	struct vtd_drv *d = drv;
	int r;

	if (!drv_translates(&dom->base) || !in_bounds(d, iova, bytes))
		return -EINVAL;
	prot &= DRV_PROT_READ | DRV_PROT_WRITE | (d->first ? DRV_PROT_EXEC | DRV_PROT_PRIV : 0);
	if (unlikely(d->h.stage2)) {
		r = drv_stage2_cover(&d->h, pa, bytes);
		if (r)
			return r;
	}
	drv_gate_close(&d->h, &dom->base.gate);
	r = pt_map(&dom->base.pt, iova, pa, bytes, prot);
	/*
	 * What was not present is cached by second-stage caches with CM alone; a table that was freed may have been
	 * walked.
	 */
	if (r == -ENOMEM || r == -EIO)
		invalidate(dom, iova, bytes, false);
	else if (!r && (d->cap & VTD_CAP_CM) && !d->first)
		r = invalidate(dom, iova, bytes, false);
	else if (!r && (d->cap & VTD_CAP_RWBF))
		r = vdrv_command(d, VTD_GCMD_WBF, true);
	drv_gate_open(&d->h, &dom->base.gate);
	return r;
}

s64 vdrv_unmap(void *drv, struct fault_domain *fdom, u64 iova, u64 bytes)
{
	struct vdrv_dom *dom = fault_domain_ctx(fdom);
	struct vtd_drv *d = drv;
	s64 n;
	int r = 0;

	if (!drv_translates(&dom->base) || !in_bounds(d, iova, bytes))
		return -EINVAL;
	drv_gate_close(&d->h, &dom->base.gate);
	n = pt_unmap(&dom->base.pt, iova, bytes, false);
	if (n > 0)
		r = invalidate(dom, iova, bytes, true);
	drv_gate_open(&d->h, &dom->base.gate);
	return r ? r : n;
}
