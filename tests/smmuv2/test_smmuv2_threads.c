// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The driver under threads: four masters in two banks that fault, an interrupt
 * thread, two workers, and one that unmaps, turns stalling off and on,
 * detaches and attaches. The hardware is one engine behind a lock. Every access
 * ends, and the hardware sees one RESUME for each stall that was reported.
 */
#include <sched.h>

#include "rig_threads.h"
#include "smmuv2.h"
#include "smmuv2_driver.h"

#define CLIENTS 4
#define CHANGES 100
#define PAGES	16

static struct rig_threads rig;
static struct smmuv2 hw;
static void *drv;
static const struct drv_class *c = &smmuv2_drv_class;
static struct fault_dev *devs[CLIENTS];
static struct fault_domain *doms[2];
static u32 changed;

static enum fault_code handle(void *ctx, struct fault_group *g, const struct fault_record *f)
{
	struct fault_domain **dom = ctx;
	u64 page = f->addr & ~0xfffULL;
	int r;

	r = c->map(drv, *dom, page, 0x80000000 + page, 4096, DRV_PROT_READ | DRV_PROT_WRITE);
	CHECK(!r || r == -EEXIST);
	return FAULT_RETRY;
}

static const struct fault_domain_ops domain_ops = { .handle = handle };

static void access_once(u32 me, u64 iova)
{
	struct dma_txn t = { .iova = iova, .id = me, .sid = 0x10 + me, .len = 4, .flags = iova & 4 ? DMA_WRITE : 0 };
	u64 pa;

	if (rig_threads_access(&rig, &t, &pa) == XLAT_OK)
		CHECK(pa == 0x80000000 + iova);
}

static void *client(void *arg)
{
	u32 me = (u32)(size_t)arg, seed = me + 1;

	while (!__atomic_load_n(&changed, __ATOMIC_ACQUIRE)) {
		seed = seed * 1664525 + 1013904223;
		access_once(me, 0x10000 + (seed >> 16) % PAGES * 4096 + (seed & 0xffc));
	}
	return NULL;
}

static void *interrupts(void *arg)
{
	while (rig_threads_running(&rig)) {
		rig_threads_serve(&rig);
		sched_yield();
	}
	return NULL;
}

static void change(u32 n)
{
	struct fault_dev *dev = devs[n % CLIENTS];
	s64 r;

	switch (n % 7) {
	case 0:
		CHECK(!c->detach(drv, dev, DRV_NO_PASID, 1));
		CHECK(!c->attach(drv, dev, DRV_NO_PASID, doms[n % CLIENTS / 2], 1));
		break;
	case 1:
		CHECK(!fault_off(dev, 1));
		CHECK(!fault_dev_enable(dev));
		break;
	case 2:
		fault_core_expire(rig.m.core, 1);
		break;
	default:
		r = c->unmap(drv, doms[n & 1], 0x10000 + (u64)(n % PAGES) * 4096, 4096);
		CHECK(r == 0 || r == 4096);
	}
}

static void *changer(void *arg)
{
	u32 n;

	for (n = 0; n < CHANGES; n++) {
		change(n);
		sched_yield();
	}
	__atomic_store_n(&changed, 1, __ATOMIC_RELEASE);
	return NULL;
}

static void set_up(enum smmuv2_behaviour behaviour, bool hupcf)
{
	struct smmuv2_cfg hw_cfg = { .behaviour = behaviour, .num_cb = 8, .stall_slots = { 3 } };
	struct smmuv2_drv_cfg cfg = { .hupcf = hupcf };
	u32 i;

	rig_threads_init(&rig, &smmuv2_class, &hw);
	rig.m.level_irq = true;
	CHECK(!smmuv2_init(&hw, &hw_cfg, &rig.m.hw_ops, &rig));
	CHECK(!machine_start(&rig.m, c, &cfg));
	drv = rig.m.drv;
	for (i = 0; i < CLIENTS; i++) {
		struct drv_device_cfg dev = { .sids = { 0x10 + i }, .n_sids = 1, .can_stall = true };
		union fault_owner owner = { .handler = { .ops = &domain_ops, .ctx = &doms[i / 2] } };

		CHECK(!c->device_add(drv, &dev, &devs[i]));
		if (!(i & 1)) {
			CHECK(!c->domain_alloc(drv, devs[i], DRV_DOMAIN_PAGING, &doms[i / 2]));
			CHECK(!fault_domain_set_owner(doms[i / 2], &owner));
			CHECK(!fault_domain_enable_stalls(doms[i / 2]));
		}
		CHECK(!c->attach(drv, devs[i], DRV_NO_PASID, doms[i / 2], 1));
	}
}

static void tear_down(void)
{
	const struct smmuv2_drv_stats *st = smmuv2_drv_stats(drv);
	struct fault_stats fs;

	rig_threads_check(&rig, &fs);
	CHECK(st->resumes[0] + st->resumes[1] == st->stalls);
	CHECK(st->stale_answers == 0 && st->sync_timeouts == 0);
	printf("%llu stalls, %llu retried, %llu terminated, %llu SS alone, %llu syncs\n", st->stalls, st->resumes[0],
	       st->resumes[1], st->ss_only, st->syncs);
	rig_threads_exit(&rig);
	smmuv2_exit(&hw);
}

static void storm(enum smmuv2_behaviour behaviour, bool hupcf)
{
	void *(*const service[])(void *) = { interrupts, rig_threads_worker, rig_threads_worker };
	pthread_t clients[CLIENTS], services[3], changes;
	size_t i;

	set_up(behaviour, hupcf);
	changed = 0;
	for (i = 0; i < 3; i++)
		CHECK(!pthread_create(&services[i], NULL, service[i], &rig));
	CHECK(!pthread_create(&changes, NULL, changer, NULL));
	for (i = 0; i < CLIENTS; i++)
		CHECK(!pthread_create(&clients[i], NULL, client, (void *)i));
	for (i = 0; i < CLIENTS; i++)
		CHECK(!pthread_join(clients[i], NULL));
	CHECK(!pthread_join(changes, NULL));
	rig_threads_stop(&rig);
	for (i = 0; i < 3; i++)
		CHECK(!pthread_join(services[i], NULL));
	tear_down();
}

int main(void)
{
	storm(SMMUV2_MMU500, false);
	storm(SMMUV2_MMU500, true);
	storm(SMMUV2_QCOM, false);
	storm(SMMUV2_QCOM, true);
	return 0;
}
