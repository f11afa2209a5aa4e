/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A file that has its name only once all of it is on disk. */
#ifndef OUT_FILE_H
#define OUT_FILE_H

#ifdef __cplusplus
extern "C" {
#endif

/**
 * struct out_file - a file on its way; private
 */
struct out_file {
	/* private: */
	char *target, *temp;
	int fd;
};

/**
 * out_file_open() - begin a file, under a temporary name beside its own
 * @out: filled in on success; out_file_keep() or out_file_drop() ends it
 * @path: the file to make, or to replace; a link stays one, and what it leads to is made
 *
 * Return: A descriptor to write to, which the caller closes; -EISDIR for a folder, -EINVAL for what is no regular file,
 * -EACCES for a file that may not be written, or another -errno.
 */
int out_file_open(struct out_file *out, const char *path);

/**
 * out_file_keep() - all is written: have it on disk, then give it its name
 * @out: the file
 *
 * Return: 0; -errno, and then the file is gone.
 */
int out_file_keep(struct out_file *out);

/**
 * out_file_drop() - give up: there is no file
 * @out: the file
 */
void out_file_drop(struct out_file *out);

#ifdef __cplusplus
}
#endif

#endif /* OUT_FILE_H */
