/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The ledger: who owned the time of each access, and what each resource did.
 *
 * A bill has a cursor. book() gives the time from the cursor to a later moment
 * to one owner and moves the cursor there, so that nothing is counted twice and
 * what the owners have adds up to the whole. Whoever knows why an access was
 * where it was books; the bill travels with the access (DmaExtension).
 */
#ifndef FAULTLINE_LEDGER_H
#define FAULTLINE_LEDGER_H

#include "scheduler.h"
#include "sorted_ring.h"
#include <algorithm>
#include <deque>
#include <vector>

extern "C" {
#include "owners.h"
}

namespace faultline {

class Bill {
public:
    Bill() = default;

    void open(ps_t from) {
        for (; used_; used_ &= used_ - 1)
            by_[__builtin_ctz(used_)] = 0;
        from_ = at_ = from;
    }
    /// Up to @p until the time was @p owner's. A moment before the cursor books nothing.
    void book(owner o, ps_t until) {
        if (until <= at_)
            return;
        by_[o] += until - at_;
        used_ |= 1U << o;
        at_ = until;
    }
    /// All that was booked since @p mark, an earlier state of this bill, is @p o's.
    void rebook(owner o, const Bill &mark) {
        ps_t end = at_;

        *this = mark;
        book(o, end);
    }
    /// Of what @p from has, @p time was @p to's.
    void move(owner from, owner to, ps_t time) {
        time = time < by_[from] ? time : by_[from];
        by_[from] -= time;
        by_[to] += time;
        used_ |= 1U << to;
    }
    /// What was booked since @p mark, an earlier state of this bill.
    Bill since(const Bill &mark) const {
        Bill d(*this);

        d.from_ = mark.at_;
        for (u32 left = used_; left; left &= left - 1)
            d.by_[__builtin_ctz(left)] -= mark.by_[__builtin_ctz(left)];
        return d;
    }
    ps_t from() const { return from_; }
    ps_t at() const { return at_; }
    ps_t total() const { return at_ - from_; }
    ps_t of(unsigned o) const { return by_[o]; }
    /// Bit n: owner n has something.
    u32 used() const { return used_; }

private:
    ps_t from_ = 0, at_ = 0;
    u32 used_ = 0;
    ps_t by_[OWNERS] = {};
};
static_assert(OWNERS <= 32, "Bill::used_");

/// How software came to read a record: the hard handler was done, the thread ran. 0: it reads by itself.
struct Reader {
    ps_t entered, began;
    ps_t came = 0;                     // the interrupt, if it had to wait
    ps_t entry_waited = 0, waited = 0; // for a processor: it, and its thread
};

/// How an answer came about: its group queued for a worker, which woke up (if it slept), took it, and was done.
struct Answer {
    ps_t queued, woke, taken, answered; // answered 0: no worker's
    ps_t waited = 0, lost = 0;          // by the worker: for a processor before it took the group, and to interrupts
};

/// From the reading of the record to the answer. @p b: a Bill, or what has some.
template <typename Booker> inline void book_software(Booker &b, const Answer &a) {
    b.book(OWNER_DRIVER, a.queued);
    b.book(OWNER_WORKER, a.woke);
    b.book(OWNER_WORKER_WAKE, a.taken - a.waited);
    b.book(OWNER_CPU, a.taken + a.lost);
    b.book(OWNER_HANDLER, a.answered);
}

/// From a record in memory to its being read at @p time.
template <typename Booker> inline void book_reading(Booker &b, const Reader &r, ps_t time) {
    b.book(OWNER_INTERRUPT, r.came);
    b.book(OWNER_CPU, r.came + r.entry_waited);
    b.book(OWNER_INTERRUPT, r.entered);
    b.book(OWNER_WAKE, r.began - r.waited);
    b.book(OWNER_CPU, r.began);
    b.book(OWNER_DRIVER, time);
}

/// What owners had, over many bills, ps.
struct OwnerSums {
    u64 bills = 0;
    u64 by[OWNERS] = {};

    void add(const Bill &b) {
        bills++;
        for (u32 left = b.used(); left; left &= left - 1)
            by[__builtin_ctz(left)] += b.of(unsigned(__builtin_ctz(left)));
    }
};

/// A resource that accounts for itself.
class Usage {
public:
    explicit Usage(const char *name, u32 capacity, bool kept = true) : name_(name), capacity_(capacity), kept_(kept) {}

    /// Before anything is used: whether the account is kept at all.
    void keep(bool on) { kept_ = on; }

    /// One unit: asked for at @p asked, held from @p from until @p until.
    void use(ps_t asked, ps_t from, ps_t until) {
        if (!kept_)
            return;
        uses_++;
        waited_ += from - asked;
        hold(from, until);
    }
    /// The same where the end is not known yet; release() tells.
    void take(ps_t asked, ps_t from) {
        if (!kept_)
            return;
        uses_++;
        waited_ += from - asked;
        settle(from);
        take_over(from);
        held_++;
        held_since_ += from;
        changed(from);
    }
    void release(ps_t from, ps_t until) {
        if (!kept_)
            return;
        from = from > from_ ? from : from_;
        busy_ += until > from ? until - from : 0;
        held_--;
        held_since_ -= from;
        ends_.push(until);
        latest_ = until > latest_ ? until : latest_;
    }
    /// A server of one unit that counts for itself; @p latest: what it has been promised for ends.
    void total(u64 uses, unsigned __int128 busy, unsigned __int128 waited, ps_t latest = 0) {
        latest_ = latest;
        uses_ = uses - before_uses_;
        busy_ = busy - before_busy_;
        waited_ = waited - before_waited_;
        full_ = ps_t(busy_);
        peak_ = uses_ != 0;
    }

    /// The account begins at @p t: of a unit that is in use then, what it is used from then on counts.
    void mark(ps_t t) {
        settle(t);
        before_uses_ += uses_;
        before_busy_ += busy_;
        before_waited_ += waited_;
        uses_ = 0;
        busy_ = waited_ = 0;
        for (std::size_t i = 0; i < ends_.size(); i++)
            busy_ += ends_[i] - t;
        full_ = 0;
        if (full_since_ != kNever && full_since_ < t)
            full_since_ = t;
        peak_ = u32(ends_.size()) + held_;
        held_since_ = __int128(held_) * t;
        from_ = t;
    }

    /// A limit that is known later, before anything is used.
    void set_capacity(u32 units) { capacity_ = units; }
    /// Somebody has waited for a unit that take() was not told of.
    void add_wait(ps_t time) { waited_ += time; }
    /// There are @p n units more.
    void grow(u32 n) { capacity_ += n; }

    const char *name() const { return name_; }
    u32 capacity() const { return capacity_; }
    u64 uses() const { return uses_; }
    /// Of all units; those of take() count when they are released, those of use() at once, up to latest().
    unsigned __int128 busy() const { return busy_; }
    /// The same with those of take() that are not released, up to @p now.
    unsigned __int128 busy(ps_t now) const {
        __int128 held = __int128(held_) * now - held_since_;
        return held > 0 ? busy_ + (unsigned __int128)held : busy_;
    }
    ps_t latest() const { return latest_; }
    unsigned __int128 waited() const { return waited_; }
    u32 peak() const { return peak_; }
    /// Time with every unit in use, up to @p now: what is promised for later does not count yet.
    ps_t full(ps_t now) const {
        const_cast<Usage *>(this)->settle(now);
        ps_t full = full_ + (full_since_ != kNever && now > full_since_ ? now - full_since_ : 0);
        ps_t window = now > from_ ? now - from_ : 0;
        return full < window ? full : window;
    }

private:
    void hold(ps_t from, ps_t until) {
        settle(from);
        if (until > from_)
            busy_ += until - (from > from_ ? from : from_);
        ends_.push(until);
        latest_ = until > latest_ ? until : latest_;
        changed(from);
    }
    /// What software releases is free at once, some time before the release is due: then it ends at @p from.
    void take_over(ps_t from) {
        if (u32(ends_.size()) + held_ < capacity_ || ends_.empty())
            return;
        busy_ -= ends_.pop() - (from > from_ ? from : from_);
        changed(from);
    }
    /// Units whose end has come are free.
    void settle(ps_t t) {
        while (!ends_.empty() && ends_.front() <= t)
            changed(ends_.pop());
    }
    void changed(ps_t t) {
        u32 now = u32(ends_.size()) + held_;

        peak_ = now > peak_ ? now : peak_;
        if (now >= capacity_ && full_since_ == kNever) {
            full_since_ = t;
        } else if (now < capacity_ && full_since_ != kNever) {
            full_ += t > full_since_ ? t - full_since_ : 0;
            full_since_ = kNever;
        }
    }

    const char *name_;
    u32 capacity_, peak_ = 0, held_ = 0;
    bool kept_;
    u64 uses_ = 0;
    unsigned __int128 busy_ = 0, waited_ = 0;
    __int128 held_since_ = 0; // of all held units together
    ps_t full_ = 0, full_since_ = kNever, latest_ = 0;
    ps_t from_ = 0;       // the account begins
    u64 before_uses_ = 0; // what a server that counts for itself had counted by then
    unsigned __int128 before_busy_ = 0, before_waited_ = 0;
    SortedRing<ps_t> ends_;
};

/// A queue that hardware fills and software empties: it holds its entries since when they came.
class QueueUse {
public:
    explicit QueueUse(const char *name) : usage(name, ~0U, false) {}

    /// An entry comes at @p t; there is room, if not from before then because software is just making some.
    void enter(ps_t t) {
        if (size_ && since_.size() >= size_)
            leave(t);
        usage.take(t, t);
        since_.push_back(t);
    }
    /// It holds @p level of @p size entries at @p t.
    void settle(u32 level, u32 size, ps_t t) {
        size_ = size;
        if (size)
            usage.set_capacity(size);
        while (since_.size() > level)
            leave(t);
        while (since_.size() < level)
            enter(t);
    }
    /// It is there, and on.
    bool on() const { return size_; }

    Usage usage;

private:
    void leave(ps_t t) {
        usage.release(since_.front(), t);
        since_.pop_front();
    }

    u32 size_ = 0;
    std::deque<ps_t> since_;
};

/**
 * A server of one unit that users may reach out of order, as far as they run
 * ahead of the kernel's time: each takes the first gap that is long enough.
 * Gaps that the kernel has passed are forgotten, and the oldest where it stands
 * still: who comes that late queues behind the others.
 */
class Timetable {
public:
    /// @return when a use of @p length that is ready at @p t begins.
    ps_t reserve(ps_t t, ps_t length) {
        if (unlikely(t < end_))
            return find_gap(t, length);
        if (keep_gaps_ && t > end_)
            remember({end_, t});
        end_ = t + length;
        return t;
    }
    ps_t end() const { return end_; }
    /// false: users come in order of time, no gap is ever needed again.
    void keep_gaps(bool on) { keep_gaps_ = on; }
    void clear() {
        end_ = 0;
        gaps_.clear();
    }

private:
    static constexpr std::size_t kMostGaps = 1024;

    struct Span {
        ps_t begin, end;
    };

    void remember(Span s) {
        if (unlikely(gaps_.size() >= room_))
            forget();
        gaps_.push_back(s);
    }
    void forget() {
        ps_t past = Scheduler::kernel_now();
        auto s = std::upper_bound(gaps_.begin(), gaps_.end(), past, [](ps_t x, const Span &g) { return x < g.end; });

        if (s == gaps_.begin() && gaps_.size() >= kMostGaps)
            s += kMostGaps / 2;
        gaps_.erase(gaps_.begin(), s);
        room_ = std::min(2 * gaps_.size() + 64, kMostGaps);
    }
    ps_t find_gap(ps_t t, ps_t length) {
        auto s = std::upper_bound(gaps_.begin(), gaps_.end(), t, [](ps_t x, const Span &g) { return x < g.end; });

        for (; s != gaps_.end(); ++s) {
            ps_t begin = s->begin > t ? s->begin : t;
            if (begin + length > s->end)
                continue;
            Span rest{begin + length, s->end};
            s->end = begin;
            if (rest.begin < rest.end)
                gaps_.insert(s + 1, rest);
            return begin;
        }
        end_ += length;
        return end_ - length;
    }

    ps_t end_ = 0;
    bool keep_gaps_ = true;
    std::vector<Span> gaps_; // in order
    std::size_t room_ = 64;  // for so many; then it is time to forget
};

} // namespace faultline

#endif // FAULTLINE_LEDGER_H
