/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Facts of VMSAv8-64 that walker and builder share. */
#ifndef PT_VMSA_H
#define PT_VMSA_H

#include "fl_env.h"

/**
 * vmsa_block() - whether a Block descriptor exists (Arm ARM, Tables D8-48, D8-53)
 * @granule: log2 of the granule
 * @level: -1..2
 * @ds: 52-bit addresses with the small granules (TCR.DS)
 * @big: 52-bit output addresses
 *
 * Return: true if it does.
 */
static inline bool vmsa_block(u8 granule, s8 level, bool ds, bool big)
{
	if (granule == 12)
		return level >= 1 || (level == 0 && ds);
	return level == 2 || (level == 1 && (granule == 14 ? ds : big));
}

/**
 * vmsa_contiguous() - log2 of the entries that the contiguous bit joins (D8.7.1)
 * @granule: log2 of the granule
 * @level: -1..3
 *
 * Return: 0: none at this level.
 */
static inline u8 vmsa_contiguous(u8 granule, s8 level)
{
	if (granule == 12)
		return level >= 1 ? 4 : 0;
	if (granule == 14)
		return level == 3 ? 7 : level == 2 ? 5 : 0;
	return level >= 2 ? 5 : 0;
}

#endif /* PT_VMSA_H */
