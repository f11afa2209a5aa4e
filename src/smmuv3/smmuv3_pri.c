// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The page request queue and the answers that hardware gives itself (8). */
#include "smmuv3_priv.h"

static bool has_pasids(const struct smmuv3 *s)
{
	return FIELD_GET(SMMUV3_IDR1_SSIDSIZE, s->idr1);
}

static void respond(struct smmuv3 *s, const struct page_request *pr, enum prg_code code, bool pasid)
{
	s->stats.auto_responses++;
	engine_auto_respond(&s->eng, pr, code, pasid);
}

/* What an automatic answer needs of the STE (8.1): 0 or 1 PPAR, or -1: there is no valid STE. */
static int check_ppar(struct smmuv3 *s, const struct page_request *pr)
{
	struct dma_txn t = { .iova = pr->addr, .sid = pr->sid, .pasid = pr->pasid };
	struct iommu_walk *w = &s->eng.own_walk;
	struct smmuv3_stream *st;

	if (pr->pasid_valid)
		t.flags |= DMA_PASID;
	w->txn = t;
	w->n_accesses = 0;
	w->res = (struct xlat_result){ 0 };
	v3_walk_of(w)->have = 0;
	v3_walk_of(w)->record = false;
	st = v3_walk_stream(s, w, true);
	if (st && st->event == SMMUV3_C_BAD_STE)
		v3_config_fault(s, w, SMMUV3_C_BAD_STE, 0);
	if (!w->res.fault)
		return st->ppar;
	if ((s->cr2 & SMMUV3_CR2_REC_CFG_ATS) && v3_walk_of(w)->record)
		v3_evtq_record(s, v3_walk_of(w)->rec, 0);
	return -1;
}

/* The answer to a discarded last request while the queue overflows: the device shall try again. */
static void overflow_response(struct smmuv3 *s, const struct page_request *pr)
{
	int ppar = 0;

	if (pr->pasid_valid && has_pasids(s))
		ppar = s->idr3 & SMMUV3_IDR3_PPS ? 1 : check_ppar(s, pr);
	respond(s, pr, ppar < 0 ? PRG_FAILURE : PRG_SUCCESS, ppar > 0);
}

static void interrupt(struct smmuv3 *s)
{
	v3_irq(s, SMMUV3_IRQ_PRIQ_IRQEN, SMMUV3_IRQ_PRIQ, SMMUV3_PRIQ_IRQ_CFG0, SMMUV3_GERROR_MSI_PRIQ_ABT_ERR);
}

static bool last_only(const struct smmuv3 *s)
{
	return v3_reg(s, SMMUV3_PRIQ_IRQ_CFG2) & SMMUV3_PRIQ_IRQ_CFG2_LO;
}

static void lost(struct smmuv3 *s, const struct page_request *pr)
{
	s->stats.pri_lost++;
	engine_event(&s->eng,
		     &(struct iommu_event){
			     .kind = IOMMU_EV_RECORD_LOST, .unit = UNIT_PRIQ, .sid = pr->sid, .addr = pr->addr });
}

/* The queue takes nothing: off, or in error. */
static void refuse(struct smmuv3 *s, const struct page_request *pr)
{
	lost(s, pr);
	if (!engine_is_stop_marker(pr))
		respond(s, pr, PRG_FAILURE, false);
}

static void discard_overflow(struct smmuv3 *s, const struct page_request *pr)
{
	lost(s, pr);
	if (pr->last && !engine_is_stop_marker(pr))
		overflow_response(s, pr);
	if (pr->last && last_only(s))
		interrupt(s);
}

static void encode(const struct smmuv3 *s, const struct page_request *pr, u64 *words)
{
	bool pasid = pr->pasid_valid && has_pasids(s);

	words[0] = FIELD_PREP(SMMUV3_PRI_0_STREAMID, (u64)pr->sid) | (pr->perm & PERM_R ? SMMUV3_PRI_0_R : 0) |
		   (pr->perm & PERM_W ? SMMUV3_PRI_0_W : 0) | (pr->last ? SMMUV3_PRI_0_LAST : 0);
	if (pasid)
		words[0] |= SMMUV3_PRI_0_SSV | FIELD_PREP(SMMUV3_PRI_0_SUBSTREAMID, (u64)pr->pasid) |
			    (pr->priv ? SMMUV3_PRI_0_PRIV : 0) | (pr->perm & PERM_X ? SMMUV3_PRI_0_X : 0);
	words[1] = (pr->addr & SMMUV3_PRI_1_ADDRESS) | FIELD_PREP(SMMUV3_PRI_1_PRGINDEX, (u64)pr->prgi);
}

static void write_entry(struct smmuv3 *s, const struct page_request *pr)
{
	u64 words[SMMUV3_EVT_WORDS] = { 0 };
	int empty;

	encode(s, pr, words);
	empty = v3_queue_write(s, &v3_priq, words, pr->prgi, pr->sid, 0);
	if (empty < 0) {
		refuse(s, pr);
		return;
	}
	s->stats.pri_entries++;
	if (last_only(s) ? pr->last : empty)
		interrupt(s);
}

void v3_page_request(void *hw, const struct page_request *pr)
{
	struct smmuv3 *s = hw;
	u32 prod = v3_reg(s, SMMUV3_PRIQ_PROD);

	s->stats.page_requests++;
	/* PRIQEN is effectively 0 while SMMUEN is (8.2). */
	if (!(s->cr0 & SMMUV3_CR0_PRIQEN) || !(s->cr0 & SMMUV3_CR0_SMMUEN) ||
	    v3_gerror_active(s, SMMUV3_GERROR_PRIQ_ABT_ERR)) {
		refuse(s, pr);
		return;
	}
	/* Unlike the event queue's, an active overflow keeps every entry out. */
	if ((prod ^ v3_reg(s, SMMUV3_PRIQ_CONS)) & SMMUV3_Q_OVFLG) {
		discard_overflow(s, pr);
		return;
	}
	if (v3_queue_full(s, &v3_priq)) {
		s->stats.pri_overflows++;
		reg_set(&s->regs, SMMUV3_PRIQ_PROD, prod ^ SMMUV3_Q_OVFLG);
		discard_overflow(s, pr);
		return;
	}
	write_entry(s, pr);
}

/* CMD_PRI_RESP (4.5.2) */
void v3_pri_resp(struct smmuv3 *s, const u64 *cmd)
{
	static const u8 codes[] = {
		[SMMUV3_PRI_RESP_FAILURE] = PRG_FAILURE,
		[SMMUV3_PRI_RESP_INVALID] = PRG_INVALID,
		[SMMUV3_PRI_RESP_SUCCESS] = PRG_SUCCESS,
	};
	struct page_response resp = { .sid = FIELD_GET(SMMUV3_CMD_0_STREAMID, cmd[0]),
				      .prgi = FIELD_GET(SMMUV3_CMD_PRI_RESP_1_PRGINDEX, cmd[1]),
				      .code = codes[FIELD_GET(SMMUV3_CMD_PRI_RESP_1_RESP, cmd[1])],
				      .pasid_valid = (cmd[0] & SMMUV3_CMD_0_SSV) && has_pasids(s) };

	if (resp.pasid_valid)
		resp.pasid = FIELD_GET(SMMUV3_CMD_0_SUBSTREAMID, cmd[0]);
	engine_respond(&s->eng, &resp);
}
