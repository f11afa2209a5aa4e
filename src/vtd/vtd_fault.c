// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Fault recording registers, and the three groups of event registers (7.2, 7.3, 7.5). */
#include "vtd_priv.h"

struct event_group {
	u32 ctl, data, addr, uaddr;
};

static const struct event_group groups[VTD_LINES] = {
	[VTD_LINE_FAULT] = { VTD_FECTL, VTD_FEDATA, VTD_FEADDR, VTD_FEUADDR },
	[VTD_LINE_INVALIDATION] = { VTD_IECTL, VTD_IEDATA, VTD_IEADDR, VTD_IEUADDR },
	[VTD_LINE_PAGE_REQUEST] = { VTD_PECTL, VTD_PEDATA, VTD_PEADDR, VTD_PEUADDR },
};

static void send(struct vtd *v, enum vtd_line line)
{
	const struct event_group *g = &groups[line];
	u64 addr = reg_get(&v->regs, g->addr) | reg_get(&v->regs, g->uaddr) << 32;
	u32 data = (u32)reg_get(&v->regs, g->data);
	struct iommu_event ev = { .kind = IOMMU_EV_MSI, .code = line, .len = 4, .addr = addr, .data = data };

	reg_set(&v->regs, g->ctl, reg_get(&v->regs, g->ctl) & ~VTD_ECTL_IP);
	engine_calls_back_access(&v->eng, CALLS_WITH_MEMORY, "msi");
	if (v->eng.ops->msi) {
		v->eng.ops->msi(v->eng.ctx, addr, data);
	} else if (v->eng.ops->irq) {
		ev.kind = IOMMU_EV_IRQ;
		v->eng.ops->irq(v->eng.ctx, line, true);
	}
	engine_event(&v->eng, &ev);
}

/* Raise an interrupt condition: IP is set, and the message is sent unless IM holds it back. */
void vtd_event_raise(struct vtd *v, enum vtd_line line)
{
	u32 ctl = groups[line].ctl;

	reg_set(&v->regs, ctl, reg_get(&v->regs, ctl) | VTD_ECTL_IP);
	if (!(reg_get(&v->regs, ctl) & VTD_ECTL_IM))
		send(v, line);
}

/* Software has written the control register. */
void vtd_event_unmask(struct vtd *v, enum vtd_line line)
{
	u64 ctl = reg_get(&v->regs, groups[line].ctl);

	if ((ctl & VTD_ECTL_IP) && !(ctl & VTD_ECTL_IM))
		send(v, line);
}

/* No condition is left: a message that was held back is not sent any more. */
void vtd_event_serviced(struct vtd *v, enum vtd_line line)
{
	u32 ctl = groups[line].ctl;

	reg_set(&v->regs, ctl, reg_get(&v->regs, ctl) & ~VTD_ECTL_IP);
}

/* Set a condition of FSTS; it raises an event only if no other was pending (7.3). */
void vtd_fsts_raise(struct vtd *v, u32 bit)
{
	u64 fsts = reg_get(&v->regs, VTD_FSTS);

	reg_set(&v->regs, VTD_FSTS, fsts | bit);
	if (!(fsts & VTD_FSTS_EVENTS))
		vtd_event_raise(v, VTD_LINE_FAULT);
}

static bool pending(const struct vtd *v, u32 i)
{
	return reg_get(&v->regs, v->frcd + i * 16 + VTD_FRCD_HI) & VTD_FRCD_F;
}

/* F fields or FSTS were written: PPF is their logical OR, and IP ends with the last condition. */
void vtd_fault_written(struct vtd *v)
{
	u64 fsts = reg_get(&v->regs, VTD_FSTS) & ~(u64)VTD_FSTS_PPF;
	u32 i;

	for (i = 0; i < v->n_frcd; i++)
		if (pending(v, i))
			fsts |= VTD_FSTS_PPF;
	reg_set(&v->regs, VTD_FSTS, fsts);
	if (!(fsts & VTD_FSTS_EVENTS))
		vtd_event_serviced(v, VTD_LINE_FAULT);
}

/* Whether FPD cannot suppress the fault (table 30). */
static bool reason_qualified(u8 reason)
{
	switch (reason) {
	case VTD_FR_LRT_1:
	case VTD_FR_LRT_2:
	case VTD_FR_LRT_3:
	case VTD_FR_LCT_1:
	case VTD_FR_SCT_1:
	case VTD_FR_SPD_1:
	case VTD_FR_SPT_1:
		return false;
	default:
		return reason < VTD_FR_RTA_1 || reason > VTD_FR_SRT_3;
	}
}

static u64 upper_word(const struct vtd *v, const struct vtd_req *q, u8 reason)
{
	u64 hi = VTD_FRCD_F | FIELD_PREP(VTD_FRCD_FR, (u64)reason) | (q->sid & VTD_FRCD_SID);

	if (q->kind == VTD_PAGE_REQUEST)
		hi |= VTD_FRCD_T2;
	else if (!q->write)
		hi |= VTD_FRCD_T1;
	if ((v->ecap & VTD_ECAP_DT) && q->kind != VTD_PAGE_REQUEST)
		hi |= FIELD_PREP(VTD_FRCD_AT, (u64)q->kind);
	if (!q->has_pasid || !(v->ecap & VTD_ECAP_PASID))
		return hi;
	hi |= VTD_FRCD_PP | FIELD_PREP(VTD_FRCD_PV, (u64)q->pasid);
	if (q->exec && !q->write)
		hi |= VTD_FRCD_EXE;
	if (q->priv)
		hi |= VTD_FRCD_PRIV;
	return hi;
}

static bool collapses(const struct vtd *v, u32 sid)
{
	u32 i;

	for (i = 0; i < v->n_frcd; i++)
		if (pending(v, i) && (reg_get(&v->regs, v->frcd + i * 16 + VTD_FRCD_HI) & VTD_FRCD_SID) == sid)
			return true;
	return false;
}

void vtd_fault_level(const struct vtd *v, struct iommu_queue_level *q)
{
	u32 i;

	q->size = v->n_frcd;
	for (i = 0; i < v->n_frcd; i++)
		q->used += pending(v, i);
}

/* 7.2.1, in its order. */
static bool record(struct vtd *v, const struct vtd_req *q, u8 reason)
{
	u64 fsts = reg_get(&v->regs, VTD_FSTS);
	u32 at = v->frcd + v->fr_index * 16;

	if (fsts & VTD_FSTS_PFO) {
		v->stats.faults_lost++;
		return false;
	}
	if (v->collapse && collapses(v, q->sid)) {
		v->stats.faults_collapsed++;
		return false;
	}
	if (pending(v, v->fr_index)) {
		reg_set(&v->regs, VTD_FSTS, fsts | VTD_FSTS_PFO);
		v->pfo_raised++;
		v->stats.faults_lost++;
		return false;
	}
	reg_set(&v->regs, at + VTD_FRCD_LO, q->addr & v->fi_mask);
	reg_set(&v->regs, at + VTD_FRCD_HI, upper_word(v, q, reason));
	v->stats.faults_recorded++;
	if (!(fsts & VTD_FSTS_PPF)) {
		fsts = (fsts & ~VTD_FSTS_FRI) | FIELD_PREP(VTD_FSTS_FRI, (u64)v->fr_index);
		reg_set(&v->regs, VTD_FSTS, fsts);
		vtd_fsts_raise(v, VTD_FSTS_PPF);
	}
	v->fr_index = (v->fr_index + 1) % v->n_frcd;
	return true;
}

/**
 * vtd_fault_report() - a non-recoverable fault
 * @fpd: an entry with FPD was met
 * @id: the transaction's
 * Return: whether there is a record.
 */
bool vtd_fault_report(struct vtd *v, const struct vtd_req *q, u8 reason, bool fpd, u64 id)
{
	struct iommu_event ev = { .unit = UNIT_EVENTQ, .code = reason, .len = 16, .sid = q->sid, .id = id };
	bool recorded;

	if (fpd && reason_qualified(reason)) {
		v->stats.faults_silent++;
		return false;
	}
	ev.addr = v->frcd + v->fr_index * 16;
	recorded = record(v, q, reason);
	ev.kind = recorded ? IOMMU_EV_RECORD : IOMMU_EV_RECORD_LOST;
	engine_event(&v->eng, &ev);
	return recorded;
}
