// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The driver on the hardware, with the fault core between. */
#include <pthread.h>
#include <sched.h>

#include "v2_drv_rig.h"

#define SID_A 0x10
#define SID_B 0x11
#define SID_C 0x40
#define DRV   smmuv2_drv_class
#define SS    0x40000000
#define CFCFG 0x80
#define CFIE  0x40

static struct drig g;

static const struct smmuv2_drv_cfg plain;

static void up(enum smmuv2_behaviour behaviour, const struct smmuv2_drv_cfg *cfg)
{
	struct smmuv2_cfg hw = { .behaviour = behaviour, .n_tbus = 2, .stall_slots = { 8, 8 } };

	ck_assert_int_eq(drig_probe(&g, &hw, cfg), 0);
}

static const struct smmuv2_drv_stats *stats(void)
{
	return smmuv2_drv_stats(g.drv);
}

static u32 sctlr(struct fault_domain *dom)
{
	return cb_rd(&g.r, (unsigned int)smmuv2_drv_bank(dom), 0x0);
}

static void gone(struct fault_dev *dev, struct fault_domain *dom)
{
	ck_assert_int_eq(DRV.detach(g.drv, dev, DRV_NO_PASID, g.now), 0);
	DRV.domain_free(g.drv, dom);
	DRV.device_remove(g.drv, dev, g.now);
}

/* ---- Translation through the driver ---- */

static void map_and_use(const struct smmuv2_cfg *hw, const struct smmuv2_drv_cfg *cfg)
{
	struct fault_dev *dev;
	struct fault_domain *dom;
	struct access *a;

	ck_assert_int_eq(drig_probe(&g, hw, cfg), 0);
	dev = drig_master(&g, SID_A, false);
	dom = drig_domain(&g, dev, DRV_DOMAIN_PAGING);
	drig_attach(&g, dev, dom);
	ck_assert_int_eq(drig_map(&g, dom, 0x400000, 0x80400000), 0);
	ck_assert_int_eq(drig_map(&g, dom, 0x400000, 0x80400000), -EEXIST);
	a = drig_access(&g, SID_A, 0x400123, DMA_WRITE, 0);
	ck_assert_int_eq(a->end, XLAT_OK);
	ck_assert_uint_eq(a->pa, 0x80400123);
	ck_assert_uint_eq(DRV.iova_to_phys(g.drv, dom, 0x400123), 0x80400123);
	ck_assert_int_eq(DRV.unmap(g.drv, dom, 0x400000, 4096), 4096);
	ck_assert_int_eq(drig_access(&g, SID_A, 0x400123, 0, 0)->end, XLAT_ABORT);
	ck_assert_uint_eq(DRV.iova_to_phys(g.drv, dom, 0x400123), 0);
	drig_settle(&g);
	ck_assert_uint_eq(g.n_faults, 1);
	ck_assert_uint_eq(g.faults[0].far, 0x400123);
	ck_assert_uint_eq(g.faults[0].fsr & 0x1fe, 0x2);
	ck_assert_uint_eq(g.faults[0].cbfrsynra, SID_A);
	/* More pages than are invalidated one by one */
	ck_assert_int_eq(DRV.map(g.drv, dom, 0x800000, 0x90000000, 0x200000, DRV_PROT_READ), 0);
	ck_assert_int_eq(drig_access(&g, SID_A, 0x812345, 0, 0)->end, XLAT_OK);
	ck_assert_int_eq(drig_access(&g, SID_A, 0x812345, DMA_WRITE, 0)->end, XLAT_ABORT);
	drig_settle(&g);
	ck_assert_int_eq(DRV.unmap(g.drv, dom, 0x800000, 0x200000), 0x200000);
	ck_assert_int_eq(drig_access(&g, SID_A, 0x812345, 0, 0)->end, XLAT_ABORT);
	drig_settle(&g);
	ck_assert_int_eq(DRV.unmap(g.drv, dom, 0x800000, 0x200000), 0);
	ck_assert_uint_eq(stats()->context_faults[1] + stats()->context_faults[3], 3);
	ck_assert_uint_eq(stats()->sync_timeouts, 0);
	gone(dev, dom);
	drig_down(&g);
}

START_TEST(formats)
{
	static const struct smmuv2_drv_cfg cfgs[] = {
		{ .format = SMMUV2_DRV_AUTO },
		{ .format = SMMUV2_DRV_AARCH64, .va_bits = 39 },
		{ .format = SMMUV2_DRV_LPAE },
		{ .format = SMMUV2_DRV_SHORT },
		{ .stage2 = true },
		{ .stage2 = true, .format = SMMUV2_DRV_LPAE },
		{ .stage2 = true, .va_bits = 36 },
		{ .nested = true },
		{ .nested = true, .s2_page_bytes = 0x200000 },
		{ .nested = true, .s2_page_bytes = 0x40000000, .va_bits = 39 },
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
END_TEST

START_TEST(probe_refuses_what_is_not_there)
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
		{ { .no_nested = true }, { .nested = true }, -EOPNOTSUPP },
		{ { .num_cb = 2 }, { .nested = true, .stage2 = true }, -EOPNOTSUPP },
		{ { .num_cb = 2 }, { .nested = true, .format = SMMUV2_DRV_LPAE }, -EOPNOTSUPP },
		{ { .num_cb = 2 }, { .nested = true, .s2_page_bytes = 0x8000 }, -EOPNOTSUPP },
		{ { .num_cb = 1 }, { .nested = true }, -ENODEV },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		ck_assert_int_eq(drig_probe(&g, &rows[i].hw, &rows[i].drv), rows[i].err);
		ck_assert_int_eq(fault_core_destroy(g.core), 0);
		free(g.drv);
		rig_down(&g.r);
	}
}
END_TEST

/* Stage 2 in bank 0, stage 1 of a domain in the first behind it; faults stall in stage 1 as they do without stage 2. */
START_TEST(nested_banks)
{
	static const struct smmuv2_drv_cfg cfg = { .nested = true };
	struct fault_domain *dom, *same;
	struct fault_dev *dev;
	struct owner o;
	struct access *a;

	up(SMMUV2_MMU500, &cfg);
	dev = drig_master(&g, SID_A, true);
	ck_assert_int_eq(DRV.domain_alloc(g.drv, dev, DRV_DOMAIN_IDENTITY, &same), -EOPNOTSUPP);
	dom = drig_domain(&g, dev, DRV_DOMAIN_PAGING);
	drig_own(&g, dom, &o, FAULT_DEFAULT);
	drig_attach(&g, dev, dom);
	ck_assert_int_eq(smmuv2_drv_bank(dom), 1);
	/* CBAR: bank 0 stage 2 with VMID 1; bank 1 TYPE 3, CBNDX 0. SCTLR of bank 0: M and CFRE alone. */
	ck_assert_uint_eq(reg_get(&g.r.hw.gr1, GR1_CBAR(0)) & 0x300ff, 0x00001);
	ck_assert_uint_eq(reg_get(&g.r.hw.gr1, GR1_CBAR(1)) & 0x3ff00, 0x30000);
	ck_assert_uint_eq(cb_rd(&g.r, 0, 0x0), 0x21);
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
END_TEST

START_TEST(other_domain_types)
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
	ck_assert_uint_eq(DRV.iova_to_phys(g.drv, id, 0x1000), 0x1000);
	ck_assert_int_eq(drig_map(&g, id, 0, 0), -EINVAL);
	ck_assert_int_eq((int)DRV.unmap(g.drv, id, 0, 4096), -EINVAL);
	drig_attach(&g, dev, blocked);
	ck_assert_int_eq(drig_access(&g, SID_A, 0x1000, 0, 0)->end, XLAT_ABORT);
	ck_assert_int_eq(DRV.attach(g.drv, dev, DRV_NO_PASID, blocked, g.now), -EBUSY);
	drig_attach(&g, dev, paging);
	ck_assert_int_eq(drig_map(&g, paging, 0x1000, 0x80001000), 0);
	ck_assert_int_eq(drig_access(&g, SID_A, 0x1000, 0, 0)->end, XLAT_OK);
	ck_assert_int_eq(DRV.attach(g.drv, dev, 3, id, g.now), -EINVAL); /* no PASIDs */
	ck_assert_int_eq(DRV.detach(g.drv, dev, 3, g.now), -ENOENT);
	drig_settle(&g);
	/* The unknown stream, the master without and with a blocking domain: USF, ICF */
	ck_assert_uint_eq(g.gfsr & 0x3, 0x3 & g.gfsr);
	ck_assert_uint_ge(stats()->global_faults[1], 1);
	drig_down(&g); /* takes the rest down */
}
END_TEST

START_TEST(streams)
{
	struct drv_device_cfg cfg = { .sids = { SMMUV2_SID(0x400, 0xff), 0x20 }, .n_sids = 2 };
	struct fault_dev *dev = NULL, *other = NULL;
	struct fault_domain *dom;
	u32 i;

	up(SMMUV2_MMU500, &plain);
	ck_assert_int_eq(DRV.device_add(g.drv, &cfg, &dev), 0);
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
	ck_assert_int_eq(DRV.device_add(g.drv, &cfg, &other), -EEXIST);
	cfg.sids[0] = 0x8000;
	ck_assert_int_eq(DRV.device_add(g.drv, &cfg, &other), -ERANGE);
	cfg.sids[0] = SMMUV2_SID(0, 0x8000);
	ck_assert_int_eq(DRV.device_add(g.drv, &cfg, &other), -ERANGE);
	cfg.n_sids = 0;
	ck_assert_int_eq(DRV.device_add(g.drv, &cfg, &other), -EINVAL);
	cfg = (struct drv_device_cfg){ .sids = { 0x30 }, .n_sids = 1, .pri = true };
	ck_assert_int_eq(DRV.device_add(g.drv, &cfg, &other), -EINVAL);
	/* 32 groups: 2 are taken; a master that does not fit leaves nothing behind. */
	for (i = 0; i < 29; i++)
		drig_master(&g, 0x100 + i, false);
	cfg = (struct drv_device_cfg){ .sids = { 0x30, 0x31 }, .n_sids = 2 };
	ck_assert_int_eq(DRV.device_add(g.drv, &cfg, &other), -ENOSPC);
	cfg.n_sids = 1;
	ck_assert_int_eq(DRV.device_add(g.drv, &cfg, &other), 0);
	drig_down(&g);
}
END_TEST

START_TEST(banks_run_out)
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
	ck_assert_int_eq(DRV.attach(g.drv, dev[2], DRV_NO_PASID, dom[2], g.now), -ENOSPC);
	/* Attached masters hold their domain. */
	ck_assert_int_eq(DRV.detach(g.drv, dev[0], DRV_NO_PASID, g.now), 0);
	DRV.domain_free(g.drv, dom[0]);
	drig_attach(&g, dev[2], dom[2]);
	ck_assert_int_eq(smmuv2_drv_bank(dom[2]), 2);
	drig_down(&g);
}
END_TEST

/* ---- Stalls ---- */

struct scene {
	struct fault_dev *dev;
	struct fault_domain *dom;
	struct owner owner;
};

static void stalling(struct scene *s, u32 sid, enum fault_code answer)
{
	s->dev = drig_master(&g, sid, true);
	s->dom = drig_domain(&g, s->dev, DRV_DOMAIN_PAGING);
	drig_own(&g, s->dom, &s->owner, answer);
	drig_attach(&g, s->dev, s->dom);
}

/* Demand paging: each first touch stalls, is mapped, goes on. */
START_TEST(demand_paging)
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
END_TEST

/* Many at once: the bank hands over one after the other; each fault is answered once, none is left. */
START_TEST(many_outstanding)
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
END_TEST

static u32 seen_irqs;

/* While the handler works the line is down although SS is set: no storm of interrupts. */
static void look_quiet(struct owner *o)
{
	unsigned int bank = (unsigned int)smmuv2_drv_bank(o->dom);

	ck_assert_uint_eq(cb_rd(&o->g->r, bank, 0x58), SS);
	ck_assert(!o->g->r.irq[SMMUV2_IRQ_CONTEXT + bank]);
	seen_irqs = o->g->r.irq_rises[SMMUV2_IRQ_CONTEXT + bank];
}

/* Introspection: the handler looks at the frozen master and terminates. */
START_TEST(introspection)
{
	struct access *a;
	struct scene s;

	up(SMMUV2_MMU500, &plain);
	stalling(&s, SID_A, FAULT_TERMINATE);
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
	ck_assert_uint_eq(cb_rd(&g.r, (unsigned int)smmuv2_drv_bank(s.dom), 0x58), 0);
	drig_down(&g);
}
END_TEST

/* The handler keeps the fault; the answer comes later, once. */
START_TEST(answer_later)
{
	struct access *a;
	struct scene s;

	up(SMMUV2_MMU500, &plain);
	stalling(&s, SID_A, FAULT_LATER);
	a = drig_access(&g, SID_A, 0x9000, 0, 0);
	drig_settle(&g);
	ck_assert_int_eq(a->end, XLAT_STALL);
	ck_assert_int_eq(drig_map(&g, s.dom, 0x9000, 0x80009000), 0);
	ck_assert_int_eq(fault_group_respond(s.owner.kept, FAULT_RETRY, g.now), 0);
	ck_assert_int_eq(fault_group_respond(s.owner.kept, FAULT_TERMINATE, g.now), -EALREADY);
	fault_group_put(s.owner.kept);
	drig_settle(&g);
	ck_assert_int_eq(a->end, XLAT_OK);
	gone(s.dev, s.dom);
	drig_down(&g);
}
END_TEST

/* Stalls that no handler takes are terminated, not retried for ever. */
START_TEST(nobody_handles)
{
	struct fault_dev *dev;
	struct fault_domain *dom;

	up(SMMUV2_MMU500, &plain);
	dev = drig_master(&g, SID_A, true);
	dom = drig_domain(&g, dev, DRV_DOMAIN_PAGING);
	drig_attach(&g, dev, dom);
	drig_access(&g, SID_A, 0x9000, 0, 0);
	drig_settle(&g);
	ck_assert_int_eq(g.access[0].end, XLAT_ABORT);
	ck_assert_uint_eq(stats()->resumes[1], 1);
	drig_down(&g);
}
END_TEST

START_TEST(on_and_off_at_run_time)
{
	struct access *a;
	struct scene s;

	up(SMMUV2_MMU500, &plain);
	stalling(&s, SID_A, FAULT_LATER);
	a = drig_access(&g, SID_A, 0x9000, 0, 0);
	drig_settle(&g);
	ck_assert_int_eq(a->end, XLAT_STALL);
	/* Off: the pending one is answered, later ones terminate; its late response does nothing. */
	ck_assert_int_eq(fault_off(s.dev, g.now), 0);
	ck_assert_uint_eq(sctlr(s.dom) & CFCFG, 0);
	drig_settle(&g);
	ck_assert_int_eq(a->end, XLAT_ABORT);
	ck_assert_int_eq(fault_group_respond(s.owner.kept, FAULT_RETRY, g.now), -EALREADY);
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
END_TEST

START_TEST(never_stalls_by_configuration)
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
END_TEST

/* A master that nobody lets stall in a bank that stalls all the same: never left hanging. */
START_TEST(always_stalls_by_configuration)
{
	struct smmuv2_drv_cfg cfg = { .cfcfg = SMMUV2_CFCFG_ALWAYS };
	struct fault_dev *dev;
	struct fault_domain *dom;
	struct access *a;

	up(SMMUV2_MMU500, &cfg);
	dev = drig_master(&g, SID_A, false);
	dom = drig_domain(&g, dev, DRV_DOMAIN_PAGING);
	drig_attach(&g, dev, dom);
	ck_assert_uint_eq(sctlr(dom) & CFCFG, CFCFG);
	a = drig_access(&g, SID_A, 0x9000, 0, 0);
	ck_assert_int_eq(a->end, XLAT_STALL);
	drig_settle(&g);
	ck_assert_int_eq(a->end, XLAT_ABORT);
	drig_down(&g);
}
END_TEST

/* ---- A bank shared by two masters ---- */

START_TEST(incompatible_masters)
{
	struct fault_dev *a, *b;
	struct fault_domain *dom, *own;

	up(SMMUV2_MMU500, &plain);
	a = drig_master(&g, SID_A, true);
	b = drig_master(&g, SID_B, false);
	dom = drig_domain(&g, a, DRV_DOMAIN_PAGING);
	drig_attach(&g, a, dom);
	ck_assert_int_eq(DRV.attach(g.drv, b, DRV_NO_PASID, dom, g.now), -EINVAL);
	own = drig_domain(&g, b, DRV_DOMAIN_PAGING);
	drig_attach(&g, b, own);
	ck_assert_uint_eq(sctlr(dom) & CFCFG, CFCFG);
	ck_assert_uint_eq(sctlr(own) & CFCFG, 0);
	/* A master of another driver's domain */
	ck_assert_int_eq(DRV.attach(g.drv, b, DRV_NO_PASID, dom, g.now), -EINVAL);
	ck_assert_int_eq(drig_map(&g, own, 0x1000, 0x80001000), 0);
	ck_assert_int_eq(drig_access(&g, SID_B, 0x1000, 0, 0)->end, XLAT_OK);
	drig_down(&g);
}
END_TEST

START_TEST(shared_bank_detach_answers_only_its_own)
{
	struct access *a, *b;
	struct fault_dev *other;
	struct fault_stats fs;
	struct scene s;

	up(SMMUV2_MMU500, &plain);
	stalling(&s, SID_A, FAULT_LATER);
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
	ck_assert_int_eq(DRV.detach(g.drv, other, DRV_NO_PASID, g.now), 0);
	drig_settle(&g);
	ck_assert_int_eq(a->end, XLAT_STALL);
	ck_assert_uint_eq(stats()->resumes[0] + stats()->resumes[1], 0);
	fault_dev_stats(other, &fs);
	ck_assert_uint_eq(fs.owed, 0);
	/* A is answered: B's access is presented again, and its stream faults globally now. */
	ck_assert_int_eq(fault_group_respond(s.owner.kept, FAULT_TERMINATE, g.now), 0);
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
	ck_assert_int_eq(DRV.detach(g.drv, s.dev, DRV_NO_PASID, g.now), 0);
	drig_settle(&g);
	ck_assert_int_eq(a->end, XLAT_ABORT);
	ck_assert_int_eq(b->end, XLAT_OK);
	ck_assert_int_eq(fault_group_respond(s.owner.kept, FAULT_RETRY, g.now), -EALREADY);
	fault_group_put(s.owner.kept);
	ck_assert_uint_eq(sctlr(s.dom) & CFCFG, CFCFG);
	gone(other, s.dom);
	drig_down(&g);
}
END_TEST

/* One master of two turns stalling off: the bank cannot stall any more; on again, it can. */
START_TEST(shared_bank_stalls_while_all_may)
{
	struct fault_dev *other;
	struct scene s;

	up(SMMUV2_MMU500, &plain);
	stalling(&s, SID_A, FAULT_DEFAULT);
	other = drig_master(&g, SID_B, true);
	drig_attach(&g, other, s.dom);
	ck_assert_int_eq(fault_off(other, g.now), 0);
	ck_assert_uint_eq(sctlr(s.dom) & CFCFG, 0);
	ck_assert_int_eq(fault_dev_enable(other), 0);
	ck_assert_uint_eq(sctlr(s.dom) & CFCFG, CFCFG);
	ck_assert_int_eq(fault_off(other, g.now), 0);
	ck_assert_int_eq(DRV.detach(g.drv, other, DRV_NO_PASID, g.now), 0);
	ck_assert_uint_eq(sctlr(s.dom) & CFCFG, CFCFG);
	drig_down(&g);
}
END_TEST

/* Replace while a fault is pending: it is answered with retry and meets the new bank. */
START_TEST(replace_with_a_pending_fault)
{
	struct fault_domain *next;
	struct access *a;
	struct scene s;

	up(SMMUV2_MMU500, &plain);
	stalling(&s, SID_A, FAULT_LATER);
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
END_TEST

/* ---- Storms ---- */

/* GPU driver's back-off: the first fault ends stalling, for half a second at least. */
START_TEST(storm_back_off)
{
	static const struct fault_storm limits = { .limit = 1, .window_ns = 1, .off_ns = 500000000 };
	struct smmuv2_drv_cfg cfg = { .storm = &limits, .hupcf = true };
	struct scene gpu, gmu;
	u32 i;

	up(SMMUV2_MMU500, &cfg);
	stalling(&gpu, SID_A, FAULT_TERMINATE);
	gmu.dev = drig_master(&g, SID_C, false);
	gmu.dom = drig_domain(&g, gmu.dev, DRV_DOMAIN_PAGING);
	drig_attach(&g, gmu.dev, gmu.dom);
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
	g.now += 499999999;
	fault_core_expire(g.core, g.now);
	ck_assert_uint_eq(sctlr(gpu.dom) & CFCFG, 0);
	g.now += 10;
	fault_core_expire(g.core, g.now);
	ck_assert_uint_eq(sctlr(gpu.dom) & CFCFG, CFCFG);
	drig_down(&g);
}
END_TEST

/* ---- When things go wrong ---- */

/* A lost interrupt: the watchdog finds the record. */
START_TEST(lost_interrupt)
{
	struct access *a;
	struct scene s;

	up(SMMUV2_MMU500, &plain);
	stalling(&s, SID_A, FAULT_DEFAULT);
	a = drig_access(&g, SID_A, 0x9000, 0, 0);
	/* Nobody calls the handler. */
	fault_core_expire(g.core, g.now);
	g.now += 20000000;
	fault_core_expire(g.core, g.now);
	fault_core_run(g.core, g.now, 10);
	drig_resumed(&g);
	ck_assert_int_eq(a->end, XLAT_OK);
	drig_down(&g);
}
END_TEST

/* The handler never answers: the deadline does, and the transaction ends. */
START_TEST(deadline)
{
	struct access *a;
	struct scene s;

	up(SMMUV2_MMU500, &plain);
	stalling(&s, SID_A, FAULT_LATER);
	a = drig_access(&g, SID_A, 0x9000, 0, 0);
	drig_settle(&g);
	g.now += 11000000000ULL;
	ck_assert_uint_eq(fault_core_expire(g.core, g.now), 1);
	drig_settle(&g);
	ck_assert_int_eq(a->end, XLAT_ABORT);
	ck_assert_int_eq(fault_group_respond(s.owner.kept, FAULT_RETRY, g.now), -EALREADY);
	fault_group_put(s.owner.kept);
	drig_down(&g);
}
END_TEST

/* unmap in a bank with a stalled transaction: the sync completes after the answer ... */
static void answer_on_poll(struct drig *d)
{
	drig_turn(d);
}

START_TEST(unmap_waits_for_the_stall)
{
	struct access *a;
	struct scene s;

	up(SMMUV2_MMU500, &plain);
	stalling(&s, SID_A, FAULT_DEFAULT);
	ck_assert_int_eq(drig_map(&g, s.dom, 0x5000, 0x80005000), 0);
	a = drig_access(&g, SID_A, 0x9000, 0, 0);
	g.on_poll = answer_on_poll;
	ck_assert_int_eq(DRV.unmap(g.drv, s.dom, 0x5000, 4096), 4096);
	g.on_poll = NULL;
	ck_assert_uint_gt(g.polls, 0);
	ck_assert_uint_eq(stats()->sync_timeouts, 0);
	drig_settle(&g);
	ck_assert_int_eq(a->end, XLAT_OK);
	drig_down(&g);
}
END_TEST

/* ... and not before: the message of the field, TLB sync timed out. */
START_TEST(unmap_times_out_under_a_stall)
{
	struct scene s;

	up(SMMUV2_MMU500, &plain);
	stalling(&s, SID_A, FAULT_LATER);
	ck_assert_int_eq(drig_map(&g, s.dom, 0x5000, 0x80005000), 0);
	drig_access(&g, SID_A, 0x9000, 0, 0);
	drig_settle(&g);
	ck_assert_int_eq((int)DRV.unmap(g.drv, s.dom, 0x5000, 4096), -ETIMEDOUT);
	ck_assert_uint_eq(stats()->sync_timeouts, 1);
	ck_assert_int_eq(fault_group_respond(s.owner.kept, FAULT_TERMINATE, g.now), 0);
	fault_group_put(s.owner.kept);
	drig_settle(&g);
	drig_down(&g);
}
END_TEST

/* Somebody else's leftovers: a bank with SS and no record is resumed, not left to storm. */
START_TEST(ss_without_a_record)
{
	unsigned int bank;
	struct scene s;

	up(SMMUV2_MMU500, &plain);
	stalling(&s, SID_A, FAULT_DEFAULT);
	bank = (unsigned int)smmuv2_drv_bank(s.dom);
	drig_access(&g, SID_A, 0x9000, 0, 0);
	/* Behind the driver's back, in the wrong order: SS stays. */
	cb_wr(&g.r, bank, 0x8, 1);
	cb_wr(&g.r, bank, 0x58, 0x402);
	ck_assert_uint_eq(cb_rd(&g.r, bank, 0x58), SS);
	ck_assert(drig_irqs(&g));
	ck_assert_uint_eq(cb_rd(&g.r, bank, 0x58), 0);
	ck_assert_uint_eq(stats()->ss_only, 1);
	drig_down(&g);
}
END_TEST

/* A fault of a StreamID that no master has any more: terminated, never left stalled. */
START_TEST(orphan)
{
	struct access *a;
	struct scene s;

	up(SMMUV2_MMU500, &plain);
	stalling(&s, SID_A, FAULT_DEFAULT);
	/* Firmware maps another stream to the bank. */
	wr(&g.r, 0x800 + 4 * 20, 0x80000077);
	wr(&g.r, 0xc00 + 4 * 20, (u32)smmuv2_drv_bank(s.dom));
	a = drig_access(&g, 0x77, 0x9000, 0, 0);
	ck_assert_int_eq(a->end, XLAT_STALL);
	drig_settle(&g);
	ck_assert_int_eq(a->end, XLAT_ABORT);
	ck_assert_uint_eq(stats()->orphans, 1);
	drig_down(&g);
}
END_TEST

/* Shared virtual addressing without PASIDs: one address space for the whole master. */
static unsigned int mm_handled;

static int mm_handle(struct drv_mm *mm, struct fault_group *grp, const struct fault_record *f)
{
	(void)mm;
	(void)grp;
	(void)f;
	mm_handled++;
	return FAULT_TERMINATE;
}

START_TEST(sva_domain)
{
	struct drv_mm mm = { .handle = mm_handle };
	union fault_owner owner = { .mm = &mm };
	struct fault_dev *dev;
	struct fault_domain *dom;

	up(SMMUV2_MMU500, &plain);
	dev = drig_master(&g, SID_A, true);
	dom = drig_domain(&g, dev, DRV_DOMAIN_SVA);
	ck_assert_int_eq(fault_domain_set_owner(dom, &owner), 0);
	ck_assert_int_eq(fault_domain_enable_stalls(dom), 0);
	drig_attach(&g, dev, dom);
	drig_access(&g, SID_A, 0x9000, 0, 0);
	drig_settle(&g);
	ck_assert_uint_eq(mm_handled, 1);
	ck_assert_int_eq(g.access[0].end, XLAT_ABORT);
	gone(dev, dom);
	drig_down(&g);
}
END_TEST

/* A host without clock and without poll: hardware answers at once, time is what the calls bring. */
START_TEST(bare_host)
{
	struct drv_ops bare = drig_ops;
	struct smmuv2_drv_cfg cfg = { 0 };
	struct fault_dev *dev;
	struct scene s;
	void *drv;

	up(SMMUV2_MMU500, &plain);
	DRV.remove(g.drv, g.now);
	bare.poll = NULL;
	bare.now = NULL;
	drv = g.drv;
	ck_assert_int_eq(DRV.probe(drv, &cfg, &bare, &g, g.core), 0);
	stalling(&s, SID_A, FAULT_LATER);
	ck_assert_int_eq(drig_map(&g, s.dom, 0x5000, 0x80005000), 0);
	drig_access(&g, SID_A, 0x9000, 0, 0);
	drig_settle(&g);
	ck_assert_int_eq((int)DRV.unmap(drv, s.dom, 0x5000, 4096), -ETIMEDOUT);
	ck_assert_int_eq(fault_group_respond(s.owner.kept, FAULT_TERMINATE, g.now), 0);
	fault_group_put(s.owner.kept);
	drig_settle(&g);
	dev = drig_master(&g, SID_B, false);
	DRV.device_remove(drv, dev, g.now);
	gone(s.dev, s.dom);
	drig_down(&g);
}
END_TEST

/* A domain goes while its sync cannot complete: its bank, and with it the tag, is not given to another. */
START_TEST(bank_is_lost_with_the_time_out)
{
	struct dma_txn t = { .iova = 0x5000, .sid = SID_A, .len = 4 };
	struct smmuv2_cfg hw = { .num_cb = 1 };
	struct fault_domain *dom, *next;
	struct fault_dev *dev;
	struct iommu_walk w;

	ck_assert_int_eq(drig_probe(&g, &hw, &plain), 0);
	dev = drig_master(&g, SID_A, false);
	dom = drig_domain(&g, dev, DRV_DOMAIN_PAGING);
	drig_attach(&g, dev, dom);
	ck_assert_int_eq(drig_map(&g, dom, 0x5000, 0x80005000), 0);
	smmuv2_walk(&g.r.hw, &t, &w);
	ck_assert_int_eq(DRV.detach(g.drv, dev, DRV_NO_PASID, g.now), 0);
	DRV.domain_free(g.drv, dom);
	ck_assert_uint_eq(stats()->sync_timeouts, 1);
	next = drig_domain(&g, dev, DRV_DOMAIN_PAGING);
	ck_assert_int_eq(DRV.attach(g.drv, dev, DRV_NO_PASID, next, g.now), -ENOSPC);
	smmuv2_cancel(&g.r.hw, &w);
	drig_down(&g);
}
END_TEST

/* An attached domain is not freed, a replaced one may be. */
START_TEST(domain_in_use)
{
	struct fault_domain *dom, *same;
	struct fault_dev *dev;

	up(SMMUV2_MMU500, &plain);
	dev = drig_master(&g, SID_A, false);
	dom = drig_domain(&g, dev, DRV_DOMAIN_PAGING);
	drig_attach(&g, dev, dom);
	ck_assert_int_eq(drig_map(&g, dom, 0x5000, 0x80005000), 0);
	DRV.domain_free(g.drv, dom);
	ck_assert_int_eq(drig_access(&g, SID_A, 0x5000, 0, 0)->end, XLAT_OK);
	same = drig_domain(&g, dev, DRV_DOMAIN_BLOCKED);
	ck_assert_uint_eq(DRV.iova_to_phys(g.drv, same, 0x5000), 0);
	drig_attach(&g, dev, same);
	DRV.domain_free(g.drv, dom);
	drig_down(&g);
}
END_TEST

/* Privileged masters */
START_TEST(privileged)
{
	struct smmuv2_drv_cfg cfg = { .priv = true };
	struct fault_domain *dom;
	struct fault_dev *dev;

	up(SMMUV2_MMU500, &cfg);
	dev = drig_master(&g, SID_A, false);
	dom = drig_domain(&g, dev, DRV_DOMAIN_PAGING);
	drig_attach(&g, dev, dom);
	ck_assert_int_eq(DRV.map(g.drv, dom, 0x5000, 0x80005000, 4096, DRV_PROT_READ | DRV_PROT_PRIV), 0);
	ck_assert_int_eq(drig_access(&g, SID_A, 0x5000, 0, 0)->end, XLAT_OK);
	drig_access(&g, SID_A, 0x9000, 0, 0);
	drig_settle(&g);
	ck_assert_uint_eq(g.faults[0].fsynr0 & 0x20, 0x20);
	drig_down(&g);
}
END_TEST

/* remove with faults pending: each is answered, nothing is left. */
static struct fault_group *kept;

/* The devices are gone, but an owner still has a group of one. */
static void let_go_at_last(struct drig *d)
{
	struct fault_dev *dev = fault_dev_lookup(d->core, SID_A);

	if (dev)
		fault_dev_put(dev);
	else if (kept)
		fault_group_put(kept);
	if (!dev)
		kept = NULL;
}

START_TEST(remove_with_pending_faults)
{
	struct scene s, t;

	up(SMMUV2_MMU500, &plain);
	stalling(&s, SID_A, FAULT_LATER);
	stalling(&t, SID_C, FAULT_DEFAULT);
	drig_access(&g, SID_A, 0x9000, 0, 0);
	drig_access(&g, SID_C, 0x9000, 0, 0);
	ck_assert(drig_irqs(&g));
	fault_core_run(g.core, g.now, 1);
	kept = s.owner.kept;
	ck_assert_ptr_nonnull(kept);
	g.on_poll = let_go_at_last;
	smmuv2_drv_class.remove(g.drv, g.now);
	ck_assert_uint_eq(g.r.n_ended, 2);
	/* Nobody looks at the driver any more: it may be freed, whoever looks at the core. */
	ck_assert_ptr_null(kept);
	memset(g.drv, 0xaa, smmuv2_drv_class.size);
	fault_core_expire(g.core, g.now);
	fault_core_run(g.core, g.now, 10);
	ck_assert_int_eq(fault_core_destroy(g.core), 0);
	free(g.drv);
	rig_down(&g.r);
}
END_TEST

/* ---- Between an interrupt thread and a call ---- */

static bool taken, go_on, done;

static bool is(bool *flag)
{
	return __atomic_load_n(flag, __ATOMIC_ACQUIRE);
}

static void set(bool *flag)
{
	__atomic_store_n(flag, true, __ATOMIC_RELEASE);
}

static void wait_for(bool *flag)
{
	while (!is(flag))
		sched_yield();
}

static void stop_before_the_report(struct drig *d)
{
	set(&taken);
	wait_for(&go_on);
}

static void *interrupt_thread(void *arg)
{
	u32 line;

	for (line = 0; line < ARRAY_SIZE(g.r.irq); line++)
		if (g.r.irq[line])
			DRV.irq_thread(g.drv, line, g.now);
	set(&done);
	return NULL;
}

static void let_it_report(struct drig *d)
{
	set(&go_on);
	wait_for(&done);
}

/* Taken from the bank and not yet reported when the master is detached: it is told to try again, as all the others. */
START_TEST(detach_waits_for_the_report)
{
	struct access *a;
	pthread_t thread;
	struct scene s;

	up(SMMUV2_MMU500, &plain);
	stalling(&s, SID_A, FAULT_DEFAULT);
	a = drig_access(&g, SID_A, 0x9000, 0, 0);
	ck_assert_int_eq(a->end, XLAT_STALL);
	g.on_fault = stop_before_the_report;
	ck_assert_int_eq(pthread_create(&thread, NULL, interrupt_thread, NULL), 0);
	wait_for(&taken);
	g.on_poll = let_it_report;
	ck_assert_int_eq(DRV.detach(g.drv, s.dev, DRV_NO_PASID, g.now), 0);
	set(&go_on);
	ck_assert_int_eq(pthread_join(thread, NULL), 0);
	ck_assert_uint_eq(stats()->resumes[0], 1);
	ck_assert_uint_eq(stats()->resumes[1], 0);
	g.on_poll = NULL;
	drig_down(&g);
}
END_TEST

static bool storm_waits, storm_go_on, storm_done;
static pthread_t storm_thread;

static void *end_of_storm(void *arg)
{
	fault_core_expire(g.core, g.now);
	set(&storm_done);
	return NULL;
}

/* The first to poll holds the gate; it starts the other and lets it come as far as the gate. */
static void storm_ends_meanwhile(struct drig *d)
{
	if (is(&taken) && !is(&go_on)) {
		set(&go_on);
		ck_assert_int_eq(pthread_create(&storm_thread, NULL, end_of_storm, NULL), 0);
		while (!is(&storm_waits) && !is(&storm_done))
			sched_yield();
		wait_for(&done);
	} else if (pthread_equal(pthread_self(), storm_thread)) {
		set(&storm_waits);
		wait_for(&storm_go_on);
	}
}

/* Stalling is turned off while the end of a storm waits to say that it may go on: it stays off. */
START_TEST(off_at_the_end_of_a_storm)
{
	static const struct fault_storm limits = { .limit = 1, .window_ns = 1, .off_ns = 500000000 };
	struct smmuv2_drv_cfg cfg = { .storm = &limits };
	struct scene gpu, other;
	pthread_t thread;
	u32 i;

	up(SMMUV2_MMU500, &cfg);
	stalling(&gpu, SID_A, FAULT_TERMINATE);
	stalling(&other, SID_C, FAULT_DEFAULT);
	for (i = 0; i < 8; i++)
		drig_access(&g, SID_A, 0x10000 + 0x1000 * i, 0, 0);
	drig_settle(&g);
	ck_assert_uint_eq(sctlr(gpu.dom) & CFCFG, 0);
	g.now += 600000000;
	drig_access(&g, SID_C, 0x9000, 0, 1);
	g.on_fault = stop_before_the_report;
	ck_assert_int_eq(pthread_create(&thread, NULL, interrupt_thread, NULL), 0);
	wait_for(&taken);
	g.on_poll = storm_ends_meanwhile;
	ck_assert_int_eq(DRV.detach(g.drv, other.dev, DRV_NO_PASID, g.now), 0);
	/* detach has polled, and the end of the storm has come as far as the gate. */
	ck_assert(is(&storm_waits));
	ck_assert_int_eq(pthread_join(thread, NULL), 0);
	ck_assert_int_eq(fault_off(gpu.dev, g.now), 0);
	set(&storm_go_on);
	ck_assert_int_eq(pthread_join(storm_thread, NULL), 0);
	ck_assert_uint_eq(sctlr(gpu.dom) & CFCFG, 0);
	g.on_poll = NULL;
	drig_down(&g);
}
END_TEST

/* Whoever comes later has to go, and takes nothing along. */
START_TEST(stream_in_use)
{
	struct drv_device_cfg twice = { .sids = { SID_B, SID_A }, .n_sids = 2, .can_stall = true };
	struct fault_dev *dev, *more;
	struct fault_domain *dom;

	up(SMMUV2_MMU500, &plain);
	dev = drig_master(&g, SID_A, true);
	dom = drig_domain(&g, dev, DRV_DOMAIN_PAGING);
	drig_attach(&g, dev, dom);
	ck_assert_int_eq(drig_map(&g, dom, 0x5000, 0x80005000), 0);
	ck_assert_int_eq(DRV.device_add(g.drv, &twice, &more), -EEXIST);
	ck_assert_int_eq(drig_access(&g, SID_A, 0x5000, 0, 0)->end, XLAT_OK);
	ck_assert_uint_eq(sctlr(dom) & CFCFG, CFCFG);
	/* Its other stream is free again. */
	DRV.device_remove(g.drv, drig_master(&g, SID_B, true), g.now);
	ck_assert_int_eq(drig_access(&g, SID_A, 0x5004, 0, 0)->end, XLAT_OK);
	drig_down(&g);
}
END_TEST

SUITE_MAIN("smmuv2_driver", formats, nested_banks, probe_refuses_what_is_not_there, other_domain_types, streams,
	   banks_run_out, demand_paging, many_outstanding, introspection, answer_later, nobody_handles,
	   on_and_off_at_run_time, never_stalls_by_configuration, always_stalls_by_configuration, incompatible_masters,
	   shared_bank_detach_answers_only_its_own, shared_bank_stalls_while_all_may, replace_with_a_pending_fault,
	   storm_back_off, lost_interrupt, deadline, unmap_waits_for_the_stall, unmap_times_out_under_a_stall,
	   ss_without_a_record, orphan, sva_domain, remove_with_pending_faults, bare_host,
	   bank_is_lost_with_the_time_out, domain_in_use, privileged, stream_in_use, detach_waits_for_the_report,
	   off_at_the_end_of_a_storm)
