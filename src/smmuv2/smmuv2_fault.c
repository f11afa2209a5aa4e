// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Faults: what the global and the context registers record, who stalls, what
 * RESUME ends. docs/smmuv2-stall.md puts the rules next to the specification's.
 *
 * A bank is outstanding while FSR is not zero, SS included. Its stalled
 * transactions wait in order of arrival; the first that stalled by its own
 * fault is the owner: RESUME ends it. When FSR has become zero the others are
 * presented again, and the next of them that faults is recorded.
 */
#include "smmuv2_priv.h"

/* ---- Interrupts: level-sensitive, several sources a line ---- */

static void drive(struct smmuv2 *s, u16 line, bool up)
{
	struct iommu_event ev = { .kind = IOMMU_EV_IRQ, .code = line };
	u16 was = s->line_level[line];

	s->line_level[line] += up ? 1 : -1;
	if (!was == !s->line_level[line])
		return;
	if (up && s->eng.call != CALL_RESTORE)
		engine_event(&s->eng, &ev);
	engine_calls_back_access(&s->eng, CALLS_WITH_IRQS, "irq");
	s->eng.ops->irq(s->eng.ctx, line, up);
}

static void bank_irq(struct smmuv2 *s, u32 n)
{
	struct smmuv2_bank *b = &s->bank[n];
	bool level = b->fsr && (b->sctlr & SMMUV2_SCTLR_CFIE);

	if (level == b->irq)
		return;
	b->irq = level;
	drive(s, b->line, level);
}

void smmuv2_fault_line(struct smmuv2 *s, u32 n, u16 line)
{
	struct smmuv2_bank *b = &s->bank[n];

	if (b->line == line)
		return;
	if (b->irq) {
		drive(s, b->line, false);
		drive(s, line, true);
	}
	b->line = line;
}

static void global_irq(struct smmuv2 *s, u32 old_gfsr, u32 old_scr0)
{
	bool was = (old_gfsr & ~SMMUV2_sGFSR_CAF) && (old_scr0 & SMMUV2_sCR0_GFIE);
	bool is = (s->gfsr & ~SMMUV2_sGFSR_CAF) && (s->scr0 & SMMUV2_sCR0_GFIE);
	bool cfg_was = (old_gfsr & SMMUV2_sGFSR_CAF) && (old_scr0 & SMMUV2_sCR0_GCFGFIE);
	bool cfg_is = (s->gfsr & SMMUV2_sGFSR_CAF) && (s->scr0 & SMMUV2_sCR0_GCFGFIE);

	if (was != is)
		drive(s, SMMUV2_IRQ_GLOBAL, is);
	if (cfg_was != cfg_is)
		drive(s, SMMUV2_IRQ_CONFIG, cfg_is);
}

/* ---- Global faults ---- */

void smmuv2_global_update(struct smmuv2 *s, u32 gfsr)
{
	u32 old_gfsr = s->gfsr, old_scr0 = s->scr0;
	u32 scr0 = (u32)reg_get(&s->gr0, SMMUV2_GR0_sCR0);

	s->gfsr = gfsr;
	s->scr0 = scr0;
	s->straight = !s->memo_stale && !(scr0 & SMMUV2_sCR0_CLIENTPD);
	reg_set(&s->gr0, SMMUV2_GR0_sGFSR, gfsr);
	global_irq(s, old_gfsr, old_scr0);
}

/* The first fault is recorded; later ones only set MULTI (10.6.15). */
static bool global_record(struct smmuv2 *s, u32 bit, u64 addr, u32 synr0, u32 sid)
{
	bool first = !s->gfsr;

	s->stats.global_faults++;
	if (first) {
		reg_set(&s->gr0, SMMUV2_GR0_sGFAR, addr);
		reg_set(&s->gr0, SMMUV2_GR0_sGFSYNR0, synr0);
		reg_set(&s->gr0, SMMUV2_GR0_sGFSYNR1, sid & SMMUV2_CBFRSYNRA_SID);
	}
	smmuv2_global_update(s, first ? bit : s->gfsr | SMMUV2_sGFSR_MULTI);
	return first;
}

enum xlat smmuv2_fault_global(struct smmuv2 *s, const struct dma_txn *t, u32 flags, u32 bit, bool nested,
			      struct xlat_result *r)
{
	u32 synr0 = (nested ? SMMUV2_sGFSYNR0_NESTED : 0) | (flags & DMA_WRITE ? SMMUV2_sGFSYNR0_WNR : 0) |
		    (flags & DMA_PRIV ? SMMUV2_sGFSYNR0_PNU : 0) | (flags & DMA_EXEC ? SMMUV2_sGFSYNR0_IND : 0);

	r->fault = (u16)(SMMUV2_FAULT_GLOBAL | bit);
	r->recorded = global_record(s, bit, t->iova, synr0, t->sid);
	if (r->recorded)
		engine_event(&s->eng, &(struct iommu_event){ .kind = IOMMU_EV_RECORD,
							     .unit = UNIT_EVENTQ,
							     .code = r->fault,
							     .sid = t->sid,
							     .addr = t->iova,
							     .id = t->id });
	engine_fault_event(&s->eng, t, r->fault);
	return s->scr0 & SMMUV2_sCR0_GFRE ? XLAT_ABORT : XLAT_RAZWI;
}

void smmuv2_fault_config(struct smmuv2 *s, u64 offset, bool write)
{
	global_record(s, SMMUV2_sGFSR_CAF, offset, write ? SMMUV2_sGFSYNR0_WNR : 0, 0);
}

/* ---- Stalled transactions ---- */

static bool stalls(const struct smmuv2 *s, const struct smmuv2_bank *b)
{
	return (b->sctlr & SMMUV2_SCTLR_CFCFG) && !(s->scr0 & SMMUV2_sCR0_STALLD);
}

static enum xlat terminated(const struct smmuv2_bank *b)
{
	return b->sctlr & SMMUV2_SCTLR_CFRE ? XLAT_ABORT : XLAT_RAZWI;
}

static bool slot_free(struct smmuv2 *s, u16 tbu)
{
	struct smmuv2_tbu *u = &s->tbu[tbu];

	if (u->used < u->slots)
		return true;
	u->waited = true;
	s->stats.waits++;
	return false;
}

/* Append a copy of @stall to bank @n's queue. Returns index + 1 of its slot; 0 if its TBU has none. */
u16 smmuv2_fault_queue(struct smmuv2 *s, u32 n, const struct smmuv2_stall *stall)
{
	struct smmuv2_tbu *u = &s->tbu[stall->tbu];
	u32 i;

	if (u->used == u->slots)
		return 0;
	i = engine_take_slot(&s->eng);
	s->stalls[i] = *stall;
	engine_list_push(&s->eng, &s->bank[n].stalled, i);
	if (++u->used == u->slots)
		s->full_tbus |= BIT(stall->tbu);
	return (u16)(i + 1);
}

static u16 stall_take(struct smmuv2 *s, const struct dma_txn *t, u32 n, u8 cb, bool faulted, u16 code)
{
	struct smmuv2_stall stall = {
		.id = t->id, .seq = ++s->eng.seq, .sid = t->sid, .tbu = t->tbu, .cb = cb, .faulted = faulted
	};
	u16 slot = smmuv2_fault_queue(s, n, &stall);
	struct iommu_event ev = {
		.kind = IOMMU_EV_STALL, .code = code, .sid = t->sid, .addr = t->iova, .data = n, .id = t->id
	};

	fl_assert(slot);
	s->stats.stalls++;
	engine_event(&s->eng, &ev);
	return slot;
}

/* The stalled transaction in slot @i of bank @n ends. */
static void stall_end(struct smmuv2 *s, u32 n, u32 i, enum iommu_resume how)
{
	struct smmuv2_stall *p = &s->stalls[i];

	s->tbu[p->tbu].used--;
	s->full_tbus &= ~BIT(p->tbu);
	engine_list_remove(&s->eng, &s->bank[n].stalled, i);
	engine_free_slot(&s->eng, i);
	if (how == RESUME_RETRY)
		s->stats.retried++;
	else
		s->stats.terminated++;
	engine_resume(&s->eng, p->sid, p->id, n, how);
}

/* Notify those that were answered with XLAT_WAIT, once the slots have reached their final state. */
static void tell_waiting(struct smmuv2 *s)
{
	u32 i;

	for (i = 0; i < s->cfg.n_tbus; i++) {
		struct smmuv2_tbu *u = &s->tbu[i];

		if (!u->waited || u->used >= u->slots)
			continue;
		u->waited = false;
		engine_stall_free(&s->eng, i);
	}
}

static void slots_changed(struct smmuv2 *s)
{
	tell_waiting(s);
	smmuv2_sync_check(s);
}

/* Present the bank's stalled transactions again, in order; with @innocent only those that met another's fault. */
static void release(struct smmuv2 *s, u32 n, bool innocent)
{
	u32 slot, next;

	for (slot = s->bank[n].stalled.head; slot; slot = next) {
		next = s->eng.slot_next[slot - 1];
		if (!innocent || !s->stalls[slot - 1].faulted)
			stall_end(s, n, slot - 1, RESUME_RETRY);
	}
	slots_changed(s);
}

/* sCR0.GSE: while a bank is stalled the others wait (10.6.8). */
void smmuv2_fault_gse(struct smmuv2 *s)
{
	bool was = s->gse_stall;
	u32 n;

	s->gse_stall = false;
	if (!was && !(s->scr0 & SMMUV2_sCR0_GSE))
		return;
	for (n = 0; n < s->cfg.num_cb; n++)
		s->gse_stall |= (s->scr0 & SMMUV2_sCR0_GSE) && (s->bank[n].fsr & SMMUV2_FSR_SS);
	smmuv2_bank_plain_all(s);
	if (s->gse_stall && !was)
		engine_changed(&s->eng, NULL);
	for (n = 0; n < s->cfg.num_cb && was && !s->gse_stall; n++)
		if (!s->bank[n].fsr && s->bank[n].stalled.head)
			release(s, n, false);
}

static void set_fsr(struct smmuv2 *s, u32 n, u32 fsr)
{
	struct smmuv2_bank *b = &s->bank[n];
	bool cleared = b->fsr && !fsr, was = b->blocked;

	b->fsr = fsr;
	b->blocked = fsr && !(b->sctlr & SMMUV2_SCTLR_HUPCF);
	if (b->blocked && !was)
		smmuv2_changed_bank(s, n);
	smmuv2_bank_plain(s, n);
	reg_set(&b->regs, SMMUV2_CB_FSR, fsr);
	bank_irq(s, n);
	smmuv2_fault_gse(s);
	if (cleared && b->stalled.head && !s->gse_stall)
		release(s, n, false);
}

/* ---- Context faults ---- */

static void record(struct smmuv2 *s, const struct smmuv2_fault *f)
{
	struct smmuv2_bank *b = &s->bank[f->fault_cb];
	bool s2 = b->type == SMMUV2_CBAR_S2;
	/* Where software reads the record: the bank's FAR. */
	u64 page = BIT_ULL(s->half_pages) + f->fault_cb;
	struct iommu_event ev = { .kind = IOMMU_EV_RECORD,
				  .unit = UNIT_EVENTQ,
				  .code = f->fsr,
				  .addr = (page << s->page_shift) + SMMUV2_CB_FAR,
				  .len = 8 };

	s->stats.context_faults++;
	reg_set(&b->regs, SMMUV2_CB_FAR, f->far);
	reg_set(&b->regs, SMMUV2_CB_FSYNR0, f->fsynr0);
	reg_set(&b->regs, SMMUV2_CB_FSYNR1, s->cfg.fsynr1);
	reg_set(&b->regs, SMMUV2_CB_IPAFAR, s2 ? f->ipa : 0);
	if (f->txn) {
		ev.sid = f->txn->sid;
		ev.id = f->txn->id;
	}
	reg_set(&s->gr1, SMMUV2_GR1_CBFRSYNRA(f->fault_cb), ev.sid & SMMUV2_CBFRSYNRA_SID);
	engine_event(&s->eng, &ev);
}

/* CFCFG is evaluated here, after the fault, and nowhere else. */
enum xlat smmuv2_fault_context(struct smmuv2 *s, const struct smmuv2_fault *f, struct xlat_result *r)
{
	struct smmuv2_bank *b = &s->bank[f->fault_cb];
	bool first = !b->fsr;
	bool stall = f->txn && stalls(s, b);
	u32 fsr = b->fsr;
	u16 slot;

	if (stall && s->cfg.behaviour == SMMUV2_QCOM && (fsr & SMMUV2_FSR_SS))
		stall = false;
	if (stall && !slot_free(s, f->txn->tbu))
		return XLAT_WAIT;
	if (first) {
		record(s, f);
		fsr = f->fsr | FIELD_PREP(SMMUV2_FSR_FORMAT, (u32)b->format);
	} else {
		s->stats.multi++;
		fsr |= SMMUV2_FSR_MULTI;
	}
	r->fault = f->fsr;
	r->recorded = first;
	if (stall) {
		slot = stall_take(s, f->txn, f->fault_cb, f->cb, true, f->fsr);
		b->owner = b->owner ? b->owner : slot;
		fsr |= SMMUV2_FSR_SS;
	} else if (f->txn) {
		engine_fault_event(&s->eng, f->txn, f->fsr);
	}
	set_fsr(s, f->fault_cb, fsr);
	return stall ? XLAT_STALL : terminated(b);
}

/*
 * A transaction of bank @cb meets the outstanding fault of bank @by (HUPCF = 0):
 * it is not translated, so it has no fault of its own and MULTI stays as it is.
 * @by SMMUV2_NO_BANK: a stall elsewhere, with GSE.
 */
enum xlat smmuv2_fault_block(struct smmuv2 *s, const struct dma_txn *t, u32 cb, u32 by, struct xlat_result *r)
{
	bool stall = by == SMMUV2_NO_BANK || stalls(s, &s->bank[by]);

	if (stall && !slot_free(s, t->tbu))
		return XLAT_WAIT;
	s->stats.blocked++;
	if (stall) {
		stall_take(s, t, by == SMMUV2_NO_BANK ? cb : by, (u8)cb, false, 0);
		return XLAT_STALL;
	}
	engine_fault_event(&s->eng, t, 0);
	return terminated(&s->bank[by]);
}

/*
 * RESUME ends the owner. With nothing stalled it does nothing. MMU-500 keeps SS
 * if software has not cleared the fault before; a later RESUME clears it.
 */
void smmuv2_fault_resume(struct smmuv2 *s, u32 n, bool terminate)
{
	struct smmuv2_bank *b = &s->bank[n];
	bool keep_ss = s->cfg.behaviour == SMMUV2_MMU500 && (b->fsr & SMMUV2_FSR_FAULTS);
	enum iommu_resume how = !terminate ? RESUME_RETRY : b->sctlr & SMMUV2_SCTLR_CFRE ? RESUME_ABORT : RESUME_RAZWI;
	u16 slot = b->owner;

	if (!(b->fsr & SMMUV2_FSR_SS))
		return;
	if (slot) {
		b->owner = 0;
		stall_end(s, n, slot - 1, how);
	}
	if (!keep_ss)
		set_fsr(s, n, b->fsr & ~SMMUV2_FSR_SS);
	slots_changed(s);
}

void smmuv2_fault_clear(struct smmuv2 *s, u32 n, u32 bits)
{
	u32 fsr = s->bank[n].fsr & ~(bits & (SMMUV2_FSR_FAULTS | SMMUV2_FSR_MULTI));

	if (!(fsr & SMMUV2_FSR_FAULTS))
		fsr &= ~SMMUV2_FSR_FORMAT;
	set_fsr(s, n, fsr);
}

void smmuv2_fault_restore(struct smmuv2 *s, u32 n, u32 value)
{
	set_fsr(s, n,
		(value & (SMMUV2_FSR_FAULTS | SMMUV2_FSR_FORMAT | SMMUV2_FSR_MULTI)) |
			(s->bank[n].fsr & SMMUV2_FSR_SS));
}

/* SCTLR has been written. Turning HUPCF on releases those that met another's fault. */
void smmuv2_fault_sctlr(struct smmuv2 *s, u32 n)
{
	struct smmuv2_bank *b = &s->bank[n];
	bool was = b->blocked;

	b->sctlr = (u32)reg_get(&b->regs, SMMUV2_CB_SCTLR);
	b->blocked = b->fsr && !(b->sctlr & SMMUV2_SCTLR_HUPCF);
	smmuv2_bank_plain(s, n);
	bank_irq(s, n);
	if (was && !b->blocked && !s->gse_stall)
		release(s, n, true);
}

/* Lower all lines that are high. */
void smmuv2_fault_lower(struct smmuv2 *s)
{
	u32 n;

	for (n = 0; n < ARRAY_SIZE(s->line_level); n++) {
		if (s->line_level[n])
			s->eng.ops->irq(s->eng.ctx, n, false);
		s->line_level[n] = 0;
	}
}

/* All lines are low: raise those whose cause the registers show. */
void smmuv2_fault_raise(void *hw)
{
	struct smmuv2 *s = hw;
	u32 n;

	global_irq(s, 0, 0);
	for (n = 0; n < s->cfg.num_cb; n++)
		bank_irq(s, n);
}

/* Reset: lower the lines, and give stalled and waiting transactions back to the holder. */
void smmuv2_fault_reset(void *hw)
{
	struct smmuv2 *s = hw;
	u32 n;

	smmuv2_fault_lower(s);
	for (n = 0; n < s->cfg.num_cb; n++)
		while (s->bank[n].stalled.head)
			stall_end(s, n, s->bank[n].stalled.head - 1, RESUME_ABORT);
	tell_waiting(s);
}
