/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * An IOMMU as a part of somebody's platform: registers, translation, stalled transactions, interrupts, page requests,
 * ATS, state. One handle serves SMMUv2, SMMUv3 and VT-d; faultline/smmuv2.h, smmuv3.h and vtd.h make it.
 *
 * It knows no time: every call decides at once and says what happened, through its result and through struct fl_host.
 *
 * The contract between the IOMMU and its holder
 *
 * 1. One call at a time, on whatever thread or stack. No callback of struct fl_host may call the same IOMMU; the
 *    exceptions are fl_iommu_concerns() from within fl_host.event, and fl_iommu_register_read(). A message or a queue
 *    write that lands in the IOMMU's own registers takes effect after the call.
 * 2. A call about one access acts for that access alone. What fl_iommu_fill(), fl_iommu_cancel() and fl_iommu_ats_done()
 *    have made possible for others (a SYNC that waited for a walk, the commands behind it) happens in fl_iommu_step(),
 *    which the holder calls after each of them, once it has dealt with their outcome. fl_iommu_translate() needs no step
 *    where no walks are in flight.
 * 3. Callbacks come on the caller's stack, before the call returns. From within which calls:
 *    mem_read, mem_cas64: all but mmio_read, save, restore. mem_write, event, irq, msi: the same; irq also from restore;
 *    event and irq also from an mmio_read that is itself a fault (SMMUv2). txn_resume, stall_free, ats_invalidate,
 *    sync_write: mmio_write, step, reset. page_response: those, and page_request.
 * 4. An access that is stalled (FL_STALL) ends with exactly one txn_resume.
 * 5. Interrupts are raised when their cause is visible in registers and memory; a handler runs after the call.
 * 6. What is told after a call may call the same IOMMU: functions of faultline/register.h and faultline/pcie.h.
 *
 * A breach is a bug of the holder: faultline/bug.h.
 */
#ifndef FAULTLINE_IOMMU_H
#define FAULTLINE_IOMMU_H

#include <faultline/event.h>
#include <faultline/export.h>
#include <faultline/register.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

FAULTLINE_BEGIN

/* One IOMMU: made by fl_smmuv2_create(), fl_smmuv3_create() or fl_vtd_create(). */
struct fl_iommu;

/* What an access asks for: fl_access.flags. FL_EXEC excludes FL_WRITE. */
enum {
	FL_WRITE = 1 << 0,	 /* else a read */
	FL_EXEC = 1 << 1,	 /* instruction fetch */
	FL_PRIV = 1 << 2,	 /* privileged */
	FL_PASID = 1 << 3,	 /* fl_access.pasid is valid */
	FL_ATS_REQUEST = 1 << 4, /* PCIe translation request (AT = 01) */
	FL_TRANSLATED = 1 << 5,	 /* PCIe translated request (AT = 10) */
	FL_NO_WRITE = 1 << 6	 /* translation request with NW: write permission is not wanted */
};

/**
 * struct fl_access - one access as it reaches the IOMMU
 * @addr: input address, bytes. The access must not cross a 4 KiB page: split it first
 * @token: the holder's; comes back in fl_host.txn_resume
 * @stream: StreamID (SMMU) or requester ID (VT-d)
 * @pasid: SubstreamID or PASID, 20 bits; meaningful with FL_PASID
 * @bytes: 1..4096; VT-d: 0 is a zero-length read
 * @flags: FL_WRITE and the like
 * @port: index of the TBU that it came through; 0 where there is one
 */
struct fl_access {
	uint64_t addr;
	uint64_t token;
	uint32_t stream;
	uint32_t pasid;
	uint32_t bytes;
	uint16_t flags;
	uint16_t port;
};

/**
 * enum fl_outcome - what becomes of an access
 * @FL_OK: translated, or bypassed: it goes on with fl_result.addr
 * @FL_MISS: of fl_iommu_lookup() alone: nothing is cached, a walk must decide
 * @FL_ABORT: terminated, the client sees an abort
 * @FL_RAZWI: terminated, reads return zero and writes are ignored
 * @FL_STALL: held by the IOMMU; fl_host.txn_resume ends it
 * @FL_WAIT: there is no room to stall it: the holder keeps it and presents it again, from the start, once
 *	fl_host.stall_free is called
 */
enum fl_outcome { FL_OK, FL_MISS, FL_ABORT, FL_RAZWI, FL_STALL, FL_WAIT };

/* Permissions: fl_result.perm, fl_page_request.perm */
enum { FL_PERM_READ = 1 << 0, FL_PERM_WRITE = 1 << 1, FL_PERM_EXEC = 1 << 2 };

/* fl_result.flags */
enum {
	FL_RESULT_BYPASS = 1 << 0,	/* no stage translated */
	FL_RESULT_HIT = 1 << 1,		/* answered by a cache */
	FL_RESULT_RECORDED = 1 << 2,	/* the fault left a record, or will, once its queue is writable */
	FL_RESULT_GLOBAL = 1 << 3,	/* holds for every ASID (SMMUv3), every PASID (ATS) */
	FL_RESULT_UNTRANSLATED = 1 << 4 /* ATS: the device must use untranslated accesses (U) */
};

/**
 * struct fl_result - the details of an outcome
 * @addr: output address, bytes (FL_OK)
 * @fault: 0, or the architecture's number: SMMUv3 event, SMMUv2 FSR bit, VT-d reason; see fl_iommu_fault_name()
 * @shift: log2 of the region that this answer holds for, 12 or more
 * @perm: FL_PERM_* for the privilege of the access
 * @priv_perm: FL_PERM_* for privileged accesses
 * @attr: memory attributes, architecture specific
 * @flags: FL_RESULT_*; a reader ignores other bits
 */
struct fl_result {
	uint64_t addr;
	uint16_t fault;
	uint8_t shift;
	uint8_t perm;
	uint8_t priv_perm;
	uint8_t attr;
	uint16_t flags;
};

/* How a stalled access ends: it is presented again from the start, or was terminated. */
enum fl_resume { FL_RESUME_RETRY, FL_RESUME_ABORT, FL_RESUME_RAZWI };

/**
 * struct fl_page_request - a Page Request Message of an endpoint (PCIe 10.4.1)
 * @stream: StreamID or requester ID
 * @pasid: 20 bits; meaningful with @pasid_valid
 * @addr: page address, bytes; bits 11:0 are zero
 * @group: page request group index, 9 bits
 * @perm: FL_PERM_* that are asked for; none together with @last: a stop marker
 * @pasid_valid: the request has a PASID
 * @priv: privileged mode is requested
 * @last: last request of its group
 */
struct fl_page_request {
	uint32_t stream;
	uint32_t pasid;
	uint64_t addr;
	uint16_t group;
	uint8_t perm;
	bool pasid_valid;
	bool priv;
	bool last;
};

/* Page group response codes (PCIe 10.4.2.1) */
enum fl_page_code { FL_PAGE_SUCCESS = 0, FL_PAGE_INVALID = 1, FL_PAGE_FAILURE = 15 };

/**
 * struct fl_page_response - a Page Request Group Response on its way to the endpoint (PCIe 10.4.2)
 * @stream: StreamID or requester ID
 * @pasid: meaningful with @pasid_valid
 * @group: page request group index, 9 bits
 * @code: enum fl_page_code
 * @pasid_valid: the response has a PASID
 * @automatic: the IOMMU made it, not software
 */
struct fl_page_response {
	uint32_t stream;
	uint32_t pasid;
	uint16_t group;
	uint8_t code;
	bool pasid_valid;
	bool automatic;
};

/**
 * struct fl_ats_invalidation - an Invalidate Request on its way to the endpoint (PCIe 10.3)
 * @stream: StreamID or requester ID
 * @pasid: meaningful with @pasid_valid
 * @addr: first byte of the range
 * @shift: log2 of the range's bytes; 64: everything
 * @tag: invalidation tag, 0..31: names the request in fl_iommu_ats_done()
 * @pasid_valid: the request concerns one PASID
 * @global: entries of every PASID are invalidated
 */
struct fl_ats_invalidation {
	uint32_t stream;
	uint32_t pasid;
	uint64_t addr;
	uint8_t shift;
	uint8_t tag;
	bool pasid_valid;
	bool global;
};

/**
 * struct fl_host - what an IOMMU needs of its holder
 * @size: sizeof(struct fl_host): members may be added at the end
 * @mem_read: copies @bytes at physical @pa; 0, or negative for a bus error. Mandatory
 * @mem_write: writes @bytes at physical @pa; 0, or negative for a bus error. Mandatory
 * @mem_cas64: compares and swaps an aligned little-endian word: writes @value if it holds *@old; 0 and *@old is the
 *	previous value, or negative for a bus error. NULL: there is no hardware update of tables
 * @irq: wired interrupt @line changed to @level; an edge-triggered one (SMMUv3, VT-d) is pulsed true. Mandatory for SMMUv2
 * @msi: message-signalled interrupt: a 32-bit write of @data to @pa; 0, or negative for a bus error. NULL: no MSIs
 * @txn_resume: a stalled access ends. Mandatory for the SMMUs
 * @stall_free: room that FL_WAIT waited for is free at @port; may be NULL
 * @page_response: may be NULL where no endpoint has PRI, or faultline/pcie.h looks after all that have
 * @ats_invalidate: ends with fl_iommu_ats_done(); may be NULL where no endpoint has ATS, or likewise
 * @event: may be NULL: nobody listens, which is faster. What it points to is valid during the call
 * @quiet_lookup: FL_EVENT_HIT and FL_EVENT_MISS of lookups are not wanted
 * @sync_write: as @msi, of the 32 bits that tell software that its commands are complete: the message of a CMD_SYNC
 *	(SMMUv3 4.7.3), the status of a wait descriptor (VT-d 6.5.2). For holders with whom that takes its time: they write
 *	@data when they like, and may answer 0 before. NULL: it is an @msi (SMMUv3) or a @mem_write (VT-d). A completion
 *	that writes nothing (an interrupt, a TLBSYNC's status register), and each other, is an FL_EVENT_SYNC of @event
 *
 * Each gets the ctx of the constructor first.
 */
struct fl_host {
	size_t size;
	int (*mem_read)(void *ctx, uint64_t pa, void *buf, uint32_t bytes);
	int (*mem_write)(void *ctx, uint64_t pa, const void *buf, uint32_t bytes);
	int (*mem_cas64)(void *ctx, uint64_t pa, uint64_t *old, uint64_t value);
	void (*irq)(void *ctx, uint32_t line, bool level);
	int (*msi)(void *ctx, uint64_t pa, uint32_t data);
	void (*txn_resume)(void *ctx, uint64_t token, enum fl_resume how);
	void (*stall_free)(void *ctx, uint32_t port);
	void (*page_response)(void *ctx, const struct fl_page_response *response);
	void (*ats_invalidate)(void *ctx, const struct fl_ats_invalidation *invalidation);
	void (*event)(void *ctx, const struct fl_event *event);
	bool quiet_lookup;
	int (*sync_write)(void *ctx, uint64_t pa, uint32_t data);
};

/* How a cache replaces entries: fl_cache.policy; FL_CACHE_RANDOM is a function of the seed alone */
enum fl_cache_policy { FL_CACHE_LRU, FL_CACHE_PLRU, FL_CACHE_FIFO, FL_CACHE_RANDOM };

/**
 * struct fl_cache - geometry of a cache; all zero: the default of its IOMMU; sets 0 and ways 1: there is no such cache
 * @sets: power of two, 1..65536
 * @ways: 1..64; FL_CACHE_PLRU wants a power of two
 * @policy: enum fl_cache_policy
 * @seed: of FL_CACHE_RANDOM; 0 means 1
 */
struct fl_cache {
	uint32_t sets;
	uint32_t ways;
	uint32_t policy;
	uint32_t seed;
};

/**
 * fl_iommu_destroy() - free an IOMMU
 * @iommu: may be NULL. Nobody hears of its stalled accesses any more: fl_iommu_reset() first, where somebody should.
 *	Its walks and PCIe functions are destroyed before it; its watches go with it.
 */
FAULTLINE_API void fl_iommu_destroy(struct fl_iommu *iommu);

/**
 * fl_iommu_kind() - name of the architecture
 * @iommu: the IOMMU
 *
 * Return: "smmuv2", "smmuv3" or "vtd"; static.
 */
FAULTLINE_API const char *fl_iommu_kind(const struct fl_iommu *iommu);

/**
 * fl_iommu_reset() - the state after power-on
 * @iommu: the IOMMU
 *
 * Interrupt lines fall; each stalled access ends with txn_resume (FL_RESUME_ABORT), stall_free notifies those that wait;
 * walks in flight become aborts without a record; ATS invalidations and page requests in flight are dropped, so the
 * holder drops their completions and resets, or notifies, the endpoints. Counters are not cleared.
 */
FAULTLINE_API void fl_iommu_reset(struct fl_iommu *iommu);

/* ---- registers, by offset; faultline/register.h: by name ---- */

/**
 * fl_iommu_mmio_bytes() - size of the register space
 * @iommu: the IOMMU
 *
 * Return: Bytes.
 */
FAULTLINE_API uint64_t fl_iommu_mmio_bytes(const struct fl_iommu *iommu);

/**
 * fl_iommu_mmio_read() - read a register
 * @iommu: the IOMMU
 * @offset: bytes from the start of the register space
 * @bytes: 4 or 8; any other size, and what is not aligned to it, reads as zero
 *
 * Return: Its value.
 */
FAULTLINE_API uint64_t fl_iommu_mmio_read(struct fl_iommu *iommu, uint64_t offset, unsigned int bytes);

/**
 * fl_iommu_mmio_write() - write a register; commands are carried out within the call
 * @iommu: the IOMMU
 * @offset: bytes from the start of the register space
 * @value: the value
 * @bytes: 4 or 8; any other size, and what is not aligned to it, is ignored
 */
FAULTLINE_API void fl_iommu_mmio_write(struct fl_iommu *iommu, uint64_t offset, uint64_t value, unsigned int bytes);

/* ---- translation ---- */

/**
 * fl_iommu_translate() - translate an access, with whatever walk it needs
 * @iommu: the IOMMU
 * @access: the access
 * @result: filled in
 *
 * Return: What becomes of it; never FL_MISS.
 */
FAULTLINE_API enum fl_outcome fl_iommu_translate(struct fl_iommu *iommu, const struct fl_access *access,
						 struct fl_result *result);

/**
 * fl_iommu_lookup() - the first of translate's three parts: what needs no walk
 * @iommu: the IOMMU
 * @access: the access
 * @result: filled in, but for FL_MISS
 *
 * For holders that let time pass between the parts: lookup, fl_iommu_walk(), fl_iommu_fill().
 *
 * Return: FL_MISS, or what becomes of it.
 */
FAULTLINE_API enum fl_outcome fl_iommu_lookup(struct fl_iommu *iommu, const struct fl_access *access,
					      struct fl_result *result);

/* A walk in flight. */
struct fl_walk;

/* What a memory access of a walk was for: fl_walk_access.what */
enum fl_walk_what { FL_WALK_CONFIG, FL_WALK_S1, FL_WALK_S2, FL_WALK_UPDATE };

/**
 * struct fl_walk_access - one memory access of a walk
 * @addr: physical address, bytes
 * @bytes: length
 * @what: enum fl_walk_what: STE, CD, context or PASID entry; descriptor of a stage; a flag that is written back
 * @level: of the table, as the specification counts; -1 for configuration structures
 * @write: a descriptor was updated
 * @failed: the bus answered with an error
 */
struct fl_walk_access {
	uint64_t addr;
	uint16_t bytes;
	uint8_t what;
	int8_t level;
	bool write;
	bool failed;
};

/**
 * fl_walk_create() - storage for one walk at a time
 * @out: the walk
 *
 * Return: 0 or -ENOMEM.
 */
FAULTLINE_API int fl_walk_create(struct fl_walk **out);

/**
 * fl_walk_destroy() - free a walk
 * @walk: not in flight; may be NULL
 */
FAULTLINE_API void fl_walk_destroy(struct fl_walk *walk);

/**
 * fl_walk_accesses() - what a walk reads and writes, in order
 * @walk: of fl_iommu_walk()
 * @first: the accesses; valid until the next fl_iommu_walk() with @walk
 *
 * Return: Their number.
 */
FAULTLINE_API size_t fl_walk_accesses(const struct fl_walk *walk, const struct fl_walk_access **first);

/**
 * fl_iommu_walk() - the second part: decide a miss now, and change nothing that others could see
 * @iommu: the IOMMU
 * @access: copied
 * @walk: not in flight; in flight until fl_iommu_fill() or fl_iommu_cancel()
 *
 * Return: What the walk comes to; fl_iommu_fill() may say otherwise.
 */
FAULTLINE_API enum fl_outcome fl_iommu_walk(struct fl_iommu *iommu, const struct fl_access *access,
					    struct fl_walk *walk);

/**
 * fl_iommu_fill() - the third part: install what the walk found, or deliver its fault
 * @iommu: the IOMMU
 * @walk: in flight
 * @result: filled in
 *
 * If an invalidation came between, nothing is installed. fl_iommu_step() follows.
 *
 * Return: What becomes of the access; never FL_MISS.
 */
FAULTLINE_API enum fl_outcome fl_iommu_fill(struct fl_iommu *iommu, struct fl_walk *walk, struct fl_result *result);

/**
 * fl_iommu_cancel() - give a walk up; fl_iommu_step() follows
 * @iommu: the IOMMU
 * @walk: in flight
 */
FAULTLINE_API void fl_iommu_cancel(struct fl_iommu *iommu, struct fl_walk *walk);

/**
 * fl_iommu_step() - do what fill, cancel and ats_done have made possible; nothing, if there is nothing
 * @iommu: the IOMMU
 */
FAULTLINE_API void fl_iommu_step(struct fl_iommu *iommu);

/**
 * fl_iommu_concerns() - whether a scope may concern translations of a stream
 * @iommu: the IOMMU
 * @scope: of an event
 * @stream: StreamID or requester ID
 * @pasid: PASID, or UINT32_MAX: without one
 *
 * For holders that keep translations (DMI pointers, a softmmu's TLB). The one call that fl_host.event may make.
 *
 * Return: Whether it may; true where the IOMMU cannot tell.
 */
FAULTLINE_API bool fl_iommu_concerns(struct fl_iommu *iommu, const struct fl_scope *scope, uint32_t stream,
				     uint32_t pasid);

/**
 * fl_iommu_fault_name() - the specification's name of a fault
 * @iommu: the IOMMU
 * @fault: fl_result.fault
 *
 * Return: e.g. "F_TRANSLATION"; static. Of a number that is no fault: a text that says so.
 */
FAULTLINE_API const char *fl_iommu_fault_name(const struct fl_iommu *iommu, uint16_t fault);

/* ---- PCIe endpoints ---- */

/**
 * fl_iommu_page_request() - a Page Request Message has arrived
 * @iommu: the IOMMU
 * @request: the message
 *
 * Return: 0; -EOPNOTSUPP: it takes none (SMMUv2).
 */
FAULTLINE_API int fl_iommu_page_request(struct fl_iommu *iommu, const struct fl_page_request *request);

/**
 * fl_iommu_ats_done() - an endpoint has completed an Invalidate Request; fl_iommu_step() follows
 * @iommu: the IOMMU
 * @stream: of the endpoint
 * @tag: of the request
 * @ok: false: it has timed out
 *
 * Return: Whether the IOMMU has seen it. False: it was not looking (VT-d 4.2.1), and the holder reports a time-out later.
 */
FAULTLINE_API bool fl_iommu_ats_done(struct fl_iommu *iommu, uint32_t stream, uint8_t tag, bool ok);

/* ---- state and counters ---- */

/**
 * fl_iommu_save() - an image of the whole state, caches included
 * @iommu: no walks are in flight
 * @image: the image; fl_image_free() frees it
 * @bytes: its length
 *
 * Return: 0; -EBUSY with walks in flight; -ENOMEM.
 */
FAULTLINE_API int fl_iommu_save(struct fl_iommu *iommu, void **image, size_t *bytes);

/**
 * fl_image_free() - free an image
 * @image: of fl_iommu_save(); may be NULL
 */
FAULTLINE_API void fl_image_free(void *image);

/**
 * fl_iommu_restore() - take over the state of an image
 * @iommu: made with the parameters of the one that was saved; no walks in flight, nothing stalled (reset it first)
 * @image: of fl_iommu_save(); of this host or of another
 * @bytes: its length
 *
 * Interrupt lines are driven again. Tokens of stalled accesses are the saved ones. Whatever the holder has kept of the
 * IOMMU's answers is void.
 *
 * Return: 0; -EINVAL: an image of another kind, version or configuration, or a damaged one; the IOMMU is as after a
 * reset then. -EBUSY.
 */
FAULTLINE_API int fl_iommu_restore(struct fl_iommu *iommu, const void *image, size_t bytes);

/* Entries of fl_cache_stats.at_level */
enum { FL_CACHE_LEVELS = 8 };

/**
 * struct fl_cache_stats - what a cache has done
 * @present: the architecture has it; else the rest says nothing
 * @hits: lookups that found an entry, even if it lacks the permission
 * @misses: lookups that found none
 * @evictions: entries that made room for others
 * @at_level: of a walk cache: hits by the level of the table at which the walk goes on, plus one
 */
struct fl_cache_stats {
	bool present;
	uint64_t hits, misses, evictions;
	uint64_t at_level[FL_CACHE_LEVELS];
};

/**
 * struct fl_queue_stats - how full a queue is
 * @used: entries that it holds now
 * @size: entries that it has room for; 0: there is no such queue, or it is off
 */
struct fl_queue_stats {
	uint32_t used, size;
};

/* Entries of fl_iommu_stats.cache: FL_UNIT_TLB to FL_UNIT_CD_CACHE */
enum { FL_CACHES = 5 };

/**
 * struct fl_iommu_stats - what an IOMMU counts from its creation on
 * @cache: by enum fl_unit
 * @commands: command or invalidation queue
 * @events: event queue or fault registers
 * @requests: page request queue
 * @records_lost: fault records that found no room, or were refused for another reason
 * @requests_lost: page requests, likewise
 * @overflows: times that a full queue, or full fault registers, went into overflow
 * @automatic: answers to page requests that hardware has given
 */
struct fl_iommu_stats {
	struct fl_cache_stats cache[FL_CACHES];
	struct fl_queue_stats commands, events, requests;
	uint64_t records_lost, requests_lost, overflows, automatic;
};

/**
 * fl_iommu_get_stats() - read the counters; changes nothing
 * @iommu: the IOMMU
 * @stats: filled in
 * @bytes: sizeof(*@stats) of the caller, who may be older: so much is written
 */
FAULTLINE_API void fl_iommu_get_stats(struct fl_iommu *iommu, struct fl_iommu_stats *stats, size_t bytes);

FAULTLINE_END

#endif /* FAULTLINE_IOMMU_H */
