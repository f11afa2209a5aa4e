// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Groups and their reserved slots.
 *
 *   FREE -> PARTIAL -> PENDING -> HANDLING -> ANSWERED -> FREE
 *
 * From PENDING on, the state changes by compare-and-swap; whoever moves it to ANSWERED, and nobody
 * else, sends the answer (fault_answer.c). The slot is free again when the last reference is gone.
 */
#include "fault_priv.h"

/* Makes a group in state PARTIAL, on no list, from a free slot. The caller has found one. */
struct fault_group *fault_group_new(struct fault_dev *dev, u32 pasid, u32 index, u64 now)
{
	struct fault_group *g;

	lockdep_assert_held(&dev->lock);
	g = list_first_entry(&dev->free_groups, struct fault_group, link);
	list_del(&g->link);
	refcount_inc(&dev->refs);
	refcount_set(&g->refs, 1);
	g->attach = NULL;
	g->queue = NULL;
	g->first = NULL;
	g->last = NULL;
	g->pasid = pasid;
	g->index = index;
	g->count = 0;
	g->n_handled = 0;
	g->poisoned = false;
	g->t_first = now;
	g->t_last = 0;
	g->t_take = 0;
	WRITE_ONCE(g->t_handled, 0);
	WRITE_ONCE(g->t_respond, 0);
	fault_group_set_state(g, FAULT_PARTIAL);
	return g;
}

/* Returns false if there is no slot. Takes no credit. */
bool fault_group_append(struct fault_group *g, const struct fault_record *f)
{
	struct fault_slot *slot = g->dev->free_slots;

	lockdep_assert_held(&g->dev->lock);
	if (!slot)
		return false;
	g->dev->free_slots = slot->next;
	slot->f = *f;
	slot->next = NULL;
	if (g->last)
		g->last->next = slot;
	else
		g->first = slot;
	g->last = slot;
	g->count++;
	return true;
}

static void free_slots(struct fault_group *g)
{
	struct fault_dev *dev = g->dev;

	if (!g->last)
		return;
	g->last->next = dev->free_slots;
	dev->free_slots = g->first;
	g->first = NULL;
	g->last = NULL;
}

/* Drop the requests of a partial group, but keep its name until its LAST arrives. */
void fault_group_poison(struct fault_group *g)
{
	lockdep_assert_held(&g->dev->lock);
	if (g->poisoned)
		return;
	g->dev->stats.dropped += g->count;
	atomic_fetch_sub_release((int)g->count, &g->dev->unanswered);
	free_slots(g);
	g->count = 0;
	g->attach = NULL;
	g->poisoned = true;
}

/*
 * The last reference was dropped and the group is on no list. The caller puts the device and the
 * attachment when it has released the lock.
 */
void fault_group_recycle(struct fault_group *g)
{
	struct fault_dev *dev = g->dev;

	lockdep_assert_held(&dev->lock);
	dev->stats.handled += g->n_handled;
	free_slots(g);
	g->gen++;
	fault_group_set_state(g, FAULT_FREE);
	list_add_tail(&g->link, &dev->free_groups);
}

void fault_group_get(struct fault_group *g)
{
	refcount_inc(&g->refs);
}
EXPORT_SYMBOL_GPL(fault_group_get);

void fault_group_put(struct fault_group *g)
{
	struct fault_dev *dev = g->dev;
	struct fault_attach *attach;
	unsigned long flags;

	if (!refcount_dec_and_test(&g->refs))
		return;
	attach = g->attach;
	spin_lock_irqsave(&dev->lock, flags);
	fault_group_recycle(g);
	spin_unlock_irqrestore(&dev->lock, flags);
	if (attach)
		attach_put(attach);
	dev_put(dev);
}
EXPORT_SYMBOL_GPL(fault_group_put);

u64 fault_group_cookie(const struct fault_group *g)
{
	/* Generation 0 is skipped, so that no cookie is 0. */
	return FIELD_PREP(FAULT_COOKIE_GEN, (u64)g->gen % BIT(26) + 1) |
	       FIELD_PREP(FAULT_COOKIE_SLOT, (u64)g->number) |
	       FIELD_PREP(FAULT_COOKIE_DEV, (u64)g->dev->id.key);
}
EXPORT_SYMBOL_GPL(fault_group_cookie);

const struct fault_record *fault_group_next(const struct fault_group *g,
					    const struct fault_record *prev)
{
	return fault_next_record(g, prev);
}
EXPORT_SYMBOL_GPL(fault_group_next);

void fault_group_info(const struct fault_group *g, struct fault_group_info *out)
{
	u32 state = fault_group_state(g);
	unsigned long flags;

	out->cookie = fault_group_cookie(g);
	out->dev_ctx = g->dev->cfg.dev_ctx;
	out->pasid = g->pasid;
	out->index = g->index;
	out->answer = fault_is_answered(state) ? fault_answer_of(state) : FAULT_DEFAULT;
	out->t_handled = READ_ONCE(g->t_handled);
	out->t_respond = READ_ONCE(g->t_respond);
	spin_lock_irqsave(&g->dev->lock, flags);
	out->sid = g->last ? g->last->f.sid : 0;
	out->count = g->count;
	out->t_first = g->t_first;
	out->t_last = g->t_last;
	out->t_take = g->t_take;
	spin_unlock_irqrestore(&g->dev->lock, flags);
}
EXPORT_SYMBOL_GPL(fault_group_info);
