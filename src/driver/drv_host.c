/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The host's services as drivers use them. */
#include "drv_host.h"
#include "drv_device.h"
#include "drv_domain.h"

#define NO_POLL_TRIES 1000

void drv_host_init(struct drv_host *h, const struct drv_ops *ops, void *ctx, struct fault_core *core)
{
	h->ops = ops;
	h->ctx = ctx;
	h->table_ops = ops;
	h->table_ctx = ctx;
	h->core = core;
	spin_lock_init(&h->lock);
}

int drv_bind(struct drv_host *h, const struct fault_ops *ops, u32 retry, u32 terminate, u32 failure)
{
	struct fault_driver drv = { .ops = ops, .ctx = h };
	int r;

	drv.hw_code[FAULT_RETRY] = retry;
	drv.hw_code[FAULT_TERMINATE] = terminate;
	drv.hw_code[FAULT_FAILURE] = failure;
	r = fault_core_bind(h->core, &drv);
	h->bound = !r;
	return r;
}

void drv_unbind(struct drv_host *h)
{
	u32 tries = 0;

	while (h->bound && fault_core_bind(h->core, NULL) == -EBUSY) {
		/* The group was answered while it waited for a worker; there is nothing to handle. */
		fault_core_run(h->core, drv_now(h), ~0U);
		drv_poll(h, tries++);
	}
	h->bound = false;
}

void drv_empty(struct drv_host *h, const struct drv_class *driver, u64 now)
{
	while (h->devs)
		driver->device_remove(h, h->devs->faults, now);
	while (h->doms)
		driver->domain_free(h, h->doms->faults);
}

bool drv_poll(struct drv_host *h, u32 tries)
{
	return h->ops->poll ? h->ops->poll(h->ctx, tries) : tries < NO_POLL_TRIES;
}

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

	if (h->observe)
		h->observe(h->observer, g, point, now);
}
