/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * JSON that is the same, byte for byte, on every machine: keys in the order in
 * which they were set, whole numbers only, two blanks of indentation.
 */
#ifndef REPORT_JSON_H
#define REPORT_JSON_H

#include "fl_env.h"
#include <jansson.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * report_json_u64() - set a number; one over 2^63 - 1 becomes the string of its digits
 * @object: the JSON object
 * @key: key of the value
 * @value: the number
 *
 * Return: 0 or -ENOMEM.
 */
int report_json_u64(json_t *object, const char *key, u64 value);

/**
 * report_json_hex() - set a string "0x..."
 * @object: the JSON object
 * @key: key of the value
 * @value: the number
 *
 * Return: 0 or -ENOMEM.
 */
int report_json_hex(json_t *object, const char *key, u64 value);

/**
 * report_json_text() - set a string; bytes that are not UTF-8 are replaced by '?'
 * @object: the JSON object
 * @key: key of the value
 * @text: the text
 *
 * Return: 0 or -ENOMEM.
 */
int report_json_text(json_t *object, const char *key, const char *text);

enum report_kind { REPORT_END, REPORT_ABSENT, REPORT_NUMBER, REPORT_HEX, REPORT_TEXT, REPORT_BOOL, REPORT_NODE };

/**
 * struct report_item - a key of an object and its value; made by the macros below
 * @kind: which of the members has the value; REPORT_ABSENT: the key is left out
 * @key: the key
 * @number: of REPORT_NUMBER, REPORT_HEX, REPORT_BOOL
 * @text: of REPORT_TEXT
 * @node: of REPORT_NODE: another object or a list, which becomes the object's own
 */
struct report_item {
	enum report_kind kind;
	const char *key;
	u64 number;
	const char *text;
	json_t *node;
};

#define J_U64(name, value)  ((struct report_item){ .kind = REPORT_NUMBER, .key = (name), .number = (value) })
#define J_HEX(name, value)  ((struct report_item){ .kind = REPORT_HEX, .key = (name), .number = (value) })
#define J_BOOL(name, value) ((struct report_item){ .kind = REPORT_BOOL, .key = (name), .number = !!(value) })
#define J_TEXT(name, value) ((struct report_item){ .kind = REPORT_TEXT, .key = (name), .text = (value) })
#define J_NODE(name, value) ((struct report_item){ .kind = REPORT_NODE, .key = (name), .node = (value) })

/* A member of a structure under its own name */
#define J_MEMBER(object, member) J_U64(#member, (object)->member)

/* Only if @cond; nothing of @item is computed otherwise. */
#define J_IF(cond, item) ((cond) ? (item) : (struct report_item){ .kind = REPORT_ABSENT })

/* The list of what @node is for each @i below @n */
#define J_LIST(i, n, node)                                  \
	({                                                  \
		json_t *list_ = json_array();               \
		u32 i;                                      \
                                                            \
		for (i = 0; i < (n); i++)                   \
			json_array_append_new(list_, node); \
		list_;                                      \
	})

/* The object with @key and @node for each @i below @n; without those whose node is NULL */
#define J_MAP(i, n, key, node)                                \
	({                                                    \
		json_t *map_ = json_object();                 \
		u32 i;                                        \
                                                              \
		for (i = 0; i < (n); i++)                     \
			json_object_set_new(map_, key, node); \
		map_;                                         \
	})

/**
 * report_json_items() - set keys in the order given
 * @object: the JSON object
 * @items: the keys and values, ended by REPORT_END
 *
 * Return: @object.
 */
json_t *report_json_items(json_t *object, const struct report_item *items);

/* The same with the items as arguments; a new object of them; and one at the end of a list */
#define report_json_put(object, ...) \
	report_json_items(object, (const struct report_item[]){ __VA_ARGS__, { .kind = REPORT_END } })
#define report_json_object(...)	      report_json_put(json_object(), __VA_ARGS__)
#define report_json_append(list, ...) json_array_append_new(list, report_json_object(__VA_ARGS__))

/**
 * report_json_print() - write a report to an open file
 * @root: the report
 * @f: the file
 *
 * Return: 0 or -errno.
 */
int report_json_print(const json_t *root, FILE *f);

/**
 * report_json_write() - write a report
 * @root: the report
 * @path: the file, replaced when all of it is written; NULL or "-": standard output
 *
 * Return: 0 or -errno, and then no file was created or changed.
 */
int report_json_write(const json_t *root, const char *path);

/**
 * report_write_file() - write a file as a whole or not at all
 * @path: the file, replaced when all of it is written; NULL or "-": standard output
 * @write: writes it; returns 0 or -errno
 * @what: handed to @write
 *
 * Return: 0 or -errno, and then no file was created or changed.
 */
int report_write_file(const char *path, int (*write)(const void *what, FILE *f), const void *what);

#ifdef __cplusplus
}
#endif

#endif /* REPORT_JSON_H */
