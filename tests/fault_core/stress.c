// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "stress.h"

/* What a fault's word says. */
#define NOT_YET	 0u
#define OWED	 1u
#define ANSWERED 2u

/* Every so many-th answer is not taken at first. */
#define REFUSED 16

/* In units of the cookie: reporter and number of the fault. */
#define COOKIE(reporter, i) ((u64)(reporter) << 32 | (i))

struct stress_dev {
	struct stress *s;
	struct fault_dev *dev;
	u32 number;
	u32 released; /* load and store */
};

struct stress {
	struct stress_cfg cfg;
	struct fault_core *core;
	struct stress_dev *devs[STRESS_DEVS];
	struct fault_queue *queue;
	u32 **words; /* of each reporter's faults */
	u32 stop;    /* load and store */
	u64 kept[STRESS_KEPT];
	u32 n_kept;
	struct fault_lock lock; /* kept, below */
	u32 doubled, errors, domains, domains_released, failed_sends;
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

#define CHECK(s, cond)                          \
	do {                                    \
		if (!(cond))                    \
			count(s, &(s)->errors); \
	} while (0)

/* ---- The back-end ---- */

static int respond(void *ctx, void *dev_ctx, const struct fault_response *r)
{
	u32 i = (u32)r->cookie, reporter = (u32)(r->cookie >> 32);
	struct stress *s = ctx;

	(void)dev_ctx;
	if (i % REFUSED == 5 && fenv_cmpxchg(&s->words[reporter][s->cfg.faults + i / REFUSED], 0, 1)) {
		count(s, &s->failed_sends);
		return -EBUSY;
	}
	if (!fenv_cmpxchg(&s->words[reporter][i], OWED, ANSWERED))
		count(s, &s->doubled);
	return 0;
}

static int fence(void *ctx, void *dev_ctx, enum fault_fence what)
{
	(void)ctx;
	(void)dev_ctx;
	(void)what;
	return 0;
}

static int turn(void *ctx, void *dev_ctx)
{
	(void)ctx;
	(void)dev_ctx;
	return 0;
}

static enum fault_code sva_handle(void *mm, struct fault_group *g, const struct fault_record *f)
{
	(void)mm;
	(void)g;
	return f->addr & 0x1000 ? FAULT_RETRY : FAULT_TERMINATE;
}

static const struct fault_ops ops = {
	.respond = respond,
	.fence = fence,
	.enable = turn,
	.disable = turn,
	.sva_handle = sva_handle,
};

static enum fault_code handle(void *ctx, struct fault_group *g, const struct fault_record *f)
{
	struct stress *s = ctx;
	unsigned long flags;

	if (f->addr % 7 == 0) {
		flags = fault_lock_acquire(&s->lock);
		s->kept[s->n_kept++ % STRESS_KEPT] = fault_group_cookie(g);
		fault_lock_release(&s->lock, flags);
		return FAULT_LATER;
	}
	return f->addr % 11 ? FAULT_RETRY : FAULT_FAILURE;
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

static struct fault_record make(u32 *seed, u32 number)
{
	u32 r = next_random(seed);
	struct fault_record f = {
		.addr = next_random(seed),
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
		struct fault_record f = make(&seed, number), part = f;

		part.flags &= (u8)~FAULT_LAST;
		part.type = FAULT_PAGE_REQUEST;
		for (parts = f.type == FAULT_STALL ? 0 : next_random(&seed) % 3; parts; parts--)
			report(s, &part);
		if (seed % 64 == 0) {
			part.type = FAULT_UNRECOVERABLE;
			report(s, &part);
		}
		f.cookie = COOKIE(number, i);
		fenv_store(&s->words[number][i], OWED);
		report(s, &f);
		/* Mostly like a device with few outstanding, now and then a flood. */
		while (seed % 16 && i - window >= 8 && fenv_load(&s->words[number][window]) == OWED &&
		       !fenv_load(&s->stop))
			s->cfg.relax();
		while (window <= i && fenv_load(&s->words[number][window]) != OWED)
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

static int dev_make(struct stress *s, struct stress_dev *d)
{
	struct fault_dev_cfg cfg = {
		.dev_ctx = d,
		.caps = FAULT_DEV_CAN_STALL | FAULT_DEV_PRI,
		.credits = 16,
		.partial_ns = 2000000,
		.pending_ns = 3000000,
		.release = dev_released,
	};
	int err;

	d->s = s;
	fenv_store(&d->released, 0);
	err = fault_dev_create(s->core, &cfg, &d->dev);
	if (!err)
		err = fault_dev_add_sid(d->dev, d->number);
	return err ? err : fault_dev_enable(d->dev);
}

static void dev_end(struct stress *s, struct stress_dev *d)
{
	/* An answer that is not taken makes it fail; it may be called again. */
	while (fault_off(d->dev, s->cfg.now()))
		s->cfg.relax();
	CHECK(s, fault_dev_destroy(d->dev) == 0);
}

/* ---- Domains ---- */

static void domain_released(void *ctx)
{
	struct stress *s = ctx;

	count(s, &s->domains_released);
}

static struct fault_domain *domain_make(struct stress *s, struct stress_dev *d, u32 kind)
{
	struct fault_domain_cfg cfg = { .release = domain_released, .release_ctx = s };
	struct fault_domain *domain;

	cfg.type = (enum fault_domain_type)kind;
	if (cfg.type == FAULT_DOMAIN_FORWARD) {
		cfg.owner.queue = s->queue;
	} else if (cfg.type == FAULT_DOMAIN_SVA) {
		cfg.owner.mm = s;
	} else {
		cfg.owner.handler.ops = &domain_ops;
		cfg.owner.handler.ctx = s;
	}
	if (fault_domain_alloc(d->dev, &cfg, &domain)) {
		count(s, &s->errors);
		return NULL;
	}
	count(s, &s->domains);
	CHECK(s, fault_domain_enable_stalls(domain) == 0);
	return domain;
}

static void domain_end(struct stress *s, struct fault_domain *domain)
{
	CHECK(s, fault_domain_free(domain) == 0);
}

static void detach(struct stress *s, struct stress_dev *d, u32 pasid, struct fault_domain *domain)
{
	CHECK(s, fault_dev_detach(d->dev, pasid, s->cfg.now()) == 0);
	domain_end(s, domain);
}

/* One step at one PASID of one device. */
static void attacher_step(struct stress *s, struct stress_dev *d, u32 pasid, struct fault_domain **at, u32 r)
{
	struct fault_domain *domain;

	switch (*at ? r % 8 : 8) {
	case 0:
		detach(s, d, pasid, *at);
		*at = NULL;
		break;
	case 1:
		CHECK(s, fault_dev_flush(d->dev, pasid) == 0);
		break;
	case 2:
		fault_domain_disable_stalls(*at, s->cfg.now());
		CHECK(s, fault_domain_enable_stalls(*at) == 0);
		break;
	default:
		domain = domain_make(s, d, (r >> 4) % 3);
		if (!domain)
			break;
		if (*at) {
			CHECK(s, fault_dev_replace(d->dev, pasid, domain, s->cfg.now()) == 0);
			domain_end(s, *at);
		} else {
			CHECK(s, fault_dev_attach(d->dev, pasid, domain) == 0);
		}
		*at = domain;
	}
}

/* All devices but the last, which stress_switcher() makes and destroys. */
void stress_attacher(struct stress *s)
{
	struct fault_domain *at[STRESS_DEVS - 1][STRESS_PASIDS] = { { NULL } };
	u32 seed = first_random(s, 0xabcdef01), d, p, i;

	while (!fenv_load(&s->stop)) {
		d = next_random(&seed) % (STRESS_DEVS - 1);
		p = next_random(&seed) % STRESS_PASIDS;
		attacher_step(s, s->devs[d], p, &at[d][p], next_random(&seed));
		for (i = 0; i < s->cfg.pause; i++)
			s->cfg.relax();
	}
	for (d = 0; d < STRESS_DEVS - 1; d++)
		for (p = 0; p < STRESS_PASIDS; p++)
			if (at[d][p])
				detach(s, s->devs[d], p, at[d][p]);
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

static void renew(struct stress *s, struct stress_dev *d, struct fault_domain **domain)
{
	if (*domain)
		detach(s, d, 1, *domain);
	dev_end(s, d);
	wait_released(s, d);
	CHECK(s, dev_make(s, d) == 0);
	*domain = domain_make(s, d, FAULT_DOMAIN_HANDLER);
	if (*domain)
		CHECK(s, fault_dev_attach(d->dev, 1, *domain) == 0);
}

void stress_switcher(struct stress *s)
{
	struct fault_domain *domain = NULL;
	u32 seed = first_random(s, 0x1234567), d, i;

	while (!fenv_load(&s->stop)) {
		d = next_random(&seed) % STRESS_DEVS;
		if (d == STRESS_DEVS - 1) {
			renew(s, s->devs[d], &domain);
		} else {
			while (fault_off(s->devs[d]->dev, s->cfg.now()))
				s->cfg.relax();
			CHECK(s, fault_dev_enable(s->devs[d]->dev) == 0);
		}
		for (i = 0; i < 6 * s->cfg.pause; i++)
			s->cfg.relax();
	}
	if (domain)
		detach(s, s->devs[STRESS_DEVS - 1], 1, domain);
}

void stress_expirer(struct stress *s)
{
	while (!fenv_load(&s->stop)) {
		fault_core_expire(s->core, s->cfg.now());
		s->cfg.relax();
	}
}

static int take_message(void *ctx, const struct fault_message *m)
{
	u64 *cookie = ctx;

	*cookie = m->fault.cookie;
	return 0;
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
			(void)fault_core_respond(s->core, cookie, FAULT_RETRY, s->cfg.now());
		if (fault_queue_read(s->queue, take_message, &cookie, 16) > 0 && r % 3)
			(void)fault_queue_respond(s->queue, cookie, FAULT_TERMINATE, s->cfg.now());
		if (r % 5 == 0)
			(void)fault_queue_respond(s->queue, cookie ^ r, FAULT_RETRY, s->cfg.now());
		s->cfg.relax();
	}
}

/* ---- Beginning and end ---- */

struct stress *stress_new(const struct stress_cfg *cfg)
{
	struct fault_driver drv = { .ops = &ops };
	struct fault_queue_cfg qcfg = { .entries = 64 };
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
	drv.ctx = s;
	if (fault_core_bind(s->core, &drv) || fault_queue_create(s->core, &qcfg, &s->queue))
		s->errors++;
	for (i = 0; i < STRESS_DEVS; i++) {
		s->devs[i] = fl_zalloc(sizeof(*s->devs[i]));
		s->devs[i]->number = i;
		if (dev_make(s, s->devs[i]))
			s->errors++;
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
			out->unanswered += fenv_load(&s->words[i][j]) == OWED;
		}
		fl_free(s->words[i]);
	}
	fl_free(s->words);
	out->doubled = s->doubled;
	out->errors = s->errors;
	out->leaks = s->domains - s->domains_released;
}

void stress_end(struct stress *s, struct stress_result *out, void (*stop_workers)(void *host))
{
	u32 i, tries;

	memset(out, 0, sizeof(*out));
	for (i = 0; i < STRESS_DEVS; i++)
		dev_end(s, s->devs[i]);
	stop_workers(s->cfg.host);
	/* Whoever held a group has let go; what was unlinked is freed. */
	for (tries = 0; fault_core_take(s->core, s->cfg.now()) && tries < 1000; tries++)
		s->errors++;
	for (i = 0; i < STRESS_DEVS; i++)
		wait_released(s, s->devs[i]);
	fault_core_stats(s->core, &out->stats);
	CHECK(s, fault_queue_destroy(s->queue) == 0);
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
