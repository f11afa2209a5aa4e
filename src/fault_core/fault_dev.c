// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Devices: slots are reserved at creation, names are published and withdrawn, faults are turned on
 * and off.
 */
#include "fault_priv.h"

/*
 * There are twice as many slots as credits, because an answered group keeps its slots while someone
 * still uses it.
 */
#define SLOTS_PER_CREDIT 2

#define CREDITS	   32
#define PARTIAL_NS 100000000ULL
#define PENDING_NS 10000000000ULL

static void dev_free(struct rcu_head *head)
{
	struct fault_dev *dev = container_of(head, struct fault_dev, rcu);
	void (*release)(void *dev_ctx) = dev->cfg.release;
	struct fault_core *core = dev->core;
	void *dev_ctx = dev->cfg.dev_ctx;
	struct fault_name *n, *next;
	unsigned long flags;

	WARN_ON_ONCE(atomic_read_acquire(&dev->unanswered) || atomic_read_acquire(&dev->sending));
	for (n = dev->sids; n; n = next) {
		next = n->next_sid;
		fault_free(core, n);
	}
	spin_lock_irqsave(&core->lock, flags);
	fault_stats_add(&core->stats, &dev->stats);
	spin_unlock_irqrestore(&core->lock, flags);
	fault_free(core, dev->groups);
	fault_free(core, dev->slots);
	fault_free(core, dev);
	if (release)
		release(dev_ctx);
	/* From here on the driver may leave and the core may go. */
	spin_lock_irqsave(&core->lock, flags);
	core->n_devs--;
	spin_unlock_irqrestore(&core->lock, flags);
}

/* The last reference was dropped; a lookup may still be reading the device. */
void fault_dev_release(struct fault_dev *dev)
{
	call_rcu(&dev->rcu, dev_free);
}

void fault_dev_put(struct fault_dev *dev)
{
	dev_put(dev);
}
EXPORT_SYMBOL_GPL(fault_dev_put);

void *fault_dev_ctx(const struct fault_dev *dev)
{
	return dev->cfg.dev_ctx;
}
EXPORT_SYMBOL_GPL(fault_dev_ctx);

/* Replace what is zero by its default, and check the rest. */
static int resolve_cfg(struct fault_dev_cfg *cfg)
{
	if (!cfg->credits)
		cfg->credits = CREDITS;
	if (!cfg->partial_ns)
		cfg->partial_ns = PARTIAL_NS;
	if (!cfg->pending_ns)
		cfg->pending_ns = PENDING_NS;
	if (!cfg->expire_code)
		cfg->expire_code = FAULT_TERMINATE;
	if (!cfg->no_slot_code)
		cfg->no_slot_code = FAULT_RETRY;
	if (!cfg->no_domain_code)
		cfg->no_domain_code = FAULT_RETRY;
	if (!fault_is_answer(cfg->expire_code) || !fault_is_answer(cfg->no_slot_code) ||
	    !fault_is_answer(cfg->no_domain_code))
		return -EINVAL;
	if (cfg->credits > FAULT_MAX_CREDITS || cfg->caps & ~(FAULT_DEV_CAN_STALL | FAULT_DEV_PRI))
		return -EINVAL;
	return 0;
}

static void init_slots(struct fault_dev *dev)
{
	struct fault_group *g;
	u32 i;

	for (i = 0; i < dev->n_groups; i++) {
		g = &dev->groups[i];
		g->dev = dev;
		g->number = i;
		INIT_LIST_HEAD(&g->ready_link);
		list_add_tail(&g->link, &dev->free_groups);
		dev->slots[i].next = dev->free_slots;
		dev->free_slots = &dev->slots[i];
	}
}

static struct fault_dev *dev_alloc(struct fault_core *core, const struct fault_dev_cfg *cfg)
{
	struct fault_dev *dev;

	dev = fault_alloc(core, sizeof(*dev), GFP_KERNEL);
	if (!dev)
		return NULL;
	dev->core = core;
	dev->cfg = *cfg;
	dev->n_groups = SLOTS_PER_CREDIT * cfg->credits;
	dev->groups = fault_alloc(core, dev->n_groups * sizeof(*dev->groups), GFP_KERNEL);
	if (!dev->groups)
		goto free_dev;
	dev->slots = fault_alloc(core, dev->n_groups * sizeof(*dev->slots), GFP_KERNEL);
	if (!dev->slots)
		goto free_groups;
	refcount_set(&dev->refs, 1);
	spin_lock_init(&dev->lock);
	INIT_LIST_HEAD(&dev->free_groups);
	INIT_LIST_HEAD(&dev->partial);
	INIT_LIST_HEAD(&dev->pending);
	INIT_LIST_HEAD(&dev->ready);
	INIT_LIST_HEAD(&dev->unsent);
	init_slots(dev);
	return dev;

free_groups:
	fault_free(core, dev->groups);
free_dev:
	fault_free(core, dev);
	return NULL;
}

static bool name_is_taken(struct fault_core *core, const struct hlist_head *table, u32 key)
{
	const struct fault_name *n;

	lockdep_assert_held(&core->lock);
	hlist_for_each_entry(n, &table[key % FAULT_BUCKETS], link)
		if (n->key == key)
			return true;
	return false;
}

static void publish_name(struct fault_core *core, struct hlist_head *table, struct fault_name *n)
{
	lockdep_assert_held(&core->lock);
	hlist_add_head_rcu(&n->link, &table[n->key % FAULT_BUCKETS]);
}

/* Give the device a number that no other has, and let lookups and iterations find it. */
static void link_dev(struct fault_core *core, struct fault_dev *dev)
{
	unsigned long flags;

	spin_lock_irqsave(&core->lock, flags);
	do
		core->last_id = (core->last_id + 1) & (u32)FAULT_COOKIE_DEV;
	while (name_is_taken(core, core->by_id, core->last_id));
	dev->id.key = core->last_id;
	dev->id.dev = dev;
	publish_name(core, core->by_id, &dev->id);
	dev->serial = ++core->serial;
	dev->linked = true;
	list_add_tail(&dev->core_link, &core->devs);
	core->n_devs++;
	spin_unlock_irqrestore(&core->lock, flags);
}

static void unlink_dev(struct fault_core *core, struct fault_dev *dev)
{
	struct fault_name *n;
	unsigned long flags;

	spin_lock_irqsave(&core->lock, flags);
	for (n = dev->sids; n; n = n->next_sid)
		hlist_del_rcu(&n->link);
	hlist_del_rcu(&dev->id.link);
	dev->linked = false;
	list_del(&dev->core_link);
	spin_unlock_irqrestore(&core->lock, flags);
}

int fault_dev_create(struct fault_core *core, const struct fault_dev_cfg *cfg,
		     struct fault_dev **out)
{
	struct fault_dev_cfg resolved = *cfg;
	struct fault_dev *dev;
	int err;

	if (!core->drv.ops)
		return -EINVAL;
	err = resolve_cfg(&resolved);
	if (err)
		return err;
	dev = dev_alloc(core, &resolved);
	if (!dev)
		return -ENOMEM;
	link_dev(core, dev);
	*out = dev;
	return 0;
}
EXPORT_SYMBOL_GPL(fault_dev_create);

int fault_dev_add_sid(struct fault_dev *dev, u32 sid)
{
	struct fault_core *core = dev->core;
	struct fault_name *n;
	unsigned long flags;
	bool taken;

	n = fault_alloc(core, sizeof(*n), GFP_KERNEL);
	if (!n)
		return -ENOMEM;
	n->key = sid;
	n->dev = dev;
	spin_lock_irqsave(&core->lock, flags);
	taken = name_is_taken(core, core->by_sid, sid);
	if (!taken) {
		n->next_sid = dev->sids;
		dev->sids = n;
		publish_name(core, core->by_sid, n);
	}
	spin_unlock_irqrestore(&core->lock, flags);
	if (!taken)
		return 0;
	fault_free(core, n);
	return -EEXIST;
}
EXPORT_SYMBOL_GPL(fault_dev_add_sid);

/* Afterwards nobody can find the device to resend an answer or to drop a group. */
static bool may_be_destroyed(struct fault_dev *dev)
{
	lockdep_assert_held(&dev->lock);
	return dev->state == FAULT_DEV_OFF && !dev->n_attached && list_empty(&dev->unsent) &&
	       list_empty(&dev->pending) && list_empty(&dev->partial) &&
	       !atomic_read_acquire(&dev->sending);
}

int fault_dev_destroy(struct fault_dev *dev)
{
	unsigned long flags;
	bool idle;

	spin_lock_irqsave(&dev->lock, flags);
	idle = may_be_destroyed(dev);
	spin_unlock_irqrestore(&dev->lock, flags);
	if (!idle)
		return -EBUSY;
	unlink_dev(dev->core, dev);
	dev_put(dev);
	return 0;
}
EXPORT_SYMBOL_GPL(fault_dev_destroy);

static void set_state(struct fault_dev *dev, enum fault_dev_state state)
{
	unsigned long flags;

	spin_lock_irqsave(&dev->lock, flags);
	dev->state = state;
	spin_unlock_irqrestore(&dev->lock, flags);
}

/*
 * Answer every unanswered group, those first whose answer the hardware did not take, and wait for
 * answers that other threads are sending: they do not sleep. After 0 is returned, no answer is in
 * flight or left behind.
 */
static int answer_all(struct fault_dev *dev, u64 now)
{
	bool quiet, unsent;
	unsigned long flags;
	LIST_HEAD(list);
	int err;

	err = fault_send_unsent(dev, now);
	if (err)
		return err;
	do {
		spin_lock_irqsave(&dev->lock, flags);
		/*
		 * A report that fails may put its poisoned group back, but not once the device is
		 * quiet.
		 */
		fault_forget_partials(dev);
		fault_claim_pending(dev, NULL, &list, now);
		quiet = list_empty(&dev->pending) && !atomic_read_acquire(&dev->sending);
		unsent = !list_empty(&dev->unsent);
		spin_unlock_irqrestore(&dev->lock, flags);
		if (!quiet && !unsent && list_empty(&list)) {
			cond_resched();
			cpu_relax();
		}
		err = fault_send_claimed(dev, &list, now);
		/* Another thread may have taken them meanwhile and be sending them: check again. */
		if (!err && unsent)
			err = fault_send_unsent(dev, now);
	} while (!err && (!quiet || unsent));
	return err;
}

int fault_off(struct fault_dev *dev, u64 now)
{
	const struct fault_driver *drv = &dev->core->drv;
	void *dev_ctx = dev->cfg.dev_ctx;
	unsigned long flags;
	bool off;
	int err;

	spin_lock_irqsave(&dev->lock, flags);
	off = dev->state == FAULT_DEV_OFF;
	if (!off)
		dev->state = FAULT_DEV_CLOSING;
	spin_unlock_irqrestore(&dev->lock, flags);
	if (off)
		return answer_all(dev, now);
	err = drv->ops->fence(drv->ctx, dev_ctx, FAULT_FENCE_REPORTS);
	if (err)
		return err;
	err = answer_all(dev, now);
	if (err)
		return err;
	err = drv->ops->fence(drv->ctx, dev_ctx, FAULT_FENCE_RESPONSES);
	if (err)
		return err;
	err = drv->ops->disable(drv->ctx, dev_ctx);
	if (err)
		return err;
	set_state(dev, FAULT_DEV_OFF);
	return 0;
}
EXPORT_SYMBOL_GPL(fault_off);

int fault_dev_enable(struct fault_dev *dev)
{
	const struct fault_driver *drv = &dev->core->drv;
	unsigned long flags;
	LIST_HEAD(list);
	bool off;
	int err;

	if (!dev->cfg.caps)
		return -ENODEV;
	spin_lock_irqsave(&dev->lock, flags);
	off = dev->state == FAULT_DEV_OFF;
	spin_unlock_irqrestore(&dev->lock, flags);
	if (!off)
		return -EBUSY;
	if (drv->ops->clear_stale)
		drv->ops->clear_stale(drv->ctx, dev->cfg.dev_ctx);
	/* The first fault may come before enable returns. */
	set_state(dev, FAULT_DEV_ON);
	err = drv->ops->enable(drv->ctx, dev->cfg.dev_ctx);
	if (!err)
		return 0;
	spin_lock_irqsave(&dev->lock, flags);
	dev->state = FAULT_DEV_OFF;
	fault_forget_partials(dev);
	fault_claim_pending(dev, NULL, &list, 0);
	spin_unlock_irqrestore(&dev->lock, flags);
	fault_send_claimed(dev, &list, 0);
	return err;
}
EXPORT_SYMBOL_GPL(fault_dev_enable);
