/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Tests of the kernel half besides the core's cases: the replays of engine and driver. */
#ifndef SELFTEST_H
#define SELFTEST_H

#include <linux/types.h>

struct selftest_test {
	const char *name;
	bool (*fn)(void);
};

extern const struct selftest_test selftest_more[];
extern const unsigned int selftest_n_more;

bool selftest_smmuv2(void);

/* A recorded trace through SMMUv3, page by page on demand; prints each fault and its answer. */
bool selftest_smmuv3(void);

/* The same through VT-d, with page requests. */
bool selftest_vtd(void);

#endif /* SELFTEST_H */
