// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "page_priv.h"
#include "read_file.h"

static bool is_replay(const json_t *j)
{
	return json_is_string(json_object_get(j, "iommu")) && json_is_string(json_object_get(j, "fault_mode")) &&
	       json_is_object(json_object_get(j, "faults"));
}

static bool is_compare(const json_t *j)
{
	const json_t *list = json_object_get(j, "variants"), *v;
	size_t i;

	json_array_foreach(list, i, v) {
		if (!is_replay(json_object_get(v, "result")))
			return false;
	}
	return json_array_size(list);
}

static bool all_objects(const json_t *list)
{
	const json_t *e;
	size_t i;

	json_array_foreach(list, i, e) {
		if (!json_is_object(e))
			return false;
	}
	return json_array_size(list);
}

static bool is_study(const json_t *j)
{
	return json_is_string(json_object_get(j, "study")) &&
	       (all_objects(json_object_get(j, "grid")) || all_objects(json_object_get(j, "keys")) ||
		json_is_object(json_object_get(j, "map")) || json_is_object(json_object_get(j, "tornado")));
}

static int find_kind(struct result_file *f)
{
	if (is_replay(f->json))
		f->kind = RESULT_REPLAY;
	else if (is_compare(f->json))
		f->kind = RESULT_COMPARE;
	else if (is_study(f->json))
		f->kind = RESULT_STUDY;
	else
		return -EINVAL;
	return 0;
}

/* One line, whatever the file has. */
static int refuse(struct result_file *f, int code, char err[RESULT_ERROR], const char *fmt, ...)
{
	va_list args;
	char *p;

	va_start(args, fmt);
	vsnprintf(err, RESULT_ERROR, fmt, args);
	va_end(args);
	for (p = err; *p; p++)
		*p = (unsigned char)*p < ' ' || *p == 127 ? '?' : *p;
	result_file_free(f);
	return code;
}

int result_file_read(struct result_file *f, const char *path, char err[RESULT_ERROR])
{
	char bad[RESULT_ERROR];
	json_error_t at;
	int ret;

	memset(f, 0, sizeof(*f));
	f->name = path;
	ret = fl_read_file(path, RESULT_MAX_BYTES, &f->text, &f->len);
	if (ret == -EFBIG)
		return refuse(f, ret, err, "%s: more than %d MiB", path, RESULT_MAX_BYTES >> 20);
	if (ret)
		return refuse(f, ret, err, "%s: %s", path, strerror(-ret));
	if (strlen(f->text) != f->len) /* Jansson lets a number end there */
		return refuse(f, -EINVAL, err, "%s: a byte of 0, which JSON never has", path);
	f->json = json_loadb(f->text, f->len, JSON_REJECT_DUPLICATES, &at);
	if (!f->json)
		return refuse(f, -EINVAL, err, "%s:%d: %s", path, at.line > 0 ? at.line : 1, at.text);
	if (find_kind(f))
		return refuse(f, -EINVAL, err, "%s: no result of replay, compare or study", path);
	if (!result_check(f, bad))
		return refuse(f, -EINVAL, err, "%s: %s", path, bad);
	return 0;
}

int result_file_take(struct result_file *f, const char *name, json_t *json)
{
	size_t len = 0;
	FILE *out;
	int ret = -ENOMEM;

	memset(f, 0, sizeof(*f));
	f->name = name;
	f->json = json_incref(json);
	out = open_memstream(&f->text, &len);
	if (out) {
		ret = report_json_print(json, out);
		if (fclose(out))
			ret = -ENOMEM;
	}
	f->len = len;
	if (!ret)
		ret = find_kind(f);
	if (ret)
		result_file_free(f);
	return ret;
}

void result_file_free(struct result_file *f)
{
	json_decref(f->json);
	free(f->text);
	memset(f, 0, sizeof(*f));
}

size_t result_file_runs(const struct result_file *f)
{
	return f->kind == RESULT_REPLAY ? 1 : json_array_size(json_object_get(f->json, "variants"));
}

void result_file_run(const struct result_file *f, size_t i, struct result_run *run)
{
	const json_t *v = f->kind == RESULT_REPLAY ? NULL : json_array_get(json_object_get(f->json, "variants"), i);
	const char *name = json_string_value(json_object_get(v, "variant"));

	run->result = v ? json_object_get(v, "result") : f->json;
	run->run = json_object_get(run->result, "run");
	if (name)
		snprintf(run->name, sizeof(run->name), "%s", name);
	else
		snprintf(run->name, sizeof(run->name), "%s-%s",
			 json_string_value(json_object_get(run->result, "iommu")),
			 json_string_value(json_object_get(run->result, "fault_mode")));
}

bool result_u64(const json_t *object, const char *key, u64 *value)
{
	const json_t *v = json_object_get(object, key);
	const char *text = json_string_value(v);
	char *end;

	if (json_is_integer(v)) {
		*value = (u64)json_integer_value(v);
		return json_integer_value(v) >= 0;
	}
	if (!text || *text < '0' || *text > '9')
		return false;
	errno = 0;
	*value = strtoull(text, &end, 10);
	return !*end && !errno;
}
