/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What each driver object begins with: its host's services, the time, a lock, and gates for longer steps. */
#ifndef DRV_HOST_H
#define DRV_HOST_H

#include "drv_cfg.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * struct drv_gate - guards steps that may wait; whoever finds it closed polls. drv_host.lock protects it.
 * @closed: somebody is within the steps
 */
struct drv_gate {
	bool closed;
};

struct drv_backend;
struct drv_device;
struct drv_domain;
struct drv_stage2;

/**
 * struct drv_host - the first member of every driver object
 * @backend: what this IOMMU's driver adds to the procedure
 * @cfg: what every driver is told; a part of the driver's own configuration
 * @ops: the host's services
 * @ctx: first argument of @ops
 * @core: the fault core
 * @lock: protects gates, @now, @dead, and whatever else the driver says
 * @config: gate of structures in memory, devices and domains
 * @devs: devices that were added and are not removed; changed while @config is closed
 * @doms: domains that were allocated and are not freed; changed while @config is closed
 * @now: ns, the latest time that any call has brought
 * @stage2: the table under the tables of domains; NULL: none
 * @table_ops: memory for tables whose addresses go through @stage2; without it, @ops
 * @table_ctx: first argument of @table_ops
 * @bound: the fault core knows the driver
 * @dead: the hardware no longer responds, or is no longer there
 * @stats: what every driver counts
 */
struct drv_host {
	const struct drv_backend *backend;
	const struct drv_cfg *cfg;
	const struct drv_ops *ops;
	void *ctx;
	struct fault_core *core;
	spinlock_t lock;
	struct drv_gate config;
	struct drv_device *devs;
	struct drv_domain *doms;
	u64 now;
	struct drv_stage2 *stage2;
	const struct drv_ops *table_ops;
	void *table_ctx;
	bool bound;
	bool dead;
	struct drv_stats stats;
};

/**
 * drv_read32() - read a 32-bit register
 * @h: the driver
 * @offset: bytes from the start of the register space
 *
 * Return: Its value.
 */
static inline u32 drv_read32(struct drv_host *h, u64 offset)
{
	return (u32)h->ops->mmio_read(h->ctx, offset, 4);
}

/**
 * drv_write32() - write a 32-bit register
 * @h: the driver
 * @offset: bytes from the start of the register space
 * @value: what is written
 */
static inline void drv_write32(struct drv_host *h, u64 offset, u32 value)
{
	h->ops->mmio_write(h->ctx, offset, value, 4);
}

/**
 * drv_read64() - read a 64-bit register
 * @h: the driver
 * @offset: bytes from the start of the register space
 *
 * Return: Its value.
 */
static inline u64 drv_read64(struct drv_host *h, u64 offset)
{
	return h->ops->mmio_read(h->ctx, offset, 8);
}

/**
 * drv_write64() - write a 64-bit register
 * @h: the driver
 * @offset: bytes from the start of the register space
 * @value: what is written
 */
static inline void drv_write64(struct drv_host *h, u64 offset, u64 value)
{
	h->ops->mmio_write(h->ctx, offset, value, 8);
}

/**
 * drv_mem_alloc() - allocate zeroed memory that the IOMMU can reach
 * @h: the driver
 * @bytes: size
 * @align: alignment, bytes, a power of two
 * @pa: physical address of the memory
 *
 * Return: 0 or -ENOMEM.
 */
static inline int drv_mem_alloc(struct drv_host *h, u64 bytes, u64 align, u64 *pa)
{
	return h->ops->mem_alloc(h->ctx, bytes, align, pa);
}

/**
 * drv_mem_free() - free memory of drv_mem_alloc() or drv_table_alloc()
 * @h: the driver
 * @pa: physical address, bytes
 * @bytes: size, as it was asked for
 */
static inline void drv_mem_free(struct drv_host *h, u64 pa, u64 bytes)
{
	h->ops->mem_free(h->ctx, pa, bytes);
}

/**
 * drv_table_alloc() - allocate zeroed memory for a table whose address goes through stage 2
 * @h: the driver
 * @bytes: size
 * @align: alignment, bytes, a power of two
 * @pa: address of the table, which stage 2 maps to itself
 *
 * Return: 0 or -ENOMEM.
 */
static inline int drv_table_alloc(struct drv_host *h, u64 bytes, u64 align, u64 *pa)
{
	return h->table_ops->mem_alloc(h->table_ctx, bytes, align, pa);
}

/**
 * drv_mem_read() - read such memory as the CPU
 * @h: the driver
 * @pa: physical address, bytes
 * @buf: receives @len bytes
 * @len: bytes
 *
 * Return: 0 or -EIO.
 */
static inline int drv_mem_read(struct drv_host *h, u64 pa, void *buf, u32 len)
{
	return h->ops->mem_read(h->ctx, pa, buf, len);
}

/**
 * drv_mem_write() - write such memory as the CPU
 * @h: the driver
 * @pa: physical address, bytes
 * @buf: @len bytes to write
 * @len: bytes
 *
 * Return: 0 or -EIO.
 */
static inline int drv_mem_write(struct drv_host *h, u64 pa, const void *buf, u32 len)
{
	return h->ops->mem_write(h->ctx, pa, buf, len);
}

/**
 * drv_dead() - whether the hardware was given up: nothing is asked of it, and answers that it is owed count as given
 * @h: the driver
 *
 * The caller does not hold the lock.
 *
 * Return: true from drv_die() or drv_gone() on.
 */
bool drv_dead(struct drv_host *h);

/**
 * drv_gone() - the device is no longer there: there is nothing left to switch off
 * @h: the driver
 *
 * The caller does not hold the lock.
 */
void drv_gone(struct drv_host *h);

/**
 * drv_gone_locked() - as drv_gone(), for a caller that holds the lock
 * @h: the driver
 */
void drv_gone_locked(struct drv_host *h);

/**
 * drv_die() - give hardware up that no longer responds, and try to switch it off
 * @h: the driver
 *
 * The caller does not hold the lock.
 */
void drv_die(struct drv_host *h);

/**
 * drv_status() - read a register that has reserved bits, which read as zero
 * @h: the driver
 * @offset: bytes from the start of the register space
 *
 * A device that is no longer there reads as all ones. The caller does not hold the lock.
 *
 * Return: Its value; 0 if the device is gone.
 */
u32 drv_status(struct drv_host *h, u64 offset);

/**
 * drv_poll() - let hardware make progress between two polls; counts a time-out
 * @h: the driver
 * @tries: polls so far
 *
 * Return: false when the time-out of the whole wait has passed.
 */
bool drv_poll(struct drv_host *h, u32 tries);

/**
 * drv_now() - the host's clock, or the latest time that any call has brought
 * @h: the driver
 *
 * Return: ns.
 */
u64 drv_now(struct drv_host *h);

/**
 * drv_note_now() - remember the time that a call has brought
 * @h: the driver
 * @now: ns
 */
void drv_note_now(struct drv_host *h, u64 now);

/**
 * drv_count() - add one to a counter that several threads share
 * @h: the driver
 * @counter: the counter
 */
void drv_count(struct drv_host *h, u64 *counter);

/**
 * drv_gate_close() - wait until the gate is open, and close it
 * @h: the driver
 * @g: the gate
 *
 * The caller holds no lock: the wait lets hardware and other callers make progress.
 */
void drv_gate_close(struct drv_host *h, struct drv_gate *g);

/**
 * drv_gate_open() - open a gate that the caller has closed
 * @h: the driver
 * @g: the gate
 */
void drv_gate_open(struct drv_host *h, struct drv_gate *g);

/**
 * drv_read_words() - read little-endian words of memory
 * @h: the driver
 * @pa: physical address, bytes
 * @words: receives the words in host order
 * @n: number of words, 8 at most
 *
 * Return: 0 or -EIO.
 */
int drv_read_words(struct drv_host *h, u64 pa, u64 *words, u32 n);

/**
 * drv_write_word() - one 64-bit write, which hardware sees as a whole
 * @h: the driver
 * @pa: physical address, bytes
 * @word: the word in host order
 *
 * Return: 0 or -EIO.
 */
int drv_write_word(struct drv_host *h, u64 pa, u64 word);

/**
 * drv_sva_handle() - fault_ops.sva_handle of a driver whose address spaces are struct drv_mm
 * @mm: a struct drv_mm
 * @g: the group
 * @f: the request
 *
 * Return: What drv_mm.handle returns.
 */
enum fault_code drv_sva_handle(void *mm, struct fault_group *g, const struct fault_record *f);

/**
 * drv_observe() - fault_ops.observe, which calls drv_host.observe
 * @host: the driver object, which begins with struct drv_host
 * @g: the group
 * @point: what has happened to it
 * @now: ns
 */
void drv_observe(void *host, struct fault_group *g, enum fault_point point, u64 now);

#ifdef __cplusplus
}
#endif

#endif /* DRV_HOST_H */
