/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Checks, memory and jobs of sva.c. */
#ifndef SVA_JOB_H
#define SVA_JOB_H

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "faultline_master.h"
#include "master_regs.h"

#define PAGE 4096UL
#define MIB  (1UL << 20)

static int devices;

static void check(bool good, const char *name, const char *format, ...)
{
	va_list args;
	char text[256];

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	printf("CHECK %s %s: %s\n", good ? "ok" : "not ok", name, text);
	fflush(stdout);
}

static void *need(void *p, const char *what)
{
	if (p && p != MAP_FAILED)
		return p;
	check(false, what, "%s", strerror(errno));
	exit(1);
}

/* Of small pages, so that the number of faults is known. */
static uint8_t *untouched(size_t bytes)
{
	uint8_t *p = need(mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0),
			  "mmap");

	madvise(p, bytes, MADV_NOHUGEPAGE);
	return p;
}

static int device(int number)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/dev/faultline-master%d", number % devices);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0) {
		check(false, path, "%s", strerror(errno));
		exit(1);
	}
	return fd;
}

static void start(int fd, struct faultline_job job)
{
	if (ioctl(fd, FAULTLINE_START, &job)) {
		check(false, "start", "%s", strerror(errno));
		exit(1);
	}
}

static struct faultline_job finish(int fd)
{
	struct faultline_job job = { 0 };

	if (ioctl(fd, FAULTLINE_WAIT, &job)) {
		check(false, "wait", "%s", strerror(errno));
		exit(1);
	}
	return job;
}

/* All of a region, once. */
static struct faultline_job over(const void *p, size_t bytes, uint64_t op, uint64_t access)
{
	return (struct faultline_job){
		.addr = (uintptr_t)p,
		.length = bytes,
		.bytes = access,
		.count = bytes / access,
		.op = op,
		.seed = (uintptr_t)p ^ bytes,
		.depth = 8,
	};
}

static struct faultline_job run(int fd, struct faultline_job job)
{
	start(fd, job);
	return finish(fd);
}

static uint64_t sum_of(const void *p, size_t bytes)
{
	const volatile uint64_t *word = p;
	uint64_t sum = 0, n;

	for (n = 0; n < bytes / 8; n++)
		sum += word[n] * (2 * n + 1);
	return sum;
}

/* What a write of a region is to leave in it. */
static uint64_t wrong_words(const void *p, size_t bytes, uint64_t seed)
{
	const volatile uint64_t *word = p;
	uint64_t wrong = 0, n;

	for (n = 0; n < bytes / 8; n++)
		wrong += word[n] != master_word(seed, n);
	return wrong;
}

static void fill(void *p, size_t bytes, uint64_t seed)
{
	volatile uint64_t *word = p;
	uint64_t n;

	for (n = 0; n < bytes / 8; n++)
		word[n] = master_word(seed, n);
}

static struct faultline_counters counters(int fd)
{
	struct faultline_counters c = { 0 };

	if (ioctl(fd, FAULTLINE_COUNTERS, &c))
		check(false, "counters", "%s", strerror(errno));
	return c;
}

#endif /* SVA_JOB_H */
