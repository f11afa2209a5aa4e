/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What a sweep found: a row for each trace, variant and settings, with the figures that were asked for; of several
 * seeds the mean, and its interval at 95 % by Student's t. A figure that is not there is absent, never 0.
 */
#ifndef SWEEP_TABLE_H
#define SWEEP_TABLE_H

#include "sweep_spec.h"
#include <jansson.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * sweep_column_find() - a figure of a result
 * @result: the result's JSON
 * @path: keys with dots between them: "latency_ns.p99"; of a list a number from 0, or the "name" of an element
 * @shape: @result is an example: any element of a list is its first
 *
 * Return: Number, text or truth value, borrowed; NULL: there is none.
 */
const json_t *sweep_column_find(const json_t *result, const char *path, bool shape);

/**
 * struct sweep_table - the figures of all points
 * @spec: what was run
 * @cell: private: by point and column, or NULL
 * @reason: private: by point, why it failed, or NULL
 * @seen: private: by column, whether some result has it
 */
struct sweep_table {
	const struct sweep_spec *spec;
	json_t **cell;
	char **reason;
	bool *seen;
};

/**
 * sweep_table_init() - a table with no figures
 * @t: filled in; sweep_table_free() frees it
 * @spec: has been checked; stays as it is
 *
 * Return: 0 or -ENOMEM.
 */
int sweep_table_init(struct sweep_table *t, const struct sweep_spec *spec);

/**
 * sweep_table_free() - free a table
 * @t: the table
 */
void sweep_table_free(struct sweep_table *t);

/**
 * sweep_table_add() - take the figures of a point
 * @t: the table
 * @index: the point
 * @result: its result; NULL: it failed
 * @reason: why it failed
 */
void sweep_table_add(struct sweep_table *t, u32 index, const json_t *result, const char *reason);

/**
 * sweep_table_nowhere() - a column that no result has
 * @t: the table, with all points
 *
 * Return: Its number; -1: there is none, or no result.
 */
int sweep_table_nowhere(const struct sweep_table *t);

/**
 * sweep_table_csv() - the table as comma-separated values (RFC 4180, lines end in a newline)
 * @t: the table
 * @out: where to
 */
void sweep_table_csv(const struct sweep_table *t, FILE *out);

/**
 * sweep_table_json() - the table as JSON, with the figures of each seed
 * @t: the table
 *
 * Return: The object, for the caller to json_decref().
 */
json_t *sweep_table_json(const struct sweep_table *t);

/**
 * sweep_table_print() - the table for people
 * @t: the table
 * @out: where to
 */
void sweep_table_print(const struct sweep_table *t, FILE *out);

#ifdef __cplusplus
}
#endif

#endif /* SWEEP_TABLE_H */
