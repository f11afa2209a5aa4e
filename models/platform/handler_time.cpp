/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "handler_time.h"
#include <stdexcept>

namespace faultline {

HandlerTime::HandlerTime(const fl_config &config, u64 seed) : config_(config), state_(seed) {
    if (config.cpu.handler == FL_HANDLER_RECORDED)
        read(config.cpu.handler_file);
}

void HandlerTime::read(const char *path) {
    std::unique_ptr<FILE, int (*)(FILE *)> in(std::fopen(path, "r"), std::fclose);
    char line[64];

    if (!in)
        throw std::runtime_error(std::string(path) + ": " + std::strerror(errno));
    while (std::fgets(line, sizeof(line), in.get())) {
        char *end;
        u64 ns = std::strtoull(line, &end, 10);
        if (end == line || (*end && *end != '\n') || ns > 1'000'000'000'000ULL)
            throw std::runtime_error(std::string(path) + ":" + std::to_string(recorded_.size() + 1) +
                                     ": not a whole number of ns");
        recorded_.push_back(ns * 1000);
    }
    if (recorded_.empty())
        throw std::runtime_error(std::string(path) + ": no times");
}

/* splitmix64. */
u64 HandlerTime::draw() {
    u64 z = state_ += 0x9e3779b97f4a7c15ULL;

    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
    return z ^ z >> 31;
}

/* The whole part is the position of the highest bit; each squaring gives one bit more. */
u64 HandlerTime::minus_log2(u64 x) {
    unsigned top = 63 - unsigned(__builtin_clzll(x));
    u64 m = x << (63 - top); // in [1, 2), Q1.63
    u64 fraction = 0;

    for (int i = 0; i < 32; i++) {
        unsigned __int128 square = (unsigned __int128)m * m; // Q2.126
        bool two = square >> 127;
        m = u64(square >> (two ? 64 : 63));
        fraction = fraction << 1 | two;
    }
    return (u64(64) << 32) - (u64(top) << 32 | fraction);
}

/* 2^f for f in [0, 1) by the factors 2^(1/2), 2^(1/4), ... of its bits; each square root is exact to the last bit. */
u64 HandlerTime::exp2(s64 x) {
    s64 whole = x >> 32;
    u32 f = u32(x);
    u64 factor = u64(2) << 32, value = u64(1) << 32; // Q32.32

    for (int i = 31; i >= 0; i--) {
        u64 lo = u64(1) << 32, hi = factor;
        while (lo + 1 < hi) { // square root by halving
            u64 mid = lo + (hi - lo) / 2;
            if ((unsigned __int128)mid * mid <= (unsigned __int128)factor << 32)
                lo = mid;
            else
                hi = mid;
        }
        factor = lo;
        if (f >> i & 1)
            value = u64((unsigned __int128)value * factor >> 32);
    }
    if (whole >= 30)
        return u64(1) << 63;
    return whole >= 0 ? value << whole : whole > -33 ? value >> -whole : 0;
}

/* Mean times -ln(u). */
ps_t HandlerTime::exponential() {
    constexpr u64 kLn2 = 2977044471ULL; // ln 2, Q0.32
    u64 nats = u64((unsigned __int128)minus_log2(draw() | 1) * kLn2 >> 32);

    return u64((unsigned __int128)config_.cpu.handler_ps * nats >> 32);
}

/* Median times e^(sigma z); z is the sum of twelve uniform draws, less six: variance 1, tails to 6. */
ps_t HandlerTime::lognormal() {
    constexpr s64 kLog2E = 6196328018LL; // log2 e, Q32.32
    s64 z = -(s64(6) << 32);

    for (int i = 0; i < 12; i++)
        z += s64(draw() >> 32);
    s64 nats = z * s64(config_.cpu.handler_sigma_permille) / 1000;
    s64 power = s64((__int128)nats * kLog2E >> 32);
    return u64((unsigned __int128)config_.cpu.handler_ps * exp2(power) >> 32);
}

ps_t HandlerTime::next() {
    u64 lo = config_.cpu.handler_ps, hi = config_.cpu.handler_max_ps;

    switch (config_.cpu.handler) {
    case FL_HANDLER_UNIFORM:
        return hi > lo ? lo + u64((unsigned __int128)draw() * (hi - lo + 1) >> 64) : lo;
    case FL_HANDLER_EXPONENTIAL:
        return exponential();
    case FL_HANDLER_LOGNORMAL:
        return lognormal();
    case FL_HANDLER_RECORDED:
        return recorded_[at_++ % recorded_.size()];
    default:
        return lo;
    }
}

} // namespace faultline
