/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Laws that every run keeps, whatever it is about: Little's (accesses under way on the mean are their rate times their
 * mean latency), no resource is used more than it is there, and more of a resource never makes a run slower.
 */
#include "suite.h"
#include "timed_replay.h"
#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <iterator>
#include <string>
#include <unistd.h>
#include <vector>

extern "C" {
#include "fl_config.h"
#include "trace_gen.h"
}

namespace {

using Words = std::vector<std::string>;

struct Variant {
    const char *iommu;
    replay_faults faults;
    u32 resident;
};

const Variant stall2{"smmuv2", REPLAY_STALL, REPLAY_RESIDENT_NONE},
    stall3{"smmuv3", REPLAY_STALL, REPLAY_RESIDENT_NONE}, pri3{"smmuv3", REPLAY_PRI, REPLAY_RESIDENT_NONE},
    prid{"vtd", REPLAY_PRI, REPLAY_RESIDENT_NONE};

std::string name_of(const Variant &v) {
    return std::string(v.iommu) + "-" + replay_fault_names[v.faults] +
           (v.resident == REPLAY_RESIDENT_ALL ? ", resident" : "");
}

Words split(const std::string &text) {
    Words words;
    for (std::size_t at = 0, end; at < text.size(); at = end + 1) {
        end = std::min(text.find(' ', at), text.size());
        words.push_back(text.substr(at, end - at));
    }
    return words;
}

/* A generated trace. */
struct Trace {
    char path[32] = "/tmp/lawsXXXXXX";

    explicit Trace(const std::string &keys) {
        Words words = split(keys);
        std::vector<const char *> set;
        dmat_error err{};
        for (const std::string &w : words)
            set.push_back(w.c_str());
        close(mkstemp(path));
        ck_assert_msg(!trace_generate("random", set.data(), set.size(), 1, path, &err), "%s", err.reason);
    }
    ~Trace() { unlink(path); }
};

/* No resource is used more than it is there, none longer than the run, and all of it no longer than its units are. */
void check_resources(const replay_result &r, const std::string &what) {
    ck_assert_uint_gt(r.n_resources, 0);
    for (u32 i = 0; i < r.n_resources; i++) {
        const replay_resource &u = r.resources[i];
        ck_assert_msg(u.utilisation_ppm <= 1000000, "%s: %s %u: %u ppm", what.c_str(), u.name, u.index,
                      u.utilisation_ppm);
        ck_assert_msg(u.full_ns <= r.duration_ns && u.busy_ns >= u.full_ns * u.capacity,
                      "%s: %s %u: %u of them in use for %llu ns of %llu ns, together for %llu ns", what.c_str(), u.name,
                      u.index, u.capacity, u.full_ns, r.duration_ns, u.busy_ns);
        ck_assert_msg(!u.capacity || u.peak <= u.capacity, "%s: %s %u: %u of %u in use", what.c_str(), u.name, u.index,
                      u.peak, u.capacity);
    }
}

replay_result play(const Trace &trace, const Variant &v, const Words &sets, const std::string &what) {
    replay_options opt{};
    replay_result res{};
    fl_config cfg;
    fl_config_error cerr{};
    dmat_error err{};

    fl_config_init(&cfg);
    ck_assert(!fl_config_set(&cfg, "master.arrival=back-to-back", &cerr));
    for (const std::string &set : sets)
        ck_assert_msg(!fl_config_set(&cfg, set.c_str(), &cerr), "%s", cerr.text);
    opt.trace = trace.path;
    opt.kind = iommu_kind_find(v.iommu);
    opt.faults = v.faults;
    opt.resident = v.resident;
    opt.seed = 1;
    opt.cfg = &cfg;
    ck_assert_msg(!replay_timed_apart(&opt, &res, &err), "%s: %s", what.c_str(), err.reason);
    check_resources(res, what);
    return res;
}

/* What comes as fast as the input takes it; and records of both queues, which leave by one port. */
TEST(resources_at_their_limit) {
    Trace busy("pages=64 accesses=20000 write_percent=0 interval_ns=0 streams=1");
    Trace two("pattern=fresh fresh_ppm=300000 interval_ns=0 accesses=2000 streams=2");
    Trace misses("pattern=uniform pages=8192 accesses=20000 interval_ns=0 streams=2");
    Variant resident = {"smmuv3", REPLAY_STALL, REPLAY_RESIDENT_ALL};

    play(busy, resident, {"tbu.interval_ns=1000"}, "a slow input");
    play(two, stall3, {"master.streams=2=pcie-ats:pri", "notify.record_write_ns=2000", "notify.pri_write_ns=3000"},
         "records of both queues");
    play(two, stall2, {"cpu.count=1"}, "one processor");
    play(two, pri3, {"master.outstanding=1024", "master.outstanding_per_stream=1024"}, "many outstanding");
    for (const char *n : {"64", "256", "1024"}) // told of far ahead of each other
        for (const Variant &v : {resident, Variant{"smmuv3", REPLAY_PRI, REPLAY_RESIDENT_ALL}})
            play(misses, v, {std::string("master.outstanding=") + n, std::string("master.outstanding_per_stream=") + n},
                 name_of(v) + ", " + n + " outstanding");
}

/*
 * Many accesses wait for one of 32 credits, several for each page: it is asked for once all the same, and twice if it
 * is read and written, which are asked for apart.
 */
TEST(a_page_is_asked_for_once) {
    Trace reads("pattern=uniform pages=256 accesses=8000 write_percent=0 interval_ns=0 streams=1");
    Trace both("pattern=uniform pages=256 accesses=8000 write_percent=50 interval_ns=0 streams=1");

    for (const Variant &v : {pri3, prid})
        for (const char *n : {"1", "64", "256", "1024"}) {
            std::string number = n, what = name_of(v) + ", " + number + " outstanding";
            Words sets{"master.outstanding=" + number, "master.outstanding_per_stream=" + number};
            ck_assert_msg(play(reads, v, sets, what).faults == 256, "%s: reads", what.c_str());
            replay_result r = play(both, v, sets, what);
            ck_assert_msg(r.faults >= 256 && r.faults <= 2 * 256, "%s: %llu requests", what.c_str(), r.faults);
        }
}

/* ---- Little's law ---- */

const struct {
    Variant variant;
    const char *streams;
} little_runs[] = {
    {stall2, "1"},
    {stall2, "4"},
    {stall3, "1"},
    {stall3, "4"},
    {pri3, "1"},
    {pri3, "4"},
    {prid, "1"},
    {prid, "4"},
    {{"smmuv2", REPLAY_TERMINATE, REPLAY_RESIDENT_NONE}, "1"},
    {{"smmuv2", REPLAY_TERMINATE, REPLAY_RESIDENT_NONE}, "4"},
    {{"smmuv3", REPLAY_TERMINATE, REPLAY_RESIDENT_NONE}, "1"},
    {{"smmuv3", REPLAY_TERMINATE, REPLAY_RESIDENT_NONE}, "4"},
    {{"vtd", REPLAY_TERMINATE, REPLAY_RESIDENT_NONE}, "1"},
    {{"vtd", REPLAY_TERMINATE, REPLAY_RESIDENT_NONE}, "4"},
    {{"smmuv2", REPLAY_STALL, REPLAY_RESIDENT_ALL}, "1"},
    {{"smmuv2", REPLAY_STALL, REPLAY_RESIDENT_ALL}, "4"},
    {{"smmuv3", REPLAY_STALL, REPLAY_RESIDENT_ALL}, "1"},
    {{"smmuv3", REPLAY_STALL, REPLAY_RESIDENT_ALL}, "4"},
    {{"smmuv3", REPLAY_PRI, REPLAY_RESIDENT_ALL}, "1"},
    {{"smmuv3", REPLAY_PRI, REPLAY_RESIDENT_ALL}, "4"},
    {{"vtd", REPLAY_PRI, REPLAY_RESIDENT_ALL}, "1"},
    {{"vtd", REPLAY_PRI, REPLAY_RESIDENT_ALL}, "4"},
};

/*
 * The number under way is integrated over time where the master lets accesses out and sees them end; latencies are
 * taken one by one, and the owners' sums from what each access went through.
 */
TEST_TIMES(little, int(std::size(little_runs))) {
    const auto &run = little_runs[_i];
    Trace trace(std::string("pattern=fresh fresh_ppm=200000 interval_ns=0 accesses=2000 streams=") + run.streams);

    for (u64 n = 1; n <= 1024; n *= 4) {
        std::string number = std::to_string(n), what = name_of(run.variant) + ", " + number + " outstanding";
        replay_result r =
            play(trace, run.variant, {"master.outstanding=" + number, "master.outstanding_per_stream=" + number}, what);
        u64 latencies = r.access.mean * r.accesses, owned = 0;
        for (u64 ns : r.access_owner_ns)
            owned += ns;
        ck_assert_uint_eq(r.access.count, r.accesses);
        u64 near = r.in_flight_ns / 100 + r.accesses / 2; // a mean is whole ns
        ck_assert_msg(latencies + near >= r.in_flight_ns && latencies <= r.in_flight_ns + near,
                      "%s: latencies %llu ns, in flight %llu ns", what.c_str(), latencies, r.in_flight_ns);
        ck_assert_msg(owned <= r.in_flight_ns && owned + OWNERS >= r.in_flight_ns,
                      "%s: owners %llu ns, in flight %llu ns", what.c_str(), owned, r.in_flight_ns);
        ck_assert_msg(r.in_flight_peak <= n, "%s: %llu at once", what.c_str(), r.in_flight_peak);
        ck_assert_msg(r.in_flight_ns <= n * r.duration_ns, "%s: %llu ns", what.c_str(), r.in_flight_ns);
    }
}

/* ---- more of a resource ---- */

/*
 * The law holds for the same work. What would change the work is kept out of these traces, or allowed for:
 * - Stalls of one page are a fault each, so that more slots would bring more faults (more_slots_more_duplicates):
 *   each page is accessed once.
 * - Streams that share a TBU change places when one of them goes faster, and a bank of an SMMUv2 has one fault at a
 *   time, so that who stands at the input decides how many banks are busy: one stream, or one slot a TBU.
 * - Walk slots are given in the order in which accesses are told of, which may be up to 10 us ahead of their time. An
 *   access that walks again (it found a walk of its page, but of the other direction), or that comes through another
 *   TBU, may find them booked for later: reads only where nothing faults, and no more TBU slots than walk slots.
 * - A queue that is full keeps the driver's thread awake, which a larger one lets go to sleep: a wake-up is short.
 * - A bank's RESUME lets all that it holds look up again, one an interval: see allowance().
 */
#define FAULTS "pattern=fresh fresh_ppm=1000000 interval_ns=0 accesses=1000 streams=1"
#define SHARED "pattern=fresh fresh_ppm=1000000 interval_ns=0 accesses=1000 streams=4"
#define MISSES "write_percent=0 pattern=uniform pages=8192 interval_ns=0 accesses=2000 streams=1"
#define LOOP "write_percent=0 pattern=sequential pages=512 interval_ns=0 accesses=2000 streams=1"
#define ZIPF "write_percent=0 pattern=zipf pages=4096 interval_ns=0 accesses=2000 streams=2"
#define STREAMS "write_percent=0 pattern=uniform pages=16 interval_ns=0 accesses=2000 streams=32"
#define BYTES "write_percent=0 pattern=uniform pages=64 size_bytes=2048 interval_ns=0 accesses=2000 streams=2"

enum Which { ALL, STALLS, PAGES, RESIDENT, FUNCTIONS };

const std::vector<Variant> variants[] = {
    {stall2, stall3, pri3, prid},
    {stall2, stall3},
    {pri3, prid},
    {{"smmuv2", REPLAY_STALL, REPLAY_RESIDENT_ALL},
     {"smmuv3", REPLAY_STALL, REPLAY_RESIDENT_ALL},
     {"vtd", REPLAY_TERMINATE, REPLAY_RESIDENT_ALL}},
    {{"smmuv3", REPLAY_PRI, REPLAY_RESIDENT_ALL}, {"vtd", REPLAY_PRI, REPLAY_RESIDENT_ALL}},
};

/* @values: from little to much of it, as they are set. */
const struct Sweep {
    const char *key, *values;
    Which which;
    const char *trace, *sets;
} sweeps[] = {
    {"tbu.slots", "1 2 8 32 128", RESIDENT, MISSES, ""},
    {"tbu.slots", "1 2 8 32 128", ALL, FAULTS, ""},
    {"tbu.count", "1 2 4", RESIDENT, STREAMS, "iommu.tlb_sets=0 tbu.slots=8"},
    {"tbu.count", "1 2 4", ALL, SHARED, "tbu.slots=1"},
    {"tcu.walk_slots", "1 4 16 64", RESIDENT, MISSES, ""},
    {"tcu.walk_slots", "1 4 16 64", ALL, FAULTS, ""},
    {"smmuv3.stall_max", "1 2 4 16 64", STALLS, FAULTS, ""},
    {"smmuv2.stall_slots", "1 2 4 16 64", STALLS, FAULTS, ""},
    {"pcie.credits", "1 2 4 16 64", PAGES, FAULTS, ""},
    {"pcie.credits", "1 4 32 256", PAGES, FAULTS, "cpu.workers=64"},
    {"cpu.workers", "1 2 4 16 64", ALL, FAULTS, ""},
    {"tbu.interval_ns", "20 4 1", RESIDENT, MISSES, ""},
    {"cpu.count", "1 2 4 8", ALL, FAULTS, ""},
    {"iommu.eventq_log2", "1 2 4 7", STALLS, FAULTS, ""},
    {"iommu.priq_log2", "1 2 4 9", PAGES, FAULTS, ""},
    {"iommu.cmdq_log2", "2 4 8", ALL, FAULTS, ""},
    {"iommu.tlb_sets", "0 1 16 256 4096", RESIDENT, LOOP, ""},
    {"iommu.tlb_sets", "0 1 16 256 4096", RESIDENT, ZIPF, ""},
    {"iommu.tlb_ways", "1 4 16 64", RESIDENT, ZIPF, "iommu.tlb_sets=16"},
    {"iommu.walk_cache_sets", "0 1 16 256", RESIDENT, MISSES, ""},
    {"iommu.walk_cache_ways", "1 4 16", RESIDENT, MISSES, "iommu.walk_cache_sets=4"},
    {"iommu.config_cache_sets", "0 1 4 64", RESIDENT, STREAMS, "iommu.tlb_sets=0"},
    {"iommu.config_cache_ways", "1 4 16", RESIDENT, STREAMS, "iommu.tlb_sets=0 iommu.config_cache_sets=4"},
    {"pcie.lanes", "1 2 4 8 16", RESIDENT, BYTES, "master.bus=pcie"},
    {"pcie.lanes", "1 4 16", PAGES, FAULTS, ""},
    {"pcie.gts", "2.5 5 8 16 32", RESIDENT, BYTES, "master.bus=pcie pcie.lanes=4"},
    {"pcie.max_payload", "128 256 512 4096", RESIDENT, BYTES, "master.bus=pcie pcie.lanes=4"},
    {"pcie.tags", "1 4 16 256", RESIDENT, BYTES, "master.bus=pcie"},
    {"pcie.atc_sets", "0 1 16 256", FUNCTIONS, ZIPF, ""},
    {"pcie.atc_ways", "1 4 16 64", FUNCTIONS, ZIPF, ""},
    {"memory.latency_ns", "5000 500 50 0", ALL, FAULTS, ""},
    {"memory.bandwidth_mb_s", "100 1000 10000 0", RESIDENT, BYTES, ""},
    {"tcu.walk_latency_ns", "1000 50 0", ALL, FAULTS, ""},
    {"master.outstanding", "1 4 16 64 256", RESIDENT, MISSES, "master.outstanding_per_stream=256"},
    {"master.outstanding", "1 4 16 64 256", ALL, FAULTS, "master.outstanding_per_stream=256"},
    {"master.outstanding_per_stream", "1 4 16 64", ALL, FAULTS, ""},
    {"cpu.handler_ns", "100000 10000 1600 0", ALL, FAULTS, ""},
    {"cpu.thread_wake_ns", "50000 2000 0", ALL, FAULTS, ""},
    {"pcie.link_ns", "5000 450 0", PAGES, FAULTS, ""},
    {"command.fetch_ns", "5000 50 0", ALL, FAULTS, ""},
    {"os.map_pages", "1 4 16 64", ALL, LOOP, "iommu.tlb_sets=4096"},
};

/* Before the next fault of an SMMUv2 is found, all that were stalled look up again, 1 ns each (tbu.interval_ns). */
u64 allowance(const Variant &v, const replay_result &r) {
    u64 stalled = 0;

    for (u32 i = 0; i < r.n_resources; i++)
        if (!std::strcmp(r.resources[i].name, "stall_slots"))
            stalled = r.resources[i].peak;
    return std::strcmp(v.iommu, "smmuv2") ? 0 : r.faults * stalled;
}

TEST_TIMES(more_is_never_slower, int(std::size(sweeps))) {
    const Sweep &s = sweeps[_i];
    Trace trace(s.trace);

    for (const Variant &v : variants[s.which]) {
        std::string last;
        u64 before = ~0ULL, faults = 0;
        for (const std::string &value : split(s.values)) {
            Words sets = split(s.sets);
            sets.push_back(std::string(s.key) + "=" + value);
            std::string what = name_of(v) + ", " + s.key + " " + value;
            replay_result r = play(trace, v, sets, what);
            u64 allowed = last.empty() ? 0 : allowance(v, r);
            ck_assert_msg(r.duration_ns <= before + allowed, "%s: %llu ns; %llu with %s", what.c_str(), r.duration_ns,
                          before, last.c_str());
            if (std::strcmp(s.key, "os.map_pages")) // which is there to have fewer
                ck_assert_msg(last.empty() || r.faults == faults, "%s: %llu faults", what.c_str(), r.faults);
            before = r.duration_ns;
            faults = r.faults;
            last = value;
        }
    }
}

/* Pages that are accessed again while their fault is being handled: with more slots more of these accesses stall. */
TEST(more_slots_more_duplicates) {
    Trace trace("pattern=fresh fresh_ppm=300000 interval_ns=0 accesses=2000 streams=4");
    replay_result few = play(trace, stall3, {"tbu.slots=32"}, "32 slots");
    replay_result many = play(trace, stall3, {"tbu.slots=128", "smmuv3.stall_max=128"}, "128 slots");

    ck_assert_uint_eq(few.first_touches, many.first_touches);
    ck_assert_uint_gt(many.faults, few.faults);
    ck_assert_uint_gt(many.duration_ns, few.duration_ns);
    // A fault by itself is none the slower.
    ck_assert_uint_le(many.duration_ns / many.faults, few.duration_ns / few.faults);
}

} // namespace

SUITE("laws")
