// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * What QEMU starts (helpers of networks, scripts) is no QEMU, and would not run with this object in it: LD_PRELOAD, which
 * brought the object here, ends here.
 */
#include <stdlib.h>

static void __attribute__((constructor)) alone(void)
{
	unsetenv("LD_PRELOAD");
}
