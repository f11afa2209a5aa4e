// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Masters: their stream mapping groups, the bank that these select, and turning stalling on and off. */
#include "smmuv2_drv_priv.h"

/* ---- Stream mapping (10.6.23, 10.6.25) ---- */

static u32 s2cr_of(const struct smmuv2_drv *d, const struct v2d_dev *dev)
{
	const struct v2d_dom *dom = dev ? dev->dom : NULL;

	if (dom && drv_translates(&dom->base))
		return FIELD_PREP(S2CR_CBNDX, (u32)dom->bank) |
		       (d->cfg.priv ? FIELD_PREP(S2CR_PRIVCFG, S2CR_CFG_SET) : 0);
	return FIELD_PREP(S2CR_TYPE,
			  (u32)(dom && dom->base.type == DRV_DOMAIN_IDENTITY ? S2CR_TYPE_BYPASS : S2CR_TYPE_FAULT));
}

/* An entry becomes valid only together with what it selects. */
void smmuv2_drv_group_write(struct smmuv2_drv *d, u32 n)
{
	const struct v2d_group *g = &d->group[n];
	u32 smr = (u32)g->mask << 16 | (g->sid & ~(u32)g->mask);
	u32 s2cr = s2cr_of(d, g->dev);

	if (!d->f.matching) {
		drv_write32(&d->h, GR0_S2CR(n), s2cr);
	} else if (d->f.exids) {
		if (g->used)
			drv_write32(&d->h, GR0_SMR(n), smr);
		drv_write32(&d->h, GR0_S2CR(n), s2cr | (g->used ? S2CR_EXIDVALID : 0));
	} else {
		if (!g->used)
			drv_write32(&d->h, GR0_SMR(n), 0);
		drv_write32(&d->h, GR0_S2CR(n), s2cr);
		if (g->used)
			drv_write32(&d->h, GR0_SMR(n), smr | SMR_VALID);
	}
}

static void groups_write(struct v2d_dev *dev)
{
	u32 i;

	for (i = 0; i < dev->base.n_sids; i++)
		smmuv2_drv_group_write(dev->d, dev->groups[i]);
}

static void group_set(struct smmuv2_drv *d, u32 n, struct v2d_dev *dev, u16 sid, u16 mask)
{
	unsigned long flags;

	spin_lock_irqsave(&d->h.lock, flags);
	d->group[n] = (struct v2d_group){ .used = dev, .sid = sid, .mask = mask, .dev = dev };
	spin_unlock_irqrestore(&d->h.lock, flags);
}

/* Two entries conflict if a StreamID could match both. */
static bool overlap(const struct v2d_group *g, u16 sid, u16 mask)
{
	return g->used && !((g->sid ^ sid) & ~(u32)(g->mask | mask));
}

/* A free group for the StreamID; -EEXIST if it could match another entry, too. */
static int group_take(struct v2d_dev *dev, u16 sid, u16 mask)
{
	struct smmuv2_drv *d = dev->d;
	int n, free = -ENOSPC;

	if ((sid & ~d->f.sid_mask) || (mask & ~d->f.smr_mask))
		return -ERANGE;
	if (!d->f.matching && sid >= d->f.groups)
		return -ERANGE;
	for (n = 0; n < d->f.groups; n++) {
		if (overlap(&d->group[n], sid, mask))
			return -EEXIST;
		if (!d->group[n].used && (free < 0 || (!d->f.matching && n == sid)))
			free = n;
	}
	if (free < 0)
		return free;
	if (!d->f.matching)
		free = sid;
	group_set(d, (u32)free, dev, sid, mask);
	dev->base.sids[dev->base.n_sids] = sid;
	dev->masks[dev->base.n_sids] = mask;
	dev->groups[dev->base.n_sids++] = (u8)free;
	return 0;
}

static void groups_give(struct v2d_dev *dev)
{
	while (dev->base.n_sids) {
		u32 n = dev->groups[--dev->base.n_sids];

		group_set(dev->d, n, NULL, 0, 0);
		smmuv2_drv_group_write(dev->d, n);
	}
}

/* ---- Stalling on and off: fault_ops ---- */

static void stalling(struct v2d_dev *dev, bool on)
{
	struct smmuv2_drv *d = dev->d;
	bool inside = dev->base.inside;

	if (!inside)
		drv_gate_close(&d->h, &d->h.config);
	dev->stall_on = on;
	dev->throttled = false;
	if (dev->dom)
		smmuv2_drv_bank_stall(dev->dom);
	if (!inside)
		drv_gate_open(&d->h, &d->h.config);
}

int smmuv2_drv_faults_enable(void *ctx, void *dev_ctx)
{
	stalling(dev_ctx, true);
	return 0;
}

int smmuv2_drv_faults_disable(void *ctx, void *dev_ctx)
{
	stalling(dev_ctx, false);
	return 0;
}

void smmuv2_drv_faults_throttle(void *ctx, void *dev_ctx, bool on)
{
	struct smmuv2_drv *d = ctx;
	struct v2d_dev *dev = dev_ctx;

	drv_gate_close(&d->h, &d->h.config);
	dev->throttled = on;
	if (dev->dom)
		smmuv2_drv_bank_stall(dev->dom);
	drv_gate_open(&d->h, &d->h.config);
}

/* ---- Attach, replace, detach ---- */

static void dom_link(struct v2d_dev *dev, struct v2d_dom *dom)
{
	dev->dom = dom;
	dev->dom_next = dom->masters;
	dom->masters = dev;
	smmuv2_drv_bank_stall(dom);
}

static void dom_unlink(struct v2d_dev *dev, struct v2d_dom *dom)
{
	struct v2d_dev **p = &dom->masters;

	while (*p != dev)
		p = &(*p)->dom_next;
	*p = dev->dom_next;
	smmuv2_drv_bank_stall(dom);
}

/* Move each stream from @old to @dom in one step; either may be NULL. */
static void move(struct v2d_dev *dev, struct v2d_dom *old, struct v2d_dom *dom)
{
	if (old)
		dom_unlink(dev, old);
	dev->dom = NULL;
	if (dom)
		dom_link(dev, dom);
	groups_write(dev);
}

/* The core knows the domain before the hardware uses it, so that every fault finds a domain. */
static int attach(struct v2d_dev *dev, struct v2d_dom *dom, u64 now)
{
	struct v2d_dom *old = dev->dom;
	int r;

	if (!old) {
		r = fault_dev_attach(dev->base.faults, FAULT_NO_PASID, dom->base.faults);
		if (!r)
			move(dev, NULL, dom);
		return r;
	}
	/* A stall of the old bank that is answered now retries in the new one. */
	move(dev, old, dom);
	r = fault_dev_replace(dev->base.faults, FAULT_NO_PASID, dom->base.faults, now);
	if (r)
		move(dev, dom, old);
	return r;
}

int smmuv2_drv_attach(void *drv, struct fault_dev *fdev, u32 pasid, struct fault_domain *fdom, u64 now)
{
	struct smmuv2_drv *d = drv;
	struct v2d_dev *dev = fault_dev_ctx(fdev);
	struct v2d_dom *dom = fault_domain_ctx(fdom);
	int r = 0;

	/* A bank as a whole stalls or does not, so masters that differ need two domains. */
	if (pasid != DRV_NO_PASID || dom->d != d || (dom->masters && dom->masters->can_stall != dev->can_stall))
		return -EINVAL;
	drv_note_now(&d->h, now);
	drv_gate_close(&d->h, &d->h.config);
	if (dev->dom == dom)
		r = -EBUSY;
	else if (drv_translates(&dom->base) && dom->bank < 0)
		r = smmuv2_drv_bank_take(d, dom);
	if (!r)
		r = attach(dev, dom, now);
	drv_gate_open(&d->h, &d->h.config);
	return r;
}

/* Hardware first: from then on this master's streams fault globally and do not stall. The core answers the rest. */
static int detach(struct v2d_dev *dev, u64 now)
{
	struct v2d_dom *dom = dev->dom;
	int r;

	move(dev, dom, NULL);
	r = fault_dev_detach(dev->base.faults, FAULT_NO_PASID, now);
	if (r)
		move(dev, NULL, dom);
	return r;
}

int smmuv2_drv_detach(void *drv, struct fault_dev *fdev, u32 pasid, u64 now)
{
	struct smmuv2_drv *d = drv;
	struct v2d_dev *dev = fault_dev_ctx(fdev);
	int r = -ENOENT;

	drv_note_now(&d->h, now);
	drv_gate_close(&d->h, &d->h.config);
	if (pasid == DRV_NO_PASID && dev->dom)
		r = detach(dev, now);
	drv_gate_open(&d->h, &d->h.config);
	return r;
}

/* ---- Masters ---- */

static int faults_create(struct v2d_dev *dev, u32 credits)
{
	struct smmuv2_drv *d = dev->d;
	struct fault_dev_cfg cfg = { .no_domain_code = FAULT_TERMINATE };

	if (d->cfg.faults)
		cfg = *d->cfg.faults;
	cfg.caps = dev->can_stall ? FAULT_DEV_CAN_STALL : 0;
	cfg.compat = dev->can_stall;
	cfg.credits = credits ? credits : d->cfg.credits;
	return drv_device_faults(&d->h, &dev->base, &cfg, dev->can_stall ? d->cfg.storm : NULL);
}

static void device_undo(struct v2d_dev *dev)
{
	groups_give(dev);
	drv_device_free(&dev->base);
}

static int set_up(struct v2d_dev *dev, const struct drv_device_cfg *cfg)
{
	u32 i;
	int r = 0;

	for (i = 0; i < cfg->n_sids && !r; i++)
		r = group_take(dev, (u16)cfg->sids[i], (u16)(cfg->sids[i] >> 16));
	if (!r)
		r = faults_create(dev, cfg->credits);
	if (r)
		return r;
	groups_write(dev);
	return dev->can_stall ? drv_device_enable(&dev->base) : 0;
}

int smmuv2_drv_device_add(void *drv, const struct drv_device_cfg *cfg, struct fault_dev **out)
{
	struct smmuv2_drv *d = drv;
	struct v2d_dev *dev;
	int r;

	if (!cfg->n_sids || cfg->n_sids > DRV_MAX_SIDS || cfg->pri || cfg->ats)
		return -EINVAL;
	dev = fl_zalloc(sizeof(*dev));
	if (!dev)
		return -ENOMEM;
	dev->d = d;
	dev->can_stall = cfg->can_stall && d->f.can_stall;
	drv_gate_close(&d->h, &d->h.config);
	r = set_up(dev, cfg);
	if (r) {
		device_undo(dev);
	} else {
		drv_device_link(&d->h, &dev->base);
		*out = dev->base.faults;
	}
	drv_gate_open(&d->h, &d->h.config);
	return r;
}

void smmuv2_drv_device_remove(void *drv, struct fault_dev *fdev, u64 now)
{
	struct smmuv2_drv *d = drv;
	struct v2d_dev *dev = fault_dev_ctx(fdev);
	u32 tries = 0;

	drv_note_now(&d->h, now);
	drv_gate_close(&d->h, &d->h.config);
	dev->base.inside = true;
	/* Whatever is not quiet within the time-out never will be. */
	while ((dev->dom && detach(dev, now)) || fault_off(dev->base.faults, now))
		if (!drv_poll(&d->h, tries++))
			smmuv2_drv_die(d);
	dev->base.inside = false;
	drv_device_unlink(&d->h, &dev->base);
	device_undo(dev);
	drv_gate_open(&d->h, &d->h.config);
}
