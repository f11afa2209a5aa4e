/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What every hardware engine shares with whoever holds it: a transaction, its
 * outcome, the record of a walk, the events, and the services that an engine
 * needs. Engines know no time: they decide at once and say what happened.
 *
 * The contract between an engine and its holder
 *
 * 1. One call at a time. A holder makes the next call into an engine after the
 *    previous one has returned, on whatever stack. No callback of iommu_ops may
 *    call the same engine, with one exception: iommu_class.concerns from within
 *    iommu_ops.event. A message or a queue write that lands in the engine's own
 *    registers takes effect after the call.
 * 2. A call about one transaction acts for that transaction alone. Until lookup,
 *    walk, fill or translate has returned its outcome, no other transaction,
 *    command or endpoint hears anything; cancel and ats_inv_done act for nobody.
 *    What such a call has made possible (a SYNC that waited for a walk, the
 *    commands behind it, a wait descriptor) happens in iommu_class.step.
 * 3. The holder calls step after fill, cancel and ats_inv_done, once it has dealt
 *    with their outcome: noted a stalled transaction, put one that waits where
 *    stall_free finds it. A call that comes before the step is allowed and sees
 *    the state from before it. step never has to be called twice in a row.
 * 4. What each call may call back:
 *
 *    callback                        from within
 *    mem_read, mem_cas64             every call but mmio_read, save and restore
 *    mem_write, event, irq, msi      the same; lookup writes and interrupts only for
 *                                    a fault that needs no walk
 *    event, irq                      also mmio_read whose access is itself a fault (SMMUv2);
 *                                    irq: also restore
 *    txn_resume, stall_free,         mmio_write, step, reset
 *    ats_invalidate, sync_write
 *    page_response                   those, and page_request
 *
 *    All of them on the caller's stack, before the call returns. A transaction is
 *    resumed only after XLAT_STALL has been returned for it, and exactly once;
 *    stall_free concerns transactions for which XLAT_WAIT has been returned.
 * 5. Interrupts are raised when their cause is visible in registers and memory;
 *    a handler runs after the call.
 *
 * A call from within a callback ends the program with the names of both calls.
 * engine.h watches over this.
 */
#ifndef IOMMU_H
#define IOMMU_H

#include "fl_env.h"

struct iommu_image;

/* What a transaction asks for: dma_txn.flags */
#define DMA_WRITE      BIT(0) /* else a read */
#define DMA_EXEC       BIT(1) /* instruction fetch (InD, ER); excludes DMA_WRITE */
#define DMA_PRIV       BIT(2) /* privileged */
#define DMA_PASID      BIT(3) /* pasid (SubstreamID) is valid */
#define DMA_ATS_REQ    BIT(4) /* PCIe ATS translation request (AT=01) */
#define DMA_TRANSLATED BIT(5) /* PCIe translated request (AT=10) */
#define DMA_NO_WRITE   BIT(6) /* translation request with NW: write permission is not wanted */
#define DMA_NONSECURE  BIT(7) /* reserved for the security state; all streams are Non-secure today */

/**
 * struct dma_txn - one access as it reaches the IOMMU
 * @iova: address, bytes; the access must not cross a 4 KiB page (split it first)
 * @id: the holder's token; handed back in iommu_ops.txn_resume
 * @sid: StreamID (SMMU) or requester ID (VT-d)
 * @pasid: SubstreamID or PASID, 20 bits, meaningful with DMA_PASID
 * @len: bytes, 1..4096
 * @flags: DMA_*
 * @tbu: index of the TBU (input port) it came through; 0 where there is one
 */
struct dma_txn {
	u64 iova;
	u64 id;
	u32 sid;
	u32 pasid;
	u32 len;
	u16 flags;
	u16 tbu;
};

/**
 * enum xlat - what becomes of a transaction
 * @XLAT_OK: translated (or bypassed); goes on with xlat_result.pa
 * @XLAT_MISS: lookup only: nothing cached, a walk must decide
 * @XLAT_ABORT: terminated, the client sees an abort
 * @XLAT_RAZWI: terminated, reads return zero and writes are ignored
 * @XLAT_STALL: held by the engine; iommu_ops.txn_resume ends it
 * @XLAT_WAIT: no resource to stall it; the holder keeps it and presents it again from the start once
 *	iommu_ops.stall_free is called
 */
enum xlat { XLAT_OK, XLAT_MISS, XLAT_ABORT, XLAT_RAZWI, XLAT_STALL, XLAT_WAIT };

#define PERM_R BIT(0)
#define PERM_W BIT(1)
#define PERM_X BIT(2)

/**
 * struct xlat_result - the outcome's details
 * @pa: output address of the access (XLAT_OK)
 * @fault: 0, or the architecture's number of the fault: SMMUv3 event ID, SMMUv2 FSR bit, VT-d reason code
 * @shift: log2 of the region this answer holds for (>= 12)
 * @perm: PERM_* for the privilege of the access
 * @priv_perm: PERM_* for privileged accesses
 * @attr: memory attributes, architecture specific
 * @bypass: no stage translated
 * @hit: answered by a cache
 * @recorded: the fault left a record (or will, once its queue is writable)
 * @global: the translation holds for every ASID (SMMUv3), every PASID (ATS)
 * @untranslated: (ATS) the device must use untranslated accesses (U bit)
 * @reserved: 0; named, so that an initialiser clears every bit: caches and images keep them
 */
struct xlat_result {
	u64 pa;
	u16 fault;
	u8 shift;
	u8 perm;
	u8 priv_perm;
	u8 attr;
	bool bypass : 1;
	bool hit : 1;
	bool recorded : 1;
	bool global : 1;
	bool untranslated : 1;
	u16 reserved : 11;
};

#define XLAT_ANSWER offsetof(struct xlat_result, fault)

/* The kernel's sparse has its own layout of bit-fields of type bool. */
#ifndef __CHECKER__
static_assert(sizeof(struct xlat_result) == XLAT_ANSWER + sizeof(u64), "an answer is one word");
static_assert(offsetof(struct xlat_result, attr) == XLAT_ANSWER + 5, "no byte between the members of an answer");
#endif

/**
 * xlat_answer() - all of an answer but the address, packed into one word for caches
 * @r: the answer
 *
 * Return: The members of @r from @fault on, in host order.
 */
static inline u64 xlat_answer(const struct xlat_result *r)
{
	u64 word;

	memcpy(&word, (const u8 *)r + XLAT_ANSWER, sizeof(word));
	return word;
}

/**
 * xlat_set_answer() - restore all of an answer but the address
 * @r: everything but @pa is overwritten
 * @word: of xlat_answer()
 */
static inline void xlat_set_answer(struct xlat_result *r, u64 word)
{
	memcpy((u8 *)r + XLAT_ANSWER, &word, sizeof(word));
}

/* What a memory access of an IOMMU was for: walk_access.what */
enum walk_what {
	WALK_CONFIG, /* STE, CD, context or PASID entry, and their directories */
	WALK_S1,     /* stage 1 / first-level descriptor */
	WALK_S2,     /* stage 2 / second-level descriptor */
	WALK_UPDATE, /* access flag or dirty state written back */
};

/**
 * struct walk_access - one memory access of a walk
 * @addr: physical address, bytes
 * @len: bytes
 * @what: enum walk_what
 * @level: table level as the specification counts; -1 for configuration structures
 * @write: the access wrote (a descriptor was updated)
 * @failed: the bus answered with an error
 */
struct walk_access {
	u64 addr;
	u16 len;
	u8 what;
	s8 level;
	bool write;
	bool failed;
};

/*
 * 5-level first level nested over 5-level second level, access and dirty flags of
 * both written on the first touch, and configuration fetched through stage 2.
 */
#define WALK_MAX_ACCESSES 128
#define WALK_PRIV_WORDS	  128

/**
 * struct iommu_walk - one walk in flight, between ..._walk() and ..._fill()
 * @next: list of the engine's walks in flight
 * @pprev: link that points to this walk; the engine's own
 * @txn: copy of the transaction
 * @res: what was decided; final once fill has returned
 * @kind: the outcome decided by the walk (enum xlat)
 * @stale: an invalidation came between; fill installs nothing
 * @stale_seq: its number: of the first one
 * @n_accesses: entries used in @accesses
 * @priv: the engine's own: what fill installs or records
 * @accesses: every memory access, in order
 *
 * The holder owns the storage and must keep its address until fill (or cancel).
 * Nothing is cleared for speed: only ..._walk() fills it in. After a reset the
 * walk is no longer on the list: its fill returns XLAT_ABORT and records nothing.
 */
struct iommu_walk {
	struct iommu_walk *next, **pprev;
	struct dma_txn txn;
	struct xlat_result res;
	u8 kind;
	bool stale;
	u16 n_accesses;
	u64 stale_seq;
	u64 priv[WALK_PRIV_WORDS];
	struct walk_access accesses[WALK_MAX_ACCESSES];
};

/**
 * iommu_walk_note() - list a memory access of a walk; once the list is full nothing is listed
 * @w: the walk
 * @addr: physical address, bytes
 * @len: bytes
 * @what: enum walk_what
 * @level: as walk_access.level
 * @write: the access wrote
 * @failed: the bus answered with an error
 */
static inline void iommu_walk_note(struct iommu_walk *w, u64 addr, u32 len, u8 what, s8 level, bool write, bool failed)
{
	if (unlikely(w->n_accesses >= WALK_MAX_ACCESSES))
		return;
	w->accesses[w->n_accesses++] = (struct walk_access){
		.addr = addr, .len = (u16)len, .what = what, .level = level, .write = write, .failed = failed
	};
}

/* Caches, queues and other parts that events name: iommu_event.unit */
enum iommu_unit {
	UNIT_TLB,
	UNIT_WALK_CACHE, /* stage 1 / first-level paging structures */
	UNIT_WALK_CACHE_S2,
	UNIT_CONFIG_CACHE, /* STE, context entry */
	UNIT_CD_CACHE,	   /* CD, PASID entry */
	UNIT_CMDQ,	   /* command or invalidation queue */
	UNIT_EVENTQ,	   /* event queue or fault records */
	UNIT_PRIQ,	   /* page request queue */
	UNIT_COUNT
};

#define IOMMU_WALK_LEVELS 8

enum iommu_event_kind {
	IOMMU_EV_HIT,	      /* unit */
	IOMMU_EV_MISS,	      /* unit */
	IOMMU_EV_MEM_READ,    /* addr, len: outside a walk (queue entries, ...) */
	IOMMU_EV_MEM_WRITE,   /* addr, len */
	IOMMU_EV_RECORD,      /* unit, code: a record was written; addr, len; txn id if it belongs to one */
	IOMMU_EV_RECORD_LOST, /* unit, code: the queue was full */
	IOMMU_EV_RECORD_HELD, /* unit, code: waits until the queue is writable */
	IOMMU_EV_COMMAND,     /* code = opcode or descriptor type; words: all of it */
	IOMMU_EV_SYNC,	      /* a SYNC, wait descriptor or TLBSYNC has completed */
	IOMMU_EV_INVALIDATE,  /* unit, scope; data = entries dropped */
	IOMMU_EV_CHANGED,     /* scope: a register changed what translates (enable, bypass, a bank) */
	IOMMU_EV_STALL,	      /* id, sid, code = fault, data = STAG or bank */
	IOMMU_EV_RESUME,      /* id, data = STAG or bank, code = enum iommu_resume */
	IOMMU_EV_IRQ,	      /* code = line */
	IOMMU_EV_MSI,	      /* addr, data */
	IOMMU_EV_FAULT,	      /* id, sid, code = fault, addr = iova: terminated */
};

/* Which members of a scope limit it: iommu_scope.by. Without any: everything. */
#define SCOPE_SID   BIT(0) /* sid_first..sid_last */
#define SCOPE_PASID BIT(1) /* pasid: PASID or SubstreamID */
#define SCOPE_ASID  BIT(2) /* asid; global entries are concerned only with iommu_scope.global */
#define SCOPE_VMID  BIT(3) /* vmid: VMID or domain ID */
#define SCOPE_ADDR  BIT(4) /* first..last */
#define SCOPE_LEAF  BIT(5) /* last-level entries only */
#define SCOPE_BANK  BIT(6) /* bank: SMMUv2 context bank */

#define SCOPE_S1 BIT(0)
#define SCOPE_S2 BIT(1)

/**
 * struct iommu_scope - what an invalidation, or a change of a register, concerns
 * @by: SCOPE_*
 * @stages: SCOPE_S1 (first stage), SCOPE_S2 (second): whose translations are concerned; either bit concerns a
 * translation through both stages
 * @global: entries that hold for every ASID or PASID are concerned, too
 * @regime: the architecture's translation regime, 0: the only one, or all (enum smmuv3_regime, enum smmuv2_regime)
 * @bank: SMMUv2 context bank; with SCOPE_BANK
 * @sid_first: first StreamID or requester ID; with SCOPE_SID
 * @sid_last: last StreamID or requester ID, inclusive
 * @pasid: PASID or SubstreamID; with SCOPE_PASID
 * @asid: ASID; with SCOPE_ASID
 * @vmid: VMID or domain ID; with SCOPE_VMID
 * @vmid_mask: bits of @vmid that are ignored in the comparison
 * @first: first input address of the stage (an IPA where only SCOPE_S2 is set), bytes; with SCOPE_ADDR
 * @last: last input address, bytes, inclusive
 */
struct iommu_scope {
	u8 by;
	u8 stages;
	bool global;
	u8 regime;
	u16 bank;
	u32 sid_first, sid_last;
	u32 pasid;
	u32 asid;
	u32 vmid, vmid_mask;
	u64 first, last;
};

/**
 * struct iommu_event - what an engine reports to its holder; each enum iommu_event_kind says which members are used
 * @kind: enum iommu_event_kind
 * @unit: enum iommu_unit
 * @code: opcode, fault number or interrupt line, by kind
 * @len: bytes
 * @sid: StreamID or requester ID
 * @addr: address, bytes
 * @data: by kind
 * @id: dma_txn.id of the transaction, if the event belongs to one
 * @scope: IOMMU_EV_INVALIDATE, IOMMU_EV_CHANGED: what is concerned; valid during the callback
 * @words: IOMMU_EV_COMMAND: all of the command; valid during the callback
 */
struct iommu_event {
	u8 kind;
	u8 unit;
	u16 code;
	u32 len;
	u32 sid;
	u64 addr;
	u64 data;
	u64 id;
	union {
		const struct iommu_scope *scope;
		const u64 *words;
	};
};

enum iommu_resume { RESUME_RETRY, RESUME_ABORT, RESUME_RAZWI };

/**
 * struct page_request - a page request as PCIe carries it: the endpoint's Page Request Message (PCIe 10.4.1)
 * @sid: StreamID or requester ID
 * @pasid: PASID, 20 bits; meaningful with @pasid_valid
 * @addr: page address, bytes; bits 11:0 are zero
 * @prgi: page request group index, 9 bits
 * @perm: PERM_* that are asked for; none together with @last: a stop marker
 * @pasid_valid: the request has a PASID
 * @priv: privileged mode is requested
 * @last: last request of its group
 */
struct page_request {
	u32 sid;
	u32 pasid;
	u64 addr;
	u16 prgi;
	u8 perm;
	bool pasid_valid;
	bool priv;
	bool last;
};

/* Page group response on its way to the endpoint; codes of PCIe 10.4.2.1 */
enum prg_code { PRG_SUCCESS = 0, PRG_INVALID = 1, PRG_FAILURE = 0xf };

/**
 * struct page_response - a page request group response on its way to the endpoint (PCIe 10.4.2)
 * @sid: StreamID or requester ID
 * @pasid: PASID; meaningful with @pasid_valid
 * @prgi: page request group index, 9 bits
 * @code: enum prg_code
 * @pasid_valid: the response has a PASID
 * @automatic: the IOMMU made the response, not software
 */
struct page_response {
	u32 sid;
	u32 pasid;
	u16 prgi;
	u8 code;
	bool pasid_valid;
	bool automatic;
};

/**
 * struct ats_inv - an ATS invalidation request on its way to the endpoint (PCIe 10.3)
 * @sid: StreamID or requester ID
 * @pasid: PASID; meaningful with @pasid_valid
 * @addr: first byte of the range
 * @shift: log2 of the range's bytes; 64: everything
 * @itag: invalidation tag, 0..31: names the request in its completion
 * @pasid_valid: the request concerns one PASID
 * @global: entries of every PASID are invalidated (Global Invalidate)
 */
struct ats_inv {
	u32 sid;
	u32 pasid;
	u64 addr;
	u8 shift;
	u8 itag;
	bool pasid_valid;
	bool global;
};

/**
 * struct iommu_ops - what an engine needs of its holder
 * @mem_read: copy @len bytes at physical @pa; 0, or -EIO for a bus error
 * @mem_write: write @len bytes at physical @pa; 0, or -EIO for a bus error
 * @mem_cas64: compare-and-swap of one aligned little-endian word; 0 and *@old holds the previous value, or -EIO.
 *	NULL: no hardware update of tables.
 * @irq: wired interrupt @line changed to @level (an edge-type line is pulsed true)
 * @msi: message-signalled interrupt: a 32-bit write of @data to @pa; 0 or -EIO
 * @event: may be NULL: nobody listens
 * @txn_resume: a stalled transaction ends: retried from the start, or terminated
 * @stall_free: may be NULL: a resource that XLAT_WAIT waited for is free again
 * @page_response: may be NULL where no endpoint has PRI
 * @ats_invalidate: may be NULL where no endpoint has ATS; completion comes through the engine's ..._ats_inv_done()
 * @sync_write: as @msi, of the message or status that tells that commands are complete, for holders with whom that
 *	takes its time. NULL: it is an @msi (SMMUv3), a @mem_write (VT-d).
 * @quiet_lookup: HIT and MISS of lookup are not wanted (of walk they are). A hint: an engine may send them all the
 *	same.
 *
 * Every operation gets @ctx first and obeys the contract at the head of this file.
 */
struct iommu_ops {
	int (*mem_read)(void *ctx, u64 pa, void *buf, u32 len);
	int (*mem_write)(void *ctx, u64 pa, const void *buf, u32 len);
	int (*mem_cas64)(void *ctx, u64 pa, u64 *old, u64 new_value);
	void (*irq)(void *ctx, u32 line, bool level);
	int (*msi)(void *ctx, u64 pa, u32 data);
	void (*event)(void *ctx, const struct iommu_event *ev);
	void (*txn_resume)(void *ctx, u64 id, enum iommu_resume how);
	void (*stall_free)(void *ctx, u32 tbu);
	void (*page_response)(void *ctx, const struct page_response *resp);
	void (*ats_invalidate)(void *ctx, const struct ats_inv *inv);
	int (*sync_write)(void *ctx, u64 pa, u32 data);
	bool quiet_lookup;
};

/**
 * struct iommu_cache_stats - what a cache has done since the engine was initialised
 * @present: the architecture has it; else the rest says nothing
 * @hits: lookups that found an entry, even if it lacks the permission
 * @misses: lookups that found none
 * @evictions: entries that made room for others
 * @at_level: hits of a walk cache by the level of the table at which the walk goes on, as the specification counts,
 *	plus one
 */
struct iommu_cache_stats {
	bool present;
	u64 hits, misses, evictions;
	u64 at_level[IOMMU_WALK_LEVELS];
};

/**
 * struct iommu_queue_level - how full a queue is
 * @used: entries that it holds now
 * @size: entries that it has room for; 0: there is no such queue, or it is off
 */
struct iommu_queue_level {
	u32 used, size;
};

/**
 * struct iommu_stats - what an engine counts, alike for all
 * @cache: by enum iommu_unit, up to UNIT_CD_CACHE
 * @commands: commands that the command or invalidation queue holds now
 * @events: records that the event queue or the fault registers hold now
 * @requests: page requests that their queue holds now
 * @records_lost: fault records that found no room, or were refused for another reason
 * @requests_lost: page requests that found no room, or were refused for another reason
 * @overflows: times that a full queue, or full fault registers, went into overflow
 * @automatic: answers to page requests that hardware has given
 */
struct iommu_stats {
	struct iommu_cache_stats cache[UNIT_CMDQ];
	struct iommu_queue_level commands, events, requests;
	u64 records_lost, requests_lost, overflows, automatic;
};

/**
 * struct iommu_class - one kind of hardware, for a holder that serves them all
 * @name: name of the kind, e.g. "smmuv3"
 * @lookup: caches only. XLAT_OK, XLAT_MISS, or an outcome that needs no walk. Also answers what the state of the
 *	moment forbids (SMMU disabled, HUPCF, ...).
 * @walk: decides the outcome of a miss now, records each memory access in @w, changes nothing that others could see.
 * @fill: at completion: installs what the walk found, or delivers its fault (record, stall, interrupt). Returns the
 *	outcome: never XLAT_MISS. If an invalidation came between, nothing is installed.
 * @cancel: gives a walk up, e.g. because its transaction vanished
 * @translate: all three at once; a holder that has no walks in flight need not call step after it
 * @mmio_read: value of a register; @offset in bytes from the start of the register space, @size 4 or 8 bytes
 * @mmio_write: writes a register; @offset and @size as in @mmio_read
 * @page_request: a Page Request Message from an endpoint; NULL where there is none
 * @ats_inv_done: completion of the invalidation request @itag; @ok false after a time-out. False: the hardware did
 * not see the completion (VT-d 4.2.1), and the holder reports a time-out later; else the request is over.
 * @step: does what fill, cancel or ats_inv_done has made possible; costs nothing if there is nothing to do
 * @reset: the state after power-on. Interrupt lines fall; each stalled transaction ends with txn_resume
 *	(RESUME_ABORT), stall_free notifies waiting ones; walks in flight become aborts without a record; ATS
 *	invalidations and page requests in flight are dropped: the holder drops their completions and resets, or
 *	notifies, the endpoints. Statistics are not cleared.
 * @save: writes the whole state into @img. -EBUSY while walks are in flight: they belong to the holder, who fills or
 *	cancels them first. -ENOMEM.
 * @restore: the state of @img, saved by an engine of the same configuration; interrupt lines are driven again.
 *	-EINVAL for an image of another kind, version or configuration, or a damaged one: the engine is then in the
 *	state after reset. -EBUSY with walks in flight or stalled transactions: reset first. Tokens of stalled
 *	transactions (dma_txn.id) are the saved ones. Everything that the holder has kept from the engine before
 *	(mappings, DMI) is void; no event says so.
 * @stats: fills in what the engine counts; changes nothing, calls nobody back. NULL where nothing is counted.
 * @concerns: whether @scope may concern translations of @sid (with @pasid, or without one: IOMMU_NO_PASID). True
 *	where the engine cannot tell.
 */
struct iommu_class {
	const char *name;
	enum xlat (*lookup)(void *hw, const struct dma_txn *t, struct xlat_result *r);
	enum xlat (*walk)(void *hw, const struct dma_txn *t, struct iommu_walk *w);
	enum xlat (*fill)(void *hw, struct iommu_walk *w);
	void (*cancel)(void *hw, struct iommu_walk *w);
	enum xlat (*translate)(void *hw, const struct dma_txn *t, struct xlat_result *r);
	u64 (*mmio_read)(void *hw, u64 offset, unsigned int size);
	void (*mmio_write)(void *hw, u64 offset, u64 value, unsigned int size);
	void (*page_request)(void *hw, const struct page_request *pr);
	bool (*ats_inv_done)(void *hw, u32 sid, u8 itag, bool ok);
	void (*step)(void *hw);
	void (*reset)(void *hw);
	int (*save)(void *hw, struct iommu_image *img);
	int (*restore)(void *hw, struct iommu_image *img);
	void (*stats)(void *hw, struct iommu_stats *st);
	bool (*concerns)(void *hw, const struct iommu_scope *scope, u32 sid, u32 pasid);
};

#define IOMMU_NO_PASID 0xffffffffU

#endif /* IOMMU_H */
