// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A study's YAML. */
#include "read_file.h"
#include "sweep_spec.h"
#include "yaml_load.h"

static const cyaml_schema_value_t text_value = { CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char, 0, CYAML_UNLIMITED) };

#define TEXT(type, field) \
	CYAML_FIELD_STRING_PTR(#field, CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, type, field, 0, CYAML_UNLIMITED)
#define MANY(type, field, count, entry, least)                                                                         \
	CYAML_FIELD_SEQUENCE_COUNT(#field, CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, type, field, count, entry, least, \
				   CYAML_UNLIMITED)

static const cyaml_schema_field_t trace_fields[] = {
	TEXT(struct sweep_trace, file),
	TEXT(struct sweep_trace, generator),
	MANY(struct sweep_trace, set, n_set, &text_value, 0),
	TEXT(struct sweep_trace, name),
	CYAML_FIELD_END,
};

static const cyaml_schema_value_t trace_value = { CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct sweep_trace,
								      trace_fields) };

static const cyaml_schema_field_t vary_fields[] = {
	CYAML_FIELD_STRING_PTR("key", CYAML_FLAG_POINTER, struct sweep_vary, key, 1, CYAML_UNLIMITED),
	CYAML_FIELD_SEQUENCE_COUNT("values", CYAML_FLAG_POINTER, struct sweep_vary, values, n_values, &text_value, 1,
				   CYAML_UNLIMITED),
	CYAML_FIELD_END,
};

static const cyaml_schema_value_t vary_value = { CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct sweep_vary,
								     vary_fields) };

static const cyaml_schema_field_t study_fields[] = {
	MANY(struct sweep_spec, traces, n_traces, &trace_value, 1),
	MANY(struct sweep_spec, variants, n_variants, &text_value, 1),
	TEXT(struct sweep_spec, config),
	MANY(struct sweep_spec, set, n_set, &text_value, 0),
	MANY(struct sweep_spec, vary, n_vary, &vary_value, 1),
	TEXT(struct sweep_spec, seeds),
	MANY(struct sweep_spec, columns, n_columns, &text_value, 1),
	CYAML_FIELD_END,
};

static const cyaml_schema_value_t study_value = { CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct sweep_spec,
								      study_fields) };

#define STUDY_MAX (1 << 20)

unsigned long sweep_spec_line(const char *path, const char *place)
{
	unsigned long line;
	char *text;
	size_t size;

	if (fl_read_file(path, STUDY_MAX, &text, &size))
		return 0;
	line = fl_yaml_line(text, size, &study_value, place);
	free(text);
	return line;
}

int sweep_spec_load(const char *path, struct sweep_spec **s, struct sweep_error *err)
{
	struct fl_yaml_error bad;
	void *loaded;
	char *text;
	size_t size;
	int ret = fl_read_file(path, STUDY_MAX, &text, &size);

	*s = NULL;
	if (ret == -EFBIG)
		return sweep_fail(err, "", "%s: a study is no longer than %d bytes", path, STUDY_MAX);
	if (ret)
		return sweep_fail(err, "", "%s: %s", path, strerror(-ret));
	ret = fl_yaml_load(text, size, &study_value, &loaded, &bad);
	free(text);
	if (ret)
		return sweep_fail(err, "", "%s%s", path, bad.text);
	*s = loaded;
	return loaded ? 0 : sweep_fail(err, "", "%s: the study is empty", path);
}
