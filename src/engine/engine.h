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

/* The other rows of rule 4: who may use memory and send messages, report events, drive interrupts. */
#define CALLS_WITH_MEMORY \
	((BIT(CALL_COUNT) - 2) & ~(BIT(CALL_MMIO_READ) | BIT(CALL_SAVE) | BIT(CALL_RESTORE) | BIT(CALL_CONCERNS)))
#define CALLS_WITH_EVENTS (CALLS_WITH_MEMORY | BIT(CALL_MMIO_READ))
#define CALLS_WITH_IRQS	  (CALLS_WITH_EVENTS | BIT(CALL_RESTORE))

/**
 * struct engine_guard - which call of an engine is under way
 * @call: enum engine_call; CALL_NONE between calls
 * @in_event: with FL_CHECKED: depth of iommu_ops.event callbacks that run
 */
struct engine_guard {
	u8 call;
	u8 in_event;
};

/**
 * engine_bad_call() - report a call that breaks the contract, and end the program
 * @g: guard of the engine, which names the call under way
 * @call: the call that must not be made now
 */
void engine_bad_call(const struct engine_guard *g, enum engine_call call);

/**
 * engine_bad_callback() - report a callback that the call under way may not make, and end the program
 * @g: guard of the engine
 * @callback: name of the callback, for the message
 */
void engine_bad_callback(const struct engine_guard *g, const char *callback);

/**
 * engine_enter() - note that a rare call begins; ends the program if another is under way
 * @g: guard of the engine
 * @call: the call that begins, never CALL_NONE
 */
static inline void engine_enter(struct engine_guard *g, enum engine_call call)
{
	if (unlikely(g->call))
		engine_bad_call(g, call);
	g->call = (u8)call;
}

/**
 * engine_leave() - note that the call under way ends
 * @g: guard of the engine
 */
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
 * engine_calls_back() - assert that the call under way may make a callback
 * @g: guard of the engine
 * @calls: bit n set: enum engine_call n may make it; e.g. CALLS_THAT_ACT
 * @callback: its name, for the message
 */
static inline void engine_calls_back(const struct engine_guard *g, u32 calls, const char *callback)
{
	if (unlikely(!(BIT(g->call) & calls)))
		engine_bad_callback(g, callback);
}

/**
 * engine_calls_back_access() - as engine_calls_back(), for callbacks of calls that every access makes
 * @g: guard of the engine
 * @calls: bit n set: enum engine_call n may make it
 * @callback: name of the callback, for the message
 *
 * Checked in a build with FL_CHECKED only.
 */
static inline void engine_calls_back_access(const struct engine_guard *g, u32 calls, const char *callback)
{
	if (FL_CHECKED_CALLS)
		engine_calls_back(g, calls, callback);
}

/**
 * engine_event() - pass an event to iommu_ops.event, if the holder listens
 * @g: guard of the engine
 * @ops: operations of the holder
 * @ctx: first argument of @ops
 * @ev: the event; valid during the callback
 *
 * Commands and the end of a SYNC act for others, so only calls in CALLS_THAT_ACT may report them.
 */
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

/**
 * engine_asks() - assert that iommu_class.concerns is called between calls or from within an event
 * @g: guard of the engine
 *
 * Checked in a build with FL_CHECKED only.
 */
static inline void engine_asks(const struct engine_guard *g)
{
	if (FL_CHECKED_CALLS && unlikely(g->call && !g->in_event))
		engine_bad_call(g, CALL_CONCERNS);
}

#ifdef __cplusplus
}
#endif

#endif /* ENGINE_H */
