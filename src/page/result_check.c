// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Whether a result is as replay, compare and study write it: which values there are, how each is written, and what
 * must add up. A key that is not known here is left to whoever knows it; what later versions have more of is no damage.
 */
#include "owners.h"
#include "page_priv.h"
#include "stats.h"

#include <limits.h>
#include <stdarg.h>

/*
 * What an object has: "key:form" with blanks between them, a '?' before what may be absent. N: a number from 0 on;
 * S: with a sign; T: text; B: true or false; O: an object; R: numbers, however deep; *: an object of values
 * that are alike, [: a list of these, with their form; @: an object that has a row here.
 */
static const struct shape {
	const char *name, *fields;
} shapes[] = {
	{ "times", "count:N p50:N p90:N p99:N p999:N max:N mean:N ?histogram:*N" },
	{ "trace", "name:T crc32:T ?records:N ?accesses:N" },
	{ "run",
	  "version:T trace:@trace iommu:T faults:T functional:B resident_ppm:N ?paged:N seed:N repeat:N ?warmup:N "
	  "options:[T config:*T ?files_crc32:*T" },
	{ "faults", "total:N unhandled:N duplicate:N first_touches:N by_type:*N" },
	{ "reason",
	  "of:T text:T owner:T owner_ns:N ?mean_ns:N ?difference_ns:N ?with:T ?against:T ?also_ns:*N ?behind_ns:N "
	  "share_percent:N keys:*T ?saves_ns:*N" },
	{ "replay",
	  "iommu:T fault_mode:T seed:N resident_ppm:N timed:B accesses:N bytes:N translated:N aborted:N maps:N "
	  "unmaps:N faults:@faults responses:*N ?recorded:*N ?counters:R ?note:T ?run:@run" },
	{ "stream", "sid:T ?iommu:N accesses:N bytes:N faults:N active_ns:N latency_ns:@times" },
	{ "parts", "detect:@times record:@times notify:@times software:@times respond:@times retry:@times" },
	{ "owned", "mean_ns:N total_ns:N" },
	{ "owners", "faults:*@owned accesses:*@owned" },
	{ "resource",
	  "name:T index:N capacity:N uses:N busy_ns:N utilisation_ppm:N waited_ns:N queue_ppm:N peak:N full_ns:N" },
	{ "in_flight", "mean_ppm:N peak:N" },
	{ "track", "name:T unit:T kind:T ?mean_ppm:[N ?max:[N ?sum:[N ?index:N ?capacity:N ?sid:T" },
	{ "series", "bucket_ns:N buckets:N tracks:[@track" },
	{ "slow", "sid:T ?pasid:N iova:T access:T kind:T outcome:T begin_ns:N end_ns:N parts_ns:*N owners_ns:*N" },
	{ "timed", "duration_ns:N ?in_flight:@in_flight streams:[@stream access_latency_ns:@times latency_ns:@times "
		   "parts_ns:@parts ?page_parts_ns:*@times ?merged:N ?tries:N ?owners:@owners ?resources:[@resource "
		   "?why:[@reason ?series:@series ?slowest_faults:[@slow" },
	{ "variant", "variant:T result:O ?file:T ?note:T ?others_bytes_per_ms:N ?others_kept_percent:N" },
	{ "interval", "n:N mean:S ?half:N" },
	{ "difference", "with:T against:T ?fault_mean_ns:@interval ?fault_p99_ns:@interval ?access_mean_ns:@interval "
			"?duration_ns:@interval ?others_bytes_per_ms:@interval" },
	{ "pair", "of:T with:T against:T text:T ?difference_ns:N ?owners_ns:*S ?unowned_ns:S ?explain_percent:N "
		  "?explained_by:[T ?missing:T" },
	{ "compare", "variants:[@variant ?others_baseline:T ?bus:T ?first_seed:N ?seeds:N ?notes:[T "
		     "differences:[@difference ?owners:[@pair ?reasons:[@reason" },
	{ "cost", "duration_ns:N fault_mean_ns:N access_mean_ns:N faults:N" },
	{ "point", "value:N less:T ?stall_ns:N ?pri_ns:N ?reasons:[@reason ?runs:[@run" },
	{ "both", "value:N less:T stall_ns:N pri_ns:N" },
	{ "turn", "low:@point high:@point" },
	{ "key", "key:T now:N from:N to:N changes:N grid:[@both turns:[@turn" },
	{ "axis", "key:T unit:T values:[N" },
	{ "map", "x:@axis y:@axis winner:[[T ratio_ppm:[[N" },
	{ "end", "value:N ?stall_ns:N ?pri_ns:N ?ratio_ppm:N ?less:T ?refused:T" },
	{ "moved", "key:T now:N swing_ppm:N low:@end high:@end" },
	{ "tornado", "stall_ns:N pri_ns:N ratio_ppm:N keys:[@moved not_moved:N" },
	{ "estimate", "slots:N stall_alone_ns:N pri_alone_ns:N" },
	{ "study", "study:T by:T ?sides:[T ?notes:[T ?key:T ?from:N ?to:N ?verdict:T ?changes:N ?runs:N ?stall_ns:N "
		   "?pri_ns:N ?grid:[@point "
		   "?turns:[@turn ?keys:[@key ?map:@map ?tornado:@tornado ?estimate:@estimate ?run:@run" },
};

struct check {
	char place[RESULT_ERROR / 2];
	size_t len;
	char text[RESULT_ERROR];
};

/* ---- places ---- */

/* The place within the one that is being checked; leave() takes what it returns. */
static size_t enter(struct check *c, const char *key, size_t i)
{
	size_t was = c->len;
	char *at = c->place + was, index[24];

	snprintf(index, sizeof(index), "[%zu]", i);
	snprintf(at, sizeof(c->place) - was, "%s%s", key && was ? "." : "", key ? key : index);
	c->len += strlen(at);
	return was;
}

static void leave(struct check *c, size_t was)
{
	c->len = was;
	c->place[was] = '\0';
}

/* The first thing that is wrong is said. */
__attribute__((format(printf, 3, 4))) static void wrong(struct check *c, const char *key, const char *fmt, ...)
{
	size_t was = key ? enter(c, key, 0) : c->len, n = strlen(c->place);
	va_list args;

	if (!*c->text) {
		va_start(args, fmt);
		snprintf(c->text, sizeof(c->text), "%s%s", c->place, n ? ": " : "");
		n = strlen(c->text);
		vsnprintf(c->text + n, sizeof(c->text) - n, fmt, args);
		va_end(args);
	}
	leave(c, was);
}

/* ---- shapes ---- */

static void check_value(struct check *c, const json_t *v, const char *form);

static void check_field(struct check *c, const json_t *o, const char *field)
{
	bool may = *field == '?';
	size_t len = strcspn(field + may, ":"), was;
	char key[48];
	const json_t *v;

	snprintf(key, sizeof(key), "%.*s", (int)len, field + may);
	was = enter(c, key, 0);
	v = json_object_get(o, key);
	if (v)
		check_value(c, v, field + may + len + 1);
	else if (!may)
		wrong(c, NULL, "missing");
	leave(c, was);
}

static void check_shape(struct check *c, const json_t *o, const char *name)
{
	size_t i = 0, len = strcspn(name, " ");
	const char *at;

	while (strncmp(shapes[i].name, name, len) || shapes[i].name[len])
		i++;
	for (at = shapes[i].fields; *at && !*c->text; at += at[strcspn(at, " ")] ? strcspn(at, " ") + 1 : strlen(at))
		check_field(c, o, at);
}

/* A number that JSON's readers could round is written as its digits, and no other is. */
static bool is_number(const json_t *v)
{
	const char *text = json_string_value(v);
	char *end = "?";
	u64 n = 0;

	if (json_is_integer(v))
		return json_integer_value(v) >= 0;
	errno = 0;
	if (text && *text >= '0' && *text <= '9')
		n = strtoull(text, &end, 10);
	return !*end && !errno && n > LLONG_MAX;
}

static u64 number(const json_t *o, const char *key)
{
	u64 n = 0;

	return result_u64(o, key, &n) ? n : 0;
}

static void check_each(struct check *c, const json_t *v, const char *form)
{
	const char *key;
	size_t i, was;
	json_t *e;

	json_array_foreach(v, i, e) {
		was = enter(c, NULL, i);
		check_value(c, e, form);
		leave(c, was);
	}
	json_object_foreach((json_t *)v, key, e) {
		was = enter(c, key, 0);
		check_value(c, e, form);
		leave(c, was);
	}
}

/* Each bucket is called by its least value; the samples are as many as there are, and the last is where the largest is. */
static void check_histogram(struct check *c, const json_t *t)
{
	const json_t *h = json_object_get(t, "histogram");
	u64 all = 0, last = 0, max = number(t, "max");
	const char *key;
	json_t *n;

	json_object_foreach((json_t *)h, key, n) {
		u64 from = strtoull(key, NULL, 10);
		char as_written[24];

		snprintf(as_written, sizeof(as_written), "%llu", from);
		if (strcmp(key, as_written) || stats_bucket_floor(stats_bucket(from)) != from)
			wrong(c, "histogram", "no bucket begins at '%.24s'", key);
		last = max(last, from);
		all += number(h, key);
	}
	if (h && all != number(t, "count"))
		wrong(c, "histogram", "its buckets have %llu, and count is %llu", all, number(t, "count"));
	if (h && all && last != stats_bucket_floor(stats_bucket(max)))
		wrong(c, "histogram", "it ends at %llu, and max is %llu", last, max);
}

static void check_times(struct check *c, const json_t *t)
{
	static const char *const rising[] = { "p50", "p90", "p99", "p999", "max" };
	u64 before = 0;
	size_t i;

	check_shape(c, t, "times");
	for (i = 0; !*c->text && i < ARRAY_SIZE(rising); i++) {
		u64 v = number(t, rising[i]);

		if (v < before)
			wrong(c, rising[i], "%llu, less than %s", v, rising[i - 1]);
		before = v;
	}
	if (!*c->text && number(t, "mean") > before)
		wrong(c, "mean", "%llu, more than max", number(t, "mean"));
	if (!*c->text && !number(t, "count") && before)
		wrong(c, "max", "%llu, and count is 0", before);
	if (!*c->text)
		check_histogram(c, t);
}

static void check_value(struct check *c, const json_t *v, const char *form)
{
	const struct {
		char form;
		bool is;
		const char *else_says;
	} forms[] = {
		{ 'N', is_number(v), "no number from 0 on" },
		{ 'S', json_is_integer(v), "no whole number" },
		{ 'T', json_is_string(v), "no text" },
		{ 'B', json_is_boolean(v), "neither true nor false" },
		{ 'R', is_number(v) || json_is_object(v) || json_is_array(v), "no number from 0 on" },
		{ '[', json_is_array(v), "no list" },
		{ *form, json_is_object(v), "no object" },
	};
	size_t i;

	for (i = 0; forms[i].form != *form; i++)
		;
	if (!forms[i].is)
		wrong(c, NULL, "%s", forms[i].else_says);
	else if (*form == '[' || *form == '*')
		check_each(c, v, form + 1);
	else if (*form == 'R')
		check_each(c, v, form);
	else if (*form == '@' && !strncmp(form + 1, "times", 5))
		check_times(c, v);
	else if (*form == '@')
		check_shape(c, v, form + 1);
}

/* ---- a replay ---- */

/* The sum of @key, or of the values themselves, over a list or an object. */
static u64 sum_of(const json_t *all, const char *key)
{
	const json_t *e;
	const char *name;
	u64 sum = 0;
	size_t i;

	json_array_foreach(all, i, e)
		sum += key ? number(e, key) : (u64)json_integer_value(e);
	json_object_foreach((json_t *)all, name, e)
		sum += key ? number(e, key) : number(all, name);
	return sum;
}

static void adds_up(struct check *c, const char *key, u64 is, const char *of, u64 should, u64 rounding)
{
	if ((is > should ? is - should : should - is) > rounding)
		wrong(c, key, "%llu, and %s %llu", is, of, should);
}

/* Parts of a latency: as often, and together as long; each mean is rounded by half a nanosecond. */
static void check_parts(struct check *c, const json_t *j, const char *key, u64 n)
{
	const json_t *all = json_object_get(j, key), *latency = json_object_get(j, "latency_ns"), *part;
	const char *name;

	json_object_foreach((json_t *)all, name, part) {
		size_t was = enter(c, key, 0), inner = enter(c, name, 0);

		adds_up(c, "count", number(part, "count"), "latency_ns.count is", number(latency, "count"), 0);
		leave(c, inner);
		leave(c, was);
	}
	if (all)
		adds_up(c, key, sum_of(all, "mean"), "latency_ns.mean is", number(latency, "mean"), (n + 1) / 2);
}

/* What the owners have together is the time that was measured, of which only the rounded mean is told. */
static void check_owners(struct check *c, const json_t *j, const char *of, const char *latency)
{
	const json_t *all = json_object_get(json_object_get(j, "owners"), of), *one;
	const json_t *t = json_object_get(j, latency);
	u64 n = number(t, "count"), was = enter(c, "owners", 0);
	const char *name;

	if (json_object_size(all))
		adds_up(c, of, sum_of(all, "total_ns"), "the latencies' sum is about", n * number(t, "mean"),
			n / 2 + 1);
	json_object_foreach((json_t *)all, name, one)
		if (n)
			adds_up(c, name, number(one, "mean_ns"), "total_ns has a mean of about",
				number(one, "total_ns") / n, 1);
	leave(c, was);
}

static void check_resources(struct check *c, const json_t *j, u64 whole)
{
	const json_t *list = json_object_get(j, "resources"), *r;
	size_t i;

	json_array_foreach(list, i, r) {
		size_t was = enter(c, "resources", 0), inner = enter(c, NULL, i);
		u64 units = number(r, "capacity");

		if (units && number(r, "peak") > units)
			wrong(c, "peak", "%llu, of %llu units", number(r, "peak"), units);
		if (number(r, "full_ns") > whole)
			wrong(c, "full_ns", "%llu, of %llu ns", number(r, "full_ns"), whole);
		if (number(r, "utilisation_ppm") > 1000000)
			wrong(c, "utilisation_ppm", "%llu, more than all", number(r, "utilisation_ppm"));
		leave(c, inner);
		leave(c, was);
	}
}

static void check_series(struct check *c, const json_t *j, u64 whole)
{
	static const char *const arrays[] = { "mean_ppm", "max", "sum" };
	const json_t *s = json_object_get(j, "series"), *list = json_object_get(s, "tracks"), *t;
	u64 n = number(s, "buckets"), width = number(s, "bucket_ns");
	size_t i, k, was = enter(c, "series", 0), inner;

	if (s && (!width || (width & (width - 1))))
		wrong(c, "bucket_ns", "%llu, no power of two", width);
	else if (s && n != (whole + width - 1) / width && !(n == 1 && !whole))
		wrong(c, "buckets", "%llu of %llu ns are not duration_ns", n, width);
	json_array_foreach(list, i, t) {
		inner = enter(c, "tracks", 0);
		enter(c, NULL, i);
		for (k = 0; k < ARRAY_SIZE(arrays); k++) {
			const json_t *of = json_object_get(t, arrays[k]);

			if (of && json_array_size(of) != n)
				wrong(c, arrays[k], "%zu values for %llu steps", json_array_size(of), n);
		}
		leave(c, inner);
	}
	leave(c, was);
}

static void check_slow(struct check *c, const json_t *j)
{
	const json_t *list = json_object_get(j, "slowest_faults"), *f;
	size_t i;

	json_array_foreach(list, i, f) {
		u64 begin = number(f, "begin_ns"), end = number(f, "end_ns");
		size_t was = enter(c, "slowest_faults", 0), inner = enter(c, NULL, i);

		if (end < begin)
			wrong(c, "end_ns", "%llu, before begin_ns", end);
		adds_up(c, "parts_ns", sum_of(json_object_get(f, "parts_ns"), NULL), "it lasts", end - begin, 0);
		adds_up(c, "owners_ns", sum_of(json_object_get(f, "owners_ns"), NULL), "it lasts", end - begin, OWNERS);
		leave(c, inner);
		leave(c, was);
	}
}

static void check_time(struct check *c, const json_t *j)
{
	const json_t *list;
	u64 whole = number(j, "duration_ns");

	check_shape(c, j, "timed");
	if (*c->text)
		return;
	list = json_object_get(j, "streams");
	adds_up(c, "streams", sum_of(list, "accesses"), "accesses is", number(j, "accesses"), 0);
	adds_up(c, "streams", sum_of(list, "bytes"), "bytes is", number(j, "bytes"), 0);
	check_parts(c, j, "parts_ns", FAULT_PARTS);
	check_parts(c, j, "page_parts_ns", PAGE_PARTS);
	check_owners(c, j, "faults", "latency_ns");
	check_owners(c, j, "accesses", "access_latency_ns");
	check_resources(c, j, whole);
	check_series(c, j, whole);
	check_slow(c, j);
}

static void check_replay(struct check *c, const json_t *j)
{
	const json_t *f = json_object_get(j, "faults"), *run = json_object_get(j, "run");

	check_shape(c, j, "replay");
	if (*c->text)
		return;
	adds_up(c, "accesses", number(j, "accesses"), "translated and aborted are",
		number(j, "translated") + number(j, "aborted"), 0);
	if (number(f, "duplicate") > number(f, "total"))
		wrong(c, "faults.duplicate", "%llu, of %llu", number(f, "duplicate"), number(f, "total"));
	if (!json_object_get(run, "warmup")) /* a fault may begin in it, and its handler after it */
		adds_up(c, "faults.total", number(f, "total"), "unhandled and by_type are",
			number(f, "unhandled") + sum_of(json_object_get(f, "by_type"), NULL), 0);
	if (number(j, "resident_ppm") > 1000000)
		wrong(c, "resident_ppm", "%llu, more than all", number(j, "resident_ppm"));
	if (run && !json_equal(json_object_get(run, "iommu"), json_object_get(j, "iommu")))
		wrong(c, "run.iommu", "not that of the result");
	if (json_is_true(json_object_get(j, "timed")))
		check_time(c, j);
}

/* ---- a comparison ---- */

static void check_compare(struct check *c, const json_t *j)
{
	const json_t *list = json_object_get(j, "variants"), *v;
	size_t i;

	check_shape(c, j, "compare");
	json_array_foreach(list, i, v) {
		size_t was = enter(c, "variants", 0);

		enter(c, NULL, i);
		enter(c, "result", 0);
		if (!*c->text)
			check_replay(c, json_object_get(v, "result"));
		leave(c, was);
	}
}

/* ---- a study ---- */

/* A row for each y, in each a value for each x. */
static void check_cells(struct check *c, const json_t *m, const char *key)
{
	const json_t *rows = json_object_get(m, key), *row;
	size_t nx = json_array_size(json_object_get(json_object_get(m, "x"), "values"));
	size_t ny = json_array_size(json_object_get(json_object_get(m, "y"), "values"));
	size_t i, was = enter(c, "map", 0);

	enter(c, key, 0);
	if (json_array_size(rows) != ny)
		wrong(c, NULL, "%zu rows for %zu values", json_array_size(rows), ny);
	json_array_foreach(rows, i, row) {
		size_t inner = enter(c, NULL, i);

		if (json_array_size(row) != nx)
			wrong(c, NULL, "%zu cells for %zu values", json_array_size(row), nx);
		leave(c, inner);
	}
	leave(c, was);
}

/* Of one key: each value has both sides, by their names; those of the first are those of all. */
static void check_grid(struct check *c, const json_t *j)
{
	const json_t *grid = json_object_get(j, "grid"), *p, *side;
	const char *name;
	size_t i, was;

	if (!json_object_get(j, "key") || !json_object_get(j, "verdict") || !json_array_size(grid))
		wrong(c, NULL, "a study of one key has a key, a verdict and a grid");
	json_array_foreach(grid, i, p) {
		u32 sides = 0;

		was = enter(c, "grid", 0);
		enter(c, NULL, i);
		json_object_foreach((json_t *)json_array_get(grid, 0), name, side) {
			size_t inner = enter(c, name, 0);

			sides += json_is_object(side);
			if (json_is_object(side))
				check_value(c, json_object_get(p, name), "@cost");
			leave(c, inner);
		}
		if (sides != 2)
			wrong(c, NULL, "%u sides", sides);
		leave(c, was);
	}
}

static void check_study(struct check *c, const json_t *j)
{
	const json_t *m = json_object_get(j, "map");

	check_shape(c, j, "study");
	if (*c->text)
		return;
	if (m) {
		check_cells(c, m, "winner");
		check_cells(c, m, "ratio_ppm");
	} else if (!json_object_get(j, "keys") && !json_object_get(j, "tornado")) {
		check_grid(c, j);
	}
}

bool result_check(const struct result_file *f, char err[RESULT_ERROR])
{
	struct check c = { 0 };

	if (f->kind == RESULT_REPLAY)
		check_replay(&c, f->json);
	else if (f->kind == RESULT_COMPARE)
		check_compare(&c, f->json);
	else
		check_study(&c, f->json);
	snprintf(err, RESULT_ERROR, "%s", c.text);
	return !*c.text;
}
