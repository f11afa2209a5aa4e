// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Report: set a request aside, or complete its group and queue it, or answer at once. */
#include "fault_priv.h"

/* What fault_core_report() decided under the lock and does after it is released. */
struct verdict {
	struct fault_group *queued; /* wake a worker for it */
	struct fault_group *aside;  /* got one more request; set only if there is an observer */
	struct fault_group *holder; /* a poisoned group that ends: keeps the answer if it cannot be sent */
	enum fault_code code;	    /* to be answered at once; FAULT_DEFAULT: nothing to answer */
	u64 *counter;		    /* of the reason, in dev->stats; counted once it is sent or kept */
	bool orphan;
	bool stray; /* the device's faults are not on: nothing waits for this answer, nothing keeps it */
	bool ring;  /* the device has to enter the ring */
	bool kick;
};

static struct fault_group *find_partial(struct fault_dev *dev, const struct fault_record *f)
{
	u32 pasid = fault_key_pasid(f);
	struct fault_group *g;
	struct fault_list *l;

	for (l = dev->partial.next; l != &dev->partial; l = l->next) {
		g = container_of(l, struct fault_group, link);
		if (g->index == f->index && g->pasid == pasid)
			return g;
	}
	return NULL;
}

/* ---- Indexes of which a request was lost while no slot was left to record it ---- */

static void set_lossy(struct fault_dev *dev, u32 index, u64 now)
{
	index %= FAULT_INDEXES;
	dev->lossy[index / 64] |= BIT_ULL(index % 64);
	dev->lossy_until = now + dev->cfg.partial_ns;
}

static bool is_lossy(struct fault_dev *dev, u32 index, u64 now)
{
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

/* ---- Partial groups ---- */

/*
 * Remove a group from the list of incomplete groups. An observer that still uses it puts the group and the device. The
 * caller holds dev->lock.
 */
static void forget_partial(struct fault_dev *dev, struct fault_group *g)
{
	fault_group_drop(g);
	fault_list_del(&g->link);
	if (fenv_ref_put(&g->refs)) {
		fault_group_recycle(g);
		dev_put(dev);
	}
}

/*
 * No slot is free: reclaim that of the oldest poisoned group, whose LAST may never arrive, and note its index as
 * lossy instead. Returns false if there is none either. The caller holds dev->lock and a reference on the device.
 */
static fl_rare bool make_room(struct fault_dev *dev, u64 now)
{
	struct fault_list *l, *next;
	struct fault_group *old;

	for (l = dev->partial.next; fault_list_empty(&dev->free_groups) && l != &dev->partial; l = next) {
		next = l->next;
		old = container_of(l, struct fault_group, link);
		if (!old->poisoned)
			continue;
		set_lossy(dev, old->index, now);
		forget_partial(dev, old);
	}
	return !fault_list_empty(&dev->free_groups);
}

static inline struct fault_group *new_group(struct fault_dev *dev, const struct fault_record *f, u64 now)
{
	if (unlikely(fault_list_empty(&dev->free_groups)) && !make_room(dev, now))
		return NULL;
	return fault_group_new(dev, fault_key_pasid(f), f->index, now);
}

/* Make the group for the first of its requests. It is poisoned from the start if @whole is false. */
static struct fault_group *begin_group(struct fault_dev *dev, const struct fault_record *f, u64 now, bool whole)
{
	struct fault_group *g = new_group(dev, f, now);

	if (!g) {
		set_lossy(dev, f->index, now);
		return NULL;
	}
	g->poisoned = !whole;
	g->attach = whole ? attach_find(dev, g->pasid) : NULL;
	fault_list_add_tail(&dev->partial, &g->link);
	return g;
}

static struct fault_group *set_aside(struct fault_dev *dev, const struct fault_record *f, u64 now, bool accept)
{
	struct fault_group *g = find_partial(dev, f);

	dev->stats.set_aside++;
	accept = accept && has_credit(dev);
	if (!g)
		g = begin_group(dev, f, now, accept && !is_lossy(dev, f->index, now));
	else if (!accept)
		fault_group_drop(g);
	if (!g || g->poisoned) {
		dev->stats.dropped++;
		return NULL;
	}
	/* A credit was available, so a slot is, too. */
	if (!fault_group_append(g, f))
		fl_assert(0);
	fenv_count_add(&dev->unanswered, 1);
	return g;
}

/* Poison the incomplete groups of one attachment, or of all. The caller holds dev->lock. */
void fault_drop_partials(struct fault_dev *dev, struct fault_attach *attach)
{
	struct fault_group *g;
	struct fault_list *l;

	for (l = dev->partial.next; l != &dev->partial; l = l->next) {
		g = container_of(l, struct fault_group, link);
		if (!attach || g->attach == attach)
			fault_group_drop(g);
	}
}

/* A group whose LAST does not arrive gives its slots back. The caller holds dev->lock. */
void fault_expire_partials(struct fault_dev *dev, u64 now)
{
	struct fault_group *g;
	struct fault_list *l;

	for (l = dev->partial.next; l != &dev->partial; l = l->next) {
		g = container_of(l, struct fault_group, link);
		if (now >= g->t_first && now - g->t_first >= dev->cfg.partial_ns)
			fault_group_drop(g);
	}
}

/*
 * The device's faults are being turned off: no LAST will arrive. The caller holds dev->lock and a reference on the
 * device.
 */
void fault_forget_partials(struct fault_dev *dev)
{
	while (!fault_list_empty(&dev->partial))
		forget_partial(dev, container_of(dev->partial.next, struct fault_group, link));
	memset(dev->lossy, 0, sizeof(dev->lossy));
	dev->lossy_until = 0;
}

void fault_dev_overflow(struct fault_dev *dev, u64 now)
{
	unsigned long flags = fenv_lock(&dev->lock);

	(void)now;
	fault_drop_partials(dev, NULL);
	fenv_unlock(&dev->lock, flags);
}

void fault_core_overflow(struct fault_core *core, u64 now)
{
	struct fault_dev *dev = NULL;

	while ((dev = fault_dev_after(core, dev)) != NULL)
		fault_dev_overflow(dev, now);
}

/* ---- The LAST of a group ---- */

static void at_once(struct verdict *v, enum fault_code code, u64 *counter)
{
	v->code = code;
	v->counter = counter;
}

/* The group is complete: count it on its attachment and queue it. */
static void enqueue(struct fault_dev *dev, struct fault_group *g, struct fault_attach *attach, u64 now,
		    struct verdict *v)
{
	fenv_ref_get(&attach->refs);
	attach->pending++;
	g->attach = attach;
	g->attach_gen = attach->gen;
	g->t_last = now;
	fenv_store(&g->state, FAULT_PENDING);
	fault_list_add_tail(&dev->pending, &g->link);
	fault_list_add_tail(&dev->ready, &g->ready);
	dev->stats.groups++;
	v->queued = g;
	v->kick = true;
	v->ring = !dev->in_ring;
	if (v->ring) {
		dev->in_ring = true;
		fenv_ref_get(&dev->refs);
	}
	if (dev->core->drv.ops->observe)
		fenv_ref_get(&g->refs);
}

static void end_group(struct fault_dev *dev, const struct fault_record *f, u64 now, struct verdict *v)
{
	bool alone = f->type == FAULT_STALL;
	struct fault_group *g = alone ? NULL : find_partial(dev, f);
	struct fault_attach *attach;

	if (g)
		fault_list_del(&g->link);
	attach = g && !g->poisoned ? g->attach : attach_find(dev, fault_key_pasid(f));
	if (!attach || !fenv_load(&attach->domain->stalls))
		at_once(v, dev->cfg.no_domain_code, &dev->stats.no_domain);
	else if ((g && g->poisoned) || (!g && !alone && is_lossy(dev, f->index, now)))
		at_once(v, dev->cfg.no_slot_code, &dev->stats.poisoned);
	else if (!has_credit(dev))
		at_once(v, dev->cfg.no_slot_code, &dev->stats.no_slot);
	if (!v->code && !g) {
		g = new_group(dev, f, now);
		if (!g)
			at_once(v, dev->cfg.no_slot_code, &dev->stats.no_slot);
	}
	if (v->code) {
		if (g)
			fault_group_drop(g);
		v->holder = g;
		return;
	}
	if (!fault_group_append(g, f))
		fl_assert(0);
	fenv_count_add(&dev->unanswered, 1);
	enqueue(dev, g, attach, now, v);
}

/* Whether faults of this kind may wait for software now; sets the verdict if not. */
static bool may_wait(struct fault_dev *dev, const struct fault_record *f, u64 now, struct verdict *v)
{
	u32 cap = f->type == FAULT_STALL ? FAULT_DEV_CAN_STALL : FAULT_DEV_PRI;
	struct fault_storm *storm = dev->cfg.storm;

	v->stray = dev->state != FAULT_DEV_ON;
	if (dev->state == FAULT_DEV_OFF || !(dev->cfg.caps & cap)) {
		v->orphan = true;
		at_once(v, FAULT_TERMINATE, &dev->stats.orphans);
		return false;
	}
	if (dev->state == FAULT_DEV_CLOSING) {
		at_once(v, FAULT_RETRY, &dev->stats.no_domain);
		return false;
	}
	if (storm && fault_storm_note(storm, now)) {
		dev->stats.storms++;
		dev->throttled = true;
		v->kick = true;
		v->ring = !dev->in_ring;
		if (v->ring) {
			dev->in_ring = true;
			fenv_ref_get(&dev->refs);
		}
	}
	if (storm && fault_storm_active(storm)) {
		at_once(v, FAULT_TERMINATE, NULL);
		return false;
	}
	return true;
}

static void decide(struct fault_dev *dev, const struct fault_record *f, u64 now, struct verdict *v)
{
	bool last = fault_is_last(f);

	if (may_wait(dev, f, now, v)) {
		if (last)
			end_group(dev, f, now, v);
		else
			v->aside = set_aside(dev, f, now, true);
		if (v->aside && dev->core->drv.ops->observe)
			fenv_ref_get(&v->aside->refs);
		return;
	}
	if (!last) {
		v->code = FAULT_DEFAULT;
		/*
		 * While the device is being turned off or is off, no group will ever be complete; during a storm, a
		 * group must be known as incomplete.
		 */
		if (dev->state == FAULT_DEV_ON && !v->orphan) {
			set_aside(dev, f, now, false);
		} else {
			dev->stats.set_aside++;
			dev->stats.dropped++;
		}
		return;
	}
	if (f->type != FAULT_STALL && dev->state == FAULT_DEV_ON) {
		v->holder = find_partial(dev, f);
		if (v->holder) {
			fault_list_del(&v->holder->link);
			fault_group_drop(v->holder);
		}
	}
}

/*
 * Keep an answer that the hardware did not take. Not a stray's: by now the
 * device may be gone for good, and nobody would send it again. dev->lock.
 */
static bool keep(struct fault_dev *dev, const struct fault_record *f, struct verdict *v, u64 now)
{
	struct fault_group *g = v->holder;

	if (v->stray || !dev->free_slots)
		return false;
	if (!g)
		g = new_group(dev, f, now);
	if (!g || !fault_group_append(g, f))
		return false;
	v->holder = NULL;
	fenv_store(&g->state, FAULT_ANSWERED_WITH(v->code));
	fault_list_add_tail(&dev->unsent, &g->link);
	dev->stats.unsent++;
	return true;
}

/* Send an answer at once. The device is marked as sending, so that fault_off() waits for it. */
static int answer(struct fault_dev *dev, const struct fault_record *f, struct verdict *v, u64 now)
{
	int err = fault_send(dev->core, dev, f, v->code, v->orphan);
	struct fault_group *g;
	unsigned long flags;
	bool last = false;

	flags = fenv_lock(&dev->lock);
	if (!v->stray)
		fenv_count_sub(&dev->sending, 1);
	if (!err)
		dev->stats.answered[v->code]++;
	else
		err = keep(dev, f, v, now) ? 0 : -EAGAIN;
	g = v->holder;
	if (!err) {
		dev->stats.reported++;
		dev->stats.owed++;
		if (v->counter)
			(*v->counter)++;
		if (g)
			last = fenv_ref_put(&g->refs);
		if (last)
			fault_group_recycle(g);
	} else if (g) {
		/* Undo the report: the group is still poisoned. */
		fault_list_add_tail(&dev->partial, &g->link);
	}
	fenv_unlock(&dev->lock, flags);
	if (last)
		dev_put(dev);
	return err;
}

static int report_recoverable(struct fault_dev *dev, const struct fault_record *f, u64 now)
{
	struct fault_core *core = dev->core;
	struct verdict v = { .code = FAULT_DEFAULT };
	unsigned long flags;
	int err = 0;

	flags = fenv_lock(&dev->lock);
	decide(dev, f, now, &v);
	if (!v.code) {
		dev->stats.reported++;
		if (v.queued)
			dev->stats.owed++;
	} else if (!v.stray) {
		fenv_count_add(&dev->sending, 1);
	}
	fenv_unlock(&dev->lock, flags);
	if (v.code)
		err = answer(dev, f, &v, now);
	if (v.aside && core->drv.ops->observe) {
		fault_observe(v.aside, FAULT_AT_SET_ASIDE, now);
		fault_group_put(v.aside);
	}
	if (v.queued && core->drv.ops->observe) {
		fault_observe(v.queued, FAULT_AT_QUEUED, now);
		fault_group_put(v.queued);
	}
	if (v.ring)
		fault_ring_add(dev);
	if (v.kick)
		core->cfg.host_ops->kick(core->cfg.host);
	return err;
}

static void report_event(struct fault_dev *dev, const struct fault_record *f, u64 now)
{
	struct fault_attach *attach;
	struct fault_domain *domain;
	union fault_owner owner;
	unsigned long flags;
	bool stalls;

	flags = fenv_lock(&dev->lock);
	dev->stats.reported++;
	dev->stats.unrecoverable++;
	attach = attach_find(dev, fault_key_pasid(f));
	if (attach)
		fenv_ref_get(&attach->refs);
	fenv_unlock(&dev->lock, flags);
	if (!attach)
		return;
	domain = attach->domain;
	/* Without stalls the owner may change at any time: the present one gets the event. */
	flags = fenv_lock(&domain->lock);
	owner = domain->cfg.owner;
	stalls = fenv_load(&domain->stalls);
	fenv_unlock(&domain->lock, flags);
	if (domain->cfg.type == FAULT_DOMAIN_FORWARD && stalls)
		fault_queue_push_event(owner.queue, f);
	else if (domain->cfg.type == FAULT_DOMAIN_HANDLER && owner.handler.ops && owner.handler.ops->event)
		owner.handler.ops->event(owner.handler.ctx, f, now);
	attach_put(attach);
}

static bool well_formed(const struct fault_record *f)
{
	const u32 perm = FAULT_READ | FAULT_WRITE | FAULT_EXEC | FAULT_PRIV;

	return f->type <= FAULT_UNRECOVERABLE && !(f->flags & ~(FAULT_PASID_VALID | FAULT_LAST)) &&
	       !(f->perm & ~perm) && (!(f->flags & FAULT_PASID_VALID) || f->pasid <= FAULT_PASID_MAX);
}

/* A note for the watchdog, written once between two of its checks, not once for each report. */
static void note_activity(struct fault_core *core)
{
	if (!fenv_load(&core->active))
		fenv_store(&core->active, 1);
}

/* The record stays where it is: if no interrupt wakes the driver again, the watchdog does. */
static fl_rare int come_again(struct fault_core *core)
{
	fenv_store(&core->again, 1);
	return -EAGAIN;
}

int fault_dev_report(struct fault_dev *dev, const struct fault_record *f, u64 now)
{
	if (!well_formed(f))
		return -EINVAL;
	note_activity(dev->core);
	if (f->type == FAULT_UNRECOVERABLE)
		report_event(dev, f, now);
	else if (unlikely(report_recoverable(dev, f, now)))
		return come_again(dev->core);
	return 0;
}

/* No device is known under this StreamID: a fault that waits must not wait for ever. */
static int report_orphan(struct fault_core *core, const struct fault_record *f)
{
	bool owed = f->type != FAULT_UNRECOVERABLE && fault_is_last(f);
	unsigned long flags;

	if (!well_formed(f) || !core->drv.ops)
		return -EINVAL;
	note_activity(core);
	if (owed && fault_send(core, NULL, f, FAULT_TERMINATE, true))
		return come_again(core);
	flags = fenv_lock(&core->lock);
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
	fenv_unlock(&core->lock, flags);
	return 0;
}

int fault_core_report(struct fault_core *core, const struct fault_record *f, u64 now)
{
	struct fault_dev *dev = fault_dev_lookup(core, f->sid);
	int err;

	if (!dev)
		return report_orphan(core, f);
	err = fault_dev_report(dev, f, now);
	dev_put(dev);
	return err;
}
