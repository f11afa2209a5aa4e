/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "timeline.h"
#include <algorithm>

namespace faultline {

Timeline::Timeline(const replay_options &opt, const std::vector<u32> &streams)
    : file_(opt.timeline), streams_group_(file_.track("streams")), software_group_(file_.track("software")),
      iommu_group_(file_.track("records")), resources_group_(file_.track("resources")), fault_(file_.name("fault")),
      interrupt_(file_.name("hard handler")), thread_(file_.name("thread")), handler_(file_.name("handler call")),
      record_(file_.name("write record")), interval_(file_.name("measured interval")) {
    for (unsigned i = 0; i < OWNERS; i++)
        owner_names_[i] = file_.name(owner_table[i].name);
    for (unsigned i = 0; i < FAULT_PARTS; i++)
        part_names_[i] = file_.name(std::string("part ") + fault_part_names[i]);
    for (u32 sid : streams) {
        char name[24];
        std::snprintf(name, sizeof(name), "stream 0x%x", sid);
        streams_[sid].name = name;
    }
}

void Timeline::resources(const std::vector<const Usage *> &resources) {
    std::map<std::string, unsigned> seen, all;

    for (const Usage *u : resources)
        all[u->name()]++;
    for (const Usage *u : resources) {
        std::string name = u->name();
        if (all[name] > 1)
            name += " " + std::to_string(seen[name]++);
        counters_.push_back({file_.counter(name, resources_group_), 0});
    }
}

int Timeline::finish(dmat_error *err) {
    Track track = file_.track("run");

    file_.begin(track, begin_, interval_);
    file_.end(track, end_);
    return file_.finish(err);
}

void Timeline::level(unsigned gauge, ps_t t, u32 units, bool) {
    Counter &c = counters_[gauge];

    if (units == c.units || t > end_)
        return;
    c.units = units;
    file_.value(c.track, t, units);
}

/* The first of its tracks that is free by then. */
Timeline::Track Timeline::lane(Lanes &l, Track group, ps_t from, ps_t until) {
    auto found = std::find_if(l.lanes.begin(), l.lanes.end(), [=](const Lanes::Lane &x) { return x.free <= from; });

    if (found == l.lanes.end()) {
        std::string name = l.name + (l.lanes.empty() ? "" : " (" + std::to_string(l.lanes.size() + 1) + ")");
        found = l.lanes.insert(found, {file_.track(name, group), 0});
    }
    found->free = until;
    return found->track;
}

/* ---- a fault ---- */

static const char *outcome_of(xlat how) {
    switch (how) {
    case XLAT_OK:
        return "translated";
    case XLAT_STALL:
        return "faults again";
    case XLAT_RAZWI:
        return "razwi";
    default:
        return "aborted";
    }
}

void Timeline::fault(const FaultSeen &f) {
    const ps_t *stamp = f.stamps.stamp;
    const PerfettoFile::Note notes[] = {{"iova", nullptr, f.txn.iova, true},
                                        {"access", f.txn.flags & DMA_WRITE ? "write" : "read", 0, false},
                                        {"outcome", outcome_of(f.how), 0, false},
                                        {"pasid", nullptr, f.txn.pasid, false}};
    PerfettoFile::Details d(f.flow, f.flow);
    Track track = lane(streams_[f.txn.sid], streams_group_, stamp[0], stamp[FAULT_PARTS]);

    d.notes = notes;
    d.n_notes = f.txn.flags & DMA_PASID ? 4 : 3;
    file_.begin(track, stamp[0], fault_, d);
    parts(track, f);
    file_.end(track, stamp[FAULT_PARTS]);
}

/* The answer's way and what follows it belong to the fault's flow, too. */
void Timeline::parts(Track track, const FaultSeen &f) {
    const ps_t *stamp = f.stamps.stamp;

    for (unsigned i = 0; i < FAULT_PARTS; i++) {
        if (stamp[i] == stamp[i + 1])
            continue;
        if (f.flow && (i == PART_RESPOND || i == PART_RETRY))
            file_.begin(track, stamp[i], part_names_[i], {f.flow, true});
        else
            file_.begin(track, stamp[i], part_names_[i]);
        if (f.log)
            owners(track, *f.log, stamp[i], stamp[i + 1]);
        file_.end(track, stamp[i + 1]);
    }
}

/* Whose the time was between the two. */
void Timeline::owners(Track track, const LoggedBill &bill, ps_t from, ps_t until) {
    ps_t begin = bill.from();

    for (const LoggedBill::Entry &e : bill.log()) {
        ps_t first = std::max(begin, from), last = std::min(e.until, until);
        if (first < last) {
            file_.begin(track, first, owner_names_[e.by]);
            file_.end(track, last);
        }
        begin = e.until;
    }
}

/* ---- who works for it ---- */

void Timeline::record(unsigned iommu, bool paged, ps_t from, ps_t until, u64 flow) {
    Lanes &l = records_[{iommu, paged}];

    if (from > end_)
        return;
    if (l.name.empty())
        l.name = (paged ? "page requests of device " : "events of IOMMU ") + std::to_string(iommu);
    Track track = lane(l, iommu_group_, from, until);
    file_.begin(track, from, record_, {flow, true});
    file_.end(track, until);
}

void Timeline::served(const Served &s) {
    Line line{s.iommu, s.line};
    Lanes &l = lines_[line];
    std::vector<u64> &read = read_[line];

    if (s.came > end_)
        return;
    if (l.name.empty())
        l.name = "IOMMU " + std::to_string(s.iommu) + ", interrupt " + std::to_string(s.line);
    Track track = lane(l, software_group_, s.came, s.until);
    file_.begin(track, s.came, interrupt_);
    file_.end(track, s.entered);
    if (s.began) {
        file_.begin(track, s.began, thread_, read);
        file_.end(track, s.until);
    }
    read.clear();
}

void Timeline::handled(unsigned worker, ps_t from, ps_t until) {
    Lanes &l = workers_[worker];

    if (from > end_)
        return;
    if (l.name.empty())
        l.name = "worker " + std::to_string(worker);
    Track track = lane(l, software_group_, from, until);
    file_.begin(track, from, handler_, handled_);
    file_.end(track, until);
}

} // namespace faultline
