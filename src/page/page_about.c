// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "find.h"
#include "fl_config.h"
#include "owners.h"
#include "page_priv.h"

const char *const page_left_out[] = { "answers", "records", NULL };

static json_t *names(const char *const *name, size_t n)
{
	return J_LIST(i, n, json_string(name[i]));
}

static json_t *owners(void)
{
	json_t *all = json_object();

	for_each_of(e, owner_table, OWNERS) {
		json_t *one = report_json_object(J_TEXT("says", e->says), J_TEXT("keys", e->keys),
						 J_IF(e->resource, J_TEXT("resource", e->resource)));

		json_object_set_new(all, e->name, one);
	}
	return all;
}

static bool is_preset(const char *name)
{
	const struct fl_preset *p;

	for (p = fl_config_presets; p->name; p++)
		if (name && !strcmp(name, p->name))
			return true;
	return false;
}

/* The last preset that the run was given; NULL: it began with the defaults. A file is not read: it may have changed. */
static const char *preset_of(const json_t *run)
{
	const json_t *options = json_object_get(run, "options");
	const char *found = NULL;
	size_t i;

	for (i = 0; i + 1 < json_array_size(options); i++) {
		const char *option = json_string_value(json_array_get(options, i));
		const char *value = json_string_value(json_array_get(options, i + 1));

		if (option && !strcmp(option, "--config") && is_preset(value))
			found = value;
	}
	return found;
}

static json_t *difference(const struct fl_key *key, const char *value, const char *preset)
{
	return report_json_object(J_TEXT("key", key->name), J_TEXT("value", value), J_TEXT("preset", preset),
				  J_TEXT("help", key->help));
}

static json_t *differences(const struct fl_config *cfg, const json_t *config)
{
	json_t *list = json_array();
	char text[64];

	for_each_of(key, fl_config_keys, fl_config_n_keys) {
		const char *value = json_string_value(json_object_get(config, key->name));
		const char *preset = fl_config_value(cfg, key, text, sizeof(text));

		if (value && strcmp(value, preset))
			json_array_append_new(list, difference(key, value, preset));
	}
	return list;
}

static json_t *about_run(const char *name, const json_t *run)
{
	struct fl_config *cfg = malloc(sizeof(*cfg));
	struct fl_config_error err;
	const char *preset = preset_of(run);
	json_t *j = json_object();

	report_json_text(j, "name", name);
	if (cfg && json_is_object(json_object_get(run, "config"))) {
		fl_config_init(cfg);
		report_json_put(j, J_IF(preset && !fl_config_load(cfg, preset, &err), J_TEXT("preset", preset)),
				J_NODE("differs", differences(cfg, json_object_get(run, "config"))));
	}
	free(cfg);
	return j;
}

static json_t *left_out(const struct result_file *f)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; page_left_out[i]; i++)
		if (json_object_get(f->json, page_left_out[i]))
			json_array_append_new(list, json_string(page_left_out[i]));
	return list;
}

static json_t *about_file(const struct result_file *f)
{
	static const char *const kinds[] = { "replay", "compare", "study" };
	json_t *runs = json_array();
	struct result_run run;
	size_t i;

	for (i = 0; i < result_file_runs(f); i++) {
		result_file_run(f, i, &run);
		json_array_append_new(runs, about_run(run.name, run.run));
	}
	if (f->kind == RESULT_STUDY)
		json_array_append_new(runs, about_run("study", json_object_get(f->json, "run")));
	return report_json_object(J_TEXT("name", f->name), J_TEXT("kind", kinds[f->kind]), J_NODE("runs", runs),
				  J_NODE("left_out", left_out(f)));
}

json_t *page_about(const struct page *p)
{
	return report_json_object(J_TEXT("version", p->version),
				  J_NODE("files", J_LIST(i, p->n, about_file(&p->files[i]))),
				  J_NODE("owners", owners()), J_NODE("parts", names(fault_part_names, FAULT_PARTS)),
				  J_NODE("page_parts", names(page_part_names, PAGE_PARTS)));
}
