// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Registers with an acknowledgement (6.3.9, 6.3.14, 6.3.16), and memory that is aligned to its size. */
#include "smmuv3_drv_priv.h"

#define CR0_ALL                                                                                                \
	(SMMUV3_CR0_SMMUEN | SMMUV3_CR0_PRIQEN | SMMUV3_CR0_EVENTQEN | SMMUV3_CR0_CMDQEN | SMMUV3_CR0_ATSCHK | \
	 SMMUV3_CR0_VMW)
#define IRQ_ALL (SMMUV3_IRQ_GERROR_IRQEN | SMMUV3_IRQ_PRIQ_IRQEN | SMMUV3_IRQ_EVENTQ_IRQEN)

/* Every table and queue is aligned to its size at least, and to 64 bytes. */
static u64 align_of(u64 bytes)
{
	u64 align = 64;

	while (align < bytes)
		align <<= 1;
	return align;
}

int v3d_alloc(struct smmuv3_drv *d, u64 bytes, u64 *pa)
{
	return drv_mem_alloc(&d->h, bytes, align_of(bytes), pa);
}

/* Allocate what the SMMU reaches through stage 2, if there is one: CDs and their tables. */
int v3d_table_alloc(struct smmuv3_drv *d, u64 bytes, u64 *pa)
{
	return drv_table_alloc(&d->h, bytes, align_of(bytes), pa);
}

/* Write CR0 or IRQ_CTRL and wait until the acknowledge register shows it (6.3.9, 6.3.16). */
int v3d_reg_sync(struct smmuv3_drv *d, u32 value, u64 reg, u64 ack)
{
	u32 mask = reg == SMMUV3_CR0 ? CR0_ALL : IRQ_ALL;
	u32 tries;

	drv_write32(&d->h, reg, value);
	for (tries = 0; (drv_read32(&d->h, ack) & mask) != value; tries++)
		if (!drv_poll(&d->h, tries))
			return -ETIMEDOUT;
	return 0;
}

/* Terminate what arrives while SMMUEN is 0, with the update procedure of 6.3.14.1. */
int v3d_gbpa_abort(struct smmuv3_drv *d)
{
	u32 tries = 0;
	u32 gbpa;

	while ((gbpa = drv_read32(&d->h, SMMUV3_GBPA)) & SMMUV3_GBPA_UPDATE)
		if (!drv_poll(&d->h, tries++))
			return -ETIMEDOUT;
	drv_write32(&d->h, SMMUV3_GBPA, gbpa | SMMUV3_GBPA_ABORT | SMMUV3_GBPA_UPDATE);
	for (tries = 0; drv_read32(&d->h, SMMUV3_GBPA) & SMMUV3_GBPA_UPDATE; tries++)
		if (!drv_poll(&d->h, tries))
			return -ETIMEDOUT;
	return 0;
}
