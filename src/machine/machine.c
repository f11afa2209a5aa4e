// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "machine.h"

#define PAGE_SIZE  4096u
#define PUMP_LIMIT 100000u
#define BATCH	   64

/* ---- memory ---- */

static int mem_read(void *ctx, u64 pa, void *buf, u32 len)
{
	return physmem_read(((struct machine *)ctx)->board->mem, pa, buf, len);
}

static int mem_write(void *ctx, u64 pa, const void *buf, u32 len)
{
	return physmem_write(((struct machine *)ctx)->board->mem, pa, buf, len);
}

static int mem_cas64(void *ctx, u64 pa, u64 *old, u64 new_value)
{
	return physmem_cas64(((struct machine *)ctx)->board->mem, pa, old, new_value);
}

static int fill(struct machine_board *b, u64 pa, u64 bytes, const u8 *page)
{
	u64 at;
	int err = 0;

	/* Pages that were never written read as zero already. */
	for (at = 0; !err && at < bytes; at += PAGE_SIZE)
		if (physmem_find(b->mem, pa + at))
			err = physmem_write(b->mem, pa + at, page, (u32)min(bytes - at, (u64)PAGE_SIZE));
	return err;
}

static int mem_alloc(void *ctx, u64 bytes, u64 align, u64 *pa)
{
	static const u8 zeros[PAGE_SIZE];
	struct machine_board *b = ((struct machine *)ctx)->board;
	int err = frames_alloc(&b->frames, bytes, align, pa);

	if (err)
		return err;
	b->held += bytes;
	return fill(b, *pa, bytes, zeros);
}

static void mem_free(void *ctx, u64 pa, u64 bytes)
{
	struct machine_board *b = ((struct machine *)ctx)->board;
	u8 ones[PAGE_SIZE];

	b->held -= bytes;
	if (b->poison) {
		memset(ones, 0xff, sizeof(ones));
		fill(b, pa, bytes, ones);
	}
	frames_free(&b->frames, pa, bytes);
}

/* ---- interrupts ---- */

void machine_raise(struct machine *m, u32 line, bool level)
{
	if (line >= m->n_lines)
		return;
	if (level) {
		m->edges |= BIT_ULL(line);
		m->level |= BIT_ULL(line);
	} else {
		m->level &= ~BIT_ULL(line);
	}
}

static void irq(void *ctx, u32 line, bool level)
{
	machine_raise(ctx, line, level);
}

static int msi(void *ctx, u64 pa, u32 data)
{
	struct machine *m = ctx;

	if (pa == m->doorbell && data - m->first_line < m->n_lines)
		m->edges |= BIT_ULL(data - m->first_line);
	return 0;
}

/* ---- what the engine says ---- */

static void txn_resume(void *ctx, u64 id, enum iommu_resume how)
{
}

/* Arrives when the call has returned: the engine is in the midst of a command. */
static void ats_invalidate(void *ctx, const struct ats_inv *inv)
{
	struct machine *m = ctx;

	fl_assert(m->n_inv < ATS_MAX_ITAGS);
	m->inv[m->n_inv++] = *inv;
}

const struct iommu_ops machine_hw_ops = {
	.mem_read = mem_read,
	.mem_write = mem_write,
	.mem_cas64 = mem_cas64,
	.irq = irq,
	.msi = msi,
	.txn_resume = txn_resume,
	.ats_invalidate = ats_invalidate,
};

void machine_inv_done(struct machine *m, u32 sid, u8 itag, bool ok)
{
	if (!m->cls->ats_inv_done(m->hw, sid, itag, ok))
		m->cls->ats_inv_done(m->hw, sid, itag, false);
	m->cls->step(m->hw);
}

/* Each completion may let the engine send more of them. */
bool machine_carry(struct machine *m)
{
	bool any = m->n_inv;
	struct ats_inv inv;

	while (m->n_inv) {
		inv = m->inv[0];
		m->n_inv--;
		memmove(m->inv, m->inv + 1, m->n_inv * sizeof(m->inv[0]));
		if (m->ats_invalidate)
			m->ats_invalidate(m, &inv);
		else
			machine_inv_done(m, inv.sid, inv.itag, true);
	}
	return any;
}

/* ---- what the driver asks for ---- */

static u64 mmio_read(void *ctx, u64 offset, unsigned int size)
{
	struct machine *m = ctx;

	return m->cls->mmio_read(m->hw, offset, size);
}

static void mmio_write(void *ctx, u64 offset, u64 value, unsigned int size)
{
	struct machine *m = ctx;

	m->cls->mmio_write(m->hw, offset, value, size);
	if (!m->late)
		machine_carry(m);
}

static bool poll(void *ctx, u32 tries)
{
	machine_carry(ctx);
	return tries < MACHINE_POLLS;
}

static u64 now(void *ctx)
{
	return ((struct machine *)ctx)->board->now;
}

const struct drv_ops machine_drv_ops = {
	.mmio_read = mmio_read,
	.mmio_write = mmio_write,
	.mem_alloc = mem_alloc,
	.mem_free = mem_free,
	.mem_read = mem_read,
	.mem_write = mem_write,
	.poll = poll,
	.now = now,
};

/* ---- life ---- */

void machine_board_init(struct machine_board *b, struct physmem *mem, u64 base, u64 bytes)
{
	memset(b, 0, sizeof(*b));
	b->mem = mem;
	frames_init(&b->frames, base, bytes);
}

void machine_board_exit(struct machine_board *b)
{
	frames_exit(&b->frames);
}

void machine_init(struct machine *m, struct machine_board *b, const struct iommu_class *cls)
{
	struct machine **last = &b->machines;

	memset(m, 0, sizeof(*m));
	m->board = b;
	m->cls = cls;
	m->hw_ops = machine_hw_ops;
	m->drv_ops = machine_drv_ops;
	while (*last)
		last = &(*last)->next;
	*last = m;
}

void machine_kick(void *board)
{
	((struct machine_board *)board)->work = true;
}

int machine_start(struct machine *m, const struct drv_class *cls, const void *cfg)
{
	static const struct fault_host_ops host_ops = { .kick = machine_kick };
	struct fault_core_cfg core_cfg = { .host_ops = &host_ops, .host = m->board };
	int err = m->core ? 0 : fault_core_create(&core_cfg, &m->core);

	if (err)
		return err;
	m->drv_cls = cls;
	m->drv = fl_zalloc(cls->size);
	if (!m->drv)
		return -ENOMEM;
	err = cls->probe(m->drv, cfg, &m->drv_ops, m, m->core);
	if (err) {
		fl_free(m->drv);
		m->drv = NULL;
	}
	return err;
}

int machine_stop(struct machine *m)
{
	int err = 0;

	if (m->drv)
		m->drv_cls->remove(m->drv, m->board->now);
	fl_free(m->drv);
	m->drv = NULL;
	m->edges = 0;
	if (!m->core)
		return 0;
	while (fault_core_run(m->core, m->board->now, BATCH) == BATCH)
		;
	err = fault_core_destroy(m->core);
	if (!err)
		m->core = NULL;
	return err;
}

/* ---- the pump ---- */

static bool serve_line(struct machine *m, u32 line)
{
	u32 rounds = 0;

	if (m->drv_cls->irq(m->drv, line, m->board->now) == DRV_IRQ_WAKE_THREAD)
		while (m->drv_cls->irq_thread(m->drv, line, m->board->now) > 0 && ++rounds < PUMP_LIMIT)
			;
	if (m->served)
		m->served(m);
	return rounds < PUMP_LIMIT;
}

const char *machine_serve(struct machine *m, u32 *lines)
{
	u64 waiting = m->edges | (m->level_irq ? m->level : 0);
	const char *endless = NULL;
	u32 line;

	m->edges = 0;
	for (line = 0; line < m->n_lines && waiting >> line; line++) {
		if (!(waiting & BIT_ULL(line)))
			continue;
		(*lines)++;
		if (!serve_line(m, line))
			endless = "the driver's interrupt thread always finds more";
	}
	return endless;
}

static void work(struct machine_board *b)
{
	struct machine *m;

	b->work = false;
	for (m = b->machines; m; m = m->next)
		if (m->core && fault_core_run(m->core, b->now, BATCH) == BATCH)
			b->work = true;
}

const char *machine_pump(struct machine_board *b)
{
	const char *endless = NULL;
	struct machine *m;
	u32 rounds = 0, more;

	do {
		more = 0;
		for (m = b->machines; m; m = m->next) {
			if (m->drv && !b->hold_lines && !endless)
				endless = machine_serve(m, &more);
			more += machine_carry(m);
		}
		if (b->work && !b->hold_work) {
			work(b);
			more++;
		}
	} while (more && !endless && ++rounds < PUMP_LIMIT);
	return rounds == PUMP_LIMIT ? "interrupts come for ever" : endless;
}
