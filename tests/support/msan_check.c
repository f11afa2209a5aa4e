// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Linked into the suites of an MSan build. The Check library is not built with
 * it: what Check writes looks as if nobody had written it, and is complained of
 * where it goes into the C library. Our own code is watched as before.
 */
#include <sanitizer/msan_interface.h>

static __attribute__((__constructor__)) void trust_the_check_library(void)
{
	__msan_scoped_disable_interceptor_checks();
}
