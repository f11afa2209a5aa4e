/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A flattened device tree, checked and indexed: nodes by number, phandles, lines of the source. */
#ifndef DT_TREE_PRIV_H
#define DT_TREE_PRIV_H

#include "board_priv.h"

#define DT_MAX_DEPTH 64
#define DT_MAX_PATH  1024

/* Parents stand before their children. */
struct dt_node {
	const char *name;
	int offset;
	u32 parent, depth, path_len;
	bool enabled; /* neither it nor an ancestor is disabled */
};

struct dt_phandle {
	u32 phandle, node;
};

/* Where a node or, with a property, "PATH:PROPERTY" stands. */
struct dt_line {
	const char *key, *file; /* @file: NULL: the tree's own */
	u32 line;		/* 0: in @file, nobody knows where */
	u32 turn;		/* 0: the tree; else the overlay, from 1 */
	bool node;
};

struct dt_lines {
	struct dt_line *line;
	u32 n, room;
};

struct dt_tree {
	const char *file;
	void *fdt;
	struct dt_node *node;
	u32 n_nodes;
	struct dt_phandle *phandle;
	u32 n_phandles;
	struct dt_lines lines;
	u32 n_overlays;
	struct board *board; /* keeps the keys */
};

int dt_open(struct dt_tree *t, struct board *board, const char *const *overlays, u32 n_overlays,
	    struct board_error *err);
/* The blob itself is in memory, aligned or not. */
int dt_open_blob(struct dt_tree *t, struct board *board, const u8 *data, size_t size, struct board_error *err);
void dt_close(struct dt_tree *t);

/* @path has room for DT_MAX_PATH. */
char *dt_path(const struct dt_tree *t, u32 node, char *path);
/* The property and its length in bytes, or NULL. */
const void *dt_prop(const struct dt_tree *t, u32 node, const char *name, u32 *len);
bool dt_u32(const struct dt_tree *t, u32 node, const char *name, u32 *value);
/* The first string, or "". */
const char *dt_string(const struct dt_tree *t, u32 node, const char *name);
/* BOARD_NONE if nobody has it; *@twice is set if several have it. */
u32 dt_find_phandle(const struct dt_tree *t, u32 phandle, bool *twice);
/* NULL if it is not known; @l is sorted. */
const struct dt_line *dt_line(const struct dt_lines *l, const char *path, const char *property);
/* A new one at the end, or NULL: out of memory. */
struct dt_line *dt_add_line(struct dt_lines *l);
/* For dt_line(). What an overlay has set stands in the overlay; a node stands where it was made. */
void dt_sort_lines(struct dt_lines *l);

/* Everything that later code trusts, or an error with its offset. */
int dt_check_blob(const char *file, const void *fdt, size_t size, struct board_error *err);
int dt_apply_overlay(struct dt_tree *t, const char *file, struct board_error *err);

/* The blob of a file: binary, source (through dtc), or a directory of /proc/device-tree. The caller frees it. */
int dt_load(const char *file, void **fdt, struct board_error *err);
int dt_load_folder(const char *folder, void **fdt, struct board_error *err);
bool dt_is_source(const char *file);
int dt_compile(const char *file, u8 **data, size_t *size, struct board_error *err);
/* Adds what dtc says about a source; @board keeps the keys. */
int dt_read_lines(struct board *board, const char *file, struct dt_lines *l, struct board_error *err);

#endif /* DT_TREE_PRIV_H */
