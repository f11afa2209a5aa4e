// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "child_priv.h"
#include "board_priv.h"
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* Files without a name, so that nothing is left behind. */
struct child {
	FILE *in, *out, *messages;
};

static void become(const char *const *argv, const struct child *c)
{
	const struct rlimit seconds = { 20, 20 }, bytes = { BOARD_MAX_BYTES, BOARD_MAX_BYTES };
#ifndef __SANITIZE_ADDRESS__ /* its shadow is larger than any limit */
	const struct rlimit memory = { 1u << 30, 1u << 30 };

	setrlimit(RLIMIT_AS, &memory);
#endif

	setrlimit(RLIMIT_CPU, &seconds);
	setrlimit(RLIMIT_FSIZE, &bytes);
	if (dup2(fileno(c->in), 0) < 0 || dup2(fileno(c->out), 1) < 0 || dup2(fileno(c->messages), 2) < 0)
		_exit(126);
	execvp(argv[0], (char *const *)(uintptr_t)argv);
	_exit(127);
}

static void read_messages(FILE *f, char messages[512])
{
	rewind(f);
	messages[fread(messages, 1, 511, f)] = 0;
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

static int run(const char *const *argv, struct child *c, char messages[512])
{
	pid_t child;
	int status;

	fflush(NULL);
	child = fork();
	if (child < 0)
		return -errno;
	if (!child)
		become(argv, c);
	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	read_messages(c->messages, messages);
	if (WIFSIGNALED(status))
		snprintf(messages, 512, "it was ended by signal %d", WTERMSIG(status));
	return !status ? 0 : WIFEXITED(status) && WEXITSTATUS(status) == 127 ? -ENOENT : -EIO;
}

int child_run(const char *const *argv, const char *input, size_t input_size, u8 **output, size_t *size,
	      char messages[512])
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
