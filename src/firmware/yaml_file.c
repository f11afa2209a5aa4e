// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "yaml_file_priv.h"
#include <stdarg.h>
#include <stdio.h>

/* libcyaml's first message is the reason; a later one has the line. */
struct complaint {
	char reason[320], line[16];
};

static void on_log(cyaml_log_t level, void *ctx, const char *fmt, va_list args)
{
	struct complaint *c = ctx;
	char text[256];
	const char *at;

	if (level < CYAML_LOG_ERROR)
		return;
	vsnprintf(text, sizeof(text), fmt, args);
	text[strcspn(text, "\n")] = 0;
	at = strstr(text, "line: ");
	if (at && !c->line[0])
		snprintf(c->line, sizeof(c->line), "%.*s:", (int)strspn(at + 6, "0123456789"), at + 6);
	if (!c->reason[0])
		snprintf(c->reason, sizeof(c->reason), "%s", strncmp(text, "Load: ", 6) ? text : text + 6);
}

int yaml_text_load(const char *name, const u8 *text, size_t size, const cyaml_schema_value_t *schema, void **out,
		   struct board_error *err)
{
	struct complaint c = { "", "" };
	const cyaml_config_t config = {
		.log_fn = on_log, .log_ctx = &c, .mem_fn = cyaml_mem, .log_level = CYAML_LOG_ERROR
	};
	cyaml_err_t bad;

	*out = NULL;
	bad = cyaml_load_data(text, size, &config, schema, (cyaml_data_t **)out, NULL);
	if (bad)
		return board_fail(err, EINVAL, "%s:%s %s", name, c.line, *c.reason ? c.reason : cyaml_strerror(bad));
	if (!*out)
		return board_fail(err, EINVAL, "%s: it is empty", name);
	return 0;
}

int yaml_file_load(const char *file, const cyaml_schema_value_t *schema, void **out, struct board_error *err)
{
	size_t size;
	u8 *data;
	int ret = board_load(file, &data, &size, err);

	*out = NULL;
	if (ret)
		return ret;
	ret = yaml_text_load(file, data, size, schema, out, err);
	free(data);
	return ret;
}

void yaml_file_free(const cyaml_schema_value_t *schema, void *data)
{
	const cyaml_config_t config = { .mem_fn = cyaml_mem };

	cyaml_free(&config, schema, data, 0);
}
