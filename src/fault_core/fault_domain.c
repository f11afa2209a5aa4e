// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Domains, and their attachment to the PASIDs of devices. */
#include "fault_priv.h"

static u32 bucket_of(u32 pasid)
{
	return pasid % FAULT_ATTACH_BUCKETS;
}

static void domain_put(struct fault_domain *domain)
{
	struct fault_domain_cfg cfg = domain->cfg;
	struct fault_core *core = domain->core;

	if (!fenv_ref_put(&domain->refs))
		return;
	if (cfg.type == FAULT_DOMAIN_FORWARD && cfg.owner.queue)
		fault_queue_use(cfg.owner.queue, -1);
	fault_free(core, domain);
	if (cfg.release)
		cfg.release(cfg.release_ctx);
	fault_core_hold(core, -1);
}

/* The last reference was dropped. No lock is held. */
void fault_attach_release(struct fault_attach *attach)
{
	struct fault_domain *domain = attach->domain;
	struct fault_dev *dev = attach->dev;

	fault_free(dev->core, attach);
	domain_put(domain);
	dev_put(dev);
}

static bool has_owner(const struct fault_domain *domain)
{
	const union fault_owner *o = &domain->cfg.owner;

	switch (domain->cfg.type) {
	case FAULT_DOMAIN_HANDLER:
		return o->handler.ops && o->handler.ops->handle;
	case FAULT_DOMAIN_SVA:
		return o->mm;
	default:
		return o->queue;
	}
}

int fault_domain_alloc(struct fault_dev *dev, const struct fault_domain_cfg *cfg, struct fault_domain **out)
{
	struct fault_domain *domain;

	if (cfg->type > FAULT_DOMAIN_FORWARD)
		return -EINVAL;
	if (cfg->type == FAULT_DOMAIN_SVA && !dev->core->drv.ops->sva_handle)
		return -EOPNOTSUPP;
	domain = fault_alloc(dev->core, sizeof(*domain));
	if (!domain)
		return -ENOMEM;
	fault_core_hold(dev->core, 1);
	domain->core = dev->core;
	domain->cfg = *cfg;
	domain->compat = dev->cfg.compat;
	domain->caps = dev->cfg.caps;
	fenv_ref_init(&domain->refs);
	fenv_lock_init(&domain->lock);
	fault_list_init(&domain->attachments);
	if (cfg->type == FAULT_DOMAIN_FORWARD && cfg->owner.queue)
		fault_queue_use(cfg->owner.queue, 1);
	*out = domain;
	return 0;
}

/*
 * Whether no group of any attachment is alive: a worker holds a reference on its attachment. The caller holds
 * domain->lock.
 */
static bool idle(struct fault_domain *domain)
{
	struct fault_list *l;

	for (l = domain->attachments.next; l != &domain->attachments; l = l->next)
		if (!fenv_ref_is(&container_of(l, struct fault_attach, domain_link)->refs, 1))
			return false;
	/*
	 * Whether every reference belongs to the creator or to an installed attachment, so that none is left of a
	 * detached one.
	 */
	return fenv_ref_is(&domain->refs, 1 + domain->n_attached);
}

int fault_domain_set_owner(struct fault_domain *domain, const union fault_owner *owner)
{
	struct fault_queue *old = NULL;
	unsigned long flags;
	int err = 0;

	flags = fenv_lock(&domain->lock);
	if (fenv_load(&domain->stalls) || !idle(domain)) {
		err = -EBUSY;
	} else {
		if (domain->cfg.type == FAULT_DOMAIN_FORWARD)
			old = domain->cfg.owner.queue;
		domain->cfg.owner = *owner;
	}
	fenv_unlock(&domain->lock, flags);
	if (!err && domain->cfg.type == FAULT_DOMAIN_FORWARD && owner->queue)
		fault_queue_use(owner->queue, 1);
	if (old)
		fault_queue_use(old, -1);
	return err;
}

void *fault_domain_ctx(const struct fault_domain *domain)
{
	return domain->cfg.drv_ctx;
}

int fault_domain_free(struct fault_domain *domain)
{
	unsigned long flags;
	u32 n;

	flags = fenv_lock(&domain->lock);
	n = domain->n_attached;
	fenv_unlock(&domain->lock, flags);
	if (n)
		return -EBUSY;
	domain_put(domain);
	return 0;
}

bool fault_domain_can_stall(const struct fault_domain *domain)
{
	return domain->caps != 0;
}

int fault_domain_enable_stalls(struct fault_domain *domain)
{
	unsigned long flags;
	int err = 0;

	if (!fault_domain_can_stall(domain))
		return -ENODEV;
	flags = fenv_lock(&domain->lock);
	if (has_owner(domain))
		fenv_store(&domain->stalls, 1);
	else
		err = -EINVAL;
	fenv_unlock(&domain->lock, flags);
	return err;
}

/* From here on, whatever is unanswered belongs to an older generation. The caller holds dev->lock. */
static void new_generation(struct fault_attach *attach)
{
	attach->gen++;
	attach->older = attach->pending;
}

/*
 * Poison the incomplete groups of one attachment, answer the unanswered ones, and wait for answers that other
 * threads are sending: they do not sleep. Returns 0 if the hardware has all answers, or the driver's error at the
 * first one that it did not take.
 */
static int answer_attach(struct fault_attach *attach, u64 now)
{
	struct fault_dev *dev = attach->dev;
	struct fault_list list;
	unsigned long flags;
	bool owed, unsent;
	int err;

	fault_list_init(&list);
	flags = fenv_lock(&dev->lock);
	new_generation(attach);
	fault_drop_partials(dev, attach);
	fault_collect(dev, attach, &list, now);
	fenv_unlock(&dev->lock, flags);
	err = fault_answer_list(dev, &list, now);
	while (!err) {
		flags = fenv_lock(&dev->lock);
		owed = attach->older;
		unsent = !fault_list_empty(&dev->unsent);
		fenv_unlock(&dev->lock, flags);
		if (!owed)
			break;
		if (unsent)
			err = fault_resend(dev, now);
		else
			fenv_relax();
	}
	return err;
}

void fault_domain_disable_stalls(struct fault_domain *domain, u64 now)
{
	struct fault_attach *a;
	struct fault_list *l;
	unsigned long flags;
	u32 visit;

	flags = fenv_lock(&domain->lock);
	fenv_store(&domain->stalls, 0);
	visit = ++domain->visit;
	do {
		a = NULL;
		for (l = domain->attachments.next; l != &domain->attachments && !a; l = l->next) {
			a = container_of(l, struct fault_attach, domain_link);
			if (a->visit == visit)
				a = NULL;
		}
		if (!a)
			break;
		a->visit = visit;
		fenv_ref_get(&a->refs);
		fenv_unlock(&domain->lock, flags);
		(void)answer_attach(a, now);
		attach_put(a);
		flags = fenv_lock(&domain->lock);
	} while (a);
	fenv_unlock(&domain->lock, flags);
}

static struct fault_attach *attach_new(struct fault_dev *dev, u32 pasid, struct fault_domain *domain)
{
	struct fault_attach *a = fault_alloc(dev->core, sizeof(*a));
	unsigned long flags;

	if (!a)
		return NULL;
	a->dev = dev;
	a->domain = domain;
	a->pasid = pasid;
	fenv_ref_init(&a->refs);
	fenv_ref_get(&dev->refs);
	fenv_ref_get(&domain->refs);
	flags = fenv_lock(&domain->lock);
	domain->n_attached++;
	fault_list_add_tail(&domain->attachments, &a->domain_link);
	fenv_unlock(&domain->lock, flags);
	return a;
}

/* The attachment is not, or no longer, in the device's table. */
static void attach_remove(struct fault_attach *a)
{
	struct fault_domain *domain = a->domain;
	unsigned long flags;

	flags = fenv_lock(&domain->lock);
	domain->n_attached--;
	fault_list_del(&a->domain_link);
	fenv_unlock(&domain->lock, flags);
	attach_put(a);
}

static int may_attach(struct fault_dev *dev, u32 pasid, struct fault_domain *domain)
{
	if (domain->core != dev->core || domain->compat != dev->cfg.compat)
		return -EINVAL;
	return pasid == FAULT_NO_PASID || pasid <= FAULT_PASID_MAX ? 0 : -EINVAL;
}

int fault_dev_attach(struct fault_dev *dev, u32 pasid, struct fault_domain *domain)
{
	struct fault_attach *a;
	unsigned long flags;
	int err;

	err = may_attach(dev, pasid, domain);
	if (err)
		return err;
	a = attach_new(dev, pasid, domain);
	if (!a)
		return -ENOMEM;
	flags = fenv_lock(&dev->lock);
	if (attach_find(dev, pasid)) {
		err = -EBUSY;
	} else {
		a->next = dev->attach[bucket_of(pasid)];
		dev->attach[bucket_of(pasid)] = a;
		dev->n_attached++;
	}
	fenv_unlock(&dev->lock, flags);
	if (err)
		attach_remove(a);
	return err;
}

/*
 * Replace the installed attachment by @a, or by nothing, and remove its unanswered groups from the lists. This is
 * one step: at no moment is the PASID without an attachment.
 */
static struct fault_attach *exchange(struct fault_dev *dev, u32 pasid, struct fault_attach *a, struct fault_list *list,
				     u64 now)
{
	struct fault_attach **at, *old;
	unsigned long flags;

	flags = fenv_lock(&dev->lock);
	for (at = &dev->attach[bucket_of(pasid)]; *at && (*at)->pasid != pasid; at = &(*at)->next)
		;
	old = *at;
	if (old) {
		if (a) {
			a->next = old->next;
			*at = a;
		} else {
			*at = old->next;
			dev->n_attached--;
		}
		new_generation(old);
		fault_drop_partials(dev, old);
		fault_collect(dev, old, list, now);
	}
	fenv_unlock(&dev->lock, flags);
	return old;
}

int fault_dev_replace(struct fault_dev *dev, u32 pasid, struct fault_domain *domain, u64 now)
{
	struct fault_attach *a, *old;
	struct fault_list list;
	int err;

	err = may_attach(dev, pasid, domain);
	if (err)
		return err;
	a = attach_new(dev, pasid, domain);
	if (!a)
		return -ENOMEM;
	fault_list_init(&list);
	old = exchange(dev, pasid, a, &list, now);
	if (!old) {
		attach_remove(a);
		return -ENOENT;
	}
	fault_answer_list(dev, &list, now);
	attach_remove(old);
	return 0;
}

int fault_dev_detach(struct fault_dev *dev, u32 pasid, u64 now)
{
	const struct fault_driver *drv = &dev->core->drv;
	struct fault_attach *old;
	struct fault_list list;
	unsigned long flags;
	int err;

	flags = fenv_lock(&dev->lock);
	old = attach_find(dev, pasid);
	if (old)
		fenv_ref_get(&old->refs);
	fenv_unlock(&dev->lock, flags);
	if (!old)
		return -ENOENT;
	err = drv->ops->fence(drv->ctx, dev->cfg.dev_ctx, FAULT_FENCE_REPORTS);
	if (!err)
		err = answer_attach(old, now);
	attach_put(old);
	if (err)
		return err;
	fault_list_init(&list);
	old = exchange(dev, pasid, NULL, &list, now);
	if (!old)
		return -ENOENT;
	/* Answer whatever arrived after the fence. */
	fault_answer_list(dev, &list, now);
	attach_remove(old);
	return 0;
}

int fault_dev_flush(struct fault_dev *dev, u32 pasid)
{
	struct fault_attach *a;
	unsigned long flags;

	flags = fenv_lock(&dev->lock);
	a = attach_find(dev, pasid);
	if (a)
		new_generation(a);
	fenv_unlock(&dev->lock, flags);
	return a ? 0 : -ENOENT;
}

u32 fault_dev_pending(struct fault_dev *dev, u32 pasid)
{
	struct fault_attach *a;
	unsigned long flags;
	u32 n;

	flags = fenv_lock(&dev->lock);
	a = attach_find(dev, pasid);
	n = a ? a->pending : 0;
	fenv_unlock(&dev->lock, flags);
	return n;
}
