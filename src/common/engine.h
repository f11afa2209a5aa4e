/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The guard of the contract between an engine and its holder (iommu.h): which
 * call is under way, and what may be called back from within it.
 *
 * Rare calls are watched always. Those that every access makes (lookup, walk,
 * fill, cancel, translate) are watched in a build with FL_CHECKED.
 */
#ifndef ENGINE_H
#define ENGINE_H

#include "fl_env.h"

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
	CALL_COUNT
};

/* Calls that may act for transactions whose outcome is known: rule 4 of the contract. */
#define CALLS_THAT_ACT (BIT(CALL_MMIO_WRITE) | BIT(CALL_STEP) | BIT(CALL_RESET))

struct engine_guard {
	u8 call; /* enum engine_call: the one under way */
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
#else
#define engine_enter_access(g, call) ((void)(g))
#define engine_leave_access(g)	     ((void)(g))
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

#ifdef __cplusplus
}
#endif

#endif /* ENGINE_H */
