/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the platform is made of: handler times, samples, the sorted ring, processors. */
#include "drawn_time.h"
#include "processors.h"
#include "run_watch.h"
#include "samples.h"
#include "sorted_ring.h"
#include "suite.h"
#include <check.h>
#include <stdexcept>
#include <unistd.h>

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

TEST(logarithm_and_power) {
    ck_assert_uint_eq(DrawnTime::minus_log2(1ULL << 63), 1ULL << 32); // u = 1/2
    ck_assert_uint_eq(DrawnTime::minus_log2(1), 64ULL << 32);
    ck_assert_uint_eq(DrawnTime::minus_log2(3ULL << 62) >> 22, 424); // log2(4/3) = 0.415037: 424.998 / 1024
    ck_assert_uint_eq(DrawnTime::exp2(0), 1ULL << 32);
    ck_assert_uint_eq(DrawnTime::exp2(3LL << 32), 8ULL << 32);
    ck_assert_uint_eq(DrawnTime::exp2(-(2LL << 32)), 1ULL << 30);
    ck_assert_uint_eq(DrawnTime::exp2(1LL << 31) >> 16, 92681); // sqrt 2 = 92681.9 / 65536
}

/* Mean and quartiles of many draws, against the distribution's own. */
TEST_TIMES(distributions, 4) {
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

TEST(a_seed_is_a_sequence) {
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

/* A file of handler times, which goes when the test does. */
struct TimesFile {
    char path[32] = "/tmp/handler-XXXXXX";
    fl_config config = defaults();

    TimesFile(fl_handler kind, const char *contents) {
        int fd = mkstemp(path);
        ck_assert_int_eq(write(fd, contents, std::strlen(contents)), ssize_t(std::strlen(contents)));
        close(fd);
        config.cpu.handler = kind;
        std::strcpy(config.cpu.handler_file, path);
    }
    ~TimesFile() { unlink(path); }
    /// Refused, with a message that names the file.
    bool refused() const {
        try {
            DrawnTime h(config, 1);
        } catch (const std::runtime_error &e) {
            return std::strstr(e.what(), path);
        }
        return false;
    }
};

TEST(recorded_times) {
    TimesFile file(FL_HANDLER_RECORDED, "100\n250\n");
    DrawnTime h(file.config, 1);
    ck_assert_uint_eq(h.next(), ns(100));
    ck_assert_uint_eq(h.next(), ns(250));
    ck_assert_uint_eq(h.next(), ns(100));
}

TEST_TIMES(bad_recorded_times, 3) {
    static const char *const contents[] = {"", "100\nten\n", "100 ns\n"};
    ck_assert(TimesFile(FL_HANDLER_RECORDED, contents[_i]).refused());
}

/* Of four, one takes 100 ns and three 900 ns: a quarter and three quarters of many draws, and nothing else. */
TEST(histogram) {
    TimesFile file(FL_HANDLER_HISTOGRAM, "# a remark\n100 1\n900 3\n");
    DrawnTime h(file.config, 1), same(file.config, 1);
    unsigned few = 0;
    for (int i = 0; i < 100000; i++) {
        ps_t t = h.next();
        ck_assert(t == ns(100) || t == ns(900));
        ck_assert_uint_eq(t, same.next());
        few += t == ns(100);
    }
    ck_assert_uint_ge(few, 24500);
    ck_assert_uint_le(few, 25500);
    ck_assert_uint_eq(h.longest(), ns(900));
}

TEST_TIMES(bad_histograms, 6) {
    static const char *const contents[] = {"# nothing\n", "100\n", "100 0\n", "100 2 3\n", "x 2\n", "-5 2\n"};
    ck_assert(TimesFile(FL_HANDLER_HISTOGRAM, contents[_i]).refused());
}

TEST(no_histogram_is_named) {
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

/* The one that comes with the program, against the table it was made from: 25206, 364 and 395 of 25965; 1 to 556 us. */
TEST(page_requests_of_iaa) {
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
TEST_TIMES(handlers_share_processors, 2) {
    ProcessorBench b(u32(_i) + 1);
    auto &first = b.add(Processors::kWorker, 100, 1000), &second = b.add(Processors::kWorker, 200, 1000);
    sc_core::sc_start();
    ck_assert_uint_eq(first.end, ns(1100));
    ck_assert_uint_eq(second.from, ns(_i ? 200 : 1100));
    ck_assert_uint_eq(second.end, ns(_i ? 1200 : 2100));
    Figures in = b.cpus.usage().figures(b.scheduler.now());
    ck_assert_uint_eq(u64(in.busy), ns(2000));
    ck_assert_uint_eq(u64(in.waited), ns(_i ? 0 : 900));
    ck_assert_uint_eq(in.peak, u32(_i) + 1);
    ck_assert(b.cpus.idle());
}

/*
 * One processor. A worker from 0 for 1000 ns; an interrupt at 300 for 100 ns takes it, a thread at 350 for 200 ns
 * follows when that is done (at 400), before the worker (at 600), which has 700 ns left: until 1300. The second worker
 * is last.
 */
TEST(interrupts_come_first) {
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
    Figures in = b.cpus.usage().figures(b.scheduler.now());
    ck_assert_uint_eq(u64(in.busy), ns(1800));
    ck_assert_uint_eq(in.full, ns(1800));
    ck_assert_uint_eq(in.peak, 1);
}

/* Two of three units are taken, at 10 and at 30; what is held counts up to the moment of the question. */
TEST(what_is_held_is_in_use) {
    Usage u("units", 3);
    u.take(10, 10);
    u.take(20, 30);
    ck_assert_uint_eq(u64(u.figures(10).busy), 0);
    ck_assert_uint_eq(u64(u.figures(50).busy), 40 + 20);
    ck_assert_uint_eq(u64(u.figures(50).waited), 10);
    u.release(10, 60);
    ck_assert_uint_eq(u64(u.figures(60).busy), 50 + 30);
    u.mark(100);
    ck_assert_uint_eq(u64(u.figures(100).busy), 0);
    ck_assert_uint_eq(u64(u.figures(120).busy), 20);
    u.release(30, 130);
    ck_assert_uint_eq(u64(u.figures(200).busy), 30);
    ck_assert_uint_eq(u.figures(200).peak, 1);
}

/*
 * Two units, told of as the models run: 0 to 10 and 30 to 50 of one, then what lies before, 5 to 35 of the other. Both
 * are in use from 5 to 10 and from 30 to 35; together 10 + 20 + 30. Up to 32 that is 10 + 2 + 27, and 5 + 2 of it full.
 */
TEST(uses_are_told_of_in_any_order) {
    Usage u("units", 2), early("units", 2);
    for (Usage *x : {&u, &early}) {
        x->use(0, 0, 10);
        x->use(20, 30, 50);
        x->use(5, 5, 35);
    }
    Figures in = u.figures(100), before = early.figures(32);
    ck_assert_uint_eq(u64(in.busy), 60);
    ck_assert_uint_eq(in.full, 10);
    ck_assert_uint_eq(in.peak, 2);
    ck_assert_uint_eq(in.uses, 3);
    ck_assert_uint_eq(u64(in.waited), 10);
    ck_assert_uint_eq(u64(before.busy), 39);
    ck_assert_uint_eq(before.full, 7);
}

/* A server that is reserved from 10 to 20 and from 40 to 70 is busy for 10 ns up to 30, for 15 up to 45. */
TEST(what_is_reserved_for_later_is_not_busy_yet) {
    Scheduler scheduler("scheduler");
    Timetable table;
    ck_assert_uint_eq(table.reserve(10, 10), 10);
    ck_assert_uint_eq(table.reserve(40, 30), 40);
    ck_assert_uint_eq(u64(table.busy(30)), 10);
    ck_assert_uint_eq(u64(table.busy(45)), 15);
    ck_assert_uint_eq(u64(table.busy(70)), 40);
}

/* ---- containers ---- */

/* Percentiles are samples by nearest rank, the mean is rounded half up. */
TEST(samples_are_exact) {
    Samples s;
    std::vector<u64> all;
    u64 x = 1, sum = 0;
    for (int i = 0; i < 20000; i++) {
        x = x * 6364136223846793005ULL + 1442695040888963407ULL;
        all.push_back((x >> 40) % (i % 3 ? 50 : 5000));
        s.add(all.back());
        sum += all.back();
    }
    std::sort(all.begin(), all.end());
    stats_summary a = s.summary(1),
                  b = {20000, all[0], all[9999], all[17999], all[19799], all[19979], all[19999], (sum + 10000) / 20000};
    ck_assert_mem_eq(&a, &b, sizeof(a));
}

/* 1.7 ns twice are 1 ns at most and at the median; the mean is no more. Of 1.7 and 3 ns it is 2.35, to the nearest 2.
 */
TEST(mean_is_within_the_samples) {
    Samples equal, two;
    for (u64 ps : {1700, 1700})
        equal.add(ps);
    for (u64 ps : {1700, 3000})
        two.add(ps);
    ck_assert_uint_eq(equal.summary(1000).max, 1);
    ck_assert_uint_eq(equal.summary(1000).mean, 1);
    ck_assert_uint_eq(two.summary(1000).mean, 2);
}

TEST(sorted_ring_sorts) {
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

/* A page that is answered in vain ends a run: after 1000 answers, more than the patience, and with no access ended. */
TEST(run_watch_tells_a_circle_from_a_slow_run) {
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

SUITE("platform_parts")
