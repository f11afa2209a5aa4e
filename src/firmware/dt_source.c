// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Source of a device tree: dtc compiles it, and says of each node and property in which line it stands. */
#include "child_priv.h"
#include "dt_tree_priv.h"
#include <ctype.h>
#include <stdio.h>
#include <sys/stat.h>

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

/* ---- sources for the C preprocessor, as those of kernels are ---- */

#define MAX_FOLDERS 32

/* A line that cpp is to see; the name of a property may begin with #, too. */
static bool is_directive(const char *line)
{
	static const char *const words[] = { "include", "define", "undef", "if", "ifdef", "ifndef" };
	size_t i, len;

	line += strspn(line, " \t");
	if (*line != '#')
		return false;
	line += 1 + strspn(line + 1, " \t");
	len = strcspn(line, " \t\r\n\"<");
	for (i = 0; i < ARRAY_SIZE(words); i++)
		if (len == strlen(words[i]) && !strncmp(line, words[i], len))
			return true;
	return false;
}

static bool needs_cpp(const char *file)
{
	FILE *in = fopen(file, "rb");
	char *line = NULL;
	size_t room = 0;
	bool found = false;

	while (in && !found && getline(&line, &room, in) > 0)
		found = is_directive(line);
	free(line);
	if (in)
		fclose(in);
	return found;
}

/* The first error that cpp reports: "FILE:LINE:COLUMN: fatal error: reason". */
static int cpp_fails(const char *file, char *messages, struct board_error *err)
{
	char *line = strstr(messages, "error: "), *reason = line;

	if (!line)
		return board_fail(err, EINVAL, "%s: cpp: %.*s", file, (int)strcspn(messages, "\n"),
				  *messages ? messages : "no reason given");
	reason += strlen("error: ");
	reason[strcspn(reason, "\n")] = 0;
	while (line > messages && line[-1] != '\n')
		line--;
	if (strncmp(line, file, strlen(file)) || line[strlen(file)] != ':')
		return board_fail(err, EINVAL, "%s: cpp: %s", file, line);
	return board_fail(err, EINVAL, "%s:%lu: cpp: %s", file, strtoul(line + strlen(file) + 1, NULL, 10), reason);
}

struct folders {
	char name[MAX_FOLDERS][DT_MAX_PATH];
	const char *argv[2 * MAX_FOLDERS + 16];
	u32 n, argc;
};

static void add_argument(struct folders *f, const char *text)
{
	f->argv[f->argc++] = text;
}

static void add_folder(struct folders *f, const char *format, int len, const char *folder)
{
	struct stat st;
	int n;

	if (f->n == MAX_FOLDERS)
		return;
	n = snprintf(f->name[f->n], DT_MAX_PATH, format, len, folder);
	if (n < 0 || n >= DT_MAX_PATH || stat(f->name[f->n], &st) || !S_ISDIR(st.st_mode))
		return;
	add_argument(f, "-I");
	add_argument(f, f->name[f->n++]);
}

/* The folder of the source, and what a kernel's tree keeps for its sources above it: bindings, and trees by architecture. */
static void find_folders(struct folders *f, const char *file)
{
	char path[DT_MAX_PATH], *slash;

	if (!realpath(file, path))
		return;
	add_folder(f, "%.*s", strchr(file, '/') ? (int)(strrchr(file, '/') - file + 1) : 1,
		   strchr(file, '/') ? file : ".");
	while ((slash = strrchr(path, '/'))) {
		*slash = 0;
		add_folder(f, "%.*s/scripts/dtc/include-prefixes", (int)strlen(path), path);
		add_folder(f, "%.*s/include/dt-bindings/..", (int)strlen(path), path);
	}
}

static int preprocess(const char *file, u8 **text, size_t *size, struct board_error *err)
{
	static const char *const first[] = { "cpp", "-nostdinc", "-undef", "-D__DTS__", "-x", "assembler-with-cpp" };
	struct folders *f = fl_zalloc(sizeof(*f));
	char messages[CHILD_MESSAGES];
	int ret;

	if (!f)
		return board_fail(err, ENOMEM, "%s: out of memory", file);
	for (f->argc = 0; f->argc < ARRAY_SIZE(first); f->argc++)
		f->argv[f->argc] = first[f->argc];
	find_folders(f, file);
	add_argument(f, file);
	ret = child_run(f->argv, "", 0, text, size, messages);
	free(f);
	if (ret == -ENOENT)
		return board_fail(err, ENOENT, "%s: a .dts with #include or #define needs cpp, which is not installed",
				  file);
	if (ret == -EIO)
		return cpp_fails(file, messages, err);
	return ret ? board_fail(err, -ret, "%s: cpp: %s", file, strerror(-ret)) : 0;
}

/* ---- dtc ---- */

/* What cpp has read: lines "# NUMBER "FILE" ...". */
static void note_included(struct board *b, const char *file, const char *text)
{
	const char *line, *name;
	size_t len;

	for (line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, "# ", 2) || !isdigit((unsigned char)line[2]))
			continue;
		name = line + 2 + strspn(line + 2, "0123456789");
		if (strncmp(name, " \"", 2) || name[2] == '<')
			continue;
		name += 2;
		len = strcspn(name, "\"\n");
		if (len && (strlen(file) != len || memcmp(name, file, len)))
			board_add_included(b, name, len);
	}
}

/* -q: warnings are about style. -@: overlays need the labels. -T: where things stand; cpp tells dtc in its output. */
static int dtc(struct board *lines, const char *file, u8 **data, size_t *size, struct board_error *err)
{
	const char *argv[] = {
		"dtc", "-q", lines ? "-T" : "-@", "-I", "dts", "-O", lines ? "dts" : "dtb", "-i", ".", "--", file, NULL
	};
	char messages[CHILD_MESSAGES], folder[DT_MAX_PATH];
	u8 *text = NULL;
	size_t length = 0;
	int ret;

	if (needs_cpp(file)) {
		ret = preprocess(file, &text, &length, err);
		if (ret)
			return ret;
		if (lines)
			note_included(lines, file, (const char *)text);
		argv[10] = "-";
		snprintf(folder, sizeof(folder), "%.*s", strchr(file, '/') ? (int)(strrchr(file, '/') - file + 1) : 1,
			 strchr(file, '/') ? file : ".");
		argv[8] = folder;
	}
	ret = child_run(argv, text ? (const char *)text : "", length, data, size, messages);
	free(text);
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
	return dtc(NULL, file, data, size, err);
}

/* ---- lines ---- */

struct scan {
	struct board *board;
	const char *file;
	bool cpp; /* which has said what it includes */
	char path[DT_MAX_PATH];
	u32 length[DT_MAX_DEPTH], depth;
};

/* dtc names files from the folder of the first one on: the file as the user named that one, or NULL if it is @file itself. */
static const char *place_file(const struct scan *s, const char *name, size_t len)
{
	const char *slash = strrchr(s->file, '/'), *base = slash ? slash + 1 : s->file;

	if (len == strlen(base) && !memcmp(name, base, len))
		return NULL;
	return board_text(s->board, "%.*s%.*s", *name == '/' || !slash ? 0 : (int)(slash + 1 - s->file), s->file,
			  (int)len, name);
}

/* The last place of "... /\* FILE:LINE, FILE:LINE *\/"; it is cut off. */
static void take_place(const struct scan *s, char *line, struct dt_line *found)
{
	char *at = NULL, *next, *colon, *end = line + strlen(line);

	if (end - line < 3 || strcmp(end - 3, " */"))
		return;
	for (next = line; (next = strstr(next, " /* ")); next++)
		at = next;
	if (!at)
		return;
	end[-3] = 0;
	for (next = at + 4; strstr(next, ", "); next = strstr(next, ", ") + 2)
		;
	colon = strrchr(next, ':');
	*at = 0;
	if (!colon || colon == next || *next == '<')
		return;
	found->line = (u32)strtoul(colon + 1, NULL, 10);
	found->file = place_file(s, next, (size_t)(colon - next));
	if (found->file && !s->cpp)
		board_add_included(s->board, found->file, strlen(found->file));
}

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
static bool scan_line(struct scan *s, char *line, struct dt_line *found)
{
	size_t len;
	const char *path = s->path;

	take_place(s, line, found);
	line += strspn(line, "\t");
	len = strlen(line);
	if (len >= 2 && !strcmp(line + len - 2, " {")) {
		if (!enter(s, line, len))
			return false;
		found->node = true;
		found->key = s->depth == 1 ? "/" : board_text(s->board, "%s", s->path);
		return found->line;
	}
	if (!strcmp(line, "};")) {
		if (s->depth)
			s->path[s->length[--s->depth]] = 0;
		return false;
	}
	if (!s->depth || !found->line)
		return false;
	found->key = board_text(s->board, "%s:%.*s", *path ? path : "/", (int)strcspn(line, " ;"), line);
	return true;
}

int dt_read_lines(struct board *board, const char *file, struct dt_lines *l, struct board_error *err)
{
	struct scan s = { .board = board, .file = file, .cpp = needs_cpp(file) };
	struct dt_line found;
	char *line, *next;
	size_t size;
	u8 *text;
	int ret = dtc(board, file, &text, &size, err);

	if (ret)
		return ret;
	for (line = (char *)text; line && *line && !ret; line = next) {
		struct dt_line *kept;

		next = strchr(line, '\n');
		if (next)
			*next++ = 0;
		memset(&found, 0, sizeof(found));
		if (!scan_line(&s, line, &found))
			continue;
		kept = dt_add_line(l);
		if (kept)
			*kept = found;
		else
			ret = board_fail(err, ENOMEM, "%s: out of memory", file);
	}
	free(text);
	return ret;
}
