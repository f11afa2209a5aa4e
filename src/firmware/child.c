// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "child_priv.h"
#include "board_priv.h"
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Of processor time, and in all: a child may wait for a pipe that nobody writes. */
#define CPU_SECONDS 20
#define SECONDS	    30

/* Files without a name, so that nothing is left behind. */
struct child {
	FILE *in, *out, *messages;
};

static void become(const char *const *argv, const struct child *c)
{
	const struct rlimit seconds = { CPU_SECONDS, CPU_SECONDS + 5 }, bytes = { BOARD_MAX_BYTES, BOARD_MAX_BYTES };
#ifndef __SANITIZE_ADDRESS__ /* its shadow is larger than any limit */
	const struct rlimit memory = { 1u << 30, 1u << 30 };

	setrlimit(RLIMIT_AS, &memory);
#endif

	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	setrlimit(RLIMIT_CPU, &seconds);
	setrlimit(RLIMIT_FSIZE, &bytes);
	if (dup2(fileno(c->in), 0) < 0 || dup2(fileno(c->out), 1) < 0 || dup2(fileno(c->messages), 2) < 0)
		_exit(126);
	execvp(argv[0], (char *const *)(uintptr_t)argv);
	_exit(127);
}

static void read_messages(FILE *f, char messages[CHILD_MESSAGES])
{
	rewind(f);
	messages[fread(messages, 1, CHILD_MESSAGES - 1, f)] = 0;
}

/* Its status, or -errno; -ETIMEDOUT: it was ended, with all that it has started. */
static int wait_for(pid_t child, int *status)
{
	struct timespec nap = { 0, 500000 }, begin, now;
	pid_t got;

	clock_gettime(CLOCK_MONOTONIC, &begin);
	while ((got = waitpid(child, status, WNOHANG)) <= 0) {
		if (got < 0 && errno != EINTR)
			return -errno;
		clock_gettime(CLOCK_MONOTONIC, &now);
		if (now.tv_sec - begin.tv_sec > SECONDS) {
			kill(-child, SIGKILL);
			kill(child, SIGKILL);
			waitpid(child, status, 0);
			return -ETIMEDOUT;
		}
		nanosleep(&nap, NULL);
		nap.tv_nsec = min(nap.tv_nsec * 2, 20000000l);
	}
	return 0;
}

static void say_signal(int number, char messages[CHILD_MESSAGES])
{
	if (number == SIGXCPU)
		snprintf(messages, CHILD_MESSAGES, "it was ended after %d s", CPU_SECONDS);
	else if (number == SIGXFSZ)
		snprintf(messages, CHILD_MESSAGES, "it was ended after %u MiB of output", BOARD_MAX_BYTES >> 20);
	else
		snprintf(messages, CHILD_MESSAGES, "it was ended by signal %d", number);
}

static int read_output(FILE *f, u8 **output, size_t *size)
{
	long end = fseek(f, 0, SEEK_END) ? -1 : ftell(f);

	if (end < 0)
		return -errno;
	rewind(f);
	*output = malloc((size_t)end + 1);
	if (!*output)
		return -ENOMEM;
	*size = fread(*output, 1, (size_t)end, f);
	(*output)[*size] = 0;
	return 0;
}

static int run(const char *const *argv, struct child *c, char messages[CHILD_MESSAGES])
{
	pid_t child;
	int status, ret;

	fflush(NULL);
	child = fork();
	if (child < 0)
		return -errno;
	if (!child)
		become(argv, c);
	ret = wait_for(child, &status);
	if (ret == -ETIMEDOUT)
		snprintf(messages, CHILD_MESSAGES, "it was ended after %d s", SECONDS);
	if (ret)
		return ret == -ETIMEDOUT ? -EIO : ret;
	read_messages(c->messages, messages);
	if (WIFSIGNALED(status))
		say_signal(WTERMSIG(status), messages);
	return !status ? 0 : WIFEXITED(status) && WEXITSTATUS(status) == 127 ? -ENOENT : -EIO;
}

int child_run(const char *const *argv, const char *input, size_t input_size, u8 **output, size_t *size,
	      char messages[CHILD_MESSAGES])
{
	struct child c = { tmpfile(), tmpfile(), tmpfile() };
	int ret = 0;

	messages[0] = 0;
	if (!c.in || !c.out || !c.messages)
		ret = -errno;
	if (!ret && (fwrite(input, 1, input_size, c.in) != input_size || fflush(c.in) || fseek(c.in, 0, SEEK_SET)))
		ret = -EIO;
	if (!ret)
		ret = run(argv, &c, messages);
	if (!ret)
		ret = read_output(c.out, output, size);
	if (c.in)
		fclose(c.in);
	if (c.out)
		fclose(c.out);
	if (c.messages)
		fclose(c.messages);
	return ret;
}
