/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Streams of different kinds behind one IOMMU, the platform without one, and
 * accesses that do not count. With the default prices (ns) a hit takes: TBU
 * lookup 2, memory 50; the link 450 each way; the ATC's lookup 2. One simulation
 * a process: every case is a forked test.
 */
#include "replay_rig.h"
#include "suite.h"
#include "timed_replay.h"
#include <check.h>
#include <string>

namespace {

void set(const char *assignment) {
    fl_config_error err;

    ck_assert_msg(!fl_config_set(&rig_cfg, assignment, &err), "%s", err.text);
}

void run_timed() {
    ck_assert_msg(!replay_timed(&rig_opt, &rig_res, &rig_err), "%s", rig_err.reason);
    ck_assert_uint_eq(rig_res.different, 0);
}

void timed_refuses(const char *text) {
    ck_assert_int_eq(replay_timed(&rig_opt, &rig_res, &rig_err), -EINVAL);
    ck_assert_msg(strstr(rig_err.reason, text), "'%s' is not in '%s'", text, rig_err.reason);
}

const replay_resource *resource(const char *name) {
    for (u32 i = 0; i < rig_res.n_resources; i++)
        if (!strcmp(rig_res.resources[i].name, name))
            return &rig_res.resources[i];
    return nullptr;
}

/* Streams 1 to 4, an address space and a page each; three accesses of each, a millisecond apart. */
void four_streams() {
    std::string text;

    for (int sid = 1; sid <= 4; sid++) {
        std::string domain = std::to_string(sid);
        text += "attach 0 sid=" + domain + " domain=" + domain + "\n";
        text += "map 0 domain=" + domain + " iova=0x1000 size=0x1000 pa=0x4000" + domain + "000 perm=rw\n";
    }
    for (int n = 1; n <= 3; n++)
        for (int sid = 1; sid <= 4; sid++)
            text += "access " + std::to_string(n * 1000000 + sid * 100000) + " sid=" + std::to_string(sid) +
                    " iova=0x1000 size=8 dir=r\n";
    rig_text(text.c_str());
}

} // namespace

/* One stalls, one pages, one of each bus is terminated; then each hits at the price of its own way. */
TEST(mixed_streams) {
    static const u64 hit_ns[] = {2 + 50, 2 + 450 + 2 + 50 + 450, 2 + 50, 450 + 2 + 50 + 450};

    set("master.streams=1=platform:stall,2=pcie-ats:pri,3=platform:terminate,4=pcie:terminate");
    set("tbu.count=2"); // each TBU has a platform master and a function
    set("tbu.map=1=0,2=0,3=1,4=1");
    four_streams();
    rig_run();
    ck_assert_uint_eq(rig_res.translated, 10);
    ck_assert_uint_eq(rig_res.aborted, 2);
    ck_assert_uint_eq(rig_res.faults, 4);
    ck_assert_uint_eq(rig_res.responses[FAULT_RETRY], 2);
    run_timed();
    ck_assert_uint_eq(rig_res.translated, 10);
    ck_assert_uint_eq(rig_res.aborted, 2);
    ck_assert_uint_eq(rig_res.faults, 4);
    ck_assert_uint_eq(rig_res.responses[FAULT_RETRY], 2);
    // a stall and a page fault ended well; the terminated ones are over when they are reported
    ck_assert_uint_eq(rig_res.page_parts[0].count, 1);
    for (u32 i = 0; i < 4; i++) {
        ck_assert_uint_eq(rig_res.streams[i].sid, i + 1);
        ck_assert_uint_eq(rig_res.streams[i].accesses, 3);
        ck_assert_uint_eq(rig_res.streams[i].faults, 1);
        ck_assert_uint_eq(rig_res.streams[i].latency.min, hit_ns[i]);
    }
}

/* The bus is a choice of its own; without an IOMMU the TBU's 2 ns are gone, and so are the faults. */
TEST_TIMES(bus_and_baseline, 8) {
    static const struct {
        const char *iommu, *bus;
        u64 hit_ns;
        replay_faults faults;
    } cases[] = {
        {"smmuv3", "master.bus=platform", 52, REPLAY_STALL}, {"smmuv3", "master.bus=pcie", 952, REPLAY_STALL},
        {"smmuv3", "master.bus=auto", 52, REPLAY_STALL},     {"smmuv3", "master.bus=auto", 954, REPLAY_PRI},
        {"smmuv2", "master.bus=pcie", 952, REPLAY_STALL},    {"vtd", "master.bus=pcie", 952, REPLAY_TERMINATE},
        {"none", "master.bus=auto", 50, REPLAY_TERMINATE},   {"none", "master.bus=pcie", 950, REPLAY_TERMINATE},
    };

    set(cases[_i].bus);
    rig_opt.kind = iommu_kind_find(cases[_i].iommu);
    rig_opt.faults = cases[_i].faults;
    four_streams();
    run_timed();
    ck_assert_uint_eq(rig_res.access.min, cases[_i].hit_ns);
    ck_assert_uint_eq(rig_res.faults, rig_opt.kind->bypass ? 0 : 4);
    if (rig_opt.kind->bypass)
        ck_assert_uint_eq(rig_res.access.max, cases[_i].hit_ns);
    rig_run();
    ck_assert_uint_eq(rig_res.faults, rig_opt.kind->bypass ? 0 : 4);
}

/* A function with ATS whose faults are terminated asks no one for a page. */
TEST_TIMES(ats_without_page_requests, 2) {
    set("master.bus=pcie");
    set("pcie.ats=yes");
    rig_opt.faults = REPLAY_TERMINATE;
    rig_opt.resident = REPLAY_RESIDENT_ALL;
    rig_opt.kind = iommu_kind_find(_i ? "vtd" : "smmuv3");
    four_streams();
    rig_run();
    ck_assert_uint_eq(rig_res.translated, 12);
    run_timed();
    ck_assert_uint_eq(rig_res.translated, 12);
    ck_assert_uint_eq(rig_res.access.min, 954);
    ck_assert_uint_eq(rig_res.faults, 0);
}

/* 8 bytes at 8 GT/s by 1 with 128b/130b: the request's 20 bytes take 20.3125 ns, the completion's 28 28.4375 ns, in
 * whole ps. */
TEST_TIMES(link_is_paid_by_every_function, 3) {
    static const replay_faults faults[] = {REPLAY_TERMINATE, REPLAY_STALL, REPLAY_PRI};

    set("master.bus=pcie");
    set("pcie.lanes=1");
    set("pcie.dllp_permille=0");
    rig_opt.faults = faults[_i];
    rig_opt.resident = REPLAY_RESIDENT_ALL;
    four_streams();
    run_timed();
    ck_assert_uint_eq(rig_res.access.min, (_i == 2 ? 954 : 952) + 48); // + 48.75
    const replay_resource *up = resource("link_up"), *down = resource("link_down"), *tags = resource("read_tags");
    ck_assert_ptr_nonnull(up);
    ck_assert_ptr_nonnull(down);
    ck_assert_ptr_nonnull(tags);
    ck_assert_uint_eq(tags->uses, 3);
    // with page requests, a translation request each, too: 20 bytes up, 28 down
    ck_assert_uint_eq(up->uses, _i == 2 ? 16 : 12);
    ck_assert_uint_eq(up->busy_ns, up->uses * 20312 / 1000);
    ck_assert_uint_eq(down->busy_ns, up->uses * 28437 / 1000);
    ck_assert_uint_le(down->busy_ns, rig_res.duration_ns);
}

/* A link that cannot keep up: never more than all of its time, and no more data than the headers leave of it. */
TEST(link_at_its_limit) {
    std::string text = "attach 0 sid=1 domain=1\nmap 0 domain=1 iova=0x1000 size=0x1000 pa=0x40001000 perm=rw\n";

    for (int i = 0; i < 200; i++)
        text += "access 0 sid=1 iova=0x1000 size=64 dir=r\n";
    set("master.bus=pcie");
    set("pcie.bandwidth_mb_s=1000"); // a byte a ns
    set("master.arrival=back-to-back");
    rig_opt.resident = REPLAY_RESIDENT_ALL;
    rig_opt.kind = iommu_kind_find("none");
    rig_opt.faults = REPLAY_TERMINATE;
    rig_text(text.c_str());
    run_timed();
    const replay_resource *down = resource("link_down");
    ck_assert_ptr_nonnull(down);
    ck_assert_uint_eq(down->busy_ns, 200 * 84);
    // the first request 20, the way, memory 50, then completions end to end, the way
    ck_assert_uint_eq(rig_res.duration_ns, 20 + 450 + 50 + 200 * 84 + 450);
}

/*
 * The first access of the trace is a fault: it is played, not counted, and its page is mapped. Neither is the software
 * before it, on the one processor that there is.
 */
TEST(warmup_does_not_count) {
    rig_opt.warmup = 1;
    rig_cfg.cpu.count = 1;
    rig_cfg.os.job_ps = 500'000;
    rig_text("attach 0 sid=1 domain=7\n"
             "map 0 domain=7 iova=0x1000 size=0x1000 pa=0x40001000 perm=rw\n"
             "access 100000 sid=1 iova=0x1000 size=8 dir=r\n"
             "access 200000 sid=1 iova=0x1000 size=8 dir=r\n"
             "access 300000 sid=1 iova=0x1008 size=8 dir=r\n");
    rig_run();
    ck_assert_uint_eq(rig_res.accesses, 2);
    ck_assert_uint_eq(rig_res.bytes, 16);
    ck_assert_uint_eq(rig_res.faults, 0);
    ck_assert_uint_eq(rig_res.maps, 0);
    run_timed();
    ck_assert_uint_eq(rig_res.accesses, 2);
    ck_assert_uint_eq(rig_res.bytes, 16);
    ck_assert_uint_eq(rig_res.faults, 0);
    ck_assert_uint_eq(rig_res.first_touches, 0);
    ck_assert_uint_eq(rig_res.maps, 0);
    ck_assert_uint_eq(rig_res.responses[FAULT_RETRY], 0);
    ck_assert_uint_eq(rig_res.n_types, 0);
    ck_assert_uint_eq(rig_res.latency.count, 0);
    ck_assert_uint_eq(rig_res.access.count, 2);
    ck_assert_uint_eq(rig_res.access.max, 52);
    ck_assert_uint_eq(rig_res.duration_ns, 100000 + 52);
    u64 owned = 0;
    for (u64 ns : rig_res.access_owner_ns)
        owned += ns;
    ck_assert_uint_eq(owned, 2 * 52);
    ck_assert_uint_eq(rig_res.access_owner_ns[OWNER_HANDLER], 0);
    ck_assert_uint_eq(rig_res.streams[0].active_ns, 100000 + 52);
    ck_assert_uint_eq(resource("tbu_input")->uses, 2);
    ck_assert_ptr_null(resource("workers"));
    ck_assert_ptr_null(resource("cpus"));
    ck_assert_ptr_null(resource("jobs"));
}

/*
 * The first access is the warm-up's and still in memory when the second one comes, 500 ns later: that hits the TLB,
 * takes 2 + 1000 ns, and is one access under way all the time. The first one's rest is nobody's.
 */
TEST(warmup_under_way_does_not_count) {
    rig_opt.warmup = 1;
    rig_opt.resident = REPLAY_RESIDENT_ALL;
    set("memory.latency_ns=1000");
    rig_text("attach 0 sid=1 domain=7\n"
             "map 0 domain=7 iova=0x1000 size=0x1000 pa=0x40001000 perm=rw\n"
             "access 100000 sid=1 iova=0x1000 size=8 dir=r\n"
             "access 100500 sid=1 iova=0x1000 size=8 dir=r\n");
    run_timed();
    ck_assert_uint_eq(rig_res.access.count, 1);
    ck_assert_uint_eq(rig_res.duration_ns, 1002);
    ck_assert_uint_eq(rig_res.in_flight_ns, 1002);
}

/* The second access takes no time at all; the mean of an owner is of both. */
TEST(an_access_of_no_time_has_a_bill) {
    rig_opt.resident = REPLAY_RESIDENT_ALL;
    rig_cfg.tbu.interval_ps = rig_cfg.tbu.lookup_ps = 0;
    rig_cfg.memory.latency_ps = 0;
    rig_text("attach 0 sid=1 domain=7\n"
             "map 0 domain=7 iova=0x1000 size=0x1000 pa=0x40001000 perm=rw\n"
             "access 100000 sid=1 iova=0x1000 size=8 dir=r\n"
             "access 200000 sid=1 iova=0x1000 size=8 dir=r\n");
    run_timed();
    ck_assert_uint_gt(rig_res.access.max, 0);
    ck_assert_uint_eq(rig_res.access.p50, 0);
    ck_assert_uint_eq(rig_res.access_bills, 2);
    ck_assert_uint_eq(rig_res.access_owner_ns[OWNER_TABLE], 7 * 50); // table descriptor, STE, CD and four levels
}

/* 500 ns of software, then an access of 52 ns, of which 1 ns at the input: of 552 ns, whatever is asked. */
TEST(job_is_in_the_interval) {
    rig_opt.resident = REPLAY_RESIDENT_ALL;
    rig_cfg.os.job_ps = 500'000;
    rig_cfg.tcu.walk_latency_ps = rig_cfg.tcu.lookup_ps = rig_cfg.tbu.link_ps = 0;
    rig_cfg.tcu.config_cache_ps = rig_cfg.tcu.walk_cache_ps = 0;
    rig_text("attach 0 sid=1 domain=7\n"
             "map 0 domain=7 iova=0x1000 size=0x1000 pa=0x40001000 perm=rw\n"
             "access 100000 sid=1 iova=0x1000 size=8 dir=r\n");
    run_timed();
    ck_assert_uint_eq(rig_res.duration_ns, 552);
    ck_assert_uint_eq(rig_res.in_flight_ns, 52);
    ck_assert_uint_eq(resource("tbu_input")->utilisation_ppm, 1000000 / 552);
    ck_assert_uint_eq(resource("jobs")->busy_ns, 500);
}

/*
 * Two accesses of 52 ns, back to back, and an unmap of their space between them: it waits for the first one, and the
 * second one for it. Maps before the first access are none of the run's.
 */
TEST(unmaps_are_the_drivers_work) {
    rig_opt.resident = REPLAY_RESIDENT_ALL;
    rig_cfg.tcu.walk_latency_ps = rig_cfg.tcu.lookup_ps = rig_cfg.tbu.link_ps = 0;
    rig_cfg.tcu.config_cache_ps = rig_cfg.tcu.walk_cache_ps = 0;
    rig_text("attach 0 sid=1 domain=7\n"
             "map 0 domain=7 iova=0x1000 size=0x1000 pa=0x40001000 perm=rw\n"
             "map 0 domain=7 iova=0x2000 size=0x1000 pa=0x40002000 perm=rw\n"
             "access 100 sid=1 iova=0x1000 size=8 dir=r\n"
             "unmap 300 domain=7 iova=0x2000 size=0x1000\n"
             "access 400 sid=1 iova=0x1000 size=8 dir=r\n");
    run_timed();
    const replay_resource *work = resource("driver_work");
    ck_assert_ptr_nonnull(work);
    ck_assert_uint_eq(work->uses, 1);
    ck_assert_uint_eq(work->waited_ns, 0);
    ck_assert_uint_gt(work->busy_ns, 100);
    ck_assert_uint_eq(rig_res.access.max, 52);
    ck_assert_uint_eq(rig_res.duration_ns, 52 + work->busy_ns + 52);
}

/*
 * A group of 16 pages of which the trace has one: the second request is terminated, and the 14 behind it see no
 * handler. All that is the warm-up's.
 */
TEST_TIMES(requests_of_the_warmup_that_nobody_handled, 2) {
    rig_opt.kind = &iommu_kind_vtd;
    rig_opt.faults = REPLAY_PRI;
    set("pcie.group_pages=16");
    rig_text("attach 0 sid=1 domain=7\n"
             "map 0 domain=7 iova=0x1000 size=0x1000 pa=0x40001000 perm=rw\n"
             "access 100000 sid=1 iova=0x1000 size=8 dir=r\n"
             "access 200000 sid=1 iova=0x1008 size=8 dir=r\n");
    rig_opt.warmup = u64(_i);
    rig_run();
    ck_assert_uint_eq(rig_res.faults, _i ? 0 : 16);
    ck_assert_uint_eq(rig_res.unhandled, _i ? 0 : 14);
    run_timed();
    ck_assert_uint_eq(rig_res.faults, _i ? 0 : 16);
    ck_assert_uint_eq(rig_res.unhandled, _i ? 0 : 14);
}

TEST(warmup_longer_than_the_trace) {
    rig_opt.warmup = 12;
    four_streams();
    rig_refused(-EINVAL, "the trace has no access behind the 12");
    timed_refuses("the trace has no access behind the 12");
}

/*
 * Stream 2 faults at each of its 60 accesses, each takes some us; with one slot a TBU has no other. The bystander, an
 * access every 100 ns, has another TBU: by number, or by the map. It keeps all it has: 199 intervals and a hit.
 */
TEST_TIMES(bystander_on_another_tbu, 4) {
    static const struct {
        u32 bystander;
        const char *count, *map;
        bool free;
    } cases[] = {
        {1, "tbu.count=2", "tbu.map=", true},
        {4, "tbu.count=2", "tbu.map=4=1", true},
        {4, "tbu.count=2", "tbu.map=", false},
        {1, "tbu.count=1", "tbu.map=", false},
    };
    std::string who = std::to_string(cases[_i].bystander), text;

    text = "attach 0 sid=2 domain=2\nattach 0 sid=" + who + " domain=1\n" +
           "map 0 domain=1 iova=0x1000 size=0x1000 pa=0x40001000 perm=rw\n" +
           "map 0 domain=2 iova=0x100000 size=0x3c000 pa=0x50000000 perm=rw\n";
    for (u32 i = 0; i < 200; i++) {
        if (i < 60)
            text += "access 0 sid=2 iova=" + std::to_string(0x100000 + i * 4096) + " size=8 dir=r\n";
        text += "access 0 sid=" + who + " iova=0x1000 size=8 dir=r\n";
    }
    for (const char *s : {cases[_i].count, cases[_i].map, "tbu.slots=1", "master.arrival=back-to-back",
                          "master.interval_ns=100", "master.outstanding=256"})
        set(s);
    rig_opt.one_paged = true;
    rig_opt.paged = 2;
    rig_text(text.c_str());
    run_timed();
    ck_assert_uint_eq(rig_res.streams[1].sid, cases[_i].bystander);
    ck_assert_uint_eq(rig_res.streams[1].accesses, 200);
    ck_assert_uint_eq(rig_res.streams[0].faults, 60);
    if (cases[_i].free)
        ck_assert_uint_eq(rig_res.streams[1].active_ns, 199 * 100 + 52);
    else
        ck_assert_uint_gt(rig_res.streams[1].active_ns, 10 * (199 * 100 + 52));
}

TEST_TIMES(what_is_refused, 21) {
    static const struct {
        const char *iommu;
        replay_faults faults;
        const char *set, *text;
    } cases[] = {
        {"smmuv2", REPLAY_PRI, "master.bus=auto", "smmuv2 has no page requests"},
        {"vtd", REPLAY_STALL, "master.bus=auto", "vtd cannot stall"},
        {"none", REPLAY_STALL, "master.bus=auto", "none cannot stall"},
        {"none", REPLAY_PRI, "master.bus=auto", "none has no page requests"},
        {"none", REPLAY_TERMINATE, "master.streams=1=pcie-ats", "none has no ATS"},
        {"smmuv2", REPLAY_STALL, "master.streams=1=pcie-ats:terminate", "smmuv2 has no ATS"},
        {"vtd", REPLAY_TERMINATE, "master.streams=1=platform:stall", "vtd cannot stall"},
        {"smmuv3", REPLAY_PRI, "master.bus=platform", "stream 0x1: a platform master has no page requests"},
        {"smmuv3", REPLAY_PRI, "pcie.ats=no", "stream 0x1: page requests need ATS"},
        {"smmuv3", REPLAY_STALL, "master.streams=2=platform:pri", "stream 0x2: a platform master has no page requests"},
        {"smmuv3", REPLAY_STALL, "master.streams=2=pcie:pri", "stream 0x2: page requests need ATS"},
        {"smmuv3", REPLAY_STALL, "master.streams=2=pcie", "stream 0x2: a PCIe function cannot stall"},
        {"smmuv3", REPLAY_STALL, "master.streams=2=pcie-ats", "stream 0x2: a PCIe function with ATS cannot stall"},
        {"smmuv3", REPLAY_STALL, "master.streams=9=platform", "the trace has no stream 0x9"},
        {"smmuv3", REPLAY_STALL, "master.streams=1=usb", "is not a list of SID=platform"},
        {"smmuv3", REPLAY_STALL, "master.streams=1=pcie:maybe", "is not a list of SID=platform"},
        {"smmuv3", REPLAY_STALL, "master.streams=1", "is not a list of SID=platform"},
        {"smmuv3", REPLAY_STALL, "master.streams=1=pcie,", "is not a list of SID=platform"},
        {"smmuv3", REPLAY_STALL, "master.streams=-1=platform", "is not a list of SID=platform"},
        {"smmuv3", REPLAY_STALL, "tbu.map=1=1", "stream 0x1: there is no TBU 1"},
        {"smmuv3", REPLAY_STALL, "tbu.map=1=x", "is not a list of SID=TBU"},
    };

    static_assert(std::size(cases) == 21, "the loop's end in main()");
    rig_opt.kind = iommu_kind_find(cases[_i].iommu);
    rig_opt.faults = cases[_i].faults;
    set(cases[_i].set);
    four_streams();
    rig_refused(-EINVAL, cases[_i].text);
    timed_refuses(cases[_i].text);
}

/* With ATS for all a stall has no place. */
TEST(ats_and_stall) {
    set("master.bus=pcie");
    set("pcie.ats=yes");
    four_streams();
    timed_refuses("a PCIe function with ATS cannot stall");
}

SUITE_WITH("replay streams", rig_setup, rig_teardown)
