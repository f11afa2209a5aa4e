/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * How many accesses are under way, over time: the integral of their number,
 * which knows nothing of how long each of them takes.
 */
#ifndef FAULTLINE_IN_FLIGHT_H
#define FAULTLINE_IN_FLIGHT_H

#include "scheduler.h"

namespace faultline {

class InFlight {
public:
    void enter(ps_t t) {
        change(t, 1);
        peak_ = now_ > peak_ ? now_ : peak_;
    }
    /// Maybe told late: what came after it is put right.
    void leave(ps_t t) { change(t > from_ ? t : from_, -1); }
    /// The account begins at @p t, after all that was told.
    void mark(ps_t t) {
        area_ = 0;
        from_ = at_ = t;
        peak_ = now_;
    }
    /// One that was under way then does not count: it leaves at @p t.
    void forget(ps_t t) { area_ -= t > from_ ? t - from_ : 0; }

    u64 now() const { return now_; }
    u64 peak() const { return peak_; }
    /// Accesses times ps, up to the latest moment that was told of.
    __int128 area() const { return area_; }

private:
    void change(ps_t t, int by) {
        if (likely(t >= at_)) {
            area_ += __int128(now_) * (t - at_);
            at_ = t;
        } else {
            area_ += by * __int128(at_ - t);
        }
        now_ += u64(s64(by));
    }

    u64 now_ = 0, peak_ = 0;
    ps_t at_ = 0, from_ = 0;
    __int128 area_ = 0;
};

} // namespace faultline

#endif // FAULTLINE_IN_FLIGHT_H
