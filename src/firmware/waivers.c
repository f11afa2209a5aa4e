// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Waivers: a finding that someone has judged, for how long, and why. */
#include "find.h"
#include "findings.h"
#include "rules_priv.h"
#include "yaml_file_priv.h"
#include <ctype.h>

struct waiver {
	char *rule, *path, *reason, *expires;
};

struct waivers {
	struct waiver *list;
	u32 list_count;
};

static const cyaml_schema_field_t waiver_fields[] = {
	YAML_TEXT("rule", struct waiver, rule),
	YAML_TEXT_OPT("path", struct waiver, path),
	YAML_TEXT("reason", struct waiver, reason),
	YAML_TEXT("expires", struct waiver, expires),
	CYAML_FIELD_END,
};

static const cyaml_schema_value_t waiver_value = { CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct waiver,
								       waiver_fields) };

static const cyaml_schema_field_t file_fields[] = {
	CYAML_FIELD_SEQUENCE("waivers", CYAML_FLAG_POINTER, struct waivers, list, &waiver_value, 0, 4096),
	CYAML_FIELD_END,
};

static const cyaml_schema_value_t file_value = { CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct waivers, file_fields) };

/* YYYY-MM-DD, which sorts as text. */
bool waiver_date(const char *d)
{
	static const char form[] = "dddd-dd-dd";
	static const int days[] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	int year, month, day;
	size_t i;

	for (i = 0; form[i]; i++)
		if (form[i] == '-' ? d[i] != '-' : !isdigit((unsigned char)d[i]))
			return false;
	year = atoi(d);
	month = atoi(d + 5);
	day = atoi(d + 8);
	if (d[i] || month < 1 || month > 12 || day < 1 || day > days[month - 1])
		return false;
	return month != 2 || day < 29 || (!(year % 4) && (year % 100 || !(year % 400)));
}

static bool is_rule(const char *id)
{
	return ANY(i, n_rules, !strcmp(rules[i].id, id));
}

static void apply(struct findings *f, const struct waiver *w, const char *today)
{
	bool used = false;

	for_each_of(n, f->finding, f->n) {
		if (strcmp(n->rule->id, w->rule) || (w->path && strcmp(n->at.path, w->path)))
			continue;
		used = true;
		if (n->waiver)
			continue;
		n->expires = board_text(&f->keep, "%s", w->expires);
		n->expired = strcmp(w->expires, today) < 0;
		if (!n->expired)
			n->waiver = board_text(&f->keep, "%s", w->reason);
	}
	if (!used)
		finding_assume(f, "the waiver of %s%s%s waives nothing: there is no such finding", w->rule,
			       w->path ? " at " : "", w->path ? w->path : "");
}

static int check(const struct waiver *w, const char *file, u32 number, struct board_error *err)
{
	if (!is_rule(w->rule))
		return board_fail(err, EINVAL, "%s: waiver %u: there is no rule '%.100s'", file, number, w->rule);
	if (!waiver_date(w->expires))
		return board_fail(err, EINVAL, "%s: waiver %u: expires is '%.40s', not YYYY-MM-DD", file, number,
				  w->expires);
	if (!w->reason[strspn(w->reason, " \t")])
		return board_fail(err, EINVAL, "%s: waiver %u: it has no reason", file, number);
	return 0;
}

int findings_waive(struct findings *f, const char *file, const char *today, struct board_error *err)
{
	struct waivers *w;
	void *data;
	u32 i;
	int ret = waiver_date(today) ? yaml_file_load(file, &file_value, &data, err)
				     : board_fail(err, EINVAL, "'%.40s' is no date: YYYY-MM-DD", today);

	if (ret)
		return ret;
	w = data;
	for (i = 0; i < w->list_count && !ret; i++)
		ret = check(&w->list[i], file, i + 1, err);
	for (i = 0; i < w->list_count && !ret; i++)
		apply(f, &w->list[i], today);
	fl_yaml_free(&file_value, data);
	return ret;
}
