// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "report_table.h"
#include "grow.h"
#include <stdarg.h>
#include <unistd.h>

/* Takes @text, which may be NULL: out of memory. */
static void add_cell(struct report_table *t, char *text)
{
	if (text && !GROW(t->cell, t->cells, t->room, 64)) {
		free(text);
		text = NULL;
	}
	if (!text)
		t->failed = true;
	else
		t->cell[t->cells++] = text;
}

void report_table_init(struct report_table *t, const char *const *headings)
{
	memset(t, 0, sizeof(*t));
	for (; headings[t->columns]; t->columns++) {
		const char *heading = headings[t->columns];

		fl_assert(t->columns < REPORT_COLUMNS);
		t->right[t->columns] = heading[0] == '>';
		add_cell(t, strdup(heading + t->right[t->columns]));
	}
	fl_assert(t->columns);
}

void report_table_cell(struct report_table *t, const char *fmt, ...)
{
	char *text = NULL;
	va_list ap;

	va_start(ap, fmt);
	if (!t->failed && vasprintf(&text, fmt, ap) < 0)
		text = NULL;
	va_end(ap);
	if (!t->failed)
		add_cell(t, text);
}

static void print_rows(const struct report_table *t, FILE *out)
{
	size_t width[REPORT_COLUMNS] = { 0 }, i;

	for (i = 0; i < t->cells; i++) {
		size_t len = strlen(t->cell[i]), column = i % t->columns;

		width[column] = max(width[column], len);
	}
	for (i = 0; i < t->cells; i++) {
		size_t column = i % t->columns;
		bool last = column + 1 == t->columns || i + 1 == t->cells;

		if (t->right[column])
			fprintf(out, "%*s", (int)width[column], t->cell[i]);
		else
			fprintf(out, "%-*s", last ? 0 : (int)width[column], t->cell[i]);
		fputs(last ? "\n" : "  ", out);
	}
}

int report_table_print(struct report_table *t, FILE *out)
{
	bool failed = t->failed;
	size_t i;

	if (!failed)
		print_rows(t, out);
	for (i = 0; i < t->cells; i++)
		free(t->cell[i]);
	free(t->cell);
	memset(t, 0, sizeof(*t));
	return failed ? -ENOMEM : ferror(out) ? -EIO : 0;
}

const char *report_ns(u64 ns, char buf[REPORT_NS])
{
	static const struct {
		u64 scale;
		const char *name;
	} units[] = { { 1000000000, "s" }, { 1000000, "ms" }, { 1000, "us" } };
	unsigned int i;
	char decimals[16];
	size_t len;

	for (i = 0; i < ARRAY_SIZE(units) && ns < units[i].scale; i++)
		;
	if (i == ARRAY_SIZE(units)) {
		snprintf(buf, REPORT_NS, "%llu ns", ns);
		return buf;
	}
	snprintf(decimals, sizeof(decimals), ".%03u", (unsigned int)(ns % units[i].scale / (units[i].scale / 1000)));
	len = 4;
	while (len > 1 && decimals[len - 1] == '0')
		len--;
	if (len == 1)
		len = 0;
	snprintf(buf, REPORT_NS, "%llu%.*s %s", ns / units[i].scale, (int)len, decimals, units[i].name);
	return buf;
}

void report_progress(struct report_progress *p, u64 done)
{
	unsigned int per_mille;

	if (!p->asked) {
		p->asked = true;
		p->terminal = isatty(STDERR_FILENO);
	}
	if (!p->terminal)
		return;
	per_mille = p->total ? (unsigned int)((unsigned __int128)done * 1000 / p->total) : 0;
	if (p->total ? per_mille == p->shown : done - p->shown_done < 100000)
		return;
	p->shown = per_mille;
	p->shown_done = done;
	if (p->total)
		fprintf(stderr, "\r%s: %u.%u %% ", p->what, per_mille / 10, per_mille % 10);
	else
		fprintf(stderr, "\r%s: %llu ", p->what, done);
}

void report_progress_of(void *progress, u64 done, u64 all)
{
	struct report_progress *p = progress;

	p->total = all;
	report_progress(p, done);
}

void report_progress_end(struct report_progress *p)
{
	if (p->terminal)
		fputs("\r\033[K", stderr);
}
