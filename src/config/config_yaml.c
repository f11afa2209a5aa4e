// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * YAML to the parsed layer (one text or NULL a key), with a libcyaml schema made
 * from the table; then each text that is there is resolved.
 */
#include "config_priv.h"
#include "read_file.h"
#include "yaml_load.h"
#include <stdlib.h>

#define MAX_KEYS     256
#define MAX_SECTIONS 24
#define CONFIG_MAX   (1 << 20)

/* The parsed layer: what libcyaml fills. */
struct parsed {
	char *base;
	char *value[MAX_KEYS];
};

/* Its text. */
struct layer {
	const char *text;
	size_t len;
	const char *file;
	const cyaml_schema_value_t *schema;
};

struct schema {
	cyaml_schema_field_t top[MAX_SECTIONS + 2];
	cyaml_schema_field_t fields[MAX_KEYS + MAX_SECTIONS];
	char names[MAX_SECTIONS][32];
	cyaml_schema_value_t root;
};

static cyaml_schema_field_t text_field(const char *name, size_t offset)
{
	const cyaml_schema_field_t field = {
		.key = name,
		.data_offset = (u32)offset,
		.value = { .type = CYAML_STRING,
			   .flags = CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
			   .data_size = 1,
			   .string = { .min = 0, .max = CYAML_UNLIMITED } },
	};

	return field;
}

/* One optional mapping a section; all of them write into the same struct parsed. */
static void make_schema(struct schema *s)
{
	const cyaml_schema_field_t end = CYAML_FIELD_END;
	size_t i, len, field = 0, n = 1;

	fl_assert(fl_config_n_keys <= MAX_KEYS);
	s->top[0] = text_field("base", offsetof(struct parsed, base));
	for (i = 0; i < fl_config_n_keys; i++) {
		const char *name = fl_config_keys[i].name;

		len = strcspn(name, ".");
		if (n == 1 || strlen(s->top[n - 1].key) != len || memcmp(s->top[n - 1].key, name, len)) {
			if (n > 1)
				s->fields[field++] = end;
			fl_assert(n <= MAX_SECTIONS);
			snprintf(s->names[n - 1], sizeof(s->names[0]), "%.*s", (int)len, name);
			s->top[n].key = s->names[n - 1];
			s->top[n].value.type = CYAML_MAPPING;
			s->top[n].value.flags = CYAML_FLAG_OPTIONAL;
			s->top[n].value.data_size = sizeof(struct parsed);
			s->top[n++].value.mapping.fields = &s->fields[field];
		}
		s->fields[field++] = text_field(name + len + 1, offsetof(struct parsed, value[i]));
	}
	s->fields[field] = end;
	s->top[n] = end;
	s->root.type = CYAML_MAPPING;
	s->root.flags = CYAML_FLAG_POINTER;
	s->root.data_size = sizeof(struct parsed);
	s->root.mapping.fields = s->top;
}

static const char *preset_yaml(const char *name)
{
	const struct fl_preset *p;

	for (p = fl_config_presets; p->name; p++)
		if (!strcmp(p->name, name))
			return p->yaml;
	return NULL;
}

/* "FILE:LINE" of a value. */
static const char *place(const struct layer *l, const char *name, char buf[FL_TEXT_MAX + 32])
{
	snprintf(buf, FL_TEXT_MAX + 32, "%s:%lu", l->file, fl_yaml_line(l->text, l->len, l->schema, name));
	return buf;
}

static int resolve(struct fl_config *cfg, const struct parsed *p, const struct layer *l, struct fl_config_error *err)
{
	char where[FL_TEXT_MAX + 32];
	size_t i;
	int ret = 0;

	if (p->base) {
		const char *yaml = preset_yaml(p->base);

		if (!yaml)
			return fl_config_fail(err, EINVAL, "%s: base: no preset is named '%s'", place(l, "base", where),
					      p->base);
		ret = fl_config_parse(cfg, yaml, strlen(yaml), p->base, err);
	}
	for (i = 0; !ret && i < fl_config_n_keys; i++)
		if (p->value[i])
			ret = fl_config_set_key(cfg, &fl_config_keys[i], p->value[i],
						place(l, fl_config_keys[i].name, where), err);
	return ret;
}

int fl_config_parse(struct fl_config *cfg, const char *text, size_t len, const char *file, struct fl_config_error *err)
{
	struct schema *schema = fl_zalloc(sizeof(*schema));
	struct fl_config changed = *cfg;
	struct fl_yaml_error bad;
	void *parsed;
	int ret;

	if (!schema)
		return -ENOMEM;
	make_schema(schema);
	ret = fl_yaml_load(text, len, &schema->root, &parsed, &bad);
	if (ret)
		fl_config_fail(err, EINVAL, "%s%s", file, bad.text);
	if (parsed) {
		ret = resolve(&changed, parsed, &(struct layer){ text, len, file, &schema->root }, err);
		fl_yaml_free(&schema->root, parsed);
	}
	fl_free(schema);
	if (!ret)
		*cfg = changed;
	return ret;
}

int fl_config_load(struct fl_config *cfg, const char *name, struct fl_config_error *err)
{
	const char *yaml = preset_yaml(name);
	char *text;
	size_t len;
	int ret;

	if (yaml)
		return fl_config_parse(cfg, yaml, strlen(yaml), name, err);
	ret = fl_read_file(name, CONFIG_MAX, &text, &len);
	if (ret == -ENOENT)
		return fl_config_fail(err, ENOENT, "%s: neither a preset nor a file", name);
	if (ret)
		return fl_config_fail(err, -ret, "%s: %s", name, strerror(-ret));
	ret = fl_config_parse(cfg, text, len, name, err);
	free(text);
	return ret;
}
