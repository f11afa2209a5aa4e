// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Overlays: libfdt applies them, but trusts the offsets that an overlay's fixups have. They are held against the
 * properties that they are in first.
 */
#include "dt_tree_priv.h"
#include <libfdt.h>
#include <stdio.h>

static int fixup_fails(const char *file, const void *fdt, int node, struct board_error *err)
{
	return board_fail(err, EINVAL, "%s: offset 0x%x: a fixup leads out of its property", file,
			  fdt_off_dt_struct(fdt) + (u32)node);
}

/* A property of __local_fixups__: offsets of the phandles in the property of the same name of @tree. */
static bool local_property_fits(const void *fdt, int property, int tree)
{
	int len, tree_len, i;
	const char *name;
	const fdt32_t *offset = fdt_getprop_by_offset(fdt, property, &name, &len);

	if (!offset || !fdt_getprop(fdt, tree, name, &tree_len))
		return false;
	for (i = 0; i + 4 <= len; i += 4)
		if (tree_len < 4 || fdt32_ld(offset + i / 4) > (u32)tree_len - 4)
			return false;
	return true;
}

/* @fixups has the shape of @tree. */
static int check_local(const char *file, const void *fdt, int fixups, int tree, int depth, struct board_error *err)
{
	int property, child, same, ret = 0;

	if (depth == DT_MAX_DEPTH)
		return board_fail(err, EINVAL, "%s: offset 0x%x: fixups are nested more than %d deep", file,
				  fdt_off_dt_struct(fdt) + (u32)fixups, DT_MAX_DEPTH);
	for (property = fdt_first_property_offset(fdt, fixups); property >= 0;
	     property = fdt_next_property_offset(fdt, property))
		if (!local_property_fits(fdt, property, tree))
			return fixup_fails(file, fdt, fixups, err);
	for (child = fdt_first_subnode(fdt, fixups); child >= 0; child = fdt_next_subnode(fdt, child)) {
		same = fdt_subnode_offset(fdt, tree, fdt_get_name(fdt, child, NULL));
		ret = same < 0 ? fixup_fails(file, fdt, child, err)
			       : check_local(file, fdt, child, same, depth + 1, err);
		if (ret)
			return ret;
	}
	return 0;
}

/* "PATH:PROPERTY:OFFSET", a number that cannot overflow; libfdt holds it against the property. */
static bool fixup_fits(const char *fixup)
{
	const char *number = strrchr(fixup, ':');

	return number && number[1] && strlen(number + 1) < 9 && number[1 + strspn(number + 1, "0123456789")] == 0;
}

static int check_fixups(const char *file, const void *fdt, struct board_error *err)
{
	int local = fdt_path_offset(fdt, "/__local_fixups__"), fixups = fdt_path_offset(fdt, "/__fixups__"), property,
	    len, at;
	const char *list;

	if (local >= 0 && check_local(file, fdt, local, 0, 0, err))
		return -EINVAL;
	if (fixups < 0)
		return 0;
	for (property = fdt_first_property_offset(fdt, fixups); property >= 0;
	     property = fdt_next_property_offset(fdt, property)) {
		list = fdt_getprop_by_offset(fdt, property, NULL, &len);
		for (at = 0; list && at < len; at += (int)strlen(list + at) + 1)
			if (!memchr(list + at, 0, (size_t)(len - at)) || !fixup_fits(list + at))
				return fixup_fails(file, fdt, fixups, err);
	}
	return 0;
}

/* ---- where things stand that an overlay has set ---- */

struct places {
	struct dt_tree *t;
	const char *file;
	const void *fdt;
	struct dt_lines own; /* of the overlay, if it is a source */
};

/* @key: in the tree; @own: the node's path in the overlay */
static bool add_place(struct places *p, const char *key, const char *own, const char *property)
{
	const struct dt_line *known = dt_line(&p->own, own, property);
	struct dt_line *l = dt_add_line(&p->t->lines);

	if (!l)
		return false;
	l->key = board_text(p->t->board, "%s%s%s", key, property ? ":" : "", property ? property : "");
	l->line = known ? known->line : 0;
	l->file = known && known->file ? known->file : p->file;
	l->turn = p->t->n_overlays;
	l->node = !property;
	return true;
}

/* What is too deep, or has too long a path, the tree's own checks refuse. */
static bool add_places(struct places *p, int node, const char *path, const char *own, int depth)
{
	char below[DT_MAX_PATH], own_below[2 * DT_MAX_PATH];
	const char *name;
	int at;

	if (!add_place(p, path, own, NULL))
		return false;
	for (at = fdt_first_property_offset(p->fdt, node); at >= 0; at = fdt_next_property_offset(p->fdt, at))
		if (fdt_getprop_by_offset(p->fdt, at, &name, NULL) && !add_place(p, path, own, name))
			return false;
	for (at = fdt_first_subnode(p->fdt, node); at >= 0 && depth < DT_MAX_DEPTH; at = fdt_next_subnode(p->fdt, at)) {
		name = fdt_get_name(p->fdt, at, NULL);
		if (snprintf(below, sizeof(below), "%s/%s", path[1] ? path : "", name) < (int)sizeof(below) &&
		    snprintf(own_below, sizeof(own_below), "%s/%s", own, name) < (int)sizeof(own_below) &&
		    !add_places(p, at, below, own_below, depth + 1))
			return false;
	}
	return true;
}

/* The node that a fragment changes; its phandle has been resolved. */
static int target_of(const struct dt_tree *t, const void *fdt, int fragment)
{
	int len;
	const void *p = fdt_getprop(fdt, fragment, "target", &len);

	if (p)
		return len == 4 ? fdt_node_offset_by_phandle(t->fdt, fdt32_ld(p)) : -FDT_ERR_BADPHANDLE;
	p = fdt_getprop(fdt, fragment, "target-path", &len);
	return p && len > 0 && memchr(p, 0, (size_t)len) ? fdt_path_offset(t->fdt, p) : -FDT_ERR_NOTFOUND;
}

/* @fdt: the overlay, which libfdt has applied */
static int read_places(struct dt_tree *t, const char *file, void *fdt, struct board_error *err)
{
	struct places p = { .t = t, .file = file, .fdt = fdt };
	char path[DT_MAX_PATH], own[DT_MAX_PATH];
	int fragment, node, target, ret = dt_is_source(file) ? dt_read_lines(t->board, file, &p.own, err) : 0;

	dt_sort_lines(&p.own);
	t->n_overlays++;
	fdt_set_magic(fdt, FDT_MAGIC); /* libfdt marks it as used */
	for (fragment = fdt_first_subnode(fdt, 0); fragment >= 0 && !ret; fragment = fdt_next_subnode(fdt, fragment)) {
		node = fdt_subnode_offset(fdt, fragment, "__overlay__");
		target = node < 0 ? node : target_of(t, fdt, fragment);
		if (target >= 0 && !fdt_get_path(t->fdt, target, path, sizeof(path)) &&
		    !fdt_get_path(fdt, node, own, sizeof(own)) && !add_places(&p, node, path, own, 0))
			ret = board_fail(err, ENOMEM, "%s: out of memory", file);
	}
	free(p.own.line);
	return ret;
}

/* Both blobs are damaged if an overlay fails. */
int dt_apply_overlay(struct dt_tree *t, const char *file, struct board_error *err)
{
	void *overlay, *bigger;
	size_t room;
	int bad, ret = dt_load(file, &overlay, err);

	if (ret)
		return ret;
	ret = check_fixups(file, overlay, err);
	if (ret) {
		free(overlay);
		return ret;
	}
	room = (size_t)fdt_totalsize(t->fdt) + 2 * (size_t)fdt_totalsize(overlay) + 4096;
	bigger = room > BOARD_MAX_BYTES * 2 ? NULL : malloc(room);
	if (!bigger) {
		free(overlay);
		return board_fail(err, ENOMEM, "%s: out of memory", file);
	}
	bad = fdt_open_into(t->fdt, bigger, (int)room);
	free(t->fdt);
	t->fdt = bigger;
	if (!bad)
		bad = fdt_overlay_apply(bigger, overlay);
	ret = bad ? 0 : read_places(t, file, overlay, err);
	free(overlay);
	if (ret)
		return ret;
	if (bad == -FDT_ERR_NOTFOUND)
		return board_fail(err, EINVAL,
				  "%s: overlay: %s has not what it refers to (a label needs dtc -@ on both)", file,
				  t->file);
	if (bad)
		return board_fail(err, EINVAL, "%s: overlay: %s", file, fdt_strerror(bad));
	return dt_check_blob(file, bigger, room, err);
}
