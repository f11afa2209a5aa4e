// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The stress on one thread, in an order that a seed decides: 8 reporters, 4
 * workers, 4 other roles, a few faults each, many seeds. What fails once fails
 * again with the same seed.
 *
 * usage: interleave_fault_core [SEEDS [FIRST [FAULTS]]]
 *
 * FAULTS, in all, that owe an answer, a seed. Prints a line for each seed that
 * fails; of a single seed the last turns, and where each task is, too.
 */
#include <stdio.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fault_priv.h"
#include "sched.h"
#include "storage.h"
#include "stress.h"

#define REPORTERS   8
#define WORKERS	    4
#define HANG_S	    20		  /* of the processor: a loop in which no virtual time passes */
#define LIMIT_NS    5000000000ull /* virtual; a run takes a hundredth of it, ... */
#define FAULT_NS    10000000ull	  /* ... and this more for each fault */
#define MAX_FAILING 50		  /* then it is not one rare bug */

struct host {
	struct fault_core *core;
	struct stress *s;
	u32 work; /* kicks not yet served */
	u32 idle; /* workers that wait for one */
	u32 stop;
	u32 reporters, others, workers; /* that have not returned */
};

struct role {
	struct host *h;
	u32 number;
	void (*fn)(struct stress *s);
};

/* What the process that runs the seeds tells the one that waits for it. */
struct told {
	u64 seed;
	struct fault_stats stats;
	struct sched_sum sum;
};

struct run {
	struct stress_cfg cfg;
	struct host h;
	struct told *told;
};

static u64 now(void)
{
	return sched.now;
}

static void kick(void *host)
{
	struct host *h = host;

	sched_point(SCHED_SITE);
	if (sched.task->locks)
		sched_fail("kicks with a lock held");
	h->work++;
	sched_wake(&h->work);
	sched_point(SCHED_SITE);
}

static void leave(u32 *count)
{
	--*count;
	sched_wake(count);
}

static void join(u32 *count, const char *whom)
{
	while (*count)
		sched_wait(count, whom);
}

static void worker(void *host)
{
	struct host *h = host;
	struct fault_group *g;

	for (;;) {
		h->idle++;
		while (!h->work)
			sched_wait(&h->work, "work");
		h->idle--;
		h->work--;
		while ((g = fault_core_take(h->core, now())) != NULL)
			fault_group_complete(g, fault_group_handle(g, now()), now());
		if (h->stop)
			break;
	}
	leave(&h->workers);
}

static void stop_workers(void *host)
{
	struct host *h = host;
	u32 i;

	h->stop = 1;
	for (i = 0; i < WORKERS; i++)
		kick(h);
	join(&h->workers, "the workers");
}

static void reporter(void *arg)
{
	struct role *r = arg;

	stress_reporter(r->h->s, r->number);
	leave(&r->h->reporters);
}

static void other(void *arg)
{
	struct role *r = arg;

	r->fn(r->h->s);
	leave(&r->h->others);
}

static void spawn_all(struct host *h, struct role *roles)
{
	static const char *const names[] = { "attacher", "switcher", "expirer", "owner" };
	void (*const fns[])(struct stress * s) = { stress_attacher, stress_switcher, stress_expirer,
						   stress_owner };
	static char reporter_names[REPORTERS][16], worker_names[WORKERS][16];
	struct role *r = roles;
	u32 i;

	for (i = 0; i < WORKERS; i++, h->workers++) {
		snprintf(worker_names[i], sizeof(worker_names[i]), "worker %u", i);
		sched_spawn(worker_names[i], worker, h);
	}
	for (i = 0; i < REPORTERS; i++, h->reporters++) {
		snprintf(reporter_names[i], sizeof(reporter_names[i]), "reporter %u", i);
		*r = (struct role){ .h = h, .number = i };
		sched_spawn(reporter_names[i], reporter, r++);
	}
	for (i = 0; i < ARRAY_SIZE(fns); i++, h->others++) {
		*r = (struct role){ .h = h, .fn = fns[i] };
		sched_spawn(names[i], other, r++);
	}
}

/* Nobody is on the way to a worker, and none works: then nothing is left for them. */
static void check_quiet(void *arg)
{
	const struct host *h = &((struct run *)arg)->h;
	const struct fault_dev *dev;

	if (!h->core || h->idle < WORKERS || h->work)
		return;
	list_for_each_entry(dev, &h->core->devs, core_link)
		if (!list_empty(&dev->ready))
			sched_fail("a group waits, and no worker comes");
}

static void check_result(const struct stress_result *r, struct fault_stats *sum)
{
	static char what[160];

	snprintf(what, sizeof(what),
		 "owed %u, unanswered %u, doubled %u, domains not released %u, errors %u (%s:%u)",
		 r->owed, r->unanswered, r->doubled, r->leaks, r->errors, r->error_file,
		 r->error_line);
	if (!stress_good(r))
		sched_fail(what);
	fault_stats_add(sum, &r->stats);
}

static void whole_stress(void *arg)
{
	static const struct fault_host_ops host_ops = { .kick = kick,
							.alloc = storage_alloc,
							.free = storage_free };
	struct run *run = arg;
	struct stress_cfg *cfg = &run->cfg;
	struct role roles[REPORTERS + 4];
	struct host *h = &run->h;
	struct fault_core_cfg core_cfg = { .host_ops = &host_ops, .host = h };
	struct stress_result result;

	cfg->host = h;
	if (fault_core_create(&core_cfg, &h->core))
		sched_fail("no core");
	cfg->core = h->core;
	h->s = stress_new(cfg);
	spawn_all(h, roles);
	join(&h->reporters, "the reporters");
	stress_stop(h->s);
	join(&h->others, "the other roles");
	stress_end(h->s, &result, stop_workers);
	check_result(&result, &run->told->stats);
	if (fault_core_destroy(h->core))
		sched_fail("the core still has a device");
	h->core = NULL;
}

static void run_seed(u64 seed, u32 faults, struct told *told)
{
	struct run run = { .told = told };

	run.cfg.now = now;
	run.cfg.relax = sched_sleep;
	run.cfg.reporters = REPORTERS;
	run.cfg.faults = faults / REPORTERS;
	run.cfg.seed = (u32)seed * 0x85ebca6bu;
	run.cfg.pause = 1u << seed / 2 % 6;
	told->seed = seed;
	if (!sched_verbose) /* then somebody may be looking with a debugger */
		setitimer(ITIMER_PROF, &(struct itimerval){ .it_value.tv_sec = HANG_S }, NULL);
	sched_run(seed, LIMIT_NS + faults * FAULT_NS, whole_stress, check_quiet, &run);
	storage_end();
	told->sum = sched_sum;
}

/* Seeds from @first on, until one fails. */
static bool run_seeds(u64 first, u64 end, u32 faults, struct told *told)
{
	struct sched_sum before = told->sum;
	pid_t child;
	int status;
	u64 seed;

	fflush(stdout);
	child = fork();
	if (child < 0)
		exit(EXIT_FAILURE);
	if (child == 0) {
		sched_sum = before;
		for (seed = first; seed != end; seed++)
			run_seed(seed, faults, told);
		exit(EXIT_SUCCESS);
	}
	waitpid(child, &status, 0);
	if (WIFSIGNALED(status))
		printf("seed %llu: ends with signal %d (%s)\n", told->seed, WTERMSIG(status),
		       strsignal(WTERMSIG(status)));
	else if (WEXITSTATUS(status) && WEXITSTATUS(status) != SCHED_FAILED)
		printf("seed %llu: ends with status %d\n", told->seed, WEXITSTATUS(status));
	return WIFEXITED(status) && !WEXITSTATUS(status);
}

static void print_sum(u64 seeds, u32 failed, const struct told *t)
{
	const struct fault_stats *s = &t->stats;

	printf("%llu seeds, %u failed; %llu turns, the longest run %llu us\n", seeds, failed,
	       t->sum.turns, t->sum.longest_ns / 1000);
	printf("owed %llu, groups %llu, handled %llu, poisoned %llu, no slot %llu, no domain %llu, orphans %llu, "
	       "storms %llu, flushed %llu, expired %llu, late %llu, unsent %llu, dropped parts %llu\n",
	       s->owed, s->groups, s->handled, s->poisoned, s->no_slot, s->no_domain, s->orphans,
	       s->storms, s->flushed, s->expired, s->late, s->unsent, s->dropped);
}

int main(int argc, char **argv)
{
	u64 seeds = argc > 1 ? strtoull(argv[1], NULL, 0) : 1000;
	u64 first = argc > 2 ? strtoull(argv[2], NULL, 0) : 1, next = first;
	u32 faults = argc > 3 ? (u32)strtoul(argv[3], NULL, 0) : 192;
	struct told *told = mmap(NULL, sizeof(*told), PROT_READ | PROT_WRITE,
				 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	u32 failed = 0;

	if (told == MAP_FAILED)
		return EXIT_FAILURE;
	sched_verbose = seeds == 1;
	while (next != first + seeds && failed < MAX_FAILING &&
	       !run_seeds(next, first + seeds, faults, told)) {
		next = told->seed + 1;
		failed++;
	}
	print_sum(failed < MAX_FAILING ? seeds : next - first, failed, told);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
