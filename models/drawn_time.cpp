/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "drawn_time.h"
#include <algorithm>
#include <stdexcept>

namespace faultline {

DrawnTime::DrawnTime(const DrawnPrice &price, u64 seed) : price_(price), state_(seed) {
    if (price.kind == FL_HANDLER_RECORDED || price.kind == FL_HANDLER_HISTOGRAM)
        read();
}

/* A file, or what comes with the program. */
static std::string text_of(const char *name) {
    for (const fl_histogram *h = fl_config_histograms; h->name; h++)
        if (!std::strcmp(h->name, name))
            return h->text;
    std::unique_ptr<FILE, int (*)(FILE *)> in(std::fopen(name, "r"), std::fclose);
    std::string text;
    char part[4096];

    if (!*name)
        throw std::runtime_error("recorded times, and those of a histogram, need a file: a key that ends with _file");
    if (!in)
        throw std::runtime_error(std::string(name) + ": " + std::strerror(errno));
    for (std::size_t n; (n = std::fread(part, 1, sizeof(part), in.get())) > 0;)
        text.append(part, n);
    return text;
}

void DrawnTime::read() {
    std::string text = text_of(price_.file);
    std::size_t number = 0;

    for (std::size_t at = 0, end; at < text.size(); at = end + 1) {
        end = std::min(text.find('\n', at), text.size());
        number++;
        if (text[at] != '#')
            read_line(text.substr(at, end - at), number);
    }
    if (recorded_.empty())
        throw std::runtime_error(std::string(price_.file) + ": no times");
}

/* A time in ns; of a histogram also how often it was seen. */
void DrawnTime::read_line(const std::string &line, std::size_t number) {
    bool histogram = price_.kind == FL_HANDLER_HISTOGRAM;
    char *end, *last;
    u64 ns = std::strtoull(line.c_str(), &end, 10);
    u64 before = recorded_.empty() ? 0 : recorded_.back().until;
    u64 count = histogram ? std::strtoull(end, &last, 10) : 0;
    bool good = end != line.c_str() && ns <= 1'000'000'000'000ULL && line[0] != '-';

    if (histogram)
        good = good && last != end && !*last && count && count < 1ULL << 32;
    else
        good = good && !*end;
    if (!good)
        throw std::runtime_error(std::string(price_.file) + ":" + std::to_string(number) +
                                 (histogram ? ": not a whole number of ns and a count" : ": not a whole number of ns"));
    recorded_.push_back({ns * 1000, before + count});
}

/* splitmix64. */
u64 DrawnTime::draw() {
    u64 z = state_ += 0x9e3779b97f4a7c15ULL;

    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
    return z ^ z >> 31;
}

/* The whole part is the position of the highest bit; each squaring gives one bit more. */
u64 DrawnTime::minus_log2(u64 x) {
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
u64 DrawnTime::exp2(s64 x) {
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
ps_t DrawnTime::exponential() {
    constexpr u64 kLn2 = 2977044471ULL; // ln 2, Q0.32
    u64 nats = u64((unsigned __int128)minus_log2(draw() | 1) * kLn2 >> 32);

    return u64((unsigned __int128)price_.time * nats >> 32);
}

/* Median times e^(sigma z); z is the sum of twelve uniform draws, less six: variance 1, tails to 6. */
ps_t DrawnTime::lognormal() {
    constexpr s64 kLog2E = 6196328018LL; // log2 e, Q32.32
    s64 z = -(s64(6) << 32);

    for (int i = 0; i < 12; i++)
        z += s64(draw() >> 32);
    s64 nats = z * s64(price_.sigma_permille) / 1000;
    s64 power = s64((__int128)nats * kLog2E >> 32);
    return u64((unsigned __int128)price_.time * exp2(power) >> 32);
}

/* The least time whose count, with those before it, is more than a number below the count of all. */
ps_t DrawnTime::from_histogram() {
    u64 rank = u64((unsigned __int128)draw() * recorded_.back().until >> 64);
    auto found = std::upper_bound(recorded_.begin(), recorded_.end(), rank,
                                  [](u64 r, const Recorded &line) { return r < line.until; });

    return found->time;
}

ps_t DrawnTime::next() {
    u64 lo = price_.time, hi = price_.max;

    switch (price_.kind) {
    case FL_HANDLER_UNIFORM:
        return hi > lo ? lo + u64((unsigned __int128)draw() * (hi - lo + 1) >> 64) : lo;
    case FL_HANDLER_EXPONENTIAL:
        return exponential();
    case FL_HANDLER_LOGNORMAL:
        return lognormal();
    case FL_HANDLER_RECORDED:
        return recorded_[at_++ % recorded_.size()].time;
    case FL_HANDLER_HISTOGRAM:
        return from_histogram();
    default:
        return lo;
    }
}

ps_t DrawnTime::longest() const {
    ps_t longest = price_.kind == FL_HANDLER_UNIFORM ? std::max(price_.time, price_.max) : price_.time;

    if (recorded_.empty())
        return longest;
    auto most = std::max_element(recorded_.begin(), recorded_.end(),
                                 [](const Recorded &a, const Recorded &b) { return a.time < b.time; });
    return most->time;
}

} // namespace faultline
