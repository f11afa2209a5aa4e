// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Invalidation of cached configuration (4.3) and translations (4.4), and of what walks in flight and unrecorded
 * stalls took from them.
 */
#include "smmuv3_priv.h"

/* ---- configuration ---- */

struct sid_range {
	u32 first, last;
};

static bool sid_in_range(const struct tcache_entry *e, const void *arg)
{
	const struct sid_range *range = arg;

	return e->tag.vmid >= range->first && e->tag.vmid <= range->last;
}

static void cfgi_in_flight(struct smmuv3 *s, const struct sid_range *range)
{
	struct iommu_walk *w;
	u32 i;

	for (w = s->eng.walks; w; w = w->next)
		if (w->txn.sid >= range->first && w->txn.sid <= range->last)
			engine_overtake(&s->eng, w);
	for (i = s->held.head; i; i = s->eng.slot_next[i - 1])
		if (s->stalls[i - 1].sid >= range->first && s->stalls[i - 1].sid <= range->last)
			s->stalls[i - 1].retry = true;
}

/* STEs and CDs of a range of StreamIDs; or only CDs, @index V3_NO_SSID: all of them. */
static void cfgi(struct smmuv3 *s, const struct sid_range *range, bool stes, u32 index)
{
	struct tcache_inv inv = { .also = sid_in_range, .arg = range };
	struct iommu_scope scope = { .by = SCOPE_SID,
				     .stages = stes ? SCOPE_S1 | SCOPE_S2 : SCOPE_S1,
				     .global = true,
				     .sid_first = range->first,
				     .sid_last = range->last };

	s->config_gen++;
	if (index != V3_NO_SSID) {
		scope.by |= SCOPE_PASID;
		scope.pasid = index;
	}
	if (stes)
		engine_dropped(&s->eng, UNIT_CONFIG_CACHE, tcache_invalidate(&s->eng.cache[UNIT_CONFIG_CACHE], &inv),
			       &scope);
	if (index != V3_NO_SSID) {
		inv.match = TCACHE_BY_ASID;
		inv.tag.asid = index;
	}
	engine_dropped(&s->eng, UNIT_CD_CACHE, tcache_invalidate(&s->eng.cache[UNIT_CD_CACHE], &inv), &scope);
	cfgi_in_flight(s, range);
}

/* CERROR_* */
u8 v3_cmd_cfgi(struct smmuv3 *s, const u64 *cmd)
{
	u32 sid = FIELD_GET(SMMUV3_CMD_0_STREAMID, cmd[0]);
	struct sid_range range = { sid, sid };
	u32 bits, op = FIELD_GET(SMMUV3_CMD_0_OP, cmd[0]);

	if (cmd[0] & SMMUV3_CMD_0_SSEC)
		return SMMUV3_CERROR_ILL;
	switch (op) {
	case SMMUV3_CMD_CFGI_STE:
		cfgi(s, &range, true, V3_NO_SSID);
		return 0;
	case SMMUV3_CMD_CFGI_STE_RANGE:
		bits = FIELD_GET(SMMUV3_CMD_CFGI_1_RANGE, cmd[1]) + 1;
		range.first = (u32)((u64)sid >> bits << bits);
		range.last = (u32)(range.first + (BIT_ULL(bits) - 1));
		cfgi(s, &range, true, V3_NO_SSID);
		return 0;
	case SMMUV3_CMD_CFGI_CD:
	case SMMUV3_CMD_CFGI_CD_ALL:
		if (!(s->idr0 & SMMUV3_IDR0_S1P))
			return SMMUV3_CERROR_ILL;
		cfgi(s, &range, false,
		     op == SMMUV3_CMD_CFGI_CD ? FIELD_GET(SMMUV3_CMD_0_SUBSTREAMID, cmd[0]) : V3_NO_SSID);
		return 0;
	default: /* CMD_CFGI_VMS_PIDM needs MPAM */
		return SMMUV3_CERROR_ILL;
	}
}

/* ---- translations ---- */

/*
 * struct tlbi - what a command names, in terms of the caches
 * @stage1: entries of stage 1, stage 2 below it or not
 * @stage2: entries of stage 2 alone, and its tables
 * @vmid_mask: low bits that do not count (CR0.VMW)
 */
struct tlbi {
	struct tcache_inv inv;
	bool stage1, stage2, leaf;
	u32 vmid_mask;
};

static bool vmid_matches(const struct tcache_entry *e, const void *arg)
{
	const struct tlbi *t = arg;

	return !((e->tag.vmid ^ t->inv.tag.vmid) & ~t->vmid_mask);
}

/*
 * Walks in flight and unrecorded stalls that used what @t names. Without Leaf,
 * tables above the last level go too, which other addresses share: the address
 * then does not matter, nor does it for the stage 2 under a stage 1.
 */
static void tlbi_in_flight(struct smmuv3 *s, const struct tlbi *t)
{
	struct tcache_inv inv = t->inv;
	struct iommu_walk *w;
	u32 i;

	if (!t->leaf || t->stage2)
		inv.match &= ~TCACHE_BY_ADDR;
	inv.match &= ~TCACHE_LEAF_ONLY;
	if (t->stage2)
		inv.world_mask &= ~WORLD_IPA;
	for (w = s->eng.walks; w; w = w->next)
		if (tcache_inv_matches(&inv, &v3_walk_of(w)->tlb))
			engine_overtake(&s->eng, w);
	for (i = s->held.head; i; i = s->eng.slot_next[i - 1])
		if (tcache_inv_matches(&inv, &s->stalls[i - 1].key))
			s->stalls[i - 1].retry = true;
}

/* Describe the invalidation in the terms of struct iommu_scope. */
static struct iommu_scope scope_of(const struct smmuv3 *s, const struct tlbi *t)
{
	u32 match = t->inv.match;
	struct iommu_scope scope = { .stages = (t->stage1 ? SCOPE_S1 : 0) | (t->stage2 ? SCOPE_S2 : 0),
				     .global = !(match & TCACHE_BY_ASID) || (match & TCACHE_GLOBAL_TOO),
				     .regime = t->inv.tag.world & WORLD_REGIME };

	if (match & TCACHE_BY_ASID) {
		scope.by |= SCOPE_ASID;
		scope.asid = t->inv.tag.asid;
	}
	if (match & TCACHE_BY_VMID) {
		scope.by |= SCOPE_VMID;
		scope.vmid = t->inv.tag.vmid;
		scope.vmid_mask = t->vmid_mask;
	}
	if (t->leaf)
		scope.by |= SCOPE_LEAF;
	/* The holder's addresses include the byte that TBI drops, so the address cannot be compared. */
	if ((match & TCACHE_BY_ADDR) && !(s->tagged && t->stage1)) {
		scope.by |= SCOPE_ADDR;
		scope.first = t->inv.addr;
		scope.last = t->inv.last;
	}
	return scope;
}

static void tlbi(struct smmuv3 *s, struct tlbi *t)
{
	struct iommu_scope scope = scope_of(s, t);

	t->inv.match |= TCACHE_BY_WORLD;
	if ((t->inv.match & TCACHE_BY_VMID) && t->vmid_mask) {
		t->inv.match &= ~TCACHE_BY_VMID;
		t->inv.also = vmid_matches;
		t->inv.arg = t;
	}
	if (!(t->stage1 && t->stage2)) {
		t->inv.world_mask |= WORLD_IPA;
		t->inv.tag.world |= t->stage2 ? WORLD_IPA : 0;
	}
	engine_dropped(&s->eng, UNIT_TLB, tcache_invalidate(&s->eng.cache[UNIT_TLB], &t->inv), &scope);
	if (!t->leaf && t->stage1)
		engine_dropped(&s->eng, UNIT_WALK_CACHE, tcache_invalidate(&s->eng.cache[UNIT_WALK_CACHE], &t->inv),
			       &scope);
	if (!t->leaf && t->stage2)
		engine_dropped(&s->eng, UNIT_WALK_CACHE_S2,
			       tcache_invalidate(&s->eng.cache[UNIT_WALK_CACHE_S2], &t->inv), &scope);
	tlbi_in_flight(s, t);
}

/* Address or range (4.4.1.1). False: a reserved combination. */
static bool tlbi_address(const struct smmuv3 *s, const u64 *cmd, bool va, struct tlbi *t)
{
	u32 tg = s->idr3 & SMMUV3_IDR3_RIL ? FIELD_GET(SMMUV3_CMD_TLBI_1_TG, cmd[1]) : 0;
	u32 num = FIELD_GET(SMMUV3_CMD_TLBI_0_NUM, cmd[0]);
	u32 scale = FIELD_GET(SMMUV3_CMD_TLBI_0_SCALE_DS, cmd[0]) & (s->idr5 & SMMUV3_IDR5_DS ? 0x3f : 0x1f);
	u32 ttl = FIELD_GET(SMMUV3_CMD_TLBI_1_TTL, cmd[1]);
	u64 addr = cmd[1] & SMMUV3_CMD_1_ADDRESS;
	u32 shift = 10 + 2 * tg;
	u64 bytes;

	/* Drop a top byte that TBI ignores: entries are keyed without it. */
	if (va)
		addr = addr >> 55 & 1 ? addr | 0xffULL << 56 : addr & ~(0xffULL << 56);
	t->inv.match |= TCACHE_BY_ADDR;
	t->inv.addr = addr;
	t->inv.last = addr | 0xfff;
	t->leaf = cmd[1] & SMMUV3_CMD_TLBI_1_LEAF;
	if (t->leaf)
		t->inv.match |= TCACHE_LEAF_ONLY;
	if (!tg)
		return true;
	if (tg == 2 && ttl == 1 && !(s->idr5 & SMMUV3_IDR5_DS))
		ttl = 0;
	if (!num && !scale && !ttl)
		return false;
	shift += min(scale, 39U);
	bytes = shift + 6 < 64 ? (u64)(num + 1) << shift : ~0ULL;
	t->inv.last = addr + (bytes - 1) < addr ? ~0ULL : addr + (bytes - 1);
	return true;
}

static void by_vmid(const struct smmuv3 *s, const u64 *cmd, struct tlbi *t)
{
	u32 wild = FIELD_GET(SMMUV3_CR0_VMW, s->cr0);

	t->inv.match |= TCACHE_BY_VMID;
	t->inv.tag.vmid = s->idr0 & SMMUV3_IDR0_S2P ? FIELD_GET(SMMUV3_CMD_TLBI_0_VMID, cmd[0]) : 0;
	t->vmid_mask = wild <= 4 ? (1U << wild) - 1 : 0;
}

static void by_asid(const u64 *cmd, struct tlbi *t, bool global_too)
{
	t->inv.match |= TCACHE_BY_ASID | (global_too ? TCACHE_GLOBAL_TOO : 0);
	t->inv.tag.asid = FIELD_GET(SMMUV3_CMD_TLBI_0_ASID, cmd[0]);
}

static u8 tlbi_el1(struct smmuv3 *s, u32 op, const u64 *cmd)
{
	struct tlbi t = { .inv.world_mask = WORLD_REGIME, .inv.tag.world = WORLD_EL1, .stage1 = true };

	if (!(s->idr0 & SMMUV3_IDR0_S1P))
		return SMMUV3_CERROR_ILL;
	by_vmid(s, cmd, &t);
	if (op == SMMUV3_CMD_TLBI_NH_ASID || op == SMMUV3_CMD_TLBI_NH_VA)
		by_asid(cmd, &t, op == SMMUV3_CMD_TLBI_NH_VA);
	if ((op == SMMUV3_CMD_TLBI_NH_VA || op == SMMUV3_CMD_TLBI_NH_VAA) && !tlbi_address(s, cmd, true, &t))
		return SMMUV3_CERROR_ILL;
	tlbi(s, &t);
	return 0;
}

static u8 tlbi_el2(struct smmuv3 *s, u32 op, const u64 *cmd)
{
	bool e2h = s->cr2 & SMMUV3_CR2_E2H;
	struct tlbi t = { .inv.world_mask = WORLD_REGIME,
			  .inv.tag.world = e2h || op == SMMUV3_CMD_TLBI_EL2_ASID ? WORLD_EL2_E2H : WORLD_EL2,
			  .stage1 = true };

	if (!(s->idr0 & SMMUV3_IDR0_HYP))
		return SMMUV3_CERROR_ILL;
	if (op == SMMUV3_CMD_TLBI_EL2_ALL)
		t.inv.world_mask = WORLD_ANY_EL2;
	if (op == SMMUV3_CMD_TLBI_EL2_ASID || (op == SMMUV3_CMD_TLBI_EL2_VA && e2h))
		by_asid(cmd, &t, op == SMMUV3_CMD_TLBI_EL2_VA);
	if ((op == SMMUV3_CMD_TLBI_EL2_VA || op == SMMUV3_CMD_TLBI_EL2_VAA) && !tlbi_address(s, cmd, true, &t))
		return SMMUV3_CERROR_ILL;
	tlbi(s, &t);
	return 0;
}

static u8 tlbi_s2(struct smmuv3 *s, u32 op, const u64 *cmd)
{
	struct tlbi t = { .inv.world_mask = WORLD_REGIME, .inv.tag.world = WORLD_EL1, .stage2 = true };

	if (op != SMMUV3_CMD_TLBI_NSNH_ALL) {
		if (!(s->idr0 & SMMUV3_IDR0_S2P))
			return SMMUV3_CERROR_ILL;
		by_vmid(s, cmd, &t);
	}
	t.stage1 = op != SMMUV3_CMD_TLBI_S2_IPA;
	if (op == SMMUV3_CMD_TLBI_S2_IPA && !tlbi_address(s, cmd, false, &t))
		return SMMUV3_CERROR_ILL;
	tlbi(s, &t);
	return 0;
}

/* CERROR_* */
u8 v3_cmd_tlbi(struct smmuv3 *s, const u64 *cmd)
{
	u32 op = FIELD_GET(SMMUV3_CMD_0_OP, cmd[0]);

	switch (op) {
	case SMMUV3_CMD_TLBI_NH_ALL:
	case SMMUV3_CMD_TLBI_NH_ASID:
	case SMMUV3_CMD_TLBI_NH_VA:
	case SMMUV3_CMD_TLBI_NH_VAA:
		return tlbi_el1(s, op, cmd);
	case SMMUV3_CMD_TLBI_EL2_ALL:
	case SMMUV3_CMD_TLBI_EL2_ASID:
	case SMMUV3_CMD_TLBI_EL2_VA:
	case SMMUV3_CMD_TLBI_EL2_VAA:
		return tlbi_el2(s, op, cmd);
	case SMMUV3_CMD_TLBI_S12_VMALL:
	case SMMUV3_CMD_TLBI_S2_IPA:
	case SMMUV3_CMD_TLBI_NSNH_ALL:
		return tlbi_s2(s, op, cmd);
	default: /* EL3 and Secure forms */
		return SMMUV3_CERROR_ILL;
	}
}

/* ---- which streams an invalidation concerns ---- */

/* Configuration: by name. CD 0 also serves transactions without SubstreamID. */
static bool names(const struct iommu_scope *scope, u32 sid, u32 pasid)
{
	if (sid < scope->sid_first || sid > scope->sid_last)
		return false;
	if (!(scope->by & SCOPE_PASID))
		return true;
	return pasid == IOMMU_NO_PASID ? !scope->pasid : scope->pasid == pasid;
}

/*
 * The stream's cached configuration decides; without any, the answer is true. An address in @scope is ignored, because
 * only the holder knows the addresses that it has kept.
 */
bool v3_concerns(void *hw, const struct iommu_scope *scope, u32 sid, u32 pasid)
{
	struct smmuv3 *s = hw;
	struct smmuv3_stream st;
	u8 stages;

	engine_asks(&s->eng);
	if (scope->by & SCOPE_SID)
		return names(scope, sid, pasid);
	if (!scope->regime || !v3_peek_stream(s, sid, pasid, &st))
		return true;
	if (st.action != V3_TRANSLATE)
		return false;
	stages = (st.s1 ? SCOPE_S1 : 0) | (st.s2 ? SCOPE_S2 : 0);
	if (!(stages & scope->stages) || (st.tag.world & WORLD_REGIME) != scope->regime)
		return false;
	if ((scope->by & SCOPE_VMID) && ((st.tag.vmid ^ scope->vmid) & ~scope->vmid_mask))
		return false;
	return !(scope->by & SCOPE_ASID) || scope->global || st.tag.asid == scope->asid;
}
