/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Several IOMMUs in one replay: what each has to itself (slots, queues, caches,
 * driver) and what all share (memory, processors, workers, the address spaces of
 * the trace). SystemC starts once a process, so each timed run has one.
 */
#include "replay_rig.h"
#include "timed_replay.h"
#include <check.h>
#include <string>
#include <vector>

extern "C" {
#include "replay_why.h"
#include "suite.h"
}

namespace {

using Sets = std::vector<std::string>;

const struct {
    const char *iommu;
    replay_faults faults;
} variants[] = {
    {"smmuv2", REPLAY_STALL},
    {"smmuv3", REPLAY_STALL},
    {"smmuv3", REPLAY_PRI},
    {"vtd", REPLAY_PRI},
};

constexpr int kVariants = 4;
static_assert(std::size(variants) == kVariants, "the loops' end in main()");

void choose(int variant) {
    rig_opt.kind = iommu_kind_find(variants[variant].iommu);
    rig_opt.faults = variants[variant].faults;
}

void set(const std::string &assignment) {
    fl_config_error err;

    ck_assert_msg(!fl_config_set(&rig_cfg, assignment.c_str(), &err), "%s", err.text);
}

replay_result play(const Sets &sets) {
    const fl_config before = rig_cfg;
    replay_result res{};

    for (const std::string &s : sets)
        set(s);
    ck_assert_msg(!replay_timed_apart(&rig_opt, &res, &rig_err), "%s", rig_err.reason);
    rig_cfg = before;
    return res;
}

const replay_resource *find(const replay_result &r, const char *name) {
    for (u32 i = 0; i < r.n_resources; i++)
        if (!strcmp(r.resources[i].name, name))
            return &r.resources[i];
    return nullptr;
}

const replay_resource &resource(const replay_result &r, const char *name) {
    const replay_resource *found = find(r, name);

    ck_assert_msg(found, "no resource %s", name);
    return *found;
}

} // namespace

namespace {

/* Owners add up to what the faults took, but for the fractions of a nanosecond; nothing was used for more than its
 * time. */
void check_ledger(const replay_result &r) {
    u64 sum = 0, all = r.latency.mean * r.latency.count;

    for (u64 ns : r.fault_owner_ns)
        sum += ns;
    ck_assert_uint_le(sum, all + r.latency.count + OWNERS);
    ck_assert_uint_ge(sum + r.latency.count + OWNERS, all);
    for (u32 i = 0; i < r.n_resources; i++)
        ck_assert_uint_le(r.resources[i].utilisation_ppm, 1000000);
}

} // namespace

/*
 * Stream 2 faults at each of its 60 accesses and has the one slot of its TBU until its page is there; stream 4, an
 * access every 100 ns, never faults. Behind another IOMMU it has what it has alone, 199 intervals and a hit of 52 ns;
 * behind the same it has not.
 */
TEST_TIMES(bystander_behind_another_iommu, 2 * 4 /* the variants that stall */) {
    static const struct {
        const char *map;
        bool free;
        const char *slots;
    } cases[] = {
        {"iommu.map=4=1", true, "tbu_slots@0"},
        {"iommu.map=2=1", true, "tbu_slots@1"},
        {"iommu.map=4=1,2=1", false, "tbu_slots@1"},
        {"iommu.map=", false, "tbu_slots@0"},
    };
    const auto &c = cases[_i % 4];
    std::string text = "attach 0 sid=2 domain=2\nattach 0 sid=4 domain=1\n"
                       "map 0 domain=1 iova=0x1000 size=0x1000 pa=0x40001000 perm=rw\n"
                       "map 0 domain=2 iova=0x100000 size=0x3c000 pa=0x50000000 perm=rw\n";

    choose(_i / 4);
    for (u32 i = 0; i < 200; i++) {
        if (i < 60)
            text += "access 0 sid=2 iova=" + std::to_string(0x100000 + i * 4096) + " size=8 dir=r\n";
        text += "access 0 sid=4 iova=0x1000 size=8 dir=r\n";
    }
    rig_text(text.c_str());
    rig_opt.one_paged = true;
    rig_opt.paged = 2;
    replay_result r = play({"iommu.count=2", c.map, "tbu.slots=1", "master.arrival=back-to-back",
                            "master.interval_ns=100", "master.outstanding=256"});
    ck_assert_uint_eq(r.streams[0].faults, 60);
    ck_assert_uint_eq(r.streams[1].accesses, 200);
    ck_assert_uint_eq(resource(r, c.slots).peak, 1);
    if (c.free) {
        // The first is a walk; what the bystander had to itself ends with a hit.
        ck_assert_uint_eq(r.streams[1].active_ns, 199 * 100 + 52);
        ck_assert_uint_eq(r.streams[1].latency.p50, 52);
    } else {
        ck_assert_uint_gt(r.streams[1].active_ns, 10 * (199 * 100 + 52));
    }
    // Who waits for a slot waits for one of the IOMMU that stalls.
    for (u32 o = 0; c.free && o < r.n_resources; o++)
        if (!strncmp(r.resources[o].name, "tbu_slots", 9) && strcmp(r.resources[o].name, c.slots))
            ck_assert_uint_lt(r.resources[o].busy_ns, 1000);
}

/* The sentence that says why names the resource of the IOMMU where it is. */
TEST(reason_names_the_iommu) {
    std::string text = "attach 0 sid=1 domain=1\nattach 0 sid=2 domain=2\n"
                       "map 0 domain=1 iova=0x1000 size=0x1000 pa=0x40001000 perm=rw\n"
                       "map 0 domain=2 iova=0x100000 size=0x40000 pa=0x50000000 perm=rw\n";
    struct replay_why why[REPLAY_WHYS];
    bool named = false;

    for (u32 i = 0; i < 64; i++)
        text += "access 0 sid=2 iova=" + std::to_string(0x100000 + i * 4096) + " size=8 dir=r\n";
    text += "access 0 sid=1 iova=0x1000 size=8 dir=r\n";
    rig_text(text.c_str());
    replay_result r = play({"iommu.count=2", "iommu.map=2=1", "tbu.slots=1", "cpu.workers=64",
                            "master.arrival=back-to-back", "master.outstanding=256"});
    replay_run run = {"", &rig_opt, &r};
    for (u32 i = ::replay_why(&run, why); i-- > 0;)
        named |= why[i].owner == OWNER_SLOT && why[i].resource && !strcmp(why[i].resource->name, "tbu_slots@1");
    ck_assert(named);
}

/* A recording whose every address is known, one access at a time: the sum over two IOMMUs is what one has. */
TEST_TIMES(sum_is_that_of_one_iommu, kVariants) {
    choose(_i);
    rig_opt.trace = NVME_NIC;
    rig_run();
    replay_result one = rig_res;
    ck_assert_uint_eq(one.compared, 30025);
    set("iommu.count=2");
    set("iommu.map=0x10=1");
    rig_run();
    replay_result timed = play({"master.outstanding=1"});
    for (const replay_result *r : {&rig_res, &timed}) {
        ck_assert_uint_eq(r->accesses, 30025);
        ck_assert_uint_eq(r->translated, 30025);
        ck_assert_uint_eq(r->compared, 30025);
        ck_assert_uint_eq(r->different, 0);
        ck_assert_uint_eq(r->faults, one.faults);
        ck_assert_uint_eq(r->duplicates, 0);
        ck_assert_uint_eq(r->unhandled, 0);
        ck_assert_uint_eq(r->first_touches, one.first_touches);
        ck_assert_uint_eq(r->maps, one.maps);
        ck_assert_uint_eq(r->unmaps, one.unmaps);
        ck_assert_mem_eq(r->responses, one.responses, sizeof(one.responses));
        ck_assert_mem_eq(r->types, one.types, sizeof(one.types));
    }
    ck_assert_uint_eq(timed.streams[0].faults + timed.streams[1].faults, one.faults);
    ck_assert_uint_eq(timed.latency.count, one.faults);
    // TLB lookups happened in both: of each stream in its own.
    ck_assert_uint_ge(resource(timed, "tbu_input@0").uses, timed.streams[0].accesses);
    ck_assert_uint_ge(resource(timed, "tbu_input@1").uses, timed.streams[1].accesses);
    ck_assert_ptr_null(find(timed, "tbu_input"));
}

/* Sixteen of them, a stream and two address spaces by PASID each, all at once, with unmaps. */
TEST_TIMES(sixteen_iommus, kVariants) {
    static const char *const keys[] = {"streams=16", "accesses=8000", "pages=64", "unmap_every=40", "interval_ns=2000"};
    std::string map = "iommu.map=";

    choose(_i);
    rig_generate("random", keys, std::size(keys), 5);
    rig_run();
    replay_result one = rig_res;
    for (int sid = 1; sid < 16; sid++)
        map += std::to_string(sid) + "=" + std::to_string(sid) + (sid < 15 ? "," : "");
    set("iommu.count=16");
    set(map);
    rig_run();
    ck_assert_uint_eq(rig_res.faults, one.faults);
    ck_assert_uint_eq(rig_res.maps, one.maps);
    ck_assert_uint_eq(rig_res.different, 0);
    replay_result timed = play({});
    ck_assert_uint_eq(timed.accesses, 8000);
    ck_assert_uint_eq(timed.translated, 8000);
    ck_assert_uint_eq(timed.different, 0);
    ck_assert_uint_eq(timed.first_touches, one.first_touches);
    ck_assert_uint_eq(timed.maps, one.maps);
    ck_assert_uint_eq(timed.faults - timed.duplicates, one.faults);
    ck_assert_uint_eq(timed.responses[FAULT_RETRY], timed.faults);
    for (u32 i = 0; i < 16; i++) {
        std::string name = "tbu_input@" + std::to_string(i);
        ck_assert_uint_ge(resource(timed, name.c_str()).uses, 500);
    }
    check_ledger(timed);
    // Lines of all; a thread runs for one at a time.
    ck_assert_uint_eq(resource(timed, "driver_threads").capacity, 16 * rig_opt.kind->irq_lines);
}

/*
 * One address space, a stream behind each IOMMU: a page that one's fault has mapped is mapped for both, and one that is
 * unmapped is gone from both, from what each has cached, too. The third stream is attached behind the second IOMMU when
 * pages are there already. Every address is recorded.
 */
TEST_TIMES(shared_address_space, kVariants) {
    choose(_i);
    rig_text("attach 0 sid=1 domain=7\n"
             "attach 0 sid=2 domain=7\n"
             "map 0 domain=7 iova=0x1000 size=0x1000 pa=0x40001000 perm=rw\n"
             "access 1000000 sid=1 iova=0x1008 size=8 dir=r outcome=ok pa=0x40001008 perm=rw\n" // faults
             "access 2000000 sid=2 iova=0x1010 size=8 dir=r outcome=ok pa=0x40001010 perm=rw\n"
             "access 2500000 sid=2 iova=0x1018 size=8 dir=w outcome=ok pa=0x40001018 perm=rw\n"
             "unmap 3000000 domain=7 iova=0x1000 size=0x1000\n"
             "map 3000001 domain=7 iova=0x1000 size=0x1000 pa=0x40005000 perm=rw\n"
             "access 4000000 sid=2 iova=0x1010 size=8 dir=r outcome=ok pa=0x40005010 perm=rw\n" // faults
             "access 5000000 sid=1 iova=0x1008 size=8 dir=r outcome=ok pa=0x40005008 perm=rw\n"
             "attach 6000000 sid=3 domain=7\n"
             "access 7000000 sid=3 iova=0x1020 size=8 dir=r outcome=ok pa=0x40005020 perm=rw\n"
             "unmap 8000000 domain=7 whole\n"
             "map 8000001 domain=7 iova=0x1000 size=0x1000 pa=0x40009000 perm=rw\n"
             "access 9000000 sid=3 iova=0x1020 size=8 dir=r outcome=ok pa=0x40009020 perm=rw\n" // faults
             "access 10000000 sid=1 iova=0x1028 size=8 dir=r outcome=ok pa=0x40009028 perm=rw\n");
    set("iommu.count=3");
    set("iommu.map=2=1,3=2");
    rig_run();
    replay_result timed = play({});
    for (const replay_result *r : {&rig_res, &timed}) {
        ck_assert_uint_eq(r->compared, 8);
        ck_assert_uint_eq(r->different, 0);
        ck_assert_uint_eq(r->faults, 3);
        ck_assert_uint_eq(r->duplicates, 0);
        ck_assert_uint_eq(r->responses[FAULT_RETRY], 3);
        ck_assert_uint_eq(r->maps, 3);
        ck_assert_uint_eq(r->unmaps, 2);
    }
    ck_assert_uint_eq(timed.streams[0].faults, 1);
    ck_assert_uint_eq(timed.streams[1].faults, 1);
    ck_assert_uint_eq(timed.streams[2].faults, 1);
}

/* The same with everything resident: nothing faults, and what is unmapped is translated by neither. */
TEST_TIMES(shared_address_space_resident, kVariants) {
    choose(_i);
    rig_text("attach 0 sid=1 domain=7\n"
             "attach 0 sid=2 domain=7\n"
             "map 0 domain=7 iova=0x1000 size=0x1000 pa=0x40001000 perm=rw\n"
             "access 1000000 sid=1 iova=0x1008 size=8 dir=r outcome=ok pa=0x40001008 perm=rw\n"
             "access 1000000 sid=2 iova=0x1010 size=8 dir=r outcome=ok pa=0x40001010 perm=rw\n"
             "unmap 2000000 domain=7 iova=0x1000 size=0x1000\n"
             "access 3000000 sid=1 iova=0x1008 size=8 dir=r\n"
             "access 3000000 sid=2 iova=0x1010 size=8 dir=r\n");
    rig_opt.resident = REPLAY_RESIDENT_ALL;
    set("iommu.count=2");
    set("iommu.map=2=1");
    rig_run();
    replay_result timed = play({});
    for (const replay_result *r : {&rig_res, &timed}) {
        ck_assert_uint_eq(r->translated, 2);
        ck_assert_uint_eq(r->aborted, 2);
        ck_assert_uint_eq(r->different, 0);
        ck_assert_uint_eq(r->faults, 2);
        ck_assert_uint_eq(r->responses[FAULT_TERMINATE], 2);
        ck_assert_uint_eq(r->maps, 1);
        ck_assert_uint_eq(r->unmaps, 1);
    }
}

namespace {

/* A fault in each of two address spaces, both at 1 us. */
void two_faults() {
    rig_text("attach 0 sid=1 domain=1\nattach 0 sid=2 domain=2\n"
             "map 0 domain=1 iova=0x1000 size=0x1000 pa=0x40001000 perm=rw\n"
             "map 0 domain=2 iova=0x1000 size=0x1000 pa=0x50001000 perm=rw\n"
             "access 1000 sid=1 iova=0x1000 size=8 dir=r\n"
             "access 1000 sid=2 iova=0x1000 size=8 dir=r\n");
}

/* What software does costs the handler's 500 us, an interrupt's 3700 ns and nothing else. */
const Sets kPrices = {"cpu.handler_ns=500000", "cpu.mmio_read_ns=0",     "cpu.mmio_write_ns=0",  "cpu.memory_ns=0",
                      "cpu.irq_entry_ns=3000", "cpu.irq_handler_ns=700", "cpu.thread_wake_ns=0", "cpu.worker_wake_ns=0",
                      "iommu.count=2",         "iommu.map=2=1"};

replay_result play_priced(const Sets &more) {
    Sets sets = kPrices;

    sets.insert(sets.end(), more.begin(), more.end());
    return play(sets);
}

} // namespace

/* IOMMUs do not wait for each other; one worker does one handler after the other. */
TEST_TIMES(one_worker_for_two_iommus, kVariants) {
    choose(_i);
    two_faults();
    replay_result two = play_priced({"cpu.workers=2"}), one = play_priced({"cpu.workers=1"});
    ck_assert_uint_eq(two.latency.count, 2);
    ck_assert_uint_eq(two.latency.min, two.latency.max);
    ck_assert_uint_eq(one.latency.min, two.latency.min);
    ck_assert_uint_eq(one.latency.max, two.latency.max + 500000);
    ck_assert_uint_eq(resource(one, "workers").capacity, 1);
    ck_assert_uint_eq(resource(one, "workers").peak, 1);
    ck_assert_uint_eq(resource(two, "workers").peak, 2);
    ck_assert_uint_eq(resource(one, "workers").busy_ns, 2 * 500000);
    ck_assert_uint_eq(resource(one, "workers").waited_ns, 500000);
    ck_assert_uint_eq(one.fault_owner_ns[OWNER_WORKER], 500000);
    ck_assert_uint_eq(one.fault_owner_ns[OWNER_HANDLER], 2 * 500000);
}

/*
 * One processor: the second hard handler waits for the first, the threads (which take no time) for both, and the first
 * worker begins then. So the first fault takes an interrupt more than it takes alone, the second a handler more still.
 */
TEST_TIMES(one_processor_for_two_iommus, kVariants) {
    choose(_i);
    two_faults();
    replay_result r = play_priced({"cpu.workers=2", "cpu.count=1"}), many = play_priced({"cpu.workers=2"});
    ck_assert_uint_eq(many.latency.min, many.latency.max);
    ck_assert_uint_eq(r.latency.min, many.latency.min + 3700);
    ck_assert_uint_eq(r.latency.max, many.latency.min + 3700 + 500000);
    ck_assert_uint_eq(resource(r, "cpus").busy_ns, 2 * 3700 + 2 * 500000);
    ck_assert_uint_eq(resource(r, "cpus").peak, 1);
    check_ledger(r);
}

/* One call of the handler serves a fault of each, and each answer goes back to its own: once the price of a call. */
TEST_TIMES(one_call_for_two_iommus, kVariants) {
    choose(_i);
    two_faults();
    replay_result two = play_priced({"cpu.workers=2"});
    replay_result one = play_priced({"cpu.workers=1", "cpu.batch_faults=2"});
    ck_assert_uint_eq(one.faults, 2);
    ck_assert_uint_eq(one.latency.min, two.latency.min);
    ck_assert_uint_eq(one.latency.max, two.latency.max);
    ck_assert_uint_eq(resource(one, "workers").uses, 1);
    ck_assert_uint_eq(resource(one, "workers").busy_ns, 500000);
    ck_assert_uint_eq(one.fault_owner_ns[OWNER_HANDLER], 2 * 500000);
    check_ledger(one);
    for (u32 i = 0; i < FAULT_CODES; i++)
        ck_assert_uint_eq(one.responses[i], i == FAULT_RETRY ? 2 : 0);
}

/* Workers of a device serve it wherever it is: two devices, a worker each, and neither waits for the other. */
TEST_TIMES(workers_of_devices, kVariants) {
    choose(_i);
    two_faults();
    replay_result two = play_priced({"cpu.workers=2"});
    replay_result own = play_priced({"cpu.workers=1", "cpu.workers_per_device=1"});
    ck_assert_uint_eq(own.latency.min, two.latency.min);
    ck_assert_uint_eq(own.latency.max, two.latency.max);
    ck_assert_uint_eq(resource(own, "workers").capacity, 2);
    ck_assert_uint_eq(resource(own, "workers").peak, 2);
}

/* Workers take from the IOMMUs in turn: the one fault behind the second does not wait for the seven behind the first.
 */
TEST_TIMES(workers_take_turns, kVariants) {
    std::string text = "attach 0 sid=1 domain=1\nattach 0 sid=2 domain=2\n"
                       "map 0 domain=1 iova=0x100000 size=0x10000 pa=0x40000000 perm=rw\n"
                       "map 0 domain=2 iova=0x1000 size=0x1000 pa=0x50001000 perm=rw\n";

    choose(_i);
    for (int i = 0; i < 7; i++)
        text += "access 1000 sid=1 iova=" + std::to_string(0x100000 + i * 4096) + " size=8 dir=r\n";
    text += "access 1000 sid=2 iova=0x1000 size=8 dir=r\n";
    rig_text(text.c_str());
    replay_result r = play_priced({"cpu.workers=1", "smmuv2.hupcf=1"});
    ck_assert_uint_eq(r.faults, 8);
    // A handler under way, at most, and its own; the first stream's last waits for all eight.
    ck_assert_uint_lt(r.streams[1].latency.max, 3 * 500000);
    ck_assert_uint_gt(r.streams[0].latency.max, 8 * 500000);
}

/* A platform master behind one, a PCIe function behind the other: each pays for its own way; the device is at its own.
 */
TEST(devices_behind_their_iommu) {
    rig_text("attach 0 sid=1 domain=1\nattach 0 sid=2 domain=2\n"
             "map 0 domain=1 iova=0x1000 size=0x1000 pa=0x40001000 perm=rw\n"
             "map 0 domain=2 iova=0x1000 size=0x1000 pa=0x50001000 perm=rw\n"
             "access 1000000 sid=1 iova=0x1000 size=8 dir=r\n"
             "access 1000000 sid=2 iova=0x1000 size=8 dir=r\n"
             "access 2000000 sid=1 iova=0x1000 size=8 dir=r\n"
             "access 2000000 sid=2 iova=0x1000 size=8 dir=r\n");
    replay_result r = play({"iommu.count=2", "iommu.map=2=1", "master.streams=2=pcie-ats:pri"});
    ck_assert_uint_eq(r.faults, 2);
    ck_assert_uint_eq(r.page_parts[0].count, 1);
    ck_assert_uint_eq(r.streams[0].latency.min, 52);
    ck_assert_uint_eq(r.streams[1].latency.min, 954);
    ck_assert_ptr_nonnull(find(r, "stall_slots@0"));
    ck_assert_ptr_null(find(r, "stall_slots@1"));
    ck_assert_uint_eq(resource(r, "credits@1").uses, 1);
    ck_assert_ptr_null(find(r, "credits@0"));
}

/* Without translation there are as many ways to memory, and nothing else. */
TEST(none_of_several) {
    two_faults();
    rig_opt.kind = iommu_kind_find("none");
    rig_opt.faults = REPLAY_TERMINATE;
    replay_result r = play({"iommu.count=2", "iommu.map=2=1"});
    ck_assert_uint_eq(r.translated, 2);
    ck_assert_uint_eq(r.access.max, 50);
    ck_assert_uint_eq(resource(r, "tbu_input@1").uses, 1);
}

/* Terminated accesses: what is put off is mapped for all IOMMUs by a worker that they share. */
TEST_TIMES(terminated_in_two, 2) {
    rig_text("attach 0 sid=1 domain=7\nattach 0 sid=2 domain=7\n"
             "map 0 domain=7 iova=0x1000 size=0x2000 pa=0x40001000 perm=rw\n"
             "access 1000000 sid=1 iova=0x1000 size=8 dir=r\n"
             "access 1000000 sid=2 iova=0x2000 size=8 dir=r\n"
             "access 2000000 sid=1 iova=0x2000 size=8 dir=r\n"
             "access 2000000 sid=2 iova=0x1000 size=8 dir=r\n");
    rig_opt.kind = iommu_kind_find(_i ? "vtd" : "smmuv3");
    rig_opt.faults = REPLAY_TERMINATE;
    set("iommu.count=2");
    set("iommu.map=2=1");
    rig_run();
    replay_result timed = play({});
    for (const replay_result *r : {&rig_res, &timed}) {
        ck_assert_uint_eq(r->aborted, 2);
        ck_assert_uint_eq(r->translated, 2);
        ck_assert_uint_eq(r->faults, 2);
        ck_assert_uint_eq(r->maps, 2);
    }
}

/* Each IOMMU's TBUs are its own: a stream's TBU is counted within its IOMMU. */
TEST(tbus_of_each) {
    two_faults();
    replay_result r = play({"iommu.count=2", "iommu.map=2=1", "tbu.count=2", "tbu.map=1=1,2=0"});
    u32 used = 0;
    for (u32 i = 0; i < r.n_resources; i++) {
        const replay_resource &one = r.resources[i];
        used += !strncmp(one.name, "tbu_slots", 9);
    }
    ck_assert_uint_eq(used, 2);
    ck_assert_uint_eq(r.faults, 2);
    ck_assert_uint_eq(resource(r, "tbu_slots@0").uses, 1); // a stalled access keeps its own
    ck_assert_uint_eq(resource(r, "tbu_slots@0").index, 0);
    ck_assert_uint_eq(resource(r, "tbu_slots@1").uses, 1);
}

/*
 * A register write takes 24 us, and the thread that reports a fault does two of them before, as the worker does two
 * after its answer. The worker has done the first fault 103 us after it; the second, 95 us after the first, is reported
 * another 52 us later. Nobody may know of it before, so the worker sleeps, wakes up and takes as long as for the first.
 */
TEST_TIMES(no_answer_before_the_report, 2) {
    static const Sets pools[] = {{"cpu.workers=1"}, {"cpu.workers=1", "cpu.workers_per_device=1"}};
    Sets sets = {"cpu.mmio_write_ns=24000", "cpu.mmio_read_ns=100", "cpu.worker_wake_ns=1500"};

    choose(0);
    rig_text("attach 0 sid=1 domain=1\nattach 0 sid=2 domain=2\n"
             "map 0 domain=1 iova=0x1000 size=0x1000 pa=0x40001000 perm=rw\n"
             "map 0 domain=2 iova=0x1000 size=0x1000 pa=0x50001000 perm=rw\n"
             "access 20000000 sid=1 iova=0x1000 size=8 dir=r\naccess 20095000 sid=2 iova=0x1000 size=8 dir=r\n");
    sets.insert(sets.end(), pools[_i].begin(), pools[_i].end());
    replay_result r = play(sets);
    ck_assert_uint_eq(r.latency.count, 2);
    ck_assert_uint_eq(r.latency.min, r.latency.max);
    ck_assert_uint_eq(r.fault_owner_ns[OWNER_WORKER_WAKE], 2 * 1500);
    ck_assert_uint_eq(r.fault_owner_ns[OWNER_WORKER], 0);
    check_ledger(r);
}

/* What is still on the link when a stall slot becomes free does not go on before it arrives. */
TEST(no_retry_before_the_arrival) {
    static const char *const gen[] = {"parts=a:random,b:random,c:random",
                                      "a.streams=1",
                                      "a.accesses=3000",
                                      "a.pages=300",
                                      "a.interval_ns=1000",
                                      "b.streams=1",
                                      "b.accesses=3000",
                                      "b.pages=300",
                                      "b.burst=16",
                                      "b.burst_gap_ns=20000",
                                      "c.streams=1",
                                      "c.accesses=3000",
                                      "c.pages=300",
                                      "c.dependent=yes",
                                      "c.think_ns=500"};

    choose(0);
    rig_generate("mix", gen, std::size(gen), 1);
    replay_result r = play({"master.bus=pcie", "iommu.count=2", "iommu.map=2=1"});
    ck_assert_uint_eq(r.accesses, 9000);
    ck_assert_uint_gt(r.access_owner_ns[OWNER_STALL_SLOT], 0);
    check_ledger(r);
}

TEST_TIMES(what_is_refused, 8) {
    static const struct {
        const char *count, *map, *text;
    } cases[] = {
        {"iommu.count=2", "iommu.map=1=2", "iommu.map: stream 0x1: there is no IOMMU 2 (iommu.count is 2)"},
        {"iommu.count=1", "iommu.map=2=1", "iommu.map: stream 0x2: there is no IOMMU 1 (iommu.count is 1)"},
        {"iommu.count=2", "iommu.map=1=0,2=1,1=1", "iommu.map: stream 0x1 is behind one IOMMU, not two"},
        {"iommu.count=2", "iommu.map=1=1,0x1=1", "iommu.map: stream 0x1 is behind one IOMMU, not two"},
        {"iommu.count=2", "iommu.map=1", "iommu.map: '1' is not a list of SID=IOMMU"},
        {"iommu.count=2", "iommu.map=1=one", "iommu.map: '1=one' is not a list of SID=IOMMU"},
        {"iommu.count=2", "iommu.map=1=1,", "iommu.map: '1=1,' is not a list of SID=IOMMU"},
        {"iommu.count=2", "iommu.map=1=-1", "iommu.map: '1=-1' is not a list of SID=IOMMU"},
    };

    static_assert(std::size(cases) == 8, "the loop's end in main()");
    two_faults();
    set(cases[_i].count);
    set(cases[_i].map);
    rig_refused(-EINVAL, cases[_i].text);
    ck_assert_int_eq(replay_timed(&rig_opt, &rig_res, &rig_err), -EINVAL);
    ck_assert_str_eq(rig_err.reason, cases[_i].text);
}

SUITE_WITH("replay iommus", rig_setup, rig_teardown)
