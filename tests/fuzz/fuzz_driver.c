// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * A driver (FUZZ_KIND) whose hardware lies where the input says so: registers, records in memory, lost writes. Each call
 * makes a bounded number of register accesses, all memory comes back, and every answer that was owed was given.
 */
#include "fuzz.h"
#include "iommu_kind.h"
#include "machine.h"

#define MASTERS	 2
#define ACCESSES 50000 /* to registers within one call */
#define POLLS	 20
#define PAGE	 4096ULL

static struct world {
	struct machine m; /* first: ctx of its services */
	struct machine_board board;
	struct physmem mem;
	const struct iommu_kind *kind;
	struct fuzz_input in;
	bool lies, keep;
	u32 accesses;
	struct fault_dev *dev[MASTERS];
	struct fault_domain *dom[MASTERS];
	bool attached[MASTERS];
} w;

/* Whether this access lies, at one in four of the input's bytes. */
static bool lying(void)
{
	return w.lies && w.in.at < w.in.end && fuzz_take(&w.in, 1) < 64;
}

static u64 mmio_read(void *ctx, u64 offset, unsigned int size)
{
	u64 value = w.kind->cls->mmio_read(w.m.hw, offset, size);

	fuzz_holds(++w.accesses < ACCESSES);
	if (lying())
		value = w.in.at < w.in.end && *w.in.at == 0xff ? ~0ULL : value ^ 1ULL << fuzz_take(&w.in, 1) % 64;
	return size == 4 ? (u32)value : value;
}

static void mmio_write(void *ctx, u64 offset, u64 value, unsigned int size)
{
	fuzz_holds(++w.accesses < ACCESSES);
	if (!lying())
		w.kind->cls->mmio_write(w.m.hw, offset, value, size);
}

static int mem_read(void *ctx, u64 pa, void *buf, u32 len)
{
	int ret = machine_drv_ops.mem_read(ctx, pa, buf, len);
	u32 i;

	if (!ret && len >= 16 && lying())
		for (i = 0; i < len && i < 16; i++)
			((u8 *)buf)[i] ^= (u8)fuzz_take(&w.in, 1);
	return ret;
}

static bool poll(void *ctx, u32 tries)
{
	w.board.now += 1000;
	machine_carry(&w.m);
	return tries < POLLS;
}

static enum fault_code handle(void *ctx, struct fault_group *g, const struct fault_record *f)
{
	static const enum fault_code codes[] = { FAULT_RETRY, FAULT_TERMINATE, FAULT_FAILURE, FAULT_LATER };

	return codes[fuzz_take(&w.in, 1) % 4];
}

static const struct fault_domain_ops owner_ops = { .handle = handle };

static void add(u32 i)
{
	struct drv_device_cfg cfg = { .sids = { 0x10 + i }, .n_sids = 1, .pasid_bits = 4 };
	union fault_owner owner = { .handler = { .ops = &owner_ops } };
	const struct drv_class *c = w.kind->drv;

	cfg.pri = w.kind->pri && (!w.kind->stall || i);
	cfg.can_stall = w.kind->stall && !cfg.pri;
	if (c->device_add(w.m.drv, &cfg, &w.dev[i])) {
		w.dev[i] = NULL;
		return;
	}
	if (c->domain_alloc(w.m.drv, w.dev[i], DRV_DOMAIN_PAGING, &w.dom[i])) {
		w.dom[i] = NULL;
		return;
	}
	fuzz_holds(!fault_domain_set_owner(w.dom[i], &owner));
	fault_domain_enable_stalls(w.dom[i]);
	w.attached[i] = !c->attach(w.m.drv, w.dev[i], DRV_NO_PASID, w.dom[i], w.board.now);
}

static void access_memory(u32 i)
{
	struct dma_txn t = { .iova = PAGE * fuzz_take(&w.in, 1), .sid = 0x10 + i, .len = 4, .id = i };
	struct page_request pr = { .sid = 0x10 + i, .perm = PERM_R, .addr = t.iova };
	struct xlat_result res;

	w.kind->cls->translate(w.m.hw, &t, &res);
	pr.prgi = (u16)(fuzz_take(&w.in, 2) % 512);
	pr.last = fuzz_take(&w.in, 1) & 3;
	if (w.kind->pri)
		w.kind->cls->page_request(w.m.hw, &pr);
}

static void interrupts(u32 line)
{
	u32 times;

	if (w.kind->drv->irq(w.m.drv, line, w.board.now) == DRV_IRQ_WAKE_THREAD)
		for (times = 0; times < 40 && w.kind->drv->irq_thread(w.m.drv, line, w.board.now) > 0; times++)
			w.accesses = 0;
	fault_core_run(w.m.core, w.board.now, 40);
}

static void act(void)
{
	const struct drv_class *c = w.kind->drv;
	u8 what = (u8)fuzz_take(&w.in, 1);
	u32 i = what >> 7;

	w.accesses = 0;
	switch (what % 8) {
	case 0:
		if (w.dom[i])
			c->map(w.m.drv, w.dom[i], PAGE * fuzz_take(&w.in, 1), 0x100000, 4 * PAGE, DRV_PROT_READ);
		break;
	case 1:
		if (w.dom[i])
			c->unmap(w.m.drv, w.dom[i], PAGE * fuzz_take(&w.in, 1), 2 * PAGE);
		break;
	case 2:
	case 3:
		interrupts(what >> 3 & 7);
		break;
	case 4:
		w.board.now += 20000000;
		fault_core_expire(w.m.core, w.board.now);
		break;
	case 5:
		if (w.attached[i])
			w.attached[i] = c->detach(w.m.drv, w.dev[i], DRV_NO_PASID, w.board.now) != 0;
		break;
	default:
		access_memory(i);
		break;
	}
}

static void end(void *cfg)
{
	struct fault_stats s;

	w.accesses = 0;
	if (w.m.drv) {
		w.kind->drv->remove(w.m.drv, w.board.now);
		fl_free(w.m.drv);
		w.m.drv = NULL;
		while (fault_core_run(w.m.core, w.board.now, 64) == 64)
			;
		fault_core_stats(w.m.core, &s);
		fuzz_holds(s.owed == s.answered[FAULT_RETRY] + s.answered[FAULT_TERMINATE] + s.answered[FAULT_FAILURE]);
	}
	fuzz_holds(!machine_stop(&w.m));
	fuzz_holds(!w.board.held);
	w.kind->driver_cfg_free(cfg);
	w.kind->destroy(w.m.hw);
	machine_board_exit(&w.board);
	physmem_exit(&w.mem);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct fl_config fc;
	struct kind_request req = { .cfg = &fc, .devices = MASTERS };
	void *cfg;
	u32 i;

	memset(&w, 0, sizeof(w));
	fl_config_init(&fc);
	w.kind = iommu_kind_find(FUZZ_KIND);
	w.in = (struct fuzz_input){ data, data + size };
	fuzz_holds(!physmem_init(&w.mem, 1ULL << 44));
	machine_board_init(&w.board, &w.mem, 0x80000000, 1ULL << 40);
	w.board.now = 1000;
	machine_init(&w.m, &w.board, w.kind->cls);
	w.m.late = true;
	w.m.n_lines = 32;
	w.m.drv_ops.mmio_read = mmio_read;
	w.m.drv_ops.mmio_write = mmio_write;
	w.m.drv_ops.mem_read = mem_read;
	w.m.drv_ops.poll = poll;
	fuzz_holds(!w.kind->create(&fc, &w.m.hw_ops, &w, &w.m.hw));
	cfg = w.kind->driver_cfg(&req);
	w.lies = size && fuzz_take(&w.in, 1) & 1; /* from the start, or once it is there */
	if (!machine_start(&w.m, w.kind->drv, cfg)) {
		w.lies = true;
		for (i = 0; i < MASTERS; i++)
			add(i);
		while (w.in.at < w.in.end)
			act();
	}
	end(cfg);
	return 0;
}
