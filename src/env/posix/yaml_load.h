/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* YAML by a schema of libcyaml, which keeps no lines of what it has loaded: they are looked up in the text again. */
#ifndef YAML_LOAD_H
#define YAML_LOAD_H

#include <cyaml/cyaml.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * struct fl_yaml_error - why a text was refused
 * @text: ":LINE: REASON" or, without a line, ": REASON": what stands behind the name of the file
 */
struct fl_yaml_error {
	char text[360];
};

/**
 * fl_yaml_load() - load a text
 * @text: the text
 * @len: its length
 * @schema: what it may have
 * @out: receives the data, for fl_yaml_free(); NULL if the text is empty
 * @err: filled on error
 *
 * Return: 0 or -EINVAL.
 */
int fl_yaml_load(const char *text, size_t len, const cyaml_schema_value_t *schema, void **out,
		 struct fl_yaml_error *err);

/**
 * fl_yaml_free() - free what was loaded
 * @schema: as in fl_yaml_load()
 * @data: the data
 */
void fl_yaml_free(const cyaml_schema_value_t *schema, void *data);

/**
 * fl_yaml_line() - where a value stands
 * @text: the text
 * @len: its length
 * @schema: as in fl_yaml_load()
 * @place: its path, such as "traces[0].set"; NULL: the first key that the schema does not have, or what is no YAML
 *
 * Return: Its line, from 1; 0: there is no such place.
 */
unsigned long fl_yaml_line(const char *text, size_t len, const cyaml_schema_value_t *schema, const char *place);

#ifdef __cplusplus
}
#endif

#endif /* YAML_LOAD_H */
