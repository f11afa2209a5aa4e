/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Exact percentiles of many values of which few are distinct, as latencies of
 * a model are: a table of value and count. Millions of samples cost no sort.
 */
#ifndef FAULTLINE_SAMPLES_H
#define FAULTLINE_SAMPLES_H

#include "c_api.h"

extern "C" {
#include "stats.h"
}

namespace faultline {

class Samples {
public:
    Samples();

    void add(u64 value) {
        if (likely(slots_[last_].count && slots_[last_].value == value))
            slots_[last_].count++;
        else
            add_slow(value);
        n_++;
        sum_ += value;
    }
    u64 count() const { return n_; }

    /// As stats_summarize() of the same samples, each divided by @p unit.
    stats_summary summary(u64 unit) const;
    /// The same samples in buckets.
    stats_histogram histogram(u64 unit) const;

private:
    struct Slot {
        u64 value, count; // count 0: free
    };

    std::size_t slot_of(u64 value) const;
    void add_slow(u64 value);

    std::vector<Slot> slots_;
    std::size_t used_ = 0, last_ = 0;
    u64 n_ = 0;
    unsigned __int128 sum_ = 0;
};

} // namespace faultline

#endif // FAULTLINE_SAMPLES_H
