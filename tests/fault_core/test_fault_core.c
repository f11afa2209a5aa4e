// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The cases under Check, with whichever host's core this is linked with. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "fault_cases.h"

static void report_failure(void *harness, const char *file, int line, const char *what)
{
	(void)harness;
	fprintf(stderr, "%s:%d: %s\n", file, line, what);
}

START_TEST(one_case)
{
	struct fault_case_run t = { .fail = report_failure };

	fault_case((unsigned int)_i)->fn(&t);
	ck_assert_msg(t.failures == 0, "%s: %u expectations were not met",
		      fault_case((unsigned int)_i)->name, t.failures);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("fault_core");
	SRunner *sr = srunner_create(s);
	unsigned int i;
	int failed;

	for (i = 0; i < fault_count_cases(); i++) {
		TCase *tc = tcase_create(fault_case(i)->name);

		tcase_add_loop_test(tc, one_case, (int)i, (int)i + 1);
		suite_add_tcase(s, tc);
	}
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
