// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Domains: page tables, ASIDs, and the invalidation that each change demands (4.4, 4.5). */
#include "smmuv3_drv_priv.h"

#define MAIR_INDEX_WB 0
#define SH_INNER      3
#define TLBI_NUM_MASK 31
#define TTL_LEVEL_3   3

int v3d_table(struct drv_host *h, enum drv_domain_type type, struct pt_build_cfg *cfg)
{
	const struct drv_features *f = &v3d_of(h)->f;

	*cfg = (struct pt_build_cfg){
		.format = PT_VMSA64_S1,
		.granule = f->granule,
		.in_bits = f->va_bits,
		.out_bits = f->pa_bits,
		.big_endian = f->big_endian,
	};
	return 0;
}

int v3d_domain_init(struct drv_domain *dom)
{
	struct smmuv3_drv *d = v3d_of(dom->host);

	if (drv_translates(dom))
		v3d_dom_of(dom)->asid = (u16)drv_id_alloc(d->asids, 1U << d->f.asid_bits);
	return drv_translates(dom) && !v3d_dom_of(dom)->asid ? -ENOSPC : 0;
}

static int tlbi_asid(struct smmuv3_drv *d, u16 asid)
{
	struct drv_cmds c;

	v3d_cmd_begin(&c);
	v3d_cmd_add(d, &c, SMMUV3_CMD_TLBI_NH_ASID | d->vmid | FIELD_PREP(SMMUV3_CMD_TLBI_0_ASID, asid), 0);
	return v3d_cmd_sync(d, &c);
}

/* The ASID may be reused only once no entry is tagged with it any more. */
void v3d_domain_exit(struct drv_domain *dom)
{
	struct smmuv3_drv *d = v3d_of(dom->host);
	u16 asid = v3d_dom_of(dom)->asid;

	if (drv_translates(dom) && !tlbi_asid(d, asid))
		drv_id_free(d->asids, asid);
}

/* ---- Invalidation ---- */

static u64 tlbi_va(const struct v3d_dom *dom)
{
	return SMMUV3_CMD_TLBI_NH_VA | v3d_of(dom->base.host)->vmid | FIELD_PREP(SMMUV3_CMD_TLBI_0_ASID, dom->asid);
}

/* Ranges of NUM << SCALE granules (4.4.1.1); a single one needs the level, else the command is reserved. */
static void tlbi_ranges(struct v3d_dom *dom, struct drv_cmds *c, u64 iova, u64 pages)
{
	struct smmuv3_drv *d = v3d_of(dom->base.host);
	u64 tg = FIELD_PREP(SMMUV3_CMD_TLBI_1_TG, (d->f.granule - 10) / 2);

	while (pages) {
		u32 scale = min((u32)__builtin_ctzll(pages), 31U);
		u64 num = (pages >> scale) & TLBI_NUM_MASK; /* odd, so never 0 */
		u64 ttl = num == 1 && !scale ? FIELD_PREP(SMMUV3_CMD_TLBI_1_TTL, TTL_LEVEL_3) : 0;

		v3d_cmd_add(d, c,
			    tlbi_va(dom) | FIELD_PREP(SMMUV3_CMD_TLBI_0_NUM, num - 1) |
				    FIELD_PREP(SMMUV3_CMD_TLBI_0_SCALE, scale),
			    (iova & SMMUV3_CMD_1_ADDRESS) | tg | ttl | SMMUV3_CMD_TLBI_1_LEAF);
		iova += num << (scale + d->f.granule);
		pages -= num << scale;
	}
}

static void tlbi_range(struct v3d_dom *dom, struct drv_cmds *c, u64 iova, u64 bytes)
{
	struct smmuv3_drv *d = v3d_of(dom->base.host);
	u64 pages = bytes >> d->f.granule;

	if (d->f.ril) {
		tlbi_ranges(dom, c, iova, pages);
		return;
	}
	if (pages > d->cfg.tlbi_max) {
		v3d_cmd_add(d, c, SMMUV3_CMD_TLBI_NH_ASID | d->vmid | FIELD_PREP(SMMUV3_CMD_TLBI_0_ASID, dom->asid), 0);
		return;
	}
	for (; pages; pages--, iova += 1ULL << d->f.granule)
		v3d_cmd_add(d, c, tlbi_va(dom), (iova & SMMUV3_CMD_1_ADDRESS) | SMMUV3_CMD_TLBI_1_LEAF);
}

/* One request for each StreamID: the smallest aligned power of two that covers [iova, last] (4.5.1). */
void v3d_atc_inv(struct smmuv3_drv *d, struct drv_cmds *c, const struct drv_attachment *a, u64 iova, u64 last)
{
	u64 dw0 = SMMUV3_CMD_ATC_INV;
	u64 differ = (iova ^ last) >> 12;
	u32 size = differ ? 64 - (u32)__builtin_clzll(differ) : 0;
	u32 i;

	if (!a->dev->ats)
		return;
	if (a->pasid != FAULT_NO_PASID)
		dw0 |= SMMUV3_CMD_0_SSV | FIELD_PREP(SMMUV3_CMD_0_SUBSTREAMID, a->pasid);
	iova = size >= SMMUV3_ATC_INV_SIZE_ALL ? 0 : iova >> (12 + size) << (12 + size);
	for (i = 0; i < a->dev->n_sids; i++)
		v3d_cmd_add(d, c, dw0 | FIELD_PREP(SMMUV3_CMD_0_STREAMID, a->dev->sids[i]),
			    iova | FIELD_PREP(SMMUV3_CMD_ATC_INV_1_SIZE, min(size, (u32)SMMUV3_ATC_INV_SIZE_ALL)));
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
int v3d_invalidate(struct drv_domain *dom, u64 iova, u64 bytes, bool leaf)
{
	struct smmuv3_drv *d = v3d_of(dom->host);
	struct drv_cmds c;
	u64 timeouts = atc_timeouts(d);
	struct drv_attachment *a;
	bool ats = false;
	int r;

	if (!leaf)
		return tlbi_asid(d, v3d_dom_of(dom)->asid);
	v3d_cmd_begin(&c);
	tlbi_range(v3d_dom_of(dom), &c, iova, bytes);
	r = v3d_cmd_sync(d, &c);
	for (a = dom->attachments; a && !r; a = a->dom_next) {
		v3d_atc_inv(d, &c, a, iova, iova + bytes - 1);
		ats |= a->dev->ats;
	}
	if (ats && !r)
		r = v3d_cmd_sync(d, &c);
	return r ? r : timeouts != atc_timeouts(d) ? -ETIMEDOUT : 0;
}

u32 v3d_prot(const struct drv_host *h, u32 prot)
{
	return prot | PT_PROT_ATTR(MAIR_INDEX_WB) | PT_PROT_SH(SH_INNER);
}
