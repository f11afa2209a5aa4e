/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * JSON that is the same, byte for byte, on every machine: keys in the order in
 * which they were set, whole numbers only, two blanks of indentation.
 */
#ifndef REPORT_JSON_H
#define REPORT_JSON_H

#include "fl_env.h"
#include <jansson.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * report_json_u64() - set a number; one over 2^63 - 1 becomes the string of its digits
 * @object: the JSON object
 * @key: key of the value
 * @value: the number
 *
 * Return: 0 or -ENOMEM.
 */
int report_json_u64(json_t *object, const char *key, u64 value);

/**
 * report_json_hex() - set a string "0x..."
 * @object: the JSON object
 * @key: key of the value
 * @value: the number
 *
 * Return: 0 or -ENOMEM.
 */
int report_json_hex(json_t *object, const char *key, u64 value);

/**
 * report_json_text() - set a string; bytes that are not UTF-8 are replaced by '?'
 * @object: the JSON object
 * @key: key of the value
 * @text: the text
 *
 * Return: 0 or -ENOMEM.
 */
int report_json_text(json_t *object, const char *key, const char *text);

/**
 * report_json_print() - write a report to an open file
 * @root: the report
 * @f: the file
 *
 * Return: 0 or -errno.
 */
int report_json_print(const json_t *root, FILE *f);

/**
 * report_json_write() - write a report
 * @root: the report
 * @path: the file, replaced when all of it is written; NULL or "-": standard output
 *
 * Return: 0 or -errno, and then no file was created or changed.
 */
int report_json_write(const json_t *root, const char *path);

/**
 * report_write_file() - write a file as a whole or not at all
 * @path: the file, replaced when all of it is written; NULL or "-": standard output
 * @write: writes it; returns 0 or -errno
 * @what: handed to @write
 *
 * Return: 0 or -errno, and then no file was created or changed.
 */
int report_write_file(const char *path, int (*write)(const void *what, FILE *f), const void *what);

#ifdef __cplusplus
}
#endif

#endif /* REPORT_JSON_H */
