// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Boards in source form: each says in its head which findings it has, in any order, and has no others. */
#include "board_platform.h"
#include "board_read.h"
#include "findings.h"
#include "suite.h"
#include <glob.h>
#include <stdio.h>
#include <unistd.h>

#define EXPECTED 32

/* Lines "expect: SEVERITY RULE PATH" of a source, each ended by a newline. */
static int expectations(const char *source, char lines[EXPECTED][256])
{
	FILE *in = fopen(source, "r");
	char line[512];
	int n = 0;

	ck_assert_msg(in != NULL, "%s", source);
	while (fgets(line, sizeof(line), in)) {
		char *at = strstr(line, "expect: ");

		if (!at)
			continue;
		ck_assert_int_lt(n, EXPECTED);
		at[strcspn(at, "\n")] = 0;
		snprintf(lines[n++], 256, "%.255s", at + strlen("expect: "));
	}
	fclose(in);
	return n;
}

/* Takes the expectation that a finding meets; false if there is none. */
static bool take(char lines[EXPECTED][256], int n, const char *text)
{
	int i;

	for (i = 0; i < n; i++) {
		if (strcmp(lines[i], text))
			continue;
		lines[i][0] = 0;
		return true;
	}
	return false;
}

static int compare(const char *source, const struct findings *f)
{
	char lines[EXPECTED][256], text[1200];
	int i, n = expectations(source, lines), bad = 0;

	for (i = 0; i < (int)f->n; i++) {
		const struct finding *x = &f->finding[i];

		snprintf(text, sizeof(text), "%s %s %s", finding_severity_names[x->severity], x->rule->id, x->at.path);
		if (!take(lines, n, text) && ++bad)
			fprintf(stderr, "%s: not expected: %s: %s\n", source, text, x->text);
	}
	for (i = 0; i < n; i++)
		if (lines[i][0] && ++bad)
			fprintf(stderr, "%s: not found: %s\n", source, lines[i]);
	return bad;
}

/* Reads @board (with the platform file beside the source, if there is one) and holds it against @source. */
static int judge(const char *board, const char *source)
{
	char platform[512];
	struct board_error err;
	struct findings f;
	struct board b;
	int bad;

	snprintf(platform, sizeof(platform), "%.*s.yaml", (int)(strrchr(source, '.') - source), source);
	if (board_read(&b, board, NULL, 0, &err)) {
		fprintf(stderr, "%s\n", err.text);
		return 1;
	}
	if (!access(platform, R_OK) && board_platform(&b, platform, &err))
		ck_abort_msg("%s", err.text);
	ck_assert_int_eq(rules_check(&f, &b), 0);
	bad = compare(source, &f);
	findings_free(&f);
	board_free(&b);
	return bad;
}

static void judge_all(const char *pattern, const char *compiled, size_t least)
{
	char board[512];
	size_t i;
	glob_t g;
	int bad = 0;

	ck_assert_int_eq(glob(pattern, 0, NULL, &g), 0);
	ck_assert_uint_ge(g.gl_pathc, least);
	for (i = 0; i < g.gl_pathc; i++) {
		const char *source = g.gl_pathv[i], *name = strrchr(source, '/') + 1;

		snprintf(board, sizeof(board), "%s/%.*s.txt", compiled ? compiled : "", (int)strcspn(name, "."), name);
		bad += judge(compiled ? board : source, source);
	}
	globfree(&g);
	ck_assert_int_eq(bad, 0);
}

TEST(device_trees)
{
	judge_all(FL_SOURCE_DIR "/tests/firmware/boards/*.dts", NULL, 40);
}

TEST(published_trees)
{
	judge_all(FL_SOURCE_DIR "/tests/firmware/published/*.dts", NULL, 3);
}

TEST(iort_tables)
{
	judge_all(FL_SOURCE_DIR "/tests/firmware/iort/*.iort", FL_TABLES, 15);
}

/* No rule is without a board that breaks it: the heads name every one but those that a test of its own breaks. */
TEST(every_rule_is_broken_once)
{
	char lines[EXPECTED][256];
	bool seen[64] = { false };
	u32 r;
	glob_t g;
	size_t i;

	glob(FL_SOURCE_DIR "/tests/firmware/boards/*.dts", 0, NULL, &g);
	glob(FL_SOURCE_DIR "/tests/firmware/iort/*.iort", GLOB_APPEND, NULL, &g);
	glob(FL_SOURCE_DIR "/tests/firmware/published/*.dts", GLOB_APPEND, NULL, &g);
	for (i = 0; i < g.gl_pathc; i++) {
		int k, n = expectations(g.gl_pathv[i], lines);

		for (k = 0; k < n; k++)
			for (r = 0; r < n_rules; r++) {
				const char *id = strchr(lines[k], ' ') + 1;

				seen[r] |= !strncmp(id, rules[r].id, strlen(rules[r].id)) &&
					   id[strlen(rules[r].id)] == ' ';
			}
	}
	globfree(&g);
	ck_assert_uint_le(n_rules, 64);
	for (r = 0; r < n_rules; r++)
		ck_assert_msg(seen[r] || rules[r].defect == BOARD_DEFECTS, "%s", rules[r].id); /* else simulation's */
}

SUITE("boards")
