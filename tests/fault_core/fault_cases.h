/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The cases of the fault core, for every harness: Check, SystemC, a kernel module, KUnit. A case
 * uses nothing of a host but the kernel's vocabulary.
 *
 * A harness runs fault_case(i)->fn(&t) for each i, with t.fail set; a case has passed if fail was
 * not called.
 */
#ifndef FAULT_CASES_H
#define FAULT_CASES_H

#ifdef __cplusplus
extern "C" {
#endif

struct fault_case_run {
	void *harness;
	void (*fail)(void *harness, const char *file, int line, const char *what);
	unsigned int failures;
};

struct fault_case {
	const char *name;
	void (*fn)(struct fault_case_run *t);
};

/* The @i-th case, from 0; NULL behind the last. */
const struct fault_case *fault_case(unsigned int i);
unsigned int fault_count_cases(void);

#ifdef __cplusplus
}
#endif

#endif /* FAULT_CASES_H */
