/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Other programs as children: with an end to their time, memory and output. */
#ifndef CHILD_PRIV_H
#define CHILD_PRIV_H

#include "fl_env.h"

/* A chain of 200 #include is told in full. */
#define CHILD_MESSAGES (1u << 16)

/*
 * Runs argv[0], found in PATH, with @input as its standard input. Returns 0 with its output (ended by a zero that @size
 * leaves out; the caller frees it), or with @messages what it said on stderr; -ENOENT: it is not installed; -EIO: it
 * failed, @messages has why.
 */
int child_run(const char *const *argv, const char *input, size_t input_size, u8 **output, size_t *size,
	      char messages[CHILD_MESSAGES]);

static inline int child_filter(const char *const *argv, const char *input, size_t input_size, u8 **output, size_t *size)
{
	char messages[CHILD_MESSAGES];

	return child_run(argv, input, input_size, output, size, messages);
}

#endif /* CHILD_PRIV_H */
