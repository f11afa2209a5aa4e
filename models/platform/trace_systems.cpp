/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "trace_systems.h"
#include <algorithm>

namespace faultline {

/* What the operating system did before the first access, it has done when that goes out. */
bool TraceSystems::goes_in_front(const dmat_record &rec) {
    if (rec.kind != DMAT_ACCESS)
        return true;
    in_front_ = !systems_.empty();
    return !in_front_;
}

void TraceSystems::add(const TraceSystem &system) {
    auto made = std::make_unique<TraceSystem>(system);
    TraceSystem *s = made.get();

    systems_.emplace(s->number, std::move(made));
    if (s->stream) {
        s->stream->fence.close();
        s->stream->pending.push_back(s);
    }
    if (s->space) {
        if (s->space_waits)
            s->space->fence.close();
        s->space->pending.push_back(s);
    }
    if (s->for_all())
        halt_ = s;
    consider(s);
}

/* Put @p s among those that may run, if nothing holds it up any longer. */
void TraceSystems::consider(TraceSystem *s) {
    if (s->listed)
        return;
    if (s->for_all()) {
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

ps_t TraceSystems::earliest(const TraceSystem &s) const {
    ps_t t = s.earliest;

    if (s.for_all())
        return std::max(t, last_end_);
    if (s.stream)
        t = std::max(t, s.stream->fence.last_end());
    if (s.space && s.space_waits)
        t = std::max(t, s.space->fence.last_end());
    return t;
}

TraceSystem *TraceSystems::next(ps_t from, ps_t &t) const {
    TraceSystem *first = nullptr;

    for (TraceSystem *s : runnable_) {
        ps_t at = std::max(earliest(*s), from);
        if (first && (at > t || (at == t && s->number > first->number)))
            continue;
        first = s;
        t = at;
    }
    return first;
}

void TraceSystems::ended(TraceStream &stream, TraceSpace &space, ps_t t) {
    stream.fence.end(t);
    space.fence.end(t);
    unended_--;
    last_end_ = std::max(last_end_, t);
    consider_first(stream.pending);
    consider_first(space.pending);
    if (unlikely(halt_ != nullptr))
        consider(halt_);
}

void TraceSystems::done(TraceSystem *s, ps_t t, std::vector<TraceLane *> &wake) {
    TraceStream *stream = s->stream;
    TraceSpace *space = s->space;

    if (in_front_ || s->for_all())
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
        space->parked.release(wake);
    }
    if (s == halt_)
        halt_ = nullptr;
    systems_.erase(s->number);
    if (stream)
        consider_first(stream->pending);
    if (space)
        consider_first(space->pending);
    if (halt_)
        consider(halt_);
}

} // namespace faultline
