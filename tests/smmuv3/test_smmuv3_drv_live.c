// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Tables while the SMMU reads them: each write as a concurrent reader sees it, and the invalidations behind it. */
#include "drv_tables_scene.h"

/* ---- What a concurrent reader could see ---- */

/* For each word the values that the SMMU may hold of it: as of the last SYNC, and what was written since. */
struct watch {
	u64 pa;
	u64 seen[8][4];
	u32 n[8];
	u32 synced; /* commands up to there are accounted for */
	bool (*allowed)(const u64 *e);
	u32 looked_at;
};

static void watch_start(struct watch *w, u64 pa, bool (*allowed)(const u64 *e))
{
	u32 i;

	memset(w, 0, sizeof(*w));
	w->pa = pa;
	w->allowed = allowed;
	w->synced = f.n_cmds;
	for (i = 0; i < 8; i++) {
		w->seen[i][0] = fake_word(&f, pa + i * 8);
		w->n[i] = 1;
	}
}

static void check_mixtures(struct watch *w)
{
	u32 pick[8] = { 0 };
	u64 e[8];
	u32 i;

	for (;;) {
		for (i = 0; i < 8; i++)
			e[i] = w->seen[i][pick[i]];
		ck_assert_msg(w->allowed(e), "an SMMU could see %016llx %016llx", e[0], e[1]);
		w->looked_at++;
		for (i = 0; i < 8 && ++pick[i] == w->n[i]; i++)
			pick[i] = 0;
		if (i == 8)
			return;
	}
}

static void watch_write(struct fake_smmu *fake, void *arg)
{
	struct watch *w = arg;
	u32 i;

	(void)fake;
	for (i = w->synced; i < f.n_cmds && (f.cmds[i][0] & 0xff) != 0x46; i++)
		;
	if (i < f.n_cmds)
		for (i = 0; i < 8; i++) {
			w->seen[i][0] = w->seen[i][w->n[i] - 1];
			w->n[i] = 1;
		}
	w->synced = f.n_cmds;
	for (i = 0; i < 8; i++) {
		u64 now = fake_word(&f, w->pa + i * 8);

		if (now == w->seen[i][w->n[i] - 1])
			continue;
		ck_assert_uint_lt(w->n[i], 4);
		w->seen[i][w->n[i]++] = now;
	}
	check_mixtures(w);
}

static u64 allowed_e[4][8];
static u32 n_allowed;

/* As an SMMU reads an STE: what the configuration ignores is left out. */
static void ste_meaning(const u64 *e, u64 *m)
{
	memset(m, 0, 64);
	if (!(e[0] & 1))
		return;
	m[0] = e[0] & 0xf;
	if (m[0] == 0x9)
		m[1] = e[1] & 0x0003ffff00000000ULL & ~0x0000c00000000000ULL;
	if (m[0] == 0xb)
		memcpy(m, e, 24);
}

static bool ste_allowed(const u64 *e)
{
	u64 m[8];
	u32 i;

	ste_meaning(e, m);
	for (i = 0; i < n_allowed; i++)
		if (!memcmp(m, allowed_e[i], 64))
			return true;
	return false;
}

static void allow_ste(u64 w0, u64 w1)
{
	u64 e[8] = { w0, w1 };

	ste_meaning(e, allowed_e[n_allowed++]);
}

TEST(stream_entries_change_without_a_gap)
{
	struct drv_device_cfg cfg = { .sids = { 5 }, .n_sids = 1 };
	struct fault_dev *dev;
	struct fault_domain *paging, *id;
	struct watch w;
	u64 s1[2];

	begin();
	dev = fake_device(&f, &cfg);
	paging = fake_domain(&f, dev, DRV_DOMAIN_PAGING, false);
	id = fake_domain(&f, dev, DRV_DOMAIN_IDENTITY, false);
	ck_assert_int_eq(c->attach(f.drv, dev, DRV_NO_PASID, paging, 0), 0);
	s1[0] = ste(5, 0);
	s1[1] = ste(5, 1);
	n_allowed = 0;
	allow_ste(s1[0], s1[1]);
	allow_ste(0x9, 0x0000100000000000ULL);
	watch_start(&w, fake_ste(&f, 5), ste_allowed);
	f.on_write = watch_write;
	f.arg = &w;
	/* Translation and bypass, there and back: never invalid, never a mixture. */
	ck_assert_int_eq(c->attach(f.drv, dev, DRV_NO_PASID, id, 0), 0);
	ck_assert_uint_eq(ste(5, 0), 0x9);
	ck_assert_int_eq(c->attach(f.drv, dev, DRV_NO_PASID, paging, 0), 0);
	ck_assert_uint_eq(ste(5, 0), s1[0]);
	/* And the end of it. */
	n_allowed = 0;
	allow_ste(s1[0], s1[1]);
	allow_ste(0x1, 0);
	ck_assert_int_eq(c->detach(f.drv, dev, DRV_NO_PASID, 0), 0);
	ck_assert_uint_gt(w.looked_at, 4);
	f.on_write = NULL;
	end();
}

static u64 old_cd[2], new_cd[2];

/* Old, new, or either table under the ASID that nobody uses. */
static bool cd_allowed(const u64 *e)
{
	u64 asid = e[0] >> 48;

	if (!(e[0] & 0x80000000))
		return false;
	if (((e[0] ^ old_cd[0]) << 16) != 0)
		return false;
	if (e[1] == old_cd[1])
		return asid == old_cd[0] >> 48 || asid == 0;
	return e[1] == new_cd[1] && (asid == new_cd[0] >> 48 || asid == 0);
}

TEST(address_spaces_change_without_a_gap)
{
	struct drv_device_cfg cfg = { .sids = { 5 }, .n_sids = 1 };
	struct fault_dev *dev;
	struct fault_domain *a, *b;
	struct watch w;
	u64 cmd[2];

	begin();
	dev = fake_device(&f, &cfg);
	a = fake_domain(&f, dev, DRV_DOMAIN_PAGING, false);
	b = fake_domain(&f, dev, DRV_DOMAIN_PAGING, false);
	ck_assert_int_eq(c->attach(f.drv, dev, DRV_NO_PASID, b, 0), 0);
	new_cd[0] = cd(5, 0, 0);
	new_cd[1] = cd(5, 0, 1);
	ck_assert_int_eq(c->detach(f.drv, dev, DRV_NO_PASID, 0), 0);
	ck_assert_int_eq(c->attach(f.drv, dev, DRV_NO_PASID, a, 0), 0);
	old_cd[0] = cd(5, 0, 0);
	old_cd[1] = cd(5, 0, 1);
	watch_start(&w, ste(5, 0) & PTR, cd_allowed);
	f.on_write = watch_write;
	f.arg = &w;
	fake_forget(&f);
	w.synced = 0;
	ck_assert_int_eq(c->attach(f.drv, dev, DRV_NO_PASID, b, 0), 0);
	f.on_write = NULL;
	ck_assert_uint_eq(cd(5, 0, 0), new_cd[0]);
	ck_assert_uint_eq(cd(5, 0, 1), new_cd[1]);
	/* What was cached in between is dropped: TLBI_NH_ASID of ASID 0. */
	ck_assert_uint_eq(fake_count(&f, 0x11, cmd), 1);
	ck_assert_uint_eq(cmd[0], 0x11);
	end();
}

/* ---- Invalidation ---- */

static void expect_tlbi(u64 iova, u64 bytes, u32 n, u32 op, u64 w0, u64 w1, struct fault_domain *dom)
{
	u64 w[2] = { 0, 0 };

	ck_assert_int_eq(c->map(f.drv, dom, iova, 0x100000000ULL + iova, bytes, DRV_PROT_READ | DRV_PROT_WRITE), 0);
	fake_forget(&f);
	ck_assert_int_eq(c->unmap(f.drv, dom, iova, bytes), (s64)bytes);
	ck_assert_uint_eq(fake_count(&f, op, w), n);
	ck_assert_uint_eq(f.n_cmds, n + 1);
	ck_assert_uint_eq(w[0], w0);
	ck_assert_uint_eq(w[1], w1);
	ck_assert_uint_eq(f.cmds[n][0], 0x46);
}

TEST(invalidates_what_is_unmapped)
{
	struct drv_device_cfg cfg = { .sids = { 5 }, .n_sids = 1 };
	struct fault_domain *dom;
	struct fault_dev *dev;

	begin();
	dev = fake_device(&f, &cfg);
	dom = attach(dev, DRV_NO_PASID, DRV_DOMAIN_PAGING);
	/* By VA, Leaf. */
	expect_tlbi(0x12345000, 4096, 1, 0x12, 0x0001000000000012ULL, 0x12345001, dom);
	expect_tlbi(0x40000000, 3 * 4096, 3, 0x12, 0x0001000000000012ULL, 0x40002001, dom);
	/* More than 64 pages: the whole ASID. */
	expect_tlbi(0x40000000, 65 * 4096, 1, 0x11, 0x0001000000000011ULL, 0, dom);
	/* Nothing mapped, nothing to invalidate; partly in a block: refused. */
	fake_forget(&f);
	ck_assert_int_eq(c->unmap(f.drv, dom, 0x50000000, 4096), 0);
	ck_assert_uint_eq(f.n_cmds, 0);
	end();
}

TEST(invalidates_ranges_where_it_can)
{
	struct drv_device_cfg cfg = { .sids = { 5 }, .n_sids = 1 };
	struct fault_domain *dom;
	struct fault_dev *dev;

	fake_init(&f);
	fake_set_reg(&f, 0xc, 0x400); /* RIL */
	ck_assert_int_eq(fake_probe(&f), 0);
	dev = fake_device(&f, &cfg);
	dom = attach(dev, DRV_NO_PASID, DRV_DOMAIN_PAGING);
	/* A single granule: TG 1 and TTL 3, else the command is reserved. */
	expect_tlbi(0x12345000, 4096, 1, 0x12, 0x0001000000000012ULL, 0x12345701, dom);
	/* 3 pages: NUM 2, SCALE 0, TG 1. */
	expect_tlbi(0x40000000, 3 * 4096, 1, 0x12, 0x0001000000002012ULL, 0x40000401, dom);
	/* 512 pages: NUM 0, SCALE 9. */
	expect_tlbi(0x40000000, 512 * 4096, 1, 0x12, 0x0001000000900012ULL, 0x40000401, dom);
	/* 33 pages: one, then 32 at SCALE 5. */
	expect_tlbi(0x40000000, 33 * 4096, 2, 0x12, 0x0001000000500012ULL, 0x40001401, dom);
	end();
}

TEST(returns_asids_clean)
{
	struct drv_device_cfg cfg = { .sids = { 5 }, .n_sids = 1 };
	struct fault_domain *dom[15];
	struct fault_domain *one_more = NULL;
	struct fault_dev *dev;
	u64 w[2];
	u32 i;

	fake_init(&f);
	f.cfg.asid_bits = 4;
	ck_assert_int_eq(fake_probe(&f), 0);
	dev = fake_device(&f, &cfg);
	for (i = 0; i < 15; i++)
		dom[i] = fake_domain(&f, dev, DRV_DOMAIN_PAGING, false);
	ck_assert_int_eq(c->domain_alloc(f.drv, dev, DRV_DOMAIN_PAGING, &one_more), -ENOSPC);
	fake_forget(&f);
	c->domain_free(f.drv, dom[6]);
	ck_assert_uint_eq(fake_count(&f, 0x11, w), 1);
	ck_assert_uint_eq(w[0], 0x0007000000000011ULL);
	ck_assert_int_eq(c->domain_alloc(f.drv, dev, DRV_DOMAIN_PAGING, &one_more), 0);
	ck_assert_int_eq(c->attach(f.drv, dev, DRV_NO_PASID, one_more, 0), 0);
	ck_assert_uint_eq(cd(5, 0, 0) >> 48, 7);
	/* A domain that is attached stays. */
	c->domain_free(f.drv, one_more);
	ck_assert_uint_eq(cd(5, 0, 0) >> 48, 7);
	end();
}

TEST(removes_a_stream_in_order)
{
	struct drv_device_cfg cfg = { .sids = { 5, 9 }, .n_sids = 2, .can_stall = true };
	struct fault_dev *dev;
	u64 w[2];

	begin();
	dev = fake_device(&f, &cfg);
	attach(dev, DRV_NO_PASID, DRV_DOMAIN_PAGING);
	fake_forget(&f);
	c->device_remove(f.drv, dev, 0);
	ck_assert_uint_eq(ste(5, 0), 1);
	ck_assert_uint_eq(ste(9, 0), 1);
	/* STALL_TERM of each stream, after the STEs terminate (4.7.2). */
	ck_assert_uint_eq(fake_count(&f, 0x45, w), 2);
	ck_assert_uint_eq(w[0], 0x0000000900000045ULL);
	ck_assert_uint_eq(f.cmds[0][0], 0x0000000500000003ULL);
	end();
}

/* Whoever comes later has to go, and takes nothing along. */
TEST(stream_in_use)
{
	struct drv_device_cfg cfg = { .sids = { 5 }, .n_sids = 1, .can_stall = true, .pasid_bits = 7 };
	struct drv_device_cfg twice = { .sids = { 9, 5 }, .n_sids = 2, .can_stall = true, .pasid_bits = 7 };
	struct fault_dev *dev, *more;
	u64 before[8], cd0;
	u32 i;

	begin();
	dev = fake_device(&f, &cfg);
	attach(dev, DRV_NO_PASID, DRV_DOMAIN_PAGING);
	for (i = 0; i < 8; i++)
		before[i] = ste(5, i);
	cd0 = cd(5, 0, 0);
	ck_assert_int_eq(c->device_add(f.drv, &twice, &more), -EEXIST);
	for (i = 0; i < 8; i++)
		ck_assert_uint_eq(ste(5, i), before[i]);
	ck_assert_uint_eq(cd(5, 0, 0), cd0);
	ck_assert_uint_eq(ste(9, 0), 0);
	/* Its other stream is free again. */
	twice.n_sids = 1;
	ck_assert_int_eq(c->device_add(f.drv, &twice, &more), 0);
	c->device_remove(f.drv, more, 0);
	ck_assert_uint_eq(ste(5, 0), before[0]);
	end();
}

SUITE("smmuv3_drv_live")
