/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What a run shows over time is what its result says: each track adds up to the account that it is a view of, and the
 * slowest faults are those of the latencies. One simulation a process: every run is forked.
 */
#include "replay_rig.h"
#include "series.h"
#include "timed_replay.h"
#include <algorithm>
#include <check.h>
#include <map>
#include <string>
#include <vector>

extern "C" {
#include "suite.h"
}

using namespace faultline;

namespace {

using Words = std::vector<const char *>;
constexpr u64 kMillion = 1'000'000;

struct Case {
    const char *iommu;
    replay_faults faults;
    u64 warmup;
    Words set;
};

const Case cases[] = {
    {"smmuv3", REPLAY_STALL, 0, {}},
    {"smmuv3", REPLAY_STALL, 0, {"cpu.count=1", "smmuv3.stall_max=4", "iommu.eventq_log2=1", "tbu.slots=2"}},
    {"smmuv3", REPLAY_STALL, 300, {"cpu.workers=4", "os.job_ns=2000", "os.job_accesses=100"}},
    {"smmuv3", REPLAY_STALL, 0, {"iommu.count=2", "iommu.map=2=1", "tcu.walk_port=issued", "memory.banks=2"}},
    {"smmuv3", REPLAY_TERMINATE, 0, {}},
    {"smmuv3", REPLAY_PRI, 0, {"pcie.credits=2", "iommu.priq_log2=2"}},
    {"smmuv2", REPLAY_STALL, 100, {}},
    {"vtd", REPLAY_PRI, 300, {"pcie.credits=8"}},
    {"none", REPLAY_TERMINATE, 0, {}},
};

json_t *watch;

void set(const char *assignment) {
    fl_config_error err;

    ck_assert_msg(!fl_config_set(&rig_cfg, assignment, &err), "%s", err.text);
}

/* The result, and what watch says of it. */
void run(u32 most) {
    json_decref(watch);
    watch = most ? json_object() : nullptr;
    rig_opt.series = most;
    rig_opt.watch = watch;
    ck_assert_msg(!replay_timed_apart(&rig_opt, &rig_res, &rig_err), "%s", rig_err.reason);
}

void prepare(const Case &c) {
    static const char *const keys[] = {"accesses=1500", "pages=200", "streams=3", "unmap_every=9", "interval_ns=300"};

    rig_generate("random", keys, 5, 1);
    rig_opt.kind = iommu_kind_find(c.iommu);
    rig_opt.faults = c.faults;
    rig_opt.warmup = c.warmup;
    set("master.arrival=back-to-back");
    for (const char *s : c.set)
        set(s);
}

u64 number(const json_t *o, const char *key) {
    const json_t *v = json_object_get(o, key);

    ck_assert_msg(json_is_integer(v), "%s", key);
    return u64(json_integer_value(v));
}

std::vector<u64> numbers(const json_t *track, const char *key) {
    std::vector<u64> all;
    const json_t *list = json_object_get(track, key);

    ck_assert_msg(json_is_array(list), "%s", key);
    for (std::size_t i = 0; i < json_array_size(list); i++)
        all.push_back(u64(json_integer_value(json_array_get(list, i))));
    ck_assert_uint_eq(all.size(), number(json_object_get(watch, "series"), "buckets"));
    return all;
}

const json_t *tracks() {
    return json_object_get(json_object_get(watch, "series"), "tracks");
}

const json_t *track(const std::string &name, u64 index = 0) {
    for (std::size_t i = 0; i < json_array_size(tracks()); i++) {
        const json_t *t = json_array_get(tracks(), i);
        if (name == json_string_value(json_object_get(t, "name")) &&
            (!json_object_get(t, "index") || number(t, "index") == index))
            return t;
    }
    return nullptr;
}

u64 sum(const std::string &name) {
    const json_t *t = track(name);
    u64 all = 0;

    ck_assert_msg(t != nullptr, "%s", name.c_str());
    for (u64 n : numbers(t, "sum"))
        all += n;
    return all;
}

/* Unit-time of a track, in millionths of ns; each bucket is rounded to half a millionth of a unit. */
u128 area(const json_t *t) {
    u64 width = number(json_object_get(watch, "series"), "bucket_ns"), from = 0;
    u128 all = 0;

    for (u64 mean : numbers(t, "mean_ppm")) {
        all += u128(mean) * (std::min(rig_res.duration_ns, from + width) - from);
        from += width;
    }
    return all;
}

/* The result counts whole ns, the series are of ps. */
void expect_area(const json_t *t, u64 unit_ns, const char *what) {
    u128 has = area(t), is = u128(unit_ns) * kMillion, most = rig_res.duration_ns + 4 * kMillion;
    u64 units = 2 + u64(is / (rig_res.duration_ns + 1) / kMillion); // the last ns may be a part of one

    ck_assert_msg(has <= is + most * units && is <= has + most * units, "%s: %llu ns in the track, %llu in the result",
                  what, u64(has / kMillion), unit_ns);
}

} // namespace

TEST_TIMES(tracks_are_what_the_result_says, std::size(cases)) {
    prepare(cases[_i]);
    run(100);
    const json_t *series = json_object_get(watch, "series");
    u64 n = number(series, "buckets"), width = number(series, "bucket_ns");
    ck_assert_uint_le(n, 100);
    ck_assert_uint_gt(n, 49); // or two would still be apart
    ck_assert_uint_eq(width & (width - 1), 0);
    ck_assert_uint_ge(n * width, rig_res.duration_ns);
    ck_assert_uint_lt((n - 1) * width, rig_res.duration_ns + 1);
    ck_assert_uint_gt(rig_res.n_resources, 0);
    for (u32 i = 0; i < rig_res.n_resources; i++) {
        const replay_resource &r = rig_res.resources[i];
        const json_t *t = track(r.name, r.index);
        ck_assert_msg(t != nullptr, "%s %u", r.name, r.index);
        ck_assert_uint_eq(number(t, "capacity"), r.capacity);
        expect_area(t, r.busy_ns, r.name);
        std::vector<u64> most = numbers(t, "max");
        if (r.busy_ns) // what takes no time is not seen
            ck_assert_msg(*std::max_element(most.begin(), most.end()) == r.peak, "%s %u: %llu, not %u", r.name, r.index,
                          *std::max_element(most.begin(), most.end()), r.peak);
    }
    expect_area(track("in_flight"), rig_res.in_flight_ns, "in flight");
    ck_assert_uint_eq(sum("faults"), rig_res.latency.count);
    ck_assert_uint_eq(sum("interrupts"), rig_res.counters.interrupts);
}

/* Little's law for each stream: its accesses under way are the sum of their latencies. */
TEST_TIMES(streams_add_up, std::size(cases)) {
    prepare(cases[_i]);
    run(64);
    ck_assert_uint_eq(rig_res.n_streams, 3);
    u128 all = 0;
    for (u32 i = 0; i < rig_res.n_streams; i++) {
        const replay_stream &s = rig_res.streams[i];
        char name[24];
        snprintf(name, sizeof(name), "stream_0x%x", s.sid);
        ck_assert_uint_gt(s.bytes, 0);
        ck_assert_uint_eq(sum(name + std::string("_bytes")), s.bytes);
        ck_assert_uint_eq(sum(name + std::string("_accesses")), s.accesses);
        all += area(track(name + std::string("_in_flight")));
    }
    u64 latencies = u64(all / kMillion), result = rig_res.in_flight_ns;
    ck_assert_uint_le(latencies, result + rig_res.duration_ns / 100000 + 100);
    ck_assert_uint_le(result, latencies + rig_res.duration_ns / 100000 + 100);
}

/* Whoever looks on changes nothing; and sees the same each time. */
TEST_TIMES(looking_on_changes_nothing, std::size(cases)) {
    prepare(cases[_i]);
    run(0);
    json_t *plain = replay_json(&rig_opt, &rig_res);
    run(400);
    rig_opt.watch = nullptr;
    json_t *seen = replay_json(&rig_opt, &rig_res);
    ck_assert(json_equal(plain, seen));
    json_t *first = json_incref(watch);
    run(400);
    ck_assert(json_equal(first, watch));
    for (json_t *o : {plain, seen, first})
        json_decref(o);
}

static u64 total(const json_t *object) {
    const char *key;
    json_t *value;
    u64 all = 0;

    json_object_foreach(const_cast<json_t *>(object), key, value) all += u64(json_integer_value(value));
    return all;
}

TEST_TIMES(slowest_faults_have_stories, std::size(cases)) {
    prepare(cases[_i]);
    run(10);
    const json_t *list = json_object_get(watch, "slowest_faults");
    std::size_t n = json_array_size(list);
    if (cases[_i].faults == REPLAY_TERMINATE) {
        ck_assert_uint_eq(n, 0);
        return;
    }
    ck_assert_uint_eq(n, 10);
    u64 last = rig_res.latency.max;
    for (std::size_t i = 0; i < n; i++) {
        const json_t *f = json_array_get(list, i);
        u64 length = number(f, "end_ns") - number(f, "begin_ns"), owned = total(json_object_get(f, "owners_ns"));
        // Ordered by ps, and both ends are whole ns.
        ck_assert_uint_le(length, last + 1);
        ck_assert(i || length + 1 >= last);
        ck_assert_uint_eq(total(json_object_get(f, "parts_ns")), length);
        ck_assert_uint_le(owned, length + 1);
        ck_assert_uint_ge(owned + OWNERS, length);
        ck_assert_str_eq(json_string_value(json_object_get(f, "kind")),
                         cases[_i].faults == REPLAY_PRI ? "pri" : "stall");
        last = length;
    }
}

/* Three accesses, a millisecond apart: 2 ms, and what the last one takes. */
TEST(three_accesses) {
    rig_text("attach 0 sid=1 domain=1\n"
             "map 0 domain=1 iova=0x1000 size=0x2000 pa=0x40001000 perm=rw\n"
             "access 1000000 sid=1 iova=0x1000 size=8 dir=r\n"
             "access 2000000 sid=1 iova=0x1008 size=16 dir=r\n"
             "access 3000000 sid=1 iova=0x2000 size=32 dir=r\n");
    rig_opt.resident = REPLAY_RESIDENT_ALL;
    run(4);
    // 2 ms do not fit into 4 * 2^18 ns, the third step of 2^19 ns ends at 1.57 ms.
    ck_assert_uint_eq(number(json_object_get(watch, "series"), "bucket_ns"), 1 << 19);
    std::vector<u64> bytes = numbers(track("stream_0x1_bytes"), "sum"), is{8, 16, 0, 32};
    ck_assert(bytes == is);
    // Two misses take a slot each, the hit none.
    std::vector<u64> slots = numbers(track("tbu_slots"), "max"), one{1, 0, 0, 1};
    ck_assert(slots == one);
    ck_assert_ptr_null(track("event_queue"));
}

/* Steps of 1 ns become steps of 2 and of 4. */
TEST(buckets_become_wider) {
    Buckets b(4);
    b.add(0, 3500, 2); // 2 in 0, 1 and 2, 1 in 3
    b.count(3000, 7);
    b.peak(1000, 9);
    ck_assert_uint_eq(b.width(), 1000);
    b.add(9500, 10000, 4);
    ck_assert_uint_eq(b.width(), 4000);
    struct {
        json_t *list;
        std::vector<json_int_t> is;
    } expected[] = {{b.sums(10000), {7007, 0, 2000}},
                    {b.peaks(10000), {9, 0, 4}},
                    // 7007 of 4000; 2000 of the 2000 that are left
                    {b.means_ppm(10000), {1751750, 0, 1000000}}};
    for (auto &e : expected) {
        ck_assert_uint_eq(json_array_size(e.list), e.is.size());
        for (std::size_t i = 0; i < e.is.size(); i++)
            ck_assert_int_eq(json_integer_value(json_array_get(e.list, i)), e.is[i]);
        json_decref(e.list);
    }
}

static void teardown() {
    json_decref(watch);
    watch = nullptr;
    rig_teardown();
}

SUITE_WITH("series", rig_setup, teardown)
