// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "fl_bug.h"
#include "faultline/bug.h"

#include <stdio.h>
#include <stdlib.h>

/* One a process, because a bug has lost its way back to any object. */
static struct {
	fl_bug_handler *handle;
	void *ctx;
} taker;

void fl_on_bug(fl_bug_handler *handle, void *ctx)
{
	taker.ctx = ctx;
	taker.handle = handle;
}

void fl_bug(const char *what, const char *file, unsigned int line, const char *function)
{
	const struct fl_bug_report report = { what, file, function, line };

	if (taker.handle)
		taker.handle(taker.ctx, &report);
	else
		fprintf(stderr, "%s:%u: %s: Assertion `%s' failed.\n", file, line, function, what);
	abort();
}
