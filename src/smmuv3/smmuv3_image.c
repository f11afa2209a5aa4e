/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The whole state as an image (image.h), each part named once. Not part of it:
 * resolved streams, which are made again from the cached STEs and CDs without
 * anything being counted twice, and walks in flight, which are the holder's.
 */
#include "smmuv3_priv.h"
#include "image.h"

#define IMAGE_VERSION 1
#define MAX_SHIFT     52 /* of a page, block or table */

static_assert(sizeof(struct smmuv3_stats) % sizeof(u64) == 0, "counters are u64");

static u64 digest_word(u64 seed, u64 word)
{
	u8 bytes[8];

	fl_put_le64(bytes, word);
	return image_digest(seed, bytes, sizeof(bytes));
}

static u64 digest_cache(u64 seed, const struct tcache_cfg *c)
{
	seed = digest_word(seed, (u64)c->sets << 32 | c->ways);
	return digest_word(seed, (u64)c->policy << 32 | c->seed);
}

/* Of the configuration as it was resolved. */
static u64 config_digest(const struct smmuv3 *s)
{
	const struct smmuv3_cfg *c = &s->cfg;
	u64 d = digest_word(0, (u64)s->idr1 << 32 | s->idr0);

	d = digest_word(d, (u64)s->idr5 << 32 | s->idr3);
	d = digest_word(d, (u64)c->idr[4] << 32 | c->gbpa);
	d = digest_word(d, (u64)c->iidr << 32 | c->aidr);
	d = digest_word(d, (u64)s->n_stalls << 32 | c->no_wired_irq);
	d = digest_cache(d, &c->tlb);
	d = digest_cache(d, &c->walk_cache);
	d = digest_cache(d, &c->walk_cache_s2);
	d = digest_cache(d, &c->ste_cache);
	return digest_cache(d, &c->cd_cache);
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
}

static void command_queue(struct iommu_image *img, struct smmuv3 *s)
{
	u32 i, op;

	image_bool(img, &s->sync_blocked);
	image_words(img, s->blocked_cmd, SMMUV3_CMD_WORDS);
	op = FIELD_GET(SMMUV3_CMD_0_OP, s->blocked_cmd[0]);
	image_check(img, !s->sync_blocked ||
				 ((s->cr0 & SMMUV3_CR0_CMDQEN) && (op == SMMUV3_CMD_SYNC || op == SMMUV3_CMD_ATC_INV)));
	image_u32(img, &s->atc_busy);
	for (i = 0; i < SMMUV3_CMD_ATC_MAX; i++)
		image_u32(img, &s->atc_sid[i]);
	image_bool(img, &s->atc_timed_out);
}

static bool tlb_entry_is_sound(const struct smmuv3 *s, const struct tcache_entry *e)
{
	u64 within = BIT_ULL(e->shift) - 1;
	struct xlat_result r = { 0 };

	xlat_set_answer(&r, e->data[TLB_ANSWER]);
	return !(e->data[TLB_PA] & (within | ~s->pa_mask)) && r.shift == e->shift && !r.fault &&
	       r.perm <= (PERM_R | PERM_W | PERM_X) && r.priv_perm <= (PERM_R | PERM_W | PERM_X);
}

/* Whether an entry can be used without harm, whatever it leads to. */
static bool entry_is_sound(const struct smmuv3 *s, const struct tcache *c, const struct tcache_entry *e)
{
	u64 level;

	if (c == &s->ste_cache)
		return e->shift == 64;
	if (e->shift > MAX_SHIFT)
		return false;
	if (c == &s->tlb)
		return tlb_entry_is_sound(s, e);
	level = FIELD_GET(WC_LEVEL, e->data[WC_INFO]);
	return c == &s->cd_cache || (level >= 1 && level <= 4);
}

/* @raw: what lies next to the entries, or NULL */
static void cache(struct iommu_image *img, struct smmuv3 *s, struct tcache *c, struct smmuv3_raw *raw)
{
	size_t n = (size_t)c->sets * c->ways, i;

	image_tcache(img, c);
	for (i = 0; i < n && !img->err; i++) {
		if (!c->signs[i])
			continue;
		image_check(img, entry_is_sound(s, c, &c->entries[i]));
		if (raw)
			image_words(img, raw[i].w, SMMUV3_STE_WORDS);
	}
}

static void parts(struct iommu_image *img, struct smmuv3 *s)
{
	image_words(img, (u64 *)&s->stats, sizeof(s->stats) / sizeof(u64));
	registers(img, s);
	command_queue(img, s);
	image_bool(img, &s->tagged);
	v3_stall_image(img, s);
	cache(img, s, &s->tlb, NULL);
	cache(img, s, &s->wc1, NULL);
	cache(img, s, &s->wc2, NULL);
	cache(img, s, &s->ste_cache, s->stes);
	cache(img, s, &s->cd_cache, s->cds);
}

static int save(struct smmuv3 *s, struct iommu_image *img)
{
	int err;

	if (s->walks)
		return -EBUSY;
	err = image_begin(img, "smmuv3", IMAGE_VERSION, config_digest(s));
	if (err)
		return err;
	parts(img, s);
	return image_end(img);
}

int smmuv3_save(struct smmuv3 *s, struct iommu_image *img)
{
	int err;

	engine_enter(&s->guard, CALL_SAVE);
	err = save(s, img);
	engine_leave(&s->guard);
	return err;
}

static int restore(struct smmuv3 *s, struct iommu_image *img)
{
	struct smmuv3_stats stats = s->stats;

	if (s->walks || s->stalls_used)
		return -EBUSY;
	v3_reset_state(s);
	if (!image_begin(img, "smmuv3", IMAGE_VERSION, config_digest(s))) {
		parts(img, s);
		if (!image_end(img))
			return 0;
	}
	v3_reset_state(s);
	s->stats = stats;
	return -EINVAL;
}

int smmuv3_restore(struct smmuv3 *s, struct iommu_image *img)
{
	int err;

	engine_enter(&s->guard, CALL_RESTORE);
	err = restore(s, img);
	engine_leave(&s->guard);
	return err;
}
