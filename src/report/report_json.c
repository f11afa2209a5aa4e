// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "report_json.h"
#include "out_file.h"
#include <limits.h>
#include <unistd.h>

#define DUMP_FLAGS (JSON_INDENT(2) | JSON_PRESERVE_ORDER)

static int set(json_t *object, const char *key, json_t *value)
{
	return value && !json_object_set_new(object, key, value) ? 0 : -ENOMEM;
}

int report_json_u64(json_t *object, const char *key, u64 value)
{
	char digits[24];

	if (value <= LLONG_MAX)
		return set(object, key, json_integer((json_int_t)value));
	snprintf(digits, sizeof(digits), "%llu", value);
	return set(object, key, json_string(digits));
}

int report_json_hex(json_t *object, const char *key, u64 value)
{
	char digits[24];

	snprintf(digits, sizeof(digits), "0x%llx", value);
	return set(object, key, json_string(digits));
}

int report_json_text(json_t *object, const char *key, const char *text)
{
	json_t *string = json_string(text);
	char *copy, *p;
	int ret;

	if (string)
		return set(object, key, string);
	copy = strdup(text);
	if (!copy)
		return -ENOMEM;
	for (p = copy; *p; p++) {
		if (*p & 0x80)
			*p = '?';
	}
	ret = set(object, key, json_string(copy));
	free(copy);
	return ret;
}

json_t *report_json_items(json_t *object, const struct report_item *items)
{
	for (; items->kind != REPORT_END; items++) {
		if (items->kind == REPORT_NUMBER)
			report_json_u64(object, items->key, items->number);
		else if (items->kind == REPORT_HEX)
			report_json_hex(object, items->key, items->number);
		else if (items->kind == REPORT_BOOL)
			set(object, items->key, json_boolean(items->number));
		else if (items->kind == REPORT_TEXT)
			report_json_text(object, items->key, items->text);
		else if (items->kind == REPORT_NODE)
			set(object, items->key, items->node);
	}
	return object;
}

int report_json_print(const json_t *root, FILE *f)
{
	errno = 0;
	if (json_dumpf(root, f, DUMP_FLAGS) || fputc('\n', f) == EOF || fflush(f))
		return -(errno ? errno : EIO);
	return 0;
}

/* What is written, and by whom. */
struct writing {
	int (*write)(const void *what, FILE *f);
	const void *what;
};

static int write_and_close(const struct writing *w, FILE *f)
{
	int ret = w->write(w->what, f);

	if (fclose(f) && !ret)
		ret = -errno;
	return ret;
}

static int write_temp(const struct writing *w, int fd)
{
	FILE *f = fdopen(fd, "w");

	if (!f) {
		close(fd);
		return -ENOMEM;
	}
	return write_and_close(w, f);
}

int report_write_file(const char *path, int (*write)(const void *what, FILE *f), const void *what)
{
	const struct writing w = { write, what };
	struct out_file out;
	int fd, ret;
	FILE *f;

	if (!path || !strcmp(path, "-"))
		return write(what, stdout);
	fd = out_file_open(&out, path);
	if (fd == -EINVAL) { /* a device, a pipe */
		f = fopen(path, "w");
		return f ? write_and_close(&w, f) : -errno;
	}
	if (fd < 0)
		return fd;
	ret = write_temp(&w, fd);
	if (!ret)
		return out_file_keep(&out);
	out_file_drop(&out);
	return ret;
}

static int print_json(const void *root, FILE *f)
{
	return report_json_print(root, f);
}

int report_json_write(const json_t *root, const char *path)
{
	return report_write_file(path, print_json, root);
}
