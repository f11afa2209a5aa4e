/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* VT-d as software sees it: src/spec/vtd.spec, and what goes with it. */
#ifndef VTD_REGS_H
#define VTD_REGS_H

#include "regs.h"
#include "vtd_spec.h"

/* Type of an invalidation descriptor (6.5.2) */
#define VTD_DESC_TYPE(qw0) ((u32)(FIELD_GET(VTD_DESC_TYPE_HIGH, qw0) << 4 | FIELD_GET(VTD_DESC_TYPE_LOW, qw0)))

/* The interrupt address range FEEx_xxxxh (3.15) */
#define VTD_INTR_BASE 0xfee00000ULL
#define VTD_INTR_LAST 0xfeefffffULL

/**
 * vtd_in_intr_range() - whether an address is in the interrupt address range FEEx_xxxxh (3.15)
 * @addr: input address
 *
 * Return: true if it is.
 */
static inline bool vtd_in_intr_range(u64 addr)
{
	return addr >> 20 == VTD_INTR_BASE >> 20;
}

/**
 * vtd_domain_bits() - width of domain IDs (CAP.ND)
 * @cap: CAP_REG
 *
 * Return: Bits, 4..16.
 */
static inline u32 vtd_domain_bits(u64 cap)
{
	u32 bits = 4 + 2 * (u32)FIELD_GET(VTD_CAP_ND, cap);

	return bits < 16 ? bits : 16;
}

/**
 * vtd_regs_build() - build the register table of an implementation
 * @cap: CAP_REG
 * @ecap: ECAP_REG
 * @ver: VER_REG
 * @table: receives the rows; has room for VTD_REG_ROWS
 *
 * Return: Rows used, or -EINVAL if CAP.FRO or ECAP.IRO place registers on top of others.
 */
int vtd_regs_build(u64 cap, u64 ecap, u32 ver, struct reg_desc *table);

#endif /* VTD_REGS_H */
