/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "trace_feed.h"
#include <algorithm>

namespace faultline {

void TraceFeed::start(TraceSource &source, ps_t at) {
    source_ = &source;
    begin_ = last_end_ = at;
    undiscovered_ = source.streams();
    dependent_ = source.dependent();
    by_tag_ = config_.master.ordering == FL_ORDER_STREAM || dependent_;
    ahead_ = by_tag_ ? kTagAhead : 1;
}

void TraceFeed::stop(int error) {
    error_ = error;
    at_end_ = true;
    size_ = at_ = 0;
}

/* What the operating system did before the first access, it has done when that goes out. */
bool TraceFeed::goes_in_front(const dmat_record &rec) {
    if (rec.kind != DMAT_ACCESS)
        return true;
    in_front_ = !systems_.empty();
    return !in_front_;
}

bool TraceFeed::more() {
    if (halt_)
        return false;
    if (likely(at_ < size_))
        return !in_front_ || goes_in_front(block_[at_]);
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
    return !in_front_ || goes_in_front(block_[at_]);
}

TraceFeed::Stream &TraceFeed::find_stream(u32 sid) {
    Stream *&s = stream_of_[sid];

    if (!s) {
        streams_.emplace_back(new Stream());
        s = streams_.back().get();
        s->sid = sid;
        s->port = fl_config_port(&config_, sid);
        s->ready = begin_;
        s->left = source_->accesses(sid);
        if (s->left && undiscovered_ && undiscovered_ != TraceSource::kUnknown)
            undiscovered_--;
        hungry_ += is_hungry(*s);
    }
    last_stream_ = s;
    return *s;
}

TraceFeed::Space &TraceFeed::find_space(u32 domain) {
    Space *&s = space_of_[domain];

    if (!s) {
        spaces_.emplace_back(new Space());
        s = spaces_.back().get();
        s->domain = domain;
        s->ready = begin_;
    }
    last_space_ = s;
    return *s;
}

/* With a total order there is one lane; where tags matter, one a tag; else one a stream. */
TraceFeed::Chain &TraceFeed::new_chain(Stream &s, u32 tag) {
    bool total = config_.master.ordering == FL_ORDER_TOTAL;
    Chain c;

    if (!total || lanes_.empty())
        lanes_.emplace_back(new Lane());
    c.tag = tag;
    c.lane = lanes_.back().get();
    s.chains.push_back(c);
    s.lanes.push_back(c.lane);
    if (s.chains.size() > kFewChains)
        for (Chain &each : s.chains)
            s.chain_of[each.tag] = &each;
    return s.chains.back();
}

TraceFeed::Chain &TraceFeed::chain(Stream &s, u32 tag) {
    if (!by_tag_)
        tag = 0;
    if (unlikely(s.chains.size() > kFewChains)) {
        auto found = s.chain_of.find(tag);
        return found == s.chain_of.end() ? new_chain(s, tag) : *found->second;
    }
    for (Chain &c : s.chains)
        if (likely(c.tag == tag))
            return c;
    return new_chain(s, tag);
}

TraceFeed::Lane *TraceFeed::read() {
    const dmat_record &rec = block_[at_++];
    Lane *filled = nullptr;

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

TraceFeed::Lane *TraceFeed::read_access(const dmat_record &rec) {
    Stream &s = stream(rec.sid);
    Space &sp = space(rec.domain != DMAT_DOMAIN_NONE ? rec.domain : s.domain);
    Chain &c = chain(s, rec.tag);
    Lane &l = *c.lane;
    Item &item = l.items.push();
    bool was_hungry = is_hungry(s);

    item.rec = rec;
    item.number = number_;
    item.arrival = arrival(rec);
    item.new_job = s.marks != marks_;
    s.marks = marks_;
    item.stream = &s;
    item.space = &sp;
    item.chain = &c;
    item.round = rounds_;
    item.space_epoch = sp.fence.enter();
    item.stream_epoch = s.fence.enter();
    buffered_++;
    unended_++;
    s.queued++;
    if (s.left != TraceSource::kUnknown)
        s.left -= s.left != 0;
    hungry_ -= was_hungry && !is_hungry(s);
    return &l;
}

void TraceFeed::read_system(const dmat_record &rec) {
    bool stream_only = rec.kind == DMAT_ATTACH || rec.kind == DMAT_DETACH;
    auto made = std::make_unique<System>();
    System *s = made.get();

    s->rec = rec;
    s->number = number_;
    s->arrival = arrival(rec);
    s->stream = stream_only ? &stream(rec.sid) : nullptr;
    s->space = rec.domain == DMAT_DOMAIN_NONE ? nullptr : &space(rec.domain);
    s->space_waits = !stream_only;
    systems_.emplace(number_, std::move(made));
    if (s->stream) {
        s->stream->fence.close();
        s->stream->pending.push_back(s);
        if (rec.kind == DMAT_ATTACH && !(rec.flags & DMAT_F_PASID))
            s->stream->domain = rec.domain;
    }
    if (s->space) {
        if (s->space_waits)
            s->space->fence.close();
        s->space->pending.push_back(s);
    } else if (!stream_only) {
        halt_ = s;
    }
    consider(s);
}

/* Put @p s among those that may run, if nothing holds it up any longer. */
void TraceFeed::consider(System *s) {
    if (s->listed)
        return;
    if (s == halt_) {
        if (unended_ || systems_.size() > 1)
            return;
    } else {
        if (s->stream && (s->stream->pending.front() != s || !s->stream->fence.clear()))
            return;
        if (s->space && (s->space->pending.front() != s || (s->space_waits && !s->space->fence.clear())))
            return;
    }
    s->listed = true;
    runnable_.push_back(s);
}

ps_t TraceFeed::earliest(const System &s) const {
    ps_t t = config_.master.arrival == FL_ARRIVAL_TRACE ? s.arrival : begin_;

    if (&s == halt_)
        return std::max(t, last_end_);
    if (s.stream)
        t = std::max(t, s.stream->fence.last_end());
    if (s.space && s.space_waits)
        t = std::max(t, s.space->fence.last_end());
    return t;
}

void TraceFeed::issued(Lane &lane) {
    Stream &s = *lane.items.front().stream;
    bool was_hungry = is_hungry(s);

    lane.items.pop();
    buffered_--;
    s.queued--;
    hungry_ += !was_hungry && is_hungry(s);
}

void TraceFeed::ended(Stream &stream, Space &space, ps_t t) {
    stream.fence.end(t);
    space.fence.end(t);
    unended_--;
    last_end_ = std::max(last_end_, t);
    if (unlikely(!stream.pending.empty()))
        consider(stream.pending.front());
    if (unlikely(!space.pending.empty()))
        consider(space.pending.front());
    if (unlikely(halt_ != nullptr))
        consider(halt_);
}

void TraceFeed::unpark(std::vector<Lane *> &parked, std::vector<Lane *> &wake) {
    for (Lane *lane : parked) {
        lane->parked = false;
        wake.push_back(lane);
    }
    parked.clear();
}

void TraceFeed::done(System *s, ps_t t, std::vector<Lane *> &wake) {
    Stream *stream = s->stream;
    Space *space = s->space;

    if (in_front_)
        ready_ = std::max(ready_, t);
    runnable_.erase(std::find(runnable_.begin(), runnable_.end(), s));
    if (stream) {
        stream->pending.pop_front();
        stream->fence.pass();
        stream->ready = std::max(stream->ready, t);
        wake.insert(wake.end(), stream->lanes.begin(), stream->lanes.end());
    }
    if (space) {
        space->pending.pop_front();
        if (s->space_waits) {
            space->fence.pass();
            space->ready = t;
        }
        unpark(space->parked, wake);
    }
    if (s == halt_) {
        halt_ = nullptr;
        for (auto &sp : spaces_)
            sp->ready = t;
    }
    systems_.erase(s->number);
    if (stream && !stream->pending.empty())
        consider(stream->pending.front());
    if (space && !space->pending.empty())
        consider(space->pending.front());
    if (halt_)
        consider(halt_);
}

} // namespace faultline
