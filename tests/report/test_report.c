// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Buckets by hand, JSON byte by byte, tables column by column. */
#include "report_json.h"
#include "report_table.h"
#include "stats.h"
#include "suite.h"
#include <unistd.h>

/* Up to 15 a bucket has one value, then an octave has eight: 16 and 17, 18 and 19, ..., 32 to 35, ... */
static const struct {
	u64 value;
	u32 bucket;
	u64 floor;
} buckets[] = {
	{ 0, 0, 0 },	{ 7, 7, 7 },	{ 8, 8, 8 },	{ 15, 15, 15 },
	{ 16, 16, 16 }, { 17, 16, 16 }, { 18, 17, 18 }, { 31, 23, 30 },
	{ 32, 24, 32 }, { 35, 24, 32 }, { 36, 25, 36 }, { ~0ULL, STATS_BUCKETS - 1, 0xf000000000000000ULL },
};

TEST(buckets_of_a_histogram)
{
	size_t i;
	u32 b;

	for (i = 0; i < ARRAY_SIZE(buckets); i++) {
		ck_assert_uint_eq(stats_bucket(buckets[i].value), buckets[i].bucket);
		ck_assert_uint_eq(stats_bucket_floor(buckets[i].bucket), buckets[i].floor);
	}
	for (b = 0; b < STATS_BUCKETS; b++) {
		ck_assert_uint_eq(stats_bucket(stats_bucket_floor(b)), b);
		ck_assert(!b || stats_bucket(stats_bucket_floor(b) - 1) == b - 1);
	}
}

static char path[64];

static json_t *sample_report(void)
{
	json_t *root = json_object();

	ck_assert_int_eq(report_json_u64(root, "zebra", 7), 0);
	ck_assert_int_eq(report_json_u64(root, "all", ~0ULL), 0);
	ck_assert_int_eq(report_json_hex(root, "iova", 0xfffff000), 0);
	ck_assert_int_eq(report_json_text(root, "name",
					  "a\xff"
					  "b"),
			 0);
	return root;
}

TEST(json_is_fixed)
{
	static const char want[] = "{\n"
				   "  \"zebra\": 7,\n"
				   "  \"all\": \"18446744073709551615\",\n"
				   "  \"iova\": \"0xfffff000\",\n"
				   "  \"name\": \"a?b\"\n"
				   "}\n";
	char got[sizeof(want) + 16] = { 0 };
	json_t *root = sample_report();
	FILE *f;
	int fd;

	strcpy(path, "/tmp/faultline-report-XXXXXX");
	fd = mkstemp(path);
	ck_assert_int_ge(fd, 0);
	close(fd);
	ck_assert_int_eq(report_json_write(root, path), 0);
	f = fopen(path, "r");
	ck_assert_uint_eq(fread(got, 1, sizeof(got) - 1, f), sizeof(want) - 1);
	ck_assert_str_eq(got, want);
	fclose(f);
	unlink(path);
	json_decref(root);
}

TEST(unwritable_report_is_an_error)
{
	json_t *root = sample_report();

	ck_assert_int_eq(report_json_write(root, "/nonexistent/report.json"), -ENOENT);
	ck_assert_int_eq(report_json_write(root, "/tmp"), -EISDIR);
	ck_assert_int_eq(report_json_write(root, "/dev/full"), -ENOSPC);
	ck_assert_int_eq(report_json_write(root, "/dev/null"), 0);
	json_decref(root);
}

TEST(table_is_aligned)
{
	static const char *const headings[] = { "part", ">p50", ">count", "remark", NULL };
	struct report_table t;
	char *text = NULL;
	size_t bytes = 0;
	FILE *f = open_memstream(&text, &bytes);

	report_table_init(&t, headings);
	report_table_cell(&t, "detect");
	report_table_cell(&t, "%d ns", 7);
	report_table_cell(&t, "%d", 12345678);
	report_table_cell(&t, "x");
	report_table_cell(&t, "software, total");
	report_table_cell(&t, "1.25 us");
	report_table_cell(&t, "1");
	report_table_cell(&t, "%s", "");
	ck_assert_int_eq(report_table_print(&t, f), 0);
	fclose(f);
	ck_assert_str_eq(text, "part                 p50     count  remark\n"
			       "detect              7 ns  12345678  x\n"
			       "software, total  1.25 us         1  \n");
	free(text);
}

static const struct {
	u64 ns;
	const char *text;
} times[] = {
	{ 0, "0 ns" },		 { 999, "999 ns" },    { 1000, "1 us" },	 { 1250, "1.25 us" },
	{ 1999, "1.999 us" },	 { 100000, "100 us" }, { 999999, "999.999 us" }, { 3200000, "3.2 ms" },
	{ 12000000000, "12 s" }, { 1000999, "1 ms" },  { 1001000, "1.001 ms" },
};

TEST(times_are_readable)
{
	char text[REPORT_NS];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(times); i++)
		ck_assert_str_eq(report_ns(times[i].ns, text), times[i].text);
}

TEST(progress_is_silent_without_a_terminal)
{
	struct report_progress p = { .what = "test", .total = 10 };
	int saved = dup(STDERR_FILENO);
	FILE *f = tmpfile();

	dup2(fileno(f), STDERR_FILENO);
	report_progress(&p, 5);
	report_progress_end(&p);
	dup2(saved, STDERR_FILENO);
	fseek(f, 0, SEEK_END);
	ck_assert_int_eq(ftell(f), 0);
	fclose(f);
}

SUITE("report")
