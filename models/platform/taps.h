/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * All that look on in a run, by its options: what the platform tells goes to
 * each of them. Without any the platform has none of these, and asks one pointer.
 */
#ifndef FAULTLINE_TAPS_H
#define FAULTLINE_TAPS_H

#include "series.h"

namespace faultline {

class Timeline;
class Waves;

class Taps : public Tap {
public:
    /// Before anything of SystemC is there. nullptr: nobody looks on.
    /// @throws std::runtime_error if a file cannot be made
    static std::unique_ptr<Taps> make(const replay_options &opt, const std::vector<u32> &streams);
    ~Taps() override;

    /// The resources, in the order of their numbers (Tap::level()).
    void attach(const std::vector<const Usage *> &resources);

    // Tap: each of them hears
    void begins(ps_t t) override { tell_all<&Tap::begins>(t); }
    void ends(ps_t t) override { tell_all<&Tap::ends>(t); }
    void level(unsigned gauge, ps_t t, u32 units, bool first) override {
        tell_all<&Tap::level>(gauge, t, units, first);
    }
    void access(const AccessSeen &a) override { tell_all<&Tap::access>(a); }
    void fault(const FaultSeen &f) override { tell_all<&Tap::fault>(f); }
    void interrupt(ps_t t) override { tell_all<&Tap::interrupt>(t); }
    void record(unsigned iommu, bool paged, ps_t from, ps_t until, u64 flow) override {
        tell_all<&Tap::record>(iommu, paged, from, until, flow);
    }
    void stalled(unsigned iommu, u32 sid, ps_t t, bool on) override { tell_all<&Tap::stalled>(iommu, sid, t, on); }
    void thread(unsigned iommu, unsigned line) override { tell_all<&Tap::thread>(iommu, line); }
    void read(u64 flow) override { tell_all<&Tap::read>(flow); }
    void served(const Served &s) override { tell_all<&Tap::served>(s); }
    void handling(unsigned worker) override { tell_all<&Tap::handling>(worker); }
    void answered(u64 flow) override { tell_all<&Tap::answered>(flow); }
    void handled(unsigned worker, ps_t from, ps_t until) override { tell_all<&Tap::handled>(worker, from, until); }

    /// Somebody wants to know what the bills of faults are made of.
    bool logs() const { return timeline_ != nullptr; }
    /// What resource @p gauge is called in the result.
    void name(unsigned gauge, const replay_resource &r);
    /// The run is over: what is for the result goes to @p watch, files are complete. 0, or -errno with @p err.
    int finish(json_t *watch, dmat_error *err);

private:
    struct Listener : Gauge {
        Listener(Taps &t, unsigned n) : taps(t), number(n) {}
        void begin(ps_t t, u32 units) override { taps.level(number, t, units, true); }
        void level(ps_t t, u32 units) override { taps.level(number, t, units, false); }

        Taps &taps;
        unsigned number;
    };

    template <auto Method, typename... Args> void tell_all(const Args &...args) {
        for (Tap *tap : all_)
            (tap->*Method)(args...);
    }

    Taps();

    std::vector<std::unique_ptr<Listener>> listeners_;
    std::vector<Tap *> all_;
    std::unique_ptr<Series> series_;
    std::unique_ptr<SlowFaults> slow_;
    std::unique_ptr<Timeline> timeline_;
    std::unique_ptr<Waves> waves_;
};

} // namespace faultline

#endif // FAULTLINE_TAPS_H
