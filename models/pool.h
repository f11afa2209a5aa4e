/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Objects that are used again and again; they live as long as their pool. */
#ifndef FAULTLINE_POOL_H
#define FAULTLINE_POOL_H

#include "c_api.h"

namespace faultline {

template <typename T> class Pool {
public:
    /// The one that take() will give. A new one is told its number, from 1, if it has a member for that.
    T &next() {
        if (unlikely(free_.empty())) {
            all_.emplace_back(new T());
            if constexpr (requires_id<T>(0))
                all_.back()->id = all_.size();
            free_.push_back(all_.back().get());
        }
        return *free_.back();
    }
    T *take() {
        T *t = &next();

        free_.pop_back();
        return t;
    }
    void give(T *t) { free_.push_back(t); }

    /// The one of number @p id, or nullptr.
    T *find(u64 id) const { return id && id <= all_.size() ? all_[id - 1].get() : nullptr; }
    /// All that there ever were.
    const std::vector<std::unique_ptr<T>> &all() const { return all_; }

private:
    template <typename U> static constexpr auto requires_id(int) -> decltype(U::id, true) { return true; }
    template <typename> static constexpr bool requires_id(long) { return false; }

    std::vector<std::unique_ptr<T>> all_;
    std::vector<T *> free_;
};

/// Payloads with a DmaExtension `ext`; each is free again when everybody has let go of it.
template <typename T> class PayloadPool : public tlm::tlm_mm_interface {
public:
    ~PayloadPool() override {
        for (auto &p : pool_.all())
            p->clear_extension(&p->ext);
    }
    /// Acquired once.
    T *take() {
        T *p = pool_.take();

        if (!p->has_mm()) {
            p->set_mm(this);
            p->set_extension(&p->ext);
        }
        p->acquire();
        return p;
    }

private:
    void free(tlm::tlm_generic_payload *gp) override { pool_.give(static_cast<T *>(gp)); }

    Pool<T> pool_;
};

/// Data of accesses that have none: room that everybody reads and writes and nobody looks at.
class Scratch {
public:
    /// So many bytes, as long as this lives.
    unsigned char *of(u64 bytes) { return likely(bytes <= size_) ? blocks_.back().data() : more(bytes); }

private:
    unsigned char *more(u64 bytes) {
        size_ = std::max<u64>({bytes, 2 * size_, 4096});
        blocks_.emplace_back(size_);
        return blocks_.back().data();
    }

    std::vector<std::vector<unsigned char>> blocks_; // the last is the largest; accesses may still use the others
    u64 size_ = 0;                                   // of it
};

} // namespace faultline

#endif // FAULTLINE_POOL_H
