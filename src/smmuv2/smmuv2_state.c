// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The state in an image. Registers, queues of stalled transactions, caches and
 * what orders maintenance are kept; what follows from them (decoded banks and streams, free slots, interrupt levels)
 * is derived again when an image is loaded.
 */
#include "image.h"
#include "smmuv2_priv.h"

#define IMAGE_VERSION 1

static u64 digest_words(u64 h, const u64 *words, size_t n)
{
	u8 raw[8];
	size_t i;

	for (i = 0; i < n; i++) {
		fl_put_le64(raw, words[i]);
		h = image_digest(h, raw, sizeof(raw));
	}
	return h;
}

static u64 digest_cache(u64 h, const struct tcache_cfg *c)
{
	u64 words[] = { c->sets, c->ways, c->policy, c->seed };

	return digest_words(h, words, ARRAY_SIZE(words));
}

static u64 digest_cfg(const struct smmuv2_cfg *c)
{
	u64 words[] = {
		c->behaviour, c->num_cb,     c->num_s2cb,   c->num_smrg,  c->sid_bits,	     c->stream_indexing,
		c->exids,     c->page_64k,   c->log2_pages, c->no_s1,	  c->no_s2,	     c->no_nested,
		c->no_atos,   c->incoherent, c->vmid16,	    c->no_caches, c->formats,	     c->ias_bits,
		c->oas_bits,  c->ubs_bits,   c->num_irpt,   c->n_tbus,	  c->fsynr0_s1cbndx, c->fsynr1,
	};
	u64 h = digest_words(0, words, ARRAY_SIZE(words));
	u32 i;

	for (i = 0; i < c->n_tbus; i++)
		h = digest_words(h, &(u64){ c->stall_slots[i] }, 1);
	h = digest_cache(h, &c->tlb);
	h = digest_cache(h, &c->wc1);
	return digest_cache(h, &c->wc2);
}

/* ---- The parts ---- */

static void exchange_stats(struct smmuv2 *s, struct iommu_image *img)
{
	struct smmuv2_stats *st = &s->stats;

	image_u64(img, &st->lookups);
	image_u64(img, &st->context_faults);
	image_u64(img, &st->multi);
	image_u64(img, &st->global_faults);
	image_u64(img, &st->stalls);
	image_u64(img, &st->blocked);
	image_u64(img, &st->waits);
	image_u64(img, &st->retried);
	image_u64(img, &st->terminated);
}

static void exchange_stall(struct smmuv2 *s, struct iommu_image *img, struct smmuv2_stall *p)
{
	image_u64(img, &p->id);
	image_u64(img, &p->seq);
	image_u32(img, &p->sid);
	image_u16(img, &p->tbu);
	image_u16(img, &p->cb);
	image_bool(img, &p->faulted);
	image_check(img, p->seq <= s->seq && p->tbu < s->cfg.n_tbus && p->cb < s->cfg.num_cb);
}

/*
 * The queue of bank @n, first to last. Loading appends each transaction, so that links and counts are always
 * consistent.
 */
static void exchange_queue(struct smmuv2 *s, struct iommu_image *img, u32 n)
{
	struct smmuv2_bank *b = &s->bank[n];
	u16 slot, count = 0, owner = 0, i;

	for (slot = b->stalled; slot; slot = s->stalls[slot - 1].next) {
		count++;
		owner = slot == b->owner ? count : owner;
	}
	image_u16(img, &count);
	image_u16(img, &owner);
	image_check(img, owner <= count);
	slot = b->stalled;
	for (i = 1; i <= count && !img->err; i++) {
		struct smmuv2_stall p = { 0 };

		if (!img->loading)
			p = s->stalls[slot - 1];
		exchange_stall(s, img, &p);
		image_check(img, i != owner || p.faulted);
		if (!img->loading) {
			slot = p.next;
			continue;
		}
		if (img->err)
			return;
		slot = smmuv2_fault_queue(s, n, &p);
		image_check(img, slot);
		b->owner = i == owner ? slot : b->owner;
	}
}

static void exchange_bank(struct smmuv2 *s, struct iommu_image *img, u32 n)
{
	struct smmuv2_bank *b = &s->bank[n];

	image_regs(img, &b->regs);
	image_u64(img, &b->inv_seq);
	image_u64(img, &b->sync_seq);
	image_check(img, b->inv_seq <= s->seq && b->sync_seq <= s->seq);
	exchange_queue(s, img, n);
}

static void exchange(struct smmuv2 *s, struct iommu_image *img)
{
	u32 i;

	image_regs(img, &s->gr0);
	image_regs(img, &s->gr1);
	image_u64(img, &s->seq);
	image_u64(img, &s->ginv_seq);
	image_u64(img, &s->gsync_seq);
	image_check(img, s->seq && s->ginv_seq <= s->seq && s->gsync_seq <= s->seq);
	image_bool(img, &s->due);
	for (i = 0; i < s->cfg.num_cb && !img->err; i++)
		exchange_bank(s, img, i);
	for (i = 0; i < s->cfg.n_tbus; i++)
		image_bool(img, &s->tbu[i].waited);
	image_tcache(img, &s->tlb);
	image_tcache(img, &s->wc1);
	image_tcache(img, &s->wc2);
	exchange_stats(s, img);
}

/* ---- What was loaded ---- */

/* Whether an entry cannot be one of the TLB. */
static bool bad_translation(const struct tcache_entry *e, const void *unused)
{
	struct xlat_result r = { 0 };
	u64 perms = e->data[1];

	xlat_set_answer(&r, e->data[2]);
	if (e->shift > 48 || r.shift != e->shift || e->data[0] >> 48 || e->data[0] & (BIT_ULL(e->shift) - 1))
		return true;
	if (perms & ~0x707ULL || r.perm != (perms & 7) || r.priv_perm != perms >> 8)
		return true;
	return r.fault || r.bypass || r.recorded || r.untranslated || !r.hit || r.global != e->global;
}

/* Whether an entry cannot be one of a walk cache: level of the table + 1, attributes above. */
static bool bad_table(const struct tcache_entry *e, const void *unused)
{
	u64 level = e->data[1] & 0xff;

	return e->shift > 48 || e->data[0] >> 48 || level < 2 || level > 4 || e->data[1] >> 24;
}

static bool entries_ok(struct tcache *c, bool (*bad)(const struct tcache_entry *e, const void *arg))
{
	struct tcache_inv inv = { .also = bad };

	return !tcache_invalidate(c, &inv);
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
		if ((b->stalled && !b->fsr && !s->gse_stall) || (b->owner && !(b->fsr & SMMUV2_FSR_SS)))
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

static int load(struct smmuv2 *s, struct iommu_image *img)
{
	struct smmuv2_stats stats = s->stats;

	if (!image_begin(img, "smmuv2", IMAGE_VERSION, digest_cfg(&s->cfg)))
		exchange(s, img);
	if (!img->err) {
		derive(s);
		image_check(img, queues_ok(s) && entries_ok(&s->tlb, bad_translation) &&
					 entries_ok(&s->wc1, bad_table) && entries_ok(&s->wc2, bad_table));
	}
	if (image_end(img)) {
		smmuv2_power_on(s);
		s->stats = stats;
		return -EINVAL;
	}
	smmuv2_fault_raise(s);
	return 0;
}

int smmuv2_save(struct smmuv2 *s, struct iommu_image *img)
{
	int err = -EBUSY;

	engine_enter(&s->guard, CALL_SAVE);
	if (!s->walks) {
		if (!image_begin(img, "smmuv2", IMAGE_VERSION, digest_cfg(&s->cfg)))
			exchange(s, img);
		err = image_end(img);
	}
	engine_leave(&s->guard);
	return err;
}

int smmuv2_restore(struct smmuv2 *s, struct iommu_image *img)
{
	bool busy = s->walks;
	u32 i;
	int err = -EBUSY;

	engine_enter(&s->guard, CALL_RESTORE);
	for (i = 0; i < s->cfg.n_tbus; i++)
		busy |= s->tbu[i].used;
	if (!busy) {
		smmuv2_fault_lower(s);
		smmuv2_power_on(s);
		err = load(s, img);
	}
	engine_leave(&s->guard);
	return err;
}
