// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Root, context and PASID tables: from a requester and its PASID to the
 * programming of its translation (3.4, 9.1 - 9.6), with the checks of table 30
 * in its order.
 */
#include "vtd_priv.h"

/* Conditions RTA.1 - RTA.5. */
static u8 check_rtaddr(const struct vtd *v, const struct vtd_req *q)
{
	bool legacy = v->ttm == VTD_TTM_LEGACY;

	if (v->ttm == VTD_TTM_ABORT)
		return v->ecap & VTD_ECAP_ADMS ? VTD_FR_RTA_4 : VTD_FR_RTA_1;
	if (v->ttm == VTD_TTM_RESERVED || (!legacy && !(v->ecap & VTD_ECAP_SMTS)))
		return VTD_FR_RTA_1;
	if (legacy && q->kind == VTD_PAGE_REQUEST)
		return VTD_FR_RTA_3;
	if (legacy && q->has_pasid)
		return VTD_FR_RTA_2;
	if (legacy && v->ssirwe)
		return VTD_FR_RTA_1;
	if (q->exec && q->has_pasid && v->major >= 8)
		return VTD_FR_RTA_5;
	return VTD_FR_NONE;
}

static bool aw_supported(const struct vtd *v, u32 aw)
{
	return aw >= 1 && aw <= 3 && (FIELD_GET(VTD_CAP_SAGAW, v->cap) & BIT_ULL(aw));
}

/*
 * The tag contains the mode: entries of legacy and scalable mode differ, and software may change the mode without
 * invalidating.
 */
static struct tcache_tag context_tag(u8 ttm, u32 sid)
{
	return (struct tcache_tag){ .vmid = sid, .world = ttm };
}

bool vtd_context_cached(struct vtd *v, u32 sid)
{
	struct tcache_tag tag = context_tag(v->ttm, sid);

	return tcache_peek(&v->eng.cache[UNIT_CONFIG_CACHE], 0, &tag);
}

/* A set holds few entries, so spread the PASIDs of one requester over the sets. */
static struct tcache_tag pasid_tag(u32 sid, u32 pasid)
{
	return (struct tcache_tag){ .asid = pasid, .vmid = sid << 16 | ((sid ^ pasid) & 0xffff), .world = pasid >> 16 };
}

static inline void count_event(struct vtd *v, enum iommu_unit unit, bool hit, u32 sid)
{
	if (unlikely(v->eng.ops->event != NULL))
		engine_cache_event(&v->eng, unit, hit, sid, 0, 0);
}

static bool cached_context(struct vtd *v, u32 sid, struct vtd_bind *b)
{
	struct tcache_tag tag = context_tag(v->ttm, sid);
	const struct tcache_entry *e = tcache_lookup(&v->eng.cache[UNIT_CONFIG_CACHE], 0, &tag);

	count_event(v, UNIT_CONFIG_CACHE, e, sid);
	if (!e)
		return false;
	b->ctx[0] = e->data[0];
	b->ctx[1] = e->data[1];
	b->have_ctx = true;
	return true;
}

static bool cached_pasid(struct vtd *v, u32 sid, struct vtd_bind *b)
{
	struct tcache_tag tag = pasid_tag(sid, b->pasid);
	const struct tcache_entry *e = tcache_lookup(&v->eng.cache[UNIT_CD_CACHE], 0, &tag);

	count_event(v, UNIT_CD_CACHE, e, sid);
	if (!e)
		return false;
	memcpy(b->pe, e->data, sizeof(b->pe));
	b->have_pe = true;
	return true;
}

/* What a walk has read goes into the context-cache and the PASID-cache; the mode may have changed since it was read. */
void vtd_install_bind(struct vtd *v, u32 sid, const struct vtd_bind *b)
{
	if (b->have_ctx && b->new_ctx) {
		struct tcache_entry e = {
			.shift = 64, .leaf = 1, .tag = context_tag(b->ttm, sid), .data = { b->ctx[0], b->ctx[1] }
		};

		tcache_insert(&v->eng.cache[UNIT_CONFIG_CACHE], 0, &e);
	}
	if (b->have_pe && b->new_pe) {
		struct tcache_entry e = { .shift = 64, .leaf = 1, .tag = pasid_tag(sid, b->pasid) };

		memcpy(e.data, b->pe, sizeof(b->pe));
		tcache_insert(&v->eng.cache[UNIT_CD_CACHE], 0, &e);
	}
}

/* ---- legacy mode ---- */

static u8 check_legacy_context(const struct vtd *v, const u64 *ce)
{
	u32 tt = (u32)FIELD_GET(VTD_CE_TT, ce[0]);

	if ((ce[0] & v->rsvd_ce[0]) || (ce[1] & v->rsvd_ce[1]))
		return VTD_FR_LCT_3;
	if (!aw_supported(v, (u32)FIELD_GET(VTD_CE1_AW, ce[1])) || tt == VTD_TT_RESERVED ||
	    (tt == VTD_TT_DEVICE_TLB && !(v->ecap & VTD_ECAP_DT)) ||
	    (tt == VTD_TT_PASS_THROUGH && !(v->ecap & VTD_ECAP_PT)))
		return VTD_FR_LCT_4;
	return VTD_FR_NONE;
}

static u8 fetch_legacy_context(struct vtd *v, const struct vtd_req *q, struct iommu_walk *w, struct vtd_bind *b)
{
	u64 root[2];
	u8 reason;

	if (engine_read_words(&v->eng, w, v->root + (q->sid >> 8 & 0xff) * 16, root, 2))
		return VTD_FR_LRT_1;
	if (!(root[0] & VTD_RE_P))
		return VTD_FR_LRT_2;
	if ((root[0] & v->rsvd_root) || root[1])
		return VTD_FR_LRT_3;
	if (engine_read_words(&v->eng, w, (root[0] & VTD_RE_PTR) + (q->sid & 0xff) * 16, b->ctx, 2))
		return VTD_FR_LCT_1;
	b->fpd = b->ctx[0] & VTD_CE_FPD;
	if (!(b->ctx[0] & VTD_CE_P))
		return VTD_FR_LCT_2;
	reason = check_legacy_context(v, b->ctx);
	b->have_ctx = b->new_ctx = !reason;
	return reason;
}

static u8 resolve_legacy(struct vtd *v, const struct vtd_req *q, struct iommu_walk *w, struct vtd_bind *b)
{
	u8 reason;

	if (!cached_context(v, q->sid, b)) {
		reason = fetch_legacy_context(v, q, w, b);
		if (reason)
			return reason;
	}
	b->fpd = b->ctx[0] & VTD_CE_FPD;
	b->tt = (u8)FIELD_GET(VTD_CE_TT, b->ctx[0]);
	b->did = (u16)FIELD_GET(VTD_CE1_DID, b->ctx[1]);
	if (q->kind != VTD_UNTRANSLATED && b->tt != VTD_TT_DEVICE_TLB)
		return VTD_FR_LCT_5;
	return VTD_FR_NONE;
}

/* ---- scalable mode ---- */

static u32 max_pasid(const u64 *sce)
{
	/* 2^(PDTS+7) directory entries of 64 PASIDs each; PASIDs have 20 bits */
	return (1U << min((u32)FIELD_GET(VTD_SCE_PDTS, sce[0]) + 13, 20U)) - 1;
}

static u8 check_scalable_context(const struct vtd *v, const u64 *sce)
{
	u32 i;

	for (i = 0; i < 4; i++)
		if (sce[i] & (i < 2 ? v->rsvd_sce[i] : ~0ULL))
			return VTD_FR_SCT_3;
	if ((sce[0] & VTD_SCE_PRE) && !(sce[0] & VTD_SCE_DTE))
		return VTD_FR_SCT_4;
	if (vtd_beyond_revision_5(v) && FIELD_GET(VTD_SCE1_RIDPASID, sce[1]) > max_pasid(sce))
		return VTD_FR_SCT_4;
	return VTD_FR_NONE;
}

static u8 fetch_scalable_context(struct vtd *v, const struct vtd_req *q, struct iommu_walk *w, struct vtd_bind *b)
{
	u64 root[2], sce[4], half;
	u32 devfn = q->sid & 0xff;
	u8 reason;

	if (engine_read_words(&v->eng, w, v->root + (q->sid >> 8 & 0xff) * 16, root, 2))
		return VTD_FR_SRT_1;
	/* Devices 16 to 31 are reached through the upper half. */
	half = root[devfn >> 7];
	if (!(half & VTD_RE_P))
		return VTD_FR_SRT_2;
	if (half & v->rsvd_root)
		return VTD_FR_SRT_3;
	if (engine_read_words(&v->eng, w, (half & VTD_RE_PTR) + (devfn & 0x7f) * 32, sce, 4))
		return VTD_FR_SCT_1;
	b->fpd = sce[0] & VTD_SCE_FPD;
	if (!(sce[0] & VTD_SCE_P))
		return VTD_FR_SCT_2;
	reason = check_scalable_context(v, sce);
	b->ctx[0] = sce[0];
	b->ctx[1] = sce[1];
	b->have_ctx = b->new_ctx = !reason;
	return reason;
}

/* Conditions SCT.5 - SCT.9 and SGN.10: what the context entry allows this request. A translated one has no PASID. */
static u8 check_request(const struct vtd *v, const struct vtd_req *q, const struct vtd_bind *b)
{
	bool translated = q->kind == VTD_TRANSLATED;
	u32 rid_pasid;

	if ((q->kind == VTD_TRANSLATION || translated) && !(b->ctx[0] & VTD_SCE_DTE))
		return VTD_FR_SCT_5;
	if (q->has_pasid && !(b->ctx[0] & VTD_SCE_PASIDE))
		return VTD_FR_SCT_6;
	if (q->has_pasid && q->pasid > max_pasid(b->ctx))
		return VTD_FR_SCT_7;
	if (q->kind == VTD_PAGE_REQUEST && !(b->ctx[0] & VTD_SCE_PRE))
		return VTD_FR_SCT_8;
	/*
	 * Reason 48h has had two meanings: a RID_PASID out of range when it is used, as
	 * drivers still print it, and now (with 43h for that) a PASID equal to RID_PASID.
	 */
	rid_pasid = (u32)FIELD_GET(VTD_SCE1_RIDPASID, b->ctx[1]);
	if (vtd_beyond_revision_5(v) ? q->has_pasid && q->pasid == rid_pasid
				     : !q->has_pasid && !translated && rid_pasid > max_pasid(b->ctx))
		return VTD_FR_SCT_9;
	if (q->has_pasid && q->pasid >> (FIELD_GET(VTD_ECAP_PSS, v->ecap) + 1) && q->kind != VTD_PAGE_REQUEST)
		return VTD_FR_SGN_10;
	return VTD_FR_NONE;
}

static bool pgtt_supported(const struct vtd *v, u32 pgtt)
{
	switch (pgtt) {
	case VTD_PGTT_FIRST:
		return v->ecap & VTD_ECAP_FSTS;
	case VTD_PGTT_SECOND:
		return v->ecap & VTD_ECAP_SSTS;
	case VTD_PGTT_NESTED:
		return v->ecap & VTD_ECAP_NEST;
	case VTD_PGTT_PASS_THROUGH:
		return v->ecap & VTD_ECAP_PT;
	default:
		return false;
	}
}

/* SPT.4: fields that the translation type does not use are ignored. */
static bool pasid_entry_invalid(const struct vtd *v, const u64 *pe)
{
	u32 pgtt = (u32)FIELD_GET(VTD_PE_PGTT, pe[0]);
	u32 fspm = (u32)FIELD_GET(VTD_PE2_FSPM, pe[2]);
	u32 aw = (u32)FIELD_GET(VTD_PE_AW, pe[0]);

	if (!pgtt_supported(v, pgtt))
		return true;
	if ((pgtt == VTD_PGTT_SECOND || pgtt == VTD_PGTT_NESTED) && !aw_supported(v, aw))
		return true;
	if ((pgtt == VTD_PGTT_FIRST || pgtt == VTD_PGTT_NESTED) &&
	    (fspm > 1 || (fspm == 1 && !(v->cap & VTD_CAP_FS5LP))))
		return true;
	return pgtt == VTD_PGTT_NESTED && (pe[2] & VTD_PE2_FSPTPTR) >> min((u32)v->mgaw, 30 + 9 * aw);
}

/* Pass-through counts as second stage (table 23). */
static u8 stages_of(u8 pgtt)
{
	switch (pgtt) {
	case VTD_PGTT_FIRST:
		return SCOPE_S1;
	case VTD_PGTT_NESTED:
		return SCOPE_S1 | SCOPE_S2;
	default:
		return SCOPE_S2;
	}
}

static struct vtd_learnt *learnt_of(struct vtd *v, u32 sid, u32 pasid)
{
	u32 key = sid * 0x9e3779b1U ^ (pasid + 1) * 0x85ebca6bU;

	return &v->learnt[(key ^ key >> 16) % VTD_LEARNT_SETS];
}

static u64 learnt_bit(u32 number)
{
	return BIT_ULL(number % 64);
}

/*
 * Requests with @pasid are translated by @pgtt in @did from here on, and their
 * holder may keep what comes out. A PASID-table entry is learnt from when it is
 * read: as long as it is cached, it is not forgotten.
 */
static struct vtd_learnt *learn(struct vtd *v, u32 sid, u32 pasid, u8 pgtt, u32 did)
{
	struct vtd_learnt *l = learnt_of(v, sid, pasid);
	u8 stages = stages_of(pgtt);

	if (stages & SCOPE_S1)
		l->first |= learnt_bit(did);
	if (stages & SCOPE_S2)
		l->second |= learnt_bit(did);
	return l;
}

/* A request without PASID: its context entry decides. */
static void learn_requester(struct vtd *v, const struct vtd_req *q, const struct vtd_bind *b)
{
	struct vtd_learnt *l = learn(v, q->sid, IOMMU_NO_PASID, b->pgtt, b->did);

	if (b->have_pe)
		l->rid |= learnt_bit(b->pasid);
}

static u8 fetch_pasid_entry(struct vtd *v, const struct vtd_req *q, struct iommu_walk *w, struct vtd_bind *b)
{
	u64 dir, pe[8];
	u32 i;

	if (engine_read_words(&v->eng, w, (b->ctx[0] & VTD_SCE_PTR) + (u64)(b->pasid >> 6) * 8, &dir, 1))
		return VTD_FR_SPD_1;
	b->fpd |= !!(dir & VTD_PDE_FPD);
	if (!(dir & VTD_PDE_P))
		return VTD_FR_SPD_2;
	if (dir & v->rsvd_pde)
		return VTD_FR_SPD_3;
	if (engine_read_words(&v->eng, w, (dir & VTD_PDE_PTR) + (b->pasid & 0x3f) * 64, pe, 8))
		return VTD_FR_SPT_1;
	b->fpd |= !!(pe[0] & VTD_PE_FPD);
	if (!(pe[0] & VTD_PE_P))
		return VTD_FR_SPT_2;
	for (i = 0; i < 8; i++)
		if (pe[i] & v->rsvd_pe[i])
			return VTD_FR_SPT_3;
	if (pasid_entry_invalid(v, pe))
		return VTD_FR_SPT_4;
	memcpy(b->pe, pe, sizeof(b->pe));
	/* The cached entry stands for the directory's as well. */
	if (dir & VTD_PDE_FPD)
		b->pe[0] |= VTD_PE_FPD;
	b->have_pe = b->new_pe = true;
	learn(v, q->sid, b->pasid, (u8)FIELD_GET(VTD_PE_PGTT, pe[0]), (u32)FIELD_GET(VTD_PE1_DID, pe[1]));
	return VTD_FR_NONE;
}

/* SPT.5 and SPT.6: what the PASID-table entry allows this request. */
static u8 check_privileges(const struct vtd *v, const struct vtd_req *q, const struct vtd_bind *b)
{
	bool ers = v->ecap & VTD_ECAP_ERS;
	/* Privilege matters to the first stage alone (3.6.1); revision 5.10 checks it for every translation type. */
	bool checked = vtd_beyond_revision_5(v) || b->pgtt == VTD_PGTT_FIRST || b->pgtt == VTD_PGTT_NESTED;

	if (q->kind != VTD_UNTRANSLATED && q->kind != VTD_TRANSLATION)
		return VTD_FR_NONE;
	if (q->exec && q->has_pasid && (!ers || !(b->pe[2] & VTD_PE2_ERE)))
		return VTD_FR_SPT_5;
	if (b->priv && checked && !(b->pe[2] & VTD_PE2_SRE))
		return VTD_FR_SPT_6;
	return VTD_FR_NONE;
}

static u8 resolve_scalable(struct vtd *v, const struct vtd_req *q, struct iommu_walk *w, struct vtd_bind *b)
{
	u8 reason;

	if (!cached_context(v, q->sid, b)) {
		reason = fetch_scalable_context(v, q, w, b);
		if (reason)
			return reason;
	}
	b->fpd = b->ctx[0] & VTD_SCE_FPD;
	reason = check_request(v, q, b);
	if (reason || q->kind == VTD_TRANSLATED)
		return reason;
	b->pasid = q->has_pasid ? q->pasid : (u32)FIELD_GET(VTD_SCE1_RIDPASID, b->ctx[1]);
	b->priv = q->has_pasid ? q->priv : !!(b->ctx[1] & VTD_SCE1_RIDPRIV);
	if (!cached_pasid(v, q->sid, b)) {
		reason = fetch_pasid_entry(v, q, w, b);
		if (reason)
			return reason;
	}
	b->fpd |= !!(b->pe[0] & VTD_PE_FPD);
	b->pgtt = (u8)FIELD_GET(VTD_PE_PGTT, b->pe[0]);
	b->did = (u16)FIELD_GET(VTD_PE1_DID, b->pe[1]);
	return check_privileges(v, q, b);
}

/* No translation is left, not even in a holder; the next ones are made from cached PASID-table entries. */
void vtd_forget_learnt(struct vtd *v)
{
	if (v->eng.cache[UNIT_CD_CACHE].count[64])
		return;
	memset(v->learnt, 0, sizeof(v->learnt));
}

/**
 * vtd_resolve() - find the programming that translates a request
 * @w: records the accesses, or NULL
 * Return: VTD_FR_NONE and @b complete; or the fault, with @b as far as it goes (fpd is always valid).
 */
u8 vtd_resolve(struct vtd *v, const struct vtd_req *q, struct iommu_walk *w, struct vtd_bind *b)
{
	u8 reason = check_rtaddr(v, q);

	memset(b, 0, sizeof(*b));
	b->ttm = v->ttm;
	if (reason)
		return reason;
	reason = v->ttm == VTD_TTM_LEGACY ? resolve_legacy(v, q, w, b) : resolve_scalable(v, q, w, b);
	/* A translated request uses no domain's tables: what it depends on is its context entry. */
	if (!q->has_pasid && !reason && q->kind != VTD_TRANSLATED)
		learn_requester(v, q, b);
	return reason;
}

/*
 * iommu_class.concerns. What the caches hold now does not tell: a holder's
 * translation may be from before software changed an entry that was evicted and
 * fetched again, and software then names the domain from before.
 */
bool vtd_concerns(void *hw, const struct iommu_scope *scope, u32 sid, u32 pasid)
{
	struct vtd *v = hw;
	const struct vtd_learnt *l = learnt_of(v, sid, pasid);
	u8 stages = scope->stages ? scope->stages : SCOPE_S1 | SCOPE_S2;
	u64 domains = scope->by & SCOPE_VMID && !scope->vmid_mask ? learnt_bit(scope->vmid) : ~0ULL;
	u64 used = (stages & SCOPE_S1 ? l->first : 0) | (stages & SCOPE_S2 ? l->second : 0);

	engine_asks(&v->eng);
	if ((scope->by & SCOPE_SID) && (sid < scope->sid_first || sid > scope->sid_last))
		return false;
	if ((scope->by & SCOPE_PASID) && pasid != IOMMU_NO_PASID && pasid != scope->pasid)
		return false;
	/* Nothing is known about it. */
	if (!(l->first | l->second))
		return true;
	if ((scope->by & SCOPE_PASID) && pasid == IOMMU_NO_PASID && !(l->rid & learnt_bit(scope->pasid)))
		return false;
	return used & domains;
}

/* Whether words of an image can be a cached context entry of @ttm, or a cached PASID-table entry. */
bool vtd_context_plausible(const struct vtd *v, u32 ttm, const u64 *ctx)
{
	u64 sce[4] = { ctx[0], ctx[1] };

	if (ttm == VTD_TTM_LEGACY)
		return (ctx[0] & VTD_CE_P) && !check_legacy_context(v, ctx);
	return ttm == VTD_TTM_SCALABLE && (ctx[0] & VTD_SCE_P) && !check_scalable_context(v, sce);
}

bool vtd_pasid_plausible(const struct vtd *v, const u64 *pe)
{
	u32 i;

	for (i = 0; i < 3; i++)
		if (pe[i] & v->rsvd_pe[i])
			return false;
	return (pe[0] & VTD_PE_P) && !pasid_entry_invalid(v, pe);
}
