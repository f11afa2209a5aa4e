/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The waveforms of a run, written by SystemC's own tracing. A model runs ahead
 * of the kernel's time, and accounts are added up behind it; so what changed is
 * kept, and a second simulation, in a process of its own, plays it in order.
 */
#ifndef FAULTLINE_WAVES_H
#define FAULTLINE_WAVES_H

#include "platform_api.h"
#include "tap.h"
#include "usage.h"

extern "C" {
#include "replay.h"
}

namespace faultline {

class Waves : public Tap {
public:
    /// @throws std::runtime_error if the file or the process cannot be made
    Waves(const replay_options &opt, const std::vector<u32> &streams);
    ~Waves() override;

    void resources(const std::vector<const Usage *> &resources);
    /// All is written. 0, or -errno with @p err.
    int finish(dmat_error *err);

    void ends(ps_t t) override { end_ = t; }
    void level(unsigned gauge, ps_t t, u32 units, bool first) override;
    void stalled(unsigned iommu, u32 sid, ps_t t, bool on) override;
    void served(const Served &s) override;

private:
    struct Signal {
        std::string name;
        u32 bits;
    };
    /// @c signal gets @c value, or one more or less.
    struct Change {
        ps_t time;
        u32 signal;
        s32 value;
        bool relative;
    };
    /// A level, and for queues where its two ends are.
    struct Gauge {
        u32 level, written, read; // signals; 0: there is none
        u32 units = 0;
    };

    u32 signal(const std::string &name, u32 bits);
    void set(u32 signal, ps_t t, s32 value, bool relative = false) { changes_.push_back({t, signal, value, relative}); }
    void settle();
    bool send();

    std::string path_, temp_;
    bool fsr_; // SMMUv2
    int to_child_ = -1;
    int child_ = 0;
    std::vector<Signal> signals_{{"", 0}};
    std::vector<Gauge> gauges_;
    std::vector<Change> changes_;
    ps_t end_ = kNever;                    // of the measured interval, and of the waveforms
    std::unordered_map<u32, u32> stalled_; // signals by stream
    std::unordered_map<u64, u32> lines_;   // by IOMMU and line
};

} // namespace faultline

#endif // FAULTLINE_WAVES_H
