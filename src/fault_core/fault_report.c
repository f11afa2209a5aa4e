// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Report: set a request aside, or complete its group and queue it, or answer at once. */
#include "fault_priv.h"

/* What was decided about a record under the device's lock, and is done after it is released. */
struct decision {
	struct fault_group *queued;   /* it is complete; a reference, only with an observer */
	struct fault_group *grown;    /* it has one more request; likewise */
	struct fault_group *poisoned; /* it ends; keeps the answer if that cannot be sent */
	enum fault_code code;	      /* to be answered at once; FAULT_DEFAULT: nothing to answer */
	u64 *counter;		      /* of the reason, in dev->stats; once it is sent or kept */
	bool orphan;
	bool untracked;	  /* the device is not on: nothing waits for or keeps the answer */
	bool kick;	  /* wake a worker ... */
	bool add_to_ring; /* ... after the device has entered the ring */
};

static void answer_at_once(struct decision *d, enum fault_code code, u64 *counter)
{
	d->code = code;
	d->counter = counter;
}

/* The device has work: it enters the ring, unless it is there, and a worker is woken. */
static void wake_worker(struct fault_dev *dev, struct decision *d)
{
	d->kick = true;
	d->add_to_ring = !dev->in_ring;
	if (d->add_to_ring) {
		dev->in_ring = true;
		refcount_inc(&dev->refs);
	}
}

/* The group is complete: count it on its attachment and queue it. */
static void queue_group(struct fault_dev *dev, struct fault_group *g, struct fault_attach *attach,
			u64 now, struct decision *d)
{
	refcount_inc(&attach->refs);
	attach->pending++;
	g->attach = attach;
	g->attach_gen = attach->gen;
	g->t_last = now;
	fault_group_set_state(g, FAULT_PENDING);
	list_add_tail(&g->link, &dev->pending);
	list_add_tail(&g->ready_link, &dev->ready);
	dev->stats.owed++;
	dev->stats.groups++;
	wake_worker(dev, d);
	if (!dev->core->drv.ops->observe)
		return;
	refcount_inc(&g->refs);
	d->queued = g;
}

/* Whether the LAST that ends @g (NULL: a group of one) cannot be handled, and why. */
static bool refuse_group(struct fault_dev *dev, const struct fault_record *f, struct fault_group *g,
			 struct fault_attach *attach, u64 now, struct decision *d)
{
	bool alone = f->type == FAULT_STALL;

	if (!attach || !fault_domain_stalls(attach->domain))
		answer_at_once(d, dev->cfg.no_domain_code, &dev->stats.no_domain);
	else if ((g && g->poisoned) || (!g && !alone && fault_index_lossy(dev, f->index, now)))
		answer_at_once(d, dev->cfg.no_slot_code, &dev->stats.poisoned);
	else if (!has_credit(dev))
		answer_at_once(d, dev->cfg.no_slot_code, &dev->stats.no_slot);
	return d->code;
}

/* A LAST or a stall: its group is queued, or answered at once. */
static void complete_group(struct fault_dev *dev, const struct fault_record *f, u64 now,
			   struct decision *d)
{
	struct fault_group *g = f->type == FAULT_STALL ? NULL : fault_find_partial(dev, f);
	struct fault_attach *attach;

	if (g)
		list_del(&g->link);
	attach = g && !g->poisoned ? g->attach : attach_find(dev, fault_key_pasid(f));
	if (refuse_group(dev, f, g, attach, now, d))
		goto poison;
	if (!g)
		g = fault_reserve_group(dev, f, now);
	if (!g) {
		answer_at_once(d, dev->cfg.no_slot_code, &dev->stats.no_slot);
		return;
	}
	/* A credit was available, so a slot is, too. */
	WARN_ON_ONCE(!fault_group_append(g, f));
	atomic_add(1, &dev->unanswered);
	queue_group(dev, g, attach, now, d);
	return;

poison:
	if (g)
		fault_group_poison(g);
	d->poisoned = g;
}

/* Whether a storm keeps the fault from waiting; a storm may begin with it. */
static bool is_storming(struct fault_dev *dev, u64 now, struct decision *d)
{
	struct fault_storm *storm = dev->cfg.storm;

	if (!storm)
		return false;
	if (fault_storm_note(storm, now)) {
		dev->stats.storms++;
		dev->throttle = true;
		wake_worker(dev, d);
	}
	return fault_storm_active(storm);
}

/* The device's faults are off or being turned off, or faults of this kind were never turned on. */
static void decide_unexpected(struct fault_dev *dev, bool capable, struct decision *d)
{
	d->untracked = dev->state != FAULT_DEV_ON;
	if (capable && dev->state == FAULT_DEV_CLOSING) {
		answer_at_once(d, FAULT_RETRY, &dev->stats.no_domain);
		return;
	}
	d->orphan = true;
	answer_at_once(d, FAULT_TERMINATE, &dev->stats.orphans);
}

/* Whether faults of this kind may wait for software now; decides the answer if not. */
static bool may_wait(struct fault_dev *dev, const struct fault_record *f, u64 now,
		     struct decision *d)
{
	bool capable = dev->cfg.caps &
		       (f->type == FAULT_STALL ? FAULT_DEV_CAN_STALL : FAULT_DEV_PRI);

	if (unlikely(dev->state != FAULT_DEV_ON || !capable)) {
		decide_unexpected(dev, capable, d);
		return false;
	}
	if (is_storming(dev, now, d)) {
		answer_at_once(d, FAULT_TERMINATE, NULL);
		return false;
	}
	return true;
}

/* A request that is not the last of its group and may not wait: nothing is answered. */
static void drop_request(struct fault_dev *dev, const struct fault_record *f, u64 now,
			 struct decision *d)
{
	d->code = FAULT_DEFAULT;
	/* During a storm, the group must be known as incomplete. */
	if (dev->state == FAULT_DEV_ON && !d->orphan) {
		fault_set_aside(dev, f, now, false);
		return;
	}
	/* While the device is being turned off or is off, no group will ever be complete. */
	dev->stats.set_aside++;
	dev->stats.dropped++;
}

/* A LAST that may not wait: it ends its group. */
static void end_partial(struct fault_dev *dev, const struct fault_record *f, struct decision *d)
{
	struct fault_group *g;

	if (f->type == FAULT_STALL || dev->state != FAULT_DEV_ON)
		return;
	g = fault_find_partial(dev, f);
	if (!g)
		return;
	list_del(&g->link);
	fault_group_poison(g);
	d->poisoned = g;
}

static void decide(struct fault_dev *dev, const struct fault_record *f, u64 now, struct decision *d)
{
	bool last = fault_is_last(f);
	struct fault_group *g;

	lockdep_assert_held(&dev->lock);
	if (!may_wait(dev, f, now, d)) {
		if (last)
			end_partial(dev, f, d);
		else
			drop_request(dev, f, now, d);
		return;
	}
	if (last) {
		complete_group(dev, f, now, d);
		return;
	}
	g = fault_set_aside(dev, f, now, true);
	if (!g || !dev->core->drv.ops->observe)
		return;
	refcount_inc(&g->refs);
	d->grown = g;
}

/*
 * Keep an answer that the hardware did not take. Not an untracked one: by now the device may be
 * gone for good, and nobody would send it again.
 */
static bool keep_answer(struct fault_dev *dev, const struct fault_record *f, struct decision *d,
			u64 now)
{
	struct fault_group *g = d->poisoned;

	lockdep_assert_held(&dev->lock);
	if (d->untracked || !dev->free_slots)
		return false;
	if (!g)
		g = fault_reserve_group(dev, f, now);
	if (!g || !fault_group_append(g, f))
		return false;
	d->poisoned = NULL;
	fault_group_set_state(g, fault_answered_with(d->code));
	list_add_tail(&g->link, &dev->unsent);
	dev->stats.unsent++;
	return true;
}

/* Count the answered record. Returns true if the group that it has ended is free. */
static bool note_answered(struct fault_dev *dev, struct decision *d)
{
	struct fault_group *g = d->poisoned;

	dev->stats.reported++;
	dev->stats.owed++;
	if (d->counter)
		(*d->counter)++;
	if (!g || !refcount_dec_and_test(&g->refs))
		return false;
	fault_group_recycle(g);
	return true;
}

/* Send the answer. The device is marked as sending, so that fault_off() waits for it. */
static int send_at_once(struct fault_dev *dev, const struct fault_record *f, struct decision *d,
			u64 now)
{
	unsigned long flags;
	bool last = false;
	int err;

	err = fault_send_response(dev->core, dev, f, d->code, d->orphan);
	spin_lock_irqsave(&dev->lock, flags);
	if (!d->untracked)
		atomic_fetch_sub_release(1, &dev->sending);
	if (!err)
		dev->stats.answered[d->code]++;
	else
		err = keep_answer(dev, f, d, now) ? 0 : -EAGAIN;
	if (!err)
		last = note_answered(dev, d);
	else if (d->poisoned) /* Undo the report: the group is still poisoned. */
		list_add_tail(&d->poisoned->link, &dev->partial);
	spin_unlock_irqrestore(&dev->lock, flags);
	if (last)
		dev_put(dev);
	return err;
}

static void observe_and_put(struct fault_group *g, enum fault_point point, u64 now)
{
	fault_observe(g, point, now);
	fault_group_put(g);
}

static int report_recoverable(struct fault_dev *dev, const struct fault_record *f, u64 now)
{
	struct fault_core *core = dev->core;
	struct decision d = { .code = FAULT_DEFAULT };
	unsigned long flags;
	int err = 0;

	spin_lock_irqsave(&dev->lock, flags);
	decide(dev, f, now, &d);
	if (!d.code)
		dev->stats.reported++;
	else if (!d.untracked)
		atomic_add(1, &dev->sending);
	spin_unlock_irqrestore(&dev->lock, flags);
	if (d.code)
		err = send_at_once(dev, f, &d, now);
	if (unlikely(d.grown))
		observe_and_put(d.grown, FAULT_AT_SET_ASIDE, now);
	if (unlikely(d.queued))
		observe_and_put(d.queued, FAULT_AT_QUEUED, now);
	if (!d.kick)
		return err;
	if (d.add_to_ring)
		fault_ring_add(dev);
	core->cfg.host_ops->kick(core->cfg.host);
	return err;
}

/* An unrecoverable fault goes to the owner of the domain, and is not answered. */
static void report_event(struct fault_dev *dev, const struct fault_record *f, u64 now)
{
	struct fault_attach *attach;
	struct fault_domain *domain;
	union fault_owner owner;
	unsigned long flags;
	bool stalls;

	spin_lock_irqsave(&dev->lock, flags);
	dev->stats.reported++;
	dev->stats.unrecoverable++;
	attach = attach_find(dev, fault_key_pasid(f));
	if (attach)
		refcount_inc(&attach->refs);
	spin_unlock_irqrestore(&dev->lock, flags);
	if (!attach)
		return;
	domain = attach->domain;
	/* Without stalls the owner may change at any time: the present one gets the event. */
	spin_lock_irqsave(&domain->lock, flags);
	owner = domain->cfg.owner;
	stalls = fault_domain_stalls(domain);
	spin_unlock_irqrestore(&domain->lock, flags);
	if (domain->cfg.type == FAULT_DOMAIN_FORWARD && stalls)
		fault_queue_push_event(owner.queue, f);
	else if (domain->cfg.type == FAULT_DOMAIN_HANDLER && owner.handler.ops &&
		 owner.handler.ops->event)
		owner.handler.ops->event(owner.handler.ctx, f, now);
	attach_put(attach);
}

static bool is_well_formed(const struct fault_record *f)
{
	const u32 perm = FAULT_READ | FAULT_WRITE | FAULT_EXEC | FAULT_PRIV;

	return f->type <= FAULT_UNRECOVERABLE && !(f->flags & ~(FAULT_PASID_VALID | FAULT_LAST)) &&
	       !(f->perm & ~perm) &&
	       (!(f->flags & FAULT_PASID_VALID) || f->pasid <= FAULT_PASID_MAX);
}

/* A note for the watchdog, written once between two of its checks, not once for each report. */
static void note_report(struct fault_core *core)
{
	if (!READ_ONCE(core->reported))
		WRITE_ONCE(core->reported, 1);
}

/*
 * The record stays where it is: if no interrupt wakes the driver again, the watchdog does.
 */
static noinline __cold int refuse_report(struct fault_core *core)
{
	WRITE_ONCE(core->refused, 1);
	return -EAGAIN;
}

int fault_dev_report(struct fault_dev *dev, const struct fault_record *f, u64 now)
{
	if (!is_well_formed(f))
		return -EINVAL;
	note_report(dev->core);
	if (f->type == FAULT_UNRECOVERABLE)
		report_event(dev, f, now);
	else if (unlikely(report_recoverable(dev, f, now)))
		return refuse_report(dev->core);
	return 0;
}
EXPORT_SYMBOL_GPL(fault_dev_report);

/* No device is known under this StreamID: a fault that waits must not wait for ever. */
static int report_orphan(struct fault_core *core, const struct fault_record *f)
{
	bool owed = f->type != FAULT_UNRECOVERABLE && fault_is_last(f);
	unsigned long flags;

	if (!is_well_formed(f) || !core->drv.ops)
		return -EINVAL;
	note_report(core);
	if (owed && fault_send_response(core, NULL, f, FAULT_TERMINATE, true))
		return refuse_report(core);
	spin_lock_irqsave(&core->lock, flags);
	core->stats.reported++;
	if (owed) {
		core->stats.owed++;
		core->stats.orphans++;
		core->stats.answered[FAULT_TERMINATE]++;
	} else if (f->type == FAULT_UNRECOVERABLE) {
		core->stats.unrecoverable++;
	} else {
		core->stats.set_aside++;
		core->stats.dropped++;
	}
	spin_unlock_irqrestore(&core->lock, flags);
	return 0;
}

int fault_core_report(struct fault_core *core, const struct fault_record *f, u64 now)
{
	struct fault_dev *dev;
	int err;

	dev = fault_dev_lookup(core, f->sid);
	if (!dev)
		return report_orphan(core, f);
	err = fault_dev_report(dev, f, now);
	dev_put(dev);
	return err;
}
EXPORT_SYMBOL_GPL(fault_core_report);
