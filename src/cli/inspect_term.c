// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "inspect_term.h"

#include <langinfo.h>
#include <locale.h>
#include <stdarg.h>
#include <sys/ioctl.h>
#include <unistd.h>

static unsigned int columns(void)
{
	const char *said = getenv("COLUMNS");
	struct winsize size;
	int n = said ? atoi(said) : 0;

	if (n <= 0 && !ioctl(STDOUT_FILENO, TIOCGWINSZ, &size))
		n = size.ws_col;
	return n <= 0 ? 80 : n < 40 ? 40 : n > 400 ? 400 : (unsigned int)n;
}

void term_init(struct term *t)
{
	setlocale(LC_CTYPE, "");
	t->width = columns();
	t->utf8 = !strcmp(nl_langinfo(CODESET), "UTF-8");
	t->bold = isatty(STDOUT_FILENO) && !getenv("NO_COLOR");
}

void term_heading(const struct term *t, const char *fmt, ...)
{
	va_list args;

	fputs(t->bold ? "\n\033[1m" : "\n", stdout);
	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
	puts(t->bold ? "\033[0m" : "");
}

void term_wrap(const struct term *t, const char *text)
{
	size_t at = 0, word;

	while (*text) {
		word = strcspn(text, " ");
		if (at && at + 1 + word > t->width) {
			putchar('\n');
			at = 0;
		}
		at += (size_t)printf("%s%.*s", at ? " " : "", (int)word, text);
		text += word;
		text += strspn(text, " ");
	}
	putchar('\n');
}

const char *term_clean(const char *text, char *buf, size_t size)
{
	char *p;

	snprintf(buf, size, "%s", text ? text : "");
	for (p = buf; *p; p++)
		*p = *p < ' ' || *p > '~' ? '?' : *p;
	return buf;
}

const char *term_text(const json_t *j, char buf[TERM_TEXT])
{
	return term_clean(json_string_value(j), buf, TERM_TEXT);
}

const char *term_bar(const struct term *t, u64 from, u64 to, u64 all, unsigned int cells, char buf[TERM_BAR])
{
	static const char *const eighths[] = { "", "▏", "▎", "▍", "▌", "▋", "▊", "▉" };
	u64 first, last, parts = t->utf8 ? 8 : 1;
	char *p = buf;

	*p = '\0';
	if (!all || to <= from || to > all)
		return buf;
	first = (u64)((unsigned __int128)from * cells / all);
	last = (u64)((unsigned __int128)to * cells * parts / all);
	if (last <= first * parts)
		last = first * parts + 1;
	memset(p, ' ', first);
	p += first;
	*p = '\0';
	for (; first < last / parts; first++)
		p = stpcpy(p, t->utf8 ? "█" : "#");
	strcpy(p, parts == 8 ? eighths[last % 8] : "");
	return buf;
}

static u64 at(const json_t *list, size_t i)
{
	const json_t *v = json_array_get(list, i);

	return json_is_integer(v) && json_integer_value(v) > 0 ? (u64)json_integer_value(v) : 0;
}

static u64 largest(const json_t *list, size_t from, size_t to)
{
	u64 most = 0;

	for (; from < to; from++)
		most = max(most, at(list, from));
	return most;
}

const char *term_spark(const struct term *t, const json_t *list, unsigned int cells, char buf[TERM_BAR])
{
	static const char *const blocks[] = { " ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█" };
	static const char *const letters[] = { " ", ".", ".", ":", ":", "-", "+", "*", "#" };
	size_t n = json_array_size(list), i;
	u64 most = largest(list, 0, n);
	char *p = buf;

	*p = '\0';
	cells = n < cells ? (unsigned int)n : cells;
	for (i = 0; i < cells && most; i++) {
		u64 v = largest(list, i * n / cells, (i + 1) * n / cells);
		u64 height = (u64)(((unsigned __int128)v * 8 + most - 1) / most);

		p = stpcpy(p, t->utf8 ? blocks[height] : letters[height]);
	}
	return buf;
}
