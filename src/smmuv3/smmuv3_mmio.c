/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Registers: what may be written when (the Guarded fields of 6.3), and what a write triggers. Enables take effect at
 * once; their acknowledge registers follow.
 */
#include "smmuv3_priv.h"

/* Page 0 has aliases of the indices that page 1 holds (6.2.1). */
static u64 without_alias(u64 offset)
{
	switch (offset) {
	case SMMU_EVENTQ_PROD - SMMU_PAGE1:
	case SMMU_EVENTQ_CONS - SMMU_PAGE1:
	case SMMU_PRIQ_PROD - SMMU_PAGE1:
	case SMMU_PRIQ_CONS - SMMU_PAGE1:
		return offset + SMMU_PAGE1;
	default:
		return offset;
	}
}

u64 smmuv3_mmio_read(struct smmuv3 *s, u64 offset, unsigned int size)
{
	u64 value;

	engine_enter(&s->guard, CALL_MMIO_READ);
	offset = without_alias(offset);
	value = offset < SMMU_REG_SPAN ? reg_read(&s->regs, (u32)offset, size) : 0;
	engine_leave(&s->guard);
	return value;
}

/* Bit of CR0 that guards a register, 0: none. */
static u32 guard_cr0(u32 offset)
{
	switch (offset) {
	case SMMU_STRTAB_BASE:
	case SMMU_STRTAB_BASE_CFG:
	case SMMU_CR2:
		return CR0_SMMUEN;
	case SMMU_CMDQ_BASE:
	case SMMU_CMDQ_CONS:
		return CR0_CMDQEN;
	case SMMU_EVENTQ_BASE:
	case SMMU_EVENTQ_PROD:
		return CR0_EVENTQEN;
	case SMMU_PRIQ_BASE:
	case SMMU_PRIQ_PROD:
		return CR0_PRIQEN;
	default:
		return 0;
	}
}

/* Likewise of IRQ_CTRL. */
static u32 guard_irq(u32 offset)
{
	if (offset >= SMMU_GERROR_IRQ_CFG0 && offset <= SMMU_GERROR_IRQ_CFG2)
		return IRQ_GERROR_IRQEN;
	if (offset >= SMMU_EVENTQ_IRQ_CFG0 && offset <= SMMU_EVENTQ_IRQ_CFG2)
		return IRQ_EVENTQ_IRQEN;
	if (offset >= SMMU_PRIQ_IRQ_CFG0 && offset <= SMMU_PRIQ_IRQ_CFG2)
		return IRQ_PRIQ_IRQEN;
	return 0;
}

static bool is_pri(u32 offset)
{
	return (offset >= SMMU_PRIQ_BASE && offset <= SMMU_PRIQ_IRQ_CFG2) || offset == SMMU_PRIQ_PROD ||
	       offset == SMMU_PRIQ_CONS;
}

/* Whether the register exists in this configuration and may be written now. */
static bool writable(const struct smmuv3 *s, u32 offset)
{
	if (s->cr0 & guard_cr0(offset))
		return false;
	if (is_pri(offset) && !(s->idr0 & IDR0_PRI))
		return false;
	if (guard_irq(offset)) {
		if (v3_reg(s, SMMU_IRQ_CTRL) & guard_irq(offset))
			return false;
		return (s->idr0 & IDR0_MSI) || offset == SMMU_PRIQ_IRQ_CFG2;
	}
	return true;
}

/* Fields that this configuration has, of the registers whose fields are optional. */
u64 v3_reg_present(const struct smmuv3 *s, u32 offset)
{
	switch (offset) {
	case SMMU_CR0:
		return CR0_SMMUEN | CR0_EVENTQEN | CR0_CMDQEN | (s->idr0 & IDR0_PRI ? CR0_PRIQEN : 0) |
		       (s->idr0 & IDR0_ATS ? CR0_ATSCHK : 0) | (s->idr0 & IDR0_VMW ? CR0_VMW : 0);
	case SMMU_CR2:
		return CR2_RECINVSID | (s->idr0 & IDR0_HYP ? CR2_E2H : 0) |
		       (s->idr0 & IDR0_ATSRECERR ? CR2_REC_CFG_ATS : 0);
	case SMMU_IRQ_CTRL:
		return IRQ_GERROR_IRQEN | IRQ_EVENTQ_IRQEN | (s->idr0 & IDR0_PRI ? IRQ_PRIQ_IRQEN : 0);
	case SMMU_STRTAB_BASE:
		return STRTAB_BASE_RA | (STRTAB_BASE_ADDR & s->pa_mask);
	case SMMU_STRTAB_BASE_CFG:
		return s->idr0 & IDR0_ST_LEVEL ? ~0ULL : STRTAB_BASE_CFG_LOG2SIZE;
	case SMMU_CMDQ_BASE:
	case SMMU_EVENTQ_BASE:
	case SMMU_PRIQ_BASE:
		return Q_BASE_RWA | Q_BASE_LOG2SIZE | (Q_BASE_ADDR & s->pa_mask);
	case SMMU_GERROR_IRQ_CFG0:
	case SMMU_EVENTQ_IRQ_CFG0:
	case SMMU_PRIQ_IRQ_CFG0:
		return s->pa_mask;
	case SMMU_PRIQ_IRQ_CFG2:
		return s->idr0 & IDR0_MSI ? ~0ULL : PRIQ_IRQ_CFG2_LO;
	default:
		return ~0ULL;
	}
}

static void cr0_written(struct smmuv3 *s, u32 value)
{
	u32 old = s->cr0, set = value & ~old;

	s->cr0 = value;
	reg_set(&s->regs, SMMU_CR0ACK, value);
	/* ATSCHK may be cached with the configuration (6.3.9.2); here it is not. */
	if ((old ^ value) & CR0_ATSCHK)
		s->config_gen++;
	if (old & ~value & CR0_SMMUEN)
		v3_stall_term_all(s);
	if (!(value & CR0_CMDQEN))
		s->sync_blocked = false;
	if (set & CR0_EVENTQEN)
		v3_stall_flush(s);
	if (set & CR0_CMDQEN)
		v3_cmdq_run(s);
}

/* Fields of the tables are guarded by SMMUEN, those of the queues by every queue (6.3.11). */
static void cr1_written(struct smmuv3 *s, u32 old, u32 value)
{
	u32 keep = 0;

	if (s->cr0 & CR0_SMMUEN)
		keep |= CR1_TABLE_ALL;
	if (s->cr0 & (CR0_CMDQEN | CR0_EVENTQEN | CR0_PRIQEN))
		keep |= CR1_QUEUE_ALL;
	reg_set(&s->regs, SMMU_CR1, (old & keep) | (value & ~keep));
}

/* A write without Update is ignored; one with it is done at once (6.3.14.1). */
static void gbpa_written(struct smmuv3 *s, u32 old, u32 value)
{
	if (value & GBPA_UPDATE)
		s->gbpa = value & ~GBPA_UPDATE;
	reg_set(&s->regs, SMMU_GBPA, value & GBPA_UPDATE ? s->gbpa : old);
}

static void gerrorn_written(struct smmuv3 *s, u32 old, u32 value)
{
	u32 acked = (old ^ value) & ~(value ^ v3_reg(s, SMMU_GERROR));

	if (acked & GERROR_EVENTQ_ABT_ERR)
		v3_stall_flush(s);
	if (acked & GERROR_CMDQ_ERR)
		v3_cmdq_run(s);
}

/* Bits above the wrap bit of a queue's index read as zero (6.3.28, 6.3.95, 6.3.97); those of the other end, too. */
static void index_written(struct smmuv3 *s, u32 offset, u32 base, u32 max, u32 value)
{
	u32 n = (u32)FIELD_GET(Q_BASE_LOG2SIZE, reg_get(&s->regs, base));

	reg_set(&s->regs, offset, (value & ~Q_INDEX) | ring_ptr(value & Q_INDEX, (u8)min(n, max)));
}

/* A change of the size truncates the index that the hardware keeps. */
static void base_written(struct smmuv3 *s, u32 base, u32 index, u32 max)
{
	index_written(s, index, base, max, v3_reg(s, index));
}

static void written(struct smmuv3 *s, u32 offset, u32 old, u32 value)
{
	switch (offset) {
	case SMMU_CR0:
		cr0_written(s, value);
		break;
	case SMMU_CR1:
		cr1_written(s, old, value);
		break;
	case SMMU_CR2:
		s->cr2 = value;
		s->config_gen++;
		break;
	case SMMU_GBPA:
		gbpa_written(s, old, value);
		break;
	case SMMU_IRQ_CTRL:
		reg_set(&s->regs, SMMU_IRQ_CTRLACK, value);
		break;
	case SMMU_GERRORN:
		gerrorn_written(s, old, value);
		break;
	case SMMU_CMDQ_BASE:
		base_written(s, offset, SMMU_CMDQ_CONS, FIELD_GET(IDR1_CMDQS, s->idr1));
		break;
	case SMMU_EVENTQ_BASE:
		base_written(s, offset, SMMU_EVENTQ_PROD, FIELD_GET(IDR1_EVENTQS, s->idr1));
		break;
	case SMMU_PRIQ_BASE:
		base_written(s, offset, SMMU_PRIQ_PROD, FIELD_GET(IDR1_PRIQS, s->idr1));
		break;
	case SMMU_CMDQ_CONS:
		index_written(s, offset, SMMU_CMDQ_BASE, FIELD_GET(IDR1_CMDQS, s->idr1), value);
		break;
	case SMMU_CMDQ_PROD:
		index_written(s, offset, SMMU_CMDQ_BASE, FIELD_GET(IDR1_CMDQS, s->idr1), value);
		v3_cmdq_run(s);
		break;
	case SMMU_EVENTQ_PROD:
		index_written(s, offset, SMMU_EVENTQ_BASE, FIELD_GET(IDR1_EVENTQS, s->idr1), value);
		break;
	case SMMU_EVENTQ_CONS:
		index_written(s, offset, SMMU_EVENTQ_BASE, FIELD_GET(IDR1_EVENTQS, s->idr1), value);
		v3_stall_flush(s);
		break;
	case SMMU_PRIQ_PROD:
	case SMMU_PRIQ_CONS:
		index_written(s, offset, SMMU_PRIQ_BASE, FIELD_GET(IDR1_PRIQS, s->idr1), value);
		break;
	}
}

/* Whether a register that was written decides what translates, and has another value now. */
static bool changes_translation(const struct smmuv3 *s, u32 offset, u64 old)
{
	u64 changed = old ^ reg_get(&s->regs, offset);

	switch (offset) {
	case SMMU_CR0:
		return changed & (CR0_SMMUEN | CR0_ATSCHK | CR0_VMW);
	case SMMU_CR2:
	case SMMU_GBPA:
	case SMMU_STRTAB_BASE:
	case SMMU_STRTAB_BASE_CFG:
		return changed;
	default:
		return false;
	}
}

static void mmio_write(struct smmuv3 *s, u64 offset, u64 value, unsigned int size)
{
	struct reg_ref ref;
	u32 at;
	u64 old, now;

	offset = without_alias(offset);
	if (offset >= SMMU_REG_SPAN || !reg_find(&s->regs, (u32)offset, size, &ref))
		return;
	at = ref.desc->offset;
	if (!writable(s, at) || !reg_write(&s->regs, (u32)offset, value, size, &ref, &old))
		return;
	now = reg_get(&s->regs, at) & v3_reg_present(s, at);
	reg_set(&s->regs, at, now);
	written(s, at, (u32)old, (u32)now);
	if (changes_translation(s, at, old))
		v3_changed(s);
}

void smmuv3_mmio_write(struct smmuv3 *s, u64 offset, u64 value, unsigned int size)
{
	engine_enter(&s->guard, CALL_MMIO_WRITE);
	v3_cmdq_look(s);
	mmio_write(s, offset, value, size);
	engine_leave(&s->guard);
}
