/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* SMMUv3 driver: probe, remove, interrupts (3.11, 6.3, 9.1). */
#include "smmuv3_drv_priv.h"

#define CR0_ALL	     (CR0_SMMUEN | CR0_PRIQEN | CR0_EVENTQEN | CR0_CMDQEN | CR0_ATSCHK | CR0_VMW)
#define IRQ_ALL	     (IRQ_GERROR_IRQEN | IRQ_PRIQ_IRQEN | IRQ_EVENTQ_IRQEN)
#define MSI_DEVICE   1 /* CFG2.MemAttr: Device-nGnRE */
#define CACHEABLE_WB 1
#define INNER_SHARE  3
#define STAGE2_WB    0xf /* MemAttr */

bool v3d_dead(struct smmuv3_drv *d)
{
	unsigned long flags;
	bool dead;

	spin_lock_irqsave(&d->h.lock, flags);
	dead = d->dead;
	spin_unlock_irqrestore(&d->h.lock, flags);
	return dead;
}

/*
 * A register that has reserved bits has read as all ones: the device is no longer there, and there is nothing left
 * to switch off.
 */
void v3d_gone(struct smmuv3_drv *d)
{
	unsigned long flags;

	spin_lock_irqsave(&d->h.lock, flags);
	v3d_set_dead(d);
	spin_unlock_irqrestore(&d->h.lock, flags);
}

bool v3d_poll(struct smmuv3_drv *d, u32 tries)
{
	bool go_on = drv_poll(&d->h, tries);

	if (!go_on)
		drv_count(&d->h, &d->stats.timeouts);
	return go_on;
}

/* Every table and queue is aligned to its size at least, and to 64 bytes. */
static u64 align_of(u64 bytes)
{
	u64 align = 64;

	while (align < bytes)
		align <<= 1;
	return align;
}

int v3d_alloc(struct smmuv3_drv *d, u64 bytes, u64 *pa)
{
	return drv_mem_alloc(&d->h, bytes, align_of(bytes), pa);
}

/* Allocate what the SMMU reaches through stage 2, if there is one: CDs and their tables. */
int v3d_table_alloc(struct smmuv3_drv *d, u64 bytes, u64 *pa)
{
	return drv_table_alloc(&d->h, bytes, align_of(bytes), pa);
}

/* Write CR0 or IRQ_CTRL and wait until the acknowledge register shows it (6.3.9, 6.3.16). */
int v3d_reg_sync(struct smmuv3_drv *d, u32 value, u64 reg, u64 ack)
{
	u32 mask = reg == SMMU_CR0 ? CR0_ALL : IRQ_ALL;
	u32 tries;

	drv_write32(&d->h, reg, value);
	for (tries = 0; (drv_read32(&d->h, ack) & mask) != value; tries++)
		if (!v3d_poll(d, tries))
			return -ETIMEDOUT;
	return 0;
}

/* Terminate what arrives while SMMUEN is 0, with the update procedure of 6.3.14.1. */
int v3d_gbpa_abort(struct smmuv3_drv *d)
{
	u32 tries = 0;
	u32 gbpa;

	while ((gbpa = drv_read32(&d->h, SMMU_GBPA)) & GBPA_UPDATE)
		if (!v3d_poll(d, tries++))
			return -ETIMEDOUT;
	drv_write32(&d->h, SMMU_GBPA, gbpa | GBPA_ABORT | GBPA_UPDATE);
	for (tries = 0; drv_read32(&d->h, SMMU_GBPA) & GBPA_UPDATE; tries++)
		if (!v3d_poll(d, tries))
			return -ETIMEDOUT;
	return 0;
}

/* The SMMU no longer responds. Clearing SMMUEN terminates its stalls (6.3.9.6). */
void v3d_die(struct smmuv3_drv *d)
{
	unsigned long flags;
	bool already;

	spin_lock_irqsave(&d->h.lock, flags);
	already = d->dead;
	v3d_set_dead(d);
	spin_unlock_irqrestore(&d->h.lock, flags);
	if (already)
		return;
	v3d_gbpa_abort(d);
	v3d_reg_sync(d, 0, SMMU_CR0, SMMU_CR0ACK);
}

static u8 cut(u32 wanted, u32 fallback, u32 limit)
{
	return (u8)min(wanted ? wanted : fallback, limit);
}

static int probe_granule(struct smmuv3_drv *d, u32 idr5)
{
	u8 wanted = d->cfg.granule;

	if (!wanted)
		wanted = idr5 & IDR5_GRAN4K ? 12 : idr5 & IDR5_GRAN16K ? 14 : 16;
	if (!(wanted == 12 && idr5 & IDR5_GRAN4K) && !(wanted == 14 && idr5 & IDR5_GRAN16K) &&
	    !(wanted == 16 && idr5 & IDR5_GRAN64K))
		return -ENODEV;
	d->f.granule = wanted;
	return 0;
}

/* 52-bit addresses are used with the 64 KiB granule alone: the others need CD.DS (5.4). */
static int probe_addresses(struct smmuv3_drv *d, u32 idr5)
{
	u8 widest;
	int r = probe_granule(d, idr5);

	if (r)
		return r;
	widest = d->f.granule == 16 && FIELD_GET(IDR5_VAX, idr5) ? 52 : 48;
	d->f.va_bits = d->cfg.va_bits ? d->cfg.va_bits : 48;
	if (d->f.va_bits < 25 || d->f.va_bits > widest)
		return -EINVAL;
	d->f.pa_bits = min(smmuv3_addr_bits(FIELD_GET(IDR5_OAS, idr5)), (u8)(d->f.granule == 16 ? 52 : 48));
	return 0;
}

static void probe_sizes(struct smmuv3_drv *d, u32 idr0, u32 idr1)
{
	struct smmuv3_drv_cfg *c = &d->cfg;

	c->cmdq_log2 = cut(c->cmdq_log2, 8, FIELD_GET(IDR1_CMDQS, idr1));
	c->evtq_log2 = cut(c->evtq_log2, 7, FIELD_GET(IDR1_EVENTQS, idr1));
	c->priq_log2 = cut(c->priq_log2, 9, FIELD_GET(IDR1_PRIQS, idr1));
	c->batch = c->batch ? c->batch : 32;
	c->tlbi_max = c->tlbi_max ? c->tlbi_max : 64;
	c->pri_devices = c->pri_devices ? c->pri_devices : 1;
	d->f.st_two_levels = FIELD_GET(IDR0_ST_LEVEL, idr0) == 1;
	d->f.cd_two_levels = idr0 & IDR0_CD2L;
	d->f.sid_bits = cut(c->sid_bits, d->f.st_two_levels ? 20 : 16, FIELD_GET(IDR1_SIDSIZE, idr1));
	if (d->f.sid_bits <= STRTAB_SPLIT)
		d->f.st_two_levels = false;
	d->f.ssid_bits = cut(c->pasid_bits, d->f.cd_two_levels ? 16 : 8, FIELD_GET(IDR1_SSIDSIZE, idr1));
	d->f.asid_bits = cut(c->asid_bits, 16, idr0 & IDR0_ASID16 ? 16 : 8);
}

static int probe_features(struct smmuv3_drv *d)
{
	u32 idr0 = drv_read32(&d->h, SMMU_IDR0);
	u32 idr1 = drv_read32(&d->h, SMMU_IDR1);
	u32 idr3 = drv_read32(&d->h, SMMU_IDR3);
	u32 idr5 = drv_read32(&d->h, SMMU_IDR5);

	/* Reserved bits of IDR0 are set: there is no SMMU. */
	if (!~idr0 || !(idr0 & IDR0_S1P) || !(idr0 & IDR0_TTF_AA64) ||
	    FIELD_GET(IDR0_STALL_MODEL, idr0) > STALL_MODEL_FORCED)
		return -ENODEV;
	if (d->cfg.nested && !(idr0 & IDR0_S2P))
		return -EOPNOTSUPP;
	probe_sizes(d, idr0, idr1);
	d->f.stall_model = (u8)FIELD_GET(IDR0_STALL_MODEL, idr0);
	d->f.stall_max = d->f.stall_model == STALL_MODEL_NONE ? 0 : FIELD_GET(IDR5_STALL_MAX, idr5);
	d->f.ats = idr0 & IDR0_ATS;
	d->f.ats_rec_err = d->f.ats && (idr0 & IDR0_ATSRECERR);
	d->f.pri = (idr0 & IDR0_PRI) && d->f.ats;
	d->f.ril = idr3 & IDR3_RIL;
	d->f.hyp = idr0 & IDR0_HYP;
	d->f.msi = d->cfg.msi && (idr0 & IDR0_MSI);
	d->f.big_endian = FIELD_GET(IDR0_TTENDIAN, idr0) == TTENDIAN_BIG;
	d->f.attr_ovr = idr1 & IDR1_ATTR_TYPES_OVR;
	d->f.queues_preset = idr1 & IDR1_QUEUES_PRESET;
	d->f.tables_preset = idr1 & IDR1_TABLES_PRESET;
	if (d->cfg.asid_bits && (d->cfg.asid_bits < 4 || d->cfg.asid_bits > 16))
		return -EINVAL;
	return probe_addresses(d, idr5);
}

/* Place a queue: allocate it, or take the place that the hardware has fixed (IDR1.QUEUES_PRESET). */
static int queue_place(struct smmuv3_drv *d, u64 reg, u8 *log2, u32 entry, u64 *base, u64 *bytes)
{
	u64 preset;

	if (d->f.queues_preset) {
		preset = drv_read64(&d->h, reg);
		*log2 = (u8)FIELD_GET(Q_BASE_LOG2SIZE, preset);
		*base = preset & Q_BASE_ADDR;
		*bytes = 0;
		return *log2 > Q_MAX_LOG2SIZE ? -ENODEV : 0;
	}
	*bytes = (u64)entry << *log2;
	return v3d_alloc(d, *bytes, base);
}

static void outq_setup(struct drv_outq *q, u8 entry, u32 prod_reg, u32 cons_reg, u8 log2)
{
	q->entry = entry;
	q->prod_reg = prod_reg;
	q->cons_reg = cons_reg;
	q->log2 = log2;
}

static int stage2_create(struct smmuv3_drv *d)
{
	struct pt_build_cfg cfg = {
		.format = PT_VMSA64_S2,
		.granule = d->f.granule,
		.in_bits = d->f.pa_bits,
		.out_bits = d->f.pa_bits,
		.stage2_level = PT_ANY_LEVEL,
		.big_endian = d->f.big_endian,
	};

	d->vmid = FIELD_PREP(CMD_TLBI_0_VMID, (u64)DRV_VMID);
	return drv_stage2_create(&d->h, &cfg, d->cfg.s2_page_bytes, PT_PROT_ATTR(STAGE2_WB) | PT_PROT_SH(INNER_SHARE));
}

static int alloc_all(struct smmuv3_drv *d)
{
	int r;

	d->cmdq.log2 = d->cfg.cmdq_log2;
	outq_setup(&d->evtq, EVT_BYTES, SMMU_EVENTQ_PROD, SMMU_EVENTQ_CONS, d->cfg.evtq_log2);
	outq_setup(&d->priq, PRI_BYTES, SMMU_PRIQ_PROD, SMMU_PRIQ_CONS, d->cfg.priq_log2);
	d->asids = fl_zalloc(max(1U << d->f.asid_bits >> 3, 8U));
	if (!d->asids)
		return -ENOMEM;
	d->asids[0] = BIT_ULL(DRV_ASID_SWAP);
	r = queue_place(d, SMMU_CMDQ_BASE, &d->cmdq.log2, CMD_BYTES, &d->cmdq.base, &d->cmdq.bytes);
	if (!r)
		r = queue_place(d, SMMU_EVENTQ_BASE, &d->evtq.log2, EVT_BYTES, &d->evtq.base, &d->evtq.bytes);
	if (!r && d->f.pri)
		r = queue_place(d, SMMU_PRIQ_BASE, &d->priq.log2, PRI_BYTES, &d->priq.base, &d->priq.bytes);
	if (!r && d->cfg.nested)
		r = stage2_create(d);
	return r ? r : v3d_strtab_init(d);
}

static void free_all(struct smmuv3_drv *d)
{
	v3d_strtab_exit(d);
	drv_stage2_destroy(&d->h);
	if (d->cmdq.bytes && d->cmdq.base)
		drv_mem_free(&d->h, d->cmdq.base, d->cmdq.bytes);
	if (d->evtq.bytes && d->evtq.base)
		drv_mem_free(&d->h, d->evtq.base, d->evtq.bytes);
	if (d->priq.bytes && d->priq.base)
		drv_mem_free(&d->h, d->priq.base, d->priq.bytes);
	fl_free(d->asids);
}

static int disable(struct smmuv3_drv *d)
{
	int r = 0;

	if ((drv_read32(&d->h, SMMU_CR0) | drv_read32(&d->h, SMMU_CR0ACK)) & CR0_SMMUEN)
		r = v3d_gbpa_abort(d);
	return r ? r : v3d_reg_sync(d, 0, SMMU_CR0, SMMU_CR0ACK);
}

/* Registers that may only be written while everything is off. Indices start at zero, whatever their previous values. */
static void program_bases(struct smmuv3_drv *d)
{
	u64 rwa = d->f.queues_preset ? 0 : Q_BASE_RWA;

	drv_write32(&d->h, SMMU_CR1,
		    FIELD_PREP(CR1_TABLE_SH, INNER_SHARE) | FIELD_PREP(CR1_TABLE_OC, CACHEABLE_WB) |
			    FIELD_PREP(CR1_TABLE_IC, CACHEABLE_WB) | FIELD_PREP(CR1_QUEUE_SH, INNER_SHARE) |
			    FIELD_PREP(CR1_QUEUE_OC, CACHEABLE_WB) | FIELD_PREP(CR1_QUEUE_IC, CACHEABLE_WB));
	drv_write32(&d->h, SMMU_CR2, CR2_RECINVSID | CR2_PTM | (d->f.ats_rec_err ? CR2_REC_CFG_ATS : 0));
	if (!d->f.queues_preset) {
		drv_write64(&d->h, SMMU_CMDQ_BASE, d->cmdq.base | d->cmdq.log2 | rwa);
		drv_write64(&d->h, SMMU_EVENTQ_BASE, d->evtq.base | d->evtq.log2 | rwa);
		if (d->f.pri)
			drv_write64(&d->h, SMMU_PRIQ_BASE, d->priq.base | d->priq.log2 | rwa);
	}
	v3d_strtab_program(d);
	drv_write32(&d->h, SMMU_CMDQ_PROD, 0);
	drv_write32(&d->h, SMMU_CMDQ_CONS, 0);
	drv_write32(&d->h, SMMU_EVENTQ_PROD, 0);
	drv_write32(&d->h, SMMU_EVENTQ_CONS, 0);
	if (d->f.pri) {
		drv_write32(&d->h, SMMU_PRIQ_PROD, 0);
		drv_write32(&d->h, SMMU_PRIQ_CONS, 0);
	}
	/* Errors of an earlier user: a stale CMDQ_ERR would keep the queue from starting. */
	d->gerrorn = drv_read32(&d->h, SMMU_GERROR);
	drv_write32(&d->h, SMMU_GERRORN, d->gerrorn);
}

static void program_msi(struct smmuv3_drv *d, u64 cfg0, enum smmuv3_drv_msi which)
{
	/* An address of 0 means: no MSI, wired (3.18.2). */
	drv_write64(&d->h, cfg0, d->f.msi ? d->cfg.msi_cfg[which].addr & IRQ_CFG0_ADDR : 0);
	if (!d->f.msi)
		return;
	drv_write32(&d->h, cfg0 + 8, d->cfg.msi_cfg[which].data);
	drv_write32(&d->h, cfg0 + 12, MSI_DEVICE);
}

static int enable_interrupts(struct smmuv3_drv *d)
{
	u32 lines = IRQ_GERROR_IRQEN | IRQ_EVENTQ_IRQEN | (d->f.pri ? IRQ_PRIQ_IRQEN : 0);
	int r = v3d_reg_sync(d, 0, SMMU_IRQ_CTRL, SMMU_IRQ_CTRLACK);

	if (r)
		return r;
	program_msi(d, SMMU_GERROR_IRQ_CFG0, SMMUV3_MSI_GERROR);
	program_msi(d, SMMU_EVENTQ_IRQ_CFG0, SMMUV3_MSI_EVENTQ);
	if (d->f.pri)
		program_msi(d, SMMU_PRIQ_IRQ_CFG0, SMMUV3_MSI_PRIQ);
	return v3d_reg_sync(d, lines, SMMU_IRQ_CTRL, SMMU_IRQ_CTRLACK);
}

static int switch_on(struct smmuv3_drv *d, u32 bits)
{
	d->cr0 |= bits;
	return v3d_reg_sync(d, d->cr0, SMMU_CR0, SMMU_CR0ACK);
}

static int invalidate_all(struct smmuv3_drv *d)
{
	struct drv_cmds c;

	v3d_cmd_begin(&c);
	v3d_cmd_add(d, &c, CMD_CFGI_STE_RANGE, CFGI_RANGE_ALL);
	if (d->f.hyp)
		v3d_cmd_add(d, &c, CMD_TLBI_EL2_ALL, 0);
	v3d_cmd_add(d, &c, CMD_TLBI_NSNH_ALL, 0);
	return v3d_cmd_sync(d, &c);
}

/* The steps of 3.11, in order. */
static int start(struct smmuv3_drv *d)
{
	int r = disable(d);

	if (r)
		return r;
	program_bases(d);
	r = switch_on(d, CR0_CMDQEN);
	if (!r)
		r = invalidate_all(d);
	if (!r)
		r = switch_on(d, CR0_EVENTQEN);
	if (!r && d->f.pri)
		r = switch_on(d, CR0_PRIQEN);
	if (!r && d->f.ats)
		r = switch_on(d, CR0_ATSCHK);
	if (!r)
		r = enable_interrupts(d);
	return r ? r : switch_on(d, CR0_SMMUEN);
}

static void stop(struct smmuv3_drv *d)
{
	v3d_reg_sync(d, 0, SMMU_IRQ_CTRL, SMMU_IRQ_CTRLACK);
	disable(d);
}

static int bind(struct smmuv3_drv *d)
{
	u32 retry = FIELD_PREP(DRV_HW_STALL, 1) | FIELD_PREP(DRV_HW_PRI, PRI_RESP_SUCCESS);
	u32 terminate = FIELD_PREP(DRV_HW_STALL, DRV_RESUME_ABORT) | FIELD_PREP(DRV_HW_PRI, PRI_RESP_INVALID);
	u32 failure = FIELD_PREP(DRV_HW_STALL, DRV_RESUME_ABORT) | FIELD_PREP(DRV_HW_PRI, PRI_RESP_FAILURE);

	return drv_bind(&d->h, &smmuv3_fault_ops, retry, terminate, failure);
}

static int probe(void *drv, const void *cfg, const struct drv_ops *ops, void *ctx, struct fault_core *core)
{
	struct smmuv3_drv *d = drv;
	int r;

	memset(d, 0, sizeof(*d));
	drv_host_init(&d->h, ops, ctx, core);
	if (cfg)
		d->cfg = *(const struct smmuv3_drv_cfg *)cfg;
	d->h.observe = d->cfg.observe;
	d->h.observer = d->cfg.observer;
	r = probe_features(d);
	if (r)
		return r;
	r = alloc_all(d);
	if (!r) {
		r = start(d);
		/* Last: a watchdog must not meet queues that are being set up. */
		if (!r)
			r = bind(d);
		if (r)
			stop(d);
	}
	if (!r)
		return 0;
	free_all(d);
	return r;
}

static void remove(void *drv, u64 now)
{
	struct smmuv3_drv *d = drv;

	drv_note_now(&d->h, now);
	drv_empty(&d->h, &smmuv3_drv_class, now);
	drv_unbind(&d->h);
	stop(d);
	free_all(d);
}

static enum drv_irq irq(void *drv, u32 line, u64 now)
{
	switch (line) {
	case SMMUV3_IRQ_EVENTQ:
	case SMMUV3_IRQ_PRIQ:
	case SMMUV3_IRQ_GERROR:
		return DRV_IRQ_WAKE_THREAD;
	case SMMUV3_IRQ_CMD_SYNC:
	case SMMUV3_IRQ_SEV:
		return DRV_IRQ_HANDLED;
	default:
		return DRV_IRQ_NONE;
	}
}

static int irq_thread(void *drv, u32 line, u64 now)
{
	struct smmuv3_drv *d = drv;

	drv_note_now(&d->h, now);
	switch (line) {
	case SMMUV3_IRQ_EVENTQ:
		return v3d_outq_thread(d, &d->evtq);
	case SMMUV3_IRQ_PRIQ:
		return d->f.pri ? v3d_outq_thread(d, &d->priq) : 0;
	case SMMUV3_IRQ_GERROR:
		return v3d_gerror(d);
	default:
		return 0;
	}
}

const struct smmuv3_drv_stats *smmuv3_drv_stats(const void *drv)
{
	return &((const struct smmuv3_drv *)drv)->stats;
}

const struct drv_class smmuv3_drv_class = {
	.name = "smmuv3",
	.size = sizeof(struct smmuv3_drv),
	.probe = probe,
	.remove = remove,
	.device_add = v3d_device_add,
	.device_remove = v3d_device_remove,
	.domain_alloc = v3d_domain_alloc,
	.domain_free = v3d_domain_free,
	.attach = v3d_attach,
	.detach = v3d_detach,
	.map = v3d_map,
	.unmap = v3d_unmap,
	.iova_to_phys = drv_iova_to_phys,
	.irq = irq,
	.irq_thread = irq_thread,
};
