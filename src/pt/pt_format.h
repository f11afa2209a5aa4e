/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* How each page-table format encodes its entries: what the builder knows of formats. */
#ifndef PT_FORMAT_H
#define PT_FORMAT_H

#include "pt_build.h"

enum pt_kind { PT_KIND_EMPTY, PT_KIND_TABLE, PT_KIND_LEAF };

/**
 * pt_format_geometry() - derive levels, shifts and sizes from the configuration
 * @b: @cfg is set; the private fields are filled in
 *
 * Return: 0, or -EINVAL for a configuration that no format has.
 */
int pt_format_geometry(struct pt_build *b);

/**
 * pt_format_check() - check whether the format can express permissions
 * @b: the table
 * @prot: DRV_PROT_* and PT_PROT_*
 *
 * Return: 0 or -EINVAL.
 */
int pt_format_check(const struct pt_build *b, u32 prot);

/**
 * pt_format_is_table() - whether an entry above the last level points to a table
 * @b: the table
 * @desc: the entry
 *
 * Return: true if it does.
 */
static inline bool pt_format_is_table(const struct pt_build *b, u64 desc)
{
	return (desc & b->valid) && (desc & b->type) == b->table_type;
}

/**
 * pt_format_kind() - classify an entry
 * @b: the table
 * @depth: levels below the root, which is 0
 * @desc: the entry
 *
 * Return: PT_KIND_EMPTY, PT_KIND_TABLE or PT_KIND_LEAF.
 */
static inline enum pt_kind pt_format_kind(const struct pt_build *b, u8 depth, u64 desc)
{
	if (!(desc & b->valid))
		return PT_KIND_EMPTY;
	return depth + 1 < b->depth && pt_format_is_table(b, desc) ? PT_KIND_TABLE : PT_KIND_LEAF;
}

/**
 * pt_format_table() - encode an entry that points to a table
 * @b: the table
 * @depth: depth of the table that holds the entry; the root is 0
 * @pa: physical address of the next table
 *
 * Return: The entry.
 */
u64 pt_format_table(const struct pt_build *b, u8 depth, u64 pa);

/**
 * pt_format_leaf() - encode an entry that maps an address
 * @b: the table
 * @depth: levels below the root, which is 0
 * @pa: output address of this entry; of the whole group where all entries of a group are alike
 * @prot: DRV_PROT_* and PT_PROT_*
 * @group: the entry is part of a contiguous group
 *
 * Return: The entry.
 */
u64 pt_format_leaf(const struct pt_build *b, u8 depth, u64 pa, u32 prot, bool group);

/**
 * pt_format_address() - decode the output address of a leaf, or the address of the next table
 * @b: the table
 * @depth: levels below the root, which is 0
 * @desc: the entry
 *
 * Return: Physical address, bytes.
 */
u64 pt_format_address(const struct pt_build *b, u8 depth, u64 desc);

/**
 * pt_format_table_address() - pt_format_address() of an entry that is known to point to a table
 * @b: the table
 * @depth: levels below the root, which is 0
 * @desc: the entry
 *
 * Return: Physical address of the table, bytes.
 */
static inline u64 pt_format_table_address(const struct pt_build *b, u8 depth, u64 desc)
{
	return b->table_address ? desc & b->table_address : pt_format_address(b, depth, desc);
}

/**
 * pt_format_grouped() - whether a leaf is part of a contiguous group
 * @b: the table
 * @depth: levels below the root, which is 0
 * @desc: the entry
 *
 * Return: true if it is.
 */
bool pt_format_grouped(const struct pt_build *b, u8 depth, u64 desc);

/**
 * pt_format_reaches() - whether an entry can hold an output address
 * @b: the table
 * @shift: log2 of the bytes that the entry maps
 * @pa: output address
 *
 * Return: true if it can: short descriptors reach beyond 4 GiB with supersections (16 MiB) only.
 */
static inline bool pt_format_reaches(const struct pt_build *b, u8 shift, u64 pa)
{
	return b->cfg.format != PT_SHORT || shift == 24 || !(pa >> 32);
}

/**
 * pt_format_replicates() - whether every entry of a group holds the group's address
 * @b: the table
 *
 * Return: true for short descriptors.
 */
static inline bool pt_format_replicates(const struct pt_build *b)
{
	return b->cfg.format == PT_SHORT;
}

#endif /* PT_FORMAT_H */
