// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The driver under threads: clients that fault, two workers, an interrupt
 * thread, and one that unmaps, replaces and detaches. Hardware is one engine
 * behind a lock. Every access ends, and every fault has exactly one answer.
 */
#include <sched.h>

#include "rig_threads.h"
#include "smmuv3.h"
#include "smmuv3_driver.h"

#define CLIENTS 3
#define CHANGES 2000
#define PAGES	32

static struct rig_threads rig;
static struct smmuv3 hw;
static void *drv;
static const struct drv_class *c = &smmuv3_drv_class;
static struct fault_domain *doms[2];
static u32 changed;

static enum fault_code handle(void *ctx, struct fault_group *g, const struct fault_record *f)
{
	struct fault_domain **dom = ctx;
	u64 page = f->addr & ~0xfffULL;
	int r;

	r = c->map(drv, *dom, page, 0x100000000ULL * (1 + (dom - doms)) + page, 4096, DRV_PROT_READ | DRV_PROT_WRITE);
	CHECK(!r || r == -EEXIST);
	return FAULT_RETRY;
}

static const struct fault_domain_ops domain_ops = { .handle = handle };

static void *client(void *arg)
{
	u32 me = (u32)(size_t)arg;
	u32 seed = me + 1;
	while (!__atomic_load_n(&changed, __ATOMIC_ACQUIRE)) {
		struct dma_txn t = { .id = me, .sid = 8, .len = 4 };
		u64 pa;
		enum xlat x;

		seed = seed * 1103515245 + 12345;
		t.iova = (u64)(seed >> 16) % PAGES * 4096;
		if (seed >> 12 & 1) {
			t.flags = DMA_PASID;
			t.pasid = 1;
		}
		x = rig_threads_access(&rig, &t, &pa);
		/* The PASID is detached now and then. */
		CHECK(x == XLAT_OK || (x == XLAT_ABORT && t.flags & DMA_PASID));
		if (x == XLAT_OK)
			CHECK((pa & 0xffffffff) == t.iova && (pa >> 32 == 1 || pa >> 32 == 2));
	}
	return NULL;
}

static void *irq_thread(void *arg)
{
	while (rig_threads_running(&rig)) {
		rig_threads_serve(&rig);
		/* Answers that found the command queue full. */
		fault_core_expire(rig.m.core, 1);
		sched_yield();
	}
	return NULL;
}

static void *changer(void *arg)
{
	struct fault_dev *dev = arg;
	u32 seed = 99;
	u32 rid = 0;
	u32 i;

	for (i = 0; i < CHANGES; i++) {
		seed = seed * 1103515245 + 12345;
		switch (seed >> 16 & 7) {
		case 0:
			rid ^= 1;
			CHECK(!c->attach(drv, dev, DRV_NO_PASID, doms[rid], 1));
			break;
		case 1:
			CHECK(!c->detach(drv, dev, 1, 1));
			CHECK(!c->attach(drv, dev, 1, doms[1], 1));
			break;
		default:
			CHECK(c->unmap(drv, doms[seed >> 20 & 1], (u64)(seed >> 21) % PAGES * 4096, 4096) >= 0);
			break;
		}
		sched_yield();
	}
	__atomic_store_n(&changed, 1, __ATOMIC_RELEASE);
	return NULL;
}

static struct fault_dev *set_up(void)
{
	struct smmuv3_drv_cfg drv_cfg = { .cmdq_log2 = 3, .evtq_log2 = 2 };
	struct drv_device_cfg dev_cfg = { .sids = { 8 }, .n_sids = 1, .can_stall = true, .pasid_bits = 2 };
	struct smmuv3_cfg hw_cfg = { .aidr = 0 };
	struct fault_dev *dev;
	u32 i;

	rig_threads_init(&rig, &smmuv3_class, &hw);
	CHECK(!smmuv3_init(&hw, &hw_cfg, &rig.m.hw_ops, &rig));
	CHECK(!machine_start(&rig.m, c, &drv_cfg));
	drv = rig.m.drv;
	CHECK(!c->device_add(drv, &dev_cfg, &dev));
	for (i = 0; i < 2; i++) {
		union fault_owner owner = { .handler = { .ops = &domain_ops, .ctx = &doms[i] } };

		CHECK(!c->domain_alloc(drv, dev, DRV_DOMAIN_PAGING, &doms[i]));
		CHECK(!fault_domain_set_owner(doms[i], &owner));
		CHECK(!fault_domain_enable_stalls(doms[i]));
		CHECK(!c->attach(drv, dev, i ? i : DRV_NO_PASID, doms[i], 1));
	}
	return dev;
}

int main(void)
{
	struct fault_dev *dev = set_up();
	pthread_t threads[CLIENTS + 4];
	struct fault_stats s;
	size_t i;

	for (i = 0; i < CLIENTS; i++)
		CHECK(!pthread_create(&threads[i], NULL, client, (void *)i));
	CHECK(!pthread_create(&threads[CLIENTS], NULL, rig_threads_worker, &rig));
	CHECK(!pthread_create(&threads[CLIENTS + 1], NULL, rig_threads_worker, &rig));
	CHECK(!pthread_create(&threads[CLIENTS + 2], NULL, irq_thread, NULL));
	CHECK(!pthread_create(&threads[CLIENTS + 3], NULL, changer, dev));
	for (i = 0; i < CLIENTS; i++)
		pthread_join(threads[i], NULL);
	rig_threads_stop(&rig);
	for (; i < CLIENTS + 4; i++)
		pthread_join(threads[i], NULL);
	rig_threads_check(&rig, &s);
	printf("%llu faults, %llu answered, %llu handled, %llu flushed, %llu commands\n", s.owed,
	       s.answered[FAULT_RETRY] + s.answered[FAULT_TERMINATE] + s.answered[FAULT_FAILURE], s.handled, s.flushed,
	       smmuv3_drv_stats(drv)->commands);
	CHECK(s.owed);
	rig_threads_exit(&rig);
	smmuv3_exit(&hw);
	return 0;
}
