/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* SMMUv3 as software sees it: src/spec/smmuv3.spec, and what goes with it. */
#ifndef SMMUV3_REGS_H
#define SMMUV3_REGS_H

#include "regs.h"
#include "smmuv3_spec.h"

/* ---- wired interrupts: iommu_ops.irq() lines, all edge-triggered (3.18) ---- */

enum smmuv3_irq_line {
	SMMUV3_IRQ_EVENTQ,
	SMMUV3_IRQ_PRIQ,
	SMMUV3_IRQ_CMD_SYNC,
	SMMUV3_IRQ_GERROR,
	SMMUV3_IRQ_SEV, /* not an interrupt: the WFE wake-up event of SIG_SEV */
	SMMUV3_IRQ_LINES
};

/**
 * smmuv3_addr_bits() - decode an address size of OAS, IPS or PS (IDR5.OAS)
 * @code: 0..7; 7 is 56 bits, in SMMUv3.4 only
 *
 * Return: Bits, 32..56.
 */
static inline u8 smmuv3_addr_bits(u32 code)
{
	return (u8[]){ 32, 36, 40, 42, 44, 48, 52, 56 }[code & 7];
}

/**
 * smmuv3_event() - what the specification says of an event (7.3)
 * @id: event number
 *
 * Return: Its name and its parts, or NULL if it is not defined.
 */
static inline const struct spec_kind *smmuv3_event(u32 id)
{
	return spec_kind(&smmuv3_records[SMMUV3_RECORD_EVT], id);
}

/**
 * smmuv3_event_name() - the specification's name of an event (7.3)
 * @id: event number
 *
 * Return: The name; "event ?" for a number that is not defined.
 */
static inline const char *smmuv3_event_name(u16 id)
{
	const struct spec_kind *k = smmuv3_event(id);

	return k ? k->name : "event ?";
}

#endif /* SMMUV3_REGS_H */
