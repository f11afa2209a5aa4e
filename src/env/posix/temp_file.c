// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "find.h"
#include "temp_file.h"

#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FILES 8

/* A signal handler sees nothing but what is static. A child that was forked does not own its parent's files. */
static struct temp {
	volatile pid_t owner; /* 0: free */
	char path[PATH_MAX];
} temps[FILES];

static const int deadly[] = { SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGXFSZ };

#define N_DEADLY (sizeof(deadly) / sizeof(deadly[0]))

static void block(sigset_t *was)
{
	sigset_t set;
	size_t i;

	sigemptyset(&set);
	for (i = 0; i < N_DEADLY; i++)
		sigaddset(&set, deadly[i]);
	pthread_sigmask(SIG_BLOCK, &set, was);
}

/* With no room left, or a name that is too long, a signal leaves the file. */
static void note(const char *path)
{
	int i;

	for (i = 0; i < FILES && temps[i].owner; i++)
		;
	if (i == FILES || strlen(path) >= PATH_MAX)
		return;
	strcpy(temps[i].path, path);
	temps[i].owner = getpid();
}

int temp_file_make(char *path)
{
	char *x = strstr(path, "XXXXXX"), *next;
	sigset_t was;
	int fd;

	while (x && (next = strstr(x + 1, "XXXXXX")))
		x = next;
	block(&was);
	fd = mkstemps(path, x ? (int)strlen(x + 6) : 0);
	if (fd >= 0)
		note(path);
	pthread_sigmask(SIG_SETMASK, &was, NULL);
	return fd;
}

void temp_file_kept(const char *path)
{
	for_each_of(e, temps, FILES)
		if (e->owner && !strcmp(e->path, path))
			e->owner = 0;
}

void temp_file_remove(const char *path)
{
	unlink(path);
	temp_file_kept(path);
}

void temp_file_remove_all(void)
{
	pid_t self = getpid();

	for_each_of(e, temps, FILES)
		if (e->owner == self)
			unlink(e->path);
}

static void clean(int signal_number)
{
	temp_file_remove_all();
	/* Not SA_RESETHAND: the same signal, sent again, would end the process before this handler has begun. */
	signal(signal_number, SIG_DFL);
	raise(signal_number);
}

void temp_file_on_signals(void)
{
	struct sigaction act = { .sa_handler = clean }, was;
	size_t i;

	sigfillset(&act.sa_mask);
	for (i = 0; i < N_DEADLY; i++)
		if (!sigaction(deadly[i], NULL, &was) && was.sa_handler != SIG_IGN)
			sigaction(deadly[i], &act, NULL);
}
