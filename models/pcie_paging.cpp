/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Page faults of a PCIe device: requests out, responses and invalidations in. */
#include "pcie_endpoint_priv.h"

namespace faultline {

/* The translation carries no permission: ask for the page, or join who asks for it. */
void PcieEndpoint::fault(Access &a, ps_t time) {
    if (a.in_fault && a.try_again) { // the same fault: what the try took is the overflow's
        if (Bill *b = a.bill())
            b->rebook(OWNER_TRY_AGAIN, a.mark);
    } else {
        if (a.in_fault)
            close_fault(a, true, time);
        std::fill_n(a.stamps.stamp, PAGE_PARTS + 1, time);
        a.stamps.stamp[PAGE_PART_TRANSLATION] = a.started;
        a.fault_mark = a.mark;
        if (a.ext)
            a.ext->faults++;
    }
    a.in_fault = true;
    a.joined = true;
    a.try_again = false;
    a.waiter.txn = a.txn;
    a.waiter.id = u64(reinterpret_cast<std::uintptr_t>(&a));
    cur_ = time;
    if (ats_ep_fault(&a.fn->ep, &a.waiter))
        fail(a, time);
}

void PcieEndpoint::op_page_request(void *ctx, const ::page_request *pr) {
    auto *f = static_cast<Function *>(ctx);
    u64 prefix = pr->pasid_valid ? PcieFormat::kPasidPrefix : 0;
    ps_t arrival = f->device.to_root_.send(f->device.cur_, f->device.format_.message(0, prefix));

    GroupTimes &g = f->groups[pr->prgi % ATS_MAX_PRG];
    u32 before = g.requests;
    g = {f->device.cur_, arrival, arrival, arrival, {}, before};
    if (pr->perm) { // not a stop marker
        g.requests++;
        f->credits.take(g.sent, g.sent);
    }
    f->device.iommu_.page_request(*pr, arrival);
}

void PcieEndpoint::page_step(const ::page_request &request, PageStep step, ps_t time, const Reader &reader) {
    Function *f = function(request.sid);

    if (!f)
        return;
    GroupTimes &g = f->groups[request.prgi % ATS_MAX_PRG];
    if (step == PageStep::Recorded) {
        g.recorded = time;
    } else {
        g.noticed = time;
        g.reader = reader;
    }
}

void PcieEndpoint::page_response(const ::page_response &response, ps_t time, const PageAnswer &answer) {
    Function *f = function(response.sid);

    if (!f)
        return;
    scheduler_.at(
        to_device_.send(time, format_.message()),
        [](void *object, u64) {
            std::unique_ptr<Response> r(static_cast<Response *>(object));
            PcieEndpoint &device = r->fn.device;
            if (r->resets != r->fn.resets)
                return;
            device.cur_ = device.scheduler_.now();
            device.tries_ += r->message.automatic && r->message.code == PRG_SUCCESS;
            r->fn.give_back(r->fn.groups[r->message.prgi % ATS_MAX_PRG], device.cur_);
            r->fn.response = r.get();
            ats_ep_response(&r->fn.ep, &r->message);
            r->fn.response = nullptr;
        },
        new Response{*f, response, answer, time, f->resets});
}

/* Its group was answered, or its function may not ask any more. */
void PcieEndpoint::op_wake(void *ctx, ats_waiter *w, ats_wake why) {
    auto *f = static_cast<Function *>(ctx);
    auto &a = *reinterpret_cast<Access *>(std::uintptr_t(w->id));
    ps_t *s = a.stamps.stamp, now = f->device.scheduler_.now();

    if (w->mapped) { // while it waited for a credit
        std::fill(s + PAGE_PART_QUEUE, s + PAGE_PART_RETRY, now);
        a.book(OWNER_CREDIT, now);
        a.try_again = false;
    } else if (f->response) {
        const GroupTimes &g = f->groups[f->response->message.prgi % ATS_MAX_PRG];
        s[PAGE_PART_QUEUE] = g.arrived;
        s[PAGE_PART_NOTIFY] = g.recorded;
        s[PAGE_PART_SOFTWARE] = g.noticed;
        s[PAGE_PART_RESPONSE] = f->response->answer.software.answered;
        f->device.book_group(a, *f);
        a.try_again = f->response->message.automatic && f->response->message.code == PRG_SUCCESS;
    }
    s[PAGE_PART_RETRY] = now;
    a.joined = !w->first;
    a.why = why;
    f->device.scheduler_.at(
        now,
        [](void *access, u64) {
            auto *x = static_cast<Access *>(access);
            PcieEndpoint &device = x->fn->device;
            ps_t time = device.scheduler_.now();
            if (!x->try_again)
                x->started = time;
            if (x->why != ATS_RETRY)
                device.fail(*x, time);
            else if (device.run_piece(*x, time))
                device.go_on(*x, x->done);
        },
        &a);
}

/* Whose the time was from the fault to its group's response, which is here now. */
void PcieEndpoint::book_group(Access &a, Function &f) {
    const Response &r = *f.response;
    const GroupTimes &g = f.groups[r.message.prgi % ATS_MAX_PRG];
    ps_t now = scheduler_.now();
    Bill *b = a.bill();

    if (!b)
        return;
    if (r.message.automatic) {
        b->book(OWNER_TRY_AGAIN, now);
        return;
    }
    if (a.waiter.first && g.sent > b->at())
        f.credits.add_wait(b->at(), g.sent);
    b->book(OWNER_CREDIT, g.sent);
    to_root_.book(b, g.arrived);
    b->book(OWNER_RECORD_PORT, g.recorded - config_.notify.pri_write_ps);
    b->book(OWNER_RECORD, g.recorded);
    book_reading(*b, g.reader, g.noticed);
    book_software(*b, r.answer.software);
    b->book(OWNER_COMMAND, r.answer.written);
    b->book(OWNER_COMMAND_QUEUE, r.answer.turn);
    b->book(OWNER_COMMAND, r.left);
    to_device_.book(b, now);
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
    a.in_fault = a.try_again = false;
    if (!sink_)
        return;
    Bill own;
    if (const Bill *b = a.bill()) {
        own = b->since(a.fault_mark);
        fl_assert(own.total() == s[PAGE_PARTS] - s[0]);
    }
    sink_->page_fault_over(a.txn, a.joined, ok, a.stamps, a.bill() ? &own : nullptr);
}

/*
 * What the invalidation concerns is dropped now; its completion goes back when
 * the accesses that use it are over, those answered with a time to come included.
 */
ps_t PcieEndpoint::ats_invalidate(const ats_inv &invalidation, ps_t time) {
    Function *f = function(invalidation.sid);
    ps_t arrival = to_device_.send(time, format_.message(PcieFormat::kInvalidation));

    if (!f)
        return to_root_.send(arrival, format_.message());
    f->carrying = true;
    f->completed = false;
    ats_ep_invalidate(&f->ep, &invalidation);
    f->carrying = false;
    if (!f->completed)
        return kNever;
    return to_root_.send(f->last_use > arrival ? f->last_use : arrival, format_.message());
}

void PcieEndpoint::op_inv_done(void *ctx, u32 sid, u8 itag) {
    auto *f = static_cast<Function *>(ctx);
    PcieEndpoint &device = f->device;

    if (f->carrying)
        f->completed = true;
    else
        device.iommu_.inv_done(sid, itag, true, device.to_root_.send(device.cur_, device.format_.message()));
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
        w.tag += f->tag_queue.size();
    }
    w.tag += no_tag_.size();
    return w;
}

/* Whoever waits for a page has failed; the others ask again. */
void PcieEndpoint::iommu_reset(ps_t time) {
    cur_ = time;
    for (auto &f : functions_) {
        f->resets++;
        for (GroupTimes &g : f->groups)
            f->give_back(g, time);
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
