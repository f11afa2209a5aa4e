// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <check.h>

#include "liar.h"
#include "smmuv2_spec.h"
#include "smmuv3_spec.h"
#include "vtd_spec.h"

u32 liar_random(struct liar *l, u32 n)
{
	l->seed = l->seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return (u32)(l->seed >> 33) % n;
}

static u64 random_word(struct liar *l)
{
	return (u64)liar_random(l, 1U << 31) << 40 ^ (u64)liar_random(l, 1U << 31) << 20 ^ liar_random(l, 1U << 31);
}

void liar_call(struct liar *l)
{
	l->most = max(l->most, l->accesses);
	l->accesses = 0;
}

/* Whether it lies in this access. */
static bool lying(struct liar *l)
{
	ck_assert_msg(++l->accesses < LIAR_ACCESS_MAX, "%s, lie %d: a call does not end", l->kind->name, l->lie);
	if (!l->countdown)
		return l->lie != LIE_NONE;
	l->countdown--;
	return false;
}

/* ---- registers that are lied about by name ---- */

enum role { PLAIN, STATUS, SYNC_STATUS, TAIL, DOORBELL };

static enum role role_vtd(u64 offset)
{
	switch (offset) {
	case VTD_FSTS:
	case VTD_PRS:
		return STATUS;
	case VTD_PQT:
		return TAIL;
	case VTD_IQT:
		return DOORBELL;
	default:
		return PLAIN;
	}
}

static enum role role_smmuv3(u64 offset)
{
	switch (offset) {
	case SMMUV3_GERROR:
		return STATUS;
	case SMMUV3_EVENTQ_PROD:
	case SMMUV3_PRIQ_PROD:
		return TAIL;
	case SMMUV3_CMDQ_PROD:
		return DOORBELL;
	default:
		return PLAIN;
	}
}

/* GR0 is the first page; context banks begin in the second half of the space. */
static enum role role_smmuv2(u64 offset)
{
	if (offset == SMMUV2_GR0_sTLBGSTATUS || (offset > 0x1fff && (offset & 0xfff) == SMMUV2_CB_TLBSTATUS))
		return SYNC_STATUS;
	if (offset == SMMUV2_GR0_sGFSR || (offset > 0x1fff && (offset & 0xfff) == SMMUV2_CB_FSR))
		return STATUS;
	return PLAIN;
}

static enum role role_of(const struct liar *l, u64 offset)
{
	if (l->kind == &iommu_kind_vtd)
		return role_vtd(offset);
	return l->kind == &iommu_kind_smmuv3 ? role_smmuv3(offset) : role_smmuv2(offset);
}

/* Every bit that has once been seen. */
static u64 stuck(struct liar *l, u64 offset, u64 value)
{
	u32 i;

	for (i = 0; i < l->n_sticky && l->sticky[i].offset != offset; i++)
		;
	if (i == LIAR_STICKY)
		return value;
	l->n_sticky = max(l->n_sticky, i + 1);
	l->sticky[i].offset = offset;
	l->sticky[i].bits |= value | (liar_random(l, 4) ? 0 : BIT(liar_random(l, 10)));
	/* A Global Error is active where GERROR differs from GERRORN. */
	if (l->kind == &iommu_kind_smmuv3)
		return l->kind->cls->mmio_read(l->m.hw, SMMUV3_GERRORN, 4) ^ (l->sticky[i].bits & 0x1fd);
	return l->sticky[i].bits;
}

/* A few records more than what the driver has read. */
static u64 run_away(struct liar *l, u64 offset, u64 value)
{
	if (l->kind == &iommu_kind_vtd)
		return (l->kind->cls->mmio_read(l->m.hw, VTD_PQH, 8) + 32ULL * liar_random(l, 9)) & 0x3fff;
	if (l->kind == &iommu_kind_smmuv3)
		return (l->kind->cls->mmio_read(l->m.hw, offset + 4, 4) + liar_random(l, 9)) &
		       (offset == SMMUV3_PRIQ_PROD ? 0x3ff : 0xff);
	return value;
}

static u64 lie(struct liar *l, u64 offset, u64 value)
{
	enum role role = role_of(l, offset);

	switch (l->lie) {
	case LIE_ONES:
		return ~0ULL;
	case LIE_ZEROES:
		return 0;
	case LIE_RANDOM:
		return random_word(l);
	case LIE_SOMETIMES:
		return liar_random(l, 4) ? value : random_word(l);
	case LIE_STILL:
		return role == SYNC_STATUS ? 1 : value;
	case LIE_STUCK:
		return role == STATUS ? stuck(l, offset, value) : value;
	case LIE_RUNAWAY:
		/* SMMUv2 has no queues: a stalled fault, each time another one. */
		if (role == STATUS && l->kind == &iommu_kind_smmuv2)
			return offset == SMMUV2_GR0_sGFSR
				       ? value
				       : SMMUV2_FSR_TF | (liar_random(l, 2) ? (u32)SMMUV2_FSR_SS : 0);
		return role == TAIL ? run_away(l, offset, value) : value;
	default:
		return value;
	}
}

static bool dropped(struct liar *l, u64 offset)
{
	switch (l->lie) {
	case LIE_ONES:
	case LIE_ZEROES:
	case LIE_RANDOM:
		return true;
	case LIE_SOMETIMES:
		return !liar_random(l, 8);
	case LIE_STILL:
		return role_of(l, offset) == DOORBELL;
	default:
		return false;
	}
}

/* ---- what the driver asks of its host ---- */

static u64 mmio_read(void *ctx, u64 offset, unsigned int size)
{
	struct liar *l = ctx;
	u64 value;

	if (!lying(l))
		return l->kind->cls->mmio_read(l->m.hw, offset, size);
	value = lie(l, offset, l->kind->cls->mmio_read(l->m.hw, offset, size));
	return size == 4 ? (u32)value : value;
}

static void mmio_write(void *ctx, u64 offset, u64 value, unsigned int size)
{
	struct liar *l = ctx;

	if (!lying(l) || !dropped(l, offset))
		l->kind->cls->mmio_write(l->m.hw, offset, value, size);
}

static int mem_alloc(void *ctx, u64 bytes, u64 align, u64 *pa)
{
	struct liar *l = ctx;
	int r = machine_drv_ops.mem_alloc(ctx, bytes, align, pa);

	if (l->probing && l->n_queues < LIAR_MAX_QUEUES) {
		l->queue[l->n_queues].pa = *pa;
		l->queue[l->n_queues++].bytes = bytes;
	}
	return r;
}

static bool in_queue(const struct liar *l, u64 pa)
{
	u32 i;

	for (i = 0; i < l->n_queues; i++)
		if (pa - l->queue[i].pa < l->queue[i].bytes)
			return true;
	return false;
}

static int mem_read(void *ctx, u64 pa, void *buf, u32 len)
{
	struct liar *l = ctx;
	u32 i;
	int r = machine_drv_ops.mem_read(ctx, pa, buf, len);

	if (l->countdown || (l->lie != LIE_GARBAGE && l->lie != LIE_RUNAWAY) || !in_queue(l, pa) || !liar_random(l, 3))
		return r;
	for (i = 0; i < len; i++)
		((u8 *)buf)[i] = (u8)liar_random(l, 256);
	return r;
}

static bool poll(void *ctx, u32 tries)
{
	struct liar *l = ctx;

	l->board.now += 1000;
	machine_carry(&l->m);
	return tries < LIAR_POLLS;
}

/* Endpoints complete their invalidations while a driver polls, nearly all of them. */
static void ats_invalidate(void *ctx, const struct ats_inv *inv)
{
	struct liar *l = ctx;

	machine_inv_done(&l->m, inv->sid, inv->itag, liar_random(l, 50));
}

static int msi(void *ctx, u64 pa, u32 data)
{
	machine_raise(ctx, data, true);
	return 0;
}

void liar_init(struct liar *l, const struct iommu_kind *kind, enum lie lie, u64 seed)
{
	struct fl_config cfg;

	memset(l, 0, sizeof(*l));
	fl_config_init(&cfg);
	l->kind = kind;
	l->lie = lie;
	l->seed = seed * 0x9e3779b97f4a7c15ULL + lie;
	ck_assert_int_eq(physmem_init(&l->mem, 1ULL << 44), 0);
	machine_board_init(&l->board, &l->mem, 0x80000000, 1ULL << 40);
	l->board.now = 1000;
	machine_init(&l->m, &l->board, kind->cls);
	l->m.late = true;
	l->m.n_lines = 32;
	l->m.hw_ops.msi = msi;
	l->m.ats_invalidate = ats_invalidate;
	l->m.drv_ops.mmio_read = mmio_read;
	l->m.drv_ops.mmio_write = mmio_write;
	l->m.drv_ops.mem_alloc = mem_alloc;
	l->m.drv_ops.mem_read = mem_read;
	l->m.drv_ops.poll = poll;
	ck_assert_int_eq(kind->create(&cfg, &l->m.hw_ops, l, &l->m.hw), 0);
}

void liar_exit(struct liar *l)
{
	ck_assert_msg(!l->board.held, "%s, lie %d: memory is not given back", l->kind->name, l->lie);
	l->kind->destroy(l->m.hw);
	machine_board_exit(&l->board);
	physmem_exit(&l->mem);
}
