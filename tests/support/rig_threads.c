// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "rig_threads.h"
#include <sched.h>

/* With the lock held, for the engine is called with it. */
static void resume(void *ctx, u64 id, enum iommu_resume how)
{
	struct rig_threads *r = ctx;

	CHECK(!r->answer[id]);
	r->answer[id] = 1 + (int)how;
}

/* ---- The CPU's side of registers and memory ---- */

/* A service of the machine under its lock. */
#define LOCKED(call)                            \
	do {                                    \
		struct rig_threads *r = ctx;    \
                                                \
		pthread_mutex_lock(&r->lock);   \
		call;                           \
		pthread_mutex_unlock(&r->lock); \
	} while (0)

static u64 mmio_read(void *ctx, u64 offset, unsigned int size)
{
	u64 v;

	LOCKED(v = machine_drv_ops.mmio_read(ctx, offset, size));
	return v;
}

static void mmio_write(void *ctx, u64 offset, u64 value, unsigned int size)
{
	LOCKED(machine_drv_ops.mmio_write(ctx, offset, value, size));
}

static int mem_alloc(void *ctx, u64 bytes, u64 align, u64 *pa)
{
	int err;

	LOCKED(err = machine_drv_ops.mem_alloc(ctx, bytes, align, pa));
	return err;
}

static void mem_free(void *ctx, u64 pa, u64 bytes)
{
	LOCKED(machine_drv_ops.mem_free(ctx, pa, bytes));
}

static int mem_read(void *ctx, u64 pa, void *buf, u32 len)
{
	int err;

	LOCKED(err = machine_drv_ops.mem_read(ctx, pa, buf, len));
	return err;
}

static int mem_write(void *ctx, u64 pa, const void *buf, u32 len)
{
	int err;

	LOCKED(err = machine_drv_ops.mem_write(ctx, pa, buf, len));
	return err;
}

static bool poll(void *ctx, u32 tries)
{
	sched_yield();
	return tries < 10000000;
}

/* ---- From set-up to the end ---- */

static void kick(void *host)
{
}

static const struct fault_host_ops host_ops = { .kick = kick };

void rig_threads_init(struct rig_threads *r, const struct iommu_class *engine, void *hw)
{
	struct fault_core_cfg cfg = { .host_ops = &host_ops };

	memset(r, 0, sizeof(*r));
	CHECK(!pthread_mutex_init(&r->lock, NULL));
	CHECK(!physmem_init(&r->mem, 1ULL << 44));
	machine_board_init(&r->board, &r->mem, 0x1000000, 0x40000000);
	r->board.now = 1;
	machine_init(&r->m, &r->board, engine);
	r->m.hw = hw;
	r->m.n_lines = 64;
	r->m.hw_ops.txn_resume = resume;
	r->m.drv_ops = (struct drv_ops){
		.mmio_read = mmio_read,
		.mmio_write = mmio_write,
		.mem_alloc = mem_alloc,
		.mem_free = mem_free,
		.mem_read = mem_read,
		.mem_write = mem_write,
		.poll = poll,
		.now = machine_drv_ops.now,
	};
	CHECK(!fault_core_create(&cfg, &r->m.core));
}

void rig_threads_check(struct rig_threads *r, struct fault_stats *stats)
{
	fault_core_stats(r->m.core, stats);
	CHECK(stats->owed ==
	      stats->answered[FAULT_RETRY] + stats->answered[FAULT_TERMINATE] + stats->answered[FAULT_FAILURE]);
}

void rig_threads_exit(struct rig_threads *r)
{
	CHECK(!machine_stop(&r->m));
	CHECK(!r->board.held);
	machine_board_exit(&r->board);
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
		x = r->m.cls->translate(r->m.hw, t, &res);
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
		if (!fault_core_run(r->m.core, 1, 8))
			sched_yield();
	return NULL;
}

void rig_threads_serve(struct rig_threads *r)
{
	u64 lines;
	u32 line;

	pthread_mutex_lock(&r->lock);
	lines = r->m.edges | (r->m.level_irq ? r->m.level : 0);
	r->m.edges = 0;
	pthread_mutex_unlock(&r->lock);
	for (line = 0; line < 64; line++)
		if (lines & BIT_ULL(line) && r->m.drv_cls->irq(r->m.drv, line, 1) == DRV_IRQ_WAKE_THREAD)
			while (r->m.drv_cls->irq_thread(r->m.drv, line, 1) > 0)
				;
}
