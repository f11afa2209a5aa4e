// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* /proc/device-tree and its copies: a directory is a node, a file is a property. It becomes a blob, which is then read like any. */
#include "dt_tree_priv.h"
#include <dirent.h>
#include <fcntl.h>
#include <libfdt.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define FOLDER_PATH (4096 + DT_MAX_PATH + 256)

struct folder {
	const char *file;
	void *fdt;
	u32 items;
	char path[DT_MAX_PATH];
	struct board_error *err;
};

static int folder_fails(const struct folder *f, int code, const char *reason)
{
	return board_fail(f->err, code, "%s: %s: %s", f->file, *f->path ? f->path : "/", reason);
}

/* The blob grows as sequential writes ask for room. */
static int grown(struct folder *f, int ret)
{
	size_t size = fdt_totalsize(f->fdt);
	void *bigger;

	if (ret != -FDT_ERR_NOSPACE)
		return ret ? folder_fails(f, EINVAL, fdt_strerror(ret)) : 0;
	if (size * 2 > BOARD_MAX_BYTES)
		return folder_fails(f, EFBIG, "the tree is too large");
	bigger = malloc(size * 2);
	if (!bigger)
		return folder_fails(f, ENOMEM, "out of memory");
	ret = fdt_resize(f->fdt, bigger, (int)(size * 2));
	if (ret) {
		free(bigger);
		return folder_fails(f, EINVAL, fdt_strerror(ret));
	}
	free(f->fdt);
	f->fdt = bigger;
	return -EAGAIN;
}

#define WRITE(f, call)                             \
	({                                         \
		int written_;                      \
		do                                 \
			written_ = grown(f, call); \
		while (written_ == -EAGAIN);       \
		written_;                          \
	})

static int add_property(struct folder *f, const char *name)
{
	char file[FOLDER_PATH];
	size_t size;
	u8 *data;
	int ret;

	snprintf(file, sizeof(file), "%s%s/%s", f->file, f->path, name);
	ret = board_load(file, &data, &size, f->err);
	if (ret)
		return ret;
	ret = WRITE(f, fdt_property(f->fdt, name, data, (int)size));
	free(data);
	return ret;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int add_node(struct folder *f, const char *name, int depth);

/* Properties stand before nodes in a blob; a link is none of the tree. */
static int add_entries(struct folder *f, struct dirent **entry, int n, bool nodes, int depth)
{
	char file[FOLDER_PATH];
	struct stat st;
	int i, ret = 0;

	for (i = 0; i < n && !ret; i++) {
		const char *name = entry[i]->d_name;

		if (!strcmp(name, ".") || !strcmp(name, ".."))
			continue;
		if (snprintf(file, sizeof(file), "%s%s/%s", f->file, f->path, name) >= (int)sizeof(file))
			return folder_fails(f, ENAMETOOLONG, "a path is too long");
		if (++f->items > BOARD_MAX_NODES * 16)
			return folder_fails(f, EFBIG, "the tree is too large");
		if (lstat(file, &st))
			return folder_fails(f, errno, strerror(errno));
		if (nodes && S_ISDIR(st.st_mode))
			ret = add_node(f, name, depth + 1);
		else if (!nodes && S_ISREG(st.st_mode) && strcmp(name, "name"))
			ret = add_property(f, name);
	}
	return ret;
}

static int add_node(struct folder *f, const char *name, int depth)
{
	char file[FOLDER_PATH];
	size_t end = strlen(f->path);
	struct dirent **entry;
	int i, n, ret;

	if (depth >= DT_MAX_DEPTH || end + strlen(name) + 2 > sizeof(f->path))
		return folder_fails(f, EFBIG, "nodes are nested too deep");
	if (depth)
		snprintf(f->path + end, sizeof(f->path) - end, "/%s", name);
	snprintf(file, sizeof(file), "%s%s", f->file, f->path);
	n = scandir(file, &entry, NULL, by_name);
	if (n < 0)
		return folder_fails(f, errno, strerror(errno));
	ret = WRITE(f, fdt_begin_node(f->fdt, name));
	if (!ret)
		ret = add_entries(f, entry, n, false, depth);
	if (!ret)
		ret = add_entries(f, entry, n, true, depth);
	if (!ret)
		ret = WRITE(f, fdt_end_node(f->fdt));
	for (i = 0; i < n; i++)
		free(entry[i]);
	free(entry);
	f->path[end] = 0;
	return ret;
}

int dt_load_folder(const char *folder, void **fdt, struct board_error *err)
{
	struct folder f = { .file = folder, .err = err, .fdt = malloc(1 << 16) };
	int ret;

	if (!f.fdt)
		return board_fail(err, ENOMEM, "%s: out of memory", folder);
	ret = fdt_create(f.fdt, 1 << 16);
	if (!ret)
		ret = fdt_finish_reservemap(f.fdt);
	ret = ret ? folder_fails(&f, EINVAL, fdt_strerror(ret)) : add_node(&f, "", 0);
	if (!ret)
		ret = WRITE(&f, fdt_finish(f.fdt));
	if (ret) {
		free(f.fdt);
		return ret;
	}
	*fdt = f.fdt;
	return 0;
}
