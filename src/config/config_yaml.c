// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * YAML to the parsed layer (one text or NULL a key), with a libcyaml schema made
 * from the table; then each text that is there is resolved. libcyaml keeps no
 * line numbers of what it has loaded, so a bad value's line is looked up again
 * with the YAML scanner below it.
 */
#include "config_priv.h"
#include <cyaml/cyaml.h>
#include <stdarg.h>
#include <yaml.h>

#define MAX_KEYS     256
#define MAX_SECTIONS 24

/* The parsed layer: what libcyaml fills. */
struct parsed {
	char *base;
	char *value[MAX_KEYS];
};

struct schema {
	cyaml_schema_field_t top[MAX_SECTIONS + 2];
	cyaml_schema_field_t fields[MAX_KEYS + MAX_SECTIONS];
	char names[MAX_SECTIONS][32];
	cyaml_schema_value_t root;
};

/* The first message of libcyaml is the reason; a later one of its backtrace has the line. */
struct complaint {
	char reason[320];
	char line[16];
};

static void on_log(cyaml_log_t level, void *ctx, const char *fmt, va_list args)
{
	struct complaint *c = ctx;
	char text[256], *at;
	size_t len;

	if (level < CYAML_LOG_ERROR)
		return;
	vsnprintf(text, sizeof(text), fmt, args);
	len = strlen(text);
	if (len && text[len - 1] == '\n')
		text[len - 1] = 0;
	at = strstr(text, "line: ");
	if (at && !c->line[0]) {
		at += strlen("line: ");
		snprintf(c->line, sizeof(c->line), "%.*s", (int)strspn(at, "0123456789"), at);
	}
	if (!c->reason[0]) {
		at = strncmp(text, "Load: ", 6) ? text : text + 6;
		snprintf(c->reason, sizeof(c->reason), "%s", at);
	}
}

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

/* Where a scan of the text's events stands. */
struct scan {
	char section[72], key[64]; /* longer ones are no key of ours */
	int depth;
	bool want_key;
};

/* True if @ev is the value of @name, or (@name NULL) a key @unknown that the table does not have. */
static bool scan_event(struct scan *s, const yaml_event_t *ev, const char *name, const char *unknown)
{
	char path[160];

	if (ev->type == YAML_MAPPING_START_EVENT) {
		if (s->depth++ == 1)
			snprintf(s->section, sizeof(s->section), "%s.", s->key);
		s->want_key = true;
	} else if (ev->type == YAML_MAPPING_END_EVENT) {
		s->section[0] = 0;
		s->depth--;
		s->want_key = true;
	} else if (ev->type == YAML_SCALAR_EVENT) {
		bool is_key = s->want_key;

		s->want_key = !s->want_key;
		if (is_key)
			snprintf(s->key, sizeof(s->key), "%s", (const char *)ev->data.scalar.value);
		snprintf(path, sizeof(path), "%s%s", s->section, s->key);
		if (is_key)
			return !name && !strcmp(s->key, unknown) && !fl_config_find(path, strlen(path));
		return name && !strcmp(path, name);
	}
	return false;
}

/* Its line, or that of the first error in the syntax, from 1; 0 if it cannot be told. */
static unsigned long line_of(const char *text, size_t len, const char *name, const char *unknown)
{
	struct scan s = { .want_key = true };
	unsigned long line = 0;
	yaml_parser_t parser;
	yaml_event_t ev;
	bool done = false;

	if (!yaml_parser_initialize(&parser))
		return 0;
	yaml_parser_set_input_string(&parser, (const unsigned char *)text, len);
	while (!done && yaml_parser_parse(&parser, &ev)) {
		done = ev.type == YAML_STREAM_END_EVENT;
		if (scan_event(&s, &ev, name, unknown)) {
			line = (unsigned long)ev.start_mark.line + 1;
			done = true;
		}
		yaml_event_delete(&ev);
	}
	if (!done)
		line = (unsigned long)parser.problem_mark.line + 1;
	yaml_parser_delete(&parser);
	return line;
}

static const char *place(char *buf, size_t size, const char *file, unsigned long line)
{
	if (line)
		snprintf(buf, size, "%s:%lu", file, line);
	else
		snprintf(buf, size, "%s", file);
	return buf;
}

static const char *preset_yaml(const char *name)
{
	const struct fl_preset *p;

	for (p = fl_config_presets; p->name; p++)
		if (!strcmp(p->name, name))
			return p->yaml;
	return NULL;
}

static int resolve(struct fl_config *cfg, const struct parsed *p, const char *text, size_t len, const char *file,
		   struct fl_config_error *err)
{
	char where[FL_TEXT_MAX + 32];
	size_t i;
	int ret;

	if (p->base) {
		const char *yaml = preset_yaml(p->base);

		if (!yaml)
			return fl_config_fail(err, EINVAL, "%s: base: no preset is named '%s'",
					      place(where, sizeof(where), file, line_of(text, len, "base", NULL)),
					      p->base);
		ret = fl_config_parse(cfg, yaml, strlen(yaml), p->base, err);
		if (ret)
			return ret;
	}
	for (i = 0; i < fl_config_n_keys; i++) {
		if (!p->value[i])
			continue;
		place(where, sizeof(where), file, line_of(text, len, fl_config_keys[i].name, NULL));
		ret = fl_config_set_key(cfg, &fl_config_keys[i], p->value[i], where, err);
		if (ret)
			return ret;
	}
	return 0;
}

static int complain(const struct complaint *c, cyaml_err_t bad, const char *text, size_t len, const char *file,
		    struct fl_config_error *err)
{
	const char *reason = c->reason[0] ? c->reason : cyaml_strerror(bad), *unknown = "Unexpected key: ";
	unsigned long line = strtoul(c->line, NULL, 10);
	char where[FL_TEXT_MAX + 32];

	if (!strncmp(reason, "libyaml: ", 9))
		line = line_of(text, len, "", NULL);
	if (!strncmp(reason, unknown, strlen(unknown)))
		line = line_of(text, len, NULL, reason + strlen(unknown));
	return fl_config_fail(err, EINVAL, "%s: %s", place(where, sizeof(where), file, line), reason);
}

int fl_config_parse(struct fl_config *cfg, const char *text, size_t len, const char *file, struct fl_config_error *err)
{
	struct complaint complaint = { "", "" };
	const cyaml_config_t config = {
		.log_fn = on_log, .log_ctx = &complaint, .mem_fn = cyaml_mem, .log_level = CYAML_LOG_ERROR
	};
	struct schema *schema = fl_zalloc(sizeof(*schema));
	struct fl_config changed = *cfg;
	struct parsed *parsed = NULL;
	cyaml_err_t bad;
	int ret = 0;

	if (!schema)
		return -ENOMEM;
	make_schema(schema);
	bad = cyaml_load_data((const uint8_t *)text, len, &config, &schema->root, (cyaml_data_t **)&parsed, NULL);
	if (bad)
		ret = complain(&complaint, bad, text, len, file, err);
	else if (parsed)
		ret = resolve(&changed, parsed, text, len, file, err);
	if (!bad)
		cyaml_free(&config, &schema->root, parsed, 0);
	fl_free(schema);
	if (!ret)
		*cfg = changed;
	return ret;
}

static int read_file(const char *path, char **text, size_t *len)
{
	FILE *in = fopen(path, "rb");
	long size = -1;
	int ret = 0;

	if (!in)
		return -errno;
	if (!fseek(in, 0, SEEK_END))
		size = ftell(in);
	if (size < 0 || size > 1 << 20 || fseek(in, 0, SEEK_SET))
		ret = -EFBIG;
	*text = ret ? NULL : fl_zalloc((size_t)size + 1);
	if (!ret && !*text)
		ret = -ENOMEM;
	if (!ret) {
		*len = fread(*text, 1, (size_t)size, in);
		if (ferror(in))
			ret = -EIO;
	}
	fclose(in);
	if (ret)
		fl_free(*text);
	return ret;
}

int fl_config_load(struct fl_config *cfg, const char *name, struct fl_config_error *err)
{
	const char *yaml = preset_yaml(name);
	char *text = NULL;
	size_t len = 0;
	int ret;

	if (yaml)
		return fl_config_parse(cfg, yaml, strlen(yaml), name, err);
	ret = read_file(name, &text, &len);
	if (ret == -ENOENT)
		return fl_config_fail(err, ENOENT, "%s: neither a preset nor a file", name);
	if (ret)
		return fl_config_fail(err, -ret, "%s: %s", name, strerror(-ret));
	ret = fl_config_parse(cfg, text, len, name, err);
	fl_free(text);
	return ret;
}
