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
 * @sids, @n_sids: StreamIDs or requester IDs
 * @credits: recoverable faults that it may have outstanding
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
 * @bits: of the widest
 *
 * Return: 0, -EINVAL (their number), -ERANGE.
 */
int drv_check_sids(const struct drv_device_cfg *cfg, u8 bits);

/**
 * drv_device_faults() - create the fault core's device of @dev, with its StreamIDs
 * @cfg: caps, compat and what the user wants; the rest is filled in
 * @storm: limits to copy, or NULL
 *
 * Whatever is returned, drv_device_free() undoes it. Return: 0, or the core's -errno.
 */
int drv_device_faults(struct drv_host *h, struct drv_device *dev, struct fault_dev_cfg *cfg,
		      const struct fault_storm *storm);

/**
 * drv_device_allocate() - tell a device's functions how many page requests each may have outstanding
 * @dev: with its StreamIDs and credits, which are shared out evenly. Less than they say where a function's capacity
 *	is less; more if there would be none for some function.
 */
void drv_device_allocate(struct drv_host *h, struct drv_device *dev);

/**
 * drv_device_free() - give back the device object and the fault core's, once that is used no more
 * @dev: nothing attached, its faults never on or turned off with success
 */
void drv_device_free(struct drv_device *dev);

/**
 * drv_device_enable() - recoverable faults on; the configuration gate is closed
 */
int drv_device_enable(struct drv_device *dev);

/* The driver's list of devices; the configuration gate is closed. */
void drv_device_link(struct drv_host *h, struct drv_device *dev);
void drv_device_unlink(struct drv_host *h, struct drv_device *dev);

/**
 * drv_attached() - the attachment of @pasid, or NULL; the configuration gate is closed
 */
struct drv_attachment *drv_attached(const struct drv_device *dev, u32 pasid);

/* An attachment on its domain's list; the configuration gate is closed, the domain's is open. */
void drv_dom_link(struct drv_host *h, struct drv_attachment *a, struct drv_domain *dom);
void drv_dom_unlink(struct drv_host *h, struct drv_attachment *a);

/**
 * drv_attachment_new() - tell the fault core, and link, a new attachment; the hardware does not use it yet
 * @out: the attachment; drv_attachment_free() unlinks it and gives it back
 *
 * Return: 0, or what fault_dev_attach() said.
 */
int drv_attachment_new(struct drv_host *h, struct drv_device *dev, u32 pasid, struct drv_domain *dom,
		       struct drv_attachment **out);
void drv_attachment_free(struct drv_host *h, struct drv_attachment *a);

/**
 * drv_detach() - drv_class.detach
 * @detach: does it; the configuration gate is closed
 *
 * Return: what @detach returns, or -ENOENT.
 */
int drv_detach(struct drv_host *h, struct fault_dev *fdev, u32 pasid, u64 now,
	       int (*detach)(struct drv_attachment *a, u64 now));

#ifdef __cplusplus
}
#endif

#endif /* DRV_DEVICE_H */
