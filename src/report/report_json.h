/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * JSON that is the same, byte for byte, on every machine: keys in the order in
 * which they were set, whole numbers only, two blanks of indentation.
 */
#ifndef REPORT_JSON_H
#define REPORT_JSON_H

#include "stats.h"
#include <jansson.h>

#ifdef __cplusplus
extern "C" {
#endif

/* object[key] = value; numbers over 2^63 - 1 become the string of their digits. -ENOMEM if that failed. */
int report_json_u64(json_t *object, const char *key, u64 value);
/* object[key] = "0x..." */
int report_json_hex(json_t *object, const char *key, u64 value);
/* object[key] = text; what is not UTF-8 is replaced by '?'. */
int report_json_text(json_t *object, const char *key, const char *text);
/* object[key] = {p50, p90, p99, p999, max, mean} */
int report_json_stats(json_t *object, const char *key, struct stats *s);

/**
 * report_json_write() - write a report
 * @path: the file, replaced when all of it is written; NULL or "-": standard output
 * Return: 0 or -errno, and then no file was made or changed
 */
int report_json_write(const json_t *root, const char *path);

#ifdef __cplusplus
}
#endif

#endif /* REPORT_JSON_H */
