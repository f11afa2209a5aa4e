// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "yaml_load.h"
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

/* ---- lines ---- */

#define PLACE 160 /* letters of a path */

/* What is looked for: the first key that the schema does not have, or a place. */
struct search {
	yaml_parser_t parser;
	const char *place; /* NULL: the unknown key */
	unsigned long line;
	unsigned int depth;
};

static void walk(struct search *s, const yaml_event_t *ev, const cyaml_schema_value_t *schema, const char *path);

static bool next(struct search *s, yaml_event_t *ev)
{
	if (yaml_parser_parse(&s->parser, ev))
		return true;
	if (!s->line)
		s->line = (unsigned long)s->parser.problem_mark.line + 1;
	return false;
}

static const cyaml_schema_value_t *field_of(const cyaml_schema_value_t *schema, const char *key)
{
	const cyaml_schema_field_t *f = schema && schema->type == CYAML_MAPPING ? schema->mapping.fields : NULL;

	for (; f && f->key; f++)
		if (!strcmp(f->key, key))
			return &f->value;
	return NULL;
}

static void walk_mapping(struct search *s, const cyaml_schema_value_t *schema, const char *path)
{
	char below[2 * PLACE];
	yaml_event_t key, value;
	bool done = false;

	while (!s->line && !done && next(s, &key)) {
		const char *name = key.type == YAML_SCALAR_EVENT ? (const char *)key.data.scalar.value : "";
		const cyaml_schema_value_t *field = field_of(schema, name);

		done = key.type == YAML_MAPPING_END_EVENT;
		if (!done && !field && !s->place)
			s->line = (unsigned long)key.start_mark.line + 1;
		snprintf(below, sizeof(below), "%.*s%s%.60s", PLACE, path, *path ? "." : "", name);
		if (!done && !s->line && next(s, &value)) {
			walk(s, &value, field, below);
			yaml_event_delete(&value);
		}
		yaml_event_delete(&key);
	}
}

static void walk_sequence(struct search *s, const cyaml_schema_value_t *schema, const char *path)
{
	const cyaml_schema_value_t *entry = schema && schema->type == CYAML_SEQUENCE ? schema->sequence.entry : NULL;
	char below[2 * PLACE];
	bool done = false;
	yaml_event_t ev;
	unsigned int i;

	for (i = 0; !s->line && !done && next(s, &ev); i++) {
		done = ev.type == YAML_SEQUENCE_END_EVENT;
		snprintf(below, sizeof(below), "%.*s[%u]", PLACE, path, i);
		if (!done)
			walk(s, &ev, entry, below);
		yaml_event_delete(&ev);
	}
}

static void walk(struct search *s, const yaml_event_t *ev, const cyaml_schema_value_t *schema, const char *path)
{
	if (s->place && !strcmp(s->place, path) && !s->line)
		s->line = (unsigned long)ev->start_mark.line + 1;
	if (++s->depth < 16) {
		if (ev->type == YAML_MAPPING_START_EVENT)
			walk_mapping(s, schema, path);
		else if (ev->type == YAML_SEQUENCE_START_EVENT)
			walk_sequence(s, schema, path);
	}
	s->depth--;
}

unsigned long fl_yaml_line(const char *text, size_t len, const cyaml_schema_value_t *schema, const char *place)
{
	struct search s = { .place = place };
	yaml_event_t ev;
	bool more = true;

	if (!yaml_parser_initialize(&s.parser))
		return 0;
	yaml_parser_set_input_string(&s.parser, (const unsigned char *)text, len);
	while (more && !s.line && next(&s, &ev)) {
		more = ev.type != YAML_STREAM_END_EVENT;
		if (ev.type == YAML_MAPPING_START_EVENT || ev.type == YAML_SEQUENCE_START_EVENT)
			walk(&s, &ev, schema, "");
		yaml_event_delete(&ev);
	}
	yaml_parser_delete(&s.parser);
	return s.line;
}

/* ---- loading ---- */

/* The first message of libcyaml is the reason; a later one of its backtrace has a line. */
struct complaint {
	char reason[320];
	unsigned long line;
};

static void on_log(cyaml_log_t level, void *ctx, const char *fmt, va_list args)
{
	struct complaint *c = ctx;
	const char *at;
	char text[320];

	if (level < CYAML_LOG_ERROR)
		return;
	vsnprintf(text, sizeof(text), fmt, args);
	text[strcspn(text, "\n")] = '\0';
	at = strstr(text, "line: ");
	if (at && !c->line)
		c->line = strtoul(at + strlen("line: "), NULL, 10);
	if (!c->reason[0])
		snprintf(c->reason, sizeof(c->reason), "%s", strncmp(text, "Load: ", 6) ? text : text + 6);
}

int fl_yaml_load(const char *text, size_t len, const cyaml_schema_value_t *schema, void **out,
		 struct fl_yaml_error *err)
{
	struct complaint c = { "", 0 };
	const cyaml_config_t config = {
		.log_fn = on_log, .log_ctx = &c, .mem_fn = cyaml_mem, .log_level = CYAML_LOG_ERROR
	};
	cyaml_err_t bad;
	int n = 0;

	*out = NULL;
	bad = cyaml_load_data((const uint8_t *)text, len, &config, schema, (cyaml_data_t **)out, NULL);
	if (!bad)
		return 0;
	*out = NULL;
	if (!strncmp(c.reason, "Unexpected key", 14) || !strncmp(c.reason, "libyaml", 7))
		c.line = fl_yaml_line(text, len, schema, NULL);
	if (c.line)
		n = snprintf(err->text, sizeof(err->text), ":%lu", c.line);
	snprintf(err->text + n, sizeof(err->text) - (size_t)n, ": %s", c.reason[0] ? c.reason : cyaml_strerror(bad));
	return -EINVAL;
}

void fl_yaml_free(const cyaml_schema_value_t *schema, void *data)
{
	const cyaml_config_t config = { .mem_fn = cyaml_mem };

	cyaml_free(&config, schema, data, 0);
}
