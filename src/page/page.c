// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "find.h"
#include "page_priv.h"
#include "report_xml.h"

/* ---- text within a script ---- */

/* JSON has these only within strings, where they may as well be written so: nothing ends the element or the XML. */
static void put_json(FILE *f, const char *text, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		if (text[i] == '<' || text[i] == '>' || text[i] == '&')
			fprintf(f, "\\u%04x", text[i]);
		else
			fputc(text[i], f);
	}
}

static void open_data(FILE *f, const char *id)
{
	fprintf(f, "<script type=\"application/json\" id=\"%s\">", id);
}

static int put_object(FILE *f, const char *id, const json_t *j)
{
	char *text = j ? json_dumps(j, JSON_INDENT(2) | JSON_PRESERVE_ORDER) : NULL;

	if (!text)
		return -ENOMEM;
	open_data(f, id);
	put_json(f, text, strlen(text));
	fputs("\n</script>\n", f);
	free(text);
	return 0;
}

/* As the file has it, or without its lists of single faults. */
static int put_file(FILE *f, const struct result_file *file, size_t n)
{
	json_t *copy = NULL;
	char id[32];
	size_t i;
	int ret;

	snprintf(id, sizeof(id), "data-%zu", n);
	for (i = 0; page_left_out[i]; i++) {
		if (!json_object_get(file->json, page_left_out[i]))
			continue;
		if (!copy)
			copy = json_copy(file->json);
		if (!copy || json_object_del(copy, page_left_out[i]))
			return -ENOMEM;
	}
	if (copy) {
		ret = put_object(f, id, copy);
		json_decref(copy);
		return ret;
	}
	open_data(f, id);
	put_json(f, file->text, file->len);
	fputs("</script>\n", f);
	return 0;
}

static int put_results(FILE *f, const struct page *p)
{
	json_t *about = page_about(p);
	int ret = put_object(f, "about", about);
	size_t i;

	json_decref(about);
	for (i = 0; i < p->n && !ret; i++)
		ret = put_file(f, &p->files[i], i);
	return ret;
}

/* ---- the library ---- */

static int read_library(const char *path, char **text)
{
	FILE *in = fopen(path, "rb");
	size_t len = 0, room = PAGE_MAX_BYTES / 2;

	*text = in ? malloc(room + 1) : NULL;
	if (!in)
		return -errno;
	if (*text)
		len = fread(*text, 1, room, in);
	fclose(in);
	if (!*text)
		return -ENOMEM;
	(*text)[len] = '\0';
	return len == 0 || len == room || strlen(*text) != len || strstr(*text, "]]>") || strstr(*text, "</script") ||
			       !strstr(*text, "d3")
		       ? -ENOEXEC
		       : 0;
}

/* ---- the page ---- */

static void put_title(FILE *f, const struct page *p)
{
	size_t i;

	for (i = 0; i < p->n; i++) {
		const char *slash = strrchr(p->files[i].name, '/');

		if (i)
			fputs(", ", f);
		report_xml(f, slash ? slash + 1 : p->files[i].name);
	}
}

static int put_part(FILE *f, const char *name, size_t len, const struct page *p, const char *library)
{
	static const struct {
		const char *name, *text;
	} parts[] = { { "css", page_css },
		      { "data.js", page_data_js },
		      { "charts.js", page_charts_js },
		      { "sections.js", page_sections_js },
		      { "study.js", page_study_js },
		      { "story.js", page_story_js } };

	for_each_of(e, parts, ARRAY_SIZE(parts))
		if (len == strlen(e->name) && !memcmp(name, e->name, len))
			fputs(e->text, f);
	if (len == 7 && !memcmp(name, "library", len))
		fputs(library, f);
	if (len == 5 && !memcmp(name, "title", len))
		put_title(f, p);
	return len == 7 && !memcmp(name, "results", len) ? put_results(f, p) : 0;
}

/* The page's frame, with what stands for "@{name}" in its place. */
static int put_page(FILE *f, const struct page *p, const char *library)
{
	const char *at = page_html, *mark;
	int ret = 0;

	while (!ret && (mark = strstr(at, "@{"))) {
		size_t len = strcspn(mark + 2, "}");

		fwrite(at, 1, (size_t)(mark - at), f);
		ret = put_part(f, mark + 2, len, p, library);
		at = mark + 2 + len + 1;
	}
	fputs(at, f);
	return ret;
}

/* The page as it is to be in the file. */
struct made {
	char *text;
	size_t len;
};

static int make(const struct page *p, const char *library, struct made *m)
{
	FILE *f = open_memstream(&m->text, &m->len);
	int ret;

	if (!f)
		return -ENOMEM;
	ret = put_page(f, p, library);
	if (fclose(f) && !ret)
		ret = -ENOMEM;
	return !ret && m->len >= PAGE_MAX_BYTES ? -EFBIG : ret;
}

static int write_made(const void *what, FILE *f)
{
	const struct made *m = what;

	errno = 0;
	return fwrite(m->text, 1, m->len, f) != m->len || fflush(f) ? -(errno ? errno : EIO) : 0;
}

int page_write(const struct page *p, const char *path, char err[RESULT_ERROR])
{
	const char *from = p->library ? p->library : PAGE_LIBRARY;
	struct made m = { 0 };
	char *library = NULL;
	int ret = read_library(from, &library);

	if (ret == -ENOEXEC)
		snprintf(err, RESULT_ERROR, "%s: not d3.min.js", from);
	else if (ret)
		snprintf(err, RESULT_ERROR, "%s: %s; a page draws with Debian's libjs-d3", from, strerror(-ret));
	if (!ret) {
		ret = make(p, library, &m);
		if (ret == -EFBIG)
			snprintf(err, RESULT_ERROR, "%s: the page would have %zu bytes; the limit is %d", path, m.len,
				 PAGE_MAX_BYTES);
		if (!ret)
			ret = report_write_file(path, write_made, &m);
		if (ret && ret != -EFBIG)
			snprintf(err, RESULT_ERROR, "%s: %s", path, strerror(-ret));
	}
	free(library);
	free(m.text);
	return ret;
}
