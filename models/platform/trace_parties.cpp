/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "trace_parties.h"

namespace faultline {

static constexpr u64 kTagAhead = 64; // accesses of a stream whose tags matter
static constexpr std::size_t kFewChains = 8;

void ParkedLanes::add(TraceLane &lane) {
    if (lane.parked)
        return;
    lane.parked = true;
    lanes_.push_back(&lane);
}

void ParkedLanes::release(std::vector<TraceLane *> &wake) {
    for (TraceLane *lane : lanes_) {
        lane->parked = false;
        wake.push_back(lane);
    }
    lanes_.clear();
}

void TraceParties::start(const TraceSource &source) {
    source_ = &source;
    undiscovered_ = source.streams();
    by_tag_ = config_.master.ordering == FL_ORDER_STREAM || source.dependent();
    ahead_ = by_tag_ ? kTagAhead : 1;
}

TraceStream &TraceParties::find_stream(u32 sid) {
    auto &s = streams_[sid];

    if (!s) {
        s.reset(new TraceStream{sid, fl_config_port(&config_, sid), source_->accesses(sid)});
        if (s->left && undiscovered_ && undiscovered_ != TraceSource::kUnknown)
            undiscovered_--;
        hungry_ += is_hungry(*s);
    }
    last_stream_ = s.get();
    return *s;
}

TraceSpace &TraceParties::find_space(u32 domain) {
    auto &s = spaces_[domain];

    if (!s)
        s.reset(new TraceSpace{domain});
    last_space_ = s.get();
    return *s;
}

/* With a total order there is one lane; where tags matter, one a tag; else one a stream. */
TraceChain &TraceParties::new_chain(TraceStream &s, u32 tag) {
    bool total = config_.master.ordering == FL_ORDER_TOTAL;

    if (!total || lanes_.empty())
        lanes_.emplace_back(new TraceLane());
    s.chains.push_back({tag, lanes_.back().get()});
    s.lanes.push_back(lanes_.back().get());
    if (s.chains.size() > kFewChains)
        for (TraceChain &each : s.chains)
            s.chain_of[each.tag] = &each;
    return s.chains.back();
}

TraceChain &TraceParties::chain(TraceStream &s, u32 tag) {
    if (!by_tag_)
        tag = 0;
    if (unlikely(s.chains.size() > kFewChains)) {
        auto found = s.chain_of.find(tag);
        return found == s.chain_of.end() ? new_chain(s, tag) : *found->second;
    }
    for (TraceChain &c : s.chains)
        if (likely(c.tag == tag))
            return c;
    return new_chain(s, tag);
}

} // namespace faultline
