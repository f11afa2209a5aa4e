// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* faultline compare: results of runs, as replay --json and compare --json write them. */
#include "cmd_compare_priv.h"
#include "result_file.h"

static void take_figure(struct compare_sample *s, enum compare_figure f, const json_t *object, const char *key)
{
	if (result_u64(object, key, &s->figure[f]))
		s->known |= 1U << f;
}

static void take_figures(struct compare_sample *s, const json_t *result)
{
	const json_t *faults = json_object_get(result, "faults"), *latency = json_object_get(result, "latency_ns");
	const json_t *parts = json_object_get(result, "parts_ns");
	int i;

	take_figure(s, FIGURE_ACCESSES, result, "accesses");
	take_figure(s, FIGURE_FAULTS, faults, "total");
	take_figure(s, FIGURE_DUPLICATES, faults, "duplicate");
	take_figure(s, FIGURE_JOINED, result, "merged");
	take_figure(s, FIGURE_TRIES, result, "tries");
	take_figure(s, FIGURE_ABORTED, result, "aborted");
	take_figure(s, FIGURE_WAITED, latency, "count");
	take_figure(s, FIGURE_MEAN, latency, "mean");
	take_figure(s, FIGURE_P50, latency, "p50");
	take_figure(s, FIGURE_P99, latency, "p99");
	take_figure(s, FIGURE_MAX, latency, "max");
	for (i = 0; i < FAULT_PARTS; i++)
		take_figure(s, FIGURE_PART + i, json_object_get(parts, fault_part_names[i]), "mean");
	take_figure(s, FIGURE_ACCESS, json_object_get(result, "access_latency_ns"), "mean");
	take_figure(s, FIGURE_DURATION, result, "duration_ns");
	if (!s->figure[FIGURE_WAITED])
		s->known &= ~FIGURES_OF_FAULTS;
}

/* One result; @name as it is called in its file, or NULL. */
static int add(struct compare *o, const char *path, const char *name, const json_t *result)
{
	struct compare_column *c = compare_add_column(o);
	const char *base = strrchr(path, '/');
	size_t len;

	if (!c)
		return CLI_FAILED;
	base = base ? base + 1 : path;
	len = strlen(base);
	if (len > 5 && !strcmp(base + len - 5, ".json"))
		len -= 5;
	snprintf(c->name, sizeof(c->name), "%.*s%s%.60s", (int)len, base, name ? " " : "", name ? name : "");
	c->source = path;
	c->result = json_incref((json_t *)result);
	take_figures(c->sample, result);
	return CLI_OK;
}

int compare_read_file(struct compare *o, const char *path)
{
	char err[RESULT_ERROR];
	struct result_file f;
	int status = CLI_OK;
	struct result_run run;
	size_t i;

	if (result_file_read(&f, path, err))
		return cli_fail("%s", err);
	if (f.kind == RESULT_STUDY)
		status = cli_fail("%s: a study, and no result of replay or compare", path);
	for (i = 0; !status && i < result_file_runs(&f); i++) {
		result_file_run(&f, i, &run);
		status = add(o, path, f.kind == RESULT_COMPARE ? run.name : NULL, run.result);
	}
	result_file_free(&f);
	return status;
}
