// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* SMMUv3 driver: probe, remove, interrupts (3.11, 6.3, 9.1). */
#include "smmuv3_drv_priv.h"

#define MSI_DEVICE   1 /* CFG2.MemAttr: Device-nGnRE */
#define CACHEABLE_WB 1
#define INNER_SHARE  3
#define STAGE2_WB    0xf /* MemAttr */

/* Clearing SMMUEN terminates all stalls (6.3.9.6). */
static void give_up(struct drv_host *h)
{
	struct smmuv3_drv *d = v3d_of(h);

	v3d_gbpa_abort(d);
	v3d_reg_sync(d, 0, SMMUV3_CR0, SMMUV3_CR0ACK);
}

static u8 cut(u32 wanted, u32 fallback, u32 limit)
{
	return (u8)min(wanted ? wanted : fallback, limit);
}

static int probe_granule(struct smmuv3_drv *d, u32 idr5)
{
	u8 wanted = d->cfg.granule;

	if (!wanted)
		wanted = idr5 & SMMUV3_IDR5_GRAN4K ? 12 : idr5 & SMMUV3_IDR5_GRAN16K ? 14 : 16;
	if (!(wanted == 12 && idr5 & SMMUV3_IDR5_GRAN4K) && !(wanted == 14 && idr5 & SMMUV3_IDR5_GRAN16K) &&
	    !(wanted == 16 && idr5 & SMMUV3_IDR5_GRAN64K))
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
	widest = d->f.granule == 16 && FIELD_GET(SMMUV3_IDR5_VAX, idr5) ? 52 : 48;
	d->f.va_bits = d->cfg.va_bits ? d->cfg.va_bits : 48;
	if (d->f.va_bits < 25 || d->f.va_bits > widest)
		return -EINVAL;
	d->f.pa_bits = min(smmuv3_addr_bits(FIELD_GET(SMMUV3_IDR5_OAS, idr5)), (u8)(d->f.granule == 16 ? 52 : 48));
	return 0;
}

static void probe_sizes(struct smmuv3_drv *d, u32 idr0, u32 idr1)
{
	struct smmuv3_drv_cfg *c = &d->cfg;

	c->cmdq_log2 = cut(c->cmdq_log2, 8, FIELD_GET(SMMUV3_IDR1_CMDQS, idr1));
	c->evtq_log2 = cut(c->evtq_log2, 7, FIELD_GET(SMMUV3_IDR1_EVENTQS, idr1));
	c->priq_log2 = cut(c->priq_log2, 9, FIELD_GET(SMMUV3_IDR1_PRIQS, idr1));
	c->batch = c->batch ? c->batch : 32;
	c->tlbi_max = c->tlbi_max ? c->tlbi_max : 64;
	c->pri_devices = c->pri_devices ? c->pri_devices : 1;
	d->f.st_two_levels = FIELD_GET(SMMUV3_IDR0_ST_LEVEL, idr0) == 1;
	d->f.cd_two_levels = idr0 & SMMUV3_IDR0_CD2L;
	d->f.sid_bits = cut(c->sid_bits, d->f.st_two_levels ? 20 : 16, FIELD_GET(SMMUV3_IDR1_SIDSIZE, idr1));
	if (d->f.sid_bits <= STRTAB_SPLIT)
		d->f.st_two_levels = false;
	d->f.ssid_bits = cut(c->pasid_bits, d->f.cd_two_levels ? 16 : 8, FIELD_GET(SMMUV3_IDR1_SSIDSIZE, idr1));
	d->f.asid_bits = cut(c->asid_bits, 16, idr0 & SMMUV3_IDR0_ASID16 ? 16 : 8);
}

static int features(struct drv_host *h)
{
	struct smmuv3_drv *d = v3d_of(h);
	u32 idr0 = drv_read32(&d->h, SMMUV3_IDR0);
	u32 idr1 = drv_read32(&d->h, SMMUV3_IDR1);
	u32 idr3 = drv_read32(&d->h, SMMUV3_IDR3);
	u32 idr5 = drv_read32(&d->h, SMMUV3_IDR5);

	/* Reserved bits of IDR0 are set: there is no SMMU. */
	if (!~idr0 || !(idr0 & SMMUV3_IDR0_S1P) || !(idr0 & SMMUV3_IDR0_TTF_AA64) ||
	    FIELD_GET(SMMUV3_IDR0_STALL_MODEL, idr0) > SMMUV3_STALL_MODEL_FORCED)
		return -ENODEV;
	if (d->cfg.common.nested && !(idr0 & SMMUV3_IDR0_S2P))
		return -EOPNOTSUPP;
	probe_sizes(d, idr0, idr1);
	d->f.stall_model = (u8)FIELD_GET(SMMUV3_IDR0_STALL_MODEL, idr0);
	d->f.stall_max = d->f.stall_model == SMMUV3_STALL_MODEL_NONE ? 0 : FIELD_GET(SMMUV3_IDR5_STALL_MAX, idr5);
	d->f.ats = idr0 & SMMUV3_IDR0_ATS;
	d->f.ats_rec_err = d->f.ats && (idr0 & SMMUV3_IDR0_ATSRECERR);
	d->f.pri = (idr0 & SMMUV3_IDR0_PRI) && d->f.ats;
	d->f.ril = idr3 & SMMUV3_IDR3_RIL;
	d->f.hyp = idr0 & SMMUV3_IDR0_HYP;
	d->f.msi = d->cfg.msi && (idr0 & SMMUV3_IDR0_MSI);
	d->f.big_endian = FIELD_GET(SMMUV3_IDR0_TTENDIAN, idr0) == SMMUV3_TTENDIAN_BIG;
	d->f.attr_ovr = idr1 & SMMUV3_IDR1_ATTR_TYPES_OVR;
	d->f.queues_preset = idr1 & SMMUV3_IDR1_QUEUES_PRESET;
	d->f.tables_preset = idr1 & SMMUV3_IDR1_TABLES_PRESET;
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
		*log2 = (u8)FIELD_GET(SMMUV3_Q_BASE_LOG2SIZE, preset);
		*base = preset & SMMUV3_Q_BASE_ADDR;
		*bytes = 0;
		return *log2 > SMMUV3_Q_MAX_LOG2SIZE ? -ENODEV : 0;
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

	d->vmid = FIELD_PREP(SMMUV3_CMD_TLBI_0_VMID, (u64)DRV_VMID);
	return drv_stage2_create(&d->h, &cfg, d->cfg.common.s2_page_bytes,
				 PT_PROT_ATTR(STAGE2_WB) | PT_PROT_SH(INNER_SHARE));
}

static int alloc_all(struct drv_host *h)
{
	struct smmuv3_drv *d = v3d_of(h);
	int r;

	d->cmdq.log2 = d->cfg.cmdq_log2;
	outq_setup(&d->evtq, SMMUV3_EVT_BYTES, SMMUV3_EVENTQ_PROD, SMMUV3_EVENTQ_CONS, d->cfg.evtq_log2);
	outq_setup(&d->priq, SMMUV3_PRI_BYTES, SMMUV3_PRIQ_PROD, SMMUV3_PRIQ_CONS, d->cfg.priq_log2);
	d->asids = fl_zalloc(max(1U << d->f.asid_bits >> 3, 8U));
	if (!d->asids)
		return -ENOMEM;
	d->asids[0] = BIT_ULL(DRV_ASID_SWAP);
	r = queue_place(d, SMMUV3_CMDQ_BASE, &d->cmdq.log2, SMMUV3_CMD_BYTES, &d->cmdq.base, &d->cmdq.bytes);
	if (!r)
		r = queue_place(d, SMMUV3_EVENTQ_BASE, &d->evtq.log2, SMMUV3_EVT_BYTES, &d->evtq.base, &d->evtq.bytes);
	if (!r && d->f.pri)
		r = queue_place(d, SMMUV3_PRIQ_BASE, &d->priq.log2, SMMUV3_PRI_BYTES, &d->priq.base, &d->priq.bytes);
	if (!r && d->cfg.common.nested)
		r = stage2_create(d);
	return r ? r : v3d_strtab_init(d);
}

static void free_all(struct drv_host *h)
{
	struct smmuv3_drv *d = v3d_of(h);

	v3d_strtab_exit(d);
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

	if ((drv_read32(&d->h, SMMUV3_CR0) | drv_read32(&d->h, SMMUV3_CR0ACK)) & SMMUV3_CR0_SMMUEN)
		r = v3d_gbpa_abort(d);
	return r ? r : v3d_reg_sync(d, 0, SMMUV3_CR0, SMMUV3_CR0ACK);
}

/* Registers that may only be written while everything is off. Indices start at zero, whatever their previous values. */
static void program_bases(struct smmuv3_drv *d)
{
	u64 rwa = d->f.queues_preset ? 0 : SMMUV3_Q_BASE_RWA;

	drv_write32(
		&d->h, SMMUV3_CR1,
		FIELD_PREP(SMMUV3_CR1_TABLE_SH, INNER_SHARE) | FIELD_PREP(SMMUV3_CR1_TABLE_OC, CACHEABLE_WB) |
			FIELD_PREP(SMMUV3_CR1_TABLE_IC, CACHEABLE_WB) | FIELD_PREP(SMMUV3_CR1_QUEUE_SH, INNER_SHARE) |
			FIELD_PREP(SMMUV3_CR1_QUEUE_OC, CACHEABLE_WB) | FIELD_PREP(SMMUV3_CR1_QUEUE_IC, CACHEABLE_WB));
	drv_write32(&d->h, SMMUV3_CR2,
		    SMMUV3_CR2_RECINVSID | SMMUV3_CR2_PTM | (d->f.ats_rec_err ? SMMUV3_CR2_REC_CFG_ATS : 0));
	if (!d->f.queues_preset) {
		drv_write64(&d->h, SMMUV3_CMDQ_BASE, d->cmdq.base | d->cmdq.log2 | rwa);
		drv_write64(&d->h, SMMUV3_EVENTQ_BASE, d->evtq.base | d->evtq.log2 | rwa);
		if (d->f.pri)
			drv_write64(&d->h, SMMUV3_PRIQ_BASE, d->priq.base | d->priq.log2 | rwa);
	}
	v3d_strtab_program(d);
	drv_write32(&d->h, SMMUV3_CMDQ_PROD, 0);
	drv_write32(&d->h, SMMUV3_CMDQ_CONS, 0);
	drv_write32(&d->h, SMMUV3_EVENTQ_PROD, 0);
	drv_write32(&d->h, SMMUV3_EVENTQ_CONS, 0);
	if (d->f.pri) {
		drv_write32(&d->h, SMMUV3_PRIQ_PROD, 0);
		drv_write32(&d->h, SMMUV3_PRIQ_CONS, 0);
	}
	/* Errors of an earlier user: a stale CMDQ_ERR would keep the queue from starting. */
	d->gerrorn = drv_read32(&d->h, SMMUV3_GERROR);
	drv_write32(&d->h, SMMUV3_GERRORN, d->gerrorn);
}

static void program_msi(struct smmuv3_drv *d, u64 cfg0, enum smmuv3_drv_msi which)
{
	/* An address of 0 means: no MSI, wired (3.18.2). */
	drv_write64(&d->h, cfg0, d->f.msi ? d->cfg.msi_cfg[which].addr & SMMUV3_IRQ_CFG0_ADDR : 0);
	if (!d->f.msi)
		return;
	drv_write32(&d->h, cfg0 + 8, d->cfg.msi_cfg[which].data);
	drv_write32(&d->h, cfg0 + 12, MSI_DEVICE);
}

static int enable_interrupts(struct smmuv3_drv *d)
{
	u32 lines = SMMUV3_IRQ_GERROR_IRQEN | SMMUV3_IRQ_EVENTQ_IRQEN | (d->f.pri ? SMMUV3_IRQ_PRIQ_IRQEN : 0);
	int r = v3d_reg_sync(d, 0, SMMUV3_IRQ_CTRL, SMMUV3_IRQ_CTRLACK);

	if (r)
		return r;
	program_msi(d, SMMUV3_GERROR_IRQ_CFG0, SMMUV3_MSI_GERROR);
	program_msi(d, SMMUV3_EVENTQ_IRQ_CFG0, SMMUV3_MSI_EVENTQ);
	if (d->f.pri)
		program_msi(d, SMMUV3_PRIQ_IRQ_CFG0, SMMUV3_MSI_PRIQ);
	return v3d_reg_sync(d, lines, SMMUV3_IRQ_CTRL, SMMUV3_IRQ_CTRLACK);
}

static int switch_on(struct smmuv3_drv *d, u32 bits)
{
	d->cr0 |= bits;
	return v3d_reg_sync(d, d->cr0, SMMUV3_CR0, SMMUV3_CR0ACK);
}

static int invalidate_all(struct smmuv3_drv *d)
{
	struct drv_cmds c;

	v3d_cmd_begin(&c);
	v3d_cmd_add(d, &c, SMMUV3_CMD_CFGI_STE_RANGE, SMMUV3_CFGI_RANGE_ALL);
	if (d->f.hyp)
		v3d_cmd_add(d, &c, SMMUV3_CMD_TLBI_EL2_ALL, 0);
	v3d_cmd_add(d, &c, SMMUV3_CMD_TLBI_NSNH_ALL, 0);
	return v3d_cmd_sync(d, &c);
}

/* The steps of 3.11, in order. */
static int start(struct drv_host *h)
{
	struct smmuv3_drv *d = v3d_of(h);
	int r = disable(d);

	if (r)
		return r;
	program_bases(d);
	r = switch_on(d, SMMUV3_CR0_CMDQEN);
	if (!r)
		r = invalidate_all(d);
	if (!r)
		r = switch_on(d, SMMUV3_CR0_EVENTQEN);
	if (!r && d->f.pri)
		r = switch_on(d, SMMUV3_CR0_PRIQEN);
	if (!r && d->f.ats)
		r = switch_on(d, SMMUV3_CR0_ATSCHK);
	if (!r)
		r = enable_interrupts(d);
	return r ? r : switch_on(d, SMMUV3_CR0_SMMUEN);
}

static void stop(struct drv_host *h)
{
	struct smmuv3_drv *d = v3d_of(h);

	v3d_reg_sync(d, 0, SMMUV3_IRQ_CTRL, SMMUV3_IRQ_CTRLACK);
	disable(d);
}

static const struct drv_cfg *configure(struct drv_host *h, const void *cfg)
{
	struct smmuv3_drv *d = v3d_of(h);

	if (cfg)
		d->cfg = *(const struct smmuv3_drv_cfg *)cfg;
	return &d->cfg.common;
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

/* As DRV_HW_STALL and DRV_HW_PRI say; the kernel's FIELD_PREP() makes no constant. */
#define HW_CODE(ac_ab, resp) ((ac_ab) | (resp) << 4)

static const struct drv_backend backend = {
	.faults = &smmuv3_fault_ops,
	.hw_code[FAULT_RETRY] = HW_CODE(1, SMMUV3_PRI_RESP_SUCCESS),
	.hw_code[FAULT_TERMINATE] = HW_CODE(DRV_RESUME_ABORT, SMMUV3_PRI_RESP_INVALID),
	.hw_code[FAULT_FAILURE] = HW_CODE(DRV_RESUME_ABORT, SMMUV3_PRI_RESP_FAILURE),
	.driver_bytes = sizeof(struct smmuv3_drv),
	.device_bytes = sizeof(struct v3d_dev),
	.domain_bytes = sizeof(struct v3d_dom),
	.configure = configure,
	.features = features,
	.alloc = alloc_all,
	.free = free_all,
	.start = start,
	.stop = stop,
	.recover = v3d_cmdq_recover,
	.give_up = give_up,
	.device_check = v3d_device_check,
	.device_init = v3d_device_init,
	.credits = v3d_credits,
	.device_show = v3d_device_show,
	.device_hide = v3d_stall_term,
	.device_exit = v3d_device_exit,
	.block = v3d_block,
	.recoverable = v3d_recoverable,
	.throttle = v3d_throttle,
	.table = v3d_table,
	.domain_init = v3d_domain_init,
	.domain_exit = v3d_domain_exit,
	.check = v3d_check,
	.reach = v3d_reach,
	.set = v3d_set,
	.flush = v3d_flush,
	.prot = v3d_prot,
	.invalidate = v3d_invalidate,
};

static int probe(void *drv, const void *cfg, const struct drv_ops *ops, void *ctx, struct fault_core *core)
{
	return drv_probe(drv, &backend, cfg, ops, ctx, core);
}

const struct drv_class smmuv3_drv_class = {
	.name = "smmuv3",
	.size = sizeof(struct smmuv3_drv),
	.probe = probe,
	.irq = irq,
	.irq_thread = irq_thread,
	DRV_PROCEDURE,
};
