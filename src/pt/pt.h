/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the walkers of all page-table formats share: how memory is reached, what is requested, what the outcome is,
 * and what a walk cache may learn from a walk.
 *
 * A walk decides at once. Every memory access it makes is recorded, in order,
 * in the caller's struct iommu_walk.
 */
#ifndef PT_H
#define PT_H

#include "fl_env.h"
#include "iommu.h"

/* What is requested: the bits of dma_txn.flags may be passed on with PT_ACCESS_MASK. */
#define PT_WRITE	 DMA_WRITE
#define PT_EXEC		 DMA_EXEC
#define PT_PRIV		 DMA_PRIV
#define PT_ACCESS_MASK	 (PT_WRITE | PT_EXEC | PT_PRIV)
/*
 * Lack of permission is no fault (ATS translation request): the permissions are
 * reported. With PT_WRITE the dirty state is updated where writing is allowed.
 */
#define PT_NO_PERM_FAULT BIT(16)

/**
 * enum pt_fault - why a walk ended without an address
 * @PT_OK: there is an address
 * @PT_TRANSLATION: descriptor invalid or not present, or input address out of range
 * @PT_ADDR_SIZE: table or output address beyond the stage's output size
 * @PT_ACCESS_FLAG: access flag clear, and neither hardware nor AFFD takes care of it
 * @PT_PERMISSION: pt_result.lacks says which permission is missing
 * @PT_DOMAIN: short descriptors: domain without access
 * @PT_RESERVED: VT-d: a reserved field is not zero
 * @PT_PRIVILEGE: VT-d first stage: user request meets a supervisor entry
 * @PT_EXT_ABORT: the bus answered with an error; pt_result.fetch, .update
 * @PT_NO_UPDATE: VT-d: A/D update needed while the walk does not snoop (SFS.9, SSS.5)
 */
enum pt_fault {
	PT_OK,
	PT_TRANSLATION,
	PT_ADDR_SIZE,
	PT_ACCESS_FLAG,
	PT_PERMISSION,
	PT_DOMAIN,
	PT_RESERVED,
	PT_PRIVILEGE,
	PT_EXT_ABORT,
	PT_NO_UPDATE,
};

/* What the tables above have decided already: pt_start.attr, pt_step.attr. */
#define PT_TBL_NO_USER	    BIT(0) /* APTable[0], VT-d U/S=0: no unprivileged access below */
#define PT_TBL_NO_WRITE	    BIT(1) /* APTable[1], R/W=0 */
#define PT_TBL_XN	    BIT(2) /* XNTable or UXNTable, XD */
#define PT_TBL_PXN	    BIT(3) /* PXNTable */
#define PT_TBL_NS	    BIT(4) /* NSTable, NS of a short descriptor */
#define PT_TBL_NO_READ	    BIT(5) /* VT-d second stage R=0 */
#define PT_TBL_LOCATED	    BIT(6) /* stage 1 under stage 2: the table's address is the physical one */
#define PT_TBL_DOMAIN_SHIFT 8	   /* short descriptors: domain of the level 1 entry, 4 bits */

/**
 * struct pt_step - one table descriptor that a walk passed: food for a walk cache
 * @in: input address of this stage that led through it
 * @table: address of the table it points to (of stage 1 under stage 2: an IPA, but a physical address with
 *	PT_TBL_LOCATED: a walk from there does not ask stage 2 for the table again)
 * @attr: PT_TBL_* accumulated so far
 * @level: level of the table pointed to, as the specification counts
 * @shift: log2 of the input range that the descriptor covers
 * @stage: 1 or 2 (VT-d: first or second stage)
 */
struct pt_step {
	u64 in;
	u64 table;
	u16 attr;
	s8 level;
	u8 shift;
	u8 stage;
};

/* 5-level first stage over 5-level second stage: 4 + 6 * 4. */
#define PT_MAX_STEPS 28

/**
 * struct pt_steps - table descriptors that a walk has passed
 * @n: entries of @step in use; for speed nothing clears the others
 * @step: the descriptors, in the order of the walk
 */
struct pt_steps {
	u32 n;
	struct pt_step step[PT_MAX_STEPS];
};

/**
 * struct pt_start - where a walk goes on, from a walk cache
 * @table: address of the table at which the walk goes on; as struct pt_step
 * @attr: PT_TBL_* accumulated above that table
 * @level: level of that table, as the specification counts
 */
struct pt_start {
	u64 table;
	u16 attr;
	s8 level;
};

/**
 * struct pt_env - what a walk needs of its engine
 * @ops: mem_read; mem_cas64 (NULL: no hardware update of descriptors)
 * @ctx: first argument of @ops
 * @walk: where accesses are recorded; NULL: nowhere. When its list is full, further accesses are made but not listed.
 * @steps: where passed table descriptors are reported; NULL: nowhere. The walk sets @steps->n to 0 first.
 * @s2_start: nested walks: a walk cache for stage 2; fills @start for @ipa and returns true, or returns false to
 *	start at the root. May be NULL.
 * @s2_cache: first argument of @s2_start
 */
struct pt_env {
	const struct iommu_ops *ops;
	void *ctx;
	struct iommu_walk *walk;
	struct pt_steps *steps;
	bool (*s2_start)(void *s2_cache, u64 ipa, struct pt_start *start);
	void *s2_cache;
};

/* pt_result.flags */
#define PT_RES_GLOBAL  BIT(0) /* stage 1: nG clear: holds for every ASID (VT-d ignores G) */
#define PT_RES_NS      BIT(1) /* NS of the last stage-1 descriptor, tables included */
#define PT_RES_CLEAN   BIT(2) /* hardware must set the dirty state before the first write: no cached entry serves it */
#define PT_RES_UPDATED BIT(3) /* a descriptor was changed in memory */

/**
 * struct pt_result - the outcome of a walk
 * @pa: output address of the access, bytes; PT_OK only
 * @ipa: nested: with PT_OK the output of stage 1; on a fault of stage 2 the IPA it was given (of the access, or of
 *	the stage-1 descriptor with @tt)
 * @fetch: PT_EXT_ABORT: physical address of the access that failed; else of the last descriptor read
 * @desc: last descriptor of stage 1 that was read (stage 2 when it is alone)
 * @desc2: last descriptor of stage 2 that was read; nested only
 * @fault: enum pt_fault
 * @stage: stage of the last descriptor, that is, of the fault: 1 or 2
 * @level: its level; for PT_TRANSLATION by input range and for a base address out of size: 0 (VMSA), the root's level
 *	(VT-d)
 * @tt: fault of stage 2 on the walk of stage 1 (CLASS = TT); else on the address itself (CLASS = IN)
 * @root: the access that failed was to the table that the base pointer names
 * @update: the fault hit a write-back of access flag or dirty state, not a read (for stage 2 with @tt: the permission
 *	that was wanted is write)
 * @lacks: PT_PERMISSION: PERM_* that was wanted and not granted
 * @shift: log2 of the region this answer holds for: the smaller of both stages
 * @contig_shift: likewise with the contiguous hint taken; >= @shift
 * @perm: the one of the two that belongs to the access
 * @user_perm: PERM_* for unprivileged accesses, of both stages. PERM_W is granted also where the write has yet to set
 *	the dirty state (PT_RES_CLEAN).
 * @priv_perm: PERM_* for privileged accesses; likewise
 * @flags: PT_RES_*
 * @attr: stage 1: AttrIndx 2:0, SH 4:3 (0 with VMSA_DS) (short descriptors: TEX[2:0] C B in 4:0, S 5; VT-d: PAT, PCD,
 *	PWT in 2:0); stage 2 alone: as @attr2
 * @attr2: stage 2: MemAttr 3:0, SH 5:4 (VT-d: EMT 2:0, IPAT 3, SNP 4)
 */
struct pt_result {
	u64 pa;
	u64 ipa;
	u64 fetch;
	u64 desc;
	u64 desc2;
	u8 fault;
	u8 stage;
	s8 level;
	bool tt;
	bool root;
	bool update;
	u8 lacks;
	u8 shift;
	u8 contig_shift;
	u8 perm;
	u8 user_perm;
	u8 priv_perm;
	u8 flags;
	u8 attr;
	u8 attr2;
};

#endif /* PT_H */
