/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The driver under threads: clients that fault, two workers, an interrupt
 * thread, and one that unmaps, replaces and detaches. Hardware is one engine
 * behind a lock. Every access ends, and every fault has exactly one answer.
 */
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>

#include "physmem.h"
#include "smmuv3.h"
#include "smmuv3_driver.h"

#define CLIENTS 3
#define CHANGES 2000
#define PAGES	32

static struct physmem mem;
static struct smmuv3 hw;
static pthread_mutex_t hw_lock = PTHREAD_MUTEX_INITIALIZER;
static struct fault_core *core;
static void *drv;
static const struct drv_class *c = &smmuv3_drv_class;
static struct fault_domain *doms[2];
static u64 next_pa = 0x80000000;
static u32 irqs, stop, changed;
static int client_state[CLIENTS]; /* under hw_lock: 0 none, else 1 + enum iommu_resume */

#define CHECK(cond)                                                                \
	do {                                                                       \
		if (!(cond)) {                                                     \
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #cond); \
			abort();                                                   \
		}                                                                  \
	} while (0)

static int hw_read(void *ctx, u64 pa, void *buf, u32 len)
{
	(void)ctx;
	return physmem_read(&mem, pa, buf, len);
}

static int hw_write(void *ctx, u64 pa, const void *buf, u32 len)
{
	(void)ctx;
	return physmem_write(&mem, pa, buf, len);
}

static void hw_irq(void *ctx, u32 line, bool level)
{
	(void)ctx;
	if (level)
		__atomic_fetch_or(&irqs, 1U << line, __ATOMIC_RELEASE);
}

static void hw_resume(void *ctx, u64 id, enum iommu_resume how)
{
	(void)ctx;
	CHECK(!client_state[id]);
	client_state[id] = 1 + how;
}

static const struct iommu_ops hw_ops = {
	.mem_read = hw_read, .mem_write = hw_write, .irq = hw_irq, .txn_resume = hw_resume
};

/* The CPU's side of memory and registers: one lock for both, as the engine has no other. */
static u64 mmio_read(void *ctx, u64 offset, unsigned int size)
{
	u64 v;

	(void)ctx;
	pthread_mutex_lock(&hw_lock);
	v = smmuv3_mmio_read(&hw, offset, size);
	pthread_mutex_unlock(&hw_lock);
	return v;
}

static void mmio_write(void *ctx, u64 offset, u64 value, unsigned int size)
{
	(void)ctx;
	pthread_mutex_lock(&hw_lock);
	smmuv3_mmio_write(&hw, offset, value, size);
	pthread_mutex_unlock(&hw_lock);
}

static int mem_alloc(void *ctx, u64 bytes, u64 align, u64 *pa)
{
	(void)ctx;
	pthread_mutex_lock(&hw_lock);
	next_pa = (next_pa + align - 1) & ~(align - 1);
	*pa = next_pa;
	next_pa += bytes;
	pthread_mutex_unlock(&hw_lock);
	return 0;
}

static void mem_free(void *ctx, u64 pa, u64 bytes)
{
	(void)ctx;
	(void)pa;
	(void)bytes;
}

static int mem_read(void *ctx, u64 pa, void *buf, u32 len)
{
	int r;

	pthread_mutex_lock(&hw_lock);
	r = hw_read(ctx, pa, buf, len);
	pthread_mutex_unlock(&hw_lock);
	return r;
}

static int mem_write(void *ctx, u64 pa, const void *buf, u32 len)
{
	int r;

	pthread_mutex_lock(&hw_lock);
	r = hw_write(ctx, pa, buf, len);
	pthread_mutex_unlock(&hw_lock);
	return r;
}

static bool poll(void *ctx, u32 tries)
{
	(void)ctx;
	sched_yield();
	return tries < 10000000;
}

static u64 now(void *ctx)
{
	(void)ctx;
	return 1;
}

static const struct drv_ops ops = {
	.mmio_read = mmio_read,
	.mmio_write = mmio_write,
	.mem_alloc = mem_alloc,
	.mem_free = mem_free,
	.mem_read = mem_read,
	.mem_write = mem_write,
	.poll = poll,
	.now = now,
};

static enum fault_code handle(void *ctx, struct fault_group *g, const struct fault_record *f)
{
	struct fault_domain **dom = ctx;
	u64 page = f->addr & ~0xfffULL;
	int r;

	(void)g;
	r = c->map(drv, *dom, page, 0x100000000ULL * (1 + (dom - doms)) + page, 4096, DRV_PROT_READ | DRV_PROT_WRITE);
	CHECK(!r || r == -EEXIST);
	return FAULT_RETRY;
}

static const struct fault_domain_ops domain_ops = { .handle = handle };

static void kick(void *host)
{
	(void)host;
}

static const struct fault_host_ops host_ops = { .kick = kick };

static bool running(void)
{
	return !__atomic_load_n(&stop, __ATOMIC_ACQUIRE);
}

/* One access at a time: presented, and presented again after each retry, until it ends. */
static enum xlat access_once(u32 me, const struct dma_txn *t, u64 *pa)
{
	struct xlat_result res;
	enum xlat x;
	int how;

	for (;;) {
		pthread_mutex_lock(&hw_lock);
		client_state[me] = 0;
		x = smmuv3_translate(&hw, t, &res);
		*pa = res.pa;
		pthread_mutex_unlock(&hw_lock);
		if (x != XLAT_STALL && x != XLAT_WAIT)
			return x;
		do {
			sched_yield();
			pthread_mutex_lock(&hw_lock);
			how = x == XLAT_WAIT ? 1 + RESUME_RETRY : client_state[me];
			pthread_mutex_unlock(&hw_lock);
		} while (!how);
		if (how != 1 + RESUME_RETRY)
			return XLAT_ABORT;
	}
}

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
		x = access_once(me, &t, &pa);
		/* The PASID is detached now and then. */
		CHECK(x == XLAT_OK || (x == XLAT_ABORT && t.flags & DMA_PASID));
		if (x == XLAT_OK)
			CHECK((pa & 0xffffffff) == t.iova && (pa >> 32 == 1 || pa >> 32 == 2));
	}
	return NULL;
}

static void *worker(void *arg)
{
	(void)arg;
	while (running())
		if (!fault_core_run(core, now(NULL), 4))
			sched_yield();
	return NULL;
}

static void *irq_thread(void *arg)
{
	u32 lines, line;

	(void)arg;
	while (running()) {
		lines = __atomic_exchange_n(&irqs, 0, __ATOMIC_ACQUIRE);
		for (line = 0; line < SMMUV3_IRQ_LINES; line++)
			if (lines & 1U << line && c->irq(drv, line, 1) == DRV_IRQ_WAKE_THREAD)
				while (c->irq_thread(drv, line, 1) > 0)
					;
		/* Answers that found the command queue full. */
		fault_core_expire(core, now(NULL));
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
	struct fault_core_cfg cfg = { .host_ops = &host_ops };
	struct smmuv3_drv_cfg drv_cfg = { .cmdq_log2 = 3, .evtq_log2 = 2 };
	struct drv_device_cfg dev_cfg = { .sids = { 8 }, .n_sids = 1, .can_stall = true, .pasid_bits = 2 };
	struct smmuv3_cfg hw_cfg = { .aidr = 0 };
	struct fault_dev *dev;
	u32 i;

	CHECK(!physmem_init(&mem, 1ULL << 44));
	CHECK(!smmuv3_init(&hw, &hw_cfg, &hw_ops, NULL));
	CHECK(!fault_core_create(&cfg, &core));
	drv = calloc(1, c->size);
	CHECK(drv && !c->probe(drv, &drv_cfg, &ops, NULL, core));
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
	CHECK(!pthread_create(&threads[CLIENTS], NULL, worker, NULL));
	CHECK(!pthread_create(&threads[CLIENTS + 1], NULL, worker, NULL));
	CHECK(!pthread_create(&threads[CLIENTS + 2], NULL, irq_thread, NULL));
	CHECK(!pthread_create(&threads[CLIENTS + 3], NULL, changer, dev));
	for (i = 0; i < CLIENTS; i++)
		pthread_join(threads[i], NULL);
	__atomic_store_n(&stop, 1, __ATOMIC_RELEASE);
	for (; i < CLIENTS + 4; i++)
		pthread_join(threads[i], NULL);
	fault_core_stats(core, &s);
	printf("%llu faults, %llu answered, %llu handled, %llu flushed, %llu commands\n", s.owed,
	       s.answered[FAULT_RETRY] + s.answered[FAULT_TERMINATE] + s.answered[FAULT_FAILURE], s.handled, s.flushed,
	       smmuv3_drv_stats(drv)->commands);
	CHECK(s.owed && s.owed == s.answered[FAULT_RETRY] + s.answered[FAULT_TERMINATE] + s.answered[FAULT_FAILURE]);
	c->remove(drv, 1);
	while (fault_core_run(core, 1, 64))
		;
	CHECK(!fault_core_destroy(core));
	free(drv);
	smmuv3_exit(&hw);
	physmem_exit(&mem);
	return 0;
}
