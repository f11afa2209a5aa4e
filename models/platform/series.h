/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What happened over time, in a bounded number of buckets: as a run goes on,
 * two become one of twice the width. And the slowest faults, each with its
 * story. docs/results.md has what they look like.
 */
#ifndef FAULTLINE_SERIES_H
#define FAULTLINE_SERIES_H

#include "platform_api.h"
#include "tap.h"
#include "usage.h"

extern "C" {
#include "replay.h"
}

namespace faultline {

/// Sums over time, from 0 on.
class Buckets {
public:
    explicit Buckets(unsigned most) : most_(most) {}

    /// @p units are in use from @p from until @p until.
    void add(ps_t from, ps_t until, u64 units);
    /// At @p t it happens @p n times.
    void count(ps_t t, u64 n) { at(t).sum += n; }
    /// So many units are in use at @p t, however briefly.
    void peak(ps_t t, u32 units) { at(t).most = std::max(at(t).most, units); }
    void clear();

    ps_t width() const { return width_; }
    void widen(ps_t width);
    /// As arrays of whole numbers, up to @p end.
    json_t *sums(ps_t end) const;
    json_t *means_ppm(ps_t end) const;
    json_t *peaks(ps_t end) const;

private:
    struct Bucket {
        u128 sum = 0;
        u32 most = 0;

        void take(const Bucket &o);
    };

    Bucket &at(ps_t t);
    void halve();
    std::vector<Bucket> whole(ps_t end) const;

    unsigned most_;
    ps_t width_ = 1000;
    std::vector<Bucket> buckets_;
};

class Series : public Tap {
public:
    /// @p streams: their numbers; AccessSeen::stream counts through them.
    Series(const std::vector<u32> &streams, unsigned most);

    void begins(ps_t t) override;
    void ends(ps_t t) override;
    void level(unsigned gauge, ps_t t, u32 units, bool first) override;
    void access(const AccessSeen &a) override;
    void fault(const FaultSeen &f) override;
    void interrupt(ps_t t) override;

    /// What resource @p gauge is called in the result.
    void name(unsigned gauge, const replay_resource &r);
    json_t *json();

private:
    struct Level {
        explicit Level(unsigned most) : buckets(most) {}
        Buckets buckets;
        const replay_resource *resource = nullptr;
        ps_t since = kNever;
        u32 units = 0;
    };
    struct Stream {
        Stream(u32 number, unsigned most) : sid(number), bytes(most), accesses(most), in_flight(most) {}
        u32 sid;
        Buckets bytes, accesses, in_flight;
    };

    ps_t since_begin(ps_t t) const { return t > begin_ ? t - begin_ : 0; }
    void pass(Level &l, ps_t t);
    template <typename F> void each(F f);
    void add_levels(json_t *tracks) const;
    void add_streams(json_t *tracks) const;

    unsigned most_;
    ps_t begin_ = 0, end_ = 0; // end_ 0: it has not ended
    std::vector<Level> levels_;
    std::vector<Stream> streams_;
    Buckets faults_, interrupts_, in_flight_;
};

/// The slowest of the faults that can be recovered from.
class SlowFaults : public Tap {
public:
    static constexpr std::size_t kMost = 10;

    void begins(ps_t t) override { begin_ = t; }
    void fault(const FaultSeen &f) override;
    json_t *json() const;

private:
    struct Fault {
        dma_txn txn;
        FaultStamps stamps;
        Bill bill;
        xlat how;
        bool paged, joined;
    };

    json_t *json_of(const Fault &f) const;

    ps_t begin_ = 0;
    std::vector<Fault> faults_; // the slowest first
};

} // namespace faultline

#endif // FAULTLINE_SERIES_H
