// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Forwarding: a bounded queue that hands whole groups to an owner who cannot be trusted. */
#include "fault_priv.h"

int fault_queue_create(struct fault_core *core, const struct fault_queue_cfg *cfg, struct fault_queue **out)
{
	struct fault_queue *q;
	u32 entries = cfg->entries ? cfg->entries : 256;

	if (entries & (entries - 1) || entries > 1u << 20 || cfg->full_code > FAULT_FAILURE)
		return -EINVAL;
	q = fault_alloc(core, sizeof(*q));
	if (!q)
		return -ENOMEM;
	q->ring = fault_alloc(core, entries * sizeof(*q->ring));
	if (!q->ring) {
		fault_free(core, q);
		return -ENOMEM;
	}
	fault_core_hold(core, 1);
	q->core = core;
	q->cfg = *cfg;
	q->cfg.entries = entries;
	if (!q->cfg.full_code)
		q->cfg.full_code = FAULT_RETRY;
	fenv_lock_init(&q->lock);
	*out = q;
	return 0;
}

int fault_queue_destroy(struct fault_queue *q)
{
	struct fault_core *core = q->core;
	unsigned long flags;
	u32 users;

	flags = fenv_lock(&q->lock);
	users = q->users;
	fenv_unlock(&q->lock, flags);
	if (users)
		return -EBUSY;
	fault_free(core, q->ring);
	fault_free(core, q);
	fault_core_hold(core, -1);
	return 0;
}

void fault_queue_use(struct fault_queue *q, int by)
{
	unsigned long flags = fenv_lock(&q->lock);

	q->users += (u32)by;
	fenv_unlock(&q->lock, flags);
}

/* The caller holds q->lock, and there is room. */
static void put_message(struct fault_queue *q, const struct fault_record *f, u64 cookie, u32 flags)
{
	struct fault_message *m = &q->ring[q->head % q->cfg.entries];

	m->fault = *f;
	m->fault.cookie = cookie;
	m->flags = flags | (q->lost ? FAULT_MSG_LOST : 0);
	m->lost = q->lost;
	q->lost = 0;
	q->head++;
}

static u32 room(const struct fault_queue *q)
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
	flags = fenv_lock(&g->dev->lock);
	g->queue = q;
	fenv_unlock(&g->dev->lock, flags);
	flags = fenv_lock(&q->lock);
	fits = room(q) >= g->count;
	for (f = fits ? fault_group_next(g, NULL) : NULL; f; f = next) {
		next = fault_group_next(g, f);
		put_message(q, f, cookie, next ? 0 : FAULT_MSG_LAST);
	}
	fenv_unlock(&q->lock, flags);
	if (!fits)
		return q->cfg.full_code;
	wake_reader(q);
	return FAULT_LATER;
}

void fault_queue_push_event(struct fault_queue *q, const struct fault_record *f)
{
	unsigned long flags;
	bool fits;

	flags = fenv_lock(&q->lock);
	fits = room(q) >= 1;
	if (fits)
		put_message(q, f, 0, FAULT_MSG_NO_ANSWER);
	else
		q->lost++;
	fenv_unlock(&q->lock, flags);
	if (fits)
		wake_reader(q);
}

/* Number of messages from @at to the end of its group; producers write neither before nor between them. */
static u32 group_length(const struct fault_queue *q, u32 at)
{
	u32 n = 1;

	while (!(q->ring[(at + n - 1) % q->cfg.entries].flags & (FAULT_MSG_LAST | FAULT_MSG_NO_ANSWER)))
		n++;
	return n;
}

int fault_queue_read(struct fault_queue *q, int (*copy)(void *ctx, const struct fault_message *m), void *ctx, u32 max)
{
	u32 head, tail, n, i, done = 0;
	unsigned long flags;
	int err = 0;

	flags = fenv_lock(&q->lock);
	head = q->head;
	tail = q->tail;
	fenv_unlock(&q->lock, flags);
	while (tail != head && !err) {
		n = group_length(q, tail);
		if (n > max - done) {
			err = -EMSGSIZE;
			break;
		}
		for (i = 0; i < n && !err; i++)
			err = copy(ctx, &q->ring[(tail + i) % q->cfg.entries]);
		if (err)
			break;
		tail += n;
		done += n;
		flags = fenv_lock(&q->lock);
		q->tail = tail;
		fenv_unlock(&q->lock, flags);
	}
	return done ? (int)done : err;
}

int fault_queue_respond(struct fault_queue *q, u64 cookie, enum fault_code code, u64 now)
{
	return fault_respond_cookie(q->core, q, cookie, code, now);
}
