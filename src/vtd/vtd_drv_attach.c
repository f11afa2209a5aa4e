/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Masters, and which domain each of their PASIDs has: context and PASID-table entries (9.3, 9.4, 9.6). */
#include "vtd_drv_priv.h"

#define PRG_INDICES 512
#define TIMEOUTS    4 /* in a row, while a device is made quiet: then the hardware is given up */

/* ---- what the tables contain ---- */

static u64 scalable_context(const struct vdrv_dev *dev, bool page_requests)
{
	return (dev->dir & VTD_SCE_PTR) | FIELD_PREP(VTD_SCE_PDTS, (u64)dev->pdts) | VTD_SCE_P |
	       (dev->pasid_bits ? VTD_SCE_PASIDE : 0) | (dev->ats ? VTD_SCE_DTE : 0) |
	       (page_requests ? VTD_SCE_PRE : 0);
}

static void pasid_entry(struct drv_domain *dom, u64 *pe)
{
	const struct vtd_drv *d = vdrv_dom_of(dom)->d;
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
		legacy_context(dev->d, dom, ce);
	for (i = 0; i < dev->base.n_sids && !r; i++)
		r = blocked ? vdrv_context_clear(dev, dev->base.sids[i], old_did)
			    : vdrv_context_write(dev, dev->base.sids[i], ce, old_did);
	return r;
}

/* Make the hardware treat @pasid as @dom says (NULL: blocked), where it was as @old said. */
static int hw_set(struct vdrv_dev *dev, u32 pasid, struct drv_domain *dom, struct drv_domain *old)
{
	u64 pe[8];

	if (!dev->d->scalable)
		return set_legacy(dev, dom, old);
	if (!dom || dom->type == DRV_DOMAIN_BLOCKED)
		return vdrv_pasid_clear(dev, pasid);
	pasid_entry(dom, pe);
	return vdrv_pasid_write(dev, pasid, pe);
}

/* ---- page requests on and off: fault_ops ---- */

static int page_requests(struct vdrv_dev *dev, bool on)
{
	u32 i;
	int r = 0;

	if (!dev->pri || dev->enabled == on)
		return 0;
	for (i = 0; i < dev->base.n_sids && !r; i++)
		r = vdrv_context_word0(dev, dev->base.sids[i], scalable_context(dev, on));
	/* Hardware that was given up sends no requests. */
	if (!on && vdrv_dead(dev->d))
		r = 0;
	if (!r)
		dev->enabled = on;
	return r;
}

static int faults_set(struct vdrv_dev *dev, bool on)
{
	struct vtd_drv *d = dev->d;
	int r;

	if (dev->base.inside)
		return page_requests(dev, on);
	drv_gate_close(&d->h, &d->h.config);
	r = page_requests(dev, on);
	drv_gate_open(&d->h, &d->h.config);
	return r;
}

int vdrv_faults_enable(void *ctx, void *dev_ctx)
{
	return faults_set(dev_ctx, true);
}

int vdrv_faults_disable(void *ctx, void *dev_ctx)
{
	return faults_set(dev_ctx, false);
}

/* ---- attach, replace, detach ---- */

static int check_pasid(const struct vdrv_dev *dev, struct drv_domain *dom, u32 pasid)
{
	if (vdrv_dom_of(dom)->d != dev->d)
		return -EINVAL;
	if (pasid == FAULT_NO_PASID)
		return 0;
	/* PASID 0 is RID_PASID (SCT.9). */
	if (!dev->d->scalable || !dev->pasid_bits || pasid == VDRV_RID_PASID || pasid >> dev->pasid_bits)
		return -EINVAL;
	return 0;
}

/*
 * 7.11: the entry goes first, with its invalidations; the core then fences the
 * page requests (7.10), answers what is pending, and the answers are drained
 * before the PASID may be used again.
 */
static int detach(struct drv_attachment *a, u64 now)
{
	struct vdrv_dev *dev = vdrv_dev_of(a->dev);
	int r = hw_set(dev, a->pasid, NULL, a->dom);

	if (!r || vdrv_dead(dev->d))
		r = fault_dev_detach(dev->base.faults, a->pasid, now);
	/* An earlier attempt got this far and failed afterwards. */
	if (r == -ENOENT)
		r = 0;
	if (!r && dev->pri)
		r = vtd_fault_ops.fence(dev->d, dev, FAULT_FENCE_RESPONSES);
	if (r)
		return r;
	drv_attachment_free(&dev->d->h, a);
	return 0;
}

/* The core knows the domain before the hardware uses it, so that every fault finds a domain. */
static int attach_first(struct vdrv_dev *dev, u32 pasid, struct drv_domain *dom, u64 now)
{
	struct drv_attachment *a;
	int r = drv_attachment_new(&dev->d->h, &dev->base, pasid, dom, &a);

	if (r)
		return r;
	r = hw_set(dev, pasid, dom, NULL);
	/* If that fails, too, the attachment stays: detach or the removal of the device tries again. */
	if (r)
		detach(a, now);
	return r;
}

/*
 * From here on, unmap of the new domain reaches the endpoint, too; then the endpoint's translations of the old one are
 * invalidated.
 */
static int replace(struct drv_attachment *a, struct drv_domain *dom, u64 now)
{
	struct vdrv_dev *dev = vdrv_dev_of(a->dev);
	struct drv_domain *old = a->dom;
	int r;

	drv_dom_unlink(&dev->d->h, a);
	drv_dom_link(&dev->d->h, a, dom);
	r = hw_set(dev, a->pasid, dom, old);
	if (!r)
		r = fault_dev_replace(dev->base.faults, a->pasid, dom->faults, now);
	if (!r)
		return 0;
	drv_dom_unlink(&dev->d->h, a);
	drv_dom_link(&dev->d->h, a, old);
	hw_set(dev, a->pasid, old, dom);
	return r;
}

int vdrv_attach(void *drv, struct fault_dev *fdev, u32 pasid, struct fault_domain *fdom, u64 now)
{
	struct vtd_drv *d = drv;
	struct vdrv_dev *dev = fault_dev_ctx(fdev);
	struct drv_domain *dom = fault_domain_ctx(fdom);
	struct drv_attachment *a;
	int r = check_pasid(dev, dom, pasid);

	if (r)
		return r;
	drv_note_now(&d->h, now);
	drv_gate_close(&d->h, &d->h.config);
	a = drv_attached(&dev->base, pasid);
	if (a)
		r = a->dom == dom ? -EBUSY : replace(a, dom, now);
	else
		r = attach_first(dev, pasid, dom, now);
	drv_gate_open(&d->h, &d->h.config);
	return r;
}

int vdrv_detach(void *drv, struct fault_dev *fdev, u32 pasid, u64 now)
{
	return drv_detach(drv, fdev, pasid, now, detach);
}

/* ---- masters ---- */

u32 vtd_drv_credits(const struct fault_dev *dev)
{
	return ((const struct vdrv_dev *)fault_dev_ctx(dev))->base.credits;
}

static u32 credits(const struct vtd_drv *d, const struct vdrv_dev *dev, u32 wanted)
{
	/* One entry of the queue stays unused. */
	u32 entries = (128U << d->cfg.prq_order) - 1;

	if (wanted)
		return min(wanted, 65536U);
	return dev->pri ? max(min(entries / d->cfg.pri_devices, (u32)PRG_INDICES), 1U) : 1;
}

static int faults_create(struct vdrv_dev *dev)
{
	struct vtd_drv *d = dev->d;
	struct fault_dev_cfg cfg = { .dev_ctx = NULL };

	if (d->cfg.faults)
		cfg = *d->cfg.faults;
	cfg.caps = dev->pri ? FAULT_DEV_PRI : 0;
	cfg.credits = dev->base.credits;
	return drv_device_faults(&d->h, &dev->base, &cfg, NULL);
}

static int tables_create(struct vdrv_dev *dev, u8 pasid_bits)
{
	struct vtd_drv *d = dev->d;
	u64 sce[4] = { 0 };
	u32 i;
	int r = 0;

	if (d->scalable)
		r = vdrv_pasids_init(dev, pasid_bits);
	for (i = 0; i < dev->base.n_sids && !r; i++)
		r = vdrv_context_reach(d, dev->base.sids[i]);
	if (!d->scalable || r)
		return r;
	sce[0] = scalable_context(dev, false);
	sce[1] = d->ecap & VTD_ECAP_RPS ? VDRV_RID_PASID : 0;
	for (i = 0; i < dev->base.n_sids && !r; i++)
		r = vdrv_context_write(dev, dev->base.sids[i], sce, 0);
	return r;
}

/* Undo whatever device_add has done; no entry of the hardware's tables leads to the device. */
static void device_undo(struct vdrv_dev *dev)
{
	vdrv_pasids_exit(dev);
	drv_device_free(&dev->base);
}

static struct vdrv_dev *device_alloc(struct vtd_drv *d, const struct drv_device_cfg *cfg)
{
	struct vdrv_dev *dev = fl_zalloc(sizeof(*dev));

	if (!dev)
		return NULL;
	dev->d = d;
	memcpy(dev->base.sids, cfg->sids, sizeof(dev->base.sids));
	dev->base.n_sids = cfg->n_sids;
	dev->pri = cfg->pri && d->pri && (d->ecap & VTD_ECAP_DT);
	dev->ats = (cfg->pri || cfg->ats) && d->scalable && (d->ecap & VTD_ECAP_DT);
	dev->base.credits = credits(d, dev, cfg->credits);
	if (dev->pri)
		drv_device_allocate(&d->h, &dev->base);
	return dev;
}

static int contexts_clear(struct vdrv_dev *dev)
{
	u32 i;
	int r = 0;

	for (i = 0; i < dev->base.n_sids && !r; i++)
		r = vdrv_context_clear(dev, dev->base.sids[i], 0);
	return vdrv_dead(dev->d) ? 0 : r;
}

static int quiesce(struct vdrv_dev *dev, u64 now)
{
	int r = 0;

	while (!r && dev->base.attachments)
		r = detach(dev->base.attachments, now);
	if (!r)
		r = fault_off(dev->base.faults, now);
	return r ? r : contexts_clear(dev);
}

/* Repeat until the device is quiet. Nothing is configured meanwhile, because the caller holds the gate. */
static void make_quiet(struct vdrv_dev *dev, u64 now)
{
	struct vtd_drv *d = dev->d;
	u32 tries = 0, timeouts = 0;
	int r;

	dev->base.inside = true;
	while ((r = quiesce(dev, now)) != 0) {
		/* There was no room for an answer, or the queue had an error: try again until time-outs repeat. */
		vdrv_queue_recover(d);
		timeouts += r == -ETIMEDOUT;
		if (timeouts >= TIMEOUTS || !vdrv_poll(d, tries++))
			vdrv_die(d);
	}
	dev->base.inside = false;
}

int vdrv_device_add(void *drv, const struct drv_device_cfg *cfg, struct fault_dev **out)
{
	struct vtd_drv *d = drv;
	struct vdrv_dev *dev;
	/* PCIe transactions cannot be stalled. */
	int r = cfg->can_stall ? -EINVAL : drv_check_sids(cfg, 16);

	if (r)
		return r;
	dev = device_alloc(d, cfg);
	if (!dev)
		return -ENOMEM;
	drv_gate_close(&d->h, &d->h.config);
	r = faults_create(dev);
	if (!r) {
		/* The requester IDs are this device's alone, and so are their entries. */
		r = tables_create(dev, cfg->pasid_bits);
		if (!r && dev->pri)
			r = drv_device_enable(&dev->base);
		if (r)
			make_quiet(dev, drv_now(&d->h));
	}
	if (r) {
		device_undo(dev);
	} else {
		drv_device_link(&d->h, &dev->base);
		*out = dev->base.faults;
	}
	drv_gate_open(&d->h, &d->h.config);
	return r;
}

void vdrv_device_remove(void *drv, struct fault_dev *fdev, u64 now)
{
	struct vtd_drv *d = drv;
	struct vdrv_dev *dev = fault_dev_ctx(fdev);

	drv_note_now(&d->h, now);
	drv_gate_close(&d->h, &d->h.config);
	make_quiet(dev, now);
	drv_device_unlink(&d->h, &dev->base);
	device_undo(dev);
	drv_gate_open(&d->h, &d->h.config);
}
