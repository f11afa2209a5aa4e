// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What people, programs and files get, and platforms read back. */
#include "stall_scene.h"
#include "stall_trace.h"

#include <unistd.h>

/* A GPU of four accesses fills the TBU that its swap needs, too. */
static const char platform_yaml[] =
	"smmus:\n"
	"- {name: smmu, kind: smmuv3, stall_max: 16}\n"
	"tbus:\n"
	"- {name: left, smmu: 1, slots: 4}\n"
	"- {name: right, smmu: 1, slots: 4}\n"
	"masters:\n"
	"- {name: gpu, tbu: 1, mode: stall, outstanding: 4, accesses: 4}\n"
	"- {name: ssd, tbu: 1, mode: pinned}\n"
	"- {name: eth \"0\", tbu: 2, mode: pinned, accesses: 3, pcie: true, limits: access, "
	"deadline_ns: 50000}\n"
	"pager: {storage: 2, pressure_ppm: 1000000}\n";

static void load(struct stall_platform *p, const char *text)
{
	struct board_error err;

	ck_assert_msg(!stall_platform_parse("platform", text, p, &err), "%s", err.text);
}

TEST(platform_from_text)
{
	static struct stall_platform p;

	load(&p, platform_yaml);
	ck_assert_uint_eq(p.n_smmus, 1);
	ck_assert_uint_eq(p.n_tbus, 2);
	ck_assert_uint_eq(p.n_ports, 0);
	ck_assert_uint_eq(p.n_masters, 3);
	ck_assert_str_eq(p.tbu[1].name, "right");
	ck_assert_uint_eq(p.smmu[0].stall_max, 16);
	ck_assert_int_eq(p.master[0].mode, STALL_STALLS);
	ck_assert_int_eq(p.master[2].limits, STALL_ACCESS);
	ck_assert_str_eq(p.master[2].name, "eth \"0\"");
	/* What is not said has its default. */
	ck_assert_uint_eq(p.master[1].outstanding, 8);
	ck_assert_uint_eq(p.pager.workers, 1);
	ck_assert_uint_eq(p.pager.p999_ns, 100000);
}

/* Each with what the one line has to say. */
static const struct {
	const char *text, *says;
} refused[] = {
	{ "", "empty" },
	{ "smmus: [{name: a, kind: smmuv3}]\n", "tbus" },
	{ "smmus: [{name: a, kind: vtd}]\ntbus: [{name: t, smmu: 1}]\nmasters: [{name: m, tbu: 1, mode: pinned}]\n",
	  "smmu a: kind vtd: only smmuv2 and smmuv3 stall" },
	{ "smmus: [{name: a, kind: smmuv3}]\ntbus: [{name: t, smmu: 2}]\nmasters: [{name: m, tbu: 1, mode: pinned}]\n",
	  "tbu t: smmu 2 is none" },
	{ "smmus: [{name: a, kind: smmuv3}]\ntbus: [{name: t, smmu: 1}]\nmasters: [{name: m, tbu: 0, mode: pinned}]\n",
	  "master m: tbu 0 is none" },
	{ "smmus: [{name: a, kind: smmuv2}]\ntbus: [{name: t, smmu: 1}]\nmasters: [{name: m, tbu: 1, mode: pri}]\n",
	  "master m: pri: its SMMU is a smmuv2, which has no page requests" },
	{ "smmus: [{name: a, kind: smmuv3}]\ntbus: [{name: t, smmu: 1}]\nmasters: [{name: m, tbu: 1, mode: waits}]\n",
	  ":" },
	{ "smmus: [{name: a, kind: smmuv3}]\ntbus: [{name: t, smmu: 1}]\nmasters: [{name: m, tbu: 1, mode: stall, "
	  "backing: 2}]\n",
	  "master m: backing 2 is no master" },
	{ "smmus: [{name: a, kind: smmuv3}]\ntbus: [{name: t, smmu: 1, slotz: 3}]\nmasters: [{name: m, tbu: 1, mode: "
	  "stall}]\n",
	  "slotz" },
	{ "{", ":" },
};

TEST_TIMES(refused_texts, ARRAY_SIZE(refused))
{
	static struct stall_platform p;
	struct board_error err;

	ck_assert_int_eq(stall_platform_parse("platform", refused[_i].text, &p, &err), -EINVAL);
	ck_assert_msg(!strncmp(err.text, "platform", 8), "%s", err.text);
	ck_assert_msg(strstr(err.text + 8, refused[_i].says) != NULL, "%s", err.text);
	ck_assert_ptr_null(strchr(err.text, '\n'));
}

/* A schedule is written, read, executed, and tells the same story; so does one that only the search has found. */
TEST_TIMES(schedule_there_and_back, 2)
{
	static struct stall_platform p, q;
	static struct stall_result r, again;
	struct stall_options opt = { .seed = 3 }, back;
	char path[] = "/tmp/stall-report-XXXXXX";
	struct dmat_error err = { 0 };
	struct stall_step *steps;
	u32 n, i;

	load(&p, platform_yaml);
	if (_i)
		p.master[0].period_ns = 1000000;
	ck_assert_int_eq(stall_simulate(&p, &opt, &r), 0);
	ck_assert(r.deadlock);
	ck_assert_uint_eq(r.found, _i ? STALL_FOUND_SEARCH : STALL_FOUND_TIMED);
	close(mkstemp(path));
	ck_assert_msg(!stall_trace_write(path, &p, NULL, &opt, &r, &err), "%s", err.reason);
	ck_assert_msg(!stall_trace_read(path, &q, &back, &steps, &n, &err), "%s", err.reason);
	unlink(path);
	ck_assert_uint_eq(n, r.n_steps);
	for (i = 0; i < n; i++) {
		ck_assert_int_eq(steps[i].kind, r.steps[i].kind);
		ck_assert_uint_eq(steps[i].who, r.steps[i].who);
		ck_assert_uint_eq(steps[i].at_ns, r.steps[i].at_ns);
	}
	ck_assert_uint_eq(back.seed, 3);
	ck_assert_mem_eq(&p, &q, sizeof(p));
	ck_assert_int_eq(stall_play(&q, &back, steps, n, &again), 0);
	ck_assert(again.deadlock);
	ck_assert_str_eq(again.story, r.story);
	free(steps);
	stall_result_free(&r);
	stall_result_free(&again);
}

static u64 number(const json_t *o, const char *key)
{
	ck_assert_msg(json_is_integer(json_object_get(o, key)), "%s", key);
	return (u64)json_integer_value(json_object_get(o, key));
}

TEST(for_programs)
{
	static struct stall_platform p;
	static struct stall_result r;
	json_t *o, *m, *nodes;
	size_t i, dead = 0, on_cycle = 0;

	load(&p, platform_yaml);
	scene_run(&p, NULL, &r);
	o = stall_json(&p, &r);
	ck_assert(json_is_true(json_object_get(o, "deadlock")));
	ck_assert_str_eq(json_string_value(json_object_get(o, "found_by")), "run_with_time");
	ck_assert_uint_eq(number(o, "deadlock_ns"), 102000);
	ck_assert_uint_eq(json_array_size(json_object_get(o, "story")), 5);
	m = json_array_get(json_object_get(o, "masters"), 2);
	ck_assert_str_eq(json_string_value(json_object_get(m, "name")), "eth \"0\"");
	ck_assert_uint_eq(number(m, "completed"), 3);
	ck_assert_uint_eq(number(m, "longest_access_ns"), 200);
	ck_assert(json_is_false(json_object_get(m, "deadline_missed")));
	/* What never ends has no length, neither that of the run nor that up to the deadlock. */
	ck_assert(json_is_null(json_object_get(o, "recover_ns")));
	for (i = 0; i < 2; i++) {
		m = json_array_get(json_object_get(o, "masters"), i);
		ck_assert(json_is_null(json_object_get(m, "longest_gap_ns")));
		ck_assert(json_is_null(json_object_get(m, "longest_access_ns")));
	}
	/* The SSD waits behind the GPU, whose accesses all have slots. */
	ck_assert(json_is_null(json_object_get(m, "behind_software_ns")));
	m = json_array_get(json_object_get(o, "tbu_slots"), 0);
	ck_assert_uint_eq(number(m, "peak_stalled"), 4);
	ck_assert(json_is_null(json_object_get(m, "full_longest_ns")));
	ck_assert(json_is_null(json_object_get(m, "full_stalled_ns")));
	m = json_array_get(json_object_get(o, "stalled_transactions"), 0);
	ck_assert_uint_eq(number(m, "full_stalled_ns"), 0);
	nodes = json_object_get(json_object_get(o, "waits"), "nodes");
	for (i = 0; i < json_array_size(nodes); i++) {
		dead += json_is_true(json_object_get(json_array_get(nodes, i), "dead"));
		on_cycle += json_is_true(json_object_get(json_array_get(nodes, i), "cycle"));
	}
	/* Four accesses of the GPU, one of the SSD, the slots, the read, the worker, and all workers. */
	ck_assert_uint_eq(dead, 9);
	ck_assert_uint_eq(on_cycle, 5);
	json_decref(o);
	stall_result_free(&r);
}

/* Everything that is printed, of a file stream. */
static char *printed(const struct stall_platform *p, const struct stall_result *r, bool dot)
{
	char *text;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	if (dot)
		stall_graph_dot(&r->graph, f);
	else
		stall_print(p, r, f);
	fclose(f);
	return text;
}

TEST(for_people)
{
	static struct stall_platform p;
	static struct stall_result r;
	char *text;

	load(&p, platform_yaml);
	scene_run(&p, NULL, &r);
	text = printed(&p, &r, false);
	ck_assert_ptr_nonnull(
		strstr(text, "DEADLOCK after 102 us:\nworker 0 handles a fault and waits for ssd's read 1\n"));
	ck_assert_ptr_nonnull(strstr(text, "never goes on"));
	ck_assert_ptr_nonnull(strstr(text, "longest time with something stalled: for ever\n"));
	ck_assert_ptr_nonnull(strstr(text, " 50 us (access)  ok\n"));
	free(text);
	text = printed(&p, &r, true);
	ck_assert_ptr_nonnull(strstr(text, "[label=\"slots of left\", shape=ellipse, style=bold, color=red];"));
	ck_assert_ptr_null(strstr(text, "eth"));
	free(text);
	stall_result_free(&r);
	p.master[1].tbu = 2;
	scene_run(&p, NULL, &r);
	text = printed(&p, &r, false);
	ck_assert_ptr_nonnull(strstr(text, "no deadlock found"));
	ck_assert_ptr_nonnull(strstr(text, "all of them"));
	free(text);
	stall_result_free(&r);
}

SUITE("stall_report")
