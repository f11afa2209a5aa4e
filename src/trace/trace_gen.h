/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Synthetic traces: a function of the generator, its keys and the seed. */
#ifndef TRACE_GEN_H
#define TRACE_GEN_H

#include "dmat.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A key that can be set, with its unit in the name. @choices: names of the values 0, 1, ..., or NULL. */
struct trace_gen_key {
	const char *name;
	u64 standard, least, most;
	const char *help;
	const char *const *choices;
};

#define TRACE_GEN_KEYS 16

/* Writes records; @value[i] belongs to @key[i]. */
struct trace_gen;

struct trace_generator {
	const char *name;
	const char *summary;
	const struct trace_gen_key *key; /* ends with a NULL name */
	int (*run)(struct trace_gen *gen);
};

extern const struct trace_generator *const trace_generators[]; /* ends with NULL */

/**
 * trace_generate() - make a trace
 * @name: a generator of trace_generators
 * @set: @sets strings "key=value"
 * @seed: of all that is random
 * Return: 0, or -errno with @err saying why (an unknown key, a value out of range, an output error)
 */
int trace_generate(const char *name, const char *const *set, size_t sets, u64 seed, const char *out_path,
		   struct dmat_error *err);

#ifdef __cplusplus
}
#endif

#endif /* TRACE_GEN_H */
