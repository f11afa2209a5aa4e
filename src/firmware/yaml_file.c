// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "yaml_file_priv.h"

int yaml_text_load(const char *name, const char *text, size_t size, const cyaml_schema_value_t *schema, void **out,
		   struct board_error *err)
{
	struct fl_yaml_error bad;

	if (fl_yaml_load(text, size, schema, out, &bad))
		return board_fail(err, EINVAL, "%s%s", name, bad.text);
	return *out ? 0 : board_fail(err, EINVAL, "%s: it is empty", name);
}

int yaml_file_load(const char *file, const cyaml_schema_value_t *schema, void **out, struct board_error *err)
{
	size_t size;
	u8 *data;
	int ret = board_load(file, &data, &size, err);

	*out = NULL;
	if (ret)
		return ret;
	ret = yaml_text_load(file, (const char *)data, size, schema, out, err);
	free(data);
	return ret;
}
