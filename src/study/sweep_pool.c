// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "find.h"
#include "sweep_pool.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define REASON 256

/* A run that is under way; pid 0: free. */
struct job {
	pid_t pid;
	u32 index;
	int said; /* its stderr */
	u64 since_ms;
	bool late;
};

struct pool {
	const struct sweep_pool *p;
	struct job *job;
	u32 next, running, done, failed;
	u64 began_ms;
	bool terminal;
	sigset_t was;
};

static u64 now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (u64)t.tv_sec * 1000 + (u64)t.tv_nsec / 1000000;
}

u32 sweep_pool_cores(void)
{
	cpu_set_t set;

	return sched_getaffinity(0, sizeof(set), &set) ? 1 : (u32)max(CPU_COUNT(&set), 1);
}

static void say_progress(const struct pool *w)
{
	u64 left_s = w->done ? (now_ms() - w->began_ms) * (w->p->n - w->done) / w->done / 1000 : 0;

	if (!w->terminal)
		return;
	fprintf(stderr, "\r\033[Ksweep: %u of %u %s", w->done, w->p->n, w->p->what);
	if (w->failed)
		fprintf(stderr, ", %u failed", w->failed);
	if (w->done)
		fprintf(stderr, ", about %llu:%02llu:%02llu left", left_s / 3600, left_s / 60 % 60, left_s % 60);
	fflush(stderr);
}

/* ---- one run ---- */

static void be_child(const struct pool *w, const struct job *j, pid_t parent)
{
	int nowhere = open("/dev/null", O_RDWR);

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	sigprocmask(SIG_SETMASK, &w->was, NULL);
	dup2(nowhere, STDIN_FILENO);
	dup2(nowhere, STDOUT_FILENO);
	dup2(j->said, STDERR_FILENO);
	_exit(w->p->run(w->p->ctx, j->index) ? 1 : 0);
}

static int start(struct pool *w, struct job *j)
{
	pid_t parent = getpid();

	if (w->p->before)
		w->p->before(w->p->ctx, w->p->index[w->next]);
	*j = (struct job){ .index = w->p->index[w->next], .since_ms = now_ms() };
	j->said = memfd_create("sweep", MFD_CLOEXEC);
	j->pid = j->said < 0 ? -1 : fork();
	if (!j->pid)
		be_child(w, j, parent);
	if (j->pid < 0) {
		int err = -errno;

		if (j->said >= 0)
			close(j->said);
		j->pid = 0;
		return err;
	}
	w->next++;
	w->running++;
	return 0;
}

/* The last line that it wrote, without the program's name. */
static void read_said(const struct job *j, char said[REASON])
{
	char text[4096], *line, *end;
	ssize_t n = pread(j->said, text, sizeof(text) - 1, 0);

	text[max(n, (ssize_t)0)] = '\0';
	end = text + strlen(text);
	while (end > text && end[-1] == '\n')
		*--end = '\0';
	line = strrchr(text, '\n');
	line = line ? line + 1 : text;
	if (!strncmp(text, "faultline: ", 11)) { /* the reason comes first, a hint may follow */
		line = text + 11;
		line[strcspn(line, "\n")] = '\0';
	}
	snprintf(said, REASON, "%.*s", REASON - 1, line);
}

static void finish(struct pool *w, struct job *j, int state)
{
	char said[REASON], reason[REASON + 64];

	w->running--;
	w->done++;
	if (state) {
		read_said(j, said);
		if (j->late)
			snprintf(reason, sizeof(reason), "no result after %llu s", w->p->timeout_s);
		else if (WIFSIGNALED(state))
			snprintf(reason, sizeof(reason), "killed by signal %d (%s)%s%s", WTERMSIG(state),
				 strsignal(WTERMSIG(state)), *said ? ": " : "", said);
		else
			snprintf(reason, sizeof(reason), "%s", *said ? said : "it ended without a reason");
		w->failed++;
		w->p->failed(w->p->ctx, j->index, reason);
	}
	close(j->said);
	j->pid = 0;
	say_progress(w);
}

/* ---- all of them ---- */

static void reap(struct pool *w)
{
	int state;

	for_each_of(j, w->job, w->p->jobs) {
		if (j->pid && waitpid(j->pid, &state, WNOHANG) == j->pid)
			finish(w, j, state);
	}
}

static void kill_late(struct pool *w)
{
	u64 now = now_ms();
	u32 i;

	for (i = 0; w->p->timeout_s && i < w->p->jobs; i++) {
		struct job *j = &w->job[i];

		if (!j->pid || j->late || now - j->since_ms < w->p->timeout_s * 1000)
			continue;
		j->late = true;
		kill(j->pid, SIGKILL);
	}
}

static int run_all(struct pool *w, const sigset_t *ended)
{
	const struct timespec tick = { .tv_nsec = 200000000 };
	int err = 0;
	u32 i;

	while (w->running || (!err && w->next < w->p->n)) {
		for (i = 0; !err && i < w->p->jobs && w->next < w->p->n; i++)
			if (!w->job[i].pid)
				err = start(w, &w->job[i]);
		if (sigtimedwait(ended, NULL, &tick) < 0)
			say_progress(w);
		reap(w);
		kill_late(w);
	}
	return err;
}

int sweep_pool_run(const struct sweep_pool *p)
{
	struct pool w = { .p = p, .began_ms = now_ms(), .terminal = isatty(STDERR_FILENO) };
	sigset_t ended;
	int err;

	w.job = calloc(p->jobs, sizeof(*w.job));
	if (!w.job)
		return -ENOMEM;
	fflush(NULL);
	sigemptyset(&ended);
	sigaddset(&ended, SIGCHLD);
	sigprocmask(SIG_BLOCK, &ended, &w.was);
	err = run_all(&w, &ended);
	sigprocmask(SIG_SETMASK, &w.was, NULL);
	free(w.job);
	if (w.terminal)
		fputs("\r\033[K", stderr);
	return err;
}
