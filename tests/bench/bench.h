/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * One micro benchmark an operation.
 *
 *	bench_x                 every operation: name, ns of processor time an operation (best of rounds)
 *	bench_x --run NAME N    exactly N operations, for callgrind: two runs with
 *	                        different N give exact instructions an operation
 *	bench_x --list          the names
 *
 * Output is one line an operation: name <TAB> ns <TAB> aim in ns (0: none) <TAB> remark.
 */
#ifndef BENCH_H
#define BENCH_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

/**
 * struct bench - one operation
 * @name: no blanks, dots between parts, e.g. "smmuv3.walk4"
 * @setup: once before; returns what @run gets. May be NULL.
 * @run: do @n operations
 * @aim_ns: what is aimed at, 0: nothing
 * @batch: operations a round; 0: 1000000
 * @remark: e.g. the peers' figure in reference terms
 */
struct bench {
	const char *name;
	void *(*setup)(void);
	void (*run)(void *state, unsigned long n);
	double aim_ns;
	unsigned long batch;
	const char *remark;
};

#define BENCH_ROUNDS 7

/* Processor time of this process and of the children it has waited for: what else runs on the machine counts little. */
static inline double bench_now_ns(void)
{
	struct rusage u;
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	getrusage(RUSAGE_CHILDREN, &u);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec + (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1e9 +
	       (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) * 1e3;
}

static inline void bench_measure(const struct bench *b)
{
	void *state = b->setup ? b->setup() : NULL;
	unsigned long n = b->batch ? b->batch : 1000000;
	double best = 0;
	int round;

	for (round = 0; round < BENCH_ROUNDS; round++) {
		double t = bench_now_ns();

		b->run(state, n);
		t = (bench_now_ns() - t) / (double)n;
		if (!round || t < best)
			best = t;
	}
	printf("%s\t%.1f\t%.0f\t%s\n", b->name, best, b->aim_ns, b->remark ? b->remark : "");
	fflush(stdout);
}

static inline int bench_main(int argc, char **argv, const struct bench *all, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (argc == 1)
			bench_measure(&all[i]);
		else if (!strcmp(argv[1], "--list"))
			puts(all[i].name);
		else if (argc == 4 && !strcmp(argv[1], "--run") && !strcmp(argv[2], all[i].name))
			all[i].run(all[i].setup ? all[i].setup() : NULL, strtoul(argv[3], NULL, 0));
	}
	return 0;
}

#define BENCH_MAIN(...)                                                           \
	int main(int argc, char **argv)                                           \
	{                                                                         \
		static const struct bench all[] = { __VA_ARGS__ };                \
                                                                                  \
		return bench_main(argc, argv, all, sizeof(all) / sizeof(all[0])); \
	}

#endif /* BENCH_H */
