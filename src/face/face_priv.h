/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A handle of faultline/iommu.h, and what its three constructors share. */
#ifndef FACE_PRIV_H
#define FACE_PRIV_H

#include "faultline/iommu.h"
#include "iommu.h"
#include "tcache.h"

struct reg_bank;
struct fl_watch;

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
 * struct face_port - what PCIe functions that send their messages to an IOMMU do; apart, for they are a component
 * @carry: a call has ended: carry the messages that it has led to
 * @reset: the IOMMU was reset
 * @n: number of functions
 */
struct face_port {
	void (*carry)(struct fl_iommu *i);
	void (*reset)(struct fl_iommu *i);
	u32 n;
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
 * @place: where a register stands of which @offset is an alias; NULL: there are none
 * @mmio_bytes: size of the register space
 * @port: of its PCIe functions; NULL: there were none yet
 * @watches: of its registers
 * @telling: their functions are being called
 * @busy: there is a port, or there are watches: the end of each call is looked at
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
	u64 (*place)(u64 offset);
	u64 mmio_bytes;
	struct face_port *port;
	struct fl_watch *watches;
	bool telling;
	bool busy;
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

/**
 * face_order_flags() - put the flags of an engine's answer where the public structure has them
 * @result: of an engine
 */
static inline void face_order_flags(struct fl_result *result)
{
	/* They are the engine's bits where bits are counted from the lowest. */
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	const struct xlat_result *r = (const struct xlat_result *)result;
	u16 flags = (u16)(r->bypass | r->hit << 1 | r->recorded << 2 | r->global << 3 | r->untranslated << 4);

	result->flags = flags;
#endif
}

/**
 * face_register() - a register of the engine
 * @i: the IOMMU
 * @number: 0 is the first; without a @name
 * @name: or NULL
 * @r: filled in
 *
 * Return: Its value; NULL: there is none.
 */
const u64 *face_register(const struct fl_iommu *i, size_t number, const char *name, struct fl_register *r);

/**
 * face_register_of() - the register at an offset
 * @i: the IOMMU
 * @offset: bytes, anywhere in the register or its alias
 * @r: filled in
 *
 * Return: As face_register().
 */
const u64 *face_register_of(const struct fl_iommu *i, u64 offset, struct fl_register *r);

/**
 * face_look() - the rest of face_settle(), and of an access to registers
 * @i: the IOMMU
 * @how: FL_WATCH_READ, FL_WATCH_WRITE, or 0
 * @offset: of the access
 * @bytes: likewise
 * @value: likewise
 */
void face_look(struct fl_iommu *i, u32 how, u64 offset, unsigned int bytes, u64 value);

/**
 * face_settle() - a call to the engine has ended: messages of PCIe functions are carried, watches told
 * @i: the IOMMU
 */
static inline void face_settle(struct fl_iommu *i)
{
	if (unlikely(i->busy))
		face_look(i, 0, 0, 0, 0);
}

static inline struct tcache_cfg face_cache(const struct fl_cache *c)
{
	return (struct tcache_cfg){ c->sets, c->ways, (enum tcache_policy)c->policy, c->seed };
}

#endif /* FACE_PRIV_H */
