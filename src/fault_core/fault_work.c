// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Work: take the next group, one device after the other; handle it; complete it. Also whatever
 * depends on time.
 */
#include "fault_priv.h"

/* The device's in_ring is set, and a reference was taken for the ring. */
void fault_ring_add(struct fault_dev *dev)
{
	struct fault_core *core = dev->core;
	unsigned long flags;

	spin_lock_irqsave(&core->ring_lock, flags);
	list_add_tail(&dev->ring_link, &core->ring);
	spin_unlock_irqrestore(&core->ring_lock, flags);
}

static struct fault_dev *ring_pop(struct fault_core *core)
{
	struct fault_dev *dev;
	unsigned long flags;

	spin_lock_irqsave(&core->ring_lock, flags);
	dev = list_first_entry_or_null(&core->ring, struct fault_dev, ring_link);
	if (dev)
		list_del(&dev->ring_link);
	spin_unlock_irqrestore(&core->ring_lock, flags);
	return dev;
}

/*
 * Call the driver until it does what the storm policy wants: one call at a time, the last one
 * right. Process context, no lock held.
 */
static noinline __cold void update_throttle(struct fault_dev *dev)
{
	const struct fault_driver *drv = &dev->core->drv;
	unsigned long flags;
	bool on;

	spin_lock_irqsave(&dev->lock, flags);
	while (!dev->throttle_in_call && dev->throttle_sent != dev->throttle) {
		on = dev->throttle;
		dev->throttle_sent = on;
		dev->throttle_in_call = true;
		spin_unlock_irqrestore(&dev->lock, flags);
		if (drv->ops->throttle)
			drv->ops->throttle(drv->ctx, dev->cfg.dev_ctx, on);
		spin_lock_irqsave(&dev->lock, flags);
		dev->throttle_in_call = false;
	}
	spin_unlock_irqrestore(&dev->lock, flags);
}

/*
 * Take the device's oldest waiting group: it is now in state HANDLING and has a reference.
 */
static struct fault_group *take_ready(struct fault_dev *dev, u64 now)
{
	struct fault_group *g;
	u32 state;

	lockdep_assert_held(&dev->lock);
	while (!list_empty(&dev->ready)) {
		g = list_first_entry(&dev->ready, struct fault_group, ready_link);
		list_del_init(&g->ready_link);
		/* Someone may be answering it at this very moment. */
		state = FAULT_PENDING;
		if (!try_cmpxchg(&g->state, &state, FAULT_HANDLING))
			continue;
		refcount_inc(&g->refs);
		g->t_take = now;
		return g;
	}
	return NULL;
}

/*
 * With @more there is work for another turn: a worker that checked while the device was out of the
 * ring has gone to sleep and is woken again. The driver is told of a @storm while no group is being
 * handled, because it may wait for a fault to be handled.
 */
static noinline __cold void requeue_dev(struct fault_dev *dev, bool more, bool storm)
{
	struct fault_core *core = dev->core;

	if (storm && more)
		refcount_inc(&dev->refs);
	if (more) {
		fault_ring_add(dev);
		core->cfg.host_ops->kick(core->cfg.host);
	}
	if (storm)
		update_throttle(dev);
	if (storm || !more)
		dev_put(dev);
}

/* One device's turn. Drops the reference of the ring, unless the device goes back there. */
static struct fault_group *take_from(struct fault_dev *dev, u64 now, bool *stale)
{
	struct fault_group *g = NULL;
	unsigned long flags;
	bool more, storm;

	spin_lock_irqsave(&dev->lock, flags);
	storm = dev->throttle && !dev->throttle_sent && !dev->throttle_in_call;
	if (!storm)
		g = take_ready(dev, now);
	*stale = g && g->attach_gen != g->attach->gen;
	if (*stale)
		dev->stats.flushed++;
	more = !list_empty(&dev->ready);
	dev->in_ring = more;
	spin_unlock_irqrestore(&dev->lock, flags);
	if (unlikely(more || storm))
		requeue_dev(dev, more, storm);
	else
		dev_put(dev);
	return g;
}

struct fault_group *fault_core_take(struct fault_core *core, u64 now)
{
	struct fault_group *g;
	struct fault_dev *dev;
	bool stale;

	while ((dev = ring_pop(core)) != NULL) {
		g = take_from(dev, now, &stale);
		if (stale) {
			fault_group_answer(g, FAULT_RETRY, now, true);
		} else if (g) {
			fault_observe(g, FAULT_AT_HANDLE, now);
			return g;
		}
	}
	/* Nothing is left to do: also the moment at which hosts without threads reclaim. */
	cond_resched();
	return NULL;
}
EXPORT_SYMBOL_GPL(fault_core_take);

static enum fault_code handle_record(struct fault_group *g, const struct fault_record *f)
{
	struct fault_domain *domain = g->attach->domain;
	const union fault_owner *o = &domain->cfg.owner;

	if (domain->cfg.type == FAULT_DOMAIN_SVA)
		return domain->core->drv.ops->sva_handle(o->mm, g, f);
	return o->handler.ops->handle(o->handler.ctx, g, f);
}

enum fault_code fault_group_handle(struct fault_group *g, u64 now)
{
	struct fault_domain *domain = g->attach->domain;
	const struct fault_record *f = NULL;
	enum fault_code code = FAULT_RETRY;

	if (domain->cfg.type == FAULT_DOMAIN_FORWARD)
		return fault_queue_push_group(domain->cfg.owner.queue, g);
	/* An error is sticky: the rest of the group is not handled. */
	while (code == FAULT_RETRY && (f = fault_next_record(g, f)) != NULL) {
		g->n_handled++;
		code = handle_record(g, f);
	}
	return code > FAULT_LATER || code == FAULT_DEFAULT ? FAULT_TERMINATE : code;
}
EXPORT_SYMBOL_GPL(fault_group_handle);

void fault_group_complete(struct fault_group *g, enum fault_code code, u64 now)
{
	WRITE_ONCE(g->t_handled, now);
	fault_observe(g, FAULT_AT_HANDLED, now);
	if (code == FAULT_LATER)
		fault_group_put(g);
	else
		fault_group_answer(g, code, now, true);
}
EXPORT_SYMBOL_GPL(fault_group_complete);

unsigned int fault_core_run(struct fault_core *core, u64 now, unsigned int budget)
{
	struct fault_group *g;
	unsigned int n;

	for (n = 0; n < budget; n++) {
		g = fault_core_take(core, now);
		if (!g)
			break;
		fault_group_complete(g, fault_group_handle(g, now), now);
	}
	return n;
}
EXPORT_SYMBOL_GPL(fault_core_run);

/*
 * Reports from one queue do not show that another is being read: check anyway after this many times
 * watchdog_ns.
 */
#define WATCHDOG_BUSY 8

/*
 * Whether the driver should read its queues now. @pending: there are unread records; @reported,
 * @refused: there were such reports since the last call.
 */
static bool should_drain(struct fault_core *core, bool pending, bool reported, bool refused,
			 u64 now)
{
	lockdep_assert_held(&core->lock);
	if (!pending || refused || !core->unread) {
		core->unread = pending && !refused;
		core->unread_since = now;
		core->quiet_since = now;
		return pending && refused;
	}
	if (reported)
		core->quiet_since = now;
	if (now - core->quiet_since >= core->cfg.watchdog_ns)
		core->stats.lost_irqs++;
	else if (now - core->unread_since < WATCHDOG_BUSY * core->cfg.watchdog_ns)
		return false;
	core->unread = false;
	return true;
}

/*
 * Records that stay unread although no report arrives have lost their interrupt; a record whose
 * report was refused raises no other. fault_core_bind() finds the core busy meanwhile, so that the
 * driver cannot leave.
 */
static void watchdog(struct fault_core *core, u64 now)
{
	bool pending, reported, refused, drain;
	struct fault_driver drv;
	unsigned long flags;

	spin_lock_irqsave(&core->lock, flags);
	drv = core->drv;
	pending = drv.ops && drv.ops->hw_pending && !core->watching;
	core->watching = core->watching || pending;
	spin_unlock_irqrestore(&core->lock, flags);
	if (!pending)
		return;
	reported = READ_ONCE(core->reported);
	refused = READ_ONCE(core->refused);
	WRITE_ONCE(core->reported, 0);
	WRITE_ONCE(core->refused, 0);
	pending = drv.ops->hw_pending(drv.ctx);
	spin_lock_irqsave(&core->lock, flags);
	drain = should_drain(core, pending, reported, refused, now);
	spin_unlock_irqrestore(&core->lock, flags);
	if (drain)
		drv.ops->hw_drain(drv.ctx);
	spin_lock_irqsave(&core->lock, flags);
	core->watching = false;
	spin_unlock_irqrestore(&core->lock, flags);
}

static unsigned int expire_dev(struct fault_dev *dev, u64 now)
{
	unsigned long flags;
	LIST_HEAD(expired);
	unsigned int n;

	spin_lock_irqsave(&dev->lock, flags);
	fault_expire_partials(dev, now);
	n = fault_claim_expired(dev, &expired, now);
	if (dev->cfg.storm && dev->throttle && fault_storm_over(dev->cfg.storm, now))
		dev->throttle = false;
	spin_unlock_irqrestore(&dev->lock, flags);
	fault_send_unsent(dev, now);
	fault_send_claimed(dev, &expired, now);
	if (dev->cfg.storm)
		update_throttle(dev);
	return n;
}

unsigned int fault_core_expire(struct fault_core *core, u64 now)
{
	struct fault_dev *dev = NULL;
	unsigned int n = 0;

	while ((dev = fault_dev_next(core, dev)) != NULL)
		n += expire_dev(dev, now);
	watchdog(core, now);
	cond_resched();
	return n;
}
EXPORT_SYMBOL_GPL(fault_core_expire);
