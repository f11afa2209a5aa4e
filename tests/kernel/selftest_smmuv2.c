// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * SMMUv2 in a kernel: engine, driver and fault core with real work queues and
 * threads. Three masters in two banks touch pages that nobody has mapped: each
 * first touch stalls, a worker maps the page, the access goes on.
 */
#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include "fault_host.h"
#include "physmem.h"
#include "selftest.h"
#include "smmuv2.h"
#include "smmuv2_driver.h"

#define MASTERS	   3
#define BANKS	   2
#define PAGES	   64
#define ROUNDS	   8
#define TABLE_BASE 0x1000000ULL
#define TABLE_PAGE 64 /* pages for tables, made beforehand: nothing is allocated under the lock */

struct machine;

struct master {
	struct machine *m;
	struct fault_dev *dev;
	struct completion ended; /* of its stalled access */
	struct completion done;
	enum iommu_resume how;
	unsigned int wrong;
	u32 number;
};

struct machine {
	struct smmuv2 hw;
	struct physmem mem;
	spinlock_t lock; /* hardware and memory */
	u64 next_table;
	u32 lines;
	void *drv;
	struct fault_host *host;
	struct workqueue_struct *wq;
	struct work_struct irq;
	struct fault_domain *domain[BANKS];
	struct master master[MASTERS];
	atomic_t mapped;
};

/* ---- Hardware: everything below is called with the lock held ---- */

static int hw_read(void *ctx, u64 pa, void *buf, u32 len)
{
	return physmem_read(&((struct machine *)ctx)->mem, pa, buf, len);
}

static void hw_irq(void *ctx, u32 line, bool level)
{
	struct machine *m = ctx;

	if (level)
		m->lines |= BIT(line);
	else
		m->lines &= ~BIT(line);
	if (level)
		queue_work(m->wq, &m->irq);
}

static void hw_resume(void *ctx, u64 id, enum iommu_resume how)
{
	struct machine *m = ctx;

	m->master[id].how = how;
	complete(&m->master[id].ended);
}

static const struct iommu_ops hw_ops = { .mem_read = hw_read, .irq = hw_irq, .txn_resume = hw_resume };

/* ---- The driver's host ---- */

static u64 drv_mmio_read(void *ctx, u64 offset, unsigned int size)
{
	struct machine *m = ctx;
	unsigned long flags;
	u64 value;

	spin_lock_irqsave(&m->lock, flags);
	value = smmuv2_class.mmio_read(&m->hw, offset, size);
	spin_unlock_irqrestore(&m->lock, flags);
	return value;
}

static void drv_mmio_write(void *ctx, u64 offset, u64 value, unsigned int size)
{
	struct machine *m = ctx;
	unsigned long flags;

	spin_lock_irqsave(&m->lock, flags);
	smmuv2_class.mmio_write(&m->hw, offset, value, size);
	spin_unlock_irqrestore(&m->lock, flags);
}

static int drv_mem_alloc(void *ctx, u64 bytes, u64 align, u64 *pa)
{
	struct machine *m = ctx;
	unsigned long flags;
	int err = 0;

	spin_lock_irqsave(&m->lock, flags);
	*pa = (m->next_table + align - 1) & ~(align - 1);
	if (*pa + bytes > TABLE_BASE + TABLE_PAGE * PHYSMEM_PAGE_SIZE)
		err = -ENOMEM;
	else
		m->next_table = *pa + bytes;
	spin_unlock_irqrestore(&m->lock, flags);
	return err;
}

static void drv_mem_free(void *ctx, u64 pa, u64 bytes)
{
}

static int drv_mem_read(void *ctx, u64 pa, void *buf, u32 len)
{
	struct machine *m = ctx;
	unsigned long flags;
	int err;

	spin_lock_irqsave(&m->lock, flags);
	err = physmem_read(&m->mem, pa, buf, len);
	spin_unlock_irqrestore(&m->lock, flags);
	return err;
}

static int drv_mem_write(void *ctx, u64 pa, const void *buf, u32 len)
{
	struct machine *m = ctx;
	unsigned long flags;
	int err;

	spin_lock_irqsave(&m->lock, flags);
	err = physmem_write(&m->mem, pa, buf, len);
	spin_unlock_irqrestore(&m->lock, flags);
	return err;
}

static bool drv_poll(void *ctx, u32 tries)
{
	usleep_range(10, 20);
	return tries < 100000;
}

static u64 drv_now(void *ctx)
{
	return ktime_get_ns();
}

static const struct drv_ops driver_ops = {
	.mmio_read = drv_mmio_read,
	.mmio_write = drv_mmio_write,
	.mem_alloc = drv_mem_alloc,
	.mem_free = drv_mem_free,
	.mem_read = drv_mem_read,
	.mem_write = drv_mem_write,
	.poll = drv_poll,
	.now = drv_now,
};

static void irq_work(struct work_struct *work)
{
	struct machine *m = container_of(work, struct machine, irq);
	u32 line, lines;

	while ((lines = READ_ONCE(m->lines)) != 0)
		for (line = 0; line < 32; line++)
			if (lines & BIT(line) &&
			    smmuv2_drv_class.irq(m->drv, line, ktime_get_ns()) == DRV_IRQ_WAKE_THREAD)
				smmuv2_drv_class.irq_thread(m->drv, line, ktime_get_ns());
}

static enum fault_code handle(void *ctx, struct fault_group *g, const struct fault_record *f)
{
	struct machine *m = ctx;
	u64 page = f->addr & ~0xfffULL;
	int err;

	usleep_range(10, 20);
	err = smmuv2_drv_class.map(m->drv, m->domain[f->sid & 1], page, 0x80000000 + page, 4096,
				   DRV_PROT_READ | DRV_PROT_WRITE);
	if (!err)
		atomic_inc(&m->mapped);
	return !err || err == -EEXIST ? FAULT_RETRY : FAULT_TERMINATE;
}

static const struct fault_domain_ops domain_ops = { .handle = handle };

/* ---- Masters ---- */

static enum xlat present(struct machine *m, const struct dma_txn *t, struct xlat_result *r)
{
	unsigned long flags;
	enum xlat x;

	spin_lock_irqsave(&m->lock, flags);
	x = smmuv2_class.translate(&m->hw, t, r);
	spin_unlock_irqrestore(&m->lock, flags);
	return x;
}

static bool reaches(struct master *c, u64 iova)
{
	struct dma_txn t = { .iova = iova, .id = c->number, .sid = c->number, .len = 4 };
	struct xlat_result r;
	enum xlat x;

	for (;;) {
		x = present(c->m, &t, &r);
		if (x == XLAT_OK)
			return r.pa == 0x80000000 + iova;
		if (x == XLAT_WAIT) {
			usleep_range(10, 20);
			continue;
		}
		if (x != XLAT_STALL)
			return false;
		wait_for_completion(&c->ended);
		if (c->how != RESUME_RETRY)
			return false;
	}
}

static int master_thread(void *arg)
{
	struct master *c = arg;
	u32 i;

	for (i = 0; i < ROUNDS * PAGES; i++)
		c->wrong += !reaches(c, 0x100000ULL + i * 37 % PAGES * 4096 + c->number * 4);
	complete(&c->done);
	return 0;
}

static bool set_up_master(struct machine *m, u32 n)
{
	struct drv_device_cfg cfg = { .sids = { n }, .n_sids = 1, .can_stall = true };
	union fault_owner owner = { .handler = { .ops = &domain_ops, .ctx = m } };
	struct fault_domain **dom = &m->domain[n & 1];
	struct master *c = &m->master[n];

	c->m = m;
	c->number = n;
	init_completion(&c->ended);
	init_completion(&c->done);
	if (smmuv2_drv_class.device_add(m->drv, &cfg, &c->dev))
		return false;
	if (!*dom && (smmuv2_drv_class.domain_alloc(m->drv, c->dev, DRV_DOMAIN_PAGING, dom) ||
		      fault_domain_set_owner(*dom, &owner) || fault_domain_enable_stalls(*dom)))
		return false;
	return !smmuv2_drv_class.attach(m->drv, c->dev, DRV_NO_PASID, *dom, ktime_get_ns());
}

static bool set_up(struct machine *m)
{
	struct smmuv2_cfg hw = { .num_cb = 8, .stall_slots = { 2 } };
	struct smmuv2_drv_cfg drv = { .hupcf = true };
	u32 i;

	spin_lock_init(&m->lock);
	INIT_WORK(&m->irq, irq_work);
	m->next_table = TABLE_BASE;
	m->wq = alloc_workqueue("smmuv2-irq", WQ_UNBOUND, 1);
	m->drv = kvzalloc(smmuv2_drv_class.size, GFP_KERNEL);
	if (!m->wq || !m->drv || fault_host_create(2, &m->host) || physmem_init(&m->mem, 1ULL << 32) ||
	    smmuv2_init(&m->hw, &hw, &hw_ops, m))
		return false;
	for (i = 0; i < TABLE_PAGE; i++)
		if (!physmem_page(&m->mem, TABLE_BASE + i * PHYSMEM_PAGE_SIZE))
			return false;
	if (smmuv2_drv_class.probe(m->drv, &drv, &driver_ops, m, fault_host_core(m->host)))
		return false;
	for (i = 0; i < MASTERS; i++)
		if (!set_up_master(m, i))
			return false;
	return true;
}

static bool run(struct machine *m)
{
	const struct smmuv2_drv_stats *stats = smmuv2_drv_stats(m->drv);
	unsigned int wrong = 0;
	struct fault_stats fs;
	u32 i;

	for (i = 0; i < MASTERS; i++)
		if (IS_ERR(kthread_run(master_thread, &m->master[i], "smmuv2-master")))
			return false;
	for (i = 0; i < MASTERS; i++) {
		wait_for_completion(&m->master[i].done);
		wrong += m->master[i].wrong;
	}
	fault_host_flush(m->host);
	fault_core_stats(fault_host_core(m->host), &fs);
	pr_info("# smmuv2: %llu stalls, %llu answers, %d pages mapped, %u accesses wrong\n", stats->stalls,
		fs.answered[FAULT_RETRY], atomic_read(&m->mapped), wrong);
	return !wrong && atomic_read(&m->mapped) == BANKS * PAGES && fs.owed == fs.answered[FAULT_RETRY] &&
	       stats->stalls == fs.owed && stats->resumes[0] == fs.owed;
}

bool selftest_smmuv2(void)
{
	struct machine *m = kvzalloc(sizeof(*m), GFP_KERNEL);
	bool good;

	if (!m || !set_up(m))
		return false;
	good = run(m);
	smmuv2_drv_class.remove(m->drv, ktime_get_ns());
	flush_workqueue(m->wq);
	destroy_workqueue(m->wq);
	fault_host_flush(m->host);
	good = !fault_host_destroy(m->host) && good;
	smmuv2_exit(&m->hw);
	physmem_exit(&m->mem);
	kvfree(m->drv);
	kvfree(m);
	return good;
}
