// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Source of a device tree: dtc compiles it, and says of each node and property in which line it stands. */
#include "child_priv.h"
#include "dt_tree_priv.h"
#include <stdio.h>

bool dt_is_source(const char *file)
{
	size_t len = strlen(file);

	return len > 4 && (!strcmp(file + len - 4, ".dts") || (len > 5 && !strcmp(file + len - 5, ".dtso")));
}

/*
 * The first line with an error in it. dtc names file and place itself: "Error: FILE:LINE.COLUMNS reason" of the syntax,
 * "FILE:LINE.COLUMNS: ERROR (check): reason" of the tree.
 */
static int dtc_fails(const char *file, char *messages, struct board_error *err)
{
	char *line = messages, *next = messages;
	unsigned long number;
	const char *at;

	while (next && !strstr(line, "Error: ") && !strstr(line, "ERROR")) {
		line = next;
		next = strchr(line, '\n');
		if (next)
			*next++ = 0;
	}
	line[strcspn(line, "\n")] = 0;
	at = !strncmp(line, "Error: ", 7) ? line + 7 : line;
	if (strncmp(at, file, strlen(file)) || at[strlen(file)] != ':')
		return board_fail(err, EINVAL, "%s: dtc: %s", file, *at ? at : "no reason given");
	number = strtoul(at + strlen(file) + 1, NULL, 10);
	at += strlen(file) + strcspn(at + strlen(file), " ");
	return board_fail(err, EINVAL, "%s:%lu: dtc: %s", file, number, at + (*at == ' '));
}

/* -q: warnings are about style. -@: overlays need the labels. -T: where things stand. */
static int dtc(const char *file, bool lines, u8 **data, size_t *size, struct board_error *err)
{
	const char *const argv[] = { "dtc", "-q", lines ? "-T" : "-@", "-I", "dts", "-O", lines ? "dts" : "dtb", "--",
				     file,  NULL };
	char messages[512];
	int ret = child_run(argv, "", 0, data, size, messages);

	if (ret == -ENOENT)
		return board_fail(err, ENOENT, "%s: a .dts needs dtc, which is not installed (device-tree-compiler)",
				  file);
	if (ret == -EIO)
		return dtc_fails(file, messages, err);
	return ret ? board_fail(err, -ret, "%s: dtc: %s", file, strerror(-ret)) : 0;
}

int dt_compile(const char *file, u8 **data, size_t *size, struct board_error *err)
{
	FILE *in = fopen(file, "rb");

	if (!in)
		return board_fail(err, errno, "%s: %s", file, strerror(errno));
	fclose(in);
	return dtc(file, false, data, size, err);
}

/* ---- lines ---- */

/* The last place of "... /\* FILE:LINE, FILE:LINE *\/" if it is in @file itself; it is cut off. */
static u32 take_place(char *line, const char *file)
{
	char *at = NULL, *next, *end = line + strlen(line);
	size_t len;
	u32 found;

	/* dtc shortens names to the folder of the first file. */
	file = strrchr(file, '/') ? strrchr(file, '/') + 1 : file;
	len = strlen(file);

	if (end - line < 3 || strcmp(end - 3, " */"))
		return 0;
	for (next = line; (next = strstr(next, " /* ")); next++)
		at = next;
	if (!at)
		return 0;
	end[-3] = 0;
	for (next = at + 4; strstr(next, ", "); next = strstr(next, ", ") + 2)
		;
	found = !strncmp(next, file, len) && next[len] == ':' ? (u32)strtoul(next + len + 1, NULL, 10) : 0;
	*at = 0;
	return found;
}

struct scan {
	char path[DT_MAX_PATH];
	u32 length[DT_MAX_DEPTH], depth;
};

/* The node begins that a line "label: name {" opens; the root is "/". */
static bool enter(struct scan *s, char *line, size_t len)
{
	char *name = line, *label;

	line[len - 2] = 0;
	while ((label = strstr(name, ": ")))
		name = label + 2;
	if (s->depth == DT_MAX_DEPTH || strlen(s->path) + strlen(name) + 2 > sizeof(s->path))
		return false;
	s->length[s->depth++] = (u32)strlen(s->path);
	if (s->depth == 1)
		return true;
	strcat(s->path, "/");
	strcat(s->path, name);
	return true;
}

/* One line of dtc's output: true if it is a node or property whose place is known; then it has become the key. */
static bool scan_line(struct scan *s, char *line, struct dt_tree *t, struct dt_line *found)
{
	size_t len;
	const char *path = s->path;

	found->line = take_place(line, t->file);
	line += strspn(line, "\t");
	len = strlen(line);
	if (len >= 2 && !strcmp(line + len - 2, " {")) {
		if (!enter(s, line, len))
			return false;
		found->key = s->depth == 1 ? "/" : board_text(t->board, "%s", s->path);
		return found->line;
	}
	if (!strcmp(line, "};")) {
		if (s->depth)
			s->path[s->length[--s->depth]] = 0;
		return false;
	}
	if (!s->depth || !found->line)
		return false;
	found->key = board_text(t->board, "%s:%.*s", *path ? path : "/", (int)strcspn(line, " ;"), line);
	return true;
}

static int by_key(const void *x, const void *y)
{
	return strcmp(((const struct dt_line *)x)->key, ((const struct dt_line *)y)->key);
}

int dt_read_lines(struct dt_tree *t, struct board_error *err)
{
	struct scan s = { .depth = 0 };
	u32 room = 0;
	char *line, *next;
	size_t size;
	u8 *text;
	int ret = dtc(t->file, true, &text, &size, err);

	if (ret)
		return ret;
	for (line = (char *)text; *line; line++)
		room += *line == '\n';
	t->line = fl_zalloc((room + 1) * sizeof(*t->line));
	for (line = (char *)text; t->line && line && *line; line = next) {
		next = strchr(line, '\n');
		if (next)
			*next++ = 0;
		if (scan_line(&s, line, t, &t->line[t->n_lines]))
			t->n_lines++;
	}
	free(text);
	if (!t->line)
		return board_fail(err, ENOMEM, "%s: out of memory", t->file);
	qsort(t->line, t->n_lines, sizeof(*t->line), by_key);
	return 0;
}
