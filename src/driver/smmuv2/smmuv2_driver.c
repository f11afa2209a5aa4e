// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* SMMUv2 driver: probe, remove, interrupts. */
#include "smmuv2_drv_priv.h"

/* ---- Probe ---- */

#define STAGE2_WB 0xf /* MemAttr */
#define SH_INNER  3

static u8 pick_granule(u32 idr2, u8 wanted)
{
	u32 has = (idr2 & SMMUV2_IDR2_PTFSv8_4KB ? BIT(12) : 0) | (idr2 & SMMUV2_IDR2_PTFSv8_16KB ? BIT(14) : 0) |
		  (idr2 & SMMUV2_IDR2_PTFSv8_64KB ? BIT(16) : 0);

	if (wanted)
		return wanted <= 16 && has & BIT(wanted) ? wanted : 0;
	return has ? (u8)__builtin_ctz(has) : 0;
}

static int pick_format(struct smmuv2_drv *d, u32 idr0, u32 idr2)
{
	struct v2d_features *f = &d->f;
	u32 ptfs = FIELD_GET(SMMUV2_IDR0_PTFS, idr0);

	f->granule = pick_granule(idr2, d->cfg.granule);
	f->format = d->cfg.format;
	if (f->format == SMMUV2_DRV_AUTO)
		f->format = f->granule ? SMMUV2_DRV_AARCH64 : SMMUV2_DRV_LPAE;
	if (f->format == SMMUV2_DRV_AARCH64)
		return f->granule ? 0 : -ENODEV;
	f->granule = 12;
	if (f->format == SMMUV2_DRV_SHORT)
		return ptfs == SMMUV2_IDR0_PTFS_ALL && !f->stage2 ? 0 : -ENODEV;
	return ptfs <= SMMUV2_IDR0_PTFS_LPAE ? 0 : -ENODEV;
}

static int pick_sizes(struct smmuv2_drv *d, u32 idr2)
{
	struct v2d_features *f = &d->f;
	u8 ias = smmuv2_size_bits(FIELD_GET(SMMUV2_IDR2_IAS, idr2)),
	   ubs = smmuv2_size_bits(FIELD_GET(SMMUV2_IDR2_UBS, idr2));
	u8 va = f->stage2 ? ias : ubs;

	f->pa_bits = smmuv2_size_bits(FIELD_GET(SMMUV2_IDR2_OAS, idr2));
	if (d->cfg.va_bits) {
		if (d->cfg.va_bits < 25 || d->cfg.va_bits > va)
			return -EINVAL;
		va = d->cfg.va_bits;
	}
	if (f->format == SMMUV2_DRV_AARCH64)
		f->va_bits = va;
	else
		f->va_bits = f->stage2 ? 40 : 32;
	return 0;
}

/* Stage 2 takes a bank for itself, the first, which every SMMUv2 with stage 2 has for that. */
static int pick_nested(struct smmuv2_drv *d, u32 idr0, u32 idr2)
{
	struct v2d_features *f = &d->f;

	if (!(idr0 & SMMUV2_IDR0_NTS) || f->stage2 || f->format != SMMUV2_DRV_AARCH64 ||
	    smmuv2_size_bits(FIELD_GET(SMMUV2_IDR2_IAS, idr2)) < f->pa_bits)
		return -EOPNOTSUPP;
	f->first_bank = max(f->first_bank, (u16)(V2D_NESTED_BANK + 1));
	return f->first_bank < f->banks ? 0 : -ENODEV;
}

static int features(struct drv_host *h)
{
	struct smmuv2_drv *d = v2d_of(h);
	u32 idr0 = drv_read32(&d->h, SMMUV2_GR0_IDR0), idr1 = drv_read32(&d->h, SMMUV2_GR0_IDR1),
	    idr2 = drv_read32(&d->h, SMMUV2_GR0_IDR2);
	struct v2d_features *f = &d->f;
	int r;

	/* Reserved bits are set in each: there is no SMMU. */
	if (!~idr0 || !~idr1 || !~idr2)
		return -ENODEV;
	f->page = idr1 & SMMUV2_IDR1_PAGESIZE ? 0x10000 : 0x1000;
	f->cb_base = f->page << (FIELD_GET(SMMUV2_IDR1_NUMPAGENDXB, idr1) + 1);
	f->banks = (u16)min(FIELD_GET(SMMUV2_IDR1_NUMCB, idr1), (u32)SMMUV2_MAX_CB);
	f->groups = (u16)min(FIELD_GET(SMMUV2_IDR0_NUMSMRG, idr0), (u32)SMMUV2_MAX_SMR);
	f->matching = idr0 & SMMUV2_IDR0_SMS;
	f->exids = f->matching && (idr0 & SMMUV2_IDR0_EXIDS);
	f->stage2 = !(idr0 & SMMUV2_IDR0_S1TS) || d->cfg.stage2;
	f->first_bank = f->stage2 ? 0 : FIELD_GET(SMMUV2_IDR1_NUMS2CB, idr1);
	f->lines = FIELD_GET(SMMUV2_IDR0_NUMIRPT, idr0);
	if ((f->stage2 && !(idr0 & SMMUV2_IDR0_S2TS)) || f->first_bank >= f->banks || !f->groups)
		return -ENODEV;
	r = pick_format(d, idr0, idr2);
	if (!r)
		r = pick_sizes(d, idr2);
	return r || !d->cfg.common.nested ? r : pick_nested(d, idr0, idr2);
}

/* Probe what no identification register tells: the bits that SMR, CBAR.IRPTNDX and SCTLR.CFCFG implement. */
static void test_registers(struct smmuv2_drv *d)
{
	struct v2d_features *f = &d->f;
	u32 ids = f->exids ? (u32)SMMUV2_SMR_EXID : (u32)SMMUV2_SMR_ID;

	f->sid_mask = (u16)ids;
	f->smr_mask = 0;
	if (f->matching) {
		drv_write32(&d->h, SMMUV2_GR0_SMR(0), ids);
		f->sid_mask = (u16)drv_read32(&d->h, SMMUV2_GR0_SMR(0));
		drv_write32(&d->h, SMMUV2_GR0_SMR(0), ids << 16);
		f->smr_mask = (u16)(drv_read32(&d->h, SMMUV2_GR0_SMR(0)) >> 16);
		drv_write32(&d->h, SMMUV2_GR0_SMR(0), 0);
	}
	drv_write32(&d->h, v2d_gr1(d, SMMUV2_GR1_CBAR(f->first_bank)), SMMUV2_CBAR_IRPTNDX);
	f->shared_lines = drv_read32(&d->h, v2d_gr1(d, SMMUV2_GR1_CBAR(f->first_bank))) & SMMUV2_CBAR_IRPTNDX;
	drv_write32(&d->h, v2d_gr1(d, SMMUV2_GR1_CBAR(f->first_bank)), 0);
	drv_write32(&d->h, v2d_cb(d, f->first_bank, SMMUV2_CB_SCTLR), SMMUV2_SCTLR_CFCFG);
	f->can_stall = drv_read32(&d->h, v2d_cb(d, f->first_bank, SMMUV2_CB_SCTLR)) & SMMUV2_SCTLR_CFCFG;
	drv_write32(&d->h, v2d_cb(d, f->first_bank, SMMUV2_CB_SCTLR), 0);
}

/* Remove everything that an earlier user, or this one, has left: streams, banks, faults, translations. */
static void stop(struct drv_host *h)
{
	struct smmuv2_drv *d = v2d_of(h);
	u32 n;

	/* EXIDENABLE changes only while no entry is valid in either format (10.6). */
	drv_write32(&d->h, SMMUV2_GR0_sCR0,
		    SMMUV2_sCR0_CLIENTPD | (drv_read32(&d->h, SMMUV2_GR0_sCR0) & SMMUV2_sCR0_EXIDENABLE));
	for (n = 0; n < d->f.groups; n++) {
		if (d->f.matching)
			drv_write32(&d->h, SMMUV2_GR0_SMR(n), 0);
		drv_write32(&d->h, SMMUV2_GR0_S2CR(n), FIELD_PREP(SMMUV2_S2CR_TYPE, (u32)SMMUV2_S2CR_TYPE_FAULT));
	}
	drv_write32(&d->h, SMMUV2_GR0_sCR0, SMMUV2_sCR0_CLIENTPD | (d->f.exids ? SMMUV2_sCR0_EXIDENABLE : 0));
	for (n = 0; n < d->f.banks; n++) {
		drv_write32(&d->h, v2d_cb(d, n, SMMUV2_CB_SCTLR), 0);
		drv_write32(&d->h, v2d_cb(d, n, SMMUV2_CB_FSR), ~0U);
		if (drv_read32(&d->h, v2d_cb(d, n, SMMUV2_CB_FSR)) & SMMUV2_FSR_SS)
			drv_write32(&d->h, v2d_cb(d, n, SMMUV2_CB_RESUME), SMMUV2_RESUME_TnR);
	}
	drv_write32(&d->h, SMMUV2_GR0_sGFSR, ~0U);
}

static int start(struct drv_host *h)
{
	struct smmuv2_drv *d = v2d_of(h);
	u32 scr0 = SMMUV2_sCR0_GFRE | SMMUV2_sCR0_GFIE | SMMUV2_sCR0_GCFGFRE | SMMUV2_sCR0_GCFGFIE |
		   SMMUV2_sCR0_VMIDPNE | SMMUV2_sCR0_PTM | SMMUV2_sCR0_SMCFCFG;
	u32 tries = 0;

	drv_write32(&d->h, SMMUV2_GR0_TLBIALLH, 0);
	drv_write32(&d->h, SMMUV2_GR0_TLBIALLNSNH, 0);
	drv_write32(&d->h, SMMUV2_GR0_sTLBGSYNC, 0);
	while (drv_status(&d->h, SMMUV2_GR0_sTLBGSTATUS) & SMMUV2_sTLBGSTATUS_ACT) {
		if (drv_poll(&d->h, tries++))
			continue;
		drv_count(&d->h, &d->stats.sync_timeouts);
		return -ETIMEDOUT;
	}
	if (!d->cfg.bypass_unmatched)
		scr0 |= SMMUV2_sCR0_USFCFG;
	if (d->f.exids)
		scr0 |= SMMUV2_sCR0_EXIDENABLE;
	d->scr0 = scr0;
	drv_write32(&d->h, SMMUV2_GR0_sCR0, scr0);
	return drv_dead(&d->h) ? -EIO : 0;
}

static int stage2_create(struct smmuv2_drv *d)
{
	struct pt_build_cfg cfg = {
		.format = PT_VMSA64_S2,
		.granule = d->f.granule,
		.in_bits = d->f.pa_bits,
		.out_bits = d->f.pa_bits,
		.stage2_level = PT_ANY_LEVEL,
	};
	int r = drv_stage2_create(&d->h, &cfg, d->cfg.common.s2_page_bytes,
				  PT_PROT_ATTR(STAGE2_WB) | PT_PROT_SH(SH_INNER));

	if (!r)
		smmuv2_drv_bank_nested(d);
	return r;
}

static int alloc_all(struct drv_host *h)
{
	struct smmuv2_drv *d = v2d_of(h);
	u32 n;

	d->bank = fl_zalloc(d->f.banks * sizeof(*d->bank));
	if (!d->bank)
		return -ENOMEM;
	for (n = 0; n < d->f.banks; n++)
		spin_lock_init(&d->bank[n].lock);
	stop(h);
	test_registers(d);
	return h->cfg->nested ? stage2_create(d) : 0;
}

static void free_all(struct drv_host *h)
{
	fl_free(v2d_of(h)->bank);
	v2d_of(h)->bank = NULL;
}

static const struct drv_cfg *configure(struct drv_host *h, const void *cfg)
{
	struct smmuv2_drv *d = v2d_of(h);

	if (cfg)
		d->cfg = *(const struct smmuv2_drv_cfg *)cfg;
	d->cfg.tlbi_max = d->cfg.tlbi_max ? d->cfg.tlbi_max : 64;
	return &d->cfg.common;
}

/* ---- Interrupts ---- */

/* The threaded handler reads the registers; the line stays masked until it has returned. */
static enum drv_irq irq(void *drv, u32 line, u64 now)
{
	struct smmuv2_drv *d = drv;
	u32 lines = d->f.shared_lines ? d->f.lines : d->f.banks;

	return line < SMMUV2_IRQ_CONTEXT + lines ? DRV_IRQ_WAKE_THREAD : DRV_IRQ_NONE;
}

static int irq_thread(void *drv, u32 line, u64 now)
{
	struct smmuv2_drv *d = drv;
	u32 n, handled = 0;

	drv_note_now(&d->h, now);
	if (drv_dead(&d->h))
		return 0;
	if (line < SMMUV2_IRQ_CONTEXT)
		return (int)smmuv2_drv_global_faults(d);
	for (n = d->f.first_bank; n < d->f.banks; n++)
		if (d->bank[n].used && d->bank[n].line == line)
			handled += smmuv2_drv_bank_faults(d, n);
	return (int)handled;
}

const struct smmuv2_drv_stats *smmuv2_drv_stats(const void *drv)
{
	return &((const struct smmuv2_drv *)drv)->stats;
}

static const struct drv_backend backend = {
	.faults = &smmuv2_fault_ops,
	.hw_code[FAULT_RETRY] = 0,
	.hw_code[FAULT_TERMINATE] = SMMUV2_RESUME_TnR,
	.hw_code[FAULT_FAILURE] = SMMUV2_RESUME_TnR,
	.no_domain_code = FAULT_TERMINATE,
	.driver_bytes = sizeof(struct smmuv2_drv),
	.device_bytes = sizeof(struct v2d_dev),
	.domain_bytes = sizeof(struct v2d_dom),
	.sync_needs_handlers = true,
	.configure = configure,
	.features = features,
	.alloc = alloc_all,
	.free = free_all,
	.start = start,
	.stop = stop,
	.device_check = smmuv2_drv_device_check,
	.device_init = smmuv2_drv_device_init,
	.credits = smmuv2_drv_credits,
	.device_show = smmuv2_drv_device_show,
	.device_exit = smmuv2_drv_device_exit,
	.recoverable = smmuv2_drv_recoverable,
	.throttle = smmuv2_drv_throttle,
	.table = smmuv2_drv_table,
	.domain_init = smmuv2_drv_domain_init,
	.domain_exit = smmuv2_drv_domain_exit,
	.users = smmuv2_drv_bank_stall,
	.check = smmuv2_drv_check,
	.reach = smmuv2_drv_reach,
	.set = smmuv2_drv_set,
	.prot = smmuv2_drv_prot,
	.invalidate = smmuv2_drv_invalidate,
};

static int probe(void *drv, const void *cfg, const struct drv_ops *ops, void *ctx, struct fault_core *core)
{
	return drv_probe(drv, &backend, cfg, ops, ctx, core);
}

const struct drv_class smmuv2_drv_class = {
	.name = "smmuv2",
	.size = sizeof(struct smmuv2_drv),
	.probe = probe,
	.irq = irq,
	.irq_thread = irq_thread,
	DRV_PROCEDURE,
};
