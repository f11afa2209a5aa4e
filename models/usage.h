/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What resources do: their accounts (Usage), and servers that keep one.
 */
#ifndef FAULTLINE_USAGE_H
#define FAULTLINE_USAGE_H

#include "scheduler.h"
#include "sorted_ring.h"
#include <deque>

namespace faultline {

using u128 = unsigned __int128;

/// What a resource did in the measured interval: of everybody who used it, but nothing before it and nothing after.
struct Figures {
    u64 uses;          ///< asked for in the interval, and begun
    u128 busy, waited; ///< unit-time in use; of those uses, the time until they began
    ps_t full;         ///< time with every unit in use
    u32 peak;          ///< units in use at once
};

/// Hears what is in use of a resource, at each change and in the order of time.
struct Gauge {
    virtual ~Gauge() = default;
    /// The resource's account begins at @p t, with @p units in use.
    virtual void begin(ps_t t, u32 units) = 0;
    virtual void level(ps_t t, u32 units) = 0;
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
        peak_ = units();
        if (gauge_)
            gauge_->begin(at_, units());
    }
    /// Before anything is used: @p gauge hears what the account is made of.
    void watch(Gauge *gauge) const { gauge_ = gauge; }
    Gauge *gauge() const { return gauge_; }

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
    void sweep(ps_t t) { likely(!gauge_) ? sweep<false>(t) : sweep<true>(t); }
    /// @p Heard: somebody listens.
    template <bool Heard> void sweep(ps_t t) {
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
            if constexpr (Heard)
                gauge_->level(at_, units());
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
    u32 units() const { return in_use_ > 0 ? u32(in_use_) : 0; }
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
    std::size_t room_ = 64;          // for so many beginnings; then it is time to add up
    mutable Gauge *gauge_ = nullptr; // who listens changes nothing
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
    /// What was ever reserved before @p t, which the kernel has not passed.
    ps_t busy(ps_t t) const {
        ps_t all = end_ - idle_, later = end_ > t ? end_ - t : 0;

        for (auto s = gaps_.rbegin(); s != gaps_.rend() && s->end > t; ++s)
            later -= s->end - std::max(s->begin, t);
        return all > later ? all - later : 0;
    }

private:
    static constexpr std::size_t kMostGaps = 1024;

    struct Span {
        ps_t begin, end;
    };

    void remember(Span s) {
        if (unlikely(gaps_.size() >= room_))
            forget();
        idle_ += s.end - s.begin;
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
            idle_ -= length;
            s->end = begin;
            if (rest.begin < rest.end)
                gaps_.insert(s + 1, rest);
            return begin;
        }
        end_ += length;
        return end_ - length;
    }

    ps_t end_ = 0, idle_ = 0;
    std::vector<Span> gaps_; // in order
    std::size_t room_ = 64;  // for so many; then it is time to forget
};

/// A server of one unit whose users come in order: each begins when the one before has ended.
class Server {
public:
    explicit Server(const char *name) : usage(name, 1, false) {}

    /// @return when a use of @p length that is asked for at @p t ends
    ps_t serve(ps_t t, ps_t length) {
        ps_t begin = turn(t);

        free_ = begin + length;
        usage.use(t, begin, free_);
        return free_;
    }
    /// When a use that is asked for at @p t would begin.
    ps_t turn(ps_t t) const { return free_ > t ? free_ : t; }
    ps_t free() const { return free_; }
    void clear() { free_ = 0; }

    Usage usage;

private:
    ps_t free_ = 0;
};

/// A Timetable that accounts for itself.
class Booking {
public:
    explicit Booking(const char *name) : use_(name, 1) {}

    /// @return when a use of @p length begins that is asked for at @p asked and ready at @p ready
    ps_t reserve(ps_t asked, ps_t ready, ps_t length) {
        ps_t begin = table_.reserve(ready, length);

        uses_++;
        if (unlikely(begin != asked))
            waited_ += begin - asked;
        if (unlikely(use_.gauge() != nullptr))
            show(begin, length);
        return begin;
    }
    ps_t end() const { return table_.end(); }
    /// What it did up to @p until.
    Usage &usage(ps_t until) const {
        use_.total(uses_, table_.busy(until), waited_);
        if (spans_)
            spans_->figures(until);
        return use_;
    }
    /// Its account begins at @p t.
    void mark(ps_t t) {
        usage(t).mark(t);
        if (spans_)
            spans_->mark(t);
    }

private:
    /// The timetable adds up without order; a gauge wants to hear in the order of time.
    __attribute__((noinline)) void show(ps_t begin, ps_t length) {
        if (!spans_) {
            spans_.reset(new Usage(use_.name(), 1));
            spans_->watch(use_.gauge());
        }
        if (length)
            spans_->use(begin, begin, begin + length);
    }

    Timetable table_;
    std::unique_ptr<Usage> spans_; // where there is a gauge
    u64 uses_ = 0;
    u128 waited_ = 0;
    mutable Usage use_;
};

} // namespace faultline

#endif // FAULTLINE_USAGE_H
