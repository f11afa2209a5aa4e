/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Domains: page tables, domain-ids, and the invalidation that each change demands (6.5.2.3, 6.5.2.4). */
#include "vtd_drv_priv.h"

/* 0 if there is none left: 0 is never given out. */
static u16 did_alloc(struct vtd_drv *d)
{
	u32 i, did;

	for (i = 0; i < max(d->n_dids / 64, 1U); i++) {
		if (d->dids[i] == ~0ULL)
			continue;
		did = i * 64 + (u32)__builtin_ctzll(~d->dids[i]);
		if (did >= d->n_dids)
			break;
		d->dids[i] |= BIT_ULL(did & 63);
		return (u16)did;
	}
	return 0;
}

static void did_free(struct vtd_drv *d, u16 did)
{
	d->dids[did / 64] &= ~BIT_ULL(did & 63);
}

static u64 page_sizes(const struct vtd_drv *d)
{
	u64 sslps = FIELD_GET(VTD_CAP_SSLPS, d->cap);
	bool huge = d->first ? !!(d->cap & VTD_CAP_FS1GP) : !!(sslps & 2);

	return BIT_ULL(12) | (d->first || (sslps & 1) ? BIT_ULL(21) : 0) | (huge ? BIT_ULL(30) : 0);
}

static int table_init(struct vtd_drv *d, struct vdrv_dom *dom)
{
	struct pt_build_cfg cfg = {
		.format = d->first ? PT_VTD_FS : PT_VTD_SS,
		.in_bits = (u8)(12 + 9 * d->levels),
		.out_bits = d->haw,
		.page_sizes = page_sizes(d),
	};

	return vdrv_translates(dom) ? pt_build_init(&dom->pt, &cfg, d->ops, d->ctx) : 0;
}

/* No worker uses the domain any more. */
static void domain_release(void *ctx)
{
	struct vdrv_dom *dom = ctx;

	if (vdrv_translates(dom))
		pt_build_exit(&dom->pt);
	fl_free(dom);
}

static void domain_unlink(struct vtd_drv *d, struct vdrv_dom *dom)
{
	struct vdrv_dom **p = &d->doms;

	while (*p != dom)
		p = &(*p)->next;
	*p = dom->next;
}

static int domain_create(struct vtd_drv *d, struct fault_dev *fdev, struct vdrv_dom *dom)
{
	struct fault_domain_cfg cfg = { .release = domain_release, .release_ctx = dom, .drv_ctx = dom };
	bool translates = vdrv_translates(dom);
	int r;

	cfg.type = dom->type == DRV_DOMAIN_SVA ? FAULT_DOMAIN_SVA : FAULT_DOMAIN_HANDLER;
	dom->did = translates ? did_alloc(d) : VDRV_PT_DID;
	if (!dom->did)
		return -ENOSPC;
	r = fault_domain_alloc(fdev, &cfg, &dom->faults);
	if (r && translates)
		did_free(d, dom->did);
	if (r)
		return r;
	dom->next = d->doms;
	d->doms = dom;
	return 0;
}

int vdrv_domain_alloc(void *drv, struct fault_dev *fdev, enum drv_domain_type type, struct fault_domain **out)
{
	struct vtd_drv *d = drv;
	struct vdrv_dom *dom;
	int r;

	if (type == DRV_DOMAIN_IDENTITY && !(d->ecap & VTD_ECAP_PT))
		return -EOPNOTSUPP;
	/* An address space of the CPU is a first-stage table. */
	if (type == DRV_DOMAIN_SVA && !d->first)
		return -EOPNOTSUPP;
	dom = fl_zalloc(sizeof(*dom));
	if (!dom)
		return -ENOMEM;
	dom->d = d;
	dom->type = type;
	r = table_init(d, dom);
	if (r) {
		fl_free(dom);
		return r;
	}
	vdrv_gate_close(d, &d->config);
	r = domain_create(d, fdev, dom);
	vdrv_gate_open(d, &d->config);
	if (r)
		domain_release(dom);
	else
		*out = dom->faults;
	return r;
}

static u64 did_field(const struct vdrv_dom *dom)
{
	return FIELD_PREP(VTD_DESC_DID, (u64)dom->did);
}

/* The domain-id goes to another domain only once nothing is tagged with it any more. */
void vdrv_domain_free(void *drv, struct fault_domain *fdom)
{
	struct vtd_drv *d = drv;
	struct vdrv_dom *dom = fault_domain_ctx(fdom);
	struct vdrv_batch b = { .n = 0 };

	if (dom->attachments)
		return;
	vdrv_gate_close(d, &d->config);
	domain_unlink(d, dom);
	if (vdrv_translates(dom)) {
		if (d->scalable)
			vdrv_add(d, &b, VTD_DESC_PASID | FIELD_PREP(VTD_DESC_G, (u64)VTD_PC_DOMAIN) | did_field(dom),
				 0);
		vdrv_add(d, &b, VTD_DESC_IOTLB | FIELD_PREP(VTD_DESC_G, (u64)VTD_GRAN_DOMAIN) | did_field(dom), 0);
		if (!vdrv_sync(d, &b, 0))
			did_free(d, dom->did);
	}
	vdrv_gate_open(d, &d->config);
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

/* First the remapping hardware's caches, then the endpoints', which fill theirs from those (6.5.2.5). */
static int invalidate(struct vdrv_dom *dom, u64 iova, u64 bytes, bool leaf)
{
	struct vtd_drv *d = dom->d;
	struct vdrv_batch b = { .n = 0 };
	struct vdrv_attachment *a;
	u64 last = iova + bytes - 1;

	if (!d->first)
		add_second_stage(dom, &b, iova, last, leaf);
	for (a = dom->attachments; a && d->first; a = a->dom_next)
		add_first_stage(dom, &b, a->pasid, iova, last, leaf);
	for (a = dom->attachments; a; a = a->dom_next)
		vdrv_add_device_tlb(a->dev, &b, a->pasid, iova, last);
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

	if (!vdrv_translates(dom) || !in_bounds(d, iova, bytes))
		return -EINVAL;
	prot &= DRV_PROT_READ | DRV_PROT_WRITE | (d->first ? DRV_PROT_EXEC | DRV_PROT_PRIV : 0);
	vdrv_gate_close(d, &dom->gate);
	r = pt_map(&dom->pt, iova, pa, bytes, prot);
	/* What was not present is cached by second-stage caches with CM alone; a table given back may have been walked. */
	if (r == -ENOMEM || r == -EIO)
		invalidate(dom, iova, bytes, false);
	else if (!r && (d->cap & VTD_CAP_CM) && !d->first)
		r = invalidate(dom, iova, bytes, false);
	else if (!r && (d->cap & VTD_CAP_RWBF))
		r = vdrv_command(d, VTD_GCMD_WBF, true);
	vdrv_gate_open(d, &dom->gate);
	return r;
}

s64 vdrv_unmap(void *drv, struct fault_domain *fdom, u64 iova, u64 bytes)
{
	struct vdrv_dom *dom = fault_domain_ctx(fdom);
	struct vtd_drv *d = drv;
	s64 n;
	int r = 0;

	if (!vdrv_translates(dom) || !in_bounds(d, iova, bytes))
		return -EINVAL;
	vdrv_gate_close(d, &dom->gate);
	n = pt_unmap(&dom->pt, iova, bytes, false);
	if (n > 0)
		r = invalidate(dom, iova, bytes, true);
	vdrv_gate_open(d, &dom->gate);
	return r ? r : n;
}

u64 vdrv_iova_to_phys(void *drv, struct fault_domain *fdom, u64 iova)
{
	struct vdrv_dom *dom = fault_domain_ctx(fdom);
	struct vtd_drv *d = drv;
	u64 pa = 0;

	if (dom->type == DRV_DOMAIN_IDENTITY)
		return iova;
	if (!vdrv_translates(dom))
		return 0;
	vdrv_gate_close(d, &dom->gate);
	if (pt_lookup(&dom->pt, iova, &pa, NULL))
		pa = 0;
	vdrv_gate_open(d, &dom->gate);
	return pa;
}
