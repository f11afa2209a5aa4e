// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * STEs, CDs and commands word by word, and every state of an entry that an SMMU
 * could see while it changes. Expected words are written from 5.2, 5.4 and 4.
 */
#include "drv_tables_scene.h"

TEST(terminates_until_attached)
{
	struct drv_device_cfg cfg = { .sids = { 5 }, .n_sids = 1 };
	u32 i;

	begin();
	fake_forget(&f);
	fake_device(&f, &cfg);
	ck_assert_uint_eq(ste(5, 0), 1);
	for (i = 1; i < 8; i++)
		ck_assert_uint_eq(ste(5, i), 0);
	ck_assert_uint_eq(f.n_cmds, 2);
	ck_assert_uint_eq(f.cmds[0][0], 0x0000000500000003ULL);
	ck_assert_uint_eq(f.cmds[0][1], 1);
	ck_assert_uint_eq(f.cmds[1][0], 0x46);
	ck_assert_uint_eq(f.cmds[1][1], 0);
	end();
}

TEST(writes_stage_1_entries)
{
	struct drv_device_cfg cfg = { .sids = { 5 }, .n_sids = 1 };
	struct fault_dev *dev;
	u32 i;

	begin();
	dev = fake_device(&f, &cfg);
	fake_forget(&f);
	attach(dev, DRV_NO_PASID, DRV_DOMAIN_PAGING);
	/* V, Config 0b101, S1ContextPtr. */
	ck_assert_uint_eq(ste(5, 0) & ~PTR, 0xb);
	/* S1CIR, S1COR write-back, S1CSH inner, S1STALLD, SHCFG incoming. */
	ck_assert_uint_eq(ste(5, 1), 0x00001000080000d4ULL);
	for (i = 2; i < 8; i++)
		ck_assert_uint_eq(ste(5, i), 0);
	/* T0SZ 16, 4 KiB, write-back, inner, EPD1, V, IPS 44 bits, AA64, R, A, ASET, ASID 1. */
	ck_assert_uint_eq(cd(5, 0, 0), 0x0001e204c0003510ULL);
	ck_assert_uint_ne(cd(5, 0, 1), 0);
	ck_assert_uint_eq(cd(5, 0, 2), 0);
	ck_assert_uint_eq(cd(5, 0, 3), 0x00000000000444ffULL);
	/* Fill, CFGI, SYNC, V, CFGI, SYNC for the CD, then likewise for the STE. */
	ck_assert_uint_eq(f.n_cmds, 8);
	ck_assert_uint_eq(f.cmds[0][0], 0x0000000500000005ULL);
	ck_assert_uint_eq(f.cmds[0][1], 1);
	ck_assert_uint_eq(f.cmds[2][0], 0x0000000500000005ULL);
	ck_assert_uint_eq(f.cmds[4][0], 0x0000000500000003ULL);
	ck_assert_uint_eq(f.cmds[6][0], 0x0000000500000003ULL);
	for (i = 1; i < 8; i += 2)
		ck_assert_uint_eq(f.cmds[i][0], 0x46);
	end();
}

/* The last descriptor of stage 2 for @ipa; @levels of 4 KiB tables from level 0 (D8.2). */
static u64 stage2(u32 sid, u64 ipa, u32 levels)
{
	u64 desc = ste(sid, 3) & 0x000ffffffffffff0ULL;
	u32 level, shift = 39;

	for (level = 0; level < levels; level++, shift -= 9) {
		if (level)
			ck_assert_uint_eq(desc & 3, 3); /* a table */
		desc = fake_word(&f, (desc & 0x0000fffffffff000ULL) + (ipa >> shift & 511) * 8);
	}
	return desc;
}

static void begin_nested(u64 page_bytes)
{
	fake_init(&f);
	fake_set_reg(&f, 0x00, 0x0000101b); /* with S2P */
	f.cfg.common.nested = true;
	f.cfg.common.s2_page_bytes = page_bytes;
	ck_assert_int_eq(fake_probe(&f), 0);
}

TEST(nests_stage_1)
{
	struct drv_device_cfg cfg = { .sids = { 5 }, .n_sids = 1 };
	struct fault_domain *dom, *same;
	struct fault_dev *dev;
	u64 w[2], table;
	u32 i;

	begin_nested(0);
	dev = fake_device(&f, &cfg);
	dom = attach(dev, DRV_NO_PASID, DRV_DOMAIN_PAGING);
	/* V, Config 0b111; word 1 as without stage 2. */
	ck_assert_uint_eq(ste(5, 0) & ~PTR, 0xf);
	ck_assert_uint_eq(ste(5, 1), 0x00001000080000d4ULL);
	/* S2VMID 1, S2T0SZ 20, S2SL0 2 (level 0), write-back, inner, 4 KiB, S2PS 44 bits, S2AA64, S2R. */
	ck_assert_uint_eq(ste(5, 2), 0x040c359400000001ULL);
	ck_assert_uint_ne(ste(5, 3), 0);
	ck_assert_uint_eq(ste(5, 3) & 0xfff, 0);
	for (i = 4; i < 8; i++)
		ck_assert_uint_eq(ste(5, i), 0);
	/* Every address is itself: page, MemAttr write-back, S2AP read and write, inner, AF. CD, table and data alike. */
	table = ste(5, 0) & PTR;
	ck_assert_uint_eq(stage2(5, table, 4), (table & ~0xfffULL) | 0x7ff);
	table = cd(5, 0, 1);
	ck_assert_uint_eq(stage2(5, table, 4), table | 0x7ff);
	ck_assert_uint_eq(stage2(5, 0x80001000, 4), 0);
	ck_assert_int_eq(c->map(f.drv, dom, 0x4000, 0x80001000, 0x1000, DRV_PROT_READ), 0);
	ck_assert_uint_eq(stage2(5, 0x80001000, 4), 0x800017ff);
	ck_assert_int_eq(c->map(f.drv, dom, 0x5000, 0x80001000, 0x1000, DRV_PROT_READ), 0);
	/* TLBI_NH_VA, and at the domain's end TLBI_NH_ASID: VMID 1, ASID 1. */
	fake_forget(&f);
	ck_assert_int_eq(c->unmap(f.drv, dom, 0x4000, 0x1000), 0x1000);
	ck_assert_uint_eq(fake_count(&f, 0x12, w), 1);
	ck_assert_uint_eq(w[0] >> 32, 0x00010001);
	ck_assert_int_eq(c->detach(f.drv, dev, DRV_NO_PASID, 0), 0);
	fake_forget(&f);
	c->domain_free(f.drv, dom);
	ck_assert_uint_eq(fake_count(&f, 0x11, w), 1);
	ck_assert_uint_eq(w[0] >> 32, 0x00010001);
	/* What bypasses stage 1 would need all memory in stage 2. */
	ck_assert_int_eq(c->domain_alloc(f.drv, dev, DRV_DOMAIN_IDENTITY, &same), -EOPNOTSUPP);
	end();
}

/* Blocks: of level 2 for 2 MiB, of level 1 for 1 GiB; once there, they serve all that lies in them. */
TEST(nests_over_large_pages)
{
	struct drv_device_cfg cfg = { .sids = { 5 }, .n_sids = 1 };
	u32 big;

	for (big = 0; big < 2; big++) {
		u64 size = big ? 0x40000000 : 0x200000;
		struct fault_domain *dom;
		struct fault_dev *dev;

		begin_nested(size);
		dev = fake_device(&f, &cfg);
		dom = attach(dev, DRV_NO_PASID, DRV_DOMAIN_PAGING);
		ck_assert_int_eq(c->map(f.drv, dom, 0x4000, 0x8040000000 + size - 0x1000, 0x2000, DRV_PROT_READ), 0);
		ck_assert_uint_eq(stage2(5, 0x8040000000, big ? 2 : 3), 0x80400007fd);
		ck_assert_uint_eq(stage2(5, 0x8040000000 + size, big ? 2 : 3), (0x8040000000 + size) | 0x7fd);
		end();
	}
}

/* A failed stage 2 leaves nothing behind in stage 1. */
TEST(stage_2_beyond_the_output)
{
	struct drv_device_cfg cfg = { .sids = { 5 }, .n_sids = 1 };
	struct fault_domain *dom;
	struct fault_dev *dev;

	begin_nested(0);
	dev = fake_device(&f, &cfg);
	dom = attach(dev, DRV_NO_PASID, DRV_DOMAIN_PAGING);
	ck_assert_int_eq(c->map(f.drv, dom, 0x4000, 1ULL << 44, 0x1000, DRV_PROT_READ), -EINVAL);
	ck_assert_uint_eq(c->iova_to_phys(f.drv, dom, 0x4000), 0);
	end();
}

TEST(stalls_where_the_firmware_says_so)
{
	struct drv_device_cfg cfg = { .sids = { 5 }, .n_sids = 1, .can_stall = true };
	struct fault_dev *dev;

	begin();
	dev = fake_device(&f, &cfg);
	ck_assert_uint_eq(drv_credits(dev), 16);
	attach(dev, DRV_NO_PASID, DRV_DOMAIN_PAGING);
	ck_assert_uint_eq(ste(5, 1), 0x00001000000000d4ULL);
	ck_assert_uint_eq(cd(5, 0, 0), 0x0001f204c0003510ULL);
	/* Off and on at run time; S = 1 never meets S1STALLD = 1. */
	ck_assert_int_eq(fault_off(dev, 0), 0);
	ck_assert_uint_eq(ste(5, 1), 0x00001000080000d4ULL);
	ck_assert_uint_eq(cd(5, 0, 0), 0x0001e204c0003510ULL);
	ck_assert_int_eq(fault_dev_enable(dev), 0);
	ck_assert_uint_eq(ste(5, 1), 0x00001000000000d4ULL);
	ck_assert_uint_eq(cd(5, 0, 0), 0x0001f204c0003510ULL);
	end();
}

static void expect_stall_model(u32 idr0, bool can_stall, u64 ste1, u64 cd0)
{
	struct drv_device_cfg cfg = { .sids = { 5 }, .n_sids = 1, .can_stall = can_stall };
	struct fault_dev *dev;

	fake_init(&f);
	fake_set_reg(&f, 0, idr0);
	ck_assert_int_eq(fake_probe(&f), 0);
	dev = fake_device(&f, &cfg);
	attach(dev, DRV_NO_PASID, DRV_DOMAIN_PAGING);
	ck_assert_uint_eq(ste(5, 1), ste1);
	ck_assert_uint_eq(cd(5, 0, 0), cd0);
	ck_assert_int_eq(fault_off(dev, 0), 0);
	ck_assert_uint_eq(cd(5, 0, 0), cd0);
	end();
}

TEST(respects_the_stall_model)
{
	/* Not supported: S1STALLD = 1 and CD.S = 1 would be ILLEGAL. */
	expect_stall_model(0x0100101a, true, 0x00001000000000d4ULL, 0x0001e204c0003510ULL);
	/* Forced: CD.S = 0 and S1STALLD = 1 would be ILLEGAL. */
	expect_stall_model(0x0200101a, false, 0x00001000000000d4ULL, 0x0001f204c0003510ULL);
}

/* 6.3.6: IDR5.STALL_MAX limits the SMMU, not a stream. Any master may have them all. */
TEST(reserves_all_stalls_for_each)
{
	struct drv_device_cfg one = { .sids = { 1 }, .n_sids = 1, .can_stall = true };
	struct drv_device_cfg two = { .sids = { 2 }, .n_sids = 1, .can_stall = true, .credits = 3 };

	fake_init(&f);
	ck_assert_int_eq(fake_probe(&f), 0);
	ck_assert_uint_eq(drv_credits(fake_device(&f, &one)), 16);
	ck_assert_uint_eq(drv_credits(fake_device(&f, &two)), 3);
	end();
}

TEST(bypasses_and_blocks)
{
	struct drv_device_cfg cfg = { .sids = { 5 }, .n_sids = 1 };
	struct fault_dev *dev;
	struct fault_domain *dom;

	begin();
	dev = fake_device(&f, &cfg);
	dom = attach(dev, DRV_NO_PASID, DRV_DOMAIN_IDENTITY);
	ck_assert_uint_eq(ste(5, 0), 0x9);
	ck_assert_uint_eq(ste(5, 1) & 0x0000300000000000ULL, 0x0000100000000000ULL);
	ck_assert_int_eq(c->map(f.drv, dom, 0, 0, 4096, DRV_PROT_READ), -EINVAL);
	ck_assert_int_eq(c->unmap(f.drv, dom, 0, 4096), -EINVAL);
	ck_assert_uint_eq(c->iova_to_phys(f.drv, dom, 0x1234567), 0x1234567);
	dom = attach(dev, DRV_NO_PASID, DRV_DOMAIN_BLOCKED);
	ck_assert_uint_eq(ste(5, 0), 0x1);
	ck_assert_uint_eq(c->iova_to_phys(f.drv, dom, 0x1234567), 0);
	ck_assert_int_eq(c->attach(f.drv, dev, DRV_NO_PASID, dom, 0), -EBUSY);
	ck_assert_int_eq(c->detach(f.drv, dev, DRV_NO_PASID, 0), 0);
	ck_assert_int_eq(c->detach(f.drv, dev, DRV_NO_PASID, 0), -ENOENT);
	ck_assert_uint_eq(ste(5, 0), 0x1);
	end();
}

TEST(gives_pasids_their_cds)
{
	struct drv_device_cfg cfg = { .sids = { 5, 6 }, .n_sids = 2, .pasid_bits = 8 };
	struct fault_dev *dev;
	u64 w[2];

	fake_init(&f);
	fake_set_reg(&f, 0, 0x0008101a); /* CD2L */
	ck_assert_int_eq(fake_probe(&f), 0);
	dev = fake_device(&f, &cfg);
	fake_forget(&f);
	attach(dev, 0x45, DRV_DOMAIN_SVA);
	/* V, Config 0b101, S1Fmt 1, S1CDMax 8. */
	ck_assert_uint_eq(ste(5, 0) & ~PTR, 0x400000000000001bULL);
	ck_assert_uint_eq(ste(6, 0), ste(5, 0));
	/* S1DSS 0: traffic without PASID is terminated. */
	ck_assert_uint_eq(ste(5, 1) & 3, 0);
	ck_assert_uint_eq(cd(5, 0x45, 0), 0x0001e204c0003510ULL);
	/* The new L1CD is announced for both streams, not as Leaf. */
	ck_assert_uint_eq(f.cmds[0][0], 0x0000000500045005ULL);
	ck_assert_uint_eq(f.cmds[0][1], 0);
	ck_assert_uint_eq(f.cmds[1][0], 0x0000000600045005ULL);
	attach(dev, DRV_NO_PASID, DRV_DOMAIN_IDENTITY);
	ck_assert_uint_eq(ste(5, 1) & 3, 1);
	attach(dev, DRV_NO_PASID, DRV_DOMAIN_PAGING);
	ck_assert_uint_eq(ste(5, 1) & 3, 2);
	ck_assert_uint_eq(cd(5, 0, 0), 0x0002e204c0003510ULL);
	fake_forget(&f);
	ck_assert_int_eq(c->detach(f.drv, dev, 0x45, 0), 0);
	ck_assert_uint_eq(cd(5, 0x45, 0), 0);
	ck_assert_uint_eq(fake_count(&f, 0x05, w), 4);
	ck_assert_uint_eq(w[0], 0x0000000600045005ULL);
	ck_assert_uint_eq(w[1], 1);
	end();
}

TEST(refuses_pasids_that_cannot_be)
{
	struct drv_device_cfg cfg = { .sids = { 5 }, .n_sids = 1, .pasid_bits = 3 };
	struct drv_device_cfg none = { .sids = { 7 }, .n_sids = 1 };
	struct fault_dev *dev, *plain;
	struct fault_domain *dom, *id;

	begin();
	dev = fake_device(&f, &cfg);
	plain = fake_device(&f, &none);
	dom = fake_domain(&f, dev, DRV_DOMAIN_PAGING, false);
	id = fake_domain(&f, dev, DRV_DOMAIN_IDENTITY, false);
	ck_assert_int_eq(c->attach(f.drv, dev, 0, dom, 0), -EINVAL);
	ck_assert_int_eq(c->attach(f.drv, dev, 8, dom, 0), -EINVAL);
	ck_assert_int_eq(c->attach(f.drv, dev, 1, id, 0), -EINVAL);
	ck_assert_int_eq(c->attach(f.drv, plain, 1, dom, 0), -EINVAL);
	ck_assert_int_eq(c->attach(f.drv, dev, 7, dom, 0), 0);
	/* Linear: S1Fmt 0, S1CDMax 3. */
	ck_assert_uint_eq(ste(5, 0) & ~PTR, 0x180000000000000bULL);
	end();
}

TEST(refuses_devices_that_cannot_be)
{
	struct drv_device_cfg cfg = { .sids = { 5 }, .n_sids = 1 };
	struct drv_device_cfg none = { .n_sids = 0 };
	struct drv_device_cfg far = { .sids = { 1, 256 }, .n_sids = 2 };
	struct drv_device_cfg pcie = { .sids = { 8 }, .n_sids = 1, .pri = true, .can_stall = true };
	struct fault_dev *dev;

	begin();
	fake_device(&f, &cfg);
	ck_assert_int_eq(c->device_add(f.drv, &cfg, &dev), -EEXIST);
	ck_assert_uint_eq(ste(5, 0), 1);
	ck_assert_int_eq(c->device_add(f.drv, &none, &dev), -EINVAL);
	ck_assert_int_eq(c->device_add(f.drv, &far, &dev), -ERANGE);
	/* PCIe traffic must not stall (3.12.1, 16.4). */
	ck_assert_int_eq(c->device_add(f.drv, &pcie, &dev), -EINVAL);
	end();
}

SUITE("smmuv3_drv_tables")
