/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A random holder of an engine, and the accounts that it keeps. The accounts know
 * the contract (iommu.h) and what the software of the test has written into its
 * queues and tables, and nothing of the engine.
 *
 * All that decides how a run goes on is in struct ct_state, without a pointer: a
 * copy of it, with an image of the engine, is a simulation that can be continued.
 */
#ifndef CONTRACT_H
#define CONTRACT_H

#include "engine.h"
#include "image.h"
#include "iommu.h"

#ifdef __cplusplus
extern "C" {
#endif

#define CT_MEM_BYTES (1U << 20)
#define CT_TABLES    0x20000 /* page tables from here on; below: what each engine's software lays out */
#define CT_TXNS	     24
#define CT_SIDS	     6
#define CT_PAGES     8 /* of each stream, in the random test */
#define CT_INVS	     32
#define CT_GROUPS    16
#define CT_WAITS     160
#define CT_SYNCS     5 /* SMMUv2: four banks, then the global one; the others use the first */
#define CT_LOG	     2048
#define CT_LINES     160
#define CT_RECORDS   32

/* Where a transaction is. CT_PAGED: its endpoint waits for a page response. */
enum ct_where { CT_IDLE, CT_READY, CT_WALK, CT_STALLED, CT_WAITING, CT_PAGED };

/**
 * struct ct_txn - a transaction
 * @where: enum ct_where
 * @dead: its walk was in flight at a reset
 * @begun: ct_state.invs when its walk began
 * @overtaken: by SYNC: ct_state.commands when an invalidation of everything overtook the walk; 0: none
 */
struct ct_txn {
	struct dma_txn t;
	u8 where;
	bool dead;
	u64 begun;
	u64 overtaken[CT_SYNCS];
};

/* A SYNC, wait descriptor or TLBSYNC on its way: which, and ct_state.commands when it began. */
struct ct_wait {
	u32 sync;
	u64 at;
};

/* A page request group for which its endpoint waits. @txn: slot + 1 */
struct ct_group {
	bool used, last_sent;
	u32 sid;
	u32 txn;
	u64 page;
};

/* A fault record that the software has read and not answered. */
struct ct_record {
	u32 sid, tag;
	u64 addr;
};

/**
 * struct ct_past - where a page was before: until an invalidation of it is executed and a SYNC behind that is done
 * @more: there were more than @pa holds
 * @gone: by SYNC: ct_state.commands when the invalidation was executed; 0: none since it was mapped
 */
struct ct_past {
	u64 pa[4];
	u32 n;
	bool more;
	u64 gone[CT_SYNCS];
};

/**
 * struct ct_state - all of a run but the engine
 * @commands: executed, as events told; @invs: of them, and of register writes, those that may make walks stale
 * @page: what the software's tables say: address and PERM_*
 * @prod, @executed: of the command queue, in entries: written, and executed as events told
 * @head: what the software has read of its record queue, in entries
 * @enables: SMMUv3: CR0 as software wrote it
 * @records: SMMUv3: read and unanswered stalls
 * @ended: transactions that have ended, by outcome; @log: each of a trace
 * @gentle: no register write that loses page responses: endpoints of the models do not give up
 * @timed_out: SMMUv3: an ATS invalidation has timed out, and no SYNC has failed since (3.9.1.4)
 * @used: end of what is used of @mem
 */
struct ct_state {
	u64 rng, step, next_id;
	u64 seed;
	u64 commands, invs;
	struct ct_txn txn[CT_TXNS];
	struct ats_inv inv[CT_INVS];
	struct ct_group group[CT_GROUPS];
	struct ct_wait wait[CT_WAITS];
	struct ct_record record[CT_RECORDS];
	u64 page[CT_SIDS][CT_PAGES];
	struct ct_past past[CT_SIDS][CT_PAGES];
	u64 root[CT_SIDS];
	u32 n_inv, n_wait, n_record;
	u32 prod, executed, head, remaps;
	u32 enables;
	u64 counts[16];
	u64 log[CT_LOG][2];
	u32 n_log, trace_at;
	bool trace, gentle, timed_out;
	bool irq[CT_LINES];
	u32 used;
	u8 mem[CT_MEM_BYTES];
};

/* struct ct_state.counts */
enum ct_count {
	CT_ENDED_OK,
	CT_ENDED_BADLY,
	CT_N_STALLS,
	CT_N_WAITS,
	CT_N_RESUMES,
	CT_N_SYNCS,
	CT_N_SYNCS_LATE,
	CT_N_CANCELS,
	CT_N_ATS,
	CT_N_RESPONSES,
	CT_N_RESETS,
	CT_N_RESTORES,
	CT_N_COMMANDS,
	CT_N_PLACES,
	CT_N_PAST,
	CT_COUNTS
};

#define CT_EVERYWHERE ~0ULL

struct ct;

/* Commands, or a SYNC: none is open, some are, or software has to clear an error or to enable the queue first. */
enum ct_open { CT_NONE_OPEN, CT_OPEN, CT_STOPPED };

/* What used to run on within fill, cancel and ats_inv_done runs there again: the accounts have to find it. */
struct ct_old_order {
	enum xlat (*fill)(void *hw, struct iommu_walk *w);
	void (*cancel)(void *hw, struct iommu_walk *w);
	bool (*ats_inv_done)(void *hw, u32 sid, u8 itag, bool ok);
};

/**
 * struct ct_engine - the software of one kind of hardware
 * @old_order: the calls that acted for others before there was a step
 * @slots_by_tbu: each TBU has slots of its own, else all share them; @slots of TBU n; none: it never stalls
 * @link, @leaf: words of its page tables; @leaf of no permission is 0
 * @lay_out: structures in memory (once); @bring_up: registers, as after power-on
 * @txn: a random transaction's stream, port and flags
 * @command: a random piece of work for the hardware
 * @invalidate: software has changed @iova of @sid (CT_EVERYWHERE: all of it): invalidation and SYNC
 * @service: read at most @n records and answer them; @how 0: as chance has it, 1: map and retry, 2: terminate
 * @poke: write some register that software may write at any time; @sane: all as bring_up left it
 * @event: an event of the hardware
 * @held: enum ct_open
 * @timeout_ends_waits: an ATS invalidation that times out ends the waits that are open
 * @regs: ranges of registers that a comparison reads: first, end
 */
struct ct_engine {
	const struct iommu_class *cls;
	const struct ct_old_order *old_order;
	size_t hw_bytes;
	u32 n_sids;
	bool slots_by_tbu;
	u8 slots[4];
	int (*init)(void *hw, const struct iommu_ops *ops, void *ctx, u64 variant);
	void (*exit)(void *hw);
	u64 link;
	u64 (*leaf)(u32 sid, u8 perm);
	void (*lay_out)(struct ct *c);
	void (*bring_up)(struct ct *c);
	void (*txn)(struct ct *c, struct dma_txn *t);
	void (*command)(struct ct *c);
	void (*invalidate)(struct ct *c, u32 sid, u64 iova);
	void (*service)(struct ct *c, u32 n, u32 how);
	void (*poke)(struct ct *c);
	void (*sane)(struct ct *c);
	void (*event)(struct ct *c, const struct iommu_event *ev);
	enum ct_open (*held)(struct ct *c);
	bool timeout_ends_waits;
	u32 regs[4][2];
};

/*
 * The rows of a struct ct_engine that are the same for all: @hw is the engine's name, and its software has a
 * function of the field's name for each. CT_CALLS(hw) makes those that only name the engine.
 */
#define CT_ENGINE(hw)                                                                                          \
	.cls = &hw##_class, .old_order = &old_order, .hw_bytes = sizeof(struct hw), .n_sids = 4, .init = init, \
	.exit = end, .leaf = leaf, .lay_out = lay_out, .bring_up = bring_up, .txn = txn, .command = command,   \
	.invalidate = invalidate, .service = service, .poke = poke, .sane = sane, .event = event, .held = held

#define CT_CALLS(hw)                                                     \
	static void end(void *h)                                         \
	{                                                                \
		hw##_exit(h);                                            \
	}                                                                \
                                                                         \
	static enum xlat old_fill(void *h, struct iommu_walk *w)         \
	{                                                                \
		enum xlat x = hw##_class.fill(h, w);                     \
                                                                         \
		hw##_class.step(h);                                      \
		return x;                                                \
	}                                                                \
                                                                         \
	static void old_cancel(void *h, struct iommu_walk *w)            \
	{                                                                \
		hw##_class.cancel(h, w);                                 \
		hw##_class.step(h);                                      \
	}                                                                \
                                                                         \
	static bool old_ats_inv_done(void *h, u32 sid, u8 itag, bool ok) \
	{                                                                \
		bool seen = hw##_class.ats_inv_done(h, sid, itag, ok);   \
                                                                         \
		hw##_class.step(h);                                      \
		return seen;                                             \
	}                                                                \
                                                                         \
	static const struct ct_old_order old_order = { old_fill, old_cancel, old_ats_inv_done };

extern const struct ct_engine ct_smmuv3, ct_vtd, ct_smmuv2;

/**
 * struct ct - a run
 * @hw, @spare: the engine, and one to restore into
 * @call, @about: the call under way, and the slot of its transaction + 1
 * @owes_step: fill, cancel or ats_inv_done came after the last step
 * @spare_call: the call under way is into the spare
 * @spare_irq: its interrupt lines
 * @why: what the accounts have found; empty: nothing
 */
struct ct {
	struct ct_state s;
	const struct ct_engine *e;
	struct iommu_class cls;
	struct iommu_ops ops;
	void *hw, *spare;
	struct iommu_walk walk[CT_TXNS];
	u8 call;
	u32 about;
	bool owes_step;
	bool spare_call;
	bool silent; /* no record, interrupt or event of a fault may come */
	bool spare_irq[CT_LINES];
	char why[256];
};

/* Which calls are in the old order. */
#define CT_OLD_FILL   BIT(0)
#define CT_OLD_CANCEL BIT(1)
#define CT_OLD_ATS    BIT(2)

/* A run of @e; its variant and all that it does depend on @seed. @old: CT_OLD_*. */
struct ct *ct_new(const struct ct_engine *e, u64 seed, u32 old);
/* The software and the accounts alone: the caller sets hw and cls, then calls ct_bring_up(). */
struct ct *ct_new_software(const struct ct_engine *e, u64 seed);
void ct_free(struct ct *c);
/* One random step. False: c->why. */
bool ct_step(struct ct *c);
/* Let everything end, and look whether all is at rest. False: c->why. */
bool ct_quiesce(struct ct *c);

/* One access of a trace (ct_state.trace), and whatever the software does meanwhile. */
struct ct_access {
	u32 sid;
	u64 iova;
	u16 flags;
};
bool ct_trace_step(struct ct *c, const struct ct_access *a, u32 n);
/* ct_reset() as software sees it; ct_bring_up() makes it work again. */
void ct_reset(struct ct *c);
void ct_bring_up(struct ct *c);

/* For the adapters. */
u32 ct_rand(struct ct *c, u32 n);
static inline bool ct_one_in(struct ct *c, u32 n)
{
	return !ct_rand(c, n);
}
void ct_fail(struct ct *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
u64 ct_read(struct ct *c, u64 offset, unsigned int size);
void ct_write(struct ct *c, u64 offset, u64 value, unsigned int size);
u64 ct_peek(struct ct *c, u64 pa);
void ct_poke(struct ct *c, u64 pa, u64 word);
/* Map a page of @sid (@perm 0: unmap it), in memory only. */
void ct_map(struct ct *c, u32 sid, u64 iova, u8 perm);
/* An invalidation of everything (of @sid, or ~0: of all) has been executed, for which SYNC @sync waits. */
void ct_overtake(struct ct *c, u32 sync, u32 sid);
/* An invalidation of @iova (or CT_EVERYWHERE) of @sid (~0: of all) has been executed, for which SYNC @sync waits. */
void ct_invalidated(struct ct *c, u32 sync, u32 sid, u64 iova);
/* SYNC @sync has begun to wait; there is one of a kind at a time, or (@queue) many, in order. */
void ct_wait_begin(struct ct *c, u32 sync, bool queue);
void ct_wait_done(struct ct *c, u32 sync);
u32 ct_count(const struct ct *c, enum ct_where where);

#ifdef __cplusplus
}
#endif

#endif /* CONTRACT_H */
