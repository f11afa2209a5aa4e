/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Presets against published figures, and each price in the part where docs/timing.md says it is. */
#include "timed_replay.h"
#include <check.h>
#include <cstdlib>
#include <cstring>
#include <iterator>
#include <sys/wait.h>
#include <unistd.h>

extern "C" {
#include "fl_config.h"
}

#define TRACE(name) FL_SOURCE_DIR "/traces/" name ".dmat"

namespace {

struct Run {
    const char *trace, *iommu, *preset;
    replay_faults faults;
    u32 resident;
};

/* One replay in a process of its own: SystemC starts once. */
replay_result play(const Run &r, const char *set) {
    int pipes[2];
    replay_result res{};

    ck_assert_int_eq(pipe(pipes), 0);
    pid_t child = fork();
    if (!child) {
        replay_options opt{};
        fl_config cfg;
        fl_config_error cerr;
        dmat_error err{};
        fl_config_init(&cfg);
        bool bad = fl_config_load(&cfg, r.preset, &cerr) || fl_config_set(&cfg, "master.outstanding=1", &cerr) ||
                   (set && fl_config_set(&cfg, set, &cerr));
        opt.trace = r.trace;
        opt.kind = iommu_kind_find(r.iommu);
        opt.faults = r.faults;
        opt.resident = r.resident;
        opt.seed = 1;
        opt.cfg = &cfg;
        bad = bad || replay_timed(&opt, &res, &err) || write(pipes[1], &res, sizeof(res)) != ssize_t(sizeof(res));
        if (bad)
            std::fprintf(stderr, "%s %s\n", cerr.text, err.reason);
        _exit(bad);
    }
    close(pipes[1]);
    char *at = reinterpret_cast<char *>(&res);
    std::size_t have = 0;
    for (ssize_t n; have < sizeof(res) && (n = read(pipes[0], at + have, sizeof(res) - have)) > 0;)
        have += std::size_t(n);
    close(pipes[0]);
    int status = 0;
    waitpid(child, &status, 0);
    ck_assert_int_eq(status, 0);
    ck_assert_uint_eq(have, sizeof(res));
    return res;
}

const Run kunpeng = {TRACE("arm64-smmuv3-nvme-e1000e"), "smmuv3", "kunpeng920", REPLAY_STALL, REPLAY_RESIDENT_NONE};

START_TEST(kunpeng920_stall) {
    replay_result r = play(kunpeng, nullptr);
    ck_assert_uint_ge(r.latency.mean, 10100);
    ck_assert_uint_le(r.latency.mean, 10600);
    ck_assert_uint_eq(r.latency.count, r.faults);
}
END_TEST

/* An IOTLB miss costs 227 to 293 ns more than a hit. */
START_TEST(xeon_e5_iotlb_miss) {
    replay_result r =
        play({TRACE("x86-vtd-legacy-nvme-e1000e"), "vtd", "xeon-e5", REPLAY_TERMINATE, REPLAY_RESIDENT_ALL}, nullptr);
    ck_assert_uint_ge(r.access.p99 - r.access.p50, 227);
    ck_assert_uint_le(r.access.p99 - r.access.p50, 293);
}
END_TEST

/* Page requests of an accelerator on VT-d: 9 us in the mean. */
START_TEST(xeon_e5_page_request) {
    replay_result r =
        play({TRACE("x86-vtd-legacy-nvme-e1000e"), "vtd", "xeon-e5", REPLAY_PRI, REPLAY_RESIDENT_NONE}, nullptr);
    ck_assert_uint_ge(r.latency.mean, 8700);
    ck_assert_uint_le(r.latency.mean, 9300);
}
END_TEST

const struct {
    const char *set; // one price, 100 ns more than kunpeng920 has
    replay_part part;
    u64 times; // how often it is paid in that part
} prices[] = {
    {"notify.record_write_ns=150", PART_RECORD, 1}, {"notify.wire_ns=120", PART_NOTIFY, 1},
    {"cpu.irq_entry_ns=1600", PART_NOTIFY, 1},      {"cpu.irq_handler_ns=300", PART_NOTIFY, 1},
    {"cpu.thread_wake_ns=3100", PART_NOTIFY, 1},    {"cpu.worker_wake_ns=3600", PART_SOFTWARE, 1},
    {"cpu.handler_ns=1700", PART_SOFTWARE, 1},      {"command.execute_ns=105", PART_RESPOND, 1},
    {"command.fetch_ns=150", PART_RESPOND, 1},      {"command.resume_ns=116", PART_RESPOND, 1},
};

START_TEST(each_price_in_its_part) {
    replay_result before = play(kunpeng, nullptr), after = play(kunpeng, prices[_i].set);
    for (int i = 0; i < REPLAY_PARTS; i++)
        ck_assert_uint_eq(after.parts[i].p50,
                          before.parts[i].p50 + (i == prices[_i].part ? 100 * prices[_i].times : 0));
    ck_assert_uint_eq(after.latency.p50, before.latency.p50 + 100 * prices[_i].times);
}
END_TEST

/* A walk is paid twice: when it finds the fault, and when the access is retried. */
START_TEST(lookups_are_in_detect_and_retry) {
    replay_result before = play(kunpeng, nullptr), after = play(kunpeng, "tbu.lookup_ns=102");
    for (int i = 0; i < REPLAY_PARTS; i++)
        ck_assert_uint_eq(after.parts[i].p50, before.parts[i].p50 + (i == PART_DETECT || i == PART_RETRY ? 100 : 0));
}
END_TEST

START_TEST(a_seed_is_a_result) {
    replay_result a = play(kunpeng, "cpu.handler=lognormal"), b = play(kunpeng, "cpu.handler=lognormal");
    ck_assert_mem_eq(&a, &b, sizeof(a));
}
END_TEST

} // namespace

int main() {
    Suite *s = suite_create("calibration");
    TCase *c = tcase_create("calibration");

    tcase_set_timeout(c, 120);
    tcase_add_test(c, kunpeng920_stall);
    tcase_add_test(c, xeon_e5_iotlb_miss);
    tcase_add_test(c, xeon_e5_page_request);
    tcase_add_loop_test(c, each_price_in_its_part, 0, int(std::size(prices)));
    tcase_add_test(c, lookups_are_in_detect_and_retry);
    tcase_add_test(c, a_seed_is_a_result);
    suite_add_tcase(s, c);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
