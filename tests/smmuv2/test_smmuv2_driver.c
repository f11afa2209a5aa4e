// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The driver on the hardware, with the fault core between: translation, stalls, banks that are shared. */
#include "v2_drv_scene.h"

/* ---- Translation through the driver ---- */

static void map_and_use(const struct smmuv2_cfg *hw, const struct smmuv2_drv_cfg *cfg)
{
	struct fault_dev *dev;
	struct fault_domain *dom;
	struct access *a;

	ck_assert_int_eq(drig_probe(&g, hw, cfg), 0);
	dom = paging(SID_A, false, &dev);
	ck_assert_int_eq(drig_map(&g, dom, 0x400000, 0x80400000), 0);
	ck_assert_int_eq(drig_map(&g, dom, 0x400000, 0x80400000), -EEXIST);
	a = drig_access(&g, SID_A, 0x400123, DMA_WRITE, 0);
	ck_assert_int_eq(a->end, XLAT_OK);
	ck_assert_uint_eq(a->pa, 0x80400123);
	ck_assert_uint_eq(DRV.iova_to_phys(g.r.m.drv, dom, 0x400123), 0x80400123);
	ck_assert_int_eq(DRV.unmap(g.r.m.drv, dom, 0x400000, 4096), 4096);
	ck_assert_int_eq(drig_access(&g, SID_A, 0x400123, 0, 0)->end, XLAT_ABORT);
	ck_assert_uint_eq(DRV.iova_to_phys(g.r.m.drv, dom, 0x400123), 0);
	drig_settle(&g);
	ck_assert_uint_eq(g.n_faults, 1);
	ck_assert_uint_eq(g.faults[0].far, 0x400123);
	ck_assert_uint_eq(g.faults[0].fsr & 0x1fe, 0x2);
	ck_assert_uint_eq(g.faults[0].cbfrsynra, SID_A);
	/* More pages than are invalidated one by one */
	ck_assert_int_eq(DRV.map(g.r.m.drv, dom, 0x800000, 0x90000000, 0x200000, DRV_PROT_READ), 0);
	ck_assert_int_eq(drig_access(&g, SID_A, 0x812345, 0, 0)->end, XLAT_OK);
	ck_assert_int_eq(drig_access(&g, SID_A, 0x812345, DMA_WRITE, 0)->end, XLAT_ABORT);
	drig_settle(&g);
	ck_assert_int_eq(DRV.unmap(g.r.m.drv, dom, 0x800000, 0x200000), 0x200000);
	ck_assert_int_eq(drig_access(&g, SID_A, 0x812345, 0, 0)->end, XLAT_ABORT);
	drig_settle(&g);
	ck_assert_int_eq(DRV.unmap(g.r.m.drv, dom, 0x800000, 0x200000), 0);
	ck_assert_uint_eq(stats()->context_faults[1] + stats()->context_faults[3], 3);
	ck_assert_uint_eq(stats()->sync_timeouts, 0);
	gone(dev, dom);
	drig_down(&g);
}

TEST(formats)
{
	static const struct smmuv2_drv_cfg cfgs[] = {
		{ .format = SMMUV2_DRV_AUTO },
		{ .format = SMMUV2_DRV_AARCH64, .va_bits = 39 },
		{ .format = SMMUV2_DRV_LPAE },
		{ .format = SMMUV2_DRV_SHORT },
		{ .stage2 = true },
		{ .stage2 = true, .format = SMMUV2_DRV_LPAE },
		{ .stage2 = true, .va_bits = 36 },
		{ .common.nested = true },
		{ .common.nested = true, .common.s2_page_bytes = 0x200000 },
		{ .common.nested = true, .common.s2_page_bytes = 0x40000000, .va_bits = 39 },
	};
	static const struct smmuv2_cfg hws[] = {
		{ .num_cb = 8, .num_s2cb = 2 },
		{ .num_cb = 8, .page_64k = true, .exids = true, .num_irpt = 3 },
		{ .num_cb = 8, .stream_indexing = true, .no_caches = true },
	};
	size_t i, j;

	for (i = 0; i < ARRAY_SIZE(hws); i++)
		for (j = 0; j < ARRAY_SIZE(cfgs); j++)
			map_and_use(&hws[i], &cfgs[j]);
}

TEST(probe_refuses_what_is_not_there)
{
	static const struct {
		struct smmuv2_cfg hw;
		struct smmuv2_drv_cfg drv;
		int err;
	} rows[] = {
		{ { .no_s2 = true }, { .stage2 = true }, -ENODEV },
		{ { .formats = SMMUV2_FMT_4K }, { .format = SMMUV2_DRV_LPAE }, -ENODEV },
		{ { .formats = SMMUV2_FMT_LPAE }, { .format = SMMUV2_DRV_AARCH64 }, -ENODEV },
		{ { .formats = SMMUV2_FMT_LPAE }, { .format = SMMUV2_DRV_SHORT }, -ENODEV },
		{ { .formats = SMMUV2_FMT_64K }, { .granule = 12 }, -ENODEV },
		{ { .num_cb = 2, .num_s2cb = 2 }, { .hupcf = true }, -ENODEV },
		{ { .num_cb = 2 }, { .va_bits = 49 }, -EINVAL },
		{ { .num_cb = 2 }, { .va_bits = 24 }, -EINVAL },
		{ { .no_nested = true }, { .common.nested = true }, -EOPNOTSUPP },
		{ { .num_cb = 2 }, { .common.nested = true, .stage2 = true }, -EOPNOTSUPP },
		{ { .num_cb = 2 }, { .common.nested = true, .format = SMMUV2_DRV_LPAE }, -EOPNOTSUPP },
		{ { .num_cb = 2 }, { .common.nested = true, .common.s2_page_bytes = 0x8000 }, -EOPNOTSUPP },
		{ { .num_cb = 1 }, { .common.nested = true }, -ENODEV },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		ck_assert_int_eq(drig_probe(&g, &rows[i].hw, &rows[i].drv), rows[i].err);
		ck_assert_int_eq(fault_core_destroy(g.r.m.core), 0);
		free(g.r.m.drv);
		rig_down(&g.r);
	}
}

/* Stage 2 in bank 0, stage 1 of a domain in the first behind it; faults stall in stage 1 as they do without stage 2. */
TEST(nested_banks)
{
	static const struct smmuv2_drv_cfg cfg = { .common.nested = true };
	struct fault_domain *dom, *same;
	struct fault_dev *dev;
	struct owner o;
	struct access *a;

	up(SMMUV2_MMU500, &cfg);
	dev = drig_master(&g, SID_A, true);
	ck_assert_int_eq(DRV.domain_alloc(g.r.m.drv, dev, DRV_DOMAIN_IDENTITY, &same), -EOPNOTSUPP);
	dom = drig_domain(&g, dev, DRV_DOMAIN_PAGING);
	drig_own(&g, dom, &o, FAULT_DEFAULT);
	drig_attach(&g, dev, dom);
	ck_assert_int_eq(smmuv2_drv_bank(dom), 1);
	/* CBAR: bank 0 stage 2 with VMID 1; bank 1 TYPE 3, CBNDX 0. SCTLR of bank 0: M and CFRE alone. */
	ck_assert_uint_eq(reg_get(&g.r.hw.gr1, SMMUV2_GR1_CBAR(0)) & 0x300ff, 0x00001);
	ck_assert_uint_eq(reg_get(&g.r.hw.gr1, SMMUV2_GR1_CBAR(1)) & 0x3ff00, 0x30000);
	ck_assert_uint_eq(cb_rd(&g.r, 0, SMMUV2_CB_SCTLR), 0x21);
	a = drig_access(&g, SID_A, 0x5123, DMA_WRITE, 0);
	ck_assert_int_eq(a->end, XLAT_STALL);
	drig_settle(&g);
	ck_assert_int_eq(a->end, XLAT_OK);
	ck_assert_uint_eq(a->pa, 0x80005123);
	ck_assert_uint_eq(o.handled, 1);
	ck_assert_uint_eq(g.faults[0].bank, 1);
	ck_assert_uint_eq(stats()->stalls, 1);
	gone(dev, dom);
	drig_down(&g);
}

TEST(other_domain_types)
{
	struct fault_dev *dev;
	struct fault_domain *id, *blocked, *paging;

	up(SMMUV2_MMU500, &plain);
	ck_assert_int_eq(drig_access(&g, SID_A, 0x1000, 0, 0)->end, XLAT_ABORT);
	dev = drig_master(&g, SID_A, false);
	ck_assert_int_eq(drig_access(&g, SID_A, 0x1000, 0, 0)->end, XLAT_ABORT);
	id = drig_domain(&g, dev, DRV_DOMAIN_IDENTITY);
	blocked = drig_domain(&g, dev, DRV_DOMAIN_BLOCKED);
	paging = drig_domain(&g, dev, DRV_DOMAIN_PAGING);
	drig_attach(&g, dev, id);
	ck_assert_int_eq(drig_access(&g, SID_A, 0x1000, 0, 0)->end, XLAT_OK);
	ck_assert_uint_eq(DRV.iova_to_phys(g.r.m.drv, id, 0x1000), 0x1000);
	ck_assert_int_eq(drig_map(&g, id, 0, 0), -EINVAL);
	ck_assert_int_eq((int)DRV.unmap(g.r.m.drv, id, 0, 4096), -EINVAL);
	drig_attach(&g, dev, blocked);
	ck_assert_int_eq(drig_access(&g, SID_A, 0x1000, 0, 0)->end, XLAT_ABORT);
	ck_assert_int_eq(DRV.attach(g.r.m.drv, dev, DRV_NO_PASID, blocked, g.r.board.now), -EBUSY);
	drig_attach(&g, dev, paging);
	ck_assert_int_eq(drig_map(&g, paging, 0x1000, 0x80001000), 0);
	ck_assert_int_eq(drig_access(&g, SID_A, 0x1000, 0, 0)->end, XLAT_OK);
	ck_assert_int_eq(DRV.attach(g.r.m.drv, dev, 3, id, g.r.board.now), -EINVAL); /* no PASIDs */
	ck_assert_int_eq(DRV.detach(g.r.m.drv, dev, 3, g.r.board.now), -ENOENT);
	drig_settle(&g);
	/* The unknown stream, the master without and with a blocking domain: USF, ICF */
	ck_assert_uint_eq(g.gfsr & 0x3, 0x3 & g.gfsr);
	ck_assert_uint_ge(stats()->global_faults[1], 1);
	drig_down(&g); /* takes the rest down */
}

TEST(streams)
{
	struct drv_device_cfg cfg = { .sids = { SMMUV2_SID(0x400, 0xff), 0x20 }, .n_sids = 2 };
	struct fault_dev *dev = NULL, *other = NULL;
	struct fault_domain *dom;
	u32 i;

	up(SMMUV2_MMU500, &plain);
	ck_assert_int_eq(DRV.device_add(g.r.m.drv, &cfg, &dev), 0);
	dom = drig_domain(&g, dev, DRV_DOMAIN_PAGING);
	drig_attach(&g, dev, dom);
	ck_assert_int_eq(drig_map(&g, dom, 0x1000, 0x80001000), 0);
	ck_assert_int_eq(drig_access(&g, 0x437, 0x1000, 0, 0)->end, XLAT_OK);
	ck_assert_int_eq(drig_access(&g, 0x20, 0x1000, 0, 0)->end, XLAT_OK);
	/* A fault of any StreamID under the mask is the master's. */
	drig_access(&g, 0x4aa, 0x9000, 0, 0);
	drig_settle(&g);
	ck_assert_uint_eq(g.faults[0].cbfrsynra, 0x4aa);
	ck_assert_uint_eq(stats()->orphans, 0);
	/* Overlaps, too wide, none, too many, PRI */
	cfg = (struct drv_device_cfg){ .sids = { 0x4f0 }, .n_sids = 1 };
	ck_assert_int_eq(DRV.device_add(g.r.m.drv, &cfg, &other), -EEXIST);
	cfg.sids[0] = 0x8000;
	ck_assert_int_eq(DRV.device_add(g.r.m.drv, &cfg, &other), -ERANGE);
	cfg.sids[0] = SMMUV2_SID(0, 0x8000);
	ck_assert_int_eq(DRV.device_add(g.r.m.drv, &cfg, &other), -ERANGE);
	cfg.n_sids = 0;
	ck_assert_int_eq(DRV.device_add(g.r.m.drv, &cfg, &other), -EINVAL);
	cfg = (struct drv_device_cfg){ .sids = { 0x30 }, .n_sids = 1, .pri = true };
	ck_assert_int_eq(DRV.device_add(g.r.m.drv, &cfg, &other), -EINVAL);
	/* 32 groups: 2 are taken; a master that does not fit leaves nothing behind. */
	for (i = 0; i < 29; i++)
		drig_master(&g, 0x100 + i, false);
	cfg = (struct drv_device_cfg){ .sids = { 0x30, 0x31 }, .n_sids = 2 };
	ck_assert_int_eq(DRV.device_add(g.r.m.drv, &cfg, &other), -ENOSPC);
	cfg.n_sids = 1;
	ck_assert_int_eq(DRV.device_add(g.r.m.drv, &cfg, &other), 0);
	drig_down(&g);
}

TEST(banks_run_out)
{
	struct smmuv2_cfg hw = { .num_cb = 4, .num_s2cb = 2 };
	struct fault_domain *dom[3];
	struct fault_dev *dev[3];
	int i;

	ck_assert_int_eq(drig_probe(&g, &hw, &plain), 0);
	for (i = 0; i < 3; i++) {
		dev[i] = drig_master(&g, SID_A + (u32)i, false);
		dom[i] = drig_domain(&g, dev[i], DRV_DOMAIN_PAGING);
		ck_assert_int_eq(smmuv2_drv_bank(dom[i]), -1);
	}
	drig_attach(&g, dev[0], dom[0]);
	drig_attach(&g, dev[1], dom[1]);
	ck_assert_int_eq(smmuv2_drv_bank(dom[0]), 2);
	ck_assert_int_eq(smmuv2_drv_bank(dom[1]), 3);
	ck_assert_int_eq(DRV.attach(g.r.m.drv, dev[2], DRV_NO_PASID, dom[2], g.r.board.now), -ENOSPC);
	/* Attached masters hold their domain. */
	ck_assert_int_eq(DRV.detach(g.r.m.drv, dev[0], DRV_NO_PASID, g.r.board.now), 0);
	DRV.domain_free(g.r.m.drv, dom[0]);
	drig_attach(&g, dev[2], dom[2]);
	ck_assert_int_eq(smmuv2_drv_bank(dom[2]), 2);
	drig_down(&g);
}

/* ---- Stalls ---- */

/* Demand paging: each first touch stalls, is mapped, goes on. */
TEST(demand_paging)
{
	enum smmuv2_behaviour b;
	struct scene s;
	u32 i;

	for (b = SMMUV2_MMU500; b <= SMMUV2_QCOM; b++) {
		up(b, &plain);
		stalling(&s, SID_A, FAULT_DEFAULT);
		ck_assert_uint_eq(sctlr(s.dom) & (CFCFG | CFIE), CFCFG | CFIE);
		for (i = 0; i < 20; i++) {
			struct access *a = drig_access(&g, SID_A, 0x10000 + 0x800 * i, i & 1 ? DMA_WRITE : 0, 0);

			drig_settle(&g);
			ck_assert_int_eq(a->end, XLAT_OK);
			ck_assert_uint_eq(a->pa, 0x80010000 + 0x800 * i);
		}
		ck_assert_uint_eq(s.owner.handled, 10);
		ck_assert_uint_eq(stats()->stalls, 10);
		ck_assert_uint_eq(stats()->resumes[0], 10);
		ck_assert_uint_eq(stats()->resumes[1], 0);
		ck_assert_uint_eq(stats()->ss_only, 0);
		gone(s.dev, s.dom);
		drig_down(&g);
	}
}

/* Many at once: the bank hands over one after the other; each fault is answered once, none is left. */
TEST(many_outstanding)
{
	static const bool hupcf[] = { false, true };
	struct smmuv2_drv_cfg cfg = { 0 };
	struct fault_stats fs;
	struct access *a[30];
	struct scene s;
	size_t h;
	u32 i;

	for (h = 0; h < 2; h++) {
		cfg.hupcf = hupcf[h];
		up(SMMUV2_MMU500, &cfg);
		stalling(&s, SID_A, FAULT_DEFAULT);
		for (i = 0; i < 30; i++)
			a[i] = drig_access(&g, SID_A, 0x10000 + 0x1000 * i, 0, i & 1);
		drig_settle(&g);
		for (i = 0; i < 30; i++)
			ck_assert_int_eq(a[i]->end, XLAT_OK);
		fault_dev_stats(s.dev, &fs);
		ck_assert_uint_eq(fs.owed, fs.answered[FAULT_RETRY]);
		ck_assert_uint_eq(fs.owed, stats()->stalls);
		ck_assert_uint_eq(fs.owed, 30);
		ck_assert_uint_eq(stats()->resumes[0], 30);
		ck_assert_uint_eq(g.r.hw.tbu[0].used + g.r.hw.tbu[1].used, 0);
		gone(s.dev, s.dom);
		drig_down(&g);
	}
}

static u32 seen_irqs;

/* While the handler works the line is down although SS is set: no storm of interrupts. */
static void look_quiet(struct owner *o)
{
	unsigned int bank = (unsigned int)smmuv2_drv_bank(o->dom);

	ck_assert_uint_eq(cb_rd(&o->g->r, bank, SMMUV2_CB_FSR), SS);
	ck_assert(!o->g->r.irq[SMMUV2_IRQ_CONTEXT + bank]);
	seen_irqs = o->g->r.irq_rises[SMMUV2_IRQ_CONTEXT + bank];
}

/* Introspection: the handler looks at the frozen master and terminates. */
TEST(introspection)
{
	struct access *a;
	struct scene s;

	stalling_alone(&s, FAULT_TERMINATE);
	s.owner.look = look_quiet;
	a = drig_access(&g, SID_A, 0x9008, DMA_WRITE | DMA_PRIV, 0);
	drig_settle(&g);
	ck_assert_int_eq(a->end, XLAT_ABORT);
	ck_assert_uint_eq(s.owner.handled, 1);
	ck_assert_uint_eq(s.owner.last.addr, 0x9008);
	ck_assert_uint_eq(s.owner.last.perm, FAULT_WRITE | FAULT_PRIV);
	ck_assert_uint_eq(s.owner.last.sid, SID_A);
	ck_assert_uint_eq(s.owner.last.type, FAULT_STALL);
	ck_assert_uint_eq(seen_irqs, 1);
	ck_assert_uint_eq(stats()->resumes[1], 1);
	/* Then it is on again. */
	ck_assert_uint_eq(sctlr(s.dom) & CFIE, CFIE);
	ck_assert_uint_eq(cb_rd(&g.r, (unsigned int)smmuv2_drv_bank(s.dom), SMMUV2_CB_FSR), 0);
	drig_down(&g);
}

/* The handler keeps the fault; the answer comes later, once. */
TEST(answer_later)
{
	struct access *a;
	struct scene s;

	stalling_alone(&s, FAULT_LATER);
	a = drig_access(&g, SID_A, 0x9000, 0, 0);
	drig_settle(&g);
	ck_assert_int_eq(a->end, XLAT_STALL);
	ck_assert_int_eq(drig_map(&g, s.dom, 0x9000, 0x80009000), 0);
	ck_assert_int_eq(fault_group_respond(s.owner.kept, FAULT_RETRY, g.r.board.now), 0);
	ck_assert_int_eq(fault_group_respond(s.owner.kept, FAULT_TERMINATE, g.r.board.now), -EALREADY);
	fault_group_put(s.owner.kept);
	drig_settle(&g);
	ck_assert_int_eq(a->end, XLAT_OK);
	gone(s.dev, s.dom);
	drig_down(&g);
}

/* Stalls that no handler takes are terminated, not retried for ever. */
TEST(nobody_handles)
{
	struct fault_dev *dev;

	up(SMMUV2_MMU500, &plain);
	paging(SID_A, true, &dev);
	drig_access(&g, SID_A, 0x9000, 0, 0);
	drig_settle(&g);
	ck_assert_int_eq(g.access[0].end, XLAT_ABORT);
	ck_assert_uint_eq(stats()->resumes[1], 1);
	drig_down(&g);
}

TEST(on_and_off_at_run_time)
{
	struct access *a;
	struct scene s;

	stalling_alone(&s, FAULT_LATER);
	a = drig_access(&g, SID_A, 0x9000, 0, 0);
	drig_settle(&g);
	ck_assert_int_eq(a->end, XLAT_STALL);
	/* Off: the pending one is answered, later ones terminate; its late response does nothing. */
	ck_assert_int_eq(fault_off(s.dev, g.r.board.now), 0);
	ck_assert_uint_eq(sctlr(s.dom) & CFCFG, 0);
	drig_settle(&g);
	ck_assert_int_eq(a->end, XLAT_ABORT);
	ck_assert_int_eq(fault_group_respond(s.owner.kept, FAULT_RETRY, g.r.board.now), -EALREADY);
	fault_group_put(s.owner.kept);
	ck_assert_uint_eq(s.owner.events, 1);
	ck_assert_int_eq(fault_dev_enable(s.dev), 0);
	ck_assert_uint_eq(sctlr(s.dom) & CFCFG, CFCFG);
	s.owner.answer = FAULT_DEFAULT;
	a = drig_access(&g, SID_A, 0xa000, 0, 0);
	ck_assert_int_eq(a->end, XLAT_STALL);
	drig_settle(&g);
	ck_assert_int_eq(a->end, XLAT_OK);
	gone(s.dev, s.dom);
	drig_down(&g);
}

TEST(never_stalls_by_configuration)
{
	struct smmuv2_drv_cfg cfg = { .cfcfg = SMMUV2_CFCFG_NEVER, .razwi = true, .hupcf = true };
	struct scene s;

	up(SMMUV2_MMU500, &cfg);
	stalling(&s, SID_A, FAULT_DEFAULT);
	ck_assert_uint_eq(sctlr(s.dom) & 0x1a0, 0x100);
	ck_assert_int_eq(drig_access(&g, SID_A, 0x9000, 0, 0)->end, XLAT_RAZWI);
	drig_settle(&g);
	ck_assert_uint_eq(s.owner.handled, 0);
	ck_assert_uint_eq(s.owner.events, 1);
	drig_down(&g);
}

/* A master that nobody lets stall in a bank that stalls all the same: never left hanging. */
TEST(always_stalls_by_configuration)
{
	struct smmuv2_drv_cfg cfg = { .cfcfg = SMMUV2_CFCFG_ALWAYS };
	struct fault_dev *dev;
	struct fault_domain *dom;
	struct access *a;

	up(SMMUV2_MMU500, &cfg);
	dom = paging(SID_A, false, &dev);
	ck_assert_uint_eq(sctlr(dom) & CFCFG, CFCFG);
	a = drig_access(&g, SID_A, 0x9000, 0, 0);
	ck_assert_int_eq(a->end, XLAT_STALL);
	drig_settle(&g);
	ck_assert_int_eq(a->end, XLAT_ABORT);
	drig_down(&g);
}

/* ---- A bank shared by two masters ---- */

TEST(incompatible_masters)
{
	struct fault_dev *a, *b;
	struct fault_domain *dom, *own;

	up(SMMUV2_MMU500, &plain);
	a = drig_master(&g, SID_A, true);
	b = drig_master(&g, SID_B, false);
	dom = drig_domain(&g, a, DRV_DOMAIN_PAGING);
	drig_attach(&g, a, dom);
	ck_assert_int_eq(DRV.attach(g.r.m.drv, b, DRV_NO_PASID, dom, g.r.board.now), -EINVAL);
	own = drig_domain(&g, b, DRV_DOMAIN_PAGING);
	drig_attach(&g, b, own);
	ck_assert_uint_eq(sctlr(dom) & CFCFG, CFCFG);
	ck_assert_uint_eq(sctlr(own) & CFCFG, 0);
	/* A master of another driver's domain */
	ck_assert_int_eq(DRV.attach(g.r.m.drv, b, DRV_NO_PASID, dom, g.r.board.now), -EINVAL);
	ck_assert_int_eq(drig_map(&g, own, 0x1000, 0x80001000), 0);
	ck_assert_int_eq(drig_access(&g, SID_B, 0x1000, 0, 0)->end, XLAT_OK);
	drig_down(&g);
}

TEST(shared_bank_detach_answers_only_its_own)
{
	struct access *a, *b;
	struct fault_dev *other;
	struct fault_stats fs;
	struct scene s;

	stalling_alone(&s, FAULT_LATER);
	other = drig_master(&g, SID_B, true);
	drig_attach(&g, other, s.dom);
	ck_assert_uint_eq(sctlr(s.dom) & CFCFG, CFCFG);
	/* A stalls; B, whose page is mapped, meets A's fault (HUPCF = 0). */
	ck_assert_int_eq(drig_map(&g, s.dom, 0x5000, 0x80005000), 0);
	a = drig_access(&g, SID_A, 0x9000, 0, 0);
	b = drig_access(&g, SID_B, 0x5000, 0, 0);
	drig_settle(&g);
	ck_assert_int_eq(a->end, XLAT_STALL);
	ck_assert_int_eq(b->end, XLAT_STALL);
	/* B goes: nothing of A's is answered. */
	ck_assert_int_eq(DRV.detach(g.r.m.drv, other, DRV_NO_PASID, g.r.board.now), 0);
	drig_settle(&g);
	ck_assert_int_eq(a->end, XLAT_STALL);
	ck_assert_uint_eq(stats()->resumes[0] + stats()->resumes[1], 0);
	fault_dev_stats(other, &fs);
	ck_assert_uint_eq(fs.owed, 0);
	/* A is answered: B's access is presented again, and its stream faults globally now. */
	ck_assert_int_eq(fault_group_respond(s.owner.kept, FAULT_TERMINATE, g.r.board.now), 0);
	fault_group_put(s.owner.kept);
	drig_settle(&g);
	ck_assert_int_eq(a->end, XLAT_ABORT);
	ck_assert_int_eq(b->end, XLAT_ABORT);
	ck_assert_uint_eq(g.gfsr & 1, 1);
	/* The other way round: A's detach answers A's fault and lets B go on. */
	drig_attach(&g, other, s.dom);
	a = drig_access(&g, SID_A, 0xb000, 0, 0);
	b = drig_access(&g, SID_B, 0x5000, 0, 0);
	drig_settle(&g);
	ck_assert_int_eq(b->end, XLAT_STALL);
	ck_assert_int_eq(DRV.detach(g.r.m.drv, s.dev, DRV_NO_PASID, g.r.board.now), 0);
	drig_settle(&g);
	ck_assert_int_eq(a->end, XLAT_ABORT);
	ck_assert_int_eq(b->end, XLAT_OK);
	ck_assert_int_eq(fault_group_respond(s.owner.kept, FAULT_RETRY, g.r.board.now), -EALREADY);
	fault_group_put(s.owner.kept);
	ck_assert_uint_eq(sctlr(s.dom) & CFCFG, CFCFG);
	gone(other, s.dom);
	drig_down(&g);
}

/* One master of two turns stalling off: the bank cannot stall any more; on again, it can. */
TEST(shared_bank_stalls_while_all_may)
{
	struct fault_dev *other;
	struct scene s;

	stalling_alone(&s, FAULT_DEFAULT);
	other = drig_master(&g, SID_B, true);
	drig_attach(&g, other, s.dom);
	ck_assert_int_eq(fault_off(other, g.r.board.now), 0);
	ck_assert_uint_eq(sctlr(s.dom) & CFCFG, 0);
	ck_assert_int_eq(fault_dev_enable(other), 0);
	ck_assert_uint_eq(sctlr(s.dom) & CFCFG, CFCFG);
	ck_assert_int_eq(fault_off(other, g.r.board.now), 0);
	ck_assert_int_eq(DRV.detach(g.r.m.drv, other, DRV_NO_PASID, g.r.board.now), 0);
	ck_assert_uint_eq(sctlr(s.dom) & CFCFG, CFCFG);
	drig_down(&g);
}

/* Replace while a fault is pending: it is answered with retry and meets the new bank. */
TEST(replace_with_a_pending_fault)
{
	struct fault_domain *next;
	struct access *a;
	struct scene s;

	stalling_alone(&s, FAULT_LATER);
	next = drig_domain(&g, s.dev, DRV_DOMAIN_PAGING);
	ck_assert_int_eq(drig_map(&g, next, 0x9000, 0x90009000), 0);
	a = drig_access(&g, SID_A, 0x9000, 0, 0);
	drig_settle(&g);
	drig_attach(&g, s.dev, next);
	drig_settle(&g);
	ck_assert_int_eq(a->end, XLAT_OK);
	ck_assert_uint_eq(a->pa, 0x90009000);
	fault_group_put(s.owner.kept);
	drig_down(&g);
}

/* ---- Storms ---- */

/* GPU driver's back-off: the first fault ends stalling, for half a second at least. */
TEST(storm_back_off)
{
	static const struct fault_storm limits = { .limit = 1, .window_ns = 1, .off_ns = 500000000 };
	struct smmuv2_drv_cfg cfg = { .common.storm = &limits, .hupcf = true };
	struct scene gpu, gmu;
	u32 i;

	up(SMMUV2_MMU500, &cfg);
	stalling(&gpu, SID_A, FAULT_TERMINATE);
	gmu.dom = paging(SID_C, false, &gmu.dev);
	ck_assert_int_eq(drig_map(&g, gmu.dom, 0x1000, 0x80001000), 0);
	for (i = 0; i < 8; i++)
		drig_access(&g, SID_A, 0x10000 + 0x1000 * i, 0, 0);
	/* All slots of the TBU are taken: the management unit starves. */
	ck_assert_int_eq(drig_access(&g, SID_C, 0x1000, 0, 0)->end, XLAT_WAIT);
	drig_settle(&g);
	ck_assert_uint_eq(sctlr(gpu.dom) & CFCFG, 0);
	for (i = 0; i < 8; i++)
		ck_assert_int_eq(g.access[i].end, XLAT_ABORT);
	ck_assert_int_eq(g.access[8].end, XLAT_OK);
	ck_assert_int_eq(drig_access(&g, SID_A, 0x90000, 0, 0)->end, XLAT_ABORT);
	ck_assert_int_eq(drig_access(&g, SID_C, 0x1000, 0, 0)->end, XLAT_OK);
	drig_settle(&g);
	g.r.board.now += 499999999;
	fault_core_expire(g.r.m.core, g.r.board.now);
	ck_assert_uint_eq(sctlr(gpu.dom) & CFCFG, 0);
	g.r.board.now += 10;
	fault_core_expire(g.r.m.core, g.r.board.now);
	ck_assert_uint_eq(sctlr(gpu.dom) & CFCFG, CFCFG);
	drig_down(&g);
}

SUITE("smmuv2_driver")
