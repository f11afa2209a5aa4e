/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef YAML_FILE_PRIV_H
#define YAML_FILE_PRIV_H

#include "board_priv.h"
#include "yaml_load.h"

/* Loads @file by @schema; an error names file, line and reason. fl_yaml_free() frees *@out. */
int yaml_file_load(const char *file, const cyaml_schema_value_t *schema, void **out, struct board_error *err);
/* The same of text, which errors call @name. */
int yaml_text_load(const char *name, const char *text, size_t size, const cyaml_schema_value_t *schema, void **out,
		   struct board_error *err);

/* A required or optional text. */
#define YAML_TEXT(key, type, member) CYAML_FIELD_STRING_PTR(key, CYAML_FLAG_POINTER, type, member, 0, 1024)
#define YAML_TEXT_OPT(key, type, member) \
	CYAML_FIELD_STRING_PTR(key, CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, type, member, 0, 1024)

#endif /* YAML_FILE_PRIV_H */
