/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A bill: who owned the time of an access.
 *
 * It has a cursor. book() gives the time from the cursor to a later moment to
 * one owner and moves the cursor there, so that nothing is counted twice and
 * what the owners have adds up to the whole. Whoever knows why an access was
 * where it was books; the bill travels with the access (DmaExtension).
 */
#ifndef FAULTLINE_BILL_H
#define FAULTLINE_BILL_H

#include "scheduler.h"
#include <algorithm>

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

/// A bill that also keeps what it was made of, in order, if somebody wants to draw it.
class LoggedBill : public Bill {
public:
    /// The time from the entry before, or from from(), was @c by 's.
    struct Entry {
        owner by;
        ps_t until;
    };

    LoggedBill() = default;
    LoggedBill(const LoggedBill &) = default;
    LoggedBill &operator=(const LoggedBill &o) {
        Bill::operator=(o);
        if (unlikely(kept_ || o.kept_)) {
            kept_ = o.kept_;
            log_ = o.log_;
        }
        return *this;
    }
    /// @p bill, and the part of @p log that it is of.
    LoggedBill(const Bill &bill, const LoggedBill &log) : Bill(bill), kept_(log.kept_ && log.at() == at()) {
        if (kept_)
            log_.assign(log.find(from()), log.log_.end());
    }

    void keep(bool on) { kept_ = on; }
    /// Nothing is missing in log().
    bool complete() const { return kept_; }
    const std::vector<Entry> &log() const { return log_; }

    void open(ps_t from) {
        Bill::open(from);
        log_.clear();
    }
    void book(owner o, ps_t until) {
        if (unlikely(kept_))
            note(o, until);
        Bill::book(o, until);
    }
    void rebook(owner o, const Bill &mark) {
        ps_t end = at();

        if (kept_) {
            auto after = log_.begin() + (find(mark.at()) - log_.cbegin());
            if (after != log_.end() && (after == log_.begin() ? from() : (after - 1)->until) < mark.at())
                (after++)->until = mark.at();
            log_.erase(after, log_.end());
        }
        static_cast<Bill &>(*this) = mark;
        book(o, end);
    }
    /// The last of what @p from has becomes @p to's.
    void move(owner from, owner to, ps_t time) {
        if (kept_)
            relabel(from, to, std::min(time, of(from)));
        Bill::move(from, to, time);
    }

private:
    /// The first entry that ends after @p t.
    std::vector<Entry>::const_iterator find(ps_t t) const {
        return std::find_if(log_.begin(), log_.end(), [t](const Entry &e) { return e.until > t; });
    }
    __attribute__((noinline)) void note(owner o, ps_t until) {
        if (until <= at())
            return;
        if (!log_.empty() && log_.back().by == o)
            log_.back().until = until;
        else
            log_.push_back({o, until});
    }
    void relabel(owner from, owner to, ps_t time) {
        for (std::size_t i = log_.size(); i-- > 0 && time;) {
            ps_t begin = i ? log_[i - 1].until : this->from(), length = log_[i].until - begin;
            if (log_[i].by != from)
                continue;
            if (length > time) {
                log_.insert(log_.begin() + std::ptrdiff_t(i), {from, log_[i].until - time});
                log_[i + 1].by = to;
                return;
            }
            log_[i].by = to;
            time -= length;
        }
    }

    bool kept_ = false;
    std::vector<Entry> log_;
};

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

/// Where each of @p Parts parts begins, and the end of the last; ps, never decreasing.
template <unsigned Parts> struct Stamps {
    ps_t stamp[Parts + 1];

    ps_t part(unsigned i) const { return stamp[i + 1] - stamp[i]; }
    ps_t total() const { return stamp[Parts] - stamp[0]; }
    /// All parts end at @p decided, but for the first, which begins at @p started.
    void open(ps_t started, ps_t decided) {
        std::fill_n(stamp, Parts + 1, decided);
        stamp[0] = started;
    }
    /// It is over at @p time. A part that did not happen, or that ended before an earlier one did, is zero: the sum
    /// stays the total.
    void close(ps_t time) {
        stamp[Parts] = time;
        for (unsigned i = 1; i <= Parts; i++)
            stamp[i] = std::min(std::max(stamp[i], stamp[i - 1]), time);
    }
};
using FaultStamps = Stamps<FAULT_PARTS>;
using PageStamps = Stamps<PAGE_PARTS>;

} // namespace faultline

#endif // FAULTLINE_BILL_H
