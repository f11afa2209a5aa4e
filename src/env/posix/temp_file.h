/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Temporary files of a process, which a signal that ends it takes away. */
#ifndef TEMP_FILE_H
#define TEMP_FILE_H

#ifdef __cplusplus
extern "C" {
#endif

/**
 * temp_file_make() - make an empty file that no other has
 * @path: has XXXXXX, and maybe a suffix behind it; replaced as by mkstemps()
 *
 * Return: Its descriptor, which the caller closes; or -1 with errno. The caller calls temp_file_remove(), or
 * temp_file_kept() once the file has its own name.
 */
int temp_file_make(char *path);

/**
 * temp_file_kept() - the file has been renamed: leave it
 * @path: as temp_file_make() has left it
 */
void temp_file_kept(const char *path);

/**
 * temp_file_remove() - remove the file
 * @path: as temp_file_make() has left it
 */
void temp_file_remove(const char *path);

/**
 * temp_file_remove_all() - the process is about to end: remove what it has made and not kept
 *
 * May be called from a signal handler.
 */
void temp_file_remove_all(void);

/**
 * temp_file_on_signals() - from now on a signal that ends the process removes its temporary files first
 *
 * SIGINT, SIGTERM, SIGHUP, SIGPIPE and SIGXFSZ, except those that the process ignores; it still ends by the signal.
 */
void temp_file_on_signals(void);

#ifdef __cplusplus
}
#endif

#endif /* TEMP_FILE_H */
