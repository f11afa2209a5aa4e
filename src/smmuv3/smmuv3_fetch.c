// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Finding a stream's configuration: the stream table (3.3.1, 5.1), the CD
 * tables (3.3.2, 5.3), and the caches of both.
 */
#include "smmuv3_priv.h"

static u64 align_down(u64 addr, u32 bits)
{
	return bits < 64 ? addr >> bits << bits : 0;
}

/* Address of the STE, or an event. */
static u8 ste_address(struct smmuv3 *s, struct iommu_walk *w, u32 sid, u64 *pa)
{
	u64 base = reg_get(&s->regs, SMMUV3_STRTAB_BASE) & SMMUV3_STRTAB_BASE_ADDR;
	u32 cfg = v3_reg(s, SMMUV3_STRTAB_BASE_CFG);
	u32 log2size = FIELD_GET(SMMUV3_STRTAB_BASE_CFG_LOG2SIZE, cfg);
	u32 split = FIELD_GET(SMMUV3_STRTAB_BASE_CFG_SPLIT, cfg);
	u32 span;
	u64 l1std;

	if ((u64)sid >> min(log2size, FIELD_GET(SMMUV3_IDR1_SIDSIZE, s->idr1)))
		return SMMUV3_C_BAD_STREAMID;
	if (FIELD_GET(SMMUV3_STRTAB_BASE_CFG_FMT, cfg) != SMMUV3_STRTAB_FMT_2LVL) {
		*pa = align_down(base, log2size + 6) + (u64)sid * SMMUV3_STE_BYTES;
		return 0;
	}
	if (split != 8 && split != 10)
		split = 6;
	*pa = align_down(base, log2size > split + 3 ? log2size - split + 3 : 6) + (u64)(sid >> split) * sizeof(l1std);
	if (engine_read_words(&s->eng, w, *pa, &l1std, 1))
		return SMMUV3_F_STE_FETCH;
	span = FIELD_GET(SMMUV3_L1STD_SPAN, l1std);
	if (!span || span > SMMUV3_L1STD_SPAN_MAX || span > split + 1)
		return SMMUV3_C_BAD_STREAMID;
	sid &= (1U << split) - 1;
	if (sid >> (span - 1))
		return SMMUV3_C_BAD_STREAMID;
	*pa = align_down(l1std & SMMUV3_L1STD_L2PTR, span + 5) + (u64)sid * SMMUV3_STE_BYTES;
	return *pa & ~s->pa_mask ? SMMUV3_F_STE_FETCH : 0;
}

/* Read the STE of @sid; 0, or the event, which is then in the walk's record. */
u8 v3_fetch_ste(struct smmuv3 *s, struct iommu_walk *w, u32 sid, u64 *ste)
{
	u64 pa = 0;
	u8 event = ste_address(s, w, sid, &pa);

	if (!event && engine_read_words(&s->eng, w, pa, ste, SMMUV3_STE_WORDS))
		event = SMMUV3_F_STE_FETCH;
	if (event)
		v3_config_fault(s, w, event, pa);
	return event;
}

/*
 * A word or a CD at @addr, an IPA if stage 2 translates. 0, F_CD_FETCH with the
 * physical address in @pa, or 0xff: a fault of stage 2 in @r.
 */
#define S2_FAULT 0xff

static u8 cd_read(struct smmuv3 *s, struct iommu_walk *w, const struct smmuv3_stream *st, u64 addr, u64 *words, u32 n,
		  u64 *pa, struct pt_result *r)
{
	struct pt_env env = { .ops = s->eng.ops, .ctx = s->eng.ctx, .walk = w, .s2_start = v3_s2_start, .s2_cache = s };

	*pa = addr;
	if (st->s2) {
		if (vmsa64_s2_only(&env, &st->s2_stage, addr, 0, r))
			return S2_FAULT;
		/* STE.S2PTW: no CD in Device memory, MemAttr[3:2] = 0. */
		if ((st->s2_stage.flags & VMSA_S2_PTW) && !(r->attr2 & 0xc)) {
			r->fault = PT_PERMISSION;
			r->stage = 2;
			return S2_FAULT;
		}
		*pa = r->pa & s->pa_mask;
	}
	return engine_read_words(&s->eng, w, *pa, words, n) ? SMMUV3_F_CD_FETCH : 0;
}

/* Address of CD @index, by way of the L1CD of a two-level table (5.2 S1Fmt, 5.3). */
static u8 cd_address(struct smmuv3 *s, struct iommu_walk *w, const u64 *ste, struct smmuv3_stream *st, u32 index,
		     u64 *addr, u64 *pa, struct pt_result *r)
{
	u32 cdmax = FIELD_GET(SMMUV3_IDR1_SSIDSIZE, s->idr1) ? FIELD_GET(SMMUV3_STE_0_S1CDMAX, ste[0]) : 0;
	u32 fmt = FIELD_GET(SMMUV3_STE_0_S1FMT, ste[0]);
	u32 l2bits = fmt == SMMUV3_S1FMT_64K_L2 ? 10 : 6;
	u64 base = ste[0] & SMMUV3_STE_0_S1CONTEXTPTR;
	u64 l1cd;
	u8 event;

	if (!cdmax || (fmt != SMMUV3_S1FMT_4K_L2 && fmt != SMMUV3_S1FMT_64K_L2)) {
		*addr = align_down(base, cdmax + 6) + (u64)index * SMMUV3_CD_BYTES;
		return 0;
	}
	*addr = align_down(base, cdmax > l2bits + 3 ? cdmax - l2bits + 3 : 6) + (u64)(index >> l2bits) * sizeof(l1cd);
	event = cd_read(s, w, st, *addr, &l1cd, 1, pa, r);
	if (event)
		return event;
	base = align_down(l1cd & SMMUV3_L1CD_L2PTR, l2bits + 6);
	if (!(l1cd & SMMUV3_L1CD_V) || base >> (st->s2 ? s->ias : s->oas)) {
		st->ssid_override = true;
		st->event_ssid = index;
		return SMMUV3_C_BAD_SUBSTREAMID;
	}
	*addr = base + (u64)(index & ((1U << l2bits) - 1)) * SMMUV3_CD_BYTES;
	return 0;
}

/* Read CD @index; 0, or the event, which is then in the walk's record. @st is resolved up to the STE. */
u8 v3_fetch_cd(struct smmuv3 *s, struct iommu_walk *w, const u64 *ste, struct smmuv3_stream *st, u32 index, u64 *cd,
	       struct pt_result *r)
{
	u64 addr = 0, pa = 0;
	u8 event = cd_address(s, w, ste, st, index, &addr, &pa, r);

	if (!event)
		event = cd_read(s, w, st, addr, cd, SMMUV3_CD_WORDS, &pa, r);
	if (!event)
		return 0;
	if (event != S2_FAULT) {
		v3_config_fault(s, w, event, pa);
		if (st->ssid_override)
			v3_walk_of(w)->rec[0] = (v3_walk_of(w)->rec[0] & ~SMMUV3_EVT_0_SUBSTREAMID) |
						FIELD_PREP(SMMUV3_EVT_0_SUBSTREAMID, (u64)st->event_ssid);
		return event;
	}
	r->ipa = addr;
	v3_walk_fault(s, w, st, r, SMMUV3_EVT_CLASS_CD);
	return w->res.fault ? (u8)w->res.fault : S2_FAULT;
}

/* The entry of a configuration cache; a caller that only inspects counts nothing and leaves the replacement state. */
static struct tcache_entry *cached(struct smmuv3 *s, enum iommu_unit unit, u64 key, const struct tcache_tag *tag,
				   bool inspect)
{
	struct tcache_entry *e;

	if (inspect)
		return tcache_peek(&s->eng.cache[unit], key, tag);
	e = tcache_lookup(&s->eng.cache[unit], key, tag);
	engine_cache_event(&s->eng, unit, e, tag->vmid, 0, 0);
	return e;
}

/* Both structures from the caches into @st; false if one is absent. */
static bool resolve_cached(struct smmuv3 *s, u32 sid, u32 ssid, struct smmuv3_stream *st, bool inspect)
{
	struct tcache_tag tag = { .vmid = sid };
	struct tcache_entry *e = cached(s, UNIT_CONFIG_CACHE, 0, &tag, inspect);
	const u64 *ste;

	if (!e)
		return false;
	st->sid = sid;
	st->ssid = ssid;
	st->ste_slot = (u32)(e - s->eng.cache[UNIT_CONFIG_CACHE].entries);
	ste = s->stes[st->ste_slot].w;
	v3_resolve_ste(s, ste, st);
	if (st->action != V3_TRANSLATE)
		return true;
	tag.asid = v3_select_cd(s, ste, ssid, st);
	if (st->action != V3_TRANSLATE || !st->s1)
		return true;
	e = cached(s, UNIT_CD_CACHE, v3_cd_key(sid, tag.asid), &tag, inspect);
	if (!e)
		return false;
	st->cd_slot = (u32)(e - s->eng.cache[UNIT_CD_CACHE].entries);
	v3_resolve_cd(s, ste, s->cds[st->cd_slot].w, st);
	return true;
}

bool v3_peek_stream(struct smmuv3 *s, u32 sid, u32 ssid, struct smmuv3_stream *st)
{
	return resolve_cached(s, sid, ssid, st, true);
}

/* The rare part of v3_cached_stream(): the holder listens to events, or the context has to be resolved. */
struct smmuv3_stream *v3_cached_stream_slow(struct smmuv3 *s, u32 sid, u32 ssid)
{
	struct smmuv3_stream *st = &s->streams[v3_stream_slot(sid, ssid)];

	if (st->gen == s->config_gen && st->sid == sid && st->ssid == ssid) {
		tcache_use(&s->eng.cache[UNIT_CONFIG_CACHE], st->ste_slot);
		engine_cache_event(&s->eng, UNIT_CONFIG_CACHE, true, sid, 0, 0);
		if (st->cd_slot != V3_NO_SLOT) {
			tcache_use(&s->eng.cache[UNIT_CD_CACHE], st->cd_slot);
			engine_cache_event(&s->eng, UNIT_CD_CACHE, true, sid, 0, 0);
		}
		return st;
	}
	st->gen = 0;
	if (!resolve_cached(s, sid, ssid, st, false))
		return NULL;
	st->plain = st->action == V3_TRANSLATE && !st->tbi && !st->e0pd && st->flags_keep == 0xffff;
	st->gen = s->config_gen;
	return st;
}
