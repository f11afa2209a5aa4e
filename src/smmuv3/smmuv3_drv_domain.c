/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Domains: page tables, ASIDs, and the invalidation that each change demands (4.4, 4.5). */
#include "smmuv3_drv_priv.h"

#define MAIR_INDEX_WB 0
#define SH_INNER      3
#define TLBI_NUM_MASK 31
#define TTL_LEVEL_3   3

bool v3d_dom_translates(const struct drv_dom *dom)
{
	return dom->type == DRV_DOMAIN_PAGING || dom->type == DRV_DOMAIN_SVA;
}

/* 0 if there is none left: 0 is never given out. */
u32 v3d_asid_alloc(struct smmuv3_drv *d)
{
	u32 words = (1U << d->f.asid_bits) / 64;
	u32 n = 1U << d->f.asid_bits;
	u32 i, asid;

	for (i = 0; i < max(words, 1U); i++) {
		if (d->asids[i] == ~0ULL)
			continue;
		asid = i * 64 + (u32)__builtin_ctzll(~d->asids[i]);
		if (asid >= n)
			break;
		d->asids[i] |= BIT_ULL(asid & 63);
		return asid;
	}
	return 0;
}

static int table_init(struct smmuv3_drv *d, struct drv_dom *dom)
{
	struct pt_build_cfg cfg = {
		.format = PT_VMSA64_S1,
		.granule = d->f.granule,
		.in_bits = d->f.va_bits,
		.out_bits = d->f.pa_bits,
		.big_endian = d->f.big_endian,
	};

	return v3d_dom_translates(dom) ? pt_build_init(&dom->pt, &cfg, d->ops, d->ctx) : 0;
}

/* No worker uses the domain any more. */
static void domain_release(void *ctx)
{
	struct drv_dom *dom = ctx;

	if (v3d_dom_translates(dom))
		pt_build_exit(&dom->pt);
	fl_free(dom);
}

static void domain_link(struct smmuv3_drv *d, struct drv_dom *dom)
{
	dom->next = d->doms;
	d->doms = dom;
}

static void domain_unlink(struct smmuv3_drv *d, struct drv_dom *dom)
{
	struct drv_dom **p = &d->doms;

	while (*p != dom)
		p = &(*p)->next;
	*p = dom->next;
}

int v3d_domain_alloc(void *drv, struct fault_dev *fdev, enum drv_domain_type type, struct fault_domain **out)
{
	struct smmuv3_drv *d = drv;
	struct fault_domain_cfg cfg = { .release = domain_release };
	struct drv_dom *dom = fl_zalloc(sizeof(*dom));
	int r;

	if (!dom)
		return -ENOMEM;
	dom->d = d;
	dom->type = type;
	r = table_init(d, dom);
	if (r) {
		fl_free(dom);
		return r;
	}
	cfg.type = type == DRV_DOMAIN_SVA ? FAULT_DOMAIN_SVA : FAULT_DOMAIN_HANDLER;
	cfg.drv_ctx = dom;
	cfg.release_ctx = dom;
	v3d_gate_close(d, &d->config);
	dom->asid = v3d_dom_translates(dom) ? (u16)v3d_asid_alloc(d) : 0;
	r = v3d_dom_translates(dom) && !dom->asid ? -ENOSPC : fault_domain_alloc(fdev, &cfg, &dom->faults);
	if (!r)
		domain_link(d, dom);
	else if (dom->asid)
		d->asids[dom->asid / 64] &= ~BIT_ULL(dom->asid & 63);
	v3d_gate_open(d, &d->config);
	if (r)
		domain_release(dom);
	else
		*out = dom->faults;
	return r;
}

static int tlbi_asid(struct smmuv3_drv *d, u16 asid)
{
	struct drv_cmds c = { .n = 0 };

	v3d_cmd_add(d, &c, CMD_TLBI_NH_ASID | FIELD_PREP(CMD_TLBI_0_ASID, asid), 0);
	return v3d_cmd_sync(d, &c);
}

/* The ASID goes to another domain only once no entry is tagged with it any more. */
void v3d_domain_free(void *drv, struct fault_domain *fdom)
{
	struct smmuv3_drv *d = drv;
	struct drv_dom *dom = fault_domain_ctx(fdom);
	bool translates = v3d_dom_translates(dom);
	u16 asid = dom->asid;

	if (dom->attachments)
		return;
	v3d_gate_close(d, &d->config);
	domain_unlink(d, dom);
	if (translates && !tlbi_asid(d, asid))
		d->asids[asid / 64] &= ~BIT_ULL(asid & 63);
	v3d_gate_open(d, &d->config);
	fault_domain_free(fdom);
}

/* ---- Invalidation ---- */

static u64 tlbi_va(const struct drv_dom *dom)
{
	return CMD_TLBI_NH_VA | FIELD_PREP(CMD_TLBI_0_ASID, dom->asid);
}

/* Ranges of NUM << SCALE granules (4.4.1.1); a single one needs the level, else the command is reserved. */
static void tlbi_ranges(struct drv_dom *dom, struct drv_cmds *c, u64 iova, u64 pages)
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

/* Tables stay when they become empty, so the leaves alone are stale. */
static void tlbi_range(struct drv_dom *dom, struct drv_cmds *c, u64 iova, u64 bytes)
{
	struct smmuv3_drv *d = dom->d;
	u64 pages = bytes >> d->f.granule;

	if (d->f.ril) {
		tlbi_ranges(dom, c, iova, pages);
		return;
	}
	if (pages > d->cfg.tlbi_max) {
		v3d_cmd_add(d, c, CMD_TLBI_NH_ASID | FIELD_PREP(CMD_TLBI_0_ASID, dom->asid), 0);
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

	if (!a->dev->ats)
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
	unsigned long flags = fault_lock_acquire(&d->lock);
	u64 n = d->atc_timeouts;

	fault_lock_release(&d->lock, flags);
	return n;
}

/* First the SMMU's caches, then the endpoints', which fill theirs from the SMMU's (4.5.1). */
static int invalidate(struct drv_dom *dom, u64 iova, u64 bytes)
{
	struct smmuv3_drv *d = dom->d;
	struct drv_cmds c = { .n = 0 };
	u64 timeouts = atc_timeouts(d);
	struct drv_attachment *a;
	bool ats = false;
	int r;

	tlbi_range(dom, &c, iova, bytes);
	r = v3d_cmd_sync(d, &c);
	for (a = dom->attachments; a && !r; a = a->dom_next) {
		v3d_atc_inv(d, &c, a, iova, iova + bytes - 1);
		ats |= a->dev->ats;
	}
	if (ats && !r)
		r = v3d_cmd_sync(d, &c);
	return r ? r : timeouts != atc_timeouts(d) ? -ETIMEDOUT : 0;
}

int v3d_map(void *drv, struct fault_domain *fdom, u64 iova, u64 pa, u64 bytes, u32 prot)
{
	struct drv_dom *dom = fault_domain_ctx(fdom);
	struct smmuv3_drv *d = drv;
	int r;

	if (!v3d_dom_translates(dom))
		return -EINVAL;
	prot &= DRV_PROT_READ | DRV_PROT_WRITE | DRV_PROT_EXEC | DRV_PROT_PRIV;
	v3d_gate_close(d, &dom->gate);
	r = pt_map(&dom->pt, iova, pa, bytes, prot | PT_PROT_ATTR(MAIR_INDEX_WB) | PT_PROT_SH(SH_INNER));
	/* Nothing that does not translate is cached (3.21.1), but a table that was given back may have been walked. */
	if (r == -ENOMEM || r == -EIO)
		tlbi_asid(d, dom->asid);
	v3d_gate_open(d, &dom->gate);
	return r;
}

s64 v3d_unmap(void *drv, struct fault_domain *fdom, u64 iova, u64 bytes)
{
	struct drv_dom *dom = fault_domain_ctx(fdom);
	struct smmuv3_drv *d = drv;
	s64 n;
	int r = 0;

	if (!v3d_dom_translates(dom))
		return -EINVAL;
	v3d_gate_close(d, &dom->gate);
	n = pt_unmap(&dom->pt, iova, bytes, false);
	if (n > 0)
		r = invalidate(dom, iova, bytes);
	v3d_gate_open(d, &dom->gate);
	return r ? r : n;
}

u64 v3d_iova_to_phys(void *drv, struct fault_domain *fdom, u64 iova)
{
	struct drv_dom *dom = fault_domain_ctx(fdom);
	struct smmuv3_drv *d = drv;
	u64 pa = 0;

	if (dom->type == DRV_DOMAIN_IDENTITY)
		return iova;
	if (!v3d_dom_translates(dom))
		return 0;
	v3d_gate_close(d, &dom->gate);
	if (pt_lookup(&dom->pt, iova, &pa, NULL))
		pa = 0;
	v3d_gate_open(d, &dom->gate);
	return pa;
}
