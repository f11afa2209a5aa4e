// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "out_file.h"
#include "temp_file.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SUFFIX ".XXXXXX"

/* What @path leads to, by links, whether it is there or not yet. */
static char *target_of(const char *path)
{
	char link[PATH_MAX], *at = strdup(path), *slash, *next;
	int depth = 0;
	ssize_t n;

	while (at && (n = readlink(at, link, sizeof(link) - 1)) >= 0 && depth++ < 40) {
		link[n] = '\0';
		slash = *link == '/' ? NULL : strrchr(at, '/');
		next = malloc((slash ? (size_t)(slash - at) + 1 : 0) + (size_t)n + 1);
		if (next)
			sprintf(next, "%.*s%s", slash ? (int)(slash - at) + 1 : 0, at, link);
		free(at);
		at = next;
	}
	return at;
}

/* The name beside @target, shortened so that it is none too long. */
static char *temp_name(const char *target)
{
	const char *slash = strrchr(target, '/');
	size_t folder = slash ? (size_t)(slash - target) + 1 : 0, base = strlen(target + folder);
	size_t most = NAME_MAX - strlen(SUFFIX);
	char *temp = malloc(folder + base + sizeof(SUFFIX));

	if (temp && base <= NAME_MAX)
		sprintf(temp, "%.*s" SUFFIX, (int)(folder + (base < most ? base : most)), target);
	else if (temp)
		sprintf(temp, "%s" SUFFIX, target); /* the system says that it is too long */
	return temp;
}

static int permitted(const char *target)
{
	struct stat st;

	if (stat(target, &st))
		return errno == ENOENT ? 0 : -errno;
	if (S_ISDIR(st.st_mode))
		return -EISDIR;
	/* Renaming over a device or a pipe would replace it. */
	if (!S_ISREG(st.st_mode))
		return -EINVAL;
	return access(target, W_OK) ? -errno : 0;
}

int out_file_open(struct out_file *out, const char *path)
{
	mode_t mask = umask(0);
	int fd, ret;

	umask(mask);
	*out = (struct out_file){ .fd = -1 };
	out->target = target_of(path);
	out->temp = out->target ? temp_name(out->target) : NULL;
	ret = out->temp ? permitted(out->target) : -ENOMEM;
	if (!ret) {
		out->fd = temp_file_make(out->temp);
		ret = out->fd < 0 ? -errno : 0;
	}
	if (!ret) {
		/* With the permissions that the target would get. */
		fchmod(out->fd, 0666 & ~mask);
		fd = dup(out->fd);
		if (fd >= 0)
			return fd;
		ret = -errno;
		temp_file_remove(out->temp);
		close(out->fd);
	}
	free(out->temp);
	free(out->target);
	*out = (struct out_file){ .fd = -1 };
	return ret;
}

static void end(struct out_file *out)
{
	close(out->fd);
	free(out->temp);
	free(out->target);
	*out = (struct out_file){ .fd = -1 };
}

int out_file_keep(struct out_file *out)
{
	int ret = 0;

	/* Some file systems have nothing to synchronise. */
	if (fsync(out->fd) && errno != EINVAL && errno != EROFS && errno != ENOTSUP)
		ret = -errno;
	if (!ret && rename(out->temp, out->target))
		ret = -errno;
	if (ret)
		temp_file_remove(out->temp);
	else
		temp_file_kept(out->temp);
	end(out);
	return ret;
}

void out_file_drop(struct out_file *out)
{
	if (!out->temp)
		return;
	temp_file_remove(out->temp);
	end(out);
}
