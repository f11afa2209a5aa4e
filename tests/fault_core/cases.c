// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* All cases, in the order in which every harness runs them. */
#include "cases.h"

#define ROW(name) { #name, name },

const struct fault_case fault_cases[] = { FAULT_CASES(ROW) };

const unsigned int fault_n_cases = ARRAY_SIZE(fault_cases);
