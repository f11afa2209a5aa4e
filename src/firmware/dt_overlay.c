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
	free(overlay);
	if (bad == -FDT_ERR_NOTFOUND)
		return board_fail(err, EINVAL,
				  "%s: overlay: %s has not what it refers to (a label needs dtc -@ on both)", file,
				  t->file);
	if (bad)
		return board_fail(err, EINVAL, "%s: overlay: %s", file, fdt_strerror(bad));
	return dt_check_blob(file, bigger, room, err);
}
