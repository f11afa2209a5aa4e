// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Drivers on hardware that lies from some moment on, which a seed chooses: each
 * call ends within a bounded number of register accesses, all memory comes back,
 * and every recoverable fault that was reported has been answered, once.
 */
#include "liar.h"
#include "smmuv2_driver.h"
#include "smmuv3_driver.h"
#include "vtd_driver.h"
#include "suite.h"

#define MASTERS 2
#ifdef FL_CHECKED
#define SEEDS 50
#else
#define SEEDS 200 /* of each lie, for each driver */
#endif
#define PAGE 4096ULL

struct world {
	struct liar l;
	const struct drv_class *c;
	void *cfg;
	struct fault_dev *dev[MASTERS];
	struct fault_domain *dom[MASTERS];
	bool attached[MASTERS];
	bool keep; /* handlers answer nothing */
};

static u64 all_owed; /* answers, in all lives of one lie */

static struct world w;

static enum fault_code handle(void *ctx, struct fault_group *g, const struct fault_record *f)
{
	static const enum fault_code codes[] = { FAULT_RETRY, FAULT_TERMINATE, FAULT_FAILURE, FAULT_LATER };

	return w.keep ? FAULT_LATER : codes[liar_random(&w.l, 4)];
}

static const struct fault_domain_ops owner_ops = { .handle = handle };

static u32 sid_of(u32 i)
{
	return 0x10 + i;
}

/* ---- what is done with a driver ---- */

static int probe(void)
{
	struct fl_config cfg;
	struct kind_request req = { .cfg = &cfg, .devices = MASTERS };
	int r;

	fl_config_init(&cfg);
	w.cfg = w.l.kind->driver_cfg(&req);
	w.l.probing = true;
	r = machine_start(&w.l.m, w.c, w.cfg);
	w.l.probing = false;
	return r;
}

static void add(u32 i)
{
	struct drv_device_cfg cfg = { .sids = { sid_of(i) }, .n_sids = 1, .pasid_bits = 4 };
	union fault_owner owner = { .handler = { .ops = &owner_ops } };

	cfg.pri = w.l.kind->pri && (w.l.kind == &iommu_kind_vtd || i);
	cfg.can_stall = w.l.kind->stall && !cfg.pri;
	if (w.c->device_add(w.l.m.drv, &cfg, &w.dev[i])) {
		w.dev[i] = NULL;
		return;
	}
	liar_call(&w.l);
	if (w.c->domain_alloc(w.l.m.drv, w.dev[i], DRV_DOMAIN_PAGING, &w.dom[i])) {
		w.dom[i] = NULL;
		return;
	}
	ck_assert_int_eq(fault_domain_set_owner(w.dom[i], &owner), 0);
	/* -ENODEV where it has lied about what it can. */
	fault_domain_enable_stalls(w.dom[i]);
	liar_call(&w.l);
	w.attached[i] = !w.c->attach(w.l.m.drv, w.dev[i], DRV_NO_PASID, w.dom[i], w.l.board.now);
}

/* Mapped, unmapped and mapped again, whatever the hardware makes of it. */
static void maps(u32 i)
{
	if (!w.dom[i])
		return;
	w.c->map(w.l.m.drv, w.dom[i], 0x10000, 0x100000, 4 * PAGE, DRV_PROT_READ);
	liar_call(&w.l);
	w.c->unmap(w.l.m.drv, w.dom[i], 0x10000, 2 * PAGE);
	liar_call(&w.l);
	w.c->unmap(w.l.m.drv, w.dom[i], 0x12000, 2 * PAGE);
}

/* An access that may fault, and a page request that asks for a page. */
static void faults(u32 i)
{
	struct dma_txn t = { .iova = PAGE * liar_random(&w.l, 64), .sid = sid_of(i), .len = 4, .id = i };
	struct page_request pr = { .sid = sid_of(i), .prgi = (u16)liar_random(&w.l, 512), .perm = PERM_R };
	struct xlat_result res;

	w.l.kind->cls->translate(w.l.m.hw, &t, &res);
	pr.addr = t.iova;
	pr.last = liar_random(&w.l, 4);
	if (w.l.kind->pri)
		w.l.kind->cls->page_request(w.l.m.hw, &pr);
}

/* Interrupt threads may always find more; each call of them ends. */
static void interrupts(void)
{
	u32 line, times;

	for (line = 0; line < 8; line++) {
		liar_call(&w.l);
		if (w.c->irq(w.l.m.drv, line, w.l.board.now) != DRV_IRQ_WAKE_THREAD)
			continue;
		for (times = 0; times < 40 && w.c->irq_thread(w.l.m.drv, line, w.l.board.now) > 0; times++)
			liar_call(&w.l);
	}
	fault_core_run(w.l.m.core, w.l.board.now, 1 + liar_random(&w.l, 40));
}

static void watchdog(void)
{
	liar_call(&w.l);
	fault_core_expire(w.l.m.core, w.l.board.now);
	liar_call(&w.l);
	w.l.board.now += 20000000;
	fault_core_expire(w.l.m.core, w.l.board.now);
}

static void act(void)
{
	u32 i = liar_random(&w.l, MASTERS);

	liar_call(&w.l);
	switch (liar_random(&w.l, 6)) {
	case 0:
		maps(i);
		break;
	case 1:
		interrupts();
		break;
	case 2:
		watchdog();
		break;
	case 3:
		if (w.attached[i] && !liar_random(&w.l, 4))
			w.attached[i] = w.c->detach(w.l.m.drv, w.dev[i], DRV_NO_PASID, w.l.board.now) != 0;
		break;
	default:
		faults(i);
		break;
	}
}

static void remove_driver(void)
{
	w.c->remove(w.l.m.drv, w.l.board.now);
	fl_free(w.l.m.drv);
	w.l.m.drv = NULL;
	liar_call(&w.l);
}

/* Every answer that was owed is given, to the hardware or because there is none any more. */
static void check_debts(void)
{
	struct fault_stats s;
	u64 answered;

	fault_core_stats(w.l.m.core, &s);
	answered = s.answered[FAULT_RETRY] + s.answered[FAULT_TERMINATE] + s.answered[FAULT_FAILURE];
	all_owed += s.owed;
	ck_assert_msg(s.owed == answered, "%s, lie %d: %llu answers owed, %llu given", w.l.kind->name, w.l.lie, s.owed,
		      answered);
}

static void end(void)
{
	ck_assert_int_eq(machine_stop(&w.l.m), 0);
	w.l.kind->driver_cfg_free(w.cfg);
	liar_exit(&w.l);
}

static void use(void)
{
	u32 i, n = 5 + liar_random(&w.l, 40);

	for (i = 0; i < MASTERS; i++)
		add(i);
	for (i = 0; i < n; i++)
		act();
	liar_call(&w.l);
	if (w.dev[0] && liar_random(&w.l, 2))
		w.c->device_remove(w.l.m.drv, w.dev[0], w.l.board.now);
	liar_call(&w.l);
	remove_driver();
	while (fault_core_run(w.l.m.core, w.l.board.now, 64) == 64)
		;
	check_debts();
}

/* One life of a driver. Return: accesses of its longest call. */
static u32 life(const struct iommu_kind *kind, enum lie lie, u64 seed)
{
	memset(&w, 0, sizeof(w));
	liar_init(&w.l, kind, lie, seed);
	w.c = kind->drv;
	/* In one life of eight it lies from the start. */
	w.l.countdown = liar_random(&w.l, 8) ? liar_random(&w.l, 600) : 0;
	if (!probe())
		use();
	liar_call(&w.l);
	end();
	return w.l.most;
}

static void lives(enum lie lie)
{
	const struct iommu_kind *const *kind;
	u64 seed;
	u32 most;

	for (kind = iommu_kinds; *kind; kind++) {
		all_owed = most = 0;
		for (seed = 1; seed <= SEEDS; seed++)
			most = max(most, life(*kind, lie, seed));
		ck_assert_uint_gt(most, 10);
		ck_assert_uint_gt(all_owed, SEEDS / 10);
	}
}

TEST_TIMES(ends_and_answers_on_hardware_that_lies, LIES)
{
	lives((enum lie)_i);
}

/* The registers of a device that has left the bus: the driver notices at once, and waits for nothing. */
TEST(notices_that_nobody_is_there)
{
	const struct iommu_kind *const *kind;
	struct fault_stats s;
	u64 owed;
	u32 i;

	for (kind = iommu_kinds; *kind; kind++) {
		memset(&w, 0, sizeof(w));
		liar_init(&w.l, *kind, LIE_ONES, 1);
		w.c = (*kind)->drv;
		w.keep = true;
		w.l.countdown = ~0U;
		ck_assert_int_eq(probe(), 0);
		for (i = 0; i < MASTERS; i++)
			add(i);
		ck_assert(w.attached[0] && w.attached[1]);
		for (i = 0; i < 20; i++)
			faults(i % MASTERS);
		interrupts();
		fault_core_stats(w.l.m.core, &s);
		owed = s.owed - s.answered[FAULT_RETRY] - s.answered[FAULT_TERMINATE];
		ck_assert_uint_ge(owed, MASTERS);
		w.l.countdown = 0;
		liar_call(&w.l);
		w.l.most = 0;
		for (i = 0; i < MASTERS; i++)
			w.c->device_remove(w.l.m.drv, w.dev[i], w.l.board.now);
		ck_assert_uint_eq(drv_stats(w.l.m.drv)->abandoned, owed);
		remove_driver();
		/* Context banks and mapping groups of SMMUv2 are written to blindly, which costs no wait. */
		ck_assert_uint_lt(w.l.most, *kind == &iommu_kind_smmuv2 ? 1000 : 100);
		check_debts();
		end();
	}
}

/*
 * Found as an endless removal: a VT-d with one PCIe device whose page requests are on leaves the bus (reads of ones),
 * or its invalidation queue stands still. Its fault interrupt and the watchdog come once more, then the driver goes.
 */
TEST_TIMES(vtd_that_dies_is_removed, 2)
{
	static const enum lie deaths[] = { LIE_ONES, LIE_STILL };
	u32 more = 0;

	memset(&w, 0, sizeof(w));
	liar_init(&w.l, &iommu_kind_vtd, deaths[_i], 1);
	w.c = &vtd_drv_class;
	w.l.countdown = ~0U;
	ck_assert_int_eq(probe(), 0);
	add(0);
	ck_assert(w.attached[0]);
	w.l.countdown = 0;
	liar_call(&w.l);
	w.c->irq(w.l.m.drv, VTD_DRV_FAULT, w.l.board.now);
	while (w.c->irq_thread(w.l.m.drv, VTD_DRV_FAULT, w.l.board.now) > 0)
		ck_assert_uint_lt(++more, 10);
	watchdog();
	liar_call(&w.l);
	remove_driver();
	check_debts();
	end();
}

SUITE("lying_hardware")
