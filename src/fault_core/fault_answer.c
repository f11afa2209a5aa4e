// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Answers: the one place where an answer is decided, and how it gets to the hardware. */
#include "fault_priv.h"

int fault_send_response(struct fault_core *core, struct fault_dev *dev,
			const struct fault_record *f, enum fault_code code, bool orphan)
{
	struct fault_response r = {
		.cookie = f->cookie,
		.sid = f->sid,
		.pasid = fault_key_pasid(f),
		.index = f->index,
		.hw_code = core->drv.hw_code[code],
		.code = code,
		.type = (enum fault_type)f->type,
		.orphan = orphan,
	};

	return core->drv.ops->respond(core->drv.ctx, dev ? dev->cfg.dev_ctx : NULL, &r);
}

/* Decide the answer. Returns true if the caller, and nobody else, has to send @code. */
static bool claim(struct fault_group *g, enum fault_code code, u64 now)
{
	u32 state = fault_group_state(g);

	do {
		if (state != FAULT_PENDING && state != FAULT_HANDLING)
			return false;
	} while (!try_cmpxchg(&g->state, &state, fault_answered_with(code)));
	WRITE_ONCE(g->t_respond, now);
	atomic_fetch_sub_release((int)g->count, &g->dev->unanswered);
	return true;
}

static void unlink_unanswered(struct fault_group *g)
{
	lockdep_assert_held(&g->dev->lock);
	list_del(&g->link);
	if (!list_empty(&g->ready_link))
		list_del_init(&g->ready_link);
}

/*
 * Note that the answer was sent (@err is 0) or not. Drops the reference of the lists and, with
 * @put, the caller's own. Returns true if that was the last one: the group is free, and the caller
 * puts its attachment and its device.
 */
static bool note_sent(struct fault_group *g, enum fault_code code, int err, bool put)
{
	struct fault_dev *dev = g->dev;
	bool last = false;

	lockdep_assert_held(&dev->lock);
	if (err) {
		dev->stats.unsent++;
		list_add_tail(&g->link, &dev->unsent);
	} else {
		dev->stats.answered[code]++;
		if (g->attach) {
			g->attach->pending--;
			g->attach->older -= g->attach_gen != g->attach->gen;
		}
	}
	if (!err || put)
		last = refcount_sub_and_test(!err + put, &g->refs);
	if (last)
		fault_group_recycle(g);
	return last;
}

static void put_attach_and_dev(struct fault_attach *attach, struct fault_dev *dev)
{
	if (attach)
		attach_put(attach);
	dev_put(dev);
}

/*
 * Claim the group and send its answer. The caller holds a reference; with @put, it is dropped
 * whatever happens.
 */
int fault_group_answer(struct fault_group *g, enum fault_code code, u64 now, bool put)
{
	struct fault_attach *attach = g->attach;
	struct fault_dev *dev = g->dev;
	bool send_others, last;
	unsigned long flags;
	int err;

	if (!claim(g, code, now)) {
		spin_lock_irqsave(&dev->lock, flags);
		dev->stats.late++;
		spin_unlock_irqrestore(&dev->lock, flags);
		if (put)
			fault_group_put(g);
		return -EALREADY;
	}
	fault_observe(g, FAULT_AT_RESPONSE, now);
	err = fault_send_response(dev->core, dev, &g->last->f, code, false);
	spin_lock_irqsave(&dev->lock, flags);
	unlink_unanswered(g);
	/* The hardware takes answers now: those that it did not take before go, too. */
	send_others = !err && !list_empty(&dev->unsent);
	if (send_others)
		refcount_inc(&dev->refs);
	last = note_sent(g, code, err, put);
	spin_unlock_irqrestore(&dev->lock, flags);
	if (last)
		put_attach_and_dev(attach, dev);
	if (send_others) {
		fault_send_unsent(dev, now);
		dev_put(dev);
	}
	return 0;
}

static void move_claimed(struct fault_group *g, struct list_head *out)
{
	unlink_unanswered(g);
	list_add_tail(&g->link, out);
	atomic_add(1, &g->dev->sending);
}

/*
 * Decide every unanswered complete group of one attachment (NULL: of all) as FAULT_RETRY, and move
 * those that were claimed to @out in order of arrival.
 */
void fault_claim_pending(struct fault_dev *dev, struct fault_attach *attach, struct list_head *out,
			 u64 now)
{
	struct fault_group *g, *next;

	lockdep_assert_held(&dev->lock);
	list_for_each_entry_safe(g, next, &dev->pending, link) {
		if ((attach && g->attach != attach) || !claim(g, FAULT_RETRY, now))
			continue;
		move_claimed(g, out);
		dev->stats.flushed++;
	}
}

/* Do the same for groups past their deadline. Returns their number. */
unsigned int fault_claim_expired(struct fault_dev *dev, struct list_head *out, u64 now)
{
	struct fault_group *g, *next;
	unsigned int n = 0;

	lockdep_assert_held(&dev->lock);
	list_for_each_entry_safe(g, next, &dev->pending, link) {
		if (now < g->t_last || now - g->t_last < dev->cfg.pending_ns)
			break;
		if (!claim(g, dev->cfg.expire_code, now))
			continue;
		move_claimed(g, out);
		dev->stats.expired++;
		n++;
	}
	return n;
}

/*
 * Answers are sent in order: append the rest of a list behind the answer that was not taken.
 */
static void keep_unsent(struct fault_dev *dev, struct list_head *list)
{
	struct fault_group *g;

	lockdep_assert_held(&dev->lock);
	list_for_each_entry(g, list, link)
		atomic_fetch_sub_release(1, &dev->sending);
	list_splice_tail_init(list, &dev->unsent);
}

/*
 * Send the answers of claimed groups in order. Returns 0, or the driver's error at the first answer
 * that was not taken: it waits in dev->unsent together with those behind it.
 */
int fault_send_claimed(struct fault_dev *dev, struct list_head *list, u64 now)
{
	struct fault_attach *attach;
	enum fault_code code;
	struct fault_group *g;
	unsigned long flags;
	bool last;
	int err = 0;

	while (!err && !list_empty(list)) {
		g = list_first_entry(list, struct fault_group, link);
		list_del(&g->link);
		code = fault_answer_of(fault_group_state(g));
		fault_observe(g, FAULT_AT_RESPONSE, now);
		err = fault_send_response(dev->core, dev, &g->last->f, code, false);
		spin_lock_irqsave(&dev->lock, flags);
		atomic_fetch_sub_release(1, &dev->sending);
		attach = g->attach;
		last = note_sent(g, code, err, false);
		if (err)
			keep_unsent(dev, list);
		spin_unlock_irqrestore(&dev->lock, flags);
		if (last)
			put_attach_and_dev(attach, dev);
	}
	return err;
}

/*
 * Send all answers again that the hardware did not take. The caller holds a reference on the
 * device.
 */
int fault_send_unsent(struct fault_dev *dev, u64 now)
{
	struct fault_group *g;
	unsigned long flags;
	LIST_HEAD(list);

	spin_lock_irqsave(&dev->lock, flags);
	list_splice_tail_init(&dev->unsent, &list);
	list_for_each_entry(g, &list, link)
		atomic_add(1, &dev->sending);
	spin_unlock_irqrestore(&dev->lock, flags);
	return fault_send_claimed(dev, &list, now);
}

int fault_group_respond(struct fault_group *g, enum fault_code code, u64 now)
{
	return fault_is_answer(code) ? fault_group_answer(g, code, now, false) : -EINVAL;
}
EXPORT_SYMBOL_GPL(fault_group_respond);

/* Whether the group in @slot may be answered by its @cookie and, unless NULL, by @owner. */
static int check_cookie(struct fault_dev *dev, u64 slot, struct fault_queue *owner, u64 cookie)
{
	struct fault_group *g;
	u32 state;

	lockdep_assert_held(&dev->lock);
	if (slot >= dev->n_groups)
		return -ENOENT;
	g = &dev->groups[slot];
	if (fault_group_cookie(g) != cookie)
		return -ENOENT;
	if (owner && g->queue != owner)
		return -ENOENT;
	state = fault_group_state(g);
	if (fault_is_answered(state))
		return -EALREADY;
	return state == FAULT_PENDING || state == FAULT_HANDLING ? 0 : -ENOENT;
}

/* With @owner, answer only groups that were handed over to that owner. */
int fault_respond_cookie(struct fault_core *core, struct fault_queue *owner, u64 cookie,
			 enum fault_code code, u64 now)
{
	u64 slot = FIELD_GET(FAULT_COOKIE_SLOT, cookie);
	struct fault_dev *dev;
	unsigned long flags;
	int err;

	if (!fault_is_answer(code))
		return -EINVAL;
	dev = fault_dev_lookup_id(core, (u32)FIELD_GET(FAULT_COOKIE_DEV, cookie));
	if (!dev)
		return -ENOENT;
	spin_lock_irqsave(&dev->lock, flags);
	err = check_cookie(dev, slot, owner, cookie);
	/*
	 * The group is unanswered or just being answered: the reference of the lists may be dropped
	 * at any time, so only try to get one.
	 */
	if (!err && !refcount_inc_not_zero(&dev->groups[slot].refs))
		err = -EALREADY;
	if (err)
		dev->stats.late++;
	spin_unlock_irqrestore(&dev->lock, flags);
	if (!err)
		err = fault_group_answer(&dev->groups[slot], code, now, true);
	dev_put(dev);
	return err;
}

int fault_core_respond(struct fault_core *core, u64 cookie, enum fault_code code, u64 now)
{
	return fault_respond_cookie(core, NULL, cookie, code, now);
}
EXPORT_SYMBOL_GPL(fault_core_respond);
