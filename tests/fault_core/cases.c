// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* All cases, in the order in which every harness runs them. */
#include "cases.h"

static const struct fault_case *const suites[] = {
	fault_cases_rows01_08, fault_cases_rows09_15, fault_cases_y2017,  fault_cases_y2018,
	fault_cases_y2023,     fault_cases_answers,   fault_cases_sweeps,
};

const struct fault_case *fault_case(unsigned int i)
{
	const struct fault_case *c;
	size_t s;

	for (s = 0; s < ARRAY_SIZE(suites); s++)
		for (c = suites[s]; c->fn; c++)
			if (i-- == 0)
				return c;
	return NULL;
}

unsigned int fault_count_cases(void)
{
	unsigned int n = 0;

	while (fault_case(n))
		n++;
	return n;
}
