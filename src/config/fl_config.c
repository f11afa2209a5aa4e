// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Values: text to number and back, ranges, --set, and the help made from the table. */
#include "config_priv.h"
#include "find.h"
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>

int fl_config_fail(struct fl_config_error *err, int code, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	if (err)
		vsnprintf(err->text, sizeof(err->text), fmt, args);
	va_end(args);
	return -code;
}

static u64 *number_of(struct fl_config *cfg, const struct fl_key *key)
{
	return (u64 *)((char *)cfg + key->offset);
}

/* Decimal or 0x hexadecimal, the whole text, no sign. */
static bool parse_count(const char *text, u64 *value)
{
	char *end;

	if (!isdigit((unsigned char)text[0]))
		return false;
	errno = 0;
	*value = strtoull(text, &end, text[0] == '0' && (text[1] | 32) == 'x' ? 16 : 10);
	return !errno && !*end;
}

/* "12", "0.5", "1.125": ns with up to three decimals, to ps, exactly. */
static bool parse_time(const char *text, u64 *ps)
{
	u64 whole = 0, part = 0, scale = 1000;

	if (!isdigit((unsigned char)*text))
		return false;
	for (; isdigit((unsigned char)*text); text++) {
		if (whole > 1000000000000ULL)
			return false;
		whole = whole * 10 + (u64)(*text - '0');
	}
	if (*text == '.') {
		if (!text[1])
			return false;
		for (text++; isdigit((unsigned char)*text) && scale > 1; text++) {
			scale /= 10;
			part += (u64)(*text - '0') * scale;
		}
	}
	*ps = whole * 1000 + part;
	return !*text;
}

static bool parse_choice(const struct fl_key *key, const char *text, u64 *value)
{
	for (*value = 0; key->choices[*value]; (*value)++)
		if (!strcmp(key->choices[*value], text))
			return true;
	return false;
}

static bool parse_bool(const char *text, u64 *value)
{
	*value = !strcmp(text, "true");
	return *value || !strcmp(text, "false");
}

static void choices_text(const struct fl_key *key, char *buf, size_t size)
{
	size_t i, at = 0;

	buf[0] = 0;
	for (i = 0; key->choices[i] && at < size; i++)
		at += (size_t)snprintf(buf + at, size - at, "%s%s", i ? ", " : "", key->choices[i]);
}

static const char *number_text(const struct fl_key *key, u64 value, char *buf, size_t size)
{
	if (key->type == FL_TIME && value % 1000)
		snprintf(buf, size, "%llu.%03llu", value / 1000, value % 1000);
	else if (key->type == FL_TIME)
		snprintf(buf, size, "%llu", value / 1000);
	else
		snprintf(buf, size, value >= 1 << 20 ? "0x%llx" : "%llu", value);
	return buf;
}

static int set_number(struct fl_config *cfg, const struct fl_key *key, const char *text, const char *where,
		      struct fl_config_error *err)
{
	bool good = key->type == FL_TIME ? parse_time(text, number_of(cfg, key))
					 : parse_count(text, number_of(cfg, key));
	u64 value = *number_of(cfg, key);
	char lo[32], hi[32];

	if (!good)
		return fl_config_fail(err, EINVAL, "%s: %s: '%s' is not a number%s", where, key->name, text,
				      key->type == FL_TIME ? " of ns with at most three decimals" : "");
	if (value < key->min || value > key->max)
		return fl_config_fail(err, EINVAL, "%s: %s: %s is out of range: %s to %s%s%s", where, key->name, text,
				      number_text(key, key->min, lo, sizeof(lo)),
				      number_text(key, key->max, hi, sizeof(hi)), *key->unit ? " " : "", key->unit);
	if (key->power_of_two && (value & (value - 1)))
		return fl_config_fail(err, EINVAL, "%s: %s: %s is not a power of two", where, key->name, text);
	return 0;
}

int fl_config_set_key(struct fl_config *cfg, const struct fl_key *key, const char *text, const char *where,
		      struct fl_config_error *err)
{
	struct fl_transfer transfers[FL_TRANSFERS];
	struct fl_config_error why;
	char names[160];

	switch (key->type) {
	case FL_COUNT:
	case FL_TIME:
		return set_number(cfg, key, text, where, err);
	case FL_CHOICE:
		if (parse_choice(key, text, number_of(cfg, key)))
			return 0;
		choices_text(key, names, sizeof(names));
		return fl_config_fail(err, EINVAL, "%s: %s: '%s' is not one of: %s", where, key->name, text, names);
	case FL_BOOL:
		if (parse_bool(text, number_of(cfg, key)))
			return 0;
		return fl_config_fail(err, EINVAL, "%s: %s: '%s' is not true or false", where, key->name, text);
	case FL_TEXT:
		if (strlen(text) >= key->max)
			return fl_config_fail(err, EINVAL, "%s: %s: longer than %llu bytes", where, key->name,
					      key->max - 1);
		if (key->offset == offsetof(struct fl_config, master.transfers) &&
		    fl_config_transfers(text, transfers, &why) < 0)
			return fl_config_fail(err, EINVAL, "%s: %s", where, why.text);
		strcpy((char *)cfg + key->offset, text);
		return 0;
	}
	return -EINVAL;
}

void fl_config_init(struct fl_config *cfg)
{
	memset(cfg, 0, sizeof(*cfg));
	for_each_of(e, fl_config_keys, fl_config_n_keys) {
		struct fl_config_error err;
		int ret = fl_config_set_key(cfg, e, e->def, "default", &err);

		fl_assert(!ret);
		(void)ret;
	}
}

const struct fl_key *fl_config_find(const char *name, size_t len)
{
	size_t at = FIND(i, fl_config_n_keys,
			 strlen(fl_config_keys[i].name) == len && !memcmp(fl_config_keys[i].name, name, len));

	return at < fl_config_n_keys ? &fl_config_keys[at] : NULL;
}

int fl_config_set(struct fl_config *cfg, const char *assignment, struct fl_config_error *err)
{
	const char *eq = strchr(assignment, '=');
	const struct fl_key *key;
	struct fl_config changed = *cfg;
	int ret;

	if (!eq)
		return fl_config_fail(err, EINVAL, "--set %s: SECTION.KEY=VALUE is wanted", assignment);
	key = fl_config_find(assignment, (size_t)(eq - assignment));
	if (!key)
		return fl_config_fail(err, EINVAL, "--set %s: unknown key '%.*s'", assignment, (int)(eq - assignment),
				      assignment);
	ret = fl_config_set_key(&changed, key, eq + 1, "--set", err);
	if (!ret)
		*cfg = changed;
	return ret;
}

const char *fl_config_format(const struct fl_config *cfg, const struct fl_key *key, char *buf, size_t size)
{
	u64 value = *number_of((struct fl_config *)cfg, key);

	switch (key->type) {
	case FL_COUNT:
	case FL_TIME:
		return number_text(key, value, buf, size);
	case FL_CHOICE:
		snprintf(buf, size, "%s", key->choices[value]);
		break;
	case FL_BOOL:
		snprintf(buf, size, "%s", value ? "true" : "false");
		break;
	case FL_TEXT:
		snprintf(buf, size, "\"%s\"", (const char *)cfg + key->offset);
		break;
	}
	return buf;
}

const char *fl_config_value(const struct fl_config *cfg, const struct fl_key *key, char *buf, size_t size)
{
	return key->type == FL_TEXT ? (const char *)cfg + key->offset : fl_config_format(cfg, key, buf, size);
}

/* What is drawn needs what it is drawn from. */
struct drawn {
	const char *key;
	u64 how, ps, max_ps;
	const char *file;
};

static int check_drawn(const struct drawn *d, struct fl_config_error *err)
{
	if (d->how == FL_HANDLER_UNIFORM && d->max_ps < d->ps)
		return fl_config_fail(err, EINVAL,
				      "%s=uniform: from %s_ns=%llu.%03llu to %s_max_ns=%llu.%03llu: the maximum is "
				      "below the minimum",
				      d->key, d->key, d->ps / 1000, d->ps % 1000, d->key, d->max_ps / 1000,
				      d->max_ps % 1000);
	if ((d->how == FL_HANDLER_RECORDED || d->how == FL_HANDLER_HISTOGRAM) && !*d->file)
		return fl_config_fail(err, EINVAL, "%s=%s: the times come from a file, and %s_file names none", d->key,
				      d->how == FL_HANDLER_RECORDED ? "recorded" : "histogram", d->key);
	return 0;
}

int fl_config_check(const struct fl_config *cfg, struct fl_config_error *err)
{
	const struct drawn drawn[] = {
		{ "memory.latency", cfg->memory.latency, cfg->memory.latency_ps, cfg->memory.latency_max_ps,
		  cfg->memory.latency_file },
		{ "cpu.handler", cfg->cpu.handler, cfg->cpu.handler_ps, cfg->cpu.handler_max_ps,
		  cfg->cpu.handler_file },
		{ "cpu.fault", cfg->cpu.fault, cfg->cpu.fault_ps, cfg->cpu.fault_max_ps, cfg->cpu.fault_file },
		{ "cpu.page", cfg->cpu.page, cfg->cpu.page_ps, cfg->cpu.page_max_ps, cfg->cpu.page_file },
	};
	size_t i;
	int ret = 0;

	for (i = 0; i < ARRAY_SIZE(drawn) && !ret; i++)
		ret = check_drawn(&drawn[i], err);
	return ret;
}

static size_t section_len(const struct fl_key *key)
{
	return strcspn(key->name, ".");
}

static bool new_section(size_t i)
{
	return !i || section_len(&fl_config_keys[i]) != section_len(&fl_config_keys[i - 1]) ||
	       memcmp(fl_config_keys[i].name, fl_config_keys[i - 1].name, section_len(&fl_config_keys[i]));
}

void fl_config_dump(const struct fl_config *cfg, FILE *out)
{
	char value[FL_LIST_MAX + 2];
	size_t i;

	for (i = 0; i < fl_config_n_keys; i++) {
		const struct fl_key *key = &fl_config_keys[i];

		if (new_section(i))
			fprintf(out, "%.*s:\n", (int)section_len(key), key->name);
		fprintf(out, "  %s: %s\n", key->name + section_len(key) + 1,
			fl_config_format(cfg, key, value, sizeof(value)));
	}
}

static void range_text(const struct fl_key *key, char *buf, size_t size)
{
	char lo[32], hi[32];

	if (key->type == FL_CHOICE)
		choices_text(key, buf, size);
	else if (key->type == FL_BOOL)
		snprintf(buf, size, "true, false");
	else if (key->type == FL_TEXT)
		snprintf(buf, size, "text");
	else
		snprintf(buf, size, "%s to %s%s%s%s", number_text(key, key->min, lo, sizeof(lo)),
			 number_text(key, key->max, hi, sizeof(hi)), *key->unit ? " " : "", key->unit,
			 key->power_of_two ? ", a power of two" : "");
}

void fl_config_help(FILE *out)
{
	char range[160];

	for_each_of(key, fl_config_keys, fl_config_n_keys) {
		range_text(key, range, sizeof(range));
		fprintf(out, "%s  [%s]  default %s\n    %s%s%s%s\n", key->name, range, *key->def ? key->def : "none",
			key->help, *key->source ? " (" : "", key->source, *key->source ? ")" : "");
	}
}

void fl_config_markdown(FILE *out)
{
	char range[160];
	size_t i;

	fputs("# Configuration keys\n\nMade from the table in `src/config/config_keys.def` (`faultline config "
	      "--markdown`); do not "
	      "edit by hand.\nA file has one mapping a section; `base: PRESET` starts from a preset. `--set "
	      "SECTION.KEY=VALUE` "
	      "overrides.\nTimes are ns with at most three decimals.\n",
	      out);
	for (i = 0; i < fl_config_n_keys; i++) {
		const struct fl_key *key = &fl_config_keys[i];

		if (new_section(i))
			fprintf(out,
				"\n## %.*s\n\n| key | range | default | what | source of the default "
				"|\n|---|---|---|---|---|\n",
				(int)section_len(key), key->name);
		range_text(key, range, sizeof(range));
		fprintf(out, "| `%s` | %s | %s | %s | %s |\n", key->name, range, key->def, key->help, key->source);
	}
}
