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
 * @host: the driver
 * @faults: the fault core's device
 * @next: list of the driver's devices
 * @attachments: domains in use, by PASID; changed while the configuration gate is closed
 * @storm: back-off policy, if drv_cfg.storm gives one
 * @sids: StreamIDs or requester IDs
 * @credits: recoverable faults that it may have outstanding
 * @n_sids: number of @sids, 1..DRV_MAX_SIDS
 * @can_stall: its faults may stall
 * @pri: its page requests are served
 * @ats: it may ask for translations
 * @compat: fault_dev_cfg.compat
 * @inside: the driver itself calls the fault core and holds the configuration gate
 */
struct drv_device {
	struct drv_host *host;
	struct fault_dev *faults;
	struct drv_device *next;
	struct drv_attachment *attachments;
	struct fault_storm storm;
	u32 sids[DRV_MAX_SIDS];
	u32 credits;
	u8 n_sids;
	bool can_stall;
	bool pri;
	bool ats;
	bool compat;
	bool inside;
};

/**
 * drv_sids_fit() - whether the hardware has StreamIDs of this width
 * @cfg: the device as firmware describes it
 * @bits: width of the hardware's StreamIDs or requester IDs
 *
 * Return: false if one is too wide.
 */
bool drv_sids_fit(const struct drv_device_cfg *cfg, u8 bits);

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
 * drv_attachment_end() - detach in the hardware and in the fault core, then free the attachment
 * @a: the attachment; the configuration gate is closed
 * @now: ns
 *
 * Return: 0, or what a hook or the core returned: the attachment is still there then.
 */
int drv_attachment_end(struct drv_attachment *a, u64 now);

#ifdef __cplusplus
}
#endif

#endif /* DRV_DEVICE_H */
