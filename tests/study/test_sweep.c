// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The parts of a sweep that know no traces: points, figures, tables, processes, and their directory. */
#include "suite.h"
#include "sweep_pool.h"
#include "sweep_spec.h"
#include "sweep_store.h"
#include "sweep_table.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- studies ---- */

static struct sweep_spec *spec_of(const char *vary1, const char *vary2, const char *seeds)
{
	struct sweep_spec *s = calloc(1, sizeof(*s));
	struct sweep_error err;

	sweep_spec_add_trace(s)->file = strdup("a,b.dmat");
	sweep_spec_add_list(&s->variants, &s->n_variants, "x,y");
	sweep_spec_add_list(&s->columns, &s->n_columns, "n,l.second.v");
	ck_assert_int_eq(sweep_spec_add_vary(s, vary1, &err), 0);
	ck_assert_int_eq(sweep_spec_add_vary(s, vary2, &err), 0);
	s->seeds = strdup(seeds);
	return s;
}

TEST(points_in_order)
{
	struct sweep_spec *s = spec_of("k=1,2", "m=7,8,9", "1..2,5");
	struct sweep_error err;
	struct sweep_point p;

	ck_assert_int_eq(sweep_spec_check(s, &err), 0);
	ck_assert_uint_eq(sweep_points(s), 36);
	ck_assert_uint_eq(s->seed[2], 5);
	/* 25 = (((0 * 2 + 1) * 2 + 0) * 3 + 2) * 3 + 1 */
	p = sweep_point(s, 25);
	ck_assert_uint_eq(p.trace, 0);
	ck_assert_uint_eq(p.variant, 1);
	ck_assert_uint_eq(p.value[0], 0);
	ck_assert_uint_eq(p.value[1], 2);
	ck_assert_uint_eq(p.seed, 1);
	sweep_spec_free(s);
}

static const struct {
	const char *vary, *seeds, *says;
} bad[] = {
	{ "k=", "1", "the list is empty" },	    { "k=1,,2", "1", "there is no value" },
	{ "k=1,2,1", "1", "'1' is listed twice" },  { "k=1", "1..3,2", "is listed twice" },
	{ "m=1", "1", "m is varied twice" },	    { "k=1", "", "'' is not a list" },
	{ "k=1", "5..2", "'5..2' is not a list" },  { "k=1", "1,", "'1,' is not a list" },
	{ "k=1", "1..", "'1..' is not a list" },    { "k=1", "-1", "'-1' is not a list" },
	{ "k=1", "1..999999999", "is not a list" }, { "k=1", "1..90000", "more than 1000000 points" },
};

TEST_TIMES(bad_studies, ARRAY_SIZE(bad))
{
	struct sweep_spec *s = spec_of(bad[_i].vary, "m=1,2,3,4,5,6,7,8", bad[_i].seeds);
	struct sweep_error err;

	ck_assert_int_eq(sweep_spec_check(s, &err), -EINVAL);
	ck_assert_msg(strstr(err.text, bad[_i].says), "%s", err.text);
	sweep_spec_free(s);
}

static const struct {
	const char *yaml, *says;
} bad_yaml[] = {
	{ "seeds: 1\ntrace:\n", "s.yaml:2: Unexpected key: trace" },
	{ "traces:\n  - file: a\n    sets: [a=b]\n", "s.yaml:3: Unexpected key: sets" },
	{ "vary:\n  - key: a.b\n    values: []\n", "s.yaml:" },
	{ "vary:\n  - values: [1]\n", "s.yaml:" },
	{ "variants: smmuv3-stall\n", "s.yaml:1:" },
	{ "seeds: 1\nvariants: []\n", "s.yaml:2:" },
	{ "seeds: 1\ncolumns: []\n", "s.yaml:2:" },
	{ "seeds: [1\nset: 2\n", "s.yaml:" },
	{ "", "s.yaml: the study is empty" },
};

TEST_TIMES(bad_yaml_has_a_line, ARRAY_SIZE(bad_yaml))
{
	char dir[] = "/tmp/test_sweep-XXXXXX";
	struct sweep_error err;
	struct sweep_spec *s;
	FILE *f;

	ck_assert_ptr_nonnull(mkdtemp(dir));
	ck_assert_int_eq(chdir(dir), 0);
	f = fopen("s.yaml", "w");
	fputs(bad_yaml[_i].yaml, f);
	fclose(f);
	ck_assert_int_lt(sweep_spec_load("s.yaml", &s, &err), 0);
	ck_assert_ptr_null(s);
	ck_assert_msg(!strncmp(err.text, bad_yaml[_i].says, strlen(bad_yaml[_i].says)), "%s", err.text);
	unlink("s.yaml");
	rmdir(dir);
}

TEST(lines_of_places)
{
	char path[] = "/tmp/test_sweep-XXXXXX";
	struct sweep_error err;
	struct sweep_spec *s;
	FILE *f = fdopen(mkstemp(path), "w");

	fputs("# remark\ntraces:\n  - generator: random\n    set:\n      - a=1\n      - b=2\nseeds: 1..3\n"
	      "vary:\n- {key: a.b, values: [1, 2]}\n- key: c.d\n  values:\n  - 4\n",
	      f);
	fclose(f);
	ck_assert_int_eq(sweep_spec_load(path, &s, &err), 0);
	ck_assert_int_eq(sweep_spec_check(s, &err), 0);
	ck_assert_str_eq(s->traces[0].set[1], "b=2");
	ck_assert_str_eq(s->vary[1].values[0], "4");
	ck_assert_uint_eq(s->n_seeds, 3);
	ck_assert_uint_eq(sweep_spec_line(path, "traces[0].set[1]"), 6);
	ck_assert_uint_eq(sweep_spec_line(path, "vary[0].values[1]"), 9);
	ck_assert_uint_eq(sweep_spec_line(path, "vary[1].values[0]"), 12);
	ck_assert_uint_eq(sweep_spec_line(path, "columns[0]"), 0);
	sweep_spec_free(s);
	unlink(path);
}

/* ---- tables ---- */

TEST(figures_by_path)
{
	json_t *j = json_loads("{\"n\": 3, \"o\": {\"p\": {\"q\": \"w\"}, \"e\": {}}, \"l\": [{\"v\": 1}, {\"name\": "
			       "\"second\", \"v\": 2}]}",
			       0, NULL);

	ck_assert_int_eq(json_integer_value(sweep_column_find(j, "n", false)), 3);
	ck_assert_str_eq(json_string_value(sweep_column_find(j, "o.p.q", false)), "w");
	ck_assert_int_eq(json_integer_value(sweep_column_find(j, "l.0.v", false)), 1);
	ck_assert_int_eq(json_integer_value(sweep_column_find(j, "l.second.v", false)), 2);
	ck_assert_int_eq(json_integer_value(sweep_column_find(j, "l.any.v", true)), 1);
	ck_assert_ptr_null(sweep_column_find(j, "l.any.v", false));
	ck_assert_ptr_null(sweep_column_find(j, "l.9.v", false));
	ck_assert_ptr_null(sweep_column_find(j, "o.p", false)); /* an object is no figure */
	ck_assert_ptr_null(sweep_column_find(j, "n.x", true));
	ck_assert_ptr_null(sweep_column_find(j, "o.e.x", false));
	ck_assert_ptr_nonnull(sweep_column_find(j, "o.e.x", true));
	json_decref(j);
}

static char *csv_of(const struct sweep_table *t)
{
	char *text;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	sweep_table_csv(t, f);
	fclose(f);
	return text;
}

/* Seeds 10, 12, 14 of the first row; one of two that is left has no interval; none is no figure. */
TEST(table_by_hand)
{
	struct sweep_spec *s = spec_of("k=1", "m=7", "1..3");
	struct sweep_error err;
	struct sweep_table t;
	char *text;
	int i;

	ck_assert_int_eq(sweep_spec_check(s, &err), 0);
	ck_assert_int_eq(sweep_table_init(&t, s), 0);
	for (i = 0; i < 4; i++) {
		json_t *j = json_pack("{s:i}", "n", 10 + 2 * i);

		sweep_table_add(&t, (u32)i, j, NULL);
		json_decref(j);
	}
	sweep_table_add(&t, 4, NULL, "killed, \"by hand\"");
	sweep_table_add(&t, 5, NULL, "late");
	text = csv_of(&t);
	ck_assert_str_eq(text, "trace,variant,k,m,points,failed,reason,n,n.low,n.high,l.second.v,l.second.v.low,"
			       "l.second.v.high\n"
			       "\"a,b.dmat\",x,1,7,3,0,,12,7.032,16.968,,,\n"
			       "\"a,b.dmat\",y,1,7,1,2,\"killed, \"\"by hand\"\"\",16,,,,,\n");
	free(text);
	sweep_table_free(&t);
	sweep_spec_free(s);
}

/* ---- processes ---- */

struct seen {
	char text[8][SWEEP_REASON];
};

static int run_kind(void *ctx, u32 index)
{
	switch (index) {
	case 1:
		fputs("faultline: it is bad\nTry something else.\n", stderr);
		return 2;
	case 2:
		raise(SIGKILL);
		break;
	case 3:
		pause();
		break;
	case 4:
		return 1;
	}
	puts("nobody sees this");
	return 0;
}

static void note(void *ctx, u32 index, const char *reason)
{
	struct seen *seen = ctx;

	snprintf(seen->text[index], sizeof(seen->text[0]), "%s", reason);
}

TEST_TIMES(each_fails_alone, 6)
{
	static const u32 index[] = { 0, 1, 2, 3, 4, 5 };
	struct seen seen = { 0 };
	struct sweep_pool p = { .what = "points",
				.index = index,
				.n = ARRAY_SIZE(index),
				.jobs = (u32)_i + 1,
				.timeout_s = 1,
				.run = run_kind,
				.failed = note,
				.ctx = &seen };

	ck_assert_int_eq(sweep_pool_run(&p), 0);
	ck_assert_str_eq(seen.text[0], "");
	ck_assert_str_eq(seen.text[1], "it is bad");
	ck_assert_str_eq(seen.text[2], "killed by signal 9 (Killed)");
	ck_assert_str_eq(seen.text[3], "no result after 1 s");
	ck_assert_str_eq(seen.text[4], "it ended without a reason");
	ck_assert_str_eq(seen.text[5], "");
}

/* ---- the directory ---- */

TEST(kept_and_locked)
{
	char dir[] = "/tmp/test_sweep-XXXXXX", path[64], reason[SWEEP_REASON];
	struct sweep_store a, b;
	json_t *j = json_pack("{s:i}", "n", 3), *back;
	FILE *f;

	ck_assert_ptr_nonnull(mkdtemp(dir));
	ck_assert_int_eq(sweep_store_open(&a, dir, true), 0);
	ck_assert_int_eq(sweep_store_open(&b, dir, true), -EWOULDBLOCK);
	ck_assert_int_eq(sweep_store_open(&b, dir, false), 0);
	ck_assert_int_eq(sweep_store_put(&a, "abc", j), 0);
	ck_assert_int_eq(sweep_store_put_failure(&b, "def", "no reason"), 0);
	back = sweep_store_get(&b, "abc");
	ck_assert(json_equal(j, back));
	ck_assert(sweep_store_get_failure(&a, "def", reason));
	ck_assert_str_eq(reason, "no reason");
	ck_assert_ptr_null(sweep_store_get(&a, "def"));
	/* half a file is no result */
	snprintf(path, sizeof(path), "%s/abc.json", dir);
	f = fopen(path, "w");
	fputs("{\"n\":", f);
	fclose(f);
	ck_assert_ptr_null(sweep_store_get(&a, "abc"));
	sweep_store_clean(&a);
	ck_assert(!sweep_store_get_failure(&a, "def", reason));
	unlink(path);
	sweep_store_discard(&a);
	ck_assert_int_ne(access(dir, F_OK), 0);
	json_decref(back);
	json_decref(j);
}

SUITE("sweep")
