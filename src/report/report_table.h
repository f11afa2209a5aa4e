/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Tables and progress for people. */
#ifndef REPORT_TABLE_H
#define REPORT_TABLE_H

#include "stats.h"
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

#define REPORT_COLUMNS 16

/**
 * struct report_table - rows of text under headings, as wide as they need
 *
 * Columns whose heading begins with '>' (which is not printed) are right-aligned. Cells are added from left
 * to right; the row after the last column begins by itself.
 */
struct report_table {
	unsigned int columns;
	bool right[REPORT_COLUMNS];
	char **cell; /* headings first */
	size_t cells, room;
	bool failed; /* out of memory: print says so */
};

/* @headings: 1 to REPORT_COLUMNS of them, ended by NULL */
void report_table_init(struct report_table *t, const char *const *headings);
void report_table_cell(struct report_table *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Six cells: p50, p90, p99, p99.9, max, mean, each as report_ns() writes it. */
void report_table_stats(struct report_table *t, struct stats *s);
/* Print and free. 0, or -ENOMEM or -EIO. */
int report_table_print(struct report_table *t, FILE *out);

/* A time as people read it, with at most three decimals and no rounding up: "640 ns", "1.25 us", "3.2 ms", "12 s". */
#define REPORT_NS 32
const char *report_ns(u64 ns, char buf[REPORT_NS]);

/**
 * struct report_progress - one line on stderr, rewritten, when stderr is a terminal
 *
 * Set @what and @total (0: unknown), the rest zero.
 */
struct report_progress {
	const char *what;
	u64 total;
	bool terminal, asked;
	unsigned int shown; /* per mille */
	u64 shown_done;
};

/* Cheap enough to call every few thousand steps. */
void report_progress(struct report_progress *p, u64 done);
/* Clear the line. */
void report_progress_end(struct report_progress *p);

#ifdef __cplusplus
}
#endif

#endif /* REPORT_TABLE_H */
