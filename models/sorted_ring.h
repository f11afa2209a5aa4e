/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A queue in ascending order whose entries arrive almost in that order, as
 * ends of walks do: taking the least costs a step, giving back a few.
 */
#ifndef FAULTLINE_SORTED_RING_H
#define FAULTLINE_SORTED_RING_H

#include "c_api.h"

namespace faultline {

/// @p T is ordered by operator>; equal entries keep the order in which they came.
template <typename T> class SortedRing {
public:
    explicit SortedRing(std::size_t n = 0, const T &value = T()) : entries_(64), mask_(63) {
        for (std::size_t i = 0; i < n; i++)
            push(value);
    }
    bool empty() const { return head_ == tail_; }
    std::size_t size() const { return tail_ - head_; }
    const T &front() const { return entries_[head_ & mask_]; }
    const T &back() const { return entries_[(tail_ - 1) & mask_]; }
    const T &operator[](std::size_t i) const { return entries_[(head_ + i) & mask_]; }

    T pop() { return entries_[head_++ & mask_]; }

    void push(const T &value) {
        std::size_t at;

        if (unlikely(size() > mask_))
            grow();
        for (at = tail_++; at != head_ && entries_[(at - 1) & mask_] > value; at--)
            entries_[at & mask_] = entries_[(at - 1) & mask_];
        entries_[at & mask_] = value;
    }

private:
    void grow() {
        std::vector<T> bigger(entries_.size() * 2);
        std::size_t n = size();

        for (std::size_t i = 0; i < n; i++)
            bigger[i] = entries_[(head_ + i) & mask_];
        entries_.swap(bigger);
        mask_ = entries_.size() - 1;
        head_ = 0;
        tail_ = n;
    }

    std::vector<T> entries_; // power of two
    std::size_t mask_;
    std::size_t head_ = 0, tail_ = 0;
};

} // namespace faultline

#endif // FAULTLINE_SORTED_RING_H
