// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* One IOMMU's instance: storage, lookup without a lock, counters. */
#include "fault_priv.h"

#define WATCHDOG_NS 10000000

static void *host_alloc(const struct fault_core_cfg *cfg, size_t bytes, gfp_t gfp)
{
	if (cfg->host_ops->alloc)
		return cfg->host_ops->alloc(cfg->host, bytes, gfp);
	return kvzalloc(bytes, gfp);
}

void *fault_alloc(struct fault_core *core, size_t bytes, gfp_t gfp)
{
	return host_alloc(&core->cfg, bytes, gfp);
}

void fault_free(struct fault_core *core, void *p)
{
	const struct fault_host_ops *ops = core->cfg.host_ops;

	if (!p)
		return;
	if (ops->free)
		ops->free(core->cfg.host, p);
	else
		kvfree(p);
}

int fault_core_create(const struct fault_core_cfg *cfg, struct fault_core **out)
{
	const struct fault_host_ops *ops = cfg->host_ops;
	struct fault_core *core;

	if (!ops || !ops->kick || !ops->alloc != !ops->free)
		return -EINVAL;
	core = host_alloc(cfg, sizeof(*core), GFP_KERNEL);
	if (!core)
		return -ENOMEM;
	core->cfg = *cfg;
	if (!core->cfg.watchdog_ns)
		core->cfg.watchdog_ns = WATCHDOG_NS;
	spin_lock_init(&core->lock);
	spin_lock_init(&core->ring_lock);
	INIT_LIST_HEAD(&core->devs);
	INIT_LIST_HEAD(&core->ring);
	*out = core;
	return 0;
}
EXPORT_SYMBOL_GPL(fault_core_create);

int fault_core_bind(struct fault_core *core, const struct fault_driver *drv)
{
	const struct fault_ops *ops = drv ? drv->ops : NULL;
	unsigned long flags;
	int err = 0;

	if (drv && (!ops || !ops->respond || !ops->fence || !ops->enable || !ops->disable))
		return -EINVAL;
	if (ops && ops->hw_pending && !ops->hw_drain)
		return -EINVAL;
	/* Devices that were destroyed are counted until their storage is freed. */
	rcu_barrier();
	spin_lock_irqsave(&core->lock, flags);
	if (core->n_devs || core->watching)
		err = -EBUSY;
	else if (drv)
		core->drv = *drv;
	else
		memset(&core->drv, 0, sizeof(core->drv));
	spin_unlock_irqrestore(&core->lock, flags);
	return err;
}
EXPORT_SYMBOL_GPL(fault_core_bind);

int fault_core_destroy(struct fault_core *core)
{
	unsigned long flags;
	bool busy;

	rcu_barrier();
	spin_lock_irqsave(&core->lock, flags);
	busy = core->n_devs || core->n_users;
	spin_unlock_irqrestore(&core->lock, flags);
	if (busy)
		return -EBUSY;
	fault_free(core, core);
	return 0;
}
EXPORT_SYMBOL_GPL(fault_core_destroy);

/* A domain or a queue uses the core. */
void fault_core_get(struct fault_core *core)
{
	unsigned long flags;

	spin_lock_irqsave(&core->lock, flags);
	core->n_users++;
	spin_unlock_irqrestore(&core->lock, flags);
}

void fault_core_put(struct fault_core *core)
{
	unsigned long flags;

	spin_lock_irqsave(&core->lock, flags);
	core->n_users--;
	spin_unlock_irqrestore(&core->lock, flags);
}

static struct fault_dev *find_dev(struct hlist_head *table, u32 key)
{
	struct fault_dev *dev = NULL;
	struct fault_name *n;

	rcu_read_lock();
	hlist_for_each_entry_rcu(n, &table[key % FAULT_BUCKETS], link) {
		if (n->key != key)
			continue;
		dev = n->dev;
		if (!refcount_inc_not_zero(&dev->refs))
			dev = NULL;
		break;
	}
	rcu_read_unlock();
	return dev;
}

struct fault_dev *fault_dev_lookup(struct fault_core *core, u32 sid)
{
	return find_dev(core->by_sid, sid);
}
EXPORT_SYMBOL_GPL(fault_dev_lookup);

struct fault_dev *fault_dev_lookup_id(struct fault_core *core, u32 id)
{
	return find_dev(core->by_id, id);
}

/*
 * Iterates over the devices without holding a lock: drops the reference on @prev and returns the
 * next device with a reference. If @prev was unlinked meanwhile, its serial number tells where to
 * go on.
 */
struct fault_dev *fault_dev_next(struct fault_core *core, struct fault_dev *prev)
{
	struct fault_dev *dev, *next = NULL;
	unsigned long flags;

	spin_lock_irqsave(&core->lock, flags);
	dev = list_entry(&core->devs, struct fault_dev, core_link);
	if (prev && prev->linked)
		dev = prev;
	list_for_each_entry_continue(dev, &core->devs, core_link) {
		if (prev && dev->serial <= prev->serial)
			continue;
		if (refcount_inc_not_zero(&dev->refs)) {
			next = dev;
			break;
		}
	}
	spin_unlock_irqrestore(&core->lock, flags);
	if (prev)
		dev_put(prev);
	return next;
}

void fault_stats_add(struct fault_stats *sum, const struct fault_stats *s)
{
	const u64 *from = (const u64 *)s;
	u64 *to = (u64 *)sum;
	size_t i;

	/* The structure consists of u64 counters only. */
	for (i = 0; i < sizeof(*s) / sizeof(u64); i++)
		to[i] += from[i];
}

void fault_dev_stats(struct fault_dev *dev, struct fault_stats *out)
{
	unsigned long flags;

	spin_lock_irqsave(&dev->lock, flags);
	*out = dev->stats;
	spin_unlock_irqrestore(&dev->lock, flags);
}
EXPORT_SYMBOL_GPL(fault_dev_stats);

void fault_core_stats(struct fault_core *core, struct fault_stats *out)
{
	struct fault_dev *dev = NULL;
	struct fault_stats s;
	unsigned long flags;

	spin_lock_irqsave(&core->lock, flags);
	*out = core->stats;
	spin_unlock_irqrestore(&core->lock, flags);
	while ((dev = fault_dev_next(core, dev)) != NULL) {
		fault_dev_stats(dev, &s);
		fault_stats_add(out, &s);
	}
}
EXPORT_SYMBOL_GPL(fault_core_stats);
