/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What every engine does alike. Each IOMMU's struct begins with a struct engine: the holder's services, the caches, the
 * walks in flight, the slots of stalled transactions, the tags of ATS invalidations.
 *
 * It also guards the contract between an engine and its holder (iommu.h): which call is under way, and what may be
 * called back from within it. Rare calls are watched always, and so is who acts for other transactions. The calls that
 * every access makes (lookup, walk, fill, cancel, translate), and what they call back, are watched in a build with
 * FL_CHECKED.
 */
#ifndef ENGINE_H
#define ENGINE_H

#include "iommu.h"
#include "tcache.h"

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
 * struct engine_hooks - what one kind of engine does within the calls that all share; @hw is the engine
 * @kind: name of the kind, as in images
 * @version: layout of the kind's own part of an image
 * @tells_steps: lookups of the walk caches are reported as events
 * @walk: as in struct iommu_class, and so the next ones
 * @fill: ends the walk with engine_unlink()
 * @mmio_read: also for places that are reserved
 * @mmio_write: likewise
 * @page_request: NULL without endpoints
 * @ats_inv_done: likewise
 * @step: something is owed (engine.owed, which it clears)
 * @end_transactions: a reset begins: each stalled transaction ends, waiting ones are notified; NULL: there are none
 * @power_on: the state after power-on, but for what struct engine holds. Nobody is notified.
 * @config: digest of the configuration without the caches' geometry
 * @exchange: saves or loads everything but what struct engine holds, which has been loaded before
 * @restored: an image has been loaded: interrupt lines are driven again; NULL: none are levels
 * @entry_ok: whether a loaded entry of a cache can be used without harm
 * @stats: fills in what is not about the caches
 */
struct engine_hooks {
	const char *kind;
	u32 version;
	bool tells_steps;
	enum xlat (*walk)(void *hw, const struct dma_txn *t, struct iommu_walk *w);
	enum xlat (*fill)(void *hw, struct iommu_walk *w);
	u64 (*mmio_read)(void *hw, u64 offset, unsigned int size);
	void (*mmio_write)(void *hw, u64 offset, u64 value, unsigned int size);
	void (*page_request)(void *hw, const struct page_request *pr);
	bool (*ats_inv_done)(void *hw, u32 sid, u8 itag, bool ok);
	void (*step)(void *hw);
	void (*end_transactions)(void *hw);
	void (*power_on)(void *hw);
	u64 (*config)(const void *hw);
	void (*exchange)(void *hw, struct iommu_image *img);
	void (*restored)(void *hw);
	bool (*entry_ok)(const void *hw, enum iommu_unit unit, const struct tcache_entry *e);
	void (*stats)(const void *hw, struct iommu_stats *st);
};

/**
 * struct engine_list - a list of slots of stalled transactions, oldest first
 * @head: index + 1 of the first slot; 0: empty
 * @tail: index + 1 of the last slot
 */
struct engine_list {
	u32 head, tail;
};

#define ENGINE_ITAGS 32

/**
 * struct engine_itag - an outstanding ATS invalidation
 * @seq: number of its command; 0: free
 * @sid: requester ID
 */
struct engine_itag {
	u64 seq;
	u32 sid;
};

#define ENGINE_MAX_COUNTERS 16

/**
 * struct engine - what every engine has, the first member of each IOMMU's struct; private but for @cache and @walks
 * @ops: services of the holder
 * @ctx: first argument of @ops
 * @hooks: what this kind does
 * @call: enum engine_call that is under way; CALL_NONE between calls
 * @in_event: with FL_CHECKED: depth of iommu_ops.event callbacks that run
 * @loud: HIT and MISS of lookup are wanted
 * @owed: something that others wait for has become possible since the last step
 * @n_caches: caches in use, in the order of enum iommu_unit
 * @n_itags: invalidation tags in use
 * @cache: by enum iommu_unit
 * @walks: walks in flight
 * @stale_in_flight: of these the stale ones
 * @seq: number of the last command (SMMUv2: also of the last stall)
 * @step_levels: hits of the two walk caches: iommu_cache_stats.at_level
 * @itags: ATS invalidations, by invalidation tag
 * @slot_next: of each slot for a stalled transaction the next in its list, index + 1
 * @n_slots: number of slots
 * @slots_used: slots that are not in @free_slots
 * @free_slots: the free ones, in the order in which they became free
 * @counters: the kind's statistics, kept in images; a reset does not clear them
 * @n_counters: their number
 * @own_walk: walk of translate
 */
struct engine {
	const struct iommu_ops *ops;
	void *ctx;
	const struct engine_hooks *hooks;
	u8 call;
	u8 in_event;
	bool loud;
	bool owed;
	u8 n_caches;
	u8 n_itags;
	struct tcache cache[UNIT_CMDQ];
	struct iommu_walk *walks;
	u32 stale_in_flight;
	u64 seq;
	u64 step_levels[2][IOMMU_WALK_LEVELS];
	struct engine_itag itags[ENGINE_ITAGS];
	u32 *slot_next;
	u32 n_slots, slots_used;
	struct engine_list free_slots;
	u64 *counters;
	u32 n_counters;
	struct iommu_walk own_walk;
};

/* ---- life ---- */

/**
 * engine_init() - begin an engine: services and counters; caches and slots follow, then engine_start()
 * @e: zeroed; the kind's engine_exit() is engine_exit() at least
 * @hooks: kept
 * @ops: kept
 * @ctx: first argument of @ops
 * @counters: the kind's statistics, all u64
 * @bytes: their size
 */
void engine_init(struct engine *e, const struct engine_hooks *hooks, const struct iommu_ops *ops, void *ctx,
		 void *counters, size_t bytes);

/**
 * engine_init_cache() - make the cache of a unit; the units' order counts
 * @e: the engine
 * @unit: enum iommu_unit
 * @cfg: geometry, filled in where all of it is zero; sets 0 and ways 1: no such cache
 * @sets: the default
 * @ways: the default
 *
 * Return: 0, -EINVAL, -ENOMEM.
 */
int engine_init_cache(struct engine *e, enum iommu_unit unit, struct tcache_cfg *cfg, u32 sets, u32 ways);

/**
 * engine_init_slots() - make slots for stalled transactions
 * @e: the engine
 * @n: their number
 *
 * Return: 0 or -ENOMEM.
 */
int engine_init_slots(struct engine *e, u32 n);

/**
 * engine_start() - the state after power-on; everything is allocated
 * @e: the engine
 */
void engine_start(struct engine *e);

/**
 * engine_exit() - free what struct engine holds
 * @e: the engine
 */
void engine_exit(struct engine *e);

/* ---- the guard ---- */

/**
 * engine_bad_call() - report a call that breaks the contract, and end the program
 * @e: the engine, which names the call under way
 * @call: the call that must not be made now
 */
void engine_bad_call(const struct engine *e, enum engine_call call);

/**
 * engine_bad_callback() - report a callback that the call under way may not make, and end the program
 * @e: the engine
 * @callback: name of the callback, for the message
 */
void engine_bad_callback(const struct engine *e, const char *callback);

/**
 * engine_enter() - note that a rare call begins; ends the program if another is under way
 * @e: the engine
 * @call: the call that begins, never CALL_NONE
 */
static inline void engine_enter(struct engine *e, enum engine_call call)
{
	if (unlikely(e->call))
		engine_bad_call(e, call);
	e->call = (u8)call;
}

/**
 * engine_leave() - note that the call under way ends
 * @e: the engine
 */
static inline void engine_leave(struct engine *e)
{
	e->call = CALL_NONE;
}

#ifdef FL_CHECKED
#define engine_enter_access(e, call) engine_enter(e, call)
#define engine_leave_access(e)	     engine_leave(e)
#define FL_CHECKED_CALLS	     1
#else
#define engine_enter_access(e, call) ((void)(e))
#define engine_leave_access(e)	     ((void)(e))
#define FL_CHECKED_CALLS	     0
#endif

/**
 * engine_calls_back() - assert that the call under way may make a callback
 * @e: the engine
 * @calls: bit n set: enum engine_call n may make it; e.g. CALLS_THAT_ACT
 * @callback: its name, for the message
 */
static inline void engine_calls_back(const struct engine *e, u32 calls, const char *callback)
{
	if (unlikely(!(BIT(e->call) & calls)))
		engine_bad_callback(e, callback);
}

/**
 * engine_calls_back_access() - as engine_calls_back(), for callbacks of calls that every access makes
 * @e: the engine
 * @calls: bit n set: enum engine_call n may make it
 * @callback: name of the callback, for the message
 *
 * Checked in a build with FL_CHECKED only.
 */
static inline void engine_calls_back_access(const struct engine *e, u32 calls, const char *callback)
{
	if (FL_CHECKED_CALLS)
		engine_calls_back(e, calls, callback);
}

/**
 * engine_asks() - assert that iommu_class.concerns is called between calls or from within an event
 * @e: the engine
 *
 * Checked in a build with FL_CHECKED only.
 */
static inline void engine_asks(const struct engine *e)
{
	if (FL_CHECKED_CALLS && unlikely(e->call && !e->in_event))
		engine_bad_call(e, CALL_CONCERNS);
}

/* ---- services of the holder ---- */

/**
 * engine_event() - pass an event to iommu_ops.event, if the holder listens
 * @e: the engine
 * @ev: the event; valid during the callback
 *
 * Commands and the end of a SYNC act for others, so only calls in CALLS_THAT_ACT may report them.
 */
static inline void engine_event(struct engine *e, const struct iommu_event *ev)
{
	if (likely(!e->ops->event))
		return;
	if (ev->kind == IOMMU_EV_COMMAND || ev->kind == IOMMU_EV_SYNC)
		engine_calls_back(e, CALLS_THAT_ACT, "event of a command");
	engine_calls_back_access(e, CALLS_WITH_EVENTS, "event");
	if (FL_CHECKED_CALLS)
		e->in_event++;
	e->ops->event(e->ctx, ev);
	if (FL_CHECKED_CALLS)
		e->in_event--;
}

/**
 * engine_cache_event() - report HIT or MISS of a cache
 * @e: the engine
 * @unit: enum iommu_unit
 * @hit: whether it was one
 * @sid: StreamID or requester ID, 0 where the unit has none
 * @addr: address that was looked for
 * @id: of the transaction, or 0
 */
void engine_cache_event(struct engine *e, enum iommu_unit unit, bool hit, u32 sid, u64 addr, u64 id);

/**
 * engine_fault_event() - report that a transaction is terminated
 * @e: the engine
 * @t: the transaction
 * @code: the fault
 */
#ifndef __cplusplus /* its holders call no such thing */
static inline void engine_fault_event(struct engine *e, const struct dma_txn *t, u16 code)
{
	struct iommu_event ev = { .kind = IOMMU_EV_FAULT, .code = code, .sid = t->sid, .addr = t->iova, .id = t->id };

	engine_event(e, &ev);
}
#endif

/**
 * engine_dropped() - report an invalidation
 * @e: the engine
 * @unit: enum iommu_unit
 * @n: entries dropped
 * @scope: what it concerns
 */
void engine_dropped(struct engine *e, enum iommu_unit unit, u32 n, const struct iommu_scope *scope);

/**
 * engine_changed() - report that a register changed what translates
 * @e: the engine
 * @scope: what is concerned; NULL: everything
 */
void engine_changed(struct engine *e, const struct iommu_scope *scope);

/**
 * engine_mem_read() - read memory
 * @e: the engine
 * @pa: physical address
 * @buf: filled in
 * @len: bytes
 *
 * Return: 0 or -EIO.
 */
static inline int engine_mem_read(struct engine *e, u64 pa, void *buf, u32 len)
{
	engine_calls_back_access(e, CALLS_WITH_MEMORY, "mem_read");
	return e->ops->mem_read(e->ctx, pa, buf, len);
}

/**
 * engine_read_words() - read an entry of a configuration structure, little-endian words
 * @e: the engine
 * @w: the walk that it is for, which lists the access; or NULL
 * @pa: physical address
 * @words: filled in; nothing to rely on after an error
 * @n: number of words
 *
 * Return: 0 or -EIO.
 */
int engine_read_words(struct engine *e, struct iommu_walk *w, u64 pa, u64 *words, u32 n);

/**
 * engine_mem_write() - write memory outside a walk, and report that so that the access can be priced
 * @e: the engine
 * @unit: the queue it belongs to
 * @pa: physical address
 * @buf: what is written
 * @len: bytes
 *
 * Return: 0 or -EIO.
 */
#ifndef __cplusplus /* its holders call no such thing */
static inline int engine_mem_write(struct engine *e, enum iommu_unit unit, u64 pa, const void *buf, u32 len)
{
	struct iommu_event ev = { .kind = IOMMU_EV_MEM_WRITE, .unit = unit, .len = len, .addr = pa };

	engine_event(e, &ev);
	engine_calls_back_access(e, CALLS_WITH_MEMORY, "mem_write");
	return e->ops->mem_write(e->ctx, pa, buf, len);
}
#endif

/**
 * engine_respond() - send a page group response to its endpoint
 * @e: the engine
 * @resp: the response
 */
void engine_respond(struct engine *e, const struct page_response *resp);

/**
 * engine_auto_respond() - answer a page request without software
 * @e: the engine
 * @pr: the request
 * @code: the answer
 * @pasid: the answer carries the request's PASID
 */
void engine_auto_respond(struct engine *e, const struct page_request *pr, enum prg_code code, bool pasid);

/**
 * engine_is_stop_marker() - whether a request ends the requests of a PASID (PCIe 10.4.1.2.1)
 * @pr: the request
 *
 * Without PASID the same bits are a request that wants nothing but the end of its group.
 *
 * Return: true if it is.
 */
static inline bool engine_is_stop_marker(const struct page_request *pr)
{
	return pr->pasid_valid && pr->last && !(pr->perm & (PERM_R | PERM_W));
}

/* ---- translations ---- */

/* tcache_entry.data of a TLB; the word between them is the kind's own */
#define TLB_PA	   0
#define TLB_ANSWER 2 /* xlat_answer() with .perm for a user */

/**
 * engine_answer() - what a TLB entry says about an access
 * @x: the entry
 * @addr: address of the access as the TLB sees it
 * @flags: DMA_* of the access, after any override
 * @r: filled in
 */
static inline void engine_answer(const struct tcache_entry *x, u64 addr, u32 flags, struct xlat_result *r)
{
	r->pa = x->data[TLB_PA] | (addr & ((1ULL << x->shift) - 1));
	xlat_set_answer(r, x->data[TLB_ANSWER]);
	if (unlikely(flags & DMA_PRIV))
		r->perm = r->priv_perm;
}

/**
 * engine_tlb_entry_ok() - whether a loaded TLB entry agrees with itself: its sizes are one, and its address is aligned
 * @x: the entry
 * @max_shift: log2 of the largest region
 * @pa_mask: address bits that exist
 * @r: filled in with its answer
 *
 * Return: false if it cannot be one.
 */
bool engine_tlb_entry_ok(const struct tcache_entry *x, u8 max_shift, u64 pa_mask, struct xlat_result *r);

/* ---- walks in flight ---- */

/**
 * engine_link() - begin a walk
 * @e: the engine
 * @t: the transaction
 * @w: the walk, which is put on the list without an outcome
 */
static inline void engine_link(struct engine *e, const struct dma_txn *t, struct iommu_walk *w)
{
	w->txn = *t;
	memset(&w->res, 0, sizeof(w->res));
	w->stale = false;
	w->n_accesses = 0;
	w->next = e->walks;
	w->pprev = &e->walks;
	if (w->next)
		w->next->pprev = &w->next;
	e->walks = w;
}

/**
 * engine_unlink() - end a walk; a command may wait for one that is stale, so the next step looks
 * @e: the engine
 * @w: the walk
 */
static inline void engine_unlink(struct engine *e, struct iommu_walk *w)
{
	*w->pprev = w->next;
	if (w->next)
		w->next->pprev = w->pprev;
	if (unlikely(w->stale)) {
		e->stale_in_flight--;
		e->owed = true;
	}
}

/**
 * engine_overtake() - an invalidation has come between: the walk installs nothing
 * @e: the engine
 * @w: the walk
 *
 * The first one counts: what waits for it must still find the walk after a later one.
 */
static inline void engine_overtake(struct engine *e, struct iommu_walk *w)
{
	if (w->stale)
		return;
	w->stale = true;
	w->stale_seq = e->seq;
	e->stale_in_flight++;
}

#ifdef __cplusplus
}
#endif

#endif /* ENGINE_H */
