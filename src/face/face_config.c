// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "face_priv.h"
#include "faultline/config.h"
#include "fl_config.h"

SAME_SIZE(fl_config_error, fl_error);
SAME_VALUE(FL_TIME, FL_CFG_TIME);
SAME_VALUE(FL_CHOICE, FL_CFG_CHOICE);
SAME_VALUE(FL_BOOL, FL_CFG_BOOL);
SAME_VALUE(FL_TEXT, FL_CFG_TEXT);

struct fl_cfg {
	struct fl_config cfg;
};

static int told(int err, const struct fl_config_error *why, struct fl_error *error)
{
	if (err && error)
		memcpy(error->text, why->text, sizeof(error->text));
	return err;
}

int fl_cfg_create(struct fl_cfg **out)
{
	struct fl_cfg *c = fl_zalloc(sizeof(*c));

	if (!c)
		return -ENOMEM;
	fl_config_init(&c->cfg);
	*out = c;
	return 0;
}

int fl_cfg_copy(const struct fl_cfg *cfg, struct fl_cfg **out)
{
	struct fl_cfg *c = fl_zalloc(sizeof(*c));

	if (!c)
		return -ENOMEM;
	*c = *cfg;
	*out = c;
	return 0;
}

void fl_cfg_destroy(struct fl_cfg *cfg)
{
	fl_free(cfg);
}

int fl_cfg_load(struct fl_cfg *cfg, const char *name, struct fl_error *error)
{
	struct fl_config_error why = { "" };

	return told(fl_config_load(&cfg->cfg, name, &why), &why, error);
}

int fl_cfg_parse(struct fl_cfg *cfg, const char *yaml, size_t bytes, const char *name, struct fl_error *error)
{
	struct fl_config_error why = { "" };

	return told(fl_config_parse(&cfg->cfg, yaml, bytes, name, &why), &why, error);
}

int fl_cfg_set(struct fl_cfg *cfg, const char *key, const char *value, struct fl_error *error)
{
	size_t room = strlen(key) + strlen(value) + 2;
	struct fl_config_error why = { "" };
	char *assignment = fl_zalloc(room);
	int err;

	if (!assignment)
		return -ENOMEM;
	strcpy(assignment, key);
	strcat(assignment, "=");
	strcat(assignment, value);
	err = told(fl_config_set(&cfg->cfg, assignment, &why), &why, error);
	fl_free(assignment);
	return err;
}

static const struct fl_key *find(const char *name)
{
	size_t i;

	for (i = 0; i < fl_config_n_keys; i++)
		if (!strcmp(fl_config_keys[i].name, name))
			return &fl_config_keys[i];
	return NULL;
}

int fl_cfg_get(const struct fl_cfg *cfg, const char *key, char *value, size_t bytes)
{
	const struct fl_key *k = find(key);
	char *text;
	int err = 0;

	if (!k)
		return -EINVAL;
	text = fl_zalloc(2 * FL_LIST_MAX);
	if (!text)
		return -ENOMEM;
	fl_config_format(&cfg->cfg, k, text, 2 * FL_LIST_MAX);
	if (strlen(text) < bytes)
		strcpy(value, text);
	else
		err = -ERANGE;
	fl_free(text);
	return err;
}

int fl_cfg_get_number(const struct fl_cfg *cfg, const char *key, uint64_t *value)
{
	const struct fl_key *k = find(key);
	u64 held;

	if (!k || k->type == FL_TEXT)
		return -EINVAL;
	memcpy(&held, (const u8 *)&cfg->cfg + k->offset, sizeof(held));
	*value = held;
	return 0;
}

int fl_cfg_check(const struct fl_cfg *cfg, struct fl_error *error)
{
	struct fl_config_error why = { "" };

	return told(fl_config_check(&cfg->cfg, &why), &why, error);
}

int fl_cfg_key_at(size_t number, struct fl_cfg_key *key, size_t bytes)
{
	const struct fl_key *k;
	struct fl_cfg_key all;

	if (number >= fl_config_n_keys)
		return -ERANGE;
	k = &fl_config_keys[number];
	all = (struct fl_cfg_key){ k->name,	   k->unit, k->def,
				   k->choices,	   k->help, k->source,
				   k->min,	   k->max,  (enum fl_cfg_type)k->type,
				   k->power_of_two };
	memset(key, 0, bytes);
	memcpy(key, &all, min(bytes, sizeof(all)));
	return 0;
}

const char *fl_cfg_preset(size_t number)
{
	size_t i;

	for (i = 0; fl_config_presets[i].name; i++)
		if (i == number)
			return fl_config_presets[i].name;
	return NULL;
}
