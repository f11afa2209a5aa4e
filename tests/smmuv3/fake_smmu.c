// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <check.h>

#include "fake_smmu.h"

/* Offsets and bits are written out from chapter 6, not taken from the driver's header. */
#define CR0	    0x20
#define CR0ACK	    0x24
#define GBPA	    0x44
#define IRQ_CTRL    0x50
#define IRQ_CTRLACK 0x54
#define GERROR	    0x60
#define GERRORN	    0x64
#define STRTAB	    0x80
#define STRTAB_CFG  0x88
#define CMDQ	    0x90
#define CMDQ_PROD   0x98
#define CMDQ_CONS   0x9c
#define EVENTQ	    0xa0
#define EVENTQ_PROD 0x100a8
#define EVENTQ_CONS 0x100ac
#define PRIQ	    0xc0
#define PRIQ_PROD   0x100c8
#define PRIQ_CONS   0x100cc
#define GBPA_UPDATE 0x80000000U

u32 fake_reg(const struct fake_smmu *f, u32 offset)
{
	return f->regs[offset / 4];
}

void fake_set_reg(struct fake_smmu *f, u32 offset, u32 value)
{
	f->regs[offset / 4] = value;
}

static u64 reg64(const struct fake_smmu *f, u32 offset)
{
	return fake_reg(f, offset) | (u64)fake_reg(f, offset + 4) << 32;
}

static u64 base_of(const struct fake_smmu *f, u32 offset)
{
	return reg64(f, offset) & 0x00ffffffffffffe0ULL;
}

static u32 log2_of(const struct fake_smmu *f, u32 offset)
{
	return fake_reg(f, offset) & 0x1f;
}

static u32 advance(u32 ptr, u32 log2)
{
	return (ptr & 0x80000000U) | ((ptr + 1) & ((2U << log2) - 1));
}

static bool command_fails(struct fake_smmu *f, u64 op)
{
	if (!f->error_left || (op & 0xff) != f->error_op)
		return false;
	f->error_left--;
	fake_set_reg(f, CMDQ_CONS, (fake_reg(f, CMDQ_CONS) & 0xfffff) | f->error_code << 24);
	fake_toggle_gerror(f, 1);
	return true;
}

static void consume(struct fake_smmu *f)
{
	u32 log2 = log2_of(f, CMDQ);
	u8 raw[16];

	while (!f->stuck && fake_reg(f, CR0) & 8 && !((fake_reg(f, GERROR) ^ fake_reg(f, GERRORN)) & 1)) {
		u32 cons = fake_reg(f, CMDQ_CONS) & 0xfffff;

		if (cons == (fake_reg(f, CMDQ_PROD) & 0xfffff))
			return;
		physmem_read(&f->mem, base_of(f, CMDQ) + (cons & ((1U << log2) - 1)) * 16, raw, 16);
		if (command_fails(f, fl_get_le64(raw)))
			return;
		if (f->stick_at && f->n_cmds == f->stick_at) {
			f->stick_at = 0;
			f->stuck = true;
			return;
		}
		ck_assert_uint_lt(f->n_cmds, FAKE_MAX_CMDS);
		f->cmds[f->n_cmds][0] = fl_get_le64(raw);
		f->cmds[f->n_cmds++][1] = fl_get_le64(raw + 8);
		fake_set_reg(f, CMDQ_CONS, advance(cons, log2));
	}
}

static void acknowledge(struct fake_smmu *f)
{
	if (f->silent)
		return;
	fake_set_reg(f, CR0ACK, fake_reg(f, CR0));
	fake_set_reg(f, IRQ_CTRLACK, fake_reg(f, IRQ_CTRL));
	fake_set_reg(f, GBPA, fake_reg(f, GBPA) & ~GBPA_UPDATE);
	consume(f);
}

/* 6.3: what may not be written now. */
static bool guarded(const struct fake_smmu *f, u64 offset)
{
	u32 on = fake_reg(f, CR0) | fake_reg(f, CR0ACK);
	u32 irqs = fake_reg(f, IRQ_CTRL) | fake_reg(f, IRQ_CTRLACK);

	switch (offset) {
	case 0x28: /* CR1: queue attributes by each queue's enable, table attributes by SMMUEN */
		return on & 0xf;
	case 0x2c:
	case STRTAB:
	case STRTAB_CFG:
		return on & 1;
	case CMDQ:
	case CMDQ_CONS:
		return on & 8;
	case EVENTQ:
	case EVENTQ_PROD:
		return on & 4;
	case PRIQ:
	case PRIQ_PROD:
		return on & 2;
	case 0x68:
	case 0x70:
	case 0x74:
		return irqs & 1;
	case 0xb0:
	case 0xb8:
	case 0xbc:
		return irqs & 4;
	case 0xd0:
	case 0xd8:
		return irqs & 2;
	case GBPA:
		return fake_reg(f, GBPA) & GBPA_UPDATE;
	default:
		/* Identification, acknowledge and GERROR registers are read-only. */
		return offset < 0x20 || offset == CR0ACK || offset == IRQ_CTRLACK || offset == GERROR;
	}
}

static void mmio_write(void *ctx, u64 offset, u64 value, unsigned int size)
{
	struct fake_smmu *f = ctx;

	if (f->n_mmio < 256)
		f->mmio[f->n_mmio++] = (struct fake_mmio){ offset, value };
	if (guarded(f, offset)) {
		f->violations++;
		return;
	}
	if (offset == GBPA && !(value & GBPA_UPDATE))
		f->violations++; /* 6.3.14.1 */
	fake_set_reg(f, (u32)offset, (u32)value);
	if (size == 8)
		fake_set_reg(f, (u32)offset + 4, (u32)(value >> 32));
	if (!f->slow)
		acknowledge(f);
}

static u64 mmio_read(void *ctx, u64 offset, unsigned int size)
{
	struct fake_smmu *f = ctx;

	return size == 8 ? reg64(f, (u32)offset) : fake_reg(f, (u32)offset);
}

static int mem_alloc(void *ctx, u64 bytes, u64 align, u64 *pa)
{
	struct fake_smmu *f = ctx;

	return ++f->allocs == f->fail_alloc ? -ENOMEM : machine_drv_ops.mem_alloc(ctx, bytes, align, pa);
}

static int mem_write(void *ctx, u64 pa, const void *buf, u32 len)
{
	struct fake_smmu *f = ctx;
	int r = machine_drv_ops.mem_write(ctx, pa, buf, len);

	if (len == 8 && f->n_writes < FAKE_MAX_WRITES)
		f->writes[f->n_writes++] = (struct fake_write){ pa, fl_get_le64(buf) };
	if (f->on_write)
		f->on_write(f, f->arg);
	return r;
}

static bool poll(void *ctx, u32 tries)
{
	struct fake_smmu *f = ctx;

	f->polls++;
	if (f->on_poll)
		f->on_poll(f);
	if (f->stuck && f->stuck_polls && !--f->stuck_polls)
		f->stuck = false;
	acknowledge(f);
	return tries < 100;
}

static u64 now(void *ctx)
{
	return ((struct fake_smmu *)ctx)->now;
}

static u32 set_page_request_allocation(void *ctx, u32 sid, u32 n)
{
	struct fake_smmu *f = ctx;

	return f->allocate ? f->allocate(sid, n) : 0;
}

u64 fake_word(struct fake_smmu *f, u64 pa)
{
	u8 raw[8];

	ck_assert_int_eq(physmem_read(&f->mem, pa, raw, 8), 0);
	return fl_get_le64(raw);
}

static bool put(struct fake_smmu *f, u32 queue, u32 prod_reg, const u64 *w, u32 n)
{
	u32 log2 = log2_of(f, queue);
	u32 prod = fake_reg(f, prod_reg);
	u32 cons = fake_reg(f, prod_reg + 4);
	u8 raw[32];
	u32 i;

	if (((prod ^ cons) & ((2U << log2) - 1)) == 1U << log2)
		return false;
	for (i = 0; i < n; i++)
		fl_put_le64(raw + i * 8, w[i]);
	physmem_write(&f->mem, base_of(f, queue) + (prod & ((1U << log2) - 1)) * n * 8, raw, n * 8);
	fake_set_reg(f, prod_reg, advance(prod, log2));
	return true;
}

bool fake_event(struct fake_smmu *f, u64 w0, u64 w1, u64 w2, u64 w3)
{
	return put(f, EVENTQ, EVENTQ_PROD, (u64[]){ w0, w1, w2, w3 }, 4);
}

bool fake_pri(struct fake_smmu *f, u64 w0, u64 w1)
{
	return put(f, PRIQ, PRIQ_PROD, (u64[]){ w0, w1 }, 2);
}

void fake_toggle_gerror(struct fake_smmu *f, u32 bits)
{
	fake_set_reg(f, GERROR, fake_reg(f, GERROR) ^ bits);
}

int fake_irq(struct fake_smmu *f, u32 line)
{
	int n, total = 0;

	ck_assert_int_eq(smmuv3_drv_class.irq(f->drv, line, f->now), DRV_IRQ_WAKE_THREAD);
	while ((n = smmuv3_drv_class.irq_thread(f->drv, line, f->now)) > 0)
		total += n;
	return total;
}

void fake_work(struct fake_smmu *f)
{
	while (fault_core_run(f->core, f->now, 16) == 16)
		;
}

void fake_forget(struct fake_smmu *f)
{
	f->n_cmds = 0;
	f->n_writes = 0;
	f->n_mmio = 0;
}

u32 fake_count(const struct fake_smmu *f, u32 op, u64 w[2])
{
	u32 i, n = 0;

	for (i = 0; i < f->n_cmds; i++) {
		if ((f->cmds[i][0] & 0xff) != op)
			continue;
		n++;
		if (w)
			memcpy(w, f->cmds[i], 16);
	}
	return n;
}

static void kick(void *host)
{
	((struct fake_smmu *)host)->kicks++;
}

static const struct fault_host_ops host_ops = { .kick = kick };

void fake_init(struct fake_smmu *f)
{
	memset(f, 0, sizeof(*f));
	ck_assert_int_eq(physmem_init(&f->mem, 1ULL << 44), 0);
	machine_board_init(&f->board, &f->mem, 0x80000000, 1ULL << 40);
	f->board.poison = true;
	machine_init(&f->m, &f->board, NULL);
	f->m.drv_ops.mmio_read = mmio_read;
	f->m.drv_ops.mmio_write = mmio_write;
	f->m.drv_ops.mem_alloc = mem_alloc;
	f->m.drv_ops.mem_write = mem_write;
	f->m.drv_ops.poll = poll;
	f->m.drv_ops.now = now;
	f->m.drv_ops.set_page_request_allocation = set_page_request_allocation;
	f->answer = FAULT_RETRY;
	/* S1P, AArch64 tables, coherent, ASID16, stall and terminate, linear stream table. */
	fake_set_reg(f, 0x00, 0x0000101a);
	/* SIDSIZE 8, SSIDSIZE 10, PRIQS 8, EVENTQS 7, CMDQS 8, attributes may be overridden. */
	fake_set_reg(f, 0x04, 0x09074288);
	/* OAS 44 bits, 4 KiB granule, STALL_MAX 16. */
	fake_set_reg(f, 0x14, 0x00100014);
	/* Indices and errors that an earlier user left. */
	fake_set_reg(f, EVENTQ_PROD, 0x80000013);
	fake_set_reg(f, EVENTQ_CONS, 0x00000004);
	fake_set_reg(f, CMDQ_PROD, 0x17);
	fake_set_reg(f, CMDQ_CONS, 0x01000013);
	fake_set_reg(f, GERROR, 0x00000105);
	fake_set_reg(f, GERRORN, 0x00000004);
	f->cfg.sid_bits = 8;
}

void fake_exit(struct fake_smmu *f)
{
	ck_assert_uint_eq(f->board.held, 0);
	machine_board_exit(&f->board);
	physmem_exit(&f->mem);
}

int fake_probe(struct fake_smmu *f)
{
	struct fault_core_cfg cfg = { .host_ops = &host_ops, .host = f };
	int r = fault_core_create(&cfg, &f->core);

	if (r)
		return r;
	f->drv = malloc(smmuv3_drv_class.size);
	ck_assert_ptr_nonnull(f->drv);
	r = smmuv3_drv_class.probe(f->drv, &f->cfg, &f->m.drv_ops, f, f->core);
	if (r) {
		free(f->drv);
		ck_assert_int_eq(fault_core_destroy(f->core), 0);
	}
	return r;
}

void fake_remove(struct fake_smmu *f)
{
	smmuv3_drv_class.remove(f->drv, f->now);
	fake_work(f); /* what was queued and has been answered meanwhile */
	ck_assert_int_eq(fault_core_destroy(f->core), 0);
	free(f->drv);
	ck_assert_uint_eq(f->violations, 0);
}

static enum fault_code handle(void *ctx, struct fault_group *g, const struct fault_record *r)
{
	struct fake_smmu *f = ctx;

	(void)g;
	if (f->n_seen < 256)
		f->seen[f->n_seen++] = *r;
	return f->answer;
}

static void event(void *ctx, const struct fault_record *r, u64 at)
{
	struct fake_smmu *f = ctx;

	(void)at;
	if (f->n_unrecoverable < 256)
		f->unrecoverable[f->n_unrecoverable++] = *r;
}

static const struct fault_domain_ops domain_ops = { .handle = handle, .event = event };

struct fault_dev *fake_device(struct fake_smmu *f, const struct drv_device_cfg *cfg)
{
	struct fault_dev *dev = NULL;

	ck_assert_int_eq(smmuv3_drv_class.device_add(f->drv, cfg, &dev), 0);
	return dev;
}

struct fault_domain *fake_domain(struct fake_smmu *f, struct fault_dev *dev, enum drv_domain_type type, bool handler)
{
	union fault_owner owner = { .handler = { .ops = &domain_ops, .ctx = f } };
	struct fault_domain *dom = NULL;

	ck_assert_int_eq(smmuv3_drv_class.domain_alloc(f->drv, dev, type, &dom), 0);
	if (handler) {
		ck_assert_int_eq(fault_domain_set_owner(dom, &owner), 0);
		ck_assert_int_eq(fault_domain_enable_stalls(dom), 0);
	}
	return dom;
}

/* By the registers alone (3.3.1). */
u64 fake_ste(struct fake_smmu *f, u32 sid)
{
	u64 base = reg64(f, STRTAB) & 0x00ffffffffffffc0ULL;
	u32 cfg = fake_reg(f, STRTAB_CFG);
	u32 split = (cfg >> 6) & 0x1f;
	u64 l1;

	if (!((cfg >> 16) & 3))
		return base + sid * 64ULL;
	l1 = fake_word(f, base + (sid >> split) * 8ULL);
	ck_assert_uint_eq(l1 & 0x1f, split + 1);
	return (l1 & 0x00ffffffffffffc0ULL) + (sid & ((1U << split) - 1)) * 64ULL;
}
