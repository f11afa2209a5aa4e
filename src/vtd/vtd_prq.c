// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Page requests (7.4 - 7.6): what is written into the queue, and what is answered by hardware itself. */
#include "vtd_priv.h"

/* Table 31: only a request with LPIG is answered, and a stop marker (ECAP.SMS) never. The driver decides alike. */
static void respond(struct vtd *v, const struct page_request *pr, enum prg_code code)
{
	if (!pr->last || engine_is_stop_marker(pr))
		return;
	v->stats.auto_responses++;
	engine_auto_respond(&v->eng, pr, code, pr->pasid_valid);
}

/* Set PPR or PRO; this raises an event only if neither was set (7.5). */
static void raise_status(struct vtd *v, u32 bit)
{
	u64 prs = reg_get(&v->regs, VTD_PRS);

	reg_set(&v->regs, VTD_PRS, prs | bit);
	if (!(prs & (VTD_PRS_PPR | VTD_PRS_PRO)))
		vtd_event_raise(v, VTD_LINE_PAGE_REQUEST);
}

/* 6.5.3.1: the device must not use a stale translation again after the page was made present. */
static void implicit_invalidation(struct vtd *v, const struct vtd_bind *b, u64 addr)
{
	v->eng.seq++;
	switch (b->pgtt) {
	case VTD_PGTT_FIRST:
		vtd_inv_piotlb(v, true, b->did, b->pasid, addr, 0, false);
		break;
	case VTD_PGTT_NESTED:
		vtd_inv_iotlb(v, VTD_GRAN_DOMAIN, b->did, 0, 0, false);
		break;
	default:
		vtd_inv_iotlb(v, VTD_GRAN_SELECTIVE, b->did, addr, 0, false);
		break;
	}
}

/* One entry stays free: head and tail would say that the queue is empty. */
void vtd_prq_level(const struct vtd *v, struct iommu_queue_level *q)
{
	u64 bytes = 4096ULL << FIELD_GET(VTD_PQA_PQS, reg_get(&v->regs, VTD_PQA));
	u64 used = reg_get(&v->regs, VTD_PQT) - reg_get(&v->regs, VTD_PQH);

	if (!(v->ecap & VTD_ECAP_PRS))
		return;
	q->size = (u32)(bytes / VTD_PREQ_BYTES) - 1;
	q->used = (u32)((used & (bytes - VTD_PREQ_BYTES)) / VTD_PREQ_BYTES);
}

static bool write_descriptor(struct vtd *v, const struct page_request *pr, u64 pa)
{
	u64 first = VTD_PREQ_TYPE | FIELD_PREP(VTD_PREQ_RID, (u64)pr->sid);
	u64 second = (pr->addr & VTD_PREQ_ADDR) | FIELD_PREP(VTD_PREQ_PRGI, (u64)pr->prgi);
	u8 raw[VTD_PREQ_BYTES] = { 0 };

	if (pr->pasid_valid)
		first |= VTD_PREQ_PP | FIELD_PREP(VTD_PREQ_PASID, (u64)pr->pasid) | (pr->priv ? VTD_PREQ_PMR : 0) |
			 (pr->perm & PERM_X ? VTD_PREQ_EXR : 0);
	second |= (pr->perm & PERM_R ? VTD_PREQ_RDR : 0) | (pr->perm & PERM_W ? VTD_PREQ_WRR : 0) |
		  (pr->last ? VTD_PREQ_LPIG : 0);
	fl_put_le64(raw, first);
	fl_put_le64(raw + 8, second);
	return !engine_mem_write(&v->eng, UNIT_PRIQ, pa, raw, sizeof(raw));
}

static void lost(struct vtd *v, const struct page_request *pr, enum prg_code code)
{
	struct iommu_event ev = {
		.kind = IOMMU_EV_RECORD_LOST, .unit = UNIT_PRIQ, .sid = pr->sid, .addr = pr->addr, .code = VTD_PREQ_TYPE
	};

	engine_event(&v->eng, &ev);
	respond(v, pr, code);
}

static void accept_request(struct vtd *v, const struct page_request *pr, const struct vtd_bind *b)
{
	struct iommu_event ev = { .kind = IOMMU_EV_RECORD,
				  .unit = UNIT_PRIQ,
				  .code = VTD_PREQ_TYPE,
				  .sid = pr->sid,
				  .len = VTD_PREQ_BYTES,
				  .data = pr->addr };
	u64 pqa = reg_get(&v->regs, VTD_PQA);
	u64 mask = (4096ULL << FIELD_GET(VTD_PQA_PQS, pqa)) - VTD_PREQ_BYTES;
	u64 tail = reg_get(&v->regs, VTD_PQT) & mask;
	u64 next = (tail + VTD_PREQ_BYTES) & mask;

	if ((reg_get(&v->regs, VTD_PRS) & VTD_PRS_PRO) || next == (reg_get(&v->regs, VTD_PQH) & mask)) {
		if (!(reg_get(&v->regs, VTD_PRS) & VTD_PRS_PRO)) {
			v->pro_raised++;
			raise_status(v, VTD_PRS_PRO);
		}
		v->stats.prq_overflow++;
		lost(v, pr, PRG_SUCCESS);
		return;
	}
	implicit_invalidation(v, b, pr->addr);
	ev.addr = (pqa & VTD_PQA_PQA) + tail;
	if (!write_descriptor(v, pr, ev.addr)) {
		v->stats.prq_bus_errors++;
		lost(v, pr, PRG_INVALID);
		return;
	}
	reg_set(&v->regs, VTD_PQT, next);
	v->stats.prq_written++;
	engine_event(&v->eng, &ev);
	raise_status(v, VTD_PRS_PPR);
}

/*
 * Without page request support, or with translation disabled, a request is refused without a fault, because no table
 * is at fault.
 */
void vtd_page_request(void *hw, const struct page_request *pr)
{
	struct vtd *v = hw;
	struct vtd_req q = { .sid = pr->sid,
			     .pasid = pr->pasid,
			     .addr = pr->addr,
			     .kind = VTD_PAGE_REQUEST,
			     .has_pasid = pr->pasid_valid,
			     .priv = pr->priv };
	struct vtd_bind b;
	u8 reason;

	if (!v->tes || !(v->ecap & VTD_ECAP_PRS)) {
		v->stats.prq_refused++;
		lost(v, pr, PRG_INVALID);
		return;
	}
	reason = vtd_resolve(v, &q, NULL, &b);
	if (reason) {
		v->stats.prq_refused++;
		/* What the stop marker of a function with faulting tables meets is dropped in silence (ECAP.SMS). */
		if (!engine_is_stop_marker(pr))
			vtd_fault_report(v, &q, reason, b.fpd, 0);
		lost(v, pr, PRG_INVALID);
		return;
	}
	vtd_install_bind(v, pr->sid, &b);
	accept_request(v, pr, &b);
}
