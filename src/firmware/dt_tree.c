// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Loading a flattened device tree: libfdt checks the blob as a whole before anything else looks at it. */
#include "dt_tree_priv.h"
#include "find.h"
#include "grow.h"
#include <libfdt.h>
#include <stdio.h>
#include <sys/stat.h>

/* Where in the structure block libfdt stopped, as an offset in the file. */
static int blob_fails(const char *file, const void *fdt, size_t size, int bad, struct board_error *err)
{
	int offset, next = 0;

	if (size < sizeof(struct fdt_header))
		return board_fail(err, EINVAL, "%s: offset 0: %zu bytes are no device tree", file, size);
	if (fdt_check_header(fdt))
		return board_fail(err, EINVAL, "%s: offset 0: the header: %s", file, fdt_strerror(bad));
	if (fdt_totalsize(fdt) > size)
		return board_fail(err, EINVAL, "%s: offset %zu: the file ends, but its header says %u bytes", file,
				  size, fdt_totalsize(fdt));
	do {
		offset = next;
		if (fdt_next_tag(fdt, offset, &next) == FDT_END)
			break;
	} while (next > offset);
	return board_fail(err, EINVAL, "%s: offset 0x%x: %s", file, fdt_off_dt_struct(fdt) + (u32)offset,
			  fdt_strerror(bad));
}

/* Versions below 16 write whole paths as names; nobody makes them, and fdt_check_full() trusts them. */
int dt_check_blob(const char *file, const void *fdt, size_t size, struct board_error *err)
{
	int bad = -FDT_ERR_TRUNCATED;

	if (size >= sizeof(struct fdt_header) && fdt_magic(fdt) == FDT_MAGIC && fdt_version(fdt) < 16)
		return board_fail(err, EINVAL, "%s: offset 20: the version is %u; 16 and later are read", file,
				  fdt_version(fdt));
	if (size >= sizeof(struct fdt_header))
		bad = fdt_check_full(fdt, size);
	return bad ? blob_fails(file, fdt, size, bad, err) : 0;
}

/* libfdt reads words in place, so the blob is aligned as malloc() aligns. */
static int load_file(const char *file, void **fdt, struct board_error *err)
{
	u8 *data;
	size_t size;
	int ret;

	if (dt_is_source(file))
		ret = dt_compile(file, &data, &size, err);
	else
		ret = board_load(file, &data, &size, err);
	if (ret)
		return ret;
	ret = dt_check_blob(file, data, size, err);
	if (ret)
		free(data);
	else
		*fdt = data;
	return ret;
}

int dt_load(const char *file, void **fdt, struct board_error *err)
{
	struct stat st;

	*fdt = NULL;
	if (stat(file, &st))
		return board_fail(err, errno, "%s: %s", file, strerror(errno));
	return S_ISDIR(st.st_mode) ? dt_load_folder(file, fdt, err) : load_file(file, fdt, err);
}

/* ---- the index ---- */

static bool node_enabled(const struct dt_tree *t, int offset)
{
	int len;
	const char *status = fdt_getprop(t->fdt, offset, "status", &len);

	/* the first string counts, as with of_device_is_available() */
	return !status || (len >= 5 && !memcmp(status, "okay", 5)) || (len >= 3 && !memcmp(status, "ok", 3));
}

static int index_node(struct dt_tree *t, int offset, u32 depth, u32 stack[DT_MAX_DEPTH], struct board_error *err)
{
	struct dt_node *n = &t->node[t->n_nodes];
	int len;
	u32 phandle;

	n->name = fdt_get_name(t->fdt, offset, &len);
	if (!n->name)
		return board_fail(err, EINVAL, "%s: offset 0x%x: a node has no name", t->file,
				  fdt_off_dt_struct(t->fdt) + (u32)offset);
	n->offset = offset;
	n->depth = depth;
	n->parent = depth ? stack[depth - 1] : BOARD_NONE;
	n->path_len = depth ? t->node[n->parent].path_len + 1 + (u32)len : 0;
	if (n->path_len >= DT_MAX_PATH)
		return board_fail(err, EINVAL, "%s: offset 0x%x: a node's path is longer than %d bytes", t->file,
				  fdt_off_dt_struct(t->fdt) + (u32)offset, DT_MAX_PATH - 1);
	n->enabled = node_enabled(t, offset) && (!depth || t->node[n->parent].enabled);
	phandle = fdt_get_phandle(t->fdt, offset);
	if (phandle && phandle != BOARD_NONE)
		t->phandle[t->n_phandles++] = (struct dt_phandle){ phandle, t->n_nodes };
	stack[depth] = t->n_nodes++;
	return 0;
}

static u32 count_nodes(const void *fdt)
{
	int offset = -1, depth = -1;
	u32 n = 0;

	while ((offset = fdt_next_node(fdt, offset, &depth)) >= 0 && depth >= 0)
		n++;
	return n;
}

static int by_phandle(const void *x, const void *y)
{
	const struct dt_phandle *a = x, *b = y;

	if (a->phandle != b->phandle)
		return a->phandle < b->phandle ? -1 : 1;
	return a->node < b->node ? -1 : a->node > b->node;
}

static int index_tree(struct dt_tree *t, struct board_error *err)
{
	u32 stack[DT_MAX_DEPTH], n = count_nodes(t->fdt);
	int offset = -1, depth = -1, ret = 0;

	if (!n || n > BOARD_MAX_NODES)
		return board_fail(err, EINVAL, "%s: offset 0x%x: it has %u nodes; 1 to %u are read", t->file,
				  fdt_off_dt_struct(t->fdt), n, BOARD_MAX_NODES);
	t->node = fl_zalloc(n * sizeof(*t->node));
	t->phandle = fl_zalloc(n * sizeof(*t->phandle));
	if (!t->node || !t->phandle)
		return board_fail(err, ENOMEM, "%s: out of memory", t->file);
	while (!ret && (offset = fdt_next_node(t->fdt, offset, &depth)) >= 0 && depth >= 0) {
		if (depth >= DT_MAX_DEPTH)
			return board_fail(err, EINVAL, "%s: offset 0x%x: nodes are nested more than %d deep", t->file,
					  fdt_off_dt_struct(t->fdt) + (u32)offset, DT_MAX_DEPTH);
		ret = index_node(t, offset, (u32)depth, stack, err);
	}
	qsort(t->phandle, t->n_phandles, sizeof(*t->phandle), by_phandle);
	return ret;
}

int dt_open(struct dt_tree *t, struct board *board, const char *const *overlays, u32 n_overlays,
	    struct board_error *err)
{
	int ret;
	u32 i;

	*t = (struct dt_tree){ .file = board->file, .board = board };
	ret = dt_load(t->file, &t->fdt, err);
	if (!ret && dt_is_source(t->file))
		ret = dt_read_lines(board, t->file, &t->lines, err);
	for (i = 0; !ret && i < n_overlays; i++)
		ret = dt_apply_overlay(t, overlays[i], err);
	if (!ret)
		ret = index_tree(t, err);
	dt_sort_lines(&t->lines);
	if (ret)
		dt_close(t);
	return ret;
}

int dt_open_blob(struct dt_tree *t, struct board *board, const u8 *data, size_t size, struct board_error *err)
{
	int ret;

	*t = (struct dt_tree){ .file = board->file, .board = board, .fdt = malloc(size + 1) };
	if (!t->fdt)
		return board_fail(err, ENOMEM, "%s: out of memory", t->file);
	memcpy(t->fdt, data, size);
	ret = dt_check_blob(t->file, t->fdt, size, err);
	if (!ret)
		ret = index_tree(t, err);
	if (ret)
		dt_close(t);
	return ret;
}

void dt_close(struct dt_tree *t)
{
	free(t->fdt);
	free(t->node);
	free(t->phandle);
	free(t->lines.line);
	memset(t, 0, sizeof(*t));
}

/* ---- questions ---- */

char *dt_path(const struct dt_tree *t, u32 node, char *path)
{
	u32 end = t->node[node].path_len;

	if (!end)
		return strcpy(path, "/");
	path[end] = 0;
	for (; t->node[node].depth; node = t->node[node].parent) {
		u32 len = (u32)strlen(t->node[node].name);

		end -= len;
		memcpy(path + end, t->node[node].name, len);
		path[--end] = '/';
	}
	return path;
}

const void *dt_prop(const struct dt_tree *t, u32 node, const char *name, u32 *len)
{
	int bytes;
	const void *p = fdt_getprop(t->fdt, t->node[node].offset, name, &bytes);

	*len = p && bytes > 0 ? (u32)bytes : 0;
	return p;
}

bool dt_u32(const struct dt_tree *t, u32 node, const char *name, u32 *value)
{
	u32 len;
	const void *p = dt_prop(t, node, name, &len);

	if (!p || len != 4)
		return false;
	*value = fdt32_ld(p);
	return true;
}

const char *dt_string(const struct dt_tree *t, u32 node, const char *name)
{
	u32 len;
	const char *p = dt_prop(t, node, name, &len);

	return p && memchr(p, 0, len) ? p : "";
}

u32 dt_find_phandle(const struct dt_tree *t, u32 phandle, bool *twice)
{
	size_t low = FIND_SORTED(i, t->n_phandles, t->phandle[i].phandle < phandle);

	if (low == t->n_phandles || t->phandle[low].phandle != phandle)
		return BOARD_NONE;
	*twice = low + 1 < t->n_phandles && t->phandle[low + 1].phandle == phandle;
	return t->phandle[low].node;
}

/* ---- lines ---- */

struct dt_line *dt_add_line(struct dt_lines *l)
{
	return GROW(l->line, l->n, l->room, 256) ? memset(&l->line[l->n++], 0, sizeof(*l->line)) : NULL;
}

static int by_key(const void *x, const void *y)
{
	const struct dt_line *a = x, *b = y;
	int order = strcmp(a->key, b->key);

	if (order || a->turn == b->turn)
		return order;
	return (a->turn < b->turn) == a->node ? -1 : 1;
}

void dt_sort_lines(struct dt_lines *l)
{
	u32 i, n = 0;

	if (l->n)
		qsort(l->line, l->n, sizeof(*l->line), by_key);
	for (i = 0; i < l->n; i++)
		if (!n || strcmp(l->line[n - 1].key, l->line[i].key))
			l->line[n++] = l->line[i];
	l->n = n;
}

static int is_key(const void *key, const void *line)
{
	return strcmp(key, ((const struct dt_line *)line)->key);
}

const struct dt_line *dt_line(const struct dt_lines *l, const char *path, const char *property)
{
	char key[DT_MAX_PATH + 64];

	if (!l->n)
		return NULL;
	snprintf(key, sizeof(key), "%s%s%s", path, property ? ":" : "", property ? property : "");
	return bsearch(key, l->line, l->n, sizeof(*l->line), is_key);
}
