/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What a sweep is to run: traces x variants x settings x seeds. A setting is a key of the configuration or an option
 * of a replay, by its name; here it is text, and so is everything else: whoever runs the points knows what it means.
 */
#ifndef SWEEP_SPEC_H
#define SWEEP_SPEC_H

#include "fl_env.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * struct sweep_trace - a trace, as a file or made by a generator
 * @file: its path, or NULL
 * @generator: name of the generator, or NULL
 * @set: the generator's keys, "KEY=VALUE"
 * @n_set: number of @set
 * @name: what the table calls it; NULL: @file or @generator
 */
struct sweep_trace {
	char *file, *generator;
	char **set;
	u32 n_set;
	char *name;
};

/**
 * struct sweep_vary - a setting that is varied
 * @key: its name
 * @values: its values
 * @n_values: number of @values
 */
struct sweep_vary {
	char *key;
	char **values;
	u32 n_values;
};

/**
 * struct sweep_spec - a sweep; all zero is empty
 * @traces: the traces
 * @n_traces: number of @traces
 * @variants: IOMMU-FAULTS, or none
 * @n_variants: number of @variants
 * @config: preset or file that every point begins with, or NULL
 * @set: settings of every point, "KEY=VALUE", in order
 * @n_set: number of @set
 * @vary: settings that are varied
 * @n_vary: number of @vary
 * @seeds: "1..5", or "1,4,9"; NULL: 1
 * @columns: paths in the result's JSON
 * @n_columns: number of @columns
 * @seed: private: the seeds, once sweep_spec_check() has read them
 * @n_seeds: number of @seed
 */
struct sweep_spec {
	struct sweep_trace *traces;
	u32 n_traces;
	char **variants;
	u32 n_variants;
	char *config;
	char **set;
	u32 n_set;
	struct sweep_vary *vary;
	u32 n_vary;
	char *seeds;
	char **columns;
	u32 n_columns;
	u64 *seed;
	u32 n_seeds;
};

#define SWEEP_PLACE 64

/**
 * struct sweep_error - why a study was refused
 * @place: of the study: "vary[1].values[0]"; empty: none, or @text has it
 * @text: the reason
 */
struct sweep_error {
	char place[SWEEP_PLACE];
	char text[640];
};

/**
 * sweep_fail() - fill in an error
 * @err: filled in
 * @place: of the study, or ""
 * @fmt: printf format of the reason
 *
 * Return: -EINVAL.
 */
int sweep_fail(struct sweep_error *err, const char *place, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/**
 * sweep_spec_add() - append a text to a list
 * @list: the list, made larger; begun as NULL, not by sweep_spec_load()
 * @n: its length
 * @text: copied
 * @len: its bytes
 *
 * Return: 0 or -ENOMEM.
 */
int sweep_spec_add(char ***list, u32 *n, const char *text, size_t len);

/**
 * sweep_spec_add_list() - append the parts of a text that commas separate
 * @list: the list, made larger
 * @n: its length
 * @text: "a,b,c"; "" has one, which is empty
 *
 * Return: 0 or -ENOMEM.
 */
int sweep_spec_add_list(char ***list, u32 *n, const char *text);

/**
 * sweep_spec_add_vary() - append a setting that is varied
 * @s: the sweep
 * @text: "KEY=VALUE,VALUE..."
 * @err: filled on error
 *
 * Return: 0, -ENOMEM, or -EINVAL: there is no '='.
 */
int sweep_spec_add_vary(struct sweep_spec *s, const char *text, struct sweep_error *err);

/**
 * sweep_spec_add_trace() - append a trace
 * @s: the sweep
 *
 * Return: The trace, all NULL, valid until the next is appended; NULL: out of memory.
 */
struct sweep_trace *sweep_spec_add_trace(struct sweep_spec *s);

/**
 * sweep_spec_load() - read a study
 * @path: a YAML file
 * @s: filled in; sweep_spec_free() frees it
 * @err: filled on error, the text with file and line
 *
 * Return: 0, -EINVAL, -ENOMEM or another -errno.
 */
int sweep_spec_load(const char *path, struct sweep_spec **s, struct sweep_error *err);

/**
 * sweep_spec_line() - where a place of a study stands
 * @path: the YAML file
 * @place: as in struct sweep_error
 *
 * Return: The line, from 1; 0: not known.
 */
unsigned long sweep_spec_line(const char *path, const char *place);

/**
 * sweep_spec_check() - check what can be checked without knowing what a setting means, and read the seeds
 * @s: the sweep
 * @err: filled on error
 *
 * Return: 0, -EINVAL, -ENOMEM.
 */
int sweep_spec_check(struct sweep_spec *s, struct sweep_error *err);

/**
 * sweep_spec_free() - free a sweep
 * @s: the sweep, of sweep_spec_load() or calloc(); may be NULL
 */
void sweep_spec_free(struct sweep_spec *s);

/**
 * sweep_trace_name() - what a table calls a trace
 * @t: the trace
 *
 * Return: Its name, file or generator.
 */
const char *sweep_trace_name(const struct sweep_trace *t);

/* ---- points: traces outermost, then variants, then the settings in order, and seeds innermost ---- */

#define SWEEP_POINTS_MAX 1000000
#define SWEEP_VARY_MAX	 16

/**
 * struct sweep_point - which one of each
 * @trace: index
 * @variant: index
 * @value: index of the value of each varied setting
 * @seed: index
 */
struct sweep_point {
	u32 trace, variant, value[SWEEP_VARY_MAX], seed;
};

/**
 * sweep_points() - number of points
 * @s: a sweep that has been checked
 *
 * Return: 1 to SWEEP_POINTS_MAX.
 */
u32 sweep_points(const struct sweep_spec *s);

/**
 * sweep_point() - which one a point is
 * @s: a sweep that has been checked
 * @index: below sweep_points(); points of one row follow one another, their seeds in order
 *
 * Return: The point.
 */
struct sweep_point sweep_point(const struct sweep_spec *s, u32 index);

#ifdef __cplusplus
}
#endif

#endif /* SWEEP_SPEC_H */
