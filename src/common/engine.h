/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The guard of the contract between an engine and its holder (iommu.h): which
 * call is under way, and what may be called back from within it.
 *
 * Rare calls are watched always, and so is who acts for other transactions.
 * The calls that every access makes (lookup, walk, fill, cancel, translate), and
 * what they call back, are watched in a build with FL_CHECKED.
 */
#ifndef ENGINE_H
#define ENGINE_H

#include "iommu.h"

#ifdef __cplusplus
extern "C" {
#endif

enum engine_call {
	CALL_NONE,
	CALL_LOOKUP,
	CALL_WALK,
	CALL_FILL,
	CALL_CANCEL,
	CALL_TRANSLATE,
	CALL_MMIO_READ,
	CALL_MMIO_WRITE,
	CALL_PAGE_REQUEST,
	CALL_ATS_INV_DONE,
	CALL_STEP,
	CALL_RESET,
	CALL_SAVE,
	CALL_RESTORE,
	CALL_CONCERNS,
	CALL_COUNT
};

/* Calls that may act for transactions whose outcome is known: rule 4 of the contract. */
#define CALLS_THAT_ACT (BIT(CALL_MMIO_WRITE) | BIT(CALL_STEP) | BIT(CALL_RESET))

/* Its other rows: who may use memory and send messages, tell of events, drive interrupts. */
#define CALLS_WITH_MEMORY \
	((BIT(CALL_COUNT) - 2) & ~(BIT(CALL_MMIO_READ) | BIT(CALL_SAVE) | BIT(CALL_RESTORE) | BIT(CALL_CONCERNS)))
#define CALLS_WITH_EVENTS (CALLS_WITH_MEMORY | BIT(CALL_MMIO_READ))
#define CALLS_WITH_IRQS	  (CALLS_WITH_EVENTS | BIT(CALL_RESTORE))

struct engine_guard {
	u8 call;     /* enum engine_call: the one under way */
	u8 in_event; /* with FL_CHECKED: iommu_ops.event runs */
};

/* A holder broke the contract, or (@callback) the engine did: does not return. */
void engine_bad_call(const struct engine_guard *g, enum engine_call call);
void engine_bad_callback(const struct engine_guard *g, const char *callback);

static inline void engine_enter(struct engine_guard *g, enum engine_call call)
{
	if (unlikely(g->call))
		engine_bad_call(g, call);
	g->call = (u8)call;
}

static inline void engine_leave(struct engine_guard *g)
{
	g->call = CALL_NONE;
}

#ifdef FL_CHECKED
#define engine_enter_access(g, call) engine_enter(g, call)
#define engine_leave_access(g)	     engine_leave(g)
#define FL_CHECKED_CALLS	     1
#else
#define engine_enter_access(g, call) ((void)(g))
#define engine_leave_access(g)	     ((void)(g))
#define FL_CHECKED_CALLS	     0
#endif

/**
 * engine_calls_back() - asserts that the call under way may make a callback
 * @calls: bit n: enum engine_call n may; e.g. CALLS_THAT_ACT
 * @callback: its name, for the message
 */
static inline void engine_calls_back(const struct engine_guard *g, u32 calls, const char *callback)
{
	if (unlikely(!(BIT(g->call) & calls)))
		engine_bad_callback(g, callback);
}

/* The same for what calls of every access make as well. */
static inline void engine_calls_back_access(const struct engine_guard *g, u32 calls, const char *callback)
{
	if (FL_CHECKED_CALLS)
		engine_calls_back(g, calls, callback);
}

/* Tell the holder, if it listens. Commands and the end of a SYNC act for others. */
static inline void engine_event(struct engine_guard *g, const struct iommu_ops *ops, void *ctx,
				const struct iommu_event *ev)
{
	if (likely(!ops->event))
		return;
	if (ev->kind == IOMMU_EV_COMMAND || ev->kind == IOMMU_EV_SYNC)
		engine_calls_back(g, CALLS_THAT_ACT, "event of a command");
	engine_calls_back_access(g, CALLS_WITH_EVENTS, "event");
	if (FL_CHECKED_CALLS)
		g->in_event++;
	ops->event(ctx, ev);
	if (FL_CHECKED_CALLS)
		g->in_event--;
}

/* iommu_class.concerns: between calls, or from within an event. */
static inline void engine_asks(const struct engine_guard *g)
{
	if (FL_CHECKED_CALLS && unlikely(g->call && !g->in_event))
		engine_bad_call(g, CALL_CONCERNS);
}

#ifdef __cplusplus
}
#endif

#endif /* ENGINE_H */
