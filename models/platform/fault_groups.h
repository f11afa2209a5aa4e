/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The groups of faults that wait for a worker, in the fault cores of all IOMMUs, and which is next.
 */
#ifndef FAULTLINE_FAULT_GROUPS_H
#define FAULTLINE_FAULT_GROUPS_H

#include "cpu_port.h"
#include <deque>
#include <memory>
#include <unordered_map>

namespace faultline {

/// A group, where its fault core is, and when it began to wait for a worker.
struct FaultJob {
    fault_group *group;
    CpuPort *port;
    ps_t asked;
};

class FaultGroups {
public:
    using Ports = std::vector<std::unique_ptr<CpuPort>>;

    FaultGroups(const CpuParts &parts, const Ports &ports) : parts_(parts), ports_(ports) {}

    /// A group waits from now on.
    void queued(fault_group *group) { queued_[group] = parts_.scheduler.now(); }
    /// The next, or none. @p later is told of one that was reported at a time that is still to come.
    template <class Later> FaultJob take(Later later);
    /// Those that were taken of a fault core before their time.
    std::deque<FaultJob> &early() { return early_; }

private:
    template <class Later> FaultJob take_from(CpuPort *port, Later later);
    ps_t asked(fault_group *group);

    const CpuParts &parts_;
    const Ports &ports_;
    std::size_t turn_ = 0; // the port that is asked next
    std::unordered_map<fault_group *, ps_t> queued_;
    std::deque<FaultJob> early_; // in order of time
};

inline ps_t FaultGroups::asked(fault_group *group) {
    auto found = queued_.find(group);
    if (found == queued_.end())
        return parts_.scheduler.now();
    ps_t time = found->second;
    queued_.erase(found);
    return time;
}

/* What a thread has reported at a time that is still to come waits for that. */
template <class Later> FaultJob FaultGroups::take_from(CpuPort *port, Later later) {
    while (fault_group *group = port->core() ? fault_core_take(port->core(), parts_.now_ns()) : nullptr) {
        FaultJob job{group, port, asked(group)};
        if (job.asked <= parts_.scheduler.now())
            return job;
        early_.insert(std::upper_bound(early_.begin(), early_.end(), job,
                                       [](const FaultJob &a, const FaultJob &b) { return a.asked < b.asked; }),
                      job);
        later(job.asked);
    }
    return {};
}

/* Of the IOMMUs in turn, as a fault core takes of its devices. */
template <class Later> FaultJob FaultGroups::take(Later later) {
    if (unlikely(!early_.empty() && early_.front().asked <= parts_.scheduler.now())) {
        FaultJob job = early_.front();
        early_.pop_front();
        return job;
    }
    for (std::size_t tries = 0; tries < ports_.size(); tries++) {
        CpuPort *port = ports_[turn_].get();
        turn_ = turn_ + 1 < ports_.size() ? turn_ + 1 : 0;
        FaultJob job = take_from(port, later);
        if (job.group)
            return job;
    }
    return {};
}

} // namespace faultline

#endif // FAULTLINE_FAULT_GROUPS_H
