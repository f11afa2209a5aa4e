/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* How each page-table format encodes its entries: what the builder knows of formats. */
#ifndef PT_FORMAT_H
#define PT_FORMAT_H

#include "pt_build.h"

enum pt_kind { PT_KIND_EMPTY, PT_KIND_TABLE, PT_KIND_LEAF };

/* Fill in the geometry of @b from @b->cfg: levels, shifts, sizes. 0 or -EINVAL. */
int pt_format_geometry(struct pt_build *b);

/* Whether the format can say @prot: 0 or -EINVAL. */
int pt_format_check(const struct pt_build *b, u32 prot);

/* Whether an entry above the last level points to a table. */
static inline bool pt_format_is_table(const struct pt_build *b, u64 desc)
{
	return (desc & b->valid) && (desc & b->type) == b->table_type;
}

/* @depth counts from the root (0). */
static inline enum pt_kind pt_format_kind(const struct pt_build *b, u8 depth, u64 desc)
{
	if (!(desc & b->valid))
		return PT_KIND_EMPTY;
	return depth + 1 < b->depth && pt_format_is_table(b, desc) ? PT_KIND_TABLE : PT_KIND_LEAF;
}

/* An entry that points to the table at @pa. */
u64 pt_format_table(const struct pt_build *b, u8 depth, u64 pa);

/**
 * pt_format_leaf() - an entry that maps @pa
 * @pa: of this very entry's part; of the whole group where all entries of a group are alike
 * @group: it is part of a contiguous group
 */
u64 pt_format_leaf(const struct pt_build *b, u8 depth, u64 pa, u32 prot, bool group);

/* Output address of a leaf, or address of the table. */
u64 pt_format_address(const struct pt_build *b, u8 depth, u64 desc);

/* The same of an entry that is known to point to a table. */
static inline u64 pt_format_table_address(const struct pt_build *b, u8 depth, u64 desc)
{
	return b->table_address ? desc & b->table_address : pt_format_address(b, depth, desc);
}

/* Whether a leaf is part of a contiguous group. */
bool pt_format_grouped(const struct pt_build *b, u8 depth, u64 desc);

/* Whether an entry of 2^@shift bytes can hold @pa: short descriptors reach beyond 4 GiB with supersections only. */
static inline bool pt_format_reaches(const struct pt_build *b, u8 shift, u64 pa)
{
	return b->cfg.format != PT_SHORT || shift == 24 || !(pa >> 32);
}

/* Whether all entries of a group hold the group's address (short descriptors). */
static inline bool pt_format_replicates(const struct pt_build *b)
{
	return b->cfg.format == PT_SHORT;
}

#endif /* PT_FORMAT_H */
