/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Page faults of a PCIe function: requests out, responses and invalidations in. */
#include "engine_queues.h"
#include "pcie_parts.h"

namespace faultline {

const ats_ep_ops *PciePager::ops() {
    static const ats_ep_ops table = {
        [](void *pager, const ::page_request *r) { static_cast<PciePager *>(pager)->send(*r); },
        [](void *pager, u32 sid, u8 itag) { static_cast<PciePager *>(pager)->completed(sid, itag); },
        [](void *pager, ats_waiter *w, ats_wake why) { static_cast<PciePager *>(pager)->wake(*w, why); }};

    return &table;
}

void PciePager::fault(PcieAccess &a, ps_t time) {
    if (a.in_fault && a.try_again) { // the same fault: what the try took is the overflow's
        a.rebook(OWNER_TRY_AGAIN);
    } else {
        if (a.in_fault)
            close(a, XLAT_STALL, time);
        a.stamps.open(a.started, time);
        a.fault_mark = a.mark;
        if (unlikely(a.fault_bill.complete()))
            a.fault_bill = LoggedBill(a.bill()->since(a.mark), a.fault_bill);
        a.flow = 0;
        if (a.ext)
            a.ext->faults++;
    }
    a.in_fault = true;
    a.joined = true;
    a.try_again = false;
    a.waiter.txn = a.txn;
    a.waiter.id = reinterpret_cast<u64>(&a);
    parts_.now = time;
    if (ats_ep_fault(&fn_.ep, &a.waiter))
        fn_.fail(a, time);
}

/* A Page Request Message, or a stop marker, leaves. */
void PciePager::send(const ::page_request &pr) {
    u64 prefix = pr.pasid_valid ? PcieFormat::kPasidPrefix : 0;
    ps_t now = parts_.now, arrival = parts_.to_root.send(now, parts_.format.message(0, prefix));

    Group &g = group(pr.prgi);
    g = {now, arrival, arrival, arrival, {}, g.requests, parts_.flow(++parts_.groups)};
    if (pr.perm) { // not a stop marker
        g.requests++;
        credits.take(now, now);
    }
    parts_.iommu.page_request(pr, arrival);
}

void PciePager::step(const ::page_request &request, PageStep step, ps_t time, const Reader &reader) {
    Group &g = group(request.prgi);

    if (step == PageStep::Recorded) {
        g.recorded = time;
        if (parts_.tap)
            parts_.tap->record(parts_.number, true, time - parts_.config.notify.pri_write_ps, time, g.flow);
    } else {
        g.noticed = time;
        if (parts_.tap)
            parts_.tap->read(g.flow);
        g.reader = reader;
    }
}

void PciePager::response(const ::page_response &response, ps_t time, const PageAnswer &answer) {
    if (parts_.tap && !response.automatic)
        parts_.tap->answered(group(response.prgi).flow);
    auto *r = new Response{*this, response, answer, time, resets_};

    parts_.scheduler.call<&Response::arrive>(parts_.to_device.send(time, parts_.format.message()), *r);
}

void PciePager::Response::arrive() {
    std::unique_ptr<Response> self(this);

    if (resets != pager.resets_)
        return;
    pager.parts_.now = pager.parts_.scheduler.now();
    pager.parts_.tries += overflow();
    pager.give_back(pager.group(message.prgi), pager.parts_.now);
    pager.response_ = this;
    ats_ep_response(&pager.fn_.ep, &message);
    pager.response_ = nullptr;
}

/* A group's answer is here. */
void PciePager::give_back(Group &g, ps_t time) {
    for (; g.requests; g.requests--)
        credits.release(g.sent, time);
}

/* Its group was answered, or its function may not ask any more. */
void PciePager::wake(ats_waiter &w, ats_wake why) {
    auto &a = *reinterpret_cast<PcieAccess *>(w.id);
    ps_t *s = a.stamps.stamp, now = parts_.scheduler.now();

    if (w.mapped) { // while it waited for a credit
        std::fill(s + PAGE_PART_QUEUE, s + PAGE_PART_RETRY, now);
        a.book(OWNER_CREDIT, now);
        a.try_again = false;
    } else if (response_) {
        const Group &g = group(response_->message.prgi);
        s[PAGE_PART_QUEUE] = g.arrived;
        s[PAGE_PART_NOTIFY] = g.recorded;
        s[PAGE_PART_SOFTWARE] = g.noticed;
        s[PAGE_PART_RESPONSE] = response_->answer.software.answered;
        a.flow = g.flow;
        book_group(a);
        a.try_again = response_->overflow();
    }
    s[PAGE_PART_RETRY] = now;
    a.joined = !w.first;
    a.why = why;
    parts_.scheduler.call<&PciePager::woken>(now, *this, &a);
}

void PciePager::woken(PcieAccess &a) {
    ps_t now = parts_.scheduler.now();

    if (!a.try_again)
        a.started = now;
    if (a.why != ATS_RETRY)
        fn_.fail(a, now);
    else
        fn_.retry(a, now);
}

/* Whose the time was from the fault to its group's response, which is here now. */
void PciePager::book_group(PcieAccess &a) {
    const Response &r = *response_;
    const Group &g = group(r.message.prgi);
    ps_t now = parts_.scheduler.now();
    const Bill *b = a.bill();

    if (!b)
        return;
    if (r.message.automatic) {
        a.book(OWNER_TRY_AGAIN, now);
        return;
    }
    if (a.waiter.first && g.sent > b->at())
        credits.add_wait(b->at(), g.sent);
    a.book_all([&](auto &to) {
        to.book(OWNER_CREDIT, g.sent);
        parts_.to_root.book(to, g.arrived);
        to.book(OWNER_RECORD_PORT, g.recorded - parts_.config.notify.pri_write_ps);
        to.book(OWNER_RECORD, g.recorded);
        book_reading(to, g.reader, g.noticed);
        book_software(to, r.answer.software);
        r.answer.queues->book(to, r.answer.written, r.answer.turn);
        to.book(OWNER_COMMAND, r.left);
        parts_.to_device.book(to, now);
    });
}

void PciePager::close(PcieAccess &a, xlat how, ps_t time) {
    a.stamps.close(time);
    a.in_fault = a.try_again = false;
    if (!parts_.sink)
        return;
    const Bill *b = a.bill();
    if (!b) {
        parts_.sink->page_fault_over(a.txn, a.joined, how, a.stamps, nullptr, nullptr, a.flow);
        return;
    }
    Bill own = b->since(a.fault_mark);
    fl_assert(own.total() == a.stamps.total());
    bool logged = a.fault_bill.complete() && a.fault_bill.at() == own.at();
    parts_.sink->page_fault_over(a.txn, a.joined, how, a.stamps, &own, logged ? &a.fault_bill : nullptr, a.flow);
}

/*
 * What the invalidation concerns is dropped now; its completion goes back when
 * the accesses that use it are over, those answered with a time to come included.
 */
ps_t PciePager::invalidate(const ats_inv &invalidation, ps_t time) {
    ps_t arrival = parts_.to_device.send(time, parts_.format.message(PcieFormat::kInvalidation));

    carrying_ = true;
    completed_ = false;
    ats_ep_invalidate(&fn_.ep, &invalidation);
    carrying_ = false;
    return completed_ ? parts_.to_root.send(std::max(last_use_, arrival), parts_.format.message()) : kNever;
}

void PciePager::completed(u32 sid, u8 itag) {
    if (carrying_)
        completed_ = true;
    else
        parts_.iommu.inv_done(sid, itag, true, parts_.to_root.send(parts_.now, parts_.format.message()));
}

/* Whoever waits for a page has failed; the others ask again. */
void PciePager::reset(ps_t time) {
    resets_++;
    for (Group &g : groups_)
        give_back(g, time);
    ats_ep_reset(&fn_.ep);
}

} // namespace faultline
