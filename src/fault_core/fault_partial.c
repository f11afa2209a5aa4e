// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Groups whose LAST has not come yet, and what keeps a group that has lost a request from being
 * handled as if it were whole: it is poisoned, or, without a slot, its index is lossy for a while.
 */
#include "fault_priv.h"

struct fault_group *fault_find_partial(struct fault_dev *dev, const struct fault_record *f)
{
	u32 pasid = fault_key_pasid(f);
	struct fault_group *g;

	lockdep_assert_held(&dev->lock);
	list_for_each_entry(g, &dev->partial, link)
		if (g->index == f->index && g->pasid == pasid)
			return g;
	return NULL;
}

static void mark_lossy(struct fault_dev *dev, u32 index, u64 now)
{
	index %= FAULT_INDEXES;
	dev->lossy[index / 64] |= BIT_ULL(index % 64);
	dev->lossy_until = now + dev->cfg.partial_ns;
}

/* Whether a request with this index was lost while no slot was left to note its group. */
bool fault_index_lossy(struct fault_dev *dev, u32 index, u64 now)
{
	lockdep_assert_held(&dev->lock);
	if (!dev->lossy_until)
		return false;
	if (now >= dev->lossy_until) {
		/* A group past its deadline is no longer expected to be completed. */
		memset(dev->lossy, 0, sizeof(dev->lossy));
		dev->lossy_until = 0;
		return false;
	}
	index %= FAULT_INDEXES;
	return dev->lossy[index / 64] & BIT_ULL(index % 64);
}

/* An observer that still uses the group puts it, and the device. */
static void forget_partial(struct fault_dev *dev, struct fault_group *g)
{
	fault_group_poison(g);
	list_del(&g->link);
	if (refcount_dec_and_test(&g->refs)) {
		fault_group_recycle(g);
		dev_put(dev);
	}
}

/*
 * No slot is free: reclaim that of the oldest poisoned group, whose LAST may never arrive, and note
 * its index as lossy instead. Returns false if there is none either. The caller holds a reference
 * on the device.
 */
static noinline __cold bool reclaim_poisoned(struct fault_dev *dev, u64 now)
{
	struct fault_group *g, *next;

	list_for_each_entry_safe(g, next, &dev->partial, link) {
		if (!g->poisoned)
			continue;
		mark_lossy(dev, g->index, now);
		forget_partial(dev, g);
		if (!list_empty(&dev->free_groups))
			return true;
	}
	return false;
}

/* A new group for the request, on no list, or NULL without a slot. */
struct fault_group *fault_reserve_group(struct fault_dev *dev, const struct fault_record *f,
					u64 now)
{
	lockdep_assert_held(&dev->lock);
	if (unlikely(list_empty(&dev->free_groups)) && !reclaim_poisoned(dev, now))
		return NULL;
	return fault_group_new(dev, fault_key_pasid(f), f->index, now);
}

/*
 * Make the group for the first of its requests. It is poisoned from the start if @whole is false.
 */
static struct fault_group *start_group(struct fault_dev *dev, const struct fault_record *f, u64 now,
				       bool whole)
{
	struct fault_group *g = fault_reserve_group(dev, f, now);

	if (!g) {
		mark_lossy(dev, f->index, now);
		return NULL;
	}
	g->poisoned = !whole;
	g->attach = whole ? attach_find(dev, g->pasid) : NULL;
	list_add_tail(&g->link, &dev->partial);
	return g;
}

/*
 * Set a request aside that is not the last of its group. Without @accept, or without a credit, the
 * request is dropped and its group poisoned. Returns the group that has grown, or NULL.
 */
struct fault_group *fault_set_aside(struct fault_dev *dev, const struct fault_record *f, u64 now,
				    bool accept)
{
	struct fault_group *g = fault_find_partial(dev, f);

	dev->stats.set_aside++;
	accept = accept && has_credit(dev);
	if (!g)
		g = start_group(dev, f, now, accept && !fault_index_lossy(dev, f->index, now));
	else if (!accept)
		fault_group_poison(g);
	if (!g || g->poisoned) {
		dev->stats.dropped++;
		return NULL;
	}
	/* A credit was available, so a slot is, too. */
	WARN_ON_ONCE(!fault_group_append(g, f));
	atomic_add(1, &dev->unanswered);
	return g;
}

/* Poison the incomplete groups of one attachment, or of all. */
void fault_poison_partials(struct fault_dev *dev, struct fault_attach *attach)
{
	struct fault_group *g;

	lockdep_assert_held(&dev->lock);
	list_for_each_entry(g, &dev->partial, link)
		if (!attach || g->attach == attach)
			fault_group_poison(g);
}

/* A group whose LAST does not arrive gives its slots back. */
void fault_expire_partials(struct fault_dev *dev, u64 now)
{
	struct fault_group *g;

	lockdep_assert_held(&dev->lock);
	list_for_each_entry(g, &dev->partial, link)
		if (now >= g->t_first && now - g->t_first >= dev->cfg.partial_ns)
			fault_group_poison(g);
}

/* The device's faults are being turned off: no LAST will arrive. The caller holds a reference. */
void fault_forget_partials(struct fault_dev *dev)
{
	struct fault_group *g, *next;

	lockdep_assert_held(&dev->lock);
	list_for_each_entry_safe(g, next, &dev->partial, link)
		forget_partial(dev, g);
	memset(dev->lossy, 0, sizeof(dev->lossy));
	dev->lossy_until = 0;
}

void fault_dev_overflow(struct fault_dev *dev, u64 now)
{
	unsigned long flags;

	spin_lock_irqsave(&dev->lock, flags);
	fault_poison_partials(dev, NULL);
	spin_unlock_irqrestore(&dev->lock, flags);
}
EXPORT_SYMBOL_GPL(fault_dev_overflow);

void fault_core_overflow(struct fault_core *core, u64 now)
{
	struct fault_dev *dev = NULL;

	while ((dev = fault_dev_next(core, dev)) != NULL)
		fault_dev_overflow(dev, now);
}
EXPORT_SYMBOL_GPL(fault_core_overflow);
