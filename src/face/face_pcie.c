// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Functions of PCIe devices: src/pcie behind faultline/pcie.h, and what goes to and fro between one and its IOMMU. */
#include "faultline/pcie.h"
#include "ats_endpoint.h"
#include "face_priv.h"

SAME_VALUE(ATS_RETRY, FL_PCIE_RETRY);
SAME_VALUE(ATS_REFUSED, FL_PCIE_REFUSED);
SAME_VALUE(ATS_DISABLED, FL_PCIE_DISABLED);

/* Page requests outstanding, a stop marker, completions of invalidations: no more can wait for the end of a call. */
#define MAX_OUT 1024
static_assert(MAX_OUT >= ATS_MAX_PRG + ATS_MAX_ITAGS + 1, "there is room for all");

/* On its way to the IOMMU. */
struct message {
	struct page_request request;
	u8 itag;
	bool completion;
};

enum dma_state { DMA_IDLE, DMA_MISSED, DMA_ASKED, DMA_FAULTED, DMA_WAITS, DMA_WOKEN, DMA_SENT, DMA_RUNS };

struct fl_pcie_dma {
	struct ats_waiter waiter; /* the first member: wake() gets its address */
	struct ats_use use;
	struct dma_txn txn;
	struct fl_pcie *fn;
	struct fl_pcie_dma *next; /* woken, and not yet told */
	enum dma_state state;
	enum ats_wake why;
	u32 tag;
};

struct fl_pcie {
	struct ats_ep ep;
	struct fl_iommu *iommu;
	struct fl_pcie *next;
	struct fl_pcie_host host;
	void *ctx;
	bool ats;
	bool waking; /* without an IOMMU: see wake_all() */
	u32 n_dma;
	struct fl_pcie_dma *woken, **woken_last;
	u32 first_out, n_out;
	struct message out[MAX_OUT];
};

/**
 * struct port - the functions of an IOMMU
 * @face: what the IOMMU's handle calls
 * @functions: all of them
 * @waking: see wake_all()
 * @nobody: invalidations for requesters that are not there
 * @n_nobody: their number
 */
struct port {
	struct face_port face;
	struct fl_pcie *functions;
	bool waking;
	struct ats_inv nobody[ATS_MAX_ITAGS];
	u32 n_nobody;
};

static struct port *port_of(const struct fl_iommu *i)
{
	return (struct port *)i->port;
}

static struct fl_pcie *find(const struct fl_iommu *i, u32 requester)
{
	struct fl_pcie *f = i->port ? port_of(i)->functions : NULL;

	while (f && f->ep.cfg.sid != requester)
		f = f->next;
	return f;
}

/* ---- to the IOMMU, and to the holder ---- */

static void post(struct fl_pcie *f, const struct message *m)
{
	fl_assert(f->n_out < MAX_OUT);
	f->out[(f->first_out + f->n_out++) % MAX_OUT] = *m;
}

static void page_request(void *ctx, const struct page_request *pr)
{
	struct fl_pcie *f = ctx;

	if (f->iommu)
		post(f, &(struct message){ .request = *pr });
	else
		f->host.page_request(f->ctx, (const struct fl_page_request *)pr);
}

static void inv_done(void *ctx, u32 sid, u8 itag)
{
	struct fl_pcie *f = ctx;

	if (f->iommu)
		post(f, &(struct message){ .itag = itag, .completion = true });
	else
		f->host.invalidated(f->ctx, sid, itag);
}

static void wake(void *ctx, struct ats_waiter *w, enum ats_wake why)
{
	struct fl_pcie *f = ctx;
	struct fl_pcie_dma *d = (struct fl_pcie_dma *)w;

	d->why = why;
	d->next = NULL;
	*f->woken_last = d;
	f->woken_last = &d->next;
}

static const struct ats_ep_ops ep_ops = { page_request, inv_done, wake };

/* Without time a completion that the IOMMU does not look for (VT-d 4.2.1) is late at once. */
static void complete(struct fl_iommu *i, u32 requester, u8 itag, bool ok)
{
	if (!i->cls->ats_inv_done(i->hw, requester, itag, ok))
		i->cls->ats_inv_done(i->hw, requester, itag, false);
	i->cls->step(i->hw);
}

static void deliver(struct fl_pcie *f)
{
	struct message m = f->out[f->first_out];

	f->first_out = (f->first_out + 1) % MAX_OUT;
	f->n_out--;
	if (m.completion)
		complete(f->iommu, f->ep.cfg.sid, m.itag, true);
	else
		f->iommu->cls->page_request(f->iommu->hw, &m.request);
}

static void tell_one(struct fl_pcie *f)
{
	struct fl_pcie_dma *d = f->woken;

	f->woken = d->next;
	if (!f->woken)
		f->woken_last = &f->woken;
	d->state = d->why == ATS_RETRY ? DMA_WOKEN : DMA_IDLE;
	f->host.wake(f->ctx, d->waiter.id, (enum fl_pcie_wake)d->why);
}

static struct fl_pcie *somebody_woken(const struct port *p)
{
	struct fl_pcie *f = p->functions;

	while (f && !f->woken)
		f = f->next;
	return f;
}

/* All messages, and what they lead to; then who has woken is told. Who makes a call from there is told of it later. */
static void carry(struct fl_iommu *i)
{
	struct port *p = port_of(i);
	struct fl_pcie *f;
	bool any = true;

	while (any) {
		any = p->n_nobody;
		if (any) {
			struct ats_inv inv = p->nobody[--p->n_nobody];

			complete(i, inv.sid, inv.itag, false);
		}
		for (f = p->functions; f; f = f->next)
			for (; f->n_out; any = true)
				deliver(f);
	}
	if (p->waking)
		return;
	p->waking = true;
	while ((f = somebody_woken(p)))
		tell_one(f);
	p->waking = false;
}

/* What a call to a function has led to. */
static void settle(struct fl_pcie *f)
{
	if (f->iommu) {
		face_settle(f->iommu);
		return;
	}
	if (f->waking)
		return;
	f->waking = true;
	while (f->woken)
		tell_one(f);
	f->waking = false;
}

/* ---- from the IOMMU, within its calls ---- */

static void route_response(void *ctx, const struct page_response *resp)
{
	const struct fl_iommu *i = ctx;
	struct fl_pcie *f = find(i, resp->sid);

	if (f)
		ats_ep_response(&f->ep, resp);
	else if (i->host.page_response)
		i->host.page_response(i->ctx, (const struct fl_page_response *)resp);
}

static void route_invalidation(void *ctx, const struct ats_inv *inv)
{
	const struct fl_iommu *i = ctx;
	struct port *p = port_of(i);
	struct fl_pcie *f = find(i, inv->sid);

	if (f) {
		ats_ep_invalidate(&f->ep, inv);
	} else if (i->host.ats_invalidate) {
		i->host.ats_invalidate(i->ctx, (const struct fl_ats_invalidation *)inv);
	} else {
		fl_assert(p->n_nobody < ATS_MAX_ITAGS);
		p->nobody[p->n_nobody++] = *inv;
	}
}

static void reset_function(struct fl_pcie *f)
{
	f->n_out = 0;
	ats_ep_reset(&f->ep);
}

static void reset_all(struct fl_iommu *i)
{
	struct fl_pcie *f;

	port_of(i)->n_nobody = 0;
	for (f = port_of(i)->functions; f; f = f->next)
		reset_function(f);
}

/* ---- life ---- */

static int attach(struct fl_pcie *f, struct fl_iommu *i)
{
	struct port *p;

	if (!i->cls->page_request || !i->cls->ats_inv_done)
		return -EOPNOTSUPP;
	if (find(i, f->ep.cfg.sid))
		return -EEXIST;
	if (!i->port) {
		p = fl_zalloc(sizeof(*p));
		if (!p)
			return -ENOMEM;
		p->face = (struct face_port){ .carry = carry, .reset = reset_all };
		i->port = &p->face;
		i->ops.page_response = route_response;
		i->ops.ats_invalidate = route_invalidation;
	}
	i->port->n++;
	f->iommu = i;
	f->next = port_of(i)->functions;
	port_of(i)->functions = f;
	i->busy = true;
	return 0;
}

static bool has_all(const struct fl_pcie *f, bool alone)
{
	bool pri = f->ep.cfg.pri;

	return (!pri || (f->host.wake && (!alone || f->host.page_request))) &&
	       (!f->ats || !alone || f->host.invalidated);
}

static int make(struct fl_pcie *f, struct fl_iommu *iommu, const struct fl_pcie_params *params,
		const struct fl_pcie_host *host)
{
	struct fl_pcie_params p;
	struct ats_ep_cfg cfg;
	int err = face_take(&p, sizeof(p), params);

	err = err ? err : face_take(&f->host, sizeof(f->host), host);
	if (err)
		return err;
	cfg = (struct ats_ep_cfg){ .sid = p.requester,
				   .atc = face_cache(&p.atc),
				   .capacity = p.capacity,
				   .group = p.group,
				   .pri = !p.no_ats && !p.no_pri,
				   .global_invalidate = p.global_invalidate };
	if (!cfg.atc.sets && !cfg.atc.ways) {
		cfg.atc.sets = 16;
		cfg.atc.ways = 4;
	}
	f->ats = !p.no_ats;
	f->woken_last = &f->woken;
	err = ats_ep_init(&f->ep, &cfg, &ep_ops, f);
	if (!err && !has_all(f, !iommu))
		err = -EINVAL;
	return err || !iommu ? err : attach(f, iommu);
}

int fl_pcie_create(struct fl_iommu *iommu, const struct fl_pcie_params *params, const struct fl_pcie_host *host,
		   void *ctx, struct fl_pcie **out)
{
	struct fl_pcie *f = fl_zalloc(sizeof(*f));
	int err;

	if (!f)
		return -ENOMEM;
	f->ctx = ctx;
	err = make(f, iommu, params, host);
	if (err) {
		ats_ep_exit(&f->ep);
		fl_free(f);
		return err;
	}
	*out = f;
	return 0;
}

void fl_pcie_destroy(struct fl_pcie *f)
{
	struct fl_pcie **at;

	if (!f)
		return;
	fl_check(!f->n_dma, "a PCIe function is destroyed before its accesses");
	if (f->iommu) {
		for (at = &port_of(f->iommu)->functions; *at != f; at = &(*at)->next)
			;
		*at = f->next;
		f->iommu->port->n--;
	}
	ats_ep_exit(&f->ep);
	fl_free(f);
}

void fl_pcie_reset(struct fl_pcie *f)
{
	reset_function(f);
	settle(f);
}

/* ---- capability registers ---- */

uint32_t fl_pcie_allocate(struct fl_pcie *f, uint32_t requests)
{
	return ats_ep_allocate(&f->ep, requests);
}

int fl_pcie_set_pri(struct fl_pcie *f, bool on)
{
	if (!f->ep.cfg.pri)
		return -EOPNOTSUPP;
	ats_ep_set_pri(&f->ep, on);
	settle(f);
	return 0;
}

int fl_pcie_stop_pasid(struct fl_pcie *f, uint32_t pasid)
{
	if (!f->ep.cfg.pri)
		return -EOPNOTSUPP;
	if (pasid >> 20)
		return -EINVAL;
	ats_ep_stop(&f->ep, pasid);
	settle(f);
	return 0;
}

/* ---- accesses ---- */

int fl_pcie_dma_create(struct fl_pcie *f, struct fl_pcie_dma **out)
{
	struct fl_pcie_dma *d = fl_zalloc(sizeof(*d));

	if (!d)
		return -ENOMEM;
	d->fn = f;
	f->n_dma++;
	*out = d;
	return 0;
}

static bool busy(const struct fl_pcie_dma *d)
{
	return d->state == DMA_ASKED || d->state == DMA_WAITS || d->state == DMA_RUNS;
}

void fl_pcie_dma_destroy(struct fl_pcie_dma *d)
{
	if (!d)
		return;
	fl_check(!busy(d), "an access of a PCIe function is destroyed before its end");
	d->fn->n_dma--;
	fl_free(d);
}

static void start(struct fl_pcie_dma *d, const struct fl_access *access)
{
	fl_check(!busy(d), "an access of a PCIe function begins before the end of another");
	if (!access) {
		fl_check(d->state == DMA_WOKEN, "no access of a PCIe function has woken to be tried again");
		return;
	}
	d->txn = *face_check(access);
	d->txn.sid = d->fn->ep.cfg.sid;
	d->txn.flags &= DMA_WRITE | DMA_EXEC | DMA_PRIV | DMA_PASID;
	d->waiter = (struct ats_waiter){ .txn = d->txn, .id = d->txn.id };
}

static enum fl_pcie_outcome ends(struct fl_pcie_dma *d, enum dma_state state, enum fl_pcie_outcome outcome)
{
	d->state = state;
	return outcome;
}

static enum fl_pcie_outcome send_untranslated(struct fl_pcie_dma *d, struct fl_access *out)
{
	memcpy(out, &d->txn, sizeof(*out));
	return ends(d, DMA_SENT, FL_PCIE_SEND);
}

static enum fl_pcie_outcome send_translated(struct fl_pcie_dma *d, u64 pa, struct fl_access *out)
{
	send_untranslated(d, out);
	out->addr = (pa & ~4095ull) | (d->txn.iova & 4095);
	out->flags = (d->txn.flags & DMA_WRITE) | DMA_TRANSLATED;
	out->pasid = 0;
	return FL_PCIE_SEND;
}

enum fl_pcie_outcome fl_pcie_lookup(struct fl_pcie_dma *d, const struct fl_access *access, struct fl_access *out)
{
	struct xlat_result r;

	start(d, access);
	if (!d->fn->ats)
		return send_untranslated(d, out);
	if (ats_ep_lookup(&d->fn->ep, &d->txn, &r))
		return send_translated(d, r.pa, out);
	return ends(d, DMA_MISSED, FL_PCIE_MISS);
}

int fl_pcie_request(struct fl_pcie_dma *d, struct fl_access *request)
{
	struct dma_txn req;
	int tag;

	fl_check(d->state == DMA_MISSED, "a translation request without a miss");
	tag = ats_ep_translate(&d->fn->ep, &d->txn, &req);
	if (tag < 0)
		return tag;
	req.iova &= ~4095ull; /* of the page: 10.2.2 */
	memcpy(request, &req, sizeof(req));
	d->tag = (u32)tag;
	d->state = DMA_ASKED;
	return 0;
}

enum fl_pcie_outcome fl_pcie_complete(struct fl_pcie_dma *d, enum fl_outcome outcome, const struct fl_result *result,
				      struct fl_access *out)
{
	struct xlat_result r = { 0 };

	fl_check(d->state == DMA_ASKED, "a translation completion without a request");
	if (outcome == FL_OK)
		r = (struct xlat_result){ .pa = result->addr,
					  .shift = result->shift,
					  .perm = result->perm,
					  .global = result->flags & FL_RESULT_GLOBAL,
					  .untranslated = result->flags & FL_RESULT_UNTRANSLATED };
	switch (ats_ep_complete(&d->fn->ep, d->tag, (enum xlat)outcome, &r)) {
	case ATS_OK:
		return send_translated(d, r.pa, out);
	case ATS_UNTRANSLATED:
		return send_untranslated(d, out);
	case ATS_STALE:
		return ends(d, DMA_MISSED, FL_PCIE_STALE);
	case ATS_FAULT:
		return ends(d, DMA_FAULTED, FL_PCIE_FAULT);
	default:
		return ends(d, DMA_IDLE, FL_PCIE_ABORT);
	}
}

static enum fl_pcie_outcome fault(struct fl_pcie_dma *d)
{
	fl_check(d->state == DMA_FAULTED, "a page request without a fault");
	d->state = DMA_WAITS; /* it may wake from within */
	if (ats_ep_fault(&d->fn->ep, &d->waiter))
		return ends(d, DMA_IDLE, FL_PCIE_ABORT);
	return FL_PCIE_WAIT;
}

enum fl_pcie_outcome fl_pcie_fault(struct fl_pcie_dma *d)
{
	enum fl_pcie_outcome what = fault(d);

	settle(d->fn);
	return what;
}

enum fl_pcie_outcome fl_pcie_translate(struct fl_pcie_dma *d, const struct fl_access *access, struct fl_access *out)
{
	struct fl_iommu *i = d->fn->iommu;
	enum fl_pcie_outcome what;
	struct fl_access request;
	struct fl_result r;
	enum fl_outcome x;
	int err;

	fl_check(i, "a PCIe function without an IOMMU asks it for a translation");
	what = fl_pcie_lookup(d, access, out);
	if (what != FL_PCIE_MISS)
		return what;
	err = fl_pcie_request(d, &request);
	fl_check(!err, "a PCIe function has no tag left");
	x = (enum fl_outcome)i->cls->translate(i->hw, (const struct dma_txn *)&request, (struct xlat_result *)&r);
	face_order_flags(&r);
	what = fl_pcie_complete(d, x, &r, out);
	fl_assert(what != FL_PCIE_STALE);
	if (what == FL_PCIE_FAULT)
		what = fault(d);
	settle(d->fn);
	return what;
}

void fl_pcie_begin(struct fl_pcie_dma *d)
{
	fl_check(d->state == DMA_SENT, "an access of a PCIe function is under way that was not sent");
	d->state = DMA_RUNS;
	ats_ep_begin(&d->fn->ep, &d->use, &d->txn);
}

void fl_pcie_end(struct fl_pcie_dma *d)
{
	fl_check(d->state == DMA_RUNS, "an access of a PCIe function ends that has not begun");
	d->state = DMA_IDLE;
	ats_ep_end(&d->fn->ep, &d->use);
	settle(d->fn);
}

/* ---- messages of the IOMMU ---- */

void fl_pcie_response(struct fl_pcie *f, const struct fl_page_response *response)
{
	ats_ep_response(&f->ep, (const struct page_response *)response);
	settle(f);
}

void fl_pcie_invalidate(struct fl_pcie *f, const struct fl_ats_invalidation *invalidation)
{
	ats_ep_invalidate(&f->ep, (const struct ats_inv *)invalidation);
	settle(f);
}

/* ---- counters ---- */

void fl_pcie_get_stats(const struct fl_pcie *f, struct fl_pcie_stats *stats, size_t bytes)
{
	const struct ats_ep_stats *s = &f->ep.stats;
	const struct fl_pcie_stats now = { .hits = s->hits,
					   .misses = s->misses,
					   .page_requests = s->page_requests,
					   .groups = s->groups,
					   .joined = s->merged,
					   .mapped = s->mapped,
					   .success = s->success,
					   .invalid = s->invalid,
					   .failure = s->failure,
					   .unexpected = s->unexpected,
					   .invalidations = s->invalidations,
					   .stale = s->stale_completions,
					   .capacity = f->ep.cfg.capacity,
					   .allocation = f->ep.allocation,
					   .outstanding = f->ep.outstanding,
					   .most_outstanding = s->most_outstanding,
					   .pri = f->ep.enabled };

	memset(stats, 0, bytes);
	memcpy(stats, &now, min(bytes, sizeof(now)));
}
