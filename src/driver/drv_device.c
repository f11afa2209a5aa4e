/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Device objects and attachments. */
#include "drv_device.h"

int drv_check_sids(const struct drv_device_cfg *cfg, u8 bits)
{
	u32 i;

	if (!cfg->n_sids || cfg->n_sids > DRV_MAX_SIDS)
		return -EINVAL;
	for (i = 0; i < cfg->n_sids; i++)
		if ((u64)cfg->sids[i] >> bits)
			return -ERANGE;
	return 0;
}

void drv_device_allocate(struct drv_host *h, struct drv_device *dev)
{
	u32 each = max(dev->credits / dev->n_sids, 1U), all = 0, i, written;

	if (!h->ops->set_page_request_allocation)
		return;
	for (i = 0; i < dev->n_sids; i++) {
		written = h->ops->set_page_request_allocation(h->ctx, dev->sids[i], each);
		all += written ? min(written, each) : each;
	}
	dev->credits = all;
}

/* The core has released the device: no operation refers to it any more. */
static void device_release(void *ctx)
{
	fl_free(ctx);
}

int drv_device_faults(struct drv_host *h, struct drv_device *dev, struct fault_dev_cfg *cfg,
		      const struct fault_storm *storm)
{
	u32 i;
	int r;

	cfg->dev_ctx = dev;
	cfg->release = device_release;
	cfg->storm = NULL;
	if (storm) {
		dev->storm = *storm;
		fault_storm_init(&dev->storm);
		cfg->storm = &dev->storm;
	}
	r = fault_dev_create(h->core, cfg, &dev->faults);
	for (i = 0; i < dev->n_sids && !r; i++)
		r = fault_dev_add_sid(dev->faults, dev->sids[i]);
	return r;
}

void drv_device_free(struct drv_device *dev)
{
	if (dev->faults) {
		if (fault_dev_destroy(dev->faults))
			fl_assert(0);
	} else {
		fl_free(dev);
	}
}

int drv_device_enable(struct drv_device *dev)
{
	int r;

	dev->inside = true;
	r = fault_dev_enable(dev->faults);
	dev->inside = false;
	return r;
}

void drv_device_link(struct drv_host *h, struct drv_device *dev)
{
	dev->next = h->devs;
	h->devs = dev;
}

void drv_device_unlink(struct drv_host *h, struct drv_device *dev)
{
	struct drv_device **p = &h->devs;

	while (*p != dev)
		p = &(*p)->next;
	*p = dev->next;
}

struct drv_attachment *drv_attached(const struct drv_device *dev, u32 pasid)
{
	struct drv_attachment *a = dev->attachments;

	while (a && a->pasid != pasid)
		a = a->dev_next;
	return a;
}

void drv_dom_link(struct drv_host *h, struct drv_attachment *a, struct drv_domain *dom)
{
	drv_gate_close(h, &dom->gate);
	a->dom = dom;
	a->dom_next = dom->attachments;
	dom->attachments = a;
	drv_gate_open(h, &dom->gate);
}

void drv_dom_unlink(struct drv_host *h, struct drv_attachment *a)
{
	struct drv_domain *dom = a->dom;
	struct drv_attachment **p = &dom->attachments;

	drv_gate_close(h, &dom->gate);
	while (*p != a)
		p = &(*p)->dom_next;
	*p = a->dom_next;
	drv_gate_open(h, &dom->gate);
}

static void dev_link(struct drv_attachment *a)
{
	a->dev_next = a->dev->attachments;
	a->dev->attachments = a;
}

static void dev_unlink(struct drv_attachment *a)
{
	struct drv_attachment **p = &a->dev->attachments;

	while (*p != a)
		p = &(*p)->dev_next;
	*p = a->dev_next;
}

int drv_attachment_new(struct drv_host *h, struct drv_device *dev, u32 pasid, struct drv_domain *dom,
		       struct drv_attachment **out)
{
	struct drv_attachment *a = fl_zalloc(sizeof(*a));
	int r = a ? fault_dev_attach(dev->faults, pasid, dom->faults) : -ENOMEM;

	if (r) {
		fl_free(a);
		return r;
	}
	a->dev = dev;
	a->pasid = pasid;
	drv_dom_link(h, a, dom);
	dev_link(a);
	*out = a;
	return 0;
}

void drv_attachment_free(struct drv_host *h, struct drv_attachment *a)
{
	drv_dom_unlink(h, a);
	dev_unlink(a);
	fl_free(a);
}

int drv_detach(struct drv_host *h, struct fault_dev *fdev, u32 pasid, u64 now,
	       int (*detach)(struct drv_attachment *a, u64 now))
{
	struct drv_attachment *a;
	int r;

	drv_note_now(h, now);
	drv_gate_close(h, &h->config);
	a = drv_attached(fault_dev_ctx(fdev), pasid);
	r = a ? detach(a, now) : -ENOENT;
	drv_gate_open(h, &h->config);
	return r;
}
