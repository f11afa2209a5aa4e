// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What happens while faults are reported: queues and domains change, devices go and come, owners answer. */
#include "stress_priv.h"

/* An attacher's place: a PASID of a device, all devices but the last. */
#define PLACES ((STRESS_DEVS - 1) * STRESS_PASIDS)

/* ---- Queues: whoever reads one, destroys it or hands it to a domain has it alone ---- */

static struct fault_queue *queue_take(struct stress *s, u32 n)
{
	struct fault_queue *q;
	unsigned long flags;

	for (;;) {
		spin_lock_irqsave(&s->lock, flags);
		q = s->queues[n];
		s->queues[n] = NULL;
		spin_unlock_irqrestore(&s->lock, flags);
		if (q)
			return q;
		s->cfg.relax();
	}
}

static void queue_give(struct stress *s, u32 n, struct fault_queue *q)
{
	unsigned long flags;

	spin_lock_irqsave(&s->lock, flags);
	s->queues[n] = q;
	spin_unlock_irqrestore(&s->lock, flags);
}

static void queue_renew(struct stress *s, u32 n)
{
	struct fault_queue *q = queue_take(s, n);

	if (fault_queue_destroy(q) == 0)
		q = stress_queue_make(s, n);
	queue_give(s, n, q);
}

/* ---- Domains ---- */

static void domain_released(void *ctx)
{
	struct stress *s = ctx;

	stress_count(s, &s->domains_released);
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
		cfg.owner.handler.ops = &stress_domain_ops;
		cfg.owner.handler.ctx = s;
	}
	err = fault_domain_alloc(d->dev, &cfg, &domain);
	queue_give(s, n, q);
	CHECK(s, err == 0);
	if (err)
		return NULL;
	stress_count(s, &s->domains);
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

/* It has left a place; several may have the same domain. */
static void domain_left(struct stress *s, struct fault_domain **at, struct fault_domain *domain)
{
	u32 i;

	for (i = 0; i < PLACES; i++)
		if (at[i] == domain)
			return;
	CHECK(s, fault_domain_free(domain) == 0);
}

static void attach(struct stress *s, struct fault_domain **at, u32 place,
		   struct fault_domain *domain)
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

	stress_detach(s, s->devs[place / STRESS_PASIDS], place % STRESS_PASIDS);
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
	u32 seed = stress_first_random(s, 0xabcdef01), place, i;
	struct fault_domain *at[PLACES] = { NULL };

	for (place = 0; place < PLACES; place++)
		attacher_step(s, at, place, stress_random(&seed));
	while (!smp_load_acquire(&s->stop)) {
		place = stress_random(&seed) % PLACES;
		attacher_step(s, at, place, stress_random(&seed));
		for (i = 0; i < s->cfg.pause; i++)
			s->cfg.relax();
	}
	for (i = 0; i < PLACES; i++)
		if (at[i])
			empty(s, at, i);
}

static void renew(struct stress *s, struct stress_dev *d, struct fault_domain **domain)
{
	stress_dev_end(s, d, *domain);
	stress_wait_released(s, d);
	CHECK(s, stress_dev_make(s, d) == 0);
	*domain = domain_make(s, d, FAULT_DOMAIN_HANDLER, 0);
	if (*domain)
		CHECK(s, fault_dev_attach(d->dev, 1, *domain) == 0);
}

void stress_switcher(struct stress *s)
{
	struct fault_domain *domain = NULL;
	u32 seed = stress_first_random(s, 0x1234567), d, i;

	renew(s, s->devs[STRESS_DEVS - 1], &domain);
	while (!smp_load_acquire(&s->stop)) {
		d = stress_random(&seed) % STRESS_DEVS;
		if (d == STRESS_DEVS - 1) {
			renew(s, s->devs[d], &domain);
		} else {
			stress_turn_off(s, s->devs[d]->dev);
			stress_turn_on(s, s->devs[d]->dev);
		}
		for (i = 0; i < 6 * s->cfg.pause; i++)
			s->cfg.relax();
	}
	if (domain) {
		stress_detach(s, s->devs[STRESS_DEVS - 1], 1);
		CHECK(s, fault_domain_free(domain) == 0);
	}
}

void stress_expirer(struct stress *s)
{
	struct fault_stats stats;
	u32 n;

	for (n = 0; !smp_load_acquire(&s->stop); n++) {
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
	u32 random = stress_random(r->seed);

	if (random % 8 == 0)
		r->s->cfg.relax();
	CHECK(r->s, !r->inside || m->fault.cookie == r->cookie);
	if (random % 32 == 1)
		return -EFAULT;
	r->inside = !(m->flags & (FAULT_MSG_LAST | FAULT_MSG_NO_ANSWER));
	r->cookie = m->fault.cookie;
	if (!(m->flags & FAULT_MSG_NO_ANSWER))
		stress_hand_over(r->s, m->fault.addr);
	return 0;
}

static void serve_queue(struct stress *s, u32 n, u32 *seed)
{
	struct fault_queue *q = queue_take(s, n);
	struct reading reading = { .s = s, .seed = seed };
	u32 r = stress_random(seed);

	if (fault_queue_read(q, take_message, &reading, 16) > 0 && r % 3)
		(void)fault_queue_respond(q, reading.cookie, FAULT_FAILURE, s->cfg.now());
	if (r % 5 == 0)
		(void)fault_queue_respond(q, reading.cookie ^ r, FAULT_FAILURE, s->cfg.now());
	queue_give(s, n, q);
}

void stress_owner(struct stress *s)
{
	u32 seed = stress_first_random(s, 0x77777), r;
	unsigned long flags;
	u64 cookie;

	while (!smp_load_acquire(&s->stop)) {
		r = stress_random(&seed);
		spin_lock_irqsave(&s->lock, flags);
		cookie = s->kept[r % STRESS_KEPT];
		spin_unlock_irqrestore(&s->lock, flags);
		/* Some of them twice, some never, some in vain. */
		if (cookie)
			(void)fault_core_respond(s->core, cookie, FAULT_FAILURE, s->cfg.now());
		serve_queue(s, r % STRESS_QUEUES, &seed);
		s->cfg.relax();
	}
}
