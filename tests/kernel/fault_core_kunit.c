// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The fault core's cases as KUnit tests: one test whose parameters are the cases. */
#include <kunit/test.h>
#include <linux/module.h>

#include "fault_cases.h"

/* The parameter is the number of the case, from 1. */
static const void *next_case(const void *prev, char *desc)
{
	unsigned long number = (unsigned long)prev;
	const struct fault_case *c = fault_case(number);

	if (!c)
		return NULL;
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
	return (const void *)(number + 1);
}

static void fail_case(void *harness, const char *file, int line, const char *what)
{
	struct kunit *test = harness;

	KUNIT_FAIL(test, "%s:%d: %s", file, line, what);
}

static void run_case(struct kunit *test)
{
	const struct fault_case *c = fault_case((unsigned long)test->param_value - 1);
	struct fault_case_run run = { .harness = test, .fail = fail_case };

	c->fn(&run);
	KUNIT_EXPECT_EQ(test, run.failures, 0);
}

static struct kunit_case fault_core_tests[] = { KUNIT_CASE_PARAM(run_case, next_case), {} };

static struct kunit_suite fault_core_suite = {
	.name = "fault_core",
	.test_cases = fault_core_tests,
};

kunit_test_suite(fault_core_suite);

MODULE_DESCRIPTION("KUnit tests of the I/O page fault core");
MODULE_LICENSE("Dual BSD/GPL");
