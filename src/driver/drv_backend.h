/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the driver of one IOMMU adds to the procedure that all drivers share (drv_host.c, drv_domain.c, drv_device.c,
 * drv_attach.c): how its tables, registers and commands say what the procedure wants said.
 *
 * Unless a hook says otherwise, the configuration gate is closed when it is called, hardware that was given up
 * (drv_dead()) is not asked for anything, and an operation returns 0 or a -errno. Hooks marked "optional" may be NULL.
 */
#ifndef DRV_BACKEND_H
#define DRV_BACKEND_H

#include "drv_device.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * struct drv_backend - the hooks of one IOMMU's driver
 * @faults: the driver's side of the fault core
 * @hw_code: the hardware's code for each enum fault_code
 * @no_domain_code: answer to the fault of a device without a domain, where drv_cfg.faults says nothing
 * @driver_bytes: size of the driver object, which begins with struct drv_host
 * @device_bytes: size of its device objects, which begin with struct drv_device
 * @domain_bytes: size of its domain objects, which begin with struct drv_domain
 * @sync_needs_handlers: the sync after an invalidation may wait for a fault whose handler maps: the domain's gate is
 *	open meanwhile
 * @configure: copies the host's configuration (may be NULL), fills in defaults; returns the part that all drivers have
 * @features: reads the identification registers. No gate is closed.
 * @alloc: allocates queues and tables; @free follows, whatever is returned. No gate is closed.
 * @free: frees what @alloc has allocated, and drv_host.stage2 is still there. No gate is closed.
 * @start: programs and enables the hardware. No gate is closed.
 * @stop: disables it, also after a failed @start. No gate is closed.
 * @recover: optional: repairs a command queue that has stopped at an error. Any gate may be closed.
 * @give_up: optional: switches hardware off that does not respond; called once. Any gate may be closed.
 * @device_check: whether the hardware can serve such a device; its number of StreamIDs is good. No gate is closed.
 * @device_init: sets @can_stall, @pri and @ats, allocates the device's tables or groups; @device_exit follows,
 *	whatever is returned
 * @credits: recoverable faults that the hardware lets a device have outstanding, where its configuration does not say
 * @device_show: lets the hardware find the device's tables; nothing is attached, so everything terminates
 * @device_hide: optional: the hardware is to keep nothing of the device: neither tables nor stalled transactions
 * @device_exit: frees what @device_init has allocated. Hardware may have been given up.
 * @block: optional: terminates whatever arrives from the device, or goes back to what is attached
 * @recoverable: turns recoverable faults on or off
 * @throttle: optional: a storm: new faults terminate although they could be recovered, or not any more
 * @table: the page table of a domain of this type; -EOPNOTSUPP if there is no such domain. No gate is closed.
 * @domain_init: gives the domain its tag (ASID, domain-id)
 * @domain_exit: takes the tag back, once nothing is cached under it. Hardware may have been given up.
 * @users: optional: devices have been attached to the domain, or detached; its attachments say which
 * @check: optional: whether the domain may be attached to @pasid of the device
 * @reach: optional: allocates what the hardware needs to use the domain for @pasid
 * @set: makes the hardware treat @pasid as @dom says (NULL: terminate), where it was as @old said (NULL: terminated)
 * @flush: optional: makes endpoints drop their translations of @pasid, where @set does not
 * @drain: optional: the answers that were given to @pasid's requests have arrived
 * @in_bounds: optional: whether a domain can have these addresses. No gate is closed.
 * @prot: PT_PROT_* of a mapping with DRV_PROT_* @prot. Any gate may be closed.
 * @appeared: optional: something was mapped that was not before. The domain's gate alone is closed.
 * @invalidate: something is no longer mapped; @leaf: the tables above are as they were. Returns when the hardware and
 *	all endpoints have dropped it. The domain's gate is closed, but see @sync_needs_handlers.
 */
struct drv_backend {
	const struct fault_ops *faults;
	u32 hw_code[FAULT_CODES];
	enum fault_code no_domain_code;
	u32 driver_bytes;
	u32 device_bytes;
	u32 domain_bytes;
	bool sync_needs_handlers;

	const struct drv_cfg *(*configure)(struct drv_host *h, const void *cfg);
	int (*features)(struct drv_host *h);
	int (*alloc)(struct drv_host *h);
	void (*free)(struct drv_host *h);
	int (*start)(struct drv_host *h);
	void (*stop)(struct drv_host *h);
	void (*recover)(struct drv_host *h);
	void (*give_up)(struct drv_host *h);

	int (*device_check)(struct drv_host *h, const struct drv_device_cfg *cfg);
	int (*device_init)(struct drv_device *dev, const struct drv_device_cfg *cfg);
	u32 (*credits)(const struct drv_device *dev);
	int (*device_show)(struct drv_device *dev);
	int (*device_hide)(struct drv_device *dev);
	void (*device_exit)(struct drv_device *dev);
	int (*block)(struct drv_device *dev, bool on);
	int (*recoverable)(struct drv_device *dev, bool on);
	void (*throttle)(struct drv_device *dev, bool on);

	int (*table)(struct drv_host *h, enum drv_domain_type type, struct pt_build_cfg *cfg);
	int (*domain_init)(struct drv_domain *dom);
	void (*domain_exit)(struct drv_domain *dom);
	void (*users)(struct drv_domain *dom);

	int (*check)(const struct drv_device *dev, const struct drv_domain *dom, u32 pasid);
	int (*reach)(struct drv_device *dev, struct drv_domain *dom, u32 pasid);
	int (*set)(struct drv_device *dev, u32 pasid, struct drv_domain *dom, struct drv_domain *old);
	int (*flush)(struct drv_device *dev, u32 pasid);
	int (*drain)(struct drv_device *dev);

	bool (*in_bounds)(const struct drv_host *h, u64 iova, u64 bytes);
	u32 (*prot)(const struct drv_host *h, u32 prot);
	int (*appeared)(struct drv_domain *dom, u64 iova, u64 bytes);
	int (*invalidate)(struct drv_domain *dom, u64 iova, u64 bytes, bool leaf);
};

/**
 * drv_probe() - implementation of drv_class.probe
 * @drv: memory for the driver object
 * @backend: its hooks; must outlive the driver
 * @cfg: the driver's own configuration, or NULL
 * @ops: the host's services; must outlive the driver
 * @ctx: first argument of @ops
 * @core: the fault core of this IOMMU
 *
 * Return: 0, or what a hook or fault_core_bind() returned; nothing is left behind then.
 */
int drv_probe(void *drv, const struct drv_backend *backend, const void *cfg, const struct drv_ops *ops, void *ctx,
	      struct fault_core *core);

/**
 * drv_remove() - implementation of drv_class.remove
 * @drv: the driver object
 * @now: ns
 */
void drv_remove(void *drv, u64 now);

/**
 * drv_device_add() - implementation of drv_class.device_add
 * @drv: the driver object
 * @cfg: the device as firmware describes it
 * @out: the fault core's device
 *
 * Return: 0, -EINVAL for a bad number of StreamIDs, -ENOMEM, or what a hook or the fault core returned.
 */
int drv_device_add(void *drv, const struct drv_device_cfg *cfg, struct fault_dev **out);

/**
 * drv_device_remove() - implementation of drv_class.device_remove
 * @drv: the driver object
 * @fdev: the fault core's device
 * @now: ns
 */
void drv_device_remove(void *drv, struct fault_dev *fdev, u64 now);

/**
 * drv_domain_alloc() - implementation of drv_class.domain_alloc
 * @drv: the driver object
 * @fdev: device for which fault_domain_alloc() allocates it
 * @type: enum drv_domain_type
 * @out: the fault core's domain
 *
 * Return: 0, -ENOMEM, -EOPNOTSUPP for a type that the hardware does not have, or what a hook or the core returned.
 */
int drv_domain_alloc(void *drv, struct fault_dev *fdev, enum drv_domain_type type, struct fault_domain **out);

/**
 * drv_domain_free() - implementation of drv_class.domain_free: does nothing while the domain is attached
 * @drv: the driver object
 * @fdom: the fault core's domain
 */
void drv_domain_free(void *drv, struct fault_domain *fdom);

/**
 * drv_map() - implementation of drv_class.map
 * @drv: the driver object
 * @fdom: the fault core's domain
 * @iova: input address, bytes
 * @pa: physical address, bytes
 * @bytes: length
 * @prot: DRV_PROT_*
 *
 * Return: 0, -EINVAL, or what pt_map() or a hook returned.
 */
int drv_map(void *drv, struct fault_domain *fdom, u64 iova, u64 pa, u64 bytes, u32 prot);

/**
 * drv_unmap() - implementation of drv_class.unmap
 * @drv: the driver object
 * @fdom: the fault core's domain
 * @iova: input address, bytes
 * @bytes: length
 *
 * Return: Bytes unmapped, -EINVAL, or what pt_unmap() or a hook returned.
 */
s64 drv_unmap(void *drv, struct fault_domain *fdom, u64 iova, u64 bytes);

/**
 * drv_iova_to_phys() - implementation of drv_class.iova_to_phys
 * @drv: the driver object
 * @fdom: the fault core's domain
 * @iova: input address, bytes
 *
 * Return: Physical address, or 0 if unmapped.
 */
u64 drv_iova_to_phys(void *drv, struct fault_domain *fdom, u64 iova);

/**
 * drv_attach() - implementation of drv_class.attach
 * @drv: the driver object
 * @fdev: the fault core's device
 * @pasid: PASID, or DRV_NO_PASID for the device's own requests
 * @fdom: the fault core's domain
 * @now: ns
 *
 * Return: 0, -EINVAL for a domain of another driver, -EBUSY if it is attached already, -ENOMEM, or what a hook or the
 * core returned; what was attached before still is then.
 */
int drv_attach(void *drv, struct fault_dev *fdev, u32 pasid, struct fault_domain *fdom, u64 now);

/**
 * drv_detach() - implementation of drv_class.detach
 * @drv: the driver object
 * @fdev: the fault core's device
 * @pasid: PASID, or DRV_NO_PASID for the device's own requests
 * @now: ns
 *
 * Return: 0, -ENOENT without a domain, or what a hook or the core returned: the hardware terminates then, and the
 * domain stays attached until another attempt.
 */
int drv_detach(void *drv, struct fault_dev *fdev, u32 pasid, u64 now);

/* The members of struct drv_class that are the same in every driver. */
#define DRV_PROCEDURE                                                                                                 \
	.remove = drv_remove, .device_add = drv_device_add, .device_remove = drv_device_remove,                       \
	.domain_alloc = drv_domain_alloc, .domain_free = drv_domain_free, .attach = drv_attach, .detach = drv_detach, \
	.map = drv_map, .unmap = drv_unmap, .iova_to_phys = drv_iova_to_phys

/**
 * drv_faults_enable() - fault_ops.enable
 * @drv: the driver object
 * @dev: the device object
 *
 * Return: 0, -EIO for hardware that was given up, or what the hook returned.
 */
int drv_faults_enable(void *drv, void *dev);

/**
 * drv_faults_disable() - fault_ops.disable
 * @drv: the driver object
 * @dev: the device object
 *
 * Return: 0, or what the hook returned.
 */
int drv_faults_disable(void *drv, void *dev);

/**
 * drv_faults_throttle() - fault_ops.throttle
 * @drv: the driver object
 * @dev: the device object
 * @on: a storm began, or is over
 */
void drv_faults_throttle(void *drv, void *dev, bool on);

/* The members of struct fault_ops that are the same in every driver. */
#define DRV_FAULT_OPS                                                                                \
	.enable = drv_faults_enable, .disable = drv_faults_disable, .throttle = drv_faults_throttle, \
	.sva_handle = drv_sva_handle, .observe = drv_observe

/**
 * drv_report_request() - report a page request to the fault core, if it is none of those that ask for nothing
 * @h: the driver
 * @f: what its record in the queue says
 * @requests: counts those that were reported
 * @stop_markers: counts the others
 *
 * PCIe: a message with a PASID that is the last of its group and wants neither to read nor to write marks that the
 * PASID is no longer used. Without a PASID it closes a group, which must be answered like others (VT-d 7.6).
 *
 * Return: 0; 1: a stop marker; -EAGAIN: it has to stay in the queue.
 */
int drv_report_request(struct drv_host *h, const struct fault_record *f, u64 *requests, u64 *stop_markers);

/**
 * drv_block() - terminate everything that arrives from a device, or go back to what is attached
 * @dev: the device; the configuration gate is closed
 * @on: terminate
 *
 * Return: 0, or what the hook returned.
 */
int drv_block(struct drv_device *dev, bool on);

/**
 * drv_silence() - turn a device's recoverable faults off, so that none is owed an answer, and none is in the hardware
 * @dev: the device; the configuration gate is closed. It stays blocked.
 * @now: ns
 *
 * Return: 0, or what fault_off() or a hook returned.
 */
int drv_silence(struct drv_device *dev, u64 now);

/**
 * drv_insist() - repeat a step until it has succeeded; hardware that does not let it is given up
 * @dev: the device; the configuration gate is closed, so nothing is configured meanwhile
 * @step: returns 0 in the end once the hardware was given up
 * @now: ns
 */
void drv_insist(struct drv_device *dev, int (*step)(struct drv_device *dev, u64 now), u64 now);

#ifdef __cplusplus
}
#endif

#endif /* DRV_BACKEND_H */
