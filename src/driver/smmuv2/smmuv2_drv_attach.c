// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A master's stream mapping groups, the bank that these select, and turning stalling on and off. */
#include "smmuv2_drv_priv.h"

/* ---- Stream mapping (10.6.23, 10.6.25) ---- */

static u32 s2cr_of(const struct smmuv2_drv *d, const struct v2d_dev *dev)
{
	struct drv_domain *dom = dev ? dev->dom : NULL;

	if (dom && drv_translates(dom))
		return FIELD_PREP(SMMUV2_S2CR_CBNDX, (u32)v2d_dom_of(dom)->bank) |
		       (d->cfg.priv ? FIELD_PREP(SMMUV2_S2CR_PRIVCFG, SMMUV2_S2CR_CFG_SET) : 0);
	return FIELD_PREP(SMMUV2_S2CR_TYPE, (u32)(dom && dom->type == DRV_DOMAIN_IDENTITY ? SMMUV2_S2CR_TYPE_BYPASS
											  : SMMUV2_S2CR_TYPE_FAULT));
}

/* An entry becomes valid only together with what it selects. */
static void group_write(struct smmuv2_drv *d, u32 n)
{
	const struct v2d_group *g = &d->group[n];
	u32 smr = (u32)g->mask << 16 | (g->sid & ~(u32)g->mask);
	u32 s2cr = s2cr_of(d, g->dev);

	if (!d->f.matching) {
		drv_write32(&d->h, SMMUV2_GR0_S2CR(n), s2cr);
	} else if (d->f.exids) {
		if (g->used)
			drv_write32(&d->h, SMMUV2_GR0_SMR(n), smr);
		drv_write32(&d->h, SMMUV2_GR0_S2CR(n), s2cr | (g->used ? SMMUV2_S2CR_EXIDVALID : 0));
	} else {
		if (!g->used)
			drv_write32(&d->h, SMMUV2_GR0_SMR(n), 0);
		drv_write32(&d->h, SMMUV2_GR0_S2CR(n), s2cr);
		if (g->used)
			drv_write32(&d->h, SMMUV2_GR0_SMR(n), smr | SMMUV2_SMR_VALID);
	}
}

static void groups_write(struct v2d_dev *dev)
{
	u32 i;

	for (i = 0; i < dev->base.n_sids; i++)
		group_write(v2d_of(dev->base.host), dev->groups[i]);
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
	struct smmuv2_drv *d = v2d_of(dev->base.host);
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

		group_set(v2d_of(dev->base.host), n, NULL, 0, 0);
		group_write(v2d_of(dev->base.host), n);
	}
}

/* ---- Stalling on and off ---- */

int smmuv2_drv_recoverable(struct drv_device *base, bool on)
{
	struct v2d_dev *dev = v2d_dev_of(base);

	dev->stall_on = on;
	dev->throttled = false;
	if (dev->dom)
		smmuv2_drv_bank_stall(dev->dom);
	return 0;
}

void smmuv2_drv_throttle(struct drv_device *base, bool on)
{
	struct v2d_dev *dev = v2d_dev_of(base);

	dev->throttled = on;
	if (dev->dom)
		smmuv2_drv_bank_stall(dev->dom);
}

/* ---- Attach ---- */

/* A bank as a whole stalls or does not, so masters that differ need two domains. */
int smmuv2_drv_check(const struct drv_device *dev, const struct drv_domain *dom, u32 pasid)
{
	const struct drv_attachment *a = dom->attachments;

	return pasid != DRV_NO_PASID || (a && a->dev->can_stall != dev->can_stall) ? -EINVAL : 0;
}

/* Move each stream in one step. A stall of the old bank that is answered from now on retries in the new one. */
int smmuv2_drv_set(struct drv_device *base, u32 pasid, struct drv_domain *dom, struct drv_domain *old)
{
	struct v2d_dev *dev = v2d_dev_of(base);

	dev->dom = dom;
	groups_write(dev);
	return 0;
}

/* ---- Masters ---- */

int smmuv2_drv_device_check(struct drv_host *h, const struct drv_device_cfg *cfg)
{
	return cfg->pri || cfg->ats ? -EINVAL : 0;
}

int smmuv2_drv_device_init(struct drv_device *base, const struct drv_device_cfg *cfg)
{
	u32 i;
	int r = 0;

	base->can_stall = cfg->can_stall && v2d_of(base->host)->f.can_stall;
	base->compat = base->can_stall;
	base->n_sids = 0;
	for (i = 0; i < cfg->n_sids && !r; i++)
		r = group_take(v2d_dev_of(base), (u16)cfg->sids[i], (u16)(cfg->sids[i] >> 16));
	return r;
}

u32 smmuv2_drv_credits(const struct drv_device *dev)
{
	return v2d_of(dev->host)->cfg.credits;
}

int smmuv2_drv_device_show(struct drv_device *dev)
{
	groups_write(v2d_dev_of(dev));
	return 0;
}

void smmuv2_drv_device_exit(struct drv_device *dev)
{
	groups_give(v2d_dev_of(dev));
}
