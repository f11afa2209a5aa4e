/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The timeline of a run: each fault with its parts and the owners of its time
 * on a track of its stream, who worked for it, and what was in use. docs/results.md
 * has the tracks.
 */
#ifndef FAULTLINE_TIMELINE_H
#define FAULTLINE_TIMELINE_H

#include "perfetto.h"
#include "tap.h"
#include "usage.h"
#include <map>

extern "C" {
#include "replay.h"
}

namespace faultline {

class Timeline : public Tap {
public:
    /// @throws std::runtime_error if the file cannot be made
    Timeline(const replay_options &opt, const std::vector<u32> &streams);

    void resources(const std::vector<const Usage *> &resources);
    int finish(dmat_error *err);

    void begins(ps_t t) override { begin_ = t; }
    void ends(ps_t t) override { end_ = t; }
    void level(unsigned gauge, ps_t t, u32 units, bool first) override;
    void fault(const FaultSeen &f) override;
    void record(unsigned iommu, bool paged, ps_t from, ps_t until, u64 flow) override;
    void thread(unsigned iommu, unsigned line) override { line_ = {iommu, line}; }
    void read(u64 flow) override { read_[line_].push_back(flow); }
    void served(const Served &s) override;
    void handling(unsigned) override { handled_.clear(); }
    void answered(u64 flow) override { handled_.push_back(flow); }
    void handled(unsigned worker, ps_t from, ps_t until) override;

private:
    using Track = PerfettoFile::Track;
    using Line = std::pair<unsigned, unsigned>;
    /// Tracks of one thing, as many as overlap.
    struct Lanes {
        struct Lane {
            Track track;
            ps_t free;
        };
        std::string name;
        std::vector<Lane> lanes;
    };
    struct Counter {
        Track track;
        u32 units;
    };

    Track lane(Lanes &lanes, Track group, ps_t from, ps_t until);
    void parts(Track track, const FaultSeen &f);
    void owners(Track track, const LoggedBill &bill, ps_t from, ps_t until);

    PerfettoFile file_;
    Track streams_group_, software_group_, iommu_group_, resources_group_;
    unsigned owner_names_[OWNERS], part_names_[FAULT_PARTS];
    unsigned fault_, interrupt_, thread_, handler_, record_, interval_;
    std::map<u32, Lanes> streams_;
    std::map<Line, Lanes> lines_;
    std::map<unsigned, Lanes> workers_;
    std::map<Line, Lanes> records_; // by IOMMU and whether paged
    std::vector<Counter> counters_;
    Line line_{};
    std::map<Line, std::vector<u64>> read_;
    std::vector<u64> handled_;
    ps_t begin_ = 0, end_ = kNever; // of the measured interval; what begins later is not drawn
};

} // namespace faultline

#endif // FAULTLINE_TIMELINE_H
