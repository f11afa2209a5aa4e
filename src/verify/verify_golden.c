// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* JSON trees against each other; lists by what their elements are, not by where they stand. */
#include "verify_golden.h"
#include <stdio.h>
#include <stdlib.h>

#define PATH   1024
#define WINDOW 64 /* elements that may be lost or added at one place */

struct comparison {
	const struct golden_options *opt;
	struct golden_counts *n;
	char path[PATH];
	u32 loose; /* depth within values that have a tolerance */
};

static void found(struct comparison *c, enum golden_what what, const json_t *golden, const json_t *now)
{
	c->n->differences++;
	c->opt->found(c->opt->ctx, c->path, what, golden, now);
}

static bool ends_with(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n >= m && !strcmp(s + n - m, end);
}

static bool is_loose(const char *key)
{
	return ends_with(key, "_ns") || ends_with(key, "_ppm");
}

/* ---- hashes of elements, in which times do not count ---- */

static u64 mix(u64 h, const void *data, size_t n)
{
	const u8 *p = data;

	while (n--)
		h = (h ^ *p++) * 0x100000001b3ULL;
	return h;
}

static u64 hash(u64 h, const json_t *j)
{
	char type = (char)json_typeof(j);
	const char *key;
	json_int_t i;
	double d;
	json_t *v;
	size_t at;

	h = mix(h, &type, 1);
	if (json_is_string(j))
		return mix(h, json_string_value(j), json_string_length(j));
	i = json_integer_value(j);
	d = json_real_value(j);
	h = mix(mix(h, &i, sizeof(i)), &d, sizeof(d));
	json_array_foreach(j, at, v)
		h = hash(h, v);
	json_object_foreach((json_t *)j, key, v)
		if (!is_loose(key))
			h = hash(mix(h, key, strlen(key) + 1), v);
	return h;
}

static u64 *hashes(const json_t *list)
{
	size_t i, n = json_array_size(list);
	u64 *h = calloc(n + 1, sizeof(*h));

	for (i = 0; h && i < n; i++)
		h[i] = hash(0xcbf29ce484222325ULL, json_array_get(list, i));
	return h;
}

/* ---- values ---- */

static void compare(struct comparison *c, const json_t *golden, const json_t *now);

/* Compare what a key or an index leads to. */
__attribute__((format(printf, 4, 5))) static void below(struct comparison *c, const json_t *golden, const json_t *now,
							const char *fmt, ...)
{
	size_t n = strlen(c->path);
	va_list args;

	va_start(args, fmt);
	vsnprintf(c->path + n, sizeof(c->path) - n, fmt, args);
	va_end(args);
	if (!now)
		found(c, GOLDEN_LOST, golden, NULL);
	else if (!golden)
		found(c, GOLDEN_ADDED, NULL, now);
	else
		compare(c, golden, now);
	c->path[n] = '\0';
}

static void compare_objects(struct comparison *c, const json_t *golden, const json_t *now)
{
	const char *key, *dot = c->path[0] ? "." : "";
	json_t *v;
	bool loose;

	json_object_foreach((json_t *)golden, key, v) {
		/* Buckets, and sentences, shift with the numbers they are made of. */
		if (c->opt->tolerance_ppm && (!strcmp(key, "histogram") || !strcmp(key, "why"))) {
			c->n->skipped++;
			continue;
		}
		/* How the run was configured is exact. */
		loose = is_loose(key) && strncmp(c->path, "run.", 4);
		c->loose += loose;
		below(c, v, json_object_get(now, key), "%s%s", dot, key);
		c->loose -= loose;
	}
	json_object_foreach((json_t *)now, key, v)
		if (!json_object_get(golden, key))
			below(c, NULL, v, "%s%s", dot, key);
}

/* How many elements were lost and added at (@i, @j), before both lists go on with the same. */
static bool resync(const u64 *a, const u64 *b, size_t i, size_t n, size_t j, size_t m, size_t *lost, size_t *added)
{
	size_t sum, k;

	/* Lists of one length have most likely lost nothing. */
	for (k = 1; n - i == m - j && k <= WINDOW && k <= n - i; k++)
		if (k == n - i || a[i + k] == b[j + k]) {
			*lost = *added = k;
			return true;
		}
	for (sum = 1; sum <= 2 * WINDOW; sum++)
		for (k = 0; k <= sum; k++)
			if (i + k <= n && j + sum - k <= m &&
			    ((i + k < n && j + sum - k < m && a[i + k] == b[j + sum - k]) ||
			     (i + k == n && j + sum - k == m))) {
				*lost = k;
				*added = sum - k;
				return true;
			}
	return false;
}

/* Of elements that have no equal, so many are changed as both lists have. */
static void compare_gap(struct comparison *c, const json_t *golden, const json_t *now, size_t i, size_t lost, size_t j,
			size_t added)
{
	size_t k;

	for (k = 0; k < max(lost, added); k++)
		below(c, k < lost ? json_array_get(golden, i + k) : NULL, k < added ? json_array_get(now, j + k) : NULL,
		      "[%zu]", k < lost ? i + k : j + k);
}

static void compare_lists(struct comparison *c, const json_t *golden, const json_t *now)
{
	size_t i = 0, j = 0, n = json_array_size(golden), m = json_array_size(now), lost, added;
	u64 *a = hashes(golden), *b = hashes(now);

	while (a && b && (i < n || j < m)) {
		if (i < n && j < m && a[i] == b[j]) {
			below(c, json_array_get(golden, i), json_array_get(now, j), "[%zu]", i);
			i++;
			j++;
			continue;
		}
		if (!resync(a, b, i, n, j, m, &lost, &added)) {
			lost = min(n - i, (size_t)1);
			added = min(m - j, (size_t)1);
		}
		compare_gap(c, golden, now, i, lost, j, added);
		i += lost;
		j += added;
	}
	if (!a || !b)
		found(c, GOLDEN_CHANGED, golden, now);
	free(a);
	free(b);
}

/* A number, also one of more than 63 bits, which is a text. */
static bool number(const json_t *j, u64 *v)
{
	char *end;

	*v = json_is_integer(j) ? (u64)json_integer_value(j) : 0;
	if (!json_is_string(j))
		return json_is_integer(j);
	*v = strtoull(json_string_value(j), &end, 10);
	return *json_string_value(j) >= '0' && *json_string_value(j) <= '9' && !*end;
}

static bool close_enough(const struct comparison *c, const json_t *golden, const json_t *now)
{
	u64 a, b, d;

	if (!c->loose || !c->opt->tolerance_ppm || !number(golden, &a) || !number(now, &b))
		return false;
	d = a > b ? a - b : b - a;
	return (unsigned __int128)d * 1000000 <= (unsigned __int128)a * c->opt->tolerance_ppm;
}

static void compare(struct comparison *c, const json_t *golden, const json_t *now)
{
	if (json_is_object(golden) && json_is_object(now)) {
		compare_objects(c, golden, now);
		return;
	}
	if (json_is_array(golden) && json_is_array(now)) {
		compare_lists(c, golden, now);
		return;
	}
	c->n->values++;
	if (!json_equal(golden, now) && !close_enough(c, golden, now))
		found(c, GOLDEN_CHANGED, golden, now);
}

void golden_compare(const struct golden_options *opt, const json_t *golden, const json_t *now, struct golden_counts *n)
{
	struct comparison c = { .opt = opt, .n = n };

	memset(n, 0, sizeof(*n));
	compare(&c, golden, now);
}
