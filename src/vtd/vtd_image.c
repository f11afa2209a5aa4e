/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Images of the hardware's state. Whatever an image says, the engine must be
 * safe with it: each value that something else relies on is checked.
 */
#include "image.h"
#include "vtd_priv.h"

#define VERSION 2

static u64 mix(u64 digest, u64 value)
{
	u8 raw[8];

	fl_put_le64(raw, value);
	return image_digest(digest, raw, sizeof(raw));
}

static u64 mix_cache(u64 digest, const struct tcache *c)
{
	return mix(mix(mix(digest, c->sets), c->ways), c->policy);
}

static u64 config_digest(const struct vtd *v)
{
	u64 digest = mix(mix(mix(0, v->cap), v->ecap), reg_get(&v->regs, VTD_VER));

	digest = mix(mix(mix(digest, v->haw), v->collapse), v->n_itags);
	digest = mix_cache(mix_cache(digest, &v->iotlb), &v->contexts);
	return mix_cache(mix_cache(mix_cache(digest, &v->pasids), &v->first), &v->second);
}

/* ---- what may be in a cache ---- */

static bool translation_plausible(const struct vtd *v, const struct tcache_entry *e)
{
	struct xlat_result r;

	xlat_set_answer(&r, e->data[2]);
	return e->shift <= 30 && r.shift == e->shift && !r.fault &&
	       !(e->data[0] & (~(BIT_ULL(v->haw) - 1) | (BIT_ULL(e->shift) - 1)));
}

static bool step_plausible(const struct tcache_entry *e)
{
	u64 level = FIELD_GET(VTD_STEP_LEVEL, e->data[0]);

	return level >= 1 && level <= 4 && e->shift == 12 + 9 * level;
}

static bool entry_plausible(const struct vtd *v, const struct tcache *c, const struct tcache_entry *e)
{
	if (c == &v->iotlb)
		return translation_plausible(v, e);
	if (c == &v->contexts)
		return e->shift == 64 && vtd_context_plausible(v, e->tag.world, e->data);
	if (c == &v->pasids)
		return e->shift == 64 && vtd_pasid_plausible(v, e->data);
	return step_plausible(e);
}

static void cache(struct vtd *v, struct iommu_image *img, struct tcache *c)
{
	size_t n = (size_t)c->sets * c->ways, i;

	image_tcache(img, c);
	for (i = 0; i < n && !img->err; i++)
		if (c->signs[i])
			image_check(img, !c->entries[i].global && entry_plausible(v, c, &c->entries[i]));
}

/* ---- registers ---- */

/* A register holds only bits that its fields have; identification registers follow the configuration. */
static bool registers_plausible(const struct vtd *v)
{
	const struct reg_bank *b = &v->regs;
	u32 row, i, k;

	for (row = 0; row < b->n_rows; row++) {
		u64 fields = 0;

		for (k = 0; k < 5; k++)
			fields |= b->masks[row][k];
		for (i = 0; i < max(b->table[row].count, (u16)1); i++)
			if (b->values[b->first[row] + i] & ~fields)
				return false;
	}
	return reg_get(b, VTD_CAP) == v->cap && reg_get(b, VTD_ECAP) == v->ecap;
}

static void registers(struct vtd *v, struct iommu_image *img)
{
	u64 gsts, ver = reg_get(&v->regs, VTD_VER);

	image_regs(img, &v->regs);
	image_bool(img, &v->tes);
	image_bool(img, &v->pmr);
	image_bool(img, &v->ssirwe);
	image_u8(img, &v->ttm);
	image_u64(img, &v->root);
	image_u32(img, &v->fr_index);
	if (img->err)
		return;
	gsts = reg_get(&v->regs, VTD_GSTS);
	image_check(img, registers_plausible(v) && reg_get(&v->regs, VTD_VER) == ver);
	image_check(img, v->tes == !!(gsts & VTD_GCMD_TE));
	image_check(img, v->pmr == !!(reg_get(&v->regs, VTD_PMEN) & VTD_PMEN_EPM));
	image_check(img, !v->pmr || (v->cap & (VTD_CAP_PLMR | VTD_CAP_PHMR)));
	image_check(img, !v->ssirwe || (v->ecap & VTD_ECAP_SSIRWS));
	image_check(img, v->ttm <= VTD_TTM_ABORT && v->fr_index < v->n_frcd);
	image_check(img, !(v->root & ~(VTD_RTADDR_RTA & (BIT_ULL(v->haw) - 1))));
}

/* ---- the invalidation queue ---- */

/* The head that hardware writes lies in the queue, aligned to its descriptors. */
static bool head_plausible(const struct vtd *v)
{
	u64 iqa, head;

	if (!(v->ecap & VTD_ECAP_QI))
		return true;
	iqa = reg_get(&v->regs, VTD_IQA);
	head = reg_get(&v->regs, VTD_IQH);
	return head < 4096ULL << FIELD_GET(VTD_IQA_QS, iqa) && !((iqa & VTD_IQA_DW) && (head & 16));
}

static void queue(struct vtd *v, struct iommu_image *img)
{
	u32 i;

	image_u64(img, &v->seq);
	image_check(img, v->seq < BIT_ULL(63)); /* it never wraps */
	image_u64(img, &v->iotlb_seq);
	image_bool(img, &v->iq_owed);
	/* No walk is in flight: what a command waited for is over, and the next step completes it. */
	image_check(img, v->iotlb_seq <= v->seq && (!v->iotlb_seq || v->iq_owed));
	image_check(img, !v->iotlb_seq == !(reg_get(&v->regs, v->iva + VTD_IOTLB) & VTD_IOTLB_IVT));
	for (i = 0; i < v->n_itags; i++) {
		image_u64(img, &v->itags[i].seq);
		image_u16(img, &v->itags[i].sid);
		image_check(img, v->itags[i].seq <= v->seq);
	}
	image_u32(img, &v->n_waits);
	image_check(img, v->n_waits <= VTD_MAX_WAITS);
	for (i = 0; i < v->n_waits && !img->err; i++) {
		struct vtd_wait *wait = &v->waits[i];

		image_u64(img, &wait->seq);
		image_u64(img, &wait->flags);
		image_u64(img, &wait->addr);
		image_u32(img, &wait->data);
		image_check(img, wait->seq <= v->seq && (!i || wait->seq > wait[-1].seq));
		image_check(img, !(wait->flags & ~(VTD_WAIT_IF | VTD_WAIT_SW | VTD_WAIT_FN | VTD_WAIT_PD)));
		image_check(img, !(wait->addr & ~((BIT_ULL(v->haw) - 1) & ~3ULL)));
	}
	image_check(img, head_plausible(v));
	image_check(img, !v->n_waits || (v->ecap & VTD_ECAP_QI));
}

static void statistics(struct vtd *v, struct iommu_image *img)
{
	struct vtd_stats *s = &v->stats;

	image_u64(img, &s->faults_recorded);
	image_u64(img, &s->faults_lost);
	image_u64(img, &s->faults_collapsed);
	image_u64(img, &s->faults_silent);
	image_u64(img, &s->prq_written);
	image_u64(img, &s->prq_refused);
	image_u64(img, &s->prq_bus_errors);
	image_u64(img, &s->prq_overflow);
	image_u64(img, &s->auto_responses);
	image_u64(img, &s->descriptors);
}

static void learnt(struct vtd *v, struct iommu_image *img)
{
	u32 i;

	for (i = 0; i < VTD_LEARNT_SETS; i++) {
		image_u64(img, &v->learnt[i].first);
		image_u64(img, &v->learnt[i].second);
		image_u64(img, &v->learnt[i].rid);
	}
}

/* Exchange each part of the state once. */
static int exchange(struct vtd *v, struct iommu_image *img)
{
	if (image_begin(img, "vtd", VERSION, config_digest(v)))
		return img->err;
	registers(v, img);
	queue(v, img);
	statistics(v, img);
	cache(v, img, &v->iotlb);
	cache(v, img, &v->contexts);
	cache(v, img, &v->pasids);
	cache(v, img, &v->first);
	cache(v, img, &v->second);
	learnt(v, img);
	return image_end(img);
}

int vtd_image_save(void *hw, struct iommu_image *img)
{
	struct vtd *v = hw;
	int err = -EBUSY;

	engine_enter(&v->guard, CALL_SAVE);
	if (!v->walks)
		err = exchange(v, img);
	engine_leave(&v->guard);
	return err;
}

int vtd_image_restore(void *hw, struct iommu_image *img)
{
	struct vtd *v = hw;
	struct vtd_stats counted = v->stats;
	int err = -EBUSY;

	engine_enter(&v->guard, CALL_RESTORE);
	if (!v->walks) {
		vtd_clear_state(v);
		err = exchange(v, img);
		if (err) {
			vtd_clear_state(v);
			v->stats = counted;
		}
	}
	engine_leave(&v->guard);
	return err;
}
