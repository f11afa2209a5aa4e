/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Page faults of a PCIe device: requests out, responses and invalidations in. */
#include "pcie_endpoint_priv.h"

namespace faultline {

/* The translation carries no permission: ask for the page, or join who asks for it. */
void PcieEndpoint::fault(Access &a, ps_t time) {
    if (a.in_fault)
        close_fault(a, true, time);
    a.in_fault = true;
    a.joined = true;
    std::fill_n(a.stamps.stamp, PAGE_PARTS + 1, time);
    a.stamps.stamp[PAGE_TRANSLATION] = a.started;
    a.started = time;
    if (a.ext)
        a.ext->faults++;
    a.waiter.txn = a.txn;
    a.waiter.id = u64(reinterpret_cast<std::uintptr_t>(&a));
    cur_ = time;
    if (ats_ep_fault(&a.fn->ep, &a.waiter))
        fail(a, time);
}

void PcieEndpoint::op_page_request(void *ctx, const ::page_request *pr) {
    auto *f = static_cast<Function *>(ctx);
    ps_t arrival = f->device.to_root_.send(f->device.cur_, 0);

    f->groups[pr->prgi % ATS_MAX_PRG] = {arrival, arrival, arrival};
    f->device.iommu_.page_request(*pr, arrival);
}

void PcieEndpoint::page_step(const ::page_request &request, PageStep step, ps_t time) {
    Function *f = function(request.sid);

    if (!f)
        return;
    GroupTimes &g = f->groups[request.prgi % ATS_MAX_PRG];
    if (step == PageStep::Recorded)
        g.recorded = time;
    else
        g.noticed = time;
}

void PcieEndpoint::page_response(const ::page_response &response, ps_t time, ps_t answered) {
    Function *f = function(response.sid);

    if (!f)
        return;
    scheduler_.at(
        to_device_.send(time, 0),
        [](void *object, u64) {
            std::unique_ptr<Response> r(static_cast<Response *>(object));
            PcieEndpoint &device = r->fn.device;
            if (r->resets != r->fn.resets)
                return;
            device.cur_ = device.scheduler_.now();
            r->fn.response = r.get();
            ats_ep_response(&r->fn.ep, &r->message);
            r->fn.response = nullptr;
        },
        new Response{*f, response, answered, f->resets});
}

/* Its group was answered, or its function may not ask any more. */
void PcieEndpoint::op_wake(void *ctx, ats_waiter *w, ats_wake why) {
    auto *f = static_cast<Function *>(ctx);
    auto &a = *reinterpret_cast<Access *>(std::uintptr_t(w->id));
    ps_t *s = a.stamps.stamp, now = f->device.scheduler_.now();

    if (f->response) {
        const GroupTimes &g = f->groups[f->response->message.prgi % ATS_MAX_PRG];
        s[PAGE_QUEUE] = g.arrived;
        s[PAGE_NOTIFY] = g.recorded;
        s[PAGE_SOFTWARE] = g.noticed;
        s[PAGE_RESPONSE] = f->response->answered;
    }
    s[PAGE_RETRY] = now;
    a.joined = !w->first;
    a.why = why;
    f->device.scheduler_.at(
        now,
        [](void *access, u64) {
            auto *x = static_cast<Access *>(access);
            PcieEndpoint &device = x->fn->device;
            ps_t time = device.scheduler_.now();
            if (x->why != ATS_RETRY)
                device.fail(*x, time);
            else if (device.run_piece(*x, time))
                device.go_on(*x, x->done);
        },
        &a);
}

/* A part that did not happen, or that ended before an earlier one did, is zero: the sum stays the total. */
void PcieEndpoint::close_fault(Access &a, bool ok, ps_t time) {
    ps_t *s = a.stamps.stamp;

    s[PAGE_PARTS] = time;
    for (unsigned i = 1; i <= PAGE_PARTS; i++) {
        if (s[i] < s[i - 1])
            s[i] = s[i - 1];
        if (s[i] > time)
            s[i] = time;
    }
    a.in_fault = false;
    if (sink_)
        sink_->page_fault_over(a.txn, a.joined, ok, a.stamps);
}

/*
 * What the invalidation concerns is dropped now; its completion goes back when
 * the accesses that use it are over, those answered with a time to come included.
 */
ps_t PcieEndpoint::ats_invalidate(const ats_inv &invalidation, ps_t time) {
    Function *f = function(invalidation.sid);
    ps_t arrival = to_device_.send(time, 0);

    if (!f)
        return to_root_.send(arrival, 0);
    f->carrying = true;
    f->completed = false;
    ats_ep_invalidate(&f->ep, &invalidation);
    f->carrying = false;
    if (!f->completed)
        return kNever;
    return to_root_.send(f->last_use > arrival ? f->last_use : arrival, 0);
}

void PcieEndpoint::op_inv_done(void *ctx, u32 sid, u8 itag) {
    auto *f = static_cast<Function *>(ctx);
    PcieEndpoint &device = f->device;

    if (f->carrying)
        f->completed = true;
    else
        device.iommu_.ats_inv_done(sid, itag, true, device.to_root_.send(device.cur_, 0));
}

PcieEndpoint::Waiting PcieEndpoint::waiting() const {
    Waiting w{};

    for (auto &f : functions_) {
        for (u32 i = 0; i < f->ep.n_pages; i++)
            for (const ats_waiter *x = f->ep.pages[i].used ? f->ep.pages[i].first : nullptr; x; x = x->next) {
                w.answer_sid = f->ep.cfg.sid;
                w.answer++;
            }
        for (const ats_waiter *x = f->ep.queue; x; x = x->next)
            w.credit++;
    }
    w.tag = no_tag_.size();
    return w;
}

/* Whoever waits for a page has failed; the others ask again. */
void PcieEndpoint::iommu_reset(ps_t time) {
    cur_ = time;
    for (auto &f : functions_) {
        f->resets++;
        ats_ep_reset(&f->ep);
    }
}

void PcieEndpoint::stop_pasid(u32 requester, u32 pasid) {
    if (Function *f = function(requester)) {
        cur_ = scheduler_.now();
        ats_ep_stop(&f->ep, pasid);
    }
}

} // namespace faultline
