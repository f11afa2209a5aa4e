// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A study's YAML by libcyaml. It keeps no lines of what it has loaded, so that these are looked up in the text again. */
#include "sweep_spec.h"

#include <cyaml/cyaml.h>
#include <stdarg.h>
#include <stdio.h>
#include <yaml.h>

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

/* ---- lines ---- */

/* What is looked for: the first key that the schema does not have, or a place. */
struct search {
	yaml_parser_t parser;
	const char *place; /* NULL: the unknown key */
	unsigned long line;
	u32 depth;
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
	char below[2 * SWEEP_PLACE];
	yaml_event_t key, value;
	bool done = false;

	while (!s->line && !done && next(s, &key)) {
		const char *name = key.type == YAML_SCALAR_EVENT ? (const char *)key.data.scalar.value : "";
		const cyaml_schema_value_t *field = field_of(schema, name);

		done = key.type == YAML_MAPPING_END_EVENT;
		if (!done && !field && !s->place)
			s->line = (unsigned long)key.start_mark.line + 1;
		snprintf(below, sizeof(below), "%.*s%s%.60s", SWEEP_PLACE, path, *path ? "." : "", name);
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
	char below[2 * SWEEP_PLACE];
	bool done = false;
	yaml_event_t ev;
	u32 i;

	for (i = 0; !s->line && !done && next(s, &ev); i++) {
		done = ev.type == YAML_SEQUENCE_END_EVENT;
		snprintf(below, sizeof(below), "%.*s[%u]", SWEEP_PLACE, path, i);
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

static unsigned long line_of(FILE *in, const char *place)
{
	struct search s = { .place = place };
	yaml_event_t ev;
	bool more = true;

	rewind(in);
	if (!yaml_parser_initialize(&s.parser))
		return 0;
	yaml_parser_set_input_file(&s.parser, in);
	while (more && !s.line && next(&s, &ev)) {
		more = ev.type != YAML_STREAM_END_EVENT;
		if (ev.type == YAML_MAPPING_START_EVENT || ev.type == YAML_SEQUENCE_START_EVENT)
			walk(&s, &ev, &study_value, "");
		yaml_event_delete(&ev);
	}
	yaml_parser_delete(&s.parser);
	return s.line;
}

unsigned long sweep_spec_line(const char *path, const char *place)
{
	FILE *in = fopen(path, "rb");
	unsigned long line = in ? line_of(in, place) : 0;

	if (in)
		fclose(in);
	return line;
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

	vsnprintf(text, sizeof(text), fmt, args);
	text[strcspn(text, "\n")] = '\0';
	at = strstr(text, "line: ");
	if (at && !c->line)
		c->line = strtoul(at + strlen("line: "), NULL, 10);
	if (!c->reason[0])
		snprintf(c->reason, sizeof(c->reason), "%s", strncmp(text, "Load: ", 6) ? text : text + 6);
}

static int load(const char *path, FILE *in, u8 *text, size_t size, struct sweep_spec **s, struct sweep_error *err)
{
	struct complaint c = { "", 0 };
	const cyaml_config_t config = {
		.log_fn = on_log, .log_ctx = &c, .mem_fn = cyaml_mem, .log_level = CYAML_LOG_ERROR
	};
	cyaml_err_t bad = cyaml_load_data(text, size, &config, &study_value, (cyaml_data_t **)s, NULL);

	if (!bad && !*s)
		return sweep_fail(err, "", "%s: the study is empty", path);
	if (!bad)
		return 0;
	*s = NULL;
	if (!strncmp(c.reason, "Unexpected key", 14) || !strncmp(c.reason, "libyaml", 7))
		c.line = line_of(in, NULL);
	return sweep_fail(err, "", "%s:%lu: %s", path, c.line, c.reason[0] ? c.reason : cyaml_strerror(bad));
}

#define STUDY_MAX (1 << 20)

int sweep_spec_load(const char *path, struct sweep_spec **s, struct sweep_error *err)
{
	FILE *in = fopen(path, "rb");
	u8 *text = in ? malloc(STUDY_MAX) : NULL;
	size_t size;
	int ret;

	*s = NULL;
	if (!in)
		return sweep_fail(err, "", "%s: %s", path, strerror(errno));
	size = text ? fread(text, 1, STUDY_MAX, in) : 0;
	if (!text || ferror(in))
		ret = sweep_fail(err, "", "%s: %s", path, strerror(text ? EIO : ENOMEM));
	else if (size == STUDY_MAX)
		ret = sweep_fail(err, "", "%s: a study is shorter than %d bytes", path, STUDY_MAX);
	else
		ret = load(path, in, text, size, s, err);
	free(text);
	fclose(in);
	return ret;
}
