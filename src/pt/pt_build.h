/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Page-table builders: map, unmap, change permissions, look up. One radix-tree
 * builder serves every format; a format says how entries are encoded.
 *
 * Tables lie in memory that the IOMMU reads at any time. A table is clear before
 * the entry that points to it is written, and each entry changes by one write: a
 * concurrent walk sees the old or the new.
 */
#ifndef PT_BUILD_H
#define PT_BUILD_H

#include "fl_env.h"
#include "iommu_driver.h"

/* Permissions and attributes of a mapping: the low bits are DRV_PROT_*. */
#define PT_PROT_GLOBAL	BIT(8)		 /* stage 1: not bound to an ASID */
#define PT_PROT_NO_AF	BIT(9)		 /* access flag (A) starts clear */
#define PT_PROT_DBM	BIT(10)		 /* writable-clean: DBM set and read-only (VMSA), D clear (VT-d) */
#define PT_PROT_SNP	BIT(11)		 /* VT-d second stage: SNP */
#define PT_PROT_ATTR(n) ((u32)(n) << 16) /* AttrIndx, MemAttr, TEX C B, or PAT PCD PWT / EMT */
#define PT_PROT_SH(n)	((u32)(n) << 22) /* SH, S */

enum pt_format {
	PT_VMSA64_S1,
	PT_VMSA64_S2,
	PT_LPAE_S1, /* as PT_VMSA64_S1 with XN and 40-bit addresses */
	PT_LPAE_S2,
	PT_SHORT,
	PT_VTD_FS,
	PT_VTD_SS,
};

#define PT_ANY_LEVEL (-2)

/**
 * struct pt_build_cfg - a table to be
 * @format: enum pt_format
 * @granule: VMSAv8-64: 12, 14, 16; others: 12, or 0
 * @in_bits: input size, bits: VMSA 64 - TxSZ; PT_SHORT 32 (with TTBCR.N: 32 - N); VT-d 39, 48, 57
 * @out_bits: output size, bits
 * @stage2_level: stage 2: initial level; PT_ANY_LEVEL: the deepest that needs no more than 16 tables
 * @high: VMSA: input addresses are those of the second root: upper bits are ones. VT-d first stage takes canonical
 *	addresses of both halves.
 * @big_endian: descriptors in memory are big-endian
 * @page_sizes: allowed sizes of a mapping as a mask of bytes, with contiguous sizes (VMSA: 64K, 32M, ...; short: 64K,
 *	16M); 0: all but contiguous ones. Sizes that the format lacks are ignored.
 */
struct pt_build_cfg {
	enum pt_format format;
	u8 granule;
	u8 in_bits;
	u8 out_bits;
	s8 stage2_level;
	bool high;
	bool big_endian;
	u64 page_sizes;
};

#define PT_BUILD_LEVELS 5

/**
 * struct pt_build - a table; the caller owns the storage
 * @cfg: copy of the configuration
 * @ops: memory services of the driver's host
 * @ctx: first argument of @ops
 * @root: physical address of the root, for TTB, SSPTPTR, ...
 * @root_bytes: its size (concatenated tables are one allocation)
 * @root_level: its level, as the specification counts
 * @tables: tables allocated, root included
 */
struct pt_build {
	struct pt_build_cfg cfg;
	const struct drv_ops *ops;
	void *ctx;
	u64 root;
	u32 root_bytes;
	s8 root_level;
	u32 tables;
	/* private: */
	u8 depth;		   /* levels, root included */
	u8 entry;		   /* bytes an entry */
	bool plain;		   /* entries are little-endian words of 8 bytes */
	u8 shift[PT_BUILD_LEVELS]; /* log2 of what one entry covers, root first */
	u8 bits[PT_BUILD_LEVELS];  /* index bits, root first */
	u32 mask[PT_BUILD_LEVELS]; /* the same as a mask */
	u8 group[PT_BUILD_LEVELS]; /* log2 of entries in a contiguous group; 0: none */
	u64 valid;		   /* an entry without any of these bits is empty */
	u64 type, table_type;	   /* of one that is not, above the last level: @type bits as @table_type: a table */
	u64 table_address;	   /* bits of a table's address in its entry; 0: they lie scattered */
	u64 sizes;		   /* cfg.page_sizes resolved */
	u32 table_bytes;	   /* of tables below the root */
};

/**
 * pt_build_init() - allocate an empty root
 * @b: filled in; pt_build_exit() frees the tables
 * @cfg: copied
 * @ops: mem_alloc (zeroed), mem_free, mem_read, mem_write are used
 * @ctx: first argument of @ops
 *
 * Return: 0, -EINVAL for a configuration that no format has, -ENOMEM, -EIO.
 */
int pt_build_init(struct pt_build *b, const struct pt_build_cfg *cfg, const struct drv_ops *ops, void *ctx);

/**
 * pt_build_exit() - free every table
 * @b: the table
 *
 * The memory that mappings lead to is not touched.
 */
void pt_build_exit(struct pt_build *b);

/**
 * pt_map() - map [iova, iova + bytes) to [pa, pa + bytes), largest sizes first
 * @b: the table
 * @iova: first input address, bytes; a multiple of the smallest mapping size
 * @pa: first output address, bytes; a multiple of the smallest mapping size
 * @bytes: length of the range; a multiple of the smallest mapping size
 * @prot: DRV_PROT_* and PT_PROT_*
 *
 * Writing implies reading where a format cannot say otherwise (stage 1, first
 * stage); DRV_PROT_PRIV is -EINVAL for stage 2.
 *
 * Return: 0; -EINVAL if misaligned to the smallest size, out of range or with permissions that the format cannot say;
 *	-EEXIST if any part is mapped; -ENOMEM; -EIO. On an error nothing is mapped and no table is left over
 *	(after -EIO empty tables may stay until pt_build_exit()).
 */
int pt_map(struct pt_build *b, u64 iova, u64 pa, u64 bytes, u32 prot);

/**
 * pt_unmap() - clear what is mapped in [iova, iova + bytes)
 * @b: the table
 * @iova: first input address, bytes; a multiple of the smallest mapping size
 * @bytes: length of the range; a multiple of the smallest mapping size
 * @free_tables: free tables that become empty; the caller must invalidate walk caches before the memory is used
 *	again, and nothing may walk the tables meanwhile
 *
 * A block or contiguous group that is only partly in the range: -EINVAL, and nothing is changed.
 *
 * Return: bytes that were mapped, or -EINVAL, -EIO.
 */
s64 pt_unmap(struct pt_build *b, u64 iova, u64 bytes, bool free_tables);

/**
 * pt_protect() - change permissions and attributes of what is mapped in the range
 * @b: the table
 * @iova: first input address, bytes; a multiple of the smallest mapping size
 * @bytes: length of the range; a multiple of the smallest mapping size
 * @prot: DRV_PROT_* and PT_PROT_*
 *
 * Return: bytes changed, or -EINVAL (as pt_unmap), -EIO.
 */
s64 pt_protect(struct pt_build *b, u64 iova, u64 bytes, u32 prot);

/**
 * pt_lookup() - software walk
 * @b: the table
 * @iova: input address, bytes
 * @pa: output address of @iova
 * @shift: log2 of the entry that maps it (a contiguous group counts once); may be NULL
 *
 * Return: 0, -ENOENT if unmapped, -EINVAL out of range, -EIO.
 */
int pt_lookup(const struct pt_build *b, u64 iova, u64 *pa, u8 *shift);

/**
 * pt_entry() - find the entry that maps an address
 * @b: the table
 * @iova: input address, bytes
 * @desc: the entry as it lies in memory, decoded from its endianness; may be NULL
 * @where: physical address of the entry; may be NULL
 *
 * Return: As pt_lookup(); with -ENOENT, @desc and @where are those of the empty entry.
 */
int pt_entry(const struct pt_build *b, u64 iova, u64 *desc, u64 *where);

#endif /* PT_BUILD_H */
