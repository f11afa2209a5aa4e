/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "gpu_engine.h"
#include <algorithm>

namespace faultline {

/* ---- what all engines share ---- */

/* May an access go out now? If not, pump() comes back when it may. */
bool GpuEngine::ready() {
    if (outstanding_.size() >= limit_)
        return false;
    if (next_ <= host_.scheduler.now())
        return true;
    if (!waking_) {
        waking_ = true;
        host_.scheduler.call<&GpuEngine::wake>(next_, *this);
    }
    return false;
}

void GpuEngine::wake() {
    waking_ = false;
    pump();
}

/* A piece of @p rec goes out. What is written is never zero, so that nobody's data becomes garbage by it. */
GpuAccess &GpuEngine::issue(const dmat_record &rec, u64 iova, u32 len) {
    bool write = (rec.flags & (DMAT_F_R | DMAT_F_W)) == DMAT_F_W;
    GpuAccess &a = *host_.new_access();

    a.engine = this;
    a.serial = ++serial_;
    a.held = false;
    a.record = rec;
    a.record.iova = iova;
    a.record.size = len;
    a.record.outcome = DMAT_OUT_NONE;
    a.data.assign(len, write ? 0x5a : 0);
    a.begin(rec, iova, len, a.data.data(), host_.scheduler.now());
    a.set_byte_enable_ptr(nullptr);
    account_.accesses++;
    account_.bytes += len;
    next_ = a.issued + host_.config.gpu.interval_ps;
    outstanding_.push_back(&a);
    host_.submit(a);
    return a;
}

/* It waits: stalled, for a walk that faults, or at its TBU. */
void GpuEngine::hold(GpuAccess &a) {
    if (a.held)
        return;
    a.held = true;
    account_.held++;
    if (!held_now_++)
        held_since_ = a.issued;
}

static bool zero(const GpuAccess &a) {
    u32 n = std::min<u32>(a.get_data_length(), 8);

    return std::all_of(a.data.begin(), a.data.begin() + n, [](unsigned char c) { return !c; });
}

/* The answer of @p a counts from now on. */
void GpuEngine::complete(GpuAccess &a) {
    ps_t now = host_.scheduler.now();
    xlat how = xlat(a.ext.outcome);
    bool garbage = a.is_read() && how != XLAT_ABORT && zero(a);

    outstanding_.erase(std::find(outstanding_.begin(), outstanding_.end(), &a));
    if (a.held && !--held_now_)
        account_.held_time += now - held_since_;
    account_.longest = std::max(account_.longest, now - a.issued);
    account_.moved = now;
    account_.faults += a.ext.faults;
    account_.aborted += how == XLAT_ABORT;
    account_.lost_writes += a.is_write() && how == XLAT_RAZWI;
    account_.garbage += garbage;
    account_.garbage_beside += garbage && how == XLAT_RAZWI && !a.ext.fault;
    arrived(a, garbage);
    host_.done(a);
    pump();
    host_.moved();
}

/* ---- texture and colour ---- */

bool GpuUnit::start(GpuWork work) {
    if (!list_ || work.first > list_->size() || work.count > list_->size() - work.first)
        return false;
    if (work.count)
        work_.push_back(work);
    pump();
    return true;
}

void GpuUnit::pump() {
    while (!work_.empty() && ready()) {
        GpuWork &w = work_.front();
        const dmat_record &rec = (*list_)[w.first];
        GpuCursor at{w.first, offset_};
        u64 iova = at.iova(rec);
        u32 len = at.length(rec, host_.config.gpu.burst_bytes);
        at.advance(rec, len);
        offset_ = at.offset;
        if (at.record != w.first) {
            w.first++;
            if (!--w.count)
                work_.pop_front();
        }
        issue(rec, iova, len);
    }
}

/* ---- management ---- */

void GpuManagement::begin(const std::vector<dmat_record> &list) {
    if (!list.empty()) {
        list_ = list;
        rounds_ = 0;
        at_ = {};
    }
    running_ = true;
    beat(host_.scheduler.now());
}

void GpuManagement::beat(ps_t time) {
    if (beating_ || !running_ || list_.empty())
        return;
    beating_ = true;
    host_.scheduler.call<&GpuManagement::wake>(time, *this);
}

void GpuManagement::wake() {
    beating_ = false;
    pump();
}

void GpuManagement::pump() {
    if (!running_ || list_.empty() || !outstanding().empty())
        return;
    if (host_.scheduler.now() < next_beat_) {
        beat(next_beat_);
        return;
    }
    const dmat_record &rec = list_[at_.record];
    u64 iova = at_.iova(rec);
    u32 len = at_.length(rec, host_.config.gpu.burst_bytes);
    at_.advance(rec, len);
    if (at_.record == list_.size()) {
        at_.record = 0;
        rounds_++;
    }
    next_beat_ = host_.scheduler.now() + host_.config.gpu.management_period_ps;
    GpuAccess &a = issue(rec, iova, len);
    host_.scheduler.call<&GpuManagement::look>(a.issued + host_.config.gpu.watchdog_ps, *this, a.serial);
}

/* The watchdog's time is over: is the access still out? */
void GpuManagement::look(u64 serial) {
    if (outstanding().empty() || outstanding().front()->serial != serial)
        return;
    if (!watchdog_.fired++) {
        watchdog_.first = host_.scheduler.now();
        watchdog_.address = outstanding().front()->record.iova;
    }
}

} // namespace faultline
