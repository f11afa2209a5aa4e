// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The page request half of an endpoint: groups, credits, responses, stop markers. */
#include "ats_endpoint_priv.h"
#include "find.h"

static void wait_on(struct ats_page *p, struct ats_waiter *w)
{
	w->next = NULL;
	*p->last = w;
	p->last = &w->next;
}

static bool same_space(const struct ats_page *p, const struct dma_txn *t)
{
	bool pasid = t->flags & DMA_PASID;

	return p->pasid_valid == pasid && (!pasid || p->pasid == t->pasid) && p->priv == !!(t->flags & DMA_PRIV);
}

/* A page on its way that will serve this access, too. */
static struct ats_page *find_page(struct ats_ep *ep, const struct dma_txn *t)
{
	for_each_of(p, ep->pages, ep->n_pages) {
		if (p->used && p->page == t->iova >> 12 && same_space(p, t) && !(ats_wanted(t) & ~p->perm))
			return p;
	}
	return NULL;
}

static struct ats_page *new_page(struct ats_ep *ep)
{
	u32 i;

	i = FIND(i, ep->n_pages, !ep->pages[i].used);
	if (i == ep->n_pages)
		ep->n_pages++;
	fl_assert(i < ATS_MAX_PRG);
	return &ep->pages[i];
}

/* Each group that is outstanding has an index of its own; indices are used in turn. */
static u16 take_prgi(struct ats_ep *ep)
{
	u16 i = ep->next_prgi;

	while (ep->prgi_used[i / 64] & BIT_ULL(i % 64))
		i = (u16)((i + 1) % ATS_MAX_PRG);
	ep->prgi_used[i / 64] |= BIT_ULL(i % 64);
	ep->next_prgi = (u16)((i + 1) % ATS_MAX_PRG);
	return i;
}

/* Ask for one page, on behalf of @w if that is given. */
static void ask(struct ats_ep *ep, const struct dma_txn *t, u64 page, u16 prgi, bool last, struct ats_waiter *w)
{
	struct ats_page *p = new_page(ep);
	struct page_request pr = { .sid = ep->cfg.sid, .prgi = prgi, .last = last };

	*p = (struct ats_page){ .used = true, .page = page, .prgi = prgi };
	p->pasid_valid = t->flags & DMA_PASID;
	p->pasid = p->pasid_valid ? t->pasid : 0;
	p->priv = t->flags & DMA_PRIV;
	p->perm = ats_wanted(t);
	p->last = &p->first;
	pr.pasid_valid = p->pasid_valid;
	pr.pasid = p->pasid;
	pr.priv = p->priv;
	pr.perm = p->perm;
	pr.addr = page << 12;
	ep->outstanding++;
	ep->stats.page_requests++;
	if (ep->outstanding > ep->stats.most_outstanding)
		ep->stats.most_outstanding = ep->outstanding;
	/* Waits before the message leaves: its answer may come from within. */
	if (w)
		wait_on(p, w);
	ep->ops->page_request(ep->ctx, &pr);
}

/* How many pages from the faulting one on: as configured, as credits go, up to one that is on its way. */
static u32 group_size(struct ats_ep *ep, const struct dma_txn *t, bool alone)
{
	u32 most = alone ? 1 : min(ep->cfg.group, ep->allocation - ep->outstanding);
	struct dma_txn next = *t;
	u32 n;

	for (n = 1; n < most; n++) {
		next.iova += 1ULL << 12;
		if (next.iova < t->iova || find_page(ep, &next))
			break;
	}
	return n;
}

static void send_group(struct ats_ep *ep, struct ats_waiter *w)
{
	u32 pages = group_size(ep, &w->txn, w->alone);
	u64 page = w->txn.iova >> 12;
	u16 prgi = take_prgi(ep);
	struct dma_txn t = w->txn; /* @w may be woken by the last message */
	u32 i;

	w->first = true;
	ep->stats.groups++;
	for (i = 0; i < pages; i++)
		ask(ep, &t, page + i, prgi, i + 1 == pages, i ? NULL : w);
}

static void enqueue(struct ats_ep *ep, struct ats_waiter *w)
{
	w->next = NULL;
	*ep->queue_last = w;
	ep->queue_last = &w->next;
}

static struct ats_waiter *take_queue(struct ats_ep *ep)
{
	struct ats_waiter *all = ep->queue;

	ep->queue = NULL;
	ep->queue_last = &ep->queue;
	return all;
}

int ats_ep_fault(struct ats_ep *ep, struct ats_waiter *w)
{
	struct ats_page *p;

	if (!ep->enabled)
		return -ENODEV;
	w->first = w->mapped = false;
	p = find_page(ep, &w->txn);
	if (p) {
		ep->stats.merged++;
		wait_on(p, w);
	} else if (ep->queue || ep->outstanding >= ep->allocation) {
		enqueue(ep, w);
	} else {
		send_group(ep, w);
	}
	return 0;
}

/* Credits came back: those who waited for them, in order. */
static void serve_queue(struct ats_ep *ep)
{
	while (ep->queue && ep->enabled) {
		struct ats_waiter *w = ep->queue;
		struct ats_page *p = find_page(ep, &w->txn);

		if (!p && ep->outstanding >= ep->allocation)
			return;
		ep->queue = w->next;
		if (!ep->queue)
			ep->queue_last = &ep->queue;
		if (ats_has(ep, &w->txn)) {
			ep->stats.mapped++;
			w->mapped = true;
			ep->ops->wake(ep->ctx, w, ATS_RETRY);
		} else if (p) {
			ep->stats.merged++;
			wait_on(p, w);
		} else {
			send_group(ep, w);
		}
	}
}

static void wake_list(struct ats_ep *ep, struct ats_waiter *w, enum ats_wake why)
{
	while (w) {
		struct ats_waiter *next = w->next;

		ep->ops->wake(ep->ctx, w, why);
		w = next;
	}
}

static bool answers(const struct ats_page *p, const struct page_response *resp)
{
	if (!p->used || p->prgi != resp->prgi)
		return false;
	/* A response may come without PASID even where the request had one (PRG Response PASID Required clear). */
	return !resp->pasid_valid || (p->pasid_valid && p->pasid == resp->pasid);
}

/* Take a page off the table and append its waiters to a list; returns the list's new end. */
static struct ats_waiter **release_page(struct ats_ep *ep, struct ats_page *p, struct ats_waiter **end)
{
	p->used = false;
	ep->outstanding--;
	*end = p->first;
	return p->first ? p->last : end;
}

static bool is_of(const struct ats_page *p, const struct dma_txn *t)
{
	return p->page == t->iova >> 12 && same_space(p, t);
}

/* The page is there: who waits for a credit to ask for it joins those who asked, and completions on their way are old. */
static struct ats_waiter **answer_page(struct ats_ep *ep, const struct ats_page *p, struct ats_waiter **end)
{
	struct ats_waiter **at = &ep->queue;
	u32 i;

	for (i = 0; i < ATS_MAX_REQUESTS; i++)
		if (ep->request_used[i] && is_of(p, &ep->request_txn[i]))
			ep->request_answered[i] = true;
	while (*at) {
		struct ats_waiter *w = *at;

		if (!is_of(p, &w->txn)) {
			at = &w->next;
			continue;
		}
		*at = w->next;
		*end = w;
		end = &w->next;
		ep->stats.merged++;
	}
	ep->queue_last = at;
	return end;
}

/* The waiters of every page of the answered group, in order. */
static struct ats_waiter *close_group(struct ats_ep *ep, const struct page_response *resp, u32 *closed)
{
	struct ats_waiter *waiters = NULL, **end = &waiters;

	*closed = 0;
	for_each_of(p, ep->pages, ep->n_pages) {
		if (!answers(p, resp))
			continue;
		end = release_page(ep, p, end);
		if (resp->code == PRG_SUCCESS)
			end = answer_page(ep, p, end);
		(*closed)++;
	}
	*end = NULL;
	return waiters;
}

static void count(struct ats_ep_stats *s, u8 code)
{
	if (code == PRG_SUCCESS)
		s->success++;
	else if (code == PRG_INVALID)
		s->invalid++;
	else
		s->failure++;
}

/* What the waiters of an answered group of @pages are told. */
static enum ats_wake told(struct ats_waiter *waiters, u8 code, u32 pages)
{
	struct ats_waiter *w;

	if (code == PRG_SUCCESS)
		return ATS_RETRY;
	if (code != PRG_INVALID)
		return ATS_DISABLED;
	/* One page of the group was no good: perhaps one that was asked for on speculation. */
	for (w = waiters; w && pages > 1; w = w->next)
		w->alone = true;
	return pages > 1 ? ATS_RETRY : ATS_REFUSED;
}

void ats_ep_response(struct ats_ep *ep, const struct page_response *resp)
{
	struct ats_waiter *waiters;
	u32 closed;

	waiters = close_group(ep, resp, &closed);
	if (!closed) {
		ep->stats.unexpected++;
		return;
	}
	count(&ep->stats, resp->code);
	ep->prgi_used[resp->prgi / 64] &= ~BIT_ULL(resp->prgi % 64);
	if (resp->code != PRG_SUCCESS && resp->code != PRG_INVALID)
		ep->enabled = false; /* Response Failure: the function stops asking (10.4.2.1) */
	wake_list(ep, waiters, told(waiters, resp->code, closed));
	if (ep->enabled) {
		serve_queue(ep);
		return;
	}
	wake_list(ep, take_queue(ep), ATS_DISABLED);
}

void ats_ep_stop(struct ats_ep *ep, u32 pasid)
{
	struct page_request marker = { .sid = ep->cfg.sid, .pasid = pasid, .pasid_valid = true, .last = true };
	struct ats_waiter *gone = NULL, **gone_end = &gone;
	struct ats_waiter **at = &ep->queue;

	while (*at) {
		struct ats_waiter *w = *at;

		if ((w->txn.flags & DMA_PASID) && w->txn.pasid == pasid) {
			*at = w->next;
			w->next = NULL;
			*gone_end = w;
			gone_end = &w->next;
		} else {
			at = &w->next;
		}
	}
	ep->queue_last = at;
	ep->ops->page_request(ep->ctx, &marker);
	wake_list(ep, gone, ATS_DISABLED);
}

u32 ats_ep_allocate(struct ats_ep *ep, u32 n)
{
	if (!n || ep->outstanding || ep->queue)
		return 0;
	ep->allocation = min(n, ep->cfg.capacity);
	return ep->allocation;
}

void ats_ep_set_pri(struct ats_ep *ep, bool on)
{
	struct ats_waiter *all = NULL, **end = &all;

	ep->enabled = on;
	if (on)
		return;
	for_each_of(e, ep->pages, ep->n_pages)
		if (e->used)
			end = release_page(ep, e, end);
	*end = take_queue(ep);
	memset(ep->prgi_used, 0, sizeof(ep->prgi_used));
	wake_list(ep, all, ATS_DISABLED);
}
