/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The master's rules, against a target that takes 100 ns. */
#include "suite.h"
#include "trace_master.h"
#include <utility>

using namespace faultline;

static constexpr ps_t ns(u64 n) {
    return n * 1000;
}

/* An access of 100 ns; those at an address that is in late are answered by the backward path, after so much. */
struct SlowTarget : tlm::tlm_fw_transport_if<> {
    std::vector<std::pair<u64, ps_t>> seen; // address, arrival
    std::unordered_map<u64, ps_t> late;
    Scheduler *scheduler = nullptr;
    tlm::tlm_target_socket<> *socket = nullptr;

    void b_transport(tlm::tlm_generic_payload &, sc_core::sc_time &) override {}
    tlm::tlm_sync_enum nb_transport_fw(tlm::tlm_generic_payload &gp, tlm::tlm_phase &phase,
                                       sc_core::sc_time &delay) override {
        auto held = late.find(gp.get_address());

        seen.emplace_back(gp.get_address(), Scheduler::absolute(delay));
        gp.set_response_status(tlm::TLM_OK_RESPONSE);
        if (held == late.end()) {
            delay += to_sc(ns(100));
            return tlm::TLM_COMPLETED;
        }
        scheduler->at(
            Scheduler::absolute(delay) + held->second,
            [](void *target, u64 payload) {
                auto *self = static_cast<SlowTarget *>(target);
                tlm::tlm_phase begin = tlm::BEGIN_RESP;
                sc_core::sc_time at = Scheduler::delay_to(self->scheduler->now());
                (*self->socket)->nb_transport_bw(*reinterpret_cast<tlm::tlm_generic_payload *>(payload), begin, at);
            },
            this, reinterpret_cast<u64>(&gp));
        phase = tlm::END_REQ;
        return tlm::TLM_UPDATED;
    }
    bool get_direct_mem_ptr(tlm::tlm_generic_payload &, tlm::tlm_dmi &) override { return false; }
    unsigned transport_dbg(tlm::tlm_generic_payload &) override { return 0; }
};

struct ArraySource : TraceSource {
    std::vector<dmat_record> records;
    bool given = false;

    ssize_t next(const dmat_record **out) override {
        *out = records.data();
        return std::exchange(given, true) ? 0 : ssize_t(records.size());
    }
    void access(u64 time_ns, u32 sid, u64 iova, u32 tag = 0) {
        dmat_record r;
        dmat_record_init(&r, DMAT_ACCESS, time_ns);
        r.sid = sid;
        r.iova = iova;
        r.size = 64;
        r.flags = DMAT_F_R;
        r.tag = tag;
        records.push_back(r);
    }
    void system(dmat_kind kind, u64 time_ns, u32 domain, u32 sid = DMAT_SID_NONE) {
        dmat_record r;
        dmat_record_init(&r, kind, time_ns);
        r.domain = domain;
        r.sid = sid;
        r.size = 4096;
        records.push_back(r);
    }
};

struct MasterBench : sc_core::sc_module {
    fl_config config;
    Scheduler scheduler;
    TraceMaster master;
    SlowTarget target;
    tlm::tlm_target_socket<> socket;
    ArraySource source;
    std::vector<ps_t> system_times;
    unsigned done = 0;

    explicit MasterBench(const fl_config &c, sc_core::sc_module_name name = "bench")
        : sc_module(name), config(c), scheduler("scheduler"), master("master", scheduler, config), socket("socket") {
        target.scheduler = &scheduler;
        target.socket = &socket;
        socket.bind(target);
        master.out(0).bind(socket);
    }
    void play() {
        MasterHooks hooks;
        hooks.done = [this](const AccessDone &) { done++; };
        hooks.system = [this](const dmat_record &) {
            system_times.push_back(scheduler.now());
            scheduler.spend(ns(500)); // what the driver takes
            return 0;
        };
        master.start(source, hooks, 0);
        sc_core::sc_start();
        ck_assert(master.finished());
    }
    /// When the access to @p address went out.
    u64 at_ns(u64 address) const {
        for (auto &s : target.seen)
            if (s.first == address)
                return s.second / 1000;
        ck_abort_msg("no access to %llu", address);
    }
    /// Each access, by its address, and when it went out.
    void went_out(std::initializer_list<std::pair<u64, u64>> times) const {
        for (auto &t : times)
            ck_assert_uint_eq(at_ns(t.first), t.second);
    }
};

static fl_config busy(u64 outstanding, fl_ordering ordering = FL_ORDER_NONE) {
    fl_config c;

    fl_config_init(&c);
    c.master.arrival = FL_ARRIVAL_BACK_TO_BACK;
    c.master.outstanding = outstanding;
    c.master.ordering = ordering;
    c.master.interval_ps = ns(1);
    return c;
}

TEST(outstanding_limit) {
    MasterBench b(busy(2));
    for (u64 i = 0; i < 5; i++)
        b.source.access(0, 1, i);
    b.play();
    b.went_out({{0, 0}, {1, 1}, {2, 100}, {3, 101}, {4, 200}});
    ck_assert_uint_eq(b.done, 5);
    ck_assert_uint_eq(b.master.duration(), ns(300));
}

/* Of the sizes that a read has reached, the largest counts; writes have their own. */
TEST(limits_of_a_size) {
    fl_config c = busy(8);
    c.master.outstanding_per_stream = 8;
    std::strcpy(c.master.transfers, "256=1/30,64=3/10,64w=2/20");
    MasterBench b(c);
    const u32 sizes[] = {64, 64, 64, 128, 256, 256, 32};
    for (u64 i = 0; i < 7; i++) {
        b.source.access(0, 1, i);
        b.source.records.back().size = sizes[i];
    }
    b.play();
    // 64: three in flight, 10 ns apart, and so is 128. 256: alone, so after the end at 200, and 30 ns before the next.
    b.went_out({{0, 0}, {1, 10}, {2, 20}, {3, 100}, {4, 200}, {5, 300}, {6, 330}});
}

TEST(limits_of_writes) {
    fl_config c = busy(8);
    std::strcpy(c.master.transfers, "64=8/5,64w=2/20");
    MasterBench b(c);
    for (u64 i = 0; i < 3; i++) {
        b.source.access(0, 1, i);
        b.source.records.back().flags = DMAT_F_W;
    }
    b.play();
    b.went_out({{0, 0}, {1, 20}, {2, 100}});
}

TEST(recorded_arrival) {
    fl_config c = busy(8);
    c.master.arrival = FL_ARRIVAL_TRACE;
    MasterBench b(c);
    b.source.access(5000, 1, 0);
    b.source.access(5000, 1, 1);
    b.source.access(7000, 1, 2);
    b.play();
    ck_assert_uint_eq(b.at_ns(0), 0);
    ck_assert_uint_eq(b.at_ns(1), 1); // the interval of its stream
    ck_assert_uint_eq(b.at_ns(2), 2000);
}

TEST(order_of_a_stream) {
    MasterBench b(busy(8, FL_ORDER_STREAM));
    b.source.access(0, 1, 0);
    b.source.access(0, 2, 1);
    b.source.access(0, 1, 2);
    b.source.access(0, 2, 3);
    b.play();
    b.went_out({{0, 0}, {1, 0}, {2, 100}, {3, 100}});
}

TEST(total_order) {
    MasterBench b(busy(8, FL_ORDER_TOTAL));
    for (u64 i = 0; i < 3; i++)
        b.source.access(0, u32(i), i);
    b.play();
    for (unsigned i = 0; i < 3; i++)
        ck_assert_uint_eq(b.at_ns(i), i * 100);
}

/*
 * A map waits for the accesses of its own address space, and they for it; others go on. What names no space waits for
 * all accesses, and those of a space that the trace names only then wait for it, too.
 */
TEST(system_work_is_a_barrier_of_its_space) {
    MasterBench b(busy(8));
    b.source.system(DMAT_ATTACH, 0, 1, 10);
    b.source.system(DMAT_ATTACH, 0, 2, 20);
    b.source.access(0, 10, 0);
    b.source.access(0, 20, 1);
    b.source.system(DMAT_MAP, 0, 1);
    b.source.access(0, 10, 2);
    b.source.access(0, 20, 3);
    b.source.system(DMAT_UNMAP, 0, DMAT_DOMAIN_NONE);
    b.source.access(0, 20, 4);
    b.source.records.back().domain = 9;
    b.play();
    ck_assert_uint_eq(b.system_times.size(), 4);
    ck_assert_uint_eq(b.system_times[0], 0);
    ck_assert_uint_eq(b.system_times[1], ns(500)); // one processor does them
    ck_assert_uint_eq(b.at_ns(0), 1000);           // what was done before the first access is done before any
    ck_assert_uint_eq(b.at_ns(1), 1000);
    // The access of space 1 was complete at 1100.
    ck_assert_uint_eq(b.system_times[2], ns(1100));
    b.went_out({{2, 1600}, {3, 1001}, {4, 2200}});
    ck_assert_uint_eq(b.system_times[3], ns(1700));
}

/* Little's law: latencies add up to no more than the limit times the duration. */
static void check_little(const MasterBench &b, u64 limit) {
    stats_summary all = b.master.latencies().summary(1);

    ck_assert_uint_le(all.mean * b.done, limit * b.master.duration());
}

/* Who waited for an answer issues when it is there, not when it would have liked to. */
TEST(nothing_is_issued_in_the_past) {
    MasterBench b(busy(1));
    for (u64 i = 0; i < 4; i++) {
        b.source.access(0, 1, i);
        b.target.late[i] = ns(10000);
    }
    b.play();
    for (u64 i = 0; i < 4; i++)
        ck_assert_uint_eq(b.at_ns(i), i * 10000);
    ck_assert_uint_eq(b.master.latencies().summary(1000).max, 10000);
    ck_assert_uint_eq(b.master.duration(), ns(40000));
    check_little(b, 1);
}

TEST(a_limit_of_all_streams_holds_while_answers_come) {
    MasterBench b(busy(3));
    for (u64 i = 0; i < 60; i++) {
        b.source.access(0, u32(i % 4), i);
        if (i % 3)
            b.target.late[i] = ns(1000 + i * 7);
    }
    b.play();
    ck_assert_uint_eq(b.done, 60);
    check_little(b, 3);
}

/*
 * A limit counts what is in flight: the place of an access that ends early is free then, whatever was known to end
 * later. _i: the limit is of all streams, of one, or of one size.
 */
TEST_TIMES(the_first_to_end_makes_room, 3) {
    fl_config c = busy(_i == 0 ? 2 : 8);
    c.master.outstanding_per_stream = _i == 1 ? 2 : 8;
    std::strcpy(c.master.transfers, _i == 2 ? "64=2/1" : "");
    MasterBench b(c);
    for (u64 i = 0; i < 5; i++)
        b.source.access(0, 1, i);
    b.target.late[0] = ns(50);
    b.target.late[2] = ns(20);
    b.play();
    // 0 ends at 50, 1 at 101, 2 at 70, 3 at 170.
    const u64 expected[] = {0, 1, 50, 70, 101};
    for (unsigned i = 0; i < 5; i++)
        ck_assert_uint_eq(b.at_ns(i), expected[i]);
    ck_assert_uint_eq(b.master.duration(), ns(201));
}

/* One tag looks ahead to 500 ns; the others of its stream find the room that there is when they go. _i: whose limit. */
TEST_TIMES(who_waits_for_later_takes_no_room, 2) {
    fl_config c = busy(_i ? 8 : 1, FL_ORDER_STREAM);
    c.master.arrival = FL_ARRIVAL_TRACE;
    c.master.outstanding_per_stream = _i ? 1 : 8;
    MasterBench b(c);
    b.source.access(0, 1, 0, 1);
    b.source.access(0, 1, 1, 1);
    b.source.records.back().flags |= DMAT_F_AFTER;
    b.source.records.back().word[0] = 400;
    b.source.access(50, 1, 2, 2);
    b.source.access(60, 1, 3, 3);
    b.play();
    ck_assert_uint_eq(b.at_ns(0), 0);
    ck_assert_uint_eq(b.at_ns(2), 100);
    ck_assert_uint_eq(b.at_ns(3), 200);
    ck_assert_uint_eq(b.at_ns(1), 500);
}

/* Simulated time ends before it saturates: nothing runs that is due later. */
TEST_TIMES(time_has_an_end, 2) {
    Scheduler scheduler("scheduler");
    unsigned ran = 0;
    auto run = [](void *n, u64) { ++*static_cast<unsigned *>(n); };
    scheduler.at(1ULL << 62, run, &ran);
    scheduler.at(u64(_i) + ((1ULL << 63) - 1), run, &ran);
    sc_core::sc_start();
    ck_assert_uint_eq(ran, 2 - _i);
    ck_assert_int_eq(scheduler.overrun(), _i);
}

/* A stream at its limit, or behind an access that waits, holds up nobody else. */
TEST(streams_issue_for_themselves) {
    fl_config c = busy(64);
    c.master.outstanding_per_stream = 1;
    MasterBench b(c);
    for (u64 i = 0; i < 3; i++) {
        b.source.access(0, 1, 100 + i);
        b.target.late[100 + i] = ns(50000);
    }
    for (u64 i = 0; i < 10; i++)
        b.source.access(0, 2, i);
    b.play();
    for (u64 i = 0; i < 10; i++)
        ck_assert_uint_eq(b.at_ns(i), i * 100);
    for (u64 i = 0; i < 3; i++)
        ck_assert_uint_eq(b.at_ns(100 + i), i * 50000);
}

/* An unmap waits for a stalled access of its own address space; another space's goes on. */
TEST(system_work_of_two_spaces_is_not_tied) {
    MasterBench b(busy(8));
    b.source.system(DMAT_ATTACH, 0, 1, 10);
    b.source.system(DMAT_ATTACH, 0, 2, 20);
    b.source.access(0, 10, 0);
    b.target.late[0] = ns(100000);
    b.source.system(DMAT_UNMAP, 0, 1);
    b.source.access(0, 20, 1);
    b.source.system(DMAT_UNMAP, 0, 2);
    b.source.access(0, 20, 2);
    b.play();
    ck_assert_uint_eq(b.at_ns(0), 1000);
    ck_assert_uint_eq(b.at_ns(1), 1000);
    ck_assert_uint_eq(b.at_ns(2), 1600);                  // its unmap from 1100 to 1600
    ck_assert_uint_eq(b.system_times.back(), ns(101000)); // the other one
}

/* Tags of one stream wait for accesses of their own tag only. */
TEST(tags_order_a_stream) {
    MasterBench b(busy(8, FL_ORDER_STREAM));
    b.source.access(0, 1, 0, 7);
    b.source.access(0, 1, 1, 7);
    b.source.access(0, 1, 2, 8);
    b.source.access(0, 1, 3, 8);
    b.target.late[0] = ns(5000);
    b.play();
    b.went_out({{0, 0}, {1, 5000}, {2, 1}, {3, 101}});
}

/* The duration begins with the first access, not with what the operating system did before. */
TEST(duration_without_the_maps_before) {
    MasterBench b(busy(8));
    for (int i = 0; i < 10; i++)
        b.source.system(DMAT_MAP, 0, 1);
    b.source.system(DMAT_ATTACH, 0, 1, 10);
    b.source.access(0, 10, 0);
    b.source.access(0, 10, 1);
    b.play();
    ck_assert_uint_eq(b.at_ns(0), 5500);
    ck_assert_uint_eq(b.master.duration(), ns(101));
}

/* Two accesses a job, 500 ns of software before each; the second job's begins when the first has ended, at 601. */
TEST(a_job_has_a_price) {
    fl_config c = busy(8);
    c.os.job_ps = ns(500);
    c.os.job_accesses = 2;
    MasterBench b(c);
    for (u64 i = 0; i < 4; i++)
        b.source.access(0, 1, i);
    b.play();
    b.went_out({{0, 500}, {1, 501}, {2, 1101}, {3, 1102}});
    ck_assert_uint_eq(b.master.duration(), ns(1202)); // with the first job's software
    Figures in = b.master.jobs()->figures(ns(1202));
    ck_assert_uint_eq(in.uses, 2);
    ck_assert_uint_eq(u64(in.busy), ns(1000));
}

/* A mark begins a job of each stream, which waits for its own accesses alone, also for one that is answered late. */
TEST(a_mark_begins_a_job) {
    fl_config c = busy(8);
    c.os.job_ps = ns(500);
    MasterBench b(c);
    b.source.access(0, 1, 0);
    b.source.access(0, 2, 10);
    b.source.system(DMAT_MARK, 0, DMAT_DOMAIN_NONE);
    b.source.access(0, 1, 1);
    b.source.access(0, 2, 11);
    b.source.access(0, 2, 12);
    b.target.late[0] = ns(3000);
    b.play();
    ck_assert_uint_eq(b.at_ns(0), 500);
    ck_assert_uint_eq(b.at_ns(10), 500);
    ck_assert_uint_eq(b.at_ns(1), 4000); // answered at 3500
    ck_assert_uint_eq(b.at_ns(11), 1100);
    ck_assert_uint_eq(b.at_ns(12), 1101);
    ck_assert_uint_eq(b.master.jobs()->figures(ns(5000)).uses, 4);
}

/* A chase: each access goes out when the one before it has ended and 30 ns are over, whatever was recorded. */
TEST(a_dependent_access_waits_for_the_one_before) {
    fl_config c = busy(8);
    c.master.arrival = FL_ARRIVAL_TRACE;
    MasterBench b(c);
    b.source.access(0, 1, 0);
    b.source.access(10, 1, 1);
    b.source.access(20, 1, 2);
    b.source.access(20, 2, 10); // of another stream: as recorded
    b.source.access(9000, 1, 3);
    for (u64 i : {1, 2, 4}) {
        b.source.records[i].flags |= DMAT_F_AFTER;
        b.source.records[i].word[0] = 30;
    }
    b.target.late[1] = ns(2000);
    b.play();
    b.went_out({{0, 0}, {1, 130}, {2, 2160}, {3, 2290}, {10, 20}});
}

/* Chains of two tags do not wait for each other; the first of a chain waits for nobody. */
TEST(chains_of_two_tags) {
    MasterBench b(busy(8));
    for (u64 i = 0; i < 4; i++) {
        b.source.access(0, 1, i, 1 + i % 2);
        b.source.records[i].flags |= DMAT_F_AFTER;
        b.source.records[i].word[0] = 7;
    }
    b.target.late[0] = ns(1000);
    b.play();
    b.went_out({{0, 0}, {1, 1}, {2, 1007}, {3, 108}});
}

SUITE("trace_master")
