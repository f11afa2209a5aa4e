/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A sentence that is put together piece by piece, in a buffer that has room for it. */
#ifndef REPORT_TEXT_H
#define REPORT_TEXT_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * struct report_text - what is left of the buffer
 * @at: where the next piece goes: a NUL stands there
 * @left: bytes from there on
 */
struct report_text {
	char *at;
	size_t left;
};

/**
 * report_put() - append a piece
 * @t: it moves on; too little room is a bug of the caller
 * @fmt: as printf()
 */
void report_put(struct report_text *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#ifdef __cplusplus
}
#endif

#endif /* REPORT_TEXT_H */
