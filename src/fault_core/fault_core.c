// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* One IOMMU's instance: storage, lookup without a lock, counters, and the drivers' lock. */
#include "fault_priv.h"

void *fault_alloc(struct fault_core *core, size_t bytes)
{
	const struct fault_host_ops *ops = core->cfg.host_ops;

	return ops->alloc ? ops->alloc(core->cfg.host, bytes) : fl_zalloc(bytes);
}

void fault_free(struct fault_core *core, void *p)
{
	const struct fault_host_ops *ops = core->cfg.host_ops;

	if (ops->free)
		ops->free(core->cfg.host, p);
	else
		fl_free(p);
}

int fault_core_create(const struct fault_core_cfg *cfg, struct fault_core **out)
{
	const struct fault_host_ops *ops = cfg->host_ops;
	struct fault_core *core;

	if (!ops || !ops->kick || !ops->alloc != !ops->free)
		return -EINVAL;
	core = ops->alloc ? ops->alloc(cfg->host, sizeof(*core)) : fl_zalloc(sizeof(*core));
	if (!core)
		return -ENOMEM;
	core->cfg = *cfg;
	if (!core->cfg.watchdog_ns)
		core->cfg.watchdog_ns = 10000000;
	fenv_rcu_init(&core->rcu);
	fenv_lock_init(&core->lock);
	fenv_lock_init(&core->ring_lock);
	fault_list_init(&core->devs);
	fault_list_init(&core->ring);
	*out = core;
	return 0;
}

int fault_core_bind(struct fault_core *core, const struct fault_driver *drv)
{
	const struct fault_ops *ops = drv ? drv->ops : NULL;
	unsigned long flags;
	int err = 0;

	if (drv && (!ops || !ops->respond || !ops->fence || !ops->enable || !ops->disable))
		return -EINVAL;
	if (ops && ops->hw_pending && !ops->hw_drain)
		return -EINVAL;
	fenv_rcu_barrier(&core->rcu);
	flags = fenv_lock(&core->lock);
	if (core->n_devs || core->watching)
		err = -EBUSY;
	else if (drv)
		core->drv = *drv;
	else
		memset(&core->drv, 0, sizeof(core->drv));
	fenv_unlock(&core->lock, flags);
	return err;
}

int fault_core_destroy(struct fault_core *core)
{
	unsigned long flags;
	u32 n;

	fenv_rcu_barrier(&core->rcu);
	flags = fenv_lock(&core->lock);
	n = core->n_devs + core->n_held;
	fenv_unlock(&core->lock, flags);
	if (n)
		return -EBUSY;
	fault_free(core, core);
	return 0;
}

void fault_core_hold(struct fault_core *core, int by)
{
	unsigned long flags = fenv_lock(&core->lock);

	core->n_held += (u32)by;
	fenv_unlock(&core->lock, flags);
}

static struct fault_dev *lookup(struct fault_core *core, struct fault_node fenv_rcu_ptr **table, u32 key)
{
	struct fault_dev *dev = NULL;
	struct fault_node *n;
	u32 cs;

	cs = fenv_read_lock(&core->rcu);
	for (n = fenv_deref(table[key % FAULT_BUCKETS]); n; n = fenv_deref(n->next)) {
		if (n->key != key)
			continue;
		if (fenv_ref_get_not_zero(&n->dev->refs))
			dev = n->dev;
		break;
	}
	fenv_read_unlock(&core->rcu, cs);
	return dev;
}

struct fault_dev *fault_dev_lookup(struct fault_core *core, u32 sid)
{
	return lookup(core, core->by_sid, sid);
}

struct fault_dev *fault_dev_lookup_id(struct fault_core *core, u32 id)
{
	return lookup(core, core->by_id, id);
}

/*
 * Iterates over the devices without holding a lock: drops the reference on @prev and returns the next device with a
 * reference. If @prev was unlinked meanwhile, its serial number tells where to go on.
 */
struct fault_dev *fault_dev_after(struct fault_core *core, struct fault_dev *prev)
{
	struct fault_list *l;
	struct fault_dev *dev, *next = NULL;
	unsigned long flags;

	flags = fenv_lock(&core->lock);
	l = prev && prev->linked ? prev->core_link.next : core->devs.next;
	for (; l != &core->devs; l = l->next) {
		dev = container_of(l, struct fault_dev, core_link);
		if (prev && dev->serial <= prev->serial)
			continue;
		if (fenv_ref_get_not_zero(&dev->refs)) {
			next = dev;
			break;
		}
	}
	fenv_unlock(&core->lock, flags);
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
	unsigned long flags = fenv_lock(&dev->lock);

	*out = dev->stats;
	fenv_unlock(&dev->lock, flags);
}

void fault_core_stats(struct fault_core *core, struct fault_stats *out)
{
	struct fault_dev *dev = NULL;
	struct fault_stats s;
	unsigned long flags;

	flags = fenv_lock(&core->lock);
	*out = core->stats;
	fenv_unlock(&core->lock, flags);
	while ((dev = fault_dev_after(core, dev)) != NULL) {
		fault_dev_stats(dev, &s);
		fault_stats_add(out, &s);
	}
}

static struct fenv_lock *env_lock(struct fault_lock *l)
{
	static_assert(sizeof(struct fenv_lock) <= sizeof(struct fault_lock), "the host's lock does not fit");
	return (struct fenv_lock *)l->opaque;
}

void fault_lock_init(struct fault_lock *l)
{
	fenv_lock_init(env_lock(l));
}

void fault_lock_init_inner(struct fault_lock *l, unsigned int level)
{
	fenv_lock_init(env_lock(l));
	fenv_lock_set_level(env_lock(l), level);
}

unsigned long fault_lock_acquire(struct fault_lock *l) fenv_acquires(l)
{
	return fenv_lock(env_lock(l));
}

void fault_lock_release(struct fault_lock *l, unsigned long flags) fenv_releases(l)
{
	fenv_unlock(env_lock(l), flags);
}
