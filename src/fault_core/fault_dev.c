// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Devices: slots are reserved at creation, names are published and withdrawn, faults are turned on and off. */
#include "fault_priv.h"

/* There are twice as many slots as credits, because an answered group keeps its slots while someone still uses it. */
#define SLOTS_PER_CREDIT 2

static void dev_free(struct fenv_rcu_head *head)
{
	struct fault_dev *dev = container_of(head, struct fault_dev, rcu);
	void (*release)(void *dev_ctx) = dev->cfg.release;
	struct fault_core *core = dev->core;
	void *dev_ctx = dev->cfg.dev_ctx;
	struct fault_node *n, *next;
	unsigned long flags;

	fl_assert(!fenv_count_read(&dev->unanswered) && !fenv_count_read(&dev->sending));
	for (n = dev->sids; n; n = next) {
		next = n->of_dev;
		fault_free(core, n);
	}
	flags = fenv_lock(&core->lock);
	fault_stats_add(&core->stats, &dev->stats);
	fenv_unlock(&core->lock, flags);
	fault_free(core, dev->groups);
	fault_free(core, dev->slots);
	fault_free(core, dev);
	if (release)
		release(dev_ctx);
	flags = fenv_lock(&core->lock);
	core->n_devs--;
	fenv_unlock(&core->lock, flags);
}

/* The last reference was dropped; a lookup may still be reading the device. */
void fault_dev_release(struct fault_dev *dev)
{
	fenv_call_rcu(&dev->core->rcu, &dev->rcu, dev_free);
}

void fault_dev_put(struct fault_dev *dev)
{
	dev_put(dev);
}

void *fault_dev_ctx(const struct fault_dev *dev)
{
	return dev->cfg.dev_ctx;
}

static int resolve(struct fault_dev_cfg *cfg)
{
	const enum fault_code *code[] = { &cfg->expire_code, &cfg->no_slot_code, &cfg->no_domain_code };
	size_t i;

	if (!cfg->credits)
		cfg->credits = 32;
	if (!cfg->partial_ns)
		cfg->partial_ns = 100000000;
	if (!cfg->pending_ns)
		cfg->pending_ns = 10000000000ull;
	if (!cfg->expire_code)
		cfg->expire_code = FAULT_TERMINATE;
	if (!cfg->no_slot_code)
		cfg->no_slot_code = FAULT_RETRY;
	if (!cfg->no_domain_code)
		cfg->no_domain_code = FAULT_RETRY;
	for (i = 0; i < ARRAY_SIZE(code); i++)
		if (*code[i] < FAULT_RETRY || *code[i] > FAULT_FAILURE)
			return -EINVAL;
	return cfg->credits <= FAULT_MAX_CREDITS && !(cfg->caps & ~(FAULT_DEV_CAN_STALL | FAULT_DEV_PRI)) ? 0 : -EINVAL;
}

static void make_slots(struct fault_dev *dev)
{
	struct fault_group *g;
	u32 i;

	fault_list_init(&dev->core_link);
	fault_list_init(&dev->ring_link);
	fault_list_init(&dev->free_groups);
	fault_list_init(&dev->partial);
	fault_list_init(&dev->pending);
	fault_list_init(&dev->ready);
	fault_list_init(&dev->unsent);
	for (i = 0; i < dev->n_groups; i++) {
		g = &dev->groups[i];
		g->dev = dev;
		g->number = i;
		fault_list_init(&g->link);
		fault_list_init(&g->ready);
		fault_list_add_tail(&dev->free_groups, &g->link);
		dev->slots[i].next = dev->free_slots;
		dev->free_slots = &dev->slots[i];
	}
}

static bool id_taken(struct fault_core *core, u32 id)
{
	struct fault_node *n = fenv_deref_locked(core->by_id[id % FAULT_BUCKETS], &core->lock);

	while (n && n->key != id)
		n = fenv_deref_locked(n->next, &core->lock);
	return n;
}

/* core->lock */
static void publish(struct fault_core *core, struct fault_node fenv_rcu_ptr **table, struct fault_node *n)
{
	struct fault_node fenv_rcu_ptr **head = &table[n->key % FAULT_BUCKETS];

	fenv_publish(n->next, fenv_deref_locked(*head, &core->lock));
	fenv_publish(*head, n);
}

/* The caller holds core->lock. Readers may still be at @n, so its next pointer stays valid. */
static void withdraw(struct fault_core *core, struct fault_node fenv_rcu_ptr **table, struct fault_node *n)
{
	struct fault_node fenv_rcu_ptr **at = &table[n->key % FAULT_BUCKETS];
	struct fault_node *i;

	while ((i = fenv_deref_locked(*at, &core->lock)) != n)
		at = &i->next;
	fenv_publish(*at, fenv_deref_locked(n->next, &core->lock));
}

static void introduce(struct fault_core *core, struct fault_dev *dev)
{
	unsigned long flags = fenv_lock(&core->lock);

	do
		core->last_id = (core->last_id + 1) & (u32)FAULT_COOKIE_DEV;
	while (id_taken(core, core->last_id));
	dev->id.key = core->last_id;
	dev->id.dev = dev;
	publish(core, core->by_id, &dev->id);
	dev->serial = ++core->serial;
	dev->linked = true;
	fault_list_add_tail(&core->devs, &dev->core_link);
	core->n_devs++;
	fenv_unlock(&core->lock, flags);
}

int fault_dev_create(struct fault_core *core, const struct fault_dev_cfg *cfg, struct fault_dev **out)
{
	struct fault_dev *dev;
	int err;

	if (!core->drv.ops)
		return -EINVAL;
	dev = fault_alloc(core, sizeof(*dev));
	if (!dev)
		return -ENOMEM;
	dev->core = core;
	dev->cfg = *cfg;
	err = resolve(&dev->cfg);
	if (err) {
		fault_free(core, dev);
		return err;
	}
	dev->n_groups = SLOTS_PER_CREDIT * dev->cfg.credits;
	dev->groups = fault_alloc(core, dev->n_groups * sizeof(*dev->groups));
	dev->slots = fault_alloc(core, dev->n_groups * sizeof(*dev->slots));
	if (!dev->groups || !dev->slots) {
		if (dev->groups)
			fault_free(core, dev->groups);
		if (dev->slots)
			fault_free(core, dev->slots);
		fault_free(core, dev);
		return -ENOMEM;
	}
	fenv_ref_init(&dev->refs);
	fenv_lock_init(&dev->lock);
	make_slots(dev);
	introduce(core, dev);
	*out = dev;
	return 0;
}

int fault_dev_add_sid(struct fault_dev *dev, u32 sid)
{
	struct fault_core *core = dev->core;
	struct fault_node *n, *i;
	unsigned long flags;
	int err = 0;

	n = fault_alloc(core, sizeof(*n));
	if (!n)
		return -ENOMEM;
	n->key = sid;
	n->dev = dev;
	flags = fenv_lock(&core->lock);
	i = fenv_deref_locked(core->by_sid[sid % FAULT_BUCKETS], &core->lock);
	while (i && i->key != sid)
		i = fenv_deref_locked(i->next, &core->lock);
	if (i) {
		err = -EEXIST;
	} else {
		n->of_dev = dev->sids;
		dev->sids = n;
		publish(core, core->by_sid, n);
	}
	fenv_unlock(&core->lock, flags);
	if (err)
		fault_free(core, n);
	return err;
}

int fault_dev_destroy(struct fault_dev *dev)
{
	struct fault_core *core = dev->core;
	struct fault_node *n;
	unsigned long flags;
	bool busy;

	flags = fenv_lock(&dev->lock);
	/* Afterwards nobody can find the device to resend an answer or to drop a group. */
	busy = dev->state != FAULT_DEV_OFF || dev->n_attached || !fault_list_empty(&dev->unsent) ||
	       !fault_list_empty(&dev->pending) || !fault_list_empty(&dev->partial) || fenv_count_read(&dev->sending);
	fenv_unlock(&dev->lock, flags);
	if (busy)
		return -EBUSY;
	flags = fenv_lock(&core->lock);
	for (n = dev->sids; n; n = n->of_dev)
		withdraw(core, core->by_sid, n);
	withdraw(core, core->by_id, &dev->id);
	dev->linked = false;
	fault_list_del(&dev->core_link);
	fenv_unlock(&core->lock, flags);
	dev_put(dev);
	return 0;
}

static void set_state(struct fault_dev *dev, enum fault_dev_state state)
{
	unsigned long flags = fenv_lock(&dev->lock);

	dev->state = state;
	fenv_unlock(&dev->lock, flags);
}

/*
 * Answer every unanswered group, those first whose answer the hardware did not take, and wait for answers that other
 * threads are sending: they do not sleep. After 0 is returned, no answer is in flight or left behind.
 */
static int answer_all(struct fault_dev *dev, u64 now)
{
	struct fault_list list;
	unsigned long flags;
	bool quiet, unsent;
	int err;

	fault_list_init(&list);
	err = fault_resend(dev, now);
	if (err)
		return err;
	do {
		flags = fenv_lock(&dev->lock);
		/* A report that fails may put its poisoned group back, but not once the device is quiet. */
		fault_forget_partials(dev);
		fault_collect(dev, NULL, &list, now);
		quiet = fault_list_empty(&dev->pending) && !fenv_count_read(&dev->sending);
		unsent = !fault_list_empty(&dev->unsent);
		fenv_unlock(&dev->lock, flags);
		if (!quiet && !unsent && fault_list_empty(&list))
			fenv_relax();
		err = fault_answer_list(dev, &list, now);
		/* Another thread may have taken them meanwhile and be sending them: check again. */
		if (!err && unsent)
			err = fault_resend(dev, now);
	} while (!err && (!quiet || unsent));
	return err;
}

/* The part of fault_off() that follows the fence of the reports. */
static int close_down(struct fault_dev *dev, u64 now)
{
	const struct fault_driver *drv = &dev->core->drv;
	int err;

	err = answer_all(dev, now);
	if (!err)
		err = drv->ops->fence(drv->ctx, dev->cfg.dev_ctx, FAULT_FENCE_RESPONSES);
	if (!err)
		err = drv->ops->disable(drv->ctx, dev->cfg.dev_ctx);
	if (!err)
		set_state(dev, FAULT_DEV_OFF);
	return err;
}

int fault_off(struct fault_dev *dev, u64 now)
{
	const struct fault_driver *drv = &dev->core->drv;
	unsigned long flags;
	bool off;
	int err;

	flags = fenv_lock(&dev->lock);
	off = dev->state == FAULT_DEV_OFF;
	if (!off)
		dev->state = FAULT_DEV_CLOSING;
	fenv_unlock(&dev->lock, flags);
	if (off)
		return answer_all(dev, now);
	err = drv->ops->fence(drv->ctx, dev->cfg.dev_ctx, FAULT_FENCE_REPORTS);
	return err ? err : close_down(dev, now);
}

int fault_dev_enable(struct fault_dev *dev)
{
	const struct fault_driver *drv = &dev->core->drv;
	unsigned long flags;
	struct fault_list list;
	bool off;
	int err;

	if (!dev->cfg.caps)
		return -ENODEV;
	flags = fenv_lock(&dev->lock);
	off = dev->state == FAULT_DEV_OFF;
	fenv_unlock(&dev->lock, flags);
	if (!off)
		return -EBUSY;
	if (drv->ops->clear_stale)
		drv->ops->clear_stale(drv->ctx, dev->cfg.dev_ctx);
	/* The first fault may come before enable returns. */
	set_state(dev, FAULT_DEV_ON);
	err = drv->ops->enable(drv->ctx, dev->cfg.dev_ctx);
	if (!err)
		return 0;
	fault_list_init(&list);
	flags = fenv_lock(&dev->lock);
	dev->state = FAULT_DEV_OFF;
	fault_forget_partials(dev);
	fault_collect(dev, NULL, &list, 0);
	fenv_unlock(&dev->lock, flags);
	fault_answer_list(dev, &list, 0);
	return err;
}
