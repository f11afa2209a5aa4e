// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "stress.h"

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

/* An attacher's place: a PASID of a device, all devices but the last. */
#define PLACES ((STRESS_DEVS - 1) * STRESS_PASIDS)

struct stress_dev {
	struct stress *s;
	struct fault_dev *dev;
	struct fault_storm storm;
	u32 number;
	u32 open; /* compare and swap; less than none for a moment */
	u32 throttled;
	u32 released; /* load and store */
};

struct stress {
	struct stress_cfg cfg;
	struct fault_core *core;
	struct stress_dev *devs[STRESS_DEVS];
	struct fault_ops ops;
	struct fault_queue *queues[STRESS_QUEUES]; /* NULL: somebody has taken it; lock */
	u32 **words;				   /* of each reporter's faults */
	u32 stop;				   /* load and store */
	u64 kept[STRESS_KEPT];
	u32 n_kept;
	struct fault_lock lock; /* kept, queues, below */
	u32 operations, doubled, errors, error_line, domains, domains_released, failed_sends;
};

static u32 next_random(u32 *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	*seed ^= *seed << 5;
	return *seed;
}

/* Each role has its own, never 0. */
static u32 first_random(const struct stress *s, u32 role)
{
	u32 seed = role ^ s->cfg.seed;

	return seed ? seed : role;
}

static void count(struct stress *s, u32 *counter)
{
	unsigned long flags = fault_lock_acquire(&s->lock);

	(*counter)++;
	fault_lock_release(&s->lock, flags);
}

static void error(struct stress *s, u32 line)
{
	unsigned long flags = fault_lock_acquire(&s->lock);

	if (!s->errors++)
		s->error_line = line;
	fault_lock_release(&s->lock, flags);
}

#define CHECK(s, cond)                      \
	do {                                \
		if (!(cond))                \
			error(s, __LINE__); \
	} while (0)

/* ---- The back-end ---- */

static bool is_owed(u32 word)
{
	return (word & WORD) == OWED || (word & WORD) == HANDED;
}

static void add(u32 *sum, u32 by)
{
	u32 old;

	do
		old = fenv_load(sum);
	while (!fenv_cmpxchg(sum, old, old + by));
}

/* Once, twice or three times. */
static bool refuses(struct stress *s, u32 reporter, u32 i)
{
	u32 *times = &s->words[reporter][s->cfg.faults + i / REFUSED];
	u32 n = fenv_load(times);

	return (i + s->cfg.seed) % REFUSED == 5 && n <= (i + s->cfg.seed) / REFUSED % 3 &&
	       fenv_cmpxchg(times, n, n + 1);
}

static int respond(void *ctx, void *dev_ctx, const struct fault_response *r)
{
	u32 i = (u32)r->cookie, reporter = (u32)(r->cookie >> 32), state;
	struct stress *s = ctx;

	(void)dev_ctx;
	if (refuses(s, reporter, i)) {
		count(s, &s->failed_sends);
		return -EBUSY;
	}
	do {
		state = fenv_load(&s->words[reporter][i]);
		if (!is_owed(state)) {
			count(s, &s->doubled);
			break;
		}
	} while (!fenv_cmpxchg(&s->words[reporter][i], state, ANSWERED));
	/* Nobody but an owner says so. */
	CHECK(s, r->code != FAULT_FAILURE || (state & WORD) == HANDED);
	if (state & OPEN)
		add(&s->devs[r->sid]->open, -1u);
	return 0;
}

/* An operation of the hardware: takes its time, now and then fails. */
static int operate(struct stress *s)
{
	unsigned long flags = fault_lock_acquire(&s->lock);
	u32 r = (s->operations++ ^ s->cfg.seed) * 0x9e3779b1u >> 16, i;

	fault_lock_release(&s->lock, flags);
	for (i = r >> 8 & 3; i; i--)
		s->cfg.relax();
	return r % FAILS ? 0 : -EIO;
}

/* All that was reported before the fence of the reports is answered. */
static void check_closed(struct stress *s, const struct stress_dev *d)
{
	CHECK(s, (s32)fenv_load(&d->open) <= 0);
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

	CHECK(s, fenv_cmpxchg(&d->throttled, on ? CALM : STORM, TELLING));
	s->cfg.relax();
	CHECK(s, fenv_cmpxchg(&d->throttled, TELLING, on ? STORM : CALM));
}

/* An owner will know the cookie of the group that @addr's fault is in. */
static void hand(struct stress *s, u64 addr)
{
	u64 fault = addr >> ADDR_SHIFT;
	u32 *word = &s->words[fault >> 32][(u32)fault], old;

	do
		old = fenv_load(word);
	while ((old & WORD) == OWED && !fenv_cmpxchg(word, old, HANDED | (old & OPEN)));
}

static void keep(struct stress *s, struct fault_group *g)
{
	const struct fault_record *f = NULL;
	unsigned long flags;

	while ((f = fault_group_next(g, f)) != NULL)
		hand(s, f->addr);
	flags = fault_lock_acquire(&s->lock);
	s->kept[s->n_kept++ % STRESS_KEPT] = fault_group_cookie(g);
	fault_lock_release(&s->lock, flags);
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

static const struct fault_domain_ops domain_ops = { .handle = handle, .event = event };

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
		old = fenv_load(word);
		if (!is_owed(old))
			return;
	} while (!fenv_cmpxchg(word, old, old | OPEN));
	add(&s->devs[sid]->open, 1);
}

static struct fault_record make(u32 *seed, u32 number, u32 i)
{
	u32 r = next_random(seed);
	struct fault_record f = {
		.cookie = COOKIE(number, i),
		.addr = COOKIE(number, i) << ADDR_SHIFT | next_random(seed) % (1u << ADDR_SHIFT),
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
	u32 seed = first_random(s, 0x9e3779b9u * (number + 1)), i, parts, window = 0;

	for (i = 0; i < s->cfg.faults; i++) {
		struct fault_record f = make(&seed, number, i), part = f;

		part.flags &= (u8)~FAULT_LAST;
		part.type = FAULT_PAGE_REQUEST;
		for (parts = f.type == FAULT_STALL ? 0 : next_random(&seed) % 3; parts; parts--)
			report(s, &part);
		if (seed % 64 == 0) {
			part.type = FAULT_UNRECOVERABLE;
			report(s, &part);
		}
		fenv_store(&s->words[number][i], OWED);
		report(s, &f);
		accepted(s, number, i, f.sid);
		/* Mostly like a device with few outstanding, now and then a flood. */
		while (seed % 16 && i - window >= 8 && is_owed(fenv_load(&s->words[number][window])) &&
		       !fenv_load(&s->stop))
			s->cfg.relax();
		while (window <= i && !is_owed(fenv_load(&s->words[number][window])))
			window++;
		if (seed % 4096 == 0)
			fault_core_overflow(s->core, s->cfg.now());
	}
}

/* ---- Devices ---- */

static void dev_released(void *dev_ctx)
{
	struct stress_dev *d = dev_ctx;

	fenv_store(&d->released, 1);
}

/* What failed has left it off; it may be tried again at once or after fault_off. */
static void turn_on(struct stress *s, struct fault_dev *dev)
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
static void turn_off(struct stress *s, struct fault_dev *dev)
{
	while (fault_off(dev, s->cfg.now()))
		s->cfg.relax();
}

static int dev_make(struct stress *s, struct stress_dev *d)
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
	d->storm = (struct fault_storm){ .limit = 16, .window_ns = 10000000, .off_ns = 100000, .off_max_ns = 100000 };
	fault_storm_init(&d->storm);
	fenv_store(&d->released, 0);
	err = fault_dev_create(s->core, &cfg, &d->dev);
	if (!err)
		err = fault_dev_add_sid(d->dev, d->number);
	if (!err)
		turn_on(s, d->dev);
	return err;
}

/* ---- Queues: whoever reads one, destroys it or hands it to a domain has it alone ---- */

static struct fault_queue *queue_take(struct stress *s, u32 n)
{
	struct fault_queue *q;
	unsigned long flags;

	for (;;) {
		flags = fault_lock_acquire(&s->lock);
		q = s->queues[n];
		s->queues[n] = NULL;
		fault_lock_release(&s->lock, flags);
		if (q)
			return q;
		s->cfg.relax();
	}
}

static void queue_give(struct stress *s, u32 n, struct fault_queue *q)
{
	unsigned long flags = fault_lock_acquire(&s->lock);

	s->queues[n] = q;
	fault_lock_release(&s->lock, flags);
}

static struct fault_queue *queue_make(struct stress *s, u32 n)
{
	struct fault_queue_cfg cfg = { .entries = 4u << n };
	struct fault_queue *q = NULL;

	CHECK(s, fault_queue_create(s->core, &cfg, &q) == 0);
	return q;
}

static void queue_renew(struct stress *s, u32 n)
{
	struct fault_queue *q = queue_take(s, n);

	if (fault_queue_destroy(q) == 0)
		q = queue_make(s, n);
	queue_give(s, n, q);
}

/* ---- Domains ---- */

static void domain_released(void *ctx)
{
	struct stress *s = ctx;

	count(s, &s->domains_released);
}

static struct fault_domain *domain_make(struct stress *s, struct stress_dev *d, u32 kind, u32 n)
{
	struct fault_domain_cfg cfg = { .release = domain_released, .release_ctx = s };
	struct fault_queue *q = queue_take(s, n);
	struct fault_domain *domain;
	int err;

	cfg.type = (enum fault_domain_type)kind;
	cfg.drv_ctx = kind == FAULT_DOMAIN_FORWARD ? s : NULL;
	if (cfg.type == FAULT_DOMAIN_FORWARD) {
		cfg.owner.queue = q;
	} else if (cfg.type == FAULT_DOMAIN_SVA) {
		cfg.owner.mm = s;
	} else {
		cfg.owner.handler.ops = &domain_ops;
		cfg.owner.handler.ctx = s;
	}
	err = fault_domain_alloc(d->dev, &cfg, &domain);
	queue_give(s, n, q);
	CHECK(s, err == 0);
	if (err)
		return NULL;
	count(s, &s->domains);
	CHECK(s, fault_domain_enable_stalls(domain) == 0);
	return domain;
}

/* Off and on, meanwhile another queue, unless some group of the old one is still looked at. */
static void domain_restart(struct stress *s, struct fault_domain *domain, u32 n)
{
	union fault_owner owner;
	int err;

	fault_domain_disable_stalls(domain, s->cfg.now());
	if (fault_domain_ctx(domain)) {
		owner.queue = queue_take(s, n);
		err = fault_domain_set_owner(domain, &owner);
		CHECK(s, err == 0 || err == -EBUSY);
		queue_give(s, n, owner.queue);
	}
	CHECK(s, fault_domain_enable_stalls(domain) == 0);
}

static void detach(struct stress *s, struct stress_dev *d, u32 pasid)
{
	int err;

	/* An answer that is not taken, or an operation that fails: it may be called again. */
	while ((err = fault_dev_detach(d->dev, pasid, s->cfg.now())) != 0) {
		CHECK(s, err == -EIO || err == -EBUSY);
		s->cfg.relax();
	}
}

/* It has left a place; several may have the same domain. */
static void domain_left(struct stress *s, struct fault_domain **at, struct fault_domain *domain)
{
	u32 i;

	for (i = 0; i < PLACES; i++)
		if (at[i] == domain)
			return;
	CHECK(s, fault_domain_free(domain) == 0);
}

static void attach(struct stress *s, struct fault_domain **at, u32 place, struct fault_domain *domain)
{
	struct fault_dev *dev = s->devs[place / STRESS_PASIDS]->dev;
	struct fault_domain *old = at[place];

	at[place] = domain;
	if (!old) {
		CHECK(s, fault_dev_attach(dev, place % STRESS_PASIDS, domain) == 0);
		return;
	}
	CHECK(s, fault_dev_replace(dev, place % STRESS_PASIDS, domain, s->cfg.now()) == 0);
	domain_left(s, at, old);
}

static void empty(struct stress *s, struct fault_domain **at, u32 place)
{
	struct fault_domain *old = at[place];

	detach(s, s->devs[place / STRESS_PASIDS], place % STRESS_PASIDS);
	at[place] = NULL;
	domain_left(s, at, old);
}

/* One step at one PASID of one device. */
static void attacher_step(struct stress *s, struct fault_domain **at, u32 place, u32 r)
{
	struct stress_dev *d = s->devs[place / STRESS_PASIDS];
	struct fault_domain *domain;

	switch (at[place] ? r % 16 : 16) {
	case 0:
		empty(s, at, place);
		break;
	case 1:
		CHECK(s, fault_dev_flush(d->dev, place % STRESS_PASIDS) == 0);
		(void)fault_dev_pending(d->dev, place % STRESS_PASIDS);
		break;
	case 2:
		domain_restart(s, at[place], (r >> 4) % STRESS_QUEUES);
		break;
	case 3:
	case 4:
		queue_renew(s, (r >> 4) % STRESS_QUEUES);
		break;
	default:
		domain = r >> 12 & 1 ? at[(r >> 4) % PLACES] : NULL;
		if (!domain)
			domain = domain_make(s, d, (r >> 4) % 3, (r >> 8) % STRESS_QUEUES);
		if (domain)
			attach(s, at, place, domain);
	}
}

/* All devices but the last, which stress_switcher() makes and destroys. */
void stress_attacher(struct stress *s)
{
	u32 seed = first_random(s, 0xabcdef01), place, i;
	struct fault_domain *at[PLACES] = { NULL };

	for (place = 0; place < PLACES; place++)
		attacher_step(s, at, place, next_random(&seed));
	while (!fenv_load(&s->stop)) {
		place = next_random(&seed) % PLACES;
		attacher_step(s, at, place, next_random(&seed));
		for (i = 0; i < s->cfg.pause; i++)
			s->cfg.relax();
	}
	for (i = 0; i < PLACES; i++)
		if (at[i])
			empty(s, at, i);
}

/* Somebody may still look at it; but not for seconds. */
static void wait_released(struct stress *s, struct stress_dev *d)
{
	u64 began = s->cfg.now();

	while (!fenv_load(&d->released) && s->cfg.now() - began < 20000000000ull) {
		fault_core_expire(s->core, s->cfg.now());
		s->cfg.relax();
	}
	CHECK(s, fenv_load(&d->released));
}

/* A device whose faults did not go on again may be destroyed, unless it owes an answer. */
static void dev_end(struct stress *s, struct stress_dev *d, struct fault_domain *domain)
{
	bool on;

	turn_off(s, d->dev);
	on = fault_dev_enable(d->dev) == 0;
	if (domain) {
		detach(s, d, 1);
		CHECK(s, fault_domain_free(domain) == 0);
	}
	if (on || fault_dev_destroy(d->dev)) {
		turn_off(s, d->dev);
		CHECK(s, fault_dev_destroy(d->dev) == 0);
	}
}

static void renew(struct stress *s, struct stress_dev *d, struct fault_domain **domain)
{
	dev_end(s, d, *domain);
	wait_released(s, d);
	CHECK(s, dev_make(s, d) == 0);
	*domain = domain_make(s, d, FAULT_DOMAIN_HANDLER, 0);
	if (*domain)
		CHECK(s, fault_dev_attach(d->dev, 1, *domain) == 0);
}

void stress_switcher(struct stress *s)
{
	struct fault_domain *domain = NULL;
	u32 seed = first_random(s, 0x1234567), d, i;

	renew(s, s->devs[STRESS_DEVS - 1], &domain);
	while (!fenv_load(&s->stop)) {
		d = next_random(&seed) % STRESS_DEVS;
		if (d == STRESS_DEVS - 1) {
			renew(s, s->devs[d], &domain);
		} else {
			turn_off(s, s->devs[d]->dev);
			turn_on(s, s->devs[d]->dev);
		}
		for (i = 0; i < 6 * s->cfg.pause; i++)
			s->cfg.relax();
	}
	if (domain) {
		detach(s, s->devs[STRESS_DEVS - 1], 1);
		CHECK(s, fault_domain_free(domain) == 0);
	}
}

void stress_expirer(struct stress *s)
{
	struct fault_stats stats;
	u32 n;

	for (n = 0; !fenv_load(&s->stop); n++) {
		fault_core_expire(s->core, s->cfg.now());
		if (n % 8 == 0)
			fault_core_stats(s->core, &stats);
		s->cfg.relax();
	}
}

struct reading {
	struct stress *s;
	u32 *seed;
	u64 cookie; /* of the last group read */
	bool inside;
};

static int take_message(void *ctx, const struct fault_message *m)
{
	struct reading *r = ctx;
	u32 random = next_random(r->seed);

	if (random % 8 == 0)
		r->s->cfg.relax();
	CHECK(r->s, !r->inside || m->fault.cookie == r->cookie);
	if (random % 32 == 1)
		return -EFAULT;
	r->inside = !(m->flags & (FAULT_MSG_LAST | FAULT_MSG_NO_ANSWER));
	r->cookie = m->fault.cookie;
	if (!(m->flags & FAULT_MSG_NO_ANSWER))
		hand(r->s, m->fault.addr);
	return 0;
}

static void serve_queue(struct stress *s, u32 n, u32 *seed)
{
	struct fault_queue *q = queue_take(s, n);
	struct reading reading = { .s = s, .seed = seed };
	u32 r = next_random(seed);

	if (fault_queue_read(q, take_message, &reading, 16) > 0 && r % 3)
		(void)fault_queue_respond(q, reading.cookie, FAULT_FAILURE, s->cfg.now());
	if (r % 5 == 0)
		(void)fault_queue_respond(q, reading.cookie ^ r, FAULT_FAILURE, s->cfg.now());
	queue_give(s, n, q);
}

void stress_owner(struct stress *s)
{
	u32 seed = first_random(s, 0x77777), r;
	unsigned long flags;
	u64 cookie;

	while (!fenv_load(&s->stop)) {
		r = next_random(&seed);
		flags = fault_lock_acquire(&s->lock);
		cookie = s->kept[r % STRESS_KEPT];
		fault_lock_release(&s->lock, flags);
		/* Some of them twice, some never, some in vain. */
		if (cookie)
			(void)fault_core_respond(s->core, cookie, FAULT_FAILURE, s->cfg.now());
		serve_queue(s, r % STRESS_QUEUES, &seed);
		s->cfg.relax();
	}
}

/* ---- Beginning and end ---- */

struct stress *stress_new(const struct stress_cfg *cfg)
{
	struct fault_driver drv = { .hw_code = { 0 } };
	struct stress *s = fl_zalloc(sizeof(*s));
	u32 i, extra = cfg->faults / REFUSED + 1;

	s->cfg = *cfg;
	s->core = cfg->core;
	if (!s->cfg.pause)
		s->cfg.pause = 32;
	fault_lock_init(&s->lock);
	s->words = fl_zalloc(cfg->reporters * sizeof(*s->words));
	for (i = 0; i < cfg->reporters; i++)
		s->words[i] = fl_zalloc((cfg->faults + extra) * sizeof(**s->words));
	s->ops = ops;
	s->ops.observe = cfg->seed & 1 ? observe : NULL;
	drv.ops = &s->ops;
	drv.ctx = s;
	CHECK(s, fault_core_bind(s->core, &drv) == 0);
	for (i = 0; i < STRESS_QUEUES; i++)
		s->queues[i] = queue_make(s, i);
	for (i = 0; i < STRESS_DEVS; i++) {
		s->devs[i] = fl_zalloc(sizeof(*s->devs[i]));
		s->devs[i]->number = i;
		CHECK(s, dev_make(s, s->devs[i]) == 0);
	}
	return s;
}

void stress_stop(struct stress *s)
{
	fenv_store(&s->stop, 1);
}

static void tally(struct stress *s, struct stress_result *out)
{
	u32 i, j;

	for (i = 0; i < s->cfg.reporters; i++) {
		for (j = 0; j < s->cfg.faults; j++) {
			out->owed += fenv_load(&s->words[i][j]) != NOT_YET;
			out->unanswered += is_owed(fenv_load(&s->words[i][j]));
		}
		fl_free(s->words[i]);
	}
	fl_free(s->words);
	out->doubled = s->doubled;
	out->errors = s->errors;
	out->error_line = s->error_line;
	out->leaks = s->domains - s->domains_released;
}

void stress_end(struct stress *s, struct stress_result *out, void (*stop_workers)(void *host))
{
	u32 i, tries;

	memset(out, 0, sizeof(*out));
	for (i = 0; i < STRESS_DEVS; i++)
		dev_end(s, s->devs[i], NULL);
	stop_workers(s->cfg.host);
	/* Whoever held a group has let go; what was unlinked is freed. */
	for (tries = 0; fault_core_take(s->core, s->cfg.now()) && tries < 1000; tries++)
		s->errors++;
	for (i = 0; i < STRESS_DEVS; i++)
		wait_released(s, s->devs[i]);
	fault_core_stats(s->core, &out->stats);
	for (i = 0; i < STRESS_QUEUES; i++)
		CHECK(s, fault_queue_destroy(s->queues[i]) == 0);
	/* No device is left. */
	CHECK(s, fault_core_bind(s->core, NULL) == 0);
	for (i = 0; i < STRESS_DEVS; i++)
		fl_free(s->devs[i]);
	tally(s, out);
	fl_free(s);
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
