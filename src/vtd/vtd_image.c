// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Images of the hardware's state. Whatever an image says, the engine must be
 * safe with it: each value that something else relies on is checked.
 */
#include "image.h"
#include "vtd_priv.h"

u64 vtd_config(const void *hw)
{
	const struct vtd *v = hw;
	u64 words[] = { v->cap, v->ecap, reg_get(&v->regs, VTD_VER), v->haw, v->collapse, v->eng.n_itags };

	return image_digest_words(0, words, ARRAY_SIZE(words));
}

/* ---- what may be in a cache ---- */

bool vtd_entry_ok(const void *hw, enum iommu_unit unit, const struct tcache_entry *e)
{
	const struct vtd *v = hw;
	struct xlat_result r;

	if (e->global)
		return false;
	switch (unit) {
	case UNIT_TLB:
		return engine_tlb_entry_ok(e, 30, BIT_ULL(v->haw) - 1, &r);
	case UNIT_CONFIG_CACHE:
		return e->shift == 64 && vtd_context_plausible(v, e->tag.world, e->data);
	case UNIT_CD_CACHE:
		return e->shift == 64 && vtd_pasid_plausible(v, e->data);
	default:
		return pt_cache_entry_ok(e, 1, 4) &&
		       e->shift == 3 + 9 * FIELD_GET(PT_CACHE_LEVEL, e->data[PT_CACHE_INFO]);
	}
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
		for (i = 0; i < max((u32)b->table[row].count, 1U); i++)
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
	image_part(img, &v->ttm);
	image_part(img, &v->root);
	image_part(img, &v->fr_index);
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

	image_part(img, &v->iotlb_seq);
	/* No walk is in flight: what a command waited for is over, and the next step completes it. */
	image_check(img, v->iotlb_seq <= v->eng.seq && (!v->iotlb_seq || v->eng.owed));
	image_check(img, !v->iotlb_seq == !(reg_get(&v->regs, v->iva + VTD_IOTLB) & VTD_IOTLB_IVT));
	image_part(img, &v->n_waits);
	image_check(img, v->n_waits <= VTD_MAX_WAITS);
	for (i = 0; i < v->n_waits && !img->err; i++) {
		struct vtd_wait *wait = &v->waits[i];

		image_part(img, &wait->seq);
		image_part(img, &wait->flags);
		image_part(img, &wait->addr);
		image_part(img, &wait->data);
		image_check(img, wait->seq <= v->eng.seq && (!i || wait->seq > wait[-1].seq));
		image_check(img, !(wait->flags & ~(VTD_WAIT_IF | VTD_WAIT_SW | VTD_WAIT_FN | VTD_WAIT_PD)));
		image_check(img, !(wait->addr & ~((BIT_ULL(v->haw) - 1) & ~3ULL)));
	}
	image_check(img, head_plausible(v));
	image_check(img, !v->n_waits || (v->ecap & VTD_ECAP_QI));
}

static void learnt(struct vtd *v, struct iommu_image *img)
{
	u32 i;

	for (i = 0; i < VTD_LEARNT_SETS; i++) {
		image_part(img, &v->learnt[i].first);
		image_part(img, &v->learnt[i].second);
		image_part(img, &v->learnt[i].rid);
	}
}

void vtd_exchange(void *hw, struct iommu_image *img)
{
	registers(hw, img);
	queue(hw, img);
	learnt(hw, img);
}
