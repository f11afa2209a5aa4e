/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Synthetic traces: a function of the generator, its keys and the seed. */
#ifndef TRACE_GEN_H
#define TRACE_GEN_H

#include "dmat.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * struct trace_gen_key - a key that can be set
 * @name: name of the key
 * @standard: default
 * @least: smallest value
 * @most: largest value
 * @unit: unit of the value; "-": none
 * @help: what it is
 * @choices: names of the values 0, 1, ..., or NULL
 */
struct trace_gen_key {
	const char *name;
	u64 standard, least, most;
	const char *unit;
	const char *help;
	const char *const *choices;
};

#define TRACE_GEN_KEYS	24
#define TRACE_GEN_PARTS 8 /* of a mix: what metadata has room for */

struct trace_gen;

/**
 * struct trace_generator - one kind of trace
 * @name: name of the generator
 * @summary: one line of description
 * @key: its keys; ends with a NULL name
 * @sid: its first StreamID when it is alone
 * @count: how many streams and address spaces it uses; NULL: one of each
 * @check: refuse keys that do not go together; may be NULL
 * @state_bytes: of gen->state, which is zero when it starts; 0: @start leaves memory there, if it needs any
 * @start: write what comes before the first access: attachments, maps
 * @step: write the next few records. Return: 1 if there are more, 0 if these were the last, -errno
 */
struct trace_generator {
	const char *name;
	const char *summary;
	const struct trace_gen_key *key;
	u32 sid;
	void (*count)(const struct trace_gen *gen, u64 *streams, u64 *spaces);
	int (*check)(const struct trace_gen *gen, struct dmat_error *err);
	size_t state_bytes;
	int (*start)(struct trace_gen *gen);
	int (*step)(struct trace_gen *gen);
};

extern const struct trace_generator *const trace_generators[]; /* ends with NULL */

/**
 * trace_generator_find() - find a generator by name
 * @name: the name
 *
 * Return: The generator, or NULL.
 */
const struct trace_generator *trace_generator_find(const char *name);

/**
 * trace_generate() - make a trace
 * @name: a generator of trace_generators, or "mix"
 * @set: strings "key=value"; of a mix "parts=PART,..." and "PART.key=value", where a part is the name of a generator,
 *	or NAME:GENERATOR
 * @sets: number of @set
 * @seed: of all that is random; part number i (from 0) of a mix has @seed + i
 * @out_path: the file to make
 * @err: filled on error
 *
 * A mix holds the records of its parts in order of time: all that comes before their first accesses first, and
 * of one time those of an earlier part first. StreamIDs count from 1 through the parts, and so do address spaces.
 *
 * Return: 0, or -errno with @err saying why (an unknown key, a value out of range, an output error).
 */
int trace_generate(const char *name, const char *const *set, size_t sets, u64 seed, const char *out_path,
		   struct dmat_error *err);

#ifdef __cplusplus
}
#endif

#endif /* TRACE_GEN_H */
