/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A recorded trace, interrupted at every point by a reset, or by save and restore. */
#ifndef CONTRACT_TRACE_H
#define CONTRACT_TRACE_H

#include "contract.h"

/* The first accesses of @file through @e; @self: this program, for the new process. Returns main()'s value. */
int ct_trace_main(const struct ct_engine *e, const char *file, const char *self);
/* Continues the simulation saved in @in to its end, and saves that to @out. */
int ct_resume_main(const struct ct_engine *const *engines, size_t n, const char *in, const char *out);

#endif /* CONTRACT_TRACE_H */
