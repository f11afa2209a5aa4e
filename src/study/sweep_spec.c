// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "sweep_spec.h"

#include <stdarg.h>
#include <stdio.h>

#define SEEDS_MAX 100000

int sweep_fail(struct sweep_error *err, const char *place, const char *fmt, ...)
{
	va_list ap;

	snprintf(err->place, sizeof(err->place), "%s", place);
	va_start(ap, fmt);
	vsnprintf(err->text, sizeof(err->text), fmt, ap);
	va_end(ap);
	return -EINVAL;
}

/* ---- building ---- */

/* Room for one more, all zero; NULL: out of memory. A list that was made here has room for a power of two. */
static void *grow(void *list, u32 *n, size_t size)
{
	char *more = *n & (*n - 1) ? list : realloc(list, (*n ? 2 * (size_t)*n : 1) * size);

	if (more)
		memset(more + (*n)++ * size, 0, size);
	return more;
}

int sweep_spec_add(char ***list, u32 *n, const char *text, size_t len)
{
	char *copy = strndup(text, len), **more = copy ? grow(*list, n, sizeof(char *)) : NULL;

	if (!more) {
		free(copy);
		return -ENOMEM;
	}
	*list = more;
	more[*n - 1] = copy;
	return 0;
}

int sweep_spec_add_list(char ***list, u32 *n, const char *text)
{
	size_t len;
	int ret;

	do {
		len = strcspn(text, ",");
		ret = sweep_spec_add(list, n, text, len);
		text += len;
	} while (!ret && *text++);
	return ret;
}

int sweep_spec_add_vary(struct sweep_spec *s, const char *text, struct sweep_error *err)
{
	const char *is = strchr(text, '=');
	struct sweep_vary *v = is ? grow(s->vary, &s->n_vary, sizeof(*v)) : NULL;

	if (!is)
		return sweep_fail(err, "", "'%.80s' is not KEY=VALUE,VALUE...", text);
	if (!v)
		return -ENOMEM;
	s->vary = v;
	v += s->n_vary - 1;
	v->key = strndup(text, (size_t)(is - text));
	return v->key ? sweep_spec_add_list(&v->values, &v->n_values, is + 1) : -ENOMEM;
}

struct sweep_trace *sweep_spec_add_trace(struct sweep_spec *s)
{
	struct sweep_trace *t = grow(s->traces, &s->n_traces, sizeof(*t));

	if (!t)
		return NULL;
	s->traces = t;
	return t + s->n_traces - 1;
}

static void free_list(char **list, u32 n)
{
	while (n)
		free(list[--n]);
	free(list);
}

void sweep_spec_free(struct sweep_spec *s)
{
	u32 i;

	if (!s)
		return;
	for (i = 0; i < s->n_traces; i++) {
		free(s->traces[i].file);
		free(s->traces[i].generator);
		free(s->traces[i].name);
		free_list(s->traces[i].set, s->traces[i].n_set);
	}
	for (i = 0; i < s->n_vary; i++) {
		free(s->vary[i].key);
		free_list(s->vary[i].values, s->vary[i].n_values);
	}
	free(s->traces);
	free(s->vary);
	free_list(s->variants, s->n_variants);
	free_list(s->set, s->n_set);
	free_list(s->columns, s->n_columns);
	free(s->config);
	free(s->seeds);
	free(s->seed);
	free(s);
}

const char *sweep_trace_name(const struct sweep_trace *t)
{
	return t->name ? t->name : t->file ? t->file : t->generator;
}

/* ---- checking ---- */

static bool number(const char **at, u64 *value)
{
	char *end;

	if (**at < '0' || **at > '9')
		return false;
	errno = 0;
	*value = strtoull(*at, &end, 10);
	*at = end;
	return !errno;
}

static int add_seeds(struct sweep_spec *s, u64 from, u64 to)
{
	u32 i, before = s->n_seeds;

	for (i = 0; i < before; i++)
		if (s->seed[i] >= from && s->seed[i] <= to)
			return -EEXIST;
	for (;; from++) {
		u64 *more = grow(s->seed, &s->n_seeds, sizeof(*more));

		if (!more)
			return -ENOMEM;
		s->seed = more;
		more[s->n_seeds - 1] = from;
		if (from == to)
			return 0;
	}
}

/* "1..5", "7", "1,4..6" */
static int read_seeds(struct sweep_spec *s, struct sweep_error *err)
{
	const char *text = s->seeds ? s->seeds : "1", *at = text;
	u64 from, to;
	int ret = 0;

	do {
		bool good = number(&at, &from);

		to = from;
		if (good && !strncmp(at, "..", 2)) {
			at += 2;
			good = number(&at, &to);
		}
		if (!good || to < from || to - from >= SEEDS_MAX - s->n_seeds || (*at && *at != ','))
			return sweep_fail(err, "seeds", "'%.80s' is not a list of seeds, as 1..5 or 1,4,9", text);
		ret = add_seeds(s, from, to);
	} while (!ret && *at++);
	return ret == -EEXIST ? sweep_fail(err, "seeds", "a seed of '%.80s' is listed twice", text) : ret;
}

static int check_traces(const struct sweep_spec *s, struct sweep_error *err)
{
	char place[SWEEP_PLACE];
	u32 i, k;

	if (!s->n_traces)
		return sweep_fail(err, "traces", "no trace is given");
	for (i = 0; i < s->n_traces; i++) {
		const struct sweep_trace *t = &s->traces[i];

		snprintf(place, sizeof(place), "traces[%u]", i);
		if (!t->file == !t->generator)
			return sweep_fail(err, place, "a trace is either a file or made by a generator");
		if (t->n_set && t->file)
			return sweep_fail(err, place, "a file has no keys to set");
		for (k = 0; k < i; k++)
			if (!strcmp(sweep_trace_name(&s->traces[k]), sweep_trace_name(t)))
				return sweep_fail(err, place, "two traces are called '%.80s': a name tells them apart",
						  sweep_trace_name(t));
	}
	return 0;
}

/* A list that was given has something in it, and nothing twice. */
static int check_list(char **list, u32 n, const char *key, struct sweep_error *err)
{
	char place[SWEEP_PLACE];
	u32 i, k;

	for (i = 0; i < n; i++) {
		snprintf(place, sizeof(place), "%s[%u]", key, i);
		if (!list[i][0] && n == 1)
			return sweep_fail(err, place, "the list is empty");
		if (!list[i][0])
			return sweep_fail(err, place, "there is no value");
		for (k = 0; k < i; k++)
			if (!strcmp(list[k], list[i]))
				return sweep_fail(err, place, "'%.80s' is listed twice", list[i]);
	}
	return 0;
}

static int check_vary(const struct sweep_spec *s, struct sweep_error *err)
{
	char place[SWEEP_PLACE];
	u32 i, k;

	if (s->n_vary > SWEEP_VARY_MAX)
		return sweep_fail(err, "vary", "at most %d settings are varied", SWEEP_VARY_MAX);
	for (i = 0; i < s->n_vary; i++) {
		snprintf(place, sizeof(place), "vary[%u].values", i);
		if (check_list(s->vary[i].values, s->vary[i].n_values, place, err))
			return -EINVAL;
		snprintf(place, sizeof(place), "vary[%u]", i);
		for (k = 0; k < i; k++)
			if (!strcmp(s->vary[k].key, s->vary[i].key))
				return sweep_fail(err, place, "%.80s is varied twice", s->vary[i].key);
	}
	return 0;
}

int sweep_spec_check(struct sweep_spec *s, struct sweep_error *err)
{
	int ret = check_traces(s, err);
	u64 points;
	u32 i;

	if (!ret)
		ret = check_list(s->variants, s->n_variants, "variants", err);
	if (!ret)
		ret = check_list(s->columns, s->n_columns, "columns", err);
	if (!ret)
		ret = check_vary(s, err);
	if (!ret)
		ret = read_seeds(s, err);
	if (ret)
		return ret;
	points = (u64)s->n_traces * max(s->n_variants, 1u);
	for (i = 0; points <= SWEEP_POINTS_MAX && i < s->n_vary; i++)
		points *= s->vary[i].n_values;
	if (points > SWEEP_POINTS_MAX || points * s->n_seeds > SWEEP_POINTS_MAX)
		return sweep_fail(err, "", "these are more than %d points", SWEEP_POINTS_MAX);
	return 0;
}

/* ---- points ---- */

u32 sweep_points(const struct sweep_spec *s)
{
	u32 i, n = s->n_traces * s->n_variants * s->n_seeds;

	for (i = 0; i < s->n_vary; i++)
		n *= s->vary[i].n_values;
	return n;
}

static u32 take(u32 *index, u32 n)
{
	u32 digit = *index % n;

	*index /= n;
	return digit;
}

struct sweep_point sweep_point(const struct sweep_spec *s, u32 index)
{
	struct sweep_point p = { .seed = take(&index, s->n_seeds) };
	u32 i;

	for (i = s->n_vary; i; i--)
		p.value[i - 1] = take(&index, s->vary[i - 1].n_values);
	p.variant = take(&index, s->n_variants);
	p.trace = index;
	return p;
}
