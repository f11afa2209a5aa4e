/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Memory, a recorded walk and a counted allocator for the page-table suites. */
#ifndef PT_WORLD_H
#define PT_WORLD_H

#include "physmem.h"
#include "pt_build.h"
#include "pt_vmsa32.h"
#include "pt_vmsa64.h"
#include "pt_vtd.h"
#include "suite.h"

#define WORLD_BYTES  (1ULL << 52)
#define WORLD_TABLES 0x10000000ULL

/**
 * struct world - what a suite's fixture holds
 * @fail_alloc: the n-th allocation from now fails (1: the next); 0: none
 * @fail_write, @fail_read: likewise the n-th CPU write and read
 * @live: allocations not yet freed
 * @races: how many compare-and-swaps find that another agent has just written @race_value at @race_pa
 * @written: called after each CPU write; may be NULL
 */
struct world {
	struct physmem mem;
	struct iommu_walk walk;
	struct pt_steps steps;
	struct pt_env env;
	struct iommu_ops ops;
	struct drv_ops drv;
	struct pt_result r;
	u64 next;
	u32 fail_alloc, fail_write, fail_read;
	int live;
	u32 cas_calls;
	u64 race_pa, race_value;
	u32 races;
	void (*written)(struct world *w, u64 pa);
};

static int world_read(void *ctx, u64 pa, void *buf, u32 len)
{
	return physmem_read(&((struct world *)ctx)->mem, pa, buf, len);
}

static int world_cpu_read(void *ctx, u64 pa, void *buf, u32 len)
{
	struct world *w = ctx;

	if (w->fail_read && !--w->fail_read)
		return -EIO;
	return physmem_read(&w->mem, pa, buf, len);
}

static int world_write(void *ctx, u64 pa, const void *buf, u32 len)
{
	struct world *w = ctx;
	int err;

	if (w->fail_write && !--w->fail_write)
		return -EIO;
	err = physmem_write(&w->mem, pa, buf, len);
	if (!err && w->written)
		w->written(w, pa);
	return err;
}

static int world_cas(void *ctx, u64 pa, u64 *old, u64 value)
{
	struct world *w = ctx;
	u64 word;

	w->cas_calls++;
	if (w->races) {
		w->races--;
		fl_put_le64(&word, w->race_value);
		physmem_write(&w->mem, w->race_pa, &word, 8);
	}
	return physmem_cas64(&w->mem, pa, old, value);
}

static int world_alloc(void *ctx, u64 bytes, u64 align, u64 *pa)
{
	struct world *w = ctx;

	if (w->fail_alloc && !--w->fail_alloc)
		return -ENOMEM;
	w->next = (w->next + align - 1) & ~(align - 1);
	*pa = w->next;
	w->next += bytes;
	w->live++;
	return 0;
}

static void world_free(void *ctx, u64 pa, u64 bytes)
{
	static const u8 poison[4096] = { [0 ... 4095] = 0xa5 };
	struct world *w = ctx;

	for (; bytes > sizeof(poison); bytes -= sizeof(poison), pa += sizeof(poison))
		physmem_write(&w->mem, pa, poison, sizeof(poison));
	physmem_write(&w->mem, pa, poison, bytes);
	w->live--;
}

/* Big: one a suite, cleared by world_init(). */
static struct world world;

static void world_init(void)
{
	struct world *w = &world;

	memset(w, 0, sizeof(*w));
	ck_assert_int_eq(physmem_init(&w->mem, WORLD_BYTES), 0);
	w->next = WORLD_TABLES;
	w->ops.mem_read = world_read;
	w->drv.mem_read = world_cpu_read;
	w->drv.mem_write = world_write;
	w->drv.mem_alloc = world_alloc;
	w->drv.mem_free = world_free;
	w->env.ops = &w->ops;
	w->env.ctx = w;
	w->env.walk = &w->walk;
	w->env.steps = &w->steps;
	memset(&w->r, 0x5a, sizeof(w->r));
}

static void world_exit(void)
{
	physmem_exit(&world.mem);
}

static void __attribute__((unused)) put64(u64 pa, u64 word)
{
	u8 raw[8];

	fl_put_le64(raw, word);
	ck_assert_int_eq(physmem_write(&world.mem, pa, raw, 8), 0);
}

static void __attribute__((unused)) put32(u64 pa, u32 word)
{
	u8 raw[4];

	fl_put_le32(raw, word);
	ck_assert_int_eq(physmem_write(&world.mem, pa, raw, 4), 0);
}

static u64 __attribute__((unused)) get64(u64 pa)
{
	u8 raw[8];

	ck_assert_int_eq(physmem_read(&world.mem, pa, raw, 8), 0);
	return fl_get_le64(raw);
}

static void __attribute__((unused)) hardware_updates(void)
{
	world.ops.mem_cas64 = world_cas;
}

/* The n-th access of the last walk, and no other. */
#define ck_access(n, a, w_, l, wr)                                  \
	do {                                                        \
		ck_assert_uint_lt(n, world.walk.n_accesses);        \
		ck_assert_uint_eq(world.walk.accesses[n].addr, a);  \
		ck_assert_uint_eq(world.walk.accesses[n].what, w_); \
		ck_assert_int_eq(world.walk.accesses[n].level, l);  \
		ck_assert_int_eq(world.walk.accesses[n].write, wr); \
	} while (0)

#define ck_fault(f, s, l)                            \
	do {                                         \
		ck_assert_uint_eq(world.r.fault, f); \
		ck_assert_uint_eq(world.r.stage, s); \
		ck_assert_int_eq(world.r.level, l);  \
	} while (0)

#endif /* PT_WORLD_H */
