// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The stories of faults: each fact from a trace that was made for it, and the live mappings against a plain array. */
#include "explain.h"
#include "trace_fixture.h"

static struct explain e;

static void tell(const char *lines, u64 fault)
{
	const char *path = fixture_path("t.dmat");
	struct dmat_error err = { 0 };
	char text[2048];

	ck_assert_int_lt(snprintf(text, sizeof(text), "dmat 1\n%s", lines), sizeof(text));
	ck_assert_msg(!fixture_pack(text, path, &err), "%s", err.reason);
	ck_assert_msg(!explain_trace(&e, path, fault, &err), "%s", err.reason);
}

/* Whether the story suggests @key. */
static bool suggests(u32 story, const char *key)
{
	struct explain_next next[EXPLAIN_NEXT];
	u32 i, n = explain_next(&e, &e.story[story], next);

	for (i = 0; i < n; i++)
		if (!strcmp(next[i].key, key))
			return true;
	return false;
}

TEST(use_after_unmap)
{
	tell("attach 0 sid=0x10 domain=0x1\n"
	     "map 1000 domain=0x1 iova=0x10000 size=0x4000 pa=0x80000000 perm=rw\n"
	     "access 2000 sid=0x10 iova=0x12000 size=0x40 dir=w\n"
	     "unmap 1000000 domain=0x1 iova=0x10000 size=0x4000\n"
	     "unmap 1100000 domain=0x1 iova=0x12000 size=0x1000\n"
	     "fault 7176000 sid=0x10 iova=0x12040 dir=w model=vtd code=0x5\n",
	     0);
	ck_assert_uint_eq(e.stories, 1);
	ck_assert_uint_eq(e.story[0].map.record, 1);
	ck_assert_uint_eq(e.story[0].unmap.record, 3); /* not 4: nothing was mapped any more */
	ck_assert_uint_eq(e.story[0].rec.time_ns - e.story[0].unmap.time_ns, 6176000);
	ck_assert_uint_eq(e.story[0].own.record, 2);
	ck_assert(!explain_mapped(&e.story[0]));
	ck_assert(suggests(0, "use_after_unmap"));
	ck_assert(!suggests(0, "never_mapped"));
	explain_exit(&e);
}

TEST(nearest_and_overrun)
{
	tell("attach 0 sid=0x10 domain=0x1\n"
	     "map 1000 domain=0x1 iova=0x10000 size=0x4000 pa=0x80000000 perm=rw\n"
	     "map 1000 domain=0x1 iova=0x20000 size=0x1000 pa=0x90000000 perm=rw\n"
	     "map 1000 domain=0x2 iova=0x14000 size=0x1000 pa=0x90000000 perm=rw\n"
	     "unmap 1500 domain=0x1 iova=0x11000 size=0x1000\n"
	     "fault 2000 sid=0x10 iova=0x14010 dir=r model=vtd code=0x6\n"
	     "fault 3000 sid=0x10 iova=0x11ff0 dir=r model=vtd code=0x6\n",
	     0);
	ck_assert_uint_eq(e.story[0].below.iova, 0x12000); /* what is left behind the hole */
	ck_assert_uint_eq(e.story[0].below.size, 0x2000);
	ck_assert_uint_eq(e.story[0].below.pa, 0x80002000);
	ck_assert_uint_eq(e.story[0].above.record, 2);
	ck_assert_uint_eq(e.story[0].elsewhere.record, 3);
	ck_assert(suggests(0, "overrun") && suggests(0, "other_space"));
	ck_assert_uint_eq(e.story[1].below.iova, 0x10000);
	ck_assert_uint_eq(e.story[1].below.size, 0x1000);
	ck_assert_uint_eq(e.story[1].above.iova, 0x12000);
	ck_assert(suggests(1, "use_after_unmap") && !suggests(1, "overrun"));
	explain_exit(&e);
}

TEST(addresses)
{
	tell("attach 0 sid=0x10 domain=0x1\n"
	     "map 1000 domain=0x1 iova=0x1ffff0000 size=0x1000 pa=0x80000000 perm=r\n"
	     "fault 2000 sid=0x10 iova=0x80000100 dir=r model=vtd code=0x6\n"
	     "fault 2000 sid=0x10 iova=0xffff0100 dir=r model=vtd code=0x6\n"
	     "fault 2000 sid=0x10 iova=0x10 dir=r model=vtd code=0x6\n"
	     "fault 2000 sid=0x10 iova=0xffff800000000000 dir=r model=smmuv3 code=0x10\n"
	     "fault 2000 sid=0x10 iova=0x1ffff0100 dir=w model=smmuv3 code=0x13\n"
	     "fault 2000 sid=0x10 no_iova model=smmuv3 code=0x2\n"
	     "map 3000 domain=0x1 iova=0x0 size=0x1000 pa=0x70000000 perm=r\n",
	     0);
	ck_assert(suggests(0, "physical_address") && !suggests(0, "cut_address"));
	ck_assert(suggests(1, "cut_address") && !suggests(1, "physical_address"));
	ck_assert(suggests(2, "zero") && suggests(2, "mapped_late"));
	ck_assert_uint_eq(e.story[2].later.record, 8);
	ck_assert(suggests(3, "kernel_address"));
	ck_assert(suggests(4, "permission") && explain_mapped(&e.story[4]));
	ck_assert(suggests(5, "stream") && !suggests(5, "record_maps"));
	explain_exit(&e);
}

TEST(counts)
{
	tell("fault 1000 sid=0x10 iova=0x1000 dir=r model=smmuv3 code=0x10\n"
	     "fault 2000 sid=0x10 iova=0x2000 dir=r model=smmuv3 code=0x10\n"
	     "fault 3000 sid=0x20 iova=0x3000 dir=r model=smmuv3 code=0x10\n"
	     "mark 3000 size=96 code=suppressed\n"
	     "fault 4000 sid=0x10 iova=0x3010 dir=r model=smmuv3 code=0x10\n"
	     "fault 5000 sid=0x10 iova=0x3020 dir=r model=smmuv3 code=0x10\n"
	     "fault 9000 sid=0x10 iova=0x3000 dir=r model=smmuv3 code=0x10\n",
	     0);
	ck_assert_uint_eq(e.faults, 6);
	ck_assert_uint_eq(e.stories, 4);
	ck_assert_uint_eq(e.story[3].fault, 4);
	ck_assert_uint_eq(e.story[3].run, 3);
	ck_assert_uint_eq(e.story[3].repeats, 2);
	ck_assert_uint_eq(e.story[3].last.record, 6);
	ck_assert_uint_eq(e.story[3].stream_faults, 2);
	ck_assert_uint_eq(e.story[3].stream_first.record, 0);
	ck_assert_uint_eq(e.story[3].page_faults, 1);
	ck_assert_uint_eq(e.story[3].n_other, 1);
	ck_assert_uint_eq(e.story[3].other[0].sid, 0x20);
	ck_assert(e.story[3].other[0].faulted);
	ck_assert(suggests(3, "sequence") && suggests(3, "record_maps") && suggests(3, "incomplete"));
	ck_assert_uint_eq(e.suppressed, 96);
	explain_exit(&e);
	tell("fault 1000 sid=0x10 iova=0x1000 dir=r model=smmuv3 code=0x10\n"
	     "fault 4000 sid=0x10 iova=0x1010 dir=r model=smmuv3 code=0x10\n",
	     2);
	ck_assert_uint_eq(e.stories, 1);
	ck_assert_uint_eq(e.story[0].record, 1);
	ck_assert_uint_eq(e.story[0].page_faults, 1);
	explain_exit(&e);
}

/* More kinds of faults than are told are counted. */
TEST(bounded)
{
	struct dmat_record *rec = calloc(3000, sizeof(*rec));
	struct dmat_error err = { 0 };
	u32 i;

	for (i = 0; i < 3000; i++) {
		dmat_record_init(&rec[i], DMAT_FAULT, i);
		rec[i].model = DMAT_MODEL_SMMUV3;
		rec[i].code = 0x10;
		rec[i].sid = i;
		rec[i].iova = i * 0x3000ULL;
		rec[i].flags = DMAT_F_R;
	}
	fixture_write(fixture_path("many.dmat"), rec, 3000);
	free(rec);
	ck_assert_int_eq(explain_trace(&e, fixture_path("many.dmat"), 0, &err), 0);
	ck_assert_uint_eq(e.stories, EXPLAIN_STORIES);
	ck_assert_uint_eq(e.untold, 3000 - EXPLAIN_STORIES);
	explain_exit(&e);
	ck_assert_int_eq(explain_trace(&e, fixture_path("many.dmat"), 2900, &err), 0);
	ck_assert_uint_eq(e.story[0].rec.sid, 2899);
	explain_exit(&e);
}

/* ---- the live mappings, against an array of two spaces of 64 pages ---- */

static u64 shadow[2][64]; /* 1 + the physical page; 0: not mapped */

static void check_near(const struct explain_maps *m, u32 domain, u32 page)
{
	struct explain_range below, above;
	int i = (int)page, j = (int)page + 1;

	explain_maps_near(m, domain, page * 4096ULL, &below, &above);
	while (i >= 0 && !shadow[domain][i])
		i--;
	ck_assert_int_eq(below.known, i >= 0);
	if (i >= 0) {
		ck_assert_uint_eq((below.iova + below.size) / 4096 > (u64)i, true);
		ck_assert_uint_eq(below.pa / 4096 + ((u64)i - below.iova / 4096) + 1, shadow[domain][i]);
	}
	/* What begins above is the first page of a mapping, maybe behind the rest of the page's own. */
	if (above.known) {
		ck_assert_uint_gt(above.iova / 4096, page);
		ck_assert_uint_eq(above.pa / 4096 + 1, shadow[domain][above.iova / 4096]);
	} else {
		for (; j < 64; j++)
			ck_assert(!shadow[domain][j] || (i >= 0 && (below.iova + below.size) / 4096 > (u64)j));
	}
}

TEST(live_mappings)
{
	struct explain_maps *m = explain_maps_new(1000);
	u32 seed = 7, step, i;

	for (step = 0; step < 20000; step++) {
		u32 domain, page, pages;

		seed = seed * 1664525 + 1013904223;
		domain = seed >> 31;
		page = seed >> 20 & 63;
		pages = 1 + (seed >> 10 & 7);
		pages = min(pages, 64 - page);
		if (seed >> 28 & 1) {
			struct explain_range r = { .known = true,
						   .iova = page * 4096ULL,
						   .size = pages * 4096ULL,
						   .pa = (step + 1) * 0x100000ULL,
						   .domain = domain };

			ck_assert_int_eq(explain_maps_add(m, &r), 0);
			for (i = 0; i < pages; i++)
				shadow[domain][page + i] = r.pa / 4096 + i + 1;
		} else {
			bool all = (seed >> 13 & 31) == 1;

			ck_assert_int_eq(explain_maps_remove(m, all ? DMAT_DOMAIN_NONE : domain, page * 4096ULL,
							     pages * 4096ULL),
					 0);
			for (i = 0; i < pages; i++) {
				shadow[domain][page + i] = 0;
				if (all)
					shadow[1 - domain][page + i] = 0;
			}
		}
		check_near(m, domain, seed >> 3 & 63);
	}
	explain_maps_free(m);
}

TEST(limit_of_mappings)
{
	struct explain_maps *m = explain_maps_new(2);
	struct explain_range r = { .known = true, .size = 4096, .domain = DMAT_DOMAIN_NONE }, below, above;

	for (; r.iova < 8192; r.iova += 4096)
		ck_assert_int_eq(explain_maps_add(m, &r), 0);
	ck_assert_int_eq(explain_maps_add(m, &r), -ENOSPC);
	ck_assert_int_eq(explain_maps_remove(m, DMAT_DOMAIN_NONE, 0, 4096), 0);
	r.iova = ~0ULL - 4095;
	ck_assert_int_eq(explain_maps_add(m, &r), 0);
	explain_maps_near(m, DMAT_DOMAIN_NONE, ~0ULL, &below, &above);
	ck_assert_uint_eq(below.iova, r.iova);
	ck_assert(!above.known);
	ck_assert_int_eq(explain_maps_remove(m, DMAT_DOMAIN_NONE, 0, 0), 0);
	explain_maps_near(m, DMAT_DOMAIN_NONE, ~0ULL, &below, &above);
	ck_assert(!below.known && !above.known);
	explain_maps_free(m);
}

SUITE("explain")
