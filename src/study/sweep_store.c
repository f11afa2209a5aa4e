// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "sweep_store.h"
#include "temp_file.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define RESULT	".json"
#define FAILURE ".failed"

int sweep_store_open(struct sweep_store *s, const char *path, bool alone)
{
	char lock[4096];

	s->lock = -1;
	if (strlen(path) >= sizeof(s->path))
		return -ENAMETOOLONG;
	strcpy(s->path, path);
	if (mkdir(path, 0777) && errno != EEXIST)
		return -errno;
	if (!alone)
		return 0;
	snprintf(lock, sizeof(lock), "%s/lock", path);
	s->lock = open(lock, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
	if (s->lock < 0 || flock(s->lock, LOCK_EX | LOCK_NB)) {
		int err = -errno;

		sweep_store_close(s);
		return err;
	}
	return 0;
}

void sweep_store_close(struct sweep_store *s)
{
	if (s->lock >= 0)
		close(s->lock);
	s->lock = -1;
}

/* Nobody else waits for the lock: it is refused, not waited for. */
void sweep_store_discard(struct sweep_store *s)
{
	char lock[4096];
	DIR *d = opendir(s->path);
	struct dirent *e;
	int others = 0;

	while (d && (e = readdir(d)))
		others += strcmp(e->d_name, ".") && strcmp(e->d_name, "..") && strcmp(e->d_name, "lock");
	if (d)
		closedir(d);
	snprintf(lock, sizeof(lock), "%s/lock", s->path);
	if (d && !others && s->lock >= 0) {
		unlink(lock);
		rmdir(s->path);
	}
	sweep_store_close(s);
}

void sweep_store_clean(struct sweep_store *s)
{
	DIR *d = opendir(s->path);
	struct dirent *e;

	while (d && (e = readdir(d))) {
		const char *end = strrchr(e->d_name, '.');

		if (end && (!strcmp(end, FAILURE) || !strcmp(end, ".out") || !strncmp(end, ".tmp-", 5)))
			unlinkat(dirfd(d), e->d_name, 0);
	}
	if (d)
		closedir(d);
}

static int write_all(int fd, const char *text, size_t size, bool sync)
{
	mode_t mask = umask(0);
	ssize_t n;

	umask(mask);
	fchmod(fd, 0666 & ~mask);
	for (; size; text += n, size -= (size_t)n) {
		n = write(fd, text, size);
		if (n < 0 && errno != EINTR)
			return -errno;
		n = max(n, (ssize_t)0);
	}
	return sync && fsync(fd) ? -errno : 0;
}

static int write_file(const char *path, const char *text, size_t size, bool sync)
{
	char temp[4200];
	int fd, ret;

	if (snprintf(temp, sizeof(temp), "%s.tmp-XXXXXX", path) >= (int)sizeof(temp))
		return -ENAMETOOLONG;
	fd = temp_file_make(temp);
	if (fd < 0)
		return -errno;
	ret = write_all(fd, text, size, sync);
	if (close(fd) && !ret)
		ret = -errno;
	if (!ret && rename(temp, path))
		ret = -errno;
	if (ret)
		temp_file_remove(temp);
	else
		temp_file_kept(temp);
	return ret;
}

int sweep_file_write(const char *path, const char *text, size_t size)
{
	return write_file(path, text, size, true);
}

static const char *file_of(const struct sweep_store *s, const char *hash, const char *kind, char path[4096])
{
	snprintf(path, 4096, "%s/%.64s%s", s->path, hash, kind);
	return path;
}

/* A disk is not waited for: what a power cut leaves of a file is no JSON, and no result. */
int sweep_store_put(const struct sweep_store *s, const char *hash, const json_t *result)
{
	char *text = json_dumps(result, JSON_COMPACT | JSON_PRESERVE_ORDER), path[4096];
	int ret = text ? write_file(file_of(s, hash, RESULT, path), text, strlen(text), false) : -ENOMEM;

	free(text);
	return ret;
}

/* A file that is no JSON is no result: the point is run again. */
json_t *sweep_store_get(const struct sweep_store *s, const char *hash)
{
	char path[4096];

	return json_load_file(file_of(s, hash, RESULT, path), 0, NULL);
}

int sweep_store_put_failure(const struct sweep_store *s, const char *hash, const char *reason)
{
	char path[4096];

	return sweep_file_write(file_of(s, hash, FAILURE, path), reason, strlen(reason));
}

bool sweep_store_get_failure(const struct sweep_store *s, const char *hash, char reason[SWEEP_REASON])
{
	char path[4096];
	FILE *f = fopen(file_of(s, hash, FAILURE, path), "r");
	size_t n;

	if (!f)
		return false;
	n = fread(reason, 1, SWEEP_REASON - 1, f);
	reason[n] = '\0';
	fclose(f);
	return true;
}
