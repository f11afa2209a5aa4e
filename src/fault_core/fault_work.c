// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Work: take the next group, one device after the other; handle it; complete it. Also whatever depends on time. */
#include "fault_priv.h"

/* The device's in_ring is set, and a reference was taken for the ring. */
void fault_ring_add(struct fault_dev *dev)
{
	struct fault_core *core = dev->core;
	unsigned long flags;

	flags = fenv_lock(&core->ring_lock);
	fault_list_add_tail(&core->ring, &dev->ring_link);
	fenv_unlock(&core->ring_lock, flags);
}

static struct fault_dev *ring_pop(struct fault_core *core)
{
	struct fault_dev *dev = NULL;
	unsigned long flags;

	flags = fenv_lock(&core->ring_lock);
	if (!fault_list_empty(&core->ring)) {
		dev = container_of(core->ring.next, struct fault_dev, ring_link);
		fault_list_del(&dev->ring_link);
	}
	fenv_unlock(&core->ring_lock, flags);
	return dev;
}

/* Tell the driver what the storm policy wants: one call at a time, the last one right. Process context, no lock held. */
static fl_rare void tell_throttle(struct fault_dev *dev)
{
	const struct fault_driver *drv = &dev->core->drv;
	unsigned long flags;
	bool on;

	flags = fenv_lock(&dev->lock);
	while (!dev->telling && dev->told != dev->throttled) {
		on = dev->throttled;
		dev->told = on;
		dev->telling = true;
		fenv_unlock(&dev->lock, flags);
		if (drv->ops->throttle)
			drv->ops->throttle(drv->ctx, dev->cfg.dev_ctx, on);
		flags = fenv_lock(&dev->lock);
		dev->telling = false;
	}
	fenv_unlock(&dev->lock, flags);
}

/*
 * Take the device's oldest waiting group: it is now in state HANDLING and has a reference. The caller holds dev->lock.
 */
static struct fault_group *take_ready(struct fault_dev *dev, u64 now)
{
	struct fault_group *g;

	while (!fault_list_empty(&dev->ready)) {
		g = container_of(dev->ready.next, struct fault_group, ready);
		fault_list_del_init(&g->ready);
		/* Someone may be answering it at this very moment. */
		if (!fenv_cmpxchg(&g->state, FAULT_PENDING, FAULT_HANDLING))
			continue;
		fenv_ref_get(&g->refs);
		g->t_take = now;
		return g;
	}
	return NULL;
}

/*
 * With @more there is work for another turn: a worker that checked while the device was out of the ring has gone to
 * sleep and is woken again. The driver is told of a @storm while no group is being handled, because it may wait for a
 * fault to be handled.
 */
static fl_rare void turn_again(struct fault_dev *dev, bool more, bool storm)
{
	struct fault_core *core = dev->core;

	if (storm && more)
		fenv_ref_get(&dev->refs);
	if (more) {
		fault_ring_add(dev);
		core->cfg.host_ops->kick(core->cfg.host);
	}
	if (storm)
		tell_throttle(dev);
	if (storm || !more)
		dev_put(dev);
}

/* One device's turn. */
static struct fault_group *take_from(struct fault_dev *dev, u64 now, bool *stale)
{
	struct fault_group *g = NULL;
	unsigned long flags;
	bool more, storm;

	flags = fenv_lock(&dev->lock);
	storm = dev->throttled && !dev->told && !dev->telling;
	if (!storm)
		g = take_ready(dev, now);
	*stale = g && g->attach_gen != g->attach->gen;
	if (*stale)
		dev->stats.flushed++;
	more = !fault_list_empty(&dev->ready);
	dev->in_ring = more;
	fenv_unlock(&dev->lock, flags);
	if (unlikely(more || storm))
		turn_again(dev, more, storm);
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
	if (fenv_rcu_busy(&core->rcu))
		fenv_rcu_poll(&core->rcu);
	return NULL;
}

static enum fault_code handle_one(struct fault_group *g, const struct fault_record *f)
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

	(void)now;
	if (domain->cfg.type == FAULT_DOMAIN_FORWARD)
		return fault_queue_push_group(domain->cfg.owner.queue, g);
	/* An error is sticky: the rest of the group is not handled. */
	while (code == FAULT_RETRY && (f = group_next(g, f)) != NULL) {
		g->n_handled++;
		code = handle_one(g, f);
	}
	return code > FAULT_LATER || code == FAULT_DEFAULT ? FAULT_TERMINATE : code;
}

void fault_group_complete(struct fault_group *g, enum fault_code code, u64 now)
{
	fenv_store(&g->t_handled, now);
	fault_observe(g, FAULT_AT_HANDLED, now);
	if (code == FAULT_LATER)
		fault_group_put(g);
	else
		fault_group_answer(g, code, now, true);
}

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

/* Reports from one queue do not show that another is being read: check anyway after this many times watchdog_ns. */
#define WATCHDOG_BUSY 8

/* Whether the driver should check for unread records. The caller holds core->lock. */
static bool overdue(struct fault_core *core, bool pending, bool active, bool again, u64 now)
{
	if (!pending || again || !core->unread) {
		core->unread = pending && !again;
		core->unread_since = now;
		core->quiet_since = now;
		return pending && again;
	}
	if (active)
		core->quiet_since = now;
	if (now - core->quiet_since >= core->cfg.watchdog_ns)
		core->stats.lost_irqs++;
	else if (now - core->unread_since < WATCHDOG_BUSY * core->cfg.watchdog_ns)
		return false;
	core->unread = false;
	return true;
}

/*
 * Records that stay unread although no report arrives have lost their interrupt; a record whose report was refused
 * raises no other. fault_core_bind() finds the core busy meanwhile, so that the driver cannot leave.
 */
static void watchdog(struct fault_core *core, u64 now)
{
	bool pending, active, again, drain;
	struct fault_driver drv;
	unsigned long flags;

	flags = fenv_lock(&core->lock);
	drv = core->drv;
	pending = drv.ops && drv.ops->hw_pending && !core->watching;
	core->watching = core->watching || pending;
	fenv_unlock(&core->lock, flags);
	if (!pending)
		return;
	active = fenv_load(&core->active);
	again = fenv_load(&core->again);
	fenv_store(&core->active, 0);
	fenv_store(&core->again, 0);
	pending = drv.ops->hw_pending(drv.ctx);
	flags = fenv_lock(&core->lock);
	drain = overdue(core, pending, active, again, now);
	fenv_unlock(&core->lock, flags);
	if (drain)
		drv.ops->hw_drain(drv.ctx);
	flags = fenv_lock(&core->lock);
	core->watching = false;
	fenv_unlock(&core->lock, flags);
}

static unsigned int expire_dev(struct fault_dev *dev, u64 now)
{
	struct fault_list expired, *l;
	unsigned long flags;
	unsigned int n = 0;

	fault_list_init(&expired);
	flags = fenv_lock(&dev->lock);
	fault_expire_partials(dev, now);
	fault_collect_expired(dev, &expired, now);
	if (dev->cfg.storm && dev->throttled && fault_storm_over(dev->cfg.storm, now))
		dev->throttled = false;
	fenv_unlock(&dev->lock, flags);
	for (l = expired.next; l != &expired; l = l->next)
		n++;
	fault_resend(dev, now);
	fault_answer_list(dev, &expired, now);
	if (dev->cfg.storm)
		tell_throttle(dev);
	return n;
}

unsigned int fault_core_expire(struct fault_core *core, u64 now)
{
	struct fault_dev *dev = NULL;
	unsigned int n = 0;

	while ((dev = fault_dev_after(core, dev)) != NULL)
		n += expire_dev(dev, now);
	watchdog(core, now);
	if (fenv_rcu_busy(&core->rcu))
		fenv_rcu_poll(&core->rcu);
	return n;
}
