/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * One Check suite an executable: SUITE_MAIN("name", test_a, test_b, ...), or
 * SUITE_MAIN_WITH("name", setup, teardown, ...), which surround each test.
 */
#ifndef SUITE_H
#define SUITE_H

#include <check.h>
#include <stdlib.h>

static inline int suite_run_with(const char *name, SFun setup, SFun teardown, const TTest *const *tests, size_t n)
{
	Suite *s = suite_create(name);
	TCase *c = tcase_create(name);
	SRunner *r;
	int failed;
	size_t i;

	tcase_set_timeout(c, 120);
	if (setup)
		tcase_add_checked_fixture(c, setup, teardown);
	for (i = 0; i < n; i++)
		tcase_add_test(c, tests[i]);
	suite_add_tcase(s, c);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
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
