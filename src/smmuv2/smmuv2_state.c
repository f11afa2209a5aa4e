// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The state in an image. Registers, queues of stalled transactions, caches and
 * what orders maintenance are kept; what follows from them (decoded banks and streams, free slots, interrupt levels)
 * is derived again when an image is loaded.
 */
#include "image.h"
#include "smmuv2_priv.h"

u64 smmuv2_config(const void *hw)
{
	const struct smmuv2_cfg *c = &((const struct smmuv2 *)hw)->cfg;
	u64 words[] = {
		c->behaviour, c->num_cb,     c->num_s2cb,   c->num_smrg,  c->sid_bits,	     c->stream_indexing,
		c->exids,     c->page_64k,   c->log2_pages, c->no_s1,	  c->no_s2,	     c->no_nested,
		c->no_atos,   c->incoherent, c->vmid16,	    c->no_caches, c->formats,	     c->ias_bits,
		c->oas_bits,  c->ubs_bits,   c->num_irpt,   c->n_tbus,	  c->fsynr0_s1cbndx, c->fsynr1,
	};
	u64 h = image_digest_words(0, words, ARRAY_SIZE(words));
	u32 i;

	for (i = 0; i < c->n_tbus; i++)
		h = image_digest_words(h, &(u64){ c->stall_slots[i] }, 1);
	return h;
}

/* ---- The parts ---- */

static void exchange_stall(struct smmuv2 *s, struct iommu_image *img, struct smmuv2_stall *p)
{
	image_part(img, &p->id);
	image_part(img, &p->seq);
	image_part(img, &p->sid);
	image_part(img, &p->tbu);
	image_part(img, &p->cb);
	image_bool(img, &p->faulted);
	image_check(img, p->seq <= s->eng.seq && p->tbu < s->cfg.n_tbus && p->cb < s->cfg.num_cb);
}

/*
 * The queue of bank @n, first to last. Loading appends each transaction, so that links and counts are always
 * consistent.
 */
static void exchange_queue(struct smmuv2 *s, struct iommu_image *img, u32 n)
{
	struct smmuv2_bank *b = &s->bank[n];
	u16 count = 0, owner = 0, i;
	u32 slot;

	for (slot = b->stalled.head; slot; slot = s->eng.slot_next[slot - 1]) {
		count++;
		owner = slot == b->owner ? count : owner;
	}
	image_part(img, &count);
	image_part(img, &owner);
	image_check(img, owner <= count);
	slot = b->stalled.head;
	for (i = 1; i <= count && !img->err; i++) {
		struct smmuv2_stall p = { 0 };

		if (!img->loading)
			p = s->stalls[slot - 1];
		exchange_stall(s, img, &p);
		image_check(img, i != owner || p.faulted);
		if (!img->loading) {
			slot = s->eng.slot_next[slot - 1];
			continue;
		}
		if (img->err)
			return;
		slot = smmuv2_fault_queue(s, n, &p);
		image_check(img, slot);
		b->owner = i == owner ? (u16)slot : b->owner;
	}
}

static void exchange_bank(struct smmuv2 *s, struct iommu_image *img, u32 n)
{
	struct smmuv2_bank *b = &s->bank[n];

	image_regs(img, &b->regs);
	image_part(img, &b->inv_seq);
	image_part(img, &b->sync_seq);
	image_check(img, b->inv_seq <= s->eng.seq && b->sync_seq <= s->eng.seq);
	exchange_queue(s, img, n);
}

bool smmuv2_entry_ok(const void *hw, enum iommu_unit unit, const struct tcache_entry *e)
{
	u64 perms = e->data[1];
	struct xlat_result r;

	if (unit != UNIT_TLB)
		return e->shift <= 48 && !(e->data[PT_CACHE_TABLE] >> 48) && pt_cache_entry_ok(e, 1, 3);
	return engine_tlb_entry_ok(e, 48, GENMASK_ULL(47, 0), &r) && !(perms & ~0x707ULL) && r.perm == (perms & 7) &&
	       r.priv_perm == perms >> 8 && !r.bypass && !r.recorded && !r.untranslated && r.hit &&
	       r.global == e->global;
}

/*
 * A bank without a fault holds no transaction, unless another bank's stall holds all; RESUME has an owner only with SS.
 */
static bool queues_ok(const struct smmuv2 *s)
{
	u32 n;

	for (n = 0; n < s->cfg.num_cb; n++) {
		const struct smmuv2_bank *b = &s->bank[n];

		if (b->fsr & ~(SMMUV2_FSR_FAULTS | SMMUV2_FSR_FORMAT | SMMUV2_FSR_SS | SMMUV2_FSR_MULTI))
			return false;
		if ((b->stalled.head && !b->fsr && !s->gse_stall) || (b->owner && !(b->fsr & SMMUV2_FSR_SS)))
			return false;
	}
	return true;
}

/* Derive again what follows from the registers, except for the interrupt lines. */
static void derive(struct smmuv2 *s)
{
	u32 n;

	smmuv2_identify(s);
	s->scr0 = (u32)reg_get(&s->gr0, SMMUV2_GR0_sCR0);
	s->gfsr = (u32)reg_get(&s->gr0, SMMUV2_GR0_sGFSR);
	s->syncs = !!s->gsync_seq;
	reg_set(&s->gr0, SMMUV2_GR0_sTLBGSTATUS, s->gsync_seq ? SMMUV2_sTLBGSTATUS_ACT : 0);
	for (n = 0; n < s->cfg.num_cb; n++) {
		struct smmuv2_bank *b = &s->bank[n];

		b->fsr = (u32)reg_get(&b->regs, SMMUV2_CB_FSR);
		b->sctlr = (u32)reg_get(&b->regs, SMMUV2_CB_SCTLR);
		b->blocked = b->fsr && !(b->sctlr & SMMUV2_SCTLR_HUPCF);
		s->gse_stall |= (s->scr0 & SMMUV2_sCR0_GSE) && (b->fsr & SMMUV2_FSR_SS);
		s->syncs += !!b->sync_seq;
		reg_set(&b->regs, SMMUV2_CB_TLBSTATUS, b->sync_seq ? SMMUV2_TLBSTATUS_SACTIVE : 0);
	}
	smmuv2_stream_update(s);
	smmuv2_bank_update_all(s);
}

void smmuv2_exchange(void *hw, struct iommu_image *img)
{
	struct smmuv2 *s = hw;
	u32 i;

	image_regs(img, &s->gr0);
	image_regs(img, &s->gr1);
	image_part(img, &s->ginv_seq);
	image_part(img, &s->gsync_seq);
	image_check(img, s->eng.seq && s->ginv_seq <= s->eng.seq && s->gsync_seq <= s->eng.seq);
	for (i = 0; i < s->cfg.num_cb && !img->err; i++)
		exchange_bank(s, img, i);
	for (i = 0; i < s->cfg.n_tbus; i++)
		image_bool(img, &s->tbu[i].waited);
	if (!img->loading || img->err)
		return;
	derive(s);
	image_check(img, queues_ok(s));
}
