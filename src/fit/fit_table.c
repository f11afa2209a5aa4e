// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Measured tables: comma-separated values with a heading. */
#include "fit.h"
#include "grow.h"

#include <dirent.h>
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define COLUMNS 64
#define FILES	256

enum column { TEST, PATTERN, CACHE, WINDOW, SIZE, LATENCY, TRANSFERS, RATE, KNOWN };

static const struct {
	const char *name;
	enum column column;
} names[] = {
	{ "Test", TEST },	    { "PAT", PATTERN },	      { "Cache", CACHE },     { "WinSZ", WINDOW },
	{ "window_bytes", WINDOW }, { "SZ", SIZE },	      { "size_bytes", SIZE }, { "Avg(ns)", LATENCY },
	{ "latency_ns", LATENCY },  { "Trans/s", TRANSFERS }, { "mb_s", RATE },
};

struct reader {
	struct fit_data *d;
	const char *path;
	unsigned int line;
	bool off;
	int at[KNOWN]; /* number of the column, -1: none */
	char *error;
};

static int fail(const struct reader *r, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static int fail(const struct reader *r, const char *fmt, ...)
{
	size_t used = (size_t)snprintf(r->error, FIT_ERROR, "%.300s:%u: ", r->path, r->line);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(r->error + used, FIT_ERROR - used, fmt, ap);
	va_end(ap);
	return -EINVAL;
}

/* The text of a cell, without the blanks and the quotes around it; "" in quotes stands for one quote. */
static char *bare(char *cell)
{
	size_t n = strlen(cell);
	char *from, *to;

	cell += strspn(cell, " \t");
	for (n = strlen(cell); n && (cell[n - 1] == ' ' || cell[n - 1] == '\t'); n--)
		;
	cell[n] = '\0';
	if (n < 2 || cell[0] != '"' || cell[n - 1] != '"')
		return cell;
	cell[n - 1] = '\0';
	for (from = to = ++cell; *from; from++) {
		*to++ = *from;
		from += from[0] == '"' && from[1] == '"';
	}
	*to = '\0';
	return cell;
}

/* Cells end at commas that are not within quotes. */
static int split(char *line, char *cell[COLUMNS])
{
	bool quoted = false, last = false;
	int n = 0;

	line[strcspn(line, "\r\n")] = '\0';
	while (!last && n < COLUMNS) {
		char *at = line;

		for (; *line && (quoted || *line != ','); line++)
			quoted ^= *line == '"';
		last = !*line;
		*line++ = '\0';
		cell[n++] = bare(at);
	}
	return n;
}

static int heading(struct reader *r, char *line)
{
	char *cell[COLUMNS];
	int n = split(line, cell), i;
	size_t k;

	for (i = 0; i < KNOWN; i++)
		r->at[i] = -1;
	for (i = 0; i < n; i++)
		for (k = 0; k < ARRAY_SIZE(names); k++)
			if (!strcmp(cell[i], names[k].name) && r->at[names[k].column] < 0)
				r->at[names[k].column] = i;
	if (r->at[WINDOW] < 0 || r->at[SIZE] < 0)
		return fail(r, "no columns WinSZ and SZ (or window_bytes and size_bytes)");
	if (r->at[LATENCY] < 0 && r->at[TRANSFERS] < 0 && r->at[RATE] < 0)
		return fail(r, "no column with a figure: Avg(ns), latency_ns, Trans/s or mb_s");
	return 0;
}

static int number(const struct reader *r, char **cell, int n, enum column c, double *value)
{
	char *end, *text = r->at[c] < n ? cell[r->at[c]] : NULL;

	if (!text)
		return fail(r, "the row is too short");
	if (!*text)
		return fail(r, "no value in column %d", r->at[c] + 1);
	*value = strtod(text, &end);
	if (end == text || *end || !isfinite(*value) || *value <= 0)
		return fail(r, "'%.40s' is not a number above 0", text);
	return 0;
}

/* Rows of other tests, patterns and states of the caches are no mistake; they are not for us. */
static bool wanted(const struct reader *r, char **cell, int n)
{
	const char *test = r->at[TEST] >= 0 && r->at[TEST] < n ? cell[r->at[TEST]] : "";

	if (r->at[CACHE] >= 0 && r->at[CACHE] < n && strcmp(cell[r->at[CACHE]], "Cold"))
		return false;
	if (r->at[PATTERN] >= 0 && r->at[PATTERN] < n && strcmp(cell[r->at[PATTERN]], "Rand"))
		return false;
	return r->at[TEST] < 0 || !strcmp(test, "LAT_DMA_RD") || !strcmp(test, "BW_DMA_RD") ||
	       !strcmp(test, "BW_DMA_WR");
}

static int keep(struct fit_data *d, const struct fit_point *p)
{
	if (!GROW(d->point, d->points, d->room, 64))
		return -ENOMEM;
	d->point[d->points++] = *p;
	return 0;
}

static int row(struct reader *r, char *line)
{
	struct fit_point p = { .off = r->off };
	char *cell[COLUMNS];
	int n = split(line, cell), ret;
	double window, size;

	if (!wanted(r, cell, n))
		return 0;
	ret = number(r, cell, n, WINDOW, &window);
	if (!ret)
		ret = number(r, cell, n, SIZE, &size);
	if (ret)
		return ret;
	if (size > FIT_PAGE || window < size || window > 1ULL << 36)
		return fail(r, "transfers of %.0f bytes in a window of %.0f: 1 to 4096, in 1 byte to 64 GiB", size,
			    window);
	p.window = (u64)window;
	p.size = (u32)size;
	p.kind = r->at[LATENCY] >= 0 ? FIT_LATENCY : FIT_READ;
	if (p.kind == FIT_READ && r->at[TEST] >= 0 && !strcmp(cell[r->at[TEST]], "BW_DMA_WR"))
		p.kind = FIT_WRITE;
	if (p.kind == FIT_LATENCY)
		ret = number(r, cell, n, LATENCY, &p.measured);
	else if (r->at[TRANSFERS] >= 0)
		ret = number(r, cell, n, TRANSFERS, &p.measured);
	else
		ret = number(r, cell, n, RATE, &p.measured);
	if (p.kind != FIT_LATENCY && r->at[TRANSFERS] >= 0)
		p.measured = p.measured * size / 1e6;
	return ret ? ret : keep(r->d, &p);
}

/* Spreadsheets begin a file with the mark of UTF-8. */
static char *skip_mark(char *line)
{
	return line + (strncmp(line, "\xef\xbb\xbf", 3) ? 0 : 3);
}

/* Remarks, blank lines, and rows of empty cells. */
static bool says_nothing(const char *line)
{
	line += strspn(line, " \t");
	return *line == '#' || !line[strspn(line, " \t,\r\n")];
}

static int read_file(struct fit_data *d, const char *path, bool off, char *error)
{
	struct reader r = { .d = d, .path = path, .off = off, .error = error };
	FILE *f = fopen(path, "r");
	char *line = NULL;
	size_t room = 0;
	int ret = 0, headed = 0;

	if (!f) {
		snprintf(error, FIT_ERROR, "%.300s: %s", path, strerror(errno));
		return -errno;
	}
	errno = 0;
	while (!ret && getline(&line, &room, f) > 0) {
		r.line++;
		if (!says_nothing(skip_mark(line)))
			ret = headed++ ? row(&r, skip_mark(line)) : heading(&r, skip_mark(line));
	}
	/* getline() ends alike at the end, after an error, and out of memory. */
	if (!ret && !feof(f))
		ret = fail(&r, "cannot read: %s", strerror(errno ? errno : EIO));
	else if (!ret && !headed)
		ret = fail(&r, "the file is empty");
	free(line);
	fclose(f);
	return ret;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int is_table(const struct dirent *e)
{
	size_t n = strlen(e->d_name);

	return n > 4 && !strcmp(e->d_name + n - 4, ".csv");
}

static int read_folder(struct fit_data *d, const char *path, bool off, char *error)
{
	struct dirent **entry;
	int n = scandir(path, &entry, is_table, by_name), i, ret = 0;
	char *file;

	if (n <= 0) {
		snprintf(error, FIT_ERROR, "%.300s: no *.csv file", path);
		return -ENOENT;
	}
	for (i = 0; i < n; i++) {
		if (!ret && asprintf(&file, "%s/%s", path, entry[i]->d_name) >= 0) {
			ret = read_file(d, file, off, error);
			free(file);
		}
		free(entry[i]);
	}
	free(entry);
	return ret;
}

int fit_read(struct fit_data *d, const char *path, bool off, char error[FIT_ERROR])
{
	struct stat st;

	if (d->tables == FIT_TABLES) {
		snprintf(error, FIT_ERROR, "more than %d tables", FIT_TABLES);
		return -E2BIG;
	}
	d->table[d->tables] = path;
	d->table_off[d->tables++] = off;
	if (!stat(path, &st) && S_ISDIR(st.st_mode))
		return read_folder(d, path, off, error);
	return read_file(d, path, off, error);
}

void fit_free(struct fit_data *d)
{
	free(d->point);
	memset(d, 0, sizeof(*d));
}
