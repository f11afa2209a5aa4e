// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What stands before a message in the logs of kernels, syslog, journals, logcat and consoles: clocks, hosts, levels. */
#include "trace_log.h"
#include <ctype.h>
#include <strings.h>

static const char *digits(const char *s, unsigned int least, unsigned int most, u64 *v)
{
	unsigned int n;

	for (n = 0, *v = 0; s && n < most && isdigit((unsigned char)s[n]); n++)
		*v = *v * 10 + (u64)(s[n] - '0');
	return s && n >= least ? s + n : NULL;
}

static const char *letter(const char *s, const char *set)
{
	return s && *s && strchr(set, *s) ? s + 1 : NULL;
}

/* Days from 1970-01-01, by the proleptic Gregorian calendar. */
static u64 days(u64 year, u64 month, u64 day)
{
	static const u16 before[] = { 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334 };
	u64 past = year - 1;
	bool leap = !(year % 4) && (year % 100 || !(year % 400));

	return past * 365 + past / 4 - past / 100 + past / 400 - 719162 + before[month - 1] + (leap && month > 2) +
	       day - 1;
}

/* ".250000" or ",250": up to 9 digits; nothing is 0. */
static const char *fraction(const char *s, u64 *ns, bool *fine)
{
	unsigned int n = 0;

	*ns = 0;
	*fine = false;
	if ((*s != '.' && *s != ',') || !isdigit((unsigned char)s[1]))
		return s;
	for (s++; isdigit((unsigned char)*s); s++, n++) {
		if (n < 9)
			*ns = *ns * 10 + (u64)(*s - '0');
	}
	*fine = n >= 6;
	for (; n < 9; n++)
		*ns *= 10;
	return s;
}

static const char *time_of_day(const char *s, u64 *ns, bool *fine)
{
	u64 h, m, sec, part;

	s = letter(digits(s, 2, 2, &h), ":");
	s = letter(digits(s, 2, 2, &m), ":");
	s = digits(s, 2, 2, &sec);
	if (!s || h > 23 || m > 59 || sec > 60)
		return NULL;
	s = fraction(s, &part, fine);
	*ns = ((h * 60 + m) * 60 + sec) * NSEC_PER_SEC + part;
	return s;
}

static const char *month_name(const char *s, u64 *month)
{
	static const char names[] = "janfebmaraprmayjunjulaugsepoctnovdec";
	unsigned int i;

	for (i = 0; s && i < 12; i++) {
		if (!strncasecmp(s, names + 3 * i, 3) && s[3] == ' ') {
			*month = i + 1;
			return s + 4;
		}
	}
	return NULL;
}

static const char *blanks(const char *s)
{
	while (s && (*s == ' ' || *s == '\t'))
		s++;
	return s;
}

/* "Mon Nov  9 10:11:12 2026", "Nov  9 10:11:12.5" */
static const char *named_date(const char *s, struct trace_stamp *t)
{
	u64 month, day, year = t->year ? t->year : 1970, given, ns;
	const char *rest = month_name(s, &month);
	bool fine;

	if (!rest && isalpha((unsigned char)s[0]) && isalpha((unsigned char)s[1]) && isalpha((unsigned char)s[2]))
		rest = month_name(blanks(s + 3), &month);
	rest = blanks(digits(blanks(rest), 1, 2, &day));
	rest = time_of_day(rest, &ns, &fine);
	if (!rest || !day || day > 31)
		return NULL;
	s = rest;
	rest = digits(letter(s, " "), 4, 4, &given);
	if (rest && !isalnum((unsigned char)*rest) && given >= 1970)
		year = given;
	else
		rest = s;
	t->year = year;
	t->clock = TRACE_CLOCK_WALL;
	t->ns = days(year, month, day) * 86400 * NSEC_PER_SEC + ns;
	t->fine = fine;
	return rest;
}

/* "2026-11-09T10:11:13.25+0100", "2026-11-09 10:11:13": the zone is left alone, for local times compare among each other */
static const char *iso_date(const char *s, struct trace_stamp *t)
{
	u64 year, month, day, ns;
	bool fine;

	s = letter(digits(s, 4, 4, &year), "-");
	s = letter(digits(s, 2, 2, &month), "-");
	s = letter(digits(s, 2, 2, &day), "T ");
	s = time_of_day(s, &ns, &fine);
	if (!s || year < 1970 || !month || month > 12 || !day || day > 31)
		return NULL;
	t->year = year;
	t->clock = TRACE_CLOCK_WALL;
	t->ns = days(year, month, day) * 86400 * NSEC_PER_SEC + ns;
	t->fine = fine;
	if (*s == 'Z')
		return s + 1;
	if ((*s == '+' || *s == '-') && isdigit((unsigned char)s[1]))
		s += 1 + strspn(s + 1, "0123456789:");
	return s;
}

/* logcat: "11-09 10:11:15.500   345   345 E tag" */
static const char *logcat_date(const char *s, struct trace_stamp *t)
{
	u64 month, day, ns, pid, tid;
	const char *rest;
	bool fine;

	s = letter(digits(s, 2, 2, &month), "-");
	s = letter(digits(s, 2, 2, &day), " ");
	s = time_of_day(s, &ns, &fine);
	if (!s || !month || month > 12 || !day || day > 31)
		return NULL;
	t->clock = TRACE_CLOCK_WALL;
	t->ns = days(t->year ? t->year : 1970, month, day) * 86400 * NSEC_PER_SEC + ns;
	t->fine = fine;
	rest = digits(blanks(digits(blanks(s), 1, 7, &pid)), 1, 7, &tid);
	rest = letter(blanks(rest), "VDIWEF");
	return rest && *rest == ' ' ? rest : s;
}

static const char *clock_of_day(const char *s, struct trace_stamp *t)
{
	u64 ns;
	bool fine;

	s = time_of_day(s, &ns, &fine);
	if (!s || (*s && *s != ' ' && *s != '\t' && *s != ']'))
		return NULL;
	t->clock = TRACE_CLOCK_DAY;
	t->ns = ns;
	t->fine = fine;
	return s;
}

/* "   37.201160", seconds since the start, followed by @end */
static const char *seconds(const char *s, char end, struct trace_stamp *t)
{
	u64 sec, ns;
	bool fine;

	s = digits(blanks(s), 1, 10, &sec);
	if (!s || *s != '.')
		return NULL;
	s = fraction(s, &ns, &fine);
	if (!fine || *s != end || sec > 1ULL << 32)
		return NULL;
	t->clock = TRACE_CLOCK_SECONDS;
	t->ns = sec * NSEC_PER_SEC + ns;
	t->fine = true;
	return s + 1;
}

static const char *date(const char *s, struct trace_stamp *t)
{
	const char *rest = iso_date(s, t);

	if (!rest)
		rest = named_date(s, t);
	if (!rest)
		rest = logcat_date(s, t);
	return rest ? rest : clock_of_day(s, t);
}

/* "[   12.345678]", "[Mon Nov  9 10:11:12 2026]", "[T123]" (the caller) */
static const char *bracket(const char *s, struct trace_stamp *t)
{
	const char *rest, *p;

	if (*s != '[')
		return NULL;
	rest = seconds(s + 1, ']', t);
	if (rest)
		return rest;
	rest = blanks(date(blanks(s + 1), t));
	if (rest)
		return *rest == ']' ? rest + 1 : NULL;
	p = blanks(s + 1);
	if (*p != 'T' && *p != 'C')
		return NULL;
	p++;
	rest = p + strspn(p, "0123456789");
	return rest > p && *rest == ']' ? rest + 1 : NULL;
}

/* "kernel:", "host kernel[0]:", "<3>", "(XEN)" */
static const char *label(const char *s)
{
	const char *word = s, *end;

	if (*s == '<' && isdigit((unsigned char)s[1])) {
		end = s + 1 + strspn(s + 1, "0123456789");
		return *end == '>' ? end + 1 : NULL;
	}
	if (!strncmp(s, "(XEN)", 5))
		return s + 5;
	if (strncmp(s, "kernel", 6))
		word = blanks(s + strcspn(s, " \t:[]="));
	if (strncmp(word, "kernel", 6) || (word > s && word[-1] != ' '))
		return NULL;
	word += 6;
	if (*word == '[')
		word += strcspn(word, "]") + (strchr(word, ']') != NULL);
	return *word == ':' ? word + 1 : NULL;
}

/* "... [   12.345678] ..." behind anything else, "437.569715]" that has lost its bracket */
static const char *buried(const char *line, struct trace_stamp *t)
{
	const char *p, *rest;

	for (p = strchr(line, ']'); p && p - line < 120; p = strchr(p + 1, ']')) {
		const char *start = p;

		while (start > line && (isdigit((unsigned char)start[-1]) || start[-1] == '.'))
			start--;
		rest = p - start >= 8 && p[-7] == '.' ? seconds(start, ']', t) : NULL;
		if (rest)
			return rest;
	}
	return NULL;
}

const char *trace_strip_stamp(const char *line, struct trace_stamp *t)
{
	const char *s = blanks(line), *rest;
	struct trace_stamp wall = { 0 };
	unsigned int i;

	t->clock = TRACE_CLOCK_NONE;
	for (i = 0; i < 8; i++) {
		struct trace_stamp now = *t;

		rest = bracket(s, &now);
		if (!rest)
			rest = date(s, &now);
		if (!rest && t->clock == TRACE_CLOCK_NONE)
			rest = seconds(s, ' ', &now);
		if (rest) {
			if (now.clock == TRACE_CLOCK_WALL)
				wall = now;
			*t = now;
		} else {
			rest = label(s);
		}
		if (!rest)
			break;
		s = blanks(rest);
	}
	if (t->clock != TRACE_CLOCK_SECONDS) {
		rest = buried(s, t);
		s = rest ? blanks(rest) : s;
	}
	t->wall_ns = wall.clock ? wall.ns : t->clock == TRACE_CLOCK_WALL ? t->ns : 0;
	return s;
}
