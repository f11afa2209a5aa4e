/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "series.h"
#include <algorithm>

extern "C" {
#include "report_json.h"
}

namespace faultline {

/* ---- buckets ---- */

void Buckets::Bucket::take(const Bucket &o) {
    sum += o.sum;
    most = std::max(most, o.most);
}

void Buckets::clear() {
    buckets_.clear();
    width_ = 1000;
}

void Buckets::halve() {
    for (std::size_t i = 1; i < buckets_.size(); i++) {
        Bucket b = buckets_[i];
        if (i % 2)
            buckets_[i / 2].take(b);
        else
            buckets_[i / 2] = b;
    }
    buckets_.resize((buckets_.size() + 1) / 2);
    width_ *= 2;
}

void Buckets::widen(ps_t width) {
    while (width_ < width)
        halve();
}

Buckets::Bucket &Buckets::at(ps_t t) {
    while (t / width_ >= most_)
        halve();
    if (t / width_ >= buckets_.size())
        buckets_.resize(t / width_ + 1);
    return buckets_[t / width_];
}

void Buckets::add(ps_t from, ps_t until, u64 units) {
    if (!units || from >= until)
        return;
    at(until - 1);
    while (from < until) {
        Bucket &b = buckets_[from / width_];
        ps_t end = std::min(until, (from / width_ + 1) * width_);
        b.sum += u128{units} * (end - from);
        b.most = std::max(b.most, u32(units));
        from = end;
    }
}

/* As many as there are up to @end. What happens at the end itself is part of the last one. */
std::vector<Buckets::Bucket> Buckets::whole(ps_t end) const {
    std::vector<Bucket> all(end ? (end - 1) / width_ + 1 : 1);

    for (std::size_t i = 0; i < buckets_.size(); i++)
        all[std::min(i, all.size() - 1)].take(buckets_[i]);
    return all;
}

static void append(json_t *array, u128 n) {
    fl_assert(n >> 63 == 0);
    json_array_append_new(array, json_integer(json_int_t(n)));
}

json_t *Buckets::sums(ps_t end) const {
    json_t *a = json_array();

    for (const Bucket &b : whole(end))
        append(a, b.sum);
    return a;
}

json_t *Buckets::peaks(ps_t end) const {
    json_t *a = json_array();

    for (const Bucket &b : whole(end))
        append(a, b.most);
    return a;
}

json_t *Buckets::means_ppm(ps_t end) const {
    json_t *a = json_array();
    ps_t from = 0;

    for (const Bucket &b : whole(end)) {
        u128 length = std::min(end, from + width_) - from;
        append(a, length ? (b.sum * 1'000'000 + length / 2) / length : 0);
        from += width_;
    }
    return a;
}

/* ---- series ---- */

Series::Series(const std::vector<u32> &streams, unsigned most)
    : most_(most), faults_(most), interrupts_(most), in_flight_(most) {
    for (u32 sid : streams)
        streams_.emplace_back(sid, most);
}

void Series::begins(ps_t t) {
    begin_ = t;
    interrupts_.clear(); // the software's work before it
}

void Series::pass(Level &l, ps_t t) {
    if (l.since != kNever && t > l.since)
        l.buckets.add(since_begin(l.since), since_begin(t), l.units);
    l.since = t;
}

void Series::level(unsigned gauge, ps_t t, u32 units, bool first) {
    while (gauge >= levels_.size())
        levels_.emplace_back(most_);
    Level &l = levels_[gauge];
    if (end_ || (!first && l.since == kNever))
        return;
    if (first)
        l.buckets.clear();
    else
        pass(l, t);
    l.since = t;
    l.units = units;
    // The account may begin a little before the interval is said to: both begin at the same time.
    l.buckets.peak(first ? 0 : since_begin(t), units);
}

void Series::ends(ps_t t) {
    for (Level &l : levels_)
        pass(l, t);
    end_ = t;
}

void Series::access(const AccessSeen &a) {
    Stream &s = streams_[a.stream];

    s.bytes.count(since_begin(a.done), a.bytes);
    s.accesses.count(since_begin(a.done), 1);
    s.in_flight.add(since_begin(a.issued), since_begin(a.done), 1);
    in_flight_.add(since_begin(a.issued), since_begin(a.done), 1);
}

void Series::fault(const FaultSeen &f) {
    faults_.count(since_begin(f.stamps.stamp[0]), 1);
}

void Series::interrupt(ps_t t) {
    if (!end_)
        interrupts_.count(since_begin(t), 1);
}

void Series::name(unsigned gauge, const replay_resource &r) {
    if (gauge < levels_.size())
        levels_[gauge].resource = &r;
}

template <typename F> void Series::each(F f) {
    for (Level &l : levels_)
        f(l.buckets);
    for (Stream &s : streams_) {
        f(s.bytes);
        f(s.accesses);
        f(s.in_flight);
    }
    f(faults_);
    f(interrupts_);
    f(in_flight_);
}

static json_t *track(const char *name, const char *unit, const char *kind) {
    json_t *o = json_object();

    report_json_text(o, "name", name);
    report_json_text(o, "unit", unit);
    report_json_text(o, "kind", kind);
    return o;
}

static json_t *sums(const char *name, const char *unit, json_t *sum) {
    json_t *o = track(name, unit, "sum");

    json_object_set_new(o, "sum", sum);
    return o;
}

static json_t *means(const char *name, json_t *mean) {
    json_t *o = track(name, "accesses", "mean");

    json_object_set_new(o, "mean_ppm", mean);
    return o;
}

/* By what the resource is made of; most have units without a name of their own. */
static const char *unit_of(const char *name) {
    static const char *const units[][2] = {{"event_queue", "records"},
                                           {"request_queue", "records"},
                                           {"command_queue", "commands"},
                                           {"credits", "credits"},
                                           {"read_tags", "tags"},
                                           {"tbu_slots", "slots"},
                                           {"walk_slots", "slots"},
                                           {"stall_slots", "slots"},
                                           {"workers", "workers"},
                                           {"driver_threads", "threads"},
                                           {"cpus", "cpus"}};

    for (auto &u : units)
        if (!std::strncmp(name, u[0], std::strlen(u[0])))
            return u[1];
    return "units";
}

void Series::add_levels(json_t *tracks) const {
    for (const Level &l : levels_) {
        if (!l.resource)
            continue;
        json_t *o = track(l.resource->name, unit_of(l.resource->name), "level");
        report_json_u64(o, "index", l.resource->index);
        report_json_u64(o, "capacity", l.resource->capacity);
        json_object_set_new(o, "mean_ppm", l.buckets.means_ppm(end_ - begin_));
        json_object_set_new(o, "max", l.buckets.peaks(end_ - begin_));
        json_array_append_new(tracks, o);
    }
}

void Series::add_streams(json_t *tracks) const {
    ps_t length = end_ - begin_;

    for (const Stream &s : streams_) {
        char name[16];
        std::snprintf(name, sizeof(name), "stream_0x%x", s.sid);
        std::string stream = name;
        json_t *all[] = {sums((stream + "_bytes").c_str(), "bytes", s.bytes.sums(length)),
                         sums((stream + "_accesses").c_str(), "accesses", s.accesses.sums(length)),
                         means((stream + "_in_flight").c_str(), s.in_flight.means_ppm(length))};
        for (json_t *o : all) {
            report_json_hex(o, "sid", s.sid);
            json_array_append_new(tracks, o);
        }
    }
}

json_t *Series::json() {
    json_t *o = json_object(), *tracks = json_array();
    ps_t width = 1000, length = end_ - begin_;

    while (length && (length - 1) / width >= most_)
        width *= 2;
    each([&](Buckets &b) { width = std::max(width, b.width()); });
    each([&](Buckets &b) { b.widen(width); });
    add_levels(tracks);
    json_array_append_new(tracks, means("in_flight", in_flight_.means_ppm(length)));
    add_streams(tracks);
    json_array_append_new(tracks, sums("faults", "faults", faults_.sums(length)));
    json_array_append_new(tracks, sums("interrupts", "interrupts", interrupts_.sums(length)));
    report_json_u64(o, "bucket_ns", width / 1000);
    report_json_u64(o, "buckets", length ? (length - 1) / width + 1 : 1);
    json_object_set_new(o, "tracks", tracks);
    return o;
}

/* ---- the slowest faults ---- */

void SlowFaults::fault(const FaultSeen &f) {
    auto slower = [](const Fault &a, const Fault &b) {
        if (a.stamps.total() != b.stamps.total())
            return a.stamps.total() > b.stamps.total();
        return a.stamps.stamp[0] < b.stamps.stamp[0];
    };
    Fault one{f.txn, f.stamps, f.bill ? *f.bill : Bill(), f.how, f.paged, f.joined};

    if (!f.recoverable || (faults_.size() == kMost && !slower(one, faults_.back())))
        return;
    faults_.insert(std::upper_bound(faults_.begin(), faults_.end(), one, slower), one);
    if (faults_.size() > kMost)
        faults_.pop_back();
}

static const char *outcome_of(xlat how) {
    switch (how) {
    case XLAT_OK:
        return "translated";
    case XLAT_STALL:
        return "faults_again";
    case XLAT_RAZWI:
        return "razwi";
    default:
        return "aborted";
    }
}

/* Whole ns of stamps, as the parts of the result: they add up. */
json_t *SlowFaults::json_of(const Fault &f) const {
    json_t *o = json_object(), *parts = json_object(), *owners = json_object();
    const ps_t *stamp = f.stamps.stamp;

    report_json_hex(o, "sid", f.txn.sid);
    if (f.txn.flags & DMA_PASID)
        report_json_u64(o, "pasid", f.txn.pasid);
    report_json_hex(o, "iova", f.txn.iova);
    report_json_text(o, "access", f.txn.flags & DMA_WRITE ? "write" : "read");
    report_json_text(o, "kind", f.paged ? "pri" : "stall");
    report_json_text(o, "outcome", outcome_of(f.how));
    if (f.joined)
        json_object_set_new(o, "joined", json_true());
    report_json_u64(o, "begin_ns", stamp[0] / 1000 - begin_ / 1000);
    report_json_u64(o, "end_ns", stamp[FAULT_PARTS] / 1000 - begin_ / 1000);
    for (unsigned i = 0; i < FAULT_PARTS; i++)
        report_json_u64(parts, fault_part_names[i], stamp[i + 1] / 1000 - stamp[i] / 1000);
    json_object_set_new(o, "parts_ns", parts);
    for (unsigned i = 0; i < OWNERS; i++)
        if (f.bill.of(i))
            report_json_u64(owners, owner_table[i].name, f.bill.of(i) / 1000);
    json_object_set_new(o, "owners_ns", owners);
    return o;
}

json_t *SlowFaults::json() const {
    json_t *list = json_array();

    for (const Fault &f : faults_)
        json_array_append_new(list, json_of(f));
    return list;
}

} // namespace faultline
