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
 * @credits: Outstanding Page Request Allocation, page requests; 1..ATS_MAX_PRG; 0: 32
 * @group: pages asked for in one group, following the one that faulted; 1..ATS_MAX_GROUP; 0: 1
 * @pri: page requests are enabled; without, a fault ends the access
 * @global_invalidate: honours the Global Invalidate bit (ATS capability)
 */
struct ats_ep_cfg {
	u32 sid;
	struct tcache_cfg atc;
	u32 credits;
	u32 group;
	bool pri;
	bool global_invalidate;
};

/**
 * enum ats_wake - why a waiting access wakes
 * @ATS_RETRY: Success: start again with ats_ep_lookup()
 * @ATS_REFUSED: Invalid Request: this access has failed
 * @ATS_DISABLED: Response Failure, or PRI was turned off: no page request is possible any more
 */
enum ats_wake { ATS_RETRY, ATS_REFUSED, ATS_DISABLED };

/* An access that waits for a page. The holder owns it until it is woken. */
struct ats_waiter {
	struct ats_waiter *next;
	struct dma_txn txn;
	u64 id;	    /* the holder's */
	bool first; /* its fault sent the request; false: it joined one */
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

/* One page that was asked for and is not answered yet. */
struct ats_page {
	u64 page; /* address >> 12 */
	u32 pasid;
	u16 prgi;
	u8 perm;
	bool pasid_valid;
	bool priv;
	bool used;
	struct ats_waiter *first, **last;
};

/* A translated access under way. The holder owns it from ats_ep_begin() to ats_ep_end(). */
struct ats_use {
	struct ats_use *next, **pprev;
	struct dma_txn txn; /* untranslated */
	u32 waits;	    /* bit an invalidation that waits for it, by ITag */
};

struct ats_ep_stats {
	u64 hits, misses;
	u64 page_requests, groups, merged;
	u64 success, invalid, failure, unexpected;
	u64 invalidations, stale_completions;
	u32 most_outstanding;
};

/* All fields but @stats are private. */
struct ats_ep {
	struct ats_ep_cfg cfg;
	const struct ats_ep_ops *ops;
	void *ctx;
	struct tcache atc;
	struct ats_page pages[ATS_MAX_PRG];
	u32 n_pages; /* entries of pages[] ever used: the search ends there */
	u32 outstanding;
	u64 prgi_used[ATS_MAX_PRG / 64];
	u16 next_prgi;
	bool enabled;
	struct ats_waiter *queue, **queue_last; /* faults for which there was no credit */
	struct ats_use *uses;
	u32 inv_waits[ATS_MAX_ITAGS]; /* uses that the invalidation of this ITag waits for */
	bool request_used[ATS_MAX_REQUESTS], request_stale[ATS_MAX_REQUESTS];
	struct dma_txn request_txn[ATS_MAX_REQUESTS]; /* translation requests in flight */
	struct ats_ep_stats stats;
};

int ats_ep_init(struct ats_ep *ep, const struct ats_ep_cfg *cfg, const struct ats_ep_ops *ops, void *ctx);
void ats_ep_exit(struct ats_ep *ep);

/**
 * ats_ep_lookup() - look into the ATC
 * @t: untranslated access; @r: filled in on a hit with enough permission
 * Return: true on a hit; the access goes out as a translated request to @r->pa.
 */
bool ats_ep_lookup(struct ats_ep *ep, const struct dma_txn *t, struct xlat_result *r);

/**
 * ats_ep_translate() - make a translation request
 * @t: the access; @req: filled in, with DMA_ATS_REQ, to be carried to the IOMMU
 * Return: its tag for ats_ep_complete(), or -EBUSY if all tags are in flight.
 */
int ats_ep_translate(struct ats_ep *ep, const struct dma_txn *t, struct dma_txn *req);

enum ats_completion { ATS_OK, ATS_FAULT, ATS_STALE, ATS_UNTRANSLATED, ATS_ERROR };

/**
 * ats_ep_complete() - a Translation Completion arrived
 * @tag: of ats_ep_translate()
 * @what: how the IOMMU answered: XLAT_OK with permissions, else Unsupported Request or Completer Abort
 * @r: the translation; on ATS_OK @r->pa is the access's address
 *
 * ATS_OK: go on translated. ATS_FAULT: no sufficient permission, see ats_ep_fault(). ATS_STALE: an invalidation
 * overtook the completion, which is not used (10.3.5): ask again. ATS_UNTRANSLATED: the U bit is set.
 * ATS_ERROR: the access has failed.
 */
enum ats_completion ats_ep_complete(struct ats_ep *ep, u32 tag, enum xlat what, struct xlat_result *r);

/**
 * ats_ep_fault() - ask for the page of @w->txn and wait
 * @w: owned by the endpoint until ats_ep_ops.wake
 * Return: 0; -ENODEV if page requests are off: the access has failed, @w is not kept.
 */
int ats_ep_fault(struct ats_ep *ep, struct ats_waiter *w);

/* A PRG Response Message arrived; one that answers nothing outstanding is counted and ignored. */
void ats_ep_response(struct ats_ep *ep, const struct page_response *resp);

/* An Invalidate Request arrived; ats_ep_ops.inv_done follows, perhaps at once. */
void ats_ep_invalidate(struct ats_ep *ep, const struct ats_inv *inv);

/* @t, translated, is under way until ats_ep_end(): invalidations of what it uses wait for it. */
void ats_ep_begin(struct ats_ep *ep, struct ats_use *use, const struct dma_txn *t);
void ats_ep_end(struct ats_ep *ep, struct ats_use *use);

/**
 * ats_ep_stop() - stop using a PASID (10.4.1.2): a stop marker follows its page requests
 * Accesses of that PASID that wait for credits are woken with ATS_DISABLED; what was sent stays outstanding.
 */
void ats_ep_stop(struct ats_ep *ep, u32 pasid);

/**
 * ats_ep_reset() - the IOMMU was reset: it knows of nothing that was sent
 * The ATC is emptied, completions on their way are stale, invalidations are not completed, and whoever waits for a page
 * wakes with ATS_DISABLED. Page requests are as configured afterwards.
 */
void ats_ep_reset(struct ats_ep *ep);

/* Page requests on or off; off wakes whoever waits with ATS_DISABLED and forgets what is outstanding. */
void ats_ep_set_pri(struct ats_ep *ep, bool on);

#ifdef __cplusplus
}
#endif

#endif /* ATS_ENDPOINT_H */
