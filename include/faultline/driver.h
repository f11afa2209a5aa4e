/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Our drivers, for platforms that have no software yet: tables, queues, interrupts, faults and their answers. A driver
 * programs its IOMMU by registers and memory alone, as an operating system's would; faults go to the fault core, whose
 * policies and handlers are those of faultline/fault.h.
 *
 * Nothing happens behind the holder's back: fl_driver_irq() and fl_driver_msi() note an interrupt and may be called from
 * within fl_host.irq and fl_host.msi; fl_driver_run() serves it. All other calls use the IOMMU and keep to its contract.
 * One call at a time.
 */
#ifndef FAULTLINE_DRIVER_H
#define FAULTLINE_DRIVER_H

#include <faultline/fault.h>
#include <faultline/iommu.h>

FAULTLINE_BEGIN

struct fl_driver; /* of one IOMMU */
struct fl_device; /* a master behind it */
struct fl_domain; /* an address space, attached to devices or their PASIDs */

/**
 * struct fl_driver_params - a driver
 * @size: sizeof(struct fl_driver_params): members may be added at the end
 * @mem_base: memory for its tables and queues, which fl_host.mem_read and mem_write reach; a multiple of 4 KiB
 * @mem_bytes: its length, a multiple of 4 KiB
 * @doorbell: VT-d: address of its messages, whose data are the numbers of lines; 0: 0xfee00000
 * @poll: called between two polls of a register or of memory, so that time passes (completions of ATS invalidations
 *	arrive); false: the time-out has passed. @tries were made before. NULL: 64 tries, for hardware that answers at once
 * @poll_ctx: first argument of @poll
 * @nested: stage 1 lies over a stage 2 that maps every address to itself
 * @policy: policies for the faults of every device, as far as they concern all: credits, partial_ns, pending_ns, codes,
 *	storm; NULL: defaults. Used during the call alone
 */
struct fl_driver_params {
	size_t size;
	uint64_t mem_base, mem_bytes;
	uint64_t doorbell;
	bool (*poll)(void *poll_ctx, uint32_t tries);
	void *poll_ctx;
	bool nested;
	const struct fl_fault_dev_params *policy;
};

/**
 * fl_driver_create() - find out what an IOMMU can do, build its tables and queues, and enable it
 * @iommu: in the state after reset; outlives the driver
 * @params: copied
 * @out: the driver
 *
 * SMMUv2: it hears of interrupt lines 0..63.
 *
 * Return: 0; -EINVAL; -EOPNOTSUPP: the IOMMU lacks what is asked for; -ENOMEM, also for too little of @params' memory;
 * -ETIMEDOUT.
 */
FAULTLINE_API int fl_driver_create(struct fl_iommu *iommu, const struct fl_driver_params *params,
				   struct fl_driver **out);

/**
 * fl_driver_destroy() - disable the IOMMU and free the driver
 * @driver: no devices are left; may be NULL
 *
 * Return: 0; -EBUSY: a fault is still kept by a handler.
 */
FAULTLINE_API int fl_driver_destroy(struct fl_driver *driver);

/**
 * fl_driver_irq() - an interrupt line has changed: fl_host.irq
 * @driver: the driver
 * @line: the line
 * @level: asserted
 */
FAULTLINE_API void fl_driver_irq(struct fl_driver *driver, uint32_t line, bool level);

/**
 * fl_driver_msi() - a message was sent: fl_host.msi
 * @driver: the driver
 * @pa: its address
 * @data: its data
 *
 * Return: Whether it was one of the driver's.
 */
FAULTLINE_API bool fl_driver_msi(struct fl_driver *driver, uint64_t pa, uint32_t data);

/**
 * fl_driver_run() - serve the interrupts that were noted, and handle faults, until there is nothing left to do
 * @driver: the driver
 * @now: ns, monotonic; also the time of all other calls until the next one
 *
 * Return: 0; -ELOOP: the hardware always has more.
 */
FAULTLINE_API int fl_driver_run(struct fl_driver *driver, uint64_t now);

/**
 * fl_driver_expire() - deadlines of faults, answers that were not taken, lost interrupts; every 10 ms is often enough
 * @driver: the driver
 * @now: ns
 *
 * Return: Groups that expired.
 */
FAULTLINE_API unsigned int fl_driver_expire(struct fl_driver *driver, uint64_t now);

/**
 * fl_driver_respond() - answer a group that a handler kept (FL_FAULT_LATER)
 * @driver: the driver
 * @cookie: of fl_fault_group_cookie()
 * @code: FL_FAULT_RETRY, FL_FAULT_TERMINATE or FL_FAULT_FAILURE
 *
 * Return: As fl_fault_respond().
 */
FAULTLINE_API int fl_driver_respond(struct fl_driver *driver, uint64_t cookie, enum fl_fault_code code);

/* Entries of fl_device_params.streams */
enum { FL_DEVICE_STREAMS = 16 };

/**
 * struct fl_device_params - a master as firmware describes it
 * @size: sizeof(struct fl_device_params): members may be added at the end
 * @streams: its StreamIDs or requester IDs; SMMUv2: the SMR's mask in bits 31:16
 * @n_streams: number of @streams, 1..16
 * @pasid_bits: width of its PASIDs; 0: it has none
 * @credits: recoverable faults that it may have open; 0: what the hardware allows
 * @can_stall: its accesses may wait for software
 * @ats: PCIe device with ATS
 * @pri: PCIe device with PRI (and ATS)
 */
struct fl_device_params {
	size_t size;
	uint32_t streams[FL_DEVICE_STREAMS];
	uint32_t n_streams;
	uint32_t pasid_bits;
	uint32_t credits;
	bool can_stall;
	bool ats;
	bool pri;
};

/**
 * fl_device_add() - a master appears; its recoverable faults are on, if it has them
 * @driver: of its IOMMU
 * @params: copied
 * @out: the device; without a domain its accesses are refused
 *
 * Return: 0; -EINVAL; -E2BIG; -EEXIST: one of its streams is taken; -ENOMEM; -ETIMEDOUT.
 */
FAULTLINE_API int fl_device_add(struct fl_driver *driver, const struct fl_device_params *params,
				struct fl_device **out);

/**
 * fl_device_remove() - the master is gone
 * @driver: of its IOMMU
 * @device: nothing is attached
 */
FAULTLINE_API void fl_device_remove(struct fl_driver *driver, struct fl_device *device);

/* Translated by tables; every address is itself; every access is refused */
enum fl_domain_type { FL_DOMAIN_PAGING, FL_DOMAIN_IDENTITY, FL_DOMAIN_BLOCKED };

/**
 * fl_domain_create() - an address space
 * @driver: of the IOMMU
 * @device: a device that it fits
 * @type: enum fl_domain_type
 * @ops: who handles its faults, from within fl_driver_run(); copied. NULL: nobody
 * @ctx: first argument of @ops' functions
 * @out: the domain
 *
 * Return: 0; -EINVAL; -E2BIG; -ENOMEM.
 */
FAULTLINE_API int fl_domain_create(struct fl_driver *driver, struct fl_device *device, enum fl_domain_type type,
				   const struct fl_fault_domain_ops *ops, void *ctx, struct fl_domain **out);

/**
 * fl_domain_destroy() - free an address space
 * @driver: of the IOMMU
 * @domain: attached nowhere
 */
FAULTLINE_API void fl_domain_destroy(struct fl_driver *driver, struct fl_domain *domain);

/**
 * fl_device_attach() - give a device, or one of its PASIDs, an address space, in place of the one it has
 * @driver: of the IOMMU
 * @device: the device
 * @pasid: PASID, or UINT32_MAX: the device
 * @domain: the address space
 *
 * Return: 0; -EINVAL: it does not fit; -ENOMEM; -ETIMEDOUT.
 */
FAULTLINE_API int fl_device_attach(struct fl_driver *driver, struct fl_device *device, uint32_t pasid,
				   struct fl_domain *domain);

/**
 * fl_device_detach() - take the address space away; faults that are open are answered
 * @driver: of the IOMMU
 * @device: the device
 * @pasid: PASID, or UINT32_MAX: the device
 *
 * Return: 0; -ENOENT; -ETIMEDOUT.
 */
FAULTLINE_API int fl_device_detach(struct fl_driver *driver, struct fl_device *device, uint32_t pasid);

/* fl_domain_map()'s perm */
enum { FL_MAP_READ = 1 << 0, FL_MAP_WRITE = 1 << 1, FL_MAP_EXEC = 1 << 2, FL_MAP_PRIV = 1 << 3 };

/**
 * fl_domain_map() - map a range; a fault's handler may
 * @driver: of the IOMMU
 * @domain: of type FL_DOMAIN_PAGING
 * @iova: first input address, bytes
 * @pa: where it goes
 * @bytes: a multiple of the smallest granule, 4 KiB as a rule
 * @perm: FL_MAP_*; FL_MAP_PRIV: privileged accesses alone
 *
 * Return: 0, -EEXIST, -ENOMEM, -EINVAL.
 */
FAULTLINE_API int fl_domain_map(struct fl_driver *driver, struct fl_domain *domain, uint64_t iova, uint64_t pa,
				uint64_t bytes, uint32_t perm);

/**
 * fl_domain_unmap() - unmap a range, and wait until no cache has it
 * @driver: of the IOMMU
 * @domain: of type FL_DOMAIN_PAGING
 * @iova: first input address, bytes
 * @bytes: length
 *
 * Return: Bytes that were mapped; or -errno.
 */
FAULTLINE_API int64_t fl_domain_unmap(struct fl_driver *driver, struct fl_domain *domain, uint64_t iova,
				      uint64_t bytes);

FAULTLINE_END

#endif /* FAULTLINE_DRIVER_H */
