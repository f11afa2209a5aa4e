// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The driver under threads: four masters in two banks that fault, an interrupt
 * thread, two workers, and one that unmaps, turns stalling off and on,
 * detaches and attaches. The hardware is one engine behind a lock. Every access
 * ends, and the hardware sees one RESUME for each stall that was reported.
 */
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>

#include "physmem.h"
#include "smmuv2.h"
#include "smmuv2_driver.h"

#define CLIENTS 4
#define CHANGES 100
#define PAGES	16

static struct physmem mem;
static struct smmuv2 hw;
static pthread_mutex_t hw_lock = PTHREAD_MUTEX_INITIALIZER;
static bool level[SMMUV2_IRQ_CONTEXT + SMMUV2_MAX_CB]; /* these three under hw_lock */
static u64 next_pa;
static int client_state[CLIENTS]; /* 0 stalled, else 1 + enum iommu_resume */
static struct fault_core *core;
static void *drv;
static const struct drv_class *c = &smmuv2_drv_class;
static struct fault_dev *devs[CLIENTS];
static struct fault_domain *doms[2];
static u32 changed, stop;

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

static void hw_irq(void *ctx, u32 line, bool up)
{
	(void)ctx;
	level[line] = up;
}

static void hw_resume(void *ctx, u64 id, enum iommu_resume how)
{
	(void)ctx;
	CHECK(!client_state[id]);
	client_state[id] = 1 + (int)how;
}

static const struct iommu_ops hw_ops = { .mem_read = hw_read, .irq = hw_irq, .txn_resume = hw_resume };

static u64 mmio_read(void *ctx, u64 offset, unsigned int size)
{
	u64 v;

	(void)ctx;
	pthread_mutex_lock(&hw_lock);
	v = smmuv2_mmio_read(&hw, offset, size);
	pthread_mutex_unlock(&hw_lock);
	return v;
}

static void mmio_write(void *ctx, u64 offset, u64 value, unsigned int size)
{
	(void)ctx;
	pthread_mutex_lock(&hw_lock);
	smmuv2_mmio_write(&hw, offset, value, size);
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

	(void)ctx;
	pthread_mutex_lock(&hw_lock);
	r = physmem_write(&mem, pa, buf, len);
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
	r = c->map(drv, *dom, page, 0x80000000 + page, 4096, DRV_PROT_READ | DRV_PROT_WRITE);
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

/* Presented, and presented again after each retry, until it ends. */
static void access_once(u32 me, u64 iova)
{
	struct dma_txn t = { .iova = iova, .id = me, .sid = 0x10 + me, .len = 4, .flags = iova & 4 ? DMA_WRITE : 0 };
	struct xlat_result res;
	enum xlat x;
	int how;

	do {
		pthread_mutex_lock(&hw_lock);
		client_state[me] = 0;
		x = smmuv2_translate(&hw, &t, &res);
		pthread_mutex_unlock(&hw_lock);
		CHECK(x != XLAT_OK || res.pa == 0x80000000 + iova);
		how = x == XLAT_WAIT ? 1 + RESUME_RETRY : 0;
		while (x == XLAT_STALL && !how) {
			sched_yield();
			pthread_mutex_lock(&hw_lock);
			how = client_state[me];
			pthread_mutex_unlock(&hw_lock);
		}
	} while (how == 1 + RESUME_RETRY);
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
	u32 line;
	bool high;

	(void)arg;
	while (running()) {
		for (line = 0; line < SMMUV2_IRQ_CONTEXT + 8; line++) {
			pthread_mutex_lock(&hw_lock);
			high = level[line];
			pthread_mutex_unlock(&hw_lock);
			if (high && c->irq(drv, line, 1) == DRV_IRQ_WAKE_THREAD)
				c->irq_thread(drv, line, 1);
		}
		sched_yield();
	}
	return NULL;
}

static void *worker(void *arg)
{
	(void)arg;
	while (running())
		if (!fault_core_run(core, 1, 8))
			sched_yield();
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
		fault_core_expire(core, 1);
		break;
	default:
		r = c->unmap(drv, doms[n & 1], 0x10000 + (u64)(n % PAGES) * 4096, 4096);
		CHECK(r == 0 || r == 4096);
	}
}

static void *changer(void *arg)
{
	u32 n;

	(void)arg;
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
	struct fault_core_cfg core_cfg = { .host_ops = &host_ops };
	u32 i;

	next_pa = 0x1000000;
	CHECK(!physmem_init(&mem, 1ULL << 32));
	CHECK(!smmuv2_init(&hw, &hw_cfg, &hw_ops, NULL));
	CHECK(!fault_core_create(&core_cfg, &core));
	drv = calloc(1, c->size);
	CHECK(drv && !c->probe(drv, &cfg, &ops, NULL, core));
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

	fault_core_stats(core, &fs);
	CHECK(fs.owed == fs.answered[FAULT_RETRY] + fs.answered[FAULT_TERMINATE] + fs.answered[FAULT_FAILURE]);
	CHECK(st->resumes[0] + st->resumes[1] == st->stalls);
	CHECK(st->stale_answers == 0 && st->sync_timeouts == 0);
	printf("%llu stalls, %llu retried, %llu terminated, %llu SS alone, %llu syncs\n", st->stalls, st->resumes[0],
	       st->resumes[1], st->ss_only, st->syncs);
	c->remove(drv, 1);
	while (fault_core_run(core, 1, 8))
		;
	CHECK(!fault_core_destroy(core));
	free(drv);
	smmuv2_exit(&hw);
	physmem_exit(&mem);
}

static void storm(enum smmuv2_behaviour behaviour, bool hupcf)
{
	void *(*const service[])(void *) = { interrupts, worker, worker };
	pthread_t clients[CLIENTS], services[3], changes;
	size_t i;

	set_up(behaviour, hupcf);
	stop = 0;
	changed = 0;
	for (i = 0; i < 3; i++)
		CHECK(!pthread_create(&services[i], NULL, service[i], NULL));
	CHECK(!pthread_create(&changes, NULL, changer, NULL));
	for (i = 0; i < CLIENTS; i++)
		CHECK(!pthread_create(&clients[i], NULL, client, (void *)i));
	for (i = 0; i < CLIENTS; i++)
		CHECK(!pthread_join(clients[i], NULL));
	CHECK(!pthread_join(changes, NULL));
	__atomic_store_n(&stop, 1, __ATOMIC_RELEASE);
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
