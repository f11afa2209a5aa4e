// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Work queue and timer for one fault core. */
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include "fault_host.h"

#define MAX_WORKERS 16
#define BUDGET	    32
#define EXPIRE_MS   10

struct fault_worker {
	struct work_struct work;
	struct fault_host *host;
};

struct fault_host {
	struct fault_core *core;
	struct workqueue_struct *wq;
	struct delayed_work expire;
	unsigned int n_workers;
	struct fault_worker workers[MAX_WORKERS];
};

static void work(struct work_struct *w)
{
	struct fault_worker *worker = container_of(w, struct fault_worker, work);
	struct fault_host *host = worker->host;

	/* A storm must not keep a CPU: after its budget a worker goes to the end of the line. */
	if (fault_core_run(host->core, ktime_get_ns(), BUDGET) == BUDGET)
		queue_work(host->wq, &worker->work);
}

/*
 * One more worker for one more group: an idle one, since work that is queued
 * while it runs waits for its own handler. If none is idle, all are queued
 * again: whichever ends first looks once more, even if it was just leaving.
 */
static void kick(void *ctx)
{
	struct fault_host *host = ctx;
	unsigned int i;

	for (i = 0; i < host->n_workers; i++)
		if (!work_busy(&host->workers[i].work) &&
		    queue_work(host->wq, &host->workers[i].work))
			return;
	for (i = 0; i < host->n_workers; i++)
		queue_work(host->wq, &host->workers[i].work);
}

static void expire(struct work_struct *w)
{
	struct fault_host *host = container_of(to_delayed_work(w), struct fault_host, expire);

	fault_core_expire(host->core, ktime_get_ns());
	queue_delayed_work(host->wq, &host->expire, msecs_to_jiffies(EXPIRE_MS));
}

static const struct fault_host_ops host_ops = { .kick = kick };

int fault_host_create(unsigned int workers, struct fault_host **out)
{
	struct fault_core_cfg cfg = { .host_ops = &host_ops };
	struct fault_host *host;
	unsigned int i;
	int err = -ENOMEM;

	if (!workers || workers > MAX_WORKERS)
		return -EINVAL;
	host = kzalloc(sizeof(*host), GFP_KERNEL);
	if (!host)
		return -ENOMEM;
	/* Work and timer run this module's code until fault_host_destroy(). */
	__module_get(THIS_MODULE);
	host->n_workers = workers;
	for (i = 0; i < workers; i++) {
		host->workers[i].host = host;
		INIT_WORK(&host->workers[i].work, work);
	}
	INIT_DELAYED_WORK(&host->expire, expire);
	host->wq = alloc_workqueue("fault_core", WQ_UNBOUND | WQ_MEM_RECLAIM, workers + 1);
	if (!host->wq)
		goto free_host;
	cfg.host = host;
	err = fault_core_create(&cfg, &host->core);
	if (err)
		goto free_wq;
	queue_delayed_work(host->wq, &host->expire, msecs_to_jiffies(EXPIRE_MS));
	*out = host;
	return 0;

free_wq:
	destroy_workqueue(host->wq);
free_host:
	kfree(host);
	module_put(THIS_MODULE);
	return err;
}
EXPORT_SYMBOL_GPL(fault_host_create);

struct fault_core *fault_host_core(struct fault_host *host)
{
	return host->core;
}
EXPORT_SYMBOL_GPL(fault_host_core);

void fault_host_flush(struct fault_host *host)
{
	unsigned int i;

	for (i = 0; i < host->n_workers; i++)
		flush_work(&host->workers[i].work);
}
EXPORT_SYMBOL_GPL(fault_host_flush);

int fault_host_destroy(struct fault_host *host)
{
	int err;

	cancel_delayed_work_sync(&host->expire);
	/* Not drained: with a device left there may be another kick, and the host goes on. */
	fault_host_flush(host);
	/* What the workers have put last is freed after a grace period; destroy waits for it. */
	err = fault_core_destroy(host->core);
	if (err) {
		queue_delayed_work(host->wq, &host->expire, msecs_to_jiffies(EXPIRE_MS));
		return err;
	}
	destroy_workqueue(host->wq);
	kfree(host);
	module_put(THIS_MODULE);
	return 0;
}
EXPORT_SYMBOL_GPL(fault_host_destroy);

MODULE_DESCRIPTION("I/O page fault core");
MODULE_LICENSE("Dual BSD/GPL");
