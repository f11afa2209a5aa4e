/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * How long a piece of software or an access to memory takes: constant, drawn
 * from a distribution or from a recorded histogram, or recorded one by one.
 * Integer arithmetic throughout, so that a seed gives the same times on every
 * machine.
 */
#ifndef FAULTLINE_DRAWN_TIME_H
#define FAULTLINE_DRAWN_TIME_H

#include "scheduler.h"

namespace faultline {

/// A price as the configuration has it: the keys of cpu.handler, cpu.fault, cpu.page or memory.latency.
struct DrawnPrice {
    u64 kind; ///< enum fl_handler
    ps_t time, max;
    u64 sigma_permille;
    const char *file; ///< outlives what draws from it
};

/// Of the keys SECTION.PRICE_*.
#define FL_DRAWN(section, price)                                                                                       \
    DrawnPrice {                                                                                                       \
        (section).price, (section).price##_ps, (section).price##_max_ps, (section).price##_sigma_permille,             \
            (section).price##_file                                                                                     \
    }

class DrawnTime {
public:
    /// @throws std::runtime_error: a recorded file that cannot be read; its text names file, line and reason
    DrawnTime(const DrawnPrice &price, u64 seed);
    /// The price of one call of the handler.
    DrawnTime(const fl_config &c, u64 seed) : DrawnTime(FL_DRAWN(c.cpu, handler), seed) {}

    /// The next time.
    ps_t next();
    /// It is always nothing.
    bool free() const { return price_.kind == FL_HANDLER_CONSTANT && !price_.time; }
    /// What hardly ever takes longer.
    ps_t longest() const;

    /// -log2(u) for u = @p x / 2^64, x > 0, as Q32.32.
    static u64 minus_log2(u64 x);
    /// 2^(@p x / 2^32), x signed Q32.32, as Q32.32; 0 below 2^-32, saturates at 2^31.
    static u64 exp2(s64 x);

private:
    struct Recorded {
        ps_t time;
        u64 until; // histogram: count of this time and of those before
    };

    void read();
    void read_line(const std::string &line, std::size_t number);
    u64 draw();
    ps_t exponential();
    ps_t lognormal();
    ps_t from_histogram();

    DrawnPrice price_;
    u64 state_;
    std::vector<Recorded> recorded_;
    std::size_t at_ = 0;
};

} // namespace faultline

#endif // FAULTLINE_DRAWN_TIME_H
