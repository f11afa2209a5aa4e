/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A file of results, as `--json` writes it, for whoever shows it. */
#ifndef RESULT_FILE_H
#define RESULT_FILE_H

#include "report_json.h"

#ifdef __cplusplus
extern "C" {
#endif

enum result_kind { RESULT_REPLAY, RESULT_COMPARE, RESULT_STUDY };

#define RESULT_MAX_BYTES (64 << 20)
#define RESULT_ERROR	 512

/**
 * struct result_file - what one file says
 * @name: name of the file, as it was given
 * @kind: what was done
 * @json: its object
 * @text: its bytes, ended by a null; owned, like @json
 * @len: number of bytes
 */
struct result_file {
	const char *name;
	enum result_kind kind;
	json_t *json;
	char *text;
	size_t len;
};

/**
 * struct result_run - one replay within a file
 * @name: name of the variant, or "IOMMU-FAULTS"
 * @result: its result, owned by the file
 * @run: the record of the run, or NULL
 */
struct result_run {
	char name[96];
	const json_t *result;
	const json_t *run;
};

/**
 * result_file_read() - read a file of results
 * @f: filled in; result_file_free() ends it; all zero after an error
 * @path: the file; outlives @f
 * @err: receives "file: reason", without a newline
 *
 * Return: 0; -errno; -EFBIG over RESULT_MAX_BYTES; -EINVAL: no JSON, or none of a replay, a compare or a study.
 */
int result_file_read(struct result_file *f, const char *path, char err[RESULT_ERROR]);

/**
 * result_file_take() - a result that is at hand, as report_json_write() would have written it
 * @f: filled in; result_file_free() ends it; all zero after an error
 * @name: called so; outlives @f
 * @json: the result; a reference is kept
 *
 * Return: 0, -ENOMEM, or -EINVAL as result_file_read().
 */
int result_file_take(struct result_file *f, const char *name, json_t *json);

/**
 * result_file_free() - free what the file holds
 * @f: the file
 */
void result_file_free(struct result_file *f);

/**
 * result_file_runs() - how many replays a file has results of
 * @f: the file
 *
 * Return: Their number; 0: a study.
 */
size_t result_file_runs(const struct result_file *f);

/**
 * result_file_run() - one replay of a file
 * @f: the file
 * @i: which one, below result_file_runs()
 * @run: filled in
 */
void result_file_run(const struct result_file *f, size_t i, struct result_run *run);

/**
 * result_u64() - a number of a result
 * @object: an object, or NULL
 * @key: its key
 * @value: receives the number, which may be a string of digits as report_json_u64() writes it
 *
 * Return: Whether there is one.
 */
bool result_u64(const json_t *object, const char *key, u64 *value);

#ifdef __cplusplus
}
#endif

#endif /* RESULT_FILE_H */
