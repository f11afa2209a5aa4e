/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Tables and progress for people. */
#ifndef REPORT_TABLE_H
#define REPORT_TABLE_H

#include "fl_env.h"
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

#define REPORT_COLUMNS 16

/**
 * struct report_table - rows of text under headings, as wide as they need
 * @columns: number of columns
 * @right: columns that are right-aligned
 * @cell: text of the cells, headings first
 * @cells: number of cells
 * @room: number of cells allocated
 * @failed: memory ran out; report_table_print() returns -ENOMEM
 *
 * Columns whose heading begins with '>' (which is not printed) are right-aligned. Cells are added from left
 * to right; the row after the last column begins by itself.
 */
struct report_table {
	unsigned int columns;
	bool right[REPORT_COLUMNS];
	char **cell;
	size_t cells, room;
	bool failed;
};

/**
 * report_table_init() - start a table
 * @t: filled in; report_table_print() ends it
 * @headings: 1 to REPORT_COLUMNS headings, ended by NULL
 */
void report_table_init(struct report_table *t, const char *const *headings);

/**
 * report_table_of() - a table, for an initialiser
 * @headings: as for report_table_init()
 *
 * Return: The table.
 */
static inline struct report_table report_table_of(const char *const *headings)
{
	struct report_table t;

	report_table_init(&t, headings);
	return t;
}

#define REPORT_TABLE(...) report_table_of((const char *const[]){ __VA_ARGS__, NULL })

/**
 * report_table_cell() - add a cell
 * @t: the table
 * @fmt: printf format of its text
 */
void report_table_cell(struct report_table *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/**
 * report_table_print() - print the table and free it
 * @t: the table
 * @out: where to
 *
 * Return: 0, -ENOMEM or -EIO.
 */
int report_table_print(struct report_table *t, FILE *out);

/* A time as people read it, with at most three decimals and no rounding up: "640 ns", "1.25 us", "3.2 ms", "12 s". */
#define REPORT_NS 32

/**
 * report_ns() - a time for people, with at most three decimals and no rounding up: "640 ns", "1.25 us", "3.2 ms", "12
 *	s"
 * @ns: ns
 * @buf: receives the text
 *
 * Return: @buf.
 */
const char *report_ns(u64 ns, char buf[REPORT_NS]);

/**
 * struct report_progress - one line on stderr, rewritten, when stderr is a terminal
 * @what: what is being done
 * @total: steps in all; 0: unknown
 * @terminal: private: stderr is a terminal
 * @asked: private: @terminal is known
 * @shown: private: per mille shown
 * @shown_done: private: steps shown
 *
 * Set @what and @total (0: unknown), the rest zero.
 */
struct report_progress {
	const char *what;
	u64 total;
	bool terminal, asked;
	unsigned int shown;
	u64 shown_done;
};

/**
 * report_progress() - update the line; cheap enough to be called every few thousand steps
 * @p: the progress
 * @done: steps done
 */
void report_progress(struct report_progress *p, u64 done);

/**
 * report_progress_of() - the same as a callback that is told all steps, too
 * @progress: the struct report_progress
 * @done: steps done
 * @all: steps in all
 */
void report_progress_of(void *progress, u64 done, u64 all);

/**
 * report_progress_end() - clear the line
 * @p: the progress
 */
void report_progress_end(struct report_progress *p);

#ifdef __cplusplus
}
#endif

#endif /* REPORT_TABLE_H */
