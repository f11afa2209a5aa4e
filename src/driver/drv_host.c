// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A driver from probe to remove, and the host's services as drivers use them. */
#include "drv_backend.h"
#include "drv_stage2.h"

#define NO_POLL_TRIES 1000

/* ---- probe and remove ---- */

static void host_init(struct drv_host *h, const struct drv_backend *backend, const struct drv_ops *ops, void *ctx,
		      struct fault_core *core)
{
	h->backend = backend;
	h->ops = ops;
	h->ctx = ctx;
	h->table_ops = ops;
	h->table_ctx = ctx;
	h->core = core;
	spin_lock_init(&h->lock);
}

static int bind(struct drv_host *h)
{
	struct fault_driver drv = { .ops = h->backend->faults, .ctx = h };
	int r;

	memcpy(drv.hw_code, h->backend->hw_code, sizeof(drv.hw_code));
	r = fault_core_bind(h->core, &drv);
	h->bound = !r;
	return r;
}

static bool poll(struct drv_host *h, u32 tries)
{
	return h->ops->poll ? h->ops->poll(h->ctx, tries) : tries < NO_POLL_TRIES;
}

/*
 * Workers and owners may still look at groups that were answered, and through them at devices and operations of the
 * driver. The wait has no time-out: it lasts until they have dropped the last reference.
 */
static void unbind(struct drv_host *h)
{
	u32 tries = 0;

	while (h->bound && fault_core_bind(h->core, NULL) == -EBUSY) {
		/* The group was answered while it waited for a worker; there is nothing to handle. */
		fault_core_run(h->core, drv_now(h), ~0U);
		poll(h, tries++);
	}
	h->bound = false;
}

static void free_all(struct drv_host *h)
{
	h->backend->free(h);
	drv_stage2_destroy(h);
}

int drv_probe(void *drv, const struct drv_backend *backend, const void *cfg, const struct drv_ops *ops, void *ctx,
	      struct fault_core *core)
{
	struct drv_host *h = drv;
	int r;

	memset(drv, 0, backend->driver_bytes);
	host_init(h, backend, ops, ctx, core);
	h->cfg = backend->configure(h, cfg);
	r = backend->features(h);
	if (r)
		return r;
	r = backend->alloc(h);
	if (!r) {
		r = backend->start(h);
		/* Last: a watchdog must not meet queues that are being set up. */
		if (!r)
			r = bind(h);
		if (r)
			backend->stop(h);
	}
	if (r)
		free_all(h);
	return r;
}

void drv_remove(void *drv, u64 now)
{
	struct drv_host *h = drv;

	drv_note_now(h, now);
	while (h->devs)
		drv_device_remove(h, h->devs->faults, now);
	while (h->doms)
		drv_domain_free(h, h->doms->faults);
	unbind(h);
	h->backend->stop(h);
	free_all(h);
}

/* ---- hardware that does not respond ---- */

bool drv_dead(struct drv_host *h)
{
	unsigned long flags;
	bool dead;

	spin_lock_irqsave(&h->lock, flags);
	dead = h->dead;
	spin_unlock_irqrestore(&h->lock, flags);
	return dead;
}

void drv_gone_locked(struct drv_host *h)
{
	h->dead = true;
	h->stats.given_up = 1;
}

void drv_gone(struct drv_host *h)
{
	unsigned long flags;

	spin_lock_irqsave(&h->lock, flags);
	drv_gone_locked(h);
	spin_unlock_irqrestore(&h->lock, flags);
}

void drv_die(struct drv_host *h)
{
	bool already = drv_dead(h);

	drv_gone(h);
	if (!already && h->backend->give_up)
		h->backend->give_up(h);
}

u32 drv_status(struct drv_host *h, u64 offset)
{
	u32 value = drv_read32(h, offset);

	if (value != ~0U)
		return value;
	drv_gone(h);
	return 0;
}

bool drv_poll(struct drv_host *h, u32 tries)
{
	bool go_on = poll(h, tries);

	if (!go_on)
		drv_count(h, &h->stats.timeouts);
	return go_on;
}

const struct drv_stats *drv_stats(const void *drv)
{
	return &((const struct drv_host *)drv)->stats;
}

/* ---- time, counters, gates ---- */

u64 drv_now(struct drv_host *h)
{
	unsigned long flags;
	u64 now;

	if (h->ops->now)
		return h->ops->now(h->ctx);
	spin_lock_irqsave(&h->lock, flags);
	now = h->now;
	spin_unlock_irqrestore(&h->lock, flags);
	return now;
}

void drv_note_now(struct drv_host *h, u64 now)
{
	unsigned long flags;

	spin_lock_irqsave(&h->lock, flags);
	h->now = max(h->now, now);
	spin_unlock_irqrestore(&h->lock, flags);
}

void drv_count(struct drv_host *h, u64 *counter)
{
	unsigned long flags;

	spin_lock_irqsave(&h->lock, flags);
	++*counter;
	spin_unlock_irqrestore(&h->lock, flags);
}

void drv_gate_close(struct drv_host *h, struct drv_gate *g)
{
	unsigned long flags;
	u32 tries = 0;
	bool mine;

	for (;;) {
		spin_lock_irqsave(&h->lock, flags);
		mine = !g->closed;
		g->closed = true;
		spin_unlock_irqrestore(&h->lock, flags);
		if (mine)
			return;
		if (h->ops->poll)
			h->ops->poll(h->ctx, tries++);
	}
}

void drv_gate_open(struct drv_host *h, struct drv_gate *g)
{
	unsigned long flags;

	spin_lock_irqsave(&h->lock, flags);
	g->closed = false;
	spin_unlock_irqrestore(&h->lock, flags);
}

int drv_read_words(struct drv_host *h, u64 pa, u64 *words, u32 n)
{
	u8 raw[64];
	u32 i;
	int r;

	fl_assert(n <= 8);
	r = drv_mem_read(h, pa, raw, n * 8);
	for (i = 0; i < n && !r; i++)
		words[i] = fl_get_le64(raw + i * 8);
	return r;
}

int drv_write_word(struct drv_host *h, u64 pa, u64 word)
{
	u8 raw[8];

	fl_put_le64(raw, word);
	return drv_mem_write(h, pa, raw, sizeof(raw));
}

enum fault_code drv_sva_handle(void *mm, struct fault_group *g, const struct fault_record *f)
{
	struct drv_mm *m = mm;

	return (enum fault_code)m->handle(m, g, f);
}

void drv_observe(void *host, struct fault_group *g, enum fault_point point, u64 now)
{
	struct drv_host *h = host;

	if (h->cfg->observe)
		h->cfg->observe(h->cfg->observer, g, point, now);
}

int drv_report_request(struct drv_host *h, const struct fault_record *f, u64 *requests, u64 *stop_markers)
{
	if (f->flags == (FAULT_PASID_VALID | FAULT_LAST) && !(f->perm & (FAULT_READ | FAULT_WRITE))) {
		(*stop_markers)++;
		return 1;
	}
	if (fault_core_report(h->core, f, drv_now(h)) == -EAGAIN)
		return -EAGAIN;
	(*requests)++;
	return 0;
}
