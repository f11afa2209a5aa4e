// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "run_pool.h"
#include "heap.h"
#include "out_of_memory.h"
#include "sweep_pool.h"
#include "timed_replay.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define AT_ONCE 64
#define WINDOW	(2 * AT_ONCE) /* runs that have begun, and whose results were not taken yet */

/* What a process leaves in the memory that it shares, and in @watch, a file in memory; -1: nothing over time. */
struct left {
	int watch;
	int code;
	struct dmat_error err;
	struct replay_result res;
};

struct running {
	const struct run_pool *pool;
	struct left *left;
	pid_t pid[WINDOW]; /* 0: it has ended */
	int state[WINDOW]; /* of wait() */
	u32 at_once, window, now;
};

static int begin(struct running *r, u32 i)
{
	u32 at = i % r->window;
	struct replay_options run;
	struct left *left = &r->left[at];

	r->pool->get(r->pool->ctx, i, &run);
	left->watch = run.series ? memfd_create("series", MFD_CLOEXEC) : -1;
	if (run.series && left->watch < 0)
		return cli_fail("a run: %s", strerror(errno));
	r->pid[at] = fork();
	if (r->pid[at] < 0) {
		r->pid[at] = 0;
		return cli_fail("a run: %s", strerror(errno));
	}
	if (!r->pid[at]) {
		heap_of_child();
		out_of_memory_of_child();
		left->err = (struct dmat_error){ 0 };
		run.watch = run.series ? json_object() : NULL;
		left->code = replay_timed(&run, &left->res, &left->err);
		if (!left->code && run.watch && json_dumpfd(run.watch, left->watch, JSON_COMPACT))
			left->code = -EIO;
		_exit(0);
	}
	r->now++;
	return 0;
}

static int await_one(struct running *r)
{
	int state;
	pid_t pid = wait(&state);
	u32 at;

	if (pid < 0)
		return errno == EINTR ? 0 : cli_fail("a run: %s", strerror(errno));
	for (at = 0; at < r->window && r->pid[at] != pid; at++)
		;
	if (at == r->window)
		return 0;
	r->pid[at] = 0;
	r->state[at] = state;
	r->now--;
	return 0;
}

static void take_watch(struct running *r, u32 i, int fd)
{
	json_t *watch = lseek(fd, 0, SEEK_SET) ? NULL : json_loadfd(fd, 0, NULL);

	close(fd);
	if (watch && r->pool->watched)
		r->pool->watched(r->pool->ctx, i, watch);
	else
		json_decref(watch);
}

/* Why there is no result, from what wait() said. */
static void ended_badly(struct dmat_error *err, int state)
{
	if (WIFSIGNALED(state))
		dmat_fail(err, EIO, "the run was ended by signal %d (%s)", WTERMSIG(state), strsignal(WTERMSIG(state)));
	else if (WEXITSTATUS(state) == OUT_OF_MEMORY_STATUS)
		dmat_fail(err, ENOMEM, "out of memory");
	else
		dmat_fail(err, EIO, "the run ended without a result");
}

static int take(struct running *r, u32 i)
{
	struct left *left = &r->left[i % r->window];

	if (left->watch >= 0)
		take_watch(r, i, left->watch);

	if (r->state[i % r->window]) {
		left->code = -EIO;
		left->err = (struct dmat_error){ 0 };
		ended_badly(&left->err, r->state[i % r->window]);
	}
	return r->pool->done(r->pool->ctx, i, &left->res, left->code ? &left->err : NULL);
}

static int all(struct running *r)
{
	u32 begun = 0, taken = 0;
	int status = 0;

	while (!status && taken < r->pool->n) {
		if (begun < r->pool->n && r->now < r->at_once && begun - taken < r->window)
			status = begin(r, begun++);
		else if (r->pid[taken % r->window])
			status = await_one(r);
		else
			status = take(r, taken++);
		if (r->pool->bar)
			report_progress(r->pool->bar, r->pool->before + taken);
	}
	return status;
}

int run_pool(const struct run_pool *pool)
{
	struct running r = { .pool = pool };
	size_t size;
	int status;
	u32 at;

	r.at_once = min(sweep_pool_cores(), (u32)AT_ONCE);
	r.window = 2 * r.at_once;
	size = r.window * sizeof(*r.left);
	r.left = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (r.left == MAP_FAILED)
		return cli_fail("runs: %s", strerror(errno));
	fflush(stdout);
	status = all(&r);
	for (at = 0; at < r.window; at++) {
		if (!r.pid[at])
			continue;
		kill(r.pid[at], SIGKILL);
		waitpid(r.pid[at], NULL, 0);
	}
	munmap(r.left, size);
	return status;
}
