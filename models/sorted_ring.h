/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A queue in ascending order whose entries arrive almost in that order, as
 * ends of walks do: taking the least costs a step, giving back a few.
 */
#ifndef FAULTLINE_SORTED_RING_H
#define FAULTLINE_SORTED_RING_H

#include "c_api.h"

#include <memory>

namespace faultline {

/// A queue in a ring that grows to its longest content and stays so.
template <typename T> class GrowingRing {
public:
    explicit GrowingRing(std::size_t room = 4) : slots_(new T[room]), room_(room) {}
    bool empty() const { return head_ == tail_; }
    std::size_t size() const { return tail_ - head_; }
    T &front() { return slots_[head_ & (room_ - 1)]; }
    const T &front() const { return (*this)[0]; }
    const T &back() const { return slots_[(tail_ - 1) & (room_ - 1)]; }
    const T &operator[](std::size_t i) const { return slots_[(head_ + i) & (room_ - 1)]; }
    T &pop() { return slots_[head_++ & (room_ - 1)]; }
    /// A place at the end, with whatever it held before.
    T &push() {
        if (unlikely(size() == room_))
            grow();
        return slots_[tail_++ & (room_ - 1)];
    }

protected:
    std::unique_ptr<T[]> slots_; // what was never pushed is not touched
    std::size_t room_;           // a power of two
    std::size_t head_ = 0, tail_ = 0;

private:
    void grow() {
        std::unique_ptr<T[]> bigger(new T[room_ * 2]);
        std::size_t n = size();

        for (std::size_t i = 0; i < n; i++)
            bigger[i] = (*this)[i];
        slots_ = std::move(bigger);
        room_ *= 2;
        head_ = 0;
        tail_ = n;
    }
};

/// @p T is ordered by operator>; equal entries keep the order in which they came.
template <typename T> class SortedRing : private GrowingRing<T> {
    using Ring = GrowingRing<T>;

public:
    explicit SortedRing(std::size_t n = 0, const T &value = T()) : Ring(64) {
        for (std::size_t i = 0; i < n; i++)
            push(value);
    }
    using Ring::back;
    using Ring::empty;
    using Ring::operator[];
    using Ring::size;
    const T &front() const { return Ring::front(); }
    T pop() { return Ring::pop(); }
    void push(const T &value) {
        std::size_t mask, at;

        Ring::push();
        mask = this->room_ - 1;
        for (at = this->tail_ - 1; at != this->head_ && this->slots_[(at - 1) & mask] > value; at--)
            this->slots_[at & mask] = this->slots_[(at - 1) & mask];
        this->slots_[at & mask] = value;
    }
};

} // namespace faultline

#endif // FAULTLINE_SORTED_RING_H
