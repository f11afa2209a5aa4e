/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What every engine's struct iommu_class is made of: the calls around struct engine_hooks, and its two fast ones. */
#ifndef ENGINE_CLASS_H
#define ENGINE_CLASS_H

#include "engine.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- the calls that are not about one access, and its rare steps ---- */

/**
 * engine_walk() - iommu_class.walk of every engine
 * @hw: the IOMMU, which begins with a struct engine
 * @t: the transaction
 * @w: filled in; on the list of walks in flight until engine_fill() or engine_cancel()
 *
 * Return: What the walk came to, as iommu_class.walk says.
 */
enum xlat engine_walk(void *hw, const struct dma_txn *t, struct iommu_walk *w);
/**
 * engine_fill() - iommu_class.fill of every engine
 * @hw: the IOMMU
 * @w: a walk in flight
 *
 * Return: The outcome.
 */
enum xlat engine_fill(void *hw, struct iommu_walk *w);
/**
 * engine_cancel() - iommu_class.cancel of every engine
 * @hw: the IOMMU
 * @w: a walk in flight
 */
void engine_cancel(void *hw, struct iommu_walk *w);
/**
 * engine_mmio_read() - iommu_class.mmio_read of every engine
 * @hw: the IOMMU
 * @offset: bytes from the start of its registers
 * @size: 4 or 8 bytes
 *
 * Return: The value.
 */
u64 engine_mmio_read(void *hw, u64 offset, unsigned int size);
/**
 * engine_mmio_write() - iommu_class.mmio_write of every engine
 * @hw: the IOMMU
 * @offset: bytes from the start of its registers
 * @value: the value
 * @size: 4 or 8 bytes
 */
void engine_mmio_write(void *hw, u64 offset, u64 value, unsigned int size);
/**
 * engine_page_request() - iommu_class.page_request of every engine
 * @hw: the IOMMU
 * @pr: the request
 */
void engine_page_request(void *hw, const struct page_request *pr);
/**
 * engine_ats_inv_done() - iommu_class.ats_inv_done of every engine
 * @hw: the IOMMU
 * @sid: the function that answers
 * @itag: the tag of its invalidation
 * @ok: false: it timed out
 *
 * Return: Whether there was such an invalidation.
 */
bool engine_ats_inv_done(void *hw, u32 sid, u8 itag, bool ok);
/**
 * engine_step() - iommu_class.step of every engine
 * @hw: the IOMMU
 */
void engine_step(void *hw);
/**
 * engine_reset() - iommu_class.reset of every engine
 * @hw: the IOMMU
 */
void engine_reset(void *hw);
/**
 * engine_save() - iommu_class.save of every engine
 * @hw: the IOMMU
 * @img: receives the image
 *
 * Return: 0 or -errno.
 */
int engine_save(void *hw, struct iommu_image *img);
/**
 * engine_restore() - iommu_class.restore of every engine
 * @hw: the IOMMU
 * @img: an image
 *
 * Return: 0, or -EINVAL: it does not fit, and the IOMMU is as after a reset.
 */
int engine_restore(void *hw, struct iommu_image *img);
/**
 * engine_stats() - iommu_class.stats of every engine
 * @hw: the IOMMU
 * @st: receives the counts
 */
void engine_stats(void *hw, struct iommu_stats *st);

/* All of them, for the initialiser of a struct iommu_class */
#define ENGINE_CLASS_CALLS                                                                                \
	.walk = engine_walk, .fill = engine_fill, .cancel = engine_cancel, .mmio_read = engine_mmio_read, \
	.mmio_write = engine_mmio_write, .step = engine_step, .reset = engine_reset, .save = engine_save, \
	.restore = engine_restore, .stats = engine_stats

/*
 * ENGINE_ACCESS_CALLS() - the other two, class_lookup() and class_translate(), around a kind's look_up(), walk() and
 * fill(), whose first argument is a void *. A macro, because look_up() is to be expanded in both: they are the fast path.
 */
#define ENGINE_ACCESS_CALLS                                                                                      \
	static enum xlat class_lookup(void *hw, const struct dma_txn *t, struct xlat_result *r)                  \
	{                                                                                                        \
		enum xlat x;                                                                                     \
                                                                                                                 \
		engine_enter_access((struct engine *)hw, CALL_LOOKUP);                                           \
		x = look_up(hw, t, r);                                                                           \
		engine_leave_access((struct engine *)hw);                                                        \
		return x;                                                                                        \
	}                                                                                                        \
	static __attribute__((__noinline__)) enum xlat translate_miss(struct engine *e, const struct dma_txn *t, \
								      struct xlat_result *r)                     \
	{                                                                                                        \
		enum xlat x;                                                                                     \
                                                                                                                 \
		walk(e, t, &e->own_walk);                                                                        \
		x = fill(e, &e->own_walk);                                                                       \
		*r = e->own_walk.res;                                                                            \
		return x;                                                                                        \
	}                                                                                                        \
	static enum xlat class_translate(void *hw, const struct dma_txn *t, struct xlat_result *r)               \
	{                                                                                                        \
		enum xlat x;                                                                                     \
                                                                                                                 \
		engine_enter_access((struct engine *)hw, CALL_TRANSLATE);                                        \
		x = look_up(hw, t, r);                                                                           \
		if (unlikely(x == XLAT_MISS))                                                                    \
			x = translate_miss(hw, t, r);                                                            \
		engine_leave_access((struct engine *)hw);                                                        \
		return x;                                                                                        \
	}

#ifdef __cplusplus
}
#endif

#endif /* ENGINE_CLASS_H */
