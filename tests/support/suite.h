/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * One Check suite an executable. A test is TEST(name) { ... }; TEST_TIMES(name, times) { ... } runs with _i from 0 to
 * times - 1. SUITE("name") at the end of the file, or SUITE_WITH("name", setup, teardown), which surround each test, runs
 * them all in the order of the file.
 */
#ifndef SUITE_H
#define SUITE_H

#include <check.h>
#include <stdlib.h>

/* An old macro of Check, and the name of a function in <ios>. */
#undef fail

/* A test that runs with _i from 0 to @times - 1. */
struct suite_loop {
	const TTest *test;
	int times;
};

/* The tests of the file; a constructor each enters them. */
static struct suite_loop suite_tests[128] __attribute__((__unused__));
static size_t suite_n __attribute__((__unused__));

#define TEST_TIMES(name, n_times)                                               \
	static void name(int _i);                                               \
	static __attribute__((__constructor__)) void name##_enter(void)         \
	{                                                                       \
		static const TTest test = { #name, name, __FILE__, __LINE__ };  \
                                                                                \
		if (suite_n == sizeof(suite_tests) / sizeof(suite_tests[0]))    \
			abort();                                                \
		suite_tests[suite_n++] = (struct suite_loop){ &test, n_times }; \
	}                                                                       \
	static void name(int _i)

#define TEST(name) TEST_TIMES(name, 1)

static inline int suite_run(const char *name, SFun setup, SFun teardown)
{
	TCase *c = tcase_create(name);
	Suite *s = suite_create(name);
	static SRunner *r; /* A leak detector does not see past a coroutine's stack. */
	size_t i;
	int failed;

	if (setup)
		tcase_add_checked_fixture(c, setup, teardown);
	for (i = 0; i < suite_n; i++)
		tcase_add_loop_test(c, suite_tests[i].test, 0, suite_tests[i].times);
	tcase_set_timeout(c, 0); /* by the clock; the build's tests have a limit of processor time */
	suite_add_tcase(s, c);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

#define SUITE_WITH(name, setup, teardown)                \
	int main(void)                                   \
	{                                                \
		return suite_run(name, setup, teardown); \
	}

#define SUITE(name) SUITE_WITH(name, NULL, NULL)

#endif /* SUITE_H */
