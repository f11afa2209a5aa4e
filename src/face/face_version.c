// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "faultline/version.h"

const char *fl_version(void)
{
	return FAULTLINE_VERSION;
}
