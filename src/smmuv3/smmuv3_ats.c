// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * PCIe ATS: translation requests, translated transactions and invalidations
 * (3.9.1, 13.6, 13.7).
 *
 * How a Translation Completion looks in struct xlat_result: Success is XLAT_OK,
 * with @perm empty if access is denied. UR is XLAT_ABORT with @fault 0 or
 * F_BAD_ATS_TREQ; CA is XLAT_ABORT with the @fault of the configuration error.
 */
#include "smmuv3_priv.h"

/* What a completion grants (13.7.1); a request without PASID has neither Exe nor Priv. */
static u8 granted(const struct smmuv3 *s, const struct dma_txn *t, u8 page, u64 inst)
{
	bool exe = (t->flags & (DMA_EXEC | DMA_PASID)) == (DMA_EXEC | DMA_PASID);
	u8 perm = page & PERM_W;

	if (!(s->idr1 & SMMUV3_IDR1_ATTR_PERMS_OVR) || inst < SMMUV3_INSTCFG_DATA) {
		perm |= page & PERM_R;
		return exe && (page & PERM_R) ? perm | (page & PERM_X) : perm;
	}
	if (page & (inst == SMMUV3_INSTCFG_INSTRUCTION ? PERM_X : PERM_R))
		perm |= exe ? PERM_R | PERM_X : PERM_R;
	return perm;
}

static bool privileged(const struct dma_txn *t, const struct smmuv3_stream *st)
{
	u16 flags = t->flags & DMA_PASID ? t->flags : t->flags & (u16)~DMA_PRIV;

	return ((flags & st->flags_keep) | st->flags_set) & DMA_PRIV;
}

static void grant(struct smmuv3 *s, struct iommu_walk *w, const struct smmuv3_stream *st, u8 page)
{
	u64 inst = st->flags_set & DMA_EXEC    ? SMMUV3_INSTCFG_INSTRUCTION
		   : st->flags_keep & DMA_EXEC ? 0
					       : SMMUV3_INSTCFG_DATA;

	w->kind = XLAT_OK;
	w->res.perm = granted(s, &w->txn, page, inst);
	w->res.global = false;
}

/* Terminate the request with UR and F_BAD_ATS_TREQ (7.3.6), which records what was requested, before any override. */
static void refuse(struct smmuv3 *s, struct iommu_walk *w)
{
	const struct dma_txn *t = &w->txn;
	u64 *rec = v3_walk_of(w)->rec;

	v3_config_fault(s, w, SMMUV3_F_BAD_ATS_TREQ, 0);
	rec[1] = SMMUV3_EVT_1_ATS_R | (t->flags & DMA_NO_WRITE ? 0 : SMMUV3_EVT_1_ATS_W) |
		 (t->flags & DMA_EXEC ? SMMUV3_EVT_1_ATS_X : 0) | (t->flags & DMA_PRIV ? SMMUV3_EVT_1_ATS_PRIV : 0) |
		 FIELD_PREP(SMMUV3_EVT_1_SPAN, 1ULL);
	rec[2] = t->iova >> 12 << 12;
}

/* A configuration error is CA, with a record only if software enabled it. */
static void completer_abort(struct smmuv3 *s, struct iommu_walk *w)
{
	w->kind = XLAT_ABORT;
	if (!(s->cr2 & SMMUV3_CR2_REC_CFG_ATS))
		v3_walk_of(w)->record = false;
}

static bool translation_related(u16 event)
{
	return event >= SMMUV3_F_TRANSLATION && event <= SMMUV3_F_PERMISSION;
}

/* Denied: Success with neither R nor W, for one translation unit. */
static void deny(struct iommu_walk *w)
{
	w->res = (struct xlat_result){ .shift = 12 };
	v3_walk_of(w)->record = false;
	w->kind = XLAT_OK;
}

static void ats_walk(struct smmuv3 *s, struct iommu_walk *w, struct smmuv3_stream *st)
{
	struct v3_walk *p = v3_walk_of(w);
	u32 access = PT_NO_PERM_FAULT | (privileged(&w->txn, st) ? PT_PRIV : 0);
	u64 va = w->txn.iova;
	struct pt_result r;
	u8 page;

	if (!(w->txn.flags & DMA_NO_WRITE))
		access |= PT_WRITE;
	p->tlb.tag = st->tag;
	if (!st->s1 && va >> s->ias) {
		deny(w);
		return;
	}
	if (v3_walk_tables(s, w, st, va, access, &r)) {
		if (r.fault != PT_EXT_ABORT) {
			deny(w);
			return;
		}
		r.ipa = va;
		v3_walk_fault(s, w, st, &r, r.tt || r.stage == 1 ? SMMUV3_EVT_CLASS_TT : SMMUV3_EVT_CLASS_IN);
		completer_abort(s, w);
		return;
	}
	v3_walk_ok(s, w, st, va, access & PT_PRIV ? DMA_PRIV : 0, &r);
	page = access & PT_PRIV ? r.priv_perm : r.user_perm;
	if (r.flags & PT_RES_CLEAN)
		page &= (u8)~PERM_W;
	if (st->eats == SMMUV3_EATS_SPLIT)
		w->res.pa = st->s1 ? r.ipa : va;
	grant(s, w, st, page);
	if (!w->res.perm)
		p->have &= (u8)~HAVE_TLB;
}

void v3_ats_request(struct smmuv3 *s, struct iommu_walk *w)
{
	struct smmuv3_stream *st;

	s->stats.ats_requests++;
	if (!(s->cr0 & SMMUV3_CR0_SMMUEN)) {
		refuse(s, w);
		return;
	}
	/* STE.Config and EATS take precedence over the CD. */
	st = v3_walk_stream(s, w, true);
	if (st && st->event != SMMUV3_C_BAD_STE && (st->config & 4)) {
		if (st->eats == SMMUV3_EATS_UR) {
			refuse(s, w);
			return;
		}
		st = v3_walk_stream(s, w, false);
	}
	if (!st || st->action == V3_EVENT) {
		if (st)
			v3_config_fault(s, w, st->event, 0);
		if (translation_related(w->res.fault))
			deny(w);
		else
			completer_abort(s, w);
		return;
	}
	if (st->action == V3_SILENT_ABORT) {
		w->kind = XLAT_ABORT;
		return;
	}
	if (st->action == V3_BYPASS) { /* S1DSS skips stage 1, and there is no other */
		if (w->txn.iova & ~s->pa_mask) {
			deny(w);
			return;
		}
		w->res.pa = w->txn.iova;
		w->res.shift = 12;
		w->res.bypass = true;
		w->res.perm = PERM_R | PERM_W;
		w->kind = XLAT_OK;
		return;
	}
	ats_walk(s, w, st);
}

static void forbid(struct smmuv3 *s, struct iommu_walk *w)
{
	u64 *rec = v3_walk_of(w)->rec;

	v3_config_fault(s, w, SMMUV3_F_TRANSL_FORBIDDEN, 0);
	rec[1] = w->txn.flags & DMA_WRITE ? 0 : SMMUV3_EVT_1_RNW;
	rec[2] = w->txn.iova;
}

/* The address passes unchanged; an address beyond the output size is aborted without a record (3.9.1.1). */
static enum xlat pass(const struct smmuv3 *s, const struct dma_txn *t, struct xlat_result *r)
{
	*r = (struct xlat_result){ .pa = t->iova, .shift = 12, .perm = PERM_R | PERM_W, .bypass = true };
	return t->iova & ~s->pa_mask ? XLAT_ABORT : XLAT_OK;
}

/* Split-stage ATS: the endpoint presents an IPA. */
static void translated_ipa(struct smmuv3 *s, struct iommu_walk *w, struct smmuv3_stream *st)
{
	struct smmuv3_stream *s2 = &s->streams[V3_STREAMS];

	if (s2 != st)
		*s2 = *st;
	s2->s1 = false;
	s2->tbi = false;
	s2->tag = s2->s2_tag;
	v3_translate_walk(s, w, s2);
}

/* Aborted, and recorded by REC_CFG_ATS alone: RECINVSID does not matter here (3.9.1.3). */
static void translated_config_fault(struct smmuv3 *s, struct iommu_walk *w)
{
	w->kind = XLAT_ABORT;
	v3_walk_of(w)->record = s->cr2 & SMMUV3_CR2_REC_CFG_ATS;
}

/* A translated transaction carries no PASID here (IDR3.PASIDTT = 0): data, unprivileged. */
void v3_translated(struct smmuv3 *s, struct iommu_walk *w)
{
	struct smmuv3_stream *st;

	w->txn.flags &= (u16) ~(DMA_PASID | DMA_PRIV | DMA_EXEC);
	if (!(s->cr0 & SMMUV3_CR0_SMMUEN)) {
		forbid(s, w);
		return;
	}
	if (!(s->cr0 & SMMUV3_CR0_ATSCHK)) {
		w->kind = pass(s, &w->txn, &w->res);
		return;
	}
	st = v3_walk_stream(s, w, true);
	if (!st || st->event == SMMUV3_C_BAD_STE) {
		if (st)
			v3_config_fault(s, w, SMMUV3_C_BAD_STE, 0);
		translated_config_fault(s, w);
	} else if (!(st->config & 4)) {
		w->kind = XLAT_ABORT;
	} else if (st->eats == SMMUV3_EATS_UR) {
		forbid(s, w);
	} else if (st->eats == SMMUV3_EATS_SPLIT) {
		translated_ipa(s, w, st);
	} else {
		w->kind = pass(s, &w->txn, &w->res);
	}
}

/* Find a cached translation that grants all permissions that are requested. */
static enum xlat request_lookup(struct smmuv3 *s, const struct dma_txn *t, struct xlat_result *r)
{
	const struct smmuv3_stream *st = v3_cached_stream(s, t->sid, t->flags & DMA_PASID ? t->pasid : V3_NO_SSID);
	const struct tcache_entry *e;
	u64 info;
	u8 want = PERM_R | (t->flags & DMA_NO_WRITE ? 0 : PERM_W) | (t->flags & DMA_EXEC ? PERM_X : 0);

	if (!st || st->action != V3_TRANSLATE || st->eats != SMMUV3_EATS_FULL || st->tbi || st->flags_set ||
	    st->flags_keep != 0xffff)
		return XLAT_MISS;
	e = tcache_lookup(&s->eng.cache[UNIT_TLB], t->iova, &st->tag);
	if (!e)
		return XLAT_MISS;
	info = e->data[TLB_FLAGS];
	*r = (struct xlat_result){ .pa = e->data[TLB_PA] | (t->iova & ((1ULL << e->shift) - 1)),
				   .shift = e->shift,
				   .attr = FIELD_GET(TLB_ATTR, info),
				   .hit = true };
	r->perm = granted(s, t, FIELD_GET(TLB_USER_PERM, info), 0);
	if (privileged(t, st))
		r->perm = granted(s, t, FIELD_GET(TLB_PRIV_PERM, info), 0);
	if ((info & TLB_CLEAN) || (want & ~r->perm))
		return XLAT_MISS;
	s->stats.ats_requests++;
	return XLAT_OK;
}

enum xlat v3_translated_lookup(struct smmuv3 *s, const struct dma_txn *t, struct xlat_result *r)
{
	const struct smmuv3_stream *st;

	if (!(s->cr0 & SMMUV3_CR0_SMMUEN))
		return XLAT_MISS;
	if (t->flags & DMA_ATS_REQ)
		return request_lookup(s, t, r);
	if (!(s->cr0 & SMMUV3_CR0_ATSCHK))
		return pass(s, t, r);
	st = v3_cached_stream(s, t->sid, V3_NO_SSID);
	if (!st || st->event == SMMUV3_C_BAD_STE || !(st->config & 4) || st->eats != SMMUV3_EATS_FULL)
		return XLAT_MISS;
	return pass(s, t, r);
}

/* CMD_ATC_INV. False: every invalidation tag is in use; the command waits. */
bool v3_atc_inv(struct smmuv3 *s, const u64 *cmd)
{
	u32 size = FIELD_GET(SMMUV3_CMD_ATC_INV_1_SIZE, cmd[1]);
	struct ats_inv inv = { .sid = FIELD_GET(SMMUV3_CMD_0_STREAMID, cmd[0]), .shift = (u8)(size + 12) };

	if (engine_free_itag(&s->eng) < 0)
		return false;
	inv.addr = inv.shift < 64 ? (cmd[1] & SMMUV3_CMD_1_ADDRESS) >> inv.shift << inv.shift : 0;
	inv.pasid_valid = (cmd[0] & SMMUV3_CMD_0_SSV) && FIELD_GET(SMMUV3_IDR1_SSIDSIZE, s->idr1);
	if (inv.pasid_valid) {
		inv.pasid = FIELD_GET(SMMUV3_CMD_0_SUBSTREAMID, cmd[0]);
		inv.global = cmd[0] & SMMUV3_CMD_ATC_INV_0_G;
	}
	engine_ats_invalidate(&s->eng, &inv);
	return true;
}

/* After a time-out (3.9.1.4) the CMD_SYNC that waits for it fails with CERROR_ATC_INV_SYNC. */
bool v3_ats_inv_done(void *hw, u32 sid, u8 itag, bool ok)
{
	struct smmuv3 *s = hw;

	if (engine_itag_is(&s->eng, sid, itag)) {
		s->eng.itags[itag].seq = 0;
		s->eng.owed = true;
		s->atc_timed_out |= !ok;
	}
	return true;
}
