// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Generated traces: a function of keys and seed, within the keys' ranges, and with every page mapped before use. */
#include "points.h"
#include "trace_fixture.h"
#include "trace_gen.h"
#include "trace_pages.h"
#include "trace_summary.h"

static void generate(const char *name, const char *const *set, size_t sets, u64 seed, const char *path)
{
	struct dmat_error err;

	ck_assert_msg(!trace_generate(name, set, sets, seed, path, &err), "%s", err.reason);
}

static struct trace_summary summary_of(const char *path)
{
	struct trace_summary s;
	struct dmat_reader *r;
	struct dmat_error err;

	ck_assert_int_eq(dmat_reader_open(&r, path, 0, &err), 0);
	ck_assert_int_eq(trace_summarize(r, &s, &err), 0);
	dmat_reader_close(r);
	return s;
}

/* Each access with an outcome goes where the map before it says. */
static void check_maps(const char *path)
{
	struct trace_pages *pages = trace_pages_new();
	struct dmat_record rec;
	struct dmat_reader *r;
	struct dmat_error err;
	u64 pa, i;
	u8 perm;

	ck_assert_int_eq(dmat_reader_open(&r, path, 0, &err), 0);
	while (dmat_read(r, &rec) > 0) {
		for (i = 0; rec.kind == DMAT_MAP && i < rec.size; i += 4096)
			ck_assert_int_ge(trace_pages_set(pages, rec.domain, rec.iova + i, 4096, rec.pa + i, rec.perm),
					 0);
		if (rec.kind == DMAT_UNMAP)
			trace_pages_clear(pages, rec.domain, rec.iova, rec.size);
		if (rec.kind != DMAT_ACCESS)
			continue;
		ck_assert_int_eq(rec.outcome, DMAT_OUT_OK);
		ck_assert(trace_pages_get(pages, rec.domain, rec.iova + rec.size - 1, &pa, &perm));
		ck_assert(trace_pages_get(pages, rec.domain, rec.iova, &pa, &perm));
		ck_assert_uint_eq(pa, rec.pa);
		ck_assert_uint_eq(rec.flags & perm & (DMAT_F_R | DMAT_F_W), rec.flags & (DMAT_F_R | DMAT_F_W));
	}
	dmat_reader_close(r);
	trace_pages_free(pages);
}

struct keys {
	const char *name, *reason; /* why they are refused */
	const char *set[3];
	size_t sets;
};

static const struct keys small[] = {
	{ "random", NULL, { "accesses=9000" }, 1 },
	{ "nic", NULL, { "packets=3000" }, 1 },
	{ "nvme", NULL, { "commands=1000" }, 1 },
	{ "gpu", NULL, { "frames=4" }, 1 },
	{ "mix", NULL, { "parts=random,nic", "random.accesses=4000", "nic.packets=1000" }, 3 },
};

TEST_TIMES(each_generator_is_a_function_of_its_seed, ARRAY_SIZE(small))
{
	const char *name = small[_i].name, *const *set = small[_i].set;
	size_t a_bytes, b_bytes, c_bytes;
	u8 *a, *b, *c;

	generate(name, set, small[_i].sets, 1, fixture_path("a.dmat"));
	generate(name, set, small[_i].sets, 1, fixture_path("b.dmat"));
	generate(name, set, small[_i].sets, 2, fixture_path("c.dmat"));
	check_maps(fixture_path("a.dmat"));
	a = fixture_get(fixture_path("a.dmat"), &a_bytes);
	b = fixture_get(fixture_path("b.dmat"), &b_bytes);
	c = fixture_get(fixture_path("c.dmat"), &c_bytes);
	ck_assert(a_bytes == b_bytes && !memcmp(a, b, a_bytes));
	ck_assert(a_bytes != c_bytes || memcmp(a, c, a_bytes));
	free(a);
	free(b);
	free(c);
}

TEST(random_keeps_to_its_keys)
{
	static const char *const set[] = { "accesses=5000",   "streams=3",	 "pages=16",
					   "write_percent=0", "size_bytes=6000", "pattern=sequential",
					   "pasids=2",	      "unmap_every=100", "interval_ns=0" };
	struct trace_summary s;

	generate("random", set, ARRAY_SIZE(set), 1, fixture_path("t.dmat"));
	s = summary_of(fixture_path("t.dmat"));
	ck_assert_uint_eq(s.kind[DMAT_ACCESS], 5000);
	ck_assert_uint_eq(s.bytes, 5000 * 6000);
	ck_assert_uint_eq(s.writes, 0);
	ck_assert_uint_eq(s.streams.entries, 3);
	ck_assert_uint_eq(s.pasids.entries, 2);
	ck_assert_uint_eq(s.spaces.entries, 6);
	ck_assert_uint_eq(s.kind[DMAT_UNMAP], 50);
	ck_assert_uint_eq(s.last_ns, 0);
	ck_assert_uint_le(s.pages, 6 * 16);
	trace_summary_free(&s);
}

TEST(nic_reads_and_writes_by_direction)
{
	static const char *const set[] = { "packets=1000", "rx_percent=100", "packet_bytes=9000", "ring_entries=8" };
	struct trace_summary s;

	generate("nic", set, ARRAY_SIZE(set), 1, fixture_path("t.dmat"));
	check_maps(fixture_path("t.dmat"));
	s = summary_of(fixture_path("t.dmat"));
	/* Descriptor, data, write-back. */
	ck_assert_uint_eq(s.reads, 1000);
	ck_assert_uint_eq(s.writes, 2000);
	ck_assert_uint_eq(s.bytes, 1000 * (16 + 9000 + 16));
	ck_assert_uint_eq(s.kind[DMAT_UNMAP], 1000);
	trace_summary_free(&s);
}

TEST(nvme_moves_every_page)
{
	static const char *const set[] = { "commands=300", "pages=2", "queue_depth=4", "read_percent=100", "unmap=no" };
	struct trace_summary s;

	generate("nvme", set, ARRAY_SIZE(set), 1, fixture_path("t.dmat"));
	check_maps(fixture_path("t.dmat"));
	s = summary_of(fixture_path("t.dmat"));
	ck_assert_uint_eq(s.reads, 300);
	ck_assert_uint_eq(s.writes, 300 * 3);
	ck_assert_uint_eq(s.bytes, 300 * (64 + 2 * 4096 + 16));
	ck_assert_uint_eq(s.kind[DMAT_UNMAP], 0);
	trace_summary_free(&s);
}

TEST(gpu_contexts_have_pasids)
{
	static const char *const set[] = { "frames=6", "contexts=3", "tiles=64", "reads=2" };
	struct trace_summary s;

	generate("gpu", set, ARRAY_SIZE(set), 1, fixture_path("t.dmat"));
	s = summary_of(fixture_path("t.dmat"));
	ck_assert_uint_eq(s.pasids.entries, 3);
	ck_assert_uint_eq(s.writes, 6 * 64);
	ck_assert_uint_eq(s.reads, 6 * (64 * 2 + 4));
	ck_assert_uint_eq(s.kind[DMAT_UNMAP], 3);
	trace_summary_free(&s);
}

/* ---- what a trace asks about faults ---- */

/* The records of a file, all at once. */
static struct dmat_record *records_of(const char *path, size_t *n)
{
	struct dmat_record *rec = NULL;
	struct dmat_reader *r;
	struct dmat_error err;
	size_t i;

	ck_assert_int_eq(dmat_reader_open(&r, path, 0, &err), 0);
	*n = dmat_reader_records(r);
	rec = calloc(*n, sizeof(*rec));
	for (i = 0; i < *n; i++)
		ck_assert_int_eq(dmat_read(r, &rec[i]), 1);
	dmat_reader_close(r);
	return rec;
}

static struct dmat_record *made(const char *name, const char *const *set, size_t sets, size_t *n)
{
	generate(name, set, sets, 1, fixture_path("t.dmat"));
	check_maps(fixture_path("t.dmat"));
	return records_of(fixture_path("t.dmat"), n);
}

static const struct {
	const char *name;
	const char *set[5];
	size_t sets;
	size_t front; /* maps before the first access */
} in_front[] = {
	{ "random", { "accesses=5000", "pages=200" }, 2, 4 },
	{ "random", { "accesses=5000", "pages=7", "streams=3", "pasids=2", "size_bytes=9000" }, 5, 6 },
	{ "random", { "accesses=5000", "pattern=fresh", "interval_ns=0" }, 3, 4 },
	/* Two rings, then each buffer of both. */
	{ "nic", { "packets=1000", "ring_entries=16", "unmap=no" }, 3, 2 + 2 * 16 },
	/* Queues, lists, data. */
	{ "nvme", { "commands=500", "unmap=no" }, 2, 4 },
	{ "gpu", { "frames=1", "contexts=2" }, 2, 2 * 2 + 1 },
	{ "mix",
	  { "parts=a:random,b:random", "a.interval_ns=0", "b.interval_ns=0", "a.streams=1", "b.streams=2" },
	  5,
	  3 },
};

TEST_TIMES(no_map_comes_after_the_first_access, SOME(in_front))
{
	size_t n, i, maps = 0, late = 0, accesses = 0;
	struct dmat_record *rec = made(in_front[_i].name, in_front[_i].set, in_front[_i].sets, &n);

	for (i = 0; i < n; i++) {
		accesses += rec[i].kind == DMAT_ACCESS;
		maps += rec[i].kind == DMAT_MAP;
		late += rec[i].kind == DMAT_MAP && accesses;
	}
	ck_assert_uint_eq(maps, in_front[_i].front);
	ck_assert_uint_eq(late, 0);
	free(rec);
}

TEST(a_page_is_mapped_at_its_first_touch_if_asked_for)
{
	static const char *const set[] = { "maps=touch", "accesses=4000", "pages=64" };
	struct trace_summary s;

	generate("random", set, ARRAY_SIZE(set), 1, fixture_path("t.dmat"));
	check_maps(fixture_path("t.dmat"));
	s = summary_of(fixture_path("t.dmat"));
	/* 1000 accesses to 64 pages leave none out. */
	ck_assert_uint_eq(s.kind[DMAT_MAP], 4 * 64);
	trace_summary_free(&s);
}

TEST(an_unmapped_page_is_mapped_again_at_once)
{
	static const char *const set[] = { "accesses=1000", "unmap_every=10" };
	size_t n, i, unmaps = 0;
	struct dmat_record *rec = made("random", set, ARRAY_SIZE(set), &n);

	for (i = 0; i < n; i++) {
		if (rec[i].kind != DMAT_UNMAP)
			continue;
		unmaps++;
		ck_assert_uint_lt(i + 1, n);
		ck_assert_uint_eq(rec[i - 1].kind, DMAT_ACCESS);
		ck_assert_uint_eq(rec[i - 1].iova / 4096, rec[i].iova / 4096);
		ck_assert_uint_eq(rec[i + 1].kind, DMAT_MAP);
		ck_assert_uint_eq(rec[i + 1].iova, rec[i].iova);
		ck_assert_uint_eq(rec[i + 1].domain, rec[i].domain);
	}
	ck_assert_uint_eq(unmaps, 100);
	free(rec);
}

static const struct {
	const char *name;
	const char *set[5];
	size_t sets;
	u32 sid;
	u64 accesses, mean_ns; /* of that stream: from its first access to its last, over their number less one */
} rate[] = {
	{ "random", { "accesses=80000", "interval_ns=1000" }, 2, 3, 20000, 1000 },
	{ "random", { "accesses=20000", "interval_ns=7", "streams=1" }, 3, 1, 20000, 7 },
	{ "random", { "accesses=9000", "interval_ns=250", "spacing=fixed", "streams=3" }, 4, 2, 3000, 250 },
	/* Ten accesses: nine times 100, then 4100. */
	{ "random",
	  { "accesses=100000", "interval_ns=100", "burst=10", "burst_gap_ns=4100", "streams=2" },
	  5,
	  2,
	  50000,
	  500 },
	/* The accesses of a run have no time between them, and the mean stays. */
	{ "random",
	  { "accesses=40000", "pattern=fresh", "fresh_run=16", "fresh_ppm=100000", "pages=4096" },
	  5,
	  4,
	  10000,
	  400 },
	/* Three accesses a packet. */
	{ "nic", { "packets=20000" }, 1, 0x10, 60000, 400 },
	{ "gpu", { "frames=10", "interval_ns=20" }, 2, 0x100, 10 * (1024 * 5 + 64), 20 },
};

TEST_TIMES(the_mean_rate_is_what_was_asked_for, SOME(rate))
{
	size_t n, i;
	struct dmat_record *rec = made(rate[_i].name, rate[_i].set, rate[_i].sets, &n);
	u64 first = 0, last = 0, accesses = 0, mean;

	for (i = 0; i < n; i++) {
		if (rec[i].kind != DMAT_ACCESS || rec[i].sid != rate[_i].sid)
			continue;
		first = accesses ? first : rec[i].time_ns;
		last = rec[i].time_ns;
		accesses++;
	}
	ck_assert_uint_eq(accesses, rate[_i].accesses);
	/* 3000 exponential times have a mean within 5 % of theirs (2.7 sigma); these are more. */
	mean = (last - first) * 1000 / (accesses - 1);
	ck_assert_uint_ge(mean, rate[_i].mean_ns * 950);
	ck_assert_uint_le(mean, rate[_i].mean_ns * 1050);
	free(rec);
}

TEST(bursts_have_their_length_and_their_gap)
{
	static const char *const set[] = { "accesses=800",   "streams=2", "spacing=fixed",
					   "interval_ns=10", "burst=8",	  "burst_gap_ns=5000" };
	u64 last[3] = { 0 }, count[3] = { 0 };
	size_t n, i;
	struct dmat_record *rec = made("random", set, ARRAY_SIZE(set), &n);

	for (i = 0; i < n; i++) {
		u32 sid = rec[i].sid;

		if (rec[i].kind != DMAT_ACCESS)
			continue;
		if (count[sid])
			ck_assert_uint_eq(rec[i].time_ns - last[sid], count[sid] % 8 ? 10 : 5000);
		last[sid] = rec[i].time_ns;
		count[sid]++;
	}
	ck_assert_uint_eq(count[1], 400);
	ck_assert_uint_eq(count[2], 400);
	free(rec);
}

/* Times that are exponential: 63.2 % are below the mean (1 - 1/e), and 13.5 % over twice the mean (1/e^2). */
TEST(random_times_are_exponential)
{
	static const char *const set[] = { "accesses=20001", "streams=1", "interval_ns=1000" };
	u64 below = 0, over = 0, last = 0;
	size_t n, i;
	struct dmat_record *rec = made("random", set, ARRAY_SIZE(set), &n);

	for (i = 2; i < n; i++) {
		u64 pause = rec[i].time_ns - last;

		last = rec[i].time_ns;
		if (i == 2)
			continue;
		below += pause < 1000;
		over += pause > 2000;
	}
	ck_assert_uint_ge(below, 12640 - 300);
	ck_assert_uint_le(below, 12640 + 300);
	ck_assert_uint_ge(over, 2706 - 200);
	ck_assert_uint_le(over, 2706 + 200);
	free(rec);
}

static const struct {
	const char *set[8];
	size_t sets;
	u64 run, fresh; /* of each of two streams */
} fresh[] = {
	{ { "fresh_ppm=10000" }, 1, 1, 100 },
	{ { "fresh_ppm=100000", "fresh_run=32" }, 2, 32, 992 }, /* 1000, in whole runs */
	{ { "fresh_ppm=1000000", "fresh_run=10000", "pages=10000" }, 3, 10000, 10000 },
	{ { "fresh_ppm=1" }, 1, 1, 1 },
	{ { "fresh_ppm=50000", "fresh_run=5", "revisit=zipf", "pasids=3", "interval_ns=0" }, 5, 5, 500 },
};

static u64 touched_before(u8 *seen, const struct dmat_record *rec)
{
	u8 *page = &seen[rec->domain * 10000 + (rec->iova - 0x10000000) / 4096];
	u64 before = *page;

	*page = 1;
	return before;
}

TEST_TIMES(fresh_pages_are_as_many_and_as_close_as_asked_for, ARRAY_SIZE(fresh))
{
	const char *set[8] = { "pattern=fresh", "accesses=20000", "streams=2" };
	u64 count[3] = { 0 }, runs[3] = { 0 }, left[3] = { 0 }, began[3] = { 0 };
	u8 *seen = calloc(7, 10000);
	struct dmat_record *rec;
	size_t n, i;

	memcpy(set + 3, fresh[_i].set, fresh[_i].sets * sizeof(set[0]));
	rec = made("random", set, 3 + fresh[_i].sets, &n);
	for (i = 0; i < n; i++) {
		u32 sid = rec[i].sid;

		if (rec[i].kind != DMAT_ACCESS)
			continue;
		if (touched_before(seen, &rec[i])) {
			ck_assert_uint_eq(left[sid], 0);
			continue;
		}
		/* All pages of a run at one time, with no other access of their stream between them. */
		if (!left[sid]) {
			runs[sid]++;
			left[sid] = fresh[_i].run;
			began[sid] = rec[i].time_ns;
		}
		ck_assert_uint_eq(rec[i].time_ns, began[sid]);
		left[sid]--;
		count[sid]++;
	}
	ck_assert_uint_eq(count[1], fresh[_i].fresh);
	ck_assert_uint_eq(count[2], fresh[_i].fresh);
	ck_assert_uint_eq(runs[1], fresh[_i].fresh / fresh[_i].run);
	free(seen);
	free(rec);
}

/* Zipf, exponent 1, over 1000 pages: the first has 1 / H(1000) = 1 / 7.4855 = 13.36 %, the second half of it. */
TEST(zipf_prefers_the_first_by_its_law)
{
	static const char *const set[] = { "pattern=zipf", "accesses=50000", "streams=1", "pages=1000",
					   "size_bytes=4096" };
	u64 page[1000] = { 0 };
	size_t n, i;
	struct dmat_record *rec = made("random", set, ARRAY_SIZE(set), &n);

	for (i = 0; i < n; i++)
		if (rec[i].kind == DMAT_ACCESS)
			page[(rec[i].iova - 0x10000000) / 4096]++;
	ck_assert_uint_ge(page[0], 6680 - 300);
	ck_assert_uint_le(page[0], 6680 + 300);
	ck_assert_uint_ge(page[1], 3340 - 250);
	ck_assert_uint_le(page[1], 3340 + 250);
	ck_assert_uint_ge(page[9], 668 - 110);
	ck_assert_uint_le(page[9], 668 + 110);
	ck_assert_uint_gt(page[999] + page[998] + page[997], 0);
	free(rec);
}

TEST(dependent_accesses_say_so_and_streams_do_not)
{
	static const char *const set[] = { "accesses=4000", "streams=2", "dependent=yes", "think_ns=300" };
	u64 count[3] = { 0 }, think = 0;
	size_t n, i;
	struct dmat_record *rec = made("random", set, ARRAY_SIZE(set), &n);

	for (i = 0; i < n; i++) {
		if (rec[i].kind != DMAT_ACCESS)
			continue;
		/* Each but a stream's first. */
		ck_assert_uint_eq(!!(rec[i].flags & DMAT_F_AFTER), count[rec[i].sid] > 0);
		count[rec[i].sid]++;
		think += rec[i].word[0];
	}
	free(rec);
	ck_assert_uint_eq(count[1], 2000);
	ck_assert_uint_eq(count[2], 2000);
	ck_assert_uint_ge(think / 3998, 285);
	ck_assert_uint_le(think / 3998, 315);
	rec = made("random", set, 2, &n);
	for (i = 0; i < n; i++)
		ck_assert_uint_eq(rec[i].flags & DMAT_F_AFTER, 0);
	free(rec);
}

/* ---- mixes ---- */

/* The next record of a part, as it stands in the mix: with the mix's numbers. */
static bool same_but_numbers(const struct dmat_record *mix, const struct dmat_record *part, u32 sids, u32 domains,
			     u64 pa)
{
	struct dmat_record rec = *part;

	rec.sid += rec.sid == DMAT_SID_NONE ? 0 : sids;
	rec.domain += rec.domain == DMAT_DOMAIN_NONE ? 0 : domains;
	rec.pa += rec.pa ? pa : 0;
	return dmat_record_equal(mix, &rec);
}

TEST(a_mix_is_the_merge_of_its_parts)
{
	static const char *const mix[] = { "net.packets=500",	"parts=net:nic,nvme,r:random",
					   "nvme.commands=200", "r.streams=3",
					   "r.accesses=4000",	"r.burst=5" };
	static const char *const part_set[3][3] = { { "packets=500" },
						    { "commands=200" },
						    { "streams=3", "accesses=4000", "burst=5" } };
	static const char *const names[] = { "nic", "nvme", "random" };
	static const size_t sets[] = { 1, 1, 3 };
	/* 0x10 is 1 in the mix, 8 is 2, and 1 to 3 are 3 to 5; each part has 4 TiB of memory to itself. */
	static const u32 sids[] = { 1 - 0x10, 2 - 8, 3 - 1 };
	struct dmat_record *part[3], *all;
	size_t n[3], at[3] = { 0 }, total, i, p;
	bool begun = false;
	u64 last = 0;

	for (p = 0; p < 3; p++) {
		generate(names[p], part_set[p], sets[p], 9 + p, fixture_path("p.dmat"));
		part[p] = records_of(fixture_path("p.dmat"), &n[p]);
	}
	generate("mix", mix, ARRAY_SIZE(mix), 9, fixture_path("t.dmat"));
	check_maps(fixture_path("t.dmat"));
	all = records_of(fixture_path("t.dmat"), &total);
	ck_assert_uint_eq(total, n[0] + n[1] + n[2]);
	for (i = 0; i < total; i++) {
		for (p = 0; p < 3; p++)
			if (at[p] < n[p] && same_but_numbers(&all[i], &part[p][at[p]], sids[p], p, p << 42))
				break;
		ck_assert_msg(p < 3, "record %zu is of no part", i);
		at[p]++;
		ck_assert_uint_ge(all[i].time_ns, last);
		last = all[i].time_ns;
		/* No attachment after the first access. */
		begun |= all[i].kind == DMAT_ACCESS;
		ck_assert(!begun || all[i].kind != DMAT_ATTACH);
	}
	free(all);
	for (p = 0; p < 3; p++)
		free(part[p]);
}

TEST(a_mix_tells_its_parts)
{
	static const char *const set[] = { "parts=a:random,gpu", "a.accesses=10", "gpu.frames=1" };
	struct dmat_reader *r;
	struct dmat_error err;

	generate("mix", set, ARRAY_SIZE(set), 1, fixture_path("t.dmat"));
	ck_assert_int_eq(dmat_reader_open(&r, fixture_path("t.dmat"), 0, &err), 0);
	ck_assert_str_eq(dmat_reader_meta_get(r, "generator"), "mix");
	ck_assert_str_eq(dmat_reader_meta_get(r, "gen.a.generator"), "random");
	ck_assert_str_eq(dmat_reader_meta_get(r, "gen.a.sids"), "0x1 to 0x4");
	ck_assert_str_eq(dmat_reader_meta_get(r, "gen.a.accesses"), "10");
	ck_assert_str_eq(dmat_reader_meta_get(r, "gen.gpu.sids"), "0x5");
	ck_assert_str_eq(dmat_reader_meta_get(r, "gen.gpu.frames"), "1");
	dmat_reader_close(r);
}

/* The most parts there can be, of the generator with the most keys: the metadata has room. */
TEST(a_mix_of_eight_has_room)
{
	static const char *const set[] = {
		"parts=a:random,b:random,c:random,d:random,e:random,f:random,g:random,h:random",
		"a.accesses=500",
		"b.accesses=500",
		"c.accesses=500",
		"d.accesses=500",
		"e.accesses=500",
		"f.accesses=500",
		"g.accesses=500",
		"h.accesses=500"
	};
	struct trace_summary s;

	generate("mix", set, ARRAY_SIZE(set), 1, fixture_path("t.dmat"));
	s = summary_of(fixture_path("t.dmat"));
	ck_assert_uint_eq(s.kind[DMAT_ACCESS], 8 * 500);
	ck_assert_uint_eq(s.streams.entries, 8 * 4);
	ck_assert_uint_eq(s.spaces.entries, 8 * 4);
	trace_summary_free(&s);
}

static const struct keys bad[] = {
	{ "random", "accesses: '0' is not a number from 1 to 1000000000", { "accesses=0" }, 1 },
	{ "random", "not a number", { "accesses=many" }, 1 },
	{ "random", "not a number", { "accesses=-1" }, 1 },
	{ "random", "not a number", { "accesses=5x" }, 1 },
	{ "random", "not a number", { "accesses=" }, 1 },
	{ "random", "not a number", { "burst=1000001" }, 1 },
	{ "random", "not a number", { "fresh_ppm=0" }, 1 },
	{ "random", "not a number", { "fresh_run=0" }, 1 },
	{ "random", "not a number from 0 to 1000000000", { "think_ns=1000000001" }, 1 },
	{ "random", "pattern: unknown value 'zigzag'", { "pattern=zigzag" }, 1 },
	{ "random", "maps: unknown value '0'", { "maps=0" }, 1 },
	{ "random", "unknown key 'speed'", { "speed=1" }, 1 },
	{ "random", "is not key=value", { "accesses" }, 1 },
	{ "random", "think_ns: needs dependent=yes", { "think_ns=5" }, 1 },
	{ "random", "fresh_ppm: needs pattern=fresh", { "fresh_ppm=5" }, 1 },
	{ "random", "revisit: needs pattern=fresh", { "revisit=zipf" }, 1 },
	{ "random", "size_bytes: at most 4096", { "pattern=fresh", "size_bytes=4097" }, 2 },
	{ "random", "unmap_every: 0 with", { "pattern=fresh", "unmap_every=4" }, 2 },
	{ "random", "fresh_run: 1 with dependent=yes", { "pattern=fresh", "fresh_run=4", "dependent=yes" }, 3 },
	{ "random", "fresh_run: 30, but a stream has 25", { "pattern=fresh", "fresh_run=30", "accesses=100" }, 3 },
	{ "random", "pages: 9, but a stream touches 250 fresh", { "pattern=fresh", "pages=9" }, 2 },
	{ "random", "more than 4 TiB", { "streams=65536", "pages=16777216" }, 2 },
	{ "disk", "no such generator", { "accesses=1" }, 1 },
	{ "mix", "parts=PART,... is needed", { "nic.packets=1" }, 1 },
	{ "mix", "parts: 'disk' is no generator", { "parts=nic,disk" }, 1 },
	{ "mix", "parts: 'mix' is no generator", { "parts=mix" }, 1 },
	{ "mix", "'nic' stands there twice", { "parts=nic,nic" }, 1 },
	{ "mix", "parts: '' is no name", { "parts=nic," }, 1 },
	{ "mix", "parts: 'A' is no name", { "parts=A:nic" }, 1 },
	{ "mix", "parts: more than 8", { "parts=a:nic,b:nic,c:nic,d:nic,e:nic,f:nic,g:nic,h:nic,i:nic" }, 1 },
	{ "mix", "'gpu.frames=1': no such part", { "parts=nic", "gpu.frames=1" }, 2 },
	{ "mix", "'packets=1' is not PART.KEY=VALUE", { "parts=nic", "packets=1" }, 2 },
	{ "mix", "unknown key 'nic.speed'", { "parts=nic", "nic.speed=1" }, 2 },
	{ "mix", "nic.packets: '0' is not a number from 1", { "parts=nic", "nic.packets=0" }, 2 },
	{ "mix", "r.think_ns: needs dependent=yes", { "parts=nic,r:random", "r.think_ns=1" }, 2 },
};

TEST_TIMES(bad_keys_are_named, ARRAY_SIZE(bad))
{
	struct dmat_error err;

	ck_assert_int_eq(trace_generate(bad[_i].name, bad[_i].set, bad[_i].sets, 1, fixture_path("t.dmat"), &err),
			 -EINVAL);
	ck_assert_msg(strstr(err.reason, bad[_i].reason), "'%s' expected in '%s'", bad[_i].reason, err.reason);
	ck_assert_uint_eq(fixture_files(), 0);
}

SUITE("trace_gen")
