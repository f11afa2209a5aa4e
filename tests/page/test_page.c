// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Files of results: what is one, cut and damaged ones; and the page that is made of one. */
#include "page.h"
#include "suite.h"
#include <unistd.h>

/* Of a run without time, which has the least. */
#define COUNTS(total)                                                                                             \
	"\"seed\": 1, \"resident_ppm\": 0, \"timed\": false, \"accesses\": 3, \"bytes\": 12, \"translated\": 3, " \
	"\"aborted\": 0, \"maps\": 3, \"unmaps\": 0, \"faults\": { \"total\": " #total                            \
	", \"unhandled\": 0, \"duplicate\": 0, \"first_touches\": 3, \"by_type\": { \"TF\": 3 } }, \"responses\": {}"

static const char replay[] = "{ \"iommu\": \"smmuv3\", \"fault_mode\": \"stall\", " COUNTS(
	3) ", \"large\": \"18446744073709551615\",\n"
	   " \"answers\": [ 1, 2, 3 ], \"run\": { \"version\": \"1\", \"trace\": { \"name\": \"</script>&<b>\", "
	   "\"crc32\": \"0x1\" }, "
	   "\"iommu\": \"smmuv3\", \"faults\": \"stall\", \"functional\": true, \"resident_ppm\": 0, \"seed\": 1, "
	   "\"repeat\": 0, "
	   "\"options\": [ \"--config\", \"mmu700\" ], \"config\": { \"tbu.slots\": \"7\" } } }\n";

static char name[] = "/tmp/test_page.XXXXXX";

static void setup(void)
{
	int fd;

	strcpy(name, "/tmp/test_page.XXXXXX");
	fd = mkstemp(name);
	ck_assert_int_ge(fd, 0);
	close(fd);
}

static void teardown(void)
{
	unlink(name);
}

static void put(const char *text, size_t len)
{
	FILE *f = fopen(name, "wb");

	ck_assert_ptr_nonnull(f);
	ck_assert_uint_eq(fwrite(text, 1, len, f), len);
	ck_assert_int_eq(fclose(f), 0);
}

static int read_text(struct result_file *f, const char *text, char err[RESULT_ERROR])
{
	put(text, strlen(text));
	return result_file_read(f, name, err);
}

static char *slurp(const char *path)
{
	FILE *f = fopen(path, "rb");
	char *text = calloc(1, PAGE_MAX_BYTES + 1);

	ck_assert_ptr_nonnull(f);
	ck_assert_ptr_nonnull(text);
	ck_assert_uint_gt(fread(text, 1, PAGE_MAX_BYTES, f), 0);
	fclose(f);
	return text;
}

TEST(a_replay_has_one_run)
{
	struct result_run run;
	struct result_file f;
	char err[RESULT_ERROR];
	u64 v = 0;

	ck_assert_int_eq(read_text(&f, replay, err), 0);
	ck_assert_int_eq(f.kind, RESULT_REPLAY);
	ck_assert_uint_eq(result_file_runs(&f), 1);
	result_file_run(&f, 0, &run);
	ck_assert_str_eq(run.name, "smmuv3-stall");
	ck_assert(result_u64(json_object_get(run.result, "faults"), "total", &v));
	ck_assert_uint_eq(v, 3);
	ck_assert(result_u64(run.result, "large", &v));
	ck_assert_uint_eq(v, ~0ULL);
	ck_assert(!result_u64(run.result, "iommu", &v));
	ck_assert(!result_u64(run.result, "nothing", &v));
	ck_assert_uint_eq(f.len, strlen(replay));
	result_file_free(&f);
}

TEST(kinds_are_told_apart)
{
	static const struct {
		const char *text;
		int ret;
		enum result_kind kind;
		size_t runs;
	} cases[] = {
		{ "{\"variants\": [{\"variant\": \"a\", \"result\": {\"iommu\": \"x\", \"fault_mode\": \"y\", " COUNTS(
			  3) "}}], "
			     "\"differences\": []}",
		  0, RESULT_COMPARE, 1 },
		{ "{\"study\": \"s\", \"by\": \"fault\", \"map\": {\"x\": {\"key\": \"a\", \"unit\": \"\", \"values\": "
		  "[1]}, "
		  "\"y\": {\"key\": \"b\", \"unit\": \"\", \"values\": [2]}, \"winner\": [[\"same\"]], \"ratio_ppm\": "
		  "[[1000000]]}}",
		  0, RESULT_STUDY, 0 },
		{ "{\"iommu\": \"x\", \"fault_mode\": \"y\", " COUNTS(4) "}", -EINVAL, 0, 0 },
		{ "{\"study\": \"s\", \"grid\": [{}]}", -EINVAL, 0, 0 },
		{ "{\"study\": \"s\", \"map\": {}}", -EINVAL, 0, 0 },
		{ "{\"variants\": []}", -EINVAL, 0, 0 },
		{ "{\"variants\": [{\"result\": {}}]}", -EINVAL, 0, 0 },
		{ "{\"study\": \"s\", \"grid\": [1]}", -EINVAL, 0, 0 },
		{ "{\"study\": \"s\"}", -EINVAL, 0, 0 },
		{ "[]", -EINVAL, 0, 0 },
		{ "", -EINVAL, 0, 0 },
	};
	char err[RESULT_ERROR];
	struct result_file f;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		ck_assert_int_eq(read_text(&f, cases[i].text, err), cases[i].ret);
		if (cases[i].ret) {
			ck_assert_ptr_eq(strstr(err, name), err);
			ck_assert_ptr_null(strchr(err, '\n'));
			continue;
		}
		ck_assert_int_eq(f.kind, cases[i].kind);
		ck_assert_uint_eq(result_file_runs(&f), cases[i].runs);
		result_file_free(&f);
	}
}

/* Cut at every byte it is no JSON; with any one byte changed it is refused in one line, or read. */
TEST(damage_is_refused_in_one_line)
{
	char text[sizeof(replay)], err[RESULT_ERROR];
	struct result_file f;
	size_t i, read = 0;

	for (i = 0; i + 2 < sizeof(replay); i++) {
		put(replay, i);
		ck_assert_int_eq(result_file_read(&f, name, err), -EINVAL);
		ck_assert_ptr_null(strchr(err, '\n'));
		memcpy(text, replay, sizeof(replay));
		text[i] = (char)(i % 2 ? 0 : 0xff);
		put(text, sizeof(text) - 1);
		if (result_file_read(&f, name, err)) {
			ck_assert_ptr_null(strchr(err, '\n'));
			continue;
		}
		result_file_free(&f);
		read++;
	}
	ck_assert_uint_eq(read, 0); /* neither a zero nor a lone FF is UTF-8 within JSON */
}

TEST(a_result_at_hand_is_as_its_file)
{
	json_t *j = json_loads(replay, 0, NULL);
	struct result_file f, g;
	char err[RESULT_ERROR];

	ck_assert_int_eq(result_file_take(&f, "at hand", j), 0);
	ck_assert_int_eq(report_json_write(j, name), 0);
	ck_assert_int_eq(result_file_read(&g, name, err), 0);
	ck_assert_uint_eq(f.len, g.len);
	ck_assert_mem_eq(f.text, g.text, f.len);
	result_file_free(&f);
	result_file_free(&g);
	json_decref(j);
	j = json_array();
	ck_assert_int_eq(result_file_take(&f, "at hand", j), -EINVAL);
	json_decref(j);
}

/* A library of one word; the page has the result without the list that is left out, and no markup of a name. */
TEST(a_page_of_a_hostile_name)
{
	char library[] = "/tmp/test_page_d3.XXXXXX", err[RESULT_ERROR], *text;
	struct result_file f;
	struct page page = { &f, 1, "1.2.3", library };
	int fd = mkstemp(library);

	ck_assert_int_eq(write(fd, "d3={}", 5), 5);
	close(fd);
	ck_assert_int_eq(read_text(&f, replay, err), 0);
	f.name = "a\"<b>.json";
	ck_assert_int_eq(page_write(&page, name, err), 0);
	text = slurp(name);
	ck_assert_ptr_nonnull(strstr(text, "<title>Faultline: a&#34;&#60;b&#62;.json</title>"));
	ck_assert_ptr_nonnull(strstr(text, "\"name\": \"\\u003c/script\\u003e\\u0026\\u003cb\\u003e\""));
	ck_assert_ptr_null(strstr(text, "<b>"));
	ck_assert_ptr_nonnull(strstr(text, "d3={}"));
	ck_assert_ptr_nonnull(strstr(text, "\"version\": \"1.2.3\""));
	/* The preset's 7 would be no difference; mmu700 has another value. */
	ck_assert_ptr_nonnull(strstr(text, "\"preset\": \"mmu700\""));
	ck_assert_ptr_nonnull(strstr(text, "\"key\": \"tbu.slots\""));
	ck_assert_ptr_nonnull(strstr(text, "\"left_out\": [\n        \"answers\""));
	ck_assert_ptr_null(strstr(text, "\"answers\": ["));
	free(text);
	unlink(library);
	put("untouched", 9);
	ck_assert_int_eq(page_write(&page, name, err), -ENOENT);
	ck_assert_ptr_eq(strstr(err, library), err);
	text = slurp(name);
	ck_assert_str_eq(text, "untouched");
	free(text);
	result_file_free(&f);
}

SUITE_WITH("page", setup, teardown)
