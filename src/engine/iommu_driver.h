/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What every IOMMU driver here shares with its host: the services it needs and
 * the face it shows. A driver sees registers, memory and interrupts, nothing
 * else; it reports faults to the fault core and carries out its answers.
 *
 * A driver creates a struct fault_dev for each of its device objects and a
 * struct fault_domain for each of its domain objects (src/fault_core/fault_core.h;
 * fault_dev_ctx() and fault_domain_ctx() lead back); the functions here take
 * and return those.
 */
#ifndef IOMMU_DRIVER_H
#define IOMMU_DRIVER_H

#include "fl_env.h"

struct fault_core;
struct fault_dev;
struct fault_domain;
struct fault_group;
struct fault_record;

/**
 * struct drv_mm - an address space: what fault_owner.mm of a DRV_DOMAIN_SVA domain points to
 * @handle: as fault_domain_ops.handle: resolves @f; returns enum fault_code. Worker context, may sleep.
 */
struct drv_mm {
	int (*handle)(struct drv_mm *mm, struct fault_group *g, const struct fault_record *f);
};

/**
 * struct drv_ops - what a driver needs of its host; @ctx comes first in each
 * @mmio_read: reads a register: @size 4 or 8 bytes at @offset of the register space
 * @mmio_write: writes a register; @offset and @size as in @mmio_read
 * @mem_alloc: allocates @bytes of zeroed memory that the IOMMU can reach, aligned to @align bytes; 0 or -ENOMEM
 * @mem_free: gives memory of @mem_alloc back; @bytes as it was asked for
 * @mem_read: the CPU reads such memory; 0 or -EIO
 * @mem_write: the CPU writes such memory; 0 or -EIO
 * @poll: called between two polls of a register or of memory: lets hardware go on. Returns false when the time-out
 *	for the whole wait has passed. NULL: hardware answers at once.
 * @now: ns, the clock of every now argument; NULL: the latest that any call has brought
 * @set_page_request_allocation: write the Outstanding Page Request Allocation of the PCIe function @sid: @n >= 1, or
 *	its Outstanding Page Request Capacity if that is less. Called by device_add alone, while the function's
 *	page requests are off or before it has sent any. Returns what was written; 0: no such function. NULL:
 *	nobody listens, the endpoints keep to what the driver says it gives them (drv_credits())
 * @hypervisor: from @on to its end memory is accessed by the hypervisor under the driver, ahead of time: the driver
 *	does not pay for that. NULL: nobody is paid
 *
 * Registers and memory are also accessed with the driver's lock held: those
 * operations must not let another caller into the driver (a model adds their
 * price up and spends it later). @poll, @mem_alloc and @mem_free may.
 */
struct drv_ops {
	u64 (*mmio_read)(void *ctx, u64 offset, unsigned int size);
	void (*mmio_write)(void *ctx, u64 offset, u64 value, unsigned int size);
	int (*mem_alloc)(void *ctx, u64 bytes, u64 align, u64 *pa);
	void (*mem_free)(void *ctx, u64 pa, u64 bytes);
	int (*mem_read)(void *ctx, u64 pa, void *buf, u32 len);
	int (*mem_write)(void *ctx, u64 pa, const void *buf, u32 len);
	bool (*poll)(void *ctx, u32 tries);
	u64 (*now)(void *ctx);
	u32 (*set_page_request_allocation)(void *ctx, u32 sid, u32 n);
	void (*hypervisor)(void *ctx, bool on);
};

#define DRV_MAX_SIDS 16

/**
 * struct drv_device_cfg - a master as firmware describes it
 * @sids: its StreamIDs or requester IDs
 * @n_sids: number of @sids, 1..DRV_MAX_SIDS
 * @pasid_bits: pasid-num-bits
 * @can_stall: dma-can-stall
 * @pri: PCIe device with PRI (and ATS) to be enabled
 * @ats: PCIe device with ATS to be enabled, with @pri or without
 * @credits: outstanding recoverable faults it may have, over all its @sids; 0: what the hardware allows
 * @name: for people; may be NULL
 */
struct drv_device_cfg {
	u32 sids[DRV_MAX_SIDS];
	u8 n_sids;
	u8 pasid_bits;
	bool can_stall;
	bool pri;
	bool ats;
	u32 credits;
	const char *name;
};

#define DRV_NO_PASID 0xffffffffU

#define DRV_PROT_READ  BIT(0)
#define DRV_PROT_WRITE BIT(1)
#define DRV_PROT_EXEC  BIT(2)
#define DRV_PROT_PRIV  BIT(3) /* privileged accesses only */

enum drv_domain_type { DRV_DOMAIN_PAGING, DRV_DOMAIN_SVA, DRV_DOMAIN_IDENTITY, DRV_DOMAIN_BLOCKED };

/* An interrupt handler's answer. */
enum drv_irq { DRV_IRQ_NONE, DRV_IRQ_HANDLED, DRV_IRQ_WAKE_THREAD };

/**
 * struct drv_class - one driver, for a host that serves them all
 * @name: name of the driver
 * @size: bytes of the driver object
 * @probe: reads the identification registers, builds tables and queues, enables. @cfg: the driver's own, may be NULL
 * @remove: disables, answers what is pending, frees all. Waits (@poll) for handlers that run and for owners that hold
 *	a group: they find it answered and give it up
 * @device_add: a master appears (probe_device); the driver allocates the object and, with can_stall or pri, turns
 *	recoverable faults on (fault_dev_enable()); fault_off() and enable again at run time
 * @device_remove: the master is gone: undoes device_add; nothing is attached any more
 * @domain_alloc: a domain for @dev; SVA is a type of this one call
 * @domain_free: frees a domain that is attached nowhere
 * @attach: @pasid DRV_NO_PASID attaches the whole device; replaces what was attached, in one step
 * @detach: removes the domain of @pasid; what is pending is answered. 0, -ENOENT or another -errno
 * @map: @bytes a multiple of the smallest granule; 0, -EEXIST, -ENOMEM, -EINVAL
 * @unmap: clears and invalidates, waits for completion; bytes unmapped, or -errno
 * @iova_to_phys: walks in software; 0 if unmapped
 * @irq: hard interrupt handler of @line; may not sleep
 * @irq_thread: its threaded part: handles a bounded batch. Returns the number of records handled, or -errno; while it
 *	is > 0 there may be more: let others run and call again. A record whose answer the hardware cannot take
 *	raises no further interrupt: the driver waits for room, with @poll, and handles it then. -EAGAIN: the
 *	time-out has passed before that; the fault core's watchdog comes back to it
 */
struct drv_class {
	const char *name;
	size_t size;
	int (*probe)(void *drv, const void *cfg, const struct drv_ops *ops, void *ctx, struct fault_core *fc);
	void (*remove)(void *drv, u64 now);
	int (*device_add)(void *drv, const struct drv_device_cfg *cfg, struct fault_dev **dev);
	void (*device_remove)(void *drv, struct fault_dev *dev, u64 now);
	int (*domain_alloc)(void *drv, struct fault_dev *dev, enum drv_domain_type type, struct fault_domain **dom);
	void (*domain_free)(void *drv, struct fault_domain *dom);
	int (*attach)(void *drv, struct fault_dev *dev, u32 pasid, struct fault_domain *dom, u64 now);
	int (*detach)(void *drv, struct fault_dev *dev, u32 pasid, u64 now);
	int (*map)(void *drv, struct fault_domain *dom, u64 iova, u64 pa, u64 bytes, u32 prot);
	s64 (*unmap)(void *drv, struct fault_domain *dom, u64 iova, u64 bytes);
	u64 (*iova_to_phys)(void *drv, struct fault_domain *dom, u64 iova);
	enum drv_irq (*irq)(void *drv, u32 line, u64 now);
	int (*irq_thread)(void *drv, u32 line, u64 now);
};

#endif /* IOMMU_DRIVER_H */
