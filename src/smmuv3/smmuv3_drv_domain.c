/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Domains: page tables, ASIDs, and the invalidation that each change demands (4.4, 4.5). */
#include "smmuv3_drv_priv.h"

#define MAIR_INDEX_WB 0
#define SH_INNER      3
#define TLBI_NUM_MASK 31
#define TTL_LEVEL_3   3

int v3d_domain_alloc(void *drv, struct fault_dev *fdev, enum drv_domain_type type, struct fault_domain **out)
{
	struct smmuv3_drv *d = drv;
	struct pt_build_cfg cfg = {
		.format = PT_VMSA64_S1,
		.granule = d->f.granule,
		.in_bits = d->f.va_bits,
		.out_bits = d->f.pa_bits,
		.big_endian = d->f.big_endian,
	};
	struct drv_domain *dom;
	u16 asid = 0;
	int r;

	/* Stage 2 on its own would have to map all memory beforehand. */
	if (d->h.stage2 && type == DRV_DOMAIN_IDENTITY)
		return -EOPNOTSUPP;
	r = drv_domain_create(&d->h, sizeof(struct v3d_dom), type, &cfg, &dom);
	if (r)
		return r;
	v3d_dom_of(dom)->d = d;
	drv_gate_close(&d->h, &d->h.config);
	if (drv_translates(dom))
		asid = (u16)drv_id_alloc(d->asids, 1U << d->f.asid_bits);
	v3d_dom_of(dom)->asid = asid;
	r = drv_translates(dom) && !asid ? -ENOSPC : drv_domain_add(&d->h, dom, fdev);
	if (r && asid)
		drv_id_free(d->asids, asid);
	drv_gate_open(&d->h, &d->h.config);
	if (r)
		drv_domain_release(dom);
	else
		*out = dom->faults;
	return r;
}

static int tlbi_asid(struct smmuv3_drv *d, u16 asid)
{
	struct drv_cmds c;

	v3d_cmd_begin(&c);
	v3d_cmd_add(d, &c, CMD_TLBI_NH_ASID | d->vmid | FIELD_PREP(CMD_TLBI_0_ASID, asid), 0);
	return v3d_cmd_sync(d, &c);
}

/* The ASID may be reused only once no entry is tagged with it any more. */
void v3d_domain_free(void *drv, struct fault_domain *fdom)
{
	struct smmuv3_drv *d = drv;
	struct v3d_dom *dom = fault_domain_ctx(fdom);
	bool translates = drv_translates(&dom->base);
	u16 asid = dom->asid;

	if (dom->base.attachments)
		return;
	drv_gate_close(&d->h, &d->h.config);
	drv_domain_unlink(&d->h, &dom->base);
	if (translates && !tlbi_asid(d, asid))
		drv_id_free(d->asids, asid);
	drv_gate_open(&d->h, &d->h.config);
	fault_domain_free(fdom);
}

/* ---- Invalidation ---- */

static u64 tlbi_va(const struct v3d_dom *dom)
{
	return CMD_TLBI_NH_VA | dom->d->vmid | FIELD_PREP(CMD_TLBI_0_ASID, dom->asid);
}

/* Ranges of NUM << SCALE granules (4.4.1.1); a single one needs the level, else the command is reserved. */
static void tlbi_ranges(struct v3d_dom *dom, struct drv_cmds *c, u64 iova, u64 pages)
{
	struct smmuv3_drv *d = dom->d;
	u64 tg = FIELD_PREP(CMD_TLBI_1_TG, (d->f.granule - 10) / 2);

	while (pages) {
		u32 scale = min((u32)__builtin_ctzll(pages), 31U);
		u64 num = (pages >> scale) & TLBI_NUM_MASK; /* odd, so never 0 */
		u64 ttl = num == 1 && !scale ? FIELD_PREP(CMD_TLBI_1_TTL, TTL_LEVEL_3) : 0;

		v3d_cmd_add(d, c,
			    tlbi_va(dom) | FIELD_PREP(CMD_TLBI_0_NUM, num - 1) | FIELD_PREP(CMD_TLBI_0_SCALE, scale),
			    (iova & CMD_1_ADDRESS) | tg | ttl | CMD_TLBI_1_LEAF);
		iova += num << (scale + d->f.granule);
		pages -= num << scale;
	}
}

/* Tables stay when they become empty, so only leaves are stale. */
static void tlbi_range(struct v3d_dom *dom, struct drv_cmds *c, u64 iova, u64 bytes)
{
	struct smmuv3_drv *d = dom->d;
	u64 pages = bytes >> d->f.granule;

	if (d->f.ril) {
		tlbi_ranges(dom, c, iova, pages);
		return;
	}
	if (pages > d->cfg.tlbi_max) {
		v3d_cmd_add(d, c, CMD_TLBI_NH_ASID | d->vmid | FIELD_PREP(CMD_TLBI_0_ASID, dom->asid), 0);
		return;
	}
	for (; pages; pages--, iova += 1ULL << d->f.granule)
		v3d_cmd_add(d, c, tlbi_va(dom), (iova & CMD_1_ADDRESS) | CMD_TLBI_1_LEAF);
}

/* One request for each StreamID: the smallest aligned power of two that covers [iova, last] (4.5.1). */
void v3d_atc_inv(struct smmuv3_drv *d, struct drv_cmds *c, const struct drv_attachment *a, u64 iova, u64 last)
{
	u64 dw0 = CMD_ATC_INV;
	u64 differ = (iova ^ last) >> 12;
	u32 size = differ ? 64 - (u32)__builtin_clzll(differ) : 0;
	u32 i;

	if (!v3d_dev_of(a->dev)->ats)
		return;
	if (a->pasid != FAULT_NO_PASID)
		dw0 |= CMD_0_SSV | FIELD_PREP(CMD_0_SUBSTREAMID, a->pasid);
	iova = size >= ATC_INV_SIZE_ALL ? 0 : iova >> (12 + size) << (12 + size);
	for (i = 0; i < a->dev->n_sids; i++)
		v3d_cmd_add(d, c, dw0 | FIELD_PREP(CMD_0_STREAMID, a->dev->sids[i]),
			    iova | FIELD_PREP(CMD_ATC_INV_1_SIZE, min(size, (u32)ATC_INV_SIZE_ALL)));
}

static u64 atc_timeouts(struct smmuv3_drv *d)
{
	unsigned long flags;
	u64 n;

	spin_lock_irqsave(&d->h.lock, flags);
	n = d->atc_timeouts;
	spin_unlock_irqrestore(&d->h.lock, flags);
	return n;
}

/* The SMMU's caches come first, then those of the endpoints, which are filled from the SMMU's (4.5.1). */
static int invalidate(struct v3d_dom *dom, u64 iova, u64 bytes)
{
	struct smmuv3_drv *d = dom->d;
	struct drv_cmds c;
	u64 timeouts = atc_timeouts(d);
	struct drv_attachment *a;
	bool ats = false;
	int r;

	v3d_cmd_begin(&c);
	tlbi_range(dom, &c, iova, bytes);
	r = v3d_cmd_sync(d, &c);
	for (a = dom->base.attachments; a && !r; a = a->dom_next) {
		v3d_atc_inv(d, &c, a, iova, iova + bytes - 1);
		ats |= v3d_dev_of(a->dev)->ats;
	}
	if (ats && !r)
		r = v3d_cmd_sync(d, &c);
	return r ? r : timeouts != atc_timeouts(d) ? -ETIMEDOUT : 0;
}

int v3d_map(void *drv, struct fault_domain *fdom, u64 iova, u64 pa, u64 bytes, u32 prot)
{
	struct v3d_dom *dom = fault_domain_ctx(fdom);
	struct smmuv3_drv *d = drv;
	int r;

	if (!drv_translates(&dom->base))
		return -EINVAL;
	prot &= DRV_PROT_READ | DRV_PROT_WRITE | DRV_PROT_EXEC | DRV_PROT_PRIV;
	if (unlikely(d->h.stage2)) {
		r = drv_stage2_cover(&d->h, pa, bytes);
		if (r)
			return r;
	}
	drv_gate_close(&d->h, &dom->base.gate);
	r = pt_map(&dom->base.pt, iova, pa, bytes, prot | PT_PROT_ATTR(MAIR_INDEX_WB) | PT_PROT_SH(SH_INNER));
	/* Entries that do not translate are not cached (3.21.1), but a table that was freed may have been walked. */
	if (r == -ENOMEM || r == -EIO)
		tlbi_asid(d, dom->asid);
	drv_gate_open(&d->h, &dom->base.gate);
	return r;
}

s64 v3d_unmap(void *drv, struct fault_domain *fdom, u64 iova, u64 bytes)
{
	struct v3d_dom *dom = fault_domain_ctx(fdom);
	struct smmuv3_drv *d = drv;
	s64 n;
	int r = 0;

	if (!drv_translates(&dom->base))
		return -EINVAL;
	drv_gate_close(&d->h, &dom->base.gate);
	n = pt_unmap(&dom->base.pt, iova, bytes, false);
	if (n > 0)
		r = invalidate(dom, iova, bytes);
	drv_gate_open(&d->h, &dom->base.gate);
	return r ? r : n;
}
