// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What an event concerns, and which streams: for holders that keep translations. */
#include "smmuv2_priv.h"

void smmuv2_changed_bank(struct smmuv2 *s, u32 n)
{
	struct iommu_scope scope = { .by = SCOPE_BANK, .stages = SCOPE_S1 | SCOPE_S2, .global = true, .bank = (u16)n };

	engine_changed(&s->eng, &scope);
}

void smmuv2_changed_streams(struct smmuv2 *s, u32 first, u32 last)
{
	struct iommu_scope scope = {
		.by = SCOPE_SID, .stages = SCOPE_S1 | SCOPE_S2, .global = true, .sid_first = first, .sid_last = last
	};

	engine_changed(&s->eng, &scope);
}

/* The same criteria that dropped @dropped entries. An operation of a bank concerns every bank that has its tag. */
void smmuv2_invalidated(struct smmuv2 *s, const struct tcache_inv *inv, u32 dropped)
{
	u32 match = inv->match;
	struct iommu_scope scope = {
		.by = (match & TCACHE_BY_ASID ? SCOPE_ASID : 0) | (match & TCACHE_BY_VMID ? SCOPE_VMID : 0) |
		      (match & TCACHE_BY_ADDR ? SCOPE_ADDR : 0) | (match & TCACHE_LEAF_ONLY ? SCOPE_LEAF : 0),
		.global = !(match & TCACHE_BY_ASID) || (match & TCACHE_GLOBAL_TOO),
		.regime = inv->tag.world & SMMUV2_REGIME_MASK,
		.asid = match & TCACHE_BY_ASID ? inv->tag.asid : 0,
		.vmid = match & TCACHE_BY_VMID ? inv->tag.vmid : 0,
		.first = inv->addr,
		.last = inv->last,
	};

	scope.stages = scope.regime == SMMUV2_S2 ? SCOPE_S2 : SCOPE_S1;
	engine_dropped(&s->eng, UNIT_TLB, dropped, &scope);
}

/* ---- Whom ---- */

/* The bank that @cb is nested over, as CBAR names it: even while that is not a stage 2 bank. */
static u32 nested_over(const struct smmuv2 *s, u32 cb)
{
	if (s->bank[cb].type != SMMUV2_CBAR_S1_S2)
		return SMMUV2_NO_BANK;
	return FIELD_GET(SMMUV2_CBAR_CBNDX, (u32)reg_get(&s->gr1, SMMUV2_GR1_CBAR(cb)));
}

/* Entries of a nested bank have the tag of stage 1; stage 2's tag is its own bank's. */
static bool tag_concerned(const struct smmuv2 *s, const struct iommu_scope *scope, u32 cb)
{
	const struct tcache_tag *tag = &s->bank[cb].tag;

	if (scope->regime == SMMUV2_S2 && s->bank[cb].s2 != SMMUV2_NO_BANK)
		tag = &s->bank[s->bank[cb].s2].tag;
	if (scope->regime && scope->regime != (tag->world & SMMUV2_REGIME_MASK))
		return false;
	if ((scope->by & SCOPE_VMID) && (tag->vmid ^ scope->vmid) & ~scope->vmid_mask)
		return false;
	return !(scope->by & SCOPE_ASID) || scope->global || tag->asid == scope->asid;
}

/* The bank that translates @sid; SMMUV2_NO_BANK: none does. */
static u32 bank_of(const struct smmuv2 *s, u32 sid)
{
	u16 group = smmuv2_stream_find(s, sid);

	if (group >= SMMUV2_STREAM_NONE || (s->scr0 & SMMUV2_sCR0_CLIENTPD) || !s->group[group].to_bank)
		return SMMUV2_NO_BANK;
	return s->group[group].cb;
}

bool smmuv2_concerns(void *hw, const struct iommu_scope *scope, u32 sid, u32 pasid)
{
	const struct smmuv2 *s = hw;
	u32 cb;

	engine_asks(&s->eng);
	if ((scope->by & SCOPE_SID) && (sid < scope->sid_first || sid > scope->sid_last))
		return false;
	if (!scope->regime && !(scope->by & (SCOPE_BANK | SCOPE_VMID | SCOPE_ASID)))
		return true;
	cb = bank_of(s, sid);
	if (cb == SMMUV2_NO_BANK)
		return false;
	if ((scope->by & SCOPE_BANK) && scope->bank != cb && scope->bank != nested_over(s, cb))
		return false;
	return tag_concerned(s, scope, cb);
}
