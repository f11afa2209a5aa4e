/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A function of a PCIe device with ATS, PRI and PASID: its translation cache (ATC), its translation requests, its page
 * requests with credits, groups and stop markers, and what it does with invalidations and responses. Sections are those of
 * the PCI Express Base Specification 5.0, chapter 10.
 *
 * One access: fl_pcie_translate() looks into the ATC, asks the IOMMU for a translation and, where that has no permission,
 * for the page. It says how the access goes up to the IOMMU, fl_iommu_translate() as everybody's, or that it waits;
 * fl_pcie_host.wake tells when to go on. An access that takes time is put between fl_pcie_begin() and fl_pcie_end(), so
 * that an invalidation of what it uses is completed no earlier.
 *
 * Messages. A function that is made with its IOMMU sends and gets them by itself: page requests, responses, invalidations
 * and their completions go to and fro before the call that has caused them returns: fl_iommu_mmio_write(),
 * fl_iommu_page_request(), fl_iommu_step(), fl_iommu_reset(), fl_iommu_restore(), or one of this header. What fl_host has
 * for responses and invalidations is then called for other requesters alone; without it, their invalidations time out.
 *
 * A function that is made without an IOMMU hands its messages to fl_pcie_host and gets those of the IOMMU by
 * fl_pcie_response() and fl_pcie_invalidate(), so that the holder decides how long they take; its accesses go by parts:
 * fl_pcie_lookup(), fl_pcie_request(), fl_pcie_complete(), fl_pcie_fault().
 *
 * The contract: one call at a time, to a function and to its IOMMU. None of these calls comes from within a callback of
 * struct fl_host, but for fl_pcie_response() and fl_pcie_invalidate() of a function without an IOMMU; fl_pcie_host.wake may
 * make any, to any function, but fl_pcie_destroy() of its own, unless it comes from within a callback of struct fl_host
 * itself. What makes no sense, like the end of an access that has not begun, is a bug of the holder: faultline/bug.h.
 */
#ifndef FAULTLINE_PCIE_H
#define FAULTLINE_PCIE_H

#include <faultline/iommu.h>

FAULTLINE_BEGIN

/* A function of a PCIe device. */
struct fl_pcie;

/* One access at a time on its way through a function, as a DMA engine has it. */
struct fl_pcie_dma;

/**
 * struct fl_pcie_params - a function; all zero but @size and @requester is a useful one
 * @size: sizeof(struct fl_pcie_params): members may be added at the end
 * @requester: requester ID (VT-d) or StreamID (SMMUv3)
 * @atc: its translation cache; 0: 16 sets of 4 ways; sets 0 and ways 1: none, each access asks
 * @capacity: Outstanding Page Request Capacity (10.5.2.4), page requests, 1..512; 0: 32
 * @group: pages that one group asks for, from the one that is missed on, 1..16 and no more than @capacity; 0: 1
 * @no_ats: it asks for nothing; its accesses go out untranslated
 * @no_pri: it does not ask for pages: an access without permission fails
 * @global_invalidate: Global Invalidate Supported (10.5.1.2): an invalidation with the bit concerns every PASID
 */
struct fl_pcie_params {
	size_t size;
	uint32_t requester;
	struct fl_cache atc;
	uint32_t capacity;
	uint32_t group;
	bool no_ats;
	bool no_pri;
	bool global_invalidate;
};

/**
 * enum fl_pcie_wake - why an access waits no longer
 * @FL_PCIE_RETRY: the page is there, or is worth another try: fl_pcie_translate() or fl_pcie_lookup() again, without an
 *	access. An IOMMU whose queue overflows says so by itself (SMMUv3 8.1, VT-d 7.4.1): the next try comes after software
 * @FL_PCIE_REFUSED: Invalid Request (10.4.2.1): it has failed
 * @FL_PCIE_DISABLED: Response Failure, a reset, or page requests are off: it has failed, and so would the next
 */
enum fl_pcie_wake { FL_PCIE_RETRY, FL_PCIE_REFUSED, FL_PCIE_DISABLED };

/**
 * struct fl_pcie_host - what a function needs of its holder
 * @size: sizeof(struct fl_pcie_host): members may be added at the end
 * @wake: the access with @token waits no longer. Mandatory, unless the function has no PRI
 * @page_request: a Page Request Message, or a stop marker, to be carried to fl_iommu_page_request(). Of a function
 *	without an IOMMU, where it is mandatory unless the function has no PRI; else never called
 * @invalidated: an Invalidate Completion (10.3.2), to be carried to fl_iommu_ats_done(). Of a function without an IOMMU,
 *	where it is mandatory unless the function has no ATS; else never called
 *
 * Each gets the ctx of the constructor first. @page_request and @invalidated make no call to the function.
 */
struct fl_pcie_host {
	size_t size;
	void (*wake)(void *ctx, uint64_t token, enum fl_pcie_wake why);
	void (*page_request)(void *ctx, const struct fl_page_request *request);
	void (*invalidated)(void *ctx, uint32_t requester, uint8_t tag);
};

/**
 * fl_pcie_create() - make a function, with an empty ATC and page requests enabled
 * @iommu: where it sends its messages, an SMMUv3 or VT-d; destroyed after the function. NULL: to @host
 * @params: copied
 * @host: copied
 * @ctx: first argument of @host's functions
 * @out: the function; fl_pcie_destroy() frees it
 *
 * Return: 0; -EINVAL for a value out of range, or a missing function; -E2BIG: @params or @host asks for something that this
 * version does not have; -EEXIST: @iommu has a function with this requester; -EOPNOTSUPP: @iommu has no ATS (SMMUv2);
 * -ENOMEM.
 */
FAULTLINE_API int fl_pcie_create(struct fl_iommu *iommu, const struct fl_pcie_params *params,
				 const struct fl_pcie_host *host, void *ctx, struct fl_pcie **out);

/**
 * fl_pcie_destroy() - the function is gone
 * @pcie: nothing waits or is under way, and its accesses are destroyed; may be NULL
 */
FAULTLINE_API void fl_pcie_destroy(struct fl_pcie *pcie);

/**
 * fl_pcie_reset() - a function-level reset, or the IOMMU was reset and knows of nothing that was sent
 * @pcie: the function
 *
 * The ATC is emptied; completions on their way are of no use (FL_PCIE_STALE), invalidations are not completed; each access
 * that waits wakes with FL_PCIE_DISABLED. Page requests are as after fl_pcie_create(), the allocation stays. A function
 * that has an IOMMU is reset with it by fl_iommu_reset(), and by fl_iommu_restore().
 */
FAULTLINE_API void fl_pcie_reset(struct fl_pcie *pcie);

/* ---- capability registers ---- */

/**
 * fl_pcie_allocate() - software writes the Outstanding Page Request Allocation (10.5.2.5)
 * @pcie: the function
 * @requests: page requests, 1 or more; more than the capacity is as good as the capacity, which is the value at first
 *
 * No more are outstanding from then on, and no group is larger.
 *
 * Return: What the register holds; 0: the write came while requests were outstanding or waited for, and was not taken.
 */
FAULTLINE_API uint32_t fl_pcie_allocate(struct fl_pcie *pcie, uint32_t requests);

/**
 * fl_pcie_set_pri() - software writes Enable of the Page Request Control (10.5.2.2)
 * @pcie: the function
 * @on: page requests are possible, also again after a Response Failure. Turning them off wakes each access that waits with
 *	FL_PCIE_DISABLED and drops what is outstanding
 *
 * Return: 0; -EOPNOTSUPP: it has no PRI.
 */
FAULTLINE_API int fl_pcie_set_pri(struct fl_pcie *pcie, bool on);

/**
 * fl_pcie_stop_pasid() - stop using a PASID: a stop marker (10.4.1.2.1) follows its page requests
 * @pcie: the function
 * @pasid: 20 bits
 *
 * Accesses of the PASID that wait for a credit wake with FL_PCIE_DISABLED; what was sent stays outstanding.
 *
 * Return: 0; -EINVAL: no such PASID; -EOPNOTSUPP: it has no PRI.
 */
FAULTLINE_API int fl_pcie_stop_pasid(struct fl_pcie *pcie, uint32_t pasid);

/* ---- accesses ---- */

/**
 * fl_pcie_dma_create() - storage for one access at a time
 * @pcie: the function; lives longer
 * @out: the storage
 *
 * Return: 0 or -ENOMEM.
 */
FAULTLINE_API int fl_pcie_dma_create(struct fl_pcie *pcie, struct fl_pcie_dma **out);

/**
 * fl_pcie_dma_destroy() - free it
 * @dma: no access waits, is asked for or is under way; may be NULL
 */
FAULTLINE_API void fl_pcie_dma_destroy(struct fl_pcie_dma *dma);

/**
 * enum fl_pcie_outcome - what becomes of an access at its function
 * @FL_PCIE_SEND: it goes up to the IOMMU, translated, or untranslated where the function has no ATS or the translation
 *	said so (U, 10.2.3.4)
 * @FL_PCIE_WAIT: its page was asked for, alone or by another; fl_pcie_host.wake ends it
 * @FL_PCIE_ABORT: it has failed: Unsupported Request or Completer Abort; or no permission, and page requests are off
 * @FL_PCIE_MISS: of fl_pcie_lookup() alone: ask, fl_pcie_request()
 * @FL_PCIE_STALE: of fl_pcie_complete() alone: an invalidation or a response was faster than the completion:
 *	ask again, fl_pcie_request()
 * @FL_PCIE_FAULT: of fl_pcie_complete() alone: no sufficient permission: fl_pcie_fault()
 */
enum fl_pcie_outcome { FL_PCIE_SEND, FL_PCIE_WAIT, FL_PCIE_ABORT, FL_PCIE_MISS, FL_PCIE_STALE, FL_PCIE_FAULT };

/**
 * fl_pcie_translate() - translate an access: look up, ask, and ask for its page
 * @dma: of a function that has an IOMMU; no access of it waits, is asked for or is under way
 * @access: copied; FL_WRITE, FL_EXEC, FL_PRIV and FL_PASID count, the stream is the function's requester. NULL: the one
 *	that woke with FL_PCIE_RETRY, again
 * @out: FL_PCIE_SEND: what goes up: fl_iommu_translate(). A translated access has neither PASID nor privilege
 *
 * Return: FL_PCIE_SEND, FL_PCIE_WAIT or FL_PCIE_ABORT. wake may come before the call returns, where the IOMMU answers by
 * itself.
 */
FAULTLINE_API enum fl_pcie_outcome fl_pcie_translate(struct fl_pcie_dma *dma, const struct fl_access *access,
						     struct fl_access *out);

/**
 * fl_pcie_lookup() - the first part of translate: look into the ATC
 * @dma: no access of it waits, is asked for or is under way
 * @access: as for fl_pcie_translate()
 * @out: FL_PCIE_SEND: what goes up
 *
 * Return: FL_PCIE_SEND or FL_PCIE_MISS.
 */
FAULTLINE_API enum fl_pcie_outcome fl_pcie_lookup(struct fl_pcie_dma *dma, const struct fl_access *access,
						  struct fl_access *out);

/**
 * fl_pcie_request() - the second part: a Translation Request (10.2.2) for an access that has missed
 * @dma: of fl_pcie_lookup() or fl_pcie_complete()
 * @request: filled in: one for fl_iommu_translate(), or for its parts, with FL_ATS_REQUEST
 *
 * Return: 0; -EBUSY: 256 of the function are on their way, none has a tag left.
 */
FAULTLINE_API int fl_pcie_request(struct fl_pcie_dma *dma, struct fl_access *request);

/**
 * fl_pcie_complete() - the third part: the Translation Completion (10.2.3) is here
 * @dma: of fl_pcie_request()
 * @outcome: what the IOMMU made of the request
 * @result: likewise; read where @outcome is FL_OK
 * @out: FL_PCIE_SEND: what goes up
 *
 * Return: FL_PCIE_SEND, FL_PCIE_STALE, FL_PCIE_FAULT or FL_PCIE_ABORT.
 */
FAULTLINE_API enum fl_pcie_outcome fl_pcie_complete(struct fl_pcie_dma *dma, enum fl_outcome outcome,
						    const struct fl_result *result, struct fl_access *out);

/**
 * fl_pcie_fault() - the fourth part: ask for the page, or join a request for it that is on its way, or wait for a credit
 * @dma: of fl_pcie_complete()
 *
 * Return: FL_PCIE_WAIT; FL_PCIE_ABORT: page requests are off.
 */
FAULTLINE_API enum fl_pcie_outcome fl_pcie_fault(struct fl_pcie_dma *dma);

/**
 * fl_pcie_begin() - an access that was sent is under way: completions of invalidations wait for its end
 * @dma: FL_PCIE_SEND was the last that it heard
 */
FAULTLINE_API void fl_pcie_begin(struct fl_pcie_dma *dma);

/**
 * fl_pcie_end() - it is over: data have come back, or the write is there
 * @dma: of fl_pcie_begin()
 */
FAULTLINE_API void fl_pcie_end(struct fl_pcie_dma *dma);

/* ---- messages of the IOMMU: of a function without one ---- */

/**
 * fl_pcie_response() - a Page Request Group Response Message is here (10.4.2)
 * @pcie: the function
 * @response: the message; one that answers nothing outstanding is counted and ignored
 */
FAULTLINE_API void fl_pcie_response(struct fl_pcie *pcie, const struct fl_page_response *response);

/**
 * fl_pcie_invalidate() - an Invalidate Request Message is here (10.3.1)
 * @pcie: the function; fl_pcie_host.invalidated answers, perhaps before the call returns
 * @invalidation: the message
 */
FAULTLINE_API void fl_pcie_invalidate(struct fl_pcie *pcie, const struct fl_ats_invalidation *invalidation);

/* ---- counters ---- */

/**
 * struct fl_pcie_stats - what a function has done, and its page requests now
 * @hits: lookups of the ATC that found a translation with sufficient permission
 * @misses: lookups that did not
 * @page_requests: Page Request Messages sent, without stop markers
 * @groups: page request groups sent
 * @joined: faults that joined a page request of another access
 * @mapped: faults whose page had a translation by the time that there was a credit
 * @success: responses with Success
 * @invalid: responses with Invalid Request
 * @failure: responses with Response Failure
 * @unexpected: responses that answered nothing outstanding
 * @invalidations: Invalidate Requests
 * @stale: completions that were not used
 * @capacity: Outstanding Page Request Capacity
 * @allocation: Outstanding Page Request Allocation
 * @outstanding: page requests outstanding now
 * @most_outstanding: largest number of them at once
 * @pri: page requests are possible now
 */
struct fl_pcie_stats {
	uint64_t hits, misses;
	uint64_t page_requests, groups, joined, mapped;
	uint64_t success, invalid, failure, unexpected;
	uint64_t invalidations, stale;
	uint32_t capacity, allocation, outstanding, most_outstanding;
	bool pri;
};

/**
 * fl_pcie_get_stats() - read the counters; changes nothing
 * @pcie: the function
 * @stats: filled in
 * @bytes: sizeof(*@stats) of the caller, who may be older: so much is written
 */
FAULTLINE_API void fl_pcie_get_stats(const struct fl_pcie *pcie, struct fl_pcie_stats *stats, size_t bytes);

FAULTLINE_END

#endif /* FAULTLINE_PCIE_H */
