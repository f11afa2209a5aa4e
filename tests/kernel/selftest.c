// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The fault core's cases and its stress in a kernel, with a work queue and
 * kernel threads; prints KTAP when it is loaded.
 */
#include <linux/delay.h>
#include <linux/hrtimer.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "fault_cases.h"
#include "fault_host.h"
#include "selftest.h"
#include "stress.h"

static unsigned int faults = 20000;
module_param(faults, uint, 0444);
MODULE_PARM_DESC(faults, "faults of the stress that owe an answer");

static unsigned int workers = 4;
module_param(workers, uint, 0444);
MODULE_PARM_DESC(workers, "concurrent handlers of the stress");

#define REPORTERS 8
#define ROLES	  (REPORTERS + 4)

static void case_failed(void *harness, const char *file, int line, const char *what)
{
	pr_info("# %s:%d: %s\n", file, line, what);
}

/* ---- Stress ---- */

struct role {
	struct stress *s;
	void (*fn)(struct stress *s);
	u32 reporter;
	struct task_struct *task;
	struct completion done;
};

static u64 now_ns(void)
{
	return ktime_get_ns();
}

/* It sleeps: a dozen threads that only yield would starve what the kernel does at a lower priority. */
static void relax(void)
{
	usleep_range(20, 60);
}

static int role_thread(void *arg)
{
	struct role *r = arg;

	if (r->fn)
		r->fn(r->s);
	else
		stress_reporter(r->s, r->reporter);
	complete(&r->done);
	return 0;
}

static void start_role(struct role *r)
{
	init_completion(&r->done);
	r->task = kthread_run(role_thread, r, "fault-stress");
	if (IS_ERR(r->task))
		complete(&r->done);
}

/* The host of the core stops its own workers when it goes. */
static void flush_workers(void *host)
{
	fault_host_flush(host);
}

static void print_result(const struct stress_result *r)
{
	pr_info("# owed %u, unanswered %u, doubled %u, domains not released %u, errors %u (%s:%u)\n", r->owed,
		r->unanswered, r->doubled, r->leaks, r->errors, r->error_file, r->error_line);
	pr_info("# groups %llu, handled %llu, expired %llu, flushed %llu, late %llu, unsent %llu\n", r->stats.groups,
		r->stats.handled, r->stats.expired, r->stats.flushed, r->stats.late, r->stats.unsent);
}

static bool stress(void)
{
	struct stress_cfg cfg = { .now = now_ns, .relax = relax, .reporters = REPORTERS, .faults = faults / REPORTERS };
	struct stress_result result;
	struct fault_host *host;
	struct role *roles;
	struct stress *s;
	unsigned int i;
	bool good;

	if (fault_host_create(workers, &host))
		return false;
	roles = kcalloc(ROLES, sizeof(*roles), GFP_KERNEL);
	cfg.host = host;
	cfg.core = fault_host_core(host);
	s = roles ? stress_new(&cfg) : NULL;
	if (!s)
		return false;
	for (i = 0; i < ROLES; i++) {
		roles[i].s = s;
		roles[i].reporter = i;
	}
	roles[REPORTERS].fn = stress_attacher;
	roles[REPORTERS + 1].fn = stress_switcher;
	roles[REPORTERS + 2].fn = stress_expirer;
	roles[REPORTERS + 3].fn = stress_owner;
	for (i = 0; i < ROLES; i++)
		start_role(&roles[i]);
	/* It may take long, and says so. */
	for (i = 0; i < REPORTERS; i++)
		while (!wait_for_completion_timeout(&roles[i].done, 60 * HZ)) {
			fault_core_stats(cfg.core, &result.stats);
			pr_info("# %llu faults so far\n", result.stats.owed);
		}
	stress_stop(s);
	for (i = REPORTERS; i < ROLES; i++)
		wait_for_completion(&roles[i].done);
	stress_end(s, &result, flush_workers);
	good = stress_good(&result) && fault_host_destroy(host) == 0;
	print_result(&result);
	kfree(roles);
	return good;
}

/* ---- Reports from a hard interrupt, handlers that sleep ---- */

#define IRQ_FAULTS 200

struct irq_test {
	struct hrtimer timer;
	struct fault_core *core;
	atomic_t answers;
	unsigned int reported;
	unsigned int in_irq;
	struct completion done;
};

static int irq_respond(void *ctx, void *dev_ctx, const struct fault_response *r)
{
	struct irq_test *t = ctx;

	if (r->code == FAULT_RETRY)
		atomic_inc(&t->answers);
	return 0;
}

static int irq_fence(void *ctx, void *dev_ctx, enum fault_fence what)
{
	return 0;
}

static int irq_turn(void *ctx, void *dev_ctx)
{
	return 0;
}

static enum fault_code irq_handle(void *ctx, struct fault_group *g, const struct fault_record *f)
{
	might_sleep();
	usleep_range(10, 20);
	return FAULT_RETRY;
}

static const struct fault_ops irq_ops = {
	.respond = irq_respond,
	.fence = irq_fence,
	.enable = irq_turn,
	.disable = irq_turn,
};

static const struct fault_domain_ops irq_domain_ops = { .handle = irq_handle };

static enum hrtimer_restart irq_timer(struct hrtimer *timer)
{
	struct irq_test *t = container_of(timer, struct irq_test, timer);
	struct fault_record f = { .sid = 1, .type = FAULT_STALL, .flags = FAULT_LAST, .index = t->reported };

	t->in_irq += !!in_hardirq();
	if (fault_core_report(t->core, &f, ktime_get_ns()))
		t->in_irq = 0;
	if (++t->reported == IRQ_FAULTS) {
		complete(&t->done);
		return HRTIMER_NORESTART;
	}
	hrtimer_forward_now(timer, ns_to_ktime(200000));
	return HRTIMER_RESTART;
}

static bool report_from_interrupt(void)
{
	struct fault_driver drv = { .ops = &irq_ops };
	struct fault_dev_cfg dcfg = { .caps = FAULT_DEV_CAN_STALL, .credits = IRQ_FAULTS };
	struct fault_domain_cfg mcfg = { .type = FAULT_DOMAIN_HANDLER, .owner.handler.ops = &irq_domain_ops };
	struct fault_domain *domain;
	struct fault_host *host;
	struct fault_dev *dev;
	struct irq_test *t;
	bool good;

	t = kzalloc(sizeof(*t), GFP_KERNEL);
	if (!t || fault_host_create(4, &host))
		return false;
	t->core = fault_host_core(host);
	drv.ctx = t;
	good = !fault_core_bind(t->core, &drv) && !fault_dev_create(t->core, &dcfg, &dev) &&
	       !fault_dev_add_sid(dev, 1) && !fault_dev_enable(dev) && !fault_domain_alloc(dev, &mcfg, &domain) &&
	       !fault_domain_enable_stalls(domain) && !fault_dev_attach(dev, FAULT_NO_PASID, domain);
	init_completion(&t->done);
	hrtimer_init(&t->timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL_HARD);
	t->timer.function = irq_timer;
	hrtimer_start(&t->timer, ns_to_ktime(200000), HRTIMER_MODE_REL_HARD);
	wait_for_completion(&t->done);
	hrtimer_cancel(&t->timer);
	fault_host_flush(host);
	good = good && !fault_off(dev, ktime_get_ns()) && !fault_dev_detach(dev, FAULT_NO_PASID, ktime_get_ns()) &&
	       !fault_domain_free(domain) && !fault_dev_destroy(dev) && !fault_host_destroy(host);
	pr_info("# reported in hard interrupts %u, answers %d\n", t->in_irq, atomic_read(&t->answers));
	good = good && t->in_irq == IRQ_FAULTS && atomic_read(&t->answers) == IRQ_FAULTS;
	kfree(t);
	return good;
}

/* ---- Handlers that need each other: no group may wait behind a busy worker while another is idle ---- */

#define MEETING 4

struct meeting {
	struct irq_test t; /* first: irq_respond() counts in it */
	atomic_t here;
	atomic_t alone;
	struct completion all_here;
};

static enum fault_code meet(void *ctx, struct fault_group *g, const struct fault_record *f)
{
	struct meeting *m = ctx;

	if (atomic_inc_return(&m->here) == MEETING)
		complete_all(&m->all_here);
	if (!wait_for_completion_timeout(&m->all_here, 5 * HZ))
		atomic_inc(&m->alone);
	return FAULT_RETRY;
}

static const struct fault_domain_ops meeting_ops = { .handle = meet };

static bool handlers_need_each_other(void)
{
	struct fault_driver drv = { .ops = &irq_ops };
	struct fault_dev_cfg dcfg = { .caps = FAULT_DEV_CAN_STALL, .credits = MEETING };
	struct fault_domain_cfg mcfg = { .type = FAULT_DOMAIN_HANDLER, .owner.handler.ops = &meeting_ops };
	struct fault_record f = { .sid = 1, .type = FAULT_STALL, .flags = FAULT_LAST };
	struct fault_domain *domain;
	struct fault_host *host;
	struct fault_dev *dev;
	struct meeting *m;
	bool good;

	m = kzalloc(sizeof(*m), GFP_KERNEL);
	if (!m || fault_host_create(MEETING, &host))
		return false;
	init_completion(&m->all_here);
	drv.ctx = m;
	mcfg.owner.handler.ctx = m;
	good = !fault_core_bind(fault_host_core(host), &drv) && !fault_dev_create(fault_host_core(host), &dcfg, &dev) &&
	       !fault_dev_add_sid(dev, 1) && !fault_dev_enable(dev) && !fault_domain_alloc(dev, &mcfg, &domain) &&
	       !fault_domain_enable_stalls(domain) && !fault_dev_attach(dev, FAULT_NO_PASID, domain);
	for (f.index = 0; f.index < MEETING; f.index++) {
		good = good && !fault_core_report(fault_host_core(host), &f, ktime_get_ns());
		/* Those before are in their handlers. */
		msleep(20);
	}
	fault_host_flush(host);
	good = good && !fault_off(dev, ktime_get_ns()) && !fault_dev_detach(dev, FAULT_NO_PASID, ktime_get_ns()) &&
	       !fault_domain_free(domain) && !fault_dev_destroy(dev) && !fault_host_destroy(host);
	good = good && !atomic_read(&m->alone) && atomic_read(&m->t.answers) == MEETING;
	kfree(m);
	return good;
}

/* ---- KTAP ---- */

static unsigned int number, failed;

/* After a failure something may still point into this module: it stays. */
static void result(const char *name, bool good)
{
	if (!good && !failed++)
		__module_get(THIS_MODULE);
	pr_info("%s %u %s\n", good ? "ok" : "not ok", ++number, name);
}

static int __init selftest_init(void)
{
	unsigned int i;

	pr_info("KTAP version 1\n");
	pr_info("1..%u\n", fault_count_cases() + 3 + selftest_n_more);
	for (i = 0; i < fault_count_cases(); i++) {
		struct fault_case_run t = { .fail = case_failed };

		fault_case(i)->fn(&t);
		result(fault_case(i)->name, t.failures == 0);
		cond_resched();
	}
	result("report_from_interrupt", report_from_interrupt());
	result("handlers_need_each_other", handlers_need_each_other());
	for (i = 0; i < selftest_n_more; i++)
		result(selftest_more[i].name, selftest_more[i].fn());
	result("stress", stress());
	pr_info("# %u of %u failed\n", failed, number);
	return 0;
}

static void __exit selftest_exit(void)
{
	pr_info("# self-test unloaded\n");
}

module_init(selftest_init);
module_exit(selftest_exit);
MODULE_DESCRIPTION("Self-test of the I/O page fault core");
MODULE_LICENSE("Dual BSD/GPL");
