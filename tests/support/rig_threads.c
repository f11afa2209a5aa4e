/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "rig_threads.h"
#include <sched.h>

int rig_threads_hw_read(void *rig, u64 pa, void *buf, u32 len)
{
	struct rig_threads *r = rig;

	return physmem_read(&r->mem, pa, buf, len);
}

int rig_threads_hw_write(void *rig, u64 pa, const void *buf, u32 len)
{
	struct rig_threads *r = rig;

	return physmem_write(&r->mem, pa, buf, len);
}

void rig_threads_hw_resume(void *rig, u64 id, enum iommu_resume how)
{
	struct rig_threads *r = rig;

	CHECK(!r->answer[id]);
	r->answer[id] = 1 + (int)how;
}

/* ---- The CPU's side of registers and memory ---- */

static u64 mmio_read(void *ctx, u64 offset, unsigned int size)
{
	struct rig_threads *r = ctx;
	u64 v;

	pthread_mutex_lock(&r->lock);
	v = r->engine->mmio_read(r->hw, offset, size);
	pthread_mutex_unlock(&r->lock);
	return v;
}

static void mmio_write(void *ctx, u64 offset, u64 value, unsigned int size)
{
	struct rig_threads *r = ctx;

	pthread_mutex_lock(&r->lock);
	r->engine->mmio_write(r->hw, offset, value, size);
	pthread_mutex_unlock(&r->lock);
}

static int mem_alloc(void *ctx, u64 bytes, u64 align, u64 *pa)
{
	struct rig_threads *r = ctx;

	pthread_mutex_lock(&r->lock);
	r->next_pa = (r->next_pa + align - 1) & ~(align - 1);
	*pa = r->next_pa;
	r->next_pa += bytes;
	pthread_mutex_unlock(&r->lock);
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
	struct rig_threads *r = ctx;
	int err;

	pthread_mutex_lock(&r->lock);
	err = physmem_read(&r->mem, pa, buf, len);
	pthread_mutex_unlock(&r->lock);
	return err;
}

static int mem_write(void *ctx, u64 pa, const void *buf, u32 len)
{
	struct rig_threads *r = ctx;
	int err;

	pthread_mutex_lock(&r->lock);
	err = physmem_write(&r->mem, pa, buf, len);
	pthread_mutex_unlock(&r->lock);
	return err;
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

const struct drv_ops rig_threads_ops = {
	.mmio_read = mmio_read,
	.mmio_write = mmio_write,
	.mem_alloc = mem_alloc,
	.mem_free = mem_free,
	.mem_read = mem_read,
	.mem_write = mem_write,
	.poll = poll,
	.now = now,
};

/* ---- From set-up to the end ---- */

static void kick(void *host)
{
	(void)host;
}

static const struct fault_host_ops host_ops = { .kick = kick };

void rig_threads_init(struct rig_threads *r, const struct iommu_class *engine, void *hw, u64 mem_bytes, u64 first_pa)
{
	struct fault_core_cfg cfg = { .host_ops = &host_ops };

	*r = (struct rig_threads){ .engine = engine, .hw = hw, .next_pa = first_pa };
	CHECK(!pthread_mutex_init(&r->lock, NULL));
	CHECK(!physmem_init(&r->mem, mem_bytes));
	CHECK(!fault_core_create(&cfg, &r->core));
}

void rig_threads_check(struct rig_threads *r, struct fault_stats *stats)
{
	fault_core_stats(r->core, stats);
	CHECK(stats->owed ==
	      stats->answered[FAULT_RETRY] + stats->answered[FAULT_TERMINATE] + stats->answered[FAULT_FAILURE]);
}

void rig_threads_exit(struct rig_threads *r)
{
	while (fault_core_run(r->core, 1, 64))
		;
	CHECK(!fault_core_destroy(r->core));
	physmem_exit(&r->mem);
	pthread_mutex_destroy(&r->lock);
}

enum xlat rig_threads_access(struct rig_threads *r, const struct dma_txn *t, u64 *pa)
{
	struct xlat_result res;
	enum xlat x;
	int how;

	for (;;) {
		pthread_mutex_lock(&r->lock);
		r->answer[t->id] = 0;
		x = r->engine->translate(r->hw, t, &res);
		pthread_mutex_unlock(&r->lock);
		*pa = res.pa;
		if (x != XLAT_STALL && x != XLAT_WAIT)
			return x;
		do {
			sched_yield();
			pthread_mutex_lock(&r->lock);
			how = x == XLAT_WAIT ? 1 + RESUME_RETRY : r->answer[t->id];
			pthread_mutex_unlock(&r->lock);
		} while (!how);
		if (how != 1 + RESUME_RETRY)
			return XLAT_ABORT;
	}
}

bool rig_threads_running(struct rig_threads *r)
{
	return !__atomic_load_n(&r->stop, __ATOMIC_ACQUIRE);
}

void rig_threads_stop(struct rig_threads *r)
{
	__atomic_store_n(&r->stop, 1, __ATOMIC_RELEASE);
}

void *rig_threads_worker(void *rig)
{
	struct rig_threads *r = rig;

	while (rig_threads_running(r))
		if (!fault_core_run(r->core, 1, 8))
			sched_yield();
	return NULL;
}
