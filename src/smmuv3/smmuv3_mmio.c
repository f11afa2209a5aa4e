// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Registers: what may be written when (the Guarded fields of 6.3), and what a write triggers. Enables take effect at
 * once; their acknowledge registers follow.
 */
#include "smmuv3_priv.h"

u64 smmuv3_without_alias(u64 offset)
{
	switch (offset) {
	case SMMUV3_EVENTQ_PROD - SMMUV3_PAGE1:
	case SMMUV3_EVENTQ_CONS - SMMUV3_PAGE1:
	case SMMUV3_PRIQ_PROD - SMMUV3_PAGE1:
	case SMMUV3_PRIQ_CONS - SMMUV3_PAGE1:
		return offset + SMMUV3_PAGE1;
	default:
		return offset;
	}
}

u64 v3_mmio_read(void *hw, u64 offset, unsigned int size)
{
	const struct smmuv3 *s = hw;

	offset = smmuv3_without_alias(offset);
	return offset < SMMUV3_REG_SPAN ? reg_read(&s->regs, (u32)offset, size) : 0;
}

/* The queue whose base or index a register is, or NULL. */
static const struct v3_queue *queue_of(u32 offset)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(v3_queues); i++)
		if (offset == v3_queues[i].base || offset == v3_queues[i].prod || offset == v3_queues[i].cons)
			return &v3_queues[i];
	return NULL;
}

/* Bit of CR0 that guards a register, 0: none. */
static u32 guard_cr0(u32 offset)
{
	const struct v3_queue *q = queue_of(offset);

	if (q)
		return offset == q->base || offset == q->own ? q->enable : 0;
	switch (offset) {
	case SMMUV3_STRTAB_BASE:
	case SMMUV3_STRTAB_BASE_CFG:
	case SMMUV3_CR2:
		return SMMUV3_CR0_SMMUEN;
	default:
		return 0;
	}
}

/* Likewise of IRQ_CTRL. */
static u32 guard_irq(u32 offset)
{
	if (offset >= SMMUV3_GERROR_IRQ_CFG0 && offset <= SMMUV3_GERROR_IRQ_CFG2)
		return SMMUV3_IRQ_GERROR_IRQEN;
	if (offset >= SMMUV3_EVENTQ_IRQ_CFG0 && offset <= SMMUV3_EVENTQ_IRQ_CFG2)
		return SMMUV3_IRQ_EVENTQ_IRQEN;
	if (offset >= SMMUV3_PRIQ_IRQ_CFG0 && offset <= SMMUV3_PRIQ_IRQ_CFG2)
		return SMMUV3_IRQ_PRIQ_IRQEN;
	return 0;
}

static bool is_pri(u32 offset)
{
	return (offset >= SMMUV3_PRIQ_BASE && offset <= SMMUV3_PRIQ_IRQ_CFG2) || offset == SMMUV3_PRIQ_PROD ||
	       offset == SMMUV3_PRIQ_CONS;
}

/* Whether the register exists in this configuration and may be written now. */
static bool writable(const struct smmuv3 *s, u32 offset)
{
	if (s->cr0 & guard_cr0(offset))
		return false;
	if (is_pri(offset) && !(s->idr0 & SMMUV3_IDR0_PRI))
		return false;
	if (guard_irq(offset)) {
		if (v3_reg(s, SMMUV3_IRQ_CTRL) & guard_irq(offset))
			return false;
		return (s->idr0 & SMMUV3_IDR0_MSI) || offset == SMMUV3_PRIQ_IRQ_CFG2;
	}
	return true;
}

/* Fields that this configuration has, of the registers whose fields are optional. */
u64 v3_reg_present(const struct smmuv3 *s, u32 offset)
{
	switch (offset) {
	case SMMUV3_CR0:
		return SMMUV3_CR0_SMMUEN | SMMUV3_CR0_EVENTQEN | SMMUV3_CR0_CMDQEN |
		       (s->idr0 & SMMUV3_IDR0_PRI ? SMMUV3_CR0_PRIQEN : 0) |
		       (s->idr0 & SMMUV3_IDR0_ATS ? SMMUV3_CR0_ATSCHK : 0) |
		       (s->idr0 & SMMUV3_IDR0_VMW ? SMMUV3_CR0_VMW : 0);
	case SMMUV3_CR2:
		return SMMUV3_CR2_RECINVSID | (s->idr0 & SMMUV3_IDR0_HYP ? SMMUV3_CR2_E2H : 0) |
		       (s->idr0 & SMMUV3_IDR0_ATSRECERR ? SMMUV3_CR2_REC_CFG_ATS : 0);
	case SMMUV3_IRQ_CTRL:
		return SMMUV3_IRQ_GERROR_IRQEN | SMMUV3_IRQ_EVENTQ_IRQEN |
		       (s->idr0 & SMMUV3_IDR0_PRI ? SMMUV3_IRQ_PRIQ_IRQEN : 0);
	case SMMUV3_STRTAB_BASE:
		return SMMUV3_STRTAB_BASE_RA | (SMMUV3_STRTAB_BASE_ADDR & s->pa_mask);
	case SMMUV3_STRTAB_BASE_CFG:
		return s->idr0 & SMMUV3_IDR0_ST_LEVEL ? ~0ULL : SMMUV3_STRTAB_BASE_CFG_LOG2SIZE;
	case SMMUV3_CMDQ_BASE:
	case SMMUV3_EVENTQ_BASE:
	case SMMUV3_PRIQ_BASE:
		return SMMUV3_Q_BASE_RWA | SMMUV3_Q_BASE_LOG2SIZE | (SMMUV3_Q_BASE_ADDR & s->pa_mask);
	case SMMUV3_GERROR_IRQ_CFG0:
	case SMMUV3_EVENTQ_IRQ_CFG0:
	case SMMUV3_PRIQ_IRQ_CFG0:
		return s->pa_mask;
	case SMMUV3_PRIQ_IRQ_CFG2:
		return s->idr0 & SMMUV3_IDR0_MSI ? ~0ULL : SMMUV3_PRIQ_IRQ_CFG2_LO;
	default:
		return ~0ULL;
	}
}

static void cr0_written(struct smmuv3 *s, u32 value)
{
	u32 old = s->cr0, set = value & ~old;

	s->cr0 = value;
	reg_set(&s->regs, SMMUV3_CR0ACK, value);
	/* ATSCHK may be cached with the configuration (6.3.9.2); here it is not. */
	if ((old ^ value) & SMMUV3_CR0_ATSCHK)
		s->config_gen++;
	if (old & ~value & SMMUV3_CR0_SMMUEN)
		v3_stall_term_all(s);
	if (!(value & SMMUV3_CR0_CMDQEN))
		s->sync_blocked = false;
	if (set & SMMUV3_CR0_EVENTQEN)
		v3_stall_flush(s);
	if (set & SMMUV3_CR0_CMDQEN)
		v3_cmdq_run(s);
}

/* Fields of the tables are guarded by SMMUEN, those of the queues by every queue (6.3.11). */
static void cr1_written(struct smmuv3 *s, u32 old, u32 value)
{
	u32 keep = 0;

	if (s->cr0 & SMMUV3_CR0_SMMUEN)
		keep |= SMMUV3_CR1_TABLE_ALL;
	if (s->cr0 & (SMMUV3_CR0_CMDQEN | SMMUV3_CR0_EVENTQEN | SMMUV3_CR0_PRIQEN))
		keep |= SMMUV3_CR1_QUEUE_ALL;
	reg_set(&s->regs, SMMUV3_CR1, (old & keep) | (value & ~keep));
}

/* A write without Update is ignored; one with it is done at once (6.3.14.1). */
static void gbpa_written(struct smmuv3 *s, u32 old, u32 value)
{
	if (value & SMMUV3_GBPA_UPDATE)
		s->gbpa = value & ~SMMUV3_GBPA_UPDATE;
	reg_set(&s->regs, SMMUV3_GBPA, value & SMMUV3_GBPA_UPDATE ? s->gbpa : old);
}

static void gerrorn_written(struct smmuv3 *s, u32 old, u32 value)
{
	u32 acked = (old ^ value) & ~(value ^ v3_reg(s, SMMUV3_GERROR));

	if (acked & SMMUV3_GERROR_EVENTQ_ABT_ERR)
		v3_stall_flush(s);
	if (acked & SMMUV3_GERROR_CMDQ_ERR)
		v3_cmdq_run(s);
}

/*
 * Bits above the wrap bit of a queue's index read as zero (6.3.28, 6.3.95, 6.3.97); those of the other end, too. A change
 * of the size truncates the index that the hardware keeps.
 */
static void queue_written(struct smmuv3 *s, const struct v3_queue *q, u32 offset)
{
	u32 index = offset == q->base ? q->own : offset, value = v3_reg(s, index);

	v3_queue_sizes(s);
	reg_set(&s->regs, index, (value & ~SMMUV3_Q_INDEX) | ring_ptr(value & SMMUV3_Q_INDEX, v3_queue_log2size(s, q)));
}

static void written(struct smmuv3 *s, u32 offset, u32 old, u32 value)
{
	const struct v3_queue *q = queue_of(offset);

	if (q)
		queue_written(s, q, offset);
	switch (offset) {
	case SMMUV3_CR0:
		cr0_written(s, value);
		break;
	case SMMUV3_CR1:
		cr1_written(s, old, value);
		break;
	case SMMUV3_CR2:
		s->cr2 = value;
		s->config_gen++;
		break;
	case SMMUV3_GBPA:
		gbpa_written(s, old, value);
		break;
	case SMMUV3_IRQ_CTRL:
		reg_set(&s->regs, SMMUV3_IRQ_CTRLACK, value);
		break;
	case SMMUV3_GERRORN:
		gerrorn_written(s, old, value);
		break;
	case SMMUV3_CMDQ_PROD:
		v3_cmdq_run(s);
		break;
	case SMMUV3_EVENTQ_CONS:
		v3_stall_flush(s);
		break;
	}
}

/* Whether a register that was written decides what translates, and has another value now. */
static bool changes_translation(const struct smmuv3 *s, u32 offset, u64 old)
{
	u64 changed = old ^ reg_get(&s->regs, offset);

	switch (offset) {
	case SMMUV3_CR0:
		return changed & (SMMUV3_CR0_SMMUEN | SMMUV3_CR0_ATSCHK | SMMUV3_CR0_VMW);
	case SMMUV3_CR2:
	case SMMUV3_GBPA:
	case SMMUV3_STRTAB_BASE:
	case SMMUV3_STRTAB_BASE_CFG:
		return changed;
	default:
		return false;
	}
}

void v3_mmio_write(void *hw, u64 offset, u64 value, unsigned int size)
{
	struct smmuv3 *s = hw;
	struct reg_ref ref;
	u64 old, now;
	u32 at;

	v3_cmdq_look(s);
	offset = smmuv3_without_alias(offset);
	if (offset >= SMMUV3_REG_SPAN || !reg_find(&s->regs, (u32)offset, size, &ref))
		return;
	at = ref.desc->offset;
	if (!writable(s, at) || !reg_write(&s->regs, (u32)offset, value, size, &ref, &old))
		return;
	now = reg_get(&s->regs, at) & v3_reg_present(s, at);
	reg_set(&s->regs, at, now);
	written(s, at, (u32)old, (u32)now);
	if (changes_translation(s, at, old))
		engine_changed(&s->eng, NULL);
}
