// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Context banks: what is programmed into them, and their TLB maintenance (15.5). */
#include "smmuv2_drv_priv.h"

#define MAIR0_ALL      0x000444ffU /* 0 write-back, 1 non-cacheable, 2 Device-nGnRE */
#define TCR_WALK       0x3500U	   /* inner shareable, inner and outer write-back write-allocate */
#define CBAR_BYPASS_S2 0xf300U	   /* memory attributes under the bypassed stage 2: write-back, not shareable */

/* each bank has its own ASID and VMID; 0 is never used */
static u32 tag_of(u32 bank)
{
	return bank + 1;
}

static u32 tg0(u8 granule)
{
	return granule == 12 ? 0 : granule == 16 ? 1 : 2;
}

static void wr(struct smmuv2_drv *d, u32 bank, u32 offset, u32 value)
{
	drv_write32(&d->h, v2d_cb(d, bank, offset), value);
}

static void program_s1(struct smmuv2_drv *d, u32 n, const struct pt_build *pt)
{
	const struct v2d_features *f = &d->f;
	u64 ttbr = pt->root | FIELD_PREP(SMMUV2_TTBR_ASID, (u64)tag_of(n));

	if (f->format == SMMUV2_DRV_AARCH64) {
		wr(d, n, SMMUV2_CB_TCR2,
		   smmuv2_size_code(f->pa_bits) | SMMUV2_TCR2_AS |
			   FIELD_PREP(SMMUV2_TCR2_SEP, SMMUV2_TCR2_SEP_UPSTREAM));
		wr(d, n, SMMUV2_CB_TCR,
		   (u32)(64 - f->va_bits) | TCR_WALK | FIELD_PREP(SMMUV2_TCR_TG0, tg0(f->granule)) | SMMUV2_TCR_EPD1);
	} else {
		wr(d, n, SMMUV2_CB_TCR2, 0);
		wr(d, n, SMMUV2_CB_TCR,
		   f->format == SMMUV2_DRV_LPAE ? SMMUV2_TCR_EAE | TCR_WALK | SMMUV2_TCR_EPD1 : (u32)SMMUV2_TCR_PD1);
	}
	if (f->format == SMMUV2_DRV_SHORT) {
		wr(d, n, SMMUV2_CB_CONTEXTIDR, tag_of(n));
		ttbr = pt->root;
	}
	drv_write64(&d->h, v2d_cb(d, n, SMMUV2_CB_TTBR0), ttbr);
	wr(d, n, SMMUV2_CB_MAIR0, MAIR0_ALL);
	wr(d, n, SMMUV2_CB_MAIR1, 0);
}

static u32 sl0(const struct v2d_features *f, s8 level)
{
	return f->format == SMMUV2_DRV_AARCH64 && f->granule != 12 ? (u32)(3 - level) : (u32)(2 - level);
}

static void program_s2(struct smmuv2_drv *d, u32 n, const struct pt_build *pt)
{
	const struct v2d_features *f = &d->f;
	u32 tcr = TCR_WALK | FIELD_PREP(SMMUV2_TCR_S2_SL0, sl0(f, pt->root_level));

	if (f->format == SMMUV2_DRV_AARCH64)
		tcr |= (u32)(64 - pt->cfg.in_bits) | FIELD_PREP(SMMUV2_TCR_TG0, tg0(f->granule)) |
		       FIELD_PREP(SMMUV2_TCR_S2_PASIZE, smmuv2_size_code(f->pa_bits));
	else
		tcr |= (u32)(32 - f->va_bits) & (u32)SMMUV2_TCR_S2_LPAE_T0SZ;
	wr(d, n, SMMUV2_CB_TCR, tcr);
	drv_write64(&d->h, v2d_cb(d, n, SMMUV2_CB_TTBR0), pt->root);
}

/* SCTLR follows from the bank's state; the caller holds its lock. */
static void write_sctlr(struct smmuv2_drv *d, u32 n)
{
	const struct v2d_bank *b = &d->bank[n];

	wr(d, n, SMMUV2_CB_SCTLR,
	   b->sctlr | (b->waiting || b->muted ? 0 : SMMUV2_SCTLR_CFIE) | (b->stall ? SMMUV2_SCTLR_CFCFG : 0));
}

void smmuv2_drv_bank_sctlr(struct smmuv2_drv *d, u32 bank)
{
	write_sctlr(d, bank);
}

static u32 cbar_of(const struct smmuv2_drv *d, u32 n)
{
	if (d->h.stage2)
		return FIELD_PREP(SMMUV2_CBAR_TYPE, SMMUV2_CBAR_S1_S2) | FIELD_PREP(SMMUV2_CBAR_CBNDX, V2D_NESTED_BANK);
	return d->f.stage2 ? tag_of(n) : FIELD_PREP(SMMUV2_CBAR_TYPE, SMMUV2_CBAR_S1_S2_BYPASS) | CBAR_BYPASS_S2;
}

/*
 * Set up the bank of the stage 2 that lies under all others, which share its VMID. It neither stalls nor interrupts,
 * because it maps every page before stage 1 refers to it.
 */
void smmuv2_drv_bank_nested(struct smmuv2_drv *d)
{
	u32 n = V2D_NESTED_BANK;

	drv_write32(&d->h, v2d_gr1(d, SMMUV2_GR1_CBA2R(n)), SMMUV2_CBA2R_VA64);
	drv_write32(&d->h, v2d_gr1(d, SMMUV2_GR1_CBAR(n)), FIELD_PREP(SMMUV2_CBAR_TYPE, SMMUV2_CBAR_S2) | tag_of(n));
	program_s2(d, n, &d->h.stage2->pt);
	wr(d, n, SMMUV2_CB_SCTLR, SMMUV2_SCTLR_M | SMMUV2_SCTLR_CFRE);
}

static void program(struct smmuv2_drv *d, u32 n, struct v2d_dom *dom)
{
	struct v2d_bank *b = &d->bank[n];
	u32 line = d->f.shared_lines ? n % d->f.lines : n;
	u32 cbar = cbar_of(d, n);
	unsigned long flags;

	if (d->f.shared_lines)
		cbar |= FIELD_PREP(SMMUV2_CBAR_IRPTNDX, line);
	drv_write32(&d->h, v2d_gr1(d, SMMUV2_GR1_CBA2R(n)), d->f.format == SMMUV2_DRV_AARCH64 ? SMMUV2_CBA2R_VA64 : 0);
	drv_write32(&d->h, v2d_gr1(d, SMMUV2_GR1_CBAR(n)), cbar);
	if (d->f.stage2)
		program_s2(d, n, &dom->base.pt);
	else
		program_s1(d, n, &dom->base.pt);
	spin_lock_irqsave(&b->lock, flags);
	b->used = true;
	b->line = SMMUV2_IRQ_CONTEXT + line;
	b->stall = false;
	b->muted = false;
	b->stale = b->last_fsr = 0;
	b->sctlr = SMMUV2_SCTLR_M | (d->cfg.hupcf ? SMMUV2_SCTLR_HUPCF : 0) | (d->cfg.razwi ? 0 : SMMUV2_SCTLR_CFRE);
	if (!d->f.stage2)
		b->sctlr |= SMMUV2_SCTLR_AFE | SMMUV2_SCTLR_S1_ASIDPNE |
			    (d->f.format == SMMUV2_DRV_SHORT ? 0 : SMMUV2_SCTLR_TRE);
	write_sctlr(d, n);
	spin_unlock_irqrestore(&b->lock, flags);
}

/* Turn the bank's interrupt off, or on again. The caller holds the bank's lock. */
void smmuv2_drv_bank_mute(struct smmuv2_drv *d, u32 n, bool on)
{
	d->bank[n].muted = on;
	d->bank[n].stale = 0;
	write_sctlr(d, n);
	if (on)
		drv_count(&d->h, &d->stats.muted);
}

/* Allocate a bank for a domain that is about to be used. */
int smmuv2_drv_reach(struct drv_device *dev, struct drv_domain *base, u32 pasid)
{
	struct smmuv2_drv *d = v2d_of(dev->host);
	struct v2d_dom *dom = v2d_dom_of(base);
	u32 n;

	if (!drv_translates(base) || dom->bank >= 0)
		return 0;
	for (n = d->f.first_bank; n < d->f.banks; n++)
		if (!d->bank[n].used)
			break;
	if (n == d->f.banks)
		return -ENOSPC;
	program(d, n, dom);
	dom->bank = (int)n;
	return 0;
}

/* No master is attached, so the bank no longer translates or stalls anything. */
void smmuv2_drv_bank_give(struct smmuv2_drv *d, struct v2d_dom *dom)
{
	u32 n = (u32)dom->bank;
	struct v2d_bank *b = &d->bank[n];
	unsigned long flags;

	/* After a time-out the tag cannot be reused: the bank is lost until the next probe. */
	if (smmuv2_drv_tlbi_all(d, n))
		return;
	spin_lock_irqsave(&b->lock, flags);
	b->used = false;
	b->sctlr = 0;
	wr(d, n, SMMUV2_CB_SCTLR, 0);
	wr(d, n, SMMUV2_CB_FSR, ~0U);
	spin_unlock_irqrestore(&b->lock, flags);
	dom->bank = -1;
}

/* CFCFG is set while there are masters and each of them may stall. The configuration gate is closed. */
void smmuv2_drv_bank_stall(struct drv_domain *dom)
{
	struct smmuv2_drv *d = v2d_of(dom->host);
	int n = v2d_dom_of(dom)->bank;
	bool stall = dom->attachments && d->cfg.cfcfg != SMMUV2_CFCFG_NEVER;
	const struct drv_attachment *a;
	unsigned long flags;

	if (n < 0)
		return;
	for (a = dom->attachments; a && d->cfg.cfcfg == SMMUV2_CFCFG_FOLLOW; a = a->dom_next)
		stall = stall && v2d_dev_of(a->dev)->stall_on && !v2d_dev_of(a->dev)->throttled;
	spin_lock_irqsave(&d->bank[n].lock, flags);
	if (d->bank[n].stall != stall) {
		d->bank[n].stall = stall;
		write_sctlr(d, (u32)n);
	}
	spin_unlock_irqrestore(&d->bank[n].lock, flags);
}

/* ---- TLB maintenance ---- */

/* Wait for a sync; no gate of a domain is closed, because the answer that the sync may wait for needs to map. */
static int wait_sync(struct smmuv2_drv *d, u64 status)
{
	u32 tries = 0;

	/* SACTIVE and GSACTIVE are the same bit. */
	while (drv_status(&d->h, status) & SMMUV2_TLBSTATUS_SACTIVE) {
		if (drv_poll(&d->h, tries++))
			continue;
		drv_count(&d->h, &d->stats.sync_timeouts);
		return -ETIMEDOUT;
	}
	if (drv_dead(&d->h))
		return -EIO;
	drv_count(&d->h, &d->stats.syncs);
	return 0;
}

static int sync_bank(struct smmuv2_drv *d, u32 n)
{
	wr(d, n, SMMUV2_CB_TLBSYNC, 0);
	return wait_sync(d, v2d_cb(d, n, SMMUV2_CB_TLBSTATUS));
}

/* Invalidate everything that has the bank's ASID or VMID. */
int smmuv2_drv_tlbi_all(struct smmuv2_drv *d, u32 bank)
{
	if (!d->f.stage2) {
		wr(d, bank, SMMUV2_CB_TLBIASID, tag_of(bank));
		return sync_bank(d, bank);
	}
	drv_write32(&d->h, SMMUV2_GR0_TLBIVMID, tag_of(bank));
	drv_write32(&d->h, SMMUV2_GR0_sTLBGSYNC, 0);
	return wait_sync(d, SMMUV2_GR0_sTLBGSTATUS);
}

/* Last-level entries suffice, because tables stay when they become empty. */
static void tlbi_page(struct smmuv2_drv *d, u32 n, u64 iova)
{
	if (d->f.stage2)
		drv_write64(&d->h, v2d_cb(d, n, SMMUV2_CB_TLBIIPAS2L), iova >> 12);
	else if (d->f.format == SMMUV2_DRV_AARCH64)
		drv_write64(&d->h, v2d_cb(d, n, SMMUV2_CB_TLBIVAL),
			    FIELD_PREP(SMMUV2_TLBIVA_ASID, (u64)tag_of(n)) |
				    FIELD_PREP(SMMUV2_TLBIVA_ADDR, iova >> 12));
	else
		wr(d, n, SMMUV2_CB_TLBIVAL, (u32)(iova & 0xfffff000) | tag_of(n));
}

int smmuv2_drv_tlbi_range(struct smmuv2_drv *d, u32 bank, u64 iova, u64 bytes)
{
	u64 page = 1ULL << d->f.granule;

	if (bytes >> d->f.granule > d->cfg.tlbi_max)
		return smmuv2_drv_tlbi_all(d, bank);
	for (; bytes >= page; bytes -= page, iova += page)
		tlbi_page(d, bank, iova);
	return sync_bank(d, bank);
}
