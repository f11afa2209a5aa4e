/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A file as a whole. */
#ifndef READ_FILE_H
#define READ_FILE_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * fl_read_file() - read a file to its end, whatever /proc or /sys say about its size
 * @path: the file; "-": standard input
 * @most: bytes that it may have
 * @data: receives what is in it, and a zero behind that; the caller frees it
 * @size: bytes without the zero
 *
 * Return: 0, -EISDIR, -EFBIG, -ENOMEM, or another -errno; then @data is NULL.
 */
int fl_read_file(const char *path, size_t most, char **data, size_t *size);

#ifdef __cplusplus
}
#endif

#endif /* READ_FILE_H */
