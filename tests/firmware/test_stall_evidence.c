// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Every board of boards/, by the rules and by simulation: what a rule says about time and waiting, simulation shows. */
#include "board_platform.h"
#include "board_read.h"
#include "stall_evidence.h"
#include "suite.h"

#include <glob.h>
#include <stdio.h>
#include <unistd.h>

static bool has(const struct findings *f, const char *id)
{
	u32 i;

	for (i = 0; i < f->n; i++)
		if (!strcmp(f->finding[i].rule->id, id))
			return true;
	return false;
}

/* A rule that has no times to compare only warns of audio, whose periods are longer than most faults. */
static bool somebody_starves(const struct findings *f)
{
	static const char *const ids[] = { "realtime-behind-stall", "deadline-under-fault", "pcie-behind-stall",
					   "stall-on-pci", "forced-stall" };
	u32 i, k;

	for (i = 0; i < f->n; i++)
		for (k = 0; k < ARRAY_SIZE(ids); k++)
			if (f->finding[i].severity == FINDING_ERROR && !strcmp(f->finding[i].rule->id, ids[k]))
				return true;
	return false;
}

/* The platform file beside it, if there is one. */
static void read_board(struct board *b, const char *dts)
{
	char yaml[1024];
	struct board_error err;

	ck_assert_msg(!board_read(b, dts, NULL, 0, &err), "%s", err.text);
	snprintf(yaml, sizeof(yaml), "%.*s.yaml", (int)(strlen(dts) - 4), dts);
	if (!access(yaml, R_OK))
		ck_assert_msg(!board_platform(b, yaml, &err), "%s", err.text);
}

static void compare(const char *dts, u32 *deadlocks, u32 *starving)
{
	struct stall_evidence *e = calloc(1, sizeof(*e));
	struct board_error err;
	struct findings f;
	struct board b;
	bool rule;

	read_board(&b, dts);
	ck_assert_int_eq(rules_check(&f, &b), 0);
	rule = somebody_starves(&f);
	ck_assert_msg(!stall_evidence_make(e, &b, &f, &err), "%s", err.text);
	ck_assert_msg(e->res.deadlock == has(&f, "pager-behind-stall"), "%s: deadlock", dts);
	/* In a deadlock whoever starves never goes on. */
	if (!e->res.deadlock)
		ck_assert_msg((e->res.late > 0) == rule, "%s: starvation", dts);
	/* So there is nothing that simulation alone has found. */
	ck_assert_msg(!has(&f, "simulated-deadlock") && !has(&f, "simulated-starvation"), "%s: twice", dts);
	*deadlocks += e->res.deadlock;
	*starving += e->res.late > 0 && !e->res.deadlock;
	stall_evidence_free(e);
	free(e);
	findings_free(&f);
	board_free(&b);
}

START_TEST(rules_and_simulation_agree)
{
	u32 deadlocks = 0, starving = 0;
	size_t i;
	glob_t g;

	ck_assert_int_eq(glob(FL_SOURCE_DIR "/tests/firmware/boards/*.dts", 0, NULL, &g), 0);
	for (i = 0; i < g.gl_pathc; i++)
		compare(g.gl_pathv[i], &deadlocks, &starving);
	globfree(&g);
	ck_assert_uint_ge(deadlocks, 5);
	ck_assert_uint_ge(starving, 5);
}
END_TEST

SUITE_MAIN("stall_evidence", rules_and_simulation_agree)
