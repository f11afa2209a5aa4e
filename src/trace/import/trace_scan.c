// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Scanning the lines of logs. */
#include "trace_log.h"
#include <ctype.h>
#include <strings.h>

const char *trace_scan(const char *s, const char *word)
{
	if (!s)
		return NULL;
	while (isspace((unsigned char)*s))
		s++;
	return strncasecmp(s, word, strlen(word)) ? NULL : s + strlen(word);
}

const char *trace_scan_hex(const char *s, u64 *value)
{
	unsigned int digits = 0;

	s = trace_scan(s, "");
	if (!s)
		return NULL;
	if (s[0] == '0' && (s[1] | 0x20) == 'x' && isxdigit((unsigned char)s[2]))
		s += 2;
	for (*value = 0; isxdigit((unsigned char)*s); s++, digits++) {
		if (*value >> 60)
			return NULL;
		*value = *value << 4 | (u64)(isdigit((unsigned char)*s) ? *s - '0' : (*s | 0x20) - 'a' + 10);
	}
	return digits ? s : NULL;
}

const char *trace_scan_number(const char *s, u64 *value)
{
	const char *rest;

	s = trace_scan(s, "");
	return s && *s != '-' && trace_number(s, &rest, value) ? rest : NULL;
}

const char *trace_scan_bdf(const char *s, u64 *sid)
{
	u64 part[4];
	unsigned int parts = 0;

	for (;;) {
		s = parts < 4 ? trace_scan_hex(s, &part[parts++]) : NULL;
		if (!s)
			return NULL;
		if (*s == '.')
			break;
		if (*s++ != ':')
			return NULL;
	}
	if (parts < 2 || parts > 3)
		return NULL;
	s = trace_scan_hex(s + 1, &part[3]);
	if (!s || part[3] > 7 || part[parts - 1] > 31 || part[parts - 2] > 255 || (parts == 3 && part[0] > 0xffff))
		return NULL;
	*sid = (parts == 3 ? part[0] << 16 : 0) | part[parts - 2] << 8 | part[parts - 1] << 3 | part[3];
	return s;
}

const char *trace_find(const char *s, const char *word)
{
	return strcasestr(s, word);
}

/* What follows @phrase at @s, or NULL. */
static const char *phrase_at(const char *s, const char *phrase)
{
	for (; *phrase; phrase++) {
		if (*phrase == ' ') {
			if (!isspace((unsigned char)*s))
				return NULL;
			while (isspace((unsigned char)*s))
				s++;
		} else if (tolower((unsigned char)*s++) != tolower((unsigned char)*phrase)) {
			return NULL;
		}
	}
	return s;
}

const char *trace_phrase(const char *s, const char *phrase)
{
	const char *rest;

	for (; *s; s++) {
		if (tolower((unsigned char)*s) != tolower((unsigned char)*phrase))
			continue;
		rest = phrase_at(s, phrase);
		if (rest)
			return rest;
	}
	return NULL;
}

static const char *number(const char *s, unsigned int base, u64 *value)
{
	const char *start = s;

	if (base == 16 || (s[0] == '0' && (s[1] | 0x20) == 'x'))
		s = isxdigit((unsigned char)*s) ? trace_scan_hex(s, value) : NULL;
	else
		s = isdigit((unsigned char)*s) ? trace_scan_number(s, value) : NULL;
	return s && s > start && !isalnum((unsigned char)*s) && *s != '_' ? s : NULL;
}

static const char *value_at(const char *s, unsigned int base, u64 *value)
{
	const char *start = s;

	while (isspace((unsigned char)*s))
		s++;
	if (*s == '=' || *s == ':') {
		start = s++;
		while (isspace((unsigned char)*s))
			s++;
	}
	return s > start ? number(s, base, value) : NULL;
}

static bool in_word(char c)
{
	return ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

/* What follows the key at @key (up to '|') at @s, or NULL; most differ in their first letter. */
static const char *key_at(const char *s, const char *key)
{
	for (; *key && *key != '|'; s++, key++)
		if (*s != *key && tolower((unsigned char)*s) != tolower((unsigned char)*key))
			return NULL;
	return s;
}

static const char *next_key(const char *keys)
{
	const char *bar = strchr(keys, '|');

	return bar ? bar + 1 : NULL;
}

const char *trace_key(const char *s, const char *keys, unsigned int base, u64 *value)
{
	const char *at, *key, *rest;

	for (at = s; *at; at++) {
		if (at > s && in_word(at[-1]))
			continue;
		for (key = keys; key; key = next_key(key)) {
			rest = key_at(at, key);
			rest = rest ? value_at(rest, base, value) : NULL;
			if (rest)
				return rest;
		}
	}
	return NULL;
}
