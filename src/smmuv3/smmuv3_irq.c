// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Interrupts (3.18) and global errors (7.5). */
#include "smmuv3_priv.h"

/* Every source is edge-triggered: a pulse. */
void v3_pulse(struct smmuv3 *s, u32 line)
{
	if (s->cfg.no_wired_irq && (s->idr0 & SMMUV3_IDR0_MSI) && line != SMMUV3_IRQ_SEV)
		return;
	engine_event(&s->eng, &(struct iommu_event){ .kind = IOMMU_EV_IRQ, .code = (u16)line });
	engine_calls_back_access(&s->eng, CALLS_WITH_EVENTS, "irq");
	if (s->eng.ops->irq)
		s->eng.ops->irq(s->eng.ctx, line, true);
}

/* 0; -EIO if the write was aborted. The address is truncated to the output size (3.4.3). */
int v3_msi(struct smmuv3 *s, u64 pa, u32 data, int (*send)(void *ctx, u64 pa, u32 data))
{
	pa &= s->pa_mask;
	engine_event(&s->eng, &(struct iommu_event){ .kind = IOMMU_EV_MSI, .addr = pa, .data = data, .len = 4 });
	engine_calls_back_access(&s->eng, CALLS_WITH_MEMORY, "msi");
	return send(s->eng.ctx, pa, data);
}

/**
 * v3_irq() - a source with its own configuration registers triggers
 * @enable: its bit of IRQ_CTRL
 * @cfg0: offset of its address register; the data register is 8 bytes on
 * @abort_bit: the global error that an aborted MSI activates
 */
void v3_irq(struct smmuv3 *s, u32 enable, u32 line, u32 cfg0, u32 abort_bit)
{
	u64 pa = reg_get(&s->regs, cfg0) & SMMUV3_IRQ_CFG0_ADDR;

	if (!(v3_reg(s, SMMUV3_IRQ_CTRL) & enable))
		return;
	v3_pulse(s, line);
	if ((s->idr0 & SMMUV3_IDR0_MSI) && pa && v3_msi(s, pa, v3_reg(s, cfg0 + 8), s->eng.ops->msi))
		v3_gerror(s, abort_bit);
}

bool v3_gerror_active(const struct smmuv3 *s, u32 bit)
{
	return (v3_reg(s, SMMUV3_GERROR) ^ v3_reg(s, SMMUV3_GERRORN)) & bit;
}

/* Activate an error. One that is active already is not logged again. */
void v3_gerror(struct smmuv3 *s, u32 bit)
{
	if (v3_gerror_active(s, bit))
		return;
	reg_set(&s->regs, SMMUV3_GERROR, v3_reg(s, SMMUV3_GERROR) ^ bit);
	if (bit != SMMUV3_GERROR_MSI_GERROR_ABT_ERR)
		v3_irq(s, SMMUV3_IRQ_GERROR_IRQEN, SMMUV3_IRQ_GERROR, SMMUV3_GERROR_IRQ_CFG0,
		       SMMUV3_GERROR_MSI_GERROR_ABT_ERR);
}
