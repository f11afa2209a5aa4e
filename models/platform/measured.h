/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What a run of a trace counts: from the first access behind the warm-up, or the
 * software of its job, to the end of the last.
 */
#ifndef FAULTLINE_MEASURED_H
#define FAULTLINE_MEASURED_H

#include "issue_room.h"

namespace faultline {

class Measured {
public:
    Usage driver_work{"driver_work", 1};

    Measured(Scheduler &scheduler, IssueRoom &room) : scheduler_(scheduler), room_(room) {}

    /// @p begins is told when the first @p warmup accesses are out; may be empty.
    void start(u64 warmup, const std::function<void(ps_t)> &begins) {
        warmup_ = warmup;
        begins_ = begins;
    }
    bool begun() const { return first_ != kNever; }
    /// An access goes out at @p t. Whether it counts.
    bool issued(ps_t t) {
        bool counts = issued_++ >= warmup_;

        if (unlikely(counts && !begun()))
            begin(t);
        return counts;
    }
    /// One that counts has ended at @p t.
    void ended(const MasterAccess &a, ps_t t) {
        last_ = std::max(last_, t);
        a.count(t, latencies_, owners_);
    }
    /// Software before a job of a stream takes from @p t to @p until.
    void job(ps_t t, ps_t until) {
        jobs_.use(t, t, until);
        if (unlikely(issued_ >= warmup_ && !begun()))
            scheduler_.call<&Measured::job_begins>(t, *this);
    }

    ps_t duration() const { return last_ - std::min(first_, last_); }
    const Samples &latencies() const { return latencies_; }
    const OwnerSums &owners() const { return owners_; }
    const Usage &jobs() const { return jobs_; }

private:
    void begin(ps_t t) {
        first_ = last_ = t;
        room_.mark(t);
        jobs_.mark(t);
        driver_work.mark(t);
        if (begins_)
            begins_(t);
    }
    void job_begins() {
        if (!begun())
            begin(scheduler_.now());
    }

    Scheduler &scheduler_;
    IssueRoom &room_;
    std::function<void(ps_t)> begins_;
    u64 warmup_ = 0, issued_ = 0; // accesses
    Usage jobs_{"jobs", ~0U};
    Samples latencies_;
    OwnerSums owners_;
    ps_t first_ = kNever, last_ = 0;
};

} // namespace faultline

#endif // FAULTLINE_MEASURED_H
