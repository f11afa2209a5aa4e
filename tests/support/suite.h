/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * One Check suite an executable. A test is TEST(name) { ... }; TEST_TIMES(name, times) { ... } runs with _i from 0 to
 * times - 1. SUITE("name") at the end of the file, or SUITE_WITH("name", setup, teardown), which surround each test, runs
 * them all in the order of the file.
 *
 * Where tests are chosen by name: SUITE_MAIN("name", test_a, test_b, ...), or
 * SUITE_MAIN_WITH("name", setup, teardown, ...), which surround each test.
 * SUITE_MAIN_LOOPS("name", setup, teardown, (test_a, test_b), { loop, times }, ...)
 * where some tests run in a loop; setup and teardown may be NULL.
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

static inline int suite_run_case(const char *name, TCase *c)
{
	Suite *s = suite_create(name);
	static SRunner *r; /* A leak detector does not see past a coroutine's stack. */
	int failed;

	tcase_set_timeout(c, 120);
	suite_add_tcase(s, c);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

static inline int suite_run_loops(const char *name, SFun setup, SFun teardown, const TTest *const *tests, size_t n,
				  const struct suite_loop *loops, size_t n_loops)
{
	TCase *c = tcase_create(name);
	size_t i;

	if (setup)
		tcase_add_checked_fixture(c, setup, teardown);
	for (i = 0; i < n; i++)
		tcase_add_test(c, tests[i]);
	for (i = 0; i < n_loops; i++)
		tcase_add_loop_test(c, loops[i].test, 0, loops[i].times);
	return suite_run_case(name, c);
}

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

#define SUITE_WITH(name, setup, teardown)                                                     \
	int main(void)                                                                        \
	{                                                                                     \
		return suite_run_loops(name, setup, teardown, NULL, 0, suite_tests, suite_n); \
	}

#define SUITE(name) SUITE_WITH(name, NULL, NULL)

#define SUITE_UNWRAP(...) __VA_ARGS__

#define SUITE_MAIN_LOOPS(name, setup, teardown, once, ...)                                                    \
	int main(void)                                                                                        \
	{                                                                                                     \
		const TTest *const tests[] = { SUITE_UNWRAP once };                                           \
		const struct suite_loop loops[] = { __VA_ARGS__ };                                            \
                                                                                                              \
		return suite_run_loops(name, setup, teardown, tests, sizeof(tests) / sizeof(tests[0]), loops, \
				       sizeof(loops) / sizeof(loops[0]));                                     \
	}

#define SUITE_MAIN_WITH(name, setup, teardown, ...)                                                              \
	int main(void)                                                                                           \
	{                                                                                                        \
		const TTest *const tests[] = { __VA_ARGS__ };                                                    \
                                                                                                                 \
		return suite_run_loops(name, setup, teardown, tests, sizeof(tests) / sizeof(tests[0]), NULL, 0); \
	}

#define SUITE_MAIN(name, ...) SUITE_MAIN_WITH(name, NULL, NULL, __VA_ARGS__)

#endif /* SUITE_H */
