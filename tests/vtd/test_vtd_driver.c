// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The driver on the hardware: modes, domains, attach, replace, faults, errors of the queue. */
#include "vtd_drv_scene.h"

/* Map, access, unmap and access again: the caches must follow. */
static void map_and_unmap(const struct vtd_drv_cfg *cfg)
{
	struct fault_dev *dev;
	struct fault_domain *dom;
	u64 pa;

	ck_assert_int_eq(rig_host_init(&h, NULL, cfg), 0);
	rig_host_ep(&h, 0x0310, 0, false, 0, &dev);
	/* Nothing is attached: blocked. */
	ck_assert_int_eq(dma(0x0310, 0x1000, 0, 0, &pa), XLAT_ABORT);
	dom = paging_domain(dev);
	ck_assert_int_eq(vtd_drv_class.attach(h.r.m.drv, dev, DRV_NO_PASID, dom, h.r.board.now), 0);
	ck_assert_int_eq(vtd_drv_class.map(h.r.m.drv, dom, 0x1000, 0x80001000, 0x3000, DRV_PROT_READ), 0);
	ck_assert_int_eq(
		vtd_drv_class.map(h.r.m.drv, dom, 0x200000, 0x80200000, 0x200000, DRV_PROT_READ | DRV_PROT_WRITE), 0);
	ck_assert_int_eq(dma(0x0310, 0x2345, 0, 0, &pa), XLAT_OK);
	ck_assert_uint_eq(pa, 0x80002345);
	ck_assert_int_eq(dma(0x0310, 0x2345, DMA_WRITE, 0, &pa), XLAT_ABORT);
	ck_assert_int_eq(dma(0x0310, 0x3fffff, DMA_WRITE, 0, &pa), XLAT_OK);
	ck_assert_uint_eq(pa, 0x803fffff);
	ck_assert_uint_eq(vtd_drv_class.iova_to_phys(h.r.m.drv, dom, 0x3123), 0x80003123);
	ck_assert_int_eq(vtd_drv_class.unmap(h.r.m.drv, dom, 0x2000, 0x1000), 0x1000);
	ck_assert_int_eq(dma(0x0310, 0x2345, 0, 0, &pa), XLAT_ABORT);
	ck_assert_int_eq(dma(0x0310, 0x1345, 0, 0, &pa), XLAT_OK);
	ck_assert_int_eq(dma(0x0310, 0x3fffff, 0, 0, &pa), XLAT_OK);
	ck_assert_int_eq(vtd_drv_class.unmap(h.r.m.drv, dom, 0x200000, 0x200000), 0x200000);
	ck_assert_int_eq(dma(0x0310, 0x3fffff, 0, 0, &pa), XLAT_ABORT);
	rig_host_run(&h);
	ck_assert_uint_eq(faults_seen, 4);
	ck_assert_uint_eq(last_fault.sid, 0x0310);
	ck_assert_uint_eq(last_fault.addr, 0x3ff000);
	ck_assert(!last_fault.write && !last_fault.has_pasid);
	ck_assert_int_eq(vtd_drv_class.map(h.r.m.drv, dom, 1ULL << 57, 0, 0x1000, DRV_PROT_READ), -EINVAL);
	ck_assert_int_eq(vtd_drv_class.detach(h.r.m.drv, dev, DRV_NO_PASID, h.r.board.now), 0);
	ck_assert_int_eq(dma(0x0310, 0x1345, 0, 0, &pa), XLAT_ABORT);
	rig_host_exit(&h);
}

TEST(scalable_first_stage)
{
	struct vtd_drv_cfg cfg = { .fault = on_fault };

	map_and_unmap(&cfg);
	ck_assert_uint_eq(last_fault.reason, VTD_FR_SFS_2);
}

TEST(scalable_second_stage)
{
	struct vtd_drv_cfg cfg = { .fault = on_fault, .second_stage = true };

	map_and_unmap(&cfg);
	ck_assert_uint_eq(last_fault.reason, VTD_FR_SSS_2);
}

static u64 word_at(u64 pa)
{
	u8 raw[8];

	ck_assert_int_eq(physmem_read(&h.r.mem, pa, raw, 8), 0);
	return fl_get_le64(raw);
}

TEST(nested)
{
	static const u64 sizes[] = { 0, 0x200000, 0x40000000 };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		struct vtd_drv_cfg cfg = {
			.fault = on_fault, .common.nested = true, .haw = 48, .common.s2_page_bytes = sizes[i]
		};

		faults_seen = 0;
		map_and_unmap(&cfg);
		ck_assert_uint_eq(last_fault.reason, VTD_FR_SFS_2);
	}
}

/* The PASID-table entry of RID_PASID, found as hardware finds it (9.1 - 9.6), and two domains under one second stage. */
TEST(nested_entry)
{
	struct vtd_drv_cfg cfg = { .common.nested = true, .haw = 48 };
	struct fault_domain *one, *two, *same;
	struct fault_dev *dev, *other;
	u64 root, context, dir, pe, pa;

	ck_assert_int_eq(rig_host_init(&h, NULL, &cfg), 0);
	rig_host_ep(&h, 0x0310, 0, false, 0, &dev);
	rig_host_ep(&h, 0x0318, 0, false, 0, &other);
	ck_assert_int_eq(vtd_drv_class.domain_alloc(h.r.m.drv, dev, DRV_DOMAIN_IDENTITY, &same), -EOPNOTSUPP);
	one = paging_domain(dev);
	two = paging_domain(other);
	ck_assert_int_eq(vtd_drv_class.attach(h.r.m.drv, dev, DRV_NO_PASID, one, h.r.board.now), 0);
	ck_assert_int_eq(vtd_drv_class.attach(h.r.m.drv, other, DRV_NO_PASID, two, h.r.board.now), 0);
	root = vtd_class.mmio_read(&h.r.hw, VTD_RTADDR, 8) & ~0xfffULL;
	context = (word_at(root + 3 * 16) & ~0xfffULL) + 0x10 * 32;
	dir = word_at(context) & ~0xfffULL;
	pe = word_at(dir) & ~0xfffULL;
	/* P, AW 4 levels, PGTT 3, a second stage; first domain-id 2; a first stage with WPE and, with ECAP.SRS, SRE. */
	ck_assert_uint_eq(word_at(pe) & 0xfff, 0x0c9);
	ck_assert_uint_ne(word_at(pe) >> 12, 0);
	ck_assert_uint_eq(word_at(pe + 8) & 0xffff, 2);
	ck_assert_uint_eq(word_at(pe + 16) & 0xffe, 0x010);
	ck_assert_uint_ne(word_at(pe + 16) >> 12, word_at(pe) >> 12);
	vtd_drv_class.map(h.r.m.drv, one, 0x5000, 0x10005000, 0x1000, DRV_PROT_READ);
	vtd_drv_class.map(h.r.m.drv, two, 0x5000, 0x10005000, 0x1000, DRV_PROT_READ);
	ck_assert_int_eq(dma(0x0310, 0x5008, 0, 0, &pa), XLAT_OK);
	ck_assert_int_eq(dma(0x0318, 0x5008, 0, 0, &pa), XLAT_OK);
	ck_assert_uint_eq(pa, 0x10005008);
	/* What one unmaps stays where the other has it. */
	ck_assert_int_eq(vtd_drv_class.unmap(h.r.m.drv, one, 0x5000, 0x1000), 0x1000);
	ck_assert_int_eq(dma(0x0310, 0x5008, 0, 0, &pa), XLAT_ABORT);
	ck_assert_int_eq(dma(0x0318, 0x5008, 0, 0, &pa), XLAT_OK);
	rig_host_exit(&h);
}

static void refused(struct vtd_cfg *hw, const struct vtd_drv_cfg *cfg)
{
	ck_assert_int_eq(rig_host_init(&h, hw, cfg), -EOPNOTSUPP);
	rig_host_exit(&h);
}

TEST(nested_refused)
{
	struct vtd_drv_cfg legacy = { .common.nested = true, .haw = 48, .mode = VTD_DRV_LEGACY };
	struct vtd_drv_cfg second = { .common.nested = true, .haw = 48, .second_stage = true };
	struct vtd_drv_cfg wide = { .common.nested = true, .haw = 52 }; /* four levels take 48 bits */
	struct vtd_drv_cfg pages = { .common.nested = true, .haw = 48, .common.s2_page_bytes = 0x10000 };
	struct vtd_drv_cfg plain = { .common.nested = true, .haw = 48 };
	struct vtd_cfg hw = { 0 };

	refused(NULL, &legacy);
	refused(NULL, &second);
	refused(NULL, &wide);
	refused(NULL, &pages);
	ck_assert_int_eq(rig_host_init(&h, NULL, NULL), 0);
	hw.cap = h.r.hw.cap;
	hw.ecap = h.r.hw.ecap & ~VTD_ECAP_NEST;
	rig_host_exit(&h);
	refused(&hw, &plain);
}

TEST(legacy_mode)
{
	struct vtd_drv_cfg cfg = { .fault = on_fault, .mode = VTD_DRV_LEGACY };

	map_and_unmap(&cfg);
	ck_assert_uint_eq(last_fault.reason, VTD_FR_LGN_3);
}

TEST(old_hardware)
{
	/* No scalable mode, no page-selective invalidation, three levels, one fault record. */
	struct vtd_cfg hw = { .cap = FIELD_PREP(VTD_CAP_ND, 2) | FIELD_PREP(VTD_CAP_SAGAW, 2) |
				     FIELD_PREP(VTD_CAP_MGAW, 38) | FIELD_PREP(VTD_CAP_FRO, 0x22),
			      .ecap = VTD_ECAP_QI | FIELD_PREP(VTD_ECAP_IRO, 0xf),
			      .haw = 36 };
	struct vtd_drv_cfg cfg = { .fault = on_fault, .haw = 36 };
	struct fault_dev *dev;
	struct fault_domain *dom, *same;
	u64 pa;

	ck_assert_int_eq(rig_host_init(&h, &hw, &cfg), 0);
	rig_host_ep(&h, 8, 0, true, 0, &dev);
	ck_assert_int_eq(vtd_drv_class.domain_alloc(h.r.m.drv, dev, DRV_DOMAIN_IDENTITY, &same), -EOPNOTSUPP);
	ck_assert_int_eq(vtd_drv_class.domain_alloc(h.r.m.drv, dev, DRV_DOMAIN_SVA, &same), -EOPNOTSUPP);
	dom = paging_domain(dev);
	ck_assert_int_eq(vtd_drv_class.attach(h.r.m.drv, dev, 5, dom, h.r.board.now), -EINVAL);
	ck_assert_int_eq(vtd_drv_class.attach(h.r.m.drv, dev, DRV_NO_PASID, dom, h.r.board.now), 0);
	ck_assert_int_eq(vtd_drv_class.map(h.r.m.drv, dom, 0x40000000, 0x1000, 0x1000, DRV_PROT_WRITE), 0);
	ck_assert_int_eq(dma(8, 0x40000abc, DMA_WRITE, 0, &pa), XLAT_OK);
	ck_assert_uint_eq(pa, 0x1abc);
	ck_assert_int_eq(vtd_drv_class.unmap(h.r.m.drv, dom, 0x40000000, 0x1000), 0x1000);
	ck_assert_int_eq(dma(8, 0x40000abc, DMA_WRITE, 0, &pa), XLAT_ABORT);
	ck_assert_int_eq(dma(8, 0x40000abc, DMA_WRITE, 0, &pa), XLAT_ABORT);
	rig_host_run(&h);
	/* One record; the second fault found it occupied: overflow. */
	ck_assert_uint_eq(faults_seen, 1);
	ck_assert_uint_eq(vtd_drv_stats(h.r.m.drv)->fault_overflows, 1);
	ck_assert_int_eq(dma(8, 0x7000, 0, 0, &pa), XLAT_ABORT);
	rig_host_run(&h);
	ck_assert_uint_eq(faults_seen, 2);
	rig_host_exit(&h);
}

TEST(domains_of_pasids)
{
	struct fault_domain *rid, *one, *two;
	struct fault_dev *dev;
	u64 pa;

	ck_assert_int_eq(rig_host_init(&h, NULL, NULL), 0);
	rig_host_ep(&h, 0x6a08, 16, true, 0, &dev);
	rid = paging_domain(dev);
	one = paging_domain(dev);
	two = paging_domain(dev);
	ck_assert_int_eq(vtd_drv_class.attach(h.r.m.drv, dev, DRV_NO_PASID, rid, h.r.board.now), 0);
	ck_assert_int_eq(vtd_drv_class.attach(h.r.m.drv, dev, 0x1234, one, h.r.board.now), 0);
	ck_assert_int_eq(vtd_drv_class.attach(h.r.m.drv, dev, 0x1235, two, h.r.board.now), 0);
	ck_assert_int_eq(vtd_drv_class.attach(h.r.m.drv, dev, 0, two, h.r.board.now), -EINVAL);
	ck_assert_int_eq(vtd_drv_class.attach(h.r.m.drv, dev, 0x10000, two, h.r.board.now), -EINVAL);
	ck_assert_int_eq(vtd_drv_class.attach(h.r.m.drv, dev, 0x1235, two, h.r.board.now), -EBUSY);
	vtd_drv_class.map(h.r.m.drv, rid, 0x5000, 0x10005000, 0x1000, DRV_PROT_READ);
	vtd_drv_class.map(h.r.m.drv, one, 0x5000, 0x20005000, 0x1000, DRV_PROT_READ);
	vtd_drv_class.map(h.r.m.drv, two, 0x5000, 0x30005000, 0x1000, DRV_PROT_READ);
	ck_assert_int_eq(dma(0x6a08, 0x5008, 0, 0, &pa), XLAT_OK);
	ck_assert_uint_eq(pa, 0x10005008);
	ck_assert_int_eq(dma(0x6a08, 0x5008, DMA_PASID, 0x1234, &pa), XLAT_OK);
	ck_assert_uint_eq(pa, 0x20005008);
	ck_assert_int_eq(dma(0x6a08, 0x5008, DMA_PASID, 0x1235, &pa), XLAT_OK);
	ck_assert_uint_eq(pa, 0x30005008);
	/* Page-selective: the same address of the other PASID stays. */
	ck_assert_int_eq(vtd_drv_class.unmap(h.r.m.drv, one, 0x5000, 0x1000), 0x1000);
	ck_assert_int_eq(dma(0x6a08, 0x5008, DMA_PASID, 0x1234, &pa), XLAT_ABORT);
	ck_assert_int_eq(dma(0x6a08, 0x5008, DMA_PASID, 0x1235, &pa), XLAT_OK);
	ck_assert_int_eq(vtd_drv_class.detach(h.r.m.drv, dev, 0x1235, h.r.board.now), 0);
	ck_assert_int_eq(dma(0x6a08, 0x5008, DMA_PASID, 0x1235, &pa), XLAT_ABORT);
	ck_assert_int_eq(vtd_drv_class.detach(h.r.m.drv, dev, 0x1235, h.r.board.now), -ENOENT);
	ck_assert_int_eq(dma(0x6a08, 0x5008, 0, 0, &pa), XLAT_OK);
	rig_host_exit(&h);
}

static u32 replace_pasid;
static u32 looks, wrong;

/* At every moment of a replace the device sees the old mapping or the new one. */
static void look(struct rig_host *host)
{
	u64 pa = 0;

	h.after_write = NULL;
	looks++;
	if (dma(0x10, 0x5010, replace_pasid == DRV_NO_PASID ? 0 : DMA_PASID, replace_pasid, &pa) != XLAT_OK ||
	    (pa != 0x20005010 && pa != 0x30005010))
		wrong++;
	h.after_write = look;
}

static void replaced_in_one_step(const struct vtd_drv_cfg *cfg, u32 pasid)
{
	struct fault_domain *old, *new;
	struct fault_dev *dev;
	u64 pa;

	ck_assert_int_eq(rig_host_init(&h, NULL, cfg), 0);
	rig_host_ep(&h, 0x10, 16, true, 0, &dev);
	old = paging_domain(dev);
	new = paging_domain(dev);
	vtd_drv_class.map(h.r.m.drv, old, 0x5000, 0x20005000, 0x1000, DRV_PROT_READ);
	vtd_drv_class.map(h.r.m.drv, new, 0x5000, 0x30005000, 0x1000, DRV_PROT_READ);
	ck_assert_int_eq(vtd_drv_class.attach(h.r.m.drv, dev, pasid, old, h.r.board.now), 0);
	replace_pasid = pasid;
	looks = wrong = 0;
	h.after_write = look;
	ck_assert_int_eq(vtd_drv_class.attach(h.r.m.drv, dev, pasid, new, h.r.board.now), 0);
	h.after_write = NULL;
	ck_assert_uint_gt(looks, 8);
	ck_assert_uint_eq(wrong, 0);
	ck_assert_int_eq(dma(0x10, 0x5010, pasid == DRV_NO_PASID ? 0 : DMA_PASID, pasid, &pa), XLAT_OK);
	ck_assert_uint_eq(pa, 0x30005010);
	rig_host_exit(&h);
}

TEST(replace_never_faults)
{
	struct vtd_drv_cfg second = { .second_stage = true }, old = { .mode = VTD_DRV_LEGACY };

	replaced_in_one_step(NULL, DRV_NO_PASID);
	replaced_in_one_step(NULL, 0x77);
	replaced_in_one_step(&second, 0x77);
	replaced_in_one_step(&old, DRV_NO_PASID);
}

TEST(identity_and_blocked)
{
	static const struct vtd_drv_cfg modes[] = { { .mode = VTD_DRV_SCALABLE }, { .mode = VTD_DRV_LEGACY } };
	struct fault_domain *identity, *blocked;
	struct fault_dev *dev;
	u64 pa;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(modes); i++) {
		ck_assert_int_eq(rig_host_init(&h, NULL, &modes[i]), 0);
		rig_host_ep(&h, 0x20, 8, false, 0, &dev);
		ck_assert_int_eq(vtd_drv_class.domain_alloc(h.r.m.drv, dev, DRV_DOMAIN_IDENTITY, &identity), 0);
		ck_assert_int_eq(vtd_drv_class.domain_alloc(h.r.m.drv, dev, DRV_DOMAIN_BLOCKED, &blocked), 0);
		ck_assert_int_eq(vtd_drv_class.attach(h.r.m.drv, dev, DRV_NO_PASID, identity, h.r.board.now), 0);
		ck_assert_int_eq(dma(0x20, 0x123456, DMA_WRITE, 0, &pa), XLAT_OK);
		ck_assert_uint_eq(pa, 0x123456);
		ck_assert_uint_eq(vtd_drv_class.iova_to_phys(h.r.m.drv, identity, 0x99), 0x99);
		ck_assert_int_eq(vtd_drv_class.map(h.r.m.drv, identity, 0x1000, 0x1000, 0x1000, DRV_PROT_READ),
				 -EINVAL);
		ck_assert_int_eq(vtd_drv_class.attach(h.r.m.drv, dev, DRV_NO_PASID, blocked, h.r.board.now), 0);
		ck_assert_int_eq(dma(0x20, 0x123456, DMA_WRITE, 0, &pa), XLAT_ABORT);
		rig_host_exit(&h);
	}
}

TEST(refused_descriptor)
{
	struct fault_domain *dom;
	struct fault_dev *dev;
	u64 bad[4] = { 0xe, 0x1234, 0, 0 }, tail;

	ck_assert_int_eq(rig_host_init(&h, NULL, NULL), 0);
	rig_host_ep(&h, 0x30, 0, false, 0, &dev);
	dom = paging_domain(dev);
	vtd_drv_class.attach(h.r.m.drv, dev, DRV_NO_PASID, dom, h.r.board.now);
	/* Somebody scribbles over the queue: the driver's next descriptor, its tail unchanged. */
	tail = rig_vtd_read(&h.r, VTD_IQT, 8);
	rig_vtd_submit(&h.r, bad);
	ck_assert(rig_vtd_read(&h.r, VTD_FSTS, 4) & VTD_FSTS_IQE);
	ck_assert_uint_eq(rig_vtd_read(&h.r, VTD_IQH, 8), tail);
	rig_host_run(&h);
	ck_assert(!(rig_vtd_read(&h.r, VTD_FSTS, 4) & VTD_FSTS_IQE));
	ck_assert_uint_eq(vtd_drv_stats(h.r.m.drv)->iq_errors[VTD_IQEI_TYPE], 1);
	ck_assert_uint_eq(vtd_drv_stats(h.r.m.drv)->last_bad_desc[0], 0xe);
	ck_assert_uint_eq(vtd_drv_stats(h.r.m.drv)->last_bad_desc[1], 0x1234);
	rig_host_exit(&h);
}

TEST(endpoint_that_does_not_complete)
{
	struct fault_domain *dom;
	struct fault_dev *dev;
	struct ep *ep;
	u64 pa;

	ck_assert_int_eq(rig_host_init(&h, NULL, NULL), 0);
	ep = rig_host_ep(&h, 0x40, 8, true, 0, &dev);
	dom = paging_domain(dev);
	vtd_drv_class.attach(h.r.m.drv, dev, 3, dom, h.r.board.now);
	vtd_drv_class.map(h.r.m.drv, dom, 0x1000, 0x1000, 0x2000, DRV_PROT_READ);
	ck_assert_int_eq(ep_translate(ep, 3, 0x1000, false, &pa), XLAT_OK);
	ep->silent = true;
	ck_assert_int_eq(vtd_drv_class.unmap(h.r.m.drv, dom, 0x1000, 0x1000), -ETIMEDOUT);
	ck_assert_uint_ge(vtd_drv_stats(h.r.m.drv)->ats_timeouts, 1);
	ep->silent = false;
	ck_assert_int_eq(vtd_drv_class.unmap(h.r.m.drv, dom, 0x2000, 0x1000), 0x1000);
	rig_host_run(&h);
	ck_assert(!(rig_vtd_read(&h.r, VTD_FSTS, 4) & VTD_FSTS_ITE));
	rig_host_exit(&h);
}

TEST(a_dead_host_is_an_error)
{
	struct rig_host *host = &h;

	rig_host_prepare(host, NULL);
	/* Translation left on by an earlier user, with a table that does not exist. */
	rig_vtd_root(&host->r, 0xdead000);
	rig_vtd_command(&host->r, VTD_GCMD_TE, true);
	ck_assert_int_eq(rig_host_probe(host, NULL), 0);
	rig_host_exit(host);
}

static void fail_each_allocation(const struct vtd_drv_cfg *drv)
{
	struct fault_domain *dom;
	struct drv_device_cfg cfg = { .sids = { 0x50 }, .n_sids = 1, .pasid_bits = 16, .pri = true };
	struct fault_dev *dev;
	u64 n;
	int r;

	/* The n-th allocation fails: nothing is lost, and what failed can be done again. */
	for (n = 1; n < 60; n++) {
		rig_host_prepare(&h, NULL);
		h.alloc_fail_at = n;
		r = rig_host_probe(&h, drv);
		if (r) {
			ck_assert_int_eq(r, -ENOMEM);
			ck_assert_uint_eq(h.r.board.held, 0);
			rig_host_exit(&h);
			continue;
		}
		r = vtd_drv_class.device_add(h.r.m.drv, &cfg, &dev);
		if (r)
			r = vtd_drv_class.device_add(h.r.m.drv, &cfg, &dev);
		ck_assert_int_eq(r, 0);
		r = vtd_drv_class.domain_alloc(h.r.m.drv, dev, DRV_DOMAIN_PAGING, &dom);
		if (r)
			r = vtd_drv_class.domain_alloc(h.r.m.drv, dev, DRV_DOMAIN_PAGING, &dom);
		ck_assert_int_eq(r, 0);
		r = vtd_drv_class.attach(h.r.m.drv, dev, 9, dom, h.r.board.now);
		if (r)
			r = vtd_drv_class.attach(h.r.m.drv, dev, 9, dom, h.r.board.now);
		ck_assert_int_eq(r, 0);
		r = vtd_drv_class.map(h.r.m.drv, dom, 0x1000, 0x1000, 0x1000, DRV_PROT_READ);
		if (r)
			r = vtd_drv_class.map(h.r.m.drv, dom, 0x1000, 0x1000, 0x1000, DRV_PROT_READ);
		ck_assert_int_eq(r, 0);
		rig_host_exit(&h);
	}
}

TEST(no_memory_anywhere)
{
	struct vtd_drv_cfg nested = { .common.nested = true, .haw = 48 };

	fail_each_allocation(NULL);
	fail_each_allocation(&nested);
}

SUITE("vtd_driver")
