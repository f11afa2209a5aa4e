/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The parts of the masters, each alone: who is who, system records, order of issue, room, what counts; the GPU's watch.
 */
#include "gpu_watch.h"
#include "issue_order.h"
#include "measured.h"
#include "suite.h"
#include "trace_systems.h"

using namespace faultline;

static fl_config config_with(const char *assignment) {
    fl_config c;
    fl_config_error e;

    fl_config_init(&c);
    ck_assert_msg(!fl_config_set(&c, assignment, &e), "%s", e.text);
    return c;
}

/* Two streams that access something, and one that does not. */
struct Census : TraceSource {
    bool waits = false;

    ssize_t next(const dmat_record **) override { return 0; }
    u64 streams() const override { return 2; }
    u64 accesses(u32 sid) const override { return sid < 2 ? 2 : 0; }
    bool dependent() const override { return waits; }
};

/* ---- who is who ---- */

TEST(a_fence_admits_one_epoch_after_the_other) {
    Fence f;
    u64 before = f.enter();
    f.close();
    u64 behind = f.enter();
    ck_assert(f.admits(before) && !f.admits(behind) && !f.clear());
    f.end(70);
    ck_assert(f.clear() && !f.admits(behind));
    ck_assert_uint_eq(f.last_end(), 70);
    f.pass();
    ck_assert(f.admits(behind) && !f.clear());
}

/* One access of each stream is read ahead; with one stream read to its end and the other waiting, no more is needed. */
TEST(streams_are_hungry_until_each_has_an_access) {
    fl_config c = config_with("master.ordering=none");
    Census census;
    TraceParties p(c);
    p.start(census);
    p.read(p.stream(0));
    ck_assert(p.hungry()); // the other stream is not seen yet
    p.stream(2);
    ck_assert(p.hungry());
    p.read(p.stream(1));
    ck_assert(!p.hungry());
    p.issued(p.stream(0));
    ck_assert(p.hungry());
    p.read(p.stream(0));
    p.issued(p.stream(0));
    ck_assert(!p.hungry()); // it has no more
    ck_assert_ptr_eq(&p.space(7), &p.space(7));
    ck_assert_ptr_ne(&p.space(7), &p.space(8));
}

/* Lanes of tags 5, 6 and 5 of one stream, and of another stream: by ordering, and whether accesses wait for others. */
TEST(lanes_are_streams_or_tags_or_one) {
    const struct {
        const char *ordering;
        bool waits;
        unsigned tags, streams; // lanes of three tags; of two streams
    } cases[] = {{"none", false, 1, 2}, {"none", true, 12, 2}, {"stream", false, 12, 2}, {"total", false, 1, 1}};
    for (auto &k : cases) {
        fl_config c = config_with((std::string("master.ordering=") + k.ordering).c_str());
        Census census;
        census.waits = k.waits;
        TraceParties p(c);
        p.start(census);
        std::set<TraceLane *> lanes, streams;
        for (u32 tag = 0; tag < 12; tag++) { // more than are searched one by one
            lanes.insert(p.chain(p.stream(0), tag).lane);
            ck_assert_ptr_eq(&p.chain(p.stream(0), tag), &p.chain(p.stream(0), tag));
        }
        for (u32 sid : {0, 1})
            streams.insert(p.chain(p.stream(sid), 0).lane);
        ck_assert_uint_eq(lanes.size(), k.tags);
        ck_assert_uint_eq(streams.size(), k.streams);
    }
}

/* ---- system records ---- */

struct SystemsBench {
    TraceSystems systems;
    TraceSpace space{1}, other{2};
    TraceStream stream{1, 0, 9};
    TraceChain chain{0, nullptr};
    dmat_record rec{};
    std::vector<TraceLane *> wake;
    u64 number = 0;

    SystemsBench() {
        systems.start(0);
        rec.kind = DMAT_ACCESS;
        ck_assert(systems.admits(rec)); // the phase before the first access is over
    }
    void access(TraceSpace &sp) {
        TraceItem item{rec, number++, 0, false, &stream, &sp, &chain, 0, 0, 0};
        systems.enter(item);
    }
    void map(TraceSpace *sp) { systems.add({rec, number++, 0, nullptr, sp, true}); }
    /// The next that may run begins at @p begin and ends at @p end.
    void runs(ps_t begin, ps_t end) {
        ps_t t = 0;
        TraceSystem *s = systems.next(0, t);
        ck_assert_ptr_nonnull(s);
        ck_assert_uint_eq(t, begin);
        systems.done(s, end, wake);
    }
};

TEST(a_map_waits_for_its_space_alone) {
    SystemsBench b;
    b.access(b.space);
    b.access(b.other);
    b.map(&b.space);
    ck_assert(!b.systems.any());
    b.systems.ended(b.stream, b.space, 100);
    b.runs(100, 150);
    ck_assert_uint_eq(b.space.ready, 150);
    ck_assert_uint_eq(b.other.ready, 0);
    ck_assert_uint_eq(b.systems.size(), 0);
}

/* What is behind it waits for its end, in whatever space: one that the trace names only then, too. */
TEST(a_record_for_all_waits_for_all_and_all_for_it) {
    SystemsBench b;
    b.access(b.space);
    b.map(&b.other);
    b.map(nullptr);
    ck_assert(b.systems.halted());
    b.runs(0, 20); // the other space's
    ck_assert(!b.systems.any());
    b.systems.ended(b.stream, b.space, 100);
    b.runs(100, 150);
    ck_assert(!b.systems.halted());
    ck_assert_uint_eq(b.systems.ready(), 150);
}

TEST(what_is_before_the_first_access_is_done_first) {
    TraceSystems systems;
    TraceSpace space{1}, other{2};
    dmat_record access{};
    std::vector<TraceLane *> wake;
    ps_t t = 0;
    access.kind = DMAT_ACCESS;
    systems.start(0);
    systems.add({{}, 0, 0, nullptr, &space, true});
    ck_assert(!systems.admits(access));
    systems.done(systems.next(30, t), 80, wake);
    ck_assert_uint_eq(t, 30);
    ck_assert_uint_eq(systems.ready(), 80);
    ck_assert(systems.admits(access));
}

/* ---- order of issue ---- */

TEST(the_earliest_lane_is_first_and_of_equals_the_first_read) {
    IssueOrder order;
    TraceLane lanes[3];
    u64 numbers[] = {7, 5, 6};
    for (unsigned i = 0; i < 3; i++)
        lanes[i].items.push().number = numbers[i];
    order.put(lanes[0], 100);
    order.put(lanes[1], 200);
    order.put(lanes[2], 100);
    order.put(lanes[1], 300); // no later than it was
    order.put(lanes[1], 50);
    ck_assert_uint_eq(order.due(), 50);
    ck_assert_ptr_eq(&order.take(), &lanes[1]);
    ck_assert_ptr_eq(&order.take(), &lanes[2]);
    ck_assert_ptr_eq(&order.take(), &lanes[0]);
    ck_assert_uint_eq(order.due(), 200); // the place that a lane has left
    order.settle();
    ck_assert_uint_eq(order.due(), kNever);
}

/* ---- room ---- */

/* Of a stream 2, of all 3. Ends that are known make room then; the other's when it is told. */
TEST(room_comes_with_the_ends_that_are_known) {
    fl_config c = config_with("master.outstanding=3");
    c.master.outstanding_per_stream = 2;
    IssueRoom room(c);
    TraceStream s{1, 0, 9}, other{2, 0, 9};
    dmat_record rec{};
    rec.flags = DMAT_F_R;
    room.take(s, 0, 0);
    room.ends(s, 100);
    room.take(s, 0, 0); // its end is not known
    ck_assert_uint_eq(room.stream_time(10, s, rec), 100);
    ck_assert_uint_eq(room.time(10), 10);
    room.take(other, 10, 10);
    ck_assert_uint_eq(room.time(10), 100);
    room.take(other, 10, 100); // the first has left
    ck_assert_uint_eq(room.in_flight().now(), 3);
    ck_assert_uint_eq(room.time(110), kNever);
    ck_assert_uint_eq(room.stream_time(110, other, rec), kNever);
    room.ended(other, 120, true);
    ck_assert_uint_eq(room.time(120), 120);
    ck_assert_uint_eq(u64(room.in_flight().area()), 2 * 10 + 3 * 110); // two up to 10, three up to 120
}

TEST(of_the_sizes_reached_the_largest_counts) {
    fl_config c = config_with("master.transfers=256=1/30,64=3/10,64w=2/20");
    IssueRoom room(c);
    dmat_record rec{};
    rec.flags = DMAT_F_R;
    rec.size = 300;
    ck_assert_uint_eq(room.transfer(rec).outstanding, 1);
    rec.size = 255;
    ck_assert_uint_eq(room.transfer(rec).outstanding, 3);
    rec.flags = DMAT_F_W;
    ck_assert_uint_eq(room.transfer(rec).interval_ps, 20'000);
}

/* ---- what counts ---- */

TEST(the_measured_interval_begins_behind_the_warm_up) {
    fl_config c = config_with("master.outstanding=8");
    Scheduler scheduler("scheduler");
    IssueRoom room(c);
    Measured m(scheduler, room);
    ps_t told = 0;
    MasterAccess a;
    m.start(1, [&told](ps_t t) { told = t; });
    ck_assert(!m.issued(10));
    ck_assert(!m.begun());
    ck_assert_uint_eq(m.duration(), 0);
    ck_assert(m.issued(30));
    ck_assert_uint_eq(told, 30);
    a.issued = 30;
    m.ended(a, 95);
    ck_assert_uint_eq(m.duration(), 65);
    ck_assert_uint_eq(m.latencies().summary(1).max, 65);
}

/* ---- the GPU's watch ---- */

struct NoGpu : GpuHost {
    using GpuHost::GpuHost;
    GpuAccess *new_access() override { return nullptr; }
    void submit(GpuAccess &) override {}
    void done(GpuAccess &) override {}
    void moved() override {}
};

/* Hangs after 1000 ns: a job that ends after 900, one that begins then, and hangs, and one after that. */
TEST(a_job_hangs_when_nothing_moves) {
    fl_config c = config_with("gpu.hang_ns=1000");
    Scheduler scheduler("scheduler");
    NoGpu gpu(scheduler, c);
    GpuUnit texture(gpu, "texture", 1), colour(gpu, "colour", 1);
    GpuCp cp(gpu, texture, colour);
    std::vector<ps_t> hangs;
    GpuWatch watch(gpu, cp, texture, colour, [&] { hangs.push_back(scheduler.now() / 1000); });
    scheduler.call<&GpuWatch::begin>(0, watch);
    scheduler.call<&GpuWatch::end>(900'000, watch);
    scheduler.call<&GpuWatch::begin>(900'000, watch);
    scheduler.call<&GpuWatch::begin>(5'000'000, watch);
    sc_core::sc_start();
    ck_assert_uint_eq(hangs.size(), 2);
    ck_assert_uint_eq(hangs[0], 1900);
    ck_assert_uint_eq(hangs[1], 6000);
    ck_assert_uint_eq(watch.hangs(), 2);
    ck_assert_uint_eq(watch.first(), 1'900'000);
}

SUITE("trace_parts")
