/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "samples.h"
#include <algorithm>

namespace faultline {

Samples::Samples() : slots_(1024, {0, 0}) {}

std::size_t Samples::slot_of(u64 value) const {
    std::size_t at = ((value * 0x9e3779b97f4a7c15ULL) >> 32) & (slots_.size() - 1);

    while (slots_[at].count && slots_[at].value != value)
        at = (at + 1) & (slots_.size() - 1);
    return at;
}

void Samples::add_slow(u64 value) {
    if (used_ * 2 >= slots_.size()) {
        std::vector<Slot> old(slots_.size() * 2, {0, 0});
        old.swap(slots_);
        for (const Slot &s : old)
            if (s.count)
                slots_[slot_of(s.value)] = s;
    }
    last_ = slot_of(value);
    used_ += !slots_[last_].count;
    slots_[last_].value = value;
    slots_[last_].count++;
}

stats_summary Samples::summary(u64 unit) const {
    std::vector<Slot> sorted;
    stats_summary out{};
    u64 seen = 0;

    for (const Slot &s : slots_)
        if (s.count)
            sorted.push_back(s);
    if (sorted.empty())
        return out;
    std::sort(sorted.begin(), sorted.end(), [](const Slot &a, const Slot &b) { return a.value < b.value; });
    auto at = sorted.begin();
    // The least value that at least this share of the samples does not exceed.
    auto percentile = [&](u64 permille) {
        u64 rank = (n_ * permille + 999) / 1000;
        while (seen + at->count < rank)
            seen += (at++)->count;
        return at->value / unit;
    };
    out.count = n_;
    out.min = sorted.front().value / unit;
    out.p50 = percentile(500);
    out.p90 = percentile(900);
    out.p99 = percentile(990);
    out.p999 = percentile(999);
    out.max = sorted.back().value / unit;
    // To the nearest, but the others are rounded down: never above them all.
    out.mean = u64((sum_ + (unsigned __int128)unit * n_ / 2) / ((unsigned __int128)unit * n_));
    out.mean = std::min(out.mean, out.max);
    return out;
}

stats_histogram Samples::histogram(u64 unit) const {
    stats_histogram h{};

    for (const Slot &s : slots_)
        h.count[stats_bucket(s.value / unit)] += s.count;
    return h;
}

} // namespace faultline
