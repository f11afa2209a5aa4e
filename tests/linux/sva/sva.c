// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * What a process and a device see of one address space (faultline_master.c). One line a check, as tests/linux/init has them.
 * usage: sva FAULTS      faults that the last part wants, in processes of both devices
 *        sva limited     what has less memory than it uses
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#include "sva_job.h"

#define PROCESSES 8

/* ---- memory that nobody has touched ---- */

static void new_memory(int fd)
{
	uint8_t *p = need(malloc(4 * MIB), "malloc");
	struct faultline_job job = over(p, 4 * MIB, MASTER_WRITE | MASTER_STREAM, 16), r = run(fd, job);
	uint64_t wrong = wrong_words(p, 4 * MIB, job.seed);

	check(r.status == MASTER_OK && r.done == job.count && !wrong && r.stalled >= 2, "malloc-write",
	      "status %" PRIu64 ", %" PRIu64 " accesses, %" PRIu64 " stalled, %" PRIu64 " words wrong",
	      (uint64_t)r.status, (uint64_t)r.done, (uint64_t)r.stalled, wrong);
	job.op = MASTER_READ | MASTER_STREAM;
	r = run(fd, job);
	check(r.status == MASTER_OK && r.sum == sum_of(p, 4 * MIB) && !r.stalled, "malloc-read-back",
	      "sum %" PRIx64 ", %" PRIu64 " stalled", (uint64_t)r.sum, (uint64_t)r.stalled);
	free(p);

	p = untouched(4 * MIB);
	job = over(p, 4 * MIB, MASTER_READ | MASTER_STREAM, PAGE);
	r = run(fd, job);
	check(r.status == MASTER_OK && !r.sum && r.stalled == 1024, "zero-page-read",
	      "sum %" PRIx64 ", %" PRIu64 " stalled", (uint64_t)r.sum, (uint64_t)r.stalled);
	job.op = MASTER_WRITE | MASTER_STREAM;
	r = run(fd, job);
	wrong = wrong_words(p, 4 * MIB, job.seed);
	check(r.status == MASTER_OK && !wrong && r.stalled == 1024, "zero-page-write",
	      "%" PRIu64 " words wrong, %" PRIu64 " stalled", wrong, (uint64_t)r.stalled);
	munmap(p, 4 * MIB);
}

static void touched_memory(int fd)
{
	uint8_t *p = untouched(MIB);
	struct faultline_job job, r;
	uint64_t before, wrong = 0, n;
	volatile uint64_t *word = (void *)p;

	fill(p, MIB, 5);
	before = sum_of(p, MIB);
	r = run(fd, over(p, MIB, MASTER_READ | MASTER_STREAM, 64));
	check(r.status == MASTER_OK && r.sum == before && !r.stalled, "touched-read",
	      "sum %" PRIx64 ", %" PRIu64 " stalled", (uint64_t)r.sum, (uint64_t)r.stalled);
	job = over(p, MIB, MASTER_ADD | MASTER_STREAM, 64);
	r = run(fd, job);
	for (n = 0; n < MIB / 8; n++)
		wrong += word[n] != master_word(5, n) + job.seed;
	check(r.status == MASTER_OK && r.sum == before && !wrong, "touched-add", "%" PRIu64 " words wrong", wrong);
	job = over(p, MIB, MASTER_READ | MASTER_STREAM | MASTER_PRIV, 4096);
	r = run(fd, job);
	check(r.status == MASTER_OK && r.sum == sum_of(p, MIB), "privileged-read", "status %" PRIu64,
	      (uint64_t)r.status);
	munmap(p, MIB);
}

/* Nodes in a random cycle through pages, each at another place of its page. */
static void chase(int fd)
{
	enum { NODES = 2048 };
	uint8_t *p = untouched(NODES * PAGE);
	uint64_t order[NODES], n, sum, at;
	struct faultline_job job, r;

	for (n = 0; n < NODES; n++)
		order[n] = n;
	for (n = NODES - 1; n > 0; n--) {
		uint64_t k = master_word(7, n) % (n + 1), t = order[n];

		order[n] = order[k];
		order[k] = t;
	}
	for (n = 0; n < NODES; n++)
		order[n] = (uintptr_t)p + order[n] * PAGE + ((order[n] * 328 + 8) & (PAGE - 1));
	for (n = 0; n < NODES; n++)
		*(volatile uint64_t *)order[n] = order[(n + 1) % NODES];
	job = over(p, NODES * PAGE, MASTER_READ | MASTER_CHASE, 8);
	job.count = 3 * NODES;
	/* A chase begins where its region does. */
	*(volatile uint64_t *)p = order[0];
	r = run(fd, job);
	sum = order[0];
	for (at = order[0], n = 1; n < job.count; n++) {
		at = *(volatile uint64_t *)at;
		sum += at * (2 * n + 1);
	}
	check(r.status == MASTER_OK && r.done == job.count && r.sum == sum, "pointer-chase",
	      "%" PRIu64 " pointers, sum %" PRIx64, (uint64_t)r.done, (uint64_t)r.sum);
	munmap(p, NODES * PAGE);
}

static void random_places(int fd)
{
	uint8_t *p = untouched(16 * MIB);
	struct faultline_job job = over(p, 16 * MIB, MASTER_READ | MASTER_RANDOM, 64), r;
	uint64_t n, sum = 0, places = 16 * MIB / 64, i;

	job.count = 20000;
	job.depth = 16;
	r = run(fd, job);
	check(r.status == MASTER_OK && !r.sum && r.stalled > 4000, "random-read", "%" PRIu64 " stalled",
	      (uint64_t)r.stalled);
	fill(p, 16 * MIB, 11);
	r = run(fd, job);
	for (n = 0; n < job.count; n++)
		for (i = 0; i < 8; i++)
			sum += ((volatile uint64_t *)(p + master_word(job.seed, n) % places * 64))[i] *
			       (2 * (8 * n + i) + 1);
	check(r.status == MASTER_OK && r.sum == sum, "random-read-touched", "sum %" PRIx64, (uint64_t)r.sum);
	munmap(p, 16 * MIB);
}

/* ---- what a fault may meet ---- */

static void protection(int fd)
{
	uint8_t *p = untouched(MIB);
	struct faultline_job job = over(p, MIB, MASTER_WRITE | MASTER_STREAM, 64), r;
	uint64_t before;

	fill(p, MIB, 3);
	before = sum_of(p, MIB);
	mprotect(p + MIB / 2, MIB / 2, PROT_READ);
	job.depth = 1;
	r = run(fd, job);
	check(r.status == MASTER_FAULTED && r.fault == (uintptr_t)p + MIB / 2 && r.done == job.count / 2,
	      "mprotect-write", "status %" PRIu64 " at +0x%" PRIx64, (uint64_t)r.status,
	      (uint64_t)r.fault - (uintptr_t)p);
	check(!wrong_words(p, MIB / 2, job.seed), "mprotect-written", "what stood before the fault");
	fill(p, MIB / 2, 3);
	check(sum_of(p, MIB) == before, "mprotect-kept", "what is behind the fault");
	job.op = MASTER_READ | MASTER_STREAM;
	r = run(fd, job);
	check(r.status == MASTER_OK && r.sum == before, "mprotect-read", "status %" PRIu64, (uint64_t)r.status);
	mprotect(p, PAGE, PROT_NONE);
	r = run(fd, job);
	check(r.status == MASTER_FAULTED && r.fault == (uintptr_t)p && !r.done, "mprotect-none", "status %" PRIu64,
	      (uint64_t)r.status);
	mprotect(p, MIB, PROT_READ | PROT_WRITE);
	job.op = MASTER_WRITE | MASTER_STREAM;
	r = run(fd, job);
	check(r.status == MASTER_OK && !wrong_words(p, MIB, job.seed), "mprotect-back", "status %" PRIu64,
	      (uint64_t)r.status);
	job.op = MASTER_EXEC | MASTER_STREAM;
	r = run(fd, job);
	check(r.status == MASTER_FAULTED && r.fault == (uintptr_t)p, "fetch-of-data", "status %" PRIu64,
	      (uint64_t)r.status);
	job = over((void *)((uintptr_t)sum_of & ~(PAGE - 1)), PAGE, MASTER_EXEC | MASTER_STREAM, 64);
	r = run(fd, job);
	check(r.status == MASTER_OK && r.sum == sum_of((void *)(uintptr_t)job.addr, PAGE), "fetch-of-code",
	      "status %" PRIu64, (uint64_t)r.status);
	job.op = MASTER_WRITE | MASTER_STREAM;
	r = run(fd, job);
	check(r.status == MASTER_FAULTED, "write-to-code", "status %" PRIu64, (uint64_t)r.status);
	munmap(p, MIB);
	job = over(p, MIB, MASTER_READ | MASTER_STREAM, 64);
	job.depth = 1; /* or another of the accesses that are held may be answered first */
	r = run(fd, job);
	check(r.status == MASTER_FAULTED && r.fault == (uintptr_t)p, "unmapped", "status %" PRIu64, (uint64_t)r.status);
	job.addr = 0;
	r = run(fd, job);
	check(r.status == MASTER_FAULTED && !r.fault, "null-pointer", "status %" PRIu64, (uint64_t)r.status);
	job.addr = 1ULL << 63;
	r = run(fd, job);
	check(r.status == MASTER_FAULTED, "kernel-address", "status %" PRIu64, (uint64_t)r.status);
}

/* Parent and child share pages until one of them, or its device, writes. */
static void copy_on_write(int fd)
{
	uint8_t *p = untouched(2 * MIB);
	struct faultline_job job = over(p, 2 * MIB, MASTER_WRITE | MASTER_STREAM, PAGE), r;
	int go[2], status;
	uint64_t before;
	pid_t child;
	char c = 0;

	fill(p, 2 * MIB, 21);
	before = sum_of(p, 2 * MIB);
	if (pipe(go))
		exit(1);
	child = fork();
	if (!child) {
		int own;

		if (read(go[0], &c, 1) != 1 || sum_of(p, 2 * MIB) != before)
			_exit(1);
		own = device(0);
		job.seed = 1234;
		r = run(own, job);
		_exit(r.status != MASTER_OK || wrong_words(p, 2 * MIB, 1234) ? 2 : 0);
	}
	r = run(fd, job);
	check(r.status == MASTER_OK && !wrong_words(p, 2 * MIB, job.seed) && r.stalled == 512, "copy-on-write-parent",
	      "%" PRIu64 " stalled", (uint64_t)r.stalled);
	if (write(go[1], &c, 1) != 1)
		exit(1);
	waitpid(child, &status, 0);
	check(!status, "copy-on-write-child",
	      "status 0x%x (0x100: the old data has gone, 0x200: the new data is wrong)", status);
	check(!wrong_words(p, 2 * MIB, job.seed), "copy-on-write-apart", "the child's device has not written here");
	close(go[0]);
	close(go[1]);
	munmap(p, 2 * MIB);
}

static void huge(int fd)
{
	uint8_t *base = untouched(18 * MIB), *p = (void *)(((uintptr_t)base + 2 * MIB - 1) & ~(2 * MIB - 1));
	struct faultline_job job = over(p, 16 * MIB, MASTER_WRITE | MASTER_STREAM, PAGE), r;

	madvise(p, 16 * MIB, MADV_HUGEPAGE);
	job.depth = 1;
	r = run(fd, job);
	check(r.status == MASTER_OK && !wrong_words(p, 16 * MIB, job.seed) && r.stalled >= 8, "huge-pages",
	      "%" PRIu64 " stalled in 4096 pages", (uint64_t)r.stalled);
	/* Split by the kernel, page by page. */
	mprotect(p + PAGE, PAGE, PROT_READ);
	job.op = MASTER_READ | MASTER_STREAM;
	r = run(fd, job);
	check(r.status == MASTER_OK && r.sum == sum_of(p, 16 * MIB), "huge-page-split", "sum %" PRIx64,
	      (uint64_t)r.sum);
	munmap(base, 18 * MIB);
}

/* With a swap device: pages go out, and the device wants them. */
static void swapped(int fd)
{
	uint8_t *p = untouched(8 * MIB);
	struct faultline_job r;
	uint64_t before;

	fill(p, 8 * MIB, 77);
	before = sum_of(p, 8 * MIB);
	if (madvise(p, 8 * MIB, MADV_PAGEOUT)) {
		check(false, "swap-in", "%s", strerror(errno));
		return;
	}
	r = run(fd, over(p, 8 * MIB, MASTER_READ | MASTER_STREAM, PAGE));
	check(r.status == MASTER_OK && r.sum == before && r.stalled > 1000, "swap-in",
	      "%" PRIu64 " of 2048 pages stalled", (uint64_t)r.stalled);
	munmap(p, 8 * MIB);
}

/* In a group whose memory is limited to less than this: pages go out while others come in. */
static int limited(void)
{
	uint8_t *p = untouched(48 * MIB);
	struct faultline_job job = over(p, 48 * MIB, MASTER_WRITE | MASTER_STREAM, PAGE), r, back;
	int fd = device(0);
	uint64_t wrong;

	r = run(fd, job);
	job.op = MASTER_READ | MASTER_STREAM;
	back = run(fd, job);
	wrong = wrong_words(p, 48 * MIB, job.seed);
	check(r.status == MASTER_OK && back.status == MASTER_OK && back.sum == r.sum && !wrong && back.stalled > 4096,
	      "memory-limit", "%" PRIu64 " words wrong; %" PRIu64 " stalls to write 48 MiB, %" PRIu64 " to read them",
	      wrong, (uint64_t)r.stalled, (uint64_t)back.stalled);
	return 0;
}

/* ---- while faults are in flight ---- */

static void unmap_in_flight(int fd)
{
	unsigned int round, faulted = 0, bad = 0;

	for (round = 0; round < 20; round++) {
		uint8_t *p = untouched(16 * MIB);
		struct faultline_job job = over(p, 16 * MIB, MASTER_WRITE | MASTER_RANDOM, 64), r;

		job.depth = 16;
		job.count = 100000;
		start(fd, job);
		usleep(2000 * round);
		munmap(p, 16 * MIB);
		r = finish(fd);
		faulted += r.status == MASTER_FAULTED;
		bad += r.status != MASTER_FAULTED && (r.status != MASTER_OK || r.done != job.count);
		bad += r.status == MASTER_FAULTED && r.fault - (uintptr_t)p >= 16 * MIB;
	}
	check(!bad && faulted > 10, "munmap-in-flight", "20 times, %u jobs met the hole", faulted);
}

static void exit_in_flight(void)
{
	struct faultline_job r;
	unsigned int round, bad = 0;
	uint8_t *p;
	int fd;

	for (round = 0; round < 20; round++) {
		pid_t child = fork();
		int status;

		if (!child) {
			int own = device((int)round);
			struct faultline_job job;

			p = untouched(64 * MIB);
			job = over(p, 64 * MIB, MASTER_WRITE | MASTER_RANDOM, 64);
			job.depth = 16;
			job.count = 1000000;
			start(own, job);
			if (round & 1)
				finish(own); /* killed in it */
			usleep(3000 * round);
			_exit(0);
		}
		if (round & 1) {
			usleep(100000);
			kill(child, SIGKILL);
		}
		waitpid(child, &status, 0);
		bad += round & 1 ? !WIFSIGNALED(status) : status != 0;
	}
	fd = device(0);
	p = untouched(MIB);
	r = run(fd, over(p, MIB, MASTER_WRITE | MASTER_STREAM, 64));
	check(!bad && r.status == MASTER_OK && !wrong_words(p, MIB, (uintptr_t)p ^ MIB), "exit-in-flight",
	      "20 processes, half of them killed; a job after them has status %" PRIu64, (uint64_t)r.status);
	munmap(p, MIB);
	close(fd);
}

static volatile bool dropping;

static void *drop(void *p)
{
	while (dropping)
		madvise(p, 4 * MIB, MADV_DONTNEED);
	return NULL;
}

static void discard_in_flight(int fd)
{
	uint8_t *p = untouched(4 * MIB);
	struct faultline_job job = over(p, 4 * MIB, MASTER_WRITE | MASTER_RANDOM, 64), r;
	pthread_t thread;

	job.count = 20000;
	job.depth = 16;
	dropping = true;
	if (pthread_create(&thread, NULL, drop, p))
		exit(1);
	r = run(fd, job);
	dropping = false;
	pthread_join(thread, NULL);
	check(r.status == MASTER_OK && r.done == job.count && r.stalled > 100, "discard-in-flight",
	      "%" PRIu64 " stalled", (uint64_t)r.stalled);
	/* Nothing is left of the pages that went: what is there now is the process's own. */
	madvise(p, 4 * MIB, MADV_DONTNEED);
	r = run(fd, over(p, 4 * MIB, MASTER_READ | MASTER_STREAM, PAGE));
	check(r.status == MASTER_OK && !r.sum, "discard-then-read", "sum %" PRIx64, (uint64_t)r.sum);
	munmap(p, 4 * MIB);
}

/* ---- many ---- */

struct part {
	uint64_t stalled, wrong;
	int pasid;
};

/* One process: untouched pages at the same address as all others, until there were enough faults. */
static struct part one_of_many(int number, uint64_t faults)
{
	uint64_t bytes = (faults < 2048 ? faults : 2048) * PAGE;
	uint8_t *p = need(mmap((void *)0x100000000000, bytes, PROT_READ | PROT_WRITE,
			       MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0),
			  "mmap");
	struct part part = { 0 };
	int fd = device(number);
	uint64_t round;

	madvise(p, bytes, MADV_NOHUGEPAGE);
	part.pasid = ioctl(fd, FAULTLINE_PASID);
	for (round = 0; part.stalled < faults; round++) {
		struct faultline_job job = over(p, bytes, MASTER_WRITE | MASTER_STREAM, PAGE), r;

		job.depth = 1 + (round + number) % 16;
		job.seed = (uint64_t)number << 32 | round;
		r = run(fd, job);
		part.stalled += r.stalled;
		part.wrong += wrong_words(p, bytes, job.seed) + (r.status != MASTER_OK);
		if (!r.stalled)
			part.wrong++;
		if (part.wrong)
			break;
		madvise(p, bytes, MADV_DONTNEED);
	}
	close(fd);
	return part;
}

static void many(uint64_t faults)
{
	struct part part;
	uint64_t stalled = 0, wrong = 0, pasids = 0;
	int result[2], i;
	struct timespec a, b;

	if (pipe(result))
		exit(1);
	clock_gettime(CLOCK_MONOTONIC, &a);
	for (i = 0; i < PROCESSES; i++) {
		if (!fork()) {
			part = one_of_many(i, faults / PROCESSES);
			_exit(write(result[1], &part, sizeof(part)) != sizeof(part));
		}
	}
	close(result[1]);
	for (i = 0; i < PROCESSES && read(result[0], &part, sizeof(part)) == sizeof(part); i++) {
		stalled += part.stalled;
		wrong += part.wrong;
		pasids |= 1ULL << (part.pasid & 63);
	}
	while (wait(NULL) > 0)
		;
	close(result[0]);
	clock_gettime(CLOCK_MONOTONIC, &b);
	check(i == PROCESSES && !wrong && stalled >= faults && __builtin_popcountll(pasids) == PROCESSES, "many-faults",
	      "%" PRIu64 " faults of %d processes with %d PASIDs on %d devices, %" PRIu64 " words wrong, %ld s",
	      stalled, PROCESSES, __builtin_popcountll(pasids), devices, wrong, (long)(b.tv_sec - a.tv_sec));
}

/* Each access that was stalled was ended, once. */
static void balance(void)
{
	int i;

	for (i = 0; i < devices; i++) {
		int fd = device(i);
		struct faultline_counters c = counters(fd);

		check(c.stalls && c.stalls == c.retries + c.aborted, "balance",
		      "device %d: %" PRIu64 " accesses, %" PRIu64 " stalled = %" PRIu64 " presented again + %" PRIu64
		      " aborted; %" PRIu64 " without room, %" PRIu64 " terminated",
		      i, (uint64_t)c.accesses, (uint64_t)c.stalls, (uint64_t)c.retries, (uint64_t)c.aborted,
		      (uint64_t)c.waits, (uint64_t)c.terminated);
		close(fd);
	}
}

int main(int argc, char **argv)
{
	uint64_t faults = argc > 1 ? strtoull(argv[1], NULL, 0) : 100000;
	int fd;

	while (devices < 8) {
		char path[64];

		snprintf(path, sizeof(path), "/dev/faultline-master%d", devices);
		if (access(path, F_OK))
			break;
		devices++;
	}
	check(devices > 0, "devices", "%d", devices);
	if (!devices)
		return 1;
	if (argc > 1 && !strcmp(argv[1], "limited"))
		return limited();
	fd = device(0);
	new_memory(fd);
	touched_memory(fd);
	chase(fd);
	random_places(fd);
	protection(fd);
	copy_on_write(fd);
	huge(fd);
	swapped(fd);
	unmap_in_flight(fd);
	discard_in_flight(fd);
	close(fd);
	exit_in_flight();
	many(faults);
	balance();
	return 0;
}
