/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* FIELD_GET(mask, word) and FIELD_PREP(mask, value): shifted masks. */
#ifndef FL_LINUX_BITFIELD_H
#define FL_LINUX_BITFIELD_H

#define FL_BF_SHIFT(mask)	__builtin_ctzll(mask)
#define FIELD_GET(mask, word)	((__typeof__(mask))(((word) & (mask)) >> FL_BF_SHIFT(mask)))
#define FIELD_PREP(mask, value) (((__typeof__(mask))(value) << FL_BF_SHIFT(mask)) & (mask))

#endif /* FL_LINUX_BITFIELD_H */
