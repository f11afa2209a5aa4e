/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* VT-d driver: probe, remove, interrupts (11.4.4, 6.6, 7.3, 7.5). */
#include "vtd_drv_priv.h"

#define NO_POLL_TRIES 1000
#define GSTS_KEPT     (VTD_GCMD_TE | VTD_GCMD_QIE | VTD_GCMD_IRE | VTD_GCMD_CFI)

bool vdrv_poll(struct vtd_drv *d, u32 tries)
{
	bool go_on = d->ops->poll ? d->ops->poll(d->ctx, tries) : tries < NO_POLL_TRIES;

	if (!go_on)
		d->stats.timeouts++;
	return go_on;
}

u64 vdrv_now(struct vtd_drv *d)
{
	unsigned long flags;
	u64 now;

	if (d->ops->now)
		return d->ops->now(d->ctx);
	flags = fault_lock_acquire(&d->lock);
	now = d->now;
	fault_lock_release(&d->lock, flags);
	return now;
}

void vdrv_note_now(struct vtd_drv *d, u64 now)
{
	unsigned long flags = fault_lock_acquire(&d->lock);

	d->now = max(d->now, now);
	fault_lock_release(&d->lock, flags);
}

void vdrv_gate_close(struct vtd_drv *d, struct vdrv_gate *g)
{
	unsigned long flags;
	u32 tries = 0;
	bool mine;

	for (;;) {
		flags = fault_lock_acquire(&d->lock);
		mine = !g->closed;
		g->closed = true;
		fault_lock_release(&d->lock, flags);
		if (mine)
			return;
		if (d->ops->poll)
			d->ops->poll(d->ctx, tries++);
	}
}

void vdrv_gate_open(struct vtd_drv *d, struct vdrv_gate *g)
{
	unsigned long flags = fault_lock_acquire(&d->lock);

	g->closed = false;
	fault_lock_release(&d->lock, flags);
}

int vdrv_page(struct vtd_drv *d, u64 *pa)
{
	return d->ops->mem_alloc(d->ctx, 4096, 4096, pa);
}

int vdrv_read_words(struct vtd_drv *d, u64 pa, u64 *words, u32 n)
{
	u8 raw[64];
	u32 i;
	int r;

	fl_assert(n <= 8);
	r = d->ops->mem_read(d->ctx, pa, raw, n * 8);
	for (i = 0; i < n && !r; i++)
		words[i] = fl_get_le64(raw + i * 8);
	return r;
}

/* Entries change by single 64-bit writes, which hardware sees whole (chapter 9). */
int vdrv_write_word(struct vtd_drv *d, u64 pa, u64 word)
{
	u8 raw[8];

	fl_put_le64(raw, word);
	return d->ops->mem_write(d->ctx, pa, raw, sizeof(raw));
}

static int await(struct vtd_drv *d, u32 bit, bool on)
{
	u32 tries;

	for (tries = 0; !!(vdrv_read32(d, VTD_GSTS) & bit) != on; tries++)
		if (!vdrv_poll(d, tries))
			return -ETIMEDOUT;
	return 0;
}

/* One bit of GCMD, and its status awaited (11.4.4.1). */
int vdrv_command(struct vtd_drv *d, u32 bit, bool on)
{
	if (!(bit & VTD_GCMD_ONE_SHOT))
		d->gcmd = on ? d->gcmd | bit : d->gcmd & ~bit;
	vdrv_write32(d, VTD_GCMD, d->gcmd | (bit & VTD_GCMD_ONE_SHOT));
	return bit == VTD_GCMD_WBF ? await(d, bit, false) : await(d, bit, on);
}

static int probe_widths(struct vtd_drv *d)
{
	u32 sagaw = (u32)FIELD_GET(VTD_CAP_SAGAW, d->cap), mgaw = (u32)FIELD_GET(VTD_CAP_MGAW, d->cap) + 1;

	d->haw = d->cfg.haw ? d->cfg.haw : (u8)min(mgaw, 52U);
	if (d->haw < 32 || d->haw > 52)
		return -EINVAL;
	if (d->first) {
		d->levels = 4;
		d->in_bits = 48;
		return 0;
	}
	/* Four levels if there are, else what there is. */
	d->aw = sagaw & BIT(2) ? 2 : sagaw & BIT(1) ? 1 : sagaw & BIT(3) ? 3 : 0;
	d->levels = d->aw + 2;
	d->in_bits = (u8)min(30 + 9 * (u32)d->aw, mgaw);
	return d->aw ? 0 : -ENODEV;
}

static int probe_features(struct vtd_drv *d)
{
	struct vtd_drv_cfg *c = &d->cfg;
	u32 line;

	d->cap = d->ops->mmio_read(d->ctx, VTD_CAP, 8);
	d->ecap = d->ops->mmio_read(d->ctx, VTD_ECAP, 8);
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

static int alloc_all(struct vtd_drv *d)
{
	int r = dids_init(d);

	if (!r)
		r = vdrv_queue_init(d);
	if (!r)
		r = vdrv_tables_init(d);
	return r || !d->pri ? r : vdrv_prq_init(d);
}

static void free_all(struct vtd_drv *d)
{
	vdrv_prq_exit(d);
	vdrv_tables_exit(d);
	vdrv_queue_exit(d);
	fl_free(d->dids);
}

/* Whatever an earlier user has left on. */
static int disable(struct vtd_drv *d)
{
	int r = 0;

	d->gcmd = vdrv_read32(d, VTD_GSTS) & GSTS_KEPT;
	if (d->gcmd & VTD_GCMD_TE)
		r = vdrv_command(d, VTD_GCMD_TE, false);
	if (!r && (d->gcmd & VTD_GCMD_QIE))
		r = vdrv_command(d, VTD_GCMD_QIE, false);
	return r;
}

static const u32 event_ctl[VTD_DRV_LINES] = { VTD_FECTL, VTD_IECTL, VTD_PECTL };

static void program_events(struct vtd_drv *d)
{
	u32 line, ctl;

	for (line = 0; line < VTD_DRV_LINES; line++) {
		if (line == VTD_DRV_PAGE_REQUEST && !d->pri)
			continue;
		ctl = event_ctl[line];
		vdrv_write32(d, ctl, VTD_ECTL_IM);
		vdrv_write32(d, ctl + 4, d->cfg.msi[line].data);
		vdrv_write32(d, ctl + 8, (u32)d->cfg.msi[line].addr);
		vdrv_write32(d, ctl + 12, (u32)(d->cfg.msi[line].addr >> 32));
	}
}

/* Stale conditions would swallow the first event of each group (7.3, 7.5). */
static void clear_stale(struct vtd_drv *d)
{
	while (vdrv_fault_thread(d, d->cfg.batch) > 0)
		;
	vdrv_write32(d, VTD_ICS, VTD_ICS_IWC);
	if (d->pri)
		vdrv_prq_clear_stale(d);
}

static void unmask_events(struct vtd_drv *d)
{
	vdrv_write32(d, VTD_FECTL, 0);
	if (d->pri)
		vdrv_write32(d, VTD_PECTL, 0);
}

static int start(struct vtd_drv *d)
{
	u64 ttm = d->scalable ? VTD_TTM_SCALABLE : VTD_TTM_LEGACY;
	int r = disable(d);

	if (r)
		return r;
	program_events(d);
	/* The queue first: scalable mode knows no other way to invalidate. Its width must fit the mode (6.5.2). */
	d->ops->mmio_write(d->ctx, VTD_IQT, 0, 8);
	d->ops->mmio_write(d->ctx, VTD_IQA, d->iq.base | d->cfg.iq_order | (d->iq.desc == 32 ? VTD_IQA_DW : 0), 8);
	d->ops->mmio_write(d->ctx, VTD_RTADDR, d->root | FIELD_PREP(VTD_RTADDR_TTM, ttm), 8);
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

static void stop(struct vtd_drv *d)
{
	vdrv_write32(d, VTD_FECTL, VTD_ECTL_IM);
	if (d->pri)
		vdrv_write32(d, VTD_PECTL, VTD_ECTL_IM);
	disable(d);
}

static int bind(struct vtd_drv *d)
{
	struct fault_driver drv = { .ops = &vtd_fault_ops, .ctx = d };
	int r;

	/* Table 32 */
	drv.hw_code[FAULT_RETRY] = 0x0;
	drv.hw_code[FAULT_TERMINATE] = 0x1;
	drv.hw_code[FAULT_FAILURE] = 0xf;
	r = fault_core_bind(d->core, &drv);
	d->bound = !r;
	return r;
}

static int probe(void *drv, const void *cfg, const struct drv_ops *ops, void *ctx, struct fault_core *core)
{
	struct vtd_drv *d = drv;
	int r;

	memset(d, 0, sizeof(*d));
	d->ops = ops;
	d->ctx = ctx;
	d->core = core;
	if (cfg)
		d->cfg = *(const struct vtd_drv_cfg *)cfg;
	fault_lock_init(&d->lock);
	r = probe_features(d);
	if (r)
		return r;
	r = alloc_all(d);
	if (!r)
		r = bind(d);
	if (!r)
		r = start(d);
	if (!r)
		return 0;
	if (d->bound) {
		stop(d);
		fault_core_bind(core, NULL);
	}
	free_all(d);
	return r;
}

static void remove(void *drv, u64 now)
{
	struct vtd_drv *d = drv;

	vdrv_note_now(d, now);
	while (d->devs)
		vdrv_device_remove(d, d->devs->faults, now);
	while (d->doms)
		vdrv_domain_free(d, d->doms->faults);
	stop(d);
	fault_core_bind(d->core, NULL);
	free_all(d);
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

	vdrv_note_now(d, now);
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

const struct drv_class vtd_drv_class = {
	.name = "vtd",
	.size = sizeof(struct vtd_drv),
	.probe = probe,
	.remove = remove,
	.device_add = vdrv_device_add,
	.device_remove = vdrv_device_remove,
	.domain_alloc = vdrv_domain_alloc,
	.domain_free = vdrv_domain_free,
	.attach = vdrv_attach,
	.detach = vdrv_detach,
	.map = vdrv_map,
	.unmap = vdrv_unmap,
	.iova_to_phys = vdrv_iova_to_phys,
	.irq = irq,
	.irq_thread = irq_thread,
};
