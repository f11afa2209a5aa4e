// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Devices from their appearance to their removal, and their attachments. */
#include "drv_backend.h"

#define TIMEOUTS 4 /* in a row, while a device is made quiet: then the hardware is given up */

/*
 * Tell a device's functions how many page requests each may have outstanding: the device's credits in equal parts.
 * Less than they say where a function's capacity is less; more if there would be none for some function.
 */
static void allocate_page_requests(struct drv_host *h, struct drv_device *dev)
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

/* Create the fault core's device, with its StreamIDs. */
static int faults_create(struct drv_device *dev)
{
	struct drv_host *h = dev->host;
	struct fault_dev_cfg cfg = { 0 };
	u32 i;
	int r;

	if (h->cfg->faults)
		cfg = *h->cfg->faults;
	if (cfg.no_domain_code == FAULT_DEFAULT)
		cfg.no_domain_code = h->backend->no_domain_code;
	cfg.caps = (dev->can_stall ? FAULT_DEV_CAN_STALL : 0) | (dev->pri ? FAULT_DEV_PRI : 0);
	cfg.compat = dev->compat;
	cfg.credits = dev->credits;
	cfg.dev_ctx = dev;
	cfg.release = device_release;
	cfg.storm = NULL;
	if (h->cfg->storm && (dev->can_stall || dev->pri)) {
		dev->storm = *h->cfg->storm;
		fault_storm_init(&dev->storm);
		cfg.storm = &dev->storm;
	}
	r = fault_dev_create(h->core, &cfg, &dev->faults);
	for (i = 0; i < dev->n_sids && !r; i++)
		r = fault_dev_add_sid(dev->faults, dev->sids[i]);
	return r;
}

static int enable(struct drv_device *dev)
{
	int r;

	dev->inside = true;
	r = fault_dev_enable(dev->faults);
	dev->inside = false;
	return r;
}

static void unlink(struct drv_device *dev)
{
	struct drv_device **p = &dev->host->devs;

	while (*p != dev)
		p = &(*p)->next;
	*p = dev->next;
}

/* Undo whatever set_up() has done; the hardware does not know the device, or terminates everything of it. */
static void undo(struct drv_device *dev)
{
	dev->host->backend->device_exit(dev);
	if (!dev->faults)
		fl_free(dev);
	else if (fault_dev_destroy(dev->faults))
		fl_assert(0);
}

/* ---- quiet ---- */

int drv_block(struct drv_device *dev, bool on)
{
	const struct drv_backend *b = dev->host->backend;

	return b->block && !drv_dead(dev->host) ? b->block(dev, on) : 0;
}

/* Every recoverable fault that the core knows is answered before the hardware ends those that it does not know. */
int drv_silence(struct drv_device *dev, u64 now)
{
	const struct drv_backend *b = dev->host->backend;
	int r = drv_block(dev, true);

	if (!r)
		r = fault_off(dev->faults, now);
	if (!r && b->device_hide && !drv_dead(dev->host))
		r = b->device_hide(dev);
	return r;
}

static int quiesce(struct drv_device *dev, u64 now)
{
	int r = drv_block(dev, true);

	while (!r && dev->attachments)
		r = drv_attachment_end(dev->attachments, now);
	return r ? r : drv_silence(dev, now);
}

void drv_insist(struct drv_device *dev, int (*step)(struct drv_device *dev, u64 now), u64 now)
{
	struct drv_host *h = dev->host;
	u32 tries = 0, timeouts = 0;
	int r;

	dev->inside = true;
	while ((r = step(dev, now)) != 0) {
		/*
		 * There was no room for an answer, or the command queue had an error: try again. Repeated time-outs
		 * mean that the hardware will never answer.
		 */
		if (h->backend->recover)
			h->backend->recover(h);
		timeouts += r == -ETIMEDOUT;
		if (timeouts >= TIMEOUTS || !drv_poll(h, tries++))
			drv_die(h);
	}
	dev->inside = false;
}

/* ---- add and remove ---- */

/* What the configuration allows may be less than what the hardware could hold. */
static void limit_credits(struct drv_device *dev)
{
	const struct fault_dev_cfg *faults = dev->host->cfg->faults;

	if (faults && faults->credits && (!dev->credits || dev->credits > faults->credits))
		dev->credits = faults->credits;
}

static int set_up(struct drv_device *dev, const struct drv_device_cfg *cfg)
{
	struct drv_host *h = dev->host;
	const struct drv_backend *b = h->backend;
	int r = b->device_init(dev, cfg);

	if (r)
		return r;
	dev->credits = cfg->credits ? min(cfg->credits, 65536U) : b->credits(dev);
	limit_credits(dev);
	if (dev->pri)
		allocate_page_requests(h, dev);
	r = faults_create(dev);
	if (r)
		return r;
	r = b->device_show(dev);
	if (!r && (dev->can_stall || dev->pri))
		r = enable(dev);
	if (r)
		drv_insist(dev, quiesce, drv_now(h));
	return r;
}

int drv_device_add(void *drv, const struct drv_device_cfg *cfg, struct fault_dev **out)
{
	struct drv_host *h = drv;
	struct drv_device *dev;
	int r;

	if (!cfg->n_sids || cfg->n_sids > DRV_MAX_SIDS)
		return -EINVAL;
	r = h->backend->device_check(h, cfg);
	if (r)
		return r;
	dev = fl_zalloc(h->backend->device_bytes);
	if (!dev)
		return -ENOMEM;
	dev->host = h;
	memcpy(dev->sids, cfg->sids, sizeof(dev->sids));
	dev->n_sids = cfg->n_sids;
	drv_gate_close(h, &h->config);
	r = set_up(dev, cfg);
	if (r) {
		undo(dev);
	} else {
		dev->next = h->devs;
		h->devs = dev;
		*out = dev->faults;
	}
	drv_gate_open(h, &h->config);
	return r;
}

void drv_device_remove(void *drv, struct fault_dev *fdev, u64 now)
{
	struct drv_host *h = drv;
	struct drv_device *dev = fault_dev_ctx(fdev);

	drv_note_now(h, now);
	drv_gate_close(h, &h->config);
	drv_insist(dev, quiesce, now);
	unlink(dev);
	undo(dev);
	drv_gate_open(h, &h->config);
}

u32 drv_credits(const struct fault_dev *dev)
{
	return ((const struct drv_device *)fault_dev_ctx(dev))->credits;
}

bool drv_sids_fit(const struct drv_device_cfg *cfg, u8 bits)
{
	u32 i;

	for (i = 0; i < cfg->n_sids; i++)
		if ((u64)cfg->sids[i] >> bits)
			return false;
	return true;
}

/* ---- attachments ---- */

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
	if (h->backend->users)
		h->backend->users(dom);
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
	if (h->backend->users)
		h->backend->users(dom);
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
