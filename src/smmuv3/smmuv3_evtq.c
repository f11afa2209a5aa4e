// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The event queue: when it is writable, what is lost, what overflows (7.2, 7.4). */
#include "smmuv3_priv.h"

bool v3_evtq_writable(const struct smmuv3 *s)
{
	return (s->cr0 & SMMUV3_CR0_EVENTQEN) && !v3_queue_full(s, &v3_evtq) &&
	       !v3_gerror_active(s, SMMUV3_GERROR_EVENTQ_ABT_ERR);
}

/* Write one record into a writable queue. False: the write was aborted, PROD stays (7.2.2). */
bool v3_evtq_write(struct smmuv3 *s, const u64 *rec, u64 id)
{
	int empty = v3_queue_write(s, &v3_evtq, rec, FIELD_GET(SMMUV3_EVT_0_ID, rec[0]),
				   FIELD_GET(SMMUV3_EVT_0_STREAMID, rec[0]), id);

	if (empty < 0)
		return false;
	s->stats.events++;
	if (empty)
		v3_irq(s, SMMUV3_IRQ_EVENTQ_IRQEN, SMMUV3_IRQ_EVENTQ, SMMUV3_EVENTQ_IRQ_CFG0,
		       SMMUV3_GERROR_MSI_EVENTQ_ABT_ERR);
	return true;
}

/*
 * A record whose transaction is not stalled is written or lost. Only a full queue that is enabled overflows; the
 * flag is toggled once until it is acknowledged.
 */
bool v3_evtq_record(struct smmuv3 *s, const u64 *rec, u64 id)
{
	u32 prod = v3_reg(s, SMMUV3_EVENTQ_PROD);

	if (v3_evtq_writable(s) && v3_evtq_write(s, rec, id))
		return true;
	s->stats.events_lost++;
	engine_event(&s->eng, &(struct iommu_event){ .kind = IOMMU_EV_RECORD_LOST,
						     .unit = UNIT_EVENTQ,
						     .code = FIELD_GET(SMMUV3_EVT_0_ID, rec[0]),
						     .sid = FIELD_GET(SMMUV3_EVT_0_STREAMID, rec[0]),
						     .id = id });
	if ((s->cr0 & SMMUV3_CR0_EVENTQEN) && v3_queue_full(s, &v3_evtq) &&
	    !((prod ^ v3_reg(s, SMMUV3_EVENTQ_CONS)) & SMMUV3_Q_OVFLG)) {
		s->stats.overflows++;
		reg_set(&s->regs, SMMUV3_EVENTQ_PROD, prod ^ SMMUV3_Q_OVFLG);
	}
	return false;
}

/* InD and PnU are those of the transaction, because no STE has been read. Also recorded with SMMUEN = 0. */
void smmuv3_unsupported(struct smmuv3 *s, const struct dma_txn *t, u16 reason)
{
	u64 rec[SMMUV3_EVT_WORDS] = { v3_record_word0(t, SMMUV3_F_UUT), reason | v3_record_attributes(t->flags),
				      t->iova, 0 };

	engine_enter(&s->eng, CALL_TRANSLATE);
	engine_fault_event(&s->eng, t, SMMUV3_F_UUT);
	v3_evtq_record(s, rec, t->id);
	engine_leave(&s->eng);
}

void smmuv3_page_hint(struct smmuv3 *s, const struct dma_txn *t, u8 user_perm, u8 priv_perm, u8 pages)
{
	u64 rec[SMMUV3_EVT_WORDS] = { v3_record_word0(t, SMMUV3_E_PAGE_REQUEST),
				      FIELD_PREP(SMMUV3_EVT_1_SPAN, (u64)pages), t->iova >> 12 << 12, 0 };

	engine_enter(&s->eng, CALL_PAGE_REQUEST);
	rec[1] |= (priv_perm & PERM_R ? SMMUV3_EVT_1_PR : 0) | (priv_perm & PERM_W ? SMMUV3_EVT_1_PW : 0) |
		  (priv_perm & PERM_X ? SMMUV3_EVT_1_PX : 0);
	rec[1] |= (user_perm & PERM_R ? SMMUV3_EVT_1_UR : 0) | (user_perm & PERM_W ? SMMUV3_EVT_1_UW : 0) |
		  (user_perm & PERM_X ? SMMUV3_EVT_1_UX : 0);
	if (s->cr0 & SMMUV3_CR0_SMMUEN)
		v3_evtq_record(s, rec, t->id);
	engine_leave(&s->eng);
}
