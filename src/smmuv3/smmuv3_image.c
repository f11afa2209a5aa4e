// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The whole state as an image (image.h), each part named once. Not part of it:
 * resolved streams, which are made again from the cached STEs and CDs without
 * anything being counted twice, and walks in flight, which are the holder's.
 */
#include "smmuv3_priv.h"
#include "image.h"

#define MAX_SHIFT 52 /* of a page, block or table */

u64 v3_config(const void *hw)
{
	const struct smmuv3 *s = hw;
	const struct smmuv3_cfg *c = &s->cfg;
	u64 words[] = { s->idr0, s->idr1, s->idr3, s->idr5,	   c->idr[4],
			c->gbpa, c->iidr, c->aidr, s->eng.n_slots, c->no_wired_irq };

	return image_digest_words(0, words, ARRAY_SIZE(words));
}

/* Whether no write could have left such a value. */
static bool impossible(const struct smmuv3 *s, u32 row, u64 value)
{
	const u64 *mask = s->regs.masks[row];
	u32 offset = s->regs.table[row].offset;

	if (offset == SMMUV3_GBPA)
		return value & SMMUV3_GBPA_UPDATE;
	return value & ~((mask[REG_RO] | mask[REG_RW]) & v3_reg_present(s, offset));
}

static void registers(struct iommu_image *img, struct smmuv3 *s)
{
	u32 id[SMMUV3_AIDR / 4 + 1], row, i;

	for (i = 0; i < ARRAY_SIZE(id); i++)
		id[i] = v3_reg(s, i * 4);
	image_regs(img, &s->regs);
	for (i = 0; i < ARRAY_SIZE(id); i++)
		image_check(img, v3_reg(s, i * 4) == id[i]);
	for (row = 0; row < s->regs.n_rows; row++)
		if (s->regs.table[row].offset > SMMUV3_AIDR && s->regs.table[row].offset != SMMUV3_ID_REGS(0))
			image_check(img, !impossible(s, row, s->regs.values[s->regs.first[row]]));
	image_check(img, v3_reg(s, SMMUV3_CR0ACK) == v3_reg(s, SMMUV3_CR0));
	image_check(img, v3_reg(s, SMMUV3_IRQ_CTRLACK) == v3_reg(s, SMMUV3_IRQ_CTRL));
	s->cr0 = v3_reg(s, SMMUV3_CR0);
	s->cr2 = v3_reg(s, SMMUV3_CR2);
	s->gbpa = v3_reg(s, SMMUV3_GBPA);
	v3_queue_sizes(s);
}

static void command_queue(struct iommu_image *img, struct smmuv3 *s)
{
	u32 op;

	image_bool(img, &s->sync_blocked);
	image_check(img, !s->sync_blocked || s->eng.owed);
	image_words(img, s->blocked_cmd, SMMUV3_CMD_WORDS);
	op = FIELD_GET(SMMUV3_CMD_0_OP, s->blocked_cmd[0]);
	image_check(img, !s->sync_blocked ||
				 ((s->cr0 & SMMUV3_CR0_CMDQEN) && (op == SMMUV3_CMD_SYNC || op == SMMUV3_CMD_ATC_INV)));
	image_bool(img, &s->atc_timed_out);
}

bool v3_entry_ok(const void *hw, enum iommu_unit unit, const struct tcache_entry *e)
{
	const struct smmuv3 *s = hw;
	struct xlat_result r;

	switch (unit) {
	case UNIT_TLB:
		return engine_tlb_entry_ok(e, MAX_SHIFT, s->pa_mask, &r) && r.perm <= (PERM_R | PERM_W | PERM_X) &&
		       r.priv_perm <= (PERM_R | PERM_W | PERM_X);
	case UNIT_CONFIG_CACHE:
		return e->shift == 64;
	case UNIT_CD_CACHE:
		return e->shift <= MAX_SHIFT;
	default:
		return e->shift <= MAX_SHIFT && pt_cache_entry_ok(e, 0, 3);
	}
}

/* What lies next to the entries of a cache. */
static void raw(struct iommu_image *img, const struct tcache *c, struct smmuv3_raw *raw)
{
	size_t n = (size_t)c->sets * c->ways, i;

	for (i = 0; i < n && !img->err; i++)
		if (c->signs[i])
			image_words(img, raw[i].w, SMMUV3_STE_WORDS);
}

void v3_exchange(void *hw, struct iommu_image *img)
{
	struct smmuv3 *s = hw;

	raw(img, &s->eng.cache[UNIT_CONFIG_CACHE], s->stes);
	raw(img, &s->eng.cache[UNIT_CD_CACHE], s->cds);
	registers(img, s);
	command_queue(img, s);
	image_bool(img, &s->tagged);
	v3_stall_image(img, s);
}
