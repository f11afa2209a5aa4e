// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Small traces written by hand, generated ones, and those that cannot be played. */
#include "replay_rig.h"
#include "suite.h"

#include <unistd.h>

static void expect_counts(u64 translated, u64 aborted, u64 faults)
{
	ck_assert_uint_eq(rig_res.translated, translated);
	ck_assert_uint_eq(rig_res.aborted, aborted);
	ck_assert_uint_eq(rig_res.faults, faults);
	ck_assert_uint_eq(rig_res.different, 0);
}

/* ---- accesses that cross pages ---- */

#define THREE_PAGES                 \
	"attach 0 sid=1 domain=7\n" \
	"map 0 domain=7 iova=0x1000 size=0x3000 pa=0x40001000 perm=rw\n"

TEST(test_crossing_access_faults_on_each_page)
{
	rig_text(THREE_PAGES "access 10 sid=1 iova=0x1ff8 size=0x1010 dir=w outcome=ok pa=0x40001ff8 perm=rw\n");
	rig_run();
	ck_assert_uint_eq(rig_res.accesses, 1);
	ck_assert_uint_eq(rig_res.bytes, 0x1010);
	ck_assert_uint_eq(rig_res.first_touches, 3);
	expect_counts(1, 0, 3);
	ck_assert_uint_eq(rig_res.compared, 1);
}

TEST(test_crossing_into_nothing_is_aborted)
{
	rig_text(THREE_PAGES "access 10 sid=1 iova=0x3ffc size=8 dir=r outcome=fault model=smmuv3 code=0x10\n");
	rig_run();
	expect_counts(0, 1, 2);
	ck_assert_uint_eq(rig_res.responses[FAULT_RETRY], 1);
	ck_assert_uint_eq(rig_res.responses[FAULT_TERMINATE], 1);
	rig_opt.resident = REPLAY_RESIDENT_ALL;
	rig_run();
	expect_counts(0, 1, 1);
}

/* An access that ends with a page's last byte does not cross. */
TEST(test_not_crossing)
{
	rig_text(THREE_PAGES "access 10 sid=1 iova=0x1ff8 size=8 dir=w\n"
			     "access 10 sid=1 iova=0x3000 size=4096 dir=w\n");
	rig_run();
	expect_counts(2, 0, 2);
}

TEST(test_crossing_translated_by_an_endpoint)
{
	rig_opt.faults = REPLAY_PRI;
	rig_text(THREE_PAGES "access 10 sid=1 iova=0x1ff8 size=0x1010 dir=w outcome=ok pa=0x40001ff8 perm=rw\n"
			     "access 11 sid=1 iova=0x3ffc size=8 dir=r\n");
	rig_run();
	expect_counts(1, 1, 4);
}

/* ---- what re-arms a page ---- */

TEST(test_unmap_and_map_again)
{
	rig_text(THREE_PAGES "access 1 sid=1 iova=0x1000 size=4 dir=r outcome=ok pa=0x40001000 perm=rw\n"
			     "unmap 2 domain=7 iova=0x1000 size=0x1000\n"
			     "access 3 sid=1 iova=0x1000 size=4 dir=r outcome=fault model=smmuv3 code=0x10\n"
			     "map 4 domain=7 iova=0x1000 size=0x1000 pa=0x50000000 perm=r\n"
			     "access 5 sid=1 iova=0x1004 size=4 dir=r outcome=ok pa=0x50000004 perm=r\n"
			     "access 6 sid=1 iova=0x1000 size=4 dir=w outcome=fault model=smmuv3 code=0x13\n");
	rig_run();
	expect_counts(2, 2, 4);
	ck_assert_uint_eq(rig_res.compared, 4);
	ck_assert_uint_eq(rig_res.first_touches, 2);
	ck_assert_uint_eq(rig_res.n_types, 2);
	ck_assert_uint_eq(rig_res.types[0].code, EVENT_TRANSLATION);
	ck_assert_uint_eq(rig_res.types[0].count, 3);
	ck_assert_uint_eq(rig_res.types[1].code, EVENT_PERMISSION);
	ck_assert_uint_eq(rig_res.types[1].count, 1);
	ck_assert_uint_eq(rig_res.unmaps, 1);
}

/* A page that is replaced while it is resident leads to the new place at once, in every kind of unmap. */
TEST(test_replaced_and_unmapped_whole)
{
	static const u32 residents[] = { REPLAY_RESIDENT_NONE, REPLAY_RESIDENT_ALL };
	size_t i;

	rig_text(THREE_PAGES "access 1 sid=1 iova=0x2000 size=4 dir=r outcome=ok pa=0x40002000 perm=rw\n"
			     "map 2 domain=7 iova=0x2000 size=0x1000 pa=0x60000000 perm=rw\n"
			     "access 3 sid=1 iova=0x2000 size=4 dir=r outcome=ok pa=0x60000000 perm=rw\n"
			     "unmap 4 domain=7 whole\n"
			     "access 5 sid=1 iova=0x2000 size=4 dir=r outcome=fault model=smmuv3 code=0x10\n"
			     "map 6 domain=7 iova=0x2000 size=0x1000 pa=0x40002000 perm=rw\n"
			     "access 7 sid=1 iova=0x2000 size=4 dir=r outcome=ok pa=0x40002000 perm=rw\n"
			     "unmap 8 whole\n"
			     "access 9 sid=1 iova=0x2000 size=4 dir=r outcome=fault model=smmuv3 code=0x10\n");
	for (i = 0; i < ARRAY_SIZE(residents); i++) {
		rig_opt.resident = residents[i];
		rig_run();
		expect_counts(3, 2, residents[i] ? 2 : 5);
		ck_assert_uint_eq(rig_res.compared, 5);
	}
}

/* An invalidation that no mapping goes away with leaves pages as they are. */
TEST(test_invalidate_is_no_unmap)
{
	rig_text(THREE_PAGES "access 1 sid=1 iova=0x2000 size=4 dir=r\n"
			     "invalidate 2 domain=7 whole\n"
			     "access 3 sid=1 iova=0x2000 size=4 dir=r\n");
	rig_run();
	expect_counts(2, 0, 1);
}

/* ---- address spaces ---- */

TEST(test_map_precedes_attach)
{
	static const u32 residents[] = { REPLAY_RESIDENT_NONE, REPLAY_RESIDENT_ALL };
	size_t i;

	rig_text("map 0 domain=3 iova=0x5000 size=0x2000 pa=0x40000000 perm=rw\n"
		 "unmap 0 domain=3 iova=0x6000 size=0x1000\n"
		 "attach 1 sid=9 domain=3\n"
		 "access 2 sid=9 iova=0x5000 size=4 dir=w outcome=ok pa=0x40000000 perm=rw\n"
		 "access 3 sid=9 iova=0x6000 size=4 dir=w outcome=fault model=smmuv3 code=0x10\n");
	for (i = 0; i < ARRAY_SIZE(residents); i++) {
		rig_opt.resident = residents[i];
		rig_run();
		expect_counts(1, 1, residents[i] ? 1 : 2);
	}
}

/* A stream that moves to another address space, and two streams that share one. */
TEST(test_move_and_share)
{
	rig_text("attach 0 sid=1 domain=1\nattach 0 sid=2 domain=2\n"
		 "map 0 domain=1 iova=0x1000 size=0x1000 pa=0x10000000 perm=rw\n"
		 "map 0 domain=2 iova=0x1000 size=0x1000 pa=0x20000000 perm=rw\n"
		 "access 1 sid=1 iova=0x1000 size=4 dir=w outcome=ok pa=0x10000000 perm=rw\n"
		 "attach 2 sid=1 domain=2\n"
		 "access 3 sid=1 iova=0x1000 size=4 dir=w outcome=ok pa=0x20000000 perm=rw\n"
		 "access 4 sid=2 iova=0x1008 size=4 dir=w outcome=ok pa=0x20000008 perm=rw\n"
		 "detach 5 sid=1\n"
		 "attach 6 sid=1 domain=1\n"
		 "access 7 sid=1 iova=0x1000 size=4 dir=w outcome=ok pa=0x10000000 perm=rw\n");
	rig_run();
	expect_counts(4, 0, 2);
	ck_assert_uint_eq(rig_res.compared, 4);
}

TEST(test_detached_stream_is_refused)
{
	rig_text(THREE_PAGES "access 1 sid=1 iova=0x1000 size=4 dir=w\n"
			     "detach 2 sid=1\n"
			     "access 3 sid=1 domain=7 iova=0x1000 size=4 dir=w\n");
	rig_run();
	ck_assert_uint_eq(rig_res.translated, 1);
	ck_assert_uint_eq(rig_res.aborted, 1);
}

TEST(test_pasids_are_address_spaces)
{
	static const enum replay_faults modes[] = { REPLAY_STALL, REPLAY_TERMINATE, REPLAY_PRI };
	size_t i;

	rig_text("attach 0 sid=1 domain=1\nattach 0 sid=1 pasid=1 domain=2\nattach 0 sid=1 pasid=77 domain=3\n"
		 "map 0 domain=1 iova=0x1000 size=0x1000 pa=0x10000000 perm=rw\n"
		 "map 0 domain=2 iova=0x1000 size=0x1000 pa=0x20000000 perm=rw\n"
		 "map 0 domain=3 iova=0x1000 size=0x1000 pa=0x30000000 perm=rw\n"
		 "access 1 sid=1 iova=0x1000 size=4 dir=w\n"
		 "access 2 sid=1 pasid=1 iova=0x1000 size=4 dir=w\n"
		 "access 3 sid=1 pasid=77 iova=0x1000 size=4 dir=w\n"
		 "access 4 sid=1 iova=0x1000 size=4 dir=w outcome=ok pa=0x10000000 perm=rw\n"
		 "access 5 sid=1 pasid=1 iova=0x1000 size=4 dir=w outcome=ok pa=0x20000000 perm=rw\n"
		 "access 6 sid=1 pasid=77 iova=0x1000 size=4 dir=w outcome=ok pa=0x30000000 perm=rw\n");
	for (i = 0; i < ARRAY_SIZE(modes); i++) {
		rig_opt.faults = modes[i];
		rig_run();
		expect_counts(modes[i] == REPLAY_TERMINATE ? 3 : 6, modes[i] == REPLAY_TERMINATE ? 3 : 0, 3);
		ck_assert_uint_eq(rig_res.compared, 3);
	}
}

/* ---- generated traces: what faults is what the records say ---- */

struct generated {
	const char *name;
	const char *set[4];
	size_t n;
	bool crossing;
};

static const struct generated generated[] = {
	{ "random", { "accesses=5000", "pages=300", "streams=3" }, 3, false },
	{ "random", { "accesses=5000", "pages=200", "streams=2", "pasids=5" }, 4, false },
	{ "random", { "accesses=5000", "pages=100", "unmap_every=7", "pasids=1" }, 4, false },
	{ "random", { "accesses=1000", "size_bytes=9000", "unmap_every=3" }, 3, true },
	{ "nic", { "packets=1000", "packet_bytes=9000" }, 2, true },
	{ "nvme", { "commands=500" }, 1, true },
	{ "gpu", { "frames=4", "tiles=256", "contexts=3" }, 3, true },
};

static void play_generated(const struct generated *g)
{
	struct rig_expected e;

	rig_generate(g->name, g->set, g->n, 5);
	e = rig_expect();
	ck_assert_uint_gt(e.first_touches, 50);
	rig_run();
	ck_assert_uint_eq(rig_res.accesses, e.accesses);
	ck_assert_uint_eq(rig_res.bytes, e.bytes);
	expect_counts(e.accesses, 0, e.first_touches);
	ck_assert_uint_eq(rig_res.duplicates, 0);
	ck_assert_uint_eq(rig_res.responses[FAULT_RETRY], e.first_touches);
	rig_opt.faults = REPLAY_PRI;
	rig_run();
	expect_counts(e.accesses, 0, e.first_touches);
	rig_opt.faults = REPLAY_TERMINATE;
	rig_run();
	expect_counts(e.accesses - rig_res.aborted, rig_res.aborted, rig_res.aborted);
	if (!g->crossing)
		ck_assert_uint_eq(rig_res.aborted, e.first_touches);
	rig_opt.resident = REPLAY_RESIDENT_ALL;
	rig_run();
	expect_counts(e.accesses, 0, 0);
}

TEST(test_generated)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(generated); i++) {
		rig_opt.faults = REPLAY_STALL;
		rig_opt.resident = REPLAY_RESIDENT_NONE;
		play_generated(&generated[i]);
	}
}

/* A share of the pages is resident, with either seed. */
TEST(test_fraction_of_pages)
{
	static const char *const set[] = { "accesses=8000", "pages=4000", "size_bytes=4096", "pattern=sequential" };

	rig_generate("random", set, ARRAY_SIZE(set), 1);
	rig_opt.resident = 300000;
	for (rig_opt.seed = 1; rig_opt.seed < 20; rig_opt.seed++) {
		rig_run();
		ck_assert_uint_gt(rig_res.faults * 100, rig_expect().first_touches * 65);
		ck_assert_uint_lt(rig_res.faults * 100, rig_expect().first_touches * 75);
	}
}

/* ---- what cannot be played ---- */

TEST(test_tables_in_the_way)
{
	rig_text("attach 0 sid=1 domain=7\n"
		 "map 0 domain=7 iova=0x1000 size=0x1000 pa=0x800000000000 perm=rw\n"
		 "access 1 sid=1 iova=0x1000 size=4 dir=r\n");
	rig_refused(-EINVAL, "the trace maps physical address 0x800000000fff, tables begin at os.table_base = "
			     "0x800000000000");
	/* The last page below them is the trace's. */
	rig_text("attach 0 sid=1 domain=7\n"
		 "map 0 domain=7 iova=0x1000 size=0x1000 pa=0x7ffffffff000 perm=rw\n"
		 "access 1 sid=1 iova=0x1000 size=4 dir=r outcome=ok pa=0x7ffffffff000 perm=rw\n");
	rig_run();
	expect_counts(1, 0, 1);
}

static void streams(u32 n)
{
	char text[16000];
	size_t at = 0;
	u32 i;

	for (i = 0; i < n; i++)
		at += (size_t)snprintf(text + at, sizeof(text) - at, "attach 0 sid=%u domain=1\n", i);
	rig_text(text);
}

TEST(test_streams)
{
	streams(256);
	rig_run();
	streams(257);
	rig_refused(-EINVAL, "more than 256 streams");
}

TEST(test_detach_of_nothing)
{
	rig_text("attach 0 sid=1 domain=1\ndetach 1 sid=1\ndetach 2 sid=1\n");
	rig_refused(-ENOENT, "detach");
	rig_text("attach 0 sid=1 domain=1\ndetach 1 sid=1 pasid=4\n");
	rig_refused(-ENOENT, "detach");
	rig_text("attach 0 sid=1 domain=1\ndetach 1 sid=2\n");
	rig_refused(-ENOENT, "detach");
}

TEST(test_damage_is_noticed_before_anything_runs)
{
	static const char *const set[] = { "accesses=10000" };
	long size;
	int byte;
	FILE *f;

	rig_generate("random", set, 1, 1);
	f = fopen(rig_trace, "r+b");
	fseek(f, 0, SEEK_END);
	size = ftell(f);
	fseek(f, size * 3 / 4, SEEK_SET);
	byte = fgetc(f);
	fseek(f, -1, SEEK_CUR);
	fputc(byte ^ 0x40, f);
	fclose(f);
	rig_res.accesses = 4711;
	rig_refused(-EINVAL, "damaged");
	ck_assert_uint_eq(rig_res.accesses, 0);
	ck_assert_int_eq(truncate(rig_trace, size / 2), 0);
	rig_refused(-EINVAL, "");
	rig_opt.trace = "/nonexistent/trace.dmat";
	rig_refused(-ENOENT, "");
}

/* Tables need room; a driver that finds none says so. */
TEST(test_no_room_for_tables)
{
	rig_cfg.os.table_bytes = 1 << 20;
	rig_text("attach 0 sid=1 domain=1\n"
		 "map 0 domain=1 iova=0 size=0x1000 pa=0x1000 perm=rw\n"
		 "map 0 domain=1 iova=0x40000000000 size=0x40000000 pa=0x40000000 perm=rw\n"
		 "access 1 sid=1 iova=0 size=4 dir=r\n");
	rig_opt.resident = REPLAY_RESIDENT_ALL;
	rig_refused(-ENOMEM, "the driver cannot do this map");
}

SUITE_WITH("replay of traces", rig_setup, rig_teardown)
