// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* faultline compare: results of runs, as replay --json and compare --json write them. */
#include "cmd_compare_priv.h"

/* A number, also one that is written as its digits; false: it is not there. */
static bool number(const json_t *v, u64 *out)
{
	char *end;

	if (json_is_integer(v) && json_integer_value(v) >= 0) {
		*out = (u64)json_integer_value(v);
		return true;
	}
	if (!json_is_string(v) || *json_string_value(v) < '0' || *json_string_value(v) > '9')
		return false;
	*out = strtoull(json_string_value(v), &end, 10);
	return !*end;
}

static void take_figure(struct compare_sample *s, enum compare_figure f, const json_t *v)
{
	if (number(v, &s->figure[f]))
		s->known |= 1U << f;
}

static void take_figures(struct compare_sample *s, const json_t *result)
{
	const json_t *faults = json_object_get(result, "faults"), *latency = json_object_get(result, "latency_ns");
	const json_t *parts = json_object_get(result, "parts_ns"), *merged = json_object_get(result, "merged");
	int i;

	take_figure(s, FIGURE_ACCESSES, json_object_get(result, "accesses"));
	take_figure(s, FIGURE_FAULTS, json_object_get(faults, "total"));
	take_figure(s, FIGURE_SHARED, merged ? merged : json_object_get(faults, "duplicate"));
	take_figure(s, FIGURE_TRIES, json_object_get(result, "tries"));
	take_figure(s, FIGURE_ABORTED, json_object_get(result, "aborted"));
	take_figure(s, FIGURE_MEAN, json_object_get(latency, "mean"));
	take_figure(s, FIGURE_P50, json_object_get(latency, "p50"));
	take_figure(s, FIGURE_P99, json_object_get(latency, "p99"));
	take_figure(s, FIGURE_MAX, json_object_get(latency, "max"));
	for (i = 0; i < FAULT_PARTS; i++)
		take_figure(s, FIGURE_PART + i, json_object_get(json_object_get(parts, fault_part_names[i]), "mean"));
	take_figure(s, FIGURE_ACCESS, json_object_get(json_object_get(result, "access_latency_ns"), "mean"));
	take_figure(s, FIGURE_DURATION, json_object_get(result, "duration_ns"));
	if (!s->figure[FIGURE_FAULTS])
		s->known &= ~FIGURES_OF_FAULTS;
}

/* One result; @name as it is called in its file, or NULL. */
static int add(struct compare *o, const char *path, const char *name, json_t *result)
{
	struct compare_column *c;
	const char *base = strrchr(path, '/');
	size_t len;

	if (!json_is_object(result) || !json_is_object(json_object_get(result, "faults")))
		return cli_fail("%s: %s%sno result of a replay (faults)", path, name ? name : "", name ? ": " : "");
	c = compare_add_column(o);
	if (!c)
		return CLI_FAILED;
	base = base ? base + 1 : path;
	len = strlen(base);
	if (len > 5 && !strcmp(base + len - 5, ".json"))
		len -= 5;
	snprintf(c->name, sizeof(c->name), "%.*s%s%s", (int)len, base, name ? " " : "", name ? name : "");
	c->source = path;
	c->result = json_incref(result);
	take_figures(c->sample, result);
	return CLI_OK;
}

int compare_read_file(struct compare *o, const char *path)
{
	json_error_t err;
	json_t *root = json_load_file(path, JSON_REJECT_DUPLICATES, &err), *variants, *one;
	int status = CLI_OK;
	size_t i;
	char *p;

	if (!root) {
		for (p = err.text; *p; p++)
			*p = (unsigned char)*p < ' ' ? '?' : *p;
		return err.line > 0 ? cli_fail("%s:%d: %s", path, err.line, err.text) : cli_fail("%s", err.text);
	}
	variants = json_object_get(root, "variants");
	if (json_is_array(variants)) {
		json_array_foreach(variants, i, one)
		{
			const char *name = json_string_value(json_object_get(one, "variant"));

			if (!status)
				status = add(o, path, name ? name : "?", json_object_get(one, "result"));
		}
	} else {
		status = add(o, path, NULL, root);
	}
	json_decref(root);
	return status;
}
