// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The stress with POSIX threads: 8 reporters, 4 workers, 4 other roles.
 *
 * usage: stress_fault_core [FAULTS]   in all, that owe an answer; default 400000
 */
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <linux/atomic.h>
#include <linux/kernel.h>

#include "stress.h"

#define REPORTERS 8
#define WORKERS	  4

struct host {
	struct fault_core *core;
	sem_t work;
	u32 stop;
	pthread_t worker[WORKERS];
};

static u64 now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (u64)t.tv_sec * 1000000000ull + (u64)t.tv_nsec;
}

static void relax(void)
{
	sched_yield();
}

static void kick(void *host)
{
	sem_post(&((struct host *)host)->work);
}

static void *worker(void *arg)
{
	struct host *h = arg;
	struct fault_group *g;

	for (;;) {
		sem_wait(&h->work);
		while ((g = fault_core_take(h->core, now())) != NULL)
			fault_group_complete(g, fault_group_handle(g, now()), now());
		if (smp_load_acquire(&h->stop))
			return NULL;
	}
}

static void stop_workers(void *host)
{
	struct host *h = host;
	int i;

	smp_store_release(&h->stop, 1);
	for (i = 0; i < WORKERS; i++)
		sem_post(&h->work);
	for (i = 0; i < WORKERS; i++)
		pthread_join(h->worker[i], NULL);
}

struct reporter {
	struct stress *s;
	u32 number;
};

static void *reporter(void *arg)
{
	struct reporter *r = arg;

	stress_reporter(r->s, r->number);
	return NULL;
}

static void *attacher(void *s)
{
	stress_attacher(s);
	return NULL;
}

static void *switcher(void *s)
{
	stress_switcher(s);
	return NULL;
}

static void *expirer(void *s)
{
	stress_expirer(s);
	return NULL;
}

static void *owner(void *s)
{
	stress_owner(s);
	return NULL;
}

static void print(const struct stress_result *r, double seconds)
{
	const struct fault_stats *t = &r->stats;

	printf("owed %u, answered %llu (retry %llu, terminate %llu, failure %llu) in %.1f s\n",
	       r->owed,
	       t->answered[FAULT_RETRY] + t->answered[FAULT_TERMINATE] + t->answered[FAULT_FAILURE],
	       t->answered[FAULT_RETRY], t->answered[FAULT_TERMINATE], t->answered[FAULT_FAILURE],
	       seconds);
	printf("unanswered %u, doubled %u, domains not released %u, errors %u (%s:%u)\n",
	       r->unanswered, r->doubled, r->leaks, r->errors, r->error_file, r->error_line);
	printf("groups %llu, handled %llu, poisoned %llu, no slot %llu, no domain %llu, orphans %llu, flushed %llu, "
	       "expired %llu, late %llu, unsent %llu, dropped parts %llu\n",
	       t->groups, t->handled, t->poisoned, t->no_slot, t->no_domain, t->orphans, t->flushed,
	       t->expired, t->late, t->unsent, t->dropped);
}

int main(int argc, char **argv)
{
	static const struct fault_host_ops host_ops = { .kick = kick };
	void *(*const role[])(void *) = { attacher, switcher, expirer, owner };
	u32 faults = argc > 1 ? (u32)strtoul(argv[1], NULL, 0) : 400000;
	struct reporter reporters[REPORTERS];
	pthread_t rt[REPORTERS], ot[ARRAY_SIZE(role)];
	struct stress_result result;
	struct host h = { .stop = 0 };
	struct fault_core_cfg core_cfg = { .host_ops = &host_ops, .host = &h };
	struct stress_cfg cfg = { .host = &h, .now = now, .relax = relax, .reporters = REPORTERS };
	struct stress *s;
	u64 began = now();
	u32 i;

	sem_init(&h.work, 0, 0);
	if (fault_core_create(&core_cfg, &h.core))
		return EXIT_FAILURE;
	cfg.core = h.core;
	cfg.faults = faults / REPORTERS;
	s = stress_new(&cfg);
	for (i = 0; i < WORKERS; i++)
		pthread_create(&h.worker[i], NULL, worker, &h);
	for (i = 0; i < ARRAY_SIZE(role); i++)
		pthread_create(&ot[i], NULL, role[i], s);
	for (i = 0; i < REPORTERS; i++) {
		reporters[i] = (struct reporter){ s, i };
		pthread_create(&rt[i], NULL, reporter, &reporters[i]);
	}
	for (i = 0; i < REPORTERS; i++)
		pthread_join(rt[i], NULL);
	stress_stop(s);
	for (i = 0; i < ARRAY_SIZE(role); i++)
		pthread_join(ot[i], NULL);
	stress_end(s, &result, stop_workers);
	print(&result, (double)(now() - began) * 1e-9);
	return fault_core_destroy(h.core) == 0 && stress_good(&result) ? EXIT_SUCCESS
								       : EXIT_FAILURE;
}
