/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What each driver object begins with: its host's services, the time, a lock, and gates for longer steps. */
#ifndef DRV_HOST_H
#define DRV_HOST_H

#include "fault_core.h"
#include "iommu_driver.h"

#ifdef __cplusplus
extern "C" {
#endif

/* For a few steps that may wait: whoever finds it closed polls. Protected by drv_host.lock. */
struct drv_gate {
	bool closed;
};

struct drv_device;
struct drv_domain;
struct drv_stage2;

/**
 * struct drv_host - the first member of every driver object
 * @lock: gates and @now, and what else the driver says
 * @config: structures in memory, devices, domains
 * @devs, @doms: what the driver has made and not freed; changed while @config is closed
 * @now: ns, the latest that any call has brought
 * @stage2: what lies under the tables of domains; NULL: nothing
 * @table_ops, @table_ctx: memory for tables whose addresses go through @stage2: @ops and @ctx, if there is none
 * @bound: the fault core knows the driver
 * @observe, @observer: what drv_observe() calls; may be NULL
 */
struct drv_host {
	const struct drv_ops *ops;
	void *ctx;
	struct fault_core *core;
	struct fault_lock lock;
	struct drv_gate config;
	struct drv_device *devs;
	struct drv_domain *doms;
	u64 now;
	struct drv_stage2 *stage2;
	const struct drv_ops *table_ops;
	void *table_ctx;
	bool bound;
	void (*observe)(void *observer, struct fault_group *g, enum fault_point point, u64 now);
	void *observer;
};

static inline u32 drv_read32(struct drv_host *h, u64 offset)
{
	return (u32)h->ops->mmio_read(h->ctx, offset, 4);
}

static inline void drv_write32(struct drv_host *h, u64 offset, u32 value)
{
	h->ops->mmio_write(h->ctx, offset, value, 4);
}

static inline u64 drv_read64(struct drv_host *h, u64 offset)
{
	return h->ops->mmio_read(h->ctx, offset, 8);
}

static inline void drv_write64(struct drv_host *h, u64 offset, u64 value)
{
	h->ops->mmio_write(h->ctx, offset, value, 8);
}

static inline int drv_mem_alloc(struct drv_host *h, u64 bytes, u64 align, u64 *pa)
{
	return h->ops->mem_alloc(h->ctx, bytes, align, pa);
}

static inline void drv_mem_free(struct drv_host *h, u64 pa, u64 bytes)
{
	h->ops->mem_free(h->ctx, pa, bytes);
}

/* For tables whose addresses go through stage 2. */
static inline int drv_table_alloc(struct drv_host *h, u64 bytes, u64 align, u64 *pa)
{
	return h->table_ops->mem_alloc(h->table_ctx, bytes, align, pa);
}

static inline int drv_mem_read(struct drv_host *h, u64 pa, void *buf, u32 len)
{
	return h->ops->mem_read(h->ctx, pa, buf, len);
}

static inline int drv_mem_write(struct drv_host *h, u64 pa, const void *buf, u32 len)
{
	return h->ops->mem_write(h->ctx, pa, buf, len);
}

/**
 * drv_host_init() - @h is zeroed, and with it the driver object around it
 */
void drv_host_init(struct drv_host *h, const struct drv_ops *ops, void *ctx, struct fault_core *core);

/**
 * drv_bind() - make the driver known to its fault core
 * @h: must stay where it is; the driver object is what the operations get as ctx
 * @retry, @terminate, @failure: the hardware's codes of these answers
 *
 * Return: 0, or what fault_core_bind() says.
 */
int drv_bind(struct drv_host *h, const struct fault_ops *ops, u32 retry, u32 terminate, u32 failure);

/**
 * drv_unbind() - the reverse; nothing if drv_bind() did not succeed
 * @h: has no device left
 *
 * Workers and owners may still look at groups that were answered, and through
 * them at devices and operations of the driver. It waits, without end, until
 * they have let go of the last one.
 */
void drv_unbind(struct drv_host *h);

/**
 * drv_empty() - remove every device, then free every domain, as @driver does it
 */
void drv_empty(struct drv_host *h, const struct drv_class *driver, u64 now);

/**
 * drv_poll() - let hardware go on between two polls
 *
 * Return: false when the time-out of the whole wait has passed.
 */
bool drv_poll(struct drv_host *h, u32 tries);

/**
 * drv_now() - ns, the host's clock, or the latest time that any call has brought
 */
u64 drv_now(struct drv_host *h);
void drv_note_now(struct drv_host *h, u64 now);

/**
 * drv_count() - add one to a counter that several threads share
 */
void drv_count(struct drv_host *h, u64 *counter);

/**
 * drv_gate_close() - wait until the gate is open, and close it
 *
 * The caller holds no lock: the wait lets hardware and other callers go on.
 */
void drv_gate_close(struct drv_host *h, struct drv_gate *g);
void drv_gate_open(struct drv_host *h, struct drv_gate *g);

/**
 * drv_read_words() - @n <= 8 little-endian words of memory
 *
 * Return: 0 or -EIO.
 */
int drv_read_words(struct drv_host *h, u64 pa, u64 *words, u32 n);

/**
 * drv_write_word() - one 64-bit write, which hardware sees whole
 *
 * Return: 0 or -EIO.
 */
int drv_write_word(struct drv_host *h, u64 pa, u64 word);

/**
 * drv_sva_handle() - fault_ops.sva_handle of a driver whose address spaces are struct drv_mm
 */
enum fault_code drv_sva_handle(void *mm, struct fault_group *g, const struct fault_record *f);

/**
 * drv_observe() - fault_ops.observe, which goes on to drv_host.observe
 */
void drv_observe(void *host, struct fault_group *g, enum fault_point point, u64 now);

#ifdef __cplusplus
}
#endif

#endif /* DRV_HOST_H */
