/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What each driver's device object begins with, and which domain each of its PASIDs has. */
#ifndef DRV_DEVICE_H
#define DRV_DEVICE_H

#include "drv_domain.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * struct drv_attachment - a domain on a PASID of a device
 * @dev_next: next attachment of the device
 * @dom_next: next attachment of the domain
 * @dev: the device
 * @dom: the domain
 * @pasid: FAULT_NO_PASID: the device's own requests
 */
struct drv_attachment {
	struct drv_attachment *dev_next;
	struct drv_attachment *dom_next;
	struct drv_device *dev;
	struct drv_domain *dom;
	u32 pasid;
};

/**
 * struct drv_device - the first member of every device object, which fault_dev_ctx() leads to
 * @faults: the fault core's device
 * @next: list of the driver's devices
 * @attachments: domains in use, by PASID; changed while the configuration gate is closed
 * @storm: back-off policy, see drv_device_faults()
 * @sids: StreamIDs or requester IDs
 * @credits: recoverable faults that it may have outstanding
 * @n_sids: number of @sids, 1..DRV_MAX_SIDS
 * @inside: the driver itself calls the fault core and holds the configuration gate
 */
struct drv_device {
	struct fault_dev *faults;
	struct drv_device *next;
	struct drv_attachment *attachments;
	struct fault_storm storm;
	u32 sids[DRV_MAX_SIDS];
	u32 credits;
	u8 n_sids;
	bool inside;
};

/**
 * drv_check_sids() - whether a device may have these StreamIDs
 * @cfg: the device as firmware describes it
 * @bits: width of the hardware's StreamIDs or requester IDs
 *
 * Return: 0, -EINVAL for a bad number of StreamIDs, -ERANGE for a StreamID that is too wide.
 */
int drv_check_sids(const struct drv_device_cfg *cfg, u8 bits);

/**
 * drv_device_faults() - create the fault core's device of @dev, with its StreamIDs
 * @h: the driver
 * @dev: the device
 * @cfg: caps, compat and what the user wants; the rest is filled in
 * @storm: limits to copy, or NULL
 *
 * Whatever is returned, drv_device_free() undoes it.
 *
 * Return: 0, or the core's -errno.
 */
int drv_device_faults(struct drv_host *h, struct drv_device *dev, struct fault_dev_cfg *cfg,
		      const struct fault_storm *storm);

/**
 * drv_device_allocate() - tell a device's functions how many page requests each may have outstanding
 * @h: the driver
 * @dev: with its StreamIDs and credits, which are shared out evenly. Less than they say where a function's capacity
 *	is less; more if there would be none for some function.
 */
void drv_device_allocate(struct drv_host *h, struct drv_device *dev);

/**
 * drv_device_free() - free the device object, and the fault core's once nothing uses it any more
 * @dev: nothing attached, its faults never on or turned off with success
 */
void drv_device_free(struct drv_device *dev);

/**
 * drv_device_enable() - turn recoverable faults on
 * @dev: the device
 *
 * The configuration gate is closed.
 *
 * Return: As fault_dev_enable().
 */
int drv_device_enable(struct drv_device *dev);

/**
 * drv_device_link() - add a device to the driver's list; the configuration gate is closed
 * @h: the driver
 * @dev: the device
 */
void drv_device_link(struct drv_host *h, struct drv_device *dev);

/**
 * drv_device_unlink() - take a device off the driver's list; the configuration gate is closed
 * @h: the driver
 * @dev: the device
 */
void drv_device_unlink(struct drv_host *h, struct drv_device *dev);

/**
 * drv_attached() - find the attachment of a PASID
 * @dev: the device
 * @pasid: PASID, or FAULT_NO_PASID for the device's own requests
 *
 * The configuration gate is closed.
 *
 * Return: The attachment, or NULL.
 */
struct drv_attachment *drv_attached(const struct drv_device *dev, u32 pasid);

/**
 * drv_dom_link() - put an attachment on its domain's list; the configuration gate is closed, the domain's is open
 * @h: the driver
 * @a: the attachment
 * @dom: the domain
 */
void drv_dom_link(struct drv_host *h, struct drv_attachment *a, struct drv_domain *dom);

/**
 * drv_dom_unlink() - take an attachment off its domain's list; the configuration gate is closed, the domain's is open
 * @h: the driver
 * @a: the attachment
 */
void drv_dom_unlink(struct drv_host *h, struct drv_attachment *a);

/**
 * drv_attachment_new() - tell the fault core of a new attachment, and link it; the hardware does not use it yet
 * @h: the driver
 * @dev: the device
 * @pasid: PASID, or FAULT_NO_PASID for the device's own requests
 * @dom: the domain
 * @out: the attachment; drv_attachment_free() unlinks and frees it
 *
 * Return: 0, -ENOMEM, or what fault_dev_attach() returned.
 */
int drv_attachment_new(struct drv_host *h, struct drv_device *dev, u32 pasid, struct drv_domain *dom,
		       struct drv_attachment **out);

/**
 * drv_attachment_free() - unlink and free an attachment
 * @h: the driver
 * @a: the attachment
 */
void drv_attachment_free(struct drv_host *h, struct drv_attachment *a);

/**
 * drv_detach() - implementation of drv_class.detach
 * @h: the driver
 * @fdev: the fault core's device
 * @pasid: PASID, or FAULT_NO_PASID for the device's own requests
 * @now: ns
 * @detach: detaches in the hardware and in the fault core; called with the configuration gate closed
 *
 * Return: What @detach returns, or -ENOENT without a domain.
 */
int drv_detach(struct drv_host *h, struct fault_dev *fdev, u32 pasid, u64 now,
	       int (*detach)(struct drv_attachment *a, u64 now));

#ifdef __cplusplus
}
#endif

#endif /* DRV_DEVICE_H */
