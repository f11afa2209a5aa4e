/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The replay with time against the one without: what becomes of the accesses
 * does not depend on time, sizes or prices; time only adds duplicates. One
 * simulation a process: every case is a forked test.
 */
#include "platform.h"
#include "replay_rig.h"
#include "suite.h"
#include "timed_replay.h"
#include <check.h>

using namespace faultline;

namespace {

struct Case {
    const char *iommu;
    replay_faults faults;
    const char *trace;            // a recording, or nullptr: generated
    const char *gen, *gen_set[5]; // generator, its keys
    const char *set[5];           // configuration
};

#define STALL REPLAY_STALL
#define PRI REPLAY_PRI

#define RANDOM                                                                                                         \
    nullptr, "random", {                                                                                               \
        "accesses=4000", "pages=300", "streams=3", "unmap_every=9"                                                     \
    }
/* Here a map comes just before the first access to its page and waits for all others: few faults at once. */
#define RANDOM_TOUCH                                                                                                   \
    nullptr, "random", {                                                                                               \
        "accesses=4000", "pages=300", "streams=3", "unmap_every=9", "maps=touch"                                       \
    }
#define NVME                                                                                                           \
    NVME_NIC, nullptr, {}
#define SIZES                                                                                                          \
    FL_SOURCE_DIR "/traces/scenarios/gpu-paging.dmat", nullptr, {}
#define B2B "master.arrival=back-to-back"

/* One access outstanding: the faults are the first touches. */
const Case one_outstanding[] = {
    {"smmuv3", STALL, NVME, {"master.outstanding=1"}},
    {"smmuv3", STALL, NVME, {"master.outstanding=1", B2B}},
    {"smmuv3", PRI, NVME, {"master.outstanding=1", B2B}},
    {"smmuv2", STALL, NVME, {"master.outstanding=1", B2B}},
    {"vtd", PRI, NVME, {"master.outstanding=1", B2B}},
    {"smmuv3", STALL, RANDOM, {"master.outstanding=1", "cpu.handler=lognormal"}},
    {"smmuv3",
     STALL,
     nullptr,
     "random",
     {"accesses=2000", "pages=100", "pasids=4", "unmap_every=7"},
     {"master.outstanding=1"}},
    {"smmuv3", STALL, nullptr, "gpu", {"frames=3", "contexts=2"}, {"master.outstanding=1", B2B}},
    {"smmuv3", STALL, nullptr, "random", {"accesses=500", "size_bytes=9000"}, {"master.outstanding=1", B2B}},
};

/* Many: only duplicates come on top, however scarce slots, queue entries and workers are. */
const Case many_outstanding[] = {
    {"smmuv3", STALL, NVME, {}},
    {"smmuv3", STALL, NVME, {"master.outstanding=4", B2B}},
    {"smmuv3", STALL, NVME, {"master.outstanding=64", B2B}},
    {"smmuv3", STALL, NVME, {"master.outstanding=1024", "master.outstanding_per_stream=1024", B2B}},
    {"smmuv3", STALL, RANDOM, {"master.outstanding=256", B2B}},
    {"smmuv3", STALL, RANDOM, {"master.outstanding=256", B2B, "smmuv3.stall_max=1"}},
    {"smmuv3", STALL, RANDOM, {"master.outstanding=256", B2B, "smmuv3.stall_max=64", "iommu.eventq_log2=1"}},
    {"smmuv3", STALL, RANDOM, {"master.outstanding=256", B2B, "tbu.slots=1", "tcu.walk_slots=1"}},
    {"smmuv3", STALL, RANDOM, {"master.outstanding=256", B2B, "tbu.count=3", "cpu.workers=1"}},
    {"smmuv3", STALL, RANDOM, {"master.outstanding=256", B2B, "master.ordering=stream", "iommu.tlb_sets=0"}},
    {"smmuv3", STALL, RANDOM, {"master.outstanding=256", B2B, "tcu.walk_port=issued", "memory.bandwidth_mb_s=1000"}},
    {"smmuv3",
     STALL,
     RANDOM,
     {"master.outstanding=256", B2B, "tcu.walk_port=issued", "memory.banks=2", "memory.latency=exponential"}},
    {"vtd", PRI, RANDOM, {"master.outstanding=256", B2B, "tcu.walk_port=issued", "memory.banks=1"}},
    {"smmuv3", STALL, RANDOM, {"master.outstanding=256", B2B, "cpu.handler_ns=1000000", "iommu.cmdq_log2=2"}},
    {"smmuv3",
     STALL,
     nullptr,
     "random",
     {"accesses=1000", "size_bytes=9000", "pages=64"},
     {"master.outstanding=16", B2B}},
    /* One stream may have all stalls; the slots that software reserves are as many. */
    {"smmuv3",
     STALL,
     nullptr,
     "random",
     {"accesses=2000", "pages=16", "streams=4", "interval_ns=10"},
     {"master.outstanding=64"}},
    {"smmuv2", STALL, RANDOM, {"master.outstanding=256", B2B}},
    {"smmuv3", PRI, NVME, {"master.outstanding=64", B2B}},
    {"smmuv3", PRI, RANDOM, {"master.outstanding=256", B2B}},
    {"smmuv3", PRI, RANDOM, {"master.outstanding=256", B2B, "pcie.credits=1"}},
    {"smmuv3", PRI, RANDOM_TOUCH, {"master.outstanding=256", B2B, "iommu.priq_log2=2", "pcie.credits=64"}},
    {"vtd", PRI, RANDOM, {"master.outstanding=256", B2B}},
    {"vtd", PRI, SIZES, {"master.outstanding=256", B2B}}, // longer and longer accesses while others wait
};

/* Hears of every fault, and passes it on. */
struct Ear : FaultSink {
    FaultSink *next = nullptr;
    u64 faults = 0, total = 0, parts = 0;

    void fault_delivered(const dma_txn &txn, const xlat_result &result, xlat kind, ps_t now) override {
        next->fault_delivered(txn, result, kind, now);
    }
    void fault_over(const dma_txn &txn, xlat kind, const FaultStamps &s, const LoggedBill *bill, u64 flow) override {
        ps_t sum = 0;
        for (unsigned i = 0; i < FAULT_PARTS; i++) {
            ck_assert_uint_le(s.stamp[i], s.stamp[i + 1]);
            sum += s.part(i);
        }
        ck_assert_uint_eq(sum, s.total());
        // The owners have all of it.
        ck_assert_ptr_nonnull(bill);
        ck_assert_uint_eq(bill->total(), s.total());
        sum = 0;
        for (unsigned i = 0; i < OWNERS; i++)
            sum += bill->of(i);
        ck_assert_uint_eq(sum, s.total());
        faults++;
        total += s.stamp[FAULT_PARTS] / 1000 - s.stamp[0] / 1000;
        next->fault_over(txn, kind, s, bill, flow);
    }
};

replay_result functional;

void prepare(const Case &c) {
    fl_config_error err;

    rig_opt.kind = iommu_kind_find(c.iommu);
    ck_assert_ptr_nonnull(rig_opt.kind);
    rig_opt.faults = c.faults;
    for (const char *s : c.set)
        if (s)
            ck_assert_msg(!fl_config_set(&rig_cfg, s, &err), "%s", err.text);
    if (c.trace) {
        rig_opt.trace = c.trace;
    } else {
        size_t n = 0;
        while (n < 5 && c.gen_set[n])
            n++;
        rig_generate(c.gen, c.gen_set, n, 11);
    }
    rig_run();
    functional = rig_res;
}

u64 histogram_count(const stats_histogram &h) {
    u64 n = 0;

    for (u64 count : h.count)
        n += count;
    return n;
}

/* The owners have all of the time, each one's sum within a ns; no resource does more than it can. */
void expect_owned(const u64 (&ns)[OWNERS], u64 bills, const stats_summary &latency) {
    u64 sum = 0;

    for (u64 one : ns)
        sum += one;
    ck_assert_uint_eq(bills, latency.count);
    // The mean is rounded, and so is each sample.
    ck_assert_uint_le(sum, (latency.mean + 2) * bills);
    ck_assert_uint_ge(sum + OWNERS + 2 * bills, latency.mean * bills);
}

void expect_accounts() {
    expect_owned(rig_res.access_owner_ns, rig_res.access_bills, rig_res.access);
    expect_owned(rig_res.fault_owner_ns, rig_res.fault_bills, rig_res.latency);
    ck_assert_uint_eq(histogram_count(rig_res.access_histogram), rig_res.access.count);
    ck_assert_uint_eq(histogram_count(rig_res.latency_histogram), rig_res.latency.count);
    ck_assert_uint_ge(rig_res.n_resources, 6); // a TBU's input and slots, walks, commands, threads, workers
    for (u32 i = 0; i < rig_res.n_resources; i++) {
        const replay_resource &r = rig_res.resources[i];
        ck_assert_msg(r.utilisation_ppm <= 1000000, "%s: %u", r.name, r.utilisation_ppm);
        ck_assert_msg(r.full_ns <= rig_res.duration_ns, "%s: full for %llu ns", r.name, r.full_ns);
        ck_assert_msg(!r.capacity || r.peak <= r.capacity, "%s: %u of %u", r.name, r.peak, r.capacity);
        ck_assert_uint_gt(r.uses, 0);
    }
}

void run_timed() {
    ck_assert_msg(!replay_timed(&rig_opt, &rig_res, &rig_err), "%s", rig_err.reason);
    ck_assert(rig_res.timed);
    expect_accounts();
}

u64 answers(const replay_result &r) {
    return r.responses[FAULT_RETRY] + r.responses[FAULT_TERMINATE] + r.responses[FAULT_FAILURE];
}

/* Everything that time must not change. */
void expect_same_outcome() {
    ck_assert_uint_eq(rig_res.accesses, functional.accesses);
    ck_assert_uint_eq(rig_res.bytes, functional.bytes);
    ck_assert_uint_eq(rig_res.translated, functional.translated);
    ck_assert_uint_eq(rig_res.aborted, functional.aborted);
    ck_assert_uint_eq(rig_res.compared, functional.compared);
    ck_assert_uint_eq(rig_res.different, 0);
    ck_assert_uint_eq(rig_res.first_touches, functional.first_touches);
    ck_assert_uint_eq(rig_res.maps, functional.maps);
    ck_assert_uint_eq(rig_res.n_types, functional.n_types);
    ck_assert_uint_eq(rig_res.types[0].code, functional.types[0].code);
    ck_assert_uint_eq(rig_res.access.count, rig_res.accesses);
}

TEST_TIMES(first_touches_and_nothing_else, int(std::size(one_outstanding))) {
    prepare(one_outstanding[_i]);
    u64 expected = rig_expect().first_touches;
    run_timed();
    expect_same_outcome();
    ck_assert_uint_gt(expected, 50);
    ck_assert_uint_eq(rig_res.faults, expected);
    ck_assert_uint_eq(rig_res.first_touches, expected);
    ck_assert_uint_eq(rig_res.duplicates, 0);
    ck_assert_uint_eq(rig_res.responses[FAULT_RETRY], expected);
    ck_assert_uint_eq(answers(rig_res), expected);
    ck_assert_uint_eq(rig_res.latency.count, expected);
}

TEST_TIMES(the_surplus_is_duplicates, int(std::size(many_outstanding))) {
    const Case &c = many_outstanding[_i];
    prepare(c);
    run_timed();
    expect_same_outcome();
    ck_assert_uint_eq(rig_res.faults - rig_res.unhandled - rig_res.duplicates, rig_expect().first_touches);
    ck_assert_uint_eq(answers(rig_res), rig_res.responses[FAULT_RETRY]);
    // A group that the queue's overflow left incomplete is answered, but not handled.
    if (rig_cfg.iommu.priq_log2 > 2)
        ck_assert_uint_eq(rig_res.unhandled, 0);
    ck_assert_uint_eq(answers(rig_res), rig_res.faults);
    // Accesses that waited: also those that joined a page request, or (SMMUv2) that the bank's stall held.
    if (c.faults == PRI)
        ck_assert_uint_eq(rig_res.latency.count, answers(rig_res) + rig_res.merged);
    else if (std::string(c.iommu) == "smmuv3")
        ck_assert_uint_eq(rig_res.latency.count, rig_res.faults);
    else
        ck_assert_uint_ge(rig_res.latency.count, rig_res.faults);
}

/* Each fault's parts add up, and what the result says is the sum of what was heard. */
TEST(parts_add_up) {
    static const Case c = {"smmuv3", STALL, RANDOM, {"master.outstanding=32", B2B, "cpu.handler=exponential"}};
    struct replay_scan scan;
    struct Source : TraceSource {
        std::vector<dmat_record> records;
        dmat_reader *reader = nullptr;

        ssize_t next(const dmat_record **out) override {
            *out = records.data();
            return dmat_read_block(reader, records.data(), records.size());
        }
    } source;
    Ear ear;
    u64 sum = 0;

    prepare(c);
    source.records.resize(DMAT_BLOCK);
    ck_assert(!::replay_scan(rig_opt.trace, &scan, &rig_err));
    ck_assert(!dmat_reader_open(&source.reader, rig_opt.trace, 0, &rig_err));
    Platform p("platform", rig_opt, scan);
    ear.next = &p;
    p.iommu().set_sink(&ear);
    ck_assert(!p.run(source, rig_res, &rig_err));
    dmat_reader_close(source.reader);
    expect_same_outcome();
    ck_assert_uint_eq(ear.faults, rig_res.faults);
    ck_assert_uint_eq(rig_res.latency.count, ear.faults);
    // The means are rounded to whole ns.
    ck_assert_uint_eq(rig_res.latency.mean, (ear.total + ear.faults / 2) / ear.faults);
    for (const stats_summary &part : rig_res.parts) {
        ck_assert_uint_eq(part.count, ear.faults);
        ck_assert_uint_le(part.max, rig_res.latency.max);
        sum += part.mean;
    }
    ck_assert_uint_le(sum > rig_res.latency.mean ? sum - rig_res.latency.mean : rig_res.latency.mean - sum, 3);
}

/*
 * Terminated: aborted accesses are those that were reported, and no answer is owed. The page of an aborted access is
 * mapped some time later; where the trace renews the page at once, that may be before anybody touches it again.
 */
TEST_TIMES(terminated, 4) {
    static const Case cases[] = {
        {"smmuv3", REPLAY_TERMINATE, NVME, {"master.outstanding=1"}},
        {"smmuv3", REPLAY_TERMINATE, RANDOM_TOUCH, {"master.outstanding=64", B2B}},
        {"smmuv2", REPLAY_TERMINATE, RANDOM_TOUCH, {"master.outstanding=1"}},
        {"vtd", REPLAY_TERMINATE, RANDOM_TOUCH, {"master.outstanding=1"}},
    };
    prepare(cases[_i]);
    run_timed();
    ck_assert_uint_eq(rig_res.accesses, functional.accesses);
    ck_assert_uint_eq(rig_res.translated + rig_res.aborted, rig_res.accesses);
    ck_assert_uint_eq(rig_res.different, 0);
    ck_assert_uint_le(rig_res.first_touches, functional.first_touches);
    ck_assert_uint_ge(rig_res.first_touches, functional.first_touches - 2);
    ck_assert_uint_ge(rig_res.aborted, rig_res.first_touches);
    ck_assert_uint_eq(answers(rig_res), 0);
}

/* A read maps the page read-only; the write that waited for it is tried again, fails anew, and is refused. */
TEST(retried_and_refused) {
    rig_text("attach 0 sid=1 domain=7\n"
             "map 0 domain=7 iova=0x1000 size=0x1000 pa=0x40001000 perm=r\n"
             "access 0 sid=1 iova=0x1000 size=8 dir=r outcome=ok pa=0x40001000 perm=r\n"
             "access 0 sid=1 iova=0x1008 size=8 dir=w outcome=fault model=smmuv3 code=0x13\n"
             "access 0 sid=1 iova=0x1010 size=8 dir=r outcome=ok pa=0x40001010 perm=r\n"
             "access 0 sid=1 iova=0x5000 size=8 dir=r outcome=fault model=smmuv3 code=0x10\n");
    run_timed();
    ck_assert_uint_eq(rig_res.translated, 2);
    ck_assert_uint_eq(rig_res.aborted, 2);
    ck_assert_uint_eq(rig_res.compared, 4);
    ck_assert_uint_eq(rig_res.different, 0);
    ck_assert_uint_eq(answers(rig_res), rig_res.faults);
    ck_assert_uint_eq(rig_res.responses[FAULT_TERMINATE], 2);
}

/* A fault that nothing else disturbs costs what the configuration says, part by part. */
TEST(prices_of_one_fault) {
    fl_config_error err;

    for (const char *set : {"tbu.lookup_ns=2", "notify.record_write_ns=50", "cpu.handler_ns=5000"})
        ck_assert(!fl_config_set(&rig_cfg, set, &err));
    rig_text("attach 0 sid=1 domain=7\n"
             "map 0 domain=7 iova=0x1000 size=0x1000 pa=0x40001000 perm=rw\n"
             "access 9000 sid=1 iova=0x1000 size=8 dir=r\n");
    run_timed();
    ck_assert_uint_eq(rig_res.latency.count, 1);
    ck_assert_uint_eq(rig_res.parts[PART_RECORD].max, 50);
    // wire 20, entry 1000, handler 200, wake-up 2000, and the driver's way to the record
    ck_assert_uint_ge(rig_res.parts[PART_NOTIFY].max, 3220);
    ck_assert_uint_lt(rig_res.parts[PART_NOTIFY].max, 4000);
    // worker's wake-up 1500, handler 5000
    ck_assert_uint_ge(rig_res.parts[PART_SOFTWARE].max, 6500);
    ck_assert_uint_lt(rig_res.parts[PART_SOFTWARE].max, 7500);
    u64 sum = 0;
    for (const stats_summary &part : rig_res.parts)
        sum += part.max;
    ck_assert_uint_eq(sum, rig_res.latency.max);
    ck_assert_uint_le(rig_res.latency.max, rig_res.access.max);
    ck_assert_uint_le(rig_res.access.max, rig_res.latency.max + 100);
}

TEST_TIMES(a_slower_handler_is_slower_by_as_much, 3) {
    static const u64 handler_ns[] = {0, 1000, 1000000};
    rig_cfg.cpu.handler_ps = handler_ns[_i] * 1000;
    rig_text("attach 0 sid=1 domain=7\n"
             "map 0 domain=7 iova=0x1000 size=0x1000 pa=0x40001000 perm=rw\n"
             "access 9000 sid=1 iova=0x1000 size=8 dir=r\n");
    run_timed();
    ck_assert_uint_ge(rig_res.parts[PART_SOFTWARE].max, handler_ns[_i] + 1500);
    ck_assert_uint_lt(rig_res.parts[PART_SOFTWARE].max, handler_ns[_i] + 1700);
}

/* ---- a run that gets nowhere ---- */

const char one_access[] = "attach 0 sid=1 domain=7\n"
                          "map 0 domain=7 iova=0x1000 size=0x1000 pa=0x40001000 perm=rw\n"
                          "access 10 sid=1 iova=0x1010 size=8 dir=r\n";

void expect_no_progress(const char *text) {
    std::memset(&rig_err, 0, sizeof(rig_err));
    ck_assert_int_eq(replay_timed(&rig_opt, &rig_res, &rig_err), -EDEADLK);
    ck_assert_str_eq(rig_err.reason, text);
}

/* Its handlers say that they have mapped, and have not. */
TEST_TIMES(answered_for_ever, 4) {
    static const struct {
        const char *iommu;
        replay_faults faults;
        const char *text;
    } cases[] = {
        {"smmuv2", STALL, "no progress: 1 accesses wait; page 0x1000 of stream 0x1 is answered and faults again"},
        {"smmuv3", STALL, "no progress: 1 accesses wait; page 0x1000 of stream 0x1 is answered and faults again"},
        {"smmuv3", PRI, "no progress: 1 accesses wait; page 0x1000 of stream 0x1 is answered and faults again"},
        {"vtd", PRI, "no progress: 1 accesses wait; page 0x1000 of stream 0x1 is answered and faults again"},
    };
    iommu_kind kind = *iommu_kind_find(cases[_i].iommu);
    drv_class drv = *kind.drv;

    drv.map = [](void *, fault_domain *, u64, u64, u64, u32) { return 0; };
    kind.drv = &drv;
    rig_opt.kind = &kind;
    rig_opt.faults = cases[_i].faults;
    rig_text(one_access);
    expect_no_progress(cases[_i].text);
}

/* An IOMMU that takes page requests in and knows nothing of them. */
TEST_TIMES(never_answered, 2) {
    iommu_kind kind = *iommu_kind_find(_i ? "vtd" : "smmuv3");
    iommu_class cls = *kind.cls;

    cls.page_request = [](void *, const page_request *) {};
    kind.cls = &cls;
    rig_opt.kind = &kind;
    rig_opt.faults = PRI;
    rig_text(one_access);
    expect_no_progress("no progress: 1 accesses wait: 1 for the answer to a page request (stream 0x1)");
}

} // namespace

SUITE_WITH("timed replay", rig_setup, rig_teardown)
