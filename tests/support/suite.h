/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * One Check suite an executable: SUITE_MAIN("name", test_a, test_b, ...), or
 * SUITE_MAIN_WITH("name", setup, teardown, ...), which surround each test.
 * Loop tests need a main() of their own, which returns suite_run_loops().
 */
#ifndef SUITE_H
#define SUITE_H

#include <check.h>
#include <stdlib.h>

/* A test that runs with _i from 0 to @times - 1. */
struct suite_loop {
	const TTest *test;
	int times;
};

static inline int suite_run_case(const char *name, TCase *c)
{
	Suite *s = suite_create(name);
	SRunner *r;
	int failed;

	tcase_set_timeout(c, 120);
	suite_add_tcase(s, c);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

static inline int suite_run_with(const char *name, SFun setup, SFun teardown, const TTest *const *tests, size_t n)
{
	TCase *c = tcase_create(name);
	size_t i;

	if (setup)
		tcase_add_checked_fixture(c, setup, teardown);
	for (i = 0; i < n; i++)
		tcase_add_test(c, tests[i]);
	return suite_run_case(name, c);
}

static inline int suite_run_loops(const char *name, const TTest *const *tests, size_t n, const struct suite_loop *loops,
				  size_t n_loops)
{
	TCase *c = tcase_create(name);
	size_t i;

	for (i = 0; i < n; i++)
		tcase_add_test(c, tests[i]);
	for (i = 0; i < n_loops; i++)
		tcase_add_loop_test(c, loops[i].test, 0, loops[i].times);
	return suite_run_case(name, c);
}

static inline int suite_run(const char *name, const TTest *const *tests, size_t n)
{
	return suite_run_with(name, NULL, NULL, tests, n);
}

#define SUITE_MAIN(name, ...)                                                    \
	int main(void)                                                           \
	{                                                                        \
		const TTest *const tests[] = { __VA_ARGS__ };                    \
                                                                                 \
		return suite_run(name, tests, sizeof(tests) / sizeof(tests[0])); \
	}

#define SUITE_MAIN_WITH(name, setup, teardown, ...)                                                    \
	int main(void)                                                                                 \
	{                                                                                              \
		const TTest *const tests[] = { __VA_ARGS__ };                                          \
                                                                                                       \
		return suite_run_with(name, setup, teardown, tests, sizeof(tests) / sizeof(tests[0])); \
	}

#endif /* SUITE_H */
