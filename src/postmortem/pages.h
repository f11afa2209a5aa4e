/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Memory dumps: a run of {u64 little-endian page address, 4096 bytes}, plain or gzipped. */
#ifndef PAGES_H
#define PAGES_H

#include "physmem.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * struct pages_error - why a dump was refused: "FILE: PLACE: REASON"
 * @file: the caller's string
 * @place: where in the file
 * @reason: why
 */
struct pages_error {
	const char *file;
	char place[32];
	char reason[128];
};

/**
 * pages_load() - read a dump into memory
 * @path: file
 * @m: receives the pages; on error some may have arrived
 * @err: filled in on error
 *
 * A page address must be a multiple of 4096, inside @m, and occur once.
 *
 * Return: 0 or -EINVAL, -EIO, -ENOMEM.
 */
int pages_load(const char *path, struct physmem *m, struct pages_error *err);

#ifdef __cplusplus
}
#endif

#endif /* PAGES_H */
