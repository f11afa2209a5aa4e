// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Which domain each PASID of a device has: first attach, replace, detach; and recoverable faults on and off. */
#include "drv_backend.h"

static int flush(struct drv_device *dev, u32 pasid)
{
	const struct drv_backend *b = dev->host->backend;

	return b->flush ? b->flush(dev, pasid) : 0;
}

/*
 * Hardware first: from then on nothing of this PASID faults recoverably. The core fences and answers what is pending,
 * and the answers arrive before the PASID can be used again.
 */
int drv_attachment_end(struct drv_attachment *a, u64 now)
{
	struct drv_device *dev = a->dev;
	struct drv_host *h = dev->host;
	int r = drv_dead(h) ? 0 : h->backend->set(dev, a->pasid, NULL, a->dom);

	if (!r && !drv_dead(h))
		r = flush(dev, a->pasid);
	if (!r || drv_dead(h))
		r = fault_dev_detach(dev->faults, a->pasid, now);
	/* An earlier attempt got this far and failed afterwards. */
	if (r == -ENOENT)
		r = 0;
	if (!r && h->backend->drain)
		r = h->backend->drain(dev);
	if (r)
		return r;
	drv_attachment_free(h, a);
	return 0;
}

/* The core knows the domain before the hardware uses it, so that every fault finds a domain. */
static int attach_first(struct drv_device *dev, u32 pasid, struct drv_domain *dom, u64 now)
{
	struct drv_attachment *a;
	int r = drv_attachment_new(dev->host, dev, pasid, dom, &a);

	if (r)
		return r;
	r = dev->host->backend->set(dev, pasid, dom, NULL);
	/* If that fails, too, the attachment stays: detach or the removal of the device tries again. */
	if (r)
		drv_attachment_end(a, now);
	return r;
}

/* Until the device has changed over, it is a user of both domains: what either unmaps is invalidated for it. */
static int replace(struct drv_attachment *a, struct drv_domain *dom, u64 now)
{
	struct drv_device *dev = a->dev;
	struct drv_host *h = dev->host;
	struct drv_attachment both = { .dev = dev, .pasid = a->pasid };
	struct drv_domain *old = a->dom;
	int r;

	drv_dom_link(h, &both, dom);
	r = h->backend->set(dev, a->pasid, dom, old);
	if (!r)
		r = flush(dev, a->pasid);
	if (!r)
		r = fault_dev_replace(dev->faults, a->pasid, dom->faults, now);
	if (!r) {
		drv_dom_unlink(h, a);
		drv_dom_link(h, a, dom);
	} else {
		h->backend->set(dev, a->pasid, old, dom);
		flush(dev, a->pasid);
	}
	drv_dom_unlink(h, &both);
	return r;
}

static int attach(struct drv_device *dev, u32 pasid, struct drv_domain *dom, u64 now)
{
	const struct drv_backend *b = dev->host->backend;
	struct drv_attachment *a = drv_attached(dev, pasid);
	int r = dom->host == dev->host && b->check ? b->check(dev, dom, pasid) : 0;

	if (dom->host != dev->host)
		return -EINVAL;
	if (!r && a && a->dom == dom)
		return -EBUSY;
	if (!r && b->reach)
		r = b->reach(dev, dom, pasid);
	if (r)
		return r;
	return a ? replace(a, dom, now) : attach_first(dev, pasid, dom, now);
}

int drv_attach(void *drv, struct fault_dev *fdev, u32 pasid, struct fault_domain *fdom, u64 now)
{
	struct drv_host *h = drv;
	int r;

	drv_note_now(h, now);
	drv_gate_close(h, &h->config);
	r = attach(fault_dev_ctx(fdev), pasid, fault_domain_ctx(fdom), now);
	drv_gate_open(h, &h->config);
	return r;
}

int drv_detach(void *drv, struct fault_dev *fdev, u32 pasid, u64 now)
{
	struct drv_host *h = drv;
	struct drv_attachment *a;
	int r;

	drv_note_now(h, now);
	drv_gate_close(h, &h->config);
	a = drv_attached(fault_dev_ctx(fdev), pasid);
	r = a ? drv_attachment_end(a, now) : -ENOENT;
	drv_gate_open(h, &h->config);
	return r;
}

/* ---- recoverable faults on and off: fault_ops ---- */

static int recoverable(struct drv_host *h, struct drv_device *dev, bool on)
{
	int r;

	if (drv_dead(h))
		return on ? -EIO : 0;
	if (dev->inside)
		return h->backend->recoverable(dev, on);
	drv_gate_close(h, &h->config);
	r = h->backend->recoverable(dev, on);
	drv_gate_open(h, &h->config);
	return r;
}

int drv_faults_enable(void *drv, void *dev)
{
	return recoverable(drv, dev, true);
}

int drv_faults_disable(void *drv, void *dev)
{
	return recoverable(drv, dev, false);
}

void drv_faults_throttle(void *drv, void *dev, bool on)
{
	struct drv_host *h = drv;

	if (!h->backend->throttle || drv_dead(h))
		return;
	drv_gate_close(h, &h->config);
	h->backend->throttle(dev, on);
	drv_gate_open(h, &h->config);
}
