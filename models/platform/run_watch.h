/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Whether a run gets anywhere. Progress is an access that ends. Without one, a
 * page that faults again although its faults are answered is a circle, once
 * that has happened so often, and for so long, that no handler can still be at
 * work for it.
 */
#ifndef FAULTLINE_RUN_WATCH_H
#define FAULTLINE_RUN_WATCH_H

#include "scheduler.h"
#include <map>
#include <tuple>

namespace faultline {

class RunWatch {
public:
    /// Answers to the faults of one page while no access ends.
    static constexpr u32 kAnswers = 1000;

    /// @param patience simulated time without the end of an access that is nothing unusual
    explicit RunWatch(ps_t patience) : patience_(patience) {}

    void ended(ps_t time) {
        since_ = time;
        if (unlikely(!answers_.empty()))
            answers_.clear();
    }

    /// A fault of @p txn is over, with an answer that lets it try again. True: the run goes round in circles.
    bool answered(const dma_txn &txn, ps_t time) {
        u32 n = ++answers_[{txn.sid, txn.flags & DMA_PASID ? txn.pasid : IOMMU_NO_PASID, txn.iova >> 12}];

        return n > kAnswers && time > since_ && time - since_ > patience_;
    }

private:
    std::map<std::tuple<u32, u32, u64>, u32> answers_; // by stream, PASID and page
    ps_t patience_, since_ = 0;
};

} // namespace faultline

#endif // FAULTLINE_RUN_WATCH_H
