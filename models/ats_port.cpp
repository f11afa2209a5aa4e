/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "iommu_parts.h"
#include <set>

namespace faultline {

/* PCIe 10.3: a completion is overdue after 1 minute, with a tolerance of 50 % upwards. */
constexpr ps_t kInvalidateTimeout = 60'000'000'000'000;

AtsSink *AtsPort::endpoint(u32 requester) const {
    auto found = endpoints_.find(requester);

    return found == endpoints_.end() ? nullptr : found->second;
}

void AtsPort::step(ps_t time) {
    parts_.host.now = time;
    parts_.host.step();
    if (unlikely(!invalidations_.empty()))
        carry();
}

/* ---- page requests: records leave one at a time, whichever queue they go to ---- */

void AtsPort::page_request(const ::page_request &request, ps_t time) {
    requests_.push_back(request);
    parts_.scheduler.call<&AtsPort::deliver_request>(parts_.records.serve(time, parts_.config.notify.pri_write_ps),
                                                     *this, epoch_);
}

void AtsPort::deliver_request(u64 epoch) {
    if (epoch != epoch_)
        return;
    request_ = requests_.front();
    requests_.pop_front();
    parts_.tcu.settle(parts_.scheduler.now());
    parts_.host.now = parts_.scheduler.now();
    parts_.host.cls->page_request(parts_.host.hw, &request_);
    parts_.host.changed();
}

void AtsPort::recorded(u64 address) {
    records_[address] = request_;
    parts_.ledger.record(address, *this, address);
    if (AtsSink *sink = endpoint(request_.sid))
        sink->page_step(request_, PageStep::Recorded, parts_.host.now, {});
}

void AtsPort::record_read(u64 address, ps_t time, const Reader &reader) {
    auto found = records_.find(address);

    if (AtsSink *sink = endpoint(found->second.sid))
        sink->page_step(found->second, PageStep::Noticed, time, reader);
    records_.erase(found);
}

void AtsPort::page_response(const ::page_response &response) {
    ps_t now = parts_.host.now, turn = parts_.queues.server.turn(now);
    AtsSink *sink = endpoint(response.sid);

    if (!sink)
        return;
    if (response.automatic)
        sink->page_response(response, now, {});
    else
        sink->page_response(response, turn, {parts_.ledger.answer(), now, turn, &parts_.queues});
}

/* ---- invalidations ---- */

void AtsPort::invalidate(const ats_inv &inv) {
    invalidations_.emplace_back(inv, parts_.queues.server.turn(parts_.host.now));
}

void AtsPort::send_next() {
    auto [inv, time] = invalidations_.front();
    AtsSink *sink = endpoint(inv.sid);

    invalidations_.pop_front();
    ps_t back = sink ? sink->ats_invalidate(inv, time) : time;
    if (back == kNever)
        sent_[inv.sid << 8 | inv.itag] = time;
    else
        back_.emplace(back, Back{time, inv.sid, inv.itag, sink != nullptr});
}

/* The engine hears of completions in their order, as far as that is known. */
void AtsPort::carry() {
    for (;;) {
        while (!invalidations_.empty())
            send_next();
        if (back_.empty())
            return;
        auto [time, b] = *back_.begin();
        back_.erase(back_.begin());
        parts_.host.now = time;
        parts_.queues.invalidated(b.sent, time);
        complete(b.requester, b.itag, b.ok);
        parts_.host.step(); // may send more of them
    }
}

/* A completion that the engine does not see is as good as none: what waits for it gets the time-out. */
void AtsPort::complete(u32 requester, u8 itag, bool ok) {
    if (!parts_.host.cls->ats_inv_done(parts_.host.hw, requester, itag, ok))
        parts_.scheduler.call<&AtsPort::time_out>(parts_.host.now + Ticks::of_kernel().count(kInvalidateTimeout), *this,
                                                  epoch_ << 40 | u64(itag) << 32 | requester);
}

void AtsPort::time_out(u64 request) {
    ps_t now = parts_.scheduler.now();

    if ((request ^ epoch_ << 40) >> 40)
        return;
    parts_.tcu.settle(now);
    inv_done(u32(request), u8(request >> 32), false, now);
}

void AtsPort::inv_done(u32 requester, u8 itag, bool ok, ps_t time) {
    auto sent = sent_.find(requester << 8 | itag);

    parts_.host.now = time;
    if (sent != sent_.end()) {
        parts_.queues.invalidated(sent->second, time);
        sent_.erase(sent);
    }
    complete(requester, itag, ok);
    step(time);
}

/* ---- reset ---- */

void AtsPort::forget() {
    epoch_++;
    requests_.clear();
    records_.clear();
    invalidations_.clear();
    back_.clear();
    sent_.clear();
}

void AtsPort::tell_reset(ps_t time) const {
    std::set<AtsSink *> sinks;

    for (auto &[requester, sink] : endpoints_)
        if (sinks.insert(sink).second)
            sink->iommu_reset(time);
}

} // namespace faultline
