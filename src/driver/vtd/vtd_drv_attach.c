// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What a master's context and PASID-table entries contain (9.3, 9.4, 9.6), and turning page requests on and off. */
#include "vtd_drv_priv.h"

#define PRG_INDICES 512

/* ---- what the tables contain ---- */

static u64 scalable_context(const struct vdrv_dev *dev, bool page_requests)
{
	return (dev->dir & VTD_SCE_PTR) | FIELD_PREP(VTD_SCE_PDTS, (u64)dev->pdts) | VTD_SCE_P |
	       (dev->pasid_bits ? VTD_SCE_PASIDE : 0) | (dev->base.ats ? VTD_SCE_DTE : 0) |
	       (page_requests ? VTD_SCE_PRE : 0);
}

static void pasid_entry(struct drv_domain *dom, u64 *pe)
{
	const struct vtd_drv *d = vdrv_of(dom->host);
	u64 pgtt = dom->type == DRV_DOMAIN_IDENTITY ? VTD_PGTT_PASS_THROUGH
		   : d->h.stage2		    ? VTD_PGTT_NESTED
		   : d->first			    ? VTD_PGTT_FIRST
						    : VTD_PGTT_SECOND;
	const struct pt_build *second = d->h.stage2 ? &d->h.stage2->pt : &dom->pt;

	memset(pe, 0, 64);
	if (dom->type == DRV_DOMAIN_BLOCKED)
		return;
	pe[0] = VTD_PE_P | FIELD_PREP(VTD_PE_PGTT, pgtt);
	pe[1] = vdrv_dom_of(dom)->did;
	/* Walks snoop wherever they can: A/D updates need it (3.10). */
	if (d->ecap & VTD_ECAP_SMPWCS)
		pe[1] |= VTD_PE1_PWSNP;
	if (pgtt == VTD_PGTT_SECOND || pgtt == VTD_PGTT_NESTED)
		pe[0] |= (second->root & VTD_PE_SSPTPTR) | FIELD_PREP(VTD_PE_AW, (u64)d->aw);
	if (pgtt == VTD_PGTT_FIRST || pgtt == VTD_PGTT_NESTED) {
		pe[2] = (dom->pt.root & VTD_PE2_FSPTPTR) | VTD_PE2_WPE;
		if (d->ecap & VTD_ECAP_SRS)
			pe[2] |= VTD_PE2_SRE;
	}
}

static void legacy_context(const struct vtd_drv *d, struct drv_domain *dom, u64 *ce)
{
	u32 sagaw = (u32)FIELD_GET(VTD_CAP_SAGAW, d->cap);
	u64 widest = sagaw & BIT(3) ? 3 : sagaw & BIT(2) ? 2 : 1;

	ce[0] = VTD_CE_P;
	ce[1] = FIELD_PREP(VTD_CE1_DID, (u64)vdrv_dom_of(dom)->did);
	if (dom->type == DRV_DOMAIN_IDENTITY) {
		ce[0] |= FIELD_PREP(VTD_CE_TT, (u64)VTD_TT_PASS_THROUGH);
		ce[1] |= FIELD_PREP(VTD_CE1_AW, widest);
	} else {
		ce[0] |= dom->pt.root & VTD_CE_SSPTPTR;
		ce[1] |= FIELD_PREP(VTD_CE1_AW, (u64)d->aw);
	}
}

static int set_legacy(struct vdrv_dev *dev, struct drv_domain *dom, struct drv_domain *old)
{
	bool blocked = !dom || dom->type == DRV_DOMAIN_BLOCKED;
	u16 old_did = old ? vdrv_dom_of(old)->did : 0;
	u64 ce[2];
	u32 i;
	int r = 0;

	if (!blocked)
		legacy_context(vdrv_of(dev->base.host), dom, ce);
	for (i = 0; i < dev->base.n_sids && !r; i++)
		r = blocked ? vdrv_context_clear(dev, dev->base.sids[i], old_did)
			    : vdrv_context_write(dev, dev->base.sids[i], ce, old_did);
	return r;
}

/* Make the hardware treat @pasid as @dom says (NULL: blocked), where it was as @old said. */
int vdrv_set(struct drv_device *base, u32 pasid, struct drv_domain *dom, struct drv_domain *old)
{
	struct vdrv_dev *dev = vdrv_dev_of(base);
	u64 pe[8];

	if (!vdrv_of(dev->base.host)->scalable)
		return set_legacy(dev, dom, old);
	if (!dom || dom->type == DRV_DOMAIN_BLOCKED)
		return vdrv_pasid_clear(dev, pasid);
	pasid_entry(dom, pe);
	return vdrv_pasid_write(dev, pasid, pe);
}

/* ---- page requests on and off ---- */

int vdrv_recoverable(struct drv_device *base, bool on)
{
	struct vdrv_dev *dev = vdrv_dev_of(base);
	u32 i;
	int r = 0;

	if (!base->pri || dev->enabled == on)
		return 0;
	for (i = 0; i < dev->base.n_sids && !r; i++)
		r = vdrv_context_word0(dev, dev->base.sids[i], scalable_context(dev, on));
	/* Hardware that was given up sends no requests. */
	if (!on && drv_dead(base->host))
		r = 0;
	if (!r)
		dev->enabled = on;
	return r;
}

/* ---- attach ---- */

int vdrv_check(const struct drv_device *dev, const struct drv_domain *dom, u32 pasid)
{
	u8 bits = container_of(dev, struct vdrv_dev, base)->pasid_bits;

	if (pasid == FAULT_NO_PASID)
		return 0;
	/* PASID 0 is RID_PASID (SCT.9). */
	return !vdrv_of(dev->host)->scalable || !bits || pasid == VDRV_RID_PASID || pasid >> bits ? -EINVAL : 0;
}

/* ---- masters ---- */

int vdrv_device_check(struct drv_host *h, const struct drv_device_cfg *cfg)
{
	/* PCIe transactions cannot be stalled. */
	if (cfg->can_stall)
		return -EINVAL;
	return drv_sids_fit(cfg, 16) ? 0 : -ERANGE;
}

int vdrv_device_init(struct drv_device *dev, const struct drv_device_cfg *cfg)
{
	struct vtd_drv *d = vdrv_of(dev->host);
	u32 i;
	int r = 0;

	dev->pri = cfg->pri && d->pri && (d->ecap & VTD_ECAP_DT);
	dev->ats = (cfg->pri || cfg->ats) && d->scalable && (d->ecap & VTD_ECAP_DT);
	if (d->scalable)
		r = vdrv_pasids_init(vdrv_dev_of(dev), cfg->pasid_bits);
	for (i = 0; i < dev->n_sids && !r; i++)
		r = vdrv_context_reach(d, dev->sids[i]);
	return r;
}

void vdrv_device_exit(struct drv_device *dev)
{
	vdrv_pasids_exit(vdrv_dev_of(dev));
}

/* One entry of the queue stays unused. */
u32 vdrv_credits(const struct drv_device *dev)
{
	const struct vtd_drv *d = vdrv_of(dev->host);
	u32 entries = (128U << d->cfg.prq_order) - 1;

	return dev->pri ? max(min(entries / d->cfg.pri_devices, (u32)PRG_INDICES), 1U) : 1;
}

/* The requester IDs are this device's alone, and so are their entries. */
int vdrv_device_show(struct drv_device *base)
{
	struct vtd_drv *d = vdrv_of(base->host);
	struct vdrv_dev *dev = vdrv_dev_of(base);
	u64 sce[4] = { 0 };
	u32 i;
	int r = 0;

	if (!d->scalable)
		return 0;
	sce[0] = scalable_context(dev, false);
	sce[1] = d->ecap & VTD_ECAP_RPS ? VDRV_RID_PASID : 0;
	for (i = 0; i < base->n_sids && !r; i++)
		r = vdrv_context_write(dev, base->sids[i], sce, 0);
	return r;
}

int vdrv_device_hide(struct drv_device *dev)
{
	u32 i;
	int r = 0;

	for (i = 0; i < dev->n_sids && !r; i++)
		r = vdrv_context_clear(vdrv_dev_of(dev), dev->sids[i], 0);
	return drv_dead(dev->host) ? 0 : r;
}
