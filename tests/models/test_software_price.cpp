/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What software costs in a replay: per call, per fault, per page; on how many
 * processors; and how often it is interrupted. Two runs that differ in one price
 * differ in what that price says, to the nanosecond.
 */
#include "replay_rig.h"
#include "suite.h"
#include "timed_replay.h"
#include <check.h>
#include <cstring>
#include <string>
#include <vector>

namespace {

using Sets = std::vector<std::string>;

/* One replay of rig_trace, with keys of its own. */
replay_result play(const Sets &sets) {
    fl_config cfg = rig_cfg;
    replay_options opt = rig_opt;
    fl_config_error cerr{};
    replay_result res{};

    ck_assert(!fl_config_set(&cfg, "master.arrival=trace", &cerr));
    for (const std::string &set : sets)
        ck_assert_msg(!fl_config_set(&cfg, set.c_str(), &cerr), "%s", cerr.text);
    opt.cfg = &cfg;
    ck_assert_msg(!replay_timed_apart(&opt, &res, &rig_err), "%s", rig_err.reason);
    return res;
}

/* Streams 1 to @streams access the first pages of @pages, all at once; each has an address space of its own. */
void faults_at_once(unsigned streams, unsigned accesses, unsigned pages = 0, bool once_more = false) {
    std::string text;

    pages = pages ? pages : accesses;
    for (unsigned s = 1; s <= streams; s++) {
        std::string domain = " domain=" + std::to_string(s);
        text += "attach 0 sid=" + std::to_string(s) + domain + "\n";
        text += "map 0" + domain + " iova=0x100000 size=" + std::to_string(pages * 4096) + " pa=0x" +
                std::to_string(s) + "000000 perm=rw\n";
    }
    for (unsigned i = 0; i < accesses; i++)
        for (unsigned s = 1; s <= streams; s++) {
            char line[96];
            std::snprintf(line, sizeof(line), "access 1000 sid=%u iova=0x%x size=64 dir=r\n", s, 0x100000 + i * 4096);
            text += line;
        }
    if (once_more) // a millisecond later, the first page again
        text += "access 1000000 sid=1 iova=0x100000 size=64 dir=r\n";
    rig_text(text.c_str());
}

const replay_resource &resource(const replay_result &r, const char *name) {
    for (u32 i = 0; i < r.n_resources; i++)
        if (!std::strcmp(r.resources[i].name, name))
            return r.resources[i];
    ck_abort_msg("no resource %s", name);
}

/* Of the faults: what their owners have adds up to what they took, but for the fractions of a nanosecond. */
void check_owners(const replay_result &r) {
    u64 sum = 0;

    for (u64 ns : r.fault_owner_ns)
        sum += ns;
    ck_assert_uint_le(sum, r.latency.mean * r.latency.count + r.latency.count + OWNERS);
    ck_assert_uint_ge(sum + r.latency.count + OWNERS, r.latency.mean * r.latency.count);
}

/* A call that maps 512 pages: its base and 512 times the price of a page. */
TEST(a_batch_of_512_pages) {
    faults_at_once(1, 3, 512);
    Sets one = {"os.map_pages=512", "master.outstanding=1"}, priced = one;
    priced.push_back("cpu.page_ns=700");
    replay_result base = play(one), paid = play(priced);
    ck_assert_uint_eq(base.faults, 1);
    ck_assert_uint_eq(paid.faults, 1);
    ck_assert_uint_eq(paid.maps, 512);
    ck_assert_uint_eq(paid.parts[PART_SOFTWARE].mean, base.parts[PART_SOFTWARE].mean + 512 * 700);
    ck_assert_uint_eq(paid.fault_owner_ns[OWNER_HANDLER], base.fault_owner_ns[OWNER_HANDLER] + 512 * 700);
    check_owners(paid);
}

/* Of a page that is mapped already the second fault pays nothing. */
TEST(a_mapped_page_costs_nothing) {
    rig_text("attach 0 sid=1 domain=1\n"
             "map 0 domain=1 iova=0x100000 size=4096 pa=0x1000000 perm=rw\n"
             "access 1000 sid=1 iova=0x100000 size=64 dir=r\n"
             "access 1000 sid=1 iova=0x100040 size=64 dir=r\n");
    replay_result base = play({"cpu.workers=1"}), paid = play({"cpu.workers=1", "cpu.page_ns=10000"});
    ck_assert_uint_eq(paid.duplicates, 1);
    ck_assert_uint_eq(paid.latency.max, base.latency.max + 10000); // the second waits for the first alone
    ck_assert_uint_eq(paid.latency.min, base.latency.min + 10000);
}

/* Four faults in one call: once the price of a call, four times that of a fault, and one answer for all. */
TEST(four_faults_in_one_call) {
    faults_at_once(1, 4);
    Sets sets = {"cpu.workers=1", "cpu.batch_faults=4", "cpu.handler_ns=40000"};
    replay_result base = play(sets);
    sets.push_back("cpu.fault_ns=1000");
    sets.push_back("cpu.page_ns=500");
    replay_result paid = play(sets);
    ck_assert_uint_eq(resource(paid, "workers").uses, 1);
    ck_assert_uint_eq(resource(paid, "workers").busy_ns, resource(base, "workers").busy_ns + 4 * 1000 + 4 * 500);
    ck_assert_uint_eq(paid.latency.max, base.latency.max + 4 * 1000 + 4 * 500);
    ck_assert_uint_lt(paid.latency.max, 2 * 40000);
    check_owners(paid);
}

/* Two faults at once on one processor: one handler after the other, and the second waits for the processor. */
TEST(two_handlers_on_one_processor) {
    faults_at_once(2, 1);
    Sets two = {"cpu.workers=2", "cpu.handler_ns=500000"}, one = two;
    one.push_back("cpu.count=1");
    replay_result apart = play(two), together = play(one);
    ck_assert_uint_lt(apart.latency.max, 520000);
    ck_assert_uint_gt(together.latency.max, 1000000);
    ck_assert_uint_lt(together.latency.max, 1020000);
    ck_assert_uint_eq(apart.fault_owner_ns[OWNER_CPU], 0);
    // One handler's time, but for the worker's start; interrupts cost the first some more.
    ck_assert_uint_gt(together.fault_owner_ns[OWNER_CPU], 490000);
    ck_assert_uint_lt(together.fault_owner_ns[OWNER_CPU], 510000);
    const replay_resource &cpus = resource(together, "cpus");
    ck_assert_uint_eq(cpus.capacity, 1);
    ck_assert_uint_eq(cpus.peak, 1);
    ck_assert_uint_gt(cpus.busy_ns, 1000000);
    ck_assert_uint_le(cpus.busy_ns, together.duration_ns + 1000);
    check_owners(together);
    // A processor for each: as without a limit.
    two.push_back("cpu.count=3");
    ck_assert_uint_eq(play(two).latency.max, apart.latency.max);
}

/* Four faults of two devices: shared, one worker does one after the other; with one of its own, each device two. */
TEST(workers_of_each_device) {
    faults_at_once(2, 2);
    replay_result shared = play({"cpu.workers=1", "cpu.handler_ns=500000"});
    replay_result own = play({"cpu.workers=1", "cpu.workers_per_device=1", "cpu.handler_ns=500000"});
    ck_assert_uint_gt(shared.latency.max, 2000000);
    ck_assert_uint_gt(own.latency.max, 1000000);
    ck_assert_uint_lt(own.latency.max, 1020000);
    ck_assert_uint_eq(resource(own, "workers").capacity, 2);
    ck_assert_uint_eq(resource(own, "workers").peak, 2);
    ck_assert_uint_eq(resource(own, "workers").uses, 4);
    check_owners(own);
}

/* The second fault comes 20 us after the first, its interrupt 100 us after the first one. */
TEST(moderation_delays_an_interrupt) {
    rig_text("attach 0 sid=1 domain=1\n"
             "map 0 domain=1 iova=0x100000 size=8192 pa=0x1000000 perm=rw\n"
             "access 1000 sid=1 iova=0x100000 size=64 dir=r\n"
             "access 21000 sid=1 iova=0x101000 size=64 dir=r\n");
    replay_result plain = play({}), rare = play({"notify.moderation_ns=100000"});
    u64 nearer = plain.parts[PART_DETECT].max - plain.parts[PART_DETECT].min; // the first had caches to fill
    ck_assert_uint_eq(rare.parts[PART_NOTIFY].min, plain.parts[PART_NOTIFY].min);
    ck_assert_uint_eq(rare.parts[PART_NOTIFY].max, plain.parts[PART_NOTIFY].max + 100000 - 20000 + nearer);
    ck_assert_uint_eq(rare.fault_owner_ns[OWNER_INTERRUPT],
                      plain.fault_owner_ns[OWNER_INTERRUPT] + 100000 - 20000 + nearer);
    check_owners(rare);
}

/* Page 5 first, then 0 to 15: around maps the aligned eight, ahead those behind the page up to one that is mapped. */
TEST(pages_around_and_ahead) {
    std::string text = "attach 0 sid=1 domain=1\n"
                       "map 0 domain=1 iova=0x100000 size=0x10000 pa=0x1000000 perm=rw\n"
                       "access 0 sid=1 iova=0x105000 size=64 dir=r\n";
    for (unsigned i = 0; i < 16; i++) {
        char line[80];
        std::snprintf(line, sizeof(line), "access %u sid=1 iova=0x%x size=64 dir=r\n", 100000 * (i + 1),
                      0x100000 + i * 4096);
        text += line;
    }
    rig_text(text.c_str());
    replay_result around = play({"os.map_pages=8", "os.map_where=around", "cpu.page_ns=1000"});
    ck_assert_uint_eq(around.faults, 2); // pages 5 and 8
    ck_assert_uint_eq(around.latency.max / 1000, around.latency.min / 1000);
    replay_result ahead = play({"os.map_pages=8", "cpu.page_ns=1000"});
    ck_assert_uint_eq(ahead.faults, 3); // 5 to 12, 0 to 4, 13 to 15
    u64 five = 5000, three = 3000, eight = 8000;
    ck_assert_uint_gt(ahead.parts[PART_SOFTWARE].max, eight);
    ck_assert_uint_ge(ahead.parts[PART_SOFTWARE].max - ahead.parts[PART_SOFTWARE].min, eight - three);
    ck_assert_uint_ge(ahead.parts[PART_SOFTWARE].p50 - ahead.parts[PART_SOFTWARE].min, five - three);
    ck_assert_uint_eq(ahead.maps, 16);
}

/* Terminated accesses: the pages that are mapped afterwards have their price, too. */
TEST(deferred_pages_have_their_price) {
    faults_at_once(1, 3, 0, true); // what is put off is done before the last access
    rig_opt.faults = REPLAY_TERMINATE;
    replay_result base = play({"cpu.workers=1"}), paid = play({"cpu.workers=1", "cpu.page_ns=1000", "cpu.fault_ns=10"});
    ck_assert_uint_eq(paid.aborted, 3);
    ck_assert_uint_eq(resource(paid, "workers").busy_ns, resource(base, "workers").busy_ns + 3 * 1000 + 3 * 10);
}

/* Every price at once, with page requests of two devices on one processor: owners still add up, and nothing is lost. */
TEST(everything_at_once) {
    faults_at_once(2, 40);
    rig_opt.faults = REPLAY_PRI;
    for (const char *workers : {"cpu.workers_per_device=0", "cpu.workers_per_device=2"}) {
        replay_result r =
            play({"cpu.count=1", "cpu.handler=exponential", "cpu.handler_ns=20000", "cpu.fault=uniform",
                  "cpu.fault_ns=100", "cpu.fault_max_ns=900", "cpu.page=lognormal", "cpu.page_ns=300",
                  "cpu.batch_faults=4", "notify.moderation_ns=30000", "os.map_pages=4", "pcie.group_pages=4", workers});
        ck_assert_uint_eq(r.translated, 80);
        ck_assert_uint_eq(r.maps, 80);
        ck_assert_uint_gt(r.fault_owner_ns[OWNER_CPU], 0);
        ck_assert_uint_eq(resource(r, "cpus").peak, 1);
        check_owners(r);
    }
}

} // namespace

SUITE_WITH("software_price", rig_setup, rig_teardown)
