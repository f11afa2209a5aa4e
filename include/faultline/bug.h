/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Errors of the libraries themselves, and calls that break the contract of faultline/iommu.h.
 *
 * What a guest's software does wrong is data, and what a host cannot do is a negative errno value. Neither comes here.
 */
#ifndef FAULTLINE_BUG_H
#define FAULTLINE_BUG_H

#include <faultline/export.h>

FAULTLINE_BEGIN

/**
 * struct fl_bug_report - a bug
 * @what: what does not hold, or which call came from within which
 * @file: source file
 * @function: where it was found
 * @line: line of @file
 */
struct fl_bug_report {
	const char *what;
	const char *file;
	const char *function;
	unsigned int line;
};

/**
 * typedef fl_bug_handler - what an embedder does about a bug
 * @ctx: of fl_on_bug()
 * @report: valid during the call
 *
 * It may leave with longjmp(), or end the thread or the process. The object that was in use is in an unknown state then:
 * it may be given up, not used or destroyed. If the handler returns, the process is aborted.
 */
typedef void fl_bug_handler(void *ctx, const struct fl_bug_report *report);

/**
 * fl_on_bug() - take bugs over
 * @handle: called from the thread that met the bug; NULL: the default, a line on stderr and abort()
 * @ctx: its first argument
 *
 * One for the whole process, and for all libraries of Faultline. Not to be called while other threads are within one
 * of them.
 */
FAULTLINE_API void fl_on_bug(fl_bug_handler *handle, void *ctx);

/**
 * fl_bug() - report a bug; what the libraries call
 * @what: what does not hold
 * @file: source file
 * @line: line of @file
 * @function: where it was found
 *
 * Does not return.
 */
FAULTLINE_API __attribute__((__noreturn__, __cold__)) void fl_bug(const char *what, const char *file, unsigned int line,
								  const char *function);

FAULTLINE_END

#endif /* FAULTLINE_BUG_H */
