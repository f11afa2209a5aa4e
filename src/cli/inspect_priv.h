/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* faultline inspect: showing one result, and holding two against each other. */
#ifndef INSPECT_PRIV_H
#define INSPECT_PRIV_H

#include "cli.h"
#include "inspect_term.h"
#include "report_table.h"
#include "result_file.h"

/**
 * inspect_time_cell() - add a cell of a time; empty where there is none
 * @t: the table
 * @object: an object of the result, or NULL
 * @key: key of the time, ns
 */
void inspect_time_cell(struct report_table *t, const json_t *object, const char *key);

/**
 * inspect_count_cell() - add a cell of a number; empty where there is none
 * @t: the table
 * @object: an object of the result, or NULL
 * @key: key of the number
 */
void inspect_count_cell(struct report_table *t, const json_t *object, const char *key);

/**
 * inspect_notes() - print a list of sentences
 * @t: the terminal
 * @list: of the result, or NULL
 */
void inspect_notes(const struct term *t, const json_t *list);

/**
 * inspect_reasons() - print the sentences of a list of reasons
 * @t: the terminal
 * @list: of the result, or NULL
 * @of: what they are of, or ""
 */
void inspect_reasons(const struct term *t, const json_t *list, const char *of);

/**
 * inspect_show() - print a result
 * @t: the terminal
 * @f: the result
 */
void inspect_show(const struct term *t, const struct result_file *f);

/**
 * inspect_study() - print a study
 * @t: the terminal
 * @j: its result
 */
void inspect_study(const struct term *t, const json_t *j);

/**
 * inspect_fault() - print the story of one of the slowest faults
 * @t: the terminal
 * @f: the result, of one replay
 * @n: which one, from 1
 *
 * Return: An exit status; on failure the reason has been printed.
 */
int inspect_fault(const struct term *t, const struct result_file *f, u64 n);

/**
 * inspect_diff() - print what differs between two results
 * @t: the terminal
 * @a: one
 * @b: the other
 *
 * Return: CLI_OK: nothing; CLI_NO; or CLI_FAILED after a message: they are of two kinds.
 */
int inspect_diff(const struct term *t, const struct result_file *a, const struct result_file *b);

#endif /* INSPECT_PRIV_H */
