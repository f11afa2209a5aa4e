/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* SMMUv2 as software sees it: src/spec/smmuv2.spec, and what goes with it. */
#ifndef SMMUV2_REGS_H
#define SMMUV2_REGS_H

#include "regs.h"
#include "smmuv2_spec.h"

/* Interrupt lines, as iommu_ops.irq and drv_class.irq number them */
#define SMMUV2_IRQ_GLOBAL  0 /* sGFSR */
#define SMMUV2_IRQ_CONFIG  1 /* sGFSR.CAF */
#define SMMUV2_IRQ_CONTEXT 2 /* of bank n: + n; with num_irpt: + CBAR.IRPTNDX */

/**
 * smmuv2_size_bits() - decode an address size of IDR2.IAS, IDR2.OAS or TCR2.PASIZE
 * @code: 0: 32 bits, 1: 36, 2: 40, 3: 42, 4: 44, 5 and above: 48
 *
 * Return: Bits.
 */
u8 smmuv2_size_bits(u32 code);

/**
 * smmuv2_size_code() - encode an address size
 * @bits: 48 at most
 *
 * Return: The smallest size code of at least @bits; see smmuv2_size_bits().
 */
u32 smmuv2_size_code(u8 bits);

#endif /* SMMUV2_REGS_H */
