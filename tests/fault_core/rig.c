// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "rig.h"

static const char *const step_names[] = {
	[STEP_CLEAR_STALE] = "clear-stale",
	[STEP_ENABLE] = "enable",
	[STEP_DISABLE] = "disable",
	[STEP_FENCE_REPORTS] = "fence-reports",
	[STEP_FENCE_RESPONSES] = "fence-responses",
	[STEP_RESPOND] = "respond",
	[STEP_HANDLE] = "handle",
	[STEP_THROTTLE_ON] = "throttle",
	[STEP_THROTTLE_OFF] = "unthrottle",
	[STEP_KICK] = "kick",
	[STEP_DRAIN] = "drain",
	[STEP_FREE_DOMAIN] = "free-domain",
	[STEP_FREE_DEVICE] = "free-device",
};

static void step(struct rig *r, enum rig_step s)
{
	if (r->n_steps < RIG_STEP)
		r->steps[r->n_steps++] = s;
}

/* True if this call is the one that has to fail. */
static bool falls(u32 *countdown)
{
	return *countdown && --*countdown == 0;
}

static void kick(void *host)
{
	struct rig *r = host;

	r->n_kicks++;
	if (r->log_kicks)
		step(r, STEP_KICK);
}

void rig_expect(struct rig *r, bool met, const char *file, int line, const char *what)
{
	if (met)
		return;
	r->t->failures++;
	r->t->fail(r->t->harness, file, line, what);
}

static void *rig_alloc(void *host, size_t bytes, gfp_t gfp)
{
	struct rig *r = host;
	void *p;

	r->n_allocs++;
	if (falls(&r->fail_alloc))
		return NULL;
	p = kvzalloc(bytes, gfp);
	if (p)
		r->live_allocs++;
	return p;
}

static void rig_free(void *host, void *p)
{
	struct rig *r = host;

	r->live_allocs--;
	kvfree(p);
}

static const struct fault_host_ops host_ops = { .kick = kick,
						.alloc = rig_alloc,
						.free = rig_free };

static int respond(void *ctx, void *dev_ctx, const struct fault_response *a)
{
	struct rig *r = ctx;

	(void)dev_ctx;
	if (falls(&r->fail_respond)) {
		if (r->destroyed_meanwhile)
			EXPECT(r, fault_dev_destroy(r->destroyed_meanwhile) == 0);
		r->destroyed_meanwhile = NULL;
		return -EBUSY;
	}
	step(r, STEP_RESPOND);
	EXPECT(r, a->cookie > 0 && a->cookie <= r->last_cookie);
	EXPECT(r, r->owed[a->cookie] == 1);
	EXPECT(r, a->hw_code == 0x100u + a->code);
	r->owed[a->cookie] = 2;
	if (r->n_answers < RIG_MAX)
		r->answers[r->n_answers++] = *a;
	return 0;
}

static int fence(void *ctx, void *dev_ctx, enum fault_fence what)
{
	struct rig *r = ctx;
	u32 i;

	(void)dev_ctx;
	step(r, what == FAULT_FENCE_REPORTS ? STEP_FENCE_REPORTS : STEP_FENCE_RESPONSES);
	if (falls(&r->fail_op))
		return -ETIMEDOUT;
	if (what == FAULT_FENCE_REPORTS) {
		for (i = 0; i < r->n_in_queue; i++)
			rig_report(r, &r->in_queue[i]);
		r->n_in_queue = 0;
	}
	return 0;
}

static void meanwhile(struct rig *r)
{
	if (r->turning)
		r->turned = rig_report(r, r->turning);
	r->turning = NULL;
}

static int enable(void *ctx, void *dev_ctx)
{
	struct rig *r = ctx;

	(void)dev_ctx;
	step(r, STEP_ENABLE);
	meanwhile(r);
	return falls(&r->fail_op) ? -EIO : 0;
}

static int disable(void *ctx, void *dev_ctx)
{
	struct rig *r = ctx;

	(void)dev_ctx;
	step(r, STEP_DISABLE);
	meanwhile(r);
	return falls(&r->fail_op) ? -EIO : 0;
}

static void clear_stale(void *ctx, void *dev_ctx)
{
	struct rig *r = ctx;

	(void)dev_ctx;
	step(r, STEP_CLEAR_STALE);
	r->stale = false;
}

static void throttle(void *ctx, void *dev_ctx, bool on)
{
	(void)dev_ctx;
	step(ctx, on ? STEP_THROTTLE_ON : STEP_THROTTLE_OFF);
}

static bool hw_pending(void *ctx)
{
	return ((struct rig *)ctx)->hw_unread;
}

static void hw_drain(void *ctx)
{
	struct rig *r = ctx;

	step(r, STEP_DRAIN);
	r->hw_unread = false;
}

static enum fault_code sva_handle(void *mm, struct fault_group *g, const struct fault_record *f)
{
	(void)g;
	/* The "address space" of the cases is an u64: the highest address that is mapped. */
	return f->addr <= *(u64 *)mm ? FAULT_RETRY : FAULT_TERMINATE;
}

static void observe(void *ctx, struct fault_group *g, enum fault_point point, u64 now)
{
	struct rig *r = ctx;

	(void)g;
	(void)now;
	if (r->n_observed < RIG_STEP)
		r->observed[r->n_observed++] = point;
}

const struct fault_ops rig_ops = {
	.respond = respond,
	.fence = fence,
	.enable = enable,
	.disable = disable,
	.clear_stale = clear_stale,
	.throttle = throttle,
	.hw_pending = hw_pending,
	.hw_drain = hw_drain,
	.sva_handle = sva_handle,
	.observe = observe,
};

static enum fault_code handle(void *ctx, struct fault_group *g, const struct fault_record *f)
{
	struct rig *r = ctx;
	enum fault_code code = r->answer;

	step(r, STEP_HANDLE);
	if (r->n_seen < RIG_MAX)
		r->seen[r->n_seen++] = f->addr;
	if (r->bad_addr && f->addr == r->bad_addr)
		code = r->bad_answer;
	if (code == FAULT_LATER) {
		r->kept_cookie = fault_group_cookie(g);
		fault_group_get(g);
		r->kept = g;
	}
	return code;
}

static void event(void *ctx, const struct fault_record *f, u64 now)
{
	struct rig *r = ctx;

	(void)f;
	(void)now;
	r->n_events++;
}

const struct fault_domain_ops rig_domain_ops = { .handle = handle, .event = event };

struct rig *rig_new(struct fault_case_run *t)
{
	struct rig *r = kvzalloc(sizeof(*r), GFP_KERNEL);
	struct fault_driver drv = { .ops = &rig_ops, .ctx = r };
	struct fault_core_cfg cfg = { .host_ops = &host_ops, .host = r };
	u32 i;

	r->t = t;
	r->answer = FAULT_RETRY;
	r->now = 1000;
	for (i = 0; i < FAULT_CODES; i++)
		drv.hw_code[i] = 0x100 + i;
	EXPECT(r, fault_core_create(&cfg, &r->core) == 0);
	EXPECT(r, fault_core_bind(r->core, &drv) == 0);
	return r;
}

/* What was removed is freed when this returns. */
void rig_settle(struct rig *r)
{
	fault_core_take(r->core, r->now);
	rcu_barrier();
}

void rig_end(struct rig *r)
{
	u64 answered = 0;
	struct fault_stats s;
	u32 i;

	rig_settle(r);
	fault_core_stats(r->core, &s);
	for (i = 0; i < FAULT_CODES; i++)
		answered += s.answered[i];
	EXPECT(r, s.owed == r->n_owed);
	EXPECT(r, answered == r->n_owed);
	for (i = 1; i <= r->last_cookie; i++)
		EXPECT(r, r->owed[i] != 1);
	EXPECT(r, fault_core_destroy(r->core) == 0);
	EXPECT(r, r->live_allocs == 0);
	kvfree(r);
}

static void release_dev(void *dev_ctx)
{
	step(dev_ctx, STEP_FREE_DEVICE);
}

static void release_domain(void *ctx)
{
	step(ctx, STEP_FREE_DOMAIN);
}

struct fault_dev *rig_dev_cfg(struct rig *r, u32 sid, const struct fault_dev_cfg *cfg)
{
	struct fault_dev_cfg c = *cfg;
	struct fault_dev *dev = NULL;

	c.dev_ctx = r;
	c.release = release_dev;
	EXPECT(r, fault_dev_create(r->core, &c, &dev) == 0);
	EXPECT(r, fault_dev_add_sid(dev, sid) == 0);
	EXPECT(r, fault_dev_enable(dev) == 0);
	r->n_steps = 0;
	return dev;
}

struct fault_dev *rig_dev(struct rig *r, u32 sid, u32 caps)
{
	struct fault_dev_cfg cfg = { .caps = caps };

	return rig_dev_cfg(r, sid, &cfg);
}

struct fault_domain *rig_domain(struct rig *r, struct fault_dev *dev, u32 pasid)
{
	struct fault_domain_cfg cfg = {
		.type = FAULT_DOMAIN_HANDLER,
		.owner.handler = { &rig_domain_ops, r },
		.release = release_domain,
		.release_ctx = r,
	};
	struct fault_domain *domain = NULL;

	EXPECT(r, fault_domain_alloc(dev, &cfg, &domain) == 0);
	EXPECT(r, fault_domain_enable_stalls(domain) == 0);
	EXPECT(r, fault_dev_attach(dev, pasid, domain) == 0);
	return domain;
}

struct rig *rig_attached(struct fault_case_run *t, const struct fault_dev_cfg *cfg, u32 pasid)
{
	static const struct fault_dev_cfg plain = { .caps = RIG_BOTH };
	struct rig *r = rig_new(t);

	r->dev = rig_dev_cfg(r, RIG_SID, cfg ? cfg : &plain);
	r->domain = rig_domain(r, r->dev, pasid);
	r->pasid = pasid;
	return r;
}

void rig_close(struct rig *r)
{
	rig_drop(r, r->dev, r->pasid, r->domain);
	rig_end(r);
}

struct fault_domain *rig_forward(struct rig *r, struct fault_dev *dev, u32 entries,
				 struct fault_queue **q)
{
	struct fault_queue_cfg qcfg = { .entries = entries };
	struct fault_domain_cfg cfg = { .type = FAULT_DOMAIN_FORWARD };
	struct fault_domain *d = NULL;

	EXPECT(r, fault_queue_create(r->core, &qcfg, q) == 0);
	cfg.owner.queue = *q;
	EXPECT(r, fault_domain_alloc(dev, &cfg, &d) == 0);
	EXPECT(r, fault_domain_enable_stalls(d) == 0);
	EXPECT(r, fault_dev_attach(dev, FAULT_NO_PASID, d) == 0);
	return d;
}

static int copy_message(void *ctx, const struct fault_message *m)
{
	struct rig_reader *rd = ctx;

	if (falls(&rd->fail_at))
		return -EFAULT;
	if (rd->n < ARRAY_SIZE(rd->m))
		rd->m[rd->n++] = *m;
	return 0;
}

int rig_read(struct rig *r, struct fault_queue *q, u32 max)
{
	return fault_queue_read(q, copy_message, &r->reader, max);
}

void rig_drop(struct rig *r, struct fault_dev *dev, u32 pasid, struct fault_domain *domain)
{
	EXPECT(r, fault_off(dev, r->now) == 0);
	if (domain) {
		EXPECT(r, fault_dev_detach(dev, pasid, r->now) == 0);
		EXPECT(r, fault_domain_free(domain) == 0);
	}
	EXPECT(r, fault_dev_destroy(dev) == 0);
	rig_settle(r);
}

struct fault_record rig_record(struct rig *r, u32 sid, u32 pasid, u32 index, u64 addr, u32 type,
			       bool last)
{
	struct fault_record f = {
		.addr = addr,
		.sid = sid,
		.pasid = pasid,
		.index = index,
		.type = (u8)type,
		.perm = FAULT_READ,
		.flags = (u8)((last ? FAULT_LAST : 0) |
			      (pasid != FAULT_NO_PASID ? FAULT_PASID_VALID : 0)),
	};

	if (type != FAULT_UNRECOVERABLE && (last || type == FAULT_STALL))
		f.cookie = ++r->last_cookie;
	return f;
}

int rig_report(struct rig *r, const struct fault_record *f)
{
	int err;

	/* The answer may come before report returns. */
	if (f->cookie)
		r->owed[f->cookie] = 1;
	err = fault_core_report(r->core, f, r->now);
	if (f->cookie && err)
		r->owed[f->cookie] = 0;
	else if (f->cookie)
		r->n_owed++;
	return err;
}

int rig_stall(struct rig *r, u32 sid, u32 pasid, u32 stag, u64 addr)
{
	struct fault_record f = rig_record(r, sid, pasid, stag, addr, FAULT_STALL, true);

	return rig_report(r, &f);
}

int rig_page(struct rig *r, u32 sid, u32 pasid, u32 prgi, u64 addr, bool last)
{
	struct fault_record f = rig_record(r, sid, pasid, prgi, addr, FAULT_PAGE_REQUEST, last);

	return rig_report(r, &f);
}

u32 rig_wait(struct rig *r, u64 ns)
{
	r->now += ns;
	return fault_core_expire(r->core, r->now);
}

u32 rig_run(struct rig *r)
{
	return fault_core_run(r->core, r->now, RIG_MAX);
}

/* @expected names the steps, with a comma and a blank between two. */
bool rig_steps_are(struct rig *r, const char *expected)
{
	u32 i;

	for (i = 0; i < r->n_steps; i++) {
		const char *name = step_names[r->steps[i]];

		for (; *name && *expected == *name; name++)
			expected++;
		if (*name || (*expected && *expected != ','))
			return false;
		if (*expected)
			expected += 2;
	}
	r->n_steps = 0;
	return !*expected;
}

bool rig_points_are(struct rig *r, const enum fault_point *points, u32 n)
{
	u32 i;

	for (i = 0; i < n && i < r->n_observed; i++)
		if (r->observed[i] != points[i])
			return false;
	return r->n_observed == n;
}

bool rig_seen_are(struct rig *r, const u64 *addr, u32 n)
{
	u32 i;

	if (r->n_seen != n)
		return false;
	for (i = 0; i < n; i++)
		if (r->seen[i] != addr[i])
			return false;
	r->n_seen = 0;
	return true;
}
