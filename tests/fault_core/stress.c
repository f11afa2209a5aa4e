// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The stress: its hardware, its reporters, its devices, and how it begins and ends. */
#include "stress_priv.h"

/* What a fault's word says. */
#define NOT_YET	 0u
#define OWED	 1u
#define HANDED	 2u /* owed, and an owner may have its cookie */
#define ANSWERED 3u
#define WORD	 3u
#define OPEN	 4u /* its report has returned before the answer came: counted in its device's open */

/* What throttle was told last. */
#define CALM	0u
#define STORM	1u
#define TELLING 2u

/* Every so many-th answer is not taken at first. */
#define REFUSED 16

/* Every so many-th operation of the hardware fails. */
#define FAILS 6

/* Which fault it is, in the cookie and in the address: reporter and number. */
#define COOKIE(reporter, i) ((u64)(reporter) << 32 | (i))
#define ADDR_SHIFT	    13

u32 stress_random(u32 *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	*seed ^= *seed << 5;
	return *seed;
}

/* Each role has its own, never 0. */
u32 stress_first_random(const struct stress *s, u32 role)
{
	u32 seed = role ^ s->cfg.seed;

	return seed ? seed : role;
}

void stress_count(struct stress *s, u32 *counter)
{
	unsigned long flags;

	spin_lock_irqsave(&s->lock, flags);
	(*counter)++;
	spin_unlock_irqrestore(&s->lock, flags);
}

void stress_error(struct stress *s, const char *file, u32 line)
{
	unsigned long flags;

	spin_lock_irqsave(&s->lock, flags);
	if (!s->errors++) {
		s->error_file = file;
		s->error_line = line;
	}
	spin_unlock_irqrestore(&s->lock, flags);
}

/* ---- The back-end ---- */

static bool replace_word(u32 *word, u32 old, u32 new_word)
{
	return try_cmpxchg(word, &old, new_word);
}

static bool is_owed(u32 word)
{
	return (word & WORD) == OWED || (word & WORD) == HANDED;
}

static void add(u32 *sum, u32 by)
{
	u32 old;

	do
		old = smp_load_acquire(sum);
	while (!replace_word(sum, old, old + by));
}

/* Once, twice or three times. */
static bool refuses(struct stress *s, u32 reporter, u32 i)
{
	u32 *times = &s->words[reporter][s->cfg.faults + i / REFUSED];
	u32 n = smp_load_acquire(times);

	return (i + s->cfg.seed) % REFUSED == 5 && n <= (i + s->cfg.seed) / REFUSED % 3 &&
	       replace_word(times, n, n + 1);
}

static int respond(void *ctx, void *dev_ctx, const struct fault_response *r)
{
	u32 i = (u32)r->cookie, reporter = (u32)(r->cookie >> 32), state;
	struct stress *s = ctx;

	(void)dev_ctx;
	if (refuses(s, reporter, i)) {
		stress_count(s, &s->failed_sends);
		return -EBUSY;
	}
	do {
		state = smp_load_acquire(&s->words[reporter][i]);
		if (!is_owed(state)) {
			stress_count(s, &s->doubled);
			break;
		}
	} while (!replace_word(&s->words[reporter][i], state, ANSWERED));
	/* Nobody but an owner says so. */
	CHECK(s, r->code != FAULT_FAILURE || (state & WORD) == HANDED);
	if (state & OPEN)
		add(&s->devs[r->sid]->open, -1u);
	return 0;
}

/* An operation of the hardware: takes its time, now and then fails. */
static int operate(struct stress *s)
{
	unsigned long flags;
	u32 r, i;

	spin_lock_irqsave(&s->lock, flags);
	r = (s->operations++ ^ s->cfg.seed) * 0x9e3779b1u >> 16;
	spin_unlock_irqrestore(&s->lock, flags);
	for (i = r >> 8 & 3; i; i--)
		s->cfg.relax();
	return r % FAILS ? 0 : -EIO;
}

/* All that was reported before the fence of the reports is answered. */
static void check_closed(struct stress *s, const struct stress_dev *d)
{
	CHECK(s, (s32)smp_load_acquire(&d->open) <= 0);
}

static int fence(void *ctx, void *dev_ctx, enum fault_fence what)
{
	if (what == FAULT_FENCE_RESPONSES)
		check_closed(ctx, dev_ctx);
	return operate(ctx);
}

static int enable(void *ctx, void *dev_ctx)
{
	(void)dev_ctx;
	return operate(ctx);
}

static int disable(void *ctx, void *dev_ctx)
{
	check_closed(ctx, dev_ctx);
	return operate(ctx);
}

/* On and off take turns, and one is not told before the other has returned. */
static void throttle(void *ctx, void *dev_ctx, bool on)
{
	struct stress_dev *d = dev_ctx;
	struct stress *s = ctx;

	CHECK(s, replace_word(&d->throttled, on ? CALM : STORM, TELLING));
	s->cfg.relax();
	CHECK(s, replace_word(&d->throttled, TELLING, on ? STORM : CALM));
}

/* An owner will know the cookie of the group that @addr's fault is in. */
void stress_hand_over(struct stress *s, u64 addr)
{
	u64 fault = addr >> ADDR_SHIFT;
	u32 *word = &s->words[fault >> 32][(u32)fault], old;

	do
		old = smp_load_acquire(word);
	while ((old & WORD) == OWED && !replace_word(word, old, HANDED | (old & OPEN)));
}

static void keep(struct stress *s, struct fault_group *g)
{
	const struct fault_record *f = NULL;
	unsigned long flags;

	while ((f = fault_group_next(g, f)) != NULL)
		stress_hand_over(s, f->addr);
	spin_lock_irqsave(&s->lock, flags);
	s->kept[s->n_kept++ % STRESS_KEPT] = fault_group_cookie(g);
	spin_unlock_irqrestore(&s->lock, flags);
}

/* Some of those that wait for a worker can be answered by their owner, too. */
static void observe(void *ctx, struct fault_group *g, enum fault_point point, u64 now)
{
	struct stress *s = ctx;
	struct fault_group_info info;

	(void)now;
	fault_group_info(g, &info);
	CHECK(s, point != FAULT_AT_RESPONSE || info.answer != FAULT_DEFAULT);
	if (point == FAULT_AT_QUEUED && info.count && info.index % 5 == 0)
		keep(s, g);
}

/* It sleeps until the page is there. */
static enum fault_code sva_handle(void *mm, struct fault_group *g, const struct fault_record *f)
{
	struct stress *s = mm;

	(void)g;
	if (f->addr & 3)
		s->cfg.relax();
	return f->addr & 0x1000 ? FAULT_RETRY : FAULT_TERMINATE;
}

static const struct fault_ops ops = {
	.respond = respond,
	.fence = fence,
	.enable = enable,
	.disable = disable,
	.throttle = throttle,
	.sva_handle = sva_handle,
};

static enum fault_code handle(void *ctx, struct fault_group *g, const struct fault_record *f)
{
	if (f->addr % 7 == 0) {
		keep(ctx, g);
		return FAULT_LATER;
	}
	return f->addr % 11 ? FAULT_RETRY : FAULT_TERMINATE;
}

static void event(void *ctx, const struct fault_record *f, u64 now)
{
	(void)ctx;
	(void)f;
	(void)now;
}

const struct fault_domain_ops stress_domain_ops = { .handle = handle, .event = event };

/* ---- Reporters ---- */

static void report(struct stress *s, const struct fault_record *f)
{
	while (fault_core_report(s->core, f, s->cfg.now()) == -EAGAIN)
		s->cfg.relax();
}

/* The report of fault @i has returned. */
static void accepted(struct stress *s, u32 number, u32 i, u32 sid)
{
	u32 *word = &s->words[number][i], old;

	if (sid == STRESS_DEVS)
		return;
	do {
		old = smp_load_acquire(word);
		if (!is_owed(old))
			return;
	} while (!replace_word(word, old, old | OPEN));
	add(&s->devs[sid]->open, 1);
}

static struct fault_record make(u32 *seed, u32 number, u32 i)
{
	u32 r = stress_random(seed);
	struct fault_record f = {
		.cookie = COOKIE(number, i),
		.addr = COOKIE(number, i) << ADDR_SHIFT | stress_random(seed) % (1u << ADDR_SHIFT),
		.sid = r % (STRESS_DEVS + 1), /* one stream is unknown */
		.pasid = (r >> 4) % (STRESS_PASIDS + 1),
		.index = ((r >> 8) % 16) | number << 4,
		.perm = FAULT_READ,
		.flags = FAULT_PASID_VALID | FAULT_LAST,
		.type = (u8)(r >> 16 & 1 ? FAULT_STALL : FAULT_PAGE_REQUEST),
	};

	return f;
}

void stress_reporter(struct stress *s, u32 number)
{
	u32 seed = stress_first_random(s, 0x9e3779b9u * (number + 1)), i, parts, window = 0;

	for (i = 0; i < s->cfg.faults; i++) {
		struct fault_record f = make(&seed, number, i), part = f;

		part.flags &= (u8)~FAULT_LAST;
		part.type = FAULT_PAGE_REQUEST;
		for (parts = f.type == FAULT_STALL ? 0 : stress_random(&seed) % 3; parts; parts--)
			report(s, &part);
		if (seed % 64 == 0) {
			part.type = FAULT_UNRECOVERABLE;
			report(s, &part);
		}
		smp_store_release(&s->words[number][i], OWED);
		report(s, &f);
		accepted(s, number, i, f.sid);
		/* Mostly like a device with few outstanding, now and then a flood. */
		while (seed % 16 && i - window >= 8 &&
		       is_owed(smp_load_acquire(&s->words[number][window])) &&
		       !smp_load_acquire(&s->stop))
			s->cfg.relax();
		while (window <= i && !is_owed(smp_load_acquire(&s->words[number][window])))
			window++;
		if (seed % 4096 == 0)
			fault_core_overflow(s->core, s->cfg.now());
	}
}

/* ---- Devices ---- */

static void dev_released(void *dev_ctx)
{
	struct stress_dev *d = dev_ctx;

	smp_store_release(&d->released, 1);
}

/* What failed has left it off; it may be tried again at once or after fault_off. */
void stress_turn_on(struct stress *s, struct fault_dev *dev)
{
	u32 tries;
	int err;

	for (tries = 0; (err = fault_dev_enable(dev)) != 0; tries++) {
		CHECK(s, err == -EIO);
		if (tries & 1)
			(void)fault_off(dev, s->cfg.now());
		s->cfg.relax();
	}
}

/* An answer that is not taken, or the hardware, makes it fail; it may be called again. */
void stress_turn_off(struct stress *s, struct fault_dev *dev)
{
	while (fault_off(dev, s->cfg.now()))
		s->cfg.relax();
}

int stress_dev_make(struct stress *s, struct stress_dev *d)
{
	struct fault_dev_cfg cfg = {
		.dev_ctx = d,
		.caps = FAULT_DEV_CAN_STALL | FAULT_DEV_PRI,
		.credits = 16 >> d->number % 3 * 2,
		.partial_ns = 2000000,
		.pending_ns = 3000000,
		.storm = d->number == 1 ? &d->storm : NULL,
		.release = dev_released,
	};
	int err;

	d->s = s;
	d->storm = (struct fault_storm){
		.limit = 16, .window_ns = 10000000, .off_ns = 100000, .off_max_ns = 100000
	};
	fault_storm_init(&d->storm);
	smp_store_release(&d->released, 0);
	err = fault_dev_create(s->core, &cfg, &d->dev);
	if (!err)
		err = fault_dev_add_sid(d->dev, d->number);
	if (!err)
		stress_turn_on(s, d->dev);
	return err;
}

void stress_detach(struct stress *s, struct stress_dev *d, u32 pasid)
{
	int err;

	/* An answer that is not taken, or an operation that fails: it may be called again. */
	while ((err = fault_dev_detach(d->dev, pasid, s->cfg.now())) != 0) {
		CHECK(s, err == -EIO || err == -EBUSY);
		s->cfg.relax();
	}
}

/* Somebody may still look at it; but not for seconds. */
void stress_wait_released(struct stress *s, struct stress_dev *d)
{
	u64 began = s->cfg.now();

	while (!smp_load_acquire(&d->released) && s->cfg.now() - began < 20000000000ull) {
		fault_core_expire(s->core, s->cfg.now());
		s->cfg.relax();
	}
	CHECK(s, smp_load_acquire(&d->released));
}

/* A device whose faults did not go on again may be destroyed, unless it owes an answer. */
void stress_dev_end(struct stress *s, struct stress_dev *d, struct fault_domain *domain)
{
	bool on;

	stress_turn_off(s, d->dev);
	on = fault_dev_enable(d->dev) == 0;
	if (domain) {
		stress_detach(s, d, 1);
		CHECK(s, fault_domain_free(domain) == 0);
	}
	if (on || fault_dev_destroy(d->dev)) {
		stress_turn_off(s, d->dev);
		CHECK(s, fault_dev_destroy(d->dev) == 0);
	}
}

/* ---- Beginning and end ---- */

struct fault_queue *stress_queue_make(struct stress *s, u32 n)
{
	struct fault_queue_cfg cfg = { .entries = 4u << n };
	struct fault_queue *q = NULL;

	CHECK(s, fault_queue_create(s->core, &cfg, &q) == 0);
	return q;
}

struct stress *stress_new(const struct stress_cfg *cfg)
{
	struct fault_driver drv = { .hw_code = { 0 } };
	struct stress *s = kvzalloc(sizeof(*s), GFP_KERNEL);
	u32 i, extra = cfg->faults / REFUSED + 1;

	s->cfg = *cfg;
	s->core = cfg->core;
	if (!s->cfg.pause)
		s->cfg.pause = 32;
	spin_lock_init(&s->lock);
	s->words = kvzalloc(cfg->reporters * sizeof(*s->words), GFP_KERNEL);
	for (i = 0; i < cfg->reporters; i++)
		s->words[i] = kvzalloc((cfg->faults + extra) * sizeof(**s->words), GFP_KERNEL);
	s->ops = ops;
	s->ops.observe = cfg->seed & 1 ? observe : NULL;
	drv.ops = &s->ops;
	drv.ctx = s;
	CHECK(s, fault_core_bind(s->core, &drv) == 0);
	for (i = 0; i < STRESS_QUEUES; i++)
		s->queues[i] = stress_queue_make(s, i);
	for (i = 0; i < STRESS_DEVS; i++) {
		s->devs[i] = kvzalloc(sizeof(*s->devs[i]), GFP_KERNEL);
		s->devs[i]->number = i;
		CHECK(s, stress_dev_make(s, s->devs[i]) == 0);
	}
	return s;
}

void stress_stop(struct stress *s)
{
	smp_store_release(&s->stop, 1);
}

static void tally(struct stress *s, struct stress_result *out)
{
	u32 i, j;

	for (i = 0; i < s->cfg.reporters; i++) {
		for (j = 0; j < s->cfg.faults; j++) {
			out->owed += smp_load_acquire(&s->words[i][j]) != NOT_YET;
			out->unanswered += is_owed(smp_load_acquire(&s->words[i][j]));
		}
		kvfree(s->words[i]);
	}
	kvfree(s->words);
	out->doubled = s->doubled;
	out->errors = s->errors;
	out->error_file = s->errors ? s->error_file : "-";
	out->error_line = s->error_line;
	out->leaks = s->domains - s->domains_released;
}

void stress_end(struct stress *s, struct stress_result *out, void (*stop_workers)(void *host))
{
	u32 i, tries;

	memset(out, 0, sizeof(*out));
	for (i = 0; i < STRESS_DEVS; i++)
		stress_dev_end(s, s->devs[i], NULL);
	stop_workers(s->cfg.host);
	/* Whoever held a group has let go; what was unlinked is freed. */
	for (tries = 0; fault_core_take(s->core, s->cfg.now()) && tries < 1000; tries++)
		s->errors++;
	for (i = 0; i < STRESS_DEVS; i++)
		stress_wait_released(s, s->devs[i]);
	fault_core_stats(s->core, &out->stats);
	for (i = 0; i < STRESS_QUEUES; i++)
		CHECK(s, fault_queue_destroy(s->queues[i]) == 0);
	/* No device is left. */
	CHECK(s, fault_core_bind(s->core, NULL) == 0);
	for (i = 0; i < STRESS_DEVS; i++)
		kvfree(s->devs[i]);
	tally(s, out);
	kvfree(s);
}

bool stress_good(const struct stress_result *r)
{
	u64 answered = 0;
	u32 i;

	for (i = 0; i < FAULT_CODES; i++)
		answered += r->stats.answered[i];
	return !r->unanswered && !r->doubled && !r->leaks && !r->errors && answered == r->owed &&
	       r->stats.owed == r->owed;
}
