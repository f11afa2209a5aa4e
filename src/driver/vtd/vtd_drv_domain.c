// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Domains: page tables, domain-ids, and the invalidation that each change demands (6.5.2.3, 6.5.2.4). */
#include "vtd_drv_priv.h"

static u64 page_sizes(const struct vtd_drv *d)
{
	u64 sslps = FIELD_GET(VTD_CAP_SSLPS, d->cap);
	bool huge = d->first ? !!(d->cap & VTD_CAP_FS1GP) : !!(sslps & 2);

	return BIT_ULL(12) | (d->first || (sslps & 1) ? BIT_ULL(21) : 0) | (huge ? BIT_ULL(30) : 0);
}

int vdrv_table(struct drv_host *h, enum drv_domain_type type, struct pt_build_cfg *cfg)
{
	const struct vtd_drv *d = vdrv_of(h);

	/* An address space of the CPU is a first-stage table. */
	if ((type == DRV_DOMAIN_IDENTITY && !(d->ecap & VTD_ECAP_PT)) || (type == DRV_DOMAIN_SVA && !d->first))
		return -EOPNOTSUPP;
	*cfg = (struct pt_build_cfg){
		.format = d->first ? PT_VTD_FS : PT_VTD_SS,
		.in_bits = (u8)(12 + 9 * d->levels),
		.out_bits = d->haw,
		.page_sizes = page_sizes(d),
	};
	return 0;
}

int vdrv_domain_init(struct drv_domain *dom)
{
	struct vtd_drv *d = vdrv_of(dom->host);
	u32 did = drv_translates(dom) ? drv_id_alloc(d->dids, d->n_dids) : VDRV_PT_DID;

	vdrv_dom_of(dom)->did = (u16)did;
	return did ? 0 : -ENOSPC;
}

static u64 did_field(const struct vdrv_dom *dom)
{
	return FIELD_PREP(VTD_DESC_DID, (u64)dom->did);
}

/* The domain-id may be reused only once nothing is tagged with it any more. */
void vdrv_domain_exit(struct drv_domain *dom)
{
	struct vtd_drv *d = vdrv_of(dom->host);
	u64 did = did_field(vdrv_dom_of(dom));
	struct vdrv_batch b = { .n = 0 };

	if (!drv_translates(dom))
		return;
	if (d->scalable)
		vdrv_add(d, &b, VTD_DESC_PASID | FIELD_PREP(VTD_DESC_G, (u64)VTD_PC_DOMAIN) | did, 0);
	vdrv_add(d, &b, VTD_DESC_IOTLB | FIELD_PREP(VTD_DESC_G, (u64)VTD_GRAN_DOMAIN) | did, 0);
	if (!vdrv_sync(d, &b, 0))
		drv_id_free(d->dids, vdrv_dom_of(dom)->did);
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
	struct vtd_drv *d = vdrv_of(dom->base.host);
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
		vdrv_add(vdrv_of(dom->base.host), b, word | FIELD_PREP(VTD_DESC_G, (u64)VTD_GRAN_DOMAIN), 0);
	else
		vdrv_add(vdrv_of(dom->base.host), b, word | FIELD_PREP(VTD_DESC_G, (u64)VTD_GRAN_SELECTIVE),
			 (iova >> (12 + am) << (12 + am)) | am | (leaf ? VTD_DESC_IH : 0));
}

/* The remapping hardware's caches come first, then those of the endpoints, which are filled from them (6.5.2.5). */
int vdrv_invalidate(struct drv_domain *base, u64 iova, u64 bytes, bool leaf)
{
	struct vtd_drv *d = vdrv_of(base->host);
	struct vdrv_dom *dom = vdrv_dom_of(base);
	struct vdrv_batch b = { .n = 0 };
	struct drv_attachment *a;
	u64 last = iova + bytes - 1;

	if (!d->first)
		add_second_stage(dom, &b, iova, last, leaf);
	for (a = base->attachments; a && d->first; a = a->dom_next)
		add_first_stage(dom, &b, a->pasid, iova, last, leaf);
	for (a = base->attachments; a; a = a->dom_next)
		vdrv_add_device_tlb(vdrv_dev_of(a->dev), &b, a->pasid, iova, last);
	return b.n ? vdrv_sync(d, &b, 0) : 0;
}

/* What was not present is cached by second-stage caches with CM alone. */
int vdrv_appeared(struct drv_domain *dom, u64 iova, u64 bytes)
{
	struct vtd_drv *d = vdrv_of(dom->host);

	if ((d->cap & VTD_CAP_CM) && !d->first)
		return vdrv_invalidate(dom, iova, bytes, false);
	return d->cap & VTD_CAP_RWBF ? vdrv_command(d, VTD_GCMD_WBF, true) : 0;
}

bool vdrv_in_bounds(const struct drv_host *h, u64 iova, u64 bytes)
{
	const struct vtd_drv *d = vdrv_of(h);
	/* First-stage input is canonical: the lower half (3.6). */
	u32 bits = d->first ? d->in_bits - 1u : d->in_bits;

	return bytes && iova + bytes - 1 >= iova && !((iova + bytes - 1) >> bits);
}

u32 vdrv_prot(const struct drv_host *h, u32 prot)
{
	return vdrv_of(h)->first ? prot : prot & ~(u32)(DRV_PROT_EXEC | DRV_PROT_PRIV);
}
