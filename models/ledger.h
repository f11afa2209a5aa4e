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

using u128 = unsigned __int128;

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

/// What a resource did in the measured interval: of everybody who used it, but nothing before it and nothing after.
struct Figures {
    u64 uses;          ///< asked for in the interval, and begun
    u128 busy, waited; ///< unit-time in use; of those uses, the time until they began
    ps_t full;         ///< time with every unit in use
    u32 peak;          ///< units in use at once
};

/**
 * A resource that accounts for itself.
 *
 * Uses are told of in any order, as far as the models run ahead of the kernel. Their beginnings and ends are therefore
 * kept until the kernel has passed them, and added up in the order of time: what is in use at each moment gives the
 * busy time, the full time and the peak, so that they cannot contradict each other.
 */
class Usage {
public:
    explicit Usage(const char *name, u32 capacity, bool kept = true) : name_(name), capacity_(capacity), kept_(kept) {}

    /// Before anything is used: whether the account is kept at all.
    void keep(bool on) { kept_ = on; }

    /// One unit: asked for at @p asked, held from @p from until @p until.
    void use(ps_t asked, ps_t from, ps_t until) {
        take(asked, from);
        release(from, until);
    }
    /// The same where the end is not known yet; release() tells.
    void take(ps_t asked, ps_t from) {
        if (!kept_)
            return;
        begins_.push({from, asked});
        if (unlikely(begins_.size() >= room_))
            forget();
    }
    void release(ps_t from, ps_t until) {
        if (kept_)
            ends_.push(until > from ? until : from);
    }
    /// A server of one unit that counts for itself.
    void total(u64 uses, u128 busy, u128 waited) {
        uses_ = uses - before_uses_;
        busy_ = busy - before_busy_;
        waited_ = waited - before_waited_;
        full_ = ps_t(busy_);
        peak_ = uses_ != 0;
    }

    /// The account begins at @p t: of a unit that is in use then, what it is used from then on counts.
    void mark(ps_t t) {
        sweep(t);
        from_ = t;
        before_uses_ += uses_;
        before_busy_ += busy_;
        before_waited_ += waited_;
        uses_ = 0;
        busy_ = waited_ = 0;
        full_ = 0;
        peak_ = in_use_ > 0 ? u32(in_use_) : 0;
    }

    /// A limit that is known later, before anything is used.
    void set_capacity(u32 units) { capacity_ = units; }
    /// Somebody has waited for a unit that take() was not told of.
    void add_wait(ps_t asked, ps_t from) { waited_ += from - asked; }
    /// There are @p n units more: never yet have all of them been in use.
    void grow(u32 n) {
        if (!n)
            return;
        sweep(Scheduler::kernel_now());
        full_ = 0;
        capacity_ += n;
    }

    const char *name() const { return name_; }
    u32 capacity() const { return capacity_; }
    /// The account up to @p until. What is told of later counts from there on.
    Figures figures(ps_t until) const {
        const_cast<Usage *>(this)->sweep(until);
        return {uses_, busy_, waited_, full_, peak_ || !uses_ ? peak_ : 1};
    }

private:
    struct Begin {
        ps_t time, asked;

        bool operator>(const Begin &o) const { return time > o.time; }
    };

    /// All that happens before @p t, in the order of time.
    void sweep(ps_t t) {
        for (;;) {
            ps_t end = ends_.empty() ? kNever : ends_.front(), begin = begins_.empty() ? kNever : begins_.front().time;
            if (std::min(begin, end) >= t)
                break;
            if (end <= begin) {
                pass(ends_.pop());
                in_use_--;
            } else {
                pass(begin);
                enter(begins_.pop());
            }
        }
        pass(t);
    }
    /// A use begins.
    void enter(const Begin &b) {
        if (b.asked >= from_) {
            uses_++;
            waited_ += b.time - b.asked;
        }
        // What software releases is free at once, some time before the release is due.
        if (capacity_ && in_use_ >= s64(capacity_) && !ends_.empty())
            ends_.pop();
        else
            in_use_++;
        peak_ = in_use_ > s64(peak_) ? u32(in_use_) : peak_;
    }
    /// Up to @p t nothing changes.
    void pass(ps_t t) {
        if (t <= at_)
            return;
        if (in_use_ > 0)
            busy_ += (u128)in_use_ * (t - at_);
        if (capacity_ && in_use_ >= s64(capacity_))
            full_ += t - at_;
        at_ = t;
    }
    /// Nothing is told of any more that happens before the kernel's time.
    void forget() {
        sweep(Scheduler::kernel_now());
        room_ = std::max<std::size_t>(2 * begins_.size(), 64);
    }

    const char *name_;
    u32 capacity_, peak_ = 0;
    bool kept_;
    u64 uses_ = 0;
    u128 busy_ = 0, waited_ = 0;
    ps_t full_ = 0, at_ = 0; // all before at_ is added up
    s64 in_use_ = 0;         // then; one that begins and ends at once may end first
    u64 before_uses_ = 0;    // what a server that counts for itself had counted when the account began
    u128 before_busy_ = 0, before_waited_ = 0;
    ps_t from_ = 0; // the account begins
    SortedRing<Begin> begins_;
    SortedRing<ps_t> ends_;
    std::size_t room_ = 64; // for so many beginnings; then it is time to add up
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
        if (t > end_)
            remember({end_, t});
        end_ = t + length;
        return t;
    }
    ps_t end() const { return end_; }
    /// Of @p all that was ever reserved, what lies before @p t, which the kernel has not passed.
    u128 busy(u128 all, ps_t t) const {
        ps_t later = end_ > t ? end_ - t : 0;

        for (auto s = gaps_.rbegin(); s != gaps_.rend() && s->end > t; ++s)
            later -= s->end - std::max(s->begin, t);
        return all > later ? all - later : 0;
    }
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
    std::vector<Span> gaps_; // in order
    std::size_t room_ = 64;  // for so many; then it is time to forget
};

} // namespace faultline

#endif // FAULTLINE_LEDGER_H
