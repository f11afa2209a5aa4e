// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* VT-d driver: probe, remove, interrupts (11.4.4, 6.6, 7.3, 7.5). */
#include "vtd_drv_priv.h"

#define GSTS_KEPT (VTD_GCMD_TE | VTD_GCMD_QIE | VTD_GCMD_IRE | VTD_GCMD_CFI)

/*
 * Nested translation, wide enough for every address that a guest may have. Caching mode wants an invalidation for what
 * becomes present, too: it is for hardware that is itself emulated, and that has no second stage to give.
 */
static int probe_nested(const struct vtd_drv *d)
{
	u32 mgaw = (u32)FIELD_GET(VTD_CAP_MGAW, d->cap) + 1;
	u64 sslps = FIELD_GET(VTD_CAP_SSLPS, d->cap), page = d->cfg.common.s2_page_bytes;

	if (!d->first || !(d->ecap & VTD_ECAP_NEST) || (d->cap & VTD_CAP_CM) || !d->aw ||
	    min(mgaw, 30 + 9 * (u32)d->aw) < d->haw)
		return -EOPNOTSUPP;
	if ((page == BIT_ULL(21) && !(sslps & 1)) || (page == BIT_ULL(30) && !(sslps & 2)))
		return -EOPNOTSUPP;
	return 0;
}

static int probe_widths(struct vtd_drv *d)
{
	u32 sagaw = (u32)FIELD_GET(VTD_CAP_SAGAW, d->cap), mgaw = (u32)FIELD_GET(VTD_CAP_MGAW, d->cap) + 1;

	d->haw = d->cfg.haw ? d->cfg.haw : (u8)min(mgaw, 52U);
	if (d->haw < 32 || d->haw > 52)
		return -EINVAL;
	/* Four levels if the hardware has them, else whatever it has. */
	d->aw = sagaw & BIT(2) ? 2 : sagaw & BIT(1) ? 1 : sagaw & BIT(3) ? 3 : 0;
	if (d->cfg.common.nested && probe_nested(d))
		return -EOPNOTSUPP;
	if (d->first) {
		d->levels = 4;
		d->in_bits = 48;
		return 0;
	}
	d->levels = d->aw + 2;
	d->in_bits = (u8)min(30 + 9 * (u32)d->aw, mgaw);
	return d->aw ? 0 : -ENODEV;
}

static int features(struct drv_host *h)
{
	struct vtd_drv *d = vdrv_of(h);
	struct vtd_drv_cfg *c = &d->cfg;
	u32 line;

	d->cap = drv_read64(&d->h, VTD_CAP);
	d->ecap = drv_read64(&d->h, VTD_ECAP);
	/* Reserved bits of both are set: there is no hardware. */
	if (!~d->cap || !~d->ecap)
		return -ENODEV;
	if (!(d->ecap & VTD_ECAP_QI) || c->iq_order > 7 || c->prq_order > 7)
		return c->iq_order > 7 || c->prq_order > 7 ? -EINVAL : -ENODEV;
	d->scalable = c->mode == VTD_DRV_AUTO ? !!(d->ecap & VTD_ECAP_SMTS) : c->mode == VTD_DRV_SCALABLE;
	if (d->scalable && !(d->ecap & VTD_ECAP_SMTS))
		return -ENODEV;
	d->first = d->scalable && (d->ecap & VTD_ECAP_FSTS) && (!c->second_stage || !(d->ecap & VTD_ECAP_SSTS));
	if (d->scalable && !d->first && !(d->ecap & VTD_ECAP_SSTS))
		return -ENODEV;
	d->pri = d->scalable && (d->ecap & VTD_ECAP_PRS);
	c->batch = c->batch ? c->batch : 32;
	c->prq_head_every = c->prq_head_every ? c->prq_head_every : 8;
	c->pri_devices = c->pri_devices ? c->pri_devices : 1;
	for (line = 0; line < VTD_DRV_LINES; line++) {
		if (c->msi[line].addr)
			continue;
		c->msi[line].addr = VTD_INTR_BASE;
		c->msi[line].data = 0x30 + line;
	}
	return probe_widths(d);
}

static int dids_init(struct vtd_drv *d)
{
	d->n_dids = 1U << vtd_domain_bits(d->cap);
	d->dids = fl_zalloc(max(d->n_dids / 8, 8U));
	if (!d->dids)
		return -ENOMEM;
	/* 0 is reserved with caching mode; 1 is for pass-through. */
	d->dids[0] = BIT_ULL(0) | BIT_ULL(VDRV_PT_DID);
	return 0;
}

static int stage2_create(struct vtd_drv *d)
{
	struct pt_build_cfg cfg = { .format = PT_VTD_SS, .in_bits = (u8)(30 + 9 * d->aw), .out_bits = d->haw };

	return drv_stage2_create(&d->h, &cfg, d->cfg.common.s2_page_bytes, 0);
}

static int alloc_all(struct drv_host *h)
{
	struct vtd_drv *d = vdrv_of(h);
	int r = dids_init(d);

	if (!r)
		r = vdrv_queue_init(d);
	if (!r)
		r = vdrv_tables_init(d);
	if (!r && d->cfg.common.nested)
		r = stage2_create(d);
	return r || !d->pri ? r : vdrv_prq_init(d);
}

static void free_all(struct drv_host *h)
{
	struct vtd_drv *d = vdrv_of(h);

	vdrv_prq_exit(d);
	vdrv_tables_exit(d);
	vdrv_queue_exit(d);
	fl_free(d->dids);
}

/* Turn off whatever an earlier user has left on. */
static int disable(struct vtd_drv *d)
{
	int r = 0, queue = 0;

	d->gcmd = drv_status(&d->h, VTD_GSTS) & GSTS_KEPT;
	if (d->gcmd & VTD_GCMD_TE)
		r = vdrv_command(d, VTD_GCMD_TE, false);
	if (d->gcmd & VTD_GCMD_QIE)
		queue = vdrv_command(d, VTD_GCMD_QIE, false);
	return r ? r : queue;
}

static const u32 event_ctl[VTD_DRV_LINES] = { VTD_FECTL, VTD_IECTL, VTD_PECTL };

static void program_events(struct vtd_drv *d)
{
	u32 line, ctl;

	for (line = 0; line < VTD_DRV_LINES; line++) {
		if (line == VTD_DRV_PAGE_REQUEST && !d->pri)
			continue;
		ctl = event_ctl[line];
		drv_write32(&d->h, ctl, VTD_ECTL_IM);
		drv_write32(&d->h, ctl + 4, d->cfg.msi[line].data);
		drv_write32(&d->h, ctl + 8, (u32)d->cfg.msi[line].addr);
		drv_write32(&d->h, ctl + 12, (u32)(d->cfg.msi[line].addr >> 32));
	}
}

/* Stale conditions would swallow the first event of each group (7.3, 7.5). */
static void clear_stale(struct vtd_drv *d)
{
	vdrv_fault_empty(d);
	drv_write32(&d->h, VTD_ICS, VTD_ICS_IWC);
	if (d->pri)
		vdrv_prq_clear_stale(d);
}

static void unmask_events(struct vtd_drv *d)
{
	drv_write32(&d->h, VTD_FECTL, 0);
	if (d->pri)
		drv_write32(&d->h, VTD_PECTL, 0);
}

static int start(struct drv_host *h)
{
	struct vtd_drv *d = vdrv_of(h);
	u64 ttm = d->scalable ? VTD_TTM_SCALABLE : VTD_TTM_LEGACY;
	int r = disable(d);

	if (r)
		return r;
	program_events(d);
	/*
	 * The queue comes first, because scalable mode has no other way to invalidate. Its width must fit the mode
	 * (6.5.2).
	 */
	drv_write64(&d->h, VTD_IQT, 0);
	drv_write64(&d->h, VTD_IQA, d->iq.base | d->cfg.iq_order | (d->iq.desc == 32 ? VTD_IQA_DW : 0));
	drv_write64(&d->h, VTD_RTADDR, d->root | FIELD_PREP(VTD_RTADDR_TTM, ttm));
	r = vdrv_command(d, VTD_GCMD_SRTP, true);
	clear_stale(d);
	if (!r)
		r = vdrv_command(d, VTD_GCMD_QIE, true);
	if (!r && (d->cap & VTD_CAP_RWBF))
		r = vdrv_command(d, VTD_GCMD_WBF, true);
	if (!r)
		r = vdrv_invalidate_all(d);
	if (r)
		return r;
	unmask_events(d);
	return vdrv_command(d, VTD_GCMD_TE, true);
}

static void stop(struct drv_host *h)
{
	struct vtd_drv *d = vdrv_of(h);

	drv_write32(&d->h, VTD_FECTL, VTD_ECTL_IM);
	if (d->pri)
		drv_write32(&d->h, VTD_PECTL, VTD_ECTL_IM);
	disable(d);
}

static const struct drv_cfg *configure(struct drv_host *h, const void *cfg)
{
	struct vtd_drv *d = vdrv_of(h);

	if (cfg)
		d->cfg = *(const struct vtd_drv_cfg *)cfg;
	return &d->cfg.common;
}

static enum drv_irq irq(void *drv, u32 line, u64 now)
{
	switch (line) {
	case VTD_DRV_FAULT:
	case VTD_DRV_PAGE_REQUEST:
		return DRV_IRQ_WAKE_THREAD;
	case VTD_DRV_INVALIDATION:
		return DRV_IRQ_HANDLED;
	default:
		return DRV_IRQ_NONE;
	}
}

static int irq_thread(void *drv, u32 line, u64 now)
{
	struct vtd_drv *d = drv;

	drv_note_now(&d->h, now);
	switch (line) {
	case VTD_DRV_FAULT:
		return vdrv_fault_thread(d, d->cfg.batch);
	case VTD_DRV_PAGE_REQUEST:
		return d->pri ? vdrv_prq_thread(d, d->cfg.batch) : 0;
	default:
		return 0;
	}
}

const struct vtd_drv_stats *vtd_drv_stats(const void *drv)
{
	return &((const struct vtd_drv *)drv)->stats;
}

int vtd_drv_msi_line(const void *drv, u64 addr, u32 data)
{
	const struct vtd_drv *d = drv;
	int line;

	for (line = 0; line < VTD_DRV_LINES; line++)
		if (d->cfg.msi[line].addr == addr && (d->cfg.msi[line].data & 0xffff) == (data & 0xffff))
			return line;
	return -1;
}

static void recover(struct drv_host *h)
{
	vdrv_queue_recover(vdrv_of(h));
}

/* The response codes: table 32. */
static const struct drv_backend backend = {
	.faults = &vtd_fault_ops,
	.hw_code[FAULT_RETRY] = 0x0,
	.hw_code[FAULT_TERMINATE] = 0x1,
	.hw_code[FAULT_FAILURE] = 0xf,
	.driver_bytes = sizeof(struct vtd_drv),
	.device_bytes = sizeof(struct vdrv_dev),
	.domain_bytes = sizeof(struct vdrv_dom),
	.configure = configure,
	.features = features,
	.alloc = alloc_all,
	.free = free_all,
	.start = start,
	.stop = stop,
	.recover = recover,
	.device_check = vdrv_device_check,
	.device_init = vdrv_device_init,
	.credits = vdrv_credits,
	.device_show = vdrv_device_show,
	.device_hide = vdrv_device_hide,
	.device_exit = vdrv_device_exit,
	.recoverable = vdrv_recoverable,
	.table = vdrv_table,
	.domain_init = vdrv_domain_init,
	.domain_exit = vdrv_domain_exit,
	.check = vdrv_check,
	.set = vdrv_set,
	.drain = vdrv_drain_responses,
	.in_bounds = vdrv_in_bounds,
	.prot = vdrv_prot,
	.appeared = vdrv_appeared,
	.invalidate = vdrv_invalidate,
};

static int probe(void *drv, const void *cfg, const struct drv_ops *ops, void *ctx, struct fault_core *core)
{
	return drv_probe(drv, &backend, cfg, ops, ctx, core);
}

const struct drv_class vtd_drv_class = {
	.name = "vtd",
	.size = sizeof(struct vtd_drv),
	.probe = probe,
	.irq = irq,
	.irq_thread = irq_thread,
	DRV_PROCEDURE,
};
