/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What a replay counts, against traces that are short enough to count by hand. One simulation a process: every case
 * is a forked test.
 */
#include "replay_rig.h"
#include "timed_replay.h"
#include <check.h>
#include <string>

extern "C" {
#include "replay_counters.h"
#include "suite.h"
}

namespace {

void set(const char *assignment) {
    fl_config_error err;

    ck_assert_msg(!fl_config_set(&rig_cfg, assignment, &err), "%s", err.text);
}

void run_timed(u32 resident) {
    rig_opt.resident = resident;
    ck_assert_msg(!replay_timed(&rig_opt, &rig_res, &rig_err), "%s", rig_err.reason);
}

const replay_resource *resource(const char *name, u32 index = 0) {
    for (u32 i = 0; i < rig_res.n_resources; i++)
        if (!strcmp(rig_res.resources[i].name, name) && rig_res.resources[i].index == index)
            return &rig_res.resources[i];
    return nullptr;
}

/* Two pages of one table; the first twice, then the second, a millisecond apart. */
const char three_accesses[] = "attach 0 sid=1 domain=1\n"
                              "map 0 domain=1 iova=0x1000 size=0x2000 pa=0x40001000 perm=rw\n"
                              "access 1000000 sid=1 iova=0x1000 size=8 dir=r\n"
                              "access 2000000 sid=1 iova=0x1008 size=8 dir=r\n"
                              "access 3000000 sid=1 iova=0x2000 size=8 dir=r\n";

void expect_cache(const iommu_cache_stats &c, u64 hits, u64 misses) {
    ck_assert(c.present);
    ck_assert_uint_eq(c.hits, hits);
    ck_assert_uint_eq(c.misses, misses);
    ck_assert_uint_eq(c.evictions, 0);
}

} // namespace

/*
 * The first access finds no STE, and its walk none, either; neither asks for a CD. The walk reads both and then asks
 * the TLB and the walk cache. The second hits everywhere. The third misses in the TLB alone; its walk asks for the
 * configuration once more, and goes on at level 3, the last.
 */
TEST_TIMES(caches_of_smmuv3, 2) {
    rig_text(three_accesses);
    rig_opt.resident = REPLAY_RESIDENT_ALL;
    if (_i)
        run_timed(REPLAY_RESIDENT_ALL);
    else
        rig_run();
    const iommu_stats &hw = rig_res.counters.hw;
    expect_cache(hw.cache[UNIT_TLB], 1, 2);
    expect_cache(hw.cache[UNIT_CONFIG_CACHE], 1 + 2, 2);
    expect_cache(hw.cache[UNIT_CD_CACHE], 1 + 2, 0);
    expect_cache(hw.cache[UNIT_WALK_CACHE], 1, 1);
    ck_assert_uint_eq(hw.cache[UNIT_WALK_CACHE].at_level[3 + 1], 1);
    expect_cache(hw.cache[UNIT_WALK_CACHE_S2], 0, 0);
    ck_assert(!rig_res.counters.atc.present);
    // Table descriptor of the stream table, STE, CD, four levels of tables; then the last level alone.
    ck_assert_uint_eq(rig_res.counters.table_accesses, _i ? 4 + 1 : 0);
    ck_assert_uint_eq(rig_res.counters.config_accesses, _i ? 3 : 0);
    ck_assert_uint_eq(rig_res.counters.walks, _i ? 2 : 0);
    ck_assert_uint_eq(rig_res.counters.walks_merged, 0);
    ck_assert_uint_eq(rig_res.counters.commands, 0);
}

/* SMMUv2 has registers for the configuration; it asks the TLB first. */
TEST(caches_of_smmuv2) {
    rig_text(three_accesses);
    rig_opt.kind = &iommu_kind_smmuv2;
    run_timed(REPLAY_RESIDENT_ALL);
    const iommu_stats &hw = rig_res.counters.hw;
    expect_cache(hw.cache[UNIT_TLB], 1, 2);
    expect_cache(hw.cache[UNIT_WALK_CACHE], 1, 1);
    ck_assert_uint_eq(hw.cache[UNIT_WALK_CACHE].at_level[3 + 1], 1);
    ck_assert(!hw.cache[UNIT_CONFIG_CACHE].present);
    ck_assert(!hw.cache[UNIT_CD_CACHE].present);
    ck_assert_uint_eq(rig_res.counters.walks, 2);
}

/* VT-d asks the IOTLB first, then the context-cache and, in scalable mode, the PASID-cache; its last level is 1. */
TEST(caches_of_vtd) {
    rig_text(three_accesses);
    rig_opt.kind = &iommu_kind_vtd;
    rig_opt.faults = REPLAY_TERMINATE;
    run_timed(REPLAY_RESIDENT_ALL);
    const iommu_stats &hw = rig_res.counters.hw;
    expect_cache(hw.cache[UNIT_TLB], 1, 2);
    expect_cache(hw.cache[UNIT_CONFIG_CACHE], 1, 1);
    u64 first = hw.cache[UNIT_WALK_CACHE].at_level[1 + 1], second = hw.cache[UNIT_WALK_CACHE_S2].at_level[1 + 1];
    ck_assert_uint_eq(first + second, 1); // one stage translates
    ck_assert_uint_eq(hw.cache[UNIT_WALK_CACHE].misses + hw.cache[UNIT_WALK_CACHE_S2].misses, 1);
    ck_assert_uint_eq(rig_res.counters.walks, 2);
}

/* The second is there 1 ns later: its page is being walked. Their ends: 7 table accesses of 50 ns at the earliest. */
TEST(misses_merge) {
    rig_text("attach 0 sid=1 domain=1\n"
             "map 0 domain=1 iova=0x1000 size=0x1000 pa=0x40001000 perm=rw\n"
             "access 1000000 sid=1 iova=0x1000 size=8 dir=r\n"
             "access 1000001 sid=1 iova=0x1008 size=8 dir=r\n");
    run_timed(REPLAY_RESIDENT_ALL);
    ck_assert_uint_eq(rig_res.counters.walks, 1);
    ck_assert_uint_eq(rig_res.counters.walks_merged, 1);
    ck_assert_uint_eq(rig_res.counters.table_accesses, 4);
    ck_assert_uint_eq(rig_res.counters.config_accesses, 3);
}

/* One fault: one record, interrupt, wake-up of the thread and of a worker, and one command, which resumes. */
TEST(one_fault) {
    rig_text("attach 0 sid=1 domain=1\n"
             "map 0 domain=1 iova=0x1000 size=0x1000 pa=0x40001000 perm=rw\n"
             "access 1000000 sid=1 iova=0x1000 size=8 dir=r\n");
    run_timed(REPLAY_RESIDENT_NONE);
    const replay_counters &c = rig_res.counters;
    ck_assert_uint_eq(rig_res.faults, 1);
    ck_assert_uint_eq(c.stalled, 1);
    ck_assert_uint_eq(c.interrupts, 1);
    ck_assert_uint_eq(c.thread_wakes, 1);
    ck_assert_uint_eq(c.worker_wakes, 1);
    ck_assert_uint_eq(c.held, 0);
    ck_assert_uint_eq(c.hw.records_lost, 0);
    const replay_resource *q = resource("event_queue");
    ck_assert_ptr_nonnull(q);
    ck_assert_uint_eq(q->capacity, 128); // iommu.eventq_log2
    ck_assert_uint_eq(q->uses, 1);
    ck_assert_uint_eq(q->peak, 1);
    ck_assert_uint_eq(q->full_ns, 0);
    // It is in the queue until the thread has read it, and moves the queue's end at its next register write at latest.
    ck_assert_uint_ge(q->busy_ns, rig_res.parts[PART_NOTIFY].mean);
    ck_assert_uint_le(q->busy_ns, rig_res.parts[PART_NOTIFY].mean + rig_res.parts[PART_SOFTWARE].mean);
    ck_assert_ptr_null(resource("request_queue"));
    const replay_resource *commands = resource("command_queue");
    ck_assert_ptr_nonnull(commands);
    ck_assert_uint_eq(commands->uses, c.commands);
    ck_assert_uint_eq(c.commands, 1);
    ck_assert_uint_eq(commands->busy_ns, 50 + 5); // command.fetch_ns, command.execute_ns
    ck_assert_uint_eq(c.syncs, 0);
}

/* Sixteen records in less than the interrupt takes, and room for two: the others are held. */
TEST(full_event_queue) {
    std::string text = "attach 0 sid=1 domain=1\nmap 0 domain=1 iova=0x10000 size=0x10000 pa=0x40010000 perm=rw\n";
    for (int i = 0; i < 16; i++)
        text += "access " + std::to_string(1000000 + i) + " sid=1 iova=" + std::to_string(0x10000 + i * 0x1000) +
                " size=8 dir=r\n";
    rig_text(text.c_str());
    set("iommu.eventq_log2=1");
    run_timed(REPLAY_RESIDENT_NONE);
    const replay_resource *q = resource("event_queue");
    ck_assert_ptr_nonnull(q);
    ck_assert_uint_eq(q->capacity, 2);
    ck_assert_uint_eq(q->peak, 2);
    ck_assert_uint_eq(q->uses, 16);
    ck_assert_uint_ge(q->full_ns, 1000 + 200 + 2000); // until the thread runs at the earliest
    ck_assert_uint_le(q->full_ns, rig_res.duration_ns);
    ck_assert_uint_le(q->utilisation_ppm, 1000000);
    ck_assert_uint_eq(rig_res.counters.held, 14);
    ck_assert_uint_eq(rig_res.counters.hw.records_lost, 0); // a stall's record is never lost
}

/* An unmap sends an invalidation and a SYNC: two commands of 55 ns and 50 ns more, from the register write on. */
TEST(sync_and_its_wait) {
    rig_text("attach 0 sid=1 domain=1\n"
             "map 0 domain=1 iova=0x1000 size=0x2000 pa=0x40001000 perm=rw\n"
             "access 1000000 sid=1 iova=0x1000 size=8 dir=r\n"
             "unmap 2000000 domain=1 iova=0x1000 size=0x1000\n"
             "access 3000000 sid=1 iova=0x2000 size=8 dir=r\n");
    run_timed(REPLAY_RESIDENT_ALL);
    ck_assert_uint_eq(rig_res.counters.commands, 2);
    ck_assert_uint_eq(rig_res.counters.syncs, 1);
    ck_assert_uint_eq(rig_res.counters.sync_wait_ns, 2 * 55 + 50);
    ck_assert_uint_eq(resource("command_queue")->peak, 2);
    ck_assert_uint_eq(resource("command_queue")->busy_ns, 55 + 110);
}

/*
 * A page request: its queue holds one less than its 512 entries on VT-d. The device looks in its ATC before each of its
 * two translation requests.
 */
TEST_TIMES(one_page_request, 2) {
    rig_text("attach 0 sid=1 domain=1\n"
             "map 0 domain=1 iova=0x1000 size=0x1000 pa=0x40001000 perm=rw\n"
             "access 1000000 sid=1 iova=0x1000 size=8 dir=r\n");
    rig_opt.kind = _i ? &iommu_kind_vtd : &iommu_kind_smmuv3;
    rig_opt.faults = REPLAY_PRI;
    run_timed(REPLAY_RESIDENT_NONE);
    const replay_resource *q = resource("request_queue");
    ck_assert_ptr_nonnull(q);
    ck_assert_uint_eq(q->capacity, _i ? 511 : 512);
    ck_assert_uint_eq(q->uses, 1);
    ck_assert_uint_eq(q->peak, 1);
    ck_assert_uint_ge(q->busy_ns, rig_res.parts[PART_NOTIFY].mean);
    ck_assert_ptr_null(resource("event_queue"));
    ck_assert_uint_eq(rig_res.counters.hw.requests_lost, 0);
    ck_assert_uint_eq(rig_res.counters.hw.automatic, 0);
    ck_assert(rig_res.counters.atc.present);
    ck_assert_uint_eq(rig_res.counters.atc.hits, 0);
    ck_assert_uint_eq(rig_res.counters.atc.misses, 2);
}

/* 64 banks of 64 bytes, each used once by an access of its own, and the other resources before them. */
TEST(every_resource_is_listed) {
    std::string text = "attach 0 sid=1 domain=1\nmap 0 domain=1 iova=0x1000 size=0x1000 pa=0x40001000 perm=rw\n";
    for (int i = 0; i < 64; i++)
        text += "access " + std::to_string((i + 1) * 1000000) + " sid=1 iova=" + std::to_string(0x1000 + i * 64) +
                " size=64 dir=r\n";
    rig_text(text.c_str());
    set("memory.banks=64");
    set("memory.interleave_bytes=64");
    run_timed(REPLAY_RESIDENT_ALL);
    for (u32 i = 0; i < 64; i++) {
        const replay_resource *bank = resource("memory_bank", i);
        ck_assert_ptr_nonnull(bank);
        ck_assert_uint_eq(bank->uses, 1);
        ck_assert_uint_eq(bank->busy_ns, 45); // memory.bank_ns
        ck_assert_uint_eq(bank->waited_ns, 0);
    }
    ck_assert_ptr_null(resource("memory_bank", 64));
}

/* What a run cannot know is not there, rather than zero. */
TEST_TIMES(json_says_what_is_known, 2) {
    rig_text(three_accesses);
    rig_opt.resident = REPLAY_RESIDENT_ALL;
    rig_opt.kind = _i ? &iommu_kind_smmuv2 : &iommu_kind_smmuv3;
    rig_run();
    json_t *j = replay_counters_json(&rig_res);
    ck_assert_ptr_nonnull(json_object_get(j, "tlb"));
    ck_assert_ptr_nonnull(json_object_get(j, "records_lost"));
    ck_assert_int_eq(json_object_get(j, "config_cache") != nullptr, !_i);
    for (const char *key : {"walks", "walks_merged", "table_accesses", "table_accesses_per_walk_ppm", "interrupts",
                            "syncs", "sync_wait_ns", "worker_wakes", "atc"})
        ck_assert_msg(!json_object_get(j, key), "%s", key);
    json_decref(j);
    run_timed(REPLAY_RESIDENT_ALL);
    j = replay_counters_json(&rig_res);
    ck_assert_int_eq(json_integer_value(json_object_get(j, "walks")), 2);
    ck_assert_int_eq(json_integer_value(json_object_get(j, "walks_merged")), 0);
    const json_t *levels = json_object_get(json_object_get(j, "walk_cache"), "hits_by_level");
    ck_assert_int_eq(json_integer_value(json_object_get(levels, "3")), 1);
    ck_assert_uint_eq(json_object_size(levels), 1);
    if (!_i) // 4 and 1
        ck_assert_int_eq(json_integer_value(json_object_get(j, "table_accesses_per_walk_ppm")), 2500000);
    json_decref(j);
}

/*
 * A slow thread runs ahead of its action while it reads many page requests; four workers are awake beside it and take
 * them at once. No fault waits for a worker longer than it takes.
 */
TEST(workers_beside_a_slow_thread) {
    std::string text = "attach 0 sid=1 domain=1\nmap 0 domain=1 iova=0x10000 size=0x100000 pa=0x40010000 perm=rw\n";
    for (int i = 0; i < 256; i++)
        text += "access " + std::to_string(1000000 + i * 2000) + " sid=1 iova=" + std::to_string(0x10000 + i * 0x1000) +
                " size=8 dir=r\n";
    rig_text(text.c_str());
    rig_opt.kind = &iommu_kind_vtd;
    rig_opt.faults = REPLAY_PRI;
    set("cpu.memory_ns=10000");
    set("cpu.handler_ns=100");
    set("cpu.batch_faults=256");
    run_timed(REPLAY_RESIDENT_NONE);
    const replay_resource *workers = resource("workers");
    ck_assert_ptr_nonnull(workers);
    ck_assert_uint_ge(workers->uses, 2);
    ck_assert_uint_le(workers->waited_ns, rig_res.latency.count * rig_res.latency.max);
}

/* A warm-up is not counted: the first access, with all that it missed. */
TEST_TIMES(warm_up_is_not_counted, 2) {
    rig_text(three_accesses);
    rig_opt.warmup = 1;
    rig_opt.resident = REPLAY_RESIDENT_ALL;
    if (_i)
        run_timed(REPLAY_RESIDENT_ALL);
    else
        rig_run();
    expect_cache(rig_res.counters.hw.cache[UNIT_TLB], 1, 1);
    expect_cache(rig_res.counters.hw.cache[UNIT_CONFIG_CACHE], 1 + 2, 0);
    expect_cache(rig_res.counters.hw.cache[UNIT_WALK_CACHE], 1, 0);
    ck_assert_uint_eq(rig_res.counters.table_accesses, _i);
    ck_assert_uint_eq(rig_res.counters.walks, _i);
}

SUITE_WITH("replay counters", rig_setup, rig_teardown)
