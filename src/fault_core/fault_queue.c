// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Forwarding: a bounded queue that hands whole groups to an owner who cannot be trusted. */
#include "fault_priv.h"

#define ENTRIES	    256
#define MAX_ENTRIES BIT(20)

int fault_queue_create(struct fault_core *core, const struct fault_queue_cfg *cfg,
		       struct fault_queue **out)
{
	struct fault_queue *q;
	u32 entries = cfg->entries ? cfg->entries : ENTRIES;

	if (entries & (entries - 1) || entries > MAX_ENTRIES || cfg->full_code > FAULT_FAILURE)
		return -EINVAL;
	q = fault_alloc(core, sizeof(*q), GFP_KERNEL);
	if (!q)
		return -ENOMEM;
	q->ring = fault_alloc(core, entries * sizeof(*q->ring), GFP_KERNEL);
	if (!q->ring)
		goto free_queue;
	fault_core_get(core);
	q->core = core;
	q->cfg = *cfg;
	q->cfg.entries = entries;
	if (!q->cfg.full_code)
		q->cfg.full_code = FAULT_RETRY;
	spin_lock_init(&q->lock);
	*out = q;
	return 0;

free_queue:
	fault_free(core, q);
	return -ENOMEM;
}
EXPORT_SYMBOL_GPL(fault_queue_create);

int fault_queue_destroy(struct fault_queue *q)
{
	struct fault_core *core = q->core;
	unsigned long flags;
	u32 users;

	spin_lock_irqsave(&q->lock, flags);
	users = q->users;
	spin_unlock_irqrestore(&q->lock, flags);
	if (users)
		return -EBUSY;
	fault_free(core, q->ring);
	fault_free(core, q);
	fault_core_put(core);
	return 0;
}
EXPORT_SYMBOL_GPL(fault_queue_destroy);

/* A domain forwards to the queue. */
void fault_queue_get(struct fault_queue *q)
{
	unsigned long flags;

	spin_lock_irqsave(&q->lock, flags);
	q->users++;
	spin_unlock_irqrestore(&q->lock, flags);
}

void fault_queue_put(struct fault_queue *q)
{
	unsigned long flags;

	spin_lock_irqsave(&q->lock, flags);
	q->users--;
	spin_unlock_irqrestore(&q->lock, flags);
}

/* There is room. */
static void add_message(struct fault_queue *q, const struct fault_record *f, u64 cookie, u32 flags)
{
	struct fault_message *m = &q->ring[q->head % q->cfg.entries];

	lockdep_assert_held(&q->lock);
	m->fault = *f;
	m->fault.cookie = cookie;
	m->flags = flags | (q->lost ? FAULT_MSG_LOST : 0);
	m->lost = q->lost;
	q->lost = 0;
	q->head++;
}

static u32 free_entries(const struct fault_queue *q)
{
	return q->cfg.entries - (q->head - q->tail);
}

static void wake_reader(struct fault_queue *q)
{
	if (q->cfg.notify)
		q->cfg.notify(q->cfg.ctx);
}

/* Queue the whole group or nothing of it. */
enum fault_code fault_queue_push_group(struct fault_queue *q, struct fault_group *g)
{
	const struct fault_record *f, *next;
	u64 cookie = fault_group_cookie(g);
	unsigned long flags;
	bool fits;

	/* The owner may answer as soon as it can read. */
	spin_lock_irqsave(&g->dev->lock, flags);
	g->queue = q;
	spin_unlock_irqrestore(&g->dev->lock, flags);
	spin_lock_irqsave(&q->lock, flags);
	fits = free_entries(q) >= g->count;
	for (f = fits ? fault_next_record(g, NULL) : NULL; f; f = next) {
		next = fault_next_record(g, f);
		add_message(q, f, cookie, next ? 0 : FAULT_MSG_LAST);
	}
	spin_unlock_irqrestore(&q->lock, flags);
	if (!fits)
		return q->cfg.full_code;
	wake_reader(q);
	return FAULT_LATER;
}

void fault_queue_push_event(struct fault_queue *q, const struct fault_record *f)
{
	unsigned long flags;
	bool fits;

	spin_lock_irqsave(&q->lock, flags);
	fits = free_entries(q) > 0;
	if (fits)
		add_message(q, f, 0, FAULT_MSG_NO_ANSWER);
	else
		q->lost++;
	spin_unlock_irqrestore(&q->lock, flags);
	if (fits)
		wake_reader(q);
}

/*
 * Number of messages from @at to the end of its group; producers write neither before nor between
 * them.
 */
static u32 group_length(const struct fault_queue *q, u32 at)
{
	u32 n = 1;

	while (!(q->ring[(at + n - 1) % q->cfg.entries].flags &
		 (FAULT_MSG_LAST | FAULT_MSG_NO_ANSWER)))
		n++;
	return n;
}

int fault_queue_read(struct fault_queue *q, int (*copy)(void *ctx, const struct fault_message *m),
		     void *ctx, u32 max)
{
	u32 head, tail, n, i, done = 0;
	unsigned long flags;
	int err = 0;

	spin_lock_irqsave(&q->lock, flags);
	head = q->head;
	tail = q->tail;
	spin_unlock_irqrestore(&q->lock, flags);
	for (; tail != head; tail += n) {
		n = group_length(q, tail);
		if (n > max - done) {
			err = -EMSGSIZE;
			goto out;
		}
		for (i = 0; i < n; i++) {
			err = copy(ctx, &q->ring[(tail + i) % q->cfg.entries]);
			if (err)
				goto out;
		}
		done += n;
		spin_lock_irqsave(&q->lock, flags);
		q->tail = tail + n;
		spin_unlock_irqrestore(&q->lock, flags);
	}
out:
	return done ? (int)done : err;
}
EXPORT_SYMBOL_GPL(fault_queue_read);

int fault_queue_respond(struct fault_queue *q, u64 cookie, enum fault_code code, u64 now)
{
	return fault_respond_cookie(q->core, q, cookie, code, now);
}
EXPORT_SYMBOL_GPL(fault_queue_respond);
