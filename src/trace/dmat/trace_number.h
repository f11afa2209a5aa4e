/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A number as people write it in logs and on command lines. */
#ifndef TRACE_NUMBER_H
#define TRACE_NUMBER_H

#include "fl_env.h"

/**
 * trace_number() - read "-123", "123" or "0x7b"
 * @s: where the number begins
 * @rest: if not NULL, receives what follows it
 * @value: the number; a negative one as two's complement
 *
 * Return: whether there is a number that fits in 64 bits.
 */
bool trace_number(const char *s, const char **rest, u64 *value);

#endif /* TRACE_NUMBER_H */
