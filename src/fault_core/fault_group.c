// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Groups: reserved slots, and the one place where an answer is decided.
 *
 *   FREE -> PARTIAL -> PENDING -> HANDLING -> ANSWERED -> FREE
 *
 * From PENDING on, the state changes by compare-and-swap; whoever moves it to
 * ANSWERED, and nobody else, sends the answer. The slot is free again when the
 * last reference is gone.
 */
#include "fault_priv.h"

/* Makes a group in state PARTIAL, on no list, from a free slot. The caller holds dev->lock. */
struct fault_group *fault_group_new(struct fault_dev *dev, u32 pasid, u32 index, u64 now)
{
	struct fault_group *g;

	g = container_of(dev->free_groups.next, struct fault_group, link);
	fault_list_del(&g->link);
	fenv_ref_get(&dev->refs);
	fenv_ref_init(&g->refs);
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
	fenv_store(&g->t_handled, 0);
	fenv_store(&g->t_respond, 0);
	fenv_store(&g->state, FAULT_PARTIAL);
	return g;
}

/* Returns false if there is no slot. Takes no credit. The caller holds dev->lock. */
bool fault_group_append(struct fault_group *g, const struct fault_record *f)
{
	struct fault_slot *slot = g->dev->free_slots;

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

/* Poison a partial group: drop its requests, but keep its name until its LAST arrives. The caller holds dev->lock. */
void fault_group_drop(struct fault_group *g)
{
	if (g->poisoned)
		return;
	g->dev->stats.dropped += g->count;
	fenv_count_sub(&g->dev->unanswered, g->count);
	free_slots(g);
	g->count = 0;
	g->attach = NULL;
	g->poisoned = true;
}

/*
 * The last reference was dropped and the group is on no list. The caller holds dev->lock, and puts the device and the
 * attachment afterwards.
 */
void fault_group_recycle(struct fault_group *g)
{
	struct fault_dev *dev = g->dev;

	dev->stats.handled += g->n_handled;
	free_slots(g);
	g->gen++;
	fenv_store(&g->state, FAULT_FREE);
	fault_list_add_tail(&dev->free_groups, &g->link);
}

/* Drop the references of a group that nobody refers to any more. No lock is held. */
static void put_rest(struct fault_dev *dev, struct fault_attach *attach)
{
	if (attach)
		attach_put(attach);
	dev_put(dev);
}

void fault_group_get(struct fault_group *g)
{
	fenv_ref_get(&g->refs);
}

void fault_group_put(struct fault_group *g)
{
	struct fault_dev *dev = g->dev;
	struct fault_attach *attach;
	unsigned long flags;

	if (!fenv_ref_put(&g->refs))
		return;
	attach = g->attach;
	flags = fenv_lock(&dev->lock);
	fault_group_recycle(g);
	fenv_unlock(&dev->lock, flags);
	put_rest(dev, attach);
}

u64 fault_group_cookie(const struct fault_group *g)
{
	/* Generation 0 is skipped, so that no cookie is 0. */
	return FIELD_PREP(FAULT_COOKIE_GEN, (u64)g->gen % (1u << 26) + 1) |
	       FIELD_PREP(FAULT_COOKIE_SLOT, (u64)g->number) | FIELD_PREP(FAULT_COOKIE_DEV, (u64)g->dev->id.key);
}

const struct fault_record *fault_group_next(const struct fault_group *g, const struct fault_record *prev)
{
	return group_next(g, prev);
}

void fault_group_info(const struct fault_group *g, struct fault_group_info *out)
{
	u32 state = fenv_load(&g->state);
	unsigned long flags;

	out->cookie = fault_group_cookie(g);
	out->dev_ctx = g->dev->cfg.dev_ctx;
	out->pasid = g->pasid;
	out->index = g->index;
	out->answer = FAULT_IS_ANSWERED(state) ? FAULT_ANSWER_OF(state) : FAULT_DEFAULT;
	out->t_handled = fenv_load(&g->t_handled);
	out->t_respond = fenv_load(&g->t_respond);
	flags = fenv_lock(&g->dev->lock);
	out->sid = g->last ? g->last->f.sid : 0;
	out->count = g->count;
	out->t_first = g->t_first;
	out->t_last = g->t_last;
	out->t_take = g->t_take;
	fenv_unlock(&g->dev->lock, flags);
}

int fault_send(struct fault_core *core, struct fault_dev *dev, const struct fault_record *f, enum fault_code code,
	       bool orphan)
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
bool fault_group_claim(struct fault_group *g, enum fault_code code, u64 now)
{
	u32 state;

	do {
		state = fenv_load(&g->state);
		if (state != FAULT_PENDING && state != FAULT_HANDLING)
			return false;
	} while (!fenv_cmpxchg(&g->state, state, FAULT_ANSWERED_WITH(code)));
	fenv_store(&g->t_respond, now);
	fenv_count_sub(&g->dev->unanswered, g->count);
	return true;
}

/* Remove a group from the lists of unanswered groups. The caller holds dev->lock. */
static void leave(struct fault_group *g)
{
	fault_list_del(&g->link);
	if (!fault_list_empty(&g->ready))
		fault_list_del_init(&g->ready);
}

/*
 * Note that the answer was sent (@err is 0) or not. Drops the reference of the lists and, with @put, the caller's
 * own. Returns true if that was the last one: put_rest() must follow. The caller holds dev->lock.
 */
static bool sent(struct fault_group *g, enum fault_code code, int err, bool put)
{
	struct fault_dev *dev = g->dev;
	bool last = false;

	if (err) {
		dev->stats.unsent++;
		fault_list_add_tail(&dev->unsent, &g->link);
	} else {
		dev->stats.answered[code]++;
		if (g->attach) {
			g->attach->pending--;
			g->attach->older -= g->attach_gen != g->attach->gen;
		}
		last = fenv_ref_put(&g->refs);
	}
	if (put && !last)
		last = fenv_ref_put(&g->refs);
	if (last)
		fault_group_recycle(g);
	return last;
}

/* Claim the group and send its answer. The caller holds a reference; with @put, it is dropped whatever happens. */
int fault_group_answer(struct fault_group *g, enum fault_code code, u64 now, bool put)
{
	struct fault_attach *attach = g->attach;
	struct fault_dev *dev = g->dev;
	unsigned long flags;
	bool retry, last;
	int err;

	if (!fault_group_claim(g, code, now)) {
		flags = fenv_lock(&dev->lock);
		dev->stats.late++;
		fenv_unlock(&dev->lock, flags);
		if (put)
			fault_group_put(g);
		return -EALREADY;
	}
	fault_observe(g, FAULT_AT_RESPONSE, now);
	err = fault_send(dev->core, dev, &g->last->f, code, false);
	flags = fenv_lock(&dev->lock);
	leave(g);
	retry = !err && !fault_list_empty(&dev->unsent);
	if (retry)
		fenv_ref_get(&dev->refs);
	last = sent(g, code, err, put);
	fenv_unlock(&dev->lock, flags);
	if (last)
		put_rest(dev, attach);
	if (retry) {
		fault_resend(dev, now);
		dev_put(dev);
	}
	return 0;
}

/*
 * Decide every unanswered complete group of one attachment (NULL: of all) as FAULT_RETRY, and move those that were
 * claimed to @out in order of arrival. The caller holds dev->lock.
 */
void fault_collect(struct fault_dev *dev, struct fault_attach *attach, struct fault_list *out, u64 now)
{
	struct fault_list *l, *next;
	struct fault_group *g;

	for (l = dev->pending.next; l != &dev->pending; l = next) {
		next = l->next;
		g = container_of(l, struct fault_group, link);
		if ((attach && g->attach != attach) || !fault_group_claim(g, FAULT_RETRY, now))
			continue;
		leave(g);
		fault_list_add_tail(out, &g->link);
		fenv_count_add(&dev->sending, 1);
		dev->stats.flushed++;
	}
}

/* Do the same for groups past their deadline. Returns true if there is one. The caller holds dev->lock. */
bool fault_collect_expired(struct fault_dev *dev, struct fault_list *out, u64 now)
{
	struct fault_list *l, *next;
	struct fault_group *g;

	for (l = dev->pending.next; l != &dev->pending; l = next) {
		next = l->next;
		g = container_of(l, struct fault_group, link);
		if (now < g->t_last || now - g->t_last < dev->cfg.pending_ns)
			break;
		if (!fault_group_claim(g, dev->cfg.expire_code, now))
			continue;
		leave(g);
		fault_list_add_tail(out, &g->link);
		fenv_count_add(&dev->sending, 1);
		dev->stats.expired++;
	}
	return !fault_list_empty(out);
}

/*
 * Append the rest of a list, whose answers are sent in order, behind the answer that was not taken. The caller holds
 * dev->lock.
 */
static void put_back(struct fault_dev *dev, struct fault_list *list)
{
	struct fault_list *l;

	for (l = list->next; l != list; l = l->next)
		fenv_count_sub(&dev->sending, 1);
	fault_list_splice(list, &dev->unsent);
}

/*
 * Send the answers of collected groups in order. Returns 0, or the driver's error at the first answer that was not
 * taken: it waits in dev->unsent together with those behind it.
 */
int fault_answer_list(struct fault_dev *dev, struct fault_list *list, u64 now)
{
	struct fault_attach *attach;
	enum fault_code code;
	struct fault_group *g;
	unsigned long flags;
	bool last;
	int err = 0;

	while (!err && !fault_list_empty(list)) {
		g = container_of(list->next, struct fault_group, link);
		fault_list_del(&g->link);
		code = FAULT_ANSWER_OF(fenv_load(&g->state));
		fault_observe(g, FAULT_AT_RESPONSE, now);
		err = fault_send(dev->core, dev, &g->last->f, code, false);
		flags = fenv_lock(&dev->lock);
		fenv_count_sub(&dev->sending, 1);
		attach = g->attach;
		last = sent(g, code, err, false);
		if (err)
			put_back(dev, list);
		fenv_unlock(&dev->lock, flags);
		if (last)
			put_rest(dev, attach);
	}
	return err;
}

/* Resend all answers that the hardware did not take. The caller holds a reference on the device. */
int fault_resend(struct fault_dev *dev, u64 now)
{
	struct fault_list list, *l;
	unsigned long flags;

	fault_list_init(&list);
	flags = fenv_lock(&dev->lock);
	fault_list_splice(&dev->unsent, &list);
	for (l = list.next; l != &list; l = l->next)
		fenv_count_add(&dev->sending, 1);
	fenv_unlock(&dev->lock, flags);
	return fault_answer_list(dev, &list, now);
}

static bool is_answer(enum fault_code code)
{
	return code == FAULT_RETRY || code == FAULT_TERMINATE || code == FAULT_FAILURE;
}

int fault_group_respond(struct fault_group *g, enum fault_code code, u64 now)
{
	return is_answer(code) ? fault_group_answer(g, code, now, false) : -EINVAL;
}

/* With @owner, answer only groups that were handed over to that owner. */
int fault_respond_cookie(struct fault_core *core, struct fault_queue *owner, u64 cookie, enum fault_code code, u64 now)
{
	struct fault_group *g = NULL;
	struct fault_dev *dev;
	unsigned long flags;
	int err = -ENOENT;
	u64 slot;
	u32 state;

	if (!is_answer(code))
		return -EINVAL;
	dev = fault_dev_lookup_id(core, (u32)FIELD_GET(FAULT_COOKIE_DEV, cookie));
	if (!dev)
		return -ENOENT;
	slot = FIELD_GET(FAULT_COOKIE_SLOT, cookie);
	flags = fenv_lock(&dev->lock);
	if (slot < dev->n_groups && fault_group_cookie(&dev->groups[slot]) == cookie) {
		g = &dev->groups[slot];
		state = fenv_load(&g->state);
		if (owner && g->queue != owner)
			err = -ENOENT;
		else if (FAULT_IS_ANSWERED(state))
			err = -EALREADY;
		else if (state == FAULT_PENDING || state == FAULT_HANDLING)
			err = 0;
		/*
		 * The group is unanswered or just being answered: the reference of the lists may be dropped at any
		 * time, so only try to get one.
		 */
		if (!err && !fenv_ref_get_not_zero(&g->refs))
			err = -EALREADY;
	}
	if (err)
		dev->stats.late++;
	fenv_unlock(&dev->lock, flags);
	if (!err)
		err = fault_group_answer(g, code, now, true);
	dev_put(dev);
	return err;
}

int fault_core_respond(struct fault_core *core, u64 cookie, enum fault_code code, u64 now)
{
	return fault_respond_cookie(core, NULL, cookie, code, now);
}
