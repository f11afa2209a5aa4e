// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Generated traces: a function of keys and seed, within the keys' ranges, and with every page mapped before use. */
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
	u64 pa;
	u8 perm;

	ck_assert_int_eq(dmat_reader_open(&r, path, 0, &err), 0);
	while (dmat_read(r, &rec) > 0) {
		if (rec.kind == DMAT_MAP)
			ck_assert_int_ge(trace_pages_set(pages, rec.domain, rec.iova, rec.size, rec.pa, rec.perm), 0);
		if (rec.kind == DMAT_UNMAP)
			trace_pages_clear(pages, rec.domain, rec.iova, rec.size);
		if (rec.kind != DMAT_ACCESS)
			continue;
		ck_assert_int_eq(rec.outcome, DMAT_OUT_OK);
		ck_assert(trace_pages_get(pages, rec.domain, rec.iova, &pa, &perm));
		ck_assert_uint_eq(pa, rec.pa);
		ck_assert_uint_eq(rec.flags & perm & (DMAT_F_R | DMAT_F_W), rec.flags & (DMAT_F_R | DMAT_F_W));
	}
	dmat_reader_close(r);
	trace_pages_free(pages);
}

static const struct {
	const char *name, *set;
} small[] = {
	{ "random", "accesses=9000" },
	{ "nic", "packets=3000" },
	{ "nvme", "commands=1000" },
	{ "gpu", "frames=4" },
};

START_TEST(each_generator_is_a_function_of_its_seed)
{
	const char *name = small[_i].name, *const *set = &small[_i].set;
	size_t a_bytes, b_bytes, c_bytes;
	u8 *a, *b, *c;

	generate(name, set, 1, 1, fixture_path("a.dmat"));
	generate(name, set, 1, 1, fixture_path("b.dmat"));
	generate(name, set, 1, 2, fixture_path("c.dmat"));
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
END_TEST

START_TEST(random_keeps_to_its_keys)
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
END_TEST

START_TEST(nic_reads_and_writes_by_direction)
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
END_TEST

START_TEST(nvme_moves_every_page)
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
END_TEST

START_TEST(gpu_contexts_have_pasids)
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
END_TEST

static const struct {
	const char *name, *set, *reason;
} bad[] = {
	{ "random", "accesses=0", "accesses: '0' is not a number from 1 to 1000000000" },
	{ "random", "accesses=many", "not a number" },
	{ "random", "accesses=-1", "not a number" },
	{ "random", "accesses=5x", "not a number" },
	{ "random", "accesses=", "not a number" },
	{ "random", "pattern=zigzag", "pattern: unknown value 'zigzag'" },
	{ "random", "speed=1", "unknown key 'speed'" },
	{ "random", "accesses", "is not key=value" },
	{ "disk", "accesses=1", "no such generator" },
};

START_TEST(bad_keys_are_named)
{
	struct dmat_error err;

	ck_assert_int_eq(trace_generate(bad[_i].name, &bad[_i].set, 1, 1, fixture_path("t.dmat"), &err), -EINVAL);
	ck_assert_msg(strstr(err.reason, bad[_i].reason), "'%s' expected in '%s'", bad[_i].reason, err.reason);
	ck_assert_uint_eq(fixture_files(), 0);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		random_keeps_to_its_keys,
		nic_reads_and_writes_by_direction,
		nvme_moves_every_page,
		gpu_contexts_have_pasids,
	};
	const struct suite_loop loops[] = {
		{ each_generator_is_a_function_of_its_seed, 4 },
		{ bad_keys_are_named, ARRAY_SIZE(bad) },
	};

	return suite_run_loops("trace_gen", tests, ARRAY_SIZE(tests), loops, ARRAY_SIZE(loops));
}
