/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The configuration of a platform: what it costs, how large it is, how its faults are answered. Each value has a key,
 * SECTION.KEY (docs/configuration.md); presets and YAML files set many at once.
 */
#ifndef FAULTLINE_CONFIG_H
#define FAULTLINE_CONFIG_H

#include <faultline/error.h>
#include <faultline/export.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

FAULTLINE_BEGIN

/* A configuration, in which every key has a value. */
struct fl_cfg;

/**
 * fl_cfg_create() - a configuration of defaults
 * @out: the configuration
 *
 * Return: 0 or -ENOMEM.
 */
FAULTLINE_API int fl_cfg_create(struct fl_cfg **out);

/**
 * fl_cfg_copy() - another one with the same values
 * @cfg: the configuration
 * @out: the copy
 *
 * Return: 0 or -ENOMEM.
 */
FAULTLINE_API int fl_cfg_copy(const struct fl_cfg *cfg, struct fl_cfg **out);

/**
 * fl_cfg_destroy() - free a configuration
 * @cfg: may be NULL
 */
FAULTLINE_API void fl_cfg_destroy(struct fl_cfg *cfg);

/**
 * fl_cfg_load() - apply a preset or a YAML file
 * @cfg: the configuration
 * @name: a preset's name, else a file's path
 * @error: filled in on error; may be NULL
 *
 * Return: 0; -ENOENT: no such preset or file; -EINVAL: an unknown key, or a bad value; -ENOMEM. On error nothing changes.
 */
FAULTLINE_API int fl_cfg_load(struct fl_cfg *cfg, const char *name, struct fl_error *error);

/**
 * fl_cfg_parse() - apply the text of a YAML file
 * @cfg: the configuration
 * @yaml: the text
 * @bytes: its length
 * @name: names the text in errors
 * @error: filled in on error; may be NULL
 *
 * Return: As fl_cfg_load().
 */
FAULTLINE_API int fl_cfg_parse(struct fl_cfg *cfg, const char *yaml, size_t bytes, const char *name,
			       struct fl_error *error);

/**
 * fl_cfg_set() - set one key
 * @cfg: the configuration
 * @key: "section.key"
 * @value: as YAML would have it
 * @error: filled in on error; may be NULL
 *
 * Return: 0; -EINVAL: no such key, or no such value; -ENOMEM. On error nothing changes.
 */
FAULTLINE_API int fl_cfg_set(struct fl_cfg *cfg, const char *key, const char *value, struct fl_error *error);

/**
 * fl_cfg_get() - a key's value as text
 * @cfg: the configuration
 * @key: "section.key"
 * @value: receives the text, with its NUL
 * @bytes: room in @value
 *
 * Return: 0; -EINVAL: no such key; -ERANGE: too little room.
 */
FAULTLINE_API int fl_cfg_get(const struct fl_cfg *cfg, const char *key, char *value, size_t bytes);

/**
 * fl_cfg_get_number() - a key's value as a number
 * @cfg: the configuration
 * @key: "section.key"
 * @value: a count; a time in ps; a choice's index among its names; 0 or 1
 *
 * Return: 0; -EINVAL: no such key, or a text.
 */
FAULTLINE_API int fl_cfg_get_number(const struct fl_cfg *cfg, const char *key, uint64_t *value);

/**
 * fl_cfg_check() - what no key says alone
 * @cfg: the configuration
 * @error: filled in on error; may be NULL
 *
 * Return: 0; -EINVAL: keys contradict each other.
 */
FAULTLINE_API int fl_cfg_check(const struct fl_cfg *cfg, struct fl_error *error);

/* How a value is written: a whole number; ns with up to three decimals; one of names; true or false; text */
enum fl_cfg_type { FL_CFG_COUNT, FL_CFG_TIME, FL_CFG_CHOICE, FL_CFG_BOOL, FL_CFG_TEXT };

/**
 * struct fl_cfg_key - what is known of a key; all strings are static
 * @name: "section.key"
 * @unit: for people; may be empty
 * @def: the default, as it would be written
 * @choices: FL_CFG_CHOICE: the names, NULL at the end; else NULL
 * @help: what it is
 * @source: where the default comes from
 * @min: smallest value: a count, or ps
 * @max: largest value, likewise; FL_CFG_TEXT: bytes that it has room for, with the NUL
 * @type: enum fl_cfg_type
 * @power_of_two: 0 or a power of two is wanted
 */
struct fl_cfg_key {
	const char *name;
	const char *unit;
	const char *def;
	const char *const *choices;
	const char *help;
	const char *source;
	uint64_t min, max;
	enum fl_cfg_type type;
	bool power_of_two;
};

/**
 * fl_cfg_key_at() - the list of keys
 * @number: 0 is the first
 * @key: filled in
 * @bytes: sizeof(*@key) of the caller, who may be older: so much is written
 *
 * Return: 0; -ERANGE: there are not so many.
 */
FAULTLINE_API int fl_cfg_key_at(size_t number, struct fl_cfg_key *key, size_t bytes);

/**
 * fl_cfg_preset() - the list of presets
 * @number: 0 is the first
 *
 * Return: Its name, static; NULL: there are not so many.
 */
FAULTLINE_API const char *fl_cfg_preset(size_t number);

FAULTLINE_END

#endif /* FAULTLINE_CONFIG_H */
