/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * How long a fault handler takes: constant, drawn, or recorded. Integer
 * arithmetic throughout, so that a seed gives the same times on every machine.
 */
#ifndef FAULTLINE_HANDLER_TIME_H
#define FAULTLINE_HANDLER_TIME_H

#include "scheduler.h"

namespace faultline {

class HandlerTime {
public:
    /// @throws std::runtime_error: a recorded file that cannot be read; its text names file, line and reason
    HandlerTime(const fl_config &config, u64 seed);

    /// The next handler's time.
    ps_t next();

    /// -log2(u) for u = @p x / 2^64, x > 0, as Q32.32.
    static u64 minus_log2(u64 x);
    /// 2^(@p x / 2^32), x signed Q32.32, as Q32.32; 0 below 2^-32, saturates at 2^31.
    static u64 exp2(s64 x);

private:
    void read(const char *path);
    u64 draw();
    ps_t exponential();
    ps_t lognormal();

    const fl_config &config_;
    u64 state_;
    std::vector<ps_t> recorded_;
    std::size_t at_ = 0;
};

} // namespace faultline

#endif // FAULTLINE_HANDLER_TIME_H
