// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "face_priv.h"
#include "fault_core.h"
#include "faultline/fault.h"

SAME_SIZE(fault_record, fl_fault_record);
SAME(fault_record, fl_fault_record, cookie, cookie);
SAME(fault_record, fl_fault_record, hw_time, hw_time);
SAME(fault_record, fl_fault_record, sid, stream);
SAME(fault_record, fl_fault_record, pasid, pasid);
SAME(fault_record, fl_fault_record, index, index);
SAME(fault_record, fl_fault_record, reason, reason);
SAME(fault_record, fl_fault_record, type, type);
SAME(fault_record, fl_fault_record, perm, perm);
SAME(fault_record, fl_fault_record, flags, flags);
SAME_SIZE(fault_response, fl_fault_response);
SAME(fault_response, fl_fault_response, sid, stream);
SAME(fault_response, fl_fault_response, pasid, pasid);
SAME(fault_response, fl_fault_response, index, index);
SAME(fault_response, fl_fault_response, hw_code, hw_code);
SAME(fault_response, fl_fault_response, code, code);
SAME(fault_response, fl_fault_response, type, type);
SAME(fault_response, fl_fault_response, orphan, orphan);
SAME_SIZE(fault_stats, fl_fault_stats);
SAME(fault_stats, fl_fault_stats, answered, answered);
SAME(fault_stats, fl_fault_stats, poisoned, poisoned);
SAME(fault_stats, fl_fault_stats, orphans, orphans);
SAME(fault_stats, fl_fault_stats, lost_irqs, lost_irqs);
SAME_VALUE(FAULT_UNRECOVERABLE, FL_FAULT_UNRECOVERABLE);
SAME_VALUE(FAULT_STALL, FL_FAULT_STALL);
SAME_VALUE(FAULT_PASID_VALID, FL_FAULT_PASID_VALID);
SAME_VALUE(FAULT_LAST, FL_FAULT_LAST);
SAME_VALUE(FAULT_READ, FL_FAULT_READ);
SAME_VALUE(FAULT_WRITE, FL_FAULT_WRITE);
SAME_VALUE(FAULT_EXEC, FL_FAULT_EXEC);
SAME_VALUE(FAULT_PRIV, FL_FAULT_PRIV);
SAME_VALUE(FAULT_RETRY, FL_FAULT_RETRY);
SAME_VALUE(FAULT_FAILURE, FL_FAULT_FAILURE);
SAME_VALUE(FAULT_LATER, FL_FAULT_LATER);
SAME_VALUE(FAULT_CODES, FL_FAULT_CODES);
SAME_VALUE(FAULT_FENCE_RESPONSES, FL_FAULT_FENCE_RESPONSES);
SAME_VALUE(FAULT_DEV_CAN_STALL, FL_FAULT_CAN_STALL);
SAME_VALUE(FAULT_DEV_PRI, FL_FAULT_CAN_PRI);

/**
 * struct fl_fault_core - a core and the operations it was made with
 * @core: the core
 * @ops: the embedder's
 * @ctx: first argument of @ops' functions
 * @host: what asks for a worker
 * @drv: what answers
 */
struct fl_fault_core {
	struct fault_core *core;
	struct fl_fault_ops ops;
	void *ctx;
	struct fault_host_ops host;
	struct fault_ops drv;
};

/* What the core knows a device by; freed when the core lets go of it. */
struct fl_fault_dev {
	struct fault_dev *dev;
	void *ctx;
	void (*released)(void *ctx);
	struct fault_storm storm;
};

struct fl_fault_domain {
	struct fault_domain *domain;
	struct fl_fault_domain_ops ops;
	void *ctx;
};

/* ---- the core's operations are the embedder's ---- */

static void *user(void *dev_ctx)
{
	return dev_ctx ? ((struct fl_fault_dev *)dev_ctx)->ctx : NULL;
}

static int respond(void *ctx, void *dev_ctx, const struct fault_response *r)
{
	const struct fl_fault_core *c = ctx;

	return c->ops.respond(c->ctx, user(dev_ctx), (const struct fl_fault_response *)r);
}

static void kick(void *host)
{
	const struct fl_fault_core *c = host;

	c->ops.kick(c->ctx);
}

static int fence(void *ctx, void *dev_ctx, enum fault_fence what)
{
	const struct fl_fault_core *c = ctx;

	return c->ops.fence ? c->ops.fence(c->ctx, user(dev_ctx), (enum fl_fault_fence)what) : 0;
}

static int enable(void *ctx, void *dev_ctx)
{
	const struct fl_fault_core *c = ctx;

	return c->ops.enable ? c->ops.enable(c->ctx, user(dev_ctx)) : 0;
}

static int disable(void *ctx, void *dev_ctx)
{
	const struct fl_fault_core *c = ctx;

	return c->ops.disable ? c->ops.disable(c->ctx, user(dev_ctx)) : 0;
}

static void throttle(void *ctx, void *dev_ctx, bool on)
{
	const struct fl_fault_core *c = ctx;

	c->ops.throttle(c->ctx, user(dev_ctx), on);
}

static bool pending(void *ctx)
{
	const struct fl_fault_core *c = ctx;

	return c->ops.pending(c->ctx);
}

static void drain(void *ctx)
{
	const struct fl_fault_core *c = ctx;

	c->ops.drain(c->ctx);
}

static void take_operations(struct fl_fault_core *c)
{
	c->host.kick = kick;
	c->drv = (struct fault_ops){
		.respond = respond,
		.fence = fence,
		.enable = enable,
		.disable = disable,
		.throttle = c->ops.throttle ? throttle : NULL,
		.hw_pending = c->ops.pending ? pending : NULL,
		.hw_drain = c->ops.drain ? drain : NULL,
	};
}

int fl_fault_core_create(const struct fl_fault_ops *ops, void *ctx, struct fl_fault_core **out)
{
	struct fl_fault_core *c = fl_zalloc(sizeof(*c));
	struct fault_core_cfg cfg = { .host = c };
	struct fault_driver driver = { .ctx = c };
	int err;

	if (!c)
		return -ENOMEM;
	err = face_take(&c->ops, sizeof(c->ops), ops);
	c->ctx = ctx;
	take_operations(c);
	cfg.host_ops = &c->host;
	driver.ops = &c->drv;
	memcpy(driver.hw_code, c->ops.hw_code, sizeof(driver.hw_code));
	if (!err)
		err = c->ops.respond && c->ops.kick ? fault_core_create(&cfg, &c->core) : -EINVAL;
	if (!err) {
		err = fault_core_bind(c->core, &driver);
		if (err)
			fault_core_destroy(c->core);
	}
	if (err) {
		fl_free(c);
		return err;
	}
	*out = c;
	return 0;
}

int fl_fault_core_destroy(struct fl_fault_core *c)
{
	int err = fault_core_destroy(c->core);

	if (!err)
		fl_free(c);
	return err;
}

/* ---- devices ---- */

static void dev_release(void *dev_ctx)
{
	struct fl_fault_dev *d = dev_ctx;

	if (d->released)
		d->released(d->ctx);
	fl_free(d);
}

static struct fault_dev_cfg dev_cfg(struct fl_fault_dev *d, const struct fl_fault_dev_params *p)
{
	d->ctx = p->ctx;
	d->released = p->released;
	d->storm = (struct fault_storm){ .limit = p->storm_limit,
					 .window_ns = p->storm_window_ns,
					 .off_ns = p->storm_off_ns,
					 .off_max_ns = p->storm_off_max_ns };
	fault_storm_init(&d->storm);
	return (struct fault_dev_cfg){
		.dev_ctx = d,
		.caps = p->caps,
		.credits = p->credits,
		.partial_ns = p->partial_ns,
		.pending_ns = p->pending_ns,
		.expire_code = (enum fault_code)p->expire_code,
		.no_slot_code = (enum fault_code)p->no_slot_code,
		.no_domain_code = (enum fault_code)p->no_domain_code,
		.storm = p->storm_limit ? &d->storm : NULL,
		.release = dev_release,
	};
}

int fl_fault_dev_create(struct fl_fault_core *core, const struct fl_fault_dev_params *params, struct fl_fault_dev **out)
{
	struct fl_fault_dev_params p;
	struct fault_dev_cfg cfg;
	struct fl_fault_dev *d;
	int err = face_take(&p, sizeof(p), params);

	if (err)
		return err;
	d = fl_zalloc(sizeof(*d));
	if (!d)
		return -ENOMEM;
	cfg = dev_cfg(d, &p);
	err = fault_dev_create(core->core, &cfg, &d->dev);
	if (err) {
		fl_free(d);
		return err;
	}
	*out = d;
	return 0;
}

int fl_fault_dev_add_stream(struct fl_fault_dev *dev, uint32_t stream)
{
	return fault_dev_add_sid(dev->dev, stream);
}

int fl_fault_dev_enable(struct fl_fault_dev *dev)
{
	return fault_dev_enable(dev->dev);
}

int fl_fault_dev_off(struct fl_fault_dev *dev, uint64_t now)
{
	return fault_off(dev->dev, now);
}

int fl_fault_dev_destroy(struct fl_fault_dev *dev)
{
	return fault_dev_destroy(dev->dev);
}

int fl_fault_dev_attach(struct fl_fault_dev *dev, uint32_t pasid, struct fl_fault_domain *domain)
{
	return fault_dev_attach(dev->dev, pasid, domain->domain);
}

int fl_fault_dev_replace(struct fl_fault_dev *dev, uint32_t pasid, struct fl_fault_domain *domain, uint64_t now)
{
	return fault_dev_replace(dev->dev, pasid, domain->domain, now);
}

int fl_fault_dev_detach(struct fl_fault_dev *dev, uint32_t pasid, uint64_t now)
{
	return fault_dev_detach(dev->dev, pasid, now);
}

/* ---- domains ---- */

static enum fault_code handle(void *ctx, struct fault_group *g, const struct fault_record *f)
{
	const struct fl_fault_domain *d = ctx;

	return (enum fault_code)d->ops.handle(d->ctx, (struct fl_fault_group *)g, (const struct fl_fault_record *)f);
}

static void event(void *ctx, const struct fault_record *f, u64 now)
{
	const struct fl_fault_domain *d = ctx;

	if (d->ops.event)
		d->ops.event(d->ctx, (const struct fl_fault_record *)f, now);
}

int fl_fault_domain_create(struct fl_fault_dev *dev, const struct fl_fault_domain_ops *ops, void *ctx,
			   struct fl_fault_domain **out)
{
	static const struct fault_domain_ops inner = { .handle = handle, .event = event };
	struct fl_fault_domain *d = fl_zalloc(sizeof(*d));
	const struct fault_domain_cfg cfg = {
		.type = FAULT_DOMAIN_HANDLER, .owner.handler = { &inner, d }, .release = fl_free, .release_ctx = d
	};
	int err;

	if (!d)
		return -ENOMEM;
	d->ctx = ctx;
	err = face_take(&d->ops, sizeof(d->ops), ops);
	if (!err)
		err = d->ops.handle ? fault_domain_alloc(dev->dev, &cfg, &d->domain) : -EINVAL;
	if (err) {
		fl_free(d);
		return err;
	}
	*out = d;
	return 0;
}

int fl_fault_domain_destroy(struct fl_fault_domain *domain)
{
	return fault_domain_free(domain->domain);
}

int fl_fault_domain_enable(struct fl_fault_domain *domain)
{
	return fault_domain_enable_stalls(domain->domain);
}

void fl_fault_domain_disable(struct fl_fault_domain *domain, uint64_t now)
{
	fault_domain_disable_stalls(domain->domain, now);
}

/* ---- faults ---- */

int fl_fault_report(struct fl_fault_core *core, const struct fl_fault_record *record, uint64_t now)
{
	return fault_core_report(core->core, (const struct fault_record *)record, now);
}

void fl_fault_overflow(struct fl_fault_core *core, uint64_t now)
{
	fault_core_overflow(core->core, now);
}

unsigned int fl_fault_run(struct fl_fault_core *core, uint64_t now, unsigned int budget)
{
	return fault_core_run(core->core, now, budget);
}

unsigned int fl_fault_expire(struct fl_fault_core *core, uint64_t now)
{
	return fault_core_expire(core->core, now);
}

uint64_t fl_fault_group_cookie(const struct fl_fault_group *group)
{
	return fault_group_cookie((const struct fault_group *)group);
}

const struct fl_fault_record *fl_fault_group_next(const struct fl_fault_group *group,
						  const struct fl_fault_record *before)
{
	return (const struct fl_fault_record *)fault_group_next((const struct fault_group *)group,
								(const struct fault_record *)before);
}

int fl_fault_respond(struct fl_fault_core *core, uint64_t cookie, enum fl_fault_code code, uint64_t now)
{
	return fault_core_respond(core->core, cookie, (enum fault_code)code, now);
}

void fl_fault_get_stats(struct fl_fault_core *core, struct fl_fault_stats *stats, size_t bytes)
{
	struct fault_stats now;

	fault_core_stats(core->core, &now);
	memset(stats, 0, bytes);
	memcpy(stats, &now, min(bytes, sizeof(now)));
}
