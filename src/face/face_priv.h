/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A handle of faultline/iommu.h, and what its three constructors share. */
#ifndef FACE_PRIV_H
#define FACE_PRIV_H

#include "faultline/iommu.h"
#include "iommu.h"
#include "tcache.h"

struct reg_bank;

/* A structure, a member or a value that is the same on both sides: one that moves is found by the compiler. */
#define SAME_SIZE(ours, theirs)	 static_assert(sizeof(struct ours) == sizeof(struct theirs), #theirs)
#define SAME_VALUE(ours, theirs) static_assert((int)(ours) == (int)(theirs), #theirs)
#define SAME(ours, theirs, member, public_member)                                                                \
	static_assert(offsetof(struct ours, member) == offsetof(struct theirs, public_member) &&                 \
			      sizeof(((struct ours *)0)->member) == sizeof(((struct theirs *)0)->public_member), \
		      #theirs "." #public_member)

/**
 * struct face_bank - registers that are relative to one base
 * @regs: the registers
 * @base: bytes from the start of the register space
 * @prefix: stands before their names
 */
struct face_bank {
	const struct reg_bank *regs;
	u64 base;
	char prefix[8];
};

/**
 * struct fl_iommu - a handle
 * @cls: the engine's class
 * @hw: the engine, behind the handle
 * @ops: services of the engine, which are those of @host
 * @host: the holder's
 * @ctx: first argument of @host's functions
 * @exit: frees what @hw holds
 * @fault_name: the specification's name of a fault
 * @bank: the @n-th of the engine's registers; false: there are not so many
 * @mmio_bytes: size of the register space
 */
struct fl_iommu {
	const struct iommu_class *cls;
	void *hw;
	struct iommu_ops ops;
	struct fl_host host;
	void *ctx;
	void (*exit)(void *hw);
	const char *(*fault_name)(u16 fault);
	bool (*bank)(const void *hw, u32 n, struct face_bank *b);
	u64 mmio_bytes;
};

/**
 * face_take() - copy a struct that begins with its size, and that may be of an older or newer header
 * @to: filled in; what the caller's lacks is zero
 * @size: of @to
 * @from: the caller's, or NULL: all zero
 *
 * Return: 0; -EINVAL: it has no size; -E2BIG: it asks for something that @to does not have.
 */
int face_take(void *to, size_t size, const void *from);

/**
 * face_new() - a handle without its engine
 * @host: the holder's
 * @ctx: first argument of @host's functions
 * @hw_bytes: size of the engine
 * @out: the handle, with @hw, @ops, @host and @ctx
 *
 * Return: 0; -EINVAL, also without mem_read; -E2BIG; -ENOMEM.
 */
int face_new(const struct fl_host *host, void *ctx, size_t hw_bytes, struct fl_iommu **out);

/**
 * face_check() - end the program for an access that the engines do not take
 * @a: the access
 *
 * Return: The same access, as engines see it.
 */
static inline const struct dma_txn *face_check(const struct fl_access *a)
{
	fl_check((a->addr & 4095) + a->bytes <= 4096, "an access crosses a 4 KiB page");
	return (const struct dma_txn *)a;
}

static inline struct tcache_cfg face_cache(const struct fl_cache *c)
{
	return (struct tcache_cfg){ c->sets, c->ways, (enum tcache_policy)c->policy, c->seed };
}

#endif /* FACE_PRIV_H */
