// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Waivers, advice and the outputs for programs. */
#include "board_advice.h"
#include "board_platform.h"
#include "board_read.h"
#include "findings_report.h"
#include "suite.h"
#include <unistd.h>

#define BOARDS FL_SOURCE_DIR "/tests/firmware/boards/"

static void must_check(struct board *b, struct findings *f, const char *name, const char *platform)
{
	struct board_error err;

	ck_assert_msg(!board_read(b, name, NULL, 0, &err), "%s", err.text);
	if (platform)
		ck_assert_msg(!board_platform(b, platform, &err), "%s", err.text);
	ck_assert_int_eq(rules_check(f, b), 0);
}

static int waive(struct findings *f, const char *text, struct board_error *err)
{
	char path[64];
	FILE *out;
	int ret;

	snprintf(path, sizeof(path), "/tmp/waivers-%d.yaml", (int)getpid());
	out = fopen(path, "w");
	fputs(text, out);
	fclose(out);
	ret = findings_waive(f, path, "2026-06-30", err);
	unlink(path);
	return ret;
}

TEST(waivers_end)
{
	struct board_error err;
	struct findings f;
	struct board b;

	must_check(&b, &f, BOARDS "pager.dts", NULL);
	ck_assert_uint_eq(findings_count(&f, FINDING_ERROR), 1);
	/* another path, another rule, one that has ended */
	ck_assert_int_eq(waive(&f,
			       "waivers:\n- {rule: pager-behind-stall, path: /x, reason: r, expires: 2027-01-01}\n"
			       "- {rule: stall-on-pci, reason: r, expires: 2027-01-01}\n"
			       "- {rule: pager-behind-stall, path: /mmc@3000, reason: old, expires: 2026-06-29}\n",
			       &err),
			 0);
	ck_assert_uint_eq(findings_count(&f, FINDING_ERROR), 1);
	ck_assert(f.finding[0].expired && !f.finding[0].waiver);
	/* its last day counts */
	ck_assert_int_eq(waive(&f,
			       "waivers:\n- rule: pager-behind-stall\n  path: /mmc@3000\n  reason: no swap on it\n"
			       "  expires: 2026-06-30\n",
			       &err),
			 0);
	ck_assert_uint_eq(findings_count(&f, FINDING_ERROR), 0);
	ck_assert_str_eq(f.finding[0].waiver, "no swap on it");
	ck_assert(!f.finding[0].expired);
	findings_free(&f);
	board_free(&b);
}

TEST_TIMES(bad_waivers, 7)
{
	static const char *const texts[] = {
		"waivers:\n- {rule: no-such-rule, reason: r, expires: 2027-01-01}\n",
		"waivers:\n- {rule: stall-on-pci, reason: r, expires: soon}\n",
		"waivers:\n- {rule: stall-on-pci, reason: r, expires: 2027-13-01}\n",
		"waivers:\n- {rule: stall-on-pci, reason: '', expires: 2027-01-01}\n",
		"waivers:\n- {rule: stall-on-pci, expires: 2027-01-01}\n",
		"waivers:\n- {rule: stall-on-pci, reason: r}\n",
		"nonsense: 1\n",
	};
	struct board_error err;
	struct findings f;
	struct board b;

	must_check(&b, &f, BOARDS "pager.dts", NULL);
	ck_assert_int_eq(waive(&f, texts[_i], &err), -EINVAL);
	ck_assert_msg(!strncmp(err.text, "/tmp/waivers-", 13), "%s", err.text);
	findings_free(&f);
	board_free(&b);
}

/* The textbook deadlock: moving the storage is the first advice, moving or terminating what stalls are the others. */
TEST(advice_moves_the_storage)
{
	struct findings f;
	struct board b;
	struct advice *a;

	must_check(&b, &f, BOARDS "pager.dts", NULL);
	a = board_advise(&b, &f, NULL, NULL);
	ck_assert_ptr_nonnull(a);
	ck_assert_uint_eq(a->size, 1);
	ck_assert_uint_eq(a->n, 3);
	ck_assert_str_eq(a->option[0][0], "--move /mmc@3000=own");
	ck_assert_str_eq(a->option[1][0], "--move /accel@2000=stalls");
	ck_assert_str_eq(a->option[2][0], "--terminate /accel@2000");
	free(a);
	findings_free(&f);
	board_free(&b);
}

TEST(advice_has_limits)
{
	struct findings f;
	struct board b;
	struct advice *a;

	/* nothing to do */
	must_check(&b, &f, BOARDS "plain-v3.dts", NULL);
	a = board_advise(&b, &f, NULL, NULL);
	ck_assert(a->clean && !a->n);
	free(a);
	findings_free(&f);
	board_free(&b);
	/* an error of another kind */
	must_check(&b, &f, BOARDS "bad-phandle.dts", NULL);
	a = board_advise(&b, &f, NULL, NULL);
	ck_assert(!a->clean && !a->n && a->others);
	free(a);
	findings_free(&f);
	board_free(&b);
	/* forced stalls: no device can be changed so that the IOMMU does not force them */
	must_check(&b, &f, BOARDS "forced-pci.dts", BOARDS "forced-pci.yaml");
	a = board_advise(&b, &f, NULL, NULL);
	ck_assert(!a->clean && !a->n);
	free(a);
	findings_free(&f);
	board_free(&b);
}

TEST(sarif_has_what_2_1_0_requires)
{
	json_t *log, *run, *result, *region;
	struct findings f;
	struct board b;

	must_check(&b, &f, BOARDS "pager.dts", NULL);
	log = findings_sarif(&f, &b, "1");
	run = json_array_get(json_object_get(log, "runs"), 0);
	result = json_array_get(json_object_get(run, "results"), 0);
	ck_assert_str_eq(json_string_value(json_object_get(log, "version")), "2.1.0");
	ck_assert_str_eq(json_string_value(json_object_get(result, "ruleId")), "pager-behind-stall");
	ck_assert_str_eq(json_string_value(json_object_get(result, "level")), "error");
	ck_assert_ptr_nonnull(json_object_get(json_object_get(result, "message"), "text"));
	region = json_object_get(
		json_object_get(json_array_get(json_object_get(result, "locations"), 0), "physicalLocation"), "region");
	ck_assert_int_eq(json_integer_value(json_object_get(region, "startLine")), 17);
	result = json_array_get(json_object_get(json_object_get(json_object_get(run, "tool"), "driver"), "rules"),
				(size_t)json_integer_value(json_object_get(result, "ruleIndex")));
	ck_assert_str_eq(json_string_value(json_object_get(result, "id")), "pager-behind-stall");
	json_decref(log);
	findings_free(&f);
	board_free(&b);
}

TEST(json_has_streams)
{
	json_t *root, *m;
	struct findings f;
	struct board b;

	must_check(&b, &f, BOARDS "pager.dts", NULL);
	root = board_json(&b);
	m = json_array_get(json_object_get(root, "masters"), 1);
	ck_assert_str_eq(json_string_value(json_object_get(m, "path")), "/mmc@3000");
	ck_assert_str_eq(
		json_string_value(json_object_get(json_array_get(json_object_get(m, "streams"), 0), "stream_id")),
		"0x11");
	json_decref(root);
	root = findings_json(&f, true); /* the deadlock is none of the rules on streams */
	ck_assert_uint_eq(json_array_size(root), 0);
	json_decref(root);
	root = findings_json(&f, false);
	ck_assert_uint_eq(json_array_size(root), 1);
	json_decref(root);
	findings_free(&f);
	board_free(&b);
}

SUITE("findings")
