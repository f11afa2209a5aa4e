/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The engine's queues as software sees them: the command processor, which
 * carries out one command after the other, and the queues of records.
 */
#ifndef FAULTLINE_ENGINE_QUEUES_H
#define FAULTLINE_ENGINE_QUEUES_H

#include "bill.h"
#include "usage.h"

namespace faultline {

class EngineQueues {
public:
    explicit EngineQueues(const fl_config &config) : prices_(config.command) {}

    /// A command is fetched at @p t.
    void command(ps_t t) { waiting.use(t, t, server.serve(t, fetch())); }
    /// What a SYNC waits for ends at @p t. The engine may have heard of others that end later.
    void ended(ps_t t) { ended_ = std::max(ended_, t); }
    /// The last command is a SYNC, for which all that it waits for has ended. @return when it is complete; @p waited:
    /// since the register write that it came with.
    ps_t sync(ps_t t, ps_t &waited) {
        t = std::max(t, ended_);
        ps_t done = server.serve(t, prices_.sync_ps);

        if (unlikely(invalidated_.until == t && t)) {
            away_.push_back(invalidated_);
            if (away_.size() > kAways)
                away_.pop_front();
        }
        waited = done - from_;
        return done;
    }
    /// What a command costs before it does anything.
    ps_t fetch() const { return prices_.fetch_ps + prices_.execute_ps; }
    /// An endpoint has taken from @p from until @p until to invalidate: a SYNC that is complete then has waited for it.
    void invalidated(ps_t from, ps_t until) {
        if (until >= invalidated_.until)
            invalidated_ = {from, until};
        ended(until);
    }
    /// A reset: nothing is under way.
    void forget() {
        server.clear();
        invalidated_ = {};
        ended_ = 0;
    }
    /// Until a command begins at @p turn that software has written by @p written: who waits for it is behind others,
    /// or, where these wait for an endpoint, for the link to it.
    template <typename Booker> void book(Booker &b, ps_t written, ps_t turn) const {
        ps_t end = before(turn);

        for (const Span &s : away_) {
            if (s.until <= b.at() || s.from >= end)
                continue;
            b.book(OWNER_COMMAND, std::min(written, s.from));
            b.book(OWNER_COMMAND_QUEUE, s.from);
            b.book(OWNER_LINK, std::min(s.until, end));
        }
        b.book(OWNER_COMMAND, written);
        b.book(OWNER_COMMAND_QUEUE, end);
    }
    /// When the command after it begins, of one that ends at @p end.
    ps_t before(ps_t end) const { return end > fetch() ? end - fetch() : 0; }
    /// Software writes a register at @p t: commands that wait came with an earlier write.
    void writes(ps_t t) { from_ = left_ ? from_ : t; }
    /// What the write at @p t, or a reset, has left in the queues.
    void look(const iommu_stats &st, ps_t t) {
        events.settle(st.events.used, st.events.size, t);
        requests.settle(st.requests.used, st.requests.size, t);
        left_ = st.commands.used;
    }
    /// A record is in its queue, if that is one: fault registers are none.
    void record(const iommu_event &ev, ps_t t) {
        QueueUse &queue = ev.unit == UNIT_PRIQ ? requests : events;

        if (queue.on())
            queue.enter(t);
    }

    Server server{"commands"};
    Usage waiting{"command_queue", ~0U, false};
    QueueUse events{"event_queue"}, requests{"request_queue"};

private:
    static constexpr std::size_t kAways = 8; // more than software waits for at once

    struct Span {
        ps_t from, until;
    };

    const decltype(fl_config::command) &prices_;
    Span invalidated_{};    // the latest
    ps_t ended_ = 0;        // likewise, of all that SYNCs wait for
    std::deque<Span> away_; // the last SYNCs that waited for endpoints
    ps_t from_ = 0;         // the register write that the commands under way came with
    bool left_ = false;
};

} // namespace faultline

#endif // FAULTLINE_ENGINE_QUEUES_H
