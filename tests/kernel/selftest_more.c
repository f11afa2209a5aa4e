// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <linux/array_size.h>

#include "selftest.h"

const struct selftest_test selftest_more[] = {};
const unsigned int selftest_n_more;
