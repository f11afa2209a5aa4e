/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A PCIe endpoint's side of address translation: its translation cache (ATC),
 * its translation requests (ATS), its page requests (PRI) with credits, groups
 * and stop markers, and what it does with invalidations and responses.
 *
 * It knows neither time nor which IOMMU answers: the holder carries the
 * messages and decides how long they take.
 *
 * One access: ats_ep_lookup(). On a miss ats_ep_translate(), carry the request
 * to the IOMMU, hand the completion to ats_ep_complete(). If that says
 * ATS_FAULT, ats_ep_fault() sends a page request, or joins one that is on its
 * way, and ats_ep_ops.wake tells when to start again.
 * PCI Express Base Specification 5.0, chapter 10.
 */
#ifndef ATS_ENDPOINT_H
#define ATS_ENDPOINT_H

#include "iommu.h"
#include "tcache.h"

#ifdef __cplusplus
extern "C" {
#endif

#define ATS_MAX_PRG	 512 /* PRG indices: 9 bits */
#define ATS_MAX_ITAGS	 32  /* invalidations outstanding: 5-bit ITag */
#define ATS_MAX_GROUP	 16  /* pages asked for in one group */
#define ATS_MAX_REQUESTS 256 /* translation requests in flight: extended tags */

/**
 * struct ats_ep_cfg - one function
 * @sid: requester ID
 * @atc: geometry of its translation cache; sets 0: no ATC, each access asks
 * @capacity: Outstanding Page Request Capacity, page requests; 1..ATS_MAX_PRG; 0: 32. Until software has written its
 *	own number (ats_ep_allocate()) the allocation is as much.
 * @group: most pages asked for in one group, following the one that faulted; 1..ATS_MAX_GROUP; 0: 1
 * @pri: page requests are enabled; without, a fault ends the access
 * @global_invalidate: honours the Global Invalidate bit (ATS capability)
 */
struct ats_ep_cfg {
	u32 sid;
	struct tcache_cfg atc;
	u32 capacity;
	u32 group;
	bool pri;
	bool global_invalidate;
};

/**
 * enum ats_wake - why a waiting access wakes
 * @ATS_RETRY: Success: start again with ats_ep_lookup(). Or Invalid Request for a group of several pages, one of
 *	which may be another: likewise, and if it faults again its page is asked for alone (ats_waiter.alone)
 * @ATS_REFUSED: Invalid Request: this access has failed
 * @ATS_DISABLED: Response Failure, or PRI was turned off: no page request is possible any more
 */
enum ats_wake { ATS_RETRY, ATS_REFUSED, ATS_DISABLED };

/**
 * struct ats_waiter - an access that waits for a page; the endpoint owns it until it is woken; zeroed for each access
 * @next: list of the endpoint
 * @txn: the access, untranslated
 * @id: the holder's
 * @first: its fault sent the page request; false: it joined one that was on its way
 * @mapped: nothing was asked for: when there was a credit, the ATC had its page
 * @alone: the group that asked for its page was refused: next time nothing else is asked for
 */
struct ats_waiter {
	struct ats_waiter *next;
	struct dma_txn txn;
	u64 id;
	bool first;
	bool mapped;
	bool alone;
};

/**
 * struct ats_ep_ops - messages on their way out, and the end of a wait; @ctx comes first
 * @page_request: Page Request Message, or a stop marker
 * @inv_done: Invalidate Completion; comes once every use of what was invalidated has ended
 * @wake: @w waits no longer
 */
struct ats_ep_ops {
	void (*page_request)(void *ctx, const struct page_request *pr);
	void (*inv_done)(void *ctx, u32 sid, u8 itag);
	void (*wake)(void *ctx, struct ats_waiter *w, enum ats_wake why);
};

/**
 * struct ats_page - a page that was asked for and is not answered yet
 * @page: address >> 12
 * @pasid: PASID; meaningful with @pasid_valid
 * @prgi: page request group index, 9 bits
 * @perm: PERM_* that were asked for
 * @pasid_valid: the request has a PASID
 * @priv: privileged mode was requested
 * @used: the entry is in use
 * @first: accesses that wait for the page
 * @last: where the next one is linked
 */
struct ats_page {
	u64 page;
	u32 pasid;
	u16 prgi;
	u8 perm;
	bool pasid_valid;
	bool priv;
	bool used;
	struct ats_waiter *first, **last;
};

/**
 * struct ats_use - a translated access under way; the holder owns it from ats_ep_begin() to ats_ep_end()
 * @next: list of the endpoint
 * @pprev: link that points to this use
 * @txn: the access, untranslated
 * @waits: bit n: the invalidation with ITag n waits for this use
 */
struct ats_use {
	struct ats_use *next, **pprev;
	struct dma_txn txn;
	u32 waits;
};

/**
 * struct ats_ep_stats - what an endpoint has done
 * @hits: lookups that found a translation with sufficient permission
 * @misses: lookups that did not
 * @page_requests: Page Request Messages sent, without stop markers
 * @groups: page request groups sent
 * @merged: faults that joined a page request that was already on its way, also while they waited for a credit
 * @mapped: faults whose page was mapped while they waited for a credit
 * @success: responses with Success
 * @invalid: responses with Invalid Request
 * @failure: responses with Response Failure
 * @unexpected: responses that answered nothing outstanding
 * @invalidations: Invalidate Requests received
 * @stale_completions: completions that an invalidation had overtaken
 * @most_outstanding: largest number of page requests outstanding at once
 */
struct ats_ep_stats {
	u64 hits, misses;
	u64 page_requests, groups, merged, mapped;
	u64 success, invalid, failure, unexpected;
	u64 invalidations, stale_completions;
	u32 most_outstanding;
};

/**
 * struct ats_ep - an endpoint; private but for @stats
 */
struct ats_ep {
	/* private: */
	struct ats_ep_cfg cfg;
	const struct ats_ep_ops *ops;
	void *ctx;
	struct tcache atc;
	struct ats_page pages[ATS_MAX_PRG];
	u32 n_pages; /* entries of pages[] ever used: the search ends there */
	u32 outstanding;
	u32 allocation; /* outstanding is never more */
	u64 prgi_used[ATS_MAX_PRG / 64];
	u16 next_prgi;
	bool enabled;
	struct ats_waiter *queue, **queue_last; /* faults for which there was no credit */
	struct ats_use *uses;
	u32 inv_waits[ATS_MAX_ITAGS]; /* uses that the invalidation of this ITag waits for */
	bool request_used[ATS_MAX_REQUESTS], request_stale[ATS_MAX_REQUESTS];
	bool request_answered[ATS_MAX_REQUESTS];      /* a response to a request for its page has come since */
	struct dma_txn request_txn[ATS_MAX_REQUESTS]; /* translation requests in flight */
	struct ats_ep_stats stats;
};

/**
 * ats_ep_init() - make an endpoint
 * @ep: filled in; the caller owns the storage and ends it with ats_ep_exit()
 * @cfg: copied
 * @ops: messages on their way out; must outlive @ep
 * @ctx: first argument of @ops
 *
 * Return: 0, -EINVAL for a value out of range, -ENOMEM.
 */
int ats_ep_init(struct ats_ep *ep, const struct ats_ep_cfg *cfg, const struct ats_ep_ops *ops, void *ctx);

/**
 * ats_ep_exit() - free what the endpoint holds
 * @ep: the endpoint
 */
void ats_ep_exit(struct ats_ep *ep);

/**
 * ats_ep_allocate() - software writes the Outstanding Page Request Allocation (PRI capability)
 * @ep: the endpoint
 * @n: page requests, 1 or more; more than the capacity is as good as the capacity
 *
 * From here on that many may be outstanding, and no group is larger. PCIe leaves undefined what becomes of a change
 * while requests are enabled; here it is taken while none is outstanding and nobody waits for one.
 *
 * Return: The value that the register holds now; 0 if the write came at the wrong time.
 */
u32 ats_ep_allocate(struct ats_ep *ep, u32 n);

/**
 * ats_ep_lookup() - look into the ATC
 * @ep: the endpoint
 * @t: the access, untranslated
 * @r: filled in on a hit with sufficient permission
 *
 * Return: true on a hit; the access goes out as a translated request to @r->pa.
 */
bool ats_ep_lookup(struct ats_ep *ep, const struct dma_txn *t, struct xlat_result *r);

/**
 * ats_ep_translate() - make a translation request
 * @ep: the endpoint
 * @t: the access
 * @req: filled in, with DMA_ATS_REQ, to be carried to the IOMMU
 *
 * Return: its tag for ats_ep_complete(), or -EBUSY if all tags are in flight.
 */
int ats_ep_translate(struct ats_ep *ep, const struct dma_txn *t, struct dma_txn *req);

enum ats_completion { ATS_OK, ATS_FAULT, ATS_STALE, ATS_UNTRANSLATED, ATS_ERROR };

/**
 * ats_ep_complete() - a Translation Completion arrived
 * @ep: the endpoint
 * @tag: of ats_ep_translate()
 * @what: how the IOMMU answered: XLAT_OK with permissions, else Unsupported Request or Completer Abort
 * @r: the translation; on ATS_OK @r->pa is the access's address
 *
 * Return: ATS_OK: go on translated. ATS_FAULT: no sufficient permission, see ats_ep_fault(). ATS_STALE: an
 *	invalidation overtook the completion, which is not used (10.3.5), or it has no permission and a response said
 *	meanwhile that the page is there: ask again. ATS_UNTRANSLATED: the U bit is
 *	set. ATS_ERROR: the access has failed.
 */
enum ats_completion ats_ep_complete(struct ats_ep *ep, u32 tag, enum xlat what, struct xlat_result *r);

/**
 * ats_ep_fault() - ask for the page of @w->txn and wait
 * @ep: the endpoint
 * @w: owned by the endpoint until ats_ep_ops.wake
 *
 * Without a credit it waits for one. A response to a request for the same page ends that wait as if @w had joined the
 * request; so does a translation in the ATC when the credit is there. What differs in permission joins as well, then:
 * it asks for a translation first, and for the page only if that does not do.
 *
 * Return: 0; -ENODEV if page requests are off: the access has failed, @w is not kept.
 */
int ats_ep_fault(struct ats_ep *ep, struct ats_waiter *w);

/**
 * ats_ep_response() - accept a PRG Response Message; one that answers nothing outstanding is counted and ignored
 * @ep: the endpoint
 * @resp: the message
 */
void ats_ep_response(struct ats_ep *ep, const struct page_response *resp);

/**
 * ats_ep_invalidate() - accept an Invalidate Request; ats_ep_ops.inv_done follows, perhaps before the call returns
 * @ep: the endpoint
 * @inv: the request
 */
void ats_ep_invalidate(struct ats_ep *ep, const struct ats_inv *inv);

/**
 * ats_ep_begin() - note that a translated access is under way, so that invalidations of what it uses wait for it
 * @ep: the endpoint
 * @use: owned by the endpoint until ats_ep_end()
 * @t: the access, untranslated
 */
void ats_ep_begin(struct ats_ep *ep, struct ats_use *use, const struct dma_txn *t);

/**
 * ats_ep_end() - note that a translated access has ended
 * @ep: the endpoint
 * @use: of ats_ep_begin()
 */
void ats_ep_end(struct ats_ep *ep, struct ats_use *use);

/**
 * ats_ep_stop() - stop using a PASID (10.4.1.2): a stop marker follows its page requests
 * @ep: the endpoint
 * @pasid: PASID, 20 bits
 *
 * Accesses of that PASID that wait for credits are woken with ATS_DISABLED; what was sent stays outstanding.
 */
void ats_ep_stop(struct ats_ep *ep, u32 pasid);

/**
 * ats_ep_reset() - the IOMMU was reset: it knows of nothing that was sent
 * @ep: the endpoint
 *
 * The ATC is emptied, completions on their way are stale, invalidations are not completed, and every access that
 * waits for a page wakes with ATS_DISABLED. Page requests are as configured afterwards.
 */
void ats_ep_reset(struct ats_ep *ep);

/**
 * ats_ep_set_pri() - turn page requests on or off
 * @ep: the endpoint
 * @on: whether page requests are possible
 *
 * Turning them off wakes every waiting access with ATS_DISABLED, and drops what is outstanding.
 */
void ats_ep_set_pri(struct ats_ep *ep, bool on);

#ifdef __cplusplus
}
#endif

#endif /* ATS_ENDPOINT_H */
