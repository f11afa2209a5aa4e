/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the platform is made of: handler times, samples, the sorted ring, the master's rules, the CPU's prices. */
#include "drawn_time.h"
#include "processors.h"
#include "run_watch.h"
#include "samples.h"
#include "sorted_ring.h"
#include "trace_master.h"
#include <check.h>
#include <stdexcept>
#include <unistd.h>
#include <utility>

using namespace faultline;

static constexpr ps_t ns(u64 n) {
    return n * 1000;
}

static fl_config defaults() {
    fl_config c;

    fl_config_init(&c);
    return c;
}

/* ---- handler times ---- */

START_TEST(logarithm_and_power) {
    ck_assert_uint_eq(DrawnTime::minus_log2(1ULL << 63), 1ULL << 32); // u = 1/2
    ck_assert_uint_eq(DrawnTime::minus_log2(1), 64ULL << 32);
    ck_assert_uint_eq(DrawnTime::minus_log2(3ULL << 62) >> 22, 424); // log2(4/3) = 0.415037: 424.998 / 1024
    ck_assert_uint_eq(DrawnTime::exp2(0), 1ULL << 32);
    ck_assert_uint_eq(DrawnTime::exp2(3LL << 32), 8ULL << 32);
    ck_assert_uint_eq(DrawnTime::exp2(-(2LL << 32)), 1ULL << 30);
    ck_assert_uint_eq(DrawnTime::exp2(1LL << 31) >> 16, 92681); // sqrt 2 = 92681.9 / 65536
}
END_TEST

/* Mean and quartiles of many draws, against the distribution's own. */
START_TEST(distributions) {
    struct {
        fl_handler kind;
        u64 mean_ns, median_ns; // of 1000 ns: constant; 1000 to 3000; mean 1000; median 1000, sigma 0.5
    } cases[] = {{FL_HANDLER_CONSTANT, 1000, 1000},
                 {FL_HANDLER_UNIFORM, 2000, 2000},
                 {FL_HANDLER_EXPONENTIAL, 1000, 693},
                 {FL_HANDLER_LOGNORMAL, 1133, 1000}};
    const auto &k = cases[_i];
    fl_config c = defaults();
    c.cpu.handler = k.kind;
    c.cpu.handler_ps = ns(1000);
    c.cpu.handler_max_ps = ns(3000);
    DrawnTime h(c, 7);
    Samples s;
    for (int i = 0; i < 100000; i++)
        s.add(h.next());
    stats_summary sum = s.summary(1000);
    ck_assert_uint_ge(sum.mean, k.mean_ns * 99 / 100);
    ck_assert_uint_le(sum.mean, k.mean_ns * 101 / 100);
    ck_assert_uint_ge(sum.p50, k.median_ns * 98 / 100);
    ck_assert_uint_le(sum.p50, k.median_ns * 102 / 100);
}
END_TEST

START_TEST(a_seed_is_a_sequence) {
    fl_config c = defaults();
    c.cpu.handler = FL_HANDLER_LOGNORMAL;
    DrawnTime a(c, 1), b(c, 1), other(c, 2);
    bool differs = false;
    for (int i = 0; i < 100; i++) {
        ps_t t = a.next();
        ck_assert_uint_eq(t, b.next());
        differs |= t != other.next();
    }
    ck_assert(differs);
}
END_TEST

START_TEST(recorded_times) {
    char path[] = "/tmp/handler-XXXXXX";
    int fd = mkstemp(path);
    ck_assert_int_eq(write(fd, "100\n250\n", 8), 8);
    close(fd);
    fl_config c = defaults();
    c.cpu.handler = FL_HANDLER_RECORDED;
    std::strcpy(c.cpu.handler_file, path);
    DrawnTime h(c, 1);
    ck_assert_uint_eq(h.next(), ns(100));
    ck_assert_uint_eq(h.next(), ns(250));
    ck_assert_uint_eq(h.next(), ns(100));
    unlink(path);
}
END_TEST

START_TEST(bad_recorded_times) {
    static const char *const contents[] = {"", "100\nten\n", "100 ns\n"};
    char path[] = "/tmp/handler-XXXXXX";
    int fd = mkstemp(path);
    ck_assert_int_eq(write(fd, contents[_i], std::strlen(contents[_i])), ssize_t(std::strlen(contents[_i])));
    close(fd);
    fl_config c = defaults();
    c.cpu.handler = FL_HANDLER_RECORDED;
    std::strcpy(c.cpu.handler_file, path);
    bool refused = false;
    try {
        DrawnTime h(c, 1);
    } catch (const std::runtime_error &e) {
        refused = std::strstr(e.what(), path);
    }
    unlink(path);
    ck_assert(refused);
}
END_TEST

/* Of four, one takes 100 ns and three 900 ns: a quarter and three quarters of many draws, and nothing else. */
START_TEST(histogram) {
    char path[] = "/tmp/handler-XXXXXX";
    int fd = mkstemp(path);
    ck_assert_int_eq(write(fd, "# a remark\n100 1\n900 3\n", 23), 23);
    close(fd);
    fl_config c = defaults();
    c.cpu.handler = FL_HANDLER_HISTOGRAM;
    std::strcpy(c.cpu.handler_file, path);
    DrawnTime h(c, 1), same(c, 1);
    unsigned few = 0;
    for (int i = 0; i < 100000; i++) {
        ps_t t = h.next();
        ck_assert(t == ns(100) || t == ns(900));
        ck_assert_uint_eq(t, same.next());
        few += t == ns(100);
    }
    unlink(path);
    ck_assert_uint_ge(few, 24500);
    ck_assert_uint_le(few, 25500);
    ck_assert_uint_eq(h.longest(), ns(900));
}
END_TEST

START_TEST(bad_histograms) {
    static const char *const contents[] = {"# nothing\n", "100\n", "100 0\n", "100 2 3\n", "x 2\n", "-5 2\n"};
    char path[] = "/tmp/handler-XXXXXX";
    int fd = mkstemp(path);
    ck_assert_int_eq(write(fd, contents[_i], std::strlen(contents[_i])), ssize_t(std::strlen(contents[_i])));
    close(fd);
    fl_config c = defaults();
    c.cpu.handler = FL_HANDLER_HISTOGRAM;
    std::strcpy(c.cpu.handler_file, path);
    bool refused = false;
    try {
        DrawnTime h(c, 1);
    } catch (const std::runtime_error &e) {
        refused = std::strstr(e.what(), path);
    }
    unlink(path);
    ck_assert(refused);
}
END_TEST

START_TEST(no_histogram_is_named) {
    fl_config c = defaults();
    c.cpu.handler = FL_HANDLER_HISTOGRAM;
    bool refused = false;
    try {
        DrawnTime h(c, 1);
    } catch (const std::runtime_error &e) {
        refused = std::strstr(e.what(), "need a file");
    }
    ck_assert(refused);
}
END_TEST

/* The one that comes with the program, against the table it was made from: 25206, 364 and 395 of 25965; 1 to 556 us. */
START_TEST(page_requests_of_iaa) {
    fl_config c = defaults();
    c.cpu.handler = FL_HANDLER_HISTOGRAM;
    std::strcpy(c.cpu.handler_file, "iaa-prq");
    DrawnTime h(c, 1);
    u64 in[3] = {}, sum = 0, least = kNever, most = 0;
    const u64 n = 259650;
    for (u64 i = 0; i < n; i++) {
        ps_t t = h.next();
        in[t < ns(10000) ? 0 : t < ns(100000) ? 1 : 2]++;
        sum += t;
        least = std::min(least, t);
        most = std::max(most, t);
    }
    const double published[] = {97.1, 1.4, 1.5};
    for (int i = 0; i < 3; i++)
        ck_assert_double_le(std::abs(100.0 * double(in[i]) / double(n) - published[i]), 0.2);
    ck_assert_uint_eq(sum / n / 1000000, 9); // whole us, as the kernel's table has it
    ck_assert_uint_eq(least, ns(1000));
    ck_assert_uint_eq(most, ns(556000));
}
END_TEST

/* ---- processors ---- */

/* Workers and interrupts that take so long; they note when they begin and end. */
struct ProcessorBench : sc_core::sc_module {
    struct Job : Interruptible {
        ProcessorBench *bench;
        Processors::Rank rank;
        ps_t length, from = 0, left = 0, end = 0;
        unsigned turn = 0;

        void go() {
            from = bench->scheduler.now();
            run(length);
        }
        void run(ps_t rest) {
            left = rest;
            began = bench->scheduler.now();
            unsigned now = ++turn;
            bench->scheduler.at(
                began + rest,
                [](void *job, u64 t) {
                    if (static_cast<Job *>(job)->turn == t)
                        static_cast<Job *>(job)->over();
                },
                this, now);
        }
        void over() {
            end = bench->scheduler.now();
            if (rank == Processors::kWorker)
                bench->cpus.leave(end, this);
            else
                bench->cpus.leave(from, end);
        }
        void pause(ps_t now) override {
            turn++;
            left -= now - began;
        }
        void resume(ps_t) override { run(left); }

    private:
        ps_t began = 0;
    };
    Scheduler scheduler;
    Processors cpus;
    std::vector<std::unique_ptr<Job>> jobs;

    explicit ProcessorBench(u32 count, sc_core::sc_module_name name = "bench")
        : sc_module(name), scheduler("scheduler"), cpus(scheduler, count) {}
    Job &add(Processors::Rank rank, u64 at_ns, u64 length_ns) {
        jobs.emplace_back(new Job());
        Job *job = jobs.back().get();
        job->bench = this;
        job->rank = rank;
        job->length = ns(length_ns);
        scheduler.at(
            ns(at_ns),
            [](void *object, u64) {
                auto *j = static_cast<Job *>(object);
                j->bench->cpus.ask(
                    j->rank, [](void *o, u64) { static_cast<Job *>(o)->go(); }, j, 0,
                    j->rank == Processors::kWorker ? j : nullptr);
            },
            job);
        return *job;
    }
};

/* Two handlers on one processor: the second begins when the first is done; on two, each at once. */
START_TEST(handlers_share_processors) {
    ProcessorBench b(u32(_i) + 1);
    auto &first = b.add(Processors::kWorker, 100, 1000), &second = b.add(Processors::kWorker, 200, 1000);
    sc_core::sc_start();
    ck_assert_uint_eq(first.end, ns(1100));
    ck_assert_uint_eq(second.from, ns(_i ? 200 : 1100));
    ck_assert_uint_eq(second.end, ns(_i ? 1200 : 2100));
    ck_assert_uint_eq(u64(b.cpus.usage().busy()), ns(2000));
    ck_assert_uint_eq(u64(b.cpus.usage().waited()), ns(_i ? 0 : 900));
    ck_assert_uint_eq(b.cpus.usage().peak(), u32(_i) + 1);
    ck_assert(b.cpus.idle());
}
END_TEST

/*
 * One processor. A worker from 0 for 1000 ns; an interrupt at 300 for 100 ns takes it, a thread at 350 for 200 ns
 * follows when that is done (at 400), before the worker (at 600), which has 700 ns left: until 1300. The second worker
 * is last.
 */
START_TEST(interrupts_come_first) {
    ProcessorBench b(1);
    auto &worker = b.add(Processors::kWorker, 0, 1000), &other = b.add(Processors::kWorker, 10, 500);
    auto &interrupt = b.add(Processors::kInterrupt, 300, 100), &thread = b.add(Processors::kThread, 350, 200);
    sc_core::sc_start();
    ck_assert_uint_eq(interrupt.from, ns(300));
    ck_assert_uint_eq(interrupt.end, ns(400));
    ck_assert_uint_eq(thread.from, ns(400));
    ck_assert_uint_eq(thread.end, ns(600));
    ck_assert_uint_eq(worker.end, ns(1300));
    ck_assert_uint_eq(other.from, ns(1300));
    ck_assert_uint_eq(other.end, ns(1800));
    ck_assert_uint_eq(u64(b.cpus.usage().busy()), ns(1800));
    ck_assert_uint_eq(b.cpus.usage().full(b.scheduler.now()), ns(1800));
    ck_assert_uint_eq(b.cpus.usage().peak(), 1);
}
END_TEST

/* Two of three units are taken, at 10 and at 30; what is held counts up to the moment of the question. */
START_TEST(what_is_held_is_in_use) {
    Usage u("units", 3);
    u.take(10, 10);
    u.take(20, 30);
    ck_assert_uint_eq(u64(u.waited()), 10);
    ck_assert_uint_eq(u64(u.busy()), 0);
    ck_assert_uint_eq(u64(u.busy(50)), 40 + 20);
    u.release(10, 60);
    ck_assert_uint_eq(u64(u.busy(60)), 50 + 30);
    u.mark(100);
    ck_assert_uint_eq(u64(u.busy(100)), 0);
    ck_assert_uint_eq(u64(u.busy(120)), 20);
    u.release(30, 130);
    ck_assert_uint_eq(u64(u.busy(200)), 30);
    ck_assert_uint_eq(u.peak(), 1);
}
END_TEST

/* ---- containers ---- */

START_TEST(samples_are_exact) {
    Samples s;
    stats all{};
    u64 x = 1;
    for (int i = 0; i < 20000; i++) {
        x = x * 6364136223846793005ULL + 1442695040888963407ULL;
        u64 v = (x >> 40) % (i % 3 ? 50 : 5000);
        s.add(v);
        ck_assert_int_eq(stats_add(&all, v), 0);
    }
    stats_summary a = s.summary(1), b = stats_summarize(&all);
    ck_assert_mem_eq(&a, &b, sizeof(a));
    stats_free(&all);
}
END_TEST

START_TEST(sorted_ring_sorts) {
    SortedRing<u64> r;
    u64 x = 5, last = 0;
    for (int i = 0; i < 300; i++) {
        x = x * 6364136223846793005ULL + 1;
        r.push(x >> 50);
    }
    ck_assert_uint_eq(r.size(), 300);
    for (int i = 0; i < 300; i++) {
        u64 v = r.pop();
        ck_assert_uint_ge(v, last);
        last = v;
    }
    ck_assert(r.empty());
}
END_TEST

/* ---- the master's rules, against a target that takes 100 ns ---- */

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
};

static fl_config busy(u64 outstanding, fl_ordering ordering = FL_ORDER_NONE) {
    fl_config c = defaults();

    c.master.arrival = FL_ARRIVAL_BACK_TO_BACK;
    c.master.outstanding = outstanding;
    c.master.ordering = ordering;
    c.master.interval_ps = ns(1);
    return c;
}

START_TEST(outstanding_limit) {
    MasterBench b(busy(2));
    for (u64 i = 0; i < 5; i++)
        b.source.access(0, 1, i);
    b.play();
    const u64 expected[] = {0, 1, 100, 101, 200};
    for (unsigned i = 0; i < 5; i++)
        ck_assert_uint_eq(b.at_ns(i), expected[i]);
    ck_assert_uint_eq(b.done, 5);
    ck_assert_uint_eq(b.master.duration(), ns(300));
}
END_TEST

/* Of the sizes that a read has reached, the largest counts; writes have their own. */
START_TEST(limits_of_a_size) {
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
    const u64 expected[] = {0, 10, 20, 100, 200, 300, 330};
    for (unsigned i = 0; i < 7; i++)
        ck_assert_uint_eq(b.at_ns(i), expected[i]);
}
END_TEST

START_TEST(limits_of_writes) {
    fl_config c = busy(8);
    std::strcpy(c.master.transfers, "64=8/5,64w=2/20");
    MasterBench b(c);
    for (u64 i = 0; i < 3; i++) {
        b.source.access(0, 1, i);
        b.source.records.back().flags = DMAT_F_W;
    }
    b.play();
    ck_assert_uint_eq(b.at_ns(0), 0);
    ck_assert_uint_eq(b.at_ns(1), 20);
    ck_assert_uint_eq(b.at_ns(2), 100);
}
END_TEST

START_TEST(recorded_arrival) {
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
END_TEST

START_TEST(order_of_a_stream) {
    MasterBench b(busy(8, FL_ORDER_STREAM));
    b.source.access(0, 1, 0);
    b.source.access(0, 2, 1);
    b.source.access(0, 1, 2);
    b.source.access(0, 2, 3);
    b.play();
    ck_assert_uint_eq(b.at_ns(0), 0);
    ck_assert_uint_eq(b.at_ns(1), 0);
    ck_assert_uint_eq(b.at_ns(2), 100);
    ck_assert_uint_eq(b.at_ns(3), 100);
}
END_TEST

START_TEST(total_order) {
    MasterBench b(busy(8, FL_ORDER_TOTAL));
    for (u64 i = 0; i < 3; i++)
        b.source.access(0, u32(i), i);
    b.play();
    for (unsigned i = 0; i < 3; i++)
        ck_assert_uint_eq(b.at_ns(i), i * 100);
}
END_TEST

/* A map waits for the accesses of its own address space, and they for it; others go on. */
START_TEST(system_work_is_a_barrier_of_its_space) {
    MasterBench b(busy(8));
    b.source.system(DMAT_ATTACH, 0, 1, 10);
    b.source.system(DMAT_ATTACH, 0, 2, 20);
    b.source.access(0, 10, 0);
    b.source.access(0, 20, 1);
    b.source.system(DMAT_MAP, 0, 1);
    b.source.access(0, 10, 2);
    b.source.access(0, 20, 3);
    b.play();
    ck_assert_uint_eq(b.system_times.size(), 3);
    ck_assert_uint_eq(b.system_times[0], 0);
    ck_assert_uint_eq(b.system_times[1], ns(500)); // one processor does them
    ck_assert_uint_eq(b.at_ns(0), 1000);           // what was done before the first access is done before any
    ck_assert_uint_eq(b.at_ns(1), 1000);
    // The access of space 1 was complete at 1100.
    ck_assert_uint_eq(b.system_times[2], ns(1100));
    ck_assert_uint_eq(b.at_ns(2), 1600);
    ck_assert_uint_eq(b.at_ns(3), 1001);
}
END_TEST

/* Little's law: latencies add up to no more than the limit times the duration. */
static void check_little(const MasterBench &b, u64 limit) {
    stats_summary all = b.master.latencies().summary(1);

    ck_assert_uint_le(all.mean * b.done, limit * b.master.duration());
}

/* Who waited for an answer issues when it is there, not when it would have liked to. */
START_TEST(nothing_is_issued_in_the_past) {
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
END_TEST

START_TEST(a_limit_of_all_streams_holds_while_answers_come) {
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
END_TEST

/*
 * A limit counts what is in flight: the place of an access that ends early is free then, whatever was known to end
 * later. _i: the limit is of all streams, of one, or of one size.
 */
START_TEST(the_first_to_end_makes_room) {
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
END_TEST

/* One tag looks ahead to 500 ns; the others of its stream find the room that there is when they go. _i: whose limit. */
START_TEST(who_waits_for_later_takes_no_room) {
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
END_TEST

/* Simulated time ends before it saturates: nothing runs that is due later. */
START_TEST(time_has_an_end) {
    Scheduler scheduler("scheduler");
    unsigned ran = 0;
    auto run = [](void *n, u64) { ++*static_cast<unsigned *>(n); };
    scheduler.at(1ULL << 62, run, &ran);
    scheduler.at(u64(_i) + ((1ULL << 63) - 1), run, &ran);
    sc_core::sc_start();
    ck_assert_uint_eq(ran, 2 - _i);
    ck_assert_int_eq(scheduler.overrun(), _i);
}
END_TEST

/* A stream at its limit, or behind an access that waits, holds up nobody else. */
START_TEST(streams_issue_for_themselves) {
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
END_TEST

/* An unmap waits for a stalled access of its own address space; another space's goes on. */
START_TEST(system_work_of_two_spaces_is_not_tied) {
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
END_TEST

/* Tags of one stream wait for accesses of their own tag only. */
START_TEST(tags_order_a_stream) {
    MasterBench b(busy(8, FL_ORDER_STREAM));
    b.source.access(0, 1, 0, 7);
    b.source.access(0, 1, 1, 7);
    b.source.access(0, 1, 2, 8);
    b.source.access(0, 1, 3, 8);
    b.target.late[0] = ns(5000);
    b.play();
    ck_assert_uint_eq(b.at_ns(0), 0);
    ck_assert_uint_eq(b.at_ns(1), 5000);
    ck_assert_uint_eq(b.at_ns(2), 1);
    ck_assert_uint_eq(b.at_ns(3), 101);
}
END_TEST

/* The duration begins with the first access, not with what the operating system did before. */
START_TEST(duration_without_the_maps_before) {
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
END_TEST

/* Two accesses a job, 500 ns of software before each; the second job's begins when the first has ended, at 601. */
START_TEST(a_job_has_a_price) {
    fl_config c = busy(8);
    c.os.job_ps = ns(500);
    c.os.job_accesses = 2;
    MasterBench b(c);
    for (u64 i = 0; i < 4; i++)
        b.source.access(0, 1, i);
    b.play();
    const u64 expected[] = {500, 501, 1101, 1102};
    for (u64 i = 0; i < 4; i++)
        ck_assert_uint_eq(b.at_ns(i), expected[i]);
    ck_assert_uint_eq(b.master.duration(), ns(1202)); // with the first job's software
    ck_assert_uint_eq(b.master.jobs()->uses(), 2);
    ck_assert_uint_eq(u64(b.master.jobs()->busy()), ns(1000));
}
END_TEST

/* A mark begins a job of each stream, which waits for its own accesses alone, also for one that is answered late. */
START_TEST(a_mark_begins_a_job) {
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
    ck_assert_uint_eq(b.master.jobs()->uses(), 4);
}
END_TEST

/* A page that is answered in vain ends a run: after 1000 answers, more than the patience, and with no access ended. */
START_TEST(run_watch_tells_a_circle_from_a_slow_run) {
    RunWatch w(1'000'000);
    dma_txn a{}, other{};
    ps_t t = 0;
    a.iova = 0x5000;
    a.sid = other.sid = 3;
    for (u32 i = 0; i < 1000; i++)
        ck_assert(!w.answered(a, t += 2'000));
    a.iova = 0x5fff; // the same page
    ck_assert(w.answered(a, t));
    // Another page of the same access is none of it, nor is the same address of another stream or PASID.
    other.iova = 0x6000;
    ck_assert(!w.answered(other, t));
    other = a;
    other.sid = 4;
    ck_assert(!w.answered(other, t));
    other = a;
    other.flags = DMA_PASID;
    ck_assert(!w.answered(other, t));
    // An access has ended: everything from the beginning.
    w.ended(t);
    for (u32 i = 0; i < 1000; i++)
        ck_assert(!w.answered(a, t += 2'000));
    // Many answers in a short time: a handler may still be at work.
    w.ended(t);
    for (u32 i = 0; i < 5000; i++)
        ck_assert(!w.answered(a, t += 200));
    ck_assert(w.answered(a, t += 200));
}
END_TEST

/* A chase: each access goes out when the one before it has ended and 30 ns are over, whatever was recorded. */
START_TEST(a_dependent_access_waits_for_the_one_before) {
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
    ck_assert_uint_eq(b.at_ns(0), 0);
    ck_assert_uint_eq(b.at_ns(1), 130);
    ck_assert_uint_eq(b.at_ns(2), 2160);
    ck_assert_uint_eq(b.at_ns(3), 2290);
    ck_assert_uint_eq(b.at_ns(10), 20);
}
END_TEST

/* Chains of two tags do not wait for each other; the first of a chain waits for nobody. */
START_TEST(chains_of_two_tags) {
    MasterBench b(busy(8));
    for (u64 i = 0; i < 4; i++) {
        b.source.access(0, 1, i, 1 + i % 2);
        b.source.records[i].flags |= DMAT_F_AFTER;
        b.source.records[i].word[0] = 7;
    }
    b.target.late[0] = ns(1000);
    b.play();
    ck_assert_uint_eq(b.at_ns(0), 0);
    ck_assert_uint_eq(b.at_ns(1), 1);
    ck_assert_uint_eq(b.at_ns(2), 1007);
    ck_assert_uint_eq(b.at_ns(3), 108);
}
END_TEST

int main() {
    Suite *suite = suite_create("platform_parts");
    TCase *tc = tcase_create("all");
    tcase_add_test(tc, logarithm_and_power);
    tcase_add_loop_test(tc, distributions, 0, 4);
    tcase_add_test(tc, a_seed_is_a_sequence);
    tcase_add_test(tc, recorded_times);
    tcase_add_loop_test(tc, bad_recorded_times, 0, 3);
    tcase_add_test(tc, histogram);
    tcase_add_test(tc, no_histogram_is_named);
    tcase_add_loop_test(tc, bad_histograms, 0, 6);
    tcase_add_test(tc, page_requests_of_iaa);
    tcase_add_loop_test(tc, handlers_share_processors, 0, 2);
    tcase_add_test(tc, interrupts_come_first);
    tcase_add_test(tc, what_is_held_is_in_use);
    tcase_add_test(tc, samples_are_exact);
    tcase_add_test(tc, sorted_ring_sorts);
    tcase_add_test(tc, outstanding_limit);
    tcase_add_test(tc, limits_of_a_size);
    tcase_add_test(tc, limits_of_writes);
    tcase_add_test(tc, recorded_arrival);
    tcase_add_test(tc, order_of_a_stream);
    tcase_add_test(tc, total_order);
    tcase_add_test(tc, system_work_is_a_barrier_of_its_space);
    tcase_add_test(tc, nothing_is_issued_in_the_past);
    tcase_add_test(tc, a_limit_of_all_streams_holds_while_answers_come);
    tcase_add_loop_test(tc, the_first_to_end_makes_room, 0, 3);
    tcase_add_loop_test(tc, who_waits_for_later_takes_no_room, 0, 2);
    tcase_add_loop_test(tc, time_has_an_end, 0, 2);
    tcase_add_test(tc, streams_issue_for_themselves);
    tcase_add_test(tc, system_work_of_two_spaces_is_not_tied);
    tcase_add_test(tc, tags_order_a_stream);
    tcase_add_test(tc, duration_without_the_maps_before);
    tcase_add_test(tc, a_dependent_access_waits_for_the_one_before);
    tcase_add_test(tc, chains_of_two_tags);
    tcase_add_test(tc, a_job_has_a_price);
    tcase_add_test(tc, a_mark_begins_a_job);
    tcase_add_test(tc, run_watch_tells_a_circle_from_a_slow_run);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
