/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "trace_feed.h"

namespace faultline {

void TraceFeed::start(TraceSource &source, ps_t at) {
    source_ = &source;
    begin_ = at;
    dependent_ = source.dependent();
    parties_.start(source);
    systems_.start(at);
}

void TraceFeed::stop(int error) {
    error_ = error;
    at_end_ = true;
    size_ = at_ = 0;
}

bool TraceFeed::more() {
    if (systems_.halted() || (unlikely(at_ >= size_) && !fetch()))
        return false;
    return systems_.admits(block_[at_]);
}

/* The next block of records. False: there is none. */
bool TraceFeed::fetch() {
    if (at_end_)
        return false;
    size_ = source_->next(&block_);
    at_ = 0;
    if (size_ <= 0) {
        stop(int(size_));
        return false;
    }
    if (!started_) {
        started_ = true;
        first_ns_ = previous_ns_ = block_[0].time_ns;
    }
    if (block_[0].time_ns < previous_ns_) { // a trace that is played again goes on where it ended
        round_ += (previous_ns_ - first_ns_) * 1000;
        rounds_++;
    }
    return true;
}

TraceLane *TraceFeed::read() {
    const dmat_record &rec = block_[at_++];
    TraceLane *filled = nullptr;

    if (likely(rec.kind == DMAT_ACCESS))
        filled = read_access(rec);
    else if (rec.kind <= DMAT_INVALIDATE) // faults and answers of the recording are no orders
        read_system(rec);
    else if (rec.kind == DMAT_MARK && rec.code == DMAT_MARK_USER)
        marks_++;
    previous_ns_ = rec.time_ns;
    number_++;
    return filled;
}

TraceLane *TraceFeed::read_access(const dmat_record &rec) {
    TraceStream &s = parties_.stream(rec.sid);
    TraceChain &c = parties_.chain(s, rec.tag);
    TraceItem &item = c.lane->items.push();

    item.rec = rec;
    item.number = number_;
    item.arrival = arrival(rec);
    item.new_job = s.marks != marks_;
    s.marks = marks_;
    item.stream = &s;
    item.space = &parties_.space(rec.domain != DMAT_DOMAIN_NONE ? rec.domain : s.domain);
    item.chain = &c;
    item.round = rounds_;
    systems_.enter(item);
    parties_.read(s);
    buffered_++;
    return c.lane;
}

void TraceFeed::read_system(const dmat_record &rec) {
    bool stream_only = rec.kind == DMAT_ATTACH || rec.kind == DMAT_DETACH;
    TraceStream *stream = stream_only ? &parties_.stream(rec.sid) : nullptr;
    TraceSpace *space = rec.domain == DMAT_DOMAIN_NONE ? nullptr : &parties_.space(rec.domain);
    ps_t earliest = config_.master.arrival == FL_ARRIVAL_TRACE ? arrival(rec) : begin_;

    systems_.add({rec, number_, earliest, stream, space, !stream_only});
    if (rec.kind == DMAT_ATTACH && !(rec.flags & DMAT_F_PASID))
        stream->domain = rec.domain;
}

} // namespace faultline
