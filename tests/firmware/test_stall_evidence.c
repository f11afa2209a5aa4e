// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Every board of boards/, by the rules and by simulation: what a rule says about time and waiting, simulation shows. */
#include "board_platform.h"
#include "board_read.h"
#include "stall_evidence.h"
#include "suite.h"

#include <glob.h>
#include <stdio.h>
#include <unistd.h>

#define BOARDS FL_SOURCE_DIR "/tests/firmware/boards/"

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

static void prices(const char *dts, struct fl_config *cfg, u64 memory, u64 notify, u64 resume)
{
	struct stall_board *s = calloc(1, sizeof(*s));
	struct board_error err;
	struct board b;

	read_board(&b, dts);
	ck_assert_msg(!board_stall_platform(&b, cfg, s, &err), "%s", err.text);
	ck_assert_uint_eq(s->platform.times.memory_ns, memory);
	ck_assert_uint_eq(s->platform.times.notify_ns, notify);
	ck_assert_uint_eq(s->platform.times.resume_ns, resume);
	if (cfg) {
		ck_assert_uint_eq(s->platform.tbu[0].slots, 7);
		ck_assert_uint_eq(s->platform.smmu[0].stall_max, 5);
		ck_assert_uint_eq(s->platform.pager.workers, 3);
	}
	board_free(&b);
	free(s);
}

/* docs/configuration.md: defaults; sums by hand, in the order of docs/check-stall.md */
TEST(prices_are_the_configuration_s)
{
	static const char *const keys[] = { "tbu.slots=7",	    "smmuv3.stall_max=5",
					    "cpu.workers=3",	    "memory.latency_ns=1000",
					    "tcu.walk_port=issued", "notify.msi_ns=7000",
					    "command.fetch_ns=300", "driver.nested=yes",
					    "driver.trap_ns=10000" };
	struct fl_config *cfg = malloc(sizeof(*cfg));
	struct fl_config_error err;
	size_t i;

	/* 2 + 2 * 8 + 2 + 3 + 4 + 4 * 50 + 50; 50 + 100 + 0 + 1000 + 200 + 2000 + 150 + 4 * 5 + 1500; 50 + 50 + 5 + 16 */
	prices(BOARDS "pager.dts", NULL, 277, 5020, 121);
	/* SMMUv2: wire 20, six registers, no words of memory; no command */
	prices(BOARDS "v2-stalls.dts", NULL, 277, 50 + 20 + 1000 + 200 + 2000 + 6 * 150 + 1500, 50 + 16);
	fl_config_init(cfg);
	for (i = 0; i < ARRAY_SIZE(keys); i++)
		ck_assert_msg(!fl_config_set(cfg, keys[i], &err), "%s", err.text);
	prices(BOARDS "pager.dts", cfg, 27 + 4 * 1000 + 1000, 50 + 7000 + 3200 + 150 + 10000 + 20 + 1500,
	       50 + 10000 + 300 + 5 + 16);
	free(cfg);
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

TEST(rules_and_simulation_agree)
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

SUITE("stall_evidence")
