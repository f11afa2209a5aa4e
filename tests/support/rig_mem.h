/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The memory of a rig, for struct iommu_ops and struct drv_ops. rig_mem_read(),
 * rig_mem_write() and rig_mem_cas64() take any ctx that begins with its struct
 * physmem; rig_mem_alloc() and rig_mem_free() one that begins with its struct
 * rig_mem. Addresses are never used again, and what is freed was allocated.
 */
#ifndef RIG_MEM_H
#define RIG_MEM_H

#include <check.h>

#include "physmem.h"

#define RIG_BLOCKS 4096

struct rig_block {
	u64 pa, bytes;
};

struct rig_mem {
	struct physmem mem;
	u64 next_pa;
	struct rig_block blocks[RIG_BLOCKS];
	u32 n_blocks;
};

static inline int rig_mem_read(void *ctx, u64 pa, void *buf, u32 len)
{
	return physmem_read(ctx, pa, buf, len);
}

static inline int rig_mem_write(void *ctx, u64 pa, const void *buf, u32 len)
{
	return physmem_write(ctx, pa, buf, len);
}

static inline int rig_mem_cas64(void *ctx, u64 pa, u64 *old, u64 new_value)
{
	return physmem_cas64(ctx, pa, old, new_value);
}

static inline int rig_mem_alloc(void *ctx, u64 bytes, u64 align, u64 *pa)
{
	struct rig_mem *m = ctx;

	ck_assert_uint_eq(align & (align - 1), 0);
	if (m->n_blocks == RIG_BLOCKS)
		return -ENOMEM;
	*pa = (m->next_pa + align - 1) & ~(align - 1);
	m->next_pa = *pa + bytes;
	m->blocks[m->n_blocks++] = (struct rig_block){ *pa, bytes };
	return 0;
}

static inline void rig_mem_free(void *ctx, u64 pa, u64 bytes)
{
	struct rig_mem *m = ctx;
	u32 i = 0;

	while (i < m->n_blocks && m->blocks[i].pa != pa)
		i++;
	ck_assert_msg(i < m->n_blocks && m->blocks[i].bytes == bytes, "free of %#llx, %llu bytes: not allocated", pa,
		      bytes);
	m->blocks[i] = m->blocks[--m->n_blocks];
}

#endif /* RIG_MEM_H */
