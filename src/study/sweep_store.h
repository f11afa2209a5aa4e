/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The directory of a sweep: one file for each point that is finished, whole or not there at all, whenever the
 * program or the machine stops. A point is known by a hash.
 */
#ifndef SWEEP_STORE_H
#define SWEEP_STORE_H

#include "fl_env.h"
#include <jansson.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SWEEP_HASH 68 /* 64 hexadecimal digits, and the NUL */

/**
 * struct sweep_store - the directory
 * @path: its path
 * @lock: private: descriptor of the lock, or -1
 */
struct sweep_store {
	char path[3584];
	int lock;
};

/**
 * sweep_store_open() - make the directory, if there is none
 * @s: filled in; sweep_store_close() closes it
 * @path: the directory
 * @alone: lock it against all others who want that
 *
 * Return: 0; -EWOULDBLOCK: another has it; another -errno.
 */
int sweep_store_open(struct sweep_store *s, const char *path, bool alone);

/**
 * sweep_store_close() - give it back; a child that was forked does this at once, so that the lock ends with its parent
 * @s: the store
 */
void sweep_store_close(struct sweep_store *s);

/**
 * sweep_store_discard() - give it back, and remove it if nothing is kept in it
 * @s: the store
 */
void sweep_store_discard(struct sweep_store *s);

/**
 * sweep_store_clean() - forget which points failed, and remove what a crash has left half written
 * @s: the store
 */
void sweep_store_clean(struct sweep_store *s);

/**
 * sweep_store_put() - keep a result
 * @s: the store
 * @hash: of the point
 * @result: the result
 *
 * Return: 0 or -errno.
 */
int sweep_store_put(const struct sweep_store *s, const char *hash, const json_t *result);

/**
 * sweep_store_get() - the result of a point
 * @s: the store
 * @hash: of the point
 *
 * Return: The result, for the caller to json_decref(); NULL: the point is not finished.
 */
json_t *sweep_store_get(const struct sweep_store *s, const char *hash);

/**
 * sweep_store_put_failure() - keep the reason why a point failed
 * @s: the store
 * @hash: of the point
 * @reason: one line
 *
 * Return: 0 or -errno.
 */
int sweep_store_put_failure(const struct sweep_store *s, const char *hash, const char *reason);

#define SWEEP_REASON 320

/**
 * sweep_store_get_failure() - why a point failed
 * @s: the store
 * @hash: of the point
 * @reason: filled in
 *
 * Return: Whether it is known to have failed.
 */
bool sweep_store_get_failure(const struct sweep_store *s, const char *hash, char reason[SWEEP_REASON]);

/**
 * sweep_file_write() - write a file of which there is nothing or all
 * @path: the file; replaced
 * @text: its contents
 * @size: their bytes
 *
 * Return: 0 or -errno.
 */
int sweep_file_write(const char *path, const char *text, size_t size);

#ifdef __cplusplus
}
#endif

#endif /* SWEEP_STORE_H */
