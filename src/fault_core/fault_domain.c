// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Domains, and their attachment to the PASIDs of devices. */
#include "fault_priv.h"

static void domain_put(struct fault_domain *domain)
{
	struct fault_core *core = domain->core;
	struct fault_domain_cfg cfg;

	if (!refcount_dec_and_test(&domain->refs))
		return;
	cfg = domain->cfg;
	if (cfg.type == FAULT_DOMAIN_FORWARD && cfg.owner.queue)
		fault_queue_put(cfg.owner.queue);
	fault_free(core, domain);
	if (cfg.release)
		cfg.release(cfg.release_ctx);
	fault_core_put(core);
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

int fault_domain_alloc(struct fault_dev *dev, const struct fault_domain_cfg *cfg,
		       struct fault_domain **out)
{
	struct fault_domain *domain;

	if (cfg->type > FAULT_DOMAIN_FORWARD)
		return -EINVAL;
	if (cfg->type == FAULT_DOMAIN_SVA && !dev->core->drv.ops->sva_handle)
		return -EOPNOTSUPP;
	domain = fault_alloc(dev->core, sizeof(*domain), GFP_KERNEL);
	if (!domain)
		return -ENOMEM;
	fault_core_get(dev->core);
	domain->core = dev->core;
	domain->cfg = *cfg;
	domain->compat = dev->cfg.compat;
	domain->caps = dev->cfg.caps;
	refcount_set(&domain->refs, 1);
	spin_lock_init(&domain->lock);
	INIT_LIST_HEAD(&domain->attachments);
	if (cfg->type == FAULT_DOMAIN_FORWARD && cfg->owner.queue)
		fault_queue_get(cfg->owner.queue);
	*out = domain;
	return 0;
}
EXPORT_SYMBOL_GPL(fault_domain_alloc);

/*
 * Whether no group of any attachment is alive: a worker holds a reference on its attachment, and
 * a detached attachment one on the domain, beside those of the creator and of what is installed.
 */
static bool domain_is_idle(struct fault_domain *domain)
{
	struct fault_attach *a;

	lockdep_assert_held(&domain->lock);
	list_for_each_entry(a, &domain->attachments, domain_link)
		if (refcount_read(&a->refs) != 1)
			return false;
	if (refcount_read(&domain->refs) != 1 + domain->n_attached)
		return false;
	/* Pairs with the release of refcount_dec_and_test(): what a worker read it has read. */
	smp_acquire__after_ctrl_dep();
	return true;
}

int fault_domain_set_owner(struct fault_domain *domain, const union fault_owner *owner)
{
	struct fault_queue *old = NULL;
	unsigned long flags;
	int err = 0;

	spin_lock_irqsave(&domain->lock, flags);
	if (fault_domain_stalls(domain) || !domain_is_idle(domain)) {
		err = -EBUSY;
	} else {
		if (domain->cfg.type == FAULT_DOMAIN_FORWARD)
			old = domain->cfg.owner.queue;
		domain->cfg.owner = *owner;
	}
	spin_unlock_irqrestore(&domain->lock, flags);
	if (!err && domain->cfg.type == FAULT_DOMAIN_FORWARD && owner->queue)
		fault_queue_get(owner->queue);
	if (old)
		fault_queue_put(old);
	return err;
}
EXPORT_SYMBOL_GPL(fault_domain_set_owner);

void *fault_domain_ctx(const struct fault_domain *domain)
{
	return domain->cfg.drv_ctx;
}
EXPORT_SYMBOL_GPL(fault_domain_ctx);

int fault_domain_free(struct fault_domain *domain)
{
	unsigned long flags;
	u32 n;

	spin_lock_irqsave(&domain->lock, flags);
	n = domain->n_attached;
	spin_unlock_irqrestore(&domain->lock, flags);
	if (n)
		return -EBUSY;
	domain_put(domain);
	return 0;
}
EXPORT_SYMBOL_GPL(fault_domain_free);

bool fault_domain_can_stall(const struct fault_domain *domain)
{
	return domain->caps != 0;
}
EXPORT_SYMBOL_GPL(fault_domain_can_stall);

int fault_domain_enable_stalls(struct fault_domain *domain)
{
	unsigned long flags;
	int err = 0;

	if (!fault_domain_can_stall(domain))
		return -ENODEV;
	spin_lock_irqsave(&domain->lock, flags);
	if (has_owner(domain))
		fault_domain_set_stalls(domain, true);
	else
		err = -EINVAL;
	spin_unlock_irqrestore(&domain->lock, flags);
	return err;
}
EXPORT_SYMBOL_GPL(fault_domain_enable_stalls);

/* From here on, whatever is unanswered belongs to an older generation. */
static void begin_generation(struct fault_attach *attach)
{
	lockdep_assert_held(&attach->dev->lock);
	attach->gen++;
	attach->older = attach->pending;
}

/*
 * Poison the incomplete groups of one attachment, answer the unanswered ones, and wait for answers
 * that other threads are sending: they do not sleep. Returns 0 if the hardware has all answers, or
 * the driver's error at the first one that it did not take.
 */
static int answer_attach(struct fault_attach *attach, u64 now)
{
	struct fault_dev *dev = attach->dev;
	unsigned long flags;
	bool owed, unsent;
	LIST_HEAD(list);
	int err;

	spin_lock_irqsave(&dev->lock, flags);
	begin_generation(attach);
	fault_poison_partials(dev, attach);
	fault_claim_pending(dev, attach, &list, now);
	spin_unlock_irqrestore(&dev->lock, flags);
	err = fault_send_claimed(dev, &list, now);
	while (!err) {
		spin_lock_irqsave(&dev->lock, flags);
		owed = attach->older;
		unsent = !list_empty(&dev->unsent);
		spin_unlock_irqrestore(&dev->lock, flags);
		if (!owed)
			break;
		if (unsent) {
			err = fault_send_unsent(dev, now);
		} else {
			cond_resched();
			cpu_relax();
		}
	}
	return err;
}

/* The next attachment that this visit has not come to, with a reference. */
static struct fault_attach *visit_next(struct fault_domain *domain, u32 visit)
{
	struct fault_attach *a, *next = NULL;
	unsigned long flags;

	spin_lock_irqsave(&domain->lock, flags);
	list_for_each_entry(a, &domain->attachments, domain_link) {
		if (a->visit == visit)
			continue;
		a->visit = visit;
		refcount_inc(&a->refs);
		next = a;
		break;
	}
	spin_unlock_irqrestore(&domain->lock, flags);
	return next;
}

void fault_domain_disable_stalls(struct fault_domain *domain, u64 now)
{
	struct fault_attach *a;
	unsigned long flags;
	u32 visit;

	spin_lock_irqsave(&domain->lock, flags);
	fault_domain_set_stalls(domain, false);
	visit = ++domain->visit;
	spin_unlock_irqrestore(&domain->lock, flags);
	while ((a = visit_next(domain, visit)) != NULL) {
		/* An answer that the hardware does not take is sent again later. */
		answer_attach(a, now);
		attach_put(a);
	}
}
EXPORT_SYMBOL_GPL(fault_domain_disable_stalls);

static struct fault_attach *attach_alloc(struct fault_dev *dev, u32 pasid,
					 struct fault_domain *domain)
{
	struct fault_attach *a;
	unsigned long flags;

	a = fault_alloc(dev->core, sizeof(*a), GFP_KERNEL);
	if (!a)
		return NULL;
	a->dev = dev;
	a->domain = domain;
	a->pasid = pasid;
	refcount_set(&a->refs, 1);
	refcount_inc(&dev->refs);
	refcount_inc(&domain->refs);
	spin_lock_irqsave(&domain->lock, flags);
	domain->n_attached++;
	list_add_tail(&a->domain_link, &domain->attachments);
	spin_unlock_irqrestore(&domain->lock, flags);
	return a;
}

/* The attachment is not, or no longer, in the device's table. */
static void attach_remove(struct fault_attach *a)
{
	struct fault_domain *domain = a->domain;
	unsigned long flags;

	spin_lock_irqsave(&domain->lock, flags);
	domain->n_attached--;
	list_del(&a->domain_link);
	spin_unlock_irqrestore(&domain->lock, flags);
	attach_put(a);
}

static bool is_compatible(struct fault_dev *dev, u32 pasid, struct fault_domain *domain)
{
	if (domain->core != dev->core || domain->compat != dev->cfg.compat)
		return false;
	return pasid == FAULT_NO_PASID || pasid <= FAULT_PASID_MAX;
}

int fault_dev_attach(struct fault_dev *dev, u32 pasid, struct fault_domain *domain)
{
	struct fault_attach *a;
	unsigned long flags;
	bool taken;

	if (!is_compatible(dev, pasid, domain))
		return -EINVAL;
	a = attach_alloc(dev, pasid, domain);
	if (!a)
		return -ENOMEM;
	spin_lock_irqsave(&dev->lock, flags);
	taken = attach_find(dev, pasid);
	if (!taken) {
		hlist_add_head(&a->link, attach_bucket(dev, pasid));
		dev->n_attached++;
	}
	spin_unlock_irqrestore(&dev->lock, flags);
	if (!taken)
		return 0;
	attach_remove(a);
	return -EBUSY;
}
EXPORT_SYMBOL_GPL(fault_dev_attach);

/*
 * Replace the installed attachment by @a, or by nothing, and claim its unanswered groups. This is
 * one step: at no moment is the PASID without an attachment.
 */
static struct fault_attach *replace_attach(struct fault_dev *dev, u32 pasid, struct fault_attach *a,
					   struct list_head *list, u64 now)
{
	struct fault_attach *old;
	unsigned long flags;

	spin_lock_irqsave(&dev->lock, flags);
	old = attach_find(dev, pasid);
	if (!old)
		goto unlock;
	if (a)
		hlist_add_behind(&a->link, &old->link);
	else
		dev->n_attached--;
	hlist_del(&old->link);
	begin_generation(old);
	fault_poison_partials(dev, old);
	fault_claim_pending(dev, old, list, now);
unlock:
	spin_unlock_irqrestore(&dev->lock, flags);
	return old;
}

int fault_dev_replace(struct fault_dev *dev, u32 pasid, struct fault_domain *domain, u64 now)
{
	struct fault_attach *a, *old;
	LIST_HEAD(list);

	if (!is_compatible(dev, pasid, domain))
		return -EINVAL;
	a = attach_alloc(dev, pasid, domain);
	if (!a)
		return -ENOMEM;
	old = replace_attach(dev, pasid, a, &list, now);
	if (!old) {
		attach_remove(a);
		return -ENOENT;
	}
	fault_send_claimed(dev, &list, now);
	attach_remove(old);
	return 0;
}
EXPORT_SYMBOL_GPL(fault_dev_replace);

/* Fence the reports and answer what is pending on the attachment. */
static int quiesce_attach(struct fault_attach *attach, u64 now)
{
	struct fault_dev *dev = attach->dev;
	const struct fault_driver *drv = &dev->core->drv;
	int err;

	err = drv->ops->fence(drv->ctx, dev->cfg.dev_ctx, FAULT_FENCE_REPORTS);
	if (err)
		return err;
	return answer_attach(attach, now);
}

int fault_dev_detach(struct fault_dev *dev, u32 pasid, u64 now)
{
	struct fault_attach *old;
	unsigned long flags;
	LIST_HEAD(list);
	int err;

	spin_lock_irqsave(&dev->lock, flags);
	old = attach_find(dev, pasid);
	if (old)
		refcount_inc(&old->refs);
	spin_unlock_irqrestore(&dev->lock, flags);
	if (!old)
		return -ENOENT;
	err = quiesce_attach(old, now);
	attach_put(old);
	if (err)
		return err;
	old = replace_attach(dev, pasid, NULL, &list, now);
	if (!old)
		return -ENOENT;
	/* Answer whatever arrived after the fence. */
	fault_send_claimed(dev, &list, now);
	attach_remove(old);
	return 0;
}
EXPORT_SYMBOL_GPL(fault_dev_detach);

int fault_dev_flush(struct fault_dev *dev, u32 pasid)
{
	struct fault_attach *a;
	unsigned long flags;

	spin_lock_irqsave(&dev->lock, flags);
	a = attach_find(dev, pasid);
	if (a)
		begin_generation(a);
	spin_unlock_irqrestore(&dev->lock, flags);
	return a ? 0 : -ENOENT;
}
EXPORT_SYMBOL_GPL(fault_dev_flush);

u32 fault_dev_pending(struct fault_dev *dev, u32 pasid)
{
	struct fault_attach *a;
	unsigned long flags;
	u32 n;

	spin_lock_irqsave(&dev->lock, flags);
	a = attach_find(dev, pasid);
	n = a ? a->pending : 0;
	spin_unlock_irqrestore(&dev->lock, flags);
	return n;
}
EXPORT_SYMBOL_GPL(fault_dev_pending);
