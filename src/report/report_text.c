// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "report_text.h"
#include "fl_env.h"

#include <stdarg.h>
#include <stdio.h>

void report_put(struct report_text *t, const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(t->at, t->left, fmt, args);
	va_end(args);
	fl_assert(n >= 0 && (size_t)n < t->left);
	t->at += n;
	t->left -= (size_t)n;
}
