// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Memory dumps with expected results, through registers alone. See data/README.md. */
#include "suite.h"
#include "rig_vtd.h"
#include "pages.h"
#include <stdio.h>
#include <zlib.h>

struct snapshot {
	struct vtd_cfg cfg;
	struct vtd_saved_reg saved[32];
	u32 n_saved;
	struct physmem_range holes[8];
	u32 n_holes;
	u32 same, different;
};

static gzFile open_text(const char *name)
{
	char path[512];
	gzFile f;

	snprintf(path, sizeof(path), "%s/tests/vtd/data/%s.txt.gz", FL_SOURCE_DIR, name);
	f = gzopen(path, "rb");
	ck_assert_ptr_nonnull(f);
	return f;
}

static void read_header(struct snapshot *s, const char *name)
{
	gzFile f = open_text(name);
	char line[512], key[16];
	u64 a, b;

	memset(s, 0, sizeof(*s));
	while (gzgets(f, line, sizeof(line))) {
		b = 0;
		if (line[0] == 't' || sscanf(line, "%15s %llx %llx", key, &a, &b) < 2)
			continue;
		if (!strcmp(key, "cap"))
			s->cfg.cap = a;
		else if (!strcmp(key, "ecap"))
			s->cfg.ecap = a;
		else if (!strcmp(key, "haw"))
			s->cfg.haw = (u8)strtoul(line + 4, NULL, 10);
		else if (!strcmp(key, "reg"))
			s->saved[s->n_saved++] = (struct vtd_saved_reg){ (u32)a, b };
		else if (!strcmp(key, "hole"))
			s->holes[s->n_holes++] = (struct physmem_range){ a, b };
	}
	gzclose(f);
}

static void start(struct rig_vtd *r, struct snapshot *s, const char *name)
{
	struct pages_error err;
	char path[512];
	u32 i;

	rig_vtd_init(r, &s->cfg);
	snprintf(path, sizeof(path), "%s/tests/vtd/data/%s.pages.gz", FL_SOURCE_DIR, name);
	ck_assert_int_eq(pages_load(path, &r->mem, &err), 0);
	/* A dump is not written to. */
	r->m.hw_ops.mem_cas64 = NULL;
	for (i = 0; i < s->n_holes; i++)
		physmem_add_hole(&r->mem, s->holes[i].first, s->holes[i].last);
	vtd_restore(vtd_class.mmio_read, vtd_class.mmio_write, &r->hw, s->saved, s->n_saved);
	ck_assert(rig_vtd_read(r, VTD_GSTS, 4) & VTD_GCMD_TE);
}

static bool listed(const char *alternatives, u32 reason)
{
	char *end;

	while (*alternatives && *alternatives != '-') {
		if (strtoul(alternatives, &end, 16) == reason)
			return true;
		alternatives = *end ? end + 1 : end;
	}
	return false;
}

/* Whether the outcome is the expected one; the fault record is read and cleared as a driver does. */
static bool as_expected(struct rig_vtd *r, enum xlat x, const struct xlat_result *res, const char *what)
{
	u32 frcd = (u32)FIELD_GET(VTD_CAP_FRO, rig_vtd_read(r, VTD_CAP, 8)) * 16;
	u32 n = (u32)FIELD_GET(VTD_CAP_NFR, rig_vtd_read(r, VTD_CAP, 8)) + 1;
	u32 fsts = (u32)rig_vtd_read(r, VTD_FSTS, 4);
	u64 a, lo, hi, mlo, mhi, got_lo = 0, got_hi = 0;
	char alternatives[64];

	if (fsts & VTD_FSTS_PPF) {
		u32 at = frcd + FIELD_GET(VTD_FSTS_FRI, (u64)fsts) * 16;

		ck_assert_uint_lt(FIELD_GET(VTD_FSTS_FRI, (u64)fsts), n);
		got_lo = rig_vtd_read(r, at, 8);
		got_hi = rig_vtd_read(r, at + 8, 8);
		rig_vtd_write(r, at + 8, VTD_FRCD_F, 8);
	}
	ck_assert(!(rig_vtd_read(r, VTD_FSTS, 4) & (VTD_FSTS_PPF | VTD_FSTS_PFO)));
	if (sscanf(what, "pa %llx", &a) == 1)
		return x == XLAT_OK && res->pa == a && !(fsts & VTD_FSTS_PPF);
	if (sscanf(what, "silent %llx", &a) == 1)
		return x == XLAT_ABORT && res->fault == a && !(fsts & VTD_FSTS_PPF);
	if (sscanf(what, "fault %llx %llx %llx %llx %llx %63s", &a, &lo, &hi, &mlo, &mhi, alternatives) != 6)
		return false;
	if (x != XLAT_ABORT || !(fsts & VTD_FSTS_PPF))
		return false;
	if (listed(alternatives, (u32)FIELD_GET(VTD_FRCD_FR, got_hi)))
		mhi &= ~VTD_FRCD_FR;
	return !((got_lo ^ lo) & mlo) && !((got_hi ^ hi) & mhi);
}

static void run(const char *name, const struct vtd_cfg *base, u32 *total, u32 *wrong)
{
	static struct rig_vtd r;
	struct snapshot s;
	char line[512], pasid[16], access[4];
	struct xlat_result res;
	enum xlat x;
	gzFile f;
	u32 sid;
	u64 iova;
	int at;

	read_header(&s, name);
	if (base) {
		s.cfg.iotlb = base->iotlb;
		s.cfg.context = base->context;
		s.cfg.pasid = base->pasid;
		s.cfg.first = base->first;
		s.cfg.second = base->second;
	}
	start(&r, &s, name);
	f = open_text(name);
	*total = *wrong = 0;
	while (gzgets(f, line, sizeof(line))) {
		bool has_pasid;
		u16 flags;

		if (sscanf(line, "t %x %llx %15s %3s %n", &sid, &iova, pasid, access, &at) != 4)
			continue;
		has_pasid = pasid[0] != '-';
		flags = (has_pasid ? DMA_PASID : 0) | (access[0] == 'w' ? DMA_WRITE : 0) |
			(access[0] == 'x' ? DMA_EXEC : 0) | (access[1] == 'p' ? DMA_PRIV : 0);
		x = rig_vtd_access(&r, sid, iova, flags, has_pasid ? (u32)strtoul(pasid, NULL, 16) : 0, &res);
		++*total;
		if (as_expected(&r, x, &res, line + at))
			continue;
		if (++*wrong <= 2000)
			fprintf(stderr, "%s: %.*s: got %d pa %llx reason %x\n", name, (int)strcspn(line, "\n"), line, x,
				res.pa, res.fault);
	}
	gzclose(f);
	rig_vtd_exit(&r);
}

static void expect_all(const char *name, u32 entries)
{
	struct vtd_cfg no_caches = {
		.iotlb.ways = 1, .context.ways = 1, .pasid.ways = 1, .first.ways = 1, .second.ways = 1
	};
	u32 total, wrong;

	run(name, NULL, &total, &wrong);
	ck_assert_uint_eq(total, entries);
	ck_assert_uint_eq(wrong, 0);
	run(name, &no_caches, &total, &wrong);
	ck_assert_uint_eq(wrong, 0);
}

TEST(legacy_tables)
{
	expect_all("vtd-71", 2300);
}

TEST(scalable_tables)
{
	expect_all("vtd-72", 3122);
}

TEST(linux_legacy)
{
	expect_all("x86-vtd-legacy-nvme-e1000e", 7);
}

TEST(linux_scalable)
{
	expect_all("x86-vtd-scalable-nvme-e1000e", 4);
}

SUITE("vtd_snapshot")
